"""Frames that a user has fixed: the network is told of them, what it draws goes over into them without a jump, and they
come out exactly as they went in.

The network answers near what it was told, not at it. The difference at the fixed frames is spread over their neighbours
by cubic Hermite pieces, so that neither place nor speed jumps where they begin and end.
"""

import numpy as np
import torch

from ..hands.rotation import axis_angle_to_matrix, matrix_to_axis_angle, matrix_to_sixd
from .guidance import FAINT, TOUCHING
from .representation import HAND, MOTION, unpack_hands, unpack_object

REACH = 12  # frames to either side over which a difference fades: 0.4 s, about the time of a small movement
LONG_REACH = 24  # after the first frames of a sentence that goes on from another: the model may think itself elsewhere
OBJECT = 2  # the column of `given` after the left and the right hand


def fading(fixed, reach=REACH):
    """Weights (T, n) that spread values known at the n `fixed` frames (T,) bool over all frames: exact at these, gone
    `reach` frames away from them, with continuous slopes. Where fixed frames follow one another the slope goes on, else
    it is 0.
    """
    rows, weights = np.flatnonzero(fixed), np.zeros((len(fixed), int(np.sum(fixed))))
    values = np.eye(len(rows))
    weights[rows] = values
    nothing = np.zeros(len(rows))

    def slope(at, beside):
        there = 0 <= min(at, beside) and max(at, beside) < len(rows) and abs(rows[at] - rows[beside]) == 1
        return (values[at] - values[beside]) * (at - beside) if there else nothing

    def piece(begin, length, start, start_slope, end, end_slope):
        frames = np.arange(max(begin + 1, 0), min(begin + length, len(fixed)))
        u = ((frames - begin) / length)[:, None]
        weights[frames] = ((1 + 2 * u) * (1 - u) ** 2 * start + u * (1 - u) ** 2 * length * start_slope
                           + u * u * (3 - 2 * u) * end - u * u * (1 - u) * length * end_slope)  # fmt: skip

    for k in range(len(rows) + 1):
        first, last = k == 0, k == len(rows)
        if not (first or last) and rows[k] - rows[k - 1] <= 2 * reach:
            piece(rows[k - 1], rows[k] - rows[k - 1], values[k - 1], slope(k - 1, k - 2), values[k], slope(k, k + 1))
            continue
        if not first:
            piece(rows[k - 1], reach, values[k - 1], slope(k - 1, k - 2), nothing, nothing)
        if not last:
            piece(rows[k] - reach, reach, nothing, nothing, values[k], slope(k, k + 1))
    return weights


class Given:
    """Makes a batch of clips agree with fixed frames.

    known (T, 208) in metres and matrices, looked at where given (T, 3) bool: the left hand, the right hand, the object;
    contact (n, 512): how the first n frames touch, where that is known;
    holds: which hands hold the object when they end.
    free (T, 2): how far each hand may be corrected by others: 0 where it is fixed, 1 from REACH frames away on;
    free_object (T,): the same of the object, which may be after the last frame in which it is fixed.
    """

    def __init__(self, known, given, contact=None, holds=(False, False)):
        self.known, self.given, self.contact = known, given, contact
        self.holds = torch.tensor(holds, device=known.device)
        fixed = given.cpu().numpy()
        reach = REACH if contact is None else LONG_REACH
        self.weights = [torch.as_tensor(fading(column, reach)).to(known) for column in fixed.T]
        away = [
            np.abs(np.arange(len(column))[:, None] - np.flatnonzero(column)).min(1, initial=REACH)
            for column in fixed.T[:2]
        ]
        u = torch.as_tensor(np.stack(away, -1) / REACH).to(known)
        self.free = u * u * (3 - 2 * u)
        last = np.flatnonzero(fixed[:, OBJECT]).max(initial=-REACH)
        u = torch.as_tensor(((np.arange(len(fixed)) - last) / REACH).clip(0, 1)).to(known)
        self.free_object = u * u * (3 - 2 * u)

    def condition(self, batch=1):
        """The part of the network's condition that tells of them."""
        return {
            name: value.expand(batch, *value.shape) for name, value in (("known", self.known), ("given", self.given))
        }

    def __call__(self, signal):
        """(B, T, 720) -> the same with the fixed frames exactly as they are known, and their neighbours moved along."""
        motion, touch = signal[..., :MOTION], signal[..., MOTION:]
        left = None
        if self.contact is not None:
            left = self.left(touch)
            touch = self.going_on(touch, left)
        hands, rotations = unpack_hands(motion)
        known_hands, known_rotations = unpack_hands(self.known)
        parts = [[hands[..., side, :], rotations[..., side, :, :, :]] for side in (0, 1)]
        told = [[known_hands[:, side], known_rotations[:, side]] for side in (0, 1)]
        place, turn, angle = unpack_object(motion)
        known_place, known_turn, known_angle = unpack_object(self.known)
        parts.append([torch.cat([place, angle[..., None]], -1), turn[..., None, :, :]])
        told.append([torch.cat([known_place, known_angle[:, None]], -1), known_turn[:, None]])
        sizes = (HAND, HAND, MOTION - 2 * HAND)
        columns = list(motion.split(sizes, -1))
        for part, (old, known) in enumerate(zip(parts, told)):
            rows, hold = self.given[:, part], None if left is None or part == OBJECT else self.share(left[..., part])
            if not rows.any():
                continue
            places, turns = old
            places = places + self.spread((known[0] - places)[:, rows], part, hold)
            off = matrix_to_axis_angle(known[1][rows] @ turns[:, rows].transpose(-1, -2))
            off = self.spread(off.flatten(2), part, hold).unflatten(-1, off.shape[2:])
            turns = axis_angle_to_matrix(off) @ turns
            made = torch.cat([places[..., :3], matrix_to_sixd(turns).flatten(-2), places[..., 3:]], -1)
            columns[part] = torch.where(rows[:, None], self.known.split(sizes, -1)[part], made)
        return torch.cat([*columns, touch], -1)

    def spread(self, off, part, hold=None):
        """Differences (B, n, D) at a part's fixed frames -> at all frames (B, T, D): see `fading`. hold (B, T - first):
        the share to which what there is at the end of the first frames goes on, in place of fading."""
        spread = self.weights[part] @ off
        before = 0 if hold is None else len(self.contact)
        if not before or self.given[before:, part].any() or not self.given[before - 2 : before, part].all():
            return spread
        u = (torch.arange(1, len(self.known) - before + 1).to(off) / REACH).clamp(max=1)[:, None]
        kept = off[:, -1:] + REACH * (1 - (1 - u) ** 3) / 3 * (off[:, -1:] - off[:, -2:-1])
        holds = (hold.amax(1) > 0)[:, None, None]
        return torch.cat([spread[:, :before], torch.where(holds, hold[..., None] * kept, spread[:, before:])], 1)

    def left(self, touch):
        """How many frames are left until a hand lets go (B, n, 2), after the first: 0 at its last touch in what is
        drawn, contact (B, T, 512); negative where it doesn't hold. A hand keeps its grasp though its sentence ends."""
        before = len(self.contact)
        drawn = touch[:, before:].unflatten(-1, (2, -1)).amax(-1)
        index = torch.arange(drawn.shape[1], device=touch.device)[:, None]
        touches = drawn > TOUCHING * drawn.amax(1, keepdim=True).clamp_min(FAINT)
        return torch.where(touches & self.holds, index, -REACH - 1).amax(1, keepdim=True) - index

    def share(self, left):
        """How far a hand's pose is that of its grasp (B, n), which it leaves within REACH frames."""
        u = (1 + left / REACH).clamp(0, 1)
        return u * u * (3 - 2 * u)

    def going_on(self, touch, left):
        """Contact (B, T, 512) that goes on from what is known of the first frames, as far as hands have hold, else
        fading.

        One clip's map may be surer than another's: what is known is made as sure as what is drawn, or the hand would
        seem to let go.
        """
        before = len(self.contact)
        rest, known = touch[:, before:].unflatten(-1, (2, -1)), self.contact.unflatten(-1, (2, -1))
        gain = rest.amax((1, 3)) / known.amax((0, 2)).clamp_min(1e-6)
        known = known * gain.clamp(0.5, 1)[:, None, :, None]
        fade = (1 - torch.arange(1, rest.shape[1] + 1).to(touch) / REACH).clamp_min(0)[:, None, None]
        fading = rest + fade * (known[:, -1:] - touch[:, before - 1 : before].unflatten(-1, (2, -1)))
        share = ((left + 1) / 4).clamp(0, 1)[..., None]  # its last touch is as it was drawn: it is read again
        rest = fading + share * (known[:, -1:] - fading)
        return torch.cat([known.flatten(-2), rest.flatten(-2)], 1)
