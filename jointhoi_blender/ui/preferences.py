"""The add-on's preferences: where the runtime is and how it runs."""

import os

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from .. import seam, worker_client

PACKAGE = __package__.rpartition(".")[0]
ADDON = PACKAGE.rpartition(".")[0] or PACKAGE  # "bl_ext.user_default.jointhoi" once installed

DEVICES = (
    ("auto", "Automatic", "The fastest that is there: CUDA, Apple's Metal, else the processor"),
    ("cuda", "CUDA", "An NVIDIA graphics card"),
    ("mps", "Metal", "An Apple graphics chip"),
    ("cpu", "Processor", "Works everywhere"),
)


def user_folder(name):
    """A folder of this extension that updates leave alone; empty where it is not installed as an extension."""
    try:
        return bpy.utils.extension_path_user(ADDON, path=name)
    except ValueError:
        return ""


def chosen():
    """The add-on's preferences, or None in a checkout, where it is a library and no add-on."""
    addon = bpy.context.preferences.addons.get(ADDON)
    return addon.preferences if addon else None


def checkpoint_name():
    """The checkpoint in use, by its file's name; "" for the one that comes with JointHOI."""
    return os.path.basename(bpy.path.abspath(getattr(chosen(), "checkpoint", "")))


def apply(_preferences=None, _context=None):
    """Hands the preferences to the worker's client, which uses them from the next request on."""
    preferences = chosen()
    names = ("python", "checkpoint", "mano", "log_folder", "runtime_folder")
    path = {name: bpy.path.abspath(getattr(preferences, name, "")) for name in names}
    worker_client.configure(
        python=path["python"],
        device=getattr(preferences, "device", "auto"),
        checkpoint=path["checkpoint"],
        mano=path["mano"],
        log_folder=path["log_folder"] or user_folder("log"),
        runtime_folder=path["runtime_folder"] or user_folder("runtime"),
    )


class JOINTHOI_AddonPreferences(bpy.types.AddonPreferences):
    bl_idname = ADDON

    python: StringProperty(
        name="Runtime's Python",
        subtype="FILE_PATH",
        update=apply,
        description="The Python of an environment of your own with PyTorch; empty uses the one that Set Up made",
    )
    runtime_folder: StringProperty(
        name="Runtime Folder",
        subtype="DIR_PATH",
        update=apply,
        description="Where Set Up installs what the model needs; empty is the extension's user folder",
    )
    device: EnumProperty(name="Device", items=DEVICES, update=apply, description="What the model runs on")
    checkpoint: StringProperty(
        name="Checkpoint",
        subtype="FILE_PATH",
        update=apply,
        description="A .safetensors file to use instead of the one that comes with JointHOI",
    )
    mano: StringProperty(
        name="MANO Folder",
        subtype="DIR_PATH",
        update=apply,
        description="Your own licensed MANO_LEFT.pkl and MANO_RIGHT.pkl; empty uses the open hand",
    )
    log_folder: StringProperty(
        name="Log Folder",
        subtype="DIR_PATH",
        update=apply,
        description="Where the model's log is kept; empty keeps it in the extension's user folder",
    )
    early: BoolProperty(
        name="Load Early",
        default=True,
        description="Load the model as soon as the panel offers Generate, so that the first take need not wait for it; "
        "else with the first take. It stays in memory until Blender ends",
    )

    def draw(self, context):
        from . import panel  # which needs the preferences

        layout = self.layout
        layout.use_property_split = True
        try:
            layout.label(text=f"Ready: {worker_client.find_python()}", icon="CHECKMARK")
        except seam.UserError:
            panel.draw_setup(layout, context)
        layout.prop(self, "device")
        layout.prop(self, "early")
        for heading, names in (
            ("Runtime", ("runtime_folder", "python")), ("Hands", ("mano",)), ("Model", ("checkpoint",)),
            ("Logs", ("log_folder",)),
        ):  # fmt: skip
            column = layout.column(heading=heading)
            for name in names:
                column.prop(self, name)
        folder = worker_client.settings().log_folder
        if folder and os.path.isdir(folder):
            layout.operator("wm.path_open", text="Open the Logs", icon="FILE_FOLDER").filepath = folder
