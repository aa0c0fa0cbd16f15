"""Seeing It, used with the mouse: heatmap, depth, graph, ghosts."""

import pytest

from gui.window import VIEWPORT, click, do, move, picture, tell, unfolded, until, wait_until

EXPORT, SOLID, MEASURE, GHOSTS = (
    "jointhoi.export_fbx()", "jointhoi.show_heat()", "jointhoi.measure()", "jointhoi.ghosts()",
)  # fmt: skip
RIGHT, RENDERS = "jointhoi_seeing.heat_right", "jointhoi_seeing.heat_rendered"
POINTS, GRAPH = "jointhoi_seeing.show_depth", "jointhoi_seeing.show_graph"

pytestmark = pytest.mark.usefixtures("take")


def work(button):
    """Clicks on a button whose work is done in steps, and waits until it is."""
    click(button)
    kind = f"part('ui.seeing').JOINTHOI_OT_{button[len('jointhoi.') : -2]}"
    wait_until(lambda _: not tell(f"{kind}.working"), 120, f"{button} is done")


def test_what_a_take_does_is_seen():
    do(frame=45, view=[1.0, 0.05, 0, 1.0])
    with unfolded("JOINTHOI_PT_seeing", EXPORT):
        until(lambda _: tell(SHADING) == "VERTEX", lambda: click(SOLID))
        for button, number in ((RIGHT, 1), (RENDERS, 2)):
            before = tell("take().look")[number]
            until(lambda _: tell("take().look")[number] != before, lambda: click(button))
            until(lambda _: tell("take().look")[number] == before, lambda: click(button))
        until(lambda _: tell("'measured' in take().record"), lambda: work(MEASURE))
        for button in (POINTS, GRAPH):
            on = f"bpy.context.scene.jointhoi_seeing.{button.split('.')[1]}"
            until(lambda _: not tell(on), lambda: click(button))
            until(lambda _: tell(on), lambda: click(button))
        until(lambda _: tell("len(part('ui.seeing').ghosts)"), lambda: work(GHOSTS))
        move(VIEWPORT)
        picture("seeing", (1320, 880, 0, 28))
        until(lambda _: not tell("len(part('ui.seeing').ghosts)"), lambda: work(GHOSTS))
        until(lambda _: tell(SHADING) == "MATERIAL", lambda: click(SOLID))


SHADING = "next(a for a in bpy.context.window_manager.windows[0].screen.areas if a.type == 'VIEW_3D')"
SHADING += ".spaces.active.shading.color_type"
