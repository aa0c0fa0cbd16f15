"""Directed takes: an object that keeps its own motion, poses that stay, sentences in a row; the model is a toy that
obeys.
"""

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic
from blender.test_ui import add_on  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender import seam, worker_client
from jointhoi_blender.editing import retime
from jointhoi_blender.scene import fixed
from jointhoi_blender.takes import keep, resample, rig

ARRAYS = ("object_translation", "object_rotation", "object_articulation", "hand_translation", "hand_rotation")


@pytest.fixture(autouse=True)
def requests(monkeypatch):
    """The requests that reached the client, which answers with a toy clip that has what was fixed, where it was."""
    seen = []

    def run(request, progress=None, cancelled=None):
        seen.append(request)
        clip = synthetic.clip_for(request, hands=request.hands if request.hands != "auto" else "right",
                                  seconds=(request.frames - 1) / seam.FPS, seed=request.seed)  # fmt: skip
        if request.given is not None:
            for column, name in ((2, ARRAYS[0]), (2, ARRAYS[1]), (2, ARRAYS[2])):
                rows = request.given[:, column]
                getattr(clip, name)[rows] = getattr(request, name)[rows]
            for name in ARRAYS[3:]:
                getattr(clip, name)[request.given[:, :2]] = getattr(request, name)[request.given[:, :2]]
        return clip

    monkeypatch.setattr(worker_client, "run", run)
    return seen


def swinging(name="Mug", on=None):
    """A cube that swings on a parent which is keyed in curves, itself turned by a constraint: frames 10 to 70."""
    thing, arm, target = scenes.cube(name=name), scenes.empty("Arm"), scenes.empty("Target")
    thing.parent = arm
    thing.scale = (1, 0.8, 1.2)
    scenes.key(arm, "location", {10: (0, 0, 0), 31: (0.1, 0.2, 0.3), 70: (0.3, 0, 0.1)})
    scenes.key(arm, "rotation_euler", {10: (0, 0, 0), 50: (0.4, -1.0, 2.0), 70: (0, 0, 1)})
    target.location = (3, 4, 1)
    track = thing.constraints.new("DAMPED_TRACK")
    track.target, track.track_axis = target, "TRACK_Y"
    return thing


def motion_of(thing, first=1, last=90):
    return np.array([scenes.world(thing, frame) for frame in range(first, last + 1)])


def curves(action):
    """Every key of an action, as numbers."""
    bags = [action]
    if hasattr(action, "slots"):
        bags = [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
    return [(curve.data_path, curve.array_index, [tuple(point.co) for point in curve.keyframe_points])
            for bag in bags for curve in bag.fcurves]  # fmt: skip


def hand_in_object(take, side, frame, metres=1.0):
    """The wrist in the object's rigid frame (3,), and in the world (3,) with all 16 rotations, metres."""
    object_world = scenes.world(take.object, frame)
    graph = bpy.context.evaluated_depsgraph_get()
    wrist, turns = keep.pose_of(take.hands[seam.SIDES[side]].evaluated_get(graph), side)
    left, _, right = np.linalg.svd(object_world[:3, :3])
    return (left @ right).T @ (wrist - object_world[:3, 3]) * metres, wrist * metres, turns


def degrees(one, two):
    chord = np.linalg.norm(np.asarray(one, float) - two, axis=(-2, -1)) / np.sqrt(8)  # the sine of half the angle
    return np.degrees(2 * np.arcsin(chord.clip(0, 1))).max()


@pytest.mark.parametrize("fps, metres", [(24, 1.0), (30, 1.0), (60, 0.01), (29.97, 1.0)])
def test_the_object_keeps_its_own_motion_and_the_hands_hold_on_to_it(fps, metres, requests):
    scenes.set_rate(fps)
    bpy.context.scene.unit_settings.scale_length = metres
    thing = swinging()
    if metres != 1:
        thing.parent.scale = (1 / metres,) * 3
    bpy.context.scene.frame_set(3)
    keyed, moved = curves(thing.parent.animation_data.action), motion_of(thing)
    bpy.context.scene.frame_set(3)
    take = jointhoi.generate(thing, "Lift it with the right hand.", follow=(10, 70), seed=2)
    assert take.frame_range == (10, 70) and bpy.context.scene.frame_current == 3
    np.testing.assert_array_equal(motion_of(thing), moved)
    assert curves(thing.parent.animation_data.action) == keyed and thing.animation_data.action is None
    (request,) = requests
    assert request.given.tolist() == [[False, False, True]] * request.frames
    assert request.seconds == pytest.approx(60 / fps, abs=1 / 30)
    for frame in (10, 31, 55, 70):  # what the model was told is where the object is at that moment
        place = resample.smooth(request.object_translation.astype(float), np.array([(frame - 10) * 30 / fps]))[0]
        assert np.abs(place - moved[frame - 1][:3, 3] * metres).max() < 2e-3
    times = np.minimum(np.arange(61) / fps, take.clip.seconds) * 30
    held = np.einsum(
        "tji,tj->ti", take.clip.object_rotation, take.clip.hand_translation[:, 1] - take.clip.object_translation
    )
    want = resample.smooth(held.astype(float), times)
    for frame in range(10, 71, 3):
        assert np.abs(hand_in_object(take, 1, frame, metres)[0] - want[frame - 10]).max() < 1e-5


def test_a_followed_take_is_hidden_shown_varied_and_removed_without_a_trace(requests):
    thing = swinging()
    bpy.context.scene.frame_set(1)
    before, moved = scenes.inventory(), motion_of(thing)
    bpy.context.scene.frame_set(1)
    take = jointhoi.generate(thing, "Lift it.", follow=(10, 70))
    assert take.recipe["follow"] == [10, 70] and "path" not in take.recipe and "keep" not in take.recipe

    def heat(frame):
        bpy.context.scene.frame_set(frame)
        mesh = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        return np.array([each.value for each in mesh.attributes["contact"].data])

    shown = [heat(frame) for frame in (10, 40, 70)]
    assert np.ptp(shown[1]) > 0.1 and np.abs(shown[0] - shown[1]).max() > 0.1
    for change in (lambda: retime.retime(take, speed=2.0), lambda: retime.place(take, (1, 0, 0))):
        with pytest.raises(jointhoi.UserError, match="does by itself"):
            change()
    take.hide()
    assert not thing.modifiers and not thing.animation_data
    take.show()
    np.testing.assert_array_equal([heat(frame) for frame in (10, 40, 70)], shown)
    take.keep_as_strip()
    assert take.is_strip and take.shown
    take.hide()
    take.show()
    take.take_from_strip()
    take.show_beside((2.0, 0, 0))
    copy = next(each for each in take.collection.objects if each.type == "MESH" and "jointhoi_copy" in each)
    for frame in (15, 50):
        np.testing.assert_allclose(
            scenes.world(copy, frame)[:3, 3], scenes.world(thing, frame)[:3, 3] + [2, 0, 0], atol=1e-5
        )
    take.show()
    bpy.context.scene.frame_set(1)
    again = jointhoi.generate(take.object, **{**take.recipe, "seed": 9})
    assert not take.shown and again.shown
    np.testing.assert_array_equal(motion_of(thing), moved)
    for each in (take, again):
        each.remove()
    bpy.context.scene.frame_set(1)
    assert scenes.inventory() == before


@pytest.mark.parametrize(
    "follow, words", [((10, 15), "choose more frames"), ((1, 300), "choose fewer frames, or say what happens then")]
)
def test_a_path_too_short_or_too_long_is_refused(follow, words):
    scenes.set_rate(24)
    with pytest.raises(jointhoi.UserError, match=words):
        jointhoi.generate(swinging(), "Lift it.", follow=follow)
    assert not jointhoi.find_takes()


def test_a_path_that_grows_or_that_a_take_makes_is_refused():
    thing = swinging()
    scenes.key(thing, "scale", {20: (1, 1, 1), 40: (2, 1, 1)})
    with pytest.raises(jointhoi.UserError, match="changes its size"):
        jointhoi.generate(thing, "Lift it.", follow=(10, 60))
    other = scenes.cube(name="Other")
    bpy.context.scene.frame_set(5)
    take = jointhoi.generate(other, "Lift it.", seconds=2.0)
    with pytest.raises(jointhoi.UserError, match="moves “Other” in these frames"):
        jointhoi.generate(other, "Lift it.", follow=(1, 48))
    assert jointhoi.find_takes() == [take] and take.shown


def test_a_path_over_several_sentences_is_divided_as_they_are_long(requests):
    scenes.set_rate(30)
    jointhoi.generate(swinging(), "Lift it.", follow=(1, 181), seconds=2.0, then=[("Drink.", 4.0)])
    assert requests[0].sentences == [("Lift it.", 60), ("Drink.", 180)]


@pytest.mark.parametrize("fps", [24, 30, 60])
@pytest.mark.parametrize("frames", [[20], list(range(5, 21)), [5, 6, 30, 41]])
def test_kept_poses_are_exact_edits_and_all(fps, frames, requests):
    """Poses of rigs that a user changed, at another rate than the model's: to 0.1 mm and 0.01 degrees."""
    scenes.set_rate(fps)
    thing = scenes.cube()
    bpy.context.scene.frame_set(5)
    take = jointhoi.generate(thing, "Pass it.", hands="both", seconds=2.0)
    bpy.context.scene.frame_set(20)
    bone = take.hands["RIGHT"].pose.bones[rig.bone_name(0, 1)]
    bone.location.z += 0.03
    bone.keyframe_insert("location")
    finger = take.hands["RIGHT"].pose.bones[rig.bone_name(5, 1)]
    finger.rotation_quaternion = (0.8, 0.6, 0, 0)
    finger.keyframe_insert("rotation_quaternion")
    thing.location.x += 0.02
    thing.keyframe_insert("location")
    want = {
        frame: (scenes.world(thing, frame), [hand_in_object(take, side, frame)[1:] for side in (0, 1)])
        for frame in frames
    }
    poses = take.poses(frames, left=False)
    bpy.context.scene.frame_set(5)
    new = jointhoi.generate(thing, **{**take.recipe, "keep": poses, "seed": 7, "hands": "both"})
    assert new.frame_range == take.frame_range and not take.shown
    for frame, (place, ((left, _), (right, turns))) in want.items():
        assert np.abs(scenes.world(thing, frame)[:3, 3] - place[:3, 3]).max() < 1e-4
        assert degrees(scenes.world(thing, frame)[:3, :3], place[:3, :3]) < 0.01
        _, wrist, now = hand_in_object(new, 1, frame)
        assert np.abs(wrist - right).max() < 1e-4 and degrees(now, turns) < 0.01
    given = requests[1].given
    assert not given[:, 0].any() and (given[:, 1] == given[:, 2]).all()
    assert 0 < given.any(1).sum() <= len(frames) * 30 / fps + 2


def test_kept_poses_travel_with_the_take(requests, tmp_path):
    """Saved, reloaded, its source deleted: the take can be made again with the same poses."""
    scenes.set_rate(24)
    thing = scenes.cube(name="Mug")
    bpy.context.scene.frame_set(5)
    take = jointhoi.generate(thing, "Pass it.", hands="both", seconds=2.0)
    new = jointhoi.generate(thing, **{**take.recipe, "keep": take.poses([12, 13, 30])})
    recipe = new.recipe
    take.remove()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    (new,) = jointhoi.find_takes()
    for name, value in recipe["keep"].items():
        np.testing.assert_array_equal(new.recipe["keep"][name], value)
    want = hand_in_object(new, 0, 30)[1]
    bpy.context.scene.frame_set(5)
    again = jointhoi.generate(new.object, **{**new.recipe, "seed": 4})
    assert np.abs(hand_in_object(again, 0, 30)[1] - want).max() < 1e-5
    np.testing.assert_array_equal(requests[-1].given, requests[-2].given)


def test_an_object_kept_in_the_first_frame_begins_there(requests):
    thing = scenes.cube()
    bpy.context.scene.frame_set(5)
    take = jointhoi.generate(thing, "Lift it.", seconds=2.0)
    scenes.key(thing, "location", {5: (1, 2, 0.5)})
    jointhoi.generate(thing, **{**take.recipe, "keep": take.poses(range(5, 12))})
    np.testing.assert_allclose(requests[-1].translation, (1, 2, 0.5), atol=1e-6)
    np.testing.assert_allclose(scenes.world(thing, 5)[:3, 3], (1, 2, 0.5), atol=1e-5)


def test_a_hidden_take_or_other_frames_cant_be_kept():
    thing = scenes.cube()
    take = jointhoi.generate(thing, "Lift it.", seconds=2.0)
    with pytest.raises(jointhoi.UserError, match="goes from frame 1 to 49; keep frames in between"):
        take.poses([30, 90])
    take.hide()
    with pytest.raises(jointhoi.UserError, match="Show “Cube take” on its object first"):
        take.poses([30])


def test_what_happens_then_is_in_the_take(requests):
    scenes.set_rate(24)
    take = jointhoi.generate(scenes.cube(), "Pick it up.", seconds=2.0, then=[("Drink.", 3.0), ("Put it back.", 2.5)])
    assert take.frame_range == (1, 181) and requests[0].sentences[-1] == ("Put it back.", 225)
    assert take.recipe["then"] == [["Drink.", 3.0], ["Put it back.", 2.5]]


def test_a_difference_fades_and_is_whole_where_it_is_known():
    at, values = np.array([3, 4, 8, 30]), np.array([1.0, 2.0, -1.0, 0.5])
    spread = keep.faded(at, values, 40)
    np.testing.assert_array_equal(spread[at], values)
    away = np.abs(np.arange(40)[:, None] - at).min(1)
    assert not spread[away >= keep.REACH].any() and np.abs(np.diff(spread)).max() < 1.2


def test_frames_of_the_scene_become_frames_of_the_model():
    """At 24 a second, scene frames 8 to 16 last from 1/3 to 2/3 s: the model's frames 10 to 20, each in its place."""
    poses = fixed.nothing(np.arange(8, 17))
    poses["given"][:, 2] = True
    poses["object_translation"][:, 0] = np.arange(8, 17) / 24
    told = fixed.for_request(poses, 31, 24)
    assert np.flatnonzero(told["given"][:, 2]).tolist() == list(range(10, 21)) and not told["given"][:, :2].any()
    np.testing.assert_allclose(told["object_translation"][10:21, 0], np.arange(10, 21) / 30, atol=1e-9)


# The panel's buttons


def fields_for(thing, **values):
    fields = bpy.context.scene.jointhoi
    fields.object = thing
    for name, value in {"prompt": "Pick it up.", **values}.items():
        setattr(fields, name, value)
    return fields


def test_the_panel_follows_from_where_the_object_is_keyed(requests):
    thing = swinging()
    bpy.context.scene.frame_set(40)
    fields = fields_for(thing, follow=True)
    bpy.ops.jointhoi.follow_keys()
    assert (fields.follow_first, fields.follow_last) == (10, 70)
    assert bpy.ops.jointhoi.generate() == {"FINISHED"}
    (take,) = jointhoi.find_takes()
    assert take.frame_range == (10, 70) and not thing.animation_data.action
    bpy.ops.jointhoi.take_again()
    (take,) = jointhoi.find_takes()
    assert take.recipe["follow"] == [10, 70] and len(requests) == 2
    fields.follow, fields.follow_last = False, 50
    bpy.ops.jointhoi.take_use()
    assert fields.follow and fields.follow_last == 70


def test_the_panel_says_what_happens_then(requests):
    fields = fields_for(scenes.cube())
    for words in ("Drink.", "", "Put it back."):
        bpy.ops.jointhoi.then_add()
        fields.then[-1].prompt = words
    bpy.ops.jointhoi.generate()
    assert requests[0].then == [["Drink.", 3.0], ["Put it back.", 3.0]]
    bpy.ops.jointhoi.then_remove(index=0)
    assert [each.prompt for each in fields.then] == ["", "Put it back."]
    bpy.ops.jointhoi.take_use()
    assert [each.prompt for each in fields.then] == ["Drink.", "Put it back."]


def test_the_panel_keeps_what_is_marked_and_makes_the_rest_anew(requests):
    thing = scenes.cube()
    fields = fields_for(thing, hands="both", seconds=2.0, seed=5)
    bpy.ops.jointhoi.generate()
    for frame in (12, 20, 12):
        bpy.context.scene.frame_set(frame)
        bpy.ops.jointhoi.take_mark()
    (take,) = jointhoi.find_takes()
    assert list(take.record["marked"]) == [20]
    fields.keep_left = False
    want = hand_in_object(take, 1, 20)[1]
    assert bpy.ops.jointhoi.take_keep() == {"FINISHED"}
    old, new = jointhoi.find_takes()
    assert not old.shown and new.seed == 5 and requests[1].hands == "both" and not requests[1].given[:, 0].any()
    assert np.abs(hand_in_object(new, 1, 20)[1] - want).max() < 1e-4
    fields.take = new.collection
    fields.keep_when, fields.keep_first, fields.keep_last = "outside", 15, 30
    bpy.ops.jointhoi.take_keep()
    kept = jointhoi.find_takes()[2].recipe["keep"]["frames"]
    assert kept.tolist() == [*range(14), *range(30, 49)]
    fields.keep_first, fields.keep_last = 90, 95
    fields.keep_when = "inside"
    with pytest.raises(RuntimeError, match="Nothing of"):
        bpy.ops.jointhoi.take_keep()
    bpy.context.scene.frame_set(20)
    bpy.ops.jointhoi.take_mark()
    bpy.ops.jointhoi.take_mark()
    assert "marked" not in jointhoi.find_takes()[2].record
