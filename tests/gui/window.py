"""A real Blender window, driven as a person would: mouse, keys, pictures. `in_blender.py` is its other half.

The clicks are at fixed places of a window of 1600 x 1000 pixels; look at the pictures in out/gui/ when they miss.
"""

from contextlib import contextmanager
import json
import os
from pathlib import Path
import shutil
import subprocess
import sys
import time

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
ROOT = Path(os.environ["JOINTHOI_GUI_ROOT"])  # a Debian root with Blender, made by setup.sh
ZIP = Path(os.environ["JOINTHOI_ZIP"])
RUNTIME = Path(os.environ["JOINTHOI_RUNTIME"])  # the runtime's environment, seen from inside at the same path
FAKE = os.environ.get("JOINTHOI_FAKE_WORKER")  # set while working on the panel: no model, a take in seconds
SHARE, PICTURES = ROOT / "share", PROJECT / "out" / "gui"
MANUAL = PROJECT / "docs" / "manual" / "images"
DISPLAY = ":7"
VIEWPORT, TAB = (500, 650), (1299, 286)  # the tab, where no object is active


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


def write(place, text, end="Return"):
    """Types a text into the field at `place`, and ends with a key."""
    click(place, times=2)
    inside("xdotool", "key", "ctrl+a")
    inside("xdotool", "type", "--delay", "30", text)
    if end:
        inside("xdotool", "key", end)
    time.sleep(1)


def do(**wish):
    """Asks the other half for something that a menu would do."""
    (SHARE / "do.part").write_text(json.dumps(wish))
    os.replace(SHARE / "do.part", SHARE / "do.json")
    deadline = time.monotonic() + 30
    while (SHARE / "do.json").exists():
        assert time.monotonic() < deadline, f"the window does not answer: {wish}"
        time.sleep(0.1)
    time.sleep(1.5)


def picture(name, box=None):
    """Keeps a picture of the window, or of the part `box` = (width, height, left, top), as out/gui/NAME.png.

    With JOINTHOI_MANUAL=1 in the environment it goes into the manual too, which has no other pictures.
    """
    time.sleep(1.5)
    crop = ["-crop", "{}x{}+{}+{}".format(*box), "+repage"] if box else []
    inside("import", "-window", "root", *crop, "+dither", "-colors", "200", "png8:/share/picture.png")
    for folder in [PICTURES, MANUAL] if os.environ.get("JOINTHOI_MANUAL") else [PICTURES]:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHARE / "picture.png", folder / f"{name}.png")


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


@contextmanager
def blender():
    """The window with the extension installed and enabled, an empty scene and JointHOI's tab open; no runtime named."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    subprocess.run([HERE / "setup.sh", ROOT], check=True)
    shown = [RUNTIME.resolve(), Path(sys.base_prefix).resolve()]
    assert Path("/usr") not in shown, "the runtime's Python must not be the system's own; make it with pyenv or uv"
    for folder in shown:
        target = ROOT / folder.relative_to("/")
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "--bind", "-o", "ro", folder, target], check=True)
    try:
        shutil.copy(HERE / "in_blender.py", SHARE)
        shutil.copy(ZIP, SHARE / "extension.zip")
        arguments = ["/share/state.json"]
        if FAKE:
            shutil.copy(FAKE, SHARE / "fake_worker.py")
            arguments.append("/share/fake_worker.py")
        for name in ("state.json", "do.json"):
            (SHARE / name).unlink(missing_ok=True)
        inside("blender", "--command", "extension", "validate", "/share/extension.zip")
        inside("blender", "--command", "extension", "install-file", "-r", "user_default", "-e", "/share/extension.zip")
        environment = {name: value for name, value in os.environ.items() if name != "JOINTHOI_RUNTIME_PYTHON"}
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


def unmount(folder):
    """The worker sees that Blender is gone within a second, and uses the folder until then."""
    for _ in range(30):
        if subprocess.run(["umount", folder], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(1)
