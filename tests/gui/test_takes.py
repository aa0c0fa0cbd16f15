"""The list of takes, used with mouse and keyboard: varied, side by side, renamed, made anew, handed on, deleted."""

from gui.conftest import wait_for_takes
from gui.window import SHARE, click, do, picture, place, press, state, tell, until, wait_until, write

PANEL = (290, 660, 1025, 80)
DICE, GENERATE, VARY = "jointhoi.dice()", "jointhoi.generate()", "jointhoi.take_vary()"
FIRST_EYE, FIRST_STAR = "jointhoi.take_show()", "jointhoi.take_solo()"
LAYOUT = "jointhoi.take_layout()"
AGAIN, USE = "jointhoi.take_again()", "jointhoi.take_use()"
STRIP, EXPORT, DELETE = "jointhoi.take_strip()", "jointhoi.export_fbx()", "jointhoi.take_delete()"


def names(now):
    return [name for name, *_ in now["takes"]]


def shown(now):
    return [shown for _, shown, _, _ in now["takes"]]


def beside(now):
    return [beside for _, _, beside, _ in now["takes"]]


def strips(now):
    return [is_strip for *_, is_strip in now["takes"]]


def test_takes_are_varied_shown_alone_and_side_by_side(mug):
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


def test_a_take_gets_another_name(take):
    x, y = place(FIRST_EYE)
    until(lambda now: names(now) == ["First sip"], lambda: write((x + 60, y), "First sip"))


def test_its_settings_come_back_into_the_panel(take):
    made_with = state()["fields"]
    do(set={"prompt": "Lift the mug.", "seed": 99, "seconds": 5.0, "hands": "both", "quality": "final"})
    until(lambda now: now["fields"] == made_with, lambda: press("Return", place(USE)))
    assert state()["job"] is None and len(state()["takes"]) == 1  # Enter in the prompt itself would have made another


def test_it_is_made_anew_in_its_place(take):
    before, made = state(), "[take().collection.session_uid, take().prompt, take().seed, take().frame_range]"
    number, *told = tell(made)
    until(lambda now: now["job"], lambda: click(AGAIN))
    after = wait_for_takes(1)
    assert after["takes"] == before["takes"] and after["objects"] == before["objects"]
    assert tell(made)[1:] == told and tell(made)[0] != number


def test_it_is_kept_as_a_strip_and_comes_back(take):
    until(lambda now: strips(now) == [True], lambda: click(STRIP))
    picture("strip", PANEL)
    until(lambda now: strips(now) == [False], lambda: click(STRIP))


def test_it_is_exported_under_a_name_typed_in_the_dialog(take):
    file = SHARE / "handed on.fbx"
    file.unlink(missing_ok=True)
    windows = "[[each.x, each.y] for each in bpy.context.window_manager.windows]"
    until(lambda _: len(tell(windows)) == 2, lambda: click(EXPORT))
    left, bottom = tell(windows)[1]
    write((left + 500, 1000 - bottom - 22), "handed on")
    picture("export")
    press("Return", None)
    wait_until(lambda _: file.exists(), 30, "the file is there")
    assert len(tell(windows)) == 1  # and so it is complete
    assert file.read_bytes().startswith(b"Kaydara FBX Binary")


def test_it_is_deleted_and_one_undo_brings_it_back(take):
    before = state()
    deleted = until(lambda now: not now["takes"], lambda: click(DELETE))
    assert deleted["objects"] == ["Camera", "Light", "Mug", "Table"]
    press("ctrl+z")
    wait_until(lambda now: now["takes"] == before["takes"], 30, "the take is back")
