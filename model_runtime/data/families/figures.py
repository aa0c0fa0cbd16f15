"""Animals and toys: what is held for its form. They stand on the table and look, fly or drive towards +X."""

import numpy as np

from .food import press_grip
from .shape import HANDLING, HOLD, TWO_HANDED, Grip, above, assemble, fan, level
from .solids import (
    bezier,
    divided,
    ellipsoid,
    lathe,
    loft,
    mirrored,
    moved,
    rounded,
    rounded_box,
    sculpted,
    squircle,  # fmt: skip
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


def airplane(rng):
    """A toy or model plane on its belly, engines or wheels: an airliner, or a propeller plane with one wing or two."""
    length = rng.uniform(0.12, 0.25)
    radius = max(length * rng.uniform(0.045, 0.075), 0.008)
    jet = rng.uniform() < 0.5
    span, chord = length * rng.uniform(0.36, 0.5), length * rng.uniform(0.075, 0.11)
    sweep, rise = ((length * rng.uniform(0.1, 0.2) if jet else length * rng.uniform(-0.01, 0.03)),
                   length * rng.uniform(0, 0.05))  # fmt: skip
    tail = -0.5 * length
    body = sculpted([(tail, 0, 0.45 * radius, 0.25 * radius, 0.3 * radius),
                     (tail + 0.22 * length, 0, 0.12 * radius, 0.75 * radius, 0.8 * radius),
                     (-0.1 * length, 0, 0, radius, radius), (0.28 * length, 0, 0, radius, radius),
                     (0.42 * length, 0, -0.05 * radius, 0.72 * radius, 0.72 * radius),
                     (0.5 * length - 0.3 * radius, 0, -0.12 * radius, 0.36 * radius, 0.36 * radius)], count=18,
                    segments=20)  # fmt: skip

    def plane(x, z, reach, root, end, back, lift, thick):
        """Both halves of a wing in one solid, from tip to tip; `root` and `end` are its half chords."""
        y = np.array([-1, -0.55, -0.15, 0.15, 0.55, 1]) * reach
        share = np.abs(y) / reach
        wide = root + (end - root) * share
        return sculpted(np.column_stack([x - back * share, y, z + lift * share, wide, thick * (1 - 0.35 * share)]), X,
                        16, 14, blunt=0.8)  # fmt: skip

    thick = max(0.0022, 0.012 * length)
    wing_x, wing_z = rng.uniform(-0.02, 0.10) * length, radius * (-0.45 if jet else rng.choice([-0.6, 0.85]))
    wing = plane(wing_x, wing_z, span, 1.35 * chord if jet else chord, rng.uniform(0.4, 0.85) * chord, sweep, rise,
                 thick)  # fmt: skip
    solids = [("body", body), ("wing", wing)]
    stab = rng.uniform(0.32, 0.42) * span
    fin_top = rng.uniform(1.9, 2.9) * radius + 0.02 * length
    tee = jet and rng.uniform() < 0.3
    tail_x = tail + 0.085 * length
    solids.append(("tail", plane(tail_x - (0.05 * length if tee else 0), fin_top if tee else 0.5 * radius, stab,
                                 0.55 * chord, 0.35 * chord, 0.4 * sweep, 0.2 * rise, 0.8 * thick)))  # fmt: skip
    fin = sculpted([(tail_x + 0.06 * length, 0, 0.2 * radius, 0.75 * chord, 0.8 * thick),
                    (tail_x + 0.02 * length, 0, 0.6 * fin_top, 0.55 * chord, 0.75 * thick),
                    (tail_x - 0.03 * length, 0, fin_top, 0.42 * chord, 0.6 * thick)], X, 8, 12, blunt=0.5)  # fmt: skip
    solids.append(("tail", fin))
    nose = extreme(body, X)
    if jet:
        for share in (0.36, 0.66)[: rng.integers(1, 3)]:
            pod, reach = radius * rng.uniform(0.36, 0.48), length * rng.uniform(0.05, 0.07)
            profile = [(0.5 * pod, -reach), (0.8 * pod, -0.4 * reach), (pod, 0.4 * reach), (0.93 * pod, reach),
                       (0.75 * pod, reach), (0.6 * pod, 0.8 * reach), (0.2 * pod, 0.95 * reach)]  # fmt: skip
            engine = turned(lathe(divided(np.array(profile), 0.007), 18), "y", 90)
            low = max(wing_z + rise * share - 0.9 * pod, 1.03 * pod - radius)  # the belly stands on the table
            at = np.array([wing_x - sweep * share + 0.9 * chord, share * span, low])
            solids += pair("engine", moved(engine, at))
    else:
        blades = rng.integers(2, 4)
        reach, hub = radius * rng.uniform(1.3, 1.9), 0.3 * radius
        spin = nose[0] - 0.1 * radius
        for k in range(blades):
            blade = sculpted([(0, 0, 0.1 * hub, 0.1 * reach, 0.0013), (0, 0, 0.6 * reach, 0.13 * reach, 0.0012),
                              (0, 0, reach, 0.07 * reach, 0.0011)], (0.35, 1, 0), 9, 12, blunt=0.6)  # fmt: skip
            solids.append(("propeller", moved(turned(blade, "x", 360 * k / blades + 30), (spin, 0, nose[2]))))
        solids.append(("propeller", moved(ellipsoid((0.45 * radius, hub, hub), 8, 14), (spin, 0, nose[2]))))
        if wing_z < 0 and rng.uniform() < 0.4:  # a biplane
            solids.append(("wing", plane(wing_x + 0.3 * chord, 1.9 * radius, span, chord, 0.8 * chord, sweep, rise,
                                         thick)))  # fmt: skip
            solids += pair("wing", sculpted([(wing_x + 0.15 * chord, 0.5 * span, wing_z + 0.5 * rise, 0.0016, 0.0016),
                                             (wing_x + 0.15 * chord, 0.5 * span, 1.9 * radius + 0.5 * rise, 0.0016,
                                              0.0016)], Y, 5, 10))  # fmt: skip
        wheel = max(0.006, 0.5 * radius)
        gear = turned(lathe(rounded([(0.4 * wheel, -0.4 * wheel), (wheel, -0.4 * wheel), (wheel, 0.4 * wheel),
                                     (0.4 * wheel, 0.4 * wheel)], 0.2 * wheel), 20), "x", 90)  # fmt: skip
        solids += pair("wheel", moved(gear, (-0.08 * length, 0.7 * radius, -radius - 0.5 * wheel)))
        solids.append(("wheel", moved(gear, (0.3 * length, 0, -radius - 0.5 * wheel))))
        nose = np.array([spin + 0.45 * radius, 0, nose[2]])
    if not jet or rng.uniform() < 0.3:
        solids.append(("cockpit", moved(ellipsoid((1.3 * radius, 0.62 * radius, 0.7 * radius), 10, 18),
                                        (0.2 * length, 0, 0.7 * radius))))  # fmt: skip
    free = wing_x - 1.4 * chord, tail_x + 0.9 * chord  # the body between the wing and the tail
    flown = PLAYED + ("fly",)
    behind = np.array([np.mean(free), 0, 0.08 * radius])
    grips = back_grips("body", behind, 0.9 * radius, max(free[0] - free[1], 0.02), flown)
    ahead = np.array([0.5 * (wing_x + 1.4 * chord + 0.4 * length), 0, 0])
    grips.append(Grip("body", "pinch", ahead, X, above(X, 20), flown, 0.9 * radius, 0.02))
    grips.append(Grip("tail", "pinch", np.array([tail_x, 0, 0.62 * fin_top]), X, above(X, 15, 3), ("inspect", "lift"),
                      thick, 0.01))  # fmt: skip
    tips = wing[0][np.argmax(wing[0][:, 1])]
    grips.append(Grip("wing", "two", np.array([tips[0], 0, tips[2]]), UP, np.stack([Y, -Y]),
                      TWO_HANDED + ("play", "fly"), tips[1], 0.02))  # fmt: skip
    nouns = ("airplane", "plane", "toy plane", "aeroplane", "airliner" if jet else "propeller plane")
    return assemble("airplane", nouns, solids, grips, tip=nose)


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


def beam(size, chamfer, pieces=8):
    """A block of size (3,) about the origin, its edges cut off by `chamfer`: fewer faces than a rounded box has."""
    half = np.asarray(size, np.float64) / 2
    corner = np.array([(1, 1 - chamfer / half[2]), (1 - chamfer / half[1], 1)])
    outline = np.concatenate([corner, corner[::-1] * [-1, 1], -corner, corner[::-1] * [1, -1]]) * half[1:]
    x = half[0] * np.concatenate([[-1], np.linspace(-1, 1, pieces) * (1 - chamfer / half[0]), [1]])
    ends = np.abs(x) == half[0]
    across = np.where(ends[:, None, None], outline * (1 - chamfer / half[1:]), outline)
    return loft(np.concatenate([np.broadcast_to(x[:, None, None], (*across.shape[:2], 1)), across], 2))


def wheels(x, wheel, inner, thick):
    """Two wheels of radius `wheel` that stand at `x` on either side, `inner` from the middle plane, `thick` wide."""
    profile = [(0.2 * wheel, -0.0012), (0.25 * wheel, 0.0003), (0.85 * wheel, 0.0003), (wheel, 0.15 * thick),
               (wheel, 0.85 * thick), (0.9 * wheel, thick), (0.62 * wheel, 0.96 * thick), (0.55 * wheel, 0.8 * thick),
               (0.2 * wheel, 1.06 * thick)]  # fmt: skip
    return pair("wheel", moved(turned(lathe(profile, 22), "x", -90), (x, inner, wheel)))


def train(rng):
    """A toy locomotive: a boiler and a cab on a frame with two or three axles, chimney, dome, cowcatcher or buffer."""
    length, half = rng.uniform(0.095, 0.19), rng.uniform(0.016, 0.027)
    wheel = length * rng.uniform(0.075, 0.10)
    axles = 2 if length < 0.115 else rng.integers(2, 4)
    floor, thick = 1.25 * wheel, rng.uniform(0.35, 0.5) * wheel
    frame = moved(beam((0.94 * length, 1.2 * half, 0.9 * wheel), 0.0015, 10), (0, 0, floor + 0.1 * wheel))
    boiler = half * rng.uniform(0.72, 0.88)
    deck = floor + 0.55 * wheel
    tall = half * rng.uniform(1.9, 2.6) + boiler
    cab_long = length * rng.uniform(0.25, 0.36)
    back, start = -0.48 * length, -0.48 * length + 0.96 * cab_long
    middle = deck + boiler + 0.0003  # it rests in the cab: surfaces that nearly touch are slow to tell apart
    ends = length * rng.uniform(0.42, 0.47)
    nose = rng.uniform(0.3, 1.0) * 0.3 * boiler
    profile = rounded([(0.3 * boiler, start), (boiler, start), (boiler, ends - nose), (0.75 * boiler, ends),
                       (0.2 * boiler, ends)], 0.15 * boiler)  # fmt: skip
    tank = moved(turned(lathe(divided(profile, 0.016), 26), "y", 90), (0, 0, middle))
    base, roof_z = deck - 0.05 * wheel, deck - 0.2 * wheel + tall
    rows = [(0.5, base), (0.97, base), *((0.97, z) for z in np.linspace(base, roof_z, 6)[1:]), (1.14, roof_z),
            (1.14, roof_z + 0.08 * half), (0.7, roof_z + rng.uniform(0.15, 0.4) * half),
            (0.25, roof_z + 0.42 * half)]  # fmt: skip
    cab = lathe(rows, outline=squircle(32, rng.uniform(6, 14)))
    middle_x = back + 0.5 * cab_long
    cab = moved((cab[0] * [0.5 * cab_long, half, 1], cab[1]), (middle_x, 0, 0))
    cab_part = np.where(cab[0][cab[1]].mean(1)[:, 2] > roof_z + 1e-5, "roof", "cab")
    pipe, rise = boiler * rng.uniform(0.26, 0.36), boiler * rng.uniform(0.6, 1.1)
    flare = rng.uniform(1.0, 1.7)
    chimney = rounded([(0.4 * pipe, -0.5 * boiler), (pipe, -0.5 * boiler), (pipe, 0.4 * rise),
                       (flare * pipe, 0.85 * rise), (flare * pipe, rise), (0.75 * flare * pipe, rise),
                       (0.6 * pipe, 0.8 * rise), (0.2 * pipe, 0.78 * rise)], 0.1 * pipe, 2)  # fmt: skip
    chimney = moved(lathe(chimney, 16), (ends - 0.28 * (ends - start), 0, middle + boiler))
    dome = moved(ellipsoid((0.4 * boiler, 0.4 * boiler, 0.6 * boiler), 10, 20),
                 (start + 0.25 * (ends - start), 0, middle + 0.9 * boiler))  # fmt: skip
    solids = [("frame", frame), ("boiler", tank), (cab_part, cab), ("chimney", chimney), ("dome", dome)]
    for x in np.linspace(-0.34, 0.34, axles) * length:
        solids += wheels(x, wheel, 0.6 * half, thick)
    if rng.uniform() < 0.6:
        front = sculpted([(0.44 * length, 0, 0.85 * wheel, 0.75 * half, 0.5 * wheel),
                          (0.52 * length, 0, 0.55 * wheel, 0.45 * half, 0.2 * wheel)], count=5, segments=16, power=4,
                         blunt=0.3)  # fmt: skip
        solids.append(("cowcatcher", front))
    else:
        buffer = turned(lathe([(0.3 * wheel, -0.02), (0.3 * wheel, 0.0), (0.6 * wheel, 0.002), (0.55 * wheel, 0.005),
                               (0.2 * wheel, 0.006)], 18), "y", 90)  # fmt: skip
        solids += pair("buffer", moved(buffer, (0.47 * length + 0.002, 0.38 * half, floor + 0.1 * wheel)))
    held, driven = HANDLING + ("play",), HANDLING + ("play", "push", "slide")
    at = np.array([start + 0.5 * (ends - start), 0, middle])
    grips = [Grip("boiler", "wrap", np.array([at[0] - 0.03 * length, 0, middle]), X, above(X, 45), driven + (HOLD,),
                  boiler, 0.4 * (ends - start)), Grip("boiler", "pinch", np.array([start + 0.49 * (ends - start), 0,
            middle]), X, above(X, 30), driven, boiler, 0.1 * (ends - start)),
            Grip("cab", "pinch", np.array([middle_x, 0, roof_z - 0.014]), X, above(X, 20), driven, 0.97 * half,
                 0.6 * cab_long), Grip("chimney", "tripod", np.array([ends - 0.28 * (ends - start), 0,
            middle + boiler + 0.5 * rise]), X, above(X, 15, 3), held, pipe, pipe),
            Grip("cab", "two", np.array([0, 0, deck + 0.2 * boiler]), UP, np.stack([X, -X]), TWO_HANDED + ("play",),
                 0.48 * length, tall), press_grip("cab", np.array([middle_x - 0.485 * cab_long, 0, base + 0.5 * tall]),
                                                  (1.0, 0, 0), ("push", "play")),
            press_grip("roof", extreme(cab, UP), (0, 0, -1.0), ("tap", "push", "slide"))]  # fmt: skip
    nouns = ("train", "toy train", "locomotive", "engine", "steam engine")
    return assemble("train", nouns, solids, grips)


def toy_car(rng):
    """A toy car, from saloon to pick-up and van, on two axles."""
    length = rng.uniform(0.065, 0.17)
    half, wheel = length * rng.uniform(0.17, 0.24), length * rng.uniform(0.075, 0.105)
    low, hood = 0.75 * wheel, length * rng.uniform(0.12, 0.17)
    body = sculpted([(-0.44 * length, 0, low + 0.5 * hood, 0.88 * half, 0.42 * hood),
                     (-0.3 * length, 0, low + 0.5 * hood, half, 0.5 * hood), (0.25 * length, 0, low + 0.5 * hood, half,
            0.5 * hood), (0.45 * length, 0, low + 0.43 * hood, 0.85 * half, 0.36 * hood)], count=15, segments=22,
            power=rng.uniform(3, 5), blunt=0.5)  # fmt: skip
    kind = rng.choice(["saloon", "van", "pick-up"])
    front, rear = {"saloon": (0.16, -0.3), "van": (0.3, -0.42), "pick-up": (0.2, -0.06)}[kind]
    tall = (length * {"saloon": rng.uniform(0.10, 0.15), "van": rng.uniform(0.16, 0.22),
                      "pick-up": rng.uniform(0.13, 0.17)}[kind])  # fmt: skip
    top, rake = low + hood + tall, rng.uniform(0.25, 0.9) * tall
    base = low + 0.6 * hood
    outline = squircle(36, rng.uniform(3.5, 7))
    rows = [(base, front * length + 0.2 * rake, rear * length - 0.1 * rake, 0.93 * half),
            (low + hood, front * length, rear * length, 0.92 * half), (top - 0.25 * tall, front * length - 0.7 * rake,
            rear * length + 0.25 * rake, 0.84 * half), (top - 0.05 * tall, front * length - 1.0 * rake,
                                                        rear * length + 0.4 * rake, 0.72 * half),
            (top, front * length - 1.35 * rake, rear * length + 0.7 * rake, 0.5 * half)]  # fmt: skip
    rows = divided(np.array(rows), 0.008)
    rings = np.stack([np.column_stack([(f + r) / 2 + (f - r) / 2 * outline[:, 0], w * outline[:, 1],
                                       0 * outline[:, 0] + z]) for z, f, r, w in rows])  # fmt: skip
    cabin = loft(rings)
    solids = [("body", body), ("cabin", cabin)]
    thick = rng.uniform(0.4, 0.6) * wheel
    for x in (0.29 * length, -0.28 * length):
        solids += wheels(x, wheel, half - 0.75 * thick, thick)
    if rng.uniform() < 0.5:
        solids.append(("spoiler", moved(beam((0.06 * length, 1.6 * half, 0.012 * length + 0.002), 0.0005, 4),
                                        (-0.42 * length, 0, low + 1.25 * hood))))  # fmt: skip
        solids += pair("spoiler", moved(beam((0.03 * length, 0.006, 0.5 * hood), 0.0005, 4),
                                        (-0.42 * length, 0.6 * half, low + 1.05 * hood)))  # fmt: skip
    driven = HANDLING + ("play", "push", "slide")
    middle = np.array([0.5 * (front + rear) * length, 0, base + 0.2 * tall])
    grips = back_grips("cabin", middle, 0.95 * half, 0.2 * length, driven)
    grips += [Grip("body", "pinch", np.array([-0.02 * length, 0, low + 0.55 * hood]), X, above(X, 20), driven, half,
                   0.3 * length), Grip("body", "two", np.array([0, 0, low + 0.5 * hood]), UP, np.stack([X, -X]),
                                       TWO_HANDED + ("play",), 0.47 * length, hood),
              press_grip("cabin", extreme(cabin, UP) * [1, 0, 1], (0, 0, -1.0), ("tap", "push", "slide", "play")),
              press_grip("body", extreme(body, -X), (1.0, 0, 0), ("push", "play"))]  # fmt: skip
    grips = [grip for grip in grips if grip.kind != "pinch" or grip.part != "body" or kind != "van"]
    nouns = ("toy car", "car", "model car", "truck" if kind == "pick-up" else "van" if kind == "van" else "racing car")
    return assemble("toy_car", nouns, solids, grips, tip=extreme(body, X))


def hand(rng):
    """A mannequin's or statue's hand that stands on its wrist, often on a base: palm towards +X, thumb towards +Y."""
    size = rng.uniform(0.62, 1.1)  # of a man's
    wide, flat = rng.uniform(0.036, 0.042) * size, rng.uniform(0.0125, 0.0155) * size
    wrist, arm = rng.uniform(0.024, 0.029) * size, rng.uniform(0.03, 0.075) * size
    palm = 0.098 * size
    forearm = sculpted([(0, 0, 0.001, 1.12 * wrist, 0.9 * wrist), (0, 0, 0.6 * arm, 1.02 * wrist, 0.78 * wrist),
                        (0, 0, arm + 0.01, wrist, 0.7 * wrist), (0, 0, arm + 0.25 * palm, 1.1 * wrist, 1.05 * flat)],
                       Y, 11, 20, blunt=0.1)  # fmt: skip
    core = sculpted([(0, 0, arm + 0.06 * palm, 0.78 * wide, 1.1 * flat), (0.001, 0, arm + 0.35 * palm, 0.94 * wide,
            1.15 * flat), (0, 0, arm + 0.75 * palm, wide, flat), (0, 0, arm + 0.95 * palm, 0.98 * wide, 0.8 * flat)],
            Y, 12, 22, power=2.6, blunt=0.8)  # fmt: skip
    solids = [("wrist", forearm), ("palm", core)]
    bend, spread = np.radians(rng.uniform(0, 40)), rng.uniform(0.0, 0.22)
    names = ("index finger", "middle finger", "ring finger", "little finger")
    for k, (name, long, thick) in enumerate(zip(names, (0.074, 0.082, 0.077, 0.060), (0.0088, 0.009, 0.0085, 0.0076))):
        long, thick = long * size, thick * size
        lean = spread * (0.35 - 0.35 * k) + 0.02
        own = bend * rng.uniform(0.8, 1.25) + 0.04
        start = np.array([0, wide * (0.72 - 0.485 * k), arm + palm * (0.98 - 0.02 * (k - 1) ** 2)])
        at, rows = start - [0, 0, 0.018 * size], []
        for share, reach, fat in ((0, 0.018 * size, 1.1), (0.35, 0.45 * long, 1.05), (0.95, 0.3 * long, 0.98),
                                  (1.5, 0.25 * long, 0.88)):  # fmt: skip
            rows.append((*at, fat * thick, fat * thick))
            way = np.array([np.sin(own * share), np.sin(lean) * np.cos(own * share), np.cos(own * share)])
            at = at + reach * way
        rows.append((*at, 0.72 * thick, 0.62 * thick))
        solids.append((name, sculpted(rows, Y, 12, FINGER, blunt=0.85)))
    out, forward = np.radians(rng.uniform(25, 55)), rng.uniform(0.2, 0.7)
    root = np.array([0.3 * flat, 0.5 * wide, arm + 0.16 * palm])
    way = np.array([forward * 0.6, np.sin(out), np.cos(out)])
    way /= np.linalg.norm(way)
    later = way + [0.1, -0.35, 0.35]
    later /= np.linalg.norm(later)
    knuckle = root + 0.048 * size * way
    joint = knuckle + 0.032 * size * later
    thumb = sculpted([(*root, 0.0145 * size, 0.0145 * size), (*(root + 0.5 * (knuckle - root)), 0.015 * size,
                                                              0.014 * size), (*knuckle, 0.0108 * size, 0.0108 * size),
                      (*joint, 0.0098 * size, 0.009 * size), (*(joint + 0.018 * size * later), 0.0078 * size,
                                                              0.0062 * size)], X, 15, 14, blunt=0.9)  # fmt: skip
    solids.append(("thumb", thumb))
    if rng.uniform() < 0.5:
        foot, high = wrist * rng.uniform(1.5, 1.9), rng.uniform(0.006, 0.016)
        plate = rounded([(0.4 * foot, -high), (foot, -high), (foot, 0.001), (0.4 * foot, 0.001)], 0.002)
        solids.append(("base", lathe(divided(plate, 0.010), 36)))
    shaken, held = HANDLING + ("shake",), HANDLING + (HOLD,)
    centre = np.array([0, 0, arm + 0.55 * palm])
    grips = [Grip("palm", "wrap", centre - [0, 0.1 * wide, 0], UP, fan(-X, UP, 25, 3), shaken, min(wide, WRAP_RADIUS),
                  0.5 * palm), Grip("palm", "wrap", centre - [0, 0.5 * wide, 0], UP, fan(Y, UP, 15, 3), shaken,
                                    1.1 * flat, 0.4 * palm), Grip("palm", "two", centre, UP, np.stack([X, -X]),
            TWO_HANDED + ("shake",), 1.1 * flat, 0.5 * palm), Grip("wrist", "wrap", np.array([0, 0, 0.6 * arm]), UP,
            level(12), held, 0.85 * wrist, arm)]  # fmt: skip
    middle = solids[3][1][0]
    grips.append(press_grip("middle finger", extreme((middle, None), UP), (0, 0, -1.0), ("tap",)))
    bone = middle_line(solids[2][1], FINGER)
    half = len(bone) // 2
    grips.append(Grip("index finger", "pinch", bone[half], bone[half + 1] - bone[half - 1],
                      fan(-X - 0.5 * Y, UP, 20, 3), ("inspect", "grab", "shake"), 0.009 * size,
                      0.04 * size))  # fmt: skip
    grips[-1].approach = fan(-X - 0.5 * Y, grips[-1].axis, 20, 3)
    nouns = ("hand", "mannequin hand", "model hand", "statue of a hand", "wooden hand")
    return assemble("hand", nouns, solids, grips)


def doll(rng):
    """A doll or toy figure that stands: head, hair or hat, body with or without a skirt, arms, legs."""
    tall = rng.uniform(0.11, 0.26)
    head = tall * rng.uniform(0.085, 0.15)
    hips = tall * rng.uniform(0.30, 0.42)
    neck = tall - 1.9 * head
    chest, deep = max(tall * rng.uniform(0.075, 0.11), 0.011), rng.uniform(0.6, 0.85)
    torso = sculpted([(0, 0, hips, 0.9 * chest, 0.9 * deep * chest), (0, 0, hips + 0.45 * (neck - hips), 0.8 * chest,
            0.85 * deep * chest), (0, 0, hips + 0.8 * (neck - hips), chest, deep * chest),
            (0, 0, neck - 0.2 * head, 0.5 * chest, 0.5 * chest), (0, 0, neck + 0.3 * head, 0.4 * head, 0.4 * head)], Y,
            15, 20, blunt=0.5)  # fmt: skip
    at = np.array([0, 0, tall - head])
    skull = moved(ellipsoid((0.98 * head, 0.92 * head, head), 16, 24), at)
    hair = moved(ellipsoid((1.05 * head, 1.05 * head, 0.92 * head), 12, 22), at + [-0.22 * head, 0, 0.22 * head])
    solids = [("body", torso), ("head", skull), ("hair", hair)]
    leg, apart = chest * rng.uniform(0.32, 0.42), 0.45 * chest
    shin = sculpted([(0.0, apart, 0.6 * leg, 0.8 * leg, 0.8 * leg), (0, apart, 0.5 * hips, 0.85 * leg, 0.85 * leg),
                     (0, apart, hips, leg, leg)], Y, 8, 12, blunt=0.5)  # fmt: skip
    shoe = sculpted([(-0.4 * leg, apart, 0.55 * leg, 0.85 * leg, 0.55 * leg),
                     (1.3 * leg, apart * 1.1, 0.5 * leg, 0.8 * leg, 0.5 * leg)], count=5, segments=12)  # fmt: skip
    solids += pair("leg", shin) + pair("foot", flattened(shoe, 0.1 * leg, 0.05 * leg))
    arm, out = chest * rng.uniform(0.22, 0.3), rng.uniform(0.15, 1.1)
    reach = (neck - hips) * rng.uniform(0.85, 1.1)
    shoulder = np.array([0, 0.85 * chest, hips + 0.84 * (neck - hips)])
    elbow = shoulder + 0.5 * reach * np.array([0.1, np.sin(out), -np.cos(out)])
    fist = elbow + 0.5 * reach * np.array([rng.uniform(0.2, 0.7), np.sin(0.8 * out), -np.cos(0.8 * out)])
    solids += pair("arm", sculpted([(*shoulder, 1.1 * arm, 1.1 * arm), (*elbow, 0.9 * arm, 0.9 * arm),
                                    (*fist, arm, arm)], X, 10, 12))  # fmt: skip
    if rng.uniform() < 0.5:
        hem, waist = chest * rng.uniform(1.3, 1.7), hips + 0.45 * (neck - hips)
        side = bezier([(hem, 0.35 * hips), (0.9 * hem, 0.7 * hips), (0.95 * chest, hips), (0.84 * chest, waist)], 12)
        skirt = lathe(np.vstack([[0.5 * hem, 0.36 * hips], side, [0.3 * chest, waist + 0.002]]), 30)
        solids.append(("skirt", (skirt[0] * [max(deep, 0.85), 1, 1], skirt[1])))
    middle = np.array([0, 0, hips + 0.45 * (neck - hips)])
    held = PLAYED + ("shake",)
    grips = [Grip("body", "wrap", middle, UP, np.concatenate([fan(X, UP, 30, 3), fan(-X, UP, 30, 3)]), held + (HOLD,),
                  chest * deep, 0.5 * (neck - hips)), Grip("head", "pinch", at, Y, above(Y, 20, 3), PLAYED, head,
                                                           head),
             Grip("body", "pinch", middle, UP, np.concatenate([fan(X, UP, 30, 3), fan(-X, UP, 30, 3)]), held,
                  chest * deep, 0.5 * (neck - hips)), press_grip("hair", extreme(hair, UP), (0, 0, -1.0),
            ("tap", "press"))]  # fmt: skip
    for side in (1, -1):
        grips.append(Grip("arm", "pinch", 0.5 * (elbow + fist) * [1, side, 1], (fist - elbow) * [1, side, 1],
                          fan((0, -side, 0), (fist - elbow) * [1, side, 1], 20, 3),
                          ("play", "shake", "inspect", "lift"), arm, reach / 3))  # fmt: skip
    nouns = ("doll", "toy figure", "figurine", "action figure")
    return assemble("doll", nouns, solids, grips)


FAMILIES = (airplane, bunny, doll, duck, elephant, hand, piggy_bank, rubber_duck, toy_car, train)
