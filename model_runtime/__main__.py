"""The model's side from a shell: `python -m model_runtime {worker, generate, train, data, ...} ...`.

Each command's own code, and with it torch, is imported only when it is asked for.
"""

import argparse
import importlib
import sys

from . import seam

COMMANDS = {
    "worker": ("model_runtime.worker", "answer requests from Blender (started by the add-on)"),
    "generate": ("model_runtime.command_line", "a mesh file and a prompt in, a clip (.npz) out"),
    "train": ("model_runtime.diffusion.train", "train the model"),
    "curves": ("model_runtime.diffusion.curves", "draw how a training run went"),
    "data": ("model_runtime.data.make", "make the procedural training data"),
    "data-report": ("model_runtime.data.report", "what that data is like, in numbers and pictures"),
    "import": ("model_runtime.importing.command_line", "make training data of a licensed data set that you have"),
    "evaluate": ("model_runtime.evaluation.evaluate", "measure a checkpoint on objects it was never trained on"),
    "gallery": ("model_runtime.evaluation.gallery", "pictures of what the model makes of 24 prompts"),
}


def main(argv=None):
    """Runs one command and returns its exit code; an error that the user can mend is printed as a sentence."""
    commands = "\n".join(f"  {name:13}{line}" for name, (_, line) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m model_runtime",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"commands:\n{commands}\n\n`COMMAND --help` tells a command's own options.",
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    arguments = parser.parse_args(argv)
    module = importlib.import_module(COMMANDS[arguments.command][0])
    try:
        return module.main(arguments.arguments)
    except seam.UserError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
