"""Grasps found on an object: poses near a grip, fingers closed until they touch, then a short optimisation.

Everything is batched torch over candidates and runs on any device. One object, one side at a time.
"""

from dataclasses import dataclass

import numpy as np
import torch

from ..hands.layer import core
from ..hands.limits import curl_pose, ranges
from ..hands.rotation import axis_angle_to_matrix
from .actions import SHOULDER

TOUCH = 0.003  # metres: nearer than this is contact
DEEPEST = 0.002  # a kept grasp is nowhere deeper than this
CORE = 0.0025  # and the middle of its fingers nowhere nearer than this: no finger stands in a thin wall

# For each kind of grip: the direction in which the hand reaches, as an angle from the fingers' to the palm's direction;
# the point of a right hand that comes to the grip's centre (fingers along -x, palm facing -y, thumb side +z); how far
# the four fingers and the thumb are closed at first, radians a joint.
KINDS = {
    "wrap": (90.0, (-0.082, -0.034, 0.004), 0.25),
    "handle": (80.0, (-0.094, -0.030, 0.0), 0.45),
    "two": (85.0, (-0.100, -0.018, 0.0), 0.15),
    "pinch": (40.0, (-0.125, -0.062, 0.020), 0.40),
    "tripod": (40.0, (-0.125, -0.062, 0.024), 0.45),
    "side": (35.0, (-0.128, -0.040, 0.012), 0.35),
    "rim": (25.0, (-0.128, -0.050, 0.014), 0.45),
}


@dataclass
class Grasps:
    """G grasps of one side on one object, in the object's frame.

    translation (G, 3), rotation (G, 3, 3) of the wrist; flexion (G, 15), abduction (G, 5); grip (G,) index into the
    shape's grips; approach (G, 3) the way the hand came; depth (G,) deepest penetration, metres; touching (G, 5) bool.
    """

    side: int
    translation: torch.Tensor
    rotation: torch.Tensor
    flexion: torch.Tensor
    abduction: torch.Tensor
    grip: torch.Tensor
    approach: torch.Tensor
    depth: torch.Tensor
    touching: torch.Tensor

    def __len__(self):
        return len(self.grip)

    def pose(self):
        """(G, 16, 3, 3) rotations for the hand layer."""
        return whole_pose(self.side, self.rotation, self.flexion, self.abduction)

    def detached(self):
        """The same grasps, off the autograd tape and on the CPU."""
        return Grasps(**{n: v.detach().cpu() if torch.is_tensor(v) else v for n, v in vars(self).items()})

    def pick(self, rows):
        """The same grasps, only `rows`."""
        values = {name: value[rows] if torch.is_tensor(value) else value for name, value in vars(self).items()}
        return Grasps(**values)


def whole_pose(side, wrist, flexion, abduction):
    """(..., 16, 3, 3) from the wrist's rotation and the fingers' angles."""
    return torch.cat([wrist.unsqueeze(-3), curl_pose(side, flexion, abduction)], -3)


def candidates(shape, side, grip_rows, rng):
    """Wrist poses near the given grips: rotation (N, 3, 3), centre to be met (N, 3), approach (N, 3), kinds, all numpy.

    grip_rows (N,) says which grip each candidate is for.
    """
    mirror = np.array([1.0 if side == 1 else -1.0, 1.0, 1.0])
    rotations, targets, approaches, anchors, curls = [], [], [], [], []
    for row in grip_rows:
        grip = shape.grips[row]
        angle, anchor, curl = KINDS[grip.kind]
        angle = np.radians(angle + rng.normal(0, 12))
        reach = np.array([-np.cos(angle), -np.sin(angle), 0.0]) * mirror
        ways = grip.approach
        way = ways[rng.integers(len(ways))]
        if grip.kind == "two":  # each hand on its own side
            if (way[0] > 0) == (side == 1):
                way = -way
        thumb = grip.axis * (1 if rng.random() < (0.5 + 0.45 * np.sign(grip.axis[2] + 1e-9) * abs(grip.axis[2])) else -1)
        if grip.kind == "two":
            thumb = np.array([0, 0, 1.0]) if abs(way[2]) < 0.7 else np.array([0, 1.0, 0.0])
            spread = 25.0
        else:
            spread = 18.0
        # World axes of the hand: its reach goes along `way`, its thumb side along the held axis.
        thumb = thumb - way * (thumb @ way)
        thumb /= np.linalg.norm(thumb)
        local = np.stack([reach, np.array([0, 0, 1.0]), np.cross(reach, [0, 0, 1.0])], 1)
        world = np.stack([way, thumb, np.cross(way, thumb)], 1)
        turn = world @ local.T
        tilt = axis_angle_to_matrix(torch.tensor(rng.normal(0, np.radians([spread * 0.6] * 3)), dtype=torch.float32)).numpy()
        roll = axis_angle_to_matrix(torch.tensor(way * np.radians(rng.normal(0, spread)), dtype=torch.float32)).numpy()
        shift = grip.axis * rng.uniform(-0.5, 0.5) * max(0.0, grip.length - 0.03)
        if grip.kind in ("rim",):
            shift = shift * 0.4
        rotations.append(tilt @ roll @ turn)
        targets.append(grip.centre + shift + rng.normal(0, 0.004, 3))
        approaches.append(tilt @ roll @ way)
        anchors.append(np.array(anchor) * mirror)
        curls.append(curl)
    return [np.stack(values).astype(np.float32) for values in (rotations, targets, approaches, anchors, curls)]


def reachable(translation, rotation, side, table, limit_deg=75.0):
    """(N,) bool: wrist poses whose forearm can come from the shoulder and clears the table.

    The forearm leaves the wrist away from the fingers; the wrist bends up to about 75 degrees away from the line to the
    shoulder.
    """
    out = 1.0 if side == 1 else -1.0
    shoulder = torch.tensor(SHOULDER * [out, 1, 1], dtype=torch.float32, device=translation.device)
    forearm = rotation[:, :, 0] * out  # right: fingers along -x, so the forearm lies along +x; left mirrored
    line = torch.nn.functional.normalize(shoulder - translation, dim=-1)
    straight = (forearm * line).sum(-1) > np.cos(np.radians(limit_deg))
    return straight & ((translation + 0.07 * forearm)[:, 2] > table + 0.02)


def closed(hand, side, grid, wrist, translation, flexion, abduction, segments, steps=52, stride=0.03):
    """Closes each finger joint by joint until its segment touches; a touch also stops the joints nearer the palm.

    segments (S,) = which of the 15 finger joints moves each sampled vertex of `hand.sample(len(segments))`.
    """
    ids = hand.sample(len(segments))
    free = torch.ones_like(flexion)
    rate = torch.full((15,), stride, device=flexion.device)
    rate[12:] *= 0.6  # the thumb closes slower
    for _ in range(steps):
        vertices, _ = hand(whole_pose(side, wrist, flexion, abduction), translation, vertex_ids=ids)
        touched = grid.sample(vertices) < 0.001
        for joint in range(15):
            hit = touched[:, segments == joint].any(-1)
            first = joint - joint % 3
            free[:, first : joint + 1] *= (~hit).float().unsqueeze(-1)
        flexion = (flexion + rate * free).clamp(max=1.5)
    return flexion


def find(shape, grid, hand, side, table, rng, count=96, iterations=130, keep=24):
    """Searches grasps of one side on one object.

    shape: families.Shape standing in the canonical frame; grid: its distance grid; table: height of the table's top.
    Returns Grasps, at most `keep`, spread over the grips.
    """
    device = grid.values.device
    weight = np.array([1.5 if g.kind in ("handle", "wrap") else 1.0 for g in shape.grips])
    rows = rng.choice(len(shape.grips), count * 3, p=weight / weight.sum())
    rotation, target, approach, anchor, curl = (torch.from_numpy(v).to(device) for v in candidates(shape, side, rows, rng))
    translation = target - (rotation @ anchor.unsqueeze(-1)).squeeze(-1)
    good = reachable(translation, rotation, side, table).nonzero()[:count, 0]
    if len(good) == 0:
        return None
    wrist, translation, approach, curl = rotation[good], translation[good], approach[good], curl[good]
    grips = torch.from_numpy(rows).to(device)[good]
    size = len(good)
    flexion = curl[:, None].expand(size, 15).clone()
    flexion[:, 12:] *= 0.4
    abduction = torch.zeros(size, 5, device=device)
    (low, high), spans = ranges(device)[0].unbind(-1), ranges(device)[1]

    ids = hand.sample(360)
    seen = torch.cat([ids, hand.fingertips])
    segments = hand.weights[ids].argmax(-1) - 1  # -1 = palm
    # Come in from outside until something touches: a hand that starts inside a cup's wall would never leave it.
    pose = whole_pose(side, wrist, flexion, abduction)
    travelled = torch.full((size, 1), -0.15, device=device)
    for _ in range(24):
        vertices, _ = hand(pose, translation + travelled * approach, vertex_ids=ids)
        nearest = grid.sample(vertices).amin(-1, keepdim=True)
        travelled = (travelled + (nearest - 0.001).clamp(0.0, 0.03)).clamp_max(0.008)
    translation = translation + travelled * approach
    flexion = closed(hand, side, grid, wrist, translation, flexion, abduction, segments)

    tips = [torch.nonzero((segments == 3 * f + 2) & hand.palmar_mask[ids])[:, 0] for f in range(5)]
    middles = torch.nonzero((segments < 12) & hand.palmar_mask[ids])[:, 0]
    wraps = torch.tensor([g.kind in ("wrap", "handle", "two") for g in shape.grips], device=device)[grips].float()
    start = (translation.clone(), flexion.clone())
    turn = torch.zeros(size, 3, device=device, requires_grad=True)
    move = torch.zeros(size, 3, device=device, requires_grad=True)
    bend = torch.zeros(size, 15, device=device, requires_grad=True)
    fan = torch.zeros(size, 5, device=device, requires_grad=True)
    optimiser = torch.optim.Adam([{"params": [turn, bend, fan], "lr": 0.02}, {"params": [move], "lr": 0.0015}])
    matters = torch.tensor([1.0, 1.0, 0.5, 0.7, 2.0], device=device)  # without the thumb there is no grasp
    for step in range(iterations):
        pose = whole_pose(side, axis_angle_to_matrix(turn) @ wrist, start[1] + bend, abduction + fan)
        shown, joints = hand(pose, start[0] + move, vertex_ids=seen)
        vertices = shown[:, : len(ids)]
        distance = grid.sample(vertices)
        through = (CORE + 0.001 - grid.sample(core(shown[:, len(ids) :], joints))).clamp_min(0.0)
        inside = (0.0005 - distance).clamp_min(0.0)
        press = 0.15 + 4.0 * (step / iterations) ** 2  # first find a hold, then clear the surface
        gap = torch.stack([distance[:, tip].clamp_min(0.0).amin(-1) for tip in tips], -1)  # (N, 5)
        # Wraps want the palm and the finger pads near as well; the middle half of their distances counts.
        pads = distance[:, middles].clamp(0.0, 0.02).sort(-1).values[:, : len(middles) // 2].mean(-1)
        below = (table + 0.003 - vertices[..., 2]).clamp_min(0.0)
        over = (start[1] + bend - high).clamp_min(0.0) + (low - start[1] - bend).clamp_min(0.0)
        # Huber-like: far fingers are left alone instead of dragged.
        reach = (gap * 300).square() / (1 + (gap * 40).square()) * matters
        loss = (inside * 1000).square().sum(-1) * press + reach.sum(-1) * 0.6 + wraps * (pads * 300).square() * 0.3
        loss = loss + (through * 500).square().sum(-1)
        loss = loss + (below * 700).square().sum(-1) + 60 * over.square().sum(-1)
        loss = loss + 1.0 * bend.square().sum(-1) + 20 * fan.square().sum(-1) + 6 * turn.square().sum(-1)
        loss = loss + (move * 40).square().sum(-1)
        optimiser.zero_grad()
        loss.sum().backward()
        optimiser.step()
    with torch.no_grad():
        wrist = axis_angle_to_matrix(turn) @ wrist
        translation, flexion, abduction = start[0] + move, (start[1] + bend).clamp(low, high), (abduction + fan).clamp(*spans.unbind(-1))
        vertices, joints = hand(whole_pose(side, wrist, flexion, abduction), translation)
        distance = grid.sample(vertices)
        depth = (-distance.amin(-1)).clamp_min(0.0)
        joint = hand.weights.argmax(-1) - 1
        touching = torch.stack([(distance[:, (joint >= 3 * f) & (joint < 3 * f + 3)].amin(-1) < TOUCH) for f in range(5)], -1)
        fine = (depth < DEEPEST) & (grid.sample(core(vertices[:, hand.fingertips], joints)).amin(-1) > CORE)
        fine &= vertices[..., 2].amin(-1) > table - 0.001
        fine &= reachable(translation, wrist, side, table, 85.0)
        fingers = touching[:, :4].sum(-1)
        two = torch.tensor([g.kind == "two" for g in shape.grips], device=device)[grips]
        fine &= torch.where(two, fingers >= 2, touching[:, 4] & (fingers >= 2))
        fine &= two | opposed(grid, vertices, distance, joint)
    rows = spread(grips[fine].cpu().numpy(), depth[fine].cpu().numpy(), keep)
    rows = torch.nonzero(fine)[:, 0][torch.from_numpy(rows).to(device)]
    found = Grasps(side, translation, wrist, flexion, abduction, grips, approach, depth, touching)
    return found.pick(rows).detached() if len(rows) else None


def opposed(grid, vertices, distance, joint):
    """(N,) bool: some two contacts press on the object from opposite sides, more than 110 degrees apart."""
    with torch.enable_grad():
        points = vertices.detach().requires_grad_(True)
        normals = torch.autograd.grad(grid.sample(points).sum(), points)[0]
    normals = torch.nn.functional.normalize(normals, dim=-1)
    near = (distance < 0.004).float().unsqueeze(-1)
    thumb, others = (joint >= 12)[None, :, None].float(), (joint < 12)[None, :, None].float()
    push = torch.nn.functional.normalize((normals * near * thumb).sum(1), dim=-1)
    against = (normals * push.unsqueeze(1)).sum(-1) + 10 * (1 - (near * others)[..., 0])
    return against.amin(-1) < np.cos(np.radians(110))


def spread(grips, depth, keep):
    """Row numbers of at most `keep` grasps, shallowest first, taking the grips in turn."""
    order = np.argsort(depth, kind="stable")
    rank = np.zeros(len(order), int)
    seen = {}
    for row in order:
        rank[row] = seen.get(grips[row], 0)
        seen[grips[row]] = rank[row] + 1
    return np.lexsort((depth, rank))[:keep]
