"""The methods that are measured side by side: {name: loader}.

loader(checkpoint, device) -> draw(cases, seed) -> for each case (motion (T, 208) float32, contact (T, 2, 256) float32
or None, seconds): the answer in the case's canonical frame, 30 frames a second, as many frames as the truth has, and
how long it took. A case's truth (motion, contact, hold, action, active) is there to be measured by, and is not looked
at, except by `ground_truth`.
"""

from functools import partial
import importlib
import os
import time

import torch

from ..data.shards import FPS
from ..diffusion import checkpoint as checkpoints
from ..diffusion.guidance import ContactGuidance
from ..diffusion.representation import HAND, IDLE, pack_motion
from ..seam import Request


def ground_truth(checkpoint=None, device="cpu"):
    """The truth itself."""
    return lambda cases, seed: [(case["motion"], case["contact"], 0.0) for case in cases]


def jointhoi(checkpoint=None, device="cpu", guidance=ContactGuidance):
    """The model by the road that a user's request takes."""
    from ..generate import Generator

    generator = Generator(device, checkpoint)
    generator.guidance = guidance

    def draw(cases, seed):
        return [answer(generator, case, seed + i) for i, case in enumerate(cases)]

    return draw


def answer(generator, case, seed):
    """One case's prompt and mesh as a request, and the clip back as the signal's motion."""
    hinge = {"turning": case["turning"], "hinge": case["hinge"]} if case["hinge"].any() else {}
    request = Request(
        case["prompt"],
        case["vertices"],
        case["faces"],
        seconds=(len(case["motion"]) - 1) / FPS,
        seed=seed,
        hand_shape=case["betas"],
        object_name=case["family"],
        **hinge,
    )
    begun = time.time()
    clip = generator.generate(request)
    seconds = time.time() - begun
    names = ("object_translation", "object_rotation", "object_articulation", "hand_translation", "hand_rotation")
    motion = pack_motion(*(torch.as_tensor(getattr(clip, name)) for name in names))
    return idle(motion, clip.hand_active).numpy(), None, seconds


def idle(motion, active):
    """X (T, 208) with hands that play no part, active (2,), where the truth has such hands: at one place of the
    object's frame.

    A clip has them still in the world, where the object may be moved through them.
    """
    motion = motion.clone()
    for side in (0, 1):
        if not active[side]:
            motion[:, HAND * side : HAND * (side + 1)] = torch.tensor(
                [*IDLE[side].tolist(), *[1.0, 0, 0, 0, 1, 0] * 16]
            )
    return motion


def no_guidance(*hands_and_thing, **settings):
    """In the place of ContactGuidance: no guide at all."""


def peer(name):
    """A peer of model_runtime/peers, or an ablation that is trained on its own."""
    return lambda checkpoint=None, device="cpu": importlib.import_module("model_runtime.peers").load(
        name, checkpoint, device
    )


OTHERS = ("mdm", "text2hoi", "diffh2o", "latenthoi", "paper", "no_contact")
TRAINED_APART = ("jointhoi_equal", *OTHERS)  # by `make peers`: all for as many steps
METHODS = {
    "ground_truth": ground_truth,
    "jointhoi": jointhoi,
    "jointhoi_equal": jointhoi,
    **{name: peer(name) for name in OTHERS},
    "no_guidance": partial(jointhoi, guidance=no_guidance),
    "unsigned": partial(jointhoi, guidance=partial(ContactGuidance, signed=False)),
}


def weights(name, checkpoint, peers):
    """The file of a method's weights, or None: `checkpoint` (or the bundled one) for JointHOI and what differs from it
    in sampling alone, else the folder `peers` has it."""
    from ..generate import CHECKPOINT

    if name == "ground_truth":
        return None
    return os.path.join(peers, f"{name}.safetensors") if name in TRAINED_APART else checkpoint or CHECKPOINT


def training(path):
    """What a checkpoint's training was, for the table: {"steps", "parameters"}; nothing where there is no such file."""
    if not path or not os.path.exists(path):
        return {}
    model, about = checkpoints.load(path)
    return {"steps": about.get("steps"), "parameters": sum(p.numel() for p in model.parameters())}
