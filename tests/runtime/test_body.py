"""The actor's body: distances to simple solids against closed forms, a face whose places are on it."""

import numpy as np
import pytest

from model_runtime.hands import body
from model_runtime.hands.body import EAR, EYES, JAW, MOUTH, SKULL, SKULL_HALF, TRUNK, TRUNK_RADIUS, body_distance


@pytest.mark.parametrize("axis, sign", [(0, 1), (0, -1), (1, -1), (2, 1)])
@pytest.mark.parametrize("far", [0.03, 0.004, 0.0, -0.01])
def test_along_its_axes_the_skull_is_as_far_as_its_half_axes_say(axis, sign, far):
    point = SKULL.copy()
    point[axis] += sign * (SKULL_HALF[axis] + far)
    assert body_distance(point) == pytest.approx(far, abs=1e-9)


def test_the_skull_against_the_nearest_of_many_points_of_an_ellipsoid(rng=np.random.default_rng(0)):
    way = rng.normal(size=(200_000, 3))
    surface = SKULL + SKULL_HALF * way / np.linalg.norm(way, axis=1, keepdims=True)
    for direction in ([1, 1, 1], [-1, 0.5, 1], [0.3, -1, 0.4]):
        point = SKULL + SKULL_HALF * np.array(direction) / np.linalg.norm(direction) * 1.1
        true = np.linalg.norm(surface - point, axis=1).min()
        assert body_distance(point) == pytest.approx(true, abs=0.0015)


def test_jaw_and_trunk_are_as_far_as_a_ball_and_a_capsule():
    assert body_distance(JAW + [0, 0.07, 0]) == pytest.approx(0.07 - body.JAW_RADIUS)
    middle = TRUNK.mean(0)
    assert body_distance(middle + [0.2, 0, 0]) == pytest.approx(0.2 - TRUNK_RADIUS)
    assert body_distance(middle) == pytest.approx(-TRUNK_RADIUS)
    low = TRUNK[0] + 0.3 * (TRUNK[0] - TRUNK[1]) / np.linalg.norm(TRUNK[0] - TRUNK[1])
    assert body_distance(low) == pytest.approx(0.3 - TRUNK_RADIUS)  # beyond the end: a ball


def test_a_head_of_human_size_with_a_face_where_it_is_used():
    breadth, length = 2 * SKULL_HALF[:2]
    height = SKULL[2] + SKULL_HALF[2] - (JAW[2] - body.JAW_RADIUS)
    assert 0.125 < breadth < 0.16 and 0.17 < length < 0.21 and 0.2 < height < 0.27
    for place, most in ((MOUTH, 0.02), (EYES, 0.01), (EAR, 0.025), (EAR * [-1, 1, 1], 0.025)):
        assert 0 <= body_distance(place) < most
