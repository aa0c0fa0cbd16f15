"""Measures of one clip in the canonical frame, in human size.

Definitions follow the peers' code (docs/EVALUATION.md): the depth of the deepest vertex a frame, averaged over frames
(DiffH2O), and that of the mean penetrating vertex (FlowHOI); contact within 5 mm by frames and by vertices; a physical
clip is touched whenever its object moves (FlowHOI). Slip and what counts as held are ours.
"""

from dataclasses import dataclass

import numpy as np
import torch

from ..diffusion.representation import MOTION, to_world, unpack_hands, unpack_object
from .parts import look

NEAR = 0.005  # metres: within this a hand touches
LIFTED = 0.01  # metres: an object whose centre moved this far from where it stood is being held
SEEN = 0.02  # metres: skin farther than this is not looked at
SPARSE = 80  # vertices that tell whether a hand is near
AT_REST, STILL_TURN = 0.03, 0.3  # m/s, rad/s (of the rotation's nine numbers): slower than this nothing moves
TURNING = 0.15  # rad/s: a part that turns about its hinge faster than this is being turned


@dataclass
class Skin:
    """One hand over a clip of T frames.

    distance (T, V)   signed distance of its vertices to the nearest part of the object, metres; inf where far
    pace (T - 1, V)   how far a vertex moves against the part that it is nearest to until the next frame, metres
    vertices (T, V, 3) in the object's frame; joints (T, 16, 3) and tips (T, 5, 3) in the world
    """

    distance: torch.Tensor
    pace: torch.Tensor
    vertices: torch.Tensor
    joints: torch.Tensor
    tips: torch.Tensor


def skin(hands, motion, shape=None, side=0):
    """Vertices (T, V, 3) of one hand in the object's frame, from X (T, 208)."""
    place, turn = unpack_hands(motion)
    return hands[side](turn[:, side], place[:, side], None if shape is None else shape[side])[0]


def skin_of(hands, motion, thing, side, shape=None):
    """One hand of X (T, 208) beside `thing` -> Skin.

    thing: objects.thing.Thing, or for a rigid object anything whose sample(points (..., 3)) gives signed distances;
    shape (2, 10) betas or None.
    """
    hand, (place, turn) = hands[side], unpack_hands(motion)
    betas = None if shape is None else shape[side]
    vertices, _ = hand(turn[:, side], place[:, side], betas)
    object_place, object_turn, angle = unpack_object(motion)
    world, rotations = to_world(place, turn, object_place, object_turn)
    joints = hand.joints(rotations[:, side], world[:, side], betas)
    tips = vertices[:, hand.fingertips] @ object_turn.transpose(-1, -2) + object_place[:, None]
    few = hand.sample(SPARSE)
    reach = SEEN + 1.5 * float(torch.cdist(hand.template, hand.template[few]).amin(1).max())
    rows = (nearest(thing, vertices[:, few], angle)[0] < reach).any(-1).nonzero()[:, 0]
    distance = vertices.new_full(vertices.shape[:2], float("inf"))
    pace = torch.zeros_like(distance[1:])
    if len(rows):
        distance[rows], pace_of = nearest(thing, vertices[rows], angle[rows])
        following = rows.diff() == 1
        pace[rows[:-1][following]] = pace_of[following]
    return Skin(distance, pace, vertices, joints, tips)


def nearest(thing, points, angle):
    """Distance (T, N) of points (T, N, 3) to the nearest part, and (T - 1, N) how far they move in that part's
    frame.
    """
    looked = [(points, thing.sample(points))] if hasattr(thing, "sample") else look(thing, points, angle)
    distances = torch.stack([distance for _, distance in looked])
    distance, part = distances.min(0)
    paces = torch.stack([local.diff(dim=0).norm(dim=-1) for local, _ in looked])
    return distance, paces.gather(0, part[None, :-1])[0]


def moved(motion, fps=30.0):
    """(T,) bool: frames in which the object is away from where it stood, so that somebody must be holding it.

    Frames in which it has come to rest again on the table's height, and stays, do not count.
    """
    place, turn, _ = unpack_object(motion)
    angle = (1 - ((turn.diagonal(dim1=-2, dim2=-1).sum(-1) - 1) / 2)).clamp(0, 2)  # 1 - cos
    away = ((place - place[:1]).norm(dim=-1) > LIFTED) | (angle > 0.03)
    speed = torch.cat([place.diff(dim=0).norm(dim=-1), place.new_zeros(1)]) * fps
    turning = torch.cat([turn.diff(dim=0).flatten(1).norm(dim=-1), place.new_zeros(1)]) * fps
    rest_again = (place[:, 2] - place[0, 2] < LIFTED) & (speed < AT_REST) & (turning < STILL_TURN)
    quiet = rest_again.flip(0).to(torch.int).cummin(0).values.flip(0).bool()  # at rest from here to the end
    return away & ~quiet


def held(motion, fps=30.0, hinged=False):
    """(T,) bool: frames in which a hand has to touch: the object is away (`moved`), or its part is being turned."""
    found = moved(motion, fps)
    if hinged:
        angle = unpack_object(motion)[2]
        turning = angle.diff().abs() * fps > TURNING
        found = found | torch.cat([turning, turning.new_zeros(1)]) | torch.cat([turning.new_zeros(1), turning])
    return found


def depths(distance):
    """Distances (T, V) -> (T,) metres: depth of the deepest vertex, and of the mean vertex among those inside; 0
    outside.
    """
    depth = (-distance).clamp_min(0)
    return depth.amax(-1), depth.sum(-1) / (depth > 0).sum(-1).clamp_min(1)


def touching(distance):
    """Distances (..., V) -> (...,) bool: whether any vertex is within NEAR."""
    return (distance < NEAR).any(-1)


def contact_frames(touch, frames, together):
    """Share of `frames` (T,) in which the hands touch, touch (2, T): both where they act together, else either."""
    good = (touch[0] & touch[1]) if together else (touch[0] | touch[1])
    return float(good[frames].float().mean()) if frames.any() else 0.0


def slips(distance, pace, frames):
    """[Metres a frame (N,)] of skin that touches in two successive frames of a hold; frames (T,) bool."""
    touches = distance < NEAR
    return pace[touches[1:] & touches[:-1] & (frames[1:] & frames[:-1])[:, None]]


def jerk(paths, fps):
    """Mean length of the third difference of paths (T, ..., 3), m/s^3; 0 for fewer than four frames."""
    return (
        float(paths.double().diff(n=3, dim=0).norm(dim=-1).mean() * fps**3) if len(paths) > 3 and paths.numel() else 0.0
    )


def measures(signal, hands, grid, active, fps, shape=None):
    """Plain numbers for one clip without its truth: what a user is told.

    signal (T, 720) or its motion (T, 208), in metres and matrices; grid as `thing` of `skin_of`; active (2,) bool:
    hands that play a part; shape (2, 10).
    id_max_mm: deepest vertex a frame, mean over frames; deepest_mm: the worst frame's; contact_ratio: held frames in
    which a hand that should hold is within 5 mm (all of them for both hands, either for a hand-over); slip_mm: speed a
    frame of the touching skin against the part that it touches, while held; jerk: mean third difference of the joints,
    m/s^3; left_holds, right_holds: whether that hand touches in at least 30 % of the held frames.
    """
    motion = signal[:, :MOTION]
    frames = held(motion, fps, hinged=np.any(getattr(grid, "hinge", 0))).cpu()
    depth, touch = torch.zeros(len(motion)), torch.zeros((2, len(motion)), dtype=torch.bool)
    slip, paths = [torch.zeros(0)], []
    for side in np.flatnonzero(active):
        found = skin_of(hands, motion, grid, side, shape)
        distance, pace = found.distance.cpu(), found.pace.cpu()
        depth = torch.maximum(depth, depths(distance)[0])
        touch[side] = touching(distance)
        slip.append(slips(distance, pace, frames))
        paths.append(found.joints.cpu())
    both = bool(active[0]) and bool(active[1])
    together = both and bool((touch[0] & touch[1])[frames].float().mean() > 0.5) if frames.any() else both
    slip = torch.cat(slip)
    share = [bool(touch[side][frames].float().mean() > 0.3) if frames.any() else False for side in (0, 1)]
    return {
        "id_max_mm": float(depth.mean() * 1000),
        "deepest_mm": float(depth.max() * 1000),
        "contact_ratio": contact_frames(touch, frames, together),
        "slip_mm": float(slip.mean() * 1000) if len(slip) else 0.0,
        "jerk": jerk(torch.cat(paths, 1), fps) if paths else 0.0,
        "held_frames": int(frames.sum()),
        "left_holds": share[0],
        "right_holds": share[1],
    }
