"""Training data in the mirror: the same scene with x the other way round, told again in words."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation
import torch
import trimesh

from model_runtime.condition.hands import hands_named
from model_runtime.data import make, shards
from model_runtime.data.mirror import mirror_shard, mirrored, mirrored_words
from model_runtime.diffusion.representation import to_world, unpack_hands, unpack_object
from model_runtime.evaluation.cases import case_of
from model_runtime.evaluation.parts import thing_in

LEFT, RIGHT = 0, 1
OTHER = {"left": "right", "right": "left"}


@pytest.fixture(scope="module")
def shard(made):
    """Everything made, as (arrays, plain)."""
    things = list(made.values())
    some = [{**clip, "object": row, "text": np.zeros((make.WORDINGS, 384))}
            for row, thing in enumerate(things) for clip in thing.clips]  # fmt: skip
    return shards.pack(some, [thing.thing for thing in things], {"split": "train"})


@pytest.fixture(scope="module")
def image(shard, hands):
    """Its mirror image, with the length of a sentence for a text vector."""
    return mirrored(*shard, hands, SimpleNamespace(encode=lengths))


def lengths(sentences):
    return np.array([[len(sentence)] * 384 for sentence in sentences], np.float32)


def as_cases(shard):
    arrays, plain = shard
    return [case_of(arrays, plain, row) for row in range(len(plain["actions"]))]


def scene(case, row, hands):
    """Vertices in the world in one frame: the object's, its hinge turned by scipy, and either hand's."""
    motion = torch.from_numpy(case["motion"][row])
    place, turn, angle = (value.numpy() for value in unpack_object(motion))
    vertices, turning = case["vertices"].astype(float), np.unique(case["faces"][case["turning"]])
    point, axis = case["hinge"][:3], case["hinge"][3:6]
    vertices[turning] = Rotation.from_rotvec(angle * axis).apply(vertices[turning] - point) + point
    wrists, rotations = to_world(*unpack_hands(motion), *unpack_object(motion)[:2])
    betas = torch.from_numpy(case["betas"])
    skins = [hands[side](rotations[side], wrists[side], betas[side])[0].numpy() for side in (LEFT, RIGHT)]
    return vertices @ turn.T + place, *skins


def test_a_mirrored_clip_is_the_clip_with_x_the_other_way_and_left_for_right(shard, image, hands):
    for case, other in zip(as_cases(shard), as_cases(image)):
        for row in (0, len(case["motion"]) // 2, len(case["motion"]) - 1):
            thing, left, right = scene(case, row, hands)
            for expected, found in zip((thing, right, left), scene(other, row, hands)):
                np.testing.assert_allclose(found, expected * [-1, 1, 1], atol=2e-6)
        np.testing.assert_array_equal(other["hold"], case["hold"][:, ::-1])
        assert other["active"].tolist() == case["active"].tolist()[::-1]
        volumes = [trimesh.Trimesh(each["vertices"], each["faces"]).volume for each in (case, other)]
        assert volumes[1] == pytest.approx(volumes[0], rel=1e-4)  # faces still look outwards


def test_a_mirrored_contact_map_is_the_geometry_s(image, hands):
    seen = 0
    for case in as_cases(image):
        motion, thing = torch.from_numpy(case["motion"]), thing_in(case)
        points = thing.points_at(motion[:, -1]).numpy()
        for side in np.flatnonzero(case["active"]):
            place, turn = unpack_hands(motion)
            skin = hands[side](turn[:, side], place[:, side], torch.from_numpy(case["betas"][side]))[0].numpy()
            for row in range(0, len(motion), 7):
                away = cKDTree(skin[row]).query(points[row])[0]
                expected = np.exp(-np.maximum(away - 0.001, 0) / 0.01)
                np.testing.assert_allclose(case["contact"][row, side], expected, atol=0.01)
                seen += expected.max() > 0.9
    assert seen > 20


def test_mirrored_twice_is_as_before(shard, image, hands):
    arrays, plain = mirrored(*image, hands, SimpleNamespace(encode=lengths))
    for name, value in shard[0].items():
        if name == "text":
            continue
        np.testing.assert_allclose(arrays[name].astype(float), value, atol=2.01 if name == "contact" else 1e-6)
    assert plain["captions"] == shard[1]["captions"] and plain["hands"] == shard[1]["hands"]


def test_mirrored_sentences_are_told_again(shard, image):
    for some, others, vectors in zip(shard[1]["captions"], image[1]["captions"], image[0]["text"]):
        named = [hands_named(words) for words in some]
        assert [hands_named(words) for words in others] == [OTHER.get(hand, hand) for hand in named]
        np.testing.assert_array_equal(vectors[:, 0], [len(words) for words in others])


@pytest.mark.parametrize(
    "said, mirrored_said",
    [
        ("Left hand: move it rightwards.", "Right hand: move it leftwards."),
        ("Hold it upright, right-handed, by the left side.", "Hold it upright, left-handed, by the right side."),
        ("Drink from the mug.", "Drink from the mug."),
    ],
)
def test_left_and_right_change_places_in_words(said, mirrored_said):
    assert mirrored_words(said) == mirrored_said and mirrored_words(mirrored_said) == said


def test_a_mirror_image_is_written_beside_its_shard_once(shard, image, hands, tmp_path):
    path, encoder = tmp_path / "some.safetensors", SimpleNamespace(encode=lengths)
    shards.write(str(path), *shard)
    mirror_shard(str(path), hands, encoder)
    written = tmp_path / "some-mirrored.safetensors"
    np.testing.assert_array_equal(shards.read(str(written))[0]["motion"], image[0]["motion"])
    stamp = written.stat().st_mtime_ns
    mirror_shard(str(path), hands, encoder)
    assert written.stat().st_mtime_ns == stamp
