"""The procedural objects: closed solids of human size, with parts and grips that a hand can really use."""

from pathlib import Path

import igl
import numpy as np
import pytest
import trimesh

from model_runtime.data.families import ACTIONS, FAMILIES, HELD_OUT, KINDS, RESERVED_SEED, TRAINING, make
from model_runtime.data.families.__main__ import SAMPLES, write_samples

SEEDS = range(RESERVED_SEED, RESERVED_SEED + 20)
OBJECTS = Path(__file__).parents[2] / "assets" / "objects"

# Smallest and largest extent (m) that a real one has, longest side first.
HUMAN_RANGE = {
    "mug": (0.08, 0.16), "bottle": (0.14, 0.34), "can": (0.08, 0.18), "box": (0.024, 0.32), "ball": (0.03, 0.25),
    "cup": (0.06, 0.16), "bowl": (0.10, 0.22), "hammer": (0.2, 0.4), "pan": (0.25, 0.5), "torch": (0.1, 0.3),
    "knife": (0.16, 0.36), "jug": (0.12, 0.25), "wineglass": (0.13, 0.24), "jar": (0.05, 0.15), "spray": (0.17, 0.3),
    "phone": (0.11, 0.17), "book": (0.08, 0.27), "screwdriver": (0.14, 0.3), "teapot": (0.18, 0.3),
    "camera": (0.09, 0.16), "brush": (0.13, 0.27),
}  # fmt: skip
LOOPS = ("mug", "jug", "teapot")


@pytest.fixture(scope="module")
def shapes():
    return {name: [make(name, seed) for seed in SEEDS] for name in FAMILIES}


def solid(shape):
    return trimesh.Trimesh(shape.vertices.astype(np.float64), shape.faces, process=False)


def winding(shape, points):
    return igl.fast_winding_number(
        shape.vertices.astype(np.float64), shape.faces.astype(np.int64), np.atleast_2d(points)
    )


def test_enough_families_and_some_held_out():
    assert len(TRAINING) >= 14
    assert set(HELD_OUT) <= set(FAMILIES) and not set(HELD_OUT) & set(TRAINING) and len(HELD_OUT) >= 2


@pytest.mark.parametrize("name", FAMILIES)
def test_meshes_are_closed_centred_and_of_human_size(name, shapes):
    for shape in shapes[name]:
        assert shape.vertices.dtype == np.float32 and shape.faces.dtype == np.int32
        assert np.isfinite(shape.vertices).all()
        assert 900 <= len(shape.faces) <= 8000
        mesh = solid(shape)
        assert mesh.is_watertight and mesh.is_winding_consistent
        assert mesh.area_faces.min() > 1e-12
        assert all(body.volume > 0 for body in mesh.split(only_watertight=False))  # every solid faces outwards
        np.testing.assert_allclose(shape.vertices.min(0), -shape.vertices.max(0), atol=1e-6)
        low, high = HUMAN_RANGE[name]
        assert low <= shape.extent.max() <= high and shape.extent.min() >= 0.006


@pytest.mark.parametrize("name", FAMILIES)
def test_parts_cover_the_faces_once_and_grips_sit_on_their_part(name, shapes):
    for shape in shapes[name]:
        masks = np.stack(list(shape.parts.values()))
        assert masks.shape == (len(shape.part_names), len(shape.faces))
        assert (masks.sum(0) == 1).all() and masks.any(1).all()
        assert shape.grips and set(shape.actions) <= set(ACTIONS)
        assert {"lift", "place", "inspect", "pass"} <= set(shape.actions)
        for grip in shape.grips:
            assert grip.kind in KINDS and grip.part in shape.parts
            np.testing.assert_allclose(np.linalg.norm(grip.axis), 1, atol=1e-5)
            np.testing.assert_allclose(np.linalg.norm(grip.approach, axis=1), 1, atol=1e-5)
            np.testing.assert_allclose(grip.approach @ grip.axis, 0, atol=1e-5)
            held = shape.faces[shape.parts[grip.part]].astype(np.int64)
            vertices, centre = shape.vertices.astype(np.float64), grip.centre[None].astype(np.float64)
            distance = np.sqrt(igl.point_mesh_squared_distance(centre, vertices, held)[0])
            assert distance[0] <= 1.25 * grip.radius + 0.002, (grip.part, grip.kind)
            assert grip.radius <= (0.16 if grip.kind == "two" else 0.046)


@pytest.mark.parametrize("name", FAMILIES)
def test_palms_reach_their_grips_from_free_space(name, shapes):
    """Along every suggested way the palm first meets the object near the grip, and not from under the table."""
    travel = np.arange(-0.3, 0.05, 0.001)
    for shape in shapes[name][:6]:
        for grip in shape.grips:
            ways = grip.approach[:: max(1, len(grip.approach) // 4)]
            assert grip.kind == "two" or abs(grip.axis[2]) > 0.5 or (ways[:, 2] < 0.1).all()
            rays = grip.centre + travel[:, None] * ways[:, None]
            inside = winding(shape, rays.reshape(-1, 3)).reshape(len(ways), -1) > 0.5
            assert inside.any(1).all()
            first = -travel[inside.argmax(1)]
            assert (first <= max(1.3 * grip.radius, 0.02) + 0.012).all(), (grip.part, grip.kind, first, grip.radius)


@pytest.mark.parametrize("name", FAMILIES)
def test_same_seed_same_mesh(name, shapes):
    again = make(name, SEEDS[0])
    np.testing.assert_array_equal(again.vertices, shapes[name][0].vertices)
    np.testing.assert_array_equal(again.faces, shapes[name][0].faces)
    assert len({tuple(shape.extent.round(6)) for shape in shapes[name]}) == len(SEEDS)


@pytest.mark.parametrize("name", LOOPS)
def test_fingers_fit_through_the_handle(name, shapes):
    """Straight through the hole's middle there is air, 8 mm all around it; the handle encloses it above and below."""
    for shape in shapes[name]:
        grip = next(grip for grip in shape.grips if grip.kind == "handle")
        angle = np.linspace(0, 2 * np.pi, 13)
        ring = grip.hole + 0.008 * np.stack([np.cos(angle), 0 * angle, np.sin(angle)], 1) * (np.arange(13) > 0)[:, None]
        channel = ring[:, None] + np.linspace(-0.05, 0.05, 11)[:, None] * [0, 1, 0]
        assert (winding(shape, channel.reshape(-1, 3)) < 0.5).all()
        toward = np.linspace(0, 0.12, 240)[:, None]
        for direction in ([0, 0, 1], [0, 0, -1], [-1, 0, 0], [1, 0, 0]):
            assert (winding(shape, grip.hole + toward * direction) > 0.5).any(), direction


@pytest.mark.parametrize("name", ("mug", "cup", "bowl", "jug", "wineglass", "pan"))
def test_open_vessels_are_hollow_but_have_a_bottom(name, shapes):
    for shape in shapes[name]:
        top = shape.mouth.point
        assert winding(shape, top - [0, 0, 0.6 * 0.03])[0] < 0.5
        column = top + np.linspace(0, -shape.extent[2], 400)[:, None] * [0, 0, 1]
        assert (winding(shape, column) > 0.5).sum() * shape.extent[2] / 400 > 0.002


@pytest.mark.parametrize("name", LOOPS)
def test_handle_ends_are_buried_in_the_wall(name, shapes):
    """From every point of the handle one meets the wall on the way to the axis: nothing pokes into the vessel."""
    for shape in shapes[name]:
        handle = shape.vertices[np.unique(shape.faces[shape.parts["handle"]])].astype(np.float64)
        axis = shape.mouth.point[:2] if name != "teapot" else np.array([0.0, 0.0])
        body = shape.faces[~shape.parts["handle"]].astype(np.int64)
        inwards = np.concatenate([axis - handle[:, :2], np.zeros((len(handle), 1))], 1)
        way = handle + np.linspace(0, 1, 60)[:, None, None] * inwards
        inside = igl.fast_winding_number(shape.vertices.astype(np.float64), body, way.reshape(-1, 3)) > 0.5
        assert inside.reshape(60, -1).any(0).all()
        assert inside.reshape(60, -1)[0].sum() >= 20  # both ends


@pytest.mark.parametrize("name", FAMILIES)
def test_mouths_are_open_and_tilt_towards_their_lips(name, shapes):
    for shape in shapes[name]:
        pours = {"drink", "pour"} & set(shape.actions)
        assert bool(pours) == (shape.mouth is not None)
        if not pours:
            continue
        mouth = shape.mouth
        assert winding(shape, mouth.point + 0.002 * mouth.axis)[0] < 0.5
        for lip, axis in zip(mouth.lips, mouth.tilt_axes):
            angle = np.radians(20)
            turned = np.cos(angle) * mouth.axis + np.sin(angle) * np.cross(axis, mouth.axis)
            assert turned[2] < mouth.axis[2] - 0.03 and turned @ lip > 0.3


def read_obj(path):
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    vertices = np.array([row[1:] for row in rows if row[0] == "v"], np.float64)
    faces = np.array([row[1:] for row in rows if row[0] == "f"], np.int64) - 1
    return vertices, faces


def test_samples_are_what_the_script_writes(tmp_path):
    write_samples(tmp_path)
    assert len(SAMPLES) >= 5 and (OBJECTS / "LICENSE").read_bytes() == (tmp_path / "LICENSE").read_bytes()
    for name in SAMPLES:
        (stored, faces), (fresh, fresh_faces) = read_obj(OBJECTS / f"{name}.obj"), read_obj(tmp_path / f"{name}.obj")
        np.testing.assert_allclose(stored, fresh, atol=2e-6)
        np.testing.assert_array_equal(faces, fresh_faces)
        mesh = trimesh.Trimesh(stored, faces, process=False)
        assert mesh.is_watertight and mesh.volume > 0
    vertices, _ = read_obj(OBJECTS / "mug.obj")
    assert abs(np.ptp(vertices[:, 1]) - 0.09) < 0.005 and vertices[:, 1].min() == 0
