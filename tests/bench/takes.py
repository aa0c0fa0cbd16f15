"""How fast takes are, in milliseconds of processor time: `python tests/bench/takes.py`, under any bpy.

The marks: writing a 5 s take of two hands at most 100 ms, none of its steps more than 50 ms, and a heatmap on 5,000
vertices at most 3 ms a frame. No test: on a busy machine times say little, so ratios to plain numpy are printed too.
"""

from pathlib import Path
import sys
import time

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import bpy  # noqa: E402
import numpy as np  # noqa: E402

from blender import scenes, synthetic  # noqa: E402
import jointhoi_blender as jointhoi  # noqa: E402
from jointhoi_blender.takes.take import making  # noqa: E402

FRAMES = range(1, 151)


def milliseconds(act):
    """Processor time of act() in ms."""
    started = time.process_time()
    act()
    return 1000 * (time.process_time() - started)


def unit():
    """A fixed piece of numpy, the best of five: what this machine is worth just now."""
    matrix = np.random.default_rng(0).normal(size=(400, 400)).astype(np.float32)
    return min(milliseconds(lambda: [matrix @ matrix for _ in range(10)]) for _ in range(5))


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


def main():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scenes.set_rate(30)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=100, ring_count=51, radius=0.05)
    thing = bpy.context.object
    request = jointhoi.request_from(thing, "Lift it.", seconds=5.0)
    points = request.vertices[np.random.default_rng(0).integers(0, len(request.vertices), 256)]
    clip = real_hands(synthetic.make_clip(request.translation, request.rotation, points, seconds=5.0))
    steps, takes = [], []
    for _ in range(5):
        bpy.context.scene.frame_set(1)
        building, times = making(thing, clip), []
        while True:
            started = time.process_time()
            take = next(building, "over")
            times.append(1000 * (time.process_time() - started))
            if take == "over":
                break
            made = take
        steps.append(times)
        takes.append(made)
    best = min(steps[1:], key=sum)
    with_heat = milliseconds(play) / len(FRAMES)
    hide = milliseconds(takes[-1].hide)
    show = milliseconds(takes[-1].show)
    thing.modifiers.clear()
    without = milliseconds(play) / len(FRAMES)
    scale = unit()
    print(f"Blender {bpy.app.version_string}, {len(thing.data.vertices)} vertices, {clip.frames} frames, two hands")
    for label, value, mark in (
        ("writing a take", sum(best), 100),
        ("its longest step", max(best), 50),
        ("heatmap, a frame of playback, four more takes hidden", with_heat - without, 3),
        ("hiding a take", hide, 50),
        ("showing a take", show, 50),
    ):
        print(f"{label:55} {value:7.1f} ms  {value / scale:6.2f} units   mark {mark} ms")


if __name__ == "__main__":
    main()
