"""`python -m model_runtime generate mug.obj "Drink from the mug with the right hand."`: a clip without Blender.

For technical directors who batch from a shell; the clip's fields are documented at `model_runtime.seam.Clip`.
"""

import argparse
import json
from pathlib import Path
import sys

import numpy as np

from . import seam
from .check import check_request
from .worker import add_model_arguments, make_generator


def load_mesh(path, up="z", unit=1.0):
    """Vertices (V, 3) float32 in metres, +Z up, and faces (F, 3) int32 of any mesh file that trimesh reads.

    up      the file's own up axis, "y" or "z"
    unit    metres per unit of the file, 0.01 for centimetres
    Raises UserError(kind="mesh") where the file can't be read or holds no triangles.
    """
    import trimesh

    try:
        mesh = trimesh.load(path, force="mesh", process=False)
        vertices, faces = np.asarray(mesh.vertices, np.float64) * unit, np.asarray(mesh.faces, np.int32)
    except Exception as error:  # each file format fails in its own way
        raise seam.UserError(f"The mesh file {path} can't be read: {error}.", kind="mesh") from error
    if not len(faces):
        raise seam.UserError(f"The mesh file {path} holds no faces.", kind="mesh")
    if up == "y":
        vertices = vertices[:, [0, 2, 1]] * (1.0, -1.0, 1.0)
    return vertices.astype(np.float32), faces


def main(argv=None):
    """Generates one clip from a mesh file and a prompt. Returns an exit code."""
    parser = argparse.ArgumentParser(prog="python -m model_runtime generate", description=__doc__.split("\n")[0])
    parser.add_argument("mesh", help="a mesh file: .obj, .ply, .stl, .glb, .off")
    parser.add_argument("prompt", help='such as "Drink from the mug with the right hand."')
    parser.add_argument("-o", "--output", default="clip.npz", help="the clip to write (clip.npz)")
    parser.add_argument("--hands", default="auto", choices=seam.HANDS)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fit", default="ask", choices=seam.FITS, help="what to do with an object that no hand fits")
    parser.add_argument("--up", default="z", choices=("y", "z"), help="the mesh file's up axis (z)")
    parser.add_argument("--unit", type=float, default=1.0, help="metres per unit of the mesh file (1.0)")
    add_model_arguments(parser)
    arguments = parser.parse_args(argv)

    vertices, faces = load_mesh(arguments.mesh, arguments.up, arguments.unit)
    request = seam.Request(
        prompt=arguments.prompt,
        vertices=vertices,
        faces=faces,
        hands=arguments.hands,
        seconds=arguments.seconds,
        seed=arguments.seed,
        fit=arguments.fit,
        object_name=Path(arguments.mesh).stem,
    )
    check_request(request)
    clip = make_generator(arguments).generate(request, _print_progress)
    seam.save(clip, arguments.output)
    print(json.dumps({"clip": arguments.output, "frames": clip.frames, "metrics": clip.metrics}))
    return 0


def _print_progress(fraction, message):
    print(f"{fraction:4.0%}  {message}", file=sys.stderr, flush=True)
