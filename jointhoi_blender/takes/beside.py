"""Takes of one object side by side: each moves a copy of the object, all of it carried by an empty that can be dragged."""

import bpy
from mathutils import Matrix, Vector

from . import attach, heatmap
from .attach import MARK

COPY, PLACE = f"{MARK}_copy", f"{MARK}_place"


def make(collection, thing, offset, carrier=None):
    """Shows a take `offset` (3,) away from its object `thing`, on a copy."""
    record = collection[MARK]
    place = bpy.data.objects.new(f"{collection.name} place", None)
    stood = Vector(record.get("middle", (0, 0, 0)))
    place[PLACE] = True
    place["place"] = list(stood)
    place.empty_display_size = 0.1
    place.location = stood + Vector(offset)
    attach.adopt(collection, place)
    copy = thing.copy()
    copy.name = f"{thing.name} of {collection.name}"
    copy[COPY] = True
    if record.get("heat"):  # on a mesh of its own, each copy carries one take's contact only
        copy.data = thing.data.copy()
    attach.adopt(collection, copy)
    for other in attach.on_object(thing):
        _strip_of(copy, other["name"])
    attach.attach(record, copy, carrier)
    attach.constrain(copy, PLACE, place)
    for each in collection.objects:
        if each.type == "ARMATURE" and MARK in each:
            each.parent = place
            each.matrix_parent_inverse = Matrix.Translation(-stood)


def clear(collection):
    """Ends it: the copy goes, the hands are back where the object is."""
    copy, place = copy_of(collection), _find(collection, PLACE)
    for each in collection.objects:
        if place and each.parent == place:
            each.parent = None
            each.matrix_parent_inverse.identity()
    if copy:
        mesh = copy.data
        attach.release(collection[MARK], copy)
        bpy.data.objects.remove(copy)
        if mesh and not mesh.users:
            bpy.data.batch_remove([mesh])
    if place:
        bpy.data.objects.remove(place)


def _strip_of(copy, name):
    """Takes off a copy what another take put on its original."""
    if copy.type == "MESH":
        heatmap.remove_modifier(copy, name)
        if copy.data.users == 1:
            heatmap.drop(copy.data, name)
    if name in copy.constraints:
        copy.constraints.remove(copy.constraints[name])


def copy_of(collection):
    """The copy of the object that the take moves, or None."""
    return _find(collection, COPY)


def offset_of(collection):
    """How far away the take is shown, (3,) or None."""
    place = _find(collection, PLACE)
    return list(place.location - Vector(place["place"])) if place and copy_of(collection) else None


def _find(collection, mark):
    return next((each for each in collection.objects if mark in each and MARK in each), None)
