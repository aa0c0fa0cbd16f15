"""Clips made from a seed: grasps that really hold, hands that pass through nothing, contact that is the geometry's."""

import functools
from types import SimpleNamespace

import igl
import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation
import torch
import trimesh

from model_runtime.condition.hands import hands_named
from model_runtime.data import grasps, make, shards
from model_runtime.data.actions import ACTIONS
from model_runtime.data.clips import IDLE, Grip, compose, standing
from model_runtime.data.families import HELD_OUT, RESERVED_SEED, TRAINING
from model_runtime.diffusion.representation import to_world, unpack_hands, unpack_object
from model_runtime.objects.distance import distance_grid, outer_surface, winding_number
from model_runtime.objects.points import contact_points

LEFT, RIGHT = 0, 1
SIDES = ("left", "right")
GRID = 0.0013  # metres: how far the distance grid is from the exact distance in thin parts
NUMBERS = {"mug": TRAINING.index("mug"), "ball": TRAINING.index("ball")}
SMALL = {"count": 24, "iterations": 30}  # what `find` needs for a few grasps, quickly


class Made:
    """All that was made of one object, and the object itself, found again from the same seed."""

    def __init__(self, family, hands):
        self.family, self.hands = family, hands
        self.clips, self.thing, self.grasps = make.object_clips(NUMBERS[family], hands, each=1, limit=8)
        rng = np.random.default_rng([NUMBERS[family], 11, True])
        self.shape = standing(make.make(family, self.thing["seed"]), rng.uniform(-np.pi, np.pi))
        self.table = float(self.shape.vertices[:, 2].min())
        self.surface = outer_surface(self.shape.vertices, self.shape.faces)

    def distance(self, points):
        """Exact signed distance (libigl), metres."""
        flat = np.ascontiguousarray(points, np.float64).reshape(-1, 3)
        away = np.sqrt(igl.point_mesh_squared_distance(flat, *self.surface)[0])
        inside = winding_number(flat, self.shape.vertices, self.shape.faces) > 0.5
        return np.where(inside, -away, away).reshape(points.shape[:-1])


@pytest.fixture(scope="module")
def made(hands):
    kept, make.find = make.find, functools.partial(grasps.find, **SMALL)
    yield {family: Made(family, hands) for family in NUMBERS}
    make.find = kept


def every_clip(made):
    return [(thing, clip) for thing in made.values() for clip in thing.clips]


def skinned(thing, clip, side):
    """Vertices (T, V, 3) of one hand in the object's frame."""
    place, turn = unpack_hands(torch.from_numpy(clip["motion"]))
    return thing.hands[side](turn[:, side], place[:, side])[0]


def in_world(thing, clip, side):
    motion = torch.from_numpy(clip["motion"])
    place, turn, _ = unpack_object(motion)
    wrists, rotations = to_world(*unpack_hands(motion), place, turn)
    return (
        thing.hands[side](rotations[:, side], wrists[:, side])[0].numpy(),
        wrists[:, side].numpy(),
        rotations[:, side, 0].numpy(),
    )


def sides_of(clip):
    return np.flatnonzero(clip["active"])


# Grasps


def test_grasps_are_found_for_both_hands(made):
    for thing in made.values():
        for side in (LEFT, RIGHT):
            found = thing.grasps[side]
            assert found is not None and len(found) >= 2 and found.side == side
            rotation = found.rotation.numpy()
            np.testing.assert_allclose(
                rotation @ rotation.swapaxes(1, 2), np.eye(3)[None].repeat(len(found), 0), atol=1e-4
            )


def test_a_grasp_touches_with_the_thumb_and_two_fingers_and_goes_no_deeper_than_it_says(made):
    for thing in made.values():
        for side in (LEFT, RIGHT):
            found = thing.grasps[side]
            vertices = thing.hands[side](found.pose(), found.translation)[0].numpy()
            distance = thing.distance(vertices)
            assert distance.min() > -grasps.DEEPEST - GRID
            np.testing.assert_allclose(found.depth, np.maximum(-distance.min(1), 0), atol=GRID)
            finger = (thing.hands[side].weights.argmax(1).numpy() - 1) // 3  # -1 palm, 4 thumb
            near = np.stack([distance[:, finger == f].min(1) < grasps.TOUCH + GRID for f in range(5)], 1)
            one_handed = np.array([thing.shape.grips[row].kind != "two" for row in found.grip.tolist()])
            assert near[one_handed, 4].all()
            assert (near[:, :4].sum(1) >= 2).all()


def test_a_one_handed_grasp_presses_from_opposite_sides(made):
    """Contact normals of thumb and fingers, from exact distances by finite differences, are far apart."""
    for thing in made.values():
        for side in (LEFT, RIGHT):
            found = thing.grasps[side]
            vertices = thing.hands[side](found.pose(), found.translation)[0].numpy()
            distance, finger = thing.distance(vertices), (thing.hands[side].weights.argmax(1).numpy() - 1) // 3
            for row in range(min(len(found), 4)):
                if thing.shape.grips[int(found.grip[row])].kind == "two":
                    continue
                near = distance[row] < 0.004
                points, digits = vertices[row][near].astype(float), finger[near]
                axes = np.eye(3) * 3e-4
                slope = np.stack([thing.distance(points + a) - thing.distance(points - a) for a in axes], 1)
                normals = slope / np.linalg.norm(slope, axis=1, keepdims=True)
                thumb = normals[digits == 4].mean(0)
                angle = np.degrees(np.arccos(np.clip(normals[digits < 4] @ thumb / np.linalg.norm(thumb), -1, 1)))
                assert angle.max() > 90  # 110 by the grid's normals, averaged over the thumb


def test_a_grasp_clears_the_table_and_stays_within_human_joints(made):
    for thing in made.values():
        for side in (LEFT, RIGHT):
            found = thing.grasps[side]
            vertices = thing.hands[side](found.pose(), found.translation)[0]
            assert float(vertices[..., 2].min()) > thing.table - 0.002
            assert float(found.flexion.min()) > np.radians(-21) and float(found.flexion.max()) < np.radians(106)
            assert float(found.abduction.abs().max()) < np.radians(36)


def test_grasps_are_spread_over_the_grips():
    grips, depth = np.array([0, 0, 0, 1, 1, 2]), np.array([3, 1, 2, 6, 5, 4.0])
    assert grasps.spread(grips, depth, 3).tolist() == [1, 5, 4]  # the shallowest of each grip, shallowest first
    assert grasps.spread(grips, depth, 10).tolist() == [1, 5, 4, 2, 3, 0]
    assert grasps.spread(grips[:0], depth[:0], 3).tolist() == []


# Clips


def test_clips_of_several_actions_with_either_hand(made):
    for thing in made.values():
        assert len(thing.clips) >= 4
        assert {clip["hands"] for clip in thing.clips} >= {"left", "right"}
        assert len({clip["action"] for clip in thing.clips}) >= 3
        for clip in thing.clips:
            assert clip["action"] in ACTIONS and clip["action"] in thing.shape.actions
            wanted = (
                [True, True]
                if clip["hands"] == "both" or clip["action"] == "hand over"
                else [s == clip["hands"] for s in SIDES]
            )
            assert clip["active"].tolist() == wanted
            assert len(clip["motion"]) == len(clip["contact"]) == clip["frames"]
            assert clip["motion"].shape[1:] == (208,) and clip["motion"].dtype == np.float32
            assert clip["contact"].shape[1:] == (2, 256) and clip["contact"].dtype == np.uint8
            assert np.isfinite(clip["motion"]).all()


def test_captions_name_the_hand_and_the_thing(made):
    for thing, clip in every_clip(made):
        assert len(clip["captions"]) == make.WORDINGS
        for text in clip["captions"]:
            assert hands_named(text) in ("auto", "both" if clip["active"].all() else clip["hands"])
            assert any(noun in text.lower() for noun in thing.shape.nouns)


def test_the_object_starts_where_it_stands(made):
    for _, clip in every_clip(made):
        place, turn, _ = unpack_object(torch.from_numpy(clip["motion"]))
        first = clip["hold"][sides_of(clip)].min(axis=0)[0]
        np.testing.assert_allclose(place[:first], 0, atol=1e-6)
        np.testing.assert_allclose(turn[:first], np.eye(3)[None].repeat(first, 0), atol=1e-6)


def test_while_held_the_hand_is_constant_in_the_object_s_frame(made):
    for _, clip in every_clip(made):
        for side in sides_of(clip):
            first, last = clip["hold"][side]
            assert 5 < first < last <= clip["frames"]
            numbers = clip["motion"][first:last, 99 * side : 99 * side + 99]
            assert np.abs(numbers - numbers[:1]).max() < 2e-5
            assert np.abs(clip["motion"][: first - 3, 99 * side : 99 * side + 3] - numbers[0, :3]).max() > 0.05
            assert (clip["contact"][first:last, side] == clip["contact"][first, side]).all()


def test_the_contact_map_is_the_geometry_s(made):
    """exp(-(d - 1 mm) / 1 cm), at most 1, with d the distance to the nearest vertex of the hand by a k-d tree."""
    for thing, clip in every_clip(made):
        rows = np.random.default_rng(0).choice(clip["frames"], 12, replace=False)
        for side in (LEFT, RIGHT):
            if not clip["active"][side]:
                assert not clip["contact"][:, side].any()
                continue
            vertices = skinned(thing, clip, side).numpy()
            for row in [*rows, clip["hold"][side][0]]:
                distance, _ = cKDTree(vertices[row]).query(thing.thing["points"])
                expected = np.exp(-np.maximum(distance - 0.001, 0) / 0.01) * 255
                assert np.abs(expected - clip["contact"][row, side]).max() < 0.6 + 0.03
            held = clip["contact"][clip["hold"][side][0], side]
            assert held.max() > 180  # it does touch


def test_the_contact_points_lie_on_the_object(made):
    for thing in made.values():
        assert np.abs(thing.distance(thing.thing["points"])).max() < 1e-5
        outside = thing.distance(thing.thing["points"] + 1e-3 * thing.thing["normals"])
        assert (outside > 0).mean() > 0.97


def test_hands_pass_through_nothing_on_the_way(made):
    """Every second frame against the exact distance."""
    for thing, clip in every_clip(made):
        for side in sides_of(clip):
            first, last = clip["hold"][side]
            vertices = skinned(thing, clip, side).numpy()
            rows = [row for row in range(0, clip["frames"], 2) if not first <= row < last]
            close = vertices[rows].reshape(-1, 3)
            close = close[np.abs(close).max(1) < np.abs(thing.shape.vertices).max()]
            if len(close):
                assert thing.distance(close).min() > -0.003 - GRID
            assert thing.distance(vertices[first]).min() > -0.002 - GRID


def test_nothing_goes_through_the_table(made):
    for thing, clip in every_clip(made):
        place, turn, _ = unpack_object(torch.from_numpy(clip["motion"]))
        body = np.einsum("tij,vj->tvi", turn, thing.shape.vertices) + place.numpy()[:, None]
        assert body[..., 2].min() > thing.table - 0.004
        for side in sides_of(clip):
            assert in_world(thing, clip, side)[0][..., 2].min() > thing.table - 0.003


def test_hands_move_as_people_do(made):
    """No jumps where reach, hold and return meet: wrists under 3 m/s and 25 rad/s at 15 frames a second."""
    for thing, clip in every_clip(made):
        for side in sides_of(clip):
            _, wrist, turn = in_world(thing, clip, side)
            assert np.linalg.norm(np.diff(wrist, axis=0), axis=1).max() * shards.FPS < 3.0
            assert Rotation.from_matrix(turn[1:] @ turn[:-1].swapaxes(1, 2)).magnitude().max() * shards.FPS < 25
            assert np.linalg.norm(wrist[0] - wrist[clip["hold"][side][0]]) > 0.08  # it comes from somewhere else


def test_a_hand_that_plays_no_part_waits_at_a_constant_place_of_the_object_s_frame(made):
    for _, clip in every_clip(made):
        for side in np.flatnonzero(~clip["active"]):
            place, turn = unpack_hands(torch.from_numpy(clip["motion"]))
            np.testing.assert_allclose(place[:, side], IDLE[None, side].repeat(clip["frames"], 0), atol=1e-5)
            np.testing.assert_allclose(turn[:, side], np.eye(3) + np.zeros((clip["frames"], 16, 1, 1)), atol=1e-5)
            assert (clip["hold"][side] == 0).all()


def test_made_twice_from_one_seed_is_the_same(made, hands):
    clips, thing, _ = make.object_clips(NUMBERS["ball"], hands, each=1, limit=8)
    before = made["ball"]
    assert len(clips) == len(before.clips)
    for one, other in zip(clips, before.clips):
        assert one["captions"] == other["captions"] and one["action"] == other["action"]
        np.testing.assert_array_equal(one["motion"], other["motion"])
        np.testing.assert_array_equal(one["contact"], other["contact"])
    np.testing.assert_array_equal(thing["points"], before.thing["points"])


ROD = trimesh.creation.cylinder(0.012, 0.5, transform=trimesh.transformations.rotation_matrix(np.pi / 2, [0, 1, 0]))


def given(hands, giver, apart, tries=20):
    """A rod of 50 cm, handed over by hands that hover `apart` (m) to each side of its middle; None where that fails."""
    shape = SimpleNamespace(vertices=ROD.vertices.astype(np.float32), faces=ROD.faces, mouth=None)
    grid = distance_grid(shape.vertices, shape.faces, 24)
    points = torch.from_numpy(contact_points(shape.vertices, shape.faces)[0])

    def grip(side):
        out = 1.0 if side == RIGHT else -1.0
        forward = np.array([[0, 0, -out], [-out, 0, 0], [0, 1.0, 0]])  # fingers away from the actor, palm down
        where = np.array([apart * out, -0.1, 0.09])
        return Grip(side, where, forward, np.full(15, 0.1), np.zeros(5), np.array([0, 0, -1.0]), 0)

    rng = np.random.default_rng(0)
    made = (
        compose(shape, "hand over", [grip(giver), grip(1 - giver)], 4.5, hands, grid, points, rng) for _ in range(tries)
    )
    return next((clip for clip in made if clip is not None), None)


@pytest.mark.parametrize("giver", (LEFT, RIGHT))
def test_a_hand_over_changes_hands_in_the_air(hands, giver):
    clip = given(hands, giver, 0.16)
    assert clip["active"].all()
    (first, let_go), (taken, kept) = clip["hold"][giver], clip["hold"][1 - giver]
    assert first < taken < let_go and kept == clip["frames"]
    height = clip["motion"][:, 198 + 2]
    assert height[taken:let_go].min() > 0.1 and np.abs(np.diff(height[taken - 1 : let_go])).max() < 1e-4
    left, right = (skinned(SimpleNamespace(hands=hands), clip, side).numpy() for side in (LEFT, RIGHT))
    assert min(cKDTree(one).query(other)[0].min() for one, other in zip(left, right)) > 0.002


def test_hands_that_would_pass_through_each_other_make_no_clip(hands):
    assert given(hands, RIGHT, 0.02, tries=6) is None


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
                make.object_clips(number, hands, split)
        drawn[split] = set(asked)
        assert len(drawn[split]) == len(numbers)  # each number is another object
    assert all(seed < RESERVED_SEED and family in TRAINING for family, seed in drawn["train"])
    assert all(seed >= RESERVED_SEED and family in TRAINING for family, seed in drawn["test"])
    assert all(seed >= RESERVED_SEED and family in HELD_OUT for family, seed in drawn["unseen"])
    assert not set(TRAINING) & set(HELD_OUT)


def test_a_plan_pairs_hands_as_the_action_needs(made):
    thing = made["mug"]
    plans = make.plans(thing.shape, thing.grasps, np.random.default_rng(0), each=3)
    assert {which for _, which, alternatives in plans if alternatives} >= {"left", "right"}
    for action, which, alternatives in plans:
        for grips in alternatives:
            assert all(action in thing.shape.grips[grip.row].actions for grip in grips)
            kinds = {thing.shape.grips[grip.row].kind == "two" for grip in grips}
            sides = [grip.side for grip in grips]
            if action == "hand over":
                assert sides == ([LEFT, RIGHT] if which == "left" else [RIGHT, LEFT]) and kinds == {False}
                assert np.linalg.norm(grips[0].translation - grips[1].translation) > 0.08  # room for both hands
            elif which == "both":
                assert sorted(sides) == [LEFT, RIGHT] and grips[0].row == grips[1].row and kinds == {True}
            else:
                assert sides == [SIDES.index(which)] and kinds == {False}
    nothing = make.plans(thing.shape, {LEFT: None, RIGHT: None}, np.random.default_rng(0), each=3)
    assert not any(alternatives for _, _, alternatives in nothing)


class Words:
    """Stands in for the text encoder: the same sentence, the same vector."""

    def encode(self, texts):
        return torch.stack([torch.full((384,), (len(text) % 97) / 97) for text in texts])


def test_a_shard_holds_the_clips_as_documented(made, tmp_path, monkeypatch, hands):
    order = ["mug", "ball"]
    monkeypatch.setattr(
        make, "object_clips", lambda number, *_, **__: (made[order[number]].clips, made[order[number]].thing, None)
    )
    path = str(tmp_path / "train-000000.npz")
    count = make.make_shard(path, [0, 1], hands, Words(), "train")
    arrays, plain = shards.read(path)
    clips = made["mug"].clips + made["ball"].clips
    assert count == len(clips) == len(arrays["motion"])
    kinds = {"motion": np.float32, "contact": np.uint8, "frames": np.int16, "active": np.bool_, "hold": np.int16,
             "object": np.int16, "text": np.float16, "points": np.float32, "normals": np.float32,
             "seed": np.int64}  # fmt: skip
    assert {name: array.dtype.type for name, array in arrays.items()} == kinds
    assert arrays["text"].shape == (count, make.WORDINGS, 384) and arrays["points"].shape == (2, 256, 3)
    assert plain["families"] == order and plain["actions"] == [clip["action"] for clip in clips]
    for row, clip in enumerate(clips):
        frames = clip["frames"]
        assert arrays["frames"][row] == frames
        np.testing.assert_array_equal(arrays["motion"][row, :frames], clip["motion"])
        np.testing.assert_array_equal(arrays["contact"][row, :frames], clip["contact"])
        assert not arrays["motion"][row, frames:].any() and not arrays["contact"][row, frames:].any()
        np.testing.assert_array_equal(arrays["hold"][row], clip["hold"])
        assert order[arrays["object"][row]] == ("mug" if row < len(made["mug"].clips) else "ball")
        assert plain["captions"][row] == clip["captions"]
        np.testing.assert_array_equal(arrays["text"][row], Words().encode(clip["captions"]).half())


def test_the_work_is_shared_without_gaps_and_not_done_twice(tmp_path, monkeypatch):
    done = []

    def record(path, numbers, *_):
        done.append(list(numbers))
        open(path, "w").close()
        return 0

    monkeypatch.setattr(make, "make_shard", record)
    monkeypatch.setattr(make, "TextEncoder", lambda *_: None)

    def made_by(part, folder):
        done.clear()
        (tmp_path / folder).mkdir(exist_ok=True)
        make.main(["--out", str(tmp_path / folder), "--objects", "50", "--first", "7", "--part", part])
        return sorted(number for numbers in done for number in numbers)

    shares = [made_by(f"{part}/3", f"machine {part}") for part in range(3)]
    assert all(shares) and sorted(sum(shares, [])) == list(range(7, 57))  # apart, and nothing is left out
    assert made_by("0/1", "alone") == list(range(7, 57))
    assert made_by("0/1", "alone") == []
