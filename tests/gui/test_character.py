"""My Character, used with mouse and keyboard: the rig is chosen, known by its bones' names, and follows the take."""

import pytest

from gui.window import click, do, enter, picture, tell, unfolded, until

EXPORT, GIVE = "jointhoi.export_fbx()", "jointhoi.character()"
HERO = """
import sys
sys.path.insert(0, "/share")
import characters
from mathutils import Matrix
characters.character("mixamo", Matrix.Translation((0, -0.45, -0.35)) @ Matrix.Rotation(3.14159, 4, "Z"))
bpy.context.view_layer.objects.active = bpy.data.objects["Mug"]
"""

pytestmark = pytest.mark.usefixtures("take")


def test_a_character_follows_the_take():
    do(run=HERO)
    do(frame=45, view=[2.0, 0, -0.3, 0.9])

    def choose():
        click("jointhoi_character")
        enter("Hero")

    with unfolded("JOINTHOI_PT_character", EXPORT):
        until(lambda _: tell("bpy.context.scene.jointhoi_character is not None"), choose)
        until(lambda _: tell("bool(part('editing.character').told(take()))"), lambda: click(GIVE))
        picture("my-character", (1315, 905, 0, 28))
    assert tell("part('editing.character').told(take())['wrist_mm']") < 0.1
