"""Training: it learns, goes on exactly where it stopped, and takes in shards as they appear."""

import csv
import functools
import os

import numpy as np
import pytest
from runtime.training_cases import TINY, one_batch, store, synthetic
from safetensors.numpy import load_file, save_file
import torch

from model_runtime.data import shards
from model_runtime.diffusion import checkpoint, methods, paper, train
from model_runtime.diffusion.sampler import sample
from model_runtime.evaluation import evaluate


@pytest.fixture
def folder(tmp_path):
    store(tmp_path / "train-000000.safetensors", synthetic())
    return tmp_path


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """The trainer's own network, but small."""
    monkeypatch.setattr(methods, "JointHOI", TINY)


def run(folder, out, steps, **settings):
    settings = {"hours": 1.0, "batch_size": 6, "rate": 2e-3, "device": "cpu", **settings}
    return train.train(str(folder), str(out), steps=steps, **settings)


def weights(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


# Clips on disk


def test_a_shard_comes_back_as_it_was(tmp_path):
    """Also read by the safetensors library alone."""
    arrays = {"motion": synthetic()["motion"][0], "hold": np.ones((24, 2), np.uint8)}
    plain = {"captions": [["Heb’ es hoch."]]}
    path = str(tmp_path / "a.safetensors")
    shards.write(path, arrays, plain)
    assert os.listdir(tmp_path) == ["a.safetensors"]  # nothing half-written is left
    got, told = shards.read(path)
    assert told == {**plain, "fps": 30.0} and got.keys() == arrays.keys()
    other = load_file(path)
    for name, value in arrays.items():
        assert got[name].dtype == other[name].dtype == value.dtype
        np.testing.assert_array_equal(got[name], value)
        np.testing.assert_array_equal(other[name], value)
    assert list(shards.read(path, ["hold"])[0]) == ["hold"]


def test_clips_of_all_lengths_lie_one_behind_the_other(tmp_path):
    store(tmp_path / "a.safetensors", synthetic(count=2))
    arrays, plain = shards.read(str(tmp_path / "a.safetensors"))
    assert arrays["first"].tolist() == [0, 24, 48] and arrays["motion"].shape == (48, 208)
    np.testing.assert_array_equal(arrays["motion"][24:48], synthetic(count=2)["motion"][1])
    assert arrays["vertex_first"].tolist() == [0, 3, 6] and plain["objects"] == ["mug", "mug"]
    vertices, faces, turning = shards.mesh(arrays, 1)
    assert vertices.shape == (3, 3) and faces.tolist() == [[0, 1, 2]] and turning.tolist() == [False]


def test_what_is_no_shard_is_refused_with_a_sentence(tmp_path):
    np.savez(tmp_path / "bad.npz", plain=np.array([{"a": 1}], dtype=object))
    (tmp_path / "bad.npz").rename(tmp_path / "bad.safetensors")
    save_file({"motion": np.zeros((3, 208), np.float32)}, tmp_path / "other.safetensors")
    for name in ("bad", "other", "missing"):
        with pytest.raises(ValueError, match=f"{name}.safetensors (is not a shard|can't be read)"):
            shards.read(str(tmp_path / f"{name}.safetensors"))


def test_partial_files_and_others_are_left_alone(folder):
    (folder / "train-000001.safetensors.partial").write_bytes(b"half of a shard")
    (folder / "notes.txt").write_text("not a shard")
    data = train.Clips(str(folder))
    assert data.refresh() == 1 and data.clips == 6


def test_shards_that_appear_later_are_taken_in_once(folder):
    data = train.Clips(str(folder))
    assert data.refresh() == 1 and data.refresh() == 0
    store(folder / "train-000008.safetensors", synthetic(count=4, frames=33, seed=1))
    assert data.refresh() == 1 and data.clips == 10
    assert {length * train.BUCKET: len(group) for length, group in data.groups.items()} == {30: 6, 45: 4}
    assert data.refresh() == 0 and data.clips == 10


def test_clips_at_another_rate_are_refused(tmp_path):
    store(tmp_path / "a.safetensors", synthetic(count=2), fps=15.0)
    with pytest.raises(ValueError, match="a.safetensors has 15 frames a second and the model 30"):
        train.Clips(str(tmp_path)).refresh()


def test_a_batch_holds_clips_of_about_one_length_with_what_belongs_to_them(folder):
    """Each padded to a multiple of 15 frames by standing still as it ends."""
    store(folder / "train-000008.safetensors", synthetic(count=4, frames=33, seed=1))
    data = train.Clips(str(folder))
    data.refresh()
    known = {24: synthetic(), 33: synthetic(count=4, frames=33, seed=1)}
    lengths, words, rng = set(), set(), np.random.default_rng(0)
    for _ in range(12):
        batch = data.batch(5, rng)
        length = int(batch["frames"][0])
        lengths.add(length)
        assert batch["frames"].tolist() == [length] * 5 and batch["motion"].shape == (5, -(-length // 15) * 15, 208)
        arrays = known[length]
        for row in range(5):
            motion = batch["motion"][row].numpy()
            source = next(i for i, whole in enumerate(arrays["motion"]) if np.array_equal(whole, motion[:length]))
            np.testing.assert_array_equal(batch["contact"][row, :length] * 255, arrays["contact"][source])
            np.testing.assert_array_equal(batch["hold"][row, :length], arrays["hold"][source])
            for name in ("motion", "contact", "hold"):
                assert (batch[name][row, length:] == batch[name][row, length - 1]).all(), name
            for name in ("active", "betas"):
                np.testing.assert_array_equal(batch[name][row], arrays[name][source], err_msg=name)
            for name in ("points", "normals", "moving", "hinge"):
                np.testing.assert_array_equal(batch[name][row], arrays[name][arrays["object"][source]], err_msg=name)
            captions = [np.array_equal(batch["text"][row], said.astype(np.float32)) for said in arrays["text"][source]]
            assert sum(captions) == 1
            words.add(captions.index(True))
    assert lengths == {24, 33} and words == {0, 1, 2}


def test_rare_actions_are_drawn_more_often_than_their_share(tmp_path):
    """By the root: one chop among 16 lifts of another length and 9 of its own is drawn one time in 1 + 5."""
    store(tmp_path / "a.safetensors", synthetic(count=16, frames=24), action="lift")
    store(tmp_path / "b.safetensors", synthetic(count=9, frames=60, seed=1), action="lift")
    chop = synthetic(count=1, frames=60, seed=2)
    store(tmp_path / "c.safetensors", chop, action="chop")
    data, rng = train.Clips(str(tmp_path)), np.random.default_rng(0)
    data.refresh()
    motions = [motion for _ in range(300) for motion in data.batch(8, rng)["motion"].numpy()]
    chopped = [len(motion) == 60 and np.array_equal(motion, chop["motion"][0]) for motion in motions]
    assert np.mean(chopped) == pytest.approx(1 / 6, abs=0.03)
    assert np.mean([len(motion) == 60 for motion in motions]) == pytest.approx((9 / 5 + 1) / 6, abs=0.07)


def test_a_share_of_the_clips_begins_early_in_the_hold(tmp_path):
    """As a sentence after another finds them; a clip of which less than a second would be left is taken whole."""
    arrays = synthetic(count=3, frames=90)
    arrays["hold"][:] = 0
    arrays["hold"][0, 20:70, 1] = 3  # may begin in frames 20 to 39
    arrays["hold"][1, 75:] = 3
    store(tmp_path / "a.safetensors", arrays)
    data, rng, begins = train.Clips(str(tmp_path), begun=0.5), np.random.default_rng(0), []
    data.refresh()
    for _ in range(40):
        batch = data.batch(8, rng)
        for row in range(8):
            frames, motion = int(batch["frames"][row]), batch["motion"][row].numpy()
            source = next(i for i, whole in enumerate(arrays["motion"]) if np.array_equal(whole[-1], motion[-1]))
            np.testing.assert_array_equal(motion[:frames], arrays["motion"][source, 90 - frames :])
            np.testing.assert_array_equal(batch["hold"][row, :frames], arrays["hold"][source, 90 - frames :])
            assert int(batch["begun"][row]) == (train.SEEN if frames < 90 else 0)
            assert frames == 90 or source == 0
            begins += [90 - frames] * (source == 0)
    inside = [begin for begin in begins if begin]
    assert min(inside) >= 20 and max(inside) <= 39 and len(set(inside)) > 10
    assert len(inside) / len(begins) == pytest.approx(0.5, abs=0.15)


def test_clips_longer_than_five_seconds_are_cut(tmp_path):
    store(tmp_path / "a.safetensors", synthetic(count=1, frames=170))
    data = train.Clips(str(tmp_path))
    data.refresh()
    batch = data.batch(2, np.random.default_rng(0))
    assert batch["frames"].tolist() == [151, 151]
    np.testing.assert_array_equal(batch["motion"][0], synthetic(count=1, frames=170)["motion"][0, :151])


def test_the_statistics_are_those_of_real_frames(folder):
    """Padding does not count, and contact has one scale for all points."""
    data = train.Clips(str(folder))
    data.refresh()
    mean, std = data.statistics()
    arrays = synthetic()
    rows = arrays["motion"].reshape(-1, 208).astype(float)
    np.testing.assert_allclose(mean[:208], rows.mean(0), atol=1e-5)
    np.testing.assert_allclose(std[:208], np.maximum(rows.std(0, ddof=1), 0.02), atol=1e-4)
    contact = arrays["contact"] / 255.0
    np.testing.assert_allclose(mean[208:], np.full(512, contact.mean()), atol=1e-5)
    np.testing.assert_allclose(std[208:], np.full(512, contact.std()), atol=1e-4)


# Learning


def logged(out):
    with open(out / "log.csv") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def test_a_small_model_learns_a_small_shard(tmp_path, monkeypatch):
    """The losses fall by a clear factor; sampling gives the clip that each caption belongs to, as smooth as it was.

    A network narrower than the signal can only do so if it predicts the signal and not the noise.
    """
    arrays = synthetic(count=3)
    store(tmp_path / "train-000000.safetensors", arrays)
    # So few steps would all be warm-up.
    monkeypatch.setattr(train, "learning_rate", functools.partial(train.learning_rate, warm=100))
    model = run(tmp_path, tmp_path / "out", 300, rate=2e-2, batch_size=8)
    rows = logged(tmp_path / "out")
    assert [row["step"] for row in rows] == [50, 100, 150, 200, 250, 300]
    for name in rows[0].keys() - {"step", "seconds", "clips"}:
        assert rows[-1][name] < rows[0][name] / 5, (name, rows)
    batch = one_batch(count=3)
    condition = {name: batch[name] for name in ("text", "points", "normals", "moving", "hinge", "betas")}
    condition |= {"hands": batch["active"], "drop": torch.zeros(3, dtype=torch.bool)}
    drawn = sample(model, condition, batch["frames"], scale=1.0, generator=torch.Generator().manual_seed(0))
    truth = torch.cat([batch["motion"], batch["contact"].flatten(2)], -1)
    drawn, real = model.normalise(drawn), model.normalise(truth)
    error = (drawn[:, None] - real[None]).square().mean((2, 3)).sqrt()
    assert torch.equal(error.argmin(1), torch.arange(3))
    assert float(error.diagonal().max()) < 0.25  # the spread of the data is 1
    jerk = [float(clips[..., :208].diff(n=3, dim=1).square().mean().sqrt()) for clips in (drawn, real)]
    assert jerk[0] < 1.6 * jerk[1]


@pytest.mark.parametrize("name", methods.OURS)
def test_stopping_and_going_on_is_like_never_stopping(folder, tmp_path, name, monkeypatch):
    """Exactly, for networks with dropout as well."""
    monkeypatch.setattr(paper, "PaperJointHOI", functools.partial(paper.PaperJointHOI, width=32, depth=1, heads=2))
    whole = run(folder, tmp_path / "whole", 6, name=name)
    run(folder, tmp_path / "parts", 3, name=name)
    torch.rand(7)  # another process has drawn other numbers
    parts = run(folder, tmp_path / "parts", 6, name=name)
    assert_same(weights(whole), weights(parts))
    states = [torch.load(tmp_path / name / "state.pt", weights_only=True) for name in ("whole", "parts")]
    assert states[0]["step"] == states[1]["step"] == 6
    assert_same(states[0]["model"], states[1]["model"])
    assert not torch.equal(states[0]["model"]["inward.weight"], states[0]["average"]["inward.weight"])


def test_a_finished_run_stays_as_it_is(folder, tmp_path):
    first = weights(run(folder, tmp_path / "out", 3))
    assert_same(first, weights(run(folder, tmp_path / "out", 3)))


def test_what_is_left_is_ready_to_use(folder, tmp_path):
    average = run(folder, tmp_path / "out", 3)
    assert sorted(os.listdir(tmp_path / "out")) == ["model.safetensors", "state.pt"]
    model, about = checkpoint.load(tmp_path / "out" / "model.safetensors")
    assert about["steps"] == 3 and about["clips"] == 6
    for name, value in average.state_dict().items():
        np.testing.assert_allclose(model.state_dict()[name], value, atol=2e-3, err_msg=name)


def test_the_average_follows_the_weights(folder, tmp_path, monkeypatch):
    """After step n: average += (1 - decay) (weights - average), decay = min(0.999, (1 + n) / (10 + n))."""
    steps = []
    kept = torch.optim.AdamW.step

    def step(self, *args, **kwargs):
        kept(self, *args, **kwargs)
        steps.append(self.param_groups[0]["params"][1].detach().clone())

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    torch.manual_seed(0)
    start = list(TINY().parameters())[1].detach().clone()
    average = run(folder, tmp_path / "out", 4)
    expected = start.double()
    for n, now in enumerate(steps, 1):
        decay = min(0.999, (1 + n) / (10 + n))
        expected = decay * expected + (1 - decay) * now.double()
    np.testing.assert_allclose(list(average.parameters())[1], expected, atol=1e-7)


def test_it_starts_from_a_checkpoint_where_it_is_told_to(folder, tmp_path):
    first = run(folder, tmp_path / "first", 3)
    second = run(folder, tmp_path / "second", 0, initial=str(tmp_path / "first" / "model.safetensors"))
    for name, value in first.state_dict().items():
        np.testing.assert_allclose(second.state_dict()[name], value, atol=2e-3, err_msg=name)


def test_the_average_is_evaluated_as_it_trains(folder, tmp_path):
    """At every evaluation the checkpoint is there, of that step; going on adds to the table."""
    seen = []

    def figures(path, step):
        model, about = checkpoint.load(path)
        seen.append((about["steps"], step, weights(model)))
        return {"id_mean_mm": 10.0 / step, "phy": 0.5}

    run(folder, tmp_path / "out", 5, evaluate_every=2, evaluate=figures)
    average = run(folder, tmp_path / "out", 6, evaluate_every=2, evaluate=figures)
    assert [(about, step) for about, step, _ in seen] == [(2, 2), (4, 4), (6, 6)]
    for name, value in average.state_dict().items():
        np.testing.assert_allclose(seen[-1][2][name], value, atol=2e-3, err_msg=name)
    table = (tmp_path / "out" / "evaluation.csv").read_text().splitlines()
    assert table == ["step,id_mean_mm,phy", "2,5.0,0.5", "4,2.5,0.5", "6,1.6666666666666667,0.5"]


def test_the_command_evaluates_on_unseen_objects(tmp_path, monkeypatch):
    """What it hands to the evaluator, and which of its figures come into the table: those that are numbers."""
    asked = []

    def stand_in(split, clips, seeds, files, folder, device):
        asked.append((split, clips, seeds, files, folder, device))
        figures = {"id_mean_mm": 1.5, "top1": 0.25, "fid": None, "seeds": [0], "clips": 7}
        return {"ground_truth": {"id_mean_mm": 0.0}, **{name: figures for name in files}}, {}

    monkeypatch.setattr(evaluate, "evaluate", stand_in)
    for name in ("jointhoi", "mdm"):
        figures = train.small_evaluation(7, str(tmp_path), "cpu", name)("model.safetensors", 50)
        assert asked.pop() == ("test", 7, [0], {name: "model.safetensors"}, str(tmp_path), "cpu")
        assert figures == {"id_mean_mm": 1.5, "top1": 0.25, "clips": 7}


def test_every_method_that_is_named_can_be_had():
    for name in methods.OURS:
        network, losses = methods.method(name)
        assert callable(network) and callable(losses)
    pytest.importorskip("model_runtime.peers")
    with pytest.raises(ValueError, match="no method 'magic'.*jointhoi, paper, no_contact"):
        methods.method("magic")


def test_a_state_that_runs_code_is_refused(folder, tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "ran"),))

    os.makedirs(tmp_path / "out")
    torch.save({"settings": Evil()}, tmp_path / "out" / "state.pt")
    with pytest.raises(Exception, match="(?i)weights.only"):
        run(folder, tmp_path / "out", 3)
    assert not (tmp_path / "ran").exists()


def test_the_learning_rate_warms_up_and_falls():
    rates = [train.learning_rate(step, 1.0, 2000) for step in range(2001)]
    assert rates[0] == pytest.approx(1 / 300) and rates[299] == pytest.approx(1.0)
    assert all(a < b for a, b in zip(rates[:299], rates[1:300]))
    assert all(a >= b for a, b in zip(rates[300:], rates[301:]))
    assert rates[1150] == pytest.approx(0.05 + 0.95 / 2) and rates[2000] == pytest.approx(0.05)
