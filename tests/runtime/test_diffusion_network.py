"""The denoiser: what it heeds, what it must not see, and how it is stored."""

import json
import os

import numpy as np
import pytest
from safetensors import safe_open
import torch

from model_runtime.diffusion import checkpoint
from model_runtime.diffusion.network import JointHOI

BATCH, FRAMES = 4, 10


def tiny(seed=0, awake=True):
    """A small network. A new one answers nothing (its last layers start at zero), so these are set to something."""
    torch.manual_seed(seed)
    model = JointHOI(width=32, depth=2, heads=2).eval()
    if awake:
        with torch.no_grad():
            for name, value in model.named_parameters():
                if "modulation" in name or "outward" in name:
                    value.normal_(0, 0.2)
    return model


def told(batch=BATCH, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {
        "text": torch.nn.functional.normalize(torch.randn(batch, 384, generator=generator), dim=-1),
        "points": torch.randn(batch, 256, 3, generator=generator) * 0.05,
        "normals": torch.nn.functional.normalize(torch.randn(batch, 256, 3, generator=generator), dim=-1),
        "hands": torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])[:batch],
        "drop": torch.zeros(batch, dtype=torch.bool),
    }


def some_input(batch=BATCH, frames=FRAMES, seed=1):
    generator = torch.Generator().manual_seed(seed)
    sigma = torch.exp(torch.randn(batch, generator=generator))
    return torch.randn(batch, frames, 720, generator=generator) * (1 + sigma[:, None, None]), sigma


def answer(model, condition, noisy=None, sigma=None, frames=None):
    if noisy is None:
        noisy, sigma = some_input()
    with torch.no_grad():
        return model(noisy, sigma, condition, torch.full((len(noisy),), FRAMES) if frames is None else frames)


def test_every_condition_is_heeded_after_a_few_steps_of_training():
    """Each of text, hands, points, normals decides what is right; the network learns to listen to each of them."""
    torch.manual_seed(0)
    model, condition = tiny(awake=False).train(), told(2)
    for name in ("text", "points", "normals", "hands"):
        condition[name] = condition[name][:1].repeat(2, *[1] * (condition[name].dim() - 1))
    optimiser = torch.optim.Adam(model.parameters(), 3e-3)
    rows = {"text": told(1, 5)["text"][0], "hands": torch.tensor([1.0, 0.0]), "points": told(1, 5)["points"][0],
            "normals": told(1, 5)["normals"][0]}  # fmt: skip
    cases, goals = [], []
    for place, (name, value) in enumerate(rows.items()):
        case = {key: kept[:1].clone() for key, kept in condition.items()}
        case[name] = value[None]
        cases.append(case)
        goal = torch.zeros(1, FRAMES, 720)
        goal[:, :, 100 * place : 100 * place + 100] = 2.0
        goals.append(goal)
    batch = {key: torch.cat([case[key] for case in cases]) for key in condition}
    goal, frames = torch.cat(goals), torch.full((4,), FRAMES)
    for step in range(60):
        sigma = torch.full((4,), 3.0)
        noisy = goal + 3.0 * torch.randn(goal.shape, generator=torch.Generator().manual_seed(step))
        loss = (model(noisy, sigma, batch, frames) - goal).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    noisy = 3.0 * torch.randn(1, FRAMES, 720, generator=torch.Generator().manual_seed(99)).expand(4, -1, -1)
    guess = answer(model.eval(), batch, noisy, sigma).unflatten(-1, (-1, 10))
    for place in range(4):
        block = guess[:, :, 10 * place : 10 * place + 10].mean((1, 2, 3))
        assert int(block.argmax()) == place, block
        assert float(block[place] - block.sum() / 4) > 0.5, block


def test_padding_frames_do_not_reach_real_frames():
    model, (noisy, sigma) = tiny(), some_input()
    frames = torch.tensor([6, FRAMES, 4, 7])
    plain = answer(model, told(), noisy, sigma, frames)
    changed = noisy.clone()
    for row, count in enumerate(frames):
        changed[row, count:] = 1e3
    padded = answer(model, told(), changed, sigma, frames)
    for row, count in enumerate(frames):
        assert torch.equal(plain[row, :count], padded[row, :count])
        alone = answer(model, {k: v[row : row + 1] for k, v in told().items()}, noisy[row : row + 1, :count],
                       sigma[row : row + 1], frames[row : row + 1])  # fmt: skip
        np.testing.assert_allclose(alone[0], plain[row, :count], atol=1e-4)


def test_every_real_frame_sees_every_other():
    model, (noisy, sigma) = tiny(), some_input()
    changed = noisy.clone()
    changed[:, 2] += 1.0
    difference = (answer(model, told(), changed, sigma) - answer(model, told(), noisy, sigma)).abs().amax((0, 2))
    assert (difference > 1e-6).all()


def test_withholding_hides_text_and_hands_but_not_the_object():
    model, condition = tiny(), told()
    condition["drop"][:] = True
    plain = answer(model, condition)
    for name in ("text", "hands"):
        other = {**condition, name: condition[name].flip(0) + 0.3}
        assert torch.equal(answer(model, other), plain), name
    for name in ("points", "normals"):
        other = {**condition, name: condition[name].flip(0) + 0.3}
        assert not torch.allclose(answer(model, other), plain, atol=1e-3), name


def test_withholding_one_clip_leaves_the_others():
    model, condition = tiny(), told()
    plain = answer(model, condition)
    condition["drop"] = torch.tensor([False, True, False, False])
    changed = (answer(model, condition) - plain).abs().amax((1, 2)) > 1e-4
    assert changed.tolist() == [False, True, False, False]


def test_what_comes_in_is_of_one_size_at_every_noise_level():
    """The input is scaled by 1 / sqrt(1 + sigma^2), so an untold amount of noise can't blow the answer up."""
    model, seen = tiny(), []
    model.inward.register_forward_pre_hook(lambda _, given: seen.append(float(given[0].std())))
    for sigma in (1e-3, 1.0, 80.0, 1e4):
        noisy = torch.randn(BATCH, FRAMES, 720, generator=torch.Generator().manual_seed(0)) * np.sqrt(1 + sigma**2)
        guess = answer(model, told(), noisy, torch.full((BATCH,), sigma))
        assert torch.isfinite(guess).all() and 0.05 < float(guess.square().mean().sqrt()) < 5
    np.testing.assert_allclose(seen, np.ones(4), rtol=0.02)


def test_units_travel_with_the_weights(tmp_path):
    model = tiny()
    model.mean.copy_(torch.linspace(-0.3, 0.3, 720))
    model.std.copy_(torch.linspace(0.02, 0.4, 720))
    checkpoint.save(model, tmp_path / "a.safetensors", {})
    loaded, _ = checkpoint.load(tmp_path / "a.safetensors")
    assert torch.equal(loaded.mean, model.mean) and torch.equal(loaded.std, model.std)
    metres = torch.randn(3, 720)
    np.testing.assert_allclose(loaded.restore(loaded.normalise(metres)), metres, atol=1e-6)
    np.testing.assert_allclose(loaded.normalise(metres)[:, 0], (metres[:, 0] + 0.3) / 0.02, rtol=1e-4)


def test_a_checkpoint_comes_back_the_same(tmp_path):
    model, about = tiny(), {"steps": 12, "hours": 0.5}
    checkpoint.save(model, tmp_path / "half.safetensors", about)
    checkpoint.save(model, tmp_path / "full.safetensors", about, torch.float32)
    half, told_half = checkpoint.load(tmp_path / "half.safetensors")
    full, told_full = checkpoint.load(tmp_path / "full.safetensors")
    assert told_half == told_full == about
    assert full.settings == model.settings and not full.training
    assert torch.equal(answer(full, told()), answer(model, told()))
    np.testing.assert_allclose(answer(half, told()), answer(model, told()), atol=0.05)
    assert {value.dtype for value in half.state_dict().values()} == {torch.float32}


def test_a_checkpoint_is_weights_and_text_and_nothing_that_runs(tmp_path):
    path = tmp_path / "a.safetensors"
    checkpoint.save(tiny(), path, {"steps": 1})
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])  # the whole header is JSON
    stored = header.pop("__metadata__")
    assert {name: type(json.loads(text)) for name, text in stored.items()} == {"settings": dict, "about": dict}
    assert {entry["dtype"] for entry in header.values()} <= {"F16", "F32"}
    ends = max(entry["data_offsets"][1] for entry in header.values())
    assert len(data) == 8 + length + ends  # nothing is appended
    assert data[:2] != b"PK" and not data.startswith(b"\x80")  # neither a zip nor a pickle


def test_a_full_size_checkpoint_is_small(tmp_path):
    model = JointHOI()
    path = tmp_path / "full.safetensors"
    checkpoint.save(model, path, {})
    count = sum(value.numel() for value in model.parameters())
    assert 5e6 < count < 15e6
    assert os.path.getsize(path) < 30e6
    with safe_open(path, "pt") as stored:
        assert sum(np.prod(stored.get_slice(name).get_shape()) for name in stored.keys()) == count + 2 * 720


@pytest.mark.parametrize("frames", (23, 76))
def test_clips_of_any_length(frames):
    noisy, sigma = some_input(2, frames)
    assert answer(tiny(), told(2), noisy, sigma, torch.full((2,), frames)).shape == (2, frames, 720)
