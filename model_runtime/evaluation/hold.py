"""Whether hands hold an object: one second of rigid-body simulation under gravity, the hands fixed ("simulated hold").

The measure of the grasp literature: Hasson et al., "Learning joint reconstruction of hands and manipulated objects",
2019, report how far an object moves when it is simulated in a still hand; FlowHOI counts successes. The simulator is
MuJoCo.

The hand is a set of small convex pieces, so that its hollows stay hollow. The object is a set of small balls on its
real surface, wherever the hand may come to touch it: cavities, handles and rims are what they are, where the convex
hull of a mug would be a block. A ball's radius is the soft skin: contact begins that far from the hand and pushes back
the harder the nearer. MuJoCo scales contact forces with the object's mass: a grip is as firm as the weight asks, as
people's is (Johansson & Westling 1984). What is asked is whether the contacts, where they are and as they face, can
hold the object at all. The hand doesn't follow an object that gives way: where forces don't balance it is lost.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.spatial import ConvexHull, cKDTree
from scipy.spatial.transform import Rotation

from ..seam import UserError

SKIN = 0.002  # metres: a fingertip gives way by about 2 mm under a few newtons (Serina et al. 1997)
FRICTION = 0.9  # our choice, for a finger's pad on dry plastic, wood or glass
DENSITY = 300.0  # kg/m3 of the convex hull: a full mug, a hammer, a phone all come out within a factor of three
FARTHEST, WIDEST = 0.02, np.radians(45)  # a held object moves and turns no more than this in the second
GRAVITY = 9.81
STEP = 0.004  # seconds
STIFF = 1000  # friction's stiffness over the normal force's: at 10 held objects creep by up to 5 mm/s, here by 0.1
COLUMNS = {0: 24, 1: 2, 4: 2, 7: 2, 10: 2, 13: 3}  # joint: columns that the piece it moves is cut into
FINE, NEAR, COARSE, REACH = 0.0025, 0.005, 0.008, 0.022  # metres: balls FINE apart up to NEAR, COARSE up to REACH


@dataclass
class Hold:
    """displacement of the object's centre of mass, metres; turn, radians; whether it was held."""

    displacement: float
    turn: float
    held: bool


def pieces(hand, vertices):
    """The convex pieces of a posed hand: list of (N, 3) points whose hulls together are the hand.

    hand: hands.layer.Hand; vertices (V, 3) of it, torch or numpy, metres. The pieces of two hands may be joined.
    """
    vertices = np.asarray(vertices, np.float64)
    return [vertices[rows] for rows in _piece_rows(hand)]


@lru_cache(maxsize=8)
def _piece_rows(hand):
    """Vertex ids of each piece: faces go with the bone that moves them most; wide pieces are cut into short columns
    that reach from the palm through to the back of the hand. 99 % of the hulls then lies less than 2.2 mm outside the
    skin."""
    weights, template, faces = (tensor.cpu().numpy() for tensor in (hand.weights, hand.template, hand.faces))
    piece = 100 * weights[faces].sum(1).argmax(1)
    centre = template[faces].mean(1)[:, [0, 2]]  # across the palm; y is its normal
    for bone, columns in COLUMNS.items():
        rows = np.flatnonzero(piece == 100 * bone)
        piece[rows] += kmeans2(centre[rows], columns, seed=0, minit="++", iter=30)[1]
    return [np.unique(faces[piece == one]) for one in np.unique(piece)]


def hold(pieces, vertices, faces, seconds=1.0, friction=FRICTION):
    """Lets gravity act on an object between fixed hands for `seconds` -> Hold.

    pieces: list of (N, 3) convex pieces of whatever holds it, see `pieces`, their points at most 1 cm apart; vertices
    (V, 3), faces (F, 3) of the object, a hinge taken as stiff at its angle. All in one frame with +Z up, metres. A lost
    object is followed for 4 cm only. Takes 50 ms of one core. Raises UserError(kind="runtime") where mujoco is missing.
    """
    mujoco = _mujoco()
    vertices = np.asarray(vertices, np.float64)
    (middle, mass, inertia), fine, coarse = _thing(vertices.tobytes(), np.asarray(faces, np.int64).tobytes())
    hand = cKDTree(np.concatenate(pieces))
    fine = fine[hand.query(fine, distance_upper_bound=NEAR)[0] < NEAR]
    far = hand.query(coarse, distance_upper_bound=REACH)[0]
    balls = np.concatenate([fine, coarse[(far >= NEAR) & (far < REACH)]]) - middle
    spec = mujoco.MjSpec()
    spec.option.timestep, spec.option.gravity = STEP, (0, 0, -GRAVITY)
    spec.option.cone, spec.option.impratio = mujoco.mjtCone.mjCONE_ELLIPTIC, STIFF
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_EULER
    moments, axes = np.linalg.eigh(inertia)
    quaternion = Rotation.from_matrix(axes * np.sign(np.linalg.det(axes))).as_quat(scalar_first=True)
    thing = spec.worldbody.add_body(pos=middle)
    thing.explicitinertial, thing.mass, thing.inertia, thing.iquat = True, mass, moments, quaternion
    thing.ipos = np.zeros(3)  # unsaid, it would be the body's place in the world
    thing.add_freejoint()
    soft = dict(friction=(friction, 0.005, 0.0001), condim=3, solref=(0.02, 1.0), solimp=(0.8, 0.95, SKIN, 0.5, 2))
    for ball in balls:
        thing.add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=(SKIN, 0, 0), pos=ball, contype=1, conaffinity=2, **soft)
    for number, piece in enumerate(pieces):
        name = f"piece{number}"
        spec.add_mesh(name=name, uservert=piece.ravel(), inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_CONVEX)
        spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_MESH, meshname=name, contype=2, conaffinity=1, **soft)
    model = spec.compile()
    data = mujoco.MjData(model)
    for step in range(round(seconds / STEP)):
        mujoco.mj_step(model, data)
        lost = np.linalg.norm(data.qpos[:3] - middle) > 2 * FARTHEST
        at_rest = step * STEP > 0.5 * seconds and np.abs(data.qvel).max() < 0.001  # m/s and rad/s
        if lost or at_rest:
            break
    displacement = float(np.linalg.norm(data.qpos[:3] - middle))
    turn = float(2 * np.arccos(np.clip(abs(data.qpos[3]), 0, 1)))
    return Hold(displacement, turn, displacement <= FARTHEST and turn <= WIDEST)


@lru_cache(maxsize=4)
def _thing(vertices, faces):
    """An object's `body` and its points, fine and coarse, from the bytes of its mesh: grasps come many to an object."""
    mesh = np.frombuffer(vertices).reshape(-1, 3), np.frombuffer(faces, np.int64).reshape(-1, 3)
    return body(*mesh), spread(*mesh, FINE), spread(*mesh, COARSE)


def _mujoco():
    try:
        import mujoco
    except ImportError:
        raise UserError("The simulated hold needs MuJoCo. Install it into the runtime's Python environment: "
                        "python -m pip install mujoco==4.0.0", "runtime") from None  # fmt: skip
    return mujoco


def body(vertices, faces):
    """A mesh as a rigid body: centre of mass (3,), mass in kg, inertia (3, 3) about the centre.

    That of its solid, parts that overlap counting twice there; of a shell where it is open, as its vector area shows.
    The mass is DENSITY times the convex hull's volume.
    """
    vertices = np.asarray(vertices, np.float64)
    origin = vertices.mean(0)
    hull = ConvexHull(vertices).volume
    corners = vertices[faces] - origin
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(normal, axis=1)
    volume = np.einsum("fi,fi->f", corners[:, 0], normal)
    if np.linalg.norm(normal.sum(0)) < 1e-3 * area.sum() and volume.sum() > 0.01 * 6 * hull:
        share, divisor = volume / volume.sum(), 20  # of tetrahedra
        places = np.concatenate([corners, 0 * corners[:, :1]], 1)
    else:
        share, divisor, places = area / area.sum(), 12, corners  # of triangles
    centre, total, mass = share @ places.mean(1), places.sum(1), DENSITY * hull
    # The second moment of a simplex with n corners x: (sum of x x^T + (sum of x) (sum of x)^T) / (n (n + 1)).
    second = np.einsum("f,fki,fkj->ij", share, places, places) + np.einsum("f,fi,fj->ij", share, total, total)
    second = second / divisor - np.outer(centre, centre)
    return centre + origin, mass, mass * (np.trace(second) * np.eye(3) - second)


def spread(vertices, faces, size):
    """Points (B, 3) of a surface, one in each cube of the side `size` that it passes through."""
    rng = np.random.default_rng(0)
    corners = np.asarray(vertices, np.float64)[faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    count = int(np.clip(6 * area.sum() / size**2, 500, 200_000))
    rows = rng.choice(len(corners), count, p=area / area.sum())
    points = np.einsum("nc,ncx->nx", rng.dirichlet((1, 1, 1), count), corners[rows])
    cells = np.floor((points - points.min(0)) / size).astype(np.int64)
    _, first = np.unique(cells @ (1_000_000, 1000, 1), return_index=True)
    return points[first]
