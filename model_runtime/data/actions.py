"""How an object moves when people use it, in the canonical frame (actor at -Y facing +Y, table under the object).

Every motion is a sum of minimum-jerk sub-movements (Flash and Hogan 1985; Rohrer et al. 2002 for the overlapping sum).
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

ACTIONS = ("lift", "place", "drink", "pour", "shake", "inspect", "pass", "hand over")

# A seated adult whose work lies 45 cm in front of the shoulders; metres from the object's centre.
MOUTH = np.array([0.0, -0.33, 0.38])
SHOULDER = np.array([0.19, -0.45, 0.28])  # of the right arm; the left is its mirror image
REACH = 0.72  # shoulder to wrist joint, arm nearly straight, trunk leaning a little


def minimum_jerk(time, begin, end):
    """Progress 0..1 of a minimum-jerk movement from `begin` to `end` at each `time`."""
    u = np.clip((time - begin) / max(end - begin, 1e-6), 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u * u)


@dataclass
class Path:
    """An object's path as sub-movements: a pivot (3,) in the object's frame that travels, and turns about it."""

    pivot: np.ndarray = field(default_factory=lambda: np.zeros(3))
    moves: list = field(default_factory=list)  # (begin, end, offset (3,)) seconds, metres in the world
    turns: list = field(default_factory=list)  # (begin, end, rotation vector (3,)) about world axes, applied in order
    waves: list = field(default_factory=list)  # (begin, end, hertz, offset (3,), rotation vector (3,))

    def at(self, time):
        """Translation (T, 3) and rotation (T, 3, 3) at each time (T,) in seconds; starts at zero and identity."""
        place = np.tile(self.pivot, (len(time), 1))
        turn = Rotation.identity(len(time))
        for begin, end, offset in self.moves:
            place = place + minimum_jerk(time, begin, end)[:, None] * offset
        for begin, end, vector in self.turns:
            turn = Rotation.from_rotvec(minimum_jerk(time, begin, end)[:, None] * vector) * turn
        for begin, end, hertz, offset, vector in self.waves:
            edge = min(0.3, (end - begin) / 3)
            window = minimum_jerk(time, begin, begin + edge) * (1 - minimum_jerk(time, end - edge, end))
            swing = window * np.sin(2 * np.pi * hertz * (time - begin))
            place = place + swing[:, None] * offset
            turn = Rotation.from_rotvec(swing[:, None] * vector) * turn
        matrix = turn.as_matrix()
        return place - matrix @ self.pivot, matrix


@dataclass
class Score:
    """When what happens: the object's path, and for each hand when it takes hold and lets go (None = to the end)."""

    path: Path
    take: dict  # side -> second at which the hold begins
    release: dict  # side -> second at which the hold ends, or None


def lip_towards(mouth, direction):
    """The lip (3,) of a mouth nearest to a horizontal direction, and the turn about +Z that brings it there, radians."""
    lip = mouth.lips[np.argmax(mouth.lips @ direction)]
    yaw = np.arctan2(direction[1], direction[0]) - np.arctan2(lip[1], lip[0])
    return lip, (yaw + np.pi) % (2 * np.pi) - np.pi


def score(action, shape, hands, seconds, rng):
    """Composes one action for `hands` (sides, the one that takes first leading) lasting `seconds`."""
    side = hands[0]
    out = 1.0 if side == 1 else -1.0  # +X is the right hand's side
    first = seconds * rng.uniform(0.28, 0.36)
    begin, end = first + 0.08, seconds - rng.uniform(0.0, 0.25)
    span = end - begin
    path = Path()
    take, release = {s: first for s in hands}, {s: None for s in hands}
    sway = Rotation.from_euler("xyz", rng.normal(0, 4, 3), degrees=True).as_rotvec()

    def rise(low, high):
        return np.array([rng.uniform(-0.04, 0.04), rng.uniform(-0.06, 0.04), rng.uniform(low, high)])

    if action == "lift":
        path.moves.append((begin, begin + span * rng.uniform(0.65, 0.95), rise(0.12, 0.28)))
        path.turns.append((begin, end, sway))
    elif action == "place":
        height = rng.uniform(0.07, 0.14)
        side_step = np.array([rng.uniform(0.08, 0.2) * rng.choice([-1, 1]), rng.uniform(-0.08, 0.08), 0.0])
        down = begin + span * rng.uniform(0.58, 0.66)
        path.moves += [(begin, begin + span * 0.36, np.array([0, 0, height])),
                       (begin + span * 0.1, down, side_step),
                       (begin + span * 0.28, down, np.array([0, 0, -height]))]  # fmt: skip
        release = {s: down + 0.07 for s in hands}
    elif action == "drink":
        lip, yaw = lip_towards(shape.mouth, np.array([0.0, -1.0, 0.0]))
        path.pivot = shape.mouth.point + shape.mouth.radius * lip
        there = begin + span * rng.uniform(0.5, 0.62)
        target = MOUTH + rng.uniform(-1, 1, 3) * [0.01, 0.015, 0.02]
        path.moves += [(begin, there, target - path.pivot), (begin, begin + span * 0.4, np.array([0.03 * out, 0.04, 0])),
                       (begin + span * 0.2, there, np.array([-0.03 * out, -0.04, 0]))]  # fmt: skip
        path.turns += [(begin, there, np.array([0, 0, yaw])),
                       (there - span * 0.2, begin + span * 0.85, np.array([np.radians(rng.uniform(35, 65)), 0, 0]))]  # fmt: skip
    elif action == "pour":
        lip, yaw = lip_towards(shape.mouth, np.array([-out, 0.25, 0.0]))
        path.pivot = shape.mouth.point * 0.6
        path.moves.append((begin, begin + span * 0.5, rise(0.12, 0.24) + np.array([-0.06 * out, 0, 0])))
        yaw *= max(0.0, 1 - np.radians(40) / max(abs(yaw), 1e-6))  # within 40 degrees of sideways is near enough
        spout = Rotation.from_euler("z", yaw).apply(lip)
        tilt = np.radians(rng.uniform(70, 115))
        path.turns += [(begin, begin + span * 0.4, np.array([0, 0, yaw])),
                       (begin + span * 0.3, begin + span * rng.uniform(0.75, 0.95),
                        tilt * np.cross([0, 0, 1.0], spout))]  # fmt: skip
    elif action == "shake":
        path.moves.append((begin, begin + span * 0.4, rise(0.12, 0.22)))
        axis = np.array([0, 0, 1.0]) if rng.random() < 0.6 else np.array([1.0, 0, 0])
        path.waves.append((begin + span * 0.3, end, rng.uniform(1.6, 2.4), axis * rng.uniform(0.025, 0.045),
                           np.array([rng.uniform(-0.15, 0.15), 0, 0])))  # fmt: skip
    elif action == "inspect":
        path.moves.append((begin, begin + span * 0.45, np.array([0.0, rng.uniform(-0.14, -0.05), rng.uniform(0.18, 0.28)])))
        yaw, pitch = np.radians(rng.uniform(25, 55)) * rng.choice([-1, 1]), np.radians(rng.uniform(15, 40))
        path.turns += [(begin + span * 0.25, begin + span * 0.6, np.array([0, 0, yaw])),
                       (begin + span * 0.5, end, np.array([pitch, 0, -yaw * rng.uniform(0.5, 1.3)]))]  # fmt: skip
    elif action == "pass":
        path.moves += [(begin, begin + span * 0.5, rise(0.1, 0.18)),
                       (begin + span * 0.2, end, np.array([0, rng.uniform(0.14, 0.24), 0.02]))]  # fmt: skip
        path.turns.append((begin, end, sway))
    elif action == "hand over":
        middle = begin + span * 0.3
        path.moves.append((begin, middle, np.array([-0.03 * out, rng.uniform(-0.1, -0.03), rng.uniform(0.12, 0.2)])))
        second = begin + span * 0.58
        path.moves.append((second + span * 0.2, end, np.array([-rng.uniform(0.06, 0.14) * out, 0, 0.0])))
        take[hands[1]], release[hands[0]] = second, second + 0.1
    else:
        raise ValueError(f"no such action: {action}")
    return Score(path, take, release)
