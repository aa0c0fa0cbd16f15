"""The whole road with nothing replaced: bpy, the worker process, the bundled checkpoint, keyframes, and back by
geometry.

What is measured here is read off the evaluated meshes in Blender by a BVH tree, not taken from the clip's own metrics.
"""

from pathlib import Path

import bpy
from mathutils.bvhtree import BVHTree
import numpy as np
import pytest

import jointhoi_blender as jointhoi
from jointhoi_blender import worker_client
from jointhoi_blender.demo.__main__ import load_object

MUG = Path(__file__).resolve().parents[2] / "assets" / "objects" / "mug.obj"


@pytest.fixture(scope="module", autouse=True)
def worker():
    yield
    worker_client.shutdown()


def skin(take, side):
    """World vertices (V, 3) of a hand's evaluated skin at the current frame."""
    mesh = next(o for o in take.objects if o.type == "MESH" and o.find_armature() == take.hands[side])
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    matrix = evaluated.matrix_world
    return [matrix @ vertex.co for vertex in evaluated.data.vertices]


def gap(thing, points):
    """The least distance from world points to an object's surface, metres."""
    graph = bpy.context.evaluated_depsgraph_get()
    tree = BVHTree.FromObject(thing, graph)
    inverse = thing.evaluated_get(graph).matrix_world.inverted()
    return min(tree.find_nearest(inverse @ point)[3] for point in points)


def test_a_mug_is_lifted_by_the_hand_that_was_named():
    mug = load_object(MUG)
    bpy.context.view_layer.update()
    stood = mug.matrix_world.copy()
    take = jointhoi.generate(mug, "Lift the mug with the right hand.", seed=3, seconds=3.0)
    assert list(take.hands) == ["RIGHT"]
    scene = bpy.context.scene
    first, last = take.frame_range
    scene.frame_set(first)
    assert np.abs(np.array(mug.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world) - stood).max() < 1e-4
    lifted, gaps = [], []
    for frame in np.linspace(first, last, 10).astype(int):
        scene.frame_set(int(frame))
        height = (mug.matrix_world.translation - stood.translation).z
        if height > 0.03:
            lifted.append(height)
            gaps.append(gap(mug, skin(take, "RIGHT")))
    assert len(lifted) >= 3 and max(gaps) < 0.005, (lifted, gaps)


def test_the_same_seed_makes_the_same_take_and_two_hands_are_two():
    mug = load_object(MUG)
    clips = [jointhoi.generate(mug, "Inspect the mug with both hands.", seed=5, seconds=2.0).clip for _ in range(2)]
    assert clips[0].hand_active.all()
    assert np.array_equal(clips[0].hand_rotation, clips[1].hand_rotation)
