"""Seeing a take: its heatmap, how deep the hands are in the object, a graph of that over time, and ghosts of the hands.

All but the heatmap is drawn over the viewport and is no part of the file: it is never rendered and leaves nothing
behind. What is drawn is kept by the session_uid of the take's collection, with the state of the take that it shows.
"""

import json

import blf
import bpy
from bpy.app.handlers import persistent
import gpu
from bpy.props import BoolProperty, IntProperty
from gpu_extras.batch import batch_for_shader
import numpy as np

from .. import seam, steps
from ..scene.request import metres_per_unit
from ..takes import measure
from ..takes.take import Take
from . import actor
from .making import TICK_SECONDS, WORK_SECONDS, Session, by_uid, chosen_take, redraw

SHALLOW, DEEP = np.array([1.0, 0.85, 0.1, 1.0]), np.array([0.95, 0.05, 0.1, 1.0])  # colours
WORST = 0.003  # metres: as red as it gets
BEFORE, AFTER = np.array([0.55, 0.75, 1.0, 0.3]), np.array([0.6, 1.0, 0.65, 0.3])  # ghosts' colours
HANDS = ((0.45, 0.7, 1.0, 1.0), (1.0, 0.65, 0.3, 1.0))  # the curves of the left and the right hand
WIDTH, HEIGHT, MARGIN = 320, 90, 24  # of the graph, pixels
HIGHEST = 0.010  # metres: the graph's upper end

measured, ghosts = {}, {}  # of takes, by their collections' session_uid: (their state, what is drawn)
_states = {}  # in which state each is, until anything in the scene changes


class InSteps:
    """What operators share that work in steps: `work(context, take)`, and then `done(context, take, what it made)`."""

    working = False  # one of the class is under way

    @classmethod
    def poll(cls, context):
        take = chosen_take(context)
        return context.mode == "OBJECT" and take is not None and take.shown and not cls.working and not Session.job

    def execute(self, context):
        """Blocks until it is done; for scripts."""
        take = chosen_take(context)
        self.done(context, take, steps.result(self.work(context, take)))
        return {"FINISHED"}

    def invoke(self, context, _event):
        take = chosen_take(context)
        self.uid, self.left, self.alone = take.collection.session_uid, self.work(context, take), True
        self.timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        type(self).working = True
        redraw(context)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type == "ESC":
            self.cancel(context)
            return {"CANCELLED"}
        if event.type == "TIMER":
            over, told = steps.work(self.left, WORK_SECONDS)
            if over:
                self.cancel(context)
                collection = by_uid(bpy.data.collections, self.uid)
                if collection:
                    self.done(context, Take(collection), told)
                return {"FINISHED"}
            self.alone = bool(told)
        return {"RUNNING_MODAL"} if self.alone else {"PASS_THROUGH"}

    def cancel(self, context):
        self.left.close()
        context.window_manager.event_timer_remove(self.timer)
        type(self).working = False
        redraw(context)


class JOINTHOI_OT_measure(InSteps, bpy.types.Operator):
    bl_idname = "jointhoi.measure"
    bl_label = "Measure"
    bl_description = (
        "Measure in every frame of the take how deep the hands are in the object, or how far away. Esc stops"
    )

    @classmethod
    def poll(cls, context):
        take = chosen_take(context)
        return InSteps.poll.__func__(cls, context) and bool(take.object) and not take.collection.library

    def work(self, context, take):
        """How near the hands come, and in which state of the take that is."""
        state, metres, (first, last) = measure.state(take), metres_per_unit(context.scene), take.frame_range
        seen = yield from measure.read(take, range(first, last + 1))
        return state, (yield from measure.measured(seen, metres))

    def done(self, context, take, made):
        state, found = made
        keep(take, state, found)
        redraw(context)


class JOINTHOI_OT_ghosts(InSteps, bpy.types.Operator):
    bl_idname = "jointhoi.ghosts"
    bl_label = "Ghosts"
    bl_description = "Draw the hands of the take every few frames, to see their path, until it is edited; again: draw "\
        "them no more"  # fmt: skip

    def work(self, context, take):
        """The ghosts, or None where they are to go."""
        if drawn(ghosts, take):
            return None
        (first, last), every = take.frame_range, context.scene.jointhoi_seeing.ghost_step
        frames = range(first, last + 1, every)
        state, faces = (
            measure.state(take),
            {side: measure.triangles(skin) for side, skin in measure.skins(take).items()},
        )
        seen = yield from measure.read(take, frames, surfaces=False)
        return state, [
            (frame, *shaded(points.astype(np.float32), faces[side]))
            for frame, hands in zip(frames, seen["skins"])
            for side, points in hands.items()
        ]

    def done(self, context, take, made):
        ghosts.pop(take.collection.session_uid, None)
        if made:
            ghosts[take.collection.session_uid] = made
        redraw(context)


class JOINTHOI_OT_show_heat(bpy.types.Operator):
    bl_idname = "jointhoi.show_heat"
    bl_label = "In Solid View"
    bl_description = "Show the heatmap's colours in this view's Solid mode, or the materials' again"

    @classmethod
    def poll(cls, context):
        return context.space_data is not None and context.space_data.type == "VIEW_3D"

    def execute(self, context):
        shading = context.space_data.shading
        on = shading.type == "SOLID" and shading.color_type == "VERTEX"
        shading.type, shading.color_type = "SOLID", "MATERIAL" if on else "VERTEX"
        return {"FINISHED"}


def keep(take, state, found):
    """Keeps what was measured in a state of a take: the points for as long as Blender runs, the distances with the
    take.
    """
    measured[take.collection.session_uid] = state, found["inside"]
    distance_mm = np.round(1000.0 * found["distance"], 2).tolist()
    take.record["measured"] = json.dumps({"state": state, "distance_mm": distance_mm})


def distances(take):
    """What was measured of a take (n, 2), metres, or None where nothing was, or the take was edited since."""
    told = json.loads(take.record.get("measured", "{}"))
    return np.array(told["distance_mm"]) / 1000 if told and told["state"] == state_of(take) else None


def drawn(kept, take):
    """What is to be drawn of a take, of `measured` or `ghosts`; None where there is nothing, or it was edited since."""
    state, found = kept.get(take.collection.session_uid, ("", None))
    return found if found and state == state_of(take) else None


def state_of(take):
    """The take's `measure.state`, looked up where the scene has changed."""
    uid = take.collection.session_uid
    if uid not in _states:
        _states[uid] = measure.state(take)
    return _states[uid]


@persistent
def changed(*_arguments):
    """The handler of changes: any of them may be an edit of a take. A new frame is none."""
    _states.clear()


def shaded(points, triangles):
    """A hand's vertices (V, 3) as float32, how light each is (V,), and its triangles (F, 3)."""
    corners = points[triangles]
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normal, triangles[:, corner], face)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    return points, 0.65 + 0.35 * normal[:, 2], triangles


def graph_lines(distance, width, height):
    """Curves of distances (n,) metres in a box, as points (n, 2) in pixels from its lower left; and the height of zero.

    The box reaches from HIGHEST down to what is deepest, at least WORST.
    """
    lowest = min(-WORST, float(distance.min()))
    across = np.linspace(0, width, len(distance))
    up = (np.clip(distance, lowest, HIGHEST) - lowest) / (HIGHEST - lowest) * height
    return np.stack([across, up], 1), -lowest / (HIGHEST - lowest) * height


def _handlers():
    handlers = bpy.app.handlers
    return handlers.depsgraph_update_post, handlers.undo_post, handlers.redo_post, handlers.load_post


def register():
    """Adds the fields to scenes, and notices changes from now on."""
    bpy.types.Scene.jointhoi_seeing = bpy.props.PointerProperty(type=JOINTHOI_Seeing)
    for each in _handlers():
        each.append(changed)


def unregister():
    """Takes the fields away, and forgets what was to be drawn."""
    for each in _handlers():
        each.remove(changed)
    del bpy.types.Scene.jointhoi_seeing
    for each in (measured, ghosts, _states):
        each.clear()


def draw_in_space():
    """The draw handler for what is in space: ghosts, and what is inside the object in this frame."""
    context = bpy.context
    if not actor.tab_is_open(context):
        return
    take = chosen_take(context)
    if take is None or not take.shown:
        return
    frame = context.scene.frame_current
    gpu.state.blend_set("ALPHA")
    if path := drawn(ghosts, take):
        shader = gpu.shader.from_builtin("SMOOTH_COLOR")
        gpu.state.depth_test_set("LESS_EQUAL")
        gpu.state.face_culling_set("BACK")
        for there, points, light, triangles in path:
            if there != frame:
                tone = (BEFORE if there < frame else AFTER) * np.stack([light, light, light, np.ones_like(light)], 1)
                batch = batch_for_shader(
                    shader, "TRIS", {"pos": points, "color": tone.astype(np.float32)}, indices=triangles
                )
                batch.draw(shader)
        gpu.state.face_culling_set("NONE")
        gpu.state.depth_test_set("NONE")
    row = frame - take.frame_range[0]
    inside = context.scene.jointhoi_seeing.show_depth and drawn(measured, take)
    if inside and 0 <= row < len(inside):
        points, depth = inside[row]
        if len(points):
            shader = gpu.shader.from_builtin("FLAT_COLOR")
            share = np.clip(depth / WORST, 0, 1)[:, None]
            gpu.state.point_size_set(6.0)
            colors = (SHALLOW + share * (DEEP - SHALLOW)).astype(np.float32)
            batch_for_shader(shader, "POINTS", {"pos": points, "color": colors}).draw(shader)
    gpu.state.blend_set("NONE")


def draw_graph():
    """The draw handler for the graph, at the bottom of the view."""
    context = bpy.context
    if not actor.tab_is_open(context) or not context.scene.jointhoi_seeing.show_graph:
        return
    take = chosen_take(context)
    distance = distances(take) if take is not None and take.shown else None
    if distance is None:
        return
    scale = context.preferences.system.ui_scale
    width, height, left, bottom = WIDTH * scale, HEIGHT * scale, MARGIN * scale, MARGIN * scale
    corner, shader = np.array([left, bottom]), gpu.shader.from_builtin("UNIFORM_COLOR")

    def draw(kind, points, color):
        shader.uniform_float("color", color)
        batch_for_shader(shader, kind, {"pos": [(x, y, 0.0) for x, y in np.asarray(points) + corner]}).draw(shader)

    gpu.state.blend_set("ALPHA")
    draw("TRI_FAN", [(0, 0), (width, 0), (width, height), (0, height)], (0.05, 0.05, 0.05, 0.7))
    lowest = float(distance.min())
    _, zero = graph_lines(np.array([lowest]), width, height)
    draw("LINES", [(0, zero), (width, zero)], (0.6, 0.6, 0.6, 1.0))
    texts = []
    row = context.scene.frame_current - take.frame_range[0]
    for side, color in enumerate(HANDS):
        if seam.SIDES[side] not in take.hands:
            continue
        curve, _ = graph_lines(
            np.append(distance[:, side], lowest), width * (1 + 1 / max(len(distance) - 1, 1)), height
        )
        draw("LINE_STRIP", curve[:-1], color)
        if 0 <= row < len(distance):
            texts.append((f"{seam.SIDES[side].title()} {told(distance[row, side])}", color))
    if 0 <= row < len(distance):
        at = width * row / max(len(distance) - 1, 1)
        draw("LINES", [(at, 0), (at, height)], (1.0, 1.0, 1.0, 0.8))
    gpu.state.blend_set("NONE")
    blf.size(0, 11 * scale)
    for number, (text, color) in enumerate(texts):
        blf.color(0, *color)
        blf.position(0, left + 6 * scale + number * width / 2, bottom + height - 14 * scale, 0)
        blf.draw(0, text)


def told(distance):
    """A distance in metres for people: "1.2 mm deep", "3.4 mm off", "away"."""
    if distance >= measure.FAR:
        return "away"
    return f"{-1000 * distance:.1f} mm deep" if distance < 0 else f"{1000 * distance:.1f} mm off"


def heat(which):
    """A tick that shows and sets one of the chosen take's three looks."""

    def get(_settings):
        take = chosen_take(bpy.context)
        return bool(take and take.look[which])

    def set(_settings, value):
        take = chosen_take(bpy.context)
        if take and not take.collection.library:
            take.look = [value if number == which else old for number, old in enumerate(take.look)]

    return {"get": get, "set": set}


class JOINTHOI_PT_seeing(bpy.types.Panel):
    bl_label = "Seeing It"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_takes"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        take = chosen_take(context)
        return take is not None and take.shown and not take.collection.library

    def draw(self, context):
        layout, fields, take = self.layout, context.scene.jointhoi_seeing, chosen_take(context)
        column = layout.column(align=True)
        column.label(text="Heatmap:")
        row = column.row(align=True)
        for side in take.hands:
            row.prop(fields, f"heat_{side.lower()}", text=side.title(), toggle=True)
        row = column.row(align=True)
        shading = context.space_data.shading
        row.operator(
            JOINTHOI_OT_show_heat.bl_idname, depress=shading.type == "SOLID" and shading.color_type == "VERTEX"
        )
        row.prop(fields, "heat_rendered", toggle=True)
        column = layout.column(align=True)
        column.label(text="Depth in the object:")
        row = column.row(align=True)
        text = "Measuring, Esc Stops" if JOINTHOI_OT_measure.working else "Measure"
        row.operator(JOINTHOI_OT_measure.bl_idname, text=text, icon="DRIVER_DISTANCE")
        distance = distances(take)
        if distance is not None:
            row.prop(fields, "show_depth", text="Points", toggle=True)
            row.prop(fields, "show_graph", text="Graph", toggle=True)
            deepest = distance.min()
            column.label(text=f"Deepest: {told(deepest)}" if deepest < 0 else "Nothing is inside")
        row = layout.row(align=True)
        row.operator(JOINTHOI_OT_ghosts.bl_idname, icon="GHOST_ENABLED", depress=bool(drawn(ghosts, take)))
        row.prop(fields, "ghost_step", text="Every")


class JOINTHOI_Seeing(bpy.types.PropertyGroup):
    heat_left: BoolProperty(name="Left", description="Show where the left hand touches", **heat(0))
    heat_right: BoolProperty(name="Right", description="Show where the right hand touches", **heat(1))
    heat_rendered: BoolProperty(
        name="In Renders",
        description="Show the heatmap in rendered views too, by a material over the object's own, until it is off",
        **heat(2),
    )
    show_depth: BoolProperty(name="Points", default=True, description="Draw what of the hands is inside the object")
    show_graph: BoolProperty(
        name="Graph", default=True, description="Draw how far away each hand is over time; below the line it is inside"
    )
    ghost_step: IntProperty(name="Every", default=10, min=1, max=100, description="How many frames from ghost to ghost")


CLASSES = (JOINTHOI_Seeing, JOINTHOI_OT_measure, JOINTHOI_OT_ghosts, JOINTHOI_OT_show_heat, JOINTHOI_PT_seeing)
