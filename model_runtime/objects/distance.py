"""How far a point is from an object, and on which side: a signed distance grid that torch can differentiate.

The sign is the generalised winding number's (Barill et al. 2018, "Fast winding numbers for soups and clouds", libigl),
which needs neither a closed nor a manifold mesh; the magnitude is the exact distance to the triangles.
"""

from dataclasses import dataclass

import igl
import numpy as np
import torch

PADDING = 0.03  # metres around the object within which the grid is exact; about two fingers wide


@dataclass
class DistanceGrid:
    """values (D, H, W) metres, negative inside, indexed [z, y, x]; lower (3,) and upper (3,): the first and the last
    sample, in the object's frame. All float32 tensors."""

    values: torch.Tensor
    lower: torch.Tensor
    upper: torch.Tensor

    def sample(self, points):
        """points (..., 3) in the object's frame -> signed distance (...,) metres; see `sample_many`."""
        flat = points.reshape(1, -1, 3)
        return sample_many(self.values[None], self.lower[None], self.upper[None], flat).reshape(points.shape[:-1])

    def to(self, device):
        return DistanceGrid(self.values.to(device), self.lower.to(device), self.upper.to(device))


def signed_distance(points, vertices, faces):
    """Exact signed distance of points (N, 3) to a mesh -> (N,) float64, negative where |winding number| > 1/2."""
    points, vertices, faces = (np.ascontiguousarray(points, np.float64), np.ascontiguousarray(vertices, np.float64),
                               np.ascontiguousarray(faces, np.int64))  # fmt: skip
    squared, _, _ = igl.point_mesh_squared_distance(points, vertices, faces)
    inside = np.abs(igl.fast_winding_number(vertices, faces, points)) > 0.5
    return np.where(inside, -1.0, 1.0) * np.sqrt(squared)


def distance_grid(vertices, faces, resolution=64, padding=PADDING):
    """The signed distance at `resolution`^3 points over the mesh's bounding box, padded -> DistanceGrid (CPU)."""
    vertices = np.asarray(vertices, np.float64)
    lower, upper = vertices.min(0) - padding, vertices.max(0) + padding
    x, y, z = (np.linspace(lower[axis], upper[axis], resolution) for axis in range(3))
    points = np.stack(np.meshgrid(z, y, x, indexing="ij")[::-1], -1).reshape(-1, 3)
    values = signed_distance(points, vertices, faces).reshape(resolution, resolution, resolution)
    return DistanceGrid(*(torch.as_tensor(array, dtype=torch.float32) for array in (values, lower, upper)))


def sample_many(values, lower, upper, points):
    """Trilinear signed distances, differentiable in `points`.

    values (B, D, H, W), lower (B, 3), upper (B, 3), points (B, N, 3) -> (B, N). A point outside the box gets the value
    of the box's nearest point plus the distance to it, so that the gradient leads back to the object from anywhere.
    """
    inner = torch.minimum(torch.maximum(points, lower[:, None]), upper[:, None])
    place = (inner - lower[:, None]) / (upper - lower)[:, None] * 2 - 1
    near = torch.nn.functional.grid_sample(values[:, None], place[:, :, None, None], "bilinear", "border", True)
    return near[:, 0, :, 0, 0] + torch.linalg.vector_norm(points - inner, dim=-1)
