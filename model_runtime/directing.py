"""What a user directs beyond one sentence: frames that are fixed, and sentences that follow one another in one motion.

Each sentence is drawn as a clip of its own that begins with the last frames of what was there before it, fixed, in the
canonical frame of the whole: so the model sees where the object stood at first, who holds it and how it moves, and goes
on from there. What a user fixed is fixed in each.
"""

import re

import numpy as np
import torch

from .condition.hands import hands_named
from .diffusion.given import Given, OBJECT
from .diffusion.guidance import TOUCHING, sharpened
from .diffusion.representation import (
    FPS, HAND, IDLE, MOTION, SEEN, SIGNAL, pack_motion, to_world, unpack_hands, unpack_object,
)  # fmt: skip

GLIDE = 9  # frames in which a hand that has nothing more to do comes to rest
STIRS = (
    0.004  # metres, and a tenth of its rotation's nine numbers: an object that is farther from where it was has moved
)
EARLY = 3  # frames that a hand has hold of an object before it moves, and after
HURRY = 2  # times as fast as drawn a hand may come
SOFT = 4  # frames to either side over which changes of that speed are smoothed
HOME = 0.35  # seconds: what is put back stands there for this share of the sentence's end
GOES_BACK = re.compile(r"\b(?:put|set|place|lay|bring|move|return)\w*\b[^.;]{0,60}\bback\b|\breturn\w*\b", re.I)


def directed(generator, request, stage, tell):
    """Draws all sentences of a request -> y0 (T, 720) in the canonical frame, and the hands that play a part, (2,)
    bool."""
    known, given = fixed(request, stage)
    known, given = known.to(generator.device), given.to(generator.device)
    signal = torch.zeros(request.frames, SIGNAL, device=generator.device)
    ever, before, done = (
        torch.zeros(2, dtype=torch.bool),
        None,
        0,
    )  # hands that acted; those of the last sentence; frames
    sentences = request.sentences
    for number, (sentence, last) in enumerate(sentences):
        begin = max(0, done - SEEN)
        told, fix = known[begin : last + 1].clone(), given[begin : last + 1].clone()
        frames, noise = generator.noise(request.seed, len(told), number)
        which = whose(generator, request, stage, sentence, frames, noise, before, signal[:done], fix)
        acts = torch.tensor(["left" in which or which == "both", "right" in which or which == "both"])
        past = done - begin
        if done:
            told[:past] = signal[begin:done, :MOTION]
            # A hand that comes in now was drawn by nobody before: it is free to have been on its way already.
            fix[:past] = torch.stack([~acts[0] | ever[0], ~acts[1] | ever[1], torch.tensor(True)]).to(fix.device)
            if GOES_BACK.search(sentence) and not given[done : last + 1, OBJECT].any():
                home = len(told) - min(int(HOME * FPS), (last - done) // 3)
                told[home:, 2 * HAND :], fix[home:, OBJECT] = signal[0, 2 * HAND : MOTION], True

        def part(fraction, message, number=number):
            said = f"{message}, sentence {number + 1} of {len(sentences)}" if len(sentences) > 1 else message
            tell(0.15 + 0.8 * (number + fraction) / len(sentences), said)

        opened = float(told[0, MOTION - 1]) if done else stage["opened"]
        touched = signal[begin:done, MOTION:] if done else None
        holds = holding(signal[:done]) if done else (False, False)
        keep = Given(told, fix, touched, holds) if fix.any() else None
        drawn = generator.draw(stage, sentence, which, frames, noise, request.quality, part, opened, keep)
        if fix[:, OBJECT].all() and not fix[:, :OBJECT].any():
            drawn = on_time(drawn, acts)
        signal = joined(signal, drawn, begin, done, last + 1, acts, ever)
        ever, before, done = ever | acts, acts, last + 1
    return signal, ever.numpy()


def whose(generator, request, stage, sentence, frames, noise, before, past, fix):
    """The hands for a sentence: those asked for or named; else those of the sentence before, else what suits the model.

    Hands that hold the object when a sentence begins, or that are fixed during it, act in it whatever it says.
    """
    which = request.hands if request.hands != "auto" else hands_named(sentence)
    if which == "auto" and before is not None:
        which = "both" if before.all() else "left" if before[0] else "right"
    fixed_hands = fix[:, :OBJECT].any(0).tolist()
    if which == "auto" and any(fixed_hands):
        which = "both" if all(fixed_hands) else "left" if fixed_hands[0] else "right"
    painted = [region is not None for region in stage["regions"]]
    if which == "auto" and any(painted):
        which = "both" if all(painted) else "left" if painted[0] else "right"
    if which == "auto":
        which = generator.chosen(stage["thing"], sentence, stage["betas"], frames, noise)
    acts = [which in ("left", "both"), which in ("right", "both")]
    if before is not None:
        holds = holding(past)
        acts = [a or (bool(b) and h) for a, b, h in zip(acts, before, holds)]
    acts = [a or f for a, f in zip(acts, fixed_hands)]
    return "both" if all(acts) else "left" if acts[0] else "right"


def holding(signal):
    """Whether each hand touches at the end of y0 (T, 720), by its contact map: [bool, bool]."""
    contact = signal[None, :, MOTION:].unflatten(-1, (2, -1))
    return (sharpened(contact)[0, -SEEN:].amax(-1).median(0).values > TOUCHING).tolist()


def on_time(signal, acts):
    """The same y0 (T, 720) with hands that are there when an object moves which moves by itself, and stay until it
    rests.

    acts (2,) bool. The model is told the path, but may come late to it. The hands, in the object's frame, and their
    contact are played faster up to the first touch, or begin on their way, and slower to the last.
    """
    frames = torch.arange(len(signal), device=signal.device)
    place, turn, _ = unpack_object(signal[:, :MOTION])

    def away(row):
        return ((place - place[row]).norm(dim=-1) > STIRS) | ((turn - turn[row]).flatten(1).norm(dim=-1) > 10 * STIRS)

    contact = sharpened(signal[None, :, MOTION:].unflatten(-1, (2, -1)))[0, :, acts.to(signal.device)]
    touched, moves, goes_on = (frames[rows] for rows in ((contact.amax(-1) > TOUCHING).any(-1), away(0), away(-1)))
    if not (len(touched) and len(moves)):
        return signal
    first, last, end = int(touched[0]), int(touched[-1]), len(signal) - 1
    taken = min(first, max(int(moves[0]) - EARLY, 0))
    let_go = max(last, min(int(goes_on[-1]) + EARLY, end))
    knots = [(0, max(0, first - HURRY * taken)), (taken, first), (let_go, last), (end, end)]
    source = np.interp(np.arange(-SOFT, end + SOFT + 1), *zip(*sorted(dict(knots).items())))
    source[:SOFT], source[end + SOFT :] = source[SOFT], source[end + SOFT]
    window = np.hanning(2 * SOFT + 3)[1:-1]
    source = torch.from_numpy(np.convolve(source, window / window.sum(), "valid")).to(signal)
    before = source.floor().long().clamp(0, end - 1)
    share = (source - before)[:, None]
    played = signal[before] + share * (signal[before + 1] - signal[before])
    return torch.cat([played[:, : 2 * HAND], signal[:, 2 * HAND : MOTION], played[:, MOTION:]], -1)


def joined(signal, drawn, begin, done, end, acts, ever):
    """Puts a window's y0 (n, 720), which begins at frame `begin`, behind the `done` frames of the whole (T, 720)."""
    signal, past = signal.clone(), done - begin
    touch = drawn[:, MOTION:].unflatten(-1, (2, -1))
    if past:  # as sure as the map that it goes on from: see Given.going_on
        surer = signal[begin:done, MOTION:].unflatten(-1, (2, -1)).amax((0, 2)) / touch[:past].amax((0, 2)).clamp_min(
            1e-6
        )
        touch = (touch * surer.clamp(1, 2)[:, None]).clamp(max=1)
    signal[done:end] = torch.cat([drawn[:, :MOTION], touch.flatten(-2)], -1)[past:]
    for side in (0, 1):
        columns = slice(HAND * side, HAND * (side + 1))
        points = slice(MOTION + (SIGNAL - MOTION) // 2 * side, MOTION + (SIGNAL - MOTION) // 2 * (side + 1))
        if not acts[side] and ever[side]:  # it comes to rest where it is
            signal[done:end, columns] = gliding(signal, side, done, end)
            signal[done:end, points] = 0.0
        elif acts[side] and not ever[side] and done:  # it waits where it will start from
            signal[begin:done, columns] = drawn[:past, columns]
            signal[:begin, columns] = still(signal, side, begin, torch.arange(begin, device=signal.device))
            signal[:begin, points] = 0.0
            signal[begin:done, points] = drawn[:past, points]
    return signal


def in_world(motion, side):
    """One hand of X (T, 208): wrist (T, 3) and rotations (T, 16, 3, 3), of which the first is in the canonical
    world.
    """
    place, turn, _ = unpack_object(motion)
    wrists, rotations = to_world(*unpack_hands(motion), place, turn)
    return wrists[:, side], rotations[:, side]


def packed_hand(motion, side, wrist, rotation):
    """The other way round: wrist (T, 3) and rotations (T, 16, 3, 3) -> that hand's numbers (T, 99)."""
    place, turn, angle = unpack_object(motion)
    wrists, rotations = wrist[:, None].expand(-1, 2, 3), rotation[:, None].expand(-1, 2, 16, 3, 3)
    return pack_motion(place, turn, angle, wrists, rotations)[:, HAND * side : HAND * (side + 1)]


def still(signal, side, row, rows):
    """The numbers (n, 99) of a hand that is at frames `rows` (n,) where it is in the world at frame `row`."""
    wrist, rotation = in_world(signal[row : row + 1, :MOTION], side)
    return packed_hand(signal[rows, :MOTION], side, wrist.expand(len(rows), 3), rotation.expand(len(rows), 16, 3, 3))


def gliding(signal, side, done, end):
    """The numbers (n, 99) of a hand that goes on from frame done - 1 as it moved, and comes to rest within GLIDE
    frames.
    """
    wrist, rotation = in_world(signal[done - 2 : done, :MOTION], side)
    u = (torch.arange(1, end - done + 1, device=signal.device) / GLIDE).clamp(max=1)
    way = GLIDE * (1 - (1 - u) ** 3) / 3
    wrist = wrist[1] + way[:, None] * (wrist[1] - wrist[0])
    return packed_hand(signal[done:end, :MOTION], side, wrist, rotation[1].expand(len(way), 16, 3, 3))


def fixed(request, stage):
    """What a request fixes, in the canonical frame: known (T, 208) and given (T, 3), float32 and bool on the CPU."""
    if request.given is None:
        return torch.zeros(request.frames, MOTION), torch.zeros(request.frames, 3, dtype=torch.bool)
    facing, turn, offset = stage["facing"], stage["turn"], stage["offset"]
    shrink = stage["scale"] if request.fit == "scale_hands" else 1.0

    def inside(points):  # world -> canonical
        return shrink * (np.asarray(points, float) - np.asarray(request.translation, float)) @ facing + offset

    objects, hands = request.given[:, OBJECT], request.given[:, :OBJECT]
    turns = np.tile(np.eye(3), (request.frames, 1, 1))
    turns[objects] = facing.T @ np.asarray(request.object_rotation, float)[objects] @ turn.T
    places, angles = np.zeros((request.frames, 3)), np.zeros(request.frames)
    places[objects] = inside(request.object_translation[objects]) - turns[objects] @ offset
    angles[objects] = request.object_articulation[objects] + stage["opened"]
    wrists = np.tile(IDLE.astype(float), (request.frames, 1, 1))
    wrists[hands] = inside(request.hand_translation[hands])
    rotations = np.tile(np.eye(3), (request.frames, 2, 16, 1, 1))
    rotations[hands] = np.asarray(request.hand_rotation, float)[hands]
    wrist = rotations[..., 0, :, :]
    wrist[hands] = facing.T @ wrist[hands]
    known = pack_motion(*(torch.from_numpy(v) for v in (places, turns, angles, wrists, rotations)))
    return known.float(), torch.from_numpy(request.given)
