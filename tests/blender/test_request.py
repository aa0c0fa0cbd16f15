"""What a request says about an object, against the object as Blender evaluates it."""

import bpy
import numpy as np
import pytest

from blender import scenes, test_take_object as cases
import jointhoi_blender as jointhoi


def in_world(request):
    return request.vertices.astype(float) @ request.rotation.T.astype(float) + request.translation


def volume(vertices, faces):
    return np.einsum("fi,fi->", vertices[faces[:, 0]], np.cross(vertices[faces[:, 1]], vertices[faces[:, 2]])) / 6


@pytest.mark.parametrize("case", cases.CASES, ids=lambda case: case.__name__)
def test_the_requests_mesh_stands_where_the_object_does_and_its_frame_is_rigid(case):
    thing = scenes.cube()
    case(thing)
    scene = bpy.context.scene
    metres = scene.unit_settings.scale_length if scene.unit_settings.system != "NONE" else 1.0
    scenes.world(thing)
    want = scenes.vertices(thing) * metres
    request = jointhoi.request_from(thing, "Lift it.")
    assert abs(in_world(request) - want).max() < 1e-5
    assert np.allclose(request.rotation @ request.rotation.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(request.rotation) > 0
    assert volume(request.vertices.astype(float), request.faces) > 0  # faces look outwards, mirrored or not
    assert request.object_name == thing.name
    assert (request.vertices.dtype, request.faces.dtype) == (np.float32, np.int32)


def test_scale_without_shear_gives_the_rotation_that_blender_has():
    thing = scenes.cube()
    thing.rotation_euler, thing.scale = (0.4, 0.5, -2), (1, 2, 3)
    request = jointhoi.request_from(thing, "Lift it.")
    assert np.allclose(request.rotation, thing.rotation_euler.to_matrix(), atol=1e-6)


def test_modifiers_count_and_quads_become_triangles():
    thing = scenes.cube()
    assert jointhoi.request_from(thing, "Lift it.").faces.shape == (12, 3)
    thing.modifiers.new("Array", "ARRAY").count = 3
    assert jointhoi.request_from(thing, "Lift it.").faces.shape == (36, 3)


def test_what_is_asked_for_is_passed_on():
    request = jointhoi.request_from(
        scenes.cube(), "Lift it.", hands="left", seconds=3, seed=7, fit="scale_hands", heading=1.5
    )
    assert (request.prompt, request.hands, request.seconds) == ("Lift it.", "left", 3.0)
    assert (request.seed, request.fit, request.heading) == (7, "scale_hands", 1.5)


def empty_object(thing):
    return scenes.empty()


def no_faces(thing):
    thing.data.clear_geometry()
    return thing


def a_camera(thing):
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    bpy.context.scene.collection.objects.link(camera)
    return camera


def hidden(thing):
    thing.hide_viewport = True
    return thing


def hidden_eye(thing):
    thing.hide_set(True)
    return thing


def not_in_scene(thing):
    bpy.context.scene.collection.objects.unlink(thing)
    return thing


def infinite(thing):
    thing.data.vertices[0].co.x = float("nan")
    return thing


def flat_scale(thing):
    thing.scale.x = 0
    return thing


def constrained(thing):
    thing.constraints.new("LIMIT_LOCATION")
    return thing


def driven(thing):
    thing.driver_add("location", 0)
    return thing


def edited(thing):
    bpy.context.view_layer.objects.active = thing
    bpy.ops.object.mode_set(mode="EDIT")
    return thing


def no_object(thing):
    return None


@pytest.mark.parametrize(
    "case, words",
    [
        (empty_object, "“Parent” is no mesh"), (no_faces, "“Cube” has no faces"), (a_camera, "“Camera” is no mesh"),
        (hidden, "“Cube” is hidden"), (hidden_eye, "“Cube” is hidden"), (not_in_scene, "“Cube” is not in"),
        (infinite, "not finite"), (flat_scale, "scaled to zero"),
        (constrained, "constraint “Limit Location” holds “Cube”"),
        (driven, "driver sets the location of “Cube”"), (edited, "Object Mode"),
        (no_object, "An object of the scene is needed"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_what_cannot_be_held_or_keyed_is_refused_in_a_sentence(case, words):
    thing = case(scenes.cube())
    with pytest.raises(jointhoi.UserError, match=words) as caught:
        jointhoi.request_from(thing, "Lift it.")
    assert caught.value.kind == "mesh" and str(caught.value).endswith(".")


def test_constraints_that_do_nothing_are_no_obstacle():
    thing = scenes.cube()
    constrained(thing).constraints[0].mute = True
    jointhoi.request_from(thing, "Lift it.")


def test_a_linked_object_is_refused(tmp_path):
    bpy.data.libraries.write(str(tmp_path / "props.blend"), {scenes.cube(name="Prop")})
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "props.blend"), link=True) as (source, target):
        target.objects = source.objects
    bpy.context.scene.collection.objects.link(target.objects[0])
    with pytest.raises(jointhoi.UserError, match="“Prop” is linked from another file"):
        jointhoi.request_from(target.objects[0], "Lift it.")
