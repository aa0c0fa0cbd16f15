"""Building a take from a clip, step by step: hands, object, heatmap. Each step is short enough for a waiting window."""

from functools import partial
import json
import uuid

import bpy
import numpy as np

from .. import seam
from ..scene import hinge
from ..scene.request import metres_per_unit, rigid_part, world_matrix
from . import attach, heatmap, keep, keys, object_keys, resample, rig
from .attach import MARK


APART = ("part", "keep", "path", "hand_shape")  # of a recipe: kept as they are, or not at all


def new_record(thing, clip, recipe, start):
    """The record of a take that is to be made; with it in the collection, the take can be removed however far it came.

    start (4, 4): where the object stands at first; its bounding box's middle is what the actor sits in front of.
    """
    scene, part = bpy.context.scene, recipe.get("part")
    middle = start @ np.append(np.mean([list(corner) for corner in thing.bound_box], axis=0), 1)
    record = {
        "name": f"JointHOI {uuid.uuid4().hex[:8]}",
        "number": max((each["number"] for each in attach.records()), default=0) + 1,
        "object": thing,
        "frames": [scene.frame_current, last_frame(clip, recipe)],
        "clip": json.dumps({"prompt": clip.prompt, "seed": clip.seed, "metrics": clip.metrics}, default=float),
        "recipe": json.dumps({name: value for name, value in recipe.items() if name not in APART}),
        "middle": middle[:3].tolist(),
    }
    if recipe.get("keep"):
        record["keep"] = {name: np.ravel(value).tolist() for name, value in recipe["keep"].items()}
    if part is not None:
        record["part"] = {name: record[name] for name in ("name", "number", "frames")} | {"object": part}
    return record


def last_frame(clip, recipe):
    """The last frame of a take made from a clip at the current frame: that of the path which it follows, or the
    clip's.
    """
    scene = bpy.context.scene
    if recipe.get("follow"):
        return int(recipe["follow"][1])
    return scene.frame_current + resample.frame_count(clip, frame_rate(scene)) - 1


def fill(collection, thing, clip, start, kept=None):
    """Yields after each part of the take that it has added to `collection` and to `thing`, which stands at `start`.

    kept: the poses that are fixed (scene/fixed.py). An object whose own motion is followed is left alone.
    """
    scene, record = bpy.context.scene, collection[MARK]
    part = record["part"]["object"] if "part" in record else None
    joint = _joint(collection, thing, part, start) if part else None
    frames = np.arange(record["frames"][0], record["frames"][1] + 1)
    motion = resample.resample(clip, frame_rate(scene), len(frames), kept and partial(keep.exactly, kept))
    metres = metres_per_unit(scene)
    place = (np.eye(3), np.zeros(3)) if kept else _place(clip, start, metres)  # what is fixed is so in the world
    yield
    for side in np.flatnonzero(clip.hand_active).tolist():
        hand = rig.make_hand(
            f"{thing.name} hand.{seam.SIDES[side][0]}",
            collection,
            np.asarray(clip.hand_rest_vertices[side], np.float64) / metres,
            np.asarray(clip.hand_rest_joints[side], np.float64) / metres,
            clip.hand_faces[side],
            np.asarray(clip.hand_weights[side], np.float64),
            side,
        )
        hand[f"{MARK}_side"] = seam.SIDES[side]
        if clip.hand_shape_directions is not None:
            rig.keep_shape(
                hand,
                np.asarray(clip.hand_shape_directions[side], np.float64) / metres,
                np.asarray(clip.hand_joint_directions[side], np.float64) / metres,
                clip.hand_shape[side],
                clip.hand_shape_names,
            )
        yield
        wrist, rotation = _moved(place, motion.hand_translation[:, side] / metres, motion.hand_rotation[:, side])
        rig.key_hand(hand, side, frames, wrist, rotation)
        yield
    rigid, rest = _rigid_world(motion, place, metres), np.eye(4)
    rest[:3, :3] = rigid_part(start)[1]
    size = np.diag([clip.object_scale] * 3 + [1.0])
    world = rigid @ size @ rest
    if attach.follows(record):
        record["base"] = attach.untouched(thing)
    else:
        _animate(collection, record, thing, frames, world)
    yield
    yield from _heat(record, thing, rest, clip, motion, frames, metres)
    if part:
        point, axis, part_rest, parent = joint
        moved = rigid @ size @ _turns(point, axis, motion.object_articulation) @ part_rest
        parents = None if parent is None else world @ np.linalg.inv(start) @ parent
        _animate(collection, record["part"], part, frames, moved, parents)
        yield
        if part.data != thing.data:
            yield from _heat(record["part"], part, part_rest, clip, motion, frames, metres)


def _heat(record, thing, rest, clip, motion, frames, metres):
    """The contact heatmap of an object whose mesh stands at rest (4, 4) in the frame of the clip's object."""
    if thing.type == "MESH" and not thing.data.library:
        vertices = np.empty(3 * len(thing.data.vertices), np.float32)
        thing.data.vertices.foreach_get("co", vertices)
        vertices = (vertices.reshape(-1, 3) @ rest[:3, :3].T + rest[:3, 3]) * metres
        sides = np.flatnonzero(clip.hand_active).tolist()
        yield from heatmap.store(thing.data, record["name"], vertices, clip.contact_points, motion.contact, sides)
        modifier = heatmap.add_modifier(thing, record["name"])
        values = len(vertices) * len(sides)
        if attach.follows(record):
            record["drive"] = heatmap.drive_modifier(thing, modifier, frames, values)
        else:
            heatmap.key_modifier(modifier, keys.channels(thing.animation_data), frames, values)
        yield


def _joint(collection, thing, part, start):
    """How a part hangs on the object, which stands at `start`, in the object's rigid frame and Blender units.

    The hinge's point (3,) and axis (3,), the part's own matrix (4, 4), and what its parents make of the world when they
    move with the object alone (4, 4), else None.
    """
    recipe = json.loads(collection[MARK]["recipe"])
    axis, *_ = hinge.resolved(thing, part, *(recipe.get(name) for name in ("axis", "opens", "closes")))
    frame = np.eye(4)
    frame[:3, :3], frame[:3, 3] = rigid_part(start)[0], start[:3, 3]
    point, along = hinge.line(part, axis)
    below = any(each == part for each in thing.children_recursive)
    parent = object_keys.parent_matrix(part) if below and not object_keys.moves(part, thing) else None
    own = np.linalg.inv(frame) @ world_matrix(part)
    return (point - frame[:3, 3]) @ frame[:3, :3], along @ frame[:3, :3], own, parent


def _turns(point, axis, angles):
    """Turns by `angles` (n,) about a line: (n, 4, 4)."""
    half = np.asarray(angles)[:, None] / 2
    turns = np.tile(np.eye(4), (len(half), 1, 1))
    turns[:, :3, :3] = resample.matrices(np.concatenate([np.cos(half), np.sin(half) * axis], -1))
    turns[:, :3, 3] = point - turns[:, :3, :3] @ point
    return turns


def frame_rate(scene):
    return scene.render.fps / scene.render.fps_base


def _animate(collection, record, thing, frames, world, parents=None):
    """Gives an object an action of the take's that goes on from what it did before, and keeps it in `record`."""
    before = attach.on_object(thing)
    base = attach.snapshot(thing)
    playing = thing.animation_data.action if thing.animation_data else None
    record["base"] = base
    attach.keep_action(base)
    followed = [each["number"] for each in before if playing and each.get("action") == playing]
    if followed:
        record["after"] = followed[0]
    record["action"] = keys.new_action(f"{thing.name} take", thing, playing)
    record["slot"] = keys.slot_of(thing.animation_data)
    attach.assign(thing, record["action"], record["slot"])
    bag = keys.channels(thing.animation_data)
    try:
        object_keys.key_object(thing, bag, frames, world, parents)
    except object_keys.Sheared:
        if thing != collection[MARK]["object"]:
            raise seam.UserError(
                f"“{thing.name}” would be sheared as it turns; clear its parent, then generate again.", "mesh"
            )
        object_keys.carry(thing, bag, frames, world, record["name"], collection)


# Motion: from the clip's world, in metres, to the scene's, in Blender units


def _place(clip, start, metres):
    """What brings the clip's world (in Blender units) to where the object stands: rotation (3, 3), translation (3,)."""
    turn = rigid_part(start)[0] @ resample.matrices(resample.quaternions(clip.object_rotation[0])).T
    return turn, start[:3, 3] - turn @ np.asarray(clip.object_translation[0], np.float64) / metres


def _moved(place, translation, rotation):
    """Translations (n, 3) and rotations (n, 16, 4), of which the first is in the world, brought there by `place`."""
    turn, shift = place
    rotation = rotation.copy()
    rotation[:, 0] = resample.continuous(resample.multiply(resample.quaternions(turn), rotation[:, 0]))
    return translation @ turn.T + shift, rotation


def _rigid_world(motion, place, metres):
    """Where the object's rigid frame is in each frame: (n, 4, 4) float64."""
    turn, shift = place
    world = np.tile(np.eye(4), (len(motion.object_translation), 1, 1))
    world[:, :3, :3] = turn @ resample.matrices(motion.object_rotation)
    world[:, :3, 3] = motion.object_translation / metres @ turn.T + shift
    return world
