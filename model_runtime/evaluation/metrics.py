"""Measures of one clip in the canonical frame, in human size.

Definitions follow the peers' code: ID is the deepest penetrating vertex of a frame, averaged over frames (DiffH2O); CR by
frames is the share of frames in which a hand that should touch is within 5 mm.
"""

import numpy as np
import torch

from ..diffusion.representation import MOTION, unpack_hands, unpack_object

NEAR = 0.005  # metres: within this a hand touches
LIFTED = 0.01  # metres: an object whose centre moved this far from where it stood is being held


def skin(hands, motion, shape=None, side=0):
    """Vertices (T, V, 3) of one hand in the object's frame, from X (T, 208)."""
    place, turn = unpack_hands(motion)
    return hands[side](turn[:, side], place[:, side], None if shape is None else shape[side])[0]


def moved(motion):
    """(T,) bool: frames in which the object is away from where it stood, so that somebody must be holding it.

    Frames in which it has come to rest again on the table's height, and stays, do not count.
    """
    place, turn, _ = unpack_object(motion)
    angle = (1 - ((turn.diagonal(dim1=-2, dim2=-1).sum(-1) - 1) / 2)).clamp(0, 2)  # 1 - cos
    away = ((place - place[:1]).norm(dim=-1) > LIFTED) | (angle > 0.03)
    speed = torch.cat([place.diff(dim=0).norm(dim=-1), place.new_zeros(1)])
    turning = torch.cat([turn.diff(dim=0).flatten(1).norm(dim=-1), place.new_zeros(1)])
    rest_again = (place[:, 2] - place[0, 2] < LIFTED) & (speed < 0.002) & (turning < 0.02)
    quiet = rest_again.flip(0).to(torch.int).cummin(0).values.flip(0).bool()  # at rest from here to the end
    return away & ~quiet


def measures(signal, hands, grid, active, fps, shape=None):
    """Plain numbers for one clip.

    signal (T, 720) in metres and matrices; active (2,) bool: hands that play a part.
    id_max_mm: deepest vertex a frame, mean over frames; deepest_mm: the worst frame's; contact_ratio: held frames in
    which a hand that should hold is within 5 mm (all of them for both hands, either for a hand-over); slip_mm: speed a
    frame of the touching skin in the object's frame while held; jerk: mean third difference of the wrists, m/s^3;
    left_holds, right_holds: whether that hand touches in at least 30 % of the held frames.
    """
    motion = signal[:, :MOTION]
    held = moved(motion)
    depth = motion.new_zeros(len(motion))
    near = motion.new_full((2, len(motion)), float("inf"))
    slips = []
    for side in (0, 1):
        if not active[side]:
            continue
        vertices = skin(hands, motion, shape, side)
        distance = grid.sample(vertices)
        depth = torch.maximum(depth, (-distance.amin(-1)).clamp_min(0))
        near[side] = distance.amin(-1)
        pace = vertices.diff(dim=0).norm(dim=-1) * 1000
        touching = (distance[1:] < NEAR) & (distance[:-1] < NEAR) & (held[1:] & held[:-1])[:, None]
        slips.append(pace[touching])
    touch = near < NEAR
    both = bool(active[0]) and bool(active[1])
    together = both and bool((touch[0] & touch[1])[held].float().mean() > 0.5) if held.any() else both
    good = (touch[0] & touch[1]) if together else (touch[0] | touch[1])
    place, turn, _ = unpack_object(motion)
    wrists, _ = unpack_hands(motion)
    world = (turn.unsqueeze(1) @ wrists.unsqueeze(-1)).squeeze(-1) + place.unsqueeze(1)
    jerk = world.diff(n=3, dim=0).norm(dim=-1)[:, np.asarray(active, bool)].mean() * fps**3
    slip = torch.cat(slips) if slips else torch.zeros(0)
    share = [bool(touch[side][held].float().mean() > 0.3) if held.any() else False for side in (0, 1)]
    return {
        "id_max_mm": float(depth.mean() * 1000),
        "deepest_mm": float(depth.max() * 1000),
        "contact_ratio": float(good[held].float().mean()) if held.any() else 0.0,
        "slip_mm": float(slip.mean()) if len(slip) else 0.0,
        "jerk": float(jerk),
        "held_frames": int(held.sum()),
        "left_holds": share[0],
        "right_holds": share[1],
    }
