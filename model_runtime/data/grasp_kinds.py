"""How hands take hold: a kind of grasp for each kind of grip, found grasps as arrays, and what a grip asks of fingers.

Fingers in MANO's order: index, middle, pinky, ring, thumb.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from ..hands.limits import curl_pose

COUPLING = 2 / 3  # the last joint bends with the middle one (Rijpkema & Girard 1991)
UNDER = 0.03  # metres: how far fingers may be below the table, around a bar that has yet to come up


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
    "press": Kind(40, (-0.178, -0.030, 0.018), (0.25, 0.25, 0.35), (3.0, 0, 0, 0, 0), (0,), 1, False, 0.0, 14.0),
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
        return replace(
            grip, centre=turn @ grip.centre + shift, axis=turn @ grip.axis, approach=grip.approach @ turn.T, hole=hole
        )

    return [turned(grip) if prop.shape.moves(grip) else grip for grip in prop.shape.grips]


def lies(grip, table):
    """Whether a held part is so near the table that fingers have no room under it."""
    return grip.centre[2] - table < grip.radius + 0.03


def low_bar(grip, table):
    """Whether fingers may go around a bar only as it comes off the table: the power grip of a tool that lies there."""
    return grip.kind == "wrap" and 0.008 < grip.radius < 0.022 and lies(grip, table)


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


def aim(grip, across):
    """Where fingertips have to be, (5, 3), and which of them, (5,): the index on a button; thumb and middle finger in
    the two rings of scissors, which lie at a radius from the grip's middle."""
    if grip.kind == "press":
        return np.tile(grip.centre, (5, 1)), np.array([1.0, 0, 0, 0, 0])
    if grip.kind != "loops":
        return np.zeros((5, 3)), np.zeros(5)
    way = grip.approach[len(grip.approach) // 2]
    beside = np.cross(grip.axis, way)
    beside = beside * np.sign(beside @ across) * (grip.radius - 0.006)
    inside = grip.centre + 0.003 * way
    return inside + beside * np.array([1, 1, 1, 1, -1.0])[:, None], np.array([0, 1.0, 0, 0, 1.0])
