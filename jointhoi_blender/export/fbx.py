"""FBX with the settings that readers agree on: Blender, Autodesk's SDK, ufbx, three.js and Godot.

`use_all_actions` would give each hand the other's motion as well; FBX_SCALE_NONE would leave a scale of 100. Control
bones (editing/controls.py) deform nothing and stay out; what they do is baked into the hands' own bones.
"""

import os

import bpy

from .. import seam

SETTINGS = {
    "use_selection": True,
    "object_types": {"ARMATURE", "MESH", "EMPTY", "OTHER"},
    "add_leaf_bones": False,
    "use_armature_deform_only": True,
    "bake_anim": True,
    "bake_anim_use_nla_strips": False,
    "bake_anim_use_all_actions": False,
    "bake_anim_force_startend_keying": True,
    "bake_anim_simplify_factor": 0.0,
    "bake_anim_step": 1.0,
    "apply_scale_options": "FBX_SCALE_UNITS",
    "mesh_smooth_type": "FACE",
    "axis_forward": "-Z",
    "axis_up": "Y",
    "path_mode": "COPY",
    "embed_textures": True,
}


def export_fbx(take, path):
    """Writes a take's hands and object, with their motion, to an FBX file, and nothing else of the scene.

    The file's animation covers the take's frames. Selection, active object and the scene's settings are left as they
    were. FBX has no shear: an object that a parent's uneven scale shears comes out unsheared. Raises UserError where
    the file can't be written.
    """
    path = os.path.abspath(bpy.path.abspath(os.fspath(path)))
    if not os.path.isdir(os.path.dirname(path)):
        raise seam.UserError(
            f"The folder {os.path.dirname(path)} does not exist; make it, or choose another for the FBX."
        )
    if bpy.context.mode != "OBJECT":
        raise seam.UserError("FBX can't be exported in this mode; go to Object Mode first.")
    scene, layer = bpy.context.scene, bpy.context.view_layer
    missing = [thing.name for thing in take.objects if thing.name not in layer.objects or not thing.visible_get()]
    if missing:
        raise seam.UserError(f"“{missing[0]}” is hidden or not in this scene; show it, then export again.")
    selected, active = list(bpy.context.selected_objects), layer.objects.active
    frames, current = (scene.frame_start, scene.frame_end), (scene.frame_current, scene.frame_subframe)
    try:
        for thing in selected:
            thing.select_set(False)
        for thing in take.objects:
            thing.select_set(True)
        layer.objects.active = take.object
        scene.frame_start, scene.frame_end = take.frame_range
        bpy.ops.export_scene.fbx(filepath=path, **SETTINGS)
    except (OSError, RuntimeError) as error:
        raise seam.UserError(f"The FBX file {path} can't be written: {error}.") from error
    finally:
        scene.frame_start, scene.frame_end = frames
        scene.frame_set(current[0], subframe=current[1])
        for thing in take.objects:
            thing.select_set(False)
        for thing in selected:
            thing.select_set(True)
        layer.objects.active = active
