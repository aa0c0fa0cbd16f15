"""Poses kept of a take whose object has a part that turns: part, object and hands are where they were."""

import bpy
from mathutils import Matrix
import numpy as np
import pytest

from blender import scenes
from blender.test_directing import degrees, hand_in_object, requests  # noqa: F401
from blender.test_take_part import CASES, chest
from blender.test_ui import add_on  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender.scene import hinge
from jointhoi_blender.scene.fixed import kept_frame

LIFT = 0.02


def seen(take, frame):
    """Where the chest, its lid and the right hand are: matrices (2, 4, 4), wrist (3,), rotations (16, 3, 3)."""
    things = np.array([scenes.world(thing, frame) for thing in (take.object, take.part)])
    return things, *hand_in_object(take, 1, frame)[1:]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("fps, axis", [(24, "-X"), (60, "auto")])
def test_kept_poses_of_an_object_with_a_part_are_exact(case, fps, axis, requests):  # noqa: F811
    base, lid = chest()
    case(base, lid)
    scenes.set_rate(fps)
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)
    first = bpy.context.scene.frame_current
    told = dict(part=lid, axis=axis) | (dict(opens=1.9, closes=0.0) if axis != "auto" else {})
    take = jointhoi.generate(base, "Open the chest.", hands="both", seconds=2.0, **told)
    frames = [first + 12, first + 13, first + 30]
    for frame in frames[1:]:  # the animator opens the lid further there, and lifts the chest
        bpy.context.scene.frame_set(frame)
        turned = Matrix.Translation((0, 0, LIFT)) @ hinge.turned(lid, hinge_of(take, axis), 0.3)
        base.location.z += LIFT
        base.keyframe_insert("location")
        bpy.context.view_layer.update()
        lid.matrix_world = turned
        for path in ("location", "rotation_quaternion" if lid.rotation_mode == "QUATERNION" else "rotation_euler"):
            lid.keyframe_insert(path)
    want = {frame: seen(take, frame) for frame in frames}
    kept = take.poses(frames)
    assert 0.25 < kept["object_articulation"][2] - kept["object_articulation"][0] < 0.35
    bpy.context.scene.frame_set(first)
    new = jointhoi.generate(base, **{**take.recipe, "keep": kept, "seed": 7})
    assert new.part == lid and not take.shown and len(requests) == 2
    for frame, (things, wrist, turns) in want.items():
        now = seen(new, frame)
        assert abs(now[0][:, :3, 3] - things[:, :3, 3]).max() < 1e-4
        assert degrees(rotations(now[0]), rotations(things)) < 0.01
        assert abs(now[1] - wrist).max() < 1e-4 and degrees(now[2], turns) < 0.01
    bpy.context.scene.frame_set(first)  # kept with the take, and made again from that
    again = jointhoi.generate(base, **{**new.recipe, "seed": 3})
    things, wrist, _ = want[frames[2]]
    now = seen(again, frames[2])
    assert abs(now[0][:, :3, 3] - things[:, :3, 3]).max() < 1e-4 and abs(now[1] - wrist).max() < 1e-4


def rotations(matrices):
    left, _, right = np.linalg.svd(matrices[:, :3, :3])
    return left @ right


def hinge_of(take, axis):
    """The hinge's axis as the take was made with it, whatever frame it is now."""
    with kept_frame() as scene:
        scene.frame_set(take.frame_range[0])
        return hinge.resolved(take.object, take.part, axis)[0]
