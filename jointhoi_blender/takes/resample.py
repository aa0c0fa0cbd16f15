"""From the clip's frame rate to the scene's. Plain numpy, float64.

The wrists are interpolated in the object's frame, as the model represents them: a held object does not slip between the
clip's frames either.
"""

from dataclasses import dataclass

import numpy as np


@dataclass
class Motion:
    """A clip at the scene's rate: n frames, quaternions (w, x, y, z) whose signs do not jump, else as in a Clip.

    object_translation (n, 3), object_rotation (n, 4), object_articulation (n,), hand_translation (n, 2, 3),
    hand_rotation (n, 2, 16, 4), contact (n, 2, P): 0 of a hand that plays no part
    """

    object_translation: np.ndarray
    object_rotation: np.ndarray
    object_articulation: np.ndarray
    hand_translation: np.ndarray
    hand_rotation: np.ndarray
    contact: np.ndarray


def resample(clip, rate, count=None, mend=None):
    """The clip at `rate` frames a second; the last frame is the clip's last, at most one frame early in time.

    count: how many frames instead; mend(place, turn, angle, wrist, hands): changes what is about to become the Motion,
    the hands still in the object's frame (see keep.py).
    """
    count = count or frame_count(clip, rate)
    times = np.minimum(np.arange(count) / rate, clip.seconds) * clip.fps
    place = np.asarray(clip.object_translation, np.float64)
    turn = quaternions(clip.object_rotation)
    wrist = rotate(conjugate(turn)[:, None], clip.hand_translation - place[:, None])
    hands = quaternions(clip.hand_rotation)
    hands[:, :, 0] = multiply(conjugate(turn)[:, None], hands[:, :, 0])
    contact = np.asarray(clip.contact, np.float64) * np.asarray(clip.hand_active, bool)[:, None]

    place, turn, wrist, hands = smooth(place, times), slerp(turn, times), smooth(wrist, times), slerp(hands, times)
    angle = smooth(np.asarray(clip.object_articulation, np.float64), times)
    if mend:
        mend(place, turn, angle, wrist, hands)
    hands[:, :, 0] = multiply(turn[:, None], hands[:, :, 0])
    return Motion(
        object_translation=place,
        object_rotation=turn,
        object_articulation=angle,
        hand_translation=rotate(turn[:, None], wrist) + place[:, None],
        hand_rotation=continuous(hands),
        contact=between(contact, times),
    )


def frame_count(clip, rate):
    """How many frames of a scene with `rate` frames a second a clip takes."""
    return int(np.ceil(clip.seconds * rate - 1e-6)) + 1


def _segments(length, times):
    """For times in frames: the frame before each, the one after, and how far between (n,)."""
    before = np.clip(np.floor(times).astype(int), 0, max(length - 2, 0))
    return before, np.minimum(before + 1, length - 1), times - before


def between(values, times):
    """Linear interpolation of values (T, ...) at times (n,) in frames."""
    before, after, share = _segments(len(values), times)
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    return values[before] * (1 - share) + values[after] * share


def smooth(values, times):
    """Monotone cubic interpolation (Fritsch and Butland 1984, as in PCHIP) of values (T, ...) at times (n,) in frames.

    Once differentiable, and nowhere beyond the two neighbouring values: an object at rest stays at rest.
    """
    if len(values) < 3:
        return between(values, times)
    steps = np.diff(values, axis=0)
    one, two = steps[:-1], steps[1:]
    product = one * two
    inner = np.where(product > 0, 2 * product / np.where(product > 0, one + two, 1), 0)
    slopes = np.concatenate([_end_slope(steps[0], steps[1])[None], inner, _end_slope(steps[-1], steps[-2])[None]])
    before, after, s = _segments(len(values), times)
    s = s.reshape(-1, *[1] * (values.ndim - 1))
    return (
        values[before] * (1 + 2 * s) * (1 - s) ** 2
        + values[after] * s * s * (3 - 2 * s)
        + slopes[before] * s * (1 - s) ** 2
        - slopes[after] * s * s * (1 - s)
    )


def _end_slope(first, second):
    """The one-sided slope at an end, limited so that the curve does not overshoot."""
    slope = (3 * first - second) / 2
    slope = np.where(slope * first <= 0, 0, slope)
    return np.where((first * second < 0) & (abs(slope) > 3 * abs(first)), 3 * first, slope)


def slerp(rotation, times):
    """Spherical interpolation of quaternions (T, ..., 4) at times (n,) in frames, the short way; signs do not jump."""
    before, after, share = _segments(len(rotation), times)
    one, two = rotation[before], rotation[after]
    share = share.reshape(-1, *[1] * (rotation.ndim - 1))
    cosine = (one * two).sum(-1, keepdims=True)
    two = np.where(cosine < 0, -two, two)
    angle = (
        np.arctan2(np.linalg.norm(two - one, axis=-1, keepdims=True), np.linalg.norm(two + one, axis=-1, keepdims=True))
        * 2
    )
    small = angle < 1e-6
    sine = np.sin(np.where(small, 1, angle))
    weight_one = np.where(small, 1 - share, np.sin((1 - share) * angle) / sine)
    weight_two = np.where(small, share, np.sin(share * angle) / sine)
    return continuous(weight_one * one + weight_two * two)


def continuous(rotation):
    """Unit quaternions (n, ..., 4) whose signs do not jump from frame to frame."""
    rotation = rotation / np.linalg.norm(rotation, axis=-1, keepdims=True)
    flips = (rotation[1:] * rotation[:-1]).sum(-1, keepdims=True) < 0
    signs = np.cumprod(np.concatenate([np.ones_like(flips[:1], int), np.where(flips, -1, 1)]), axis=0)
    return rotation * signs


def quaternions(matrices):
    """Rotation matrices (..., 3, 3) -> unit quaternions (..., 4), w first.

    Shepperd's method: of the four ways to read the quaternion, the one that divides by its largest component.
    """
    m = np.asarray(matrices, np.float64)
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = ([m[..., i, j] for j in range(3)] for i in range(3))
    x, y, z, a, b, c = zy - yz, xz - zx, yx - xy, yx + xy, zx + xz, zy + yz
    outer = np.stack([1 + xx + yy + zz, x, y, z, x, 1 + xx - yy - zz, a, b,
                      y, a, 1 - xx + yy - zz, c, z, b, c, 1 - xx - yy + zz], -1)  # fmt: skip
    outer = outer.reshape(*m.shape[:-2], 4, 4)  # 4 q q^T
    largest = np.argmax(np.diagonal(outer, axis1=-2, axis2=-1), -1)
    row = np.take_along_axis(outer, largest[..., None, None], -2)[..., 0, :]
    row = row / np.linalg.norm(row, axis=-1, keepdims=True)
    return row * np.where(row[..., :1] < 0, -1, 1)


def multiply(one, two):
    """The product of quaternions (..., 4), w first."""
    w, x, y, z = np.moveaxis(one, -1, 0)
    a, b, c, d = np.moveaxis(two, -1, 0)
    return np.stack(
        [
            w * a - x * b - y * c - z * d,
            w * b + x * a + y * d - z * c,
            w * c - x * d + y * a + z * b,
            w * d + x * c - y * b + z * a,
        ],
        -1,
    )


def conjugate(rotation):
    """The inverse of unit quaternions (..., 4)."""
    return rotation * np.array([1, -1, -1, -1])


def rotate(rotation, vectors):
    """vectors (..., 3) turned by unit quaternions (..., 4)."""
    w, axis = rotation[..., :1], rotation[..., 1:]
    across = 2 * np.cross(axis, vectors)
    return vectors + w * across + np.cross(axis, across)


def matrices(rotation):
    """Unit quaternions (..., 4) -> rotation matrices (..., 3, 3)."""
    return np.stack([rotate(rotation, axis) for axis in np.eye(3)], -1)


def inverses(affine):
    """The inverses of affine matrices (..., 4, 4); not finite where there is none.

    In place of numpy's, which solves a stack one by one and each time waits for the threads of its library: on a busy
    machine that blocked the window for up to half a second.
    """
    one, two, three = np.moveaxis(affine[..., :3, :3], -1, 0)
    rows = np.stack([np.cross(two, three), np.cross(three, one), np.cross(one, two)], -2)
    found = np.zeros_like(affine)
    with np.errstate(divide="ignore", invalid="ignore"):
        found[..., :3, :3] = rows / (rows[..., 0, :] * one).sum(-1)[..., None, None]
        found[..., :3, 3] = -(found[..., :3, :3] @ affine[..., :3, 3:])[..., 0]
    found[..., 3, 3] = 1
    return found
