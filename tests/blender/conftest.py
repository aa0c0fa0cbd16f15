"""Every test starts from an empty file, in a user folder of its own."""

import os
import tempfile

os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="jointhoi-tests-"))

import bpy  # noqa: E402
import pytest  # noqa: E402


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    yield
