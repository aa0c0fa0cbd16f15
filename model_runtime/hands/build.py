"""Builds the open hand: `python -m model_runtime.hands.build` turns assets/hand/source into MANO's file layout.

The MIT meshes of the WebXR generic-hand profile are welded, turned into MANO's frame, given MANO's 16 joints, a joint
regressor and ten shape directions. The source's left hand is the mirror image of its right, so the left hand here is
the right one mirrored across x = 0: vertex i of one is vertex i of the other.
"""

import json
import os
import struct

import numpy as np
from scipy.optimize import nnls

from ..seam import JOINT_PARENTS

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "assets", "hand")
FINGERS = ("index", "middle", "pinky", "ring", "thumb")

# The WebXR joint at each of MANO's joints. Metacarpals are folded into the wrist, tips into the last joint.
_PARTS = ("phalanx-proximal", "phalanx-intermediate", "phalanx-distal")
_THUMB = ("thumb-metacarpal", "thumb-phalanx-proximal", "thumb-phalanx-distal")
SOURCE_JOINTS = ("wrist",) + tuple(f"{f}-finger-{p}" for f in FINGERS[:4] for p in _PARTS) + _THUMB
SOURCE_TIPS = tuple(f"{f}-finger-tip" for f in FINGERS[:4]) + ("thumb-tip",)
FOLDED = {f"{f}-finger-metacarpal": 0 for f in FINGERS[:4]} | {tip: 3 * f + 3 for f, tip in enumerate(SOURCE_TIPS)}

# The ten shape directions. One unit is about one standard deviation among adults, with what `size` explains taken out:
# rounded estimates after hand surveys such as ANSUR II (men and women together), not fitted to scans.
SHAPE = (
    ("size", "the whole hand larger, 5.5 %"),
    ("finger length", "index to pinky longer, 3 %"),
    ("palm width", "the palm wider, knuckles further apart, 4 %"),
    ("palm length", "wrist to knuckles longer, 3 %"),
    ("finger thickness", "index to pinky thicker, 5 %"),
    ("palm thickness", "the palm thicker, 6 %"),
    ("thumb length", "the thumb longer, 4 %"),
    ("thumb thickness", "the thumb thicker, 6 %"),
    ("finger taper", "index longer, pinky shorter: +4, +1.5, -1.5, -4 %"),
    ("fingertip length", "the last phalanges longer, 6 %, the first ones shorter, 3 %"),
)


def read_glb(path):
    """The skinned mesh of a .glb: vertices (V, 3), faces (F, 3), weights (V, joints), joint places {name: (3,)}."""
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<I", data[12:16])[0]
    gltf, binary = json.loads(data[20 : 20 + length]), data[28 + length :]

    def array(index):
        accessor = gltf["accessors"][index]
        kind = {5121: "u1", 5123: "<u2", 5126: "<f4"}[accessor["componentType"]]
        width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor["type"]]
        start = gltf["bufferViews"][accessor["bufferView"]].get("byteOffset", 0)
        return np.frombuffer(binary, kind, accessor["count"] * width, start).reshape(-1, width)

    primitive = gltf["meshes"][0]["primitives"][0]
    vertices, joints, shares = (array(primitive["attributes"][n]) for n in ("POSITION", "JOINTS_0", "WEIGHTS_0"))
    nodes = [gltf["nodes"][i] for i in gltf["skins"][0]["joints"]]
    weights = np.zeros((len(vertices), len(nodes)))
    np.add.at(weights, (np.arange(len(vertices))[:, None], joints), shares)
    names = {node["name"]: column for column, node in enumerate(nodes)}
    places = {node["name"]: np.array(node["translation"]) for node in nodes}
    return vertices.astype(float), array(primitive["indices"]).reshape(-1, 3).astype(int), weights, names, places


def weld(vertices, faces, weights):
    """One vertex where the source has several for its texture seams; the order is that of first appearance."""
    _, first, group = np.unique(vertices.round(6), axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    keep = first[order]
    return vertices[keep], rank[group.ravel()][faces], weights[keep]


def to_mano_frame(points):
    """WebXR's right hand (fingers -y, palm -x, thumb -z) to MANO's (fingers -x, palm -y, thumb +z)."""
    return np.stack([points[..., 1], points[..., 0], -points[..., 2]], -1)


def fold(weights, names):
    """Weights (V, 25) to MANO's 16 joints (V, 16)."""
    folded = weights[:, [names[name] for name in SOURCE_JOINTS]]
    for name, joint in FOLDED.items():
        folded[:, joint] += weights[:, names[name]]
    return folded / folded.sum(1, keepdims=True)


def regressor(vertices, joints, weights):
    """(16, V), not negative, rows sum to one, regressor @ vertices = joints: each joint from the skin around it.

    Near a joint, vertices that it or its parent moves count by a Gaussian of their distance; non-negative least squares
    finds the nearest weights to that which hit the joint.
    """
    result = np.zeros((len(joints), len(vertices)))
    for joint, place in enumerate(joints):
        moved = weights[:, joint] + (weights[:, JOINT_PARENTS[joint]] if joint else 0)
        distance = np.linalg.norm(vertices - place, axis=1)
        ids = np.flatnonzero(moved > 0.5)
        ids = ids[np.argsort(distance[ids])[:80]]
        wish = np.exp(-0.5 * (distance[ids] / np.median(distance[ids])) ** 2)
        wish /= wish.sum()
        exact = 1e4 * np.vstack([(vertices[ids] - place).T / 0.01, np.ones(len(ids))])
        system = np.vstack([exact, np.eye(len(ids))])
        row, _ = nnls(system, np.concatenate([[0, 0, 0, 1e4], wish]))
        result[joint, ids] = row / row.sum()
    return result


def stretch(vertices, joints, weights, strains):
    """Displacement (V, 3) when each joint's segment is strained: v -> v + strain_j (v - joint_j), joints carried along.

    strains (16, 3, 3): small symmetric matrices in the rest frame. The wrist stays where it is; skinning weights blend.
    """
    carried = np.zeros((16, 3))
    for joint in range(1, 16):
        parent = JOINT_PARENTS[joint]
        carried[joint] = carried[parent] + strains[parent] @ (joints[joint] - joints[parent])
    moved = carried + np.einsum("jab,vjb->vja", strains, vertices[:, None] - joints)
    return np.einsum("vj,vja->va", weights, moved)


def shape_directions(vertices, joints, tips, weights):
    """(V, 3, 10): metres per unit; see SHAPE."""
    fingers = joints[1:].reshape(5, 3, 3)
    ends = np.concatenate([fingers[:, 1:], tips[:, None]], 1)
    bones = ((ends - fingers) / np.linalg.norm(ends - fingers, axis=-1, keepdims=True)).reshape(15, 3)
    along = np.concatenate([np.zeros((1, 3, 3)), bones[:, :, None] * bones[:, None, :]])
    across = np.eye(3) - along

    def strain(rows, amounts, matrices):
        strains = np.zeros((16, 3, 3))
        strains[rows] = np.multiply(np.asarray(amounts).reshape(-1, 1, 1), matrices)
        return stretch(vertices, joints, weights, strains)

    four, thumb = slice(1, 13), slice(13, 16)
    taper = np.repeat([0.04, 0.015, -0.04, -0.015], 3)  # index, middle, pinky, ring
    tip = np.tile([-0.03, 0.0, 0.06], 5)
    palm = np.diag
    return np.stack([
        strain(slice(0, 16), 0.055, np.eye(3)),
        strain(four, 0.03, along[four]),
        strain(0, 0.04, palm([0.0, 0.0, 1.0])),
        strain(0, 0.03, palm([1.0, 0.0, 0.0])),
        strain(four, 0.05, across[four]),
        strain(0, 0.06, palm([0.0, 1.0, 0.0])),
        strain(thumb, 0.04, along[thumb]),
        strain(thumb, 0.06, across[thumb]),
        strain(four, taper, along[four]),
        strain(slice(1, 16), tip, along[1:]),
    ], -1)  # fmt: skip


def build_right(path):
    """The right hand of a WebXR .glb as a dict of MANO's fields."""
    vertices, faces, weights, names, places = read_glb(path)
    vertices, faces, weights = weld(vertices, faces, weights)
    vertices, weights = to_mano_frame(vertices), fold(weights, names)
    joints = to_mano_frame(np.array([places[name] for name in SOURCE_JOINTS]))
    tips = to_mano_frame(np.array([places[name] for name in SOURCE_TIPS]))
    regress = regressor(vertices, joints, weights)
    parents = np.array([2**32 - 1, *JOINT_PARENTS[1:]], np.uint32)
    return {
        "v_template": vertices.astype(np.float32),
        "f": faces.astype(np.int32),
        "weights": weights.astype(np.float32),
        "J": joints.astype(np.float32),
        "J_regressor": regress.astype(np.float32),
        "kintree_table": np.stack([parents, np.arange(16, dtype=np.uint32)]),
        "shapedirs": shape_directions(vertices, joints, tips, weights).astype(np.float32),
        "posedirs": np.zeros((len(vertices), 3, 135), np.float32),
        "hands_components": np.eye(45, dtype=np.float32),
        "hands_coeffs": np.zeros((1, 45), np.float32),
        "hands_mean": np.zeros(45, np.float32),
        "bs_type": np.array("lrotmin"),
        "bs_style": np.array("lbs"),
        "shape_names": np.array([name for name, _ in SHAPE]),
    }


def mirrored(hand):
    """The other hand: x negated, triangles turned round so that they still face outwards."""
    flip = np.array([-1, 1, 1], np.float32)
    other = dict(hand, f=hand["f"][:, ::-1].copy(), shapedirs=hand["shapedirs"] * flip[:, None])
    return other | {name: hand[name] * flip for name in ("v_template", "J")}


def main():
    right = build_right(os.path.join(FOLDER, "source", "right.glb"))
    for side, hand in (("RIGHT", right), ("LEFT", mirrored(right))):
        path = os.path.normpath(os.path.join(FOLDER, f"OPEN_{side}.npz"))
        np.savez_compressed(path, **hand)
        print(path, f"{os.path.getsize(path) / 1e3:.0f} kB, {len(hand['v_template'])} vertices")


if __name__ == "__main__":
    main()
