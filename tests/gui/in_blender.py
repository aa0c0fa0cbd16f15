"""Runs inside the window under test: tells ten times a second what is so, and does what a person would do by menus.

usage: blender --python in_blender.py -- STATE.json [FAKE_WORKER.py]

Beside STATE.json the test leaves `do.json`, a wish:

    {"op": "jointhoi.add_example", "with": {...}}   calls an operator in the 3D view
    {"frame": 30}                                   goes to a frame
    {"view": [distance, x, y, z]}                   looks from there
    {"look": [number, [[x, y], ...]]}               moves the mouse there, tells which of the sidebar's buttons it met
    {"preferences": true}                           shows the add-on's preferences in place of the 3D view, or not
    {"draw": number}                                draws all anew; then `shown` is that number
    {"run": "mug.location.x = 1"}                   runs Python, with `bpy`, `jointhoi`, `fields` and `take()` at hand
    {"tell": [number, "len(bpy.data.actions)"]}     tells what an expression is
"""

import json
import os
import sys
import time
import traceback

import bpy

STATE, *FAKE = sys.argv[sys.argv.index("--") + 1 :]
DO = os.path.join(os.path.dirname(STATE), "do.json")
LOOK_SECONDS, LOOK_EVENTS, LOST_SECONDS, BEAT_SECONDS = 0.002, 4, 10, 0.005
drawn, busy, met, told, trouble = [], {}, {}, [], []
wanted, shown = [], []  # numbers of drawings
panels = []  # those of the sidebar that are open, as drawn last
answers, gaps, clock = [], {"view drawn": [], "else": []}, {"beat": 0.0, "drew": False}


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


def answering():
    """Keeps in `answers`, for each press of Generate, how long it took until the bar was drawn, and until it moved."""
    making, panel = part("ui.making"), part("ui.panel")
    invoke, draw = making.Making.invoke, panel.draw_progress

    def pressed(self, context, event):
        answers.append({"pressed": time.perf_counter()})
        return invoke(self, context, event)

    def drawing(layout):
        if answers:
            since = round(1000 * (time.perf_counter() - answers[-1]["pressed"]))
            answers[-1].setdefault("bar_ms", since)
            if making.Session.job.fraction > 0:
                answers[-1].setdefault("moves_ms", since)
        return draw(layout)

    making.Making.invoke, panel.draw_progress = pressed, drawing


def beat():
    """The heart of the window: how long it stops while takes are made, apart from when the 3D view was drawn."""
    now = time.perf_counter()
    if part("ui.making").Session.job:
        gaps["view drawn" if clock["drew"] else "else"].append(1000 * (now - clock["beat"]))
    clock.update(beat=now, drew=False)
    return BEAT_SECONDS


def sidebar_tab():
    """The sidebar's open tab; empty while the sidebar is closed or still sliding in."""
    region = sidebar()
    return region.active_panel_category if region and region.width > 200 else ""


def view():
    window = bpy.context.window_manager.windows[0]
    area = next((area for area in window.screen.areas if area.type == "VIEW_3D"), window.screen.areas[0])
    return window, area, next(region for region in area.regions if region.type == "WINDOW")


def sidebar():
    return next((region for region in view()[1].regions if region.type == "UI"), None)


def button():
    """The sidebar's button under the mouse: "jointhoi.dice()" or, of a field, "jointhoi.seed"; else ""."""
    window, area, _ = view()
    with bpy.context.temp_override(window=window, area=area, region=sidebar()):
        for copy in (bpy.ops.ui.copy_python_command_button, bpy.ops.ui.copy_data_path_button):
            if copy.poll() and copy() == {"FINISHED"}:
                return bpy.context.window_manager.clipboard.removeprefix("bpy.ops.")
    return ""


class GUI_OT_look(bpy.types.Operator):
    """Moves the mouse from place to place; then `met` holds [x, y, button] of each, and the `number` it answers.

    A button is met some events after the mouse has come: the one that it left has to let go first.
    """

    bl_idname = "gui.look"
    bl_label = "Look"

    wish = None

    def invoke(self, context, _event):
        self.number, places = self.wish
        self.left, self.seen, self.events = list(places), [], 0
        self.timer = context.window_manager.event_timer_add(LOOK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        self.go(context)
        return {"RUNNING_MODAL"}

    def go(self, context):
        self.at, self.events, self.since = self.left.pop(0), 0, time.perf_counter()
        context.window.cursor_warp(self.at[0], context.window.height - self.at[1])

    def modal(self, context, event):
        x, y = self.at
        here = abs(event.mouse_x - x) <= 1 and abs(event.mouse_y - (context.window.height - y)) <= 1
        self.events += here
        if self.events < LOOK_EVENTS and time.perf_counter() - self.since < LOST_SECONDS:
            return {"PASS_THROUGH"}
        self.seen.append([x, y, button()])
        if self.left:
            self.go(context)
            return {"PASS_THROUGH"}
        context.window_manager.event_timer_remove(self.timer)
        met.update(number=self.number, seen=self.seen)
        return {"FINISHED", "PASS_THROUGH"}


def look(wish):
    GUI_OT_look.wish = wish
    window, area, region = view()
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.gui.look("INVOKE_DEFAULT")


def names():
    """What Python of a wish has at hand."""
    chosen = part("ui.making").chosen_take
    return {
        "bpy": bpy, "jointhoi": addon(), "fields": bpy.context.scene.jointhoi, "part": part,
        "take": lambda: chosen(bpy.context),
    }  # fmt: skip


def watch_panels():
    """Keeps in `panels` which are open: those that are drawn after the one above them all."""

    def watched(name, draw):
        def drawing(self, context):
            if name == "JOINTHOI_PT_main":
                panels.clear()
            panels.append(name)
            return draw(self, context)

        return drawing

    for name in filter(lambda name: name.startswith("JOINTHOI_PT_"), dir(bpy.types)):
        kind = getattr(bpy.types, name)
        timed(kind, "draw", "drawing a panel")
        kind.draw = watched(name, kind.draw)


def act(wish):
    if "look" in wish:
        look(wish["look"])
        return
    if "draw" in wish:
        wanted[:] = [wish["draw"]]
        for area in view()[0].screen.areas:
            area.tag_redraw()
        return
    if "tell" in wish:
        told[:] = [wish["tell"][0], eval(wish["tell"][1], names())]
        return
    scene = bpy.context.scene
    if "frame" in wish:
        scene.frame_set(wish["frame"])
    if "view" in wish:
        eye = view()[1].spaces.active.region_3d
        eye.view_distance, eye.view_location = wish["view"][0], wish["view"][1:]
    if "set" in wish:
        for name, value in wish["set"].items():
            setattr(scene.jointhoi, name, value)
    if "preferences" in wish:  # in place of the 3D view, or that again
        old, new = ("VIEW_3D", "PREFERENCES") if wish["preferences"] else ("PREFERENCES", "VIEW_3D")
        next(area for area in view()[0].screen.areas if area.type == old).type = new
        bpy.context.preferences.active_section = "ADDONS"
        bpy.context.window_manager.addon_search = "JointHOI"
        bpy.ops.preferences.addon_expand(module=addon().__name__.rpartition(".")[0])
        return
    if "run" in wish:
        exec(wish["run"], names())
    if "op" in wish:
        window, area, region = view()
        with bpy.context.temp_override(window=window, area=area, region=region):
            group, name = wish["op"].split(".")
            how = "INVOKE_DEFAULT" if wish.get("invoke") else "EXEC_DEFAULT"
            getattr(getattr(bpy.ops, group), name)(how, **wish.get("with", {}))
    view()[1].tag_redraw()


def report():
    if os.path.exists(DO):
        with open(DO) as file:
            wish = json.load(file)
        os.remove(DO)
        trouble.clear()
        try:
            act(wish)
        except Exception:  # told to the test; the timer must go on
            trouble.append(traceback.format_exc())
    scene = bpy.context.scene  # now, for the wish may have opened a file
    session, minute = part("ui.making").Session, part("ui.first_minute")
    takes = addon().find_takes(scene)
    state = {
        "objects": sorted(scene.objects.keys()),
        "active": bpy.context.view_layer.objects.active and bpy.context.view_layer.objects.active.name,
        "tab": sidebar_tab(),
        "met": met,
        "told": told,
        "shown": shown,
        "panels": panels,
        "fields": {name: getattr(scene.jointhoi, name) for name in ("prompt", "seed", "hands", "seconds", "quality")},
        "setup": bool(part("ui.checks").runtime_missing()) and (getattr(minute.State.setup, "error", "") or "missing"),
        "job": session.job and session.job.message,
        "error": session.error and str(session.error),
        "takes": [[take.name, take.shown, take.is_beside, take.is_strip] for take in takes],
        "metrics": [take.metrics for take in takes],
        "actions": len(bpy.data.actions),
        "frame": scene.frame_current,
        "trouble": trouble,
        "drawn": bool(drawn),
        "answers": answers,
        "gaps_ms": {
            label: [len(each), *(round(sorted(each)[int(q * (len(each) - 1))], 1) for q in (0.5, 0.99, 1.0))]
            for label, each in gaps.items()
            if each
        },
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
    timed(part("ui.seeing").InSteps, "modal", "one tick of Measure or Ghosts")
    for module, names in (
        ("takes.rig", ("make_hand", "key_hand")),
        ("takes.heatmap", ("add_modifier", "nearest", "put_away", "take_out")),
        ("takes.object_keys", ("key_object",)), ("seam", ("load_clip", "save")),
        ("ui.making", ("checked", "finish", "undo_step", "redraw")),
        ("takes.resample", ("resample",)), ("takes.make", ("check_keyable", "world_matrix")),
        ("takes.take", ("_forget_curves",)), ("takes.build", ("new_record", "_animate")),
        ("takes.attach", ("detach", "attach")),
    ):  # fmt: skip
        for name in names:
            timed(part(module), name, f"... {name}")
    answering()
    watch_panels()
    bpy.utils.register_class(GUI_OT_look)
    bpy.types.SpaceView3D.draw_handler_add(lambda: clock.update(drew=True), (), "WINDOW", "PRE_VIEW")
    bpy.types.SpaceView3D.draw_handler_add(lambda: drawn or drawn.append(True), (), "WINDOW", "POST_PIXEL")
    bpy.types.SpaceView3D.draw_handler_add(lambda: shown.__setitem__(slice(None), wanted), (), "WINDOW", "POST_PIXEL")
    bpy.app.timers.register(beat, persistent=True)
    bpy.ops.ed.undo_push(message="Start")
    bpy.app.timers.register(report, persistent=True)


prepare()
