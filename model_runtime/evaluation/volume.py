"""Interpenetration volume: how much of the object's voxels is inside a hand.

The peers (after Hasson et al. 2019) count the centres, inside the hand, of those voxels of 5 mm that the object's
*surface* passes through: a hand that lies flat on a surface without entering it gets about 1.25 cm3 for each 10 cm2 of
contact, as half of those centres are outside the object. Counting the centres of voxels inside the object instead gives
the volume itself. Both are here.
"""

import igl
import numpy as np
from scipy.spatial import cKDTree

from .parts import PITCH, poses, voxels

NEAR = 0.01  # metres: hands farther than this from the object hold no voxel, their vertices being 7 mm apart
INSIDE = 0.025  # metres: nothing in a hand is farther from the nearest vertex
ALIKE = 2e-5  # metres: frames whose vertices differ by less are the same


def volumes(thing, vertices, distance, faces, angle):
    """Volume of a hand in an object, frame by frame -> (T,) solid, (T,) surface: by voxels inside the object, and by
    those that its surface passes through; cm3.

    thing: objects.thing.Thing; vertices (T, V, 3) of the hand in the object's frame, distance (T, V) as `metrics.Skin`
    has them; faces (F, 3); angle (T,) of the hinge.
    """
    found = np.zeros((2, len(vertices)))
    rows = np.flatnonzero((distance.amin(-1) < NEAR).cpu().numpy())
    faces = np.ascontiguousarray(np.asarray(faces), np.int64)
    for piece, (turn, place) in zip(thing.pieces, poses(thing, angle)):
        solid, shell = voxels(piece)
        centres, tree = np.concatenate([solid, shell]), None
        last, counts = None, np.zeros(2)
        for row in rows:
            skin = ((vertices[row] - place[row]) @ turn[row]).double().numpy()
            if last is None or np.abs(skin - last).max() > ALIKE:
                last, tree = skin, tree or cKDTree(centres)
                inside = within(skin, faces, centres, tree)
                counts = np.array([np.sum(inside < len(solid)), np.sum(inside >= len(solid))])
            found[:, row] += counts
    return found * PITCH**3 * 1e6


def within(vertices, faces, points, tree=None):
    """Indices of the points (N, 3) inside a closed mesh, by the generalised winding number; tree: a cKDTree of the
    points.
    """
    middle, half = (vertices.max(0) + vertices.min(0)) / 2, np.ptp(vertices, axis=0) / 2
    asked = (
        np.arange(len(points)) if tree is None else np.array(tree.query_ball_point(middle, np.linalg.norm(half)), int)
    )
    asked = asked[(np.abs(points[asked] - middle) < half).all(1)] if len(asked) else asked
    if len(asked):
        asked = asked[np.isfinite(cKDTree(vertices).query(points[asked], distance_upper_bound=INSIDE)[0])]
    if not len(asked):
        return asked
    return asked[
        np.abs(igl.fast_winding_number(np.ascontiguousarray(vertices), faces, np.ascontiguousarray(points[asked])))
        > 0.5
    ]
