"""X and the world it stands for: nothing is lost on the way, and a held object means constant numbers."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch

from model_runtime.diffusion.representation import (
    CONTACT,
    FPS,
    GIVEN,
    HAND,
    LONGEST,
    MOTION,
    SIGNAL,
    contact_of_distance,
    pack_motion,
    spread_given,
    to_world,
    unpack_hands,
    unpack_object,
)

FRAMES = 7


def random_world(seed=0, frames=FRAMES):
    """Any rigid motion of an object and two hands; rotations by scipy."""
    rng = np.random.default_rng(seed)
    return {
        "object_translation": rng.normal(0, 0.3, (frames, 3)),
        "object_rotation": Rotation.random(frames, rng=rng).as_matrix(),
        "articulation": rng.normal(0, 1, frames),
        "hand_translation": rng.normal(0, 0.3, (frames, 2, 3)),
        "hand_rotation": Rotation.random(frames * 32, rng=rng).as_matrix().reshape(frames, 2, 16, 3, 3),
    }


def packed(world):
    return pack_motion(**{name: torch.from_numpy(value) for name, value in world.items()})


def test_the_numbers_are_those_of_the_paper():
    assert (HAND, MOTION, CONTACT, SIGNAL) == (99, 208, 512, 720)
    assert packed(random_world()).shape == (FRAMES, 208)
    assert LONGEST == 5 * FPS + 1  # five seconds of thirty frames, both ends counted


def test_world_to_numbers_and_back():
    world = random_world()
    motion = packed(world)
    place, turn, articulation = unpack_object(motion)
    wrist, rotation = to_world(*unpack_hands(motion), place, turn)
    np.testing.assert_allclose(place, world["object_translation"], atol=1e-12)
    np.testing.assert_allclose(turn, world["object_rotation"], atol=1e-12)
    np.testing.assert_allclose(articulation, world["articulation"], atol=1e-12)
    np.testing.assert_allclose(wrist, world["hand_translation"], atol=1e-12)
    np.testing.assert_allclose(rotation, world["hand_rotation"], atol=1e-12)


def test_any_leading_shape():
    worlds = [random_world(seed) for seed in range(6)]
    together = {name: np.stack([w[name] for w in worlds]).reshape(2, 3, *worlds[0][name].shape) for name in worlds[0]}
    motion = packed(together)
    for i, world in enumerate(worlds):
        np.testing.assert_array_equal(motion[i // 3, i % 3], packed(world))
    place, turn, _ = unpack_object(motion)
    np.testing.assert_allclose(
        to_world(*unpack_hands(motion), place, turn)[0], together["hand_translation"], atol=1e-12
    )


def test_where_each_number_lies():
    """Written out by hand with scipy: left hand, right hand, object; wrists as the object sees them."""
    world = random_world(3)
    motion = packed(world).numpy()
    for frame in range(FRAMES):
        thing = Rotation.from_matrix(world["object_rotation"][frame])
        for side in (0, 1):
            numbers = motion[frame, 99 * side : 99 * side + 99]
            offset = world["hand_translation"][frame, side] - world["object_translation"][frame]
            np.testing.assert_allclose(numbers[:3], thing.inv().apply(offset), atol=1e-12)
            wrist = (thing.inv() * Rotation.from_matrix(world["hand_rotation"][frame, side, 0])).as_matrix()
            np.testing.assert_allclose(numbers[3:9], np.r_[wrist[:, 0], wrist[:, 1]], atol=1e-12)
            for joint in range(1, 16):
                matrix = world["hand_rotation"][frame, side, joint]
                np.testing.assert_array_equal(numbers[3 + 6 * joint : 9 + 6 * joint], np.r_[matrix[:, 0], matrix[:, 1]])
        matrix = world["object_rotation"][frame]
        expected = np.r_[world["object_translation"][frame], matrix[:, 0], matrix[:, 1], world["articulation"][frame]]
        np.testing.assert_array_equal(motion[frame, 198:], expected)


def test_a_rigidly_held_object_gives_constant_wrist_numbers():
    world = random_world(5, frames=20)
    thing = Rotation.from_matrix(world["object_rotation"])
    grip, grip_turn = np.array([0.08, -0.02, 0.05]), Rotation.from_rotvec([0.3, -1.0, 0.7])
    world["hand_translation"][:, 1] = thing.apply(grip) + world["object_translation"]
    world["hand_rotation"][:, 1, 0] = (thing * grip_turn).as_matrix()
    wrist = packed(world)[:, 99:108]
    assert float((wrist - wrist[:1]).abs().max()) < 1e-12
    assert float((packed(world)[:, :9].diff(dim=0)).abs().max()) > 0.1  # the other hand is not held


def test_numbers_that_are_no_rotation_become_one():
    """What a network predicts is never exactly a rotation."""
    motion = packed(random_world()) + torch.randn(FRAMES, 208, generator=torch.Generator().manual_seed(0)) * 0.1
    matrices = torch.cat([unpack_hands(motion)[1].flatten(0, 2), unpack_object(motion)[1]])
    identity = torch.eye(3, dtype=matrices.dtype).expand_as(matrices)
    np.testing.assert_allclose(matrices @ matrices.transpose(-1, -2), identity, atol=1e-9)
    np.testing.assert_allclose(torch.linalg.det(matrices), np.ones(len(matrices)), atol=1e-9)


def test_contact_is_one_on_and_inside_the_surface_and_falls_by_e_each_centimetre():
    distances = torch.tensor([-0.02, 0.0, 0.01, 0.02, 0.05], dtype=torch.float64)
    np.testing.assert_allclose(contact_of_distance(distances), [1, 1, np.exp(-1), np.exp(-2), np.exp(-5)], rtol=1e-12)


@pytest.mark.parametrize("part", range(GIVEN))
def test_what_is_given_is_a_hand_or_the_object(part):
    """Worlds that differ in that part alone, hands moved along, differ in just the numbers that it stands for."""
    one, other = random_world(1), random_world(2)
    changed = dict(one)
    if part < 2:
        for name in ("hand_translation", "hand_rotation"):
            changed[name] = one[name].copy()
            changed[name][:, part] = other[name][:, part]
    else:  # the object elsewhere, and both hands with it
        turn = other["object_rotation"] @ one["object_rotation"].swapaxes(1, 2)
        changed.update({name: other[name] for name in ("object_translation", "object_rotation", "articulation")})
        offset = one["hand_translation"] - one["object_translation"][:, None]
        changed["hand_translation"] = np.einsum("tij,thj->thi", turn, offset) + other["object_translation"][:, None]
        changed["hand_rotation"] = one["hand_rotation"].copy()
        changed["hand_rotation"][:, :, 0] = turn[:, None] @ one["hand_rotation"][:, :, 0]
    given = torch.zeros(FRAMES, GIVEN, dtype=torch.bool)
    given[:, part] = True
    differs = (packed(changed) - packed(one)).abs() > 1e-9
    assert torch.equal(differs, spread_given(given))
    assert not spread_given(torch.zeros(2, FRAMES, GIVEN, dtype=torch.bool)).any()
