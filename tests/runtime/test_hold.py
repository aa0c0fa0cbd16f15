"""The simulated hold against mechanics that is known: free fall, Coulomb's friction, toppling, hanging, pinching."""

import sys

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch
import trimesh

from model_runtime.data import families
from model_runtime.evaluation import hold as module
from model_runtime.evaluation.hold import GRAVITY, SKIN, STEP, body, hold, pieces
from model_runtime.hands.limits import curl_pose
from model_runtime.objects.distance import signed_distance
from model_runtime.seam import UserError

pytest.importorskip("mujoco", reason="mujoco is not installed: python -m pip install mujoco==4.0.0")


def turned(axis, degrees):
    return Rotation.from_euler(axis, degrees, degrees=True).as_matrix()


def slab(low, high):
    """A block as points 5 mm apart or less."""
    lines = [np.linspace(a, b, int(np.ceil((b - a) / 0.005)) + 1) for a, b in zip(low, high)]
    return np.stack(np.meshgrid(*lines, indexing="ij"), -1).reshape(-1, 3)


def bar(centre, axis, radius=0.004, half=0.06):
    """A round bar as points."""
    axis = np.asarray(axis, float) / np.linalg.norm(axis)
    across = np.linalg.svd(axis[None])[2][1:]
    around = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = radius * np.stack([np.cos(around), np.sin(around)], 1) @ across
    return (centre + np.linspace(-half, half, 25)[:, None, None] * axis + ring).reshape(-1, 3)


def box(*size):
    shape = trimesh.creation.box(size)
    return shape.vertices, shape.faces


def test_held_by_nothing_falls_freely():
    vertices, faces = box(0.06, 0.06, 0.03)
    found = hold([slab((0.5, 0.5, 0.5), (0.52, 0.52, 0.52))], vertices, faces, seconds=0.08)
    steps = 0.08 / STEP
    assert found.displacement == pytest.approx(GRAVITY * STEP**2 * steps * (steps + 1) / 2, rel=1e-6)  # Euler's sum
    assert found.displacement == pytest.approx(GRAVITY * 0.08**2 / 2, rel=0.06) and found.turn < 1e-9


@pytest.mark.parametrize("degrees", [20, 25, 30, 35])
def test_slides_down_a_slope_as_coulomb_says(degrees):
    friction, steps, turn = 0.5, 40, turned("y", degrees)
    vertices, faces = box(0.06, 0.06, 0.03)
    plane = slab((-0.1, -0.1, -0.02), (0.1, 0.1, 0)) - [0, 0, 0.015 + SKIN]
    found = hold([plane @ turn.T], vertices @ turn.T, faces, steps * STEP, friction)
    slope = np.radians(degrees)
    pull = GRAVITY * (np.sin(slope) - friction * np.cos(slope))
    assert found.displacement == pytest.approx(max(0.0, pull) * STEP**2 * steps * (steps + 1) / 2, abs=0.001)


@pytest.mark.parametrize(("degrees", "topples"), [(14, False), (23, True)])
def test_a_post_topples_once_its_weight_is_outside_its_foot(degrees, topples):  # at atan(0.03 / 0.09) = 18.4 degrees
    turn = turned("y", degrees)
    vertices, faces = box(0.03, 0.03, 0.09)
    plane = slab((-0.05, -0.05, -0.02), (0.05, 0.05, 0)) - [0, 0, 0.045 + SKIN / 2]
    away = np.array([0.3, -0.2, 0.4])  # the place in the world plays no part
    found = hold([plane @ turn.T + away], vertices @ turn.T + away, faces, friction=2.0)
    assert found.held != topples and (found.turn > 0.3) == topples


def test_a_pinch_holds_by_friction_alone():
    vertices, faces = box(0.06, 0.06, 0.06)
    pinch = [slab((-0.05, -0.08, -0.08), (-0.03, 0.08, 0.08)), slab((0.03, -0.08, -0.08), (0.05, 0.08, 0.08))]
    near = [pinch[0] - [SKIN / 2, 0, 0], pinch[1] + [SKIN / 2, 0, 0]]
    far = [pinch[0] - [1.5 * SKIN, 0, 0], pinch[1] + [1.5 * SKIN, 0, 0]]
    assert hold(near, vertices, faces).displacement < 0.001
    assert not hold(near, vertices, faces, friction=0.0).held  # slips out
    assert not hold(far, vertices, faces).held  # never touched
    assert not hold(near[:1], vertices, faces).held  # one side alone


def test_a_mug_hangs_by_its_handle():
    mug = families.make("mug", 3)
    grip = next(grip for grip in mug.grips if grip.kind == "handle")
    outward = grip.centre - grip.hole
    turn = Rotation.align_vectors([[0, 0, 1]], [outward])[0].as_matrix()  # the handle on top
    vertices = mug.vertices @ turn.T
    through = bar(turn @ grip.hole + [0, 0, 0.005], turn @ np.cross(outward, grip.axis))
    assert hold([through], vertices, mug.faces).held
    assert not hold([through + [0, 0, 0.05]], vertices, mug.faces).held  # past the handle
    assert not hold([through - [0, 0, np.linalg.norm(outward) + 0.02]], vertices, mug.faces, seconds=0.3).turn > 3


def test_a_ball_lies_on_a_ring_but_falls_through_a_wide_one():
    ball = trimesh.creation.icosphere(3, 0.03)
    around = [(np.cos(angle), np.sin(angle)) for angle in (0, 2.1, 4.2)]
    ring = [bar(np.array([0.02 * c, 0.02 * s, -0.028]), (-s, c, 0)) for c, s in around]
    assert hold(ring, ball.vertices, ball.faces).displacement < 0.002
    assert not hold([side * [2.2, 2.2, 1] for side in ring], ball.vertices, ball.faces).held


@pytest.mark.parametrize("side", [0, 1])
def test_a_plate_rests_on_the_open_palm(hands, side):
    bend = torch.zeros(15)
    bend[12] = -0.25  # the thumb out of the way
    wrist = torch.tensor(turned("x", -90), dtype=torch.float32)[None]  # the palm up
    hand = hands[side](torch.cat([wrist, curl_pose(side, bend)]), torch.zeros(3))[0].numpy()
    middle = np.array([-0.1 if side == 1 else 0.1, -0.02])
    under = np.linalg.norm(hand[:, :2] - middle, axis=1) < 0.045
    plate = trimesh.creation.cylinder(0.045, 0.01, sections=48)
    place = np.r_[middle, hand[under][:, 2].max() + 0.006]
    assert hold(pieces(hands[side], hand), plate.vertices + place, plate.faces).held
    assert not hold(pieces(hands[side], hand), plate.vertices + place + [0, -0.12, 0], plate.faces).held
    down = hand * [1, -1, -1]  # the same, from above
    assert not hold(pieces(hands[side], down), (plate.vertices + place) * [1, -1, -1], plate.faces).held


def test_a_body_weighs_and_turns_as_its_solid_does():
    head = trimesh.creation.box((0.08, 0.03, 0.03)).apply_translation((0.01, 0.02, 0.13))
    shape = trimesh.util.concatenate([trimesh.creation.cylinder(0.01, 0.2, sections=24), head])
    shape.apply_transform(trimesh.transformations.random_rotation_matrix(np.array([0.2, 0.5, 0.7])))
    middle, mass, inertia = body(shape.vertices, shape.faces)
    assert np.allclose(middle, shape.center_mass, atol=1e-9)
    assert np.allclose(inertia, shape.moment_inertia * mass / shape.volume, rtol=1e-6, atol=1e-12)
    assert mass == pytest.approx(module.DENSITY * shape.convex_hull.volume)


def test_an_open_surface_weighs_as_a_shell():
    sphere = trimesh.creation.icosphere(4, 0.05)
    half = sphere.faces[sphere.triangles_center[:, 2] > 0]
    middle = body(sphere.vertices + 1.0, half)[0]
    assert middle[2] - 1.0 == pytest.approx(0.025, abs=0.001)  # a hemisphere's shell: at half its height


def test_the_pieces_are_the_hand(hands):
    pose = torch.cat([torch.eye(3)[None], curl_pose(1, torch.full((15,), 0.6))])
    skin = hands[1](pose, torch.zeros(3))[0].numpy()
    parts = pieces(hands[1], skin)
    assert len(np.unique(np.concatenate(parts), axis=0)) == len(skin)
    hulls = trimesh.util.concatenate([trimesh.convex.convex_hull(part) for part in parts])
    points = trimesh.sample.sample_surface(hulls, 4000, seed=0)[0]
    outside = signed_distance(points, skin, hands[1].faces.numpy())
    assert np.percentile(outside[outside > -0.0005], 99) < 0.0022  # the hollows are not filled


def test_without_mujoco_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mujoco", None)
    with pytest.raises(UserError, match="pip install mujoco") as caught:
        hold([slab((0, 0, 0), (0.01, 0.01, 0.01))], *box(0.05, 0.05, 0.05))
    assert caught.value.kind == "runtime"
