"""Makes training clips from a seed, shard by shard.

    python -m model_runtime data --out DIR --objects 400 [--first 0] [--part 0/2] [--split train] [--device cuda]

Object number n is family n % F with seed n // F, so any part of a run can be made anywhere, twice, the same. A shard
that exists is not made again. With --split test the objects are those kept away from training,
with --split unseen they are of families never trained on.
"""

import argparse
import os
import time

import numpy as np
import torch

from ..condition.text import TextEncoder
from ..hands.layer import load_hand
from ..objects.distance import distance_grid
from ..objects.mesh import metric_mesh
from ..objects.points import contact_points
from . import shards
from .captions import caption
from .clips import compose, grasp_row, standing
from .families import HELD_OUT, RESERVED_SEED, TRAINING, make
from .grasps import find

LENGTHS = (3.0, 3.5, 4.0, 4.0, 4.5, 5.0)  # seconds, at shards.FPS frames a second
LONGEST = int(5.0 * shards.FPS) + 1
PER_SHARD = 8  # objects
WORDINGS = 3  # captions of each clip
HANDS_APART = 0.10  # metres between the wrists that an object is handed over between


def plans(shape, grasps, rng, each):
    """Which clips to try on an object: (action, hands as in captions, alternatives), shuffled.

    Alternatives are lists of Grips, one for each hand, the hand that takes first leading; the first that makes a clip
    without collisions is kept. Two hands get in each other's way more often than one, so they get more tries.
    """
    tried = []
    for action in shape.actions:
        if action == "use":
            continue
        for _ in range(each):
            for side, name in enumerate(("left", "right")):
                if action == "hand over":
                    pairs = [pick_pair(shape, grasps, action, (side, 1 - side), False, rng) for _ in range(10)]
                else:
                    one = [pick(shape, grasps[side], action, rng) for _ in range(2)]
                    pairs = [[grip] for grip in one if grip]
                tried.append((action, name, [pair for pair in pairs if pair]))
            if action != "hand over":
                pairs = [pick_pair(shape, grasps, action, (1, 0), True, rng) for _ in range(6)]
                tried.append((action, "both", [pair for pair in pairs if pair]))
    return [tried[i] for i in rng.permutation(len(tried))]


def pick_pair(shape, grasps, action, sides, two, rng):
    """Two Grips, for `sides` in that order: of one two-handed grip, or of one-handed grips apart. None where not found."""
    first, second = (pick(shape, grasps[side], action, rng, two) for side in sides)
    if first is None or second is None or (two and first.row != second.row):
        return None
    apart = np.linalg.norm(first.translation - second.translation)
    return [first, second] if two or apart > HANDS_APART else None


def pick(shape, grasps, action, rng, two=False):
    """A random grasp that serves `action`, as a Grip; handles twice as often. None where there is none."""
    if grasps is None:
        return None
    serves = [action in shape.grips[g].actions and (shape.grips[g].kind == "two") == two for g in grasps.grip.tolist()]
    rows = np.flatnonzero(serves)
    if not len(rows):
        return None
    weight = np.array([2.0 if shape.grips[int(grasps.grip[row])].kind == "handle" else 1.0 for row in rows])
    return grasp_row(grasps, rng.choice(rows, p=weight / weight.sum()))


def object_shape(number, split):
    """Object `number` of a split as it stands in the canonical frame, its seed, and the generator to go on with."""
    families = TRAINING if split != "unseen" else HELD_OUT
    family = families[number % len(families)]
    seed = number // len(families) + (0 if split == "train" else RESERVED_SEED)
    rng = np.random.default_rng([number, 11, split == "train"])
    return standing(make(family, seed), rng.uniform(-np.pi, np.pi)), seed, rng


def object_clips(number, hands, split="train", each=3, limit=60, device="cpu"):
    """All clips of object `number`: (list of clips with action, hands and captions added, object dict, grasps)."""
    shape, seed, rng = object_shape(number, split)
    vertices, faces = metric_mesh(shape.vertices, shape.faces, shape.name)
    grid = distance_grid(vertices, faces)
    points, normals = contact_points(vertices, faces)
    points, normals = torch.as_tensor(points).float(), torch.as_tensor(normals).float()
    table = float(vertices[:, 2].min())
    near = grid.to(device)
    searching = [hand.to(device) for hand in hands]
    grasps = {side: find(shape, near, searching[side], side, table, rng) for side in (0, 1)}
    hands = [hand.to("cpu") for hand in hands]  # one clip at a time is too little work for a GPU
    made = []
    for action, which, alternatives in plans(shape, grasps, rng, each):
        seconds = float(rng.choice(LENGTHS[2:] if action == "hand over" else LENGTHS))
        for grips in alternatives:
            clip = compose(shape, action, grips, seconds, hands, grid, points, rng)
            if clip is not None:
                break
        else:
            continue
        part = shape.grips[grips[0].row].part
        words = [caption(shape, action, which, part, rng, split="train" if split == "train" else "test") for _ in range(WORDINGS)]
        made.append({**clip, "action": action, "hands": which, "captions": words})
        if len(made) == limit:
            break
    thing = {"points": points.numpy(), "normals": normals.numpy(), "seed": seed, "family": shape.name}
    return made, thing, grasps


def make_shard(path, numbers, hands, encoder, split, device="cpu"):
    """Makes the clips of some objects and writes them as one shard; returns how many clips."""
    clips, things = [], []
    for number in numbers:
        made, thing, _ = object_clips(number, hands, split, device=device)
        clips += [{**clip, "object": len(things)} for clip in made]
        things.append(thing)
    if not clips:
        return 0
    count = len(clips)
    motion = np.zeros((count, LONGEST, clips[0]["motion"].shape[1]), np.float32)
    contact = np.zeros((count, LONGEST, *clips[0]["contact"].shape[1:]), np.uint8)
    for i, clip in enumerate(clips):
        motion[i, : clip["frames"]], contact[i, : clip["frames"]] = clip["motion"], clip["contact"]
    text = encoder.encode([words for clip in clips for words in clip["captions"]])
    text = torch.as_tensor(text).reshape(count, WORDINGS, -1).numpy().astype(np.float16)
    arrays = {
        "motion": motion, "contact": contact, "text": text,
        "frames": np.array([c["frames"] for c in clips], np.int16),
        "active": np.stack([c["active"] for c in clips]), "hold": np.stack([c["hold"] for c in clips]),
        "object": np.array([c["object"] for c in clips], np.int16),
        "points": np.stack([t["points"] for t in things]), "normals": np.stack([t["normals"] for t in things]),
        "seed": np.array([t["seed"] for t in things], np.int64),
    }  # fmt: skip
    plain = {"captions": [c["captions"] for c in clips], "actions": [c["action"] for c in clips],
             "families": [t["family"] for t in things], "numbers": list(map(int, numbers)), "hands": [c["hands"] for c in clips]}  # fmt: skip
    shards.write(path, arrays, plain)
    return count


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime data", description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--objects", type=int, default=400)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--part", default="0/1", help="K/N: make every Nth shard, from the Kth, to share the work")
    parser.add_argument("--split", choices=("train", "test", "unseen"), default="train")
    parser.add_argument("--device", default="cpu", help="where grasps are searched")
    options = parser.parse_args(arguments)
    os.makedirs(options.out, exist_ok=True)
    mine, of = map(int, options.part.split("/"))
    hands, encoder = [load_hand(0), load_hand(1)], TextEncoder("cpu")
    numbers = range(options.first, options.first + options.objects)
    for shard, start in enumerate(range(0, len(numbers), PER_SHARD)):
        chunk = numbers[start : start + PER_SHARD]
        path = os.path.join(options.out, f"{options.split}-{chunk[0]:06d}.npz")
        if shard % of != mine or os.path.exists(path):
            continue
        begun = time.time()
        count = make_shard(path, chunk, hands, encoder, options.split, options.device)
        print(f"{path}: {count} clips in {time.time() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
