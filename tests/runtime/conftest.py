"""What several tests of the runtime share: the hands, exact distance grids, random rotations."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch

torch.set_num_threads(1)  # the tests' tensors are small, and a test run may share its cores


@pytest.fixture(scope="session")
def hands():
    from model_runtime.hands.layer import load_hand

    return [load_hand(0), load_hand(1)]


def rotations(*shape, seed=0):
    """Random rotations (*shape, 3, 3), by scipy."""
    matrices = Rotation.random(int(np.prod(shape)), rng=np.random.default_rng(seed)).as_matrix()
    return matrices.reshape(*shape, 3, 3)


def grid_of(distance, half, resolution=72):
    """A DistanceGrid over [-half, half]^3 filled from a closed form distance(points (N, 3)) -> (N,)."""
    from model_runtime.objects.distance import DistanceGrid

    line = np.linspace(-half, half, resolution)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    values = distance(np.stack([x, y, z], -1).reshape(-1, 3)).reshape(x.shape)
    corner = torch.full((3,), float(half))
    return DistanceGrid(torch.as_tensor(values, dtype=torch.float32), -corner, corner)


def sphere_grid(radius, half=0.25, resolution=72):
    return grid_of(lambda points: np.linalg.norm(points, axis=1) - radius, half, resolution)


def floor_grid(half=0.3):
    """Everything below z = 0 is inside: trilinear interpolation is exact."""
    return grid_of(lambda points: points[:, 2], half, 8)
