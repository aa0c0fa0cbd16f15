"""Grasps of every kind: measured by libigl, held by the fingers that the kind names, within a body's limits."""

from dataclasses import replace

import igl
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch

from model_runtime.data import grasp_checks, grasp_hinges, grasp_kinds, grasps, prop
from model_runtime.data.families import make
from model_runtime.data.families.shape import KINDS
from model_runtime.hands.arm import reachable
from model_runtime.hands.limits import ranges

LEFT, RIGHT = 0, 1
INDEX, MIDDLE, PINKY, RING, THUMB = range(5)
QUICK = {"count": 36, "iterations": (30, 40)}
# An object that is held in each kind, and the angle of its hinge
HELD = {
    "handle": "mug",
    "wrap": "bottle",
    "pinch": "ball",
    "tripod": "spoon",
    "side": "capsule_machine",
    "rim": "bowl",
    "two": "box",
    "lateral": "fork",
    "hook": "glasses_case",
    "platform": "bowl",
    "loops": "scissors",
    "press": "can",
    "palm": "box",
}


class Found:
    """The grasps of one kind on one object by one hand, and where its skin is."""

    def __init__(self, family, kind, side, hand, angle=0.0, seed=3):
        shape = prop.standing(make(family, seed), 0.4)
        shape.grips = [grip for grip in shape.grips if grip.kind == kind or kind is None]
        self.prop, self.hand, self.side, self.angle = prop.ready(shape), hand, side, angle
        for attempt in range(4):
            self.grasps = grasps.find(self.prop, hand, side, np.random.default_rng(attempt), angle=angle, **QUICK)
            if self.grasps is not None:
                break
        assert self.grasps is not None, f"nothing found: {family}, {kind}"
        self.skin = hand(self.grasps.pose(), self.grasps.translation)[0]
        self.joint = hand.weights.argmax(1) - 1

    def distance(self, points, angle=None):
        """(G, N) signed distances by libigl: winding number and exact distance, the turned part turned by scipy."""
        hinge = self.prop.shape.hinge
        flat = np.ascontiguousarray(points.reshape(-1, 3), np.float64)
        found = []
        for row, (vertices, faces) in enumerate(self.prop.pieces):
            where = flat
            if row == 1:
                turn = Rotation.from_rotvec((self.angle if angle is None else angle) * hinge.axis)
                where = turn.inv().apply(flat - hinge.point) + hinge.point
            vertices, faces = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
            away = np.sqrt(igl.point_mesh_squared_distance(where, vertices, faces)[0])
            inside = igl.winding_number(vertices, faces, np.ascontiguousarray(where)) > 0.5
            found.append(np.where(inside, -away, away))
        return np.min(found, axis=0).reshape(points.shape[:-1])

    def touching(self):
        near = self.distance(self.skin.numpy()) < 0.0031
        return np.stack([near[:, (self.joint // 3 == f) & (self.joint >= 0)].any(1) for f in range(5)], 1), near


@pytest.fixture(scope="module")
def found(hands):
    kept = {}

    def get(family, kind, side=RIGHT, angle=0.0):
        key = family, kind, side, angle
        if key not in kept:
            kept[key] = Found(family, kind, side, hands[side], angle)
        return kept[key]

    return get


def test_every_kind_of_grip_is_known():
    assert set(grasp_kinds.KINDS) == set(KINDS) == set(HELD)


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize("family", ["mug", "box", "bottle"])
def test_nothing_is_deeper_than_two_millimetres(found, family, side):
    case = found(family, None, side)
    depth = -case.distance(case.skin.numpy()).min(1)
    assert depth.max() < 0.002 + 1e-4
    np.testing.assert_allclose(case.grasps.depth, depth.clip(0), atol=2e-4)


def test_depth_is_a_balls_closed_form(found):
    case = found("ball", "pinch")
    radius = np.linalg.norm(case.prop.shape.vertices, axis=1).max()
    depth = (radius - case.skin.norm(dim=-1)).amax(-1).clamp_min(0)
    torch.testing.assert_close(case.grasps.depth, depth.float(), atol=2.5e-4, rtol=0)  # the ball is a polyhedron


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize("family", ["mug", "box", "bottle"])
def test_hands_keep_above_the_table_and_within_their_joints(found, family, side):
    case = found(family, None, side)
    resting = np.array([case.prop.shape.grips[row].kind != "platform" for row in case.grasps.grip.tolist()])
    assert case.skin[resting][..., 2].min() > case.prop.shape.vertices[:, 2].min() - 0.0011
    flexion, abduction = ranges()
    for value, limit in ((case.grasps.flexion, flexion), (case.grasps.abduction, abduction)):
        assert (value >= limit[:, 0] - 1e-5).all() and (value <= limit[:, 1] + 1e-5).all()
    arms = reachable(case.grasps.translation, case.grasps.rotation, side, case.prop.table)
    assert arms[resting].all()


@pytest.mark.parametrize("kind", ["handle", "wrap", "pinch", "tripod", "side", "rim", "lateral", "loops"])
def test_the_thumb_and_its_partner_touch(found, kind):
    touching, _ = found(HELD[kind], kind).touching()
    assert touching[:, THUMB].all()
    partners = {"tripod": [INDEX, MIDDLE], "lateral": [INDEX], "loops": [MIDDLE]}.get(kind, [])
    assert touching[:, partners].all()
    assert touching[:, :4].any(1).all()


def judged(case, **changes):
    """The search's own checks on a case's grasps with some values replaced: {check: (G,) bool}."""
    found, kind = case.grasps, case.prop.shape.grips[0].kind
    rows = len(found)
    fields = ("translation", "flexion", "abduction", "grip", "approach")
    state = {name: getattr(found, name) for name in fields} | {
        "wrist": found.rotation, "kind": torch.full((rows,), list(grasp_kinds.KINDS).index(kind)),
        "table": torch.full((rows,), case.prop.table), "aim": torch.zeros(rows, 5, 3), "aimed": torch.zeros(rows, 5),
        "alike": torch.ones(rows), "seated": torch.zeros(rows),
    } | changes  # fmt: skip
    return grasp_checks.checked(case.prop, case.hand, case.side, state, case.angle, None)[1]


def test_a_finger_that_is_lifted_off_is_noticed(found):
    case = found("spoon", "tripod")
    assert judged(case)["need"].all()
    lifted = case.grasps.flexion.clone()
    lifted[:, :3] = -0.2  # the index
    assert not judged(case, flexion=lifted)["need"].any()
    away = case.grasps.translation + torch.tensor([0, 0, 0.05])
    assert not judged(case, translation=away)["opposed"].any()
    assert not judged(case, translation=away - torch.tensor([0, 0, 0.08]))["table"].any()


def test_a_press_beside_its_button_is_noticed(found):
    case = found("can", "press")
    aims = {"aim": torch.tensor(case.prop.shape.grips[0].centre).float().expand(len(case.grasps), 5, 3),
            "aimed": torch.tensor([1.0, 0, 0, 0, 0]).expand(len(case.grasps), 5)}  # fmt: skip
    assert judged(case, **aims)["aim"].all()
    beside = case.grasps.translation + torch.tensor([0.015, 0, 0])
    assert not judged(case, translation=beside, **aims)["aim"].any()


def test_a_hand_that_comes_from_ahead_is_noticed(found):
    case = found("bottle", "wrap")
    assert judged(case)["arm"].all()
    turn = torch.diag(torch.tensor([-1.0, -1.0, 1.0]))  # half a turn about the bottle, which is round
    assert not judged(case, wrist=turn @ case.grasps.rotation, translation=case.grasps.translation @ turn)["arm"].any()


@pytest.mark.parametrize("kind", ["two", "hook", "platform", "palm"])
def test_three_of_palm_and_fingers_touch(found, kind):
    case = found(HELD[kind], kind)
    touching, near = case.touching()
    palm = near[:, (case.joint == -1).numpy() & case.hand.palmar_mask.numpy()].any(1)
    assert (touching[:, :4].sum(1) + palm >= (2 if kind == "two" else 3)).all()


def test_a_press_meets_its_button_with_the_tip_of_the_index(found):
    case = found("can", "press")
    tips = case.skin[:, case.hand.fingertips[INDEX]]
    goal = np.stack([case.prop.shape.grips[row].centre for row in case.grasps.grip.tolist()])
    assert np.linalg.norm(tips.numpy() - goal, axis=1).max() < 0.0101
    assert case.touching()[0][:, INDEX].all()
    fingers = case.grasps.flexion[:, :12].unflatten(1, (4, 3)).sum(-1)
    assert (fingers[:, 1:].amin(1) > fingers[:, 0] + 0.8).all()  # the others are curled


def test_fingertips_are_in_the_rings_of_scissors(found):
    case = found("scissors", "loops")
    grip = case.prop.shape.grips[0]
    tips = case.skin[:, case.hand.fingertips].numpy() - grip.centre
    beside = np.cross(grip.axis, [0, 0, 1.0])
    assert (np.sign(tips[:, THUMB] @ beside) != np.sign(tips[:, MIDDLE] @ beside)).all()
    # the rings' holes are at most 14.5 mm wide to each side
    for finger in (THUMB, MIDDLE):
        assert (np.abs(np.abs(tips[:, finger] @ beside) - grip.radius) < 0.0145).all()


def test_a_platform_is_under_the_object_with_its_palm_up(found):
    case = found("bowl", "platform")
    assert (-case.grasps.rotation[:, 2, 1] > 0.5).all()  # the palm faces -y of the hand
    assert (case.skin.mean(1)[:, 2] < case.prop.shape.vertices[:, 2].min() + 0.01).all()


@pytest.mark.parametrize("family, kind", [("ball", "pinch"), ("bottle", "wrap")])
def test_thumb_and_fingers_press_from_opposite_sides(found, family, kind):
    case = found(family, kind)
    skin, distance = case.skin.numpy(), case.distance(case.skin.numpy())
    middle = case.prop.shape.grips[0].centre * (case.prop.shape.grips[0].axis[2] == 0)  # a ball's; else an upright axis
    for points, near in zip(skin, distance < 0.0041):
        out = (points - middle) * ([1, 1, 1] if kind == "pinch" else [1, 1, 0])
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        assert (out[near] @ out[near].T).min() < np.cos(np.radians(80))


def test_different_fingers_do_not_cross(found):
    case = found("mug", None)
    tips = case.skin[:, case.hand.fingertips]
    assert (torch.cdist(tips, tips) + torch.eye(5)).amin() > 0.009


def test_grips_on_a_lid_turn_with_it(found):
    case = found("glasses_case", "hook", angle=0.6)
    assert case.grasps.angle == 0.6
    shape = case.prop.shape
    turn = Rotation.from_rotvec(0.6 * shape.hinge.axis)
    for before, after in zip(shape.grips, grasp_kinds.grips_at(case.prop, 0.6)):
        assert shape.moves(before)
        centre = turn.apply(before.centre - shape.hinge.point) + shape.hinge.point
        np.testing.assert_allclose(after.centre, centre, atol=1e-6)
        np.testing.assert_allclose(after.axis, turn.apply(before.axis), atol=1e-6)
        np.testing.assert_allclose(after.approach, turn.apply(before.approach), atol=1e-6)
    skin = case.skin.numpy()
    assert -case.distance(skin).min() < 0.0021
    assert (case.distance(skin).min(1) < 0.0031).all()
    closed_lid = case.distance(skin, angle=0.0)  # the lid is elsewhere when closed
    assert not (closed_lid.min(1) < 0.0031).all() or closed_lid.min() < -0.0021


def test_the_hands_shape_is_respected(found, hands):
    shape = prop.standing(make("bottle", 3), 0.4)
    thing = prop.ready(shape)
    betas = np.array([2.0, -1.5, 1.0] + [0.0] * 7, np.float32)
    held = grasps.find(thing, hands[RIGHT], RIGHT, np.random.default_rng(0), betas=betas, **QUICK)
    skin = hands[RIGHT](held.pose(), held.translation, torch.from_numpy(betas))[0]
    np.testing.assert_allclose((-thing.exact(skin).amin(-1)).clamp_min(0), held.depth, atol=1e-5)


@pytest.mark.parametrize("kind", ["wrap", "lateral"])  # around the body, which stays, and on the cap, which turns
def test_fingers_follow_a_hinge(found, kind):
    case = found("ketchup", kind)
    angles = np.array([0.0, 0.6, 1.2])
    followed = 0
    for row in range(min(3, len(case.grasps))):
        flexion, abduction, ok = grasp_hinges.follow(case.prop, case.hand, RIGHT, case.grasps.pick([row]), angles)
        assert flexion.shape == (3, 15) and abduction.shape == (3, 5)
        for angle, bent, spread, good in zip(angles, flexion, abduction, ok):
            pose = grasps.whole_pose(RIGHT, case.grasps.rotation[row], bent, spread)
            distance = case.distance(case.hand(pose, case.grasps.translation[row])[0].numpy(), angle=angle)
            near = np.array([distance[case.joint // 3 == f].min() < 0.0035 for f in range(5)])
            if good:
                assert distance.min() > -0.0021
                assert near[case.grasps.touching[row].numpy()].all()
        followed += bool(ok.all())
    assert followed > 0


def test_the_same_seed_finds_the_same_grasps(found):
    case = found("ball", "pinch")
    one, two = (grasps.find(case.prop, case.hand, RIGHT, np.random.default_rng(9), **QUICK) for _ in range(2))
    torch.testing.assert_close(one.translation, two.translation)
    torch.testing.assert_close(one.flexion, two.flexion)


def test_a_thing_out_of_reach_has_no_grasps(found):
    case = found("ball", "pinch")
    away = [replace(grip, centre=grip.centre + [0, 2.0, 0]) for grip in case.prop.shape.grips]
    thing = replace(case.prop, shape=replace(case.prop.shape, grips=away))
    assert grasps.find(thing, case.hand, RIGHT, np.random.default_rng(0), **QUICK) is None


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_a_phone_on_the_table_is_taken_by_its_long_edges(found, side):
    case = found("phone", "pinch", side)
    grip = case.prop.shape.grips[0]
    beside = np.cross(grip.axis, [0, 0, 1.0])
    tips = case.skin[:, case.hand.fingertips].numpy()[:, [INDEX, MIDDLE, THUMB]]
    across = (tips - grip.centre) @ beside
    assert (across[:, 2] * across[:, 0] < 0).all() and (across[:, 2] * across[:, 1] < 0).all()
    assert np.abs(across[:, [0, 2]]).min() > grip.radius - 0.008  # no finger lies on top
    height = tips[..., 2] - case.prop.table
    assert height.min() > 0 and height.max() < np.ptp(case.prop.shape.vertices[:, 2]) + 0.006


def test_fingers_under_a_bar_can_open_until_the_table_is_clear(found):
    case = found("hammer", "wrap")
    under = case.skin[..., 2].amin(1) < case.prop.table - 0.004
    assert under.any()
    seated = {"seated": under.float(), "table": torch.where(under, case.prop.table - 0.03, case.prop.table)}
    assert all(passed.all() for name, passed in judged(case, **seated).items() if name != "aim")
    away = case.grasps.translation + torch.tensor([0, 0, 0.05])
    assert not judged(case, **seated, translation=away)["opens"][under].any()
    sunk = case.grasps.translation - torch.tensor([0, 0, 0.04])
    assert not judged(case, **seated, translation=sunk)["opens"][under].any()
    for row in under.nonzero()[:, 0].tolist():
        flexion = case.grasps.flexion[row].numpy()
        opening = np.array([0.42, 0.38, 0.22] * 4 + [0.25, 0.25, 0.2])  # as clips.py opens hands
        shares = np.linspace(0, 2.4, 7)[:, None]
        flexion = np.maximum(flexion - shares * opening, np.minimum(flexion, -0.1)).astype(np.float32)
        abduction, wrist, place = (value[row].expand(7, *value[row].shape) for value in
                                   (case.grasps.abduction, case.grasps.rotation, case.grasps.translation))  # fmt: skip
        skin = case.hand(grasps.whole_pose(RIGHT, wrist, torch.from_numpy(flexion), abduction), place)[0].numpy()
        clear = skin[..., 2].min(1) > case.prop.table
        assert (clear & (np.abs(case.distance(skin).min(1)) < 0.0031)).any()
