"""What a user fixes comes out as it went in, and sentences in a row are one motion; with a small untrained network."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp
import torch

from model_runtime import directing
from model_runtime.diffusion.given import Given, REACH, fading
from model_runtime.diffusion.representation import pack_motion, unpack_hands, unpack_object
from runtime.test_generate import a_request, maker, turned  # noqa: F401

ARRAYS = ("object_translation", "object_rotation", "object_articulation", "hand_translation", "hand_rotation")


def a_path(frames, start, rotation):
    """A smooth path: (T, 3) from `start`, (T, 3, 3) from `rotation`."""
    t = np.linspace(0, 1, frames)
    place = start + np.stack([0.3 * t**2, 0.1 * np.sin(5 * t), 0.2 * np.sin(np.pi * t) ** 2], 1)
    return place, Rotation.from_rotvec(np.outer(t**2, (0.5, -1.5, 2.0))).as_matrix() @ rotation


def a_pose(frames, seed=0):
    """Hands that wander smoothly: wrists (T, 2, 3), rotations (T, 2, 16, 3, 3)."""
    rng = np.random.default_rng(seed)
    ends = Rotation.random(64, rng=rng).as_matrix().reshape(2, 32, 3, 3)
    t = np.linspace(0, 1, frames)
    turns = np.stack([Slerp([0, 1], Rotation.from_matrix(ends[:, k]))(0.3 * t).as_matrix() for k in range(32)], 1)
    return rng.normal(0, 0.2, (2, 3)) + 0.1 * np.sin(3 * t)[:, None, None], turns.reshape(frames, 2, 16, 3, 3)


def directed(given, seconds=1.5, then=(), seed=0, **changes):
    """A request of which `given` (T, 3) is fixed to a path and to hands' poses of its own."""
    rotation, translation = turned(seed), np.array([0.4, -0.3, 0.7], np.float32)
    request = a_request(
        seconds=seconds, rotation=rotation, translation=translation, then=[list(each) for each in then], **changes
    )
    request.given = np.broadcast_to(given, (request.frames, 3)).copy()
    request.object_translation, request.object_rotation = a_path(request.frames, translation, rotation)
    request.object_articulation = np.zeros(request.frames)
    request.hand_translation, request.hand_rotation = a_pose(request.frames)
    return request


def degrees(one, two):
    return np.degrees(
        Rotation.from_matrix((one.astype(float) @ two.swapaxes(-1, -2)).reshape(-1, 3, 3)).magnitude().max()
    )


def assert_kept(clip, request):
    """To 0.1 mm and 0.01 degrees, each thing in each frame in which it was given."""
    rows = request.given[:, 2]
    assert np.abs(clip.object_translation[rows] - request.object_translation[rows]).max() < 1e-4
    assert degrees(clip.object_rotation[rows], request.object_rotation[rows]) < 0.01
    for side in np.flatnonzero(clip.hand_active):
        rows = request.given[:, side]
        if rows.any():
            assert np.abs(clip.hand_translation[rows, side] - request.hand_translation[rows, side]).max() < 1e-4
            assert degrees(clip.hand_rotation[rows, side], request.hand_rotation[rows, side]) < 0.01


def test_a_correction_is_exact_where_it_is_known_and_fades_without_a_kink():
    fixed = np.zeros(100, bool)
    fixed[[10, 30, 38, 39, 40, 90]] = True
    values = np.array([2.0, -1, 3, 4, 5, 1])
    spread = fading(fixed) @ values
    np.testing.assert_allclose(spread[fixed], values)
    away = np.abs(np.arange(100)[:, None] - np.flatnonzero(fixed)).min(1)
    assert not spread[away >= REACH].any()
    assert (
        np.abs(np.diff(spread, 2)).max() < 6 * 5 / 8**2 * 1.5
    )  # the sharpest turn of a cubic over the eight frames' gap
    np.testing.assert_allclose(np.diff(spread)[[37, 40]], 1, atol=0.5)  # the slope goes on beyond 38 and 40
    assert fading(np.ones(7, bool)).tolist() == np.eye(7).tolist() and fading(np.zeros(7, bool)).shape == (7, 0)


def test_neighbours_of_fixed_frames_move_along_smoothly():
    """A clip that is known to be 5 cm and half a turn beside what is drawn: no step is larger than the fade's."""
    frames, still = 80, np.zeros(80)
    drawn = pack_motion(*(torch.from_numpy(v) for v in (*a_path(frames, 0, np.eye(3)), still, *a_pose(frames)))).float()
    place, turn = a_path(frames, 0.05, turned(3))
    known = pack_motion(*(torch.from_numpy(v) for v in (place, turn, still, *a_pose(frames, 1)))).float()
    given = torch.zeros(frames, 3, dtype=torch.bool)
    given[40], given[:10] = torch.tensor([False, True, True]), True
    keep = Given(known, given)
    signal = torch.cat([drawn, torch.zeros(frames, 512)], -1)[None]
    kept = keep(signal)[0, :, :208]
    assert torch.equal(kept[:10], known[:10]) and torch.equal(kept[40, 99:], known[40, 99:])
    assert torch.equal(keep(keep(signal)), keep(signal)) or (keep(keep(signal)) - keep(signal)).abs().max() < 1e-5
    torch.testing.assert_close(kept[60:], drawn[60:], atol=1e-5, rtol=0)
    for part in (unpack_object(kept)[0], unpack_hands(kept)[0][:, 1]):
        step = part.diff(dim=0).norm(dim=-1)
        assert step.max() < 0.12 and part.diff(n=2, dim=0).norm(dim=-1).max() < 0.03
    assert (
        keep.free[40, 1] == 0
        and keep.free[40, 0] == 1
        and keep.free[60].tolist() == [1, 1]
        and not keep.free[:10].any()
    )


@pytest.mark.parametrize("fit, size", [("ask", 1.0), ("scale_hands", 8.0), ("scale_object", 8.0)])
def test_the_object_follows_its_own_path_exactly(maker, fit, size):  # noqa: F811
    request = directed([False, False, True], heading=0.7, fit=fit)
    request.vertices = request.vertices * np.float32(size)
    assert_kept(maker.generate(request), request)


@pytest.mark.parametrize("rows", [[0, 1, 2], [20], [7, 30, 44], list(range(15, 46))])
def test_kept_poses_are_kept_in_the_world_and_the_rest_is_not(maker, rows):  # noqa: F811
    given = np.zeros((46, 3), bool)
    given[rows] = [False, True, True]
    request = directed(given, heading=-0.4)
    clip = maker.generate(request)
    assert clip.hand_active.tolist() == [False, True]
    assert_kept(clip, request)
    others = np.setdiff1d(np.arange(46), rows)
    assert np.abs(clip.hand_translation[others, 1] - request.hand_translation[others, 1]).max() > 0.01


def test_a_hand_that_is_fixed_acts_whatever_the_sentence_says(maker):  # noqa: F811
    given = np.zeros((46, 3), bool)
    given[10] = [True, False, True]
    request = directed(given)
    clip = maker.generate(request)
    assert clip.hand_active.tolist() == [True, True]
    assert_kept(clip, request)


def test_a_whole_clip_that_is_given_back_comes_out_again(maker):  # noqa: F811
    """Into the model's frame and out of it: every pose of another clip, through turns, heading and scale."""
    plain = maker.generate(a_request(rotation=turned(2), heading=0.9, prompt="Lift the box with both hands."))
    request = a_request(rotation=turned(2), heading=0.9, prompt="Lift the box with both hands.", seed=8)
    request.given = np.ones((plain.frames, 3), bool)
    for name in ARRAYS:
        setattr(request, name, getattr(plain, name))
    again = maker.generate(request)
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(again, name), getattr(plain, name), atol=2e-6)


def test_hands_are_there_when_an_object_moves_by_itself_and_stay_until_it_rests():
    """Drawn to touch from frame 30 to 50, beside an object that moves from 20 to 70: it is held from 17 to 73."""
    frames = 100
    t = np.clip((np.arange(frames) - 20) / 50, 0, 1)
    place = np.outer(t, (0.0, 0.0, 0.3))
    turns = np.tile(np.eye(3), (frames, 1, 1))
    wrists = np.zeros((frames, 2, 3))
    wrists[:, 1, 0] = np.interp(np.arange(frames), [0, 30, 50, 99], [0.3, 0.05, 0.05, 0.4])
    wrists += place[:, None]
    still = np.tile(np.eye(3), (frames, 2, 16, 1, 1))
    motion = pack_motion(*(torch.from_numpy(v) for v in (place, turns, np.zeros(frames), wrists, still))).float()
    contact = torch.zeros(frames, 2, 256)
    contact[30:51, 1, 9] = 1.0
    signal = torch.cat([motion, contact.flatten(1)], -1)
    played = directing.on_time(signal, torch.tensor([False, True]))
    assert torch.equal(played[:, 198:208], signal[:, 198:208])
    held = np.flatnonzero(played[:, 208 + 256 + 9] > 0.6)
    assert held[0] in range(14, 20) and held[-1] in range(71, 77)
    away = unpack_hands(played[:, :208])[0][:, 1, 0].numpy()
    np.testing.assert_allclose(away[20:71], 0.05, atol=0.01)
    assert np.diff(away).min() > -2.2 * 0.25 / 30 and abs(away[-1] - 0.4) < 0.03
    assert torch.equal(directing.on_time(signal, torch.tensor([True, False])), signal)  # that hand never touches


def test_a_hand_keeps_its_grasp_until_it_lets_go_in_what_is_drawn():
    """Ten frames hold the object 4 cm from where what follows is drawn to hold it, up to frame 40 of 70."""
    frames, turns = 70, np.tile(np.eye(3), (70, 2, 16, 1, 1))
    wrists = np.full((frames, 2, 3), 0.1)
    wrists[40:, 1, 0] += 0.01 * np.arange(30)  # it leaves
    parts = (np.zeros((frames, 3)), turns[:, 0, 0], np.zeros(frames), wrists, turns)
    drawn = pack_motion(*(torch.from_numpy(v) for v in parts)).float()
    contact = torch.zeros(frames, 2, 256)
    contact[:41, 1, 9] = 0.7
    known, given = drawn.clone(), torch.zeros(frames, 3, dtype=torch.bool)
    known[:, 99] -= 0.04
    given[:10] = True
    before = torch.zeros(10, 2, 256)
    before[:, 1, 20] = 1.0
    keep = Given(known, given, before.flatten(1), holds=(False, True))
    signal = torch.cat([drawn, contact.flatten(1)], -1)[None]
    kept = keep(keep(keep(signal)))[0]
    away = unpack_hands(kept[:, :208])[0][:, 1, 0].numpy() - wrists[:, 1, 0]
    np.testing.assert_allclose(away[:41], -0.04, atol=1e-5)
    np.testing.assert_allclose(away[40 + REACH :], 0, atol=1e-5)
    maps = kept[:, 208:].unflatten(-1, (2, 256))[:, 1].numpy()
    assert maps[:36, 20].min() > 0.6 and maps[11:36, 9].max() < 0.1 and maps[42:].max() == 0
    loose = Given(known, given, before.flatten(1), holds=(False, False))(signal)[0]
    assert abs(unpack_hands(loose[36, :208])[0][1, 0] - 0.1) < 1e-5


def test_sentences_in_a_row_are_one_motion(maker):  # noqa: F811
    request = directed([False] * 3, then=[("Drink from the box.", 1.0), ("Turn the box over with both hands.", 2.0)])
    clip = maker.generate(request)
    assert clip.frames == request.frames == 136 and clip.seconds == pytest.approx(4.5)
    assert clip.hand_active.all() and clip.prompt.count("Then:") == 2
    alone = maker.generate(directed([False] * 3))
    np.testing.assert_allclose(clip.object_translation[:30], alone.object_translation[:30], atol=1e-6)
    waits = clip.hand_translation[: 75 - directing.SEEN, 0]  # the left hand comes in with the third sentence
    assert np.ptp(waits, axis=0).max() < 1e-5


def test_what_is_put_back_stands_where_it_stood(maker):  # noqa: F811
    clip = maker.generate(directed([False] * 3, then=[("Put it back.", 1.5)]))
    np.testing.assert_allclose(clip.object_translation[-5:], clip.object_translation[:1].repeat(5, 0), atol=1e-5)
    assert degrees(clip.object_rotation[-5:], clip.object_rotation[:1]) < 0.01
    elsewhere = maker.generate(directed([False] * 3, then=[("Shake it.", 1.5)]))
    assert np.abs(elsewhere.object_translation[-1] - elsewhere.object_translation[0]).max() > 1e-3


@pytest.mark.parametrize("sentence, back", [
    ("Put it back.", True), ("put the mug back on the table", True), ("Return the box to its place", True),
    ("Set it down.", False), ("Lean back and drink.", False), ("Hold the back of the chair", False),
])  # fmt: skip
def test_sentences_that_put_something_back(sentence, back):
    assert bool(directing.GOES_BACK.search(sentence)) == back


def test_a_path_and_kept_hands_over_several_sentences(maker):  # noqa: F811
    given = np.zeros((91, 3), bool)
    given[:, 2], given[[5, 44, 45, 46, 80], 1] = True, True
    request = directed(given, then=[("Drink from the box.", 1.5)])
    assert_kept(maker.generate(request), request)


def test_the_same_request_gives_the_same_clip_and_another_seed_another(maker):  # noqa: F811
    requests = [directed([False, False, True]) for _ in range(3)]
    requests[2].seed = 4
    one, two, other = map(maker.generate, requests)
    np.testing.assert_array_equal(one.hand_translation, two.hand_translation)
    assert np.abs(one.hand_translation - other.hand_translation).max() > 0.01
