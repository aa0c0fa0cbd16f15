"""A recorded Sequence as clips of the model: 30 frames a second, cut to where hands touch, in the canonical frame.

The canonical frame (diffusion/representation.py): the middle of the object's bounding box in the clip's first frame is
the origin, up is +Z, the actor faces +Y, and the object's rotation in that frame is folded into its mesh. Where the
actor faces isn't recorded: it is taken that hands come from the actor, so that the mean of the wrists, seen from the
object and from above, lies along -Y.
"""

from dataclasses import replace
from functools import lru_cache
import zlib

import igl
import numpy as np
from scipy.spatial import cKDTree
import torch

from ..data import shards
from ..diffusion.representation import IDLE, contact_of_distance, pack_motion
from ..hands.rotation import axis_angle_to_matrix, slerp
from ..objects.distance import signed_distance
from ..objects.mesh import metric_mesh
from ..objects.points import contact_points
from ..seam import UserError
from .files import hand_with_template, shaped

FPS = 30.0
LONGEST, SHORTEST = 150, 20  # frames of a clip
AROUND = 15  # frames kept before the first and after the last contact: half a second
TOUCH = 0.005  # metres: a hand's vertex nearer than this to the surface touches
FAR = 0.07  # metres: beyond, contact is 0 of 255
FACES = 4000  # a mesh with more is simplified
CAPTIONS = 4  # of every clip; fewer are repeated


def convert(sequence, fields):
    """A Sequence -> list of (clip, thing), as data/shards.py packs them; empty where no hand touches the object.

    fields: [left, right] of files.mano_fields. Raises UserError where the object's mesh can't be used.
    """
    sequence = resampled(sequence)
    parts = pieces(sequence)
    hands = [hand_with_template(fields[side], side, None if sequence.template is None else sequence.template[side])
             for side in (0, 1)]  # fmt: skip
    skins = [skin(sequence, hands[side], side) if sequence.active[side] else None for side in (0, 1)]
    hold = np.stack([np.zeros(len(sequence.articulation), np.uint8) if skins[side] is None
                     else what_it_does(skins[side], hands[side], sequence, parts) for side in (0, 1)], 1)  # fmt: skip
    betas = np.stack([nearest_betas(fields[side], sequence, side) for side in (0, 1)])
    made = []
    for first, last in windows(hold.any(1)):
        if hold[first:last].any():
            made.append(window(sequence, slice(first, last), parts, skins, hold, betas))
    return made


def write_clips(path, made, encoder, plain):
    """Writes [(clip, thing)] as one shard, whole or not at all. plain: what its header says besides."""
    texts = encoder.encode([text for clip, _ in made for text in clip["captions"]])
    texts = torch.as_tensor(texts).reshape(len(made), CAPTIONS, -1).numpy()
    clips = [{**clip, "object": row, "text": texts[row]} for row, (clip, _) in enumerate(made)]
    shards.write(path, *shards.pack(clips, [thing for _, thing in made], {"model": "mano", **plain}), fps=FPS)


# Time


def resampled(sequence, fps=FPS):
    """The same sequence at `fps`: every nth frame where its rate is n times that, else interpolated (slerp)."""
    ratio, count = sequence.fps / fps, len(sequence.articulation)
    names = ("object_translation", "object_rotation", "articulation", "hand_translation", "hand_rotation")
    if abs(ratio - round(ratio)) < 1e-3 and ratio > 0.5:
        rows = slice(None, None, round(ratio))
        return replace(sequence, fps=fps, **{name: getattr(sequence, name)[rows] for name in names})
    time = np.arange(int((count - 1) / ratio + 1e-6) + 1) * ratio
    before = np.minimum(time.astype(int), max(count - 2, 0))
    after, share = np.minimum(before + 1, count - 1), time - before

    def between(name):
        start, end = getattr(sequence, name)[before], getattr(sequence, name)[after]
        part = share.reshape(-1, *[1] * (start.ndim - 1))
        if "rotation" not in name:
            return start + part * (end - start)
        start, end = torch.as_tensor(start, dtype=torch.float64), torch.as_tensor(end, dtype=torch.float64)
        return slerp(start, end, torch.from_numpy(part[..., 0, 0]).expand(start.shape[:-2])).numpy()

    return replace(sequence, fps=fps, **{name: between(name) for name in names})


def windows(touching):
    """(T,) bool -> [(first, end)] of equal clips of at most LONGEST frames around the contact; none where too short."""
    frames = np.flatnonzero(touching)
    if not len(frames):
        return []
    first, last = max(0, frames[0] - AROUND), min(len(touching), frames[-1] + AROUND + 1)
    if last - first < SHORTEST:
        return []
    edges = np.linspace(first, last, -(-(last - first) // LONGEST) + 1).round().astype(int)
    return list(zip(edges[:-1].tolist(), edges[1:].tolist()))


# The object


def pieces(sequence):
    """[(vertices, faces)] of the base and, where there is a hinge, of the part that turns, in the object's frame at
    angle 0; cleaned, and simplified to FACES faces in all."""
    moving = np.zeros(len(sequence.faces), bool) if sequence.hinge is None else np.asarray(sequence.moving, bool)
    vertices = np.ascontiguousarray(sequence.vertices, np.float64)
    faces = np.ascontiguousarray(sequence.faces, np.int64)
    return _pieces(vertices.tobytes(), faces.tobytes(), moving.tobytes(), sequence.object_name)


@lru_cache(maxsize=64)
def _pieces(vertices, faces, moving, name):
    vertices, faces = np.frombuffer(vertices).reshape(-1, 3), np.frombuffer(faces, np.int64).reshape(-1, 3)
    moving = np.frombuffer(moving, bool)
    groups = [faces[~moving], faces[moving]] if moving.any() else [faces]
    if not len(groups[0]):
        raise UserError(f"Every face of “{name}” is on the part that turns: its parts are not read rightly.", "mesh")
    return [simplified(*metric_mesh(vertices, group, name), FACES * len(group) // len(faces)) for group in groups]


def simplified(vertices, faces, count):
    """A mesh with about `count` triangles (Garland and Heckbert 1997), or as it is where it has fewer or can't be."""
    vertices = np.ascontiguousarray(vertices, np.float64)
    if len(faces) <= max(count, 100):
        return vertices, np.ascontiguousarray(faces, np.int64)
    try:
        found = igl.qslim(np.asfortranarray(vertices), np.asfortranarray(faces.astype(np.int32)), max(count, 100))
        fewer = metric_mesh(found[0], found[1])
        return fewer[0].astype(np.float64), fewer[1].astype(np.int64)
    except Exception:  # not every mesh is manifold, and the original does as well, more slowly
        return vertices, np.ascontiguousarray(faces, np.int64)


def part_pose(hinge, angle):
    """Where the part that turns is at angles (T,) -> rotation R (T, 3, 3), translation t (T, 3): p is at R p + t."""
    point, axis = (np.asarray(value, np.float64) for value in hinge[:2])
    turn = axis_angle_to_matrix(torch.from_numpy(np.asarray(angle, np.float64)[:, None] * axis)).numpy()
    return turn, point - turn @ point


# The hands


def skin(sequence, hand, side):
    """The hand's vertices (T, V, 3) in the object's frame, float64."""
    rotation = torch.as_tensor(sequence.hand_rotation[:, side], dtype=torch.float32)
    place = torch.as_tensor(sequence.hand_translation[:, side] - sequence.object_translation, dtype=torch.float32)
    betas = torch.as_tensor(sequence.betas[side], dtype=torch.float32)
    with torch.no_grad():
        vertices = torch.cat([hand(r, p, betas)[0] for r, p in zip(rotation.split(256), place.split(256))])
    return vertices.double().numpy() @ sequence.object_rotation


def nearest(points, parts, hinge, angle, reach=TOUCH):
    """Distance (T, N) of points (T, N, 3) in the object's frame to the surface, infinite beyond `reach`, and of which
    part it is (T, N): 0 the base, 1 the part that turns."""
    distance, which = np.full(points.shape[:2], np.inf), np.zeros(points.shape[:2], np.int64)
    for index, (vertices, faces) in enumerate(parts):
        if index:
            turn, shift = part_pose(hinge, angle)
            points = (points - shift[:, None]) @ turn
        close = ((points > vertices.min(0) - reach) & (points < vertices.max(0) + reach)).all(-1)
        # No place of a triangle is further from all its corners than its longest edge / sqrt(3).
        corners = vertices[faces]
        longest = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=-1).max()
        to_corner = cKDTree(vertices).query(points[close], distance_upper_bound=reach + longest / np.sqrt(3))[0]
        close[close] = np.isfinite(to_corner)
        if not close.any():
            continue
        squared = igl.point_mesh_squared_distance(np.ascontiguousarray(points[close]), vertices, faces)[0]
        found = np.full(points.shape[:2], np.inf)
        found[close] = np.sqrt(squared)
        nearer = found < distance
        distance[nearer], which[nearer] = found[nearer], index
    return distance, which


def what_it_does(skin, hand, sequence, parts):
    """A hand's doings (T,) uint8 as shards.py codes them: it holds where the thumb and a finger or the palm touch."""
    distance, which = nearest(skin, parts, sequence.hinge, sequence.articulation)
    touching = distance < TOUCH
    region = (hand.weights.argmax(1).numpy() + 2) // 3  # 0 the palm, 1 to 4 fingers, 5 the thumb
    felt = np.stack([touching[:, region == index].any(1) for index in range(6)], 1)
    holds = felt[:, 5] & felt[:, :5].any(1)
    turning = (touching & (which == 1)).sum(1) * 2 > touching.sum(1)
    return np.where(felt.any(1), np.where(holds, 1, 3) + turning, 0).astype(np.uint8)


def nearest_betas(fields, sequence, side):
    """The betas (10,) whose hand is nearest to the person's own, by least squares from the wrist on; the sequence's own
    where there is no template. Shards keep betas, not templates."""
    if sequence.template is None:
        return np.asarray(sequence.betas[side], np.float64)
    regressor, directions = fields["J_regressor"][0], fields["shapedirs"][..., :10]
    own = shaped(fields, sequence.betas[side], sequence.template[side])
    away = (own - regressor @ own) - (fields["v_template"] - regressor @ fields["v_template"])
    moves = directions - np.einsum("v,vcs->cs", regressor, directions)
    return np.linalg.lstsq(moves.reshape(-1, 10), away.ravel(), rcond=1e-6)[0]


# The canonical frame


def canonical_axes(up, from_object, forearm):
    """The rotation (3, 3) from the recording's world into the canonical one, its rows being +X, +Y and +Z.

    up (3,); from_object (3,): the wrists' mean as seen from the object; forearm (3,): from the hands to the elbows,
    used where the wrists are right above or below the object.
    """
    up = np.asarray(up, np.float64) / np.linalg.norm(up)
    for towards in (from_object, forearm, np.eye(3)[np.abs(up).argmin()]):
        level = towards - up * (towards @ up)
        if np.linalg.norm(level) > 0.02:
            break
    ahead = -level / np.linalg.norm(level)
    return np.stack([np.cross(ahead, up), ahead, up])


def window(sequence, rows, parts, skins, hold, betas):
    """Frames `rows` of a sequence as one (clip, thing) in the canonical frame."""
    place, turn = sequence.object_translation[rows], sequence.object_rotation[rows]
    wrists, rotations = sequence.hand_translation[rows], sequence.hand_rotation[rows]
    active = np.asarray(sequence.active, bool)
    vertices = np.concatenate([part[0] for part in parts])
    middle = box_middle(vertices)
    seen = (wrists - (place + turn @ middle)[:, None])[:, active].mean((0, 1))
    back = (rotations[:, :, 0, :, 0] * np.array([-1.0, 1.0])[:, None])[:, active].mean((0, 1))
    axes = canonical_axes(sequence.up, seen, back)
    stand = axes @ turn[0]  # object's frame -> canonical frame, as it stands in the first frame
    middle = box_middle(vertices @ stand.T) @ stand
    thing = canonical_thing(sequence, parts, stand, middle)

    centre = place + turn @ middle
    turned = axes @ turn @ stand.T
    moved = (centre - centre[0]) @ axes.T
    translation = moved[:, None] + np.einsum("tij,hj->thi", turned, IDLE.astype(np.float64))
    rotation = np.tile(np.eye(3), (len(moved), 2, 16, 1, 1))
    rotation[:, :, 0] = turned[:, None]
    translation[:, active] = ((wrists - centre[0]) @ axes.T)[:, active]
    rotation[:, active] = rotations[:, active]
    rotation[:, active, 0] = axes @ rotations[:, active, 0]
    arrays = [moved, turned, sequence.articulation[rows], translation, rotation]
    motion = pack_motion(*(torch.as_tensor(np.ascontiguousarray(value)).float() for value in arrays)).numpy()

    contact = np.zeros((len(moved), 2, len(thing["points"])), np.uint8)
    points = points_at(thing, sequence.articulation[rows])
    for side in np.flatnonzero(active):
        contact[:, side] = contact_map(points, (skins[side][rows] - middle) @ stand.T)
    texts = [sequence.captions[i % len(sequence.captions)] for i in range(CAPTIONS)]
    clip = {"motion": motion, "contact": contact, "hold": hold[rows], "active": active, "betas": betas,
            "captions": texts, "action": sequence.action, "hands": sequence.hands}  # fmt: skip
    return clip, thing


def box_middle(vertices):
    """The middle (3,) of the bounding box of vertices (V, 3)."""
    return (vertices.min(0) + vertices.max(0)) / 2


def canonical_thing(sequence, parts, stand, middle):
    """The object as a shard keeps it: mesh, hinge and contact points where the object stands in the first frame."""

    def there(points):
        return (points - middle) @ stand.T

    starts = np.cumsum([0] + [len(part[0]) for part in parts])
    stood = [(there(part[0]), part[1]) for part in parts]
    vertices = np.concatenate([part[0] for part in stood]).astype(np.float32)
    faces = np.concatenate([part[1] + start for part, start in zip(stood, starts)])
    points, normals = contact_points(vertices, faces)
    hinge, moving = np.zeros(8), np.zeros(len(points), bool)
    if len(parts) == 2:
        point, axis, low, high = sequence.hinge
        hinge = np.concatenate([there(np.asarray(point, float)), stand @ np.asarray(axis, float), [low, high]])
        far = [np.abs(signed_distance(points, *part)) for part in stood]
        moving = far[1] < far[0]
    turning = np.repeat(np.arange(len(parts)) == 1, [len(part[1]) for part in parts])
    number = zlib.crc32(sequence.object_name.encode()) % 2**31  # the same in every shard
    return {"points": points, "normals": normals, "moving": moving, "hinge": hinge, "vertices": vertices,
            "faces": faces, "turning": turning, "name": sequence.object_name, "number": number, "seed": 0}  # fmt: skip


def points_at(thing, angle):
    """A thing's contact points at hinge angles (T,) -> (T, 256, 3) in its canonical frame, float64."""
    still = np.broadcast_to(thing["points"].astype(np.float64), (len(angle), *thing["points"].shape))
    if not thing["moving"].any():
        return still
    turn, shift = part_pose((thing["hinge"][:3], thing["hinge"][3:6]), angle)
    return np.where(thing["moving"][:, None], still @ turn.transpose(0, 2, 1) + shift[:, None], still)


def contact_map(points, skin):
    """Contact (T, P) uint8 of points (T, P, 3) with the nearest vertex of a hand (T, V, 3)."""
    near = [cKDTree(vertices).query(some, distance_upper_bound=FAR)[0] for some, vertices in zip(points, skin)]
    return (contact_of_distance(torch.from_numpy(np.stack(near))) * 255).round().to(torch.uint8).numpy()
