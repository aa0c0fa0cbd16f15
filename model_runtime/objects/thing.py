"""An object as hands meet it: its distances at every angle of its hinge, where it has one, and its contact points."""

from dataclasses import dataclass, replace

import numpy as np
import torch

from ..hands.rotation import axis_angle_to_matrix
from .distance import NEAR_SURFACE, distance_grid, signed_distance
from .mesh import metric_mesh
from .points import contact_points


@dataclass
class Thing:
    """An object in the canonical frame: origin at its middle, +Z up.

    pieces   [(vertices, faces)] of the base and, where there is a hinge, of the part that turns, cleaned, at angle 0
    grids    their distance grids        points, normals (256, 3) the contact points, torch
    moving   (256,) bool torch           the contact points on the part that turns
    hinge    (8,) float32 numpy          point, axis, lowest and highest angle; zeros where there is none
    """

    pieces: list
    grids: list
    points: torch.Tensor
    normals: torch.Tensor
    moving: torch.Tensor
    hinge: np.ndarray

    def to(self, device):
        return replace(self, grids=[grid.to(device) for grid in self.grids], points=self.points.to(device),
                       normals=self.normals.to(device), moving=self.moving.to(device))  # fmt: skip

    def part_pose(self, angle):
        """Where the part that turns is at each angle (...,) torch -> rotation (..., 3, 3), translation (..., 3).

        Both identity where there is no hinge. A point p of the part, given at angle 0, is at R p + t.
        """
        point, axis = torch.as_tensor(self.hinge[:6], dtype=torch.float32, device=angle.device).chunk(2)
        turn = axis_angle_to_matrix(angle.unsqueeze(-1) * axis)
        return turn, point - turn @ point

    def distance(self, points, angle=None):
        """Signed distance to the object, by the grids: differentiable.

        points (..., N, 3) in the object's frame; angle (...,) of the hinge, or None for 0 -> (..., N) metres.
        """
        base = self.grids[0].sample(points)
        if len(self.grids) == 1:
            return base
        return torch.minimum(base, self.grids[1].sample(self._in_part(points, angle)))

    def exact(self, points, angle=None):
        """As `distance`, but exact within 4 mm of the surface, where grids are too shallow in thin walls; on the
        CPU.
        """
        return self._near(points, self.distance(points, angle), angle)

    def _near(self, points, distance, angle):
        distance, close = distance.clone(), distance < NEAR_SURFACE
        if close.any():
            ends = [points[close], self._in_part(points, angle)[close]]
            found = [signed_distance(p.cpu().numpy(), *piece) for p, piece in zip(ends, self.pieces)]
            distance[close] = torch.as_tensor(np.min(found, axis=0)).to(distance)
        return distance

    def _in_part(self, points, angle):
        if angle is None or len(self.grids) == 1:
            return points
        turn, shift = self.part_pose(angle)
        return (points - shift.unsqueeze(-2)) @ turn

    def points_at(self, angle):
        """The contact points where the hinge has each angle (T,) -> (T, 256, 3), in the object's frame."""
        turn, shift = self.part_pose(angle)
        turned = self.points @ turn.transpose(-1, -2) + shift.unsqueeze(-2)
        return torch.where(self.moving[:, None], turned, self.points)


def thing_of(vertices, faces, name, turning=None, hinge=None, resolution=64):
    """A mesh in the canonical frame -> the arrays of a Thing, by name.

    vertices (V, 3), faces (F, 3); where there is a hinge, turning (F,) bool = the faces on the part that turns,
    hinge (8,). Raises seam.UserError where the mesh can't be used; `name` is what the sentence calls it.
    """
    whole = metric_mesh(vertices, faces, name)
    points, normals = contact_points(*whole)
    if hinge is None or turning is None or not np.any(turning):
        pieces, moving, hinge = [whole], np.zeros(len(points), bool), np.zeros(8, np.float32)
    else:
        parts = {f"{name}, without what turns": ~turning, f"{name}, the part that turns": turning}
        pieces = [metric_mesh(vertices, faces[rows], part) for part, rows in parts.items()]
        far = [np.abs(signed_distance(points, *piece)) for piece in pieces]
        moving = far[1] < far[0]
    grids = [distance_grid(*piece, resolution=resolution) for piece in pieces]
    return {"pieces": pieces, "grids": grids, "points": torch.as_tensor(points), "normals": torch.as_tensor(normals),
            "moving": torch.as_tensor(moving), "hinge": np.asarray(hinge, np.float32)}  # fmt: skip
