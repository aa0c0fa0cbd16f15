"""Contact Inner Guidance on a sphere and on a box with a lid, whose distances are known everywhere: out, onto it, and
nothing else moves; and the steadying before it."""

import numpy as np
import pytest
from scipy.signal import savgol_filter
from scipy.spatial.transform import Rotation
import torch

from model_runtime.diffusion.guidance import ContactGuidance, knot_basis, steadied
from model_runtime.diffusion.representation import contact_of_distance, pack_motion, unpack_hands
from model_runtime.hands.limits import curl_pose
from model_runtime.objects.thing import Thing

RADIUS, FRAMES = 0.04, 12
PRESSED = 0.0025  # metres: so far skin may be pressed in where a hand holds, and no farther
LEFT, RIGHT = 0, 1


def sphere_points():
    """256 points spread over the sphere (a Fibonacci lattice)."""
    k = np.arange(256) + 0.5
    polar, turn = np.arccos(1 - k / 128), np.pi * (1 + 5**0.5) * k
    return torch.from_numpy(
        RADIUS * np.stack([np.cos(turn) * np.sin(polar), np.sin(turn) * np.sin(polar), np.cos(polar)], 1)
    ).float()


POINTS = sphere_points()


def thing_with(grids, points, moving=None, hinge=np.zeros(8)):
    """A Thing of nothing but distances and contact points."""
    moving = torch.zeros(len(points), dtype=torch.bool) if moving is None else moving
    return Thing([], grids, points, torch.zeros_like(points), moving, np.asarray(hinge, np.float32))


@pytest.fixture(scope="module")
def sphere(grid_of):
    return thing_with([grid_of(lambda points: np.linalg.norm(points, axis=1) - RADIUS, 0.25, 100)], POINTS)


def pose_of(side, flexion):
    """Palm down, fingers bent alike: (16, 3, 3)."""
    down = torch.from_numpy(Rotation.from_euler("x", 90, degrees=True).as_matrix()).float()
    return torch.cat([down[None], curl_pose(side, torch.full((15,), float(flexion)))])


def touching_place(hands, side, pose):
    """Where the wrist is when that hand lies on top of the sphere and just touches it: closed form for every vertex."""
    vertices = hands[side](pose, torch.zeros(3))[0].double().numpy()
    centre = np.array([0.08 if side == RIGHT else -0.08, 0.0, 0.0])
    aside = ((vertices + centre)[:, :2] ** 2).sum(1)
    over = aside < RADIUS**2
    return centre + [0, 0, (np.sqrt(RADIUS**2 - aside[over]) - vertices[over, 2]).max()]


def laid(hands, side, flexion, lift, other=(0.0, 0.0, 0.5)):
    """(1, T, 720): that hand `lift` metres above touching; its contact map is the one it has when it touches."""
    pose = pose_of(side, flexion)
    place = touching_place(hands, side, pose)
    touch = hands[side](pose, torch.from_numpy(place).float())[0]
    contact = torch.zeros(FRAMES, 2, 256)
    contact[:, side] = contact_of_distance(torch.cdist(POINTS, touch).amin(-1) - 0.001)
    wrists = torch.tensor(other).expand(FRAMES, 2, 3).clone()
    rotation = torch.eye(3).expand(FRAMES, 2, 16, 3, 3).clone()
    wrists[:, side], rotation[:, side] = torch.from_numpy(place + [0, 0, lift]).float(), pose
    still = torch.zeros(FRAMES, 3), torch.eye(3).expand(FRAMES, 3, 3), torch.zeros(FRAMES)
    return torch.cat([pack_motion(*still, wrists, rotation), contact.flatten(1)], -1)[None]


def gap(hands, signal, side, row=0):
    """(T,) exact distance of the nearest vertex of all to the sphere, metres; negative inside."""
    place, turn = unpack_hands(signal[row, :, :208])
    return (hands[side](turn[:, side], place[:, side])[0].norm(dim=-1) - RADIUS).amin(-1)


def guided(hands, sphere, signal, **settings):
    return ContactGuidance(hands, sphere, **settings)(signal, 19, 20)


def only(side):
    return torch.tensor([[side == LEFT, side == RIGHT]])


def test_the_setup_touches_exactly(hands):
    for side in (LEFT, RIGHT):
        assert float(gap(hands, laid(hands, side, 0.3, 0.0), side).abs().max()) < 1e-6


@pytest.mark.parametrize("side, flexion", [(RIGHT, 0.0), (RIGHT, 0.5), (LEFT, 0.3)])
def test_a_hand_a_centimetre_inside_comes_out_and_keeps_touching(hands, sphere, side, flexion):
    signal = laid(hands, side, flexion, -0.01)
    assert float(gap(hands, signal, side).max()) < -0.003
    after = gap(hands, guided(hands, sphere, signal, active=only(side)), side)
    assert float(after.min()) > -PRESSED
    assert float(after.max()) < 0.003  # what the training data calls a touch


@pytest.mark.parametrize("side, flexion", [(RIGHT, 0.0), (RIGHT, 0.5), (LEFT, 0.3)])
def test_a_hand_8_mm_off_comes_to_the_surface_that_its_map_says_it_touches(hands, sphere, side, flexion):
    signal = laid(hands, side, flexion, 0.008)
    assert float(gap(hands, signal, side).min()) > 0.003
    after = gap(hands, guided(hands, sphere, signal, active=only(side)), side)
    assert -PRESSED < float(after.min()) and float(after.max()) < 0.0  # it does press


def test_an_unsure_map_still_says_where_to_touch_and_is_handed_on_as_it_is(hands, sphere):
    signal = laid(hands, RIGHT, 0.5, 0.008)
    signal[..., 208:] *= 0.5
    after = guided(hands, sphere, signal, active=only(RIGHT))
    assert float(gap(hands, after, RIGHT).max()) < 0.0015
    assert torch.equal(after[..., 208:], signal[..., 208:])


def test_a_hand_whose_map_says_it_does_not_touch_stays_off(hands, sphere):
    signal = laid(hands, RIGHT, 0.3, 0.008)
    signal[..., 208:] = 0.0
    after = gap(hands, guided(hands, sphere, signal, active=only(RIGHT)), RIGHT)
    np.testing.assert_allclose(after, gap(hands, signal, RIGHT), atol=5e-4)


def test_without_the_signed_term_it_stays_inside(hands, sphere):
    """A distance without a sign can't tell a finger on the surface from one below it."""
    for side, flexion in ((RIGHT, 0.5), (LEFT, 0.5)):
        signal = laid(hands, side, flexion, -0.01)
        unsigned = gap(hands, guided(hands, sphere, signal, active=only(side), signed=False), side)
        signed = gap(hands, guided(hands, sphere, signal, active=only(side)), side)
        assert float(unsigned.max()) < -0.003 and float(signed.min()) > -PRESSED


def test_a_hand_that_plays_no_part_is_left_alone(hands, sphere):
    """Even where it stands right inside the object."""
    signal = laid(hands, RIGHT, 0.3, -0.01, other=(0.01, 0.0, 0.01))
    after = guided(hands, sphere, signal, active=only(RIGHT))
    np.testing.assert_allclose(after[..., :99], signal[..., :99], atol=1e-6)
    assert float((after[..., 99:198] - signal[..., 99:198]).abs().max()) > 1e-3


def test_the_object_and_the_contact_map_stay_as_they_were(hands, sphere):
    signal = laid(hands, RIGHT, 0.3, -0.01)
    before = signal.clone()
    after = guided(hands, sphere, signal, active=only(RIGHT))
    assert torch.equal(after[..., 208:], before[..., 208:]) and torch.equal(signal, before)
    np.testing.assert_allclose(after[..., 198:208], before[..., 198:208], atol=1e-6)


def test_each_clip_of_a_batch_has_its_own_hands(hands, sphere):
    batch = torch.cat([laid(hands, RIGHT, 0.3, -0.01), laid(hands, LEFT, 0.3, -0.01)])
    after = guided(hands, sphere, batch, active=torch.cat([only(RIGHT), only(LEFT)]))
    np.testing.assert_allclose(after[0, :, :99], batch[0, :, :99], atol=1e-6)
    np.testing.assert_allclose(after[1, :, 99:198], batch[1, :, 99:198], atol=1e-6)
    assert float(gap(hands, after, RIGHT, 0).min()) > -0.002 and float(gap(hands, after, LEFT, 1).min()) > -0.002


def test_clips_of_a_batch_do_not_mix(hands, sphere):
    one, other = laid(hands, RIGHT, 0.3, -0.01), laid(hands, RIGHT, 0.5, 0.008)
    alone = guided(hands, sphere, one, active=only(RIGHT), last=10)
    together = guided(hands, sphere, torch.cat([one, other]), active=only(RIGHT).expand(2, 2), last=10)
    np.testing.assert_allclose(together[:1], alone, atol=1e-5)


def test_it_begins_half_way_and_tries_hardest_in_the_last_step(hands, sphere):
    signal = laid(hands, RIGHT, 0.3, -0.01)
    guide = ContactGuidance(hands, sphere, active=only(RIGHT), begin=0.5, inner=2, last=8)
    for step in range(10):
        assert guide(signal, step, 20) is signal
    moved = [float((guide(signal, step, 20) - signal).abs().max()) for step in (10, 19)]
    assert 0 < moved[0] < moved[1]


def test_a_guide_that_is_used_again_starts_afresh(hands, sphere):
    signal = laid(hands, RIGHT, 0.3, -0.01)
    guide = ContactGuidance(hands, sphere, active=only(RIGHT), inner=3, last=6)
    first = [guide(signal, step, 4) for step in range(2, 4)]
    again = [guide(signal, step, 4) for step in range(2, 4)]
    for one, other in zip(first, again):
        assert torch.equal(one, other)


def test_it_works_where_gradients_are_switched_off(hands, sphere):
    with torch.no_grad():
        after = guided(hands, sphere, laid(hands, RIGHT, 0.3, -0.01), active=only(RIGHT), last=3)
    assert not after.requires_grad


@pytest.mark.parametrize("size", (3.0, -3.0))
def test_the_shape_of_the_hands_counts(hands, sphere, size):
    """Where a usual hand just touches, a large one is 7 mm inside and a small one 7 mm off, until they are guided."""
    shape = torch.zeros(2, 10)
    shape[RIGHT, 0] = size
    signal = laid(hands, RIGHT, 0.0, 0.0)

    def shaped_gap(signal):
        place, turn = unpack_hands(signal[0, :, :208])
        return (hands[RIGHT](turn[:, RIGHT], place[:, RIGHT], shape[RIGHT])[0].norm(dim=-1) - RADIUS).amin(-1)

    assert float(shaped_gap(signal).abs().min()) > 0.005
    after = shaped_gap(guided(hands, sphere, signal, active=only(RIGHT), shape=shape))
    assert float(after.min()) > -PRESSED and float(after.max()) < 0.0015


@pytest.mark.parametrize("frames, knots", [(23, 4), (76, 15), (5, 4)])
def test_corrections_are_straight_between_knots(frames, knots):
    basis = knot_basis(frames, knots, "cpu").double().numpy()
    np.testing.assert_allclose(basis.sum(1), 1.0, atol=1e-6)
    values = np.random.default_rng(0).normal(0, 1, knots)
    expected = np.interp(np.linspace(0, knots - 1, frames), np.arange(knots), values)
    np.testing.assert_allclose(basis @ values, expected, atol=1e-5)


# A box with a lid

BASE, LID, LID_AT = np.array([0.26, 0.20, 0.10]), np.array([0.26, 0.20, 0.03]), np.array([0.0, 0.0, 0.066])
HINGE = np.array([0.0, 0.10, 0.05, -1.0, 0.0, 0.0, 0.0, 2.0])  # along the back edge; opening lifts the front


def box(points, size, middle=np.zeros(3)):
    """Signed distance (..., N) to a box; Quilez."""
    beyond = np.abs(points - middle) - size / 2
    return np.linalg.norm(np.maximum(beyond, 0), axis=-1) + np.minimum(beyond.max(-1), 0)


def lid_pose(angle):
    """scipy's turn of the lid, and what it adds: p -> turn p + shift."""
    turn = Rotation.from_rotvec(angle * HINGE[3:6])
    return turn, HINGE[:3] - turn.apply(HINGE[:3])


def lidded_distance(points, angles):
    """Exact signed distances (T, N) of (T, N, 3) to the base and the lid at each frame's angle."""
    rows = []
    for at, angle in zip(points, angles):
        turn, shift = lid_pose(angle)
        rows.append(np.minimum(box(at, BASE), box(turn.inv().apply(at - shift), LID, LID_AT)))
    return np.stack(rows)


def on_boxes():
    """256 points: 128 on the top of the lid at angle 0, 128 on the front of the base."""
    lines = np.linspace(-0.45, 0.45, 16), np.linspace(-0.45, 0.45, 8)
    u, v = (grid.ravel() for grid in np.meshgrid(*lines, indexing="ij"))
    lid = np.stack([u * LID[0], v * LID[1], np.full(128, LID_AT[2] + LID[2] / 2)], 1)
    base = np.stack([u * BASE[0], np.full(128, -BASE[1] / 2), v * BASE[2]], 1)
    return torch.from_numpy(np.concatenate([lid, base])).float()


@pytest.fixture(scope="module")
def lidded(grid_of):
    grids = [grid_of(lambda p: box(p, BASE), 0.26, 100), grid_of(lambda p: box(p, LID, LID_AT), 0.26, 100)]
    return thing_with(grids, on_boxes(), torch.arange(256) < 128, HINGE)


def riding(hands, angles, lift, base=False):
    """(1, T, 720): the right hand flat on the lid's top and `lift` metres above touching it, turning with the lid.

    base: instead it stays where the lid's angle is 0. Its contact map is the one that it has when it touches.
    """
    pose, count = pose_of(RIGHT, 0.2), len(angles)
    vertices = hands[RIGHT](pose, torch.zeros(3))[0].double().numpy()
    place = np.array([0.08, -0.03, LID_AT[2] + LID[2] / 2 - vertices[:, 2].min()])
    touch = torch.from_numpy(vertices + place).float()
    contact = torch.zeros(count, 2, 256)
    contact[:, RIGHT, :128] = contact_of_distance(torch.cdist(on_boxes()[:128], touch).amin(-1) - 0.001)
    wrists, rotation = torch.full((count, 2, 3), 0.5), torch.eye(3).repeat(count, 2, 16, 1, 1)
    for frame, angle in enumerate(angles):
        turn, shift = lid_pose(0.0 if base else angle)
        wrists[frame, RIGHT] = torch.from_numpy(turn.apply(place + [0, 0, lift]) + shift)
        rotation[frame, RIGHT] = pose
        rotation[frame, RIGHT, 0] = torch.from_numpy(turn.as_matrix()).float() @ pose[0]
    still = torch.zeros(count, 3), torch.eye(3).expand(count, 3, 3), torch.as_tensor(angles).float()
    return torch.cat([pack_motion(*still, wrists, rotation), contact.flatten(1)], -1)[None]


def lid_gap(hands, signal, angles):
    """(T,) exact distance of the nearest vertex of the right hand, metres; negative inside."""
    place, turn = unpack_hands(signal[0, :, :208])
    return lidded_distance(hands[RIGHT](turn[:, RIGHT], place[:, RIGHT])[0].double().numpy(), angles).min(1)


OPENING = np.linspace(0.9, 1.2, FRAMES)  # radians


def test_the_lid_s_setup_touches_exactly(hands):
    assert np.abs(lid_gap(hands, riding(hands, OPENING, 0.0), OPENING)).max() < 1e-6
    assert lid_gap(hands, riding(hands, OPENING, 0.0), np.zeros(FRAMES)).min() > 0.02  # the closed lid is elsewhere


@pytest.mark.parametrize("lift", (-0.01, 0.008))
def test_a_hand_in_or_off_an_open_lid_comes_to_its_surface(hands, lidded, lift):
    signal = riding(hands, OPENING, lift)
    before = lid_gap(hands, signal, OPENING)
    assert before.max() < -0.009 if lift < 0 else before.min() > 0.007
    guide = ContactGuidance(hands, lidded, active=only(RIGHT))
    for step in range(10, 20):  # as the sampler does: the correction goes on from step to step
        after = guide(signal, step, 20)
    gaps = lid_gap(hands, after, OPENING)
    assert gaps.min() > -PRESSED and gaps.max() < 0.0015  # more points pull a whole palm than one that meets a ball
    np.testing.assert_allclose(after[..., 198:208], signal[..., 198:208], atol=1e-6)  # the lid does not give way


def test_a_hand_where_an_open_lid_was_stays_where_it_is(hands, lidded):
    """Nothing is there, and its map says that it touches nothing."""
    signal = riding(hands, OPENING, 0.0, base=True)
    signal[..., 208:] = 0.0
    assert lid_gap(hands, signal, OPENING).min() > 0.005
    after = guided(hands, lidded, signal, active=only(RIGHT))
    np.testing.assert_allclose(after[..., :208], signal[..., :208], atol=2e-3)


# Trembling and slipping

SMOOTH = np.array([-21, 14, 39, 54, 59, 54, 39, 14, -21]) / 231  # Savitzky & Golay 1964, table I: 9 points, quadratic


def shaky(size=0.003, frames=60, hold=(14, 48)):
    """A right hand that waits, holds, and waits, with noise on its numbers: clean, noisy, the frames that touch."""
    clean = torch.zeros(1, frames, 720)
    clean[..., 99:102] = torch.tensor([0.1, -0.05, 0.02])
    clean[..., 102:198] = torch.tensor([1.0, 0, 0, 0, 1, 0]).repeat(16)
    clean[:, hold[0] : hold[1], 208 + 256 + 3] = 1.0
    noisy = clean.clone()
    noisy[..., :208] += size * torch.randn(1, frames, 208, generator=torch.Generator().manual_seed(0))
    return clean, noisy, slice(*hold)


RIGID = thing_with([], POINTS)


def test_a_holding_hand_is_steadied_and_stays_where_it_is():
    clean, noisy, hold = shaky()
    steady = steadied(noisy, RIGID)
    inner = slice(hold.start + 8, hold.stop - 8)
    before, after = (float((s - clean)[:, inner, 99:198].square().mean().sqrt()) for s in (noisy, steady))
    assert after < 0.6 * before
    pace = [float(s[:, inner, 99:102].diff(dim=1).norm(dim=-1).mean()) for s in (noisy, steady)]
    assert pace[1] < 0.3 * pace[0]


def test_what_does_not_hold_is_filtered_as_scipy_does():
    """Savitzky-Golay, 9 frames, quadratic; away from the ends, and away from where the other hand holds."""
    _, noisy, _ = shaky()
    expected = savgol_filter(noisy[0, :, :208].double().numpy(), 9, 2, axis=0)
    free = np.r_[0:99, 198:208]
    np.testing.assert_allclose(steadied(noisy, RIGID)[0, 4:-4, free], expected[4:-4, free], atol=1e-6)
    assert torch.equal(steadied(noisy, RIGID)[..., 208:], noisy[..., 208:])


def test_a_shake_that_hands_do_is_kept():
    """2.4 times a second: 93 %, by the filter's own transfer function too."""
    turn = 2 * np.pi * 2.4 / 30
    kept = (SMOOTH * np.cos(turn * np.arange(-4, 5))).sum()
    clean, _, _ = shaky(hold=(8, 8))
    wave = torch.from_numpy(np.sin(turn * np.arange(60))).float() * 0.1
    clean[..., 0] = wave
    np.testing.assert_allclose(steadied(clean, RIGID)[0, 4:-4, 0], kept * wave[4:-4], atol=1e-6)
    assert kept == pytest.approx(0.93, abs=0.005)


def test_smooth_motion_keeps_its_shape():
    """A reach of 30 cm in a second, by minimum jerk, is off by less than half a millimetre; a still hand by nothing."""
    clean, _, _ = shaky(hold=(8, 8))
    np.testing.assert_allclose(steadied(clean, RIGID), clean, atol=1e-6)
    share = (torch.arange(60) - 15).clamp(0, 30) / 30
    clean[..., 0] = 0.3 * share**3 * (10 - 15 * share + 6 * share**2)
    assert float((steadied(clean, RIGID) - clean).abs().max()) < 5e-4


def in_lid(signal):
    """The right wrist (T, 9) as the lid sees it at each frame's angle: place, the rotation's two columns; by scipy."""
    rows = []
    for numbers in signal[0].double().numpy():
        turn, shift = lid_pose(numbers[207])
        columns = turn.inv().apply(numbers[102:108].reshape(2, 3))
        columns /= np.linalg.norm(columns, axis=1, keepdims=True)
        rows.append(np.r_[turn.inv().apply(numbers[99:102] - shift), columns.ravel()])
    return np.stack(rows)


def test_a_hand_that_rides_on_a_lid_keeps_riding(hands, lidded):
    """On the exact arc, its wrist turned along; in the object's frame its mean would be drawn towards the chord."""
    time = np.clip((np.arange(60) - 10) / 40, 0, 1)
    angles = 1.5 * time**3 * (10 - 15 * time + 6 * time**2)
    signal = riding(hands, angles, 0.0)
    steady = steadied(signal, lidded)
    np.testing.assert_allclose(in_lid(steady), np.repeat(in_lid(signal)[:1], 60, 0), atol=1e-4)
    np.testing.assert_allclose(steady[0, :, 207], angles, atol=5e-3)
    chord = in_lid(steadied(signal, thing_with([], on_boxes())))
    assert np.linalg.norm(chord - in_lid(signal), axis=1).max() > 2e-3


def test_a_hand_that_holds_the_base_stays_while_the_lid_turns(hands, lidded):
    """One is steadied in the frame of what it holds, the other in its own: a trembling hand on each."""
    angles = np.linspace(0, 1.5, 60)
    signal = riding(hands, angles, 0.0)
    signal[..., :99] = shaky()[0][..., 99:198]
    signal[:, :, 208 + 200] = 1.0  # the left hand holds the base's front
    noisy = signal.clone()
    noisy[..., :198] += 0.002 * torch.randn(1, 60, 198, generator=torch.Generator().manual_seed(0))
    steady = steadied(noisy, lidded)
    for place in (slice(0, 3), slice(99, 102)):
        before, after = (float((s - signal)[:, 10:-10, place].square().mean().sqrt()) for s in (noisy, steady))
        assert after < 0.35 * before
