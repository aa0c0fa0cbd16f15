"""Text2HOI (Cha et al., CVPR 2024): first where the object is touched, then the motion given that, then a refiner.

1. A conditional VAE draws a static map from the text and the object: how sure each hand is to touch each point.
2. A diffusion transformer draws the motion; the map belongs to the object's points that it is told. Beside y0's error:
   how far joints are from the surface ("distance map"), how the hands are turned against the object ("orientation").
3. A refiner sees the motion, the map and the joints' distances, and corrects the hands: it keeps joints on the surface
   that should be there, and out of the object.
"""

import torch
from torch import nn
import torch.nn.functional as F

from ..diffusion.losses import NEAR, STRIDE, Skeleton, conditioned
from ..diffusion.network import POINT
from ..diffusion.representation import HAND, MOTION, unpack_hands
from .shared import (JOINTS, REACH, Condition, Denoiser, Peer, Trunk, ddim, every_other, guessed, mean, surface,
                     surface_distance, two_layers)  # fmt: skip

LATENT = 64
DEEP = 0.05  # metres: what is farther below the nearest point than this is beside the object, not inside


class Text2HOI(Peer):
    """The three stages. A map is (B, 256, 2): of each contact point, how sure the left and the right hand touch it."""

    def __init__(self, width=320, depth=6, heads=5, refining=2):
        super().__init__()
        self.settings = {"width": width, "depth": depth, "heads": heads, "refining": refining}
        self.told, self.seen = Condition(width), Condition(width, maps=2)
        self.encoded = two_layers(width, width, 2 * LATENT)
        self.point, self.whole = nn.Linear(POINT, width), nn.Linear(width + LATENT, width)
        self.touched = two_layers(width, width, 2)
        self.denoiser = Denoiser(MOTION, width, depth, heads, maps=2)
        self.refiner_told = Condition(width, maps=2)
        self.refiner = Trunk(MOTION + JOINTS, 2 * HAND, width, refining, heads)

    def map_of(self, latent, condition):
        """Logits of the map from latent (B, 64)."""
        whole = self.whole(torch.cat([self.told(condition), latent], -1))
        return self.touched(F.silu(self.point(surface(condition)) + whole[:, None]))

    def refined(self, motion, condition, frames, skeleton):
        """X (B, T, 208) in metres and matrices -> the same with its hands corrected."""
        with torch.no_grad():
            joints = skeleton(motion, condition["betas"]).flatten(2, 3)
            distance = surface_distance(joints, condition, motion[..., -1]).clamp(-REACH, 5 * REACH) / REACH
        seen = torch.cat([self.normalise(motion), distance], -1)
        change = self.refiner(seen, self.refiner_told(condition)[:, None], frames)
        return torch.cat([motion[..., : 2 * HAND] + change * self.std[: 2 * HAND], motion[..., 2 * HAND :]], -1)


def losses(model, skeleton, batch, generator=None, precision=torch.float32):
    """The parts of the loss of one batch of train.Clips, by name; arguments as for diffusion.losses.losses."""
    clean, frames = model.normalise(batch["motion"]), batch["frames"]
    told = {**conditioned(batch, generator), "map": batch["contact"].amax(1).transpose(1, 2)}  # touched at any time
    guess, sigma = guessed(model.denoiser, clean, told, frames, generator, precision)
    motion = model.restore(guess)
    with torch.autocast(clean.device.type, precision, enabled=precision != torch.float32):
        refined = model.refined(motion.detach(), told, frames, skeleton)
    sharp = 1 / (1 + sigma**2)  # distances mean something once y0_hat is one clip and not the average of many
    joints, truth, few = every_other(motion, batch, skeleton)
    finer = skeleton(refined[:, ::STRIDE], batch["betas"]).flatten(2, 3)
    angle = batch["motion"][:, ::STRIDE, -1]
    away = surface_distance(truth, told, angle)
    contact, inside = contact_errors(surface_distance(finer, told, angle), away)
    turns, turns_truth = (unpack_hands(x)[1][..., 0, :, :] for x in (motion, batch["motion"]))
    return {
        **map_losses(model, told, generator),
        "y0": mean((guess - clean) ** 2, frames),
        "distance": 0.1 * mean(contact_errors(surface_distance(joints, told, angle), away)[0], few, sharp),
        "orientation": mean((turns - turns_truth) ** 2, frames),
        "refined": 0.1 * mean(((finer - truth) / NEAR).square().clamp_max(100.0), few, sharp),
        "refined_contact": mean(contact, few, sharp),
        "refined_inside": mean(inside, few, sharp),
    }


def map_losses(model, told, generator=None):
    """The VAE's: how well it gives back the condition's map, and its latents' distance from a normal distribution."""
    centre, spread = model.encoded(model.seen(told)).chunk(2, -1)
    latent = centre + (0.5 * spread).exp() * torch.randn(centre.shape, generator=generator).to(centre)
    return {"map": 4 * F.binary_cross_entropy_with_logits(model.map_of(latent, told), told["map"]),
            "map_kl": 0.5e-2 * (centre**2 + spread.exp() - 1 - spread).mean()}  # fmt: skip


def contact_errors(distance, truth):
    """Signed distances of joints and their truth (B, T, J), metres -> two errors (B, T, J), in centimetres: of joints
    that should be within REACH of the surface how far they are off, smooth L1; how far joints are inside, squared."""
    miss = F.smooth_l1_loss(distance / NEAR, truth / NEAR, reduction="none") * (truth.abs() < REACH)
    return miss, (-distance / NEAR).clamp_min(0) ** 2 * (distance > -DEEP)


def draw(model, condition, frames, generator, hands):
    """X (B, T, 208), and no contact: the map is the whole clip's."""
    shapes = (len(frames), LATENT), (len(frames), int(frames.max()), MOTION)
    latent, noise = (torch.randn(shape, generator=generator).to(frames.device) for shape in shapes)
    with torch.no_grad():
        condition = {**condition, "map": model.map_of(latent, condition).sigmoid()}
        motion = model.restore(ddim(model.denoiser, noise, condition, frames))
        return model.refined(motion, condition, frames, Skeleton(hands).to(frames.device)), None
