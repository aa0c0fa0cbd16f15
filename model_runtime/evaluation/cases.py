"""What a method is asked to do, with the truth beside: clips made from seeds on objects kept away from training.

Three splits: "test" are objects never trained on with sentences such as were trained on; "wordings" the same clips with
sentences from the reserved wordings of data/captions.py; "unseen" objects of families never trained on. Objects come in
one random order and give a few clips each, so the first N cases of a split are the same whatever number is asked for.

A case is a dict, in the canonical frame at 30 frames a second (T frames):

    number, family, index       of the object; index of the clip among the object's
    prompt, action, hands       the sentence; one of families.ACTIONS; "left", "right" or "both", of the truth
    active (2,) bool, betas (2, 10)     the hands that play a part in the truth; the actor's hands
    vertices, faces, turning (F,)       the object's mesh as it stands at first, hinge at 0; the faces that turn
    hinge (8,), points, normals (256, 3), moving (256,)      as in data/shards.py
    motion (T, 208), contact (T, 2, 256), hold (T, 2)        the truth
"""

from concurrent.futures import ProcessPoolExecutor
import json
import multiprocessing
import os

import numpy as np
from safetensors.numpy import save_file
import torch

from ..data import make, shards
from ..data.captions import caption
from ..data.families import HELD_OUT, TRAINING
from ..hands.layer import load_hand
from ..objects.mesh import size_check
from ..seam import UserError

SPLITS = {
    "test": ("test", "train"),
    "unseen": ("unseen", "train"),
    "wordings": ("test", "test"),
}  # of objects, of captions
MADE, TAKEN = 5, 3  # clips made of an object, and of those how many are taken
TURNS = 40  # how often at most the order of families is gone through


def cases(split, clips, folder):
    """The first `clips` cases of a split: list of dicts. Objects that `folder` doesn't have are made there, on all
    cores.
    """
    objects, words = SPLITS[split]
    os.makedirs(folder, exist_ok=True)
    found, order = [], numbers(objects)
    while len(found) < clips and order:
        missing = max(1, -(-(clips - len(found)) // TAKEN))
        now, order = order[:missing], order[missing:]
        for path in make_objects(folder, objects, now):
            found += of_object(path, words)
    return found[:clips]


def make_objects(folder, objects, some):
    """Paths of the clips of `some` objects, which are made if they are not there."""
    paths = [os.path.join(folder, f"{objects}-{number:06d}.safetensors") for number in some]
    todo = [(path, objects, number) for path, number in zip(paths, some) if not os.path.exists(path)]
    if todo:
        with ProcessPoolExecutor(
            os.cpu_count() or 1, multiprocessing.get_context("spawn"), torch.set_num_threads, (1,)
        ) as pool:
            for path in pool.map(make_object, *zip(*todo)):
                print(f"{path} made", flush=True)
    return paths


def numbers(objects):
    """Objects of a split in the order in which they are used: every family once, in random order, and so again."""
    families = len(HELD_OUT if objects == "unseen" else TRAINING)
    rng = np.random.default_rng(families)
    return [int(family) + families * turn for turn in range(TURNS) for family in rng.permutation(families)]


def make_object(path, objects, number):
    """Makes an object's clips, with a caption of familiar and one of reserved wordings for each -> path."""
    hands = make_object.__dict__.setdefault("hands", [load_hand(0), load_hand(1)])
    made, thing, _ = make.object_clips(number, hands, objects, MADE, mixed=True)
    shape, rng = make.object_shape(number, objects)[0], np.random.default_rng([number, 77])
    for clip in made:
        clip |= {"object": 0, "text": np.zeros((0, 384))}
        clip["captions"] = [caption(shape, clip["action"], clip["hands"], clip["part"], rng, words, clip["details"])
                            for words in ("train", "test")]  # fmt: skip
    write(path, made, thing, objects)
    return path


def write(path, made, thing, objects):
    """One object's clips as a shard; captions: one of familiar, one of reserved wordings."""
    if made:
        shards.write(path, *shards.pack(made, [thing], {"split": objects, "model": "open"}))
    else:  # so that it isn't tried again
        about = {"format": shards.FORMAT, "fps": str(shards.FPS), "plain": json.dumps({"actions": []})}
        save_file({"first": np.zeros(1, np.int64)}, path, about)


def of_object(path, words):
    """The cases of one object's file: at most TAKEN, of different actions as far as there are such."""
    arrays, plain = shards.read(path)
    actions = plain["actions"]
    if not actions or not hand_sized(shards.mesh(arrays, 0)[0], plain["objects"][0]):
        return []
    order = sorted(range(len(actions)), key=lambda row: (actions[:row].count(actions[row]), row))
    return [case_of(arrays, plain, row, ("train", "test").index(words)) for row in sorted(order[:TAKEN])]


def hand_sized(vertices, name):
    """Whether the tool takes an object of this size: of training's objects it refuses the largest espresso machines."""
    try:
        return size_check(np.ptp(vertices, axis=0), name) == 1.0
    except UserError:
        return False


def case_of(arrays, plain, row, caption_row=0):
    """Clip `row` of a shard as a case."""
    frames, thing = slice(*arrays["first"][row : row + 2]), int(arrays["object"][row])
    vertices, faces, turning = shards.mesh(arrays, thing)
    return {
        "family": plain["objects"][thing],
        "number": plain["numbers"][thing],
        "index": row,
        "prompt": plain["captions"][row][caption_row],
        "action": plain["actions"][row],
        "hands": plain["hands"][row],
        "active": arrays["active"][row],
        "betas": arrays["betas"][row],
        "vertices": vertices,
        "faces": faces,
        "turning": turning,
        **{name: arrays[name][thing] for name in ("hinge", "points", "normals", "moving")},
        "motion": arrays["motion"][frames],
        "contact": arrays["contact"][frames].astype(np.float32) / 255,
        "hold": arrays["hold"][frames],
    }
