"""Keys on actions, fast and the same on every Blender: from 4.4 an action has slots, layers, strips and channel bags.

`channels` is the only place that knows. What it returns has `fcurves` and `groups`. All else that differs between
versions is here too.
"""

import bpy
import numpy as np

CONSTANT, LINEAR = 0, 1  # keyframe interpolation, as foreach_set takes it


def new_action(name, owner, earlier=None):
    """Gives `owner` (an object) an action of its own: a copy of the action `earlier` or an empty one. Returns it."""
    animation = owner.animation_data_create()
    slot = slot_of(animation)
    action = earlier.copy() if earlier else bpy.data.actions.new(name)
    action.name = name
    try:
        assign(animation, action, slot)
        if hasattr(action, "slots"):
            if animation.action_slot is None:
                animation.action_slot = action.slots.new("OBJECT", owner.name)
            for other in [other for other in action.slots if other != animation.action_slot]:
                action.slots.remove(other)
    except BaseException:
        animation.action = earlier
        bpy.data.actions.remove(action)
        raise
    return action


def slot_of(animation):
    """What names the slot that an owner uses of its action: "" where there is none, and before 4.4."""
    slot = getattr(animation, "action_slot", None)
    return slot.identifier if slot else ""


def assign(animation, action, slot=""):
    """Makes `action` (or None) the owner's, with the slot that `slot_of` named."""
    animation.action = action
    if action and hasattr(action, "slots"):
        animation.action_slot = action.slots.get(slot)


def channels(animation):
    """The f-curves and groups of the action that an owner has."""
    action = animation.action
    if not hasattr(action, "slots"):
        return action
    layer = action.layers[0] if len(action.layers) else action.layers.new("Layer")
    strip = layer.strips[0] if len(layer.strips) else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(animation.action_slot, ensure=True)


def channels_of(action):
    """The f-curves and groups of an action that has no other slots: of none but a take's own."""
    if not hasattr(action, "slots"):
        return action
    return action.layers[0].strips[0].channelbag(action.slots[0])


def actions(thing):
    """The actions of an object: its own and those of its strips."""
    animation = thing.animation_data
    if not animation:
        return []
    strips = [strip.action for track in animation.nla_tracks for strip in track.strips]
    return [each for each in (animation.action, *strips) if each]


def bags(action):
    """All that hold f-curves of an action, for whatever owner."""
    if not hasattr(action, "slots"):
        return [action]
    return [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]


def remove_curves(action, word):
    """Removes the f-curves of an action whose data path has `word` in it."""
    for bag in bags(action):
        for curve in [each for each in bag.fcurves if word in each.data_path]:
            bag.fcurves.remove(curve)


def new_strip(animation, name, action, slot, frames=None):
    """A new track on top with one strip that plays an action: all of it, or its part over `frames`. Returns both."""
    track = animation.nla_tracks.new()
    track.name = name
    first, last = frames or [int(each) for each in action.frame_range]
    strip = track.strips.new(name, first, action)
    if hasattr(strip, "action_slot"):
        strip.action_slot = action.slots.get(slot)
    strip.use_sync_length = False
    strip.action_frame_start, strip.action_frame_end = first, last
    strip.frame_start, strip.frame_end = first, max(last, first + 1)
    strip.blend_type = "REPLACE"
    return track, strip


def write(bag, path, frames, values, group, interpolation=LINEAR):
    """New f-curves with one key at each of frames (n,): values (n,) for a plain property, else (n, k)."""
    values = np.asarray(values, np.float32)
    for index, column in enumerate(values.T if values.ndim > 1 else values[None]):
        curve = bag.fcurves.new(path, index=index)
        curve.group = group
        fill(curve, np.stack([frames, column], -1), interpolation)


def fill(curve, points, interpolation=LINEAR):
    """Appends keys at points (n, 2), frame and value, which lie after those that the f-curve has."""
    keys = curve.keyframe_points
    old = len(keys)
    keys.add(len(points))
    for name, width, new in (("co", 2, points), ("interpolation", 1, interpolation)):
        values = np.empty((len(keys), width), np.float32 if width == 2 else np.intc)
        keys.foreach_get(name, values.ravel())
        values[old:] = new
        keys.foreach_set(name, values.ravel())
    curve.update()


def new_group(bag, name):
    """A channel group: the fold under which the timeline's editors list its f-curves."""
    return bag.groups.get(name) or bag.groups.new(name)


def set_input(modifier, identifier, value):
    """Sets an input of a geometry nodes modifier; from 5.2 they are properties."""
    if hasattr(modifier, "properties"):
        getattr(modifier.properties.inputs, identifier).value = value
    else:
        modifier[identifier] = value


def input_path(modifier, identifier):
    """The data path by which such an input is keyed."""
    name = bpy.utils.escape_identifier(modifier.name)
    own = f".properties.inputs.{identifier}.value" if hasattr(modifier, "properties") else f'["{identifier}"]'
    return f'modifiers["{name}"]{own}'


def set_wildcard(node):
    """Makes a Remove Named Attribute node take its name as a pattern; from 5.0 the mode is a socket."""
    if hasattr(node, "pattern_mode"):
        node.pattern_mode = "WILDCARD"
    else:
        node.inputs["Pattern Mode"].default_value = "Wildcard"
