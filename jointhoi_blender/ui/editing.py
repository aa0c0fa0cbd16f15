"""The panel "Edit" below the list of takes, and its operators: what an animator does to a take that is there."""

import bpy
from bpy.props import FloatProperty

from ..editing import sparse
from ..takes.take import find_takes
from .making import Session, chosen_take
from .take_operators import OnTake


class JOINTHOI_OT_sparse_keys(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.sparse_keys"
    bl_label = "Sparse Keys"
    bl_description = "Replace the key on every frame by a few Bezier keys on each bone, as near to the motion as you say"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    tolerance_mm: FloatProperty(
        name="Error (mm)", default=0.5, min=0.05, soft_max=5.0, max=50.0,
        description="How far any joint, fingertip or corner of the object may stray, in millimetres",
    )  # fmt: skip
    tolerance_deg: FloatProperty(
        name="Error (°)", default=0.5, min=0.05, soft_max=5.0, max=45.0,
        description="How far any bone may turn away from where it pointed, in degrees",
    )  # fmt: skip

    def act(self, _context, take):
        told = sparse.reduce(take, self.tolerance_mm, self.tolerance_deg)
        self.report({"INFO"}, f"{told['before']} keys became {told['after']}, within {told['error_mm']:.2f} mm")


class JOINTHOI_OT_dense_keys(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.dense_keys"
    bl_label = "Restore All Keys"
    bl_description = "Bring back the key on every frame that the take had before its keys were made sparse. "\
        "What you changed since then is lost"  # fmt: skip

    def act(self, _context, take):
        sparse.restore(take)


class JOINTHOI_PT_edit(bpy.types.Panel):
    bl_label = "Edit"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_takes"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        return bool(find_takes(context.scene)) and can_edit(chosen_take(context))

    def draw(self, context):
        take = chosen_take(context)
        draw_keys(self.layout.column(align=True), take)


def can_edit(take):
    """Whether there is anything to edit now: the take is on its object, and nothing is being made."""
    own = not take.collection.library and not take.collection.override_library
    return own and bool(take.hands) and take.shown and not take.is_strip and not take.is_beside and not Session.job


def draw_keys(column, take):
    column.operator(JOINTHOI_OT_sparse_keys.bl_idname, icon="IPO_BEZIER")
    told = sparse.told(take)
    if told:
        column.label(text=f"{told['after']} keys of {told['before']}")
        column.label(text=f"Error up to {told['error_mm']:.2f} mm, {told['error_deg']:.2f}°")
        column.operator(JOINTHOI_OT_dense_keys.bl_idname, icon="LOOP_BACK")


CLASSES = (JOINTHOI_OT_sparse_keys, JOINTHOI_OT_dense_keys, JOINTHOI_PT_edit)
