"""Grasps found on an object: poses near a grip, fingers closed until they touch, then a short optimisation.

Everything is batched torch over candidates; the arm and the last, exact check run on the CPU. One object, one side at a
time. Fingers in MANO's order: index, middle, pinky, ring, thumb.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.spatial.transform import Rotation
import torch

from ..hands.arm import EXTENSION, FLEXION, RADIAL, ULNAR, arm_comfort, reachable
from ..hands.layer import core
from ..hands.limits import curl_pose, ranges
from ..hands.rotation import axis_angle_to_matrix

__all__ = ["DEEPEST", "KINDS", "TOUCH", "Grasps", "Kind", "find", "reachable", "spread", "whole_pose"]

TOUCH = 0.003  # metres: nearer than this is contact
DEEPEST = 0.002  # a kept grasp is nowhere deeper than this
CORE = 0.0025  # and the middle of its fingers nowhere nearer than this: no finger stands in a thin wall
FLESH = 0.007  # as far as the search keeps them: thinner walls than a finger then stay on one side of it
APART_DEG = 85.0  # between normals averaged over contacts; whether it holds the simulation says
UNDER = 0.03  # metres: how far fingers may be below the table, around a bar that has yet to come up
SLIDE = 0.012  # metres: how far a fingertip may move in the ring of scissors
OPENING = (0.42, 0.38, 0.22) * 4 + (0.25, 0.25, 0.2)  # radians: how much wider than its grasp a hand arrives
APART = 0.009  # metres between the bones of different fingers
FINE = 8  # points of each bone that are looked at for it
AIR = np.array([0.0, -0.05, 0.20])  # metres: where a thing is, against its place on the table, once it rests on a palm
OPPOSITE = torch.tensor([1.0, 1.0, 1.0, 1.0, -1.0])  # fingers on one side of what is held, the thumb on the other
BALANCE = 4.0  # weight in the search of pushes that cancel
COUPLING = 2 / 3  # the last joint bends with the middle one (Rijpkema & Girard 1991)


@dataclass(frozen=True)
class Kind:
    """How a right hand takes hold in one of `families.shape.KINDS`.

    reach   degrees from the direction of the fingers to that of the palm: which way the hand travels
    anchor  the point of the hand's frame that comes to the grip's centre
    curl    radians, flexion to start from: (first, middle joint) of the four fingers, then of the thumb (first joint)
    matter  how much each finger's contact matters, index, middle, pinky, ring, thumb; 0: it stays out of the way
    need    fingers that have to touch; `count`: how many of the four fingers (the palm counts as one) have to
    opposed contacts have to press from opposite sides
    pads    whether palm and the fingers' whole length want to lie on the object
    """

    reach: float
    anchor: tuple
    curl: tuple
    matter: tuple
    need: tuple = ()
    count: int = 0
    opposed: bool = False
    pads: float = 0.0
    spread: float = 18.0


ALL = (1.0, 1.0, 0.5, 0.7, 2.0)  # without the thumb there is no grasp
# Flexion with the pads of the thumb and of index and middle finger facing each other, 2 cm and 10 cm apart; and of the
# thumb and the index finger's side, 1 cm and 4 cm. Found by optimising the bundled hand for it.
PINCH = (
    (0.57, 0.80, 0.54, 0.73, 0.84, 0.56, 0.78, 0.80, 0.53, 0.75, 0.82, 0.55, 0.87, -0.03, 0.00),
    (0.12, 0.60, 0.42, 0.08, 0.52, 0.38, 0.20, 0.40, 0.28, 0.14, 0.45, 0.30, -0.05, -0.03, 0.60),
)
LATERAL = (
    (0.85, 1.18, 0.76, 0.90, 1.15, 0.75, 1.00, 1.15, 0.75, 0.95, 1.15, 0.75, 0.06, 0.66, 0.26),
    (0.75, 1.18, 0.76, 0.85, 1.15, 0.75, 0.95, 1.15, 0.75, 0.90, 1.15, 0.75, -0.05, 0.06, 0.75),
)
PRECISE = {"pinch": (PINCH, 0.02, 0.10), "tripod": (PINCH, 0.02, 0.10), "side": (PINCH, 0.02, 0.10),
           "rim": (PINCH, 0.02, 0.10), "loops": (PINCH, 0.02, 0.10), "lateral": (LATERAL, 0.01, 0.04)}  # fmt: skip
KINDS = {
    "wrap": Kind(90, (-0.082, -0.034, 0.004), (0.25, 0.25, 0.10), ALL, (4,), 2, True, 1.0),
    "handle": Kind(80, (-0.094, -0.030, 0.0), (0.45, 0.45, 0.18), ALL, (4,), 2, True, 1.0),
    "two": Kind(85, (-0.100, -0.018, 0.0), (0.15, 0.15, 0.06), ALL, (), 2, False, 1.0, 25.0),
    "pinch": Kind(40, (-0.125, -0.062, 0.020), (0.40, 0.40, 0.16), ALL, (4,), 2, True),
    "tripod": Kind(40, (-0.125, -0.062, 0.024), (0.45, 0.45, 0.18), (1.5, 1.5, 0.0, 0.2, 2.0), (0, 1, 4), 2, True),
    "side": Kind(35, (-0.128, -0.040, 0.012), (0.35, 0.35, 0.14), ALL, (4,), 2, True),
    "rim": Kind(25, (-0.128, -0.050, 0.014), (0.45, 0.45, 0.18), (1.0, 1.0, 0.1, 0.3, 2.0), (4,), 1, True),
    "lateral": Kind(20, (-0.118, -0.040, 0.042), (0.80, 0.95, 0.10), (1.5, 0.2, 0.0, 0.0, 2.0), (0, 4), 1, True),
    "hook": Kind(60, (-0.112, -0.022, -0.004), (0.35, 0.60, 0.0), (1.0, 1.0, 0.7, 1.0, 0.0), (), 3, False, 0.3),
    "platform": Kind(90, (-0.100, -0.022, 0.0), (0.10, 0.10, 0.0), (1.0, 1.0, 0.7, 1.0, 0.3), (), 3, False, 1.0, 22.0),
    "loops": Kind(40, (-0.125, -0.062, 0.020), (0.4, 0.4, 0.2), (0.2, 1.5, 0.0, 0.0, 1.5), (1, 4), 1, True, 0.0, 8.0),
    "press": Kind(40, (-0.178, -0.030, 0.018), (0.25, 0.25, 0.35), (3.0, 0.0, 0.0, 0.0, 0.0), (0,), 1, False, 0.0, 14.0),
    "palm": Kind(80, (-0.105, -0.020, 0.0), (0.06, 0.06, 0.05), (1.0, 1.0, 0.7, 1.0, 0.2), (), 3, False, 1.0, 14.0),
}  # fmt: skip


@dataclass
class Grasps:
    """G grasps of one side on one object, in the object's frame, its hinge at `angle` radians.

    translation (G, 3), rotation (G, 3, 3) of the wrist; flexion (G, 15), abduction (G, 5); grip (G,) index into the
    shape's grips; approach (G, 3) the way the hand came; depth (G,) deepest penetration, metres; touching (G, 5) bool.
    """

    side: int
    angle: float
    translation: torch.Tensor
    rotation: torch.Tensor
    flexion: torch.Tensor
    abduction: torch.Tensor
    grip: torch.Tensor
    approach: torch.Tensor
    depth: torch.Tensor
    touching: torch.Tensor

    def __len__(self):
        return len(self.grip)

    def pose(self):
        """(G, 16, 3, 3) rotations for the hand layer."""
        return whole_pose(self.side, self.rotation, self.flexion, self.abduction)

    def detached(self):
        """The same grasps, off the autograd tape and on the CPU."""
        return Grasps(**{n: v.detach().cpu() if torch.is_tensor(v) else v for n, v in vars(self).items()})

    def pick(self, rows):
        """The same grasps, only `rows`."""
        values = {name: value[rows] if torch.is_tensor(value) else value for name, value in vars(self).items()}
        return Grasps(**values)


def whole_pose(side, wrist, flexion, abduction):
    """(..., 16, 3, 3) from the wrist's rotation and the fingers' angles."""
    return torch.cat([wrist.unsqueeze(-3), curl_pose(side, flexion, abduction)], -3)


def grips_at(prop, angle):
    """The shape's grips where the hinge is at `angle`: those on the part that turns have turned with it."""
    turn, shift = (v.double().numpy() for v in prop.part_pose(torch.tensor(float(angle))))

    def turned(grip):
        hole = None if grip.hole is None else turn @ grip.hole + shift
        return replace(grip, centre=turn @ grip.centre + shift, axis=turn @ grip.axis, approach=grip.approach @ turn.T, hole=hole)

    return [turned(grip) if prop.shape.moves(grip) else grip for grip in prop.shape.grips]


def thumb_sides(grip, way, towards, rng):
    """Unit vectors (N, 3) for the hand's thumb side: along the held axis, rather up, or to the working end `towards`."""
    if grip.kind == "two":
        return np.where(np.abs(way[:, 2:]) < 0.7, [0, 0, 1.0], [0, 1.0, 0.0])
    chance = 0.5 + 0.45 * grip.axis[2]
    if towards is not None and abs(grip.axis[2]) < 0.5 and grip.kind in ("wrap", "tripod", "lateral"):
        chance = 0.5 + 0.35 * np.sign(grip.axis @ (towards - grip.centre))
    return np.where(rng.random((len(way), 1)) < chance, 1.0, -1.0) * grip.axis


def before(hand, grip, rng, count, wider=0.0):
    """Hands shaped to take hold, wrist at the origin: flexion (N, 15), the point that is to meet the grip's middle, the
    way the hand reaches and its thumb side, (N, 3) each, unit; numpy."""
    kind = KINDS[grip.kind]
    if grip.kind not in PRECISE:
        mirror = np.array([1.0 if hand.side == 1 else -1.0, 1.0, 1.0])
        angle = np.radians(kind.reach + rng.normal(0, 12, count))
        reach = np.stack([-np.cos(angle), -np.sin(angle), 0 * angle], 1) * mirror
        first, middle, thumb = kind.curl
        flexion = np.array([first, middle, COUPLING * middle] * 4 + [thumb] * 3)
        if grip.kind == "press":
            flexion[3:12] = [1.1, 1.2, 0.8] * 3
        return np.tile(flexion, (count, 1)), np.tile(kind.anchor * mirror, (count, 1)), reach, np.tile([0, 0, 1.0], (count, 1))
    (shut, wide), least, most = PRECISE[grip.kind]
    room = rng.uniform(0.02, 0.04, count) * (grip.kind != "loops")
    gap = np.clip(2 * grip.radius + room + wider, least, most + 0.01 + wider)
    flexion = np.array(shut) + ((gap - least) / (most - least))[:, None] * (np.array(wide) - np.array(shut))
    turns = torch.as_tensor(flexion, dtype=torch.float32, device=hand.template.device)
    still = torch.eye(3, device=turns.device).expand(count, 3, 3)
    vertices, joints = hand(whole_pose(hand.side, still, turns, turns[:, :5] * 0), turns[:, :3] * 0)
    segment = hand.weights.argmax(1) - 1
    thumb, index, middle = (vertices[:, (segment == joint) & hand.palmar_mask].mean(1) for joint in (14, 2, 5))
    fingers = (index + middle) / 2
    if grip.kind == "lateral":
        fingers = vertices[:, (segment == 1) & (hand.normals(hand.template)[:, 2] > 0.6)].mean(1)
    close = torch.nn.functional.normalize(fingers - thumb, dim=-1)
    reach = (thumb + fingers) / 2 - (joints[:, 1] + joints[:, 13]) / 2
    reach = torch.nn.functional.normalize(reach - (reach * close).sum(-1, keepdim=True) * close, dim=-1)
    up = torch.linalg.cross(close, reach) * (1 if hand.side == 1 else -1)
    return flexion, *(value.cpu().double().numpy() for value in ((thumb + fingers) / 2, reach, up))


def around(hand, grip, towards, table, rng, count):
    """Hands near a grip: wrist rotation (N, 3, 3), translation (N, 3), the way the hand travels (N, 3), the way from
    thumb to fingers (N, 3), flexion (N, 15); numpy."""
    kind = KINDS[grip.kind]
    flat = thin(grip, table)
    flexion, anchor, reach, up = before(hand, grip, rng, count, 0.015 * flat)
    way = grip.approach[rng.integers(len(grip.approach), size=count)]
    if flat and grip.radius > 0.012:  # thumb and fingers come down equally far
        way = np.tile(grip.approach[len(grip.approach) // 2], (count, 1))
    if grip.kind == "two":  # each hand on its own side
        way = np.where((way[:, :1] > 0) == (hand.side == 1), -way, way)
    thumb = thumb_sides(grip, way, towards, rng)
    thumb = thumb - way * (way * thumb).sum(1, keepdims=True)
    thumb /= np.linalg.norm(thumb, axis=1, keepdims=True)
    # World axes of the hand: its reach goes along `way`, its thumb side along the held axis.
    local = np.stack([reach, up, np.cross(reach, up)], 2)
    world = np.stack([way, thumb, np.cross(way, thumb)], 2)
    spread = kind.spread * (0.5 if flat else 1.0)  # fingers have to come down beside what is thin, not onto it
    tilt = Rotation.from_rotvec(rng.normal(0, np.radians(0.6 * spread), (count, 3)))
    turn = (tilt * Rotation.from_rotvec(way * np.radians(rng.normal(0, spread, (count, 1))))).as_matrix()
    rotation = turn @ world @ np.swapaxes(local, 1, 2)
    slide = {"press": 0.0, "palm": 0.0, "rim": 0.4}.get(grip.kind, 1.0) * max(0.0, grip.length - 0.03)
    target = grip.centre + grip.axis * rng.uniform(-0.5, 0.5, (count, 1)) * slide
    target = target + rng.normal(0, 0.001 if grip.kind == "press" else 0.004, (count, 3))
    across = (turn @ world)[:, :, 2] * (1 if hand.side == 1 else -1)
    translation = target - (rotation @ anchor[:, :, None])[..., 0]
    return rotation, translation, (turn @ way[:, :, None])[..., 0], across, flexion


def candidates(hand, grips, towards, table, rng, count):
    """Wrist poses that an arm reaches, the grips in turn, the comfortable first.

    -> rotation (N, 3, 3), translation (N, 3), approach (N, 3), across (N, 3) from thumb to fingers, flexion (N, 15),
    elbow (N, 3), row (N,) of the grip; numpy; N at most `count`.
    """
    each = max(40, 6 * count // len(grips))
    poses = [np.concatenate(v) for v in zip(*(around(hand, grip, towards, table, rng, each) for grip in grips))]
    rows = np.repeat(np.arange(len(grips)), each)
    ease, elbow = comfort(poses[1], poses[0], hand.side, table, np.array([grip.kind == "platform" for grip in grips])[rows])
    ease = ease + rng.uniform(0, 0.8, len(rows))  # not only the most comfortable ones
    rank = ease.reshape(-1, each).argsort(1).argsort(1).ravel()
    rank = rank * np.array([ease_of(grip, table) for grip in grips])[rows]
    chosen = np.lexsort((ease, rank))
    chosen = chosen[np.isfinite(ease[chosen])][:count]
    return *(pose[chosen] for pose in poses), elbow[chosen], rows[chosen]


def ease_of(grip, table):
    """How much less than others hands need to be tried at a grip: pressing nearly always works, thin things seldom do."""
    if thin(grip, table):
        return 0.35
    return {"press": 4, "palm": 3, "platform": 2, "loops": 0.4}.get(grip.kind, 1)


def comfort(translation, rotation, side, table, aloft):
    """(N,) how hard a pose is for the arm, infinite where it can't, and the elbow (N, 3) that makes it easiest, against a
    thing that is not lifted; `aloft` (N,) are those taken in the air."""
    lift = aloft[:, None] * AIR
    cost, elbow = arm_comfort(translation + lift, rotation, side, np.where(aloft, -np.inf, table)[:, None])
    return cost.min(1), elbow[np.arange(len(cost)), cost.argmin(1)] - lift


def wrist_bend(side, rotation, wrist, elbow):
    """(N,) how far a wrist is bent, 1 at its limit, from the hand's rotation (N, 3, 3), wrist (N, 3) and elbow (N, 3)."""
    forearm = torch.nn.functional.normalize(wrist - elbow, dim=-1)
    x, y, z = (-(forearm.unsqueeze(1) @ rotation)).squeeze(1).unbind(-1)
    flexion, ulnar = torch.atan2(-y, x if side == 1 else -x), -z.clamp(-0.99, 0.99).asin()
    flexion = flexion / torch.where(flexion > 0, FLEXION, EXTENSION)
    return torch.hypot(flexion, ulnar / torch.where(ulnar > 0, ULNAR, RADIAL))


def farthest(points, mask, count):
    """(count,) indices well spread over the points (V, 3) in `mask`, by farthest point sampling."""
    rows = torch.nonzero(mask)[:, 0]
    if len(rows) <= count:
        return rows
    chosen = [0]
    distance = torch.full((len(rows),), float("inf"), device=points.device)
    while len(chosen) < count:
        distance = torch.minimum(distance, (points[rows] - points[rows[chosen[-1]]]).square().sum(-1))
        chosen.append(int(distance.argmax()))
    return rows[chosen]


@lru_cache(maxsize=8)
def sights(hand, device):
    """What is looked at first, by many candidates, and then by the better ones; `device`: where the hand is now."""
    return Sight(hand, 150, 60), Sight(hand, 400, 120)


class Sight:
    """What the search looks at: some vertices of the hand, and which of them may make each finger's contact."""

    def __init__(self, hand, inner, outer):
        """inner, outer: how many vertices of the skin that meets things, and of the rest of the fingers and the palm."""
        forward = hand.template[:, 0] * (-1 if hand.side == 1 else 1) > 0.0
        chosen = [farthest(hand.template, mask & forward, n) for mask, n in
                  ((hand.palmar_mask, inner), (~hand.palmar_mask, outer))]  # fmt: skip
        self.ids = torch.cat([*chosen, hand.fingertips])
        self.segment = hand.weights[self.ids].argmax(-1) - 1  # which of the 15 finger joints moves it; -1 = palm
        self.palmar = hand.palmar_mask[self.ids]
        self.seat = torch.nonzero((self.segment < 0) & self.palmar)[:, 0]
        self.middles = torch.nonzero((self.segment < 12) & self.palmar)[:, 0]
        self.regions = torch.stack([self._regions(hand, name) for name in KINDS])  # (K, 5, P)
        self.normals = hand.normals(hand.template)[self.ids]  # of the flat hand

    def _regions(self, hand, name):
        tip = torch.stack([(self.segment == 3 * f + 2) & self.palmar for f in range(5)])
        whole = torch.stack([(self.segment // 3 == f) & (self.segment >= 0) & self.palmar for f in range(5)])
        if name == "lateral":  # the index's side, towards the thumb
            normals = hand.normals(hand.template)[self.ids]
            side = (normals[:, 2] > 0.5) & ((self.segment == 1) | (self.segment == 2))
            return torch.cat([side[None], tip[1:]])
        return whole if name in ("hook", "platform", "palm", "two", "loops") else tip


def natural(flexion, abduction, alike=1.0):
    """(N,) how unlike a person's the fingers' angles (N, 15), (N, 5) are, 0 where nothing strikes the eye.

    The last joint follows the middle one, no joint bends backwards, neighbours bend alike; where `alike` (N,) is 0 they
    need not, as when one finger points.
    """
    fingers = flexion[:, :12].unflatten(-1, (4, 3))[:, [0, 1, 3, 2]]  # index, middle, ring, pinky
    follow = (fingers[..., 2] - COUPLING * fingers[..., 1]).square().sum(-1)
    back = (-0.05 - fingers).clamp_min(0.0).square().sum((-1, -2)) + (-0.1 - flexion[:, 13:]).clamp_min(0).square().sum(-1)
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


def begun(prop, hand, side, state, sight, angle, betas):
    """Candidates where the optimisation begins: arrived and closed, or, at thin things, around them."""
    given, thin = state, state["thin"].nonzero()[:, 0]
    translation = arrive(prop, hand, side, state, sight.ids, angle, betas)
    flexion = closed(prop, hand, side, {**state, "translation": translation}, sight, angle, betas)
    state = {**state, "translation": translation, "flexion": flexion}
    if len(thin):
        better = astride(hand, side, {name: value[thin] for name, value in given.items()}, betas)
        state |= {name: state[name].index_copy(0, thin, value) for name, value in better.items()}
    return state


def astride(hand, side, state, betas, steps=70):
    """Brings thumb and fingertips down on both sides of something thin, beside it; what is in the way is not looked at.

    Returns the changed translation, wrist, flexion, abduction.
    """
    size, device = len(state["wrist"]), state["wrist"].device
    turn, move, bend, fan = (torch.zeros(size, n, device=device, requires_grad=True) for n in (3, 3, 15, 5))
    optimiser = torch.optim.Adam([{"params": [turn, bend, fan], "lr": 0.05}, {"params": [move], "lr": 0.004}])
    calm = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.1, steps)
    limits = [limit.unbind(-1) for limit in ranges(device)]
    height = torch.maximum(state["low"] - 0.002, state["table"] + 0.006).unsqueeze(1)
    for _ in range(steps):
        wrist, flexion, abduction = axis_angle_to_matrix(turn) @ state["wrist"], state["flexion"] + bend, state["abduction"] + fan
        tips, joints = hand(whole_pose(side, wrist, flexion, abduction), state["translation"] + move, betas, hand.fingertips)
        ends = torch.stack([tips, joints[:, 3::3]], 1) - state["target"][:, None, None]  # of the last bones
        sides, before = ((ends * state["across"][:, None, None]).sum(-1) * OPPOSITE.to(device)).unbind(1)
        along = ((tips[:, [0, 1, 4]].mean(1) - state["target"]) * state["along"]).sum(-1)
        off = (sides - state["beside"][:, None] - 0.005).square() + (tips[..., 2] - height).square()
        off = off + (sides + 0.003 - before).clamp_min(0.0).square()  # pads face inwards
        loss = (off * 200**2 * state["matter"].clamp_max(1.0)).sum(-1) + (along * 50).square()
        loss = loss + 2 * natural(flexion, abduction) + 0.3 * bend.square().sum(-1) + 2 * turn.square().sum(-1)
        loss = loss + 60 * (wrist_bend(side, wrist, state["translation"] + move, state["elbow"]) - 0.7).clamp_min(0.0).square()
        loss = loss + ((0.014 - bones_apart(joints, tips)).clamp_min(0.0) * 300).square()
        for value, (low, high) in zip((flexion, abduction), limits):
            loss = loss + 60 * ((value - high).clamp_min(0.0) + (low - value).clamp_min(0.0)).square().sum(-1)
        optimiser.zero_grad()
        loss.sum().backward()
        optimiser.step()
        calm.step()
    with torch.no_grad():
        return {"wrist": axis_angle_to_matrix(turn) @ state["wrist"], "translation": state["translation"] + move,
                "flexion": state["flexion"] + bend, "abduction": state["abduction"] + fan}  # fmt: skip


def arrive(prop, hand, side, state, ids, angle, betas):
    """Brings hands in from 15 cm away until something touches: one that starts inside a wall would never leave it."""
    pose = whole_pose(side, state["wrist"], state["flexion"], state["abduction"])
    vertices, _ = hand(pose, state["translation"], betas, vertex_ids=ids)
    way = state["approach"]
    room = vertices[..., 2].amin(-1) - state["table"] - 0.003  # above the table
    down = (-way[:, 2]).clamp_min(0.0)
    lift = torch.where(down < 0.3, (-room).clamp_min(0.0), 0.0).unsqueeze(1) * torch.tensor([0, 0, 1.0], device=way.device)
    furthest = torch.where(down < 0.3, 0.008, (room / down.clamp_min(0.3)).clamp_max(0.008)).unsqueeze(1)
    travelled = torch.full((len(vertices), 1), -0.15, device=way.device)
    for _ in range(20):
        nearest = prop.distance(vertices + (travelled * way + lift).unsqueeze(1), angle).amin(-1, keepdim=True)
        travelled = torch.minimum(travelled + (nearest - 0.001).clamp(0.0, 0.03), furthest)
    return state["translation"] + travelled * way + lift


def closed(prop, hand, side, state, sight, angle, betas, steps=22):
    """Closes each finger joint by joint until its segment touches; a touch also stops the joints nearer the palm."""
    flexion = state["flexion"].clone()
    free = state["closes"].repeat_interleave(3, 1)  # (N, 15)
    lever = torch.tensor([0.09, 0.05, 0.03] * 4 + [0.08, 0.05, 0.03], device=flexion.device)
    inner = torch.arange(60, device=flexion.device) // 12 * 3 + torch.arange(60, device=flexion.device) % 12 // 3 - 1
    inner[::12] = inner[1::12] = inner[2::12] = -1  # of the bones' points: those between wrist and knuckle are the palm's
    segments = torch.cat([sight.segment, inner])
    segments = torch.stack([segments == joint for joint in range(15)])
    for _ in range(steps):
        pose = whole_pose(side, state["wrist"], flexion, state["abduction"])
        vertices, joints = hand(pose, state["translation"], betas, sight.ids)
        points = torch.cat([vertices, core(vertices[:, -5:], joints, 3)], 1)
        distance = torch.minimum(prop.distance(points, angle), points[..., 2] - state["table"][:, None] - 0.001)
        distance[:, len(sight.ids) :] -= 0.005  # a thin wall may slip between the skin's vertices, not past the bones
        nearest = torch.where(segments, distance.unsqueeze(1), 1.0).amin(-1).unflatten(1, (5, 3))  # (N, 5, 3)
        beyond = nearest.flip(-1).cummin(-1).values.flip(-1).flatten(1)  # of a joint's segment and those after it
        stride = ((beyond - 0.001) / lever / 2).clamp(0.0, 0.08)
        flexion = (flexion + stride * free).clamp(max=1.5)
    return flexion


def refine(prop, hand, side, state, sight, angle, betas, table, steps, press, hold, last):
    """Adam on penetration, contact and a natural hand. press (2,): the weight of penetration, from start to end; hold: of contact; last: the
    share of the step size that is left at the end.

    Returns the changed state and the final loss (N,).
    """
    size, device = len(state["wrist"]), state["wrist"].device
    (low, high), _ = ranges(device)[0].unbind(-1), ranges(device)[1]
    turn, move, bend, fan = (torch.zeros(size, n, device=device, requires_grad=True) for n in (3, 3, 15, 5))
    optimiser = torch.optim.Adam([{"params": [turn, bend, fan], "lr": 0.025}, {"params": [move], "lr": 0.002}])
    regions, matter = sight.regions[state["kind"]], state["matter"]
    calm = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, last, steps)
    for step in range(steps):
        flexion, abduction = state["flexion"] + bend, state["abduction"] + fan
        pose = whole_pose(side, axis_angle_to_matrix(turn) @ state["wrist"], flexion, abduction)
        vertices, joints = hand(pose, state["translation"] + move, betas, vertex_ids=sight.ids)
        bones = core(vertices[:, -5:], joints, 3)
        distance, through = prop.distance(torch.cat([vertices, bones], 1), angle).split([len(sight.ids), bones.shape[1]], 1)
        weight = press[0] + (press[1] - press[0]) * (step / steps) ** 2  # first find a hold, then clear the surface
        gap = torch.where(regions, distance.clamp_min(0.0).unsqueeze(1), 0.2).amin(-1)  # (N, 5)
        # Wraps want the palm and the finger pads near as well; the middle half of their distances counts.
        lying = distance[:, sight.middles].clamp(0.0, 0.02).sort(-1).values[:, : len(sight.middles) // 2].mean(-1)
        # Huber-like: far fingers are left alone instead of dragged.
        loss = hold * ((gap * 300).square() / (1 + (gap * 40).square()) * matter).sum(-1)
        seat = distance[:, sight.seat].amin(-1).clamp_min(0.0)  # a bar that fingers go under lies in the palm
        loss = loss + 3 * hold * state["seated"] * (seat * 300).square() / (1 + (seat * 40).square())
        loss = loss + weight * ((state["clear"][:, None] - distance).clamp_min(0.0) * 1000).square().sum(-1)
        loss = loss + state["pads"] * (lying * 300).square() * 0.3
        loss = loss + ((FLESH - through).clamp_min(0.0) * 700).square().sum(-1)
        loss = loss + weight * ((table[:, None] + 0.0025 - vertices[..., 2]).clamp_min(0.0) * 1000).square().sum(-1)
        loss = loss + 60 * (wrist_bend(side, pose[:, 0], state["translation"] + move, state["elbow"]) - 0.75).clamp_min(0.0).square()
        loss = loss + 60 * ((flexion - high).clamp_min(0.0) + (low - flexion).clamp_min(0.0)).square().sum(-1)
        loss = loss + 2 * natural(flexion, abduction, state["alike"]) + (1 - state["closes"]).mul(3.0).repeat_interleave(3, 1).mul(bend.square()).sum(-1)
        loss = loss + ((0.012 - bones_apart(joints, vertices[:, -5:])).clamp_min(0.0) * 300).square()
        tips = vertices[:, -5:]
        sides = ((tips - state["target"][:, None]) * state["across"][:, None]).sum(-1) * OPPOSITE.to(device)
        short = (state["beside"][:, None] - sides).clamp_min(0.0) * (state["beside"] > 0)[:, None]
        short = short.square() + (tips[..., 2] - state["low"][:, None]).clamp_min(0.0).square()
        loss = loss + 0.15 * (short * 300**2 * matter.clamp_max(1.0)).sum(-1)
        loss = loss + BALANCE * state["balances"] * unbalanced(vertices, pose, distance, sight, side, regions, matter)
        astray = ((tips - state["aim"]).norm(dim=-1) - 0.004).clamp_min(0.0)
        loss = loss + (state["aimed"] * (astray * 300).square()).sum(-1)
        loss = loss + 0.5 * bend.square().sum(-1) + 5 * fan.square().sum(-1) + 6 * turn.square().sum(-1)
        loss = loss + (move * 40).square().sum(-1)
        optimiser.zero_grad()
        loss.sum().backward()
        optimiser.step()
        calm.step()
    with torch.no_grad():
        wrist = axis_angle_to_matrix(turn) @ state["wrist"]
        new = {"wrist": wrist, "translation": state["translation"] + move, "flexion": state["flexion"] + bend,
               "abduction": state["abduction"] + fan}  # fmt: skip
    return {**state, **new}, loss.detach()


def bone_turns(pose):
    """(..., 16, 3, 3) rotations of the hand's bones in the world, from those relative to the parents."""
    wrist, fingers = pose[..., :1, :, :], pose[..., 1:, :, :].unflatten(-3, (5, 3))
    first = wrist @ fingers[..., 0, :, :]
    second = first @ fingers[..., 1, :, :]
    turns = torch.stack([first, second, second @ fingers[..., 2, :, :]], -3)
    return torch.cat([wrist, turns.flatten(-4, -3)], -3)


def unbalanced(vertices, pose, distance, sight, side, regions, matter):
    """(N,) how far thumb and fingers are from pushing against each other, 0 where their pushes cancel.

    Each finger pushes along its skin's normal where it is nearest to the object, the four together as hard as the thumb: the
    estimate of force closure of Liu et al., "Synthesizing Diverse and Physically Stable Grasps", 2021, with the skin's normals.
    """
    normals = (bone_turns(pose)[:, sight.segment + 1] @ sight.normals.unsqueeze(-1)).squeeze(-1)  # (N, P, 3)
    near = (-distance.detach().clamp_min(-0.002).unsqueeze(1) / 0.0015).masked_fill(~regions, -1e3).softmax(-1)  # (N, 5, P)
    push, place = near @ normals, near @ vertices
    share = matter / matter[:, :4].sum(1, keepdim=True)
    share = torch.cat([share[:, :4], torch.ones_like(share[:, 4:])], 1).unsqueeze(-1)
    middle = (place * share).sum(1, keepdim=True) / 2
    force = (push * share).sum(1)
    torque = (torch.linalg.cross((place - middle) / 0.03, push) * share).sum(1)
    return force.square().sum(-1) + torque.square().sum(-1)


def aim(grip, across):
    """Where fingertips have to be, (5, 3), and which of them, (5,): the index on a button; thumb and middle finger in the
    two rings of scissors, which lie at a radius from the grip's middle."""
    if grip.kind == "press":
        return np.tile(grip.centre, (5, 1)), np.array([1.0, 0, 0, 0, 0])
    if grip.kind != "loops":
        return np.zeros((5, 3)), np.zeros(5)
    way = grip.approach[len(grip.approach) // 2]
    beside = np.cross(grip.axis, way)
    beside = beside * np.sign(beside @ across) * (grip.radius - 0.006)
    inside = grip.centre + 0.003 * way
    return inside + beside * np.array([1, 1, 1, 1, -1.0])[:, None], np.array([0, 1.0, 0, 0, 1.0])


def starting(prop, hand, grips, rows, rng, count, device):
    """Candidates as torch, ready to be optimised: a dict of tensors with one row each; None where no arm reaches."""
    shape = prop.shape
    given = [grips[row] for row in rows]
    rotation, translation, approach, across, flexion, elbow, chosen = candidates(hand, given, shape.tip, prop.table, rng, count)
    if len(chosen) == 0:
        return None
    rows = np.array(rows)[chosen]
    names = list(KINDS)
    kinds = [KINDS[grips[row].kind] for row in rows]

    def tensor(values):
        return torch.as_tensor(np.array(values), dtype=torch.float32, device=device)

    aims, aimed = (np.stack(v) for v in zip(*(aim(grips[row], a) for row, a in zip(rows, across))))
    kind = torch.tensor([names.index(grips[row].kind) for row in rows], device=device)
    closes = (tensor([k.matter for k in kinds]) > 0).float()
    press = kind == names.index("press")
    closes[press] = 0.0
    lateral = kind == names.index("lateral")
    closes[lateral, :4] = 0.0
    platform = kind == names.index("platform")
    # Around a bar that lies on the table fingers close as it comes up (clips.End.loosen_at_the_table): they may be below.
    under = [grips[row].kind == "wrap" and 0.008 < grips[row].radius < 0.022 and lies(grips[row], prop.table) for row in rows]
    under = torch.as_tensor(np.array(under) & (approach[:, 2] < -0.85) & (rng.random(len(rows)) < 0.6), device=device)
    floor = torch.where(under, prop.table - UNDER, torch.where(platform, -1e3, prop.table))
    beside = tensor([between(grips[row], prop.table) for row in rows]) * ~under
    low = tensor([grips[row].centre[2] if enclosed(grips[row], prop.table) else 1.0 for row in rows]) + under
    return {
        "wrist": tensor(rotation), "translation": tensor(translation), "approach": tensor(approach),
        "across": tensor(across), "elbow": tensor(elbow), "beside": beside, "low": low, "seated": under.float(),
        "along": tensor([grips[row].axis for row in rows]), "thin": torch.tensor([thin(grips[row], prop.table) for row in rows], device=device),
        "balances": tensor([grips[row].kind in ("pinch", "tripod", "rim", "lateral", "side") for row in rows]),
        "flexion": tensor(flexion), "abduction": torch.zeros(len(rows), 5, device=device),
        "grip": torch.as_tensor(rows, device=device), "kind": kind, "matter": tensor([k.matter for k in kinds]),
        "pads": tensor([k.pads for k in kinds]), "closes": closes, "alike": (~press).float(), "aim": tensor(aims), "aimed": tensor(aimed),
        "target": tensor([grips[row].centre for row in rows]),
        "clear": torch.where(kind == names.index("rim"), 0.0015, 0.0005),  # a grid is too shallow in thin walls
        "table": floor,
    }  # fmt: skip


def lies(grip, table):
    """Whether a held part is so near the table that fingers have no room under it."""
    return grip.centre[2] - table < grip.radius + 0.03


def enclosed(grip, table):
    """Whether fingertips have to come down past the middle of what they hold, which lies on the table."""
    return grip.kind in ("pinch", "tripod", "wrap") and lies(grip, table) and grip.centre[2] - table < 0.03


def thin(grip, table):
    """Whether a part lies so flat on the table that fingertips have to come down on both sides of it."""
    return grip.kind in ("pinch", "tripod") and grip.approach[:, 2].max() < -0.3 and grip.centre[2] - table < 0.02


def between(grip, table):
    """Metres from a grip's middle at which thumb and fingers should be, on opposite sides; 0 where they need not be."""
    precise = grip.kind in ("pinch", "tripod", "side", "rim", "lateral")
    if thin(grip, table):
        return grip.radius + 0.004
    around = grip.kind == "wrap" and (grip.radius > 0.022 or lies(grip, table))
    return 0.7 * max(grip.radius, 0.004) if precise or around else 0.0


def find(prop, hand, side, rng, *, angle=0.0, count=72, iterations=(40, 60), keep=24, betas=None):
    """Searches grasps of one side on one object.

    prop: prop.Prop, as it stands on the table, its grids on the hand's device; angle of its hinge, radians; betas (10,)
    the hand's shape. `count` hands are tried for iterations[0] steps, the better half for iterations[1] more; grips that
    nothing was found for are tried once more. Returns Grasps, at most `keep`, spread over the grips, on the CPU, or None.
    """
    grips = grips_at(prop, angle)
    found, rank = search(prop, hand, grips, range(len(grips)), rng, angle, count, iterations, betas)
    missing = sorted(set(range(len(grips))) - set(found.grip.tolist() if found else ()))
    if missing:
        more, worth = search(prop, hand, grips, missing, rng, angle, min(count // 2, 12 * len(missing)), iterations, betas)
        found, rank = joined(found, more) if found and more else found or more, np.concatenate([rank, worth])
    if not found:
        return None
    return found.pick(torch.from_numpy(spread(found.grip.numpy(), rank, keep)))


def joined(first, second):
    """Two Grasps of one side at one angle as one."""
    rows = {name: torch.cat([value, getattr(second, name)]) for name, value in vars(first).items() if torch.is_tensor(value)}
    return replace(first, **rows)


def search(prop, hand, grips, rows, rng, angle, count, iterations, betas):
    """One search for grasps by the grips in `rows` -> Grasps that pass every check or None, how good each is (less is
    better). Arguments: see `find`; grips: of the shape, where the hinge is at `angle`."""
    device, side = prop.grids[0].values.device, hand.side
    state = starting(prop, hand, grips, rows, rng, count, device)
    if state is None:
        return None, np.zeros(0)
    betas = None if betas is None else torch.as_tensor(betas, dtype=torch.float32, device=device)
    hinge = torch.tensor(float(angle), device=device)
    sight, closer = sights(hand, device)
    state = begun(prop, hand, side, state, closer, hinge, betas)
    state, loss = refine(prop, hand, side, state, sight, hinge, betas, state["table"], iterations[0], (0.3, 1.5), 0.6, 0.5)
    better = better_half(state["grip"].cpu().numpy(), loss.cpu().numpy())
    state = {name: value[torch.as_tensor(better, device=device)] for name, value in state.items()}
    state, _ = refine(prop, hand, side, state, closer, hinge, betas, state["table"], iterations[1], (0.5, 4.0), 1.3, 0.05)
    found, checks, rank = checked(prop, hand, side, state, angle, betas)
    good = np.flatnonzero(torch.stack(list(checks.values())).all(0).numpy())
    return (found.pick(torch.from_numpy(good)).detached(), rank[good]) if len(good) else (None, np.zeros(0))


def follow(prop, hand, side, grasp, angles, betas=None, steps=100):
    """The fingers' angles that keep a grasp while the hinge turns and the wrist stays where it is on the object's base.

    grasp: one row of Grasps, or anything with its translation (3,), rotation (3, 3), flexion (15,), abduction (5,) and
    angle; angles (K,) radians of the hinge. Each finger goes on touching the piece, base or turning part, that it touches
    in the grasp, and fingertips stay in the rings of scissors (kind "loops"). On the CPU. Returns flexion (K, 15), abduction
    (K, 5), ok (K,) bool: whether it passes the checks of depth, bones and contact.
    """
    angles = torch.as_tensor(np.asarray(angles), dtype=torch.float32)
    betas = None if betas is None else torch.as_tensor(betas, dtype=torch.float32)
    limits = [limit.unbind(-1) for limit in ranges()]
    bond = Bond(prop, hand, grasp, betas)
    bend, fan = torch.zeros(len(angles), 15, requires_grad=True), torch.zeros(len(angles), 5, requires_grad=True)
    moves = ((angles - bond.angle).abs() > 1e-6).float().unsqueeze(1)  # at its own angle the grasp stays what it is
    optimiser = torch.optim.Adam([bend, fan], lr=0.03)
    calm = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.05, steps)
    for step in range(steps):
        now = bond.angle + (angles - bond.angle) * min(1.0, 2 * step / steps)  # led there, not sent through a ring's wall
        flexion, abduction = bond.flexion + moves * bend, bond.abduction + moves * fan
        vertices, joints, near = bond.pose(flexion, abduction, now)
        tips = vertices[:, hand.fingertips]
        gap = bond.gaps(near).clamp_min(0.0)
        through = prop.distance(core(tips, joints, 3), now)
        astray = ((tips - bond.tips_at(now)).norm(dim=-1) - 0.003).clamp_min(0.0) * bond.holds.any(0)
        loss = ((gap * 300).square() / (1 + (gap * 40).square()) * bond.holds.unsqueeze(1)).sum((0, 2))
        loss = loss + 0.5 * (astray * 300).square().sum(-1)
        loss = loss + ((0.0005 - near.amin(0)).clamp_min(0.0) * 1000).square().sum(-1)
        loss = loss + ((FLESH - through).clamp_min(0.0) * 700).square().sum(-1)
        loss = loss + ((0.012 - bones_apart(joints, tips)).clamp_min(0.0) * 300).square()
        loss = loss + 2 * natural(flexion, abduction) + 0.3 * bend.square().sum(-1)
        for value, (low, high) in zip((flexion, abduction), limits):
            loss = loss + 60 * ((value - high).clamp_min(0.0) + (low - value).clamp_min(0.0)).square().sum(-1)
        uneven = ((moves * bend)[1:] - (moves * bend)[:-1]).square().sum()
        optimiser.zero_grad()
        (loss.sum() + uneven).backward()
        optimiser.step()
        calm.step()
    with torch.no_grad():
        flexion, abduction = ((value + moves * more).clamp(low, high) for value, more, (low, high) in
                              zip((bond.flexion, bond.abduction), (bend, fan), limits))  # fmt: skip
    return flexion, abduction, bond.kept(flexion, abduction, angles)


class Bond:
    """A grasp whose wrist stays on the object's base: which piece, base or turning part, each finger holds, and where."""

    def __init__(self, prop, hand, grasp, betas):
        self.prop, self.hand, self.betas, self.angle = prop, hand, betas, float(grasp.angle)
        shapes = {"translation": (1, 3), "rotation": (1, 3, 3), "flexion": (1, 15), "abduction": (1, 5)}
        parts = [torch.as_tensor(getattr(grasp, name), dtype=torch.float32).reshape(shape) for name, shape in shapes.items()]
        self.place, self.wrist, self.flexion, self.abduction = parts
        finger = (hand.weights.argmax(-1) - 1).div(3, rounding_mode="floor")
        self.parts = torch.stack([finger == f for f in range(5)])  # (5, V)
        with torch.no_grad():
            vertices, _, near = self.pose(self.flexion, self.abduction, torch.tensor([self.angle]))
            gaps = self.gaps(near)[:, 0]
            kind = getattr(grasp, "kind", "wrap")
            self.rings = kind == "loops"
            self.holds = (gaps < TOUCH) & (torch.tensor(KINDS[kind].matter) >= 0.5)  # (1 or 2, 5)
            if self.rings:  # closed rings touch: the nearer is the one that the finger is in
                self.holds &= gaps == gaps.amin(0)
            else:  # what touches both stays on the base, where the palm is
                self.holds[1:] &= ~self.holds[:1]
            self.tips = vertices[:, hand.fingertips]

    def pose(self, flexion, abduction, angles):
        """Vertices (K, V, 3), joints (K, 16, 3), and the vertices' distances to the pieces (1 or 2, K, V)."""
        wrist, place = self.wrist.expand(len(flexion), 3, 3), self.place.expand(len(flexion), 3)
        vertices, joints = self.hand(whole_pose(self.hand.side, wrist, flexion, abduction), place, self.betas)
        turn, shift = self.prop.part_pose(angles)
        own = vertices, (vertices - shift.unsqueeze(-2)) @ turn
        return vertices, joints, torch.stack([grid.sample(where) for grid, where in zip(self.prop.grids, own)])

    def gaps(self, near):
        """(1 or 2, K, 5) from each finger to each piece."""
        return torch.where(self.parts, near.unsqueeze(2), 1.0).amin(-1)

    def tips_at(self, angles):
        """Where fingertips (K, 5, 3) would be if they went with the pieces that they hold."""
        (old, shift), (new, offset) = self.prop.part_pose(torch.tensor([self.angle])), self.prop.part_pose(angles)
        gone = ((self.tips - shift.unsqueeze(1)) @ old) @ new.mT + offset.unsqueeze(1)
        return torch.where(self.holds[-1].unsqueeze(-1) & (len(self.holds) > 1), gone, self.tips)

    @torch.no_grad()
    def kept(self, flexion, abduction, angles):
        """(K,) bool: whether fingers at angles of the hinge still hold what they held, by exact distances."""
        vertices, joints, near = self.pose(flexion, abduction, angles)
        tips, idle = vertices[:, self.hand.fingertips], ~self.holds.any(0)
        checks = {
            "depth": self.prop.exact(vertices, angles).amin(-1) > -DEEPEST,
            "apart": bones_apart(joints, tips, FINE) > APART,
            "core": self.prop.distance(core(tips, joints), angles).amin(-1) > CORE,
            "touch": ((self.gaps(near) < TOUCH) | ~self.holds.unsqueeze(1)).all((0, 2)),
            "slide": (((tips - self.tips_at(angles)).norm(dim=-1) < SLIDE) | idle).all(-1) | (not self.rings),
        }
        return torch.stack(list(checks.values())).all(0)


@dataclass
class Fingers:
    """Fingers that work a hinge: their angles where the hinge is at `angles` (K,), flexion (K, 15) and abduction (K, 5)."""

    angles: np.ndarray
    flexion: np.ndarray
    abduction: np.ndarray

    def __call__(self, angle):
        """At angles (T,) of the hinge -> flexion (T, 15), abduction (T, 5); linear between, and no further than it goes."""
        return tuple(np.stack([np.interp(angle, self.angles, column) for column in values.T], -1)
                     for values in (self.flexion, self.abduction))  # fmt: skip


def with_fingers(prop, hands, grips, betas, samples=7, most=8, least=0.17):
    """Gives grips of scissors and pliers their `fingers`: how they work the hinge, from where it is in the grip.

    prop, hands: on the CPU; grips: two lists of actions.Grip, left and right, changed in place: up to `most` of either that
    hold both pieces. The hinge may go as far as fingers.angles[-1], at least `least` radians beyond the grip's; where fingers
    can't do that, `fingers` stays None.
    """
    hinge = prop.shape.hinge
    worked = {"scissors": "loops", "pliers": "wrap"}.get(prop.shape.name)
    for hand, own in zip(hands, grips):
        for grip in [g for g in own if g.kind == worked and not g.turns and g.angle < hinge.low + 0.05][:most]:
            bond = Bond(prop, hand, grip, betas)
            if not bond.holds.any(1).all():
                continue
            angles = np.linspace(grip.angle, hinge.high, samples)
            flexion, abduction, _ = follow(prop, hand, hand.side, grip, angles, betas, steps=80)
            found = Fingers(angles, flexion.numpy(), abduction.numpy())
            finer = np.linspace(grip.angle, hinge.high, 2 * samples - 1)  # what lies between two samples has to hold as well
            good = bond.kept(*(torch.from_numpy(values).float() for values in (*found(finer), finer))).numpy()
            count = (np.cumprod(good).sum() + 1) // 2  # samples up to the first failure
            if count and angles[count - 1] - grip.angle > least:
                grip.fingers = Fingers(angles[:count], found.flexion[:count], found.abduction[:count])
    return grips


def checked(prop, hand, side, state, angle, betas):
    """Measures all candidates by exact distances -> Grasps, {check: (N,) bool}, and how good each is (N,), less is better."""
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
        "table": (vertices[..., 2].amin(-1) > state["table"] - 0.0004) & (palm_height > torch.where(aloft, -1e3, prop.table)),
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


def opposed(prop, angle, vertices, distance, joint):
    """Whether contacts press on the object from different sides, more than APART_DEG apart -> (N,), (N,) bool: the thumb
    against fingers or palm; any two parts of the hand against each other."""
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


def better_half(grips, loss):
    """Row numbers of the better half of each grip's candidates."""
    rows = [np.flatnonzero(grips == grip) for grip in np.unique(grips)]
    return np.concatenate([own[np.argsort(loss[own], kind="stable")[: -(-len(own) // 2)]] for own in rows])


def spread(grips, depth, keep):
    """Row numbers of at most `keep` grasps, shallowest first, taking the grips in turn."""
    order = np.argsort(depth, kind="stable")
    rank = np.zeros(len(order), int)
    seen = {}
    for row in order:
        rank[row] = seen.get(grips[row], 0)
        seen[grips[row]] = rank[row] + 1
    return np.lexsort((depth, rank))[:keep]
