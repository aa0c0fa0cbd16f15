"""What the denoiser is trained to make small.

The signal's own error, weighted by EDM's 1/sigma^2 + 1 (Karras et al. 2022) up to 8, and three errors in metres that the numbers
of the signal hide: where the joints and fingertips are in the object's frame, how they move, and how the object moves.
"""

import torch

from .representation import HAND, MOTION, unpack_hands

NEAR = 0.01  # metres: a joint's error of this size costs 1
SIGMA_MEAN, SIGMA_SPREAD = 0.8, 1.6  # of log sigma


def noise_for(batch, generator=None):
    """Noise levels (B,) for training: log-normal, stratified over the batch."""
    level = (torch.arange(batch) + torch.rand(batch, generator=generator)) / batch
    return torch.exp(SIGMA_MEAN + SIGMA_SPREAD * torch.erfinv((2 * level - 1).clamp(-0.9999, 0.9999)) * 2**0.5)


class Skeleton:
    """Joints and fingertips of both hands from X alone, in the object's frame: fast enough for every training step."""

    def __init__(self, hands):
        """hands: the left and the right `hands.layer.Hand`."""
        rest = [hand.rest(torch.zeros(10)) for hand in hands]
        joints = torch.stack([r[1] for r in rest])
        tips = torch.stack([r[0][hand.fingertips] for r, hand in zip(rest, hands)])
        fingers = joints[:, 1:].unflatten(1, (5, 3))
        self.base = fingers[:, :, 0]  # (2, 5, 3) from the wrist
        self.bones = torch.stack([fingers[:, :, 1] - fingers[:, :, 0], fingers[:, :, 2] - fingers[:, :, 1],
                                  tips - fingers[:, :, 2]], 2)  # (2, 5, 3 bones, 3) # fmt: skip

    def __call__(self, motion):
        """X (..., 208) -> (..., 2, 21, 3): wrist, five knuckles, then joints 2, 3 and the tip of each finger."""
        wrist, rotation = unpack_hands(motion)
        turn = rotation[..., :1, :, :]
        places = [wrist.unsqueeze(-2), (turn @ self.base.unsqueeze(-1)).squeeze(-1) + wrist.unsqueeze(-2)]
        fingers = rotation[..., 1:, :, :].unflatten(-3, (5, 3))
        for joint in range(3):
            turn = turn @ fingers[..., joint, :, :]
            places.append(places[-1] + (turn @ self.bones[:, :, joint].unsqueeze(-1)).squeeze(-1))
        return torch.cat(places, -2)


def losses(model, skeleton, signal, active, condition, frames, sigma, noise, precision=torch.float32):
    """The parts of the loss for one batch, by name; their sum is what is trained.

    precision: the type that the network computes in. signal (B, T, 720) in metres and matrices, active (B, 2), noise (B, T, 720) of unit variance, sigma (B,).
    """
    clean = model.normalise(signal)
    with torch.autocast(signal.device.type, precision, enabled=precision != torch.float32):
        guess = model(clean + sigma[:, None, None] * noise, sigma, condition, frames)
    real = (torch.arange(signal.shape[1], device=signal.device) < frames[:, None]).to(signal.dtype)
    pairs = real[:, 1:]
    weight = ((sigma**2 + 1) / sigma**2).clamp_max(8.0)

    def mean(error, mask, scale):
        return ((error.flatten(2).mean(-1) * mask).sum(1) / mask.sum(1) * scale).mean()

    error = (guess - clean) ** 2
    drift = (guess[..., :MOTION].diff(dim=1) - clean[..., :MOTION].diff(dim=1)) ** 2
    # Errors in metres mean something once y0_hat is one clip and not the average of many.
    sharp = 1 / (1 + (sigma / 2) ** 2)
    predicted = skeleton(model.restore(guess)[..., :MOTION])
    with torch.no_grad():
        truth = skeleton(signal[..., :MOTION])
        touching = signal[..., MOTION:].unflatten(-1, (2, -1)).amax(-1)  # (B, T, 2)
        care = active[:, None, :] * (0.2 + touching)
    miss = ((predicted - truth) / NEAR) ** 2
    pace = ((predicted.diff(dim=1) - truth.diff(dim=1)) / NEAR) ** 2
    return {
        "hands": mean(error[..., : 2 * HAND], real, weight),
        "object": mean(error[..., 2 * HAND : MOTION], real, weight),
        "contact": 0.5 * mean(error[..., MOTION:], real, weight),
        "drift": 4.0 * mean(drift, pairs, weight),
        "joints": 0.05 * mean(miss.clamp_max(400.0) * care[..., None, None], real, sharp),
        "pace": 0.2 * mean(pace.clamp_max(400.0) * care[:, 1:, :, None, None], pairs, sharp),
    }
