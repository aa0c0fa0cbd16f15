"""A real Blender window: the extension is installed from its zip, Generate is pressed, and pictures are taken.

Kept out of `make test`: it needs root, Debian, about 3 GB and some minutes. `make gui-test` sets the variables below.
The clicks are at fixed places of a window of 1600 x 1000 pixels; look at the pictures in out/gui/ when they miss.
"""

import json
import os
from pathlib import Path
import shutil
import subprocess
import sys
import time

import pytest

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
ROOT = Path(os.environ["JOINTHOI_GUI_ROOT"])  # a Debian root with Blender, made by setup.sh
ZIP = Path(os.environ["JOINTHOI_ZIP"])
RUNTIME = Path(os.environ["JOINTHOI_RUNTIME"])  # the runtime's environment, seen from inside at the same path
FAKE = os.environ.get("JOINTHOI_FAKE_WORKER")  # set while working on the panel: no model, a take in seconds
SHARE, PICTURES = ROOT / "share", PROJECT / "out" / "gui"
DISPLAY = ":7"

VIEWPORT, TAB, PROMPT, GENERATE, CANCEL = (500, 650), (1299, 332), (1160, 152), (1160, 278), (1160, 298)
SENTENCE = "Drink from the mug with the right hand."


def inside(*command):
    environment = ["env", f"DISPLAY={DISPLAY}", "HOME=/root"]
    subprocess.run(["chroot", ROOT, *environment, *command], check=True, stdout=subprocess.DEVNULL)


def move(place):
    inside("xdotool", "mousemove", *map(str, place))
    time.sleep(0.5)


def click(place, times=1):
    move((place[0] - 3, place[1]))
    move(place)
    inside("xdotool", "click", "--repeat", str(times), "--delay", "60", "1")
    time.sleep(1)


def press(key, place=VIEWPORT):
    move(place)
    inside("xdotool", "key", key)
    time.sleep(1)


def picture(name):
    inside("import", "-window", "root", "/share/picture.png")
    PICTURES.mkdir(parents=True, exist_ok=True)
    shutil.copy(SHARE / "picture.png", PICTURES / f"{name}.png")


def state():
    return json.loads((SHARE / "state.json").read_text())


def wait_until(true, seconds, what):
    deadline = time.monotonic() + seconds
    while not true(now := state()):
        assert time.monotonic() < deadline, f"waited {seconds} s until {what}; the window says {now}"
        time.sleep(0.2)
    return now


def until(true, act, tries=5):
    """Acts again and again, as a person would whose click a busy machine has swallowed, until the window shows it."""
    for _ in range(tries):
        act()
        for _ in range(20):
            if true(now := state()):
                return now
            time.sleep(0.3)
    raise AssertionError(f"tried {tries} times; the window says {now}")


def type_prompt():
    click(PROMPT, times=2)
    inside("xdotool", "key", "ctrl+a")
    inside("xdotool", "type", "--delay", "30", SENTENCE)
    inside("xdotool", "key", "Return")


def unmount(folder):
    """The worker sees that Blender is gone within a second, and uses the folder until then."""
    for _ in range(30):
        if subprocess.run(["umount", folder], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(1)


@pytest.fixture(scope="module")
def window():
    """Blender's window with the extension installed and enabled, a mug in the scene and the tab open."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    subprocess.run([HERE / "setup.sh", ROOT], check=True)
    shown = [RUNTIME.resolve(), Path(sys.base_prefix).resolve()]
    assert Path("/usr") not in shown, "the runtime's Python must not be the system's own; make it with pyenv or uv"
    for folder in shown:
        target = ROOT / folder.relative_to("/")
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "--bind", "-o", "ro", folder, target], check=True)
    try:
        for file in (PROJECT / "assets/objects/mug.obj", HERE / "in_blender.py"):
            shutil.copy(file, SHARE)
        shutil.copy(ZIP, SHARE / "extension.zip")
        arguments = ["/share/mug.obj", "/share/state.json"]
        if FAKE:
            shutil.copy(FAKE, SHARE / "fake_worker.py")
            arguments.append("/share/fake_worker.py")
        (SHARE / "state.json").unlink(missing_ok=True)
        inside("blender", "--command", "extension", "validate", "/share/extension.zip")
        inside("blender", "--command", "extension", "install-file", "-r", "user_default", "-e", "/share/extension.zip")
        environment = {**os.environ, "JOINTHOI_RUNTIME_PYTHON": str(RUNTIME / "bin" / "python")}
        start = [HERE / "start.sh", ROOT, DISPLAY[1:], "--python", "/share/in_blender.py", "--", *arguments]
        subprocess.run(start, check=True, env=environment)
        deadline = time.monotonic() + 90
        while not (SHARE / "state.json").exists() and time.monotonic() < deadline:
            time.sleep(0.5)
        wait_until(lambda now: now["drawn"], 60, "the window is drawn")
        time.sleep(5)
        until(lambda now: now["tab"], lambda: press("n"))
        until(lambda now: now["tab"] == "JointHOI", lambda: click(TAB))
        yield
    finally:
        subprocess.run([HERE / "stop.sh", ROOT], check=False)
        for folder in shown:
            unmount(ROOT / folder.relative_to("/"))
        shutil.copy(SHARE / "blender.log", PICTURES / "blender.log")


def test_generate_in_a_real_window(window):
    before = state()
    picture("1 panel")
    until(lambda now: now["prompt"] == SENTENCE, type_prompt)

    until(lambda now: now["job"], lambda: click(GENERATE))
    busy = wait_until(lambda now: not now["job"] or "ampling" in now["job"], 120, "it is sampling")
    picture("2 generating")
    after = wait_until(lambda now: not now["job"], 1200, "the take is made")
    assert after["error"] is None and after["metrics"]
    assert after["action"] and len(after["objects"]) > len(before["objects"])
    assert busy["longest_gap"] < 5.0, "the window stood still while generating"
    for frame in (30, 60, 1):  # without a key press, which would be an undo step of its own
        (SHARE / "frame").write_text(str(frame))
        wait_until(lambda now, frame=frame: now["frame"] == frame, 10, "the frame has changed")
        time.sleep(5)  # drawing takes a while in software
        picture(f"3 take, frame {frame}")

    press("ctrl+z")
    undone = wait_until(lambda now: not now["action"], 30, "one undo step has taken the take away")
    assert undone["objects"] == before["objects"] and not undone["metrics"]

    for how in (lambda: press("Escape"), lambda: click(CANCEL)):
        until(lambda now: now["job"], lambda: click(GENERATE))
        cancelled = until(lambda now: not now["job"], how)
        assert cancelled["objects"] == before["objects"] and not cancelled["action"] and not cancelled["error"]
    picture("4 cancelled")
    log = (SHARE / "blender.log").read_text()
    assert "Traceback" not in log and "Policy violation" not in log, log
