"""Any triangle mesh, cleaned: closed or not, manifold or not, of any density; and whether a hand could hold it."""

import igl
import numpy as np

from ..seam import LARGEST_EXTENT, SMALLEST_EXTENT, UserError

MAX_FACES = 2_000_000
WELD = 1e-5  # vertices closer than this share of the bounding box's diagonal are one
FLAT = 1e-4  # thinner than this share of its length is a sheet, and a sheet has no inside

# LARGEST_EXTENT is between a large coin and a long kitchen knife; a ball of SMALLEST_EXTENT is the widest that two
# hands hold well. What is of another size becomes as large as most things in the hand are:
USUAL_EXTENT, USUAL_LENGTH = 0.12, 0.40


def metric_mesh(vertices, faces, name="object"):
    """A clean copy of a triangle mesh, in the same frame and units.

    vertices (V, 3), faces (F, 3) integer -> vertices (V', 3) float32, faces (F', 3) int32. Welds near duplicates, drops
    triangles without area, doubled triangles and loose vertices, and gives neighbouring triangles one orientation, with
    closed parts facing outwards (a part inside another is taken for its cavity and keeps its side).
    Raises UserError(kind="mesh") where nothing can be done, with a sentence that says what to do.
    """
    vertices = np.asarray(vertices, np.float64).reshape(-1, 3)
    faces = np.asarray(faces, np.int64).reshape(-1, 3)
    if not len(faces):
        raise UserError(f"“{name}” has no faces. Choose an object with a surface.", "mesh")
    if len(faces) > MAX_FACES:
        raise UserError(f"“{name}” has {len(faces):,} triangles, more than the {MAX_FACES:,} that can be used. Add a "
                        "Decimate modifier and try again.", "mesh")  # fmt: skip
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise UserError(f"“{name}” has faces that point at vertices it does not have. Its mesh is damaged: "
                        "in Edit Mode run Mesh > Clean Up, or import it again.", "mesh")  # fmt: skip
    if not np.isfinite(vertices[faces]).all():
        raise UserError(f"“{name}” has vertices whose position is not a finite number. Delete them, or check its "
                        "modifiers and its scale.", "mesh")  # fmt: skip
    vertices, faces = _weld(vertices, faces)
    faces = _without_doubles(_without_slivers(vertices, faces))
    if not len(faces):
        raise UserError(f"“{name}” has no area: its faces have collapsed. Check its scale and its modifiers.", "mesh")
    vertices, faces = _without_loose(vertices, faces)
    thickness = np.linalg.svd(vertices - vertices.mean(0), compute_uv=False)
    if thickness[2] < FLAT * thickness[0]:
        raise UserError(f"“{name}” is flat: it has no thickness. Add a Solidify modifier and try again.", "mesh")
    return vertices.astype(np.float32), _oriented(vertices, faces).astype(np.int32)


def size_check(extents, name="object", fit="ask"):
    """The factor that makes the object hand-sized; 1.0 where it already is.

    extents (3,) metres: the size of the bounding box. Hand-sized means: largest extent from 2 to 60 cm, smallest at
    most 30 cm. Otherwise the factor brings the geometric mean of the two largest extents to 12 cm, at most 40 cm long:
    Blender's default cube becomes 12 cm wide, a one metre sword a 38 cm knife.
    With fit="ask" an object that is not hand-sized raises UserError(kind="size", details={"extent", "scale"}).
    """
    small, middle, large = (float(extent) for extent in np.sort(np.asarray(extents, np.float64)))
    if LARGEST_EXTENT[0] <= large <= LARGEST_EXTENT[1] and small <= SMALLEST_EXTENT:
        return 1.0
    scale = min(USUAL_EXTENT / np.sqrt(large * max(middle, 1e-3 * large)), USUAL_LENGTH / large)
    if fit == "ask":
        problem = "too big" if large > LARGEST_EXTENT[1] or small > SMALLEST_EXTENT else "too small"
        raise UserError(
            f"“{name}” is {large:.3g} m long, {problem} for a hand. Choose to scale the hands to the object, or to "
            f"scale it to {large * scale:.2f} m.", "size", {"extent": large, "scale": float(scale)})  # fmt: skip
    return float(scale)


def _weld(vertices, faces):
    used = vertices[np.unique(faces)]
    lowest, diagonal = used.min(0), np.linalg.norm(np.ptp(used, axis=0))
    if diagonal == 0:
        return vertices, faces[:0]
    safe = np.where(np.isfinite(vertices), vertices, lowest)  # loose vertices may be anything
    cells = np.clip(np.round((safe - lowest) / (WELD * diagonal)), -1, 1 / WELD + 1).astype(np.int64) + 1
    _, first, group = np.unique(cells @ (10**12, 10**6, 1), return_index=True, return_inverse=True)
    return vertices[first], group[faces]


def _without_slivers(vertices, faces):
    corners = vertices[faces]
    edges = np.roll(corners, -1, axis=1) - corners
    longest = np.square(edges).sum(-1).max(-1)
    area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=-1)
    return faces[area > 1e-9 * longest]


def _without_doubles(faces):
    """One of each set of triangles on the same three corners, whichever way they face."""
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    return faces[np.sort(first)]


def _without_loose(vertices, faces):
    used, faces = np.unique(faces, return_inverse=True)
    return vertices[used], faces.reshape(-1, 3)


def _oriented(vertices, faces):
    """The faces with one orientation on each patch: outwards where it is closed, that of most of its area where not."""
    turned, patch = igl.bfs_orient(faces)
    corners = vertices[turned] - vertices.mean(0)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    same = (turned == faces).all(1) | (turned == np.roll(faces, 1, 1)).all(1) | (turned == np.roll(faces, 2, 1)).all(1)
    kept = np.bincount(patch, np.where(same, 1, -1) * np.linalg.norm(normal, axis=1))
    volume = np.bincount(patch, np.einsum("fc,fc->f", corners.mean(1), normal))
    count = len(kept)
    lower, upper = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(lower, patch, corners.min(1))
    np.maximum.at(upper, patch, corners.max(1))
    closed = np.ones(count, bool)
    closed[_open_patches(turned, patch)] = False
    flip = kept < 0
    if count <= 2000:  # a triangle soup has thousands of patches, and none of them is closed
        for index in np.flatnonzero(closed):
            around = (lower < lower[index]).all(1) & (upper > upper[index]).all(1)
            if not around.any():
                flip[index] = volume[index] < 0
    turned[flip[patch]] = turned[flip[patch]][:, ::-1]
    return turned


def _open_patches(faces, patch):
    """The patches with an edge that only one of their own triangles has: patches may meet others along an edge."""
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edge_of_patch = (edges[:, 0] * (faces.max() + 1) + edges[:, 1]) * (patch.max() + 1) + np.tile(patch, 3)
    found, uses = np.unique(edge_of_patch, return_counts=True)
    return found[uses == 1] % (patch.max() + 1)
