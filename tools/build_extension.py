"""Builds the extension's zip with Blender's own tool and validates it: `python build_extension.py dist/jointhoi.zip`.

Runs under an environment that has bpy, for the tool inside it; the module itself is not started.
"""

import importlib.util
from pathlib import Path
import subprocess
import sys

ROOT = Path(__file__).resolve().parent.parent


def main(zip_path):
    package = Path(importlib.util.find_spec("bpy").origin).parent
    tool = next(package.glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
    for arguments in (["build", "--source-dir", ROOT, "--output-filepath", zip_path], ["validate", zip_path]):
        subprocess.run([sys.executable, tool, *arguments], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
