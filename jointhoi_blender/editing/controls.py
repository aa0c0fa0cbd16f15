"""Controls for a take's hands: one that the wrist follows, and for each finger one that curls and spreads it.

The controls' keys are solved from the motion. A finger's bone turns as its control says, on top of its own keys:

    turn of the bone = spread about Z (first bone only) * curl about X, by the bone's share * the bone's own keys

The own keys hold what curl and spread can't express, so nothing moves when controls are added, and nothing is lost.
They are constraints within the hand's own armature, no drivers; `bake` turns all back into plain keys.
"""

import json

import bpy
import numpy as np

from .. import seam
from ..takes import keys, resample, rig
from ..takes.attach import MARK
from . import curves, motion, sparse

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
SHARES = (0.9, 1.0, 0.7)  # of the curl that a finger's bones take where the motion doesn't tell
LEAST = 0.3  # share, so that no bone stays behind when a control is turned far
NEAR_DEG = 1.0  # how near the controls' few keys come to the motion's own curl; the bones' keys take up the rest
COLOR = "THEME09"


def control_name(part, side):
    """The control bone of "wrist" or a finger: "control index.R"."""
    return f"control {part}.{seam.SIDES[side][0]}"


def add(take):
    """Adds controls to a take's hands. Returns {"mean_deg", "most_deg"}: what of the fingers' turns they can't express.

    Raises UserError, and then the hands are as they were.
    """
    motion.check(take)
    motion.check_alone(take)
    check_none(take)
    frames = np.arange(take.frame_range[0], take.frame_range[1] + 1)
    motions = {hand: motion.read_hand(hand, frames) for hand in take.hands.values()}
    left_over = []
    try:
        for hand, (_, rotation) in motions.items():
            _make_bones(hand)
            left_over.append(_key(hand, frames, rotation))
    except BaseException:
        for hand, (wrist, rotation) in motions.items():
            _take_off(hand)
            motion.write_hand(hand, frames, wrist, rotation)
        raise
    told = {"mean_deg": float(np.mean(left_over)), "most_deg": float(np.max(left_over))}
    take.record["controls"] = json.dumps(told)
    return told


def bake(take):
    """Turns controls into a key on every frame of the hands' own bones, and removes them. Raises UserError."""
    motion.check(take)
    motion.check_alone(take)
    if not has(take):
        raise seam.UserError(f"The hands of “{take.name}” have no controls; there is nothing to bake.")
    for hand in take.hands.values():
        if not control_bones(hand):
            continue
        first, last = take.frame_range
        for curve in keys.channels(hand.animation_data).fcurves:
            if 'pose.bones["control ' in curve.data_path and len(curve.keyframe_points):
                first, last = min(first, int(curve.range()[0])), max(last, int(np.ceil(curve.range()[1])))
        frames = np.arange(first, last + 1)
        wrist, rotation = motion.read_hand(hand, frames)
        _take_off(hand)
        motion.write_hand(hand, frames, wrist, rotation)
    take.record.pop("controls", None)
    sparse.forget(take)


def has(take):
    return any(control_bones(hand) for hand in take.hands.values())


def told(take):
    """What `add` returned, or None."""
    return json.loads(take.record["controls"]) if "controls" in take.record else None


def check_none(take):
    """Raises UserError while a take's hands have controls."""
    if has(take):
        raise seam.UserError(f"The hands of “{take.name}” have controls; press Bake Controls first.")


def control_bones(hand):
    """The control bones of a hand by what they control, {"wrist": pose bone, "thumb": ...}; {} where it has none."""
    side, bones = motion.side_of(hand), hand.pose.bones
    names = {part: control_name(part, side) for part in ("wrist", *FINGERS)}
    return {part: bones[name] for part, name in names.items() if name in bones}


def joints_of(finger):
    """The three joints of a finger, in MANO's numbers."""
    first = seam.JOINT_NAMES.index(f"{finger}1")
    return first, first + 1, first + 2


def _flexion(basis):
    """The turns basis (n, k, 4) about the bones' own X axes: (n, k) radians, without jumps."""
    bent = np.unwrap(2 * np.arctan2(basis[..., 1], basis[..., 0]), axis=0)
    return bent - 2 * np.pi * np.round(bent[:1] / (2 * np.pi))


def shares(basis):
    """How a finger shares its curl among its bones in a motion (n, 3, 4): (3,), the largest is 1."""
    bent = _flexion(basis)
    if np.degrees(np.sqrt((bent**2).mean())) < 3:
        return np.array(SHARES)
    way = np.linalg.svd(bent, full_matrices=False)[2][0]
    way = way * np.sign(way.sum() or 1)
    return np.clip(way / way.max(), LEAST, 1)


def turn_of(curl, spread, share, is_first):
    """What a finger's control adds to a bone: rotations (n, 4). Angles (n,) in radians."""
    zero = np.zeros_like(curl)
    bent = np.stack([np.cos(share * curl / 2), np.sin(share * curl / 2), zero, zero], 1)
    aside = np.stack([np.cos(spread / 2), zero, zero, np.sin(spread / 2)], 1)
    return resample.multiply(aside, bent) if is_first else bent


def solve(basis, share):
    """Curl and spread (n, 2), radians, nearest to the turns basis (n, 3, 4) of a finger's bones with shares (3,)."""
    bent = _flexion(basis)
    curl = bent @ share / (share @ share)
    zero = np.zeros_like(curl)
    back = np.stack([np.cos(bent[:, 0] / 2), -np.sin(bent[:, 0] / 2), zero, zero], 1)
    aside = resample.multiply(basis[:, 0], back)
    spread = np.unwrap(2 * np.arctan2(aside[:, 3], aside[:, 0]))
    return np.stack([curl, spread - 2 * np.pi * np.round(spread[0] / (2 * np.pi))], 1)


def _key(hand, frames, rotation):
    """Keys a hand's controls so it moves as before. Returns what its bones keep: (n, 15) degrees."""
    side, bag, names = motion.side_of(hand), keys.channels(hand.animation_data), motion.hand_bones(hand)
    rest = resample.quaternions(motion.rest_matrices(hand, names)[:, :3, :3])
    basis = resample.multiply(resample.conjugate(rest), resample.multiply(rotation, rest))
    wrist = control_name("wrist", side)
    for curve in [each for each in bag.fcurves if each.data_path.startswith(f'pose.bones["{names[0]}"]')]:
        path = curve.data_path.replace(names[0], wrist, 1)
        curves.set_table(curves.ensure(bag, path, curve.array_index, wrist), curves.table(curve))
        bag.fcurves.remove(curve)
    left_over = []
    for finger in FINGERS:
        joints, name = joints_of(finger), control_name(finger, side)
        share = shares(basis[:, joints])
        wanted = solve(basis[:, joints], share)

        def strays(fitted, wanted=wanted):
            return np.degrees(abs(fitted - wanted)).max(1) / NEAR_DEG

        at, values, slopes = sparse.fit(frames, wanted, strays)
        path = f'pose.bones["{name}"].rotation_euler'
        found = []
        for column, index in enumerate((0, 2)):
            curve = curves.ensure(bag, path, index, name)
            curves.set_table(curve, curves.hermite(frames[at], values[:, column], slopes[:, column]))
            found.append(curves.evaluate(curve, frames))
        for number, joint in enumerate(joints):
            hand.pose.bones[names[joint]].constraints[f"{MARK} curl"].influence = share[number]
            turn = turn_of(*found, share[number], number == 0)
            own = resample.continuous(resample.multiply(resample.conjugate(turn), basis[:, joint]))
            curves.key_all(bag, f'pose.bones["{names[joint]}"].rotation_quaternion', frames, own, names[joint])
            left_over.append(motion.angles_deg(own, np.array([1.0, 0, 0, 0])))
    return np.stack(left_over, 1)


def _make_bones(hand):
    """Adds the control bones, their looks, and the constraints by which the hand's bones follow them."""
    side, names = motion.side_of(hand), motion.hand_bones(hand)
    with motion.edit_bones(hand) as bones:
        for part in ("wrist", *FINGERS):
            like = bones[names[0 if part == "wrist" else joints_of(part)[0]]]
            bone = bones.new(control_name(part, side))
            bone.head, bone.tail, bone.roll = like.head, like.tail, like.roll
            bone.use_deform = False
            if part != "wrist":
                bone.parent = bones[names[0]]
                bone.length = sum(bones[names[joint]].length for joint in joints_of(part))
    shape, group = _shape(), hand.data.collections.get("Controls") or hand.data.collections.new("Controls")
    for part, bone in control_bones(hand).items():
        group.assign(bone.bone)
        bone.color.palette = COLOR
        bone.custom_shape, bone.use_custom_shape_bone_size = shape, False
        bone.custom_shape_wire_width = 2.0
        size = 0.5 * hand.data.bones[names[0]].length
        bone.custom_shape_scale_xyz = (size,) * 3 if part == "wrist" else (0.25 * size,) * 3
        if part == "wrist":
            _follow("wrist", hand.pose.bones[names[0]], "COPY_TRANSFORMS", hand, bone.name)
            continue
        bone.custom_shape_translation = (0, bone.length * 1.12, 0)
        bone.rotation_mode = "XYZ"
        bone.lock_location, bone.lock_rotation, bone.lock_scale = (True,) * 3, (False, True, False), (True,) * 3
        for number, joint in enumerate(joints_of(part)):
            _follow_turn("curl", hand.pose.bones[names[joint]], hand, bone.name, 0)
            if number == 0:
                _follow_turn("spread", hand.pose.bones[names[joint]], hand, bone.name, 2)


def _follow(name, bone, kind, hand, control):
    constraint = bone.constraints.new(kind)
    constraint.name = f"{MARK} {name}"
    constraint.target, constraint.subtarget = hand, control
    return constraint


def _follow_turn(name, bone, hand, control, axis):
    """The bone also turns about one of its axes as the control does, before its own keys."""
    constraint = _follow(name, bone, "COPY_ROTATION", hand, control)
    constraint.use_x, constraint.use_y, constraint.use_z = axis == 0, False, axis == 2
    constraint.mix_mode, constraint.euler_order = "BEFORE", "XYZ"
    constraint.owner_space = constraint.target_space = "LOCAL"


def _take_off(hand):
    """Removes a hand's control bones, their keys and constraints."""
    for name in motion.hand_bones(hand):
        bone = hand.pose.bones[name]
        for constraint in [each for each in bone.constraints if each.name.startswith(f"{MARK} ")]:
            bone.constraints.remove(constraint)
    names = [bone.name for bone in control_bones(hand).values()]
    keys.remove_curves(hand.animation_data.action, 'pose.bones["control ')
    with motion.edit_bones(hand) as bones:
        for name in names:
            bones.remove(bones[name])
    group = hand.data.collections.get("Controls")
    if group and not len(group.bones):
        hand.data.collections.remove(group)
    shape = bpy.data.objects.get(rig.CONTROL)
    if shape and not shape.users:
        mesh = shape.data
        bpy.data.objects.remove(shape)
        bpy.data.meshes.remove(mesh)


def _shape():
    """A ring across the bone's Y axis, shared by all controls of a file; it is in no scene."""
    shape = bpy.data.objects.get(rig.CONTROL)
    if shape is None or shape.library:
        mesh = bpy.data.meshes.new(rig.CONTROL)
        angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
        ring = np.stack([np.cos(angles), 0 * angles, np.sin(angles)], 1)
        mesh.from_pydata(ring.tolist(), [(each, (each + 1) % 32) for each in range(32)], [])
        shape = bpy.data.objects.new(rig.CONTROL, mesh)
    return shape
