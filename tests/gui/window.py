"""A real Blender window, driven as a person would: mouse, keys, pictures. `in_blender.py` is its other half.

Buttons of the sidebar are found by moving the mouse over it, so that a test goes on working when the panel changes.
Look at the pictures in out/gui/ when one is not found.
"""

from contextlib import contextmanager
import itertools
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
RUNTIME = Path(os.environ["JOINTHOI_RUNTIME"]).resolve()  # the runtime's environment, seen from inside at the same path
FAKE = os.environ.get("JOINTHOI_FAKE_WORKER")  # set while working on the panel: no model, a take in seconds
SHARE, PICTURES = ROOT / "share", PROJECT / "out" / "gui"
MANUAL = PROJECT / "docs" / "manual" / "images"
DISPLAY = ":7"
VIEWPORT, TAB = (500, 650), (1299, 286)  # the tab, where no object is active
SIDEBAR = range(1028, 1290), range(100, 910)  # its columns and rows of pixels
COLUMNS = 1150, 1264, 1228, 1056, 1090, 1243  # where buttons of all kinds are met
_numbers, _places, _middles = itertools.count(1), {}, {}  # of buttons met, any place; of those wanted, the middle


def inside(*command):
    environment = ["env", f"DISPLAY={DISPLAY}", "HOME=/root"]
    subprocess.run(["chroot", ROOT, *environment, *command], check=True, stdout=subprocess.DEVNULL)


def move(place):
    inside("xdotool", "mousemove", *map(str, place))
    time.sleep(0.5)


def click(where, times=1):
    """Clicks on a button of the sidebar, by its name or with its choice, or on a place."""
    at = where if isinstance(where[0], int) else place(where) if isinstance(where, str) else place(*where)
    move((at[0] - 3, at[1]))
    move(at)
    inside("xdotool", "click", "--repeat", str(times), "--delay", "60", "1")
    time.sleep(1)


def press(key, place=VIEWPORT):
    move(place)
    inside("xdotool", "key", key)
    time.sleep(1)


def write(field, text, end="Return"):
    """Types a text into a field, and ends with a key."""
    click(field, times=2)
    inside("xdotool", "key", "ctrl+a")
    inside("xdotool", "type", "--delay", "30", text)
    if end:
        inside("xdotool", "key", end)
    time.sleep(1)


def ask(**wish):
    """Asks the other half for something, and waits until it has heard."""
    (SHARE / "do.part").write_text(json.dumps(wish))
    os.replace(SHARE / "do.part", SHARE / "do.json")
    deadline = time.monotonic() + 30
    while (SHARE / "do.json").exists():
        assert time.monotonic() < deadline, f"the window does not answer: {wish}"
        time.sleep(0.1)


def do(**wish):
    """Asks the other half for something that a menu would do."""
    ask(**wish)
    time.sleep(1.5)
    assert not state()["trouble"], state()["trouble"][0]


def look(places):
    """Moves the mouse over `places` and remembers where each button was met first. Returns [x, y, button] of each."""
    number = next(_numbers)
    ask(look=[number, places])
    now = wait_until(lambda now: now["met"].get("number") == number, 120, "the mouse has been everywhere")
    seen = now["met"]["seen"]
    for x, y, button in seen:
        _places.setdefault(button, (x, y))
    return seen


def same(button, name):
    """Whether a button is the one called `name`: "jointhoi.dice()" for an operator, whatever its arguments are,
    "jointhoi.seed" for a field.
    """
    return button == name or name.endswith("()") and button.startswith(name[:-1])


def place(name, choice=None):
    """Where a button of the sidebar is, the uppermost of several. Of a field with a row of buttons, `choice` = (index,
    count) takes one. Scrolls where it must.
    """
    if name not in _middles or not same(look([_middles[name]])[0][2], name):
        _middles[name] = search(name)
    x, y = _middles[name]
    if choice:
        row = [x for x, _, button in look([(x, y) for x in SIDEBAR[0][::6]]) if same(button, name)]
        x = round(row[0] + (row[-1] - row[0]) * (choice[0] + 0.5) / choice[1])
    return x, y


def middle(button):
    """The middle of a button that was met. Looks from both sides, for what is met lags a little behind the mouse."""
    x, y = _places[button]
    way = [(x, y + off) for off in range(-24, 25, 4)]
    met = [y for _, y, each in look(way) + look(way[::-1]) if each == button]
    return x, round(sum(met) / len(met))


def search(name):
    _places.clear()
    for scroll in ("", "5", "4"):  # as it stands, then further down, then back at the top
        if scroll:
            move((COLUMNS[0], 500))
            inside("xdotool", "click", "--repeat", "40", "--delay", "20", scroll)
            time.sleep(1)
            _places.clear()
        for x in COLUMNS:
            look([(x, y) for y in SIDEBAR[1][::11]])
            for button in _places:
                if same(button, name):
                    return middle(button)
    picture("not-found")
    raise AssertionError(f"the sidebar has no {name}; see {PICTURES}/not-found.png")


def unfold(below, button):
    """Opens the panel with this button in it, one of those that are folded away under the button `below`."""
    x, y = place(below)
    for header in range(y + 33, SIDEBAR[1].stop, 25):
        click((x, header))
        if any(
            same(met, button) for _, _, met in look([(x, row) for row in SIDEBAR[1][header - SIDEBAR[1].start :: 11]])
        ):
            return
        click((x, header))
    raise AssertionError(f"no panel under {below} has {button}")


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
    shown = [RUNTIME, Path(sys.base_prefix).resolve()]
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
