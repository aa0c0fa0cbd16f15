"""The list of takes, used with the mouse: varied, shown alone and side by side."""

import pytest

from gui.conftest import wait_for_takes
from gui.window import click, do, picture, state, until

PANEL = (290, 660, 1025, 80)
DICE, GENERATE, VARY = "jointhoi.dice()", "jointhoi.generate()", "jointhoi.take_vary()"
FIRST_EYE, FIRST_STAR = "jointhoi.take_show()", "jointhoi.take_solo()"
LAYOUT = "jointhoi.take_layout()"

pytestmark = pytest.mark.usefixtures("mug")


def shown(now):
    return [shown for _, shown, _, _ in now["takes"]]


def beside(now):
    return [beside for _, _, beside, _ in now["takes"]]


def test_takes_are_varied_shown_alone_and_side_by_side():
    do(set={"variations": 2})
    seed = state()["fields"]["seed"]
    until(lambda now: now["fields"]["seed"] != seed, lambda: click(DICE))
    until(lambda now: now["job"], lambda: click(GENERATE))
    wait_for_takes(1)
    until(lambda now: now["job"], lambda: click(VARY))
    now = wait_for_takes(3)
    assert shown(now) == [True] * 3 and beside(now) == [False, True, True]
    do(frame=45, view=[2.6, 0.6, 0, 0.8])
    picture("side-by-side")
    picture("takes", PANEL)
    until(lambda now: shown(now) == [True, False, False], lambda: click(FIRST_STAR))
    picture("solo", PANEL)
    until(lambda now: all(shown(now)), lambda: click(FIRST_STAR))
    until(lambda now: not now["takes"][0][1], lambda: click(FIRST_EYE))
    until(lambda now: now["takes"][0][1], lambda: click(FIRST_EYE))
    until(lambda now: shown(now) == [True, False, False], lambda: click(LAYOUT))
    until(lambda now: beside(now) == [False, True, True], lambda: click(LAYOUT))
