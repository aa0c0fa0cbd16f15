"""Takes as an animator handles them: shown and hidden, alone, side by side, as strips, saved and found again."""

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic, test_take_object as cases
import jointhoi_blender as jointhoi
from jointhoi_blender.takes.make import as_if_new
from jointhoi_blender.takes.take import solo

FRAMES = (1, 15, 31, 46, 61)


def prepared(case=cases.plain, frame=1):
    scenes.set_rate(30)
    thing = scenes.cube()
    case(thing)
    bpy.context.scene.frame_set(frame)
    return thing


def make(thing, seed=0, hands="both", **options):
    with as_if_new(thing):
        request = jointhoi.request_from(thing, "Lift it.", seed=seed)
    return jointhoi.make_take(thing, synthetic.clip_for(request, seed=seed, hands=hands), **options)


def path_of(thing, frames):
    return np.array([scenes.world(thing, frame) for frame in frames])


def seen(take, frames):
    """Where the object's and the hands' own points are in the world: (frames, N, 3)."""
    moved = [each for each in take.objects if each.type == "MESH"]
    out = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        out.append(np.concatenate([scenes.vertices(each) for each in moved]))
    return np.array(out)


@pytest.mark.parametrize("case", cases.CASES, ids=lambda case: case.__name__)
def test_a_hidden_take_leaves_the_object_as_it_was_and_comes_back_the_same(case):
    thing = prepared(case)
    start = bpy.context.scene.frame_current
    bpy.context.scene.frame_set(start)
    before = scenes.inventory()
    take = make(thing)
    frames = [start - 1 + frame for frame in FRAMES]
    shown = seen(take, frames)
    take.hide()
    assert not take.shown and not any(scenes_visible(each) for each in take.hands.values())
    bpy.context.scene.frame_set(start)
    bpy.context.view_layer.update()
    after = scenes.inventory()
    assert {key: after[key] for key in before if key[0] == "state"} == {
        key: before[key] for key in before if key[0] == "state"
    }
    take.show()
    assert abs(seen(take, frames) - shown).max() < 2e-5
    take.hide()
    take.remove()
    bpy.context.scene.frame_set(start)
    bpy.context.view_layer.update()
    assert scenes.inventory() == before


def scenes_visible(thing):
    bpy.context.view_layer.update()
    return thing.visible_get()


def test_of_takes_of_the_same_moment_one_is_shown():
    thing = prepared(cases.earlier_action)
    start, before = bpy.context.scene.frame_current, scenes.inventory()
    one, two, three = make(thing), make(thing, seed=1), make(thing, seed=2)
    assert [each.shown for each in (one, two, three)] == [False, False, True]
    motion = seen(two, [start + 20]) if two.show() is None else None
    assert [each.shown for each in (one, two, three)] == [False, True, False]
    one.show()
    assert not two.shown and abs(seen(one, [start + 20]) - motion).max() > 1e-3
    assert len([each for each in thing.modifiers if each.type == "NODES"]) == 1
    for each in (two, one, three):
        each.remove()
    bpy.context.scene.frame_set(start)
    bpy.context.view_layer.update()
    assert scenes.inventory() == before


def test_a_take_goes_on_from_another_and_they_are_hidden_and_removed_in_any_order():
    thing = prepared(cases.earlier_action)
    start, before = bpy.context.scene.frame_current, scenes.inventory()
    one = make(thing)
    bpy.context.scene.frame_set(one.frame_range[1])
    two = make(thing, seed=1)
    assert one.shown and two.shown
    one.hide()
    assert not two.shown and thing.animation_data.action.name == "CubeAction"
    two.show()
    assert one.shown
    one.remove()
    assert thing.animation_data.action == two.record["action"]
    two.remove()
    bpy.context.scene.frame_set(start)
    bpy.context.view_layer.update()
    assert scenes.inventory() == before


def test_what_the_user_animated_while_a_take_was_hidden_is_what_it_gives_back():
    thing = prepared()
    take = make(thing)
    take.hide()
    scenes.key(thing, "location", {1: (5, 0, 0), 100: (6, 0, 0)})
    mine = thing.animation_data.action
    take.show()
    assert thing.animation_data.action != mine
    take.remove()
    assert thing.animation_data.action == mine and not mine.use_fake_user


@pytest.mark.parametrize(
    "case", [cases.plain, cases.scaled_and_turned, cases.earlier_action, cases.parent, cases.shear_through_parent],
    ids=lambda case: case.__name__,
)  # fmt: skip
def test_side_by_side_a_take_moves_a_copy_and_hands_an_offset_away(case):
    thing = prepared(case)
    start = bpy.context.scene.frame_current
    before = scenes.inventory()
    one = make(thing)
    frames = [start - 1 + frame for frame in FRAMES]
    moved = seen(one, frames)
    bpy.context.scene.frame_set(start)
    two = make(thing, seed=1)
    one.show_beside((0.7, 0.2, 0))
    assert one.shown and two.shown and one.is_beside
    beside = seen(one, frames)
    assert abs(np.sort(beside, 1) - np.sort(moved + (0.7, 0.2, 0), 1)).max() < 2e-5
    one.show()
    assert not one.is_beside and not two.shown and abs(seen(one, frames) - moved).max() < 2e-5
    one.show_beside((1, 0, 0))
    for each in (one, two):
        each.remove()
    bpy.context.scene.frame_set(start)
    bpy.context.view_layer.update()
    assert scenes.inventory() == before


@pytest.mark.parametrize(
    "case", [cases.plain, cases.earlier_action, cases.strips_below, cases.scaled_and_turned],
    ids=lambda case: case.__name__,
)  # fmt: skip
def test_a_take_kept_as_strips_looks_the_same_and_goes_without_a_trace(case):
    thing = prepared(case)
    start = bpy.context.scene.frame_current
    before = scenes.inventory()
    tracks = len(thing.animation_data.nla_tracks) if thing.animation_data else 0
    one = make(thing)
    bpy.context.scene.frame_set(one.frame_range[1])
    two = make(thing, seed=1)
    frames = [start - 3, *(start - 1 + frame for frame in FRAMES), two.frame_range[0] + 20, two.frame_range[1] + 5]
    looks = [seen(each, frames) for each in (one, two)]
    two.keep_as_strip()
    assert one.is_strip and two.is_strip and thing.animation_data.action is None
    assert all(not hand.animation_data.action and hand.animation_data.nla_tracks for hand in two.hands.values())
    for each, look in zip((one, two), looks):
        assert abs(seen(each, frames)[1:] - look[1:]).max() < 2e-5
    bpy.context.scene.frame_set(start)
    assert abs(seen(two, frames[:1])[:, :8] - looks[1][:1, :8]).max() < 2e-5
    two.hide()
    assert not two.shown and one.shown and abs(seen(one, frames[:6]) - looks[0][:6]).max() < 2e-5
    two.show()
    two.take_from_strip()
    assert not two.is_strip and two.shown
    two.remove()
    one.remove()
    bpy.context.scene.frame_set(start)
    bpy.context.view_layer.update()
    assert scenes.inventory() == before
    assert (len(thing.animation_data.nla_tracks) if thing.animation_data else 0) == tracks


def test_the_heatmap_follows_the_strips():
    thing = prepared()
    take = make(thing)

    def heat():
        bpy.context.scene.frame_set(31)
        mesh = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        return [each.value for each in mesh.attributes["contact"].data]

    expected = heat()
    take.keep_as_strip()
    bpy.context.scene.frame_set(1)
    assert np.allclose(heat(), expected) and max(expected) > 0.1


def test_solo_shows_one_take_and_gives_back_the_view():
    one, two = prepared(), scenes.cube(name="Other", location=(1, 0, 0))
    takes = [make(one), make(one, seed=1), make(two), make(one, seed=2)]
    takes[0].show_beside((0, 1, 0))
    before = [(each.shown, each.is_beside) for each in takes]
    solo(takes[1])
    assert [each.shown for each in takes] == [False, True, False, False]
    solo(takes[2])
    assert [each.shown for each in takes] == [False, False, True, False]
    solo(takes[2])
    assert [(each.shown, each.is_beside) for each in takes] == before


def test_a_take_is_found_after_reload_with_what_made_it(tmp_path):
    thing = prepared()
    recipe = {"prompt": "Lift it.", "seed": 7, "seconds": 2.0, "hands": "left", "heading": 1.5, "quality": "draft"}
    take, other = make(thing, recipe=recipe), make(thing)
    motion = seen(other, FRAMES)
    take.collection.name = "The good one"
    path = str(tmp_path / "file.blend")
    for _ in range(2):  # what nothing uses is lost in the first round
        bpy.ops.wm.save_as_mainfile(filepath=path)
        bpy.ops.wm.open_mainfile(filepath=path)
    take, other = jointhoi.find_takes()
    assert (take.name, take.recipe, take.shown, other.shown) == ("The good one", recipe, False, True)
    assert abs(seen(other, FRAMES) - motion).max() < 2e-5
    take.show()
    other.remove()
    take.remove()
    assert [each.name for each in bpy.data.objects] == ["Cube"] and not bpy.data.actions


def test_things_of_the_users_in_a_takes_collection_are_spared():
    thing = prepared()
    take = make(thing)
    mine, child = scenes.cube(name="Mine"), bpy.data.collections.new("My Folder")
    bpy.context.scene.collection.objects.unlink(mine)
    take.collection.objects.link(mine)
    take.collection.children.link(child)
    take.remove()
    assert mine.name in bpy.context.scene.collection.objects
    assert child.name in bpy.context.scene.collection.children


def test_a_mesh_that_others_use_or_that_was_exchanged_is_left_clean():
    thing, twin = prepared(), scenes.cube(name="Twin")
    twin.data = thing.data
    take = make(thing)
    mesh = thing.data
    assert not twin.modifiers
    thing.data = thing.data.copy()
    take.remove()
    for each in (mesh, thing.data):
        assert not [name for name in each.attributes.keys() if "JointHOI" in name]


def test_a_copy_that_the_user_made_keeps_its_motion_and_heatmap():
    thing = prepared()
    take = make(thing)
    copy = thing.copy()
    copy.data, copy.animation_data.action = thing.data.copy(), thing.animation_data.action.copy()
    bpy.context.scene.collection.objects.link(copy)
    motion = path_of(copy, FRAMES)
    take.remove()
    assert np.allclose(path_of(copy, FRAMES), motion)
    assert "contact" in copy.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.attributes


def test_takes_of_another_file_are_listed_and_refused(tmp_path):
    thing = prepared()
    make(thing)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "lib.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "lib.blend"), link=True) as (source, target):
        target.collections = source.collections
    bpy.context.scene.collection.children.link(target.collections[0])
    (take,) = jointhoi.find_takes()
    for act in (take.hide, take.remove, take.keep_as_strip):
        with pytest.raises(jointhoi.UserError, match="linked from another file"):
            act()


def test_a_failed_second_take_leaves_the_first_one_shown():
    thing = prepared()
    take = make(thing)
    motion = seen(take, FRAMES)
    bpy.context.scene.frame_set(1)
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."), seed=1)
    clip.hand_faces = clip.hand_faces[..., :2]
    with pytest.raises(Exception):
        jointhoi.make_take(thing, clip)
    assert jointhoi.find_takes() == [take] and take.shown and abs(seen(take, FRAMES) - motion).max() < 2e-5


def test_an_object_deleted_by_hand_counts_as_deleted(tmp_path):
    thing = prepared()
    take = make(thing)
    bpy.context.view_layer.objects.active = thing
    thing.select_set(True)
    bpy.ops.object.delete()
    assert take.object is None and take.shown
    with pytest.raises(jointhoi.UserError, match="was deleted"):
        take.show_beside((1, 0, 0))
    take.remove()
    path = str(tmp_path / "file.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert not bpy.data.objects and not bpy.data.actions and not bpy.data.armatures


def test_a_mesh_edited_while_its_take_was_hidden_gets_the_heatmap_back():
    thing = prepared()
    take = make(thing)
    other = make(thing, seed=1)
    assert not [name for name in thing.data.attributes.keys() if take.record["name"] in name]
    thing.modifiers.new("Cut", "SUBSURF").subdivision_type = "SIMPLE"
    bpy.context.view_layer.objects.active = thing
    bpy.ops.object.modifier_apply(modifier="Cut")
    take.show()
    bpy.context.scene.frame_set(40)
    mesh = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    values = [each.value for each in mesh.attributes["contact"].data]
    assert len(values) == len(thing.data.vertices) == 26 and max(values) > 0.1
    assert not other.shown
