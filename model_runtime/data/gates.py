"""What a finished clip is measured by before it is kept, and the limits: contact, collisions, human motion.

A clip, before it is packed (T frames, hand 0 left and 1 right), is a dict of numpy arrays in the canonical frame:
object_translation (T, 3), object_rotation (T, 3, 3), articulation (T,) radians, hand_translation (T, 2, 3) the wrist
joint, hand_rotation (T, 2, 16, 3, 3), active (2,) bool, hold (T, 2) as in shards.py: 0 nothing, 1 or 2 grasps, 3 or 4
touches; betas (2, 10), fps; flexion (T, 2, 15) and abduction (T, 2, 5) radians, where the pose was made from angles.

Frames in which a hand has not moved against a part of the object by more than STILL are looked at once; hands farther
than NEAR from everything are not looked at closely. Both change no measure by more than 0.05 mm.
"""

from functools import lru_cache

import igl
import numpy as np
from scipy.spatial import ConvexHull, cKDTree
import torch

from ..hands.body import body_distance
from ..hands.layer import core
from ..hands.limits import ranges
from ..objects.distance import NEAR_SURFACE, outer_surface, winding_number

STILL = 1e-5  # of each number of a hand's pose against a part: its skin then moves by less than 0.05 mm
NEAR = 0.02  # metres; the grids reach 0.03
FAR_MM = 50.0  # what is farther counts as this far
CLASH = 0.004  # metres: hands this deep in one another clash, and no deeper place is sought
INSIDE = 0.02  # metres: nothing in a hand is farther from its skin
SPARSE = 80  # vertices that tell whether a hand is near
FEW = 6  # nearest points of a frame, by the grid, whose exact distance is looked up

# name: (lowest, highest) that is kept. Of human motion: reaching over a table peaks at 0.5-1.5 m/s (Jeannerod 1984; a
# minimum-jerk reach of d metres in T seconds at 1.875 d / T, Flash and Hogan 1985), shaking 7 cm at 4 Hz at 1.8 m/s;
# the limits on turning are ours. The jerk of a minimum-jerk movement is at most 60 d / T^3: 350 m/s^3 for 25 cm in
# 0.35 s; 7 cm shaken at 3.5 Hz reach 750 m/s^3.
LIMITS = {
    "depth_mm": (None, 2.0),
    "core_mm": (0.0, None),
    "contact_gap_mm": (None, 3.0),
    "hands_gap_mm": (0.0, None),
    "hand_table_mm": (-1.0, None),
    "body_mm": (-8.0, None),
    "object_table_mm": (-3.0, None),
    "joint_over_deg": (None, 3.0),
    "wrist_speed": (None, 2.5),
    "joint_speed": (None, 3.5),
    "wrist_turn": (None, 15.0),
    "finger_turn": (None, 20.0),
    "object_speed": (None, 2.5),
    "object_turn": (None, 15.0),
    "wrist_jerk": (None, 150.0),
    "wrist_jerk_max": (None, 1500.0),
    "object_jerk_max": (None, 1500.0),
}


def failures(measures):
    """Names of the measures that are out of their LIMITS, the order of LIMITS; one that is no number is out."""
    wrong = []
    for name, (low, high) in LIMITS.items():
        value = measures[name]
        if not ((low is None or value >= low) and (high is None or value <= high)):
            wrong.append(name)
    return wrong


def measure(clip, prop, hands):
    """All measures of a clip: {name: float}, see LIMITS; hands: the left and the right hands.layer.Hand, on the CPU.

    depth_mm         the deepest that any skin is in the object, over all frames; exact
    core_mm          the least distance of the fingers' bones from the object: below 0 a finger stands in a thin wall
    contact_gap_mm   the largest gap in any frame of a hold, between the object and the nearest skin
    hands_gap_mm     the least between the two hands, negative where one is in the other
    hand_table_mm, object_table_mm   the lowest height above the table, negative below
    body_mm          the least distance of the hands' skin and the object from the actor's head and trunk, negative
                     inside; skin and hair give way, and heads differ: 8 mm are let be. (The arms: hands/arm.py.)
    joint_over_deg   the most that a finger joint is bent beyond its range; 0 where no angles are given
    wrist_speed, joint_speed, object_speed  m/s, the fastest frame; finger joints and wrists are joints
    wrist_turn, finger_turn, object_turn    rad/s, the fastest frame
    wrist_jerk, wrist_jerk_max, object_jerk_max   m/s^3: third differences, as in evaluation/metrics.py; mean, largest
    slip_mm          mean speed, a frame, of a grasping hand's skin within 5 mm of what it holds, over the frames in
                     which it moves against it at all; no limit
    """
    sides = np.flatnonzero(clip["active"])
    skins = {side: Skin(clip, prop, hands, side) for side in sides}
    found = {"depth_mm": 0.0, "core_mm": FAR_MM, "contact_gap_mm": 0.0, "hand_table_mm": FAR_MM, "slip_mm": 0.0}
    for skin in skins.values():
        for name, value in skin.measures().items():
            worst = min if name in ("core_mm", "hand_table_mm") else max
            found[name] = worst(found[name], value)
    found["hands_gap_mm"] = hands_gap(skins[0], skins[1]) if len(skins) == 2 else FAR_MM
    found["object_table_mm"] = object_table(clip, prop)
    found["body_mm"] = 1000 * min([FAR_MM / 1000, object_body(clip, prop), *(skin.body() for skin in skins.values())])
    found["joint_over_deg"] = joint_over(clip)
    found.update(motion(clip, {side: skin.joints.numpy() for side, skin in skins.items()}))
    return {name: float(value) for name, value in found.items()}


class Skin:
    """One hand of a clip: vertices (T, V, 3) and bones' middle lines (T, 120, 3) in the world, and how far they are
    from the object's parts."""

    def __init__(self, clip, prop, hands, side):
        self.clip, self.prop, self.hand = clip, prop, hands[side]
        self.hold = clip["hold"][:, side]
        self.turn, self.place = (tensor(clip[name][:, side]) for name in ("hand_rotation", "hand_translation"))
        self.vertices, self.joints = self.hand(self.turn, self.place, tensor(clip["betas"][side]))
        self.bones = core(self.vertices[:, self.hand.fingertips], self.joints)
        self.sparse, self.cover = sparse(self.hand)

    def measures(self):
        """This hand's part of `measure`."""
        low = self.vertices[..., 2].amin() - self.prop.table
        depth, bone, nearest, slips = 0.0, FAR_MM / 1000, np.full(len(self.hold), np.inf), []
        count = self.vertices.shape[1]
        for part, local, rows, which in self.parts():
            if not len(rows):
                continue
            skin, bones = local[:, :count], local[:, count:]
            distance = self.distance(part, skin)
            depth, bone = max(depth, -float(distance.amin())), min(bone, float(self.distance(part, bones).amin()))
            meets = distance.amin(1).numpy()
            seen = which >= 0
            nearest[seen] = np.minimum(nearest[seen], meets[which[seen]])
            slips += self.slip(part, skin, distance, rows)
        gap = float(nearest[self.hold > 0].max()) if (self.hold > 0).any() else 0.0
        slip = float(np.concatenate(slips).mean()) if slips else 0.0
        return {"depth_mm": 1000 * depth, "core_mm": 1000 * bone, "contact_gap_mm": min(1000 * gap, FAR_MM),
                "hand_table_mm": 1000 * float(low), "slip_mm": 1000 * slip}  # fmt: skip

    def body(self):
        """The least distance of the skin from the actor's body, metres; in frames in which it is far, that of some
        of it.
        """
        some = body_distance(self.vertices[:, self.sparse].numpy()).min(1)
        near = some < NEAR + self.cover
        return min(some.min(), body_distance(self.vertices[near].numpy()).min(initial=np.inf))

    def parts(self):
        """For each part of the object: its number; skin and bones in its frame at the frames `rows` that are worth
        looking at (R, V + 120, 3); those frames; and for every frame of the clip which of them is like it, -1 where
        none is near."""
        for part, (turn, place) in enumerate(part_poses(self.clip, self.prop)):
            sparse_points = (self.vertices[:, self.sparse] - place[:, None]) @ turn
            near = self.prop.grids[part].sample(sparse_points).amin(1) < NEAR + self.cover
            wrist = torch.cat([(self.place - place)[:, None] @ turn, turn.mT @ self.turn[:, 0]], 1)
            pose = torch.cat([wrist, self.turn[:, 1:].flatten(1, 2)], 1)
            rows, which = unlike(pose.flatten(1).numpy(), near.numpy())
            both = torch.cat([self.vertices[rows], self.bones[rows]], 1)
            yield part, (both - place[rows, None]) @ turn[rows], rows, which

    def distance(self, part, points):
        """Signed distance (R, N) of points in a part's frame: exact inside, and for the FEW nearest of each frame; the
        rest by the grid, which only has to know that they are outside."""
        distance, solid = self.prop.grids[part].sample(points), Solid.of(self.prop.pieces[part])
        close = distance < NEAR_SURFACE
        inside = torch.zeros_like(close)
        inside[close] = torch.from_numpy(solid.inside(points[close].double().numpy()))
        distance = torch.where(inside, distance.clamp_max(-1e-9), distance.clamp_min(0))
        asked = inside.scatter(1, distance.topk(min(FEW, distance.shape[1]), 1, largest=False).indices, True) & close
        exact = torch.from_numpy(solid.distance(points[asked].double().numpy())).float()
        distance[asked] = torch.where(inside[asked], -exact, exact)
        return distance

    def slip(self, part, skin, distance, rows):
        """[Speeds (N,) of touching skin], metres a frame, between successive unlike frames that grasp this part."""
        grasp = self.hold[rows] == part + 1
        pairs = np.flatnonzero(grasp[1:] & grasp[:-1] & (np.diff(rows) == 1))
        touching = (distance[pairs] < 0.005) & (distance[pairs + 1] < 0.005)
        moved = (skin[pairs + 1] - skin[pairs]).norm(dim=-1)[touching]
        return [moved.numpy()] if len(moved) else []


def part_poses(clip, prop):
    """[(rotation (T, 3, 3), translation (T, 3))] in the world of the base and, if there is one, the other part."""
    turn, place = tensor(clip["object_rotation"]), tensor(clip["object_translation"])
    if len(prop.pieces) == 1:
        return [(turn, place)]
    own_turn, own_place = prop.part_pose(tensor(clip["articulation"]))
    return [(turn, place), (turn @ own_turn, place + (turn @ own_place.unsqueeze(-1)).squeeze(-1))]


def unlike(pose, near):
    """Frames that are near and differ from the last such: rows (R,), and for every frame which of them is like it."""
    rows, which, last = [], np.full(len(pose), -1), None
    for frame in np.flatnonzero(near):
        if last is None or np.abs(pose[frame] - last).max() > STILL:
            last = pose[frame]
            rows.append(frame)
        which[frame] = len(rows) - 1
    return np.array(rows, int), which


def hands_gap(left, right):
    """The least distance between two Skins, in mm, negative where one is in the other; FAR_MM where they stay far."""
    sample = torch.cdist(left.vertices[:, left.sparse], right.vertices[:, right.sparse]).amin((1, 2))
    bound = sample - left.cover - right.cover  # no gap is less than this
    near = bound < FAR_MM / 1000
    turn = right.turn[:, 0]
    pose = torch.cat([(left.place - right.place)[:, None] @ turn, turn.mT @ left.turn[:, 0],
                      left.turn[:, 1:].flatten(1, 2), right.turn[:, 1:].flatten(1, 2)], 1)  # fmt: skip
    rows, _ = unlike(pose.flatten(1).numpy(), near.numpy())
    least = FAR_MM / 1000
    for row in sorted(rows, key=lambda row: bound[row]):
        if bound[row] > least or least < -CLASH:
            break
        skin, other = torch.cat([left.vertices[row], left.bones[row]]).numpy(), right.vertices[row].numpy()
        reach = max(least, INSIDE)
        skin = skin[((skin > other.min(0) - reach) & (skin < other.max(0) + reach)).all(1)]
        far, nearest = cKDTree(other).query(skin, distance_upper_bound=reach)
        skin, far, nearest = (values[np.isfinite(far)] for values in (skin, far, nearest))
        normals = right.hand.normals(right.vertices[row]).numpy()[nearest]
        inside = (((skin - other[nearest]) * normals).sum(1) < 0.001) & (far < INSIDE)  # perhaps
        if inside.any():
            inside[inside] = winding_number(skin[inside], other, right.hand.faces.numpy()) > 0.5
        least = min(least, np.where(inside, -far, far).min(initial=np.inf))
    return 1000 * least


def object_table(clip, prop):
    """The lowest height of the object above the table, mm: of the vertices of its parts' convex hulls."""
    lowest = np.inf
    for piece, (turn, place) in zip(prop.pieces, part_poses(clip, prop)):
        lowest = min(lowest, float((turn[:, 2] @ Solid.of(piece).hull.T + place[:, 2:]).amin()))
    return 1000 * (lowest - prop.table)


def object_body(clip, prop):
    """The least distance of the object from the actor's body, metres: of its vertices and contact points, where it
    is near.
    """
    least = np.inf
    turn, place = tensor(clip["object_rotation"]), tensor(clip["object_translation"])
    reach = float(prop.points.norm(dim=-1).max()) + NEAR
    near = torch.from_numpy(body_distance(place.numpy()) < 1.5 * reach)  # a part that turns may reach out further
    if near.any():
        points = prop.points_at(tensor(clip["articulation"])[near])
        least = body_distance((points @ turn[near].mT + place[near, None]).numpy()).min()
    for piece, (turn, place) in zip(prop.pieces, part_poses(clip, prop)):
        if near.any():
            points = torch.from_numpy(piece[0]).float() @ turn[near].mT + place[near, None]
            least = min(least, body_distance(points.numpy()).min())
    return float(least)


def joint_over(clip):
    """The most that a joint of an active hand is bent beyond its range, degrees."""
    over = 0.0
    for name, limits in zip(("flexion", "abduction"), ranges()):
        if name in clip:
            angle, (low, high) = clip[name][:, np.asarray(clip["active"], bool)], limits.numpy().T
            over = max(over, np.maximum(angle - high, low - angle).max(initial=0.0))
    return np.degrees(over)


def motion(clip, joints):
    """Speeds and jerks of `measure`; joints: {side: (T, 16, 3)} in the world."""
    fps, sides = float(clip["fps"]), np.flatnonzero(clip["active"])
    wrists = clip["hand_translation"][:, sides]
    turns = clip["hand_rotation"][:, sides]

    def speed(path):
        return fps * np.linalg.norm(np.diff(path, axis=0), axis=-1).max(initial=0.0)

    def turning(matrices):
        """Fastest, rad/s: the chord |R1 - R0| = 2 sqrt(2) sin(angle / 2) keeps its digits near zero."""
        chord = np.linalg.norm(np.diff(np.asarray(matrices, np.float64), axis=0), axis=(-2, -1)).max(initial=0.0)
        return fps * 2 * np.arcsin(min(1.0, chord / np.sqrt(8)))

    def jerk(path):
        return fps**3 * np.linalg.norm(np.diff(path.astype(np.float64), n=3, axis=0), axis=-1)

    return {
        "wrist_speed": speed(wrists), "joint_speed": max([speed(joints[side]) for side in sides], default=0.0),
        "object_speed": speed(clip["object_translation"]), "wrist_turn": turning(turns[:, :, 0]),
        "finger_turn": turning(turns[:, :, 1:]), "object_turn": turning(clip["object_rotation"]),
        "wrist_jerk": jerk(wrists).mean() if len(wrists) > 3 and len(sides) else 0.0,
        "wrist_jerk_max": jerk(wrists).max(initial=0.0),
        "object_jerk_max": jerk(clip["object_translation"]).max(initial=0.0),
    }  # fmt: skip


def tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array, np.float32))


class Solid:
    """A mesh with its search trees and its convex hull's corners (H, 3): clips come many to an object."""

    def __init__(self, vertices, faces):
        self.hull = torch.from_numpy(vertices[ConvexHull(vertices).vertices])
        vertices, faces = vertices.astype(np.float64), faces.astype(np.int64)
        self.surface = outer_surface(vertices, faces)
        self.tree, self.winding = igl.AABB(), igl.FastWindingNumberBVH()
        self.tree.init(*self.surface)
        self.winding.init(vertices, faces)

    @staticmethod
    def of(piece):
        """Of one of a Prop's pieces, (vertices, faces)."""
        return _solid(piece[0].astype(np.float32).tobytes(), piece[1].astype(np.int32).tobytes())

    def inside(self, points):
        """(N, 3) float64 -> (N,) bool."""
        return np.abs(self.winding.winding_number(points)) > 0.5 if len(points) else np.zeros(0, bool)

    def distance(self, points):
        """(N, 3) float64 -> (N,) metres to the surface, unsigned."""
        return np.sqrt(self.tree.squared_distance(*self.surface, points)[0]) if len(points) else np.zeros(0)


@lru_cache(maxsize=4)
def _solid(vertices, faces):
    return Solid(np.frombuffer(vertices, np.float32).reshape(-1, 3), np.frombuffer(faces, np.int32).reshape(-1, 3))


@lru_cache(maxsize=8)
def sparse(hand):
    """SPARSE vertices spread over a hand, and how far (metres) a vertex is at most from the nearest of them."""
    ids, template = hand.sample(SPARSE), hand.template
    return ids, 1.5 * float(torch.cdist(template, template[ids]).amin(1).max())
