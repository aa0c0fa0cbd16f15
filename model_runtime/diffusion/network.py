"""The denoiser: a transformer that predicts y0 from y_t, the text, the object and the hands.

Where it departs from the paper's figure (paper.py follows that to the letter): a token reads PATCH frames and answers
one control point of a cubic B-spline, so what it draws is as smooth as hands are; the condition modulates every block
(DiT's adaLN) instead of being one token; the object enters as a token for each region of its surface; and frames that a
user has fixed enter as they are. The input is scaled to unit variance (c_in of Karras
et al. 2022, table 1); the output is y0 itself, without a skip from y_t: the signal has 720 numbers a frame and a token
far fewer, so noise could not pass through the tokens to be taken away, while y0, which lies near a low-dimensional
surface, can (Li and He 2025, "Back to basics").
"""

import math

import torch
from torch import nn
import torch.nn.functional as F

from ..objects.points import regions
from .representation import GIVEN, MOTION, SIGNAL, spread_given

SIGMA_DATA = 1.0  # the signal is normalised to unit variance
PATCH = 3  # frames of a token: a tenth of a second
POINT = 7  # numbers of an object point: place, normal, whether it is on the part that turns


def sinusoid(values, width, longest):
    """Sinusoidal features (..., width) of `values` (...), with wavelengths from 2 pi to 2 pi * longest."""
    rates = torch.exp(-math.log(longest) * torch.arange(width // 2, device=values.device) / (width // 2))
    angles = values.unsqueeze(-1) * rates
    return torch.cat([angles.cos(), angles.sin()], -1)


def spline(control, frames, length, spacing):
    """A uniform cubic B-spline at whole frames: control (B, N, D), one point every `spacing` frames -> (B, length, D).

    Point i is in the middle of frames i * spacing to (i + 1) * spacing - 1. Before a clip's first point and beyond the
    last that its real frames (B,) have, points go on as a parabola through three.
    """
    last = -(-frames // spacing)[:, None, None] - 1
    index = torch.arange(-2, control.shape[1] + 2, device=control.device)[None, :, None]

    def at(place):
        place = torch.minimum(place, last).clamp_min(0)
        return control.gather(1, place.expand(len(control), -1, control.shape[2]))

    def end(place, inward):
        """The point at an end, the first and the second difference there, outwards."""
        a, b, c = at(place), at(place + inward), at(place + 2 * inward)
        return a - b, a - 2 * b + c

    before, beyond = (-index).clamp_min(0).to(control.dtype), (index - last).clamp_min(0).to(control.dtype)
    points = at(index)
    for steps, (first, second) in ((before, end(torch.zeros_like(last), 1)), (beyond, end(last, -1))):
        points = points + steps * first + steps * (steps + 1) / 2 * second
    place = (torch.arange(length, device=control.device) - (spacing - 1) / 2) / spacing
    away = (place[:, None] - index[0, :, 0]).abs().to(control.dtype)
    weights = torch.where(away < 1, 2 / 3 - away**2 + away**3 / 2, (2 - away).clamp_min(0) ** 3 / 6)
    return weights @ points


class Normalised(nn.Module):
    """A network whose signal has zero mean and unit variance. Mean and standard deviation travel with the weights."""

    sees_given = False  # whether it is told which frames are fixed

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(SIGNAL))
        self.register_buffer("std", torch.ones(SIGNAL))

    def normalise(self, signal):
        """Metres and matrices -> unit variance."""
        return (signal - self.mean) / self.std

    def restore(self, signal):
        """Unit variance -> metres and matrices."""
        return signal * self.std + self.mean


class Block(nn.Module):
    """One transformer block whose norms are scaled, shifted and gated by the condition: one projection of it serves all
    blocks, each adds its own offsets (PixArt's adaLN-single)."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.offsets = nn.Parameter(torch.zeros(6, width))
        self.qkv = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, tokens, modulation, mask):
        """tokens (B, N, width), modulation (B, 6, width), mask (B, 1, 1, N) bool or None."""
        parts = (modulation + self.offsets).unsqueeze(2).unbind(1)
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = parts
        width = tokens.shape[-1:]
        hidden = F.layer_norm(tokens, width) * (1 + scale_a) + shift_a
        query, key, value = self.qkv(hidden).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        # Written out: its gradient is five times as fast as the fused one's on a CPU for so few tokens.
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
        mixed = (scores if mask is None else scores.masked_fill(~mask, -1e4)).softmax(-1) @ value
        tokens = tokens + gate_a * self.merge(mixed.transpose(1, 2).flatten(-2))
        hidden = F.layer_norm(tokens, width) * (1 + scale_m) + shift_m
        return tokens + gate_m * self.down(F.gelu(self.up(hidden), approximate="tanh"))


class JointHOI(Normalised):
    """p(y0 | y_t, text, object, hands).

    A condition is a dict: text (B, 384); the object in the canonical frame: points (B, 256, 3), normals (B, 256, 3),
    moving (B, 256) bool, hinge (B, 8) as in data/shards.py; hands (B, 2) in {0, 1}; betas (B, 2, 10); drop (B,) bool:
    where True the text and the hands are withheld, for classifier-free guidance. The object and the betas are always
    known. Frames that are fixed, optional: given (B, T, 3) bool = the left hand, the right hand, the object, and known
    (B, T, 208) in metres and matrices, looked at where given.
    """

    sees_given = True

    def __init__(self, width=320, depth=8, heads=5, text_width=384, patch=PATCH):
        super().__init__()
        self.settings = {"width": width, "depth": depth, "heads": heads, "text_width": text_width, "patch": patch}
        self.patch = patch
        self.inward = nn.Linear(patch * (SIGNAL + GIVEN), width)
        self.place = nn.Linear(2 * width, width)
        self.noise = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.text = nn.Sequential(nn.Linear(text_width, width), nn.SiLU(), nn.Linear(width, 2 * width))
        self.hands = nn.Linear(2, width)
        self.withheld = nn.Parameter(torch.randn(2 * width) * 0.02)
        groups = torch.as_tensor(regions())  # (regions, points of each)
        self.register_buffer("groups", groups, persistent=False)
        self.region = nn.Sequential(nn.Linear(POINT * groups.shape[1], width), nn.SiLU(), nn.Linear(width, width))
        self.region_place = nn.Parameter(torch.randn(len(groups), width) * 0.02)
        self.thing = nn.Sequential(nn.Linear(len(groups) * width, width), nn.SiLU(), nn.Linear(width, width))
        self.body = nn.Linear(8 + 20, width)  # the hinge and the betas
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.outward_modulation = nn.Linear(width, 2 * width)
        self.outward = nn.Linear(width, SIGNAL)
        for layer in (self.modulation, self.outward_modulation, self.outward):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def condition(self, condition):
        """All of a condition that does not depend on the noise: a vector (B, width) and tokens (B, n, width)."""
        kept = ~condition["drop"]
        words, told = torch.where(kept.unsqueeze(-1), self.text(condition["text"] * 20.0), self.withheld).chunk(2, -1)
        words = words + self.hands(condition["hands"]) * kept.unsqueeze(-1)
        moving = condition["moving"].to(words.dtype).unsqueeze(-1)
        points = torch.cat([condition["points"] * 10.0, condition["normals"], moving], -1)
        regions = self.region(points[:, self.groups].flatten(2))
        hinge = condition["hinge"] * condition["hinge"].new_tensor([10.0] * 3 + [1.0] * 5)
        body = self.body(torch.cat([hinge, 0.3 * condition["betas"].flatten(1)], -1))
        vector = words + self.thing(F.silu(regions).flatten(1)) + body
        return vector, torch.cat([told.unsqueeze(1), regions + self.region_place], 1)

    def forward(self, noisy, sigma, condition, frames):
        """y0 (B, T, 720) from noisy (B, T, 720) at noise level sigma (B,); frames (B,) = how many frames are real."""
        length, width, patch = noisy.shape[1], self.noise[0].in_features, self.patch
        signal = noisy / (sigma**2 + SIGMA_DATA**2).sqrt()[:, None, None]
        if "given" in condition:
            given = condition["given"]
            known = (condition["known"] - self.mean[:MOTION]) / self.std[:MOTION]
            motion = torch.where(spread_given(given), known, signal[..., :MOTION])
            signal = torch.cat([motion, signal[..., MOTION:], given.to(signal.dtype)], -1)
        else:
            signal = F.pad(signal, (0, GIVEN))
        # A token's frames beyond the last real one repeat it, so that nothing depends on how a clip is padded.
        source = torch.arange(length + -length % patch, device=noisy.device).minimum(frames[:, None] - 1)
        signal = signal.gather(1, source.unsqueeze(-1).expand(-1, -1, signal.shape[-1]))
        vector, told = self.condition(condition)
        vector = F.silu(vector + self.noise(sinusoid(sigma.log() * 250.0, width, 10_000.0)))
        index = torch.arange(signal.shape[1] // patch, device=noisy.device, dtype=noisy.dtype) * patch
        index = index.expand(len(noisy), -1)
        progress = index / (frames.to(noisy.dtype)[:, None] - 1).clamp_min(1)
        place = torch.cat([sinusoid(index, width, 200.0), sinusoid(progress * 100.0, width, 200.0)], -1)
        tokens = self.inward(signal.unflatten(1, (-1, patch)).flatten(2)) + self.place(place)
        tokens = torch.cat([told, tokens], 1)
        real = torch.cat([torch.ones_like(told[..., 0], dtype=torch.bool), index < frames[:, None]], 1)
        mask = None if bool(real.all()) else real[:, None, None, :]
        modulation = self.modulation(vector).unflatten(-1, (6, -1))
        for block in self.blocks:
            tokens = block(tokens, modulation, mask)
        scale, shift = self.outward_modulation(vector).unsqueeze(1).chunk(2, -1)
        tokens = F.layer_norm(tokens[:, told.shape[1] :], tokens.shape[-1:]) * (1 + scale) + shift
        with torch.autocast(noisy.device.type, enabled=False):  # bfloat16 would round y0 by 0.8 mm at the wrist
            return spline(self.outward(tokens.float()), frames, length, patch)
