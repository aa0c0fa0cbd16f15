"""Captions of recorded actions, in the four forms of Text2HOI (Cha et al., CVPR 2024)."""

IRREGULAR = {
    "cut": "cut", "drink": "drunk", "eat": "eaten", "fly": "flown", "give": "given", "hold": "held", "put": "put",
    "see": "seen", "set": "set", "shake": "shaken", "take": "taken", "wear": "worn", "write": "written", "hang": "hung",
    "read": "read", "slide": "slid",
    "sweep": "swept", "throw": "thrown", "break": "broken", "build": "built", "draw": "drawn", "tear": "torn",
    "wind": "wound", "shut": "shut", "spread": "spread", "stick": "stuck",
}  # fmt: skip
VOWELS = "aeiou"


def _split(verb):
    first, _, rest = verb.partition(" ")
    return first, f" {rest}" if rest else ""


def _doubles(word):
    """Whether the last letter is doubled: chop, cut, but not open or play; transfer is stressed at its end."""
    if word == "transfer":
        return True
    vowels = sum(letter in VOWELS for letter in word)
    return len(word) > 2 and vowels == 1 and word[-1] not in VOWELS + "wxy" and word[-2] in VOWELS


def present(verb):
    """hand over -> handing over"""
    word, rest = _split(verb)
    if word.endswith("e") and not word.endswith("ee"):
        word = word[:-1]
    elif _doubles(word):
        word += word[-1]
    return f"{word}ing{rest}"


def third(verb):
    """fly -> flies"""
    word, rest = _split(verb)
    if word.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{word}es{rest}"
    if word.endswith("y") and word[-2] not in VOWELS:
        return f"{word[:-1]}ies{rest}"
    return f"{word}s{rest}"


def passive(verb):
    """take picture -> is taken picture; irregular ones from the table above"""
    word, rest = _split(verb)
    if word in IRREGULAR:
        done = IRREGULAR[word]
    elif word.endswith("e"):
        done = f"{word}d"
    elif word.endswith("y") and word[-2] not in VOWELS:
        done = f"{word[:-1]}ied"
    else:
        done = f"{word}{word[-1] if _doubles(word) else ''}ed"
    return f"is {done}{rest}"


def captions(verb, thing, hands):
    """Four sentences for a verb ("hand over"), an object ("mug") and "left", "right" or "both"."""
    which = "both hands" if hands == "both" else f"{hands} hand"
    acts = f"Both hands {verb}" if hands == "both" else f"{hands.capitalize()} hand {third(verb)}"
    return [f"{verb} {thing} with {which}.".capitalize(), f"{present(verb)} {thing} with {which}.".capitalize(),
            f"{acts} {thing}.", f"{thing} {passive(verb)} with {which}.".capitalize()]  # fmt: skip
