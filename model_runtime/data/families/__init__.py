"""Procedural families of things that people hold, with their parts, grips and uses: the objects of the training data.

    shape = make("mug", seed=3)         # the same seed always makes the same mesh
    shape.vertices, shape.faces, shape.parts["handle"], shape.grips_for("drink"), shape.mouth

Seeds from RESERVED_SEED up belong to tests and samples, and the families in HELD_OUT to the test of unseen kinds of
things: training uses neither. The generator places, turns and yaws a shape; here it stands as on a table, its
working end towards +X.
"""

import zlib

import numpy as np

from . import appliances, caps, devices, figures, food, levers, lids, personal, plain, tools, vessels
from .shape import ACTIONS, HOLD, KINDS, Grip, Hinge, Mouth, Shape

RESERVED_SEED = 1_000_000

FAMILIES = {
    family.__name__: family
    for module in (vessels, plain, tools, food, figures, devices, personal, lids, levers, caps, appliances)
    for family in module.FAMILIES
}
HELD_OUT = ("teapot", "camera", "brush", "binoculars", "game_controller", "piggy_bank", "waffle_iron", "pyramid")
TRAINING = tuple(name for name in FAMILIES if name not in HELD_OUT)


def make(name, seed):
    """The shape of family `name` (a key of FAMILIES) that belongs to `seed`, a whole number from 0."""
    return FAMILIES[name](np.random.default_rng([seed, zlib.crc32(name.encode())]))


__all__ = ["ACTIONS", "FAMILIES", "HELD_OUT", "HOLD", "KINDS", "RESERVED_SEED", "TRAINING", "Grip", "Hinge", "Mouth",
           "Shape", "make"]  # fmt: skip
