"""The hand's size and shape: its mesh and its bones change with the betas, and the grasp is kept.

What a take's hand touches is looked up once, at the shape that it was generated with: points of the skin near the
object, how near they are in each frame, and where. For another shape, wrist and fingers move in each frame so that
these points are where they were: least squares over the wrist's place and turn, each joint's flexion and each finger's
spread. Across the surface a point is held firmly, along it loosely. The pose as it was made is kept with the hand, so
that nothing adds up, however often a slider moves.
"""

from functools import cache
import hashlib

import bpy
from mathutils import Vector
from mathutils.bvhtree import BVHTree
import numpy as np

from .. import seam
from ..scene.request import evaluated_mesh, metres_per_unit, rigid_part
from ..takes import keys, resample, rig
from . import controls, curves, motion, sparse

COUNT = 10
BASE = f"{rig.BETAS}_base"  # the hand's motion before its shape was changed: frames, betas, wrist and rotations
NEAR_MM = 6.0  # at this distance from the object a point of the skin counts for a third of one that touches
MOST_POINTS = 60
ALONG = 0.35  # how firmly a point is held along the surface, beside 1 across it
FREE = 0.02  # weight of the fingertips where nothing is touched
SPREADERS = (1, 4, 7, 10, 13)  # the joints that also turn sideways
STIFF = np.concatenate([np.full(3, 50.0), np.full(3, 0.05), np.full(15, 0.1), np.full(5, 0.05)])  # mm, radians: each
# counts as much as a point that is off by a millimetre
ROUNDS = 4

_grasps = {}  # by hand: (what it was computed from, the grasp); Blender's undo may outdate it, then it is made anew


def has(take):
    """Whether a take's hands know how they change."""
    return all(rig.BETAS in hand and rig.skin_of(hand) for hand in take.hands.values())


def betas(take):
    """The betas (10,) of a take's hands, of the left one where they differ."""
    return list(next(iter(take.hands.values()))[rig.BETAS])


def names(take):
    """What the betas mean, in words."""
    told = list(next(iter(take.hands.values())).get(f"{rig.BETAS}_names", []))
    return [name.capitalize() for name in told] or [f"Shape {number + 1}" for number in range(COUNT)]


def reshape(take, wanted):
    """Gives a take's hands the betas (10,) and keeps the grasp. Raises UserError."""
    motion.check(take)
    motion.check_alone(take)
    controls.check_none(take)
    if not has(take):
        raise seam.UserError(f"“{take.name}” has hands that know no other shape; generate it again to change them.")
    wanted = np.asarray(wanted, np.float64)
    plans, look = [], cache(lambda: _look(take))
    for hand in take.hands.values():
        base = _base(take, hand, look)
        grasp = _grasp(take, hand, base, look)
        vertices, joints = _rest(hand, wanted)
        plans.append((hand, base, vertices, joints, keep_grasp(base, grasp, vertices[grasp["ids"]], joints)))
    for hand, base, vertices, joints, (wrist, rotation) in plans:
        _set_rest(hand, vertices, joints)
        hand[rig.BETAS] = wanted.tolist()
        motion.write_hand(hand, base["frames"], wrist, rotation)
        hand[BASE]["written"] = _fingerprint(hand)
    sparse.forget(take)


# What the hand was before


def _look(take):
    """What Blender shows in each frame: {hand: its bones' matrices (n, 16, 4, 4), "moved": those of what is moved}."""
    hands = list(take.hands.values())
    read = [motion.bone_matrices(hand, motion.hand_bones(hand)) for hand in hands]
    read += [motion.world_matrix(thing) for _, thing in take.moved]
    frames = np.arange(take.frame_range[0], take.frame_range[1] + 1)
    seen = motion.sample(frames, lambda graph: np.concatenate([each(graph).reshape(-1, 4, 4) for each in read]))
    found = {hand: seen[:, 16 * number : 16 * number + 16] for number, hand in enumerate(hands)}
    return found | {"moved": seen[:, 16 * len(hands) :]}


def _base(take, hand, look):
    """The motion that the hand had with the shape that it was made with, or that was edited last.

    {"frames" (n,), "betas" (10,), "wrist" (n, 3), "rotation" (n, 16, 4), "joints" (16, 3), "written": see _fingerprint}
    """
    kept = hand.get(BASE)
    if kept and kept["written"] == _fingerprint(hand) and list(kept["frames"]) == list(take.frame_range):
        kept = kept.to_dict()
    else:
        wrist, rotation = motion.motion_of(hand, look()[hand])
        kept = {"frames": list(take.frame_range), "betas": list(hand[rig.BETAS]), "wrist": wrist.ravel().tolist(),
                "rotation": rotation.ravel().tolist(), "written": _fingerprint(hand)}  # fmt: skip
        hand[BASE] = kept
    frames = np.arange(kept["frames"][0], kept["frames"][1] + 1)
    return {
        "frames": frames,
        "betas": np.array(kept["betas"]),
        "wrist": np.reshape(kept["wrist"], (-1, 3)),
        "rotation": np.reshape(kept["rotation"], (-1, 16, 4)),
        "joints": _rest(hand, np.array(kept["betas"]))[1],
    }


def _fingerprint(owner):
    """Tells whether an owner's keys are what they were."""
    found = [curves.table(curve)[:, :6] for curve in keys.channels(owner.animation_data).fcurves]
    return hashlib.sha1(np.concatenate(found).astype(np.float32).tobytes()).hexdigest()


# The hand at rest


def _rest(hand, wanted):
    """Vertices (V, 3) and joints (16, 3) of the flat hand with betas `wanted` (10,), in armature space."""
    change = wanted - np.array(hand[rig.BETAS])
    skin = rig.skin_of(hand).data
    joints = np.array([hand.data.bones[name].head_local for name in motion.hand_bones(hand)], np.float64)
    directions = np.array(hand[f"{rig.BETAS}_joints"]).reshape(16, 3, -1)
    return _coordinates(skin) + _directions(skin) @ change, joints + directions @ change


def _coordinates(mesh):
    values = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", values)
    return values.reshape(-1, 3).astype(np.float64)


def _directions(mesh):
    """(V, 3, 10)"""
    found = []
    for number in range(COUNT):
        values = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.attributes[rig.direction_name(number)].data.foreach_get("vector", values)
        found.append(values.reshape(-1, 3))
    return np.stack(found, -1).astype(np.float64)


def _weights(hand):
    """How much each bone moves each vertex of the skin: (V, 16)."""
    skin, bones = rig.skin_of(hand), {name: joint for joint, name in enumerate(motion.hand_bones(hand))}
    joint_of = {group.index: bones[group.name] for group in skin.vertex_groups if group.name in bones}
    weights = np.zeros((len(skin.data.vertices), 16))
    for vertex in skin.data.vertices:
        for element in vertex.groups:
            if element.group in joint_of:
                weights[vertex.index, joint_of[element.group]] = element.weight
    return weights


def _set_rest(hand, vertices, joints):
    """Makes vertices (V, 3) and joints (16, 3) the hand's rest."""
    mesh = rig.skin_of(hand).data
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, np.float32).ravel())
    mesh.update()
    heads, tails, palms = rig.bone_shape(joints, vertices, _weights(hand), motion.side_of(hand))
    with motion.edit_bones(hand) as bones:
        for name, head, tail, palm in zip(motion.hand_bones(hand), heads, tails, palms):
            bones[name].head, bones[name].tail = head, tail
            bones[name].align_roll(Vector(palm))


# What it holds


def _grasp(take, hand, base, look):
    """What the hand touches: {"ids" (k,) vertices, "joints" (k,) that move them, "at" (n, k, 3), "normal" (n, k, 3),
    "weight" (n, k)}, the places on the skin at the base's shape, in armature space."""
    made_from = (hand.name, hand[BASE]["wrist"][0], len(base["frames"]),
                 *(_fingerprint(mover) for mover in sparse.movers(take).values()))  # fmt: skip
    known = _grasps.get(hand.session_uid)
    if known and known[0] == made_from:
        return known[1]
    vertices, joints = _rest(hand, base["betas"])
    weights = _weights(hand)
    owner = weights.argmax(1)
    tips = [_tip(vertices, joints, owner, joint) for joint in motion.TIPS]
    ids = np.flatnonzero(weights.max(1) > 0.7)
    ids = np.unique(np.concatenate([ids[:: max(1, len(ids) // 300)], tips]))
    places = _placed(base["wrist"], base["rotation"], joints, vertices[ids], owner[ids])
    nearest, few = _searcher(take, hand, look()["moved"]), np.arange(0, len(places), 6)
    weight = _nearness(nearest(few, places[few])[0])
    chosen = np.argsort(-weight.sum(0))[:MOST_POINTS]
    chosen = np.union1d(chosen[weight[:, chosen].max(0) > 0.2], np.flatnonzero(np.isin(ids, tips)))
    ids, places = ids[chosen], places[:, chosen]
    away, normal = nearest(np.arange(len(places)), places)
    found = {"ids": ids, "joints": owner[ids], "at": places, "normal": normal,
             "weight": _nearness(away) + FREE * np.isin(ids, tips)}  # fmt: skip
    _grasps.clear() if len(_grasps) > 8 else None
    _grasps[hand.session_uid] = made_from, found
    return found


def _tip(vertices, joints, owner, joint):
    """The vertex at a finger's end."""
    own = np.flatnonzero(owner == joint)
    along = joints[joint] - joints[seam.JOINT_PARENTS[joint]]
    return own[(vertices[own] @ along).argmax()]


def _nearness(away):
    """Distances to the surface as weights: 1 on it and inside."""
    return np.exp(-((np.maximum(away, 0) * 1000 * metres_per_unit(bpy.context.scene) / NEAR_MM) ** 2))


def _searcher(take, hand, worlds):
    """What finds the nearest surface of what the take moves, which stands at worlds (n, m, 4, 4).

    It takes indices of frames (f,) and places (f, k, 3) in the hand's armature space, and returns signed distances
    (f, k) and normals (f, k, 3).
    """
    back, trees = np.linalg.inv(np.array(hand.matrix_world, np.float64)), []
    for index, (_, thing) in enumerate(take.moved):
        vertices, faces, _ = evaluated_mesh(thing)
        into = back @ worlds[:, index]
        rest = rigid_part(into[0])[1]  # scale and shear go into the tree, so that it measures true distances
        turns = into[:, :3, :3] @ np.linalg.inv(rest)
        tree = BVHTree.FromPolygons((vertices @ rest.T).tolist(), faces.tolist())
        trees.append((tree, turns, into[:, :3, 3], np.sign(np.linalg.det(rest))))

    def nearest(frames, places):
        distance, normal = np.full(places.shape[:2], np.inf), np.zeros(places.shape)
        for tree, turns, shifts, sign in trees:
            local = np.einsum("fji,fkj->fki", turns[frames], places - shifts[frames, None])
            for row, points in enumerate(local.tolist()):
                found = [tree.find_nearest(point) for point in points]
                at, across, far = (np.array([each[part] for each in found]) for part in (0, 1, 3))
                far = far * np.where(((points - at) * across).sum(1) * sign > 0, 1, -1)
                closer = far < distance[row]
                distance[row, closer] = far[closer]
                normal[row, closer] = across[closer] @ turns[frames[row]].T
        return distance, normal

    return nearest


def _placed(wrist, rotation, joints, points, owner):
    """Where points (k, 3) of the flat hand are that hang on joints `owner` (k,): (n, k, 3)."""
    turns, places = motion.forward(joints, joints[list(motion.TIPS)], wrist, rotation)
    return places[:, owner] + resample.rotate(turns[:, owner], points - joints[owner])


# The fit


def keep_grasp(base, grasp, points, joints):
    """Wrist (n, 3) and rotation (n, 16, 4) with which points (k, 3) of a hand with joints (16, 3) stay where they were.

    Gauss-Newton on: sum of weight * (distance across the surface^2 + ALONG^2 * distance along it^2) + how far the pose
    leaves the base's, by STIFF.
    """
    millimetre = 0.001 / metres_per_unit(bpy.context.scene)
    flex, aside = _axes(joints)
    firm = grasp["normal"][..., :, None] * grasp["normal"][..., None, :]
    firm = ALONG * np.eye(3) + (1 - ALONG) * firm  # (n, k, 3, 3), the weight's square root
    firm = firm * np.sqrt(grasp["weight"])[..., None, None] / millimetre
    stiff = STIFF * np.concatenate([np.full(3, millimetre), np.ones(23)])
    change = np.zeros((len(base["wrist"]), 26))
    below = np.array([[_below(point, joint) for joint in range(16)] for point in grasp["joints"]])  # (k, 16)
    for _ in range(ROUNDS):
        wrist, rotation = _posed(base, change, flex, aside)
        turns, places = motion.forward(joints, joints[list(motion.TIPS)], wrist, rotation)
        at = places[:, grasp["joints"]] + resample.rotate(turns[:, grasp["joints"]], points - joints[grasp["joints"]])
        slope = np.zeros((*at.shape, 26))  # (n, k, 3, 26)
        slope[..., :3] = np.eye(3)
        for axis in range(3):
            slope[..., 3 + axis] = np.cross(np.eye(3)[axis], at - wrist[:, None])
        for column, joint, axis in _hinges(flex, aside):
            pivot = resample.rotate(turns[:, seam.JOINT_PARENTS[joint]], axis)
            arm = at - places[:, joint, None]
            slope[..., column] = np.cross(pivot[:, None], arm) * below[:, joint, None]
        slope = firm @ slope
        off = (firm @ (grasp["at"] - at)[..., None])[..., 0]
        slope, off = slope.reshape(len(at), -1, 26), off.reshape(len(at), -1, 1)
        system = slope.transpose(0, 2, 1) @ slope + np.diag(stiff**-2.0)
        right = (slope.transpose(0, 2, 1) @ off)[..., 0] - change / stiff**2
        change = change + np.linalg.solve(system, right[..., None])[..., 0]
    return _posed(base, change, flex, aside)


def _hinges(flex, aside):
    """The columns that turn joints: (column, joint, axis)."""
    yield from ((5 + joint, joint, flex[joint]) for joint in range(1, 16))
    yield from ((21 + number, joint, aside[joint]) for number, joint in enumerate(SPREADERS))


def _below(point, joint):
    """Whether what hangs on the joint `point` moves when `joint` turns."""
    while point > joint:
        point = seam.JOINT_PARENTS[point]
    return float(point == joint)


def _axes(joints):
    """The axes (16, 3) about which joints flex and go aside, on the flat hand; see rig.bone_shape."""
    palm = np.cross(joints[1] - joints[0], joints[7] - joints[0])
    flex, aside = np.zeros((16, 3)), np.zeros((16, 3))
    for joint in range(1, 16):
        end = joints[joint + 1] if joint % 3 else 2 * joints[joint] - joints[joint - 1]
        along = end - joints[joint]
        across = joints[7] - joints[joint] if joint >= 13 else palm
        flex[joint] = np.cross(along, across)
        aside[joint] = np.cross(flex[joint], along)
    norm = np.maximum(np.linalg.norm(flex, axis=1, keepdims=True), 1e-12)
    return flex / norm, aside / np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-12)


def _posed(base, change, flex, aside):
    """The base's pose with changes (n, 26): the wrist's place and turn, flexions, spreads."""
    rotation = base["rotation"].copy()
    rotation[:, 0] = resample.multiply(_turn(change[:, 3:6]), rotation[:, 0])
    vectors = change[:, 6:21, None] * flex[1:]
    for number, joint in enumerate(SPREADERS):
        vectors[:, joint - 1] += change[:, 21 + number, None] * aside[joint]
    rotation[:, 1:] = resample.multiply(_turn(vectors), rotation[:, 1:])
    return base["wrist"] + change[:, :3], rotation


def _turn(vectors):
    """Rotation vectors (..., 3) -> quaternions (..., 4)."""
    angle = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.concatenate([np.cos(angle / 2), np.sinc(angle / (2 * np.pi)) * vectors / 2], -1)
