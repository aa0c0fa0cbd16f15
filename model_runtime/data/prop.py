"""A procedural object made ready for hands: a Thing that knows its Shape and stands on the table."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.spatial.transform import Rotation

from ..objects.thing import Thing, thing_of
from .families import Shape


@dataclass
class Prop(Thing):
    """A Thing, with the table's top below it at height `table`."""

    shape: Shape

    @cached_property
    def table(self):
        """Height of the table's top, metres: the object stands on it."""
        return float(self.shape.vertices[:, 2].min())


def standing(shape, yaw):
    """The same shape turned about +Z by `yaw` radians, centred again: mesh, grips, mouth, hinge, tip."""
    turn = Rotation.from_euler("z", yaw).as_matrix()
    vertices = shape.vertices @ turn.T
    middle = (vertices.min(0) + vertices.max(0)) / 2

    def place(point):
        return None if point is None else turn @ point - middle

    grips = [replace(g, centre=place(g.centre), axis=turn @ g.axis, approach=g.approach @ turn.T, hole=place(g.hole))
             for g in shape.grips]  # fmt: skip
    mouth = shape.mouth and replace(shape.mouth, point=place(shape.mouth.point), axis=turn @ shape.mouth.axis,
                                    lips=shape.mouth.lips @ turn.T)  # fmt: skip
    hinge = shape.hinge and replace(shape.hinge, point=place(shape.hinge.point), axis=turn @ shape.hinge.axis)
    return replace(shape, vertices=(vertices - middle).astype(np.float32), grips=grips, mouth=mouth, hinge=hinge,
                   front=turn @ shape.front, up=turn @ shape.up, tip=place(shape.tip))  # fmt: skip


def ready(shape, resolution=64):
    """A Shape as it stands -> Prop."""
    hinge, turning = None, None
    if shape.hinge is not None:
        hinge = np.concatenate([shape.hinge.point, shape.hinge.axis, [shape.hinge.low, shape.hinge.high]])
        turning = shape.moving
    return Prop(**thing_of(shape.vertices, shape.faces, shape.name, turning, hinge, resolution), shape=shape)
