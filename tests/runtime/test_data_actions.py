"""What people do with things: every action, on every family that serves it, in every way hands can go together."""

from functools import lru_cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from model_runtime.data import make
from model_runtime.data.actions import SCORES, score
from model_runtime.data.actions.table import pushed
from model_runtime.data.score import LONGEST, Cast, Grip
from model_runtime.hands.body import EAR, EYES, MOUTH
from model_runtime.data.families import ACTIONS, FAMILIES, HOLD, RESERVED_SEED
from model_runtime.data.families import make as make_shape
from model_runtime.data.grasp_hinges import Fingers
from model_runtime.data.prop import Prop, standing

RATE = 60
LEFT, RIGHT = 0, 1


@lru_cache(maxsize=None)
def shape_of(family, seed=0, yaw=0.7):
    shape = make_shape(family, RESERVED_SEED + seed)
    return standing(shape, -np.pi / 2 - np.arctan2(shape.front[1], shape.front[0]) if shape.fixed else yaw)


def grip(shape, row, side, angle=0.0):
    """One of a shape's grips as if a hand had been found for it."""
    spec = shape.grips[row]
    turned = shape.moves(spec)
    turn = Rotation.from_rotvec(angle * shape.hinge.axis) if turned else Rotation.identity()
    point = shape.hinge.point if turned else np.zeros(3)
    centre, approach = turn.apply(spec.centre - point) + point, turn.apply(spec.approach[0])
    works = {"scissors": "loops", "pliers": "wrap"}.get(shape.name) == spec.kind and not turned
    fingers = Fingers(np.array([0, shape.hinge.high]), np.full((2, 15), 0.3), np.zeros((2, 5))) if works else None
    return Grip(
        side,
        centre - 0.1 * approach,
        np.eye(3),
        np.full(15, 0.3),
        np.zeros(5),
        approach,
        row,
        centre,
        spec.kind,
        spec.part,
        angle,
        turned,
        fingers,
    )


def all_casts(shape, action, way, side):
    """Casts of every grip that may lead, by the generator's own rules of what may."""
    prop = Prop([], [], None, None, None, None, shape)
    high = shape.hinge.high if shape.hinge else 0.0
    found = [[grip(shape, row, s, angle) for row in range(len(shape.grips)) for angle in dict.fromkeys((0.0, high))]
             for s in (LEFT, RIGHT)]  # fmt: skip
    apart, make.HANDS_APART = make.HANDS_APART, -1.0
    try:
        return make.casts(prop, found, action, way, side, np.random.default_rng(0))
    finally:
        make.HANDS_APART = apart


def everything():
    for family in FAMILIES:
        shape = shape_of(family)
        for action in shape.actions:
            for way in make.ways(Prop([], [], None, None, None, None, shape), action):
                yield family, action, way


def played(family, action, way="one", side=RIGHT, seed=0, yaw=0.7, shape=None):
    """(shape, score, time, translation (T, 3), rotation (T, 3, 3), angle (T,)), or None where it would be too long."""
    shape = shape or shape_of(family, 0, yaw)
    casts = all_casts(shape, action, way, side)
    for attempt in range(30):
        rng = np.random.default_rng([seed, attempt])
        done = score(action, shape, casts[attempt % len(casts)], rng)
        if done is not None:
            time = np.arange(int(done.seconds * RATE) + 1) / RATE
            return shape, done, time, *done.path.at(time), done.bend.at(time)
    raise AssertionError(f"{family} {action} {way} is always too long")


def held(done, time, touch=False):
    """(T,) bool: some hand has hold of the object (or at least touches it)."""
    covered = np.zeros(len(time), bool)
    for stay in done.stays:
        if touch or not stay.touch:
            covered |= (time >= stay.begin - 1e-9) & (time <= (stay.end if stay.end is not None else np.inf) + 1e-9)
    return covered


def test_every_action_has_a_score_and_is_done_with_something():
    assert set(SCORES) == set(ACTIONS)
    assert {action for _, action, _ in everything()} == set(ACTIONS)
    assert {way for _, _, way in everything()} == {"one", "two", "hold", "support", "over"}


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_moves_or_hangs_in_the_air_by_itself(family):
    """Whatever is done: the object waits for a hand, is carried by a grasp whenever it is off the table, rests once
    let go.
    """
    for name, action, way in everything():
        if name != family:
            continue
        for side in (LEFT, RIGHT):
            shape, done, time, place, turn, angle = played(family, action, way, side, seed=side)
            about = (family, action, way, side)
            assert 1.0 < done.seconds <= LONGEST + 1e-6, about
            first = min(stay.begin for stay in done.stays)
            before = time <= first
            assert np.abs(place[before]).max() < 1e-9 and np.abs(turn[before] - np.eye(3)).max() < 1e-9, about
            tilted = turn[:, 2, 2] < np.cos(np.radians(4))
            aloft = (np.abs(place[:, 2]) > 0.004) | tilted
            assert held(done, time)[aloft].all(), about
            free = ~held(done, time, touch=True)
            moving = np.abs(np.diff(place, axis=0)).max(1) > 1e-6
            assert not (moving & free[1:] & free[:-1]).any(), about
            if shape.fixed:
                assert np.abs(place).max() < 1e-9 and np.abs(turn - np.eye(3)).max() < 1e-9, about
            assert np.linalg.norm(np.gradient(place, 1 / RATE, axis=0), axis=1).max() < 2.5, about
            spin = Rotation.from_matrix(turn[1:] @ turn[:-1].swapaxes(1, 2)).magnitude() * RATE
            assert spin.max() < 16, about
            if shape.hinge:
                assert angle.min() > shape.hinge.low - 1e-6 and angle.max() < shape.hinge.high + 1e-6, about


@pytest.mark.parametrize("family", FAMILIES)
def test_one_hand_is_in_one_place_at_a_time(family):
    for name, action, way in everything():
        if name != family:
            continue
        _, done, *_ = played(family, action, way)
        assert {stay.grip.side for stay in done.stays} == ({LEFT, RIGHT} if way != "one" else {RIGHT})
        for side in (LEFT, RIGHT):
            stays = sorted((s for s in done.stays if s.grip.side == side), key=lambda s: s.begin)
            for one, other in zip(stays, stays[1:]):
                assert one.end is not None and other.begin - one.end > 0.25, (
                    action,
                    way,
                )  # time to let go and take again


def with_action(action, way="one"):
    return [family for family, one, how in everything() if one == action and how == way]


def test_lifting_ends_higher_and_passing_further_away():
    for seed in range(6):
        assert played("box", "lift", seed=seed)[3][:, 2].max() > 0.09
        shape, done, _, place, *_ = played("box", "pass", seed=seed)
        assert place[-1, 1] > 0.05 and done.details["direction"] == "forward"


@pytest.mark.parametrize("side", (LEFT, RIGHT))
def test_placing_goes_where_its_words_say_and_ends_on_the_table(side):
    ways = {"left": [-1, 0], "right": [1, 0], "forward": [0, 1], "back": [0, -1]}
    for seed in range(8):
        _, done, time, place, turn, _ = played("mug", "place", "one", side, seed)
        assert place[:, 2].max() > 0.04 and abs(place[-1, 2]) < 1e-9
        assert turn[-1, 2, 2] == pytest.approx(1)
        assert place[-1, :2] @ ways[done.details["direction"]] > 0.8 * np.linalg.norm(place[-1, :2]) > 0.06
        assert all(stay.end is not None and stay.end < done.seconds - 0.4 for stay in done.stays)


@pytest.mark.parametrize("family", with_action("drink"))
def test_drinking_brings_a_lip_to_the_mouth_and_tilts_it(family):
    for seed, yaw in ((0, -2.0), (1, 0.3), (2, 2.6)):
        shape, done, time, place, turn, _ = played(family, "drink", "one", RIGHT, seed, yaw)
        mouth = shape.mouth
        lip = (done.path.pivot - mouth.point) / mouth.radius
        assert np.linalg.norm(lip) == pytest.approx(1, abs=1e-5) and abs(lip @ mouth.axis) < 1e-5
        assert (mouth.lips @ lip).max() > np.cos(np.radians(41))
        world = turn @ (mouth.point + mouth.radius * lip) + place
        near = np.linalg.norm(world - MOUTH, axis=-1)
        tilt = np.degrees(np.arccos(np.clip((turn @ mouth.axis) @ mouth.axis, -1, 1)))
        frame = tilt.argmax()
        assert 30 < tilt[frame] < 75 and near[frame] < 0.04
        end = turn[frame] @ lip  # that lip is now the lowest side of the opening, at the actor's face (-Y)
        assert end[2] < -0.4 and end[1] < -0.3
        early = (place[:, 2] < 0.3 * place[:, 2].max()) & (time < time[near.argmin()])
        assert tilt[early].max() < 12  # nothing is spilt on the way


@pytest.mark.parametrize("family", with_action("pour"))
def test_pouring_lowers_a_lip_to_the_middle_or_ahead_and_comes_upright_again(family):
    for side, out in ((LEFT, -1.0), (RIGHT, 1.0)):
        shape, _, _, place, turn, _ = played(family, "pour", "one", side, side)
        axis, lips = shape.mouth.axis, shape.mouth.lips
        tilt = np.degrees(np.arccos(np.clip((turn @ axis) @ axis, -1, 1)))
        frame = (turn @ axis)[:, 2].argmin()
        assert 50 < tilt[frame] < 117
        lowest = (turn[frame] @ lips.T)[:, (turn[frame] @ lips.T)[2].argmin()]
        assert lowest[2] < -0.75  # one of its lips points down
        assert (turn[frame] @ axis)[0] * out < 0.5 and (turn[frame] @ axis)[1] > -0.4  # to the middle or ahead
        assert (turn[-1] @ axis)[2] > axis[2] - 0.1


def test_a_phone_comes_to_the_ear_with_its_screen_at_the_head():
    for side, out in ((LEFT, -1.0), (RIGHT, 1.0)):
        shape, _, _, place, turn, _ = played("phone", "call", "one", side)
        near = np.linalg.norm(turn @ shape.tip + place - EAR * [out, 1, 1], axis=1)
        frame = near.argmin()
        assert near[frame] < 0.03 and (turn[frame] @ shape.front)[0] * out < -0.8
        assert (turn[frame] @ (shape.tip / np.linalg.norm(shape.tip)))[2] > 0.5  # the earpiece is its upper end


@pytest.mark.parametrize("family, action", [("binoculars", "see"), ("eyeglasses", "wear")])
def test_what_is_for_the_eyes_comes_before_them_and_looks_ahead(family, action):
    way = make.ways(Prop([], [], None, None, None, None, shape_of(family)), action)[-1]
    shape, _, _, place, turn, _ = played(family, action, way)
    tip = turn @ shape.tip + place
    frame = np.linalg.norm(tip - EYES, axis=1).argmin()
    assert np.linalg.norm(tip[frame] - EYES) < 0.06 and (turn[frame] @ shape.front)[1] > 0.8
    assert (turn[frame] @ shape.up)[2] > 0.6


@pytest.mark.parametrize("family, action", [("scissors", "cut"), ("scissors", "use"), ("pliers", "use")])
def test_only_fingers_that_follow_work_scissors_and_pliers(family, action):
    shape = shape_of(family)
    assert all(cast.lead.fingers is not None for cast in all_casts(shape, action, "one", RIGHT))
    for seed in range(5):
        _, done, _, _, _, angle = played(family, action, seed=seed)
        assert len(done.stays) == 1 and angle.max() > 0.9 * shape.hinge.high and angle.min() > -1e-9
        peaks = (np.diff(np.sign(np.diff(angle))) < 0) & (angle[1:-1] > 0.5 * shape.hinge.high)
        assert peaks.sum() == done.details["times"]


def test_handing_over_is_never_without_a_hand_and_changes_in_the_air():
    for giver in (LEFT, RIGHT):
        _, done, time, place, *_ = played("box", "hand over", "over", giver)
        given, taken = done.stays
        assert given.grip.side == giver and given.begin < taken.begin < given.end and taken.end is None
        both = (time >= taken.begin) & (time <= given.end)
        assert place[both, 2].min() > 0.1 and np.abs(np.diff(place[both], axis=0)).max() < 1e-4
        assert (place[-1, 0] - place[both][0, 0]) * (1 if giver == LEFT else -1) > 0.04


@pytest.mark.parametrize("action", ("shake", "chop"))
def test_what_is_done_several_times_is_done_as_often_as_its_words_say(action):
    family = {"shake": "bottle", "chop": "knife"}[action]
    for seed in range(6):
        _, done, time, *_ = played(family, action, seed=seed)
        begin, end, hertz, offset, _, phase = done.path.waves[-1]
        assert (end - begin) * hertz == pytest.approx(done.details["times"])


@pytest.mark.parametrize("family", with_action("open") + with_action("open", "hold"))
def test_opening_opens_and_closing_closes(family):
    way = "one" if family in with_action("open") else "hold"
    for seed in range(3):
        shape, done, time, _, _, angle = played(family, "open", way, seed=seed, shape=shape_of(family))
        assert angle[0] == 0 and angle[-1] > 0.2 * min(shape.hinge.high, 2.0)
        turning = np.abs(np.diff(angle)) > 1e-7
        by = np.zeros(len(time), bool)
        for stay in done.stays:
            if stay.grip.turns:
                by |= (time >= stay.begin) & (time <= (done.seconds if stay.end is None else stay.end))
        assert by[1:][turning].all()  # it is moved by a hand that has hold of it
        if shape.hinge.high < 2.6:
            _, _, _, _, _, angle = played(family, "close", way, seed=seed, shape=shape_of(family))
            assert angle[0] > 0.5 * shape.hinge.high and angle[-1] < 0.3 * angle[0]


def test_a_cap_is_turned_by_taking_it_again_where_the_wrist_began():
    """Each new grasp stands in the world as the first did, though the cap has turned."""
    family = next(f for f in ("screw_jar", "flask") if f in FAMILIES)
    for seed in range(5):
        shape, done, *_ = played(family, "open", "hold", seed=seed, shape=shape_of(family))
        turns = [stay for stay in done.stays if stay.grip.turns]
        assert len(turns) == done.details["times"]
        for stay in turns:
            np.testing.assert_array_equal(stay.grip.translation, turns[0].grip.translation)
            assert stay.grip.angle == pytest.approx(done.bend.at(np.array([stay.begin]))[0], abs=1e-6)


def test_a_hinge_gives_way_only_to_what_pushes_it_the_right_way():
    shape = shape_of("chest")
    lid = next(row for row, spec in enumerate(shape.grips) if shape.moves(spec))
    down, up = grip(shape, lid, RIGHT), grip(shape, lid, RIGHT)
    down.approach, up.approach = np.array([0, 0, -1.0]), np.array([0, 0, 1.0])
    assert pushed(shape.hinge, down) == pytest.approx(shape.hinge.low)  # a closed lid stays closed under a hand
    assert pushed(shape.hinge, up) == pytest.approx(shape.hinge.high)
    down.turns = False
    assert pushed(shape.hinge, down) == 0.0 and pushed(None, up) == 0.0


def test_slow_and_quick_are_what_the_captions_say():
    lengths = {}
    for seed in range(60):
        done = score("lift", shape_of("box"), Cast(grip(shape_of("box"), 0, RIGHT)), np.random.default_rng(seed))
        lengths.setdefault(done.details.get("manner"), []).append(done.path.moves[0][1] - done.path.moves[0][0])
    assert (
        np.mean(lengths["quickly"])
        < 0.8 * np.mean(lengths[None])
        < 0.8 * 0.8 * np.mean(lengths["slowly"] + lengths["carefully"])
    )


def test_a_second_hand_is_asked_for_only_where_the_shape_has_a_place_for_it():
    for family, action, way in everything():
        grips = shape_of(family).grips
        if way == "hold":
            assert any(HOLD in g.actions for g in grips)
        if way == "two":
            assert any(g.kind == "two" and action in g.actions for g in grips)
