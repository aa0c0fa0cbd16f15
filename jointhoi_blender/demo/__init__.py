"""The demonstration: `python -m jointhoi_blender.demo`, and the contact sheet that it leaves, for any take."""

from .sheet import contact_sheet, moment_frames

__all__ = ("contact_sheet", "moment_frames")
