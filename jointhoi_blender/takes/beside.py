"""Takes of one object side by side: each moves a copy of the object, all of it carried by an empty that can be dragged."""

import bpy

from . import attach
from .attach import MARK

COPY, PLACE = f"{MARK}_copy", f"{MARK}_place"


def make(collection, thing, offset, carrier=None):
    """Shows a take `offset` (3,) away from its object `thing`, on a copy with the same mesh."""
    record = collection[MARK]
    place = bpy.data.objects.new(f"{collection.name} place", None)
    place[PLACE] = True
    place.empty_display_size = 0.1
    place.location = offset
    attach.adopt(collection, place)
    copy = thing.copy()
    copy.name = f"{thing.name} of {collection.name}"
    copy[COPY] = True
    attach.adopt(collection, copy)
    for other in attach.records():
        attach.release(copy, other["name"])
    attach.attach(record, copy, carrier)
    attach.constrain(copy, PLACE, place)
    for each in collection.objects:
        if each.type == "ARMATURE" and MARK in each:
            each.parent = place


def clear(collection):
    """Ends it: the copy goes, the hands are back where the object is."""
    copy, place = copy_of(collection), _find(collection, PLACE)
    for each in collection.objects:
        if place and each.parent == place:
            each.parent = None
    if copy:
        attach.release(copy, collection[MARK]["name"])
    for each in (copy, place):
        if each:
            bpy.data.objects.remove(each)


def copy_of(collection):
    """The copy of the object that the take moves, or None."""
    return _find(collection, COPY)


def offset_of(collection):
    """How far away the take is shown, (3,) or None."""
    place = _find(collection, PLACE)
    return list(place.location) if place and copy_of(collection) else None


def _find(collection, mark):
    return next((each for each in collection.objects if mark in each and MARK in each), None)
