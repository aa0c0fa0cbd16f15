"""Where the search for grasps begins: hands that arms can bring near a grip, arrived, fingers closed or astride."""

import numpy as np
from scipy.spatial.transform import Rotation
import torch

from ..hands.layer import core
from ..hands.limits import ranges
from ..hands.rotation import axis_angle_to_matrix
from .grasp_checks import bones_apart, comfort, natural, wrist_bend
from .grasp_kinds import COUPLING, KINDS, PRECISE, UNDER, aim, between, enclosed, low_bar, thin, whole_pose

OPPOSITE = torch.tensor([1.0, 1.0, 1.0, 1.0, -1.0])  # fingers on one side of what is held, the thumb on the other


def starting(prop, hand, grips, rows, rng, count, device):
    """Candidates as torch, ready to be optimised: a dict of tensors with one row each; None where no arm reaches."""
    shape = prop.shape
    given = [grips[row] for row in rows]
    rotation, translation, approach, across, flexion, elbow, chosen = candidates(
        hand, given, shape.tip, prop.table, rng, count
    )
    if len(chosen) == 0:
        return None
    rows = np.array(rows)[chosen]
    names = list(KINDS)
    kinds = [KINDS[grips[row].kind] for row in rows]

    def tensor(values):
        return torch.as_tensor(np.array(values), dtype=torch.float32, device=device)

    aims, aimed = (np.stack(v) for v in zip(*(aim(grips[row], a) for row, a in zip(rows, across))))
    kind = torch.tensor([names.index(grips[row].kind) for row in rows], device=device)
    closes = (tensor([k.matter for k in kinds]) > 0).float()
    press = kind == names.index("press")
    closes[press] = 0.0
    lateral = kind == names.index("lateral")
    closes[lateral, :4] = 0.0
    platform = kind == names.index("platform")
    # Around a bar that lies on the table fingers close as it comes up (clips.End.loosen_at_the_table): below it too.
    under = [low_bar(grips[row], prop.table) for row in rows]
    under = torch.as_tensor(np.array(under) & (approach[:, 2] < -0.85) & (rng.random(len(rows)) < 0.6), device=device)
    floor = torch.where(under, prop.table - UNDER, torch.where(platform, -1e3, prop.table))
    beside = tensor([between(grips[row], prop.table) for row in rows]) * ~under
    low = tensor([grips[row].centre[2] if enclosed(grips[row], prop.table) else 1.0 for row in rows]) + under
    return {
        "wrist": tensor(rotation), "translation": tensor(translation), "approach": tensor(approach),
        "across": tensor(across), "elbow": tensor(elbow), "beside": beside, "low": low, "seated": under.float(),
        "along": tensor([grips[row].axis for row in rows]),
        "thin": torch.tensor([thin(grips[row], prop.table) for row in rows], device=device),
        "balances": tensor([grips[row].kind in ("pinch", "tripod", "rim", "lateral", "side") for row in rows]),
        "flexion": tensor(flexion), "abduction": torch.zeros(len(rows), 5, device=device),
        "grip": torch.as_tensor(rows, device=device), "kind": kind, "matter": tensor([k.matter for k in kinds]),
        "pads": tensor([k.pads for k in kinds]), "closes": closes, "alike": (~press).float(),
        "aim": tensor(aims), "aimed": tensor(aimed),
        "target": tensor([grips[row].centre for row in rows]),
        "clear": torch.where(kind == names.index("rim"), 0.0015, 0.0005),  # a grid is too shallow in thin walls
        "table": floor,
    }  # fmt: skip


def candidates(hand, grips, towards, table, rng, count):
    """Wrist poses that an arm reaches, the grips in turn, the comfortable first.

    -> rotation (N, 3, 3), translation (N, 3), approach (N, 3), across (N, 3) from thumb to fingers, flexion (N, 15),
    elbow (N, 3), row (N,) of the grip; numpy; N at most `count`.
    """
    each = max(60, 12 * count // len(grips))
    poses = [np.concatenate(v) for v in zip(*(around(hand, grip, towards, table, rng, each) for grip in grips))]
    rows = np.repeat(np.arange(len(grips)), each)
    ease, elbow = comfort(
        poses[1], poses[0], hand.side, table, np.array([grip.kind == "platform" for grip in grips])[rows]
    )
    ease = ease + rng.uniform(0, 0.8, len(rows))  # not only the most comfortable ones
    rank = ease.reshape(-1, each).argsort(1).argsort(1).ravel()
    rank = rank * np.array([ease_of(grip, table) for grip in grips])[rows]
    chosen = np.lexsort((ease, rank))
    chosen = chosen[np.isfinite(ease[chosen])][:count]
    return *(pose[chosen] for pose in poses), elbow[chosen], rows[chosen]


def ease_of(grip, table):
    """How much less than others hands need to be tried at a grip: pressing mostly works, thin things seldom do."""
    if thin(grip, table) or low_bar(grip, table):
        return 0.4
    return {"press": 4, "palm": 3, "platform": 2, "lateral": 1.5, "loops": 0.4}.get(grip.kind, 1)


def around(hand, grip, towards, table, rng, count):
    """Hands near a grip: wrist rotation (N, 3, 3), translation (N, 3), the way the hand travels (N, 3), the way from
    thumb to fingers (N, 3), flexion (N, 15); numpy."""
    kind = KINDS[grip.kind]
    flat = thin(grip, table)
    flexion, anchor, reach, up = before(hand, grip, rng, count, 0.015 * flat)
    way = grip.approach[rng.integers(len(grip.approach), size=count)]
    if flat and grip.radius > 0.012:  # thumb and fingers come down equally far
        way = np.tile(grip.approach[len(grip.approach) // 2], (count, 1))
    if grip.kind == "two":  # each hand on its own side
        way = np.where((way[:, :1] > 0) == (hand.side == 1), -way, way)
    thumb = thumb_sides(grip, way, towards, rng)
    thumb = thumb - way * (way * thumb).sum(1, keepdims=True)
    thumb /= np.linalg.norm(thumb, axis=1, keepdims=True)
    # World axes of the hand: its reach goes along `way`, its thumb side along the held axis.
    local = np.stack([reach, up, np.cross(reach, up)], 2)
    world = np.stack([way, thumb, np.cross(way, thumb)], 2)
    spread = kind.spread * (0.5 if flat else 1.0)  # fingers have to come down beside what is thin, not onto it
    tilt = Rotation.from_rotvec(rng.normal(0, np.radians(0.6 * spread), (count, 3)))
    turn = (tilt * Rotation.from_rotvec(way * np.radians(rng.normal(0, spread, (count, 1))))).as_matrix()
    rotation = turn @ world @ np.swapaxes(local, 1, 2)
    slide = {"press": 0.0, "palm": 0.0, "rim": 0.4}.get(grip.kind, 1.0) * max(0.0, grip.length - 0.03)
    target = grip.centre + grip.axis * rng.uniform(-0.5, 0.5, (count, 1)) * slide
    target = target + rng.normal(0, 0.001 if grip.kind == "press" else 0.004, (count, 3))
    across = (turn @ world)[:, :, 2] * (1 if hand.side == 1 else -1)
    translation = target - (rotation @ anchor[:, :, None])[..., 0]
    return rotation, translation, (turn @ way[:, :, None])[..., 0], across, flexion


def before(hand, grip, rng, count, wider=0.0):
    """Hands shaped to take hold, wrist at the origin: flexion (N, 15), the point that is to meet the grip's middle, the
    way the hand reaches and its thumb side, (N, 3) each, unit; numpy."""
    kind = KINDS[grip.kind]
    if grip.kind not in PRECISE:
        mirror = np.array([1.0 if hand.side == 1 else -1.0, 1.0, 1.0])
        angle = np.radians(kind.reach + rng.normal(0, 12, count))
        reach = np.stack([-np.cos(angle), -np.sin(angle), 0 * angle], 1) * mirror
        first, middle, thumb = kind.curl
        flexion = np.array([first, middle, COUPLING * middle] * 4 + [thumb] * 3)
        if grip.kind == "press":
            flexion[3:12] = [1.1, 1.2, 0.8] * 3
        return (
            np.tile(flexion, (count, 1)),
            np.tile(kind.anchor * mirror, (count, 1)),
            reach,
            np.tile([0, 0, 1.0], (count, 1)),
        )
    (shut, wide), least, most = PRECISE[grip.kind]
    room = rng.uniform(0.02, 0.04, count) * (grip.kind != "loops")
    gap = np.clip(2 * grip.radius + room + wider, least, most + 0.01 + wider)
    flexion = np.array(shut) + ((gap - least) / (most - least))[:, None] * (np.array(wide) - np.array(shut))
    turns = torch.as_tensor(flexion, dtype=torch.float32, device=hand.template.device)
    still = torch.eye(3, device=turns.device).expand(count, 3, 3)
    vertices, joints = hand(whole_pose(hand.side, still, turns, turns[:, :5] * 0), turns[:, :3] * 0)
    segment = hand.weights.argmax(1) - 1
    thumb, index, middle = (vertices[:, (segment == joint) & hand.palmar_mask].mean(1) for joint in (14, 2, 5))
    fingers = (index + middle) / 2
    if grip.kind == "lateral":
        fingers = vertices[:, (segment == 1) & (hand.normals(hand.template)[:, 2] > 0.6)].mean(1)
    close = torch.nn.functional.normalize(fingers - thumb, dim=-1)
    reach = (thumb + fingers) / 2 - (joints[:, 1] + joints[:, 13]) / 2
    reach = torch.nn.functional.normalize(reach - (reach * close).sum(-1, keepdim=True) * close, dim=-1)
    up = torch.linalg.cross(close, reach) * (1 if hand.side == 1 else -1)
    return flexion, *(value.cpu().double().numpy() for value in ((thumb + fingers) / 2, reach, up))


def thumb_sides(grip, way, towards, rng):
    """Unit vectors (N, 3) for the hand's thumb side: along the held axis, rather up, or to the working end."""
    if grip.kind == "two":
        return np.where(np.abs(way[:, 2:]) < 0.7, [0, 0, 1.0], [0, 1.0, 0.0])
    chance = 0.5 + 0.45 * grip.axis[2]
    if towards is not None and abs(grip.axis[2]) < 0.5 and grip.kind in ("wrap", "tripod", "lateral"):
        chance = 0.5 + 0.35 * np.sign(grip.axis @ (towards - grip.centre))
    return np.where(rng.random((len(way), 1)) < chance, 1.0, -1.0) * grip.axis


def begun(prop, hand, side, state, sight, angle, betas):
    """Candidates where the optimisation begins: arrived and closed, or, at thin things, around them."""
    given, thin = state, state["thin"].nonzero()[:, 0]
    translation = arrive(prop, hand, side, state, sight.ids, angle, betas)
    flexion = closed(prop, hand, side, {**state, "translation": translation}, sight, angle, betas)
    state = {**state, "translation": translation, "flexion": flexion}
    if len(thin):
        better = astride(hand, side, {name: value[thin] for name, value in given.items()}, betas)
        state |= {name: state[name].index_copy(0, thin, value) for name, value in better.items()}
    return state


def astride(hand, side, state, betas, steps=70):
    """Brings thumb and fingertips down on both sides of something thin, beside it; what is in the way is not looked at.

    Returns the changed translation, wrist, flexion, abduction.
    """
    size, device = len(state["wrist"]), state["wrist"].device
    turn, move, bend, fan = (torch.zeros(size, n, device=device, requires_grad=True) for n in (3, 3, 15, 5))
    optimiser = torch.optim.Adam([{"params": [turn, bend, fan], "lr": 0.05}, {"params": [move], "lr": 0.004}])
    calm = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.1, steps)
    limits = [limit.unbind(-1) for limit in ranges(device)]
    height = torch.maximum(state["low"] - 0.002, state["table"] + 0.006).unsqueeze(1)
    for _ in range(steps):
        wrist, flexion, abduction = (
            axis_angle_to_matrix(turn) @ state["wrist"],
            state["flexion"] + bend,
            state["abduction"] + fan,
        )
        tips, joints = hand(
            whole_pose(side, wrist, flexion, abduction), state["translation"] + move, betas, hand.fingertips
        )
        ends = torch.stack([tips, joints[:, 3::3]], 1) - state["target"][:, None, None]  # of the last bones
        sides, before = ((ends * state["across"][:, None, None]).sum(-1) * OPPOSITE.to(device)).unbind(1)
        along = ((tips[:, [0, 1, 4]].mean(1) - state["target"]) * state["along"]).sum(-1)
        off = (sides - state["beside"][:, None] - 0.005).square() + (tips[..., 2] - height).square()
        off = off + (sides + 0.003 - before).clamp_min(0.0).square()  # pads face inwards
        loss = (off * 200**2 * state["matter"].clamp_max(1.0)).sum(-1) + (along * 50).square()
        loss = loss + 2 * natural(flexion, abduction) + 0.3 * bend.square().sum(-1) + 2 * turn.square().sum(-1)
        loss = (
            loss
            + 60 * (wrist_bend(side, wrist, state["translation"] + move, state["elbow"]) - 0.7).clamp_min(0.0).square()
        )
        loss = loss + ((0.014 - bones_apart(joints, tips)).clamp_min(0.0) * 300).square()
        for value, (low, high) in zip((flexion, abduction), limits):
            loss = loss + 60 * ((value - high).clamp_min(0.0) + (low - value).clamp_min(0.0)).square().sum(-1)
        optimiser.zero_grad()
        loss.sum().backward()
        optimiser.step()
        calm.step()
    with torch.no_grad():
        return {"wrist": axis_angle_to_matrix(turn) @ state["wrist"], "translation": state["translation"] + move,
                "flexion": state["flexion"] + bend, "abduction": state["abduction"] + fan}  # fmt: skip


def arrive(prop, hand, side, state, ids, angle, betas):
    """Brings hands in from 15 cm away until something touches: one that starts inside a wall would never leave it."""
    pose = whole_pose(side, state["wrist"], state["flexion"], state["abduction"])
    vertices, _ = hand(pose, state["translation"], betas, vertex_ids=ids)
    way = state["approach"]
    room = vertices[..., 2].amin(-1) - state["table"] - 0.003  # above the table
    down = (-way[:, 2]).clamp_min(0.0)
    lift = torch.where(down < 0.3, (-room).clamp_min(0.0), 0.0).unsqueeze(1) * torch.tensor(
        [0, 0, 1.0], device=way.device
    )
    furthest = torch.where(down < 0.3, 0.008, (room / down.clamp_min(0.3)).clamp_max(0.008)).unsqueeze(1)
    travelled = torch.full((len(vertices), 1), -0.15, device=way.device)
    for _ in range(20):
        nearest = prop.distance(vertices + (travelled * way + lift).unsqueeze(1), angle).amin(-1, keepdim=True)
        travelled = torch.minimum(travelled + (nearest - 0.001).clamp(0.0, 0.03), furthest)
    return state["translation"] + travelled * way + lift


def closed(prop, hand, side, state, sight, angle, betas, steps=22):
    """Closes each finger joint by joint until its segment touches; a touch also stops the joints nearer the palm."""
    flexion = state["flexion"].clone()
    free = state["closes"].repeat_interleave(3, 1)  # (N, 15)
    lever = torch.tensor([0.09, 0.05, 0.03] * 4 + [0.08, 0.05, 0.03], device=flexion.device)
    inner = torch.arange(60, device=flexion.device) // 12 * 3 + torch.arange(60, device=flexion.device) % 12 // 3 - 1
    inner[::12] = inner[1::12] = inner[
        2::12
    ] = -1  # of the bones' points: those between wrist and knuckle are the palm's
    segments = torch.cat([sight.segment, inner])
    segments = torch.stack([segments == joint for joint in range(15)])
    for _ in range(steps):
        pose = whole_pose(side, state["wrist"], flexion, state["abduction"])
        vertices, joints = hand(pose, state["translation"], betas, sight.ids)
        points = torch.cat([vertices, core(vertices[:, -5:], joints, 3)], 1)
        distance = torch.minimum(prop.distance(points, angle), points[..., 2] - state["table"][:, None] - 0.001)
        distance[:, len(sight.ids) :] -= 0.005  # a thin wall may slip between the skin's vertices, not past the bones
        nearest = torch.where(segments, distance.unsqueeze(1), 1.0).amin(-1).unflatten(1, (5, 3))  # (N, 5, 3)
        beyond = nearest.flip(-1).cummin(-1).values.flip(-1).flatten(1)  # of a joint's segment and those after it
        stride = ((beyond - 0.001) / lever / 2).clamp(0.0, 0.08)
        flexion = (flexion + stride * free).clamp(max=1.5)
    return flexion
