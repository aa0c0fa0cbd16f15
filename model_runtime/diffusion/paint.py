"""Painted contact: where a user wants each hand to touch, and how sampling is brought there.

Three things bring it there, none of which the network was trained for. Of several first noises the one is taken whose
quick sample touches nearest to the paint (`nearest_noise`). Inside every step y0_hat is changed (`aimed`): its contact
map is gathered on the painted place, and, while there is much noise left, the hand that holds is shifted along the way
from where it touches to the paint; the network then finds a grasp that fits. Last, Contact Inner Guidance reads the
gathered map and has one more term, that draws fingers to the paint (`ContactGuidance.error`).
"""

from dataclasses import dataclass, replace

import torch

from .guidance import STEADY, TOUCHING, along_time
from .representation import HAND, MOTION, contact_of_distance, unpack_hands

POINTS = 300  # spread over a painted place
PAINTED = 0.6  # weight above which a place is painted
NEAR = 0.015  # metres: what touches this near to the paint touches where it should
PATCH = 0.03  # metres: how far around the middle of its touch a hand's map is gathered, where more is painted
ELSEWHERE = 0.5  # what is left of contact away from the paint: below TOUCHING, so that guidance does not ask for it
CANDIDATES, QUICK = 5, 7  # first noises that are tried, and in how many steps
VERTICES = 120  # of a hand that are looked at
EVERY = 4  # frames between those that are looked at


@dataclass
class Region:
    """Where one hand should touch.

    surface      the Thing whose contact points are POINTS points of the painted place
    share (256,) of the object's own contact points: 1 in the painted place, falling to 0 with distance
    """

    surface: object
    share: torch.Tensor


def region_of(touch, vertices, faces, thing, turning=None, seed=0):
    """The Region that weights touch (V,) on a mesh in the canonical frame paint, or None where they paint nothing.

    turning (F,) bool: the faces on the part that turns about the hinge of `thing`.
    """
    touch, vertices = torch.as_tensor(touch).double(), torch.as_tensor(vertices).double()
    rows = torch.as_tensor(faces).long()
    rows, of = rows[(touch[rows] > PAINTED).any(1)], (touch[rows] > PAINTED).any(1).nonzero()[:, 0]
    if not len(rows):
        return None
    corners = vertices[rows]
    area = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).norm(dim=-1)
    generator = torch.Generator().manual_seed(seed)
    if not area.sum() > 0:
        return None
    face = torch.multinomial(area, 20 * POINTS, replacement=True, generator=generator)
    u, v = torch.rand(2, len(face), 1, generator=generator, dtype=torch.float64)
    u, v = torch.where(u + v > 1, 1 - u, u), torch.where(u + v > 1, 1 - v, v)
    weights = torch.cat([1 - u - v, u, v], 1)
    painted = (weights * touch[rows[face]]).sum(1) > PAINTED
    points = (weights[:, :, None] * corners[face]).sum(1)[painted][:POINTS].float()
    moving = torch.zeros(len(points), dtype=torch.bool)
    if turning is not None:
        moving = torch.as_tensor(turning)[of[face]][painted][:POINTS]
    if not len(points):
        return None
    apart = torch.cdist(thing.points, points.to(thing.points)).amin(1)
    surface = replace(thing, points=points.to(thing.points), moving=moving.to(thing.moving.device))
    return Region(surface, contact_of_distance(apart))


def aimed(signal, regions, hands, thing, active, shape=None, shift=True):
    """y0_hat (B, T, 720) -> the same with each painted hand's contact, and its place if `shift`, brought to the
    paint.
    """
    signal = signal.clone()
    for side, region in enumerate(regions):
        if region is None or not bool(active[:, side].all()):
            continue
        columns = slice(MOTION + side * len(region.share), MOTION + (side + 1) * len(region.share))
        contact = signal[..., columns]
        away, points, near = to_paint(signal, region, hands, thing, side, shape)
        if shift:
            most = contact.amax(-1, keepdim=True)
            holds = (most > TOUCHING * most.amax(1, keepdim=True)).to(signal.dtype)
            window = torch.hann_window(2 * min(3 * STEADY, signal.shape[1] - 1) + 3, periodic=False)[1:-1]
            holds = along_time(holds, window / window.sum()).clamp(0, 1)
            signal[..., side * HAND : side * HAND + 3] += holds * away[:, None]
        middle = (near.unsqueeze(-1) * points).sum((1, 2)) / near.sum((1, 2)).unsqueeze(-1)  # (B, 3), on the paint
        local = torch.exp(-0.5 * ((thing.points - middle[:, None]).norm(dim=-1) / PATCH).square()) * region.share
        local = (local / local.amax(-1, keepdim=True).clamp_min(1e-6))[:, None]  # (B, 1, P)
        gathered = contact.amax(-1, keepdim=True) * local
        signal[..., columns] = torch.maximum(contact * (ELSEWHERE + (1 - ELSEWHERE) * region.share), gathered)
    return signal


@torch.no_grad()
def to_paint(signal, region, hands, thing, side, shape=None):
    """From where one hand touches to the paint, in the object's frame, over the frames in which its map says it holds.

    Returns the mean way (B, 3), and for the vertices looked at the nearest painted points (B, t, V, 3) and how much
    each counts (B, t, V): much where skin is near the object.
    """
    frames = torch.arange(0, signal.shape[1], EVERY, device=signal.device)
    motion = signal[:, frames, :MOTION]
    contact = signal[:, frames, MOTION:].unflatten(-1, (2, -1))[:, :, side].amax(-1)
    holds = (contact > TOUCHING * contact.amax(1, keepdim=True)).to(signal.dtype)  # (B, t)
    vertices = skin(motion, hands, side, shape)
    depth = thing.distance(vertices, motion[..., -1])
    nearest = depth.amin(-1, keepdim=True)
    near = torch.exp(-(depth - nearest).clamp_min(0) / 0.005) * holds.unsqueeze(-1) + 1e-9
    painted = region.surface.points_at(motion[..., -1])  # (B, t, K, 3)
    which = torch.cdist(vertices, painted).argmin(-1, keepdim=True).expand(-1, -1, -1, 3)
    points = painted.gather(2, which)
    return (near.unsqueeze(-1) * (points - vertices)).sum((1, 2)) / near.sum((1, 2)).unsqueeze(-1), points, near


def skin(motion, hands, side, shape=None):
    """Some palmar vertices of one hand (B, t, V, 3), in the object's frame."""
    place, turn = unpack_hands(motion)
    hand = hands[side]
    ids = hand.sample(2 * VERTICES)
    ids = ids[hand.palmar_mask[ids]][:VERTICES]
    return hand(turn[:, :, side], place[:, :, side], None if shape is None else shape[side], vertex_ids=ids)[0]


def nearest_noise(draw, noise, regions, hands, thing, active, shape=None):
    """Of `noise` (1, T, 720) and others that follow from it, the one whose quick sample touches nearest to the paint.

    draw(noise (B, T, 720), steps) -> y0 (B, T, 720)
    """
    generator = torch.Generator().manual_seed(int(abs(noise[0, 0, 0].item()) * 2**32))
    others = torch.randn((CANDIDATES - 1, *noise.shape[1:]), generator=generator).to(noise)
    noises = torch.cat([noise, others])
    signal = draw(noises, QUICK)
    cost = torch.zeros(len(noises), device=noise.device)
    for side, region in enumerate(regions):
        if region is not None and bool(active[:, side].all()):
            cost += distance_to_paint(signal, region, hands, thing, side, shape)
    best = int(cost.argmin())
    return noises[best : best + 1]


def distance_to_paint(signal, region, hands, thing, side, shape=None):
    """How far from the paint one hand touches, metres, mean over what touches while it holds: (B,)."""
    frames = torch.arange(0, signal.shape[1], EVERY, device=signal.device)
    _, points, near = to_paint(signal, region, hands, thing, side, shape)
    vertices = skin(signal[:, frames, :MOTION], hands, side, shape)
    apart = (points - vertices).norm(dim=-1)
    return (near * apart).sum((1, 2)) / near.sum((1, 2))
