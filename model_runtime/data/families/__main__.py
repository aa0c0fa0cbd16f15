"""Writes the sample objects: python -m model_runtime.data.families --samples assets/objects

Each is one mesh of a family with a seed that training never sees. OBJ files are Y-up as is usual for OBJ (Blender's
importer turns them upright by default), in metres, the origin in the middle of the base.
"""

import argparse
from pathlib import Path

import numpy as np

from . import RESERVED_SEED, make

SAMPLES = {"mug": 64, "bottle": 2, "box": 0, "ball": 2, "hammer": 2, "bowl": 0}  # counted from RESERVED_SEED

LICENSE = """The objects in this folder were made by this project's own code:

    python -m model_runtime.data.families --samples assets/objects

To the extent possible under law, the authors have waived all copyright and related or neighbouring rights to them
under CC0 1.0 Universal: https://creativecommons.org/publicdomain/zero/1.0/legalcode
SPDX-License-Identifier: CC0-1.0
"""


def write_obj(path, name, vertices, faces):
    """One smooth-shaded mesh, from Z-up metres."""
    x, y, z = np.asarray(vertices, np.float64).T
    lines = [f"# CC0 1.0, metres, Y up\no {name}\n"]
    lines += [f"v {a:.6f} {b:.6f} {c:.6f}\n" for a, b, c in zip(x, z - z.min(), -y)]
    lines += ["s 1\n"] + [f"f {a} {b} {c}\n" for a, b, c in np.asarray(faces) + 1]
    Path(path).write_text("".join(lines), encoding="utf-8", newline="\n")


def write_samples(folder):
    """Writes every sample and the licence into `folder`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, seed in SAMPLES.items():
        shape = make(name, RESERVED_SEED + seed)
        write_obj(folder / f"{name}.obj", name.capitalize(), shape.vertices, shape.faces)
    (folder / "LICENSE").write_text(LICENSE, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m model_runtime.data.families", description=__doc__.splitlines()[0])
    parser.add_argument("--samples", metavar="FOLDER", required=True, help="where to write the OBJ files")
    write_samples(parser.parse_args().samples)
