"""How far a point is from an object, and on which side: a signed distance grid that torch can differentiate.

The sign is the generalised winding number's (Barill et al. 2018, "Fast winding numbers for soups and clouds", libigl),
which needs neither a closed nor a manifold mesh; the magnitude is the distance to the triangles that the outside sees.
"""

from dataclasses import dataclass
from functools import lru_cache

import igl
import numpy as np
from scipy.ndimage import label
from scipy.spatial import cKDTree
import torch

PADDING = 0.03  # metres around the object that the grid covers; about two fingers wide
NEAR_SURFACE = 0.004  # metres: below this ExactDistance looks closely
MAX_PARTS = 100


@dataclass
class DistanceGrid:
    """values (D, H, W) metres, negative inside, indexed [z, y, x]; lower (3,) and upper (3,): where the first and the
    last sample lie, in the object's frame. All float32 tensors."""

    values: torch.Tensor
    lower: torch.Tensor
    upper: torch.Tensor

    def sample(self, points):
        """points (..., 3) in the object's frame -> signed distance (...,) metres; see `sample_many`."""
        flat = points.reshape(1, -1, 3)
        return sample_many(self.values[None], self.lower[None], self.upper[None], flat).reshape(points.shape[:-1])

    def to(self, device):
        return DistanceGrid(self.values.to(device), self.lower.to(device), self.upper.to(device))


@dataclass
class ExactDistance:
    """Signed distances as a DistanceGrid gives them, but exact near the surface: for measuring, not differentiable.

    On walls thinner than two voxels the grid is up to 1.5 mm too shallow.
    """

    grid: DistanceGrid
    vertices: np.ndarray
    faces: np.ndarray

    def sample(self, points):
        """points (..., 3) -> (...,) metres, negative inside."""
        distance = self.grid.sample(points)
        near = distance < NEAR_SURFACE
        exact = signed_distance(points[near].cpu().numpy(), self.vertices, self.faces)
        distance[near] = torch.as_tensor(exact, dtype=distance.dtype, device=distance.device)
        return distance


def sample_many(values, lower, upper, points):
    """Trilinear signed distances, differentiable in `points`.

    values (B, D, H, W), lower (B, 3), upper (B, 3), points (B, N, 3) -> (B, N). A point outside the box gets the value
    of the box's nearest point plus the distance to it, so that the gradient leads back to the object from anywhere.
    """
    inner = torch.minimum(torch.maximum(points, lower[:, None]), upper[:, None])
    place = (inner - lower[:, None]) / (upper - lower)[:, None] * 2 - 1
    near = torch.nn.functional.grid_sample(values[:, None], place[:, :, None, None], "bilinear", "border", True)
    return near[:, 0, :, 0, 0] + torch.linalg.vector_norm(points - inner, dim=-1)


def distance_grid(vertices, faces, resolution=64, padding=PADDING):
    """The signed distance at `resolution`^3 points over the mesh's bounding box, padded -> DistanceGrid (CPU).

    vertices (V, 3) metres, faces (F, 3), as `metric_mesh` gives them. Distances are exact up to about four voxels from
    the surface and interpolated from every third sample beyond. Where the mesh is open, the winding number closes the
    opening, as a lid that counts as surface.
    """
    vertices = np.asarray(vertices, np.float64)
    lower, upper = vertices.min(0) - padding, vertices.max(0) + padding
    points = _lattice(lower, upper, resolution)
    closed = _closed(faces)
    distance, winding = _distance_and_winding(points, lower, upper, vertices, faces, closed)
    lid = () if closed else _lid(points, distance, winding)
    if len(lid):
        distance = np.minimum(distance, cKDTree(lid).query(points)[0])
    values = np.where(winding > 0.5, -distance, distance)
    return DistanceGrid(*(torch.as_tensor(array, dtype=torch.float32) for array in (values, lower, upper)))


def signed_distance(points, vertices, faces):
    """Exact signed distance of points (N, 3) to a mesh -> (N,) float64, without lids over openings. For few points."""
    surface = outer_surface(vertices, faces)
    squared, _, _ = igl.point_mesh_squared_distance(np.ascontiguousarray(points, np.float64), *surface)
    return np.where(winding_number(points, vertices, faces) > 0.5, -1.0, 1.0) * np.sqrt(squared)


def winding_number(points, vertices, faces):
    """How often the mesh winds around points (N, 3), whichever way it is turned -> (N,); above 1/2 is inside."""
    return np.abs(igl.fast_winding_number(np.ascontiguousarray(vertices, np.float64),
                                          np.ascontiguousarray(faces, np.int64),
                                          np.ascontiguousarray(points, np.float64)))  # fmt: skip


def outer_surface(vertices, faces):
    """The mesh without what lies inside the object, such as the end of a handle that was pushed into a mug's wall.

    -> vertices (V', 3) float64, faces (F', 3) int64; the same surface, cut finer where parts may overlap. For distances
    only: the pieces are not joined, and the winding number needs the whole mesh. A mesh of more than 100 parts is
    returned as it is. The last few meshes' surfaces are remembered: distances and contact points ask for the same ones.
    """
    vertices, faces = np.ascontiguousarray(vertices, np.float64), np.ascontiguousarray(faces, np.int64)
    return _outer_surface(vertices.tobytes(), faces.tobytes())


@lru_cache(maxsize=4)
def _outer_surface(vertices, faces):
    whole = np.frombuffer(vertices).reshape(-1, 3), np.frombuffer(faces, np.int64).reshape(-1, 3)
    parts, part = igl.facet_components(whole[1])
    if not 1 < parts <= MAX_PARTS:
        return whole
    size = np.linalg.norm(np.ptp(whole[0], axis=0))
    corners = whole[0][whole[1]]
    boxes = [(corners[part == index].min((0, 1)), corners[part == index].max((0, 1))) for index in range(parts)]
    shared = sum(((corners.max(1) >= low) & (corners.min(1) <= high)).all(1).astype(int) for low, high in boxes) > 1
    kept, corners = [corners[~shared]], corners[shared]
    for longest in (0.02, 0.008):  # of the diagonal; finer only around the seams
        corners = _cut(corners, longest * size)
        hidden = _hidden(corners, 1e-3 * size, boxes, whole)
        kept.append(corners[~hidden.any(1)])
        seam = hidden.any(1) & ~hidden.all(1)
        corners, hidden = corners[seam], hidden[seam]
    corners = np.concatenate([*kept, corners[~hidden[:, 0]]])
    if not len(corners):
        return whole
    return np.ascontiguousarray(corners.reshape(-1, 3)), np.arange(3 * len(corners)).reshape(-1, 3)


def _cut(corners, longest):
    """Triangles (F, 3, 3) -> the same surface with no edge longer than `longest`: the longest edge is halved."""
    done = []
    while len(corners):
        lengths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=-1)  # of the edges 01, 12, 20
        big = lengths.max(1) > longest
        done.append(corners[~big])
        order = (lengths[big].argmax(1)[:, None] + np.arange(3)) % 3
        a, b, c = np.moveaxis(np.take_along_axis(corners[big], order[..., None], axis=1), 1, 0)
        middle = (a + b) / 2
        corners = np.concatenate([np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)])
    return np.concatenate(done) if done else corners


def _hidden(corners, step, boxes, mesh):
    """Which of a triangle's centre and three places near its corners have the object on both sides -> (F, 4) bool.

    boxes: the parts' (lower, upper); only where two of them meet can anything be hidden.
    """
    weights = np.array([[1, 1, 1], [18, 1, 1], [1, 18, 1], [1, 1, 18]]) / np.array([[3], [20], [20], [20]])
    places = np.einsum("pc,fcx->fpx", weights, corners)
    hidden = sum(((places >= low) & (places <= high)).all(-1).astype(int) for low, high in boxes) > 1
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal *= step / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
    normal = np.broadcast_to(normal[:, None], places.shape)
    for side in (1, -1):
        hidden[hidden] = winding_number(places[hidden] + side * normal[hidden], *mesh) > 0.5
    return hidden


def _lattice(lower, upper, resolution):
    x, y, z = (np.linspace(lower[axis], upper[axis], resolution) for axis in range(3))
    return np.stack(np.meshgrid(z, y, x, indexing="ij")[::-1], axis=-1)


def _closed(faces):
    """Whether triangles (F, 3) pass every edge as often one way as the other: winding numbers are whole then."""
    ends = np.asarray(faces, np.int64)[:, [0, 1, 2, 1, 2, 0]].reshape(-1, 2, 3).transpose(0, 2, 1).reshape(-1, 2)
    size = ends.max() + 1
    return np.array_equal(np.sort(ends @ [size, 1]), np.sort(ends @ [1, size]))


def _distance_and_winding(points, lower, upper, vertices, faces, closed):
    """Unsigned distances and winding numbers at a lattice of points (D, H, W, 3) -> (D, H, W) each.

    Distances are exact near the surface; further away they are smooth, most costly and least needed, and a third of the
    resolution, interpolated, will do. So are the winding numbers where the mesh is open. Where it is `closed` they are
    the same throughout any region that no surface divides, and one of each region is enough.
    """
    surface = outer_surface(vertices, faces)

    def exact(places):
        return np.sqrt(igl.point_mesh_squared_distance(places, *surface)[0])

    def upsampled(values):
        values = torch.as_tensor(values).reshape(1, 1, *coarse.shape[:3])
        resize = torch.nn.functional.interpolate
        return resize(values, points.shape[:3], mode="trilinear", align_corners=True)[0, 0].numpy()

    coarse = _lattice(lower, upper, len(points) // 3)
    distance = upsampled(exact(coarse.reshape(-1, 3)))
    near = distance < 1.25 * np.linalg.norm(coarse[1, 1, 1] - coarse[0, 0, 0])
    distance[near] = exact(points[near])
    if not closed:
        winding = upsampled(winding_number(coarse.reshape(-1, 3), vertices, faces))
        winding[near] = winding_number(points[near], vertices, faces)
        return distance, winding
    # Between neighbours that together are farther from the surface than from each other it does not pass.
    region, _ = label(distance > (points[1, 1, 1] - points[0, 0, 0]).max() / 2)
    _, first = np.unique(region, return_index=True)
    winding = winding_number(points.reshape(-1, 3)[first], vertices, faces)
    winding = winding[np.searchsorted(region.ravel()[first], region)]
    thin = region == 0
    winding[thin] = winding_number(points[thin], vertices, faces)
    return distance, winding


def _lid(points, distance, winding):
    """Where the winding number passes 1/2 away from the surface: over an opening -> (L, 3), one per lattice edge."""
    found = []
    for axis in range(3):
        start, end = slice(None, -1), slice(1, None)
        (p, q), (dp, dq), (wp, wq) = (
            (np.moveaxis(array, axis, 0)[start], np.moveaxis(array, axis, 0)[end])
            for array in (points, distance, winding)
        )
        # an edge that crosses the surface is at least as long as the way from both its ends to the surface
        edge = np.linalg.norm(q - p, axis=-1)
        crossing = ((wp > 0.5) != (wq > 0.5)) & (dp + dq > 1.01 * edge)
        share = ((0.5 - wp[crossing]) / (wq - wp)[crossing])[:, None]
        found.append(p[crossing] + share * (q - p)[crossing])
    return np.concatenate(found)
