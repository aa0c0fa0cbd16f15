"""From a cast of grasps and a score to a clip: reach, hold, press, let go, in the canonical frame.

A hand's course is its stays (score.Stay) with ways between them: it backs off along a way out, travels, shapes itself
while it travels, comes in along a way in and closes finger by finger. Where the first ways would pass through
something, others are tried.
"""

from itertools import product

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d
from scipy.spatial.transform import Rotation
import torch

from ..diffusion.representation import IDLE, contact_of_distance, pack_motion
from ..hands.arm import arm_path
from ..hands.body import body_distance
from ..hands.layer import core
from ..hands.limits import curl_pose
from .actions import score as score_of
from .gates import LIMITS, failures, measure
from .motion import minimum_jerk, unrest
from .shards import FPS

RELAXED = np.array([0.35, 0.30, 0.15] * 4 + [0.15, 0.20, 0.20])
OPENING = np.array([0.42, 0.38, 0.22] * 4 + [0.25, 0.25, 0.2])  # how much wider than its grasp a hand arrives
SHALLOW = -0.0018  # metres: deeper than this on the way in or out, and another way is tried
CORE_ON_THE_WAY = 0.001  # the middle of the fingers stays this far outside: none passes through a wall
TOUCHING = 0.0006  # metres: a hand that taps is in contact where it is nearer than this to its press
RESTS, LOOKS = 3, 8  # rests of a hand that are drawn; ways that an arm can go, of which one must be clear


def resting(side, table, rng):
    """A wrist at rest beside the work: position (3,) and rotation (3, 3); fingers forward, palm down."""
    out = 1.0 if side == 1 else -1.0
    place = np.array([out * rng.uniform(0.16, 0.27), rng.uniform(-0.38, -0.27), table + rng.uniform(0.05, 0.12)])
    flat = np.stack([[0, -out, 0], [0, 0, 1.0], [-out, 0, 0]], 1)
    spread = Rotation.from_euler("zyx", rng.normal([20 * out, 0, 0], 12), degrees=True).as_matrix()
    return place, spread @ flat


def between(start, end, progress):
    """Rotations (T, 3, 3) from start to end (T, 3, 3), each along the shortest turn, at `progress` (T,)."""
    vector = Rotation.from_matrix(end @ np.swapaxes(start, -1, -2)).as_rotvec()
    return Rotation.from_rotvec(progress[:, None] * vector).as_matrix() @ start


def opened(flexion, share):
    """Flexion (R, 15) of fingers that are open by shares (R,) of OPENING, but not beyond straight; flexion (15,) or
    (R, 15).
    """
    return np.maximum(flexion - share[:, None] * OPENING, np.minimum(flexion, -0.1))


class Stage:
    """Where the object and its turning part are at every frame of a clip."""

    def __init__(self, prop, score, rng):
        self.prop, self.pace = prop, score.pace
        self.time = np.arange(int(round(score.seconds * FPS)) + 1) / FPS
        self.place, self.turn = score.path.at(self.time)
        aloft = np.clip(self.place[:, 2:] / 0.04, 0, 1) ** 2
        self.place = self.place + aloft * unrest(self.time, 0.0012, rng)
        self.angle = score.bend.at(self.time)
        turn, shift = (v.numpy() for v in prop.part_pose(torch.from_numpy(self.angle).float()))
        self.part_turn, self.part_place = self.turn @ turn, self.place + np.einsum("tij,tj->ti", self.turn, shift)

    def carrier(self, grip, rows):
        """World rotation (R, 3, 3) and place (R, 3) at the frames `rows` of what a grip holds."""
        if grip.turns:
            return self.part_turn[rows], self.part_place[rows]
        return self.turn[rows], self.place[rows]

    def carried(self, grip):
        """A grip's translation, rotation and approach in its carrier's own frame."""
        if not grip.turns:
            return grip.translation, grip.rotation, grip.approach
        turn, shift = (v.numpy() for v in self.prop.part_pose(torch.tensor(float(grip.angle))))
        return turn.T @ (grip.translation - shift), turn.T @ grip.rotation, turn.T @ grip.approach

    def object_clears_the_table(self):
        base, *part = [piece[0][:: max(1, len(piece[0]) // 250)] for piece in self.prop.pieces]
        low = (self.turn[:, 2] @ base.T).min(1) + self.place[:, 2]
        if part:
            low = np.minimum(low, (self.part_turn[:, 2] @ part[0].T).min(1) + self.part_place[:, 2])
        return low.min() > self.prop.table - 0.002

    def object_clears_the_actor(self, every=3):
        points = self.prop.points_at(torch.from_numpy(self.angle[::every]).float()).numpy()
        world = points @ np.swapaxes(self.turn[::every], 1, 2) + self.place[::every, None]
        return 1000 * body_distance(world).min() >= LIMITS["body_mm"][0]


class End:
    """One end of a way: a stay, or a rest in the world. Gives poses at frames, backed off along a way (3,)."""

    def __init__(self, stage, stay=None, rest=None):
        self.stage, self.stay, self.rest = stage, stay, rest
        self.loose = np.zeros(len(stage.time))
        if stay is None:
            self.flexion, self.abduction, self.opened = RELAXED, np.zeros(5), RELAXED
            return
        grip = stay.grip
        self.held, self.held_turn, self.approach = stage.carried(grip)
        self.flexion, self.abduction = grip.flexion, grip.abduction
        self.opened = self.opened_by(
            [{"press": 0.15, "palm": 0.2, "platform": 0.3, "hook": 0.6, "loops": 0.1}.get(grip.kind, 1.0)]
        )[0]

    def ways(self):
        """Ways (3,) in the carrier's frame along which to stand off, the likeliest first."""
        if self.stay is None:
            return [np.zeros(3)]
        back = self.held_turn[:, 0] * (1.0 if self.stay.grip.side == 1 else -1.0)  # along the forearm
        ways = [
            -self.approach,
            -self.approach + 0.7 * back,
            back,
            -self.approach + np.array([0, 0, 0.7]),
            np.array([0, 0, 1.0]),
        ]
        return [way / np.linalg.norm(way) for way in ways]

    def poses(self, rows, way, back):
        """World translation (R, 3) and rotation (R, 3, 3) at frames `rows`, `back` (R,) metres along `way`."""
        if self.stay is None:
            place = self.rest[0] + self.rest[2][rows]
            return place, np.broadcast_to(self.rest[1], (len(place), 3, 3))
        turn, place = self.stage.carrier(self.stay.grip, rows)
        local = self.held + back[:, None] * way
        return np.einsum("rij,rj->ri", turn, local) + place, turn @ self.held_turn

    def fingers(self, rows):
        """Flexion (R, 15) and abduction (R, 5) while it holds or as it leaves."""
        loose = self.loose[rows]
        if self.stay is not None and self.stay.grip.fingers is not None:
            flexion, abduction = self.stay.grip.fingers(self.stage.angle[rows])
            return opened(flexion, loose), abduction
        return self.opened_by(loose), np.tile(self.abduction, (len(loose), 1))

    def opened_by(self, share):
        """Flexion (R, 15) of the grasp with the fingers open by shares (R,) of OPENING."""
        return opened(self.flexion, np.asarray(share))

    def loosen_at_the_table(self, rows, hand, betas):
        """Keeps fingers that reach around something lying on the table open until it is up, as people do.

        Sets `loose` (T,), the share of OPENING by which they are open at each frame: the least that clears the table.
        """
        levels, table = np.linspace(0, 2.4, 13), self.stage.prop.table
        turn, place = self.stage.carrier(self.stay.grip, rows)
        turn, place = turn @ self.held_turn, np.einsum("rij,j->ri", turn, self.held) + place
        found = np.zeros(len(place))
        for level in levels:
            flexion = self.opened_by(np.full(len(place), level))
            pose = whole(hand.side, turn, flexion, np.tile(self.abduction, (len(place), 1)))
            low = hand(pose, torch.from_numpy(place).float(), betas, hand.sample(300))[0][..., 2].amin(-1).numpy()
            if level == 0 and low.min() > table - 0.0005:  # fingertips may touch it
                return
            found = np.where((low < table + 0.002) & (found >= level - 1e-9), level + levels[1], found)
        found = gaussian_filter1d(maximum_filter1d(found, 5), 1.5)
        self.loose[:] = found[0]
        self.loose[rows] = found
        self.loose[rows.stop :] = found[-1]
        self.opened = self.opened_by([1.0 + max(found[0], found[-1])])[0]


def course_between(rows, start, end, left, arrive, ways, bulge, far, delays):
    """A hand's way at frames `rows` from one End at second `left` to another at `arrive`.

    ways: along which to stand off from either end, far (2,) metres; bulge (3,): how its middle bends off the straight
    line, as a share of its length; delays (15,): seconds by which each finger joint closes later. Returns translation
    (R, 3), rotation (R, 3, 3), flexion (R, 15), abduction (R, 5).
    """
    time, length = start.stage.time[rows], arrive - left
    soon, late = min(0.13, 0.2 * length), min(0.26, 0.3 * length)
    if start.stay is None:
        soon = 0.0
    if end.stay is None:
        late = 0.0
    out = far[0] * minimum_jerk(time, left + 0.01, left + min(0.40, 0.6 * length))
    into = far[1] * (1 - minimum_jerk(time, arrive - min(0.46, 0.6 * length), arrive - 0.03))
    (place_a, turn_a), (place_b, turn_b) = start.poses(rows, ways[0], out), end.poses(rows, ways[1], into)
    progress = minimum_jerk(time, left + soon, arrive - late)
    reach = np.linalg.norm(place_b[-1] - place_a[0])
    place = place_a + progress[:, None] * (place_b - place_a) + (4 * reach * progress * (1 - progress))[:, None] * bulge
    turn = between(turn_a, turn_b, minimum_jerk(time, left + 0.7 * soon, arrive - 0.65 * late))
    flexion, abduction = start.fingers(rows)
    opening = minimum_jerk(time, left, left + min(0.28, 0.4 * length))[:, None]
    flexion = flexion + opening * (start.opened - flexion)
    shaping = minimum_jerk(time, left + 0.1 * length, arrive - min(0.32, 0.35 * length))[:, None]
    flexion = flexion + shaping * (end.opened - flexion)
    abduction = abduction + shaping * (end.abduction - abduction)
    if end.stay is not None:
        begin = arrive - min(0.37, 0.4 * length)
        closing = np.stack([minimum_jerk(time, begin + d, arrive - 0.02 - 0.3 * d) for d in delays], 1)
        flexion = flexion + closing * (end.fingers(rows)[0] - end.opened)
    return place, turn, flexion, abduction


def arm_reaches(stage, stay, every=3):
    """Whether an arm can bring the wrist along a whole stay; a quick look before the long one."""
    count = len(stage.time)
    last = count if stay.end is None else min(count, int(stay.end * FPS) + 1)
    rows = np.r_[int(np.ceil(stay.begin * FPS)) : last : every]
    place, turn = End(stage, stay).poses(rows, np.zeros(3), np.zeros(len(rows)))
    return len(rows) == 0 or arm_path(place, turn, stay.grip.side, stage.prop.table, FPS / every) is not None


def staying(end, rows):
    """A hand's pose at frames `rows` of a stay, given as End, and where of those it is in contact (R,) bool."""
    stage, stay = end.stage, end.stay
    time = stage.time[rows]
    offset = np.zeros((len(time), 3))
    for begin, finish, stroke in stay.strokes:
        offset += minimum_jerk(time, begin, finish)[:, None] * stroke
    away = np.zeros(len(time))
    for first, second in zip(stay.taps, stay.taps[1:]):
        gap = second - first
        up, down = (
            minimum_jerk(time, first + 0.1 * gap, first + 0.55 * gap),
            minimum_jerk(time, first + 0.5 * gap, second - 0.03),
        )
        away += stay.height * (up - down)
    turn, place = stage.carrier(stay.grip, rows)
    local = end.held + offset - away[:, None] * end.approach
    flexion, abduction = end.fingers(rows)
    for begin, finish, hertz in stay.pulses:
        inside = (time >= begin) & (time <= finish)
        flexion = flexion - 0.02 * ((0.5 - 0.5 * np.cos(2 * np.pi * hertz * (time - begin))) * inside)[:, None]
    return (np.einsum("rij,rj->ri", turn, local) + place, turn @ end.held_turn, flexion, abduction), away < TOUCHING


def clear(stage, rows, course, hand, betas, coarse=2):
    """Whether a hand on its way passes through neither the object nor the table nor the actor; a coarse look saves a
    close one.
    """
    if coarse and not clear(
        stage, slice(rows.start, rows.stop, coarse), [part[::coarse] for part in course], hand, betas, 0
    ):
        return False
    place, turn, flexion, abduction = course
    pose = whole(hand.side, turn, flexion, abduction)
    vertices, joints = hand(pose, torch.from_numpy(place).float(), betas)
    table = stage.prop.table
    if (vertices[..., 2] < table - 0.0005).any():
        return False
    if (place[:, 2] > 0.1).any() and 1000 * body_distance(vertices[:, hand.sample(80)].numpy()).min() < LIMITS[
        "body_mm"
    ][0]:
        return False
    turn, origin = torch.from_numpy(stage.turn[rows]).float(), torch.from_numpy(stage.place[rows]).float()[:, None]
    angle = torch.from_numpy(stage.angle[rows]).float()
    if stage.prop.distance((vertices - origin) @ turn, angle).amin() < SHALLOW:
        return False
    bones = core(vertices[:, hand.fingertips], joints)
    return bool(stage.prop.distance((bones - origin) @ turn, angle).amin() > CORE_ON_THE_WAY)


def whole(side, turn, flexion, abduction):
    """(T, 16, 3, 3) float32 torch from the wrist's rotation and the fingers' angles as numpy."""
    fingers = curl_pose(side, torch.from_numpy(flexion).float(), torch.from_numpy(abduction).float())
    return torch.cat([torch.from_numpy(np.ascontiguousarray(turn)).float()[:, None], fingers], 1)


def hand_course(stage, stays, side, hand, betas, rng):
    """A hand's whole course: (translation (T, 3), rotation (T, 3, 3), flexion (T, 15), abduction (T, 5), hold (T,)
    uint8).

    Or the name of what speaks against it: no way in or out is clear, or an arm can go.
    """
    count = len(stage.time)
    frames = [
        (int(np.ceil(s.begin * FPS - 1e-6)), count if s.end is None else min(count, int(np.ceil(s.end * FPS)) + 1))
        for s in stays
    ]
    parts = [np.zeros((count, 3)), np.zeros((count, 3, 3)), np.zeros((count, 15)), np.zeros((count, 5))]
    hold = np.zeros(count, np.uint8)

    def put(rows, values):
        for part, value in zip(parts, values):
            part[rows] = value

    rests = [End(stage, rest=rest_of(stage, side, hand, betas, rng)) for _ in range(RESTS)]
    ends = [End(stage, stay) for stay in stays]
    for end, stay, (first, last) in zip(ends, stays, frames):
        rows = slice(first, last)
        if not stay.touch:
            end.loosen_at_the_table(rows, hand, betas)
        pose, touching = staying(end, rows)
        put(rows, pose)
        hold[rows] = touching * (1 + stay.grip.turns + 2 * (stay.touch or bool(stay.strokes)))
    edges = [0] + [edge for pair in frames for edge in pair] + [count]
    for i, (starts, targets) in enumerate(zip([rests] + [[end] for end in ends], [[end] for end in ends] + [rests])):
        rows = slice(edges[2 * i], edges[2 * i + 1])
        if rows.start >= rows.stop:
            continue
        left = stage.time[rows.start - 1] if i else None
        arrive = stage.time[rows.stop] if rows.stop < count else None
        if left is None:
            left = max(0.0, arrive - stage.pace * rng.uniform(0.8, 1.05))
        if i == len(ends):
            arrive = left + stage.pace * rng.uniform(0.8, 1.05)
        far = rng.uniform(0.06, 0.10, 2) * min(1.0, (arrive - left) / 0.8)
        delays = np.repeat(rng.permutation(np.sort(rng.uniform(0, 0.08, 5))), 3)
        around = (
            max([0, rows.start - 6, *edges[max(0, 2 * i - 1) : 2 * i]]),
            min([count, rows.stop + 6, *edges[2 * i + 2 : 2 * i + 3]]),
        )
        looked = 0
        for start, end, ways, bulge in tries(starts, targets, side):
            course = course_between(rows, start, end, left, arrive, ways, bulge, far, delays)
            if not arm_follows(parts, around, rows, course, side, stage.prop.table):
                continue
            looked += 1
            if clear(stage, rows, course, hand, betas):
                put(rows, course)
                break
            if looked == LOOKS:
                return "no clear way"
        else:
            return "no clear way" if looked else "no arm can"
    return (*parts, hold)


def arm_follows(parts, around, rows, course, side, table, every=3):
    """Whether an arm can go along a way at the frames `rows`, with some of the stays before and after, of which `parts`
    holds the frames from around[0] to around[1]."""
    before, after = slice(around[0], rows.start), slice(rows.stop, around[1])
    place, turn = (
        np.concatenate([part[before], way, part[after]])[::every] for part, way in zip(parts[:2], course[:2])
    )
    return arm_path(place, turn, side, table, FPS / every) is not None


def rest_of(stage, side, hand, betas, rng):
    """A rest beside the work with the fingers above the table: position (3,), rotation (3, 3), unrest (T, 3)."""
    place, turn = resting(side, stage.prop.table, rng)
    pose = whole(side, turn[None], RELAXED[None], np.zeros((1, 5)))
    lowest = hand(pose, torch.from_numpy(place).float()[None], betas)[0][..., 2].min()
    place[2] += max(0.0, stage.prop.table + rng.uniform(0.004, 0.03) - float(lowest))
    return place, turn, unrest(stage.time, 0.0012, rng)


def tries(starts, targets, side):
    """What to try between two ends, the likeliest first: start, end, (way out (3,), way in (3,)), bulge (3,)."""
    outwards = np.array([1.0 if side == 1 else -1.0, -0.4, 0.3])
    ahead = np.array([0.5 if side == 1 else -0.5, 0.6, 0.3])
    for bulge in (np.array([0, 0, 0.09]), np.array([0, 0, 0.4]), 0.35 * outwards, 0.35 * ahead):
        for start, end in product(starts, targets):
            out, into = start.ways(), end.ways()
            for i in range(max(len(out), len(into)) if bulge[2] == 0.09 else 3):
                yield start, end, (out[min(i, len(out) - 1)], into[min(i, len(into) - 1)]), bulge


def plan(prop, action, cast, rng):
    """A score and its Stage, or the name of what speaks against it: what can be seen at little cost, before a hand
    is posed.
    """
    score = score_of(action, prop.shape, cast, rng)
    if score is None:
        return "too long"
    stage = Stage(prop, score, rng)
    if not stage.object_clears_the_table():
        return "object through table"
    if not stage.object_clears_the_actor():
        return "object through actor"
    if not all(arm_reaches(stage, stay) for stay in score.stays):
        return "out of reach"
    return score, stage


def compose(prop, action, cast, hands, betas, rng):
    """One clip by a fresh plan: see `play`."""
    planned = plan(prop, action, cast, rng)
    return (None, None, planned) if isinstance(planned, str) else play(prop, *planned, hands, betas, rng)


def play(prop, score, stage, hands, betas, rng):
    """One clip of a score, or the name of what speaks against it.

    hands: the left and the right hands.layer.Hand; betas (10,) torch, the actor's hand shape. Returns (clip, measures,
    None) or (None, measures or None, reason). A clip: motion (T, 208), contact (T, 2, 256) uint8, hold (T, 2) uint8,
    active (2,), betas (2, 10), details for its captions.
    """
    count = len(stage.time)
    translation = stage.place[:, None] + np.einsum("tij,hj->thi", stage.turn, IDLE)
    rotation = np.tile(np.eye(3, dtype=np.float32), (count, 2, 16, 1, 1))
    rotation[:, :, 0] = stage.turn[:, None]
    flexion, abduction = np.zeros((count, 2, 15)), np.zeros((count, 2, 5))
    hold, active = np.zeros((count, 2), np.uint8), np.zeros(2, bool)
    for side in sorted({stay.grip.side for stay in score.stays}):
        stays = sorted((stay for stay in score.stays if stay.grip.side == side), key=lambda stay: stay.begin)
        course = hand_course(stage, stays, side, hands[side], betas, rng)
        if isinstance(course, str):
            return None, None, course
        if arm_path(course[0], course[1], side, prop.table, FPS) is None:
            return None, None, "no arm can"
        translation[:, side], turn, flexion[:, side], abduction[:, side], hold[:, side] = course
        rotation[:, side] = whole(side, turn, flexion[:, side], abduction[:, side]).numpy()
        active[side] = True
    clip = {
        "object_translation": stage.place.astype(np.float32), "object_rotation": stage.turn.astype(np.float32),
        "articulation": stage.angle.astype(np.float32), "hand_translation": translation.astype(np.float32),
        "hand_rotation": rotation, "flexion": flexion, "abduction": abduction, "hold": hold, "active": active,
        "betas": np.tile(betas.numpy(), (2, 1)), "fps": FPS,
    }  # fmt: skip
    measures = measure(clip, prop, hands)
    wrong = failures(measures)
    if wrong:
        return None, measures, wrong[0]
    clip["contact"] = contact_map(clip, prop, hands)
    names = ("object_translation", "object_rotation", "articulation", "hand_translation", "hand_rotation")
    clip["motion"] = pack_motion(*[torch.from_numpy(clip[name]) for name in names]).numpy()
    clip["details"] = score.details
    return clip, measures, None


def contact_map(clip, prop, hands, far=0.085):
    """(T, 2, 256) uint8: contact of the object's points with either hand, times 255.

    far: metres from where on 80 vertices' distance is enough to know that it rounds to nothing, 6.2 cm and what lies
    between.
    """
    angle = torch.from_numpy(clip["articulation"])
    points = prop.points_at(angle)
    turn, place = torch.from_numpy(clip["object_rotation"]), torch.from_numpy(clip["object_translation"])[:, None]
    value = np.zeros((len(angle), 2, len(prop.points)), np.uint8)
    for side in np.flatnonzero(clip["active"]):
        hand = hands[side]
        pose, wrist = (torch.from_numpy(clip[name][:, side]) for name in ("hand_rotation", "hand_translation"))
        vertices, _ = hand(pose, wrist, torch.from_numpy(clip["betas"][side]))
        local = (vertices - place) @ turn
        fresh = (local.diff(dim=0).abs().amax((1, 2)) > 2e-5) | (angle.diff().abs() > 1e-5)  # held: as the frame before
        fresh = torch.cat([fresh.new_ones(1), fresh])
        near = prop.distance(local[:, hand.sample(80)], angle).amin(-1) < far
        asked = (fresh & near).nonzero()[:, 0]
        if len(asked):
            distance = torch.cdist(points[asked], local[asked]).amin(-1)
            one = (contact_of_distance(distance - 0.001).clamp(0, 1) * 255).round().to(torch.uint8)
            value[asked.numpy(), side] = one.numpy()
        for row in (~fresh & near).nonzero()[:, 0].tolist():
            value[row, side] = value[row - 1, side]
    return value
