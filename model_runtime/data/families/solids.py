"""Closed solids made of numbers: lofts, lathes, swept tubes, rounded boxes. Each is (vertices (V, 3), faces (F, 3)).

Metres; faces counter-clockwise seen from outside; every solid is watertight on its own.
"""

from itertools import pairwise

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.spatial.transform import Rotation


def loft(rings):
    """Skin over closed rings (N, M, 3), each counter-clockwise about the way from ring to ring; flat ends."""
    rings = np.asarray(rings, np.float64)
    n, m = rings.shape[:2]
    ring, spoke = np.meshgrid(np.arange(n - 1), np.arange(m), indexing="ij")
    a = (ring * m + spoke).ravel()
    b = (ring * m + (spoke + 1) % m).ravel()
    here, there = np.arange(m), (np.arange(m) + 1) % m
    first, last, top = n * m, n * m + 1, (n - 1) * m
    faces = np.concatenate([
        np.stack([a, b, b + m], 1),
        np.stack([a, b + m, a + m], 1),
        np.stack([np.full(m, first), there, here], 1),
        np.stack([np.full(m, last), top + here, top + there], 1),
    ])  # fmt: skip
    vertices = np.concatenate([rings.reshape(-1, 3), rings[:1].mean(1), rings[-1:].mean(1)])
    return vertices, faces


def circle(segments):
    """(M, 2) unit circle, counter-clockwise."""
    angle = np.arange(segments) * 2 * np.pi / segments
    return np.stack([np.cos(angle), np.sin(angle)], 1)


def squircle(segments, power):
    """(M, 2) superellipse |x|^power + |y|^power = 1: 2 is a circle, 4 and more a rounded square."""
    points = circle(segments)
    return points / ((np.abs(points) ** power).sum(1) ** (1 / power))[:, None]


def lathe(profile, segments=48, outline=None):
    """Turns a profile (N, 2) of (radius, z) about Z: outer wall upwards and, for a vessel, the inner wall downwards.

    `outline` (M, 2) replaces the unit circle, for example by a squircle.
    """
    profile = np.asarray(profile, np.float64)
    outline = circle(segments) if outline is None else outline
    rings = np.empty((len(profile), len(outline), 3))
    rings[..., :2] = profile[:, None, :1] * outline
    rings[..., 2] = profile[:, None, 1]
    return loft(rings)


def rounded(points, radius, steps=4):
    """A polyline (N, D) with its inner corners rounded off over `radius` (a number or one per inner corner)."""
    points = np.asarray(points, np.float64)
    radius = np.broadcast_to(radius, len(points) - 2)
    out = [points[:1]]
    t = np.linspace(0, 1, steps + 1)[:, None]
    for before, corner, after, reach in zip(points, points[1:], points[2:], radius):
        start, end = before - corner, after - corner
        start = corner + start * min(reach / np.linalg.norm(start), 0.5)
        end = corner + end * min(reach / np.linalg.norm(end), 0.5)
        out.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    out.append(points[-1:])
    path = np.concatenate(out)
    return path[np.append(True, np.linalg.norm(np.diff(path, axis=0), axis=1) > 1e-6)]


def divided(path, step):
    """A polyline (N, D) with edges longer than `step` cut into equal pieces."""
    out = [path[:1]]
    for start, end in pairwise(path):
        count = max(1, int(np.ceil(np.linalg.norm(end - start) / step)))
        out.append(start + (end - start) * np.linspace(0, 1, count + 1)[1:, None])
    return np.concatenate(out)


def bezier(controls, count):
    """(count, D) points of the Bezier curve with the given controls (K, D)."""
    points = np.repeat(np.asarray(controls, np.float64)[None], count, 0)
    t = np.linspace(0, 1, count)[:, None, None]
    while points.shape[1] > 1:
        points = (1 - t) * points[:, :-1] + t * points[:, 1:]
    return points[:, 0]


def tube(path, half_width, half_height, segments=16, side=(0, 1, 0), power=2.0):
    """Sweeps an ellipse (or superellipse) along a path (N, 3) that bends in the plane perpendicular to `side`.

    half_width () or (N,)  along `side`;  half_height () or (N,)  across, in the plane.
    """
    path = np.asarray(path, np.float64)
    forward = np.gradient(path, axis=0)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    side = np.broadcast_to(np.asarray(side, np.float64), path.shape)
    up = np.cross(forward, side)
    outline = squircle(segments, power)
    width = np.broadcast_to(half_width, len(path))[:, None, None] * outline[None, :, :1]
    height = np.broadcast_to(half_height, len(path))[:, None, None] * outline[None, :, 1:]
    return loft(path[:, None] + width * side[:, None] + height * up[:, None])


def bar(profile, segments=24, flat=1.0, power=2.0):
    """A turned bar along X from a profile (N, 2) of (x, radius), x rising; `flat` scales its height (Z)."""
    profile = np.asarray(profile, np.float64)
    path = np.stack([profile[:, 0], 0 * profile[:, 0], 0 * profile[:, 0]], 1)
    return tube(path, profile[:, 1], profile[:, 1] * flat, segments, power=power)


def rounded_box(size, radius, step=0.012):
    """A box of the given size (3,) about the origin with rounded edges; sides are cut to pieces of about `step`."""
    half = np.asarray(size, np.float64) / 2
    radius = min(radius, 0.49 * half.min() * 2)
    lines = []
    for h in half:
        flat = np.linspace(-(h - radius), h - radius, max(2, int(np.ceil(2 * (h - radius) / step)) + 1))
        corner = radius * np.tan(np.linspace(0, np.pi / 4, 4)[1:])
        lines.append(np.concatenate([-(h - radius) - corner[::-1], flat, h - radius + corner]))
    vertices, faces, start = [], [], 0
    for axis in range(3):
        u, v = lines[(axis + 1) % 3], lines[(axis + 2) % 3]
        for sign in (-1, 1):
            grid = np.empty((len(u), len(v), 3))
            grid[..., axis] = sign * half[axis]
            grid[..., (axis + 1) % 3] = u[:, None]
            grid[..., (axis + 2) % 3] = v[None]
            index = start + np.arange(len(u) * len(v)).reshape(len(u), len(v))
            a, b, c, d = (x.ravel() for x in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
            quads = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
            faces.append(quads if sign > 0 else quads[:, ::-1])
            vertices.append(grid.reshape(-1, 3))
            start += index.size
    vertices, faces = welded(np.concatenate(vertices), np.concatenate(faces))
    core = np.clip(vertices, -(half - radius), half - radius)
    edge = vertices - core
    return core + edge * (radius / np.linalg.norm(edge, axis=1, keepdims=True)), faces


def welded(vertices, faces, tolerance=1e-7):
    """Joins equal vertices."""
    keys = np.round(vertices / tolerance).astype(np.int64)
    _, index, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return vertices[index], inverse.reshape(-1)[faces]


def ball(radius, rings=24, segments=40):
    """A sphere about the origin."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings + 2)[1:-1]
    return lathe(radius * np.stack([np.cos(angle), np.sin(angle)], 1), segments)


def ellipsoid(radii, rings=16, segments=24):
    """An ellipsoid about the origin with half axes (3,)."""
    vertices, faces = ball(1.0, rings, segments)
    return vertices * np.asarray(radii, np.float64), faces


def ring(radius, half_width, half_height, segments=56, around=22, power=2.0):
    """A torus about Z: its tube's middle lies at `radius`, the tube is an ellipse (or superellipse)."""
    angle = np.arange(segments) * 2 * np.pi / segments
    outline = squircle(around, power) * [half_width, half_height]
    out = np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)[:, None]
    vertices = (radius + outline[:, :1]) * out + outline[:, 1:] * [0, 0, 1.0]
    i, j = (x.ravel() for x in np.meshgrid(np.arange(segments), np.arange(around), indexing="ij"))
    further, next_j = (i + 1) % segments, (j + 1) % around
    a, b, c, d = i * around + j, further * around + j, further * around + next_j, i * around + next_j
    return vertices.reshape(-1, 3), np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def sculpted(stations, side=(0, 1, 0), count=20, segments=20, power=2.0, blunt=1.0):
    """A body or limb: ellipses (or superellipses) along a smooth line, with rounded ends.

    stations (K, 5)  x, y, z of the line, half the width (along `side`) and half the height there
    blunt            how far the rounded ends reach beyond the first and last station, in their smaller half axes
    """
    stations = np.asarray(stations, np.float64)
    chord = np.append(0, np.linalg.norm(np.diff(stations[:, :3], axis=0), axis=1).cumsum())
    at = np.linspace(0, chord[-1], count)
    line = CubicSpline(chord, stations[:, :3], bc_type="natural")
    path, forward = line(at), line(at, 1)
    size = PchipInterpolator(chord, stations[:, 3:])(at)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    angle = np.radians([28.0, 54.0, 77.0])
    reach, shrink = blunt * np.sin(angle)[:, None], np.cos(angle)[:, None]
    path = np.concatenate([(path[0] - reach * size[0].min() * forward[0])[::-1], path,
                           path[-1] + reach * size[-1].min() * forward[-1]])  # fmt: skip
    size = np.concatenate([(shrink * size[0])[::-1], size, shrink * size[-1]])
    forward = np.concatenate([np.repeat(forward[:1], 3, 0), forward, np.repeat(forward[-1:], 3, 0)])
    across = np.asarray(side, np.float64) - forward * (forward @ np.asarray(side, np.float64))[:, None]
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    up = np.cross(forward, across)
    outline = squircle(segments, power)
    return loft(path[:, None] + size[:, None, :1] * outline[:, :1] * across[:, None]
                + size[:, None, 1:] * outline[:, 1:] * up[:, None])  # fmt: skip


def turned(solid, axis, angle_deg):
    """The solid, turned about the origin: by the right-hand rule about `axis` (3,), "x", "y" or "z"."""
    axis = np.eye(3)["xyz".index(axis)] if isinstance(axis, str) else np.asarray(axis) / np.linalg.norm(axis)
    return solid[0] @ Rotation.from_rotvec(np.radians(angle_deg) * axis).as_matrix().T, solid[1]


def mirrored(solid):
    """The solid on the other side of the plane y = 0."""
    return solid[0] * [1, -1, 1], solid[1][:, ::-1]


def moved(solid, offset):
    """The solid, shifted by (3,)."""
    return solid[0] + np.asarray(offset, np.float64), solid[1]


def by_height(solid, *names_and_tops):
    """Part names per face of a standing solid: by_height(solid, "body", 0.1, "neck", 0.2, "mouth")."""
    middle = solid[0][solid[1]].mean(1)[:, 2]
    names, tops = np.array(names_and_tops[::2]), np.array(names_and_tops[1::2], np.float64)
    return names[np.searchsorted(tops, middle)]
