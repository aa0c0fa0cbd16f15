"""Tools, lying on the table along X: hammer, pan, torch, knife, screwdriver, brush. Handle at -X, working end at +X."""

import numpy as np

from .shape import HANDLING, HOLD, Grip, Mouth, above, assemble
from .solids import bar, bezier, divided, lathe, loft, moved, rounded, rounded_box, tube
from .vessels import hook_grip, palm_grips, press_grip, vessel_profile

UP = np.array([0.0, 0.0, 1.0])
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
USED = HANDLING + ("grab", HOLD, "use")


def bar_grip(part, start, end, radius, actions=USED, kind="wrap", spread_deg=60):
    """A grip, from above, of a bar that reaches from `start` (3,) to `end` (3,)."""
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    axis = (end - start) / np.linalg.norm(end - start)
    return Grip(part, kind, (start + end) / 2, axis, above(axis, spread_deg), actions, radius,
                float(np.linalg.norm(end - start)))  # fmt: skip


def handle_profile(length, radius, rng, waist=(0.78, 1.0)):
    """(x, radius) of a turned grip of the given length from x = -length to 0, with rounded ends."""
    thin = radius * rng.uniform(*waist)
    body = bezier(
        [(-0.93 * length, radius), (-0.6 * length, radius), (-0.4 * length, thin), (-0.02 * length, thin)], 12
    )
    end = [(-length, 0.35 * radius), (-0.992 * length, 0.7 * radius), (-0.97 * length, 0.93 * radius)]
    return np.vstack([end, body])


def hammer(rng):
    """A hammer on its side: the head lies across the end of the handle, the striking face towards +Y (its front)."""
    length, radius = rng.uniform(0.22, 0.33), rng.uniform(0.0105, 0.0145)
    face, head = rng.uniform(0.013, 0.018), rng.uniform(0.085, 0.13)
    handle = bar(divided(handle_profile(length, radius, rng), 0.012), 22, flat=rng.uniform(0.75, 0.95))
    handle[0][:, 0] += 0.5 * face
    back = rng.uniform(0.45, 0.58) * head  # from the handle to the claw's or peen's end
    knots = [
        -back,
        -0.5 * face,
        0.5 * face,
        head - back - 0.017,
        head - back - 0.013,
        head - back - 0.0015,
        head - back,
    ]
    y = np.concatenate([np.linspace(*knots[:2], 9), np.linspace(-0.35 * face, 0.5 * face, 4), [0.75 * face], knots[3:]])
    across = np.interp(y, knots, face * np.array([rng.uniform(0.7, 1.1), 0.8, 0.8, 0.7, 1.0, 1.0, 0.88]))
    thin = np.interp(y, knots, face * np.array([0.14, 0.75, 0.75, 0.7, 1.0, 1.0, 0.88]))
    if rng.uniform() < 0.7:  # a claw: thin along the handle and bent towards it
        bend, half_z, half_x = rng.uniform(0, 0.3) * back * np.clip(-y / back, 0, 1) ** 2, across, thin
    else:  # a straight peen
        bend, half_z, half_x = 0 * y, thin, across
    iron = tube(np.stack([-bend, y, 0 * y], 1), half_z, half_x, 26, side=UP, power=2.6)
    near, far = -length + 0.012, -length + min(0.125, 0.5 * length)
    grips = [
        bar_grip("handle", (near, 0, 0), (far, 0, 0), radius, USED + ("shake",)),
        bar_grip("handle", (-0.6 * length, 0, 0), (-0.25 * length, 0, 0), 0.85 * radius, HANDLING),
        bar_grip("head", (0, -0.6 * back, 0), (0, head - back, 0), 0.9 * face, HANDLING, spread_deg=30),
    ]
    nouns, solids = ("hammer", "claw hammer", "tool", "mallet"), [("handle", handle), ("head", iron)]
    return assemble("hammer", nouns, solids, grips, tip=np.array([0, head - back, 0]), front=Y)


def pan(rng):
    """A frying or sauce pan that stands on its base, with a bar handle that rises towards -X."""
    radius, height, wall = rng.uniform(0.07, 0.125), rng.uniform(0.032, 0.075), rng.uniform(0.003, 0.0045)
    base = radius * rng.uniform(0.78, 0.97)
    side = bezier([(base, 0), (radius, 0.25 * height), (radius, height)], 10)
    outer = np.vstack([rounded(np.vstack([[0.6 * base, 0], side[:2]]), 0.006), side[2:]])
    body = lathe(vessel_profile(outer, wall, floor=wall * 1.2, step=0.014), 52)
    reach, rise = rng.uniform(0.13, 0.19), rng.uniform(0.005, 0.05)
    z = rng.uniform(0.62, 0.8) * height
    start = np.interp(z, side[:, 1], side[:, 0]) - 0.4 * wall
    path = bezier(
        [(start, z), (start + 0.3 * reach, z + 0.6 * rise), (start + 0.6 * reach, z + rise), (start + reach, z + rise)],
        24,
    )
    path = np.stack([-path[:, 0], 0 * path[:, 0], path[:, 1]], 1)
    t = np.linspace(0, 1, 24)
    half_width, half_height = rng.uniform(0.009, 0.0135), rng.uniform(0.007, 0.0095)
    swell = (0.6 + 0.4 * np.clip(t / 0.35, 0, 1) ** 2 * (3 - 2 * np.clip(t / 0.35, 0, 1))) * np.sqrt(
        1 - np.clip((t - 0.9) / 0.105, 0, 1) ** 2
    )
    handle = tube(path, half_width * swell, half_height * swell, 18, power=2.5)
    every = USED + ("pour", "shake", "cook", "clean")
    grips = [bar_grip("handle", path[9], path[22], half_width, every)]
    grips.append(Grip("body", "two", np.array([0, 0, 0.6 * height]), UP, np.stack([Y, -Y]), ("lift", "place", "pass"),
                      radius, height))  # fmt: skip
    grips.append(hook_grip("handle", path[18], path[19] - path[17], above(path[19] - path[17], 60), half_width, 0.04))
    grips += palm_grips("body", np.interp(0.5 * height, side[:, 1], side[:, 0]), 0.5 * height, -X)
    mouth = Mouth(np.array([0, 0, height]), UP, radius - wall / 2, np.stack([Y, -Y]))
    nouns = ("pan", "frying pan", "skillet") if height < 0.05 else ("pan", "saucepan", "pot", "cooking pot")
    tip = np.array([0, 0, wall * 1.2])
    return assemble("pan", nouns, [("body", body), ("handle", handle)], grips, mouth, tip=tip)


def torch(rng):
    """A torch (flashlight) on its side; it shines towards +X."""
    radius, length = rng.uniform(0.0115, 0.020), rng.uniform(0.10, 0.20)
    head, head_length = radius * rng.uniform(1.15, 1.8), rng.uniform(0.03, 0.055)
    flare = rng.uniform(0.3, 0.9) * head_length
    barrel = rounded([(-length, 0.6 * radius), (-length, radius), (0, radius), (flare, head), (head_length, head),
                      (head_length, 0.86 * head), (head_length - 0.004, 0.84 * head),
                      (head_length - 0.005, 0.3 * head)],
                     [0.003, 0.006, 0.006, 0.001, 0.001, 0.001])  # fmt: skip
    points, faces = lathe(divided(barrel[:, ::-1], 0.008), 32)
    solid = (points[:, [2, 0, 1]], faces)
    button_at = -rng.uniform(0.15, 0.35) * length
    button = moved(rounded_box((0.016, 0.009, 0.006), 0.0025, step=0.006), (button_at, 0, radius + 0.0005))
    part = np.where(solid[0][faces].mean(1)[:, 0] > 0.002, "head", "barrel")
    grips = [
        bar_grip("barrel", (-length + 0.005, 0, 0), (0, 0, 0), radius, USED + ("shake", "switch on", "switch off")),
        bar_grip("head", (0.3 * head_length, 0, 0), (head_length, 0, 0), head, HANDLING, spread_deg=30),
        press_grip("button", (button_at, 0, radius + 0.0035), ("press", "switch on", "switch off"), axis=X),
        press_grip("button", (button_at, 0, radius + 0.0035), ("press", "switch on", "switch off"), axis=Y),
    ]
    nouns = ("torch", "flashlight", "flash light", "lamp")
    return assemble("torch", nouns, [(part, solid), ("button", button)], grips, tip=np.array([head_length, 0, 0]))


def knife(rng):
    """A kitchen knife lying flat: tip towards +X, edge towards -Y, the blade a little above the table."""
    length, reach = rng.uniform(0.10, 0.135), rng.uniform(0.08, 0.20)
    half_width, half_height = rng.uniform(0.0105, 0.014), rng.uniform(0.0075, 0.0095)
    profile = handle_profile(length, half_width, rng, (0.8, 1.0))
    handle = bar(divided(profile, 0.010), 22, flat=half_height / half_width, power=2.6)
    wide, thick = rng.uniform(0.018, 0.042), rng.uniform(0.0010, 0.0015)
    x = np.linspace(-0.025, reach, 30)
    t = np.clip(x / reach, 0, 1)
    spine = 0.7 * half_width - rng.uniform(0, 0.6) * wide * t**3
    edge = spine - np.maximum((wide + (spine - spine[0])) * np.sqrt(1 - 0.999 * t ** rng.uniform(2, 5)), 0.0012)
    edge[x < 0] = np.linspace(spine[0] - half_width, edge[x >= 0][0], (x < 0).sum())
    ring = np.stack([
        np.stack([edge, 0 * x - 0.0002], 1), np.stack([0.6 * edge + 0.4 * spine, 0 * x - thick], 1),
        np.stack([spine, 0 * x - thick], 1), np.stack([spine, 0 * x + thick], 1),
        np.stack([0.6 * edge + 0.4 * spine, 0 * x + thick], 1), np.stack([edge, 0 * x + 0.0002], 1),
    ], 1)  # fmt: skip
    blade = loft(np.concatenate([np.broadcast_to(x[:, None, None], (30, 6, 1)), ring], 2))
    grips = [
        bar_grip("handle", (-length + 0.005, 0, 0), (0, 0, 0), half_width, USED + ("cut", "chop", "peel")),
        bar_grip("handle", (-length + 0.005, 0, 0), (0, 0, 0), half_width, HANDLING + ("cut", "peel"), "pinch", 30),
        bar_grip("handle", (-0.6 * length, 0, 0), (0, 0, 0), half_width, HANDLING, "lateral", 30),
    ]
    nouns = ("knife", "kitchen knife", "bread knife", "chef's knife")
    return assemble("knife", nouns, [("handle", handle), ("blade", blade)], grips,
                    tip=np.array([0.5 * reach, np.interp(0.5 * reach, x, edge), 0]), up=Y)  # fmt: skip


def screwdriver(rng):
    """A screwdriver on its side; the flat tip towards +X."""
    length, radius = rng.uniform(0.085, 0.12), rng.uniform(0.0115, 0.0165)
    reach, shaft = rng.uniform(0.07, 0.15), rng.uniform(0.0024, 0.004)
    points, faces = bar(divided(handle_profile(length, radius, rng, (0.65, 0.9)), 0.008), 36)
    angle = np.arctan2(points[:, 2], points[:, 1])
    along = np.clip((points[:, 0] + 0.95 * length) / (0.1 * length), 0, 1) * np.clip(
        -(points[:, 0] + 0.2 * length) / (0.1 * length), 0, 1
    )
    points[:, 1:] *= (1 - 0.06 * along * (1 + np.cos(6 * angle)))[:, None]
    rod = divided(
        np.array([(-0.02, shaft), (reach - 0.014, shaft), (reach - 0.006, 1.2 * shaft), (reach, shaft)]), 0.010
    )
    tip = np.interp(rod[:, 0], [reach - 0.014, reach - 0.004, reach], [1, 0.3, 0.2])
    path = np.stack([rod[:, 0], 0 * rod[:, 0], 0 * rod[:, 0]], 1)
    blade = tube(path, rod[:, 1], rod[:, 1] * tip, 16)
    start, end = (-length + 0.004, 0, 0), (-0.004, 0, 0)
    screwed = USED + ("screw",)
    grips = [
        bar_grip("handle", start, end, radius, screwed),
        bar_grip("handle", start, end, radius, screwed, "tripod", 40),
        bar_grip("shaft", (0.02, 0, 0), (reach - 0.02, 0, 0), shaft, (HOLD, "hand over"), "pinch", 40),
    ]
    solids = [("handle", (points, faces)), ("shaft", blade)]
    return assemble("screwdriver", ("screwdriver", "screw driver", "tool"), solids, grips, tip=np.array([reach, 0, 0]))


def brush(rng):
    """A flat paint brush on its side; bristles towards +X."""
    length, radius = rng.uniform(0.11, 0.16), rng.uniform(0.009, 0.0125)
    wide, thick, bristle = rng.uniform(0.016, 0.032), rng.uniform(0.008, 0.011), rng.uniform(0.035, 0.06)
    profile = divided(handle_profile(length, radius, rng, (0.9, 1.0)), 0.010)
    grow = np.clip(1 + (profile[:, 0] + 0.012) / (0.3 * length), 0, 1) ** 2
    path = np.stack([profile[:, 0], 0 * grow, 0 * grow], 1)
    handle = tube(path, profile[:, 1] + grow * (wide - 0.002 - profile[:, 1]).clip(0),
                  profile[:, 1] * 0.8 + grow * (0.9 * thick - 0.8 * profile[:, 1]), 22, power=2.5)  # fmt: skip
    x = np.linspace(-0.008, bristle + 0.028, 14)
    spread = np.interp(x, [0.028, 0.05, bristle + 0.028], [1, 1.05, 0.9])
    thin = np.interp(x, [0.028, bristle + 0.028], [0.95, 0.3])
    hair = tube(np.stack([x, 0 * x, 0 * x], 1), 0.95 * wide * spread, thick * thin, 26, power=4)
    ferrule = moved(rounded_box((0.034, 2 * wide + 0.001, 2 * thick + 0.001), 0.003, step=0.007), (0.012, 0, 0))
    start, end = (-length + 0.005, 0, 0), (-0.2 * length, 0, 0)
    painted = USED + ("brush",)
    grips = [
        bar_grip("handle", start, end, radius, painted),
        bar_grip("handle", start, end, radius, painted, "tripod", 40),
        bar_grip("handle", start, end, radius, HANDLING + ("brush",), "lateral", 30),
    ]
    nouns, solids = ("brush", "paint brush", "paintbrush"), [("handle", handle), ("ferrule", ferrule),
                                                             ("bristles", hair)]  # fmt: skip
    return assemble("brush", nouns, solids, grips, tip=np.array([x[-1], 0, 0]))


FAMILIES = (hammer, pan, torch, knife, screwdriver, brush)
