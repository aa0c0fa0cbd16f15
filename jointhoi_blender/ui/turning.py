"""The part that turns: its fields in the panel, and the hinge drawn in the viewport."""

import bpy
from mathutils import Vector
import numpy as np

from .. import seam
from ..scene import hinge
from . import actor, checks
from .words import wrapped

COLOR, FAINT = (0.25, 0.75, 1.0, 1.0), (0.25, 0.75, 1.0, 0.35)
EDGES = ((0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7))


class JOINTHOI_PT_part(bpy.types.Panel):
    bl_label = "Part That Turns"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_main"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        return not checks.runtime_missing() and not checks.obstacle(context)[0]

    def draw_header(self, context):
        fields = context.scene.jointhoi
        if checks.possible_part(fields, checks.chosen_object(context)):
            self.layout.prop(fields, "hinged", text="")

    def draw_header_preset(self, context):
        part = checks.possible_part(context.scene.jointhoi, checks.chosen_object(context))
        if part:
            self.layout.label(text=part.name)

    def draw(self, context):
        layout, fields = self.layout, context.scene.jointhoi
        layout.use_property_split = True
        layout.use_property_decorate = False
        thing = checks.chosen_object(context)
        part = checks.possible_part(fields, thing)
        layout.enabled = fields.hinged or not part
        layout.prop(fields, "part", placeholder=part.name if part else "None found; pick one")
        if not part:
            return
        axis, opens, closes = wanted(fields, thing, part)
        try:
            hinge.check_part(thing, part)
            hinge.check_turns(part, axis, opens, closes)
        except seam.UserError as error:
            column = layout.column(align=True)
            column.alert = True
            for line in wrapped(str(error), context):
                column.label(text=line)
        layout.prop(fields, "axis")
        if fields.axis == "auto":
            column = layout.column(align=True)
            column.label(text=f"Axis {axis}, opens {np.degrees(opens):.0f}°, closes {np.degrees(closes):.0f}°")
        else:
            column = layout.column(align=True)
            column.prop(fields, "opens")
            column.prop(fields, "closes")
        layout.prop(fields, "tried", slider=True)


def wanted(fields, thing, part):
    """The hinge that the panel asks for: axis, how far it opens and closes, radians."""
    if fields.axis == "auto":
        return hinge.resolved(thing, part)
    return fields.axis, fields.opens, fields.closes


def draw():
    """The draw handler: the hinge as a line, the part's box shut and open in faint lines, as tried in bright ones."""
    context = bpy.context
    if not actor.tab_is_open(context) or checks.obstacle(context)[0]:
        return
    fields, thing = context.scene.jointhoi, checks.chosen_object(context)
    part = checks.chosen_part(fields, thing)
    if not part or checks.under_way(thing, context.scene.frame_current):
        return
    axis, opens, closes = wanted(fields, thing, part)
    for angle in {opens, -closes} - {0.0}:
        actor.draw_lines(box(part, axis, angle), FAINT, 1.5)
    if fields.tried:
        actor.draw_lines(box(part, axis, fields.tried), COLOR)
    actor.draw_lines(axis_line(part, axis), COLOR, 3.0)


def box(part, axis, angle):
    """The part's bounding box when it has turned by `angle`, as segments between points (24, 3) of the world."""
    matrix = hinge.turned(part, axis, angle)
    corners = [matrix @ Vector(corner) for corner in part.bound_box]
    return [corners[end] for edge in EDGES for end in edge]


def axis_line(part, axis):
    """The hinge as a segment between points (2, 3) of the world, a little longer than the part."""
    point, along = hinge.line(part, axis)
    reach = [(Vector(corner) - Vector(point)).dot(Vector(along)) for corner in box(part, axis, 0.0)]
    room = 0.1 * max(part.dimensions)
    return [Vector(point) + Vector(along) * each for each in (min(reach) - room, max(reach) + room)]


CLASSES = (JOINTHOI_PT_part,)
