"""Characters for tests: two arms and hands of a person's size, with the names, rolls, scales and tails of real rigs."""

import math

import bpy
from mathutils import Matrix, Vector
import numpy as np

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
SPREAD = {"index": 0.03, "middle": 0.008, "ring": -0.014, "pinky": -0.034}


def joints(side, curled=0.3, size=1.1):
    """Where joints are, {part: (3,)}: the character stands at the origin and faces -Y, its arms out, palms down.

    side "LEFT" is at +X. curled: by how much each phalanx is bent at rest, radians. "end of index": fingertips.
    """
    points = {"upper_arm": (0.18, 0, 1.4), "forearm": (0.46, 0.02, 1.38), "wrist": (0.72, 0.0, 1.37)}
    wrist = np.array(points["wrist"])
    for finger in FINGERS[1:]:
        at, turn, length = wrist + size * np.array([0.095, -SPREAD[finger], 0]), 0.0, 0.042
        for number in (1, 2, 3):
            points[f"{finger}{number}"] = at
            turn += curled * (0.7, 1.2, 1.0)[number - 1]
            at = at + size * length * np.array([math.cos(turn), -0.6 * SPREAD[finger], -math.sin(turn)])
            length *= 0.7
        points[f"end of {finger}"] = at
    at = wrist + size * np.array([0.025, -0.03, -0.01])
    for number, way in enumerate(((0.7, -0.65, -0.25), (0.85, -0.45, -0.3), (0.95, -0.3, -0.2)), 1):
        points[f"thumb{number}"] = at
        at = at + size * 0.034 * np.array(way)
    points["end of thumb"] = at
    flip = np.array([1 if side == "LEFT" else -1, 1, 1])
    return {part: np.array(point) * flip for part, point in points.items()}


def names(scheme, side):
    """The bones' names by part in a naming scheme, written out."""
    letter, word, small = {"LEFT": ("L", "Left", "l"), "RIGHT": ("R", "Right", "r")}[side]
    if scheme in ("rigify", "deform"):
        fingers = {f"{f}{n}": f"{'' if f == 'thumb' else 'f_'}{f}.0{n}.{letter}" for f in FINGERS for n in (1, 2, 3)}
        arm = {"upper_arm": f"upper_arm.{letter}", "forearm": f"forearm.{letter}"}
        found = arm | {"wrist": f"hand.{letter}"} | fingers
        return {part: "DEF-" * (scheme == "deform") + name for part, name in found.items()}
    if scheme == "mixamo":
        fingers = {f"{f}{n}": f"mixamorig:{word}Hand{f.title()}{n}" for f in FINGERS for n in (1, 2, 3)}
        return {"upper_arm": f"mixamorig:{word}Arm", "forearm": f"mixamorig:{word}ForeArm",
                "wrist": f"mixamorig:{word}Hand", **fingers}  # fmt: skip
    if scheme == "unreal":
        fingers = {f"{f}{n}": f"{f}_0{n}_{small}" for f in FINGERS for n in (1, 2, 3)}
        return {"upper_arm": f"upperarm_{small}", "forearm": f"lowerarm_{small}", "wrist": f"hand_{small}"} | fingers
    return {part: f"bone {number} {small}" for number, part in enumerate(joints(side)) if not part.startswith("end")}


def character(
    scheme, place=Matrix(), seed=0, unit=1.0, tails="along", arms=True, connected=True, modes=("QUATERNION",)
):  # fmt: skip
    """An armature object with two arms.

    place: the object's matrix; unit: of its bones in metres, made up for by the object's scale; seed: of random rolls
    tails: "along" the bone; "end bones" hang on the fingers, too; "aside": bones point anywhere, as after an FBX import
    """
    rng = np.random.default_rng(seed)
    thing = bpy.data.objects.new("Hero", bpy.data.armatures.new("Hero"))
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.view_layer.objects.active = thing
    bpy.ops.object.mode_set(mode="EDIT")
    bones = thing.data.edit_bones
    root = bones.new("spine")
    root.head, root.tail = (0, 0, 1 / unit), (0, 0, 1.4 / unit)
    for side in ("LEFT", "RIGHT"):
        at, called = joints(side), names(scheme, side)
        for part, name in called.items():
            if not arms and part in ("upper_arm", "forearm"):
                continue
            bone = bones.new(name)
            after = following(part)
            along = at[after] - at[part]
            if tails == "aside":
                along = 0.03 * rng.normal(size=3)
            bone.head, bone.tail = at[part] / unit, (at[part] + along) / unit
            bone.roll = rng.uniform(-3, 3)
            above = {"upper_arm": "spine", "forearm": "upper_arm", "wrist": "forearm"}.get(part)
            above = above or (f"{part[:-1]}{int(part[-1]) - 1}" if part[-1] != "1" else "wrist")
            bone.parent = bones.get(called.get(above, above)) or root
            bone.use_connect = connected and tails != "aside" and part[-1] in "23m" and part != "upper_arm"
            if tails == "end bones" and part.endswith("3"):
                end = bones.new(f"{name} end")
                end.head, end.tail, end.parent = bone.tail, bone.tail + Vector((0, 0, 0.02 / unit)), bone
                bone.tail = bone.head + Vector(rng.normal(size=3) * 0.02 / unit)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in thing.pose.bones:
        bone.rotation_mode = modes[rng.integers(len(modes))]
    thing.matrix_world = place @ Matrix.Scale(unit, 4)
    bpy.context.view_layer.update()
    return thing


def following(part):
    """The joint that a part points to."""
    if part in ("upper_arm", "forearm", "wrist"):
        return {"upper_arm": "forearm", "forearm": "wrist", "wrist": "middle1"}[part]
    finger, number = part[:-1], int(part[-1])
    return f"end of {finger}" if number == 3 else f"{finger}{number + 1}"
