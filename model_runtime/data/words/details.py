"""Who, with which hand, held by what, which way, how, how often; and what grammar needs to know of nouns."""

import re

SUBJECTS = ("a person", "a person", "the person", "someone", "somebody", "the character",
            "a man", "a woman", "she", "he")  # fmt: skip
OWNERS = {"you": "your", "I": "my", "she": "her", "a woman": "her", "he": "his", "a man": "his"}

ONE_HAND = ("with the {side} hand", "with your {side} hand", "using the {side} hand", "using your {side} hand",
            "with {side} hand", "with only the {side} hand", "{side}-handed")  # fmt: skip
BOTH_HANDS = ("with both hands", "using both hands", "with two hands", "with both of your hands", "two-handed",
              "using two hands", "with the left and the right hand")  # fmt: skip
TOUCHING = {
    "press": ("with the {side} index finger", "with a finger of the {side} hand", "with one finger of the {side} hand",
              "with the tip of the {side} index finger", "with the index finger of the {side} hand"),
    "palm": ("with the {side} palm", "with the flat {side} hand", "with the palm of the {side} hand",
             "with the open {side} hand"),
}  # fmt: skip
SECOND = {
    "hold": ("*hold {thing}", "*hold {thing}", "*steady {thing}", "*hold {thing} still", "*keep {thing} still",
             "*hold {thing} in place"),
    "support": ("*support {thing}", "*hold {thing}", "*help to support {thing}"),
    "press": ("*press on {thing}", "*hold {thing} down", "*press against {thing}"),
}  # fmt: skip

BY_PART = {
    "rim": ("by the rim", "by its rim", "at the rim", "by the edge"),
    "body": ("around the body", "by the body"),
    "top": ("from above", "by the top", "from the top"),
    "bowl": ("by the bowl", "around the bowl"),
    "barrel": ("by the barrel", "around the barrel"),
    "surface": (),
    "ring": (),
    "dough": (),  # the whole of it
    "bottom": ("by the bottom", "at the bottom"),
}
BY_GRIP = {
    "pinch": ("between the thumb and the fingers", "with the fingertips", "in a pinch grip"),
    "tripod": ("with three fingers", "in a tripod grip", "between the thumb, the index and the middle finger"),
    "lateral": ("in a key grip", "between the thumb and the side of the index finger"),
    "hook": ("with hooked fingers", "in a hook grip"),
    "wrap": ("in a firm grip", "in a power grip"),
    "handle": ("with the fingers through the handle",),
    "loops": ("with the fingers in the rings", "with the thumb and the fingers in the rings"),
    "platform": ("on the open palm", "on the flat hand"),
    "side": ("between the thumb and the fingers",),
    "rim": ("between the thumb and the fingers",),
}
# Done to a thing that is held "by the handle"; other things are done "holding it by the handle"
HANDLED = ("lift", "place", "pass", "inspect", "shake", "grab", "turn", "open", "close", "slide", "push", "fly")
TOUCHED = ("press", "tap", "push", "slide", "switch on", "switch off")  # often not held at all
LIFTING = re.compile(r"\*(?:pick|lift \{obj|raise \{obj|hold \{obj\} up|take \{obj|grab \{obj\} and \*(?:lift|use))")
STAYS = ("mouse", "laptop", "door knob", "door", "microwave", "machine", "waffle iron", "mixer")

SIDEWAYS, TO_FRO, UPRIGHT = ("from side to side",), ("back and forth",), ("up and down",)
STROKES = {"left": SIDEWAYS, "right": SIDEWAYS, "forward": TO_FRO, "back": TO_FRO, "up": UPRIGHT, "down": UPRIGHT}
WAYS = {
    "left": ("to the left", "to the left", "leftwards", "towards the left"),
    "right": ("to the right", "to the right", "rightwards", "towards the right"),
    "forward": ("forward", "forwards", "away from the body", "ahead"),
    "back": ("back", "backwards", "towards the body"),
    "up": ("up", "upwards"),
    "down": ("down", "downwards"),
}
DIRECTED = ("place", "push", "slide", "turn", "fly", "open", "close", "pour", "lift")
STROKED = ("shake", "brush", "clean")
MANNERS = {
    "slowly": ("slowly", "slowly", "at a slow pace", "without haste"),
    "quickly": ("quickly", "quickly", "fast", "swiftly", "rapidly"),
    "carefully": ("carefully", "with care", "cautiously"),
    "gently": ("gently", "softly"),
}
AMOUNTS = {
    "a little": ("a little", "slightly", "a bit"),
    "halfway": ("halfway", "half way"),
    "wide": ("wide",),
    "all the way": ("all the way", "completely", "fully"),
}
COUNTS = {1: ("once", "one time"), 2: ("twice", "two times", "a couple of times"), 3: ("three times", "3 times"),
          4: ("four times", "4 times"), 5: ("five times", "5 times"), 6: ("six times", "6 times")}  # fmt: skip
SAID = 0.5  # the chance that a detail is said

COLOURS = ("red", "blue", "white", "black", "green", "yellow", "old", "new")
PLURAL = re.compile(r"\b(?:scissors|shears|\w*glasses|spectacles|\w+phones|binoculars|tongs|pliers|pincers|tweezers)$")
MISSPELT = {"scissors": ("the scissor", "it"), "eyeglasses": ("an eyeglasses", "them")}  # as in GRAB's prompts
UNCOUNTED = ("toothpaste", "ketchup")
SILENT = {"left": 0.04, "right": 0.10, "both": 0.10}  # share of captions that name no hand; people are right-handed
