"""`python -m jointhoi_blender.demo`: a sentence and a mug in; a .blend, an .fbx, a clip, a picture and a report out.

Runs in any Python that has bpy, without a window, and takes the same road as the panel in Blender.
"""

import argparse
import json
import os
from pathlib import Path
import platform
import subprocess
import sys
from time import perf_counter

import bpy
from mathutils import Matrix, Vector
import numpy as np

from .. import export_fbx, make_take, request_from, seam, worker_client
from .sheet import contact_sheet

ROOT = Path(__file__).resolve().parents[2]
STAGES = {"object": 0, "worker start": 2, "sampling": 15, "keyframes": 45, "save": 48, "FBX": 50, "render": 52}  # %
IMPORTERS = {
    ".obj": bpy.ops.wm.obj_import,
    ".ply": bpy.ops.wm.ply_import,
    ".stl": bpy.ops.wm.stl_import,
    ".glb": bpy.ops.import_scene.gltf,
    ".gltf": bpy.ops.import_scene.gltf,
}
RUNTIME_VERSIONS = """
import importlib.metadata, json, platform
wanted = ("torch", "numpy")
found = {each.metadata["Name"]: each.version for each in importlib.metadata.distributions()}
print(json.dumps({"python": platform.python_version()} | {name: found[name] for name in wanted if name in found}))
"""


def main(argv=None, console=sys.stdout):
    """The command line, which tells the text stream `console` how far it is. Returns an exit code; what the user can
    mend is printed as a sentence.
    """
    parser = argparse.ArgumentParser(prog="python -m jointhoi_blender.demo", description=__doc__.split("\n")[0])
    parser.add_argument("--object", default=ROOT / "assets/objects/mug.obj", type=Path, help=" ".join(IMPORTERS))
    parser.add_argument("--prompt", default="Drink from the mug with the right hand.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--out", default=Path("out/demo"), type=Path, help="the folder to write to (out/demo)")
    parser.add_argument("--samples", type=int, default=16, help="of Cycles for each pixel (16)")
    parser.add_argument("--no-render", action="store_true", help="leave out the picture")
    options = parser.parse_args(argv)
    try:
        make(options, console)
    except seam.UserError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        worker_client.shutdown()
    return 0


def make(options, console):
    """Goes the whole road and fills the folder options.out. Raises UserError."""
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    stages = Stages(console)

    stages.begin("object")
    bpy.ops.wm.read_factory_settings()
    thing = load_object(options.object)
    request = request_from(thing, options.prompt, seed=options.seed, seconds=options.seconds)

    stages.begin("worker start")

    def progress(fraction, message):
        if stages.name == "worker start" and fraction > 0:  # it has begun with the request
            stages.begin("sampling")
        stages.tell(fraction, message)

    clip = worker_client.run(request, progress=progress)

    stages.begin("keyframes")
    take = make_take(thing, clip)

    stages.begin("save")
    show(take)
    seam.save(clip, out / "clip.npz")
    bpy.context.preferences.filepaths.save_version = 0  # no demo.blend1 beside it
    bpy.ops.wm.save_as_mainfile(filepath=str((out / "demo.blend").resolve()), copy=True)

    stages.begin("FBX")
    export_fbx(take, str(out / "demo.fbx"))

    if not options.no_render:
        stages.begin("render")
        contact_sheet(take, out / "demo.png", samples=options.samples, progress=stages.tell)
    stages.end()

    report = {
        "prompt": options.prompt,
        "object": options.object.name,
        "seed": options.seed,
        "seconds": options.seconds,
        "stage_seconds": {name: round(value, 2) for name, value in stages.seconds.items()},
        "metrics": clip.metrics,
        "versions": versions(),
    }
    (out / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"In {out}: {', '.join(sorted(path.name for path in out.iterdir()))}", file=console)


def load_object(path):
    """Empties the scene and brings in a mesh file as one object, upright, on the table z = 0. Raises UserError."""
    if path.suffix.lower() not in IMPORTERS:
        raise seam.UserError(f"{path} is not one of the files that can be read: {' '.join(IMPORTERS)}.", "mesh")
    if not path.is_file():
        raise seam.UserError(f"There is no file {path}; name a mesh file with --object.", "mesh")
    bpy.data.batch_remove(list(bpy.data.objects))
    try:
        IMPORTERS[path.suffix.lower()](filepath=str(path.resolve()))
    except RuntimeError as error:
        raise seam.UserError(f"{path} can't be read: {error}", "mesh") from error
    meshes = [thing for thing in bpy.context.scene.objects if thing.type == "MESH" and thing.data.vertices]
    if not meshes:
        raise seam.UserError(f"{path} holds no mesh.", "mesh")
    bpy.context.view_layer.update()
    for thing in meshes:
        where = thing.matrix_world.copy()
        thing.parent = None
        thing.data = thing.data.copy()
        thing.data.transform(where)
        thing.matrix_world = Matrix()
    if len(meshes) > 1:
        with bpy.context.temp_override(active_object=meshes[0], selected_editable_objects=meshes):
            bpy.ops.object.join()
    thing = meshes[0]
    points = np.array([vertex.co for vertex in thing.data.vertices])
    middle = (points.min(0) + points.max(0)) / 2
    thing.data.transform(Matrix.Translation((-middle[0], -middle[1], -points[:, 2].min())))
    bpy.context.view_layer.update()
    return thing


def show(take):
    """Makes the file open on the take: its frames play, every 3D viewport is near it and shows the contact heatmap."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = take.frame_range
    scene.frame_set(scene.frame_start)
    reach = max(0.3, 2.5 * max(take.object.dimensions))
    for screen in bpy.data.screens:
        for area in screen.areas:
            if area.type == "VIEW_3D":
                space = area.spaces.active
                space.shading.color_type = "VERTEX"
                space.clip_start = 0.01 * reach
                space.region_3d.view_location = take.object.matrix_world.translation + Vector((0, 0, 0.3 * reach))
                space.region_3d.view_distance = 2 * reach


class Stages:
    """Times the stages of the work and shows them on a text stream: one line each, redrawn where it is a terminal."""

    def __init__(self, console):
        self.name, self.seconds = None, {}
        self._console, self._started = console, 0.0

    def begin(self, name):
        self.end()
        self.name, self._started = name, perf_counter()
        self.tell(0.0, "")

    def tell(self, fraction, message):
        if self._console.isatty():
            start = STAGES[self.name]
            end = min((value for value in STAGES.values() if value > start), default=100)
            text = f"{start + fraction * (end - start):3.0f} %  {self.name:14}{message}"
            print(f"\r{text[:78]:78}", end="", file=self._console, flush=True)

    def end(self):
        if self.name:
            self.seconds[self.name] = perf_counter() - self._started
            end = min((value for value in STAGES.values() if value > STAGES[self.name]), default=100)
            line = f"{end:3} %  {self.name:14}{self.seconds[self.name]:6.1f} s"
            print(f"\r{line:78}" if self._console.isatty() else line, file=self._console, flush=True)
        self.name = None


def versions():
    """What made the result: this extension, Blender, and the runtime's Python, torch and numpy."""
    command = [worker_client.find_python(), "-c", RUNTIME_VERSIONS]
    runtime = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    manifest = (ROOT / "blender_manifest.toml").read_text()
    own = next(line.split('"')[1] for line in manifest.splitlines() if line.startswith("version"))
    return {"jointhoi": own, "blender": bpy.app.version_string, "python": platform.python_version(), "runtime": runtime}


def quiet_blender():
    """Sends what Blender's own code prints nowhere from now on; returns a text stream that still goes to stdout."""
    sys.stdout.flush()
    console = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return console


if __name__ == "__main__":
    sys.exit(main(console=quiet_blender()))
