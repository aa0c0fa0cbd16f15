"""Shards seen in a mirror that stands between left and right: other objects, the other hand, the same motion.

A left hand is the mirror image of a right one and physics has no handedness, so the mirror image of a clip is as good a
clip; only the sentences have to be told again.
"""

import os
import re

import numpy as np
import torch

from ..diffusion.representation import HAND, contact_of_distance, unpack_hands
from ..objects.thing import Thing, thing_of
from . import shards

PLACE = np.array([-1.0, 1.0, 1.0], np.float32)  # x is the actor's right
AXIS = -PLACE  # of a turn: it goes the other way round in a mirror
SIXD = np.array([*-PLACE, *PLACE], np.float32)  # the first two columns of M R M
OTHER = {"left": "right", "right": "left", "both": "both"}
SIDES = re.compile(r"\b(left|right)", re.I)  # leftwards and right-handed too
TOUCH = 0.001  # metres: nearer is a touch, as in data/clips.py


def mirrored_motion(motion):
    """X (F, 208) float32 -> the same motion in the mirror."""
    hands = motion[:, : 2 * HAND].reshape(-1, 2, HAND)[:, ::-1] * np.concatenate([PLACE, np.tile(SIXD, 16)])
    thing = motion[:, 2 * HAND :] * np.concatenate([PLACE, SIXD, [1.0]])
    return np.concatenate([hands.reshape(len(motion), -1), thing], 1).astype(np.float32)


def mirrored_words(sentence):
    """Left and right exchanged, whatever they are the beginning of, capitals kept."""

    def other(match):
        word = OTHER[match[0].lower()]
        return word.capitalize() if match[0][0].isupper() else word

    return SIDES.sub(other, sentence)


def mirrored_thing(arrays, row, name):
    """Object `row` of a shard in the mirror: its vertices (V, 3), faces (F, 3), and as a Thing."""
    vertices, faces, turning = shards.mesh(arrays, row)
    vertices, faces, hinge = vertices * PLACE, faces[:, ::-1], arrays["hinge"][row].copy()
    hinge[:6] *= np.concatenate([PLACE, AXIS])
    has_hinge = bool(turning.any())
    thing = thing_of(vertices, faces, name, turning if has_hinge else None, hinge if has_hinge else None, resolution=8)
    return vertices, faces, Thing(**thing)


def contact_map(motion, betas, active, near, thing, hands):
    """Contact (T, 2, 256) uint8 of a clip's hands with the points of `thing`, in the frames `near` (T, 2) bool of
    either hand.

    motion (T, 208) float32, betas (2, 10), active (2,).
    """
    value = np.zeros((len(motion), 2, len(thing.points)), np.uint8)
    for side in np.flatnonzero(active):
        rows = np.flatnonzero(near[:, side])
        if len(rows):
            some = torch.from_numpy(motion[rows])
            wrist, turn = unpack_hands(some)
            skin, _ = hands[side](turn[:, side], wrist[:, side], torch.from_numpy(betas[side]))
            distance = torch.cdist(thing.points_at(some[:, -1]).to(skin), skin).amin(-1)
            value[rows, side] = (contact_of_distance(distance - TOUCH).clamp(0, 1) * 255).round().to(torch.uint8)
    return value


def mirrored(arrays, plain, hands, encoder):
    """A whole shard, (arrays, plain) as shards.read gives them -> the same in the mirror.

    hands: the left and the right hands.layer.Hand; encoder: condition.text.TextEncoder.
    """
    new, first = dict(arrays), arrays["first"]
    new["motion"] = mirrored_motion(arrays["motion"])
    for name in ("hold", "active", "betas"):
        new[name] = np.ascontiguousarray(arrays[name][:, ::-1])
    seen = [mirrored_thing(arrays, row, name) for row, name in enumerate(plain["objects"])]
    if seen:
        new["vertices"], new["faces"] = (np.concatenate([each[k] for each in seen]) for k in (0, 1))
        for name in ("points", "normals", "moving", "hinge"):
            new[name] = np.stack([np.asarray(getattr(thing, name)) for *_, thing in seen])
    near = arrays["contact"].any(-1)[:, ::-1]
    new["contact"] = np.concatenate([arrays["contact"][:0]] + [
        contact_map(new["motion"][frames], new["betas"][clip], new["active"][clip], near[frames],
                    seen[arrays["object"][clip]][2], hands)
        for clip, frames in enumerate(map(slice, first[:-1], first[1:]))
    ])  # fmt: skip
    captions = [[mirrored_words(words) for words in some] for some in plain["captions"]]
    if captions:
        text = encoder.encode([words for some in captions for words in some])
        new["text"] = np.asarray(text).reshape(arrays["text"].shape).astype(np.float16)
    told = {"captions": captions, "hands": [OTHER[hand] for hand in plain["hands"]]}
    return new, {name: value for name, value in {**plain, **told}.items() if name != "fps"}


def mirror_shard(path, hands, encoder):
    """Writes the mirror image of the shard at `path` beside it, where it is not there already."""
    to = path.removesuffix(".safetensors") + "-mirrored.safetensors"
    if not os.path.exists(to):
        shards.write(to, *mirrored(*shards.read(path), hands, encoder))
