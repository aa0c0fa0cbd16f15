"""What people do with things, as scores: the object's path, its hinge's angle, and when which hand has hold of it where.

A cast says who acts: `lead` is the acting hand's grip, `second` the other's or None, `way` how they go together:
    "one"      one hand                           "two"   both hands on opposite sides, from the start
    "hold"     the second hand steadies the object (on the table or lifted) while the lead opens, presses, peels...
    "support"  the lead carries, the second joins in the air
    "over"     the lead gives, the second takes, with both holding it for a moment in the air
Durations grow with how far things go, as people's do; a pace for the whole clip makes it slow or quick.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.spatial.transform import Rotation

from ..hands.arm import arm_comfort
from ..hands.body import EAR, EYES, MOUTH, SKULL, body_distance
from .motion import Bend, Path, aligned, minimum_jerk

LONGEST = 5.0  # seconds
UP, AWAY, ACROSS = np.array([0, 0, 1.0]), np.array([0, 1.0, 0]), np.array([1.0, 0, 0])
GIVES = 0.006  # metres by which hair and skin give way
CANNOT = 30.0  # what a place that an arm can't reach costs
THERE, BACK = (0.0, 0.6), (0.4, 1.0)  # the parts of a way in which a detour is made and unmade
DIRECTIONS = {"left": -ACROSS, "right": ACROSS, "forward": AWAY, "back": -AWAY}


def ways_to_go(shift, out):
    """Ways to carry something by `shift` (3,), the usual one first: when it goes across, when up or down, when it turns (begin,
    end as shares of the time), and the detour (3,) that its middle makes. out: 1 to the right of the actor, -1 to the left.
    """
    up, share = shift[2] >= 0, min(1.0, np.linalg.norm(shift) / 0.15)
    across, rise = ((0.14, 1.0), (0.0, 0.78)) if up else ((0.0, 0.8), (0.22, 1.0))  # up before across, and down after
    usual, *others = ((0.15, 1.0), (0.0, 0.6), (0.4, 1.0)) if up else ((0.0, 0.82), (0.4, 1.0), (0.0, 0.5))
    detours = np.zeros(3), 0.09 * AWAY, 0.07 * out * ACROSS, 0.08 * AWAY + 0.06 * out * ACROSS
    return [(across, rise, turning, share * detour) for detour in detours[: None if share else 1] for turning in (usual, *others)]


def on_the_way(ways, start, end, moments=(0.3, 0.5, 0.7, 1.0)):
    """Places (W * M, 3) and turns (W * M, 3, 3) at some moments (M) of each of several ways from one place (3,) and turn (3, 3)
    to another."""
    shift, vector = end[0] - start[0], Rotation.from_matrix(end[1] @ start[1].T).as_rotvec()
    places, shares = [], []
    for across, rise, turning, detour in ways:
        for u in moments:
            gone = np.array([1, 1, 0]) * minimum_jerk(u, *across) + np.array([0, 0, 1]) * minimum_jerk(u, *rise)
            places.append(start[0] + gone * shift + (minimum_jerk(u, *THERE) - minimum_jerk(u, *BACK)) * detour)
            shares.append(minimum_jerk(u, *turning))
    return np.array(places), Rotation.from_rotvec(np.outer(shares, vector)).as_matrix() @ start[1]


@dataclass
class Grip:
    """One found grasp as plain arrays, in the object's frame with its hinge at `angle`.

    translation (3,), rotation (3, 3) of the wrist; flexion (15,), abduction (5,); approach (3,) the way it came; row: of the
    shape's grips; centre (3,), kind, part: that grip's; turns: it is on the part that turns; fingers: None or a function of the hinge's
    angles (T,) -> flexion (T, 15), abduction (T, 5), for a hand that works the hinge with its fingers (scissors).
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
        self.pace = rng.uniform(1.3, 1.6) if pace < 0.18 else rng.uniform(0.66, 0.78) if pace > 0.82 else rng.uniform(0.9, 1.12)
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
        """Which of the `ways_to_go` to a place (3,) and turn (3, 3), and the most it costs: the usual one where arms can go it."""
        start = self.path.reached
        usual, *others = ways_to_go(goal - start[0], self.out)
        strain = self.strain(*on_the_way([usual], start, (goal, turn))).max()
        if strain < CANNOT or (np.abs(goal - start[0]).max() < 1e-9 and np.abs(turn - start[1]).max() < 1e-9):
            return usual, 0.0
        strain = self.strain(*on_the_way(others, start, (goal, turn))).reshape(len(others), -1)
        best = int(np.argmin(strain.sum(1) + self.rng.uniform(0, 0.5, len(others))))
        return others[best], strain[best].max()

    def between(self, goal, turn, level=False, count=32):
        """A place (3,) and turn (3, 3) by which arms can go to a place and turn that they can't go to straight, or None.

        level: neither higher nor lower than the straight way, nor tilted.
        """
        place, now = start = self.path.reached
        free, about = ([1, 1, 0], UP) if level else (1, 1)
        share = self.rng.uniform(0.3, 0.75, (count, 1))
        places = place + share * (goal - place) + self.rng.normal(0, 0.06, (count, 3)) * free
        straight = share * Rotation.from_matrix(turn @ now.T).as_rotvec()
        turns = (Rotation.from_rotvec(self.rng.normal(0, 0.45, (count, 3)) * about) * Rotation.from_rotvec(straight)).as_matrix() @ now
        strain = self.strain(places, turns)
        found = []
        for row in np.argsort(strain)[:6]:
            via = places[row], turns[row]
            legs = [self.strain(*on_the_way(ways_to_go(b[0] - a[0], self.out)[:1], a, b)).max()
                    for a, b in ((start, via), (via, (goal, turn)))]  # fmt: skip
            found.append((max(legs), row))
        worst, row = min(found)
        return (places[row], turns[row]) if worst < CANNOT else None

    def strain(self, place, turns, all_hands=False):
        """What it costs the arms that carry the object to have its pivot at `place` (3,) or (K, 3), turned by (K, 3, 3) -> (K,).

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
            cost[row] += self.strain(*on_the_way(ways_to_go(end[0] - start[0], self.out)[:1], start, end, (0.35, 0.65))).max()
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
        joined = [s for s in self.stays if s.end is None and self.cast.way in ("support", "hold") and s.grip is not self.keeper]
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
        self.carry_easily(by=self.rise(low, high), turn=sway @ self.path.reached[1], all_hands=self.cast.way == "support")
        self.support()

    def facing(self, towards, upward=UP):
        """The rotation that points the object's front `towards` and its up `upward`."""
        return aligned(self.shape.front, self.shape.up, towards, upward)

    def tip_to(self, goal, turn, about=UP, spin=25.0, wobble=12.0, slow=1.0, tip=None):
        """Carries the object so that its tip (or another `tip` (3,) of it) comes to `goal` (3,) as it turns to `turn` (3, 3), or nearly.

        Of turns by up to `spin` degrees about the world's direction `about` and `wobble` degrees about any, the arms'
        easiest is taken.
        """
        tip = tip if tip is not None else self.shape.tip if self.shape.tip is not None else np.zeros(3)
        share = self.rng.uniform(-1, 1, (40, 1))
        vectors = np.radians(spin) * share * unit_or(about, UP) + np.radians(wobble) * self.rng.uniform(-0.6, 0.6, (40, 3))
        vectors[0] = 0
        turns = Rotation.from_rotvec(vectors).as_matrix() @ turn
        places = goal - turns @ (tip - self.path.pivot)  # of the pivot, for the tip to arrive
        best = self.easiest(places, turns, 0.3 * np.linalg.norm(vectors, axis=1) * (spin < 90), self.cast.way in ("two", "support"))
        self.carry(to=places[best], turn=turns[best], slow=slow)


def _yaw(lip, direction):
    """The turn about +Z, radians, that brings a lip (3,) under a horizontal direction."""
    yaw = np.arctan2(direction[1], direction[0]) - np.arctan2(lip[1], lip[0])
    return (yaw + np.pi) % (2 * np.pi) - np.pi


# Carrying it -------------------------------------------------------------------------------------------------------


def lift(s):
    s.take_all()
    s.lift(0.10, 0.30)
    s.details["direction"] = "up"
    s.finish(0.15)


def place(s):
    name = s.rng.choice(list(DIRECTIONS))
    step = DIRECTIONS[name] * s.rng.uniform(0.09, 0.22)
    s.take_all()
    s.carry(by=np.array([0, 0, s.rng.uniform(0.06, 0.14)]) + 0.45 * step)
    turn = s.turned(UP * s.rng.normal(0, 0.25))
    s.carry(to=s.path.pivot + step, turn=turn)
    for stay in s.stays:
        s.release(stay, s.rng.uniform(0.05, 0.12))
    s.details["direction"] = str(name)
    s.finish()


def give(s):
    s.take_all()
    s.lift(0.08, 0.16)
    s.carry_easily(by=np.array([s.rng.uniform(-0.05, 0.05), s.rng.uniform(0.14, 0.25), s.rng.uniform(-0.02, 0.04)]), widest=40, slow=1.1)
    s.details["direction"] = "forward"
    s.finish(0.0)


def hand_over(s):
    lead = s.take(s.cast.lead)
    s.t += 0.1
    s.carry_easily(by=np.array([-0.05 * s.out, s.rng.uniform(-0.10, 0.02), s.rng.uniform(0.12, 0.22)]), all_hands=True)
    s.wait(s.rng.uniform(0.15, 0.35))
    s.take(s.cast.second)
    s.wait(s.rng.uniform(0.15, 0.25))
    lead.end = s.t
    s.wait(s.rng.uniform(0.15, 0.3))
    s.carry(by=np.array([-s.rng.uniform(0.06, 0.16) * s.out, s.rng.uniform(-0.02, 0.06), s.rng.uniform(-0.04, 0.04)]))
    s.finish(0.0)


def inspect(s):
    s.take_all()
    s.carry_easily(by=np.array([s.rng.uniform(-0.02, 0.06) * s.out, s.rng.uniform(-0.10, 0.0), s.rng.uniform(0.16, 0.26)]),
                   all_hands=True)  # fmt: skip
    s.support()
    for _ in range(2):  # looked at from one side, then from another
        place, now = s.path.reached
        vectors = s.rng.uniform(-1, 1, (16, 3)) * np.radians([40, 30, 70])
        turns = Rotation.from_rotvec(vectors).as_matrix() @ now
        s.carry(turn=turns[s.easiest(place, turns, -0.8 * np.linalg.norm(vectors, axis=1))])
        s.wait(0.15)
    s.finish(0.2)


def shake(s):
    s.take_all()
    s.lift(0.10, 0.2)
    axis = [UP, ACROSS, AWAY + 0.5 * UP][s.rng.choice(3, p=[0.6, 0.2, 0.2])]
    times = int(s.rng.integers(2, 6))
    hertz = s.rng.uniform(1.5, 2.6) / s.pace
    s.wave(hertz, times, axis * s.rng.uniform(0.022, 0.045), [s.rng.uniform(-0.2, 0.2), s.rng.uniform(-0.15, 0.15), 0])
    s.details["times"] = times
    s.finish(0.25)


def grab(s):
    s.take_all()
    s.carry_easily(by=s.rise(0.05, 0.16), widest=40)
    s.carry_easily(by=np.append(s.rng.uniform(-0.07, 0.07, 2), s.rng.uniform(-0.02, 0.05)), turn=s.turned(s.rng.normal(0, 0.2, 3)))
    s.finish(0.4)


# At the head -------------------------------------------------------------------------------------------------------


def around(mouth, degrees):
    """The lips (K, 3) of a mouth, and places of a round rim some degrees to either side of them."""
    turns = [Rotation.from_rotvec(np.radians(angle) * mouth.axis) for angle in degrees]
    return np.concatenate([turn.apply(mouth.lips) for turn in turns])


def drink(s):
    """A lip comes to the mouth, whichever suits the arm, and is tilted there."""
    mouth, tilt = s.shape.mouth, np.radians(s.rng.uniform(35, 70))
    goal = MOUTH + s.rng.uniform(-1, 1, 3) * [0.01, 0.015, 0.02]
    lips = around(mouth, (0, -20, 20, -40, 40) if len(mouth.lips) < 4 else (0,))
    yaws = [_yaw(lip, -AWAY) for lip in lips]
    upright = Rotation.from_rotvec(np.outer(yaws, UP)).as_matrix()
    tipped = Rotation.from_rotvec(tilt * ACROSS).as_matrix() @ upright
    ease = []
    for lip, both in zip(lips, zip(upright, tipped)):
        s.path.about(mouth.point + mouth.radius * lip)
        ease.append(s.strain(goal, np.stack(both)).sum())
    best = int(np.argmin(np.array(ease) + s.rng.uniform(0, 0.3, len(ease)) + 0.3 * np.abs(yaws)))
    s.path.about(mouth.point + mouth.radius * lips[best])
    s.take_all()
    if s.cast.way == "support":
        s.carry(by=np.array([0, -0.08, 0.14]), turn=Rotation.from_rotvec(0.5 * UP * yaws[best]).as_matrix())
        s.support()
    s.carry(to=goal, turn=upright[best], slow=1.1)
    s.carry(turn=tipped[best])
    s.wait(s.rng.uniform(0.15, 0.6))
    if s.chance(0.6):
        s.carry(turn=upright[best])
    s.finish(0.5)


def eat(s):
    s.take_all()
    s.carry(by=s.rise(0.06, 0.1))
    bite = unit_or(s.shape.front, s.shape.tip)
    to_mouth = -AWAY + UP * s.rng.uniform(-0.4, 0.5)
    s.tip_to(MOUTH + s.rng.uniform(-1, 1, 3) * [0.008, 0.01, 0.015], turn_onto(bite, to_mouth), to_mouth, 180, 30)
    for _ in range(int(s.rng.integers(1, 3))):
        s.wait(s.rng.uniform(0.15, 0.3))
        s.carry(by=np.array([0, 0.05, -0.02]))
        s.carry(by=np.array([0, -0.05, 0.02]))
    s.carry(by=np.array([0.03 * s.out, 0.12, -0.08]))
    s.finish(0.3)


def brush(s):
    s.take_all()
    s.lift(0.08, 0.16)
    if s.shape.name == "toothbrush":
        along = unit_or(s.shape.tip, s.shape.front)
        turn = aligned(s.shape.front, along, -AWAY, -s.out * ACROSS + 0.2 * AWAY)
        s.tip_to(MOUTH + np.array([0.02 * s.out, 0.012, 0.0]), turn, AWAY, 40)
        axis, size, hertz = ACROSS + 0.3 * UP * s.rng.normal(), s.rng.uniform(0.008, 0.016), s.rng.uniform(2.0, 3.2)
    elif s.shape.name in ("comb", "hairbrush"):
        along = unit_or(s.shape.tip, s.shape.front)
        turn = aligned(along, s.shape.up, -0.6 * AWAY - 0.4 * s.out * ACROSS + 0.5 * UP, UP)
        s.tip_to(np.array([0.072 * s.out, -0.39, 0.525]), turn, ACROSS, 50, 20)
        axis, size, hertz = -UP + 0.4 * AWAY, s.rng.uniform(0.03, 0.05), s.rng.uniform(0.8, 1.3)
    else:  # paint: bristles ahead and down
        turn = aligned(s.shape.front, s.shape.up, AWAY * 0.8 - UP * 0.6 - 0.3 * s.out * ACROSS, UP)
        s.carry_easily(by=0.02 * UP, turn=turn, widest=60)
        axis, size, hertz = ACROSS + 0.4 * AWAY * s.rng.normal(), s.rng.uniform(0.03, 0.06), s.rng.uniform(0.8, 1.5)
    s.wave(hertz / s.pace, int(s.rng.integers(3, 6)), axis * size)
    s.finish(0.25)


def opened(shape, angle):
    """Of a thing that folds open like a book, lying on its back: the middle of its lid's inner face or its tip there (3,), the
    way the face looks (3,), and from the base to the lid (3,), with the hinge at `angle`."""
    hinge = shape.hinge
    turn = Rotation.from_rotvec(angle * hinge.axis).as_matrix()
    lid = shape.vertices[np.unique(shape.faces[shape.moving])]
    shut = shape.tip if shape.tip is not None else lid.mean(0) * [1, 1, 0] + lid.min(0) * [0, 0, 1]
    tip = hinge.point + turn @ (shut - hinge.point)
    along = tip - shut
    return tip, np.cross(np.cross(along, turn @ -UP), along), along


def call(s):
    s.take_all()
    s.carry(by=s.rise(0.06, 0.10))
    if s.shape.hinge is not None:
        tip, front, along = opened(s.shape, s.cast.lead.angle)
    else:
        tip, front, along = s.shape.tip, s.shape.front, unit_or(s.shape.tip, s.shape.up)
    turn = aligned(front, along, -s.out * ACROSS + 0.15 * AWAY, UP - 0.45 * AWAY)
    s.tip_to(EAR * [s.out, 1, 1] + s.rng.normal(0, 0.006, 3), turn, ACROSS, 28, 12, tip=tip)
    s.wait(s.rng.uniform(0.4, 0.9))
    s.finish(0.2)


def see(s):
    s.take_all()
    s.carry(by=s.rise(0.06, 0.10))
    if s.shape.hinge is not None:  # a mirror or a screen in the lid
        tip, front, along = opened(s.shape, s.cast.lead.angle)
        s.tip_to(EYES + AWAY * s.rng.uniform(0.2, 0.28) - UP * 0.06, aligned(front, along, -AWAY, UP), ACROSS, 25, tip=tip)
    else:
        s.tip_to(EYES + AWAY * s.rng.uniform(0.13, 0.15), s.facing(AWAY), ACROSS, 15, 5)
        s.carry(by=-AWAY * as_far_as_it_goes(s, -AWAY, s.rng.uniform(0.09, 0.12)), slow=1.2)
    s.wait(s.rng.uniform(0.2, 0.4))
    if s.shape.hinge is not None:
        s.carry(turn=s.turned(UP * np.radians(s.rng.uniform(8, 20)) * s.rng.choice([-1, 1])), slow=1.3)
    s.finish(0.3)


def take_picture(s):
    screen = s.shape.name in ("phone", "flip_phone")
    s.take_all()
    s.carry(by=s.rise(0.06, 0.10))
    far = s.rng.uniform(0.2, 0.28) if screen else s.rng.uniform(0.02, 0.12)
    sideways = s.facing(-AWAY, s.out * ACROSS) if screen and s.chance(0.5) else None  # a phone upright or on its side
    s.tip_to(EYES + AWAY * far - UP * 0.02, s.facing(-AWAY if screen else AWAY) if sideways is None else sideways, ACROSS, 20)
    s.wait(s.rng.uniform(0.4, 0.8))
    s.finish(0.3)


def as_far_as_it_goes(s, way, most):
    """How far, metres, the object can go along `way` (3,) before it is at the actor's body; at most `most`."""
    place, turn = s.path.reached
    points = (s.shape.vertices[:: max(1, len(s.shape.vertices) // 600)] - s.path.pivot) @ turn.T + place
    goes = np.linspace(0, most, 26)
    clear = [body_distance(points + way * far).min() > -GIVES for far in goes]
    return goes[np.argmin(clear) - 1] if not all(clear) else most


def over_the_head(s):
    """A band is drawn over the head from above, or from behind and above as it suits the arms."""
    pitch = np.radians(np.repeat(np.linspace(-25, 75, 9), 3))
    twist = np.radians(np.tile([-15, 0, 15], 9))
    turns = (Rotation.from_rotvec(np.outer(twist, UP)) * Rotation.from_rotvec(np.outer(pitch, ACROSS))).as_matrix() @ s.facing(AWAY)
    ways = turns @ s.shape.up
    ends = SKULL + 0.13 * ways - turns @ (s.shape.tip - s.path.pivot)
    cost = s.strain(ends, turns) + s.strain(ends + 0.05 * ways, turns) + np.abs(pitch) + s.rng.uniform(0, 0.25, 27)
    best = int(np.argmin(cost))
    over = ends[best] + 0.05 * ways[best]
    s.carry(to=over + 0.16 * AWAY, turn=turns[best])  # up before the face, then back
    s.carry(to=over)
    s.carry(by=-ways[best] * as_far_as_it_goes(s, -ways[best], 0.06), slow=1.2)


def wear(s):
    s.take_all()
    s.carry(by=s.rise(0.06, 0.10))
    if s.shape.name == "headphones":
        over_the_head(s)
    elif s.shape.name == "watch":
        s.carry(to=s.path.pivot + np.array([-0.12 * s.out, -0.12, 0.14]), turn=s.facing(-AWAY + UP, -s.out * ACROSS))
    else:
        s.tip_to(EYES + AWAY * 0.14, s.facing(AWAY), ACROSS, 15, 5)
        s.carry(by=-AWAY * as_far_as_it_goes(s, -AWAY, 0.125), slow=1.2)
    s.wait(s.rng.uniform(0.3, 0.6))
    s.finish(0.25)


# Working with it ---------------------------------------------------------------------------------------------------


def pour(s):
    """The opening is lowered to the middle or ahead, over whichever lip and whichever way suits the arm."""
    mouth, tilt = s.shape.mouth, np.radians(s.rng.uniform(60, 110))
    s.path.about(mouth.point * 0.6)
    goal = s.path.pivot + s.rise(0.12, 0.22) - np.array([0.04 * s.out, 0, 0])
    ahead = [AWAY] if s.cast.way == "two" else [AWAY * 0.25 - s.out * ACROSS, AWAY * 0.7 - s.out * ACROSS, AWAY - s.out * ACROSS * 0.3]
    pairs = [(lip, way / np.linalg.norm(way)) for lip in mouth.lips for way in ahead]
    yaws = np.array([_yaw(lip, way) for lip, way in pairs])
    upright = Rotation.from_rotvec(np.outer(yaws, UP)).as_matrix()
    vectors = np.stack([tilt * np.cross(UP, turn @ lip) for turn, (lip, _) in zip(upright, pairs)])
    tipped = Rotation.from_rotvec(vectors).as_matrix() @ upright
    ease = s.strain(goal, upright) + s.strain(goal, tipped)
    best = int(np.argmin(ease + s.rng.uniform(0, 0.4, len(ease)) + 0.3 * np.abs(yaws)))
    s.take_all()
    s.carry(to=goal, turn=upright[best])
    s.support()
    s.carry(turn=tipped[best], slow=1.1)
    s.wait(s.rng.uniform(0.2, 0.6))
    s.carry(turn=upright[best])
    s.finish(0.4)


def toast(s):
    s.take_all()
    s.lift(0.14, 0.22)
    s.carry(by=np.array([-0.03 * s.out, s.rng.uniform(0.12, 0.2), s.rng.uniform(0.06, 0.12)]),
            turn=s.turned(ACROSS * -np.radians(s.rng.uniform(5, 14))))  # fmt: skip
    s.wait(s.rng.uniform(0.1, 0.3))
    s.carry(by=np.array([0.02 * s.out, -0.14, -0.05]), turn=s.turned(ACROSS * np.radians(8)))
    s.finish(0.2)


def edge_down(s, low=0.045, high=0.08):
    """The blade ahead of the actor, pointing away and inwards, its edge down -> the way it points (3,).

    Its lowest point comes to `low` to `high` metres above the table; yaw, pitch and roll are as the arms like it.
    """
    s.take_all()
    ahead = unit_or(AWAY - 0.7 * s.out * ACROSS, AWAY)
    angles = np.radians(s.rng.uniform(-1, 1, (64, 3)) * [60, 18, 12])
    angles[0] = 0
    about = np.stack([UP, np.cross(ahead, UP), ahead])
    yaw, pitch, roll = (Rotation.from_rotvec(np.outer(angle, axis)) for angle, axis in zip(angles.T, about))
    turns = (yaw * pitch * roll).as_matrix() @ s.facing(ahead)
    lowest = ((s.shape.vertices[::4] - s.path.pivot) @ np.swapaxes(turns, 1, 2))[..., 2].min(1)
    places = s.path.pivot * [1, 1, 0] + s.rng.uniform(-0.06, 0.06, (64, 3)) * [1, 1, 0] + 0.03 * s.out * ACROSS
    places[:, 2] = s.table + s.rng.uniform(low, high, 64) - lowest
    best = s.easiest(places, turns, 0.5 * np.abs(angles).sum(1) + s.strain(places + 0.05 * ahead, turns))
    s.carry(to=places[best], turn=turns[best])
    ahead = s.path.reached[1] @ s.shape.front * [1, 1, 0]
    return ahead / np.linalg.norm(ahead)


def work_jaws(s):
    """The fingers open and close the hinge several times, as far as they can follow -> how often."""
    times, hertz = int(s.rng.integers(2, 5)), s.rng.uniform(1.0, 1.6) / s.pace
    s.bend.waves.append((s.t, s.t + times / hertz, hertz, s.cast.lead.fingers.angles[-1] - s.bend.reached))
    s.t += times / hertz
    return times


def grip_with_jaws(s):
    """Pliers, held ahead: the jaws open and close."""
    edge_down(s)
    s.details["times"] = work_jaws(s)
    s.finish(0.3)


def cut(s):
    ahead = edge_down(s)
    s.carry(by=-UP * 0.03)
    if s.shape.hinge is not None:  # scissors
        begin, times = s.t, work_jaws(s)
        s.path.moves.append((begin, s.t, ahead * 0.02 * times))
    else:
        times = int(s.rng.integers(2, 6))
        s.wave(s.rng.uniform(1.0, 1.7) / s.pace, times, ahead * s.rng.uniform(0.02, 0.04) - UP * 0.004)
    s.details["times"] = times
    s.finish(0.3)


def chop(s):
    edge_down(s)
    times = int(s.rng.integers(3, 7))
    s.path.moves.append((s.t, s.t + times / 1.6, -s.out * ACROSS * 0.012 * times))
    s.wave(s.rng.uniform(1.5, 2.4) / s.pace, times, UP * s.rng.uniform(0.015, 0.03),
           ACROSS * -s.rng.uniform(0.05, 0.2), phase=np.pi / 2)  # fmt: skip
    s.details["times"] = times
    s.finish(0.3)


def peel(s):
    if s.shape.tip is not None and s.cast.way == "hold":  # a banana: held up, its skin drawn down from the tip
        keep = s.take(s.cast.second)
        s.t += 0.1
        s.carry(by=s.rise(0.12, 0.2) - AWAY * 0.08, turn=turn_upright(s.shape.tip))
        s.wait(s.rng.uniform(0.3, 0.5))
        pull = s.take(s.cast.lead)
        s.wait(s.rng.uniform(0.15, 0.3))
        s.wave(1.0 / s.pace, 1, [0, 0, 0.004], UP * 0.06)
        s.release(pull, 0.0)
        s.wait(0.7)
        assert keep.end is None
    else:  # a knife drawn over something in the air, towards the actor
        edge_down(s, 0.09, 0.14)
        times = int(s.rng.integers(2, 5))
        s.wave(s.rng.uniform(0.9, 1.4) / s.pace, times, (-AWAY + 0.3 * s.out * ACROSS) * 0.03, ACROSS * 0.15)
        s.details["times"] = times
    s.finish(0.2)


def fly(s):
    """A toy plane: up, along an arc with a bank, and round."""
    s.take_all()
    s.carry_easily(by=s.rise(0.14, 0.22), widest=60)
    nose = s.path.reached[1] @ s.shape.front * [1, 1, 0]
    for bend in s.rng.choice([-1, 1]) * s.rng.uniform(0.3, 0.9, 2):
        yaw = Rotation.from_rotvec(UP * bend)
        bank = Rotation.from_rotvec(-nose / max(np.linalg.norm(nose), 1e-6) * np.sign(bend) * np.radians(s.rng.uniform(8, 24)))
        nose = yaw.apply(nose)
        flat = aligned(s.shape.front, s.shape.up, nose + 1e-3 * UP, UP)
        s.carry(by=nose / max(np.linalg.norm(nose), 1e-6) * s.rng.uniform(0.08, 0.16) + UP * s.rng.uniform(-0.03, 0.05),
                turn=(yaw * bank).as_matrix() @ flat, slow=1.1)  # fmt: skip
    s.finish(0.2)


def squeeze(s):
    s.take_all()
    keep = s.stays[0]
    tip = s.shape.tip if s.shape.tip is not None else s.shape.extent * [0, 0, 0.5]
    downward = -UP * s.rng.uniform(0.4, 1.2) - s.out * ACROSS * 0.6 + AWAY * 0.5
    s.carry_easily(by=s.rise(0.14, 0.22), turn=turn_onto(tip, downward))
    times = int(s.rng.integers(1, 4))
    hertz = s.rng.uniform(0.8, 1.4) / s.pace
    keep.pulses.append((s.t, s.t + times / hertz, hertz))
    s.t += times / hertz
    s.details["times"] = times
    s.finish(0.3)


def stamp(s):
    s.take_all()
    times = int(s.rng.integers(1, 4))
    for _ in range(times):
        step = DIRECTIONS[str(s.rng.choice(list(DIRECTIONS)))] * s.rng.uniform(0.04, 0.09)
        s.carry(by=UP * s.rng.uniform(0.04, 0.08) + 0.6 * step)
        s.carry(to=np.append((s.path.reached[0] + 0.4 * step)[:2], s.path.pivot[2]), slow=0.8)
        s.wait(s.rng.uniform(0.1, 0.25))
    s.details["times"] = times
    if s.chance(0.5):
        s.carry(by=UP * s.rng.uniform(0.06, 0.12))
    else:
        for stay in s.stays:
            s.release(stay)
    s.finish(0.0)


def screw(s):
    if s.shape.hinge is not None:
        return turn_lid(s, -1)
    s.take_all()
    s.lift(0.10, 0.18)
    axis = s.shape.front / np.linalg.norm(s.shape.front)
    if s.shape.name == "screwdriver":
        s.carry(turn=turn_onto(axis, -UP + 0.25 * AWAY))
    axis = s.path.reached[1] @ axis
    times = int(s.rng.integers(2, 5))
    s.wave(s.rng.uniform(0.7, 1.1) / s.pace, times, [0, 0, 0], axis * np.radians(s.rng.uniform(25, 45)))
    s.details["times"] = times
    s.finish(0.2)


def play(s):
    name = s.shape.name
    if name in ("flute", "recorder"):
        s.take_all()
        s.carry(by=s.rise(0.08, 0.12))
        s.tip_to(MOUTH + AWAY * 0.02, turn_onto(s.shape.front, UP * 0.6 - AWAY * 0.8), AWAY * 0.8 - UP * 0.6, 180, 15)
        s.wave(s.rng.uniform(0.5, 0.9), 2, [0, 0.004, 0.008], AWAY * 0.05)
    elif name in ("train", "toy_car") and s.cast.way == "one":
        s.take_all()
        front = s.shape.front * [1, 1, 0]
        front = front / np.linalg.norm(front)
        for way in (1, -1)[: int(s.rng.integers(1, 3))]:
            s.carry(by=way * front * s.rng.uniform(0.06, 0.14), level=True)
        for stay in s.stays:
            s.release(stay)
    else:  # held before the chest, tilted this way and that
        s.take_all()
        s.carry_easily(by=np.array([0, -0.06, s.rng.uniform(0.12, 0.2)]), turn=s.facing(AWAY, UP - 0.5 * AWAY)
                       if s.shape.name == "game_controller" else None, widest=40 if s.cast.way == "two" else 100)  # fmt: skip
        s.wave(s.rng.uniform(0.7, 1.2), int(s.rng.integers(2, 4)), [0.006, 0, 0], [0.06, 0.16, 0.08])
    s.finish(0.2)


def browse(s):
    """Before the eyes, the screen or page towards them; a second hand taps or swipes."""
    s.take_all()
    s.carry_easily(to=s.path.pivot + np.array([0.04 * s.out, -0.08, s.rng.uniform(0.16, 0.24)]), turn=reading(s), widest=20)
    s.support()
    s.wait(s.rng.uniform(0.4, 0.8))
    s.carry(turn=s.turned(s.rng.normal(0, 0.12, 3)))
    s.finish(0.2)


def cook(s):
    s.take_all()
    s.carry(by=UP * s.rng.uniform(0.03, 0.07))
    times = int(s.rng.integers(2, 5))
    s.wave(s.rng.uniform(1.1, 1.6) / s.pace, times, AWAY * s.rng.uniform(0.02, 0.04) + UP * 0.008, ACROSS * s.rng.uniform(0.05, 0.14))
    s.details["times"] = times
    s.finish(0.4)


def strike(s):
    """A hammer: raised and brought down on a nail, several times."""
    s.take_all()
    ahead = aligned(np.cross(s.shape.up, s.shape.front), s.shape.front, -s.out * ACROSS * 0.5 - AWAY, -UP)
    s.carry_easily(by=np.array([0.04 * s.out, 0.02, s.rng.uniform(0.14, 0.2)]), turn=ahead, widest=50)
    times = int(s.rng.integers(1, 4))
    swing = -np.cross(s.path.reached[1] @ np.cross(s.shape.up, s.shape.front), UP) * np.radians(s.rng.uniform(22, 40))
    for _ in range(times):
        up = s.turned(swing)
        back = s.path.reached[1]
        s.carry(by=UP * 0.05, turn=up, slow=0.9)
        s.carry(by=-UP * 0.05, turn=back, slow=0.55)
        s.wait(0.05)
    s.details["times"] = times
    s.finish(0.25)


def point(s):
    """Held up and pointed ahead: a torch, a remote control, a spray bottle."""
    s.take_all()
    keep = s.stays[0]
    s.carry_easily(by=s.rise(0.14, 0.24), turn=s.facing(AWAY - 0.2 * s.out * ACROSS), widest=35)
    if s.shape.name == "spray":
        times = int(s.rng.integers(1, 4))
        keep.pulses.append((s.t, s.t + times / 1.4, 1.4))
        s.t += times / 1.4
        s.details["times"] = times
    else:
        s.carry(turn=s.turned(UP * np.radians(s.rng.uniform(15, 35)) * s.rng.choice([-1, 1])))
    s.finish(0.25)


def clean(s):
    if s.cast.way != "hold":
        s.take_all()
        s.lift(0.12, 0.2)
        s.wave(s.rng.uniform(1.0, 1.6), int(s.rng.integers(2, 5)), s.rng.normal(0, 0.01, 3), [0.1, 0, 0.2])
        return s.finish(0.3)
    aloft(s, reading(s) if s.shape.name == "eyeglasses" else None)
    rub = s.take(s.cast.lead)
    axis = s.shape.grips[s.cast.lead.row].axis
    for way in (1, -1, -1, 1)[: 2 * int(s.rng.integers(1, 3))]:
        rub.strokes.append((s.t, s.t + 0.3 * s.pace, way * axis * 0.008))
        s.t += 0.3 * s.pace
    s.release(rub)
    s.wait(0.5)
    s.finish(0.2)


# On the table, or held by the other hand ----------------------------------------------------------------------------


def steady(s):
    """The second hand takes hold on the table before the lead acts, and keeps it there."""
    if s.cast.way == "hold":
        s.take(s.cast.second)
        s.t += s.pace * s.rng.uniform(0.1, 0.45)


def aloft(s, turn=None):
    """The second hand takes the object up to where the lead can act on it."""
    s.take(s.cast.second)
    s.t += 0.1
    by = np.array([-0.02 * s.out, s.rng.uniform(-0.10, 0.0), s.rng.uniform(0.1, 0.18)])
    s.carry_easily(by=by, turn=turn, widest=100 if turn is None else 35, all_hands=True)
    s.wait(s.rng.uniform(0.25, 0.45))


def can_lift(s):
    return not s.shape.fixed and s.cast.second is not None and "lift" in s.shape.grips[s.cast.second.row].actions


def press(s):
    """The lead presses or taps once or several times."""
    read = s.action in ("browse", "play")
    if s.cast.way == "hold" and s.action in ("take picture", "see"):
        aloft(s, s.facing(AWAY))
    elif s.cast.way == "hold" and can_lift(s) and (read or s.chance(0.5)):
        aloft(s, reading(s) if read or s.shape.tip is not None else None)
    else:
        steady(s)
    times = int(s.rng.integers(1, 4)) if s.action in ("tap", "use", "browse", "press", "staple") else 1
    gap = s.pace * s.rng.uniform(0.34, 0.5)
    stay = s.take(s.cast.lead)
    stay.taps = [s.t + i * gap for i in range(times)]
    stay.height = s.rng.uniform(0.012, 0.03)
    s.t = stay.taps[-1] + s.pace * s.rng.uniform(0.12, 0.3)
    change = pushed(s.shape.hinge, s.cast.lead)
    if abs(change) > 0.03:  # a stapler's arm, a lever that is pushed: it follows, and comes back
        stay.taps, times = stay.taps[:1], 1
        s.t = stay.begin + 0.06
        change *= s.rng.uniform(0.45, 1.0)
        s.swing(change, 0.6)
        s.swing(-change, 0.6)
    s.release(stay, 0.0)
    s.details["times"] = times
    if s.cast.way == "hold":
        s.wait(0.45)
    s.finish(0.3)


def pushed(hinge, grip):
    """How far the hinge gives way to a hand that pushes along its approach, radians with sign; 0 where it can't."""
    if hinge is None or not grip.turns:
        return 0.0
    along = np.cross(hinge.axis, grip.centre - hinge.point) @ grip.approach
    return (hinge.high if along > 0 else hinge.low) - grip.angle if abs(along) > 0.01 else 0.0


def push(s):
    """The whole object is pushed along the table, or slid with a hand on it."""
    way = s.cast.lead.approach * [1, 1, 0]
    if np.linalg.norm(way) < 0.7:
        way = DIRECTIONS[str(s.rng.choice(list(DIRECTIONS)))]
    way = way / np.linalg.norm(way)
    s.take_all()
    s.carry(by=way * s.rng.uniform(0.06, 0.16), level=True)
    for stay in s.stays:
        s.release(stay, 0.03)
    s.details["direction"] = max(DIRECTIONS, key=lambda name: DIRECTIONS[name] @ way)
    s.finish()


def swing_open(s):
    """The lead takes the part that turns and opens or closes it."""
    hinge = s.shape.hinge
    if hinge.high > 2.6 and s.cast.lead.kind not in ("press", "palm"):
        return turn_lid(s, 1 if s.action == "open" else -1)
    if s.cast.way == "hold" and can_lift(s) and s.chance(0.5):
        aloft(s)
    else:
        steady(s)
    stay = s.take(s.cast.lead)
    s.t += s.rng.uniform(0.08, 0.18)
    if s.action == "open":
        share = s.rng.uniform(0.35, 1.0)
        change = share * (hinge.high - s.bend.reached)
        s.details["amount"] = "a little" if share < 0.5 else "all the way" if share > 0.93 else ""
    else:
        change = -s.rng.uniform(0.85, 1.0) * s.bend.reached
    s.swing(change)
    if s.chance(0.65):
        s.release(stay, 0.05)
        s.wait(0.4)
    s.finish(0.3 if s.cast.way == "hold" else 0.0)


def turn_lid(s, way):
    """A cap or a knob: turned, let go, taken again where the wrist started, turned on."""
    hinge = s.shape.hinge
    if s.cast.way == "hold" and can_lift(s) and s.chance(0.6):
        aloft(s)
    else:
        steady(s)
    room = (hinge.high - s.bend.reached) if way > 0 else (s.bend.reached - hinge.low)
    turns = int(s.rng.integers(1, 4))
    step = min(np.radians(s.rng.uniform(40, 75)), room / turns)
    grip = s.cast.lead
    for i in range(turns):
        # the same world pose each time: in the turning part's frame the hand is set back by what has been turned
        stay = s.take(grip if not i else set_back(grip, way * step * i, hinge))
        s.t += 0.08
        s.swing(way * step, 0.8)
        if i < turns - 1:
            s.release(stay, 0.03)
            s.t = stay.end + s.pace * s.rng.uniform(0.5, 0.6)
    if s.chance(0.7):
        s.release(stay, 0.05)
        s.wait(0.5)
    s.details["times"] = turns
    s.finish(0.3 if s.cast.way == "hold" else 0.0)


def set_back(grip, turned, hinge):
    """The same grip where the hinge has turned by `turned` since: it keeps its place in the object's frame."""
    return replace(grip, angle=grip.angle + turned)


def turn(s):
    """A door's lever or a knob: turned and let back."""
    hinge = s.shape.hinge
    if hinge is None:
        return screw(s)
    steady(s)
    stay = s.take(s.cast.lead)
    s.t += 0.1
    span = hinge.high - s.bend.reached
    change = min(span, np.radians(s.rng.uniform(30, 60))) if span > 0.1 else hinge.low - s.bend.reached
    s.swing(change, 0.8)
    s.wait(s.rng.uniform(0.1, 0.3))
    s.swing(-change, 0.8)
    s.release(stay, 0.05)
    s.finish()


def set_time(s):
    """A watch's or a clock's crown between the fingertips, the other hand holding it."""
    if s.cast.way != "hold":
        steady(s)
    elif can_lift(s) and s.chance(0.7):
        aloft(s, reading(s))
    else:
        steady(s)
    stay = s.take(s.cast.lead)
    s.wait(s.rng.uniform(0.5, 1.0))
    s.release(stay, 0.0)
    s.wait(0.5)
    s.finish(0.2)


def use(s):
    """What a thing is for."""
    if s.cast.lead.turns:
        return turn(s)
    instead = {"hammer": strike, "knife": cut, "scissors": cut, "pliers": grip_with_jaws, "screwdriver": screw, "toothbrush": brush, "brush": brush,
               "comb": brush, "pan": cook, "phone": browse, "book": browse, "notebook": browse, "binoculars": see,
               "camera": take_picture, "eyeglasses": wear, "headphones": wear, "torch": point, "spray": point,
               "remote": point, "piggy_bank": shake, "stamp": stamp}  # fmt: skip
    return instead.get(s.shape.name, grab)(s)


def acting(s):
    """What a hand does that does not carry the object: it pushes, or acts on what stands there or the other hand holds."""
    grip = s.cast.lead
    if grip.kind == "palm" and s.cast.way != "hold" and not s.shape.fixed and not grip.turns and s.action not in ("press", "tap"):
        return push(s)
    if grip.kind in ("press", "palm") and s.action not in ("open", "close", "clean"):
        return press(s)
    return SCORES[s.action](s)


# Directions ---------------------------------------------------------------------------------------------------------


def unit_or(vector, other):
    """The direction of (3,), or another where there is none."""
    vector = other if vector is None or np.linalg.norm(vector) < 1e-6 else vector
    return np.asarray(vector, float) / np.linalg.norm(vector)


def turn_onto(direction, towards):
    """The shortest rotation (3, 3) that turns one direction onto another."""
    return _arc(unit_or(direction, UP), unit_or(towards, UP))


def _arc(start, end):
    axis, cosine = np.cross(start, end), float(start @ end)
    sine = np.linalg.norm(axis)
    if sine < 1e-6:
        return np.eye(3) if cosine > 0 else Rotation.from_rotvec(np.pi * unit_or(np.cross(start, [0.3, 0.7, 0.6]), UP)).as_matrix()
    return Rotation.from_rotvec(axis / sine * np.arctan2(sine, cosine)).as_matrix()


def turn_upright(direction):
    """The shortest rotation that brings a direction near +Z, leaning a little."""
    return _arc(unit_or(direction, UP), unit_or(UP + 0.3 * AWAY, UP))


def reading(s):
    """The rotation that shows a front that lies up or stands to the eyes of the actor."""
    towards = -AWAY + 0.75 * UP
    return aligned(s.shape.front, s.shape.up, towards, UP + 0.75 * AWAY)


SCORES = {
    "lift": lift, "place": place, "pass": give, "hand over": hand_over, "inspect": inspect, "shake": shake, "drink": drink,
    "eat": eat, "pour": pour, "toast": toast, "brush": brush, "call": call, "cut": cut, "chop": chop, "peel": peel, "fly": fly,
    "squeeze": squeeze, "stamp": stamp, "staple": press, "screw": screw, "play": play, "set": set_time, "see": see,
    "take picture": take_picture, "wear": wear, "browse": browse, "cook": cook, "clean": clean, "use": use,
    "switch on": press, "switch off": press, "open": swing_open, "close": swing_open, "turn": turn, "grab": grab,
    "press": press, "tap": press, "push": push, "slide": push,
}  # fmt: skip

# Which ways an action can go besides with one hand. "hold" needs a grip with HOLD, "two" one of kind "two".
WITH_HOLD = ("peel", "set", "browse", "clean", "use", "press", "tap", "switch on", "switch off", "open", "close", "turn", "screw",
             "staple", "take picture", "play")  # fmt: skip
WITH_SUPPORT = ("drink", "pour", "inspect", "browse")


def score(action, shape, cast, rng, tries=4):
    """Composes one action -> Score, or None where it would take longer than LONGEST however it is drawn."""
    for _ in range(tries):
        written = Score(action, shape, cast, rng)
        if written.keeper is cast.lead and cast.lead.kind not in ("press", "palm"):
            SCORES[action](written)
        else:
            acting(written)
        if written.seconds <= LONGEST + 1e-6:
            return written
    return None
