"""Runs inside the window under test: puts a mug into the scene, then tells ten times a second what is so.

usage: blender --python in_blender.py -- MESH.obj STATE.json [FAKE_WORKER.py]
"""

import json
import os
import sys
import time

import bpy

MESH, STATE, *FAKE = sys.argv[sys.argv.index("--") + 1 :]
FRAME = os.path.join(os.path.dirname(STATE), "frame")  # the test writes a frame to go to here
gaps = []
drawn = []
last = None


def addon():
    import bl_ext.user_default.jointhoi.jointhoi_blender as package

    return package


def sidebar_tab():
    """The sidebar's open tab; empty while the sidebar is closed or still sliding in."""
    for area in bpy.context.window_manager.windows[0].screen.areas:
        for region in area.regions:
            if area.type == "VIEW_3D" and region.type == "UI" and region.width > 200:
                return region.active_panel_category
    return ""


def report():
    """A timer in Blender's own loop: the gaps between its calls are how long the window stood still."""
    global last
    now = time.monotonic()
    gaps.append(now - last if last else 0.0)
    last = now
    session = sys.modules[addon().__name__ + ".ui.operators"].Session
    scene = bpy.context.scene
    if os.path.exists(FRAME):
        with open(FRAME) as file:
            scene.frame_set(int(file.read()))
        os.remove(FRAME)
    mug = bpy.data.objects.get("Mug")
    state = {
        "objects": sorted(scene.objects.keys()),
        "tab": sidebar_tab(),
        "prompt": scene.jointhoi.prompt,
        "job": session.job and session.job.message,
        "error": session.error and str(session.error),
        "metrics": [take.metrics for take in addon().find_takes(scene)],
        "action": bool(mug and mug.animation_data and mug.animation_data.action),
        "frame": scene.frame_current,
        "drawn": bool(drawn),
        "longest_gap": max(gaps),
    }
    if not session.job:
        gaps.clear()
        gaps.append(0.0)
    with open(STATE + ".partial", "w") as file:
        json.dump(state, file)
    os.replace(STATE + ".partial", STATE)
    return 0.1


def prepare():
    bpy.context.preferences.view.show_splash = False
    bpy.context.preferences.use_preferences_save = False
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    bpy.ops.wm.obj_import(filepath=MESH)
    mug = bpy.context.selected_objects[0]
    mug.name = "Mug"
    bpy.context.view_layer.objects.active = mug
    for area in bpy.context.window_manager.windows[0].screen.areas:
        if area.type == "VIEW_3D":
            view = area.spaces.active.region_3d
            view.view_distance, view.view_location = 0.9, (0, 0, 0.12)
    if FAKE:
        client = sys.modules[addon().__name__ + ".worker_client"]
        client._command = lambda python, settings: [python, FAKE[0], "", str(os.getpid())]
    bpy.types.SpaceView3D.draw_handler_add(lambda: drawn or drawn.append(True), (), "WINDOW", "POST_PIXEL")
    bpy.ops.ed.undo_push(message="Mug")
    bpy.app.timers.register(report, persistent=True)


prepare()
