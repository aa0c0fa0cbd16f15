"""Things with a lid or a cover that turns about the back edge: chest, laptop, tin, notebook, cases. See hinges.py."""

import numpy as np

from .hinges import (
    GAP,
    HELD,
    KEY_GAP,
    MOVED,
    SEAM,
    UP,
    X,
    Y,
    across,
    back_hinge,
    block,
    ends,
    front_grip,
    key_base,
    overturned,
    rod,
    side_push,
    top_press,
    tray,
)
from .shape import HOLD, TWO_HANDED, Grip, Hinge, above, assemble, fan
from .solids import lathe, moved, rounded


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
        top_press(
            "lid", (beside, front + 0.3 * depth, top + lid_height), ("close", "press", "tap"), "palm", radius=0.01
        ),
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


FAMILIES = (chest, laptop, tin, notebook, flip_phone, compact, glasses_case)
