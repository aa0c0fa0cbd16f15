"""Whether hands hold an object: one second of rigid-body simulation under gravity, the hands fixed ("simulated hold").

The measure of the grasp literature: Hasson et al., "Learning joint reconstruction of hands and manipulated objects", 2019,
report how far an object moves when it is simulated in a still hand; FlowHOI counts successes. The simulator is MuJoCo.

The hand is a set of convex pieces, one for each bone and each ray of the palm, so that its hollows stay hollow. The object
is a set of small balls on its real surface, wherever a piece may come to touch it: cavities, handles and rims then are
what they are, where a convex hull of a mug would fill it. A ball's radius is the soft skin: contact begins that far from the
hand and pushes back softly, the harder the nearer. MuJoCo scales contact forces with the object's mass, so a grip
is as firm as the weight asks, as people's is (Johansson & Westling 1984: a constant share above what would slip).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.spatial import ConvexHull, cKDTree

from ..seam import UserError

SKIN = 0.0015  # metres; pads give way by 1-2 mm under a few newtons (Serina et al. 1997)
FRICTION = 0.9  # skin on plastic, wood or glass: 0.6-1.3 (Savescu et al. 2008; Tomlinson et al. 2007)
DENSITY = 300.0  # kg/m3 of the convex hull: a full mug, a hammer, a phone all come out within a factor of three
FARTHEST, WIDEST = 0.02, np.radians(45)  # a held object moves and turns no more than this in the second
GRAVITY = 9.81
STEP = 0.004  # seconds
STIFF = 1000  # friction's stiffness over the normal force's: at MuJoCo's usual 1 a held object creeps by 5 mm/s, here by 0.1
COLUMNS = {0: 24, 1: 2, 4: 2, 7: 2, 10: 2, 13: 3}  # joint: columns that the piece it moves is cut into
FINE, COARSE, REACH = 0.004, 0.008, 0.022  # metres: between balls near the hand and farther off, and how far off


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
    """Vertex ids of each piece: faces go with the bone that moves them most; wide pieces are cut into short columns that
    reach from the palm through to the back of the hand. 0.1 % of the skin then lies more than 2 mm inside a hull."""
    weights, template, faces = (tensor.cpu().numpy() for tensor in (hand.weights, hand.template, hand.faces))
    piece = 100 * weights[faces].sum(1).argmax(1)
    centre = template[faces].mean(1)[:, [0, 2]]  # across the palm; y is its normal
    for bone, columns in COLUMNS.items():
        rows = np.flatnonzero(piece == 100 * bone)
        piece[rows] += kmeans2(centre[rows], columns, seed=0, minit="++", iter=30)[1]
    return [np.unique(faces[piece == one]) for one in np.unique(piece)]


def hold(pieces, vertices, faces, seconds=1.0, friction=FRICTION):
    """Lets gravity act on an object between fixed hands for `seconds` -> Hold.

    pieces: list of (N, 3) convex pieces of whatever holds it, see `pieces`; vertices (V, 3), faces (F, 3) of the object,
    a hinge taken as stiff at its angle. All in one frame with +Z up, metres. Raises UserError(kind="runtime") where mujoco
    is not installed.
    """
    mujoco = _mujoco()
    vertices = np.asarray(vertices, np.float64)
    middle, mass, inertia = body(vertices, faces)
    balls = touching_points(np.concatenate(pieces), vertices, faces) - middle
    spec = mujoco.MjSpec()
    spec.option.timestep, spec.option.gravity = STEP, (0, 0, -GRAVITY)
    spec.option.cone, spec.option.impratio = mujoco.mjtCone.mjCONE_ELLIPTIC, STIFF
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_EULER
    thing = spec.worldbody.add_body(pos=middle, mass=mass, fullinertia=inertia, explicitinertial=True)
    thing.add_freejoint()
    soft = dict(friction=(friction, 0.005, 0.0001), condim=3, solref=(0.02, 1.0), solimp=(0.8, 0.95, 0.002, 0.5, 2))
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


def _mujoco():
    try:
        import mujoco
    except ImportError:
        raise UserError("The simulated hold needs MuJoCo. Install it into the runtime's Python environment: "
                        "python -m pip install mujoco==4.0.0", "runtime") from None  # fmt: skip
    return mujoco


def body(vertices, faces):
    """A mesh as a rigid body: centre of mass (3,), mass in kg, inertia (xx, yy, zz, xy, xz, yz) about the centre.

    Of its solid where that has a sensible volume, as overlapping parts' sums have; else of its surface, as a shell's. The mass is
    DENSITY times the convex hull's volume.
    """
    vertices = np.asarray(vertices, np.float64)
    origin = vertices.mean(0)
    hull = ConvexHull(vertices)
    mass = DENSITY * hull.volume
    corners = vertices[faces] - origin
    volume = np.einsum("fi,fi->f", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6  # of tetrahedra to the origin
    if volume.sum() > 0.01 * hull.volume:
        share, places, spread = volume / volume.sum(), np.concatenate([corners, 0 * corners[:, :1]], 1), 20
    else:
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        share, places, spread = area / area.sum(), corners, 12
    # second moments of a simplex with n corners: (sum of corners outer product + n^2 mean outer mean) / (n (n + 1))
    centre = share @ places.mean(1)
    total = places.sum(1)
    second = np.einsum("f,fki,fkj->ij", share, places, places) + np.einsum("f,fi,fj->ij", share, total, total)
    second = second / spread - np.outer(centre, centre)
    tensor = mass * (np.trace(second) * np.eye(3) - second)
    return centre + origin, mass, tensor[(0, 1, 2, 0, 0, 1), (0, 1, 2, 1, 2, 2)]


def touching_points(hand, vertices, faces):
    """Points (B, 3) of an object's surface that hands with points (N, 3) may come to touch, densest where they are near."""
    rng = np.random.default_rng(0)
    corners = vertices[faces]
    near = ((corners.min(1) < hand.max(0) + REACH) & (corners.max(1) > hand.min(0) - REACH)).all(1)
    corners = corners[near]
    if not len(corners):
        return np.zeros((0, 3))
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    count = int(np.clip(area.sum() / (FINE / 2) ** 2, 200, 20000))
    rows = rng.choice(len(corners), count, p=area / area.sum())
    weights = rng.dirichlet((1, 1, 1), count)
    points = np.concatenate([corners.reshape(-1, 3), np.einsum("nc,ncx->nx", weights, corners[rows])])
    far = cKDTree(hand).query(points, distance_upper_bound=REACH)[0]
    kept = []
    for low, high, size in ((0, 2 * FINE, FINE), (2 * FINE, REACH, COARSE)):
        some = points[(far >= low) & (far < high)]
        _, first = np.unique(np.floor(some / size).astype(int), axis=0, return_index=True)
        kept.append(some[first])
    return np.concatenate(kept)
