"""My character: a take's hands onto the hands of another rig, as keys on its own bones; arms follow.

Rigs differ in bone axes, rolls, rest pose and size. So nothing of that is compared: for each segment of a finger a
frame is built from where the joints are at rest (along the segment; about the axis that flexes it), on the take's hand
and on the character's; then the character's bone turns so that the two frames coincide in the world in every frame.
Arms are two bones solved in closed form, the elbow below and outwards. Bones are keyed level by level, each from what
Blender makes of those before, so constraints between them and scaled, turned armatures are as they are.
"""

import json

import bpy
from mathutils import Matrix, Quaternion
import numpy as np

from .. import seam
from ..scene.request import metres_per_unit, rigid_part
from ..takes import keys, object_keys, resample
from ..takes.attach import MARK
from . import bones as naming, curves, motion

LEVELS = (("upper_arm",), ("forearm",), ("wrist",), *(tuple(f"{finger}{number}" for finger in
          ("thumb", "index", "middle", "ring", "pinky")) for number in (1, 2, 3)))  # fmt: skip
STRAIGHT = 0.9999  # of the arm's length: how far it stretches
BENT = np.radians(5)  # from here on a rest pose tells which way the elbow bends
TURNED = 0.5  # share of the wrist's twist that the forearm takes


def transfer(take, character, bones=None):
    """Keys a character's hands and arms with a take's motion, over the take's frames.

    character   an armature object; its earlier action is kept, and what it does outside the take's frames
    bones       a map as in bones.py; None: recognised by the names

    Returns {"wrist_mm": how far wrists are off where arms reach, "finger_deg": how far segments of fingers are turned
    off, "short_mm": by how much arms are too short at most, "short_frames": in how many frames}, all measured on what
    Blender shows. Raises UserError, and then the character is as it was.
    """
    motion.check(take)
    bones = _checked(take, character, bones)
    frames = np.arange(take.frame_range[0], take.frame_range[1] + 1)
    sources = {side: _source(take.hands[side], frames) for side in bones}
    rests = {side: _rest(character, names) for side, names in bones.items()}
    before, slot, kept = _own_action(character)
    try:
        bag = keys.channels(character.animation_data)
        _use_fk(character, bones, bag, frames)
        arms = {}
        for level in LEVELS:
            wanted = [(side, part) for side in bones for part in level if part in bones[side]]
            if wanted:
                _key_level(character, bones, wanted, sources, rests, arms, bag, frames)
        told = _measure(character, bones, sources, rests, arms, frames)
    except BaseException:
        action = character.animation_data.action
        keys.assign(character.animation_data, before, slot)
        bpy.data.actions.remove(action)
        if before:
            before.use_fake_user = kept
        raise
    if before and MARK in before and not before.users:
        bpy.data.actions.remove(before)
    character.animation_data.action.name = f"{character.name} take"
    take.record["character"] = json.dumps(told | {"name": character.name})
    return told


def told(take):
    """What the last `transfer` of a take returned, with the character's name; or None."""
    return json.loads(take.record["character"]) if "character" in take.record else None


def _checked(take, character, bones):
    """The map of the sides that take and character both have. Raises UserError."""
    if character is None or character.type != "ARMATURE" or f"{MARK}_side" in character:
        raise seam.UserError("Choose your character's armature; a take's own hands can't be their own character.")
    name, own = f"“{character.name}”", f"“{take.name}”"
    if character.library or character.data.library and not character.override_library:
        raise seam.UserError(f"{name} is linked from another file; make a library override of it, then try again.")
    if character.name not in bpy.context.view_layer.objects or not character.visible_get():
        raise seam.UserError(f"{name} is hidden or not in this scene; show it, then try again.")
    if bones is None:
        _, bones = naming.recognise(character.data)
        if not bones:
            raise seam.UserError(f"The bones of {name} have no names that are known; choose them in the list.")
    bones = {side: names for side, names in bones.items() if side in take.hands and names}
    if not bones:
        hands = " and ".join(side.lower() for side in take.hands)
        raise seam.UserError(f"{own} has a {hands} hand, and {name} has no bones for that; choose them in the list.")
    naming.check(character, bones)
    return bones


def _own_action(character):
    """Gives the character a copy of its action, to be changed. Returns the earlier action, its slot and its fake user.

    The user's own action is kept in the file; of ours, which an earlier take made, the copy takes the place.
    """
    animation = character.animation_data_create()
    action, slot = animation.action, keys.slot_of(animation)
    kept = bool(action and action.use_fake_user)
    new = keys.new_action(f"{character.name} take", character, action)
    new[MARK] = True
    if action and MARK not in action:
        action.use_fake_user = True
    return action, slot, kept


def _use_fk(character, bones, bag, frames):
    """A generated Rigify arm follows its FK controls for as long as the take lasts."""
    for side, names in bones.items():
        switch = character.pose.bones.get(f"upper_arm_parent.{side[0]}")
        if names["wrist"].startswith("hand_fk") and switch is not None and "IK_FK" in switch:
            curve = curves.ensure(bag, f'pose.bones["{switch.name}"]["IK_FK"]', 0, switch.name)
            at = np.array([frames[0] - 1, frames[0], frames[-1] + 1])
            was = curves.evaluate(curve, at) if len(curve.keyframe_points) else np.full(3, float(switch["IK_FK"]))
            rows = curves.linear(at, np.array([was[0], 1.0, was[2]]))
            rows[:, 6] = curves.CONSTANT
            curves.replace(curve, at[0], at[-1], rows)


# Frames of segments, from the joints alone


def _frames(points, tips):
    """The rest frames of a hand's parts: {part: (3, 3)}, columns: axis of flexion, along, out of the palm's back or so.

    points {part: (3,)} of the wrist and fingers' joints; tips {finger: (3,)}
    """
    bases = [points[f"{finger}1"] for finger in ("index", "middle", "ring", "pinky") if f"{finger}1" in points]
    palm = np.cross(bases[0] - points["wrist"], bases[-1] - points["wrist"])
    found = {"wrist": _frame(np.mean(bases, 0) - points["wrist"], palm)}
    for part, point in points.items():
        if part in naming.NUMBERED:
            finger, number = naming.NUMBERED[part]
            end = points.get(f"{finger}{number + 1}", tips.get(finger))
            across = bases[-1] - point if finger == "thumb" else palm
            found[part] = _frame(end - point, across)
    return found


def _frame(along, across):
    along = along / np.linalg.norm(along)
    axis = np.cross(along, across)
    axis = axis / max(np.linalg.norm(axis), 1e-12)
    return np.stack([axis, along, np.cross(axis, along)], 1)


def _source(hand, frames):
    """A take's hand in the world: "wrist" (n, 3), "turns" {part: (n, 3, 3)}, "frames" {part: (3, 3)}, at rest."""
    heads, tips = motion.rest_points(hand)
    wrist, rotation = motion.read_hand(hand, frames)
    turns, _ = motion.forward(heads, tips, wrist, rotation)
    world = np.array(hand.matrix_world, np.float64)
    turns = rigid_part(world)[0] @ resample.matrices(turns)
    points = dict(zip(seam.JOINT_NAMES, heads))
    ends = {seam.JOINT_NAMES[joint][:-1]: tip for joint, tip in zip(motion.TIPS, tips)}
    return {
        "wrist": wrist @ world[:3, :3].T + world[:3, 3],
        "turns": {name: turns[:, joint] for joint, name in enumerate(seam.JOINT_NAMES)},
        "points": points, "tips": ends,
    }  # fmt: skip


def _rest(character, names):
    """A character's hand at rest, in armature space: "points" {part: (3,)}, "tips", "turns" {part: (3, 3)}."""
    own = {part: character.data.bones[name] for part, name in names.items()}
    points = {part: np.array(bone.head_local, np.float64) for part, bone in own.items()}
    tips = {}
    for finger in ("thumb", "index", "middle", "ring", "pinky"):
        last = next((f"{finger}{number}" for number in (3, 2, 1) if f"{finger}{number}" in own), None)
        if last:
            number = int(last[-1])
            before = points[f"{finger}{number - 1}"] if f"{finger}{number - 1}" in points else points["wrist"]
            chain = [(own[f"{finger}{each}"], points[f"{finger}{each + 1}"]) for each in range(1, number)
                     if f"{finger}{each}" in own]  # fmt: skip
            tips[finger] = _tip(own[last], points[last] - before, all(_points_at(bone, end) for bone, end in chain))
    turns = {part: np.array(bone.matrix_local.to_3x3().normalized(), np.float64) for part, bone in own.items()}
    return {"points": points, "tips": tips, "turns": turns}


def _points_at(bone, end):
    """Whether a bone's tail lies in the direction of a point (3,)."""
    head, tail = np.array(bone.head_local, np.float64), np.array(bone.tail_local, np.float64)
    return (tail - head) @ (end - head) > 0.96 * np.linalg.norm(tail - head) * np.linalg.norm(end - head)


def _tip(bone, before, true_tails):
    """Where a finger's last bone ends: at a bone that hangs on it, at its tail, or, where the finger's bones point
    anywhere as after an import, straight on."""
    head = np.array(bone.head_local, np.float64)
    ends = [np.array(child.head_local, np.float64) for child in bone.children]
    ends += [np.array(bone.tail_local, np.float64)] * true_tails
    for end in ends:
        far = np.linalg.norm(end - head)
        if far > 1e-6 * np.linalg.norm(before) and (end - head) @ before > 0.5 * far * np.linalg.norm(before):
            return end
    return head + before


def _wanted(source, rest, part):
    """How a part is to be turned in the world, (n, 3, 3), from its rest pose in armature space."""
    shared = {name: point for name, point in source["points"].items() if name in rest["points"]}
    ends = {finger: source["tips"][finger] for finger in source["tips"]}
    last = {}  # a finger of two bones ends where the third one begins
    for finger, tip in ends.items():
        number = max((int(name[-1]) for name in shared if name.startswith(finger)), default=0)
        last[finger] = tip if number == 3 or not number else source["points"][f"{finger}{number + 1}"]
    theirs = _frames({name: rest["points"][name] for name in shared}, rest["tips"])[part]
    return source["turns"][part] @ _frames(shared, last)[part] @ theirs.T


# Level by level


def _key_level(character, bones, wanted, sources, rests, arms, bag, frames):
    """Keys the parts `wanted` [(side, part)] of one level, from what Blender shows of their parents."""
    pose = character.pose.bones
    own = [pose[bones[side][part]] for side, part in wanted]
    seen = motion.sample(frames, lambda graph: _look(character, own, graph))  # (n, 1 + 2 k, 4, 4)
    world, after = seen[:, 0], {}
    turn = np.stack([rigid_part(matrix)[0] for matrix in world])  # of the armature object
    for index, ((side, part), bone) in enumerate(zip(wanted, own)):
        parent, now = seen[:, 1 + 2 * index], seen[:, 2 + 2 * index]
        rest, source = rests[side], sources[side]
        if part in naming.ARM:
            if part == "upper_arm":
                arms[side] = _arm(source, rest, rests, side, world, turn, now[:, :3, 3])
            turned = arms[side][part] @ rest["turns"][part]
        else:
            turned = turn.transpose(0, 2, 1) @ _wanted(source, rest, part) @ rest["turns"][part]
        matrices = now.copy()
        matrices[:, :3, :3] = turned * np.linalg.norm(now[:, :3, :3], axis=1, keepdims=True)
        goes = part == "wrist" and side not in arms and not bone.bone.use_connect and not all(bone.lock_location)
        if goes:
            matrices[:, :3, 3] = _local(world, source["wrist"])
        basis = np.array([_basis(bone, Matrix(matrix), Matrix(above)) for matrix, above in zip(matrices, parent)])
        after[bone] = basis, goes
    for bone, (basis, goes) in after.items():
        path = f'pose.bones["{bpy.utils.escape_identifier(bone.name)}"]'
        turns = [Quaternion(each) for each in resample.quaternions(basis[:, :3, :3])]
        way = object_keys.ROTATIONS.get(bone.rotation_mode, "rotation_euler")
        curves.key_all(bag, f"{path}.{way}", frames, np.array(object_keys.in_mode(bone, turns)), bone.name)
        if goes:
            curves.key_all(bag, f"{path}.location", frames, basis[:, :3, 3], bone.name)


def _look(character, own, graph):
    """The armature object's matrix in the world, then for each bone its parent's and its own in armature space."""
    shown = character.evaluated_get(graph)
    found = [shown.matrix_world]
    for bone in own:
        seen = shown.pose.bones[bone.name]
        found += [seen.parent.matrix if seen.parent else Matrix(), seen.matrix]
    return np.array(found, np.float64)


def _basis(bone, matrix, parent):
    """A bone's own transform with which it stands at `matrix`, below a parent that stands at `parent`: (4, 4)."""
    own = bone.bone
    above = {"parent_matrix": parent, "parent_matrix_local": own.parent.matrix_local} if own.parent else {}
    found = np.array(own.convert_local_to_pose(matrix, own.matrix_local, invert=True, **above), np.float64)
    found[:3, :3] = rigid_part(found)[0]
    return found


def _local(world, points):
    """Points (n, 3) in the world -> in the space of world (n, 4, 4)."""
    return (resample.inverses(world)[:, :3, :3] @ (points - world[:, :3, 3])[..., None])[..., 0]


# The arm


def _arm(source, rest, rests, side, world, turn, shoulder):
    """The two bones of an arm: {"upper_arm", "forearm"}: turns from rest in armature space, (n, 3, 3); "short" (n,).

    shoulder (n, 3) in armature space. "short" is how much too far away the wrist is, in the world.
    """
    points, wrist = rest["points"], _local(world, source["wrist"])
    upper, lower = points["forearm"] - points["upper_arm"], points["wrist"] - points["forearm"]
    size = np.cbrt(abs(np.linalg.det(world[:, :3, :3])))
    up = turn[:, 2]  # the world's Z in armature space, for each frame
    sides = [each["points"]["upper_arm"] for each in rests.values() if "upper_arm" in each["points"]]
    middle = np.mean(sides, 0) if len(sides) == 2 else np.zeros(3)
    outward = points["upper_arm"] - middle
    outward = _unit(outward - (up @ outward)[:, None] * up)
    back = np.cross(up, outward) * (1 if side == "LEFT" else -1)
    pole = -up + 0.45 * outward + 0.25 * back
    one, two = np.linalg.norm(upper), np.linalg.norm(lower)
    line = wrist - shoulder
    far = np.linalg.norm(line, axis=1)
    line = line / np.maximum(far, 1e-9)[:, None]
    reach = np.clip(far, abs(one - two) + 1e-6 * one, STRAIGHT * (one + two))
    along = (one**2 - two**2 + reach**2) / (2 * reach)
    aside = _unit(pole - (pole * line).sum(1)[:, None] * line)
    elbow = along[:, None] * line + np.sqrt(np.maximum(one**2 - along**2, 0))[:, None] * aside
    hinge = np.cross(aside, line)
    bend = np.cross(upper, lower)
    if np.linalg.norm(bend) < np.sin(BENT) * one * two:  # straight at rest: elbows then point backwards
        bend = np.cross(back[0], upper)
    turned = {}
    for part, now, then in (("upper_arm", elbow, upper), ("forearm", reach[:, None] * line - elbow, lower)):
        own = _hinged(then, bend)
        turned[part] = np.stack([_hinged(each, axis) for each, axis in zip(now, hinge)]) @ own.T
    hand = turn.transpose(0, 2, 1) @ _wanted(source, rest, "wrist")
    turned["forearm"] = _twisted(turned["forearm"], hand, lower)
    return turned | {"short": np.maximum(far - one - two, 0) * size}


def _hinged(along, hinge):
    """A frame (3, 3) along a bone, with the elbow's hinge as its first axis."""
    along = along / np.linalg.norm(along)
    hinge = hinge - (hinge @ along) * along
    hinge = hinge / max(np.linalg.norm(hinge), 1e-12)
    return np.stack([hinge, along, np.cross(hinge, along)], 1)


def _twisted(forearm, hand, axis):
    """The forearm (n, 3, 3), turned about its own length by a share of how the hand is twisted against it."""
    axis = axis / np.linalg.norm(axis)
    between = resample.quaternions(forearm.transpose(0, 2, 1) @ hand)
    angle = np.unwrap(2 * np.arctan2(between[:, 1:] @ axis, between[:, 0]))
    angle -= 2 * np.pi * np.round(angle[len(angle) // 2] / (2 * np.pi))
    half = TURNED * angle[:, None] / 2
    return forearm @ resample.matrices(np.concatenate([np.cos(half), np.sin(half) * axis], 1))


def _unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


# What came of it


def _measure(character, bones, sources, rests, arms, frames):
    """How near Blender's evaluated bones come to what was wanted; see `transfer`."""
    told = {"wrist_mm": 0.0, "finger_deg": 0.0, "short_mm": 0.0, "short_frames": 0}
    unit = 1000 * metres_per_unit(bpy.context.scene)
    for side, names in bones.items():
        parts = [part for part in names if part not in naming.ARM]
        seen = motion.sample(frames, lambda graph: _placed(character, [names[part] for part in parts], graph))
        short = arms[side]["short"] if side in arms else np.zeros(len(frames))
        off = np.linalg.norm(seen[:, parts.index("wrist"), :3, 3] - sources[side]["wrist"], axis=1)
        reached = short == 0
        if reached.any():
            told["wrist_mm"] = max(told["wrist_mm"], float(off[reached].max()) * unit)
        told["short_mm"] = max(told["short_mm"], float(short.max()) * unit)
        told["short_frames"] += int((~reached).sum())
        for index, part in enumerate(parts):
            want = _wanted(sources[side], rests[side], part) @ rests[side]["turns"][part]
            got = np.stack([rigid_part(matrix)[0] for matrix in seen[:, index]])
            angles = motion.angles_deg(resample.quaternions(want), resample.quaternions(got))
            told["finger_deg"] = max(told["finger_deg"], float(angles.max()))
    return told


def _placed(character, names, graph):
    shown = character.evaluated_get(graph)
    return np.array([shown.matrix_world @ shown.pose.bones[name].matrix for name in names], np.float64)
