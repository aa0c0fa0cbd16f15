"""Clips made from a seed: hands that pass through nothing, contact that is the geometry's, splits that never meet."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation
import torch
import trimesh

from model_runtime.condition.hands import hands_named
from model_runtime.data import clips, make, shards
from model_runtime.data.score import Cast, Grip
from model_runtime.data.clips import between, compose, resting
from model_runtime.data.families import ACTIONS, HELD_OUT, RESERVED_SEED, TRAINING, Shape
from model_runtime.data.prop import ready
from model_runtime.diffusion.representation import IDLE, to_world, unpack_hands, unpack_object
from model_runtime.hands.arm import reachable
from runtime.data_cases import NUMBERS, few_tries

LEFT, RIGHT = 0, 1
SIDES = ("left", "right")


def every_clip(made):
    return [(thing, clip) for thing in made.values() for clip in thing.clips]


def skinned(thing, clip, side):
    """Vertices (T, V, 3) of one hand in the object's frame."""
    place, turn = unpack_hands(torch.from_numpy(clip["motion"]))
    return thing.hands[side](turn[:, side], place[:, side], torch.from_numpy(clip["betas"][side]))[0].numpy()


def in_world(thing, clip, side):
    motion = torch.from_numpy(clip["motion"])
    place, turn, _ = unpack_object(motion)
    wrists, rotations = to_world(*unpack_hands(motion), place, turn)
    skin = thing.hands[side](rotations[:, side], wrists[:, side], torch.from_numpy(clip["betas"][side]))[0]
    return skin.numpy(), wrists[:, side].numpy(), rotations[:, side, 0].numpy()


def sides_of(clip):
    return np.flatnonzero(clip["active"])


def angles(clip):
    return unpack_object(torch.from_numpy(clip["motion"]))[2].numpy()


# Clips


def test_clips_of_several_actions_with_either_hand_and_both(made):
    for thing in made.values():
        assert len(thing.clips) >= 6
        assert {clip["hands"] for clip in thing.clips} >= {"left", "right"}
        assert len({clip["action"] for clip in thing.clips}) >= 4
        assert sum(count["kept"] for (_, action), count in thing.tally.items() if action != "grasps") == len(
            thing.clips
        )
        for clip in thing.clips:
            assert clip["action"] in ACTIONS and clip["action"] in thing.shape.actions
            assert clip["active"].tolist() == [clip["hands"] in (side, "both") for side in SIDES]
            frames = len(clip["motion"])
            assert clip["motion"].shape == (frames, 208) and clip["motion"].dtype == np.float32
            assert clip["contact"].shape == (frames, 2, 256) and clip["contact"].dtype == np.uint8
            assert clip["hold"].shape == (frames, 2) and clip["betas"].shape == (2, 10)
            assert np.isfinite(clip["motion"]).all() and 1.0 < (frames - 1) / shards.FPS <= 5.0
    assert {clip["hands"] for _, clip in every_clip(made)} == {"left", "right", "both"}
    assert {code for _, clip in every_clip(made) for code in np.unique(clip["hold"])} >= {0, 1, 2}


def test_captions_name_the_hand_and_the_thing(made):
    for thing, clip in every_clip(made):
        assert len(clip["captions"]) == make.WORDINGS
        for text in clip["captions"]:
            assert hands_named(text) in ("auto", clip["hands"]), text
            assert any(noun.split()[-1] in text.lower() for noun in thing.shape.nouns), text


def test_the_object_waits_for_a_hand(made):
    for _, clip in every_clip(made):
        place, turn, angle = unpack_object(torch.from_numpy(clip["motion"]))
        first = np.flatnonzero(clip["hold"].any(1))[0]
        np.testing.assert_allclose(place[:first], 0, atol=1e-6)
        np.testing.assert_allclose(turn[:first], np.eye(3)[None].repeat(first, 0), atol=1e-6)
        np.testing.assert_allclose(angle[:first], angle[0], atol=1e-6)


def test_while_held_the_wrist_is_constant_in_the_frame_of_what_it_holds(made):
    for thing, clip in every_clip(made):
        angle = angles(clip)
        place, turn = (v.numpy() for v in unpack_hands(torch.from_numpy(clip["motion"])))
        for side in sides_of(clip):
            for code in (1, 2):
                rows = np.flatnonzero(clip["hold"][:, side] == code)
                for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
                    if len(run) < 3:
                        continue
                    where, way = place[run, side], turn[run, side, 0]
                    if code == 2:
                        back = [Rotation.from_rotvec(-a * thing.thing["hinge"][3:6]) for a in angle[run]]
                        where = np.stack([b.apply(p - thing.thing["hinge"][:3]) for b, p in zip(back, where)])
                        way = np.stack([b.as_matrix() @ w for b, w in zip(back, way)])
                    assert np.abs(where - where[0]).max() < 2e-5 and np.abs(way - way[0]).max() < 2e-4


def test_the_contact_map_is_the_geometry_s(made):
    """exp(-(d - 1 mm) / 1 cm), at most 1, with d the distance to the nearest vertex of the hand by a k-d tree."""
    for thing, clip in every_clip(made):
        angle, held = angles(clip), np.flatnonzero(clip["hold"].any(1))
        rows = np.random.default_rng(0).choice(len(angle), 8, replace=False)
        for side in (LEFT, RIGHT):
            if not clip["active"][side]:
                assert not clip["contact"][:, side].any()
                continue
            vertices = skinned(thing, clip, side)
            for row in [*rows, held[0], held[-1]]:
                points = thing.thing["points"].astype(np.float64).copy()
                moving = np.asarray(thing.thing["moving"])
                points[moving] = thing.turned(points[moving], angle[row])
                distance, _ = cKDTree(vertices[row]).query(points)
                expected = np.exp(-np.maximum(distance - 0.001, 0) / 0.01) * 255
                assert np.abs(expected - clip["contact"][row, side]).max() < 1.5


def test_hands_and_objects_pass_through_nothing(made):
    """Every sixth frame against exact distances: nowhere deeper than 2 mm, nothing through the table."""
    for thing, clip in every_clip(made):
        place, turn, angle = (v.numpy() for v in unpack_object(torch.from_numpy(clip["motion"])))
        for side in sides_of(clip):
            vertices = skinned(thing, clip, side)
            for row in range(0, len(angle), 6):
                assert thing.distance(vertices[row], float(angle[row])).min() > -0.0021, (
                    thing.family,
                    clip["action"],
                    row,
                )
            assert in_world(thing, clip, side)[0][..., 2].min() > thing.table - 0.002
        for row in range(0, len(angle), 3):
            assert (thing.at(angle[row]) @ turn[row].T + place[row])[:, 2].min() > thing.table - 0.003


def test_hands_touch_whenever_they_are_said_to(made):
    for thing, clip in every_clip(made):
        angle = angles(clip)
        for side in sides_of(clip):
            vertices = skinned(thing, clip, side)
            for row in np.flatnonzero(clip["hold"][:, side])[::9]:
                assert thing.distance(vertices[row], float(angle[row])).min() < 0.0035


def test_hands_move_as_people_do(made):
    """No jumps where reach, hold and return meet: wrists under 2.5 m/s and 20 rad/s, and they come from somewhere
    else.
    """
    for thing, clip in every_clip(made):
        for side in sides_of(clip):
            _, wrist, turn = in_world(thing, clip, side)
            assert np.linalg.norm(np.diff(wrist, axis=0), axis=1).max() * shards.FPS < 2.5
            assert Rotation.from_matrix(turn[1:] @ turn[:-1].swapaxes(1, 2)).magnitude().max() * shards.FPS < 20
            assert np.linalg.norm(wrist[0] - wrist[np.flatnonzero(clip["hold"][:, side])[0]]) > 0.05


def test_a_hand_that_plays_no_part_waits_at_a_constant_place_of_the_object_s_frame(made):
    for _, clip in every_clip(made):
        for side in np.flatnonzero(~clip["active"]):
            place, turn = unpack_hands(torch.from_numpy(clip["motion"]))
            np.testing.assert_allclose(place[:, side], IDLE[None, side].repeat(len(place), 0), atol=1e-5)
            np.testing.assert_allclose(turn[:, side], np.eye(3) + np.zeros((len(place), 16, 1, 1)), atol=1e-5)
            assert not clip["hold"][:, side].any()


def test_made_twice_from_one_seed_is_the_same_and_from_another_is_not(made, hands, monkeypatch):
    few_tries(monkeypatch)
    made_again, thing, _ = make.object_clips(NUMBERS["mug"], hands, limit=4)
    for one, other in zip(made_again, made["mug"].clips):
        assert one["captions"] == other["captions"] and one["action"] == other["action"]
        np.testing.assert_array_equal(one["motion"], other["motion"])
        np.testing.assert_array_equal(one["contact"], other["contact"])
    np.testing.assert_array_equal(thing["points"], made["mug"].thing["points"])
    other = make.object_shape(NUMBERS["mug"], "train", seed=1)[0]
    assert not np.allclose(other.extent, made["mug"].shape.extent)


@pytest.mark.parametrize("side", (LEFT, RIGHT))
def test_a_resting_hand_lies_palm_down_beside_the_work(side, hands):
    out = 1.0 if side == RIGHT else -1.0
    for seed in range(20):
        place, turn = resting(side, -0.05, np.random.default_rng(seed))
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(turn) == pytest.approx(1)
        assert place[0] * out > 0.1 and place[1] < -0.2 and place[2] > -0.01
        middle = hands[side].rest(torch.zeros(10))[1].numpy()[4] @ turn.T
        assert middle[1] / np.linalg.norm(middle) > 0.4  # the fingers point away from the actor
        assert (turn @ [0, -1.0, 0])[2] < -0.6  # and the palm down
        assert reachable(place[None], turn[None], side, -0.1).all()


def test_between_goes_the_shortest_way():
    start, end = Rotation.random(2, rng=np.random.default_rng(3)).as_matrix()
    path = between(np.tile(start, (11, 1, 1)), np.tile(end, (11, 1, 1)), np.linspace(0, 1, 11))
    np.testing.assert_allclose(path[0], start, atol=1e-9)
    np.testing.assert_allclose(path[-1], end, atol=1e-9)
    steps = Rotation.from_matrix(path[1:] @ path[:-1].swapaxes(1, 2)).magnitude()
    np.testing.assert_allclose(steps, Rotation.from_matrix(end @ start.T).magnitude() / 10, atol=1e-9)


# Two hands on a rod


ROD = trimesh.creation.cylinder(0.012, 0.5, transform=trimesh.transformations.rotation_matrix(np.pi / 2, [0, 1, 0]))


def given(hands, giver, apart, tries=20):
    """A rod of 50 cm, handed over by flat hands that lie on it `apart` (m) to each side of its middle: (clip or
    None, reasons).
    """
    shape = Shape("rod", ("rod",), ROD.vertices.astype(np.float32), ROD.faces.astype(np.int32), ("rod",),
                  np.zeros(len(ROD.faces), np.int32), [], None, np.array([1.0, 0, 0]))  # fmt: skip
    prop = ready(shape, 24)

    def grip(side):
        out = 1.0 if side == RIGHT else -1.0
        forward = np.array([[0, 0, -out], [-out, 0, 0], [0, 1.0, 0]])  # fingers away from the actor, palm down
        vertices = hands[side].rest()[0].numpy() @ forward.T + [apart * out, -0.1, 0]
        over = np.abs(vertices[:, 1]) < 0.012  # the rod's top there is at sqrt(r^2 - y^2)
        height = (np.sqrt(0.012**2 - vertices[over, 1] ** 2) - vertices[over, 2]).max() + 0.001
        return Grip(
            side,
            np.array([apart * out, -0.1, height]),
            forward,
            np.zeros(15),
            np.zeros(5),
            np.array([0, 0, -1.0]),
            0,
            np.zeros(3),
            "wrap",
            "rod",
        )

    rng, reasons = np.random.default_rng(0), []
    for _ in range(tries):
        clip, _, reason = compose(
            prop, "hand over", Cast(grip(giver), grip(1 - giver), "over"), hands, torch.zeros(10), rng
        )
        if clip is not None:
            return clip, reasons
        reasons.append(reason)
    return None, reasons


@pytest.mark.parametrize("giver", (LEFT, RIGHT))
def test_a_hand_over_changes_hands_in_the_air(hands, giver):
    clip, reasons = given(hands, giver, 0.16)
    assert clip is not None, reasons
    assert clip["active"].all()
    held = clip["hold"] > 0
    both = held.all(1)
    assert held[held.any(1).argmax() :].any(1).all()  # from the first touch on it is never without a hand
    height = clip["motion"][:, 198 + 2]
    assert both.sum() > 4 and height[both].min() > 0.09
    assert held[-1].tolist() == [giver != LEFT, giver != RIGHT]
    left, right = (skinned(SimpleNamespace(hands=hands), clip, side) for side in (LEFT, RIGHT))
    assert min(cKDTree(one).query(other)[0].min() for one, other in zip(left, right)) > 0.002


def test_hands_that_would_pass_through_each_other_make_no_clip(hands, monkeypatch):
    """Also where arms could go anywhere: it is the hands that speak against it."""
    assert given(hands, RIGHT, 0.02, tries=3)[0] is None
    monkeypatch.setattr(clips, "arm_reaches", lambda *_: True)
    monkeypatch.setattr(clips, "arm_path", lambda *_: True)
    clip, reasons = given(hands, RIGHT, 0.02, tries=6)
    assert clip is None and any("hands" in reason for reason in reasons), reasons


# The plan


def test_what_trains_and_what_is_kept_for_tests(monkeypatch, hands):
    asked = []

    class Enough(Exception):
        pass

    def record(family, seed):
        asked.append((family, seed))
        raise Enough

    monkeypatch.setattr(make, "make", record)
    numbers = [0, 5, 17, 18, 399, 5000, 100_000]
    drawn = {}
    for split in ("train", "test", "unseen"):
        asked.clear()
        for number in numbers:
            with pytest.raises(Enough):
                make.object_clips(number, hands, split, seed=3)
        drawn[split] = set(asked)
        assert len(drawn[split]) == len(numbers)  # each number is another object
    assert all(seed < RESERVED_SEED and family in TRAINING for family, seed in drawn["train"])
    assert all(seed >= RESERVED_SEED and family in TRAINING for family, seed in drawn["test"])
    assert all(seed >= RESERVED_SEED and family in HELD_OUT for family, seed in drawn["unseen"])
    assert not set(TRAINING) & set(HELD_OUT) and len(HELD_OUT) >= 6 and len(TRAINING) >= 40


class Words:
    """Stands in for the text encoder: the same sentence, the same vector."""

    def encode(self, texts):
        return torch.stack([torch.full((384,), (len(text) % 97) / 97) for text in texts])


def test_a_shard_holds_the_clips_as_documented(made, tmp_path, monkeypatch, hands):
    order = ["mug", "chest"]
    monkeypatch.setattr(make, "object_clips", lambda number, *_, **__: (
        made[order[number]].clips, made[order[number]].thing, made[order[number]].tally))  # fmt: skip
    path = str(tmp_path / "train-000000.safetensors")
    count = make.make_shard(path, [0, 1], hands, Words(), "train")
    arrays, plain = shards.read(path)
    every = made["mug"].clips + made["chest"].clips
    assert count == len(every) == len(arrays["first"]) - 1 and plain["fps"] == 30 and plain["model"] == "open"
    kinds = {"motion": np.float32, "contact": np.uint8, "hold": np.uint8, "first": np.int64, "text": np.float16,
             "active": np.bool_, "betas": np.float32, "object": np.int32, "points": np.float32, "normals": np.float32,
             "moving": np.bool_, "hinge": np.float32, "vertices": np.float32, "faces": np.int32, "turning": np.bool_,
             "vertex_first": np.int64, "face_first": np.int64}  # fmt: skip
    assert {name: array.dtype.type for name, array in arrays.items()} == kinds
    assert arrays["text"].shape == (count, make.WORDINGS, 384) and arrays["points"].shape == (2, 256, 3)
    assert plain["objects"] == order and plain["actions"] == [clip["action"] for clip in every]
    for row, clip in enumerate(every):
        rows = slice(*arrays["first"][row : row + 2])
        for name in ("motion", "contact", "hold"):
            np.testing.assert_array_equal(arrays[name][rows], clip[name])
        assert order[arrays["object"][row]] == ("mug" if row < len(made["mug"].clips) else "chest")
        assert plain["captions"][row] == clip["captions"]
        np.testing.assert_array_equal(arrays["text"][row], Words().encode(clip["captions"]).half())
    assert not arrays["hinge"][0].any() and np.linalg.norm(arrays["hinge"][1, 3:6]) == pytest.approx(1, abs=1e-5)
    vertices, faces, turning = shards.mesh(arrays, 1)
    np.testing.assert_array_equal(vertices, made["chest"].thing["vertices"])
    assert turning.any() and not turning.all() and faces.max() == len(vertices) - 1


def test_an_object_without_a_clip_still_tells_what_was_tried(made, tmp_path, monkeypatch, hands):
    tally = {("mug", "lift"): Counter({"out of reach": 7})}
    monkeypatch.setattr(make, "object_clips", lambda *_, **__: ([], made["mug"].thing, tally))
    path = str(tmp_path / "train-000000.safetensors")
    assert make.make_shard(path, [0], hands, Words(), "train") == 0
    arrays, plain = shards.read(path)
    assert plain["tally"] == {"mug/lift": {"out of reach": 7}} and plain["objects"] == ["mug"]
    assert (
        arrays["first"].tolist() == [0] and arrays["motion"].shape == (0, 208) and arrays["text"].shape == (0, 0, 384)
    )


def shares(tmp_path, monkeypatch, clips_each=5):
    done = []

    def record(path, numbers, *_):
        done.append(list(numbers))
        things = [
            {
                "points": np.zeros((256, 3)),
                "normals": np.zeros((256, 3)),
                "moving": np.zeros(256),
                "hinge": np.zeros(8),
                "vertices": np.zeros((3, 3)),
                "faces": np.zeros((1, 3)),
                "turning": [False],
                "name": "mug",
                "number": 0,
                "seed": 0,
            }
        ]
        some = [
            {
                "motion": np.zeros((2, 208)),
                "contact": np.zeros((2, 2, 256)),
                "hold": np.zeros((2, 2)),
                "text": np.zeros((1, 384)),
                "active": [True, True],
                "betas": np.zeros((2, 10)),
                "object": 0,
                "captions": [""],
                "action": "lift",
                "hands": "both",
            }
        ]
        shards.write(path, *shards.pack(some * clips_each, things, {}))
        return clips_each

    monkeypatch.setattr(make, "make_shard", record)
    monkeypatch.setattr(make, "TextEncoder", lambda *_: None)

    def made_by(folder, *options):
        done.clear()
        make.main(["--out", str(tmp_path / folder), "--objects", "50", "--first", "7", *options])
        return sorted(number for numbers in done for number in numbers)

    return made_by


def test_the_work_is_shared_without_gaps_and_not_done_twice(tmp_path, monkeypatch):
    made_by = shares(tmp_path, monkeypatch)
    parts = [made_by(f"machine {part}", "--part", f"{part}/3") for part in range(3)]
    assert all(parts) and sorted(sum(parts, [])) == list(range(7, 57))  # apart, and nothing is left out
    assert made_by("alone") == list(range(7, 57))
    assert made_by("alone") == []


def test_torchrun_gives_each_process_its_share(tmp_path, monkeypatch):
    made_by, parts = shares(tmp_path, monkeypatch), []
    for rank in range(4):
        monkeypatch.setenv("RANK", str(rank))
        monkeypatch.setenv("WORLD_SIZE", "4")
        parts.append(made_by("together"))
    assert sorted(sum(parts, [])) == list(range(7, 57)) and len(list((tmp_path / "together").iterdir())) == 7


def test_as_many_clips_as_are_asked_for_also_when_going_on(tmp_path, monkeypatch):
    made_by = shares(tmp_path, monkeypatch)
    assert made_by("few", "--clips", "12") == list(range(7, 31))  # three shards of five
    assert made_by("few", "--clips", "12") == []
    assert made_by("few", "--clips", "16") == list(range(31, 39))
