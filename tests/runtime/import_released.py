"""What the tests of H2O, OakInk2 and TACO share: the hand of a Sequence posed here, meshes, hostile pickles."""

from functools import lru_cache
import os

import numpy as np
import pytest
import torch
import trimesh

from model_runtime.importing import files
from runtime.import_fixtures import box, write_mano


@pytest.fixture(scope="module", name="mano")
def mano_folder(tmp_path_factory):
    """(MANO's folder, MANO's arrays), read once by all tests of a file, as reading is most of their time."""
    read, files.mano_fields = files.mano_fields, lru_cache(files.mano_fields)
    yield write_mano(tmp_path_factory.mktemp("mano"))
    files.mano_fields = read


def skin(sequence, fields, side):
    """The vertices (T, V, 3) in the world that a Sequence's numbers give this project's own hand."""
    hand = files.hand_with_template(fields[side], side, sequence.template[side])
    values = sequence.hand_rotation[:, side], sequence.hand_translation[:, side], sequence.betas[side]
    return hand(*(torch.as_tensor(value, dtype=torch.float32) for value in values))[0].double().numpy()


def surface(sequence):
    """The object's vertices (T, V, 3) in the world."""
    return sequence.vertices @ sequence.object_rotation.transpose(0, 2, 1) + sequence.object_translation[:, None]


def write_box(path, extent=(0.05, 0.08, 0.11)):
    """A mesh file -> its vertices as they are in it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    vertices, faces = box(extent)
    vertices = vertices + np.array(extent) * [0.2, -0.1, 0.3]
    trimesh.Trimesh(vertices, faces, process=False).export(path)
    return vertices


class Call:
    """Pickles as a call of `function` with `arguments`."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments
