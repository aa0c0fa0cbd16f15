"""TACO (Liu et al., "TACO: Benchmarking Generalizable Bimanual Tool-ACtion-Object Understanding", CVPR 2024).

    root/Hand_Poses/({action}, {tool}, {target})/{recording}/{left,right}_hand.pkl, {left,right}_hand_shape.pkl
    root/Object_Poses/(...)/{recording}/tool_{number}.npy, target_{number}.npy
    root/Object_Models/{number}_cm.obj
    root/data_lists/v1_overall_data_train_test_split.txt      (from the owners' repository TACO-Instructions)

A hand's pickle is a table by frame of {hand_pose (48,) axis-angle, hand_trans (3,)}, its shape's {hand_shape (10,)};
torch tensors, read as data. The owners' loader centres the hand on joint 0 and adds hand_trans, so hand_trans *is* the
wrist joint; zero pose is the flat hand. Objects are (T, 4, 4), object to world, in metres; the meshes alone are in
*centimetres*. 30 fps. The world's z points up: in the owners' calibrated view the camera's down is the world's -z.
The right hand has the tool, the left the target: one recording gives a Sequence of the tool with the right hand and
one of the target with the left.

The split list says train or test_1 to test_4, which we take for the paper's S1 to S4 (inferred): S1 known tools and
triplets, S2 new shapes, S3 new triplets, S4 both. They are "test" here; `split="test_3"` picks one. Nothing published
tells the subjects.
"""

from functools import lru_cache
import glob
import os
import warnings

import numpy as np

from ..seam import UserError
from . import files, released, tensors
from .sequence import Sequence
from .wording import captions

CREDIT = (
    "TACO: Liu, Yang, Si, Liu, Li, Zhang, Liu, Yi, “TACO: Benchmarking Generalizable Bimanual Tool-ACtion-Object "
    "Understanding”, CVPR 2024, https://taco2024.github.io; CC BY 4.0."
)
FPS = 30.0
CENTIMETRE = 0.01
SPLIT_LIST = "v1_overall_data_train_test_split.txt"
RENAMED = {"pour in some": "pour", "empty": "pour"}
CLAUSES = {  # for actions that are not done *to* the target; "{tool}" where the tool is what is acted on
    "pour in some": "pour some from the {tool} into the {target}",
    "empty": "empty the {tool} into the {target}",
    "put in": "put something into the {target}",
    "put out": "take something out of the {target}",
    "scrape off": "scrape something off the {target}",
    "skim off": "skim something off the {target}",
    "stir": "stir in the {target}",
    "stir-fry": "stir-fry in the {target}",
}


def _list_path(root):
    places = [os.path.join(root, *p, SPLIT_LIST) for p in ((), ("data_lists",), ("TACO-Instructions", "data_lists"))]
    return next((path for path in places if os.path.isfile(path)), None)


def _recordings(root):
    """(triplet, recording), sorted, of what has object poses."""
    found = glob.glob(os.path.join(glob.escape(str(root)), "Object_Poses", "(*)", "*"))
    return sorted(tuple(os.path.normpath(path).split(os.sep)[-2:]) for path in found)


def missing(root):
    """Sentences: what is not where it should be, and where to get it. Empty where all is there."""
    where = "Download it from https://taco2024.github.io and unpack it there."
    folders = ("Hand_Poses", "Object_Poses", "Object_Models")
    absent = [name for name in folders if not os.path.isdir(os.path.join(root, name))]
    sentences = [f"There is no '{name}' in '{root}'. {where}" for name in absent]
    if not sentences and not _recordings(root):
        sentences.append(f"'{root}/Object_Poses' has no folder such as '(stir, spoon, bowl)/20231105_019'. {where}")
    if _list_path(root) is None:
        sentences.append(
            f"There is no '{SPLIT_LIST}' in '{root}/data_lists'. Copy it from data_lists of the "
            "repository https://github.com/leolyliu/TACO-Instructions."
        )
    return sentences


def _official(root):
    """Recording -> "train" or "test_1" ... "test_4"."""
    with open(_list_path(root), encoding="utf-8") as file:
        return dict(line.strip().split(",", 1) for line in file if "," in line)


def _hand(folder, side, frames):
    """Wrist (T, 3), rotation (T, 16, 3, 3) and betas (10,) of "left" or "right"."""
    path = os.path.join(folder, f"{side}_hand.pkl")
    stored = tensors.read_pickle(path)

    def motion():
        rows = tensors.table(stored, "content")
        if len(rows) != frames:
            raise files.Refused(f"it has {len(rows)} frames where the objects have {frames}")
        rows = [tensors.table(rows[key], f"frame {key}") for key in sorted(rows)]
        wrist = [tensors.numbers(row["hand_trans"], 3, "hand_trans") for row in rows]
        pose = [tensors.numbers(row["hand_pose"], 48, "hand_pose") for row in rows]
        return np.array(wrist), released.axis_angles(np.array(pose))

    shape_path = os.path.join(folder, f"{side}_hand_shape.pkl")
    shape = tensors.read_pickle(shape_path) if os.path.isfile(shape_path) else None  # the owners take zeros then, too

    def betas():
        return tensors.numbers(tensors.table(shape, "content")["hand_shape"], 10, "hand_shape")

    return *files.checked(path, motion), np.zeros(10) if shape is None else files.checked(shape_path, betas)


def _object(folder, role):
    """The number of the mesh and the poses (T, 4, 4) of "tool" or "target"."""
    paths = sorted(glob.glob(os.path.join(glob.escape(folder), f"{role}_*.npy")))
    if not paths:
        raise UserError(f"'{folder}' has no {role}_*.npy. Download TACO's Object_Poses again.")
    poses = files.read_npy(paths[0])
    poses = files.checked(paths[0], lambda: files.numbers(poses, (None, 4, 4), "content"))
    return os.path.splitext(os.path.basename(paths[0]))[0].rpartition("_")[2], poses


def sentences(role, action, tool, target):
    """Four captions of the tool's or of the target's Sequence."""
    if role == "target":
        return captions("hold", target, "left")
    phrase = CLAUSES.get(action, action + " the {target}")
    clause = phrase.format(tool=tool, target=target)
    first = clause[0].upper() + clause[1:]
    if "{tool}" in phrase:
        return [f"{first}.", f"{first} with the right hand.", f"Use the right hand to {clause}.",
                f"With the right hand, {clause}."]  # fmt: skip
    return [f"{first} with the {tool}.", f"Use the {tool} to {clause}.", f"{first} with the {tool} in the right hand.",
            f"Use the {tool} in the right hand to {clause}."]  # fmt: skip


def _recorded(root, triplet, recording, split, meshes, fields):
    """Yields the tool's Sequence and the target's."""
    words = [word.strip() for word in triplet.strip("()").split(",")]
    if len(words) != 3:
        raise UserError(f"'{triplet}' is not named '(action, tool, target)', as TACO's folders are.")
    action, names = words[0], dict(zip(("tool", "target"), words[1:]))
    things = {role: _object(os.path.join(root, "Object_Poses", triplet, recording), role) for role in names}
    frames = min(len(pose) for _, pose in things.values())
    place = os.path.join(root, "Hand_Poses", triplet, recording)
    both = [_hand(place, side, frames) for side in ("left", "right")]
    wrists, rotations, betas = (np.stack(part) for part in zip(*both))
    for index, (role, name) in enumerate(names.items()):
        (number, pose), active = things[role], np.array([index == 1, index == 0])
        vertices, faces = meshes(number)
        yield Sequence(
            name=f"{triplet}/{recording}/{role}", split=split, fps=FPS, object_name=name, vertices=vertices,
            faces=faces, object_translation=pose[:frames, :3, 3], object_rotation=pose[:frames, :3, :3],
            articulation=np.zeros(frames),
            hand_translation=wrists.swapaxes(0, 1), hand_rotation=rotations.swapaxes(0, 1), betas=betas, active=active,
            up=np.array([0.0, 0.0, 1.0]), action=RENAMED.get(action, action) if role == "tool" else "hold",
            hands="right" if role == "tool" else "left", captions=sentences(role, action, *words[1:]),
            template=released.templates(fields, betas),
        )  # fmt: skip


def sequences(root, mano, split=None, subjects=None, skip=()):
    """Yields a Sequence for the tool and one for the target of each recording.

    mano is the folder with MANO_LEFT.pkl and MANO_RIGHT.pkl; split "train", "test" or "test_1" to "test_4"; skip:
    sequences' names. What can't be true is left out with a warning. Raises seam.UserError for what is missing or
    damaged.
    """
    absent = missing(root)
    if absent:
        raise UserError(" ".join(absent))
    if subjects is not None:
        raise UserError("TACO does not publish who was recorded, so it can't be imported by subject.")
    fields, official = files.mano_fields(mano), _official(root)

    @lru_cache
    def meshes(number):
        return released.metric_object(os.path.join(root, "Object_Models", f"{number}_cm.obj"), CENTIMETRE)

    for triplet, recording in _recordings(root):
        part = official.get(recording)
        if part is None:
            warnings.warn(f"“{recording}” is left out: TACO's split does not name it.", stacklevel=2)
            continue
        coarse = part.split("_")[0]
        done = all(f"{triplet}/{recording}/{role}" in skip for role in ("tool", "target"))
        if done or split not in (None, part, coarse):
            continue
        for sequence in _recorded(root, triplet, recording, coarse, meshes, fields):
            doubt = released.doubt(sequence)
            if doubt:
                warnings.warn(doubt, stacklevel=2)
            elif sequence.name not in skip:
                yield sequence
