"""Clips on disk: shards of a few hundred clips in safetensors files, whole or absent, that nothing has to be run to
read.

The container is https://huggingface.co/docs/safetensors: a JSON header with each array's type, shape and place, then
the arrays. Clips of all lengths lie one behind the other along the frames. For N clips of M objects, F frames in all:

    motion (F, 208) float32         X in the canonical frame (diffusion/representation.py), hands in the object's frame
    contact (F, 2, 256) uint8       contact times 255 of each contact point with the left and the right hand
    hold (F, 2) uint8               what each hand does: 0 nothing, 1 holds the base, 2 holds the part that turns,
                                    3 touches the base without a grasp, 4 touches the part that turns
    first (N + 1,) int64            clip i is frames first[i] to first[i + 1]
    text (N, W, 384) float16        W captions of each clip, embedded
    active (N, 2) bool, betas (N, 2, 10) float32, object (N,) int32 = row of the objects below
    points, normals (M, 256, 3) float32, moving (M, 256) bool     the contact points; which are on the part that turns
    hinge (M, 8) float32            point, axis, low, high of the hinge; zeros where there is none
    vertices (V, 3) float32, faces (Q, 3) int32, turning (Q,) bool, vertex_first, face_first (M + 1,) int64
                                    the objects' meshes in the canonical frame, and the faces on the turning part

The header's metadata holds "format", "fps" and "plain", JSON: {"captions": N lists of W, "actions": N, "hands": N,
"objects": M names, "numbers": M, "seeds": M, "model": "open" or "mano", "split": ...}.
"""

import json
import os

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

FORMAT = "jointhoi-clips-1"
FPS = 30.0


def write(path, arrays, plain, fps=FPS):
    """Writes one shard; it appears at `path` whole or not at all."""
    partial = f"{path}.partial"
    arrays = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    save_file(arrays, partial, {"format": FORMAT, "fps": str(fps), "plain": json.dumps(plain)})
    os.replace(partial, path)


def read(path, names=None):
    """Reads one shard, or only the arrays `names` of it: (arrays by name, plain with "fps" added).

    Raises ValueError with a sentence where the file is no shard.
    """
    try:
        with safe_open(path, framework="np") as stored:
            metadata = stored.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise ValueError(f"{path} is not a shard of clips: its format is {metadata.get('format', 'another')}.")
            arrays = {name: stored.get_tensor(name) for name in names or stored.keys()}
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} can't be read: {error}") from error
    return arrays, {**json.loads(metadata["plain"]), "fps": float(metadata["fps"])}


def pack(clips, things, plain):
    """Clips, perhaps none, and the objects that they are of as one shard's (arrays, plain).

    clips: dicts of motion (T, 208), contact (T, 2, 256) uint8, hold (T, 2) uint8, active (2,), betas (2, 10), object =
    row of `things`, text (W, 384), captions, action, hands. things: dicts of points, normals (256, 3), moving (256,),
    hinge (8,), vertices, faces, turning, name, number, seed.
    """

    def stack(name, kind, rows=clips, shape=()):
        return np.stack([np.asarray(row[name]) for row in rows]).astype(kind) if rows else np.zeros((0, *shape), kind)

    def joined(name, kind, rows=clips, shape=()):
        return (
            np.concatenate([np.asarray(row[name]) for row in rows]).astype(kind)
            if rows
            else np.zeros((0, *shape), kind)
        )

    def starts(name, rows):
        return np.cumsum([0] + [len(row[name]) for row in rows]).astype(np.int64)

    arrays = {
        "motion": joined("motion", np.float32, shape=(208,)),
        "contact": joined("contact", np.uint8, shape=(2, 256)),
        "hold": joined("hold", np.uint8, shape=(2,)),
        "first": starts("motion", clips),
        "text": stack("text", np.float16, shape=(0, 384)),
        "active": stack("active", bool, shape=(2,)),
        "betas": stack("betas", np.float32, shape=(2, 10)),
        "object": np.array([clip["object"] for clip in clips], np.int32),
        "points": stack("points", np.float32, things),
        "normals": stack("normals", np.float32, things),
        "moving": stack("moving", bool, things),
        "hinge": stack("hinge", np.float32, things),
        "vertices": joined("vertices", np.float32, things),
        "faces": joined("faces", np.int32, things),
        "turning": joined("turning", bool, things),
        "vertex_first": starts("vertices", things),
        "face_first": starts("faces", things),
    }
    plain = {
        **plain,
        "captions": [clip["captions"] for clip in clips],
        "actions": [clip["action"] for clip in clips],
        "hands": [clip["hands"] for clip in clips],
        "objects": [thing["name"] for thing in things],
        "numbers": [int(thing["number"]) for thing in things],
        "seeds": [int(thing["seed"]) for thing in things],
    }
    return arrays, plain


def mesh(arrays, row):
    """The mesh of object `row` of a shard: vertices (V, 3), faces (F, 3), turning (F,) bool."""
    v, f = arrays["vertex_first"][row : row + 2], arrays["face_first"][row : row + 2]
    return arrays["vertices"][v[0] : v[1]], arrays["faces"][f[0] : f[1]], arrays["turning"][f[0] : f[1]]
