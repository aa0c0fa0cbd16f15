"""The one place where Blender's side reaches the model's: plain data, standard library and numpy.

Inside an installed extension both packages live below the extension's own; from a checkout both are top-level.
"""

if __package__.count("."):
    from ..model_runtime.seam import *  # noqa: F403
else:
    from model_runtime.seam import *  # noqa: F403
