"""Scores of what is done at the head: drinking, eating, brushing, calling, looking, taking pictures, wearing."""

import numpy as np
from scipy.spatial.transform import Rotation

from ...hands.body import EAR, EYES, MOUTH, SKULL, body_distance
from ..motion import ACROSS, AWAY, UP, aligned, turn_onto, unit_or, yaw_under
from ..score import GIVES


def around(mouth, degrees):
    """The lips (K, 3) of a mouth, and places of a round rim some degrees to either side of them."""
    turns = [Rotation.from_rotvec(np.radians(angle) * mouth.axis) for angle in degrees]
    return np.concatenate([turn.apply(mouth.lips) for turn in turns])


def drink(s):
    """A lip comes to the mouth, whichever suits the arm, and is tilted there."""
    mouth, tilt = s.shape.mouth, np.radians(s.rng.uniform(35, 70))
    goal = MOUTH + s.rng.uniform(-1, 1, 3) * [0.01, 0.015, 0.02]
    lips = around(mouth, (0, -20, 20, -40, 40) if len(mouth.lips) < 4 else (0,))
    yaws = [yaw_under(lip, -AWAY) for lip in lips]
    upright = Rotation.from_rotvec(np.outer(yaws, UP)).as_matrix()
    tipped = Rotation.from_rotvec(tilt * ACROSS).as_matrix() @ upright
    ease = []
    for lip, both in zip(lips, zip(upright, tipped)):
        s.path.about(mouth.point + mouth.radius * lip)
        ease.append(s.strain(goal, np.stack(both)).sum())
    best = int(np.argmin(np.array(ease) + s.rng.uniform(0, 0.3, len(ease)) + 0.3 * np.abs(yaws)))
    s.path.about(mouth.point + mouth.radius * lips[best])
    s.take_all()
    if s.cast.way == "support":
        s.carry(by=np.array([0, -0.08, 0.14]), turn=Rotation.from_rotvec(0.5 * UP * yaws[best]).as_matrix())
        s.support()
    s.carry(to=goal, turn=upright[best], slow=1.1)
    s.carry(turn=tipped[best])
    s.wait(s.rng.uniform(0.15, 0.6))
    if s.chance(0.6):
        s.carry(turn=upright[best])
    s.finish(0.5)


def eat(s):
    s.take_all()
    s.carry(by=s.rise(0.06, 0.1))
    bite = unit_or(s.shape.front, s.shape.tip)
    to_mouth = -AWAY + UP * s.rng.uniform(-0.4, 0.5)
    s.tip_to(MOUTH + s.rng.uniform(-1, 1, 3) * [0.008, 0.01, 0.015], turn_onto(bite, to_mouth), to_mouth, 180, 30)
    for _ in range(int(s.rng.integers(1, 3))):
        s.wait(s.rng.uniform(0.15, 0.3))
        s.carry(by=np.array([0, 0.05, -0.02]))
        s.carry(by=np.array([0, -0.05, 0.02]))
    s.carry(by=np.array([0.03 * s.out, 0.12, -0.08]))
    s.finish(0.3)


def brush(s):
    s.take_all()
    s.lift(0.08, 0.16)
    if s.shape.name == "toothbrush":
        along = unit_or(s.shape.tip, s.shape.front)
        turn = aligned(s.shape.front, along, -AWAY, -s.out * ACROSS + 0.2 * AWAY)
        s.tip_to(MOUTH + np.array([0.02 * s.out, 0.012, 0.0]), turn, AWAY, 40)
        axis, size, hertz = ACROSS + 0.3 * UP * s.rng.normal(), s.rng.uniform(0.008, 0.016), s.rng.uniform(2.0, 3.2)
    elif s.shape.name in ("comb", "hairbrush"):
        along = unit_or(s.shape.tip, s.shape.front)
        turn = aligned(along, s.shape.up, -0.6 * AWAY - 0.4 * s.out * ACROSS + 0.5 * UP, UP)
        s.tip_to(np.array([0.072 * s.out, -0.39, 0.525]), turn, ACROSS, 50, 20)
        axis, size, hertz = -UP + 0.4 * AWAY, s.rng.uniform(0.03, 0.05), s.rng.uniform(0.8, 1.3)
    else:  # paint: bristles ahead and down
        turn = aligned(s.shape.front, s.shape.up, AWAY * 0.8 - UP * 0.6 - 0.3 * s.out * ACROSS, UP)
        s.carry_easily(by=0.02 * UP, turn=turn, widest=60)
        axis, size, hertz = ACROSS + 0.4 * AWAY * s.rng.normal(), s.rng.uniform(0.03, 0.06), s.rng.uniform(0.8, 1.5)
    s.wave(hertz / s.pace, int(s.rng.integers(3, 6)), axis * size)
    s.finish(0.25)


def opened(shape, angle):
    """Of a thing that folds open like a book, lying on its back: the middle of its lid's inner face or its tip there
    (3,), the way the face looks (3,), and from the base to the lid (3,), with the hinge at `angle`."""
    hinge = shape.hinge
    turn = Rotation.from_rotvec(angle * hinge.axis).as_matrix()
    lid = shape.vertices[np.unique(shape.faces[shape.moving])]
    shut = shape.tip if shape.tip is not None else lid.mean(0) * [1, 1, 0] + lid.min(0) * [0, 0, 1]
    tip = hinge.point + turn @ (shut - hinge.point)
    along = tip - shut
    return tip, np.cross(np.cross(along, turn @ -UP), along), along


def call(s):
    s.take_all()
    s.carry(by=s.rise(0.06, 0.10))
    if s.shape.hinge is not None:
        tip, front, along = opened(s.shape, s.cast.lead.angle)
    else:
        tip, front, along = s.shape.tip, s.shape.front, unit_or(s.shape.tip, s.shape.up)
    turn = aligned(front, along, -s.out * ACROSS + 0.15 * AWAY, UP - 0.45 * AWAY)
    s.tip_to(EAR * [s.out, 1, 1] + s.rng.normal(0, 0.006, 3), turn, ACROSS, 28, 12, tip=tip)
    s.wait(s.rng.uniform(0.4, 0.9))
    s.finish(0.2)


def see(s):
    s.take_all()
    s.carry(by=s.rise(0.06, 0.10))
    if s.shape.hinge is not None:  # a mirror or a screen in the lid
        tip, front, along = opened(s.shape, s.cast.lead.angle)
        s.tip_to(
            EYES + AWAY * s.rng.uniform(0.2, 0.28) - UP * 0.06, aligned(front, along, -AWAY, UP), ACROSS, 25, tip=tip
        )
    else:
        s.tip_to(EYES + AWAY * s.rng.uniform(0.13, 0.15), s.facing(AWAY), ACROSS, 15, 5)
        s.carry(by=-AWAY * as_far_as_it_goes(s, -AWAY, s.rng.uniform(0.09, 0.12)), slow=1.2)
    s.wait(s.rng.uniform(0.2, 0.4))
    if s.shape.hinge is not None:
        s.carry(turn=s.turned(UP * np.radians(s.rng.uniform(8, 20)) * s.rng.choice([-1, 1])), slow=1.3)
    s.finish(0.3)


def take_picture(s):
    screen = s.shape.name in ("phone", "flip_phone")
    s.take_all()
    s.carry(by=s.rise(0.06, 0.10))
    far = s.rng.uniform(0.2, 0.28) if screen else s.rng.uniform(0.02, 0.12)
    sideways = s.facing(-AWAY, s.out * ACROSS) if screen and s.chance(0.5) else None  # a phone upright or on its side
    s.tip_to(
        EYES + AWAY * far - UP * 0.02, s.facing(-AWAY if screen else AWAY) if sideways is None else sideways, ACROSS, 20
    )
    s.wait(s.rng.uniform(0.4, 0.8))
    s.finish(0.3)


def as_far_as_it_goes(s, way, most):
    """How far, metres, the object can go along `way` (3,) before it is at the actor's body; at most `most`."""
    place, turn = s.path.reached
    points = (s.shape.vertices[:: max(1, len(s.shape.vertices) // 600)] - s.path.pivot) @ turn.T + place
    goes = np.linspace(0, most, 26)
    clear = [body_distance(points + way * far).min() > -GIVES for far in goes]
    return goes[np.argmin(clear) - 1] if not all(clear) else most


def over_the_head(s):
    """A band is drawn over the head from above, or from behind and above as it suits the arms."""
    pitch = np.radians(np.repeat(np.linspace(-25, 75, 9), 3))
    twist = np.radians(np.tile([-15, 0, 15], 9))
    turns = (
        Rotation.from_rotvec(np.outer(twist, UP)) * Rotation.from_rotvec(np.outer(pitch, ACROSS))
    ).as_matrix() @ s.facing(AWAY)
    ways = turns @ s.shape.up
    ends = SKULL + 0.13 * ways - turns @ (s.shape.tip - s.path.pivot)
    cost = s.strain(ends, turns) + s.strain(ends + 0.05 * ways, turns) + np.abs(pitch) + s.rng.uniform(0, 0.25, 27)
    best = int(np.argmin(cost))
    over = ends[best] + 0.05 * ways[best]
    s.carry(to=over + 0.16 * AWAY, turn=turns[best])  # up before the face, then back
    s.carry(to=over)
    s.carry(by=-ways[best] * as_far_as_it_goes(s, -ways[best], 0.06), slow=1.2)


def wear(s):
    s.take_all()
    s.carry(by=s.rise(0.06, 0.10))
    if s.shape.name == "headphones":
        over_the_head(s)
    elif s.shape.name == "watch":
        s.carry(to=s.path.pivot + np.array([-0.12 * s.out, -0.12, 0.14]), turn=s.facing(-AWAY + UP, -s.out * ACROSS))
    else:
        s.tip_to(EYES + AWAY * 0.14, s.facing(AWAY), ACROSS, 15, 5)
        s.carry(by=-AWAY * as_far_as_it_goes(s, -AWAY, 0.125), slow=1.2)
    s.wait(s.rng.uniform(0.3, 0.6))
    s.finish(0.25)
