"""Painted contact: vertex groups of the object that say where each hand should touch, made and read."""

import bpy
import numpy as np

from .. import seam

GROUPS = ("JointHOI Left", "JointHOI Right")  # in seam.SIDES' order


def is_painted(object):
    """Whether an object has a group for a hand with something painted in it."""
    return any(painted_sides(object))


def painted_sides(object):
    """[bool, bool]: for which hand something is painted on an object."""
    if object is None or object.type != "MESH":
        return [False, False]
    numbers = [object.vertex_groups[name].index if name in object.vertex_groups else -1 for name in GROUPS]
    found = [False, False]
    if max(numbers) < 0:
        return found
    for vertex in object.data.vertices:
        for element in vertex.groups:
            if element.group in numbers and element.weight > 0:
                found[numbers.index(element.group)] = True
        if all(found[side] or number < 0 for side, number in enumerate(numbers)):
            break
    return found


def weights(object, mesh):
    """What is painted on the vertices of `mesh`, the evaluated one of `object`: (2, V) float32, 0..1."""
    numbers = {
        object.vertex_groups[name].index: side for side, name in enumerate(GROUPS) if name in object.vertex_groups
    }
    touch = np.zeros((2, len(mesh.vertices)), np.float32)
    for vertex in mesh.vertices:
        for element in vertex.groups:
            if element.group in numbers:
                touch[numbers[element.group], vertex.index] = element.weight
    return touch


def begin(context, object, side):
    """Makes the group of a hand where there is none, and lets the user paint it. side: 0 = left, 1 = right."""
    check(object)
    group = object.vertex_groups.get(GROUPS[side]) or object.vertex_groups.new(name=GROUPS[side])
    if context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    for each in context.selected_objects:
        each.select_set(False)
    object.select_set(True)
    context.view_layer.objects.active = object
    object.vertex_groups.active_index = group.index
    bpy.ops.object.mode_set(mode="WEIGHT_PAINT")
    settings = context.tool_settings
    paint = getattr(settings.weight_paint, "unified_paint_settings", None) or settings.unified_paint_settings
    paint.weight = 1.0
    settings.use_auto_normalize = settings.use_multipaint = False


def clear(object, side):
    """Takes away what is painted for a hand."""
    check(object)
    if GROUPS[side] in object.vertex_groups:
        object.vertex_groups.remove(object.vertex_groups[GROUPS[side]])


def check(object):
    """Raises UserError where nothing can be painted on an object."""
    if object.type != "MESH":
        raise seam.UserError(
            f"“{object.name}” is no mesh, so contact can't be painted on it; convert it to a mesh.", "mesh"
        )
    if object.library or object.data.library or object.data.override_library:
        raise seam.UserError(f"The mesh of “{object.name}” is linked; make it local to paint on it.", "mesh")
