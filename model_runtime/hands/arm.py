"""Whether a seated actor's arm can bring the wrist to a pose, and how the elbow goes: an arm of human length, in numpy.

The arm is the classic chain of shoulder, elbow and wrist (Tolani, Goswami & Badler, "Real-time inverse kinematics
techniques for anthropomorphic limbs", 2000): with shoulder and wrist given, the elbow lies on a circle, and its place
on it is the swivel angle. World: the actor sits at -Y and faces +Y, +Z is up, the right arm is at +X; the left arm is
the right one's mirror image. The hand's own frame is MANO's: fingers along -x (right) or +x (left), palm facing -y,
thumb side +z. Ranges of joints: American Academy of Orthopaedic Surgeons, with some slack.
"""

import numpy as np

from .body import TRUNK, TRUNK_RADIUS, head_distance

SHOULDER = np.array([0.19, -0.45, 0.28])  # of the right arm, metres from where the work is
UPPER, FOREARM = 0.30, 0.26  # metres: shoulder to elbow, elbow to wrist joint
LEAN = 0.15  # metres that the shoulder follows the wrist: 12 cm of leaning, the rest by turning the trunk
STRAIGHT = 0.50  # metres, shoulder to wrist, beyond which the trunk begins to help
SWIVELS = 24
SWIVEL = 2 * np.pi * np.arange(SWIVELS) / SWIVELS - np.pi  # 0: elbow down and slightly back; positive: outwards
SWIVEL_REST = np.radians(20)
NEAREST = 0.16  # metres from shoulder to wrist with the elbow fully bent
FLEXION, EXTENSION, ULNAR, RADIAL, TWIST = np.radians([80 + 10, 70 + 10, 35 + 10, 20 + 10, 85 + 15])
ELBOW_HEIGHT = 0.22  # metres above the shoulder that the elbow may go: a glass is raised with the elbow out
ELBOW_BACK = 0.26  # metres behind the shoulder that the elbow may go
ELBOW_INWARDS = -0.04  # metres: it stays on its own side of the body, but for this
EDGE = -0.34  # metres: the table ends here, before the actor's chest; an elbow may hang beside it
ARM_RADIUS = 0.04  # near the elbow; the forearm tapers towards the wrist
WRIST_RADIUS = 0.025
LOW = 0.15  # metres: below this no wrist's forearm is at the head
STRIDE = 3  # steps of the swivel angle from node to node
NODE = 0.1  # seconds between the places where `arm_path` chooses anew


def _normalised(vector):
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-9)


def _mirrored(translation, rotation, side):
    """Wrist poses of either side as a right arm's: (N, 3), (N, 3, 3) float64."""
    translation, rotation = np.asarray(translation, np.float64), np.asarray(rotation, np.float64)
    if side == 1:
        return translation, rotation
    flip = np.array([-1.0, 1.0, 1.0])
    return translation * flip, flip[:, None] * rotation * flip


def _circle(wrist):
    """The shoulder (N, 3) of the right arm for each wrist (N, 3), and the elbow's circle about the line between them.

    -> shoulder, middle (N, 3), down (N, 3), outwards (N, 3): the elbow at swivel s is middle + cos s down + sin s
    outwards; within (N,) bool, whether the arm is long enough and not too long.
    """
    line = wrist - SHOULDER
    level = np.stack([line[:, 0], np.maximum(line[:, 1], 0), 0 * line[:, 0]], 1)  # nobody leans backwards
    far = np.linalg.norm(line, axis=1)
    lean = np.clip(far - STRAIGHT, 0, LEAN) / np.maximum(np.linalg.norm(level, axis=1), 0.1)
    shoulder = SHOULDER + lean[:, None] * level
    line = wrist - shoulder
    far = np.linalg.norm(line, axis=1)
    within = (far > NEAREST) & (far < 0.995 * (UPPER + FOREARM))
    line = line / np.maximum(far, 1e-9)[:, None]
    far = np.clip(far, NEAREST, UPPER + FOREARM)
    along = (UPPER**2 - FOREARM**2 + far**2) / (2 * far)
    radius = np.sqrt(np.maximum(UPPER**2 - along**2, 0))[:, None]
    down = _normalised(np.array([0.0, -0.3, -1.0]) - (line @ [0.0, -0.3, -1.0])[:, None] * line)
    return shoulder, shoulder + along[:, None] * line, radius * down, radius * np.cross(down, line), within


def _strain(wrist, rotation, elbow, shoulder):
    """How near its limits the wrist and the forearm's twist are, (N, K) each; above 1 is beyond them."""
    forearm = (wrist[:, None] - elbow) / FOREARM
    upper = (elbow - shoulder[:, None]) / UPPER
    x, y, z = (
        -(forearm @ rotation[..., axis, None])[..., 0] for axis in range(3)
    )  # back along the forearm, in the hand
    flexion, ulnar = np.arctan2(-y, x), np.arcsin(np.clip(-z, -1, 1))
    bend = flexion / np.where(flexion > 0, FLEXION, EXTENSION), ulnar / np.where(ulnar > 0, ULNAR, RADIAL)
    # With the elbow bent and the thumb up, the thumb side lies in the arm's plane: from there the forearm twists.
    hinge = _normalised(np.cross(upper, forearm))
    thumb = rotation[:, None, :, 2]
    neutral = np.cross(hinge, forearm)
    twist = np.arctan2((thumb * hinge).sum(-1), (thumb * neutral).sum(-1))
    return np.hypot(*bend), np.abs(twist) / TWIST


def _free(elbow, wrist, shoulder, table):
    """(N, K) bool: elbow and forearm clear of trunk, head and table, the elbow where a shoulder lets it be."""
    low = TRUNK[0]
    axis = TRUNK[1] + (shoulder - SHOULDER) - low  # the trunk's upper end goes with the shoulder
    clear = np.ones(elbow.shape[:2], bool)
    near_head = wrist[:, 2].max(initial=-1.0) > LOW
    for share in (0.0, 0.5):
        point = elbow + share * (wrist[:, None] - elbow)
        offset = point - low
        if near_head:
            clear &= head_distance(point) > ARM_RADIUS * (1 - share)
        height = np.clip((offset * axis[:, None]).sum(-1) / (axis**2).sum(-1)[:, None], 0, 1)
        clear &= np.linalg.norm(offset - height[..., None] * axis[:, None], axis=-1) > TRUNK_RADIUS + ARM_RADIUS * (
            1 - share
        )
    clear &= elbow[..., 2] < shoulder[:, None, 2] + ELBOW_HEIGHT
    clear &= (elbow[..., 0] > ELBOW_INWARDS) & (elbow[..., 1] > shoulder[:, None, 1] - ELBOW_BACK)
    over = (elbow[..., 2] > table + ARM_RADIUS) | (elbow[..., 1] < EDGE)
    return clear & over & (wrist[:, None, 2] > table + WRIST_RADIUS)


def arm_comfort(translation, rotation, side, table):
    """The arm at each of 24 swivel angles, with what it costs.

    translation (N, 3), rotation (N, 3, 3): the wrist joint in the world; table: height of the table's top, metres
    (-inf: none). Returns cost (N, 24), infinite where no arm can be, small where it is at ease; elbows (N, 24, 3).
    """
    wrist, rotation = _mirrored(translation, rotation, side)
    shoulder, middle, down, outwards, within = _circle(wrist)
    elbow = middle[:, None] + np.cos(SWIVEL)[:, None] * down[:, None] + np.sin(SWIVEL)[:, None] * outwards[:, None]
    bend, twist = _strain(wrist, rotation, elbow, shoulder)
    can = within[:, None] & (bend < 1) & (twist < 1) & _free(elbow, wrist, shoulder, table)
    cost = bend**2 + 0.5 * twist**2 + 0.3 * (1 - np.cos(SWIVEL - SWIVEL_REST)) + 3 * (shoulder - SHOULDER)[:, 1:2] ** 2
    if side == 0:
        elbow = elbow * [-1.0, 1.0, 1.0]
    return np.where(can, cost, np.inf), elbow


def arm_feasible(translation, rotation, side, table):
    """Which elbow swivel angles an arm can take -> (N, 24) bool, elbows (N, 24, 3). Arguments: see `arm_comfort`."""
    cost, elbows = arm_comfort(translation, rotation, side, table)
    return np.isfinite(cost), elbows


def reachable(translation, rotation, side, table):
    """(N,) bool: whether some arm posture brings the wrist there. Arguments: see `arm_comfort`."""
    return arm_feasible(translation, rotation, side, table)[0].any(1)


def arm_path(translation, rotation, side, table, fps):
    """A continuous choice of the elbow over a motion -> elbows (T, 3), or None where no arm can do it.

    translation (T, 3), rotation (T, 3, 3), fps frames a second. The swivel angle may turn by STRIDE of its 24 steps
    every tenth of a second, 450 degrees a second; the cheapest course is found by dynamic programming.
    """
    cost, _ = arm_comfort(translation, rotation, side, table)
    if not np.isfinite(cost).any(1).all():
        return None
    frames = len(cost)
    every = max(1, round(NODE * fps))
    nodes = [cost[start : start + every].max(0) for start in range(0, frames, every)]  # a node holds for its frames
    moves, step = np.arange(STRIDE, -STRIDE - 1, -1), 0.05
    total, back = nodes[0], []
    for node in nodes[1:]:
        ways = np.stack([np.roll(total, move) + step * move**2 for move in moves])
        best = ways.argmin(0)
        back.append(best)
        total = np.take_along_axis(ways, best[None], 0)[0] + node
    if not np.isfinite(total).any():
        return None
    state = int(total.argmin())
    chosen = [SWIVEL[state]]
    for best in reversed(back):
        move = -int(moves[best[state]])
        state = (state + move) % SWIVELS
        chosen.append(chosen[-1] + move * 2 * np.pi / SWIVELS)
    middles = np.minimum((np.arange(len(nodes)) + 0.5) * every - 0.5, frames - 1)
    swivel = np.interp(np.arange(frames), middles, chosen[::-1])[:, None]
    _, middle, down, outwards, _ = _circle(_mirrored(translation, rotation, side)[0])
    elbow = middle + np.cos(swivel) * down + np.sin(swivel) * outwards
    return elbow if side == 1 else elbow * [-1.0, 1.0, 1.0]
