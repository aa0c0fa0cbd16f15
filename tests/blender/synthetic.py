"""Clips made without a model: two toy hands of boxes around an object that is lifted, turned and set down."""

import numpy as np

from jointhoi_blender import seam

CUBE_FACES = np.array(
    [[0, 2, 3], [0, 3, 1], [4, 5, 7], [4, 7, 6], [0, 1, 5], [0, 5, 4],
     [2, 6, 7], [2, 7, 3], [0, 4, 6], [0, 6, 2], [1, 3, 7], [1, 7, 5]],
    np.int32,
)  # fmt: skip


def turn(axis, angle):
    """Rotation matrices (..., 3, 3) about an axis (3,) by angles (...,), by Rodrigues' formula."""
    x, y, z = np.asarray(axis, float) / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.asarray(angle, float)[..., None, None]
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)


def toy_hand(side):
    """Rest vertices (V, 3), joints (16, 3), faces (F, 3), weights (V, 16): a box a joint, blended at its root."""
    joints = np.zeros((16, 3))
    for finger, (base, across) in enumerate(((0.095, 0.025), (0.098, 0.003), (0.085, -0.04), (0.092, -0.02))):
        for bone in range(3):
            joints[1 + 3 * finger + bone] = (-base - 0.03 * bone, -0.002 * bone, across)
    joints[13:] = (-0.025, -0.01, 0.03), (-0.05, -0.015, 0.05), (-0.07, -0.02, 0.065)
    corners = np.array([[x, y, z] for x in (0, 1) for y in (-1, 1) for z in (-1, 1)], float)
    vertices, faces, weights = [], [], []
    for joint, parent in enumerate(seam.JOINT_PARENTS):
        end = (
            joints[4]
            if joint == 0
            else joints[joint] + 0.9 * (joints[joint] - joints[parent])
            if joint % 3 == 0
            else joints[joint + 1]
        )
        along = end - joints[joint]
        box = joints[joint] + corners[:, :1] * along + corners * [0, 0.007, 0.007]
        weight = np.zeros((8, 16))
        weight[:, joint] = 1
        if parent >= 0:
            weight[:4, joint], weight[:4, parent] = 0.625, 0.375
        faces.append(CUBE_FACES + 8 * joint)
        vertices.append(box)
        weights.append(weight)
    vertices, faces = np.concatenate(vertices), np.concatenate(faces)
    if side == seam.LEFT:
        vertices, joints, faces = vertices * [-1, 1, 1], joints * [-1, 1, 1], faces[:, ::-1]
    return vertices, joints, faces, np.concatenate(weights)


def make_clip(
    translation=(0, 0, 0), rotation=np.eye(3), points=None, seconds=2.0, fps=30.0, hands="both", seed=0, times=None
):
    """A Clip whose object starts at translation, rotation. points (P, 3): contact points; by default on a 10 cm cube.

    times (T,): the same motion at other moments, in seconds, than those of `fps`
    """
    rng = np.random.default_rng(seed)
    frames = int(round(seconds * fps)) + 1 if times is None else len(times)
    t = np.arange(frames) / fps / seconds if times is None else np.asarray(times) / seconds
    held = np.clip((t - 0.2) / 0.6, 0, 1)
    lift = 0.2 * np.sin(np.pi * held) ** 2
    place = np.asarray(translation, float) + np.stack([0.1 * held**2, 0.05 * np.sin(4 * held), lift], 1)
    turns = turn((0.3, -0.5, 0.8), 4.5 * held**2 * (3 - 2 * held)) @ np.asarray(rotation, float)
    pose = np.tile(np.eye(3), (frames, 2, 16, 1, 1))
    axes = rng.normal(size=(2, 16, 3))
    for side in range(2):
        for joint in range(1, 16):
            pose[:, side, joint] = turn(axes[side, joint], rng.uniform(0.2, 1.4) * np.minimum(1, 4 * t))
        own = turn((0, 0, 1), side * np.pi) @ turn(axes[side, 0], 0.4 * rng.uniform())
        pose[:, side, 0] = turns @ np.asarray(rotation, float).T @ own
    away = np.array([[-0.15, 0, 0.02], [0.15, 0, 0.02]]) * (1 + np.clip(0.2 - t, 0, 1))[:, None, None]
    wrists = place[:, None] + np.einsum("tij,thj->thi", turns, away)
    if points is None:
        points = rng.uniform(-0.05, 0.05, (256, 3))
        points[np.arange(256), rng.integers(0, 3, 256)] = rng.choice([-0.05, 0.05], 256)
    points = np.asarray(points, float)
    touched = points[[points[:, 0].argmin(), points[:, 0].argmax()]]  # by the left hand, by the right
    touch = np.minimum(1, 5 * t)[:, None, None] * np.exp(-np.linalg.norm(points - touched[:, None], axis=-1) / 0.03)
    rest = [toy_hand(side) for side in range(2)]
    stack = lambda part, kind: np.stack([np.asarray(each[part], kind) for each in rest])
    return seam.Clip(
        object_translation=place.astype(np.float32),
        object_rotation=turns.astype(np.float32),
        object_articulation=np.zeros(frames, np.float32),
        hand_translation=wrists.astype(np.float32),
        hand_rotation=pose.astype(np.float32),
        hand_shape=np.zeros((2, 10), np.float32),
        hand_active=np.array([hands in ("left", "both"), hands in ("right", "both")]),
        contact_points=points.astype(np.float32),
        contact=touch.astype(np.float32),
        hand_rest_vertices=stack(0, np.float32),
        hand_rest_joints=stack(1, np.float32),
        hand_faces=stack(2, np.int32),
        hand_weights=stack(3, np.float32),
        fps=fps,
        prompt="Lift the cube with both hands.",
        seed=seed,
        metrics={"penetration_mm": 1.25},
    )


def clip_for(request, **options):
    """A clip that starts where a Request says, with its contact points on the request's mesh."""
    shares = np.random.default_rng(0).dirichlet((2, 2, 2), len(request.faces))  # no two points equally near to a vertex
    points = np.einsum("fc,fcx->fx", shares, request.vertices[request.faces])
    return make_clip(
        request.translation,
        request.rotation,
        points[:: len(points) // 256 + 1],
        hands=options.pop("hands", "both"),
        **options,
    )


def forward_kinematics(clip, frame, side):
    """The joints of a hand in the clip's world: rotations (16, 3, 3) and positions (16, 3)."""
    joints = np.asarray(clip.hand_rest_joints[side], float)
    turns, places = np.empty((16, 3, 3)), np.empty((16, 3))
    for joint, parent in enumerate(seam.JOINT_PARENTS):
        own = np.asarray(clip.hand_rotation[frame, side, joint], float)
        if parent < 0:
            turns[joint], places[joint] = own, clip.hand_translation[frame, side]
        else:
            turns[joint] = turns[parent] @ own
            places[joint] = places[parent] + turns[parent] @ (joints[joint] - joints[parent])
    return turns, places


def skinned(clip, frame, side):
    """The vertices of a hand in the clip's world (V, 3), by linear blend skinning."""
    turns, places = forward_kinematics(clip, frame, side)
    rest = clip.hand_rest_vertices[side].astype(float)[:, None] - clip.hand_rest_joints[side].astype(float)
    moved = np.einsum("jab,vjb->vja", turns, rest) + places
    return np.einsum("vj,vja->va", clip.hand_weights[side].astype(float), moved)
