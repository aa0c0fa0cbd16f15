"""The methods that are measured side by side: {name: loader}.

loader(checkpoint, device) -> draw(cases, seed) -> for each case (motion (T, 208) float32, contact (T, 2, 256) float32 or None,
seconds): the answer in the case's canonical frame, 30 frames a second, as many frames as the truth has, and how long it took.
A case's truth (motion, contact, hold, action, active) is there to be measured by, and is not looked at, except by `ground_truth`.
"""

import importlib
import time

import torch

from ..data.shards import FPS
from ..diffusion.representation import HAND, IDLE, pack_motion
from ..seam import Request


def ground_truth(checkpoint=None, device="cpu"):
    """The truth itself."""
    return lambda cases, seed: [(case["motion"], case["contact"], 0.0) for case in cases]


def jointhoi(checkpoint=None, device="cpu"):
    """The model by the road that a user's request takes."""
    from ..generate import Generator

    generator = Generator(device, checkpoint)

    def draw(cases, seed):
        return [answer(generator, case, seed + i) for i, case in enumerate(cases)]

    return draw


def answer(generator, case, seed):
    """One case's prompt and mesh as a request, and the clip back as the signal's motion."""
    hinge = {"turning": case["turning"], "hinge": case["hinge"]} if case["hinge"].any() else {}
    request = Request(case["prompt"], case["vertices"], case["faces"], seconds=(len(case["motion"]) - 1) / FPS, seed=seed,
                      hand_shape=case["betas"], object_name=case["family"], **hinge)  # fmt: skip
    begun = time.time()
    clip = generator.generate(request)
    seconds = time.time() - begun
    names = ("object_translation", "object_rotation", "object_articulation", "hand_translation", "hand_rotation")
    motion = pack_motion(*(torch.as_tensor(getattr(clip, name)) for name in names))
    return idle(motion, clip.hand_active).numpy(), None, seconds


def idle(motion, active):
    """X (T, 208) with hands that play no part, active (2,), where the truth has such hands: at one place of the object's frame.

    A clip has them still in the world, where the object may be moved through them.
    """
    motion = motion.clone()
    for side in (0, 1):
        if not active[side]:
            motion[:, HAND * side : HAND * (side + 1)] = torch.tensor([*IDLE[side].tolist(), *[1.0, 0, 0, 0, 1, 0] * 16])
    return motion


def peer(name):
    """A peer of model_runtime/peers, or an ablation."""
    return lambda checkpoint=None, device="cpu": importlib.import_module("model_runtime.peers").load(name, checkpoint, device)


METHODS = {"ground_truth": ground_truth, "jointhoi": jointhoi,
           **{name: peer(name) for name in ("mdm", "text2hoi", "diffh2o", "latenthoi")}}  # fmt: skip
