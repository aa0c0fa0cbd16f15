"""Captions for generated clips: what a user might type for an action, an object, the part held and the hands.

A caption is a clause ("pick up {obj}") in a frame ("Use your right hand to pick up the mug."). Some clauses and frames
are reserved: a caption of split "test" has at least one of them, a caption of split "train" has none, so wordings of
the two splits never coincide. How, which way and how often is said only where the clip's details say so. Everything is
drawn from the generator that is passed in: the same state, the same text.
"""

import re

from ..importing import wording
from .words.clauses import CLAUSES, GIVING, LIDS, PART_CLAUSES, SWAPPING, UNNAMED
from .words.details import (
    AMOUNTS,
    BOTH_HANDS,
    BY_GRIP,
    BY_PART,
    COLOURS,
    COUNTS,
    DIRECTED,
    HANDLED,
    LIFTING,
    MANNERS,
    MISSPELT,
    ONE_HAND,
    OWNERS,
    PLURAL,
    SAID,
    SECOND,
    SILENT,
    STAYS,
    STROKED,
    STROKES,
    SUBJECTS,
    TOUCHED,
    TOUCHING,
    UNCOUNTED,
    WAYS,
)
from .words.frames import BOTH_HANDS_FRAMES, FRAMES, ONE_HAND_FRAMES, ROLE_FRAMES, SEQUENCES, SILENT_FRAMES, TOUCHES
from .words.things import AFTER, REPLACING, SAME, SPECIFIC

SPLITS = ("train", "test")


def _pick(rng, options):
    return options[int(rng.integers(len(options)))]


def _bare(clause):
    return clause.replace("*", "")


def _bare(clause):
    return clause.replace("*", "")


def _third_person(clause):
    clause = clause.replace("*have", "has")
    return re.sub(r"\*(\w+)", lambda verb: wording.third(verb[1]), clause)


def _gerund(clause):
    return re.sub(r"\*(\w+)", lambda verb: wording.present(verb[1]), clause)


def _keys(name):
    """What a family or a noun may be called in SPECIFIC, the most exact first: alarm_clock -> alarm clock, clock."""
    last = name.split()[-1]
    return [key for key in (name, SAME.get(name), last, SAME.get(last)) if key]


def _lookup(table, keys, action):
    return next((table[key, action] for key in keys if (key, action) in table), None)


def _thing(nouns, rng):
    """(how the object is named, the pronoun for it, its bare noun)"""
    noun = (nouns[0] if rng.random() < 0.6 else _pick(rng, nouns)).removeprefix("pair of ")
    plural = bool(PLURAL.search(noun))
    bare = noun
    if rng.random() < 0.08 and not noun.startswith(COLOURS):
        noun = f"{_pick(rng, COLOURS)} {noun}"
    if bare in MISSPELT and rng.random() < 0.08:
        return *MISSPELT[bare], bare
    article = _pick(rng, 10 * ("the",) + 2 * ("a",) + 2 * ("this",) + ("",))
    if article == "a":
        if plural:
            article = "a pair of"
        elif bare in UNCOUNTED:
            article = "the"
        elif re.match("[aeiou](?!se|ni|sb)|hour", noun):
            article = "an"
    if article == "this" and plural:
        article = "these"
    return f"{article} {noun}".strip(), "them" if plural else "it", bare


def _table(keys, action, hands, part, stays, details, rng):
    """The group of clauses to draw from."""
    if action == "hand over":
        return GIVING if hands != "both" and rng.random() < 0.85 else SWAPPING
    if details.get("direction") == "back" and (action == "push" or (action == "slide" and rng.random() < 0.5)):
        return CLAUSES["pull"]
    acted = part and part not in UNNAMED and (action not in ("open", "close") or part in LIDS)
    if acted and action in PART_CLAUSES and (action == "turn" or rng.random() < 0.35):  # the part turns, not the whole
        return PART_CLAUSES[action]
    special = _lookup(SPECIFIC, (*keys, part), action)
    only = any((key, action) in REPLACING for key in keys)
    group = special if special and (only or rng.random() < 0.55) else CLAUSES[action]
    return {split: tuple(c for c in group[split] if not (stays and LIFTING.match(c))) for split in SPLITS}


def _then(clauses):
    """Those clauses that can be said of a thing already named and taken, saying "it"."""
    taking = r"\*(?:pick|grab|get \{obj\}$|get hold|get a grip|grasp|reach|take \{obj|touch)|.* and \*"
    particle = r".*\b(?:up|down|out|over|off|away) \{obj|\*(?:turn|switch|power|put|try|slip|screw) (?:on|in) \{obj"
    return [c.replace("{obj}", "{it}") for c in clauses if not re.match(taking, c) and not re.match(particle, c)]


def _held(part, kind, rng):
    """Where or how the object is held: "by the handle", "between the thumb and the fingers", or nothing."""
    if part and BY_PART.get(part) != () and rng.random() < 0.5:
        return _pick(rng, BY_PART.get(part, ("by the {part}", "by the {part}", "by {its} {part}")))
    if kind in BY_GRIP and rng.random() < 0.25:
        return _pick(rng, BY_GRIP[kind])
    return ""


def _add_held(clause, held, part, action):
    """The clause with `held` where it belongs: after what is taken, or as "holding it by the handle" at the end."""
    purpose = r" to (?!the |someone |somebody |another |a |say )\w+"  # "raise it to pour"
    if not held or re.search(rf"\b{part}\b|{purpose}", clause):
        return clause
    first, joint, then = clause.partition(" and *")
    if joint and not first.startswith(("*reach", "*bring")):
        return f"{first} {held}{joint}{then}"
    return f"{clause} {held}" if action in HANDLED or joint else f"{clause} holding {{it}} {held}"


def _add_details(clause, action, details, rng):
    """The clause with some of what the details say: how far, which way, how often, in what manner."""
    added = []
    direction, amount, manner = details.get("direction"), details.get("amount"), details.get("manner")
    if amount and action in ("open", "close") and not (action == "close" and amount == "wide") and rng.random() < SAID:
        added.append(_pick(rng, AMOUNTS.get(amount, (amount,))))
    upright = direction in ("up", "down")
    said_already = re.search(r"\b(?:up|down|along|in|place)\b", clause) and direction not in ("left", "right")
    if direction and not said_already and rng.random() < SAID:
        if action in DIRECTED and not (upright and action in ("lift", "place", "pour")):
            added.append(_pick(rng, WAYS.get(direction, (direction,))))
        elif action in STROKED and direction in STROKES:
            added.append(_pick(rng, STROKES[direction]))
    if details.get("times") and rng.random() < SAID:
        times = int(details["times"])
        if action in ("open", "close"):  # a cap that is turned and taken again
            added.append(f"in {times} turns" if times > 1 else "in one turn")
        else:
            added.append(_pick(rng, COUNTS.get(times, (f"{times} times",))))
    clause = " ".join([clause, *added])
    if manner and rng.random() < SAID:
        manner = _pick(rng, MANNERS.get(manner, (manner,)))
        early = manner.endswith("ly") and rng.random() < 0.5
        clause = re.sub(r"^\*", f"{manner} *", clause) if early else f"{clause} {manner}"
    return clause


def _again(who, second):
    """The second sentence about `who`, in the third person."""
    pronoun = {"she": "she", "a woman": "she", "he": "he", "a man": "he"}.get(who, "they")
    opening = "then " if second.startswith("then ") else ""
    rest = second.removeprefix("then ")
    return f"{opening}{pronoun} {_bare(rest) if pronoun == 'they' else _third_person(rest)}"


def _long(then, held, phrase, touched, split, who, rng):
    """A frame and its words: reaching, taking and acting told one after the other."""
    sequence = _pick(rng, (TOUCHES if touched else SEQUENCES)[split])
    told = sequence.replace("{by}", held).replace("{with}", phrase).replace("{then}", then)
    told = re.sub(r" +(?=[ ,;.]|$)", "", told)
    first, stop, second = told.partition(". ")
    again = stop and f". {_again(who, second)}"
    return _pick(rng, ("{do}", "{who} {does}")), {"do": _bare(told), "does": _third_person(first) + again}


def _roles(clause, then, bare, details, stays, split, rng):
    """A frame and its words: one hand acts while the other does something else. `bare` may be empty."""
    held = _pick(rng, SECOND[details["second"]])
    held, held_it = held.replace("{thing}", "{obj}"), held.replace("{thing}", "{it}")
    in_hand = details["second"] == "hold" and not stays
    there = {"{lead}": "lead" in details, "{bare}": bare, "{hold} in": in_hand}
    frames = [f for f in ROLE_FRAMES[split] if all(has or key not in f for key, has in there.items())]
    return _pick(rng, frames), {
        "do": _bare(clause), "does": _third_person(clause),
        "then": _bare(then), "thens": _third_person(then), "bare": _bare(bare),
        "hold": _bare(held), "holds": _third_person(held), "holding": _gerund(held),
        "hold_it": _bare(held_it), "holds_it": _third_person(held_it), "holding_it": _gerund(held_it),
    }  # fmt: skip


def _plain(clause, held, hands, silent, split, rng):
    """A frame and its words: one clause, in which the hands are named unless `silent`."""
    if silent or rng.random() < SILENT[hands]:
        frames = SILENT_FRAMES
    elif rng.random() < 0.35:
        frames = BOTH_HANDS_FRAMES if hands == "both" else ONE_HAND_FRAMES
    else:
        frames = FRAMES
    return _pick(rng, frames[split]), {"do": _bare(clause), "does": _third_person(clause), "doing": _gerund(clause)}


def caption(shape_or_noun, action, hands, part, rng, split="train", details=None):
    """A sentence for a clip.

    shape_or_noun  a Shape, whose `nouns` are used, or a noun such as "piggybank"
    action         one of families.ACTIONS; "hand over" goes from hand to hand, "pass" to another person
    hands          "left", "right" or "both"; for "hand over" the giving hand, or "both" to leave it open
    part           name of the part that the acting hand holds or touches, or None; said in about half of the captions
    rng            numpy Generator          split  "train" or "test"
    details        what the motion did, each key optional; about half of them are said, and nothing of the kind is said
                   that is not there:
                     direction  "left", "right", "forward", "back", "up", "down"; of strokes: along which line
                     manner     "slowly", "quickly", "carefully", ...          times   how often, int
                     amount     how far it opens or closes: "a little", "halfway", "wide", "all the way"
                     grip       a Grip's kind
                     second     what the other hand does, with hands="both": "hold", "support", "press"; else the same
                     lead       "left" or "right": the hand that acts then, or that gives
                     lifted     False where it is never lifted
    """
    if hands not in ("left", "right", "both") or split not in SPLITS:
        raise ValueError(f"hands must be left, right or both and split train or test, not {hands!r} and {split!r}")
    details = {key: value for key, value in (details or {}).items() if value is not None}
    given = isinstance(shape_or_noun, str)
    name = (shape_or_noun if given else shape_or_noun.name).replace("_", " ")
    obj, it, noun = _thing((name,) if given else shape_or_noun.nouns, rng)
    part, kind, over = part and part.replace("_", " "), details.get("grip"), action == "hand over"
    part = None if part in noun.split() else "power button" if part == "power" else part
    if split == "train" and rng.random() < 0.04:
        templates = wording.captions(action, noun, "both" if over else hands)
        return _finished(_pick(rng, templates[:3] if it == "them" or action == "slide" else templates), rng)
    if over and hands == "both":
        hands = details.get("lead", hands)

    other, keys = {"left": "right", "right": "left"}, _keys(name)
    touched = kind in TOUCHING or (kind is None and action in TOUCHED)
    lifted = details.get("lifted", True) and not getattr(shape_or_noun, "fixed", False)
    stays = touched or not lifted or any(key in STAYS for key in keys)
    group = _table(keys, action, hands, part, stays, details, rng)
    reserved = _pick(rng, ("clause", "frame", "both")) if split == "test" else ""
    of_clause, of_frame = ("test" if reserved in (piece, "both") else "train" for piece in ("clause", "frame"))
    after = _lookup(AFTER, keys, action) or AFTER.get(action, ()) if of_clause == "train" else ()
    thens = () if over or action == "grab" else (*_then(group[of_clause]), *after)
    held = "" if touched or over or group in PART_CLAUSES.values() else _held(part, kind, rng)
    one_hand = TOUCHING.get(kind, ONE_HAND) if rng.random() < 0.5 else ONE_HAND
    phrase = _pick(rng, BOTH_HANDS if hands == "both" else one_hand)
    if phrase.endswith("side}-handed") and details.get("direction") in other:  # "to the left left-handed"
        phrase = "with the {side} hand"
    who, chance = _pick(rng, SUBJECTS), rng.random()

    clause = _add_details(_add_held(_pick(rng, group[of_clause]), held, part, action), action, details, rng)
    then = _add_details(_pick(rng, thens), action, details, rng) if thens else ""
    if then and hands == "both" and details.get("second") in SECOND and chance < 0.6:
        bare = _add_details(_pick(rng, after), action, details, rng) if after else ""
        frame, spoken = _roles(clause, then, bare, details, stays, of_frame, rng)
    elif then and chance < 0.2:
        phrase = re.sub(".*-handed", "with both hands" if hands == "both" else "with the {side} hand", phrase)
        frame, spoken = _long(then, held, phrase, touched or (stays and not held), of_frame, who, rng)
    else:
        frame, spoken = _plain(clause, held, hands, over, of_frame, rng)

    lead = details.get("lead")
    words = {"obj": obj, "it": it, "its": "their" if it == "them" else "its", "part": part, "who": who,
             "with": phrase, "side": hands, "one": hands, "other": other.get(hands), "lead": lead,
             "second": other.get(lead)}  # fmt: skip
    text = frame
    for _ in range(3):  # clauses in frames, phrases in clauses, words in phrases
        text = text.format(**spoken, **words)
    told_of = who if "{who}" in frame else "they" if re.search("person|character", frame) else "you"
    text = re.sub(r"\byour\b", OWNERS.get("I" if "I want" in frame else told_of, "their"), text)
    return _finished(text, rng)


def _finished(text, rng):
    style = rng.random()
    if style < 0.12:
        return text.rstrip("?.").lower()
    text = re.sub(r"(^|\. )(\w)", lambda start: start[1] + start[2].upper(), text).rstrip(".")
    return text if text.endswith("?") else text + ("!" if style > 0.95 else ".")


def captions(shape_or_noun, action, hands, part, rng, n, split="train", details=None):
    """`n` different captions, in a list; see `caption`."""
    texts = {}
    for _ in range(50 * n):
        texts.setdefault(caption(shape_or_noun, action, hands, part, rng, split, details))
        if len(texts) == n:
            break
    return list(texts)
