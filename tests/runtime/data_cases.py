"""What the tests of training data share: all clips of a mug and of a chest, and exact distances to them."""

import igl
import numpy as np
from scipy.spatial.transform import Rotation

from model_runtime.data import make
from model_runtime.data.families import TRAINING
from model_runtime.objects.distance import outer_surface, winding_number

NUMBERS = {"mug": TRAINING.index("mug"), "chest": TRAINING.index("chest")}


def few_tries(patch):
    """Fewer tries than usual, for speed."""
    patch.setattr(make, "CASTS", 10)
    patch.setattr(make, "TRIES", 3)


class Made:
    """All that was made of one object."""

    def __init__(self, family, hands):
        self.family, self.hands = family, hands
        self.clips, self.thing, self.tally = make.object_clips(NUMBERS[family], hands, limit=14)
        self.shape = make.object_shape(NUMBERS[family], "train")[0]
        self.table = float(self.thing["vertices"][:, 2].min())

    def at(self, angle):
        """The object's vertices with its hinge at `angle`, by scipy's rotations."""
        vertices = self.thing["vertices"].astype(np.float64).copy()
        turning = np.unique(self.thing["faces"][self.thing["turning"]])
        vertices[turning] = self.turned(vertices[turning], angle)
        return vertices

    def turned(self, points, angle):
        point, axis = self.thing["hinge"][:3], self.thing["hinge"][3:6]
        return Rotation.from_rotvec(angle * axis).apply(points - point) + point if len(points) else points

    def distance(self, points, angle):
        """Exact signed distance (libigl) of (N, 3) to the object with its hinge at `angle`, metres."""
        vertices, faces = self.at(angle), self.thing["faces"]
        away = np.sqrt(igl.point_mesh_squared_distance(points.astype(np.float64), *outer_surface(vertices, faces))[0])
        return np.where(winding_number(points, vertices, faces) > 0.5, -away, away)
