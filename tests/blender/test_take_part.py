"""An object with a part that turns: where the part really is in Blender, against the clip's hinge by hand, and back."""

from math import radians

import bpy
import numpy as np
import pytest

from blender import layouts, scenes, synthetic
from blender.test_ui import add_on, generate  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender.scene import hinge
from jointhoi_blender.ui import checks, turning


def box(size, location, name, origin=(0, 0, 0)):
    """A box of size (3,) about `location`, with its origin at `origin` of it, in halves of its size."""
    thing = scenes.cube(1.0, location, name)
    for vertex in thing.data.vertices:
        vertex.co = [(co - o / 2) * s for co, o, s in zip(vertex.co, origin, size)]
    thing.location = [at + o * s / 2 for at, o, s in zip(location, origin, size)]
    bpy.context.view_layer.update()
    return thing


def chest(parented=True):
    """A box with its lid, hinged at the back, turned about Z together."""
    base = box((0.2, 0.12, 0.08), (0.4, -0.1, 0.8), "Chest")
    lid = box((0.2, 0.12, 0.02), (0.4, -0.1, 0.85), "Lid", origin=(0, 1, -1))
    if parented:
        lid.parent = base
        lid.matrix_parent_inverse = base.matrix_world.inverted()
        base.rotation_euler = (0.1, 0, 0.7)
    bpy.context.view_layer.update()
    return base, lid


def opening(base, lid, **options):
    """A synthetic clip that lifts the chest and opens its lid, and the recipe."""
    recipe = dict(part=lid, axis="-X", opens=1.9, closes=0.0)
    request = jointhoi.request_from(base, "Open the chest.", **recipe)
    clip = synthetic.clip_for(request, **options)
    clip.object_articulation = (1.5 * np.linspace(0, 1, clip.frames) ** 2).astype(np.float32)
    return clip, recipe, request


def expected(clip, request, lid_vertices, frame):
    """World positions of the lid's vertices, given where they are at first: by Rodrigues, in the request's frame."""
    start = (lid_vertices - request.translation) @ request.rotation.astype(float)
    point, axis = request.hinge[:3].astype(float), request.hinge[3:6].astype(float)
    turned = (start - point) @ synthetic.turn(axis, float(clip.object_articulation[frame])).T + point
    return turned @ clip.object_rotation[frame].astype(float).T + clip.object_translation[frame]


def parented(base, lid):
    pass


def free(base, lid):
    matrix = lid.matrix_world.copy()
    lid.parent = None
    lid.matrix_world = matrix


def quaternions(base, lid):
    lid.rotation_mode, base.rotation_mode = "QUATERNION", "AXIS_ANGLE"


def between(base, lid):
    """An empty stands between the lid and the chest."""
    middle = scenes.empty("Hinge")
    middle.parent, lid.parent = base, middle
    middle.location = (0.03, 0.01, 0.02)
    bpy.context.view_layer.update()


def scaled_base(base, lid):
    """The lid keeps its shape, for the inverse makes up for the base's scale."""
    base.scale = (2.0, 2.0, 2.0)
    bpy.context.view_layer.update()


def moved_before(base, lid):
    """Both have animation of their own up to the take."""
    scenes.key(lid, "rotation_euler", {1: (0, 0, 0), 30: (-0.4, 0, 0)})
    scenes.key(base, "location", {1: (0, 0, 0), 30: (0.1, 0.2, 0.9)})
    bpy.context.scene.frame_set(10)


def driven_empty(base, lid):
    """The lid hangs on an empty that moves by itself."""
    free(base, lid)
    other = scenes.empty("Mover")
    scenes.key(other, "location", {1: (0, 0, 0), 60: (1, 0, 0)})
    lid.parent = other


CASES = [parented, free, quaternions, between, scaled_base, moved_before, driven_empty]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_part_turns_about_the_hinge_as_the_clip_says(case):
    base, lid = chest()
    case(base, lid)
    scenes.set_rate(30)
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)
    before = scenes.inventory()
    start = scenes.vertices(lid)
    clip, recipe, request = opening(base, lid)
    take = jointhoi.make_take(base, clip, recipe)
    first = take.frame_range[0]
    for frame in (0, 17, 40, 60):
        bpy.context.scene.frame_set(first + frame)
        assert abs(scenes.vertices(lid) - expected(clip, request, start, frame)).max() < 1e-4
        assert abs(scenes.world(base)[:3, 3] - clip.object_translation[frame]).max() < 1e-4
    bpy.context.scene.frame_set(first)
    take.remove()
    assert scenes.inventory() == before


def test_the_request_has_both_meshes_and_says_what_turns():
    base, lid = chest()
    _, _, request = opening(base, lid)
    points = request.vertices.astype(float) @ request.rotation.T + request.translation
    assert abs(points - np.concatenate([scenes.vertices(base), scenes.vertices(lid)])).max() < 1e-5
    assert request.turning.sum() == 12 and not request.turning[:12].any()
    world = request.rotation @ request.hinge[:3] + request.translation
    assert abs(world - np.array(lid.matrix_world.translation)).max() < 1e-5
    assert np.allclose(request.rotation @ request.hinge[3:6], -np.array(lid.matrix_world)[:3, 0], atol=1e-5)
    assert np.allclose(request.hinge[6:], [0, 1.9])


def test_showing_hiding_strips_and_beside_take_the_part_along():
    base, lid = chest()
    scenes.set_rate(30)
    before, start = scenes.inventory(), scenes.world(lid)
    clip, recipe, _ = opening(base, lid)
    take = jointhoi.make_take(base, clip, recipe)
    opened = scenes.world(lid, 61)
    assert abs(opened - start).max() > 0.05
    take.hide()
    assert np.allclose(scenes.world(lid, 61), start, atol=1e-6) and lid.animation_data is None
    take.show()
    assert np.allclose(scenes.world(lid, 61), opened, atol=1e-5)
    take.keep_as_strip()
    assert lid.animation_data.action is None
    assert np.allclose(scenes.world(lid, 61), opened, atol=1e-5)
    take.hide()
    assert np.allclose(scenes.world(lid, 61), start, atol=1e-6)
    take.show()
    take.take_from_strip()
    assert np.allclose(scenes.world(lid, 61), opened, atol=1e-5)
    take.show_beside((2, 0, 0))
    assert np.allclose(scenes.world(lid, 61), start, atol=1e-6)
    copy = next(each for each in take.objects if each.name.startswith("Lid of"))
    assert np.allclose(scenes.world(copy, 61)[:3, 3] - opened[:3, 3], (2, 0, 0), atol=1e-4)
    take.show()
    assert take.recipe["part"] == lid and take.part == lid
    assert np.allclose(scenes.world(lid, 61), opened, atol=1e-5)
    bpy.context.scene.frame_set(1)
    take.remove()
    assert scenes.inventory() == before


def test_the_parts_contact_shows_on_the_part():
    base, lid = chest()
    scenes.set_rate(30)
    clip, recipe, request = opening(base, lid)
    take = jointhoi.make_take(base, clip, recipe)
    bpy.context.scene.frame_set(61)
    for thing in (base, lid):
        data = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        shown = np.array([each.value for each in data.attributes["contact"].data])
        at_first = expected_rest(thing, request)
        distance = np.linalg.norm(at_first[:, None] - clip.contact_points, axis=-1)
        near = distance.argsort(1)[:, :4]
        weight = 1 / (np.take_along_axis(distance, near, 1) + 1e-6)
        truth = (clip.contact[-1][:, near] * weight).sum(-1).max(0) / weight.sum(1)
        assert abs(shown - truth).max() < 1e-3 and np.ptp(shown) > 0.05
    take.remove()


def expected_rest(thing, request):
    """The mesh's vertices in the request's frame: the first are the base's, the last the lid's."""
    count = len(thing.data.vertices)
    return request.vertices[:count] if thing.name == "Chest" else request.vertices[-count:]


def test_a_lid_a_door_and_a_screen_are_found_and_their_axes_guessed():
    base, lid = chest()
    assert hinge.found_part(base) == lid and hinge.found_part(lid) is None
    assert hinge.guessed(base, lid) == ("-X", pytest.approx(radians(110)), 0.0)
    cupboard = box((0.4, 0.3, 0.6), (2, 0, 0.3), "Cupboard")
    door = box((0.4, 0.02, 0.6), (2, -0.16, 0.3), "Door", origin=(-1, 0, 0))
    spoon = box((0.02, 0.02, 0.2), (2, 0, 0.5), "Spoon")
    for each in (door, spoon):
        each.parent = cupboard
        each.matrix_parent_inverse = cupboard.matrix_world.inverted()
    bpy.context.view_layer.update()
    assert hinge.found_part(cupboard) == door
    assert hinge.guessed(cupboard, door)[::2] == ("-Z", 0.0)  # towards -Y, out of the cupboard
    laptop = box((0.3, 0.2, 0.02), (4, 0, 0.01), "Laptop")
    screen = box((0.3, 0.2, 0.01), (4, 0, 0.025), "Screen", origin=(0, 1, 0))
    screen.parent = laptop
    screen.matrix_parent_inverse = laptop.matrix_world.inverted()
    screen.rotation_euler.x = -radians(100)
    bpy.context.view_layer.update()
    assert hinge.found_part(laptop) == screen
    axis, opens, closes = hinge.guessed(laptop, screen)
    assert axis == "-X" and abs(closes - radians(100)) < radians(5) and opens == pytest.approx(radians(10), abs=0.1)


@pytest.mark.parametrize(
    "part, words",
    [("itself", "another object"), ("parent", "hangs on"), ("sheared", "sheared as it turns"), ("still", "neither opens"),
     ("axis", "is one of"), ("hidden", "is hidden")],
)  # fmt: skip
def test_what_cannot_turn_is_refused_in_a_sentence(part, words):
    base, lid = chest()
    recipe = dict(part=lid, axis="X", opens=1.0)
    if part == "itself":
        recipe["part"] = base
    elif part == "parent":
        base, recipe["part"] = lid, base
    elif part == "sheared":
        base.scale = (1, 1, 3)
    elif part == "still":
        recipe["opens"] = 0
    elif part == "axis":
        recipe["axis"] = "W"
    else:
        lid.hide_viewport = True
    bpy.context.view_layer.update()
    before = scenes.inventory()
    with pytest.raises(jointhoi.UserError, match=words):
        jointhoi.request_from(base, "Open it.", **recipe)
    assert scenes.inventory() == before


def test_generate_finds_the_lid_and_the_take_can_be_made_again_after_reload(add_on, tmp_path):  # noqa: F811
    base, lid = chest()
    bpy.context.view_layer.objects.active = base
    fields = bpy.context.scene.jointhoi
    fields.prompt, fields.seconds, fields.quality = "Open the chest.", 1.0, "draft"
    generate()
    (take,) = jointhoi.find_takes()
    assert take.part == lid and take.recipe["part"] == lid and take.recipe["axis"] == "auto"
    path = str(tmp_path / "chest.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    fields, lid = bpy.context.scene.jointhoi, bpy.data.objects["Lid"]
    (take,) = jointhoi.find_takes()
    assert take.part == lid
    fields.hinged, fields.axis = False, "Z"
    bpy.ops.jointhoi.take_use()
    assert fields.part == lid and fields.hinged and fields.axis == "auto"
    bpy.ops.jointhoi.take_again()
    (again,) = jointhoi.find_takes()
    assert again.part == lid and lid.animation_data.action == again.record["part"]["action"]
    fields.variations, fields.variations_beside = 1, True
    bpy.ops.jointhoi.take_vary()
    assert [each.part for each in jointhoi.find_takes()] == [lid, lid]
    assert sum(each.name.startswith("Lid of") for each in bpy.data.objects) == 1
    fields.hinged = False
    bpy.context.scene.frame_set(again.frame_range[1])
    generate()
    assert jointhoi.find_takes()[-1].part is None and "part" not in jointhoi.find_takes()[-1].recipe


def test_the_tick_is_there_only_where_a_part_could_turn(add_on):  # noqa: F811
    base, lid = chest()
    bpy.context.view_layer.objects.active = base
    fields, panel = bpy.context.scene.jointhoi, turning.JOINTHOI_PT_part
    assert layouts.header(panel) == [""]
    fields.hinged = False
    assert layouts.header(panel) == [""] and checks.chosen_part(fields, base) is None
    lid.parent = None
    assert layouts.header(panel) == []
    fields.part = lid  # who picks one wants it to turn
    assert layouts.header(panel) == [""] and checks.chosen_part(fields, base) == lid


def test_a_take_without_a_part_leaves_the_tick_as_it_is(add_on):  # noqa: F811
    bpy.context.view_layer.objects.active = scenes.cube()
    fields = bpy.context.scene.jointhoi
    fields.prompt, fields.seconds, fields.quality = "Lift the box.", 1.0, "draft"
    generate()
    bpy.ops.jointhoi.take_use()
    assert fields.hinged


def test_fbx_has_the_lid_and_its_motion(tmp_path):
    base, lid = chest()
    scenes.set_rate(30)
    clip, recipe, _ = opening(base, lid)
    take = jointhoi.make_take(base, clip, recipe)
    jointhoi.export_fbx(take, tmp_path / "chest.fbx")
    want = {}
    for frame in (1, 31, 61):
        want[frame] = scenes.world(lid, frame)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scenes.set_rate(30)
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "chest.fbx"))
    found = bpy.data.objects["Lid"]
    shift = int(found.animation_data.action.frame_range[0]) - 1  # Blender's importer begins elsewhere
    for frame, matrix in want.items():
        assert abs(scenes.world(found, frame + shift) - matrix).max() < 1e-3
