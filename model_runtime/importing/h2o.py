"""H2O (Kwon et al., "H2O: Two Hands Manipulating Objects for First Person Interaction Recognition", ICCV 2021).

    root/subject{1..4}*/{h1,h2,k1,k2,o1,o2}/{take}/cam4/{hand_pose_mano,obj_pose_rt,cam_pose,action_label}/000000.txt
    root/object/{book,espresso,lotion,lotion_spray,milk,ovomaltine,pringles,starbucks}/*.obj    (or objects/, *.ply)

Each frame is one line of text in each folder, at 30 fps, in metres. hand_pose_mano: (flag, 3 translation, 48 axis-angle
pose, 10 betas) of the left and of the right hand, in the *camera's* frame. MANO turns about its own wrist joint J0, so
the wrist is at J0 + t there and at E (J0 + t) in the world, where E = cam_pose takes the camera to the world.
obj_pose_rt: class 1-8 and a 4x4 in the camera's frame. Zero pose is the flat hand: the owners' player sets
flat_hand_mean. Only cam4, worn on the head, has action labels: one stretch of one label is one Sequence. The names of
actions and meshes and the split are the owners'.

Inferred: the world's up, which nothing published tells (see `upward`); the hands that act, by nearness to the object.
"""

from functools import lru_cache
import glob
import os
import re
import warnings

import igl
import numpy as np
import torch

from ..seam import UserError
from . import files, released
from .sequence import Sequence
from .wording import captions

CREDIT = (
    "H2O: Kwon, Tekin, Stühmer, Bogo, Pollefeys, “H2O: Two Hands Manipulating Objects for First Person Interaction "
    "Recognition”, ICCV 2021, https://h2odataset.ethz.ch; for research, under the terms agreed to at the download."
)
FPS = 30.0
SHORTEST = 20  # frames, as in Text2HOI
MESHES = ("book", "espresso", "lotion", "lotion_spray", "milk", "ovomaltine", "pringles", "starbucks")  # class 1-8
OBJECTS = ("book", "espresso", "lotion", "spray", "milk", "cocoa", "chips", "cappuccino")
LABELS = (
    *(f"grab {name}" for name in OBJECTS), *(f"place {name}" for name in OBJECTS),
    "open lotion", "open milk", "open chips", "close lotion", "close milk", "close chips", "pour milk",
    "take out espresso", "take out cocoa", "take out chips", "take out cappuccino",
    "put in espresso", "put in cocoa", "put in cappuccino", "apply lotion", "apply spray",
    "read book", "read espresso", "spray spray", "squeeze lotion",
)  # fmt: skip
ANNOTATED = 0.9  # a hand takes part only where it is annotated in this share of the frames
TOUCH, LONG_ENOUGH = 0.015, 0.1  # a hand acts that is this close (metres) for this share of the frames


def official_split(subject, scene):
    """The split of the owners' README: subject 4 is the test, three scenes of subject 3 the validation."""
    if subject == 4:
        return "test"
    return "val" if subject == 3 and scene in ("k2", "o1", "o2") else "train"


def _takes(root):
    """(subject, scene, take, folder of cam4), sorted."""
    found = []
    for folder in glob.glob(os.path.join(glob.escape(str(root)), "subject*", "*", "*", "cam4")):
        subject, scene, take = os.path.normpath(folder).split(os.sep)[-4:-1]
        number = re.match(r"subject(\d)", subject)
        if number:
            found.append((int(number[1]), scene, take, folder))
    return sorted(found)


def _mesh_path(root, name):
    paths = [p for place in ("object", "objects") for kind in ("obj", "ply")
             for p in sorted(glob.glob(os.path.join(glob.escape(str(root)), place, name, f"*.{kind}")))]  # fmt: skip
    return paths[0] if paths else None


def missing(root):
    """Sentences: what is not where it should be, and where to get it. Empty where all is there."""
    sentences = []
    if not _takes(root):
        sentences.append(
            f"There is no subject1/h1/0/cam4 or the like in '{root}'. Ask for H2O at "
            "https://h2odataset.ethz.ch and unpack the annotations of the "
            "egocentric view (mode “pose” of its download script)."
        )
    absent = [name for name in MESHES if _mesh_path(root, name) is None]
    if absent:
        sentences.append(
            f"There is no object/{absent[0]}/*.obj in '{root}' ({len(absent)} of 8 meshes are missing). "
            "Unpack H2O's object models to 'object'."
        )
    return sentences


def _table(folder, names, frames, columns):
    """The files `frames` of the first folder that exists -> (T, columns)."""
    place = next((p for p in (os.path.join(folder, name) for name in names) if os.path.isdir(p)), None)
    if place is None:
        raise UserError(f"'{folder}' has no {names[0]}. Unpack H2O's annotations again.")
    rows = []
    for frame in frames:
        path = os.path.join(place, frame)
        try:
            with open(path, encoding="ascii") as file:
                row = np.array(file.read().split(), float)
        except (OSError, ValueError):
            raise UserError(f"'{path}' can't be read as numbers. Unpack H2O's annotations again.") from None
        if len(row) != columns or not np.isfinite(row).all():
            raise UserError(f"'{path}' has {len(row)} numbers instead of {columns} finite ones.")
        rows.append(row)
    return np.array(rows)


def upward(cameras):
    """Which way is up, (3,) unit, from camera-to-world rotations (N, 3, 3) with x right, y down, z forwards.

    Cameras that are not rolled have level x axes: up is the direction most nearly at right angles to all of them. Where
    they all point the same way, a weak prior decides: the cameras look down by 45 degrees.
    """
    level = np.einsum("ni,nj->ij", cameras[:, :, 0], cameras[:, :, 0]) / len(cameras)
    prior = -(cameras[:, :, 1] + cameras[:, :, 2]).mean(0)
    prior /= np.linalg.norm(prior)
    up = np.linalg.eigh(level - 1e-3 * np.outer(prior, prior))[1][:, 0]
    return up * np.sign(up @ prior)


def _up_of(folder, frames):
    """Up from the four fixed cameras where they were downloaded, else from the head's over the whole take."""
    fixed = [os.path.join(os.path.dirname(folder), f"cam{i}") for i in range(4)]
    fixed = [place for place in fixed if os.path.isdir(os.path.join(place, "cam_pose"))]
    firsts = [min(os.listdir(os.path.join(place, "cam_pose"))) for place in fixed]
    poses = [_table(place, ["cam_pose"], [first], 16) for place, first in zip(fixed, firsts)]
    if len(poses) < 2:
        poses = [_table(folder, ["cam_pose"], frames[::10], 16)]
    return upward(np.concatenate(poses).reshape(-1, 4, 4)[:, :3, :3])


def _stretches(labels):
    """(first, end, label) of each run of one label that is not background and long enough."""
    edges = np.flatnonzero(np.diff(labels, prepend=-1, append=-1))
    return [(a, b, int(labels[a])) for a, b in zip(edges, edges[1:])
            if 1 <= labels[a] <= len(LABELS) and b - a >= SHORTEST]  # fmt: skip


def acting(sequence, fields):
    """(2,) bool: the recorded hands whose skin is near the object for a while; where none is, the nearest."""
    distance = np.full((2, len(sequence.articulation)), np.inf)
    for side in np.flatnonzero(sequence.active):
        hand = files.hand_with_template(fields[side], side, sequence.template[side])
        rotation, wrist, betas = (torch.as_tensor(value, dtype=torch.float32) for value in (
            sequence.hand_rotation[:, side], sequence.hand_translation[:, side], sequence.betas[side]))  # fmt: skip
        skin = hand(rotation, wrist, betas, hand.sample(150))[0].double().numpy()
        local = (skin - sequence.object_translation[:, None]) @ sequence.object_rotation
        squared = igl.point_mesh_squared_distance(local.reshape(-1, 3), sequence.vertices, sequence.faces)[0]
        distance[side] = np.sqrt(squared).reshape(len(local), -1).min(1)
    acts = (distance < TOUCH).mean(1) >= LONG_ENOUGH
    return acts if acts.any() else np.arange(2) == distance.min(1).argmin()


def _hand(numbers, camera, fields, side):
    """A hand's rows (T, 62), cameras (T, 4, 4) -> wrist (T, 3), rotation (T, 16, 3, 3) in the world, betas (10,)."""
    known = np.flatnonzero(numbers[:, 0] > 0)  # the few frames without annotation take the nearest one's
    rows = known[np.abs(np.arange(len(numbers))[:, None] - known).argmin(1)]
    numbers, camera = numbers[rows], camera[rows]
    shapes = np.zeros((len(rows), 2, 10))
    shapes[:, side] = numbers[:, 52:62]
    own = [released.templates(fields, shape)[side] for shape in shapes]
    joint = [files.wrist(fields[side], shape[side], mean) for shape, mean in zip(shapes, own)] + numbers[:, 1:4]
    rotation = released.axis_angles(numbers[:, 4:52])
    rotation[:, 0] = camera[:, :3, :3] @ rotation[:, 0]
    wrist = np.einsum("tij,tj->ti", camera[:, :3, :3], joint) + camera[:, :3, 3]
    return wrist, rotation, np.median(numbers[:, 52:62], 0)


def _sequence(name, split, folder, frames, label, meshes, fields, up):
    """One stretch of one action as a Sequence, or None where its object or both hands are not annotated."""
    camera = _table(folder, ["cam_pose"], frames, 16).reshape(-1, 4, 4)
    thing = _table(folder, ["obj_pose_rt", "obj_pose_RT"], frames, 17)
    numbers = _table(folder, ["hand_pose_mano", "hand_pose_MANO"], frames, 124).reshape(-1, 2, 62)
    kind, active = int(thing[0, 0]), (numbers[..., 0] > 0).mean(0) > ANNOTATED
    if (thing[:, 0] != kind).any() or not 1 <= kind <= len(OBJECTS) or not active.any():
        return None
    pose = camera @ thing[:, 1:].reshape(-1, 4, 4)
    nothing = np.zeros((len(frames), 3)), np.tile(np.eye(3), (len(frames), 16, 1, 1)), np.zeros(10)
    both = [_hand(numbers[:, side], camera, fields, side) if active[side] else nothing for side in (0, 1)]
    wrists, rotations, betas = (np.stack(part) for part in zip(*both))
    sequence = Sequence(
        name=name, split=split, fps=FPS, object_name=OBJECTS[kind - 1], vertices=meshes(kind)[0], faces=meshes(kind)[1],
        object_translation=pose[:, :3, 3], object_rotation=pose[:, :3, :3], articulation=np.zeros(len(frames)),
        hand_translation=wrists.swapaxes(0, 1), hand_rotation=rotations.swapaxes(0, 1), betas=betas, active=active,
        up=up, action=LABELS[label - 1].rpartition(" ")[0], hands="both", captions=[],
        template=released.templates(fields, betas),
    )  # fmt: skip
    sequence.active = acting(sequence, fields)
    sequence.hands = "both" if sequence.active.all() else "left" if sequence.active[0] else "right"
    sequence.captions = captions(sequence.action, sequence.object_name, sequence.hands)
    return sequence


def sequences(root, mano, split=None, subjects=None, skip=()):
    """Yields a Sequence for each labelled action of at least 20 frames.

    mano is the folder with MANO_LEFT.pkl and MANO_RIGHT.pkl; split "train", "val" or "test"; subjects such as
    ["subject1"]; skip: sequences' names. What can't be true is left out with a warning. Raises seam.UserError for what
    is missing or damaged.
    """
    absent = missing(root)
    if absent:
        raise UserError(" ".join(absent))
    fields = files.mano_fields(mano)

    @lru_cache
    def meshes(kind):
        return released.metric_object(_mesh_path(root, MESHES[kind - 1]))

    for subject, scene, take, folder in _takes(root):
        part = official_split(subject, scene)
        if (split is not None and part != split) or (subjects is not None and f"subject{subject}" not in subjects):
            continue
        if not os.path.isdir(os.path.join(folder, "action_label")):
            raise UserError(f"'{folder}' has no action_label. Unpack H2O's annotations of the egocentric view again.")
        frames = sorted(os.listdir(os.path.join(folder, "action_label")))
        up = _up_of(folder, frames)
        for index, (first, end, label) in enumerate(_stretches(_table(folder, ["action_label"], frames, 1)[:, 0])):
            name = f"subject{subject}/{scene}/{take}/{index}"
            if name in skip:
                continue
            sequence = _sequence(name, part, folder, frames[first:end], label, meshes, fields, up)
            doubt = f"“{name}” is left out: its object or its hands are not annotated."
            doubt = doubt if sequence is None else released.doubt(sequence)
            if doubt:
                warnings.warn(doubt, stacklevel=2)
            else:
                yield sequence
