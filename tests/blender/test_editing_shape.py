"""The hand's size and shape: the rest pose by closed form, and what the hands touch before and after."""

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic
from blender.test_editing_controls import shown_of_hands
from blender.test_editing_keys import interface  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender.editing import controls, curves, motion, shape, sparse
from jointhoi_blender.takes import keys, resample, rig

FRAMES = np.arange(0, 61, 4)
HALF = np.array([0.0105, 0.0085, 0.1])  # of the bar that is held


def growing(points):
    """Ten directions (..., 3, 10): larger; fingers longer, from 8 cm on; thicker; nothing else."""
    directions = np.zeros((*points.shape, 10))
    directions[..., 0] = 0.055 * points
    directions[..., 0, 1] = 0.1 * np.sign(points[..., 0]) * np.maximum(abs(points[..., 0]) - 0.08, 0)
    directions[..., 1, 2] = 0.05 * points[..., 1]
    return directions


def holding(seed=0):
    """A take of two toy hands whose fingers close around a bar that is lifted and turned."""
    scenes.set_rate(30)
    thing = scenes.cube()
    for vertex in thing.data.vertices:
        vertex.co = np.sign(vertex.co) * HALF
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."), seed=seed)
    t = np.linspace(0, 1, clip.frames)
    closing = np.minimum(1, 4 * t)
    for side, sign in ((0, -1), (1, 1)):
        for joint in range(1, 16):
            bent = joint % 3 != 1 and joint < 13 and not 7 <= joint <= 9  # fingers make a C, pinky and thumb stay away
            bent -= 0.4 * (joint in (7, 13))
            clip.hand_rotation[:, side, joint] = synthetic.turn((0, 0, sign), bent * np.pi / 2 * closing)
        away = np.array([0.11 * sign, 0.017, 0.05 * sign]) + np.array([0.1 * sign, 0, 0]) * (1 - closing)[:, None]
        start = clip.object_rotation @ clip.object_rotation[0].T
        clip.hand_rotation[:, side, 0] = start
        clip.hand_translation[:, side] = clip.object_translation + np.einsum("tij,tj->ti", start, away)
    clip.hand_shape_directions = growing(clip.hand_rest_vertices).astype(np.float32)
    clip.hand_joint_directions = growing(clip.hand_rest_joints).astype(np.float32)
    clip.hand_shape_names = ["size", "finger length", "thickness"] + [f"none {number}" for number in range(7)]
    return jointhoi.make_take(thing, clip), clip


def away(take):
    """Signed distances of the hands' skin to the bar in each frame (FRAMES, V)."""
    found = []
    for frame in take.frame_range[0] + FRAMES:
        matrix = np.linalg.inv(scenes.world(take.object, frame))
        points = np.concatenate([scenes.vertices(rig.skin_of(hand)) for hand in take.hands.values()])
        points = points @ matrix[:3, :3].T + matrix[:3, 3]
        outside = abs(points) - HALF
        found.append(np.linalg.norm(np.maximum(outside, 0), axis=1) + np.minimum(outside.max(1), 0))
    return np.array(found)


@pytest.mark.parametrize("betas", [(1.5,), (-1.5,), (0.8, 0.4)])
def test_the_hands_change_as_the_directions_say_and_hold_on(betas):
    take, clip = holding()
    betas = np.array([*betas, *[0] * (10 - len(betas))], float)
    before, old = away(take), shown_of_hands(take)[0]
    touching = abs(before) < 0.003
    assert touching[5:].sum(1).min() >= 4
    shape.reshape(take, betas)
    for side, hand in enumerate(take.hands.values()):
        rest = clip.hand_rest_joints[side] + growing(clip.hand_rest_joints[side].astype(float)) @ betas
        assert np.allclose([bone.head_local for bone in hand.data.bones], rest, atol=1e-6)
        for joint in range(1, 13):  # a positive turn about X still curls: Z points out of the palm
            z = np.array(hand.data.bones[rig.bone_name(joint, side)].matrix_local.to_3x3())[:, 2]
            assert z @ [0, -1, 0] > 0.95
        skin = np.array([vertex.co for vertex in rig.skin_of(hand).data.vertices])
        want = clip.hand_rest_vertices[side] + growing(clip.hand_rest_vertices[side].astype(float)) @ betas
        assert np.allclose(skin, want, atol=1e-6)
    after = away(take)
    kept = abs(after - before)[touching]
    assert kept.mean() < 0.0012 and kept.max() < 0.004
    unkept = keys_only(take, clip, betas)
    assert kept.mean() < 0.4 * abs(unkept - before)[touching].mean()
    jerks = [np.linalg.norm(np.diff(each[:, :64], 2, axis=0), axis=-1).max() for each in (old, shown_of_hands(take)[0])]
    assert jerks[1] < 1.5 * jerks[0]


def keys_only(take, clip, betas):
    """The same distances for hands of the new shape in the pose of the old one, by forward kinematics of our own."""
    clip.hand_rest_vertices = clip.hand_rest_vertices + growing(clip.hand_rest_vertices) @ betas
    clip.hand_rest_joints = clip.hand_rest_joints + growing(clip.hand_rest_joints) @ betas
    found = []
    for frame in FRAMES:
        points = np.concatenate([synthetic.skinned(clip, frame, side) for side in range(2)])
        matrix = np.linalg.inv(scenes.world(take.object, take.frame_range[0] + frame))
        outside = abs(points @ matrix[:3, :3].T + matrix[:3, 3]) - HALF
        found.append(np.linalg.norm(np.maximum(outside, 0), axis=1) + np.minimum(outside.max(1), 0))
    return np.array(found)


def test_the_way_back_is_exact_however_often_it_was_changed():
    take, _ = holding()
    before, _ = shown_of_hands(take)
    for size in (1, 2.5, -2, 0.3):
        shape.reshape(take, [size, 0.5] + [0] * 8)
    assert abs(shown_of_hands(take)[0] - before).max() > 0.002
    shape.reshape(take, [0] * 10)
    assert abs(shown_of_hands(take)[0] - before).max() < 2e-5


def test_what_the_animator_changed_in_between_is_kept():
    take, _ = holding()
    shape.reshape(take, [1] + [0] * 9)
    hand = take.hands["RIGHT"]
    curve = keys.channels(hand.animation_data).fcurves.find('pose.bones["index2.R"].rotation_quaternion', index=1)
    path = curve.data_path
    bag = keys.channels(hand.animation_data)
    frames = np.arange(take.frame_range[0], take.frame_range[1] + 1)
    own = np.stack([curves.evaluate(bag.fcurves.find(path, index=index), frames) for index in range(4)], 1)
    bent = resample.multiply(own, np.array([np.cos(0.2), np.sin(0.2), 0, 0]))
    curves.key_all(bag, path, frames, bent, "index2.R")
    edited = motion.read_hand(hand, frames)
    shape.reshape(take, [1.2] + [0] * 9)
    after = motion.read_hand(hand, frames)
    assert np.median(motion.angles_deg(edited[1][:, 2], after[1][:, 2])) < 8  # the bend of 23 degrees is there
    shape.reshape(take, [1] + [0] * 9)
    again = motion.read_hand(hand, frames)
    assert motion.angles_deg(edited[1], again[1]).max() < 0.01 and abs(edited[0] - again[0]).max() < 1e-5


def test_takes_of_hands_without_shapes_are_refused_and_removal_leaves_nothing():
    thing = scenes.cube()
    before = scenes.inventory()
    take = jointhoi.make_take(thing, synthetic.clip_for(jointhoi.request_from(thing, "Lift it.")))
    assert not shape.has(take)
    with pytest.raises(jointhoi.UserError, match="generate it again"):
        shape.reshape(take, [0] * 10)
    take.remove()
    take, _ = holding()
    sparse.reduce(take)
    shape.reshape(take, [1] * 10)
    take.remove()
    bpy.data.objects.remove(bpy.data.objects["Cube.001"])
    for mesh in [each for each in bpy.data.meshes if not each.users]:
        bpy.data.meshes.remove(mesh)
    assert scenes.inventory().keys() == before.keys()


@pytest.mark.parametrize("what", ["bones", "skin"])
def test_what_a_linked_duplicate_would_lose_is_not_changed(what):
    take, clip = holding()
    hand = take.hands["RIGHT"]
    thing = hand if what == "bones" else rig.skin_of(hand)
    twin = thing.copy()
    bpy.context.scene.collection.objects.link(twin)
    for act in (lambda: shape.reshape(take, [1.0] * 10), lambda: controls.add(take)):
        with pytest.raises(jointhoi.UserError, match=f"“{twin.name}” shares its data"):
            act()
    assert np.allclose(hand.data.bones["index3.R"].head_local, clip.hand_rest_joints[1][3], atol=1e-6)
    assert len(hand.data.bones) == 16
    twin.data = twin.data.copy()
    shape.reshape(take, [1.0] + [0.0] * 9)
    controls.add(take)
    assert len(take.hands["RIGHT"].data.bones) == 22


def test_the_sliders_change_both_hands(interface):  # noqa: F811
    take, clip = holding()
    assert shape.names(take)[:2] == ["Size", "Finger length"]
    take.collection.jointhoi_betas[0] = 2.0
    assert take.collection.jointhoi_betas[0] == pytest.approx(2.0)
    for side, hand in enumerate(take.hands.values()):
        head = np.array(hand.data.bones[f"index3.{'LR'[side]}"].head_local)
        assert np.allclose(head, clip.hand_rest_joints[side][3] * 1.11, atol=1e-6)
    take.hide()
    from jointhoi_blender.ui.making import Session

    take.collection.jointhoi_betas[0] = 1.0
    assert "is hidden" in str(Session.error) and take.collection.jointhoi_betas[0] == pytest.approx(2.0)
    Session.error = None
