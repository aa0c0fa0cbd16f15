"""Captions say the action, the object and the hands and keep test wordings apart."""

import numpy as np
import pytest

from model_runtime.condition.hands import hands_named
from model_runtime.data.captions import SPLITS, caption, captions
from model_runtime.data.families import ACTIONS, RESERVED_SEED, make

MUG = make("mug", RESERVED_SEED)


def draw(action, hands, count=400, split="train", seed=0, part="handle", thing=MUG):
    rng = np.random.default_rng(seed)
    return [caption(thing, action, hands, part, rng, split) for _ in range(count)]


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("hands", ("left", "right", "both"))
@pytest.mark.parametrize("action", ACTIONS)
def test_the_right_hands_and_the_object_are_named(action, hands, split):
    texts = draw(action, hands, split=split)
    named = [hands_named(text) for text in texts]
    wanted = "both" if action == "hand over" else hands
    assert set(named) <= {wanted, "auto"}
    if action != "hand over":
        assert named.count(wanted) >= 0.8 * len(texts)
        if hands != "both":
            other = {"left": "right", "right": "left"}[hands]
            assert not any(other in text.lower() for text in texts)
    assert all(any(noun in text.lower() for noun in MUG.nouns) for text in texts)
    assert not any(sign in text for text in texts for sign in "{}*")
    assert len(set(texts)) > 0.3 * len(texts)


@pytest.mark.parametrize("action", ACTIONS)
def test_test_wordings_never_train(action):
    def wordings(split):
        texts = [
            t for hands in ("left", "right", "both") for t in draw(action, hands, 1500, split, part=None, thing="mug")
        ]
        return {text.lower().rstrip(".!?") for text in texts}

    train, test = wordings("train"), wordings("test")
    assert not train & test
    assert len(test) >= 0.05 * len(train)


def test_hand_over_starts_with_the_giving_hand():
    for hands, other in (("left", "right"), ("right", "left")):
        texts = [text.lower() for text in draw("hand over", hands) if hands in text.lower()]
        directed = [text for text in texts if other in text]
        assert len(directed) > 200
        assert all(text.index(hands) < text.index(other) for text in directed)


def test_parts_are_named_sometimes_and_only_when_given():
    assert 100 < sum("handle" in text for text in draw("lift", "right")) < 300
    assert not any("handle" in text for text in draw("lift", "right", part=None))


def test_known_templates_occur():
    texts = set(draw("drink", "right", 4000, part=None, thing="mug"))
    assert "Drink from the mug with the right hand." in texts
    assert "Drink from the mug with right hand." in texts
    assert "Lift the box with both hands." in draw("lift", "both", 4000, part=None, thing="box")
    assert "Hand over the piggybank!" in draw("hand over", "both", 4000, part=None, thing="piggybank")


def test_same_generator_state_same_text():
    assert draw("pour", "left", 20, seed=3) == draw("pour", "left", 20, seed=3)
    assert draw("pour", "left", 20, seed=3) != draw("pour", "left", 20, seed=4)
    texts = captions(MUG, "pour", "left", "handle", np.random.default_rng(0), 30)
    assert len(texts) == len(set(texts)) == 30


def test_unknown_hands_are_refused():
    with pytest.raises(ValueError, match="hands must be"):
        caption(MUG, "lift", "middle", None, np.random.default_rng(0))
