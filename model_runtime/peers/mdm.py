"""MDM (Tevet et al., "Human motion diffusion model", ICLR 2023), for hands and an object: motion alone, no contact.

A transformer encoder predicts y0 = X from y_t behind one token of the step and the text. Besides y0's own error it has
MDM's geometric losses: where the joints are, and how they move. Feet have no counterpart here.
"""

import torch

from ..diffusion.losses import conditioned
from ..diffusion.representation import MOTION
from .shared import Denoiser, Peer, ddim, every_other, guessed, mean

UNIT = 0.1  # metres: about the spread of a joint's place


class MDM(Peer):
    """p(X | y_t, text, object, hands)."""

    def __init__(self, width=320, depth=8, heads=5):
        super().__init__()
        self.settings = {"width": width, "depth": depth, "heads": heads}
        self.denoiser = Denoiser(MOTION, width, depth, heads)

    def forward(self, noisy, sigma, condition, frames):
        return self.denoiser(noisy, sigma, condition, frames)


def losses(model, skeleton, batch, generator=None, precision=torch.float32):
    """The parts of the loss of one batch of train.Clips, by name; arguments as for diffusion.losses.losses."""
    clean, frames = model.normalise(batch["motion"]), batch["frames"]
    guess, _ = guessed(model, clean, conditioned(batch, generator), frames, generator, precision)
    joints, truth, few = every_other(model.restore(guess), batch, skeleton)
    return {
        "y0": mean((guess - clean) ** 2, frames),
        "joints": mean(((joints - truth) / UNIT) ** 2, few),
        "velocity": mean(((joints - truth).diff(dim=1) / UNIT) ** 2, few - 1),
    }


def draw(model, condition, frames, generator, hands):
    """X (B, T, 208), and no contact."""
    noise = torch.randn((len(frames), int(frames.max()), MOTION), generator=generator).to(frames.device)
    return model.restore(ddim(model, noise, condition, frames)), None
