"""Smooth motion: minimum jerk, paths, hinges and waves, against closed forms."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from model_runtime.data.families import RESERVED_SEED, make
from model_runtime.data.motion import Bend, Path, aligned, minimum_jerk, unrest
from model_runtime.data.prop import standing

TIME = np.arange(4 * 60 + 1) / 60


# Minimum jerk


def test_minimum_jerk_starts_and_ends_at_rest():
    time = np.linspace(0, 1, 10001)
    progress = minimum_jerk(time, 0.0, 1.0)
    speed, step = np.gradient(progress, time), time[1]
    assert progress[0] == 0.0 and progress[-1] == 1.0
    assert abs(speed[0]) < 1e-6 and abs(speed[-1]) < 1e-6
    assert np.abs(np.gradient(speed, step)[[1, -2]]).max() < 0.02
    assert (np.diff(progress) >= 0).all()
    np.testing.assert_allclose(progress + progress[::-1], 1.0, atol=1e-12)  # symmetric in time
    assert speed.max() == pytest.approx(1.875, rel=1e-4)  # Flash and Hogan: the peak is 15/8 of the mean speed


def test_minimum_jerk_has_less_jerk_than_others_that_start_and_end_at_rest():
    """Its integral of squared jerk is 720, the least possible; a sine-shaped movement's is larger."""
    time = np.linspace(0, 1, 4001)

    def cost(x):
        for _ in range(3):
            x = np.gradient(x, time)
        return np.square(x[8:-8]).mean() * (time[-9] - time[8])

    assert cost(minimum_jerk(time, 0, 1)) == pytest.approx(720, rel=0.03)
    assert cost(time - np.sin(2 * np.pi * time) / (2 * np.pi)) > 750


def test_minimum_jerk_waits_before_and_after():
    np.testing.assert_array_equal(minimum_jerk(np.array([-5, 1.0, 3.0, 9]), 1.0, 3.0), [0, 0, 1, 1])
    assert minimum_jerk(np.array([2.0]), 1.0, 3.0) == pytest.approx(0.5)
    assert np.isfinite(minimum_jerk(np.array([0.9, 1.0, 1.1]), 1.0, 1.0)).all()


# Paths


def test_a_path_begins_where_the_object_stands():
    rng = np.random.default_rng(0)
    path = Path(rng.normal(0, 0.1, 3), [(0.5, 2, rng.normal(0, 0.2, 3))], [(0.5, 2, rng.normal(0, 1, 3))],
                waves=[(1, 3, 2.0, rng.normal(0, 0.05, 3), rng.normal(0, 0.2, 3), 0.0)])  # fmt: skip
    place, turn = path.at(TIME)
    still = TIME <= 0.5
    np.testing.assert_allclose(place[still], 0, atol=1e-12)
    np.testing.assert_allclose(turn[still], np.eye(3)[None].repeat(still.sum(), 0), atol=1e-12)
    assert np.abs(place[-1]).max() > 0.01


def test_the_pivot_travels_as_the_moves_say_whatever_turns():
    rng = np.random.default_rng(1)
    pivot, offsets = rng.normal(0, 0.1, 3), rng.normal(0, 0.2, (2, 3))
    path = Path(
        pivot,
        [(0.2, 1.5, offsets[0]), (1.0, 3.0, offsets[1])],
        [(0.1, 2, rng.normal(0, 2, 3)), (1, 3, rng.normal(0, 2, 3))],
    )
    place, turn = path.at(TIME)
    there = place + turn @ pivot
    expected = (
        pivot + minimum_jerk(TIME, 0.2, 1.5)[:, None] * offsets[0] + minimum_jerk(TIME, 1, 3)[:, None] * offsets[1]
    )
    np.testing.assert_allclose(there, expected, atol=1e-12)


def test_a_tilt_about_the_rim_keeps_the_rim_where_it_is():
    rim = np.array([0.04, 0.0, 0.05])
    place, turn = Path(rim, turns=[(0.5, 2.0, np.radians([0, 80, 0]))]).at(TIME)
    np.testing.assert_allclose(place + turn @ rim, np.tile(rim, (len(TIME), 1)), atol=1e-12)
    angle = np.degrees(np.linalg.norm(Rotation.from_matrix(turn).as_rotvec(), axis=1))
    assert angle[-1] == pytest.approx(80) and (np.diff(angle) > -1e-9).all()


def test_turns_are_about_world_axes_one_after_the_other():
    first, second = np.array([0, 0, np.pi / 2]), np.array([np.pi / 3, 0, 0])
    _, turn = Path(turns=[(0, 1, first), (1, 2, second)]).at(TIME)
    np.testing.assert_allclose(
        turn[-1], (Rotation.from_rotvec(second) * Rotation.from_rotvec(first)).as_matrix(), atol=1e-12
    )


def test_waves_swing_at_their_rate_and_fade_at_both_ends():
    place, turn = Path(waves=[(1.0, 3.5, 2.0, np.array([0, 0, 0.03]), np.array([0.1, 0, 0]), 0.0)]).at(TIME)
    height = place[:, 2]
    assert np.abs(height[(TIME <= 1) | (TIME >= 3.5)]).max() < 1e-12
    assert 0.025 < np.abs(height).max() <= 0.03
    inside = (TIME > 1.05) & (TIME < 3.45)
    crossings = (np.diff(np.sign(height[inside])) != 0).sum()
    assert crossings == pytest.approx(2 * 2.0 * 2.4, abs=1.5)
    np.testing.assert_allclose(Rotation.from_matrix(turn).as_rotvec()[:, 0], height / 0.03 * 0.1, atol=1e-9)


def test_where_a_path_has_led_is_where_it_goes():
    rng = np.random.default_rng(2)
    path = Path(rng.normal(0, 0.1, 3), [(0.2, 1.5, rng.normal(0, 0.2, 3)), (1.0, 3.0, rng.normal(0, 0.2, 3))],
                [(0.1, 2, rng.normal(0, 2, 3)), (1, 3, rng.normal(0, 2, 3))])  # fmt: skip
    place, turn = path.at(np.array([4.0]))
    pivot, rotation = path.reached
    np.testing.assert_allclose(turn[0], rotation, atol=1e-12)
    np.testing.assert_allclose(place[0] + turn[0] @ path.pivot, pivot, atol=1e-12)


def test_a_hinge_goes_from_angle_to_angle_and_swings():
    bend = Bend(0.2, [(0.5, 1.5, 1.0)], [(2.0, 4.0, 1.0, 0.4)])
    angle = bend.at(TIME)
    assert angle[0] == 0.2 and bend.reached == pytest.approx(1.2)
    np.testing.assert_allclose(angle[(TIME >= 1.5) & (TIME <= 2.0)], 1.2)
    swung = angle[TIME >= 2.0] - 1.2
    assert swung.min() > -1e-9 and swung.max() == pytest.approx(0.4, abs=0.01) and abs(swung[-1]) < 1e-9
    peaks = (np.diff(np.sign(np.diff(swung))) < 0).sum()
    assert peaks == 2  # twice in two seconds


def test_aligned_points_the_front_where_it_is_told_and_the_up_as_near_as_it_can():
    rng = np.random.default_rng(0)
    for _ in range(20):
        front, up, towards, upward = rng.normal(0, 1, (4, 3))
        turn = aligned(front, up, towards, upward)
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(turn) == pytest.approx(1)
        np.testing.assert_allclose(turn @ front / np.linalg.norm(front), towards / np.linalg.norm(towards), atol=1e-9)
        # of all turns about `towards`, this one leaves the up nearest to where it was wanted
        best = (turn @ up) @ upward
        for angle in np.linspace(0.1, 6.2, 25):
            other = Rotation.from_rotvec(angle * towards / np.linalg.norm(towards)).as_matrix() @ turn
            assert (other @ up) @ upward <= best + 1e-9


def test_unrest_is_small_slow_and_starts_from_nothing():
    for seed in range(5):
        wander = unrest(TIME, 0.001, np.random.default_rng(seed))
        assert np.abs(wander[0]).max() < 1e-12 and 0.0002 < np.abs(wander).max() < 0.004
        spectrum = np.abs(np.fft.rfft(wander * np.hanning(len(TIME))[:, None], axis=0)) ** 2
        hertz = np.fft.rfftfreq(len(TIME), TIME[1])
        assert spectrum[hertz > 2].sum() < 0.01 * spectrum.sum()


# Shapes on the table


@pytest.mark.parametrize("family", ("mug", "hammer", "chest", "toothbrush"))
def test_a_shape_turned_on_the_table_keeps_its_grips_and_mouth(family):
    shape, yaw = make(family, RESERVED_SEED), 1.1
    turned = standing(shape, yaw)
    turn = Rotation.from_euler("z", yaw)
    np.testing.assert_allclose(turned.vertices.min(0) + turned.vertices.max(0), 0, atol=1e-6)
    shift = turned.vertices[0] - turn.apply(shape.vertices[0])
    np.testing.assert_allclose(turned.vertices, turn.apply(shape.vertices) + shift, atol=1e-6)
    np.testing.assert_array_equal(turned.faces, shape.faces)
    for before, after in zip(shape.grips, turned.grips):
        np.testing.assert_allclose(after.centre, turn.apply(before.centre) + shift, atol=1e-6)
        np.testing.assert_allclose(after.axis, turn.apply(before.axis), atol=1e-6)
        np.testing.assert_allclose(after.approach, turn.apply(before.approach), atol=1e-6)
        assert (after.hole is None) == (before.hole is None)
        if before.hole is not None:
            np.testing.assert_allclose(after.hole, turn.apply(before.hole) + shift, atol=1e-6)
    if shape.mouth:
        np.testing.assert_allclose(turned.mouth.point, turn.apply(shape.mouth.point) + shift, atol=1e-6)
        np.testing.assert_allclose(turned.mouth.lips, turn.apply(shape.mouth.lips), atol=1e-6)
    if shape.hinge:
        np.testing.assert_allclose(turned.hinge.point, turn.apply(shape.hinge.point) + shift, atol=1e-6)
        np.testing.assert_allclose(turned.hinge.axis, turn.apply(shape.hinge.axis), atol=1e-6)
    if shape.tip is not None:
        np.testing.assert_allclose(turned.tip, turn.apply(shape.tip) + shift, atol=1e-6)
    np.testing.assert_allclose(turned.front, turn.apply(shape.front), atol=1e-6)
    np.testing.assert_allclose(turned.up, turn.apply(shape.up), atol=1e-6)
    assert shape.vertices is not turned.vertices
