"""ARCTIC (Fan et al., CVPR 2023): two hands using eleven hinged objects, at 30 frames a second.

Layout of a user's copy, arctic_data/data of the owners' download, and the texts that Text2HOI's authors published:

    raw_seqs/s01/box_grab_01.mano.npy      {"left", "right"}: rot, pose, trans, shape
    raw_seqs/s01/box_grab_01.object.npy    (F, 7): angle of the hinge, rotation as axis-angle, translation in mm
    meta/object_vtemplates/box/mesh.obj    mm; parts.json: for each vertex 0 = top, 1 = bottom
    description/s01/box_grab_01/description.txt   lines such as "42-62 grasp, both hands": frames counted from 1, the
                                                  last included; beside raw_seqs or up to four folders above it

What must not be missed: the owners' code takes part 0 for the top, though their page says 1; the top turns about
(0, 0, -1) through the object's origin before the whole turns; fingers are relative to MANO's mean pose, not to the flat
hand; `trans` is not where the wrist joint is; left hands were fitted in the left MANO as it was released, x of its
shape directions with the wrong sign, so that shape is part of the recording (it goes into the left hand's template).
Up is +Z: nothing published says so, but those who simulate it lift along +Z.
"""

import glob
import json
import os
import re

import numpy as np
from scipy.spatial.transform import Rotation

from ..seam import UserError
from . import files
from .sequence import Sequence
from .wording import captions

CREDIT = ("ARCTIC: Fan, Taheri, Tzionas, Kocabas, Kaufmann, Black and Hilliges, CVPR 2023, arctic.is.tue.mpg.de; texts "
          "of Text2HOI (Cha et al., CVPR 2024). Non-commercial scientific research only.")  # fmt: skip
FPS = 30.0
TEST = ("s10",)
SHORTEST = 20  # frames; shorter actions are left out, as in Text2HOI
TOP = 0  # in parts.json
AXIS = np.array([0.0, 0.0, -1.0])
FLIP = np.array([-1.0, 1.0, 1.0])[:, None]
ACTIONS = {"grasp": "grab", "operate": "use"}
OBJECTS = {"capsulemachine": "capsule machine", "espressomachine": "espresso machine", "waffleiron": "waffle iron"}
LINE = re.compile(r"\s*(\d+)-(\d+)\s+([^,]+?)\s*,\s*(left|right|both)\b")


def place(root):
    """The folder that holds `raw_seqs`: root, one below it, or the one above; None where there is none."""
    inside = ("", "data", "arctic_data/data", "unpack/arctic_data/data", "data/arctic_data/data", "downloads/data")
    for folder in [os.path.join(root, *part.split("/")) for part in inside] + [os.path.dirname(os.path.abspath(root))]:
        if os.path.isdir(os.path.join(folder, "raw_seqs")):
            return folder
    return None


def texts(folder):
    """The folder `description`, beside raw_seqs or up to four levels above; None where there is none."""
    above = os.path.abspath(folder)
    for _ in range(5):
        if os.path.isdir(os.path.join(above, "description")):
            return os.path.join(above, "description")
        above = os.path.dirname(above)
    return None


def recordings(folder):
    """[(name, path of its .mano.npy)] such as ("s01/box_grab_01", ...), in order."""
    paths = sorted(glob.glob(os.path.join(glob.escape(folder), "raw_seqs", "s*", "*.mano.npy")))
    return [(f"{os.path.basename(os.path.dirname(path))}/{os.path.basename(path)[: -len('.mano.npy')]}", path)
            for path in paths]  # fmt: skip


def missing(root):
    """What an import needs of the data set and is not there, as sentences."""
    folder, lines = place(root), []
    if folder is None:
        lines.append(f"There is no folder 'raw_seqs' in '{root}'. Give ARCTIC's arctic_data/data, which holds "
                     "'raw_seqs' and 'meta'.")  # fmt: skip
        return lines
    if not recordings(folder):
        lines.append(f"There are no recordings, s01/*.mano.npy and so on, in '{os.path.join(folder, 'raw_seqs')}'. "
                     "Download ARCTIC's raw_seqs.")  # fmt: skip
    if not glob.glob(os.path.join(glob.escape(folder), "meta", "object_vtemplates", "*", "mesh.obj")):
        inside = os.path.join(folder, "meta", "object_vtemplates")
        lines.append(f"There are no object meshes, */mesh.obj, in '{inside}'. "
                     "Download ARCTIC's meta.")  # fmt: skip
    if texts(folder) is None:
        lines.append(f"There is no folder 'description' in '{folder}' or above it. Download Text2HOI's text "
                     "descriptions of ARCTIC, linked from github.com/JunukCha/Text2HOI, to there.")  # fmt: skip
    return lines


def actions(path):
    """description.txt -> [(first, end, verb, hands)]: frames [first, end) counted from 0, too short ones left out."""
    found = []
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            match = LINE.match(line)
            if not match:
                raise UserError(f"Line {number} of '{path}', {line.strip()!r}, is not of the form "
                                "'42-62 grasp, both hands'.")  # fmt: skip
            first, last = int(match[1]) - 1, int(match[2])
            if first >= 0 and last - first >= SHORTEST:
                found.append((first, last, match[3].strip().lower(), match[4]))
    return found


def sequences(root, mano, split=None, subjects=None, skip=()):
    """ARCTIC's described actions -> iterator of Sequence. split "train" or "test" (s10), as Text2HOI; None for all.

    subjects: names such as "s01"; skip: sequences' names. Recordings without a description are left out. Raises
    UserError for a file that can't be used.
    """
    folder, fields = place(root), files.mano_fields(mano)
    described = texts(folder)
    for name, path in recordings(folder):
        who = name.split("/")[0]
        mine = "test" if who in TEST else "train"
        description = os.path.join(described, *name.split("/"), "description.txt")
        if split not in (None, mine) or (subjects is not None and who not in subjects):
            continue
        if not os.path.isfile(description):
            continue
        wanted = [(f"{name}/{a[0] + 1}-{a[1]}-{a[3]}", a) for a in actions(description)]
        wanted = [(title, action) for title, action in wanted if title not in skip]
        if wanted:
            whole = recording(path, folder, fields)
            yield from (cut(whole, title, mine, *action) for title, action in wanted if action[0] < whole["frames"])


def object_mesh(folder):
    """meta/object_vtemplates/{object} -> vertices (V, 3) metres, faces (F, 3), moving (F,) bool: the top's faces."""
    vertices, faces = files.read_mesh(os.path.join(folder, "mesh.obj"))
    path = os.path.join(folder, "parts.json")

    def top():
        with open(path, encoding="utf-8") as file:
            return files.numbers(json.load(file), (len(vertices),), "list of parts") == TOP

    return vertices / 1000.0, faces, files.checked(path, top)[faces].sum(1) >= 2


def recording(path, folder, fields):
    """One recording as the arrays that its Sequences are cut from."""
    thing = os.path.basename(path).split("_")[0]
    vertices, faces, moving = object_mesh(os.path.join(folder, "meta", "object_vtemplates", thing))
    hands = files.read_npy(path)
    posed_path = path[: -len(".mano.npy")] + ".object.npy"
    posed = files.checked(posed_path, lambda: files.numbers(files.read_npy(posed_path), (None, 7), "array"))

    def build():
        frames = len(posed)
        rotation, places = np.empty((frames, 2, 16, 3, 3)), np.empty((frames, 2, 3))
        betas, template = np.empty((2, 10)), np.stack([field["v_template"] for field in fields])
        for side, key in enumerate(("left", "right")):
            params = hands[key]
            pose = np.concatenate([files.numbers(params["rot"], (frames, 3), f"{key} rot"),
                                   files.numbers(params["pose"], (frames, 45), f"{key} pose")
                                   + fields[side]["hands_mean"]], 1)  # fmt: skip
            rotation[:, side] = Rotation.from_rotvec(pose.reshape(-1, 3)).as_matrix().reshape(-1, 16, 3, 3)
            betas[side] = files.numbers(params["shape"], (10,), f"{key} shape")
            if side == 0:
                mended = fields[0]["shapedirs"][..., :10]
                template[0] += (mended * FLIP - mended) @ betas[0]
            wrist = files.wrist(fields[side], betas[side], template[side])
            places[:, side] = files.numbers(params["trans"], (frames, 3), f"{key} trans") + wrist
        return {"rotation": rotation, "places": places, "betas": betas, "template": template}

    found = files.checked(path, build)
    angle = posed[:, 0]
    hinge = (np.zeros(3), AXIS, min(0.0, float(angle.min())), max(0.0, float(angle.max())))
    return found | {
        "frames": len(posed), "thing": OBJECTS.get(thing, thing), "vertices": vertices, "faces": faces,
        "moving": moving, "hinge": hinge if moving.any() else None, "angle": angle,
        "turn": Rotation.from_rotvec(posed[:, 1:4]).as_matrix(), "move": posed[:, 4:] / 1000.0,
    }  # fmt: skip


def cut(whole, name, split, first, last, verb, hands):
    """Frames [first, last) of a recording -> Sequence; the hand that the text names takes part."""
    rows = slice(first, last)
    return Sequence(
        name=name, split=split, fps=FPS, object_name=whole["thing"], vertices=whole["vertices"], faces=whole["faces"],
        object_translation=whole["move"][rows], object_rotation=whole["turn"][rows], articulation=whole["angle"][rows],
        hand_translation=whole["places"][rows], hand_rotation=whole["rotation"][rows], betas=whole["betas"],
        active=np.array([hands != "right", hands != "left"]), up=np.array([0.0, 0.0, 1.0]),
        action=ACTIONS.get(verb, verb), hands=hands, captions=captions(verb, whole["thing"], hands),
        hinge=whole["hinge"], moving=whole["moving"], template=whole["template"],
    )  # fmt: skip
