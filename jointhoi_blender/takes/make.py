"""From a clip to a take in the scene, in place of those that contradict it; or nothing, where it fails half way."""

from contextlib import contextmanager

import bpy
import numpy as np

from .. import seam, steps
from ..scene import fixed
from ..scene.request import check_keyable, check_shown, world_matrix
from . import attach, build
from .attach import MARK
from .take import Take, rivals


def make_take(object, clip, recipe=None):
    """Puts a clip into the current scene and returns the Take.

    It starts at the current frame, with the object where it stands then; should the object have been moved since the
    clip was requested, the hands move along. Takes that it contradicts are hidden. recipe: see `Take.recipe`.
    Raises UserError, and then the scene is as it was.
    """
    return steps.result(making(object, clip, recipe))


def making(object, clip, recipe=None):
    """`make_take` in steps."""
    if not np.asarray(clip.hand_active).any():
        raise seam.UserError(f"The clip for “{object.name}” has no active hand; name a hand in the prompt.")
    for name, value in vars(clip).items():
        if isinstance(value, np.ndarray) and not np.isfinite(value).all():
            raise seam.UserError(
                f"The {name} generated for “{object.name}” is not finite; try another seed.", "internal"
            )
    scene, frame = bpy.context.scene, bpy.context.scene.frame_current
    recipe = recipe or {}
    last = build.last_frame(clip, recipe)
    things = [object, *filter(None, [recipe.get("part")])]
    path = recipe.get("path")
    if recipe.get("follow") and not path:
        path = yield from path_to_follow(object, *recipe["follow"])
    kept = fixed.merged(path, recipe.get("keep"))
    aside = [each for each in rivals(things, (frame, last)) if each.shown]
    take = None
    try:
        for each in aside:
            each.hide()
            yield True
        for thing in things:
            check_shown(thing) if recipe.get("follow") else check_keyable(thing)
        yield True
        start = world_matrix(object)
        record = build.new_record(object, clip, recipe, start)
        take = Take(bpy.data.collections.new(f"{object.name} take"), clip)
        take.collection[MARK] = record
        scene.collection.children.link(take.collection)
        for _ in build.fill(take.collection, object, clip, start, kept):
            yield True
        bpy.context.view_layer.update()
    except BaseException:
        if take:
            take.remove()
        for each in aside:
            each.show()
        raise
    return take


def path_to_follow(object, first, last):
    """What an object does by itself from frame `first` to `last`, as fixed poses; in steps. Raises UserError where a
    take moves it.
    """
    for take in rivals([object], (first, last)):
        if not attach.follows(take.record):
            raise seam.UserError(
                f"“{take.name}” moves “{object.name}” in these frames; hide that take, or choose it and keep its object.",
                "mesh",
            )
    return (yield from fixed.path(object, range(first, last + 1)))


@contextmanager
def as_if_new(object, part=None):
    """For as long as it lasts, no take is shown on the objects that one made at the current frame would replace."""
    frame = bpy.context.scene.frame_current
    aside = rivals([object, part] if part else [object], (frame, frame + 1))
    try:
        for each in aside:
            each.hide()
        bpy.context.view_layer.update()
        yield
    finally:
        for each in aside:
            each.show()
