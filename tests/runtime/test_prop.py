"""A prop with a hinge, two boxes, at several angles: its distances against closed forms, its points against the
mesh.
"""

import igl
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch

from model_runtime.data.families.shape import Hinge, assemble
from model_runtime.data.prop import ready, standing

BASE, LID = np.array([0.16, 0.10, 0.05]), np.array([0.16, 0.10, 0.03])
AXIS = np.array([-1.0, 0, 0])  # along the back edge: positive angles lift the front
ANGLES = (-0.2, 0.0, 0.4, 1.1, 2.0)
RNG = np.random.default_rng(0)


def block(size, place, cells=6):
    """A closed box of triangles, each side cut into cells x cells, and more than a contact sheet's few corners."""
    line = np.linspace(-0.5, 0.5, cells + 1)
    u, v = (grid.ravel() for grid in np.meshgrid(line, line, indexing="ij"))
    corner = (np.arange(cells)[:, None] * (cells + 1) + np.arange(cells)).ravel()
    quads = np.stack([corner, corner + cells + 1, corner + cells + 2, corner + 1], 1)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    points, triangles = [], []
    for axis in range(3):
        for sign in (-0.5, 0.5):
            side = np.insert(np.stack([u, v], 1), axis, sign, axis=1)  # the normal of (u, v) is -Y where axis is 1
            outwards = (sign > 0) != (axis == 1)
            triangles.append((faces if outwards else faces[:, ::-1]) + sum(map(len, points)))
            points.append(side)
    points, back = np.unique(np.concatenate(points).round(9), axis=0, return_inverse=True)
    return points * size + place, back.ravel()[np.concatenate(triangles)]


@pytest.fixture(scope="module")
def prop():
    lid_at = np.array([0, 0, BASE[2] / 2 + LID[2] / 2 + 0.001])
    hinge = Hinge(np.array([0.0, BASE[1] / 2, BASE[2] / 2]), AXIS, -0.2, 2.0, ("lid",))
    return ready(
        assemble(
            "two boxes", ("box",), [("base", block(BASE, [0, 0, 0])), ("lid", block(LID, lid_at))], [], hinge=hinge
        )
    )


def box(points, size):
    """Signed distance (N,) to a box about the origin; Quilez."""
    beyond = np.abs(points) - size / 2
    return np.linalg.norm(np.maximum(beyond, 0), axis=-1) + np.minimum(beyond.max(-1), 0)


def turning(prop, angle):
    """The turn and the point that it leaves in place, from the shape."""
    return Rotation.from_rotvec(angle * AXIS), np.asarray(prop.shape.hinge.point, float)


def closed_form(prop, points, angle):
    """Signed distance (N,) to the two boxes with the lid at an angle, and the lid's alone."""
    turn, pivot = turning(prop, angle)
    solids = [
        prop.shape.vertices[np.unique(prop.shape.faces[rows])] for rows in (~prop.shape.moving, prop.shape.moving)
    ]
    base, lid = ((solid.min(0) + solid.max(0)) / 2 for solid in solids)
    at_zero = turn.inv().apply(points - pivot) + pivot
    lid_distance = box(at_zero - lid, LID)
    return np.minimum(box(points - base, BASE), lid_distance), lid_distance


def around(prop, angle, count=3000):
    """Points within 25 mm of the open or closed thing, and a few in it."""
    turn, pivot = turning(prop, angle)
    corners = prop.shape.vertices.astype(float)
    corners = np.concatenate([corners, turn.apply(corners - pivot) + pivot])
    points = RNG.uniform(corners.min(0) - 0.02, corners.max(0) + 0.02, (8 * count, 3))
    return points[np.abs(closed_form(prop, points, angle)[0]) < 0.025][:count]


def tensor(values):
    return torch.as_tensor(np.asarray(values), dtype=torch.float32)


@pytest.mark.parametrize("angle", ANGLES)
def test_the_part_turns_about_the_hinge(prop, angle):
    turn, shift = (value.double().numpy() for value in prop.part_pose(torch.tensor(angle)))
    expected, pivot = turning(prop, angle)
    points = RNG.normal(0, 0.1, (20, 3))
    np.testing.assert_allclose(points @ turn.T + shift, expected.apply(points - pivot) + pivot, atol=1e-6)
    np.testing.assert_allclose(turn @ pivot + shift, pivot, atol=1e-6)
    front = pivot - [0, BASE[1], 0]  # opening lifts the lid's front
    assert np.sign((turn @ front + shift - front)[2].round(6)) == np.sign(angle)


def test_many_angles_at_once(prop):
    angles = torch.tensor([[0.0, 0.3], [1.0, 2.0]])
    turn, shift = prop.part_pose(angles)
    assert turn.shape == (2, 2, 3, 3) and shift.shape == (2, 2, 3)
    one = prop.part_pose(angles[1, 0])
    torch.testing.assert_close((turn[1, 0], shift[1, 0]), one)
    points = tensor(RNG.uniform(-0.08, 0.08, (2, 2, 7, 3)))
    together = prop.distance(points, angles)
    assert together.shape == (2, 2, 7)
    torch.testing.assert_close(together[0, 1], prop.distance(points[0, 1], angles[0, 1]))
    torch.testing.assert_close(prop.exact(points, angles)[1, 1], prop.exact(points[1, 1], angles[1, 1]))


@pytest.mark.parametrize("angle", ANGLES)
def test_distances_are_the_closed_forms(prop, angle):
    """By the grids to a fifth of a millimetre near flat faces, to a voxel anywhere; exact to a micrometre near the
    skin.
    """
    points = around(prop, angle)
    truth, lid = closed_form(prop, points, angle)
    assert (truth < -0.005).sum() > 50 and (lid == truth).sum() > 300 and (lid > truth).sum() > 300
    error = np.abs(prop.distance(tensor(points)[None], torch.tensor([angle]))[0].numpy() - truth)
    near = np.abs(truth) < 0.01
    voxel = max(float(((grid.upper - grid.lower) / (grid.values.shape[0] - 1)).norm()) for grid in prop.grids)
    assert np.median(error[near]) < 2e-4 and error.max() < voxel
    exact = prop.exact(tensor(points)[None], torch.tensor([angle]))[0].numpy()
    skin = np.abs(truth) < 0.0035
    assert skin.sum() > 200
    assert np.abs(exact - truth)[skin].max() < 2e-6


def test_distances_without_an_angle_are_those_of_the_closed_thing(prop):
    points = tensor(around(prop, 0.0, 200))
    torch.testing.assert_close(prop.distance(points), prop.distance(points, torch.tensor(0.0)), rtol=0, atol=1e-7)
    torch.testing.assert_close(prop.exact(points), prop.exact(points, torch.tensor(0.0)), rtol=0, atol=1e-7)


def test_the_distances_slope_is_a_unit_away_from_the_thing(prop):
    points = tensor(around(prop, 1.1, 600)).requires_grad_(True)
    distance = prop.distance(points, torch.tensor(1.1))
    slope = torch.autograd.grad(distance.sum(), points)[0]
    outside = (distance > 0.004) & (distance < 0.02)
    assert outside.sum() > 50
    assert (slope.norm(dim=-1)[outside] - 1).abs().median() < 0.02
    step = prop.distance((points - 0.003 * slope).detach(), torch.tensor(1.1))
    assert ((distance - step)[outside] - 0.003).abs().median() < 2e-4


@pytest.mark.parametrize("angle", ANGLES)
def test_contact_points_lie_on_the_mesh_at_every_angle(prop, angle):
    """The mesh is turned here by scipy, and measured by libigl."""
    points = prop.points_at(torch.tensor([0.0, angle]))
    assert points.shape == (2, 256, 3)
    turn, pivot = turning(prop, angle)
    vertices, faces = prop.shape.vertices.astype(np.float64), prop.shape.faces.astype(np.int64)
    rows = np.unique(faces[prop.shape.moving])
    vertices[rows] = turn.apply(vertices[rows] - pivot) + pivot
    squared = igl.point_mesh_squared_distance(points[1].double().numpy(), vertices, faces)[0]
    assert np.sqrt(squared).max() < 1e-5
    moving = prop.moving.numpy()
    assert 0.3 < moving.mean() < 0.7  # both boxes are much alike
    np.testing.assert_array_equal(points[1].numpy()[~moving], points[0].numpy()[~moving])
    torch.testing.assert_close(points[0], prop.points)
    moved = np.linalg.norm(points[1].numpy() - points[0].numpy(), axis=1)[moving]
    radius = np.linalg.norm((prop.points.numpy() - pivot)[moving][:, 1:], axis=1)
    np.testing.assert_allclose(moved, 2 * radius * abs(np.sin(angle / 2)), atol=1e-6)  # chords


def test_pieces_are_the_base_and_what_turns(prop):
    (base, _), (lid, _) = prop.pieces
    np.testing.assert_allclose(np.ptp(base, axis=0), BASE, atol=1e-6)
    np.testing.assert_allclose(np.ptp(lid, axis=0), LID, atol=1e-6)
    assert lid[:, 2].min() > base[:, 2].max() and len(prop.grids) == 2
    assert prop.table == pytest.approx(-(BASE[2] + LID[2] + 0.001) / 2, abs=1e-6)


def test_a_turned_prop_measures_the_same_at_turned_points(prop):
    yaw = 0.7
    turned = ready(standing(prop.shape, yaw))
    turn = Rotation.from_euler("z", yaw)
    points = around(prop, 0.4, 800)
    shift = turned.shape.hinge.point - turn.apply(prop.shape.hinge.point)  # its bounding box is centred again
    one, other = (
        p.exact(tensor(at), torch.tensor(0.4)).numpy()
        for p, at in ((prop, points), (turned, turn.apply(points) + shift))
    )
    near = np.abs(closed_form(prop, points, 0.4)[0]) < 0.0035
    assert near.sum() > 50 and np.abs(one - other)[near].max() < 3e-6


def test_without_a_hinge_angles_change_nothing():
    rigid = ready(assemble("block", ("block",), [("body", block(BASE, [0, 0, 0]))], []))
    turn, shift = rigid.part_pose(torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(turn, torch.eye(3).expand(2, 3, 3))
    assert shift.shape == (2, 3) and not shift.any()
    assert not rigid.moving.any() and len(rigid.grids) == len(rigid.pieces) == 1
    points = RNG.uniform(-0.6, 0.6, (500, 3)) * (BASE + 0.03)
    truth = box(points, BASE)
    exact = rigid.exact(tensor(points), torch.tensor(1.0)).numpy()
    assert np.abs(exact - truth)[np.abs(truth) < 0.0035].max() < 2e-6
    torch.testing.assert_close(rigid.points_at(torch.tensor([1.0]))[0], rigid.points)
