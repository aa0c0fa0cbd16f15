"""A take moved in time and space: what is held stays held, whatever the object's parent, rotation mode and past."""

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic, test_take_object as cases, test_take_part as parts
from blender.test_editing_keys import interface  # noqa: F401
from blender.test_takes import make, prepared, seen
import jointhoi_blender as jointhoi
from jointhoi_blender.editing import controls, retime, sparse
from jointhoi_blender.takes import rig

CASES = (cases.plain, cases.earlier_action, cases.euler("ZYX"), cases.axis_angle, cases.parent, cases.moving_parent,
         cases.shear_through_parent, cases.scaled_and_turned)  # fmt: skip
named = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
FRAMES = np.arange(0, 61, 5)


def gripped(take, frames):
    """Where the hands' skin is in the object's frame: (n, N, 3)."""
    found = []
    for frame in frames:
        matrix = np.linalg.inv(scenes.world(take.object, frame))
        points = np.concatenate([scenes.vertices(rig.skin_of(hand)) for hand in take.hands.values()])
        found.append(points @ matrix[:3, :3].T + matrix[:3, 3])
    return np.array(found)


@named
def test_a_take_moves_in_time_as_it_is(case):
    take = make(prepared(case, 25))
    start = take.frame_range[0]
    before, motion = seen(take, start + FRAMES), seen(take, [start - 12])
    for shift in (7, -9):
        retime.retime(take, start + shift)
        assert take.frame_range == (start + shift, start + shift + 60)
        assert abs(seen(take, start + shift + FRAMES) - before).max() < 3e-5
    if case != cases.moving_parent:  # which was hung on its parent's motion, and is cut where the take begins
        assert abs(seen(take, [start - 12])[:, :8] - motion[:, :8]).max() < 3e-5
    retime.retime(take, start)
    assert abs(seen(take, start + FRAMES) - before).max() < 3e-5
    if case == cases.earlier_action:
        take.hide()
        past = [scenes.world(take.object, frame) for frame in (start - 8, start - 2)]
        take.show()
        assert np.allclose([scenes.world(take.object, frame) for frame in (start - 8, start - 2)], past, atol=1e-5)


@named
@pytest.mark.parametrize("speed", [0.6, 2.0])
def test_slower_and_faster_the_grip_is_the_same(case, speed):
    take = make(prepared(case, 1))
    held = gripped(take, 1 + np.arange(61))
    size = np.linalg.svd(scenes.world(take.object, 1)[:3, :3], compute_uv=False)
    heat = hottest(take, 1 + np.arange(61))
    retime.retime(take, 5, speed)
    first, last = take.frame_range
    assert (first, last) == (5, 5 + int(np.ceil(60 / speed - 1e-6)))
    frames = np.arange(first, last + 1)
    times = np.minimum((frames - first) * speed, 60)
    before = np.clip(np.floor(times).astype(int), 0, 59)
    share = (times - before)[:, None, None]
    want = held[before] * (1 - share) + held[before + 1] * share
    got = gripped(take, frames)
    gripping = times > 16  # before, the toy hands are still closing
    assert abs(got - want)[gripping].max() * size.max() < 4e-4
    exact = np.isclose(times, np.round(times))
    assert abs(got - want)[exact].max() * size.max() < 5e-5
    assert np.allclose(hottest(take, frames), heat[np.round(times).astype(int)], atol=1e-6)
    for hand in take.hands.values():
        curve = keyed(hand, 'pose.bones["wrist')
        assert len(curve.keyframe_points) == len(frames) and all(point.co.x % 1 == 0 for point in curve.keyframe_points)


def keyed(owner, word):
    from jointhoi_blender.takes import keys

    return next(each for each in keys.channels(owner.animation_data).fcurves if word in each.data_path)


def hottest(take, frames):
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        mesh = take.object.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        found.append(max(each.value for each in mesh.attributes["contact"].data))
    return np.array(found)


def test_sparse_keys_keep_their_number_and_their_poses():
    take = make(prepared())
    told = sparse.reduce(take)
    before = seen(take, 1 + FRAMES)
    retime.retime(take, 11, 0.5)
    assert sparse.count_keys(take) == told["after"] and take.frame_range == (11, 131)
    assert abs(seen(take, 11 + 2 * FRAMES) - before).max() < 5e-5
    sparse.restore(take)
    assert sparse.count_keys(take) == told["before"]


@named
@pytest.mark.parametrize("turn", [0.0, 1.1])
def test_a_take_moves_in_space_as_one(case, turn):
    take = make(prepared(case, 25))
    start = take.frame_range[0]
    before = seen(take, start + FRAMES)
    stood = scenes.world(take.object, start)[:3, 3]
    offset = np.array([0.3, -0.2, 0.1])
    retime.place(take, offset, turn)
    want = (before - stood) @ synthetic.turn((0, 0, 1), turn).T + stood + offset
    assert abs(seen(take, start + FRAMES) - want).max() < 5e-5
    retime.place(take, -offset)
    retime.place(take, turn=-turn)
    assert abs(seen(take, start + FRAMES) - before).max() < 8e-5


def test_sparse_keys_stay_sparse_when_a_take_is_moved():
    take = make(prepared())
    told = sparse.reduce(take)
    before = seen(take, 1 + FRAMES)
    retime.place(take, (1, 2, 3))
    assert sparse.count_keys(take) == told["after"]
    assert abs(seen(take, 1 + FRAMES) - before - [1, 2, 3]).max() < 5e-5


@pytest.mark.parametrize("case", [parts.parented, parts.free], ids=lambda case: case.__name__)
def test_a_part_that_turns_comes_along(case):
    scenes.set_rate(30)
    base, lid = parts.chest()
    case(base, lid)
    bpy.context.view_layer.update()
    clip, recipe, _ = parts.opening(base, lid)
    take = jointhoi.make_take(base, clip, recipe)
    frames = take.frame_range[0] + FRAMES

    def relative(frames):
        return np.array([np.linalg.inv(scenes.world(base, frame)) @ scenes.world(lid, frame) for frame in frames])

    before = relative(frames)
    assert np.ptp(before, axis=0).max() > 0.3
    retime.place(take, (0.2, 0.1, 0), 0.8)
    assert abs(relative(frames) - before).max() < 2e-5
    retime.retime(take, 30, 0.5)
    assert abs(relative(30 + 2 * FRAMES) - before).max() < 2e-5
    sparse.reduce(take)
    assert abs(relative(30 + 2 * FRAMES) - before).max() < 0.012


def test_what_would_contradict_is_refused_and_nothing_changes():
    thing = prepared()
    one = make(thing)
    bpy.context.scene.frame_set(one.frame_range[1])
    two = make(thing, seed=1)
    motion = seen(two, [1, 30, 70, 90])
    for act in (lambda: retime.retime(one, 5), lambda: retime.place(one, (1, 0, 0))):
        with pytest.raises(jointhoi.UserError, match="goes on from where"):
            act()
    with pytest.raises(jointhoi.UserError, match="begins at frame 1; hide it"):
        retime.retime(two, -20)
    with pytest.raises(jointhoi.UserError, match="20 times"):
        retime.retime(two, speed=0)
    controls.add(two)
    with pytest.raises(jointhoi.UserError, match="Bake Controls"):
        retime.retime(two, 90)
    controls.bake(two)
    assert abs(seen(two, [1, 30, 70, 90]) - motion).max() < 1e-4
    retime.retime(two, 70)
    assert abs(seen(two, [1, 30])[:, :8] - motion[:2, :8]).max() < 1e-5


def test_a_moved_take_is_hidden_shown_and_removed_as_ever():
    thing = prepared(cases.earlier_action, 25)
    bpy.context.scene.frame_set(25)
    before = scenes.inventory()
    take = make(thing)
    retime.retime(take, 40, 1.5)
    retime.place(take, (0.5, 0, 0), 0.3)
    look = seen(take, [45, 60])
    take.hide()
    take.show()
    assert abs(seen(take, [45, 60]) - look).max() < 2e-5
    take.remove()
    bpy.context.scene.frame_set(25)
    bpy.context.view_layer.update()
    assert scenes.inventory() == before


def test_the_buttons_move_a_take(interface):  # noqa: F811
    take = make(prepared())
    assert bpy.ops.jointhoi.take_retime(start=20, speed=2.0) == {"FINISHED"} and take.frame_range == (20, 50)
    stood = scenes.world(take.object, 20)[:3, 3]
    assert bpy.ops.jointhoi.take_place(offset=(0.1, 0.0, 0.0)) == {"FINISHED"}
    assert np.allclose(scenes.world(take.object, 20)[:3, 3] - stood, (0.1, 0, 0), atol=1e-6)
