"""Things without a front: box and ball. The box lies with its longest horizontal side along X."""

import numpy as np

from .shape import HANDLING, TWO_HANDED, Grip, above, assemble, fan
from .solids import ball as sphere
from .solids import rounded_box

UP = np.array([0.0, 0.0, 1.0])
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
ONE_HAND = 0.075  # the widest thing that fingertips span comfortably


def box(rng):
    """A box, from a matchbox to a carton. Parts: top, bottom, sides. Big ones are held with both hands only."""
    big = rng.uniform() < 0.35
    size = np.sort(rng.uniform(0.10, 0.30, 3) if big else rng.uniform(0.025, 0.14, 3))
    size = size[[2, 0, 1] if rng.uniform() < 0.4 else [2, 1, 0]]
    if not big:
        size[1] = min(size[1], ONE_HAND)
    if rng.uniform() < 0.2:
        size[:] = rng.uniform(0.09, 0.2) if big else rng.uniform(0.03, 0.07)
    solid = rounded_box(size, rng.uniform(0.001, 0.006), step=max(0.009, size.max() / 16))
    middle = solid[0][solid[1]].mean(1)
    parts = np.where(middle[:, 2] > 0.499 * size[2] - 1e-3, "top", np.where(middle[:, 2] < 1e-3 - 0.499 * size[2], "bottom", "sides"))
    length, width, height = size
    every = HANDLING + ("shake",)
    grips = []
    if width <= ONE_HAND:
        grips.append(Grip("sides", "pinch", np.array([0, 0, 0.5 * height - min(0.5 * height, 0.025)]), X,
                          above(X, 30), every, width / 2, length))  # fmt: skip
    if length <= ONE_HAND:
        grips.append(Grip("sides", "pinch", np.array([0, 0, 0.5 * height - min(0.5 * height, 0.025)]), Y,
                          above(Y, 30), every, length / 2, width))  # fmt: skip
    if height > 0.06 and width <= ONE_HAND:
        grips.append(Grip("sides", "wrap", np.zeros(3), UP, np.concatenate([fan(X, UP, 15, 3), fan(-X, UP, 15, 3)]),
                          every, width / 2, height))  # fmt: skip
    if length >= 0.10 and height >= 0.03:
        grips.append(Grip("sides", "two", np.zeros(3), UP, np.stack([X, -X]), TWO_HANDED + ("shake",), length / 2, height))
    if width >= 0.10 and height >= 0.03:
        grips.append(Grip("sides", "two", np.zeros(3), UP, np.stack([Y, -Y]), TWO_HANDED + ("shake",), width / 2, height))
    cube = size.max() < 1.15 * size.min()
    nouns = ("cube", "box", "block", "dice") if cube else ("box", "carton", "package", "parcel" if big else "small box")
    return assemble("box", nouns, [(parts, solid)], grips)


def ball(rng):
    """A ball, from a golf ball to a football. One part: surface."""
    radius = rng.uniform(0.018, 0.045) if rng.uniform() < 0.7 else rng.uniform(0.05, 0.12)
    solid = sphere(radius)
    grips, every = [], HANDLING + ("shake",)
    if radius < 0.046:
        grips.append(Grip("surface", "wrap", np.zeros(3), Y, above(Y, 70), every, radius, radius))
        grips.append(Grip("surface", "pinch", np.zeros(3), Y, above(Y, 40), every, radius, radius))
    if radius < 0.024:
        grips.append(Grip("surface", "tripod", np.zeros(3), Y, above(Y, 40), every, radius, radius))
    if radius > 0.04:
        grips.append(Grip("surface", "two", np.zeros(3), UP, np.stack([X, -X, Y, -Y]), TWO_HANDED + ("shake",), radius, radius))
    nouns = ("ball", "football", "big ball") if radius > 0.08 else ("ball", "toy ball") + (("tennis ball",) if radius > 0.028 else ("small ball",))
    return assemble("ball", nouns, [("surface", solid)], grips)
