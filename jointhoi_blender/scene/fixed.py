"""What a user fixed of a motion, on its way into a request: the path of an animated object, poses of a take that are to
stay.

Fixed poses are a dict of plain arrays in the world, in metres, with a row for each of n frames in which something is
fixed:

    frames (n,)     scene frames, counted from the take's first
    given (n, 3)    bool: the left hand, the right hand, the object. A hand is fixed only where the object is
    object_translation (n, 3), object_rotation (n, 3, 3), object_articulation (n,), hand_translation (n, 2, 3),
    hand_rotation (n, 2, 16, 3, 3)      as in a Clip
"""

import bpy
import numpy as np

from .. import seam
from ..takes import resample

SHAPES = {"object_translation": (3,), "object_rotation": (3, 3), "object_articulation": (), "hand_translation": (2, 3),
          "hand_rotation": (2, 16, 3, 3)}  # fmt: skip
OBJECT = 2  # the column of `given` after the hands' columns
RESIZED = 1e-3  # relative change of size or shear along a path that hands could not follow


def nothing(frames):
    """Fixed poses in which nothing is given, for `frames` (n,)."""
    count = len(frames)
    arrays = {name: np.zeros((count, *shape)) for name, shape in SHAPES.items()}
    arrays["object_rotation"][:], arrays["hand_rotation"][:] = np.eye(3), np.eye(3)
    return {"frames": np.asarray(frames, int), "given": np.zeros((count, 3), bool), **arrays}


def path(object, frames):
    """What an object does in scene frames (n,), whatever moves it, as fixed poses counted from the first of them; in
    steps. Raises UserError.
    """
    from .request import metres_per_unit, rigid_part, world_matrix

    frames = np.asarray(frames)
    fixed, rests = nothing(frames - frames[0]), []
    with kept_frame() as scene:
        for row, frame in enumerate(frames.tolist()):
            scene.frame_set(frame)
            matrix = world_matrix(object)
            rotation, rest = rigid_part(matrix)
            fixed["object_translation"][row] = matrix[:3, 3] * metres_per_unit(scene)
            fixed["object_rotation"][row] = rotation
            rests.append(rest)
            yield True
    if np.abs(np.array(rests) - rests[0]).max() > RESIZED * np.abs(rests[0]).max():
        raise seam.UserError(
            f"“{object.name}” changes its size or shape between frames {frames[0]} and {frames[-1]}, which hands can't "
            "follow; choose frames in which it only moves and turns.",
            "mesh",
        )
    fixed["given"][:, 2] = True
    return fixed


def merged(path, keep):
    """A followed path, which has all frames, and poses kept beside it, either of which may be None, as one."""
    if not path or not keep:
        return path or keep
    whole = {name: value.copy() for name, value in path.items()}
    for name in ("hand_translation", "hand_rotation"):
        whole[name][keep["frames"]] = keep[name]
    whole["given"][keep["frames"], :2] = keep["given"][:, :2]
    return whole


class kept_frame:
    """Puts the scene's current frame back after it was changed."""

    def __enter__(self):
        self.scene = bpy.context.scene
        self.frame = self.scene.frame_current, self.scene.frame_subframe
        return self.scene

    def __exit__(self, *_):
        self.scene.frame_set(self.frame[0], subframe=self.frame[1])


def lengths(first, last, rate, seconds, then):
    """How long sentences last that fill the frames `first` to `last`: seconds of the first, [[sentence, seconds], ...].

    Among several the time is divided as their own lengths say. Raises UserError.
    """
    whole = (last - first) / rate
    share = whole / (seconds + sum(each for _, each in then))
    parts = [seconds * share, *(each * share for _, each in then)]
    short, long = min(parts), max(parts)
    if short < seam.MIN_SECONDS - 1e-6 or long > seam.MAX_SECONDS + 1e-6:
        raise seam.UserError(
            f"Frames {first} to {last} are {whole:.1f} s, and a sentence fills {seam.MIN_SECONDS:.0f} to "
            f"{seam.MAX_SECONDS:.0f} s; "
            + ("choose more frames." if short < seam.MIN_SECONDS else "choose fewer frames, or say what happens then.")
        )
    ends = np.ceil(np.cumsum(parts) * seam.FPS - 1e-6) / seam.FPS  # the model's last frame is not before the path's
    parts = np.clip(np.diff(ends, prepend=0.0), seam.MIN_SECONDS, seam.MAX_SECONDS).tolist()
    return parts[0], [[sentence, each] for (sentence, _), each in zip(then, parts[1:])]


def for_request(fixed, count, rate):
    """Fixed poses at a scene's `rate` as the fields of a Request of `count` frames at seam.FPS."""
    times = np.arange(count) * rate / seam.FPS  # in scene frames
    last = int(fixed["frames"].max())
    length = (last if times[-1] < last + 1 else int(np.ceil(times[-1]))) + 1  # a path goes on to the model's last frame
    times = np.minimum(times, length - 1)
    given, fields = np.zeros((count, 3), bool), {}
    for part in range(3):
        rows = np.zeros(length, bool)
        rows[fixed["frames"][fixed["given"][:, part]]] = True
        inside = rows[np.floor(times + 1e-6).astype(int)] & rows[np.ceil(times - 1e-6).astype(int)]
        alone = np.flatnonzero(rows)
        inside[np.minimum(np.round(alone * seam.FPS / rate).astype(int), count - 1)] = True
        given[:, part] = inside
    given[:, :2] &= given[:, 2:]
    whole = len(fixed["frames"]) == length  # a curve through all; next to holes it would bend towards them
    nearest = np.abs(np.arange(length)[:, None] - fixed["frames"]).argmin(1)  # holes hold what is next to them
    for name, shape in SHAPES.items():
        dense = fixed[name][nearest]
        if shape[-2:] == (3, 3):
            fields[name] = resample.matrices(resample.slerp(resample.quaternions(dense), times))
        else:
            fields[name] = (resample.smooth if whole else resample.between)(dense, times)
    return {"given": given, **fields}
