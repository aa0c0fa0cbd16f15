"""The list of takes and what can be done with the one chosen in it."""

import bpy

from ..takes.take import Take, find_takes
from . import take_operators as operators
from .making import Session, chosen_take
from .words import readable, wrapped


class JOINTHOI_UL_takes(bpy.types.UIList):
    """The collections that are takes of this scene, oldest first: there is no second list to keep up to date."""

    def draw_item(self, _context, layout, _data, collection, _icon, _active, _property):
        take = Take(collection)
        row = layout.row(align=True)
        shown = row.operator(
            operators.JOINTHOI_OT_take_show.bl_idname,
            text="", icon="HIDE_OFF" if take.shown else "HIDE_ON", emboss=False,
        )  # fmt: skip
        shown.take_name = collection.name
        row.prop(collection, "name", text="", emboss=False)
        mark = "NLA" if take.is_strip else "SNAP_INCREMENT" if take.is_beside else ""
        if collection.library:
            mark = "LINKED"
        if mark:
            row.label(text="", icon=mark)
        alone = take.record.get("solo") == "alone"
        solo = row.operator(
            operators.JOINTHOI_OT_take_solo.bl_idname,
            text="", icon="SOLO_ON" if alone else "SOLO_OFF", emboss=False,
        )  # fmt: skip
        solo.take_name = collection.name

    def filter_items(self, context, data, propname):
        collections = getattr(data, propname)
        number = {take.collection: at for at, take in enumerate(find_takes(context.scene))}
        flags = [self.bitflag_filter_item if each in number else 0 for each in collections]
        if self.filter_name:
            word = self.filter_name.lower()
            for at, each in enumerate(collections):
                if flags[at] and word not in each.name.lower() and word not in Take(each).prompt.lower():
                    flags[at] = 0
        ranks = sorted(range(len(collections)), key=lambda at: number.get(collections[at], len(number)))
        order = [0] * len(collections)
        for place, at in enumerate(ranks):
            order[at] = place
        return flags, order


class JOINTHOI_PT_takes(bpy.types.Panel):
    bl_label = "Takes"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_main"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"

    @classmethod
    def poll(cls, context):
        return bool(find_takes(context.scene))

    def draw(self, context):
        layout, fields = self.layout, context.scene.jointhoi
        take = chosen_take(context)
        row = layout.row()
        row.template_list("JOINTHOI_UL_takes", "", bpy.data, "collections", fields, "take_index", rows=3, maxrows=8)
        side = row.column(align=True)
        side.operator(operators.JOINTHOI_OT_take_delete.bl_idname, text="", icon="REMOVE")
        if len([each for each in find_takes(context.scene) if each.object == take.object]) > 1:
            side.operator(operators.JOINTHOI_OT_take_layout.bl_idname, text="", icon="SNAP_INCREMENT")
        column = layout.column(align=True)
        for line in wrapped(take.prompt, context):
            column.label(text=line)
        column.label(text=told(take))
        if take.collection.library:
            layout.label(text="Linked from another file", icon="LINKED")
            return
        if not take.object:
            layout.label(text="Its object was deleted", icon="INFO")
        elif take.recipe and not Session.job:
            row = layout.row(align=True)
            row.operator(operators.JOINTHOI_OT_take_vary.bl_idname, icon="DUPLICATE")
            row.prop(fields, "variations", text="")
            row.prop(fields, "variations_beside", text="", icon="SNAP_INCREMENT")
            row = layout.row(align=True)
            row.operator(operators.JOINTHOI_OT_take_again.bl_idname, icon="FILE_REFRESH")
            row.operator_menu_enum(operators.JOINTHOI_OT_take_again.bl_idname, "quality", text="", icon="DOWNARROW_HLT")
            layout.operator(operators.JOINTHOI_OT_take_use.bl_idname, icon="COPYDOWN")
        if take.object:
            layout.operator(
                operators.JOINTHOI_OT_take_strip.bl_idname,
                text="Back from the NLA" if take.is_strip else "Keep as NLA Strip", icon="NLA",
            )  # fmt: skip
        if take.shown:
            layout.operator(operators.JOINTHOI_OT_export_fbx.bl_idname, icon="EXPORT")


def told(take):
    """The take's settings as a line: "Seed 3, 4.0 s, right hand, draft"."""
    recipe = take.recipe
    words = [f"Seed {take.seed}"]
    if "seconds" in recipe:
        words.append(f"{recipe['seconds']:.1f} s")
    hands = list(take.hands)
    words.append("both hands" if len(hands) == 2 else f"{hands[0].lower()} hand" if hands else "no hands")
    if recipe.get("quality", "normal") != "normal":
        words.append(recipe["quality"])
    if take.checkpoint:
        words.append(take.checkpoint)
    return ", ".join(words)


class JOINTHOI_PT_measures(bpy.types.Panel):
    bl_label = "Measures"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_takes"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        column = self.layout.column(align=True)
        for name, value in chosen_take(context).metrics.items():
            label, text = readable(name, value)
            split = column.split(factor=0.65)
            split.label(text=label)
            split.label(text=text)


CLASSES = (JOINTHOI_UL_takes, JOINTHOI_PT_takes, JOINTHOI_PT_measures)
