"""Things with a lid, a cap, a cover or two legs: one joint. They stand or lie as closed; positive angles open.

What is opened towards a person has its front at -Y and its hinge at the back; a tool's working end is at +X.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from .shape import HANDLING, HOLD, TWO_HANDED, Grip, Hinge, Mouth, above, assemble, fan, level
from .solids import bar, bezier, divided, lathe, moved, rounded, tube, welded

UP = np.array([0.0, 0.0, 1.0])
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
MOVED = ("open", "close")
HELD = HANDLING + (HOLD, "grab")
KEY_GAP = 0.003
GAP = 0.0006  # between the part that turns and what it rests on
SEAM = 0.00005  # between solids of one part: side by side they cost nothing, overlapping ones are slow to make ready
BACK_HINGE = -X  # turning about it lifts what lies at -Y of the hinge


def turned(solid, angles_deg, order="xyz"):
    """The solid, turned about the fixed axes in `order`."""
    return Rotation.from_euler(order, angles_deg, degrees=True).apply(solid[0]), solid[1]


def lines(half, corner, step, extra=()):
    """Where a box's side of length 2 * half is cut: every `step` or so, finer along round corners, and at +-extra."""
    core = half - corner
    flat = np.linspace(-core, core, int(np.ceil(2 * core / step)) + 1) if core > 1e-6 else np.zeros(1)
    arc = core + corner * np.tan(np.linspace(0, np.pi / 4, 1 + max(2, int(np.ceil(0.8 * corner / step))))[1:])
    fixed = np.concatenate([[half, -half], extra, -np.asarray(extra)])
    plain = np.concatenate([flat, arc, -arc])
    plain = np.unique(plain[np.abs(plain[:, None] - fixed).min(1) > 2e-4].round(6))
    values = np.concatenate([plain[np.append(True, np.diff(plain) > 2e-4)], fixed])
    return np.unique(values)


def cut_box(x, y, z):
    """A box cut along the given lines: winding numbers of compact triangles are faster than of long thin ones."""
    corners, faces, start = [], [], 0
    values = (x, y, z)
    for axis in range(3):
        u, v = values[(axis + 1) % 3], values[(axis + 2) % 3]
        for end, flip in ((0, True), (-1, False)):
            grid = np.empty((len(u), len(v), 3))
            grid[..., axis] = values[axis][end]
            grid[..., (axis + 1) % 3], grid[..., (axis + 2) % 3] = u[:, None], v[None]
            index = start + np.arange(len(u) * len(v)).reshape(len(u), len(v))
            a, b, c, d = (i.ravel() for i in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
            quads = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
            faces.append(quads[:, ::-1] if flip else quads)
            corners.append(grid.reshape(-1, 3))
            start += index.size
    return welded(np.concatenate(corners), np.concatenate(faces))


def round_corners(xy, half, corner):
    """(V, 2) of a rectangle of the given half sides -> with round corners: squares about a corner become circles."""
    core = np.clip(xy, corner - half, half - corner)
    edge = xy - core
    length = np.linalg.norm(edge, axis=1)
    return core + edge * (np.abs(edge).max(1) / np.maximum(length, 1e-12))[:, None]


def block(size, corner, bevel=0.001, step=None, inset=None):
    """A solid from z = 0 up with vertical edges rounded over `corner` and its rims cut off by `bevel`.

    inset: [(z, how far the sides are pulled in)] instead of the bevel.
    """
    return tray(size, corner, None, None, bevel, step=step, inset=inset)


def tray(size, corner, wall, floor, bevel=0.0015, crown=0.0, step=None, inset=None):
    """An open container from z = 0 up; its underside bulges by `crown`. wall None: no hollow."""
    half, height = np.array(size[:2]) / 2, size[2]
    corner = min(corner, half.min())
    step = step or max(0.006, max(size) / 9)
    inset = np.array(inset or [(0, bevel), (bevel, 0), (height - bevel, 0), (height, bevel)])
    soft = 0.35 * (wall or 0)  # the inside slants a little: wider strips, more compact triangles
    cuts = () if wall is None else (wall, wall + soft)
    x, y = (lines(h, corner, step, [h - cut for cut in cuts]) for h in half)
    z = inset[:, 0]
    tall = np.linspace(z[1], z[-2], max(2, int(np.ceil((z[-2] - z[1]) / (1.5 * step))) + 1))
    points, faces = cut_box(x, y, np.unique(np.concatenate([z, tall])))
    depth = (half - np.abs(points[:, :2])).min(1)  # from the side walls
    hollow = (points[:, 2] == height) & (wall is not None)
    hollow &= depth > (wall or 0) + 0.9 * soft
    xy = round_corners(points[:, :2], half, corner)
    points[:, :2] = xy * (1 - np.interp(points[:, 2], *inset.T)[:, None] / half)
    if wall is not None:
        points[hollow] = np.column_stack([xy[hollow], np.full(hollow.sum(), floor)])
    if crown:  # a pillow
        rise = crown * (1 - (1 - np.abs(points[:, :2] / half).clip(max=1) ** 4).prod(1))
        points[:, 2] = rise + points[:, 2] * (1 - rise / height)
    return points, faces


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
    return Grip(
        part,
        kind,
        np.asarray(centre, np.float64),
        axis,
        fan(way - (down + 0.1) * UP, axis, 18, 3),
        actions,
        radius,
        length,
    )


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
    base = tray((width, depth, height), corner, wall, 1.2 * wall)
    lid = tray((width + 2 * sides, depth + lip, lid_height), corner, wall, 1.2 * wall, crown=crown)
    lid = moved(overturned(lid, lid_height), (0, -lip / 2, top))
    y, z = depth / 2 + barrel + GAP, top - GAP / 2
    solids = [("body", base), ("lid", lid), ("body", rod((-0.4 * width, y, z), (0.4 * width, y, z), barrel))]
    front = -depth / 2 - lip
    grip_at, thin = np.array([0, front + 0.004, top + 0.4 * lid_height]), 0.5 * lid_height
    if rng.uniform() < 0.5:  # a tab to lift it by
        tab = (rng.uniform(0.025, 0.3 * width + 0.02), rng.uniform(0.012, 0.02), rng.uniform(0.005, 0.009))
        centre = np.array([0, front - tab[1] / 2 - SEAM, top + 0.3 * lid_height])
        solids.append(("lid", moved(block((tab[0], tab[1], tab[2]), 0.003), centre - [0, 0, tab[2] / 2])))
        grip_at, thin = centre - [0, 0.002, 0], tab[2] / 2
    beside = 0.0  # where a flat hand closes the lid: not on its knob
    if rng.uniform() < 0.3 and not crown:
        beside = 0.28 * width
        knob = rng.uniform(0.007, 0.011)
        at = np.array([0, front + 0.25 * depth, top + lid_height + SEAM])
        profile = [
            (0.5 * knob, 0),
            (0.5 * knob, 0.8 * knob),
            (knob, 1.2 * knob),
            (knob, 1.8 * knob),
            (0.3 * knob, 2.1 * knob),
        ]
        solids.append(("lid", moved(lathe(rounded(profile, 0.002, 2), 18), at)))
    grips = [
        front_grip("lid", "side", grip_at, thin, 0.5 * width, MOVED),
        front_grip("lid", "hook", grip_at, thin, 0.5 * width, ("open",)),
        top_press("lid", (beside, front + 0.3 * depth, top + lid_height), ("close", "press", "tap"), "palm", radius=0.01),
        ends("body", (0, 0, 0.55 * height), width / 2, 0.7 * height, TWO_HANDED + ("shake", "grab")),
        side_push("body", (-width / 2, 0, 0.5 * height), X, (HOLD, "push", "slide")),
        side_push("body", (width / 2, 0, 0.5 * height), -X, (HOLD, "push", "slide")),
    ]
    if depth < 0.085:  # narrow enough for one hand, from its end
        grips += [
            Grip(
                "body",
                "wrap",
                (width / 2 - min(0.45 * width, 0.05)) * end + [0, 0, 0.5 * height],
                UP,
                fan(-end, UP, 15, 3),
                HELD,
                depth / 2,
                height,
            )
            for end in (X, -X)
        ]
    nouns = ("box", "chest", "box with a lid", "case", "jewelry box", "wooden box")
    return assemble("chest", nouns, solids, grips, hinge=back_hinge(y, z, rng.uniform(95, 120), ("lid",)), front=-Y)


def key_base(width, depth, thick, under, corner, keys):
    """A flat base in one piece whose underside rises at the edges; `keys` [(x low, x high, y low, y high)] stand
    1.2 mm up on it."""
    soft, keys = KEY_GAP / 2, np.array(keys)
    half = np.array([width, depth]) / 2

    def knots(length, low, high):
        edges = np.sort(np.concatenate([low - soft, low, high, high + soft]))
        edges = edges[np.append(True, np.diff(edges) > 1e-5)]
        plain = lines(length, corner, 0.035, [length - under, length - under / 2])
        return np.unique(np.concatenate([plain[np.abs(plain[:, None] - edges).min(1) > soft], edges]))

    x, y = knots(half[0], keys[:, 0], keys[:, 1]), knots(half[1], keys[:, 2], keys[:, 3])
    points, faces = cut_box(x, y, np.array([0, thick]))
    px, py = points[:, 0], points[:, 1]
    raised = (
        (px >= keys[:, :1] - 1e-6)
        & (px <= keys[:, 1:2] + 1e-6)
        & (py >= keys[:, 2:3] - 1e-6)
        & (py <= keys[:, 3:] + 1e-6)
    ).any(0)
    edge = 1 - (half - np.abs(points[:, :2])).min(1) / under
    lift = 0.55 * thick * np.clip(edge, 0, 1) ** 2
    points[:, 2] = np.where(points[:, 2] > 0, thick + 0.0012 * raised, lift)
    points[:, :2] = round_corners(points[:, :2], half, corner)
    return points, faces


def laptop(rng):
    """A closed laptop: keyboard and touch pad under the lid, whose front edge stands a little over the base."""
    width = rng.uniform(0.25, 0.318)
    depth = width * rng.uniform(0.64, 0.74)
    thick, lid_thick = rng.uniform(0.012, 0.018), rng.uniform(0.005, 0.008)
    corner, gap, lip, barrel = rng.uniform(0.006, 0.014), 0.0024, rng.uniform(0.003, 0.006), rng.uniform(0.004, 0.0055)
    under = rng.uniform(0.014, 0.03)
    rows, columns = 4, rng.integers(6, 9)
    far, pitch, wide = 0.40 * depth, rng.uniform(0.1, 0.12) * depth, 0.88 * width / columns
    g = KEY_GAP / 2
    keys = [
        ((c - columns / 2) * wide + g, (c - columns / 2 + 1) * wide - g, far - (r + 1) * pitch + g, far - r * pitch - g)
        for r in range(rows)
        for c in range(columns)
    ]
    pad = 0.17 * width, -0.44 * depth, -0.12 * depth
    points, faces = key_base(width, depth, thick, under, corner, [*keys, (-pad[0], pad[0], *pad[1:])])
    middle = points[faces].mean(1)
    part = np.where(middle[:, 2] > thick + 0.0009, np.where(middle[:, 1] < pad[2], "touchpad", "keyboard"), "base")
    top = thick + gap
    lid = tray((width, depth + lip, lid_thick), corner, 0.008, lid_thick - 0.001, 0.0012)
    lid = moved(overturned(lid, lid_thick), (0, -lip / 2, top))
    heights = lid[0][lid[1]][..., 2]
    lid_part = np.where((np.abs(heights - top - 0.001) < 1e-6).all(1), "screen", "lid")
    y, z = depth / 2 + barrel + GAP, thick + gap / 2
    solids = [
        (part, (points, faces)),
        (lid_part, lid),
        ("base", rod((-0.36 * width, y, z), (0.36 * width, y, z), barrel)),
    ]
    front = np.array([0, -depth / 2 - lip + 0.003, top + lid_thick / 2])
    tops = np.array([((a + b) / 2, (c + d) / 2, thick + 0.0012) for a, b, c, d in keys])
    grips = [
        front_grip("lid", "side", front, lid_thick / 2, 0.5 * width, MOVED),
        front_grip("lid", "pinch", front, lid_thick / 2, 0.5 * width, MOVED, down=0.6),
        front_grip("lid", "hook", front, lid_thick / 2, 0.5 * width, ("open",)),
        top_press("lid", (0, -0.38 * depth, top + lid_thick), ("close", "push"), "palm", radius=0.01),
        *(
            top_press("keyboard", at, ("use", "press", "tap"), way=(0, 0.6, -0.8))
            for at in tops[rng.choice(len(tops), 5, replace=False)]
        ),
        top_press(
            "touchpad", (0, sum(pad[1:]) / 2, thick + 0.0012), ("use", "tap", "slide", "browse"), way=(0, 0.6, -0.8)
        ),
        ends("base", (0, 0, 0.75 * thick), width / 2, 0.6 * depth, TWO_HANDED + ("grab",)),
        *(
            front_grip(
                "base",
                "side",
                end * (width / 2 - 0.005) + [0, 0, 0.85 * thick],
                (top + lid_thick) / 2,
                0.5 * depth,
                HELD,
                Y,
                -end,
                0.2,
            )
            for end in (X, -X)
        ),
    ]
    nouns = ("laptop", "notebook computer", "computer", "laptop computer")
    hinge = back_hinge(y, z, rng.uniform(100, 130), ("lid", "screen"))
    return assemble("laptop", nouns, solids, grips, hinge=hinge, front=-Y)


def tin(rng):
    """A flat tin, rectangular or round, with a hinged lid that has a small lip at its front (-Y)."""
    height, lid_height = rng.uniform(0.013, 0.035), rng.uniform(0.006, 0.012)
    wall, barrel, lip = rng.uniform(0.0016, 0.0024), rng.uniform(0.0016, 0.0025), rng.uniform(0.005, 0.008)
    if rng.uniform() < 0.4:
        width = depth = rng.uniform(0.055, 0.085)
        corner = width / 2
    else:
        width, depth = rng.uniform(0.06, 0.12), rng.uniform(0.045, 0.074)
        corner = rng.uniform(0.006, 0.018)
    top = height + GAP
    crown = rng.choice([0.0, 0.5]) * lid_height
    base = tray((width, depth, height), corner, wall, wall)
    lid = moved(overturned(tray((width, depth, lid_height), corner, wall, wall, crown=crown), lid_height), (0, 0, top))
    y, z = depth / 2 + barrel + GAP, top - GAP / 2
    tab_wide, tab_thick = rng.uniform(0.014, 0.026), rng.uniform(0.0025, 0.004)
    tab = np.array([0, -depth / 2 - lip / 2 - SEAM, top + tab_thick / 2])
    hinge_half = 0.22 * width
    solids = [
        ("body", base),
        ("lid", lid),
        ("body", rod((-hinge_half, y, z), (hinge_half, y, z), barrel, 12)),
        ("lid", moved(block((tab_wide, lip, tab_thick), 0.0025), tab - [0, 0, tab_thick / 2])),
    ]
    whole = top + lid_height
    edge = (0, tab[1] - 0.25 * lip, tab[2])
    grips = [
        front_grip("lid", "side", edge, tab_thick / 2, tab_wide, MOVED),
        front_grip("lid", "lateral", edge, tab_thick / 2, tab_wide, MOVED),
        front_grip("lid", "hook", edge, tab_thick / 2, tab_wide, ("open",)),
        top_press("lid", (0, -0.25 * depth, whole), ("close", "press", "tap"), radius=0.006),
        top_press("lid", (0, 0, whole), ("close",), "palm"),
        across(
            "body",
            (0, 0, 0.5 * height),
            depth / 2 if depth <= width else width / 2,
            0.5 * width,
            HELD + ("shake",),
            axis=X,
        ),
    ]
    if width < 0.08:
        grips.append(across("body", (0, 0, 0.5 * height), width / 2, 0.5 * depth, HELD + ("shake",)))
    nouns = ("tin", "mint tin", "tin box", "candy tin", "box")
    return assemble(
        "tin", nouns, solids, grips, hinge=back_hinge(y, z, rng.uniform(100, 145), ("lid",)), front=-Y, steady=False
    )


def notebook(rng):
    """A closed notebook or folder on its back; its cover, wider than the pages, turns about the spine at -X."""
    width, tall = rng.uniform(0.10, 0.21), rng.uniform(0.14, 0.29)
    tall = max(tall, 1.15 * width)
    board, pages = rng.uniform(0.0018, 0.0032), rng.uniform(0.010, 0.026)
    lip, corner = rng.uniform(0.005, 0.010), rng.uniform(0.002, 0.010)
    top = board + pages + GAP
    barrel = min(0.5 * top, rng.uniform(0.005, 0.009))
    cover = moved(block((width + lip, tall, board), corner, 0.0006), (lip / 2, 0, top))
    bevel, inset, whole = 0.0006, rng.uniform(0.002, 0.004), board + pages
    leaves = block(
        (width, tall, whole),
        corner,
        inset=[(0, bevel), (bevel, 0), (board - bevel, 0), (board, bevel), (board + 0.0003, inset), (whole, inset)],
    )
    part = np.where(leaves[0][leaves[1]].mean(1)[:, 2] > board + 0.0001, "pages", "back")
    x, z = -width / 2 - barrel - GAP, top + 0.3 * board
    solids = [
        ("cover", cover),
        (part, leaves),
        (
            "back",
            rod((x, -0.47 * tall, z + 0.6 * board - barrel), (x, 0.47 * tall, z + 0.6 * board - barrel), barrel, 18),
        ),
    ]
    edge, whole = width / 2 + lip - 0.003, top + board
    paper = np.array([0.1 * width, 0, board + pages])
    grips = [
        front_grip("cover", "side", (edge, 0, top + board / 2), board / 2, 0.6 * tall, MOVED, Y, -X),
        front_grip("cover", "pinch", (edge, 0, top + board / 2), board / 2, 0.6 * tall, MOVED, Y, -X, 0.6),
        front_grip("cover", "lateral", (edge, -0.3 * tall, top + board / 2), board / 2, 0.2 * tall, MOVED, Y, -X),
        front_grip("cover", "hook", (edge, 0, top + board / 2), board / 2, 0.5 * tall, ("open",), Y, -X),
        top_press("cover", (0.25 * width, 0, whole), ("close", "push", "slide"), "palm"),
        *(
            top_press("pages", paper + [0, end * 0.25 * tall, 0], ("browse", "tap", "use"), way=(0, 0.6, -0.8))
            for end in (1, -1)
        ),
        top_press("pages", paper, ("browse", "slide"), "palm"),
        ends("back", (0, 0, board), width / 2, 0.6 * tall, TWO_HANDED + ("grab",)),
        *(
            front_grip(
                "back",
                "side",
                (0, end * (tall / 2 - 0.006), board / 2),
                whole / 2 + board,
                0.6 * width,
                HELD,
                X,
                -end * Y,
            )
            for end in (1, -1)
        ),
    ]
    hinge = Hinge(np.array([x, 0, z]), -Y, 0.0, np.radians(rng.uniform(120, 147)), ("cover",))
    nouns = ("notebook", "book", "folder", "diary", "planner")
    return assemble("notebook", nouns, solids, grips, hinge=hinge, front=-Y)


def flip_phone(rng):
    """A folding phone, closed, on its back: keys and screen inside, the barrel of its hinge away from the actor."""
    width, depth = rng.uniform(0.044, 0.056), rng.uniform(0.082, 0.104)
    thick, lid_thick = rng.uniform(0.010, 0.014), rng.uniform(0.007, 0.010)
    corner, lip, barrel = rng.uniform(0.006, 0.018), rng.uniform(0.001, 0.003), rng.uniform(0.0045, 0.006)
    gap, rows = 0.0018, rng.integers(4, 6)
    g, pitch, wide, far = KEY_GAP / 3, 0.5 * depth / rows, 0.8 * width / 3, 0.02 * depth
    keys = [
        ((c - 1.5) * wide + g, (c - 0.5) * wide - g, far - (r + 1) * pitch + g, far - r * pitch - g)
        for r in range(rows)
        for c in range(3)
    ] + [(-0.25 * width, 0.25 * width, 0.15 * depth, 0.38 * depth)]
    points, faces = key_base(width, depth, thick, rng.uniform(0.004, 0.009), corner, keys)
    part = np.where(points[faces].mean(1)[:, 2] > thick + 0.0009, "keys", "base")
    top = thick + gap
    lid = tray((width, depth + lip, lid_thick), corner, 0.005, lid_thick - 0.001, 0.002)
    lid = moved(overturned(lid, lid_thick), (0, -lip / 2, top))
    heights = lid[0][lid[1]][..., 2]
    lid_part = np.where((np.abs(heights - top - 0.001) < 1e-6).all(1), "screen", "lid")
    y, z = depth / 2 + barrel + GAP, thick + gap / 2
    solids = [
        (part, (points, faces)),
        (lid_part, lid),
        ("base", rod((-0.42 * width, y, z), (0.42 * width, y, z), barrel)),
    ]
    front = np.array([0, -depth / 2 - lip + 0.003, top + lid_thick / 2])
    tops = np.array([((a + b) / 2, (c + d) / 2, thick + 0.0012) for a, b, c, d in keys])
    grips = [
        front_grip("lid", "side", front, lid_thick / 2, 0.5 * width, MOVED),
        front_grip("lid", "lateral", front, lid_thick / 2, 0.5 * width, MOVED),
        front_grip("lid", "hook", front, lid_thick / 2, 0.5 * width, ("open",)),
        across("lid", (0, -0.3 * depth, top + lid_thick / 2), width / 2, 0.2 * depth, MOVED),
        top_press("lid", (0, -0.3 * depth, top + lid_thick), ("close", "tap")),
        *(top_press("keys", at, ("press", "tap", "use", "switch on"), radius=0.005) for at in tops[[1, 4, 6, -1]]),
        across("base", (0, 0, 0.6 * thick), width / 2, 0.6 * depth, HELD + ("call", "use", "see")),
        Grip(
            "base",
            "wrap",
            np.array([0, 0, 0.6 * thick]),
            Y,
            above(Y, 20, 3),
            HELD + ("call", "use", "see"),
            width / 2,
            0.5 * depth,
        ),
    ]
    hinge = back_hinge(y, z, rng.uniform(135, 148), ("lid", "screen"))
    nouns = ("flip phone", "phone", "mobile phone", "cell phone", "folding phone")
    return assemble(
        "flip_phone",
        nouns,
        solids,
        grips,
        hinge=hinge,
        tip=np.array([0, -0.42 * depth, top + 0.001]),
        front=-Y,
        steady=False,
    )


def compact(rng):
    """A compact: two shallow round or rounded shells with a mirror in the lid."""
    width = rng.uniform(0.058, 0.078)
    depth = width * (1.0 if rng.uniform() < 0.6 else rng.uniform(0.8, 1.0))
    corner = min(width, depth) / 2 if depth == width else rng.uniform(0.008, 0.02)
    height, lid_height = rng.uniform(0.008, 0.012), rng.uniform(0.005, 0.008)
    barrel, lip = rng.uniform(0.0016, 0.0022), rng.uniform(0.004, 0.006)
    top = height + GAP
    base = tray((width, depth, height), corner, 0.004, 0.5 * height, 0.002)
    lid = tray((width, depth, lid_height), corner, 0.004, lid_height - 0.0015, 0.002)
    lid = moved(overturned(lid, lid_height), (0, 0, top))
    heights = lid[0][lid[1]][..., 2]
    part = np.where((np.abs(heights - top - 0.0015) < 1e-6).all(1), "mirror", "lid")
    y, z = depth / 2 + barrel + GAP, top - GAP / 2
    tab_thick = rng.uniform(0.003, 0.004)
    edge = np.array([0, -depth / 2 - lip / 2 - SEAM, top + tab_thick / 2])
    tab = moved(block((rng.uniform(0.012, 0.02), lip, tab_thick), 0.0025), edge - [0, 0, tab_thick / 2])
    solids = [
        ("body", base),
        (part, lid),
        ("body", rod((-0.2 * width, y, z), (0.2 * width, y, z), barrel, 12)),
        ("lid", tab),
    ]
    grips = [
        front_grip("lid", "side", edge, tab_thick / 2, 0.02, MOVED),
        front_grip("lid", "lateral", edge, tab_thick / 2, 0.02, MOVED),
        front_grip("lid", "hook", edge, tab_thick / 2, 0.02, ("open",)),
        top_press("lid", (0, -0.25 * depth, top + lid_height), ("close", "tap")),
        across("body", (0, 0, 0.5 * height), width / 2, 0.5 * depth, HELD + ("see", "use")),
        across("body", (0, 0, 0.5 * height), depth / 2, 0.5 * width, HELD, axis=X),
    ]
    nouns = ("compact", "compact mirror", "pocket mirror", "mirror", "powder compact")
    return assemble(
        "compact",
        nouns,
        solids,
        grips,
        hinge=back_hinge(y, z, rng.uniform(110, 148), ("lid", "mirror")),
        front=-Y,
        steady=False,
    )


def glasses_case(rng):
    """A long rounded case for glasses that opens along its front edge."""
    width, depth = rng.uniform(0.145, 0.172), rng.uniform(0.052, 0.070)
    height, lid_height = rng.uniform(0.016, 0.024), rng.uniform(0.014, 0.024)
    corner, wall, barrel, lip = (
        rng.uniform(0.4, 0.5) * depth,
        0.0025,
        rng.uniform(0.002, 0.003),
        rng.uniform(0.004, 0.007),
    )
    top = height + GAP
    bulge = rng.uniform(0.3, 0.55)
    base = tray((width, depth, height), corner, wall, wall, 0.002, crown=bulge * height)
    lid = tray((width, depth, lid_height), corner, wall, wall, 0.002, crown=bulge * lid_height)
    lid = moved(overturned(lid, lid_height), (0, 0, top))
    y, z = depth / 2 + barrel + GAP, top - GAP / 2
    edge = np.array([0, -depth / 2 - lip / 2 - SEAM, top + 0.0025])
    tab = moved(block((rng.uniform(0.02, 0.045), lip, 0.004), 0.003), edge - [0, 0, 0.002])
    solids = [
        ("body", base),
        ("lid", lid),
        ("body", rod((-0.3 * width, y, z), (0.3 * width, y, z), barrel, 12)),
        ("lid", tab),
    ]
    grips = [
        front_grip("lid", "side", edge, 0.002, 0.03, MOVED),
        front_grip("lid", "hook", edge, 0.002, 0.03, ("open",)),
        across("lid", (0, 0, top + 0.4 * lid_height), depth / 2, 0.4 * width, MOVED, axis=X),
        top_press("lid", (0, 0, top + lid_height), ("close", "tap"), "palm"),
        across("body", (0, 0, 0.6 * height), depth / 2, 0.6 * width, HELD + ("shake",), axis=X),
        Grip(
            "body",
            "wrap",
            np.array([0, 0, 0.6 * height]),
            X,
            above(X, 25, 3),
            HELD + ("shake",),
            depth / 2,
            0.5 * width,
        ),
    ]
    nouns = ("glasses case", "spectacle case", "case", "eyeglass case")
    return assemble(
        "glasses_case",
        nouns,
        solids,
        grips,
        hinge=back_hinge(y, z, rng.uniform(90, 140), ("lid",)),
        front=-Y,
        steady=False,
    )


def hoop(centre, half, half_z, half_r, segments=36, around=10):
    """A flat ring: an ellipse of half axes `half` (2,) about `centre` (3,), its bar half_z high and 2 * half_r wide."""
    angle = np.arange(segments) * 2 * np.pi / segments
    out = np.stack([np.cos(angle) * half[1], np.sin(angle) * half[0], 0 * angle], 1)  # normals of the ellipse
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    path = np.stack([np.cos(angle) * half[0], np.sin(angle) * half[1], 0 * angle], 1) + centre
    turn = np.arange(around) * 2 * np.pi / around
    points = path[:, None] + half_r * np.cos(turn)[:, None] * out[:, None] + half_z * np.sin(turn)[:, None] * UP
    i, j = np.meshgrid(np.arange(segments), np.arange(around), indexing="ij")
    k, m = (i + 1) % segments, (j + 1) % around
    a, b, c, d = (index.ravel() for index in (i * around + j, k * around + j, k * around + m, i * around + m))
    return points.reshape(-1, 3), np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def dome(radius, height, segments=20):
    """A rivet's head from z = 0 up."""
    return lathe(
        [(radius, 0), (radius, 0.4 * height), (0.75 * radius, 0.85 * height), (0.3 * radius, height)], segments
    )


def scissors(rng):
    """Scissors lying flat, closed, blades towards +X; the leg whose ring is at -Y turns.

    The radius of the "loops" grip is half the distance between the middles of the rings.
    """
    reach, back, thick = rng.uniform(0.055, 0.12), rng.uniform(0.04, 0.065), rng.uniform(0.0022, 0.0032)
    bar_half, high = rng.uniform(0.0036, 0.005), rng.uniform(0.004, 0.0055)
    hole = np.array([rng.uniform(0.014, 0.023), rng.uniform(0.0115, 0.0145)])
    path, outer = hole + bar_half, hole[1] + 2 * bar_half
    middle, slim = -back - path[0], rng.uniform(0.0045, 0.006)
    wide, taper = rng.uniform(0.006, 0.009), rng.uniform(0.6, 2.0)
    solids = []
    for name, sign in (("thumb", -1), ("finger", 1)):
        at = np.array([middle, sign * (outer + 0.0003) - 0.0015, high])
        layer = high - sign * (thick / 2 + 0.0002)
        shank = bezier([(-back - bar_half, at[1]), (-0.6 * back, 0.75 * at[1]), (-0.3 * back, 0.15 * at[1]), (0, 0)], 9)
        blade = np.stack([np.linspace(0, reach, 15)[1:], np.zeros(14)], 1)
        blade[:, 1] = -sign * 0.25 * wide * (1 - (blade[:, 0] / reach) ** 2)
        line = np.concatenate([shank, blade])
        half = np.where(line[:, 0] < 0, slim, slim + (wide - slim) * np.clip(line[:, 0] / 0.012, 0, 1))
        half *= 1 - 0.93 * np.clip(line[:, 0] / reach, 0, 1) ** (1 + taper)
        leg = tube(np.column_stack([line, np.full(len(line), layer)]), thick / 2, half, 12, side=UP, power=4)
        part = np.where(leg[0][leg[1]].mean(1)[:, 0] > 0, name + " blade", name + " leg")
        solids += [(name + " ring", hoop(at, path, high, bar_half)), (part, leg)]
    head = dome(rng.uniform(0.0035, 0.005), 0.0015)
    solids += [
        ("thumb leg", moved(head, (0, 0, high + thick + 0.0001))),
        ("finger leg", moved(overturned(head, 0.0015), (0, 0, high - thick - 0.0016))),
    ]
    both = np.array([middle, 0, high])
    thumb = both - [0, outer, 0]
    grips = [
        Grip("finger ring", "loops", both, X, above(X, 25, 5), HANDLING + ("cut", "use"), outer, path[0]),
        Grip("finger ring", "wrap", both, X, above(X, 40, 5), HELD, min(2 * outer, 0.044), 2 * path[0]),
        across("finger blade", (0.3 * reach, -0.2 * wide, high - thick / 2), 1.1 * wide, 0.4 * reach, HANDLING, axis=X),
        across("thumb ring", thumb - [0, path[1], 0], bar_half, path[0], MOVED, axis=X),
        across("finger ring", (middle, outer + path[1] - 0.0015, high), bar_half, path[0], (HOLD, "inspect"), axis=X),
        across(
            "finger leg",
            (-0.75 * back, 0.7 * outer - 0.001, high - thick / 2),
            slim,
            0.02,
            (HOLD, "lift", "place"),
            axis=X,
        ),
    ]
    hinge = Hinge(
        np.array([0, 0, high]), UP, 0.0, np.radians(rng.uniform(35, 60)), ("thumb ring", "thumb leg", "thumb blade")
    )
    nouns = ("scissors", "pair of scissors", "shears", "paper scissors")
    return assemble("scissors", nouns, solids, grips, hinge=hinge, tip=np.array([0.5 * reach, 0, high]), steady=False)


def pliers(rng):
    """Pliers lying flat, closed, jaws towards +X; the leg whose handle is at -Y turns."""
    handle, jaw, thick = rng.uniform(0.09, 0.125), rng.uniform(0.028, 0.06), rng.uniform(0.0045, 0.006)
    disc, grip, gap = rng.uniform(0.009, 0.012), rng.uniform(0.0052, 0.0068), 0.0004
    apart, wide = rng.uniform(0.016, 0.021), rng.uniform(0.005, 0.008)
    solids = []
    for name, sign in (("lower", -1), ("upper", 1)):
        start = disc + grip + 0.0015
        curve = bezier(
            [(-start, sign * (grip + 0.0012)), (-0.3 * handle - start, sign * apart), (-handle, sign * apart)], 12
        )
        ends_round = np.sqrt(1 - np.clip((np.linspace(0, 1, 12) - 0.92) / 0.082, 0, 1) ** 2)
        bar_solid = tube(
            np.column_stack([curve, np.full(12, thick)]), 0.95 * thick, grip * ends_round, 14, side=UP, power=2.6
        )
        x = np.linspace(disc + 0.002, disc + jaw, 9)
        half = wide * np.interp(x, [x[0], x[-1]], [1, rng.uniform(0.3, 0.6)]) / 2
        jaw_solid = tube(
            np.column_stack([x, -sign * (half + gap / 2), np.full(9, thick)]),
            0.9 * thick * half / half[0],
            half,
            12,
            side=UP,
            power=5,
        )
        low = 0.0 if sign > 0 else thick + gap / 2
        plate = thick - gap / 2
        joint = lathe(
            [(0.96 * disc, low), (disc, low + 0.001), (disc, low + plate - 0.001), (0.96 * disc, low + plate)], 28
        )
        arms = [
            rod((-start - 0.006, sign * (grip + 0.001), low + plate / 2), (0, 0, low + plate / 2), 0.42 * plate, 10),
            rod(
                (0, 0, low + plate / 2), (disc + 0.012, -sign * (half[0] + gap / 2), low + plate / 2), 0.42 * plate, 10
            ),
        ]
        solids += [
            (name + " handle", bar_solid),
            (name + " jaw", jaw_solid),
            *((name + " joint", solid) for solid in (joint, *arms)),
        ]
    hold_at = np.array([-0.62 * handle, 0, thick])
    side = apart * 0.97
    grips = [
        Grip(
            "upper handle",
            "wrap",
            hold_at + [0, side - 0.85 * grip, 0],
            X,
            above(X, 40, 5),
            HELD + ("use",),
            side + grip,
            0.6 * handle,
        ),
        Grip("upper handle", "wrap", hold_at + [0, side, 0], X, above(X, 35, 5), HELD, grip, 0.6 * handle),
        Grip("lower handle", "pinch", hold_at - [0, side, 0], X, above(X, 25, 3), MOVED, grip, 0.6 * handle),
        across("upper joint", (0, 0, 0.6 * thick), disc, disc, HANDLING, axis=X),
    ]
    parts = ("lower handle", "lower jaw", "lower joint")
    hinge = Hinge(np.array([0, 0, thick]), UP, 0.0, np.radians(rng.uniform(25, 40)), parts)
    tip = np.array([disc + 0.8 * jaw, 0, thick])
    return assemble(
        "pliers", ("pliers", "pair of pliers", "pincers", "tongs"), solids, grips, hinge=hinge, tip=tip, steady=False
    )


def stapler(rng):
    """A stapler, its nose towards +X. It stands with its arm a little up: pressing turns the hinge to its low end."""
    length, wide = rng.uniform(0.105, 0.155), rng.uniform(0.024, 0.034)
    foot, arm, rest = rng.uniform(0.006, 0.010), rng.uniform(0.016, 0.024), np.radians(rng.uniform(6, 10))
    cheek = rng.uniform(0.0025, 0.0035)
    z = foot + GAP + arm / 2
    base = block((length, wide, foot), rng.uniform(0.006, 0.012), 0.0012)
    back = -length / 2 + arm / 2 + 0.004
    inner = wide / 2 - cheek - 0.0004
    x = np.concatenate(
        [
            back - arm / 2 * np.cos(np.radians([0, 25, 50, 75])),
            np.linspace(back, length / 2 - 0.006, 9),
            length / 2 - 0.006 + 0.004 * np.sin(np.radians([35, 65])),
        ]
    )
    slim = np.interp(x, [back, length / 2], [1.0, rng.uniform(0.6, 0.8)])
    half = arm / 2 * slim * np.sqrt(np.clip(1 - ((back - x).clip(0) / (arm / 2)) ** 2, 0.04, 1))
    half[-2:] *= [0.95, 0.85]
    centre = np.where(x < back, 0, half - arm / 2)  # a level underside
    nose = np.interp(x, [back - arm / 2, back - 0.3 * arm, length / 2 - 0.012, length / 2], [0.9, 1, 1, 0.75]) * inner
    top = tube(np.stack([x - back, 0 * x, centre], 1), nose, half, 20, power=3.5)
    swing = Rotation.from_rotvec(-rest * Y)
    top = swing.apply(top[0]) + [back, 0, z], top[1]
    tall = arm * rng.uniform(0.85, 1.0)
    solids = [("base", base), ("arm", top)]
    for sign in (-1, 1):
        plate = block((arm * 1.1, cheek, tall), 0.0008, 0.0008)
        solids.append(("base", moved(plate, (back, sign * (wide / 2 - cheek / 2), foot + SEAM))))
    reach = length / 2 - 0.016 - back
    press_at = swing.apply([reach, 0, np.interp(reach + back, x, centre + half)]) + [back, 0, z]
    nose_at = swing.apply([reach + 0.006, 0, np.interp(reach + back, x, centre)]) + [back, 0, z]
    grips = [
        top_press("arm", press_at, ("staple", "press", "use", "push", "close"), "palm", axis=Y, way=(0.05, 0, -1)),
        top_press("arm", press_at, ("staple", "press", "use", "close"), "palm", axis=X, way=(0, 0.2, -1)),
        across("arm", nose_at, inner, 0.03, MOVED, axis=X),
        front_grip("arm", "side", nose_at + [0.004, 0, 0], 0.3 * arm, inner, MOVED, Y, -X),
        across("base", (back, 0, foot + 0.4 * tall), wide / 2, arm, HELD, axis=X),
        Grip("base", "wrap", np.array([back + 0.008, 0, 0.7 * foot]), X, above(X, 30, 3), HELD, wide / 2, 0.05),
        front_grip("base", "side", (-length / 2 + 0.005, 0, 0.6 * foot), foot, 0.6 * wide, (HOLD,), Y, X),
    ]
    hinge = Hinge(np.array([back, 0, z]), -Y, -0.9 * rest, np.radians(rng.uniform(50, 95)), ("arm",))
    tip = np.array([length / 2 - 0.014, 0, foot])
    return assemble("stapler", ("stapler", "paper stapler", "office stapler"), solids, grips, hinge=hinge, tip=tip)


def capped(profile, segments=36, outline=None):
    """A lathe whose flat ends are cut in rings."""
    first, last = profile[0], profile[-1]
    profile = [(0.3 * first[0], first[1]), *profile, (0.3 * last[0], last[1])]
    return lathe(divided(np.asarray(profile, np.float64), 0.014), segments, outline)


def hood(radius, height, wall, roof, segments=36, ribs=0, depth=0.0, bevel=0.0015):
    """A cap, open below, from z = 0 up; its side may have ribs."""
    inner = radius - wall
    profile = [
        (0.3 * inner, height - roof),
        (inner - 0.001, height - roof),
        (inner, height - roof - 0.001),
        (inner, 0.0004),
        (inner + 0.0004, 0),
        (radius - 0.0004, 0),
        (radius, 0.0004),
        (radius, height - bevel),
        (radius - bevel, height),
        (0.3 * radius, height),
    ]
    points, faces = lathe(divided(np.array(profile), 0.014), segments)
    if ribs:
        rim = np.hypot(points[:, 0], points[:, 1]) > radius - 0.0002
        angle = np.arctan2(points[:, 1], points[:, 0])
        points[rim, :2] *= (1 - depth / radius * (0.5 - 0.5 * np.cos(ribs * angle[rim])))[:, None]
    return points, faces


def ketchup(rng):
    """A soft bottle of ketchup with a flip cap on top: the cap's hinge at -X, its lip at +X."""
    height, half, flat = rng.uniform(0.115, 0.19), rng.uniform(0.027, 0.038), rng.uniform(0.68, 0.95)
    shoulder, cap, collar = rng.uniform(0.72, 0.85) * height, rng.uniform(0.0145, 0.019), rng.uniform(0.010, 0.016)
    waist = half * rng.uniform(0.82, 1.0)
    profile = np.vstack(
        [
            rounded([(0.6 * half, 0), (half, 0), (half, 0.2 * shoulder)], 0.008, 3),
            bezier(
                [(half, 0.3 * shoulder), (waist, 0.55 * shoulder), (half, 0.8 * shoulder), (0.95 * half, shoulder)], 7
            ),
            bezier(
                [(0.9 * half, shoulder + 0.003), (0.8 * half, height), (cap, height - 0.003), (0.9 * cap, height)], 6
            ),
        ]
    )
    profile = divided(np.vstack([[0.2 * half, 0], profile, [0.3 * cap, height]]), 0.018)
    points, faces = lathe(profile, 36)
    points[:, 1] *= flat + (1 - flat) * np.clip((points[:, 2] - shoulder) / (height - shoulder), 0, 1)
    base_top = height + collar
    nozzle = rng.uniform(0.004, 0.0055)
    ring = lathe(
        divided(
            np.array(
                [
                    (0.3 * cap, height + SEAM),
                    (cap, height + SEAM),
                    (cap, base_top - 0.001),
                    (cap - 0.001, base_top),
                    (1.6 * nozzle, base_top),
                    (nozzle, base_top + 0.0015),
                    (0.6 * nozzle, base_top + 0.005),
                    (0.2 * nozzle, base_top + 0.005),
                ]
            ),
            0.014,
        ),
        36,
    )
    lid_height, barrel = rng.uniform(0.0095, 0.015), 0.0016
    top = base_top + GAP
    lid = moved(hood(cap, lid_height, 0.002, 0.0018), (0, 0, top))
    x, z = -cap - barrel - GAP, top - GAP / 2
    lip = rng.uniform(0.004, 0.006)
    tab_at = np.array([cap + lip / 2 - 0.0006, 0, top + 0.0016])
    tab = moved(block((lip, rng.uniform(0.011, 0.016), 0.003), 0.0016, 0.0007), tab_at - [0, 0, 0.0015])
    solids = [
        ("body", (points, faces)),
        ("collar", ring),
        ("cap", lid),
        ("collar", rod((x, -0.005, z), (x, 0.005, z), barrel, 12)),
        ("cap", tab),
    ]
    whole = top + lid_height
    grips = [
        Grip(
            "body",
            "wrap",
            np.array([0, 0, 0.5 * shoulder]),
            UP,
            np.stack([Y, -Y, X, -X]),
            HELD + ("squeeze", "shake", "use"),
            0.95 * half * flat,
            0.7 * shoulder,
        ),
        Grip(
            "body",
            "pinch",
            np.array([0, 0, 0.75 * shoulder]),
            UP,
            np.stack([X, -X]),
            HELD,
            0.95 * half * flat,
            0.3 * shoulder,
        ),
        front_grip("cap", "side", tab_at, 0.0015, 0.012, MOVED, Y, -X),
        front_grip("cap", "lateral", tab_at, 0.0015, 0.012, MOVED, Y, -X),
        across("cap", (0.2 * cap, 0, top + 0.5 * lid_height), cap, cap, MOVED, axis=X),
        top_press("cap", (0.3 * cap, 0, whole), ("close", "press", "tap")),
    ]
    hinge = Hinge(np.array([x, 0, z]), -Y, 0.0, np.radians(rng.uniform(100, 145)), ("cap",))
    nouns = ("ketchup", "ketchup bottle", "sauce bottle", "squeeze bottle", "bottle of ketchup", "mustard")
    return assemble("ketchup", nouns, solids, grips, hinge=hinge, tip=np.array([0, 0, base_top + 0.005]), steady=False)


def screw_jar(rng):
    """A jar whose lid turns in place about +Z: counter-clockwise from above opens."""
    radius, height, lid_height = rng.uniform(0.030, 0.045), rng.uniform(0.055, 0.13), rng.uniform(0.012, 0.020)
    neck = radius * rng.uniform(0.78, 0.92)
    lid = min(neck + rng.uniform(0.002, 0.004), radius * 1.02)
    top = height - GAP
    belly = radius * rng.uniform(0.92, 1.0)
    body = np.vstack(
        [
            rounded([(0.7 * radius, 0), (radius, 0), (radius, 0.25 * height)], 0.006, 3),
            bezier([(radius, 0.4 * height), (2 * belly - radius, 0.6 * height), (radius, 0.75 * height)], 4),
            rounded(
                [(radius, height - 0.4 * (radius - neck) - 0.008), (radius, height - 0.004), (neck - 0.0035, top)],
                0.006,
                3,
            ),
            [(neck - 0.0035, height + 0.75 * lid_height)],
        ]
    )
    cap = moved(hood(lid, lid_height, lid - neck + 0.003, 0.0018, 40, int(rng.choice([0, 20])), 0.0009), (0, 0, height))
    whole = height + lid_height
    act = ("open", "close", "screw", "turn")
    grips = [
        Grip("body", "wrap", np.array([0, 0, 0.5 * height]), UP, level(12), HELD + ("shake",), radius, 0.75 * height),
        Grip("lid", "pinch", np.array([0, 0, height + 0.5 * lid_height]), Y, above(Y, 20, 3), act, lid, lid),
        Grip("lid", "pinch", np.array([0, 0, height + 0.5 * lid_height]), X, above(X, 20, 3), act, lid, lid),
        Grip("lid", "wrap", np.array([0, 0, height + 0.6 * lid_height]), X, above(X, 15, 3), act, lid, lid),
    ]
    if lid < 0.03:
        grips.append(
            Grip("lid", "tripod", np.array([0, 0, height + 0.5 * lid_height]), Y, above(Y, 20, 3), act, lid, lid)
        )
    top_press_at = np.array([0, 0, whole])
    grips.append(top_press("lid", top_press_at, ("press", "tap")))
    hinge = Hinge(np.array([0, 0, height]), UP, 0.0, rng.uniform(1.0, 3.0) * np.pi, ("lid",))
    nouns = ("jar", "jar with a screw lid", "jam jar", "screw-top jar", "glass jar")
    return assemble(
        "screw_jar", nouns, [("body", capped(body.tolist())), ("lid", cap)], grips, hinge=hinge, steady=False
    )


def flask(rng):
    """A flask or sports bottle with a screw cap, flat or with a spout, which one drinks from."""
    height, radius, cap = rng.uniform(0.15, 0.25), rng.uniform(0.030, 0.040), rng.uniform(0.014, 0.026)
    cap_height, slope = rng.uniform(0.016, 0.032), rng.uniform(0.015, 0.035)
    shoulder = height - slope
    neck = cap - 0.003
    body = np.vstack(
        [
            rounded([(0.7 * radius, 0), (radius, 0), (radius, 0.3 * shoulder)], 0.006, 3),
            bezier([(radius, 0.5 * shoulder), (radius * rng.uniform(0.9, 1.0), 0.7 * shoulder), (radius, shoulder)], 5),
            bezier(
                [(0.99 * radius, shoulder + 0.3 * slope), (0.9 * radius, height - 0.002), (neck, height - 0.001 - GAP)],
                5,
            ),
            [(neck, height + 0.7 * cap_height)],
        ]
    )
    ribs = int(rng.choice([0, 18]))
    top, solids = height + cap_height, [("body", capped(body.tolist()))]
    solids.append(("cap", moved(hood(cap, cap_height, 0.0024, 0.0018, 36, ribs, 0.0009), (0, 0, height))))
    mouth = Mouth(np.array([0, 0, top]), UP, 0.6 * cap, -level(8))
    if rng.uniform() < 0.5:
        spout, rise = rng.uniform(0.006, 0.009), rng.uniform(0.012, 0.02)
        profile = [
            (spout, top + SEAM),
            (spout, top + 0.4 * rise),
            (1.15 * spout, top + 0.6 * rise),
            (1.15 * spout, top + rise - 0.001),
            (spout, top + rise),
        ]
        solids.append(("cap", capped(profile, 20)))
        mouth = Mouth(np.array([0, 0, top + rise]), UP, spout, -level(8))
    act = ("open", "close", "screw", "turn")
    every = HELD + ("drink", "pour", "shake")
    grips = [
        Grip("body", "wrap", np.array([0, 0, 0.5 * shoulder]), UP, level(12), every, radius, 0.8 * shoulder),
        Grip("cap", "tripod", np.array([0, 0, height + 0.5 * cap_height]), UP, level(12), act, cap, cap_height),
    ]
    if len(solids) == 2:  # from above, where no spout is in the way
        grips += [
            Grip("cap", "pinch", np.array([0, 0, height + 0.5 * cap_height]), axis, above(axis, 20, 3), act, cap, cap)
            for axis in (X, Y)
        ]
    hinge = Hinge(np.array([0, 0, height]), UP, 0.0, rng.uniform(1.5, 4.0) * np.pi, ("cap",))
    nouns = ("flask", "water bottle", "thermos", "sports bottle", "drinking bottle", "bottle")
    return assemble("flask", nouns, solids, grips, mouth, hinge=hinge, steady=False)


FAMILIES = (
    chest,
    laptop,
    tin,
    notebook,
    flip_phone,
    compact,
    glasses_case,
    scissors,
    pliers,
    stapler,
    ketchup,
    screw_jar,
    flask,
)
