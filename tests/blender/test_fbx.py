"""FBX files read back, by Blender and by ufbx: the joints are where the scene has them, in every frame."""

import json
import os
from pathlib import Path
import subprocess
import sys

import bpy
import numpy as np
import pytest

from blender import scenes, synthetic
from blender.test_take_hands import joints_in_scene
import jointhoi_blender as jointhoi
from jointhoi_blender import seam
from jointhoi_blender.editing import controls
from jointhoi_blender.takes import rig

TENTH_OF_A_MILLIMETRE = 1e-4
READER = str(Path(__file__).with_name("read_fbx.py"))
BY_SIDE = {"LEFT": 0, "RIGHT": 1}


def prepared(tmp_path, case=None, frame=1, fps=24, hands="both"):
    """A scene with other animated things in it, the take, and the path of its FBX."""
    scenes.set_rate(fps)
    other = scenes.cube(name="Other")
    scenes.key(other, "location", {1: (0, 0, 0), 200: (1, 1, 1)})
    thing = scenes.cube(name="Mug")
    thing.rotation_euler = (0.2, 0.4, 1)
    if case:
        case(thing)
    bpy.context.scene.frame_set(frame)
    first = jointhoi.make_take(thing, synthetic.clip_for(jointhoi.request_from(thing, "Lift it."), seconds=1.5))
    bpy.context.scene.frame_set(first.frame_range[1])
    clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."), seconds=1.5, seed=5, hands=hands)
    take = jointhoi.make_take(thing, clip)  # the second of two: the file must hold its hands alone
    path = str(tmp_path / "take.fbx")
    jointhoi.export_fbx(take, path)
    return take, path


def recorded(take, metres=1.0):
    """What the scene shows in each of the take's frames, in metres: joints {side: (n, 16, 3)} and corners (n, 8, 3)."""
    joints, corners = {side: [] for side in take.hands}, []
    for frame in range(take.frame_range[0], take.frame_range[1] + 1):
        bpy.context.scene.frame_set(frame)
        for side, hand in take.hands.items():
            joints[side].append(joints_in_scene(hand, BY_SIDE[side]) * metres)
        corners.append(scenes.vertices(take.object) * metres)
    return {side: np.array(values) for side, values in joints.items()}, np.array(corners)


def read(path, take, fps):
    """What ufbx reads in each of the take's frames; see read_fbx.py."""
    command = [sys.executable, READER, path, *map(str, take.frame_range), str(fps)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found | {"local": {name: np.array(matrices) for name, matrices in found["local"].items()}}


UPRIGHT = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1.0]])  # the file's +Y up to +Z up


def joints_read(found, hand, side, above=()):
    """The joints (n, 16, 3) of a hand, in metres, from what was read; `above` are the names of what it hangs on."""
    root, chain = UPRIGHT, []
    for name in (*above, hand.name):
        root = root @ found["local"][name]
    for joint, parent in enumerate(seam.JOINT_PARENTS):
        chain.append((chain[parent] if parent >= 0 else root) @ found["local"][rig.bone_name(joint, BY_SIDE[side])])
    return np.stack([matrices[:, :3, 3] for matrices in chain], 1) * found["unit"]


def scaled_parent(thing):
    thing.parent = scenes.empty()
    thing.parent.rotation_euler, thing.parent.scale = (0.3, 0.5, 0), (2, 2, 2)
    thing.scale = (-0.5, 0.4, 0.6)


@pytest.mark.parametrize(
    "fps, frame, metres, case", [(24, 1, 1.0, None), (30, 17, 1.0, scaled_parent), (24, 1, 0.01, None)]
)
def test_ufbx_reads_the_same_motion(tmp_path, fps, frame, metres, case):
    pytest.importorskip("ufbx")
    bpy.context.scene.unit_settings.scale_length = metres
    take, path = prepared(tmp_path, case, frame, fps)
    joints, _ = recorded(take, metres)

    found = read(path, take, fps)
    local = found["local"]
    hands = [thing.name for thing in take.hands.values()]
    assert found["stacks"] == 1 and {name for name, depth in found["depth"].items() if depth == 1} >= {"Mug", *hands}
    assert len(local) == 1 + 1 + 2 * len(hands) + 16 * len(hands)
    for side, want in joints.items():
        assert abs(joints_read(found, take.hands[side], side) - want).max() < TENTH_OF_A_MILLIMETRE
    nodes = {"Mug": UPRIGHT @ local["Mug"]}
    first = take.frame_range[0]
    stood = np.linalg.inv(scenes.world(take.object, first))
    to_metres, from_metres = np.diag([found["unit"]] * 3 + [1]), np.diag([1 / metres] * 3 + [1])
    for index, matrix in enumerate(nodes[take.object.name]):
        moved = to_metres @ matrix @ np.linalg.inv(to_metres @ nodes[take.object.name][0])
        want = np.linalg.inv(from_metres) @ scenes.world(take.object, first + index) @ stood @ from_metres
        assert abs(moved - want).max() < TENTH_OF_A_MILLIMETRE
    assert np.allclose(
        nodes[take.object.name][0, :3, 3] * found["unit"], scenes.world(take.object, first)[:3, 3] * metres, atol=1e-5
    )


@pytest.mark.parametrize("case", [None, scaled_parent])
def test_blender_reads_the_same_motion(tmp_path, case):
    take, path = prepared(tmp_path, case)
    joints, corners = recorded(take)
    names = {side: hand.name for side, hand in take.hands.items()}
    scenes.bpy.ops.wm.read_factory_settings(use_empty=True)
    scenes.set_rate(24)
    if bpy.app.version >= (4, 5):
        bpy.ops.wm.fbx_import(filepath=path)
    else:
        bpy.ops.import_scene.fbx(filepath=path)
    assert len([thing for thing in bpy.data.objects if thing.type == "ARMATURE"]) == 2
    hands = {side: bpy.data.objects[name] for side, name in names.items()}
    start = round(min(action.frame_range[0] for action in bpy.data.actions))
    for index in range(len(corners)):
        bpy.context.scene.frame_set(start + index)
        for side, hand in hands.items():
            assert abs(joints_in_scene(hand, BY_SIDE[side]) - joints[side][index]).max() < TENTH_OF_A_MILLIMETRE
        got = scenes.vertices(bpy.data.objects["Mug"])
        assert abs(got - corners[index]).max() < TENTH_OF_A_MILLIMETRE
    skin = next(child for child in hands["LEFT"].children if child.type == "MESH")
    assert any(modifier.type == "ARMATURE" for modifier in skin.modifiers) and len(skin.vertex_groups) == 16


def test_controls_stay_out_and_what_they_do_goes_in(tmp_path):
    pytest.importorskip("ufbx")
    take, path = prepared(tmp_path)
    controls.add(take)
    index = controls.control_bones(take.hands["LEFT"])["index"]
    for frame, curl in ((take.frame_range[0], 0.0), (take.frame_range[1], 0.8)):
        index.rotation_euler.x = curl
        index.keyframe_insert("rotation_euler", index=0, frame=frame)
    jointhoi.export_fbx(take, path)
    joints, _ = recorded(take)
    found = read(path, take, 24)
    assert not [name for name in found["local"] if "control" in name.lower()]
    assert len(found["local"]) == 1 + 1 + 2 * 2 + 16 * 2
    for side, want in joints.items():
        assert abs(joints_read(found, take.hands[side], side) - want).max() < TENTH_OF_A_MILLIMETRE


def test_takes_side_by_side_are_exported_each_where_it_is_seen(tmp_path):
    pytest.importorskip("ufbx")
    scenes.set_rate(24)
    thing = scenes.cube(name="Mug")
    takes = []
    for seed in range(3):
        bpy.context.scene.frame_set(1)
        clip = synthetic.clip_for(jointhoi.request_from(thing, "Lift it."), seconds=1.0, seed=seed)
        takes.append(jointhoi.make_take(thing, clip))
    takes[2].show()
    for number, take in enumerate(takes[:2], 1):
        take.show_beside((0.7 * number, 0, 0))
    for take in takes:
        path = str(tmp_path / "take.fbx")
        jointhoi.export_fbx(take, path)
        found, (joints, _) = read(path, take, 24), recorded(take)
        place = [each.name for each in take.collection.objects if each.type == "EMPTY"]
        moved = next(each for each in take.objects if each.type == "MESH" and not each.parent)
        assert set(found["local"]) - {"RootNode", ""} == {
            *(each.name for each in take.objects), *(bone.name for hand in take.hands.values() for bone in hand.pose.bones)
        }  # fmt: skip
        assert len(place) == (take is not takes[2]) and found["stacks"] == 1
        for side, want in joints.items():
            got = joints_read(found, take.hands[side], side, place)
            assert abs(got - want).max() < TENTH_OF_A_MILLIMETRE
        for row, frame in enumerate(range(take.frame_range[0], take.frame_range[1] + 1)):
            want = scenes.world(moved, frame)[:3, 3]
            got = (UPRIGHT @ found["local"][moved.name][row])[:3, 3] * found["unit"]
            assert abs(got - want).max() < TENTH_OF_A_MILLIMETRE


def test_exporting_leaves_the_scene_as_it_was(tmp_path):
    take, path = prepared(tmp_path)
    other = bpy.data.objects["Other"]
    other.select_set(True)
    bpy.context.view_layer.objects.active = other
    bpy.context.scene.frame_set(9)
    before = scenes.inventory()
    jointhoi.export_fbx(take, path)
    assert scenes.inventory() == before and bpy.context.selected_objects == [other]


def test_what_cannot_be_exported_is_a_sentence_and_changes_nothing(tmp_path):
    take, path = prepared(tmp_path)
    before = scenes.inventory()
    with pytest.raises(jointhoi.UserError, match="folder .*nowhere does not exist"):
        jointhoi.export_fbx(take, tmp_path / "nowhere" / "take.fbx")
    os.makedirs(tmp_path / "folder.fbx")
    with pytest.raises(jointhoi.UserError, match="can't be written"):
        jointhoi.export_fbx(take, tmp_path / "folder.fbx")
    assert scenes.inventory() == before
    take.hands["LEFT"].hide_viewport = True
    with pytest.raises(jointhoi.UserError, match="hand.L.* is hidden"):
        jointhoi.export_fbx(take, path)
