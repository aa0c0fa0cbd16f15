"""The contact sheet, and the demonstration from end to end with a worker that needs no model."""

import io
import json
import os
from pathlib import Path
import sys

import bpy
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector
import numpy as np
from PIL import Image
import pytest
from blender import scenes, synthetic

import jointhoi_blender as jointhoi
from jointhoi_blender import seam, worker_client
from jointhoi_blender.demo import __main__ as demo
from jointhoi_blender.demo import contact_sheet, moment_frames, sheet

FAKE_WORKER = str(Path(__file__).resolve().parent.parent / "fake_worker.py")


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setattr(worker_client, "_command", lambda python, _: [python, FAKE_WORKER, "", str(os.getpid())])
    monkeypatch.setenv(worker_client.PYTHON_VARIABLE, sys.executable)


def a_take(scale=1.0, **options):
    """A cube of 10 cm that one toy hand or two lift; with `scale`, all of it that much larger."""
    cube = scenes.cube(0.1 * scale, (0, 0, 0.05))
    clip = synthetic.make_clip(translation=(0, 0, 0.05), **options)
    for name in ("object_translation", "hand_translation"):
        setattr(clip, name, (getattr(clip, name) - [0, 0, 0.05]) * scale + [0, 0, 0.05])
    for name in ("hand_rest_vertices", "hand_rest_joints", "contact_points"):
        setattr(clip, name, getattr(clip, name) * scale)
    return jointhoi.make_take(cube, clip)


def timed_clip():
    """4 s at 10 frames a second: touched from 1 s to 3.5 s, rising and turning from 1.2 s to 2 s."""
    clip = synthetic.make_clip(seconds=4.0, fps=10.0, hands="right")
    time = np.arange(41) / 10
    clip.contact = np.zeros_like(clip.contact)
    clip.contact[10:36, seam.RIGHT, 2] = 0.9
    clip.contact[2:, seam.LEFT] = 1.0  # of a hand that plays no part
    done = np.clip((time - 1.2) / 0.8, 0, 1)
    clip.object_translation = np.outer(done, [0, 0, 0.3]).astype(np.float32)
    clip.object_rotation = synthetic.turn((1, 0, 0), done).astype(np.float32)
    return clip


def where_the_object_is(take, frames):
    """Where in each picture of a sheet the object's middle is, row by row: (right, up), 0..1."""
    snapshots = [sheet._snapshot(take, frame) for frame in frames]
    scene = sheet._studio(64, 1, 1)
    found = []
    for angle in sheet.SIDES.values():
        for meshes, scene.camera.matrix_world in zip(snapshots, sheet._views(snapshots, np.radians(angle))):
            bpy.context.view_layer.update()
            middle = sheet._points(meshes[:1]).mean(0)
            found.append(tuple(world_to_camera_view(scene, scene.camera, Vector(middle)))[:2])
    return found


def test_the_moments_are_reach_before_contact_lift_action_and_end():
    scenes.set_rate(30)
    bpy.context.scene.frame_set(101)
    take = jointhoi.make_take(scenes.cube(location=(0, 0, 0)), timed_clip())
    seconds = (np.array(moment_frames(take)) - 101) / 30
    reach, before, contact, lift, action, end = seconds
    assert 0 < reach < before < 1.0 <= contact < 1.2 < lift < action
    assert 1.9 < action <= 2.05 and end == 4.0
    assert 0.1 < take.clip.object_translation[round(10 * lift), 2] < 0.2
    assert moment_frames(take, 2) == [moment_frames(take)[0], 221] and len(moment_frames(take, 9)) == 9
    take.clip = None  # as it is for a take found in a file
    assert moment_frames(take, 3) == [101, 161, 221]


@pytest.mark.parametrize("hands, scale", [("right", 1.0), ("both", 20.0)])
def test_every_moment_is_whole_in_the_picture_and_fills_it(hands, scale):
    take = a_take(scale, hands=hands)
    snapshots = [sheet._snapshot(take, frame) for frame in moment_frames(take)]
    scene = sheet._studio(64, 1, 1)
    filled = []
    for angle in (0.0, 1.0, 3.5):
        for meshes, view in zip(snapshots, sheet._views(snapshots, angle)):
            scene.camera.matrix_world = view
            bpy.context.view_layer.update()
            seen = np.array([world_to_camera_view(scene, scene.camera, Vector(p)) for p in sheet._points(meshes)])
            assert 0 <= seen[:, :2].min() and seen[:, :2].max() <= 1 and seen[:, 2].min() > 0
            filled.append(np.ptp(seen[:, :2], axis=0).max())
    assert min(filled) > 0.3 and max(filled) > 0.85


def test_a_snapshot_is_what_the_scene_shows_at_that_frame():
    take = a_take(hands="right")
    for frame in (1, 25):
        frozen = sheet._snapshot(take, frame)
        assert [thing["kind"] for thing in frozen] == ["object", "hand"]
        bpy.context.scene.frame_set(frame)
        np.testing.assert_allclose(sheet._points(frozen[:1]), scenes.vertices(take.object), atol=1e-5)
        skin = take.hands["RIGHT"].children[0]
        np.testing.assert_allclose(sheet._points(frozen[1:]), scenes.vertices(skin), atol=1e-5)
        assert "contact" in frozen[0].data.attributes


def test_the_sheet_shows_hand_and_object_in_every_picture_and_leaves_no_trace(tmp_path):
    take = a_take(hands="both")
    bpy.context.scene.frame_set(7)
    before, told = scenes.inventory(), []
    kinds = ("scenes", "worlds", "lights", "images", "curves")
    counts = {kind: len(getattr(bpy.data, kind)) for kind in kinds}
    path = tmp_path / "new" / "sheet.png"
    contact_sheet(take, path, moments=[1, 20, 40], size=64, samples=2, progress=lambda *news: told.append(news))
    assert scenes.inventory() == before
    assert {kind: len(getattr(bpy.data, kind)) for kind in kinds} == counts
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions) and len(fractions) >= 6

    pixels = np.asarray(Image.open(path).convert("RGB"), float)
    left, top, step = sheet.MARGIN, sheet.TITLE, 64 + sheet.GAP
    height, width = 2 * step - sheet.GAP + sheet.LABEL + sheet.MARGIN // 2, 3 * step - sheet.GAP
    assert pixels.shape == (top + height, 2 * left + width, 3)
    pictures = [pixels[top + r * step :, left + c * step :][:64, :64] for r in range(2) for c in range(3)]
    for picture, (right, up) in zip(pictures, where_the_object_is(take, [1, 20, 40]), strict=True):
        skin = (picture[..., 0] > 1.25 * picture[..., 2]).mean()
        rows, columns = np.nonzero((picture.min(-1) > 165) & (np.ptp(picture, axis=-1) < 25))  # pale: the object
        assert skin > 0.02 and len(rows) > 40
        assert [columns.mean(), 63 - rows.mean()] == pytest.approx([64 * right, 64 * up], abs=6)
    assert all(abs(one - other).mean() > 2 for one, other in zip(pictures, pictures[1:]))
    assert (pixels[:top].min(-1) < 100).any() and (pixels[-sheet.LABEL :].min(-1) < 100).any()  # the title, the times
    assert (pixels[:, :left] > 250).all()


def test_the_demo_leaves_its_files_and_says_how_far_it_is(worker, tmp_path):
    out, console = tmp_path / "demo", io.StringIO()
    arguments = ["--prompt", "Lift the mug with the right hand.", "--seed", "7", "--out", str(out), "--no-render"]
    assert demo.main(arguments, console) == 0
    lines = console.getvalue().splitlines()
    told = [line.split("%")[1].split()[0] for line in lines[:-1]]
    assert told == ["object", "worker", "sampling", "keyframes", "save", "FBX"]
    assert {path.name for path in out.iterdir()} == {"clip.npz", "demo.blend", "demo.fbx", "report.json"}

    report = json.loads((out / "report.json").read_text())
    assert (report["prompt"], report["seed"], report["seconds"]) == ("Lift the mug with the right hand.", 7, 4.0)
    assert report["metrics"] == {"penetration_mm": 1.5}
    assert report["versions"]["blender"] == bpy.app.version_string and report["versions"]["jointhoi"]
    assert set(report["stage_seconds"]) == {"object", "worker start", "sampling", "keyframes", "save", "FBX"}
    assert seam.load_clip(out / "clip.npz").seed == 7

    bpy.ops.wm.open_mainfile(filepath=str(out / "demo.blend"))
    (take,) = jointhoi.find_takes()
    scene = bpy.context.scene
    assert list(take.hands) == ["RIGHT"] and (scene.frame_start, scene.frame_end) == take.frame_range
    assert scenes.vertices(take.object)[:, 2].min() == pytest.approx(0, abs=1e-6)  # it stands on the table
    scene.frame_set(scene.frame_end)
    assert scenes.vertices(take.object)[:, 2].min() == pytest.approx(0.1, abs=1e-5)  # and ends lifted by 10 cm


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--object", "nowhere.obj"], "There is no file nowhere.obj"),
        (["--object", "notes.txt"], "notes.txt is not one of the files"),
        (["--prompt", "Fail to lift the mug."], "one over nothing"),
    ],
)
def test_what_the_user_can_mend_is_a_sentence_and_an_exit_code(worker, tmp_path, capsys, arguments, sentence):
    assert demo.main([*arguments, "--out", str(tmp_path), "--no-render"]) == 1
    told = capsys.readouterr().err
    assert sentence in told and "Traceback" not in told


def test_a_file_of_several_parts_becomes_one_upright_object(tmp_path):
    path = tmp_path / "parts.obj"
    corners = [(x, y, z) for x in (1, 1.1) for y in (2, 2.2) for z in (0, 0.1)]
    faces = [(1, 2, 4, 3), (5, 7, 8, 6), (1, 5, 6, 2), (3, 4, 8, 7), (1, 3, 7, 5), (2, 6, 8, 4)]
    lines = []
    for part in range(2):
        lines.append(f"o part{part}")
        lines += ["v {} {} {}".format(x + part, y, z) for x, y, z in corners]
        lines += ["f {} {} {} {}".format(*(corner + 8 * part for corner in face)) for face in faces]
    path.write_text("\n".join(lines))
    thing = demo.load_object(path)
    assert [each.name for each in bpy.data.objects] == [thing.name]
    points = scenes.vertices(thing)
    np.testing.assert_allclose([points.min(0), points.max(0)], [[-0.55, -0.05, 0], [0.55, 0.05, 0.2]], atol=1e-6)
