"""The extension's zip: built and validated by Blender's own tool, installed, enabled and used in a fresh Blender."""

import json
import os
from pathlib import Path
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

USE = """
import json, os, sys
import bpy, addon_utils
zip_path, fake_worker = sys.argv[1:]
bpy.ops.extensions.package_install_files(filepath=zip_path, repo="user_default", enable_on_install=True)
import bl_ext.user_default.jointhoi as extension
folder = os.path.dirname(extension.__file__)
files = lambda: {os.path.join(at, name) for at, _, names in os.walk(folder) for name in names if name[-4:] != ".pyc"}
installed = files()

import jointhoi_blender as jointhoi
jointhoi.worker_client._command = lambda python, settings: [python, fake_worker, "", str(os.getpid())]
bpy.ops.mesh.primitive_cube_add(size=0.08)
bpy.context.scene.jointhoi.prompt = "Lift the box with the right hand."
bpy.ops.jointhoi.generate()
preferences = bpy.context.preferences.addons["bl_ext.user_default.jointhoi"].preferences
preferences.device = "cpu"
try:
    import jointhoi_blender.takes
    twice = True
except ImportError:
    twice = False
addon_utils._extensions_warnings_get._is_first = True
found = {
    "metrics": jointhoi.find_takes()[-1].metrics,
    "armatures": len(bpy.data.armatures),
    "home": jointhoi.generate.__module__,
    "device": jointhoi.worker_client._settings.device,
    "log": jointhoi.worker_client._settings.log_folder,
    "warnings": addon_utils._extensions_warnings_get(),
    "twice": twice,
    "written": sorted(files() - installed),
}
bpy.ops.preferences.addon_disable(module="bl_ext.user_default.jointhoi")
found["left"] = "jointhoi_blender" in sys.modules or hasattr(bpy.types.Scene, "jointhoi")
print("FOUND" + json.dumps(found))
"""


@pytest.fixture(scope="module")
def zip_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("dist") / "jointhoi.zip"
    subprocess.run([sys.executable, ROOT / "tools" / "build_extension.py", path], check=True)
    return path


def test_the_zip_holds_both_packages_and_the_assets_and_nothing_else(zip_path):
    names = zipfile.ZipFile(zip_path).namelist()
    for needed in ("blender_manifest.toml", "__init__.py", "LICENSE", "jointhoi_blender/ui/panel.py",
                   "model_runtime/worker.py", "model_runtime/requirements.txt", "assets/objects/mug.obj"):  # fmt: skip
        assert needed in names
    top = {name.split("/")[0] for name in names}
    packages = {"jointhoi_blender", "model_runtime", "assets"}
    assert packages <= top <= packages | {"blender_manifest.toml", "__init__.py", "LICENSE", "README.md"}
    assert not [name for name in names if name.endswith(".pyc") or "/." in name]


def test_it_installs_makes_a_take_and_leaves_nothing_behind(zip_path, tmp_path):
    environment = {
        **os.environ,
        "BLENDER_USER_RESOURCES": str(tmp_path / "user"),
        "JOINTHOI_RUNTIME_PYTHON": sys.executable,
        "PYTHONPATH": "",
    }
    fake_worker = tmp_path / "fake_worker.py"
    fake_worker.write_text((ROOT / "tests" / "fake_worker.py").read_text())
    command = [sys.executable, "-c", USE, zip_path, fake_worker]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "FOUND" in result.stdout, result.stdout + result.stderr
    found = json.loads(result.stdout.split("FOUND")[1].splitlines()[0])
    assert found["metrics"] == {"penetration_mm": 1.5} and found["armatures"] == 1
    assert found["home"].startswith("bl_ext.user_default.jointhoi.jointhoi_blender")
    assert found["device"] == "cpu"
    assert str(tmp_path / "user") in found["log"]
    assert found["warnings"] == {} and not found["twice"]
    assert found["written"] == [] and not found["left"]


def test_the_version_is_the_same_everywhere():
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = re.search(r'__version__ = "(.*)"', (ROOT / "model_runtime" / "__init__.py").read_text())[1]
    assert manifest["version"] == project["version"] == runtime
    assert manifest["license"] == [f"SPDX:{project['license']}"]
