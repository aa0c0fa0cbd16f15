"""Sentences in a row with the bundled checkpoint: one motion without a seam, the object in hand all the time."""

import numpy as np
import torch

from model_runtime.diffusion.representation import pack_motion
from model_runtime.evaluation.gallery import MESHES, thing
from model_runtime.evaluation.metrics import NEAR, moved, skin_of
from model_runtime.generate import Generator
from model_runtime.seam import Request

SENTENCES = ("Pick up the mug with the right hand.", 2.5), ("Drink from it.", 2.5), ("Put it back.", 2.0)
SEAMS = (75, 150)


def jumps(path, seams):
    """The largest change of velocity at the seams, and what nine of ten frames elsewhere stay below, metres a frame."""
    change = np.linalg.norm(np.diff(path.astype(float), n=2, axis=0), axis=-1)
    near = np.zeros(len(change), bool)
    for row in seams:
        near[row - 3 : row + 3] = True
    return change[near].max(), np.percentile(change[~near], 90)


def test_a_mug_is_picked_up_drunk_from_and_put_back():
    mesh = thing("mug", [MESHES])
    (prompt, seconds), *then = SENTENCES
    request = Request(prompt, **mesh, seconds=seconds, seed=1, object_name="mug", then=[list(part) for part in then])
    generator = Generator()
    clip = generator.generate(request)
    assert clip.frames == request.frames == 211 and clip.hand_active.tolist() == [False, True]
    for path in (clip.object_translation, clip.hand_translation[:, 1]):
        at_seams, elsewhere = jumps(path, SEAMS)
        assert at_seams < 2 * elsewhere, (at_seams, elsewhere)
    height = clip.object_translation[:, 2]
    assert height[list(SEAMS)].min() > 0.02 and np.abs(height[[0, -1]]).max() < 1e-4
    names = ("object_translation", "object_rotation", "object_articulation", "hand_translation", "hand_rotation")
    motion = pack_motion(*(torch.from_numpy(getattr(clip, name)) for name in names))
    skin = skin_of(generator.hands, motion, generator.prepare(request)["thing"], 1)
    touch = (skin.distance < NEAR).any(-1)
    assert touch[moved(motion)].float().mean() > 0.95
