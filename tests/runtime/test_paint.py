"""Painted contact on a box and a sphere: what is painted, which noise is taken, and where hands and their maps go."""

import numpy as np
import pytest
import torch
import trimesh

from model_runtime.diffusion import paint
from model_runtime.diffusion.guidance import ContactGuidance
from model_runtime.objects.thing import Thing
from runtime.test_guidance import RADIUS, RIGHT, laid, sphere  # noqa: F401

BALL = trimesh.creation.icosphere(4, RADIUS)
ACTIVE = torch.tensor([[False, True]])


def region(thing, toward, width=0.5):
    """The ball painted for the right hand around a direction (3,), as far as `width` of its radius down."""
    height = BALL.vertices @ np.asarray(toward, float) / RADIUS
    return paint.region_of((height > 1 - width).astype(np.float32), BALL.vertices, BALL.faces, thing)


def distance(hands, signal, where):
    """From the right hand's nearest vertex to the painted points, metres, in frame 0."""
    vertices = paint.skin(signal[:, :1, :208], hands, RIGHT)[0, 0]
    return float(torch.cdist(vertices, where.surface.points).min())


def test_the_region_lies_on_what_is_painted_and_fades_around_it(sphere):  # noqa: F811
    where = region(sphere, (0, 1, 0))
    points = where.surface.points.numpy()
    assert len(points) == paint.POINTS
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), RADIUS, atol=1e-3)
    assert points[:, 1].min() > 0.45 * RADIUS and np.ptp(points[:, 0]) > RADIUS
    apart = np.linalg.norm(sphere.points.numpy()[:, None] - points, axis=-1).min(1)
    np.testing.assert_allclose(where.share.numpy(), np.exp(-apart / 0.01), rtol=1e-4)
    assert region(sphere, (1, 0, 0), 0) is None


def test_coarse_meshes_paint_by_interpolation():
    """One face of a box of eight vertices: nothing of the other faces, but for what is near its edges."""
    box = trimesh.creation.box((0.1, 0.1, 0.1))
    thing = Thing(
        [], [], torch.from_numpy(box.vertices).float(), None, torch.zeros(8, dtype=torch.bool), np.zeros(8, np.float32)
    )
    points = paint.region_of(box.vertices[:, 0] > 0, box.vertices, box.faces, thing).surface.points
    assert points[:, 0].min() > 0.05 - 0.4 * 0.1 - 1e-5 and (points[:, 0] > 0.0499).float().mean() > 0.3


def test_contact_is_gathered_on_the_paint_and_the_hand_shifted_to_it(hands, sphere):  # noqa: F811
    signal = laid(hands, RIGHT, 0.3, 0.0)
    where = region(sphere, (0, 1, 0))
    before, columns = distance(hands, signal, where), slice(208 + 256, 720)
    changed = paint.aimed(signal, [None, where], hands, sphere, ACTIVE)
    asked = changed[0, :, columns] > 0.6
    assert asked.any() and (where.share[asked.any(0)] > 0.3).all()
    assert (signal[0, :, columns] > 0.6)[:, where.share < 0.1].any()  # it was elsewhere
    np.testing.assert_allclose(changed[0, :, columns].amax(-1), signal[0, :, columns].amax(-1), atol=0.05)
    assert distance(hands, changed, where) < before - 0.005
    still = paint.aimed(signal, [None, where], hands, sphere, ACTIVE, shift=False)
    assert torch.equal(still[..., :208], signal[..., :208]) and torch.equal(still[..., columns], changed[..., columns])
    for others in (slice(0, 99), slice(198, 208 + 256)):
        assert torch.equal(changed[..., others], signal[..., others])
    idle = paint.aimed(signal, [None, where], hands, sphere, torch.tensor([[True, False]]))
    assert torch.equal(idle, signal) and torch.equal(paint.aimed(signal, [None, None], hands, sphere, ACTIVE), signal)


def test_guidance_draws_fingers_to_the_paint(hands, sphere):  # noqa: F811
    signal = laid(hands, RIGHT, 0.3, 0.0)
    where = region(sphere, (0, 1, 0), 0.3)

    def after(regions):
        guide = ContactGuidance(hands, sphere, ACTIVE, regions=regions)
        return distance(hands, guide.corrected(signal, 40), where)

    assert after([None, where]) < after([None, None]) - 0.003


def test_the_noise_is_taken_whose_sample_touches_nearest_to_the_paint(hands, sphere):  # noqa: F811
    """The samples are one hand at several places; the one beside the paint is number 2."""
    signal = laid(hands, RIGHT, 0.3, 0.0)
    where = region(sphere, (0, 1, 0))

    def draw(noises, steps):
        several = signal.repeat(len(noises), 1, 1)
        several[:, :, 100] += torch.tensor([0.0, -0.02, 0.03, 0.01, 0.02])[: len(noises), None]
        draw.noises = noises
        return several

    noise = torch.randn(1, signal.shape[1], 720, generator=torch.Generator().manual_seed(1))
    taken = paint.nearest_noise(draw, noise, [None, where], hands, sphere, ACTIVE)
    assert torch.equal(taken, draw.noises[2:3]) and torch.equal(draw.noises[:1], noise)
    first = draw.noises
    paint.nearest_noise(draw, noise, [None, where], hands, sphere, ACTIVE)
    assert torch.equal(first, draw.noises)


@pytest.mark.parametrize(
    "touch", [np.zeros((2, 5), np.float32), np.zeros(12, np.float32), np.full((2, 12), np.nan, np.float32)]
)
def test_a_painting_that_does_not_fit_the_mesh_is_refused(touch):
    from model_runtime import check, seam

    mesh = trimesh.creation.icosahedron()
    request = seam.Request("Lift it.", mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32), touch=touch)
    with pytest.raises(seam.UserError, match="painted on"):
        check.check_request(request)
