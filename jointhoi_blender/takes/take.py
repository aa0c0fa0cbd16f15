"""A take: what one clip puts into the scene, found again after reload, and removed without a trace.

All that a take adds hangs on a collection of its own. Before anything of the user's is changed, how it was is written
to that collection's custom properties; `remove` needs nothing else. So a take that fails half way is removed like any
other.
"""

import json
import uuid

import bpy
import numpy as np

from .. import seam
from ..scene.request import TRANSFORMS, check_keyable, metres_per_unit, rigid_part, world_matrix
from . import heatmap, keys, object_keys, resample, rig

MARK = "jointhoi"  # the custom property that makes a collection a take's


class Take:
    """The hands, the object's motion and the contact heatmap that were made from one clip.

    collection   the take's own; armatures, skins and helpers are in it, the user's object is not
    clip         the clip it was made from; None for a take found in a file
    """

    def __init__(self, collection, clip=None):
        self.collection = collection
        self.clip = clip

    def __repr__(self):
        return f"<Take {self.collection.name!r}, frames {self.frame_range}>"

    @property
    def object(self):
        """The user's object; None where it was deleted."""
        return self.collection[MARK].get("object") if MARK in self.collection else None

    @property
    def hands(self):
        """The armature object of each active hand: {"LEFT": ..., "RIGHT": ...}."""
        found = {each.get(f"{MARK}_side"): each for each in self.collection.objects if each.type == "ARMATURE"}
        return {side: found[side] for side in seam.SIDES if side in found}

    @property
    def frame_range(self):
        """The first and the last frame, both included."""
        return tuple(self.collection[MARK]["frames"])

    @property
    def metrics(self):
        """The clip's metrics: plain numbers by name."""
        return json.loads(self.collection[MARK]["clip"])["metrics"]

    @property
    def prompt(self):
        return json.loads(self.collection[MARK]["clip"])["prompt"]

    @property
    def seed(self):
        return json.loads(self.collection[MARK]["clip"])["seed"]

    @property
    def objects(self):
        """Everything that belongs together: the user's object, then the take's own."""
        return [each for each in (self.object, *self.collection.objects) if each]

    def remove(self):
        """Takes everything back: hands, keys, heatmap. The object stands and moves as it did before the take."""
        if self.object:
            _restore(self.object, self.collection[MARK])
        elif MARK in self.collection and self.collection[MARK].get("action"):
            bpy.data.actions.remove(self.collection[MARK]["action"])
        for thing in list(self.collection.objects):
            _delete(thing)
        bpy.data.collections.remove(self.collection)
        for shared, name in ((bpy.data.materials, rig.MATERIAL), (bpy.data.node_groups, heatmap.GROUP)):
            if name in shared and not shared[name].users:
                shared.remove(shared[name])
        bpy.context.view_layer.update()


def find_takes(scene=None):
    """The takes in a scene (the current one by default), as a list of Take, oldest first."""
    return [Take(each) for each in (scene or bpy.context.scene).collection.children_recursive if MARK in each]


def make_take(object, clip):
    """Puts a clip into the current scene and returns the Take.

    It starts at the current frame, with the object where it stands then; should the object have been moved since the
    clip was requested, the hands move along. Raises UserError, and then the scene is as it was.
    """
    check_keyable(object)
    if not np.asarray(clip.hand_active).any():
        raise seam.UserError(f"The clip for “{object.name}” has no active hand; name a hand in the prompt.")
    for name, value in vars(clip).items():
        if isinstance(value, np.ndarray) and not np.isfinite(value).all():
            raise seam.UserError(
                f"The {name} generated for “{object.name}” is not finite; try another seed.", "internal"
            )
    start = world_matrix(object)
    take = Take(bpy.data.collections.new(f"{object.name} take"), clip)
    try:
        _build(take, object, clip, start)
    except BaseException:
        take.remove()
        raise
    bpy.context.view_layer.update()
    return take


def _build(take, object, clip, start):
    scene = bpy.context.scene
    scene.collection.children.link(take.collection)
    motion = resample.resample(clip, scene.render.fps / scene.render.fps_base)
    frames = scene.frame_current + np.arange(len(motion.object_translation))
    name = f"JointHOI {uuid.uuid4().hex[:8]}"
    take.collection[MARK] = _record(object, clip, frames, name)

    metres = metres_per_unit(scene)
    place = _place(clip, start, metres)
    for side in np.flatnonzero(clip.hand_active).tolist():
        hand = rig.make_hand(
            f"{object.name} hand.{seam.SIDES[side][0]}",
            take.collection,
            np.asarray(clip.hand_rest_vertices[side], np.float64) / metres,
            np.asarray(clip.hand_rest_joints[side], np.float64) / metres,
            clip.hand_faces[side],
            np.asarray(clip.hand_weights[side], np.float64),
            side,
        )
        hand[f"{MARK}_side"] = seam.SIDES[side]
        wrist, rotation = _moved(place, motion.hand_translation[:, side] / metres, motion.hand_rotation[:, side])
        rig.key_hand(hand, side, frames, wrist, rotation)

    _animate_object(take, object, frames, _object_world(motion, clip, place, start, metres), name)
    if object.type == "MESH" and not object.data.library:
        vertices = np.empty(3 * len(object.data.vertices), np.float32)
        object.data.vertices.foreach_get("co", vertices)
        vertices = vertices.reshape(-1, 3) @ rigid_part(start)[1].T * metres
        heatmap.make_heatmap(
            object, name, keys.channels(object.animation_data), frames, vertices, clip.contact_points, motion.contact
        )
        if not object.data.attributes.active_color_name:
            object.data.attributes.active_color_name = heatmap.COLOR


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


# The user's object: how it was, what becomes of it, and back


def _record(object, clip, frames, name):
    animation = object.animation_data
    record = {
        "name": name,
        "object": object,
        "clip": json.dumps({"prompt": clip.prompt, "seed": clip.seed, "metrics": clip.metrics}, default=float),
        "frames": [int(frames[0]), int(frames[-1])],
        "animated": animation is not None,
        "transform": json.dumps({path: np.array(getattr(object, path)).tolist() for path in TRANSFORMS}),
    }
    if animation:
        record |= {
            "slot": keys.slot_of(animation),
            "blend": animation.action_blend_type,
            "influence": animation.action_influence,
            "extrapolation": animation.action_extrapolation,
        }
        if animation.action:
            record |= {"earlier": animation.action, "fake_user": animation.action.use_fake_user}
    return record


def _animate_object(take, object, frames, world, name):
    """Gives the object a new action that goes on from its earlier one."""
    animation = object.animation_data_create()
    earlier = animation.action
    if earlier:
        earlier.use_fake_user = True
    take.collection[MARK]["action"] = keys.new_action(f"{object.name} take", object, earlier)
    animation.action_blend_type, animation.action_influence = "REPLACE", 1.0
    animation.action_extrapolation = "HOLD_FORWARD" if len(animation.nla_tracks) else "HOLD"
    bag = keys.channels(animation)
    try:
        object_keys.key_object(object, bag, frames, world)
    except object_keys.Sheared:
        object_keys.carry(object, bag, frames, world, name, take.collection)


def _restore(object, record):
    """Gives the object back what `_record` wrote down, as far as it is still the take's to give."""
    if object.type == "MESH":
        heatmap.remove_heatmap(object, record["name"])
        if object.data.attributes.active_color_name == heatmap.COLOR and not any(
            each.type == "NODES" and each.node_group and each.node_group.name == heatmap.GROUP
            for each in object.modifiers
        ):
            object.data.attributes.active_color_name = ""
    constraint = object.constraints.get(record["name"])
    if constraint:
        object.constraints.remove(constraint)
    action, animation = record.get("action"), object.animation_data
    if animation and action and animation.action == action:
        keys.assign(animation, record.get("earlier"), record.get("slot", ""))
        if record["animated"]:
            animation.action_blend_type = record["blend"]
            animation.action_influence = record["influence"]
            animation.action_extrapolation = record["extrapolation"]
        for path, value in json.loads(record["transform"]).items():
            setattr(object, path, value)
    if record.get("earlier"):
        record["earlier"].use_fake_user = record["fake_user"]
    if action:
        bpy.data.actions.remove(action)
    animation = object.animation_data
    if animation and not record["animated"] and not (animation.action or animation.nla_tracks or animation.drivers):
        object.animation_data_clear()


def _delete(thing):
    """Removes an object of the take with its action and its data."""
    action = thing.animation_data.action if thing.animation_data else None
    data = thing.data
    bpy.data.objects.remove(thing)
    if action:
        bpy.data.actions.remove(action)
    if data and not data.users:
        (bpy.data.armatures if isinstance(data, bpy.types.Armature) else bpy.data.meshes).remove(data)
