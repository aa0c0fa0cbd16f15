"""The tab "JointHOI" in the 3D view's sidebar, in the order of the work: object, prompt, how, generate."""

import bpy

from ..setup import what_it_does
from ..takes.take import find_takes
from . import checks, directing, first_minute, making, operators, preferences
from .making import Session
from .words import wrapped


class JOINTHOI_PT_main(bpy.types.Panel):
    bl_label = "JointHOI"
    bl_category = "JointHOI"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"

    def draw(self, context):
        layout, fields = self.layout, context.scene.jointhoi
        layout.use_property_split = True
        layout.use_property_decorate = False
        if checks.runtime_missing():
            draw_setup(layout, context)
            return
        column = layout.column()
        column.enabled = Session.job is None
        problem, kind = draw_object(column, context)
        if kind == "example" or problem and not kind:
            return
        draw_fields(column, fields)
        if Session.job:
            draw_progress(layout)
        elif not problem:
            making.load_early()
            row = layout.row()
            row.scale_y = 1.5
            row.active = bool(fields.prompt.strip())
            another = checks.under_way(checks.chosen_object(context), context.scene.frame_current)
            text = f"Generate Another, from Frame {another['frames'][0]}" if another else "Generate"
            if fields.follow:
                text = f"Generate, Frames {fields.follow_first} to {fields.follow_last}"
            row.operator(operators.JOINTHOI_OT_generate.bl_idname, text=text, icon="VIEW_PAN")
        if Session.error:
            draw_error(layout, context, Session.error)


def draw_object(layout, context):
    """The object's row, and under it what is wrong with it, with the button that mends it. Returns both."""
    fields, problem, kind = context.scene.jointhoi, *checks.obstacle(context)
    thing = fields.object or context.active_object
    thing = thing and (checks.held_by(thing) or thing)
    layout.prop(fields, "object", placeholder=thing.name if thing else "Select one")
    if not problem:
        return "", ""
    box = layout.box()
    lines(box, context, problem, "INFO" if kind in ("example", "mode") else "ERROR")
    if kind == "example":
        box.operator(first_minute.JOINTHOI_OT_add_example.bl_idname, text="Add an Example", icon="ADD")
    elif kind == "local":
        box.operator(operators.JOINTHOI_OT_make_local.bl_idname, icon="LIBRARY_DATA_OVERRIDE")
    elif kind == "show":
        box.operator(operators.JOINTHOI_OT_show_object.bl_idname, icon="HIDE_OFF")
    elif kind == "mode":
        painting = context.mode == "PAINT_WEIGHT"
        text, icon = ("Done", "CHECKMARK") if painting else ("Go to Object Mode", "OBJECT_DATAMODE")
        box.operator("object.mode_set", text=text, icon=icon).mode = "OBJECT"
    elif kind == "size":
        column = box.column(align=True)
        column.use_property_split = False
        column.prop_enum(fields, "fit", "scale_hands", text="Scale the Hands to the Object")
        column.prop_enum(fields, "fit", "scale_object", text="Scale the Object to the Hands")
    return problem, kind


def draw_fields(layout, fields):
    """What is to happen, and how."""
    row = layout.row(align=True)
    row.scale_y = 1.2
    row.use_property_split = False
    row.prop(fields, "prompt", text="", placeholder="Drink from the mug with the right hand")
    row.menu(operators.JOINTHOI_MT_prompts.bl_idname, text="", icon="DOWNARROW_HLT")
    directing.draw_then(layout, fields)
    layout.row().prop(fields, "hands", expand=True)
    row = layout.row(align=True)
    row.active = not fields.follow
    row.prop(fields, "frames" if fields.in_frames else "seconds")
    row.prop(fields, "in_frames", text="", icon="TIME")
    row = layout.row(align=True)
    row.prop(fields, "seed")
    row.operator(operators.JOINTHOI_OT_dice.bl_idname, text="", icon="FILE_REFRESH")
    row = layout.row(align=True)
    row.prop(fields, "heading")
    row.prop(fields, "show_actor", text="", icon="OUTLINER_OB_ARMATURE")
    row.operator(operators.JOINTHOI_OT_face_view.bl_idname, text="", icon="VIEW_CAMERA")
    layout.row().prop(fields, "quality", expand=True)


def draw_progress(layout):
    """The bar, the words, and the way out."""
    at, count = Session.place
    message = f"{at} of {count}: {Session.job.message}" if count > 1 else Session.job.message
    layout.progress(factor=(at - 1 + Session.job.fraction) / count, text=message)
    layout.operator(operators.JOINTHOI_OT_cancel.bl_idname, icon="X")


def draw_setup(layout, context):
    """In place of the fields while the model can't run: the button that sets it up, and the ways without network."""
    box = layout.box()
    setup = first_minute.State.setup
    if first_minute.is_running():
        box.progress(factor=setup.fraction, text=f"{100 * setup.fraction:.0f} %")
        lines(box, context, setup.message, "TIME")
        row = box.row(align=True)
        row.operator(first_minute.JOINTHOI_OT_setup_cancel.bl_idname, icon="X")
        row.operator("wm.path_open", text="Log", icon="TEXT").filepath = setup.log_path
        return
    own = preferences.chosen() and preferences.chosen().python
    if setup and setup.error:
        column = box.column()
        column.alert = True
        lines(column, context, setup.error, "ERROR")
        box.operator("wm.path_open", text="Open the Log", icon="TEXT").filepath = setup.log_path
    elif own:
        lines(box, context, checks.runtime_missing(), "ERROR")
        box.prop(preferences.chosen(), "python")
    lines(box, context, what_it_does(), "INFO")
    again = "Try Again" if setup and (setup.error or setup.cancelled) else "Set Up JointHOI"
    if not bpy.app.online_access:
        lines(
            box, context, "Blender's online access is off. Allow it in the preferences, or go on without:", "INTERNET"
        )
    row = box.row()
    row.scale_y = 1.5
    if bpy.app.online_access:
        row.operator(first_minute.JOINTHOI_OT_setup.bl_idname, text=again, icon="IMPORT")
    else:
        row.operator("screen.userpref_show", text="Online Access...", icon="PREFERENCES").section = "SYSTEM"
    column = box.column(align=True)
    column.label(text="Without network:")
    column.operator(first_minute.JOINTHOI_OT_setup_wheels.bl_idname, text="From a Wheel Folder...", icon="FILE_FOLDER")
    column.operator(first_minute.JOINTHOI_OT_setup_existing.bl_idname, text="Use a Python I Have...", icon="CONSOLE")


def draw_error(layout, context, error):
    """What went wrong, and the buttons that mend it."""
    box = layout.box()
    row = box.row()
    column = row.column(align=True)
    column.alert = True
    lines(column, context, str(error), "ERROR")
    row.operator(operators.JOINTHOI_OT_dismiss.bl_idname, text="", icon="X", emboss=False)
    if error.kind == "size":
        generate = operators.JOINTHOI_OT_generate.bl_idname
        box.operator(generate, text="Scale the Hands to the Object").fit = "scale_hands"
        box.operator(generate, text="Scale the Object to the Hands").fit = "scale_object"
    if error.kind in ("runtime", "internal") and preferences.chosen():
        box.operator(
            "preferences.addon_show", text="Open the Preferences", icon="PREFERENCES"
        ).module = preferences.ADDON


def lines(layout, context, text, icon):
    """A text over as many lines as it takes."""
    column = layout.column(align=True)
    for index, line in enumerate(wrapped(text, context)):
        column.label(text=line, icon=icon if index == 0 else "BLANK1")


class JOINTHOI_PT_advanced(bpy.types.Panel):
    bl_label = "Advanced"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_main"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        return not checks.runtime_missing() and checks.obstacle(context)[1] != "example"

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        fields = context.scene.jointhoi
        layout.prop(fields, "fit")
        if fields.hands_of or any(take.hand_shape for take in find_takes(context.scene)):
            layout.prop(fields, "hands_of", placeholder="Average")
        if preferences.chosen():
            layout.prop(preferences.chosen(), "device")
            layout.operator("preferences.addon_show", text="Preferences", icon="PREFERENCES").module = preferences.ADDON
