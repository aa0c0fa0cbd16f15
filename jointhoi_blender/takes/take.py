"""A take: what one clip put into the scene (make.py), found again after reload, shown, hidden, and removed without a
trace.

All that a take adds hangs on a collection of its own, whose custom properties tell the rest. So the list of takes is
the list of these collections, undo and files need no care, and a take that fails half way is removed like any other.
"""

import json

import bpy
import numpy as np

from .. import seam, steps
from ..scene import fixed
from ..scene.request import check_keyable, check_shown
from . import attach, beside, heatmap, keep, keys, rig, strips
from .attach import MARK


class Take:
    """The hands, the object's motion and the contact heatmap that were made from one clip.

    collection   the take's own; armatures, skins and helpers are in it, the user's object is not
    clip         the clip it was made from; None for a take found in a file
    """

    def __init__(self, collection, clip=None):
        self.collection = collection
        self.clip = clip

    def __repr__(self):
        return f"<Take {self.name!r}, frames {self.frame_range}>"

    def __eq__(self, other):
        return isinstance(other, Take) and self.collection == other.collection

    def __hash__(self):
        return hash(self.collection)

    @property
    def record(self):
        return self.collection[MARK]

    @property
    def name(self):
        return self.collection.name

    @property
    def object(self):
        """The user's object; None where it was deleted. The take alone would keep it in the file, in no scene."""
        return _in_scenes(self.record.get("object"))

    @property
    def part(self):
        """The user's second object, which turns on the first one's hinge, or None."""
        return _in_scenes(self.record["part"].get("object")) if "part" in self.record else None

    @property
    def moved(self):
        """[(record, object)] of what of the user's the take moves: the object, the part that turns."""
        pairs = zip(attach.of_take(self.record), (self.object, self.part))
        return [(record, thing) for record, thing in pairs if thing]

    @property
    def hands(self):
        """The armature object of each active hand: {"LEFT": ..., "RIGHT": ...}."""
        found = {each.get(f"{MARK}_side"): each for each in self.collection.objects if each.type == "ARMATURE"}
        return {side: found[side] for side in seam.SIDES if side in found}

    @property
    def frame_range(self):
        """The first and the last frame, both included."""
        return tuple(self.record["frames"])

    @property
    def metrics(self):
        """The clip's metrics: plain numbers by name."""
        return json.loads(self.record["clip"])["metrics"]

    @property
    def prompt(self):
        return json.loads(self.record["clip"])["prompt"]

    @property
    def seed(self):
        return json.loads(self.record["clip"])["seed"]

    @property
    def recipe(self):
        """What it takes to make the take again, as arguments of `generate`, for hands of the shape that they have now;
        {} where it was not told."""
        recipe = json.loads(self.record.get("recipe", "{}"))
        recipe.pop("checkpoint", None)
        if recipe and self.hand_shape:
            recipe["hand_shape"] = self.hand_shape
        if "keep" in self.record:
            recipe["keep"] = self._kept()
        return recipe | {"part": self.part} if self.part else recipe

    @property
    def checkpoint(self):
        """The name of the checkpoint that made it, "" where that is the bundled one or was not told."""
        return json.loads(self.record.get("recipe", "{}")).get("checkpoint", "")

    @property
    def hand_shape(self):
        """The betas of its hands as they are now, [left, right] of ten each; a hand that plays no part is like the
        other. None where that is the average shape."""
        known = {side: list(hand[rig.BETAS]) for side, hand in self.hands.items() if rig.BETAS in hand}
        if not any(map(any, known.values())):
            return None
        return [known.get(side) or next(iter(known.values())) for side in seam.SIDES]

    def _kept(self):
        """The fixed poses of its recipe, as scene/fixed.py has them."""
        stored = {name: np.array(value) for name, value in self.record["keep"].items()}
        count = len(stored["frames"])
        shaped = {name: stored[name].reshape(count, *shape) for name, shape in fixed.SHAPES.items()}
        return {
            "frames": stored["frames"].astype(int),
            "given": stored["given"].reshape(count, 3).astype(bool),
            **shaped,
        }

    def poses(self, frames, left=True, right=True):
        """The poses of its hands and its object in some scene frames, as they are now, for `generate`'s `keep`.

        left, right: whether that hand is kept; the object is in any case. Raises UserError.
        """
        return steps.result(keep.poses(self, frames, left, right))

    @property
    def objects(self):
        """Everything that moves together: the user's objects (or their copies, beside), then the take's own."""
        own = list(self.collection.objects)
        return own if self.is_beside or not self.object else [*(thing for _, thing in self.moved), *own]

    @property
    def shown(self):
        """Whether the take is to be seen: on its object, beside it, or as strips."""
        return not self.collection.hide_viewport

    @property
    def is_beside(self):
        return beside.copy_of(self.collection) is not None

    @property
    def is_strip(self):
        return "strip" in self.record

    def show(self):
        """Shows the take on its object. Takes that contradict it are hidden. Raises UserError."""
        self.check_editable()
        if not self.object:
            raise seam.UserError(f"The object of “{self.name}” was deleted, so there is nothing for its hands to hold.")
        if self.shown and not self.is_beside:
            return
        followed = None if self.is_strip else by_number(self.record.get("after"))
        if followed:
            followed.show()
        aside = rivals([thing for _, thing in self.moved], self.frame_range, self.record["number"])
        try:
            for each in aside:
                each.hide()
            for _, thing in self.moved:
                check_usable(thing, self.record)
        except seam.UserError:
            for each in aside:
                each.show()
            raise
        beside.clear(self.collection)
        if self.is_strip:
            strips.mute(self.moved, False, self.carrier)
        else:
            for record, thing in self.moved:
                base = attach.untouched(thing) if attach.follows(record) else attach.snapshot(thing)
                attach.attach(record, thing, self.carrier if thing == self.object else None)
                record["base"] = base
                attach.keep_action(base)
        self._set_visible(True)

    def hide(self):
        """Hides the take, and those that go on from where it ends. The object does what it did before."""
        self.check_editable()
        for each in find_all():
            if each.shown and "base" in each.record and each.record.get("after") == self.record["number"]:
                each.hide()
        beside.clear(self.collection)
        if self.is_strip:
            strips.mute(self.moved, True)
        for record, thing in self.moved:
            if "base" in record:
                attach.detach(record, thing)
        self._set_visible(False)

    def show_beside(self, offset):
        """Shows the take `offset` (3,) Blender units away, on a copy of the object. Raises UserError."""
        self.check_editable()
        if not self.object:
            raise seam.UserError(f"The object of “{self.name}” was deleted, so it can't be shown beside others.")
        if self.is_strip:
            raise seam.UserError(f"“{self.name}” is in the NLA; take it out of there to show it beside others.")
        if self.shown:
            self.hide()
        beside.make(self.collection, self.moved, offset, self.carrier)
        self._set_visible(True)
        for copy in beside.copies_of(self.collection):
            if copy.name in bpy.context.view_layer.objects:
                copy.select_set(False)  # as its original may be

    @property
    def look(self):
        """Whether the left hand's contact is seen, the right hand's, and either in rendered views too."""
        return tuple(bool(each) for each in self.record.get("look", heatmap.LOOK))

    @look.setter
    def look(self, look):
        self.check_editable()
        for record in attach.of_take(self.record):
            record["look"] = [bool(each) for each in look]
        shown = beside.copies_of(self.collection) if self.is_beside else [thing for _, thing in self.moved]
        for thing in shown:
            heatmap.look(thing, self.record["name"], *look)

    def keep_as_strip(self):
        """Moves the take's keys, and those of takes it goes on from, into strips of the nonlinear animation editor."""
        self.show()
        for record in attach.on_object(self.object):
            if "base" in record and record["frames"][0] <= self.frame_range[0]:
                take = by_number(record["number"])
                strips.push(take.collection, take.moved, take.hands.values())

    def take_from_strip(self):
        """The way back: the strips' keys are the object's and the hands' action again."""
        self.check_editable()
        if self.is_strip:
            strips.pull(self.collection, self.moved, self.hands.values())
            self._set_visible(False)
            self.show()

    def check_editable(self):
        """Raises UserError where the take is another file's."""
        if self.collection.library or self.collection.override_library:
            raise seam.UserError(f"“{self.name}” is linked from another file; change it there, or make it local.")

    def remove(self):
        """Takes everything back: hands, keys, heatmap. The object stands and moves as it did before the take.

        What of the user's hangs on the take's collection moves to the scene's; edits of the take's own actions go.
        """
        self.check_editable()
        record = self.record.to_dict()
        if self.is_strip:
            strips.pull(self.collection, self.moved, self.hands.values())
        for each in attach.of_take(self.record):
            if "base" in each and each.get("object"):
                attach.detach(each, each["object"])
            elif "base" in each:
                base = each["base"].to_dict()
                del each["base"]
                attach.drop_base(base)
        beside.clear(self.collection)
        own = [each for each in self.collection.objects if each.get(MARK) == record["name"]]
        _set_free(self.collection, own)
        blocks = [block for each in own for block in (*keys.actions(each), each.data)]
        blocks += [each.get(name) for each in attach.of_take(self.record) for name in ("action", "heat")]
        blocks += [value for name, value in record.items() if name.startswith("dense_")]  # see editing/sparse.py
        for each in own:
            bpy.data.objects.remove(each)
        bpy.data.collections.remove(self.collection)
        for block in {block for block in blocks if block and not block.users}:
            bpy.data.batch_remove([block])
        heatmap.forget(record["name"])
        for each in attach.of_take(record):
            _forget_curves(each)
        shared_blocks = ((rig.MATERIAL, "materials"), (heatmap.GROUP, "node_groups"), (heatmap.MATERIAL, "materials"),
                         (rig.CONTROL, "objects"), (rig.CONTROL, "meshes"))  # fmt: skip
        for name, kind in shared_blocks:
            shared = getattr(bpy.data, kind)
            if name in shared and not shared[name].users:
                shared.remove(shared[name])
        bpy.context.view_layer.update()

    @property
    def carrier(self):
        """The empty that moves the object where keys can't, or None."""
        own = [each for each in self.collection.objects if "place" in each and each.get(MARK) == self.record["name"]]
        return next((each for each in own if beside.PLACE not in each), None)

    def _set_visible(self, visible):
        self.collection.hide_viewport = self.collection.hide_render = not visible


def check_usable(thing, record):
    """Raises UserError where a take can't be shown on an object: keyed, or, where it follows its motion, seen."""
    check_shown(thing) if attach.follows(record) else check_keyable(thing)


def _in_scenes(thing):
    """The object, or None where it is in no scene: the take alone would keep a deleted one in the file."""
    return thing if thing and any(thing.name in scene.objects for scene in bpy.data.scenes) else None


def rivals(things, frames, number=None):
    """The takes that contradict one over `frames` on any of the objects `things`; see attach.rivals."""
    found = {each["number"] for thing in things for each in attach.rivals(thing, frames, number)}
    return [by_number(each) for each in sorted(found)]


def _set_free(collection, own):
    """Moves what the user put into a take's collection to the scene's, if it hangs nowhere else."""
    root = bpy.context.scene.collection
    for child in list(collection.children):
        collection.children.unlink(child)
        root.children.link(child)
    for thing in [each for each in collection.objects if each not in own]:
        if len(thing.users_collection) == 1:
            root.objects.link(thing)


def _forget_curves(record):
    """Removes from other takes' actions the keys of a heatmap or constraint that is no more."""
    for each in attach.records():
        if each.get("object") == record.get("object") and each.get("action"):
            keys.remove_curves(each["action"], record["name"])


def find_takes(scene=None):
    """The takes in a scene (the current one by default), as a list of Take, oldest first."""
    found = [Take(each) for each in (scene or bpy.context.scene).collection.children_recursive if MARK in each]
    return sorted(found, key=lambda take: take.record.get("number", 0))


def find_all():
    """The takes of the whole file that can be changed."""
    return [Take(each) for each in bpy.data.collections if MARK in each and not each.library]


def by_number(number):
    """The take with that number, or None."""
    return next((each for each in find_all() if number is not None and each.record.get("number") == number), None)


def solo(take):
    """Shows one take alone, until it is called with that take again: then all are as they were before. Raises
    UserError.
    """
    take.check_editable()
    takes = [each for each in find_takes() if not each.collection.library]
    ended = [each for each in takes if each.record.get("solo") == "alone"]
    if ended:
        _show_as_before(takes)
    if take in ended:
        return
    looks = {each: [each.shown, beside.offset_of(each.collection)] for each in takes}
    kept, last = {take}, take
    while (last := by_number(last.record.get("after"))) and last not in kept:
        kept.add(last)
    for each in takes:
        if each not in kept and each.shown:
            each.hide()
    if not take.shown:
        take.show()
    for each, look in looks.items():
        each.record["before_solo"] = json.dumps(look)
    take.record["solo"] = "alone"


def _show_as_before(takes):
    looks = {each: json.loads(each.record.get("before_solo", "null")) for each in takes}
    for each, look in looks.items():
        for name in ("solo", "before_solo"):
            if name in each.record:
                del each.record[name]
        if look and not look[0] and each.shown:
            each.hide()
    for each, look in looks.items():
        if look and look[0] and not each.shown:
            each.show_beside(look[1]) if look[1] else each.show()
