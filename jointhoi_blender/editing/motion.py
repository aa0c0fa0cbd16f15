"""A take's motion as arrays, as Blender evaluates it, and back into keys. Frames first, quaternions w first, float64.

"Armature space" is the hand's armature object's: the world, but for a take that stands beside its object.
"""

from contextlib import contextmanager

import bpy
import numpy as np

from .. import seam
from ..scene.fixed import kept_frame
from ..takes import keys, resample, rig
from ..takes.attach import MARK
from . import curves

TIPS = (3, 6, 9, 12, 15)  # the joints whose bones end in a fingertip


def check(take):
    """Raises UserError where a take can't be edited as it is now."""
    take.check_editable()
    if take.is_strip:
        raise seam.UserError(f"“{take.name}” is in the NLA; press Back from the NLA first, then edit it.")
    if take.is_beside:
        raise seam.UserError(f"“{take.name}” is shown beside its object; show it on the object first, then edit it.")
    if not take.shown:
        raise seam.UserError(f"“{take.name}” is hidden; show it first, then edit it.")
    if not take.hands:
        raise seam.UserError(f"“{take.name}” has no hands any more, so there is nothing to edit.")
    layer = bpy.context.view_layer
    for hand in take.hands.values():
        if hand.name not in layer.objects or not hand.animation_data or not hand.animation_data.action:
            raise seam.UserError(f"The hand “{hand.name}” is not in this view layer or has no keys; undo that first.")
        missing = [name for name in map(hand_bones(hand).__getitem__, range(16)) if name not in hand.data.bones]
        if missing:
            raise seam.UserError(f"The hand “{hand.name}” has no bone “{missing[0]}” any more; undo that first.")


def check_alone(take):
    """Raises UserError where a take's hands share bones or skin with other objects, which would change with them."""
    for hand in take.hands.values():
        for thing in filter(None, (hand, rig.skin_of(hand))):
            other = next((each for each in bpy.data.objects if each.data == thing.data and each != thing), None)
            if other:
                raise seam.UserError(
                    f"“{other.name}” shares its data with the hand “{thing.name}” and would change with it; choose "
                    "Object > Relations > Make Single User > Object & Data for it first."
                )


def side_of(hand):
    """0 for a left hand, 1 for a right one."""
    return seam.SIDES.index(hand[f"{MARK}_side"])


def hand_bones(hand):
    """The names of a hand's 16 bones, in MANO's order."""
    return [rig.bone_name(joint, side_of(hand)) for joint in range(16)]


def sample(frames, read):
    """What read(depsgraph) returns at each of frames (n,), stacked."""
    with kept_frame() as scene:
        found = []
        for frame in frames:
            scene.frame_set(int(np.floor(frame)), subframe=float(frame % 1))
            found.append(read(bpy.context.evaluated_depsgraph_get()))
    return np.stack(found)


def bone_matrices(thing, names):
    """What reads the pose of an armature object's bones in armature space: (len(names), 4, 4)."""

    def read(graph):
        pose = thing.evaluated_get(graph).pose.bones
        return np.array([pose[name].matrix for name in names], np.float64)

    return read


@contextmanager
def edit_bones(thing):
    """The edit bones of an armature object, which is in edit mode for as long as it lasts."""
    layer = bpy.context.view_layer
    active, selected = layer.objects.active, list(bpy.context.selected_objects)
    try:
        for each in selected:
            each.select_set(False)
        layer.objects.active = thing
        bpy.ops.object.mode_set(mode="EDIT")
        yield thing.data.edit_bones
    finally:
        if thing.mode == "EDIT":
            bpy.ops.object.mode_set(mode="OBJECT")
        for each in selected:
            each.select_set(True)
        layer.objects.active = active


def world_matrix(thing):
    """What reads where an object stands: (4, 4)."""
    return lambda graph: np.array(thing.evaluated_get(graph).matrix_world, np.float64)


def rest_matrices(thing, names):
    """The rest pose of bones in armature space: (len(names), 4, 4)."""
    return np.array([thing.data.bones[name].matrix_local for name in names], np.float64)


def rest_points(hand):
    """Heads (16, 3) and fingertips (5, 3) of a hand at rest, in armature space."""
    bones = [hand.data.bones[name] for name in hand_bones(hand)]
    return (np.array([bone.head_local for bone in bones], np.float64),
            np.array([bones[joint].tail_local for joint in TIPS], np.float64))  # fmt: skip


def read_hand(hand, frames):
    """A hand's motion: wrist (n, 3) in armature space; rotation (n, 16, 4), joint 0 there, others to their parent."""
    return motion_of(hand, sample(frames, bone_matrices(hand, hand_bones(hand))))


def motion_of(hand, matrices):
    """The same from the matrices (n, 16, 4, 4) of its bones."""
    names = hand_bones(hand)
    turned = matrices[..., :3, :3] @ np.linalg.inv(rest_matrices(hand, names)[:, :3, :3])
    return matrices[:, 0, :3, 3], to_local(resample.quaternions(turned))


def to_local(turns):
    """Rotations (n, 16, 4) of the joints in armature space -> relative to their parents, signs without jumps."""
    local = turns.copy()
    parents = list(seam.JOINT_PARENTS[1:])
    local[:, 1:] = resample.multiply(resample.conjugate(turns[:, parents]), turns[:, 1:])
    return resample.continuous(local)


def forward(heads, tips, wrist, rotation):
    """Forward kinematics: turns (n, 16, 4) and places (n, 21, 3) of the joints and then the fingertips.

    heads (16, 3), tips (5, 3): the hand at rest; wrist (n, 3); rotation (n, 16, 4)
    """
    turns, places = np.empty_like(rotation), np.empty((len(rotation), 21, 3))
    for joint, parent in enumerate(seam.JOINT_PARENTS):
        if parent < 0:
            turns[:, 0], places[:, 0] = rotation[:, 0], wrist
            continue
        turns[:, joint] = resample.multiply(turns[:, parent], rotation[:, joint])
        places[:, joint] = places[:, parent] + resample.rotate(turns[:, parent], heads[joint] - heads[parent])
    for tip, joint in enumerate(TIPS):
        places[:, 16 + tip] = places[:, joint] + resample.rotate(turns[:, joint], tips[tip] - heads[joint])
    return turns, places


def angles_deg(one, two):
    """The angles between rotations (..., 4), in degrees."""
    between = resample.multiply(resample.conjugate(one), two)
    return np.degrees(2 * np.arctan2(np.linalg.norm(between[..., 1:], axis=-1), abs(between[..., 0])))


def write_hand(hand, frames, wrist, rotation):
    """Keys a hand at every one of frames (n,), in the place of the keys that it has there. Arrays: see `read_hand`."""
    bag = keys.channels(hand.animation_data)
    for name, path, values in rig.hand_channels(hand, side_of(hand), wrist, rotation):
        if path.endswith("quaternion"):
            values = resample.continuous(values)
        curves.key_all(bag, path, frames, values, name)
