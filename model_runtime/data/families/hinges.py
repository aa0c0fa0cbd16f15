"""What things with one joint are made of: boxes, trays, rods, and the grips that open and close them.

They stand or lie as closed; positive angles open. What is opened towards a person has its front at -Y and its hinge at
the back; a tool's working end is at +X.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from .shape import HANDLING, HOLD, Grip, Hinge, above, fan
from .solids import bar, divided, lathe, welded

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


def dome(radius, height, segments=20):
    """A rivet's head from z = 0 up."""
    return lathe(
        [(radius, 0), (radius, 0.4 * height), (0.75 * radius, 0.85 * height), (0.3 * radius, height)], segments
    )


def capped(profile, segments=36, outline=None):
    """A lathe whose flat ends are cut in rings."""
    first, last = profile[0], profile[-1]
    profile = [(0.3 * first[0], first[1]), *profile, (0.3 * last[0], last[1])]
    return lathe(divided(np.asarray(profile, np.float64), 0.014), segments, outline)
