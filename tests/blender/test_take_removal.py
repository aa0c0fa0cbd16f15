"""A take leaves nothing behind: not when it is removed, not when it fails half way."""

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic, test_take_object as cases
import jointhoi_blender as jointhoi
from jointhoi_blender.takes import attach, build, heatmap, keys, object_keys, rig


def prepared(case):
    """An object in a scene with other things in it, a clip for it, and the inventory before the take."""
    scenes.set_rate(30)
    other = scenes.cube(name="Other", location=(1, 1, 1))
    other.select_set(True)
    thing = scenes.cube()
    bpy.context.view_layer.objects.active = other
    case(thing)
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."))
    bpy.context.view_layer.update()
    return thing, clip, scenes.inventory()


@pytest.mark.parametrize("case", cases.CASES, ids=lambda case: case.__name__)
def test_removing_a_take_leaves_the_file_as_it_was(case):
    thing, clip, before = prepared(case)
    take = jointhoi.make_take(thing, clip)
    while_there = scenes.inventory()
    assert while_there["layer"] == before["layer"] and while_there["scene"] == before["scene"]
    assert while_there["state", "Other"] == before["state", "Other"]
    assert while_there != before
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)
    take.remove()
    assert scenes.inventory() == before


STEPS = [
    (rig, "make_hand", 1), (rig, "make_hand", 2), (rig, "_make_skin", 1), (rig, "key_hand", 2),
    (rig, "_skin_material", 1), (keys, "new_action", 1), (keys, "new_action", 3), (keys, "fill", 70),
    (object_keys, "key_object", 1),
    (object_keys, "parent_matrices", 1), (heatmap, "store", 1), (heatmap, "nearest", 1), (heatmap, "add_modifier", 1),
    (heatmap, "node_group", 1), (keys, "input_path", 1), (keys, "set_input", 1), (keys, "fill", 143),
    (build, "new_record", 1), (attach, "snapshot", 1), (attach, "assign", 1),
    (build.resample, "resample", 1),
    (rig, "bone_name", 5),
]  # fmt: skip


@pytest.mark.parametrize("module, name, call", STEPS, ids=lambda value: getattr(value, "__name__", value))
@pytest.mark.parametrize(
    "case", [cases.scaled_and_turned, cases.earlier_action, cases.shear_through_parent], ids=lambda c: c.__name__
)
def test_a_failure_half_way_leaves_the_file_as_it_was(monkeypatch, case, module, name, call):
    thing, clip, before = prepared(case)
    real, calls = getattr(module, name), [0]

    def failing(*arguments, **options):
        calls[0] += 1
        if calls[0] == call:
            raise ZeroDivisionError("on purpose")
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, failing)
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        jointhoi.make_take(thing, clip)
    assert scenes.inventory() == before
    monkeypatch.undo()
    jointhoi.make_take(thing, clip).remove()
    assert scenes.inventory() == before


def test_what_the_user_did_to_the_take_meanwhile_does_not_stop_its_removal():
    thing, clip, before = prepared(cases.earlier_action)
    take = jointhoi.make_take(thing, clip)
    bpy.data.objects.remove(take.hands["LEFT"])
    thing.modifiers.clear()
    mine = bpy.data.actions.new("Mine")
    thing.animation_data.action = mine
    bpy.data.meshes.new("Mine")
    assert list(take.hands) == ["RIGHT"]
    take.remove()
    assert thing.animation_data.action == mine
    assert not jointhoi.find_takes() and not any(armature.users for armature in bpy.data.armatures)


def test_a_take_whose_object_was_deleted_can_be_removed():
    thing, clip, before = prepared(cases.plain)
    take = jointhoi.make_take(thing, clip)
    bpy.data.objects.remove(thing)
    assert take.object is None and len(take.objects) == 4
    take.remove()
    assert [each.name for each in bpy.data.objects] == ["Other"] and not bpy.data.actions


def test_takes_may_be_removed_in_any_order():
    thing, clip, before = prepared(cases.earlier_action)
    one, two = jointhoi.make_take(thing, clip), jointhoi.make_take(thing, clip)
    one.remove()
    two.remove()
    assert not jointhoi.find_takes() and len(bpy.data.objects) == 2
    assert not [name for name in thing.data.attributes.keys() if "JointHOI" in name] and not thing.modifiers
    assert [action.name for action in bpy.data.actions] == ["CubeAction"]


def test_one_undo_step_takes_a_take_back_and_redo_brings_it_again():
    thing, clip, before = prepared(cases.earlier_action)
    bpy.ops.ed.undo_push(message="Before")
    jointhoi.make_take(thing, clip)
    bpy.ops.ed.undo_push(message="Take")
    bpy.ops.ed.undo()
    bpy.context.view_layer.update()
    assert scenes.inventory() == before
    bpy.ops.ed.redo()
    (take,) = jointhoi.find_takes()
    assert take.object == bpy.data.objects["Cube"] and len(take.hands) == 2
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)
    take.remove()
    assert scenes.inventory() == before


def test_an_object_with_a_linked_mesh_gets_hands_and_keys_and_no_heatmap(tmp_path):
    bpy.data.libraries.write(str(tmp_path / "props.blend"), {scenes.cube(name="Prop")})
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "props.blend"), link=True) as (source, target):
        target.objects = source.objects
    bpy.context.scene.collection.objects.link(target.objects[0])
    thing = target.objects[0].override_create(remap_local_usages=True)
    scenes.set_rate(30)
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."))
    before = scenes.inventory()
    take = jointhoi.make_take(thing, clip)
    moved = scenes.world(thing, 31) @ np.linalg.inv(scenes.world(thing, 1))
    assert np.allclose(moved, scenes.rigid(clip, 30) @ np.linalg.inv(scenes.rigid(clip, 0)), atol=1e-5)
    assert len(take.hands) == 2 and not thing.modifiers
    take.remove()
    assert scenes.inventory() == before
