"""Checkpoints: safetensors with the network's settings in the header. Nothing in them can run."""

import json

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
import torch

from ..seam import UserError
from .methods import method


def save(model, path, about, name="jointhoi", dtype=torch.float16):
    """Writes the weights of the method `name` as `dtype`; `about`: a dict of plain values (steps, clips ...) kept
    beside.
    """
    kept = ("mean", "std")  # metres; small, and float16 would round them
    tensors = {name: value.detach().to("cpu", torch.float32 if name in kept else dtype).contiguous()
               for name, value in model.state_dict().items()}  # fmt: skip
    header = {"settings": json.dumps({"method": name, **model.settings}), "about": json.dumps(about)}
    save_file(tensors, path, metadata=header)


def load(path, device="cpu"):
    """Reads a checkpoint: (model in float32 on `device`, in evaluation mode, about)."""
    try:
        with safe_open(path, framework="pt") as stored:
            header = stored.metadata()
            state = {name: stored.get_tensor(name).float() for name in stored.keys()}
        settings = json.loads(header["settings"])
        model = method(settings.pop("method", "jointhoi"))[0](**settings)
        model.load_state_dict(state)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        message = f"{path} is not a JointHOI checkpoint that this version can read; choose another in the preferences."
        raise UserError(message, "runtime") from error
    return model.to(device).eval(), json.loads(header["about"])
