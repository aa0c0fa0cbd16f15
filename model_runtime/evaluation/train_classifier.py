"""Trains the action classifier of `classifier.py` on ground-truth clips of training objects.

    python -m model_runtime.evaluation.train_classifier --data DIR [DIR ...] [--epochs 40] [--out FILE] [--seed 0]

Every shard of the folders is read; each clip is also seen mirrored, left for right. One object in ten is kept to watch
by. The weights, float16, go to assets/evaluator/classifier.safetensors; the accuracy that counts, on objects of the
test split, is what `evaluate` says of ground truth.
"""

import argparse
from collections import Counter
import glob
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from ..data import shards
from ..data.families import ACTIONS
from ..hands.layer import load_hand
from .classifier import CHANNELS, WEIGHTS, Classifier, describe, save

BATCH, RATE, DECAY = 64, 1e-3, 0.05
READ = ("motion", "first", "betas", "object")
KEPT = 10  # one object in so many is not trained on


def read(folders, hands):
    """Every clip of the folders: seen (N, CHANNELS, STEPS), action (N,), object number (N,)."""
    seen, actions, numbers = [], [], []
    for path in sorted(path for folder in folders for path in glob.glob(os.path.join(folder, "*.safetensors"))):
        arrays, plain = shards.read(path, READ)
        if not len(arrays["betas"]):
            continue
        motions = np.split(arrays["motion"], arrays["first"][1:-1])
        seen.append(describe(motions, hands, arrays["betas"]))
        actions += [ACTIONS.index(action) for action in plain["actions"]]
        numbers += [1000 * plain["seeds"][row] + plain["numbers"][row] for row in arrays["object"]]
        print(f"{path}: {len(motions)} clips", flush=True)
    return torch.cat(seen), torch.tensor(actions), np.array(numbers)


def mirrored(seen):
    """The same clips through a mirror at x = 0: hands swapped, x of places and the rotation's odd entries negated."""
    joints = seen[:, :96].unflatten(1, (2, 16, 3)).flip(1) * seen.new_tensor([-1, 1, 1])[:, None]
    # R' = S R S with S = diag(-1, 1, 1): of the first column x stays, y and z change; of the second x changes.
    signs = seen.new_tensor([-1, 1, 1, 1, -1, -1, -1, 1, 1, 1])[:, None]
    return torch.cat([joints.flatten(1, 3), seen[:, 96:106] * signs, seen[:, 106:108].flip(1), seen[:, 108:]], 1)


def accuracy(model, seen, actions):
    """Top-1 and Top-3."""
    model.eval()
    with torch.no_grad():
        best = torch.cat([model(part) for part in seen.split(512)]).topk(3).indices
    return tuple(float((best[:, :k] == actions[:, None]).any(1).float().mean()) for k in (1, 3))


def train(seen, actions, numbers, epochs, seed=0):
    """-> (model, {"top1", "top3"} on the objects kept back). Rare actions count up to 5 times as much as common
    ones.
    """
    torch.manual_seed(seed)
    kept = torch.from_numpy(np.isin(numbers, np.unique(numbers)[::KEPT]))
    model, ours = Classifier(), (~kept).nonzero()[:, 0]
    both = torch.stack([seen, mirrored(seen)], 1)
    flat = both[ours].transpose(0, 2).flatten(1)
    model.mean, model.deviation = flat.mean(1), flat.std(1).clamp_min(1e-3)
    count = torch.bincount(actions[ours], minlength=len(ACTIONS)).float()
    weight = (count.max() / count.clamp_min(1)).sqrt().clamp_max(5)
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=DECAY)
    steps = epochs * -(-len(ours) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.1)
    for epoch in range(epochs):
        model.train()
        total, begun = 0.0, time.time()
        for rows in ours[torch.randperm(len(ours))].split(BATCH):
            value = both[rows, torch.randint(0, 2, (len(rows),))]
            value = value + 0.003 * torch.randn(len(rows), CHANNELS, 1) * (value.abs().amax(-1, keepdim=True) > 0)
            loss = F.cross_entropy(model(value), actions[rows], weight, label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(rows)
        top1, top3 = accuracy(model, seen[kept], actions[kept])
        print(
            f"epoch {epoch + 1}: loss {total / len(ours):.3f}, kept objects top1 {top1:.3f} top3 {top3:.3f}, "
            f"{time.time() - begun:.0f} s",
            flush=True,
        )
    return model.eval(), {"top1": round(top1, 4), "top3": round(top3, 4), "clips_kept": int(kept.sum())}


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--out", default=WEIGHTS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    seen, actions, numbers = read(options.data, [load_hand(0), load_hand(1)])
    model, found = train(seen, actions, numbers, options.epochs, options.seed)
    count = Counter(ACTIONS[action] for action in actions.tolist())
    save(
        model,
        options.out,
        {
            "clips": len(actions),
            "objects": len(np.unique(numbers)),
            "epochs": options.epochs,
            "seed": options.seed,
            "on objects kept back": found,
            "clips of actions": count,
        },
    )
    print(f"{options.out}: {os.path.getsize(options.out) / 1e6:.2f} MB; {found}")


if __name__ == "__main__":
    main()
