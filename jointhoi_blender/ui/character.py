"""The panel "My Character": which rig gets the take's hands, by which bones, and the button that does it."""

import bpy
from bpy.props import PointerProperty, StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from .. import seam
from ..editing import bones, character
from ..takes.attach import MARK
from ..takes.take import find_takes
from .editing import can_edit
from .making import chosen_take
from .take_operators import OnTake


def _is_character(_scene, thing):
    return thing.type == "ARMATURE" and f"{MARK}_side" not in thing


class JOINTHOI_Bones(bpy.types.PropertyGroup):
    """The bones that the user has told, kept with the armature's object: "LEFT_wrist" and so on; "" where none."""

    __annotations__ = {
        f"{side}_{part}": StringProperty(name=bones.label(part), description=f"Your character's bone, {side.lower()}")
        for side in seam.SIDES for part in bones.PARTS
    }  # fmt: skip


def told_bones(thing):
    """The map that the user has told for a character, as in editing/bones.py; None where nothing was."""
    group = thing.jointhoi_bones
    found = {
        side: {part: name for part in bones.PARTS if (name := getattr(group, f"{side}_{part}"))} for side in seam.SIDES
    }
    found = {side: names for side, names in found.items() if names}
    return found or None


def tell_bones(thing, found):
    """Writes a map, whole, to a character."""
    for side in seam.SIDES:
        for part in bones.PARTS:
            setattr(thing.jointhoi_bones, f"{side}_{part}", found.get(side, {}).get(part, ""))


class OnCharacter(OnTake):
    """What operators share that need a take and a character."""

    @classmethod
    def poll(cls, context):
        if context.scene.jointhoi_character is None:
            cls.poll_message_set("Choose your character's armature first")
            return False
        return OnTake.poll.__func__(cls, context)


class JOINTHOI_OT_character(OnCharacter, bpy.types.Operator):
    bl_idname = "jointhoi.character"
    bl_label = "Give It These Hands' Motion"
    bl_description = "Key your character's wrists and fingers with the take's motion; arms follow. What it does "\
        "before and after the take is kept"  # fmt: skip

    def act(self, context, take):
        thing = context.scene.jointhoi_character
        told = character.transfer(take, thing, told_bones(thing))
        if told["short_frames"]:
            far = told["short_mm"] / 10
            self.report({"WARNING"}, f"Arms are up to {far:.0f} cm too short; move the character nearer, press again")
        else:
            self.report({"INFO"}, f"“{thing.name}” follows, wrists within {told['wrist_mm']:.1f} mm")


class JOINTHOI_OT_character_recognise(OnCharacter, bpy.types.Operator):
    bl_idname = "jointhoi.character_recognise"
    bl_label = "Fill In What Is Recognised"
    bl_description = "Fill the list with the bones that are known by their names, to change some of them"

    def act(self, context, _take):
        thing = context.scene.jointhoi_character
        kind, found = bones.recognise(thing.data)
        if not kind:
            raise seam.UserError(f"The bones of “{thing.name}” have no names that are known.")
        tell_bones(thing, found)


class JOINTHOI_OT_character_save(OnCharacter, bpy.types.Operator, ExportHelper):
    bl_idname = "jointhoi.character_save"
    bl_label = "Save Bones"
    bl_description = "Write the list of bones to a file, for other characters of the same kind"

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def act(self, context, _take):
        thing = context.scene.jointhoi_character
        found = told_bones(thing) or bones.recognise(thing.data)[1]
        try:
            bones.save(found, self.filepath)
        except OSError as error:
            raise seam.UserError(f"{self.filepath} can't be written: {error.strerror}.") from error


class JOINTHOI_OT_character_load(OnCharacter, bpy.types.Operator, ImportHelper):
    bl_idname = "jointhoi.character_load"
    bl_label = "Load Bones"
    bl_description = "Read a list of bones that was saved"

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def act(self, context, _take):
        tell_bones(context.scene.jointhoi_character, bones.load(self.filepath))


class JOINTHOI_PT_character(bpy.types.Panel):
    bl_label = "My Character"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_takes"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        return bool(find_takes(context.scene)) and can_edit(chosen_take(context))

    def draw(self, context):
        layout, thing, take = self.layout, context.scene.jointhoi_character, chosen_take(context)
        layout.prop(context.scene, "jointhoi_character", text="")
        if thing is None:
            return
        kind, told = bones.recognise(thing.data)[0], told_bones(thing)
        if told:
            layout.label(text="Bones as you told them", icon="CHECKMARK")
        else:
            text = f"Recognised: {kind}" if kind else "Choose its bones below"
            layout.label(text=text, icon="CHECKMARK" if kind else "INFO")
        column = layout.column(align=True)
        column.enabled = bool(told or kind)
        column.operator(JOINTHOI_OT_character.bl_idname, icon="OUTLINER_OB_ARMATURE")
        done = character.told(take)
        if done and done["name"] == thing.name:
            column.label(text=f"Wrists within {done['wrist_mm']:.1f} mm")
            if done["short_frames"]:
                column.label(text=f"Arms too short by up to {done['short_mm'] / 10:.0f} cm", icon="ERROR")


class JOINTHOI_PT_character_bones(bpy.types.Panel):
    bl_label = "Bones"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_character"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        return context.scene.jointhoi_character is not None

    def draw(self, context):
        layout, thing = self.layout, context.scene.jointhoi_character
        row = layout.row(align=True)
        row.operator(JOINTHOI_OT_character_recognise.bl_idname, text="Recognise", icon="VIEWZOOM")
        row.operator(JOINTHOI_OT_character_load.bl_idname, text="Load", icon="IMPORT")
        row.operator(JOINTHOI_OT_character_save.bl_idname, text="Save", icon="EXPORT")
        for side in chosen_take(context).hands:
            column = layout.column(align=True)
            column.label(text=f"{side.title()} Hand")
            for part in bones.PARTS:
                column.prop_search(thing.jointhoi_bones, f"{side}_{part}", thing.data, "bones")


def register():
    bpy.types.Object.jointhoi_bones = PointerProperty(type=JOINTHOI_Bones)
    bpy.types.Scene.jointhoi_character = PointerProperty(
        type=bpy.types.Object, poll=_is_character, name="Character", description="The armature that gets the motion"
    )


def unregister():
    del bpy.types.Scene.jointhoi_character, bpy.types.Object.jointhoi_bones


CLASSES = (
    JOINTHOI_Bones,
    JOINTHOI_OT_character,
    JOINTHOI_OT_character_recognise,
    JOINTHOI_OT_character_save,
    JOINTHOI_OT_character_load,
    JOINTHOI_PT_character,
    JOINTHOI_PT_character_bones,
)
