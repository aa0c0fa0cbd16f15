"""Training: streams shards as they appear, keeps an exponential moving average, and goes on where it stopped.

    python -m model_runtime train --data DIR --out DIR [--method jointhoi] [--steps N] [--hours H]
    torchrun --nproc-per-node N -m model_runtime train ...      each process takes batches of its own, gradients are
                                                                averaged

OUT/state.pt is everything needed to go on (the project's own file, read back with weights_only); OUT/model.safetensors
is the averaged model, ready to use; OUT/log.csv has a line every 50 steps, OUT/evaluation.csv one for each evaluation
of the averaged model, and `python -m model_runtime curves OUT` draws both.
"""

import argparse
from collections import Counter
import copy
import csv
import glob
import math
import os
import time

import numpy as np
import torch
import torch.distributed as dist

from ..data import shards
from ..hands.layer import load_hand
from . import checkpoint
from .losses import Skeleton
from .methods import method
from .representation import FPS, LONGEST, MOTION, SEEN

READ = (
    "motion",
    "contact",
    "hold",
    "first",
    "active",
    "betas",
    "text",
    "object",
    "points",
    "normals",
    "moving",
    "hinge",
)
BEGUN = 0.12  # the share of clips that begin with the object in hand, as a sentence after another does
BUCKET = 15  # clips are padded to a multiple of this many frames and batched with those of the same length


class Clips:
    """Clips of all shards seen so far, grouped by length so that batches need little padding.

    A clip is drawn with a chance that falls with the root of how many clips show its action: of a hundred lifts and one
    chop, the chop is drawn as often as ten of the lifts.
    """

    def __init__(self, folder, begun=0.0):
        """begun: the share of clips that begin in the middle."""
        self.begun = begun
        self.folder, self.seen, self.shards, self.groups = folder, set(), [], {}
        self.clips, self.actions, self.chances = 0, [], {}  # of each shard, its clips' actions; of each group, chances

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
            self.actions.append(plain["actions"])
            self.clips += len(lengths)
            self.seen.add(path)
        count = Counter(action for some in self.actions for action in some)
        self.chances = {length: np.array([count[self.actions[shard][row]] ** -0.5 for shard, row, _ in group])
                        for length, group in self.groups.items()}  # fmt: skip
        return len(fresh)

    def clip(self, shard, row, frames, padded, begin=0):
        """One clip of `padded` frames: dict of arrays. Beyond its own frames it stays as it ends.

        With `begin` it is what is left of the clip from that frame, of which SEEN frames are `begun`, to be given.
        """
        arrays, frames = self.shards[shard], frames - begin
        index = int(arrays["first"][row]) + begin + torch.arange(padded).clamp_max(frames - 1)
        thing = int(arrays["object"][row])
        return {"motion": arrays["motion"][index], "contact": arrays["contact"][index].float() / 255,
                "hold": arrays["hold"][index], "frames": torch.tensor(frames),
                "begun": torch.tensor(SEEN if begin else 0), "text": arrays["text"][row],
                "active": arrays["active"][row].float(), "betas": arrays["betas"][row],
                **{name: arrays[name][thing] for name in ("points", "normals", "moving", "hinge")}}  # fmt: skip

    def held(self, shard, row, frames, rng):
        """A frame from which a clip may begin in the middle: in the first part of its hold, a second before its end at
        least; 0 where there is none."""
        first = int(self.shards[shard]["first"][row])
        hold = self.shards[shard]["hold"][first : first + frames].amax(-1).nonzero().flatten()
        if not len(hold):
            return 0
        begin = int(hold[0] + rng.uniform(0, 0.4) * (hold[-1] - hold[0]))
        return begin if begin + FPS <= frames else 0

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
        chances = np.array([self.chances[length].sum() for length in lengths])
        length = lengths[rng.choice(len(lengths), p=chances / chances.sum())]
        group, chances = self.groups[length], self.chances[length]
        padded = min(BUCKET * length, LONGEST)
        picks = [group[pick] for pick in rng.choice(len(group), size, p=chances / chances.sum())]
        begins = [self.held(*pick, rng) if rng.random() < self.begun else 0 for pick in picks]
        chosen = [self.clip(*pick, padded, begin) for pick, begin in zip(picks, begins)]
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


def start(out, name, data, rate, device, initial=None, size=None):
    """Model, its average, optimiser, the step and the seconds to go on from: OUT's state, a checkpoint, or new, with
    `size` = the network's settings where they are to differ from its own."""
    path = os.path.join(out, "state.pt")
    stored = torch.load(path, map_location=device, weights_only=True) if os.path.exists(path) else None
    network, _ = method(name)
    if stored:
        model = network(**stored["settings"]).to(device)
        model.load_state_dict(stored["model"])
    elif initial:
        model, _ = checkpoint.load(initial, device)
    else:
        torch.manual_seed(0)
        model = network(**size or {}).to(device)
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


def keep(out, name, model, average, optimiser, step, seconds, clips):
    """Saves the state and the averaged model; each file appears whole or not at all."""
    path = os.path.join(out, "state.pt")
    state = {"settings": model.settings, "model": model.state_dict(), "average": average.state_dict(),
             "optimiser": optimiser.state_dict(), "step": step, "seconds": seconds}  # fmt: skip
    torch.save(state, path + ".partial")
    os.replace(path + ".partial", path)
    path = os.path.join(out, "model.safetensors")
    about = {"method": name, "steps": step, "hours": round(seconds / 3600, 2), "clips": clips}
    checkpoint.save(average, path + ".partial", about, name)
    os.replace(path + ".partial", path)


def together(device):
    """(which process this is, of how many), joined where torchrun started several."""
    count = int(os.environ.get("WORLD_SIZE", 1))
    if count > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return int(os.environ.get("RANK", 0)), count


def averaged(model, count):
    """Makes every process's gradients their mean, in one message."""
    if count == 1:
        return
    grads = [p.grad if p.grad is not None else torch.zeros_like(p) for p in model.parameters()]
    flat = torch._utils._flatten_dense_tensors(grads)
    dist.all_reduce(flat)
    for parameter, grad in zip(model.parameters(), torch._utils._unflatten_dense_tensors(flat / count, grads)):
        parameter.grad = grad


def agreed(value, device, count):
    """The first process's truth value, in all of them."""
    if count == 1:
        return value
    told = torch.tensor([value], dtype=torch.uint8, device=device)
    dist.broadcast(told, 0)
    return bool(told)


def add_line(path, line):
    """Appends a dict to a .csv, under a line of its names."""
    fresh = not os.path.exists(path)
    with open(path, "a", newline="") as file:
        writer = csv.DictWriter(file, line, lineterminator="\n")
        if fresh:
            writer.writeheader()
        writer.writerow(line)


def train(
    folder,
    out,
    *,
    steps,
    hours,
    batch_size,
    rate,
    device,
    name="jointhoi",
    precision=torch.float32,
    initial=None,
    size=None,
    keep_every=300.0,
    evaluate_every=0,
    evaluate=None,
):
    """Trains until `steps` or until `hours` of this run are over. Returns the averaged model.

    evaluate(checkpoint path, step) -> dict of figures, called by the first process every `evaluate_every` steps.
    """
    os.makedirs(out, exist_ok=True)
    device = torch.device(device)
    rank, count = together(device)
    data = Clips(folder)
    while not data.refresh():
        print(f"Waiting for the first shard in {folder}", flush=True)
        time.sleep(10)
    model, average, optimiser, step, spent = start(out, name, data, rate, device, initial, size)
    data.begun = BEGUN if model.sees_given else 0.0
    if count > 1:
        for tensor in [*model.parameters(), *model.buffers(), *average.buffers()]:
            dist.broadcast(tensor.data, 0)
    losses = method(name)[1]
    skeleton = Skeleton([load_hand(0), load_hand(1)]).to(device)
    begun = saved = time.time()
    sums, summed = {}, 0
    model.train()

    def save():
        if rank == 0:
            keep(out, name, model, average, optimiser, step, spent + time.time() - begun, data.clips)

    while agreed(step < steps and time.time() - begun < hours * 3600, device, count):
        if step % 200 == 0:
            data.refresh()
        rng = np.random.default_rng([step, rank, 7])
        batch = {key: value.to(device) for key, value in data.batch(batch_size, rng).items()}
        torch.manual_seed(step * count + rank)  # of dropout, where a network has it
        parts = losses(model, skeleton, batch, torch.Generator().manual_seed(step * count + rank), precision)
        optimiser.param_groups[0]["lr"] = learning_rate(step, rate, steps)
        optimiser.zero_grad(set_to_none=True)
        sum(parts.values()).backward()
        averaged(model, count)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if torch.isfinite(norm):
            optimiser.step()
        step += 1
        decay = min(0.999, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)
        for part, value in parts.items():
            sums[part] = sums.get(part, 0.0) + value.item()
        summed += 1
        if step % 50 == 0 and rank == 0:
            line = {"step": step, "seconds": round(spent + time.time() - begun), "clips": data.clips,
                    **{part: round(value / summed, 4) for part, value in sums.items()}}  # fmt: skip
            add_line(os.path.join(out, "log.csv"), line)
            print(*line.values(), flush=True)
            sums, summed = {}, 0
        due = evaluate_every and step % evaluate_every == 0
        if due or time.time() - saved > keep_every:
            save()
            saved = time.time()
        if due and rank == 0:
            add_line(
                os.path.join(out, "evaluation.csv"),
                {"step": step, **evaluate(os.path.join(out, "model.safetensors"), step)},
            )
    save()
    if count > 1:
        dist.barrier()  # nobody returns, and perhaps goes on from OUT, before it is written
    return average


def small_evaluation(clips, folder, device, name="jointhoi"):
    """An `evaluate` for `train`: the figures of `clips` clips of unseen objects, those that the table shows."""
    from ..evaluation.evaluate import evaluate

    def figures(path, step):
        found, _ = evaluate("test", clips, [0], {name: path}, folder, device)
        return {key: value for key, value in found[name].items() if isinstance(value, (int, float))}

    return figures


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime train", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", required=True, help="folder of shards, made by `python -m model_runtime data` or `import`"
    )
    parser.add_argument("--out", required=True, help="folder for the state, the log and the model")
    parser.add_argument("--method", default="jointhoi", help="jointhoi, paper, no_contact or a peer")
    parser.add_argument("--from", dest="initial", help="start from this checkpoint (.safetensors) where OUT is empty")
    parser.add_argument("--width", type=int, help="of a new network, where it is not to be the method's own")
    parser.add_argument("--steps", type=int, default=60_000)
    parser.add_argument("--hours", type=float, default=1e9)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default=fastest_precision())
    parser.add_argument("--evaluate-every", type=int, default=0, help="steps between evaluations; 0: none")
    parser.add_argument("--evaluate-clips", type=int, default=24)
    options = parser.parse_args(arguments)
    try:
        method(options.method)
    except ValueError as error:
        parser.error(str(error))
    if options.device == "cuda" and "LOCAL_RANK" in os.environ:
        options.device = f"cuda:{os.environ['LOCAL_RANK']}"
    train(
        options.data,
        options.out,
        steps=options.steps,
        hours=options.hours,
        batch_size=options.batch,
        name=options.method,
        rate=options.rate,
        device=options.device,
        precision=getattr(torch, options.precision),
        initial=options.initial,
        size={"width": options.width} if options.width else None,
        evaluate_every=options.evaluate_every,
        evaluate=small_evaluation(
            options.evaluate_clips, os.path.join(options.out, "evaluation"), options.device, options.method
        ),
    )


if __name__ == "__main__":
    main()
