"""The sampler against a denoiser whose every trajectory is known in closed form."""

import numpy as np
import pytest
import torch

from model_runtime.diffusion import sampler
from model_runtime.diffusion.sampler import SIGMA_MAX, SIGMA_MIN, denoise, noise_levels, sample

FRAMES, SIZE, BATCH = 5, 12, 4


class Gaussian:
    """The exact denoiser of data ~ N(mean, spread^2), number by number; in the units that the sampler works in.

    `scale` and `shift` are the units of what is handed out: restore(y) = y * scale + shift.
    """

    def __init__(self, mean=0.0, spread=1.0, scale=1.0, shift=0.0):
        self.centre, self.spread = mean, spread
        self.std, self.mean = torch.full((SIZE,), float(scale)), torch.full((SIZE,), float(shift))
        self.sigmas = []

    def normalise(self, signal):
        return (signal - self.mean) / self.std

    def restore(self, signal):
        return signal * self.std + self.mean

    def __call__(self, noisy, sigma, condition, frames):
        self.sigmas.append(float(sigma[0]))
        square = sigma[:, None, None] ** 2
        return (self.spread**2 * noisy + square * self.centre) / (self.spread**2 + square)


def told(batch=BATCH):
    return {"points": torch.zeros(batch, 1, 3), "drop": torch.zeros(batch, dtype=torch.bool)}


def draw(model, **settings):
    settings = {"steps": 20, "scale": 1.0, **settings}
    return sample(model, told(), torch.full((BATCH,), FRAMES), **settings)


def some_noise(seed=0):
    return torch.randn(BATCH, FRAMES, SIZE, generator=torch.Generator().manual_seed(seed))


def exact(noise, mean, spread):
    """The probability flow from y(SIGMA_MAX) to y(0) keeps (y - mean) / sqrt(spread^2 + sigma^2) constant."""
    return mean + (SIGMA_MAX * noise.double() - mean) * spread / np.sqrt(spread**2 + SIGMA_MAX**2)


def test_noise_levels_fall_from_the_largest_to_nothing():
    levels = noise_levels(20)
    assert levels.shape == (21,)
    np.testing.assert_allclose(levels[[0, 19, 20]], [SIGMA_MAX, SIGMA_MIN, 0.0], rtol=1e-4)
    assert (levels.diff() < 0).all()
    # Karras' schedule: the seventh roots are evenly spaced.
    np.testing.assert_allclose(
        (levels[:-1] ** (1 / 7)).diff(), (SIGMA_MIN ** (1 / 7) - SIGMA_MAX ** (1 / 7)) / 19, rtol=1e-3
    )


@pytest.mark.parametrize("mean, spread", [(0.0, 1.0), (1.5, 0.6), (-0.4, 2.0)])
def test_it_follows_the_probability_flow(mean, spread):
    noise = some_noise()
    error = draw(Gaussian(mean, spread), noise=noise, steps=80) - exact(noise, mean, spread)
    assert float(error.abs().max()) < 0.01 * spread


def test_the_error_is_of_second_order():
    noise, errors = some_noise(), []
    for steps in (10, 20, 40, 80):
        errors.append(
            float((draw(Gaussian(0.5), noise=noise, steps=steps) - exact(noise, 0.5, 1.0)).square().mean().sqrt())
        )
    rates = [np.log2(a / b) for a, b in zip(errors, errors[1:])]
    assert min(rates) > 1.6, (errors, rates)  # 1.85, 2.2, 2.1; a first-order solver (DDIM) has 0.9


class Linear(Gaussian):
    """Its y0 is linear in lambda = -log sigma, whatever comes in; keeps what comes in."""

    def __init__(self):
        super().__init__()
        self.inputs = []

    def __call__(self, noisy, sigma, condition, frames):
        self.inputs.append(noisy.double())
        return -sigma.log()[:, None, None].expand_as(noisy)


def test_where_y0_is_linear_in_log_sigma_every_step_uses_its_middle(monkeypatch):
    """2M extrapolates y0 to the middle of the step, by the steps' lengths in log sigma, which are uneven here.

    y(after) = (after / now) y(now) + (1 - after / now) y0(middle), from the second step on.
    """
    levels = torch.tensor([80.0, 50.0, 10.0, 7.0, 1.0, 0.3, 0.25, 0.01, 0.0])
    monkeypatch.setattr(sampler, "noise_levels", lambda *_: levels)
    model = Linear()
    draw(model, steps=8, noise=some_noise())
    for step in range(1, 7):
        now, after = levels[step : step + 2].double()
        middle = -(now.log() + after.log()) / 2
        expected = after / now * model.inputs[step] + (1 - after / now) * middle
        np.testing.assert_allclose(model.inputs[step + 1], expected, atol=1e-4)


def test_many_draws_have_the_data_s_mean_and_spread():
    noise = torch.randn(BATCH, 2000, SIZE, generator=torch.Generator().manual_seed(1))
    drawn = sample(Gaussian(0.7, 0.5), told(), torch.full((BATCH,), 2000), steps=40, scale=1.0, noise=noise)
    assert abs(float(drawn.mean()) - 0.7) < 0.01
    assert abs(float(drawn.std()) - 0.5) < 0.01


def test_the_result_is_in_metres():
    noise = some_noise()
    plain, metres = draw(Gaussian(), noise=noise), draw(Gaussian(scale=0.05, shift=0.3), noise=noise)
    np.testing.assert_allclose(metres, plain * 0.05 + 0.3, atol=1e-6)


def test_one_network_call_a_step():
    model = Gaussian()
    draw(model, steps=17)
    np.testing.assert_allclose(model.sigmas, noise_levels(17)[:-1], rtol=1e-6)


def test_the_seed_decides():
    def seeded(seed):
        return draw(Gaussian(), generator=torch.Generator().manual_seed(seed))

    assert torch.equal(seeded(3), seeded(3))
    assert not torch.equal(seeded(3), seeded(4))


class TwoMinds(Gaussian):
    """Says 1 where it is told the condition and 10 where the condition is withheld."""

    def __call__(self, noisy, sigma, condition, frames):
        assert len(noisy) == len(sigma) == len(frames) == len(condition["points"])
        return torch.where(condition["drop"][:, None, None], 10.0, 1.0).expand_as(noisy)


@pytest.mark.parametrize("scale, expected", [(0.0, 10.0), (1.0, 1.0), (1.5, -3.5), (3.0, -17.0)])
def test_classifier_free_guidance(scale, expected):
    """withheld + scale (told - withheld)."""
    guess = denoise(TwoMinds(), some_noise(), torch.tensor(2.0), told(), torch.full((BATCH,), FRAMES), scale)
    np.testing.assert_allclose(guess, np.full(guess.shape, expected), rtol=1e-6)
    np.testing.assert_allclose(draw(TwoMinds(), scale=scale), np.full(guess.shape, expected), rtol=1e-4)


def test_a_guide_corrects_in_metres_at_every_step():
    seen = []

    def guide(signal, step, steps):
        seen.append((step, steps))
        return signal.clamp(0.31, 0.33)

    drawn = draw(Gaussian(scale=0.05, shift=0.3), noise=some_noise(), steps=8, guide=guide)
    assert seen == [(step, 8) for step in range(8)]
    assert float(drawn.min()) >= 0.31 - 1e-6 and float(drawn.max()) <= 0.33 + 1e-6
    assert float(drawn.std()) > 1e-3


def test_what_the_guide_does_early_shapes_the_end():
    """It corrects y0_hat inside the sampler; it does not merely repair the result."""
    model, noise = Gaussian(spread=2.0), some_noise()
    pushed = draw(model, noise=noise, guide=lambda signal, step, steps: signal + 0.5 * (step < 10))
    assert float((pushed - draw(model, noise=noise)).mean()) > 0.05


def test_progress_and_cancel():
    told_of = []
    draw(Gaussian(), steps=6, progress=lambda step, steps: told_of.append((step, steps)))
    assert told_of == [(step, 6) for step in range(6)]

    class Cancelled(Exception):
        pass

    def cancel(step, steps):
        if step == 3:
            raise Cancelled

    model = Gaussian()
    with pytest.raises(Cancelled):
        draw(model, steps=6, progress=cancel)
    assert len(model.sigmas) == 3  # nothing is computed after the cancellation
