"""The action classifier: what it sees of a motion, and that it learns."""

import os

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch

from runtime.evaluation_cases import LEFT, RIGHT, case_of, holds, lifted, motion_of, one_hand
from model_runtime.data.families import ACTIONS
from model_runtime.evaluation import train_classifier
from model_runtime.evaluation.classifier import (
    CHANNELS,
    FEATURES,
    STEPS,
    WEIGHTS,
    Classifier,
    describe,
    load,
    recognise,
    save,
)

NO_SHAPE = np.zeros((2, 10), np.float32)


def seen(hands, *motions):
    return describe(motions, hands, [NO_SHAPE] * len(motions))


def wave(frames, side=RIGHT, away=0.0):
    """A hand beside an object that rises and turns, the same way at any number of frames."""
    time = np.linspace(0, 1, frames)
    wrist = np.stack([0.1 + 0.05 * time, -0.1 + 0.02 * time**2, 0.1 * time], 1)
    place = np.outer(time, [0.05, 0, 0.1]) + away
    turn = Rotation.from_rotvec(np.outer(time, [0.3, -0.2, 0.5])).as_matrix()
    return motion_of(one_hand(side, wrist), place, turn, angle=time)


def test_any_length_is_seen_alike_but_for_its_length(hands):
    short, long = seen(hands, wave(60), wave(119))
    assert short.shape == (CHANNELS, STEPS)
    np.testing.assert_allclose(short[:-1], long[:-1], atol=2e-3)
    assert float(short[-1, 0]) == pytest.approx(59 / 150) and float(long[-1, 0]) == pytest.approx(118 / 150)


def test_places_are_relative_to_the_first_wrist(hands):
    here, there = seen(hands, wave(60), wave(60, away=np.array([0.3, -0.2, 0.1])))
    np.testing.assert_allclose(here, there, atol=1e-5)
    np.testing.assert_allclose(here[48:51, 0], 0, atol=1e-6)  # the right wrist itself
    np.testing.assert_allclose(here[96:99, 0], [-0.1, 0.1, 0], atol=1e-6)  # the object's middle from there
    np.testing.assert_allclose(here[105], np.linspace(0, 1, STEPS), atol=1e-5)  # the hinge


def test_a_hand_that_plays_no_part_is_not_seen(hands):
    (right,) = seen(hands, wave(60))
    assert not right[:48].any() and right[48:96].any()
    assert right[106].tolist() == [0.0] * STEPS and right[107].tolist() == [1.0] * STEPS


def test_the_mirror(hands):
    """What a mirrored motion looks like, mirrored by hand: hands swapped, x and the turns about y and z the other
    way.
    """
    frames = 60
    time = np.linspace(0, 1, frames)
    wrist = np.stack([0.1 + 0.05 * time, -0.1 + 0.02 * time**2, 0.1 * time], 1)
    place, turns = np.outer(time, [0.05, 0, 0.1]), np.outer(time, [0.3, -0.2, 0.5])
    mirror = np.array([-1, 1, 1])
    other = motion_of(one_hand(LEFT, wrist * mirror), place * mirror,
                      Rotation.from_rotvec(turns * [1, -1, -1]).as_matrix(), angle=time)  # fmt: skip
    one, two = seen(hands, wave(frames), other)
    np.testing.assert_allclose(train_classifier.mirrored(one[None])[0], two, atol=1e-4)


def test_it_learns_what_can_be_told_apart(monkeypatch):
    monkeypatch.setattr(train_classifier, "BATCH", 8)
    torch.manual_seed(0)
    count = 60
    clips, actions = 0.1 * torch.randn(count, CHANNELS, STEPS), torch.arange(count) % 2 * 5
    clips[actions == 5, 98] += torch.linspace(0, 1, STEPS)  # it rises
    model, found = train_classifier.train(clips, actions, np.arange(count) * 7 % count, epochs=8)
    assert found["top1"] == 1.0 and found["clips_kept"] == 6
    assert model.features(clips).shape == (count, FEATURES)


def test_weights_are_read_back(tmp_path):
    model = Classifier().eval()
    path = str(tmp_path / "classifier.safetensors")
    save(model, path, {"clips": 3})
    clips = torch.randn(2, CHANNELS, STEPS)
    np.testing.assert_allclose(load(path)(clips).detach(), model(clips).detach(), atol=0.02)  # float16


def test_weights_for_other_actions_are_refused(tmp_path, monkeypatch):
    path = str(tmp_path / "classifier.safetensors")
    save(Classifier(), path, {})
    monkeypatch.setattr("model_runtime.evaluation.classifier.ACTIONS", ("lift",))
    with pytest.raises(ValueError, match="Train it anew"):
        load(path)


def test_the_rank_is_that_of_the_asked_action(hands):
    class Fixed(torch.nn.Module):
        def features(self, clips):
            return torch.zeros(len(clips), FEATURES)

        def last(self, features):
            return torch.arange(len(ACTIONS), 0.0, -1).expand(len(features), -1)  # the first action is the likeliest

    cases = [case_of(wave(20), holds(20), action=ACTIONS[i]) for i in (0, 1, 7)]
    assert recognise(Fixed(), [case["motion"] for case in cases], cases, hands)[1].tolist() == [0, 1, 7]


def test_the_bundled_classifier_is_small_and_ready(hands):
    assert os.path.getsize(WEIGHTS) < 2_000_000
    features, rank = recognise(
        load(), [motion_of(np.full((40, 2, 3), np.nan), lifted())], [case_of(wave(20), holds(20))], hands
    )
    assert features.shape == (1, FEATURES) and np.isfinite(features).all() and 0 <= rank[0] < len(ACTIONS)
