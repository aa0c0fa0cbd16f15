"""Measures a checkpoint on objects it never trained on, by the road a user's request takes.

    python -m model_runtime evaluate [--checkpoint FILE] [--split test] [--clips 30] [--seed 0] [--out DIR]

Prompts come from ground-truth clips made on the same objects, whose measures stand beside. Writes DIR/results.json and
prints a table.
"""

import argparse
import json
import os
import time

import numpy as np
import torch

from ..condition.hands import hands_named
from ..condition.text import TextEncoder
from ..data import make, shards
from ..diffusion.representation import FPS
from ..generate import Generator
from ..hands.layer import load_hand
from ..objects.distance import ExactDistance, distance_grid
from ..objects.mesh import metric_mesh
from ..seam import Request
from .metrics import measures, moved

CANDIDATES = 8  # clips made of an object, of which one is asked for
SHOWN = ("id_max_mm", "deepest_mm", "contact_ratio", "slip_mm", "jerk", "hand_correct", "seconds")


def cases(split, objects, folder):
    """One clip of ground truth for each of `objects` objects that have no hinge, of those in which they are moved: dicts."""
    hands, encoder = [load_hand(0), load_hand(1)], None
    found = []
    for number in range(10 * objects):
        path = os.path.join(folder, f"{split}-0-{number:06d}.safetensors")
        if not os.path.exists(path):
            encoder = encoder or TextEncoder("cpu")
            if not make.make_shard(path, [number], hands, encoder, split, limit=CANDIDATES):
                continue
        arrays, plain = shards.read(path)
        every = round(plain["fps"] / FPS)
        rows = [row for row in range(len(plain["actions"])) if moved_in(arrays, row)]
        if arrays["hinge"][0].any() or not rows:
            continue
        row = rows[number % len(rows)]
        frames = slice(*arrays["first"][row : row + 2], every)
        vertices, faces, _ = shards.mesh(arrays, 0)
        contact = torch.from_numpy(arrays["contact"][frames]).float().flatten(1) / 255
        motion = torch.from_numpy(arrays["motion"][frames])
        found.append({"family": plain["objects"][0], "number": number, "vertices": vertices, "faces": faces,
                      "prompt": plain["captions"][row][0], "action": plain["actions"][row], "hands": plain["hands"][row],
                      "active": arrays["active"][row], "betas": arrays["betas"][row], "seconds": (len(motion) - 1) / FPS,
                      "signal": torch.cat([motion, contact], -1)})  # fmt: skip
        if len(found) == objects:
            break
    return found


def moved_in(arrays, row):
    """Whether a clip moves its object at all."""
    motion = torch.from_numpy(arrays["motion"][slice(*arrays["first"][row : row + 2])])
    return bool(moved(motion).sum() > 5)


def correct(case, values):
    """Whether the hands that hold are those that the prompt names; None where it names none."""
    named = hands_named(case["prompt"])
    if named == "auto":
        return None
    return (values["left_holds"], values["right_holds"]) == (named != "right", named != "left")


def evaluate(split, clips, seed, checkpoint, folder, device="cpu"):
    """Measures ground truth and the checkpoint; returns {"ground_truth": rows, "jointhoi": rows}."""
    chosen = cases(split, clips, os.path.join(folder, "data"))
    generator = Generator(device, checkpoint)
    rows = {"ground_truth": [], "jointhoi": []}
    for i, case in enumerate(chosen):
        vertices, faces = metric_mesh(case["vertices"], case["faces"], case["family"])
        exact = ExactDistance(distance_grid(vertices, faces), vertices, faces)
        truth = measures(case["signal"], [h.cpu() for h in generator.hands], exact, case["active"], FPS,
                         torch.from_numpy(case["betas"]))  # fmt: skip
        begun = time.time()
        clip = generator.generate(Request(case["prompt"], vertices, faces, seconds=case["seconds"], seed=seed + i))
        clip.metrics["seconds"] = time.time() - begun
        truth["seconds"] = 0.0
        for name, values in (("ground_truth", truth), ("jointhoi", clip.metrics)):
            about = {key: case[key] for key in ("family", "number", "prompt", "action", "hands")}
            rows[name].append({**about, **values, "hand_correct": correct(case, values)})
        print(f"{i + 1}/{len(chosen)} {case['family']}: {case['prompt']} | " + figures(clip.metrics), flush=True)
    return rows


def figures(values):
    """The shown measures of one clip, on a line."""
    return " ".join(f"{name} {values[name]:.2f}" for name in SHOWN if name in values)


def mean(items, name):
    """The mean of one measure over the clips that have it."""
    return float(np.mean([item[name] for item in items if item[name] is not None]))


def table(rows):
    """A Markdown table of the means."""
    lines = ["| method | " + " | ".join(SHOWN) + " |", "|---" * (len(SHOWN) + 1) + "|"]
    for method, items in rows.items():
        lines.append(f"| {method} | " + " | ".join(f"{mean(items, name):.3f}" for name in SHOWN) + " |")
    return "\n".join(lines)


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint")
    parser.add_argument("--split", choices=("test", "unseen"), default="test")
    parser.add_argument("--clips", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default=os.path.join("out", "evaluation"))
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args(arguments)
    os.makedirs(os.path.join(options.out, "data"), exist_ok=True)
    rows = evaluate(options.split, options.clips, options.seed, options.checkpoint, options.out, options.device)
    print(table(rows))
    with open(os.path.join(options.out, "results.json"), "w") as file:
        means = {m: {n: mean(items, n) for n in SHOWN} for m, items in rows.items()}
        json.dump({options.split: means, "clips": rows}, file, indent=1)


if __name__ == "__main__":
    main()
