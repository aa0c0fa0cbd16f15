"""How objects move: smooth, from rest, and to where the action says, on every family it is for."""

from functools import lru_cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch

from model_runtime.data.actions import ACTIONS, MOUTH, Path, lip_towards, minimum_jerk, score
from model_runtime.data.clips import arm_can, between, resting, standing
from model_runtime.data.families import RESERVED_SEED, TRAINING, make
from model_runtime.data.grasps import reachable

SECONDS, RATE = 4.0, 60
TIME = np.arange(int(SECONDS * RATE) + 1) / RATE
LEFT, RIGHT = 0, 1


@lru_cache(maxsize=None)
def shape_of(family, seed=0, yaw=0.7):
    return standing(make(family, RESERVED_SEED + seed), yaw)


def those_that(action):
    return [family for family in TRAINING if action in shape_of(family).actions]


def played(action, family, sides=(RIGHT,), seed=0, yaw=0.7):
    """(shape, plan, translation (T, 3), rotation (T, 3, 3)) of one action at 60 Hz."""
    shape = shape_of(family, seed, yaw)
    sides = (sides[0], 1 - sides[0]) if action == "hand over" else sides
    plan = score(action, shape, list(sides), SECONDS, np.random.default_rng(seed))
    return shape, plan, *plan.path.at(TIME)


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
                waves=[(1, 3, 2.0, rng.normal(0, 0.05, 3), rng.normal(0, 0.2, 3))])  # fmt: skip
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
    place, turn = Path(waves=[(1.0, 3.5, 2.0, np.array([0, 0, 0.03]), np.array([0.1, 0, 0]))]).at(TIME)
    height = place[:, 2]
    assert np.abs(height[(TIME <= 1) | (TIME >= 3.5)]).max() < 1e-12
    assert 0.025 < np.abs(height).max() <= 0.03
    inside = (TIME > 1.05) & (TIME < 3.45)
    crossings = (np.diff(np.sign(height[inside])) != 0).sum()
    assert crossings == pytest.approx(2 * 2.0 * 2.4, abs=1.5)
    np.testing.assert_allclose(Rotation.from_matrix(turn).as_rotvec()[:, 0], height / 0.03 * 0.1, atol=1e-9)


# Actions


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_on_every_family_that_serves_it(action):
    assert those_that(action)
    for family in those_that(action):
        for side in (LEFT, RIGHT):
            for seed in range(3):
                shape, plan, place, turn = played(action, family, (side,), seed)
                taken = min(plan.take.values())
                before = TIME <= taken
                assert np.abs(place[before]).max() < 1e-9 and np.abs(turn[before] - np.eye(3)).max() < 1e-9
                speed = np.linalg.norm(np.gradient(place, 1 / RATE, axis=0), axis=1)
                assert speed.max() < 1.5  # metres a second: people handle things at half of that
                spin = Rotation.from_matrix(turn[1:] @ turn[:-1].swapaxes(1, 2)).magnitude() * RATE
                assert spin.max() < 8.0
                assert np.linalg.norm(place, axis=1).max() < 0.75  # within reach
                assert 0.2 * SECONDS < taken < 0.45 * SECONDS
                moved_far = np.linalg.norm(place, axis=1).max() > 0.05
                assert moved_far or np.abs(turn[-1] - np.eye(3)).max() > 0.3


@pytest.mark.parametrize("action", [a for a in ACTIONS if a not in ("place", "hand over")])
def test_what_is_not_put_down_is_held_to_the_end(action):
    plan = played(action, those_that(action)[0])[1]
    assert plan.release == {RIGHT: None}


def test_lifting_ends_higher_and_passing_further_away():
    for seed in range(10):
        assert played("lift", "box", seed=seed)[2][-1, 2] > 0.1
        assert played("pass", "box", seed=seed)[2][-1, 1] > 0.05


def test_placing_ends_on_the_table_upright_and_the_hand_lets_go():
    for seed in range(10):
        _, plan, place, turn = played("place", "mug", seed=seed)
        assert place[:, 2].max() > 0.05
        assert abs(place[-1, 2]) < 1e-9 and (place[:, 2] > -1e-9).all()
        np.testing.assert_allclose(turn[-1], np.eye(3), atol=1e-9)
        assert np.linalg.norm(place[-1, :2]) > 0.07
        release = plan.release[RIGHT]
        after = TIME >= release
        assert after.any() and np.abs(np.diff(place[after], axis=0)).max() < 1e-9  # at rest before it is let go
        assert release < SECONDS - 0.6  # time for the hand to leave


@pytest.mark.parametrize("side", (LEFT, RIGHT))
@pytest.mark.parametrize("family", those_that("drink"))
def test_drinking_brings_a_lip_to_the_mouth_and_tilts_it(family, side):
    for seed in range(3):
        for yaw in (-2.0, 0.3, 2.6):
            shape, _, place, turn = played("drink", family, (side,), seed, yaw)
            mouth = shape.mouth
            lip, _ = lip_towards(mouth, np.array([0.0, -1.0, 0.0]))
            world = turn @ (mouth.point + mouth.radius * lip) + place
            near = np.linalg.norm(world - MOUTH, axis=-1)
            frame = near.argmin()
            assert near[frame] < 0.03 and near[-1] < 0.035  # it comes to the mouth and stays there
            tilt = np.degrees(np.arccos(np.clip((turn @ mouth.axis) @ mouth.axis, -1, 1)))
            assert 30 < tilt.max() < 70
            # That lip is now the lowest side of the opening, and the one at the actor's face (-Y).
            end = turn[-1] @ lip
            assert end[2] < -0.4 and end[1] < -0.4
            assert ((turn[-1] @ mouth.lips.T)[2] > end[2] - 0.05).all()
            # Nothing is spilt on the way: still nearly upright one third of the way up.
            early = place[:, 2] < 0.3 * place[:, 2].max()
            assert tilt[early & (TIME < TIME[frame])].max() < 12


@pytest.mark.parametrize("side", (LEFT, RIGHT))
@pytest.mark.parametrize("family", those_that("pour"))
def test_pouring_lowers_a_lip_on_the_side_away_from_the_hand(family, side):
    out = 1.0 if side == RIGHT else -1.0
    for seed in range(3):
        for yaw in (-2.0, 0.3, 2.6):
            shape, _, place, turn = played("pour", family, (side,), seed, yaw)
            mouth = shape.mouth
            lip, _ = lip_towards(mouth, np.array([-out, 0.25, 0.0]))
            end = turn[-1]
            assert (end @ lip)[2] < -0.85  # it points down
            tilt = np.degrees(np.arccos(np.clip(end[2] @ mouth.axis, -1, 1)))
            assert 68 < tilt < 117
            # Liquid runs out sideways, to the middle: the opening looks away from the hand's own side.
            assert (end @ mouth.axis)[0] * out < -0.4
            heights = place[:, 2] + (turn @ (mouth.point + mouth.radius * lip))[:, 2]
            assert heights[-1] > shape.vertices[:, 2].min() + 0.02  # above the table


def test_the_lip_that_needs_the_least_turning_is_taken():
    shape = shape_of("mug", yaw=1.0)
    for angle in np.linspace(-3, 3, 13):
        direction = np.array([np.cos(angle), np.sin(angle), 0])
        lip, yaw = lip_towards(shape.mouth, direction)
        np.testing.assert_allclose(Rotation.from_euler("z", yaw).apply(lip)[:2], direction[:2], atol=1e-6)
        needed = np.degrees(np.arccos(np.clip(shape.mouth.lips @ direction, -1, 1)))
        assert abs(np.degrees(yaw)) == pytest.approx(needed.min(), abs=1e-3)


@pytest.mark.parametrize("giver", (LEFT, RIGHT))
def test_handing_over_is_never_without_a_hand(giver):
    for seed in range(5):
        _, plan, place, turn = played("hand over", "box", (giver,), seed)
        taker = 1 - giver
        assert plan.take[giver] < plan.take[taker] < plan.release[giver] and plan.release[taker] is None
        both = (TIME >= plan.take[taker] - 0.1) & (TIME <= plan.release[giver])
        assert (
            np.abs(np.diff(place[both], axis=0)).max() < 1e-4 and place[both][:, 2].min() > 0.1
        )  # held still, in the air
        towards = 1.0 if taker == RIGHT else -1.0
        assert (place[-1, 0] - place[both][0, 0]) * towards > 0.03


def test_an_unknown_action_is_an_error():
    with pytest.raises(ValueError, match="juggle"):
        score("juggle", shape_of("box"), [RIGHT], SECONDS, np.random.default_rng(0))


# Shapes on the table


@pytest.mark.parametrize("family", ("mug", "hammer", "jug"))
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
    np.testing.assert_allclose(turned.front, turn.apply(shape.front), atol=1e-6)
    assert shape.vertices is not turned.vertices


# Arms


def wrist(reach, side, place=(0.15, -0.1, 0.0)):
    """A wrist (as batch of one) whose fingers point along `reach`."""
    out = 1.0 if side == RIGHT else -1.0
    x = -np.asarray(reach, float) / np.linalg.norm(reach) * out
    y = np.cross([0, 0, 1.0], x)
    y /= np.linalg.norm(y)
    matrix = np.stack([x, y, np.cross(x, y)], 1)
    return torch.tensor([place], dtype=torch.float32) * torch.tensor([out, 1, 1]), torch.from_numpy(
        matrix[None]
    ).float()


def mirrored(reach):
    return np.array(reach) * [-1, 1, 1]


@pytest.mark.parametrize("reach, expected", [
    ((0, 1, 0), True),  # fingers away from the actor
    ((0, 0.7, -0.7), True),  # and down
    ((-0.7, 0.7, 0), True),  # and inwards
    ((0, -1, 0), False),  # fingers at the actor's own chest: the forearm would come from behind the object
    ((0, 0.1, 1), False),  # fingers straight up beside a low object: the forearm is in the table
    ((1, -0.5, 0), False),
])  # fmt: skip
def test_what_an_arm_can_reach(reach, expected):
    for side, way in ((RIGHT, reach), (LEFT, mirrored(reach))):
        assert reachable(*wrist(way, side), side, table=-0.06).tolist() == [expected], side


def test_left_and_right_arms_are_mirror_images():
    rng = np.random.default_rng(0)
    turns = Rotation.random(200, rng=rng)
    places = rng.uniform([-0.2, -0.3, -0.1], [0.3, 0.1, 0.3], (200, 3))
    flip = np.diag([-1.0, 1, 1])
    # A right hand mirrored at x = 0 is a left hand: R' = M R M, in frames where the left hand's x is mirrored as well.
    right = reachable(torch.from_numpy(places).float(), torch.from_numpy(turns.as_matrix()).float(), RIGHT, -0.2)
    left = reachable(
        torch.from_numpy(places @ flip).float(), torch.from_numpy(flip @ turns.as_matrix() @ flip).float(), LEFT, -0.2
    )
    assert torch.equal(right, left) and 0.1 < right.float().mean() < 0.6


def test_the_forearm_stays_above_the_table():
    where, turn = wrist((0, 1, 0), RIGHT, place=(0.15, -0.1, 0.1))
    assert reachable(where, turn, RIGHT, table=0.0).all() and not reachable(where, turn, RIGHT, table=0.09).any()


@pytest.mark.parametrize("side", (LEFT, RIGHT))
def test_a_resting_hand_lies_palm_down_beside_the_work(side, hands):
    out = 1.0 if side == RIGHT else -1.0
    for seed in range(20):
        place, turn = resting(side, -0.05, np.random.default_rng(seed))
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(turn) == pytest.approx(1)
        assert place[0] * out > 0.1 and place[1] < -0.2 and place[2] > -0.01
        middle = hands[side].rest(torch.zeros(10))[1].numpy()[4] @ turn.T
        assert middle[1] / np.linalg.norm(middle) > 0.4  # the fingers point away from the actor
        assert (turn @ [0, -1.0, 0])[2] < -0.6  # and the palm down
        assert arm_can(place[None], turn[None].astype(np.float32), side)


def test_an_arm_is_no_longer_than_an_arm():
    _, turn = resting(RIGHT, -0.05, np.random.default_rng(0))
    near, far = np.array([[0.2, -0.1, 0.0]]), np.array([[0.2, 0.6, 0.0]])
    assert arm_can(near, turn[None].astype(np.float32), RIGHT) and not arm_can(
        far, turn[None].astype(np.float32), RIGHT
    )


def test_between_goes_the_shortest_way():
    start, end = Rotation.random(2, rng=np.random.default_rng(3)).as_matrix()
    path = between(start, end, np.linspace(0, 1, 11))
    np.testing.assert_allclose(path[0], start, atol=1e-9)
    np.testing.assert_allclose(path[-1], end, atol=1e-9)
    steps = Rotation.from_matrix(path[1:] @ path[:-1].swapaxes(1, 2)).magnitude()
    np.testing.assert_allclose(steps, Rotation.from_matrix(end @ start.T).magnitude() / 10, atol=1e-9)
