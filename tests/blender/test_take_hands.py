"""The hands in the scene against forward kinematics and skinning computed from the clip."""

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic
import jointhoi_blender as jointhoi
from jointhoi_blender import seam
from jointhoi_blender.takes import resample, rig


def take_of(fps=30, clip_fps=30.0, **options):
    scenes.set_rate(fps)
    thing = scenes.cube()
    thing.rotation_euler = (0.3, 0.2, 1.0)
    request = jointhoi.request_from(thing, "Lift it.")
    clip = synthetic.clip_for(request, fps=clip_fps, **options)
    return jointhoi.make_take(thing, clip), clip


def joints_in_scene(hand, side):
    """Heads of a hand's bones in the world (16, 3), at the current frame."""
    evaluated = hand.evaluated_get(bpy.context.evaluated_depsgraph_get())
    heads = [evaluated.pose.bones[rig.bone_name(joint, side)].head for joint in range(16)]
    return np.array([evaluated.matrix_world @ head for head in heads], float)


def skin_of(hand):
    return next(child for child in hand.children if child.type == "MESH")


@pytest.mark.parametrize("metres", [1.0, 0.01])
def test_joints_and_skin_are_the_clips_in_every_frame(metres):
    bpy.context.scene.unit_settings.scale_length = metres
    take, clip = take_of(seed=3)
    assert list(take.hands) == ["LEFT", "RIGHT"]
    first = take.frame_range[0]
    for frame in range(clip.frames):
        bpy.context.scene.frame_set(first + frame)
        for side, hand in enumerate(take.hands.values()):
            _, want = synthetic.forward_kinematics(clip, frame, side)
            assert abs(joints_in_scene(hand, side) * metres - want).max() < 1e-5
            if frame % 6 == 0:
                got = scenes.vertices(skin_of(hand)) * metres
                assert abs(got - synthetic.skinned(clip, frame, side)).max() < 1e-5


@pytest.mark.parametrize("fps", [24, 60, 29.97])
def test_joints_at_another_rate_are_the_clips_at_those_moments(fps):
    take, clip = take_of(fps=fps, seed=1)
    first, last = take.frame_range
    times = np.minimum(np.arange(last - first + 1) / fps, clip.seconds)
    stood = {"translation": clip.object_translation[0], "rotation": clip.object_rotation[0]}
    truth = synthetic.make_clip(**stood, points=clip.contact_points, seed=1, times=times)
    for index in range(len(times)):
        bpy.context.scene.frame_set(first + index)
        for side, hand in enumerate(take.hands.values()):
            on_a_frame_of_the_clip = abs(times[index] * 30 - round(times[index] * 30)) < 1e-6
            error = abs(joints_in_scene(hand, side) - synthetic.forward_kinematics(truth, index, side)[1]).max()
            assert error < (1e-5 if on_a_frame_of_the_clip else 2e-3)


def test_a_held_object_does_not_slip_between_the_clips_frames():
    clip = synthetic.make_clip(fps=10.0)
    motion = resample.resample(clip, 60)
    held = slice(25, None)
    turns = resample.matrices(motion.object_rotation)
    wrists = np.einsum("tba,thb->tha", turns, motion.hand_translation - motion.object_translation[:, None])
    assert np.ptp(wrists[held], axis=0).max() < 1e-6
    grip = turns[:, None].swapaxes(-1, -2) @ resample.matrices(motion.hand_rotation[:, :, 0])
    assert np.ptp(grip[held], axis=0).max() < 1e-6


def test_interpolation_is_exact_at_samples_and_never_overshoots():
    values = np.array([0, 0, 0, 1, 1, 0.5, 2, 2, 2.0])[:, None]
    at = np.linspace(0, 8, 161)
    curve = resample.smooth(values, at)[:, 0]
    assert np.allclose(curve[::20], values[:, 0])
    assert curve.min() == 0 and curve.max() <= 2 and np.all(curve[:41] == 0) and np.allclose(curve[60:81], 1)
    for segment in range(8):
        piece = np.diff(curve[20 * segment : 20 * segment + 21])
        assert np.all(piece >= -1e-12) or np.all(piece <= 1e-12)
    line = np.arange(9.0)[:, None]
    assert np.allclose(resample.smooth(line, at)[:, 0], at)


def test_slerp_turns_evenly_the_short_way_and_signs_do_not_jump():
    angles = np.array([0.0, 1.0, 3.5, 6.0, 8.0])
    given = resample.quaternions(synthetic.turn((1, 2, -1), angles))
    given[[1, 3]] *= -1
    at = np.linspace(0, 4, 81)
    got = resample.slerp(given, at)
    assert np.allclose(resample.matrices(got), synthetic.turn((1, 2, -1), np.interp(at, range(5), angles)))
    assert np.all((got[1:] * got[:-1]).sum(-1) > 0.9)
    nothing = np.tile([1.0, 0, 0, 0], (5, 1))
    assert np.allclose(resample.slerp(nothing, at), [1, 0, 0, 0])


def test_quaternions_are_right_for_every_rotation_half_turns_too():
    rng = np.random.default_rng(0)
    for axis in (*np.eye(3), *rng.normal(size=(20, 3))):
        for angle in (0, 1e-9, 1, 3.14159, np.pi, 4, -2):
            matrix = synthetic.turn(axis, angle)
            assert np.allclose(resample.matrices(resample.quaternions(matrix)), matrix, atol=1e-12)


@pytest.mark.parametrize("hands, sides", [("left", ["LEFT"]), ("right", ["RIGHT"]), ("both", ["LEFT", "RIGHT"])])
def test_only_active_hands_get_a_rig(hands, sides):
    take, _ = take_of(hands=hands)
    assert list(take.hands) == sides
    assert len(take.objects) == 1 + 2 * len(sides)


def test_bones_are_named_by_joint_point_along_the_finger_and_curl_about_x():
    take, clip = take_of()
    for side, hand in enumerate(take.hands.values()):
        bones, joints = hand.data.bones, clip.hand_rest_joints[side]
        assert {bone.name for bone in bones} == {f"{name}.{'LR'[side]}" for name in seam.JOINT_NAMES}
        for joint, parent in enumerate(seam.JOINT_PARENTS):
            bone = bones[rig.bone_name(joint, side)]
            assert bone.parent == (bones[rig.bone_name(parent, side)] if parent >= 0 else None)
            assert np.allclose(bone.head_local, joints[joint], atol=1e-6)
            assert 0.01 < bone.length < 0.15
            if joint and joint % 3:
                assert np.allclose(bone.tail_local, joints[joint + 1], atol=1e-6)
            if joint and joint % 3 == 0:  # a fingertip ends on the skin
                skin = clip.hand_rest_vertices[side]
                assert np.linalg.norm(skin - np.array(bone.tail_local), axis=1).min() < 0.011
                along = joints[joint] - joints[parent]
                assert (np.array(bone.tail_local) - joints[joint]) @ along > 0.8 * np.linalg.norm(along) * bone.length
            if 1 <= joint <= 12:  # the palm faces -y: a positive turn about X goes there
                x, y, z = np.array(bone.matrix_local.to_3x3()).T
                assert z @ [0, -1, 0] > 0.95
        assert hand.display_type == "TEXTURED" and hand.data.display_type == "STICK" and not hand.show_in_front
        assert not hand.pose.bones[f"wrist.{'LR'[side]}"].lock_location[0]
        assert hand.pose.bones[f"index1.{'LR'[side]}"].lock_location[0]
    mirrored = [
        np.array(hand.data.bones[f"index2.{letter}"].tail_local) for hand, letter in zip(take.hands.values(), "LR")
    ]
    assert np.allclose(mirrored[0] * [-1, 1, 1], mirrored[1], atol=1e-6)


def test_keys_are_few_kinds_grouped_by_bone_and_quaternions_do_not_flip():
    from jointhoi_blender.takes import keys

    take, _ = take_of()
    hand = take.hands["RIGHT"]
    curves = list(keys.channels(hand.animation_data).fcurves)
    assert len(curves) == 3 + 16 * 4
    first, last = take.frame_range
    for curve in curves:
        assert curve.group.name in curve.data_path
        assert (curve.keyframe_points[0].co.x, curve.keyframe_points[-1].co.x) == (first, last)
        assert len(curve.keyframe_points) == last - first + 1
        assert {point.interpolation for point in curve.keyframe_points} == {"LINEAR"}
        values = np.array([point.co.y for point in curve.keyframe_points])
        assert abs(np.diff(values)).max() < 0.3
        for point in curve.keyframe_points:
            assert abs(point.handle_left.x - point.co.x) <= 1


def test_the_skin_is_smooth_coloured_closed_and_weighted_like_the_clip():
    take, clip = take_of()
    for side, hand in enumerate(take.hands.values()):
        skin = skin_of(hand)
        mesh = skin.data
        assert all(polygon.use_smooth for polygon in mesh.polygons)
        assert mesh.materials[0].name == rig.MATERIAL
        assert not mesh.validate()
        assert np.array_equal([list(polygon.vertices) for polygon in mesh.polygons], clip.hand_faces[side])
        weights = np.zeros((len(mesh.vertices), 16))
        for vertex in mesh.vertices:
            for element in vertex.groups:
                weights[vertex.index, element.group] = element.weight
        assert np.allclose(weights, clip.hand_weights[side])


def test_a_clip_without_hands_is_refused():
    with pytest.raises(jointhoi.UserError, match="no active hand"):
        take_of(hands="none")


def test_a_clip_that_is_not_finite_is_refused():
    clip = synthetic.make_clip()
    clip.hand_translation[3, 1] = np.nan
    with pytest.raises(jointhoi.UserError, match="hand_translation generated for “Cube” is not finite"):
        jointhoi.make_take(scenes.cube(), clip)
    assert len(bpy.data.objects) == 1
