"""Which hands an English sentence names."""

import re

_OWNER = r"(?:(?:the|your|my|his|her|their|its|a|only|just)\s+)*"
_WHICH = r"(?:(?:index|middle|ring|little|flat|open)[\s-]+)?"
_PART = rf"{_WHICH}(?:hands?|handed(?:ly)?|handers?|palms?|fists?|(?:fore)?fingers?|fingertips?|thumbs?)"
_SIDED = rf"(left|right)[\s-]+{_PART}\b"
_OTHER_END = (
    r"(?=\s*(?:$|[.,;:!?)]|\b(?:and|then|while|to|for|so|or|as|before|after|at|with|without|a|once|twice|one|in|"
    r"\w+\s+times|\w+ly)\b))"
)
_OTHER = rf"{_OWNER}(?!\1)(?:left|right){_OTHER_END}"
_WORDS = r"[^.;]{0,60}?"  # in between; bounded, so that a long prompt takes no long time
_GIVES_A_PUSH = rf"giv\w*\s{_WORDS}\ba\s+(?:\w+\s+)?(?:turn|twist|spin|push|shove|nudge|pull|tug|tap|press|shake)\b"

# "the left-hand side", "on the right-hand shelf": places, not hands
_PLACE = re.compile(
    r"\b(?:left|right)(?:[\s-]+hand(?:ed)?[\s-]+"
    r"(?:side|end|edge|corner|drawer|shelf|door|page|margin|panel|column|wall|pocket|burner)s?|-hand\s+turn)\b"
)
_NEGATED = re.compile(
    rf"\b(?:not|without|never|instead\s+of|rather\s+than|avoid(?:ing)?|don'?t)\s+(?:(?:use|using|with|in)\s+)*{_OWNER}"
    rf"(left|right)(?:[\s-]+{_PART}\b|{_OTHER_END})"
)
_EITHER = re.compile(rf"\b(?:left|right)(?:[\s-]+hand)?\s+or\s+{_OWNER}(?:left|right)[\s-]+{_PART}\b|\beither\s+hand\b")
_BOTH = [
    re.compile(pattern)
    for pattern in (
        rf"\b(?:both|two|2)\s+(?:of\s+)?{_OWNER}(?:\w+\s+)?(?:hands|palms|fists)\b",
        r"\b(?:both|two|2)[\s-]+hand(?:ed(?:ly)?|er)\b",
        r"\bbimanual(?:ly)?\b",
        r"\b(?:each|other)\s+hand\b",
        r"\bboth\s+(?:the\s+)?left\s+and\b",
        rf"\b(?:with|using|in|between|use)\s+{_OWNER}hands\b",
        r"\b(?:switch|swap|change|exchang)(?:e?s|ing|ping|e)?\s+hands\b",
        r"\b(?:one\s+hand\s+to\s+(?:the\s+other|another)|from\s+hand\s+to\s+hand)\b",
        rf"\bone\s+hand\b{_WORDS}\bwith\s+the\s+other{_OTHER_END}",
        rf"\b(left|right)[\s-]+hand\b{_WORDS}\b(?:and|while|as)\s+{_OWNER}(?!\1)(?:left|right)\s+one\b",
        rf"\b(?:pass|giv|hand|transfer|switch|put)\w*\s{_WORDS}\b(?:in)?to\s+{_OWNER}(?:left|right)[\s-]+hand\b",
        rf"\b(?:left|right)(?:[\s-]+hand)?[\s-]*(?:and|&|\+|plus|then)\s+{_OWNER}(?:left|right)[\s-]+{_PART}\b",
        rf"\bfrom\s+{_OWNER}(left|right)[\s-]+hand\s+(?:in)?to\s+{_OWNER}(?!\1)(?:left|right)\b",
        rf"\bfrom\s+{_OWNER}(left|right)\s+(?:in)?to\s+{_OWNER}(?!\1)(?:left|right)[\s-]+hand\b",
        rf"\b(left|right)[\s-]+hand\s+(?!{_GIVES_A_PUSH})(?:pass|giv|hand|transfer)\w*\s{_WORDS}\bto\s+{_OTHER}",
        rf"\b(left|right)[\s-]+hand\b{_WORDS}\bhand(?:s|ing)?\b{_WORDS}\bover\s+to\s+{_OTHER}",
    )
]
_NAMED = re.compile(rf"\b{_SIDED}")
_MEANT = re.compile(rf"\b(?:with|using|use)\s+{_OWNER}(left|right){_OTHER_END}")


def hands_named(prompt):
    """The hands of an English prompt: "left", "right", "both", or "auto" where none is named.

    Directions ("turn right", "to the left") and places ("the left-hand side") are no hands; a hand that is ruled out
    ("without the left hand") leaves the other; handing over from one hand to the other takes both.
    """
    text = prompt.lower().replace("’", "'").replace("‑", "-").replace("–", "-")
    text = _PLACE.sub(" place ", text).replace("on the other hand", " ")
    text, ruled_out = _NEGATED.sub(" ", text), set(_NEGATED.findall(text))
    if any(pattern.search(text) for pattern in _BOTH):
        return "both"
    text = _EITHER.sub(" ", text)
    named = set(_NAMED.findall(text)) | set(_MEANT.findall(text))
    if not named and len(ruled_out) == 1:
        named = {"left", "right"} - ruled_out
    return "both" if len(named) == 2 else named.pop() if named else "auto"
