"""Devices and personal things: their sizes, and what makes each of them usable."""

import numpy as np
import pytest

from model_runtime.data.families import RESERVED_SEED, make
from runtime.family_checks import distance, winding

HUMAN_RANGE = {
    "alarm_clock": (0.07, 0.16), "binoculars": (0.09, 0.18), "game_controller": (0.13, 0.2), "headphones": (0.12, 0.22),
    "mouse": (0.085, 0.13), "watch": (0.05, 0.25), "remote_control": (0.11, 0.22), "calculator": (0.09, 0.16),
    "light_switch": (0.07, 0.13), "eyeglasses": (0.11, 0.16), "flute": (0.28, 0.45), "stamp": (0.055, 0.1),
    "toothbrush": (0.14, 0.21), "toothpaste": (0.1, 0.2), "pen": (0.12, 0.19), "comb": (0.11, 0.19),
    "spoon": (0.13, 0.21), "fork": (0.14, 0.25), "iron": (0.19, 0.26),
}  # fmt: skip
SEEDS = range(RESERVED_SEED, RESERVED_SEED + 8)


def made(name):
    return [make(name, seed) for seed in SEEDS]


@pytest.mark.parametrize("name", ("toothbrush", "toothpaste", "pen", "comb", "spoon", "fork", "flute", "stamp",
                                  "screwdriver", "brush", "torch", "hammer"))  # fmt: skip
def test_the_working_point_leads_where_the_front_points(name):
    """Nothing reaches further than the tip along the front, and the tip is on the thing."""
    for shape in made(name):
        ahead = (shape.vertices - shape.tip) @ shape.front
        assert ahead.max() < 0.004 and ahead.min() < -0.008
        assert distance(shape, shape.tip)[0] < 0.006


@pytest.mark.parametrize("name, part, actions", (
    ("alarm_clock", "button", {"switch off"}), ("torch", "button", {"switch on", "switch off"}),
    ("remote_control", "power", {"switch on"}), ("calculator", "keys", {"press"}), ("phone", "screen", {"tap"}),
    ("game_controller", "buttons", {"press", "play"}), ("camera", "button", {"take picture"}),
    ("light_switch", "rocker", {"press"}),
))  # fmt: skip
def test_buttons_stand_out_and_can_be_pressed(name, part, actions):
    """Just before the fingertip's point there is air, and just after it the button."""
    for shape in made(name):
        presses = [grip for grip in shape.grips if grip.kind == "press" and grip.part == part]
        assert presses and actions <= {action for grip in presses for action in grip.actions}
        for grip in presses:
            before, after = winding(shape, grip.centre + np.array([[-0.001], [0.001]]) * grip.approach[0])
            assert before < 0.5 < after


def test_a_switch_is_pressed_above_for_on_and_below_for_off():
    for shape in made("light_switch"):
        on, off = (next(g for g in shape.grips if action in g.actions) for action in ("switch on", "switch off"))
        assert shape.fixed and on.centre[2] > 0 > off.centre[2]
        assert (shape.front @ on.approach[0]) < -0.9  # the finger comes from the front


def test_headphones_leave_room_for_a_head_and_glasses_for_a_nose():
    for shape in made("headphones"):
        cups = shape.grips_for("wear", two_hands=True)[0]
        across = cups.centre + np.linspace(-0.045, 0.045, 40)[:, None] * [0, 1, 0]
        assert (winding(shape, across) < 0.5).all() and 0.05 < cups.radius < 0.11
        below = shape.tip + np.linspace(-0.003, -0.06, 40)[:, None] * shape.up
        assert (winding(shape, below) < 0.5).all()
    for shape in made("eyeglasses"):
        below = shape.tip + np.linspace(-0.005, -0.02, 20)[:, None] * shape.up
        assert (winding(shape, below) < 0.5).all()


def test_a_closed_watch_strap_goes_around_a_wrist_and_its_crown_sticks_out():
    found = 0
    for shape in made("watch"):
        crown = next(grip for grip in shape.grips if "set" in grip.actions)
        case = shape.vertices[np.unique(shape.faces[shape.parts["case"]])]
        assert crown.centre[0] > case[:, 0].max() - 1e-6
        if shape.extent[2] > 0.04:  # closed
            found += 1
            middle = shape.vertices.mean(0) * [0, 0, 0]
            assert (winding(shape, middle + np.linspace(-0.1, 0.1, 50)[:, None] * [1, 0, 0]) < 0.5).all()
            for way in ([0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]):
                assert (winding(shape, middle + np.linspace(0, 0.1, 400)[:, None] * way) > 0.5).any()
    assert found


def test_a_spoon_is_hollow_and_a_fork_has_gaps():
    for shape in made("spoon"):
        bowl = shape.vertices[np.unique(shape.faces[shape.parts["bowl"]])]
        x, rim = (bowl[:, 0].min() + bowl[:, 0].max()) / 2, bowl[np.abs(bowl[:, 1]) > 0.8 * bowl[:, 1].max(), 2].mean()
        column = np.array([x, 0, rim]) + np.linspace(0.003, -0.012, 300)[:, None] * [0, 0, 1]
        solid = np.flatnonzero(winding(shape, column) > 0.5)
        assert len(solid) and column[solid[0], 2] < rim - 0.0015  # the bottom lies below the rim
    for shape in made("fork"):
        tines = shape.vertices[np.unique(shape.faces[shape.parts["tines"]])]
        x = (tines[:, 0].min() + tines[:, 0].max()) / 2 + 0.004
        z = tines[np.abs(tines[:, 0] - x) < 0.003, 2].mean()
        line = np.stack([np.full(400, x), np.linspace(-0.02, 0.02, 400), np.full(400, z)], 1)
        inside = winding(shape, line) > 0.5
        assert 3 <= (inside[1:] & ~inside[:-1]).sum() <= 4
