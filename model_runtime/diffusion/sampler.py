"""Sampling: y_t -> y0_hat = (motion, contact) -> Contact Inner Guidance -> y_{t-1}.

The solver is DPM-Solver++(2M) (Lu et al. 2022) on Karras' noise levels, in the y0 form: one network call a step and
second order, so 20 steps do what DDIM needs 50 for.
"""

import torch

SIGMA_MIN, SIGMA_MAX, RHO = 0.03, 80.0, 7.0


def noise_levels(steps, device="cpu"):
    """Karras et al. 2022, equation 5: `steps` falling noise levels, then 0. Shape (steps + 1,)."""
    ramp = torch.linspace(0, 1, steps, device=device)
    levels = (SIGMA_MAX ** (1 / RHO) + ramp * (SIGMA_MIN ** (1 / RHO) - SIGMA_MAX ** (1 / RHO))) ** RHO
    return torch.cat([levels, levels.new_zeros(1)])


def denoise(model, noisy, sigma, condition, frames, scale):
    """y0_hat with classifier-free guidance: withheld + scale (told - withheld). Ho & Salimans 2022, equation 6."""
    batch = len(noisy)
    if scale == 1.0:
        return model(noisy, sigma.expand(batch), condition, frames)
    doubled = {name: torch.cat([value, value]) for name, value in condition.items()}
    doubled["drop"] = torch.cat([condition["drop"], torch.ones_like(condition["drop"])])
    told, withheld = model(
        torch.cat([noisy, noisy]), sigma.expand(2 * batch), doubled, torch.cat([frames, frames])
    ).chunk(2)
    return withheld + scale * (told - withheld)


@torch.no_grad()
def sample(model, condition, frames, *, steps=20, scale=1.5, generator=None, noise=None, guide=None, progress=None):
    """Draws y0 (B, T, 720) in metres and matrices.

    frames (B,) int: real frames, T = the longest. guide(signal, step, steps) -> signal corrects y0_hat in metres inside
    every step (guidance.py); progress(step, steps) is called before each step and may raise to cancel.
    """
    device = condition["points"].device
    if noise is None:
        shape = (len(frames), int(frames.max()), model.mean.shape[0])
        noise = torch.randn(shape, generator=generator).to(device)
    levels = noise_levels(steps, device)
    noisy, previous = noise * levels[0], None
    for step in range(steps):
        if progress:
            progress(step, steps)
        clean = denoise(model, noisy, levels[step], condition, frames, scale)
        if guide:
            clean = model.normalise(guide(model.restore(clean), step, steps))
        now, after = levels[step], levels[step + 1]
        if after == 0:
            return model.restore(clean)
        span = (now / after).log()
        estimate = clean
        if previous is not None:
            ratio = (levels[step - 1] / now).log() / span
            estimate = (1 + 0.5 / ratio) * clean - (0.5 / ratio) * previous
        noisy = (after / now) * noisy - torch.expm1(-span) * estimate
        previous = clean
