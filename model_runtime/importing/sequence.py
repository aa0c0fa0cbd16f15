"""What every loader of a real data set gives: one recorded interaction of up to two MANO hands and one object."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Sequence:
    """One annotated stretch of a recording, T frames, everything in the conventions of this project.

    name                    unique in its data set, such as "s1/mug_drink_1"; split "train", "val" or "test", the
                            official one
    fps                     frames a second as recorded (every frame is kept here)
    object_name, vertices (V, 3), faces (F, 3)   the object's mesh, metres, in its own frame, where the hinge is at 0
    hinge                   None or (point (3,), axis (3,), low, high) in the object's frame, radians; moving (F,) bool
    object_translation (T, 3), object_rotation (T, 3, 3), articulation (T,)   column vectors: p_world = R p + t
    hand_translation (T, 2, 3)   the wrist *joint* in the world; hand 0 = left, 1 = right
    hand_rotation (T, 2, 16, 3, 3)   joint 0 in the world, 1-15 relative to the parent; identity = flat hand
    betas (2, 10)           MANO's shape; template None or (2, 778, 3) personal template of [left, right] in MANO's
                            frame
    active (2,) bool        hands that are recorded
    up (3,)                 which way is up in the recording's world; it is turned to +Z later
    action, hands           verb as in the data set, renamed to ours where one is the same; "left", "right" or "both"
    captions                sentences
    """

    name: str
    split: str
    fps: float
    object_name: str
    vertices: np.ndarray
    faces: np.ndarray
    object_translation: np.ndarray
    object_rotation: np.ndarray
    articulation: np.ndarray
    hand_translation: np.ndarray
    hand_rotation: np.ndarray
    betas: np.ndarray
    active: np.ndarray
    up: np.ndarray
    action: str
    hands: str
    captions: list
    hinge: tuple | None = None
    moving: np.ndarray | None = None
    template: np.ndarray | None = None
