"""Keeping what is good of a take: marked poses, frames, a hand; the rest is made anew around it."""

import random

import bpy

from .. import seam
from ..takes import keep
from .making import Session, chosen_take, redraw
from .take_operators import OfTake, OnTake


class JOINTHOI_PT_keep(bpy.types.Panel):
    bl_label = "Keep"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_takes"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        take = chosen_take(context)
        return bool(take and take.object and not take.collection.library and take.recipe)

    def draw(self, context):
        layout, fields, take = self.layout, context.scene.jointhoi, chosen_take(context)
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.enabled = Session.job is None
        row = layout.row(align=True)
        row.label(text="Object", icon="LOCKED")
        for side in take.hands:
            row.prop(fields, f"keep_{side.lower()}", toggle=True)
        layout.row().prop(fields, "keep_when", expand=True)
        if fields.keep_when == "frames":
            marked, frame = list(take.record.get("marked", ())), context.scene.frame_current
            layout.label(text=f"Frames {', '.join(map(str, marked))}" if marked else "Go to a pose and mark it")
            text = f"Unmark Frame {frame}" if frame in marked else f"Mark Frame {frame}"
            layout.operator(JOINTHOI_OT_take_mark.bl_idname, text=text, icon="KEYFRAME_HLT")
        else:
            column = layout.column(align=True)
            column.prop(fields, "keep_first", text="Frames")
            column.prop(fields, "keep_last", text="To")
        layout.operator(JOINTHOI_OT_take_keep.bl_idname, icon="FILE_REFRESH")


class JOINTHOI_OT_take_mark(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_mark"
    bl_label = "Mark This Frame"
    bl_description = (
        "Keep the pose of this frame, or keep it no more. Edit it before, if you like: what you see is kept"
    )

    def act(self, context, take):
        take.check_editable()
        frame, (first, last) = context.scene.frame_current, take.frame_range
        if not first <= frame <= last:
            raise seam.UserError(f"“{take.name}” goes from frame {first} to {last}; go there to mark a pose.")
        take.record["marked"] = sorted(set(take.record.get("marked", ())) ^ {frame}) or [first - 1]
        if take.record["marked"][0] < first:
            del take.record["marked"]
        redraw(context)


class JOINTHOI_OT_take_keep(OfTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_keep"
    bl_label = "Regenerate the Rest"
    bl_description = "Make a new take in which what you keep is exactly as it is now, edits too, and all else is "\
        "made to fit. Marked poses: as before as far as they allow; else another way"  # fmt: skip

    def orders(self, context):
        take, fields = chosen_take(context), context.scene.jointhoi
        hands = [side for side in take.hands if getattr(fields, f"keep_{side.lower()}")]
        kept = yield from keep.poses(take, frames_to_keep(take, fields), "LEFT" in hands, "RIGHT" in hands)
        acting = "both" if len(take.hands) == 2 else next(iter(take.hands)).lower()
        changes = {} if fields.keep_when == "frames" else {"seed": random.randrange(1, 100_000)}
        return [(yield from self.like(context, take, keep=kept, hands=acting, **changes))]


def frames_to_keep(take, fields):
    """The scene frames of a take that the panel says to keep. Raises UserError where there are none."""
    first, last = take.frame_range
    frames = list(range(first, last + 1))
    if fields.keep_when == "frames":
        frames = [frame for frame in frames if frame in take.record.get("marked", ())]
    else:
        inside = [frame for frame in frames if fields.keep_first <= frame <= fields.keep_last]
        frames = inside if fields.keep_when == "inside" else sorted(set(frames) - set(inside))
    if not frames:
        raise seam.UserError(
            f"Nothing of “{take.name}” is chosen to be kept; mark a frame, or give frames between {first} and {last}."
        )
    return frames


CLASSES = (JOINTHOI_OT_take_mark, JOINTHOI_OT_take_keep, JOINTHOI_PT_keep)
