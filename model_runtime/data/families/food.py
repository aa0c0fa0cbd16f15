"""Things to eat, and plain bodies: fruit, cube, cylinder, pyramid, torus; what is turned by the fingers: bulb, knob.

What is eaten is bitten at its `tip`, which faces `front`.
"""

import numpy as np

from .shape import HANDLING, HOLD, TWO_HANDED, Grip, Hinge, above, assemble, fan, level
from .solids import bezier, divided, lathe, moved, ring, rounded, rounded_box, sculpted, squircle, turned
from .tools import bar_grip
from .vessels import WRAP_RADIUS, top_grip, two_grip, wrap_grip

UP = np.array([0.0, 0.0, 1.0])
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
BITTEN = HANDLING + ("eat",)
ONE_HAND = 0.0375  # half the widest thing that fingertips span comfortably


def press_grip(part, centre, approach, actions):
    """The index fingertip, or (from the side) the flat hand, meets the surface at `centre` along `approach`."""
    kind = "palm" if abs(approach[2]) < 0.5 else "press"
    axis = UP if kind == "palm" else np.cross(approach, X)
    return Grip(part, kind, centre, axis, fan(approach, axis, 20, 3), actions, 0.01, 0.02)


def fruit_grips(part, middle, radius, actions):
    """A round thing of the given radius, bitten at +X: held across, from behind, or by the fingertips from above."""
    grips = [Grip(part, "wrap", middle, X, above(X, 60), actions, radius, radius),
             Grip(part, "wrap", middle, UP, fan(X, UP, 50), actions + (HOLD,), radius, radius)]  # fmt: skip
    if radius < ONE_HAND:
        grips.append(Grip(part, "pinch", middle, X, above(X, 40), actions, radius, radius))
    if radius < 0.026:
        grips.append(Grip(part, "tripod", middle, X, above(X, 40), actions, radius, radius))
    return grips


def apple(rng):
    """An apple on its base, dimpled where its stem is; often with a leaf."""
    radius, tall = rng.uniform(0.029, 0.044), rng.uniform(0.82, 1.08)
    angle = np.radians(np.concatenate([np.linspace(-86, 70, 27), [75, 79, 82, 84.5, 86.5, 88]]))
    top, bottom = rng.uniform(0.3, 0.45), rng.uniform(0.12, 0.3)
    narrow = rng.uniform(0.02, 0.16)  # apples taper downwards
    crown, base = (90 - np.degrees(angle)) / 24, (90 + np.degrees(angle)) / 20
    far = 1 - top * np.exp(-(crown**2)) - bottom * np.exp(-(base**2))
    profile = radius * far[:, None] * np.stack([np.cos(angle) * (1 + narrow * np.sin(angle)), tall * np.sin(angle)], 1)
    points, faces = lathe(profile, 44)
    around, low = np.arctan2(points[:, 1], points[:, 0]), np.clip(-points[:, 2] / radius, 0, 1)
    points[:, 2] -= rng.uniform(0, 0.08) * radius * low * np.cos(5 * around)  # the five bumps it stands on
    points[:, :2] *= 1 + rng.uniform(-0.02, 0.03) * np.cos(around + rng.uniform(0, 6))[:, None]
    pit = profile[-1, 1]
    lean, rise, thick = (rng.uniform(-0.012, 0.012, 2), rng.uniform(0.35, 0.6) * radius + 0.006,
                         rng.uniform(0.0013, 0.002))  # fmt: skip
    stem = [(0, 0, pit - 0.004, thick, thick), (0.3 * lean[0], 0.2 * lean[1], pit + 0.5 * rise, thick, thick),
            (*lean, pit + rise, 1.5 * thick, 1.5 * thick)]  # fmt: skip
    solids = [("body", (points, faces)), ("stem", sculpted(stem, count=8, segments=10))]
    if rng.uniform() < 0.4:
        reach, turn = rng.uniform(0.018, 0.034), rng.uniform(0, 360)
        blade = [(0, 0, 0, 0.001, 0.0009), (0.4 * reach, 0, 0.006, 0.32 * reach, 0.0011),
                 (reach, 0, 0.002, 0.0015, 0.0008)]  # fmt: skip
        solids.append(("leaf", moved(turned(sculpted(blade, count=12, segments=14), "z", turn),
                                     (0.3 * lean[0], 0.2 * lean[1], pit + 0.5 * rise))))  # fmt: skip
    widest = profile[np.argmax(profile[:, 0])]
    middle = np.array([0, 0, widest[1]])
    grips = fruit_grips("body", middle, widest[0], BITTEN)
    grips.append(Grip("stem", "pinch", np.array([*(0.7 * lean), pit + 0.75 * rise]), Y, above(Y, 20, 3), HANDLING,
                      0.0025, 0.01))  # fmt: skip
    tip = middle + [widest[0], 0, 0]
    return assemble("apple", ("apple", "red apple", "green apple", "fruit"), solids, grips, tip=tip)


def banana(rng):
    """A banana that lies on its side, bent in the table's plane; its stem, where it is peeled and bitten, at +X."""
    length, radius, bend = rng.uniform(0.14, 0.21), rng.uniform(0.0145, 0.0195), np.radians(rng.uniform(40, 100))
    t = np.array([0, 0.05, 0.14, 0.3, 0.5, 0.7, 0.82, 0.89, 0.95, 1.0])
    wide = np.array([0.25, 0.42, 0.74, 0.97, 1, 0.94, 0.72, 0.42, 0.27, 0.30]) * radius
    turn = bend * (t - 0.5)
    arc = length / bend
    line = np.stack([arc * np.sin(turn), -arc * np.cos(turn), 0 * t], 1)
    angle = rng.uniform(0, 20)
    points, faces = sculpted(np.column_stack([line, wide, wide * rng.uniform(0.9, 1.0)]), UP, 36, 25, blunt=0.3)
    # Five blunt ridges run along the peel.
    rings = points[: 25 * (len(points) // 25)].reshape(-1, 25, 3)
    ridge = 1 + rng.uniform(0.02, 0.05) * np.cos(5 * (np.arange(25) * 2 * np.pi / 25) + angle)
    middle = rings.mean(1, keepdims=True)
    points[: rings.size // 3] = (middle + (rings - middle) * ridge[:, None]).reshape(-1, 3)
    centre = points[faces].mean(1)
    along = np.arctan2(centre[:, 0], -centre[:, 1]) / bend + 0.5
    parts = np.select([along < 0.06, along > 0.86], ["tip", "stem"], "body")
    ahead = np.array([np.cos(turn[-1]), np.sin(turn[-1]), 0])
    grips = []
    for place in (0.35, 0.5):
        at = bend * (place - 0.5)
        axis = np.array([np.cos(at), np.sin(at), 0])
        grip = Grip("body", "wrap", arc * np.array([np.sin(at), -np.cos(at), 0]), axis, above(axis, 60),
                    BITTEN + ("shake", HOLD), radius, 0.35 * length)  # fmt: skip
        grips.append(grip)
    grips.append(Grip("body", "pinch", grips[1].centre, grips[1].axis, above(grips[1].axis, 40), BITTEN, radius,
                      0.3 * length))  # fmt: skip
    stem = line[-2]
    grips.append(Grip("stem", "pinch", stem, ahead, above(ahead, 40), ("peel", "lift", "place", "inspect"), wide[-2],
                      0.02))  # fmt: skip
    grips.append(Grip("stem", "lateral", stem, ahead, above(ahead, 40), ("peel",), wide[-2], 0.02))
    return assemble("banana", ("banana", "yellow banana", "fruit"), [(parts, (points, faces))], grips,
                    tip=line[-1] + 0.3 * wide[-1] * ahead, front=ahead)  # fmt: skip


def plain_size(rng, low, high):
    """A number from low to high, as often small (about the lowest), medium and large: GRAB's solids come in threes."""
    return (low + (high - low) * rng.choice([0.12, 0.45, 0.8])) * rng.uniform(0.88, 1.2)


def cube(rng):
    """A plain cube: small, medium or large."""
    size = plain_size(rng, 0.024, 0.085)
    solid = rounded_box((size, size, size), min(rng.uniform(0.0008, 0.006), 0.12 * size), size / rng.integers(7, 10))
    every, half = HANDLING + ("shake", "set"), size / 2
    grips = [press_grip("top", np.array([0, 0, half]), (0, 0, -1.0), ("press", "tap")),
             press_grip("sides", np.array([-half, 0, 0]), (1.0, 0, 0), ("push", "slide"))]  # fmt: skip
    for axis in (X, Y):
        grips.append(Grip("sides", "pinch", np.array([0, 0, half - min(half, 0.022)]), axis, above(axis, 30), every,
                          half, size))  # fmt: skip
        if half > 0.02:
            way = -np.cross(axis, UP)
            grips.append(Grip("sides", "wrap", np.zeros(3), UP, fan(way, UP, 15, 3), every, half, size))
        if half > 0.03:
            way = np.cross(axis, UP)
            grips.append(Grip("sides", "two", np.zeros(3), UP, np.stack([way, -way]), TWO_HANDED + ("shake",), half,
                              size))  # fmt: skip
    if half < 0.02:
        grips.append(Grip("sides", "tripod", np.zeros(3), X, above(X, 30), every, half, size))
    height = solid[0][solid[1]].mean(1)[:, 2] / half
    parts = np.select([height > 0.99, height < -0.99], ["top", "bottom"], "sides")
    words = ("cube", "block", "small cube" if size < 0.045 else "big cube" if size > 0.065 else "wooden cube")
    return assemble("cube", words, [(parts, solid)], grips)


def cylinder(rng):
    """A plain cylinder that stands: from a stub to a pole that a hand just spans."""
    radius = plain_size(rng, 0.011, 0.046)
    height = np.clip(radius * rng.uniform(1.4, 6), 0.035, 0.20)
    edge = rng.uniform(0.0006, 0.004)
    profile = rounded([(0.5 * radius, 0), (radius, 0), (radius, height), (0.5 * radius, height)], edge)
    solid = lathe(divided(profile, 0.009), 44)
    every, grips = HANDLING + ("shake", "set"), []
    if radius < WRAP_RADIUS:
        grips.append(wrap_grip("side", radius, 0.1 * height, 0.95 * height, every))
    if radius < ONE_HAND:
        grips.append(top_grip("side", radius, height, every))
    if radius < 0.02:
        grips.append(Grip("side", "tripod", np.array([0, 0, 0.75 * height]), UP, level(12), every, radius,
                          0.4 * height))  # fmt: skip
    if radius > 0.03:
        grips.append(two_grip("side", radius, height / 2, 0.6 * height, TWO_HANDED + ("shake",)))
    grips.append(press_grip("top", np.array([0, 0, height]), (0, 0, -1.0), ("press", "tap")))
    if height < 4 * radius:
        grips.append(press_grip("side", np.array([-radius, 0, 0.45 * height]), (1.0, 0, 0), ("push", "slide")))
    middle = solid[0][solid[1]].mean(1)[:, 2] / height
    parts = np.select([middle > 0.999, middle < 0.001], ["top", "bottom"], "side")
    return assemble("cylinder", ("cylinder", "tube", "roller", "round block"), [(parts, solid)], grips)


def pyramid(rng):
    """A pyramid on a square base, its point slightly rounded."""
    half = plain_size(rng, 0.018, 0.052)
    height = half * rng.uniform(1.2, 2.4)
    blunt = rng.uniform(0.015, 0.05)
    outline = squircle(48, rng.uniform(12, 40))
    profile = rounded([(0.5 * half, 0), (half, 0), (half * blunt, height * (1 - blunt)),
                       (0.3 * blunt * half, height * (1 - 0.6 * blunt))], [0.05 * half, 0.02 * half])  # fmt: skip
    solid = lathe(divided(profile, 0.006), outline=outline)
    every, grips = HANDLING + ("shake", "set"), []
    hold = max(0.42 if half < 0.03 else 0.6, 1 - 0.028 / height)  # share of the height at which fingers hold it
    for axis in (X, Y):
        grips.append(Grip("sides", "pinch", np.array([0, 0, hold * height]), axis, above(axis, 25), every,
                          (1 - hold) * half, half))  # fmt: skip
        if half > 0.03:
            way = np.cross(axis, UP)
            grips.append(Grip("sides", "two", np.array([0, 0, 0.35 * height]), UP, np.stack([way, -way]), TWO_HANDED,
                              0.65 * half, half))  # fmt: skip
    grips.append(Grip("sides", "tripod", np.array([0, 0, 0.72 * height]), X, above(X, 25), every, 0.28 * half,
                      0.3 * half))  # fmt: skip
    middle = solid[0][solid[1]].mean(1)[:, 2] / height
    parts = np.select([middle > 1 - 2.5 * blunt, middle < 0.001], ["point", "bottom"], "sides")
    grips.append(press_grip("point", np.array([0, 0, height * (1 - 0.6 * blunt)]), (0, 0, -1.0), ("press", "tap")))
    return assemble("pyramid", ("pyramid", "wooden pyramid", "block"), [(parts, solid)], grips)


def torus(rng):
    """A plain ring that lies flat: small, medium or large."""
    outer = plain_size(rng, 0.024, 0.064)
    tube = outer * rng.uniform(0.14, 0.3)
    return assemble("torus", ("torus", "ring", "toy ring", "hoop"), [("ring", ring(outer - tube, tube, tube))],
                    ring_grips("ring", outer - tube, tube, tube, HANDLING + ("shake", "set")))  # fmt: skip


def ring_grips(part, radius, half_width, half_height, actions):
    """A flat-lying ring: its tube across, from above, at four places; both hands from its sides where it is wide."""
    grips = []
    for out in (X, Y, -X, -Y):
        axis = np.cross(UP, out)
        grips.append(Grip(part, "pinch", radius * out, axis, above(axis, 20, 3), actions, half_width, half_width))
    axis = Y
    grips.append(Grip(part, "tripod", radius * X, axis, above(axis, 20, 3), actions, half_width, half_width))
    if radius > 0.035:
        outer = radius + half_width
        grips.append(Grip(part, "two", np.zeros(3), UP, np.stack([X, -X, Y, -Y]), TWO_HANDED, outer, half_height))
    grips.append(press_grip(part, np.array([-radius, 0, half_height]), (0, 0, -1.0), ("press", "slide", "push")))
    return grips


def doughnut(rng):
    """A doughnut, often iced: bitten at +X."""
    outer = rng.uniform(0.036, 0.055)
    tube = outer * rng.uniform(0.33, 0.42)
    flat = rng.uniform(0.75, 0.95)
    radius = outer - tube
    solids = [("dough", ring(radius, tube, flat * tube, 44, 18))]
    if rng.uniform() < 0.6:
        points, faces = ring(radius, 0.97 * tube, 0.8 * flat * tube, 44, 16)
        around = np.arctan2(points[:, 1], points[:, 0])
        drip = 0.12 * tube * np.sin(rng.integers(5, 9) * around + rng.uniform(0, 6)) * (points[:, 2] < 0)
        points[:, 2] = np.where(points[:, 2] < 0, 0.3 * points[:, 2], points[:, 2]) + drip + 0.24 * flat * tube
        solids.append(("icing", (points, faces)))
    grips = ring_grips("dough", radius, tube, flat * tube, BITTEN)[1:4] + [Grip("dough", "side",
            np.array([-radius, 0, 0]), Y, fan((1, 0, -0.25), Y, 10, 3), BITTEN, flat * tube, 0.03)]  # fmt: skip
    return assemble("doughnut", ("doughnut", "donut", "ring doughnut", "pastry"), solids, grips,
                    tip=np.array([outer, 0, 0]))  # fmt: skip


def lemon(rng):
    """A lemon or a lime on its side, its nipple towards +X."""
    radius = rng.uniform(0.022, 0.034)
    length, nipple = radius * rng.uniform(1.1, 1.5), rng.uniform(0.2, 0.36)
    t = np.radians(np.linspace(-84, 84, 26))
    x = length * np.sin(t)
    thick = radius * np.cos(t) ** rng.uniform(0.85, 1.05)
    end = np.clip((np.sin(t) - 0.8) / 0.2, 0, 1)
    x = x + nipple * radius * end
    thick = np.maximum(thick, 0.2 * radius * (np.abs(t) > 1.1) * np.sqrt(np.clip(1 - end**4, 0.01, 1)))
    points, faces = sculpted(np.column_stack([x, 0 * x, 0 * x, thick, thick]), count=34, segments=30, blunt=0.6)
    grips = fruit_grips("body", np.zeros(3), radius, BITTEN + ("squeeze", "shake"))
    part = np.where(points[faces].mean(1)[:, 0] > 0.93 * length, "nipple", "body")
    nouns = ("lemon", "lime", "citrus fruit", "fruit")
    return assemble("lemon", nouns, [(part, (points, faces))], grips, tip=np.array([points[:, 0].max(), 0, 0]))


def egg(rng):
    """An egg on its side, its pointed end towards +X; a hen's mostly."""
    radius = rng.uniform(0.0185, 0.026)
    length, point = radius * rng.uniform(1.22, 1.42), rng.uniform(0.05, 0.2)
    t = np.radians(np.linspace(-86, 86, 30))
    profile = np.stack([radius * np.cos(t) * np.exp(-point * np.sin(t)), length * np.sin(t)], 1)
    points, faces = lathe(profile, 32)
    grips = fruit_grips("shell", np.zeros(3), radius, BITTEN + ("shake",))
    return assemble("egg", ("egg", "boiled egg", "hen's egg"), [("shell", (points[:, [2, 0, 1]], faces))], grips,
                    tip=np.array([length, 0, 0]))  # fmt: skip


def carrot(rng):
    """A carrot on its side with a stub of its greens at -X; bitten at its thin end, +X."""
    length, radius = rng.uniform(0.12, 0.21), rng.uniform(0.012, 0.019)
    t = np.linspace(0, 1, 34)
    bow = rng.uniform(-0.01, 0.01)
    thick = radius * (0.14 + 0.86 * (1 - t) ** rng.uniform(0.45, 0.8)) * (1 - 0.25 * np.exp(-t / 0.03))
    thick *= 1 + 0.02 * np.sin(t * rng.uniform(60, 90))
    root = sculpted(np.column_stack([length * t, bow * np.sin(np.pi * t), thick, thick, thick]), UP, 40, 20, blunt=0.5)
    solids = [("root", root)]
    for angle in rng.uniform(-0.5, 0.5, rng.integers(2, 4)):
        reach, lift = rng.uniform(0.015, 0.04), rng.uniform(0, 0.4)
        end = np.array([-reach, reach * np.sin(angle), reach * lift])
        stalk = [(0.01, 0, 0), 0.5 * end, end]
        stalk = np.column_stack([np.array(stalk) + [0, 0, 0.8 * radius], np.full((3, 2), 0.0025)])
        solids.append(("greens", sculpted(stalk, UP, count=8, segments=10)))

    def spot(share):
        return np.array([length * share, bow * np.sin(np.pi * share), np.interp(share, t, thick)])

    holds = BITTEN + ("shake", HOLD)
    grips = [bar_grip("root", spot(0.05), spot(0.5), np.interp(0.27, t, thick), holds),
             bar_grip("root", spot(0.05), spot(0.4), np.interp(0.22, t, thick), BITTEN, "pinch", 40),
             bar_grip("root", spot(0.6), spot(0.95), np.interp(0.77, t, thick), ("peel",) + HANDLING, "pinch", 40),
             bar_grip("root", spot(0.05), spot(0.35), np.interp(0.2, t, thick), BITTEN, "tripod", 30)]  # fmt: skip
    return assemble("carrot", ("carrot", "orange carrot", "vegetable"), solids, grips,
                    tip=root[0][np.argmax(root[0][:, 0])])  # fmt: skip


def light_bulb(rng):
    """A light bulb on its side, leaning on its glass and its cap; the cap, which is screwed in, towards +X."""
    cap, cap_length = rng.choice([0.0068, 0.0132]) * rng.uniform(0.97, 1.05), 0.0
    radius = rng.uniform(0.0215, 0.036) if cap > 0.01 else rng.uniform(0.0165, 0.024)
    cap_length = 2 * cap * rng.uniform(0.85, 1.1)
    neck, throat = radius * rng.uniform(0.9, 1.9), cap * rng.uniform(1.05, 1.25)
    candle = rng.uniform() < 0.25
    nose = radius * (rng.uniform(1.3, 1.9) if candle else rng.uniform(0.9, 1.05))
    t = np.radians(np.linspace(86, 8, 13))
    glass = np.stack([-nose * np.sin(t), radius * np.cos(t)], 1)
    slope = bezier([(0, radius), (0.4 * neck, radius), (0.55 * neck, throat), (neck, throat)], 12)
    turns = np.linspace(0, 1, 25)
    thread = np.stack([neck + 0.002 + 0.72 * cap_length * turns, cap * (1 + 0.055 * np.cos(2 * np.pi * 4 * turns))], 1)
    end = neck + 0.002 + 0.72 * cap_length
    foot = np.array([(end + 0.1 * cap_length, 0.85 * cap), (end + 0.2 * cap_length, 0.5 * cap),
                     (end + 0.22 * cap_length, 0.36 * cap), (end + 0.28 * cap_length, 0.3 * cap),
                     (end + 0.3 * cap_length, 0.1 * cap)])  # fmt: skip
    glass = np.vstack([glass, slope])
    profile = np.vstack([glass, thread, foot])
    points, faces = lathe(divided(profile[:, ::-1], 0.006), 32)
    points = points[:, [2, 0, 1]]
    lean = np.degrees(np.arctan(((glass[:, 1] - thread[-1, 1]) / (end - glass[:, 0])).max()))
    turn = turned((np.eye(3), None), "y", lean)[0]  # rows: where x, y, z go
    ahead = turn[0]
    part = np.select([points[faces].mean(1)[:, 0] > neck + 0.001], ["cap"], "glass")
    behind = np.array([-0.25 * nose, 0, 0]) @ turn
    held = HANDLING + ("screw", "use")
    grips = [Grip("glass", "tripod", behind, Y, fan(ahead + [0, 0, -0.5], Y, 25), held, radius, radius),
             Grip("glass", "pinch", behind, Y, fan(ahead + [0, 0, -0.5], Y, 25), held, radius, radius),
             Grip("glass", "pinch", np.zeros(3), ahead, above(ahead, 40), HANDLING + ("shake",), radius, radius),
             Grip("glass", "wrap", np.zeros(3), ahead, above(ahead, 60), HANDLING + (HOLD,), radius, radius),
             Grip("cap", "tripod", np.array([neck + 0.5 * cap_length, 0, 0]) @ turn, ahead, above(ahead, 30), HANDLING,
                  cap, cap_length)]  # fmt: skip
    nouns = ("light bulb", "bulb", "lightbulb", "lamp bulb")
    return assemble("light_bulb", nouns, [(part, (points @ turn, faces))], grips,
                    tip=np.array([points[:, 0].max(), 0, 0]) @ turn, front=ahead, up=np.cross(ahead, Y))  # fmt: skip


def door_knob(rng):
    """A loose door knob on its rose. It stands on the rose, or lies with the knob towards +X; the knob turns."""
    radius, rose, thick = rng.uniform(0.021, 0.033), rng.uniform(0.026, 0.036), rng.uniform(0.006, 0.012)
    shaft, stand = radius * rng.uniform(0.32, 0.5), rng.uniform(0.016, 0.034)
    depth, flat = radius * rng.uniform(0.55, 1.0), rng.uniform(0.0, 0.75)
    low = thick + stand
    t = np.radians(np.linspace(-80, 84, 24))
    globe = np.stack([radius * np.cos(t) ** (1 - 0.5 * flat),
                      low + depth * (1 + np.sign(np.sin(t)) * np.abs(np.sin(t)) ** (1 + 0.3 * flat))], 1)  # fmt: skip
    neck = bezier([(shaft * 1.2, thick - 0.003), (0.9 * shaft, thick + 0.3 * stand), (shaft, low - 0.2 * stand),
                   (max(shaft, globe[0, 0]), low)], 8)  # fmt: skip
    profile = np.vstack([neck[:-1], globe[np.argmax(globe[:, 0] > shaft * 1.05) :]])
    knob = lathe(divided(profile, 0.006), 40)
    if rng.uniform() < 0.3:  # facets, like cut glass
        points, sides = knob[0], rng.integers(8, 13)
        angle = np.arctan2(points[:, 1], points[:, 0])
        wave = 1 - 0.04 * np.abs(np.sin(0.5 * sides * angle)) * (points[:, 2] > low)
        knob = (points * np.stack([wave, wave, 1 + 0 * wave], 1), knob[1])
    plate = rounded([(0.5 * rose, 0), (rose, 0), (rose, 0.5 * thick), (0.8 * rose, 0.8 * thick), (0.75 * rose, thick),
                     (0.3 * rose, thick)], 0.002)  # fmt: skip
    plate = lathe(divided(plate, 0.008), 44)
    middle, top = low + depth, 2 * depth + low
    turns, holds = HANDLING + ("turn", "use"), ("lift", "place", "inspect", HOLD)
    lying = rng.uniform() < 0.5
    if not lying:
        grips = [Grip("knob", "pinch", np.array([0, 0, middle]), Y, above(Y, 25), turns, radius, radius),
                 Grip("knob", "wrap", np.array([0, 0, middle]), X, above(X, 25), turns, radius, radius),
                 Grip("knob", "wrap", np.array([0, 0, middle]), UP, level(12), HANDLING, radius, depth),
                 Grip("knob", "tripod", np.array([0, 0, middle]), Y, above(Y, 25), turns, radius, radius),
                 press_grip("knob", np.array([0, 0, top]), (0, 0, -1.0), ("press", "tap"))]  # fmt: skip
        axis, turn = UP, np.eye(3)
    else:  # tips over until the knob's edge and the rose's edge both touch the table
        lean = 90 + np.degrees(np.arctan2(rose - radius, middle - 0.4 * thick))
        turn = turned((np.eye(3), None), "y", lean)[0]
        axis = turn[2]
        centre, seat = np.array([0, 0, middle]) @ turn, np.array([0, 0, 0.4 * thick]) @ turn
        over = axis * [1, 0, 0] / abs(axis[0])
        grips = [Grip("knob", "wrap", centre, Y, fan(-over + [0, 0, -0.6], Y, 25), turns, radius, radius),
                 Grip("knob", "pinch", centre, Y, fan(-over + [0, 0, -0.6], Y, 25), turns, radius, radius),
                 Grip("knob", "wrap", centre, axis, above(axis, 40), turns, radius, depth),
                 Grip("rose", "pinch", seat, axis, above(axis, 25), holds, rose, thick)]  # fmt: skip
    solids = [("rose", plate), ("knob", knob)]
    solids = [(part, (points @ turn, faces)) for part, (points, faces) in solids]
    hinge = Hinge(np.zeros(3), axis, 0.0, np.radians(rng.uniform(60, 110)), ("knob",))
    return assemble("door_knob", ("door knob", "doorknob", "knob", "door handle"), solids, grips, hinge=hinge,
                    front=axis, up=np.cross(axis, Y) if lying else X, tip=np.array([0, 0, top]) @ turn,
                    steady=not lying)  # fmt: skip


FAMILIES = (apple, banana, carrot, cube, cylinder, door_knob, doughnut, egg, lemon, light_bulb, pyramid, torus)
