"""A mesh made a Thing: its parts, its points on each, its hinge, and what it refuses. Distances: test_prop.py."""

import numpy as np
import pytest
import torch
import trimesh

from model_runtime import seam
from model_runtime.objects.thing import Thing, thing_of

BASE, LID = trimesh.creation.box((0.1, 0.08, 0.04)), trimesh.creation.box((0.1, 0.08, 0.02))
LID.apply_translation([0, 0, 0.031])
BOTH = trimesh.util.concatenate([BASE, LID])
VERTICES, FACES = np.array(BOTH.vertices, np.float32), np.array(BOTH.faces, np.int32)
TURNING = np.arange(len(FACES)) >= len(BASE.faces)
HINGE = np.array([0, 0.04, 0.0205, -1, 0, 0, 0, 1.5])


def made(**changes):
    settings = {"turning": TURNING, "hinge": HINGE, **changes}
    return Thing(**thing_of(VERTICES, FACES, "box", resolution=16, **settings))


def test_the_parts_are_those_that_the_faces_say():
    thing = made()
    heights = [(vertices[:, 2].min(), vertices[:, 2].max()) for vertices, _ in thing.pieces]
    np.testing.assert_allclose(heights, [(-0.02, 0.02), (0.021, 0.041)], atol=1e-6)
    np.testing.assert_array_equal(thing.moving, thing.points[:, 2] > 0.0205)
    assert 0.1 < thing.moving.float().mean() < 0.9
    assert thing.hinge.dtype == np.float32 and thing.points.dtype == torch.float32 and thing.moving.dtype == torch.bool
    np.testing.assert_allclose(thing.hinge, HINGE, atol=1e-7)


def test_which_faces_turn_decides_which_part_does():
    other = made(turning=~TURNING)
    np.testing.assert_array_equal(other.moving, ~made().moving)
    np.testing.assert_allclose(np.ptp(other.pieces[1][0], axis=0), [0.1, 0.08, 0.04], atol=1e-6)


@pytest.mark.parametrize("changes", ({"hinge": None}, {"turning": None}, {"turning": np.zeros(len(FACES), bool)}))
def test_without_a_hinge_or_anything_on_it_a_thing_is_rigid(changes):
    thing = made(**changes)
    assert len(thing.pieces) == len(thing.grids) == 1 and not thing.moving.any() and not thing.hinge.any()
    torch.testing.assert_close(thing.points_at(torch.tensor([1.0]))[0], thing.points)
    points = torch.tensor([[0.0, 0.0, 0.05], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(thing.distance(points, torch.tensor(1.0)), thing.distance(points))


def test_a_thing_on_a_device_is_the_same_thing():
    thing = made()
    there = thing.to("cpu")
    assert there is not thing and there.pieces is thing.pieces
    points = torch.tensor([[0.0, 0.0, 0.05], [0.03, -0.05, 0.0]])
    for angle in (0.0, 1.0):
        assert torch.equal(there.distance(points, torch.tensor(angle)), thing.distance(points, torch.tensor(angle)))
    assert torch.equal(there.points, thing.points) and torch.equal(there.moving, thing.moving)


def test_a_mesh_that_is_no_thing_is_refused_by_its_name():
    for flat, faces in ((VERTICES * [1, 1, 0], FACES), (VERTICES, FACES[:0])):
        with pytest.raises(seam.UserError, match="“?Laptop.001"):
            thing_of(flat, faces, "Laptop.001")


def test_a_flat_part_is_refused_by_what_it_is():
    """As users mark a hinge: the top of a single box, and no more of it."""
    vertices, faces = np.array(BASE.vertices, np.float32), np.array(BASE.faces, np.int32)
    top = (vertices[faces][..., 2] > 0).all(1)
    for turning, part in ((top, "the part that turns"), (~top, "without what turns")):
        with pytest.raises(seam.UserError, match=f"“Laptop.001, {part}” is flat") as caught:
            thing_of(vertices, faces, "Laptop.001", turning, [0, 0.04, 0.02, -1, 0, 0, 0, 1.5])
        assert caught.value.kind == "mesh"


def test_a_box_whose_lid_and_base_are_open_shells_does():
    vertices, faces = np.array(BASE.vertices, np.float32), np.array(BASE.faces, np.int32)
    top_and_back = (vertices[faces][..., 2] > 0).all(1) | (vertices[faces][..., 1] > 0).all(1)
    thing = Thing(**thing_of(vertices, faces, "box", top_and_back, [0, 0.04, -0.02, -1, 0, 0, 0, 1.5], resolution=32))
    x, y, z = thing.points.T
    inner = (x.abs() < 0.045) & (y.abs() < 0.035)
    assert thing.moving[inner & (z > 0.0199)].all() and not thing.moving[inner & (z < -0.0199)].any()
    points = torch.tensor([[0.0, 0.0, 0.05], [0.0, -0.06, 0.0], [0.0, 0.065, 0.0]])
    np.testing.assert_allclose(thing.distance(points), [0.03, 0.02, 0.025], atol=3e-3)
    # Opened by a quarter turn, its top stands upright 4 cm behind the hinge.
    behind = torch.tensor([[0.0, 0.10, 0.03]])
    np.testing.assert_allclose(thing.distance(behind, torch.tensor(np.pi / 2)), [0.02], atol=3e-3)
