"""Animals: what is held for its form. They stand on the table and look towards +X."""

import numpy as np

from .food import press_grip
from .shape import HANDLING, HOLD, TWO_HANDED, Grip, above, assemble, fan, level
from .solids import (
    divided,
    ellipsoid,
    lathe,
    mirrored,
    moved,
    rounded,
    rounded_box,
    sculpted,
    turned,
)
from .vessels import WRAP_RADIUS

UP = np.array([0.0, 0.0, 1.0])
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
ONE_HAND = 0.0375  # half the widest thing that fingertips span comfortably
PLAYED = HANDLING + ("play",)
TRUNK, FINGER = 14, 12  # points around them


def extreme(solid, direction):
    """(3,) the vertex of a solid that is furthest along `direction`."""
    return solid[0][np.argmax(solid[0] @ np.asarray(direction, np.float64))]


def middle_line(solid, segments):
    """(N, 3) middles of the rings of a `sculpted` solid."""
    return solid[0][:-2].reshape(-1, segments, 3).mean(1)


def pair(part, solid):
    """A solid and its mirror image in y = 0, as two entries for `assemble`."""
    return [(part, solid), (part, mirrored(solid))]


def flattened(solid, floor, soft=0.002):
    """The solid with its underside flattened softly at the height `floor`, so that it stands."""
    points = solid[0].copy()
    points[:, 2] = floor + soft * np.logaddexp(0, (points[:, 2] - floor) / soft)
    return points, solid[1]


def back_grips(part, middle, radius, length, actions):
    """From above on a body that lies along X: around it where a hand spans it, and by the fingertips."""
    grips = []
    if radius <= WRAP_RADIUS:
        grips.append(Grip(part, "wrap", middle, X, above(X, 50), actions + (HOLD,), radius, length))
    if radius <= ONE_HAND:
        grips.append(Grip(part, "pinch", middle, X, above(X, 25), actions, radius, length))
    return grips


def flank_grip(part, middle, radius, length, actions=TWO_HANDED):
    """A hand on each flank, from +Y and -Y."""
    return Grip(part, "two", middle, UP, np.stack([Y, -Y]), actions, radius, length)


def rubber_duck(rng):
    """A bath duck: a round body with its tail up, a big head, a short bill; often with wings and eyes."""
    size = rng.uniform(0.019, 0.040)  # half the body's width
    body = sculpted(np.array([(-1.35, 0, 1.15, 0.18, 0.16), (-1.0, 0, 0.85, 0.62, 0.45), (-0.3, 0, 0.62, 1.0, 0.8),
                              (0.45, 0, 0.68, 0.9, 0.82), (0.9, 0, 0.8, 0.66, 0.66)]) * size, count=18,
                    segments=22)  # fmt: skip
    body = flattened(body, 0.05 * size, 0.1 * size)
    head = size * rng.uniform(0.62, 0.82)
    high = 1.28 * size + 0.75 * head
    at = np.array([size * rng.uniform(0.4, 0.6), 0, high])
    bill = size * rng.uniform(0.28, 0.36)
    beak = sculpted([(at[0] + 0.7 * head, 0, high - 0.18 * head, 1.2 * bill, 0.55 * bill),
                     (at[0] + head + 0.4 * bill, 0, high - 0.2 * head, 1.1 * bill, 0.34 * bill),
                     (at[0] + head + bill, 0, high - 0.12 * head, 0.7 * bill, 0.22 * bill)], count=7,
                    segments=14)  # fmt: skip
    solids = [("body", body), ("head", moved(ellipsoid((head, 0.96 * head, 0.97 * head), 18, 28), at)), ("bill", beak)]
    wing = sculpted(np.array([(0.4, 0.86, 0.8, 0.3, 0.1), (-0.2, 0.93, 0.85, 0.38, 0.15),
                              (-0.95, 0.8, 1.1, 0.14, 0.08)]) * size, UP, 8, 12)  # fmt: skip
    if rng.uniform() < 0.7:
        solids += pair("wing", wing)
    if rng.uniform() < 0.6:
        eye = 0.14 * head
        solids += pair("eye", moved(ellipsoid((eye, eye, 1.2 * eye), 6, 12), at + head * np.array([0.68, 0.5, 0.42])))
    middle = np.array([0, 0, 0.68 * size])
    held = PLAYED + ("squeeze", "shake")
    grips = [Grip("body", "wrap", middle - [0.4 * size, 0, 0], UP, fan(X, UP, 60), held, size, 0.8 * size),
             Grip("body", "pinch", middle - [0.6 * size, 0, 0], X, above(X, 20, 3), held, 0.9 * size, 0.4 * size),
             Grip("head", "pinch", at, X, above(X, 30), PLAYED, head, head),
             Grip("head", "tripod", at, X, above(X, 30), PLAYED, head, head),
             flank_grip("body", middle, size, size, TWO_HANDED + ("squeeze",)),
             press_grip("head", at + [0, 0, 0.97 * head], (0, 0, -1.0), ("tap", "press")),
             press_grip("body", extreme(body, (-1, 0, -0.3)), (1.0, 0, 0), ("push", "slide"))]  # fmt: skip
    nouns = ("rubber duck", "bath duck", "toy duck", "yellow duck", "rubber ducky")
    return assemble("rubber_duck", nouns, solids, grips)


def duck(rng):
    """A wooden or china duck, long like a decoy, or upright on a plinth like a runner duck."""
    size = rng.uniform(0.022, 0.038)  # half the body's width
    upright = rng.uniform() < 0.35
    stretch = rng.uniform(0.9, 1.2)
    if upright:
        line = [(-1.1, 0, 1.0, 0.28, 0.2), (-0.7, 0, 1.0, 0.7, 0.55), (0.0, 0, 1.5, 1, 0.95),
                (0.35, 0, 2.4, 0.8, 0.75), (0.4, 0, 3.3, 0.42, 0.42), (0.45, 0, 4.2, 0.36, 0.36)]  # fmt: skip
        crown, low = (0.6, 4.6), 0.9
    else:
        line = [(-2.3, 0, 1.35, 0.22, 0.1), (-1.7, 0, 1.05, 0.6, 0.38), (-0.6, 0, 0.8, 1.0, 0.8),
                (0.6, 0, 0.85, 0.92, 0.85), (1.15, 0, 1.2, 0.62, 0.6)]  # fmt: skip
        crown, low = (1.45, rng.uniform(2.1, 2.9)), 0.05
    line = np.array(line) * size
    line[:, 0] *= stretch
    body = flattened(sculpted(line, count=19, segments=20), low * size if not upright else 0.0, 0.08 * size)
    head = np.array([crown[0] * stretch, 0, crown[1]]) * size
    skull = size * rng.uniform(0.46, 0.58)
    solids = [("body", body), ("head", moved(ellipsoid((1.2 * skull, 0.95 * skull, skull), 16, 24), head))]
    if not upright:
        neck = (np.array([(0.75 * stretch, 0, 1.0, 0.6, 0.6), (1.2 * stretch, 0, 0.5 * (1.4 + crown[1]), 0.38, 0.42),
                          (1.35 * stretch, 0, crown[1], 0.36, 0.4)]) * size)  # fmt: skip
        solids.append(("neck", sculpted(neck, count=10, segments=16)))
    reach = skull * rng.uniform(1.0, 1.5)
    solids.append(("bill", sculpted([(*(head + [0.8 * skull, 0, -0.15 * skull]), 0.5 * skull, 0.4 * skull),
                                     (*(head + [1.15 * skull + 0.5 * reach, 0, -0.35 * skull]), 0.42 * skull,
                                      0.17 * skull), (*(head + [1.1 * skull + reach, 0, -0.4 * skull]), 0.4 * skull,
                                                      0.11 * skull)], count=8, segments=12)))  # fmt: skip
    if not upright:
        wing = (np.array([(0.55 * stretch, 0.72, 1.2, 0.42, 0.16), (-0.5 * stretch, 0.86, 1.12, 0.5, 0.18),
                          (-1.75 * stretch, 0.5, 1.4, 0.15, 0.09)]) * size)  # fmt: skip
        solids += pair("wing", sculpted(wing, UP, 10, 14))
        middle = np.array([-0.2 * stretch * size, 0, 0.85 * size])
        grips = back_grips("body", middle, 1.02 * size, 1.5 * size, PLAYED)
        grips.append(Grip("neck", "pinch", np.array([1.2 * stretch * size, 0, 0.5 * (1.2 + crown[1]) * size]), UP,
                          fan((1, 0, 0), UP, 50), HANDLING, 0.42 * size, size))  # fmt: skip
        grips.append(flank_grip("body", middle, size, size))
    else:
        wing = (np.array([(0.1, 0.85, 2.1, 0.42, 0.14), (-0.3, 0.92, 1.5, 0.4, 0.16),
                          (-0.9, 0.5, 1.0, 0.12, 0.08)]) * size)  # fmt: skip
        solids += pair("wing", sculpted(wing, X, 8, 12))
        for y in (0.38, -0.38):
            solids.append(("leg", sculpted(np.array([(0.05, y, 0.12, 0.17, 0.17), (0.05, y, 0.9, 0.24, 0.24)]) * size,
                                           Y, 5, 10)))  # fmt: skip
        plinth = rounded([(0.3 * size, -0.1 * size), (1.15 * size, -0.1 * size), (1.15 * size, 0.2 * size),
                          (0.3 * size, 0.2 * size)], 0.1 * size)  # fmt: skip
        solids.append(("base", lathe(divided(plinth, 0.008), 32)))
        middle = np.array([0.02, 0, 1.6]) * size
        grips = [Grip("body", "wrap", middle, UP, fan(X, UP, 60), PLAYED + (HOLD,), size, 1.2 * size),
                 Grip("body", "wrap", np.array([0.4, 0, 3.3]) * size, UP, level(12), HANDLING, 0.42 * size,
                      1.2 * size), Grip("body", "pinch", np.array([0.4, 0, 3.3]) * size, UP, level(12), HANDLING,
                                        0.42 * size, 1.2 * size), flank_grip("body", middle, size, size)]  # fmt: skip
    grips.append(Grip("head", "pinch", head, X, above(X, 30), PLAYED, skull, skull))
    grips.append(press_grip("head", head + [0, 0, skull], (0, 0, -1.0), ("tap", "press")))
    nouns = ("duck", "wooden duck", "toy duck") + (("runner duck", "duck figurine") if upright else ("decoy duck",
            "decoy"))  # fmt: skip
    return assemble("duck", nouns, solids, grips)


def elephant(rng):
    """An elephant on its four legs, its trunk hanging, curled forwards or raised; some have tusks."""
    size = rng.uniform(0.020, 0.036)  # half the body's width
    long, leg = rng.uniform(1.25, 1.6), rng.uniform(0.95, 1.5)
    z = (leg + 0.75) * size
    body = sculpted(np.array([(-long, 0, leg + 0.62, 0.55, 0.62), (-0.6 * long, 0, leg + 0.72, 0.95, 0.95),
                              (0.1 * long, 0, leg + 0.75, 1.0, 1.0), (0.75 * long, 0, leg + 0.85, 0.82, 0.85)]) * size,
                    count=14, segments=20, blunt=0.9)  # fmt: skip
    head = np.array([long + 0.55, 0, leg + 1.2]) * size
    skull = size * rng.uniform(0.66, 0.8)
    solids = [("body", body), ("head", moved(ellipsoid((skull, 0.9 * skull, 1.1 * skull), 16, 24), head))]
    pose = rng.integers(3)  # of the trunk
    away = ([(1.25, -0.2, 0.42), (1.35, -1.0, 0.32), (1.3, -1.6, 0.24), (1.55, -2.0, 0.19)] if pose == 0 else [(1.2,
            -0.2, 0.42), (1.4, -0.95, 0.32), (1.85, -1.25, 0.24), (2.3, -0.9, 0.18)] if pose == 1 else [(1.2, -0.1,
            0.42), (1.75, -0.15, 0.3), (2.1, 0.6, 0.22), (1.95, 1.2, 0.17)])  # fmt: skip
    stretch = rng.uniform(0.85, 1.05) if pose else min(1.0, 0.9 * (head[2] / size) / (1.75 * skull / size))
    line = [(0.35 * skull, 0, -0.05 * skull, 0.5 * skull, 0.5 * skull)]
    line += [(x * skull * 0.78, 0, up * skull * 0.78 * stretch, thick * skull, thick * skull) for x, up, thick in away]
    line = np.array(line) + [*head, 0, 0]
    line[:, 2] = np.maximum(line[:, 2], 0.2 * size)
    trunk = sculpted(line, count=16, segments=TRUNK)
    solids.append(("trunk", trunk))
    wide = skull * rng.uniform(0.95, 1.35)
    turn = rng.uniform(25, 50)
    ear = turned(turned(ellipsoid((0.78 * wide, max(0.0025, 0.12 * wide), wide), 12, 20), "z", -turn), "x",
                 -rng.uniform(0, 15))  # fmt: skip
    turn = np.radians(turn)
    ear_at = head + np.array([-0.5 * skull, 0.95 * skull + 0.25 * wide, 0.1 * skull])
    solids += pair("ear", moved(ear, ear_at))
    foot, fore = size * rng.uniform(0.34, 0.44), long * rng.uniform(0.55, 0.7)
    for x, stride in ((fore, rng.uniform(-0.15, 0.25)), (-0.78 * long, rng.uniform(-0.25, 0.15))):
        for y, step in ((0.52, stride), (-0.52, -stride)):
            shin = [((x + step) * size, y * size, 0.1 * foot, 1.1 * foot, 1.1 * foot),
                    ((x + 0.6 * step) * size, y * size, 0.4 * leg * size, 0.9 * foot, 0.9 * foot),
                    (x * size, y * size, (leg + 0.5) * size, 1.15 * foot, 1.2 * foot)]  # fmt: skip
            solids.append(("leg", flattened(sculpted(shin, Y, 8, 14, blunt=0.5), 0.0, 0.06 * foot)))
    solids.append(("tail", sculpted(np.array([(-long - 0.3, 0, leg + 0.95, 0.1, 0.1),
                                              (-long - 0.65, 0, leg + 0.4, 0.07, 0.07),
                                              (-long - 0.6, 0, leg - 0.15, 0.11, 0.11)]) * size, count=7,
                                    segments=10)))  # fmt: skip
    if rng.uniform() < 0.5:
        tusk = np.array([(0.55, 0.42, -0.45, 0.14, 0.14), (1.15, 0.5, -0.8, 0.11, 0.11),
                         (1.6, 0.5, -0.62, 0.05, 0.05)]) * skull + [*head, 0, 0]  # fmt: skip
        solids += pair("tusk", sculpted(tusk, Y, 7, 10))
    middle = np.array([0.05 * long * size, 0, z])
    line = middle_line(trunk, TRUNK)
    half = len(line) // 2
    centre, way = line[half], line[half + 1] - line[half - 1]
    thick = float(np.linalg.norm(trunk[0][half * TRUNK] - centre))
    grips = back_grips("body", middle, size, 1.3 * size, PLAYED + ("shake",)) + [Grip("trunk", "pinch", centre, way,
            fan(-X - 0.6 * UP, way, 30, 3), PLAYED, thick, skull),
            flank_grip("body", middle, size, size, TWO_HANDED + ("play",)),
            press_grip("head", head + [0, 0, 1.1 * skull], (0, 0, -1.0), ("tap", "press")),
            press_grip("body", extreme(body, -X), (1.0, 0, 0), ("push", "slide"))]  # fmt: skip
    for side in (1, -1):
        along = np.array([np.cos(turn), -side * np.sin(turn), 0])
        at = ear_at * [1, side, 1] + [0, 0, 0.35 * wide]
        grips.append(Grip("ear", "pinch", at, along, above(along, 15, 3), ("inspect", "lift", "tap"), 0.15 * wide,
                          0.01))  # fmt: skip
    return assemble("elephant", ("elephant", "toy elephant", "elephant figurine", "animal"), solids, grips)


def bunny(rng):
    """A rabbit that sits on its haunches as Stanford's does: ears back, head raised, paws together."""
    size = rng.uniform(0.020, 0.036)  # half the body's width
    slim, tall = rng.uniform(0.9, 1.08), rng.uniform(0.9, 1.15)

    def place(rows):
        return np.array(rows) * size * [1, 1, tall, slim, 1]

    body = sculpted(place([(-1.2, 0, 0.75, 0.55, 0.5), (-0.7, 0, 0.9, 0.98, 0.9), (0.0, 0, 1.15, 1.0, 1.0),
                           (0.5, 0, 1.7, 0.72, 0.74), (0.72, 0, 2.3, 0.48, 0.5)]), count=16, segments=20,
                    blunt=0.9)  # fmt: skip
    body = flattened(body, 0.0, 0.08 * size)
    head = np.array([1.0, 0, 2.65 * tall]) * size
    skull = size * rng.uniform(0.56, 0.68)
    face = sculpted([(*(head + [-0.45 * skull, 0, 0.15 * skull]), 0.72 * skull, 0.78 * skull),
                     (*head, 0.9 * skull, 0.9 * skull), (*(head + [0.75 * skull, 0, -0.3 * skull]), 0.5 * skull,
                                                         0.5 * skull)], count=10, segments=20, blunt=0.85)  # fmt: skip
    reach, lean, open_ = skull * rng.uniform(1.9, 3.0), rng.uniform(0.2, 1.0), rng.uniform(0.1, 0.4)
    root = head + np.array([-0.35 * skull, 0.32 * skull, 0.5 * skull])
    along = np.array([-lean, open_, 1.0]) / np.linalg.norm([lean, open_, 1.0])
    thick = max(0.0028, 0.15 * skull)
    ear = sculpted([(*root, 0.22 * skull, 1.2 * thick), (*(root + 0.5 * reach * along), 0.38 * skull, thick),
                    (*(root + reach * along + [-0.1 * reach, 0, 0]), 0.16 * skull, 0.8 * thick)], (1, 0.6, lean), 14,
                   16)  # fmt: skip
    thigh = moved(turned(ellipsoid(size * np.array([0.85, 0.42, 0.72]), 12, 20), "y", 20),
                  size * np.array([-0.45, 0.72 * slim, 0.72]))  # fmt: skip
    foot = sculpted(np.array([(-0.5, 0.7, 0.16, 0.22, 0.17), (0.15, 0.74, 0.16, 0.24, 0.16),
                              (0.6, 0.74, 0.14, 0.2, 0.14)]) * size, count=7, segments=12)  # fmt: skip
    paw = sculpted(np.array([(0.62, 0.32, 1.5 * tall, 0.26, 0.26), (0.85, 0.3, 0.8, 0.2, 0.2),
                             (0.95, 0.3, 0.16, 0.22, 0.17)]) * size, Y, 8, 12)  # fmt: skip
    solids = [("body", body), ("head", face), *pair("ear", ear), *pair("leg", thigh), *pair("foot", foot),
              *pair("paw", paw), ("tail", moved(ellipsoid(0.34 * size * np.ones(3), 8, 16),
                                                size * np.array([-1.55, 0, 0.75])))]  # fmt: skip
    middle = np.array([-0.15, 0, 1.1 * tall]) * size
    held = PLAYED + ("shake",)
    waist = max(1.15 * size * slim, 0.72 * size + 0.42 * size)
    grips = [Grip("body", "wrap", middle, X, above(X, 45), held + (HOLD,), waist, size),
             Grip("body", "wrap", np.array([0.5, 0, 1.75 * tall]) * size, UP,
                  np.concatenate([fan(Y, UP, 20, 3), fan(-Y, UP, 20, 3)]), held, 0.74 * size, 0.8 * size),
             Grip("head", "pinch", head, X, above(X, 15, 3), PLAYED, 0.9 * skull, skull),
             flank_grip("body", middle * [1, 1, 0.85], waist, size, TWO_HANDED + ("play",)),
             press_grip("body", extreme(body, (-1, 0, 0.7)), np.array([1.0, 0, 0]), ("push", "slide")),
             press_grip("head", extreme(face, UP), (0, 0, -1.0), ("tap", "press"))]  # fmt: skip
    for side in (1, -1):
        axis, at = along * [1, side, 1], (root + 0.55 * reach * along) * [1, side, 1]
        grips.append(Grip("ear", "pinch", at, axis, fan((0.4, -0.8 * side, -0.6), axis, 15, 3), HANDLING, thick,
                          0.5 * reach))  # fmt: skip
    nouns = ("bunny", "rabbit", "stanford bunny", "bunny figurine", "hare")
    return assemble("bunny", nouns, solids, grips)


def piggy_bank(rng):
    """A piggy bank: a round body with a slot in a raised rim on its back, snout, ears, four stubs of legs, a tail."""
    size = rng.uniform(0.030, 0.060)  # half the body's width
    long, fat = rng.uniform(1.1, 1.35), rng.uniform(0.88, 1.0)
    leg = size * rng.uniform(0.18, 0.4)
    z = leg + 0.88 * fat * size
    body = sculpted(np.array([(-0.72 * long, 0, 0, 0.62, 0.62 * fat), (-0.3 * long, 0, 0, 0.95, 0.95 * fat),
                              (0.1 * long, 0, 0, 1.0, fat), (0.55 * long, 0, 0.06, 0.78, 0.8 * fat),
                              (0.85 * long, 0, 0.08, 0.5, 0.5 * fat)]) * size + [0, 0, z, 0, 0], count=16, segments=26,
                    blunt=0.75)  # fmt: skip
    nose, flat = extreme(body, X), size * rng.uniform(0.28, 0.36)
    snout = [(0.5 * flat, -0.1), (flat, -0.1), (0.95 * flat, 0.45 * flat), (1.02 * flat, 0.55 * flat),
             (0.9 * flat, 0.66 * flat), (0.3 * flat, 0.62 * flat)]  # fmt: skip
    snout[:2] = [(0.5 * flat, -0.4 * size), (flat, -0.4 * size)]
    snout = moved(turned(lathe(divided(np.array(snout), 0.009), 26), "y", 90), nose + [0, 0, -0.02 * size])
    ear = size * rng.uniform(0.3, 0.42)
    tip = np.array([0.35 * ear, 0.2 * ear, 0.9 * ear])
    root = np.array([0.52 * long * size, 0.46 * size, z + 0.6 * fat * size])
    flap = sculpted([(*root, 0.55 * ear, 0.2 * ear), (*(root + 0.5 * tip + [-0.05 * ear, 0, 0]), 0.42 * ear,
                                                      0.13 * ear), (*(root + tip), 0.1 * ear, 0.07 * ear)], Y, 7,
                    12)  # fmt: skip
    solids = [("body", body), ("snout", snout), *pair("ear", flap)]
    foot = size * rng.uniform(0.2, 0.27)
    for x in (0.5 * long, -0.48 * long):
        stub = sculpted(np.array([(x * size, 0.5 * size, 0.12 * foot, foot, foot),
                                  (x * size, 0.5 * size, 0.7 * z, 1.15 * foot, 1.15 * foot)]), Y, 5, 14,
                        blunt=0.12)  # fmt: skip
        solids += pair("leg", stub)
    t = np.linspace(0, 1, 9)
    curl = np.column_stack([-(0.98 * long + 0.3 * t) * size, 0.16 * size * np.sin(5.5 * t),
                            z + 0.2 * size + 0.16 * size * (1 - np.cos(5.5 * t)), 0 * t + 0.055 * size,
                            0 * t + 0.055 * size])  # fmt: skip
    solids.append(("tail", sculpted(curl, (0, 0.3, 1), 22, 10)))
    top = extreme(body, UP)
    slot = moved(rounded_box((0.52 * size, max(0.006, 0.13 * size), 0.012), 0.002, 0.01), top + [0, 0, -0.0045])
    solids.append(("slot", slot))
    middle = np.array([0, 0, z])
    grips = back_grips("body", np.array([-0.1 * size, 0, z]), size, size, HANDLING + ("shake",))
    grips.append(flank_grip("body", middle, size, size, TWO_HANDED + ("shake",)))
    grips.append(Grip("body", "two", middle, UP, np.stack([X, -X]), ("lift", "place", "inspect", "pass", "shake"),
                      (nose[0] + 0.7 * long * size) / 2 + 0.1 * size, size))  # fmt: skip
    grips[-1].centre = np.array([0.5 * (nose[0] + 0.62 * flat + extreme(body, -X)[0]), 0, z])
    grips[-1].radius = 0.5 * (nose[0] + 0.62 * flat - extreme(body, -X)[0])
    grips.append(Grip("snout", "pinch", nose + [0.25 * flat, 0, -0.02 * size], X, above(X, 20, 3),
                      ("tap", "inspect", "lift", "place", "pass"), flat, flat))  # fmt: skip
    grips.append(press_grip("slot", top + [0, 0, 0.0015], (0, 0, -1.0), ("tap", "press")))
    grips.append(press_grip("body", extreme(body, (0, -1, 0.2)), (0, 1.0, 0), ("push", "slide")))
    return assemble("piggy_bank", ("piggy bank", "money box", "pig", "savings bank"), solids, grips,
                    tip=top + [0, 0, 0.0015])  # fmt: skip
