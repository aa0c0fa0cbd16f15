"""One Blender window for all tests; every file begins in it with an empty scene, a mug once it asks for one."""

import pytest

from gui import window
from gui.window import do, wait_until


@pytest.fixture(scope="session", autouse=True)
def blender():
    with window.blender():
        yield
    log = (window.SHARE / "blender.log").read_text()
    assert "Traceback" not in log and "Policy violation" not in log, log


@pytest.fixture(scope="module")
def mug(blender):
    """A mug on a table, and the fields as for a quick take."""
    mug_on_table()


def mug_on_table():
    window.begin()
    do(op="jointhoi.add_example")
    do(set={"prompt": "Drink from the mug with the right hand.", "seconds": 3.0, "quality": "draft", "seed": 1})


@pytest.fixture(scope="session")
def kept_take(blender):
    """A file with a mug, a table and a take of them, made once."""
    mug_on_table()
    do(op="jointhoi.generate", invoke=True)
    wait_for_takes(1)
    do(run="bpy.ops.wm.save_as_mainfile(filepath='/share/take.blend', copy=True)")


@pytest.fixture(scope="module")
def take(kept_take):
    """The take of that file, in a window in which nothing is unfolded."""
    window.begin()
    do(run="bpy.ops.wm.open_mainfile(filepath='/share/take.blend', load_ui=False)")


def wait_for_takes(count, seconds=600):
    """Waits until as many takes are there and no more are being made."""
    over = lambda now: not now["job"] and (len(now["takes"]) >= count or now["error"])  # noqa: E731
    now = wait_until(over, seconds, "takes are made")
    assert now["error"] is None
    return now


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keeps a picture of the window as a test that fails leaves it, and closes what is open for the next."""
    report = yield
    if report.failed and report.when == "call":
        window.picture(f"failed-{item.name}")
        window.press("Escape")
        window.press("Escape")
    return report
