"""Cleaning meshes, and which objects a hand can hold."""

import numpy as np
import pytest
import trimesh

from model_runtime.objects.mesh import metric_mesh, size_check
from model_runtime.seam import UserError

BOX = trimesh.creation.box((0.1, 0.1, 0.1))


def test_a_soup_with_doubles_slivers_and_loose_vertices_becomes_a_box():
    soup = BOX.triangles.reshape(-1, 3)
    loose = [[9.0, 9.0, 9.0], [np.nan, 0, 0]]
    vertices = np.concatenate([soup, loose, [[0.05, 0.05, 0.0]]])
    faces = np.arange(36).reshape(-1, 3)
    corner = [tuple(np.round(point, 6)) for point in soup]
    a, b = corner.index((0.05, 0.05, 0.05)), corner.index((0.05, 0.05, -0.05))
    faces = np.concatenate([faces, faces[:3, ::-1], [[0, 0, 1]], [[a, b, 38]]])
    got = trimesh.Trimesh(*metric_mesh(vertices, faces), process=False)
    assert len(got.vertices) == 8 and len(got.faces) == 12 and got.is_watertight
    assert np.isclose(got.volume, 1e-3)


def test_types_frame_and_outward_faces():
    vertices, faces = metric_mesh(BOX.vertices + [5, 6, 7], BOX.faces[:, ::-1])
    assert vertices.dtype == np.float32 and faces.dtype == np.int32
    assert np.allclose(vertices.mean(0), [5, 6, 7], atol=1e-5)
    assert trimesh.Trimesh(vertices, faces, process=False).volume > 0


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_any_unit_survives_cleaning(scale):
    mesh = trimesh.creation.icosphere(3)
    vertices, faces = metric_mesh(mesh.vertices * scale, mesh.faces)
    assert len(faces) == len(mesh.faces) and len(vertices) == len(mesh.vertices)


BAD = {
    "no faces": (BOX.vertices, np.zeros((0, 3), int)),
    "no vertices": (np.zeros((0, 3)), np.zeros((0, 3), int)),
    "vertices it does not have": (BOX.vertices, np.array([[0, 1, 99]])),
    "does not have": (BOX.vertices, np.array([[0, 1, -1]])),
    "not a finite number": (np.where(np.arange(24).reshape(8, 3) == 4, np.nan, BOX.vertices), BOX.faces),
    "not a finite": (np.where(np.arange(24).reshape(8, 3) == 4, np.inf, BOX.vertices), BOX.faces),
    "collapsed": (BOX.vertices * 0, BOX.faces),
    "no area": (BOX.vertices * [1, 0, 0], BOX.faces),
    "Solidify": (BOX.vertices * [1, 1, 0], BOX.faces),
    "Decimate": (BOX.vertices, np.tile(BOX.faces, (200_000, 1))),
}  # fmt: skip


@pytest.mark.parametrize("words", BAD)
def test_hopeless_meshes_get_a_sentence(words):
    with pytest.raises(UserError) as refusal:
        metric_mesh(*BAD[words], "Teapot")
    expected = "no faces" if words == "no vertices" else words
    assert refusal.value.kind == "mesh" and "Teapot" in str(refusal.value) and expected in str(refusal.value)


@pytest.mark.parametrize("extents", [(0.1, 0.1, 0.1), (0.6, 0.05, 0.02), (0.02, 0.02, 0.003), (0.3, 0.3, 0.3)])
def test_what_a_hand_can_hold_keeps_its_size(extents):
    for fit in ("ask", "scale_hands", "scale_object"):
        assert size_check(extents, "Mug", fit) == 1.0


@pytest.mark.parametrize("extents", [(2, 2, 2), (1, 0.1, 0.03), (0.01, 0.01, 0.01), (100, 90, 80), (0.4, 0.4, 0.4),
                                     (0.015, 0.001, 0.001), (2, 0.001, 0.001)])  # fmt: skip
def test_the_factor_makes_anything_hand_sized(extents):
    scale = size_check(extents, "Cube", "scale_object")
    assert scale != 1.0 and size_check(np.multiply(extents, scale), "Cube", "ask") == 1.0
    with pytest.raises(UserError) as question:
        size_check(extents, "Cube", "ask")
    assert question.value.kind == "size" and "Cube" in str(question.value)
    assert question.value.details == {"extent": pytest.approx(max(extents)), "scale": scale}


def test_blenders_default_cube_becomes_twelve_centimetres():
    assert 2 * size_check((2, 2, 2), fit="scale_hands") == pytest.approx(0.12)
