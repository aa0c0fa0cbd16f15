"""A hand as a rig: an armature whose bones are MANO's joints, and a mesh skinned to it.

Rest pose = the clip's flat hand with the wrist at the armature's origin. A bone's Y axis points along the finger to the
next joint, and a turn about its +X axis curls the finger towards the palm.
"""

import bpy
from mathutils import Vector
import numpy as np

from .. import seam
from . import attach, keys, resample

SKIN = (0.80, 0.46, 0.34, 1.0)
MATERIAL = "JointHOI Skin"
CONTROL = "JointHOI Control"  # the shape of control bones, see editing/controls.py
BETAS = f"{attach.MARK}_betas"  # a hand's custom property; its directions are beside it and on the skin's vertices


def bone_name(joint, side):
    """ "index1.R": unique in both hands, for readers that know bones by name alone."""
    return f"{seam.JOINT_NAMES[joint]}.{seam.SIDES[side][0]}"


def make_hand(name, collection, rest_vertices, rest_joints, faces, weights, side):
    """Links a new armature object and its skin to `collection` and returns the armature object.

    rest_vertices (V, 3), rest_joints (16, 3) in Blender units with the wrist at the origin; faces (F, 3);
    weights (V, 16); side 0 = left, 1 = right. Bones can only be made in edit mode: the active object changes meanwhile.
    """
    heads, tails, palms = bone_shape(rest_joints, rest_vertices, weights, side)
    rig = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    attach.adopt(collection, rig)
    rig.data.display_type = "STICK"
    layer = bpy.context.view_layer
    active = layer.objects.active
    try:
        layer.objects.active = rig
        bpy.ops.object.mode_set(mode="EDIT")
        bones = rig.data.edit_bones
        for joint, parent in enumerate(seam.JOINT_PARENTS):
            bone = bones.new(bone_name(joint, side))
            bone.head, bone.tail = heads[joint], tails[joint]
            bone.align_roll(Vector(palms[joint]))
            if parent >= 0:
                bone.parent = bones[bone_name(parent, side)]
                bone.use_connect = parent > 0
    finally:
        if rig.mode == "EDIT":
            bpy.ops.object.mode_set(mode="OBJECT")
        layer.objects.active = active
    for bone in rig.pose.bones:
        bone.lock_location = (bone.parent is not None,) * 3
    _make_skin(name, collection, rig, rest_vertices, faces, weights, side)
    return rig


def bone_shape(joints, vertices, weights, side):
    """Heads, tails and palm directions, (16, 3) each.

    A tail is the next joint; the wrist's is the middle finger's first, a fingertip's is on the skin ahead of it. A palm
    direction is where the bone's Z axis should point: for fingers out of the palm, for the thumb across it.
    """
    joints = np.asarray(joints, np.float64)
    tails, palms = np.empty_like(joints), np.empty_like(joints)
    name = {name: joint for joint, name in enumerate(seam.JOINT_NAMES)}
    palm = np.cross(joints[name["index1"]] - joints[0], joints[name["pinky1"]] - joints[0]) * (1 if side else -1)
    for joint, parent in enumerate(seam.JOINT_PARENTS):
        if joint == 0:
            tails[joint] = joints[name["middle1"]]
        elif seam.JOINT_NAMES[joint].endswith("3"):
            tails[joint] = _fingertip(joints[joint], joints[joint] - joints[parent], vertices[weights[:, joint] > 0.5])
        else:
            tails[joint] = joints[joint + 1]
        thumb = seam.JOINT_NAMES[joint].startswith("thumb")
        palms[joint] = joints[name["pinky1"]] - joints[joint] if thumb else palm
    return joints, tails, palms


def _fingertip(joint, along, skin):
    """The middle of the skin (N, 3) that lies farthest from a joint (3,) in the direction `along` (3,)."""
    length = np.linalg.norm(along)
    if not len(skin):
        return joint + 0.8 * along
    reach = (skin - joint) @ along / length
    if reach.max() < 0.1 * length:
        return joint + 0.8 * along
    return skin[reach > 0.9 * reach.max()].mean(0)


def _make_skin(name, collection, rig, vertices, faces, weights, side):
    mesh = bpy.data.meshes.new(f"{name} skin")
    skin = bpy.data.objects.new(f"{name} skin", mesh)
    attach.adopt(collection, skin)
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, np.float32).ravel())
    mesh.loops.add(3 * len(faces))
    mesh.loops.foreach_set("vertex_index", np.ascontiguousarray(faces, np.int32).ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, 3 * len(faces), 3, dtype=np.int32))
    mesh.update(calc_edges=True)
    mesh.shade_smooth()
    mesh.materials.append(_skin_material())
    for joint in range(len(seam.JOINT_NAMES)):
        group = skin.vertex_groups.new(name=bone_name(joint, side))
        column = weights[:, joint]
        whole = np.flatnonzero(column == 1)
        if len(whole):
            group.add(whole.tolist(), 1.0, "REPLACE")
        shared = np.flatnonzero((column > 0) & (column < 1))
        for vertex, weight in zip(shared.tolist(), column[shared].tolist()):
            group.add((vertex,), weight, "REPLACE")
    skin.parent = rig
    skin.modifiers.new("Armature", "ARMATURE").object = rig
    return skin


def keep_shape(rig, vertices, joints, betas, names):
    """Keeps with a hand how it changes by its betas (10,): vertices (V, 3, 10) and joints (16, 3, 10) a unit, names."""
    skin = skin_of(rig).data
    for number in range(vertices.shape[-1]):
        attribute = skin.attributes.new(direction_name(number), "FLOAT_VECTOR", "POINT")
        attribute.data.foreach_set("vector", np.ascontiguousarray(vertices[..., number], np.float32).ravel())
    rig[f"{BETAS}_joints"] = np.ascontiguousarray(joints, np.float64).ravel().tolist()
    rig[f"{BETAS}_names"] = list(names)
    rig[BETAS] = np.asarray(betas, np.float64).tolist()


def direction_name(number):
    """The attribute of a skin's vertices that holds a shape direction; the leading dot hides it from lists."""
    return f".{BETAS}.{number}"


def skin_of(rig):
    """The skin of a hand's armature object, or None where it was deleted."""
    return next((each for each in rig.children if each.type == "MESH" and attach.MARK in each), None)


def _skin_material():
    """The hands' material, shared by all takes of a file."""
    material = bpy.data.materials.get(MATERIAL)
    if material is None or material.library:
        material = bpy.data.materials.new(MATERIAL)
        if material.node_tree is None:  # before 5.0
            material.use_nodes = True
        material.diffuse_color = SKIN
        surface = material.node_tree.nodes["Principled BSDF"].inputs
        surface["Base Color"].default_value = SKIN
        surface["Roughness"].default_value = 0.5
    return material


def key_hand(rig, side, frames, wrist, rotation):
    """Keys a hand made by `make_hand` in a new action.

    frames (n,); wrist (n, 3), the wrist joint in the world, Blender units; rotation (n, 16, 4), quaternions
    (w, x, y, z) without jumps: the wrist's in the world, the others relative to the parent, as in a Clip.
    """
    keys.new_action(rig.name, rig)
    bag = keys.channels(rig.animation_data)
    for name, path, values in hand_channels(rig, side, wrist, rotation):
        keys.write(bag, path, frames, values, keys.new_group(bag, name))


def hand_channels(rig, side, wrist, rotation):
    """The values of a hand's f-curves: yields bone name, data path and values (n, k). Arguments: see `key_hand`."""
    for joint in range(len(seam.JOINT_NAMES)):
        name = bone_name(joint, side)
        bone = rig.data.bones[name]
        rest = resample.quaternions(np.array(bone.matrix_local.to_3x3().normalized()))
        path = f'pose.bones["{name}"]'
        if joint == 0:
            moved = resample.rotate(resample.conjugate(rest), wrist - np.array(bone.head_local))
            yield name, f"{path}.location", moved
        basis = resample.multiply(resample.conjugate(rest), resample.multiply(rotation[:, joint], rest))
        yield name, f"{path}.rotation_quaternion", basis
