"""A second object that turns on a hinge of the first: a lid, a door, a screen. How it is found, its axis guessed.

The hinge is a line through the part's origin along one of its own axes. Angles count from how the part stands; positive
ones, by the right-hand rule about the axis, open it. So "-X" is the axis X of a part that opens the other way.
"""

from math import radians

import bpy
from mathutils import Matrix, Vector
import numpy as np

from .. import seam

AXES = ("X", "Y", "Z", "-X", "-Y", "-Z")
RANGE = radians(110)  # how far lids and doors turn, shut to open, where nobody says
STEP = radians(2.5)
SHEARED = 1e-4


def found_part(thing):
    """The child of `thing` whose origin lies on a hinge, the largest of several, or None.

    That is: on an edge of the child's own bounding box, and on the surface of the parent's or close by it.
    """
    children = [each for each in thing.children if each.type == "MESH" and each.visible_get() and each.data.polygons]
    hinged = [each for each in children if _is_on_edge(each) and _is_near(each, thing)]
    return max(hinged, key=lambda each: sum(each.dimensions), default=None)


def _is_on_edge(part):
    """Whether an object's origin is at a side of its bounding box, and not far outside."""
    middle, half = _box(part)
    where = np.abs(middle) / half
    return where.max() < 1.3 and where.max() > 0.7


def _is_near(part, thing):
    """Whether the part's origin is in the parent's bounding box or less than a tenth of its size away from it."""
    middle, half = _box(thing)
    origin = thing.matrix_world.inverted_safe() @ part.matrix_world.translation
    return bool((np.abs(np.array(origin) - middle) < half + 0.2 * half.max()).all())


def _box(thing):
    """The bounding box in the object's own coordinates: its middle and half its size, (3,) each."""
    corners = np.array([list(corner) for corner in thing.bound_box])
    lower, upper = corners.min(0), corners.max(0)
    return (lower + upper) / 2, np.maximum((upper - lower) / 2, 1e-6 * max(1e-9, (upper - lower).max()))


def guessed(thing, part):
    """What the geometry says of a part's hinge: its axis, one of AXES; how far it opens and how far it shuts, radians.

    A flap sticks out from its hinge and is longer along it than it is thick; what has its origin in its midst (a blade
    of scissors) turns in its own plane. It opens away from the object, and shuts until it would enter it.
    """
    middle, half = _box(part)
    out = int(np.argmax(np.abs(middle) / half))
    if abs(middle[out]) < 0.25 * half[out]:
        number = int(np.argmin(half))
    else:
        number = max((axis for axis in range(3) if axis != out), key=lambda axis: half[axis])
    center = thing.matrix_world @ Vector(_box(thing)[0])

    def far(axis):
        return (turned(part, axis, radians(30)) @ Vector(middle) - center).length

    axis = max(("XYZ"[number], "-" + "XYZ"[number]), key=far)
    closes = _closes(thing, part, axis)
    return axis, max(RANGE - closes, radians(10)), closes


def _closes(thing, part, axis):
    """How far a part can turn back until it enters the bounding box of `thing`, radians: 0 where it is in it."""
    middle, half = _box(thing)
    point, along = line(part, axis)
    corners = np.array([list(corner) for corner in part.bound_box])
    corners = np.concatenate([corners, (corners + _box(part)[0]) / 2, _box(part)[0][None]])
    world = np.array([part.matrix_world @ Vector(corner) for corner in corners])
    apart = world - point
    away = np.linalg.norm(apart - np.outer(apart @ along, along), axis=1)
    outer = corners[away > 0.4 * away.max()]

    def enters(angle):
        into = np.array(thing.matrix_world.inverted_safe() @ turned(part, axis, angle))
        return bool((np.abs(outer @ into[:3, :3].T + into[:3, 3] - middle) < 0.98 * half).all(1).any())

    steps = np.arange(0, radians(180), STEP)
    found = next((float(step) for step in steps if enters(-step - STEP)), 0.0)
    return found if found > 2 * STEP else 0.0  # shut, but for a gap


def line(part, axis):
    """The hinge in the world: a point (3,) and the unit axis (3,), float64, Blender units. axis: one of AXES."""
    if axis not in AXES:
        raise seam.UserError(f"The axis of a hinge is one of {', '.join(AXES)}, or auto, not {axis!r}.")
    matrix = np.array(part.matrix_world, np.float64)
    along = matrix[:3, "XYZ".index(axis[-1])] * (-1 if axis[0] == "-" else 1)
    return matrix[:3, 3], along / np.linalg.norm(along)


def turned(part, axis, angle):
    """The part's world matrix when it has turned by `angle` radians about its hinge."""
    point, along = line(part, axis)
    here = Matrix.Translation(point)
    return here @ Matrix.Rotation(angle, 4, Vector(along)) @ here.inverted() @ part.matrix_world


def resolved(thing, part, axis="auto", opens=None, closes=None):
    """The hinge's axis, one of AXES, and how far the part opens and shuts, radians; what is left open is guessed."""
    found = guessed(thing, part) if axis in ("auto", None) else (axis, RANGE, 0.0)
    return found[0], float(found[1] if opens is None else opens), float(found[2] if closes is None else closes)


def check_part(thing, part):
    """Raises UserError where `part` is no object that could turn on `thing`."""
    if not isinstance(part, bpy.types.Object) or part == thing:
        raise seam.UserError(
            f"The part that turns must be another object than “{thing.name}”, such as its lid.", "mesh"
        )
    above = thing.parent
    while above:
        if above == part:
            raise seam.UserError(
                f"“{thing.name}” hangs on “{part.name}”; parent the part that turns to the object.", "mesh"
            )
        above = above.parent


def check_turns(part, axis, opens, closes):
    """Raises UserError where a part can't turn so about its hinge."""
    if not (opens >= 0 and closes >= 0 and opens + closes > radians(1)):
        raise seam.UserError(
            f"“{part.name}” neither opens nor closes; give its hinge a range of a degree or more.", "mesh"
        )
    _, along = line(part, axis)
    parent = np.array(part.matrix_world, np.float64) @ np.linalg.inv(np.array(part.matrix_basis, np.float64))
    own = np.linalg.inv(parent[:3, :3]) @ np.array(Matrix.Rotation(1.0, 3, Vector(along))) @ parent[:3, :3]
    if abs(own.T @ own - np.eye(3)).max() > SHEARED:
        raise seam.UserError(
            f"“{part.name}” would be sheared as it turns, for its parent “{part.parent.name}” is scaled unevenly; apply "
            f"the scale of “{part.parent.name}” (Ctrl+A), then generate again.",
            "mesh",
        )
