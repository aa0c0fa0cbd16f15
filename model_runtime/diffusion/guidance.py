"""Contact Inner Guidance: makes the motion agree with the contact map that the same model generated.

At a guided step, y0_hat = (X, C). C_hat is the generated contact, C_bar the contact that X implies by geometry. A
correction d of the hands, a few knots over the clip so that it stays smooth, is moved down the gradient of

    L_cig = sum over points with generated contact of rho(d_bar - d_hat)       contact: the surface comes to the hand
          + sum over fingertips that the map says touch of rho(sdf + press)    contact: the fingertips come to the surface
          + sum over hand vertices of max(0, -sdf - press / 2)^2               the signed term: never inside
          + the same along the fingers' bones, held 3 mm outside               nor through a wall thinner than a finger
          + sum over the fingers nearest to what a user painted of rho(distance to it)        contact where it is wanted

where distances follow from contact, d_hat = -tau log C_hat, and sdf is the object's signed distance at a hand vertex,
its hinge as X has it. Unsigned distances alone can't tell a finger on the surface from one below it; the signed term can.
"""

import torch
import torch.nn.functional as F

from ..hands.layer import core
from .representation import CONTACT_DECAY, HAND, MOTION, unpack_hands

FAINT = 0.08  # a map that stays below this says that the hand does not touch
PRESS = 0.001  # metres: how far fingertips press in, as soft skin does that holds; half of it costs nothing anywhere
CORE = 0.003  # metres: the middle of a finger stays this far outside, or the finger stands in a thin wall
TOUCHING = 0.6  # generated contact above this asks for touch
VERTICES = 220  # of each hand that are looked at in the inner steps; the last step looks at all for depth
FINGERS = 3  # that are drawn to what is painted
STEADY = 10  # frames to either side that a holding hand is smoothed over
STRIDE = 2  # frames between those that are looked at: a fifteenth of a second
KNOT = 10  # frames between the knots of the correction
HANDOVER = 15  # frames after a hand's first touch until a hinge is where the network says
NEARBY = 0.05  # metres: frames in which a hand is farther than this, and should be, need no guidance
POINTS = 72  # object points of each hand that are looked at, those with most contact


def knot_basis(frames, knots, device):
    """(frames, knots) linear interpolation weights from knots evenly spread over the clip."""
    place = torch.linspace(0, knots - 1, frames, device=device)
    index = torch.arange(knots, device=device)
    return (1 - (place[:, None] - index).abs()).clamp_min(0)


def sharpened(contact):
    """Contact maps (B, T, 2, P) whose highest value in the clip is 1 for each hand: an unsure map still says where.

    Maps that never rise above FAINT are left as they are.
    """
    peak = contact.amax((1, 3), keepdim=True)
    return (contact / torch.where(peak > FAINT, peak, torch.ones_like(peak))).clamp(0, 1)


def along_time(values, kernel):
    """Convolves (B, T, ...) with a symmetric kernel along time; beyond its ends a motion goes on as it came."""
    reach = len(kernel) // 2
    rows = values.flatten(2).transpose(1, 2).flatten(0, 1).unsqueeze(1)
    before = 2 * rows[..., :1] - rows[..., 1 : reach + 1].flip(-1)
    after = 2 * rows[..., -1:] - rows[..., -reach - 1 : -1].flip(-1)
    rows = F.conv1d(torch.cat([before, rows, after], -1), kernel.to(values)[None, None])
    return rows.squeeze(1).unflatten(0, (len(values), -1)).transpose(1, 2).unflatten(2, values.shape[2:])


def in_part(hands, thing, angle, back=False):
    """Hands (B, T, 2, 99) in the object's frame -> in the frame of the part that turns, or back; angle (B, T)."""
    turn, shift = thing.part_pose(angle)
    turn, shift = turn.unsqueeze(2), shift.unsqueeze(2)
    if not back:
        turn, shift = turn.transpose(-1, -2), -(turn.transpose(-1, -2) @ shift.unsqueeze(-1)).squeeze(-1)
    place = (turn @ hands[..., :3, None]).squeeze(-1) + shift
    wrist = hands[..., 3:9].unflatten(-1, (2, 3)) @ turn.transpose(-1, -2)  # both columns turned
    return torch.cat([place, wrist.flatten(-2), hands[..., 9:]], -1)


def steadied(signal, thing):
    """The same signal without what hands don't do: tremble, and slip on what they hold.

    The motion is smoothed by a Savitzky-Golay filter (9 frames, quadratic: at 30 frames a second it keeps 93 % of a shake
    at 2.4 Hz). Over the frames in which its contact map says that a hand holds, that hand's numbers become their local
    mean, in the frame of the object or of the part that it holds.
    """
    kernel = signal.new_tensor([-21, 14, 39, 54, 59, 54, 39, 14, -21]) / 231
    motion = along_time(signal[..., :MOTION], kernel)
    hands, angle = motion[..., : 2 * HAND].unflatten(-1, (2, HAND)), motion[..., -1]
    contact = sharpened(signal[..., MOTION:].unflatten(-1, (2, -1)))
    if thing.moving.any():
        most = contact.sum(1)  # (B, 2, P)
        part = most[..., thing.moving].amax(-1) > most[..., ~thing.moving].amax(-1)  # (B, 2)
        part = part[:, None, :, None].to(hands.dtype)
        hands = part * in_part(hands, thing, angle) + (1 - part) * hands
    holds = (contact.amax(-1) > TOUCHING).to(signal.dtype)  # (B, T, 2)
    window = torch.hann_window(2 * STEADY + 3, periodic=False)[1:-1]
    window = window / window.sum()
    share = along_time(holds, window)
    mean = along_time(hands * holds.unsqueeze(-1), window) / share.clamp_min(1e-6).unsqueeze(-1)
    # A frame changes as far as its whole neighbourhood holds, so that the closing of the fingers keeps its shape.
    hands = hands + (mean - hands) * ((share * holds) ** 4).unsqueeze(-1)
    if thing.moving.any():
        hands = part * in_part(hands, thing, angle, back=True) + (1 - part) * hands
    return torch.cat([hands.flatten(-2), motion[..., 2 * HAND :], signal[..., MOTION:]], -1)


def waiting(signal, active, thing, opened=0.0):
    """The same signal with a hinge that does nothing by itself and stays in its range.

    It stands at the angle `opened` until a hand touches the part that turns, goes over to what the network says within
    HANDOVER frames, and rests once the last hand has let go of that part. signal (B, T, 720), active (B, 2) bool.
    """
    if not thing.moving.any():
        return signal
    contact = signal[..., MOTION:].unflatten(-1, (2, -1))[..., thing.moving]
    touch = (sharpened(contact).amax(-1) > TOUCHING) & active[:, None]  # (B, T, 2)
    low, high = thing.hinge[6:].tolist()
    angles = []
    for angle, touched in zip(signal[..., MOTION - 1], touch.any(-1)):
        frames = torch.arange(len(angle), device=angle.device)
        rows = frames[touched]
        first, last = (rows[0], rows[-1]) if len(rows) else (frames[-1], frames[-1])
        share = ((frames - first) / HANDOVER).clamp(0, 1)
        share = share * share * (3 - 2 * share)
        angle = angle[frames.clamp(first, last)]
        angles.append((angle + (1 - share) * (opened - angle[first])).clamp(low, high))
    changed = signal.clone()
    changed[..., MOTION - 1] = torch.stack(angles)
    return changed


def spread_first(hand):
    """All vertex ids of a hand (V,), VERTICES well-spread ones leading."""
    ids = hand.sample(VERTICES)
    rest = torch.ones(len(hand.template), dtype=torch.bool, device=ids.device)
    rest[ids] = False
    return torch.cat([ids, rest.nonzero()[:, 0]])


class ContactGuidance:
    """Guides one batch of clips of the same object towards its own contact maps; called inside every sampling step.

    hands: the two hand layers; thing: the objects.thing.Thing; active (B, 2) bool: hands that play a part; shape (2, 10)
    betas; free (T, 2): how far each hand may be corrected in a frame, None for everywhere (given.py); regions: where
    each should touch, or None (paint.py). `begin` = the first guided step as a share of the steps.
    """

    def __init__(self, hands, thing, active, *, shape=None, begin=0.5, inner=3, last=40, signed=True, free=None,
                 regions=(None, None)):  # fmt: skip
        self.hands, self.thing, self.shape, self.free, self.regions = hands, thing, shape, free, regions
        self.active, self.begin, self.inner, self.last, self.signed = active, begin, inner, last, signed
        self.ids = [spread_first(hand) for hand in hands]
        self.tips = []
        for hand, ids in zip(hands, (ids[:VERTICES] for ids in self.ids)):
            joint = hand.weights[ids].argmax(-1) - 1
            self.tips.append([torch.nonzero((joint == 3 * f + 2) & hand.palmar_mask[ids])[:, 0] for f in range(5)])
        self.ends = [torch.stack([(ids == tip).nonzero()[0, 0] for tip in hand.fingertips])
                     for hand, ids in zip(hands, self.ids)]  # fmt: skip
        self.delta = None

    def __call__(self, signal, step, steps):
        """y0_hat (B, T, 720) in metres and matrices -> the same with its hands corrected."""
        if step < self.begin * steps:
            return signal
        fresh = step - 1 < self.begin * steps  # the first guided step of a clip
        final = step == steps - 1
        with torch.enable_grad():
            return self.corrected(signal, self.last if final else self.inner, fresh, final)

    def corrected(self, signal, iterations, fresh=True, final=True, rate=0.08):
        """`iterations` steps down the gradient of L_cig; `final` looks at every vertex for depth, else at a sample."""
        batch, frames = signal.shape[:2]
        signal = steadied(signal.detach(), self.thing)
        motion = signal[..., :MOTION]
        contact = sharpened(signal[..., MOTION:].unflatten(-1, (2, -1)))
        basis = knot_basis(frames, max(4, frames // KNOT), signal.device)
        looked = torch.arange(0, frames, STRIDE, device=signal.device)
        angle = motion[..., -1]
        units = signal.new_tensor([0.01] * 3 + [0.06] * 6 + [0.12] * 90).repeat(2)
        if self.free is not None:
            units = units * self.free.repeat_interleave(HAND, -1)
        if fresh or self.delta is None:
            self.delta = signal.new_zeros(batch, basis.shape[1], 2 * HAND)
        delta = self.delta.clone().requires_grad_(True)
        wanted = [self.wanted(contact[:, :, side]) for side in (0, 1)]
        busy = [self.busy(motion[:, looked], contact[:, looked], side) for side in (0, 1)]
        if self.free is not None:
            busy = [rows & (self.free[looked, side] > 0) for side, rows in enumerate(busy)]
        busy = [looked[rows] for rows in busy]
        hinged = [self.thing.points_at(angle[:, rows]) for rows in busy]  # (B, T, 256, 3)
        optimiser = torch.optim.Adam([delta], lr=rate, betas=(0.9, 0.99))
        for _ in range(iterations):
            moved = motion[..., : 2 * HAND] + (basis @ delta) * units
            loss = 0.05 * delta.square().sum() / basis.shape[1] * len(looked)
            place, turn = unpack_hands(moved)
            for side in (0, 1):
                rows = busy[side]
                if bool(self.active[:, side].any()) and len(rows):
                    picked, asked = wanted[side]
                    points = hinged[side].gather(2, picked[:, None, :, None].expand(-1, len(rows), -1, 3))
                    error = self.error(place[:, rows, side], turn[:, rows, side], side, points, angle[:, rows],
                                       asked[:, rows], final)  # fmt: skip
                    loss = loss + (error * self.active[:, side, None]).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        self.delta = delta.detach()
        hands = motion[..., : 2 * HAND] + (basis @ self.delta) * units
        return torch.cat([hands, signal[..., 2 * HAND :]], -1)

    @torch.no_grad()
    def busy(self, motion, contact, side):
        """(T,) bool: the frames in which one hand is near the object or should be, in any clip of the batch."""
        place, turn = unpack_hands(motion)
        vertices, _ = self.hands[side](turn[:, :, side], place[:, :, side], vertex_ids=self.ids[side][:40])
        near = self.thing.distance(vertices, motion[..., -1]).amin(-1) < NEARBY
        return (near | (contact[:, :, side].amax(-1) > 0.2)).any(0)

    def wanted(self, contact):
        """What one hand's map (B, T, P) asks for: rows of points (B, K), their contact (B, T, K)."""
        rows = contact.square().sum(1).topk(min(POINTS, contact.shape[-1]), -1).indices
        return rows, contact.gather(2, rows[:, None].expand(-1, contact.shape[1], -1))

    def error(self, place, turn, side, points, angle, contact, final):
        """L_cig of one hand for each frame (B, T), for `points` (B, T, K, 3) with contact (B, T, K)."""
        shape = None if self.shape is None else self.shape[side]
        ids = self.ids[side] if final and self.signed else self.ids[side][:VERTICES]
        every, joints = self.hands[side](turn, place, shape, vertex_ids=ids)
        vertices = every[..., :VERTICES, :]
        apart = torch.cdist(points, vertices)  # (B, T, points, vertices)
        implied = apart.amin(-1)
        asked = -CONTACT_DECAY * contact.clamp_min(1e-3).log()
        care = (contact > TOUCHING).float() * contact
        loss = (care * F.smooth_l1_loss(implied, asked, reduction="none", beta=0.004)).sum(-1) * 40
        if not self.signed:
            return loss
        depth = self.thing.distance(every, angle)
        share = 0.1 if len(ids) == VERTICES else 0.4 * VERTICES / len(ids)
        loss = loss + ((-PRESS / 2 - depth).clamp_min(0) * 1000).square().sum(-1) * share
        busy = contact.amax(-1)  # (B, T)
        gaps = torch.stack([(depth[..., tip] + PRESS).clamp_min(0).amin(-1) for tip in self.tips[side]], -1)
        with torch.no_grad():
            # What the map says of each fingertip: the contact of the points within 2.5 cm of it.
            near = [(contact * (apart[..., tip].amin(-1) < 0.025)).amax(-1) for tip in self.tips[side]]
            near = (torch.stack(near, -1) > TOUCHING).float()
        if len(ids) > VERTICES:
            middle = self.thing.distance(core(every[..., self.ends[side], :], joints), angle)
            loss = loss + ((CORE - middle).clamp_min(0) * 500).square().sum(-1)
        # The skin as a whole comes to the surface too: a palm may touch where no fingertip does.
        gaps = torch.cat([gaps, depth.clamp_min(0).amin(-1, keepdim=True)], -1)
        near = F.pad(near, (0, 1), value=1.0)
        pull = F.smooth_l1_loss(gaps, torch.zeros_like(gaps), reduction="none", beta=0.003)
        loss = loss + (pull * near).sum(-1) * 300 * (busy > TOUCHING)
        if self.regions[side] is not None:
            # What is painted: the FINGERS fingers nearest to it come to it, the others stay free to oppose them.
            painted = torch.cdist(self.regions[side].surface.points_at(angle), vertices)  # (B, T, K, vertices)
            away = torch.stack([painted[..., tip].amin((-1, -2)) for tip in self.tips[side]], -1)
            away = away.topk(FINGERS, largest=False).values
            pull = F.smooth_l1_loss(away, torch.zeros_like(away), reduction="none", beta=0.004)
            loss = loss + pull.sum(-1) * 300 * (busy > TOUCHING)
        return loss
