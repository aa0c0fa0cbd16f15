"""How near the hands of a take come to its object, frame by frame, measured on the meshes as they are in Blender
now.
"""

import hashlib

import bpy
from mathutils import Vector
from mathutils.bvhtree import BVHTree
import numpy as np

from .. import seam
from ..scene.fixed import kept_frame
from . import beside, keys

FAR = 0.02  # metres: beyond this a hand counts as away
RAY = Vector((0.2672, 0.5345, 0.8018))  # along no likely edge or face


class Surface:
    """The surface of an object of the scene, at the frame in which it is made."""

    def __init__(self, object):
        evaluated = object.evaluated_get(bpy.context.evaluated_depsgraph_get())
        mesh = evaluated.to_mesh()
        mesh.calc_loop_triangles()
        vertices = np.empty(3 * len(mesh.vertices), np.float32)
        triangles = np.empty(3 * len(mesh.loop_triangles), np.int32)
        mesh.vertices.foreach_get("co", vertices)
        mesh.loop_triangles.foreach_get("vertices", triangles)
        evaluated.to_mesh_clear()
        vertices = vertices.reshape(-1, 3)
        self.lower, self.upper = vertices.min(0), vertices.max(0)
        self.tree = BVHTree.FromPolygons(vertices.tolist(), triangles.reshape(-1, 3).tolist())

    def distance(self, points, far, matrix):
        """Signed distance (N,) of world points (N, 3), Blender units, negative inside; inf beyond `far`. matrix: where
        the object stands in the world.
        """
        inverse = np.array(matrix.inverted())
        local = points @ inverse[:3, :3].T + inverse[:3, 3]
        room = far * np.linalg.norm(inverse[:3, :3], axis=1)
        found = np.full(len(points), np.inf)
        for row in np.flatnonzero(((local > self.lower - room) & (local < self.upper + room)).all(1)):
            point = Vector(local[row])
            nearest, *_ = self.tree.find_nearest(point)
            apart = (matrix @ nearest - Vector(points[row])).length
            inside = self.encloses(point)
            if inside or apart < far:
                found[row] = -apart if inside else apart
        return found

    def encloses(self, point):
        """Whether a local point is inside: whether a ray leaves the surface more often than it enters it, or less."""
        count, start = 0, point
        for _ in range(64):
            hit, normal, *_ = self.tree.ray_cast(start, RAY)
            if hit is None:
                break
            count += 1 if normal.dot(RAY) > 0 else -1
            start = hit + RAY * 1e-6 * max(1.0, (self.upper - self.lower).max())
        return count != 0


def skins(take):
    """The skin of each hand: {"LEFT": mesh object, ...}."""
    found = {}
    for side, hand in take.hands.items():
        found[side] = next(each for each in take.collection.objects if each.type == "MESH" and each.parent == hand)
    return found


def skin_vertices(skin):
    """The evaluated vertices of a skin in the world (V, 3), float64."""
    evaluated = skin.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(3 * len(evaluated.data.vertices), np.float32)
    evaluated.data.vertices.foreach_get("co", points)
    matrix = np.array(evaluated.matrix_world)
    return points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def moved_objects(take):
    """What the hands of a take touch, where it is seen: the object and its part, or their copies beside."""
    found = beside.copies_of(take.collection) if take.is_beside else [thing for _, thing in take.moved]
    return [thing for thing in found if thing.type == "MESH"]


def read(take, frames, surfaces=True):
    """What the hands of a take that is shown are in scene frames (n,); in steps.

    Returns {"skins": for each frame the world vertices of each hand {"LEFT": (V, 3), ...}, "places": for each frame
    where the things stand that it moves}, and with them their "surfaces" at the first of the frames, where these are
    wanted.
    """
    hands, things, seen = skins(take), moved_objects(take) if surfaces else [], {"skins": [], "places": []}
    with kept_frame() as scene:
        for frame in frames:
            scene.frame_set(frame)
            graph = bpy.context.evaluated_depsgraph_get()
            if not seen["skins"]:
                seen["surfaces"] = [Surface(thing) for thing in things]
            seen["skins"].append({side: skin_vertices(skin) for side, skin in hands.items()})
            seen["places"].append([thing.evaluated_get(graph).matrix_world.copy() for thing in things])
            yield True
    return seen


def measured(seen, metres):
    """How near hands come to what they touch, from what `read` returned; in steps, between which the scene may change.

    metres: how long a Blender unit is. Returns a dict:

    distance (n, 2)   of each hand in each of the frames, metres: how deep its deepest vertex is inside, as a negative
                      number, or how far its nearest one is away; FAR where that is more, or it plays no part
    inside            for each frame: the world points (k, 3) of what is inside, Blender units, and how deep (k,)
    """
    distance, inside = np.full((len(seen["skins"]), 2), FAR, np.float32), []
    for row, (hands, places) in enumerate(zip(seen["skins"], seen["places"])):
        points, depths = [np.zeros((0, 3))], [np.zeros(0)]
        for side, vertices in hands.items():
            each = [surface.distance(vertices, FAR / metres, place) for surface, place in zip(seen["surfaces"], places)]
            nearest = np.min(each, axis=0, initial=FAR / metres) * metres
            distance[row, seam.SIDES.index(side)] = nearest.min()
            points.append(vertices[nearest < 0])
            depths.append(-nearest[nearest < 0])
        inside.append((np.concatenate(points).astype(np.float32), np.concatenate(depths).astype(np.float32)))
        yield
    return {"distance": distance, "inside": inside}


def triangles(skin):
    """The triangles (F, 3) of a skin."""
    skin.data.calc_loop_triangles()
    found = np.empty(3 * len(skin.data.loop_triangles), np.int32)
    skin.data.loop_triangles.foreach_get("vertices", found)
    return found.reshape(-1, 3)


def state(take):
    """Tells whether a take's hands, and what they touch, still move as they did: a text that is another one when the
    keys, the meshes or the bones are others.
    """
    things = [*take.hands.values(), *skins(take).values(), *moved_objects(take)]
    owners = dict.fromkeys(owner for thing in things for owner in _with_parents(thing))
    found = hashlib.sha1()
    for owner in owners:
        actions = keys.actions(owner)
        for curve in (curve for action in actions for bag in keys.bags(action) for curve in bag.fcurves):
            for name in ("co", "handle_left", "handle_right"):
                found.update(_array(curve.keyframe_points, name, 2))
        if not actions:
            found.update(np.array(owner.matrix_basis).tobytes())
        if owner.type == "MESH":
            found.update(_array(owner.data.vertices, "co", 3))
        elif owner.type == "ARMATURE":
            found.update(_array(owner.data.bones, "matrix_local", 16))
    return found.hexdigest()


def _with_parents(thing):
    while thing:
        yield thing
        thing = thing.parent


def _array(collection, name, width):
    values = np.empty(len(collection) * width, np.float32)
    collection.foreach_get(name, values)
    return values
