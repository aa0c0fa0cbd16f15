"""What the denoiser is trained to make small.

The signal's own error, weighted by EDM's 1/sigma^2 + 1 (Karras et al. 2022) up to 8, and errors in metres that the
numbers of the signal hide: where the joints and fingertips of these hands are in the object's frame, how they move, and
most of all where they touch. Then what the clip is conditioned on: words and hands withheld now and then, frames fixed
now and then.
"""

import torch

from .representation import GIVEN, HAND, MOTION, unpack_hands

NEAR = 0.01  # metres: a joint's error of this size costs 1
SIGMA_MEAN, SIGMA_SPREAD = 0.8, 1.6  # of log sigma
STRIDE = 2  # frames between those that the errors in metres look at


def noise_for(batch, generator=None):
    """Noise levels (B,) for training: log-normal, stratified over the batch."""
    level = (torch.arange(batch) + torch.rand(batch, generator=generator)) / batch
    return torch.exp(SIGMA_MEAN + SIGMA_SPREAD * torch.erfinv((2 * level - 1).clamp(-0.9999, 0.9999)) * 2**0.5)


class Skeleton(torch.nn.Module):
    """Joints and fingertips of both hands from X and betas, in the object's frame: fast enough for every training
    step.
    """

    def __init__(self, hands):
        """hands: the left and the right `hands.layer.Hand`."""
        super().__init__()
        rest, moves = [], []
        for hand in hands:
            joints = torch.cat(
                [hand.template_joints[1:].unflatten(0, (5, 3)), hand.template[hand.fingertips][:, None]], 1
            )
            move = torch.cat([hand.joint_directions[1:].unflatten(0, (5, 3)),
                              hand.shape_directions[hand.fingertips][:, None]], 1)  # fmt: skip
            rest.append(joints)
            moves.append(move)
        self.register_buffer("rest", torch.stack(rest))  # (2, 5, 4, 3) from the wrist
        self.register_buffer("moves", torch.stack(moves))  # (2, 5, 4, 3, 10)

    def __call__(self, motion, betas):
        """X (B, T, 208), betas (B, 2, 10) -> (B, T, 2, 21, 3): wrist, five knuckles, then joints 2, 3, tip of each
        finger.
        """
        wrist, rotation = unpack_hands(motion)
        chain = self.rest + (self.moves @ betas[:, :, None, None, :, None]).squeeze(-1)  # (B, 2, 5, 4, 3)
        bones = chain.diff(dim=3)[:, None]
        turn = rotation[..., :1, :, :]
        places = [wrist.unsqueeze(-2), (turn @ chain[:, None, :, :, 0, :, None]).squeeze(-1) + wrist.unsqueeze(-2)]
        fingers = rotation[..., 1:, :, :].unflatten(-3, (5, 3))
        for joint in range(3):
            turn = turn @ fingers[..., joint, :, :]
            places.append(places[-1] + (turn @ bones[..., joint, :, None]).squeeze(-1))
        return torch.cat(places, -2)


def fixed_frames(motion, frames, begun, generator=None):
    """Which frames of each clip are given to the model, as users fix them: (B, T, 3) bool; none in two clips of three.

    A third of the rest each: the object's whole path, a few key frames of something, the first frames of everything.
    Of a clip that begins in the middle the first `begun` (B,) frames are.
    """
    batch, length = motion.shape[:2]
    draw = torch.rand(batch, 4, generator=generator).to(motion.device)
    index = torch.arange(length, device=motion.device)
    path = index.new_tensor([False, False, True], dtype=torch.bool).expand(length, GIVEN)
    some = torch.rand(batch, length, generator=generator).to(motion.device) < (3 * draw[:, 1:2] / frames[:, None])
    what = torch.rand(batch, 1, GIVEN, generator=generator).to(motion.device) < 0.6
    first = (index < 31 * draw[:, 1:2])[..., None].expand(-1, -1, GIVEN)
    kind = draw[:, 0, None, None]
    given = torch.where(kind < 0.11, path, torch.where(kind < 0.22, some[..., None] & what, first))
    begins = (index < begun[:, None])[..., None].expand(-1, -1, GIVEN)
    return torch.where(begun[:, None, None] > 0, begins, given & (kind < 0.33))


def conditioned(batch, generator=None):
    """What the model is told of a batch: the hands unsaid in three clips of ten, the words withheld in one of ten."""
    size, device = len(batch["motion"]), batch["motion"].device
    said = torch.rand(size, 1, generator=generator).to(device) > 0.3
    told = {name: batch[name] for name in ("text", "points", "normals", "moving", "hinge", "betas")}
    told.update(hands=batch["active"].float() * said, drop=torch.rand(size, generator=generator).to(device) < 0.1,
                known=batch["motion"], given=fixed_frames(batch["motion"], batch["frames"], batch["begun"], generator))  # fmt: skip
    return told


def losses(model, skeleton, batch, generator=None, precision=torch.float32, contact=True):
    """The parts of the loss of one batch of train.Clips, by name; their sum is what is trained.

    precision: the type that the network computes in; generator: of the noise and of what is withheld; contact: whether
    contact is a modality, else the network neither sees it nor is asked for it.
    """
    motion, frames = batch["motion"], batch["frames"]
    signal = torch.cat([motion, batch["contact"].flatten(-2)], -1)
    clean = model.normalise(signal)
    sigma = noise_for(len(clean), generator).to(clean)
    noise = torch.randn(clean.shape, generator=generator).to(clean)
    if not contact:
        clean[..., MOTION:], noise[..., MOTION:] = 0, 0
    with torch.autocast(clean.device.type, precision, enabled=precision != torch.float32):
        guess = model(clean + sigma[:, None, None] * noise, sigma, conditioned(batch, generator), frames)
    real = (torch.arange(signal.shape[1], device=signal.device) < frames[:, None]).to(signal.dtype)
    weight = ((sigma**2 + 1) / sigma**2).clamp_max(8.0)

    def mean(error, mask, scale):
        return ((error.flatten(2).mean(-1) * mask).sum(1) / mask.sum(1).clamp_min(1) * scale).mean()

    error = (guess - clean) ** 2
    drift = (guess[..., :MOTION].diff(dim=1) - clean[..., :MOTION].diff(dim=1)) ** 2
    # Errors in metres mean something once y0_hat is one clip and not the average of many.
    sharp = 1 / (1 + (sigma / 2) ** 2)
    real_few, pairs = real[:, ::STRIDE], real[:, ::STRIDE][:, 1:]
    predicted = skeleton(model.restore(guess[:, ::STRIDE])[..., :MOTION], batch["betas"])
    with torch.no_grad():
        truth = skeleton(motion[:, ::STRIDE], batch["betas"])
        touching = batch["contact"][:, ::STRIDE].amax(-1)  # (B, T, 2)
        care = batch["active"][:, None, :] * (0.2 + touching)
    miss = ((predicted - truth) / NEAR) ** 2
    pace = ((predicted.diff(dim=1) - truth.diff(dim=1)) / NEAR) ** 2
    return {
        "hands": mean(error[..., : 2 * HAND], real, weight),
        "object": mean(error[..., 2 * HAND : MOTION], real, weight),
        "contact": 0.5 * mean(error[..., MOTION:], real, weight),
        "drift": 16.0 * mean(drift, real[:, 1:], weight),
        "joints": 0.05 * mean(miss.clamp_max(400.0) * care[..., None, None], real_few, sharp),
        "pace": 0.2 * mean(pace.clamp_max(400.0) * care[:, 1:, :, None, None], pairs, sharp),
    }
