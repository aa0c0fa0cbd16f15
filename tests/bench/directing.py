"""How well directed takes hold together: `python tests/bench/directing.py [CHECKPOINT]`, in the runtime's environment.

For sentences that follow one another: in how many of the frames from a seam to half a second after it, in which the
object is away from where it stood, a hand touches it; and for the whole take. For painted contact: of the skin that
touches while the object is carried, the share within 1.5 cm of the paint, without and with it. Means over SEEDS; prints
a line for each, as they stand in docs/manual/directing.md.
"""

from pathlib import Path
import sys

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

import numpy as np  # noqa: E402
import torch  # noqa: E402

from model_runtime.diffusion.representation import FPS, MOTION  # noqa: E402
from model_runtime.directing import directed  # noqa: E402
from model_runtime.evaluation.gallery import MESHES, thing  # noqa: E402
from model_runtime.evaluation.metrics import NEAR, moved, skin_of  # noqa: E402
from model_runtime.generate import Generator  # noqa: E402
from model_runtime.seam import Request  # noqa: E402

SEEDS = (0, 1, 2)
AFTER = 15  # frames
CHAINS = (
    ("mug", ("Pick up the mug with the right hand.", 3.0), ("Drink from it.", 3.0), ("Put it back.", 2.5)),
    ("bottle", ("Lift the bottle with the left hand.", 2.5), ("Pour from it.", 3.0), ("Put it back.", 2.5)),
    ("phone", ("Pick up the phone with the right hand.", 2.5), ("Look at it from all sides.", 3.0)),
    ("apple", ("Pick up the apple with the right hand.", 2.5), ("Eat it.", 3.0), ("Put it back.", 2.5)),
)
PAINTED = (  # family, what of it as a function of its vertices in the box that it fills, -1 to 1
    ("bottle", "its foot", lambda v: v[:, 2] < -0.6),
    ("bottle", "its neck", lambda v: v[:, 2] > 0.6),
    ("box", "one end", lambda v: v[:, 0] > 0.7),
)


def drawn(generator, request):
    """(touch (T,) bool, away (T,) bool, skin near the object with its distance) of a request's take."""
    stage = generator.prepare(request)
    signal, active = directed(generator, request, stage, lambda *_: None)
    motion = signal[:, :MOTION]
    skins = [skin_of(generator.hands, motion, stage["thing"], side, stage["betas"]) for side in np.flatnonzero(active)]
    touch = torch.stack([(skin.distance < NEAR).any(-1) for skin in skins]).any(0)
    return touch.numpy(), moved(motion).numpy(), skins, stage


def share(flags, of):
    return f"{100 * flags[of].mean():3.0f} %" if of.any() else "  -  "


def chain(generator, name, *sentences):
    mesh = thing(name, [MESHES])
    seams = np.cumsum([seconds for _, seconds in sentences])[:-1]
    seams = (seams * FPS + 0.5).astype(int)
    for seed in SEEDS:
        request = Request(*sentences[:1][0][:1], **mesh, seconds=sentences[0][1], seed=seed, object_name=name,
                          then=[list(part) for part in sentences[1:]])  # fmt: skip
        touch, away, _, _ = drawn(generator, request)
        index = np.arange(len(touch))
        after = [away & (index > seam) & (index <= seam + AFTER) for seam in seams]
        print(f"then, {name}, seed {seed}: after each seam", *[share(touch, rows) for rows in after], "| whole take",
              share(touch, away), f"| away {away.mean():.2f}", flush=True)  # fmt: skip


def painted(generator, name, what, where):
    mesh = thing(name, [MESHES])
    vertices = mesh["vertices"]
    weights = where(2 * (vertices - vertices.min(0)) / np.ptp(vertices, axis=0) - 1).astype(np.float32)
    for seed in SEEDS[:2]:
        found = []
        for touch in (np.stack([0 * weights, weights]), None):
            request = Request(f"Lift the {name} with the right hand.", **mesh, seed=seed, object_name=name, touch=touch)
            _, away, skins, stage = drawn(generator, request)
            target = target if touch is None else stage["regions"][1].surface.points
            points = skins[0].vertices[(skins[0].distance < NEAR) & torch.from_numpy(away)[:, None]]
            close = torch.cdist(points, target).amin(-1) < 0.015 if len(points) else torch.zeros(1)
            found.append(f"{100 * float(close.float().mean()):.0f} %")
        print(f"paint, {name}, {what}, seed {seed}: without {found[1]}, with {found[0]}", flush=True)


if __name__ == "__main__":
    of = Generator("cpu", sys.argv[1] if len(sys.argv) > 1 else None)
    for one in CHAINS:
        chain(of, *one)
    for one in PAINTED:
        painted(of, *one)
