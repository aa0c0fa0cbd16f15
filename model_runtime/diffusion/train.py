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
from .losses import Skeleton, losses
from .network import JointHOI
from .representation import FPS, LONGEST, MOTION

READ = ("motion", "contact", "hold", "first", "active", "betas", "text", "object", "points", "normals", "moving", "hinge")
BUCKET = 15  # clips are padded to a multiple of this many frames and batched with those of the same length


class Clips:
    """Clips of all shards seen so far, grouped by length so that batches need little padding."""

    def __init__(self, folder):
        self.folder, self.seen, self.shards, self.groups = folder, set(), [], {}
        self.clips = 0

    def refresh(self):
        """Takes in the shards that have appeared since the last call; returns how many."""
        fresh = sorted(set(glob.glob(os.path.join(self.folder, "*.safetensors"))) - self.seen)
        for path in fresh:
            arrays, plain = shards.read(path, READ)
            if plain["fps"] != FPS:
                raise ValueError(f"{path} has {plain['fps']:g} frames a second and the model {FPS:g}; make it anew.")
            lengths = np.minimum(np.diff(arrays["first"]), LONGEST)
            for row, length in enumerate(-(-lengths // BUCKET)):
                self.groups.setdefault(int(length), []).append((len(self.shards), row, int(lengths[row])))
            self.shards.append({name: torch.from_numpy(value) for name, value in arrays.items()})
            self.clips += len(lengths)
            self.seen.add(path)
        return len(fresh)

    def clip(self, shard, row, frames, padded):
        """One clip of `padded` frames: dict of arrays. Beyond its own frames it stays as it ends."""
        arrays = self.shards[shard]
        index = int(arrays["first"][row]) + torch.arange(padded).clamp_max(frames - 1)
        thing = int(arrays["object"][row])
        return {"motion": arrays["motion"][index], "contact": arrays["contact"][index].float() / 255,
                "hold": arrays["hold"][index], "frames": torch.tensor(frames), "text": arrays["text"][row],
                "active": arrays["active"][row].float(), "betas": arrays["betas"][row],
                **{name: arrays[name][thing] for name in ("points", "normals", "moving", "hinge")}}  # fmt: skip

    def statistics(self, limit=400):
        """Mean and standard deviation (720,) of the signal; contact has one number for all."""
        every = [clip for group in self.groups.values() for clip in group]
        picks = np.random.default_rng(0).permutation(len(every))[:limit]
        clips = [self.clip(*every[pick], every[pick][2]) for pick in picks]
        rows = torch.cat([torch.cat([clip["motion"], clip["contact"].flatten(1)], -1) for clip in clips])
        mean, std = rows.mean(0), rows.std(0)
        mean[MOTION:], std[MOTION:] = rows[:, MOTION:].mean(), rows[:, MOTION:].std()
        return mean, std.clamp_min(0.02)

    def batch(self, size, rng):
        """A random batch of clips of about one length: dict of tensors, a caption of each clip drawn as `text`."""
        lengths = sorted(self.groups)
        counts = np.array([len(self.groups[length]) for length in lengths], float)
        length = lengths[rng.choice(len(lengths), p=counts / counts.sum())]
        group = self.groups[length]
        chosen = [self.clip(*group[pick], min(BUCKET * length, LONGEST)) for pick in rng.integers(0, len(group), size)]
        for clip in chosen:
            clip["text"] = clip["text"][rng.integers(len(clip["text"]))].float()
        return {name: torch.stack([clip[name] for clip in chosen]) for name in chosen[0]}


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
    skeleton = Skeleton([load_hand(0), load_hand(1)]).to(device)
    begun = saved = time.time()
    sums, count = {}, 0
    model.train()
    while step < steps and time.time() - begun < hours * 3600:
        if step % 200 == 0:
            data.refresh()
        rng = np.random.default_rng([step, 7])
        batch = {name: value.to(device) for name, value in data.batch(batch_size, rng).items()}
        parts = losses(model, skeleton, batch, torch.Generator().manual_seed(step), precision)
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
    parser.add_argument("--steps", type=int, default=60_000)
    parser.add_argument("--hours", type=float, default=1e9)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default=fastest_precision())
    options = parser.parse_args(arguments)
    train(options.data, options.out, steps=options.steps, hours=options.hours, batch_size=options.batch,
          rate=options.rate, device=options.device, precision=getattr(torch, options.precision), initial=options.initial)  # fmt: skip


if __name__ == "__main__":
    main()
