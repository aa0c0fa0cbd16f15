"""What people do with things, as scores: the object's path, its hinge's angle, and when which hand has hold of it
where.

A cast says who acts: `lead` is the acting hand's grip, `second` the other's or None, `way` how they go together:
    "one"      one hand                           "two"   both hands on opposite sides, from the start
    "hold"     the second hand steadies the object (on the table or lifted) while the lead opens, presses, peels...
    "support"  the lead carries, the second joins in the air
    "over"     the lead gives, the second takes, with both holding it for a moment in the air
Durations grow with how far things go, as people's do; a pace for the whole clip makes it slow or quick.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

from ..hands.arm import arm_comfort
from ..hands.body import EYES, body_distance
from .motion import ACROSS, AWAY, UP, Bend, Path, aligned, minimum_jerk, unit_or

LONGEST = 5.0  # seconds
GIVES = 0.006  # metres by which hair and skin give way
CANNOT = 30.0  # what a place that an arm can't reach costs
THERE, BACK = (0.0, 0.6), (0.4, 1.0)  # the parts of a way in which a detour is made and unmade
DIRECTIONS = {"left": -ACROSS, "right": ACROSS, "forward": AWAY, "back": -AWAY}


def ways_to_go(shift, out):
    """Ways to carry something by `shift` (3,), the usual one first: when it goes across, when up or down, when it turns
    (begin, end as shares of the time), and the detour (3,) that its middle makes. out: 1 to the right of the actor, -1
    to the left.
    """
    up, share = shift[2] >= 0, min(1.0, np.linalg.norm(shift) / 0.15)
    across, rise = ((0.14, 1.0), (0.0, 0.78)) if up else ((0.0, 0.8), (0.22, 1.0))  # up before across, and down after
    usual, *others = ((0.15, 1.0), (0.0, 0.6), (0.4, 1.0)) if up else ((0.0, 0.82), (0.4, 1.0), (0.0, 0.5))
    detours = np.zeros(3), 0.09 * AWAY, 0.07 * out * ACROSS, 0.08 * AWAY + 0.06 * out * ACROSS
    return [
        (across, rise, turning, share * detour)
        for detour in detours[: None if share else 1]
        for turning in (usual, *others)
    ]


def on_the_way(ways, start, end, moments=(0.3, 0.5, 0.7, 1.0)):
    """Places (W * M, 3) and turns (W * M, 3, 3) at some moments (M) of each of several ways from one place (3,) and
    turn (3, 3) to another."""
    shift, vector = end[0] - start[0], Rotation.from_matrix(end[1] @ start[1].T).as_rotvec()
    u, places, shares = np.asarray(moments), [], []
    aside = (minimum_jerk(u, *THERE) - minimum_jerk(u, *BACK))[:, None]
    for across, rise, turning, detour in ways:
        gone = np.outer(minimum_jerk(u, *across), [1, 1, 0]) + np.outer(minimum_jerk(u, *rise), [0, 0, 1])
        places.append(start[0] + gone * shift + aside * detour)
        shares.append(minimum_jerk(u, *turning))
    turns = Rotation.from_rotvec(np.outer(np.concatenate(shares), vector)).as_matrix() @ start[1]
    return np.concatenate(places), turns


@dataclass
class Grip:
    """One found grasp as plain arrays, in the object's frame with its hinge at `angle`.

    translation (3,), rotation (3, 3) of the wrist; flexion (15,), abduction (5,); approach (3,) the way it came; row:
    of the shape's grips; centre (3,), kind, part: that grip's; turns: it is on the part that turns; fingers: None or a
    function of the hinge's angles (T,) -> flexion (T, 15), abduction (T, 5), for a hand that works the hinge with its
    fingers (scissors).
    """

    side: int
    translation: np.ndarray
    rotation: np.ndarray
    flexion: np.ndarray
    abduction: np.ndarray
    approach: np.ndarray
    row: int
    centre: np.ndarray
    kind: str
    part: str
    angle: float = 0.0
    turns: bool = False
    fingers: object = None


@dataclass
class Cast:
    lead: Grip
    second: Grip | None = None
    way: str = "one"

    @property
    def hands(self):
        return "both" if self.second else ("left", "right")[self.lead.side]


@dataclass
class Stay:
    """One stretch of a hand's contact, from second `begin` to `end` (None: to the clip's end).

    taps: moments at which it touches, away from the surface between them (none: it touches throughout); height: how far
    away; strokes (begin, end, offset (3,)): slides in the object's frame; pulses (begin, end, hertz): squeezes.
    """

    grip: Grip
    begin: float
    end: float | None = None
    taps: list = field(default_factory=list)
    height: float = 0.02
    strokes: list = field(default_factory=list)
    pulses: list = field(default_factory=list)

    @property
    def touch(self):
        """Whether it pushes without a grasp."""
        return self.grip.kind in ("press", "palm")


class Score:
    """A clip's plan as it is being written: `t` is the second up to which things are settled.

    path, bend, stays: the plan; details: what a caption may say of it; seconds: its length once `finish` was called.
    """

    def __init__(self, action, shape, cast, rng):
        self.action, self.shape, self.cast, self.rng = action, shape, cast, rng
        self.side = cast.lead.side
        self.table = float(shape.vertices[:, 2].min())
        self.few = shape.vertices[:: max(1, len(shape.vertices) // 60)]  # some of its points
        self.out = 1.0 if self.side == 1 else -1.0  # +X is the right hand's side
        self.path, self.bend, self.stays, self.details = Path(), Bend(cast.lead.angle), [], {"grip": cast.lead.kind}
        pace = rng.random()
        self.pace = (
            rng.uniform(1.3, 1.6) if pace < 0.18 else rng.uniform(0.66, 0.78) if pace > 0.82 else rng.uniform(0.9, 1.12)
        )
        if pace < 0.18 or pace > 0.82:
            self.details["manner"] = ("slowly" if rng.random() < 0.5 else "carefully") if pace < 0.18 else "quickly"
        if cast.second:
            self.details |= {"lead": ("left", "right")[self.side], "second": cast.way}
        self.t = self.pace * rng.uniform(0.75, 1.05)
        self.seconds = None

    def chance(self, share):
        return self.rng.random() < share

    def wait(self, seconds):
        self.t += self.pace * seconds

    def take(self, grip, **more):
        """A hand takes hold now and keeps it until told otherwise."""
        self.stays.append(Stay(grip, self.t, **more))
        return self.stays[-1]

    def take_all(self):
        """All hands that hold from the start take hold, one a little after the other; then a moment's pause."""
        self.take(self.cast.lead)
        if self.cast.way == "two":
            self.t += self.rng.uniform(0.0, 0.1)
            self.take(self.cast.second)
        self.t += self.rng.uniform(0.06, 0.14)

    def support(self):
        """The second hand of a "support" joins; the object waits for it."""
        if self.cast.way == "support":
            self.wait(self.rng.uniform(0.25, 0.4))
            self.take(self.cast.second)
            self.wait(0.12)

    def carry(self, to=None, by=None, turn=None, slow=1.0, level=False):
        """Carries the object's pivot to a place (3,) or by an offset (3,), turning it to `turn` (3, 3) on the way.

        level: what is pushed stays on the table on the way.
        """
        place, now = self.path.reached
        goal = np.asarray(to if to is not None else place + (by if by is not None else 0), float)
        turn = now if turn is None else turn
        way, strain = self.easiest_way(goal, turn)
        if strain >= CANNOT and (via := self.between(goal, turn, level)) is not None:
            begin = self.t
            self.go(*via, self.easiest_way(*via)[0], slow)
            self.t -= 0.3 * (self.t - begin)  # without a stop
            way, _ = self.easiest_way(goal, turn)
        self.go(goal, turn, way, slow)

    def go(self, goal, turn, way, slow=1.0):
        """Carries the pivot to a place (3,) and the object to a turn (3, 3) in one of the `ways_to_go`."""
        place, now = self.path.reached
        shift, vector = goal - place, Rotation.from_matrix(turn @ now.T).as_rotvec()
        length = slow * self.pace * self.rng.uniform(0.9, 1.15)
        length *= 0.34 + 1.0 * np.linalg.norm(shift) + 0.24 * np.linalg.norm(vector)
        across, rise, turning, detour = way

        def share(window):
            return self.t + window[0] * length, self.t + window[1] * length

        self.path.moves += [(*share(rise), shift * [0, 0, 1]), (*share(across), shift * [1, 1, 0])]
        if detour.any():
            self.path.moves += [(*share(THERE), detour), (*share(BACK), -detour)]
        self.path.turns.append((*share(turning), vector))
        self.t += length

    def easiest_way(self, goal, turn):
        """Which of the `ways_to_go` to a place (3,) and turn (3, 3), and the most it costs: the usual one where arms
        can go it.
        """
        start = self.path.reached
        usual, *others = ways_to_go(goal - start[0], self.out)
        strain = self.strain(*on_the_way([usual], start, (goal, turn))).max()
        if strain < CANNOT or (np.abs(goal - start[0]).max() < 1e-9 and np.abs(turn - start[1]).max() < 1e-9):
            return usual, 0.0
        strain = self.strain(*on_the_way(others, start, (goal, turn))).reshape(len(others), -1)
        best = int(np.argmin(strain.sum(1) + self.rng.uniform(0, 0.5, len(others))))
        return others[best], strain[best].max()

    def between(self, goal, turn, level=False, count=32):
        """A place (3,) and turn (3, 3) by which arms can go to a place and turn that they can't go to straight, or
        None.

        level: neither higher nor lower than the straight way, nor tilted.
        """
        place, now = start = self.path.reached
        free, about = ([1, 1, 0], UP) if level else (1, 1)
        share = self.rng.uniform(0.3, 0.75, (count, 1))
        places = place + share * (goal - place) + self.rng.normal(0, 0.06, (count, 3)) * free
        straight = share * Rotation.from_matrix(turn @ now.T).as_rotvec()
        turns = (
            Rotation.from_rotvec(self.rng.normal(0, 0.45, (count, 3)) * about) * Rotation.from_rotvec(straight)
        ).as_matrix() @ now
        strain = self.strain(places, turns)
        best, legs = np.argsort(strain)[:6], []
        for via in zip(places[best], turns[best]):
            for begin, end in ((start, via), (via, (goal, turn))):
                legs.append(on_the_way(ways_to_go(end[0] - begin[0], self.out)[:1], begin, end))
        worst = self.strain(*(np.concatenate(part) for part in zip(*legs))).reshape(len(best), -1).max(1)
        row = best[np.argmin(worst)]
        return (places[row], turns[row]) if worst.min() < CANNOT else None

    def strain(self, place, turns, all_hands=False):
        """What it costs the arms that carry the object to have its pivot at `place` (3,) or (K, 3), turned by (K, 3, 3)
        -> (K,).

        all_hands: also those that only join there. CANNOT and more where an arm can't be there.
        """
        both = self.cast.way == "two" or (all_hands and self.cast.second)
        grips = [self.cast.lead, self.cast.second] if both else [self.keeper]
        total = np.zeros(len(turns))
        for grip in grips:
            wrists = turns @ (grip.translation - self.path.pivot) + place
            cost = arm_comfort(wrists, turns @ grip.rotation, grip.side, self.table)[0].min(1)
            total += np.where(np.isfinite(cost), cost, CANNOT)
        few, places = self.few - self.path.pivot, np.broadcast_to(place, (len(turns), 3))
        lowest = (few @ turns[:, 2].T).min(0) + places[:, 2]
        total += CANNOT * (lowest < self.table - GIVES)  # not through the table
        near = np.linalg.norm(places - EYES, axis=1) < 0.4
        if near.any():  # nor through the actor
            points = few @ np.swapaxes(turns, 1, 2) + places[:, None]
            total += CANNOT * (near & (body_distance(points).min(1) < -GIVES))
        return total

    def easiest(self, places, turns, dislike=0.0, all_hands=False):
        """Which of the places (3,) or (K, 3) and turns (K, 3, 3) suits the arms best, with a little chance: its number.

        The few best are compared on the way there too.
        """
        cost = self.strain(places, turns, all_hands) + dislike + self.rng.uniform(0, 0.25, len(turns))
        best, start = np.argsort(cost)[:5], self.path.reached
        for row in best:
            end = np.broadcast_to(places, (len(turns), 3))[row], turns[row]
            cost[row] += self.strain(
                *on_the_way(ways_to_go(end[0] - start[0], self.out)[:1], start, end, (0.35, 0.65))
            ).max()
        return int(best[np.argmin(cost[best])])

    def carry_easily(self, to=None, by=None, turn=None, widest=100.0, slow=1.0, all_hands=False):
        """As `carry`, but the object also turns about the vertical as the arms like it, by up to `widest` degrees."""
        place, now = self.path.reached
        goal = np.asarray(to if to is not None else place + by, float)
        yaw = np.radians(widest) * np.r_[0, self.rng.uniform(-1, 1, 31)]
        turns = Rotation.from_rotvec(yaw[:, None] * UP).as_matrix() @ (now if turn is None else turn)
        self.carry(to=goal, turn=turns[self.easiest(goal, turns, 0.5 * np.abs(yaw), all_hands)], slow=slow)

    def turned(self, vector):
        """The rotation that a turn by `vector` (3,) about world axes leads to from where the object is."""
        return Rotation.from_rotvec(vector).as_matrix() @ self.path.reached[1]

    def wave(self, hertz, cycles, offset=(0, 0, 0), vector=(0, 0, 0), phase=0.0):
        """The object swings about where it is, `cycles` times."""
        end = self.t + cycles / hertz
        self.path.waves.append((self.t, end, hertz, np.asarray(offset, float), np.asarray(vector, float), phase))
        self.t = end

    def swing(self, change, slow=1.0):
        """The hinge turns by `change` radians."""
        length = slow * self.pace * self.rng.uniform(0.9, 1.1) * (0.4 + 0.45 * abs(change))
        self.bend.moves.append((self.t, self.t + length, change))
        self.t += length

    def release(self, stay, after=0.08):
        stay.end = self.t + after

    def put_back(self):
        """The object goes back to where it stood and every hand lets go; what joined in the air leaves before."""
        joined = [
            s
            for s in self.stays
            if s.end is None and self.cast.way in ("support", "hold") and s.grip is not self.keeper
        ]
        for stay in joined:
            stay.end = self.t
            self.wait(0.3)
        self.carry(to=self.path.pivot, turn=np.eye(3))
        for stay in self.stays:
            if stay.end is None:
                self.release(stay, self.rng.uniform(0.05, 0.12))

    @property
    def keeper(self):
        """The grip that carries the object."""
        return self.cast.second if self.cast.way == "hold" else self.cast.lead

    def finish(self, back=0.35):
        """Ends the clip: things stay as they are, or go back to the table where there is time."""
        if any(stay.end is None for stay in self.stays) and self.chance(back) and self.t + 1.9 * self.pace < LONGEST:
            self.put_back()
        if any(stay.end is None for stay in self.stays):
            self.wait(self.rng.uniform(0.1, 0.5))
        else:
            self.t = max(stay.end for stay in self.stays) + self.pace * self.rng.uniform(0.6, 0.9)
        self.seconds = np.ceil(self.t * 5 - 1e-6) / 5

    def rise(self, low, high):
        """A random way up: (3,)."""
        return np.array([self.rng.uniform(-0.04, 0.04), self.rng.uniform(-0.06, 0.05), self.rng.uniform(low, high)])

    def lift(self, low=0.10, high=0.22):
        """Takes the object up, swaying a little, and lets a second hand join."""
        sway = Rotation.from_euler("xyz", self.rng.normal(0, 4, 3), degrees=True).as_matrix()
        self.carry_easily(
            by=self.rise(low, high), turn=sway @ self.path.reached[1], all_hands=self.cast.way == "support"
        )
        self.support()

    def facing(self, towards, upward=UP):
        """The rotation that points the object's front `towards` and its up `upward`."""
        return aligned(self.shape.front, self.shape.up, towards, upward)

    def tip_to(self, goal, turn, about=UP, spin=25.0, wobble=12.0, slow=1.0, tip=None):
        """Carries the object so that its tip (or another `tip` (3,) of it) comes to `goal` (3,) as it turns to `turn`
        (3, 3), or nearly.

        Of turns by up to `spin` degrees about the world's direction `about` and `wobble` degrees about any, the arms'
        easiest is taken.
        """
        tip = tip if tip is not None else self.shape.tip if self.shape.tip is not None else np.zeros(3)
        share = self.rng.uniform(-1, 1, (40, 1))
        vectors = np.radians(spin) * share * unit_or(about, UP) + np.radians(wobble) * self.rng.uniform(
            -0.6, 0.6, (40, 3)
        )
        vectors[0] = 0
        turns = Rotation.from_rotvec(vectors).as_matrix() @ turn
        places = goal - turns @ (tip - self.path.pivot)  # of the pivot, for the tip to arrive
        best = self.easiest(
            places, turns, 0.3 * np.linalg.norm(vectors, axis=1) * (spin < 90), self.cast.way in ("two", "support")
        )
        self.carry(to=places[best], turn=turns[best], slow=slow)
