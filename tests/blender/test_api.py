"""The package as scripts use it, with the worker's client replaced."""

import pytest

from blender import scenes, synthetic
import jointhoi_blender as jointhoi
from jointhoi_blender import worker_client


@pytest.fixture
def requests(monkeypatch):
    """The requests that reached the client, which answers each with a toy clip."""
    seen = []

    def run(request, progress=None, cancelled=None):
        seen.append(request)
        if cancelled and cancelled() or request.prompt == "Stop.":
            raise jointhoi.UserError("Cancelled.", kind="cancelled")
        if request.prompt == "Fail.":
            raise jointhoi.UserError("The model has no idea.", kind="internal")
        if progress:
            progress(0.5, "Sampling")
        return synthetic.clip_for(
            request, hands=request.hands if request.hands != "auto" else "right", seed=request.seed
        )

    monkeypatch.setattr(worker_client, "run", run)
    return seen


def test_the_readmes_example(requests, tmp_path):
    thing = scenes.cube(name="Mug")
    told = []
    take = jointhoi.generate(
        thing, "Drink from the mug with the right hand.", seed=1, seconds=4.0, progress=lambda *p: told.append(p)
    )
    assert take.hands["RIGHT"].type == "ARMATURE" and take.object == thing and take.frame_range == (1, 49)
    assert take.metrics == {"penetration_mm": 1.25} and take.clip.seed == 1 and told == [(0.5, "Sampling")]
    assert (requests[0].seed, requests[0].seconds, requests[0].hands) == (1, 4.0, "auto")
    jointhoi.export_fbx(take, tmp_path / "mug.fbx")
    assert (tmp_path / "mug.fbx").stat().st_size > 10_000


def test_a_batch_keeps_its_order_and_one_failure_does_not_lose_the_others(requests):
    one, two = scenes.cube(name="One"), scenes.cube(name="Two", location=(1, 0, 0))
    told = []
    results = jointhoi.generate_batch(
        [
            {"object": one, "prompt": "Lift it.", "seed": 3},
            {"object": one, "prompt": "Fail."},
            {"object": None, "prompt": "Lift it."},
            {"object": two, "prompt": "Lift it.", "hands": "both"},
        ],
        progress=lambda *p: told.append(p),
    )
    assert [getattr(result, "object", None) for result in results] == [one, None, None, two]
    assert str(results[1]) == "The model has no idea." and isinstance(results[2], jointhoi.UserError)
    assert len(results[3].hands) == 2 and len(jointhoi.find_takes()) == 2
    assert told == [(0.125, "1 of 4: Sampling"), (0.875, "4 of 4: Sampling")]


def test_a_cancelled_batch_ends_and_a_misspelt_argument_is_raised(requests):
    thing = scenes.cube()
    with pytest.raises(jointhoi.UserError, match="Cancelled"):
        jointhoi.generate_batch([{"object": thing, "prompt": "Stop."}, {"object": thing, "prompt": "Lift it."}])
    assert len(requests) == 1
    with pytest.raises(TypeError):
        jointhoi.generate_batch([{"object": thing, "promt": "Lift it."}])


def test_a_failed_or_cancelled_generation_leaves_the_scene_as_it_was(requests):
    thing = scenes.cube()
    before = scenes.inventory()
    for options in ({"prompt": "Fail."}, {"prompt": "Lift it.", "cancelled": lambda: True}):
        with pytest.raises(jointhoi.UserError):
            jointhoi.generate(thing, **options)
    assert scenes.inventory() == before
