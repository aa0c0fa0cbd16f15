"""From a Blender object to a Request: its evaluated mesh in metres, in a rigid frame of its own."""

import bpy
import numpy as np

from .. import seam, steps
from . import fixed, hinge, paint as painting

TRANSFORMS = (
    "location", "rotation_euler", "rotation_quaternion", "rotation_axis_angle", "scale",
    "delta_location", "delta_rotation_euler", "delta_rotation_quaternion", "delta_scale",
)  # fmt: skip


def request_from(
    object, prompt, *, hands="auto", seconds=4.0, seed=0, fit="ask", heading=0.0, quality="normal", part=None,
    axis="auto", opens=None, closes=None, then=(), follow=None, keep=None, path=None, paint=False, hand_shape=None
):  # fmt: skip
    """The Request for what `prompt` says to happen to a Blender object, from where it stands at the current frame.

    object      a mesh, or a curve, surface, text or metaball that makes one; modifiers count as in the viewport
    part        a second such object, that turns on a hinge of the first; axis, opens, closes: see `generate`
    paint       whether hands are drawn to where `scene.paint` says; for both objects
    then, follow, keep, hand_shape   see `generate`
    path        that of the frames to follow, where it was read already (fixed.py)

    Parents, scale and shear are baked into the request's vertices; the scene's unit scale turns them into metres.
    Raises UserError for an object that has no mesh or could not be keyed later.
    """
    if not isinstance(object, bpy.types.Object):
        raise seam.UserError(
            f"An object of the scene is needed, such as bpy.data.objects['Mug'], not {object!r}.", "mesh"
        )
    check_shown(object) if follow else check_keyable(object)
    scene = bpy.context.scene
    rate, then = scene.render.fps / scene.render.fps_base, [list(each) for each in then]
    if follow:
        if part is not None:
            raise seam.UserError(
                f"“{object.name}” moves as you animated it, so its part “{part.name}” does too; take the part out of the panel."
            )
        seconds, then = fixed.lengths(*follow, rate, seconds, then)
        keep = fixed.merged(path or steps.result(fixed.path(object, range(follow[0], follow[1] + 1))), keep)
    vertices, faces, touch = evaluated_mesh(object, paint)
    matrix = world_matrix(object)
    rotation, rest = rigid_part(matrix)
    metres = metres_per_unit(scene)
    vertices, faces = vertices @ rest.T * metres, outwards(faces, rest)
    turning = range_and_line = None
    if part is not None:
        hinge.check_part(object, part)
        check_keyable(part)
        axis, opens, closes = hinge.resolved(object, part, axis, opens, closes)
        hinge.check_turns(part, axis, opens, closes)
        more, more_faces, more_touch = evaluated_mesh(part, paint)
        own = world_matrix(part)
        more = (more @ own[:3, :3].T + own[:3, 3] - matrix[:3, 3]) @ rotation * metres
        point, along = hinge.line(part, axis)
        range_and_line = np.concatenate(
            [(point - matrix[:3, 3]) @ rotation * metres, along @ rotation, [-closes, opens]]
        )
        turning = np.arange(len(faces) + len(more_faces)) >= len(faces)
        faces = np.concatenate([faces, outwards(more_faces, own[:3, :3]) + np.int32(len(vertices))])
        vertices, touch = np.concatenate([vertices, more]), np.concatenate([touch, more_touch], 1)
    request = seam.Request(
        prompt=prompt,
        vertices=vertices.astype(np.float32),
        faces=faces,
        turning=turning,
        touch=touch if touch.any() else None,
        hinge=None if range_and_line is None else range_and_line.astype(np.float32),
        translation=(matrix[:3, 3] * metres).astype(np.float32),
        rotation=rotation.astype(np.float32),
        hands=hands,
        seconds=float(seconds),
        seed=int(seed),
        heading=float(heading),
        fit=fit,
        hand_shape=np.zeros((2, 10), np.float32) if hand_shape is None else np.array(hand_shape, np.float32),
        quality=quality,
        object_name=object.name,
        then=then,
    )
    if keep:
        for name, value in fixed.for_request(keep, request.frames, rate).items():
            setattr(request, name, value)
        if request.given[0, fixed.OBJECT]:  # it begins as it is kept, wherever it stands without the take
            request.translation = request.object_translation[0].astype(np.float32)
            request.rotation = request.object_rotation[0].astype(np.float32)
    return request


def outwards(faces, linear):
    """Triangles (F, 3) that look outwards after `linear` (3, 3), which may mirror."""
    return faces[:, ::-1].copy() if np.linalg.det(linear) < 0 else faces


def check_shown(object):
    """Raises UserError where hands around the object could not be made, or would not show."""
    name = f"“{object.name}”"
    bpy.context.view_layer.update()  # notices what was linked or hidden a moment ago
    if object.name not in bpy.context.view_layer.objects:
        raise seam.UserError(
            f"{name} is not in the current scene's view layer; add it or enable its collection.", "mesh"
        )
    if object.library:
        raise seam.UserError(f"{name} is linked from another file and can't be keyed; make it local first.", "mesh")
    if object.override_library and object.override_library.is_system_override:
        raise seam.UserError(
            f"{name} is a library override that was not made editable; choose Library Override > Make > Selected first.",
            "mesh",
        )
    if object.hide_viewport or not object.visible_get():
        raise seam.UserError(f"{name} is hidden; show it in the viewport, then generate again.", "mesh")
    if bpy.context.mode != "OBJECT":
        raise seam.UserError(f"{name} can't be keyed in this mode; go to Object Mode first.", "mesh")


def check_keyable(object):
    """Raises UserError where keys on the object's transform could not be made, or would not show."""
    check_shown(object)
    name = f"“{object.name}”"
    for constraint in object.constraints:
        if not constraint.mute and constraint.influence > 0:
            raise seam.UserError(
                f"The constraint “{constraint.name}” holds {name} in place of keys; apply or disable it first.", "mesh"
            )
    animation = object.animation_data
    for driver in animation.drivers if animation else ():
        if driver.data_path in TRANSFORMS:
            raise seam.UserError(
                f"A driver sets the {driver.data_path} of {name} in place of keys; remove it first.", "mesh"
            )
    if animation and animation.use_tweak_mode:
        raise seam.UserError(f"An NLA strip of {name} is being tweaked; leave tweak mode first.", "mesh")
    body = object.rigid_body
    if body and body.enabled and body.type == "ACTIVE" and not body.kinematic:
        raise seam.UserError(
            f"The physics moves {name} in place of keys; tick Animated in its Rigid Body first.", "mesh"
        )


def evaluated_mesh(object, paint=False):
    """Vertices (V, 3) float64 in the object's local coordinates, triangles (F, 3) int32: modifiers applied; and what is
    painted on the vertices for the left and the right hand, (2, V) float32, 0 unless `paint`."""
    name = f"“{object.name}”"
    graph = bpy.context.evaluated_depsgraph_get()
    evaluated = object.evaluated_get(graph)
    paint = paint and painting.is_painted(object)
    try:
        mesh = evaluated.to_mesh(preserve_all_data_layers=True, depsgraph=graph) if paint else evaluated.to_mesh()
    except RuntimeError:
        mesh = None
    if mesh is None:
        raise seam.UserError(f"{name} is no mesh ({object.type.lower()}); choose an object that has a surface.", "mesh")
    try:
        mesh.calc_loop_triangles()
        vertices = np.empty(3 * len(mesh.vertices), np.float32)
        faces = np.empty(3 * len(mesh.loop_triangles), np.int32)
        mesh.vertices.foreach_get("co", vertices)
        mesh.loop_triangles.foreach_get("vertices", faces)
        touch = painting.weights(object, mesh) if paint else np.zeros((2, len(mesh.vertices)), np.float32)
    finally:
        evaluated.to_mesh_clear()
    if not len(faces):
        raise seam.UserError(f"{name} has no faces to touch; choose an object that has a surface.", "mesh")
    if not np.isfinite(vertices).all():
        raise seam.UserError(f"{name} has vertices that are not finite numbers; remove them in Edit Mode.", "mesh")
    return vertices.reshape(-1, 3).astype(np.float64), faces.reshape(-1, 3), touch


def world_matrix(object):
    """Where the object stands at the current frame: (4, 4) float64, Blender units. Raises UserError if singular."""
    bpy.context.view_layer.update()
    matrix = np.array(object.matrix_world, np.float64)
    sizes = np.linalg.svd(matrix[:3, :3], compute_uv=False) if np.isfinite(matrix).all() else np.zeros(3)
    if sizes[2] <= 1e-6 * sizes[0]:
        raise seam.UserError(
            f"“{object.name}” is scaled to zero on some axis; give it a scale, then generate again.", "mesh"
        )
    return matrix


def rigid_part(matrix):
    """Splits the linear part of `matrix` (4, 4) into a rotation (3, 3) and the rest (3, 3): linear = rotation @ rest.

    The polar decomposition: no other rotation is nearer. The rest is scale and shear, and mirrors if the matrix does.
    """
    linear = matrix[:3, :3]
    left, _, right = np.linalg.svd(linear)
    rotation = left @ right
    rotation *= np.sign(np.linalg.det(rotation))
    return rotation, rotation.T @ linear


def metres_per_unit(scene):
    """How long a Blender unit is in a scene, in metres."""
    units = scene.unit_settings
    return 1.0 if units.system == "NONE" else units.scale_length
