"""Pictures of clips for people to judge: a small z-buffer renderer in numpy, strips of frames, contact sheets."""

import numpy as np
from PIL import Image, ImageDraw
import torch

from ..diffusion.representation import to_world, unpack_hands, unpack_object

LIGHT = np.array([-0.35, -0.5, 0.8]) / np.linalg.norm([-0.35, -0.5, 0.8])
BACKGROUND = 246
EYES = (np.array([0.55, -0.95, 0.69]), np.array([-0.80, 0.85, 0.55]))  # the two sides that a strip shows, metres
LOOK_AT = np.array([0.0, -0.13, 0.13])
HAND_COLOURS = ((224, 160, 130), (226, 192, 152))
OBJECT_COLOURS = ((140, 162, 184), (190, 160, 118))  # base, the part that turns
TABLE_COLOUR, HEAD_COLOUR = (206, 201, 192), (206, 206, 218)
HEAD, HEAD_RADII = np.array([0.0, -0.43, 0.46]), np.array([0.075, 0.095, 0.118])  # the actor's, metres


def render(corners, colours, size, eye, target, fov_deg=27.0):
    """Flat-shaded triangles with hidden surfaces removed.

    corners (N, 3, 3) metres, +Z up; colours (N, 3) of 0..255; size (width, height) pixels; eye, target (3,); fov of the
    height -> (height, width, 3) uint8. Both sides of a triangle are seen; one that reaches behind the eye is left out.
    """
    width, height = size
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    seen = (corners - eye) @ np.stack([right, up, forward], 1)
    ahead = seen[..., 2].min(1) > 0.02
    corners, colours, seen = corners[ahead], np.asarray(colours, float)[ahead], seen[ahead]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
    shaded = colours * (0.38 + 0.62 * np.abs(normal @ LIGHT))[:, None]
    scale = 0.5 * height / np.tan(np.radians(fov_deg / 2))
    x = width / 2 + scale * seen[..., 0] / seen[..., 2]
    y = height / 2 - scale * seen[..., 1] / seen[..., 2]
    pixel, nearness, owner = covered(x, y, 1 / seen[..., 2], width, height)
    image = np.full((height * width, 3), float(BACKGROUND))
    order = np.argsort(nearness, kind="stable")  # the nearest is written last
    image[pixel[order]] = shaded[owner[order]]
    return image.reshape(height, width, 3).round().astype(np.uint8)


def covered(x, y, nearness, width, height):
    """The pixels whose centres triangles cover: x, y, nearness (N, 3) at the corners, in pixels and 1 / metres.

    -> pixel (M,) = row * width + column, nearness (M,), which triangle (M,).
    """
    left, top = np.clip(np.floor(x.min(1) - 0.5), 0, width).astype(int), np.clip(np.floor(y.min(1) - 0.5), 0, height).astype(int)
    wide = np.clip(np.ceil(x.max(1)) - left, 0, width - left).astype(int)
    high = np.clip(np.ceil(y.max(1)) - top, 0, height - top).astype(int)
    area = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])
    span = np.maximum(wide, high)
    found = []
    for size in 2 ** np.arange(int(np.ceil(np.log2(max(width, height)))) + 1):
        rows = np.flatnonzero((span <= size) & (span > size // 2) & (np.abs(area) > 1e-9) & (wide > 0) & (high > 0))
        for rows in np.array_split(rows, max(1, len(rows) * size * size // 2_000_000)):
            if not len(rows):
                continue
            across, down = np.meshgrid(np.arange(size), np.arange(size))
            px, py = left[rows, None] + across.ravel(), top[rows, None] + down.ravel()
            share = []
            for a, b in ((1, 2), (2, 0), (0, 1)):
                share.append((x[rows, b, None] - x[rows, a, None]) * (py + 0.5 - y[rows, a, None])
                             - (px + 0.5 - x[rows, a, None]) * (y[rows, b, None] - y[rows, a, None]))  # fmt: skip
            share = np.stack(share, -1) / area[rows, None, None]
            inside = (share >= -1e-9).all(-1) & (px < width) & (py < height)
            where = np.nonzero(inside)
            near = np.einsum("mc,mc->m", share[where], nearness[rows][where[0]])
            found.append((py[where] * width + px[where], near, rows[where[0]]))
    return [np.concatenate(values) if values else np.zeros(0, int) for values in zip(*found)] if found else [np.zeros(0, int)] * 3


def plate(level, half=0.4, cells=8, edge=-0.34):
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


def strip(motion, active, betas, thing, hands, frames=6, size=250, sharp=2):
    """A clip as `frames` moments seen from two sides -> PIL image, two rows.

    motion (T, 208); active (2,); betas (2, 10); thing: (vertices, faces, turning, hinge) in the canonical frame; hands: the
    left and the right hands.layer.Hand.
    """
    vertices, faces, turning, hinge = thing
    motion = torch.as_tensor(motion)
    place, turn, angle = unpack_object(motion)
    wrists, rotations = to_world(*unpack_hands(motion), place, turn)
    still = [plate(float(vertices[:, 2].min())), ellipsoid(HEAD, HEAD_RADII)]
    still_colours = [np.tile(colour, (len(part), 1)) for colour, part in zip((TABLE_COLOUR, HEAD_COLOUR), still)]
    colour = np.where(turning[:, None], OBJECT_COLOURS[1], OBJECT_COLOURS[0])
    rows = [[] for _ in EYES]
    for frame in np.linspace(0, len(motion) - 1, frames).round().astype(int):
        body = turned(vertices, faces, turning, hinge, angle[frame]) @ turn[frame].numpy().T + place[frame].numpy()
        corners, colours = [*still, body[faces]], [*still_colours, colour]
        for side in np.flatnonzero(active):
            skin, _ = hands[side](rotations[frame, side], wrists[frame, side], torch.as_tensor(betas[side]))
            corners.append(skin.numpy()[hands[side].faces.numpy()])
            colours.append(np.tile(HAND_COLOURS[side], (len(corners[-1]), 1)))
        corners, colours = np.concatenate(corners).astype(float), np.concatenate(colours)
        for row, eye in zip(rows, EYES):
            row.append(render(corners, colours, (sharp * size, sharp * size), eye, LOOK_AT))
    image = Image.fromarray(np.concatenate([np.concatenate(row, 1) for row in rows]))
    return image.resize((image.width // sharp, image.height // sharp), Image.LANCZOS)


def sheet(strips, titles):
    """Strips below one another, each under its title -> PIL image."""
    line = 16
    page = Image.new("RGB", (max(s.width for s in strips), sum(s.height + line for s in strips)), (255, 255, 255))
    top, pen = 0, ImageDraw.Draw(page)
    for picture, title in zip(strips, titles):
        pen.text((4, top + 2), title, fill=(20, 20, 20))
        page.paste(picture, (0, top + line))
        top += picture.height + line
    return page
