"""Boxes and round things: box, ball, phone, book, camera."""

import numpy as np

from .shape import HANDLING, HOLD, Grip, above, assemble, fan
from .solids import ball as sphere
from .solids import divided, lathe, moved, rounded, rounded_box, welded
from .vessels import BOTH, EVERY, palm_grips, press_grip, under_grip

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
    every = EVERY + ("shake",)
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
        grips.append(Grip("sides", "two", np.zeros(3), UP, np.stack([X, -X]), BOTH + ("shake",), length / 2, height))
    if width >= 0.10 and height >= 0.03:
        grips.append(Grip("sides", "two", np.zeros(3), UP, np.stack([Y, -Y]), BOTH + ("shake",), width / 2, height))
    middle = np.array([0, 0, 0.5 * height])
    for end, reach in ((X, length / 2), (-X, length / 2), (Y, width / 2), (-Y, width / 2)):  # pushed upright or lying
        thumb = UP if height > 0.07 else np.cross(UP, end)
        grips.append(Grip("sides", "palm", reach * end, thumb, -end, ("push", "slide"), 0.0, 0.01))
    grips.append(press_grip("top", middle, ("tap",)))
    if min(length, width) > 0.06:
        grips += [Grip("top", "palm", middle, axis, -UP, ("slide", HOLD), 0.0, 0.02) for axis in (X, Y)]
        grips.append(under_grip("bottom", -0.5 * height, width))
    cube = size.max() < 1.15 * size.min()
    nouns = ("cube", "box", "block", "dice") if cube else ("box", "carton", "package", "parcel" if big else "small box")
    return assemble("box", nouns, [(parts, solid)], grips)


def ball(rng):
    """A ball, from a golf ball to a football. One part: surface."""
    radius = rng.uniform(0.018, 0.045) if rng.uniform() < 0.7 else rng.uniform(0.05, 0.12)
    solid = sphere(radius)
    grips, every = [], EVERY + ("shake",)
    if radius < 0.046:
        grips.append(Grip("surface", "wrap", np.zeros(3), Y, above(Y, 70), every, radius, radius))
        grips.append(Grip("surface", "pinch", np.zeros(3), Y, above(Y, 40), every, radius, radius))
    if radius < 0.024:
        grips.append(Grip("surface", "tripod", np.zeros(3), Y, above(Y, 40), every, radius, radius))
    if radius > 0.04:
        grips.append(
            Grip("surface", "two", np.zeros(3), UP, np.stack([X, -X, Y, -Y]), BOTH + ("shake",), radius, radius)
        )
    grips += palm_grips("surface", radius, 0.0)
    grips += [press_grip("surface", (0, 0, radius)), under_grip("surface", -radius, radius)]
    nouns = (
        ("ball", "football", "big ball")
        if radius > 0.08
        else ("ball", "toy ball") + (("tennis ball",) if radius > 0.028 else ("small ball",))
    )
    return assemble("ball", nouns, [("surface", solid)], grips)


def phone(rng):
    """A phone: lying on its back, its top towards +X, and picked up across its narrow side; or standing in its
    dock's place, screen towards -X, and taken around its sides from behind or from the front."""
    size = np.array([rng.uniform(0.125, 0.165), rng.uniform(0.058, ONE_HAND), rng.uniform(0.008, 0.013)])
    solid = rounded_box(size, 0.003, step=0.007)
    bump_at = np.array([0.36, rng.choice([-0.25, 0.25]), 0]) * size + [0, 0, -size[2] / 2]
    bump = moved(rounded_box((0.024, 0.024, 0.004), 0.0015, step=0.008), bump_at)
    middle = solid[0][solid[1]].mean(1)
    parts = np.where(middle[:, 2] > 0.49 * size[2], "screen", np.where(middle[:, 2] < -0.49 * size[2], "back", "edges"))
    every = EVERY + ("shake", "use", "call", "browse", "take picture")
    face, looked_at = size * [0, 0, 0.5], ("browse", "take picture", "play")
    grips = [
        Grip("edges", "pinch", np.zeros(3), X, above(X, 25), every, size[1] / 2, 0.7 * size[0]),
        Grip("edges", "two", np.zeros(3), Y, np.stack([X, -X]), BOTH + looked_at, size[0] / 2, 0.7 * size[1]),
        Grip("edges", "lateral", -0.5 * size * X, Y, X, ("hand over", HOLD), size[2] / 2, 0.5 * size[1]),
        *(press_grip("screen", face + [x * size[0], 0, 0], ("press", "tap", "browse", "switch on", "switch off"),
                     axis=axis)
          for x in (0.1, -0.2) for axis in (X, Y)),
        *(Grip("screen", "palm", face, axis, -UP, ("slide", "push"), 0.0, 0.02) for axis in (X, Y)),
    ]  # fmt: skip
    stands = rng.random() < 0.6
    if stands:
        behind = Grip("edges", "pinch", size * [0.1, 0, 0], X, fan(UP, X, 35, 5), every, size[1] / 2, 0.6 * size[0])
        before = Grip("edges", "pinch", size * [0.1, 0, 0], X, fan(-UP, X, 35, 5), every, size[1] / 2, 0.6 * size[0])
        grips = [behind, before, *(g for g in grips if g.kind == "press")]
        tall = np.array([[0, 0, -1.0], [0, 1.0, 0], [1.0, 0, 0]])  # the top up, the screen towards -X
        solid, bump = ((points @ tall.T, faces) for points, faces in (solid, bump))
        for grip in grips:
            grip.centre, grip.axis = tall @ grip.centre, tall @ grip.axis
            grip.approach = np.atleast_2d(grip.approach) @ tall.T
    nouns = ("phone", "smartphone", "cell phone", "mobile phone", "mobile")
    earpiece = size * [0.46, 0, 0.5]
    if stands:
        return assemble("phone", nouns, [(parts, solid), ("back", bump)], grips, tip=tall @ earpiece, front=-X, up=UP)
    return assemble("phone", nouns, [(parts, solid), ("back", bump)], grips, tip=earpiece, front=UP, up=X)


def grid_box(lines, radius=None):
    """A box cut at the given rising coordinates along X, Y and Z -> one closed solid with vertices at every crossing.

    With a `radius` its edges are rounded: the lines' outer ones then start and end with those of `rounded_line`.
    """
    vertices, faces, start = [], [], 0
    for axis in range(3):
        u, v = lines[(axis + 1) % 3], lines[(axis + 2) % 3]
        for side in (0, -1):
            grid = np.empty((len(u), len(v), 3))
            grid[..., axis] = lines[axis][side]
            grid[..., (axis + 1) % 3], grid[..., (axis + 2) % 3] = u[:, None], v[None]
            index = start + np.arange(len(u) * len(v)).reshape(len(u), len(v))
            a, b, c, d = (x.ravel() for x in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
            quads = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
            faces.append(quads if side else quads[:, ::-1])
            vertices.append(grid.reshape(-1, 3))
            start += index.size
    vertices, faces = welded(np.concatenate(vertices), np.concatenate(faces))
    if radius is None:
        return vertices, faces
    core = np.array([line[-1] for line in lines]) - radius
    core = np.clip(vertices, -core, core)
    edge = vertices - core
    return core + edge * (radius / np.linalg.norm(edge, axis=1, keepdims=True)), faces


def rounded_line(half, radius, cuts):
    """Coordinates from -half to half: three for each rounded edge, and in between those of `cuts`."""
    corner = radius * np.tan(np.linspace(0, np.pi / 4, 4))
    inside = np.asarray(cuts)[np.abs(cuts) < half - radius - 1e-4]
    return np.concatenate([radius - half - corner[::-1], inside, half - radius + corner])


def keyed_box(size, radius, area, grid, high, screen=None):
    """A rounded box with a field of raised keys on top, and a sunk screen: one solid.

    area, screen (low x, high x, half width); grid (rows along X, columns along Y); high: metres that keys stand out.
    -> solid, part names per face ("body", "keys", "screen"), middles of the keys' tops (rows * columns, 3).
    """
    low, far, half = area
    step = 1e-4 + 0.0004
    edges, centres = [], []
    for start, end, count in ((low, far, grid[0]), (-half, half, grid[1])):
        pitch = (end - start) / count
        middle = start + pitch * (np.arange(count) + 0.5)
        centres.append(middle)
        edges.append(middle[:, None] + 0.36 * pitch * np.array([-1, 1]))
    cuts = [(pairs[..., None] + np.array([[-step, 0], [0, step]])).ravel() for pairs in edges]
    if screen is not None:
        for axis, ends in enumerate((screen[:2], (-screen[2], screen[2]))):
            cuts[axis] = np.append(cuts[axis], [ends[0] - step, ends[0], ends[1], ends[1] + step])
    plain = np.arange(-size[0] / 2, size[0] / 2, 0.012)
    cuts[0] = np.append(cuts[0], plain[np.abs(plain[:, None] - cuts[0]).min(1) > 0.004])
    cuts[1] = np.unique(cuts[1].round(6))
    cuts[1] = cuts[1][np.append(True, np.diff(cuts[1]) > 2e-4)]
    lines = [rounded_line(size[0] / 2, radius, np.sort(cuts[0])), rounded_line(size[1] / 2, radius, cuts[1]),
             rounded_line(size[2] / 2, radius, np.zeros(0))]  # fmt: skip
    points, faces = grid_box(lines, radius)

    def within(places, ends, slack=1e-5):
        return ((places[:, None] > ends[:, 0] - slack) & (places[:, None] < ends[:, 1] + slack)).any(1)

    def over(places):
        top = places[:, 2] > size[2] / 2 - 1e-5
        keys = top & within(places[:, 0], edges[0]) & within(places[:, 1], edges[1])
        sunk = np.zeros(len(places), bool)
        if screen is not None:
            sunk = top & within(places[:, 0], np.array([screen[:2]])) & (np.abs(places[:, 1]) < screen[2] + 1e-5)
        return keys, sunk

    keys, sunk = over(points[faces].mean(1))
    raised, lowered = over(points)
    points[:, 2] += high * raised - 0.0012 * lowered
    tops = np.stack(np.meshgrid(*centres, indexing="ij"), -1).reshape(-1, 2)
    tops = np.column_stack([tops, np.full(len(tops), size[2] / 2 + high)])
    return (points, faces), np.where(keys, "keys", np.where(sunk, "screen", "body")), tops


def book(rng):
    """A book that stands on its lower edge, spine towards -X, cover towards -Y; a small one lies, spine towards -Y."""
    thick, board = rng.uniform(0.012, 0.045), 0.0022
    small = rng.uniform() < 0.3
    wide = rng.uniform(0.06, ONE_HAND) if small else rng.uniform(0.095, 0.16)
    tall = wide * rng.uniform(1.25, 1.55)
    half, inset, bulge = (thick + board) / 2, 0.003, rng.uniform(0.0, 0.25) * thick
    inner = half - board
    steps = [np.linspace(-side / 2, side / 2, int(side / 0.008) + 1) for side in (wide, tall)]
    leaf = np.linspace(-inner, inner, 7)
    x = np.unique(np.append(steps[0], [board - wide / 2, board + 1e-4 - wide / 2]))
    y = np.concatenate([[-half, -half + 0.0006, -inner - 1e-4], leaf, [inner + 1e-4, half - 0.0006, half]])
    points, faces = grid_box((x, y, steps[1]))
    middle = points[faces].mean(1)
    pages = (np.abs(middle[:, 1]) < inner) & ((np.abs(middle[:, 2]) > 0.4999 * tall) & (middle[:, 0] > board - wide / 2)
                                             | (middle[:, 0] > 0.4999 * wide))  # fmt: skip
    parts = np.where(pages, "edges", np.where(middle[:, 0] < board - wide / 2, "spine", "cover"))
    between = (np.abs(points[:, 1]) < inner + 5e-5) & (points[:, 0] > board + 5e-5 - wide / 2)
    sunk = np.stack([between & (points[:, 0] > 0.4999 * wide), 0 * between, between], 1) * np.array([inset, 0, inset])
    sunk[np.abs(points[:, 2]) < 0.4999 * tall, 2] = 0
    round_back = bulge * (1 - (points[:, 1] / half) ** 2) * np.clip(-2 * points[:, 0] / wide, 0, 1) ** 8
    points = points - sunk * np.sign(points) - round_back[:, None] * X
    solids = [(parts, (points, faces))]
    if small:  # lies on its back cover: height along X, width along Y
        turn = np.array([[0, 0, 1.0], [1.0, 0, 0], [0, 1.0, 0]])
        solids = [(part, (points @ turn.T, faces)) for part, (points, faces) in solids]
        turned = EVERY + ("use", "browse")
        face, up, front = UP * half, -X, UP
        grips = [
            Grip("cover", "pinch", np.zeros(3), X, above(X, 25), turned, wide / 2, 0.8 * tall),
            Grip("cover", "two", np.zeros(3), Y, np.stack([X, -X]), BOTH + ("browse",), tall / 2, 0.7 * wide),
            *(Grip("cover", "palm", face, axis, -UP, ("slide", "push", HOLD), 0.0, 0.02) for axis in (X, Y)),
            press_grip("cover", face),
        ]
        nouns = ("book", "notebook", "booklet")
    else:
        every = EVERY + ("shake", "use", "browse")
        up, front = UP, -Y
        grips = [
            Grip("cover", "pinch", np.array([0, 0, tall / 2 - 0.03]), X, above(X, 20), every, half, 0.8 * wide),
            Grip("spine", "wrap", np.array([half - wide / 2, 0, 0]), UP, fan(X, UP, 15, 3), every, half, 0.7 * tall),
            Grip("cover", "two", np.zeros(3), UP, np.stack([X, -X]), BOTH + ("use", "browse"), wide / 2, 0.7 * tall),
            *(Grip("cover", "palm", half * side, UP, -side, ("push",), 0.0, 0.02) for side in (Y, -Y)),
        ]
        nouns = ("book", "paperback", "novel", "notebook")
    return assemble("book", nouns, solids, grips, front=front, up=up)


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
    seen = ("use", "take picture", "see")
    shutter = np.array([0, -0.38 * wide, height / 2 + 0.0045])
    grips = [
        Grip("body", "two", np.zeros(3), UP, np.stack([Y, -Y]), BOTH + seen + ("browse",), wide / 2, height),
        Grip("body", "pinch", np.array([0, -0.3 * wide, height / 2 - 0.025]), Y, above(Y, 20), HANDLING, depth / 2,
             0.3 * wide),
        Grip("body", "wrap", np.array([0, 0.02 - wide / 2, 0]), UP, fan(Y, UP, 30, 3), EVERY + seen + ("browse",),
             0.022,
             height),
        press_grip("button", shutter, ("press", "tap", "take picture"), axis=X),
        press_grip("button", shutter, ("press", "tap", "take picture"), axis=Y),
        Grip("body", "palm", np.array([-depth / 2, 0, 0]), Y, X, ("push", "slide"), 0.0, 0.02),
    ]  # fmt: skip
    solids = [
        ("body", body),
        ("lens", (points[:, [2, 0, 1]], faces)),
        ("finder", finder),
        ("button", button),
        ("body", bulge),
    ]
    return assemble("camera", ("camera", "photo camera", "digital camera"), solids, grips,
                    tip=np.array([-0.4 * depth, 0, height / 2 + 0.006]))  # fmt: skip


FAMILIES = (ball, book, box, camera, phone)
