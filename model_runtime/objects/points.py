"""Contact points: where on an object the contact map is read, at places that mean the same on every object.

A fixed basis point set (after Prokudin et al. 2019, "Efficient learning on point clouds with basis point sets") is
stretched to the object's bounding box; contact point i is the surface point nearest to basis point i. Half of the basis
points lie on an ellipsoid around the object, half fill its box: of the sets tried (ball, box and ellipsoid shells,
cube and ball fillings) this one covers boxes, mugs, bowls, hammers and pans most evenly, nearly as well as 256 points
spread over each surface by rejection.
"""

import igl
import numpy as np

from .distance import outer_surface, winding_number

COUNT = 256
SHELL = 1.4  # the ellipsoid's half axes, as multiples of the box's half extents


def basis_points(extents):
    """The fixed points, stretched to a box of size extents (3,) metres centred on the origin -> (256, 3) float32."""
    return (_UNIT_BASIS * (np.asarray(extents, np.float64) / 2)).astype(np.float32)


def contact_points(vertices, faces):
    """The object's surface points nearest to the basis points -> points (256, 3), normals (256, 3) float32.

    vertices (V, 3), faces (F, 3), in the model's canonical frame: the basis points keep the frame's axes. The box is
    centred on the mesh, wherever its origin is. Normals are unit, outward by the winding number (so flipped faces do
    not matter): the direction between surface and basis point, the gradient of the distance, also where faces meet.
    """
    vertices, faces = np.ascontiguousarray(vertices, np.float64), np.ascontiguousarray(faces, np.int64)
    lower, upper = vertices.min(0), vertices.max(0)
    basis = np.ascontiguousarray(_UNIT_BASIS * (upper - lower) / 2 + (upper + lower) / 2)
    inside = winding_number(basis, vertices, faces) > 0.5
    vertices, faces = outer_surface(vertices, faces)
    squared, face, points = igl.point_mesh_squared_distance(basis, vertices, faces)
    normals = (basis - points) * np.where(inside, -1.0, 1.0)[:, None]
    on_surface = squared < np.square(1e-6 * np.linalg.norm(upper - lower))
    for index in np.flatnonzero(on_surface):
        a, b, c = vertices[faces[face[index]]]
        normals[index] = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    return points.astype(np.float32), normals.astype(np.float32)


def regions(levels=4):
    """The contact points' indices in 2^levels neighbourhoods of equal size -> (2^levels, 256 / 2^levels) int64.

    The basis points are halved at their median along x, y, z in turn, so index i is in the same region of every object.
    """
    groups = [np.arange(COUNT)]
    for level in range(levels):
        order = [group[np.argsort(_UNIT_BASIS[group, level % 3], kind="stable")] for group in groups]
        groups = [half for group in order for half in np.split(group, 2)]
    return np.stack(groups)


def _spread(count, dimensions):
    """Evenly spread points in the unit cube -> (count, dimensions): Roberts' R sequence, from the generalised golden
    ratio, the root of x^(d+1) = x + 1."""
    ratio = {2: 1.3247179572447460, 3: 1.2207440846057596}[dimensions]
    return (0.5 + np.arange(1, count + 1)[:, None] * ratio ** -np.arange(1.0, dimensions + 1)) % 1


def _unit_basis():
    height, turn = _spread(COUNT // 2, 2).T
    z, turn = 1 - 2 * height, 2 * np.pi * turn
    radius = np.sqrt(1 - z * z)
    shell = np.stack([radius * np.cos(turn), radius * np.sin(turn), z], axis=1)
    return np.concatenate([SHELL * shell, 2 * _spread(COUNT // 2, 3) - 1])


_UNIT_BASIS = _unit_basis()
