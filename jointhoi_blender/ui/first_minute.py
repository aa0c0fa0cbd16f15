"""From the installed extension to the first take: setting up the runtime, and an example to try it on."""

import os

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ImportHelper

from .. import seam, worker_client
from ..scene.request import metres_per_unit
from ..setup import Setup
from . import preferences
from .making import redraw

TICK_SECONDS = 0.2
TABLE_HEIGHT, TABLE_TOP = 0.75, (1.2, 0.7, 0.03)  # metres
MUG = str(worker_client.ROOT / "assets" / "objects" / "mug.obj")


class State:
    """The setup that is under way, or the last one. Not part of the file."""

    setup = None


def is_running():
    return bool(State.setup and not State.setup.finished)


def forget():
    """Ends what is under way; the add-on is going away."""
    if is_running():
        State.setup.cancel()
    State.setup = None
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)


def log_path():
    """Where the setup's log is kept."""
    folder = worker_client.settings().log_folder or bpy.app.tempdir
    return os.path.join(folder, "setup.log")


def _start(setup):
    State.setup = setup
    if not bpy.app.background:
        bpy.app.timers.register(_tick, first_interval=TICK_SECONDS, persistent=True)


def _tick():
    """The timer: takes in what the process says, and uses the environment once it is there."""
    if State.setup is None:
        return None
    if State.setup.poll():
        redraw(bpy.context, only_sidebars=True)
    if not State.setup.finished:
        return TICK_SECONDS
    use_result()
    return None


def use_result():
    """After a success: the preferences name what was found, and the setup is forgotten."""
    setup = State.setup
    if setup.cancelled or setup.error:
        return
    chosen = preferences.chosen()
    if chosen and setup.python:
        chosen.python = setup.python
        bpy.context.preferences.is_dirty = True
    preferences.apply()
    State.setup = None
    redraw(bpy.context)


class SettingUp:
    """What the ways to set up share."""

    bl_options = {"INTERNAL"}

    def execute(self, _context):
        if is_running():
            self.report({"WARNING"}, "The setup is already under way")
            return {"CANCELLED"}
        preferences.apply()
        try:
            _start(self.setup())
        except seam.UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        except OSError as error:
            self.report({"ERROR"}, f"The setup can't be started: {error}")
            return {"CANCELLED"}
        return {"FINISHED"}


class JOINTHOI_OT_setup(SettingUp, bpy.types.Operator):
    bl_idname = "jointhoi.setup"
    bl_label = "Set Up JointHOI"
    bl_description = (
        "Download and install what the model needs, into a folder of its own. You can go on working meanwhile"
    )

    @classmethod
    def poll(cls, _context):
        if not bpy.app.online_access:
            cls.poll_message_set("Online access is off in Preferences > System > Network")
            return False
        return True

    def setup(self):
        return Setup.install(worker_client.runtime_folder(), log_path())


class JOINTHOI_OT_setup_wheels(SettingUp, ImportHelper, bpy.types.Operator):
    bl_idname = "jointhoi.setup_wheels"
    bl_label = "Install Wheels"
    bl_description = "Without network: install from a folder of wheels that you collected on another machine with "\
        "pip download -r requirements.txt"  # fmt: skip

    directory: StringProperty(subtype="DIR_PATH")
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def setup(self):
        return Setup.install(worker_client.runtime_folder(), log_path(), wheels=self.directory or self.filepath)


class JOINTHOI_OT_setup_existing(SettingUp, ImportHelper, bpy.types.Operator):
    bl_idname = "jointhoi.setup_existing"
    bl_label = "Use This Python"
    bl_description = "Use a Python environment that has PyTorch and the other packages: choose its folder or its Python"

    def setup(self):
        return Setup.check(self.filepath.rstrip("/\\"), log_path())


class JOINTHOI_OT_setup_cancel(bpy.types.Operator):
    bl_idname = "jointhoi.setup_cancel"
    bl_label = "Cancel"
    bl_description = "Stop the setup. What was downloaded is kept for the next try"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        if is_running():
            State.setup.cancel()
        redraw(context)
        return {"FINISHED"}


class JOINTHOI_OT_add_example(bpy.types.Operator):
    bl_idname = "jointhoi.add_example"
    bl_label = "JointHOI Example"
    bl_description = "Add a table with a mug at the 3D cursor, and a prompt that suits it"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return context.mode == "OBJECT"

    def execute(self, context):
        size = 1 / metres_per_unit(context.scene)
        for each in context.selected_objects:
            each.select_set(False)
        at = context.scene.cursor.location
        table = _object(context, "Table", *table_mesh(), (0.33, 0.22, 0.14, 1))
        mug = _object(context, "Mug", *read_obj(MUG), (0.75, 0.78, 0.80, 1))
        for each in (table, mug):
            each.scale = (size,) * 3
            each.location = at
        mug.location.z += TABLE_HEIGHT * size
        mug.data.shade_smooth()
        mug.select_set(True)
        context.view_layer.objects.active = mug
        fields = context.scene.jointhoi
        fields.object = None
        if not fields.prompt:
            fields["prompt"] = "Drink from the mug with the right hand."
        if context.region_data:
            context.region_data.view_location = mug.location
            context.region_data.view_distance = 1.6 * size
        return {"FINISHED"}


def _object(context, name, vertices, faces, color):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    material = bpy.data.materials.new(name)
    material.diffuse_color = color
    if material.node_tree is None:  # before 5.0
        material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = color
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    context.collection.objects.link(thing)
    return thing


def table_mesh():
    """A table: vertices and faces in metres, standing on the origin."""
    width, depth, thick = TABLE_TOP
    boxes = [((-width / 2, -depth / 2, TABLE_HEIGHT - thick), (width / 2, depth / 2, TABLE_HEIGHT))]
    for x in (-width / 2, width / 2 - 0.05):
        for y in (-depth / 2, depth / 2 - 0.05):
            boxes.append(((x, y, 0), (x + 0.05, y + 0.05, TABLE_HEIGHT - thick)))
    vertices, faces = [], []
    for low, high in boxes:
        first = len(vertices)
        ends = tuple(zip(low, high))
        vertices += [(ends[0][i], ends[1][j], ends[2][k]) for i in (0, 1) for j in (0, 1) for k in (0, 1)]
        for face in ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)):
            faces.append([first + corner for corner in face])
    return vertices, faces


def read_obj(path):
    """Vertices and faces of one of this project's own .obj files, from Y up to Z up."""
    vertices, faces = [], []
    with open(path, encoding="utf-8") as file:
        for line in file:
            kind, *values = line.split() or [""]
            if kind == "v":
                x, y, z = map(float, values)
                vertices.append((x, -z, y))
            elif kind == "f":
                faces.append([int(value.split("/")[0]) - 1 for value in values])
    return vertices, faces


def draw_add_menu(menu, _context):
    menu.layout.operator(JOINTHOI_OT_add_example.bl_idname, icon="VIEW_PAN")


CLASSES = (
    JOINTHOI_OT_setup,
    JOINTHOI_OT_setup_wheels,
    JOINTHOI_OT_setup_existing,
    JOINTHOI_OT_setup_cancel,
    JOINTHOI_OT_add_example,
)
