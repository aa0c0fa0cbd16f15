"""How an FBX file's nodes move, as ufbx reads it: python read_fbx.py FILE.fbx FIRST LAST FPS > nodes.json

Prints {"unit": metres, "stacks": how many, "depth": {name: depth}, "local": {name: [4x4 matrix of each frame]}}. It is
a process of its own, and uses no more of ufbx than this: its Python binding crashes in a node's children
and parent, and when it ends.
"""

import gc
import json
import os
import sys

import numpy as np
import ufbx


def matrix(move):
    x, y, z, w = move.rotation.x, move.rotation.y, move.rotation.z, move.rotation.w
    turn = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
    out = np.eye(4)
    out[:3, :3] = turn * [move.scale.x, move.scale.y, move.scale.z]
    out[:3, 3] = move.translation.x, move.translation.y, move.translation.z
    return out.tolist()


gc.disable()
path, first, last, fps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
scene = ufbx.load_file(path)
animation, nodes = scene.anim_stacks[0].anim, list(scene.nodes)
times = [frame / fps for frame in range(first, last + 1)]
found = {
    "unit": scene.settings.unit_meters,
    "stacks": len(scene.anim_stacks),
    "depth": {node.name: node.node_depth for node in nodes},
    "local": {node.name: [matrix(ufbx.evaluate_transform(animation, node, time)) for time in times] for node in nodes},
}
print(json.dumps(found), flush=True)
os._exit(0)
