"""The buttons on the list of takes, called as a script calls them."""

import math

import bpy
from mathutils import Vector
import numpy as np
import pytest

from blender.layouts import drawn
from blender.test_ui import a_box, add_on, everything, generate  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender.ui import actor, making, panel, take_list


@pytest.fixture
def take(add_on):  # noqa: F811
    a_box()
    fields = bpy.context.scene.jointhoi
    fields.prompt, fields.seed, fields.hands, fields.quality = "Lift the box.", 5, "left", "draft"
    fields.heading, fields.seconds = 0.5, 3.0
    generate()
    return jointhoi.find_takes()[0]


def test_a_take_remembers_all_of_the_panels_settings_and_gives_them_back(take, tmp_path):
    path = str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    fields = bpy.context.scene.jointhoi
    (take,) = jointhoi.find_takes()
    assert take.recipe == {
        "prompt": "Lift the box.", "seed": 5, "hands": "left", "quality": "draft", "fit": "ask", "heading": 0.5,
        "seconds": 3.0,
    }  # fmt: skip
    fields.prompt, fields.seed, fields.hands, fields.quality = "Other.", 1, "both", "final"
    bpy.ops.jointhoi.take_use()
    assert (fields.prompt, fields.seed, fields.hands, fields.quality) == ("Lift the box.", 5, "left", "draft")
    assert fields.object == take.object


def test_generating_in_the_midst_of_a_take_makes_another_version_of_it(take):
    bpy.context.scene.frame_set(take.frame_range[0] + 5)
    bpy.context.scene.jointhoi.seed = 6
    generate()
    one, two = jointhoi.find_takes()
    assert one.frame_range == two.frame_range and not one.shown and two.shown
    bpy.context.scene.frame_set(two.frame_range[1])
    generate()
    assert [each.shown for each in jointhoi.find_takes()] == [False, True, True]
    assert jointhoi.find_takes()[2].frame_range[0] == two.frame_range[1]


def test_regenerate_puts_the_new_take_in_the_place_of_the_old(take):
    take.collection.name = "The good one"
    number, names = take.record["number"], {each.name for each in take.objects}
    bpy.context.scene.jointhoi.seed = 99
    bpy.context.scene.frame_set(7)
    bpy.ops.jointhoi.take_again(quality="final")
    (new,) = jointhoi.find_takes()
    assert (new.name, new.record["number"], new.seed) == ("The good one", number, 5)
    assert {each.name for each in new.objects} == names
    assert new.recipe == {**take_recipe(5), "quality": "final"} and new.frame_range[0] == 1


def take_recipe(seed):
    return {
        "prompt": "Lift the box.", "seed": seed, "hands": "left", "quality": "draft", "fit": "ask", "heading": 0.5,
        "seconds": 3.0,
    }  # fmt: skip


SHAPE = [2.0, 0.5] + [0.0] * 8


def index_tip(take):
    """How far the index finger's last joint is from the wrist at rest: 3 cm on the fake hand of average size."""
    hand = next(iter(take.hands.values()))
    return hand.data.bones[f"index3.{hand['jointhoi_side'][0]}"].head_local.length


@pytest.mark.parametrize("again", ["take_again", "take_vary", "take_keep", "generate_script"])
def test_a_take_is_made_again_with_the_hands_that_it_has(take, again, tmp_path, monkeypatch):
    assert "hand_shape" not in take.recipe and index_tip(take) == pytest.approx(0.03)
    path = str(tmp_path / "scene.blend")
    take.collection.jointhoi_betas = SHAPE
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    (take,) = jointhoi.find_takes()
    assert take.recipe == {**take_recipe(5), "hand_shape": [SHAPE, SHAPE]}
    take.record["marked"] = [take.frame_range[0] + 3]
    bpy.context.scene.jointhoi.variations = 1
    if again == "generate_script":
        jointhoi.generate(take.object, **take.recipe)
    else:
        getattr(bpy.ops.jointhoi, again)()
    new = jointhoi.find_takes()[-1]
    assert new.hand_shape == [SHAPE, SHAPE] and index_tip(new) == pytest.approx(0.03 * 1.1)
    new.show()
    new.collection.jointhoi_betas = [0.0] * 10
    assert "hand_shape" not in new.recipe and index_tip(new) == pytest.approx(0.03)


def test_the_panel_makes_hands_like_those_of_a_take(take):
    fields = bpy.context.scene.jointhoi
    assert drawn(panel.JOINTHOI_PT_advanced) == ["Size"]
    take.collection.jointhoi_betas = SHAPE
    assert drawn(panel.JOINTHOI_PT_advanced) == ["Size", "Hands Like"]
    bpy.ops.jointhoi.take_use()
    assert fields.hands_of == take.collection
    bpy.ops.jointhoi.take_again()
    (take,) = jointhoi.find_takes()
    assert fields.hands_of == take.collection
    fields.object, fields.hands = a_box(name="Other"), "right"
    generate()
    new = jointhoi.find_takes()[-1]
    assert list(new.hands) == ["RIGHT"] and index_tip(new) == pytest.approx(0.03 * 1.1)
    take.remove()
    assert fields.hands_of is None
    generate()
    assert index_tip(jointhoi.find_takes()[-1]) == pytest.approx(0.03)


def test_a_failed_regeneration_leaves_the_take_as_it_was(take, monkeypatch):
    def fail(*_arguments, **_options):
        raise jointhoi.UserError("The model has no idea.")

    before = everything()
    monkeypatch.setattr(making.worker_client, "run", fail)
    with pytest.raises(RuntimeError, match="no idea"):
        bpy.ops.jointhoi.take_again()
    assert everything() == before and take.shown


@pytest.mark.parametrize("beside", [True, False])
def test_vary_makes_more_with_other_seeds(take, beside):
    fields = bpy.context.scene.jointhoi
    fields.variations, fields.variations_beside = 2, beside
    bpy.ops.jointhoi.take_vary()
    takes = jointhoi.find_takes()
    assert len(takes) == 3 and len({each.seed for each in takes}) == 3
    assert all(each.recipe == take_recipe(each.seed) for each in takes)
    assert [each.shown for each in takes] == ([True] * 3 if beside else [False, False, True])
    assert [each.is_beside for each in takes] == [False, beside, beside]
    bpy.ops.jointhoi.take_layout()
    assert [each.is_beside for each in jointhoi.find_takes()] == ([False] * 3 if beside else [True, True, False])


def test_the_list_shows_the_takes_of_this_scene_oldest_first(take):
    generate()
    bpy.data.collections.new("Not a take")
    one, two = jointhoi.find_takes()
    one.collection.name, two.collection.name = "Z first", "A second"
    fields = bpy.context.scene.jointhoi
    assert fields.take == two.collection and fields.take_index == bpy.data.collections.find("A second")
    fields.take_index = bpy.data.collections.find("Z first")
    assert fields.take == one.collection
    fields.take_index = bpy.data.collections.find("Not a take")
    assert fields.take is None and making.chosen_take(bpy.context) == two
    assert take_list.told(one) == "Seed 5, 3.0 s, left hand, draft"


def test_buttons_on_rows(take):
    bpy.ops.jointhoi.take_show(take_name=take.name)
    assert not take.shown
    bpy.ops.jointhoi.take_show(take_name=take.name)
    bpy.ops.jointhoi.take_strip()
    assert take.shown and take.is_strip
    bpy.ops.jointhoi.take_strip()
    bpy.ops.jointhoi.take_solo(take_name=take.name)
    assert not take.is_strip
    bpy.ops.jointhoi.take_delete()
    assert not jointhoi.find_takes() and not bpy.data.armatures and not bpy.data.actions
    assert not bpy.ops.jointhoi.take_delete.poll()


def test_the_actor_sits_in_front_of_where_the_object_stood_and_looks_where_they_face(take):
    thing, start = take.object, take.frame_range[0]
    stood = actor.middle_of(thing, start)
    bpy.context.scene.frame_set(take.frame_range[1] - 1)
    assert (thing.matrix_world.translation - stood).length > 0.05
    assert (actor.middle_of(thing, bpy.context.scene.frame_current) - stood).length < 1e-5
    place = actor.placed(stood, math.radians(90), 0.01)  # centimetres; facing -X, so sitting at +X
    head = place @ Vector(actor.HEAD)
    assert np.allclose(head - stood, (42, 0, 46), atol=1e-4)
    lines = actor.outline()
    assert lines.shape[1:] == (2, 3) and lines[..., 1].max() < 0 and np.isfinite(lines).all()
