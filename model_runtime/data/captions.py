"""Captions for generated clips: what a user might type for an action, an object, the part held and the hands.

A caption is a clause ("pick up {obj}") in a frame ("Use your right hand to pick up the mug."). Some clauses and frames
are reserved: a caption of split "test" has at least one of them, a caption of split "train" has none, so wordings of
the two splits never coincide. Everything is drawn from the generator that is passed in: the same state, the same text.
"""

import re

SPLITS = ("train", "test")

# Verbs that follow the subject are marked with *, for "The right hand lifts ...". {it} is the object named before.
CLAUSES = {
    "lift": {
        "train": ("*lift {obj}", "*lift up {obj}", "*lift {obj} up", "*pick up {obj}", "*pick {obj} up", "*raise {obj}",
                  "*take {obj}", "*grab {obj}", "*grab {obj} and *lift {it}", "*take {obj} from the table",
                  "*lift {obj} into the air", "*hold {obj} up", "*pick up {obj} from the table"),
        "test": ("*hoist {obj}", "*lift {obj} off the table"),
    },
    "place": {
        "train": ("*place {obj}", "*put {obj} down", "*put down {obj}", "*set {obj} down", "*move {obj}",
                  "*place {obj} on the table", "*pick up {obj} and *put {it} down", "*put {obj} somewhere else",
                  "*move {obj} to another place", "*lift {obj} and *place {it} elsewhere", "*set {obj} aside",
                  "*relocate {obj}"),
        "test": ("*lay {obj} down", "*pick {obj} up and *set {it} back on the table"),
    },
    "drink": {
        "train": ("*drink from {obj}", "*drink out of {obj}", "*sip from {obj}", "*take a sip from {obj}",
                  "*take a drink from {obj}", "*pick up {obj} and *drink", "*pick up {obj} and *drink from {it}",
                  "*lift {obj} and *take a sip", "*raise {obj} to the mouth and *drink", "*bring {obj} to the lips",
                  "*have a drink from {obj}", "*empty {obj} in one go", "*take {obj} and *drink"),
        "test": ("*have a sip out of {obj}", "*grab {obj} and *drink from {it}"),
    },
    "pour": {
        "train": ("*pour from {obj}", "*pour out {obj}", "*pour {obj} out", "*pour with {obj}", "*empty {obj}",
                  "*pick up {obj} and *pour", "*take {obj} and *pour {it} out", "*tilt {obj} to pour",
                  "*tip {obj} over to pour", "*pour something out of {obj}", "*lift {obj} and *pour"),
        "test": ("*tip out {obj}", "*pick {obj} up and *pour from {it}"),
    },
    "shake": {
        "train": ("*shake {obj}", "*shake {obj} up and down", "*give {obj} a shake", "*pick up {obj} and *shake {it}",
                  "*rattle {obj}", "*take {obj} and *shake {it}", "*lift {obj} and *shake {it}", "*shake {obj} well",
                  "*give {obj} a good shake", "*shake up {obj}"),
        "test": ("*jiggle {obj}", "*grab {obj} and *give {it} a shake"),
    },
    "inspect": {
        "train": ("*inspect {obj}", "*look at {obj}", "*examine {obj}", "*look at {obj} from all sides", "*check {obj}",
                  "*pick up {obj} and *look at {it}", "*lift {obj} and *inspect {it}",
                  "*turn {obj} around to look at {it}",
                  "*study {obj}", "*take {obj} and *examine {it}", "*view {obj} closely", "*have a look at {obj}"),
        "test": ("*scrutinise {obj}", "*pick {obj} up and *inspect {it}"),
    },
    "pass": {
        "train": ("*pass {obj}", "*pass {obj} to someone", "*give {obj} to someone", "*offer {obj}",
                  "*hand {obj} to someone",
                  "*pass {obj} to another person", "*offer {obj} to somebody", "*reach {obj} forward",
                  "*pass {obj} forward",
                  "*pick up {obj} and *give {it} away", "*hold {obj} out to someone", "*give away {obj}",
                  "*pick up {obj} and *pass {it}"),
        "test": ("*present {obj} to someone", "*take {obj} and *pass {it} to a friend"),
    },
    "use": {
        "train": ("*use {obj}", "*pick up {obj} and *use {it}", "*work with {obj}", "*take {obj} and *use {it}",
                  "*grab {obj} and *use {it}", "*operate {obj}", "*make use of {obj}"),
        "test": ("*pick {obj} up to use {it}",),
    },
}  # fmt: skip

# What using means, by family; it joins the general clauses above.
USES = {
    "hammer": ("*hammer with {obj}", "*strike with {obj}", "*hit a nail with {obj}", "*swing {obj}"),
    "knife": ("*cut with {obj}", "*slice with {obj}", "*cut something with {obj}"),
    "torch": ("*switch on {obj}", "*shine {obj}", "*point {obj}", "*turn on {obj}", "*light the way with {obj}"),
    "pan": ("*fry with {obj}", "*toss {obj}", "*cook with {obj}", "*flip a pancake in {obj}"),
    "screwdriver": ("*turn a screw with {obj}", "*screw with {obj}", "*drive a screw with {obj}"),
    "spray": ("*spray with {obj}", "*squirt {obj}", "*spray something with {obj}"),
    "phone": ("*call with {obj}", "*make a call with {obj}", "*read from {obj}"),
    "book": ("*read {obj}", "*read from {obj}"),
    "camera": ("*take a picture with {obj}", "*photograph something with {obj}"),
    "brush": ("*brush with {obj}", "*paint with {obj}"),
}

# From hand to hand. {one} and {other} are the giving and the taking side.
GIVING = {
    "train": ("*hand over {obj} from the {one} hand to the {other} hand",
              "*pass {obj} from your {one} hand to your {other}",
              "*hand {obj} over from {one} to {other} hand", "*move {obj} from the {one} to the {other} hand",
              "*pick up {obj} with the {one} hand and *pass {it} to the {other} hand",
              "*take {obj} with the {one} hand and *hand {it} over to the {other}",
              "*give {obj} from your {one} hand to your {other} hand",
              "*switch {obj} from the {one} hand to the {other}",
              "*put {obj} from the {one} hand into the {other} hand"),
    "test": ("*transfer {obj} from the {one} hand to the {other}",),
}  # fmt: skip
SWAPPING = {
    "train": ("*hand over {obj}", "*hand {obj} over", "*hand over {obj} with both hands",
              "*pass {obj} from one hand to the other",
              "*move {obj} from hand to hand", "*swap hands on {obj}", "*pass {obj} between both hands",
              "*pick up {obj} and *change hands"),
    "test": ("*toss {obj} over into the other hand", "*transfer {obj} to the other hand"),
}  # fmt: skip

ONE_HAND = ("with the {side} hand", "with your {side} hand", "using the {side} hand", "using your {side} hand",
            "with {side} hand", "with only the {side} hand", "{side}-handed")  # fmt: skip
BOTH_HANDS = ("with both hands", "using both hands", "with two hands", "with both of your hands", "two-handed",
              "using two hands", "with the left and the right hand")  # fmt: skip

# {do} = clause, part and manner; {does} the same in the third person; {doing} as a gerund; {with} names the hands.
FRAMES = {
    "train": (*["{do} {with}"] * 7, "{with}, {do}", "please {do} {with}",
              "can you {do} {with}?", "I want to {do} {with}", "a person {does} {with}", "someone {does} {with}",
              "a hand animation of {doing} {with}", "{doing} {with}", "let the character {do} {with}"),
    "test": ("could you please {do} {with}?", "show me how to {do} {with}"),
}  # fmt: skip
ONE_HAND_FRAMES = {
    "train": ("use your {side} hand to {do}", "use the {side} hand to {do}", "the {side} hand {does}",
              "{do}, {side} hand",
              "{side} hand: {do}"),
    "test": ("let the {side} hand {do}", "{do}; only the {side} hand is needed"),
}  # fmt: skip
BOTH_HANDS_FRAMES = {
    "train": ("use both hands to {do}", "both hands {do}", "{do}, both hands", "the left and the right hand {do}"),
    "test": ("let both hands {do}",),
}
SILENT_FRAMES = {
    "train": ("{do}", "{do}", "please {do}", "a person {does}", "{doing}", "can you {do}?"),
    "test": ("show me how to {do}", "could you please {do}?"),
}

BY_PART = {
    "handle": ("by the handle", "by its handle", "holding the handle", "gripping the handle"),
    "neck": ("by the neck", "by its neck", "holding the neck"),
    "rim": ("by the rim", "by its rim", "at the rim", "by the edge"),
    "body": ("around the body", "by the body", "holding the body"),
    "top": ("from above", "by the top", "from the top"),
    "lid": ("by the lid", "by its lid"),
    "sides": ("by the sides", "by its sides"),
    "stem": ("by the stem", "by its stem", "holding the stem"),
    "bowl": ("by the bowl", "around the bowl"),
    "barrel": ("by the barrel", "around the barrel"),
    "head": ("by the head", "by its head"),
    "edges": ("by the edges", "by its edges"),
    "spine": ("by the spine", "by its spine"),
}
MANNERS = ("slowly", "quickly", "carefully", "gently", "calmly", "in one smooth motion")
COLOURS = ("red", "blue", "white", "black", "green", "yellow", "old", "new", "heavy", "little")
SILENT = {"left": 0.04, "right": 0.10, "both": 0.10}  # share of captions that name no hand; people are right-handed


def _pick(rng, options):
    return options[int(rng.integers(len(options)))]


def _third_person(clause):
    def inflect(match):
        verb = match[1]
        if verb.endswith(("s", "sh", "ch", "x", "z")):
            return verb + "es"
        return verb[:-1] + "ies" if re.search("[^aeiou]y$", verb) else {"have": "has"}.get(verb, verb + "s")

    return re.sub(r"\*(\w+)", inflect, clause)


def _gerund(clause):
    def inflect(match):
        verb = match[1]
        if verb in ("put", "grab", "set", "swap", "sip", "cut", "tip", "hit", "flip"):
            return verb + verb[-1] + "ing"
        return verb[:-1] + "ing" if verb.endswith("e") else verb + "ing"

    return re.sub(r"\*(\w+)", inflect, clause)


def _object(shape_or_noun, rng):
    nouns = (shape_or_noun.replace("_", " "),) if isinstance(shape_or_noun, str) else shape_or_noun.nouns
    noun = nouns[0] if rng.random() < 0.6 else _pick(rng, nouns)
    if rng.random() < 0.1:
        noun = f"{_pick(rng, COLOURS)} {noun}"
    article = _pick(rng, ("the", "the", "the", "the", "the", "a", "this"))
    return ("an" if article == "a" and noun[0] in "aeiou" else article) + " " + noun


def _clauses(name, action, hands, rng):
    """The clauses for an action by split, and whether they name the hands themselves."""
    if action == "hand over":
        giving = hands != "both" and rng.random() < 0.85
        return (GIVING if giving else SWAPPING), True
    clauses = CLAUSES[action]
    if action == "use" and name in USES:
        clauses = {"train": clauses["train"] + 3 * USES[name], "test": clauses["test"]}
    return clauses, False


def caption(shape_or_noun, action, hands, part, rng, split="train"):
    """A sentence for a clip.

    shape_or_noun  a Shape, whose `nouns` are used, or a noun such as "piggybank"
    action         one of families.ACTIONS; "hand over" goes from hand to hand, "pass" to another person
    hands          "left", "right" or "both"; for "hand over" the giving hand, or "both" to leave it open
    part           name of the part held, or None; it is named in about half of the captions
    rng            numpy Generator          split  "train" or "test"
    """
    if hands not in ("left", "right", "both") or split not in SPLITS:
        raise ValueError(f"hands must be left, right or both and split train or test, not {hands!r} and {split!r}")
    name = shape_or_noun if isinstance(shape_or_noun, str) else shape_or_noun.name
    clauses, names_hands = _clauses(name, action, hands, rng)
    if names_hands or rng.random() < SILENT[hands]:
        frames = SILENT_FRAMES
    elif rng.random() < 0.35:
        frames = BOTH_HANDS_FRAMES if hands == "both" else ONE_HAND_FRAMES
    else:
        frames = FRAMES
    reserved = _pick(rng, ("clause", "frame", "both")) if split == "test" else ""
    clause = _pick(rng, clauses["test" if reserved in ("clause", "both") else "train"])
    frame = _pick(rng, frames["test" if reserved in ("frame", "both") else "train"])

    other = {"left": "right", "right": "left", "both": ""}[hands]
    clause = clause.replace("{one}", hands).replace("{other}", other)
    clause = clause.replace("{obj}", _object(shape_or_noun, rng)).replace("{it}", "it")
    if not names_hands and part in BY_PART and rng.random() < 0.5:
        first, _, then = clause.partition(" and *")
        clause = f"{first} {_pick(rng, BY_PART[part])}" + (f" and *{then}" if then else "")
    if rng.random() < 0.12:
        manner = _pick(rng, MANNERS)
        early = " " not in manner and rng.random() < 0.4
        clause = re.sub(r"^\*", f"{manner} *", clause) if early else f"{clause} {manner}"

    phrase = _pick(rng, BOTH_HANDS if hands == "both" else ONE_HAND).replace("{side}", hands)
    text = (
        frame.replace("{does}", _third_person(clause))
        .replace("{doing}", _gerund(clause))
        .replace("{do}", clause.replace("*", ""))
        .replace("{with}", phrase)
        .replace("{side}", hands)
    )
    return _finished(text, rng)


def _finished(text, rng):
    style = rng.random()
    if style < 0.12:
        return text.rstrip("?").lower()
    text = text[0].upper() + text[1:]
    return text if text.endswith("?") else text + ("!" if style > 0.93 else ".")


def captions(shape_or_noun, action, hands, part, rng, n, split="train"):
    """`n` different captions, in a list; see `caption`."""
    texts = {}
    for _ in range(50 * n):
        texts.setdefault(caption(shape_or_noun, action, hands, part, rng, split))
        if len(texts) == n:
            break
    return list(texts)
