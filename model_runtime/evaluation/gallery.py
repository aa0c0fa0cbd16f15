"""Pictures of what the model makes of 24 prompts, unchosen, that a person can judge.

    python -m model_runtime gallery [--checkpoint FILE] [--seed 0] [--out out/gallery] [--meshes DIR]

Six prompts a page, each clip as seven moments seen from two sides: OUT/gallery-1.png ... Objects are of the test split,
of families that nothing was trained on, and meshes that were made for other purposes: those of assets/gallery, of
--meshes (any mesh files; Z up, metres), and plain solids.
"""

import argparse
import glob
import os

import numpy as np
import torch
import trimesh

from .. import seam
from ..command_line import load_mesh
from ..data import make
from ..data.families import HELD_OUT, TRAINING
from ..diffusion.representation import pack_motion
from ..generate import Generator
from .pictures import sheet, strip

MESHES = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..", "assets", "gallery"))
PER_PAGE = 6
PROMPTS = (  # (family or mesh, prompt)
    ("mug", "Drink from the mug with the right hand."),
    ("bottle", "Pour from the bottle with the left hand."),
    ("hammer", "Lift the hammer and put it back."),
    ("phone", "Pick up the phone with the right hand and look at it."),
    ("bowl", "Lift the bowl with both hands."),
    ("knife", "Cut with the knife, right hand."),
    ("screwdriver", "Pass me the screwdriver!"),
    ("eyeglasses", "Wear the eyeglasses with both hands."),
    ("laptop", "Open the laptop with the right hand."),
    ("microwave", "Close the microwave!"),
    ("scissors", "Place the scissors with the right hand."),
    ("apple", "Eat the apple."),
    ("torch", "Switch on the flashlight with the thumb."),
    ("toy_car", "Push the toy car to the left with the right hand."),
    ("teapot", "Pour tea from the teapot with the right hand."),
    ("camera", "Take a picture with the camera, both hands."),
    ("piggy_bank", "Hand over the piggy bank!"),
    ("binoculars", "Look through the binoculars with both hands."),
    ("game_controller", "Play with the game controller with both hands."),
    ("pyramid", "Inspect the pyramid from all sides with the left hand."),
    ("suzanne", "Lift the monkey's head with the right hand and turn it."),
    ("capsule", "Shake it with the left hand."),
    ("icosahedron", "Inspect the ball with both hands."),
    ("annulus", "Pick up the ring with the right hand and put it down to the left."),
)


def thing(name, meshes):
    """The arrays of a Request that say what the object `name` is, its box centred: vertices, faces, a hinge if it
    has one.
    """
    for families, split in ((TRAINING, "test"), (HELD_OUT, "unseen")):
        if name in families:
            shape, _, _ = make.object_shape(families.index(name) + len(families), split)
            hinge = shape.hinge and np.concatenate(
                [shape.hinge.point, shape.hinge.axis, [shape.hinge.low, shape.hinge.high]]
            )
            more = {} if hinge is None else {"turning": shape.moving, "hinge": np.asarray(hinge, np.float32)}
            return {"vertices": shape.vertices.astype(np.float32), "faces": shape.faces.astype(np.int32), **more}
    solids = {
        "capsule": lambda: trimesh.creation.capsule(0.1, 0.025),
        "icosahedron": lambda: trimesh.creation.icosphere(0, 0.06),
        "annulus": lambda: trimesh.creation.annulus(0.03, 0.05, 0.02),
    }
    if name in solids:
        mesh = solids[name]()
        vertices, faces = np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.int32)
    else:
        vertices, faces = load_mesh(
            next(path for path in meshes if os.path.splitext(os.path.basename(path))[0] == name)
        )
    return {"vertices": vertices - (vertices.min(0) + vertices.max(0)) / 2, "faces": faces}


def picture(generator, asked, prompt, seed, seconds=4.0):
    """A prompt's clip as a strip, and its title."""
    request = seam.Request(prompt, seed=seed, seconds=seconds, fit="scale_object", **asked)
    clip = generator.generate(request)
    names = ("object_translation", "object_rotation", "object_articulation", "hand_translation", "hand_rotation")
    motion = pack_motion(*(torch.as_tensor(getattr(clip, name)) for name in names))
    hinge = np.array(asked.get("hinge", np.zeros(8)), np.float32)
    hinge[:3] *= clip.object_scale
    turning = asked.get("turning", np.zeros(len(asked["faces"]), bool))
    shown = asked["vertices"] * np.float32(clip.object_scale), asked["faces"], turning, hinge
    return strip(motion, clip.hand_active, clip.hand_shape, shown, generator.hands, frames=7, size=(220, 190))


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime gallery", description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default=os.path.join("out", "gallery"))
    parser.add_argument("--meshes", help="a folder of mesh files: each is lifted, shown after the others")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args(arguments)
    os.makedirs(options.out, exist_ok=True)
    generator = Generator(options.device, options.checkpoint)
    extra = sorted(glob.glob(os.path.join(options.meshes, "*.*"))) if options.meshes else []
    meshes = sorted(glob.glob(os.path.join(MESHES, "*.obj"))) + extra
    named = [os.path.splitext(os.path.basename(path))[0] for path in extra]
    asked = [*PROMPTS, *((name, f"Lift the {name.replace('_', ' ')} and put it back.") for name in named)]
    for page in range(0, len(asked), PER_PAGE):
        some = asked[page : page + PER_PAGE]
        strips = [picture(generator, thing(name, meshes), prompt, options.seed + page + row)
                  for row, (name, prompt) in enumerate(some)]  # fmt: skip
        path = os.path.join(options.out, f"gallery-{page // PER_PAGE + 1}.png")
        sheet(strips, [f"{name}: {prompt}" for name, prompt in some]).save(path)
        print(path, flush=True)


if __name__ == "__main__":
    main()
