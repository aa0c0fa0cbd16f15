"""Scores of what things are for, done in the air or over the table: pouring, cutting, stamping, flying, browsing."""

import numpy as np
from scipy.spatial.transform import Rotation

from ...hands.body import MOUTH
from ..motion import ACROSS, AWAY, UP, aligned, turn_onto, turn_upright, unit_or, yaw_under
from ..score import DIRECTIONS
from .carrying import reading


def pour(s):
    """The opening is lowered to the middle or ahead, over whichever lip and whichever way suits the arm."""
    mouth, tilt = s.shape.mouth, np.radians(s.rng.uniform(60, 110))
    s.path.about(mouth.point * 0.6)
    goal = s.path.pivot + s.rise(0.12, 0.22) - np.array([0.04 * s.out, 0, 0])
    ahead = (
        [AWAY]
        if s.cast.way == "two"
        else [AWAY * 0.25 - s.out * ACROSS, AWAY * 0.7 - s.out * ACROSS, AWAY - s.out * ACROSS * 0.3]
    )
    pairs = [(lip, way / np.linalg.norm(way)) for lip in mouth.lips for way in ahead]
    yaws = np.array([yaw_under(lip, way) for lip, way in pairs])
    upright = Rotation.from_rotvec(np.outer(yaws, UP)).as_matrix()
    vectors = np.stack([tilt * np.cross(UP, turn @ lip) for turn, (lip, _) in zip(upright, pairs)])
    tipped = Rotation.from_rotvec(vectors).as_matrix() @ upright
    ease = s.strain(goal, upright) + s.strain(goal, tipped)
    best = int(np.argmin(ease + s.rng.uniform(0, 0.4, len(ease)) + 0.3 * np.abs(yaws)))
    s.take_all()
    s.carry(to=goal, turn=upright[best])
    s.support()
    s.carry(turn=tipped[best], slow=1.1)
    s.wait(s.rng.uniform(0.2, 0.6))
    s.carry(turn=upright[best])
    s.finish(0.4)


def toast(s):
    s.take_all()
    s.lift(0.14, 0.22)
    s.carry(by=np.array([-0.03 * s.out, s.rng.uniform(0.12, 0.2), s.rng.uniform(0.06, 0.12)]),
            turn=s.turned(ACROSS * -np.radians(s.rng.uniform(5, 14))))  # fmt: skip
    s.wait(s.rng.uniform(0.1, 0.3))
    s.carry(by=np.array([0.02 * s.out, -0.14, -0.05]), turn=s.turned(ACROSS * np.radians(8)))
    s.finish(0.2)


def edge_down(s, low=0.045, high=0.08):
    """The blade ahead of the actor, pointing away and inwards, its edge down -> the way it points (3,).

    Its lowest point comes to `low` to `high` metres above the table; yaw, pitch and roll are as the arms like it.
    """
    s.take_all()
    ahead = unit_or(AWAY - 0.7 * s.out * ACROSS, AWAY)
    angles = np.radians(s.rng.uniform(-1, 1, (64, 3)) * [60, 18, 12])
    angles[0] = 0
    about = np.stack([UP, np.cross(ahead, UP), ahead])
    yaw, pitch, roll = (Rotation.from_rotvec(np.outer(angle, axis)) for angle, axis in zip(angles.T, about))
    turns = (yaw * pitch * roll).as_matrix() @ s.facing(ahead)
    lowest = ((s.shape.vertices[::4] - s.path.pivot) @ np.swapaxes(turns, 1, 2))[..., 2].min(1)
    places = s.path.pivot * [1, 1, 0] + s.rng.uniform(-0.06, 0.06, (64, 3)) * [1, 1, 0] + 0.03 * s.out * ACROSS
    places[:, 2] = s.table + s.rng.uniform(low, high, 64) - lowest
    best = s.easiest(places, turns, 0.5 * np.abs(angles).sum(1) + s.strain(places + 0.05 * ahead, turns))
    s.carry(to=places[best], turn=turns[best])
    ahead = s.path.reached[1] @ s.shape.front * [1, 1, 0]
    return ahead / np.linalg.norm(ahead)


def work_jaws(s):
    """The fingers open and close the hinge several times, as far as they can follow -> how often."""
    times, hertz = int(s.rng.integers(2, 5)), s.rng.uniform(1.0, 1.6) / s.pace
    s.bend.waves.append((s.t, s.t + times / hertz, hertz, s.cast.lead.fingers.angles[-1] - s.bend.reached))
    s.t += times / hertz
    return times


def grip_with_jaws(s):
    """Pliers, held ahead: the jaws open and close."""
    edge_down(s)
    s.details["times"] = work_jaws(s)
    s.finish(0.3)


def cut(s):
    ahead = edge_down(s)
    s.carry(by=-UP * 0.03)
    if s.shape.hinge is not None:  # scissors
        begin, times = s.t, work_jaws(s)
        s.path.moves.append((begin, s.t, ahead * 0.02 * times))
    else:
        times = int(s.rng.integers(2, 6))
        s.wave(s.rng.uniform(1.0, 1.7) / s.pace, times, ahead * s.rng.uniform(0.02, 0.04) - UP * 0.004)
    s.details["times"] = times
    s.finish(0.3)


def chop(s):
    edge_down(s)
    times = int(s.rng.integers(3, 7))
    s.path.moves.append((s.t, s.t + times / 1.6, -s.out * ACROSS * 0.012 * times))
    s.wave(s.rng.uniform(1.5, 2.4) / s.pace, times, UP * s.rng.uniform(0.015, 0.03),
           ACROSS * -s.rng.uniform(0.05, 0.2), phase=np.pi / 2)  # fmt: skip
    s.details["times"] = times
    s.finish(0.3)


def peel(s):
    if s.shape.tip is not None and s.cast.way == "hold":  # a banana: held up, its skin drawn down from the tip
        keep = s.take(s.cast.second)
        s.t += 0.1
        s.carry(by=s.rise(0.12, 0.2) - AWAY * 0.08, turn=turn_upright(s.shape.tip))
        s.wait(s.rng.uniform(0.3, 0.5))
        pull = s.take(s.cast.lead)
        s.wait(s.rng.uniform(0.15, 0.3))
        s.wave(1.0 / s.pace, 1, [0, 0, 0.004], UP * 0.06)
        s.release(pull, 0.0)
        s.wait(0.7)
        assert keep.end is None
    else:  # a knife drawn over something in the air, towards the actor
        edge_down(s, 0.09, 0.14)
        times = int(s.rng.integers(2, 5))
        s.wave(s.rng.uniform(0.9, 1.4) / s.pace, times, (-AWAY + 0.3 * s.out * ACROSS) * 0.03, ACROSS * 0.15)
        s.details["times"] = times
    s.finish(0.2)


def fly(s):
    """A toy plane: up, along an arc with a bank, and round."""
    s.take_all()
    s.carry_easily(by=s.rise(0.14, 0.22), widest=60)
    nose = s.path.reached[1] @ s.shape.front * [1, 1, 0]
    for bend in s.rng.choice([-1, 1]) * s.rng.uniform(0.3, 0.9, 2):
        yaw = Rotation.from_rotvec(UP * bend)
        bank = Rotation.from_rotvec(
            -nose / max(np.linalg.norm(nose), 1e-6) * np.sign(bend) * np.radians(s.rng.uniform(8, 24))
        )
        nose = yaw.apply(nose)
        flat = aligned(s.shape.front, s.shape.up, nose + 1e-3 * UP, UP)
        s.carry(by=nose / max(np.linalg.norm(nose), 1e-6) * s.rng.uniform(0.08, 0.16) + UP * s.rng.uniform(-0.03, 0.05),
                turn=(yaw * bank).as_matrix() @ flat, slow=1.1)  # fmt: skip
    s.finish(0.2)


def squeeze(s):
    s.take_all()
    keep = s.stays[0]
    tip = s.shape.tip if s.shape.tip is not None else s.shape.extent * [0, 0, 0.5]
    downward = -UP * s.rng.uniform(0.4, 1.2) - s.out * ACROSS * 0.6 + AWAY * 0.5
    s.carry_easily(by=s.rise(0.14, 0.22), turn=turn_onto(tip, downward))
    times = int(s.rng.integers(1, 4))
    hertz = s.rng.uniform(0.8, 1.4) / s.pace
    keep.pulses.append((s.t, s.t + times / hertz, hertz))
    s.t += times / hertz
    s.details["times"] = times
    s.finish(0.3)


def stamp(s):
    s.take_all()
    times = int(s.rng.integers(1, 4))
    for _ in range(times):
        step = DIRECTIONS[str(s.rng.choice(list(DIRECTIONS)))] * s.rng.uniform(0.04, 0.09)
        s.carry(by=UP * s.rng.uniform(0.04, 0.08) + 0.6 * step)
        s.carry(to=np.append((s.path.reached[0] + 0.4 * step)[:2], s.path.pivot[2]), slow=0.8)
        s.wait(s.rng.uniform(0.1, 0.25))
    s.details["times"] = times
    if s.chance(0.5):
        s.carry(by=UP * s.rng.uniform(0.06, 0.12))
    else:
        for stay in s.stays:
            s.release(stay)
    s.finish(0.0)


def play(s):
    name = s.shape.name
    if name in ("flute", "recorder"):
        s.take_all()
        s.carry(by=s.rise(0.08, 0.12))
        s.tip_to(MOUTH + AWAY * 0.02, turn_onto(s.shape.front, UP * 0.6 - AWAY * 0.8), AWAY * 0.8 - UP * 0.6, 180, 15)
        s.wave(s.rng.uniform(0.5, 0.9), 2, [0, 0.004, 0.008], AWAY * 0.05)
    elif name in ("train", "toy_car") and s.cast.way == "one":
        s.take_all()
        front = s.shape.front * [1, 1, 0]
        front = front / np.linalg.norm(front)
        for way in (1, -1)[: int(s.rng.integers(1, 3))]:
            s.carry(by=way * front * s.rng.uniform(0.06, 0.14), level=True)
        for stay in s.stays:
            s.release(stay)
    else:  # held before the chest, tilted this way and that
        s.take_all()
        s.carry_easily(
            by=np.array([0, -0.06, s.rng.uniform(0.12, 0.2)]),
            turn=s.facing(AWAY, UP - 0.5 * AWAY) if s.shape.name == "game_controller" else None,
            widest=40 if s.cast.way == "two" else 100,
        )
        s.wave(s.rng.uniform(0.7, 1.2), int(s.rng.integers(2, 4)), [0.006, 0, 0], [0.06, 0.16, 0.08])
    s.finish(0.2)


def browse(s):
    """Before the eyes, the screen or page towards them; a second hand taps or swipes."""
    s.take_all()
    s.carry_easily(
        to=s.path.pivot + np.array([0.04 * s.out, -0.08, s.rng.uniform(0.16, 0.24)]), turn=reading(s), widest=20
    )
    s.support()
    s.wait(s.rng.uniform(0.4, 0.8))
    s.carry(turn=s.turned(s.rng.normal(0, 0.12, 3)))
    s.finish(0.2)


def cook(s):
    s.take_all()
    s.carry(by=UP * s.rng.uniform(0.03, 0.07))
    times = int(s.rng.integers(2, 5))
    s.wave(
        s.rng.uniform(1.1, 1.6) / s.pace,
        times,
        AWAY * s.rng.uniform(0.02, 0.04) + UP * 0.008,
        ACROSS * s.rng.uniform(0.05, 0.14),
    )
    s.details["times"] = times
    s.finish(0.4)


def strike(s):
    """A hammer: raised and brought down on a nail, several times."""
    s.take_all()
    ahead = aligned(np.cross(s.shape.up, s.shape.front), s.shape.front, -s.out * ACROSS * 0.5 - AWAY, -UP)
    s.carry_easily(by=np.array([0.04 * s.out, 0.02, s.rng.uniform(0.14, 0.2)]), turn=ahead, widest=50)
    times = int(s.rng.integers(1, 4))
    swing = -np.cross(s.path.reached[1] @ np.cross(s.shape.up, s.shape.front), UP) * np.radians(s.rng.uniform(22, 40))
    for _ in range(times):
        up = s.turned(swing)
        back = s.path.reached[1]
        s.carry(by=UP * 0.05, turn=up, slow=0.9)
        s.carry(by=-UP * 0.05, turn=back, slow=0.55)
        s.wait(0.05)
    s.details["times"] = times
    s.finish(0.25)


def point(s):
    """Held up and pointed ahead: a torch, a remote control, a spray bottle."""
    s.take_all()
    keep = s.stays[0]
    s.carry_easily(by=s.rise(0.14, 0.24), turn=s.facing(AWAY - 0.2 * s.out * ACROSS), widest=35)
    if s.shape.name == "spray":
        times = int(s.rng.integers(1, 4))
        keep.pulses.append((s.t, s.t + times / 1.4, 1.4))
        s.t += times / 1.4
        s.details["times"] = times
    else:
        s.carry(turn=s.turned(UP * np.radians(s.rng.uniform(15, 35)) * s.rng.choice([-1, 1])))
    s.finish(0.25)
