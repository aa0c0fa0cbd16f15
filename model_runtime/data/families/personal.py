"""Things that people use on themselves or write, eat and play with; they lie along X, the working end towards +X."""

import numpy as np

from .devices import along_x, button
from .plain import grid_box, rounded_line
from .shape import HANDLING, HOLD, Grip, above, assemble, level
from .solids import bezier, by_height, circle, divided, lathe, loft, mirrored, moved, rounded, squircle, tube
from .tools import bar_grip
from .vessels import BOTH, EVERY, press_grip, wrap_grip

UP = np.array([0.0, 0.0, 1.0])
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])


def stick_grips(part, start, end, radius, actions, kinds=("wrap", "pinch", "tripod")):
    """Grips of a thin stick that lies on the table, from above."""
    spread = {"wrap": 50, "tripod": 40, "pinch": 25, "lateral": 25}
    return [bar_grip(part, start, end, radius, actions, kind, spread[kind]) for kind in kinds]


def eyeglasses(rng):
    """Spectacles, looking towards +X: the temples out and standing on rims and ends, or folded behind the lenses."""
    wide, tall = rng.uniform(0.0265, 0.0305), rng.uniform(0.016, 0.026)
    gap, rim = rng.uniform(0.008, 0.011), rng.uniform(0.0016, 0.0032)
    thick = rng.uniform(0.0016, 0.003)
    outline = squircle(44, rng.uniform(2.0, 3.6)) * [wide, tall]
    outline[:, 1] *= 1 - rng.uniform(0, 0.25) * (outline[:, 1] < 0) * (outline[:, 1] / tall) ** 2
    inside = 1 - 2 * rim / (wide + tall)
    profile = rounded([(0.3, -0.0008), (inside, -0.0008), (inside, -thick), (1.0, -thick), (1.0, thick),
                       (inside, thick),
                       (inside, 0.0008), (0.3, 0.0008)], [0.0005] + [0.012] * 4 + [0.0005], 2)  # fmt: skip
    lens = along_x(lathe(profile, 44, outline))
    lens = moved(lens, (0, gap + wide, 0))
    middle = lens[0][lens[1]].mean(1)
    parts = np.where(np.abs(middle[:, 0]) < 0.0009, "lenses", "frame")
    height = rng.uniform(0.2, 0.5) * tall
    arch = bezier([(0, gap + 0.12 * wide, height), (0.004, 0.5 * gap, height + 0.004),
                   (0.004, -0.5 * gap, height + 0.004),
                   (0, -gap - 0.12 * wide, height)], 14)  # fmt: skip
    bridge = tube(arch, thick, 0.8 * rim, 12, np.cross(np.gradient(arch, axis=0), UP) @ np.diag([1, 1, 0]) * 0 + X)
    outer = gap + 2 * wide
    reach, bar_high = rng.uniform(0.115, 0.135), rng.uniform(0.0018, 0.005)
    drop = tall + height
    folded = rng.uniform() < 0.4
    reach = min(reach, 1.9 * outer) if folded else reach
    side = bezier([(0, 0), (-0.5 * reach, 0), (-0.74 * reach, 0), (-0.8 * reach, 0), (-0.86 * reach, -0.5 * drop),
                   (-reach, -drop)], 30)  # fmt: skip
    hinge = lathe(rounded([(0.0010, -0.004), (0.0034, -0.004), (0.0034, 0.004), (0.001, 0.004)], 0.001), 14)
    solids = [(parts, lens), (parts, mirrored(lens)), ("bridge", bridge)]
    for s in (1, -1):
        solids.append(("frame", moved(hinge, (-0.001, s * (outer - 0.001), height))))
        if folded:
            fold = np.column_stack([np.full(30, -0.005 - 0.003 * (s > 0)), s * (outer + side[:, 0]),
                                    height + side[:, 1]])  # fmt: skip
            solids.append(("temples", tube(fold, 0.001, bar_high, 10, X)))
        else:
            path = np.column_stack([side[:, 0], np.full(30, s * outer), height + side[:, 1]])
            solids.append(("temples", tube(path, 0.0011, bar_high, 10, Y)))
    tip = arch[7] - [thick, 0, 0]
    seen = ("wear", "see", "use")
    grips = [
        Grip("bridge", "pinch", arch[7], Y, above(Y, 25), EVERY + seen, 1.2 * thick, 2 * gap),
        Grip("frame", "two", np.array([0, 0, 0]), UP, np.stack([Y, -Y]), BOTH + seen, outer, tall),
    ]
    for s in (1, -1):
        grips.append(Grip("lenses", "pinch", np.array([0, s * (gap + wide), 0.3 * tall]), Y, above(Y, 20, 3),
                          ("clean", "hand over"), thick, wide))  # fmt: skip
        grips.append(Grip("frame", "pinch", np.array([0, s * (outer - 1.5 * rim), height]), UP, (0, -s, 0),
                          EVERY + seen, thick, tall))  # fmt: skip
        if not folded:
            at = np.array([-0.45 * reach, s * outer, height])
            grips.append(Grip("temples", "pinch", at, X, above(X, 30), EVERY + seen, bar_high, 0.4 * reach))
    nouns = ("eyeglasses", "glasses", "spectacles", "pair of glasses")
    return assemble("eyeglasses", nouns, solids, grips, tip=tip)


def flute(rng):
    """A flute blown at its end (a recorder): the mouthpiece towards +X, finger holes on top."""
    length, radius = rng.uniform(0.30, 0.42), rng.uniform(0.0085, 0.0125)
    beak, bell = rng.uniform(0.035, 0.05), rng.uniform(1.0, 1.5) * radius
    holes = np.linspace(-0.40, rng.uniform(0.05, 0.12), 7) * length
    near = (holes[:, None] + 0.0045 * np.linspace(-1, 1, 6)).ravel()
    plain = np.arange(-0.49, 0.48, 0.03) * length
    plain = plain[np.abs(plain[:, None] - near).min(1) > 0.003]
    joints = np.array([-0.5, -0.498, -0.47, 0.2, 0.205, 0.25, 0.255, 0.485, 0.498]) * length
    x = np.sort(np.concatenate([near, plain, joints]))
    x = x[np.append(True, np.diff(x) > 4e-4)]
    knots = np.array([-0.5, -0.498, -0.47, -0.43, 0.15, 0.2, 0.205, 0.25, 0.255, 0.5]) * length
    thick = np.interp(x, knots, np.array([0.9 * bell, bell, bell, radius, radius, radius, 1.25 * radius, 1.25 * radius,
                                          radius, radius]))  # fmt: skip
    cut = np.clip((x - (0.5 * length - beak)) / beak, 0, 1)
    points, faces = tube(np.stack([x, 0 * x, 0 * x], 1), thick, thick, 28)
    angle = np.arctan2(points[:, 2], points[:, 1])
    near = np.exp(-(((points[:, 0][:, None] - holes) / 0.0032) ** 2)).max(1)
    dent = 0.0025 * near * np.exp(-(((angle - np.pi / 2) / 0.30) ** 2))
    points[:, 1:] *= (1 - dent / radius)[:, None]
    low = np.interp(points[:, 0], x, cut)
    points[:, 2] = np.where(points[:, 2] < 0, points[:, 2] * (1 - 0.75 * low), points[:, 2] * (1 - 0.15 * low))
    middle = points[faces].mean(1)
    parts = np.where(middle[:, 0] > 0.5 * length - beak, "mouthpiece",
                     np.where(middle[:, 0] < -0.43 * length, "bell", "body"))  # fmt: skip
    played = ("play", "use")
    far, close = (-0.42 * length * X, -0.14 * length * X), (-0.12 * length * X, 0.19 * length * X)
    grips = [
        *stick_grips("body", *far, radius, EVERY + played, ("wrap", "pinch")),
        *stick_grips("body", *close, radius, EVERY + played, ("wrap", "pinch")),
        Grip("body", "two", np.zeros(3), UP, np.stack([X, -X]), BOTH + played, 0.16, 2 * radius),
        *(press_grip("body", (holes[i] - 0.009, 0, radius), ("press", "tap")) for i in (1, 4)),
    ]
    nouns = ("flute", "recorder", "pipe", "wooden flute")
    return assemble("flute", nouns, [(parts, (points, faces))], grips, tip=0.5 * length * X)


def stamp(rng):
    """A rubber stamp standing on its face, the handle upright."""
    wide, deep = rng.uniform(0.016, 0.032), rng.uniform(0.012, 0.02)
    base, height = rng.uniform(0.012, 0.025), rng.uniform(0.06, 0.095)
    power = rng.choice([2.0, 5.0, 8.0])
    neck, knob = rng.uniform(0.006, 0.009), rng.uniform(0.010, 0.0165)
    deep = wide if power == 2.0 else deep
    foot = rounded([(0.5 * wide, 0), (0.93 * wide, 0), (0.93 * wide, 0.004), (wide, 0.0045), (wide, base),
                    (0.5 * wide, base)], [0.001, 0.0005, 0.0005, 0.003])  # fmt: skip
    block = lathe(divided(foot, 0.006), 44, squircle(44, power) * [1, deep / wide])
    parts = by_height(block, "face", 0.0042, "base")
    side = bezier([(1.5 * neck, base - 0.003), (neck, base + 0.004), (0.8 * neck, 0.55 * height), (knob, 0.62 * height),
                   (1.25 * knob, 0.98 * height), (0.45 * knob, height)], 20)  # fmt: skip
    handle = lathe(divided(np.vstack([side, [0.15 * knob, height + 0.0005]]), 0.007), 30)
    stamped = EVERY + ("stamp", "use")
    widest = side[8:][np.argmax(side[8:, 0])]
    top = np.array([0, 0, widest[1]])
    grips = [
        wrap_grip(
            "handle", np.interp((base + 0.004 + height) / 2, side[:, 1], side[:, 0]), base + 0.004, height, stamped
        ),
        Grip("handle", "tripod", top, Y, above(Y, 30), stamped, widest[0], 2 * knob),
        Grip("handle", "pinch", top, Y, above(Y, 30), stamped, widest[0], 2 * knob),
        Grip("handle", "pinch", top, UP, level(8), stamped, widest[0], 2 * knob),
        Grip("handle", "press", np.array([0, 0, height + 0.0005]), Y, -UP, ("press", "tap"), 0.0, 0.01),
        Grip("base", "palm", np.array([-wide, 0, 0.6 * base]), Y, X, ("push", "slide"), 0.0, 0.01),
    ]
    nouns = ("stamp", "rubber stamp", "office stamp")
    return assemble("stamp", nouns, [(parts, block), ("handle", handle)], grips, tip=np.zeros(3), front=-UP, up=X)


def toothbrush(rng):
    """A toothbrush lying on its back: the bristles at the +X end look up."""
    length, half = rng.uniform(0.15, 0.2), rng.uniform(0.0055, 0.0085)
    head, neck = rng.uniform(0.022, 0.03), rng.uniform(0.0026, 0.0038)
    wide, high = rng.uniform(0.0052, 0.0068), rng.uniform(0.009, 0.012)
    bend = rng.uniform(0.0, 0.012)
    grip_end = -length + rng.uniform(0.5, 0.6) * length
    knots = [(-length, 0.45, 0.5), (-length + 0.003, 0.85, 0.85), (-length + 0.012, 1.0, 1.0),
             (0.5 * (grip_end - length), rng.uniform(0.75, 0.95), 0.85), (grip_end, 1.0, 1.0)]  # fmt: skip
    widths = [(x, half * w, 0.7 * half * h) for x, w, h in knots]
    widths += [(-head - 0.012, neck, neck), (-head, wide * 0.9, 0.0028), (-0.5 * head, wide * 1.1, 0.0024),
               (-0.003, 0.85 * wide, 0.0022), (0, 0.3 * wide, 0.0015)]  # fmt: skip
    widths = np.array(widths)
    x = divided(widths[:, :1] * np.ones((1, 2)), 0.005)[:, 0]
    z = bend * np.clip(1 + x / (0.45 * length), 0, 1) ** 2 * (1 - 0.6 * np.clip(1 + x / (0.25 * length), 0, 1))
    handle = tube(np.stack([x, 0 * x, z], 1), np.interp(x, *widths[:, :2].T), np.interp(x, widths[:, 0], widths[:, 2]),
                  20, power=2.4)  # fmt: skip
    rows, columns = int(rng.integers(5, 9)), 3
    tufts = []
    for count, span in ((rows, 0.86 * head), (columns, 1.8 * wide)):
        pitch = span / count
        start = -span / 2 + pitch * np.arange(count)[:, None]
        tufts.append((start + pitch * np.array([0.06, 0.12, 0.88, 0.94])).ravel())
    points, faces = grid_box((*tufts, np.array([-0.002, 0.3 * high, high])))
    wave = rng.uniform(0, 0.15) * high * np.cos(2 * np.pi * points[:, 0] / head)
    gap = np.zeros(len(points), bool)
    for axis, lines in enumerate(tufts):
        gap |= np.isin(points[:, axis].round(7), lines.reshape(-1, 4)[:, [0, 3]].round(7))
    points[:, 2] = np.where(points[:, 2] > 0.9 * high, np.where(gap, 0.35 * high, high + wave), points[:, 2])
    hair_at = np.array([-0.5 * head, 0, np.interp(-0.5 * head, x, z) + 0.001])
    start, end = np.array([-length + 0.006, 0, 0]), np.array([grip_end, 0, 0])
    brushed = EVERY + ("brush", "use")
    grips = [
        *stick_grips("handle", start, end, half, brushed, ("wrap", "pinch", "tripod")),
        *stick_grips("handle", start, end, half, HANDLING + ("brush",), ("lateral",)),
        *stick_grips("handle", end, np.array([-head - 0.02, 0, 0]), neck, HANDLING, ("pinch",)),
    ]
    solids = [("handle", handle), ("bristles", moved((points, faces), hair_at))]
    nouns = ("toothbrush", "tooth brush", "brush")
    return assemble("toothbrush", nouns, solids, grips, tip=hair_at + [0, 0, high], front=UP, up=X)


def toothpaste(rng):
    """A tube of toothpaste or cream lying on its back, full: flat at -X, its cap towards +X."""
    length, half = rng.uniform(0.085, 0.145), rng.uniform(0.018, 0.028)
    fat, cap = half * rng.uniform(0.75, 0.95), rng.uniform(0.009, 0.014)
    cap_length = rng.uniform(0.014, 0.026)
    full = rng.uniform(0.55, 0.8)
    outline = circle(44)
    rows = [(-length, 1.12 * half, 0.0012), (-length + 0.006, 1.12 * half, 0.0013),
            (-length + 0.0075, 1.1 * half, 0.003),
            (-full * length, 1.05 * half, 0.62 * fat), (-0.3 * length, half, 0.9 * fat), (-0.05 * length, half, fat),
            (0.0, 0.97 * half, 0.97 * fat), (0.003, 0.88 * half, 0.88 * fat), (0.009, 0.75 * cap, 0.75 * cap),
            (0.0095, 0.98 * cap, 0.98 * cap), (0.0105, cap, cap), (0.009 + cap_length, 0.88 * cap, 0.88 * cap),
            (0.010 + cap_length, 0.8 * cap, 0.8 * cap)]  # fmt: skip
    rows = divided(np.array(rows), 0.008)
    on_cap = (rows[:, 0] > 0.0100) & (rows[:, 0] < 0.009 + cap_length)
    ridges = 1 + 0.03 * np.cos(np.arange(44) * np.pi)[None] * on_cap[:, None]
    rings = np.zeros((len(rows), 44, 3))
    rings[..., 0] = rows[:, :1]
    rings[..., 1] = rows[:, 1:2] * outline[:, 0] * ridges
    rings[..., 2] = rows[:, 2:] * outline[:, 1] * ridges
    solid = loft(rings)
    middle = solid[0][solid[1]].mean(1)[:, 0]
    parts = np.where(middle > 0.0091, "cap", np.where(middle < -length + 0.0072, "end", "body"))
    squeezed = EVERY + ("squeeze", "use")
    at = -0.25 * length
    grips = [
        bar_grip(
            "body", (-0.75 * length, 0, 0), (-0.02 * length, 0, 0), 0.97 * half, squeezed + ("shake",), "wrap", 45
        ),
        bar_grip("body", (-0.6 * length, 0, 0), (-0.1 * length, 0, 0), half, squeezed, "pinch", 25),
        bar_grip("cap", (0.010, 0, 0), (0.009 + cap_length, 0, 0), cap, HANDLING + (HOLD,), "tripod", 30),
        Grip(
            "body",
            "press",
            np.array([at, 0, np.interp(at, rows[:, 0], rows[:, 2])]),
            Y,
            -UP,
            ("press", "tap"),
            0.0,
            0.01,
        ),
        Grip(
            "body", "palm", np.array([at, 0, np.interp(at, rows[:, 0], rows[:, 2])]), Y, -UP, ("slide", HOLD), 0.0, 0.02
        ),
    ]
    nouns = ("toothpaste", "tube of toothpaste", "toothpaste tube", "tube", "tube of cream")
    return assemble("toothpaste", nouns, [(parts, solid)], grips, tip=(0.010 + cap_length) * X)


def pen(rng):
    """A ballpoint pen with a clip and a button, or a pencil with six sides; the point towards +X."""
    length, radius = rng.uniform(0.125, 0.175), rng.uniform(0.0038, 0.0058)
    cone, lead = rng.uniform(0.014, 0.024), rng.uniform(0.0006, 0.0011)
    pencil = rng.uniform() < 0.45
    sides = 24
    if pencil:
        outline = circle(sides) / np.cos((np.arange(sides) * 2 * np.pi / sides) % (np.pi / 3) - np.pi / 6)[:, None]
        profile = [(0.85 * radius, -length), (0.95 * radius, -length + 0.001), (0.95 * radius, -length + 0.018),
                   (radius, -length + 0.019), (radius, -cone), (2 * lead, -0.005), (lead, 0)]  # fmt: skip
    else:
        outline = circle(sides)
        waist = rng.uniform(0.85, 1.0)
        profile = [(0.8 * radius, -length), (radius, -length + 0.002), (radius, -0.55 * length),
                   (1.04 * radius, -0.54 * length),
                   (waist * radius, -1.6 * cone), (0.9 * radius, -cone), (1.6 * lead, -0.0035), (lead, -0.0025),
                   (lead, 0)]  # fmt: skip
    body = along_x(lathe(divided(np.array(profile), 0.006), sides, outline))
    middle = body[0][body[1]].mean(1)[:, 0]
    solids = [(np.where(middle > -cone, "point", "body"), body)]
    if not pencil:
        knob = along_x(button(0.55 * radius, 0.008))
        solids.append(("button", ((knob[0] * [-1, 1, 1]) - [length, 0, 0], knob[1][:, ::-1])))
        clip = np.array([(-length + 0.004, 0.3 * radius), (-length + 0.004, 1.2 * radius + 0.001),
                         (-length + 0.008, 1.2 * radius + 0.0015),
                         (-length + 0.042, 1.2 * radius + 0.0008)])  # fmt: skip
        clip = divided(clip, 0.003)
        solids.append(("clip", tube(np.column_stack([clip[:, 0], 0 * clip[:, 0], clip[:, 1]]), 0.0016, 0.0006, 10)))
    used = EVERY + ("use",)
    near, far = np.array([-2.4 * cone, 0, 0]), np.array([-1.1 * cone, 0, 0])
    grips = [
        *stick_grips("body", near, far, radius, used, ("tripod",)),
        *stick_grips("body", -0.8 * length * X, -0.3 * length * X, radius, used, ("pinch", "tripod")),
        *stick_grips("body", -0.8 * length * X, -0.3 * length * X, radius, HANDLING, ("lateral",)),
    ]
    if not pencil:
        grips.append(Grip("button", "press", np.array([-length - 0.008, 0, 0]), Y, X, ("press", "push"), 0.0, 0.01))
    nouns = ("pencil", "pen", "crayon") if pencil else ("pen", "ballpoint pen", "ballpen", "ballpoint")
    return assemble("pen", nouns, solids, grips, tip=np.zeros(3))


def comb(rng):
    """A comb lying flat: the back along +Y, its teeth towards -Y, the handle or its end at -X."""
    length, back = rng.uniform(0.12, 0.185), rng.uniform(0.009, 0.016)
    tooth, thick = rng.uniform(0.014, 0.024), rng.uniform(0.0042, 0.0055)
    count, handle = int(rng.integers(15, 22)), rng.choice([0.0, rng.uniform(0.25, 0.4)]) * length
    pitch = (length - handle - 0.016) / count
    starts = -length + handle + 0.008 + pitch * (np.arange(count) + 0.55)
    edges = (starts[:, None] + 0.45 * pitch * np.array([0, 0.1, 0.9, 1.0])).ravel()
    radius = 0.0018
    cuts = np.concatenate([edges + length / 2, np.linspace(-length / 2, -length / 2 + handle, 6)])
    wide = (back + tooth) / 2
    lines = [rounded_line(length / 2, radius, np.sort(cuts)),
             rounded_line(wide, radius, np.linspace(-0.7, 0.7, 3) * wide),
             rounded_line(thick / 2, radius, np.zeros(0))]  # fmt: skip
    points, faces = grid_box(lines, radius)
    along = points[:, 0] - length / 2  # from -length to 0
    slot = ((along[:, None] > starts + 0.044 * pitch) & (along[:, None] < starts + 0.406 * pitch)).any(1)
    far = np.clip((wide - points[:, 1]) / (back + tooth), 0, 1)
    points[:, 1] = np.where(slot, wide - far * back, points[:, 1])
    if handle:
        narrow = np.clip((handle - 0.01 - (along + length)) / 0.012, 0, 1)
        slim = rng.uniform(0.35, 0.5)
        points[:, 1] = wide - (wide - points[:, 1]) * (1 - narrow * slim)
    points[:, 2] *= 1 - 0.55 * np.clip((far - back / (back + tooth)) / (tooth / (back + tooth)), 0, 1)
    points[:, 1] += rng.uniform(0, 0.2) * back * np.cos(np.pi * points[:, 0] / length)
    teeth = points[faces].mean(1)[:, 1] < wide - back
    teeth &= points[faces].mean(1)[:, 0] > handle - length / 2
    parts = np.where(teeth, "teeth", "back")
    middle = np.array([0, wide - 0.5 * back, 0])
    used = EVERY + ("use", "brush")
    grips = [
        *stick_grips("back", (-0.4 * length + handle) * X, 0.4 * length * X, wide, used, ("pinch", "tripod")),
        Grip("back", "lateral", middle - (length / 2 - 0.01) * X, Y, X, ("hand over", HOLD), thick / 2, back),
        Grip("back", "palm", middle + thick / 2 * UP, Y, -UP, ("slide",), 0.0, 0.01),
    ]
    if handle:
        start, end = ((share * handle - 0.5 * length) * X + slim * wide * Y for share in (0.1, 0.8))
        grips += stick_grips("back", start, end, (1 - slim) * wide, used, ("pinch", "tripod"))
    tip = np.array([0.5 * handle, -wide, 0])
    return assemble("comb", ("comb", "hair comb", "pocket comb"), [(parts, (points, faces))], grips, tip=tip, front=-Y)


def cutlery(rng, tines):
    """A spoon (no tines) or a fork, lying on its back: one solid, and the tines."""
    length = rng.uniform(0.14, 0.205)
    bowl, wide = rng.uniform(0.042, 0.06), rng.uniform(0.012, 0.0175) if not tines else rng.uniform(0.0095, 0.013)
    thin, neck = rng.uniform(0.0008, 0.0012), rng.uniform(0.0024, 0.0034)
    end, deep = rng.uniform(0.006, 0.0095), rng.uniform(0.004, 0.008) if not tines else 0.001
    arch = rng.uniform(0.006, 0.014)
    reach = bowl if not tines else 0.5 * bowl
    x = np.concatenate([np.linspace(-length, -0.97 * length, 6), np.linspace(-0.94 * length, -reach - 0.004, 22),
                        np.linspace(-reach, -0.06 * reach, 16), np.linspace(-0.04 * reach, 0, 5)])  # fmt: skip
    widths = np.interp(x, [-length, -0.95 * length, -0.8 * length, -reach - 0.015, -reach],
                       [end, end, 0.75 * end, neck, neck])  # fmt: skip
    widths *= np.sqrt(1 - np.clip(-(x + 0.97 * length) / (0.0305 * length), 0, 0.99) ** 2)
    u = np.clip((x + reach) / reach, 0, 1)
    if tines:
        grow = neck + (wide - neck) * np.sin(np.clip(u * 1.7, 0, 1) * np.pi / 2) ** 2
    else:
        grow = neck * (1 - u) ** 2 + wide * np.sqrt(np.clip(1 - np.abs(2 * u**0.8 - 1) ** 2.2, 0, 1))
    widths = np.where(x < -reach, widths, np.maximum(grow, 0.0012))
    hollow = deep * np.sin(np.pi * np.clip(u, 0, 1)) ** 0.7 if not tines else deep * u
    line = arch * np.sin(np.pi * np.clip((x + length) / (length - reach), 0, 1)) ** 1.3
    thick = thin + 0.0009 * np.exp(-(((x + reach + 0.01) / 0.03) ** 2))
    across = np.linspace(-1, 1, 12)
    upper = line[:, None] - hollow[:, None] * (1 - across**2)
    rings = np.zeros((len(x), 24, 3))
    rings[..., 0] = x[:, None]
    rings[:, :12, 1] = widths[:, None] * across
    rings[:, 12:, 1] = widths[:, None] * across[::-1]
    edge = 0.35 + 0.65 * (1 - across**4)
    rings[:, :12, 2] = upper - thick[:, None] * edge
    rings[:, 12:, 2] = (upper + thick[:, None] * edge)[:, ::-1]
    solid = loft(rings)
    middle = solid[0][solid[1]].mean(1)[:, 0]
    head = "bowl" if not tines else "head"
    solids = [(np.where(middle > -reach, head, "handle"), solid)]
    tip = np.array([0, 0, line[-1]])
    if tines:
        far = 0.62 * bowl
        fang = np.array([(-0.008, 0), (0.3 * far, -0.003), (0.7 * far, -0.002), (far, 0.002)])
        fang = bezier(fang, 16)
        half = 0.62 * wide / tines
        shrink = np.interp(np.linspace(0, 1, 16), [0, 0.6, 1], [1, 0.9, 0.35])
        for y in np.linspace(-1, 1, tines) * (wide - half):
            path = np.column_stack([fang[:, 0], np.full(16, y), fang[:, 1] - 0.3 * deep])
            solids.append(("tines", tube(path, half * shrink, thin * (1 + 0.2 * shrink), 12, power=2.6)))
        tip = np.array([far, 0, 0.002])
    top = np.interp(-0.72 * length, x, line), np.interp(-0.4 * length, x, line)
    start, end_at = np.array([-0.92 * length, 0, top[0]]), np.array([-0.45 * length, 0, top[1]])
    eaten = EVERY + ("eat", "use")
    grips = stick_grips("handle", start, end_at, 0.006, eaten, ("tripod", "pinch"))
    grips += stick_grips("handle", start, end_at, 0.006, HANDLING + ("eat",), ("lateral",))
    return solids, grips, tip


def spoon(rng):
    """A spoon lying on its back; the bowl towards +X."""
    solids, grips, tip = cutlery(rng, 0)
    return assemble("spoon", ("spoon", "teaspoon", "tablespoon", "soup spoon"), solids, grips, tip=tip)


def fork(rng):
    """A fork lying on its back; three or four tines towards +X."""
    solids, grips, tip = cutlery(rng, int(rng.integers(3, 5)))
    return assemble("fork", ("fork", "table fork", "dinner fork"), solids, grips, tip=tip)


FAMILIES = (eyeglasses, flute, stamp, toothbrush, toothpaste, pen, comb, spoon, fork)
