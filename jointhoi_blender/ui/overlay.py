"""What is drawn over the 3D views for as long as the add-on is on; nothing without a window."""

import bpy

_handles = []


def add(function, when="POST_VIEW"):
    """Has function() called with every drawing of a 3D view: in space, or, by "POST_PIXEL", on the screen."""
    if not bpy.app.background:
        _handles.append(bpy.types.SpaceView3D.draw_handler_add(function, (), "WINDOW", when))


def clear():
    """Draws nothing any more."""
    while _handles:
        bpy.types.SpaceView3D.draw_handler_remove(_handles.pop(), "WINDOW")
