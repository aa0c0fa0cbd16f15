"""Machines and doors that open: one door, lever, head or arm each. Most stay where they are; their front is at -Y."""

import numpy as np

from .hinges import (
    GAP,
    MOVED,
    SEAM,
    UP,
    X,
    Y,
    block,
    capped,
    side_push,
    top_press,
    tray,
    turned,
)
from .machines import (
    AHEAD,
    bar_grips,
    bow,
    button,
    capsule_machine,
    carcass,
    espresso_machine,
    facing,
    knob,
    mixer,
    press_grips,
    steadying,
    waffle_iron,
)
from .shape import HOLD, Grip, Hinge, assemble, fan
from .solids import bezier, moved, tube


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
