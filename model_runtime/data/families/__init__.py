"""Procedural families of things that people hold, with their parts, grips and uses: the objects of the training data.

    shape = make("mug", seed=3)         # the same seed always makes the same mesh
    shape.vertices, shape.faces, shape.parts["handle"], shape.grips_for("drink"), shape.mouth

Seeds from RESERVED_SEED up belong to tests and samples, and the families in HELD_OUT to the test of unseen kinds of
things: training uses neither. The generator places, turns and yaws a shape; here it stands as on a table, its
working end towards +X.
"""

import zlib

import numpy as np

from .plain import ball, book, box, camera, phone
from .shape import ACTIONS, KINDS, Grip, Mouth, Shape
from .tools import brush, hammer, knife, pan, screwdriver, torch
from .vessels import bottle, bowl, can, cup, jar, jug, mug, spray, teapot, wineglass

RESERVED_SEED = 1_000_000

FAMILIES = {
    family.__name__: family
    for family in (
        mug, bottle, can, box, ball, cup, bowl, hammer, pan, torch, knife, jug, wineglass, jar, spray, phone, book,
        screwdriver, teapot, camera, brush,
    )
}  # fmt: skip
HELD_OUT = ("teapot", "camera", "brush")
TRAINING = tuple(name for name in FAMILIES if name not in HELD_OUT)


def make(name, seed):
    """The shape of family `name` (a key of FAMILIES) that belongs to `seed`, a whole number from 0."""
    return FAMILIES[name](np.random.default_rng([seed, zlib.crc32(name.encode())]))


__all__ = ["ACTIONS", "FAMILIES", "HELD_OUT", "KINDS", "RESERVED_SEED", "TRAINING", "Grip", "Mouth", "Shape", "make"]
