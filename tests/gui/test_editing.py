"""Edit, used with mouse and keyboard: sparse keys, time and place, controls, another hand; each is one undo step."""

import time

import pytest

from gui.window import click, do, enter, move, picture, place, press, scroll, tell, unfold, unfolded, until, write

EXPORT = "jointhoi.export_fbx()"
SPARSE, DENSE = "jointhoi.sparse_keys()", "jointhoi.dense_keys()"
TIME, SPACE = "jointhoi.take_retime()", "jointhoi.take_place()"
ADD, BAKE = "jointhoi.controls_add()", "jointhoi.controls_bake()"
BAG = "part('takes.keys').channels(take().hands['RIGHT'].animation_data)"
KEYS = f"sum(len(curve.keyframe_points) for curve in {BAG}.fcurves)"


@pytest.fixture(scope="module", autouse=True)
def edit(take):
    """The panel, open all the while."""
    do(frame=40, view=[0.9, 0.05, 0, 0.95])
    with unfolded("JOINTHOI_PT_edit", EXPORT):
        yield


def test_keys_become_few_and_all_come_back():
    scroll("5")
    before = tell(KEYS)
    until(lambda _: tell(KEYS) < before / 3, lambda: click(SPARSE))
    picture("sparse-keys", (1315, 905, 0, 28))
    until(lambda _: tell(KEYS) == before, lambda: click(DENSE))


def test_a_take_moves_in_time_and_in_space():
    where = "tuple(take().object.matrix_world.translation)"
    before = tell(where)
    until(lambda _: tell("take().frame_range[0]") == 11, lambda: fill(TIME, "11"))
    do(frame=50)  # what was frame 40
    until(lambda _: abs(tell(where)[0] - before[0] - 0.1) < 1e-4, lambda: fill(SPACE, "0.1"))
    assert max(abs(a - b) for a, b in zip(tell(where)[1:], before[1:])) < 1e-4


def fill(button, text):
    """Opens a button's dialog, whose first field comes up under the mouse, and fills that in."""
    press("Escape")
    x, y = place(button)
    click((x, y))
    time.sleep(1)
    click((x, y), times=2)
    enter(text)
    move((x, y - 40))  # over a field, Enter would open that
    press("Return", None)


def test_controls_are_added_and_baked():
    before = tell(KEYS)
    until(lambda _: tell("part('editing.controls').has(take())"), lambda: click(ADD))
    picture("controls", (1315, 905, 0, 28))
    until(lambda _: not tell("part('editing.controls').has(take())"), lambda: click(BAKE))
    assert tell(KEYS) == before


def test_a_slider_makes_the_hands_larger():
    unfold("JOINTHOI_PT_hand", ADD)
    until(lambda _: tell("take().collection.jointhoi_betas[0]") > 0.9, lambda: write("jointhoi_betas[0]", "1"))
    picture("hand-shape", (1315, 905, 0, 28))
    press("ctrl+z")
    until(lambda _: tell("take().collection.jointhoi_betas[0]") == 0, lambda: None)
