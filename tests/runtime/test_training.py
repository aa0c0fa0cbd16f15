"""Training: it learns, goes on exactly where it stopped, and takes in shards as they appear."""

import csv
import functools
import os

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from scipy.spatial.transform import Rotation
import torch

from model_runtime.data import shards
from model_runtime.diffusion import checkpoint, losses, train
from model_runtime.diffusion.network import JointHOI
from model_runtime.diffusion.representation import pack_motion
from model_runtime.diffusion.sampler import sample


def synthetic(count=6, frames=24, seed=0, longest=30):
    """Shard arrays: smooth random motion of object and hands, one of two objects, contact that comes and goes."""
    rng = np.random.default_rng(seed)
    time = np.linspace(0, 1, frames)

    def smooth(*shape):
        waves = rng.normal(0, 1, (*shape, 3)), rng.uniform(0, 2 * np.pi, (*shape, 3))
        return sum(
            waves[0][..., k] * np.sin((k + 1) * time.reshape(-1, *[1] * len(shape)) * 3 + waves[1][..., k])
            for k in range(3)
        )

    motion = np.zeros((count, longest, 208), np.float32)
    for clip in range(count):
        thing = Rotation.from_rotvec(0.3 * smooth(3)).as_matrix()
        fingers = Rotation.from_rotvec(0.4 * smooth(32, 3).reshape(-1, 3)).as_matrix().reshape(frames, 2, 16, 3, 3)
        arrays = (0.1 * smooth(3), thing, np.zeros(frames), 0.1 * smooth(2, 3), fingers)
        motion[clip, :frames] = pack_motion(*(torch.from_numpy(v).float() for v in arrays)).numpy()
    contact = np.zeros((count, longest, 2, 256), np.uint8)
    contact[:, frames // 2 : frames] = rng.integers(0, 256, (count, 1, 2, 256))
    active = np.array([[False, True], [True, False], [True, True]] * count)[:count]
    contact[~active[:, None].repeat(longest, 1)] = 0
    normals = rng.normal(0, 1, (2, 256, 3))
    return {
        "motion": motion, "contact": contact, "frames": np.full(count, frames, np.int16), "active": active,
        "object": rng.integers(0, 2, count).astype(np.int16), "hold": np.zeros((count, 2, 2), np.int16),
        "text": (rng.normal(0, 1, (count, 3, 384)) / 20).astype(np.float16),
        "points": rng.normal(0, 0.05, (2, 256, 3)).astype(np.float32),
        "normals": (normals / np.linalg.norm(normals, axis=-1, keepdims=True)).astype(np.float32),
        "seed": np.zeros(2, np.int64),
    }  # fmt: skip


def store(path, arrays):
    """Writes such clips as a shard of 30 frames a second; the frames between, which nobody should use, are wrong."""
    length = int(arrays["frames"][0])
    clips, rng = [], np.random.default_rng(0)
    for row in range(len(arrays["motion"])):
        motion = rng.normal(0, 9, (2 * length - 1, 208)).astype(np.float32)
        contact = rng.integers(0, 256, (2 * length - 1, 2, 256)).astype(np.uint8)
        motion[::2], contact[::2] = arrays["motion"][row, :length], arrays["contact"][row, :length]
        clips.append({"motion": motion, "contact": contact, "hold": np.zeros((len(motion), 2)), "text": arrays["text"][row],
                      "active": arrays["active"][row], "betas": np.zeros((2, 10)), "object": int(arrays["object"][row]),
                      "captions": ["Lift it."], "action": "lift", "hands": "both"})  # fmt: skip
    things = [{"points": points, "normals": normals, "moving": np.zeros(256), "hinge": np.zeros(8), "vertices": np.zeros((3, 3)),
               "faces": np.array([[0, 1, 2]]), "turning": [False], "name": "mug", "number": row, "seed": row}
              for row, (points, normals) in enumerate(zip(arrays["points"], arrays["normals"]))]  # fmt: skip
    shards.write(str(path), *shards.pack(clips, things, {"split": "train"}))


@pytest.fixture
def folder(tmp_path):
    store(tmp_path / "train-000000.safetensors", synthetic())
    return tmp_path


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """The trainer's own network, but small."""
    monkeypatch.setattr(train, "JointHOI", functools.partial(JointHOI, width=32, depth=2, heads=2))


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
    arrays, plain = {"motion": synthetic()["motion"][0], "hold": np.ones((30, 2), np.uint8)}, {"captions": [["Heb’ es hoch."]]}
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
    assert arrays["first"].tolist() == [0, 47, 94] and arrays["motion"].shape == (94, 208)
    np.testing.assert_array_equal(arrays["motion"][47:94:2], synthetic(count=2)["motion"][1, :24])
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
    store(folder / "train-000008.safetensors", synthetic(count=4, frames=30, seed=1))
    assert data.refresh() == 1 and data.clips == 10
    assert sorted(data.groups) == [24, 30]
    assert data.refresh() == 0 and data.clips == 10


def test_a_batch_holds_clips_of_one_length_with_what_belongs_to_them(folder):
    store(folder / "train-000008.safetensors", synthetic(count=4, frames=30, seed=1))
    data = train.Clips(str(folder))
    data.refresh()
    known = {24: synthetic(), 30: synthetic(count=4, frames=30, seed=1)}
    lengths, rng = set(), np.random.default_rng(0)
    for _ in range(12):
        batch = data.batch(5, rng)
        length = batch["motion"].shape[1]
        lengths.add(length)
        arrays = known[length]
        for row in range(5):
            motion = batch["motion"][row].numpy()
            source = next(
                i for i in range(len(arrays["motion"])) if np.array_equal(arrays["motion"][i, :length], motion)
            )
            np.testing.assert_array_equal(batch["contact"][row], arrays["contact"][source, :length])
            np.testing.assert_array_equal(batch["active"][row], arrays["active"][source])
            np.testing.assert_array_equal(batch["points"][row], arrays["points"][arrays["object"][source]])
            np.testing.assert_array_equal(batch["normals"][row], arrays["normals"][arrays["object"][source]])
            assert any(np.array_equal(batch["text"][row], words.astype(np.float32)) for words in arrays["text"][source])
        y0 = train.signal(batch)
        assert y0.shape == (5, length, 720) and y0.dtype == torch.float32
        np.testing.assert_array_equal(y0[..., 208:464] * 255, batch["contact"][:, :, 0].float())
        np.testing.assert_array_equal(y0[..., 464:] * 255, batch["contact"][:, :, 1].float())
    assert lengths == {24, 30}


def test_the_statistics_are_those_of_real_frames(folder):
    """Padding does not count, and contact has one scale for all points."""
    data = train.Clips(str(folder))
    data.refresh()
    mean, std = data.statistics()
    arrays = synthetic()
    rows = arrays["motion"][:, :24].reshape(-1, 208).astype(float)
    np.testing.assert_allclose(mean[:208], rows.mean(0), atol=1e-5)
    np.testing.assert_allclose(std[:208], np.maximum(rows.std(0, ddof=1), 0.02), atol=1e-4)
    contact = arrays["contact"][:, :24] / 255.0
    np.testing.assert_allclose(mean[208:], np.full(512, contact.mean()), atol=1e-5)
    np.testing.assert_allclose(std[208:], np.full(512, contact.std()), atol=1e-4)


# The loss


def test_joints_of_the_loss_are_those_of_the_hand(hands):
    """Skeleton is a shortcut; the hand layer is the truth, fingertips included."""
    motion = torch.from_numpy(synthetic()["motion"][:2, :24])
    joints = losses.Skeleton(hands)(motion)
    wrist, rotation = losses.unpack_hands(motion)
    assert joints.shape == (2, 24, 2, 21, 3)
    for side in (0, 1):
        vertices, truth = hands[side](rotation[:, :, side], wrist[:, :, side])
        order = [0] + [1 + 3 * f for f in range(5)] + [2 + 3 * f for f in range(5)] + [3 + 3 * f for f in range(5)]
        np.testing.assert_allclose(joints[:, :, side, :16], truth[:, :, order], atol=1e-6)
        # The tip is skinned by its last bone alone, or nearly.
        np.testing.assert_allclose(joints[:, :, side, 16:], vertices[:, :, hands[side].fingertips], atol=2e-3)


def test_the_noise_in_training_is_log_normal_and_well_spread():
    sigma = losses.noise_for(4096, torch.Generator().manual_seed(0)).log().double()
    assert float(sigma.mean()) == pytest.approx(losses.SIGMA_MEAN, abs=0.02)
    assert float(sigma.std()) == pytest.approx(losses.SIGMA_SPREAD, rel=0.02)
    few = losses.noise_for(4, torch.Generator().manual_seed(1)).log()
    middle = losses.SIGMA_MEAN + losses.SIGMA_SPREAD * torch.tensor([-0.6745, 0.0, 0.6745])
    assert torch.equal(torch.bucketize(few, middle), torch.arange(4))  # one in each quarter


class Parrot(torch.nn.Module):
    """Answers what it was made with, in metres; its units are the identity."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def normalise(self, signal):
        return signal

    restore = normalise

    def forward(self, noisy, sigma, condition, frames):
        return self.answer


def loss_of(hands, answer, truth, frames=None, active=None):
    batch = len(truth)
    frames = torch.full((batch,), truth.shape[1]) if frames is None else frames
    active = torch.ones(batch, 2) if active is None else active
    sigma = torch.linspace(0.5, 3.0, batch)
    parts = losses.losses(
        Parrot(answer), losses.Skeleton(hands), truth, active, {}, frames, sigma, torch.zeros_like(truth)
    )
    return {name: float(value) for name, value in parts.items()}


def truth():
    arrays = synthetic(count=3)
    return torch.cat(
        [torch.from_numpy(arrays["motion"]), torch.from_numpy(arrays["contact"]).flatten(2).float() / 255], -1
    )[:, :24]


def test_the_loss_is_nothing_for_the_truth(hands):
    assert max(loss_of(hands, truth(), truth()).values()) < 1e-9


@pytest.mark.parametrize("where, blamed", [
    (slice(0, 3), {"hands", "drift", "joints", "pace"}),
    (slice(198, 201), {"object", "drift"}),
    (slice(208, 464), {"contact"}),
])  # fmt: skip
def test_each_part_of_the_loss_sees_its_own_errors(hands, where, blamed):
    wrong = truth()
    wrong[:, 5, where] += 0.05
    parts = loss_of(hands, wrong, truth())
    assert {name for name, value in parts.items() if value > 1e-9} == blamed


def test_padding_costs_nothing(hands):
    """The same clips, once cut and once padded with nonsense that the network also gets wrong."""
    short, wrong = truth()[:, :15], truth()[:, :15] + 0.02
    padded, padded_wrong = truth(), truth() + 5.0
    padded[:, :15], padded_wrong[:, :15] = short, wrong
    one = loss_of(hands, wrong, short)
    other = loss_of(hands, padded_wrong, padded, torch.full((3,), 15))
    for name in one:
        assert one[name] == pytest.approx(other[name], rel=1e-5), name


def test_joints_of_a_hand_that_plays_no_part_do_not_count(hands):
    wrong = truth()
    wrong[..., :3] += 0.05  # the left wrist
    assert loss_of(hands, wrong, truth(), active=torch.tensor([[0.0, 1.0]] * 3))["joints"] < 1e-9
    assert loss_of(hands, wrong, truth(), active=torch.tensor([[1.0, 0.0]] * 3))["joints"] > 1e-3


# Learning


def logged(out):
    with open(out / "log.csv") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def test_a_small_model_learns_a_small_shard(tmp_path):
    """The losses fall by a clear factor; sampling gives the clip that each caption belongs to, as smooth as it was.

    A network narrower than the signal can only do so if it predicts the signal and not the noise.
    """
    arrays = synthetic(count=3)
    store(tmp_path / "train-000000.safetensors", arrays)
    model = run(tmp_path, tmp_path / "out", 150, rate=2e-2)
    rows = logged(tmp_path / "out")
    assert [row["step"] for row in rows] == [50, 100, 150]
    for name in rows[0].keys() - {"step", "seconds", "clips"}:
        assert rows[-1][name] < rows[0][name] / 2.5, (name, rows)
    condition = {
        "text": torch.from_numpy(arrays["text"][:, 0]).float(), "hands": torch.from_numpy(arrays["active"]).float(),
        "points": torch.from_numpy(arrays["points"][arrays["object"]]), "drop": torch.zeros(3, dtype=torch.bool),
        "normals": torch.from_numpy(arrays["normals"][arrays["object"]]),
    }  # fmt: skip
    frames = torch.full((3,), 24)
    drawn = sample(model, condition, frames, scale=1.0, generator=torch.Generator().manual_seed(0))
    drawn, real = model.normalise(drawn), model.normalise(truth())
    error = (drawn[:, None] - real[None]).square().mean((2, 3)).sqrt()
    assert torch.equal(error.argmin(1), torch.arange(3))
    assert float(error.diagonal().max()) < 0.35  # the spread of the data is 1
    jerk = [float(clips[..., :208].diff(n=3, dim=1).square().mean().sqrt()) for clips in (drawn, real)]
    assert jerk[0] < 1.6 * jerk[1]


def test_stopping_and_going_on_is_like_never_stopping(folder, tmp_path):
    whole = run(folder, tmp_path / "whole", 6)
    run(folder, tmp_path / "parts", 3)
    parts = run(folder, tmp_path / "parts", 6)
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
    start = list(train.JointHOI().parameters())[1].detach().clone()
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
