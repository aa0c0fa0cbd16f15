"""What training makes small: the hands of the loss, the noise, each part's own errors, what is told and withheld."""

import numpy as np
import pytest
import torch
from runtime.training_cases import one_batch

from model_runtime.diffusion import losses
from model_runtime.diffusion.representation import unpack_hands


def test_joints_of_the_loss_are_those_of_the_hand(hands):
    """Skeleton is a shortcut; the hand layer is the truth, fingertips included, whatever the hands' shapes."""
    batch = one_batch(count=3)
    wrist, rotation = unpack_hands(batch["motion"])
    order = [0] + [1 + 3 * f for f in range(5)] + [2 + 3 * f for f in range(5)] + [3 + 3 * f for f in range(5)]
    for betas in (torch.zeros(3, 2, 10), batch["betas"]):
        joints = losses.Skeleton(hands)(batch["motion"], betas)
        assert joints.shape == (3, 24, 2, 21, 3)
        for side in (0, 1):
            shape = betas[:, None, side].expand(-1, 24, -1)
            vertices, truth = hands[side](rotation[:, :, side], wrist[:, :, side], shape)
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
    """Answers what it was made with, in metres; its units are the identity. Keeps what it was asked."""

    def __init__(self, answer):
        super().__init__()
        self.answer, self.asked = answer, []

    def normalise(self, signal):
        return signal.clone()

    restore = normalise

    def forward(self, noisy, sigma, condition, frames):
        self.asked.append((noisy, sigma, condition))
        return self.answer


def truth(batch):
    return torch.cat([batch["motion"], batch["contact"].flatten(2)], -1)


def loss_of(hands, answer, batch, **settings):
    parts = losses.losses(Parrot(answer), losses.Skeleton(hands), batch, torch.Generator().manual_seed(0), **settings)
    return {name: float(value) for name, value in parts.items()}


def acting(**settings):
    batch = one_batch(count=3, **settings)
    return {**batch, "active": torch.ones(3, 2)}


def test_the_loss_is_nothing_for_the_truth(hands):
    batch = acting()
    assert max(loss_of(hands, truth(batch), batch).values()) < 1e-9


@pytest.mark.parametrize("where, blamed", [
    (slice(0, 3), {"hands", "drift", "joints", "pace"}),
    (slice(198, 201), {"object", "drift"}),
    (slice(208, 464), {"contact"}),
])  # fmt: skip
def test_each_part_of_the_loss_sees_its_own_errors(hands, where, blamed):
    batch = acting()
    wrong = truth(batch)
    wrong[:, 6, where] += 0.05
    parts = loss_of(hands, wrong, batch)
    assert {name for name, value in parts.items() if value > 1e-9} == blamed


def test_a_wrist_that_is_off_costs_what_it_does_in_metres(hands):
    """All joints are off by 2 mm in all frames: each costs (2/10)^2 / 3 a number, more while the hand touches."""
    batch = acting()
    wrong = truth(batch)
    wrong[..., [0, 99]] += 0.002
    sigma = losses.noise_for(3, torch.Generator().manual_seed(0))
    care = 0.2 + batch["contact"][:, ::2].amax(-1).mean((1, 2))
    expected = 0.05 * (0.2**2 / 3 * care / (1 + sigma**2 / 4)).mean()
    parts = loss_of(hands, wrong, batch)
    assert parts["joints"] == pytest.approx(float(expected), rel=1e-4) and parts["pace"] < 1e-9


def test_the_hands_of_the_loss_have_the_clip_s_shape(hands):
    """Fingers that are bent wrong are off by more where the hand is larger."""
    batch = acting()
    large = batch["betas"].clone()
    large[..., 0] = 5.0
    wrong = truth(batch)
    wrong[..., 9:15] += 0.05
    usual, larger = (loss_of(hands, wrong, {**batch, "betas": betas})["joints"] for betas in (0 * large, large))
    assert larger > 1.1 * usual


def test_padding_costs_nothing(hands):
    """The same clips, once cut and once padded with nonsense that the network also gets wrong."""
    whole = acting()
    short = {name: value[:, :15] if name in ("motion", "contact", "hold") else value for name, value in whole.items()}
    short["frames"] = whole["frames"] = torch.full((3,), 15)
    whole["motion"][:, 15:] += 9.0
    wrong = truth(whole) + 5.0
    wrong[:, :15] = truth(short) + 0.02
    one, other = loss_of(hands, truth(short) + 0.02, short), loss_of(hands, wrong, whole)
    for name in one:
        assert one[name] == pytest.approx(other[name], rel=1e-5), name


def test_joints_of_a_hand_that_plays_no_part_do_not_count(hands):
    batch = acting()
    wrong = truth(batch)
    wrong[..., :3] += 0.05  # the left wrist
    assert loss_of(hands, wrong, {**batch, "active": torch.tensor([[0.0, 1.0]] * 3)})["joints"] < 1e-9
    assert loss_of(hands, wrong, {**batch, "active": torch.tensor([[1.0, 0.0]] * 3)})["joints"] > 1e-3


def test_without_contact_the_network_neither_sees_it_nor_says_it(hands):
    batch = acting()
    answer = truth(batch)
    answer[..., 208:] = 0.0
    model = Parrot(answer)
    parts = losses.losses(model, losses.Skeleton(hands), batch, torch.Generator().manual_seed(0), contact=False)
    noisy, _, condition = model.asked[0]
    assert not noisy[..., 208:].any() and noisy[..., :208].std() > 0.1
    assert max(float(value) for value in parts.values()) < 1e-9


# What is told, what is withheld, and what is fixed


def many(count=3000, frames=60):
    rest = {name: torch.zeros(count, 1) for name in ("text", "points", "normals", "moving", "hinge", "betas")}
    motion = torch.randn(count, frames, 208, generator=torch.Generator().manual_seed(1))
    return {"motion": motion, "frames": torch.full((count,), frames), "active": torch.ones(count, 2),
            "begun": torch.zeros(count, dtype=torch.long), **rest}  # fmt: skip


def test_the_frames_that_are_fixed_are_of_three_kinds():
    """A third of the clips have some; of these a third each the object's path, a few key frames, and the first
    frames, up to a second of them."""
    batch = many()
    given = losses.fixed_frames(batch["motion"], batch["frames"], batch["begun"], torch.Generator().manual_seed(0))
    assert given.shape == (3000, 60, 3) and given.dtype == torch.bool
    count = given.sum(1)  # frames of each part
    path = (count == torch.tensor([0, 0, 60])).all(1)
    length = count[:, 0]
    prefix = torch.arange(60) < length[:, None]
    first = (given == prefix[..., None]).all((1, 2)) & (length > 0)
    few = given.any((1, 2)) & ~path & ~first
    shares = [float(kind.float().mean()) for kind in (path, few, first)]
    assert shares[0] == pytest.approx(0.11, abs=0.02) and shares[2] == pytest.approx(0.11, abs=0.02)
    assert 0.05 < shares[1] < 0.12  # some draw no key frame at all
    assert int(length[first].max()) == 31 and int(length[first].min()) == 1 and 12 < length[first].float().mean() < 19
    parts, frames = count[few] > 0, given[few].any(-1).sum(1)
    assert (given[few].sum(-1) * given[few].any(-1) == parts.sum(-1, keepdim=True) * given[few].any(-1)).all()
    assert parts.float().mean(0).min() > 0.5 and not parts.all()  # any of the parts, in any company
    assert int(frames.max()) <= 9 and frames.float().mean() < 3.5


def test_of_a_clip_that_begins_in_the_middle_its_beginning_is_fixed():
    batch = many(200) | {"begun": torch.tensor([10, 0] * 100)}
    given = losses.fixed_frames(batch["motion"], batch["frames"], batch["begun"], torch.Generator().manual_seed(0))
    assert given[::2, :10].all() and not given[::2, 10:].any()
    assert (~given[1::2].any((1, 2))).float().mean() > 0.5


def test_what_is_fixed_is_the_truth_in_metres():
    batch = many(50)
    told = losses.conditioned(batch, torch.Generator().manual_seed(0))
    assert torch.equal(told["known"], batch["motion"])
    assert told["given"].shape == (50, 60, 3) and told["given"].any() and not told["given"].all((1, 2)).any()


def test_words_and_hands_are_withheld_now_and_then():
    told = losses.conditioned(many(), torch.Generator().manual_seed(0))
    assert float(told["drop"].float().mean()) == pytest.approx(0.1, abs=0.02)
    said = told["hands"]
    assert ((said == 1).all(1) | (said == 0).all(1)).all()
    assert float(said.mean()) == pytest.approx(0.7, abs=0.03)
    assert float(told["hands"][told["drop"]].mean()) == pytest.approx(0.7, abs=0.1)  # one does not depend on the other


def test_what_is_told_of_a_clip_is_that_clip_s():
    batch = one_batch()
    told = losses.conditioned(batch, torch.Generator().manual_seed(0))
    for name in ("text", "points", "normals", "moving", "hinge", "betas"):
        assert torch.equal(told[name], batch[name]), name
    rows = told["hands"].any(1)
    assert torch.equal(told["hands"][rows], batch["active"][rows])
