"""Toys, a doll and a hand: what is held for its form. They stand on the table and fly or drive towards +X."""

import numpy as np

from .animals import (
    FINGER,
    PLAYED,
    UP,
    X,
    Y,
    back_grips,
    bunny,
    duck,
    elephant,
    extreme,
    flattened,
    middle_line,
    pair,
    piggy_bank,
    rubber_duck,
)
from .food import press_grip
from .shape import HANDLING, HOLD, TWO_HANDED, Grip, above, assemble, fan, level
from .solids import (
    bezier,
    divided,
    ellipsoid,
    lathe,
    loft,
    moved,
    rounded,
    sculpted,
    squircle,  # fmt: skip
    turned,
)
from .vessels import WRAP_RADIUS


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
