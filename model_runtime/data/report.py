"""What the generator makes and rejects, in numbers and in pictures.

    python -m model_runtime data-report [--objects 24] [--seed 0] [--data DIR] [--out out/data-report] [--results FILE]

Makes a sample of objects drawn at random over all training families, or reads the shards of --data. Prints a summary
and writes OUT/report.json (and the same to --results):

    clips, objects, seconds_of_motion   how much there is           machine   where this report was made
    families, actions, hands, grips     {name: clips}               captions  {"all", "distinct", "share"} of them
    seconds     {"min", "p5", "median", "p95", "max", "limit"} of a clip
    measures    {name: the same} of gates.measure over the kept clips, "limit": [low, high]
    acceptance  {"by_family", "by_action"}: {name: {"kept", "tried", "share", "reasons": {reason of rejection: clips}}};
                tried = composed clips, those seen to fail at once too
    rejections  {reason: clips}
    hold        {"asked", "held", "share"}: grasps that had to carry, tried for a second under gravity in MuJoCo before
                any clip was made with them (those that fail are not used); {"resimulated", "resimulated_held",
                "resimulated_share"}: kept clips drawn at random, in a random frame in which grasping hands hold the
                object up, simulated anew with those hands only
    clips_per_second, seconds_per_clip   of all processes together, starting them included; with "processes",
    clips_per_second_of_a_core           where this run made the clips itself, else null

A share is null where nothing was asked. An object of which no clip could be made counts too: in objects, and by its
tries. OUT/gallery-1.png ... show 60 clips drawn at random, unchosen, each as six moments seen from two sides.
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
from ..seam import UserError
from . import make, shards
from .families import TRAINING
from .gates import LIMITS

PICTURES, PER_PAGE = 60, 6
RESIMULATED = 80  # clips
RAISED = 0.005  # metres: an object whose lowest point is so far above the table is held up
TITLES = ("first", "object")  # the arrays that figures are made of
CLIPS = ("motion", "hold", "first", "active", "betas", "object", "hinge",
         "vertices", "faces", "turning", "vertex_first", "face_first")  # fmt: skip


def sample(folder, objects, seed):
    """Makes the clips of randomly drawn objects in as many processes as there are cores -> (paths of shards, speed)."""
    os.makedirs(folder, exist_ok=True)
    rng = np.random.default_rng(seed)
    families = np.concatenate([rng.permutation(len(TRAINING)) for _ in range(-(-objects // len(TRAINING)))])[:objects]
    numbers = families + len(TRAINING) * rng.choice(10_000, objects, replace=False)
    processes, begun = min(os.cpu_count() or 1, objects), time.time()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # of each process to come
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        made = list(pool.map(make_one, [folder] * objects, numbers.tolist(), [seed] * objects))
    clips, seconds = sum(count for _, count, _ in made), time.time() - begun
    speed = {"clips_per_second": clips / seconds, "seconds_per_clip": seconds / max(clips, 1), "processes": processes,
             "clips_per_second_of_a_core": clips / sum(busy for *_, busy in made)}  # fmt: skip
    return [path for path, *_ in made], {name: round(value, 3) for name, value in speed.items()}


def make_one(folder, number, seed):
    """One object's shard -> (path, clips, seconds of a core). The encoder is loaded once a process."""
    path = os.path.join(folder, f"train-{seed}-{number:06d}.safetensors")
    tools = make_one.__dict__.setdefault("tools", ([load_hand(0), load_hand(1)], TextEncoder("cpu")))
    begun = time.process_time()
    count = make.make_shard(path, [number], *tools, "train", "cpu", seed)
    print(f"{TRAINING[number % len(TRAINING)]} {number}: {count} clips", flush=True)
    return path, count, time.process_time() - begun


def numbers(stored):
    """The figures of a list of shards (path, arrays, plain); see the top of this file."""
    plains = [plain for _, _, plain in stored]
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
    of_family = Counter(plain["objects"][row] for _, arrays, plain in stored for row in arrays["object"])
    seconds = [(frames - 1) / plain["fps"] for _, arrays, plain in stored for frames in np.diff(arrays["first"])]
    asked = grasps["kept"] + grasps["does not hold"]
    return {
        "clips": sum(len(plain["actions"]) for plain in plains),
        "objects": sum(len(plain["objects"]) for plain in plains),
        "seconds_of_motion": round(sum(seconds)), "machine": machine(),
        "families": ordered(of_family), "actions": ordered(Counter(a for plain in plains for a in plain["actions"])),
        "hands": ordered(Counter(h for plain in plains for h in plain["hands"])),
        "grips": ordered(Counter(g for plain in plains for g in plain.get("grips", []))),
        "captions": {"all": len(words), "distinct": len(set(words)), "share": share(len(set(words)), len(words))},
        "seconds": spread(seconds, "seconds"),
        "measures": {name: spread([m[name] for m in measures], name) for name in (measures[0] if measures else ())},
        "acceptance": acceptance, "rejections": ordered(reasons),
        "hold": {"asked": asked, "held": grasps["kept"], "share": share(grasps["kept"], asked)},
        "clips_per_second": None, "seconds_per_clip": None, "clips_per_second_of_a_core": None, "processes": None,
    }  # fmt: skip


def share(part, whole):
    return round(part / whole, 3) if whole else None


def accepted(count):
    reasons = ordered(Counter({reason: n for reason, n in count.items() if reason != "kept"}))
    tried = sum(count.values())
    return {"kept": count["kept"], "tried": tried, "share": share(count["kept"], tried), "reasons": reasons}


def ordered(counter):
    return dict(counter.most_common())


def spread(values, name):
    """Percentiles of a measure, and its gate."""
    low, five, middle, most, high = (round(float(v), 3) for v in np.percentile(values, (0, 5, 50, 95, 100)))
    return {
        "min": low,
        "p5": five,
        "median": middle,
        "p95": most,
        "max": high,
        "limit": list(LIMITS.get(name, (None, None))),
    }


def machine():
    with open("/proc/cpuinfo") if os.path.exists("/proc/cpuinfo") else open(os.devnull) as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return f"{names[0] if names else platform.processor() or platform.machine()}, {os.cpu_count()} cores"


def clip_of(arrays, plain, row):
    """One clip of a shard, copied: {"motion" (T, 208), "hold" (T, 2), "active" (2,), "betas" (2, 10), "thing" as
    `strip` takes it, "title"}."""
    frames, thing = slice(*arrays["first"][row : row + 2]), int(arrays["object"][row])
    motion = arrays["motion"][frames].copy()
    seconds = f"{(len(motion) - 1) / plain['fps']:.1f} s"
    title = " · ".join((plain["objects"][thing], plain["actions"][row], seconds, plain["captions"][row][0]))
    body = (*(part.copy() for part in shards.mesh(arrays, thing)), arrays["hinge"][thing])
    return {"motion": motion, "hold": arrays["hold"][frames].copy(), "active": arrays["active"][row],
            "betas": arrays["betas"][row], "thing": body, "title": title}  # fmt: skip


def drawn(stored, seed, count):
    """`count` clips drawn at random from all shards, in random order; a shard is read once, and only those that have
    one.
    """
    every = [(i, row) for i, (_, arrays, _) in enumerate(stored) for row in range(len(arrays["first"]) - 1)]
    chosen = [every[i] for i in np.random.default_rng(seed).permutation(len(every))[:count]]
    found = {}
    for i in sorted({i for i, _ in chosen}):
        arrays, plain = shards.read(stored[i][0], CLIPS)
        found.update({(i, row): clip_of(arrays, plain, row) for shard, row in chosen if shard == i})
    return [found[key] for key in chosen]


def held_up(clip, hands, rng):
    """Whether the hands hold the object in a random frame in which it is in the air; None where there is no such
    frame.
    """
    vertices, faces, turning, hinge = clip["thing"]
    motion = torch.from_numpy(clip["motion"])
    place, turn, angle = unpack_object(motion)
    grasped = (clip["hold"] == 1) | (clip["hold"] == 2)
    few = vertices[:: max(1, len(vertices) // 300)]
    low = (turn[:, 2].numpy() @ few.T).min(1) + place[:, 2].numpy()
    frames = np.flatnonzero(grasped.any(1) & (low > vertices[:, 2].min() + RAISED))
    if not len(frames):
        return None
    frame = int(rng.choice(frames))
    wrists, rotations = to_world(*unpack_hands(motion[frame]), place[frame], turn[frame])
    parts = []
    for side in np.flatnonzero(grasped[frame]):
        skin, _ = hands[side](rotations[side], wrists[side], torch.from_numpy(clip["betas"][side]))
        parts += pieces(hands[side], skin)
    body = turned(vertices, faces, turning, hinge, angle[frame]) @ turn[frame].numpy().T + place[frame].numpy()
    return bool(hold(parts, body, faces).held)


def resimulated(stored, hands, seed, count=RESIMULATED):
    """Simulates random kept clips anew, apart from the generator's own trial."""
    rng = np.random.default_rng(seed)
    asked = [held for clip in drawn(stored, seed + 1, 3 * count) if (held := held_up(clip, hands, rng)) is not None][
        :count
    ]
    return {
        "resimulated": len(asked),
        "resimulated_held": sum(asked),
        "resimulated_share": share(sum(asked), len(asked)),
    }


def gallery(stored, hands, out, seed, count=PICTURES):
    """Contact sheets of random clips; returns their paths."""
    paths, clips = [], drawn(stored, seed, count)
    for page, start in enumerate(range(0, len(clips), PER_PAGE)):
        some = clips[start : start + PER_PAGE]
        strips = [strip(clip["motion"], clip["active"], clip["betas"], clip["thing"], hands) for clip in some]
        paths.append(os.path.join(out, f"gallery-{page + 1}.png"))
        sheet(strips, [clip["title"] for clip in some]).save(paths[-1])
    return paths


def summary(report):
    """The report for a terminal."""

    def percent(value):
        return "   -" if value is None else f"{100 * value:4.0f} %"

    hold, words = report["hold"], report["captions"]
    lines = [f"{report['clips']} clips of {report['objects']} objects of {len(report['families'])} families, "
             f"{report['seconds_of_motion']} s of motion"]  # fmt: skip
    for kind in ("by_family", "by_action"):
        lines += ["", f"{kind[3:]:18s}  kept  tried   share  rejected for"]
        for name, row in report["acceptance"][kind].items():
            why = ", ".join(f"{reason} {count}" for reason, count in list(row["reasons"].items())[:4])
            lines.append(f"{name:18s} {row['kept']:5d} {row['tried']:6d}  {percent(row['share'])}  {why}")
    lines += ["", f"{'measure':18s}      min       p5   median      p95      max  limit"]
    for name, row in [("seconds", report["seconds"]), *report["measures"].items()]:
        limit = " to ".join("" if end is None else f"{end:g}" for end in row["limit"])
        lines.append(
            f"{name:18s}" + "".join(f" {row[key]:8.2f}" for key in ("min", "p5", "median", "p95", "max")) + f"  {limit}"
        )
    lines.append("")
    for kind in ("actions", "hands", "grips", "rejections"):
        lines.append(f"{kind}: " + ", ".join(f"{name} {count}" for name, count in report[kind].items()))
    lines += [
        f"captions: {words['distinct']} distinct of {words['all']} ({percent(words['share']).strip()})",
        f"hold: {percent(hold['share']).strip()} of {hold['asked']} grasps asked hold and may carry; of "
        f"{hold['resimulated']} kept clips simulated anew {percent(hold['resimulated_share']).strip()} hold",
    ]
    if report["clips_per_second"] is not None:
        lines.append(f"speed: {report['clips_per_second']} clips a second in {report['processes']} processes, "
                     f"{report['clips_per_second_of_a_core']} a second of one core")  # fmt: skip
    return "\n".join(lines)


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
    torch.set_num_threads(1)  # the tensors are small
    speed, folder = {}, options.data or os.path.join(options.out, "data")
    if options.data:
        paths = sorted(glob.glob(os.path.join(folder, "*.safetensors")))
    else:
        paths, speed = sample(folder, options.objects, options.seed)
    stored, hands = [(path, *shards.read(path, TITLES)) for path in paths], [load_hand(0), load_hand(1)]
    if not any(plain["actions"] for *_, plain in stored):
        raise UserError(f"There are no clips in {folder}. Make some: python -m model_runtime data --out {folder}")
    report = numbers(stored) | speed
    report["hold"] |= resimulated(stored, hands, options.seed)
    print(summary(report), flush=True)
    for path in [os.path.join(options.out, "report.json")] + ([options.results] if options.results else []):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w") as file:
            json.dump(report, file, indent=1)
    for old in glob.glob(os.path.join(options.out, "gallery-*.png")):
        os.remove(old)  # or pages of an earlier report might be taken for this one's
    print("\n".join(gallery(stored, hands, options.out, options.seed)))


if __name__ == "__main__":
    main()
