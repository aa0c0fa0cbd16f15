"""How near the hands of a take come to its object, frame by frame, measured on the meshes as they are in Blender
now.
"""

import bpy
from mathutils import Vector
from mathutils.bvhtree import BVHTree
import numpy as np

from .. import seam
from ..scene.request import metres_per_unit
from . import beside

FAR = 0.02  # metres: beyond this a hand counts as away
RAY = Vector((0.2672, 0.5345, 0.8018))  # along no likely edge or face


class Surface:
    """The surface of an object of the scene, at the frame in which it is made; later it may stand elsewhere."""

    def __init__(self, object):
        evaluated = object.evaluated_get(bpy.context.evaluated_depsgraph_get())
        mesh = evaluated.to_mesh()
        mesh.calc_loop_triangles()
        vertices = np.empty(3 * len(mesh.vertices), np.float32)
        triangles = np.empty(3 * len(mesh.loop_triangles), np.int32)
        mesh.vertices.foreach_get("co", vertices)
        mesh.loop_triangles.foreach_get("vertices", triangles)
        evaluated.to_mesh_clear()
        self.object, vertices = object, vertices.reshape(-1, 3)
        self.lower, self.upper = vertices.min(0), vertices.max(0)
        self.tree = BVHTree.FromPolygons(vertices.tolist(), triangles.reshape(-1, 3).tolist())

    def distance(self, points, far):
        """Signed distance (N,) of world points (N, 3), Blender units, negative inside; inf beyond `far`."""
        matrix = self.object.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world
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


def measuring(take):
    """Measures a take that is shown, in steps: yields None after each frame, at last a dict.

    distance (n, 2)   of each hand in each of the take's frames, metres: how deep its deepest vertex is inside, as a
                      negative number, or how far its nearest one is away; FAR where that is more, or it plays no part
    inside            for each frame: the world points (k, 3) of what is inside, Blender units, and how deep (k,)
    The scene's frame changes meanwhile and is put back, however it ends.
    """
    scene = bpy.context.scene
    metres, kept = metres_per_unit(scene), (scene.frame_current, scene.frame_subframe)
    first, last = take.frame_range
    distance, inside = np.full((last - first + 1, 2), FAR, np.float32), []
    hands, surfaces = skins(take), None
    try:
        for row, frame in enumerate(range(first, last + 1)):
            scene.frame_set(frame)
            surfaces = surfaces or [Surface(thing) for thing in moved_objects(take)]
            points, depths = [np.zeros((0, 3))], [np.zeros(0)]
            for side, skin in hands.items():
                vertices = skin_vertices(skin)
                each = [surface.distance(vertices, FAR / metres) for surface in surfaces]
                nearest = np.min(each, axis=0, initial=FAR / metres) * metres
                distance[row, seam.SIDES.index(side)] = nearest.min()
                points.append(vertices[nearest < 0])
                depths.append(-nearest[nearest < 0])
            inside.append((np.concatenate(points).astype(np.float32), np.concatenate(depths).astype(np.float32)))
            yield None
    finally:
        scene.frame_set(kept[0], subframe=kept[1])
    yield {"distance": distance, "inside": inside}


def ghosts(take, every):
    """The hands every so many frames, one by one: [(frame, vertices (V, 3) in the world, triangles (F, 3))]."""
    scene = bpy.context.scene
    kept = (scene.frame_current, scene.frame_subframe)
    first, last = take.frame_range
    found = []
    try:
        for frame in range(first, last + 1, every):
            scene.frame_set(frame)
            for skin in skins(take).values():
                mesh = skin.data
                mesh.calc_loop_triangles()
                triangles = np.empty(3 * len(mesh.loop_triangles), np.int32)
                mesh.loop_triangles.foreach_get("vertices", triangles)
                found.append((frame, skin_vertices(skin).astype(np.float32), triangles.reshape(-1, 3)))
    finally:
        scene.frame_set(kept[0], subframe=kept[1])
    return found
