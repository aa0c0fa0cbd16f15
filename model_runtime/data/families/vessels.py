"""Things that hold liquid: mug, bottle, can. They stand on their base; a handle points to -X, liquid leaves at +X."""

import numpy as np

from .shape import HANDLING, Grip, Mouth, above, assemble, fan, level
from .solids import bezier, by_height, divided, lathe, rounded, tube

UP = np.array([0.0, 0.0, 1.0])
BACK = np.array([-1.0, 0.0, 0.0])
WRAP_RADIUS = 0.046  # the thickest cylinder that a hand closes around far enough to lift it


def vessel_profile(outer, wall, floor, step=0.009):
    """A profile from an outer wall (N, 2) of (radius, z), rising from the base: up outside, over the rim, down inside."""
    inner = outer[::-1] - [wall, 0]
    inner = inner[inner[:, 1] > floor + 0.3 * wall]
    if inner[-1, 1] > floor + 1e-6:
        inner = np.vstack([inner, [np.interp(floor, outer[:, 1], outer[:, 0]) - wall, floor]])
    corner = min(0.008, 0.3 * inner[-1, 0])
    inner = np.vstack([inner[:-1], rounded(np.vstack([inner[-2:], [0.3 * inner[-1, 0], floor]]), corner)[1:]])
    lip = rounded(np.vstack([outer[-2], outer[-1], inner[0], inner[1]]), wall * 0.45)[1:-1]
    return divided(np.vstack([outer[:-1], lip, inner[1:]]), step)


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


def top_grip(part, radius, top, actions=HANDLING):
    """Fingertips around an upright part, from above."""
    return Grip(part, "pinch", np.array([0, 0, top - 0.01]), np.array([0, 1.0, 0]), above((0, 1, 0), 20, 3),
                actions, radius, 2 * radius)  # fmt: skip


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
    every = HANDLING + ("drink", "pour")
    grips = [handle_grip(centre, hole, half_thick, high - low, every)]
    if radius < WRAP_RADIUS:
        grips.append(wrap_grip("body", radius_at(0.5 * height), 0.1 * height, 0.9 * height, every, BACK, 75))
    grips.append(Grip("rim", "rim", np.array([radius - wall / 2, 0, height]), np.array([0, 1.0, 0]),
                      above((0, 1, 0), 25, 3), HANDLING, wall / 2, radius))  # fmt: skip
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
    every = HANDLING + ("drink", "pour", "shake")
    grips = [
        wrap_grip("body", body_side[6, 0], 0.03, shoulder, every),
        wrap_grip("neck", neck * 1.1, shoulder + 0.6 * (neck_low - shoulder), height - 0.006, HANDLING + ("pour", "shake")),
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
    outer = rounded([(0.8 * foot, 0.003), (foot, 0), (radius, 0.7 * slope), (radius, height - slope), (neck, height - 0.002),
                     (neck, height), (neck - 0.0025, height), (neck - 0.004, height - dip), (0.4 * neck, height - dip)],
                    [0.002, 0.008, 0.008, 0.001, 0.001, 0.001, 0.001])  # fmt: skip
    solid = lathe(divided(outer, 0.008), 40)
    every = HANDLING + ("drink", "pour", "shake")
    grips = [wrap_grip("body", radius, 0.5 * slope, height - slope, every), top_grip("top", neck, height)]
    mouth = Mouth(np.array([0.55 * neck, 0, height]), UP, 0.4 * neck, np.array([[1.0, 0, 0]]))
    parts = by_height(solid, "body", height - 0.9 * slope, "top")
    return assemble("can", ("can", "soda can", "tin", "drink can", "beer can"), [(parts, solid)], grips, mouth)
