"""All measures of one clip that has a case: geometry, contact, physics, motion. What they mean: docs/EVALUATION.md."""

import numpy as np
import torch

from ..condition.hands import hands_named
from ..data.gates import Solid
from ..data.shards import FPS
from ..diffusion.representation import IDLE, unpack_hands, unpack_object
from .hold import hold, pieces
from .metrics import NEAR, contact_frames, depths, held, jerk, nearest, skin_of, slips, touching
from .parts import mesh, poses, thing_in
from .volume import volumes

ACTS = 0.02  # metres: a hand that comes so near plays a part
RAISED = 0.005  # metres: an object whose lowest point is so far above the table is in the air
TOGETHER = 0.9  # hands act together that both touch in this share of the frames in which the truth moves the object
USED = 0.1  # a hand is used that touches in this share of the frames in which any hand does, and
USED_SECONDS = 0.2
NAMED = {"left": (True, False), "right": (False, True), "both": (True, True)}


def judge(case, motion, hands):
    """Measures of `motion` (T, 208) float32 numpy as an answer to `case` -> {name: number, or None where nothing is
    asked}.

    hands: the left and the right hands.layer.Hand, on the CPU. id_max_mm, id_mean_mm, deepest_mm, iv_cm3,
    iv_surface_cm3, cr_frames, cr_vertices, phy, phy_joints, slip_mm, jerk, hold_success, hand_correct, left_used,
    right_used.
    """
    motion, betas = torch.from_numpy(np.ascontiguousarray(motion, np.float32)), torch.from_numpy(case["betas"])
    thing, angle = thing_in(case), unpack_object(motion)[2]
    skins = [skin_of(hands, motion, thing, side, betas) for side in (0, 1)]
    sides = [side for side in (0, 1) if acts(motion, skins[side], side)]
    frames = held(motion, FPS, thing.hinge.any())
    touch = torch.stack([touching(skin.distance) for skin in skins])
    distance = torch.cat([skin.distance for skin in skins], 1)
    deepest, mean = depths(distance)
    volume = sum(volumes(thing, skins[side].vertices, skins[side].distance, hands[side].faces, angle) for side in sides)
    used = hands_used(touch)
    named = hands_named(case["prompt"])
    ratio, share = contact(case, skins, touch, frames)
    slip = torch.cat(
        [torch.zeros(0)] + [slips(skins[side].distance, skins[side].pace, frames) for side in grasping(case, sides)]
    )
    return {
        "id_max_mm": 1000 * float(deepest.mean()), "id_mean_mm": 1000 * float(mean.mean()),
        "deepest_mm": 1000 * float(deepest.max()),
        "iv_cm3": float(np.mean(volume[0])) if sides else 0.0,
        "iv_surface_cm3": float(np.mean(volume[1])) if sides else 0.0,
        "cr_frames": ratio, "cr_vertices": share,
        "phy": physical(touch.any(0), frames),
        "phy_joints": physical(joints_near(motion, thing, skins, sides) & touch.any(0), frames),
        "slip_mm": 1000 * float(slip.mean()) if len(slip) else None,
        "jerk": jerk(torch.cat([skins[side].joints for side in sides], 1), FPS) if sides else None,
        "hold_success": held_up(case, motion, thing, hands, skins, touch),
        "hand_correct": None if named == "auto" else used == NAMED[named], "left_used": used[0], "right_used": used[1],
    }  # fmt: skip


def acts(motion, skin, side):
    """Whether a hand plays a part: it comes near the object, and leaves the place of a hand that plays none."""
    away = (unpack_hands(motion)[0][:, side] - torch.from_numpy(IDLE[side])).norm(dim=-1).max() > 0.05
    return bool(away) and bool((skin.distance < ACTS).any())


def hands_used(touch):
    """touch (2, T) -> (left, right): whether that hand touches, for more than a moment."""
    least = max(USED * int(touch.any(0).sum()), USED_SECONDS * FPS)
    return tuple(bool(one.sum() >= least) for one in touch)


def contact(case, skins, touch, frames):
    """Contact ratios of a clip: by frames, and by vertices.

    By frames: of those in which the object moves or is away, in how many the hands touch, both where they act together
    in the truth. Where nothing moves, as when a box is tapped, the moment is free: as many frames as are touched, of as
    many as the truth touches. By vertices: of the hands that touch at all in these frames, how many vertices are within
    5 mm.
    """
    asked = torch.from_numpy((case["hold"] > 0).T)
    truth = held(torch.from_numpy(case["motion"]), FPS, bool(np.any(case["hinge"])))
    truth = truth if truth.any() else asked.any(0)
    together = bool(asked.all(0)[truth].float().mean() > TOGETHER)
    if frames.any():
        ratio = contact_frames(touch, frames, together)
    else:
        frames = touch.any(0)
        good, wanted = (both.all(0).sum() if together else both.any(0).sum() for both in (touch, asked))
        ratio = min(1.0, float(good) / max(float(wanted), 1))
    near = [(skin.distance < NEAR)[frames].float().mean() for skin, one in zip(skins, touch) if one[frames].any()]
    return ratio, float(torch.stack(near).mean()) if near else 0.0


def grasping(case, sides):
    """Of the hands `sides`, those whose slip counts: they grasp in the truth, where any hand only touches there."""
    grasp = (case["hold"] == 1) | (case["hold"] == 2)
    touch = case["hold"] > 2
    return [side for side in sides if not touch.any() or grasp[:, side].sum() > touch[:, side].sum()]


def joints_near(motion, thing, skins, sides):
    """(T,) bool: whether any of the hands' joints and fingertips is within 5 mm of the object."""
    place, turn, angle = unpack_object(motion)
    found = torch.zeros(len(motion), dtype=torch.bool)
    for side in sides:
        points = torch.cat([skins[side].joints, skins[side].tips], 1)
        found |= (nearest(thing, (points - place[:, None]) @ turn, angle)[0] < NEAR).any(-1)
    return found


def physical(near, frames):
    """1.0 where something is near in every frame of the interaction, so that the object never flies; else 0.0
    (FlowHOI).

    near, frames (T,) bool; frames: those in which the object moves or is away. Where there are none something has to be
    near at all.
    """
    return float(near[frames].all()) if frames.any() else float(near.any())


def in_the_air(motion, thing):
    """(T,) bool: whether the object's lowest point is above the table on which it stood in the first frame."""
    place, turn, angle = unpack_object(motion)
    lowest = torch.full((len(motion),), float("inf"))
    hulls = [Solid.of(piece).hull.float() for piece in thing.pieces]
    for corners, (own_turn, own_place) in zip(hulls, poses(thing, angle)):
        local = corners @ own_turn.transpose(-1, -2) + own_place[:, None]
        lowest = torch.minimum(lowest, ((local * turn[:, 2:3]).sum(-1) + place[:, 2:3]).amin(-1))
    return lowest > min(float(corners[:, 2].min()) for corners in hulls) + RAISED


def held_up(case, motion, thing, hands, skins, touch):
    """Whether the hands hold the object under gravity in the middle of the longest time that it is in the air, by
    simulation.

    None where the truth never has it in the air; False where the truth does, and this clip doesn't.
    """
    if not in_the_air(torch.from_numpy(case["motion"]), thing).any():
        return None
    rows = longest(in_the_air(motion, thing).numpy())
    if not len(rows):
        return False
    row = int(rows[len(rows) // 2])
    if not touch[:, row].any():
        return False
    place, turn, angle = (value[row] for value in unpack_object(motion))
    parts = []
    for side in np.flatnonzero(touch[:, row]):
        parts += pieces(hands[side], skins[side].vertices[row] @ turn.T + place)
    vertices, faces = mesh(thing, angle)
    return bool(hold(parts, vertices @ turn.double().numpy().T + place.double().numpy(), faces).held)


def longest(flags):
    """Rows of the longest run of True in (T,) bool."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(int)))
    starts, ends = edges[::2], edges[1::2]
    return (
        np.arange(starts[(ends - starts).argmax()], ends[(ends - starts).argmax()]) if len(starts) else np.zeros(0, int)
    )
