"""Building a take from a clip, step by step: hands, object, heatmap. Each step is short enough for a waiting window."""

import json
import uuid

import bpy
import numpy as np

from .. import seam
from ..scene.request import metres_per_unit, rigid_part
from . import attach, heatmap, keys, object_keys, resample, rig
from .attach import MARK


def new_record(thing, clip, recipe, start):
    """The record of a take that is to be made; with it in the collection, the take can be removed however far it came.

    start (4, 4): where the object stands at first; its bounding box's middle is what the actor sits in front of.
    """
    scene = bpy.context.scene
    middle = start @ np.append(np.mean([list(corner) for corner in thing.bound_box], axis=0), 1)
    return {
        "name": f"JointHOI {uuid.uuid4().hex[:8]}",
        "number": max((each["number"] for each in attach.records()), default=0) + 1,
        "object": thing,
        "frames": [scene.frame_current, scene.frame_current + resample.frame_count(clip, frame_rate(scene)) - 1],
        "clip": json.dumps({"prompt": clip.prompt, "seed": clip.seed, "metrics": clip.metrics}, default=float),
        "recipe": json.dumps(recipe),
        "middle": middle[:3].tolist(),
    }


def fill(collection, thing, clip, start):
    """Yields after each part of the take that it has added to `collection` and to `thing`, which stands at `start`."""
    scene, record = bpy.context.scene, collection[MARK]
    motion = resample.resample(clip, frame_rate(scene))
    frames = np.arange(record["frames"][0], record["frames"][1] + 1)
    metres = metres_per_unit(scene)
    place = _place(clip, start, metres)
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
        yield
        wrist, rotation = _moved(place, motion.hand_translation[:, side] / metres, motion.hand_rotation[:, side])
        rig.key_hand(hand, side, frames, wrist, rotation)
        yield
    world = _object_world(motion, clip, place, start, metres)
    yield from _animate(collection, thing, frames, world)
    if thing.type == "MESH" and not thing.data.library:
        vertices = np.empty(3 * len(thing.data.vertices), np.float32)
        thing.data.vertices.foreach_get("co", vertices)
        vertices = vertices.reshape(-1, 3) @ rigid_part(start)[1].T * metres
        yield from heatmap.store(thing.data, record["name"], vertices, clip.contact_points, motion.contact)
        modifier = heatmap.add_modifier(thing, record["name"])
        heatmap.key_modifier(modifier, keys.channels(thing.animation_data), frames, len(vertices))
        yield


def frame_rate(scene):
    return scene.render.fps / scene.render.fps_base


def _animate(collection, thing, frames, world):
    """Gives the object an action of the take's that goes on from what it did before."""
    record = collection[MARK]
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
        object_keys.key_object(thing, bag, frames, world)
    except object_keys.Sheared:
        object_keys.carry(thing, bag, frames, world, record["name"], collection)
    yield


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


def _object_world(motion, clip, place, start, metres):
    """The object's world matrix in each frame: (n, 4, 4) float64. Its motion is rigid, its scale and shear are kept."""
    turn, shift = place
    world = np.tile(np.eye(4), (len(motion.object_translation), 1, 1))
    world[:, :3, :3] = turn @ resample.matrices(motion.object_rotation) @ (rigid_part(start)[1] * clip.object_scale)
    world[:, :3, 3] = motion.object_translation / metres @ turn.T + shift
    return world
