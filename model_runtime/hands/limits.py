"""How fingers bend: axes, ranges, and natural poses from angles.

Axes are given in the rest frame of the right hand (fingers along -x, palm facing -y, thumb side +z), which is every
joint's own frame in MANO. They come from the joint frames of the open hand's source; the left hand mirrors them. Angles
are radians; flexion is positive towards the palm, abduction positive away from the middle finger (the middle finger's
towards the thumb, the thumb's away from the fingers). Fingers in MANO's order: index, middle, pinky, ring, thumb.
"""

from functools import lru_cache
import math

import torch
import torch.nn.functional as F

from .rotation import turn_about

# The axis each of the 15 joints bends about. The first of the thumb's, its saddle joint, is the axis of opposition: the
# thumb swings in front of the palm and turns its pad towards the fingers.
FLEXION_AXES = (
    (-0.01, -0.06, 1.00), (-0.05, -0.01, 1.00), (-0.10, 0.02, 0.99),  # index
    (-0.10, 0.01, 1.00), (-0.14, 0.03, 0.99), (-0.13, 0.10, 0.99),  # middle
    (-0.24, 0.23, 0.94), (-0.34, 0.28, 0.90), (-0.25, 0.29, 0.92),  # pinky
    (-0.24, 0.09, 0.97), (-0.28, 0.15, 0.95), (-0.20, 0.17, 0.97),  # ring
    (0.88, -0.47, 0.00), (0.48, -0.87, 0.15), (0.45, -0.89, -0.05),  # thumb
)  # fmt: skip
# The axis each finger spreads about, at its first joint.
ABDUCTION_AXES = (
    (-0.10, 0.99, 0.06), (-0.10, 0.99, -0.02), (0.09, -0.96, 0.25), (0.09, -0.99, 0.11), (0.27, 0.50, 0.82),
)  # fmt: skip


def _degrees(*pairs):
    return tuple((math.radians(low), math.radians(high)) for low, high in pairs)


# Active ranges of healthy adults, rounded (AAOS; thumb: Cooney & Chao 1977): first, second, last joint.
_FINGER = ((-20, 90), (-5, 105), (-10, 75))
FLEXION_RANGES = _degrees(*_FINGER * 4, (-15, 60), (-10, 55), (-15, 80))  # 15 pairs
ABDUCTION_RANGES = _degrees((-15, 20), (-15, 15), (-10, 30), (-10, 15), (-25, 35))  # 5 pairs
TWIST_RANGES = _degrees(*((-5, 5), (-2, 2), (-2, 2)) * 4, (-10, 10), (-5, 5), (-2, 2))  # 15 pairs, about the bone


@lru_cache(maxsize=16)
def axes(side, device="cpu"):
    """Unit axes of one side: flexion (15, 3) and abduction (5, 3), in the rest frame."""
    mirror = torch.tensor([1.0, 1.0, 1.0] if side == 1 else [1.0, -1.0, -1.0])
    unit = [F.normalize(torch.tensor(rows), dim=-1) * mirror for rows in (FLEXION_AXES, ABDUCTION_AXES)]
    return tuple(rows.to(device) for rows in unit)


def ranges(device="cpu"):
    """Lower and upper limits: flexion (15, 2), abduction (5, 2), radians."""
    return torch.tensor(FLEXION_RANGES, device=device), torch.tensor(ABDUCTION_RANGES, device=device)


def curl_pose(side, flexion, abduction=None):
    """Finger rotations (..., 15, 3, 3) relative to the parents, from flexion (..., 15) and abduction (..., 5).

    side 0 left, 1 right; equal angles give mirror-image poses. Abduction turns the bent finger at its first joint.
    """
    bend_axes, spread_axes = axes(side, flexion.device)
    pose = turn_about(bend_axes, flexion)
    if abduction is None:
        return pose
    fingers = pose.unflatten(-3, (5, 3))
    first = turn_about(spread_axes, abduction) @ fingers[..., 0, :, :]
    return torch.cat([first.unsqueeze(-3), fingers[..., 1:, :, :]], -3).flatten(-4, -3)
