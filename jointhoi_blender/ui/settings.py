"""What the panel's fields hold, kept with the scene."""

import math

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from .. import seam

HANDS = (
    ("auto", "Auto", "The hands that the prompt names, else those that suit it"),
    ("left", "Left", "The left hand alone"),
    ("right", "Right", "The right hand alone"),
    ("both", "Both", "Both hands"),
)
FITS = (
    ("ask", "Ask", "Say so when the object's size suits no hand"),
    ("scale_hands", "Scale Hands", "Make the hands as large or small as the object needs"),
    ("scale_object", "Scale Object", "Make the object hand-sized"),
)


def _new_object(settings, _context):
    settings.fit = "ask"


def _can_be_held(_settings, thing):
    return thing.type in {"MESH", "CURVE", "SURFACE", "FONT", "META"}


class JOINTHOI_Settings(bpy.types.PropertyGroup):
    object: PointerProperty(
        name="Object",
        type=bpy.types.Object,
        poll=_can_be_held,
        update=_new_object,
        description="What the hands act on; empty takes the active object",
    )
    prompt: StringProperty(
        name="Prompt",
        description="What the hands should do, as a sentence: Drink from the mug with the right hand.",
    )
    hands: EnumProperty(name="Hands", items=HANDS, description="Which hands act")
    seconds: FloatProperty(
        name="Seconds", default=4.0, min=seam.MIN_SECONDS, max=seam.MAX_SECONDS, step=50, precision=1,
        description="The length of the take",
    )  # fmt: skip
    seed: IntProperty(name="Seed", min=0, description="Another seed gives another take of the same prompt")
    heading: FloatProperty(
        name="Facing",
        subtype="ANGLE",
        soft_min=-math.pi,
        soft_max=math.pi,
        description="Which way the actor looks, seen from above: 0 is along +Y, 90 along -X",
    )
    fit: EnumProperty(name="Size", items=FITS, description="What to do with an object too big or too small for a hand")
