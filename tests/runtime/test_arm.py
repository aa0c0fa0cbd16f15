"""The seated actor's arm: known postures, their mirror images, and what no arm can do."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from model_runtime.hands import arm

LEFT, RIGHT = 0, 1
NO_TABLE = -np.inf
FORWARD = np.array([0.0, 1.0, 0.0])
UP = np.array([0.0, 0.0, 1.0])
OUT = np.array([1.0, 0.0, 0.0])
MIRROR = np.diag([-1.0, 1.0, 1.0])


def hand_with(fingers, palm):
    """The right wrist's rotation whose fingers point along `fingers` (-x of its frame) and palm faces `palm` (-y)."""
    x, y = -np.asarray(fingers), -np.asarray(palm)
    return np.stack([x, y, np.cross(x, y)], 1)


# The upper arm hangs, the elbow is bent by 90 degrees, the thumb is up: every joint is at the middle of its range.
ELBOW = arm.SHOULDER - [0, 0, arm.UPPER]
WRIST = ELBOW + arm.FOREARM * FORWARD
NEUTRAL = hand_with(FORWARD, -OUT)


def swivel_at(elbow, wrist, rotation, table=NO_TABLE):
    """Whether the right arm can have its elbow there (the nearest of the circle's places)."""
    can, elbows = arm.arm_feasible(wrist[None], rotation[None], RIGHT, table)
    nearest = np.linalg.norm(elbows[0] - elbow, axis=1).argmin()
    assert np.linalg.norm(elbows[0, nearest] - elbow) < 0.01
    return bool(can[0, nearest])


def reachable(wrist, rotation, table=NO_TABLE):
    return bool(arm.reachable(np.asarray(wrist)[None], np.asarray(rotation)[None], RIGHT, table)[0])


def some_poses(count, seed=0):
    rng = np.random.default_rng(seed)
    places = rng.uniform([-0.3, -0.35, -0.1], [0.4, 0.25, 0.4], (count, 3))
    return places, Rotation.random(count, random_state=seed).as_matrix()


def test_an_arm_bent_at_a_right_angle_is_feasible():
    assert swivel_at(ELBOW, WRIST, NEUTRAL)


def test_elbows_are_an_upper_arm_from_the_shoulder_and_a_forearm_from_the_wrist():
    near = WRIST + np.random.default_rng(1).uniform(-0.08, 0.08, (20, 3))  # no lean needed
    near = near[np.linalg.norm(near - arm.SHOULDER, axis=1) < arm.STRAIGHT]
    _, elbows = arm.arm_feasible(near, np.tile(NEUTRAL, (len(near), 1, 1)), RIGHT, NO_TABLE)
    np.testing.assert_allclose(np.linalg.norm(elbows - near[:, None], axis=-1), arm.FOREARM, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(elbows - arm.SHOULDER, axis=-1), arm.UPPER, atol=1e-6)


def test_sides_mirror_each_other():
    places, turns = some_poses(300)
    right, elbows = arm.arm_feasible(places, turns, RIGHT, -0.12)
    left, mirrored = arm.arm_feasible(places @ MIRROR, MIRROR @ turns @ MIRROR, LEFT, -0.12)
    assert 0.02 < right.mean() < 0.5
    np.testing.assert_array_equal(right, left)
    np.testing.assert_allclose(elbows @ MIRROR, mirrored, atol=1e-9)


@pytest.mark.parametrize("bend_deg, can", [(0, True), (70, True), (120, False), (-60, True), (-110, False)])
def test_a_wrist_bends_only_so_far(bend_deg, can):
    # about the thumb's axis: towards the palm is positive, which turns the fingers from +Y towards -X
    turned = Rotation.from_rotvec(np.radians(bend_deg) * UP).as_matrix() @ NEUTRAL
    assert swivel_at(ELBOW, WRIST, turned) == can


@pytest.mark.parametrize("bend_deg, can", [(20, True), (55, False), (-40, True), (-65, False)])
def test_a_wrist_tilts_less_to_the_thumb_than_to_the_little_finger(bend_deg, can):
    turned = (
        Rotation.from_rotvec(np.radians(bend_deg) * OUT).as_matrix() @ NEUTRAL
    )  # positive: fingers up, to the thumb
    assert swivel_at(ELBOW, WRIST, turned) == can


@pytest.mark.parametrize("palm, can", [(-UP, True), (UP, True), (OUT, False)])
def test_a_forearm_turns_palm_down_and_palm_up_but_not_right_around(palm, can):
    assert swivel_at(ELBOW, WRIST, hand_with(FORWARD, palm)) == can


def test_too_far_and_too_near():
    line = (WRIST - arm.SHOULDER) / np.linalg.norm(WRIST - arm.SHOULDER)
    straight = Rotation.align_vectors([line], [FORWARD])[0].as_matrix() @ NEUTRAL
    longest = arm.UPPER + arm.FOREARM + arm.LEAN
    assert reachable(arm.SHOULDER + 0.52 * line, straight)
    assert not reachable(arm.SHOULDER + (longest + 0.03) * line, straight)
    assert not reachable(arm.SHOULDER + 0.10 * line, straight)


def test_leaning_lengthens_the_reach():
    ahead = arm.SHOULDER + 0.64 * FORWARD  # longer than the arm
    assert 0.64 > arm.UPPER + arm.FOREARM
    assert reachable(ahead, NEUTRAL)


def test_behind_the_head_is_no_place_for_a_palm_that_faces_up():
    assert not reachable([0.05, -0.65, 0.50], hand_with(-FORWARD, UP))
    assert not reachable([0.05, -0.65, 0.50], hand_with(FORWARD, UP))


def test_no_elbow_is_inside_the_body(monkeypatch):
    places, turns = some_poses(2000, 3)
    near = np.linalg.norm(places - arm.SHOULDER, axis=1) < arm.STRAIGHT  # where nobody leans, the torso stands still
    can, elbows = arm.arm_feasible(places[near], turns[near], RIGHT, NO_TABLE)
    low, high = arm.TRUNK
    height = np.clip((elbows[..., 2] - low[2]) / (high[2] - low[2]), 0, 1)[..., None]
    inside = np.linalg.norm(elbows - (low + height * (high - low)), axis=-1) < arm.TRUNK_RADIUS
    assert inside.any() and not can[inside].any()
    monkeypatch.setattr(arm, "TRUNK_RADIUS", -1.0)
    assert arm.arm_feasible(places[near], turns[near], RIGHT, NO_TABLE)[0][inside].any()


def test_the_forearm_stays_above_the_table_but_may_hang_beside_it():
    flat = hand_with(FORWARD, -UP)
    place = np.array([0.19, -0.10, 0.03])
    assert reachable(place, flat, table=0.0)
    assert not reachable(place, flat, table=0.02)  # the wrist itself would be in the table
    can, elbows = arm.arm_feasible(place[None], flat[None], RIGHT, 0.0)
    elbows = elbows[can]
    assert (elbows[elbows[:, 1] > -0.33][:, 2] > 0.035).all()  # the table ends 11 cm before the shoulders
    assert (elbows[:, 2] < 0.0).any()  # before that edge the arm hangs
    far = place + [0, 0.25, 0]  # with the elbow over the table
    can, elbows = arm.arm_feasible(far[None], flat[None], RIGHT, 0.0)
    assert can.any() and (elbows[can][:, 2] > 0.035).all()


def test_an_elbow_goes_a_hand_above_the_shoulder_and_no_higher():
    places, turns = some_poses(3000, 5)
    can, elbows = arm.arm_feasible(places, turns, RIGHT, NO_TABLE)
    height = elbows[..., 2] - arm.SHOULDER[2]  # the trunk leans level
    assert height.max() > 0.25 and 0.15 < height[can].max() <= arm.ELBOW_HEIGHT


def swinging(frames=90):
    time = np.linspace(0, 1, frames)
    places = WRIST + 0.08 * np.stack([np.sin(6 * time), np.cos(5 * time) - 1, 0.5 * np.sin(4 * time)], 1)
    turns = Rotation.from_rotvec(0.4 * np.sin(6 * time)[:, None] * FORWARD).as_matrix() @ NEUTRAL
    return places, turns


def test_a_path_of_the_elbow_is_feasible_and_smooth():
    places, turns = swinging()
    elbows = arm.arm_path(places, turns, RIGHT, -0.3, 30)
    assert elbows.shape == (len(places), 3)
    np.testing.assert_allclose(np.linalg.norm(elbows - places, axis=1), arm.FOREARM, atol=1e-6)
    can, choices = arm.arm_feasible(places, turns, RIGHT, -0.3)
    nearest = np.linalg.norm(choices - elbows[:, None], axis=-1).argmin(1)
    assert can[np.arange(len(places)), nearest].mean() > 0.97  # in between two swivel angles either may be nearest
    assert np.linalg.norm(np.diff(elbows, axis=0), axis=1).max() * 30 < 1.5  # metres a second


def test_paths_mirror_each_other():
    places, turns = swinging()
    right = arm.arm_path(places, turns, RIGHT, -0.3, 30)
    left = arm.arm_path(places @ MIRROR, MIRROR @ turns @ MIRROR, LEFT, -0.3, 30)
    np.testing.assert_allclose(right @ MIRROR, left, atol=1e-9)


def test_no_path_where_one_frame_is_out_of_reach():
    places, turns = swinging()
    places[40] = [0.19, 0.60, 0.28]
    assert arm.arm_path(places, turns, RIGHT, -0.3, 30) is None


def test_no_path_where_the_elbow_would_have_to_jump(monkeypatch):
    # each half can be done, with the elbow at two places of its circle that are far apart
    places, turns = swinging(60)
    cost = np.full((60, arm.SWIVELS), np.inf)
    cost[:30, 12] = cost[30:, 18] = 0.0
    monkeypatch.setattr(arm, "arm_comfort", lambda *_: (cost, None))
    assert arm.arm_path(places, turns, RIGHT, -0.3, 30) is None
    cost[30:, 18], cost[30:, 15] = np.inf, 0.0  # 45 degrees in a tenth of a second
    assert arm.arm_path(places, turns, RIGHT, -0.3, 30) is not None
    cost[30:, 15], cost[30:, 16] = np.inf, 0.0
    assert arm.arm_path(places, turns, RIGHT, -0.3, 30) is None


def test_an_elbow_swings_at_up_to_450_degrees_a_second(monkeypatch):
    """About the line from shoulder to wrist, whatever the frame rate; the hand is still, the cheap place jumps away."""
    places, turns = np.tile(WRIST, (120, 1)), np.tile(NEUTRAL, (120, 1, 1))
    cost = np.full((120, arm.SWIVELS), 1.0)
    cost[:60, 4] = cost[60:, 16] = 0.0
    monkeypatch.setattr(arm, "arm_comfort", lambda *_: (cost, None))
    line = (WRIST - arm.SHOULDER) / np.linalg.norm(WRIST - arm.SHOULDER)
    for fps in (30, 60):
        elbow = arm.arm_path(places, turns, RIGHT, -0.3, fps) - arm.SHOULDER
        spoke = elbow - (elbow @ line)[:, None] * line
        spoke /= np.linalg.norm(spoke, axis=1, keepdims=True)
        rate = np.degrees(np.arccos(np.clip((spoke[1:] * spoke[:-1]).sum(1), -1, 1))) * fps
        assert 400 < rate.max() < 451
        assert np.degrees(np.arccos(spoke[0] @ spoke[-1])) > 175  # from step 4 to step 16 of 24: half around
