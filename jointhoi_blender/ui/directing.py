"""Directing a take before it is made: what happens then, and an object whose own motion the hands follow."""

import bpy
from bpy.props import IntProperty

from .. import seam
from ..takes import keys
from . import checks

FIELDS = ("then", "follow")  # what of a recipe isn't a field as it is


def recipe_of(fields):
    """What the panel's fields direct, as `generate`'s arguments; {} where nothing."""
    then = [[each.prompt, each.seconds] for each in fields.then if each.prompt.strip()]
    recipe = {"then": then} if then else {}
    return recipe | {"follow": [fields.follow_first, fields.follow_last]} if fields.follow else recipe


def use(fields, recipe):
    """Puts what a recipe directs back into the fields."""
    fields.then.clear()
    for sentence, seconds in recipe.get("then", ()):
        row = fields.then.add()
        row.prompt, row.seconds = sentence, seconds
    fields.follow = bool(recipe.get("follow"))
    if fields.follow:
        fields.follow_first, fields.follow_last = recipe["follow"]


def start_frame(fields, thing, frame):
    """Where a take begins that is asked for at `frame`: with the path that it follows, else see
    `checks.start_frame`.
    """
    return fields.follow_first if fields.follow else checks.start_frame(thing, frame)


def draw_then(layout, fields):
    """The sentences that come after the first, and the button for one more."""
    for index, each in enumerate(fields.then):
        row = layout.row(align=True)
        row.use_property_split = False
        row.prop(each, "prompt", text="", placeholder="Then...", icon="FORWARD")
        length = row.row(align=True)
        length.scale_x = 0.6
        length.prop(each, "seconds", text="")
        row.operator(JOINTHOI_OT_then_remove.bl_idname, text="", icon="X").index = index
    row = layout.row()
    row.alignment = "RIGHT"
    row.operator(JOINTHOI_OT_then_add.bl_idname, icon="ADD", emboss=False)


class JOINTHOI_OT_then_add(bpy.types.Operator):
    bl_idname = "jointhoi.then_add"
    bl_label = "Then..."
    bl_description = "Say what happens next: the hands go on from where they are by then, in the same take"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, context):
        context.scene.jointhoi.then.add()
        return {"FINISHED"}


class JOINTHOI_OT_then_remove(bpy.types.Operator):
    bl_idname = "jointhoi.then_remove"
    bl_label = "Not Then"
    bl_description = "Take this sentence away"
    bl_options = {"UNDO", "INTERNAL"}

    index: IntProperty(options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context):
        context.scene.jointhoi.then.remove(self.index)
        return {"FINISHED"}


class JOINTHOI_PT_follow(bpy.types.Panel):
    bl_label = "Follow Its Motion"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_main"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        return not checks.runtime_missing() and checks.obstacle(context)[1] != "example"

    def draw_header(self, context):
        self.layout.prop(context.scene.jointhoi, "follow", text="")

    def draw(self, context):
        layout, fields = self.layout, context.scene.jointhoi
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.enabled = fields.follow
        column = layout.column(align=True)
        column.prop(fields, "follow_first", text="Frames")
        column.prop(fields, "follow_last", text="To")
        layout.operator(JOINTHOI_OT_follow_keys.bl_idname, icon="PREVIEW_RANGE")


class JOINTHOI_OT_follow_keys(bpy.types.Operator):
    bl_idname = "jointhoi.follow_keys"
    bl_label = "Where It Is Keyed"
    bl_description = "Take the frames over which the object, or what it hangs on, has keys; without any, the scene's"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, context):
        fields, scene = context.scene.jointhoi, context.scene
        try:
            thing = checks.chosen_object(context)
        except seam.UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        ranges = []
        while thing and not ranges:
            ranges = [action.frame_range for action in keys.actions(thing)]
            thing = thing.parent
        ranges = ranges or [(scene.frame_start, scene.frame_end)]
        fields.follow_first = int(min(first for first, _ in ranges))
        fields.follow_last = int(max(last for _, last in ranges))
        return {"FINISHED"}


CLASSES = (
    JOINTHOI_OT_then_add,
    JOINTHOI_OT_then_remove,
    JOINTHOI_OT_follow_keys,
    JOINTHOI_PT_follow,
)
