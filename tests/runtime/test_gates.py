"""What a clip is measured by, against closed forms: boxes, paths that are polynomials, a search by brute force."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch
import trimesh

from model_runtime.data.families.shape import Hinge, assemble
from model_runtime.data.gates import FAR_MM, LIMITS, failures, measure
from model_runtime.data.prop import ready
from model_runtime.hands.body import SKULL, SKULL_HALF, TRUNK, TRUNK_RADIUS, body_distance
from model_runtime.hands.limits import FLEXION_RANGES, curl_pose
from model_runtime.objects.distance import signed_distance

SLAB, LID = np.array([0.20, 0.20, 0.04]), np.array([0.20, 0.20, 0.01])


def solid(size, centre):
    box = trimesh.creation.box(size)
    return box.vertices + centre, box.faces


@pytest.fixture(scope="module")
def slab():
    return ready(assemble("slab", ("slab",), [("body", solid(SLAB, (0, 0, 0)))], []), resolution=40)


@pytest.fixture(scope="module")
def chest():
    """A slab with a lid that turns about the line y = 0.1, z = 0.03 of the slab's frame."""
    parts = [("body", solid(SLAB, (0, 0, 0))), ("lid", solid(LID, (0, 0, 0.035)))]
    hinge = Hinge(np.array([0, 0.1, 0.03]), np.array([-1.0, 0, 0]), 0.0, 2.0, ("lid",))
    return ready(assemble("chest", ("chest",), parts, [], hinge=hinge), resolution=40)


def clip_of(count=30, sides=(1,)):
    """A clip in which nothing moves and the hands are far away, relaxed."""
    place = np.tile(np.float32([[-0.4, -0.2, 0.2], [0.4, -0.2, 0.2]]), (count, 1, 1))
    fingers = torch.stack([curl_pose(side, torch.full((15,), 0.3)) for side in (0, 1)]).numpy()
    turn = np.concatenate([np.tile(np.eye(3, dtype=np.float32), (2, 1, 1, 1)), fingers], 1)
    return {
        "object_translation": np.zeros((count, 3), np.float32),
        "object_rotation": np.tile(np.eye(3, dtype=np.float32), (count, 1, 1)),
        "articulation": np.zeros(count, np.float32), "hand_translation": place,
        "hand_rotation": np.tile(turn, (count, 1, 1, 1, 1)), "active": np.isin([0, 1], sides),
        "hold": np.zeros((count, 2), np.uint8), "betas": np.zeros((2, 10), np.float32), "fps": 30.0,
    }  # fmt: skip


def skin(clip, hands, side):
    turn, place = (torch.from_numpy(clip[name][:, side]) for name in ("hand_rotation", "hand_translation"))
    return hands[side](turn, place, torch.from_numpy(clip["betas"][side]))[0].numpy()


def box_distance(points, size):
    """Signed distance to a box about the origin: the closed form."""
    beyond = np.abs(points) - np.asarray(size) / 2
    return np.linalg.norm(np.maximum(beyond, 0), axis=-1) + np.minimum(beyond.max(-1), 0)


def above(clip, hands, height, side=1):
    """Puts a hand, palm down, over the origin so that its lowest skin is at each height (T,)."""
    clip["hand_translation"][:, side] = (0.09, 0, 0)
    clip["hand_rotation"][:, side, 0] = Rotation.from_euler("x", 90, degrees=True).as_matrix()
    clip["hand_translation"][:, side, 2] = height - skin(clip, hands, side)[..., 2].min(1)
    return clip


def test_depth_is_the_deepest_skin_of_any_frame(slab, hands):
    rng = np.random.default_rng(0)
    for _ in range(4):
        clip = clip_of(40)
        clip["hand_translation"][:, 1] = [0.11, 0, 0.05] + 0.03 * np.cumsum(rng.normal(0, 0.3, (40, 3)), 0)
        clip["hand_rotation"][:, 1, 0] = Rotation.from_rotvec(rng.normal(0, 0.3, (40, 3))).as_matrix()
        clip["object_translation"][:] = rng.normal(0, 0.02, (40, 3))
        clip["object_rotation"][:] = Rotation.from_rotvec(rng.normal(0, 0.2, (40, 3))).as_matrix()
        clip["betas"][1] = rng.normal(0, 1, 10)
        offset = skin(clip, hands, 1) - clip["object_translation"][:, None]
        local = np.einsum("tvi,tij->tvj", offset, clip["object_rotation"])
        truth = -1000 * box_distance(local, SLAB).min()
        assert truth > 1 and measure(clip, slab, hands)["depth_mm"] == pytest.approx(truth, abs=0.06)


def test_depth_sees_the_part_that_turns_where_it_is(chest, hands):
    clip = above(clip_of(), hands, np.full(30, 0.06))
    clip["articulation"][:] = np.linspace(0, 0.23, 30)
    middle = np.array([0, 0, -0.01])  # of the slab: the bounding box is centred
    turn = Rotation.from_rotvec(-clip["articulation"][:, None] * [1, 0, 0]).as_matrix()
    line = np.array([0, 0.1, 0.02])
    at_rest = np.einsum("tvi,tij->tvj", skin(clip, hands, 1) - line, turn) + line
    of_slab, of_lid = box_distance(skin(clip, hands, 1) - middle, SLAB), box_distance(at_rest - [0, 0, 0.025], LID)
    truth = min(of_slab.min(), of_lid.min())
    assert -0.0045 < truth < -0.002
    away, shift = Rotation.from_rotvec([0.4, -0.3, 0.9]).as_matrix(), np.array([0.1, 0.2, 0.3])  # all of it moved
    clip["object_rotation"][:], clip["object_translation"][:] = away, shift
    clip["hand_rotation"][:, 1, 0] = away @ clip["hand_rotation"][:, 1, 0]
    clip["hand_translation"][:, 1] = clip["hand_translation"][:, 1] @ away.T + shift
    assert measure(clip, chest, hands)["depth_mm"] == pytest.approx(-1000 * truth, abs=0.06)


def test_depth_stays_exact_while_a_held_object_is_carried(slab, hands):
    clip = above(clip_of(), hands, np.full(30, 0.02 - 0.0015))
    away = Rotation.from_rotvec(np.linspace(0, 1, 30)[:, None] * [0.3, 0.5, 0.2]).as_matrix()
    path = np.linspace(0, 0.2, 30)[:, None] * [1, 0, 1]
    clip["hand_translation"][:, 1] = np.einsum("tij,tj->ti", away, clip["hand_translation"][:, 1]) + path
    clip["hand_rotation"][:, 1, 0] = away @ clip["hand_rotation"][:, 1, 0]
    clip["object_translation"][:], clip["object_rotation"][:] = path, away
    clip["hold"][:, 1] = 1
    found = measure(clip, slab, hands)
    assert found["depth_mm"] == pytest.approx(1.5, abs=0.06) and found["contact_gap_mm"] == 0
    clip["hand_translation"][17, 1] += away[17] @ [0, 0, -0.002]  # one frame slips in
    assert measure(clip, slab, hands)["depth_mm"] == pytest.approx(3.5, abs=0.06)


def test_the_gap_is_that_of_the_worst_held_frame(slab, hands):
    height = np.full(30, 0.02 + 0.001)
    height[11], height[25] = 0.02 + 0.0047, 0.02 + 0.02
    clip = above(clip_of(), hands, height)
    clip["hold"][5:20, 1] = 1
    assert measure(clip, slab, hands)["contact_gap_mm"] == pytest.approx(4.7, abs=0.06)
    clip["hold"][25, 1] = 3
    assert measure(clip, slab, hands)["contact_gap_mm"] == pytest.approx(20, abs=0.6)
    clip["hand_translation"][25, 1, 2] += 1
    assert measure(clip, slab, hands)["contact_gap_mm"] == FAR_MM


def test_whatever_skin_is_nearest_counts_as_contact(slab, hands):
    clip = above(clip_of(), hands, np.full(30, 0.021))
    back = Rotation.from_euler("y", 25, degrees=True).as_matrix()  # the heel of the hand down, the fingers up
    clip["hand_rotation"][:, 1, 0] = back @ clip["hand_rotation"][0, 1, 0]
    clip["hand_translation"][:, 1] += [-0.03, 0, 0.021 - skin(clip, hands, 1)[..., 2].min()]
    assert hands[1].weights[skin(clip, hands, 1)[0, :, 2].argmin(), 0] > 0.5
    gaps = {}
    for kind in (1, 3):
        clip["hold"][:, 1] = kind
        gaps[kind] = measure(clip, slab, hands)["contact_gap_mm"]
    assert gaps[3] == pytest.approx(1, abs=0.06) and gaps[1] == pytest.approx(1, abs=0.06)


def test_a_bone_in_a_wall_is_seen(hands):
    plate = ready(assemble("plate", ("plate",), [("body", solid((0.2, 0.002, 0.1), (0, 0, 0)))], []), resolution=40)
    clip = clip_of(sides=(1,))
    clip["hand_translation"][:, 1] = (0.1, 0.02, 0.0)
    clip["hand_rotation"][:, 1, 0] = Rotation.from_euler("z", 20, degrees=True).as_matrix()  # fingers through the plate
    found = measure(clip, plate, hands)
    assert found["core_mm"] < 0 and found["depth_mm"] < 1.1  # the skin hardly knows


def test_the_hands_gap_against_brute_force(slab, hands):
    for apart, sign in ((0.20, 1), (0.178, 1), (0.10, -1)):
        clip = clip_of(sides=(0, 1))
        clip["hand_translation"][:, 0] = [-apart, 0, 0.5]  # the left's fingers point to +x, the right's to -x
        clip["hand_translation"][:, 1] = [apart, 0.01, 0.51]
        clip["hand_translation"][:10, 1, 0] += 0.1
        left, right = skin(clip, hands, 0)[-1], skin(clip, hands, 1)[-1]
        inside = signed_distance(left, right, hands[1].faces.numpy()).min() < 0
        assert inside == (sign < 0)
        found = measure(clip, slab, hands)["hands_gap_mm"]
        truth = 1000 * np.linalg.norm(left[:, None] - right, axis=-1).min()
        assert found < -1 if inside else found == pytest.approx(min(truth, FAR_MM), abs=0.01)
    assert measure(clip_of(), slab, hands)["hands_gap_mm"] == FAR_MM


def test_the_table_is_not_passed(slab, hands):
    clip = above(clip_of(), hands, np.linspace(0.05, slab.table - 0.004, 30))
    clip["hand_translation"][:, 1, 0] += 0.4  # beside the slab
    assert measure(clip, slab, hands)["hand_table_mm"] == pytest.approx(-4, abs=0.01)
    assert measure(clip, slab, hands)["object_table_mm"] == pytest.approx(0, abs=0.01)
    clip["object_rotation"][12] = Rotation.from_euler("y", 10, degrees=True).as_matrix()
    lowest = -(0.1 * np.sin(np.radians(10)) + 0.02 * np.cos(np.radians(10)))
    assert measure(clip, slab, hands)["object_table_mm"] == pytest.approx(1000 * (lowest + 0.02), abs=0.01)


@pytest.mark.parametrize("gap_mm", [12.0, -9.0])
def test_what_comes_to_the_head_or_the_trunk_is_seen(slab, chest, hands, gap_mm):
    face = SKULL[1] + SKULL_HALF[1]
    clip = clip_of()
    assert measure(clip, slab, hands)["body_mm"] == FAR_MM
    clip["object_translation"][11] = (0.1, face + gap_mm / 1000 + 0.1, SKULL[2] + 0.02)  # a corner before the brow
    assert measure(clip, slab, hands)["body_mm"] == pytest.approx(gap_mm, abs=0.1)
    assert ("body_mm" in failures(measure(clip, slab, hands))) == (gap_mm < -8)
    clip = clip_of()
    below = np.linalg.norm(TRUNK[0] - TRUNK[1])
    clip["object_translation"][20] = TRUNK[0] + (TRUNK[0] - TRUNK[1]) / below * (TRUNK_RADIUS + gap_mm / 1000)
    clip["object_translation"][20] -= (0.1, 0.1, 0.02)  # a corner below the end of the trunk
    assert measure(clip, slab, hands)["body_mm"] == pytest.approx(gap_mm, abs=0.1)
    clip = clip_of()
    clip["hand_translation"][7, 1] = (0.3, face, SKULL[2])
    clip["hand_translation"][7, 1, 0] += SKULL_HALF[0] + gap_mm / 1000 - skin(clip, hands, 1)[7, :, 0].min()
    truth = 1000 * body_distance(skin(clip, hands, 1)[7]).min()
    assert measure(clip, slab, hands)["body_mm"] == pytest.approx(truth, abs=1e-3) and truth < FAR_MM


def test_speeds_and_jerks_of_known_motion(slab, hands):
    clip = clip_of(31)
    time = np.arange(31) / 30
    clip["hand_translation"][:, 1] = [0.4, 0, 0.3] + (20 * time**3 / 6)[:, None] * [0, 0.6, 0.8]  # jerk 20 m/s^3
    clip["object_translation"][:, 0] = 0.7 * time
    clip["object_rotation"][:] = Rotation.from_rotvec(2.5 * time[:, None] * [0, 0, 1]).as_matrix()
    clip["hand_rotation"][:, 1, 0] = Rotation.from_rotvec(1.5 * time[:, None] * [1, 0, 0]).as_matrix()
    clip["hand_rotation"][:, 1, 3] = Rotation.from_rotvec(4.0 * time[:, None] * [0, 0, 1]).as_matrix()
    found = measure(clip, slab, hands)
    assert found["wrist_jerk"] == pytest.approx(20, rel=0.01) and found["wrist_jerk_max"] == pytest.approx(20, rel=0.05)
    assert found["wrist_speed"] == pytest.approx(30 * 20 / 6 * (1 - (29 / 30) ** 3), rel=1e-4)
    assert found["object_speed"] == pytest.approx(0.7, rel=1e-4)
    assert found["object_turn"] == pytest.approx(2.5, rel=1e-4)
    assert found["wrist_turn"] == pytest.approx(1.5, rel=1e-4) and found["finger_turn"] == pytest.approx(4.0, rel=1e-4)
    assert found["object_jerk_max"] < 0.1


def test_a_jump_is_seen(slab, hands):
    clip = clip_of()
    clip["hand_translation"][15:, 1] += [0, 0.15, 0]
    assert "wrist_speed" in failures(measure(clip, slab, hands))
    clip = clip_of()
    clip["hand_rotation"][15:, 1, 4] = Rotation.from_euler("z", 60, degrees=True).as_matrix()
    assert "finger_turn" in failures(measure(clip, slab, hands))
    clip["active"][:] = False  # a hand that plays no part may be anywhere
    assert failures(measure(clip, slab, hands)) == []


def test_joints_beyond_their_range(slab, hands):
    clip = clip_of()
    clip["flexion"], clip["abduction"] = np.zeros((30, 2, 15)), np.zeros((30, 2, 5))
    assert measure(clip, slab, hands)["joint_over_deg"] == 0
    clip["flexion"][7, 1, 4] = FLEXION_RANGES[4][1] + np.radians(6)
    clip["flexion"][:, 0, 2] = 3.0  # of the hand that plays no part
    assert measure(clip, slab, hands)["joint_over_deg"] == pytest.approx(6, abs=1e-3)
    clip["abduction"][3, 1, 0] = np.radians(-15 - 9)
    assert measure(clip, slab, hands)["joint_over_deg"] == pytest.approx(9, abs=1e-3)


def test_slip_is_that_of_the_skin_that_touches(slab, hands):
    clip = above(clip_of(), hands, np.full(30, 0.0205))
    clip["hold"][:, 1] = 1
    assert measure(clip, slab, hands)["slip_mm"] == 0
    clip["hand_translation"][:, 1, 0] += 0.0008 * np.arange(30)
    assert measure(clip, slab, hands)["slip_mm"] == pytest.approx(0.8, rel=1e-3)


def test_failures_name_what_is_out_of_its_limits(slab, hands):
    fine = measure(clip_of(), slab, hands)
    assert failures(fine) == [] and set(LIMITS) <= set(fine)
    for name, (low, high) in LIMITS.items():
        for limit, step in ((low, -0.01), (high, 0.01)):
            if limit is not None:
                assert failures({**fine, name: limit}) == [] and failures({**fine, name: limit + step}) == [name]
        assert failures({**fine, name: float("nan")}) == [name]
