"""How long a user waits, once the model is loaded: four seconds of both hands by default settings, and that sampled
without guidance.
"""

import time

import numpy as np
import torch
import trimesh

from ..diffusion.sampler import sample
from ..generate import SCALE, STEPS, Generator
from ..seam import Request

SECONDS = 4.0
PROMPT = "Lift the box with both hands."


def speed(checkpoint=None, device="cpu"):
    """{"clip": seconds of a whole request, "unguided": seconds of its sampling without guidance}; the second of two
    runs each, for the first warms up.
    """
    generator = Generator(device, checkpoint)
    box = trimesh.creation.box((0.22, 0.12, 0.1))
    request = Request(PROMPT, np.asarray(box.vertices, np.float32), np.asarray(box.faces, np.int32), seconds=SECONDS)
    thing = generator.prepare(request)["thing"]
    frames, noise = generator.noise(0, request.frames)
    told = generator.condition(thing, PROMPT, "both", torch.zeros(2, 10, device=generator.device))
    return {
        "clip": timed(lambda: generator.generate(request)),
        "unguided": timed(lambda: sample(generator.model, told, frames, steps=STEPS, scale=SCALE, noise=noise)),
    }


def timed(act):
    act()
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
