"""What several tests of the Blender side share: objects, matrices, and an inventory of the file."""

import math

import bpy
from mathutils import Matrix
import numpy as np


def cube(size=0.1, location=(0.3, -0.2, 0.8), name="Cube"):
    """A mesh object of eight vertices, linked to the scene."""
    mesh = bpy.data.meshes.new(name)
    corners = [(x * size / 2, y * size / 2, z * size / 2) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh.from_pydata(corners, [], faces)
    thing = bpy.data.objects.new(name, mesh)
    thing.location = location
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.view_layer.update()
    return thing


def empty(name="Parent"):
    thing = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def set_rate(fps):
    """24, 30, 60 or 29.97 frames a second."""
    render = bpy.context.scene.render
    render.fps = math.ceil(fps)
    render.fps_base = render.fps / fps if fps != 29.97 else 1.001


def world(thing, frame=None):
    """The evaluated world matrix (4, 4) float64, at a frame or as it is."""
    if frame is not None:
        bpy.context.scene.frame_set(int(math.floor(frame)), subframe=frame % 1)
    bpy.context.view_layer.update()
    return np.array(thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world, float)


def vertices(thing):
    """The evaluated mesh's vertices in the world (V, 3) float64, at the current frame."""
    evaluated = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = evaluated.to_mesh()
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    evaluated.to_mesh_clear()
    matrix = np.array(evaluated.matrix_world, float)
    return points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def rigid(clip, frame, metres=1.0):
    """The object's pose in a clip's frame as a matrix (4, 4), Blender units."""
    matrix = np.eye(4)
    matrix[:3, :3] = clip.object_rotation[frame]
    matrix[:3, 3] = clip.object_translation[frame] / metres
    return matrix


def key(thing, path, keys):
    """Keys a property: {frame: value}."""
    for frame, value in keys.items():
        setattr(thing, path, value)
        thing.keyframe_insert(path, frame=frame)


def matrix(location=(0, 0, 0), euler=(0, 0, 0), scale=(1, 1, 1)):
    from mathutils import Euler

    return Matrix.LocRotScale(location, Euler(euler), scale)


def inventory():
    """All data-blocks, and what of the objects a take might change."""
    blocks = {}
    for kind in (
        "actions",
        "armatures",
        "collections",
        "materials",
        "meshes",
        "node_groups",
        "objects",
        "curves",
        "cameras",
    ):
        for block in getattr(bpy.data, kind):
            blocks[kind, block.name] = (block.users, block.use_fake_user, sorted(block.keys()))
    for thing in bpy.data.objects:
        animation = thing.animation_data
        blocks["state", thing.name] = (
            [[round(value, 5) for value in row] for row in thing.matrix_world],
            [
                round(value, 5)
                for value in (*thing.location, *thing.rotation_euler, *thing.rotation_quaternion, *thing.scale)
            ],
            animation and animation.action and animation.action.name,
            animation and getattr(animation, "action_slot", None) and animation.action_slot.identifier,
            animation and (animation.action_blend_type, animation.action_extrapolation, animation.action_influence),
            animation is None,
            [modifier.name for modifier in thing.modifiers],
            [constraint.name for constraint in thing.constraints],
            thing.parent and thing.parent.name,
            thing.select_get(),
            thing.mode,
        )
    for mesh in bpy.data.meshes:
        blocks["attributes", mesh.name] = (
            sorted(attribute.name for attribute in mesh.attributes),
            mesh.attributes.active_color_name,
            len(mesh.vertices),
        )
    scene, layer = bpy.context.scene, bpy.context.view_layer
    blocks["scene"] = (scene.frame_current, scene.frame_start, scene.frame_end, sorted(scene.keys()))
    blocks["layer"] = layer.objects.active and layer.objects.active.name
    blocks["children"] = [child.name for child in scene.collection.children]
    return blocks
