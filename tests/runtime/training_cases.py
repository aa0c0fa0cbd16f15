"""What the tests of training share: shards of synthetic clips, and a network that trains in a second."""

import functools

import numpy as np
from scipy.spatial.transform import Rotation
import torch

from model_runtime.data import shards
from model_runtime.diffusion.network import JointHOI
from model_runtime.diffusion.representation import pack_motion

TINY = functools.partial(JointHOI, width=32, depth=2, heads=2)


def synthetic(count=6, frames=24, seed=0):
    """Clips of `frames` frames of one of two objects: smooth random motion of object and hands, contact that comes."""
    rng = np.random.default_rng(seed)
    time = np.linspace(0, 1, frames)

    def smooth(*shape):
        waves = rng.normal(0, 1, (*shape, 3)), rng.uniform(0, 2 * np.pi, (*shape, 3))
        return sum(
            waves[0][..., k] * np.sin((k + 1) * time.reshape(-1, *[1] * len(shape)) * 3 + waves[1][..., k])
            for k in range(3)
        )

    motion = np.zeros((count, frames, 208), np.float32)
    for clip in range(count):
        thing = Rotation.from_rotvec(0.3 * smooth(3)).as_matrix()
        fingers = Rotation.from_rotvec(0.4 * smooth(32, 3).reshape(-1, 3)).as_matrix().reshape(frames, 2, 16, 3, 3)
        arrays = (0.1 * smooth(3), thing, 0.5 * smooth(), 0.1 * smooth(2, 3), fingers)
        motion[clip] = pack_motion(*(torch.from_numpy(v).float() for v in arrays)).numpy()
    contact = np.zeros((count, frames, 2, 256), np.uint8)
    contact[:, frames // 2 :] = rng.integers(0, 256, (count, 1, 2, 256))
    active = np.array([[False, True], [True, False], [True, True]] * count)[:count]
    contact[~active[:, None].repeat(frames, 1)] = 0
    normals = rng.normal(0, 1, (2, 256, 3))
    return {
        "motion": motion,
        "contact": contact,
        "active": active,
        "hold": rng.integers(0, 5, (count, frames, 2)).astype(np.uint8),
        "object": rng.integers(0, 2, count),
        "betas": rng.normal(0, 1, (count, 2, 10)).astype(np.float32),
        "text": (rng.normal(0, 1, (count, 3, 384)) / 20).astype(np.float16),
        "points": rng.normal(0, 0.05, (2, 256, 3)).astype(np.float32),
        "normals": (normals / np.linalg.norm(normals, axis=-1, keepdims=True)).astype(np.float32),
        "moving": rng.random((2, 256)) < 0.5,
        "hinge": rng.normal(0, 0.1, (2, 8)).astype(np.float32),
    }


def store(path, arrays, fps=shards.FPS, action="lift"):
    """Writes such clips as a shard."""
    clips = [
        {
            "captions": ["Lift it."],
            "action": action,
            "hands": "both",
            **{name: arrays[name][row] for name in ("motion", "contact", "hold", "text", "active", "betas", "object")},
        }
        for row in range(len(arrays["motion"]))
    ]
    things = [
        {
            "vertices": np.zeros((3, 3)),
            "faces": np.array([[0, 1, 2]]),
            "turning": [False],
            "name": "mug",
            "number": row,
            "seed": row,
            **{name: arrays[name][row] for name in ("points", "normals", "moving", "hinge")},
        }
        for row in range(len(arrays["points"]))
    ]
    shards.write(str(path), *shards.pack(clips, things, {"split": "train"}), fps=fps)


def one_batch(**settings):
    """Those clips as train.Clips hands them out, unpadded: a dict of tensors, the first caption of each as `text`."""
    arrays = synthetic(**settings)
    count, frames = arrays["motion"].shape[:2]
    batch = {name: torch.from_numpy(arrays[name]) for name in ("motion", "hold", "betas")}
    batch |= {
        name: torch.from_numpy(arrays[name][arrays["object"]]) for name in ("points", "normals", "moving", "hinge")
    }
    batch |= {
        "contact": torch.from_numpy(arrays["contact"]).float() / 255,
        "active": torch.from_numpy(arrays["active"]).float(),
        "text": torch.from_numpy(arrays["text"][:, 0]).float(),
        "frames": torch.full((count,), frames),
        "begun": torch.zeros(count, dtype=torch.long),
    }
    return batch
