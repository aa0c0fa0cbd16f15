"""The table: how low a box and a lid hang, by closed forms, and what becomes of paths that miss the table or go through
it."""

import numpy as np
import pytest
import torch
import trimesh

from model_runtime.diffusion.representation import IDLE, MOTION, pack_motion
from model_runtime.diffusion.table import LANDING, Table
from model_runtime.hands.rotation import axis_angle_to_matrix
from model_runtime.objects.thing import Thing

FRAMES = 90
RIGHT = torch.tensor([[False, True]])


def box(size, middle=(0, 0, 0)):
    mesh = trimesh.creation.box(size)
    return np.asarray(mesh.vertices) + middle, np.asarray(mesh.faces)


def thing(*pieces, hinge=(0.0,) * 8):
    nothing = torch.zeros(256, 3), torch.zeros(256, 3), torch.zeros(256, dtype=torch.bool)
    return Thing(list(pieces), [], *nothing, np.array(hinge, np.float32))


def clip(height, turn=None, angle=None, touched=(20, 70)):
    """(1, T, 720): an object at `height` (T,) that the right hand touches from one frame to another."""
    place = torch.zeros(FRAMES, 3)
    place[:, 2] = torch.as_tensor(height, dtype=torch.float32)
    turn = torch.eye(3).expand(FRAMES, 3, 3) if turn is None else turn
    angle = torch.zeros(FRAMES) if angle is None else angle
    wrists = torch.from_numpy(IDLE).expand(FRAMES, 2, 3)
    motion = pack_motion(place, turn, angle, wrists, torch.eye(3).expand(FRAMES, 2, 16, 3, 3))
    contact = torch.zeros(FRAMES, 2, 256)
    contact[slice(*touched), 1, :30] = 0.9
    return torch.cat([motion, contact.flatten(1)], -1)[None]


def lifted(end, top=0.2):
    """Heights (T,) of a lift that ends at `end` in frame 69, and stays."""
    u = np.clip((np.arange(FRAMES) - 20) / 49, 0, 1)
    return top * np.sin(np.pi * u) ** 2 + end * u**3


def test_a_turned_box_hangs_as_low_as_its_lowest_corner():
    table = Table(thing(box((0.1, 0.06, 0.2))))
    assert table.height == pytest.approx(-0.1, abs=1e-6)
    turns = axis_angle_to_matrix(torch.linspace(0, 1.5, FRAMES)[:, None] * torch.tensor([0.0, 1.0, 0.0]))
    low = table.lowest(clip(np.full(FRAMES, 0.3), turns)[..., :MOTION])[0]
    u = np.linspace(0, 1.5, FRAMES)
    np.testing.assert_allclose(low, 0.3 - 0.1 * np.cos(u) - 0.05 * np.sin(u), atol=1e-6)


def test_the_part_that_turns_can_be_the_lowest():
    """A lid 10 cm long on a hinge at the top edge of a box opens downwards by 90 degrees."""
    lid = box((0.1, 0.06, 0.004), (0.1, 0, 0.05))
    of = thing(box((0.1, 0.06, 0.1)), lid, hinge=(0.05, 0, 0.05, 0, 1, 0, 0, 1.6))
    angle = torch.linspace(0, 1.5708, FRAMES)
    low = Table(of).lowest(clip(np.zeros(FRAMES), angle=angle)[..., :MOTION])[0]
    u = angle.numpy()
    lid_low = 0.05 - 0.1 * np.sin(u) - 0.002 * np.cos(u)
    np.testing.assert_allclose(low, np.minimum(-0.05, lid_low), atol=1e-5)
    assert float(low[-1]) == pytest.approx(-0.05, abs=1e-5)
    assert Table(thing(*of.pieces[:1])).height == Table(of).height == pytest.approx(-0.05)


@pytest.mark.parametrize("end", [-0.03, -0.004, 0.012])
def test_what_is_put_down_stands_on_the_table(end):
    signal = clip(lifted(end))
    changed = Table(thing(box((0.1, 0.06, 0.2))))(signal, RIGHT)
    height, before = changed[0, :, MOTION - 8].numpy(), signal[0, :, MOTION - 8].numpy()
    np.testing.assert_allclose(height[69:], 0, atol=1e-6)
    assert height.min() > -1e-4
    np.testing.assert_allclose(height[20:40], before[20:40], atol=1e-6)
    rest = [k for k in range(720) if k != MOTION - 8]
    assert torch.equal(changed[..., rest], signal[..., rest])
    assert np.abs(np.diff(height, n=2)).max() < np.abs(np.diff(before, n=2)).max() + 6 * abs(end) / LANDING**2 + 1e-3


def test_nothing_is_carried_through_the_table():
    """A dip of 3 cm in the middle of what is carried, while it tilts."""
    u = np.clip((np.arange(FRAMES) - 10) / (FRAMES - 11), 0, 1)
    turns = axis_angle_to_matrix(torch.from_numpy(0.4 * np.sin(np.pi * u)).float()[:, None] * torch.tensor([1.0, 0, 0]))
    table = Table(thing(box((0.1, 0.06, 0.2))))
    signal = clip(-0.03 * np.sin(np.pi * u) ** 2, turns, touched=(5, FRAMES))
    assert float((table.lowest(signal[..., :MOTION]) - table.height).min()) < -0.02
    changed = table(signal, RIGHT)
    assert float((table.lowest(changed[..., :MOTION]) - table.height).min()) > -1e-4
    assert np.abs(np.diff(changed[0, :, MOTION - 8].numpy(), n=2)).max() < 0.001


@pytest.mark.parametrize("case", ["held to the end", "let go high", "another hand's map", "fixed"])
def test_what_is_not_put_down_stays_as_it_was(case):
    high = np.full(FRAMES, 0.02) if case != "let go high" else np.full(FRAMES, 0.2)
    signal = clip(high, touched=(20, FRAMES if case == "held to the end" else 70))
    active = torch.tensor([[True, False]]) if case == "another hand's map" else RIGHT
    free = torch.zeros(FRAMES) if case == "fixed" else None
    assert torch.equal(Table(thing(box((0.1, 0.06, 0.2))))(signal, active, free), signal)
