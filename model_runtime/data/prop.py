"""A procedural object made ready for hands: standing on the table, its distances at every angle of its hinge, its points."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.spatial.transform import Rotation
import torch

from ..hands.rotation import axis_angle_to_matrix
from ..objects.distance import NEAR_SURFACE, distance_grid, signed_distance
from ..objects.mesh import metric_mesh
from ..objects.points import contact_points
from .families import Shape


@dataclass
class Prop:
    """An object in the canonical frame: origin at its middle, +Z up, the table's top below it at height `table`.

    pieces   [(vertices, faces)] of the base and, where there is a hinge, of the part that turns, cleaned, at angle 0
    grids    their distance grids        points, normals (256, 3) the contact points, torch
    moving   (256,) bool                 the contact points on the part that turns
    """

    shape: Shape
    pieces: list
    grids: list
    points: torch.Tensor
    normals: torch.Tensor
    moving: torch.Tensor

    @cached_property
    def table(self):
        """Height of the table's top, metres: the object stands on it."""
        return float(self.shape.vertices[:, 2].min())

    def to(self, device):
        return replace(self, grids=[grid.to(device) for grid in self.grids])

    def part_pose(self, angle):
        """Where the part that turns is at each angle (...,) torch -> rotation (..., 3, 3), translation (..., 3).

        Both identity where there is no hinge. A point p of the part, given at angle 0, is at R p + t.
        """
        hinge = self.shape.hinge
        if hinge is None:
            eye = torch.eye(3, device=angle.device)
            return eye.expand(*angle.shape, 3, 3), torch.zeros(*angle.shape, 3, device=angle.device)
        axis, point = (torch.as_tensor(v, dtype=torch.float32, device=angle.device) for v in (hinge.axis, hinge.point))
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
        """As `distance`, but exact within 4 mm of the surface, where a grid is too shallow in thin walls; on the CPU."""
        return self._near(points, self.distance(points, angle), angle)

    def _near(self, points, distance, angle):
        distance, close = distance.clone(), distance < NEAR_SURFACE
        if close.any():
            ends = [points[close], self._in_part(points, angle)[close]]
            found = [signed_distance(p.numpy(), *piece) for p, piece in zip(ends, self.pieces)]
            distance[close] = torch.as_tensor(np.min(found, axis=0), dtype=distance.dtype)
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


def standing(shape, yaw):
    """The same shape turned about +Z by `yaw` radians, its bounding box centred again: mesh, grips, mouth, hinge, tip."""
    turn = Rotation.from_euler("z", yaw).as_matrix()
    vertices = shape.vertices @ turn.T
    middle = (vertices.min(0) + vertices.max(0)) / 2

    def place(point):
        return None if point is None else turn @ point - middle

    grips = [replace(g, centre=place(g.centre), axis=turn @ g.axis, approach=g.approach @ turn.T, hole=place(g.hole))
             for g in shape.grips]  # fmt: skip
    mouth = shape.mouth and replace(shape.mouth, point=place(shape.mouth.point), axis=turn @ shape.mouth.axis,
                                    lips=shape.mouth.lips @ turn.T)  # fmt: skip
    hinge = shape.hinge and replace(shape.hinge, point=place(shape.hinge.point), axis=turn @ shape.hinge.axis)
    return replace(shape, vertices=(vertices - middle).astype(np.float32), grips=grips, mouth=mouth, hinge=hinge,
                   front=turn @ shape.front, up=turn @ shape.up, tip=place(shape.tip))  # fmt: skip


def ready(shape, resolution=64):
    """A Shape as it stands -> Prop."""
    vertices, faces = metric_mesh(shape.vertices, shape.faces, shape.name)
    points, normals = contact_points(vertices, faces)
    if shape.hinge is None:
        pieces, moving = [(vertices, faces)], np.zeros(len(points), bool)
    else:
        pieces = [metric_mesh(shape.vertices, shape.faces[rows], shape.name) for rows in (~shape.moving, shape.moving)]
        far = [np.abs(signed_distance(points, *piece)) for piece in pieces]
        moving = far[1] < far[0]
    grids = [distance_grid(*piece, resolution=resolution) for piece in pieces]
    return Prop(shape, pieces, grids, *(torch.as_tensor(v) for v in (points, normals, moving)))



