"""Grasps found on an object: poses near a grip, fingers closed until they touch, then a short optimisation.

Everything is batched torch over candidates; the arm and the last, exact check run on the CPU. One object, one side at a
time. Fingers in MANO's order: index, middle, pinky, ring, thumb.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch

from ..hands.layer import core
from ..hands.limits import ranges
from ..hands.rotation import axis_angle_to_matrix
from .grasp_checks import bones_apart, checked, natural, wrist_bend
from .grasp_kinds import KINDS, grips_at, whole_pose
from .grasp_start import OPPOSITE, begun, starting

__all__ = ["find", "spread", "whole_pose"]

FLESH = 0.007  # as far as the search keeps them: thinner walls than a finger then stay on one side of it
BALANCE = 4.0  # weight in the search of pushes that cancel


def find(prop, hand, side, rng, *, angle=0.0, count=72, iterations=(40, 60), keep=24, betas=None):
    """Searches grasps of one side on one object.

    prop: prop.Prop, as it stands on the table, its grids on the hand's device; angle of its hinge, radians; betas (10,)
    the hand's shape. `count` hands are tried for iterations[0] steps, the better half for iterations[1] more; grips
    that nothing was found for are tried once more. Returns Grasps, at most `keep`, spread over the grips, on the CPU,
    or None.
    """
    grips = grips_at(prop, angle)
    found, rank = search(prop, hand, grips, range(len(grips)), rng, angle, count, iterations, betas)
    missing = sorted(set(range(len(grips))) - set(found.grip.tolist() if found else ()))
    if missing:
        more, worth = search(
            prop, hand, grips, missing, rng, angle, min(count // 2, 12 * len(missing)), iterations, betas
        )
        found, rank = joined(found, more) if found and more else found or more, np.concatenate([rank, worth])
    if not found:
        return None
    return found.pick(torch.from_numpy(spread(found.grip.numpy(), rank, keep)))


def search(prop, hand, grips, rows, rng, angle, count, iterations, betas):
    """One search for grasps by the grips in `rows` -> Grasps that pass every check or None, how good each is (less is
    better). Arguments: see `find`; grips: of the shape, where the hinge is at `angle`."""
    device, side = prop.grids[0].values.device, hand.side
    state = starting(prop, hand, grips, rows, rng, count, device)
    if state is None:
        return None, np.zeros(0)
    betas = None if betas is None else torch.as_tensor(betas, dtype=torch.float32, device=device)
    hinge = torch.tensor(float(angle), device=device)
    sight, closer = sights(hand, device)
    state = begun(prop, hand, side, state, closer, hinge, betas)
    state, loss = refine(
        prop, hand, side, state, sight, hinge, betas, state["table"], iterations[0], (0.3, 1.5), 0.6, 0.5
    )
    better = better_half(state["grip"].cpu().numpy(), loss.cpu().numpy())
    state = {name: value[torch.as_tensor(better, device=device)] for name, value in state.items()}
    state, _ = refine(
        prop, hand, side, state, closer, hinge, betas, state["table"], iterations[1], (0.5, 4.0), 1.3, 0.05
    )
    found, checks, rank = checked(prop, hand, side, state, angle, betas)
    good = np.flatnonzero(torch.stack(list(checks.values())).all(0).numpy())
    return (found.pick(torch.from_numpy(good)).detached(), rank[good]) if len(good) else (None, np.zeros(0))


def refine(prop, hand, side, state, sight, angle, betas, table, steps, press, hold, last):
    """Adam on penetration, contact, balance and a natural hand.

    press (2,): the weight of penetration, from start to end; hold: of contact; last: the share
    of the step size that is left at the end. Returns the changed state and the final loss (N,).
    """
    size, device = len(state["wrist"]), state["wrist"].device
    (low, high), _ = ranges(device)[0].unbind(-1), ranges(device)[1]
    turn, move, bend, fan = (torch.zeros(size, n, device=device, requires_grad=True) for n in (3, 3, 15, 5))
    optimiser = torch.optim.Adam([{"params": [turn, bend, fan], "lr": 0.025}, {"params": [move], "lr": 0.002}])
    regions, matter = sight.regions[state["kind"]], state["matter"]
    calm = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, last, steps)
    for step in range(steps):
        flexion, abduction = state["flexion"] + bend, state["abduction"] + fan
        pose = whole_pose(side, axis_angle_to_matrix(turn) @ state["wrist"], flexion, abduction)
        vertices, joints = hand(pose, state["translation"] + move, betas, vertex_ids=sight.ids)
        bones = core(vertices[:, -5:], joints, 3)
        distance, through = prop.distance(torch.cat([vertices, bones], 1), angle).split(
            [len(sight.ids), bones.shape[1]], 1
        )
        weight = press[0] + (press[1] - press[0]) * (step / steps) ** 2  # first find a hold, then clear the surface
        gap = torch.where(regions, distance.clamp_min(0.0).unsqueeze(1), 0.2).amin(-1)  # (N, 5)
        # Wraps want the palm and the finger pads near as well; the middle half of their distances counts.
        lying = distance[:, sight.middles].clamp(0.0, 0.02).sort(-1).values[:, : len(sight.middles) // 2].mean(-1)
        # Huber-like: far fingers are left alone instead of dragged.
        loss = hold * ((gap * 300).square() / (1 + (gap * 40).square()) * matter).sum(-1)
        seat = distance[:, sight.seat].amin(-1).clamp_min(0.0)  # a bar that fingers go under lies in the palm
        loss = loss + 3 * hold * state["seated"] * (seat * 300).square() / (1 + (seat * 40).square())
        loss = loss + weight * ((state["clear"][:, None] - distance).clamp_min(0.0) * 1000).square().sum(-1)
        loss = loss + state["pads"] * (lying * 300).square() * 0.3
        loss = loss + ((FLESH - through).clamp_min(0.0) * 700).square().sum(-1)
        loss = loss + weight * ((table[:, None] + 0.0025 - vertices[..., 2]).clamp_min(0.0) * 1000).square().sum(-1)
        loss = (
            loss
            + 60
            * (wrist_bend(side, pose[:, 0], state["translation"] + move, state["elbow"]) - 0.75).clamp_min(0.0).square()
        )
        loss = loss + 60 * ((flexion - high).clamp_min(0.0) + (low - flexion).clamp_min(0.0)).square().sum(-1)
        loss = (
            loss
            + 2 * natural(flexion, abduction, state["alike"])
            + (1 - state["closes"]).mul(3.0).repeat_interleave(3, 1).mul(bend.square()).sum(-1)
        )
        loss = loss + ((0.012 - bones_apart(joints, vertices[:, -5:])).clamp_min(0.0) * 300).square()
        tips = vertices[:, -5:]
        sides = ((tips - state["target"][:, None]) * state["across"][:, None]).sum(-1) * OPPOSITE.to(device)
        short = (state["beside"][:, None] - sides).clamp_min(0.0) * (state["beside"] > 0)[:, None]
        short = short.square() + (tips[..., 2] - state["low"][:, None]).clamp_min(0.0).square()
        loss = loss + 0.15 * (short * 300**2 * matter.clamp_max(1.0)).sum(-1)
        loss = loss + BALANCE * state["balances"] * unbalanced(vertices, pose, distance, sight, side, regions, matter)
        astray = ((tips - state["aim"]).norm(dim=-1) - 0.004).clamp_min(0.0)
        loss = loss + (state["aimed"] * (astray * 300).square()).sum(-1)
        loss = loss + 0.5 * bend.square().sum(-1) + 5 * fan.square().sum(-1) + 6 * turn.square().sum(-1)
        loss = loss + (move * 40).square().sum(-1)
        optimiser.zero_grad()
        loss.sum().backward()
        optimiser.step()
        calm.step()
    with torch.no_grad():
        wrist = axis_angle_to_matrix(turn) @ state["wrist"]
        new = {"wrist": wrist, "translation": state["translation"] + move, "flexion": state["flexion"] + bend,
               "abduction": state["abduction"] + fan}  # fmt: skip
    return {**state, **new}, loss.detach()


def unbalanced(vertices, pose, distance, sight, side, regions, matter):
    """(N,) how far thumb and fingers are from pushing against each other, 0 where their pushes cancel.

    Each finger pushes along its skin's normal where it is nearest to the object, the four together as hard as the
    thumb: the estimate of force closure of Liu et al., "Synthesizing Diverse and Physically Stable Grasps", 2021, with
    the skin's normals.
    """
    normals = (bone_turns(pose)[:, sight.segment + 1] @ sight.normals.unsqueeze(-1)).squeeze(-1)  # (N, P, 3)
    near = (
        (-distance.detach().clamp_min(-0.002).unsqueeze(1) / 0.0015).masked_fill(~regions, -1e3).softmax(-1)
    )  # (N, 5, P)
    push, place = near @ normals, near @ vertices
    share = matter / matter[:, :4].sum(1, keepdim=True)
    share = torch.cat([share[:, :4], torch.ones_like(share[:, 4:])], 1).unsqueeze(-1)
    middle = (place * share).sum(1, keepdim=True) / 2
    force = (push * share).sum(1)
    torque = (torch.linalg.cross((place - middle) / 0.03, push) * share).sum(1)
    return force.square().sum(-1) + torque.square().sum(-1)


def bone_turns(pose):
    """(..., 16, 3, 3) rotations of the hand's bones in the world, from those relative to the parents."""
    wrist, fingers = pose[..., :1, :, :], pose[..., 1:, :, :].unflatten(-3, (5, 3))
    first = wrist @ fingers[..., 0, :, :]
    second = first @ fingers[..., 1, :, :]
    turns = torch.stack([first, second, second @ fingers[..., 2, :, :]], -3)
    return torch.cat([wrist, turns.flatten(-4, -3)], -3)


class Sight:
    """What the search looks at: some vertices of the hand, and which of them may make each finger's contact."""

    def __init__(self, hand, inner, outer):
        """inner, outer: how many vertices of the skin that meets things, and of the rest of fingers and palm."""
        forward = hand.template[:, 0] * (-1 if hand.side == 1 else 1) > 0.0
        chosen = [farthest(hand.template, mask & forward, n) for mask, n in
                  ((hand.palmar_mask, inner), (~hand.palmar_mask, outer))]  # fmt: skip
        self.ids = torch.cat([*chosen, hand.fingertips])
        self.segment = hand.weights[self.ids].argmax(-1) - 1  # which of the 15 finger joints moves it; -1 = palm
        self.palmar = hand.palmar_mask[self.ids]
        self.seat = torch.nonzero((self.segment < 0) & self.palmar)[:, 0]
        self.middles = torch.nonzero((self.segment < 12) & self.palmar)[:, 0]
        self.regions = torch.stack([self._regions(hand, name) for name in KINDS])  # (K, 5, P)
        self.normals = hand.normals(hand.template)[self.ids]  # of the flat hand

    def _regions(self, hand, name):
        tip = torch.stack([(self.segment == 3 * f + 2) & self.palmar for f in range(5)])
        whole = torch.stack([(self.segment // 3 == f) & (self.segment >= 0) & self.palmar for f in range(5)])
        if name == "lateral":  # the index's side, towards the thumb
            normals = hand.normals(hand.template)[self.ids]
            side = (normals[:, 2] > 0.5) & ((self.segment == 1) | (self.segment == 2))
            return torch.cat([side[None], tip[1:]])
        return whole if name in ("hook", "platform", "palm", "two", "loops") else tip


@lru_cache(maxsize=8)
def sights(hand, device):
    """What is looked at first, by many candidates, and then by the better ones; `device`: where the hand is now."""
    return Sight(hand, 150, 60), Sight(hand, 400, 120)


def farthest(points, mask, count):
    """(count,) indices well spread over the points (V, 3) in `mask`, by farthest point sampling."""
    rows = torch.nonzero(mask)[:, 0]
    if len(rows) <= count:
        return rows
    chosen = [0]
    distance = torch.full((len(rows),), float("inf"), device=points.device)
    while len(chosen) < count:
        distance = torch.minimum(distance, (points[rows] - points[rows[chosen[-1]]]).square().sum(-1))
        chosen.append(int(distance.argmax()))
    return rows[chosen]


def joined(first, second):
    """Two Grasps of one side at one angle as one."""
    rows = {
        name: torch.cat([value, getattr(second, name)]) for name, value in vars(first).items() if torch.is_tensor(value)
    }
    return replace(first, **rows)


def better_half(grips, loss):
    """Row numbers of the better half of each grip's candidates."""
    rows = [np.flatnonzero(grips == grip) for grip in np.unique(grips)]
    return np.concatenate([own[np.argsort(loss[own], kind="stable")[: -(-len(own) // 2)]] for own in rows])


def spread(grips, depth, keep):
    """Row numbers of at most `keep` grasps, shallowest first, taking the grips in turn."""
    order = np.argsort(depth, kind="stable")
    rank = np.zeros(len(order), int)
    seen = {}
    for row in order:
        rank[row] = seen.get(grips[row], 0)
        seen[grips[row]] = rank[row] + 1
    return np.lexsort((depth, rank))[:keep]
