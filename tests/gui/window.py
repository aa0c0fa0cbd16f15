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
COLUMNS = 1150, 1264, 1228, 1056, 1090, 1243, 1072  # where buttons of all kinds are met
PLACES = PICTURES / "places.json"  # where buttons were last
_numbers = itertools.count(1)
_middles = json.loads(PLACES.read_text()) if PLACES.exists() else {}


def inside(*command):
    environment = ["env", f"DISPLAY={DISPLAY}", "HOME=/root"]
    subprocess.run(["chroot", ROOT, *environment, *command], check=True, stdout=subprocess.DEVNULL)


def move(place):
    inside("xdotool", "mousemove", *map(str, place))
    time.sleep(0.2)


def click(where, times=1):
    """Clicks on a button of the sidebar, by its name or with its choice, or on a place."""
    at = where if isinstance(where[0], int) else place(where) if isinstance(where, str) else place(*where)
    move((at[0] - 3, at[1]))
    move(at)
    inside("xdotool", "click", "--repeat", str(times), "--delay", "60", "1")
    time.sleep(0.5)


def drag(*places):
    """Drags with the mouse from the first place over the others."""
    move(places[0])
    inside("xdotool", "mousedown", "1")
    for each in places[1:]:
        move(each)
    inside("xdotool", "mouseup", "1")
    time.sleep(0.5)


def press(key, place=VIEWPORT):
    """Presses a key over a place; None: where the mouse is."""
    if place:
        move(place)
    inside("xdotool", "key", key)
    time.sleep(0.5)


def enter(text):
    """Types in the field that is open, and ends with Enter."""
    inside("xdotool", "key", "ctrl+a")
    inside("xdotool", "type", "--delay", "30", text)
    press("Return", None)


def write(field, text, end="Return"):
    """Types a text into a field, and ends with a key."""
    click(field, times=2)
    inside("xdotool", "key", "ctrl+a")
    inside("xdotool", "type", "--delay", "30", text)
    if end:
        inside("xdotool", "key", end)
    time.sleep(0.5)


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


def tell(expression):
    """What an expression is in the window's Python; see `names` of the other half."""
    number = next(_numbers)
    ask(tell=[number, expression])
    assert not state()["trouble"], state()["trouble"][0]
    return wait_until(lambda now: now["told"] and now["told"][0] == number, 30, expression)["told"][1]


def look(places):
    """Moves the mouse over `places`. Returns [x, y, button] of each."""
    number = next(_numbers)
    ask(look=[number, places])
    now = wait_until(lambda now: now["met"].get("number") == number, 120, "the mouse has been everywhere")
    return now["met"]["seen"]


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


def middle(x, y, button):
    """The middle of a button that was met there."""
    met = [y for _, y, each in look([(x, y + off) for off in range(-15, 16, 5)]) if each == button]
    return x, round(sum(met) / len(met))


def search(name):
    """Looks near to where the button was last, at first."""
    x_last, y_last = _middles.get(name, (COLUMNS[0], 0))
    rows = sorted(SIDEBAR[1][::13], key=lambda y: abs(y - y_last))
    likely, *others = sorted(COLUMNS, key=lambda x: abs(x - x_last))
    for turn, columns in (("", [likely]), ("5", [likely]), ("", others), ("4", [likely, *others])):
        if turn:  # further down, or back at the top
            scroll(turn)
        for x in columns:
            for at in range(0, len(rows), 8):
                met = next((each for each in look([(x, y) for y in rows[at : at + 8]]) if same(each[2], name)), None)
                if met:
                    return middle(*met)
    picture("not-found")
    raise AssertionError(f"the sidebar has no {name}; see {PICTURES}/not-found.png")


def scroll(turn):
    """Scrolls the sidebar to its end: "5" down, "4" up."""
    move((COLUMNS[0], 500))
    inside("xdotool", "click", "--repeat", "40", "--delay", "10", turn)
    time.sleep(0.7)


@contextmanager
def unfolded(panel, below):
    """A panel of the sidebar, one of those folded away under the button `below`, open for a while."""
    header = unfold(panel, below)
    try:
        yield
    finally:
        if panel in state()["panels"]:
            scroll("4")
            until(lambda now: panel not in now["panels"], lambda: click(header))


def unfold(panel, below):
    """Opens a panel of the sidebar, one of those folded away under the button `below`. Returns where its header is, as
    the sidebar stands.
    """
    x, y = place(below)
    last = _middles.get(panel, (x, 0))[1]
    headers = sorted(range(y + 32, SIDEBAR[1].stop, 26), key=lambda row: abs(row - last))
    for header in 2 * headers:
        before = state()["panels"]
        click((x, header))
        now = after(before)
        if panel in now:
            _middles[panel] = x, header
            return x, header
        if now != before:
            until(lambda now, before=before: now["panels"] == before, lambda header=header: click((x, header)))
    picture("not-found")
    raise AssertionError(f"no panel under {below} is {panel}")


def after(before):
    """The panels that are open once they are others than before, or after a while."""
    for _ in range(50):
        if (now := state()["panels"]) != before:
            break
        time.sleep(0.1)
    return now


def picture(name, box=None):
    """Keeps a picture of the window, or of the part `box` = (width, height, left, top), as out/gui/NAME.png.

    With JOINTHOI_MANUAL=1 in the environment it takes the place of the manual's picture of that name too.
    """
    drawn()
    crop = ["-crop", "{}x{}+{}+{}".format(*box), "+repage"] if box else []
    inside("import", "-window", "root", *crop, "+dither", "-colors", "200", "png8:/share/picture.png")
    keep(name)


def drawn():
    """Waits until all of the window is drawn anew."""
    time.sleep(0.5)
    if "VIEW_3D" in tell("[area.type for area in bpy.context.window_manager.windows[0].screen.areas]"):
        number = next(_numbers)
        ask(draw=number)
        wait_until(lambda now: now["shown"] == [number], 60, "the window is drawn")
    time.sleep(1)


def film(name, frames, box, across=4):
    """Keeps pictures of a part of the window in some frames, side by side in rows, as one: see `picture`."""
    crop = ["-crop", "{}x{}+{}+{}".format(*box), "+repage"]
    for number, frame in enumerate(frames):
        do(frame=frame)
        drawn()
        inside("import", "-window", "root", *crop, f"/share/film-{number}.png")
    shots = [f"/share/film-{number}.png" for number in range(len(frames))]
    looks = ["-tile", f"{across}x", "-geometry", "+2+2", "-background", "white", "+dither", "-colors", "128"]
    inside("montage", *shots, *looks, "png8:/share/picture.png")
    keep(name)


def keep(name):
    shutil.copy(SHARE / "picture.png", PICTURES / f"{name}.png")
    if os.environ.get("JOINTHOI_MANUAL") and (MANUAL / f"{name}.png").exists():
        shutil.copy(SHARE / "picture.png", MANUAL / f"{name}.png")


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
        shutil.copy(HERE.parent / "blender" / "characters.py", SHARE)
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
        do(run="bpy.ops.wm.save_as_mainfile(filepath='/share/start.blend', copy=True)")
        yield
    finally:
        subprocess.run([HERE / "stop.sh", ROOT], check=False)
        for folder in shown:
            unmount(ROOT / folder.relative_to("/"))
        shutil.copy(SHARE / "blender.log", PICTURES / "blender.log")
        PLACES.write_text(json.dumps(_middles))


def begin(runtime=True):
    """An empty scene as in the beginning; and the runtime that the model needs, or none."""
    do(run="bpy.ops.wm.open_mainfile(filepath='/share/start.blend')")
    named = f"part('ui.preferences').chosen().python = {str(RUNTIME / 'bin' / 'python') if runtime else ''!r}"
    do(run=named)
    if state()["tab"] != "JointHOI":  # a click on the tab that is open would close the sidebar
        until(lambda now: now["tab"] == "JointHOI", lambda: click(TAB))


def unmount(folder):
    """The worker sees that Blender is gone within a second, and uses the folder until then."""
    for _ in range(30):
        if subprocess.run(["umount", folder], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(1)
