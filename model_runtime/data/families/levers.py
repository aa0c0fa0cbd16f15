"""Things of two arms about a pin: scissors, pliers, stapler. See hinges.py."""

import numpy as np
from scipy.spatial.transform import Rotation

from .hinges import (
    GAP,
    HELD,
    MOVED,
    SEAM,
    UP,
    X,
    Y,
    across,
    block,
    dome,
    front_grip,
    overturned,
    rod,
    top_press,
)
from .shape import HANDLING, HOLD, Grip, Hinge, above, assemble
from .solids import bezier, lathe, moved, tube


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


FAMILIES = (scissors, pliers, stapler)
