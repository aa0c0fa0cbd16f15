"""Which bones of a character are its hands: Rigify, Mixamo and Unreal recognised by their names, others told.

A map is {"LEFT": {"wrist": bone, "index1": bone, ..., "upper_arm": bone, "forearm": bone}, "RIGHT": {...}}; parts are
MANO's joints and the two bones of the arm. What a character doesn't have is left out.
"""

import json

from .. import seam

ARM = ("upper_arm", "forearm")
PARTS = (*ARM, *seam.JOINT_NAMES)
NUMBERED = {name: (name[:-1], int(name[-1])) for name in seam.JOINT_NAMES[1:]}  # "index1": ("index", 1)
WORDS = {"LEFT": ("L", "Left", "l"), "RIGHT": ("R", "Right", "r")}


def _rigify(prefix, arm):
    def name(part, side):
        if part in NUMBERED:
            finger, number = NUMBERED[part]
            return f"{prefix}{'' if finger == 'thumb' else 'f_'}{finger}.0{number}.{WORDS[side][0]}"
        return f"{prefix}{'hand' if part == 'wrist' else part}{arm}.{WORDS[side][0]}"

    return name


def _mixamo(part, side):
    finger, number = NUMBERED.get(part, ("", 0))
    others = {"wrist": "Hand", "upper_arm": "Arm", "forearm": "ForeArm"}
    return WORDS[side][1] + (f"Hand{finger.title()}{number}" if finger else others[part])


def _unreal(part, side):
    finger, number = NUMBERED.get(part, ("", 0))
    word = f"{finger}_0{number}" if finger else {"wrist": "hand", "upper_arm": "upperarm", "forearm": "lowerarm"}[part]
    return f"{word}_{WORDS[side][2]}"


SCHEMES = (
    ("Rigify", _rigify("", "_fk")),  # a generated rig: its FK controls
    ("Rigify", _rigify("", "")),  # a metarig
    ("Rigify", _rigify("DEF-", "")),  # what is left of a generated rig in an exported one
    ("Mixamo", _mixamo),
    ("Unreal", _unreal),
)


def label(part):
    """A part in words: "Index 2"."""
    return f"{NUMBERED[part][0].title()} {NUMBERED[part][1]}" if part in NUMBERED else part.replace("_", " ").title()


def recognise(armature):
    """(what it is, its map) of an armature's bones; ("", {}) where the names say nothing.

    Upper and lower case don't count, nor does what stands before a colon ("mixamorig:LeftHand").
    """
    known = {}
    for name in armature.bones.keys():
        known.setdefault(name.rpartition(":")[2].lower(), name)
    for label, scheme in SCHEMES:
        found = {}
        for side in seam.SIDES:
            names = {part: known.get(scheme(part, side).lower()) for part in PARTS}
            names = {part: name for part, name in names.items() if name}
            if "wrist" in names and sum(part in NUMBERED for part in names) >= 6:
                found[side] = names if all(part in names for part in ARM) else _without_arm(names)
        if found:
            return label, found
    return "", {}


def _without_arm(names):
    return {part: name for part, name in names.items() if part not in ARM}


def check(armature, bones):
    """Raises UserError where a map can't be used for an armature object."""
    whose = f"“{armature.name}”"
    for side, names in bones.items():
        left = side.lower()
        for part, name in names.items():
            if name not in armature.data.bones:
                raise seam.UserError(f"{whose} has no bone “{name}” for the {left} {part}; choose another.")
        if "wrist" not in names:
            raise seam.UserError(f"No bone of {whose} is the {left} wrist; choose one in the list.")
        if len({NUMBERED[part][0] for part in names if part in NUMBERED and part.endswith("1")} - {"thumb"}) < 2:
            raise seam.UserError(
                f"The {left} hand of {whose} needs the first bones of two fingers beside the thumb, to tell where its "
                "palm is; choose them in the list."
            )
        if sum(part in names for part in ARM) == 1:
            raise seam.UserError(f"The {left} arm of {whose} needs both upper arm and forearm, or neither.")


def save(bones, path):
    """Writes a map as JSON."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"jointhoi_bones": bones}, file, indent=2)


def load(path):
    """Reads a map. Raises UserError where the file holds none."""
    try:
        with open(path, encoding="utf-8") as file:
            bones = json.load(file)["jointhoi_bones"]
        good = {
            side: {part: name for part, name in bones[side].items() if part in PARTS and isinstance(name, str) and name}
            for side in seam.SIDES if side in bones
        }  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise seam.UserError(f"{path} holds no list of bones that JointHOI saved ({type(error).__name__}).") from error
    return good
