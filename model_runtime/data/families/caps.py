"""Things with a cap that flips or turns: ketchup, screw jar, flask. See hinges.py."""

import numpy as np

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
    capped,
    front_grip,
    rod,
    top_press,
)
from .shape import Grip, Hinge, Mouth, above, assemble, level
from .solids import bezier, divided, lathe, moved, rounded


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


FAMILIES = (ketchup, screw_jar, flask)
