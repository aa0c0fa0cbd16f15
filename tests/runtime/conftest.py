"""What several tests of the runtime share: the hands, clips made of two families, exact distance grids."""

import numpy as np
import pytest
import torch

torch.set_num_threads(1)  # the tests' tensors are small, and a test run may share its cores


@pytest.fixture(scope="session")
def hands():
    from model_runtime.hands.layer import load_hand

    return [load_hand(0), load_hand(1)]


@pytest.fixture(scope="session")
def made(hands):
    """What was made of each family of data_cases.NUMBERS, by name."""
    from runtime.data_cases import NUMBERS, Made, few_tries

    with pytest.MonkeyPatch.context() as patch:
        few_tries(patch)
        return {family: Made(family, hands) for family in NUMBERS}


@pytest.fixture(scope="session")
def grid_of():
    """grid_of(distance, half, resolution) -> DistanceGrid over [-half, half]^3 of a closed form (N, 3) -> (N,)."""
    from model_runtime.objects.distance import DistanceGrid

    def make(distance, half, resolution=72):
        line = np.linspace(-half, half, resolution)
        z, y, x = np.meshgrid(line, line, line, indexing="ij")
        values = distance(np.stack([x, y, z], -1).reshape(-1, 3)).reshape(x.shape)
        corner = torch.full((3,), float(half))
        return DistanceGrid(torch.as_tensor(values, dtype=torch.float32), -corner, corner)

    return make


@pytest.fixture(scope="session")
def floor(grid_of):
    """Everything below z = 0 is inside. Interpolation between the samples is exact."""
    return grid_of(lambda points: points[:, 2], 0.3, 8)
