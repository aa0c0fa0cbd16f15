"""The panel "Edit" below the list of takes, and its operators: what an animator does to a take that is there."""

import bpy
from bpy.props import FloatProperty, FloatVectorProperty, IntProperty

from .. import seam
from ..editing import controls, retime, shape, sparse
from ..takes.take import Take, find_takes
from .making import Session, chosen_take
from .take_operators import OnTake


class JOINTHOI_OT_sparse_keys(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.sparse_keys"
    bl_label = "Sparse Keys"
    bl_description = "Replace the key on every frame by a few Bezier keys a bone, as near to the motion as you say"
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


class JOINTHOI_OT_controls_add(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.controls_add"
    bl_label = "Add Controls"
    bl_description = "Give the hands controls: a ring that the wrist follows, and one at each fingertip that curls "\
        "the finger (turn about X) and spreads it (turn about Z). Nothing moves until you move them"  # fmt: skip

    def act(self, _context, take):
        told = controls.add(take)
        self.report({"INFO"}, f"{told['mean_deg']:.0f}° of a bone's turn is neither curl nor spread and stays as it is")


class JOINTHOI_OT_controls_bake(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.controls_bake"
    bl_label = "Bake Controls"
    bl_description = "Write what the controls do into a key on every frame of the hands' own bones, and remove them"

    def act(self, _context, take):
        controls.bake(take)


class JOINTHOI_OT_take_retime(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_retime"
    bl_label = "Move in Time"
    bl_description = "Let the take begin at another frame, slower or faster: hands, object and heatmap together, "\
        "so that what is held stays held"  # fmt: skip
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    start: IntProperty(name="Begins at", description="The take's first frame")
    speed: FloatProperty(
        name="Speed", default=1.0, min=0.05, max=20.0, soft_min=0.25, soft_max=4.0,
        description="2 is twice as fast, 0.5 half as fast",
    )  # fmt: skip

    def invoke(self, context, _event):
        self.start, self.speed = chosen_take(context).frame_range[0], 1.0
        return context.window_manager.invoke_props_dialog(self)

    def act(self, _context, take):
        retime.retime(take, self.start, self.speed)


class JOINTHOI_OT_take_place(OnTake, bpy.types.Operator):
    bl_idname = "jointhoi.take_place"
    bl_label = "Move in Space"
    bl_description = "Move or turn the whole take, the object and its hands together"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    offset: FloatVectorProperty(name="Move", subtype="TRANSLATION", unit="LENGTH", description="How far, in the world")
    turn: FloatProperty(
        name="Turn", subtype="ANGLE", description="How far around the vertical, about where the object stands"
    )

    def invoke(self, context, _event):
        self.offset, self.turn = (0.0, 0.0, 0.0), 0.0
        return context.window_manager.invoke_props_dialog(self)

    def act(self, _context, take):
        retime.place(take, self.offset, self.turn)


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
        if not controls.has(take):
            draw_keys(self.layout.column(align=True), take)
            row = self.layout.row(align=True)
            row.operator(JOINTHOI_OT_take_retime.bl_idname, icon="TIME")
            row.operator(JOINTHOI_OT_take_place.bl_idname, icon="OBJECT_ORIGIN")
        draw_controls(self.layout.column(align=True), take)


class JOINTHOI_PT_hand(bpy.types.Panel):
    bl_label = "Hand Size and Shape"
    bl_category = "JointHOI"
    bl_parent_id = "JOINTHOI_PT_edit"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        take = chosen_take(context)
        return take is not None and bool(take.hands) and shape.has(take) and not controls.has(take)

    def draw(self, context):
        column, take = self.layout.column(align=True), chosen_take(context)
        for number, name in enumerate(shape.names(take)):
            column.prop(take.collection, "jointhoi_betas", index=number, text=name, slider=True)


def _betas(collection):
    take = Take(collection)
    return shape.betas(take) if take.hands and shape.has(take) else [0.0] * shape.COUNT


def _set_betas(collection, values):
    try:
        shape.reshape(Take(collection), values)
    except seam.UserError as error:  # a slider has no other way to say it
        Session.error = error


def register():
    bpy.types.Collection.jointhoi_betas = FloatVectorProperty(
        name="Hand Shape", size=shape.COUNT, soft_min=-3, soft_max=3, min=-5, max=5, step=10, precision=2,
        get=_betas, set=_set_betas, options=set(),
        description="How the take's hands differ from the average: 1 is more than five of six adults have. Wrist and "
        "fingers move so that the hands hold on",
    )  # fmt: skip


def unregister():
    del bpy.types.Collection.jointhoi_betas


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


def draw_controls(column, take):
    """The button, or the controls' own values: those of hands as they are posed, ready to be keyed."""
    if not controls.has(take):
        column.operator(JOINTHOI_OT_controls_add.bl_idname, icon="CON_ARMATURE")
        return
    column.operator(JOINTHOI_OT_controls_bake.bl_idname, icon="KEYFRAME_HLT")
    told = controls.told(take)
    if told:
        column.label(text=f"Neither curl nor spread: {told['mean_deg']:.0f}°, at most {told['most_deg']:.0f}°")
    for hand in take.hands.values():
        column.separator()
        column.label(text=f"{hand['jointhoi_side'].title()} Hand: Curl, Spread")
        for part, bone in controls.control_bones(hand).items():
            if part != "wrist":
                row = column.row(align=True)
                row.use_property_decorate = True
                row.prop(bone, "rotation_euler", index=0, text=part.title())
                row.prop(bone, "rotation_euler", index=2, text="")


CLASSES = (
    JOINTHOI_OT_sparse_keys,
    JOINTHOI_OT_dense_keys,
    JOINTHOI_OT_controls_add,
    JOINTHOI_OT_controls_bake,
    JOINTHOI_OT_take_retime,
    JOINTHOI_OT_take_place,
    JOINTHOI_PT_edit,
    JOINTHOI_PT_hand,
)
