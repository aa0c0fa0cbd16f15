"""The evaluator's measures of a clip against closed forms and cases worked out by hand."""

import igl
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch
import trimesh

from runtime.evaluation_cases import BOX, LEFT, RIGHT, case_of, holds, lifted, motion_of, on_top, one_hand, palm
from model_runtime.evaluation import judge as module
from model_runtime.evaluation.judge import acts, contact, grasping, hands_used, in_the_air, judge, longest, physical
from model_runtime.evaluation.metrics import Skin, contact_frames, depths, held, jerk, nearest, slips
from model_runtime.evaluation.parts import look, mesh, thing_in, voxels
from model_runtime.evaluation.volume import volumes
from model_runtime.objects.thing import Thing, thing_of

COUNT = 40
STILL = torch.zeros(1)


def thing_from(*meshes, hinge=None):
    """A Thing of one mesh, or of a base and a part that turns."""
    whole = trimesh.util.concatenate(meshes)
    turning = np.repeat(np.arange(len(meshes)) > 0, [len(m.faces) for m in meshes])
    return Thing(**thing_of(whole.vertices, whole.faces, "thing", turning, hinge))


@pytest.fixture(scope="module")
def block():
    return thing_from(trimesh.creation.box((0.10, 0.08, 0.06)))


@pytest.fixture(scope="module")
def hinged():
    """A block, and beside it a second one that turns about a line along y through (0.05, 0, 0)."""
    lid = trimesh.creation.box((0.06, 0.06, 0.03)).apply_translation((0.09, 0, 0))
    hinge = np.array([0.05, 0, 0, 0, 1, 0, -2, 2], np.float32)
    return thing_from(trimesh.creation.box((0.08, 0.06, 0.06)), lid, hinge=hinge)


def ball(radius, centre):
    sphere = trimesh.creation.icosphere(4, radius)
    return torch.from_numpy(sphere.vertices + centre).float()[None], sphere.faces


def volume_of(thing, vertices, faces, angle=STILL):
    distance = torch.stack([d for _, d in look(thing, vertices, angle)]).amin(0)
    return volumes(thing, vertices, distance, faces, angle)


# Distances and volumes


def test_distances_are_the_box_s(block):
    points = torch.from_numpy(np.random.default_rng(0).uniform(-0.07, 0.07, (1, 2000, 3))).float()
    over = points.abs() - torch.tensor([0.05, 0.04, 0.03])
    exact = over.clamp_min(0).norm(dim=-1) + over.amax(-1).clamp_max(0)
    ((_, found),) = look(block, points, STILL)
    near = exact < 0.006
    np.testing.assert_allclose(found[near], exact[near], atol=1e-5)
    assert (found[exact > 0.008] > 0.006).all()


def test_a_part_is_where_its_hinge_has_it(hinged):
    angle = 0.8
    centre = Rotation.from_rotvec([0, angle, 0]).apply([0.04, 0, 0]) + [0.05, 0, 0]
    base, part = look(hinged, torch.tensor(centre).float().view(1, 1, 3), torch.tensor([angle]))
    np.testing.assert_allclose(part[0][0, 0], [0.09, 0, 0], atol=1e-6)
    assert float(part[1]) == pytest.approx(-0.015, abs=1e-5) and float(base[1]) > 0
    vertices, faces = mesh(hinged, angle)
    lid = trimesh.Trimesh(vertices, faces).split()[-1]
    assert min(np.linalg.norm(lid.center_mass - centre), 1) < 1e-4


def test_what_moves_with_a_part_does_not_slip_on_it(hinged):
    angle = torch.linspace(0, 1, 5)
    around = np.stack([Rotation.from_rotvec([0, float(a), 0]).as_matrix() for a in angle])
    with_part = around @ [0.04, 0, 0.016] + [0.05, 0, 0]
    with_base = np.tile([0.0, 0.0, 0.032], (5, 1))
    distance, pace = nearest(hinged, torch.tensor(np.stack([with_part, with_base], 1)).float(), angle)
    np.testing.assert_allclose(distance, [[0.001, 0.002]] * 5, atol=1e-5)
    np.testing.assert_allclose(pace, 0, atol=1e-6)
    _, pace = nearest(
        hinged, torch.tensor(with_part[:1]).float().expand(5, 1, 3), angle
    )  # stays while the part turns away
    assert float(pace[0]) == pytest.approx(2 * np.hypot(0.04, 0.016) * np.sin(0.125), rel=1e-4)


def test_depths_by_hand():
    distance = torch.tensor([[-0.001, -0.003, 0.002], [0.001, 0.002, 0.003]])
    deepest, mean = depths(distance)
    np.testing.assert_allclose(deepest, [0.003, 0.0])
    np.testing.assert_allclose(mean, [0.002, 0.0])


@pytest.mark.parametrize("radius", (0.012, 0.02))
def test_volume_of_a_ball_in_a_box(block, radius):
    vertices, faces = ball(radius, (0.004, 0.003, 0.002))
    solid, surface = volume_of(block, vertices, faces)
    assert solid[0] == pytest.approx(4 / 3 * np.pi * radius**3 * 1e6, rel=0.08)
    assert surface[0] == 0  # touches no voxel of the surface


@pytest.mark.parametrize("radius", (0.015, 0.02))
def test_volume_and_depth_of_half_a_ball(block, radius):
    """Over places between the voxels' centres, which are a third of a radius apart."""
    vertices, faces = ball(radius, (0.0, 0.0, 0.03))
    aside = torch.from_numpy(np.random.default_rng(0).uniform(-0.0025, 0.0025, (30, 1, 3))).float() * torch.tensor(
        [1, 1, 0]
    )
    solid, _ = volume_of(block, vertices + aside, faces, torch.zeros(30))
    assert solid.mean() == pytest.approx(2 / 3 * np.pi * radius**3 * 1e6, rel=0.05)
    ((_, distance),) = look(block, vertices, STILL)
    deepest, mean = depths(distance)
    assert float(deepest) == pytest.approx(radius, abs=1e-4)
    assert float(mean) == pytest.approx(radius / 2, rel=0.05)  # Archimedes: a sphere's area is even along its axis


def test_what_lies_on_a_surface_has_no_volume_except_by_the_peers_count(block):
    slab = trimesh.creation.box((0.05, 0.05, 0.02)).subdivide_to_size(0.008)
    vertices = torch.from_numpy(slab.vertices + [0, 0, 0.03 + 0.01]).float()[None]
    solid, surface = volume_of(block, vertices, slab.faces)
    assert solid[0] == 0
    assert 0 < surface[0] <= 25 * 0.5  # cm2 times a voxel's side


def test_volume_in_a_part_that_turned(hinged):
    angle = torch.tensor([0.0, 1.2])
    centre = Rotation.from_rotvec([0, 1.2, 0]).apply([0.04, 0, 0]) + [0.05, 0, 0]
    vertices, faces = ball(0.012, centre)
    solid, _ = volume_of(hinged, vertices.expand(2, -1, -1), faces, angle)
    assert solid[0] == pytest.approx(0, abs=0.5) and solid[1] == pytest.approx(4 / 3 * np.pi * 1.2**3, rel=0.1)


def test_volume_is_the_sum_over_frames_that_differ(block):
    near, faces = ball(0.012, (0, 0, 0))
    far = near + 1.0
    solid, _ = volume_of(block, torch.cat([near, near, far, near]), faces, torch.zeros(4))
    assert solid[0] == solid[1] == solid[3] > 6 and solid[2] == 0


def test_voxels_fill_the_box(block):
    solid, shell = voxels(block.pieces[0])
    assert len(solid) * 0.125 == pytest.approx(480, rel=0.05)
    outside = np.abs(shell) - [0.05, 0.04, 0.03]
    assert np.abs(outside.max(1)).max() < 0.005  # all near the surface, on either side


# Frames and touches


def test_contact_by_frames_by_hand():
    touch = torch.tensor([[1, 1, 0, 0, 0], [1, 0, 1, 0, 1]], dtype=torch.bool)
    frames = torch.tensor([1, 1, 1, 1, 0], dtype=torch.bool)
    assert contact_frames(touch, frames, together=False) == 3 / 4
    assert contact_frames(touch, frames, together=True) == 1 / 4


def test_a_part_that_turns_has_to_be_touched_while_it_turns():
    angle = np.r_[np.zeros(10), np.linspace(0, 1, 11), np.ones(10)]
    motion = torch.from_numpy(motion_of(np.full((31, 2, 3), np.nan), angle=angle))
    turning = held(motion, 30.0, hinged=True).numpy()
    assert turning[10:21].all() and not turning[:10].any() and not turning[21:].any()
    assert not held(motion, 30.0, hinged=False).any()


def some(touch, near=None):
    """Skins of two hands with 10 vertices, of which `near` touch in the frames (T,) of touch[side]."""
    near = (1, 1) if near is None else near
    skins = []
    for flags, count in zip(touch, near):
        distance = torch.full((len(flags), 10), 1.0)
        distance[torch.as_tensor(flags), :count] = 0.004
        skins.append(Skin(distance, None, None, None, None))
    return skins, torch.as_tensor(np.array(touch))


def test_contact_of_a_clip_by_hand():
    touch = np.zeros((2, COUNT), bool)
    touch[RIGHT, 5:25] = True
    case = case_of(motion_of(np.full((COUNT, 2, 3), np.nan), lifted()), holds(COUNT))
    frames = held(torch.from_numpy(case["motion"]))
    assert int(frames.sum()) == 30
    by_frames, by_vertices = contact(case, *some(touch, (0, 3)), frames)
    assert by_frames == 15 / 30 and by_vertices == pytest.approx(0.3 * 15 / 30)


def test_hands_that_act_together_in_the_truth_must_both_touch():
    touch = np.zeros((2, COUNT), bool)
    touch[RIGHT, 10:], touch[LEFT, 10:20] = True, True
    motion = motion_of(np.full((COUNT, 2, 3), np.nan), lifted())
    frames = held(torch.from_numpy(motion))
    assert contact(case_of(motion, holds(COUNT, left=1)), *some(touch), frames)[0] == pytest.approx(10 / 30)
    late = holds(COUNT, left=1)
    late[:20, LEFT] = 0  # the second hand joins
    assert contact(case_of(motion, late), *some(touch), frames)[0] == 1.0


def test_where_nothing_moves_the_moment_of_touching_is_free():
    still = motion_of(np.full((COUNT, 2, 3), np.nan))
    hold = np.zeros((COUNT, 2), np.uint8)
    hold[10:20, RIGHT] = 3
    for begin, end, expected in ((22, 32, 1.0), (0, 5, 0.5), (0, 40, 1.0), (0, 0, 0.0)):
        touch = np.zeros((2, COUNT), bool)
        touch[RIGHT, begin:end] = True
        found = contact(case_of(still, hold), *some(touch), torch.zeros(COUNT, dtype=torch.bool))
        assert found[0] == expected


def test_physical_by_hand():
    frames = torch.tensor([0, 1, 1, 1, 0], dtype=torch.bool)
    assert physical(torch.tensor([0, 1, 1, 1, 0], dtype=torch.bool), frames) == 1.0
    assert physical(torch.tensor([1, 1, 0, 1, 1], dtype=torch.bool), frames) == 0.0
    assert physical(torch.tensor([0, 0, 1], dtype=torch.bool), torch.zeros(3, dtype=torch.bool)) == 1.0
    assert physical(torch.zeros(3, dtype=torch.bool), torch.zeros(3, dtype=torch.bool)) == 0.0


def test_a_hand_that_brushes_past_is_not_used():
    touch = torch.zeros((2, 100), dtype=torch.bool)
    touch[RIGHT, 20:80], touch[LEFT, 40:44] = True, True
    assert hands_used(touch) == (False, True)
    touch[LEFT, 40:50] = True
    assert hands_used(touch) == (True, True)


def test_a_hand_at_its_idle_place_plays_no_part_however_near_a_wide_object_comes():
    motion = torch.from_numpy(motion_of(one_hand(RIGHT, np.zeros((5, 3)))))
    near = Skin(torch.zeros(5, 10), None, None, None, None)
    assert not acts(motion, near, LEFT) and acts(motion, near, RIGHT)
    assert not acts(motion, Skin(torch.full((5, 10), 0.1), None, None, None, None), RIGHT)


def test_slip_counts_of_hands_that_grasp():
    motion = motion_of(np.full((COUNT, 2, 3), np.nan))
    assert grasping(case_of(motion, holds(COUNT, left=1, right=2)), [LEFT, RIGHT]) == [LEFT, RIGHT]
    assert grasping(case_of(motion, holds(COUNT, left=1, right=4)), [LEFT, RIGHT]) == [LEFT]
    assert grasping(case_of(motion, holds(COUNT, left=0, right=3)), [RIGHT]) == []


def test_slips_by_hand():
    distance = torch.tensor([[0.0, 0.1], [0.0, 0.0], [0.0, 0.0], [0.1, 0.0]])
    pace = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert slips(distance, pace, torch.ones(4, dtype=torch.bool)).tolist() == [1.0, 3.0, 4.0, 6.0]
    assert slips(distance, pace, torch.tensor([0, 1, 1, 0], dtype=torch.bool)).tolist() == [3.0, 4.0]


def test_constant_acceleration_has_no_jerk_and_a_cubic_a_constant_one():
    time = torch.arange(50, dtype=torch.float64)[:, None, None] / 30
    way = torch.tensor([0.3, -0.2, 0.1], dtype=torch.float64)
    assert jerk(way * time**2 + way * time + 1, 30.0) == pytest.approx(0, abs=1e-6)
    assert jerk(way * time**3, 30.0) == pytest.approx(6 * float(way.norm()), rel=1e-6)


def test_the_longest_run():
    assert longest(np.array([1, 0, 1, 1, 1, 0, 1, 1], bool)).tolist() == [2, 3, 4]
    assert len(longest(np.zeros(3, bool))) == 0


# Whole clips: a flat hand on a box


def measured(hands, wrist, side=RIGHT, place=None, turn=None, **others):
    motion = motion_of(one_hand(side, wrist), place, turn)
    return judge(case_of(motion, holds(len(wrist)), **others), motion, hands)


def test_a_hand_that_moves_with_the_object(hands):
    """Through the world, turning: depth, touch and slip are those in the object's frame."""
    turn = Rotation.from_rotvec(np.linspace([0, 0, 0], [0.8, -0.6, 0.4], COUNT)).as_matrix()
    place = np.cumsum(np.full((COUNT, 3), [0.002, 0.001, 0.004]), 0) - [0.002, 0.001, 0.004]
    found = measured(hands, on_top(hands, RIGHT, -0.003, COUNT), place=place, turn=turn)
    assert found["id_max_mm"] == pytest.approx(3.0, abs=0.02) == found["deepest_mm"]
    assert 0 < found["id_mean_mm"] < 3.0
    assert found["slip_mm"] == pytest.approx(0.0, abs=1e-3)
    assert found["cr_frames"] == found["phy"] == 1.0
    assert found["hand_correct"] is True and (found["left_used"], found["right_used"]) == (False, True)


def test_volume_of_a_hand_in_a_box(hands):
    """The part of the hand in the box, by points at random and exact winding numbers; and nothing where it only lies
    there.
    """
    depth, rng = 0.006, np.random.default_rng(0)
    wrist = on_top(hands, RIGHT, -depth, 12)
    wrist[:, :2] += rng.uniform(-0.003, 0.003, (12, 2))
    flat = hands[RIGHT].rest(torch.zeros(10))[0].double().numpy() @ palm(RIGHT).T
    faces, volume = hands[RIGHT].faces.numpy().astype(np.int64), []
    for place in wrist:
        points = rng.uniform([-0.08, -0.08, BOX[2] / 2 - depth], [0.08, 0.08, BOX[2] / 2], (4000, 3))
        volume.append(
            0.16 * 0.16 * depth * 1e6 * (np.abs(igl.winding_number(flat + place, faces, points)) > 0.5).mean()
        )
    assert measured(hands, wrist)["iv_cm3"] == pytest.approx(np.mean(volume), rel=0.08)
    assert measured(hands, on_top(hands, RIGHT, 0.0005, 2))["iv_cm3"] == 0


def test_slip_of_a_hand_that_slides(hands):
    wrist = on_top(hands, RIGHT, 0.001, COUNT)
    wrist[:, 0] += 0.0007 * np.arange(COUNT)
    assert measured(hands, wrist, place=lifted())["slip_mm"] == pytest.approx(0.7, abs=0.01)


def test_an_object_that_flies_is_not_physical(hands):
    gap = np.full(COUNT, 0.001)
    gap[20:26] = 0.02
    found = measured(hands, on_top(hands, RIGHT, gap, COUNT), place=lifted())
    assert found["phy"] == 0.0 and found["cr_frames"] == pytest.approx(24 / 30)


def test_the_wrong_hand(hands):
    found = measured(hands, on_top(hands, LEFT, 0.001, COUNT), side=LEFT, place=lifted())
    assert found["hand_correct"] is False and found["left_used"]
    unnamed = measured(hands, on_top(hands, LEFT, 0.001, COUNT), side=LEFT, place=lifted(), prompt="Lift the box.")
    assert unnamed["hand_correct"] is None


def test_a_hand_that_plays_no_part_is_not_measured(hands):
    """Carried along far from the object, it has neither jerk nor volume."""
    time = np.arange(COUNT) / 30
    wrist = on_top(hands, RIGHT, 0.001, COUNT)
    found = measured(hands, wrist, place=np.outer(0.05 * time**3, [0, 0, 1]))
    assert found["jerk"] == pytest.approx(0.3, rel=0.02)
    alone = judge(
        case_of(motion_of(np.full((COUNT, 2, 3), np.nan)), holds(COUNT)),
        motion_of(np.full((COUNT, 2, 3), np.nan)),
        hands,
    )
    assert alone["jerk"] is None and alone["iv_cm3"] == 0 and alone["cr_frames"] == 0 and alone["phy"] == 0


def test_in_the_air_by_the_lowest_point():
    tilt = Rotation.from_rotvec([[0, 0, 0], [0, 0.5, 0], [0, 0.5, 0], [0, 0, 0]]).as_matrix()
    low = np.abs(tilt[:, 2]) @ BOX / 2  # how far a tilted box reaches below its middle
    place = np.zeros((4, 3))
    place[:, 2] = low - BOX[2] / 2 + [0, 0.004, 0.006, 0.006]
    case = case_of(motion_of(np.full((4, 2, 3), np.nan), place, tilt), holds(4))
    assert in_the_air(torch.from_numpy(case["motion"]), thing_in(case)).tolist() == [False, False, True, True]


def carried(hands, gap, height=0.05, up=True):
    """A hand under the box, palm up, or on top of it, while it is in the air."""
    motion = motion_of(one_hand(RIGHT, on_top(hands, RIGHT, gap, COUNT, up)), lifted(height=height), up=up)
    truth = motion_of(np.full((COUNT, 2, 3), np.nan), lifted())
    return judge(case_of(truth, holds(COUNT)), motion, hands)["hold_success"]


def test_a_hold_is_simulated(hands):
    assert carried(hands, -0.006) is True  # the flesh of the palm gives way: more than a point or two bear it
    assert carried(hands, -0.002, up=False) is False  # a hand on top holds nothing
    assert carried(hands, 0.03) is False  # it flies
    late = np.where(np.arange(COUNT) < 14, 0.03, -0.006)
    assert carried(hands, late) is True  # the middle of its time in the air is what counts
    assert carried(hands, -0.006, height=0.0) is False  # never lifted, though the truth lifts it


def test_what_never_leaves_the_table_is_asked_for_no_hold(hands):
    found = measured(hands, on_top(hands, RIGHT, 0.001, COUNT))
    assert found["hold_success"] is None
    assert module.RAISED == 0.005
