"""Boxes and round things: box, ball, phone, book, camera."""

import numpy as np

from .shape import HANDLING, TWO_HANDED, Grip, above, assemble, fan
from .solids import ball as sphere
from .solids import divided, lathe, moved, rounded, rounded_box

UP = np.array([0.0, 0.0, 1.0])
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
ONE_HAND = 0.075  # the widest thing that fingertips span comfortably


def box(rng):
    """A box, from a matchbox to a carton, longer along X than along Y. Big ones are held with both hands only."""
    big = rng.uniform() < 0.35
    size = np.sort(rng.uniform(0.10, 0.30, 3) if big else rng.uniform(0.025, 0.14, 3))
    size = size[[2, 0, 1] if rng.uniform() < 0.4 else [2, 1, 0]]
    if not big:
        size[1] = min(size[1], ONE_HAND)
    if rng.uniform() < 0.2:
        size[:] = rng.uniform(0.09, 0.2) if big else rng.uniform(0.03, 0.07)
    solid = rounded_box(size, rng.uniform(0.001, 0.006), step=max(0.009, size.max() / 16))
    middle = solid[0][solid[1]].mean(1)
    parts = np.where(
        middle[:, 2] > 0.499 * size[2] - 1e-3, "top", np.where(middle[:, 2] < 1e-3 - 0.499 * size[2], "bottom", "sides")
    )
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
        for end in (X, -X):  # the palm on an end, thumb and fingers along the sides
            reach = length / 2 - min(length / 2, width / 2 + 0.012)
            grips.append(Grip("sides", "wrap", reach * end, UP, fan(-end, UP, 15, 3), every, width / 2, height))
    if length >= 0.10 and height >= 0.03:
        grips.append(
            Grip("sides", "two", np.zeros(3), UP, np.stack([X, -X]), TWO_HANDED + ("shake",), length / 2, height)
        )
    if width >= 0.10 and height >= 0.03:
        grips.append(
            Grip("sides", "two", np.zeros(3), UP, np.stack([Y, -Y]), TWO_HANDED + ("shake",), width / 2, height)
        )
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
        grips.append(
            Grip("surface", "two", np.zeros(3), UP, np.stack([X, -X, Y, -Y]), TWO_HANDED + ("shake",), radius, radius)
        )
    nouns = (
        ("ball", "football", "big ball")
        if radius > 0.08
        else ("ball", "toy ball") + (("tennis ball",) if radius > 0.028 else ("small ball",))
    )
    return assemble("ball", nouns, [("surface", solid)], grips)


def phone(rng):
    """A phone lying on its back: screen upwards, its top towards +X. It is picked up across its narrow side."""
    size = np.array([rng.uniform(0.125, 0.165), rng.uniform(0.058, ONE_HAND), rng.uniform(0.008, 0.013)])
    solid = rounded_box(size, 0.003, step=0.007)
    bump_at = np.array([0.36, rng.choice([-0.25, 0.25]), 0]) * size + [0, 0, -size[2] / 2]
    bump = moved(rounded_box((0.024, 0.024, 0.004), 0.0015, step=0.008), bump_at)
    middle = solid[0][solid[1]].mean(1)
    parts = np.where(middle[:, 2] > 0.49 * size[2], "screen", np.where(middle[:, 2] < -0.49 * size[2], "back", "edges"))
    grips = [
        Grip("edges", "pinch", np.zeros(3), X, above(X, 25), HANDLING + ("shake", "use"), size[1] / 2, 0.7 * size[0])
    ]
    nouns = ("phone", "smartphone", "cell phone", "mobile phone", "mobile")
    return assemble("phone", nouns, [(parts, solid), ("back", bump)], grips)


def book(rng):
    """A book that stands on its lower edge, spine towards -X, cover towards -Y; a small one lies, spine towards -Y."""
    thick, board = rng.uniform(0.012, 0.045), 0.0022
    small = rng.uniform() < 0.3
    wide = rng.uniform(0.06, ONE_HAND) if small else rng.uniform(0.095, 0.16)
    tall = wide * rng.uniform(1.25, 1.55)
    pages = rounded_box((wide - 0.005, thick - board, tall - 0.006), 0.001, step=0.02)
    front = rounded_box((wide, board, tall), 0.0009, step=0.017)
    spine = moved(rounded_box((board, thick + board, tall), 0.0009, step=0.017), (-wide / 2, 0, 0))
    solids = [("edges", pages), ("cover", moved(front, (0, -thick / 2, 0))), ("cover", moved(front, (0, thick / 2, 0))),
              ("spine", spine)]  # fmt: skip
    half = (thick + board) / 2
    if small:  # lies on its back cover: height along X, width along Y
        turn = np.array([[0, 0, 1.0], [1.0, 0, 0], [0, 1.0, 0]])
        solids = [(part, (points @ turn.T, faces)) for part, (points, faces) in solids]
        grips = [Grip("cover", "pinch", np.zeros(3), X, above(X, 25), HANDLING + ("use",), wide / 2, 0.8 * tall)]
        nouns = ("book", "notebook", "booklet")
    else:
        every = HANDLING + ("shake", "use")
        grips = [
            Grip("cover", "pinch", np.array([0, 0, tall / 2 - 0.03]), X, above(X, 20), every, half, 0.8 * wide),
            Grip("spine", "wrap", np.array([half - wide / 2, 0, 0]), UP, fan(X, UP, 15, 3), every, half, 0.7 * tall),
            Grip("cover", "two", np.zeros(3), UP, np.stack([X, -X]), TWO_HANDED + ("use",), wide / 2, 0.7 * tall),
        ]
        nouns = ("book", "paperback", "novel", "notebook")
    return assemble("book", nouns, solids, grips)


def camera(rng):
    """A camera that stands on its base; the lens towards +X."""
    depth, wide, height = rng.uniform(0.032, 0.05), rng.uniform(0.10, 0.14), rng.uniform(0.062, 0.085)
    body = rounded_box((depth, wide, height), rng.uniform(0.004, 0.010), step=0.009)
    lens_radius = rng.uniform(0.024, 0.43 * height)
    reach = rng.uniform(0.02, 0.06)
    barrel = rounded([(depth / 2 - 0.01, 0.98 * lens_radius), (depth / 2 + 0.4 * reach, 0.98 * lens_radius),
                      (depth / 2 + 0.42 * reach, lens_radius), (depth / 2 + reach, lens_radius),
                       (depth / 2 + reach, 0.85 * lens_radius),
                      (depth / 2 + reach - 0.006, 0.7 * lens_radius),
                       (depth / 2 + reach - 0.004, 0.2 * lens_radius)], 0.001)  # fmt: skip
    points, faces = lathe(divided(barrel[:, ::-1], 0.008), 36)
    finder = moved(rounded_box((0.8 * depth, 0.3 * wide, 0.024), 0.006, step=0.009), (0, 0, height / 2 + 0.004))
    button = moved(
        lathe([(0.005, -0.006), (0.006, 0.002), (0.005, 0.004), (0.002, 0.0045)], 20), (0, -0.38 * wide, height / 2)
    )
    bulge = moved(
        rounded_box((0.018, 0.024, 0.85 * height), 0.008, step=0.009), (depth / 2, 0.012 - wide / 2 + 0.001, 0)
    )
    grips = [
        Grip("body", "two", np.zeros(3), UP, np.stack([Y, -Y]), TWO_HANDED + ("use",), wide / 2, height),
        Grip(
            "body",
            "pinch",
            np.array([0, -0.3 * wide, height / 2 - 0.025]),
            Y,
            above(Y, 20),
            HANDLING,
            depth / 2,
            0.3 * wide,
        ),
        Grip(
            "body", "wrap", np.array([0, 0.02 - wide / 2, 0]), UP, fan(Y, UP, 30, 3), HANDLING + ("use",), 0.022, height
        ),
    ]
    solids = [
        ("body", body),
        ("lens", (points[:, [2, 0, 1]], faces)),
        ("finder", finder),
        ("button", button),
        ("body", bulge),
    ]
    return assemble("camera", ("camera", "photo camera", "digital camera"), solids, grips)


FAMILIES = (ball, book, box, camera, phone)
