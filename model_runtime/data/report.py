"""What the generator makes and rejects, in numbers and in pictures.

    python -m model_runtime data-report [--objects 24] [--seed 0] [--data DIR] [--out out/data-report] [--results FILE]

Makes a sample of objects drawn at random over all training families, or reads the shards of --data. Prints a summary and
writes OUT/report.json (and the same to --results):

    clips, objects, seconds_of_motion   how much there is           machine   what it was made on
    families, actions, hands, grips      {name: clips}                captions  {"all": N, "distinct": N}
    measures    {name: {"min", "p5", "median", "p95", "max", "limit": [low, high]}} of gates.measure over the kept clips
    acceptance  {"by_family": {name: {"kept", "tried", "share"}}, "by_action": the same}; tried = composed clips
    rejections  {reason: clips}
    hold        {"asked", "held", "share"}: grasps that had to carry, tried for a second under gravity in MuJoCo (those that
                fail are not used); {"resimulated", "resimulated_held", "resimulated_share"}: kept clips drawn at random, in a
                frame in which hands hold the object up
    speed       {"clips_per_second", "processes", "seconds"}, where this run made the clips itself

and OUT/gallery-1.png ... of 60 clips drawn at random, unchosen, from two sides.
"""

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
import glob
import json
import multiprocessing
import os
import platform
import time

import numpy as np
import torch

from ..condition.text import TextEncoder
from ..diffusion.representation import to_world, unpack_hands, unpack_object
from ..evaluation.hold import hold, pieces
from ..evaluation.pictures import sheet, strip, turned
from ..hands.layer import load_hand
from . import make, shards
from .families import TRAINING
from .gates import LIMITS

PICTURES, PER_PAGE = 60, 6
RAISED = 0.02  # metres: an object that is so much higher than at first is in the air


def sample(folder, objects, seed):
    """Makes the clips of randomly drawn objects, one shard each, in as many processes as there are cores -> seconds."""
    os.makedirs(folder, exist_ok=True)
    numbers = np.random.default_rng(seed).choice(20 * len(TRAINING), objects, replace=False)
    begun = time.time()
    workers = min(os.cpu_count() or 1, objects)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        list(pool.map(make_one, [folder] * objects, numbers.tolist(), [seed] * objects))
    return time.time() - begun, workers


def make_one(folder, number, seed):
    """One object's shard, unless it is there; the encoder is loaded once a process."""
    path = os.path.join(folder, f"train-{seed}-{number:06d}.safetensors")
    if not os.path.exists(path):
        tools = make_one.__dict__.setdefault("tools", ([load_hand(0), load_hand(1)], TextEncoder("cpu")))
        count = make.make_shard(path, [number], *tools, "train", "cpu", seed)
        print(f"{path}: {count} clips", flush=True)


def numbers(stored):
    """The figures of a list of shards (arrays, plain); see the top of this file."""
    plains = [plain for _, plain in stored]
    tally, grasps = {"by_family": {}, "by_action": {}}, Counter()
    for plain in plains:
        for key, count in plain.get("tally", {}).items():
            family, action = key.split("/")
            if action == "grasps":
                grasps.update(count)
                continue
            for name, kind in ((family, "by_family"), (action, "by_action")):
                tally[kind].setdefault(name, Counter()).update(count)
    acceptance = {kind: {name: accepted(count) for name, count in sorted(rows.items())} for kind, rows in tally.items()}
    reasons = sum(tally["by_action"].values(), Counter())
    reasons.pop("kept", None)
    measures = [measure for plain in plains for measure in plain.get("measures", [])]
    words = [text for plain in plains for texts in plain["captions"] for text in texts]
    of_family = Counter(plain["objects"][row] for arrays, plain in stored for row in arrays["object"])
    frames = sum(int(arrays["first"][-1]) - (len(arrays["first"]) - 1) for arrays, _ in stored)
    asked = grasps["kept"] + grasps["does not hold"]
    return {
        "clips": sum(len(plain["actions"]) for plain in plains), "objects": sum(len(plain["objects"]) for plain in plains),
        "seconds_of_motion": round(frames / shards.FPS), "machine": machine(),
        "families": ordered(of_family), "actions": ordered(Counter(a for plain in plains for a in plain["actions"])),
        "hands": ordered(Counter(h for plain in plains for h in plain["hands"])),
        "grips": ordered(Counter(g for plain in plains for g in plain.get("grips", []))),
        "captions": {"all": len(words), "distinct": len(set(words))},
        "measures": {name: spread([m[name] for m in measures], name) for name in (measures[0] if measures else ())},
        "acceptance": acceptance, "rejections": ordered(reasons),
        "hold": {"asked": asked, "held": grasps["kept"], "share": round(grasps["kept"] / max(asked, 1), 3)},
    }  # fmt: skip


def accepted(count):
    tried = sum(count.values())
    return {"kept": count["kept"], "tried": tried, "share": round(count["kept"] / max(tried, 1), 3)}


def ordered(counter):
    return dict(counter.most_common())


def spread(values, name):
    """Percentiles of a measure, and its gate."""
    low, five, middle, most, high = (round(float(v), 3) for v in np.percentile(values, (0, 5, 50, 95, 100)))
    return {"min": low, "p5": five, "median": middle, "p95": most, "max": high, "limit": list(LIMITS.get(name, (None, None)))}


def machine():
    with open("/proc/cpuinfo") if os.path.exists("/proc/cpuinfo") else open(os.devnull) as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return f"{names[0] if names else platform.processor() or platform.machine()}, {os.cpu_count()} cores"


def clip_of(arrays, row):
    """One clip of a shard: motion (T, 208), hold (T, 2), active (2,), betas (2, 10) and its object as `strip` takes it."""
    frames = slice(*arrays["first"][row : row + 2])
    thing = int(arrays["object"][row])
    return (arrays["motion"][frames], arrays["hold"][frames], arrays["active"][row], arrays["betas"][row],
            (*shards.mesh(arrays, thing), arrays["hinge"][thing]))  # fmt: skip


def held_up(arrays, row, hands, rng):
    """Whether the hands hold the object in a random frame in which it is in the air; None where there is no such frame."""
    motion, held, active, betas, (vertices, faces, turning, hinge) = clip_of(arrays, row)
    motion = torch.from_numpy(motion)
    place, turn, angle = unpack_object(motion)
    grasped = (held == 1) | (held == 2)
    frames = np.flatnonzero(grasped.any(1) & (place[:, 2].numpy() - float(place[0, 2]) > RAISED))
    if not len(frames):
        return None
    frame = int(rng.choice(frames))
    wrists, rotations = to_world(*unpack_hands(motion[frame]), place[frame], turn[frame])
    parts = []
    for side in np.flatnonzero(grasped[frame]):
        skin, _ = hands[side](rotations[side], wrists[side], torch.from_numpy(betas[side]))
        parts += pieces(hands[side], skin)
    body = turned(vertices, faces, turning, hinge, angle[frame]) @ turn[frame].numpy().T + place[frame].numpy()
    return hold(parts, body, faces).held


def drawn(stored, seed):
    """(shard, clip) numbers of all clips, in random order."""
    every = [(i, row) for i, (arrays, _) in enumerate(stored) for row in range(len(arrays["first"]) - 1)]
    return [every[i] for i in np.random.default_rng(seed).permutation(len(every))]


def resimulated(stored, hands, seed, count=80):
    """Simulates random kept clips anew, apart from the generator's own trial."""
    rng, asked = np.random.default_rng(seed), []
    for shard, row in drawn(stored, seed + 1):
        held = held_up(stored[shard][0], row, hands, rng)
        if held is not None:
            asked.append(bool(held))
        if len(asked) == count:
            break
    return {"resimulated": len(asked), "resimulated_held": sum(asked), "resimulated_share": round(float(np.mean(asked)), 3) if asked else None}


def gallery(stored, hands, out, seed, count=PICTURES):
    """Contact sheets of random clips; returns their paths."""
    strips, titles = [], []
    for shard, row in drawn(stored, seed)[:count]:
        arrays, plain = stored[shard]
        motion, _, active, betas, thing = clip_of(arrays, row)
        strips.append(strip(motion, active, betas, thing, hands))
        name, action = plain["objects"][int(arrays["object"][row])], plain["actions"][row]
        titles.append(f"{name} · {action} · {(len(motion) - 1) / plain['fps']:.1f} s · {plain['captions'][row][0]}")
    paths = []
    for page, start in enumerate(range(0, len(strips), PER_PAGE)):
        paths.append(os.path.join(out, f"gallery-{page + 1}.png"))
        sheet(strips[start : start + PER_PAGE], titles[start : start + PER_PAGE]).save(paths[-1])
    return paths


def summary(report):
    """The report for a terminal."""
    lines = [f"{report['clips']} clips of {report['objects']} objects, {report['seconds_of_motion']} s of motion; hands {report['hands']}"]
    for kind in ("by_family", "by_action"):
        rows = report["acceptance"][kind].items()
        lines += ["", f"{kind[3:]:18s} kept  tried  share"]
        lines += [f"{name:18s} {row['kept']:5d} {row['tried']:6d}  {100 * row['share']:4.0f} %" for name, row in rows]
    lines += ["", "rejected: " + ", ".join(f"{name} {count}" for name, count in report["rejections"].items()), "",
              f"{'measure':18s}      min       p5   median      p95      max  limit"]  # fmt: skip
    for name, row in report["measures"].items():
        lines.append(f"{name:18s}" + "".join(f" {row[key]:8.2f}" for key in ("min", "p5", "median", "p95", "max")) + f"  {row['limit']}")
    return "\n".join(lines + ["", f"hold: {report['hold']}", f"speed: {report.get('speed', 'not measured')}"])


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime data-report", description=__doc__.splitlines()[0])
    parser.add_argument("--objects", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", help="read these shards instead of making a sample")
    parser.add_argument("--out", default=os.path.join("out", "data-report"))
    parser.add_argument("--results", help="also write the figures to this file")
    options = parser.parse_args(arguments)
    os.makedirs(options.out, exist_ok=True)
    folder, speed = options.data or os.path.join(options.out, "data"), None
    if not options.data:
        known = set(glob.glob(os.path.join(folder, "*.safetensors")))
        seconds, workers = sample(folder, options.objects, options.seed)
        fresh = set(glob.glob(os.path.join(folder, "*.safetensors"))) - known
        made = sum(len(shards.read(path, ["first"])[0]["first"]) - 1 for path in fresh)
        speed = {"clips_per_second": round(made / seconds, 2), "processes": workers, "seconds": round(seconds)}
    stored = [shards.read(path) for path in sorted(glob.glob(os.path.join(folder, "*.safetensors")))]
    if not stored:
        raise SystemExit(f"There are no shards in {folder}. Make some with: python -m model_runtime data --out {folder}")
    hands = [load_hand(0), load_hand(1)]
    report = numbers(stored)
    report["hold"] |= resimulated(stored, hands, options.seed)
    if speed:
        report["speed"] = speed
    print(summary(report), flush=True)
    for path in [os.path.join(options.out, "report.json")] + ([options.results] if options.results else []):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w") as file:
            json.dump(report, file, indent=1)
    print("\n".join(gallery(stored, hands, options.out, options.seed)))


if __name__ == "__main__":
    main()
