"""Poses of a take that are to stay: read from its rigs as they are now, whoever edited them, and put into another take
exactly.

What they are is said in scene/fixed.py.
"""

import numpy as np

import bpy

from .. import seam
from ..scene import fixed, hinge
from ..scene.request import metres_per_unit, rigid_part
from . import resample, rig

REACH = 6  # scene frames over which the small difference that is left beside a kept frame fades


def poses(take, frames, left=True, right=True):
    """The poses of a take's hands and object in scene frames (n,), as fixed poses counted from its first frame; in
    steps.

    left, right: whether that hand is kept; the object is in any case. Raises UserError.
    """
    if not take.shown or take.is_beside or not take.object:
        raise seam.UserError(f"Show “{take.name}” on its object first, so that its poses can be read.")
    first, last = take.frame_range
    frames = sorted({int(frame) for frame in frames})
    if not frames or frames[0] < first or frames[-1] > last:
        raise seam.UserError(f"“{take.name}” goes from frame {first} to {last}; keep frames in between.")
    kept = fixed.nothing(np.array(frames) - first)
    hands = {side: hand for side, hand in take.hands.items() if (left, right)[seam.SIDES.index(side)]}
    with fixed.kept_frame() as scene:
        metres = metres_per_unit(scene)
        turning = _Turning(scene, take) if take.part else None
        for row, frame in enumerate(frames):
            scene.frame_set(frame)
            graph = bpy.context.evaluated_depsgraph_get()
            matrix = np.array(take.object.evaluated_get(graph).matrix_world, np.float64)
            kept["object_translation"][row] = matrix[:3, 3] * metres
            kept["object_rotation"][row] = rigid_part(matrix)[0]
            kept["object_articulation"][row] = turning.angle(graph) if turning else 0.0
            for side, hand in hands.items():
                number = seam.SIDES.index(side)
                wrist, rotation = pose_of(hand.evaluated_get(graph), number)
                kept["hand_translation"][row, number], kept["hand_rotation"][row, number] = wrist * metres, rotation
            yield True
    kept["given"][:, 2] = True
    kept["given"][:, [seam.SIDES.index(side) for side in hands]] = True
    return kept


def pose_of(hand, side):
    """The wrist (3,) in the world, Blender units, and rotations (16, 3, 3) as in a Clip, of an evaluated rig."""
    world = np.array(hand.matrix_world, np.float64)
    turns = np.empty((16, 3, 3))
    for joint in range(16):
        bone = hand.pose.bones[rig.bone_name(joint, side)]
        rest = np.array(bone.bone.matrix_local, np.float64)[:3, :3]
        turns[joint] = rigid_part(world @ np.array(bone.matrix, np.float64))[0] @ rigid_part(_padded(rest))[0].T
    wrist = np.array(hand.pose.bones[rig.bone_name(0, side)].head, np.float64)
    parents = list(seam.JOINT_PARENTS[1:])
    turns[1:] = turns[parents].transpose(0, 2, 1) @ turns[1:]
    return world[:3, :3] @ wrist + world[:3, 3], turns


def _padded(linear):
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    return matrix


class _Turning:
    """How far a take's part has turned about its hinge since the take's first frame."""

    def __init__(self, scene, take):
        scene.frame_set(take.frame_range[0])
        self.thing, self.part = take.object, take.part
        recipe = take.recipe
        axis, *_ = hinge.resolved(self.thing, self.part, *(recipe.get(name) for name in ("axis", "opens", "closes")))
        graph = bpy.context.evaluated_depsgraph_get()
        turn = rigid_part(np.array(self.thing.evaluated_get(graph).matrix_world, np.float64))[0]
        self.axis = hinge.line(self.part, axis)[1] @ turn
        self.stood = self.relative(graph)

    def relative(self, graph):
        own, part = (
            rigid_part(np.array(each.evaluated_get(graph).matrix_world, np.float64))[0]
            for each in (self.thing, self.part)
        )
        return own.T @ part

    def angle(self, graph):
        w, *vector = resample.quaternions(self.relative(graph) @ self.stood.T)
        return 2 * np.arctan2(np.dot(vector, self.axis), w)


def exactly(kept, place, turn, angle, wrist, hands):
    """A motion at the scene's frames made to agree with fixed poses: exactly in their frames, and smoothly next to
    them.

    place (n, 3), turn (n, 4), angle (n,) of the object; wrist (n, 2, 3), hands (n, 2, 16, 4) in the object's frame,
    metres and quaternions, all changed in place. What the model was told is at its own frames, so little is left to
    change.
    """
    told = {name: np.asarray(kept[name], np.float64) for name in fixed.SHAPES}
    own = resample.quaternions(told["object_rotation"])
    rows = np.flatnonzero(kept["given"][:, 2] & (kept["frames"] < len(place)))
    at = kept["frames"][rows]
    place += faded(at, told["object_translation"][rows] - place[at], len(place))
    angle += faded(at, told["object_articulation"][rows] - angle[at], len(place))
    turn[:] = _turned(at, own[rows], turn)
    place[at], turn[at], angle[at] = told["object_translation"][rows], own[rows], told["object_articulation"][rows]
    for side in (0, 1):
        rows = np.flatnonzero(kept["given"][:, side] & (kept["frames"] < len(place)))
        if not len(rows):
            continue
        at, back = kept["frames"][rows], resample.conjugate(own[rows])
        held = resample.rotate(back, told["hand_translation"][rows, side] - told["object_translation"][rows])
        pose = resample.quaternions(told["hand_rotation"][rows, side])
        pose[:, 0] = resample.multiply(back, pose[:, 0])
        wrist[:, side] += faded(at, held - wrist[at, side], len(place))
        hands[:, side] = _turned(at, pose, hands[:, side])
        wrist[at, side], hands[at, side] = held, pose
    turn[:], hands[:] = resample.continuous(turn), resample.continuous(hands)


def faded(at, values, count, reach=REACH):
    """Values (k, ...) at frames `at` (k,), in order, spread over all of `count` frames: exact there, 0 `reach` frames
    away.

    Between two frames that are near one another they go over from one to the other.
    """
    out = np.zeros((count, *values.shape[1:]))
    if not len(at):
        return out
    frames = np.arange(count)
    after = np.searchsorted(at, frames)
    before, after = np.maximum(after - 1, 0), np.minimum(after, len(at) - 1)
    one, two = np.abs(frames - at[before]), np.abs(at[after] - frames)
    gap = np.where(before != after, np.minimum(one + two, reach), reach)

    def share(away):
        u = np.clip(1 - away / gap, 0, 1)
        return (u * u * (3 - 2 * u)).reshape(-1, *[1] * (values.ndim - 1))

    apart = (before != after).reshape(-1, *[1] * (values.ndim - 1))
    out = share(one) * values[before] + np.where(apart, share(two) * values[after], 0)
    out[at] = values
    return out


def _turned(at, told, turns):
    """Quaternions (n, ..., 4) turned so that at frames `at` they are `told` (k, ..., 4), less and less beside them."""
    off = resample.multiply(told, resample.conjugate(turns[at]))
    off = np.where(off[..., :1] < 0, -off, off)
    length = np.linalg.norm(off[..., 1:], axis=-1, keepdims=True)
    vector = off[..., 1:] * np.where(
        length > 1e-9, 2 * np.arctan2(length, off[..., :1]) / np.maximum(length, 1e-9), 2.0
    )
    vector = faded(at, vector, len(turns))
    angle = np.linalg.norm(vector, axis=-1, keepdims=True)
    scale = np.where(angle > 1e-9, np.sin(angle / 2) / np.maximum(angle, 1e-9), 0.5)
    return resample.multiply(np.concatenate([np.cos(angle / 2), vector * scale], -1), turns)
