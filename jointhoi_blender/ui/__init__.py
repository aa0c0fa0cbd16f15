"""What the user sees: the sidebar tab "JointHOI", its operators, the add-on's preferences."""

import bpy

from . import (
    actor, alias, character, directing, editing, first_minute, keeping, making, operators, overlay, painting, panel,
    preferences, seeing, settings, take_list, take_operators, turning,
)  # fmt: skip

CLASSES = (
    preferences.JOINTHOI_AddonPreferences,
    settings.JOINTHOI_Sentence,
    settings.JOINTHOI_Settings,
    *operators.CLASSES,
    *first_minute.CLASSES,
    *take_operators.CLASSES,
    panel.JOINTHOI_PT_main,
    *turning.CLASSES,
    *painting.CLASSES,
    *directing.CLASSES,
    *take_list.CLASSES,
    *seeing.CLASSES,
    *keeping.CLASSES,
    *editing.CLASSES,
    *character.CLASSES,
    panel.JOINTHOI_PT_advanced,
)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.jointhoi = bpy.props.PointerProperty(type=settings.JOINTHOI_Settings)
    preferences.apply()
    editing.register()
    character.register()
    alias.add()
    seeing.register()
    for function in (actor.draw, turning.draw, seeing.draw_in_space):
        overlay.add(function)
    overlay.add(seeing.draw_graph, "POST_PIXEL")
    bpy.types.VIEW3D_MT_add.append(first_minute.draw_add_menu)


def unregister():
    bpy.types.VIEW3D_MT_add.remove(first_minute.draw_add_menu)
    first_minute.forget()
    making.forget()
    overlay.clear()
    seeing.unregister()
    alias.remove()
    character.unregister()
    editing.unregister()
    del bpy.types.Scene.jointhoi
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
