"""The parts of an object as measures need them: distances that are exact near the surface, the posed mesh, voxels."""

from functools import lru_cache

import numpy as np
import torch
import trimesh

from ..data.gates import Solid
from ..objects.thing import Thing, thing_of

CLOSE = 0.007  # metres: nearer than this by the grid, which is off by up to 1.5 mm, is measured exactly
PITCH = 0.005  # metres: a voxel's side, the peers'


def thing_in(case):
    """A case's object as an objects.thing.Thing. The last few are remembered: several clips and all methods ask for
    one.
    """
    arrays = [np.ascontiguousarray(case[name], kind) for name, kind in
              (("vertices", np.float32), ("faces", np.int32), ("turning", bool), ("hinge", np.float32))]  # fmt: skip
    return _thing(case["family"], *(array.tobytes() for array in arrays))


@lru_cache(maxsize=4)
def _thing(name, vertices, faces, turning, hinge):
    hinge = np.frombuffer(hinge, np.float32).copy()
    return Thing(
        **thing_of(
            np.frombuffer(vertices, np.float32).reshape(-1, 3),
            np.frombuffer(faces, np.int32).reshape(-1, 3),
            name,
            np.frombuffer(turning, bool),
            hinge if hinge.any() else None,
        )
    )


def poses(thing, angle):
    """Where each part is at angles (T,) -> [(rotation (T, 3, 3), translation (T, 3))]: a part's p is at R p + t."""
    still = torch.eye(3).expand(len(angle), 3, 3), torch.zeros(len(angle), 3)
    return [still, thing.part_pose(angle)][: len(thing.pieces)]


def look(thing, points, angle):
    """For each part of the object: the points in its own frame (T, N, 3), and their distance (T, N) from it, on the
    CPU.

    points (T, N, 3) in the object's frame, hinge at angles (T,). Distances are signed and exact within CLOSE and
    inside.
    """
    points, angle = points.cpu(), angle.cpu()
    local = [(points - place[:, None]) @ turn for turn, place in poses(thing, angle)]
    return [(own, distance(piece, grid.to("cpu"), own)) for own, piece, grid in zip(local, thing.pieces, thing.grids)]


def distance(piece, grid, points):
    """Signed distance (...,) of points (..., 3) from one piece (vertices, faces)."""
    found = grid.sample(points)
    close = found < CLOSE
    if close.any():
        asked, solid = np.ascontiguousarray(points[close].double().numpy()), Solid.of(piece)
        far = solid.distance(asked)
        found[close] = torch.from_numpy(np.where(solid.inside(asked), -far, far)).float()
    return found


def mesh(thing, angle):
    """Vertices (V, 3) float64 of the object with its hinge at an angle, faces (F, 3)."""
    posed = [
        vertices @ turn[0].double().numpy().T + place[0].double().numpy()
        for (vertices, _), (turn, place) in zip(thing.pieces, poses(thing, torch.tensor([float(angle)])))
    ]
    starts = np.cumsum([0] + [len(vertices) for vertices in posed])
    return np.concatenate(posed), np.concatenate([faces + start for (_, faces), start in zip(thing.pieces, starts)])


def voxels(piece):
    """Centres of voxels of side PITCH: those inside (N, 3), and (M, 3) of those that the surface passes through."""
    return _voxels(piece[0].astype(np.float32).tobytes(), piece[1].astype(np.int32).tobytes())


@lru_cache(maxsize=4)
def _voxels(vertices, faces):
    vertices, faces = np.frombuffer(vertices, np.float32).reshape(-1, 3), np.frombuffer(faces, np.int32).reshape(-1, 3)
    axes = [np.arange(low - PITCH / 2, high + PITCH, PITCH) for low, high in zip(vertices.min(0), vertices.max(0))]
    centres = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3).astype(np.float64)
    shell = trimesh.Trimesh(vertices, faces, process=False).voxelized(PITCH).points
    return centres[Solid.of((vertices, faces)).inside(centres)], np.asarray(shell)
