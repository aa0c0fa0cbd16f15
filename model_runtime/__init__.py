"""Everything that touches torch: the hands, the objects, the data, the model and its worker process. Never bpy.

Importing this package imports nothing: Blender, which has no torch, reads `model_runtime.seam` from here.
"""

__version__ = "0.1.0"
