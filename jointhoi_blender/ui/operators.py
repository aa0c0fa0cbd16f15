"""The panel's buttons, up to the take: generate, cancel, and what helps to fill in the fields."""

import math
import random

import bpy
from bpy.props import EnumProperty, StringProperty

from ..scene import paint
from ..takes.take import Take
from . import checks, directing, history, settings
from .making import Making, Session, order_for, redraw


class JOINTHOI_OT_generate(Making, bpy.types.Operator):
    bl_idname = "jointhoi.generate"
    bl_label = "Generate"
    bl_description = "Make hands that do with the object what the prompt says, from the current frame on; in the midst of a "\
        "take, another version of it. Esc cancels"  # fmt: skip
    bl_options = {"UNDO"}  # without REGISTER: to repeat or redo it would block the window

    fit: EnumProperty(items=settings.FITS, default="ask", options={"SKIP_SAVE", "HIDDEN"})

    def orders(self, context):
        fields = context.scene.jointhoi
        if self.fit != "ask":
            fields.fit = self.fit
        thing = checks.chosen_object(context)
        frame = directing.start_frame(fields, thing, context.scene.frame_current)
        return [(yield from order_for(context, thing, frame, recipe_of(fields, thing)))]


def recipe_of(fields, thing):
    """What the panel's fields ask to happen to `thing`, as `generate`'s arguments."""
    names = ["prompt", "hands", "seconds", "seed", "heading", "fit", "quality"]
    part = checks.chosen_part(fields, thing)
    if part:
        names += ["axis"] if fields.axis == "auto" else ["axis", "opens", "closes"]
    recipe = {name: getattr(fields, name) for name in names} | ({"part": part} if part else {})
    if fields.paint and any(map(paint.is_painted, filter(None, (thing, part)))):
        recipe["paint"] = True
    if fields.hands_of:
        recipe["hand_shape"] = Take(fields.hands_of).hand_shape
    return recipe | directing.recipe_of(fields)


class JOINTHOI_OT_prompt_entered(bpy.types.Operator):
    bl_idname = "jointhoi.prompt_entered"
    bl_label = "Generate on Enter"
    bl_options = {"INTERNAL"}

    def invoke(self, context, event):
        """Editing the prompt ended: with Enter, or by a click elsewhere, after which nothing must start by itself."""
        if event.type in {"RET", "NUMPAD_ENTER"} and context.scene.jointhoi.prompt.strip():
            if not checks.runtime_missing() and bpy.ops.jointhoi.generate.poll():
                bpy.ops.jointhoi.generate("INVOKE_DEFAULT")
        return {"FINISHED"}


class JOINTHOI_OT_cancel(bpy.types.Operator):
    bl_idname = "jointhoi.cancel"
    bl_label = "Cancel"
    bl_description = "Stop making takes; those that are complete stay, nothing is left half made"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context):
        return Session.job is not None

    def execute(self, context):
        Session.job.cancel()
        Session.job = None
        redraw(context)
        return {"FINISHED"}


class JOINTHOI_OT_dismiss(bpy.types.Operator):
    bl_idname = "jointhoi.dismiss"
    bl_label = "Dismiss"
    bl_description = "Put the message away"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        Session.error = None
        redraw(context)
        return {"FINISHED"}


class JOINTHOI_OT_dice(bpy.types.Operator):
    bl_idname = "jointhoi.dice"
    bl_label = "Another Seed"
    bl_description = "Roll the dice: another seed gives another take of the same prompt"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, context):
        context.scene.jointhoi.seed = random.randrange(1, 100_000)
        return {"FINISHED"}


class JOINTHOI_OT_use_prompt(bpy.types.Operator):
    bl_idname = "jointhoi.use_prompt"
    bl_label = "Use Prompt"
    bl_description = "Put this sentence into the prompt"
    bl_options = {"UNDO", "INTERNAL"}

    prompt: StringProperty()

    def execute(self, context):
        context.scene.jointhoi.prompt = self.prompt
        return {"FINISHED"}


class JOINTHOI_OT_show_object(bpy.types.Operator):
    bl_idname = "jointhoi.show_object"
    bl_label = "Show It"
    bl_description = "Make the object visible in the viewport"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, context):
        thing = checks.chosen_object(context)
        thing.hide_viewport = False
        thing.hide_set(False)
        if not thing.visible_get():
            self.report({"WARNING"}, f"“{thing.name}” is in a hidden collection; show that in the Outliner")
        return {"FINISHED"}


class JOINTHOI_OT_make_local(bpy.types.Operator):
    bl_idname = "jointhoi.make_local"
    bl_label = "Make It Editable"
    bl_description = "Make a library override of the linked object, so that it can be keyed here"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, context):
        thing = checks.chosen_object(context)
        if thing.override_library:
            thing.override_library.is_system_override = False
            return {"FINISHED"}
        made = thing.override_create(remap_local_usages=True)
        if made is None:
            self.report({"WARNING"}, f"“{thing.name}” can't be overridden; make it local from the Object menu")
            return {"CANCELLED"}
        if made.name not in context.scene.objects:
            context.scene.collection.objects.link(made)
        if context.scene.jointhoi.object == thing:
            context.scene.jointhoi.object = made
        context.view_layer.objects.active = made
        return {"FINISHED"}


class JOINTHOI_OT_face_view(bpy.types.Operator):
    bl_idname = "jointhoi.face_view"
    bl_label = "Sit Where I Look From"
    bl_description = "Turn the actor so that they look the way you look now"
    bl_options = {"UNDO", "INTERNAL"}

    @classmethod
    def poll(cls, context):
        return context.region_data is not None

    def execute(self, context):
        rotation = context.region_data.view_rotation.to_matrix()
        ahead = -rotation.col[2] if abs(rotation.col[2].z) < 0.99 else rotation.col[1]
        context.scene.jointhoi.heading = math.atan2(-ahead.x, ahead.y)
        return {"FINISHED"}


class JOINTHOI_MT_prompts(bpy.types.Menu):
    bl_idname = "JOINTHOI_MT_prompts"
    bl_label = "Prompts"
    bl_description = "Sentences that you used, and examples to begin with"

    def draw(self, _context):
        layout = self.layout
        if history.prompts():
            layout.label(text="Used Before", icon="TIME")
            for each in history.prompts()[:10]:
                layout.operator(JOINTHOI_OT_use_prompt.bl_idname, text=each, translate=False).prompt = each
            layout.separator()
        layout.label(text="Examples", icon="LIGHT")
        for each in history.EXAMPLES:
            layout.operator(JOINTHOI_OT_use_prompt.bl_idname, text=each, translate=False).prompt = each


CLASSES = (
    JOINTHOI_OT_generate,
    JOINTHOI_OT_prompt_entered,
    JOINTHOI_OT_cancel,
    JOINTHOI_OT_dismiss,
    JOINTHOI_OT_dice,
    JOINTHOI_OT_use_prompt,
    JOINTHOI_OT_show_object,
    JOINTHOI_OT_make_local,
    JOINTHOI_OT_face_view,
    JOINTHOI_MT_prompts,
)
