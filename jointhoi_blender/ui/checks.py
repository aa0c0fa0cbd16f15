"""What stands in the way of a take, found out from what the panel may look at while it draws."""

from .. import seam, worker_client
from ..scene import hinge
from ..scene.request import metres_per_unit
from ..takes import attach


def runtime_missing():
    """Why the model can't run yet, or ""."""
    try:
        worker_client.find_python()
    except seam.UserError as error:
        return str(error)
    return ""


def chosen_object(context):
    """The object that Generate acts on: the panel's, else the active one. Raises UserError."""
    thing = context.scene.jointhoi.object or context.active_object
    if thing and not context.scene.jointhoi.object:
        thing = held_by(thing) or thing
    if thing is None:
        raise seam.UserError("No object is chosen; select the one that the hands should hold.", "mesh")
    if thing.name not in context.scene.objects:
        raise seam.UserError(f"“{thing.name}” is not in this scene; pick an object that is.", "mesh")
    return thing


def chosen_part(fields, thing):
    """The second object, which turns on a hinge of `thing`; None where none is wanted."""
    return possible_part(fields, thing) if fields.hinged else None


def possible_part(fields, thing):
    """The object that could turn on a hinge of `thing`: the one picked, else one found, or None."""
    if fields.part and fields.part != thing and fields.part.name in fields.id_data.objects:
        return fields.part
    return hinge.found_part(thing)


def held_by(thing):
    """The object that a hand belongs to, where a take's hand is selected instead of it."""
    name = thing.get(attach.MARK)
    record = next((each for each in attach.records() if each["name"] == name), None) if name else None
    return record.get("object") if record else None


def obstacle(context):
    """(what is wrong with the chosen object, which kind of button mends it); ("", "") where nothing is."""
    thing = context.scene.jointhoi.object or context.active_object
    thing = thing and (held_by(thing) or thing)
    if thing is None or thing.name not in context.scene.objects:
        return "Select the object that the hands should hold.", "example"
    name = f"“{thing.name}”"
    if thing.type not in {"MESH", "CURVE", "SURFACE", "FONT", "META"}:
        return f"{name} has no surface to hold; select an object that has.", "example"
    if thing.library or thing.override_library and thing.override_library.is_system_override:
        return f"{name} is linked from another file and can't be keyed.", "local"
    if thing.hide_viewport or not thing.visible_get():
        return f"{name} is hidden.", "show"
    if context.mode != "OBJECT":
        return "Hands are made in Object Mode.", "mode"
    for constraint in () if context.scene.jointhoi.follow else thing.constraints:
        ours = constraint.name.startswith("JointHOI ")
        if not (constraint.mute or ours) and constraint.influence > 0:
            return f"The constraint “{constraint.name}” holds {name} in place of keys.", ""
    if context.scene.jointhoi.fit == "ask" and (problem := size_problem(thing, metres_per_unit(context.scene))):
        return problem, "size"
    return "", ""


def size_problem(thing, metres):
    """Why no hand could hold the object as large as it is, or "". What the model says of its own accord counts more."""
    small, _, large = sorted(metres * each for each in thing.dimensions)
    if not large:
        return ""
    if large > seam.LARGEST_EXTENT[1] or small > seam.SMALLEST_EXTENT:
        return f"“{thing.name}” is {large:.3g} m long, too big for a hand."
    if large < seam.LARGEST_EXTENT[0]:
        return f"“{thing.name}” is {1000 * large:.2g} mm long, too small for a hand."
    return ""


def under_way(thing, frame):
    """The record of the take that an object is in the midst of at a frame, or None."""
    found = (each for each in attach.on_object(thing) if each["frames"][0] <= frame < each["frames"][1])
    return next(found, None)


def start_frame(thing, frame):
    """The frame at which a take asked for at `frame` begins: in the midst of another take, at that one's start."""
    record = under_way(thing, frame)
    return record["frames"][0] if record else frame
