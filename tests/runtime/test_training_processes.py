"""Training by two processes, started as a user does: by torchrun, from the command line, talking through gloo."""

import os
from pathlib import Path
import subprocess
import sys

import numpy as np
import pytest
from runtime.training_cases import TINY, store, synthetic
import torch

from model_runtime.diffusion import checkpoint, losses, train

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder of what training_process.py writes: whole, parts, and the states and the weights at its steps."""
    folder = tmp_path_factory.mktemp("training")
    store(folder / "train-000000.safetensors", synthetic())
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
               str(TESTS / "runtime" / "training_process.py"), str(folder)]  # fmt: skip
    told = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def stored(path):
    return torch.load(path, weights_only=True)


def both_batches_together(folder, steps, hands):
    """The weights after `steps` in one process, by its own loop: the loss is the mean of the two processes' losses."""
    data = train.Clips(str(folder), train.BEGUN)
    data.refresh()
    torch.manual_seed(0)
    model = TINY().train()
    mean, std = data.statistics()
    model.mean.copy_(mean)
    model.std.copy_(std)
    skeleton = losses.Skeleton(hands)
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
    for step in range(steps):
        parts = []
        for rank in (0, 1):
            batch = data.batch(3, np.random.default_rng([step, rank, 7]))
            parts += losses.losses(model, skeleton, batch, torch.Generator().manual_seed(2 * step + rank)).values()
        optimiser.param_groups[0]["lr"] = 2e-3 * (step + 1) / 300  # it warms up
        optimiser.zero_grad()
        (sum(parts) / 2).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    return model.state_dict()


def test_two_processes_do_what_one_does_with_both_batches(runs, hands):
    state = stored(runs / "whole4.pt")
    assert state["step"] == 4
    for name, value in both_batches_together(runs, 4, hands).items():
        np.testing.assert_allclose(state["model"][name], value, atol=1e-6, err_msg=name)
    assert float(state["model"]["outward.weight"].abs().max()) > 2e-5  # it starts at zero


def test_both_processes_have_the_same_weights_after_every_step(runs):
    one, other = (stored(runs / f"rank{rank}.pt") for rank in (0, 1))
    assert len(one) == 8 and torch.equal(one, other)
    assert not any(torch.equal(before, after) for before, after in zip(one[:3], one[1:4]))


def test_two_processes_stop_and_go_on_as_if_they_never_stopped(runs):
    assert stored(runs / "parts2.pt")["step"] == 2
    whole, parts = stored(runs / "whole4.pt"), stored(runs / "parts4.pt")
    assert whole["step"] == parts["step"] == 4
    for kind in ("model", "average"):
        for name, value in whole[kind].items():
            assert torch.equal(value, parts[kind][name]), name
    for one, other in zip(whole["optimiser"]["state"].values(), parts["optimiser"]["state"].values()):
        assert all(torch.equal(one[name], other[name]) for name in one)
    weights = stored(runs / "rank1.pt")  # the process that writes nothing went on as well
    assert torch.equal(weights[:4], weights[4:])


def test_the_files_are_written_once(runs):
    assert sorted(os.listdir(runs / "whole")) == ["model.safetensors", "state.pt"]
    model, about = checkpoint.load(runs / "whole" / "model.safetensors")
    assert about["steps"] == 4 and about["clips"] == 6
