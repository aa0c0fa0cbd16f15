"""Painted contact: what the request says of it, against the weights in the file, and the buttons."""

import bpy
import numpy as np
import pytest

from blender import layouts, scenes
from blender.test_ui import add_on  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender.scene import paint
from jointhoi_blender.ui import painting
from jointhoi_blender.ui import panel as main


def painted(thing, side, weights):
    """Weights {vertex: weight} in the group of a hand."""
    group = thing.vertex_groups.get(paint.GROUPS[side]) or thing.vertex_groups.new(name=paint.GROUPS[side])
    for vertex, weight in weights.items():
        group.add([vertex], weight, "REPLACE")


def test_the_request_has_each_hands_weights_and_nothing_unless_asked():
    thing = scenes.cube()
    thing.vertex_groups.new(name="Other").add([0, 1, 2], 1.0, "REPLACE")
    assert jointhoi.request_from(thing, "Lift it.", paint=True).touch is None
    painted(thing, 1, {3: 1.0, 5: 0.25})
    touch = jointhoi.request_from(thing, "Lift it.", paint=True).touch
    assert touch.shape == (2, 8) and not touch[0].any()
    assert np.allclose(touch[1], [0, 0, 0, 1, 0, 0.25, 0, 0])
    assert jointhoi.request_from(thing, "Lift it.").touch is None


def test_paint_goes_through_modifiers_and_stays_with_its_place():
    thing = scenes.cube()
    painted(thing, 0, {each: 1.0 for each in range(4)})  # the side at x = -0.05
    thing.modifiers.new("Subdivision", "SUBSURF").levels = 2
    request = jointhoi.request_from(thing, "Lift it.", paint=True)
    assert request.touch.shape == (2, len(request.vertices)) and len(request.vertices) > 50
    x = request.vertices[:, 0]
    assert request.touch[0][x < -0.03].min() > 0.9 and request.touch[0][x > 0.03].max() < 0.1


def test_paint_on_the_part_that_turns_counts():
    base, lid = scenes.cube(name="Base"), scenes.cube(location=(0.3, -0.2, 0.9), name="Lid")
    painted(lid, 1, {7: 1.0})
    request = jointhoi.request_from(base, "Open it.", part=lid, axis="X", opens=1.0, paint=True)
    assert np.flatnonzero(request.touch[1]).tolist() == [15] and not request.touch[0].any()


def test_the_buttons_paint_generate_and_clear(add_on):  # noqa: F811
    thing = scenes.cube()
    bpy.context.view_layer.objects.active = thing
    fields = bpy.context.scene.jointhoi
    fields.prompt, fields.seconds, fields.quality = "Lift the box.", 1.0, "draft"
    before = scenes.inventory()
    bpy.ops.jointhoi.paint_contact(side=1)
    assert bpy.context.mode == "PAINT_WEIGHT" and thing.vertex_groups.active.name == "JointHOI Right"
    painted(thing, 1, {3: 1.0})
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.jointhoi.generate()
    (take,) = jointhoi.find_takes()
    assert take.recipe["paint"] is True
    take.remove()
    bpy.ops.jointhoi.paint_clear(side=1)
    thing.select_set(False)
    assert scenes.inventory() == before and len(thing.vertex_groups) == 0


def test_the_tick_is_there_only_where_there_is_paint_to_leave_aside(add_on):  # noqa: F811
    thing = scenes.cube()
    bpy.context.view_layer.objects.active = thing
    bpy.context.scene.jointhoi.paint = False
    panel = painting.JOINTHOI_PT_paint
    assert layouts.header(panel) == []
    painted(thing, 1, {3: 1.0})
    assert layouts.header(panel) == [""]
    bpy.ops.jointhoi.paint_clear(side=1)
    assert layouts.header(panel) == []


def test_an_object_without_vertices_of_its_own_is_refused_in_a_sentence():
    bpy.ops.object.text_add()
    with pytest.raises(jointhoi.UserError, match="convert it to a mesh"):
        paint.begin(bpy.context, bpy.context.object, 0)


def test_there_is_one_way_back_to_object_mode_done_where_one_paints(add_on, monkeypatch):  # noqa: F811
    for module in (main, painting):  # without a window there is no width
        monkeypatch.setattr(module, "wrapped", lambda text, _context: [text])
    bpy.context.view_layer.objects.active = scenes.cube()
    for enter, button in (
        (lambda: bpy.ops.object.mode_set(mode="EDIT"), "Go to Object Mode"),
        (lambda: bpy.ops.jointhoi.paint_contact(side=1), "Done"),
    ):
        enter()
        layout = layouts.Layout()
        main.draw_object(layout, bpy.context)
        texts = layout.texts + (layouts.drawn(painting.JOINTHOI_PT_paint) or [])
        assert [text for text in texts if text in ("Go to Object Mode", "Done")] == [button]
