"""What the panels Edit, Hand Size and Shape and My Character show, and when."""

import bpy

from blender import characters
from blender.layouts import drawn
from blender.test_editing_character import PLACE, lifted
from blender.test_editing_keys import interface  # noqa: F401
from blender.test_editing_shape import holding
from jointhoi_blender.editing import character, controls, sparse


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
