"""JointHOI as its paper's figure has it: [X ; C] -> one token a frame, behind one condition token, and guidance on y_t.

    y_t --linear--> tokens, [tau(t), e, o] --linear--> one token; transformer; --linear--> y0_hat = (X0_hat, C0_hat)
    y_t <- y_t - s grad_{y_t} L_cig(C0_hat, C_bar(X0_hat))       Contact Inner Guidance, at every guided step

What the figure leaves open is as in the closest peer, Text2HOI: a cosine schedule, plain y0 error, text withheld one
time in ten, c = exp(-d / 1 cm). The signal is `representation`'s, and the noise level is said as sigma = tan(pi t / 2)
of that schedule.
"""

import math

import torch
from torch import nn

from .network import Normalised, sinusoid
from .representation import MOTION, SIGNAL, contact_of_distance, unpack_hands

STEPS = 1000  # of training; sampling takes fewer of the same schedule


def sigma_at(t):
    """Noise over signal at t in (0, 1) of the cosine schedule (Nichol & Dhariwal 2021, s = 0.008)."""
    return torch.tan(math.pi / 2 * ((t + 0.008) / 1.008).clamp(0, 0.999))


class PaperJointHOI(Normalised):
    """p(y0 | y_t, text, object): conditions as for network.JointHOI, of which it looks at text, points and drop."""

    def __init__(self, width=320, depth=8, heads=5, text_width=384):
        super().__init__()
        self.settings = {"width": width, "depth": depth, "heads": heads, "text_width": text_width}
        self.inward = nn.Linear(SIGNAL, width)
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.points = nn.Sequential(
            nn.Linear(3, 128), nn.ReLU(), nn.Linear(128, width)
        )  # PointNet: shared, then the maximum
        self.told = nn.Linear(2 * width + text_width, width)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.1, "gelu", batch_first=True)
        self.blocks = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.outward = nn.Linear(width, SIGNAL)

    def forward(self, noisy, sigma, condition, frames):
        """y0 (B, T, 720) from noisy (B, T, 720) at noise level sigma (B,); frames (B,) = how many frames are real."""
        width = self.outward.in_features
        time = self.time(sinusoid(sigma.atan() * (2 / math.pi * STEPS), width, 10_000.0))
        text = condition["text"] * ~condition["drop"][:, None] * 20.0
        thing = self.points(condition["points"] * 10.0).amax(1)
        index = torch.arange(noisy.shape[1], device=noisy.device, dtype=noisy.dtype)
        tokens = self.inward(noisy / (1 + sigma**2).sqrt()[:, None, None]) + sinusoid(index, width, 10_000.0)
        tokens = torch.cat([self.told(torch.cat([time, text, thing], -1))[:, None], tokens], 1)
        padding = nn.functional.pad(index >= frames[:, None], (1, 0), value=False)
        return self.outward(self.blocks(tokens, src_key_padding_mask=padding)[:, 1:])


def losses(model, skeleton, batch, generator=None, precision=torch.float32):
    """The mean squared error of y0 at a step drawn evenly; arguments as for losses.losses, `skeleton` is not used."""
    clean = model.normalise(torch.cat([batch["motion"], batch["contact"].flatten(-2)], -1))
    size, device = len(clean), clean.device
    sigma = sigma_at(torch.rand(size, generator=generator)).to(device)
    noise = torch.randn(clean.shape, generator=generator).to(clean)
    told = {
        **{name: batch[name] for name in ("text", "points")},
        "drop": torch.rand(size, generator=generator).to(device) < 0.1,
    }
    with torch.autocast(device.type, precision, enabled=precision != torch.float32):
        guess = model(clean + sigma[:, None, None] * noise, sigma, told, batch["frames"])
    real = (torch.arange(clean.shape[1], device=device) < batch["frames"][:, None]).to(clean.dtype)
    error = ((guess.float() - clean) ** 2).mean(-1)
    return {"y0": (error * real).sum() / real.sum()}


def implied_contact(motion, hands, thing, betas, count=220):
    """C_bar (B, T, 2, 256): the contact that X (B, T, 208) implies by geometry, by `count` vertices of each hand."""
    place, turn = unpack_hands(motion)
    points = thing.points_at(motion[..., -1])
    maps = []
    for side, hand in enumerate(hands):
        vertices, _ = hand(turn[:, :, side], place[:, :, side], betas[side], vertex_ids=hand.sample(count))
        maps.append(contact_of_distance(torch.cdist(points, vertices).amin(-1)))
    return torch.stack(maps, 2)


def sample(model, condition, frames, *, steps=50, scale=1.5, noise=None, guide=None, strength=1.0, begin=0.5):
    """Draws y0 (B, T, 720) by DDIM (Song et al. 2021); guide = (hands, thing, betas, active (B, 2)) or None for no
    guidance.
    """
    times = torch.linspace(1, 0, steps + 1, device=noise.device)
    levels = sigma_at(times)
    levels[-1] = 0
    noisy = noise * levels[0]
    for step in range(steps):
        sigma = levels[step].expand(len(noise))
        guided = guide is not None and step >= begin * steps
        with torch.set_grad_enabled(guided):
            start = noisy.detach().requires_grad_(guided)
            told = model(start, sigma, condition, frames)
            clean = told
            if scale != 1.0:
                withheld = model(start, sigma, {**condition, "drop": torch.ones_like(condition["drop"])}, frames)
                clean = withheld + scale * (told - withheld)
            if guided:
                signal = model.restore(clean)
                hands, thing, betas, active = guide
                said = signal[..., MOTION:].unflatten(-1, (2, -1))
                error = (said - implied_contact(signal[..., :MOTION], hands, thing, betas)) ** 2
                loss = (error.sum(-1) * active[:, None]).sum()
                push = torch.autograd.grad(loss, start)[0]
                # as large as the step that the sampler itself takes, so that one strength suits every noise level
                size = push.flatten(1).norm(dim=1)[:, None, None].clamp_min(1e-6)
                span = (levels[step] - levels[step + 1]) * math.sqrt(start[0].numel())
                start = start - strength * span * 0.1 * push / size
        clean, noisy = clean.detach(), start.detach()
        if levels[step + 1] == 0:
            return model.restore(clean)
        noisy = clean + (levels[step + 1] / levels[step]) * (noisy - clean)
    return model.restore(noisy)
