"""Runs inside the window under test: tells ten times a second what is so, and does what a person would do by menus.

usage: blender --python in_blender.py -- STATE.json [FAKE_WORKER.py]

Beside STATE.json the test leaves `do.json`: {"op": "jointhoi.add_example", "with": {...}} calls an operator in the 3D
view, {"frame": 30} goes to a frame, {"view": [distance, x, y, z]} looks from there.
"""

import json
import os
import sys
import time

import bpy

STATE, *FAKE = sys.argv[sys.argv.index("--") + 1 :]
DO = os.path.join(os.path.dirname(STATE), "do.json")
drawn, busy = [], {}


def addon():
    import bl_ext.user_default.jointhoi.jointhoi_blender as package

    return package


def part(name):
    return sys.modules[f"{addon().__name__}.{name}"]


def timed(owner, name, label):
    """Keeps how long the longest call of a function took: while it runs, the window stands still.

    In processor time, for on a machine that does other things too the clock measures those.
    """
    real = getattr(owner, name)

    def timing(*arguments, **options):
        started = time.thread_time()
        try:
            return real(*arguments, **options)
        finally:
            busy[label] = max(busy.get(label, 0), time.thread_time() - started)

    def operators(self, context, event):  # of an operator's, Blender counts the arguments
        return timing(self, context, event)

    setattr(owner, name, operators if name in ("modal", "invoke") else timing)


def sidebar_tab():
    """The sidebar's open tab; empty while the sidebar is closed or still sliding in."""
    region = sidebar()
    return region.active_panel_category if region and region.width > 200 else ""


def view():
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    return window, area, next(region for region in area.regions if region.type == "WINDOW")


def sidebar():
    return next((region for region in view()[1].regions if region.type == "UI"), None)


def act(wish):
    scene = bpy.context.scene
    if "frame" in wish:
        scene.frame_set(wish["frame"])
    if "view" in wish:
        look = view()[1].spaces.active.region_3d
        look.view_distance, look.view_location = wish["view"][0], wish["view"][1:]
    if "set" in wish:
        for name, value in wish["set"].items():
            setattr(scene.jointhoi, name, value)
    if "op" in wish:
        window, area, region = view()
        with bpy.context.temp_override(window=window, area=area, region=region):
            group, name = wish["op"].split(".")
            getattr(getattr(bpy.ops, group), name)("INVOKE_DEFAULT" if wish.get("invoke") else "EXEC_DEFAULT", **wish.get("with", {}))
    view()[1].tag_redraw()


def report():
    scene = bpy.context.scene
    if os.path.exists(DO):
        with open(DO) as file:
            wish = json.load(file)
        os.remove(DO)
        act(wish)
    session, minute = part("ui.making").Session, part("ui.first_minute")
    takes = addon().find_takes(scene)
    state = {
        "objects": sorted(scene.objects.keys()),
        "active": bpy.context.view_layer.objects.active and bpy.context.view_layer.objects.active.name,
        "tab": sidebar_tab(),
        "fields": {name: getattr(scene.jointhoi, name) for name in ("prompt", "seed", "hands", "seconds", "quality")},
        "setup": bool(part("ui.checks").runtime_missing()) and (minute.State.setup and minute.State.setup.error or "missing"),
        "job": session.job and session.job.message,
        "error": session.error and str(session.error),
        "takes": [[take.name, take.shown, take.is_beside, take.is_strip] for take in takes],
        "metrics": [take.metrics for take in takes],
        "actions": len(bpy.data.actions),
        "frame": scene.frame_current,
        "drawn": bool(drawn),
        "busy_ms": {label: round(1000 * seconds, 1) for label, seconds in busy.items()},
    }
    with open(STATE + ".partial", "w") as file:
        json.dump(state, file)
    os.replace(STATE + ".partial", STATE)
    return 0.1


def prepare():
    bpy.context.preferences.view.show_splash = False
    bpy.context.preferences.use_preferences_save = False
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    if FAKE:
        part("worker_client")._command = lambda python, settings: [python, FAKE[0], "", str(os.getpid())]
    making = part("ui.making").Making
    timed(making, "modal", "one tick of Generate")
    timed(making, "invoke", "pressing Generate")
    timed(part("ui.panel"), "draw_fields", "drawing the fields")
    for module, names in (
        ("takes.rig", ("make_hand", "key_hand")), ("takes.heatmap", ("add_modifier", "nearest", "put_away", "take_out")),
        ("takes.object_keys", ("key_object",)), ("ui.making", ("checked", "finish", "undo_step", "redraw")), ("seam", ("load_clip", "save")),
        ("takes.resample", ("resample",)), ("takes.take", ("check_keyable", "world_matrix", "_forget_curves")),
        ("takes.build", ("new_record", "_animate")), ("takes.attach", ("detach", "attach")),
    ):  # fmt: skip
        for name in names:
            timed(part(module), name, f"... {name}")
    bpy.types.SpaceView3D.draw_handler_add(lambda: drawn or drawn.append(True), (), "WINDOW", "POST_PIXEL")
    bpy.ops.ed.undo_push(message="Start")
    bpy.app.timers.register(report, persistent=True)


prepare()
