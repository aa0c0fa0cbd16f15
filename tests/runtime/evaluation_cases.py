"""What tests of the evaluator share: cases that are worked out by hand, of a box under a flat hand."""

import numpy as np
from scipy.spatial.transform import Rotation
import torch
import trimesh

from model_runtime.diffusion.representation import IDLE, pack_motion

LEFT, RIGHT = 0, 1
BOX = np.array([0.16, 0.16, 0.05])  # metres; its middle is the origin
NO_HINGE = np.zeros(8, np.float32)


def palm(side, up=False):
    """The wrist's rotation (3, 3) of a hand whose palm faces down, or up: MANO's palm faces -y."""
    return Rotation.from_euler("x", -90 if up else 90, degrees=True).as_matrix()


def reach(hands, side, up=False):
    """How far the skin of a flat hand reaches below (or, palm up, above) its wrist, and its middle (2,) seen from
    above.
    """
    vertices = hands[side].rest(torch.zeros(10))[0].double().numpy() @ palm(side, up).T
    return (vertices[:, 2].max() if up else -vertices[:, 2].min()), vertices[:, :2].mean(0)


def on_top(hands, side, gap, count, up=False):
    """Wrist (T, 3) of a flat hand on the middle of the box's top (palm up: under its bottom), its nearest skin `gap`
    (T,) away.
    """
    far, middle = reach(hands, side, up)
    wrist = np.zeros((count, 3))
    wrist[:, :2] = -middle
    wrist[:, 2] = (-1 if up else 1) * (BOX[2] / 2 + np.broadcast_to(gap, count) + far)
    return wrist


def motion_of(wrists, place=None, turn=None, angle=None, up=False):
    """X (T, 208) float32: flat hands at wrists (T, 2, 3) in the object's frame, NaN for a hand that plays no part."""
    count = len(wrists)
    place = np.zeros((count, 3)) if place is None else place
    turn = np.tile(np.eye(3), (count, 1, 1)) if turn is None else turn
    rotation = np.tile(np.eye(3), (count, 2, 16, 1, 1))
    idle = np.isnan(wrists).any((0, 2))
    for side in (LEFT, RIGHT):
        rotation[:, side, 0] = turn @ (np.eye(3) if idle[side] else palm(side, up))
    local = np.where(idle[:, None], IDLE, wrists)
    world = np.einsum("tij,thj->thi", turn, local) + place[:, None]
    angle = np.zeros(count) if angle is None else angle
    return (
        pack_motion(*(torch.from_numpy(np.asarray(v, float)) for v in (place, turn, angle, world, rotation)))
        .float()
        .numpy()
    )


def one_hand(side, wrist):
    """Wrists (T, 2, 3) of which the other hand plays no part."""
    wrists = np.full((len(wrist), 2, 3), np.nan)
    wrists[:, side] = wrist
    return wrists


def lifted(count=40, frame=10, height=0.05):
    """The object's place (T, 3): still until `frame`, then `height` up at once."""
    place = np.zeros((count, 3))
    place[frame:, 2] = height
    return place


def case_of(motion, hold, prompt="Lift the box with the right hand.", action="lift", **others):
    """A case of the box; hold (T, 2)."""
    box = trimesh.creation.box(BOX)
    return {
        "family": "box",
        "number": 0,
        "index": 0,
        "prompt": prompt,
        "action": action,
        "hands": "right",
        "active": np.array([False, True]),
        "betas": np.zeros((2, 10), np.float32),
        "vertices": box.vertices.astype(np.float32),
        "faces": box.faces.astype(np.int32),
        "turning": np.zeros(len(box.faces), bool),
        "hinge": NO_HINGE,
        "motion": motion,
        "contact": np.zeros((len(motion), 2, 256), np.float32),
        "hold": np.asarray(hold, np.uint8),
    } | others


def holds(count, left=0, right=1, begin=10):
    """(T, 2) uint8: what each hand does from frame `begin` on, see data/shards.py."""
    hold = np.zeros((count, 2), np.uint8)
    hold[begin:] = left, right
    return hold
