"""Controls for wrist and fingers: what Blender shows before, with them, and after they are baked."""

import bpy
from mathutils import Vector
import numpy as np
import pytest

from blender import scenes, test_take_object as cases
from blender.test_editing_keys import degrees, interface, shown  # noqa: F401
from blender.test_takes import make, prepared
import jointhoi_blender as jointhoi
from jointhoi_blender.editing import controls, curves, motion, sparse
from jointhoi_blender.takes import keys, resample, rig

FINGERS = ("thumb", "index", "middle", "ring", "pinky")


def test_nothing_moves_when_controls_are_added_and_when_they_are_baked():
    take = make(prepared())
    points, turns = shown(take)
    bones = {hand: set(hand.data.bones.keys()) for hand in take.hands.values()}
    controls.add(take)
    for hand in take.hands.values():
        assert len(hand.data.bones) == 16 + 6 and not hand.animation_data.drivers
    added, turned = shown_of_hands(take)
    controls.bake(take)
    baked, again = shown(take)
    for after, way in ((added, turned), (baked, again)):
        assert np.linalg.norm(after - points, axis=-1).max() < 1e-4
        assert degrees(turns, way) < 0.1
    for hand in take.hands.values():
        assert set(hand.data.bones.keys()) == bones[hand] and not hand.data.collections.get("Controls")
        assert not any(bone.constraints for bone in hand.pose.bones)
        curves_now = keys.channels(hand.animation_data).fcurves
        assert len(curves_now) == 3 + 16 * 4 and all(len(each.keyframe_points) == 61 for each in curves_now)
    assert rig.CONTROL not in bpy.data.objects and rig.CONTROL not in bpy.data.meshes


def shown_of_hands(take):
    """`shown` without the control bones."""
    points, turns, names = [], [], {hand: motion.hand_bones(hand) for hand in take.hands.values()}
    for frame in range(take.frame_range[0], take.frame_range[1] + 1):
        bpy.context.scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        found, own = [], []
        for hand, bones in names.items():
            for bone in (hand.evaluated_get(graph).pose.bones[name] for name in bones):
                found += [bone.head.copy(), bone.tail.copy()]
                own.append(np.array(bone.matrix.to_3x3()))
        matrix = take.object.evaluated_get(graph).matrix_world
        found += [matrix @ Vector(corner) for corner in take.object.bound_box]
        points.append(np.array(found))
        turns.append(np.array(own))
    return np.array(points), np.array(turns)


def pose_with(take, curl, spread, share):
    """Keys a hand's fingers with known curls and spreads (n,), radians, by Blender's own Euler angles."""
    from mathutils import Euler

    hand = take.hands["RIGHT"]
    frames = np.arange(take.frame_range[0], take.frame_range[1] + 1)
    for finger in FINGERS:
        for number in range(3):
            name = f"{finger}{number + 1}.R"
            angles = zip(share[number] * curl, 0 * curl, spread * (number == 0))
            turns = [Euler(each).to_quaternion() for each in angles]
            curves.key_all(keys.channels(hand.animation_data), f'pose.bones["{name}"].rotation_quaternion', frames,
                           resample.continuous(np.array(turns)), name)  # fmt: skip
    return hand, frames


def test_a_pose_of_curls_and_spreads_is_found_as_such():
    take = make(prepared(), hands="right")
    t = np.linspace(0, 1, 61)
    curl, spread = np.radians(10 + 70 * t**2 * (3 - 2 * t)), np.radians(-8 + 12 * t)
    hand, frames = pose_with(take, curl, spread, (0.8, 1.0, 0.6))
    told = controls.add(take)
    assert told["most_deg"] < controls.NEAR_DEG * 1.6
    bones = controls.control_bones(hand)
    for index in (0, 20, 40, 60):
        bpy.context.scene.frame_set(int(frames[index]))
        for finger in FINGERS:
            angles = bones[finger].rotation_euler
            assert abs(angles[0] - curl[index]) < np.radians(1.2) and abs(angles[2] - spread[index]) < np.radians(1.2)
            assert angles[1] == 0
    curve = next(each for each in keys.channels(hand.animation_data).fcurves if "control index" in each.data_path)
    assert len(curve.keyframe_points) < 12


def test_controls_move_the_hand_and_baking_keeps_what_they_do():
    take = make(prepared())
    hand = take.hands["RIGHT"]
    points, turns = shown_of_hands(take)
    controls.add(take)
    bag = keys.channels(hand.animation_data)
    for curve in bag.fcurves:
        if curve.data_path == 'pose.bones["control wrist.R"].location' and curve.array_index == 1:
            rows = curves.table(curve)
            rows[:, [1, 3, 5]] += 0.05
            curves.set_table(curve, rows)
        if curve.data_path == 'pose.bones["control middle.R"].rotation_euler' and curve.array_index == 0:
            rows = curves.table(curve)
            rows[:, [1, 3, 5]] += np.radians(25)
            curves.set_table(curve, rows)
    moved, turned = shown_of_hands(take)
    names = motion.hand_bones(hand)
    wrist, joints = 32 + 0, [32 + 2 * names.index(f"middle{number}.R") for number in (1, 2, 3)]
    assert np.allclose(np.linalg.norm(moved[:, wrist] - points[:, wrist], axis=1), 0.05, atol=1e-5)
    assert abs(moved[:, :32] - points[:, :32]).max() < 1e-4  # the left hand, and the object
    assert abs(moved[:, 64:] - points[:, 64:]).max() < 1e-6
    bends = [degrees(turns[:, joint // 2], turned[:, joint // 2]) for joint in joints]
    assert 5 < bends[0] < bends[1] < bends[2] < 76
    assert degrees(turns[:, 16 + names.index("ring3.R")], turned[:, 16 + names.index("ring3.R")]) < 0.1
    controls.bake(take)
    baked, again = shown_of_hands(take)
    assert np.linalg.norm(baked - moved, axis=-1).max() < 1e-4 and degrees(turned, again) < 0.1


def test_sparse_keys_of_the_wrist_stay_sparse_on_its_control():
    take = make(prepared(), hands="right")
    sparse.reduce(take)
    hand, points = take.hands["RIGHT"], shown_of_hands(take)[0]

    def count(name):
        found = [each for each in keys.channels(hand.animation_data).fcurves if name in each.data_path]
        return [len(each.keyframe_points) for each in found]

    before = count('"wrist.R"')
    controls.add(take)
    assert count('"control wrist.R"') == before and not count('"wrist.R"')
    assert abs(shown_of_hands(take)[0] - points).max() < 1e-4


def test_other_edits_wait_until_controls_are_baked_and_removal_leaves_nothing():
    thing = prepared(cases.earlier_action)
    before = scenes.inventory()
    take = make(thing)
    controls.add(take)
    for act in (sparse.reduce, controls.add):
        with pytest.raises(jointhoi.UserError, match="Bake Controls first"):
            act(take)
    take.hide()
    take.show()
    take.remove()
    bpy.context.view_layer.update()
    assert scenes.inventory() == before


def test_a_failure_leaves_the_hands_as_they_were(monkeypatch):
    take = make(prepared())
    points, _ = shown_of_hands(take)
    state = scenes.inventory()
    key = controls._key

    def fails(hand, frames, rotation):
        if hand == take.hands["RIGHT"]:
            raise RuntimeError
        return key(hand, frames, rotation)

    monkeypatch.setattr(controls, "_key", fails)
    with pytest.raises(RuntimeError):
        controls.add(take)
    assert not controls.has(take) and abs(shown_of_hands(take)[0] - points).max() < 1e-5
    bpy.context.scene.frame_set(1)
    assert scenes.inventory().keys() == state.keys()


def test_the_buttons_add_and_bake(interface):  # noqa: F811
    take = make(prepared())
    assert bpy.ops.jointhoi.controls_add() == {"FINISHED"} and controls.has(take)
    assert bpy.ops.jointhoi.controls_bake() == {"FINISHED"} and not controls.has(take)
    with pytest.raises(RuntimeError, match="nothing to bake"):
        bpy.ops.jointhoi.controls_bake()
