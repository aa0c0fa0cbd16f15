"""What can be done with a take of the list."""

import random

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper
from mathutils import Matrix, Vector

from .. import seam
from ..export.fbx import export_fbx
from ..scene import paint
from ..scene.request import metres_per_unit
from ..takes import beside, take as takes
from . import checks, directing, settings
from .making import Making, chosen_take, order_for

SPACING = 0.7  # metres from one take to the next, side by side: what two arms reach


class OnTake:
    """What operators on a take share: they act on the one named, else on the one chosen in the list."""

    bl_options = {"UNDO", "INTERNAL"}

    @classmethod
    def poll(cls, context):
        if context.mode != "OBJECT":
            cls.poll_message_set("Go to Object Mode first")
            return False
        return chosen_take(context) is not None

    def take(self, context):
        name = getattr(self, "take_name", "")
        return takes.Take(bpy.data.collections[name]) if name else chosen_take(context)

    def execute(self, context):
        try:
            self.act(context, self.take(context))
        except seam.UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class JOINTHOI_OT_take_show(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_show"
    bl_label = "Show or Hide"
    bl_description = "Show this take on its object, or hide it: the object then does what it did before"

    take_name: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def act(self, context, take):
        take.hide() if take.shown else take.show()
        context.scene.jointhoi.take = take.collection


class JOINTHOI_OT_take_solo(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_solo"
    bl_label = "Solo"
    bl_description = "Show this take alone. Again: show all as before"

    take_name: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def act(self, context, take):
        takes.solo(take)
        context.scene.jointhoi.take = take.collection


class JOINTHOI_OT_take_delete(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_delete"
    bl_label = "Delete Take"
    bl_description = "Delete the take with its hands and all of its keys; the object does what it did before"

    def act(self, _context, take):
        take.remove()


class JOINTHOI_OT_take_strip(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_strip"
    bl_label = "Keep as NLA Strip"
    bl_description = "Move the take's keys to strips of the Nonlinear Animation editor, and back"

    def act(self, _context, take):
        take.take_from_strip() if take.is_strip else take.keep_as_strip()


class JOINTHOI_OT_take_layout(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_layout"
    bl_label = "Side by Side"
    bl_description = "Show all takes of this object next to each other, or the chosen one alone in its place again"

    def act(self, context, take):
        thing = take.object
        others = [each for each in takes.find_takes(context.scene) if each.object == thing and not each.is_strip]
        if any(each.is_beside for each in others):
            for each in others:
                if each.is_beside:
                    each.hide()
            take.show()
            return
        take.show()
        for place, each in enumerate([each for each in others if not each.shown], 1):
            each.show_beside(offset_at(take, place))


def offset_at(take, place):
    """Where the take number `place` of a row stands, counted from `take` to the actor's right: (3,) Blender units."""
    step = SPACING / metres_per_unit(bpy.context.scene)
    return tuple(Matrix.Rotation(take.recipe.get("heading", 0.0), 3, "Z") @ Vector((step * place, 0, 0)))


class JOINTHOI_OT_take_use(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_use"
    bl_label = "Use These Settings"
    bl_description = "Put the take's prompt, seed and all other settings back into the panel, and choose its object"

    def act(self, context, take):
        fields = context.scene.jointhoi
        recipe = take.recipe
        fields.object, fields.part = take.object, recipe.pop("part", None)
        fields.hinged = "axis" in recipe or not checks.possible_part(fields, take.object)
        fields.paint = "paint" in recipe or not paint.is_painted(take.object)
        fields.hands_of = take.collection if "hand_shape" in recipe else None
        for name, value in recipe.items():
            if name in fields.bl_rna.properties and value is not None and name not in directing.FIELDS:
                setattr(fields, name, value)
        directing.use(fields, recipe)


class OfTake(Making, OnTake):
    """What operators share that make takes like one that is there."""

    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context):
        return Making.poll.__func__(cls, context) and OnTake.poll.__func__(cls, context)

    execute, invoke = Making.execute, Making.invoke

    def like(self, context, take, **changes):
        """The Order of a take like one that is there; in steps."""
        if not take.object:
            raise seam.UserError(f"The object of “{take.name}” was deleted, so it can't be made again.")
        if not take.recipe:
            raise seam.UserError(f"“{take.name}” was made by a script and does not say how; generate a new take.")
        more = {name: changes.pop(name) for name in ("replaces", "offset") if name in changes}
        return (yield from order_for(context, take.object, take.frame_range[0], take.recipe | changes, **more))


class JOINTHOI_OT_take_again(OfTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_again"
    bl_label = "Regenerate"
    bl_description = "Make this take anew in its place, with the same prompt and seed: after the object was changed, or "\
        "in another quality"  # fmt: skip

    quality: EnumProperty(
        name="Quality", items=(("same", "As Before", "The quality that it was made with"), *settings.QUALITIES),
        options={"SKIP_SAVE"},
    )  # fmt: skip

    def orders(self, context):
        take = chosen_take(context)
        take.check_editable()
        changes = {} if self.quality == "same" else {"quality": self.quality}
        offset = tuple(beside.offset_of(take.collection) or ())
        order = yield from self.like(context, take, replaces=take.record["number"], offset=offset, **changes)
        return [order]


class JOINTHOI_OT_take_vary(OfTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_vary"
    bl_label = "Vary"
    bl_description = "Make more takes like this one, each with a seed of its own"

    def orders(self, context):
        take, fields = chosen_take(context), context.scene.jointhoi
        first = yield from self.like(context, take)
        placed = sum(each.is_beside for each in takes.find_takes(context.scene) if each.object == take.object)
        orders = []
        for number in range(fields.variations):
            offset = offset_at(take, placed + number + 1) if fields.variations_beside else ()
            orders.append(first.with_seed(random.randrange(1, 100_000), offset))
        return orders


class JOINTHOI_OT_export_fbx(OnTake, bpy.types.Operator, ExportHelper):
    bl_idname = "jointhoi.export_fbx"
    bl_label = "Export FBX"
    bl_description = "Write the take's hands and object, with the settings that keep every joint in place"

    filename_ext = ".fbx"
    filter_glob: StringProperty(default="*.fbx", options={"HIDDEN"})

    def act(self, context, _take):
        export_fbx(chosen_take(context), self.filepath)
        self.report({"INFO"}, f"Wrote {self.filepath}")


CLASSES = (
    JOINTHOI_OT_take_show,
    JOINTHOI_OT_take_solo,
    JOINTHOI_OT_take_delete,
    JOINTHOI_OT_take_strip,
    JOINTHOI_OT_take_layout,
    JOINTHOI_OT_take_use,
    JOINTHOI_OT_take_again,
    JOINTHOI_OT_take_vary,
    JOINTHOI_OT_export_fbx,
)
