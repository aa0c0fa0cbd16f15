"""The action classifier that Top-k, FID, diversity and multimodality stand on: it sees motion alone, no words, no
object.

As the field does (Guo et al. 2020, "Action2Motion"; Text2HOI): a network is trained to tell the actions of ground-truth
clips apart, and what its last layer but one says of a clip are the features of which distributions are compared. Its
weights are `assets/evaluator/classifier.safetensors`, made by `python -m model_runtime.evaluation.train_classifier`.
"""

import json
import os

import numpy as np
from safetensors import safe_open
from safetensors.torch import save_file
import torch
from torch import nn
import torch.nn.functional as F

from ..data.families import ACTIONS
from ..data.shards import FPS
from ..diffusion.representation import HAND, IDLE, to_world, unpack_hands, unpack_object

WEIGHTS = os.path.normpath(
    os.path.join(os.path.dirname(__file__), "..", "..", "assets", "evaluator", "classifier.safetensors")
)
STEPS = 40  # moments that a clip of any length is resampled to
CHANNELS = 2 * 16 * 3 + 10 + 3  # joints, object, which hands act, length
WIDTH, FEATURES = 96, 32
LONGEST = 5.0  # seconds


def describe(motions, hands, betas):
    """What the classifier sees of clips: X (T, 208) float32 each, of any lengths, betas (N, 2, 10) -> (N, CHANNELS,
    STEPS).

    Joints of both hands and the object's place relative to the wrist of the first acting hand in the first frame; the
    object's rotation as 6D, the angle of its hinge; which hands act; the length. The joints of a hand that never left
    the place of hands that play no part are zeros.
    """
    found = torch.zeros(len(motions), CHANNELS, STEPS)
    for motion, shape, out in zip(motions, betas, found):
        motion, shape = torch.as_tensor(motion, dtype=torch.float32), torch.as_tensor(shape)
        place, turn, _ = unpack_object(motion)
        local = unpack_hands(motion)
        active = (local[0] - torch.from_numpy(IDLE)).norm(dim=-1).amax(0) > 0.05
        wrists, rotations = to_world(*local, place, turn)
        joints = torch.stack(
            [hands[side].joints(rotations[:, side], wrists[:, side], shape[side]) for side in (0, 1)], 1
        )
        first = joints[0, int(not active[0] and bool(active[1])), 0]
        joints = (joints - first) * active[:, None, None]
        moving = torch.cat([joints.flatten(1), place - first, motion[:, 2 * HAND + 3 :]], 1)
        out[:-3] = F.interpolate(moving.T[None], STEPS, mode="linear", align_corners=True)[0]
        out[-3:] = torch.tensor([*active.float(), (len(motion) - 1) / FPS / LONGEST])[:, None]
    return found


class Classifier(nn.Module):
    """Dilated convolutions over time; `features` (N, 32), logits (N, actions) in the order of families.ACTIONS."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(CHANNELS))
        self.register_buffer("deviation", torch.ones(CHANNELS))
        self.enter = nn.Conv1d(CHANNELS, WIDTH, 5, padding=2)
        self.blocks = nn.ModuleList(Block(dilation) for dilation in (1, 2, 4, 8))
        self.narrow = nn.Linear(2 * WIDTH, FEATURES)
        self.last = nn.Linear(FEATURES, len(ACTIONS))

    def features(self, seen):
        """seen (N, CHANNELS, STEPS) as `describe` gives it -> (N, FEATURES)."""
        value = self.enter((seen - self.mean[:, None]) / self.deviation[:, None])
        for block in self.blocks:
            value = block(value)
        return torch.tanh(self.narrow(torch.cat([value.mean(-1), value.amax(-1)], -1)))

    def forward(self, seen):
        return self.last(F.dropout(self.features(seen), 0.1, self.training))


class Block(nn.Module):
    def __init__(self, dilation):
        super().__init__()
        self.norm = nn.GroupNorm(8, WIDTH)
        self.first = nn.Conv1d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv1d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation)

    def forward(self, value):
        change = F.dropout(F.gelu(self.first(F.gelu(self.norm(value)))), 0.1, self.training)
        return value + self.second(change)


def save(model, path, about):
    """Writes the weights in float16 with what is known `about` them, plain JSON."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    weights = {name: value.half().contiguous() for name, value in model.state_dict().items()}
    save_file(weights, path, {"about": json.dumps({**about, "actions": ACTIONS})})


def load(path=WEIGHTS):
    """The classifier, ready to use. Raises ValueError where its actions are not the present ones."""
    with safe_open(path, framework="pt") as stored:
        about = json.loads(stored.metadata()["about"])
        if tuple(about["actions"]) != ACTIONS:
            raise ValueError(f"The classifier {path} knows other actions than data/families. Train it anew: "
                             "python -m model_runtime.evaluation.train_classifier")  # fmt: skip
        model = Classifier()
        model.load_state_dict({name: stored.get_tensor(name).float() for name in stored.keys()})
    return model.eval()


@torch.no_grad()
def recognise(model, motions, cases, hands):
    """Motions as answers to cases -> features (N, 32) float64, rank (N,) of the asked action, 0 the likeliest."""
    features = model.features(describe(motions, hands, [case["betas"] for case in cases]))
    logits = model.last(features)
    asked = torch.tensor([ACTIONS.index(case["action"]) for case in cases])
    rank = (logits > logits.gather(1, asked[:, None])).sum(1)
    return features.double().numpy(), rank.numpy().astype(np.int64)
