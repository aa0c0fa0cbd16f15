"""How takes get made while the window stays alive: orders, one worker, a timer; called from a script it blocks.

An order is one take to make. The operators that make takes differ in the orders that they place, and in nothing else.
"""

from dataclasses import dataclass, replace

import bpy

from .. import seam, steps, worker_client
from ..scene import fixed
from ..scene.request import request_from
from ..takes import attach, rig
from ..takes.make import as_if_new, making, path_to_follow
from ..takes.take import by_number, find_takes
from . import history, preferences

TICK_SECONDS = 0.02
WORK_SECONDS = 0.02  # of a tick, for work in steps; the limit is 50 ms


class Reading:
    """Stands in a Job's place for as long as it is read from the scene what to ask for."""

    fraction, message = 0.0, "Reading the scene"

    def cancel(self):
        pass


class Session:
    """What is under way or went wrong last, for the panel. Not part of the file, unlike the panel's fields."""

    job = None  # the worker_client.Job that is being waited for, or a Reading
    error = None  # the last UserError, until the next try
    place = (1, 1)  # which of how many
    loaded = None  # the worker_client.Settings with which the model was loaded before it was needed


@dataclass
class Order:
    """One take to make. Names change and references die in an undo; session_uids do not."""

    thing_uid: int
    thing_name: str
    scene_uid: int
    frame: int
    request: seam.Request
    recipe: dict
    part_uid: int = 0  # of the second object, that turns; the recipe has no reference to it
    replaces: int = 0  # the number of the take that this one is made in place of
    offset: tuple = ()  # where to show it, side by side
    in_place: tuple = ()  # the numbers of the takes that were shown on the object, for that case

    def with_seed(self, seed, offset=()):
        return replace(
            self, request=replace(self.request, seed=seed), recipe=self.recipe | {"seed": seed}, offset=offset
        )


def load_early():
    """Has the model loaded soon, where the preferences say so and it has not been tried; for the panel, as it draws."""
    wanted = getattr(preferences.chosen(), "early", False) and not bpy.app.background
    if wanted and Session.loaded != worker_client.settings() and not bpy.app.timers.is_registered(_load):
        bpy.app.timers.register(_load)


def _load():
    preferences.apply()
    Session.loaded = worker_client.settings()
    try:
        worker_client.warm_up()
    except seam.UserError:
        pass  # it is said when a take is asked for


def forget():
    """Cancels what is under way and ends the worker; the add-on is going away."""
    if bpy.app.timers.is_registered(_load):
        bpy.app.timers.unregister(_load)
    Session.loaded = None
    if Session.job:
        Session.job.cancel()
    Session.job = Session.error = None
    worker_client.shutdown()


def by_uid(collection, uid):
    """The data-block with that session_uid, or None."""
    return next((block for block in collection if block.session_uid == uid), None)


def order_for(context, thing, frame, recipe, **more):
    """The Order of a take of `thing` from `frame` on, with `generate`'s arguments `recipe`; in steps. Raises
    UserError.
    """
    if not recipe["prompt"].strip():
        raise seam.UserError("The prompt is empty; write what the hands should do with the object.")
    if context.scene.frame_current != frame:
        context.scene.frame_set(frame)
    part = recipe.get("part")
    with as_if_new(thing, part):
        if recipe.get("follow"):
            recipe = recipe | {"path": (yield from path_to_follow(thing, *recipe["follow"]))}
        request = request_from(thing, **recipe)
    recipe = {name: value for name, value in recipe.items() if name != "part"}
    recipe |= {"checkpoint": preferences.checkpoint_name()}
    more |= {"part_uid": part.session_uid} if part else {}
    shown = tuple(each["number"] for each in attach.on_object(thing))
    return Order(
        thing.session_uid, thing.name, context.scene.session_uid, frame, request, recipe, in_place=shown, **more
    )


def same_shape(one, other):
    return one.vertices.shape == other.vertices.shape and abs(one.vertices - other.vertices).max(initial=0) < 1e-5


def checked(context, order):
    """The object of an order and its recipe, if both still are what they were; in steps. Raises UserError."""
    thing = by_uid(context.scene.objects, order.thing_uid)
    name, recipe = f"“{order.thing_name}”", order.recipe
    if order.part_uid:
        recipe = recipe | {"part": by_uid(context.scene.objects, order.part_uid)}
    part = recipe.get("part")
    if thing is None or bool(order.part_uid) != bool(part) or context.scene.session_uid != order.scene_uid:
        raise seam.UserError(
            f"{name} left the scene while its take was being made, so there is no take; generate again.", "mesh"
        )
    if context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    context.scene.frame_set(order.frame)
    with as_if_new(thing, part):
        told = ("seconds", "then", "part", "axis", "opens", "closes", "paint", "follow", "path")
        now = request_from(thing, order.request.prompt, **{name: recipe[name] for name in told if name in recipe})
        if path := recipe.get("path"):
            rows = [0, len(path["frames"]) // 3, -1]
            there = yield from fixed.path(thing, path["frames"][rows] + order.frame)
            if abs(there["object_translation"] - path["object_translation"][rows]).max() > 1e-4:
                raise seam.UserError(
                    f"The motion of {name} was changed while its take was being made; generate again.", "mesh"
                )
    if not same_shape(order.request, now):
        raise seam.UserError(
            f"{name} was edited while its take was being made, so the hands would miss it; generate again.", "mesh"
        )
    return thing, recipe


def built(context, order, clip):
    """The take of an order whose clip is there; in steps. Raises UserError."""
    thing, recipe = yield from checked(context, order)
    return (yield from making(thing, clip, recipe))


def finish(context, order, take):
    """What is left to do with a take that is complete: its place in the list, its place in space."""
    old = by_number(order.replaces) if order.replaces else None
    if old:
        name, number = old.name, old.record["number"]
        names = {part: thing.name for part, thing in own_parts(old).items()}
        if context.scene.jointhoi.hands_of == old.collection:
            context.scene.jointhoi.hands_of = take.collection
        old.remove()
        take.collection.name = name
        for part, thing in own_parts(take).items():
            thing.name = names.get(part, thing.name)
        for record in attach.of_take(take.record):
            record["number"] = number
    if order.offset:
        take.show_beside(order.offset)
        for each in filter(None, map(by_number, order.in_place)):
            each.show()
    context.scene.jointhoi.take = take.collection
    history.add(order.recipe["prompt"])


def own_parts(take):
    """A take's hands and their skins, by what they are."""
    hands = take.hands
    return hands | {f"{side} skin": skin for side, hand in hands.items() if (skin := rig.skin_of(hand))}


class Making:
    """The part that all operators share which make takes. They say in `orders(context)` which: a list, in steps."""

    @classmethod
    def poll(cls, context):
        if Session.job:
            cls.poll_message_set("A take is being made")
            return False
        if context.mode != "OBJECT":
            cls.poll_message_set("Go to Object Mode first")
            return False
        return True

    def execute(self, context):
        """Blocks until the takes are made; for scripts."""
        Session.error = None
        try:
            for order in steps.result(self.orders(context)):
                clip = worker_client.run(order.request)
                finish(context, order, steps.result(built(context, order, clip)))
        except seam.UserError as error:
            return self._fail(error)
        return {"FINISHED"}

    def invoke(self, context, _event):
        Session.error = None
        self.order, self.left, self.steps = None, [], self.orders(context)
        self.job, Session.place = Reading(), (1, 1)
        Session.job = self.job
        try:
            preferences.apply()
            self._tick(context)
        except seam.UserError as error:
            Session.job = None
            redraw(context)
            return self._fail(error, "WARNING")
        self._timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        redraw(context, only_sidebars=True)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type == "ESC" and event.value == "PRESS" or Session.job is not self.job:  # or the Cancel button
            return self._cancel(context)
        if self.steps and event.type != "TIMER":
            return {"RUNNING_MODAL"}  # for the blink of an eye nobody may change what is being read or built
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            if not self._tick(context):
                return {"PASS_THROUGH"}
        except seam.UserError as error:
            self._stop(context)
            return self._fail(error, "WARNING")
        self._stop(context)
        return {"FINISHED"}

    def cancel(self, context):
        """Blender ends the operator by itself: the window closes or another file is opened."""
        self._cancel(context)

    def _tick(self, context):
        """One tick's work: reads what to ask for, then waits for each take and builds it. True once all are there."""
        if not self.steps:
            if self.order:
                self._wait(context)
            else:  # between two takes, in a tick of its own: on large files an undo step takes a while
                undo_step(self.bl_label)
                self._next()
            return False
        over, made = steps.work(self.steps, WORK_SECONDS)
        if not over:
            return False
        self.steps = None
        if self.order:
            finish(context, self.order, made)
            self.order = None
            redraw(context)
            return not self.left
        self.left, self.count = made, len(made)
        self._next()
        return False

    def _next(self):
        self.order = self.left.pop(0)
        self.job = Session.job = worker_client.submit(self.order.request)
        Session.place = self.count - len(self.left), self.count

    def _wait(self, context):
        """One look at the worker. The clip, once there, is built from the next tick on."""
        if self.job.poll() or self.job.finished:
            redraw(context, only_sidebars=True)
        if self.job.finished:
            self.steps = built(context, self.order, self.job.result())

    def _cancel(self, context):
        self.job.cancel()
        if self.steps:
            self.steps.close()  # takes back what is there of a take
        self._stop(context)
        return {"CANCELLED"}

    def _stop(self, context):
        if Session.job is self.job:
            Session.job = None
        context.window_manager.event_timer_remove(self._timer)
        redraw(context)

    def _fail(self, error, level="ERROR"):
        """The panel shows the error; in the window a report as ERROR would cover it with a second copy."""
        if error.kind != "cancelled":
            Session.error = error
            self.report({level}, str(error))
        return {"CANCELLED"}


def undo_step(name):
    bpy.ops.ed.undo_push(message=name)


def redraw(context, only_sidebars=False):
    """Draws the 3D views and the preferences anew, in all windows. The sidebars alone, while something is under way:
    beside them may lie a scene that is slow to draw.
    """
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in ("VIEW_3D", "PREFERENCES"):
                for region in area.regions:
                    if region.type == "UI" or area.type == "PREFERENCES" or not only_sidebars:
                        region.tag_redraw()


def chosen_take(context):
    """The take chosen in the list, the latest where none is, or None."""
    takes = find_takes(context.scene)
    return next(
        (take for take in takes if take.collection == context.scene.jointhoi.take), takes[-1] if takes else None
    )
