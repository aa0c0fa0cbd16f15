"""The peers: each learns, is stored and answers the evaluator's cases; its stages do what its paper says they do."""

import functools
import zlib

import numpy as np
import pytest
import torch

from runtime.evaluation_cases import RIGHT, case_of, holds, lifted, motion_of, on_top, one_hand
from model_runtime import generate
from model_runtime.data import shards
from model_runtime.diffusion import checkpoint, methods as methods_module, paper, train
from model_runtime.diffusion.guidance import ContactGuidance
from model_runtime.diffusion.losses import Skeleton
from model_runtime.diffusion.network import JointHOI
from model_runtime.diffusion.representation import HAND, MOTION
from model_runtime.evaluation import evaluate
from model_runtime.evaluation.methods import METHODS, weights
from model_runtime.peers import PEERS, answers, diffh2o, latenthoi, load, mdm, shared, text2hoi
from model_runtime.seam import UserError

SMALL = {"mdm": {"depth": 1}, "text2hoi": {"depth": 1, "refining": 1}, "diffh2o": {"depth": 1, "grasp_depth": 1},
         "latenthoi": {"depth": 1, "hidden": 48}}  # fmt: skip
COUNT, FIRST = 24, 10  # frames of a clip; the frame in which it is grasped
REST = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0]  # the object as it stands


class Words:
    """In the place of the text encoder: any vector for a sentence, always the same."""

    def __init__(self, device="cpu"):
        pass

    def encode(self, prompts):
        seeds = [torch.Generator().manual_seed(zlib.crc32(prompt.encode())) for prompt in prompts]
        return torch.stack([torch.nn.functional.normalize(torch.randn(384, generator=seed), dim=0) for seed in seeds])


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Every method's own network, but small; and no text model."""
    for name, settings in SMALL.items():
        network, losses = PEERS[name]
        monkeypatch.setitem(PEERS, name, (functools.partial(network, width=32, heads=2, **settings), losses))
    monkeypatch.setattr(paper, "PaperJointHOI", functools.partial(paper.PaperJointHOI, width=32, depth=1, heads=2))
    monkeypatch.setattr(methods_module, "JointHOI", functools.partial(JointHOI, width=32, depth=1, heads=2))
    monkeypatch.setattr(answers, "TextEncoder", Words)
    monkeypatch.setattr(paper, "sample", functools.partial(paper.sample, steps=4))
    for module in (mdm, text2hoi, diffh2o, latenthoi):
        monkeypatch.setattr(module, "ddim", functools.partial(shared.ddim, steps=8))


def surface_points(seed=0):
    """Points on the box of evaluation_cases and their normals: its top alone, so that they are worked out by hand."""
    rng = np.random.default_rng(seed)
    points = np.concatenate([rng.uniform(-0.08, 0.08, (256, 2)), np.full((256, 1), 0.025)], 1).astype(np.float32)
    return points, np.tile(np.float32([0, 0, 1]), (256, 1))


def motion(hands, count=COUNT):
    """A flat right hand comes down on the box's top and lifts it (magically) from frame FIRST on."""
    gap = np.concatenate([np.linspace(0.1, 0.001, FIRST), np.full(count - FIRST, 0.001)])
    return motion_of(one_hand(RIGHT, on_top(hands, RIGHT, gap, count)), lifted(count, FIRST))


def the_case(hands, prompt="Lift the box with the right hand.", count=COUNT, **others):
    points, normals = surface_points()
    return case_of(motion(hands, count), holds(count, begin=FIRST), prompt, points=points, normals=normals,
                   moving=np.zeros(256, bool), **others)  # fmt: skip


def the_batch(hands, clips=3):
    """Such clips as train.Clips gives them."""
    case = the_case(hands)
    contact = np.zeros((COUNT, 2, 256), np.float32)
    contact[FIRST:, 1, :40] = 0.9
    one = {"motion": case["motion"], "contact": contact, "hold": case["hold"], "active": np.float32([0, 1]),
           "text": Words().encode([case["prompt"]])[0], "frames": np.int64(COUNT), "begun": np.int64(0),
           **{name: case[name] for name in ("points", "normals", "moving", "hinge", "betas")}}  # fmt: skip
    return {name: torch.as_tensor(value)[None].repeat(clips, *[1] * np.ndim(value)) for name, value in one.items()}


def condition(batch):
    """A batch as a condition that withholds nothing, with the map of Text2HOI."""
    told = {key: batch[key] for key in ("text", "points", "normals", "moving", "hinge", "betas")}
    return {**told, "hands": batch["active"], "drop": torch.zeros(len(batch["text"]), dtype=torch.bool),
            "map": batch["contact"].amax(1).transpose(1, 2)}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from model_runtime.hands.layer import load_hand

    hands, path = [load_hand(0), load_hand(1)], tmp_path_factory.mktemp("clips")
    clips = []
    for length in (COUNT, COUNT + 4):
        case = the_case(hands, count=length)
        words = np.random.default_rng(0).normal(0, 0.05, (2, 384))
        same = {key: case[key] for key in ("motion", "hold", "active", "betas", "action", "hands")}
        clips.append({"contact": np.zeros((length, 2, 256)), "text": words, "object": 0, "captions": ["", ""], **same})
    thing = {"name": "box", "number": 0, "seed": 0, **{key: case[key] for key in (
        "points", "normals", "moving", "hinge", "vertices", "faces", "turning")}}  # fmt: skip
    shards.write(str(path / "train-000000.safetensors"), *shards.pack(clips * 2, [thing], {"split": "train"}))
    return path


def trained(name, folder, out, steps=3):
    """The path of a checkpoint after a few steps."""
    train.train(str(folder), str(out), steps=steps, hours=1.0, batch_size=4, rate=2e-2, device="cpu", name=name)
    return str(out / "model.safetensors")


def awake(name, seed=0):
    """A small network that answers something: what starts at zero is set to something."""
    torch.manual_seed(seed)
    model = PEERS[name][0]().eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            if "outward" in key:
                value.normal_(0, 0.2)
    return model


def answer(name, model, case, seed=0, hands=None):
    told = answers.condition_of(case, Words())
    frames = torch.tensor([len(case["motion"])])
    return answers.DRAWS[name](model, told, frames, torch.Generator().manual_seed(seed), hands)[0]


# All of them


@pytest.mark.parametrize("name", [*PEERS, "paper", "no_contact"])
def test_it_learns_is_stored_and_answers(name, folder, tmp_path, hands):
    """Three steps, then cases of two lengths, one of which names no hand."""
    path = trained(name, folder, tmp_path / name)
    draw = load(name, path)
    cases = [the_case(hands), the_case(hands, "Lift the box.", COUNT - 9)]
    found = draw(cases, 5)
    for case, (motion, contact, seconds) in zip(cases, found):
        assert motion.shape == case["motion"].shape and motion.dtype == np.float32 and np.isfinite(motion).all()
        assert seconds > 0
        # The left hand, which the first prompt rules out and the second does not, is where the truth has it.
        assert (np.abs(motion - case["motion"])[:, :HAND].max() < 1e-6) == (case is cases[0])
        if name == "paper":
            assert contact.shape == case["contact"].shape and 0 <= contact.min() and contact.max() <= 1
        else:
            assert contact is None
    again, other = draw(cases[:1], 5), draw(cases[:1], 6)
    np.testing.assert_array_equal(again[0][0], found[0][0])
    assert not np.allclose(other[0][0], found[0][0])
    # One case of several has the answer that it has alone.
    np.testing.assert_array_equal(draw(cases[1:], 6)[0][0], found[1][0])


@pytest.mark.parametrize("name", PEERS)
def test_every_part_of_the_loss_falls(name, hands):
    """On one clip, learnt by heart. The price of a latent rises from nothing."""
    torch.manual_seed(0)
    (network, losses), batch, skeleton = PEERS[name], the_batch(hands), Skeleton(hands)
    model, rows = network(), batch["motion"].flatten(0, 1)
    model.mean[:MOTION], model.std[:MOTION] = rows.mean(0), rows.std(0).clamp_min(0.02)
    optimiser, history = torch.optim.Adam(model.parameters(), 3e-3), []
    for step in range(40):
        parts = losses(model, skeleton, batch, torch.Generator().manual_seed(step))
        optimiser.zero_grad()
        sum(parts.values()).backward()
        optimiser.step()
        history.append({key: value.item() for key, value in parts.items()})
    for key in history[0]:
        early, late = (np.mean([row[key] for row in some]) for some in (history[:5], history[-5:]))
        rises = key in ("kl", "map_kl", "refined_inside")
        assert np.isfinite(late) and (rises or late < 0.6 * early), (key, early, late)


@pytest.mark.parametrize("name", PEERS)
def test_words_hands_object_hinge_and_betas_matter(name, hands):
    model, case = awake(name), the_case(hands)
    plain = answer(name, model, case, hands=hands)
    points = case["points"] * np.float32([1, 1, 3])
    others = {"words": {"prompt": "Open the box with the right hand."}, "points": {"points": points},
              "hands": {"prompt": "Lift the box with the left hand."}, "moving": {"moving": np.ones(256, bool)},
              "betas": {"betas": case["betas"] + 1}, "hinge": {"hinge": np.full(8, 0.5, np.float32)}}  # fmt: skip
    for what, change in others.items():
        assert not torch.allclose(answer(name, model, case | change, hands=hands), plain, atol=1e-5), what
    np.testing.assert_array_equal(answer(name, model, case, hands=hands), plain)


def test_withholding_hides_words_and_hands_but_not_the_object():
    torch.manual_seed(0)
    told, batch = shared.Condition(32), 2
    points = torch.randn(1, 256, 3).expand(batch, -1, -1)
    given = {"text": torch.randn(batch, 384), "hands": torch.eye(2), "points": points, "normals": points * 0,
             "moving": torch.zeros(batch, 256), "hinge": torch.zeros(batch, 8), "betas": torch.zeros(batch, 2, 10),
             "drop": torch.ones(batch, dtype=torch.bool)}  # fmt: skip
    one, other = told(given)
    assert torch.equal(one, other)
    assert not torch.allclose(told({**given, "points": 2 * points}), one.expand(2, -1))
    one, other = told({**given, "drop": ~given["drop"]})
    assert not torch.allclose(one, other)


def test_padding_does_not_reach_real_frames():
    torch.manual_seed(0)
    trunk = shared.Trunk(5, 4, 32, 2, 2).eval()
    torch.nn.init.normal_(trunk.outward.weight)
    signal, told = torch.randn(1, 12, 5), torch.randn(1, 1, 32)
    other = torch.cat([signal[:, :9], torch.full((1, 3, 5), 9.0)], 1)
    one, two = (trunk(x, told, torch.tensor([9]))[:, :9] for x in (signal, other))
    np.testing.assert_allclose(one.detach(), two.detach(), atol=1e-5)


def test_ddim_draws_the_data():
    """Data ~ N(0.5, 0.3^2), whose denoiser is known: the flow keeps each number's place in the distribution."""
    spread = 0.3

    def denoiser(noisy, sigma, condition, frames):
        square = sigma[:, None, None] ** 2
        return (spread**2 * noisy + square * 0.5) / (spread**2 + square)

    noise = torch.randn(2, 50, 8, generator=torch.Generator().manual_seed(0))
    drawn = shared.ddim(denoiser, noise, {}, torch.tensor([50, 50]), steps=400, scale=1.0)
    np.testing.assert_allclose(drawn, 0.5 + spread * noise, atol=0.02)


def test_distances_have_a_sign_and_follow_the_hinge():
    points, normals = (torch.as_tensor(value)[None] for value in surface_points())
    points[0, 0] = torch.tensor([0.0, 0.0, 0.025])
    flat = {"points": points, "normals": normals, "moving": torch.zeros(1, 256), "hinge": torch.zeros(1, 8)}
    joints = torch.tensor([[[[0.0, 0.0, 0.035], [0.0, 0.0, 0.02]]]])
    found = shared.surface_distance(joints, flat, torch.zeros(1, 1))
    np.testing.assert_allclose(found, [[[0.01, -0.005]]], atol=1e-6)
    # A lid hinged along y at (-0.1, 0, 0.025), open by 90 degrees: the middle of its top is 0.1 m up, facing -x.
    hinge = torch.tensor([[-0.1, 0.0, 0.025, 0.0, -1.0, 0.0, 0.0, 2.0]])
    open_lid = {**flat, "moving": torch.ones(1, 256), "hinge": hinge}
    joints = torch.tensor([[[[-0.11, 0.0, 0.125], [-0.095, 0.0, 0.125]]]])
    found = shared.surface_distance(joints, open_lid, torch.full((1, 1), np.pi / 2))
    np.testing.assert_allclose(found, [[[0.01, -0.005]]], atol=1e-6)


# MDM


def test_mdm_counts_joints_in_decimetres(hands, monkeypatch):
    """The right wrist 10 cm off in x, always: 21 joints of 42, one number of three, off by one; nothing is faster."""
    batch, model = the_batch(hands), PEERS["mdm"][0]()
    model.std[HAND] = 0.1

    def guessed(network, clean, *_):
        wrong = clean.clone()
        wrong[..., HAND] += 1.0
        return wrong, torch.ones(len(clean))

    monkeypatch.setattr(mdm, "guessed", guessed)
    parts = mdm.losses(model, Skeleton(hands), batch)
    assert float(parts["joints"]) == pytest.approx(1 / 6, rel=1e-4)
    assert float(parts["velocity"]) == pytest.approx(0, abs=1e-9)
    assert float(parts["y0"]) == pytest.approx(1 / MOTION, rel=1e-4)


# Text2HOI


def test_text2hoi_s_motion_heeds_the_map(hands, monkeypatch):
    model, case = awake("text2hoi"), the_case(hands)
    plain = answer("text2hoi", model, case, hands=hands)
    kept = text2hoi.Text2HOI.map_of
    monkeypatch.setattr(text2hoi.Text2HOI, "map_of", lambda self, *told: -kept(self, *told) + 5.0)
    assert not torch.allclose(answer("text2hoi", model, case, hands=hands), plain, atol=1e-4)


def test_text2hoi_s_contact_errors():
    """Should be 5 mm off and is 15 mm off: 1 cm, smooth L1 1/2. Far away nothing is asked. 5 mm inside: 1/4.
    What is 20 cm below the nearest point of the surface, by its normal, is beside the object and not in it."""
    distance, truth = torch.tensor([[[0.015, 0.06, -0.005, -0.2]]]), torch.tensor([[[0.005, 0.10, -0.005, -0.2]]])
    miss, inside = text2hoi.contact_errors(distance, truth)
    np.testing.assert_allclose(miss, [[[0.5, 0, 0, 0]]], atol=1e-6)
    np.testing.assert_allclose(inside, [[[0, 0, 0.25, 0]]], atol=1e-6)


def test_text2hoi_s_refiner_lifts_a_hand_out_of_the_object(hands, monkeypatch):
    """The motion that it is given is right, but for the right hand, 3 cm too low: in the box. It learns to see that."""
    torch.manual_seed(0)
    batch, skeleton, model = the_batch(hands, 1), Skeleton(hands), PEERS["text2hoi"][0]()
    model.mean[:MOTION], model.std[:MOTION] = batch["motion"][0].mean(0), 0.1

    def sunk(clean, depth):
        wrong = clean.clone()
        wrong[..., HAND + 2] -= depth / 0.1
        return wrong

    depth = 0.03
    monkeypatch.setattr(text2hoi, "guessed", lambda network, clean, *_: (sunk(clean, depth), torch.zeros(len(clean))))
    optimiser = torch.optim.Adam(model.refiner.parameters(), 5e-3)
    for step in range(60):
        depth = 0.03 * (step % 2)  # sometimes there is nothing to mend
        parts = text2hoi.losses(model, skeleton, batch, torch.Generator().manual_seed(step))
        optimiser.zero_grad()
        sum(value for key, value in parts.items() if key.startswith("refined")).backward()
        optimiser.step()
    told = condition(batch)
    with torch.no_grad():
        for depth in (0.0, 0.03):
            given = model.restore(sunk(model.normalise(batch["motion"]), depth))
            refined = model.refined(given, told, batch["frames"], skeleton)
            off = (refined - batch["motion"])[0, :, HAND + 2].abs().mean()
            assert float(off) < 0.008, (depth, off)
            assert torch.equal(refined[..., 2 * HAND :], given[..., 2 * HAND :])  # the object is not its business


def test_text2hoi_s_map_is_that_of_the_clip(hands):
    torch.manual_seed(0)
    batch, model = the_batch(hands, 1), PEERS["text2hoi"][0]()
    optimiser = torch.optim.Adam(model.parameters(), 5e-3)
    told = condition(batch)
    for step in range(120):
        optimiser.zero_grad()
        sum(text2hoi.map_losses(model, told, torch.Generator().manual_seed(step)).values()).backward()
        optimiser.step()
    with torch.no_grad():
        drawn = model.map_of(torch.randn(1, text2hoi.LATENT), told).sigmoid()[0]
    # The right hand touches 40 of 256 points, and which ones is where they are: here at random, so it knows the share.
    assert float(drawn[:, 0].mean()) < 0.05 and float(drawn[:, 1].mean()) == pytest.approx(0.9 * 40 / 256, abs=0.06)


# DiffH2O


def test_diffh2o_s_stages_meet_where_the_object_is_grasped():
    hold = torch.zeros(4, 30, 2, dtype=torch.uint8)
    hold[0, 12:, 1] = 1
    hold[1, 3:9, 0] = 4  # a touch, early
    hold[2, 26:, 1] = 1  # in the padding alone
    first, start = diffh2o.stages({"hold": hold, "frames": torch.tensor([30, 30, 20, 25])})
    assert first.tolist() == [12, 3, 19, 24]
    assert start.tolist() == [7, 0, 14, 19]  # OVERLAP frames before, the grasp's own among them


def test_diffh2o_s_grasp_guidance():
    """Hands at 0, the grasp at 1: two frames are given, then the pull of 1/2 falls by e in ten frames."""
    signal, known = torch.zeros(1, 13, MOTION + shared.JOINTS), torch.ones(1, 2, 2 * HAND)
    known[:, 0] = 3.0
    signal[..., 2 * HAND :] = 7.0
    guided = diffh2o.grasp_guidance(signal, known, 0.5)
    np.testing.assert_allclose(guided[0, :, 5], [3, 1, *(0.5 * np.exp(-np.arange(1, 12) / 10))], rtol=1e-5)
    assert (guided[..., 2 * HAND :] == 7.0).all()
    held = torch.ones(1, 13, MOTION + shared.JOINTS)
    np.testing.assert_allclose(diffh2o.grasp_guidance(held, known, 0.5)[0, 1:], held[0, 1:])  # it is kept already


def test_diffh2o_grasps_and_then_goes_on_from_there(hands, monkeypatch):
    """Before the moment that is said the object is at rest, and the interaction's first hands are the grasp's last."""
    model, case = awake("diffh2o"), the_case(hands)
    monkeypatch.setattr(diffh2o.DiffH2O, "moment", lambda self, condition: torch.tensor([10 / (COUNT - 1)]))
    drawn = answer("diffh2o", model, case)
    told, early = answers.condition_of(case, Words()), torch.tensor([11])
    noise = torch.randn(1, 11, model.grasp.size, generator=torch.Generator().manual_seed(0))
    grasp = diffh2o.motion_at_rest(diffh2o.ddim(model.grasp, noise, told, early)[..., : 2 * HAND], model)
    np.testing.assert_allclose(drawn[:, :11, : 2 * HAND], grasp[..., : 2 * HAND], atol=1e-5)
    np.testing.assert_array_equal(drawn[0, :5, 2 * HAND :], np.tile(np.float32(REST), (5, 1)))
    assert not np.allclose(drawn[0, 12:, 2 * HAND :], REST, atol=1e-3)


@pytest.mark.parametrize("share, count", [(0.0, 7), (1.0, 7), (0.5, 3), (0.5, 20)])
def test_diffh2o_answers_clips_of_any_length(share, count, hands, monkeypatch):
    model = awake("diffh2o")
    monkeypatch.setattr(diffh2o.DiffH2O, "moment", lambda self, condition: torch.tensor([share]))
    case = the_case(hands, count=COUNT)
    drawn = answer("diffh2o", model, {**case, "motion": case["motion"][:count]})
    assert drawn.shape == (1, count, MOTION) and torch.isfinite(drawn).all()


# LatentHOI


def test_latenthoi_s_latents(hands):
    """Wrist and object go through as they are; the fingers through z, with the object and without the words."""
    batch, model = the_batch(hands, 1), awake("latenthoi")
    clean = model.normalise(batch["motion"])
    told = condition(batch)
    with torch.no_grad():
        z, _ = model.encode(clean, told)
        latents = model.latents(clean, z)
        again = model.decode(latents, told)
        assert latents.shape[-1] == model.denoiser.size == 76
        kept = [*range(9), *range(HAND, HAND + 9), *range(2 * HAND, MOTION)]
        np.testing.assert_allclose(again[..., kept], clean[..., kept], atol=1e-6)
        fingers = [*range(9, HAND), *range(HAND + 9, 2 * HAND)]
        for other in ({"points": 2 * told["points"]}, {"betas": told["betas"] + 1}):
            changed = model.decode(latents, {**told, **other})
            assert not torch.allclose(changed[..., fingers], again[..., fingers], atol=1e-5)
        assert torch.equal(model.decode(latents, {**told, "text": -told["text"]}), again)
        changed = model.decode(model.latents(clean, z + 1), told)
        assert not torch.allclose(changed[..., fingers], again[..., fingers], atol=1e-3)
        bent = clean.clone()
        bent[..., 20] += 1.0
        moved, _ = model.encode(bent, told)
        assert not torch.allclose(moved[:, :, 0], z[:, :, 0], atol=1e-4) and torch.equal(moved[:, :, 1], z[:, :, 1])


def test_latenthoi_s_diffusion_does_not_bend_the_latents(hands):
    model, batch = awake("latenthoi"), the_batch(hands)
    latenthoi.losses(model, Skeleton(hands), batch, torch.Generator().manual_seed(0))["latents"].backward()
    assert all(p.grad is None for p in model.encoder.parameters())
    assert any(p.grad is not None for p in model.denoiser.parameters())


# Ablations, and which weights are whose


def test_no_contact_never_sees_contact(folder, tmp_path, hands, monkeypatch):
    path = trained("no_contact", folder, tmp_path / "out")
    seen, kept = [], JointHOI.forward
    monkeypatch.setattr(JointHOI, "forward", lambda self, *told: seen.append(told[0]) or kept(self, *told))
    load("no_contact", path)([the_case(hands)], 0)
    assert len(seen) == generate.STEPS
    assert max(float(noisy[..., MOTION:].abs().max()) for noisy in seen) < 1e-4
    assert float(seen[0][..., :MOTION].std()) > 10


def test_ablations_of_guidance(folder, tmp_path, hands, monkeypatch):
    """One checkpoint: with the guide, without, and with one that doesn't know inside from outside."""
    path, made = trained("jointhoi", folder, tmp_path / "out"), []
    monkeypatch.setattr(generate, "TextEncoder", Words)
    monkeypatch.setattr(generate, "EFFORT", {"normal": (0.2, 1, 1)})
    call = ContactGuidance.__call__
    monkeypatch.setattr(ContactGuidance, "__call__", lambda self, *a: made.append(self.signed) or call(self, *a))
    for name, guides in (("jointhoi", [True] * 4), ("no_guidance", []), ("unsigned", [False] * 4)):
        made.clear()
        motion, _, _ = METHODS[name](path, "cpu")([the_case(hands, count=31)], 0)[0]
        assert motion.shape == (31, MOTION) and np.isfinite(motion).all()
        assert made == guides, name


def test_which_weights_are_whose():
    assert weights("ground_truth", "mine", "theirs") is None
    for name in ("jointhoi", "no_guidance", "unsigned"):
        assert weights(name, "mine", "theirs") == "mine" and weights(name, None, "theirs") == generate.CHECKPOINT
    for name in ("jointhoi_equal", *PEERS, "paper", "no_contact"):
        assert weights(name, "mine", "theirs").replace("\\", "/") == f"theirs/{name}.safetensors"
    assert {*PEERS, "jointhoi_equal", "paper", "no_contact", "no_guidance", "unsigned"} < set(METHODS)


def test_missing_weights_are_said_before_anything_is_made(tmp_path):
    with pytest.raises(UserError, match="no checkpoint of text2hoi at .*text2hoi.safetensors.*train --method text2hoi"):
        evaluate.main(["--methods", "text2hoi", "--peers", str(tmp_path / "none"), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_another_method_s_weights_are_refused(tmp_path):
    path = str(tmp_path / "mdm.safetensors")
    checkpoint.save(PEERS["latenthoi"][0](), path, {"method": "latenthoi"}, "latenthoi")
    with pytest.raises(UserError, match="another method than mdm"):
        load("mdm", path)


def test_the_table_says_steps_and_size(folder, tmp_path):
    from model_runtime.evaluation.methods import training

    told = training(trained("mdm", folder, tmp_path / "out"))
    assert told == {"steps": 3, "parameters": sum(p.numel() for p in PEERS["mdm"][0]().parameters())}
    line = evaluate.about("mdm", {"clips": 40, "seeds": [0, 1], "steps": 60000, "parameters": 10_820_000})
    assert line == "mdm: 40 clips of each of seeds 0, 1, 60000 steps, 10.8 M parameters"
    assert training(None) == training(str(tmp_path / "none")) == {}
