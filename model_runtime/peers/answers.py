"""From the evaluator's cases to answers: of the peers, and of two ablations of JointHOI that need no mesh either.

paper        diffusion/paper.py with its own guidance, on y_t
no_contact   JointHOI trained without contact as a modality: there is nothing to be guided by
"""

import os
import time

import torch

from ..condition.hands import hands_named
from ..condition.text import TextEncoder
from ..diffusion import checkpoint as checkpoints, paper as paper_module
from ..diffusion.representation import MOTION
from ..diffusion.sampler import sample
from ..evaluation.methods import idle
from ..generate import FLAGS, SCALE, STEPS
from ..hands.layer import load_hand
from ..objects.thing import Thing
from ..seam import UserError
from . import diffh2o, latenthoi, mdm, text2hoi


def load(name, checkpoint, device="cpu"):
    """See peers.load."""
    if not checkpoint or not os.path.exists(checkpoint):
        way = f"`python -m model_runtime train --method {name}` and copy its model.safetensors there"
        raise UserError(f"There is no checkpoint of {name} at {checkpoint}. Run `make peers`, or {way}.", "runtime")
    model, about = checkpoints.load(checkpoint, device)
    if about.get("method") != name:
        raise UserError(f"{checkpoint} is a checkpoint of another method than {name}.", "runtime")
    text, hands = TextEncoder(device), [load_hand(side).to(device) for side in (0, 1)]

    def answer(case, seed):
        begun = time.time()
        condition = condition_of(case, text, device)
        frames = torch.tensor([len(case["motion"])], device=device)
        motion, contact = DRAWS[name](model, condition, frames, torch.Generator().manual_seed(seed), hands)
        motion = idle(motion[0].cpu(), named(condition)[0]).numpy()  # as JointHOI's: hands that the prompt rules out
        return motion, None if contact is None else contact[0].cpu().numpy(), time.time() - begun

    return lambda cases, seed: [answer(case, seed + i) for i, case in enumerate(cases)]


def condition_of(case, text, device="cpu"):
    """A case of the evaluator as a condition of one clip, as the model itself would be told it."""
    told = {name: torch.as_tensor(case[name]) for name in ("points", "normals", "moving", "hinge", "betas")}
    told |= {"text": torch.as_tensor(text.encode([case["prompt"]]))[0].float().cpu(),
             "hands": torch.tensor(FLAGS[hands_named(case["prompt"])]), "drop": torch.tensor(False)}  # fmt: skip
    return {key: value[None].to(device) for key, value in told.items()}


def named(condition):
    """The hands that the prompt names (1, 2) bool; both where it names none."""
    return (condition["hands"] > 0) | (condition["hands"] == 0).all(-1, keepdim=True)


def paper(model, condition, frames, generator, hands):
    noise = torch.randn((1, int(frames), model.mean.shape[0]), generator=generator).to(frames.device)
    surface = (condition[key][0] for key in ("points", "normals", "moving"))
    thing = Thing([], [], *surface, condition["hinge"][0].cpu().numpy())
    guide = (hands, thing, condition["betas"][0], named(condition).float())
    signal = paper_module.sample(model, condition, frames, noise=noise, guide=guide).detach()
    return signal[..., :MOTION], signal[..., MOTION:].unflatten(-1, (2, -1)).clamp(0, 1)


def no_contact(model, condition, frames, generator, hands):
    """JointHOI's sampler; the numbers of contact are nothing all along, as in training."""
    noise = torch.randn((1, int(frames), model.mean.shape[0]), generator=generator).to(frames.device)
    noise[..., MOTION:] = 0

    def without(signal, step, steps):
        return torch.cat([signal[..., :MOTION], model.mean[MOTION:].expand(*signal.shape[:2], -1)], -1)

    signal = sample(model, condition, frames, steps=STEPS, scale=SCALE, noise=noise, guide=without)
    return signal[..., :MOTION], None


DRAWS = {"mdm": mdm.draw, "text2hoi": text2hoi.draw, "diffh2o": diffh2o.draw, "latenthoi": latenthoi.draw,
         "paper": paper, "no_contact": no_contact}  # fmt: skip
