"""Scores of what can be done with anything: lifting, placing, passing, handing over, inspecting, shaking."""

import numpy as np
from scipy.spatial.transform import Rotation

from ..motion import ACROSS, AWAY, UP, aligned
from ..score import DIRECTIONS


def lift(s):
    s.take_all()
    s.lift(0.10, 0.30)
    s.details["direction"] = "up"
    s.finish(0.15)


def place(s):
    name = s.rng.choice(list(DIRECTIONS))
    step = DIRECTIONS[name] * s.rng.uniform(0.09, 0.22)
    s.take_all()
    s.carry(by=np.array([0, 0, s.rng.uniform(0.06, 0.14)]) + 0.45 * step)
    turn = s.turned(UP * s.rng.normal(0, 0.25))
    s.carry(to=s.path.pivot + step, turn=turn)
    for stay in s.stays:
        s.release(stay, s.rng.uniform(0.05, 0.12))
    s.details["direction"] = str(name)
    s.finish()


def give(s):
    s.take_all()
    s.lift(0.08, 0.16)
    s.carry_easily(
        by=np.array([s.rng.uniform(-0.05, 0.05), s.rng.uniform(0.14, 0.25), s.rng.uniform(-0.02, 0.04)]),
        widest=40,
        slow=1.1,
    )
    s.details["direction"] = "forward"
    s.finish(0.0)


def hand_over(s):
    lead = s.take(s.cast.lead)
    s.t += 0.1
    s.carry_easily(by=np.array([-0.05 * s.out, s.rng.uniform(-0.10, 0.02), s.rng.uniform(0.12, 0.22)]), all_hands=True)
    s.wait(s.rng.uniform(0.15, 0.35))
    s.take(s.cast.second)
    s.wait(s.rng.uniform(0.15, 0.25))
    lead.end = s.t
    s.wait(s.rng.uniform(0.15, 0.3))
    s.carry(by=np.array([-s.rng.uniform(0.06, 0.16) * s.out, s.rng.uniform(-0.02, 0.06), s.rng.uniform(-0.04, 0.04)]))
    s.finish(0.0)


def inspect(s):
    s.take_all()
    s.carry_easily(
        by=np.array([s.rng.uniform(-0.02, 0.06) * s.out, s.rng.uniform(-0.10, 0.0), s.rng.uniform(0.16, 0.26)]),
        all_hands=True,
    )
    s.support()
    for _ in range(2):  # looked at from one side, then from another
        place, now = s.path.reached
        vectors = s.rng.uniform(-1, 1, (16, 3)) * np.radians([40, 30, 70])
        turns = Rotation.from_rotvec(vectors).as_matrix() @ now
        s.carry(turn=turns[s.easiest(place, turns, -0.8 * np.linalg.norm(vectors, axis=1))])
        s.wait(0.15)
    s.finish(0.2)


def shake(s):
    s.take_all()
    s.lift(0.10, 0.2)
    axis = [UP, ACROSS, AWAY + 0.5 * UP][s.rng.choice(3, p=[0.6, 0.2, 0.2])]
    times = int(s.rng.integers(2, 6))
    hertz = s.rng.uniform(1.5, 2.6) / s.pace
    s.wave(hertz, times, axis * s.rng.uniform(0.022, 0.045), [s.rng.uniform(-0.2, 0.2), s.rng.uniform(-0.15, 0.15), 0])
    s.details["times"] = times
    s.finish(0.25)


def grab(s):
    s.take_all()
    s.carry_easily(by=s.rise(0.05, 0.16), widest=40)
    s.carry_easily(
        by=np.append(s.rng.uniform(-0.07, 0.07, 2), s.rng.uniform(-0.02, 0.05)), turn=s.turned(s.rng.normal(0, 0.2, 3))
    )
    s.finish(0.4)


def reading(s):
    """The rotation that shows a front that lies up or stands to the eyes of the actor."""
    towards = -AWAY + 0.75 * UP
    return aligned(s.shape.front, s.shape.up, towards, UP + 0.75 * AWAY)
