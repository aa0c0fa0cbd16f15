"""The denoiser: what it heeds, what it must not see, and how it is stored."""

import json
import os

import numpy as np
import pytest
from safetensors import safe_open
from scipy.interpolate import BSpline
import torch

from model_runtime.diffusion import checkpoint
from model_runtime.diffusion.network import JointHOI, spline
from model_runtime.diffusion.paper import PaperJointHOI

BATCH, FRAMES = 4, 10
OBJECT = ("points", "normals", "moving", "hinge", "betas")  # always known


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

    def some(*shape):
        return torch.randn(batch, *shape, generator=generator)

    return {
        "text": torch.nn.functional.normalize(some(384), dim=-1),
        "points": some(256, 3) * 0.05, "normals": torch.nn.functional.normalize(some(256, 3), dim=-1),
        "moving": some(256) > 0, "hinge": some(8) * 0.3, "betas": some(2, 10),
        "hands": torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])[:batch],
        "drop": torch.zeros(batch, dtype=torch.bool),
    }  # fmt: skip


def with_fixed(condition, seed=0, frames=FRAMES):
    """The condition with some frames fixed: about half of each hand's and of the object's."""
    generator, batch = torch.Generator().manual_seed(seed), len(condition["text"])
    given = torch.rand(batch, frames, 3, generator=generator) < 0.5
    return {**condition, "given": given, "known": torch.randn(batch, frames, 208, generator=generator)}


def some_input(batch=BATCH, frames=FRAMES, seed=1):
    generator = torch.Generator().manual_seed(seed)
    sigma = torch.exp(torch.randn(batch, generator=generator))
    return torch.randn(batch, frames, 720, generator=generator) * (1 + sigma[:, None, None]), sigma


def answer(model, condition, noisy=None, sigma=None, frames=None):
    if noisy is None:
        noisy, sigma = some_input()
    with torch.no_grad():
        return model(noisy, sigma, condition, torch.full((len(noisy),), FRAMES) if frames is None else frames)


@pytest.mark.parametrize("name", ("text", "hands", "given", *OBJECT))
def test_every_condition_is_heeded_after_a_few_steps_of_training(name):
    """It alone decides what is right, 1 or -1, and the noise is the same: a network that is deaf to it errs by 1."""
    model = tiny(awake=False).train()
    one, other = (with_fixed(told(2, seed), seed, 4) for seed in (0, 5))
    batch = {key: value[:1].repeat(2, *[1] * (value.dim() - 1)) for key, value in one.items()}
    batch["given"][:] = False
    batch[name][1] = other[name][1]
    goal = torch.tensor([1.0, -1.0])[:, None, None].expand(2, 4, 720)
    sigma, frames = torch.full((2,), 3.0), torch.tensor([4, 4])
    optimiser = torch.optim.Adam(model.parameters(), 5e-3)
    for step in range(40):
        noise = 3.0 * torch.randn(1, 4, 720, generator=torch.Generator().manual_seed(step)).expand(2, -1, -1)
        loss = (model(noise, sigma, batch, frames) - goal).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.3


def test_given_frames_are_looked_at_and_the_others_of_what_is_known_are_not():
    model, condition = tiny(), with_fixed(told())
    plain = answer(model, condition)
    numbers = condition["given"].repeat_interleave(torch.tensor([99, 99, 10]), -1)
    unlike = torch.randn(numbers.shape, generator=torch.Generator().manual_seed(8))
    for where, heeded in ((numbers, True), (~numbers, False)):
        changed = {**condition, "known": torch.where(where, unlike, condition["known"])}
        assert torch.equal(answer(model, changed), plain) is not heeded
    nothing = {**condition, "given": torch.zeros_like(condition["given"])}
    assert torch.equal(answer(model, nothing), answer(model, told()))


def test_each_given_part_alone_is_looked_at_as_it_is():
    """In place of its noise, which then plays no part, and in the units of the signal. The contact stays noisy."""
    model, (noisy, sigma) = tiny(), some_input()
    model.mean[:], model.std[:] = 0.3, 0.05
    for part, columns in enumerate((slice(0, 99), slice(99, 198), slice(198, 208))):
        condition = with_fixed(told())
        condition["given"] = torch.zeros_like(condition["given"])
        condition["given"][:, 4, part] = True
        plain = answer(model, condition, noisy, sigma)
        changed = noisy.clone()
        changed[:, 4, columns] += 5.0
        assert torch.equal(answer(model, condition, changed, sigma), plain)
        changed[:, 3, columns] += 5.0
        assert not torch.allclose(answer(model, condition, changed, sigma), plain, atol=1e-3)
        # A network that is told where no noise is and one that sees those very numbers differ by the flag alone.
        seen = noisy.clone()
        seen[:, 4, columns] = (condition["known"][:, 4, columns] - 0.3) / 0.05 * (sigma[:, None] ** 2 + 1).sqrt()
        with torch.no_grad():
            flags = model.inward.weight.unflatten(1, (3, 723))[..., 720:].clone()
            model.inward.weight.unflatten(1, (3, 723))[..., 720:] = 0
            same = answer(model, condition, noisy, sigma), answer(model, told(), seen, sigma)
            np.testing.assert_allclose(*same, rtol=1e-4, atol=1e-4)
            model.inward.weight.unflatten(1, (3, 723))[..., 720:] = flags


@pytest.mark.parametrize("condition", (told(), with_fixed(told())), ids=("free", "fixed"))
def test_padding_frames_do_not_reach_real_frames(condition):
    """Neither those of whole tokens nor those within one, nor what is said to be given there."""
    model, (noisy, sigma) = tiny(), some_input()
    frames = torch.tensor([6, FRAMES, 7, 8])
    plain = answer(model, condition, noisy, sigma, frames)
    changed, other = noisy.clone(), {key: value.clone() for key, value in condition.items()}
    for row, count in enumerate(frames):
        changed[row, count:] = 1e3
        if "given" in other:
            other["given"][row, count:], other["known"][row, count:] = True, 1e3
    padded = answer(model, other, changed, sigma, frames)
    for row, count in enumerate(frames):
        assert torch.equal(plain[row, :count], padded[row, :count])
        alone = {name: value[row : row + 1] for name, value in condition.items()}
        alone |= {name: alone[name][:, :count] for name in ("given", "known") if name in alone}
        alone = answer(model, alone, noisy[row : row + 1, :count], sigma[row : row + 1], frames[row : row + 1])
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
    for name in OBJECT:
        other = {**condition, name: condition[name].flip(0)}
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
    checkpoint.save(model, tmp_path / "full.safetensors", about, dtype=torch.float32)
    half, told_half = checkpoint.load(tmp_path / "half.safetensors")
    full, told_full = checkpoint.load(tmp_path / "full.safetensors")
    assert told_half == told_full == about
    assert full.settings == model.settings and not full.training and type(full) is JointHOI
    assert torch.equal(answer(full, told()), answer(model, told()))
    np.testing.assert_allclose(answer(half, told()), answer(model, told()), atol=0.05)
    assert {value.dtype for value in half.state_dict().values()} == {torch.float32}


def test_a_checkpoint_knows_its_method(tmp_path):
    torch.manual_seed(0)
    model = PaperJointHOI(width=32, depth=1, heads=2).eval()
    checkpoint.save(model, tmp_path / "a.safetensors", {}, "paper", torch.float32)
    loaded, _ = checkpoint.load(tmp_path / "a.safetensors")
    assert type(loaded) is PaperJointHOI and loaded.settings == model.settings
    assert torch.equal(answer(loaded, told()), answer(model, told()))


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


# The spline


def by_scipy(control, frames, length):
    """The same spline of one clip by scipy, its points beyond both ends on the parabola through the last three."""
    points = -(-frames // 3)
    rows, extra = np.arange(points), np.arange(-4, points + 6)
    ends = rows[:3], rows[-3:]
    before, after = (np.polynomial.polynomial.polyfit(end, control[end], 2) for end in ends)
    parabola = lambda c, i: c[0] + c[1] * i + c[2] * i * i  # noqa: E731
    extended = [parabola(before, i) if i < 0 else parabola(after, i) if i >= points else control[i] for i in extra]
    centre = 3 * extra + 1  # frames: a token's middle one
    knots = 3 * np.arange(-6, points + 8) + 1
    assert len(knots) == len(extended) + 4 and (knots[2:-2] == centre).all()
    return BSpline(knots, np.stack(extended), 3)(np.arange(length))


@pytest.mark.parametrize("length", (15, 16, 17))
def test_frames_lie_on_a_cubic_b_spline(length):
    rng = np.random.default_rng(0)
    control = rng.normal(size=(4, 6, 2))
    frames = [length, 13, 11, 9]
    drawn = spline(torch.from_numpy(control), torch.tensor(frames), length, 3)
    assert drawn.shape == (4, length, 2)
    for row, real in enumerate(frames):  # points beyond a clip's own are not looked at, and beyond its end nobody looks
        np.testing.assert_allclose(drawn[row, :real], by_scipy(control[row], real, real), atol=1e-6)


def test_an_even_motion_is_drawn_as_it_is():
    """A line through all frames, first and last included; a parabola but for 1/6 of its bend, the spline's own."""
    place, frames = (torch.arange(7)[None, :, None] * 3.0 + 1).double(), torch.tensor([21])
    time = torch.arange(21).double()
    np.testing.assert_allclose(spline(0.4 * place - 2, frames, 21, 3)[0, :, 0], 0.4 * time - 2, atol=1e-6)
    np.testing.assert_allclose(spline(place**2, frames, 21, 3)[0, :, 0], time**2 + 9 / 3, atol=1e-5)
