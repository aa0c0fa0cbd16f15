"""The panel's operators and preferences, called as a script calls them; `tests/gui` presses the buttons."""

import os
from pathlib import Path
import sys
from types import SimpleNamespace

import bpy
import pytest

import jointhoi_blender
from jointhoi_blender import seam, worker_client
from jointhoi_blender.ui import alias, making, preferences, words

FAKE_WORKER = str(Path(__file__).resolve().parent.parent / "fake_worker.py")


@pytest.fixture(autouse=True)
def add_on(monkeypatch):
    """The add-on, registered, with a worker that needs no model."""
    registered = hasattr(bpy.types.Scene, "jointhoi")
    if not registered:
        jointhoi_blender.register()
    monkeypatch.setattr(worker_client, "_command", lambda python, _: [python, FAKE_WORKER, "", str(os.getpid())])
    monkeypatch.setenv(worker_client.PYTHON_VARIABLE, sys.executable)
    yield
    worker_client.shutdown()
    making.Session.error = None
    if not registered:
        jointhoi_blender.unregister()


def a_box(size=0.08, name="Box"):
    bpy.ops.mesh.primitive_cube_add(size=size)
    box = bpy.context.active_object
    box.name = name
    return box


def generate(**keywords):
    return bpy.ops.jointhoi.generate("EXEC_DEFAULT", **keywords)


def everything():
    """The names of what a take could add to, and where every object stands."""
    kinds = ("objects", "armatures", "meshes", "actions", "collections", "node_groups", "materials")
    places = {thing.name: [list(row) for row in thing.matrix_world] for thing in bpy.data.objects}
    return {kind: sorted(getattr(bpy.data, kind).keys()) for kind in kinds}, places


def test_generate_makes_a_take_of_the_active_object_and_keeps_its_measures():
    box = a_box()
    fields = bpy.context.scene.jointhoi
    fields.prompt, fields.seed = "Lift the box with the right hand.", 5
    assert generate() == {"FINISHED"}
    (take,) = jointhoi_blender.find_takes()
    assert (take.object, take.prompt, take.metrics) == (box, fields.prompt, {"penetration_mm": 1.5})
    assert take.frame_range[0] == bpy.context.scene.frame_current
    assert box.animation_data.action
    assert [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
    assert making.Session.error is None and making.Session.job is None


def test_the_object_in_the_panel_goes_before_the_active_one():
    chosen, active = a_box(name="Chosen"), a_box(name="Active")
    fields = bpy.context.scene.jointhoi
    fields.prompt, fields.object = "Lift it.", chosen
    generate()
    assert chosen.animation_data and not active.animation_data


@pytest.mark.parametrize(
    "prompt, words", [("Fail now.", "one over nothing"), ("Die now.", "ended with code 42"), ("", "prompt")]
)
def test_a_failure_is_a_sentence_and_leaves_the_scene_as_it_was(prompt, words):
    a_box()
    bpy.context.scene.jointhoi.prompt = prompt
    before = everything()
    with pytest.raises(RuntimeError, match=words):
        generate()
    assert everything() == before
    assert words in str(making.Session.error)


def test_without_an_object_it_says_so():
    bpy.context.scene.jointhoi.prompt = "Lift it."
    with pytest.raises(RuntimeError, match="No object is chosen"):
        generate()


def test_without_a_runtime_it_says_what_to_do(monkeypatch):
    a_box()
    bpy.context.scene.jointhoi.prompt = "Lift it."
    monkeypatch.setenv(worker_client.PYTHON_VARIABLE, "/nowhere/python")
    with pytest.raises(RuntimeError, match="/nowhere/python, is not a program"):
        generate()
    assert making.Session.error.kind == "runtime"


def test_an_object_of_the_wrong_size_is_asked_about_and_the_answer_is_kept_until_another_object_is_chosen(monkeypatch):
    box = a_box()
    fields = bpy.context.scene.jointhoi
    fields.prompt = "Size matters."
    with pytest.raises(RuntimeError, match="2 m wide"):
        generate()
    assert making.Session.error.kind == "size"
    sent = []

    def stop(request):
        sent.append(request)
        raise seam.UserError("stopped")

    monkeypatch.setattr(worker_client, "run", stop)
    with pytest.raises(RuntimeError, match="stopped"):
        generate(fit="scale_hands")
    assert sent[0].fit == "scale_hands" and fields.fit == "scale_hands"
    fields.object = box
    assert fields.fit == "ask"


@pytest.mark.parametrize("meanwhile, words", [("removed", "left the scene"), ("edited", "was edited")])
def test_an_object_that_changes_while_its_take_is_made_gets_no_take(monkeypatch, meanwhile, words):
    box = a_box()
    bpy.context.scene.jointhoi.prompt = "Lift it."
    run = worker_client.run

    def run_and_change(request):
        clip = run(request)
        if meanwhile == "removed":
            bpy.data.objects.remove(box)
        else:
            box.data.vertices[0].co.x *= 2
        return clip

    monkeypatch.setattr(worker_client, "run", run_and_change)
    with pytest.raises(RuntimeError, match=words):
        generate()
    assert not bpy.data.actions and not bpy.data.armatures


def test_the_take_starts_at_the_frame_at_which_it_was_asked_for(monkeypatch):
    a_box()
    scene = bpy.context.scene
    scene.jointhoi.prompt = "Lift it."
    scene.frame_set(10)
    run = worker_client.run

    def run_and_scrub(request):
        clip = run(request)
        scene.frame_set(77)
        return clip

    monkeypatch.setattr(worker_client, "run", run_and_scrub)
    generate()
    assert jointhoi_blender.find_takes()[0].frame_range[0] == 10


def test_the_last_take_is_exported(tmp_path):
    assert not bpy.ops.jointhoi.export_fbx.poll()
    a_box()
    bpy.context.scene.jointhoi.prompt = "Lift it."
    generate()
    bpy.ops.jointhoi.export_fbx(filepath=str(tmp_path / "take.fbx"))
    assert (tmp_path / "take.fbx").read_bytes().startswith(b"Kaydara FBX Binary")


def test_a_renamed_object_still_gets_its_take(monkeypatch):
    box = a_box()
    bpy.context.scene.jointhoi.prompt = "Lift it."
    run = worker_client.run

    def run_and_rename(request):
        box.name = "Renamed"
        a_box(name="Box")
        return run(request)

    monkeypatch.setattr(worker_client, "run", run_and_rename)
    generate()
    assert box.animation_data.action


def test_the_fields_are_saved_with_the_file(tmp_path):
    a_box()
    fields = bpy.context.scene.jointhoi
    fields.prompt, fields.hands, fields.seconds, fields.seed = "Lift it.", "both", 2.5, 9
    generate()
    path = str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    fields = bpy.context.scene.jointhoi
    assert (fields.prompt, fields.hands, fields.seconds, fields.seed) == ("Lift it.", "both", 2.5, 9)
    assert jointhoi_blender.find_takes()[0].metrics == {"penetration_mm": 1.5}


def test_the_lengths_on_offer_are_the_models():
    properties = bpy.context.scene.jointhoi.bl_rna.properties
    assert (properties["seconds"].hard_min, properties["seconds"].hard_max) == (seam.MIN_SECONDS, seam.MAX_SECONDS)
    assert tuple(properties["hands"].enum_items.keys()) == seam.HANDS
    assert tuple(properties["fit"].enum_items.keys()) == seam.FITS


def test_measures_are_readable():
    assert words.readable("id_max_mm", 1.2345) == ("Penetration", "1.23 mm")
    assert words.readable("contact_ratio", 0.9) == ("In contact", "90 %")
    assert words.readable("right_holds", True) == ("Right holds", "yes")
    assert words.readable("held_frames", 0) == ("Held frames", "0")
    assert words.readable("volume_cm3", 2.0) == ("Volume", "2 cm³")


def test_preferences_reach_the_worker(monkeypatch):
    monkeypatch.setattr(worker_client, "_settings", worker_client.Settings())
    preferences.apply()
    assert worker_client._settings.device == "auto"
    assert preferences.ADDON == "jointhoi_blender"


class Timers:
    """In place of bpy.app.timers, as nothing runs them without a window."""

    def __init__(self):
        self.waiting = []
        self.is_registered, self.register = self.waiting.__contains__, self.waiting.append

    def run(self):
        while self.waiting:
            self.waiting.pop()()


@pytest.mark.parametrize("background, early", [(False, True), (True, True), (False, False)])
def test_the_model_is_loaded_before_it_is_needed_once_and_only_where_one_works(background, early, monkeypatch):
    timers = Timers()
    app = SimpleNamespace(background=background, timers=timers)
    with monkeypatch.context() as patched:
        patched.setattr(making, "bpy", SimpleNamespace(app=app))
        patched.setattr(preferences, "chosen", lambda: SimpleNamespace(early=early))
        patched.setattr(making.Session, "loaded", None)
        for _ in range(3):
            making.load_early()
        assert len(timers.waiting) == (early and not background)
        timers.run()
        making.load_early()
        assert not timers.waiting
        assert bool(worker_client._worker) == (early and not background)
    if worker_client._worker:
        process = worker_client._worker.process
        a_box()
        bpy.context.scene.jointhoi.prompt = "Lift it."
        generate()
        assert worker_client._worker.process is process
        making.forget()
        assert process.poll() is not None


def test_a_model_that_cant_be_loaded_early_is_no_error_until_it_is_needed(monkeypatch):
    monkeypatch.setenv(worker_client.PYTHON_VARIABLE, "/no/python")
    making._load()
    assert making.Session.error is None and worker_client._worker is None
    making.Session.loaded = None


def test_in_a_checkout_there_is_no_alias_to_add_or_to_remove():
    alias.add()
    alias.remove()
    assert sys.modules["jointhoi_blender"] is jointhoi_blender


def test_unregistering_and_registering_again_works():
    jointhoi_blender.unregister()
    assert not hasattr(bpy.types.Scene, "jointhoi")
    jointhoi_blender.register()
    assert bpy.context.scene.jointhoi.seconds == 4.0
