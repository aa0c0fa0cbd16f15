"""Training: streams shards as they appear, keeps an exponential moving average, and goes on where it stopped.

    python -m model_runtime train --data DIR --out DIR [--steps N] [--hours H]

DIR/state.pt is everything needed to go on (the project's own file, read back with weights_only); DIR/model.safetensors
is the averaged model, ready to use; DIR/log.csv has a line every 50 steps.
"""

import argparse
import copy
import glob
import math
import os
import time

import numpy as np
import torch

from ..data import shards
from ..hands.layer import load_hand
from . import checkpoint
from .losses import Skeleton, losses, noise_for
from .network import JointHOI
from .representation import FPS, MOTION

READ = ("motion", "contact", "first", "active", "text", "object", "points", "normals")


class Clips:
    """Clips of all shards seen so far, at the signal's rate, grouped by length so that a batch needs no padding."""

    def __init__(self, folder):
        self.folder, self.seen, self.groups = folder, set(), {}
        self.clips = 0

    def refresh(self):
        """Takes in the shards that have appeared since the last call; returns how many."""
        fresh = sorted(set(glob.glob(os.path.join(self.folder, "*.safetensors"))) - self.seen)
        for path in fresh:
            arrays, plain = shards.read(path, READ)
            every = round(plain["fps"] / FPS)
            first, lengths = arrays["first"], -(-np.diff(arrays["first"]) // every)
            for length in np.unique(lengths):
                rows = np.flatnonzero(lengths == length)
                frames = first[rows, None] + every * np.arange(length)
                thing = arrays["object"][rows]
                self.groups.setdefault(int(length), []).append({
                    "motion": torch.from_numpy(arrays["motion"][frames]),
                    "contact": torch.from_numpy(arrays["contact"][frames]),
                    "active": torch.from_numpy(arrays["active"][rows]),
                    "text": torch.from_numpy(arrays["text"][rows]),
                    "points": torch.from_numpy(arrays["points"][thing]),
                    "normals": torch.from_numpy(arrays["normals"][thing]),
                })  # fmt: skip
            self.clips += len(lengths)
            self.seen.add(path)
        return len(fresh)

    def statistics(self, limit=20_000):
        """Mean and standard deviation (720,) of the signal; contact has one number for all."""
        parts = [signal(part) for group in self.groups.values() for part in group]
        rows = torch.cat([part.flatten(0, 1) for part in parts])
        rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:limit]]
        mean, std = rows.mean(0), rows.std(0)
        mean[MOTION:], std[MOTION:] = rows[:, MOTION:].mean(), rows[:, MOTION:].std()
        return mean, std.clamp_min(0.02)

    def batch(self, size, rng):
        """A random batch of clips of one length: dict of tensors."""
        lengths = list(self.groups)
        counts = np.array([sum(len(part["motion"]) for part in self.groups[length]) for length in lengths], float)
        group = self.groups[lengths[rng.choice(len(lengths), p=counts / counts.sum())]]
        sizes = np.array([len(part["motion"]) for part in group])
        picks = rng.integers(0, sizes.sum(), size)
        where = np.searchsorted(sizes.cumsum(), picks, side="right")
        rows = picks - (sizes.cumsum() - sizes)[where]
        chosen = [{name: value[row] for name, value in group[part].items()} for part, row in zip(where, rows)]
        batch = {name: torch.stack([item[name] for item in chosen]) for name in chosen[0]}
        word = torch.from_numpy(rng.integers(0, batch["text"].shape[1], size))
        batch["text"] = batch["text"][torch.arange(size), word].float()
        return batch


def signal(batch):
    """y0 (B, T, 720) from a batch's motion and contact."""
    return torch.cat([batch["motion"].float(), batch["contact"].flatten(-2).float() / 255.0], -1)


def fastest_precision():
    """bfloat16 where the hardware multiplies it: 1.7 times as fast as float32 on two AVX512-BF16 cores."""
    return "bfloat16" if torch.cuda.is_available() or torch.cpu._is_avx512_bf16_supported() else "float32"


def learning_rate(step, peak, total, warm=300):
    """Linear warm-up, then a cosine down to a twentieth at `total`."""
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, total - warm)))))


def start(out, data, rate, device, initial=None):
    """Model, its average, optimiser and the step to go on from: from OUT's state, from a checkpoint, or new."""
    path = os.path.join(out, "state.pt")
    stored = torch.load(path, map_location=device, weights_only=True) if os.path.exists(path) else None
    if stored:
        model = JointHOI(**stored["settings"]).to(device)
        model.load_state_dict(stored["model"])
    elif initial:
        model, _ = checkpoint.load(initial, device)
    else:
        torch.manual_seed(0)
        model = JointHOI().to(device)
        mean, std = data.statistics()
        model.mean.copy_(mean)
        model.std.copy_(std)
    average = copy.deepcopy(model).eval().requires_grad_(False)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    if not stored:
        return model, average, optimiser, 0, 0.0
    average.load_state_dict(stored["average"])
    optimiser.load_state_dict(stored["optimiser"])
    return model, average, optimiser, stored["step"], stored["seconds"]


def keep(out, model, average, optimiser, step, seconds, clips):
    """Saves the state and the averaged model; each file appears whole or not at all."""
    path = os.path.join(out, "state.pt")
    state = {"settings": model.settings, "model": model.state_dict(), "average": average.state_dict(),
             "optimiser": optimiser.state_dict(), "step": step, "seconds": seconds}  # fmt: skip
    torch.save(state, path + ".partial")
    os.replace(path + ".partial", path)
    path = os.path.join(out, "model.safetensors")
    checkpoint.save(average, path + ".partial", {"steps": step, "hours": round(seconds / 3600, 2), "clips": clips})
    os.replace(path + ".partial", path)


def train(folder, out, *, steps, hours, batch_size, rate, device, precision=torch.float32, initial=None, keep_every=300.0):
    """Trains until `steps` or until `hours` of this run are over. Returns the averaged model."""
    os.makedirs(out, exist_ok=True)
    data = Clips(folder)
    while not data.refresh():
        print(f"Waiting for the first shard in {folder}", flush=True)
        time.sleep(10)
    model, average, optimiser, step, spent = start(out, data, rate, device, initial)
    skeleton = Skeleton([load_hand(0), load_hand(1)])
    skeleton.base, skeleton.bones = skeleton.base.to(device), skeleton.bones.to(device)
    begun = saved = time.time()
    sums, count = {}, 0
    model.train()
    while step < steps and time.time() - begun < hours * 3600:
        if step % 200 == 0:
            data.refresh()
        rng = np.random.default_rng([step, 7])
        torch.manual_seed(step)
        batch = {name: value.to(device) for name, value in data.batch(batch_size, rng).items()}
        y0 = signal(batch)
        size, length = y0.shape[:2]
        told = {"text": batch["text"], "points": batch["points"], "normals": batch["normals"],
                "hands": batch["active"].float() * (torch.rand(size, 1, device=device) > 0.3),  # 0, 0 = not said
                "drop": torch.rand(size, device=device) < 0.1}  # fmt: skip
        frames = torch.full((size,), length, device=device)
        parts = losses(model, skeleton, y0, batch["active"].float(), told, frames, noise_for(size).to(device),
                       torch.randn_like(y0), precision)  # fmt: skip
        loss = sum(parts.values())
        optimiser.param_groups[0]["lr"] = learning_rate(step, rate, steps)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if torch.isfinite(norm):
            optimiser.step()
        step += 1
        decay = min(0.999, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)
        for name, value in parts.items():
            sums[name] = sums.get(name, 0.0) + value.item()
        count += 1
        if step % 50 == 0:
            spent_now = spent + time.time() - begun
            line = [str(step), f"{spent_now:.0f}", str(data.clips)] + [f"{value / count:.4f}" for value in sums.values()]
            fresh = not os.path.exists(os.path.join(out, "log.csv"))
            with open(os.path.join(out, "log.csv"), "a") as log:
                log.write(("step,seconds,clips," + ",".join(sums) + "\n" if fresh else "") + ",".join(line) + "\n")
            print(" ".join(line), flush=True)
            sums, count = {}, 0
        if time.time() - saved > keep_every:
            keep(out, model, average, optimiser, step, spent + time.time() - begun, data.clips)
            saved = time.time()
    keep(out, model, average, optimiser, step, spent + time.time() - begun, data.clips)
    return average


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime train", description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of shards, made by `python -m model_runtime data`")
    parser.add_argument("--out", required=True, help="folder for the state, the log and the model")
    parser.add_argument("--from", dest="initial", help="start from this checkpoint (.safetensors) where OUT is empty")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--hours", type=float, default=1e9)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default=fastest_precision())
    options = parser.parse_args(arguments)
    train(options.data, options.out, steps=options.steps, hours=options.hours, batch_size=options.batch,
          rate=options.rate, device=options.device, precision=getattr(torch, options.precision), initial=options.initial)  # fmt: skip


if __name__ == "__main__":
    main()
