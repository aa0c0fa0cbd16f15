"""From a request to a clip, with a small untrained network: where things stand, what the seed does, what is refused."""

import functools

import igl
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch
import trimesh

from model_runtime import generate, seam
from model_runtime.diffusion import checkpoint
from model_runtime.diffusion.network import JointHOI
from model_runtime.diffusion.representation import pack_motion

BOX = trimesh.creation.box((0.06, 0.08, 0.1))
BOX.apply_translation([0.01, -0.02, 0.05])  # its frame's origin is below, and a little off, its middle
SETTLE = 2e-6
EFFORT = dict(generate.EFFORT)  # what is shipped; the tests do less


class Words:
    """Stands in for the sentence encoder (which has its own tests): every sentence has its own vector."""

    def __init__(self, *_):
        pass

    def encode(self, texts):
        rows = [np.random.default_rng(list(text.encode())).normal(size=384) for text in texts]
        return torch.from_numpy(np.stack([row / np.linalg.norm(row) for row in rows])).float()


def untrained(path):
    """A checkpoint whose clips are nonsense, but of a plausible size: hands near the object, contact now and then."""
    torch.manual_seed(0)
    model = JointHOI(width=32, depth=2, heads=2)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "modulation" in name or "outward" in name:
                value.normal_(0, 0.3)
    turns = torch.eye(3).expand(1, 2, 16, 3, 3)
    wrists = torch.tensor([[[-0.12, -0.1, 0.05], [0.12, -0.1, 0.05]]])
    model.mean[:208] = pack_motion(torch.zeros(1, 3), torch.eye(3)[None], torch.zeros(1), wrists, turns)[0]
    model.std[:208], model.mean[208:], model.std[208:] = 0.05, 0.5, 0.3
    checkpoint.save(model, path, {"steps": 0})


@pytest.fixture(scope="module")
def maker(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "untrained.safetensors"
    untrained(path)
    patch = pytest.MonkeyPatch()
    patch.setattr(generate, "TextEncoder", Words)
    patch.setattr(generate, "STEPS", 4)
    patch.setattr(generate, "EFFORT", {"draft": (0.5, 1, 1), "normal": (1, 1, 3), "final": (1.5, 2, 4)})
    patch.setattr(generate, "thing_of", functools.partial(generate.thing_of, resolution=24))
    yield generate.Generator(checkpoint=str(path))
    patch.undo()


def a_request(mesh=BOX, prompt="Lift the box with the right hand.", **changes):
    settings = {"seconds": 1.5, "seed": 3, **changes}
    return seam.Request(
        prompt=prompt, vertices=mesh.vertices.astype(np.float32), faces=mesh.faces.astype(np.int32), **settings
    )


@pytest.fixture(scope="module")
def plain(maker):
    return maker.generate(a_request())


def off_surface(mesh, points):
    """How far the farthest of the points is from a mesh's surface."""
    vertices, faces = np.array(mesh.vertices), np.array(mesh.faces, np.int64)
    return float(np.sqrt(igl.point_mesh_squared_distance(points.astype(float), vertices, faces)[0].max()))


def turned(seed):
    return Rotation.random(rng=np.random.default_rng(seed)).as_matrix().astype(np.float32)


def arrays_of(clip):
    return {name: value for name, value in vars(clip).items() if isinstance(value, np.ndarray)}


# The clip


def test_a_clip_has_the_shapes_of_the_seam(plain):
    frames, vertices = plain.frames, plain.hand_rest_vertices.shape[1]
    shapes = {
        "object_translation": (frames, 3), "object_rotation": (frames, 3, 3), "object_articulation": (frames,),
        "hand_translation": (frames, 2, 3), "hand_rotation": (frames, 2, 16, 3, 3), "hand_shape": (2, 10),
        "hand_active": (2,), "contact_points": (256, 3), "contact": (frames, 2, 256),
        "hand_rest_vertices": (2, vertices, 3), "hand_rest_joints": (2, 16, 3),
        "hand_shape_directions": (2, vertices, 3, 10), "hand_joint_directions": (2, 16, 3, 10),
        "hand_faces": (2, plain.hand_faces.shape[1], 3),
        "hand_weights": (2, vertices, 16),
    }  # fmt: skip
    kinds = {"hand_active": np.bool_, "hand_faces": np.int32}
    for name, array in arrays_of(plain).items():
        assert array.shape == shapes[name], name
        assert array.dtype == kinds.get(name, np.float32), name
        assert np.isfinite(array).all(), name
    assert arrays_of(plain).keys() == shapes.keys()
    assert plain.fps == 30.0 and plain.seconds == pytest.approx(1.5)
    assert (plain.prompt, plain.seed, plain.hand_scale, plain.object_scale) == (
        "Lift the box with the right hand.",
        3,
        1.0,
        1.0,
    )
    assert all(isinstance(value, (int, float, bool)) and np.isfinite(value) for value in plain.metrics.values())


def test_the_clip_crosses_the_seam(plain, tmp_path):
    seam.save(plain, tmp_path / "clip.npz")
    back = seam.load_clip(tmp_path / "clip.npz")
    for name, array in arrays_of(plain).items():
        np.testing.assert_array_equal(getattr(back, name), array)
    assert back.metrics == plain.metrics


def test_rotations_are_rotations_and_contact_a_share(plain):
    for matrices in (plain.object_rotation, plain.hand_rotation):
        matrices = matrices.reshape(-1, 3, 3).astype(float)
        np.testing.assert_allclose(
            matrices @ matrices.swapaxes(1, 2), np.eye(3)[None].repeat(len(matrices), 0), atol=1e-5
        )
        np.testing.assert_allclose(np.linalg.det(matrices), 1.0, atol=1e-5)
    assert plain.contact.min() >= 0 and plain.contact.max() <= 1 and plain.contact.std() > 0.05


def test_contact_points_lie_on_the_object_in_its_own_frame(maker):
    request = a_request(rotation=turned(1), translation=np.array([3, -2, 1], np.float32), heading=0.8)
    points = maker.generate(request).contact_points
    assert off_surface(BOX, points) < 1e-5
    assert np.ptp(points, axis=0).min() > 0.05  # all around


@pytest.mark.parametrize("seed", range(4))
def test_the_first_frame_is_where_the_object_stands(maker, seed):
    rng = np.random.default_rng(seed)
    translation = rng.normal(0, 2, 3).astype(np.float32)
    request = a_request(rotation=turned(seed), translation=translation, heading=float(rng.uniform(-4, 4)), seed=seed)
    clip = maker.generate(request)
    np.testing.assert_allclose(clip.object_translation[0], translation, atol=SETTLE)
    np.testing.assert_allclose(clip.object_rotation[0], request.rotation, atol=SETTLE)
    assert np.abs(clip.object_translation[-1] - translation).max() > 1e-3  # and it does move


def test_the_object_waits_for_a_hand():
    """Until a hand of the clip touches, it stands exactly still; from there on it moves as the network says."""
    rng = np.random.default_rng(0)
    place = rng.normal(0, 0.1, (20, 3))
    turn = Rotation.random(20, rng=rng).as_matrix()
    wrists, rotation = (
        rng.normal(0, 0.1, (20, 2, 3)),
        Rotation.random(640, rng=rng).as_matrix().reshape(20, 2, 16, 3, 3),
    )
    motion = pack_motion(*(torch.from_numpy(v).float() for v in (place, turn, np.zeros(20), wrists, rotation)))
    contact = torch.zeros(20, 2, 256)
    contact[3:, 0, 5], contact[8:, 1, 7] = 1.0, 0.9
    changed = (
        generate.settled(torch.cat([motion, contact.flatten(1)], -1), torch.tensor([False, True])).numpy().astype(float)
    )
    sixd = changed[:, 201:207].reshape(-1, 2, 3)
    np.testing.assert_allclose(changed[:9, 198:201], 0, atol=1e-6)
    np.testing.assert_allclose(sixd[:9], np.eye(3)[None, :2].repeat(9, 0), atol=1e-6)
    for row in range(8, 20):
        # Any point of the object, seen from its pose at first touch, goes where the network takes it.
        point = rng.normal(0, 0.1, 3)
        relative = turn[row] @ turn[8].T @ (point - place[8]) + place[row]
        matrix = np.stack([sixd[row, 0], sixd[row, 1], np.cross(sixd[row, 0], sixd[row, 1])], 1)
        np.testing.assert_allclose(matrix @ point + changed[row, 198:201], relative, atol=1e-5)
    np.testing.assert_array_equal(changed[:, :198], motion[:, :198])  # hands stay as they are in the object's frame


def test_where_there_is_no_hinge_nothing_turns():
    signal = torch.randn(20, 720, generator=torch.Generator().manual_seed(0))
    active = torch.tensor([False, True])
    assert (
        not generate.settled(signal, active, False)[:, 207].any() and not generate.settled(signal, active)[:, 207].any()
    )
    assert torch.equal(generate.settled(signal, active, True)[:, 207], signal[:, 207])


# Hinges

LID = trimesh.creation.box((0.06, 0.08, 0.02))
LID.apply_translation([0.01, -0.02, 0.111])
LIDDED = trimesh.util.concatenate([BOX, LID])
TURNING = np.arange(24) >= 12
HINGE = np.array([0.0, 0.02, 0.1005, -1.0, 0.0, 0.0, 0.0, 1.8], np.float32)


def a_hinged_request(mesh=LIDDED, hinge=HINGE, **changes):
    return a_request(mesh, "Open the box with the right hand.", hinge=hinge, turning=TURNING, **changes)


@pytest.mark.parametrize("scale", (1.0, 25.0))
def test_a_hinge_is_where_the_object_has_it(maker, scale):
    """However the object stands, and whatever its size: the model's lid at an angle is the user's lid at that angle."""
    mesh, hinge, rotation, heading = LIDDED.copy(), HINGE.copy(), turned(5), 0.7
    mesh.apply_scale(scale)
    hinge[:3] *= scale
    stage = maker.prepare(a_hinged_request(mesh, hinge, rotation=rotation, heading=heading, fit="scale_object"))
    thing, shrink = stage["thing"], stage["scale"]
    assert shrink == 1.0 if scale == 1.0 else 0 < shrink < 0.2
    facing = Rotation.from_euler("z", heading).inv()

    def canonical(points):  # but for where its middle is
        return shrink * facing.apply(points @ rotation.T.astype(float))

    corners = np.array(mesh.vertices)
    middle = (canonical(corners).min(0) + canonical(corners).max(0)) / 2
    lid = corners[np.unique(mesh.faces[TURNING])]
    for angle in (0.0, 0.6, 1.8):
        turn, shift = (value.double().numpy() for value in thing.part_pose(torch.tensor(angle)))
        opened = Rotation.from_rotvec(angle * hinge[3:6]).apply(lid - hinge[:3]) + hinge[:3]
        np.testing.assert_allclose((canonical(lid) - middle) @ turn.T + shift, canonical(opened) - middle, atol=2e-6)
    np.testing.assert_allclose(thing.hinge[6:], [0.0, 1.8], atol=1e-6)
    on_lid = (thing.points.double().numpy() + middle) @ canonical(np.eye(3)).T / shrink**2  # back in the object's frame
    on_lid = on_lid[:, 2] > 0.1005 * scale
    np.testing.assert_array_equal(thing.moving.numpy(), on_lid)
    assert 0.1 < on_lid.mean() < 0.9
    told = maker.condition(thing, "Open it.", "right", torch.zeros(2, 10), 2)
    np.testing.assert_array_equal(told["hinge"][1], thing.hinge)
    np.testing.assert_array_equal(told["moving"][1], on_lid)


def test_a_part_that_stands_open_is_shut_for_the_model_and_open_for_the_user(maker):
    """The lid handed over at 1.2 rad of 1.8 is the model's lid at angle 0, moved there; the clip counts from 1.2."""
    ajar, hinge = LIDDED.copy(), HINGE.copy()
    lid = np.unique(LIDDED.faces[TURNING])
    opened = Rotation.from_rotvec(1.2 * HINGE[3:6].astype(float))
    ajar.vertices[lid] = opened.apply(LIDDED.vertices[lid] - HINGE[:3]) + HINGE[:3]
    hinge[6:] = [-1.2, 0.6]
    shut, stage = maker.prepare(a_hinged_request()), maker.prepare(a_hinged_request(ajar, hinge))
    np.testing.assert_allclose(stage["thing"].points.numpy(), shut["thing"].points.numpy(), atol=1e-5)
    np.testing.assert_allclose(stage["thing"].hinge, shut["thing"].hinge, atol=1e-5)
    assert abs(stage["opened"] - 1.2) < 1e-6 and shut["opened"] == 0.0
    clip = maker.generate(a_hinged_request(ajar, hinge, rotation=turned(2)))
    assert off_surface(ajar, clip.contact_points) < 1e-5
    assert clip.object_articulation[0] == pytest.approx(0, abs=1e-5)
    assert clip.object_articulation.min() > -1.2 - 1e-5 and clip.object_articulation.max() < 0.6 + 1e-5


def test_a_hinge_waits_for_a_hand_on_its_part_and_keeps_to_its_range(maker):
    thing = maker.prepare(a_hinged_request())["thing"]
    moving = int(thing.moving.nonzero()[0, 0])
    still = int((~thing.moving).nonzero()[0, 0])
    signal = torch.zeros(1, 60, 720)
    signal[..., 207] = torch.linspace(0.5, 4.0, 60)
    signal[0, 2:58, 208 + 256 + still] = 1.0  # the right hand holds the base
    signal[0, 10:50, 208 + moving] = 1.0  # the left hand would turn the lid
    wait = lambda active, opened=0.0: generate.waiting(signal, torch.tensor([active]), thing, opened)[0, :, 207].numpy()
    angle, both = wait([True, True], 0.2), signal[0, :, 207].numpy()
    np.testing.assert_allclose(angle[:11], 0.2, atol=1e-6)
    np.testing.assert_allclose(angle[25:49], np.minimum(both[25:49], 1.8), atol=1e-6)
    np.testing.assert_allclose(angle[49:], 1.8, atol=1e-6)
    assert (np.diff(angle) > -1e-6).all() and np.diff(angle).max() < 0.25  # and gets there without a jump
    np.testing.assert_allclose(wait([False, True]), 0.0, atol=1e-6)  # nobody on the lid
    np.testing.assert_allclose(signal[0, :, 207], both)


def test_a_clip_with_a_hinge(maker):
    clip = maker.generate(a_hinged_request(rotation=turned(2), heading=-0.4))
    assert clip.object_articulation.shape == (clip.frames,) and np.isfinite(clip.object_articulation).all()
    assert np.ptp(clip.object_articulation) > 1e-3
    assert off_surface(LIDDED, clip.contact_points) < 1e-5
    assert all(np.isfinite(value) for value in clip.metrics.values())


def test_without_a_hinge_nothing_turns(plain):
    assert not plain.object_articulation.any()


# The request's world


def moved(clip, turn, shift):
    """The world poses of a clip after a rigid motion of the world."""
    rotation = clip.hand_rotation.astype(float)
    rotation[:, :, 0] = turn @ rotation[:, :, 0]
    return {
        "object_translation": clip.object_translation @ turn.T + shift, "object_rotation": turn @ clip.object_rotation,
        "hand_translation": clip.hand_translation @ turn.T + shift, "hand_rotation": rotation,
    }  # fmt: skip


def assert_poses(clip, expected, tolerance=2e-4):
    for name, value in expected.items():
        np.testing.assert_allclose(getattr(clip, name), value, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("angle", (0.5, -2.0))
def test_turning_the_actor_and_the_object_turns_the_whole_clip(maker, angle):
    base, shift = turned(7), np.array([0.4, 1.0, -0.3], np.float32)
    about_z = Rotation.from_euler("z", angle).as_matrix()
    one = maker.generate(a_request(rotation=base, heading=0.2))
    other = maker.generate(
        a_request(rotation=(about_z @ base).astype(np.float32), heading=0.2 + angle, translation=shift)
    )
    assert_poses(other, moved(one, about_z, shift))
    np.testing.assert_allclose(other.contact, one.contact, atol=1e-3)


def test_turning_the_actor_alone_changes_what_the_hands_do(maker, plain):
    other = maker.generate(a_request(heading=np.pi / 2))
    np.testing.assert_allclose(other.object_rotation[0], plain.object_rotation[0], atol=SETTLE)
    assert np.abs(other.hand_translation - plain.hand_translation).max() > 0.02


def test_where_the_mesh_s_origin_lies_does_not_matter(maker, plain):
    """The same thing in the same place, modelled about another origin and in other axes."""
    turn, shift = turned(4).astype(float), np.array([0.5, -0.2, 0.1])
    mesh = BOX.copy()
    mesh.apply_transform(np.block([[turn, shift[:, None]], [np.zeros((1, 3)), 1]]))  # v' = turn v + shift
    rotation = turn.T  # world = turn.T (v' - shift)
    other = maker.generate(
        a_request(mesh, rotation=rotation.astype(np.float32), translation=(-rotation @ shift).astype(np.float32))
    )
    np.testing.assert_allclose(other.hand_translation, plain.hand_translation, atol=1e-3)
    # The box itself, by its corners, takes the same path.
    one, two = (np.einsum("tij,vj->tvi", clip.object_rotation, source.vertices) + clip.object_translation[:, None]
                for clip, source in ((plain, BOX), (other, mesh)))  # fmt: skip
    np.testing.assert_allclose(two, one, atol=1e-3)


# Size


def test_a_thing_of_the_wrong_size_is_asked_about(maker):
    big = BOX.copy()
    big.apply_scale(25.0)
    with pytest.raises(seam.UserError) as caught:
        maker.generate(a_request(big, object_name="Cube"))
    assert caught.value.kind == "size" and "Cube" in str(caught.value)
    assert caught.value.details["extent"] == pytest.approx(2.5) and 0 < caught.value.details["scale"] < 0.2


def test_hands_of_the_object_s_size(maker, plain):
    """A giant's box needs giant hands: the object keeps its size, hands and paths grow."""
    big = BOX.copy()
    big.apply_scale(25.0)
    translation = np.array([1, 2, 3], np.float32)
    clip = maker.generate(a_request(big, fit="scale_hands", translation=translation))
    assert clip.object_scale == 1.0 and clip.hand_scale > 5
    np.testing.assert_allclose(
        clip.hand_rest_vertices, plain.hand_rest_vertices * clip.hand_scale, rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(clip.hand_rest_joints, plain.hand_rest_joints * clip.hand_scale, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(clip.object_translation[0], translation, atol=1e-5)
    assert off_surface(big, clip.contact_points) < 1e-4
    # In the hands' own size, it is the clip of a box that fits them.
    fit = big.copy()
    fit.apply_scale(1 / clip.hand_scale)
    small = maker.generate(a_request(fit))
    for name in ("hand_translation", "object_translation"):
        expected = getattr(small, name) * clip.hand_scale + translation
        np.testing.assert_allclose(getattr(clip, name), expected, atol=2e-3 * clip.hand_scale, err_msg=name)


def test_an_object_of_the_hands_size(maker):
    """The object is scaled about its own origin, which stays where it was; hands stay human."""
    big = BOX.copy()
    big.apply_scale(25.0)
    clip = maker.generate(a_request(big, fit="scale_object", translation=np.array([1, 2, 3], np.float32)))
    assert clip.hand_scale == 1.0 and 0 < clip.object_scale < 0.2
    np.testing.assert_allclose(clip.object_translation[0], [1, 2, 3], atol=1e-5)
    assert off_surface(big, clip.contact_points) < 1e-4  # in the object's own frame, unscaled
    fit = big.copy()
    fit.apply_scale(clip.object_scale)
    small = maker.generate(a_request(fit))
    np.testing.assert_allclose(clip.hand_translation, small.hand_translation + [1, 2, 3], atol=2e-3)


def test_the_shape_of_the_hands_is_in_the_clip(maker, plain):
    shape = np.zeros((2, 10), np.float32)
    shape[1, 0] = 2.0
    clip = maker.generate(a_request(hand_shape=shape))
    np.testing.assert_array_equal(clip.hand_shape, shape)
    length = [np.linalg.norm(c.hand_rest_joints, axis=-1).max(-1) for c in (plain, clip)]
    assert length[1][0] == pytest.approx(length[0][0]) and length[1][1] > 1.05 * length[0][1]


# Seed, hands, progress


def test_the_seed_decides(maker, plain):
    again, other = maker.generate(a_request()), maker.generate(a_request(seed=4))
    for name, array in arrays_of(plain).items():
        np.testing.assert_array_equal(getattr(again, name), array, err_msg=name)
    assert again.metrics == plain.metrics
    assert np.abs(other.hand_translation - plain.hand_translation).max() > 1e-3
    maker.generate(a_request(seed=2**63 - 1))


def test_the_prompt_counts(maker, plain):
    other = maker.generate(a_request(prompt="Shake the box with the right hand."))
    assert np.abs(other.contact - plain.contact).max() > 1e-3


@pytest.mark.parametrize("prompt, hands, expected", [
    ("Lift the box with the left hand.", "auto", [True, False]),
    ("Lift the box with the right hand.", "auto", [False, True]),
    ("Lift the box with both hands.", "auto", [True, True]),
    ("Lift the box with the right hand.", "left", [True, False]),
    ("Lift the box.", "both", [True, True]),
])  # fmt: skip
def test_which_hands_play_a_part(maker, prompt, hands, expected):
    clip = maker.generate(a_request(prompt=prompt, hands=hands))
    assert clip.hand_active.tolist() == expected
    for side in np.flatnonzero(~clip.hand_active):  # the other waits, flat and still
        assert np.abs(np.diff(clip.hand_translation[:, side], axis=0)).max() == 0
        np.testing.assert_allclose(
            clip.hand_rotation[:, side], np.eye(3) + np.zeros((clip.frames, 16, 1, 1)), atol=1e-6
        )


def test_where_no_hand_is_named_at_least_one_acts(maker):
    for seed in range(3):
        assert maker.generate(a_request(prompt="Lift the box.", seed=seed)).hand_active.any()


def test_what_the_network_is_told(maker):
    betas = torch.arange(20.0).view(2, 10)
    thing = maker.prepare(a_request())["thing"]
    flags = {
        which: maker.condition(thing, "Lift it.", which, betas, 3)["hands"].tolist()[2]
        for which in ("left", "right", "both", "auto")
    }
    assert flags == {"left": [1, 0], "right": [0, 1], "both": [1, 1], "auto": [0, 0]}
    told = maker.condition(thing, "Lift it.", "left", betas, 3)
    assert {name: tuple(value.shape) for name, value in told.items()} == {
        "text": (3, 384), "points": (3, 256, 3), "normals": (3, 256, 3), "moving": (3, 256), "hinge": (3, 8),
        "betas": (3, 2, 10), "hands": (3, 2), "drop": (3,)}  # fmt: skip
    assert not told["drop"].any() and not told["moving"].any() and not told["hinge"].any()
    assert torch.equal(told["betas"], betas.expand(3, -1, -1))
    np.testing.assert_allclose((told["points"].amax((0, 1)) + told["points"].amin((0, 1))), np.zeros(3), atol=1e-5)


def test_progress_rises_and_speaks(maker):
    heard = []
    maker.generate(a_request(), lambda fraction, message: heard.append((fraction, message)))
    fractions = [fraction for fraction, _ in heard]
    assert fractions == sorted(fractions) and 0 < fractions[0] and fractions[-1] < 1
    assert all(isinstance(message, str) and message for _, message in heard)
    assert [message for _, message in heard if "Sampling" in message] == [
        f"Sampling, step {i} of 4" for i in (1, 2, 3, 4)
    ]


def test_a_request_s_quality_is_how_much_is_done(maker, plain):
    steps, clips = {}, {}
    for quality in ("draft", "final"):
        heard = []
        clips[quality] = maker.generate(a_request(quality=quality), lambda _, message: heard.append(message))
        steps[quality] = sum("Sampling" in message for message in heard)
    assert steps == {"draft": 2, "final": 6}
    for clip in clips.values():
        assert np.abs(clip.hand_translation - plain.hand_translation).max() > 1e-4
    efforts = [EFFORT[quality] for quality in ("draft", "normal", "final")]
    assert all(a < b for one, other in zip(efforts, efforts[1:]) for a, b in zip(one, other))


def test_cancelling_from_progress(maker):
    class Cancelled(Exception):
        pass

    def stop(fraction, message):
        if "step 2" in message:
            raise Cancelled

    with pytest.raises(Cancelled):
        maker.generate(a_request(), stop)
    maker.generate(a_request())  # and it still works


# What is refused


@pytest.mark.parametrize("changes", [
    {"vertices": np.zeros((0, 3), np.float32), "faces": np.zeros((0, 3), np.int32)},
    {"vertices": np.full((8, 3), np.nan, np.float32)},
    {"vertices": BOX.vertices.astype(np.float32) * [1, 1, 0]},
    {"faces": np.full((4, 3), 99, np.int32)},
    {"faces": np.full((4, 3), -1, np.int32)},
])  # fmt: skip
def test_a_mesh_that_is_none_gets_a_sentence_as_well(maker, changes):
    request = a_request(object_name="Mug.001")
    for name, value in changes.items():
        setattr(request, name, value)
    request.vertices = request.vertices.astype(np.float32)
    with pytest.raises(seam.UserError) as caught:
        maker.generate(request)
    assert caught.value.kind == "mesh" and "Mug.001" in str(caught.value)


def test_a_missing_or_foreign_checkpoint_gets_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(generate, "TextEncoder", Words)
    with pytest.raises(seam.UserError, match="no checkpoint") as caught:
        generate.Generator(checkpoint=str(tmp_path / "none.safetensors"))
    assert caught.value.kind == "runtime"
    (tmp_path / "bad.safetensors").write_bytes(b"\x80\x04 not a checkpoint" * 10)
    with pytest.raises(seam.UserError, match="not a JointHOI checkpoint") as caught:
        generate.Generator(checkpoint=str(tmp_path / "bad.safetensors"))
    assert caught.value.kind == "runtime"


def test_a_checkpoint_of_something_else_gets_a_sentence(tmp_path, monkeypatch):
    from safetensors.torch import save_file

    monkeypatch.setattr(generate, "TextEncoder", Words)
    save_file({"weight": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(seam.UserError, match="not a JointHOI checkpoint"):
        generate.Generator(checkpoint=str(tmp_path / "other.safetensors"))


def test_the_wait_that_is_measured_is_of_four_seconds_of_both_hands(maker, monkeypatch):
    """What is timed is a whole request, and for comparison its sampling alone; each once to warm up, once for real."""
    from model_runtime.evaluation import speed

    asked, drawn = [], []
    generate_, sample_ = maker.generate, speed.sample
    monkeypatch.setattr(speed, "Generator", lambda device, checkpoint: maker)
    monkeypatch.setattr(maker, "generate", lambda request: asked.append(generate_(request)))
    monkeypatch.setattr(speed, "sample", lambda *told, **more: drawn.append(sample_(*told, **more)))
    took = speed.speed()
    assert [clip.hand_active.tolist() for clip in asked] == [[True, True]] * 2
    assert len(asked[0].object_translation) == 121 and [len(signal[0]) for signal in drawn] == [121] * 2
    assert took["clip"] > took["unguided"] > 0
