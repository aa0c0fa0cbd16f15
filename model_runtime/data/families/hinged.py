"""Things with a lid, a cap, a cover or two legs: one joint. They stand or lie as closed; positive angles open.

What is opened towards a person has its front at -Y and its hinge at the back; a tool's working end is at +X.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from .shape import HANDLING, HOLD, TWO_HANDED, Grip, Hinge, above, assemble, fan
from .solids import bar, bezier, divided, lathe, loft, moved, rounded

UP = np.array([0.0, 0.0, 1.0])
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
MOVED = ("open", "close")
HELD = HANDLING + (HOLD, "grab")
GAP = 0.0006  # between the part that turns and what it rests on
BACK_HINGE = -X  # turning about it lifts what lies at -Y of the hinge


def turned(solid, angles_deg, order="xyz"):
    """The solid, turned about the fixed axes in `order`."""
    return Rotation.from_euler(order, angles_deg, degrees=True).apply(solid[0]), solid[1]


def box_outline(width, depth, corner, cuts=6):
    """inset -> (M, 2): a rectangle about the origin with rounded corners, pulled in by `inset`; cuts: pieces of a side."""
    half = np.array([width, depth]) / 2
    cuts = np.ceil(cuts * half / half.max()).astype(int)
    arc = np.radians(np.linspace(0, 90, 4))[:, None]

    def outline(inset):
        radius = max(corner - inset, 0.0004)
        reach, points = half - inset - radius, []
        for k, sign in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
            angle = arc + k * np.pi / 2
            points.append(reach * sign + radius * np.concatenate([np.cos(angle), np.sin(angle)], 1))
            after = reach * ((-1, 1), (-1, -1), (1, -1), (1, 1))[k] + radius * np.array([(0, 1), (-1, 0), (0, -1), (1, 0)][k])
            points.append(np.linspace(points[-1][-1], after, cuts[k % 2] + 1)[1:-1])
        return np.concatenate(points)

    outline.inner = 0.5 * half.min()
    return outline


def round_outline(radius, segments=36, stretch=(1.0, 1.0), power=2.0):
    """inset -> (M, 2): a circle, an ellipse or a superellipse, pulled in by `inset`."""
    angle = np.arange(segments) * 2 * np.pi / segments
    unit = np.stack([np.cos(angle), np.sin(angle)], 1)
    unit /= ((np.abs(unit) ** power).sum(1) ** (1 / power))[:, None]

    def outline(inset):
        return unit * (radius * np.asarray(stretch) - inset)

    outline.inner = 0.5 * radius * min(stretch)
    return outline


def slab(outline, profile, step=0.03):
    """A solid of stacked outlines: profile (N, 2) of (inset, z), up the outer wall and, if hollow, down the inner one."""
    profile = divided(np.asarray(profile, np.float64), step)
    return loft(np.stack([np.column_stack([ring, np.full(len(ring), z)])
                          for ring, z in ((outline(inset), z) for inset, z in profile)]))  # fmt: skip


def block(outline, height, bevel=0.001, step=0.03):
    """A flat-topped solid from z = 0 to height with its edges rounded over `bevel`."""
    inner = outline.inner
    return slab(outline, rounded([(inner, 0), (0, 0), (0, height), (inner, height)], bevel, 2), step)


def tray(outline, height, wall, floor, bevel=0.002, crown=0.0, step=0.03):
    """An open container from z = 0 to height; its underside bulges by `crown`."""
    inner = outline.inner
    foot = rounded([(inner, 0), (0, 0), (0, 0.5 * height)], bevel, 2)
    if crown:
        foot = bezier([(inner, 0), (0.3 * inner, 0), (0, 0), (0, crown)], 7)
    rim = rounded([foot[-1], (0, height), (wall, height), (wall, floor), (inner, floor)],
                  [0.4 * wall, 0.4 * wall, min(0.004, 0.3 * (height - floor))], 2)  # fmt: skip
    return slab(outline, np.vstack([foot[:-1], rim]), step)


def overturned(solid, height):
    """A solid that stands from z = 0 to height, upside down."""
    return solid[0] * [1, -1, -1] + [0, 0, height], solid[1]


def rod(start, end, radius, segments=16):
    """A round rod with rounded ends from start (3,) to end (3,)."""
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    length = np.linalg.norm(end - start)
    bevel = min(0.3 * radius, 0.2 * length)
    profile = np.array([(0, radius - bevel), (bevel, radius), (length - bevel, radius), (length, radius - bevel)])
    points, faces = bar(divided(profile, 0.012), segments)
    turn, _ = Rotation.align_vectors([(end - start) / length], [X])
    return turn.apply(points) + start, faces


def front_grip(part, kind, centre, radius, length, actions, axis=X, way=Y, down=0.35):
    """A hand that comes from the front, a little from above, to something that lies along the horizontal `axis`."""
    return Grip(part, kind, np.asarray(centre, np.float64), axis, fan(way - (down + 0.1) * UP, axis, 18, 3), actions, radius, length)


def top_press(part, centre, actions, kind="press", axis=X, radius=0.008, length=0.02, way=(0, 0.25, -1)):
    """A fingertip or a flat hand that pushes down on the point `centre`; the fingers point away from the actor."""
    return Grip(part, kind, np.asarray(centre, np.float64), axis, fan(way, axis, 15, 3), actions, radius, length)


def side_push(part, centre, way, actions, length=0.05):
    """A flat hand that pushes or steadies an upright wall at `centre`."""
    return Grip(part, "palm", np.asarray(centre, np.float64), UP, fan(way, UP, 12, 3), actions, 0.01, length)


def across(part, centre, half_width, length, actions, axis=Y, kind="pinch", spread=20):
    """Thumb and fingers on the two sides of something flat or upright, from above."""
    return Grip(part, kind, np.asarray(centre, np.float64), axis, above(axis, spread, 3), actions, half_width, length)


def ends(part, centre, half, length, actions):
    """Both hands, on the +X and the -X side."""
    return Grip(part, "two", np.asarray(centre, np.float64), UP, np.stack([X, -X]), actions, half, length)


def back_hinge(y, z, high_deg, parts, low=0.0):
    """A hinge along X at the back: its parts lie in front of it and open upwards."""
    return Hinge(np.array([0, y, z]), BACK_HINGE, low, np.radians(high_deg), parts)


def chest(rng):
    """A box with a hinged lid, flat or vaulted: front at -Y, where the lid overhangs or has a tab."""
    width = rng.uniform(0.10, 0.30)
    depth = min(rng.uniform(0.07, 0.20), width)
    height, lid_height = rng.uniform(0.045, 0.13), rng.uniform(0.014, 0.05)
    wall, corner, barrel = rng.uniform(0.003, 0.007), rng.uniform(0.002, 0.012), rng.uniform(0.0025, 0.004)
    lip, sides = rng.uniform(0.006, 0.011), rng.choice([0.0, rng.uniform(0.001, 0.004)])
    top = height + GAP
    crown = rng.choice([0.0, 0.85]) * lid_height
    base = tray(box_outline(width, depth, corner), height, wall, 1.2 * wall)
    lid = tray(box_outline(width + 2 * sides, depth + lip, corner), lid_height, wall, 1.2 * wall, crown=crown)
    lid = moved(overturned(lid, lid_height), (0, -lip / 2, top))
    y, z = depth / 2 + barrel + GAP, top - GAP / 2
    solids = [("body", base), ("lid", lid), ("body", rod((-0.4 * width, y, z), (0.4 * width, y, z), barrel))]
    front = -depth / 2 - lip
    grip_at, thin = np.array([0, front + 0.004, top + 0.4 * lid_height]), 0.5 * lid_height
    if rng.uniform() < 0.5:  # a tab to lift it by
        tab = (rng.uniform(0.025, 0.3 * width + 0.02), rng.uniform(0.012, 0.02), rng.uniform(0.005, 0.009))
        centre = np.array([0, front - tab[1] / 2 + 0.004, top + 0.3 * lid_height])
        solids.append(("lid", moved(block(box_outline(tab[0], tab[1] + 0.008, 0.003, 3), tab[2], 0.0015), centre - [0, 0, tab[2] / 2])))
        grip_at, thin = centre - [0, 0.002, 0], tab[2] / 2
    if rng.uniform() < 0.3:
        knob = rng.uniform(0.007, 0.011)
        at = np.array([0, front + 0.25 * depth, top + 0.97 * lid_height])
        profile = [(0.5 * knob, -0.3 * knob), (0.5 * knob, 0.8 * knob), (knob, 1.2 * knob), (knob, 1.8 * knob), (0.3 * knob, 2.1 * knob)]
        solids.append(("lid", moved(lathe(divided(rounded(profile, 0.002), 0.006), 24), at)))
    grips = [
        front_grip("lid", "side", grip_at, thin, 0.5 * width, MOVED),
        front_grip("lid", "hook", grip_at, thin, 0.5 * width, ("open",)),
        top_press("lid", (0, front + 0.3 * depth, top + lid_height), ("close", "press", "tap"), "palm", radius=0.01),
        ends("body", (0, 0, 0.55 * height), width / 2, 0.7 * height, TWO_HANDED + ("shake", "grab")),
        side_push("body", (-width / 2, 0, 0.5 * height), X, (HOLD, "push", "slide")),
        side_push("body", (width / 2, 0, 0.5 * height), -X, (HOLD, "push", "slide")),
    ]
    if depth < 0.085:  # narrow enough for one hand, from its end
        grips += [Grip("body", "wrap", (width / 2 - min(0.45 * width, 0.05)) * end + [0, 0, 0.5 * height], UP, fan(-end, UP, 15, 3),
                       HELD, depth / 2, height) for end in (X, -X)]  # fmt: skip
    nouns = ("box", "chest", "box with a lid", "case", "jewelry box", "wooden box")
    return assemble("chest", nouns, solids, grips, hinge=back_hinge(y, z, rng.uniform(95, 120), ("lid",)), front=-Y)


def key_base(width, depth, thick, under, corner, keys):
    """A flat base of one solid: `keys` [(x low, x high, y low, y high)] stand 1.2 mm up on it, its underside rises at the edges."""
    soft, tall = 0.0005, 0.0012

    def knots(half, low, high):
        edges = {round(v, 6) for a, b in zip(low, high) for v in (a - soft, a, b, b + soft)}
        return np.array(sorted(edges | {-half, half}))

    keys = np.array(keys)
    ends = width / 2 - corner * (1 - np.sin(np.radians([0, 30, 60])))
    x = np.union1d(knots(width / 2, keys[:, 0], keys[:, 1]), np.concatenate([ends, -ends]))
    y = knots(depth / 2, keys[:, 2], keys[:, 3])
    low = np.array([-depth / 2, 0.5 * under - depth / 2, under - depth / 2])
    low = np.concatenate([low, -low[::-1]])

    def underside(x, y):
        inwards = np.minimum(width / 2 - np.abs(x), depth / 2 - np.abs(y))
        return 0.6 * thick * np.clip(1 - inwards / under, 0, 1) ** 2

    rings = []
    for at in x:
        raised = ((keys[:, 0] <= at + 1e-6) & (at - 1e-6 <= keys[:, 1]))[:, None]
        raised = (raised & (keys[:, 2:3] <= y + 1e-6) & (y - 1e-6 <= keys[:, 3:])).any(0)
        beyond = max(0.0, abs(at) - (width / 2 - corner)) / corner
        narrow = 1 - corner * (1 - np.sqrt(1 - min(beyond, 1.0) ** 2)) / (depth / 2)
        up = np.column_stack([np.full(len(y), at), narrow * y, thick + tall * raised])[::-1]
        down = np.column_stack([np.full(len(low), at), narrow * low, underside(at, narrow * low)])
        rings.append(np.concatenate([down, up]))
    return loft(rings)


def laptop(rng):
    """A closed laptop: keyboard and touch pad under the lid, whose front edge stands a little over the base."""
    width = rng.uniform(0.25, 0.318)
    depth = width * rng.uniform(0.64, 0.74)
    thick, lid_thick = rng.uniform(0.012, 0.018), rng.uniform(0.005, 0.008)
    corner, gap, lip, barrel = rng.uniform(0.006, 0.014), 0.0024, rng.uniform(0.003, 0.006), rng.uniform(0.004, 0.0055)
    under = rng.uniform(0.014, 0.03)
    rows, columns = 4, rng.integers(7, 10)
    far, pitch, wide = 0.40 * depth, rng.uniform(0.1, 0.12) * depth, 0.88 * width / columns
    keys = [((c - columns / 2 + 0.06) * wide, (c - columns / 2 + 0.94) * wide, far - (r + 0.9) * pitch, far - r * pitch)
            for r in range(rows) for c in range(columns)]  # fmt: skip
    pad = 0.17 * width, -0.44 * depth, -0.12 * depth
    points, faces = key_base(width, depth, thick, under, corner, [*keys, (-pad[0], pad[0], *pad[1:])])
    middle = points[faces].mean(1)
    part = np.where(middle[:, 2] > thick + 0.0009, np.where(middle[:, 1] < pad[2], "touchpad", "keyboard"), "base")
    top = thick + gap
    lid = tray(box_outline(width, depth + lip, corner), lid_thick, 0.008, lid_thick - 0.001, 0.0012)
    lid = moved(overturned(lid, lid_thick), (0, -lip / 2, top))
    heights = lid[0][lid[1]][..., 2]
    lid_part = np.where((np.abs(heights - top - 0.001) < 1e-6).all(1), "screen", "lid")
    y, z = depth / 2 + barrel + GAP, thick + gap / 2
    solids = [(part, (points, faces)), (lid_part, lid), ("base", rod((-0.36 * width, y, z), (0.36 * width, y, z), barrel))]
    front = np.array([0, -depth / 2 - lip + 0.003, top + lid_thick / 2])
    tops = np.array([((a + b) / 2, (c + d) / 2, thick + 0.0012) for a, b, c, d in keys])
    grips = [
        front_grip("lid", "side", front, lid_thick / 2, 0.5 * width, MOVED),
        front_grip("lid", "pinch", front, lid_thick / 2, 0.5 * width, MOVED, down=0.6),
        front_grip("lid", "hook", front, lid_thick / 2, 0.5 * width, ("open",)),
        top_press("lid", (0, -0.38 * depth, top + lid_thick), ("close", "push"), "palm", radius=0.01),
        *(top_press("keyboard", at, ("use", "press", "tap"), way=(0, 0.6, -0.8))
          for at in tops[rng.choice(len(tops), 5, replace=False)]),
        top_press("touchpad", (0, sum(pad[1:]) / 2, thick + 0.0012), ("use", "tap", "slide", "browse"), way=(0, 0.6, -0.8)),
        ends("base", (0, 0, 0.75 * thick), width / 2, 0.6 * depth, TWO_HANDED + ("grab",)),
        *(front_grip("base", "side", end * (width / 2 - 0.005) + [0, 0, 0.85 * thick], (top + lid_thick) / 2, 0.5 * depth,
                     HELD, Y, -end, 0.2) for end in (X, -X)),
    ]  # fmt: skip
    nouns = ("laptop", "notebook computer", "computer", "laptop computer")
    hinge = back_hinge(y, z, rng.uniform(100, 130), ("lid", "screen"))
    return assemble("laptop", nouns, solids, grips, hinge=hinge, front=-Y)


def tin(rng):
    """A flat tin, rectangular or round, with a hinged lid that has a small lip at its front (-Y)."""
    height, lid_height = rng.uniform(0.013, 0.035), rng.uniform(0.006, 0.012)
    wall, barrel, lip = rng.uniform(0.0016, 0.0024), rng.uniform(0.0016, 0.0025), rng.uniform(0.005, 0.008)
    if rng.uniform() < 0.4:
        width = depth = rng.uniform(0.055, 0.085)
        outline = round_outline(width / 2, 40)
    else:
        width, depth = rng.uniform(0.06, 0.12), rng.uniform(0.045, 0.074)
        outline = box_outline(width, depth, rng.uniform(0.006, 0.018), 5)
    top = height + GAP
    crown = rng.choice([0.0, 0.5]) * lid_height
    base = tray(outline, height, wall, wall, 0.0015)
    lid = moved(overturned(tray(outline, lid_height, wall, wall, 0.0015, crown), lid_height), (0, 0, top))
    y, z = depth / 2 + barrel + GAP, top - GAP / 2
    tab_wide, tab_thick = rng.uniform(0.014, 0.026), rng.uniform(0.0025, 0.004)
    tab = np.array([0, -depth / 2 - lip / 2 + 0.002, top + tab_thick / 2])
    hinge_half = 0.22 * width
    solids = [("body", base), ("lid", lid), ("body", rod((-hinge_half, y, z), (hinge_half, y, z), barrel, 12)),
              ("lid", moved(block(box_outline(tab_wide, lip + 0.006, 0.0025, 3), tab_thick, 0.001),
                            tab - [0, 0, tab_thick / 2]))]  # fmt: skip
    whole = top + lid_height
    edge = (0, tab[1] - 0.5 * lip + 0.002, tab[2])
    grips = [
        front_grip("lid", "side", edge, tab_thick / 2, tab_wide, MOVED),
        front_grip("lid", "lateral", edge, tab_thick / 2, tab_wide, MOVED),
        front_grip("lid", "hook", edge, tab_thick / 2, tab_wide, ("open",)),
        top_press("lid", (0, -0.25 * depth, whole), ("close", "press", "tap"), radius=0.006),
        top_press("lid", (0, 0, whole), ("close",), "palm"),
        across("body", (0, 0, 0.5 * height), depth / 2 if depth <= width else width / 2, 0.5 * width, HELD + ("shake",), axis=X),
    ]
    if width < 0.08:
        grips.append(across("body", (0, 0, 0.5 * height), width / 2, 0.5 * depth, HELD + ("shake",)))
    nouns = ("tin", "mint tin", "tin box", "candy tin", "box")
    return assemble("tin", nouns, solids, grips, hinge=back_hinge(y, z, rng.uniform(100, 150), ("lid",)), front=-Y, steady=False)


FAMILIES = (chest, laptop, tin)
