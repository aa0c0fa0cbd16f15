"""Paint Contact: the buttons with which a user paints where each hand should touch."""

import bpy
from bpy.props import IntProperty

from .. import seam
from ..scene import paint
from . import checks
from .words import wrapped


class OnSide:
    """What the buttons share: they act on the object that Generate acts on, or on its part where that is selected."""

    bl_options = {"UNDO", "INTERNAL"}

    side: IntProperty(min=0, max=1, options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context):
        try:
            self.act(context, painted_object(context))
        except seam.UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class JOINTHOI_OT_paint_contact(OnSide, bpy.types.Operator):
    bl_idname = "jointhoi.paint_contact"
    bl_label = "Paint"
    bl_description = (
        "Paint in Weight Paint where this hand should touch. Red is where; back in Object Mode, press Generate"
    )

    def act(self, context, thing):
        paint.begin(context, thing, self.side)


class JOINTHOI_OT_paint_clear(OnSide, bpy.types.Operator):
    bl_idname = "jointhoi.paint_clear"
    bl_label = "Clear"
    bl_description = "Take away what is painted for this hand: it touches where the model likes"

    def act(self, _context, thing):
        paint.clear(thing, self.side)


def has_groups(context):
    """Whether there is a group to paint in on the chosen object or on its part: what the header's tick is about."""
    thing = checks.chosen_object(context)
    things = filter(None, (thing, checks.chosen_part(context.scene.jointhoi, thing)))
    return any(name in each.vertex_groups for each in things for name in paint.GROUPS)


def painted_object(context):
    """The object to paint on: the part that turns where that is active, else the chosen one. Raises UserError."""
    thing, active = checks.chosen_object(context), context.active_object
    return active if active and active == checks.chosen_part(context.scene.jointhoi, thing) else thing


class JOINTHOI_PT_paint(bpy.types.Panel):
    bl_label = "Paint Contact"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_main"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        problem, kind = checks.obstacle(context)
        return not checks.runtime_missing() and (not problem or kind == "mode" and context.mode == "PAINT_WEIGHT")

    def draw_header(self, context):
        if has_groups(context):
            self.layout.prop(context.scene.jointhoi, "paint", text="")

    def draw(self, context):
        layout = self.layout
        layout.enabled = context.scene.jointhoi.paint or not has_groups(context)
        thing = painted_object(context)
        for line in wrapped(f"Where each hand should touch “{thing.name}”:", context):
            layout.label(text=line)
        active = thing.vertex_groups.active if thing.type == "MESH" else None
        for side, name in enumerate(paint.GROUPS):
            row = layout.row(align=True)
            painting = context.mode == "PAINT_WEIGHT" and active is not None and active.name == name
            button = row.operator(
                JOINTHOI_OT_paint_contact.bl_idname, text=f"{seam.SIDES[side].title()} Hand", icon="BRUSH_DATA",
                depress=painting,
            )  # fmt: skip
            button.side = side
            if thing.type == "MESH" and name in thing.vertex_groups:
                row.operator(JOINTHOI_OT_paint_clear.bl_idname, text="", icon="X").side = side


CLASSES = (JOINTHOI_OT_paint_contact, JOINTHOI_OT_paint_clear, JOINTHOI_PT_paint)
