"""Signed distances against closed forms: closed, open, flipped, doubled, non-manifold, overlapping, dense."""

import numpy as np
import pytest
import torch
import trimesh

from model_runtime.objects.distance import distance_grid, sample_many, signed_distance
from model_runtime.objects.mesh import metric_mesh

torch.set_num_threads(1)
RNG = np.random.default_rng(0)


def around(extents, count=3000, margin=0.02):
    return RNG.uniform(-1, 1, (count, 3)) * (np.asarray(extents) / 2 + margin)


def box_distance(points, extents):
    q = np.abs(points) - np.asarray(extents) / 2
    return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(1), 0)


def sampled(grid, points):
    return grid.sample(torch.as_tensor(points, dtype=torch.float32)).numpy()


def voxel(grid):
    return float(((grid.upper - grid.lower) / (grid.values.shape[0] - 1)).norm())


@pytest.mark.parametrize("flip", [False, True])
def test_box_with_either_winding(flip):
    extents = (0.10, 0.06, 0.04)
    box = trimesh.creation.box(extents)
    vertices, faces = metric_mesh(box.vertices, box.faces[:, ::-1] if flip else box.faces)
    points = around(extents)
    truth = box_distance(points, extents)
    assert np.abs(signed_distance(points, vertices, faces) - truth).max() < 1e-6
    grid = distance_grid(vertices, faces)
    error = np.abs(sampled(grid, points) - truth)
    assert error.max() < voxel(grid) and error[np.abs(truth) < 0.01].mean() < 1e-4


def test_sphere_and_torus_grids():
    points = around((0.1, 0.1, 0.1))
    sphere = trimesh.creation.icosphere(4, 0.05)
    grid = distance_grid(sphere.vertices, sphere.faces)
    truth = np.linalg.norm(points, axis=1) - 0.05
    near = np.abs(truth) < 0.015
    assert np.abs(sampled(grid, points) - truth)[near].max() < 3e-4
    torus = trimesh.creation.torus(0.05, 0.015, major_sections=96, minor_sections=32)
    grid = distance_grid(torus.vertices, torus.faces)
    truth = np.hypot(np.linalg.norm(points[:, :2], axis=1) - 0.05, points[:, 2]) - 0.015
    near = np.abs(truth) < 0.01
    assert np.abs(sampled(grid, points) - truth)[near].max() < 4e-4


def test_open_cylinder_is_closed_by_a_lid():
    radius, height = 0.04, 0.12
    tube = trimesh.creation.cylinder(radius, height, sections=32)
    sides = tube.faces[np.abs(tube.face_normals[:, 2]) < 0.5]
    vertices, faces = metric_mesh(tube.vertices, sides)
    assert not trimesh.Trimesh(vertices, faces).is_watertight
    grid = distance_grid(vertices, faces)
    axis = np.zeros((2, 3))
    axis[:, 2] = (0.0, height / 2 + 0.02)
    inside, outside = sampled(grid, axis)
    assert abs(inside + radius) < 3e-3  # the axis is a crease of the distance, which voxels blunt
    along = np.zeros((200, 3))
    along[:, 2] = np.linspace(0, height / 2 + 0.02, 200)
    values = sampled(grid, along)
    assert outside > 0.005 and np.abs(np.diff(values)).max() < 2e-3  # no jump from -r to +r


def test_cup_of_one_sheet_has_its_rim_plane_as_lid():
    cup = trimesh.creation.revolve(np.array([[0, 0], [0.04, 0], [0.04, 0.1]]), sections=32)
    grid = distance_grid(*metric_mesh(cup.vertices, cup.faces))
    points = np.array([[0, 0, height] for height in (0.08, 0.09, 0.11, 0.12)])
    assert np.abs(sampled(grid, points) - [-0.02, -0.01, 0.01, 0.02]).max() < 1.5e-3


def test_doubled_flipped_and_scattered_faces_change_nothing():
    mesh = trimesh.creation.capsule(0.1, 0.03)
    mesh.apply_translation(-mesh.bounds.mean(0))
    points = around(mesh.extents, 500)
    truth = signed_distance(points, *metric_mesh(mesh.vertices, mesh.faces))
    along = np.clip(points[:, 2], -0.05, 0.05)  # a capsule is what lies within 3 cm of a 10 cm segment
    closed_form = np.linalg.norm(points - np.stack([0 * along, 0 * along, along], axis=1), axis=1) - 0.03
    assert np.abs(truth - closed_form).max() < 3e-4
    doubled = np.concatenate([mesh.faces, mesh.faces[:, ::-1], mesh.faces[:50]])
    mixed = np.where(RNG.random(len(mesh.faces))[:, None] < 0.4, mesh.faces[:, ::-1], mesh.faces)
    soup = mesh.triangles.reshape(-1, 3) + RNG.normal(0, 1e-9, (3 * len(mesh.faces), 3))
    for vertices, faces in (
        (mesh.vertices, doubled),
        (mesh.vertices, mixed),
        (soup, np.arange(len(soup)).reshape(-1, 3)),
    ):
        assert np.abs(signed_distance(points, *metric_mesh(vertices, faces)) - truth).max() < 2e-6


def test_non_manifold_fin_leaves_the_solid_inside():
    box = trimesh.creation.box((0.1, 0.1, 0.1))
    vertices = np.concatenate([box.vertices, [[0.08, 0, 0.08]]])
    edge = box.faces[0][:2]
    faces = np.concatenate([box.faces, [[*edge, 8]]])
    vertices, faces = metric_mesh(vertices, faces)
    points = around((0.06, 0.06, 0.06), 300, 0)
    assert (signed_distance(points, vertices, faces) < 0).all()


def test_overlapping_parts_are_one_solid():
    """A rod pushed through a box: the walls inside the union are no surface."""
    box = trimesh.creation.box((0.1, 0.1, 0.1))
    rod = trimesh.creation.box((0.02, 0.02, 0.2))
    both = trimesh.util.concatenate([box, rod])
    vertices, faces = metric_mesh(both.vertices, both.faces)
    points = around((0.1, 0.1, 0.2), 2000, 0.01)
    union = np.minimum(box_distance(points, box.extents), box_distance(points, rod.extents))
    got = signed_distance(points, vertices, faces)
    outside = union > 0
    assert np.abs(got - union)[outside].max() < 1e-6
    assert (got[union < -1e-6] < 0).all()
    core = (np.abs(points) < 0.03).all(1)  # within the box, across the rod's walls; the wall is 20 mm or more away
    assert got[core].max() < -0.015
    assert sampled(distance_grid(vertices, faces), points[core]).max() < -0.012


def test_a_hollow_ball_keeps_its_cavity():
    outer, inner = trimesh.creation.icosphere(4, 0.05), trimesh.creation.icosphere(4, 0.03)
    inner.invert()
    ball = trimesh.util.concatenate([outer, inner])
    got = signed_distance([[0, 0, 0], [0.04, 0, 0], [0.06, 0, 0]], *metric_mesh(ball.vertices, ball.faces))
    assert np.abs(got - [0.03, -0.01, 0.01]).max() < 5e-4


def test_gradients_are_the_surface_direction_inside_and_outside_the_box():
    sphere = trimesh.creation.icosphere(4, 0.05)
    grid = distance_grid(sphere.vertices, sphere.faces)
    # off the lattice's planes, where the trilinear gradient jumps
    directions = torch.nn.functional.normalize(torch.tensor(RNG.normal(size=(64, 3)), dtype=torch.float32), dim=1)
    for radius, tolerance in ((0.04, 0.97), (0.06, 0.97), (0.3, 0.8), (2.0, 0.8)):
        points = (radius * directions).requires_grad_()
        values = grid.sample(points)
        (gradient,) = torch.autograd.grad(values.sum(), points)
        assert (torch.nn.functional.cosine_similarity(gradient, directions) > tolerance).all()
    assert abs(float(grid.sample(torch.tensor([0.0, 0.0, 0.55]))) - 0.5) < 1e-3


def test_sample_many_equals_each_grid():
    grids = [distance_grid(trimesh.creation.box(size).vertices, trimesh.creation.box(size).faces, 16)
             for size in ((0.1, 0.05, 0.2), (0.03, 0.3, 0.1))]  # fmt: skip
    points = torch.rand(2, 50, 3) * 0.4 - 0.2
    stacked = (torch.stack([getattr(grid, name) for grid in grids]) for name in ("values", "lower", "upper"))
    together = sample_many(*stacked, points)
    for index, grid in enumerate(grids):
        assert torch.allclose(together[index], grid.sample(points[index]), atol=1e-7)


def test_dense_mesh_far_from_the_origin():
    mesh = trimesh.creation.icosphere(5, 0.05)  # 20,480 triangles
    mesh.apply_translation((3.0, -2.0, 1.0))
    grid = distance_grid(*metric_mesh(mesh.vertices, mesh.faces))
    assert abs(float(grid.sample(torch.tensor([3.0, -2.0, 1.06]))) - 0.01) < 2e-4
