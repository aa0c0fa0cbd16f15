"""The actor's head and trunk, as simple solids that hands, arms and things go around, and where the face is.

World as in arm.py: the actor sits at -Y and faces +Y, +Z is up. The head is an ellipsoid with a ball for the jaw, as
broad as an adult's between the ears, as long and as high (136, 196 and 240 mm), without nose and ears.
"""

import numpy as np

SKULL, SKULL_HALF = np.array([0.0, -0.447, 0.455]), np.array([0.068, 0.098, 0.12])  # middle, half axes
JAW, JAW_RADIUS = np.array([0.0, -0.402, 0.375]), 0.055
TRUNK, TRUNK_RADIUS = (
    np.array([[0.0, -0.52, -0.25], [0.0, -0.50, 0.20]]),
    0.13,
)  # the axis of a capsule that ends at the jaw

MOUTH = np.array([0.0, -0.33, 0.38])  # before the lips
EYES = np.array([0.0, -0.345, 0.455])  # between them
EAR = np.array([0.085, -0.41, 0.43])  # the right one


def body_distance(points):
    """Signed distance (...,) of points (..., 3) in the world to the actor's head and trunk, metres, negative inside."""
    points, line = np.asarray(points), TRUNK[1] - TRUNK[0]
    along = np.clip((points - TRUNK[0]) @ line / (line @ line), 0, 1)
    trunk = np.linalg.norm(points - TRUNK[0] - along[..., None] * line, axis=-1) - TRUNK_RADIUS
    return np.minimum(head_distance(points), trunk)


def head_distance(points):
    """As `body_distance`, to the head alone. To the skull it is exact on its axes and on its surface, else to first
    order.
    """
    offset = points - SKULL
    scaled, steep = (np.linalg.norm(offset / SKULL_HALF**power, axis=-1) for power in (1, 2))
    skull = np.where(steep > 1e-6, scaled * (scaled - 1) / np.maximum(steep, 1e-6), -SKULL_HALF.min())
    return np.minimum(skull, np.linalg.norm(points - JAW, axis=-1) - JAW_RADIUS)
