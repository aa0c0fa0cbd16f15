"""What the panels Edit, Hand Size and Shape and My Character show, and when."""

import bpy
import numpy as np

from blender import characters, scenes
from blender.layouts import drawn
from blender.test_editing_character import PLACE, lifted
from blender.test_editing_keys import interface  # noqa: F401
from blender.test_editing_shape import holding
from jointhoi_blender.editing import character, controls, sparse
from jointhoi_blender.takes import rig
from jointhoi_blender.takes.take import find_takes


def test_edit_shows_what_can_be_done_now(interface):  # noqa: F811
    from jointhoi_blender.ui import editing

    assert drawn(editing.JOINTHOI_PT_edit) is None
    take, _ = holding()
    assert drawn(editing.JOINTHOI_PT_edit) == ["Sparse Keys", "Move in Time", "Move in Space", "Add Controls"]
    assert drawn(editing.JOINTHOI_PT_hand)[:2] == ["Size", "Finger length"]
    told = sparse.reduce(take)
    texts = drawn(editing.JOINTHOI_PT_edit)
    assert f"{told['after']} keys of {told['before']}" in texts and "Restore All Keys" in texts
    controls.add(take)
    texts = drawn(editing.JOINTHOI_PT_edit)
    assert texts[0] == "Bake Controls" and texts.count("Thumb") == 2 and "Left Hand: Curl, Spread" in texts
    assert "Sparse Keys" not in texts and drawn(editing.JOINTHOI_PT_hand) is None
    controls.bake(take)
    for act in (take.hide, take.show, lambda: take.show_beside((1, 0, 0)), take.show, take.keep_as_strip):
        act()
        assert (drawn(editing.JOINTHOI_PT_edit) is None) == (act != take.show)


def test_my_character_says_what_it_knows(interface):  # noqa: F811
    from jointhoi_blender.ui import character as panel

    take = lifted("right")
    assert drawn(panel.JOINTHOI_PT_character) == [""] and drawn(panel.JOINTHOI_PT_character_bones) is None
    bpy.context.scene.jointhoi_character = hero = characters.character("mixamo", PLACE)
    texts = drawn(panel.JOINTHOI_PT_character)
    assert texts[1:] == ["Recognised: Mixamo", "Give It These Hands' Motion"]
    texts = drawn(panel.JOINTHOI_PT_character_bones)
    assert "Right Hand" in texts and "Left Hand" not in texts and "Index 2" in texts and "Upper Arm" in texts
    hero.location.y += 2
    bpy.context.view_layer.update()
    character.transfer(take, hero)
    assert any("too short" in text for text in drawn(panel.JOINTHOI_PT_character))
    bpy.context.scene.jointhoi_character = characters.character("other", PLACE)
    assert "Choose its bones below" in drawn(panel.JOINTHOI_PT_character)


def test_one_undo_takes_each_edit_back(interface):  # noqa: F811
    def state():
        take = find_takes()[0]
        bpy.context.scene.frame_set(20)
        seen = np.array([scenes.vertices(rig.skin_of(hand)) for hand in take.hands.values()])
        return seen, take.frame_range, sparse.count_keys(take), [len(hand.data.bones) for hand in take.hands.values()]

    holding()
    before = state()
    bpy.ops.ed.undo_push(message="Before")
    for act in (
        bpy.ops.jointhoi.sparse_keys,
        bpy.ops.jointhoi.controls_add,
        lambda: setattr(find_takes()[0].collection, "jointhoi_betas", [1.5] + [0] * 9),
        lambda: bpy.ops.jointhoi.take_retime(start=9, speed=1.5),
        lambda: bpy.ops.jointhoi.take_place(offset=(1, 0, 0)),
    ):
        act()
        after = state()
        assert after[1:] != before[1:] or abs(after[0] - before[0]).max() > 1e-3
        bpy.ops.ed.undo_push(message="Edit")
        bpy.ops.ed.undo()
        again = state()
        assert again[1:] == before[1:] and abs(again[0] - before[0]).max() < 1e-6
