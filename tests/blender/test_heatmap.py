"""The contact heatmap on the evaluated mesh, against values computed from the clip."""

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic
import jointhoi_blender as jointhoi
from jointhoi_blender.takes import heatmap


def ball(**options):
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.05, segments=24, ring_count=12, location=(0.3, 0.2, 0.8), **options)
    thing = bpy.context.object
    thing.name = "Ball"
    return thing


def expected(thing, clip, frame):
    """Contact at the own vertices of `thing` (V,): inverse-distance mean of the four nearest points, of either hand."""
    linear = np.array(thing.matrix_world, float)[:3, :3] * scenes.bpy.context.scene.unit_settings.scale_length
    turn = np.asarray(clip.object_rotation[0], float)
    values = clip.contact[frame][np.asarray(clip.hand_active)]
    out = []
    for vertex in thing.data.vertices:
        distance = np.linalg.norm(clip.contact_points - turn.T @ linear @ np.array(vertex.co), axis=1)
        near = np.argsort(distance)[:4]
        weight = 1 / (distance[near] + 1e-6)
        out.append((values[:, near] @ weight).max() / weight.sum())
    return np.array(out)


def shown(thing, frame, name=heatmap.CONTACT):
    bpy.context.scene.frame_set(frame)
    attribute = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.attributes[name]
    if name == heatmap.COLOR:
        return np.array([element.color[:3] for element in attribute.data])
    return np.array([element.value for element in attribute.data])


def prepared(thing, **options):
    scenes.set_rate(30)
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."), **options)
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)
    truth = {frame: expected(thing, clip, frame) for frame in (0, 3, 17, 40, 60)}
    return jointhoi.make_take(thing, clip), truth


@pytest.mark.parametrize("hands", ["left", "right", "both"])
def test_the_evaluated_mesh_shows_the_clips_contact(hands):
    thing = ball(rotation=(0.5, 0.6, 0.7), scale=(1, -0.8, 1.2))
    bpy.context.scene.frame_set(10)
    take, truth = prepared(thing, hands=hands)
    for frame, values in truth.items():
        assert abs(shown(thing, take.frame_range[0] + frame) - values).max() < 2e-4
    assert truth[60].max() > 0.6 and truth[60].min() < 0.2 and truth[0].max() == 0
    color = shown(thing, take.frame_range[1], heatmap.COLOR)
    corners = [vertex for polygon in thing.data.polygons for vertex in polygon.vertices]
    stops, colors = [stop for stop, _ in heatmap.COLORS], np.array([color[:3] for _, color in heatmap.COLORS])
    for channel in range(3):
        assert abs(color[:, channel] - np.interp(truth[60][corners], stops, colors[:, channel])).max() < 0.01
    assert thing.data.attributes.active_color_name == heatmap.COLOR
    names = {attribute.name for attribute in thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.attributes}
    assert not any("JointHOI" in name for name in names)


def test_it_survives_saving_and_reloading_without_a_handler(tmp_path):
    take, truth = prepared(ball())
    first = take.frame_range[0]
    metrics = take.metrics
    assert not bpy.app.handlers.frame_change_pre and not bpy.app.handlers.frame_change_post
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "take.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "take.blend"))
    thing = bpy.data.objects["Ball"]
    for frame, values in truth.items():
        assert abs(shown(thing, first + frame) - values).max() < 2e-4
    (found,) = jointhoi.find_takes()
    assert found.object == thing and found.metrics == metrics and found.frame_range[0] == first and found.clip is None
    assert list(found.hands) == ["LEFT", "RIGHT"]
    found.remove()
    assert not thing.modifiers and not any(
        "contact" in name.lower() or "Joint" in name for name in thing.data.attributes.keys()
    )
    assert len(bpy.data.objects) == 1 and not bpy.data.armatures and not bpy.data.actions


def test_later_modifiers_carry_it_along():
    thing = ball()
    thing.modifiers.new("Subdivision", "SUBSURF").levels = 1
    _, truth = prepared(thing)
    assert [modifier.type for modifier in thing.modifiers] == ["NODES", "SUBSURF"]
    values = shown(thing, 61)
    assert len(values) > 3 * len(truth[60])
    assert abs(values[: len(truth[60])] - truth[60]).max() < 0.05


def test_deleting_vertices_does_not_shift_it():
    thing = ball()
    _, truth = prepared(thing)
    import bmesh

    edit = bmesh.new()
    edit.from_mesh(thing.data)
    edit.verts.ensure_lookup_table()
    gone = set(range(0, 100, 3))
    bmesh.ops.delete(edit, geom=[edit.verts[index] for index in gone], context="VERTS")
    edit.to_mesh(thing.data)
    kept = [index for index in range(len(truth[40])) if index not in gone]
    assert abs(shown(thing, 41) - truth[40][kept]).max() < 2e-4


def test_either_hand_both_or_none_can_be_seen():
    thing = ball()
    scenes.set_rate(30)
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."))
    bpy.context.scene.frame_set(1)
    truth = {}
    for name, active in {"left": [True, False], "right": [False, True], "both": [True, True]}.items():
        clip.hand_active = np.array(active)
        truth[name] = expected(thing, clip, 40)
    assert abs(truth["left"] - truth["right"]).max() > 0.5
    take = jointhoi.make_take(thing, clip)
    assert take.look == (True, True, False) and abs(shown(thing, 41) - truth["both"]).max() < 2e-4
    take.look = (True, False, False)
    assert abs(shown(thing, 41) - truth["left"]).max() < 2e-4
    take.look = (False, True, False)
    assert abs(shown(thing, 41) - truth["right"]).max() < 2e-4
    take.hide()
    take.show()
    assert abs(shown(thing, 41) - truth["right"]).max() < 2e-4
    take.look = (False, False, False)
    bpy.context.scene.frame_set(42)
    assert heatmap.CONTACT not in thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.attributes


def test_rendered_views_show_it_by_a_material_and_the_users_own_stays():
    thing = ball()
    own = bpy.data.materials.new("Clay")
    thing.data.materials.append(own)
    before = scenes.inventory()
    take, truth = prepared(thing)

    def used():
        bpy.context.view_layer.update()
        shown_mesh = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        return [each and each.name for each in shown_mesh.materials]

    assert used() == ["Clay"]
    take.look = (True, True, True)
    assert heatmap.MATERIAL in used()
    assert thing.data.materials[:] == [own] and abs(shown(thing, 41) - truth[40]).max() < 2e-4
    take.look = (True, True, False)
    assert used() == ["Clay"]
    take.look = (True, True, True)
    bpy.context.scene.frame_set(1)
    take.remove()
    assert scenes.inventory() == before


def test_two_takes_show_the_larger_contact_and_go_one_by_one():
    thing = ball()
    one, _ = prepared(thing, hands="left")
    bpy.context.scene.frame_set(one.frame_range[1])
    two, _ = prepared(thing, hands="right", seed=2)
    both = shown(thing, 101)
    two.remove()
    left = shown(thing, 101)
    assert np.all(both >= left - 1e-6) and (both - left).max() > 0.3
    one.remove()
    bpy.context.scene.frame_set(41)
    assert heatmap.CONTACT not in thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.attributes


def test_the_users_own_colours_stay_active():
    thing = ball()
    thing.data.attributes.new("Paint", "BYTE_COLOR", "CORNER")
    thing.data.attributes.active_color_name = "Paint"
    take, _ = prepared(thing)
    assert thing.data.attributes.active_color_name == "Paint"
    take.remove()
    assert thing.data.attributes.active_color_name == "Paint"


def test_a_dense_mesh_shares_attributes_between_frames(monkeypatch):
    monkeypatch.setattr(heatmap, "MAX_VALUES", 61 * 266 // 4)
    thing = ball()
    take, truth = prepared(thing)
    stored = [name for name in thing.data.attributes.keys() if name.startswith(".JointHOI")]
    assert 10 <= len(stored) <= 21
    assert abs(shown(thing, 41) - truth[40]).max() < 0.05


@pytest.mark.parametrize("kind", ["curve", "text", "metaball", "surface"])
def test_objects_without_a_mesh_of_their_own_get_a_take_without_a_heatmap(kind):
    scenes.set_rate(30)
    if kind == "curve":
        bpy.ops.curve.primitive_bezier_circle_add(radius=0.05)
        bpy.context.object.data.bevel_depth = 0.01
    elif kind == "text":
        bpy.ops.object.text_add(radius=0.1)
        bpy.context.object.data.extrude = 0.01
    elif kind == "metaball":
        bpy.ops.object.metaball_add(radius=0.1)
    else:
        bpy.ops.surface.primitive_nurbs_surface_sphere_add(radius=0.05)
    thing = bpy.context.object
    before = scenes.inventory()
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."))
    take = jointhoi.make_take(thing, clip)
    stood = np.linalg.inv(scenes.rigid(clip, 0))
    assert np.allclose(scenes.world(thing, 31), scenes.rigid(clip, 30) @ stood @ scenes.world(thing, 1), atol=1e-4)
    bpy.context.scene.frame_set(1)
    take.remove()
    assert scenes.inventory() == before
