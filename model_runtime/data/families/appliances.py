"""Machines and doors that open: one door, lever, head or arm each. Most stay where they are; their front is at -Y."""

import numpy as np

from .hinged import (
    BACK_HINGE,
    GAP,
    MOVED,
    SEAM,
    UP,
    X,
    Y,
    across,
    back_hinge,
    block,
    capped,
    cut_box,
    dome,
    ends,
    front_grip,
    key_base,
    lines,
    overturned,
    rod,
    round_corners,
    side_push,
    top_press,
    tray,
    turned,
)
from .shape import HOLD, TWO_HANDED, Grip, Hinge, above, assemble, fan
from .solids import bezier, divided, lathe, moved, rounded, tube

SWITCH = ("switch on", "switch off", "press", "use", "tap")
AHEAD = (0, 1, -0.2)  # how a finger comes to a button on a front


def facing(solid, at):
    """A solid that stands on z = 0, laid so that it stands out towards -Y from the plane through `at` (3,)."""
    points, faces = turned(solid, (90, 0, 0))
    return points + np.asarray(at, np.float64), faces


def carcass(width, height, depth, panel, thick, wall):
    """An oven's body in one piece: a cavity open to -Y and at +X a panel that stands out by `thick` beside the door."""
    soft, right = 0.3 * wall, width / 2 - panel
    edges = np.array(
        [
            -width / 2,
            wall - width / 2,
            wall + soft - width / 2,
            right - wall / 2 - soft,
            right - wall / 2,
            right,
            right + soft,
            width / 2,
        ]
    )
    plain = lines(width / 2, 0.004, 0.08)
    x = np.union1d(edges, plain[np.abs(plain[:, None] - edges).min(1) > 0.002])
    y = lines(height / 2, 0.004, 0.08, [height / 2 - wall, height / 2 - wall - soft])
    points, faces = cut_box(x, y, np.linspace(0, depth, 5))
    front = points[:, 2] == depth
    hollow = front & (points[:, 0] > edges[2] - 1e-6) & (points[:, 0] < edges[3] + 1e-6)
    points[hollow & (np.abs(points[:, 1]) < height / 2 - wall - 0.9 * soft), 2] = wall
    points[front & (points[:, 0] > right + 0.9 * soft), 2] += thick
    points[:, :2] = round_corners(points[:, :2], np.array([width, height]) / 2, 0.004)
    return (points, faces), np.where(points[faces][..., 2].min(1) > depth + 0.5 * thick, "panel", "body")


def bow(start, end, out, half_width, half_thick, side, count=17):
    """A bowed bar handle on a front, from start (3,) to end (3,), standing out by `out` -> (solid, its middle)."""
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    away = np.array([0, -1.0, 0])
    tail = 1.4 * (out - half_thick)
    path = bezier([start, start + tail * away, end + tail * away, end], count)
    return tube(path, half_width, half_thick, 14, side=side, power=2.6), path[count // 2]


def button(radius, height, at):
    return facing(dome(radius, height, 18), at)


def knob(radius, depth, at):
    """A round knob on a stem, on a front."""
    profile = [
        (0.45 * radius, 0),
        (0.45 * radius, 0.35 * depth),
        (0.95 * radius, 0.5 * depth),
        (radius, 0.7 * depth),
        (0.8 * radius, depth),
    ]
    return facing(capped(rounded(profile, 0.003, 2).tolist(), 22), at)


def press_grips(part, places, radius):
    return [top_press(part, at, SWITCH, radius=radius, way=AHEAD) for at in places]


def steadying(part, half_width, height, middle):
    """Hands that steady a machine, on its top and on its sides."""
    return [
        top_press(part, (0, middle, height), (HOLD,), "palm"),
        side_push(part, (half_width, middle, 0.6 * height), -X, (HOLD,)),
        side_push(part, (-half_width, middle, 0.6 * height), X, (HOLD,)),
    ]


def bar_grips(part, centre, axis, out, radius, length):
    """Hands on a bar that stands `out` off a front, its long axis upright or across."""
    ways, hole = fan(Y - 0.3 * abs(axis[0]) * UP, axis, 20, 3), centre + [0, out / 2, 0]
    return [
        Grip(part, "handle", centre, axis, ways, MOVED, radius, length, hole),
        Grip(part, "hook", centre, axis, ways, MOVED, radius, length),
        Grip(part, "wrap", centre, axis, ways, MOVED, radius, length),
    ]


def microwave(rng):
    """A small microwave oven: its door opens sideways by a bar or its edge; buttons on the right."""
    width, height, depth = rng.uniform(0.38, 0.48), rng.uniform(0.21, 0.27), rng.uniform(0.22, 0.30)
    panel, wall, thick = rng.uniform(0.085, 0.12), rng.uniform(0.012, 0.02), rng.uniform(0.02, 0.03)
    inner, left = width - panel, -width / 2
    panel_x = width / 2 - panel / 2
    body, part = carcass(width, height, depth, panel, thick, wall)
    door_wide = inner - 0.0012
    door = facing(block((door_wide, height - 0.004, thick), 0.005, 0.002), (left + door_wide / 2, -GAP, height / 2))
    face, edge = -GAP - thick, left + door_wide
    out, half = rng.uniform(0.034, 0.044), rng.uniform(0.0055, 0.0075)
    x, reach = edge - rng.uniform(0.02, 0.035), rng.uniform(0.30, 0.40) * height
    bar, at = bow(
        (x, face - SEAM, height / 2 - reach),
        (x, face - SEAM, height / 2 + reach),
        out,
        rng.uniform(0.007, 0.010),
        half,
        X,
    )
    radius, front = rng.uniform(0.008, 0.012), -thick - SEAM
    places = [(panel_x + dx * 0.22 * panel, front, z * height) for z in (0.2, 0.36) for dx in (-1, 1)]
    solids = [(part, facing(body, (0, depth, height / 2))), ("door", door), ("handle", bar)]
    solids += [("buttons", button(radius, 0.003, place)) for place in places]
    solids.append(("panel", knob(rng.uniform(0.016, 0.022), 0.018, (panel_x, front, 0.68 * height))))
    grips = [
        *bar_grips("handle", at, UP, out, half, 1.2 * reach),
        Grip(
            "door",
            "palm",
            np.array([edge - 0.06, face, height / 2]),
            UP,
            fan(Y, UP, 12, 3),
            ("close", "push"),
            0.01,
            0.4 * height,
        ),
        *press_grips("buttons", np.array(places) - [0, 0.003, 0], radius),
        *steadying("body", width / 2, height, depth / 2),
    ]
    hinge = Hinge(
        np.array([left - 0.0004, -GAP / 2, 0]), -UP, 0.0, np.radians(rng.uniform(80, 120)), ("door", "handle")
    )
    nouns = ("microwave", "microwave oven", "oven")
    return assemble("microwave", nouns, solids, grips, hinge=hinge, front=-Y, fixed=True)


def oven(rng):
    """A toaster oven: its door opens downwards by a bar along its top; knobs and buttons on the right."""
    width, height, depth = rng.uniform(0.36, 0.46), rng.uniform(0.20, 0.26), rng.uniform(0.20, 0.28)
    panel, wall, thick = rng.uniform(0.075, 0.10), rng.uniform(0.010, 0.016), rng.uniform(0.014, 0.02)
    inner, left = width - panel, -width / 2
    middle, panel_x = left + inner / 2, width / 2 - panel / 2
    feet = rng.uniform(0.012, 0.022)
    body, part = carcass(width, height, depth, panel, thick, wall)
    door_wide = inner - 0.0016
    door = facing(
        tray((door_wide, height - 0.003, thick), 0.004, 0.025, 0.6 * thick),
        (left + door_wide / 2, -GAP, feet + height / 2),
    )
    window = np.abs(door[0][door[1]][..., 1] + GAP + 0.6 * thick).max(1) < 1e-6
    face, top = -GAP - thick, feet + height
    out, half = rng.uniform(0.034, 0.044), rng.uniform(0.0055, 0.0075)
    z, reach = top - 0.015, rng.uniform(0.28, 0.40) * inner
    bar, at = bow(
        (middle - reach, face - SEAM, z), (middle + reach, face - SEAM, z), out, rng.uniform(0.006, 0.009), half, UP
    )
    solids = [
        (part, facing(body, (0, depth, feet + height / 2))),
        (np.where(window, "window", "door"), door),
        ("handle", bar),
    ]
    for x in (left + 0.04, width / 2 - 0.04):
        solids.append(("body", moved(capped([(0.016, 0), (0.018, feet - SEAM)], 18), (x, depth / 2, 0))))
    front, radius = -thick - SEAM, rng.uniform(0.008, 0.011)
    solids += [
        ("knobs", knob(rng.uniform(0.016, 0.021), 0.02, (panel_x, front, feet + f * height))) for f in (0.8, 0.52)
    ]
    place = np.array([panel_x, front, feet + 0.2 * height])
    solids.append(("buttons", button(radius, 0.004, place)))
    grips = [
        *bar_grips("handle", at, X, out, half, 1.2 * reach),
        Grip("handle", "palm", at - [0, half, 0], X, fan(Y - 0.3 * UP, X, 12, 3), ("close", "push"), half, 1.2 * reach),
        *press_grips("buttons", [place - [0, 0.004, 0]], radius),
        *steadying("body", width / 2, top, depth / 2),
    ]
    hinge = Hinge(
        np.array([0, -GAP / 2, feet + 0.0015 - 0.0004]),
        X,
        0.0,
        np.radians(rng.uniform(70, 88)),
        ("door", "window", "handle"),
    )
    return assemble(
        "oven", ("oven", "toaster oven", "mini oven", "small oven"), solids, grips, hinge=hinge, front=-Y, fixed=True
    )


def cupboard(rng):
    """A small cupboard whose door, hung on the left or the right, opens by a knob or a bar."""
    width, height, depth = rng.uniform(0.20, 0.34), rng.uniform(0.28, 0.48), rng.uniform(0.09, 0.20)
    wall, thick, hung = rng.uniform(0.010, 0.018), rng.uniform(0.014, 0.020), rng.choice([-1, 1])
    body = facing(tray((width, height, depth), 0.003, wall, wall), (0, depth, height / 2))
    door = facing(
        tray((width, height - 0.002, thick), 0.003, rng.uniform(0.03, 0.05), thick - rng.choice([0.001, 0.004])),
        (0, -GAP, height / 2),
    )
    face, z = -GAP - thick, height * rng.uniform(0.45, 0.6)
    x = -hung * (width / 2 - rng.uniform(0.018, 0.026))
    solids = [("body", body), ("door", door)]
    if rng.uniform() < 0.5:
        radius, out = rng.uniform(0.011, 0.017), rng.uniform(0.024, 0.034)
        solids.append(("knob", knob(radius, out, (x, face - SEAM, z))))
        at = np.array([x, face - 0.7 * out, z])
        grips = [
            Grip("knob", kind, at, axis, fan(Y - 0.3 * axis[0] * UP, axis, 15, 3), MOVED, radius, radius)
            for kind in ("tripod", "pinch")
            for axis in (UP, X)
        ]
    else:
        out, half, reach = rng.uniform(0.034, 0.044), rng.uniform(0.0045, 0.0065), rng.uniform(0.048, 0.075)
        bar, at = bow((x, face - SEAM, z - reach), (x, face - SEAM, z + reach), out, rng.uniform(0.005, 0.008), half, X)
        solids.append(("knob", bar))
        grips = bar_grips("knob", at, UP, out, half, 1.1 * reach)
    grips += [
        Grip(
            "door", "palm", np.array([0.6 * x, face, z]), UP, fan(Y, UP, 12, 3), ("close", "push"), 0.012, 0.3 * height
        ),
        *steadying("body", width / 2, height, depth / 2),
    ]
    hinge = Hinge(
        np.array([hung * (width / 2 + 0.0004), -GAP / 2, 0]),
        hung * UP,
        0.0,
        np.radians(rng.uniform(90, 130)),
        ("door", "knob"),
    )
    return assemble(
        "cupboard", ("cupboard", "cabinet", "door", "cabinet door"), solids, grips, hinge=hinge, front=-Y, fixed=True
    )


def espresso_machine(rng):
    """An espresso machine: the filter holder's handle swings to the left to unlock; buttons above."""
    width, depth, height = rng.uniform(0.18, 0.28), rng.uniform(0.22, 0.29), rng.uniform(0.28, 0.36)
    foot, head = rng.uniform(0.045, 0.065), rng.uniform(0.085, 0.115)
    corner, back = rng.uniform(0.006, 0.025), rng.uniform(0.38, 0.46) * depth
    reach = rng.uniform(0.85, 1.0) * depth
    low = height - head
    solids = [
        ("base", moved(block((width, depth, foot), corner, 0.003), (0, depth / 2, 0))),
        ("body", moved(block((width, back, low - foot - 2 * SEAM), corner, 0.002), (0, depth - back / 2, foot + SEAM))),
        ("head", moved(block((width, reach, head), corner, 0.004), (0, depth - reach / 2, low))),
    ]
    front = depth - reach
    group_y, group, basket = front + rng.uniform(0.042, 0.055), rng.uniform(0.030, 0.036), rng.uniform(0.022, 0.030)
    neck = 0.014
    holder = low - neck - GAP
    filled = moved(
        capped(rounded([(0.8 * group, -basket), (group, -0.6 * basket), (group, 0)], 0.004, 2).tolist(), 28),
        (0, group_y, holder),
    )
    spout = moved(capped([(0.007, -0.018), (0.011, -SEAM)], 16), (0, group_y, holder - basket))
    length, radius = rng.uniform(0.115, 0.14), rng.uniform(0.0105, 0.0135)
    z = holder - radius - 0.001
    start, end = np.array([0, group_y - group - SEAM, z]), np.array([0, group_y - group - length, z - 0.004])
    solids += [
        ("head", moved(capped([(1.05 * group, 0), (1.05 * group, neck - SEAM)], 28), (0, group_y, low - neck))),
        ("basket", filled),
        ("basket", spout),
        ("handle", rod(start, end, radius)),
        ("base", moved(block((0.75 * width, 0.4 * depth, 0.006), 0.006), (0, front + 0.24 * depth, foot + SEAM))),
    ]
    size = rng.uniform(0.008, 0.011)
    places = [np.array([dx * width, front - SEAM, low + 0.5 * head]) for dx in (-0.3, -0.12, 0.06)]
    solids += [("buttons", button(size, 0.004, place)) for place in places]
    solids.append(("head", knob(0.018, 0.022, (0.3 * width, front - SEAM, low + 0.5 * head))))
    middle, act = 0.35 * start + 0.65 * end, MOVED + ("turn", "use")
    grips = [
        Grip("handle", "wrap", middle, Y, above(Y, 50, 5), act, radius, 0.6 * length),
        Grip("handle", "wrap", middle, Y, fan(X - 0.5 * UP, Y, 20, 3), act, radius, 0.6 * length),
        Grip("handle", "pinch", middle, Y, above(Y, 30, 3), act, radius, 0.6 * length),
        *press_grips("buttons", [place - [0, 0.004, 0] for place in places], size),
        top_press("head", (0, depth - reach / 2, height), (HOLD,), "palm"),
        side_push("head", (width / 2, depth - reach / 2, low + head / 2), -X, (HOLD,)),
        side_push("head", (-width / 2, depth - reach / 2, low + head / 2), X, (HOLD,)),
    ]
    hinge = Hinge(np.array([0, group_y, z]), -UP, 0.0, np.radians(rng.uniform(40, 65)), ("handle", "basket"))
    nouns = ("espresso machine", "coffee machine", "coffee maker")
    return assemble("espresso_machine", nouns, solids, grips, hinge=hinge, front=-Y, fixed=True)


def capsule_machine(rng):
    """A capsule coffee machine: a lever over its head lifts; a button on its front."""
    width, depth, height = rng.uniform(0.11, 0.16), rng.uniform(0.24, 0.31), rng.uniform(0.22, 0.28)
    foot, head = rng.uniform(0.025, 0.04), rng.uniform(0.07, 0.095)
    corner, back, reach = rng.uniform(0.012, 0.04), rng.uniform(0.42, 0.5) * depth, rng.uniform(0.78, 0.9) * depth
    low, front = height - head, depth - reach
    solids = [
        ("base", moved(block((0.9 * width, depth, foot), corner, 0.003), (0, depth / 2, 0))),
        (
            "body",
            moved(block((0.9 * width, back, low - foot - 2 * SEAM), corner, 0.002), (0, depth - back / 2, foot + SEAM)),
        ),
        ("head", moved(block((width, reach, head), corner, 0.006), (0, depth - reach / 2, low))),
        ("head", moved(capped([(0.008, 0), (0.013, 0.02 - SEAM)], 18), (0, front + 0.035, low - 0.02))),
    ]
    half_high, half_wide = rng.uniform(0.0055, 0.008), rng.uniform(0.007, 0.010)
    arm, ahead = 0.5 * width - half_wide - 0.004, rng.uniform(0.024, 0.036)
    pivot = np.array([0, front + rng.uniform(0.45, 0.7) * reach, height + GAP + half_high])
    corners = np.array([(-arm, pivot[1]), (-arm, front - ahead), (arm, front - ahead), (arm, pivot[1])])
    path = divided(rounded(corners, 0.7 * arm, 6), 0.03)
    lever = tube(np.column_stack([path, np.full(len(path), pivot[2])]), half_high, half_wide, 14, side=UP, power=2.8)
    solids.append(("lever", lever))
    size, place = rng.uniform(0.009, 0.013), np.array([0, front - SEAM, low + 0.55 * head])
    on_top = np.array([0, depth - 0.04, height + SEAM])
    solids += [("buttons", button(size, 0.004, place)), ("buttons", moved(dome(size, 0.004, 18), on_top))]
    bar = np.array([0, front - ahead, pivot[2]])
    grips = [
        Grip("lever", "hook", bar, X, fan((0, 1, -0.35), X, 18, 3), MOVED, half_wide, 1.2 * arm),
        Grip("lever", "wrap", bar, X, fan((0, 0.6, -0.8), X, 30, 3), MOVED, half_high, 1.2 * arm),
        Grip("lever", "side", bar, X, fan((0, 1, -0.35), X, 18, 3), MOVED, half_high, 1.2 * arm),
        top_press("lever", bar + [0, 0, half_high], ("close", "push", "press"), "palm"),
        *press_grips("buttons", [place - [0, 0.004, 0]], size),
        top_press("buttons", on_top + [0, 0, 0.004], SWITCH, radius=size),
        side_push("head", (width / 2, depth - reach / 2, low + head / 2), -X, (HOLD,)),
        side_push("head", (-width / 2, depth - reach / 2, low + head / 2), X, (HOLD,)),
    ]
    hinge = Hinge(pivot, BACK_HINGE, 0.0, np.radians(rng.uniform(55, 95)), ("lever",))
    nouns = ("capsule machine", "coffee machine", "pod machine", "coffee maker")
    return assemble("capsule_machine", nouns, solids, grips, hinge=hinge, front=-Y, fixed=True)


def mixer(rng):
    """A stand mixer seen from its side: the head, to +X, tilts up out of the bowl; a switch on the actor's side."""
    radius, bowl_high = rng.uniform(0.078, 0.095), rng.uniform(0.095, 0.12)
    foot, post, half_wide = rng.uniform(0.022, 0.035), rng.uniform(0.075, 0.10), rng.uniform(0.043, 0.052)
    half_high = half_wide * rng.uniform(0.9, 1.15)
    low = foot + bowl_high + rng.uniform(0.02, 0.035)  # of the head
    middle = post + rng.uniform(0.008, 0.014) + radius
    length = middle + rng.uniform(0.045, 0.07)
    plate = moved(
        block((middle + 0.85 * radius, 1.5 * radius, foot), 0.5 * radius, 0.004), ((middle + 0.85 * radius) / 2, 0, 0)
    )
    column = moved(block((post, 1.6 * half_wide, low - foot - SEAM), 0.35 * post, 0.002), (post / 2, 0, foot + SEAM))
    t = np.linspace(0, 1, 22)
    shape = np.interp(t, [0, 0.3, 0.75, 1], [0.85, 1, 0.95, rng.uniform(0.72, 0.85)])
    shape *= np.sqrt(1 - np.clip((t - 0.9) / 0.103, 0, 1) ** 2) * np.sqrt(
        1 - 0.9 * np.clip((0.06 - t) / 0.06, 0, 1) ** 2
    )
    top = low + GAP
    rise = top + half_high * np.where(t < 0.9, shape, np.interp(0.9, t, shape))
    head = tube(np.stack([length * t, 0 * t, rise], 1), half_wide * shape, half_high * shape, 22, power=2.6)
    rim = foot + bowl_high
    outer = bezier([(0.55 * radius, foot + SEAM), (radius, foot + 0.25 * bowl_high), (radius, rim)], 8)
    wall = 0.003
    inner = outer[::-1] - [wall, 0]
    inner = inner[inner[:, 1] > foot + 0.012]
    profile = np.vstack(
        [[0.15 * radius, foot + SEAM], outer, inner, [0.5 * radius, foot + 0.006], [0.15 * radius, foot + 0.005]]
    )
    bowl = moved(lathe(divided(profile, 0.02), 40), (middle, 0, 0))
    tip, beater = foot + rng.uniform(0.014, 0.025), rng.uniform(0.018, 0.026)
    tall = rim - 0.012 - tip
    whisk = bezier(
        [(0.004, tip), (1.5 * beater, tip + 0.1 * tall), (beater, tip + 0.6 * tall), (0.0055, tip + tall)], 10
    )
    whisk = np.vstack([whisk, [0.0055, top - SEAM]])
    solids = [
        ("base", plate),
        ("base", column),
        ("head", head),
        ("bowl", bowl),
        ("beater", moved(lathe(divided(whisk, 0.02), 18), (middle, 0, 0))),
    ]
    side = -0.8 * half_wide
    place = np.array([0.5 * post, side - SEAM, foot + 0.6 * (low - foot)])
    solids.append(("switch", knob(rng.uniform(0.012, 0.016), 0.016, place)))
    nose = np.array([0.88 * length, 0, 0.0])
    at = np.interp(0.88, t, shape)
    nose[2] = np.interp(0.88, t, rise)
    grips = [
        across("head", nose, at * half_wide, 0.06, MOVED, axis=X),
        Grip("head", "wrap", nose, X, above(X, 30, 3), MOVED, at * half_wide, 0.06),
        front_grip("head", "side", nose + [0.03, 0, 0], min(at * half_high, 0.045), 0.04, MOVED, Y, -X),
        front_grip("head", "hook", nose + [0.03, 0, 0], min(at * half_high, 0.045), 0.04, ("open",), Y, -X),
        top_press(
            "head",
            (0.7 * length, 0, np.interp(0.7, t, rise) + half_high * np.interp(0.7, t, shape)),
            ("close", "push"),
            "palm",
        ),
        top_press("switch", place - [0, 0.016, 0], SWITCH, radius=0.012, way=AHEAD),
        Grip("base", "palm", np.array([0, 0, foot + 0.6 * (low - foot)]), UP, fan(X, UP, 12, 3), (HOLD,), 0.01, 0.06),
        Grip(
            "base",
            "palm",
            place * [1, 0, 0] + [0, side, foot + 0.85 * (low - foot)],
            UP,
            fan(Y, UP, 12, 3),
            (HOLD,),
            0.01,
            0.05,
        ),
        Grip(
            "bowl",
            "palm",
            np.array([middle, -radius, foot + 0.6 * bowl_high]),
            UP,
            fan(Y, UP, 12, 3),
            (HOLD,),
            0.01,
            0.06,
        ),
    ]
    hinge = Hinge(np.array([-0.001, 0, low + GAP / 2]), -Y, 0.0, np.radians(rng.uniform(35, 50)), ("head", "beater"))
    nouns = ("mixer", "stand mixer", "kitchen machine", "food mixer")
    return assemble("mixer", nouns, solids, grips, hinge=hinge, front=-Y, fixed=True)


def waffle_iron(rng):
    """A waffle iron, round or square: the upper plate lifts by a handle at the front; it is carried by its two lugs."""
    width = rng.uniform(0.16, 0.215)
    corner = width / 2 if rng.uniform() < 0.5 else rng.uniform(0.012, 0.04)
    thick, lid_thick = rng.uniform(0.032, 0.048), rng.uniform(0.026, 0.04)
    count, limit = int(rng.integers(4, 6)), 0.40 * width
    pitch = 2 * limit / count
    keys = [
        (x, x + pitch - 0.006, y, y + pitch - 0.006)
        for x in np.arange(count) * pitch - limit + 0.003
        for y in np.arange(count) * pitch - limit + 0.003
        if corner < 0.4 * width or np.hypot(abs(x + pitch / 2), abs(y + pitch / 2)) + 0.5 * pitch < 0.45 * width
    ]
    points, faces = key_base(width, width, thick, rng.uniform(0.01, 0.03), corner, keys)
    part = np.where(points[faces].mean(1)[:, 2] > thick + 0.0009, "plate", "base")
    top, barrel = thick + 0.0022, rng.uniform(0.005, 0.007)
    lid = tray(
        (width, width, lid_thick), corner, 0.012, lid_thick - 0.003, 0.003, crown=rng.choice([0.0, 0.35]) * lid_thick
    )
    lid = moved(overturned(lid, lid_thick), (0, 0, top))
    y, z = width / 2 + barrel + GAP, thick + 0.0011
    radius, length = rng.uniform(0.009, 0.012), rng.uniform(0.085, 0.115)
    start = np.array([0, -width / 2 - SEAM, top + rng.uniform(0.35, 0.5) * lid_thick])
    end = start + [0, -length, rng.uniform(0.0, 0.014)]
    lug = (rng.uniform(0.016, 0.026), 0.4 * width, 0.014)
    lug_at = width / 2 + lug[0] / 2 + SEAM
    solids = [
        (part, (points, faces)),
        ("lid", lid),
        ("base", rod((-0.3 * width, y, z), (0.3 * width, y, z), barrel)),
        ("handle", rod(start, end, radius)),
    ]
    solids += [("lugs", moved(block(lug, 0.006, 0.002), (sign * lug_at, 0, 0.55 * thick))) for sign in (-1, 1)]
    middle, lug_z = 0.4 * start + 0.6 * end, 0.55 * thick + 0.007
    grips = [
        Grip("handle", "wrap", middle, Y, above(Y, 45, 5), MOVED, radius, 0.6 * length),
        Grip("handle", "hook", middle, Y, fan(X - UP, Y, 20, 3), ("open",), radius, 0.6 * length),
        Grip("handle", "pinch", middle, Y, above(Y, 25, 3), MOVED, radius, 0.6 * length),
        top_press("lid", (0, -0.2 * width, top + lid_thick), ("close", "push", "press"), "palm"),
        ends("lugs", (0, 0, lug_z), lug_at + lug[0] / 2, lug[1], TWO_HANDED + ("grab",)),
        *(
            front_grip("lugs", "side", (sign * (lug_at + 0.002), 0, lug_z), 0.007, lug[1], (HOLD,), Y, -sign * X)
            for sign in (-1, 1)
        ),
    ]
    nouns = ("waffle iron", "waffle maker", "sandwich maker", "contact grill")
    return assemble(
        "waffle_iron", nouns, solids, grips, hinge=back_hinge(y, z, rng.uniform(80, 110), ("lid", "handle")), front=-Y
    )


def door_lever(rng):
    """A piece of a door with a lever handle that turns down."""
    width, height, board = rng.uniform(0.16, 0.22), rng.uniform(0.24, 0.34), rng.uniform(0.03, 0.045)
    wide, tall, thick = rng.uniform(0.036, 0.05), rng.uniform(0.13, 0.2), rng.uniform(0.005, 0.009)
    length, radius, out = rng.uniform(0.105, 0.135), rng.uniform(0.008, 0.0105), rng.uniform(0.042, 0.055)
    way = rng.choice([-1, 1])
    z = 0.5 * height + 0.22 * tall
    x = -way * (width / 2 - wide / 2 - 0.015)
    face = -thick - SEAM
    neck = facing(capped([(0.95 * radius, 0), (0.95 * radius, out - 1.2 * radius - SEAM)], 18), (x, face - GAP, z))
    y = face - GAP - out
    path = bezier(
        [
            (x - way * radius, y),
            (x + way * 0.3 * length, y),
            (x + way * 0.7 * length, y),
            (x + way * length, y + rng.uniform(0, 0.012)),
        ],
        14,
    )
    fat = np.sqrt(1 - np.clip(np.abs(np.linspace(-1, 1, 14)) - 0.9, 0, 1) ** 2 / 0.0101)
    lever = tube(
        np.column_stack([path, np.full(14, z)]),
        radius * rng.uniform(0.9, 1.2) * fat,
        radius * fat,
        16,
        side=UP,
        power=2.4,
    )
    solids = [
        ("door", facing(block((width, height, board), 0.002, 0.001), (0, board, height / 2))),
        ("plate", facing(block((wide, tall, thick), 0.008), (x, -SEAM, 0.5 * height))),
        ("plate", facing(capped([(0.009, 0), (0.009, 0.004)], 18), (x, face, 0.5 * height - 0.25 * tall))),
        ("lever", neck),
        ("lever", lever),
    ]
    at = np.array([*path[8], z])
    act = ("turn", "open", "close", "use")
    grips = [
        Grip("lever", "wrap", at, X, fan((0, 0.7, -0.7), X, 35, 5), act, radius, 0.55 * length),
        Grip("lever", "hook", at, X, fan((0, 0.5, -0.85), X, 20, 3), act, radius, 0.55 * length),
        top_press("lever", at + [0, 0, radius], ("open", "turn", "push"), "palm", way=(0, 0.3, -1)),
        Grip(
            "door",
            "palm",
            np.array([x + way * 0.5 * length, 0, 0.25 * height]),
            UP,
            fan(Y, UP, 12, 3),
            (HOLD,),
            0.01,
            0.08,
        ),
        side_push("door", (width / 2, board / 2, 0.7 * height), -X, (HOLD,)),
        side_push("door", (-width / 2, board / 2, 0.7 * height), X, (HOLD,)),
    ]
    hinge = Hinge(np.array([x, 0, z]), way * Y, 0.0, np.radians(rng.uniform(40, 60)), ("lever",))
    nouns = ("door handle", "door lever", "handle", "lever handle")
    return assemble("door_lever", nouns, solids, grips, hinge=hinge, front=-Y, fixed=True)


def switch(rng):
    """A rocker switch on a standing plate, off: pressing its upper half turns it on."""
    width, height, depth = rng.uniform(0.07, 0.10), rng.uniform(0.08, 0.13), rng.uniform(0.022, 0.035)
    wall, tilt = rng.uniform(0.006, 0.010), np.radians(rng.uniform(5, 8))
    frame = facing(tray((width, height, depth), rng.uniform(0.003, 0.008), wall, 0.004, 0.002), (0, depth, height / 2))
    w, h = width - 2.7 * wall - 0.001, height - 2.7 * wall - 0.002
    rocker, faces = turned(facing(block((w, h, 0.011), 0.002, 0.0015), (0, 0.0055, 0)), (np.degrees(tilt), 0, 0))
    pivot = np.array([0, 0.0025 if depth > 0.02 else 0.001, height / 2])
    foot = moved(block((1.1 * width, 0.06, 0.008), 0.01, 0.002), (0, depth / 2, -0.008 - SEAM))
    solids = [("plate", frame), ("rocker", (rocker + pivot, faces)), ("plate", foot)]
    normal = np.array([0, -np.cos(tilt), -np.sin(tilt)])
    along = np.array([0, -np.sin(tilt), np.cos(tilt)])
    upper, lower = (pivot + 0.0055 * normal + share * h * along for share in (0.33, -0.33))
    grips = [
        top_press("rocker", upper, ("switch on", "press", "use", "tap"), way=AHEAD),
        top_press("rocker", lower, ("switch off", "press"), way=AHEAD),
        side_push("plate", (width / 2, depth / 2, height / 2), -X, (HOLD,)),
        side_push("plate", (-width / 2, depth / 2, height / 2), X, (HOLD,)),
        top_press("plate", (0, depth / 2, height), (HOLD,), "palm"),
    ]
    hinge = Hinge(pivot, -X, 0.0, 2 * tilt, ("rocker",))
    return assemble(
        "switch", ("switch", "light switch", "rocker switch"), solids, grips, hinge=hinge, front=-Y, fixed=True
    )


FAMILIES = (microwave, oven, cupboard, espresso_machine, capsule_machine, mixer, waffle_iron, door_lever, switch)
