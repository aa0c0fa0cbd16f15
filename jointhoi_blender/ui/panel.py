"""The tab "JointHOI" in the 3D view's sidebar."""

import textwrap

import bpy

from .. import worker_client
from ..takes.take import find_takes
from .operators import JOINTHOI_OT_cancel, JOINTHOI_OT_export_fbx, JOINTHOI_OT_generate, Session
from .preferences import ADDON, chosen

LABELS = {
    "id_max_mm": "Penetration",
    "deepest_mm": "Deepest penetration",
    "contact_ratio": "In contact",
    "slip_mm": "Slip in a frame",
}
UNITS = {"mm": " mm", "cm3": " cm³", "s": " s"}


class JOINTHOI_PT_main(bpy.types.Panel):
    bl_label = "JointHOI"
    bl_category = "JointHOI"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"

    def draw(self, context):
        layout, fields = self.layout, context.scene.jointhoi
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        column.enabled = Session.job is None
        column.prop(fields, "object", placeholder=context.active_object.name if context.active_object else "")
        row = column.row()
        row.scale_y = 1.2
        row.use_property_split = False
        row.prop(fields, "prompt", text="", placeholder="Drink from the mug with the right hand")
        column.row().prop(fields, "hands", expand=True)
        column.prop(fields, "seconds")
        column.prop(fields, "seed")
        column.prop(fields, "heading")
        if fields.fit != "ask":
            column.prop(fields, "fit")
        if Session.job:
            layout.progress(factor=Session.job.fraction, text=Session.job.message)
            layout.operator(JOINTHOI_OT_cancel.bl_idname, icon="X")
        else:
            row = layout.row()
            row.scale_y = 1.5
            row.operator(JOINTHOI_OT_generate.bl_idname, icon="VIEW_PAN")
        if Session.error:
            draw_error(layout, context, Session.error)


def draw_error(layout, context, error):
    """What went wrong, and the buttons that mend it."""
    box = layout.box()
    column = box.column(align=True)
    column.alert = True
    command = worker_client.install_command()
    for index, line in enumerate(wrapped(str(error).replace(command, ""), context)):
        column.label(text=line, icon="ERROR" if index == 0 else "BLANK1")
    if error.kind == "size":
        generate = JOINTHOI_OT_generate.bl_idname
        box.operator(generate, text="Scale the Hands to the Object").fit = "scale_hands"
        box.operator(generate, text="Scale the Object to the Hands").fit = "scale_object"
    if error.kind == "runtime" and (preferences := chosen()):
        if command in str(error):
            box.prop(preferences, "install_command", text="")
        box.operator("preferences.addon_show", text="Open the Preferences", icon="PREFERENCES").module = ADDON


def wrapped(text, context):
    """Lines of `text` that fit the sidebar's width."""
    width = (context.region.width if context.region else 300) / context.preferences.system.ui_scale
    return textwrap.wrap(text, max(20, int(width / 7.5) - 6))


class JOINTHOI_PT_take(bpy.types.Panel):
    bl_label = "Last Take"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_main"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"

    @classmethod
    def poll(cls, context):
        return bool(find_takes(context.scene))

    def draw(self, context):
        take = find_takes(context.scene)[-1]
        column = self.layout.column(align=True)
        for line in wrapped(f"{take.object.name if take.object else 'Deleted object'}: {take.prompt}", context):
            column.label(text=line)
        for name, value in take.metrics.items():
            label, text = readable(name, value)
            split = column.split(factor=0.65)
            split.label(text=label)
            split.label(text=text)
        self.layout.operator(JOINTHOI_OT_export_fbx.bl_idname, icon="EXPORT")


def readable(name, value):
    """A metric's name and value for people: ("contact_ratio", 0.93) -> ("In contact", "93 %")."""
    words = name.split("_")
    unit = UNITS.get(words[-1], "")
    label = LABELS.get(name, " ".join(words[:-1] if unit else words).capitalize())
    if isinstance(value, bool):
        return label, "yes" if value else "no"
    if words[-1] == "ratio":
        return label, f"{100 * value:.0f} %"
    return label, (f"{value:.3g}" if isinstance(value, float) else str(value)) + unit
