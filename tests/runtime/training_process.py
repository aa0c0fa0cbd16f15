"""One of the processes that test_training_processes.py starts: `python -m model_runtime train ...` with a tiny network,
once straight to step 4, and once to step 2 and on from there; what it has after every step it keeps for the test."""

import os
import shutil
import sys

from runtime.training_cases import TINY
import torch

from model_runtime import __main__ as commands
from model_runtime.diffusion import methods


def main(folder, rank):
    torch.set_num_threads(1)
    methods.JointHOI = TINY
    seen, kept = [], torch.optim.AdamW.step

    def step(self, *rest, **named):
        kept(self, *rest, **named)
        seen.append(torch.cat([p.detach().flatten() for p in self.param_groups[0]["params"]]).clone())

    torch.optim.AdamW.step = step
    for name, steps in (("whole", "4"), ("parts", "2"), ("parts", "4")):
        torch.manual_seed(rank)  # of which nothing may depend
        commands.main(["train", "--data", folder, "--out", f"{folder}/{name}", "--steps", steps, "--batch", "3",
                       "--rate", "2e-3", "--device", "cpu", "--precision", "float32"])  # fmt: skip
        if rank == 0:
            shutil.copy(f"{folder}/{name}/state.pt", f"{folder}/{name}{steps}.pt")
    torch.save(torch.stack(seen), f"{folder}/rank{rank}.pt")


if __name__ == "__main__":
    main(sys.argv[1], int(os.environ["RANK"]))
