"""Pictures of clips for people to judge: a small z-buffer renderer in numpy, strips of frames, contact sheets."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont
import torch

from ..diffusion.representation import to_world, unpack_hands, unpack_object

LIGHT = np.array([-0.35, -0.5, 0.8]) / np.linalg.norm([-0.35, -0.5, 0.8])
BACKGROUND = 246
SIDES = np.array(
    [[0.80, -0.42, 0.42], [-0.62, 0.72, 0.32]]
)  # from where: the actor's right and a little behind; ahead, left
AWAY = 1.1  # metres from the eye to what is looked at
HAND_COLOURS = ((222, 158, 128), (228, 190, 150))
OBJECT_COLOURS = ((132, 158, 186), (204, 168, 96))  # base, the part that turns
TABLE_COLOUR, SHADOW_COLOUR, HEAD_COLOUR = (214, 210, 202), (176, 171, 163), (226, 222, 222)
TABLE_EDGE = -0.34  # the table ends before the actor
HEAD, HEAD_RADII = np.array([0.0, -0.43, 0.46]), np.array([0.075, 0.095, 0.118])  # the actor's, metres
AT_ONCE = 1_500_000  # pixels looked at together


def axes_of(eye, target):
    """Right, up and forward of a camera at `eye` that looks at `target`, as columns (3, 3)."""
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(right, forward), forward], 1)


def render(corners, colours, size, eye, target, fov_deg=30.0):
    """Flat-shaded triangles with hidden surfaces removed.

    corners (N, 3, 3) metres, +Z up; colours (N, 3) of 0..255; size (width, height) pixels; eye, target (3,); fov of the
    height -> (height, width, 3) uint8. Both sides of a triangle are seen; one that reaches behind the eye is left out.
    """
    width, height = size
    seen = (corners - eye) @ axes_of(eye, target)
    ahead = seen[..., 2].min(1) > 0.02
    corners, colours, seen = corners[ahead], np.asarray(colours, float)[ahead], seen[ahead]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
    normal *= np.sign(((eye - corners[:, 0]) * normal).sum(1, keepdims=True))  # towards the eye
    shaded = colours * (0.45 + 0.55 * (0.5 + 0.5 * normal @ LIGHT))[:, None]
    scale = 0.5 * height / np.tan(np.radians(fov_deg / 2))
    x = width / 2 + scale * seen[..., 0] / seen[..., 2]
    y = height / 2 - scale * seen[..., 1] / seen[..., 2]
    image = np.full((height * width, 3), float(BACKGROUND))
    pixel, nearness, owner = covered(x, y, 1 / seen[..., 2], width, height)
    nearest = np.zeros(len(image))
    np.maximum.at(nearest, pixel, nearness)
    first = nearness == nearest[pixel]
    image[pixel[first]] = shaded[owner[first]]
    return image.reshape(height, width, 3).round().astype(np.uint8)


def covered(x, y, nearness, width, height):
    """The pixels whose centres triangles cover, edges included: x, y, nearness (N, 3) at the corners, pixels and 1 /
    metres.

    -> pixel (M,) = row * width + column, nearness (M,), which triangle (M,).
    """
    left, right = (np.clip(np.ceil(v), 0, width).astype(int) for v in (x.min(1) - 0.5 - 1e-9, x.max(1) + 0.5))
    top, bottom = (np.clip(np.ceil(v), 0, height).astype(int) for v in (y.min(1) - 0.5 - 1e-9, y.max(1) + 0.5))
    wide, count = right - left, (right - left) * (bottom - top)
    ab, ac = np.stack([x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]]), np.stack([x[:, 2] - x[:, 0], y[:, 2] - y[:, 0]])
    area = ab[0] * ac[1] - ab[1] * ac[0]
    rows = np.flatnonzero((count > 0) & (np.abs(area) > 1e-9))
    ab, ac = (side / np.where(np.abs(area) > 1e-9, area, 1) for side in (ab, ac))
    found = []
    for chunk in np.split(rows, np.flatnonzero(np.diff(np.cumsum(count[rows]) // AT_ONCE)) + 1):
        owner = np.repeat(chunk, count[chunk])
        index = np.arange(len(owner)) - np.repeat(np.cumsum(count[chunk]) - count[chunk], count[chunk])
        down, across = np.divmod(index, wide[owner])
        px, py = left[owner] + across, top[owner] + down
        dx, dy = px + 0.5 - x[owner, 0], py + 0.5 - y[owner, 0]
        # The shares of the second and third corner in a point are linear in it.
        second, third = ac[1, owner] * dx - ac[0, owner] * dy, ab[0, owner] * dy - ab[1, owner] * dx
        inside = np.flatnonzero((second >= -1e-7) & (third >= -1e-7) & (second + third <= 1 + 1e-7))
        owner, second, third = owner[inside], second[inside], third[inside]
        a, b, c = nearness[owner].T
        found.append((py[inside] * width + px[inside], a + second * (b - a) + third * (c - a), owner))
    return [np.concatenate(values) for values in zip(*found)]


def plate(level, half=0.6, cells=8, edge=TABLE_EDGE):
    """Triangles (N, 3, 3) of the table's top at height `level`, which ends before the actor."""
    lines = np.linspace(-half, half, cells + 1)
    corners = np.array([(a, max(b, edge), level) for b in lines for a in lines]).reshape(cells + 1, cells + 1, 3)
    a, b, c, d = corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]
    return np.concatenate([np.stack([a, b, c], -2), np.stack([a, c, d], -2)]).reshape(-1, 3, 3)


def ellipsoid(centre, radii, rings=12, segments=18):
    """Triangles (N, 3, 3)."""
    polar, turn = np.meshgrid(np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, segments + 1), indexing="ij")
    points = centre + radii * np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], -1)
    a, b, c, d = points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]
    return np.concatenate([np.stack([a, b, c], -2), np.stack([a, c, d], -2)]).reshape(-1, 3, 3)


def turned(vertices, faces, turning, hinge, angle):
    """An object's vertices (V, 3) with its hinge (8,) (point, axis, low, high; zeros: none) at `angle` radians."""
    if not np.any(hinge):
        return vertices
    from ..hands.rotation import axis_angle_to_matrix

    vertices, rows = vertices.copy(), np.unique(faces[turning])
    turn = axis_angle_to_matrix(angle * torch.as_tensor(hinge[3:6], dtype=torch.float32)).numpy()
    vertices[rows] = (vertices[rows] - hinge[:3]) @ turn.T + hinge[:3]
    return vertices


def shadow(corners, level):
    """The same triangles (N, 3, 3) flat on the table at height `level`: how high a thing is shows by its shadow."""
    flat = corners[corners[..., 1].min(1) > TABLE_EDGE].copy()
    flat[..., 2] = level + 0.0005
    return flat


def framing(points, side, shape):
    """An eye, a target and the field of view (degrees, of the height) that show all points (N, 3) from a side (3,)."""
    target = (points.min(0) + points.max(0)) / 2
    eye = target + AWAY * side / np.linalg.norm(side)
    seen = (points - eye) @ axes_of(eye, target)
    spread = np.abs(seen[:, :2] / seen[:, 2:]).max(0) / (shape[0] / shape[1], 1)
    return eye, target, np.degrees(2 * np.arctan(1.06 * spread.max()))


def strip(motion, active, betas, thing, hands, frames=6, size=(264, 216), sharp=2):
    """A clip as `frames` moments seen from two sides, as near as all of it can be seen -> PIL image, two rows.

    motion (T, 208); active (2,); betas (2, 10); thing: (vertices, faces, turning, hinge) in the canonical frame; hands:
    the left and the right hands.layer.Hand; size (width, height) of each picture.
    """
    vertices, faces, turning, hinge = thing
    motion, table = torch.as_tensor(motion), float(vertices[:, 2].min())
    place, turn, angle = unpack_object(motion)
    wrists, rotations = to_world(*unpack_hands(motion), place, turn)
    still = [plate(table), ellipsoid(HEAD, HEAD_RADII)]
    still_colours = [np.tile(colour, (len(part), 1)) for colour, part in zip((TABLE_COLOUR, HEAD_COLOUR), still)]
    moments = []
    for frame in np.linspace(0, len(motion) - 1, frames).round().astype(int):
        body = turned(vertices, faces, turning, hinge, angle[frame]) @ turn[frame].numpy().T + place[frame].numpy()
        corners, colours = [body[faces]], [np.where(turning[:, None], OBJECT_COLOURS[1], OBJECT_COLOURS[0])]
        for side in np.flatnonzero(active):
            skin, _ = hands[side](rotations[frame, side], wrists[frame, side], torch.as_tensor(betas[side]))
            corners.append(skin.numpy()[hands[side].faces.numpy()])
            colours.append(np.tile(HAND_COLOURS[side], (len(corners[-1]), 1)))
        moments.append((np.concatenate(corners).astype(float), np.concatenate(colours)))
    points = np.concatenate([corners[:, 0] for corners, _ in moments])
    rows = []
    for side in SIDES:
        view = framing(points, side, size)
        row = []
        for corners, colours in moments:
            dark = shadow(corners, table)
            scene = np.concatenate([*still, dark, corners]), np.concatenate(
                [*still_colours, np.tile(SHADOW_COLOUR, (len(dark), 1)), colours])  # fmt: skip
            row.append(render(*scene, (sharp * size[0], sharp * size[1]), *view))
        rows.append(np.concatenate(row, 1))
    image = Image.fromarray(np.concatenate(rows))
    return image.resize((image.width // sharp, image.height // sharp), Image.BOX)


def sheet(strips, titles):
    """Strips below one another, each under its title -> PIL image."""
    line, font = 20, ImageFont.load_default(13)
    page = Image.new("RGB", (max(s.width for s in strips), sum(s.height + line for s in strips)), (255, 255, 255))
    top, pen = 0, ImageDraw.Draw(page)
    for picture, title in zip(strips, titles):
        pen.text((4, top + 2), title, fill=(20, 20, 20), font=font)
        page.paste(picture, (0, top + line))
        top += picture.height + line
    return page
