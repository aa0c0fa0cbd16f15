"""What the peers share: the condition's token, the transformer, the diffusion, the distances of joints to the object.

All of them are told what JointHOI is told, and have its size, its tokens (one for PATCH frames, answered by a spline)
and its data; they differ in what their papers are about. Their diffusion is MDM's and Text2HOI's: a cosine schedule,
y0 predicted, text withheld one time in ten; drawn by DDIM. A condition is a dict as for network.JointHOI, X as in
representation.py.
"""

import math

import torch
from torch import nn

from ..diffusion.losses import STRIDE
from ..diffusion.network import PATCH, POINT, Normalised, sinusoid, spline
from ..diffusion.paper import STEPS, sigma_at
from ..diffusion.representation import MOTION
from ..diffusion.sampler import denoise
from ..hands.rotation import axis_angle_to_matrix

TEXT = 384  # numbers of a sentence
JOINTS = 42  # of both hands, fingertips among them
REACH = 0.02  # metres: a joint this near the surface takes part in a contact


class Peer(Normalised):
    """A network whose signal is X (..., 208) alone; what it normalises and restores has no contact."""

    def normalise(self, motion):
        return (motion - self.mean[:MOTION]) / self.std[:MOTION]

    def restore(self, motion):
        return motion * self.std[:MOTION] + self.mean[:MOTION]


def two_layers(into, width, out):
    return nn.Sequential(nn.Linear(into, width), nn.SiLU(), nn.Linear(width, out))


class Condition(nn.Module):
    """A condition -> (B, width): the text and the hands where they aren't withheld, the object by a PointNet (Qi et al.
    2017), the hinge, the betas. With `maps`, the condition's "map" (B, 256, maps) belongs to the points."""

    def __init__(self, width, maps=0):
        super().__init__()
        self.maps = maps
        self.words = two_layers(TEXT + 2, width, width)
        self.points = nn.Sequential(nn.Linear(POINT + maps, 128), nn.ReLU(), nn.Linear(128, width))
        self.body = nn.Linear(8 + 20, width)

    def forward(self, condition):
        words = torch.cat([condition["text"] * 20.0, condition["hands"]], -1) * ~condition["drop"][:, None]
        hinge = condition["hinge"] * condition["hinge"].new_tensor([10.0] * 3 + [1.0] * 5)
        body = self.body(torch.cat([hinge, 0.3 * condition["betas"].flatten(1)], -1))
        points = surface(condition)
        if self.maps:
            points = torch.cat([points, condition["map"]], -1)
        return self.words(words) + self.points(points).amax(1) + body


def surface(condition):
    """The object's points as networks take them (B, 256, 7)."""
    points, moving = condition["points"], condition["moving"].unsqueeze(-1)
    return torch.cat([points * 10.0, condition["normals"], moving.to(points)], -1)


class Trunk(nn.Module):
    """A transformer encoder along a clip: (B, T, into) behind condition tokens (B, n, width) -> (B, T, out)."""

    def __init__(self, into, out, width, depth, heads):
        super().__init__()
        self.inward = nn.Linear(PATCH * into, width)
        self.place = nn.Linear(2 * width, width)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, depth, nn.LayerNorm(width), enable_nested_tensor=False)
        self.outward = nn.Linear(width, out)
        nn.init.zeros_(self.outward.weight)
        nn.init.zeros_(self.outward.bias)

    def forward(self, signal, told, frames):
        """frames (B,) = how many frames of each clip are real."""
        length, width = signal.shape[1], self.outward.in_features
        short = -length % PATCH
        if short:
            signal = torch.cat([signal, signal[:, -1:].expand(-1, short, -1)], 1)
        index = torch.arange(0, length, PATCH, device=signal.device, dtype=signal.dtype).expand(len(signal), -1)
        progress = index / (frames.to(signal.dtype)[:, None] - 1).clamp_min(1)
        place = torch.cat([sinusoid(index, width, 200.0), sinusoid(progress * 100.0, width, 200.0)], -1)
        tokens = self.inward(signal.unflatten(1, (-1, PATCH)).flatten(2)) + self.place(place)
        padding = nn.functional.pad(index >= frames[:, None], (told.shape[1], 0), value=False)
        tokens = self.blocks(torch.cat([told, tokens], 1), src_key_padding_mask=padding)[:, told.shape[1] :]
        with torch.autocast(signal.device.type, enabled=False):
            return spline(self.outward(tokens.float()), frames, length, PATCH)


class Denoiser(nn.Module):
    """MDM's denoiser (Tevet et al. 2023): y0 (B, T, size) from y_t, behind one token of the step and the condition."""

    def __init__(self, size, width, depth, heads, maps=0):
        super().__init__()
        self.size, self.width = size, width
        self.told = Condition(width, maps)
        self.time = two_layers(width, width, width)
        self.trunk = Trunk(size, size, width, depth, heads)

    def forward(self, noisy, sigma, condition, frames):
        """sigma (B,) = noise over signal; frames (B,) = how many frames are real."""
        time = self.time(sinusoid(sigma.atan() * (2 / math.pi * STEPS), self.width, 10_000.0))
        told = self.told(condition) + time
        return self.trunk(noisy / (1 + sigma**2).sqrt()[:, None, None], told[:, None], frames)


def guessed(network, clean, told, frames, generator, precision):
    """The denoiser's y0 of clean (B, T, n) at steps drawn evenly, and the noise levels (B,)."""
    sigma = sigma_at(torch.rand(len(clean), generator=generator)).to(clean)
    noise = torch.randn(clean.shape, generator=generator).to(clean)
    with torch.autocast(clean.device.type, precision, enabled=precision != torch.float32):
        return network(clean + sigma[:, None, None] * noise, sigma, told, frames).float(), sigma


def mean(error, frames, weight=1.0):
    """Mean of error (B, T, ...) over each clip's real frames, then over clips, which weigh `weight` (B,) or 1."""
    real = (torch.arange(error.shape[1], device=error.device) < frames[:, None]).to(error.dtype)
    return ((error.flatten(2).mean(-1) * real).sum(1) / real.sum(1).clamp_min(1) * weight).mean()


def every_other(motion, batch, skeleton):
    """Joints (B, T', 42, 3) of X and of the batch's in every STRIDEth frame, and how many of those are real (B,)."""
    predicted, truth = (skeleton(x[:, ::STRIDE], batch["betas"]).flatten(2, 3) for x in (motion, batch["motion"]))
    return predicted, truth, -(-batch["frames"] // STRIDE)


@torch.no_grad()
def ddim(network, noise, condition, frames, *, steps=50, scale=1.5, guide=None):
    """Draws y0 from noise (B, T, n) by DDIM (Song et al. 2021); guide(y0_hat, step, steps) -> y0_hat in every step."""
    levels = sigma_at(torch.linspace(1, 0, steps + 1, device=noise.device))
    levels[-1] = 0
    noisy = noise * levels[0]
    for step in range(steps):
        clean = denoise(network, noisy, levels[step], condition, frames, scale)
        if guide:
            clean = guide(clean, step, steps)
        noisy = clean + levels[step + 1] / levels[step] * (noisy - clean)
    return noisy


def turned(condition, angle):
    """The contact points and their normals where the hinge has angle (B, T) -> (B, T, 256, 3) each."""
    point, axis = condition["hinge"][:, None, :3], condition["hinge"][:, None, 3:6]
    turn = axis_angle_to_matrix(angle.unsqueeze(-1) * axis).transpose(-1, -2)  # acts on rows
    moves = condition["moving"][:, None, :, None].bool()
    points, normals = condition["points"][:, None], condition["normals"][:, None]
    return (torch.where(moves, (points - point.unsqueeze(2)) @ turn + point.unsqueeze(2), points),
            torch.where(moves, normals @ turn, normals))  # fmt: skip


def surface_distance(joints, condition, angle):
    """Distance of joints (B, T, J, 3) to the nearest contact point, its sign by that point's normal (B, T, J)."""
    points, normals = turned(condition, angle)
    distance, nearest = torch.cdist(joints, points).min(-1)
    rows = nearest.unsqueeze(-1).expand(*nearest.shape, 3)
    outside = ((joints - points.gather(2, rows)) * normals.gather(2, rows)).sum(-1) >= 0
    return torch.where(outside, distance, -distance)
