"""Fingers that keep a grasp while a hinge turns, and that work scissors and pliers."""

from dataclasses import dataclass

import numpy as np
import torch

from ..hands.layer import core
from ..hands.limits import ranges
from .grasp_checks import APART, CORE, DEEPEST, FINE, TOUCH, bones_apart, natural
from .grasp_kinds import KINDS, whole_pose
from .grasps import FLESH

BETWEEN = 20  # checks from one sample of the hinge to the next: a ring passes through skin within 0.01 radians
SLIDE = 0.012  # metres: how far a fingertip may move in the ring of scissors


def with_fingers(prop, hands, grips, betas, samples=11, most=8, least=0.17):
    """Gives grips of scissors and pliers their `fingers`: how they work the hinge, from where it is in the grip.

    prop, hands: on the CPU; grips: two lists of score.Grip, left and right, changed in place: up to `most` of either
    that hold both pieces. The hinge may go as far as fingers.angles[-1], at least `least` radians beyond the grip's;
    where fingers can't do that, `fingers` stays None.
    """
    hinge = prop.shape.hinge
    worked = {"scissors": "loops", "pliers": "wrap"}.get(prop.shape.name)
    for hand, own in zip(hands, grips):
        for grip in [g for g in own if g.kind == worked and not g.turns and g.angle < hinge.low + 0.05][:most]:
            bond = Bond(prop, hand, grip, betas)
            if not bond.holds.any(1).all():
                continue
            angles = np.linspace(grip.angle, hinge.high, samples)
            flexion, abduction, _ = follow(prop, hand, hand.side, grip, angles, betas, steps=80)
            found = Fingers(angles, flexion.numpy(), abduction.numpy())
            finer = np.linspace(grip.angle, hinge.high, BETWEEN * (samples - 1) + 1)
            good = bond.kept(*(torch.from_numpy(values).float() for values in (*found(finer), finer))).numpy()
            count = (np.cumprod(good).sum() + BETWEEN - 1) // BETWEEN  # samples up to the first failure
            if count and angles[count - 1] - grip.angle > least:
                grip.fingers = Fingers(angles[:count], found.flexion[:count], found.abduction[:count])
    return grips


def follow(prop, hand, side, grasp, angles, betas=None, steps=100):
    """The fingers' angles that keep a grasp while the hinge turns and the wrist stays where it is on the object's base.

    grasp: one row of Grasps, or anything with its translation (3,), rotation (3, 3), flexion (15,), abduction (5,) and
    angle; angles (K,) radians of the hinge. Each finger goes on touching the piece, base or turning part, that it
    touches in the grasp, and fingertips stay in the rings of scissors (kind "loops"). On the CPU. Returns flexion
    (K, 15), abduction (K, 5), ok (K,) bool: whether it passes the checks of depth, bones and contact.
    """
    angles = torch.as_tensor(np.asarray(angles), dtype=torch.float32)
    betas = None if betas is None else torch.as_tensor(betas, dtype=torch.float32)
    limits = [limit.unbind(-1) for limit in ranges()]
    bond = Bond(prop, hand, grasp, betas)
    bend, fan = torch.zeros(len(angles), 15, requires_grad=True), torch.zeros(len(angles), 5, requires_grad=True)
    moves = ((angles - bond.angle).abs() > 1e-6).float().unsqueeze(1)  # at its own angle the grasp stays what it is
    optimiser = torch.optim.Adam([bend, fan], lr=0.03)
    calm = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.05, steps)
    for step in range(steps):
        now = bond.angle + (angles - bond.angle) * min(
            1.0, 2 * step / steps
        )  # led there, not sent through a ring's wall
        flexion, abduction = bond.flexion + moves * bend, bond.abduction + moves * fan
        vertices, joints, near = bond.pose(flexion, abduction, now)
        tips = vertices[:, hand.fingertips]
        gap = bond.gaps(near).clamp_min(0.0)
        through = prop.distance(core(tips, joints, 3), now)
        astray = ((tips - bond.tips_at(now)).norm(dim=-1) - 0.003).clamp_min(0.0) * bond.holds.any(0)
        loss = ((gap * 300).square() / (1 + (gap * 40).square()) * bond.holds.unsqueeze(1)).sum((0, 2))
        loss = loss + 0.5 * (astray * 300).square().sum(-1)
        loss = loss + ((0.0005 - near.amin(0)).clamp_min(0.0) * 1000).square().sum(-1)
        loss = loss + ((FLESH - through).clamp_min(0.0) * 700).square().sum(-1)
        loss = loss + ((0.012 - bones_apart(joints, tips)).clamp_min(0.0) * 300).square()
        loss = loss + 2 * natural(flexion, abduction) + 0.3 * bend.square().sum(-1)
        for value, (low, high) in zip((flexion, abduction), limits):
            loss = loss + 60 * ((value - high).clamp_min(0.0) + (low - value).clamp_min(0.0)).square().sum(-1)
        uneven = ((moves * bend)[1:] - (moves * bend)[:-1]).square().sum()
        optimiser.zero_grad()
        (loss.sum() + uneven).backward()
        optimiser.step()
        calm.step()
    with torch.no_grad():
        flexion, abduction = ((value + moves * more).clamp(low, high) for value, more, (low, high) in
                              zip((bond.flexion, bond.abduction), (bend, fan), limits))  # fmt: skip
    return flexion, abduction, bond.kept(flexion, abduction, angles)


class Bond:
    """A grasp whose wrist stays on the object's base: which piece, base or turning part, each finger holds, where."""

    def __init__(self, prop, hand, grasp, betas):
        self.prop, self.hand, self.betas, self.angle = prop, hand, betas, float(grasp.angle)
        shapes = {"translation": (1, 3), "rotation": (1, 3, 3), "flexion": (1, 15), "abduction": (1, 5)}
        parts = [
            torch.as_tensor(getattr(grasp, name), dtype=torch.float32).reshape(shape) for name, shape in shapes.items()
        ]
        self.place, self.wrist, self.flexion, self.abduction = parts
        finger = (hand.weights.argmax(-1) - 1).div(3, rounding_mode="floor")
        self.parts = torch.stack([finger == f for f in range(5)])  # (5, V)
        with torch.no_grad():
            vertices, _, near = self.pose(self.flexion, self.abduction, torch.tensor([self.angle]))
            gaps = self.gaps(near)[:, 0]
            kind = getattr(grasp, "kind", "wrap")
            self.rings = kind == "loops"
            self.holds = (gaps < TOUCH) & (torch.tensor(KINDS[kind].matter) >= 0.5)  # (1 or 2, 5)
            if self.rings:  # closed rings touch: the nearer is the one that the finger is in
                self.holds &= gaps == gaps.amin(0)
            else:  # what touches both stays on the base, where the palm is
                self.holds[1:] &= ~self.holds[:1]
            self.tips = vertices[:, hand.fingertips]

    def pose(self, flexion, abduction, angles):
        """Vertices (K, V, 3), joints (K, 16, 3), and the vertices' distances to the pieces (1 or 2, K, V)."""
        wrist, place = self.wrist.expand(len(flexion), 3, 3), self.place.expand(len(flexion), 3)
        vertices, joints = self.hand(whole_pose(self.hand.side, wrist, flexion, abduction), place, self.betas)
        turn, shift = self.prop.part_pose(angles)
        own = vertices, (vertices - shift.unsqueeze(-2)) @ turn
        return vertices, joints, torch.stack([grid.sample(where) for grid, where in zip(self.prop.grids, own)])

    def gaps(self, near):
        """(1 or 2, K, 5) from each finger to each piece."""
        return torch.where(self.parts, near.unsqueeze(2), 1.0).amin(-1)

    def tips_at(self, angles):
        """Where fingertips (K, 5, 3) would be if they went with the pieces that they hold."""
        (old, shift), (new, offset) = self.prop.part_pose(torch.tensor([self.angle])), self.prop.part_pose(angles)
        gone = ((self.tips - shift.unsqueeze(1)) @ old) @ new.mT + offset.unsqueeze(1)
        return torch.where(self.holds[-1].unsqueeze(-1) & (len(self.holds) > 1), gone, self.tips)

    @torch.no_grad()
    def kept(self, flexion, abduction, angles):
        """(K,) bool: whether fingers at angles of the hinge still hold what they held, by exact distances."""
        vertices, joints, near = self.pose(flexion, abduction, angles)
        tips, idle = vertices[:, self.hand.fingertips], ~self.holds.any(0)
        checks = {
            "depth": self.prop.exact(vertices, angles).amin(-1) > -DEEPEST,
            "apart": bones_apart(joints, tips, FINE) > APART,
            "core": self.prop.distance(core(tips, joints), angles).amin(-1) > CORE,
            "touch": ((self.gaps(near) < TOUCH) | ~self.holds.unsqueeze(1)).all((0, 2)),
            "slide": (((tips - self.tips_at(angles)).norm(dim=-1) < SLIDE) | idle).all(-1) | (not self.rings),
        }
        return torch.stack(list(checks.values())).all(0)


@dataclass
class Fingers:
    """Fingers that work a hinge: flexion (K, 15) and abduction (K, 5) where the hinge is at `angles` (K,)."""

    angles: np.ndarray
    flexion: np.ndarray
    abduction: np.ndarray

    def __call__(self, angle):
        """At angles (T,) of the hinge -> flexion (T, 15), abduction (T, 5); linear between, no further than it goes."""
        return tuple(np.stack([np.interp(angle, self.angles, column) for column in values.T], -1)
                     for values in (self.flexion, self.abduction))  # fmt: skip
