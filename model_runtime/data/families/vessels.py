"""Things that hold something: mug, cup, bottle, can, bowl, jug, teapot, wineglass, jar, spray bottle.

They stand on their base; a handle points to -X, liquid leaves at +X.
"""

import numpy as np

from .shape import HANDLING, HOLD, TWO_HANDED, Grip, Mouth, above, assemble, fan, level
from .solids import bar, bezier, by_height, circle, divided, lathe, loft, moved, rounded, rounded_box, squircle, tube

UP = np.array([0.0, 0.0, 1.0])
BACK = np.array([-1.0, 0.0, 0.0])
Y = np.array([0.0, 1.0, 0.0])
EVERY = HANDLING + ("grab", HOLD)  # what a firm grasp with one hand serves
BOTH = TWO_HANDED + ("grab",)
WRAP_RADIUS = 0.046  # the thickest cylinder that a hand closes around far enough to lift it


def vessel_profile(outer, wall, floor, step=0.009):
    """A profile up the outer wall (N, 2) of (radius, z), over the rim and down the inside to the floor."""
    inner = outer[::-1] - [wall, 0]
    inner = inner[inner[:, 1] > floor + 0.3 * wall]
    if inner[-1, 1] > floor + 1e-6:
        inner = np.vstack([inner, [np.interp(floor, outer[:, 1], outer[:, 0]) - wall, floor]])
    corner = min(0.008, 0.3 * inner[-1, 0])
    inner = np.vstack([inner[:-1], rounded(np.vstack([inner[-2:], [0.3 * inner[-1, 0], floor]]), corner)[1:]])
    return divided(np.vstack([outer[:-1], lip(outer[-2:], inner[:2], wall), inner[1:]]), step)


def lip(outer, inner, wall):
    """The rounded edge between the top of an outer wall (2, 2), upwards, and of an inner wall (2, 2), downwards."""
    return rounded(np.vstack([outer, inner]), wall * 0.45)[1:-1]


def loop_handle(radius_at, wall, low, high, depth, half_width, half_thick, sag=0.0, count=28):
    """A loop at -X whose ends are buried in the wall. Returns (solid, grip centre, hole centre).

    radius_at(z) is the vessel's outer radius; low and high are the heights of the ends; depth is how far the bar's
    middle stands off the wall; sag drops the outermost point.
    """
    r_high, r_low = radius_at(high) - 0.35 * wall, radius_at(low) - 0.35 * wall
    reach = max(radius_at(high), radius_at(low)) + depth
    curve = bezier([
        (r_high, high), (r_high + 0.8 * depth, high + 0.002), (1.28 * reach - 0.28 * r_high, high - sag),
        (1.28 * reach - 0.28 * r_low, low - sag), (r_low + 0.8 * depth, low - 0.002), (r_low, low),
    ], count)  # fmt: skip
    path = np.stack([-curve[:, 0], 0 * curve[:, 0], curve[:, 1]], 1)
    flare = 1 + 0.25 * (2 * np.linspace(0, 1, count) - 1) ** 6
    solid = tube(path, half_width * flare, half_thick, segments=14)
    centre = path[np.argmin(path[:, 0])]
    hole_x = (centre[0] + half_thick - radius_at(centre[2])) / 2
    return solid, centre, np.array([hole_x, 0, centre[2]])


def handle_grip(centre, hole, half_thick, length, actions):
    """Fingers through a loop at -X, palm outside it."""
    return Grip("handle", "handle", centre, UP, fan((1, 0, 0), UP, 50), actions, half_thick, length, hole)


def wrap_grip(part, radius, low, high, actions, away_from=None, gap_deg=60):
    """A hand around an upright part that reaches from z = low to high."""
    middle = np.array([0, 0, (low + high) / 2])
    return Grip(part, "wrap", middle, UP, level(12, away_from, gap_deg), actions, radius, high - low)


def hook_grip(part, centre, axis, approach, half_thick, length, actions=HANDLING):
    """Fingers bent around a bar, the thumb idle."""
    return Grip(part, "hook", np.asarray(centre, np.float64), axis, approach, actions, half_thick, length)


def palm_grips(part, radius, height, away_from=None, actions=("push", "slide")):
    """The flat hand against an upright part, thumb side up, from each of four sides where it is free."""
    return [Grip(part, "palm", np.array([0, 0, height]) - radius * way, UP, way, actions, 0.0, 0.02)
            for way in level(4, away_from)]  # fmt: skip


def press_grip(part, point, actions=("tap",), approach=(0, 0, -1), axis=Y):
    """A fingertip on a point of the surface."""
    return Grip(part, "press", np.asarray(point, np.float64), np.asarray(axis, np.float64), approach, actions, 0.0,
                0.01)  # fmt: skip


def under_grip(part, low, width):
    """The open palm under a flat bottom at height `low`, once it is in the air."""
    return Grip(part, "platform", np.array([0, 0, low]), Y, fan(UP, Y, 15, 3), ("hand over", HOLD), 0.0, width)


def top_grip(part, radius, top, actions=HANDLING):
    """Fingertips around an upright part, from above."""
    return Grip(part, "pinch", np.array([0, 0, top - 0.01]), np.array([0, 1.0, 0]), above((0, 1, 0), 20, 3),
                actions, radius, 2 * radius)  # fmt: skip


def rim_grip(radius, wall, top, actions=HANDLING):
    """Thumb inside and fingers outside the wall, from above, where the rim is nearest to +X."""
    return Grip("rim", "rim", np.array([radius, 0, top - 0.008]), np.array([0, 1.0, 0]), above((0, 1, 0), 25, 3),
                actions, wall / 2, radius)  # fmt: skip


def two_grip(part, radius, middle, length, actions=BOTH):
    """Both hands on an upright part from its +Y and -Y sides."""
    return Grip(
        part, "two", np.array([0, 0, middle]), UP, np.array([[0, 1.0, 0], [0, -1.0, 0]]), actions, radius, length
    )


def mug(rng):
    """A mug with a loop handle at -X; one drinks over its +Y or -Y side."""
    height, radius, wall = rng.uniform(0.075, 0.12), rng.uniform(0.034, 0.047), rng.uniform(0.0032, 0.005)
    base, belly = radius * rng.uniform(0.72, 1.02), radius * rng.uniform(-0.05, 0.10)
    side = bezier([(base, 0), ((base + radius) / 2 + 2 * belly, 0.5 * height), (radius, height)], 14)
    outer = np.vstack([rounded(np.vstack([[0.6 * base, 0], side[:2]]), 0.006), side[2:]])
    body = lathe(vessel_profile(outer, wall, floor=wall * 1.2))

    def radius_at(z):
        return np.interp(z, side[:, 1], side[:, 0])

    low, high = height * rng.uniform(0.14, 0.26), height * rng.uniform(0.78, 0.88)
    depth, half_width, half_thick = rng.uniform(0.027, 0.040), rng.uniform(0.0045, 0.008), rng.uniform(0.0035, 0.005)
    handle, centre, hole = loop_handle(radius_at, wall, low, high, depth, half_width, half_thick,
                                       sag=rng.uniform(-0.004, 0.010))  # fmt: skip
    every = EVERY + ("drink", "pour", "toast")
    grips = [handle_grip(centre, hole, half_thick, high - low, every)]
    if radius_at(0.5 * height) < WRAP_RADIUS:
        grips.append(wrap_grip("body", radius_at(0.5 * height), 0.1 * height, 0.9 * height, every + ("clean",), BACK,
                               75))  # fmt: skip
    grips.append(rim_grip(radius - wall / 2, wall, height))
    grips.append(hook_grip("handle", centre, UP, fan((1, 0, 0), UP, 40), half_thick, high - low, HANDLING + ("drink",)))
    grips += palm_grips("body", radius_at(0.5 * height), 0.5 * height, BACK)
    grips.append(under_grip("body", 0, base))
    mouth = Mouth(np.array([0, 0, height]), UP, radius - wall / 2, np.array([[0, 1.0, 0], [0, -1.0, 0]]))
    solids = [(by_height(body, "body", 0.92 * height, "rim"), body), ("handle", handle)]
    return assemble("mug", ("mug", "coffee mug", "cup", "coffee cup", "tea mug"), solids, grips, mouth)


def bottle(rng):
    """A full bottle: solid, with a recess at its mouth. Parts: body, neck, mouth."""
    height, radius = rng.uniform(0.16, 0.30), rng.uniform(0.025, 0.042)
    neck, lip = rng.uniform(0.0115, 0.0165), rng.uniform(0.0010, 0.0025)
    neck_top = height - rng.uniform(0.012, 0.02)
    shoulder = height * rng.uniform(0.50, 0.68)
    neck_low = min(shoulder + radius * rng.uniform(0.9, 1.9), height * 0.84)
    waist = radius * rng.uniform(0.88, 1.0)
    body_side = bezier([(radius, 0.012), (radius, 0.25 * shoulder), (2 * waist - radius, 0.5 * shoulder),
                        (radius, 0.75 * shoulder), (radius, shoulder)], 12)  # fmt: skip
    slope = bezier([(radius, shoulder), (radius, shoulder + 0.45 * (neck_low - shoulder)),
                    (neck, neck_low - 0.45 * (neck_low - shoulder)), (neck, neck_low)], 14)  # fmt: skip
    foot = rounded([(0.7 * radius, 0), (radius, 0), (radius, 0.012)], 0.008)
    rim = rounded([(neck, neck_low), (neck, neck_top), (neck + lip, neck_top + 0.002), (neck + lip, height),
                   (neck - 0.0035, height), (neck - 0.0035, height - 0.025)], 0.0012)  # fmt: skip
    solid = lathe(divided(np.vstack([foot[:-1], body_side, slope[1:], rim[1:]]), 0.009), 40)
    every = EVERY + ("drink", "pour", "shake", "toast", "clean")
    grips = [
        wrap_grip("body", body_side[6, 0], 0.03, shoulder, every),
        wrap_grip(
            "neck", neck * 1.1, shoulder + 0.6 * (neck_low - shoulder), height - 0.006, HANDLING + ("pour", "shake")
        ),
        *palm_grips("body", body_side[6, 0], body_side[6, 1]),
        press_grip("body", [body_side[6, 0], 0, body_side[6, 1]], approach=BACK),
    ]
    mouth = Mouth(np.array([0, 0, height]), UP, neck, -level(8))
    parts = by_height(solid, "body", shoulder + 0.5 * (neck_low - shoulder), "neck", neck_top, "mouth")
    nouns = ("bottle", "water bottle", "glass bottle") + (("wine bottle",) if height > 0.26 else ())
    return assemble("bottle", nouns, [(parts, solid)], grips, mouth)


def can(rng):
    """A drinks can, full; the opening lies towards +X on the top."""
    radius, height = rng.uniform(0.025, 0.037), rng.uniform(0.088, 0.168)
    height = max(height, 2.3 * radius)
    neck, foot = radius * rng.uniform(0.78, 0.9), radius * rng.uniform(0.72, 0.85)
    slope, dip = 0.3 * radius, 0.003
    outer = rounded([(0.8 * foot, 0.003), (foot, 0), (radius, 0.7 * slope), (radius, height - slope),
                     (neck, height - 0.002),
                     (neck, height), (neck - 0.0025, height), (neck - 0.004, height - dip), (0.4 * neck, height - dip)],
                    [0.002, 0.008, 0.008, 0.001, 0.001, 0.001, 0.001])  # fmt: skip
    solid = lathe(divided(outer, 0.008), 40)
    every = EVERY + ("drink", "pour", "shake", "toast")
    grips = [wrap_grip("body", radius, 0.5 * slope, height - slope, every), top_grip("top", neck, height)]
    grips += [*palm_grips("body", radius, 0.5 * height), press_grip("top", [0, 0, height - dip])]
    mouth = Mouth(np.array([0.55 * neck, 0, height]), UP, 0.4 * neck, np.array([[1.0, 0, 0]]))
    parts = by_height(solid, "body", height - 0.9 * slope, "top")
    return assemble("can", ("can", "soda can", "tin", "drink can", "beer can"), [(parts, solid)], grips, mouth)


def cup(rng):
    """A cup without a handle, or a tumbler: straight or flaring; one drinks anywhere over its rim."""
    height, radius, wall = rng.uniform(0.07, 0.15), rng.uniform(0.030, 0.044), rng.uniform(0.0025, 0.0045)
    base = radius * rng.uniform(0.65, 1.0)
    side = bezier([(base, 0), ((base + radius) / 2 * rng.uniform(0.95, 1.1), 0.5 * height), (radius, height)], 14)
    outer = np.vstack([rounded(np.vstack([[0.6 * base, 0], side[:2]]), 0.004), side[2:]])
    solid = lathe(vessel_profile(outer, wall, floor=wall * rng.uniform(1.2, 3), step=0.011), 44)
    every = EVERY + ("drink", "pour", "toast", "clean")
    middle = np.interp(0.5 * height, side[:, 1], side[:, 0])
    grips = [
        wrap_grip("body", middle, 0.1 * height, 0.9 * height, every),
        rim_grip(radius - wall / 2, wall, height),
        *palm_grips("body", middle, 0.5 * height),
        under_grip("body", 0, base),
    ]
    mouth = Mouth(np.array([0, 0, height]), UP, radius - wall / 2, -level(8))
    parts = by_height(solid, "body", 0.92 * height, "rim")
    return assemble("cup", ("cup", "tumbler", "glass", "beaker", "paper cup"), [(parts, solid)], grips, mouth)


def bowl(rng):
    """A bowl on a small foot: held at its rim, or with both hands from its sides."""
    radius, wall = rng.uniform(0.055, 0.10), rng.uniform(0.0035, 0.005)
    height, foot = radius * rng.uniform(0.55, 1.0), radius * rng.uniform(0.35, 0.5)
    rise = 0.08 * height
    swell = rng.uniform(0.75, 1.0)
    side = bezier(
        [(foot, rise), (swell * radius, rise), (radius, (1.1 - swell) * height + 0.2 * height), (radius, height)], 18
    )
    outer = np.vstack([rounded([(0.7 * foot, 0), (foot, 0), (foot, rise)], 0.002), side[1:]])
    solid = lathe(vessel_profile(outer, wall, floor=rise + wall), 56)
    two = Grip("body", "two", np.array([0, 0, 0.55 * height]), UP, level(12), BOTH + ("drink", "pour"),
               np.interp(0.55 * height, outer[:, 1], outer[:, 0]), 0.8 * height)  # fmt: skip
    mouth = Mouth(np.array([0, 0, height]), UP, radius - wall / 2, -level(8))
    parts = by_height(solid, "body", height - 0.008, "rim")
    nouns = ("bowl", "cereal bowl", "soup bowl", "dish", "salad bowl")
    grips = [rim_grip(radius - wall / 2, wall, height, EVERY + ("pour", "clean")), two]
    grips += [under_grip("body", 0, foot), *palm_grips("body", np.interp(0.7 * height, outer[:, 1], outer[:, 0]),
                                                       0.7 * height)]  # fmt: skip
    return assemble("bowl", nouns, [(parts, solid)], grips, mouth)


def jug(rng):
    """A jug with a loop handle at -X and a lip drawn out towards +X."""
    height, radius, wall = rng.uniform(0.13, 0.22), rng.uniform(0.045, 0.065), rng.uniform(0.0038, 0.0055)
    base, neck = radius * rng.uniform(0.75, 1.0), radius * rng.uniform(0.65, 0.95)
    side = bezier([(base, 0), (radius * 1.15, 0.3 * height), (0.95 * neck, 0.75 * height), (neck, height)], 22)
    outer = np.vstack([rounded(np.vstack([[0.6 * base, 0], side[:2]]), 0.006), side[2:]])
    points, faces = lathe(vessel_profile(outer, wall, floor=wall * 1.3, step=0.014), 44)
    angle, rise = np.arctan2(points[:, 1], points[:, 0]), np.clip(points[:, 2] / height, 0, 1)
    pull = rng.uniform(0.012, 0.024)
    pulled = (pull * rise**10 * np.exp(-((angle / 0.4) ** 2)))[:, None] * [1, 0, 0.25]
    body = (points + pulled, faces)

    def radius_at(z):
        return np.interp(z, side[:, 1], side[:, 0])

    low, high = height * rng.uniform(0.2, 0.32), height * rng.uniform(0.8, 0.9)
    half_width, half_thick = rng.uniform(0.006, 0.010), rng.uniform(0.0045, 0.0065)
    handle, centre, hole = loop_handle(radius_at, wall, low, high, rng.uniform(0.036, 0.048), half_width, half_thick)
    grips = [handle_grip(centre, hole, half_thick, high - low, EVERY + ("pour",))]
    middle = 0.45 * height
    grips.append(two_grip("body", radius_at(middle), middle, 0.6 * height, BOTH + ("pour",)))
    grips.append(hook_grip("handle", centre, UP, fan((1, 0, 0), UP, 40), half_thick, high - low))
    grips += palm_grips("body", radius_at(middle), middle, BACK)
    grips.append(under_grip("body", 0, base))
    mouth = Mouth(np.array([0, 0, height]), UP, neck + pull, np.array([[1.0, 0, 0]]))
    solids = [(by_height((points, faces), "body", 0.94 * height, "rim"), body), ("handle", handle)]
    return assemble("jug", ("jug", "pitcher", "water jug", "milk jug"), solids, grips, mouth)


def teapot(rng):
    """A full teapot with its lid on: loop handle at -X, spout towards +X."""
    radius = rng.uniform(0.052, 0.075)
    height, base, opening = (
        radius * rng.uniform(1.25, 1.7),
        radius * rng.uniform(0.6, 0.8),
        radius * rng.uniform(0.45, 0.6),
    )
    side = bezier([(base, 0), (1.35 * radius, 0.25 * height), (1.2 * radius, 0.95 * height), (opening, height)], 22)
    knob, knob_height = rng.uniform(0.008, 0.012), rng.uniform(0.016, 0.024)
    lid = bezier(
        [(opening, height), (opening, height + 0.012), (0.5 * knob, height + 0.008), (0.5 * knob, height + 0.014)], 8
    )
    top = bezier(
        [
            lid[-1],
            (2 * knob, lid[-1, 1]),
            (1.2 * knob, lid[-1, 1] + knob_height),
            (0.1 * knob, lid[-1, 1] + knob_height),
        ],
        9,
    )
    profile = np.vstack(
        [[0.6 * base, 0], side, [opening + 0.002, height + 0.001], [opening, height + 0.004], lid[2:], top[1:]]
    )
    body = lathe(divided(profile, 0.011), 44)

    def radius_at(z):
        return np.interp(z, side[:, 1], side[:, 0])

    start, reach = rng.uniform(0.3, 0.4) * height, rng.uniform(0.045, 0.07)
    r = radius_at(start)
    tip = np.array([r + reach, rng.uniform(0.92, 1.02) * height])
    path = bezier([(r - 0.012, start), (r + 0.6 * reach, start), (r + 0.7 * reach, 0.75 * tip[1]), tip], 16)
    thick = np.linspace(0.018, 0.0075, 16)
    spout = tube(np.stack([path[:, 0], 0 * thick, path[:, 1]], 1), thick, thick, 18)
    low, high = height * rng.uniform(0.2, 0.3), height * rng.uniform(0.74, 0.85)
    half_width, half_thick = rng.uniform(0.006, 0.009), rng.uniform(0.0045, 0.006)
    handle, centre, hole = loop_handle(radius_at, 0.016, low, high, rng.uniform(0.036, 0.046), half_width, half_thick)
    grips = [
        handle_grip(centre, hole, half_thick, high - low, EVERY + ("pour",)),
        hook_grip("handle", centre, UP, fan((1, 0, 0), UP, 40), half_thick, high - low),
        two_grip("body", radius_at(0.45 * height), 0.45 * height, 0.5 * height, BOTH),
        press_grip("lid", [0, 0, profile[-1, 1]], (HOLD, "tap")),
        Grip("lid", "tripod", np.array([0, 0, profile[-1, 1] - 0.5 * knob_height]), np.array([0, 1.0, 0]),
             above((0, 1, 0), 20, 3), ("inspect",), knob, 2 * knob),
    ]  # fmt: skip
    out = path[-1] - path[-2]
    axis = np.array([out[0], 0, out[1]]) / np.linalg.norm(out)
    mouth = Mouth(np.array([tip[0], 0, tip[1]]), axis, 0.0075, np.array([[axis[2], 0, -axis[0]]]))
    solids = [(by_height(body, "body", height + 0.0005, "lid"), body), ("spout", spout), ("handle", handle)]
    return assemble("teapot", ("teapot", "tea pot", "pot of tea"), solids, grips, mouth)


def wineglass(rng):
    """A glass on a stem: foot, stem, bowl."""
    foot, stem = rng.uniform(0.030, 0.038), rng.uniform(0.0035, 0.0055)
    stem_top, bowl_height = rng.uniform(0.075, 0.11), rng.uniform(0.065, 0.11)
    radius, wall = rng.uniform(0.029, 0.043), rng.uniform(0.0022, 0.003)
    rim, height = radius * rng.uniform(0.75, 1.0), stem_top + bowl_height
    base = bezier([(foot, 0.003), (0.3 * foot, 0.006), (stem, 0.010), (stem, 0.03)], 10)
    shaft = divided(np.array([(stem, 0.03), (stem, stem_top - 0.012)]), 0.01)
    side = bezier([(stem, stem_top - 0.012), (stem, stem_top), (1.45 * radius, stem_top + 0.02),
                   (1.05 * radius, height - 0.02),
                   (rim, height)], 22)  # fmt: skip
    outer = np.vstack([[0.5 * foot, 0], [0.97 * foot, 0], base, shaft[1:], side[1:]])
    inner = np.stack([side[:, 0] - wall, side[:, 1]], 1)
    inner = inner[inner[:, 1] > stem_top + 0.006][::-1]
    inner = np.vstack([inner, [0.25 * inner[-1, 0], stem_top + 0.004]])
    solid = lathe(divided(np.vstack([outer[:-1], lip(outer[-2:], inner[:2], wall), inner[1:]]), 0.010), 40)
    every = EVERY + ("drink", "pour", "toast")
    widest = side[np.argmax(side[:, 0])]
    grips = [
        wrap_grip("stem", stem, 0.02, stem_top, every),
        wrap_grip("bowl", widest[0], stem_top + 0.01, height - 0.01, every + ("clean",)),
        Grip("stem", "tripod", np.array([0, 0, 0.75 * stem_top]), UP, level(12), every, stem, 0.5 * stem_top),
    ]
    grips[1].centre = np.array([0, 0, widest[1]])
    mouth = Mouth(np.array([0, 0, height]), UP, rim - wall / 2, -level(8))
    parts = by_height(solid, "foot", 0.012, "stem", stem_top, "bowl")
    return assemble(
        "wineglass", ("wine glass", "wineglass", "glass", "glass of wine", "goblet"), [(parts, solid)], grips, mouth
    )


def jar(rng):
    """A jar with its lid screwed on, full; round or rounded square."""
    radius, height = rng.uniform(0.028, 0.045), rng.uniform(0.055, 0.14)
    lid, lid_height = radius * rng.uniform(0.85, 1.04), rng.uniform(0.013, 0.022)
    top = height - lid_height
    neck = 0.9 * min(lid, radius)
    profile = divided(np.vstack([
        rounded([(0.7 * radius, 0), (radius, 0), (radius, top - 0.006), (neck, top - 0.001), (neck, top)],
                [0.007, 0.01, 0.002]),
        rounded([(0.96 * neck, top + 0.0008), (lid, top + 0.001), (lid, height), (0.5 * lid, height)], 0.002),
    ]), 0.008)  # fmt: skip
    square = squircle(44, rng.choice([2.0, 2.0, 4.5]))
    blend = np.clip((top - profile[:, 1]) / 0.012, 0, 1)[:, None, None]
    rings = np.empty((len(profile), 44, 3))
    rings[..., :2] = profile[:, None, :1] * (blend * square + (1 - blend) * circle(44))
    rings[..., 2] = profile[:, None, 1]
    solid = loft(rings)
    grips = [
        wrap_grip("body", radius, 0.01, top, EVERY + ("shake", "clean")),
        top_grip("lid", lid, height, HANDLING + (HOLD,)),
        *palm_grips("body", radius, 0.5 * top),
        press_grip("lid", [0, 0, height]),
    ]
    solids = [(by_height(solid, "body", top + 0.0004, "lid"), solid)]
    return assemble("jar", ("jar", "jam jar", "pot", "glass jar", "container"), solids, grips)


def spray(rng):
    """A spray bottle, full: the trigger and the nozzle point to +X; one holds its neck from behind, or its body."""
    radius, shoulder = rng.uniform(0.028, 0.041), rng.uniform(0.11, 0.16)
    neck, neck_height = rng.uniform(0.012, 0.016), rng.uniform(0.045, 0.065)
    collar = shoulder + 0.55 * radius
    body = np.vstack([
        rounded([(0.7 * radius, 0), (radius, 0), (radius, 0.02)], 0.008),
        bezier([(radius, 0.03), (radius * rng.uniform(0.85, 1.0), 0.5 * shoulder), (radius, shoulder)], 10),
        bezier([(radius, shoulder + 0.002), (radius, collar), (neck, collar - 0.1 * radius),
                (neck, collar + 0.008)], 10)[1:],
        [(neck, collar + neck_height)],
    ])  # fmt: skip
    head_size = np.array([rng.uniform(0.065, 0.09), 2 * neck * rng.uniform(0.9, 1.1), rng.uniform(0.022, 0.03)])
    head_at = np.array([0.20 * head_size[0], 0, collar + neck_height + 0.3 * head_size[2]])
    nozzle_x = head_at[0] + head_size[0] / 2
    nozzle = bar([(nozzle_x - 0.01, 0.007), (nozzle_x + 0.008, 0.007), (nozzle_x + 0.012, 0.005)], 16)
    drop = rng.uniform(0.035, 0.045)
    path = bezier(
        [
            (0.62 * nozzle_x, 0),
            (0.72 * nozzle_x, -0.5 * drop),
            (0.62 * nozzle_x, -0.7 * drop),
            (0.85 * nozzle_x, -drop),
        ],
        12,
    )
    path = np.stack([path[:, 0], 0 * path[:, 0], path[:, 1] + head_at[2] - 0.2 * head_size[2]], 1)
    solids = [
        ("body", lathe(divided(body, 0.010), 36)),
        ("head", moved(rounded_box(head_size, 0.008), head_at)),
        ("head", moved(nozzle, (0, 0, head_at[2]))),
        ("trigger", tube(path, 0.005, 0.003, 12)),
    ]
    solids[0] = (by_height(solids[0][1], "body", collar - 0.02 * radius, "neck"), solids[0][1])
    every = EVERY + ("shake", "use", "squeeze")
    low, high = collar, head_at[2] - head_size[2] / 2
    behind = Grip(
        "neck", "wrap", np.array([0, 0, (low + high) / 2]), UP, fan((1, 0, 0), UP, 50), every, neck, high - low
    )
    neck_middle = np.array([0, 0, (low + high) / 2])
    grips = [
        behind,
        wrap_grip("body", radius, 0.02, shoulder, EVERY + ("shake", "clean")),
        hook_grip("neck", neck_middle, UP, np.stack([Y, -Y]), neck, high - low),
        *palm_grips("body", np.interp(0.5 * shoulder, body[:, 1], body[:, 0]), 0.5 * shoulder),
    ]
    tip = np.array([nozzle_x + 0.012, 0, head_at[2]])
    nouns = ("spray bottle", "spray", "cleaner", "sprayer", "dispenser")
    return assemble("spray", nouns, solids, grips, tip=tip)


FAMILIES = (mug, bottle, can, cup, bowl, jug, teapot, wineglass, jar, spray)
