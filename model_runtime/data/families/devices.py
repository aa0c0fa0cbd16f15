"""Things with keys, lenses and switches, and things that are worn.

Those that point somewhere do so towards +X; what is read or looked at from above has its front upwards.
"""

import numpy as np
from scipy.interpolate import PchipInterpolator

from .plain import keyed_box
from .shape import HANDLING, HOLD, Grip, above, assemble, fan
from .solids import (
    bezier,
    by_height,
    circle,
    divided,
    lathe,
    loft,
    mirrored,
    moved,
    rounded,
    rounded_box,
    squircle,
    tube,
)
from .tools import bar_grip
from .vessels import BOTH, EVERY, press_grip

UP = np.array([0.0, 0.0, 1.0])
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
SWITCH = ("press", "switch on", "switch off")


def along_x(solid):
    """A solid turned about Z, lying: its axis along X, what was up towards +X."""
    return solid[0][:, [2, 0, 1]], solid[1]


def along_y(solid):
    """A solid turned about Z, lying: its axis along Y, what was up towards +Y."""
    return solid[0][:, [1, 2, 0]], solid[1]


def button(radius, height, sunk=0.004):
    """A round button about the origin: its top at `height`, `sunk` below zero at its foot."""
    return lathe(rounded([(radius, -sunk), (radius, height), (0.3 * radius, height)], 0.3 * radius, 3), 16)


def press_grips(part, point, actions, axes=(X, Y)):
    """A fingertip on a point from above, the thumb side along either axis."""
    return [press_grip(part, point, actions, axis=axis) for axis in axes]


def alarm_clock(rng):
    """An alarm clock on two feet, its face towards +X, a button on top, a knob at the back; some with two bells."""
    radius, depth = rng.uniform(0.033, 0.055), rng.uniform(0.026, 0.046)
    bells = rng.uniform() < 0.5
    outline = circle(52) if bells else squircle(52, rng.choice([2.0, 3.5, 6.0]))
    ring = rng.uniform(0.86, 0.93) * radius
    profile = rounded([(0.5 * radius, -depth / 2), (0.93 * radius, -depth / 2), (radius, 0), (0.97 * radius, depth / 2),
                       (ring, depth / 2), (ring - 0.002, depth / 2 - 0.005), (0.2 * radius, depth / 2 - 0.005)],
                      [0.004, 0.008, 0.003, 0.001, 0.001])  # fmt: skip
    body = along_x(lathe(divided(profile, 0.010), 52, outline))
    middle = body[0][body[1]].mean(1)
    on_face = np.abs(middle[:, 0] - depth / 2 + 0.005) < 0.0005
    solids = [(np.where(on_face, "face", "body"), body)]
    gap = 0.55 * radius
    foot = bezier([(0.008, -1.06 * radius), (0.006, -1.05 * radius), (0.004, -0.7 * radius)], 6)
    solids += [("feet", moved(lathe(foot, 16), (0, side * gap, 0))) for side in (1, -1)]
    rise = rng.uniform(0.006, 0.016)
    knob = rng.uniform(0.005, 0.009)
    wide, top = rng.uniform(0.006, 0.011), radius + rise
    solids.append(("button", moved(button(wide, rise, 0.006), (0, 0, radius))))
    if bells:
        size = rng.uniform(0.3, 0.42) * radius
        angle = np.linspace(0, 0.5 * np.pi, 7)[:-1]
        dome = np.stack([size * np.cos(angle), 0.8 * size * np.sin(angle)], 1)
        profile = np.vstack([[0.5 * size, 0], dome, [0.1 * size, 0.82 * size], [0.1 * size, 0.95 * size]])
        points, faces = lathe(profile, 24)
        stem = lathe([(0.004, -0.3 * radius), (0.004, 0.001)], 12)
        for side in (1, -1):
            lean = side * np.radians(38)
            turn = np.array([[1, 0, 0], [0, np.cos(lean), np.sin(lean)], [0, -np.sin(lean), np.cos(lean)]])
            for solid in ((points, faces), stem):
                placed = (solid[0] + [0, 0, 1.12 * radius]) @ turn.T, solid[1]
                solids.append(("bells", placed))
    at = np.array([-depth / 2, rng.uniform(-0.4, 0.4) * radius, rng.uniform(-0.3, 0.3) * radius])
    back = along_x(button(knob, 0.010))
    solids.append(("knob", (at + back[0] * [-1, 1, 1], back[1][:, ::-1])))
    sides = [Grip("body", "wrap", side * 0.55 * radius, UP, fan(-side, UP, 15, 3), EVERY, depth / 2, radius)
             for side in (Y, -Y)]  # fmt: skip
    grips = [
        *sides,
        Grip("body", "two", np.zeros(3), UP, np.stack([Y, -Y]), BOTH + ("shake",), radius, radius),
        *press_grips("button", (0, 0, top), (*SWITCH, "tap")),
        Grip("knob", "tripod", at - 0.005 * X, UP, X, ("set", "turn"), knob, 2 * knob),
        Grip("body", "palm", np.array([-depth / 2, 0, 0]), Y, X, ("push", "slide"), 0.0, 0.02),
    ]
    nouns = ("alarm clock", "clock", "alarm") + (("twin bell clock",) if bells else ("table clock",))
    return assemble("alarm_clock", nouns, solids, grips)


def binoculars(rng):
    """Binoculars lying on their barrels: the big lenses towards +X, the eyepieces at -X, a focus wheel on top."""
    length, eye, lens = rng.uniform(0.10, 0.16), rng.uniform(0.014, 0.018), rng.uniform(0.019, 0.027)
    apart = rng.uniform(0.030, 0.034)  # half the distance of the eyes
    wide = max(apart, lens + 0.004) + rng.choice([0.0, rng.uniform(0.006, 0.018)])
    lip, body = 1.12 * eye, rng.uniform(0.92, 1.0) * lens
    profile = rounded([(0.2 * eye, 0.004), (0.8 * eye, 0.003), (0.85 * eye, 0), (lip, 0), (lip, 0.02), (eye, 0.024),
                       (eye, 0.27 * length), (body, 0.36 * length), (body, 0.62 * length), (0.9 * lens, 0.7 * length),
                       (lens, 0.85 * length), (lens, length), (0.87 * lens, length), (0.83 * lens, length - 0.006),
                       (0.2 * lens, length - 0.005)], 0.002, 2)  # fmt: skip
    profile = divided(profile, 0.013)
    shift = np.interp(profile[:, 1], [0, 0.27 * length, 0.38 * length, length], [0, 0, 1, 1]) * (wide - apart)
    rings = np.zeros((len(profile), 32, 3))
    rings[..., 0] = profile[:, None, 1]
    rings[..., 1:] = profile[:, None, :1] * circle(32)
    rings[..., 1] += (apart + shift)[:, None]
    barrel = loft(rings)
    along = barrel[0][barrel[1]].mean(1)[:, 0]
    parts = np.where(along < 0.024, "eyepieces", np.where(along > 0.97 * length, "lenses", "barrels"))
    wheel = rng.uniform(0.007, 0.010)
    bridge = moved(rounded_box((0.26 * length, 1.4 * wide, 0.014), 0.005, 0.008), (0.48 * length, 0, 0.2 * body))
    knob = along_x(lathe(divided(rounded([(0.5 * wheel, 0), (wheel, 0), (wheel, 0.22 * length),
                                          (0.5 * wheel, 0.22 * length)], 0.001), 0.008), 22))  # fmt: skip
    knob_at = np.array([0.2 * length, 0, 0.2 * body + 0.006])
    middle, half = np.array([0.5 * length, 0, 0]), wide + body
    seen = ("use", "see")
    grips = [Grip("barrels", "two", middle, UP, np.stack([Y, -Y]), BOTH + seen, half, 0.3 * length)]
    for side in (1, -1):
        outward = np.array([0, side, 0.6])
        grips.append(Grip("barrels", "wrap", middle + [0, side * wide, 0], X, fan(-outward, X, 25), EVERY + seen, body,
                          0.4 * length))  # fmt: skip
    centre = knob_at + [0.11 * length, 0, 0]
    grips += [Grip("wheel", "tripod", centre + 0.5 * wheel * UP, X, above(X, 20, 3), ("set", "turn"), wheel, 0.02),
              *press_grips("wheel", centre + wheel * UP, ("set", "tap"))]  # fmt: skip
    solids = [(parts, barrel), (parts, mirrored(barrel)), ("bridge", bridge), ("wheel", moved(knob, knob_at))]
    nouns = ("binoculars", "field glasses", "pair of binoculars", "opera glasses")
    return assemble("binoculars", nouns, solids, grips, tip=np.zeros(3))


def game_controller(rng):
    """A game controller lying on its back: two horns towards -X, where the player sits; sticks and buttons on top."""
    wide, reach = rng.uniform(0.055, 0.068), rng.uniform(0.05, 0.075)
    thick, fat = rng.uniform(0.014, 0.018), rng.uniform(0.018, 0.023)
    rows = np.array([  # across: the rear edge, the front edge, half the height
        (0.0, -1.5 * fat, 1.1 * fat, 0.95), (0.45, -1.55 * fat, 1.15 * fat, 1.0), (0.68, -1.9 * fat, 1.2 * fat, 1.0),
        (0.82, -0.85 * reach, 1.15 * fat, 0.97), (0.95, -0.98 * reach, 1.0 * fat, 0.92),
        (1.06, -reach, 0.65 * fat, 0.82), (1.16, -0.97 * reach, 0.1 * fat, 0.64),
        (1.22, -0.9 * reach, -0.4 * fat, 0.42),
        (1.25, -0.8 * reach, -0.9 * fat, 0.15),
    ])  # fmt: skip
    y = np.concatenate([np.linspace(0, 1.1, 20), np.linspace(1.13, 1.25, 7)])
    rear, front, high = PchipInterpolator(rows[:, 0], rows[:, 1:])(y).T
    rear, front, high, y = (np.concatenate([m * v[:0:-1], v]) for m, v in ((1, rear), (1, front), (1, high), (-1, y)))
    outline = squircle(32, 2.6)
    rings = np.zeros((len(y), 32, 3))
    rings[..., 0] = ((front + rear) / 2)[:, None] + ((front - rear) / 2)[:, None] * outline[:, 1]
    rings[..., 1] = wide * y[:, None]
    rings[..., 2] = thick * high[:, None] * outline[:, 0]
    solids = [("body", loft(rings))]
    stick = lathe(rounded([(0.005, -0.008), (0.005, 0.005), (0.009, 0.007), (0.0085, 0.0105), (0.003, 0.0095)],
                          0.001, 2), 16)  # fmt: skip
    top = 0.95 * thick
    at = np.array([-0.75 * fat, 0.34 * wide, top])
    solids += [("sticks", moved(stick, at * [1, side, 1])) for side in (1, -1)]
    across = np.array([0.15 * fat, 0.62 * wide, top])
    small = button(0.0048, 0.0045)
    around = [(0.0075, 0), (-0.0075, 0), (0, 0.0075), (0, -0.0075)]
    solids += [("buttons", moved(small, across * [1, -1, 1] + [*shift, 0])) for shift in around]
    solids += [("pad", moved(rounded_box(size, 0.002, 0.006), across)) for size in ((0.022, 0.007, 0.009),
                                                                                  (0.007, 0.022, 0.0085))]  # fmt: skip
    solids += [("triggers", moved(rounded_box((0.014, 0.030, 0.013), 0.005, 0.007), (1.05 * fat, s * 0.62 * wide, 0)))
               for s in (1, -1)]  # fmt: skip
    half = 1.2 * wide
    grips = [
        Grip("body", "two", np.array([-0.3 * reach, 0, 0]), UP, np.stack([Y, -Y]), BOTH + ("play", "use"), half, thick),
        Grip("body", "pinch", np.array([-0.45 * fat, 0, 0]), Y, above(Y, 25), EVERY, 1.6 * fat, wide),
        *press_grips("buttons", across * [1, -1, 1] + [0.0075, 0, 0.0045], ("press", "tap", "play")),
        *press_grips("pad", across + [0, 0, 0.0045], ("press", "tap")),
    ]
    for s in (1, -1):
        grips.append(Grip("body", "wrap", np.array([-0.6 * reach, s * wide, 0]), X, fan((0, -s, -0.7), X, 20), EVERY,
                          thick, 0.6 * reach))  # fmt: skip
    nouns = ("game controller", "controller", "gamepad", "joypad")
    return assemble("game_controller", nouns, solids, grips)


def headphones(rng):
    """Headphones standing on their cups, the band above, worn looking towards +X; as wide as on a head."""
    half, height = rng.uniform(0.080, 0.092), rng.uniform(0.14, 0.17)
    size, long = rng.uniform(0.028, 0.042), rng.uniform(1.0, 1.25)
    width, thin = rng.uniform(0.007, 0.016), rng.uniform(0.003, 0.006)
    low = size * long
    path = bezier([(half, 1.05 * low), (1.12 * half, 1.35 * height), (-1.12 * half, 1.35 * height),
                   (-half, 1.05 * low)], 44)  # fmt: skip
    path[:, 1] *= height / path[:, 1].max()
    path = np.vstack([[half, 0.9 * low], path, [-half, 0.9 * low]])
    t = np.abs(np.linspace(-1, 1, len(path)))
    band = tube(np.column_stack([0 * t, path]), width * (1 - 0.45 * np.clip(2.5 * t - 1.3, 0, 1)),
                thin * (1 + 0.5 * np.clip(2 - 4 * t, 0, 1)), 18, X, 2.6)  # fmt: skip
    deep = rng.uniform(0.012, 0.02)
    profile = rounded([(0.4 * size, 0.5 * deep), (0.85 * size, 0.4 * deep), (0.95 * size, 0),
                       (0.85 * size, -0.1 * deep),
                       (size, -0.2 * deep), (size, -1.2 * deep), (0.5 * size, -1.2 * deep), (0.45 * size, -0.5 * deep),
                       (0.1 * size, -0.5 * deep)][::-1],
                      [0.002, 0.003, 0.008, 0.008, 0.002, 0.002, 0.004, 0.008][:7])  # fmt: skip
    cup = along_y(lathe(divided(profile, 0.008), 36, circle(36) * [long, 1.0]))
    inner = cup[0][cup[1]].mean(1)[:, 1] < -0.15 * deep
    cup = moved(cup, (0, half + 0.2 * deep, low))
    parts = np.where(inner, "cushions", "cups")
    solids = [("band", band), (parts, cup), (parts, mirrored(cup))]
    worn = ("wear", "use")
    top = np.array([0, 0, band[0][:, 2].max() - 1.5 * thin])
    grips = [
        Grip("cups", "two", np.array([0, 0, low]), UP, np.stack([Y, -Y]), BOTH + worn, half + 0.7 * deep, size),
        Grip("band", "pinch", top, Y, above(Y, 30), EVERY + ("wear",), width, 0.05),
        Grip("band", "hook", top, Y, np.stack([X, -X]), HANDLING, 1.5 * thin, 0.05),
        Grip("band", "wrap", top, Y, above(Y, 40), EVERY + worn, width, 0.05),
    ]
    for s in (1, -1):
        at = np.array([0.75 * size, s * (half - 0.2 * deep), low])
        grips.append(Grip("cups", "pinch", at, UP, -X, (HOLD, "hand over", "clean"), 0.9 * deep, size))  # fmt: skip
    nouns = ("headphones", "headset", "pair of headphones", "earphones")
    return assemble("headphones", nouns, solids, grips, tip=top - [0, 0, 1.5 * thin])


def mouse(rng):
    """A computer mouse: its two buttons and its wheel towards +X."""
    length, width, height = rng.uniform(0.09, 0.125), rng.uniform(0.05, 0.066), rng.uniform(0.030, 0.042)
    hump, power = rng.uniform(-0.10, 0.0) * length, rng.uniform(2.2, 3.0)
    rise = np.linspace(0, 1, 22)
    grow = (1 - rise**power) ** (1 / power)
    grow[-1] = 0.08
    rings = np.zeros((24, 48, 3))
    foot = squircle(48, rng.uniform(2.3, 3.0)) * [length / 2, width / 2]
    waist = 1 - rng.uniform(0.0, 0.12) * np.exp(-((foot[:, 0] / (0.2 * length)) ** 2))
    foot[:, 1] *= waist
    scale = np.concatenate([[0.9, 0.97], np.where(rise < 0.25, 1 - 0.06 * (1 - rise / 0.25), 1) * grow])
    z = np.concatenate([[0, 0.001], 0.003 + rise * (height - 0.003)])
    rings[..., :2] = scale[:, None, None] * foot + np.append([0, 0], rise**2 * hump)[:, None, None] * [1, 0]
    rings[..., 2] = z[:, None]
    shell = loft(rings)
    middle = shell[0][shell[1]].mean(1)
    front = (middle[:, 0] > 0.06 * length) & (middle[:, 2] > 0.35 * height)
    parts = np.where(front & (middle[:, 1] > 0), "left button", np.where(front, "right button", "body"))

    def top_at(x, y):
        """The shell's height over a place."""
        near = shell[0][np.argsort(np.hypot(*(shell[0][:, :2] - [x, y]).T) + (shell[0][:, 2] < 0.004))[:6]]
        return near[:, 2].mean()

    x = 0.26 * length
    wheel = along_y(lathe(rounded([(0.004, -0.0035), (0.009, -0.0035), (0.009, 0.0035), (0.004, 0.0035)], 0.0015), 24))
    wheel_at = np.array([x, 0, top_at(x, 0) - 0.0055])
    solids = [(parts, shell), ("wheel", moved(wheel, wheel_at))]
    used = ("use", "slide")
    grips = [
        Grip("body", "palm", np.array([hump, 0, height]), Y, -UP, (*used, "push", "browse"), 0.0, 0.01),
        Grip(
            "body", "pinch", np.array([hump, 0, 0.45 * height]), X, above(X, 25), EVERY + used, width / 2, 0.4 * length
        ),
        *press_grips("wheel", wheel_at + [0, 0, 0.009], ("press", "tap", "browse"), (Y,)),
    ]
    nouns = ("mouse", "computer mouse", "pc mouse")
    return assemble("mouse", nouns, solids, grips)


def watch(rng):
    """A wrist watch on its buckle, the strap a closed loop below the dial; or flat, the strap stretched along Y.

    The dial looks up, twelve o'clock is towards +Y, the crown towards +X.
    """
    radius, thick = rng.uniform(0.015, 0.022), rng.uniform(0.0045, 0.0065)
    strap, width = rng.uniform(0.0012, 0.002), radius * rng.uniform(0.45, 0.62)
    closed = rng.uniform() < 0.6
    if closed:
        half, deep = rng.uniform(0.026, 0.032), rng.uniform(0.045, 0.054)
        side = bezier([(0.6 * radius, -0.2 * thick), (1.5 * half, 0), (1.35 * half, -deep), (0.6 * half, -deep),
                       (0, -deep)], 24)  # fmt: skip
    else:
        reach = rng.uniform(0.085, 0.115)
        side = bezier([(0.6 * radius, -0.2 * thick), (1.5 * radius, 0.1 * thick), (1.6 * radius, strap - thick),
                       (reach, strap - thick)], 20)  # fmt: skip
    paths = [np.vstack([side, side[-2::-1] * [-1, 1]])] if closed else [side, side * [-1, 1]]
    dial = squircle(44, rng.choice([2.0, 2.0, 5.0]))
    case = lathe(divided(rounded([(0.4 * radius, -thick), (0.9 * radius, -thick), (radius, -0.3 * thick),
                                  (radius, 0.4 * thick), (0.9 * radius, thick), (0.84 * radius, thick),
                                  (0.82 * radius, 0.75 * thick), (0.2 * radius, 0.75 * thick)], 0.001), 0.006),
                 44, dial)  # fmt: skip
    middle = case[0][case[1]].mean(1)
    parts = np.where((middle[:, 2] > 0.7 * thick) & (np.linalg.norm(middle[:, :2], axis=1) < 0.83 * radius), "dial",
                     "case")  # fmt: skip
    crown = rng.uniform(0.0026, 0.004)
    knob = along_x(button(crown, 0.0055))
    solids = [(parts, case), ("crown", moved(knob, (radius, 0, 0)))]
    for path in paths:
        taper = width * (1 - 0.2 * np.abs(path[:, 0]) / np.abs(path[:, 0]).max() * (not closed))
        solids.append(("strap", tube(np.column_stack([0 * path[:, 0], path]), taper, strap, 14, X, 3.5)))
    buckle_at = (0, 0, -deep) if closed else (0, reach - 0.004, strap - thick)
    size = (2 * width + 0.004, 0.012, 2 * strap + 0.0015)
    solids.append(("buckle", moved(rounded_box(size, 0.001, 0.006), buckle_at)))
    tip = np.array([0, 0, -thick])
    every = EVERY + ("wear",)
    knob_at = np.array([radius + 0.003, 0, 0])
    grips = [
        Grip("case", "pinch", np.zeros(3), Y, above(Y, 25), every, radius, radius),
        Grip("crown", "pinch", knob_at, UP, -X, ("set", "turn"), crown, 2 * crown),
        *press_grips("dial", (0, 0, 0.75 * thick), ("press", "tap")),
    ]
    if closed:
        at = side[12]
        for s in (1, -1):
            grips.append(Grip("strap", "pinch", np.array([0, s * at[0], at[1]]), UP, (0, -s, 0), every, width, 0.02))
        grips.append(Grip("crown", "lateral", knob_at, Y, -X, ("set",), crown, 2 * crown))
    else:
        at = side[-6]
        for s in (1, -1):
            grips.append(Grip("strap", "pinch", np.array([0, s * at[0], at[1]]), Y, above(Y, 20, 3), every, width,
                              0.03))  # fmt: skip
    kind = "smart watch" if dial[:, 0].max() > 1.05 else "analogue watch"
    nouns = ("watch", "wrist watch", "wristwatch", kind)
    return assemble("watch", nouns, solids, grips, tip=tip, front=UP, up=Y)


def remote_control(rng):
    """A remote control lying on its back, keys upwards, pointing towards +X."""
    size = np.array([rng.uniform(0.12, 0.21), rng.uniform(0.036, 0.052), rng.uniform(0.014, 0.022)])
    columns, rows = int(rng.integers(2, 5)), int(rng.integers(5, 10))
    keys = (rng.uniform(-0.44, -0.3) * size[0], 0.34 * size[0], 0.38 * size[1])
    solid, parts, tops = keyed_box(size, rng.uniform(0.003, 0.006), keys, (rows, columns), rng.uniform(0.0010, 0.0018))
    power = button(0.005, 0.0018)
    power_at = np.array([0.42 * size[0], rng.choice([-0.2, 0.2]) * size[1], size[2] / 2])
    grips = [
        bar_grip(
            "body", -0.42 * size * X, 0.1 * size * X, size[1] / 2, EVERY + ("use", *SWITCH[1:], "shake"), "wrap", 35
        ),
        bar_grip("body", -0.3 * size * X, 0.3 * size * X, size[1] / 2, EVERY + ("use",), "pinch", 25),
        *press_grips("power", power_at + [0, 0, 0.0018], SWITCH),
        *press_grips("keys", tops[len(tops) // 2], ("press", "tap", "browse")),
        Grip("body", "palm", np.array([-size[0] / 2, 0, 0]), Y, X, ("push", "slide"), 0.0, 0.01),
    ]
    nouns = ("remote control", "remote", "tv remote", "television remote")
    solids = [(parts, solid), ("power", moved(power, power_at))]
    return assemble("remote_control", nouns, solids, grips, tip=size * [0.5, 0, 0])


def calculator(rng):
    """A pocket calculator lying on its back: keys and screen upwards, the screen towards +X."""
    size = np.array([rng.uniform(0.10, 0.155), rng.uniform(0.062, 0.08), rng.uniform(0.009, 0.017)])
    columns, rows = int(rng.integers(4, 6)), int(rng.integers(4, 7))
    keys = (-0.45 * size[0], 0.2 * size[0], 0.42 * size[1])
    screen = (0.27 * size[0], 0.44 * size[0], 0.40 * size[1])
    solid, parts, tops = keyed_box(size, 0.003, keys, (rows, columns), rng.uniform(0.001, 0.002), screen)
    face = size * [0, 0, 0.5]
    grips = [
        bar_grip("body", -0.35 * size * X, 0.35 * size * X, size[1] / 2, EVERY + ("use", "browse"), "pinch", 25),
        Grip("body", "two", np.zeros(3), Y, np.stack([X, -X]), BOTH + ("use",), size[0] / 2, 0.7 * size[1]),
        Grip("body", "palm", np.array([-size[0] / 2, 0, 0]), Y, X, ("push", "slide"), 0.0, 0.01),
    ]
    for row in (0, len(tops) // 2, len(tops) - 1):
        grips += press_grips("keys", tops[row], ("press", "tap", "use", *SWITCH[1:]))
    nouns = ("calculator", "pocket calculator", "desk calculator")
    return assemble("calculator", nouns, [(parts, solid)], grips, tip=face, front=UP, up=X)


def light_switch(rng):
    """A light switch in its plate, upright: its front, which faces whoever uses it, towards +X. Up is on."""
    size = np.array([rng.uniform(0.010, 0.016), rng.uniform(0.07, 0.09), rng.uniform(0.075, 0.125)])
    plate = rounded_box(size, 0.004, 0.008)
    wide, tall, lean = 0.5 * size[1] * rng.uniform(0.35, 0.75), 0.3 * size[2], np.radians(rng.uniform(4, 9))
    turn = np.array([[np.cos(lean), 0, np.sin(lean)], [0, 1, 0], [-np.sin(lean), 0, np.cos(lean)]])
    rocker = rounded_box((0.014, 2 * wide, 2 * tall), 0.003, 0.008)
    rocker = moved((rocker[0] @ turn.T, rocker[1]), (size[0] / 2, 0, 0))
    grips = []
    for s, action in ((1, "switch on"), (-1, "switch off")):
        at = turn @ [0.007, 0, s * 0.6 * tall] + [size[0] / 2, 0, 0]
        grips += [press_grip("rocker", at, ("press", "tap", action), -X, axis) for axis in (UP, Y)]
        grips.append(Grip("rocker", "palm", at, Y, -X, ("push", action), 0.0, 0.01))
    nouns = ("light switch", "switch", "wall switch")
    return assemble("light_switch", nouns, [("plate", plate), ("rocker", rocker)], grips, fixed=True)


def iron(rng):
    """A clothes iron on its sole, the point towards +X; fingers go through the handle, the palm above it."""
    length, half = rng.uniform(0.20, 0.25), rng.uniform(0.05, 0.062)
    top, high = rng.uniform(0.042, 0.055), rng.uniform(0.105, 0.125)
    thick, power = rng.uniform(0.010, 0.014), rng.uniform(0.7, 1.2)
    angle = np.arange(52) * 2 * np.pi / 52
    drop = np.stack([0.5 * length * np.cos(angle), half * np.sin(angle) * np.abs(np.sin(angle / 2)) ** power * 1.25], 1)
    profile = divided(rounded([(0.5, 0), (1.0, 0), (1.0, 0.008), (0.93, 0.010), (0.86, 0.6 * top), (0.6, top),
                               (0.2, top)],
                              [0.001, 0.001, 0.001, 0.01, 0.012]) * [0.1, 1], 0.009) / [0.1, 1]  # fmt: skip
    rings = np.zeros((len(profile), 52, 3))
    rings[..., :2] = profile[:, None, :1] * drop
    rings[..., 0] -= np.clip(profile[:, 1:] - 0.01, 0, None) * 0.35
    rings[..., 2] = profile[:, 1:]
    body = loft(rings)
    back, fore = -0.33 * length, rng.uniform(0.10, 0.17) * length
    path = bezier([(back, top - 0.02), (back - 0.01, 0.6 * high), (back - 0.004, 1.16 * high), (fore, 1.1 * high),
                   (fore + 0.02, high), (fore + 0.015, 0.7 * high), (fore - 0.01, top - 0.012)], 34)  # fmt: skip
    path = np.column_stack([path[:, 0], 0 * path[:, 0], path[:, 1]])
    handle = tube(path, 1.1 * thick, thick, 18)
    dial = button(0.008, 0.005, 0.018)
    dial_at = np.array([0.33 * length - 0.35 * top, 0, 0.88 * top])
    parts = by_height(body, "sole", 0.0095, "body")
    middle = np.array([(back + fore) / 2, 0, np.interp((back + fore) / 2, *path[8:26, [0, 2]].T)])
    hole = np.array([middle[0], 0, (middle[2] - thick + top) / 2])
    used = EVERY + ("use", "slide", "push")
    grips = [
        Grip("handle", "handle", middle, X, above(X, 35), used, thick, 0.3 * length, hole),
        Grip("handle", "wrap", middle, X, above(X, 50), used, thick, 0.3 * length),
        Grip("handle", "hook", middle, X, fan((0, 1, -0.6), X, 15, 3), HANDLING, thick, 0.3 * length),
        Grip("handle", "hook", middle, X, fan((0, -1, -0.6), X, 15, 3), HANDLING, thick, 0.3 * length),
        Grip(
            "dial",
            "tripod",
            dial_at,
            Y,
            fan((-0.25, 0, -1), Y, 12, 3),
            ("set", "turn", "switch on", "switch off"),
            0.008,
            0.02,
        ),
    ]
    solids = [(parts, body), ("handle", handle), ("dial", moved(dial, dial_at))]
    nouns = ("iron", "clothes iron", "flat iron", "steam iron")
    return assemble("iron", nouns, solids, grips, tip=np.array([0, 0, 0]))


FAMILIES = (iron, alarm_clock, binoculars, game_controller, headphones, mouse, watch, remote_control, calculator,
            light_switch)  # fmt: skip
