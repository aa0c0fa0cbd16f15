"""Rotations as matrices, six numbers or axis-angle; all batched torch, float32, with finite gradients at identity.

Matrices act on column vectors. Six numbers = the first two columns of the matrix, one after the other (Zhou et al., "On
the Continuity of Rotation Representations in Neural Networks", 2019).
"""

import torch
import torch.nn.functional as F


def sixd_to_matrix(sixd):
    """(..., 6) -> (..., 3, 3) by Gram-Schmidt; any two independent columns do."""
    first = F.normalize(sixd[..., :3], dim=-1)
    second = sixd[..., 3:]
    second = F.normalize(second - (first * second).sum(-1, keepdim=True) * first, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], -1)


def matrix_to_sixd(matrix):
    """(..., 3, 3) -> (..., 6)."""
    return matrix[..., :2].transpose(-1, -2).flatten(-2)


def cross_matrix(vector):
    """(..., 3) -> (..., 3, 3) such that cross_matrix(a) @ b = cross(a, b)."""
    x, y, z = vector.unbind(-1)
    zero = torch.zeros_like(x)
    return torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))


def axis_angle_to_matrix(rotvec):
    """(..., 3) radians along the axis -> (..., 3, 3), by Rodrigues' formula; its series near zero."""
    square = rotvec.square().sum(-1)[..., None, None]
    small = square < 1e-4
    safe = torch.where(small, torch.ones_like(square), square)
    angle = safe.sqrt()
    sine = torch.where(small, 1 - square / 6, angle.sin() / angle)
    cosine = torch.where(small, 0.5 - square / 24, (1 - angle.cos()) / safe)
    skew = cross_matrix(rotvec)
    return torch.eye(3, dtype=rotvec.dtype, device=rotvec.device) + sine * skew + cosine * (skew @ skew)


def turn_about(axis, angle):
    """Rotation by `angle` (...) radians about the unit `axis` (..., 3), which may be constant -> (..., 3, 3)."""
    skew = cross_matrix(axis)
    sine, cosine = angle.sin()[..., None, None], angle.cos()[..., None, None]
    return torch.eye(3, dtype=angle.dtype, device=angle.device) + sine * skew + (1 - cosine) * (skew @ skew)


def matrix_to_axis_angle(matrix):
    """(..., 3, 3) -> (..., 3) with an angle of at most pi, through the largest part of the quaternion."""
    m = matrix
    diagonal = m.diagonal(dim1=-2, dim2=-1)
    trace = diagonal.sum(-1, keepdim=True)
    # Four times each quaternion part squared; the row of the largest is well conditioned.
    squares = torch.cat([1 + trace, 1 + 2 * diagonal - trace], -1)
    x, y, z = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    xy, xz, yz = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    w2, x2, y2, z2 = squares.unbind(-1)
    rows = torch.stack([w2, x, y, z, x, x2, xy, xz, y, xy, y2, yz, z, xz, yz, z2], -1).unflatten(-1, (4, 4))
    pick = squares.argmax(-1)[..., None, None].expand(*squares.shape[:-1], 1, 4)
    quaternion = F.normalize(rows.gather(-2, pick).squeeze(-2), dim=-1)
    quaternion = torch.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    w, vector = quaternion[..., :1], quaternion[..., 1:]
    square = vector.square().sum(-1, keepdim=True)
    small = square < 1e-8
    length = torch.where(small, torch.ones_like(square), square).sqrt()
    return vector * torch.where(small, 2 / w.clamp_min(0.5), 2 * torch.atan2(length, w) / length)


def slerp(start, end, share):
    """The rotation a `share` (...) of the way from `start` to `end` (..., 3, 3), along the shortest arc."""
    step = matrix_to_axis_angle(start.transpose(-1, -2) @ end)
    return start @ axis_angle_to_matrix(step * share[..., None])
