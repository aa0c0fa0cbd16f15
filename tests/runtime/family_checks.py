"""What every procedural object must satisfy, whatever its family: checks for the families' tests.

A test file of families lists their sizes in a dict HUMAN_RANGE, {name: (smallest, largest)}: the longest side of a
real one, metres. Those of all the test files together are what `human_range` finds.
"""

import importlib

import igl
import numpy as np
import trimesh

from model_runtime.data.families import ACTIONS, HOLD, KINDS

FILES = ("test_families_figures", "test_families_devices", "test_families_hinged")
EVERY_DAY = {"lift", "place", "inspect", "pass"}
POINTED = {"eat", "brush", "call", "see", "stamp", "screw", "cut", "chop", "peel"}  # need a working point, or a hinge
MET = ("press", "palm")  # kinds that meet a point of the surface and hold nothing


def human_range():
    """{family: (smallest, largest) extent of the longest side, metres}, from every test file that there is."""
    ranges = {}
    for file in FILES:
        try:
            ranges.update(importlib.import_module(f"runtime.{file}").HUMAN_RANGE)
        except ModuleNotFoundError as missing:
            if missing.name != f"runtime.{file}":
                raise
    return ranges


def winding(shape, points, rows=slice(None)):
    """Winding number (N,) of the shape, or of some `rows` of its faces, about points (N, 3): above 0.5 is inside."""
    return igl.fast_winding_number(
        shape.vertices.astype(np.float64), shape.faces[rows].astype(np.int64), np.atleast_2d(points)
    )


def distance(shape, points, part=None):
    """Unsigned distance (N,) of points (N, 3) to the surface, or to that of one part."""
    faces = shape.faces if part is None else shape.faces[shape.parts[part]]
    points = np.ascontiguousarray(np.atleast_2d(points), np.float64)
    return np.sqrt(igl.point_mesh_squared_distance(points, shape.vertices.astype(np.float64),
                                                   faces.astype(np.int64))[0])  # fmt: skip


def check_mesh(shape, low, high):
    """Closed solids that face outwards, centred, of a size between `low` and `high`."""
    assert shape.vertices.dtype == np.float32 and shape.faces.dtype == np.int32
    assert np.isfinite(shape.vertices).all()
    assert 900 <= len(shape.faces) <= 8000, len(shape.faces)
    mesh = trimesh.Trimesh(shape.vertices.astype(np.float64), shape.faces, process=False)
    assert mesh.is_watertight and mesh.is_winding_consistent
    assert mesh.area_faces.min() > 1e-12
    _, solid = igl.facet_components(shape.faces.astype(np.int64))
    corners = shape.vertices[shape.faces].astype(np.float64)
    assert (np.bincount(solid, np.linalg.det(corners)) > 0).all()  # six times the volume of each
    np.testing.assert_allclose(shape.vertices.min(0), -shape.vertices.max(0), atol=1e-6)
    assert low <= shape.extent.max() <= high and shape.extent.min() >= 0.004, shape.extent


def check_parts(shape):
    """Every face belongs to one part; the parts that turn share no vertex with those that do not."""
    masks = np.stack(list(shape.parts.values()))
    assert masks.shape == (len(shape.part_names), len(shape.faces))
    assert (masks.sum(0) == 1).all() and masks.any(1).all()
    if shape.hinge is not None:
        hinge = shape.hinge
        assert set(hinge.parts) < set(shape.part_names) and hinge.low <= 0 <= hinge.high and hinge.low < hinge.high
        np.testing.assert_allclose(np.linalg.norm(hinge.axis), 1, atol=1e-5)
        assert not np.intersect1d(shape.faces[shape.moving], shape.faces[~shape.moving]).size


def check_use(shape):
    """What it is used for, and the directions and the point that this needs."""
    assert shape.fixed or EVERY_DAY <= set(shape.actions), shape.actions
    np.testing.assert_allclose([np.linalg.norm(shape.front), np.linalg.norm(shape.up)], 1, atol=1e-5)
    np.testing.assert_allclose(shape.front @ shape.up, 0, atol=1e-5)
    assert not POINTED & set(shape.actions) or shape.tip is not None or shape.hinge is not None
    if shape.tip is not None:
        assert distance(shape, shape.tip)[0] < 0.03


def check_grips(shape):
    """Grips lie on their part, with unit directions and a size that fits a hand."""
    assert shape.grips
    for grip in shape.grips:
        assert grip.kind in KINDS and grip.part in shape.parts
        assert grip.actions and set(grip.actions) <= {*ACTIONS, HOLD}, grip.actions
        assert not shape.fixed or not {*EVERY_DAY, "hand over"} & set(grip.actions)
        np.testing.assert_allclose(np.linalg.norm(grip.axis), 1, atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(grip.approach, axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(grip.approach @ grip.axis, 0, atol=1e-5)
        away = distance(shape, grip.centre, grip.part)[0]
        if grip.kind in MET:
            assert away <= 0.002, (grip.part, grip.kind, away)
            assert not {*EVERY_DAY, "hand over"} & set(grip.actions), "nothing is lifted without a grasp"
        elif grip.kind != "loops":
            assert away <= 1.25 * grip.radius + 0.002, (grip.part, grip.kind, away)
            assert grip.radius <= {"two": 0.16, "platform": 0.16}.get(grip.kind, 0.046), (grip.part, grip.kind)


def check_reach(shape):
    """Along every suggested way the palm first meets the object near the grip, and not from under the table.

    Only what rests on a palm in the air comes from below; rings of scissors are met from beside them. On an articulated
    thing the other piece may be out of the way.
    """
    travel = np.arange(-0.3, 0.05, 0.001)
    for grip in shape.grips:
        if grip.kind == "loops":
            continue
        ways = grip.approach[:: max(1, len(grip.approach) // 4)]
        free = grip.kind in ("two", "platform") or shape.moves(grip) or abs(grip.axis[2]) > 0.5
        assert free or (ways[:, 2] < 0.1).all(), (grip.part, grip.kind)
        rays = grip.centre + travel[:, None] * ways[:, None]
        piece = shape.moving if shape.moves(grip) else ~shape.moving
        inside = winding(shape, rays.reshape(-1, 3), piece).reshape(len(ways), -1) > 0.5
        assert inside.any(1).all(), (grip.part, grip.kind)
        first = -travel[inside.argmax(1)]
        near = 0.003 if grip.kind in MET else max(1.3 * grip.radius, 0.02) + 0.015
        assert (first <= near).all(), (grip.part, grip.kind, first, grip.radius)


def check_mouth(shape):
    """Open to the air, and turning about a tilt axis lowers its lip. Only what is drunk from or poured has one."""
    pours = {"drink", "pour"} & set(shape.actions)
    assert bool(pours) == (shape.mouth is not None)
    if not pours:
        return
    mouth = shape.mouth
    assert winding(shape, mouth.point + 0.002 * mouth.axis)[0] < 0.5
    for lip, axis in zip(mouth.lips, mouth.tilt_axes):
        angle = np.radians(20)
        turned = np.cos(angle) * mouth.axis + np.sin(angle) * np.cross(axis, mouth.axis)
        assert turned[2] < mouth.axis[2] - 0.03 and turned @ lip > 0.3


def check_hole(shape, grip, directions=None):
    """Fingers fit through a loop: air 8 mm around its middle, straight through, and the object on all sides of it.

    The hole runs across the grip's axis and its first way of approach.
    """
    along = grip.approach[len(grip.approach) // 2]
    through = np.cross(grip.axis, along)
    angle = np.linspace(0, 2 * np.pi, 13)[:, None]
    ring = grip.hole + 0.008 * (np.cos(angle) * along + np.sin(angle) * grip.axis) * (np.arange(13) > 0)[:, None]
    channel = ring[:, None] + np.linspace(-0.05, 0.05, 11)[:, None] * through
    assert (winding(shape, channel.reshape(-1, 3)) < 0.5).all()
    toward = np.linspace(0, 0.12, 240)[:, None]
    for direction in (grip.axis, -grip.axis, along, -along) if directions is None else directions:
        assert (winding(shape, grip.hole + toward * direction) > 0.5).any(), direction
