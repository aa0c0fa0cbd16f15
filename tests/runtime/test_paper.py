"""JointHOI as the paper has it: its schedule, what it heeds, its sampler in closed form, and guidance on y_t itself."""

import numpy as np
import pytest
from runtime.training_cases import one_batch
from scipy.spatial import cKDTree
import torch

from model_runtime.diffusion import paper
from model_runtime.diffusion.representation import pack_motion, unpack_hands
from model_runtime.objects.thing import Thing

FRAMES, RADIUS = 6, 0.04


def tiny(seed=0):
    torch.manual_seed(seed)
    return paper.PaperJointHOI(width=32, depth=2, heads=2).eval()


def told(batch=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {"text": torch.nn.functional.normalize(torch.randn(batch, 384, generator=generator), dim=-1),
            "points": torch.randn(batch, 256, 3, generator=generator) * 0.05,
            "drop": torch.zeros(batch, dtype=torch.bool)}  # fmt: skip


def some_noise(batch=3, seed=1, frames=FRAMES):
    return torch.randn(batch, frames, 720, generator=torch.Generator().manual_seed(seed))


def answer(model, condition, noisy=None, frames=None):
    noisy = some_noise() if noisy is None else noisy
    frames = torch.full((len(noisy),), noisy.shape[1]) if frames is None else frames
    with torch.no_grad():
        return model(noisy, torch.full((len(noisy),), 2.0), condition, frames)


def sphere(moving=False, hinge=np.zeros(8)):
    """A Thing of nothing but 256 points on a sphere (a Fibonacci lattice)."""
    k = np.arange(256) + 0.5
    polar, turn = np.arccos(1 - k / 128), np.pi * (1 + 5**0.5) * k
    points = RADIUS * np.stack([np.cos(turn) * np.sin(polar), np.sin(turn) * np.sin(polar), np.cos(polar)], 1)
    points = torch.from_numpy(points).float()
    return Thing([], [], points, points / RADIUS, torch.full((256,), moving), np.asarray(hinge, np.float32))


# Schedule and network


def test_the_schedule_is_the_cosine_one():
    """The share of the signal's variance that is left, alpha bar of Nichol and Dhariwal, up to where all is noise."""
    t = torch.linspace(0, 0.98, 50)
    share = 1 / (1 + paper.sigma_at(t).double() ** 2)
    np.testing.assert_allclose(share, np.cos(np.pi / 2 * (t.double().numpy() + 0.008) / 1.008) ** 2, rtol=2e-3)
    assert float(paper.sigma_at(torch.tensor(1.0))) > 500 and (paper.sigma_at(t).diff() > 0).all()


def test_text_and_object_are_heeded_and_nothing_is_once_the_text_is_withheld():
    model, condition = tiny(), told()
    plain = answer(model, condition)
    for name in ("text", "points"):
        other = {**condition, name: condition[name].flip(0)}
        assert not torch.allclose(answer(model, other)[0], plain[0], atol=1e-4), name
    withheld = {**condition, "drop": torch.ones(3, dtype=torch.bool)}
    other = {**withheld, "text": condition["text"].flip(0)}
    assert torch.equal(answer(model, other), answer(model, withheld))
    assert not torch.allclose(answer(model, withheld), plain, atol=1e-4)


def test_every_noise_level_is_told():
    model, condition, noisy = tiny(), told(), torch.zeros(3, FRAMES, 720)  # zeros: there is nothing else to tell it by
    with torch.no_grad():
        levels = [model(noisy, torch.full((3,), sigma), condition, torch.full((3,), FRAMES))
                  for sigma in (0.05, 1.0, 50.0)]  # fmt: skip
    assert not torch.allclose(levels[0], levels[1], atol=1e-3) and not torch.allclose(levels[1], levels[2], atol=1e-3)


def test_padding_frames_do_not_reach_real_frames():
    model, noisy, frames = tiny(), some_noise(), torch.tensor([4, 6, 5])
    changed = noisy.clone()
    for row, count in enumerate(frames):
        changed[row, count:] = 1e3
    plain, padded = (answer(model, told(), given, frames) for given in (noisy, changed))
    for row, count in enumerate(frames):
        np.testing.assert_allclose(plain[row, :count], padded[row, :count], atol=1e-5)


# The loss


class Parrot:
    """Answers what it was made with; its units are the identity."""

    def __init__(self, answer):
        self.answer = answer

    def normalise(self, signal):
        return signal

    def __call__(self, noisy, sigma, condition, frames):
        self.noisy, self.sigma, self.condition = noisy, sigma, condition
        return self.answer


def test_the_loss_is_the_mean_square_of_real_frames():
    batch = one_batch(count=4)
    batch["frames"] = torch.tensor([24, 10, 5, 24])
    truth = torch.cat([batch["motion"], batch["contact"].flatten(2)], -1)
    wrong = truth + 0.3
    wrong[1, 10:], wrong[2, 5:] = 99.0, 99.0
    model = Parrot(wrong)
    loss = paper.losses(model, None, batch, torch.Generator().manual_seed(0))
    assert {name: float(value) for name, value in loss.items()} == {"y0": pytest.approx(0.09, rel=1e-4)}
    noise = (model.noisy - truth) / model.sigma[:, None, None]
    assert float(noise.mean()) == pytest.approx(0, abs=0.02) and float(noise.std()) == pytest.approx(1, rel=0.02)


# The sampler


class Gaussian:
    """The exact denoiser of data ~ N(mean, spread^2), number by number; restore(y) = y * scale + shift."""

    def __init__(self, mean, spread, scale=1.0, shift=0.0):
        self.centre, self.spread, self.scale, self.shift = mean, spread, scale, shift
        self.seen = []

    def restore(self, signal):
        return signal * self.scale + self.shift

    def __call__(self, noisy, sigma, condition, frames):
        self.seen.append((noisy.requires_grad, bool(condition["drop"].all())))
        square = sigma[:, None, None] ** 2
        return (self.spread**2 * noisy + square * self.centre) / (self.spread**2 + square)


def draw(model, noise, **settings):
    frames = torch.full((len(noise),), noise.shape[1])
    return paper.sample(model, told(len(noise)), frames, noise=noise, **{"scale": 1.0, **settings})


@pytest.mark.parametrize("steps", (1, 7, 50))
def test_a_denoiser_that_knows_y0_gets_it(steps):
    y0 = some_noise(3, 5)
    np.testing.assert_allclose(draw(Gaussian(y0, 0.0), some_noise(), steps=steps), y0, atol=1e-6)
    np.testing.assert_allclose(draw(Gaussian(y0, 0.0, 0.1, 0.4), some_noise(), steps=steps), y0 * 0.1 + 0.4, atol=1e-6)


def test_it_follows_the_probability_flow():
    """DDIM is its first-order solver: from the highest noise on, (y - mean) / sqrt(spread^2 + sigma^2) stays."""
    noise, errors = some_noise(), []
    top = float(paper.sigma_at(torch.tensor(1.0)))
    exact = 0.5 + (top * noise.double() - 0.5) * 0.8 / np.sqrt(0.8**2 + top**2)
    for steps in (50, 100, 200):
        errors.append(float((draw(Gaussian(0.5, 0.8), noise, steps=steps) - exact).square().mean().sqrt()))
    assert errors[2] < 0.02 and all(1.7 < a / b < 2.3 for a, b in zip(errors, errors[1:])), errors


def test_classifier_free_guidance():
    class TwoMinds(Gaussian):
        def __call__(self, noisy, sigma, condition, frames):
            return torch.where(condition["drop"][:, None, None], 10.0, 1.0).expand_as(noisy)

    drawn = draw(TwoMinds(0, 1), some_noise(), scale=1.5, steps=5)
    np.testing.assert_allclose(drawn, np.full(drawn.shape, -3.5), rtol=1e-5)


# Contact that a motion implies


class Dot:
    """A hand of a single vertex, at its wrist."""

    def sample(self, count):
        return torch.zeros(1, dtype=torch.long)

    def __call__(self, rotation, translation, shape, vertex_ids):
        return translation.unsqueeze(-2), None


def still(wrists, angle=0.0):
    """(1, T, 208): flat hands at `wrists` (T, 2, 3), the object at rest, its hinge at `angle`."""
    count = len(wrists)
    turns = torch.eye(3).expand(count, 2, 16, 3, 3)
    rest = torch.zeros(count, 3), torch.eye(3).expand(count, 3, 3), torch.full((count,), angle)
    return pack_motion(*rest, wrists, turns)[None]


def test_implied_contact_of_a_point_above_a_sphere():
    """By the law of cosines, d^2 = r^2 + (r + h)^2 - 2 r (r + h) cos, and c = exp(-d / 1 cm)."""
    heights = torch.tensor([0.0, 0.005, 0.02])
    wrists = torch.zeros(3, 2, 3)
    wrists[:, 0, 2], wrists[:, 1, 0] = RADIUS + heights, -(RADIUS + heights)
    thing = sphere()
    maps = paper.implied_contact(still(wrists), [Dot(), Dot()], thing, torch.zeros(2, 10))[0]
    assert maps.shape == (3, 2, 256)
    cosines = torch.stack([thing.points[:, 2], -thing.points[:, 0]]) / RADIUS
    far = (RADIUS + heights)[:, None, None].double()
    distance = (RADIUS**2 + far**2 - 2 * RADIUS * far * cosines.double()).clamp_min(0).sqrt()
    np.testing.assert_allclose(maps, np.exp(-np.asarray(distance) / 0.01), atol=1e-3)


def test_implied_contact_turns_with_the_hinge():
    """A quarter turn about z of all points: what was at +x is at +y."""
    wrists = torch.zeros(1, 2, 3)
    wrists[0, 0, 1], wrists[0, 1, 0] = RADIUS, RADIUS
    thing = sphere(True, [0, 0, 0, 0, 0, 1, 0, 2])
    maps = [paper.implied_contact(still(wrists, angle), [Dot(), Dot()], thing, torch.zeros(2, 10))[0, 0]
            for angle in (0.0, np.pi / 2)]  # fmt: skip
    np.testing.assert_allclose(maps[1][0], maps[0][1], atol=1e-4)


def test_implied_contact_of_the_hands(hands):
    """By scipy's nearest neighbours among the vertices of hands of that shape."""
    betas = torch.randn(2, 10, generator=torch.Generator().manual_seed(0))
    motion, thing = still(torch.tensor([[[-0.05, 0.0, 0.02], [0.06, 0.0, 0.03]]])), sphere()
    maps = paper.implied_contact(motion, hands, thing, betas, count=150)[0, 0]
    place, turn = unpack_hands(motion[0, 0])
    for side in (0, 1):
        vertices = hands[side](turn[side], place[side], betas[side])[0][hands[side].sample(150)]
        distance, _ = cKDTree(vertices.numpy()).query(thing.points.numpy())
        np.testing.assert_allclose(maps[side], np.exp(-np.asarray(distance) / 0.01), atol=1e-3)


# Guidance on y_t


def off_the_surface(hands, gap=0.012):
    """(1, T, 720): flat hands whose maps say that the nearest skin touches, though both are `gap` too far out."""
    wrists = torch.tensor([[-0.05, 0.0, 0.07], [0.05, 0.0, 0.07]]).expand(FRAMES, 2, 3).clone()
    touching = wrists - torch.tensor([0.0, 0.0, gap])
    contact = paper.implied_contact(still(touching), hands, sphere(), torch.zeros(2, 10))
    return torch.cat([still(wrists), contact.flatten(-2)], -1)


def l_cig(hands, signal, sides=(0, 1)):
    """sum |C_hat - C_bar|^2, the hand's distances by scipy."""
    total = 0.0
    for frame in signal[0]:
        place, turn = unpack_hands(frame[:208])
        for side in sides:
            vertices = hands[side](turn[side], place[side])[0][hands[side].sample(220)]
            distance, _ = cKDTree(vertices.numpy()).query(sphere().points.numpy())
            total += np.square(frame[208 + 256 * side : 464 + 256 * side].numpy() - np.exp(-distance / 0.01)).sum()
    return total


def guided(hands, model, noise, active=(True, True), **settings):
    guide = (hands, sphere(), torch.zeros(2, 10), torch.tensor([active]))
    return draw(model, noise, steps=12, guide=guide, **settings)


def test_guidance_lowers_the_contact_error(hands):
    """Motion and map disagree in what the model has learnt; guided draws agree better, the stronger the better."""
    model, noise = Gaussian(off_the_surface(hands), 0.01), some_noise(1, 3)
    errors = [l_cig(hands, guided(hands, model, noise, strength=strength)) for strength in (0.0, 0.5, 1.0)]
    assert errors[0] > errors[1] > errors[2] and errors[2] < 0.8 * errors[0], errors
    np.testing.assert_allclose(errors[0], l_cig(hands, draw(model, noise, steps=12)), rtol=1e-5)


def test_guidance_begins_half_way_and_looks_through_the_network(hands):
    """From there on y_t has a gradient, with the words told and withheld; none is left on the answer."""
    model = Gaussian(off_the_surface(hands), 0.01)
    drawn = guided(hands, model, some_noise(1, 3), scale=1.5)
    asked = model.seen
    assert asked == [(step >= 6, withheld) for step in range(12) for withheld in (False, True)]
    assert not drawn.requires_grad


def test_a_hand_that_plays_no_part_is_not_guided(hands):
    model, noise = Gaussian(off_the_surface(hands), 0.01), some_noise(1, 3)
    plain, right = draw(model, noise, steps=12), guided(hands, model, noise, active=(False, True))
    np.testing.assert_allclose(right[..., :99], plain[..., :99], atol=1e-6)
    assert l_cig(hands, right, (1,)) < 0.9 * l_cig(hands, plain, (1,))


def test_the_gradient_reaches_y_t_through_the_real_network(hands):
    """In every frame and in all kinds of its numbers: X, and C of the hand that acts."""
    model = tiny()
    model.mean[:208] = off_the_surface(hands)[0, 0, :208]
    model.std[:] = 0.02
    moved = []

    def watched(noisy, sigma, condition, frames):
        if noisy.requires_grad:
            noisy.register_hook(lambda push: moved.append(push.clone()))
        return model(noisy, sigma, condition, frames)

    watched.restore = model.restore
    guided(hands, watched, some_noise(1, 3), active=(False, True))
    assert moved
    for push in moved:
        assert torch.isfinite(push).all()
        for numbers in (slice(99, 198), slice(464, 720)):
            assert (push[0, :, numbers].abs().amax(-1) > 0).all()
