"""The road from a request to a clip: object, condition, sampling with guidance, and back into the request's world."""

import math
import os

import numpy as np
import torch

from . import seam
from .check import check_request
from .condition.text import TextEncoder
from .diffusion import checkpoint as checkpoints
from .diffusion.given import OBJECT
from .diffusion.guidance import ContactGuidance, TOUCHING, sharpened, waiting
from .diffusion.paint import aimed, nearest_noise, region_of
from .diffusion.representation import FPS, IDLE, MOTION, SIGNAL, to_world, unpack_hands, unpack_object
from .diffusion.sampler import sample
from .diffusion.table import Table
from .directing import directed
from .evaluation.metrics import measures
from .hands.layer import load_hand
from .hands.rotation import axis_angle_to_matrix, matrix_to_sixd
from .objects.mesh import metric_mesh, size_check
from .objects.thing import Thing, thing_of

CHECKPOINT = os.path.normpath(
    os.path.join(os.path.dirname(__file__), "..", "assets", "checkpoint", "jointhoi.safetensors")
)
STEPS, SCALE = 20, 2.5
AIMED = 0.6  # the share of the steps in which hands are shifted towards what is painted
# By a request's quality: the share of STEPS, and guidance steps inside each and in the last.
EFFORT = {"draft": (0.5, 1, 15), "normal": (1, 3, 40), "final": (2, 4, 120)}
FLAGS = {"left": [1.0, 0.0], "right": [0.0, 1.0], "both": [1.0, 1.0], "auto": [0.0, 0.0]}


def about_z(angle):
    """Rotation (3, 3) by `angle` radians about +Z."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


class Generator:
    """Loads the hands, the text encoder and a checkpoint once, then turns requests into clips.

    device: a torch device name; checkpoint: a .safetensors file, default the bundled one; mano: a folder with the
    user's licensed MANO_LEFT.pkl and MANO_RIGHT.pkl, default the bundled open hand.
    """

    def __init__(self, device="cpu", checkpoint=None, mano=None):
        path = checkpoint or CHECKPOINT
        if not os.path.exists(path):
            raise seam.UserError(f"There is no checkpoint at {path}; choose another in the preferences.", "runtime")
        self.device = torch.device(device)
        self.hands = [load_hand(side, mano).to(self.device) for side in (0, 1)]
        self.text = TextEncoder(device)
        self.model, self.about = checkpoints.load(path, device)
        self.guidance = ContactGuidance  # the evaluator's ablations have others

    def generate(self, request, progress=None):
        """Request -> Clip. progress(fraction, message) is called as it goes on and may raise to cancel.

        Raises seam.UserError for what the user can mend.
        """
        tell = progress or (lambda fraction, message: None)
        check_request(request)
        tell(0.02, "Reading the object")
        stage = self.prepare(request)
        tell(0.15, "Reading the prompt")
        signal, active = directed(self, request, stage, tell)
        tell(0.97, "Measuring")
        return self.clip(request, stage, signal, active)

    def prepare(self, request):
        """The object in the canonical frame: a dict of thing, scale, frames and the table below it, shared by all
        samples of a request, the hands' betas, and `opened`, the angle at which its hinge stands at first."""
        name = request.object_name
        vertices, faces = np.asarray(request.vertices, float), np.asarray(request.faces)
        used = metric_mesh(vertices, faces, name)[0].astype(float)
        scale = size_check(np.ptp(used, axis=0), name, request.fit)
        facing = about_z(request.heading)
        turn = facing.T @ np.asarray(request.rotation, float)  # object's frame -> canonical, at the first frame
        stood, used = (scale * v @ turn.T for v in (vertices, used))
        hinge, opened = None, 0.0
        if request.hinge is not None:
            line, angles = request.hinge[:6].astype(float), request.hinge[6:].astype(float)
            point, axis = scale * turn @ line[:3], turn @ line[3:]
            stood, faces, opened = shut(stood, faces, request.turning, point, axis, *angles)
            used = metric_mesh(stood, faces, name)[0].astype(float) if opened else used
        middle = (used.min(0) + used.max(0)) / 2
        if request.hinge is not None:
            hinge = np.concatenate([point - middle, axis, angles + opened])
        stood = stood - middle
        thing = Thing(**thing_of(stood.astype(np.float32), faces, name, request.turning, hinge)).to(self.device)
        regions = [None, None]
        if request.touch is not None:
            touch = np.tile(request.touch, 2 if opened else 1)  # as `shut` repeats the vertices
            regions = [region_of(each, stood, faces, thing, request.turning) for each in touch]
        betas = torch.as_tensor(np.asarray(request.hand_shape, np.float32)).to(self.device)
        return {"thing": thing, "scale": scale, "facing": facing, "turn": turn, "offset": -middle, "opened": opened,
                "table": Table(thing, opened), "regions": regions, "betas": betas}  # fmt: skip

    def condition(self, thing, prompt, which, betas, batch=1):
        """What the network is told, for `batch` samples; which: a key of FLAGS; betas (2, 10)."""
        told = {"text": torch.as_tensor(self.text.encode([prompt])).float(), "points": thing.points[None].float(),
                "normals": thing.normals[None].float(), "moving": thing.moving[None], "betas": betas[None],
                "hinge": torch.as_tensor(thing.hinge)[None], "hands": torch.tensor([FLAGS[which]]),
                "drop": torch.zeros(1, dtype=torch.bool)}  # fmt: skip
        return {n: v.to(self.device).expand(batch, *v.shape[1:]).contiguous() for n, v in told.items()}

    def noise(self, seed, frames, number=0):
        """Frames (1,) and the noise (1, T, 720) that a seed stands for in a request's sentence of that number."""
        generator = torch.Generator().manual_seed((int(seed) + number * 2**40) % 2**63)
        noise = torch.randn((1, frames, SIGNAL), generator=generator).to(self.device)
        return torch.tensor([frames], device=self.device), noise

    def chosen(self, thing, prompt, betas, frames, noise):
        """The hands for a prompt that names none: those that touch in a quick, unguided sample; the right one in
        doubt.
        """
        told = self.condition(thing, prompt, "auto", betas)
        signal = sample(self.model, told, frames, steps=10, scale=SCALE, noise=noise)
        left, right = signal[0, :, MOTION:].unflatten(-1, (2, -1)).amax((0, 2)).tolist()
        peak = TOUCHING * max(left, right)
        left, right = left > peak, right > peak
        return "both" if left and right else "left" if left else "right"

    def draw(self, stage, prompt, which, frames, noise, quality, tell, opened=0.0, given=None):
        """Samples one clip of what `prepare` made ready: y0 (T, 720) in the canonical frame.

        opened: the angle of the hinge in the first frame; given: the frames that are fixed (diffusion.given.Given) or
        None.
        """
        thing, betas, regions = stage["thing"], stage["betas"], stage["regions"]
        active = torch.tensor([FLAGS[which]], device=self.device) > 0
        share, inner, last = EFFORT[quality]
        more = {"regions": regions} if any(regions) else {}
        more["free"] = given and given.free
        guide = self.guidance(self.hands, thing, active, shape=betas, inner=inner, last=last, **more)
        told, keep = self.condition(thing, prompt, which, betas), given or (lambda signal: signal)

        def steered(signal, step, steps):
            signal = waiting(signal, active, thing, opened)
            return keep(aimed(signal, regions, self.hands, thing, active, betas, step < AIMED * steps))

        def grounded(signal):
            return stage["table"](signal, active, given and given.free_object)

        def corrected(signal, step, steps):
            signal = steered(signal, step, steps)
            signal = grounded(signal) if 2 * step >= steps else signal
            return keep(guide(signal, step, steps)) if guide else signal

        def quick(noises, steps):
            many = {name: value.expand(len(noises), *value.shape[1:]) for name, value in told.items()}
            many |= given.condition(len(noises)) if given else {}
            lengths = frames.expand(len(noises))
            return sample(self.model, many, lengths, steps=steps, scale=SCALE, noise=noises, guide=steered)

        if any(regions):
            noise = nearest_noise(quick, noise, regions, self.hands, thing, active, betas)

        told |= given.condition() if given else {}
        signal = sample(
            self.model, told, frames, steps=round(share * STEPS), scale=SCALE, noise=noise, guide=corrected,
            progress=lambda step, steps: tell(step / steps, f"Sampling, step {step + 1} of {steps}"),
        )  # fmt: skip
        signal = waiting(signal, active, thing, opened)[0]  # guidance smooths the angle too
        signal = settled(signal, active[0], bool(thing.hinge.any()), given)
        return keep(grounded(signal[None]))[0]

    def clip(self, request, stage, signal, active):
        """y0 in the canonical frame -> Clip in the request's world."""
        motion, contact = signal[:, :MOTION].cpu(), signal[:, MOTION:].cpu().unflatten(-1, (2, -1)).clamp(0, 1)
        place, turn, articulation = unpack_object(motion)
        wrists, rotations = to_world(*unpack_hands(motion), place, turn)
        place, turn, wrists, rotations = (v.numpy().astype(float) for v in (place, turn, wrists, rotations))
        for side in (0, 1):
            if not active[side]:  # a hand that plays no part stays beside the work, flat
                wrists[:, side], rotations[:, side] = IDLE[side], np.eye(3)
        facing, scale, thing = stage["facing"], stage["scale"], stage["thing"]
        origin = np.asarray(request.translation, float)
        shrink = scale if request.fit == "scale_hands" else 1.0  # canonical metres per metre of the request's world

        def out(points):  # canonical -> world; the object's own origin stays where the request has it
            return (points - stage["offset"]) @ facing.T / shrink + origin

        hands = [
            hand.rest(torch.as_tensor(np.asarray(b, np.float32)).to(self.device))
            for hand, b in zip(self.hands, request.hand_shape)
        ]
        rotations[:, :, 0] = facing @ rotations[:, :, 0]
        at_first = torch.tensor([stage["opened"]], device=self.device)  # as the request's mesh shows them
        points = (thing.points_at(at_first)[0].cpu().numpy() - stage["offset"]) @ stage["turn"] / scale
        clip = seam.Clip(
            object_translation=out(np.einsum("tij,j->ti", turn, stage["offset"]) + place),
            object_rotation=facing @ turn @ stage["turn"],
            object_articulation=articulation.numpy() - stage["opened"],
            hand_translation=out(wrists), hand_rotation=rotations, hand_shape=np.asarray(request.hand_shape),
            hand_active=np.asarray(active, bool), contact_points=points, contact=contact.numpy(),
            hand_rest_vertices=np.stack([h[0].cpu().numpy() for h in hands]) / shrink,
            hand_rest_joints=np.stack([h[1].cpu().numpy() for h in hands]) / shrink,
            hand_faces=np.stack([hand.faces.cpu().numpy() for hand in self.hands]),
            hand_weights=np.stack([hand.weights.cpu().numpy() for hand in self.hands]),
            hand_shape_directions=np.stack([hand.shape_directions.cpu().numpy() for hand in self.hands]) / shrink,
            hand_joint_directions=np.stack([hand.joint_directions.cpu().numpy() for hand in self.hands]) / shrink,
            hand_shape_names=self.hands[0].shape_names,
            fps=FPS, prompt=" Then: ".join(sentence for sentence, _ in request.sentences),
            seed=int(request.seed), hand_scale=1.0 / shrink,
            object_scale=scale if request.fit == "scale_object" else 1.0,
            metrics=measures(signal, self.hands, thing, active, FPS, stage["betas"]),
        )  # fmt: skip
        for name, value in vars(clip).items():
            if isinstance(value, np.ndarray) and value.dtype == np.float64:
                setattr(clip, name, value.astype(np.float32))
        clip.hand_faces = clip.hand_faces.astype(np.int32)
        return clip


def shut(vertices, faces, turning, point, axis, low, high):
    """The same mesh with its hinge as the model knows objects, shut at angle 0 -> vertices, faces, how far it was open.

    A part that stands more than a third open is turned to its lowest angle; any other stays as it is, with 0.0.
    """
    if -low < (high - low) / 3:
        return vertices, faces, 0.0
    turned = (vertices - point) @ axis_angle_to_matrix(torch.as_tensor(low * axis)).numpy().T + point
    faces = np.where(turning[:, None], faces + len(vertices), faces)  # no vertex is shared with what stays
    return np.concatenate([vertices, turned]), faces, float(-low)


def settled(signal, active, hinged=False, given=None):
    """The same clip with its object exactly where it stood until a hand touches it, and at rest once the last let go.

    The network's own frames there are off by a millimetre or so; the angle of a hinge is as `waiting` left it, 0 where
    there is none. Hands are given in the object's frame and move along. Where frames are fixed before the first touch,
    it stands as the last of these says; after the last fixed frame it may come to rest, not before.
    """
    fixed = given.given[:, OBJECT].nonzero()[:, 0] if given else ()
    if len(fixed) == len(signal):
        return signal
    motion = signal[:, :MOTION]
    touch = sharpened(signal[None, :, MOTION:].unflatten(-1, (2, -1)))[0].amax(-1)[:, active] > TOUCHING
    touched = touch.any(-1).nonzero()[:, 0]
    first, last = (int(touched[0]), int(touched[-1])) if len(touched) else (len(signal) - 1, len(signal) - 1)
    stood, stood_turn, begin = torch.zeros(3).to(signal), torch.eye(3).to(signal), 0
    if len(fixed):
        last = max(last, int(fixed[-1]))
        if len(before := fixed[fixed <= first]):
            begin = int(before[-1])
            stood, stood_turn, _ = unpack_object(given.known[begin])
    place, turn, angle = (part.clone() for part in unpack_object(motion))
    angle = angle * hinged
    turned = turn @ turn[first].T
    place[begin:] = (place + turned @ (stood - place[first]))[begin:]
    turn[begin:] = (turned @ stood_turn)[begin:]
    place[begin:first], turn[begin:first] = stood, stood_turn
    place[last:], turn[last:] = place[last].clone(), turn[last].clone()
    changed = signal.clone()
    changed[:, MOTION - 10 : MOTION - 7] = place
    changed[:, MOTION - 7 : MOTION - 1] = matrix_to_sixd(turn)
    changed[:, MOTION - 1] = angle
    return changed
