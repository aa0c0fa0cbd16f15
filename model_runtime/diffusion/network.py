"""The denoiser: a transformer over one token a frame that predicts y0 from y_t, the text, the object and the hands.

The input is scaled to unit variance (c_in of Karras et al. 2022, table 1); the output is y0 itself, without a skip from
y_t: the signal has 720 numbers a frame and a token fewer, so noise could not pass through the tokens to be taken away,
while y0, which lies near a low-dimensional surface, can (Li and He 2025, "Back to basics").
"""

import math

import torch
from torch import nn
import torch.nn.functional as F

from .representation import CONTACT, MOTION, POINTS, SIGNAL

SIGMA_DATA = 1.0  # the signal is normalised to unit variance


def sinusoid(values, width, longest):
    """Sinusoidal features (..., width) of `values` (...), with wavelengths from 2 pi to 2 pi * longest."""
    rates = torch.exp(-math.log(longest) * torch.arange(width // 2, device=values.device) / (width // 2))
    angles = values.unsqueeze(-1) * rates
    return torch.cat([angles.cos(), angles.sin()], -1)


class Block(nn.Module):
    """One transformer block whose norms are scaled, shifted and gated by the condition (DiT's adaLN-Zero)."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.modulation = nn.Linear(width, 6 * width)
        self.qkv = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, tokens, condition, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.modulation(condition).unsqueeze(1).chunk(6, -1)
        width = tokens.shape[-1:]
        hidden = F.layer_norm(tokens, width) * (1 + scale_a) + shift_a
        query, key, value = self.qkv(hidden).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        tokens = tokens + gate_a * self.merge(mixed.transpose(1, 2).flatten(-2))
        hidden = F.layer_norm(tokens, width) * (1 + scale_m) + shift_m
        return tokens + gate_m * self.down(F.gelu(self.up(hidden), approximate="tanh"))


class JointHOI(nn.Module):
    """p(y0 | y_t, text, object, hands). Mean and standard deviation of the signal travel with the weights.

    A condition is a dict: text (B, 384), points (B, 256, 3), normals (B, 256, 3) of the object in the canonical frame,
    hands (B, 2) in {0, 1}, and drop (B,) bool: where True the text and the hands are withheld, for classifier-free
    guidance. The object is always known.
    """

    def __init__(self, width=256, depth=8, heads=4, text_width=384, shape_tokens=4):
        super().__init__()
        self.settings = {"width": width, "depth": depth, "heads": heads, "text_width": text_width,
                         "shape_tokens": shape_tokens}  # fmt: skip
        self.inward = nn.Linear(SIGNAL, width)
        self.place = nn.Linear(2 * width, width)
        self.noise = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.text = nn.Sequential(nn.Linear(text_width, width), nn.SiLU(), nn.Linear(width, width))
        self.hands = nn.Linear(2, width)
        self.withheld = nn.Parameter(torch.randn(width) * 0.02)
        self.shape = nn.Sequential(nn.Linear(6 * POINTS, 2 * width), nn.SiLU(), nn.Linear(2 * width, 2 * width),
                                   nn.SiLU(), nn.Linear(2 * width, (shape_tokens + 1) * width))  # fmt: skip
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.outward_modulation = nn.Linear(width, 2 * width)
        self.outward = nn.Linear(width, SIGNAL)
        for layer in (self.outward_modulation, self.outward):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.register_buffer("mean", torch.zeros(SIGNAL))
        self.register_buffer("std", torch.ones(SIGNAL))

    def normalise(self, signal):
        """Metres and matrices -> unit variance."""
        return (signal - self.mean) / self.std

    def restore(self, signal):
        """Unit variance -> metres and matrices."""
        return signal * self.std + self.mean

    def condition(self, condition):
        """Everything about a condition that does not depend on the noise: (B, width) and shape tokens (B, n, width)."""
        kept = ~condition["drop"]
        words = self.text(condition["text"] * 20.0) + self.hands(condition["hands"])
        words = torch.where(kept.unsqueeze(-1), words, self.withheld)
        thing = torch.cat([condition["points"] * 10.0, condition["normals"]], -1).flatten(1)
        shape = self.shape(thing).unflatten(-1, (-1, self.withheld.shape[0]))
        return words + shape[:, 0], shape[:, 1:]

    def forward(self, noisy, sigma, condition, frames):
        """y0 (B, T, 720) from noisy (B, T, 720) at noise level sigma (B,); frames (B,) = how many frames are real."""
        spread = (sigma**2 + SIGMA_DATA**2).sqrt()
        vector, shape = self.condition(condition)
        vector = F.silu(vector + self.noise(sinusoid(sigma.log() * 250.0, self.withheld.shape[0], 10_000.0)))
        index = torch.arange(noisy.shape[1], device=noisy.device, dtype=noisy.dtype).expand(noisy.shape[:2])
        progress = index / (frames.to(noisy.dtype)[:, None] - 1)
        width = self.withheld.shape[0]
        place = torch.cat([sinusoid(index, width, 200.0), sinusoid(progress * 100.0, width, 200.0)], -1)
        tokens = self.inward(noisy / spread[:, None, None]) + self.place(place)
        tokens = torch.cat([shape, tokens], 1)
        real = torch.cat([torch.ones_like(shape[..., 0], dtype=torch.bool), index < frames[:, None]], 1)
        mask = None if bool(real.all()) else real[:, None, None, :]
        for block in self.blocks:
            tokens = block(tokens, vector, mask)
        scale, shift = self.outward_modulation(vector).unsqueeze(1).chunk(2, -1)
        tokens = F.layer_norm(tokens[:, shape.shape[1] :], tokens.shape[-1:]) * (1 + scale) + shift
        with torch.autocast(noisy.device.type, enabled=False):  # bfloat16 would round y0 by 0.8 mm at the wrist
            return self.outward(tokens.float())


__all__ = ["JointHOI", "CONTACT", "MOTION", "SIGNAL"]
