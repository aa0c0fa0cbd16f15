"""What people do with things, as scores (see score.py): a function for each action, that plans it for a cast of grips.

A new action has a place in SCORES here and in ACTIONS of families/shape.py.
"""

from ..score import LONGEST, Score
from .carrying import give, grab, hand_over, inspect, lift, place, shake
from .head import brush, call, drink, eat, see, take_picture, wear
from .table import clean, press, push, screw, set_time, swing_open, turn
from .working import (
    browse,
    chop,
    cook,
    cut,
    fly,
    grip_with_jaws,
    peel,
    play,
    point,
    pour,
    squeeze,
    stamp,
    strike,
    toast,
)


def use(s):
    """What a thing is for."""
    if s.cast.lead.turns:
        return turn(s)
    instead = {
        "hammer": strike,
        "knife": cut,
        "scissors": cut,
        "pliers": grip_with_jaws,
        "screwdriver": screw,
        "toothbrush": brush,
        "brush": brush,
        "comb": brush,
        "pan": cook,
        "phone": browse,
        "book": browse,
        "notebook": browse,
        "binoculars": see,
        "camera": take_picture,
        "eyeglasses": wear,
        "headphones": wear,
        "torch": point,
        "spray": point,
        "remote": point,
        "piggy_bank": shake,
        "stamp": stamp,
    }
    return instead.get(s.shape.name, grab)(s)


def acting(s):
    """What a hand does that does not carry the object: it pushes, or acts on what stands there or the other hand
    holds.
    """
    grip = s.cast.lead
    if (
        grip.kind == "palm"
        and s.cast.way != "hold"
        and not s.shape.fixed
        and not grip.turns
        and s.action not in ("press", "tap")
    ):
        return push(s)
    if grip.kind in ("press", "palm") and s.action not in ("open", "close", "clean"):
        return press(s)
    return SCORES[s.action](s)


SCORES = {
    "lift": lift,
    "place": place,
    "pass": give,
    "hand over": hand_over,
    "inspect": inspect,
    "shake": shake,
    "drink": drink,
    "eat": eat,
    "pour": pour,
    "toast": toast,
    "brush": brush,
    "call": call,
    "cut": cut,
    "chop": chop,
    "peel": peel,
    "fly": fly,
    "squeeze": squeeze,
    "stamp": stamp,
    "staple": press,
    "screw": screw,
    "play": play,
    "set": set_time,
    "see": see,
    "take picture": take_picture,
    "wear": wear,
    "browse": browse,
    "cook": cook,
    "clean": clean,
    "use": use,
    "switch on": press,
    "switch off": press,
    "open": swing_open,
    "close": swing_open,
    "turn": turn,
    "grab": grab,
    "press": press,
    "tap": press,
    "push": push,
    "slide": push,
}

# Which ways an action can go besides with one hand. "hold" needs a grip with HOLD, "two" one of kind "two".
WITH_HOLD = (
    "peel",
    "set",
    "browse",
    "clean",
    "use",
    "press",
    "tap",
    "switch on",
    "switch off",
    "open",
    "close",
    "turn",
    "screw",
    "staple",
    "take picture",
    "play",
)
WITH_SUPPORT = ("drink", "pour", "inspect", "browse")


def score(action, shape, cast, rng, tries=4):
    """Composes one action -> Score, or None where it would take longer than LONGEST however it is drawn."""
    for _ in range(tries):
        written = Score(action, shape, cast, rng)
        if written.keeper is cast.lead and cast.lead.kind not in ("press", "palm"):
            SCORES[action](written)
        else:
            acting(written)
        if written.seconds <= LONGEST + 1e-6:
            return written
    return None
