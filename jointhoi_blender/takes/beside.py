"""Takes of one object side by side: each moves a copy of the object, all of it carried by an empty that can be
dragged.
"""

import bpy
from mathutils import Matrix, Vector

from . import attach, heatmap
from .attach import MARK

COPY, PLACE = f"{MARK}_copy", f"{MARK}_place"


def make(collection, moved, offset, carrier=None):
    """Shows a take `offset` (3,) away from its object, on a copy of all that it moves. moved: see Take.moved."""
    record = collection[MARK]
    place = bpy.data.objects.new(f"{collection.name} place", None)
    stood = Vector(record.get("middle", (0, 0, 0)))
    place[PLACE] = True
    place["place"] = list(stood)
    place.empty_display_size = 0.1
    place.location = stood + Vector(offset)
    attach.adopt(collection, place)
    copies = {}
    for own, thing in moved:
        copies[thing] = copy = _copied(collection, thing)
        if own.get("heat"):  # on a mesh of its own, each copy carries one take's contact only
            copy.data = thing.data.copy()
        for other in attach.on_object(thing):
            _strip_of(copy, other["name"])
        attach.attach(own, copy, None if len(copies) > 1 else carrier)
    for thing, copy in list(copies.items()):
        if not _follow(collection, copy, copies):
            attach.constrain(copy, PLACE, place)
    for each in collection.objects:
        if each.type == "ARMATURE" and MARK in each:
            each.parent = place
            each.matrix_parent_inverse = Matrix.Translation(-stood)


def clear(collection):
    """Ends it: the copy goes, the hands are back where the object is."""
    place = _find(collection, PLACE)
    for each in collection.objects:
        if place and each.parent == place:
            each.parent = None
            each.matrix_parent_inverse.identity()
    records = {record.get("object"): record for record in attach.of_take(collection[MARK])}
    for copy in copies_of(collection):
        mesh, record = copy.data, records.get(copy[COPY])
        if record:
            attach.release(record, copy)
        bpy.data.objects.remove(copy)
        if mesh and not mesh.users:
            bpy.data.batch_remove([mesh])
    if place:
        bpy.data.objects.remove(place)


def _copied(collection, thing):
    copy = thing.copy()
    copy.name = f"{thing.name} of {collection.name}"
    copy[COPY] = thing
    attach.adopt(collection, copy)
    return copy


def _follow(collection, copy, copies):
    """Hangs a copy on the copy of what its original hangs on, with copies of what is between. False where on none.

    copies: {object: its copy}
    """
    chain, above = [], copy.parent
    while above and above not in copies:
        chain.append(above)
        above = above.parent
    if not above:
        return False
    for each in chain:
        copies[each] = _copied(collection, each)
    for each in [*chain, above]:
        inverse = copy.matrix_parent_inverse.copy()
        copy.parent = copies[each]
        copy.matrix_parent_inverse = inverse
        copy = copies[each]
    return True


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


def copies_of(collection):
    """The copies of all that the take moves."""
    return [each for each in collection.objects if COPY in each and MARK in each]


def offset_of(collection):
    """How far away the take is shown, (3,) or None."""
    place = _find(collection, PLACE)
    return list(place.location - Vector(place["place"])) if place and copy_of(collection) else None


def _find(collection, mark):
    return next((each for each in collection.objects if mark in each and MARK in each), None)
