"""What a take does to an object of the user's, and back: its action, its heatmap's modifier, its constraint.

Before a take's action replaces the object's own, how the object was is written to the take's record, as its `base`; so
a record has a base exactly while its take is shown on the object, and `detach` needs nothing else. Two takes that
contradict each other are never on one object at once; of takes that follow one another the latest one's action plays,
which goes on from those before.

A part that turns on the object's hinge has a record of its own in the take's, under `part`: the same names, for the
same functions.
"""

import json

import bpy
import numpy as np

from ..scene.request import TRANSFORMS
from . import heatmap, keys

MARK = "jointhoi"  # the custom property that makes a collection a take's, and an object a part of one


def records():
    """The records of all takes of the file, whatever scene they are in, and of their parts that turn."""
    found = [each[MARK] for each in bpy.data.collections if MARK in each and not each.library]
    return [each for record in found for each in of_take(record)]


def of_take(record):
    """The record of a take, and that of its part that turns where it has one."""
    return [record, record["part"]] if "part" in record else [record]


def on_object(thing):
    """The records of the takes that are shown on an object, in the order in which they start."""
    shown = [each for each in records() if each.get("object") == thing and is_on(each)]
    return sorted(shown, key=lambda each: (each["frames"][0], each["number"]))


def is_on(record):
    """Whether a take is shown on its object itself, by its action or by strips."""
    return "base" in record or record.get("strip") == "playing"


def follows(record):
    """Whether a take's hands follow what its object does anyway: then the take has no action for it."""
    return bool(json.loads(record.get("recipe", "{}")).get("follow"))


def rivals(thing, frames, number=None):
    """The records of the takes on `thing` that contradict one over `frames` (first, last): they begin during it.

    A take may begin where another ends, or cut another short. number: of the take that asks, no rival of its own.
    """
    first, last = frames
    return [each for each in on_object(thing) if each["number"] != number and first <= each["frames"][0] < last]


def adopt(collection, thing):
    """Links a new object to a take's collection, as a part of the take."""
    collection.objects.link(thing)
    thing[MARK] = collection[MARK]["name"]


def snapshot(thing):
    """How an object is animated and stands: a dict for a record's `base`. On top of takes, what was before them."""
    shown = on_object(thing)
    animation = thing.animation_data
    action = animation.action if animation else None
    for each in shown:
        if "base" in each and action and each.get("action") == action:
            return each["base"].to_dict()
    base = {
        "animated": animation is not None,
        "transform": json.dumps({path: np.array(getattr(thing, path)).tolist() for path in TRANSFORMS}),
    }
    if animation:
        base |= {
            "slot": keys.slot_of(animation),
            "blend": animation.action_blend_type,
            "influence": animation.action_influence,
            "extrapolation": animation.action_extrapolation,
        }
    if action:
        base |= {"action": action, "fake_user": action.use_fake_user}
    return base


def untouched(thing):
    """The base of a take that leaves its object's motion alone."""
    return {"animated": thing.animation_data is not None}


def keep_action(base):
    """The user's action must outlive a file that is saved while a take plays in its place."""
    if base.get("action") and not base["action"].library:
        base["action"].use_fake_user = True


def assign(thing, action, slot):
    """Makes a take's action the object's, above whatever strips there are."""
    animation = thing.animation_data_create()
    keys.assign(animation, action, slot)
    animation.action_blend_type, animation.action_influence = "REPLACE", 1.0
    animation.action_extrapolation = "HOLD_FORWARD" if len(animation.nla_tracks) else "HOLD"


def attach(record, thing, empty=None):
    """Shows a take on an object: its action, its heatmap, and, where an empty moves the object, its constraint."""
    if not follows(record):
        assign(thing, record["action"], record.get("slot", ""))
    equip(record, thing, empty)


def equip(record, thing, empty=None):
    """The heatmap and the constraint alone."""
    if thing.type == "MESH" and not thing.data.library and record.get("heat"):
        heatmap.take_out(record.pop("heat"), thing.data, record["name"])
        modifier = heatmap.add_modifier(thing, record["name"])
        if "drive" in record:
            heatmap.drive(thing, modifier, record["drive"])
        heatmap.look(thing, record["name"], *record.get("look", heatmap.LOOK))
    if empty:
        constrain(thing, record["name"], empty)


def constrain(thing, name, empty):
    """The Child Of constraint, called `name`, by which an empty carries an object from where both stood at first."""
    constraint = thing.constraints.new("CHILD_OF")
    constraint.name = name
    constraint.target = empty
    constraint.inverse_matrix.identity()
    if "place" in empty:
        constraint.inverse_matrix.translation = [-each for each in empty["place"]]
    return constraint


def release(record, thing):
    """Takes a take's heatmap and constraint off an object."""
    name = record["name"]
    if thing.type == "MESH":
        heatmap.remove_modifier(thing, name)
        if heatmap.stored(thing.data, name):
            record["heat"] = heatmap.put_away(thing.data, name)
    constraint = thing.constraints.get(name)
    if constraint:
        thing.constraints.remove(constraint)


def detach(record, thing):
    """Takes a shown take off its object, which then does what the other takes on it say, or what it did before."""
    release(record, thing)
    base = record["base"].to_dict()
    del record["base"]
    action, animation = record.get("action"), thing.animation_data
    others = [each for each in on_object(thing) if "base" in each]
    if animation and action and animation.action == action:
        if others:
            assign(thing, others[-1]["action"], others[-1].get("slot", ""))
        else:
            give_back(thing, base)
    clear_animation(thing, base)
    drop_base(base)


def give_back(thing, base):
    """Makes an object as `snapshot` found it."""
    animation = thing.animation_data
    keys.assign(animation, base.get("action"), base.get("slot", ""))
    if base["animated"]:
        animation.action_blend_type = base["blend"]
        animation.action_influence = base["influence"]
        animation.action_extrapolation = base["extrapolation"]
    stand(thing, base)


def stand(thing, base):
    """Puts an object where `snapshot` found it; what is animated goes its way from there."""
    for path, value in json.loads(base["transform"]).items():
        setattr(thing, path, value)


def clear_animation(thing, base):
    """An object without animation before has none after, unless the user gave it some meanwhile."""
    animation = thing.animation_data
    if animation and not base["animated"] and not (animation.action or animation.nla_tracks or animation.drivers):
        thing.animation_data_clear()


def drop_base(base):
    """A base that no take needs any more: the user's action is as fake or real as it was."""
    action = base.get("action")
    if action and not action.library and not any(each.get("base", {}).get("action") == action for each in records()):
        action.use_fake_user = base["fake_user"]
