"""Clips on disk: shards of a few hundred clips, plain .npz files without pickles, whole or absent.

A shard holds, for N clips of M objects, padded to F frames:
    motion (N, F, 208) float32      X in the canonical frame (diffusion/representation.py), object's frame for the hands
    contact (N, F, 2, 256) uint8    contact times 255
    frames (N,) int16, active (N, 2) bool, object (N,) int16 = row of the objects below
    hold (N, 2, 2) int16            the frames [first, end) in which the left and the right hand hold the object
    text (N, W, 384) float16        W captions of each clip, embedded
    points, normals (M, 256, 3) float32 and seed (M,) int64
    plain: JSON bytes {"captions": N lists of W, "actions": N, "hands": N, "families": M, "numbers": M}
"""

import json
import os

import numpy as np

FPS = 15.0


def write(path, arrays, plain):
    """Writes one shard; it appears at `path` whole or not at all."""
    partial = f"{path}.partial"
    with open(partial, "wb") as file:
        np.savez(file, plain=np.frombuffer(json.dumps(plain).encode(), np.uint8), **arrays)
    os.replace(partial, path)


def read(path):
    """Reads one shard: (arrays by name, plain)."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files if name != "plain"}
        return arrays, json.loads(bytes(stored["plain"]))
