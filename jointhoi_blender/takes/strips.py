"""A take as strips of the nonlinear animation editor: one track on its object and one on each hand.

The user's own action, which the take's goes on from, becomes a strip below; so all looks as it did, and the object's
action is free. Strips are found by the action that they play: tracks may be renamed, strips moved.
"""

from . import attach, keys
from .attach import MARK


def push(collection, moved, hands):
    """Moves the actions of a take that is shown into strips. moved: see Take.moved."""
    frames = list(collection[MARK]["frames"])
    for hand in hands:
        animation = hand.animation_data
        if animation and animation.action:
            action, slot = animation.action, keys.slot_of(animation)
            animation.action = None
            keys.new_strip(animation, collection.name, action, slot, frames)
    for record, thing in [each for each in moved if "base" in each[0]]:
        _push(collection.name, record, thing, frames)


def _push(name, record, thing, frames):
    if attach.follows(record):
        record["strip_base"] = record["base"].to_dict()
        del record["base"]
        record["strip"] = "playing"
        return
    base, animation = record["base"].to_dict(), thing.animation_data
    if animation.action == record["action"]:
        animation.action = None
    if base.get("action") and not _tracks(animation, base["action"]):
        keys.new_strip(animation, base["action"].name, base["action"], base["slot"])
        record["below"] = base["action"]
    _, strip = keys.new_strip(animation, name, record["action"], record["slot"], frames)
    strip.extrapolation = "HOLD_FORWARD" if len(animation.nla_tracks) > 1 else "HOLD"
    if base["animated"]:
        animation.action_blend_type, animation.action_influence = base["blend"], base["influence"]
        animation.action_extrapolation = base["extrapolation"]
    del record["base"]
    record["strip"] = "playing"
    record["strip_base"] = base
    if base.get("action"):
        base["action"].use_fake_user = base["fake_user"]


def mute(moved, muted, carrier=None):
    """Hides or shows a take that is kept as strips. carrier: the empty that moves its object where keys can't."""
    for record, thing in moved:
        record["strip"] = "muted" if muted else "playing"
        for track in () if attach.follows(record) else _tracks(thing.animation_data, record["action"]):
            track.mute = muted
        attach.release(record, thing)
        if muted and not attach.follows(record):
            attach.stand(thing, record["strip_base"])
        elif not muted:
            attach.equip(record, thing, carrier)
        carrier = None  # only the first is the object


def pull(collection, moved, hands):
    """The way back: removes the strips. The hands have their actions again, the object what it had before the take."""
    for hand in hands:
        animation = hand.animation_data
        for track in list(animation.nla_tracks) if animation else ():
            if track.name == collection.name or len(track.strips) == 1:
                action, slot = track.strips[0].action, getattr(track.strips[0], "action_slot", None)
                animation.nla_tracks.remove(track)
                keys.assign(animation, action, slot.identifier if slot else "")
    present = dict((record["object"], thing) for record, thing in moved)
    for record in attach.of_take(collection[MARK]):
        _pull(record, present.get(record.get("object")))


def _pull(record, thing):
    if "strip" not in record:
        return
    base = record["strip_base"].to_dict()
    del record["strip"], record["strip_base"]
    animation = thing.animation_data if thing else None
    if not animation:
        return
    attach.release(record, thing)
    if attach.follows(record):
        attach.clear_animation(thing, base)
        return
    for track in _tracks(animation, record["action"]):
        animation.nla_tracks.remove(track)
    below = record.pop("below", None)
    heirs = [each for each in attach.records() if each.get("object") == thing and "strip" in each]
    if below and heirs:
        heirs[0]["below"] = below
    elif below:
        for track in _tracks(animation, below):
            animation.nla_tracks.remove(track)
    if animation.action is None and not heirs:
        attach.give_back(thing, base)
        attach.clear_animation(thing, base)


def _tracks(animation, action):
    """The tracks that play an action."""
    return [track for track in animation.nla_tracks if any(strip.action == action for strip in track.strips)]
