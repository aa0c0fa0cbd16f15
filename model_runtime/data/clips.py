"""From a grasp and an action to a clip: reach, hold, release, in the canonical frame, checked before it is kept."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation
import torch

from ..diffusion.representation import contact_of_distance, pack_motion
from ..hands.layer import core
from ..hands.limits import curl_pose
from .actions import REACH, SHOULDER, minimum_jerk, score
from .grasps import reachable
from .shards import FPS

RELAXED = np.array([0.35, 0.30, 0.15] * 4 + [0.15, 0.20, 0.20])
DEEPEST_ON_THE_WAY = 0.003  # metres, while a hand comes or goes
CORE_ON_THE_WAY = 0.001  # and the middle of its fingers stays this far outside: none passes through a wall
HAND_GAP = 0.004  # metres that the hands keep between them

# Where a hand that plays no part is, in the object's frame: a constant, so that the model need not guess it.
IDLE = np.array([[-0.25, -0.30, 0.0], [0.25, -0.30, 0.0]], np.float32)


def standing(shape, yaw):
    """The same shape turned about +Z, its bounding box centred again: mesh, grips and mouth."""
    turn = Rotation.from_euler("z", yaw).as_matrix()
    vertices = shape.vertices @ turn.T
    middle = (vertices.min(0) + vertices.max(0)) / 2

    def place(point):
        return None if point is None else turn @ point - middle

    grips = [replace(g, centre=place(g.centre), axis=turn @ g.axis, approach=g.approach @ turn.T, hole=place(g.hole))
             for g in shape.grips]  # fmt: skip
    mouth = shape.mouth and replace(shape.mouth, point=place(shape.mouth.point), axis=turn @ shape.mouth.axis,
                                    lips=shape.mouth.lips @ turn.T)  # fmt: skip
    return replace(shape, vertices=(vertices - middle).astype(np.float32), grips=grips, mouth=mouth,
                   front=turn @ shape.front)  # fmt: skip


def resting(side, table, rng):
    """A wrist at rest beside the work: position (3,) and rotation (3, 3); fingers forward, palm down."""
    out = 1.0 if side == 1 else -1.0
    place = np.array([out * rng.uniform(0.16, 0.27), rng.uniform(-0.38, -0.27), table + rng.uniform(0.05, 0.12)])
    flat = np.stack([[0, -out, 0], [0, 0, 1.0], [-out, 0, 0]], 1)
    spread = Rotation.from_euler("zyx", rng.normal([20 * out, 0, 0], 12), degrees=True).as_matrix()
    return place, spread @ flat


def between(start, end, progress):
    """Rotations (T, 3, 3) from start to end (3, 3) along the shortest turn, at `progress` (T,)."""
    vector = Rotation.from_matrix(end @ start.T).as_rotvec()
    return Rotation.from_rotvec(progress[:, None] * vector).as_matrix() @ start


@dataclass
class Grip:
    """One grasp as plain arrays: translation (3,), rotation (3, 3), flexion (15,), abduction (5,), approach (3,)."""

    side: int
    translation: np.ndarray
    rotation: np.ndarray
    flexion: np.ndarray
    abduction: np.ndarray
    approach: np.ndarray
    row: int  # of the shape's grips


def grasp_row(grasps, row):
    """Row `row` of `grasps.Grasps` as a Grip."""
    parts = {n: getattr(grasps, n)[row].numpy() for n in ("translation", "rotation", "flexion", "abduction", "approach")}
    return Grip(side=grasps.side, row=int(grasps.grip[row]), **parts)


def excursion(time, grip, place, turn, rest, away, when, lead, rng):
    """One hand's way from rest to its grasp, ending at `when`: wrist in the world and finger angles.

    place (3,), turn (3, 3): the object at that moment; away (3,): where the hand waits before it closes in, relative to
    the grasp, in the object's frame. Returns translation (T, 3), rotation (T, 3, 3), flexion (T, 15), abduction (T, 5).
    """
    goal, goal_turn = turn @ grip.translation + place, turn @ grip.rotation
    near = goal + turn @ away
    begin, there = when - lead, when - 0.28
    close_in = there - 0.18
    first, second = minimum_jerk(time, begin, there), minimum_jerk(time, close_in, when - 0.04)
    translation = rest[0] + first[:, None] * (near - rest[0]) + second[:, None] * (goal - near)
    translation = translation + (first * (1 - first))[:, None] * np.array([0, 0, 0.12])  # a slight arc
    rotation = between(rest[1], goal_turn, minimum_jerk(time, begin, there + 0.1))
    opened = np.clip(grip.flexion - np.array([0.42, 0.38, 0.22] * 4 + [0.25, 0.25, 0.2]), -0.1, None)
    shaping = minimum_jerk(time, begin, there - 0.05)[:, None]
    delay = np.repeat(rng.uniform(0, 0.05, 5), 3)
    closing = np.stack([minimum_jerk(time, when - 0.36 + d, when - 0.02) for d in delay], 1)
    flexion = RELAXED + shaping * (opened - RELAXED) + closing * (grip.flexion - opened)
    abduction = shaping * grip.abduction
    return translation, rotation, flexion, abduction


def retreats(grip):
    """Ways (3,) in the object's frame to stand off before closing in, the likeliest first."""
    out = 1.0 if grip.side == 1 else -1.0
    back = grip.rotation[:, 0] * out  # along the forearm
    ways = [-grip.approach, -grip.approach + 0.7 * back, back, -grip.approach + np.array([0, 0, 0.7]), np.array([0, 0, 1.0])]
    return [way / np.linalg.norm(way) for way in ways]


def move_hand(time, grip, path, hold, rest, hand, grid, table, rng):
    """A hand's whole course. Returns (translation (T, 3), rotation (T, 16, 3, 3), local vertices (T, V, 3)) or None."""
    place, turn = path
    first, last = hold
    held = slice(first, last)
    still = np.ones(len(time), bool)
    still[held] = False
    lead = min(time[first] - 0.02, rng.uniform(0.85, 1.15))
    for way in retreats(grip):
        away = way * rng.uniform(0.07, 0.11)
        come = excursion(time, grip, place[first], turn[first], rest, away, time[first], lead, rng)
        translation, rotation, flexion, abduction = (value.copy() for value in come)
        if last < len(time):  # going back is coming, played backwards
            ends = 2 * time[last - 1] - time
            go = excursion(ends, grip, place[last], turn[last], rest, away, time[last - 1], 1.0, rng)
            for value, back in zip((translation, rotation, flexion, abduction), go):
                value[last:] = back[last:]
        translation[held] = (turn[held] @ grip.translation) + place[held]
        rotation[held] = turn[held] @ grip.rotation
        flexion[held], abduction[held] = grip.flexion, grip.abduction
        fingers = curl_pose(grip.side, torch.from_numpy(flexion).float(), torch.from_numpy(abduction).float()).numpy()
        pose = np.concatenate([rotation[:, None], fingers], 1).astype(np.float32)
        vertices, joints = hand(torch.from_numpy(pose), torch.from_numpy(translation.astype(np.float32)))
        if (vertices[still][..., 2] < table - 0.002).any():
            continue
        local = (vertices - torch.from_numpy(place).float()[:, None]) @ torch.from_numpy(turn).float()
        if still.any() and grid.sample(local[still]).amin() < -DEEPEST_ON_THE_WAY:
            continue
        bones = core(vertices[:, hand.fingertips], joints) - torch.from_numpy(place).float()[:, None]
        if grid.sample(bones @ torch.from_numpy(turn).float()).amin() < CORE_ON_THE_WAY:
            continue
        return translation, pose, local, vertices
    return None


def compose(shape, action, grips, seconds, hands, grid, points, rng):
    """One clip, or None where it fails a check.

    grips: list of Grip, the hand that takes first leading. Returns {motion (T, 208), contact (T, 2, 256) uint8,
    frames, active (2,), hold (2, 2)}.
    """
    time = np.arange(int(round(seconds * FPS)) + 1) / FPS
    table = float(shape.vertices[:, 2].min())
    sides = [grip.side for grip in grips]
    plan = score(action, shape, sides, seconds, rng)
    place, turn = plan.path.at(time)
    corners = shape.vertices[:: max(1, len(shape.vertices) // 300)]
    if ((turn[:, 2] @ corners.T).min(1) + place[:, 2] < table - 0.003).any():
        return None
    translation = np.tile(IDLE, (len(time), 1, 1))
    translation = place[:, None] + np.einsum("tij,thj->thi", turn, translation)
    rotation = np.tile(np.eye(3, dtype=np.float32), (len(time), 2, 16, 1, 1))
    rotation[:, :, 0] = turn[:, None]
    contact = np.zeros((len(time), 2, len(points)), np.uint8)
    active, holds, skins = np.zeros(2, bool), np.zeros((2, 2), np.int16), []
    for grip in grips:
        side = grip.side
        first = int(np.ceil(plan.take[side] * FPS))
        last = len(time) if plan.release[side] is None else min(len(time), int(np.ceil(plan.release[side] * FPS)))
        course = move_hand(time, grip, (place, turn), (first, last), resting(side, table, rng), hands[side], grid, table, rng)
        if course is None or not arm_can(course[0], course[1][:, 0], side):
            return None
        translation[:, side], rotation[:, side], local, skin = course
        skins.append(skin[:, hands[side].sample(128)])
        active[side], holds[side] = True, (first, last)
        one = np.r_[0 : first + 1, last : len(time)]
        distance = torch.cdist(points.expand(len(one), -1, -1), local[one]).amin(-1)
        value = (contact_of_distance(distance - 0.001).clamp(0, 1) * 255).round().to(torch.uint8).numpy()
        contact[one, side] = value
        contact[first:last, side] = contact[first, side]
    if len(skins) == 2 and torch.cdist(skins[0], skins[1]).amin() < HAND_GAP:
        return None
    arrays = [torch.from_numpy(v).float() for v in (place, turn, np.zeros(len(time)), translation, rotation)]
    return {"motion": pack_motion(*arrays).numpy(), "contact": contact, "frames": len(time), "active": active, "hold": holds}


def arm_can(translation, rotation, side):
    """Whether an arm of human length, from a shoulder that may lean 10 cm, reaches every wrist pose of a clip."""
    out = 1.0 if side == 1 else -1.0
    far = np.linalg.norm(translation - SHOULDER * [out, 1, 1], axis=1).max()
    bent = reachable(torch.from_numpy(translation).float(), torch.from_numpy(rotation), side, -1.0, 115.0)
    return far < REACH and bool(bent.all())
