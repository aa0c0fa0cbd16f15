"""Measures methods side by side on objects, families and wordings that nothing was trained on.

    python -m model_runtime evaluate [--clips 40] [--split test] [--seed 0] [--checkpoint FILE] [--methods jointhoi ...]
                                     [--peers DIR]

Splits: test, unseen, wordings (see cases.py), or all. --seed takes several, with commas: figures are then means over
the seeds. Ground truth is always measured beside. The clips to be measured by are made once, under OUT/data. Writes

    OUT/results.json   {split: {method: {id_max_mm, id_mean_mm, iv_cm3, cr_frames, cr_vertices, phy, top1, top3, fid,
                       diversity,
                       multimodality, slip_mm, jerk, hold_success, hand_correct, seconds_per_clip, ...}}}; what an
                       earlier run found for other splits and methods stays
    OUT/clips.json     {split: {method: [the measures of each clip]}}
    OUT/table.md       the results as a table, and how long a user waits for a clip

A run that was cut off goes on where it was: answers lie in OUT/unfinished until their method is measured.

What the measures are, and where they come from: docs/EVALUATION.md.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
import hashlib
import json
import multiprocessing
import os
import shutil

import numpy as np
from safetensors.numpy import load_file, save_file
import torch

from ..hands.layer import load_hand
from ..seam import UserError
from .cases import SPLITS, cases
from .classifier import load, recognise
from .judge import judge
from .methods import METHODS, training, weights
from .speed import SECONDS, speed
from .statistics import summary

AT_ONCE = 8  # clips that a method draws together
PROMPTS, SAMPLES = 10, 4  # of multimodality: prompts, and answers to each
SHOWN = ("id_max_mm", "id_mean_mm", "iv_cm3", "cr_frames", "cr_vertices", "phy", "top1", "top3", "fid", "diversity",
         "multimodality", "slip_mm", "jerk", "hold_success", "hand_correct", "seconds_per_clip")  # fmt: skip
PERCENT = ("cr_frames", "cr_vertices", "phy", "top1", "top3", "hold_success", "hand_correct")
ABOUT = ("family", "number", "index", "prompt", "action", "hands")


def evaluate(split, clips, seeds, files, folder, device="cpu"):
    """files: {method: its checkpoint} -> ({method: figures}, {method: rows of its clips}); ground truth is first."""
    files = {"ground_truth": None, **files}
    draws = {name: METHODS[name](path, device) for name, path in files.items()}
    trained = {name: training(path) for name, path in files.items()}
    asked = cases(split, clips, os.path.join(folder, "data"))
    if not asked:
        raise UserError(f"No clips could be made for the split {split}.")
    classifier, hands = load(), both_hands()
    found, rows, truth = {}, {}, None
    with ProcessPoolExecutor(
        os.cpu_count() or 1, multiprocessing.get_context("spawn"), torch.set_num_threads, (1,)
    ) as pool:
        for name, draw in draws.items():
            answers = unfinished(folder, split, name, files[name])
            draw = kept(draw, answers)
            figures, rows[name] = [], []
            for seed in seeds if truth is not None else seeds[:1]:
                some, motions = measured(name, draw, asked, seed, pool)
                features, ranks = recognise(classifier, motions, asked, hands)
                for row, rank in zip(some, ranks.tolist()):
                    row["rank"] = rank
                truth = features if truth is None else truth
                groups = several(draw, asked, seed, classifier, features) if name != "ground_truth" else None
                figures.append(summary(some, features, truth, groups))
                rows[name] += some
            shutil.rmtree(answers, ignore_errors=True)
            found[name] = {key: means([one[key] for one in figures]) for key in figures[0]}
            found[name] |= {"clips": len(asked), "seeds": list(seeds) if name != "ground_truth" else []}
            found[name] |= trained[name]
    return found, rows


def unfinished(folder, split, name, path):
    """The folder of a method's answers while it is measured; another checkpoint, or state of its file, has another."""
    state = [path, os.path.getmtime(path) if path and os.path.exists(path) else None]
    return os.path.join(
        folder, "unfinished", f"{split}-{name}-{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:8]}"
    )


def kept(draw, folder):
    """`draw` whose answers are also written to `folder`, and read from there where it has them."""

    def drawn(cases, seed):
        path = os.path.join(folder, f"{seed}-{len(cases)}.safetensors")
        if not os.path.exists(path):
            answers = draw(cases, seed)
            os.makedirs(folder, exist_ok=True)
            arrays = {str(i): np.ascontiguousarray(motion, np.float32) for i, (motion, *_) in enumerate(answers)}
            save_file(arrays | {"seconds": np.array([seconds for *_, seconds in answers])}, f"{path}.partial")
            os.replace(f"{path}.partial", path)
        stored = load_file(path)
        return [(stored[str(i)], None, float(seconds)) for i, seconds in enumerate(stored["seconds"])]

    return drawn


def measured(name, draw, asked, seed, pool):
    """Draws a method's answers and measures them, in other processes meanwhile -> rows, motions."""
    waiting, motions, rows = [], [], []
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        for case, (motion, _, seconds) in zip(some, draw(some, 1_000_000 * seed + start)):
            waiting.append((case, seconds, pool.submit(judged, case, motion)))
            motions.append(motion)
        print(f"{name}, seed {seed}: {len(motions)} of {len(asked)} drawn", flush=True)
    for case, seconds, future in waiting:
        about = {key: case[key] for key in ABOUT} | {"seed": seed, "seconds_per_clip": seconds}
        rows.append(about | future.result())
    return rows, motions


def judged(case, motion):
    """`judge` in a process of its own."""
    return judge(case, motion, both_hands())


@lru_cache(maxsize=1)
def both_hands():
    """The open hands, loaded once a process."""
    return [load_hand(0), load_hand(1)]


def several(draw, asked, seed, classifier, features):
    """Features (P, SAMPLES, 32) of several answers to each of the first PROMPTS prompts, of which one is known."""
    some = asked[:PROMPTS]
    found = [features[: len(some)]]
    for sample in range(1, SAMPLES):
        motions = [motion for motion, *_ in draw(some, 1_000_000 * seed + 10_000 * sample)]
        found.append(recognise(classifier, motions, some, both_hands())[0])
    return np.stack(found, 1)


def means(values):
    """Mean over seeds; None where no seed has it."""
    values = [value for value in values if value is not None]
    return float(np.mean(values)) if values else None


def table(results):
    """{split: {method: figures}} as Markdown: a table for each split, measures down, methods across."""
    lines = []
    for split, methods in results.items():
        lines += [f"### {split}", "", "; ".join(about(name, figures) for name, figures in methods.items()) + ".", ""]
        lines += ["| measure | " + " | ".join(methods) + " |", "|---" * (len(methods) + 1) + "|"]
        lines += [
            f"| {name} | " + " | ".join(shown(name, figures[name]) for figures in methods.values()) + " |"
            for name in SHOWN
        ]
        truth = methods.get("ground_truth")
        for name in ("top1", "jerk") if truth else ():
            ratios = [
                f"{figures[name] / truth[name]:.2f}" if truth[name] and figures[name] is not None else "-"
                for figures in methods.values()
            ]
            lines.append(f"| {name} / ground truth's | " + " | ".join(ratios) + " |")
        lines.append("")
    return "\n".join(lines)


def about(name, figures):
    """How a method's figures came about: clips and seeds, and what its checkpoint's training was."""
    seeds = f" of each of seeds {', '.join(map(str, figures['seeds']))}" if figures["seeds"] else ""
    size = figures.get("parameters")
    trained = f", {figures['steps']} steps, {size / 1e6:.1f} M parameters" if size else ""
    return f"{name}: {figures['clips']} clips{seeds}{trained}"


def waiting(checkpoint, device):
    """A sentence: how long a user waits."""
    took = speed(checkpoint, device)
    return (f"{SECONDS:g} seconds of both hands by default settings: {took['clip']:.1f} s; sampled without guidance: "
            f"{took['unguided']:.2f} s. {torch.get_num_threads()} threads, {device}.")  # fmt: skip


def shown(name, value):
    if value is None:
        return "-"
    return f"{100 * value:.1f} %" if name in PERCENT else f"{value:.2f}"


def merged(path, split, found):
    """Puts {method: ...} of a split among what the JSON file `path` has, and returns all of it."""
    stored = {}
    if os.path.exists(path):
        with open(path) as file:
            stored = json.load(file)
    stored.setdefault(split, {}).update(found)
    with open(f"{path}.partial", "w") as file:
        json.dump(stored, file, indent=1)
    os.replace(f"{path}.partial", path)
    return stored


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--split", choices=(*SPLITS, "all"), default="test")
    parser.add_argument("--seed", default="0", help="one, or several with commas between")
    parser.add_argument("--checkpoint", help="JointHOI's; the bundled one where it is not given")
    parser.add_argument(
        "--peers", default=os.path.join("out", "peers"), help="folder of NAME.safetensors: `make peers`"
    )
    parser.add_argument(
        "--methods", nargs="+", choices=METHODS, default=["jointhoi"], metavar="METHOD", help=", ".join(METHODS)
    )
    parser.add_argument("--out", default=os.path.join("out", "evaluation"))
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args(arguments)
    seeds = [int(seed) for seed in str(options.seed).split(",")]
    files = {name: weights(name, options.checkpoint, options.peers) for name in options.methods}
    for split in SPLITS if options.split == "all" else [options.split]:
        found, rows = evaluate(split, options.clips, seeds, files, options.out, options.device)
        merged(os.path.join(options.out, "clips.json"), split, rows)
        results = merged(os.path.join(options.out, "results.json"), split, found)
        print(table({split: found}), flush=True)
    waits = waiting(options.checkpoint, options.device) if "jointhoi" in options.methods else ""
    print(waits)
    with open(os.path.join(options.out, "table.md"), "w") as file:
        file.write(f"{table(results)}\n{waits}\n")


if __name__ == "__main__":
    main()
