"""What the user sees: the sidebar tab "JointHOI", its operators, the add-on's preferences."""

import bpy

from . import alias, operators, panel, preferences, settings

CLASSES = (
    preferences.JOINTHOI_AddonPreferences,
    settings.JOINTHOI_Settings,
    operators.JOINTHOI_OT_generate,
    operators.JOINTHOI_OT_cancel,
    operators.JOINTHOI_OT_export_fbx,
    panel.JOINTHOI_PT_main,
    panel.JOINTHOI_PT_take,
)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.jointhoi = bpy.props.PointerProperty(type=settings.JOINTHOI_Settings)
    preferences.apply()
    alias.add()


def unregister():
    operators.forget()
    alias.remove()
    del bpy.types.Scene.jointhoi
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
