"""OakInk2 (Zhan et al., "OAKINK2: A Dataset of Bimanual Hands-Object Manipulation in Complex Task Completion", 2024).

    root/anno_preview/{scene}++{sequence}.pkl
    root/program/program_info/{scene}++{sequence}.json, program/desc_info/{scene}++{sequence}.json
    root/object_repair/align_ds/{object}/*.obj, else in object_raw or object_preview; obj_desc.json beside align_ds
    root/split/train.txt, val.txt, test.txt      (asset/split of the owners' repository OakInk2-TaMF)

A pickle holds obj_transf {object: {frame: (4, 4)}}, object to world, and raw_mano {frame: {rh__pose_coeffs (1, 16, 4),
rh__tsl (1, 3), rh__betas (1, 10), lh__...}} as torch tensors, read as data. Quaternions are [w, x, y, z]. The owners'
layer has center_idx=0, so tsl *is* the wrist joint; zero pose is the flat hand. Frames are of the motion capture, 120 a
second (the pictures are 30). All in metres.

program_info names stretches "((first, end), (first, end))" of the left and the right hand, half open, or None for a
hand that does something else, with the objects of each; desc_info says in words what is done. One stretch gives a
Sequence for each object that its hands have and that moves (where none moves, for each that they have).

Inferred: the world is y up, as OptiTrack's is; no document says so, but two public converters turn it that way, and a
pickle in which the camera named allocentric_top looks up instead of down is refused. The numbers of program_info are
taken for frames' numbers (the owners' code counts from the first frame: the same where that is 0). A subject is the
code after "scene_01__".
"""

import ast
from functools import lru_cache, partial
import glob
import json
import os
import warnings

import numpy as np
from scipy.spatial.transform import Rotation

from ..seam import UserError
from . import files, released, tensors
from .sequence import Sequence

CREDIT = (
    "OakInk2: Zhan, Yang, Zhao, Mao, Xu, Lin, Li, Lu, “OAKINK2: A Dataset of Bimanual Hands-Object Manipulation in "
    "Complex Task Completion”, CVPR 2024, https://oakink.net/v2; non-commercial, CC BY-NC-SA (see its dataset card)."
)
FPS = 120.0
SPLITS = ("train", "val", "test")
UP = np.array([0.0, 1.0, 0.0])
MODELS = ("object_repair", "object_raw", "object_preview")
SHORTEST = 80  # frames: what 20 are at 30 a second
UNKNOWN = "?(unk)"


def _split_path(root, split):
    folders = ("split", os.path.join("asset", "split"), os.path.join("OakInk2-TaMF", "asset", "split"))
    places = [os.path.join(root, folder, f"{split}.txt") for folder in folders]
    return next((path for path in places if os.path.isfile(path)), None)


def missing(root):
    """Sentences: what is not where it should be, and where to get it. Empty where all is there."""
    where = "Download it from https://huggingface.co/datasets/kelvin34501/OakInk-v2 and unpack it there."
    sentences = []
    if not glob.glob(os.path.join(glob.escape(str(root)), "anno_preview", "*.pkl")):
        sentences.append(f"There is no anno_preview/*.pkl in '{root}'. {where}")
    for name in ("program_info", "desc_info"):
        if not os.path.isdir(os.path.join(root, "program", name)):
            sentences.append(f"There is no 'program/{name}' in '{root}'. {where}")
    if not any(os.path.isdir(os.path.join(root, name, "align_ds")) for name in MODELS):
        sentences.append(f"There is no 'object_repair/align_ds' or 'object_raw/align_ds' in '{root}'. {where}")
    absent = [f"{split}.txt" for split in SPLITS if _split_path(root, split) is None]
    if absent:
        sentences.append(
            f"There is no {', '.join(absent)} in '{root}/split'. Copy asset/split of the repository "
            "https://github.com/oakink/OakInk2-TaMF to it."
        )
    return sentences


def _official(root):
    """Token "scene++sequence" -> split."""
    found = {}
    for split in SPLITS:
        with open(_split_path(root, split), encoding="utf-8") as file:
            found.update({line.strip().replace("/", "++"): split for line in file if line.strip()})
    return found


def _json(path):
    def read():
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    return files.checked(path, read)


def _stretches(root, token):
    """[((first, end) or None of the left hand, of the right), entry of program_info, sentence or None], in order."""
    programs = os.path.join(root, "program", "program_info", f"{token}.json")
    words_path = os.path.join(root, "program", "desc_info", f"{token}.json")
    program, words = _json(programs), _json(words_path) if os.path.isfile(words_path) else {}

    def spans(key):
        left, right = ast.literal_eval(key)
        return tuple(None if span is None else (int(span[0]), int(span[1])) for span in (left, right))

    said = files.checked(words_path, lambda: {spans(key): entry.get("seg_desc") for key, entry in words.items()})
    keys = files.checked(programs, lambda: [spans(key) for key in program])
    return [(key, entry, said.get(key)) for key, entry in zip(keys, program.values())]


def _names(root):
    """Object -> its name, from the obj_desc.json files."""
    found = {}
    for folder in reversed(MODELS):
        path = os.path.join(root, folder, "obj_desc.json")
        if os.path.isfile(path):
            stored = _json(path)
            found |= files.checked(path, lambda stored=stored: {key: str(stored[key]["obj_name"]) for key in stored})
    return found


def _mesh(root, thing):
    for folder in MODELS:
        place = glob.escape(os.path.join(root, folder, "align_ds", thing))
        for kind in ("obj", "ply"):
            paths = sorted(glob.glob(os.path.join(place, f"*.{kind}")))
            if paths:
                return released.metric_object(paths[0])
    raise UserError(f"There is no mesh of '{thing}' in object_repair/align_ds or object_raw/align_ds of '{root}'. "
                    "Unpack OakInk2's object archives again.")  # fmt: skip


def quaternions(values):
    """(T, 16, 4), the real part first -> (T, 16, 3, 3)."""
    values = np.reshape(values, (-1, 4))
    return Rotation.from_quat(values[:, [1, 2, 3, 0]]).as_matrix().reshape(-1, 16, 3, 3)


def _hand(rows, letter):
    """The rows of raw_mano -> wrist (T, 3), rotation (T, 16, 3, 3), betas (10,) of "lh" or "rh"."""
    wrist = np.array([tensors.numbers(row[f"{letter}__tsl"], 3, f"{letter}__tsl") for row in rows])
    pose = np.array([tensors.numbers(row[f"{letter}__pose_coeffs"], 64, f"{letter}__pose_coeffs") for row in rows])
    some = rows[:: max(1, len(rows) // 9)]  # they are one person's
    betas = [tensors.numbers(row[f"{letter}__betas"], 10, f"{letter}__betas") for row in some]
    return wrist, quaternions(pose), np.median(betas, 0)


def _check_up(stored):
    """Refused where the camera on top looks up: cam_extr takes the world to the camera, which looks along its z."""
    views = stored.get("cam_extr")
    if isinstance(views, dict) and views.get("allocentric_top"):
        view = tensors.numbers(next(iter(tensors.table(views["allocentric_top"], "cam_extr").values())), 16, "cam_extr")
        if view.reshape(4, 4)[2, :3] @ UP > 0.2:
            raise files.Refused("its camera allocentric_top looks up in a world that is y up, so the world is another")


def handled(entry, spans, poses):
    """{object: (2,) bool, the hands that have it} of a stretch: those that move, or all where none does.

    entry of program_info; spans of the two hands; poses {object: (T, 4, 4)} of the objects that are recorded.
    """
    lists = [entry.get(name) or [] if span is not None else []
             for name, span in zip(("obj_list_lh", "obj_list_rh"), spans)]  # fmt: skip
    found = {thing: np.array([thing in have for have in lists]) for have in lists for thing in have if thing in poses}
    return {thing: hands for thing, hands in found.items() if released.moves(poses[thing])} or found


def sentences(action, name, hands, description):
    """The recording's own words first, and what they leave out: the object and the hands."""
    which = "both hands" if hands == "both" else f"the {hands} hand"
    act = f"{action.capitalize()} the {name} with {which}."
    if not description:
        return [act]
    description = description.strip().rstrip(".")
    description = description[:1].upper() + description[1:]
    return [f"{description}.", f"{description} with {which}.", act]


def _wanted(root, token):
    """(index, first, end, spans, entry, sentence) of the stretches that are long enough and known."""
    for index, (spans, entry, words) in enumerate(_stretches(root, token)):
        bounds = [span for span in spans if span is not None]
        first, end = min((span[0] for span in bounds), default=0), max((span[1] for span in bounds), default=0)
        if end - first >= SHORTEST and entry.get("primitive") != UNKNOWN:
            yield index, first, end, spans, entry, words


def _annotation(path):
    """raw_mano and obj_transf of a pickle, as tables by frame and by object and frame."""
    stored = tensors.read_pickle(path)

    def opened():
        whole = tensors.table(stored, "content")
        _check_up(whole)
        things = tensors.table(whole["obj_transf"], "obj_transf")
        return tensors.table(whole["raw_mano"], "raw_mano"), {key: tensors.table(things[key], key) for key in things}

    return files.checked(path, opened)


def _motion(mano, things, frames, entry):
    """Wrists (2, T, 3), rotations (2, T, 16, 3, 3), betas (2, 10), {object: (T, 4, 4)} of the stretch's objects."""
    rows = [tensors.table(mano[frame], "raw_mano") for frame in frames]
    hands = [np.stack(part) for part in zip(*[_hand(rows, letter) for letter in ("lh", "rh")])]
    listed = {*(entry.get("obj_list_lh") or ()), *(entry.get("obj_list_rh") or ())}
    poses = {
        key: np.array([tensors.numbers(thing[frame], 16, key) for frame in frames]).reshape(-1, 4, 4)
        for key, thing in things.items()
        if key in listed and all(frame in thing for frame in frames)
    }
    return *hands, poses


def _recorded(root, token, split, skip, meshes, names, fields):
    """Yields the Sequences of one annotation that are not in `skip`."""
    path = os.path.join(root, "anno_preview", f"{token}.pkl")
    mano, things = _annotation(path)
    for index, first, end, spans, entry, words in _wanted(root, token):
        frames = [frame for frame in sorted(mano) if first <= frame < end]
        if len(frames) < SHORTEST:
            continue
        wrists, rotations, betas, poses = files.checked(path, partial(_motion, mano, things, frames, entry))
        action = str(entry.get("primitive", "use")).replace("_", " ")
        for thing, active in handled(entry, spans, poses).items():
            name, noun, pose = f"{token}/{index}/{thing}", names.get(thing, "object"), poses[thing]
            hands = "both" if active.all() else "left" if active[0] else "right"
            if name in skip:
                continue
            yield Sequence(
                name=name, split=split, fps=FPS, object_name=noun, vertices=meshes(thing)[0], faces=meshes(thing)[1],
                object_translation=pose[:, :3, 3], object_rotation=pose[:, :3, :3], articulation=np.zeros(len(frames)),
                hand_translation=wrists.swapaxes(0, 1), hand_rotation=rotations.swapaxes(0, 1), betas=betas,
                active=active, up=UP, action=action, hands=hands, captions=sentences(action, noun, hands, words),
                template=released.templates(fields, betas),
            )  # fmt: skip


def sequences(root, mano, split=None, subjects=None, skip=()):
    """Yields a Sequence for each stretch of the program and each object handled in it.

    mano is the folder with MANO_LEFT.pkl and MANO_RIGHT.pkl; split "train", "val" or "test"; subjects such as ["A001"];
    skip: sequences' names. What can't be true is left out with a warning. Raises seam.UserError for what is missing or
    damaged.
    """
    absent = missing(root)
    if absent:
        raise UserError(" ".join(absent))
    fields, official, names = files.mano_fields(mano), _official(root), _names(root)

    @lru_cache
    def meshes(thing):
        return _mesh(root, thing)

    for path in sorted(glob.glob(os.path.join(glob.escape(str(root)), "anno_preview", "*.pkl"))):
        token = os.path.basename(path)[:-4]
        who = token.split("++")[0].rpartition("__")[2]
        if subjects is not None and who not in subjects:
            continue
        if token not in official:
            warnings.warn(f"“{token}” is left out: OakInk2's split does not name it.", stacklevel=2)
            continue
        if split in (None, official[token]):
            for sequence in _recorded(root, token, official[token], skip, meshes, names, fields):
                doubt = released.doubt(sequence)
                if doubt:
                    warnings.warn(doubt, stacklevel=2)
                else:
                    yield sequence
