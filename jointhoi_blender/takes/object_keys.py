"""The object's keys: whatever its parent, scale, rotation mode or earlier animation, it moves as the clip says."""

import bpy
from mathutils import Matrix
import numpy as np

from .. import seam
from ..scene.request import TRANSFORMS
from . import attach, keys, resample

ROTATIONS = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}  # any other mode: rotation_euler
SHEARED = 1e-5  # relative error above which location, rotation and scale cannot express a matrix


def key_object(object, bag, frames, world, parents=None):
    """Keys `object` so that it stands at world (n, 4, 4) at the integer frames (n,). Before them it does what it did.

    parents (n, 4, 4): what `parent_matrices` would find, where that is known.
    Raises Sheared where an unevenly scaled parent would need keys that Blender does not have.
    """
    local = resample.inverses(parent_matrices(object, frames) if parents is None else parents) @ world
    curves = transform_curves(object, local)
    group = keys.new_group(bag, "Object Transforms")
    strips = len(object.animation_data.nla_tracks) > 0  # may move what nothing here would otherwise hold
    for path in TRANSFORMS:
        current = np.atleast_1d(np.array(getattr(object, path), np.float64))
        for index in range(len(current)):
            curve = bag.fcurves.find(path, index=index)
            if curve is None and path not in curves and not (strips and path.startswith("delta")):
                continue
            if curve is not None and curve.mute:
                bag.fcurves.remove(curve)
                curve = None
            if curve is None:
                curve = bag.fcurves.new(path, index=index)
                curve.group = group
            else:
                truncate(curve, frames[0])
            values = (curves[path][:, index] if path in curves else current[index : index + 1]).astype(np.float32)
            if np.ptp(values) == 0:
                values = values[:1]
            keys.fill(curve, np.stack([frames[: len(values)], values], -1))


class Sheared(Exception):
    """The motion needs a shear that changes over time."""


def parent_matrices(object, frames):
    """What stands between the object's own transform and the world at each frame: (n, 4, 4) float64."""
    scene = bpy.context.scene
    if object.parent is None:
        return np.tile(np.eye(4), (len(frames), 1, 1))
    if not moves(object):
        return np.tile(parent_matrix(object), (len(frames), 1, 1))
    frame, subframe = scene.frame_current, scene.frame_subframe
    try:
        matrices = []
        for each in frames:
            scene.frame_set(int(each))
            matrices.append(parent_matrix(object))
        return np.stack(matrices)
    finally:
        scene.frame_set(frame, subframe=subframe)


def parent_matrix(object):
    """What stands between the object's own transform and the world now: (4, 4) float64."""
    evaluated = object.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array(evaluated.matrix_world, np.float64) @ np.linalg.inv(np.array(evaluated.matrix_basis, np.float64))


def moves(object, carrier=None):
    """Whether what `object` hangs on, up to `carrier`, may be elsewhere in another frame."""
    while object.parent:
        parent = object.parent
        if object.parent_type != "OBJECT":
            return True
        if parent == carrier:
            return False
        if parent.animation_data or parent.constraints or parent.rigid_body:
            return True
        object = parent
    return False


def transform_curves(object, local):
    """The object's location, rotation in its own mode, and scale, that give local (n, 4, 4): {path: (n, k) float64}.

    They start at the values that the object has, and turn without jumps. Raises Sheared.
    """
    delta = np.array(object.matrix_basis, np.float64)[:3, :3] @ np.linalg.inv(_own_linear(object))
    delta_scale = np.array(object.delta_scale)
    signs = np.where(np.array(object.scale) * delta_scale < 0, -1, 1)
    linear = local[:, :3, :3]
    scale = np.linalg.norm(linear, axis=1) * signs
    rotation = linear / scale[:, None]
    off = rotation.transpose(0, 2, 1) @ rotation - np.eye(3)
    if not abs(off).max() <= SHEARED:  # nor where a parent has shrunk to nothing
        raise Sheared
    turns = [Matrix(turn).to_quaternion() for turn in np.linalg.inv(delta) @ rotation]
    path = ROTATIONS.get(object.rotation_mode, "rotation_euler")
    return {
        "location": local[:, :3, 3] - np.array(object.delta_location),
        path: np.array(in_mode(object, turns), np.float64),
        "scale": _steady(scale / delta_scale, np.array(object.scale)),
    }


def _own_linear(object):
    """Rotation and scale of the object without its delta rotation: (3, 3), such that matrix_basis = delta @ this."""
    if object.rotation_mode == "QUATERNION":
        turn = object.rotation_quaternion.normalized().to_matrix()
    elif object.rotation_mode == "AXIS_ANGLE":
        angle, *axis = object.rotation_axis_angle
        turn = Matrix.Rotation(angle, 3, axis) if any(axis) else Matrix.Identity(3)
    else:
        turn = object.rotation_euler.to_matrix()
    return np.array(turn, np.float64) * (np.array(object.scale) * np.array(object.delta_scale))


def _steady(scale, current):
    """Scale that does not change by more than rounding stays at exactly what the user set."""
    factor = scale / current
    return np.tile(current, (len(scale), 1)) if abs(factor - 1).max() < 1e-5 else scale


def in_mode(object, turns):
    """Quaternions in the object's rotation mode, each as near as can be to the one before, the first to its own."""
    values = []
    if object.rotation_mode == "QUATERNION":
        before = object.rotation_quaternion.normalized()
        for turn in turns:
            before = -turn if before.dot(turn) < 0 else turn
            values.append(before)
    elif object.rotation_mode == "AXIS_ANGLE":
        before = np.array(object.rotation_axis_angle)
        before[1:] /= np.linalg.norm(before[1:]) or 1
        for turn in turns:
            axis, angle = turn.to_axis_angle()
            before = _near_axis_angle(np.array(axis), angle, before)
            values.append(before)
    else:
        before = object.rotation_euler
        for turn in turns:
            before = turn.to_euler(object.rotation_mode, before)
            values.append(before)
    return values


def _near_axis_angle(axis, angle, before):
    """(angle, x, y, z) of a rotation, with the axis on the side of the one before and the angle unwrapped."""
    if abs(np.sin(angle / 2)) < 1e-6:  # no rotation has no axis of its own
        axis = before[1:] if before[1:].any() else np.array([0.0, 0.0, 1.0])
        angle = 0.0
    elif axis @ before[1:] < 0:
        axis, angle = -axis, -angle
    angle += 2 * np.pi * np.round((before[0] - angle) / (2 * np.pi))
    return np.array([angle, *axis])


def truncate(curve, start):
    """Ends an f-curve before the frame `start`; up to there it keeps its keys, and its values exactly.

    A stretch that moves right up to `start` gets a key on each of its frames, for the keys that shaped it are gone.
    """
    points = curve.keyframe_points
    coordinates = np.empty(2 * len(points), np.float32)
    points.foreach_get("co", coordinates)
    key_frames = coordinates[::2]
    kept = int((key_frames < start - 1e-4).sum())
    shaped = len(curve.modifiers) > 0 or curve.extrapolation != "CONSTANT"  # moves where it has no keys
    first = bpy.context.scene.frame_start if shaped else int(np.floor(key_frames[kept - 1])) + 1 if kept else start
    frames = np.arange(min(first, start), start)
    if not shaped and kept == len(points):
        frames = frames[:0]
    values = [curve.evaluate(frame) for frame in frames]
    for modifier in list(curve.modifiers):
        curve.modifiers.remove(modifier)
    while len(points) > (0 if shaped else kept):
        points.remove(points[-1], fast=True)
    if len(points):
        points[-1].interpolation = "LINEAR" if len(frames) else "CONSTANT"
    curve.extrapolation = "CONSTANT"
    if len(frames):
        keys.fill(curve, np.stack([frames, values], -1))
    curve.update()


def carry(object, bag, frames, world, name, collection):
    """What key_object can't do, by a Child Of constraint: the object holds still, an empty moves it.

    frames (n,), world (n, 4, 4) as there. The empty is linked to `collection`; constraint and empty are called `name`.
    Raises UserError where an unevenly scaled parent moves by itself.
    """
    try:
        key_object(object, bag, frames, np.tile(world[0], (len(frames), 1, 1)))
    except Sheared:
        raise seam.UserError(
            f"“{object.name}” hangs on the moving, unevenly scaled “{object.parent.name}”; apply the parent's scale, "
            "or clear the parent and keep the transformation, then generate again.",
            "mesh",
        ) from None
    place = np.eye(4)
    place[:3, 3] = world[0, :3, 3]
    empty = bpy.data.objects.new(name, None)
    empty.empty_display_size = 0.05
    empty.rotation_mode = "QUATERNION"
    empty["place"] = place[:3, 3].tolist()
    attach.adopt(collection, empty)
    keys.new_action(name, empty)
    key_object(empty, keys.channels(empty.animation_data), frames, world @ np.linalg.inv(world[0]) @ place)
    constraint = attach.constrain(object, name, empty)
    path = f'constraints["{bpy.utils.escape_identifier(constraint.name)}"].influence'
    group = keys.new_group(bag, "Object Transforms")
    keys.write(bag, path, np.array([frames[0] - 1, frames[0]]), [0, 1], group, keys.CONSTANT)
