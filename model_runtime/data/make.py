"""Makes training clips from a seed, shard by shard.

    python -m model_runtime data --out DIR --objects 400 [--clips N] [--seed 0] [--part 0/2] [--split train] [--device
    cuda] torchrun --nproc-per-node 8 --nnodes 4 ... -m model_runtime data --out DIR --objects 20000

Object number n is family n % F with its own seed, so any part of a run can be made anywhere, twice, the same. A shard
that exists is not made again. Under torchrun every process takes its own part. With --split test the objects are those
kept away from training; with --split unseen they are of families never trained on. With --mirrored every shard has its
mirror image beside it: twice the clips for a few hundredths of the time.
"""

import argparse
from collections import Counter
from itertools import cycle, islice
import os
import time

import numpy as np
import torch

from ..condition.text import TextEncoder
from ..evaluation.hold import hold, pieces
from ..hands.layer import load_hand
from . import shards
from .actions import WITH_HOLD, WITH_SUPPORT
from .actions.table import pushed
from .captions import caption
from .clips import plan, play, whole
from .families import HELD_OUT, HOLD, RESERVED_SEED, TRAINING, make
from .gates import Skin, hands_gap
from .grasp_hinges import with_fingers
from .grasps import find, whole_pose
from .mirror import mirror_shard
from .prop import ready, standing
from .score import Cast, Grip

PER_SHARD = 8  # objects
PER_OBJECT = 40  # clips
WORDINGS = 4  # captions of each clip
ANYTHING = {"lift", "place", "pass", "inspect", "grab", "shake", "push", "slide", "tap", "press"}
RARE = {
    "drink",
    "eat",
    "toast",
    "brush",
    "call",
    "cut",
    "chop",
    "peel",
    "fly",
    "squeeze",
    "stamp",
    "staple",
    "screw",
    "see",
    "take picture",
    "wear",
    "cook",
}  # few kinds of things are for these
TRIES = 5  # casts, until one makes a clip, and twice as many for what is rare; those that fail at once don't count
CASTS = 40  # but no more than so many in all
GIVEN_UP = 3  # as many times in vain, at first, and it is not tried again
ROUNDS = 6  # times that an action in one way and with one side leading has its turn
HANDS_APART = 0.08  # metres between the wrists of two hands on one object
ON_THE_TABLE = {"open", "close", "turn", "press", "tap", "push", "slide", "switch on", "switch off", "staple", "set"}


def object_shape(number, split, seed=0):
    """Object `number` of a split as it stands in the canonical frame, its own seed, and the generator to go on with."""
    families = TRAINING if split != "unseen" else HELD_OUT
    own = seed * 10_000 + number // len(families) + (0 if split == "train" else RESERVED_SEED)
    rng = np.random.default_rng([seed, number, 11, split == "train"])
    shape = make(families[number % len(families)], own)
    ahead = shape.front if np.linalg.norm(shape.front[:2]) > 0.5 else shape.up
    turned = np.arctan2(ahead[1], ahead[0])
    if shape.fixed:  # its front towards the actor, more or less
        yaw = -np.pi / 2 - turned + rng.normal(0, 0.25)
    elif rng.random() < 0.5 and np.linalg.norm(ahead[:2]) > 0.5:
        # As one puts down what one means to use: pointing ahead, and headphones so that a hand's back is to the brow.
        yaw = (-np.pi / 2 if shape.name == "headphones" else np.pi / 2) - turned + rng.normal(0, 0.6)
    else:
        yaw = rng.uniform(-np.pi, np.pi)
    return standing(shape, yaw), own, rng


def hand_shape(rng):
    """The actor's betas (10,) torch: the mean hand for one actor in three."""
    drawn = np.clip(rng.normal(0, 0.8, 10), -2, 2) if rng.random() > 1 / 3 else np.zeros(10)
    return torch.from_numpy(drawn).float()


def grips_of(prop, hands, betas, rng):
    """Every grasp found with either hand, closed and open where there is a hinge: two lists of score.Grip."""
    angles = [0.0]
    if prop.shape.hinge is not None:
        low, high = prop.shape.hinge.low, prop.shape.hinge.high
        angles.append(
            float(rng.uniform(0.3, 0.8) if high > 2.6 else rng.uniform(0.7, 1.0)) * float(high if high > 0.05 else low)
        )
    found = [[], []]
    for side in (0, 1):
        for angle in angles:
            grasps = find(prop, hands[side], side, rng, angle=angle, count=60 if angle else 108, keep=36, betas=betas)
            for row in range(0 if grasps is None else len(grasps)):
                kind = prop.shape.grips[int(grasps.grip[row])]
                turn, shift = (
                    v.numpy() for v in prop.part_pose(torch.tensor(angle if prop.shape.moves(kind) else 0.0))
                )
                parts = {
                    name: getattr(grasps, name)[row].numpy()
                    for name in ("translation", "rotation", "flexion", "abduction", "approach")
                }
                found[side].append(
                    Grip(
                        side,
                        row=int(grasps.grip[row]),
                        kind=kind.kind,
                        part=kind.part,
                        angle=angle,
                        turns=prop.shape.moves(kind),
                        centre=turn @ kind.centre + shift,
                        **parts,
                    )
                )
    return found


def at_its_angle(prop, grip, action):
    """Whether a grip was found with the hinge where the action begins, and can move it the right way."""
    if action in ("open", "close") and grip.kind in ("press", "palm"):  # it can only push
        change = pushed(prop.shape.hinge, grip)
        return change > 0.2 if action == "open" else change < -0.2 and grip.angle > 0.2
    if action == "close":
        return grip.turns and grip.angle > 0.2
    if action in ("call", "see") and prop.shape.hinge is not None:  # a phone, a mirror: looked at and heard when open
        return grip.angle > 0.2 and not grip.turns
    return grip.angle == 0.0 or not (grip.turns or action not in PUSHED)  # lids are shut while things are carried


PUSHED = ON_THE_TABLE | {"use", "play", "browse", "squeeze"}  # with a hand that only touches
STEADIED = ("set", "clean", "peel")  # with a grasp of the leading hand while the other holds the object


def may_lead(prop, spec, action, way):
    """Whether one of the shape's grips, `spec`, may lead an action in one of the ways of score.Cast."""
    shape = prop.shape
    if action not in spec.actions or spec.kind == "platform":  # a platform needs it in the air already
        return False
    touches, turns = spec.kind in ("press", "palm"), shape.moves(spec)
    alone = action == "clean" or (action == "peel" and shape.name != "knife")  # takes the other hand to show anything
    if alone and way != "hold":
        return False
    if way == "two":
        return spec.kind == "two"
    if spec.kind == "two":
        return False
    if way == "hold":
        return action in WITH_HOLD and (touches or turns or action in STEADIED)
    if way == "one" and (touches or (turns and action in PUSHED | {"screw"})):
        return action in PUSHED | {"screw"} and (shape.steady or not turns)
    if way == "support" and action not in WITH_SUPPORT or (way == "over") != (action == "hand over"):
        return False
    return not touches and not shape.fixed and "lift" in spec.actions


def may_second(spec, action, way):
    """Whether a grip may be the second hand's."""
    return {"two": spec.kind == "two" and action in spec.actions,
            "over": action in spec.actions and spec.kind not in ("two", "press", "palm", "platform"),
            "hold": HOLD in spec.actions and spec.kind not in ("two", "platform"),
            "support": (HOLD in spec.actions or spec.kind == "platform") and spec.kind != "two"}[way]  # fmt: skip


def ways(prop, action):
    """The ways in which hands may go together for an action, as far as the shape's grips allow."""
    grips = prop.shape.grips
    return [
        way
        for way in ("one", "two", "hold", "support", "over")
        if any(may_lead(prop, g, action, way) for g in grips)
        and (way == "one" or any(may_second(g, action, way) and not prop.shape.moves(g) for g in grips))
    ]


def worked_by_fingers(prop, action):
    """Whether an action takes fingers that work the hinge: cutting with scissors, gripping with pliers."""
    return prop.shape.name in ("scissors", "pliers") and action in ("cut", "use")


def covers(prop, grip, action):
    """Whether a hand that carries a phone would lie over the screen that the action needs."""
    needs = (
        prop.shape.name == "phone" and action in ("call", "take picture", "browse") and grip.kind in ("pinch", "wrap")
    )
    return needs and grip.approach @ prop.shape.front < -0.5


def casts(prop, grips, action, way, side, rng):
    """Casts of an action for a leading side, all there are, in random order."""
    specs = prop.shape.grips
    lead = [
        g
        for g in grips[side]
        if may_lead(prop, specs[g.row], action, way)
        and at_its_angle(prop, g, action)
        and (g.fingers is not None or not worked_by_fingers(prop, action))
        and not covers(prop, g, action)
    ]
    if way == "one":
        pairs = [Cast(grip) for grip in lead]
    else:
        second = [g for g in grips[1 - side] if may_second(specs[g.row], action, way) and not g.turns]
        pairs = [Cast(a, b, way) for a in lead for b in second
                 if a.angle == b.angle and np.linalg.norm(a.translation - b.translation) > HANDS_APART
                 and (way != "two" or a.row == b.row)]  # fmt: skip
    return [pairs[i] for i in rng.permutation(len(pairs))]


def carried(prop, action, cast):
    """The grips that have to hold the object against gravity, in tuples that do so together."""
    shape = prop.shape
    if shape.fixed or (cast.way == "one" and (action in ON_THE_TABLE or cast.lead.kind in ("press", "palm"))):
        return []
    if cast.way == "two":
        return [(cast.lead, cast.second)]
    if cast.way == "hold":
        return [(cast.second,)] if "lift" in shape.grips[cast.second.row].actions else []
    return [(cast.lead,)] + ([(cast.second,)] if cast.way == "over" else [])


class Holds:
    """Whether grasps hold the object in simulation, and whether two hands leave each other room; each asked once."""

    def __init__(self, prop, hands, betas):
        self.prop, self.hands, self.betas, self.known, self.room = prop, hands, betas, {}, {}

    def all(self, groups):
        return all(self.one(group) for group in groups)

    def may(self, groups):
        """Whether none of the grasps is known not to hold."""
        return all(self.known.get(tuple(map(id, group)), True) for group in groups)

    def apart(self, cast):
        """Whether the two hands of a cast leave each other room, each where it holds; asked once."""
        if cast.second is None:
            return True
        key = id(cast.lead), id(cast.second)
        if key not in self.room:
            grips = sorted((cast.lead, cast.second), key=lambda grip: grip.side)
            poses = [whole(g.side, g.rotation[None], g.flexion[None], g.abduction[None]).numpy() for g in grips]
            still = {
                "hand_rotation": np.stack(poses, 1),
                "hand_translation": np.stack([g.translation for g in grips])[None],
                "betas": np.tile(self.betas.numpy(), (2, 1)),
                "hold": np.ones((1, 2), np.uint8),
            }
            self.room[key] = hands_gap(*[Skin(still, self.prop, self.hands, side) for side in (0, 1)]) >= 0
        return self.room[key]

    def one(self, group):
        key = tuple(map(id, group))
        if key not in self.known:
            posed = []
            for grip in group:
                flexion, abduction = (torch.from_numpy(v)[None] for v in (grip.flexion, grip.abduction))
                pose = whole_pose(grip.side, torch.from_numpy(grip.rotation)[None], flexion, abduction)
                vertices, _ = self.hands[grip.side](pose, torch.from_numpy(grip.translation)[None], self.betas)
                posed += pieces(self.hands[grip.side], vertices[0])
            self.known[key] = hold(posed, *self.mesh(group[0].angle)).held
        return self.known[key]

    def mesh(self, angle):
        turn, shift = (v.numpy() for v in self.prop.part_pose(torch.tensor(float(angle))))
        (vertices, faces), *part = self.prop.pieces
        if not part:
            return vertices, faces
        moved = part[0][0] @ turn.T + shift
        return np.concatenate([vertices, moved]), np.concatenate([faces, part[0][1] + len(vertices)])


def object_clips(number, hands, split="train", limit=PER_OBJECT, device="cpu", seed=0, mixed=False):
    """All clips of object `number`: (clips with action, hands, part and captions added, thing for shards.pack, tally).

    mixed: every action is wanted as often, not what the thing is for more often than what can be done with anything.

    tally: {(family, action): Counter of "kept" and of the reasons of rejection, one for each composed clip}; the action
    "grasps" counts those that were asked to hold the object.
    """
    shape, own, rng = object_shape(number, split, seed)
    prop, betas = ready(shape), hand_shape(rng)
    searching = [hand.to(device) for hand in hands]
    grips = grips_of(prop.to(device), searching, betas.to(device), rng)
    hands = [hand.to("cpu") for hand in hands]  # one clip at a time is too little work for a GPU
    with_fingers(prop, hands, grips, betas)
    holds = Holds(prop, hands, betas)
    made, tally = [], {}
    for action, way, side in turns(prop, made, limit, rng, mixed):
        count = tally.setdefault((shape.name, action), Counter())
        tries, pairs = 0, cycle(casts(prop, grips, action, way, side, rng))
        for cast in islice(pairs, CASTS if action in ANYTHING else 2 * CASTS):
            if not holds.may(carried(prop, action, cast)):
                continue
            planned = plan(prop, action, cast, rng)
            if isinstance(planned, str):
                count[planned] += 1
                continue
            if not holds.apart(cast) or not holds.all(carried(prop, action, cast)):
                continue
            clip, measures, reason = play(prop, *planned, hands, betas, rng)
            count[reason or "kept"] += 1
            tries += 1
            if clip is not None:
                words = wordings(shape, action, cast, clip["details"], split, rng)
                made.append({**clip, "action": action, "hands": cast.hands, "measures": measures, "captions": words,
                             "part": shape.grips[cast.lead.row].part})  # fmt: skip
            if clip is not None or tries == TRIES * (1 + (action in RARE)):
                break
    tally[shape.name, "grasps"] = Counter("kept" if held else "does not hold" for held in holds.known.values())
    return made, thing_of(prop, number, own), tally


def turns(prop, made, limit, rng, mixed=False):
    """What to try next, (action, way, side), until `made` holds enough clips or everything was tried often enough.

    Next is the action that has least to show of what it is given, and of its ways and sides the one least often tried.
    """
    plans = [(action, way, side) for action in prop.shape.actions for way in ways(prop, action) for side in (0, 1)]
    asked = Counter()
    while plans and len(made) < limit:
        shown = Counter(clip["action"] for clip in made)

        def merit(plan):
            fails = sum(asked[p] for p in plans if p[0] == plan[0]) - shown[plan[0]]
            wanted = 1 if mixed else weight(plan[0])
            return (shown[plan[0]] + 0.5 * fails) / wanted + asked[plan] + 0.5 * rng.random()

        chosen = min(plans, key=merit)
        before = len(made)
        yield chosen
        asked[chosen] += 1
        if asked[chosen] == ROUNDS or (len(made) == before and asked[chosen] == GIVEN_UP):
            plans.remove(chosen)


def weight(action):
    """How many clips of an action there should be for one of what can be done with anything."""
    return 1 if action in ANYTHING else 4 if action in RARE else 2


def wordings(shape, action, cast, details, split, rng):
    """The captions of a clip."""
    part, split = shape.grips[cast.lead.row].part, "train" if split == "train" else "test"
    return [caption(shape, action, cast.hands, part, rng, split, details) for _ in range(WORDINGS)]


def thing_of(prop, number, seed):
    """A Prop as one of the objects of a shard."""
    hinge = prop.shape.hinge
    line = np.zeros(8) if hinge is None else np.concatenate([hinge.point, hinge.axis, [hinge.low, hinge.high]])
    sizes = [len(piece[0]) for piece in prop.pieces]
    faces = [piece[1] + start for piece, start in zip(prop.pieces, (0, sizes[0]))]
    return {"points": prop.points.numpy(), "normals": prop.normals.numpy(), "moving": prop.moving, "hinge": line,
            "vertices": np.concatenate([piece[0] for piece in prop.pieces]), "faces": np.concatenate(faces),
            "turning": np.repeat([False, True][: len(faces)], [len(f) for f in faces]), "name": prop.shape.name,
            "number": number, "seed": seed}  # fmt: skip


def make_shard(path, numbers, hands, encoder, split, device="cpu", seed=0, limit=PER_OBJECT):
    """Makes the clips of some objects, at most `limit` of each, and writes them as one shard; returns how many
    clips.
    """
    clips, things, tallies = [], [], {}
    for number in numbers:
        made, thing, tally = object_clips(number, hands, split, limit, device, seed)
        clips += [{**clip, "object": len(things)} for clip in made]
        things.append(thing)
        for key, count in tally.items():
            tallies.setdefault("/".join(key), Counter()).update(count)
    if clips:  # a shard without any is written too: it tells what was tried in vain
        text = encoder.encode([words for clip in clips for words in clip["captions"]])
        for clip, vectors in zip(clips, torch.as_tensor(text).reshape(len(clips), WORDINGS, -1).numpy()):
            clip["text"] = vectors
    plain = {"split": split, "model": "open", "tally": tallies, "measures": [clip["measures"] for clip in clips],
             "grips": [clip["details"]["grip"] for clip in clips]}  # fmt: skip
    shards.write(path, *shards.pack(clips, things, plain))
    return len(clips)


def share(part):
    """(which, of how many): from "K/N", or torchrun's when it started this process."""
    if part is None and "RANK" in os.environ:
        return int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    return tuple(map(int, (part or "0/1").split("/")))


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime data", description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--objects", type=int, default=400)
    parser.add_argument("--clips", type=int, help="stop once this process has made its share of so many clips")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", help="K/N: make every Nth shard, from the Kth, to share the work")
    parser.add_argument("--split", choices=("train", "test", "unseen"), default="train")
    parser.add_argument("--device", default="cpu", help="where grasps are searched; cuda takes this process's own card")
    parser.add_argument("--mirrored", action="store_true", help="beside each shard its mirror image")
    options = parser.parse_args(arguments)
    os.makedirs(options.out, exist_ok=True)
    mine, of = share(options.part)
    if options.device == "cuda" and "LOCAL_RANK" in os.environ:
        options.device = f"cuda:{os.environ['LOCAL_RANK']}"
    hands, encoder = [load_hand(0), load_hand(1)], TextEncoder("cpu")
    numbers = range(options.first, options.first + options.objects)
    total, begun = 0, time.time()
    for shard, start in enumerate(range(0, len(numbers), PER_SHARD)):
        chunk = numbers[start : start + PER_SHARD]
        path = os.path.join(options.out, f"{options.split}-{options.seed}-{chunk[0]:06d}.safetensors")
        if shard % of != mine or (options.clips and total >= options.clips / of):
            continue
        if os.path.exists(path):
            total += len(shards.read(path, ["first"])[0]["first"]) - 1
        else:
            count = make_shard(path, chunk, hands, encoder, options.split, options.device, options.seed)
            total += count
            print(f"{path}: {count} clips; {total} in {time.time() - begun:.0f} s", flush=True)
        if options.mirrored:
            mirror_shard(path, hands, encoder)


if __name__ == "__main__":
    main()
