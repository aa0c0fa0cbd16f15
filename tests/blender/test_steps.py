"""Long work in short steps: how long the window waits, and what is left where the work is broken off."""

import time
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from blender import scenes
from blender.test_directing import swinging
from blender.test_ui import add_on, a_box, generate  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender import steps
from jointhoi_blender.takes import keep, make, measure
from jointhoi_blender.ui import making, operators


class Clock:
    """time.perf_counter for steps.py, by which only what it is told takes time."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(steps, "time", SimpleNamespace(perf_counter=lambda: self.now))

    def takes(self, milliseconds):
        self.now += milliseconds / 1000


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_no_step_begins_that_would_end_too_late(clock):
    def counting():
        for length in (1, 2, 9, 8, 15, 30, 1):
            clock.takes(length)
            yield length
        return "counted"

    work, ticks = counting(), []
    while not ticks or not ticks[-1][1][0]:
        before = clock.now
        found = steps.work(work, 0.02)
        ticks.append((round(1000 * (clock.now - before)), found))
    assert [length for length, _ in ticks] == [12, 23, 30, 1]  # 12 + 9 would be too late; what comes is not known
    assert ticks[-1][1] == (True, "counted") and ticks[0][1] == (False, 9)
    assert steps.result(counting()) == "counted"


@pytest.mark.parametrize("what", ["path", "poses", "skins"])
def test_the_scene_is_read_a_frame_at_a_time(what, clock, add_on):  # noqa: F811
    """However slow a scene is: here 15 ms a frame."""
    thing = swinging() if what == "path" else scenes.cube()
    take = None if what == "path" else jointhoi.generate(thing, "Lift it.", seconds=2.0)
    bpy.context.scene.frame_set(7)

    def slow(*_arguments):
        clock.takes(15)

    bpy.app.handlers.frame_change_post.append(slow)
    frames = range(5, 45)
    if what == "path":
        reading = make.path_to_follow(thing, 5, 44)
    else:
        reading = keep.poses(take, frames) if what == "poses" else measure.read(take, frames)
    ticks, over = [], False
    while not over:
        before = clock.now
        over, found = steps.work(reading, 0.02)
        ticks.append(clock.now - before)
    bpy.app.handlers.frame_change_post.remove(slow)
    assert max(ticks) < 0.031 and len(ticks) >= 40 and bpy.context.scene.frame_current == 7
    assert len(found["frames" if what != "skins" else "skins"]) == 40


def test_reading_that_is_broken_off_leaves_no_trace(add_on):  # noqa: F811
    thing = swinging()
    take = jointhoi.generate(thing, "Lift it.", follow=(10, 70))
    bpy.context.scene.frame_set(10)
    before = scenes.inventory()
    recipe = dict(prompt="Lift it.", follow=[10, 70])
    reading = making.order_for(bpy.context, thing, 10, recipe)
    for _ in range(20):
        assert next(reading) is True  # nobody may come between
    assert bpy.context.scene.frame_current == 29 and not take.shown
    reading.close()
    assert scenes.inventory() == before and take.shown


class Pressed(making.Making):
    """Generate as the window runs it, a tick at a time."""

    bl_label, fit = "Generate", "ask"
    orders = operators.JOINTHOI_OT_generate.orders

    def __init__(self):
        self.order, self.left, self.steps = None, [], self.orders(bpy.context)
        self.job = making.Session.job = making.Reading()


def test_what_the_window_makes_in_ticks_is_what_a_script_makes(add_on):  # noqa: F811
    a_box()
    fields = bpy.context.scene.jointhoi
    fields.prompt, fields.seconds = "Lift the box.", 1.0
    fields.follow, fields.follow_first, fields.follow_last = True, 1, 31
    bpy.context.active_object.keyframe_insert("location", frame=1)
    generate()
    (one,) = jointhoi.find_takes()
    before = heads(one)
    pressed = Pressed()
    for tick in range(4000):
        if pressed._tick(bpy.context):
            break
        time.sleep(0.005)
    making.Session.job = None
    _, two = jointhoi.find_takes()
    assert tick > 2 and one.recipe == two.recipe and one.frame_range == two.frame_range and two.shown
    np.testing.assert_allclose(heads(two), before, atol=1e-6)


def heads(take):
    """Where the hands' bones begin in a few frames."""
    found = []
    for frame in (1, 12, 31):
        bpy.context.scene.frame_set(frame)
        found += [bone.head[:] for hand in take.hands.values() for bone in hand.pose.bones]
    return found
