"""The evaluator's road: cases, a method's answers, results on disk."""

import json
import os

import numpy as np
import pytest
import torch

from runtime.evaluation_cases import RIGHT, case_of, holds, lifted, motion_of, on_top, one_hand
from model_runtime.data import make, shards
from model_runtime.data.captions import caption
from model_runtime.data.families import HELD_OUT, TRAINING
from model_runtime.evaluation import cases as case_module, evaluate as module
from model_runtime.evaluation.evaluate import SHOWN, main, table
from model_runtime.evaluation.methods import METHODS, idle
from model_runtime.seam import UserError

COUNT = 40
WANTED = {
    "id_max_mm",
    "id_mean_mm",
    "iv_cm3",
    "cr_frames",
    "cr_vertices",
    "phy",
    "top1",
    "top3",
    "fid",
    "diversity",
    "multimodality",
    "slip_mm",
    "jerk",
    "hold_success",
    "hand_correct",
    "seconds_per_clip",
}


def made(hands, gap=0.001, action="lift", **others):
    """One clip of the box as make.object_clips gives it."""
    motion = motion_of(one_hand(RIGHT, on_top(hands, RIGHT, gap, COUNT)), lifted())
    return {
        "motion": motion,
        "contact": np.full((COUNT, 2, 256), 51, np.uint8),
        "hold": holds(COUNT),
        "object": 0,
        "active": [False, True],
        "betas": np.zeros((2, 10)),
        "text": np.zeros((0, 384)),
        "action": action,
        "hands": "right",
        "captions": ["Lift the box with the right hand.", "Hoist the box, right hand."],
    } | others


def thing():
    case = case_of(motion_of(np.full((2, 2, 3), np.nan)), holds(2))
    return {
        "points": np.zeros((256, 3)),
        "normals": np.zeros((256, 3)),
        "moving": np.zeros(256),
        "name": "box",
        "number": 0,
        "seed": 0,
        **{name: case[name] for name in ("hinge", "vertices", "faces", "turning")},
    }


@pytest.fixture
def folder(tmp_path, hands):
    """An evaluation's folder whose first object has two clips, so that nothing has to be made."""
    os.makedirs(tmp_path / "data")
    path = tmp_path / "data" / f"test-{case_module.numbers('test')[0]:06d}.safetensors"
    case_module.write(str(path), [made(hands), made(hands, -0.004, "press")], thing(), "test")
    return tmp_path


# Cases


def test_objects_are_the_splits_own_and_every_family_comes_before_one_comes_twice():
    numbers = case_module.numbers("test")
    assert sorted(numbers[: len(TRAINING)]) == list(range(len(TRAINING)))
    assert len(set(numbers)) == len(numbers) and numbers == case_module.numbers("test")
    assert {number % len(HELD_OUT) for number in case_module.numbers("unseen")[: len(HELD_OUT)]} == set(
        range(len(HELD_OUT))
    )


def test_few_cases_are_the_first_of_many(folder):
    one, two = (case_module.cases("test", count, str(folder / "data")) for count in (1, 2))
    assert [case["index"] for case in two] == [0, 1] and one[0]["index"] == 0
    np.testing.assert_array_equal(one[0]["motion"], two[0]["motion"])
    assert two[0]["contact"].max() == pytest.approx(0.2) and two[0]["motion"].shape == (COUNT, 208)


def test_wordings_are_the_test_s_clips_in_reserved_words(folder):
    test, wordings = (case_module.cases(split, 2, str(folder / "data"))[0] for split in ("test", "wordings"))
    np.testing.assert_array_equal(test["motion"], wordings["motion"])
    assert test["prompt"] == "Lift the box with the right hand." and wordings["prompt"] == "Hoist the box, right hand."


def test_different_actions_are_taken_first(tmp_path, hands):
    clips = [made(hands, action=action) for action in ("lift", "lift", "pass", "lift", "push")]
    case_module.write(str(tmp_path / "some"), clips, thing(), "test")
    assert [case["action"] for case in case_module.of_object(str(tmp_path / "some"), "train")] == [
        "lift",
        "pass",
        "push",
    ]


def test_objects_too_big_for_the_tool_are_left_out(tmp_path, hands):
    case_module.write(str(tmp_path / "some"), [made(hands)], {**thing(), "vertices": 8 * thing()["vertices"]}, "test")
    assert case_module.of_object(str(tmp_path / "some"), "train") == []


@pytest.mark.parametrize("objects", ("test", "unseen"))
def test_an_object_is_made_once_and_with_familiar_and_reserved_words(tmp_path, hands, monkeypatch, objects):
    asked = []

    def object_clips(number, hands, split, limit, mixed):
        asked.append((number, split, limit, mixed))
        return [made(hands, part=None, details={"grip": "wrap"})], thing(), {}

    monkeypatch.setattr(make, "object_clips", object_clips)
    path = case_module.make_object(str(tmp_path / f"{objects}-000003.safetensors"), objects, 3)
    assert asked == [(3, objects, case_module.MADE, True)]
    assert case_module.make_objects(str(tmp_path), objects, [3]) == [path]  # and is not made again
    ((familiar, reserved),) = shards.read(path)[1]["captions"]
    shape = make.object_shape(3, objects)[0]
    every = {
        split: {
            caption(shape, "lift", "right", None, np.random.default_rng(i), split, {"grip": "wrap"})
            for i in range(1500)
        }
        for split in ("train", "test")
    }
    assert not every["train"] & every["test"]
    assert reserved not in every["train"] and familiar not in every["test"]


def test_an_object_without_clips_is_not_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr(make, "object_clips", lambda *a, **k: ([], None, {}))
    path = case_module.make_object(str(tmp_path / "test-000003.safetensors"), "test", 3)
    assert case_module.make_objects(str(tmp_path), "test", [3]) == [path] and case_module.of_object(path, "train") == []


# Answers and results


def test_the_road_on_two_clips(folder, monkeypatch, capsys):
    """A method that answers with the truth, once; its second answers to a prompt have the hand elsewhere."""
    asked = []

    def loader(checkpoint, device):
        def draw(cases, seed):
            asked.append(seed)
            return [(case["motion"], None, 0.25) for case in cases]

        assert checkpoint == str(folder / "mine")
        return draw

    (folder / "mine").write_bytes(b"weights")
    monkeypatch.setitem(METHODS, "jointhoi", loader)
    monkeypatch.setattr(module, "training", lambda path: {"steps": 7, "parameters": 14_000_000} if path else {})
    monkeypatch.setattr(module, "speed", lambda checkpoint, device: {"clip": 5.24, "unguided": 0.713})
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    main(["--clips", "2", "--seed", "0,3", "--checkpoint", str(folder / "mine"), "--out", str(folder)])
    results = json.load(open(folder / "results.json"))
    assert set(results) == {"test"} and set(results["test"]) == {"ground_truth", "jointhoi"}
    truth, ours = results["test"]["ground_truth"], results["test"]["jointhoi"]
    assert WANTED <= set(truth) and WANTED <= set(ours)
    same = WANTED - {"fid", "seconds_per_clip", "multimodality"}
    assert {name: truth[name] for name in same} == {name: ours[name] for name in same}
    assert truth["id_max_mm"] == pytest.approx(2.0, abs=0.02)  # of two clips, one 4 mm deep
    assert truth["cr_frames"] == truth["phy"] == truth["hand_correct"] == 1.0 and truth["hold_success"] is not None
    assert ours["seconds_per_clip"] == 0.25 and ours["fid"] == pytest.approx(0, abs=1e-6) and ours["multimodality"] == 0
    assert (ours["clips"], ours["seeds"]) == (2, [0, 3])
    assert len(asked) == len(set(asked)) == 2 * module.SAMPLES
    assert not os.listdir(folder / "unfinished")
    rows = json.load(open(folder / "clips.json"))["test"]["jointhoi"]
    assert len(rows) == 4 and {row["seed"] for row in rows} == {0, 3} and rows[0]["family"] == "box"
    line = f"| id_max_mm | {truth['id_max_mm']:.2f} | {truth['id_max_mm']:.2f} |"
    assert "jointhoi: 2 clips of each of seeds 0, 3, 7 steps, 14.0 M parameters." in (folder / "table.md").read_text()
    wait = "4 seconds of both hands by default settings: 5.2 s; sampled without guidance: 0.71 s."
    said = capsys.readouterr().out
    assert all(text in said and text in (folder / "table.md").read_text() for text in (line, wait))


def test_a_run_that_was_cut_off_draws_nothing_twice(tmp_path):
    asked = []

    def draw(cases, seed):
        asked.append(seed)
        return [(np.full((3, 208), float(case), np.float32), None, 0.5) for case in cases]

    (tmp_path / "weights").write_bytes(b"first")
    path = module.unfinished(str(tmp_path), "test", "jointhoi", str(tmp_path / "weights"))
    first = module.kept(draw, path)([4, 5], 0)
    again = module.kept(draw, path)([4, 5], 0)
    assert asked == [0] and [float(motion[0, 0]) for motion, *_ in again] == [4, 5]
    assert [answer[2] for answer in first] == [answer[2] for answer in again] == [0.5, 0.5]
    module.kept(draw, path)([4, 5], 8)
    module.kept(draw, path)([4, 5, 6], 0)
    assert asked == [0, 8, 0]
    os.utime(tmp_path / "weights", (1, 1))
    assert module.unfinished(str(tmp_path), "test", "jointhoi", str(tmp_path / "weights")) != path


def test_a_hand_that_the_model_leaves_out_is_idle_as_in_the_truth():
    """A clip has it still in the world, so that it moves against the object."""
    truth = motion_of(one_hand(RIGHT, np.zeros((COUNT, 3))), lifted())
    drawn = motion_of(np.zeros((COUNT, 2, 3)), lifted())
    np.testing.assert_allclose(idle(torch.from_numpy(drawn), [False, True]), truth, atol=1e-6)
    np.testing.assert_array_equal(idle(torch.from_numpy(drawn), [True, True]), drawn)


def test_other_splits_and_methods_stay(tmp_path):
    path = str(tmp_path / "results.json")
    module.merged(path, "test", {"jointhoi": {"fid": 1}, "mdm": {"fid": 2}})
    module.merged(path, "unseen", {"jointhoi": {"fid": 3}})
    found = module.merged(path, "test", {"jointhoi": {"fid": 4}})
    assert found == {"test": {"jointhoi": {"fid": 4}, "mdm": {"fid": 2}}, "unseen": {"jointhoi": {"fid": 3}}}
    assert json.load(open(path)) == found


def test_the_table():
    figures = {name: 0.5 for name in SHOWN} | {"slip_mm": None, "clips": 3, "seeds": []}
    lines = table({"test": {"ground_truth": figures, "mdm": figures | {"top1": 0.4, "seeds": [0]}}}).splitlines()
    assert "| top1 | 50.0 % | 40.0 % |" in lines and "| slip_mm | - | - |" in lines
    assert "| top1 / ground truth's | 1.00 | 0.80 |" in lines


def test_a_split_of_which_no_clip_can_be_made(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "cases", lambda *a: [])
    with pytest.raises(UserError, match="unseen"):
        main(["--split", "unseen", "--out", str(tmp_path)])
