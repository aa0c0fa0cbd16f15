"""The open hand and the hand layer, against the source meshes, smplx, trimesh, scipy and plain facts about hands."""

import os

import igl
import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation
import smplx
import torch
import trimesh

from model_runtime.hands import build, limits
from model_runtime.hands.layer import FOLDER, load_hand
from model_runtime.hands.rotation import (
    axis_angle_to_matrix,
    matrix_to_axis_angle,
    matrix_to_sixd,
    sixd_to_matrix,
    slerp,
    turn_about,
)
from model_runtime.seam import JOINT_NAMES, JOINT_PARENTS

LEFT, RIGHT = 0, 1
MIRROR = torch.tensor([-1.0, 1.0, 1.0])
FILES = [os.path.join(FOLDER, f"OPEN_{side}.npz") for side in ("LEFT", "RIGHT")]
FIRST = [JOINT_NAMES.index(f"{finger}1") for finger in build.FINGERS]


@pytest.fixture(scope="module")
def hands():
    return load_hand(LEFT), load_hand(RIGHT)


def fields(side):
    return dict(np.load(FILES[side], allow_pickle=False))


def random_pose(count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    angles = torch.randn(count, 16, 3, generator=generator) * 0.5
    return axis_angle_to_matrix(angles), torch.randn(count, 3, generator=generator), angles


def of_smplx(side, angles, shape, translation):
    """What smplx makes of the file itself: vertices and joints."""
    model = smplx.MANO(FILES[side], ext="npz", use_pca=False, flat_hand_mean=True)
    output = model(betas=shape, global_orient=angles[:, 0], hand_pose=angles[:, 1:].flatten(1), transl=translation)
    return output.vertices, output.joints


# The files


@pytest.mark.parametrize("side", (LEFT, RIGHT))
def test_file_is_one_closed_solid_facing_outwards_of_human_size(side):
    file = fields(side)
    mesh = trimesh.Trimesh(file["v_template"], file["f"], process=False)
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.body_count == 1
    assert 250e-6 < mesh.volume < 500e-6  # m3; positive: triangles face outwards
    assert os.path.getsize(FILES[side]) < 1.5e6
    assert np.ptp(file["v_template"], axis=0)[0] < 0.25


def test_files_are_what_the_build_script_makes():
    made = build.build_right(os.path.join(build.FOLDER, "source", "right.glb"))
    for side, hand in ((RIGHT, made), (LEFT, build.mirrored(made))):
        stored = fields(side)
        assert stored.keys() == hand.keys()
        for name, value in hand.items():
            if value.dtype.kind == "f":
                np.testing.assert_allclose(stored[name], value, atol=1e-6, err_msg=name)
            else:
                np.testing.assert_array_equal(stored[name], value)


def test_source_left_hand_is_the_mirrored_right_one():
    """What entitles the build to mirror: up to a shift, the source's left vertices are the right ones mirrored."""
    left, right = (trimesh.load(os.path.join(FOLDER, "source", f"{s}.glb"), force="mesh") for s in ("left", "right"))
    mine, other = (points - points.mean(0) for points in (left.vertices * [-1, 1, 1], right.vertices))
    assert len(mine) == len(other) and cKDTree(mine).query(other)[0].max() < 1e-4


@pytest.mark.parametrize("side", (LEFT, RIGHT))
def test_regressor_gives_the_joints(side):
    file = fields(side)
    regressor = file["J_regressor"].astype(float)
    np.testing.assert_allclose(regressor @ file["v_template"], file["J"], atol=1e-6)
    np.testing.assert_allclose(regressor.sum(1), 1, atol=1e-6)
    assert regressor.min() >= 0 and (regressor > 0).sum(1).min() >= 40  # many vertices: no joint hangs on a few
    np.testing.assert_allclose(file["weights"].sum(1), 1, atol=1e-6)
    assert tuple(file["kintree_table"][0, 1:]) == JOINT_PARENTS[1:]


def test_right_hand_lies_in_manos_frame(hands):
    joints = dict(zip(JOINT_NAMES, hands[RIGHT].template_joints.numpy()))
    tips = dict(zip(build.FINGERS, hands[RIGHT].template[hands[RIGHT].fingertips].numpy()))
    for finger in build.FINGERS[:4]:  # fingers point along -x, straight within 15 degrees, flat
        chain = [joints["wrist"], joints[f"{finger}1"], joints[f"{finger}2"], joints[f"{finger}3"], tips[finger]]
        assert (np.diff([p[0] for p in chain]) < -0.009).all()
        bones = np.diff(chain[1:], axis=0)
        bones /= np.linalg.norm(bones, axis=1, keepdims=True)
        assert (bones[:-1] * bones[1:]).sum(1).min() > np.cos(np.radians(15))
        assert np.abs(bones[:, 1]).max() < 0.2
    across = [joints[f"{finger}1"][2] for finger in ("thumb", "index", "middle", "ring", "pinky")]
    assert (np.diff(across) < -0.004).all()  # the thumb's side is +z
    assert tips["thumb"][2] == max(tip[2] for tip in tips.values())
    assert tips["thumb"][1] < tips["index"][1] - 0.02  # the palm faces -y, and the thumb is in front of it
    lengths = {finger: np.linalg.norm(tips[finger]) for finger in tips}
    assert max(lengths, key=lengths.get) == "middle" and 0.17 < lengths["middle"] < 0.205


def test_left_hand_is_the_exact_mirror(hands):
    left, right = hands
    assert torch.equal(left.template, right.template * MIRROR)
    assert torch.equal(left.faces, right.faces.flip(1)) and torch.equal(left.weights, right.weights)
    flexion, abduction = torch.rand(7, 15), torch.rand(7, 5) * 0.4 - 0.2
    poses = [torch.cat([torch.eye(3).expand(7, 1, 3, 3), limits.curl_pose(s, flexion, abduction)], 1) for s in (0, 1)]
    posed = [hand(pose, torch.zeros(7, 3))[0] for hand, pose in zip(hands, poses)]
    torch.testing.assert_close(posed[0], posed[1] * MIRROR, atol=1e-6, rtol=0)


# The layer


@pytest.mark.parametrize("side", (LEFT, RIGHT))
def test_layer_equals_smplx(hands, side):
    """smplx itself loads the file; the same pose, shape and place give the same vertices and joints."""
    rotation, translation, angles = random_pose(12)
    shape = torch.randn(12, 10, generator=torch.Generator().manual_seed(5))
    wanted = of_smplx(side, angles, shape, translation)
    vertices, joints = hands[side](rotation, wanted[1][:, 0], shape)
    torch.testing.assert_close(vertices, wanted[0], atol=1e-5, rtol=0)
    torch.testing.assert_close(joints, wanted[1], atol=1e-5, rtol=0)
    # The wrist is at transl + J[0], which moves with the shape; `origin` is J[0] of the mean shape.
    _, joints = of_smplx(side, angles, shape * 0, translation)
    torch.testing.assert_close(joints[:, 0], translation + hands[side].origin, atol=1e-5, rtol=0)


def test_layer_takes_any_batch_and_any_subset(hands):
    hand = hands[RIGHT]
    rotation, translation, _ = random_pose(6)
    shape = torch.randn(10)
    vertices, joints = hand(rotation, translation, shape)
    torch.testing.assert_close(joints[:, 0], translation)
    torch.testing.assert_close(hand.joints(rotation, translation, shape), joints)
    ids = hand.sample(50)
    torch.testing.assert_close(hand(rotation, translation, shape, ids)[0], vertices[:, ids], atol=1e-6, rtol=0)
    # One shape for all, a shape for each, two leading dimensions, none: all the same hand.
    each = hand(rotation, translation, shape.expand(6, 10), ids)[0]
    torch.testing.assert_close(each, vertices[:, ids], atol=1e-6, rtol=0)
    grid = hand(rotation.view(2, 3, 16, 3, 3), translation.view(2, 3, 3), shape.expand(2, 1, 10), ids)
    torch.testing.assert_close(grid[0].flatten(0, 1), vertices[:, ids], atol=1e-6, rtol=0)
    torch.testing.assert_close(grid[1].flatten(0, 1), joints, atol=1e-6, rtol=0)
    torch.testing.assert_close(hand(rotation[4], translation[4], shape)[0], vertices[4], atol=1e-6, rtol=0)


def test_each_joint_turns_its_own_finger_about_itself(hands):
    hand = hands[RIGHT]
    for joint in range(1, 16):
        pose = torch.eye(3).repeat(16, 1, 1)
        pose[joint] = axis_angle_to_matrix(torch.tensor([0.0, 0.0, 0.8]))
        vertices, joints = hand(pose, torch.zeros(3))
        moved = (joints - hand.template_joints).norm(dim=-1) > 1e-6
        below = [j for j in range(16) if j > joint and (j - 1) // 3 == (joint - 1) // 3]
        assert moved.nonzero()[:, 0].tolist() == below
        tip = hand.fingertips[(joint - 1) // 3]
        arm = hand.template[tip] - hand.template_joints[joint]
        torch.testing.assert_close(vertices[tip], hand.template_joints[joint] + pose[joint] @ arm, atol=2e-3, rtol=0)


def test_gradients_match_differences(hands):
    hand = load_hand(RIGHT).double()
    ids = hand.fingertips[:2]
    angles = (torch.randn(16, 3, generator=torch.Generator().manual_seed(2)) * 0.3).double().requires_grad_()
    place, shape = torch.randn(3).double().requires_grad_(), torch.randn(10).double().requires_grad_()
    run = lambda a, t, s: hand(axis_angle_to_matrix(a), t, s, ids)  # noqa: E731
    assert torch.autograd.gradcheck(run, (angles, place, shape))


def test_normals_point_outwards(hands):
    """Moving the skin outwards by a little grows the volume by area times that little."""
    for hand in hands:
        vertices = hand.template.double() + 0.3
        faces = hand.faces.numpy()
        step = 1e-5
        before = trimesh.Trimesh(vertices.numpy(), faces, process=False)
        after = trimesh.Trimesh((vertices + step * hand.normals(vertices)).numpy(), faces, process=False)
        assert (after.volume - before.volume) / step == pytest.approx(before.area, rel=0.07)  # less at sharp edges


def test_samples_spread(hands):
    hand = hands[RIGHT]
    for count in (5, 64, 300):
        ids = hand.sample(count)
        assert len(set(ids.tolist())) == count and torch.equal(ids, load_hand(RIGHT).sample(count))
        points = hand.template[ids]
        apart = (torch.cdist(points, points) + 9 * torch.eye(count)).min()
        assert torch.cdist(hand.template, points).amin(1).max() <= apart + 1e-6  # no gap is wider than the spacing
    assert len(hand.sample(10**6)) == len(hand.template)


def test_palmar_skin_is_what_a_table_meets(hands):
    """Seen from the palm's side, the skin of palm and fingers that is not hidden is palmar, and the back is not."""
    for hand in hands:
        normals = hand.normals(hand.template)
        fingers = hand.weights[:, 1:13].sum(1) > 0.9
        assert hand.palmar_mask[fingers & (normals[:, 1] < -0.7)].all()
        assert not hand.palmar_mask[(normals[:, 1] > 0.3) & (hand.weights[:, 13:].sum(1) < 0.1)].any()
        forward = hand.template[:, 0] * (-1 if hand.side == RIGHT else 1)
        assert not hand.palmar_mask[forward < 0].any()  # not the forearm
        nearest = hand.weights.argmax(1)
        for joint in (*range(1, 13), 14, 15):
            assert 0.15 < hand.palmar_mask[nearest == joint].float().mean() < 0.7, JOINT_NAMES[joint]
        # The pad of the thumb looks the way the thumb bends: a small flexion carries it along its normals.
        pose = torch.eye(3).repeat(16, 1, 1)
        pose[1:] = limits.curl_pose(hand.side, torch.tensor([0.0] * 14 + [0.1]))
        pad = hand.palmar_mask & (nearest == 15)
        moved = hand(pose, torch.zeros(3))[0] - hand.template
        assert ((moved * normals).sum(1)[pad] > 0).float().mean() > 0.85


# The shape directions


def measure(hand, shape):
    vertices, joints = hand.rest(shape)
    tips = vertices[hand.fingertips]
    fingers = joints[1:].view(5, 3, 3)
    length = (fingers[:, 1:] - fingers[:, :-1]).norm(dim=-1).sum(1) + (tips - fingers[:, 2]).norm(dim=-1)
    nearest = hand.weights.argmax(1)
    thick = torch.stack([
        vertices[nearest == 3 * f + 2][:, 1].max() - vertices[nearest == 3 * f + 2][:, 1].min() for f in range(4)
    ])  # fmt: skip
    palm = vertices[(hand.weights[:, 0] > 0.95) & (hand.template[:, 0].abs() > 0.05)]
    return {
        "hand": joints[4].norm() + length[1],
        "fingers": length[:4].mean(),
        "index / pinky": length[0] / length[2],
        "thumb": length[4],
        "palm width": palm[:, 2].max() - palm[:, 2].min(),
        "palm length": joints[4].norm(),
        "finger thickness": thick.mean(),
        "palm thickness": palm[:, 1].max() - palm[:, 1].min(),
        "fingertip share": ((tips - fingers[:, 2]).norm(dim=-1) / length).mean(),
        "thumb volume": (vertices[nearest == 15].std(0)).prod() / length[4],
    }


def test_betas_mean_what_they_say(hands):
    """Each direction grows its own measure by its per cent and leaves the unrelated ones nearly alone."""
    own = ("hand", "fingers", "palm width", "palm length", "finger thickness", "palm thickness", "thumb",
           "thumb volume", "index / pinky", "fingertip share")  # fmt: skip
    growth = (0.055, 0.03, 0.04, 0.03, 0.05, 0.06, 0.04, 0.12, 0.08, 0.06)
    alone = {1: ("palm length", "thumb", "finger thickness"), 2: ("fingers", "thumb", "palm length"),
             3: ("fingers", "thumb", "palm width"), 4: ("fingers", "palm width"), 5: ("fingers", "palm width"),
             6: ("fingers", "palm length"), 7: ("fingers", "thumb"), 8: ("thumb", "palm length", "fingers"),
             9: ("palm length", "palm width")}  # fmt: skip
    for hand in hands:
        mean = measure(hand, torch.zeros(10))
        for index in range(10):
            for sign in (1.0, -1.0):
                shape = torch.zeros(10)
                shape[index] = sign
                changed = {name: float(value / mean[name] - 1) for name, value in measure(hand, shape).items()}
                assert changed[own[index]] * sign == pytest.approx(growth[index], rel=0.4), build.SHAPE[index]
                for name in alone.get(index, ()):
                    assert abs(changed[name]) < 0.012, (build.SHAPE[index], name)


def test_shaped_hands_stay_closed_solids_with_joints_inside(hands):
    hand = hands[RIGHT]
    for seed in range(6):
        shape = torch.randn(10, generator=torch.Generator().manual_seed(seed)).clamp(-2, 2)
        vertices, joints = hand.rest(shape)
        mesh = trimesh.Trimesh(vertices.numpy(), hand.faces.numpy(), process=False)
        inside = igl.fast_winding_number(mesh.vertices, mesh.faces, joints.double().numpy()) > 0.5
        assert mesh.is_volume and inside.all()


# Natural poses


def posed(hand, flexion, abduction=None):
    pose = torch.cat([torch.eye(3)[None], limits.curl_pose(hand.side, flexion, abduction)])
    return hand(pose, torch.zeros(3))


def test_flexion_curls_towards_the_palm_and_a_fist_closes(hands):
    for hand in hands:
        for joint in range(12):
            flexion = torch.zeros(15)
            flexion[joint] = 0.5
            tip = posed(hand, flexion)[0][hand.fingertips[joint // 3]]
            assert tip[1] < hand.template[hand.fingertips[joint // 3], 1] - 0.008
        flexion = torch.tensor([row[1] for row in limits.FLEXION_RANGES])
        vertices, joints = posed(hand, flexion)
        palm = hand.template[hand.palmar_mask & (hand.weights[:, 0] > 0.8)]
        reach = torch.cdist(vertices[hand.fingertips[:4]], palm).amin(1)
        assert reach.max() < 0.02  # fingertips reach the palm
        vertices, joints = posed(hand, 0.75 * flexion)
        assert (vertices[hand.fingertips[:4], 1] < joints[FIRST[:4], 1] - 0.02).all()  # in front of it, not behind


@pytest.mark.parametrize("finger", range(4))
def test_thumb_can_touch_every_fingertip(hands, finger):
    """As people can (Kapandji's test of opposition): within the limits, pad meets pad, not back."""
    hand = hands[RIGHT]
    bounds = torch.cat(limits.ranges())
    nearest = hand.weights.argmax(1)
    pads = [(hand.palmar_mask & (nearest == joint)).nonzero()[:, 0] for joint in (3 * finger + 3, 15)]
    share = torch.full((20,), -1.0, requires_grad=True)
    optimiser = torch.optim.Adam([share], lr=0.15)
    for _ in range(60):
        angles = bounds[:, 0] + (bounds[:, 1] - bounds[:, 0]) * share.sigmoid()
        vertices, _ = posed(hand, angles[:15], angles[15:])
        normals = hand.normals(vertices)
        gap = (vertices[pads[0]].mean(0) - vertices[pads[1]].mean(0)).norm()
        facing = (normals[pads[0]].mean(0) * normals[pads[1]].mean(0)).sum()
        optimiser.zero_grad()
        ((gap - 0.008).abs() * 100 + facing).backward()
        optimiser.step()
    assert gap < 0.014 and facing < 0.25, (gap, facing)


def test_abduction_spreads(hands):
    for hand in hands:
        tips = posed(hand, torch.zeros(15), torch.full((5,), 0.2))[0][hand.fingertips]
        moved = tips - hand.template[hand.fingertips]
        assert (moved[[0, 1], 2] > 0.01).all() and (moved[[2, 3], 2] < -0.01).all()
        assert (moved[:4, 1].abs() < 0.006).all()  # in the palm's plane
        rest = hand.template[hand.fingertips]
        assert (tips[4] - tips[0]).norm() > (rest[4] - rest[0]).norm()


def test_limits_hold_the_flat_hand_and_reasonable_angles():
    flexion, abduction = limits.ranges()
    assert flexion.shape == (15, 2) and abduction.shape == (5, 2)
    assert len(limits.TWIST_RANGES) == 15
    for pair in (*flexion.tolist(), *abduction.tolist(), *limits.TWIST_RANGES):
        assert -0.6 < pair[0] < 0 < pair[1] < 2.0


# Rotations


def test_axis_angle_agrees_with_scipy():
    vectors = torch.randn(500, 3, generator=torch.Generator().manual_seed(0)) * 2
    vectors = torch.cat([vectors, vectors * 1e-3, vectors * 1e-7, torch.zeros(1, 3)])
    matrices = Rotation.from_rotvec(vectors.double().numpy()).as_matrix()
    np.testing.assert_allclose(axis_angle_to_matrix(vectors).numpy(), matrices, atol=2e-6)
    back = matrix_to_axis_angle(torch.from_numpy(matrices)).numpy()
    np.testing.assert_allclose(Rotation.from_rotvec(back).as_matrix(), matrices, atol=1e-7)
    np.testing.assert_allclose(back, Rotation.from_matrix(matrices).as_rotvec(), atol=1e-6)
    assert matrix_to_axis_angle(torch.from_numpy(matrices).float()).norm(dim=-1).max() <= np.pi + 1e-5


@pytest.mark.parametrize("axis", np.eye(3).tolist() + [[0.6, -0.8, 0.0]])
def test_half_turns_have_an_axis(axis):
    matrix = torch.from_numpy(Rotation.from_rotvec(np.pi * np.array(axis)).as_matrix()).float()
    vector = matrix_to_axis_angle(matrix)
    assert float(vector.norm()) == pytest.approx(np.pi, abs=1e-3)
    np.testing.assert_allclose(np.abs(vector.numpy()), np.pi * np.abs(axis), atol=1e-3)


def test_six_numbers_are_the_first_two_columns():
    matrix = torch.from_numpy(Rotation.random(50, random_state=1).as_matrix()).float()
    sixd = matrix_to_sixd(matrix)
    assert torch.equal(sixd[:, :3], matrix[:, :, 0]) and torch.equal(sixd[:, 3:], matrix[:, :, 1])
    torch.testing.assert_close(sixd_to_matrix(sixd), matrix, atol=1e-6, rtol=0)
    loose = sixd_to_matrix(torch.randn(50, 6, generator=torch.Generator().manual_seed(4)))
    torch.testing.assert_close(loose.transpose(1, 2) @ loose, torch.eye(3).expand(50, 3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.linalg.det(loose), torch.ones(50), atol=1e-5, rtol=0)


def test_gradients_are_right_at_and_near_identity():
    for scale in (0.0, 1e-9, 1e-4, 1e-2, 1.0):
        vector = (torch.tensor([[0.3, -0.5, 0.8]]) * scale).double().requires_grad_()
        assert torch.autograd.gradcheck(axis_angle_to_matrix, (vector,))
        matrix = axis_angle_to_matrix(vector).detach().requires_grad_()
        for function in (matrix_to_axis_angle, lambda m: sixd_to_matrix(matrix_to_sixd(m))):
            (gradient,) = torch.autograd.grad(function(matrix).sum(), matrix)
            assert torch.isfinite(gradient).all()
        # There and back is the identity, so its derivative is too.
        whole = torch.autograd.functional.jacobian(lambda v: matrix_to_axis_angle(axis_angle_to_matrix(v)), vector[0])
        torch.testing.assert_close(whole, torch.eye(3).double(), atol=1e-5, rtol=0)


def test_slerp_and_turn_about_agree_with_scipy():
    ends = Rotation.random(2, random_state=3)
    start, end = (torch.from_numpy(m).double() for m in ends.as_matrix())
    for share in (0.0, 0.3, 1.0):
        wanted = ends[0] * Rotation.from_rotvec(share * (ends[0].inv() * ends[1]).as_rotvec())
        np.testing.assert_allclose(slerp(start, end, torch.tensor(share).double()), wanted.as_matrix(), atol=1e-6)
    axis = torch.tensor([0.6, 0.0, -0.8]).double()
    wanted = Rotation.from_rotvec(1.2 * axis.numpy()).as_matrix()
    np.testing.assert_allclose(turn_about(axis, torch.tensor(1.2).double()), wanted, atol=1e-6)
