"""Frames that a user has fixed: the network is told of them, what it draws goes over into them without a jump, and they
come out exactly as they went in.

The network answers near what it was told, not at it. The difference at the fixed frames is spread over their neighbours
by cubic Hermite pieces, so that neither place nor speed jumps where they begin and end.
"""

import numpy as np
import torch

from ..hands.rotation import axis_angle_to_matrix, matrix_to_axis_angle, matrix_to_sixd
from .representation import HAND, MOTION, unpack_hands, unpack_object

REACH = 12  # frames to either side over which a difference fades: 0.4 s, about the time of a small movement
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
    contact (n, 512): how the first n frames touch, where that is known; of these the first `lead` are of no interest.
    free (T, 2): how far each hand may be corrected by others: 0 where it is fixed, 1 from REACH frames away on.
    """

    def __init__(self, known, given, contact=None, lead=0):
        self.known, self.given, self.contact, self.lead = known, given, contact, lead
        fixed = given.cpu().numpy()
        self.weights = [torch.as_tensor(fading(column)).to(known) for column in fixed.T]
        away = [
            np.abs(np.arange(len(column))[:, None] - np.flatnonzero(column)).min(1, initial=REACH)
            for column in fixed.T[:2]
        ]
        u = torch.as_tensor(np.stack(away, -1) / REACH).to(known)
        self.free = u * u * (3 - 2 * u)
        self.free[:lead] = 0

    def condition(self, batch=1):
        """The part of the network's condition that tells of them."""
        return {
            name: value.expand(batch, *value.shape) for name, value in (("known", self.known), ("given", self.given))
        }

    def __call__(self, signal):
        """(B, T, 720) -> the same with the fixed frames exactly as they are known, and their neighbours moved along."""
        motion = signal[..., :MOTION]
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
            rows, weights = self.given[:, part], self.weights[part]
            if not rows.any():
                continue
            places, turns = old
            places = places + weights @ (known[0] - places)[:, rows]
            off = matrix_to_axis_angle(known[1][rows] @ turns[:, rows].transpose(-1, -2))
            turns = axis_angle_to_matrix((weights @ off.flatten(2)).unflatten(-1, off.shape[2:])) @ turns
            made = torch.cat([places[..., :3], matrix_to_sixd(turns).flatten(-2), places[..., 3:]], -1)
            columns[part] = torch.where(rows[:, None], self.known.split(sizes, -1)[part], made)
        touch = signal[..., MOTION:]
        if self.contact is not None:
            touch = self.going_on(touch)
        return torch.cat([*columns, touch], -1)

    def going_on(self, touch):
        """Contact (B, T, 512) that goes on from what is known of the first frames. One clip's map may be surer than
        another's: what is known is made as sure as what is drawn, or the hand would seem to let go."""
        before, begin = len(self.contact), self.lead
        rest, known = touch[:, before:].unflatten(-1, (2, -1)), self.contact[begin:].unflatten(-1, (2, -1))
        gain = rest.amax((1, 3)) / known.amax((0, 2)).clamp_min(1e-6)
        known = known * gain.clamp(0.5, 1)[:, None, :, None]
        fade = (1 - torch.arange(1, rest.shape[1] + 1).to(touch) / REACH).clamp_min(0)[:, None, None]
        rest = rest + fade * (known[:, -1:] - touch[:, before - 1 : before].unflatten(-1, (2, -1)))
        return torch.cat([touch[:, :begin], known.flatten(-2), rest.flatten(-2)], 1)
