"""Directing, used with mouse and keyboard: what happens then, a path, poses to keep, paint, a lid."""

import pytest

from gui import window
from gui.conftest import wait_for_takes
from gui.window import click, do, drag, film, picture, state, tell, unfolded, until, write

GENERATE, EXPORT, THEN, NOT_THEN = (
    "jointhoi.generate()", "jointhoi.export_fbx()", "jointhoi.then_add()", "jointhoi.then_remove()",
)  # fmt: skip
FOLLOW, FOLLOW_KEYS = "jointhoi.follow", "jointhoi.follow_keys()"
MARK, KEEP, RIGHT_HAND, CLEAR = (
    "jointhoi.take_mark()", "jointhoi.take_keep()", "jointhoi.paint_contact(side=1)", "jointhoi.paint_clear(side=1)",
)  # fmt: skip
DONE = "object.mode_set()"
BOX = (560, 560, 280, 180)  # of the window, about the middle of the view
PATH = """
mug = bpy.data.objects["Mug"]
for frame, height in ((30, 0.0), (55, 0.2), (75, 0.2)):
    mug.location.z = 0.75 + height
    mug.keyframe_insert("location", frame=frame)
bpy.context.scene.frame_set(1)
"""
CHEST = """
def box(name, size, at, origin=(0, 0, 0)):
    corners = [[(c - o) * s / 2 for c, o, s in zip(corner, origin, size)] for corner in
               [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]]
    mesh = bpy.data.meshes.new(name)
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh.from_pydata(corners, [], faces)
    thing = bpy.data.objects.new(name, mesh)
    thing.location = [a + o * s / 2 for a, o, s in zip(at, origin, size)]
    bpy.context.scene.collection.objects.link(thing)
    return thing
chest, lid = box("Chest", (0.2, 0.14, 0.1), (0, 0, 0.8)), box("Lid", (0.2, 0.14, 0.02), (0, 0, 0.86), (0, 1, -1))
bpy.context.view_layer.update()
lid.parent, lid.matrix_parent_inverse = chest, chest.matrix_world.inverted()
bpy.data.objects.remove(bpy.data.objects["Mug"])
bpy.context.view_layer.objects.active = chest
fields.prompt = "Open the chest with the right hand."
"""


@pytest.fixture(autouse=True)
def mug(blender):
    """Every test begins with the mug, nothing made."""
    window.begin()
    do(op="jointhoi.add_example")
    do(set={"prompt": "Pick up the mug with the right hand.", "seconds": 2.0, "quality": "draft", "seed": 1})


def test_three_sentences_become_one_take():
    for number, sentence in enumerate(("Drink from the mug.", "Put the mug back."), 1):
        until(lambda _, number=number: tell("len(fields.then)") == number, lambda: click(THEN))
        do(run=f"fields.then[{number - 1}].prompt, fields.then[{number - 1}].seconds = {sentence!r}, 2.0")
    picture("then-panel", (290, 300, 1025, 80))
    until(lambda _: tell("len(fields.then)") == 3, lambda: click(THEN))
    do(run="fields.then.move(2, 0)")  # the uppermost of their buttons is the empty row's
    until(lambda _: tell("len(fields.then)") == 2, lambda: click(NOT_THEN))
    until(lambda now: now["job"], lambda: click(GENERATE))
    wait_for_takes(1)
    first, last = tell("take().frame_range")
    do(view=[0.75, 0, -0.05, 0.95])
    film("then", [round(first + (last - first) * part / 7) for part in range(8)], BOX)


def test_hands_follow_the_objects_own_motion():
    do(run=PATH)
    until(lambda _: tell("fields.follow"), lambda: click(FOLLOW))
    with unfolded("JOINTHOI_PT_follow", GENERATE):
        do(run="fields.follow_first, fields.follow_last = 1, 2")
        until(lambda _: tell("fields.follow_first") == 30, lambda: click(FOLLOW_KEYS))
        do(run="fields.follow_first = 1")
        picture("follow", (290, 480, 1025, 80))
    path = "[tuple(curve.evaluate(f) for f in range(1, 76)) for curve in " \
        "part('takes.keys').channels(bpy.data.objects['Mug'].animation_data).fcurves]"  # fmt: skip
    before = tell(path)
    until(lambda now: now["job"], lambda: click(GENERATE))
    wait_for_takes(1)
    assert tell(path) == before and tell("take().frame_range") == [1, 75]


def test_a_marked_pose_is_kept_in_what_is_made_anew():
    do(op="jointhoi.generate", invoke=True)
    wait_for_takes(1)
    do(frame=30)
    with unfolded("JOINTHOI_PT_keep", EXPORT):
        until(lambda _: tell("list(take().record.get('marked', ()))") == [30], lambda: click(MARK))
        picture("keep", (290, 300, 1025, 605))
        pose = "[list(row) for row in take().hands['RIGHT'].pose.bones[0].matrix]"
        before = tell(pose)
        until(lambda now: now["job"], lambda: click(KEEP))
        now = wait_for_takes(2)
    assert [shown for _, shown, _, _ in now["takes"]] == [False, True]
    do(frame=30)
    after = tell(pose)
    assert max(abs(a - b) for one, two in zip(before, after) for a, b in zip(one, two)) < 1e-4


def test_the_hand_touches_where_it_is_painted():
    do(view=[0.6, 0, 0, 0.82])
    with unfolded("JOINTHOI_PT_paint", GENERATE):
        until(lambda _: tell("bpy.context.mode") == "PAINT_WEIGHT", lambda: click(RIGHT_HAND))
        do(view=[0.6, 0, 0, 0.82])
        painted = "part('scene.paint').painted_sides(bpy.data.objects['Mug'])[1]"
        until(lambda _: tell(painted), lambda: drag((650, 470), (670, 480), (680, 510), (660, 540)))
        picture("paint", (700, 600, 330, 250))
        until(lambda _: tell("bpy.context.mode") == "OBJECT", lambda: click(DONE))
        until(lambda now: now["job"], lambda: click(GENERATE))
        wait_for_takes(1)
        assert tell("take().recipe['paint']") is True
        until(lambda _: not tell(painted), lambda: click(CLEAR))


def test_a_lid_is_found_tried_and_opened():
    do(run=CHEST)
    do(view=[0.9, 0, 0, 0.82])
    with unfolded("JOINTHOI_PT_part", GENERATE):
        until(lambda _: tell("fields.tried") > 0.3, lambda: write("jointhoi.tried", "34"))
        picture("hinge", (1315, 905, 0, 28))
        until(lambda now: now["job"], lambda: click(GENERATE))
        wait_for_takes(1)
    assert tell("take().part.name") == "Lid" and state()["error"] is None
