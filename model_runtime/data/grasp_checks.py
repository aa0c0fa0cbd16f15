"""What is measured of grasps: the exact checks that a found one passes, and what a hand would rather do."""

import numpy as np
import torch

from ..hands.arm import EXTENSION, FLEXION, RADIAL, ULNAR, arm_comfort
from ..hands.layer import core
from ..hands.limits import ranges
from .grasp_kinds import COUPLING, KINDS, Grasps, whole_pose

TOUCH = 0.003  # metres: nearer than this is contact
DEEPEST = 0.002  # a kept grasp is nowhere deeper than this
CORE = 0.0025  # and the middle of its fingers nowhere nearer than this: no finger stands in a thin wall
APART_DEG = 85.0  # between normals averaged over contacts; whether it holds the simulation says
APART = 0.009  # metres between the bones of different fingers
FINE = 8  # points of each bone that are looked at for it
AIR = np.array([0.0, -0.05, 0.20])  # metres: where a thing is, against its place on the table, once it rests on a palm
OPENING = (0.42, 0.38, 0.22) * 4 + (0.25, 0.25, 0.2)  # radians: how much wider than its grasp a hand arrives


def checked(prop, hand, side, state, angle, betas):
    """Measures all candidates by exact distances -> Grasps, {check: (N,) bool}, how good each is (N,), less is
    better."""
    state = {name: value.cpu() for name, value in state.items()}
    prop, hand, betas = prop.to("cpu"), hand.to("cpu"), None if betas is None else betas.cpu()
    hinge = torch.tensor(float(angle))
    (low, high), (narrow, wide) = (limit.unbind(-1) for limit in ranges())
    kinds = [KINDS[list(KINDS)[i]] for i in state["kind"].tolist()]

    def of_kind(value):
        return torch.tensor([value(kind) for kind in kinds])

    flexion, abduction = state["flexion"].clamp(low, high), state["abduction"].clamp(narrow, wide)
    vertices, joints = hand(whole_pose(side, state["wrist"], flexion, abduction), state["translation"], betas)
    distance = prop.exact(vertices, hinge)
    depth = (-distance.amin(-1)).clamp_min(0.0)
    joint = hand.weights.argmax(-1) - 1
    near = distance < TOUCH
    touching = torch.stack([near[:, (joint >= 3 * f) & (joint < 3 * f + 3)].any(-1) for f in range(5)], -1)
    palm = near[:, (joint == -1) & hand.palmar_mask].any(-1)
    palm_height, aloft = vertices[:, joint == -1, 2].amin(-1), state["table"] < -1
    flat = of_kind(lambda kind: not kind.opposed and not kind.need)  # where the palm counts as a finger
    tips = vertices[:, hand.fingertips]
    ease, _ = comfort(state["translation"].numpy(), state["wrist"].numpy(), side, prop.table, aloft.numpy())
    by_thumb, any_two = opposed(prop, hinge, vertices, distance, joint)
    by_palm = of_kind(lambda kind: kind.pads > 0)  # fingers around what lies in the palm hold it too
    checks = {
        "depth": depth < DEEPEST,
        "core": prop.distance(core(tips, joints), hinge).amin(-1) > CORE,
        "table": (vertices[..., 2].amin(-1) > state["table"] - 0.0004)
        & (palm_height > torch.where(aloft, -1e3, prop.table)),
        "apart": bones_apart(joints, tips, FINE) > APART,
        "arm": torch.as_tensor(np.isfinite(ease)),
        "need": (touching | ~of_kind(lambda kind: [f in kind.need for f in range(5)])).all(-1),
        "count": touching[:, :4].sum(-1) + (flat & palm).int() >= of_kind(lambda kind: kind.count),
        "aim": (((tips - state["aim"]).norm(dim=-1) < 0.010) | (state["aimed"] < 0.5)).all(-1),
        "opens": opens(prop, hand, state, flexion, abduction, hinge, betas),
        "opposed": by_thumb | (any_two & by_palm) | ~of_kind(lambda kind: kind.opposed),
    }
    found = Grasps(side, float(angle), state["translation"], state["wrist"], flexion, abduction, state["grip"],
                   state["approach"], depth, touching)  # fmt: skip
    return found, checks, 300 * depth.numpy() + 0.2 * natural(flexion, abduction, state["alike"]).numpy() + 0.5 * ease


def opposed(prop, angle, vertices, distance, joint):
    """Whether contacts press on the object from different sides, more than APART_DEG apart -> (N,), (N,) bool: the
    thumb against fingers or palm; any two parts of the hand against each other."""
    with torch.enable_grad():
        points = vertices.detach().requires_grad_(True)
        normals = torch.autograd.grad(prop.distance(points, angle).sum(), points)[0]
    near = (distance < 0.004).float().unsqueeze(-1)
    parts = torch.nn.functional.one_hot(joint + 1, 16).float()  # (V, 16)
    push = parts.T @ (torch.nn.functional.normalize(normals, dim=-1) * near)  # (N, 16, 3)
    strength = push.norm(dim=-1)
    push = push / strength.clamp_min(1e-6).unsqueeze(-1)
    against = push @ push.transpose(1, 2) + 10.0 * ((strength < 0.5).unsqueeze(1) | (strength < 0.5).unsqueeze(2))
    against = against < np.cos(np.radians(APART_DEG))
    return against[:, 13:, :13].any((1, 2)), against.any((1, 2))


def opens(prop, hand, state, flexion, abduction, angle, betas):
    """(N,) whether fingers that are below the table can open until they are not, with the hand still on the object."""
    good = torch.ones(len(flexion), dtype=torch.bool)
    rows = state["seated"].nonzero()[:, 0]
    for share in np.linspace(0, 2.4, 7) if len(rows) else ():
        pose = whole_pose(hand.side, state["wrist"][rows], opened(flexion[rows], share), abduction[rows])
        vertices, joints = hand(pose, state["translation"][rows], betas)
        distance = prop.exact(vertices, angle).amin(-1)
        through = prop.distance(core(vertices[:, hand.fingertips], joints), angle).amin(-1)
        clear = (vertices[..., 2].amin(-1) > prop.table + 0.001) & (through > CORE)
        good[rows] = clear & (distance > -DEEPEST) & (distance < TOUCH)
        rows = rows[~good[rows]]
    return good


def opened(flexion, share):
    """Flexion (..., 15) with the fingers open by a share of OPENING, but not beyond straight."""
    return torch.maximum(flexion - share * flexion.new_tensor(OPENING), flexion.clamp_max(-0.1))


def natural(flexion, abduction, alike=1.0):
    """(N,) how unlike a person's the fingers' angles (N, 15), (N, 5) are, 0 where nothing strikes the eye.

    The last joint follows the middle one, no joint bends backwards, neighbours bend alike; where `alike` (N,) is 0 they
    need not, as when one finger points.
    """
    fingers = flexion[:, :12].unflatten(-1, (4, 3))[:, [0, 1, 3, 2]]  # index, middle, ring, pinky
    follow = (fingers[..., 2] - COUPLING * fingers[..., 1]).square().sum(-1)
    back = (-0.05 - fingers).clamp_min(0.0).square().sum((-1, -2)) + (-0.1 - flexion[:, 13:]).clamp_min(0).square().sum(
        -1
    )
    apart = ((fingers[:, 1:] - fingers[:, :-1])[..., :2].abs() - 0.15).clamp_min(0.0).square().sum((-1, -2))
    return follow + 8 * back + alike * apart + 3 * abduction.square().sum(-1)


def bones_apart(joints, tips, count=2):
    """(N,) smallest distance between the middles of different fingers, from joints (N, 16, 3) and fingertips (N, 5, 3).

    `count` points of each bone are looked at: two in the search, more where crossed fingers must not be missed.
    """
    fingers = joints[:, 1:].unflatten(1, (5, 3))
    end = fingers[:, :, 2:] + 0.6 * (tips.unsqueeze(2) - fingers[:, :, 2:])
    chain = torch.cat([fingers, end], 2).unsqueeze(3)  # (N, 5, 4, 1, 3)
    share = (torch.arange(count, device=joints.device) + 1).div(count).unsqueeze(-1)
    points = (chain[:, :, :-1] + share * (chain[:, :, 1:] - chain[:, :, :-1])).flatten(1, 3)
    owner = torch.arange(5, device=joints.device).repeat_interleave(3 * count)
    gaps = torch.cdist(points, points) + (owner[:, None] == owner) * 1.0
    return gaps.amin((-1, -2))


def comfort(translation, rotation, side, table, aloft):
    """(N,) how hard a pose is for the arm, infinite where it can't, and the elbow (N, 3) that makes it easiest, against
    a thing that is not lifted; `aloft` (N,) are those taken in the air."""
    lift = aloft[:, None] * AIR
    cost, elbow = arm_comfort(translation + lift, rotation, side, np.where(aloft, -np.inf, table)[:, None])
    return cost.min(1), elbow[np.arange(len(cost)), cost.argmin(1)] - lift


def wrist_bend(side, rotation, wrist, elbow):
    """(N,) how far a wrist is bent, 1 at its limit: rotation (N, 3, 3) of the hand, wrist (N, 3), elbow (N, 3)."""
    forearm = torch.nn.functional.normalize(wrist - elbow, dim=-1)
    x, y, z = (-(forearm.unsqueeze(1) @ rotation)).squeeze(1).unbind(-1)
    flexion, ulnar = torch.atan2(-y, x if side == 1 else -x), -z.clamp(-0.99, 0.99).asin()
    flexion = flexion / torch.where(flexion > 0, FLEXION, EXTENSION)
    return torch.hypot(flexion, ulnar / torch.where(ulnar > 0, ULNAR, RADIAL))
