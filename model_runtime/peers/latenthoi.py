"""LatentHOI (Li et al., CVPR 2025): diffusion in the latent space of grasps.

GraspVAE, frame by frame and hand by hand: how the fingers are bent, seen together with where the wrist is on this
object, becomes a few numbers z, and z, the wrist and the object become fingers again. A diffusion transformer draws
what moves over time: the wrists, the object, and z. The autoencoder never hears the words and never sees time; the
diffusion never sees a finger.
"""

import torch

from ..diffusion.losses import conditioned
from ..diffusion.representation import HAND, MOTION
from .shared import Condition, Denoiser, Peer, ddim, every_other, guessed, mean, two_layers

WRIST = 9  # numbers of a hand before its fingers
LATENT = 24  # numbers of z
KL = 3e-3  # how much the latents' spread weighs against what they keep
UNIT = 0.1  # metres, of joints


class LatentHOI(Peer):
    """Latents of a clip are (B, T, 76): of each hand its wrist (9) and z (24), then the object (10)."""

    def __init__(self, width=320, depth=8, heads=5, hidden=512):
        super().__init__()
        self.settings = {"width": width, "depth": depth, "heads": heads, "hidden": hidden}
        self.thing = Condition(width)
        self.encoder = two_layers(width + HAND + 2, hidden, 2 * LATENT)
        self.decoder = two_layers(width + WRIST + LATENT + 2, hidden, hidden)
        self.fingers = two_layers(hidden, hidden, HAND - WRIST)
        self.denoiser = Denoiser(2 * (WRIST + LATENT) + MOTION - 2 * HAND, width, depth, heads)

    def around(self, hands, condition):
        """What the autoencoder knows beside the numbers of hands (B, T, 2, n): the object, and which hand it is."""
        wordless = {**condition, "drop": torch.ones_like(condition["drop"])}
        thing = self.thing(wordless)[:, None, None].expand(*hands.shape[:3], -1)
        side = torch.eye(2, device=hands.device).expand(*hands.shape[:2], -1, -1)
        return torch.cat([hands, thing, side], -1)

    def encode(self, motion, condition):
        """X (B, T, 208), normalised -> mean and log variance of z (B, T, 2, 24)."""
        hands = motion[..., : 2 * HAND].unflatten(-1, (2, HAND))
        return self.encoder(self.around(hands, condition)).chunk(2, -1)

    def latents(self, motion, z):
        """The latents (B, T, 76) of X (B, T, 208), normalised, whose grasps are z (B, T, 2, 24)."""
        wrists = motion[..., : 2 * HAND].unflatten(-1, (2, HAND))[..., :WRIST]
        return torch.cat([torch.cat([wrists, z], -1).flatten(2), motion[..., 2 * HAND :]], -1)

    def decode(self, latents, condition):
        """Latents (B, T, 76) -> X (B, T, 208), normalised."""
        hands, thing = latents.split([2 * (WRIST + LATENT), MOTION - 2 * HAND], -1)
        hands = hands.unflatten(-1, (2, WRIST + LATENT))
        fingers = self.fingers(torch.nn.functional.silu(self.decoder(self.around(hands, condition))))
        return torch.cat([torch.cat([hands[..., :WRIST], fingers], -1).flatten(2), thing], -1)


def losses(model, skeleton, batch, generator=None, precision=torch.float32):
    """The parts of the loss of one batch of train.Clips, by name; arguments as for diffusion.losses.losses."""
    clean, frames, told = model.normalise(batch["motion"]), batch["frames"], conditioned(batch, generator)
    centre, spread = model.encode(clean, told)
    spread = spread.clamp(-10, 10)
    z = centre + (0.5 * spread).exp() * torch.randn(centre.shape, generator=generator).to(centre)
    again = model.decode(model.latents(clean, z), told)
    joints, truth, few = every_other(model.restore(again), batch, skeleton)
    goal = model.latents(clean, centre.detach())  # what the diffusion finds hard must not bend the latents
    guess, _ = guessed(model.denoiser, goal, told, frames, generator, precision)
    return {
        "grasp": mean((again - clean)[..., : 2 * HAND] ** 2, frames),
        "grasp_joints": mean(((joints - truth) / UNIT) ** 2, few),
        "kl": KL * mean(centre**2 + spread.exp() - 1 - spread, frames),
        "latents": mean((guess - goal) ** 2, frames),
    }


def draw(model, condition, frames, generator, hands):
    """X (B, T, 208), and no contact."""
    noise = torch.randn((len(frames), int(frames.max()), model.denoiser.size), generator=generator).to(frames.device)
    latents = ddim(model.denoiser, noise, condition, frames)
    with torch.no_grad():
        return model.restore(model.decode(latents, condition)), None
