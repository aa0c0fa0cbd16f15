"""Sparse keys: the motion that Blender shows before and after, and the way back."""

import bpy
from mathutils import Vector
import numpy as np
import pytest

from blender import scenes, test_take_object as cases
from blender.test_takes import make, prepared
import jointhoi_blender as jointhoi
from jointhoi_blender.editing import curves, sparse
from jointhoi_blender.takes import keys


def shown(take):
    """What Blender evaluates in every frame: points (n, N, 3) of joints, fingertips and object, and bones' turns."""
    frames = range(take.frame_range[0], take.frame_range[1] + 1)
    points, turns = [], []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        found, own = [], []
        for hand in take.hands.values():
            for bone in hand.evaluated_get(graph).pose.bones:
                found += [hand.matrix_world @ bone.head, hand.matrix_world @ bone.tail]
                own.append(np.array(bone.matrix.to_3x3()))
        matrix = take.object.evaluated_get(graph).matrix_world
        found += [matrix @ Vector(corner) for corner in take.object.bound_box]
        points.append(np.array(found))
        turns.append(np.array(own))
    return np.array(points), np.array(turns)


def degrees(one, two):
    chord = np.linalg.norm(np.asarray(one, float) - two, axis=(-2, -1))  # exact for small angles, unlike the trace
    return np.degrees(2 * np.arcsin(np.clip(chord / np.sqrt(8), 0, 1))).max()


CASES = (
    cases.plain, cases.earlier_action, cases.euler("ZYX"), cases.quaternion, cases.shear_through_parent, cases.parent,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_sparse_keys_stay_within_the_error_that_is_told(case):
    take = make(prepared(case))
    points, turns = shown(take)
    told = sparse.reduce(take, 0.5, 0.5)
    assert told["after"] < 0.35 * told["before"] and told["error_mm"] <= 0.5 and told["error_deg"] <= 0.5
    after, turned = shown(take)
    strays = 1000 * np.linalg.norm(after - points, axis=-1).max()
    assert 0.02 < strays < 0.5 + 1e-2 and abs(strays - told["error_mm"]) < 0.1
    assert degrees(turns, turned) < 0.5 + 0.01
    for index in (0, -1):
        assert abs(after[index] - points[index]).max() < 2e-5
    assert abs(told["after"] - sparse.count_keys(take)) == 0


def test_a_looser_bound_needs_fewer_keys_and_all_come_back():
    thing = prepared(cases.earlier_action)
    before = scenes.inventory()
    take = make(thing)
    points, _ = shown(take)
    rows = [curves.table(curve) for curve in keys.channels(take.hands["LEFT"].animation_data).fcurves]
    fine = sparse.reduce(take, 0.2, 0.2)["after"]
    sparse.restore(take)
    rough = sparse.reduce(take, 4.0, 4.0)["after"]
    assert rough < fine
    sparse.restore(take)
    assert not sparse.is_sparse(take)
    assert abs(shown(take)[0] - points).max() < 1e-6
    again = [curves.table(curve) for curve in keys.channels(take.hands["LEFT"].animation_data).fcurves]
    assert all(np.array_equal(one[:, :2], two[:, :2]) for one, two in zip(rows, again))
    with pytest.raises(jointhoi.UserError, match="nothing to restore"):
        sparse.restore(take)
    sparse.reduce(take)
    bpy.context.scene.frame_set(1)
    take.remove()
    bpy.context.view_layer.update()
    assert scenes.inventory() == before


def test_a_finger_that_never_moves_keeps_one_key():
    take = make(prepared(), hands="left")
    bag = keys.channels(take.hands["LEFT"].animation_data)
    path = 'pose.bones["ring2.L"].rotation_quaternion'
    curves.key_all(bag, path, np.arange(1, 62), np.tile([0.6, 0.8, 0, 0], (61, 1)), "ring2.L")
    sparse.reduce(take)
    assert [len(curve.keyframe_points) for curve in bag.fcurves if curve.data_path == path] == [1] * 4
    assert bag.fcurves.find(path, index=1).evaluate(30) == pytest.approx(0.8)


def test_what_stands_still_keeps_still_and_the_heatmap_keeps_its_keys():
    take = make(prepared())
    thing = take.object
    still = range(2, 13)  # the toy clip lifts after a fifth of its two seconds
    rest = scenes.world(thing, 1)
    sparse.reduce(take, 2.0, 2.0)
    for frame in still:
        assert abs(scenes.world(thing, frame) - rest).max() < 1e-7
    heat = [curve for curve in keys.channels(thing.animation_data).fcurves if "modifiers" in curve.data_path]
    assert len(heat) == 1 and len(heat[0].keyframe_points) == 61


def test_a_bones_keys_lie_on_the_same_frames_and_are_bezier():
    take = make(prepared(), hands="right")
    sparse.reduce(take)
    groups = {}
    for curve in keys.channels(take.hands["RIGHT"].animation_data).fcurves:
        rows = curves.table(curve)
        assert set(rows[:, 6]) == {curves.BEZIER} and np.all(rows[:, 0] % 1 == 0)
        if len(rows) > 1:
            groups.setdefault(curve.group.name, set()).add(tuple(rows[:, 0]))
    assert all(len(each) == 1 for each in groups.values())


def test_takes_that_are_not_on_their_object_are_refused():
    take = make(prepared())
    for act in (take.hide, take.show, take.keep_as_strip):
        act()
        if act != take.show:
            with pytest.raises(jointhoi.UserError, match="is hidden|in the NLA"):
                sparse.reduce(take)


def test_the_fit_of_a_cubic_has_two_keys():
    frames = np.arange(1, 62)
    t = frames / 30.0
    values = np.stack([t**3 - 2 * t, 0.5 * t**2], 1)
    at, got, slopes = sparse.fit(frames, values, lambda fitted: abs(fitted - values).max(1) / 1e-4)
    assert list(at) == [0, 60]
    assert np.allclose(slopes[0] * 30, [3 * t[0] ** 2 - 2, t[0]], atol=1e-4)


@pytest.fixture
def interface():
    from jointhoi_blender import ui

    ui.register()
    yield
    ui.unregister()


def test_the_buttons_make_sparse_keys_and_bring_all_back(interface):
    take = make(prepared())
    before = sparse.count_keys(take)
    assert bpy.ops.jointhoi.sparse_keys(tolerance_mm=1.0) == {"FINISHED"}
    assert sparse.count_keys(take) < before and sparse.told(take)["error_mm"] < 1.0
    assert bpy.ops.jointhoi.dense_keys() == {"FINISHED"}
    assert sparse.count_keys(take) == before
