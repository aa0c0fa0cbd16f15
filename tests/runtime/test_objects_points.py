"""Contact points lie on the surface, mean the same place on the same shape, and cover it."""

import numpy as np
import pytest
from scipy.spatial import cKDTree
import torch
import trimesh

from model_runtime.objects.mesh import metric_mesh
from model_runtime.objects.points import COUNT, basis_points, contact_points, regions

torch.set_num_threads(1)


def bottle():
    profile = np.array([[0, 0], [0.035, 0], [0.035, 0.13], [0.013, 0.17], [0.013, 0.21], [0, 0.21]])
    return trimesh.creation.revolve(profile, sections=48)


SHAPES = {
    "box": trimesh.creation.box((0.12, 0.08, 0.05)),
    "ball": trimesh.creation.icosphere(3, 0.05),
    "torus": trimesh.creation.torus(0.05, 0.015, major_sections=24, minor_sections=16),
    "bottle": bottle(),
    "knife": trimesh.creation.box((0.3, 0.03, 0.012)),
}


def centred(mesh):
    return metric_mesh(mesh.vertices - mesh.bounds.mean(0), mesh.faces)


def nearest(vertices, faces, points):
    """The nearest point of every triangle to every point, and the best of them."""
    triangles = np.tile(vertices[faces].astype(np.float64), (len(points), 1, 1))
    each = trimesh.triangles.closest_point(triangles, np.repeat(points, len(faces), axis=0))
    each = each.reshape(len(points), len(faces), 3)
    best = np.linalg.norm(each - points[:, None], axis=-1).argmin(1)
    return each[np.arange(len(points)), best]


def inside(vertices, faces, points):
    """By the solid angle of every triangle (Van Oosterom and Strackee 1983)."""
    a, b, c = np.moveaxis(vertices[faces].astype(np.float64)[None] - points[:, None, None], 2, 0)
    la, lb, lc = (np.linalg.norm(corner, axis=-1) for corner in (a, b, c))
    dot = lambda p, q: (p * q).sum(-1)  # noqa: E731
    below = la * lb * lc + dot(a, b) * lc + dot(b, c) * la + dot(c, a) * lb
    return np.abs(np.arctan2(dot(a, np.cross(b, c)), below).sum(1)) > np.pi


@pytest.mark.parametrize("name", SHAPES)
def test_points_on_the_surface_with_outward_normals(name):
    vertices, faces = centred(SHAPES[name])
    points, normals = contact_points(vertices, faces[:, ::-1])  # whichever way the faces are turned
    assert points.shape == normals.shape == (COUNT, 3) and points.dtype == normals.dtype == np.float32
    assert np.abs(points - nearest(vertices, faces, points)).max() < 1e-6
    assert np.allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    assert not inside(vertices, faces, points + 3e-4 * normals).any()
    assert inside(vertices, faces, points - 3e-4 * normals).all()


@pytest.mark.parametrize("name", SHAPES)
def test_points_are_the_nearest_to_the_basis(name):
    vertices, faces = centred(SHAPES[name])
    basis = basis_points(np.ptp(vertices, axis=0))
    assert np.abs(contact_points(vertices, faces)[0] - nearest(vertices, faces, basis)).max() < 1e-5


@pytest.mark.parametrize("name", SHAPES)
def test_remeshing_moves_no_point(name):
    vertices, faces = centred(SHAPES[name])
    points, normals = contact_points(vertices, faces)
    finer = metric_mesh(*trimesh.remesh.subdivide(*trimesh.remesh.subdivide(vertices, faces)))
    again, normals_again = contact_points(*finer)
    assert np.abs(points - again).max() < 1e-4 and np.abs(normals - normals_again).max() < 1e-3


@pytest.mark.parametrize("name", SHAPES)
def test_points_cover_the_surface_like_an_even_spread(name):
    """95 % of the surface has a contact point within 1.15 times the spacing of 256 points on its area."""
    vertices, faces = centred(SHAPES[name])
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    surface, _ = trimesh.sample.sample_surface(mesh, 3000, seed=0)
    distance, _ = cKDTree(contact_points(vertices, faces)[0]).query(surface)
    assert np.percentile(distance, 95) < 1.15 * np.sqrt(mesh.area / COUNT)


def test_an_index_is_a_place():
    """The same index lies at the same relative place of a stretched and moved box."""
    small, large = trimesh.creation.box((0.1, 0.1, 0.1)), trimesh.creation.box((0.2, 0.2, 0.2))
    points, _ = contact_points(small.vertices, small.faces)
    stretched, _ = contact_points(large.vertices + [1, 2, 3], large.faces)
    assert np.allclose((stretched - [1, 2, 3]) / 2, points, atol=1e-5)


def test_the_basis_never_changes():
    """Checkpoints depend on it; these are its first shell and first filling points, in half extents."""
    basis = basis_points((2, 2, 2))
    assert basis.shape == (256, 3)
    assert np.allclose(basis[[0, 127]], [[1.1046, 0.5184, 0.6863], [-0.8581, 0.3425, 1.0518]], atol=1e-4)
    assert np.allclose(basis[[128, 255]], [[-0.3617, -0.6579, -0.9006], [-0.2918, -0.2128, 0.7233]], atol=1e-4)


def test_no_point_hides_inside_overlapping_parts():
    box, rod = trimesh.creation.box((0.1, 0.1, 0.1)), trimesh.creation.box((0.03, 0.03, 0.2))
    both = trimesh.util.concatenate([box, rod])
    points, _ = contact_points(*centred(both))
    assert not (np.abs(points) < 0.049).all(1).any()  # within a millimetre: the seam is found by cutting, not exactly
    assert not (np.abs(points) < [0.014, 0.014, 0.099]).all(1).any()


# Regions


def spread(points, groups):
    """Root mean square distance of the points to the middle of their group."""
    own = points[groups]
    return float(np.sqrt(np.square(own - own.mean(1, keepdims=True)).sum(-1).mean()))


def test_regions_share_out_all_points_evenly():
    for levels in range(6):
        groups = regions(levels)
        assert groups.shape == (2**levels, COUNT // 2**levels) and groups.dtype == np.int64
        np.testing.assert_array_equal(np.sort(groups.ravel()), np.arange(COUNT))


def test_a_region_is_what_lies_between_planes():
    """Halved across x, then y, z and x again: what comes first lies on the lower side, within its half."""
    basis, groups = basis_points((2, 2, 2)), regions(4)
    assert basis[groups[:8], 0].max() <= basis[groups[8:], 0].min()
    for half in groups.reshape(2, 8, 16):
        assert basis[half[:4], 1].max() <= basis[half[4:], 1].min()
        for quarter in half.reshape(2, 4, 16):
            assert basis[quarter[:2], 2].max() <= basis[quarter[2:], 2].min()
            for eighth in quarter.reshape(2, 2, 16):
                assert basis[eighth[0], 0].max() <= basis[eighth[1], 0].min()


@pytest.mark.parametrize("name", SHAPES)
def test_the_points_of_a_region_are_neighbours_on_every_object(name):
    points, groups = contact_points(*centred(SHAPES[name]))[0], regions()
    shuffled = np.random.default_rng(0).permutation(COUNT).reshape(groups.shape)
    assert spread(points, groups) < 0.6 * spread(points, shuffled)


def test_regions_never_change():
    """Checkpoints depend on them as well: those of the first and the last points."""
    places = [np.argwhere(regions() == index)[0].tolist() for index in (0, 127, 128, 255)]
    assert places == [[15, 12], [6, 7], [1, 3], [3, 9]]
