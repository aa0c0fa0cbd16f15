"""Smooth motion of people: minimum-jerk sub-movements, waves, and the small unrest of living hands.

The canonical frame: actor at -Y facing +Y, table under the object, metres, seconds, radians.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

UP, AWAY, ACROSS = np.array([0, 0, 1.0]), np.array([0, 1.0, 0]), np.array([1.0, 0, 0])


def minimum_jerk(time, begin, end):
    """Progress 0..1 of a minimum-jerk movement from `begin` to `end` at each `time` (Flash and Hogan 1985)."""
    u = np.clip((time - begin) / max(end - begin, 1e-6), 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u * u)


def window(time, begin, end, edge=0.3):
    """0..1: on from `begin` to `end`, with smooth edges."""
    edge = min(edge, (end - begin) / 3)
    return minimum_jerk(time, begin, begin + edge) * (1 - minimum_jerk(time, end - edge, end))


def unrest(time, size, rng, low=0.25, high=0.9):
    """(T, 3): slow random wandering of about `size` in each direction, zero at time 0 in value: a sum of sines."""
    total = np.zeros((len(time), 3))
    for hertz in rng.uniform(low, high, 3):
        phase = rng.uniform(0, 2 * np.pi, 3)
        total += np.sin(2 * np.pi * hertz * time[:, None] + phase) - np.sin(phase)
    return total * size / 2.1


def aligned(front, up, towards, upward):
    """The rotation (3, 3) that takes `front` to `towards` and `up` as near to `upward` as that allows; all (3,)."""

    def frame(first, second):
        first = np.asarray(first, float) / np.linalg.norm(first)
        second = second - first * (first @ second)
        second = second / np.linalg.norm(second)
        return np.stack([first, second, np.cross(first, second)], 1)

    return frame(towards, np.asarray(upward, float)) @ frame(front, np.asarray(up, float)).T


@dataclass
class Path:
    """An object's path as sub-movements: a pivot (3,) in the object's frame that travels, and turns about it.

    moves (begin, end, offset (3,)); turns (begin, end, rotation vector (3,)) about world axes, applied in order; waves
    (begin, end, hertz, offset (3,), rotation vector (3,), phase). Starts at zero and identity.
    """

    pivot: np.ndarray = field(default_factory=lambda: np.zeros(3))
    moves: list = field(default_factory=list)
    turns: list = field(default_factory=list)
    waves: list = field(default_factory=list)

    def at(self, time):
        """Translation (T, 3) and rotation (T, 3, 3) at each time (T,) in seconds."""
        place = np.tile(self.pivot, (len(time), 1))
        turn = Rotation.identity(len(time))
        for begin, end, offset in self.moves:
            place = place + minimum_jerk(time, begin, end)[:, None] * offset
        for begin, end, vector in self.turns:
            turn = Rotation.from_rotvec(minimum_jerk(time, begin, end)[:, None] * vector) * turn
        for begin, end, hertz, offset, vector, phase in self.waves:
            swing = window(time, begin, end) * (np.sin(2 * np.pi * hertz * (time - begin) + phase) - np.sin(phase))
            place = place + swing[:, None] * offset
            turn = Rotation.from_rotvec(swing[:, None] * vector) * turn
        matrix = turn.as_matrix()
        return place - matrix @ self.pivot, matrix

    @property
    def reached(self):
        """Where the moves and turns so far lead: pivot (3,) in the world, rotation (3, 3)."""
        turn = Rotation.identity()
        for _, _, vector in self.turns:
            turn = Rotation.from_rotvec(vector) * turn
        return self.pivot + sum((offset for _, _, offset in self.moves), np.zeros(3)), turn.as_matrix()

    def about(self, pivot):
        """Moves and turns from now on are about another pivot (3,) of the object; only before the first turn."""
        assert not self.turns
        self.pivot = np.asarray(pivot, float)


@dataclass
class Bend:
    """The hinge's angle over time: where it starts, its moves (begin, end, change) and waves (begin, end, hertz,
    size).
    """

    start: float = 0.0
    moves: list = field(default_factory=list)
    waves: list = field(default_factory=list)

    def at(self, time):
        """Angle (T,) radians; a wave swings from 0 to `size` and back."""
        angle = np.full(len(time), self.start)
        for begin, end, change in self.moves:
            angle = angle + minimum_jerk(time, begin, end) * change
        for begin, end, hertz, size in self.waves:
            angle = angle + size * window(time, begin, end, 0.15) * (
                0.5 - 0.5 * np.cos(2 * np.pi * hertz * (time - begin))
            )
        return angle

    @property
    def reached(self):
        return self.start + sum(change for _, _, change in self.moves)


def unit_or(vector, other):
    """The direction of (3,), or another where there is none."""
    vector = other if vector is None or np.linalg.norm(vector) < 1e-6 else vector
    return np.asarray(vector, float) / np.linalg.norm(vector)


def turn_onto(direction, towards):
    """The shortest rotation (3, 3) that turns one direction onto another."""
    return _arc(unit_or(direction, UP), unit_or(towards, UP))


def _arc(start, end):
    axis, cosine = np.cross(start, end), float(start @ end)
    sine = np.linalg.norm(axis)
    if sine < 1e-6:
        return (
            np.eye(3)
            if cosine > 0
            else Rotation.from_rotvec(np.pi * unit_or(np.cross(start, [0.3, 0.7, 0.6]), UP)).as_matrix()
        )
    return Rotation.from_rotvec(axis / sine * np.arctan2(sine, cosine)).as_matrix()


def turn_upright(direction):
    """The shortest rotation that brings a direction near +Z, leaning a little."""
    return _arc(unit_or(direction, UP), unit_or(UP + 0.3 * AWAY, UP))


def yaw_under(lip, direction):
    """The turn about +Z, radians, that brings a lip (3,) under a horizontal direction."""
    yaw = np.arctan2(direction[1], direction[0]) - np.arctan2(lip[1], lip[0])
    return (yaw + np.pi) % (2 * np.pi) - np.pi
