"""Kitchen machines with one lever, head, arm or lid each, and what they and other appliances are made of."""

import numpy as np

from .hinges import (
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
