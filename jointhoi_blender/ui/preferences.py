"""The add-on's preferences: where the runtime is and how it runs."""

import os

import bpy
from bpy.props import EnumProperty, StringProperty

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
    names = ("python", "checkpoint", "mano", "log_folder")
    path = {name: bpy.path.abspath(getattr(preferences, name, "")) for name in names}
    worker_client.configure(
        python=path["python"],
        device=getattr(preferences, "device", "auto"),
        checkpoint=path["checkpoint"],
        mano=path["mano"],
        log_folder=path["log_folder"] or user_folder("log"),
        runtime_folder=user_folder("runtime"),
    )


class JOINTHOI_AddonPreferences(bpy.types.AddonPreferences):
    bl_idname = ADDON

    python: StringProperty(
        name="Runtime's Python",
        subtype="FILE_PATH",
        update=apply,
        description="The Python of the environment with PyTorch; empty finds the one that install.py made",
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
    install_command: StringProperty(
        name="Command", get=lambda _: worker_client.install_command(), description="Ctrl-C over the field copies it"
    )

    def draw(self, _context):
        layout = self.layout
        layout.use_property_split = True
        for name in ("python", "device", "checkpoint", "mano", "log_folder"):
            layout.prop(self, name)
        try:
            layout.label(text=f"The runtime is {worker_client.find_python()}", icon="CHECKMARK")
        except seam.UserError as error:
            layout.label(text=str(error).replace(self.install_command, ""), icon="ERROR")
            if self.install_command in str(error):
                layout.prop(self, "install_command", text="")
