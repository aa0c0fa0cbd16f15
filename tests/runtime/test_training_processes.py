"""Training by several processes, started as a user does: by torchrun, from the command line, talking through gloo."""

import os
from pathlib import Path
import shutil
import subprocess
import sys

import numpy as np
import pytest
from runtime.training_cases import TINY, store, synthetic
import torch

from model_runtime.diffusion import checkpoint, losses, train

TESTS = Path(__file__).resolve().parent.parent
RATE, BATCH = 2e-3, 3


def torchrun(folder, out, steps, count=2):
    """Trains to `steps` in `count` processes; -> what they said."""
    alone = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)]
    script = [str(TESTS / "runtime" / "train_tiny.py"), "train", "--data", str(folder), "--out", str(out)]
    options = ["--steps", str(steps), "--batch", str(BATCH), "--rate", str(RATE), "--device", "cpu", "--precision", "float32"]
    places = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    told = {**os.environ, "PYTHONPATH": places, "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(alone + script + options, env=told, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two processes: straight to step 4, and to step 2 and on from there."""
    folder = tmp_path_factory.mktemp("training")
    store(folder / "train-000000.safetensors", synthetic())
    torchrun(folder, folder / "whole", 4)
    torchrun(folder, folder / "parts", 2)
    shutil.copy(folder / "parts" / "state.pt", folder / "half.pt")
    torchrun(folder, folder / "parts", 4)
    return folder


def state(path):
    return torch.load(path, weights_only=True)


def both_batches_together(folder, steps, hands):
    """The weights after `steps` in one process, by its own loop: the loss is the mean of the two processes' losses."""
    data = train.Clips(str(folder))
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
            batch = data.batch(BATCH, np.random.default_rng([step, rank, 7]))
            parts += losses.losses(model, skeleton, batch, torch.Generator().manual_seed(2 * step + rank)).values()
        optimiser.param_groups[0]["lr"] = RATE * (step + 1) / 300  # it warms up
        optimiser.zero_grad()
        (sum(parts) / 2).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    return model.state_dict()


def test_two_processes_do_what_one_does_with_both_batches(runs, hands):
    stored = state(runs / "whole" / "state.pt")
    assert stored["step"] == 4
    for name, value in both_batches_together(runs, 4, hands).items():
        np.testing.assert_allclose(stored["model"][name], value, atol=1e-6, err_msg=name)
    moved = stored["model"]["outward.weight"].abs().max()  # it starts at zero
    assert float(moved) > 2e-5


def test_two_processes_stop_and_go_on_as_if_they_never_stopped(runs):
    assert state(runs / "half.pt")["step"] == 2
    whole, parts = (state(runs / name / "state.pt") for name in ("whole", "parts"))
    assert whole["step"] == parts["step"] == 4
    for kind in ("model", "average"):
        for name, value in whole[kind].items():
            assert torch.equal(value, parts[kind][name]), name
    for one, other in zip(whole["optimiser"]["state"].values(), parts["optimiser"]["state"].values()):
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_files_are_written_once(runs):
    assert sorted(os.listdir(runs / "whole")) == ["model.safetensors", "state.pt"]
    model, about = checkpoint.load(runs / "whole" / "model.safetensors")
    assert about["steps"] == 4 and about["clips"] == 6


WEIGHTS = """
import sys
import torch
from runtime.training_cases import TINY
from model_runtime.diffusion import methods, train

methods.JointHOI = TINY
torch.set_num_threads(1)
kept, seen = torch.optim.AdamW.step, []
def step(self, *rest, **named):
    kept(self, *rest, **named)
    seen.append(torch.cat([p.detach().flatten() for p in self.param_groups[0]["params"]]).clone())
torch.optim.AdamW.step = step
rank, folder = train.os.environ["RANK"], sys.argv[1]
if rank == "1":
    torch.manual_seed(99)  # of which nothing may depend
average = train.train(folder, folder + "/same", steps=3, hours=1, batch_size=3, rate=2e-3, device="cpu")
torch.save({"weights": torch.stack(seen), "average": average.state_dict()}, f"{folder}/rank{rank}.pt")
"""


def test_both_processes_have_the_same_weights_after_every_step(tmp_path):
    """Started without torchrun, by the variables that it sets; each keeps its own weights."""
    store(tmp_path / "train-000000.safetensors", synthetic())
    (tmp_path / "weights.py").write_text(WEIGHTS)
    places = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    told = {**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(free_port())}  # fmt: skip
    started = [subprocess.Popen([sys.executable, str(tmp_path / "weights.py"), str(tmp_path)], env={**told, "RANK": str(rank)})
               for rank in (0, 1)]  # fmt: skip
    assert [process.wait(200) for process in started] == [0, 0]
    one, other = (torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1))
    assert one["weights"].shape[0] == 3 and torch.equal(one["weights"], other["weights"])
    for name, value in one["average"].items():
        assert torch.equal(value, other["average"][name]), name
    assert not torch.equal(one["weights"][0], one["weights"][1])


def free_port():
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]
