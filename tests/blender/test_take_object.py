"""The object's keys: in every hard case its world motion is the clip's, applied to how it stood."""

import math

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic
import jointhoi_blender as jointhoi

TOLERANCE = 2e-5


def plain(thing):
    pass


def scaled_and_turned(thing):
    thing.rotation_euler, thing.scale = (0.5, -1.0, 2.0), (1.5, 0.7, 1.1)


def negative_scale(thing):
    thing.rotation_euler, thing.scale = (0.5, -1.0, 2.0), (-1.5, 0.7, 1.1)


def three_negative_scales(thing):
    thing.rotation_euler, thing.scale = (0.1, 0.2, 0.3), (-1, -1.2, -0.8)


def euler(order):
    def case(thing):
        thing.rotation_mode, thing.rotation_euler = order, (7.0, -0.4, -9.0)

    case.__name__ = f"euler_{order}"
    return case


def quaternion(thing):
    thing.rotation_mode, thing.rotation_quaternion = "QUATERNION", (-1.2, -0.4, 0.2, 1.0)


def axis_angle(thing):
    thing.rotation_mode, thing.rotation_axis_angle = "AXIS_ANGLE", (-8.0, 0.5, 2.0, -1.0)


def axis_angle_without_rotation(thing):
    thing.rotation_mode = "AXIS_ANGLE"


def deltas(thing):
    thing.delta_location, thing.delta_rotation_euler, thing.delta_scale = (
        (0.1, 0.2, 0.3),
        (0.4, 0.5, -0.6),
        (1, -2, 1.5),
    )
    thing.rotation_euler, thing.scale = (1, 2, 3), (1.2, 0.5, 1)


def quaternion_deltas(thing):
    quaternion(thing)
    thing.delta_rotation_quaternion, thing.delta_scale = (0.8, 0.6, 0, 0), (1, 2, 1)


def parent(thing):
    thing.parent = scenes.empty()
    thing.parent.location, thing.parent.rotation_euler, thing.parent.scale = (1, -2, 0.5), (0.4, 1.1, -0.3), (2, 2, 2)
    thing.rotation_euler, thing.scale = (0.5, 0.1, -0.7), (1, 0.4, 0.6)
    thing.matrix_parent_inverse = scenes.matrix((0.3, 0.1, 0), (0, 0.2, 0), (0.5, 0.5, 0.5))


def mirrored_parent(thing):
    parent(thing)
    thing.parent.scale = (-2, 2, 2)


def shear_through_parent(thing):
    parent(thing)
    thing.parent.scale = (1, 3, 0.5)


def shear_through_grandparent(thing):
    shear_through_parent(thing)
    top = scenes.empty("Grandparent")
    thing.parent.parent = top
    top.location, top.rotation_euler, top.scale = (0, 0, 1), (1, 1, 0), (0.5, 1, 2)


def moving_parent(thing):
    parent(thing)
    scenes.key(thing.parent, "location", {1: (0, 0, 0), 40: (1, 2, -1)})
    scenes.key(thing.parent, "rotation_euler", {1: (0, 0, 0), 60: (1, -2, 3)})
    scenes.key(thing.parent, "scale", {1: (1, 1, 1), 50: (2, 2, 2)})


def parent_with_constraint(thing):
    parent(thing)
    target = scenes.empty("Target")
    scenes.key(target, "location", {1: (0, 0, 0), 60: (1, 2, -1)})
    thing.parent.constraints.new("COPY_LOCATION").target = target


def bone_parent(thing):
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig.data.edit_bones.new("Bone")
    bone.head, bone.tail = (0, 0, 0.1), (0.2, 0, 0.3)
    bpy.ops.object.mode_set(mode="OBJECT")
    pose = rig.pose.bones["Bone"]
    pose.rotation_mode = "XYZ"
    for frame, angle in ((1, 0), (50, 2)):
        pose.rotation_euler = (angle, 0.3, 0)
        pose.keyframe_insert("rotation_euler", frame=frame)
    thing.parent, thing.parent_type, thing.parent_bone = rig, "BONE", "Bone"


def unit_scale(thing):
    bpy.context.scene.unit_settings.scale_length = 0.01
    thing.location, thing.scale = (30, -20, 80), (100, 100, 100)


def units_off(thing):
    bpy.context.scene.unit_settings.system = "NONE"
    bpy.context.scene.unit_settings.scale_length = 0.01


def later_frame(thing):
    bpy.context.scene.frame_set(40)


def negative_frame(thing):
    bpy.context.scene.frame_set(-20)


def earlier_action(thing):
    scenes.key(thing, "location", {1: (0, 0, 0), 80: (3, 2, 1)})
    scenes.key(thing, "rotation_euler", {1: (0, 0, 0), 80: (3, 2, 1)})
    scenes.key(thing, "scale", {10: (1, 1, 1), 30: (2, 2, 2), 90: (0.5, 1, 1)})
    scenes.key(thing, "delta_location", {10: (0, 0, 0), 90: (0.5, 1, 1)})
    bpy.context.scene.frame_set(25)


def strips_below(thing):
    earlier_action(thing)
    animation = thing.animation_data
    track = animation.nla_tracks.new()
    strip = track.strips.new("Strip", 1, animation.action)
    if hasattr(strip, "action_slot"):
        strip.action_slot = animation.action_slot
    animation.action = None
    animation.action_blend_type = "ADD"
    animation.action_influence = 0.5
    bpy.context.scene.frame_set(26)


def deforming_modifier(thing):
    thing.modifiers.new("Subdivision", "SUBSURF")


CASES = [
    plain, scaled_and_turned, negative_scale, three_negative_scales, euler("XYZ"), euler("ZYX"), euler("YXZ"),
    quaternion, axis_angle, axis_angle_without_rotation, deltas, quaternion_deltas, parent, mirrored_parent, shear_through_parent,
    shear_through_grandparent, moving_parent, parent_with_constraint, bone_parent, unit_scale, units_off, later_frame,
    negative_frame, earlier_action, strips_below, deforming_modifier,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_object_moves_as_the_clip_says_from_where_it_stands(case):
    thing = scenes.cube()
    scenes.set_rate(30)
    case(thing)
    scene = bpy.context.scene
    metres = scene.unit_settings.scale_length if scene.unit_settings.system != "NONE" else 1.0
    start = scene.frame_current
    before = {frame: scenes.world(thing, frame) for frame in (start - 30, start - 7, start - 1)}
    scene.frame_set(start)
    stood = scenes.world(thing)
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."))
    take = jointhoi.make_take(thing, clip)

    assert scene.frame_current == start
    assert np.allclose(scenes.world(thing), stood, atol=TOLERANCE / metres)
    assert take.frame_range == (start, start + clip.frames - 1)
    undo = np.linalg.inv(scenes.rigid(clip, 0, metres)) @ stood
    moved = 0
    for index in range(clip.frames):
        want = scenes.rigid(clip, index, metres) @ undo
        got = scenes.world(thing, start + index)
        assert abs(got - want).max() < TOLERANCE / metres, index
        moved = max(moved, abs(got - stood).max())
    assert moved > 0.1
    # between the keys nothing jumps
    for index in range(clip.frames - 1):
        want = (scenes.rigid(clip, index, metres) + scenes.rigid(clip, index + 1, metres)) / 2 @ undo
        assert abs(scenes.world(thing, start + index + 0.5) - want).max() < 0.03 / metres
    assert np.allclose(
        scenes.world(thing, start + clip.frames + 50), scenes.rigid(clip, -1, metres) @ undo, atol=TOLERANCE / metres
    ) or (case in (moving_parent, parent_with_constraint, bone_parent))
    # until the take starts, the object moves as ever
    if case not in (
        moving_parent,
        parent_with_constraint,
        bone_parent,
        shear_through_parent,
        shear_through_grandparent,
    ):
        for frame, matrix in before.items():
            assert np.allclose(scenes.world(thing, frame), matrix, atol=TOLERANCE / metres), frame

    scene.frame_set(start)
    take.remove()
    for frame, matrix in before.items():
        assert np.allclose(scenes.world(thing, frame), matrix, atol=TOLERANCE / metres)


@pytest.mark.parametrize("fps", [24, 30, 60, 29.97])
def test_the_scenes_rate_changes_the_keys_and_not_the_motion(fps):
    scenes.set_rate(fps)
    thing = scenes.cube()
    scenes.world(thing)
    request = jointhoi.request_from(thing, "Lift it.")
    take = jointhoi.make_take(thing, synthetic.clip_for(request, seconds=2.0))
    first, last = take.frame_range
    assert last - first == math.ceil(2 * fps - 1e-6)
    times = np.minimum(np.arange(last - first + 1) / fps, 2)
    truth = synthetic.clip_for(request, seconds=2.0, times=times)
    stood = np.linalg.inv(scenes.rigid(truth, 0)) @ scenes.world(thing, 1)
    for index in range(len(times)):
        off = (scenes.world(thing, first + index) - scenes.rigid(truth, index) @ stood) @ [0.05, 0.05, 0.05, 1]
        assert abs(off).max() < 1e-3  # the toy motion starts with a jolt
    assert np.allclose(scenes.world(thing, last), scenes.rigid(truth, -1) @ stood, atol=TOLERANCE)


def curve_of(thing, path, index):
    from jointhoi_blender.takes import keys

    return keys.channels(thing.animation_data).fcurves.find(path, index=index)


@pytest.mark.parametrize(
    "shape", ["cycles", "linear extrapolation", "free handles", "constant", "single key", "muted", "later keys"]
)
def test_earlier_curves_of_any_shape_play_as_before_until_the_take_starts(shape):
    scenes.set_rate(30)
    thing = scenes.cube()
    scenes.key(thing, "location", {5: (0, 0, 0), 12: (0.5, 0, 0.2), 20: (0, 1, 0)})
    curve = curve_of(thing, "location", 0)
    if shape == "cycles":
        for index in range(3):
            curve_of(thing, "location", index).modifiers.new("CYCLES")
    if shape == "linear extrapolation":
        curve.extrapolation = "LINEAR"
    if shape == "free handles":
        for point in curve.keyframe_points:
            point.handle_left_type = point.handle_right_type = "FREE"
            point.handle_right = (point.co.x + 2, point.co.y + 3)
    if shape == "constant":
        for point in curve.keyframe_points:
            point.interpolation = "CONSTANT"
    if shape == "single key":
        while len(curve.keyframe_points) > 1:
            curve.keyframe_points.remove(curve.keyframe_points[0])
    if shape == "muted":
        curve.mute = True
    if shape == "later keys":
        for point in curve.keyframe_points:
            point.co.x += 100
    curve.update()
    start = 33
    before = [scenes.world(thing, frame) for frame in range(1, start + 1)]
    jointhoi.make_take(thing, synthetic.clip_for(jointhoi.request_from(thing, "Lift it.")))
    for frame in range(1, start + 1):
        assert np.allclose(scenes.world(thing, frame), before[frame - 1], atol=TOLERANCE), frame


def test_a_second_take_goes_on_where_the_first_ended():
    scenes.set_rate(30)
    thing = scenes.cube()
    one = jointhoi.make_take(thing, synthetic.clip_for(jointhoi.request_from(thing, "Lift it.")))
    first = [scenes.world(thing, frame) for frame in range(1, one.frame_range[1] + 1)]
    bpy.context.scene.frame_set(one.frame_range[1])
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."), hands="left", seed=4)
    two = jointhoi.make_take(thing, clip)
    for frame, matrix in enumerate(first, 1):
        assert np.allclose(scenes.world(thing, frame), matrix, atol=TOLERANCE)
    last = scenes.world(thing, two.frame_range[1])
    assert np.allclose(last, scenes.rigid(clip, -1) @ np.linalg.inv(scenes.rigid(clip, 0)) @ first[-1], atol=TOLERANCE)
    assert [take.collection for take in jointhoi.find_takes()] == [one.collection, two.collection]
    two.remove()
    for frame, matrix in enumerate(first, 1):
        assert np.allclose(scenes.world(thing, frame), matrix, atol=TOLERANCE)
    one.remove()
    assert not jointhoi.find_takes() and thing.animation_data is None


def test_an_object_moved_while_its_clip_was_made_takes_its_hands_along():
    scenes.set_rate(30)
    thing = scenes.cube()
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."))
    thing.location, thing.rotation_euler = (1, 2, 3), (0, 0, 1)
    take = jointhoi.make_take(thing, clip)
    rig = take.hands["LEFT"]
    for index in (0, 20, 60):
        scenes.world(thing, 1 + index)
        wrist = np.array(rig.matrix_world @ rig.pose.bones["wrist.L"].head)
        inside = np.linalg.inv(scenes.rigid(clip, index)) @ [*clip.hand_translation[index, 0], 1]
        assert np.allclose(np.linalg.inv(scenes.world(thing)) @ [*wrist, 1], inside, atol=TOLERANCE)


def test_the_object_is_scaled_where_the_clip_says_so():
    scenes.set_rate(30)
    thing = scenes.cube(size=2)
    thing.scale = (1, -0.5, 1)
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."))
    clip.object_scale = 0.05
    stood = np.linalg.inv(scenes.rigid(clip, 0)) @ scenes.world(thing)
    take = jointhoi.make_take(thing, clip)
    for index in (0, 20, 60):
        want = scenes.rigid(clip, index) @ stood @ np.diag([0.05, 0.05, 0.05, 1])
        assert np.allclose(scenes.world(thing, 1 + index), want, atol=TOLERANCE)
    take.remove()
    assert np.allclose(thing.scale, (1, -0.5, 1))


@pytest.mark.parametrize("scales", [((1, 2, 3), (2, 2, 2)), ((1, 1, 1), (0, 0, 0))], ids=["uneven", "to nothing"])
def test_a_moving_parent_scaled_unevenly_or_to_nothing_is_refused_and_nothing_is_left(scales):
    thing = scenes.cube()
    moving_parent(thing)
    thing.parent.scale = scales[0]
    scenes.key(thing.parent, "scale", dict(zip((1, 30), scales)))
    scenes.world(thing, 1)
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."))
    before = scenes.inventory()
    with pytest.raises(jointhoi.UserError, match="“Cube” hangs on the moving, unevenly scaled “Parent”"):
        jointhoi.make_take(thing, clip)
    assert scenes.inventory() == before
