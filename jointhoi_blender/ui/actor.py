"""Where the actor sits and which way they look, drawn in the viewport: head, shoulders, seat and an arrow.

The places are those of the training data's actor (model_runtime/hands/arm.py, data/actions.py), in metres from the
middle of the object, looking along +Y: a seated adult whose work lies 45 cm in front of the shoulders.
"""

import bpy
import gpu
from gpu_extras.batch import batch_for_shader
from mathutils import Matrix, Vector
import numpy as np

from ..scene.request import metres_per_unit
from . import checks

SHOULDERS, HEAD, HEAD_RADIUS, HIPS = (0.19, -0.45, 0.28), (0.0, -0.42, 0.46), (0.08, 0.10, 0.12), (0.15, -0.47, -0.18)
COLOR = (1.0, 0.62, 0.2, 0.9)


def outline():
    """The actor as line segments (N, 2, 3), in metres, about the object's middle, looking along +Y."""
    turn = np.linspace(0, 2 * np.pi, 25)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    head = np.asarray(HEAD)
    across = np.stack([circle[:, 0] * HEAD_RADIUS[0], 0 * turn, circle[:, 1] * HEAD_RADIUS[2]], 1) + head
    along = np.stack([0 * turn, circle[:, 0] * HEAD_RADIUS[1], circle[:, 1] * HEAD_RADIUS[2]], 1) + head
    right, hip = np.asarray(SHOULDERS), np.asarray(HIPS)
    neck = right * (0, 1, 1) + (0, 0, 0.04)
    left, left_hip = right * (-1, 1, 1), hip * (-1, 1, 1)
    torso = np.array([neck, right, hip, left_hip, left, neck, head - (0, 0, HEAD_RADIUS[2])])
    shaft_start, tip = np.array([0, -0.33, 0.0]), np.array([0, -0.13, 0.0])
    wing = 0.05
    arrow = [np.array([shaft_start, tip]), np.array([tip + (-wing, -wing, 0), tip, tip + (wing, -wing, 0)])]
    lines = [across, along, torso, *arrow]
    return np.concatenate([np.stack([line[:-1], line[1:]], 1) for line in lines])


def placed(middle, heading, metres):
    """The matrix that puts the outline's metres where an object's middle (3,) is, turned by heading."""
    return Matrix.Translation(middle) @ Matrix.Rotation(heading, 4, "Z") @ Matrix.Scale(1 / metres, 4)


def middle_of(thing, frame):
    """The middle of an object's bounding box in the world; in the midst of a take, where it was when that began."""
    record = checks.under_way(thing, frame)
    if record and "middle" in record:
        return Vector(record["middle"])
    return sum((thing.matrix_world @ Vector(corner) for corner in thing.bound_box), Vector()) / 8


def draw():
    """The draw handler. Never raises: an error here would come back with every redraw."""
    context = bpy.context
    if not tab_is_open(context) or not context.scene.jointhoi.show_actor:
        return
    fields = context.scene.jointhoi
    _, kind = checks.obstacle(context)
    if kind:
        return
    thing = checks.chosen_object(context)
    metres = metres_per_unit(context.scene) / hand_scale(thing, context.scene)
    matrix = placed(middle_of(thing, context.scene.frame_current), fields.heading, metres)
    draw_lines([matrix @ Vector(point) for point in outline().reshape(-1, 3)], COLOR)


def tab_is_open(context):
    """Whether a 3D view that is being drawn shows our tab, and overlays."""
    if not hasattr(context.scene, "jointhoi") or not context.space_data.overlay.show_overlays:
        return False
    region = next((each for each in context.area.regions if each.type == "UI"), None)
    return bool(region and getattr(region, "active_panel_category", "") == "JointHOI" and region.width > 1)


def draw_lines(points, color, width=2.0):
    """Draws segments between points (2 N, 3) of the world; color (r, g, b, a)."""
    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    shader.bind()
    shader.uniform_float("color", color)
    shader.uniform_float("lineWidth", width)
    shader.uniform_float("viewportSize", gpu.state.viewport_get()[2:])
    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("LESS_EQUAL")
    batch_for_shader(shader, "LINES", {"pos": points}).draw(shader)
    gpu.state.depth_test_set("NONE")
    gpu.state.blend_set("NONE")


def hand_scale(thing, scene):
    """How much larger than life the actor is: where the hands are scaled to the object, more than once."""
    if scene.jointhoi.fit != "scale_hands":
        return 1.0
    large = max(each * metres_per_unit(scene) for each in thing.dimensions)
    return large / 0.12 if checks.size_problem(thing, metres_per_unit(scene)) else 1.0
