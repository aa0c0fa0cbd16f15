"""A worker with the real protocol around a generator that needs no model: `python fake_worker.py MODE`.

The prompt's first word says what the generator does: "Fail" raises, "Wait" reports progress for ever, "Hang" reports
nothing for ever, "Print" prints to stdout, "Die" ends the process, "Size" complains of the object's size; any other
gives a clip that lifts the object.
"""

import os
import sys
import time

import numpy as np

from model_runtime import seam, worker
from model_runtime.check import check_request


def clip_for(request, frames=31):
    """A clip that lifts the object by 10 cm. A hand is a strip with a vertex on each joint, 5 % larger for a first beta
    of 1.
    """
    time_ = np.linspace(0, 1, frames, dtype=np.float32)
    lift = np.stack([0 * time_, 0 * time_, 0.1 * time_], 1)
    hands = request.translation + lift[:, None] + np.array([[-0.1, 0, 0], [0.1, 0, 0]], np.float32)
    joints = np.linspace([0, 0, 0], [-0.15, 0, 0], 16)
    flat = joints + [[0, 0, 0.02 * (joint % 2)] for joint in range(16)], joints
    size = 0.05 * np.eye(1, 10)[0]
    rest = [[points * (1 + size @ betas) for betas in request.hand_shape] for points in flat]
    moves = [np.stack([points[..., None] * size] * 2) for points in flat]
    return seam.Clip(
        object_translation=(request.translation + lift).astype(np.float32),
        object_rotation=np.repeat(request.rotation[None], frames, 0).astype(np.float32),
        object_articulation=np.zeros(frames, np.float32),
        hand_translation=hands.astype(np.float32),
        hand_rotation=np.tile(np.eye(3, dtype=np.float32), (frames, 2, 16, 1, 1)),
        hand_shape=request.hand_shape,
        hand_active=np.array([request.hands in ("left", "both"), request.hands != "left"]),
        contact_points=request.vertices[:8].astype(np.float32),
        contact=np.tile(time_[:, None, None], (1, 2, len(request.vertices[:8]))),
        hand_rest_vertices=np.array(rest[0], np.float32),
        hand_rest_joints=np.array(rest[1], np.float32),
        hand_shape_directions=moves[0].astype(np.float32),
        hand_joint_directions=moves[1].astype(np.float32),
        hand_faces=np.array([[[k, k + 1, k + 2] for k in range(14)]] * 2, np.int32),
        hand_weights=np.tile(np.eye(16, dtype=np.float32), (2, 1, 1)),
        fps=10.0,
        prompt=request.prompt,
        seed=request.seed,
        metrics={"penetration_mm": 1.5},
    )


class FakeGenerator:
    device = "cpu"

    def generate(self, request, progress):
        check_request(request)
        word = request.prompt.split()[0]
        if word == "Fail":
            raise ZeroDivisionError("one over nothing")
        if word == "Size":
            raise seam.UserError("It is 2 m wide.", kind="size", details={"extent": 2.0, "scale": 0.1})
        if word == "Die":
            print("about to die", file=sys.stderr, flush=True)
            os._exit(42)
        if word == "Print":
            print("hello from a library")
            os.write(1, b"hello from C\n")
        while word == "Hang":
            time.sleep(0.05)
        while word == "Wait":
            progress(0.5, "Waiting")
            time.sleep(0.02)
        for step in range(4):
            progress(step / 4, f"Sampling, step {step} of 4")
        return clip_for(request)


def make_generator():
    mode = sys.argv[1] if len(sys.argv) > 1 else ""
    if mode == "no-checkpoint":
        raise seam.UserError("The checkpoint is not there.", kind="runtime")
    if mode == "no-torch":
        raise ModuleNotFoundError("No module named 'torch'")
    return FakeGenerator()


if __name__ == "__main__":
    pid = int(sys.argv[2]) if len(sys.argv) > 2 else None
    sys.exit(worker.serve(*worker.claim_stdio(), make_generator, pid))
