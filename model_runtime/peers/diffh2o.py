"""DiffH2O (Christen et al., SIGGRAPH Asia 2024): first the grasp, then the interaction, by two diffusion models.

The grasp stage draws the hands alone, to an object that stands still, until it is grasped. The interaction stage draws
hands and object from a little before that moment: its first frames are the grasp's last ("subsequence imputing"), and
grasp guidance pulls the hands, which are in the object's frame, towards that grasp, less and less as time goes on. The
signal of both holds, beside X, the distances of all joints to the object. When the grasp ends is predicted from the
text and the object.
"""

import torch
from torch import nn

from ..diffusion.losses import conditioned
from ..diffusion.representation import HAND, MOTION
from .shared import JOINTS, Condition, Denoiser, Peer, ddim, guessed, mean, surface_distance, two_layers

OVERLAP = 6  # frames that both stages draw
FADE = 10.0  # frames after which the pull of the grasp has fallen to a third
UNIT = 0.1  # metres: the spread of a joint's distance


class DiffH2O(Peer):
    """The stages: grasp p(hands, distances), interaction p(X, distances); `moment` says when one becomes the other."""

    def __init__(self, width=320, grasp_depth=3, depth=5, heads=5):
        super().__init__()
        self.settings = {"width": width, "grasp_depth": grasp_depth, "depth": depth, "heads": heads}
        self.grasp = Denoiser(2 * HAND + JOINTS, width, grasp_depth, heads)
        self.interaction = Denoiser(MOTION + JOINTS, width, depth, heads)
        self.told, self.last = Condition(width), nn.Sequential(nn.SiLU(), two_layers(width, width, 1))

    def moment(self, condition):
        """The share of the clip (B,) after which the object is held."""
        return self.last(self.told(condition))[:, 0].sigmoid()


def stages(batch):
    """Of each clip (B,): the frame in which a hand first holds or touches the object, and the interaction's first.

    Where no hand ever does, the clip is all grasp.
    """
    held, last = (batch["hold"] > 0).any(-1), batch["frames"] - 1
    first = torch.where(held.any(1), held.to(torch.uint8).argmax(1), last).minimum(last)
    return first, (first + 1 - OVERLAP).clamp_min(0)


def losses(model, skeleton, batch, generator=None, precision=torch.float32):
    """The parts of the loss of one batch of train.Clips, by name; arguments as for diffusion.losses.losses."""
    motion, frames, told = batch["motion"], batch["frames"], conditioned(batch, generator)
    first, start = stages(batch)
    away = surface_distance(skeleton(motion, batch["betas"]).flatten(2, 3), told, motion[..., -1])
    signal = torch.cat([model.normalise(motion), (away / UNIT).clamp(-3, 3) - 1], -1)

    count = first + 1
    early = signal[:, : int(count.max())]
    early = torch.cat([early[..., : 2 * HAND], early[..., MOTION:]], -1)
    grasp, _ = guessed(model.grasp, early, told, count, generator, precision)

    rest = frames - start
    rows = (start[:, None] + torch.arange(int(rest.max()), device=start.device)).minimum((frames - 1)[:, None])
    late = signal.gather(1, rows[..., None].expand(-1, -1, signal.shape[-1]))
    guess, _ = guessed(model.interaction, late, told, rest, generator, precision)
    return {
        "grasp": mean((grasp - early) ** 2, count),
        "interaction": mean((guess - late) ** 2, rest),
        "moment": 4 * ((model.moment(told) - first / (frames - 1).clamp_min(1)) ** 2).mean(),
    }


def grasp_guidance(signal, known, strength):
    """Imputing and guidance of the interaction's y0_hat (B, T, 250), by the grasp's last frames known (B, K, 198).

    The first K frames become those. Frame t of the rest moves by one step down the gradient of the sum over t of
    strength / 2 exp(-(t - K + 1) / FADE) |hands_t - hands of the last known frame|^2.
    """
    count = known.shape[1]
    hands = signal[..., : 2 * HAND]
    since = torch.arange(signal.shape[1], device=signal.device) - count + 1
    pull = strength * torch.exp(-since.clamp_min(0) / FADE)
    hands = hands + pull[:, None] * (known[:, -1:] - hands)
    return torch.cat([torch.cat([known, hands[:, count:]], 1), signal[..., 2 * HAND :]], -1)


def draw(model, condition, frames, generator, hands, strength=0.3):
    """X (1, T, 208) of one clip, and no contact."""
    total = int(frames)
    with torch.no_grad():
        count = int((model.moment(condition) * (total - 1)).round().clamp(OVERLAP, max(total - OVERLAP, OVERLAP))) + 1
    count = min(count, total)
    early = torch.full_like(frames, count)
    late = total - early + min(OVERLAP, count)
    noises = [torch.randn((1, int(n), size), generator=generator).to(frames.device)
              for n, size in ((early, model.grasp.size), (late, model.interaction.size))]  # fmt: skip
    grasp = ddim(model.grasp, noises[0], condition, early)[..., : 2 * HAND]
    known = grasp[:, -min(OVERLAP, count) :]
    # The pull fades with the noise, as a classifier's does: the last steps settle what it brought about.
    rest = ddim(model.interaction, noises[1], condition, late,
                guide=lambda y0, step, steps: grasp_guidance(y0, known, strength * (1 - step / steps)))  # fmt: skip
    still = motion_at_rest(grasp, model)
    return torch.cat([still[:, : count - known.shape[1]], model.restore(rest[..., :MOTION])], 1), None


def motion_at_rest(grasp, model):
    """The grasp stage's hands (B, T, 198), normalised -> X (B, T, 208) with the object where it stands."""
    thing = grasp.new_tensor([0.0] * 3 + [1.0, 0.0, 0.0, 0.0, 1.0, 0.0] + [0.0]).expand(*grasp.shape[:2], -1)
    hands = grasp * model.std[: 2 * HAND] + model.mean[: 2 * HAND]
    return torch.cat([hands, thing], -1)
