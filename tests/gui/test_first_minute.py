"""The first minutes with JointHOI in a real Blender window: set up, an example, a take, undo, cancel.

Kept out of `make test`: it needs root, Debian, about 3 GB and some minutes. `make gui-test` sets the variables that
`window.py` reads. The pictures in out/gui/ are there to be looked at; JOINTHOI_MANUAL=1 puts them into the manual too.
"""

import pytest

from gui import window
from gui.conftest import wait_for_takes
from gui.window import VIEWPORT, click, do, picture, press, state, until, wait_until, write

EXAMPLE, GENERATE, CANCEL = "jointhoi.add_example()", "jointhoi.generate()", "jointhoi.cancel()"
PROMPT, DRAFT = "jointhoi.prompt", ("jointhoi.quality", (0, 3))
PANEL = (290, 660, 1025, 80)
SENTENCE = "Drink from the mug with the right hand."


@pytest.fixture(scope="module", autouse=True)
def no_runtime(blender):
    window.begin(runtime=False)


def test_the_first_minute():
    picture("setup", PANEL)
    assert state()["setup"] == "missing"
    do(preferences=True)
    picture("preferences", (1130, 520, 175, 280))
    do(preferences=False)
    until(lambda now: now["tab"] == "JointHOI", lambda: click(VIEWPORT))
    do(op="jointhoi.setup_existing", **{"with": {"filepath": str(window.RUNTIME)}})
    wait_until(lambda now: now["setup"] is False, 120, "the runtime is found")
    picture("no-object", PANEL)
    until(lambda now: "Mug" in now["objects"], lambda: click(EXAMPLE))
    picture("example")
    do(op="transform.resize", **{"with": {"value": [20, 20, 20]}})
    picture("too-big", PANEL)
    do(op="transform.resize", **{"with": {"value": [0.05, 0.05, 0.05]}})
    until(lambda now: now["fields"]["quality"] == "draft", lambda: click(DRAFT))


def test_enter_in_the_prompt_generates_and_a_click_elsewhere_does_not():

    def write_and_click_elsewhere():
        write(PROMPT, "Lift the mug.", end=None)
        click((700, 800))

    before = until(lambda now: now["fields"]["prompt"] == "Lift the mug.", write_and_click_elsewhere)
    assert before["active"] == "Mug" and before["job"] is None
    until(lambda now: now["job"], lambda: write(PROMPT, SENTENCE))
    wait_until(lambda now: now["job"] and "ampling" in now["job"], 120, "it is sampling")
    picture("generating", PANEL)
    after = wait_for_takes(1)
    assert after["metrics"] and set(after["objects"]) > set(before["objects"]) and after["actions"] > before["actions"]
    assert after["fields"]["prompt"] == SENTENCE
    for frame in (30, 60):  # without a key press, which would be an undo step of its own
        do(frame=frame, view=[1.1, 0, 0, 0.85])
        picture(f"take-frame-{frame}")
    do(frame=1)

    press("ctrl+z")
    undone = wait_until(lambda now: not now["takes"], 30, "one undo step has taken the take away")
    assert undone["objects"] == before["objects"] and undone["actions"] == before["actions"]


def test_a_cancelled_take_leaves_nothing():
    do(set={"quality": "final"})  # which takes long enough to be cancelled
    before = state()
    for how in (lambda: press("Escape"), lambda: click(CANCEL)):
        until(lambda now: now["job"], lambda: click(GENERATE))
        cancelled = until(lambda now: not now["job"], how)
        assert cancelled["objects"] == before["objects"] and not cancelled["takes"] and not cancelled["error"]
