"""JointHOI in Blender: a sentence and an object in, hands and the object as ordinary keyframes out.

    import jointhoi_blender as jointhoi
    take = jointhoi.generate(bpy.data.objects["Mug"], "Drink from the mug with the right hand.", seed=1, seconds=4.0)
    take.hands["RIGHT"], take.object, take.frame_range, take.metrics, take.clip
    takes = jointhoi.generate_batch([{"object": mug, "prompt": "Lift the mug."}, {"object": bowl, "prompt": ...}])
    jointhoi.export_fbx(take, "mug.fbx")
    jointhoi.generate(take.object, **{**take.recipe, "seed": 2})  # the same again, another way
    jointhoi.generate(mug, "Drink from the mug.", follow=(1, 120))  # the mug is animated; the hands follow it
    jointhoi.generate(mug, "Pick up the mug.", then=[("Drink.", 3.0), ("Put it back.", 2.5)])
    jointhoi.generate(take.object, **{**take.recipe, "keep": take.poses(range(1, 40), left=False)})
    take.remove()

The same in Blender's console, in scripts and with PyPI's bpy. What users can mend is raised as `UserError`.
"""

from . import steps
from .export.fbx import export_fbx
from .scene.fixed import kept_frame
from .scene.request import request_from
from .seam import UserError
from .takes.make import as_if_new, make_take, path_to_follow
from .takes.take import Take, find_takes

__all__ = ("Take", "UserError", "export_fbx", "find_takes", "generate", "generate_batch", "make_take", "request_from")


def generate(
    object, prompt, *, hands="auto", seconds=4.0, seed=0, fit="ask", heading=0.0, quality="normal", part=None,
    axis="auto", opens=None, closes=None, then=(), follow=None, keep=None, paint=False, hand_shape=None, progress=None,
    cancelled=None
):  # fmt: skip
    """Generates a take for a Blender object and waits for it.

    object      any object that can make a mesh, in the current scene; it starts where it stands at the current frame
    prompt      what the hands do: "Drink from the mug with the right hand."
    hands       "auto" (as the prompt says), "left", "right" or "both"
    seconds     1 to 5
    fit         for an object too big or too small for a hand: "ask" raises UserError(kind="size"), "scale_hands",
                "scale_object"
    heading     which way the actor faces: the angle about +Z from +Y, radians
    quality     "draft" for a quick look, "normal" or "final"
    part        a second object that turns on a hinge of the first, its lid or door; the hinge goes through its origin
    axis        that hinge: the part's own "X", "Y" or "Z", "-X" and so on to open the other way, "auto" to guess it
    opens, closes   how far the part can turn from how it stands, either way, radians; None to guess it
    paint       True draws the hands to what is painted: the vertex groups "JointHOI Left" and "JointHOI Right"
    then        what happens next in the same take: [("Drink from it.", 3.0), ("Put it back.", 2.5)], sentences and seconds
    follow      (first, last) frame: the object is animated there; it is left alone, and the hands are made to its path
    keep        poses that stay exactly, from `Take.poses`; the rest is made around them
    hand_shape  betas (2, 10) of the left and the right hand, such as `Take.hand_shape`; None for hands of average shape
    progress    called as progress(fraction, message) now and then
    cancelled   called as cancelled() -> bool now and then; True ends the work with UserError(kind="cancelled")

    Returns a Take. Raises UserError, and then the scene is as it was.
    """
    from . import worker_client

    recipe = dict(prompt=prompt, hands=hands, seconds=seconds, seed=seed, fit=fit, heading=heading, quality=quality)
    if part is not None:
        recipe |= dict(part=part, axis=axis, opens=opens, closes=closes)
    if paint:
        recipe |= dict(paint=True)
    more = {"then": [list(each) for each in then], "follow": follow and [int(each) for each in follow], "keep": keep}
    recipe |= {name: value for name, value in more.items() if value}
    if hand_shape is not None:
        recipe["hand_shape"] = [[float(beta) for beta in betas] for betas in hand_shape]
    with kept_frame() as scene:
        if follow:
            scene.frame_set(recipe["follow"][0])
        with as_if_new(object, part):
            if follow:
                recipe["path"] = steps.result(path_to_follow(object, *recipe["follow"]))
            request = request_from(object, **recipe)
        return make_take(object, worker_client.run(request, progress=progress, cancelled=cancelled), recipe)


def generate_batch(items, progress=None):
    """Generates one take after another with one warm worker.

    items       dicts of `generate`'s arguments: [{"object": mug, "prompt": "Lift the mug.", "seed": 1}, ...]
    progress    called as progress(fraction, message) over the whole batch

    Returns a list as long as `items`: a Take each, or, where an item failed, its UserError in the take's place, so that
    one bad item of a night's batch does not lose the others. A cancellation ends the batch and is raised.
    """
    items = list(items)
    results = []
    for number, item in enumerate(items):

        def tell(fraction, message, number=number):
            progress((number + fraction) / len(items), f"{number + 1} of {len(items)}: {message}")

        try:
            results.append(generate(**{"progress": tell if progress else None, **item}))
        except UserError as error:
            if error.kind == "cancelled":
                raise
            results.append(error)
    return results


def register():
    """Adds the panel to Blender's sidebar."""
    from . import ui

    ui.register()


def unregister():
    """Removes the panel."""
    from . import ui

    ui.unregister()
