"""What Blender loads when the extension is enabled: hands over to jointhoi_blender, and that is all.

The extension's folder is a checkout of the project; as a Python library, import `jointhoi_blender` from there instead.
"""


def register():
    from . import jointhoi_blender

    jointhoi_blender.register()


def unregister():
    from . import jointhoi_blender

    jointhoi_blender.unregister()
