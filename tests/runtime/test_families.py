"""The procedural objects: closed solids of human size, with parts and grips that a hand can really use."""

from functools import cache
from pathlib import Path

import igl
import numpy as np
import pytest
import trimesh

from model_runtime.data.families import FAMILIES, HELD_OUT, RESERVED_SEED, TRAINING, make
from model_runtime.data.families.__main__ import SAMPLES, write_samples
from runtime.family_checks import check_grips, check_hole, check_mesh, check_mouth, check_parts, check_reach, check_use
from runtime.family_checks import human_range, winding

SEEDS = range(RESERVED_SEED, RESERVED_SEED + 8)
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
RANGES = human_range() | HUMAN_RANGE


@cache
def shapes(name):
    return [make(name, seed) for seed in SEEDS]


def test_enough_families_and_some_held_out():
    assert len(TRAINING) >= 45
    assert set(HELD_OUT) <= set(FAMILIES) and not set(HELD_OUT) & set(TRAINING) and len(HELD_OUT) >= 6


@pytest.mark.parametrize("name", FAMILIES)
def test_meshes_are_closed_centred_and_of_human_size(name):
    for shape in shapes(name):
        check_mesh(shape, *RANGES[name])


@pytest.mark.parametrize("name", FAMILIES)
def test_parts_cover_the_faces_once_and_grips_sit_on_their_part(name):
    for shape in shapes(name):
        check_parts(shape)
        check_grips(shape)


@pytest.mark.parametrize("name", FAMILIES)
def test_uses_have_the_directions_and_points_they_need(name):
    for shape in shapes(name):
        check_use(shape)
        check_mouth(shape)


@pytest.mark.parametrize("name", FAMILIES)
def test_palms_reach_their_grips_from_free_space(name):
    for shape in shapes(name)[:6]:
        check_reach(shape)


@pytest.mark.parametrize("name", FAMILIES)
def test_same_seed_same_mesh(name):
    again = make(name, SEEDS[0])
    np.testing.assert_array_equal(again.vertices, shapes(name)[0].vertices)
    np.testing.assert_array_equal(again.faces, shapes(name)[0].faces)
    assert len({tuple(shape.extent.round(6)) for shape in shapes(name)}) == len(SEEDS)


@pytest.mark.parametrize("name", FAMILIES)
def test_fingers_fit_through_handles(name):
    for shape in shapes(name)[:6] if name not in LOOPS else shapes(name):
        loops = [grip for grip in shape.grips if grip.kind == "handle"]
        assert loops or name not in LOOPS
        for grip in loops:
            check_hole(shape, grip)


@pytest.mark.parametrize("name", ("mug", "cup", "bowl", "jug", "wineglass", "pan"))
def test_open_vessels_are_hollow_but_have_a_bottom(name):
    for shape in shapes(name):
        top = shape.mouth.point
        assert winding(shape, top - [0, 0, 0.6 * 0.03])[0] < 0.5
        column = top + np.linspace(0, -shape.extent[2], 400)[:, None] * [0, 0, 1]
        assert (winding(shape, column) > 0.5).sum() * shape.extent[2] / 400 > 0.002


@pytest.mark.parametrize("name", LOOPS)
def test_handle_ends_are_buried_in_the_wall(name):
    """From every point of the handle one meets the wall on the way to the axis: nothing pokes into the vessel."""
    for shape in shapes(name):
        handle = shape.vertices[np.unique(shape.faces[shape.parts["handle"]])].astype(np.float64)
        axis = shape.mouth.point[:2] if name != "teapot" else np.array([0.0, 0.0])
        body = shape.faces[~shape.parts["handle"]].astype(np.int64)
        inwards = np.concatenate([axis - handle[:, :2], np.zeros((len(handle), 1))], 1)
        way = handle + np.linspace(0, 1, 60)[:, None, None] * inwards
        inside = igl.fast_winding_number(shape.vertices.astype(np.float64), body, way.reshape(-1, 3)) > 0.5
        assert inside.reshape(60, -1).any(0).all()
        assert inside.reshape(60, -1)[0].sum() >= 20  # both ends


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
