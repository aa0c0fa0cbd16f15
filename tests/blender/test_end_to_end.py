"""The whole road with nothing replaced: bpy, the worker process, the bundled checkpoint, keyframes, and back by
geometry.

What is measured here is read off the evaluated meshes in Blender by a BVH tree, not taken from the clip's own metrics.
"""

import os
from pathlib import Path
import subprocess

import bpy
from mathutils.bvhtree import BVHTree
import numpy as np
import pytest

import jointhoi_blender as jointhoi
from jointhoi_blender import worker_client
from jointhoi_blender.demo.__main__ import load_object
from jointhoi_blender.editing import shape
from jointhoi_blender.takes import rig

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


WRITE_MANO = """
import sys
import numpy as np
from runtime.import_fixtures import write_mano
_, (_, right) = write_mano(sys.argv[1])
np.savez(sys.argv[1] + "/right.npz", **right)
"""


def test_the_sliders_of_a_users_own_mano_are_its_shapes_and_the_grasp_is_kept(tmp_path):
    """Against the files' own arrays: vertices v_template + shapedirs @ betas, joints J_regressor @ vertices."""
    root = Path(__file__).resolve().parents[2]
    environment = worker_client._environment() | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}
    subprocess.run([worker_client.find_python(), "-c", WRITE_MANO, tmp_path], env=environment, check=True)
    stored = np.load(tmp_path / "right.npz")
    mug, before = load_object(MUG), worker_client.settings()
    worker_client.configure(mano=str(tmp_path))
    try:
        take = jointhoi.generate(mug, "Lift the mug with the right hand.", seed=3, seconds=2.0, quality="draft")
        assert shape.names(take) == [f"Shape {number + 1}" for number in range(10)]
        near, held = min((gap_at(frame, mug, take), frame) for frame in range(*take.frame_range, 4))
        betas = np.array([1.5, -1.0, 0, 0.5, 0, 0, 0, 0, 0, 1.0])
        shape.reshape(take, betas)
        check_rest(take, stored, betas)
        assert near < 0.005 and gap_at(held, mug, take) < near + 0.002
        again = jointhoi.generate(mug, **{**take.recipe, "seed": 4})
        check_rest(again, stored, betas)
    finally:
        worker_client.configure(**vars(before))


def gap_at(frame, thing, take):
    bpy.context.scene.frame_set(frame)
    return gap(thing, skin(take, "RIGHT"))


def check_rest(take, stored, betas):
    hand = take.hands["RIGHT"]
    vertices = stored["v_template"] + stored["shapedirs"] @ betas
    joints = stored["J_regressor"] @ vertices
    heads = [hand.data.bones[rig.bone_name(joint, 1)].head_local for joint in range(16)]
    assert np.allclose(heads, joints - joints[0], atol=1e-5)
    points = [vertex.co for vertex in rig.skin_of(hand).data.vertices]
    assert np.allclose(points, vertices - joints[0], atol=1e-5)
