"""GRAB (Taheri et al., ECCV 2020): recordings of ten people using 51 objects, at 120 frames a second.

Layout of a user's copy, as grab/unzip_grab.py of the owners leaves it:

    grab/s1 ... s10/{object}_{action}_{n}.npz               one recording
    tools/object_meshes/contact_meshes/{object}.ply         metres
    tools/subject_meshes/{gender}/s1_lhand.ply, s1_rhand.ply   the person's own hands, in the place of MANO's mean

What must not be missed: an object is posed with row vectors, verts @ R + t, so its rotation is the transpose of the
stored one; hands are posed with 24 PCA components of the user's MANO about the flat hand, of which `fullpose` is the
product; `transl` is not where the wrist joint is; the world is +Z up. Both hands are always recorded: those that touch
the object, by the data set's own contact labels, take part.
"""

import glob
import os
import re

import numpy as np
from scipy.spatial.transform import Rotation

from . import files
from .sequence import Sequence
from .wording import captions

CREDIT = ("GRAB: Taheri, Ghorbani, Black and Tzionas, ECCV 2020, grab.is.tue.mpg.de; objects from ContactDB "
          "(Brahmbhatt et al., CVPR 2019). Non-commercial scientific research only.")  # fmt: skip
FPS = 120.0
TEST = ("s10",)
SHARE = 0.1  # seconds for which a hand must touch the object to take part

# `contact.object` names the body part that touches each of the object's vertices: the wrist and the fifteen joints.
LEFT_LABELS = (21, *range(26, 41))
RIGHT_LABELS = (22, *range(41, 56))

ACTIONS = {"offhand": "hand over", "on": "switch on", "switchON": "switch on", "off": "switch off",
           "switchOFF": "switch off", "takepicture": "take picture"}  # fmt: skip
OBJECTS = {"alarmclock": "alarm clock", "coffeemug": "coffee mug", "fryingpan": "frying pan", "piggybank": "piggy bank",
           "gamecontroller": "game controller", "lightbulb": "light bulb", "rubberduck": "rubber duck",
           "stanfordbunny": "stanford bunny", "waterbottle": "water bottle", "wineglass": "wine glass"}  # fmt: skip
SOLIDS = re.compile("(cube|cylinder|pyramid|sphere|torus)(large|medium|middle|small)")


def object_noun(name):
    """cubelarge -> cube, fryingpan -> frying pan, mug -> mug"""
    solid = SOLIDS.fullmatch(name)
    return solid.group(1) if solid else OBJECTS.get(name, name)


def place(root):
    """The folder that holds `grab` and `tools`: root itself, or one level off; None where there is none."""
    for folder in (root, os.path.join(root, "GRAB"), os.path.dirname(os.path.abspath(root))):
        if os.path.isdir(os.path.join(folder, "grab")):
            return folder
    return None


def recordings(folder):
    """[(name, path)] of all recordings, in the order of people and names."""
    found = glob.glob(os.path.join(glob.escape(folder), "grab", "s*", "*.npz"))
    names = [(re.fullmatch(r"s(\d+)", os.path.basename(os.path.dirname(path))), path) for path in found]
    return [(f"{who.group(0)}/{os.path.basename(path)[:-4]}", path)
            for who, path in sorted((n for n in names if n[0]), key=lambda n: (int(n[0].group(1)), n[1]))]  # fmt: skip


def missing(root):
    """What an import needs of the data set and is not there, as sentences."""
    folder, lines = place(root), []
    if folder is None:
        lines.append(f"There is no folder 'grab' in '{root}'. Give the folder that holds GRAB's 'grab' and 'tools'.")
        return lines
    if not recordings(folder):
        lines.append(f"There are no recordings, s1/*.npz to s10/*.npz, in '{os.path.join(folder, 'grab')}'. Unpack "
                     "GRAB's grab__s1.zip to grab__s10.zip with the owners' unzip_grab.py.")  # fmt: skip
    for part, name, what in (("tools/object_meshes/contact_meshes", "*.ply", "object meshes"),
                             ("tools/subject_meshes", "*/s*_?hand.ply", "people's own hands")):  # fmt: skip
        if not glob.glob(os.path.join(glob.escape(os.path.join(folder, part)), name)):
            lines.append(f"There are no {what}, {name}, in '{os.path.join(folder, part)}'. Unpack them from the "
                         "tools of GRAB's download.")  # fmt: skip
    return lines


def sequences(root, mano, split=None, subjects=None, skip=()):
    """GRAB's recordings -> iterator of Sequence. split "train" (s1 to s9) or "test" (s10), as Text2HOI; None for all.

    subjects: names such as "s1"; skip: sequences' names. Raises UserError for a file that can't be used.
    """
    folder, fields = place(root), files.mano_fields(mano)
    for name, path in recordings(folder):
        who = name.split("/")[0]
        mine = "test" if who in TEST else "train"
        if split in (None, mine) and (subjects is None or who in subjects) and name not in skip:
            yield read(path, name, mine, folder, fields)


def hands_that_touch(labels, fps=FPS):
    """(2,) bool from `contact.object` (T, V): the left and the right hand, touching for SHARE seconds in all."""
    table = np.zeros((2, 256), bool)
    table[0, list(LEFT_LABELS)], table[1, list(RIGHT_LABELS)] = True, True
    labels = np.asarray(labels)
    return np.array([table[side][labels.astype(np.uint8)].any(1).sum() >= SHARE * fps for side in (0, 1)])


def finger_pose(params, fields):
    """(T, 45) axis-angle relative to the flat hand: `fullpose`, or the PCA components that it is the product of."""
    if "fullpose" in params:
        return files.numbers(params["fullpose"], (None, 45), "fullpose")
    pca = np.asarray(params["hand_pose"], np.float64)
    return pca @ fields["hands_components"][: pca.shape[1]]


def read(path, name, split, folder, fields):
    """One recording -> Sequence."""
    stored = files.read_npz(path, ("gender", "sbj_id", "obj_name", "motion_intent", "framerate", "lhand", "rhand",
                                   "object", "contact"))  # fmt: skip
    person, gender, thing = (os.path.basename(str(stored[key])) for key in ("sbj_id", "gender", "obj_name"))
    tools = os.path.join(folder, "tools")
    vertices, faces = files.read_mesh(os.path.join(tools, "object_meshes", "contact_meshes", f"{thing}.ply"))
    template = np.stack([files.read_mesh(os.path.join(tools, "subject_meshes", gender, f"{person}_{letter}hand.ply"))[0]
                         for letter in "lr"])  # fmt: skip

    def build():
        params = stored["object"]["params"]
        translation = files.numbers(params["transl"], (None, 3), "object's transl")
        turn = Rotation.from_rotvec(files.numbers(params["global_orient"], translation.shape, "object's global_orient"))
        rotation, places = np.empty((len(translation), 2, 16, 3, 3)), np.empty((len(translation), 2, 3))
        for side, key in enumerate(("lhand", "rhand")):
            params = stored[key]["params"]
            pose = np.concatenate([files.numbers(params["global_orient"], translation.shape, f"{key}'s global_orient"),
                                   finger_pose(params, fields[side])], 1)  # fmt: skip
            rotation[:, side] = Rotation.from_rotvec(pose.reshape(-1, 3)).as_matrix().reshape(-1, 16, 3, 3)
            wrist = files.wrist(fields[side], np.zeros(10), template[side])
            places[:, side] = files.numbers(params["transl"], translation.shape, f"{key}'s transl") + wrist
        active = hands_that_touch(stored["contact"]["object"], float(stored["framerate"]))
        hands = "both" if active.all() else "left" if active[0] else "right"
        verb, noun = ACTIONS.get(str(stored["motion_intent"]), str(stored["motion_intent"])), object_noun(thing)
        return Sequence(
            name=name, split=split, fps=float(stored["framerate"]), object_name=noun, vertices=vertices, faces=faces,
            object_translation=translation, object_rotation=turn.as_matrix().transpose(0, 2, 1),
            articulation=np.zeros(len(translation)), hand_translation=places, hand_rotation=rotation,
            betas=np.zeros((2, 10)), active=active, up=np.array([0.0, 0.0, 1.0]), action=verb, hands=hands,
            captions=captions(verb, noun, hands), template=template,
        )  # fmt: skip

    return files.checked(path, build)
