"""Which hands a sentence names: phrases that people write, with direction words and places as traps."""

import numpy as np
import pytest

from model_runtime.condition.hands import hands_named
from model_runtime.data import captions
from model_runtime.data.families import ACTIONS

PHRASES = {
    "right": (
        "Drink from the mug with the right hand.", "Place the scissor with right hand.", "LIFT IT WITH THE RIGHT HAND",
        "hold the phone in the right hand", "Right hand: drink", "lift the mug, right hand",
        "Right-handed, pour the tea",
        "Move the cup to the left with the right hand", "Lift the left mug with the right hand",
        "pass the mug to someone on the left with the right hand", "with the right hand, not the left",
        "not with the left hand but with the right hand", "without the left hand, lift it",
        "don't use your left hand", "Use your right to stir, slowly", "use your right hand to hand the book to someone",
        "The right hand gives the knob a turn to the left", "Press the button with the right index finger",
        "push the door with your right open palm to the left",
        "The right hand pushes the box to the left twice", "with the right hand, pass the mug to someone on the left",
        "The right hand turns the mug around", "shake it with the right fist",
    ),
    "left": (
        "Pick it up with your left hand", "Left-handed, pour from the bottle", "hold the mug in his left palm",
        "left‑handed", "lift it with your left-hand", "Move the mug with the left hand to the right",
        "grab the right-hand side of the box with the left hand", "Use the left hand and turn right",
        "The hammer is left on the table; lift it with the left hand", "Turn it from left to right with the left hand",
    ),
    "both": (
        "Inspect the cube with both hands.", "using two hands", "2 hands", "two-handed lift of the pot",
        "Bimanual lift",
        "with  both  of  your hands", "using both your hands", "with your two hands", "carry it with your hands",
        "Hold the jar with one hand and open it with the other.",
        "Open the jar with the right hand while the other hand holds it",
        "The left hand holds the jar. The right hand unscrews the lid.", "slowly hand the bottle over to the left hand",
        "Open it with the right hand while the left one keeps it still", "pass the ball to your right hand",
        "unscrew the lid with the right hand, holding the jar with the left",
        "take it with the left hand and hand it over to the right twice",
        "with the left and the right hand", "left- and right-hand lift",
        "Grab it with the left and pour with the right.",
        "Pass the ball from the left hand to the right", "hand it from your right hand into your left hand",
        "from left hand to right hand", "hand the cup over from left to right hand",
        "pass it from one hand to the other",
        "Take the mug with the right hand and pass it to the other hand", "swap hands on the bottle",
        "right then left hand",
        "take the mug with the left hand and hand it over to the right!", "The left hand passes the ball to the right.",
        "Hold the bottle with the left hand and open it with the right one", "turn left, then lift with both hands",
    ),
    "auto": (
        "Lift it with one hand and put it on the other table",
        "put the mug to the right", "press it with the index finger",
        "Drink from the mug.", "Hand over the piggybank!", "Move the mug to the left", "Turn right and pick up the cup",
        "grab the left-hand side of the box", "the handle on the left", "on the other hand, shake it", "with one hand",
        "the right mug", "the right way up", "with the right grip", "use the right amount", "with either hand",
        "Use the left or the right hand", "use a two-handled pot", "hand it to the person on the right", "left", "",
        "from right to left", "mit der linken Hand", "take a right-hand turn", "He left the cup on the table",
        "🥤👉",
    ),
}  # fmt: skip


@pytest.mark.parametrize("hands, phrase", [(hands, phrase) for hands, phrases in PHRASES.items() for phrase in phrases])
def test_phrase(hands, phrase):
    assert hands_named(phrase) == hands


DETAILS = (
    None,
    {"grip": "press", "direction": "left", "times": 2, "manner": "slowly"},
    {"second": "hold", "lead": "left", "direction": "right", "manner": "carefully"},
)


def test_every_training_caption_is_read_as_it_was_meant():
    """Two independent readings agree: the one that wrote the caption, and this one; silence is allowed."""
    rng = np.random.default_rng(0)
    for action in ACTIONS:
        for meant in ("left", "right", "both"):
            for split in captions.SPLITS:
                for details in DETAILS:
                    for _ in range(10):
                        text = captions.caption("mug", action, meant, "handle", rng, split, details)
                        wanted = {"both", "auto"} if action == "hand over" else {meant, "auto"}
                        assert hands_named(text) in wanted, text
