"""The table that the object stood on: what is put down stands on it, and nothing is carried through it.

The network has learned from clips on a table, but is off by some millimetres, now and then by a centimetre or two. In
the guided half of the sampler's steps y0_hat's object is lifted or lowered so that its lowest point is where it has to
be; hands are given in the object's frame and move along, and the next steps answer to it.
"""

import torch

from .guidance import TOUCHING, along_time, sharpened
from .representation import MOTION, unpack_object

DIRECTIONS = 400  # in which the mesh's outermost vertices are looked for
NEAR = 0.05  # metres: what is let go of this near to the table was put down on it
LANDING = 15  # frames before the last touch over which it is brought down
SMOOTH = 6  # frames to either side over which what has to be lifted is


def corners(vertices):
    """The outermost vertices (N, 3) of a mesh, numpy in, torch out: all that can be its lowest point, or nearly."""
    vertices = torch.as_tensor(vertices, dtype=torch.float32)
    k = torch.arange(DIRECTIONS) + 0.5
    z, angle = 1 - 2 * k / DIRECTIONS, torch.pi * (1 + 5**0.5) * k
    around = (1 - z**2).sqrt()
    ways = torch.stack([around * angle.cos(), around * angle.sin(), z], -1)
    ways = torch.cat([ways, -torch.eye(3), torch.eye(3)])
    return vertices[(vertices @ ways.T).argmax(0).unique()]


def smooth(share):
    """0 up to 0, 1 from 1 on, and no slope at either."""
    share = share.clamp(0, 1)
    return share * share * (3 - 2 * share)


class Table:
    """The table below `thing` (objects.thing.Thing), which stands on it in the canonical frame, its hinge at
    `opened`."""

    def __init__(self, thing, opened=0.0):
        self.thing = thing
        self.corners = [corners(vertices).to(thing.points) for vertices, _ in thing.pieces]
        start = torch.zeros(1, 1, MOTION, device=thing.points.device)
        start[..., MOTION - 7], start[..., MOTION - 3], start[..., MOTION - 1] = 1, 1, opened
        self.height = float(self.lowest(start))

    def lowest(self, motion):
        """Height (B, T) of the object's lowest point in X (B, T, 208), metres."""
        place, turn, angle = unpack_object(motion)
        up = turn[..., 2, :]
        low = (up @ self.corners[0].T).amin(-1)
        if len(self.corners) > 1:
            rotation, shift = self.thing.part_pose(angle)
            part = self.corners[1] @ rotation.transpose(-1, -2) + shift.unsqueeze(-2)
            low = torch.minimum(low, (part @ up.unsqueeze(-1)).squeeze(-1).amin(-1))
        return low + place[..., 2]

    def __call__(self, signal, active, free=None):
        """y0 (B, T, 720) -> the same, its object on the table or above.

        active (B, 2) bool: hands that play a part; free (T,): how far each frame may be changed, None for fully. From
        its last touch on, what was near the table stands on it; before, only what would be in it is lifted.
        """
        missing = self.height - self.lowest(signal[..., :MOTION])  # (B, T), above 0 where it is in the table
        touch = sharpened(signal[..., MOTION:].unflatten(-1, (2, -1))).amax(-1) > TOUCHING
        index, touched = torch.arange(signal.shape[1], device=signal.device), (touch & active[:, None]).any(-1)
        first = torch.where(touched, index, len(index)).amin(1, keepdim=True)  # (B, 1)
        last = torch.where(touched, index, -1).amax(1, keepdim=True)
        put = missing.gather(1, last.clamp_min(0)) * (last < len(index) - 1)
        put = put * (put.abs() < NEAR)
        lift = put * smooth(1 + (index - last) / LANDING)
        inside = (missing - lift).clamp_min(0)
        widened = torch.nn.functional.max_pool1d(inside[:, None], 2 * SMOOTH + 1, 1, SMOOTH)[:, 0]
        window = torch.hann_window(2 * SMOOTH + 3, periodic=False)[1:-1]
        lift = lift + along_time(widened[..., None], window / window.sum())[..., 0].clamp_min(0)
        lift = lift * smooth((index - first) / SMOOTH)  # until it is touched it stands where it stood
        changed = signal.clone()
        changed[..., MOTION - 8] += lift if free is None else lift * free
        return changed
