"""Generate and Cancel. Generating waits in a timer, never in the window; called from a script it blocks."""

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from .. import seam, worker_client
from ..export.fbx import export_fbx
from ..scene.request import request_from
from ..takes.take import find_takes, make_take
from . import preferences, settings

TICK_SECONDS = 0.1


class Session:
    """What is under way or went wrong last, for the panel. Not part of the file, unlike the panel's fields."""

    job = None  # the worker_client.Job that is being waited for
    error = None  # the last UserError, until the next try


def forget():
    """Cancels what is under way and ends the worker; the add-on is going away."""
    if Session.job:
        Session.job.cancel()
    Session.job = Session.error = None
    worker_client.shutdown()


def by_uid(collection, uid):
    """The data-block with that session_uid, or None. Names change and references die in an undo; this does not."""
    return next((block for block in collection if block.session_uid == uid), None)


def chosen_object(context):
    """The object that Generate acts on: the panel's, else the active one. Raises UserError."""
    thing = context.scene.jointhoi.object or context.active_object
    if thing is None:
        raise seam.UserError("No object is chosen; pick the one that the hands should act on.", "mesh")
    if thing.name not in context.scene.objects:
        raise seam.UserError(f"“{thing.name}” is not in this scene; pick an object that is.", "mesh")
    return thing


def same_shape(one, other):
    return one.vertices.shape == other.vertices.shape and abs(one.vertices - other.vertices).max(initial=0) < 1e-5


class JOINTHOI_OT_generate(bpy.types.Operator):
    bl_idname = "jointhoi.generate"
    bl_label = "Generate"
    bl_description = "Make hands that do with the object what the prompt says. Esc cancels"
    bl_options = {"UNDO"}  # without REGISTER: to repeat or redo it would block the window

    fit: EnumProperty(
        items=settings.FITS, default="ask", options={"SKIP_SAVE", "HIDDEN"}
    )

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
        """Blocks until the take is made; for scripts."""
        try:
            self._begin(context)
            self._end(context, worker_client.run(self.request))
        except seam.UserError as error:
            return self._fail(error)
        return {"FINISHED"}

    def invoke(self, context, _event):
        try:
            self._begin(context)
            self.job = Session.job = worker_client.submit(self.request)
        except seam.UserError as error:
            redraw(context)
            return self._fail(error, "WARNING")
        self._timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        job = self.job
        if event.type == "ESC" and event.value == "PRESS":
            job.cancel()
            return self._stop(context)
        if Session.job is not job:  # the Cancel button
            return self._stop(context)
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if job.poll() or job.finished:
            redraw(context)
        if not job.finished:
            return {"PASS_THROUGH"}
        self._stop(context)
        try:
            self._end(context, job.result())
        except seam.UserError as error:
            return self._fail(error, "WARNING")
        return {"FINISHED"}

    def cancel(self, context):
        """Blender ends the operator by itself: the window closes or another file is opened."""
        self.job.cancel()
        self._stop(context)

    def _begin(self, context):
        Session.error = None
        preferences.apply()
        if self.fit != "ask":
            context.scene.jointhoi.fit = self.fit
        if not context.scene.jointhoi.prompt.strip():
            raise seam.UserError("The prompt is empty; write what the hands should do with the object.")
        thing = chosen_object(context)
        self.thing_uid, self.thing_name, self.frame = thing.session_uid, thing.name, context.scene.frame_current
        self.scene_uid = context.scene.session_uid
        fields = context.scene.jointhoi
        self.request = request_from(
            thing,
            fields.prompt,
            hands=fields.hands,
            seconds=fields.seconds,
            seed=fields.seed,
            fit=fields.fit,
            heading=fields.heading,
        )

    def _end(self, context, clip):
        """Turns the clip into a take, if the object is still the one that it was made for."""
        thing = by_uid(context.scene.objects, self.thing_uid)
        if thing is None or context.scene.session_uid != self.scene_uid:
            raise seam.UserError(
                f"“{self.thing_name}” left the scene while its take was being made, so there is no take; generate again.",
                "mesh",
            )
        if context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        if not same_shape(self.request, request_from(thing, self.request.prompt)):
            raise seam.UserError(
                f"“{thing.name}” was edited while its take was being made, so the hands would miss it; generate again.",
                "mesh",
            )
        context.scene.frame_set(self.frame)
        make_take(thing, clip)

    def _stop(self, context):
        if Session.job is self.job:
            Session.job = None
        context.window_manager.event_timer_remove(self._timer)
        redraw(context)
        return {"CANCELLED"}

    def _fail(self, error, level="ERROR"):
        """The panel shows the error; in the window a report as ERROR would cover it with a second copy."""
        if error.kind != "cancelled":
            Session.error = error
            self.report({level}, str(error))
        return {"CANCELLED"}


class JOINTHOI_OT_export_fbx(bpy.types.Operator, ExportHelper):
    bl_idname = "jointhoi.export_fbx"
    bl_label = "Export FBX"
    bl_description = "Write the last take's hands and object, with the settings that keep every joint in place"

    filename_ext = ".fbx"
    filter_glob: StringProperty(default="*.fbx", options={"HIDDEN"})

    @classmethod
    def poll(cls, context):
        return context.mode == "OBJECT" and bool(find_takes(context.scene))

    def execute(self, context):
        try:
            export_fbx(find_takes(context.scene)[-1], self.filepath)
        except seam.UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"Wrote {self.filepath}")
        return {"FINISHED"}


class JOINTHOI_OT_cancel(bpy.types.Operator):
    bl_idname = "jointhoi.cancel"
    bl_label = "Cancel"
    bl_description = "Stop making the take; the scene stays as it is"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context):
        return Session.job is not None

    def execute(self, context):
        Session.job.cancel()
        Session.job = None
        redraw(context)
        return {"FINISHED"}


def redraw(context):
    """Draws the sidebars anew, in all windows."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
