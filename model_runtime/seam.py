"""The seam between Blender and the model: a request, a clip and progress events, as plain data.

Both sides import this module and nothing else of one another. Standard library and numpy only. Metres, radians,
seconds; world right-handed with +Z up; hand index 0 = left, 1 = right; float32, frames first (`jointhoi_blender`
writes what `model_runtime` generates without converting anything).
"""

from dataclasses import dataclass, field
import json
import os

import numpy as np

HANDS = ("auto", "left", "right", "both")
QUALITIES = ("draft", "normal", "final")
FITS = ("ask", "scale_hands", "scale_object")
LEFT, RIGHT = 0, 1
SIDES = ("LEFT", "RIGHT")

# MANO's joint order: the wrist, then three joints of each finger from the palm outwards.
JOINT_NAMES = (
    "wrist",
    "index1", "index2", "index3",
    "middle1", "middle2", "middle3",
    "pinky1", "pinky2", "pinky3",
    "ring1", "ring2", "ring3",
    "thumb1", "thumb2", "thumb3",
)  # fmt: skip
JOINT_PARENTS = (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14)

MIN_SECONDS, MAX_SECONDS = 1.0, 5.0  # of one sentence
FPS = 30.0  # frames a second of what a request fixes
LARGEST_EXTENT, SMALLEST_EXTENT = (0.02, 0.60), 0.30  # metres: of an object of a size that hands can hold


class UserError(Exception):
    """Something the user can mend. The text is a sentence: what is wrong, with which object, and what to do.

    `kind` lets an interface offer the fix in place: "mesh", "size", "request", "runtime", "cancelled" or "internal".
    `details` holds plain numbers, for `kind == "size"`: {"extent": metres, "scale": the factor that would fit}.
    """

    def __init__(self, message, kind="request", details=None):
        super().__init__(message)
        self.kind = kind
        self.details = dict(details or {})


@dataclass
class Request:
    """What to generate.

    vertices (V, 3)     object mesh in the object's own rigid frame, metres, the object's scale already applied
    faces (F, 3)        int32 triangles
    translation (3,)    where that frame stands in the world at the first frame
    rotation (3, 3)     and how; world = rotation @ vertex + translation
    heading             which way the actor faces, as the angle about +Z from +Y, radians
    fit                 what to do with an object too big or too small for a hand: "ask" raises UserError(kind="size"),
                        "scale_hands" makes the hands fit the object, "scale_object" makes the object fit the hands
    hand_shape (2, 10)  betas of the left and the right hand
    quality             how much work is put into it: "draft" for a quick look, "normal" or "final"
    turning (F,)        bool: the faces on the part that turns, where the object has a hinge
    hinge (8,)          that hinge in the object's frame: a point, the unit axis, the lowest and the highest angle in radians;
                        the mesh shows angle 0
    touch (2, V)        where the left and the right hand should touch: weights 0..1 of the vertices, as painted; a hand
                        whose row is all 0 touches where the model likes. None where nothing is painted
    then                [[sentence, seconds], ...]: what happens next, each from where the one before ended
    given (T, 3)        bool: what is fixed of each of the T = `frames` frames, at FPS a second: the left hand, the right
                        hand, the object (with its hinge). A hand is fixed only where the object is; None: nothing is
    object_translation (T, 3), object_rotation (T, 3, 3), object_articulation (T,), hand_translation (T, 2, 3),
    hand_rotation (T, 2, 16, 3, 3)   where that is, as in a Clip; looked at where given, None where nothing is
    """

    prompt: str
    vertices: np.ndarray
    faces: np.ndarray
    translation: np.ndarray = field(default_factory=lambda: np.zeros(3, np.float32))
    rotation: np.ndarray = field(default_factory=lambda: np.eye(3, dtype=np.float32))
    hands: str = "auto"
    seconds: float = 4.0
    seed: int = 0
    heading: float = 0.0
    fit: str = "ask"
    hand_shape: np.ndarray = field(default_factory=lambda: np.zeros((2, 10), np.float32))
    object_name: str = "object"
    quality: str = "normal"
    turning: np.ndarray = None
    hinge: np.ndarray = None
    touch: np.ndarray = None
    then: list = field(default_factory=list)
    given: np.ndarray = None
    object_translation: np.ndarray = None
    object_rotation: np.ndarray = None
    object_articulation: np.ndarray = None
    hand_translation: np.ndarray = None
    hand_rotation: np.ndarray = None

    @property
    def sentences(self):
        """[(sentence, its last frame at FPS a second), ...], in order."""
        ends = np.cumsum([self.seconds] + [seconds for _, seconds in self.then])
        lasts = (ends * FPS + 0.5).astype(int).tolist()
        return list(zip([self.prompt] + [sentence for sentence, _ in self.then], lasts))

    @property
    def frames(self):
        """How many frames it asks for, at FPS a second, both ends counted."""
        return self.sentences[-1][1] + 1


@dataclass
class Clip:
    """What was generated: T frames at `fps`, in the world of the request.

    object_translation (T, 3), object_rotation (T, 3, 3)   the object's frame; frame 0 equals the request's
    object_articulation (T,)         radians
    hand_translation (T, 2, 3)       the wrist joint in the world
    hand_rotation (T, 2, 16, 3, 3)   joint 0 in the world, 1-15 relative to the parent; identity = flat hand
    hand_shape (2, 10)               betas
    hand_active (2,)                 bool; a hand that plays no part has rest values above
    contact_points (P, 3)            on the object's surface, in the object's frame
    contact (T, 2, P)                generated by the model; 1 = touching, falling to 0 with distance
    hand_rest_vertices (2, V, 3)     the hands at zero pose with their betas, wrist joint at the origin,
    hand_rest_joints (2, 16, 3)      at the size given by `hand_scale` (already multiplied in)
    hand_faces (2, F, 3)             int32
    hand_weights (V, 16) or (2, V, 16) is stored as (2, V, 16): linear blend skinning
    hand_shape_directions (2, V, 3, 10), hand_joint_directions (2, 16, 3, 10)   what a unit of each beta adds to the
                                     hands at zero pose, at that size; None where that is not known
    hand_shape_names                 what the betas mean, in words; [] where they have no names
    hand_scale                       1 = human size
    object_scale                     factor by which the object must be scaled about its frame's origin (1 = as it is)
    metrics                          plain numbers by name
    """

    object_translation: np.ndarray
    object_rotation: np.ndarray
    object_articulation: np.ndarray
    hand_translation: np.ndarray
    hand_rotation: np.ndarray
    hand_shape: np.ndarray
    hand_active: np.ndarray
    contact_points: np.ndarray
    contact: np.ndarray
    hand_rest_vertices: np.ndarray
    hand_rest_joints: np.ndarray
    hand_faces: np.ndarray
    hand_weights: np.ndarray
    fps: float
    prompt: str = ""
    seed: int = 0
    hand_scale: float = 1.0
    object_scale: float = 1.0
    metrics: dict = field(default_factory=dict)
    hand_shape_directions: np.ndarray = None
    hand_joint_directions: np.ndarray = None
    hand_shape_names: list = field(default_factory=list)

    @property
    def frames(self):
        return len(self.object_translation)

    @property
    def seconds(self):
        return (self.frames - 1) / self.fps


@dataclass
class Progress:
    """How far a request has come: `fraction` 0..1 and a short line for people, such as "Sampling, step 12 of 25"."""

    fraction: float
    message: str


def _split(record):
    arrays, plain = {}, {}
    for name, value in vars(record).items():
        (arrays if isinstance(value, np.ndarray) else plain)[name] = value
    return arrays, plain


def save(record, path):
    """Writes a Request or a Clip as an .npz: its arrays by name, the rest as JSON bytes in `plain`.

    Not compressed: Blender's window waits while it is written or read. The file appears whole or not at all: it is written beside `path` and moved into place.
    """
    arrays, plain = _split(record)
    text = np.frombuffer(json.dumps(plain).encode("utf-8"), np.uint8)
    partial = f"{path}.partial"
    with open(partial, "wb") as file:
        np.savez(file, plain=text, **arrays)
    os.replace(partial, path)


def _load(kind, path):
    with np.load(path, allow_pickle=False) as stored:
        values = {name: stored[name] for name in stored.files if name != "plain"}
        values.update(json.loads(bytes(stored["plain"]).decode("utf-8")))
    return kind(**values)


def load_request(path):
    """Reads a Request written by `save`. Raises what numpy and json raise where the file is not one."""
    return _load(Request, path)


def load_clip(path):
    """Reads a Clip written by `save`. Raises what numpy and json raise where the file is not one."""
    return _load(Clip, path)
