"""What the panel's fields hold, kept with the scene."""

import math

import bpy
from bpy.props import (
    BoolProperty, CollectionProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty,
)  # fmt: skip

from .. import seam
from ..scene import hinge
from ..takes import build
from ..takes.attach import MARK
from ..takes.take import Take

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
QUALITIES = (
    ("draft", "Draft", "A quick look, about three times as fast: fingers may sink in a little more"),
    ("normal", "Normal", "Good for most shots"),
    ("final", "Final", "Takes about three times as long; fingers sit a little closer on the object"),
)


AXES = (
    ("auto", "Guessed", "Found from the shape of the part and where its origin is"),
    *((axis, axis, f"The part's own axis {axis}, by the right-hand rule") for axis in hinge.AXES),
)


def _new_object(settings, _context):
    settings.fit, settings.part = "ask", None


def _new_part(settings, _context):
    settings.hinged = settings.hinged or settings.part is not None


def _can_be_held(_settings, thing):
    return thing.type in {"MESH", "CURVE", "SURFACE", "FONT", "META"} and "jointhoi_side" not in (thing.parent or {})


def _can_turn(settings, thing):
    return _can_be_held(settings, thing) and thing != (settings.object or bpy.context.active_object)


def _has_a_shape(_settings, collection):
    return MARK in collection and Take(collection).hand_shape is not None


def _entered(_settings, context):
    """The prompt was confirmed; with Enter that means: generate. The operator knows which key it was.

    Only in the sidebar's field. Enter also presses buttons and ends lines in the console, which fill in the prompt from
    other regions.
    """
    if not bpy.app.background and context.region and context.region.type == "UI":
        bpy.ops.jointhoi.prompt_entered("INVOKE_DEFAULT")


def _frames(settings):
    return round(settings.seconds * build.frame_rate(settings.id_data)) + 1


def _set_frames(settings, frames):
    settings.seconds = (frames - 1) / build.frame_rate(settings.id_data)


def _take_index(settings):
    take = settings.take
    return bpy.data.collections.find(take.name) if take and not take.library else -1


def _set_take_index(settings, index):
    found = bpy.data.collections[index] if 0 <= index < len(bpy.data.collections) else None
    settings.take = found if found and MARK in found else None


class JOINTHOI_Sentence(bpy.types.PropertyGroup):
    """What happens then."""

    prompt: StringProperty(name="Then", description="What the hands do next, from where they are by then: Put it back")
    seconds: FloatProperty(
        name="Length", default=3.0, min=seam.MIN_SECONDS, max=seam.MAX_SECONDS, step=50, precision=1,
        subtype="TIME_ABSOLUTE", unit="TIME_ABSOLUTE", description="How long this lasts, in seconds",
    )  # fmt: skip


class JOINTHOI_Settings(bpy.types.PropertyGroup):
    object: PointerProperty(
        name="Object",
        type=bpy.types.Object,
        poll=_can_be_held,
        update=_new_object,
        description="What the hands hold. Left empty, it is whatever you have selected",
    )
    prompt: StringProperty(
        name="Prompt",
        update=_entered,
        description="What the hands should do, as a plain English sentence: Drink from the mug with the right hand. "
        "Press Enter to generate",
    )
    hands: EnumProperty(name="Hands", items=HANDS, description="Which hands act")
    seconds: FloatProperty(
        name="Length", default=4.0, min=seam.MIN_SECONDS, max=seam.MAX_SECONDS, step=50, precision=1,
        subtype="TIME_ABSOLUTE", unit="TIME_ABSOLUTE", description="How long the take lasts, in seconds",
    )  # fmt: skip
    frames: IntProperty(
        name="Frames", get=_frames, set=_set_frames, description="How long the take lasts, in frames of this scene"
    )
    in_frames: BoolProperty(name="Frames", description="Give the length in frames instead of seconds")
    seed: IntProperty(
        name="Seed",
        min=0,
        description="Another number gives another take of the same prompt; the same number, the same",
    )
    quality: EnumProperty(
        name="Quality", items=QUALITIES, default="normal", description="How much work goes into the take"
    )
    heading: FloatProperty(
        name="Facing",
        subtype="ANGLE",
        soft_min=-math.pi,
        soft_max=math.pi,
        description="Which way the actor looks, seen from above: 0° is along +Y, 90° along -X",
    )
    hinged: BoolProperty(
        name="Part That Turns", default=True, description="A second object turns on a hinge of the first: a lid, a door"
    )
    part: PointerProperty(
        name="Part", type=bpy.types.Object, poll=_can_turn, update=_new_part,
        description="The lid, door or screen, with its origin on the hinge. Left empty, it is a child of the object whose "
        "origin lies on an edge of it",
    )  # fmt: skip
    axis: EnumProperty(name="Axis", items=AXES, description="Which of the part's own axes the hinge is")
    opens: FloatProperty(
        name="Opens", subtype="ANGLE", default=hinge.RANGE, min=0, max=2 * math.pi,
        description="How far the part can turn about the axis, from how it stands",
    )  # fmt: skip
    closes: FloatProperty(
        name="Closes", subtype="ANGLE", min=0, max=2 * math.pi,
        description="How far it can turn the other way, until it is shut",
    )  # fmt: skip
    tried: FloatProperty(
        name="Try", subtype="ANGLE", soft_min=-math.pi, soft_max=math.pi, options={"SKIP_SAVE"},
        description="Draw the part turned by this much, to see whether the hinge is right. Nothing moves",
    )  # fmt: skip
    paint: BoolProperty(
        name="Paint Contact", default=True, description="Hands are drawn to what is painted on the object for them"
    )
    show_actor: BoolProperty(
        name="Show Actor", default=True, description="Draw where the actor sits and which way they look"
    )
    fit: EnumProperty(name="Size", items=FITS, description="What to do with an object too big or too small for a hand")
    then: CollectionProperty(type=JOINTHOI_Sentence, name="Then")
    follow: BoolProperty(
        name="Follow Its Motion",
        description="The object is animated already: leave that as it is, and make the hands to its path",
    )
    follow_first: IntProperty(name="From", default=1, description="The first frame that the hands follow")
    follow_last: IntProperty(name="To", default=120, description="The last frame that the hands follow")
    keep_when: EnumProperty(
        name="Keep",
        items=(
            ("frames", "Marked", "What you marked: one pose, or a few"),
            ("outside", "Outside", "Everything outside the frames given; only they are made anew"),
            ("inside", "Inside", "Everything inside the frames given; the rest is made anew"),
        ),
        description="Which frames stay exactly as they are",
    )  # fmt: skip
    keep_left: BoolProperty(name="Left Hand", default=True, description="Keep the left hand's poses")
    keep_right: BoolProperty(name="Right Hand", default=True, description="Keep the right hand's poses")
    keep_first: IntProperty(name="From", default=1, description="The first of these frames")
    keep_last: IntProperty(name="To", default=30, description="The last of these frames")
    variations: IntProperty(name="Takes", default=3, min=1, max=12, description="How many more takes to make")
    variations_beside: BoolProperty(
        name="Side by Side",
        default=True,
        description="Show the new takes in a row to the actor's right, each on a copy of the object; else they are "
        "hidden in the list, for you to look through",
    )
    hands_of: PointerProperty(
        name="Hands Like", type=bpy.types.Collection, poll=_has_a_shape,
        description="Make hands of the size and shape that this take's hands have: those of your character, say",
    )  # fmt: skip
    take: PointerProperty(type=bpy.types.Collection, name="Take", description="The take chosen in the list")
    take_index: IntProperty(get=_take_index, set=_set_take_index, options={"HIDDEN"})
