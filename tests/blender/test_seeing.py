"""What is measured and drawn of a take, against closed forms and the file, which none of it changes."""

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic
from blender.test_ui import add_on, a_box, generate  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender import steps
from jointhoi_blender.takes import keys, measure
from jointhoi_blender.ui import seeing


def box_distance(points, size):
    """Signed distance to a cube of edge `size` about the origin, in closed form: (N,)."""
    q = np.abs(points) - size / 2
    return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(1), 0)


@pytest.mark.parametrize("flipped", [False, True])
def test_distances_to_a_turned_and_scaled_cube_are_those_of_a_cube(flipped):
    thing = scenes.cube(1.0)
    if flipped:
        thing.data.flip_normals()
    thing.scale, thing.rotation_euler = (0.1, 0.1, 0.1), (0.4, 0.5, 0.6)
    bpy.context.view_layer.update()
    local = np.random.default_rng(0).uniform(-0.09, 0.09, (400, 3))
    rigid = np.array(thing.matrix_world.normalized())
    found = measure.Surface(thing).distance(local @ rigid[:3, :3].T + rigid[:3, 3], 0.02, thing.matrix_world)
    truth = box_distance(local, 0.1)
    near = truth < 0.0199
    assert abs(found[near] - truth[near]).max() < 1e-5 and (truth < -0.01).sum() > 20
    assert np.isinf(found[truth > 0.0201]).all()


def test_where_two_closed_shells_overlap_is_inside():
    one, two = scenes.cube(0.1, (0, 0, 0)), scenes.cube(0.1, (0.05, 0, 0))
    bpy.context.view_layer.objects.active = one
    one.select_set(True), two.select_set(True)
    bpy.ops.object.join()
    points = np.array([[0.02, 0, 0], [-0.04, 0, 0], [0.09, 0, 0], [0.11, 0, 0], [-0.06, 0, 0]])
    found = measure.Surface(one).distance(points, 0.1, one.matrix_world)
    assert (np.sign(found) == [-1, -1, -1, 1, 1]).all()


def test_a_take_is_measured_frame_by_frame_as_its_meshes_stand():
    scenes.set_rate(10)
    thing = scenes.cube(0.36)
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."), hands="right")
    take = jointhoi.make_take(thing, clip)
    bpy.context.scene.frame_set(7)
    seen = steps.result(measure.read(take, range(1, 22)))
    assert bpy.context.scene.frame_current == 7
    bpy.context.scene.frame_set(3)  # what was read is enough: the user may go on
    found = steps.result(measure.measured(seen, 1.0))
    assert len(found["distance"]) == 21 and bpy.context.scene.frame_current == 3
    assert (found["distance"][:, 0] == np.float32(measure.FAR)).all() and len(found["inside"]) == 21
    (skin,) = measure.skins(take).values()
    for row in (0, 8, 20):
        bpy.context.scene.frame_set(take.frame_range[0] + row)
        inverse = np.linalg.inv(scenes.world(thing))
        truth = box_distance(scenes.vertices(skin) @ inverse[:3, :3].T + inverse[:3, 3], 0.36)
        assert found["distance"][row, 1] == pytest.approx(min(truth.min(), measure.FAR), abs=2e-5)
        points, depth = found["inside"][row]
        assert len(points) == (truth < 0).sum()
        assert np.allclose(np.sort(depth), np.sort(-truth[truth < 0]), atol=2e-5)
    assert found["distance"][:, 1].min() < -0.005  # the toy hands do sink in


def test_the_buttons_measure_and_draw_and_leave_nothing_behind(add_on):  # noqa: F811
    a_box()
    bpy.context.scene.jointhoi.prompt, bpy.context.scene.jointhoi.seconds = "Lift the box.", 1.0
    bpy.context.scene.jointhoi_seeing.ghost_step = 7
    before = scenes.inventory()
    generate()
    (take,) = jointhoi.find_takes()
    made = scenes.inventory()
    bpy.ops.jointhoi.measure()
    assert seeing.distances(take).shape == (take.frame_range[1] - take.frame_range[0] + 1, 2)
    bpy.ops.jointhoi.ghosts()
    drawn = seeing.drawn(seeing.ghosts, take)
    first, last = take.frame_range
    assert [frame for frame, *_ in drawn][:: len(take.hands)] == list(range(first, last + 1, 7))
    assert {key: value for key, value in scenes.inventory().items()} == made
    bpy.ops.jointhoi.ghosts()
    assert seeing.drawn(seeing.ghosts, take) is None
    fields = bpy.context.scene.jointhoi_seeing
    fields.heat_left = False
    assert take.look == (False, True, False) and not fields.heat_left
    fields.heat_rendered = True
    assert take.look == (False, True, True)
    take.remove()
    assert scenes.inventory() == before


def test_the_graph_puts_zero_and_the_deepest_where_they_belong():
    curve, zero = seeing.graph_lines(np.array([0.02, 0.0, -0.006, 0.010]), 300, 80)
    assert np.allclose(curve, [[0, 80], [100, 30], [200, 0], [300, 80]]) and zero == pytest.approx(30)
    _, zero = seeing.graph_lines(np.array([0.02, 0.01]), 300, 80)  # nothing inside: some room below all the same
    assert 0 < zero < 30
    assert seeing.told(-0.0012) == "1.2 mm deep" and seeing.told(0.02) == "away" and seeing.told(0.003) == "3.0 mm off"


EDITS = {
    "a key": lambda take: curve_of(take).keyframe_points[3].co.__setitem__(1, 0.5),
    "a handle": lambda take: curve_of(take).keyframe_points[3].handle_left.__setitem__(1, 0.5),
    "another time": lambda take: bpy.ops.jointhoi.take_retime(start=5, speed=1.5),
    "another place": lambda take: bpy.ops.jointhoi.take_place(offset=(1, 0, 0)),
    "another hand": lambda take: take.collection.__setattr__("jointhoi_betas", [1.0] + [0.0] * 9),
    "fewer keys": lambda take: bpy.ops.jointhoi.sparse_keys(),
    "the object's mesh": lambda take: take.object.data.vertices[0].co.__setitem__(0, 0.5),
    "beside": lambda take: take.show_beside((1, 0, 0)),
}


def curve_of(take):
    return keys.channels(next(iter(take.hands.values())).animation_data).fcurves[0]


@pytest.mark.parametrize("edit", EDITS)
def test_what_was_measured_and_drawn_is_gone_once_the_take_is_edited(add_on, edit):  # noqa: F811
    box = a_box()
    bpy.context.scene.jointhoi.prompt, bpy.context.scene.jointhoi.seconds = "Lift the box.", 1.0
    generate()
    (take,) = jointhoi.find_takes()
    bpy.ops.jointhoi.measure()
    bpy.ops.jointhoi.ghosts()
    bpy.ops.ed.undo_push(message="Before")
    assert is_drawn(take) == [True] * 3
    for no_edit in (
        lambda: bpy.context.scene.frame_set(9),
        lambda: box.select_set(False),
        lambda: next(iter(take.hands.values())).select_set(True),
        lambda: bpy.ops.mesh.primitive_cube_add(size=1),
    ):
        no_edit()
        bpy.context.view_layer.update()
        assert is_drawn(take) == [True] * 3
    EDITS[edit](take)
    bpy.context.view_layer.update()
    assert is_drawn(take) == [False] * 3
    bpy.ops.jointhoi.ghosts()
    bpy.ops.jointhoi.measure()
    assert is_drawn(take) == [True] * 3


def is_drawn(take):
    return [seeing.drawn(seeing.ghosts, take) is not None, seeing.drawn(seeing.measured, take) is not None,
            seeing.distances(take) is not None]  # fmt: skip


def test_what_an_undo_changes_is_drawn_no_more_and_what_a_file_keeps_is(add_on, tmp_path):  # noqa: F811
    a_box()
    bpy.context.scene.jointhoi.prompt, bpy.context.scene.jointhoi.seconds = "Lift the box.", 1.0
    generate()
    bpy.ops.ed.undo_push(message="Before")
    bpy.ops.jointhoi.take_place(offset=(1, 0, 0))
    bpy.ops.ed.undo_push(message="Moved")
    bpy.ops.jointhoi.ghosts()
    bpy.ops.jointhoi.measure()
    bpy.ops.ed.undo_push(message="Measured")
    bpy.ops.ed.undo()
    bpy.ops.ed.undo()
    (take,) = jointhoi.find_takes()
    assert is_drawn(take) == [False] * 3
    bpy.ops.jointhoi.measure()
    path = str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    (take,) = jointhoi.find_takes()
    assert is_drawn(take)[2]
    curve_of(take).keyframe_points[3].co[1] = 0.5
    bpy.context.view_layer.update()
    assert not is_drawn(take)[2]
