"""How fast takes are, in milliseconds: `python tests/bench/takes.py [RESULT.json]`, under any bpy.

The marks: writing a 5 s take of two hands at most 100 ms, none of its steps more than 50 ms, and a heatmap on 5,000
vertices at most 3 ms a frame. Medians of ROUNDS, by the clock and in processor time, for on a machine that does other
things too the clock measures those. No test, as it measures the machine; a fixed piece of numpy is timed with it.
"""

import json
from pathlib import Path
from statistics import median
import sys
import time

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import bpy  # noqa: E402
import numpy as np  # noqa: E402

from blender import scenes, synthetic  # noqa: E402
import jointhoi_blender as jointhoi  # noqa: E402
from jointhoi_blender.takes.make import making  # noqa: E402

FRAMES = range(1, 151)
ROUNDS = 9


def milliseconds(act):
    """(by the clock, in processor time) of act(), in ms."""
    clock, processor = time.perf_counter(), time.process_time()
    act()
    return 1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor)


def middle(times):
    """The medians of a list of such pairs."""
    return tuple(map(median, zip(*times)))


def unit():
    """A fixed piece of numpy: what this machine is worth just now."""
    matrix = np.random.default_rng(0).normal(size=(400, 400)).astype(np.float32)
    return middle([milliseconds(lambda: [matrix @ matrix for _ in range(10)]) for _ in range(ROUNDS)])


def real_hands(clip):
    """Puts the bundled hands, as large as they are, into a synthetic clip."""
    hands = [np.load(ROOT / "assets" / "hand" / f"OPEN_{side}.npz") for side in ("LEFT", "RIGHT")]
    wrists = [hand["J"][0] for hand in hands]
    clip.hand_rest_vertices = np.stack([each["v_template"] - wrist for each, wrist in zip(hands, wrists)])
    clip.hand_rest_joints = np.stack([each["J"] - wrist for each, wrist in zip(hands, wrists)])
    clip.hand_faces = np.stack([each["f"] for each in hands]).astype(np.int32)
    clip.hand_weights = np.stack([each["weights"] for each in hands])
    return clip


def play():
    for frame in FRAMES:
        bpy.context.scene.frame_set(frame)


def main(result=None):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scenes.set_rate(30)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=100, ring_count=51, radius=0.05)
    thing = bpy.context.object
    request = jointhoi.request_from(thing, "Lift it.", seconds=5.0)
    points = request.vertices[np.random.default_rng(0).integers(0, len(request.vertices), 256)]
    clip = real_hands(synthetic.make_clip(request.translation, request.rotation, points, seconds=5.0))
    whole, longest, hiding, showing, playing, bare = [], [], [], [], [], []
    for _ in range(ROUNDS):
        bpy.context.scene.frame_set(1)
        building, times, made = making(thing, clip), [], []
        while made[-1:] != ["over"]:
            times.append(milliseconds(lambda: made.append(next(building, "over"))))
        take = jointhoi.find_takes()[-1]
        whole.append(tuple(map(sum, zip(*times))))
        longest.append(tuple(map(max, zip(*times))))
        hiding.append(milliseconds(take.hide))
        showing.append(milliseconds(take.show))
    for _ in range(ROUNDS):
        heat = thing.modifiers[-1]
        for shown, into in ((True, playing), (False, bare)):
            heat.show_viewport = shown
            into.append(tuple(each / len(FRAMES) for each in milliseconds(play)))
    heatmap = tuple(a - b for a, b in zip(middle(playing), middle(bare)))
    rows = (
        ("writing a 5 s take of two hands", middle(whole), 100),
        ("its longest step", middle(longest), 50),
        ("heatmap, a frame of playback", heatmap, 3),
        ("a frame of playback, all of it", middle(playing), None),
        ("hiding a take", middle(hiding), 50),
        ("showing a take", middle(showing), 50),
        ("a fixed piece of numpy", unit(), None),
    )
    vertices = len(thing.data.vertices)
    print(f"Blender {bpy.app.version_string}, {vertices} vertices, {clip.frames} frames, medians of {ROUNDS}, in ms")
    print(f"{'':35} {'clock':>8} {'processor':>10} {'mark':>6}")
    for label, (clock, processor), mark in rows:
        print(f"{label:35} {clock:8.2f} {processor:10.2f} {mark or '':>6}")
    if result:
        figures = {label: {"clock_ms": round(clock, 2), "processor_ms": round(processor, 2), "mark_ms": mark}
                   for label, (clock, processor), mark in rows}  # fmt: skip
        head = {"blender": bpy.app.version_string, "vertices": vertices, "frames": clip.frames, "rounds": ROUNDS}
        Path(result).write_text(json.dumps(head | figures, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
