"""A differentiable hand: MANO's skinning (Romero, Tzionas & Black, "Embodied Hands", 2017), batched, wrist first.

A hand stands where its *wrist joint* is: translation = the wrist joint in the world, rotation[0] = the wrist's rotation
in the world, 1-15 relative to the parent, identity = flat. (In smplx the wrist joint is at transl + J[0] instead.)
"""

import os

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

from ..seam import JOINT_PARENTS
from .limits import axes

FOLDER = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..", "assets", "hand"))


class Hand(nn.Module):
    """One hand. All tensors are buffers, so `.to(device)` moves it.

    side 0 left, 1 right; shape_names of the betas, [] for MANO; faces (F, 3) int32, outwards; weights (V, 16); fingertips (5,) vertex ids of index, middle,
    pinky, ring, thumb; palmar_mask (V,) the skin of palm and fingers that meets what is held, palmar its vertex ids.
    """

    def __init__(self, fields, side):
        """fields: MANO's arrays by name: v_template, f, weights, J_regressor, shapedirs, posedirs."""
        super().__init__()
        self.side = side

        def keep(name, value, dtype=torch.float32):
            self.register_buffer(name, torch.as_tensor(np.array(value)).to(dtype), persistent=False)

        regressor = np.asarray(fields["J_regressor"], np.float64)
        template = np.asarray(fields["v_template"], np.float64)
        shapes = np.asarray(fields["shapedirs"], np.float64)[..., :10]
        joints = regressor @ template
        moves = np.einsum("jv,vcs->jcs", regressor, shapes)
        # From here on everything is measured from the wrist joint, also as the shape changes.
        keep("template", template - joints[0])
        keep("template_joints", joints - joints[0])
        keep("shape_directions", shapes - moves[0])
        keep("joint_directions", moves - moves[0])
        posedirs = np.asarray(fields["posedirs"])
        keep("pose_directions", posedirs if posedirs.any() else np.zeros((0, 3, 135)))
        keep("weights", fields["weights"])
        keep("faces", np.asarray(fields["f"]).astype(np.int32), torch.int32)
        keep("origin", joints[0])  # smplx's wrist joint at zero shape, for those who convert
        self.shape_names = [str(name) for name in fields["shape_names"]] if "shape_names" in fields else []
        self._samples = {}
        self._find_landmarks()

    def _find_landmarks(self):
        joints = self.template_joints[1:].view(5, 3, 3)
        bones = F.normalize(torch.cat([joints[:, 1:] - joints[:, :-1], joints[:, 2:] - joints[:, 1:2]], 1), dim=-1)
        nearest = self.weights.argmax(1)
        along = torch.stack([self.template @ bones[f, 2] - 1e3 * (nearest != 3 * f + 3) for f in range(5)])
        self.register_buffer("fingertips", along.argmax(1), persistent=False)
        # Where pads face: flexion moves a bone that way. The ball of the thumb faces between that and the palm's way.
        palm = torch.tensor([0.0, -1.0, 0.0])
        pads = torch.linalg.cross(axes(self.side)[0], bones.reshape(15, 3))
        pads[12] = F.normalize(axes(self.side)[0][13].cross(bones[4, 0], dim=-1) + palm, dim=-1)
        facing = F.normalize(self.weights @ torch.cat([palm[None], pads]), dim=-1)
        forward = self.template[:, 0] * (-1 if self.side == 1 else 1)
        towards = (facing * self.normals(self.template)).sum(-1) > 0.35
        self.register_buffer("palmar_mask", towards & (forward > 0.015), persistent=False)
        self.register_buffer("palmar", self.palmar_mask.nonzero()[:, 0], persistent=False)

    def rest(self, shape=None):
        """Betas (..., 10) -> vertices (..., V, 3), joints (..., 16, 3) of the flat hand, wrist joint at the origin."""
        if shape is None:
            return self.template, self.template_joints
        vertices = self.template + (self.shape_directions @ shape[..., None, :, None]).squeeze(-1)
        joints = self.template_joints + (self.joint_directions @ shape[..., None, :, None]).squeeze(-1)
        return vertices, joints

    def _chain(self, rotation, translation, rest):
        """World rotations (..., 16, 3, 3) and places (..., 16, 3) of all joints; the fingers advance together."""
        bones = rest - rest[..., list(JOINT_PARENTS), :]
        bones = bones[..., 1:, :].unflatten(-2, (5, 3))
        fingers = rotation[..., 1:, :, :].unflatten(-3, (5, 3))
        turn, place = rotation[..., :1, :, :], translation.unsqueeze(-2)
        turns, places = [], []
        for level in range(3):
            place = place + (turn @ bones[..., level, :, None]).squeeze(-1)
            turn = turn @ fingers[..., level, :, :]
            turns.append(turn)
            places.append(place)
        turns = torch.cat([rotation[..., :1, :, :], torch.stack(turns, -3).flatten(-4, -3)], -3)
        return turns, torch.cat([translation.unsqueeze(-2), torch.stack(places, -2).flatten(-3, -2)], -2)

    def joints(self, rotation, translation, shape=None):
        """Joints (..., 16, 3) in the world alone, without vertices."""
        joints = self.template_joints
        if shape is not None:
            joints = joints + (self.joint_directions @ shape[..., None, :, None]).squeeze(-1)
        return self._chain(rotation, translation, joints)[1]

    def forward(self, rotation, translation, shape=None, vertex_ids=None):
        """Poses the hand.

        rotation (..., 16, 3, 3), translation (..., 3) wrist joint in the world, shape (..., 10) betas or None for zero
        (a single (10,) is fastest), vertex_ids (N,) to pose only those. Returns vertices (..., V or N, 3), joints
        (..., 16, 3).
        """
        vertices, rest = self.rest(shape)
        turns, places = self._chain(rotation, translation, rest)
        weights, correctives = self.weights, self.pose_directions
        if vertex_ids is not None:
            vertices, weights = vertices[..., vertex_ids, :], weights[vertex_ids]
            correctives = correctives[vertex_ids] if len(correctives) else correctives
        # Each joint takes rest points to the world: R (v - joint) + place.
        offsets = places - (turns @ rest.unsqueeze(-1)).squeeze(-1)
        transforms = torch.cat([turns, offsets.unsqueeze(-1)], -1)  # (..., 16, 3, 4)
        if vertices.dim() == 2 and not len(correctives):
            # One rest hand for the whole batch: sum_j w_vj T_j [v; 1] is a single product with a constant matrix.
            lifted = weights[:, :, None] * F.pad(vertices, (0, 1), value=1.0)[:, None]  # (V, 16, 4)
            rows = transforms.transpose(-3, -2).flatten(-2)  # (..., 3, 64)
            return (rows @ lifted.flatten(1).T).transpose(-1, -2), places
        if len(correctives):
            bent = (rotation[..., 1:, :, :] - torch.eye(3, device=rotation.device)).flatten(-3)
            vertices = vertices + (bent @ correctives.flatten(0, 1).T).unflatten(-1, (-1, 3))
        blended = (weights @ transforms.flatten(-2)).unflatten(-1, (3, 4))  # (..., V, 3, 4)
        return (blended[..., :3] @ vertices.unsqueeze(-1)).squeeze(-1) + blended[..., 3], places

    def normals(self, vertices):
        """Unit outward normals (..., V, 3) of posed vertices (..., V, 3), averaged by triangle area."""
        faces = self.faces.long()
        a, b, c = (vertices[..., faces[:, corner], :] for corner in range(3))
        area = torch.linalg.cross(b - a, c - a)
        total = torch.zeros_like(vertices)
        for corner in range(3):
            total = total.index_add(-2, faces[:, corner], area)
        return F.normalize(total, dim=-1, eps=1e-12)

    def sample(self, count):
        """(count,) vertex ids well spread over the hand, by farthest point sampling; always the same."""
        count = min(count, len(self.template))
        if count not in self._samples:
            points = self.template.detach().cpu()
            chosen = [int(points.square().sum(-1).argmax())]
            distance = torch.full((len(points),), float("inf"))
            while len(chosen) < count:
                distance = torch.minimum(distance, (points - points[chosen[-1]]).square().sum(-1))
                chosen.append(int(distance.argmax()))
            self._samples[count] = torch.tensor(chosen)
        return self._samples[count].to(self.template.device)


def core(tips, joints, count=6):
    """Points (..., 20 * count, 3) along the bones, wrist to knuckles to just short of the fingertips.

    tips (..., 5, 3), joints (..., 16, 3). They run through the middle of the flesh: where one is inside an object or
    close to its surface a finger stands in it, which the skin's own depth can't show on walls thinner than a finger.
    """
    fingers = joints[..., 1:, :].unflatten(-2, (5, 3))
    wrist = joints[..., :1, None, :].expand(*fingers.shape[:-2], 1, 3)
    last = fingers[..., 2, :]
    chain = torch.cat([wrist, fingers, (last + 0.6 * (tips - last)).unsqueeze(-2)], -2)  # (..., 5, 5, 3)
    share = (torch.arange(count, device=joints.device) + 0.5).div(count).unsqueeze(-1)
    points = chain[..., :-1, None, :] + share * (chain[..., 1:, None, :] - chain[..., :-1, None, :])
    return points.flatten(-4, -2)


def load_hand(side, path=None):
    """The hand of one side, 0 left or 1 right: the bundled open hand, or MANO from a user's folder `path`.

    Raises seam.UserError where the folder holds no MANO files that can be read.
    """
    if path is not None:
        from .mano import load_mano

        return load_mano(path)[side]
    name = os.path.join(FOLDER, f"OPEN_{('LEFT', 'RIGHT')[side]}.npz")
    with np.load(name, allow_pickle=False) as stored:
        return Hand({field: stored[field] for field in stored.files}, side)
