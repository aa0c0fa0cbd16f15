"""The measures against clips whose depth, contact, slip and jerk are known in closed form."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch

from model_runtime.diffusion.representation import pack_motion
from model_runtime.evaluation.metrics import measures, moved, skin

FPS, FRAMES = 15.0, 30
LEFT, RIGHT = 0, 1
AWAY = np.array([0.0, 0.0, 0.2])  # metres above the floor: no touch


def clip(hand_local, place=None, turn=None, contact=0.0):
    """Signal (T, 720): flat hands (T, 2, 3) in the object's frame, palms down; the object's path in the world."""
    count = len(hand_local)
    place = np.zeros((count, 3)) if place is None else place
    turn = np.tile(np.eye(3), (count, 1, 1)) if turn is None else turn
    # Palm down, which for MANO's -y means a quarter turn about x.
    flat = np.tile(np.eye(3), (count, 2, 16, 1, 1))
    flat[:, :, 0] = turn[:, None] @ Rotation.from_euler("x", 90, degrees=True).as_matrix()
    world = np.einsum("tij,thj->thi", turn, hand_local) + place[:, None]
    motion = pack_motion(*(torch.from_numpy(v) for v in (place, turn, np.zeros(count), world, flat)))
    return torch.cat([motion, torch.full((count, 512), contact)], -1).float()


def lowest(hands, side):
    """How far the lowest vertex of that hand, palm down, lies below its wrist, without the hand's own skinning."""
    vertices = hands[side].rest(torch.zeros(10))[0].double().numpy()
    return -Rotation.from_euler("x", 90, degrees=True).apply(vertices)[:, 2].min()


def at_height(hands, side, heights):
    """Hands (T, 2, 3) in the object's frame: one with its lowest vertex at `heights` (T,) above 0, the other away."""
    local = np.tile(AWAY, (len(heights), 2, 1))
    local[:, side, 2] = np.asarray(heights) + lowest(hands, side)
    return local


def lifted(count=FRAMES, frame=10):
    """The object stands still until `frame`, then is 5 cm up."""
    place = np.zeros((count, 3))
    place[frame:, 2] = 0.05
    return place


@pytest.fixture
def measure(hands, floor):
    return lambda signal, active, grid=floor: measures(signal, hands, grid, np.array(active), FPS)


@pytest.mark.parametrize("side", (LEFT, RIGHT))
@pytest.mark.parametrize("depth_mm", (0.4, 7.0, 23.0))
def test_depth_of_the_deepest_vertex(hands, measure, side, depth_mm):
    heights = np.full(FRAMES, -depth_mm / 1000)
    got = measure(clip(at_height(hands, side, heights)), [side == LEFT, side == RIGHT])
    assert got["id_max_mm"] == pytest.approx(depth_mm, abs=0.01)
    assert got["deepest_mm"] == pytest.approx(depth_mm, abs=0.01)


def test_depth_is_averaged_over_frames_and_the_worst_is_told(hands, measure):
    heights = np.where(np.arange(FRAMES) < 12, -0.008, 0.003)
    got = measure(clip(at_height(hands, RIGHT, heights)), [False, True])
    assert got["id_max_mm"] == pytest.approx(8.0 * 12 / FRAMES, abs=0.01)
    assert got["deepest_mm"] == pytest.approx(8.0, abs=0.01)


def test_depth_is_that_of_the_deeper_hand_and_of_active_hands_only(hands, measure):
    local = at_height(hands, RIGHT, np.full(FRAMES, -0.004))
    local[:, LEFT] = at_height(hands, LEFT, np.full(FRAMES, -0.009))[:, LEFT]
    assert measure(clip(local), [True, True])["id_max_mm"] == pytest.approx(9.0, abs=0.01)
    assert measure(clip(local), [False, True])["id_max_mm"] == pytest.approx(4.0, abs=0.01)


def test_depth_in_a_sphere(hands, measure, grid_of):
    """The wrist joint at the middle of a 10 cm sphere: the deepest vertex is the one nearest to it."""
    nearest = hands[RIGHT].rest(torch.zeros(10))[0].norm(dim=-1).min().item()
    local = np.tile(AWAY + 1, (FRAMES, 2, 1))
    local[:, RIGHT] = 0.0
    sphere = grid_of(lambda points: np.linalg.norm(points, axis=1) - 0.1, 0.25, 120)
    got = measure(clip(local), [False, True], sphere)
    assert got["id_max_mm"] == pytest.approx(100 - 1000 * nearest, abs=0.8)


def test_depth_knows_where_the_object_went(hands, measure):
    """Object and hand move and turn together through the world: nothing changes in the object's frame."""
    local = at_height(hands, RIGHT, np.full(FRAMES, -0.006))
    place = np.cumsum(np.random.default_rng(0).normal(0, 0.02, (FRAMES, 3)), 0)
    turn = Rotation.from_rotvec(np.linspace([0, 0, 0], [1.0, -2.0, 0.5], FRAMES)).as_matrix()
    got = measure(clip(local, place - place[:1], turn), [False, True])
    assert got["id_max_mm"] == pytest.approx(6.0, abs=0.01)
    assert got["slip_mm"] == pytest.approx(0.0, abs=1e-3)


def test_contact_ratio_counts_held_frames_within_5_mm(hands, measure):
    heights = np.full(FRAMES, 0.0045)  # touching by definition
    heights[[12, 13, 14, 15, 16]] = 0.0055  # not
    heights[:10] = 0.1  # before the lift nobody need hold it
    got = measure(clip(at_height(hands, RIGHT, heights), lifted()), [False, True])
    assert got["held_frames"] == 20
    assert got["contact_ratio"] == pytest.approx(15 / 20)
    assert got["right_holds"] and not got["left_holds"]


def test_a_hand_that_plays_no_part_can_not_hold(hands, measure):
    got = measure(clip(at_height(hands, RIGHT, np.zeros(FRAMES)), lifted()), [True, False])
    assert got["contact_ratio"] == 0.0 and not got["right_holds"] and not got["left_holds"]


def test_an_object_that_nobody_moves_is_never_held(hands, measure):
    got = measure(clip(at_height(hands, RIGHT, np.zeros(FRAMES))), [False, True])
    assert got["held_frames"] == 0 and got["contact_ratio"] == 0.0 and got["slip_mm"] == 0.0
    assert not got["right_holds"]


def test_two_hands_that_hold_together_must_both_touch(hands, measure):
    local = at_height(hands, RIGHT, np.zeros(FRAMES))
    local[:, LEFT] = at_height(hands, LEFT, np.where(np.arange(FRAMES) >= 25, 0.05, 0.0))[:, LEFT]
    got = measure(clip(local, lifted()), [True, True])
    assert got["contact_ratio"] == pytest.approx(15 / 20)
    assert got["left_holds"] and got["right_holds"]


def test_in_a_hand_over_either_will_do(hands, measure):
    frames = np.arange(FRAMES)
    local = at_height(hands, RIGHT, np.where(frames < 21, 0.0, 0.05))
    local[:, LEFT] = at_height(hands, LEFT, np.where(frames < 19, 0.05, 0.0))[:, LEFT]
    got = measure(clip(local, lifted()), [True, True])
    assert got["contact_ratio"] == 1.0
    assert got["left_holds"] and got["right_holds"]


@pytest.mark.parametrize("speed_mm", (0.0, 0.7, 3.0))
def test_slip_is_the_speed_of_the_touching_skin(hands, measure, speed_mm):
    local = at_height(hands, RIGHT, np.zeros(FRAMES))
    local[:, RIGHT, 0] = np.arange(FRAMES) * speed_mm / 1000
    got = measure(clip(local, lifted()), [False, True])
    assert got["slip_mm"] == pytest.approx(speed_mm, abs=2e-3)


def test_slip_does_not_count_before_the_object_is_held(hands, measure):
    local = at_height(hands, RIGHT, np.zeros(FRAMES))
    local[:10, RIGHT, 0] = np.arange(10) * 0.01
    local[10:, RIGHT, 0] = 0.09
    assert measure(clip(local, lifted()), [False, True])["slip_mm"] == pytest.approx(0.0, abs=1e-3)


def test_slip_of_a_hand_that_turns_on_the_surface(hands, measure):
    """Turning about the normal through the wrist: each touching vertex moves by 2 r sin(angle / 2)."""
    count, step = 12, 0.01
    turn = Rotation.from_rotvec(np.arange(count)[:, None] * [0, 0, step])
    signal = clip(at_height(hands, RIGHT, np.full(count, -0.002)), lifted(count, 1))
    down = Rotation.from_euler("x", 90, degrees=True)
    wrist = (turn * down).as_matrix()
    signal[:, 99 + 3 : 99 + 9] = torch.from_numpy(np.concatenate([wrist[:, :, 0], wrist[:, :, 1]], 1)).float()
    vertices = down.apply(hands[RIGHT].rest(torch.zeros(10))[0].double().numpy())
    touching = vertices[:, 2] - vertices[:, 2].min() - 0.002 < 0.005
    chord = 2 * np.linalg.norm(vertices[touching, :2], axis=1) * np.sin(step / 2) * 1000
    assert measure(signal, [False, True])["slip_mm"] == pytest.approx(chord.mean(), rel=0.01)


def test_jerk_of_a_cubic(hands, measure):
    """x = a t^3 has jerk 6 a, and its third difference is exact."""
    time = np.arange(FRAMES) / FPS
    local = np.tile(AWAY, (FRAMES, 2, 1))
    local[:, RIGHT, 0] += 0.05 * time**3
    local[:, RIGHT, 1] += 0.02 * time**2 - 0.1 * time
    assert measure(clip(local), [False, True])["jerk"] == pytest.approx(0.3, rel=0.03)
    local[:, LEFT, 2] += 0.1 * time**3  # 0.6; the mean of both
    assert measure(clip(local), [True, True])["jerk"] == pytest.approx(0.45, rel=0.03)
    assert measure(clip(local), [False, True])["jerk"] == pytest.approx(0.3, rel=0.03)


def test_jerk_is_that_of_the_wrist_in_the_world(hands, measure):
    """The hand stands still in the object's frame; the object is what moves."""
    time = np.arange(FRAMES) / FPS
    place = np.stack([0.05 * time**3, 0 * time, 0 * time], 1)
    turn = np.tile(Rotation.from_euler("z", 90, degrees=True).as_matrix(), (FRAMES, 1, 1))
    signal = clip(np.tile(AWAY, (FRAMES, 2, 1)), place, turn)
    assert measure(signal, [False, True])["jerk"] == pytest.approx(0.3, rel=0.03)


def test_skin_is_the_hand_where_the_signal_says(hands):
    vertices = skin(hands, clip(np.tile([0.1, 0.2, 0.3], (2, 2, 1)))[:, :208], None, LEFT)
    down = Rotation.from_euler("x", 90, degrees=True)
    expected = down.apply(hands[LEFT].rest(torch.zeros(10))[0].double().numpy()) + [0.1, 0.2, 0.3]
    np.testing.assert_allclose(vertices[1], expected, atol=1e-6)


# moved(): when somebody must be holding the object


def held(place, turn=None):
    return moved(clip(np.tile(AWAY, (len(place), 2, 1)), np.asarray(place, float), turn)[:, :208]).numpy()


def test_moved_from_the_first_centimetre_on():
    height = np.concatenate([np.zeros(5), np.arange(1, 16) * 0.004])
    np.testing.assert_array_equal(held(np.outer(height, [0, 0, 1])), height > 0.01)


def test_moved_sideways_and_tilted_count_as_well():
    still = np.zeros((10, 3))
    aside = still.copy()
    aside[4:9] += [[0.02 * i, 0, 0] for i in range(1, 6)]
    aside[9] = [0.12, 0, 0]
    assert held(aside)[4:9].all() and not held(aside)[:4].any()
    turn = Rotation.from_rotvec(np.outer(np.r_[np.zeros(4), np.full(6, 0.5)], [1, 0, 0])).as_matrix()
    high = still + [0, 0, 0.0]
    high[4:] = [0, 0, 0.02]
    assert held(high, turn)[4:].all()


def test_put_down_elsewhere_is_let_go():
    """Up, 20 cm to the side, and down again, where it stays."""
    height = np.r_[np.zeros(5), np.linspace(0, 0.1, 10), np.linspace(0.1, 0, 10), np.zeros(5)]
    aside = np.r_[np.zeros(5), np.linspace(0, 0.2, 20), np.full(5, 0.2)]
    got = held(np.stack([aside, 0 * aside, height], 1))
    assert got[8:23].all() and not got[:5].any() and not got[25:].any()


def test_a_pause_low_above_the_table_is_no_letting_go():
    height = np.r_[
        np.zeros(3), np.linspace(0, 0.1, 5), np.linspace(0.1, 0.005, 5), np.full(4, 0.005), np.linspace(0.005, 0.1, 6)
    ]
    aside = np.r_[np.zeros(3), np.linspace(0, 0.2, 10), np.full(10, 0.2)]
    assert held(np.stack([aside, 0 * aside, height], 1))[5:].all()


def test_held_up_to_the_end_is_held_though_it_does_not_move():
    height = np.r_[np.zeros(5), np.full(20, 0.15)]
    np.testing.assert_array_equal(held(np.outer(height, [0, 0, 1])), height > 0)
