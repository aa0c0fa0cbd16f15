"""Scores of what is done to a thing that stands on the table or that the other hand holds: pressing, pushing,
opening.
"""

from dataclasses import replace

import numpy as np

from ..motion import AWAY, UP, turn_onto
from ..score import DIRECTIONS
from .carrying import reading


def clean(s):
    if s.cast.way != "hold":
        s.take_all()
        s.lift(0.12, 0.2)
        s.wave(s.rng.uniform(1.0, 1.6), int(s.rng.integers(2, 5)), s.rng.normal(0, 0.01, 3), [0.1, 0, 0.2])
        return s.finish(0.3)
    aloft(s, reading(s) if s.shape.name == "eyeglasses" else None)
    rub = s.take(s.cast.lead)
    axis = s.shape.grips[s.cast.lead.row].axis
    for way in (1, -1, -1, 1)[: 2 * int(s.rng.integers(1, 3))]:
        rub.strokes.append((s.t, s.t + 0.3 * s.pace, way * axis * 0.008))
        s.t += 0.3 * s.pace
    s.release(rub)
    s.wait(0.5)
    s.finish(0.2)


def steady(s):
    """The second hand takes hold on the table before the lead acts, and keeps it there."""
    if s.cast.way == "hold":
        s.take(s.cast.second)
        s.t += s.pace * s.rng.uniform(0.1, 0.45)


def aloft(s, turn=None):
    """The second hand takes the object up to where the lead can act on it."""
    s.take(s.cast.second)
    s.t += 0.1
    by = np.array([-0.02 * s.out, s.rng.uniform(-0.10, 0.0), s.rng.uniform(0.1, 0.18)])
    s.carry_easily(by=by, turn=turn, widest=100 if turn is None else 35, all_hands=True)
    s.wait(s.rng.uniform(0.25, 0.45))


def can_lift(s):
    return not s.shape.fixed and s.cast.second is not None and "lift" in s.shape.grips[s.cast.second.row].actions


def press(s):
    """The lead presses or taps once or several times."""
    read = s.action in ("browse", "play")
    if s.cast.way == "hold" and s.action in ("take picture", "see"):
        aloft(s, s.facing(AWAY))
    elif s.cast.way == "hold" and can_lift(s) and (read or s.chance(0.5)):
        aloft(s, reading(s) if read or s.shape.tip is not None else None)
    else:
        steady(s)
    times = int(s.rng.integers(1, 4)) if s.action in ("tap", "use", "browse", "press", "staple") else 1
    gap = s.pace * s.rng.uniform(0.34, 0.5)
    stay = s.take(s.cast.lead)
    stay.taps = [s.t + i * gap for i in range(times)]
    stay.height = s.rng.uniform(0.012, 0.03)
    s.t = stay.taps[-1] + s.pace * s.rng.uniform(0.12, 0.3)
    change = pushed(s.shape.hinge, s.cast.lead)
    if abs(change) > 0.03:  # a stapler's arm, a lever that is pushed: it follows, and comes back
        stay.taps, times = stay.taps[:1], 1
        s.t = stay.begin + 0.06
        change *= s.rng.uniform(0.45, 1.0)
        s.swing(change, 0.6)
        s.swing(-change, 0.6)
    s.release(stay, 0.0)
    s.details["times"] = times
    if s.cast.way == "hold":
        s.wait(0.45)
    s.finish(0.3)


def pushed(hinge, grip):
    """How far the hinge gives way to a hand that pushes along its approach, radians with sign; 0 where it can't."""
    if hinge is None or not grip.turns:
        return 0.0
    along = np.cross(hinge.axis, grip.centre - hinge.point) @ grip.approach
    return (hinge.high if along > 0 else hinge.low) - grip.angle if abs(along) > 0.01 else 0.0


def push(s):
    """The whole object is pushed along the table, or slid with a hand on it."""
    way = s.cast.lead.approach * [1, 1, 0]
    if np.linalg.norm(way) < 0.7:
        way = DIRECTIONS[str(s.rng.choice(list(DIRECTIONS)))]
    way = way / np.linalg.norm(way)
    s.take_all()
    s.carry(by=way * s.rng.uniform(0.06, 0.16), level=True)
    for stay in s.stays:
        s.release(stay, 0.03)
    s.details["direction"] = max(DIRECTIONS, key=lambda name: DIRECTIONS[name] @ way)
    s.finish()


def swing_open(s):
    """The lead takes the part that turns and opens or closes it."""
    hinge = s.shape.hinge
    if hinge.high > 2.6 and s.cast.lead.kind not in ("press", "palm"):
        return turn_lid(s, 1 if s.action == "open" else -1)
    if s.cast.way == "hold" and can_lift(s) and s.chance(0.5):
        aloft(s)
    else:
        steady(s)
    stay = s.take(s.cast.lead)
    s.t += s.rng.uniform(0.08, 0.18)
    if s.action == "open":
        share = s.rng.uniform(0.35, 1.0)
        change = share * (hinge.high - s.bend.reached)
        s.details["amount"] = "a little" if share < 0.5 else "all the way" if share > 0.93 else ""
    else:
        change = -s.rng.uniform(0.85, 1.0) * s.bend.reached
    s.swing(change)
    if s.chance(0.65):
        s.release(stay, 0.05)
        s.wait(0.4)
    s.finish(0.3 if s.cast.way == "hold" else 0.0)


def turn_lid(s, way):
    """A cap or a knob: turned, let go, taken again where the wrist started, turned on."""
    hinge = s.shape.hinge
    if s.cast.way == "hold" and can_lift(s) and s.chance(0.6):
        aloft(s)
    else:
        steady(s)
    room = (hinge.high - s.bend.reached) if way > 0 else (s.bend.reached - hinge.low)
    turns = int(s.rng.integers(1, 4))
    step = min(np.radians(s.rng.uniform(40, 75)), room / turns)
    grip = s.cast.lead
    for i in range(turns):
        # the same world pose each time: in the turning part's frame the hand is set back by what has been turned
        stay = s.take(grip if not i else set_back(grip, way * step * i, hinge))
        s.t += 0.08
        s.swing(way * step, 0.8)
        if i < turns - 1:
            s.release(stay, 0.03)
            s.t = stay.end + s.pace * s.rng.uniform(0.5, 0.6)
    if s.chance(0.7):
        s.release(stay, 0.05)
        s.wait(0.5)
    s.details["times"] = turns
    s.finish(0.3 if s.cast.way == "hold" else 0.0)


def screw(s):
    if s.shape.hinge is not None:
        return turn_lid(s, -1)
    s.take_all()
    s.lift(0.10, 0.18)
    axis = s.shape.front / np.linalg.norm(s.shape.front)
    if s.shape.name == "screwdriver":
        s.carry(turn=turn_onto(axis, -UP + 0.25 * AWAY))
    axis = s.path.reached[1] @ axis
    times = int(s.rng.integers(2, 5))
    s.wave(s.rng.uniform(0.7, 1.1) / s.pace, times, [0, 0, 0], axis * np.radians(s.rng.uniform(25, 45)))
    s.details["times"] = times
    s.finish(0.2)


def set_back(grip, turned, hinge):
    """The same grip where the hinge has turned by `turned` since: it keeps its place in the object's frame."""
    return replace(grip, angle=grip.angle + turned)


def turn(s):
    """A door's lever or a knob: turned and let back."""
    hinge = s.shape.hinge
    if hinge is None:
        return screw(s)
    steady(s)
    stay = s.take(s.cast.lead)
    s.t += 0.1
    span = hinge.high - s.bend.reached
    change = min(span, np.radians(s.rng.uniform(30, 60))) if span > 0.1 else hinge.low - s.bend.reached
    s.swing(change, 0.8)
    s.wait(s.rng.uniform(0.1, 0.3))
    s.swing(-change, 0.8)
    s.release(stay, 0.05)
    s.finish()


def set_time(s):
    """A watch's or a clock's crown between the fingertips, the other hand holding it."""
    if s.cast.way != "hold":
        steady(s)
    elif can_lift(s) and s.chance(0.7):
        aloft(s, reading(s))
    else:
        steady(s)
    stay = s.take(s.cast.lead)
    s.wait(s.rng.uniform(0.5, 1.0))
    s.release(stay, 0.0)
    s.wait(0.5)
    s.finish(0.2)
