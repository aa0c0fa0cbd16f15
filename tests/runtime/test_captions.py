"""Captions say the action, the object and the hands, keep test wordings apart, and mirror with their motion."""

import numpy as np
import pytest

from model_runtime.data.captions import SPLITS, caption, captions, mirror_caption, named_hands
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
    named = [named_hands(text) for text in texts]
    wanted = "both" if action == "hand over" else hands
    assert set(named) <= {wanted, None}
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
        assert len(directed) > 250
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


@pytest.mark.parametrize(
    "text, hands, mirrored",
    [
        ("Drink from the mug with the right hand.", "right", "Drink from the mug with the left hand."),
        ("Use your LEFT hand", "left", "Use your RIGHT hand"),
        ("left-handed, lift it", "left", "right-handed, lift it"),
        ("Lift the box with both hands.", "both", "Lift the box with both hands."),
        (
            "Pass the ball from your right hand to your left.",
            "both",
            "Pass the ball from your left hand to your right.",
        ),
        ("Lift it with the left and the right hand", "both", "Lift it with the right and the left hand"),
        ("move it from the left to the right hand", "both", "move it from the right to the left hand"),
        ("Drink what is left in the mug right away.", None, "Drink what is left in the mug right away."),
        (
            "Drink what is left with the right hand, right now",
            "right",
            "Drink what is left with the left hand, right now",
        ),
        ("Move the mug with the right hand to the left.", "right", "Move the mug with the left hand to the left."),
        (
            "take it with the left hand and hand it over to the right slowly",
            "both",
            "take it with the right hand and hand it over to the left slowly",
        ),
        ("Lift the mug on the right-hand side", None, "Lift the mug on the right-hand side"),
        ("Inspect the cube using two hands", "both", "Inspect the cube using two hands"),
        ("a two-handed lift", "both", "a two-handed lift"),
        ("Close the microwave!", None, "Close the microwave!"),
    ],
)
def test_reading_and_mirroring_free_text(text, hands, mirrored):
    assert named_hands(text) == hands
    assert mirror_caption(text) == mirrored


def test_mirroring_twice_is_nothing():
    for action in ACTIONS:
        for hands, other in (("left", "right"), ("right", "left"), ("both", "both")):
            for text in draw(action, hands, 100):
                assert mirror_caption(mirror_caption(text)) == text
                if action != "hand over" and named_hands(text):
                    assert named_hands(mirror_caption(text)) == other


def test_unknown_hands_are_refused():
    with pytest.raises(ValueError, match="hands must be"):
        caption(MUG, "lift", "middle", None, np.random.default_rng(0))
