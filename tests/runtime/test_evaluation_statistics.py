"""Measures of many clips together, against closed forms."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from model_runtime.evaluation.statistics import MEANS, by_chance, diversity, frechet, mean, multimodality, summary


def gaussian(mean, covariance, count=200, seed=0):
    """Samples (N, D) whose mean and covariance are exactly these."""
    rng = np.random.default_rng(seed)
    white = rng.normal(size=(count, len(mean)))
    white -= white.mean(0)
    white = white @ np.linalg.inv(np.linalg.cholesky(np.cov(white, rowvar=False))).T
    return white @ np.linalg.cholesky(covariance).T + mean


def test_frechet_of_two_gaussians_whose_axes_agree():
    """|m1 - m2|^2 + sum (s1 - s2)^2."""
    one = gaussian(np.array([1.0, -2, 0]), np.diag([4.0, 1, 9]))
    two = gaussian(np.array([0.0, 0, 2]), np.diag([1.0, 1, 0.25]), seed=1)
    assert frechet(one, two) == pytest.approx(1 + 4 + 4 + 1 + 0 + 2.5**2, rel=1e-6)
    assert frechet(one, one) == pytest.approx(0, abs=1e-6)


def test_frechet_of_two_gaussians_by_scipy_s_square_root():
    rng = np.random.default_rng(3)
    first, second = (rng.normal(size=(5, 5)) for _ in range(2))
    first, second = first @ first.T + np.eye(5), second @ second.T + np.eye(5)
    expected = np.trace(first + second - 2 * sqrtm(first @ second).real)
    assert frechet(gaussian(np.zeros(5), first), gaussian(np.zeros(5), second, seed=2)) == pytest.approx(
        expected, rel=1e-6
    )


def test_frechet_of_fewer_clips_than_features():
    rng = np.random.default_rng(0)
    assert np.isfinite(frechet(rng.normal(size=(6, 64)), rng.normal(size=(6, 64))))


def test_chance_alone_leaves_little_of_many():
    features = np.random.default_rng(0).normal(size=(2000, 8))
    assert 0 < by_chance(features) < 0.1 < frechet(features, features + 0.5)


def test_diversity_never_pairs_a_clip_with_itself():
    assert diversity(np.array([[0.0, 0.0], [3.0, 4.0]])) == pytest.approx(5.0)
    assert diversity(np.zeros((1, 4))) == 0.0


def test_diversity_of_a_gaussian():
    """The distance of two points of N(0, 1) in D dimensions is sqrt(2) times a chi of D degrees: about sqrt(2 D -
    1).
    """
    assert diversity(np.random.default_rng(0).normal(size=(5000, 64))) == pytest.approx(np.sqrt(127), rel=0.02)


def test_multimodality_by_hand():
    """Distances 1, 1, 2 of the first prompt's three answers, and none of the second's."""
    groups = np.array([[[0.0], [1.0], [2.0]], [[5.0], [5.0], [5.0]]])
    assert multimodality(groups) == pytest.approx((4 / 3 + 0) / 2)


def test_a_mean_is_of_the_clips_that_have_a_measure():
    rows = [{"slip_mm": 1.0, "hold_success": True}, {"slip_mm": None, "hold_success": False}, {"slip_mm": 3.0}]
    assert mean(rows, "slip_mm") == 2.0 and mean(rows, "hold_success") == 0.5 and mean(rows, "jerk") is None


def test_a_summary_counts_ranks_and_tells_truth_from_answers():
    rng = np.random.default_rng(0)
    truth, others = rng.normal(size=(40, 6)), rng.normal(size=(40, 6)) + 1
    rows = [{"rank": rank, "jerk": 2.0} for rank in [0, 0, 1, 2] * 10]
    found = summary(rows, others, truth, rng.normal(size=(3, 4, 6)))
    assert found["top1"] == 0.5 and found["top3"] == 1.0 and found["jerk"] == 2.0
    assert found["fid"] == pytest.approx(frechet(others, truth)) and found["multimodality"] > 0
    assert set(MEANS) < set(found)
    own = summary(rows, truth, truth)
    assert own["fid"] == pytest.approx(by_chance(truth)) and own["multimodality"] is None
