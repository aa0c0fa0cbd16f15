"""`python -m model_runtime ...` with a network that trains in a second: for tests that start it in other processes."""

import sys

from runtime.training_cases import TINY
import torch

from model_runtime import __main__ as commands
from model_runtime.diffusion import methods

if __name__ == "__main__":
    torch.set_num_threads(1)
    methods.JointHOI = TINY
    sys.exit(commands.main(sys.argv[1:]))
