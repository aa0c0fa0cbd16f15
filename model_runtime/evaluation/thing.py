"""An object as it is measured: distances that are exact near its surface, at every angle of its hinge, and its voxels."""

from functools import cached_property, lru_cache

import igl
import numpy as np
from scipy.spatial import ConvexHull
import torch
import trimesh

from ..hands.rotation import axis_angle_to_matrix
from ..objects.distance import distance_grid, outer_surface

CLOSE = 0.007  # metres: nearer than this by the grid, which is off by up to 1.5 mm, is measured exactly
PITCH = 0.005  # metres: a voxel's side, the peers'


class Thing:
    """An object in its own frame, hinge at angle 0.

    parts: [Part] of the base and, where there is a hinge, of what turns about it; hinge (8,) point, axis, low, high.
    """

    def __init__(self, vertices, faces, turning=None, hinge=None):
        """vertices (V, 3) metres, faces (F, 3), turning (F,) bool the faces that turn; None where nothing does."""
        self.hinge = None if hinge is None or not np.any(hinge) else torch.as_tensor(np.array(hinge, np.float32))
        rows = [np.ones(len(faces), bool)] if self.hinge is None else [~turning, turning]
        self.parts = [Part(vertices, faces[row]) for row in rows]

    @staticmethod
    def of(case):
        """A case's object. The last few are remembered: several clips and all methods ask for the same one."""
        arrays = [np.ascontiguousarray(case[name], kind) for name, kind in
                  (("vertices", np.float32), ("faces", np.int32), ("turning", bool), ("hinge", np.float32))]  # fmt: skip
        return _thing(*(array.tobytes() for array in arrays))

    def poses(self, angle):
        """Where each part is at angles (T,) -> [(rotation (T, 3, 3), translation (T, 3))]: p of a part is at R p + t."""
        still = torch.eye(3).expand(len(angle), 3, 3), torch.zeros(len(angle), 3)
        if self.hinge is None:
            return [still]
        point, axis = self.hinge[:3], self.hinge[3:6]
        turn = axis_angle_to_matrix(angle[:, None] * axis)
        return [still, (turn, point - turn @ point)]

    def look(self, points, angle):
        """points (T, N, 3) in the object's frame, torch on the CPU, hinge at angles (T,) -> for each part: the points in
        that part's own frame (T, N, 3) and their signed distance (T, N), metres."""
        local = [(points - place[:, None]) @ turn for turn, place in self.poses(angle)]
        return [(own, part.distance(own)) for own, part in zip(local, self.parts)]

    def mesh(self, angle):
        """Vertices (V, 3) float64 with the hinge at an angle, faces (F, 3)."""
        posed = [part.vertices @ turn[0].double().numpy().T + place[0].double().numpy()
                 for part, (turn, place) in zip(self.parts, self.poses(torch.tensor([float(angle)])))]  # fmt: skip
        starts = np.cumsum([0] + [len(vertices) for vertices in posed])
        return np.concatenate(posed), np.concatenate([part.faces + start for part, start in zip(self.parts, starts)])


class Part:
    """A rigid piece: vertices (V, 3) float64, faces (F, 3) int64."""

    def __init__(self, vertices, faces):
        used, faces = np.unique(faces, return_inverse=True)
        self.vertices = np.ascontiguousarray(np.asarray(vertices)[used], np.float64)
        self.faces = np.ascontiguousarray(faces.reshape(-1, 3), np.int64)
        self.grid = distance_grid(self.vertices, self.faces, resolution=48)

    @cached_property
    def _trees(self):
        surface, tree, winding = outer_surface(self.vertices, self.faces), igl.AABB(), igl.FastWindingNumberBVH()
        tree.init(*surface)
        winding.init(self.vertices, self.faces)
        return surface, tree, winding

    def inside(self, points):
        """(N, 3) float64 -> (N,) bool, by the generalised winding number."""
        return np.abs(self._trees[2].winding_number(points)) > 0.5 if len(points) else np.zeros(0, bool)

    def distance(self, points):
        """(..., 3) torch -> (...,) signed metres, negative inside; exact within CLOSE of the surface and inside."""
        distance = self.grid.sample(points)
        close = distance < CLOSE
        if close.any():
            asked = np.ascontiguousarray(points[close].double().numpy())
            surface, tree, _ = self._trees
            far = np.sqrt(tree.squared_distance(*surface, asked)[0])
            distance[close] = torch.from_numpy(np.where(self.inside(asked), -far, far)).float()
        return distance

    @cached_property
    def hull(self):
        """The corners (H, 3) of its convex hull."""
        return self.vertices[ConvexHull(self.vertices).vertices]

    @cached_property
    def voxels(self):
        """Centres of voxels of side PITCH: those inside (N, 3), and (M, 3) of those that the surface passes through."""
        lower, upper = self.vertices.min(0) - PITCH / 2, self.vertices.max(0) + PITCH / 2
        axes = [np.arange(low, high, PITCH) for low, high in zip(lower, upper)]
        centres = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
        shell = trimesh.Trimesh(self.vertices, self.faces, process=False).voxelized(PITCH).points
        return centres[self.inside(centres)], np.asarray(shell)


@lru_cache(maxsize=4)
def _thing(vertices, faces, turning, hinge):
    return Thing(np.frombuffer(vertices, np.float32).reshape(-1, 3), np.frombuffer(faces, np.int32).reshape(-1, 3),
                 np.frombuffer(turning, bool), np.frombuffer(hinge, np.float32))  # fmt: skip
