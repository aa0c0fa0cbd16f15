"""Sparse keys: a take's key on every frame becomes a few Bezier keys a bone, within an error that is stated.

Each bone gets its keys on frames of its own, the same for all of its channels. Between them the curves are cubic
splines, fitted by least squares; a key is added where the error is largest until all is within bounds. What stands
still keeps standing still, and the first and the last pose are kept exactly.
"""

import json

import bpy
import numpy as np

from .. import seam
from ..scene.request import metres_per_unit
from ..takes import attach, keys, resample
from . import controls, curves, motion

DENSE = "dense_"  # begins the names under which a take's record keeps actions as they were: dense_LEFT, dense_object
PIN = 1e4  # weight of what must be met, beside 1 for what is to be approached
EASE = 0.05  # weight of a key's slope being the motion's own, where nothing else tells it
STILL = 1e-6  # less than this from frame to frame is no motion
EAGER = (3.0, 2.2, 1.6, 1.2, 0.9, 0.7, 0.5, 0.35)  # errors rarely all add up: begin with more for each bone


def reduce(take, tolerance_mm=0.5, tolerance_deg=0.5):
    """Thins a take's keys out. Returns {"before", "after": number of keys, "error_mm", "error_deg": measured}.

    tolerance_mm bounds how far any joint, fingertip or corner of the object strays in any frame; tolerance_deg, how far
    anything turns. The error is measured on the keys that were written. Raises UserError.
    """
    motion.check(take)
    controls.check_none(take)
    frames = np.arange(take.frame_range[0], take.frame_range[1] + 1)
    bound = tolerance_mm / 1000 / metres_per_unit(bpy.context.scene), tolerance_deg
    before, record, owners = count_keys(take), take.record, _owners(take)
    plans = {}
    for name, owner in owners.items():
        body = take.object if name == "object" else owner
        found = _hand_parts(owner) if name in seam.SIDES else _object_parts(body, owner)
        plans[name] = found[1], *_thinned(keys.channels(owner.animation_data), found, frames, bound)
    errors = []
    for name, (judge, truth, curves_of, fits) in plans.items():
        action = owners[name].animation_data.action
        if DENSE + name not in record:
            record[DENSE + name] = action.copy()
            record[DENSE + name].name = f"{action.name} dense"
        _write(curves_of, fits, frames)
        errors.append(_errors(truth, judge(_values(curves_of, frames))))
    mm, deg = np.max(errors, axis=0)
    told = {"before": before, "after": count_keys(take), "error_deg": float(deg),
            "error_mm": float(mm) * 1000 * metres_per_unit(bpy.context.scene)}  # fmt: skip
    record["sparse"] = json.dumps(told)
    return told


def restore(take):
    """Gives a take the keys back that it had before `reduce`. Raises UserError where there are none."""
    motion.check(take)
    controls.check_none(take)
    if not is_sparse(take):
        raise seam.UserError(f"“{take.name}” still has all of its keys; there is nothing to restore.")
    for name, owner in _owners(take).items():
        dense = take.record.get(DENSE + name)
        if dense:
            curves.copy_keys(keys.channels_of(dense), keys.channels(owner.animation_data), *take.frame_range)
    forget(take)


def forget(take):
    """Drops the kept keys of a take: what it has now is what it has."""
    record = take.record
    for name in [each for each in record.keys() if each.startswith(DENSE)]:
        action = record[name]
        del record[name]
        if action and not action.users:
            bpy.data.actions.remove(action)
    if "sparse" in record:
        del record["sparse"]


def is_sparse(take):
    return "sparse" in take.record


def told(take):
    """What `reduce` returned, or None."""
    return json.loads(take.record["sparse"]) if is_sparse(take) else None


def movers(take):
    """What has the keys that move a take's object, or the empty that carries it, and its part: {"object", "part"}."""
    found = {}
    for name, record in zip(("object", "part"), attach.of_take(take.record)):
        thing = take.object if name == "object" else record.get("object")
        if name == "object" and take.carrier:
            found[name] = take.carrier
        elif attach.follows(record):
            continue  # it moves by itself
        elif thing and thing.animation_data and thing.animation_data.action == record.get("action"):
            found[name] = thing
    return {name: thing for name, thing in found.items() if thing.animation_data.action}


def _owners(take):
    """What has keys that can be thinned out, by name: the hands, and what moves the object."""
    return take.hands | movers(take)


def count_keys(take):
    """How many keys a take's hands and object have in the take's frames; those of the heatmap don't count."""
    return sum(
        int(curves.within(curves.table(curve), *take.frame_range).sum())
        for owner in _owners(take).values()
        for curve in keys.channels(owner.animation_data).fcurves
        if "modifiers" not in curve.data_path
    )


# Parts: what gets keys of its own. (path of curves..., how far a degree carries, the share of the error it may have)


def _hand_parts(hand):
    """The bones of a hand, and `judge`: curves' values at frames -> turns and places, for the error of all together."""
    heads, tips = motion.rest_points(hand)
    rest = resample.quaternions(motion.rest_matrices(hand, motion.hand_bones(hand))[:, :3, :3])
    names = motion.hand_bones(hand)
    reach = np.zeros(16)
    for joint in range(16):
        end = np.concatenate([heads, tips])[[each for each in range(21) if _hangs_on(each, joint)]]
        reach[joint] = np.linalg.norm(end - heads[joint], axis=1).max()
    parts = [([f'pose.bones["{names[0]}"].location', f'pose.bones["{names[0]}"].rotation_quaternion'], reach[0], 0.25)]
    parts += [([f'pose.bones["{names[joint]}"].rotation_quaternion'], reach[joint], 1 / 6) for joint in range(1, 16)]

    def judge(values):
        location = values[0][:, :3]
        basis = np.stack([values[0][:, 3:], *values[1:]], 1)
        basis = basis / np.linalg.norm(basis, axis=-1, keepdims=True)
        rotation = resample.multiply(rest, resample.multiply(basis, resample.conjugate(rest)))
        return motion.forward(heads, tips, resample.rotate(rest[0], location) + heads[0], rotation)

    return parts, judge


def _hangs_on(point, joint):
    """Whether a joint, or a fingertip from 16 on, moves when `joint` turns."""
    point = motion.TIPS[point - 16] if point >= 16 else seam.JOINT_PARENTS[point]
    while point > joint:
        point = seam.JOINT_PARENTS[point]
    return point == joint


def _object_parts(body, thing):
    """The same for what moves an object `body`, of which the farthest corner counts."""
    mode = thing.rotation_mode
    corners = np.array([list(corner) for corner in body.bound_box]) @ np.array(body.matrix_world, np.float64)[:3, :3].T
    path = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(mode, "rotation_euler")
    spread = np.linalg.norm(corners, axis=1).max()
    stretch = np.ones(1)
    if thing.parent:
        stretch = np.linalg.svd(np.array(thing.parent.matrix_world)[:3, :3], compute_uv=False)[:1]

    def judge(values):
        turns = turns_of(values[0][:, 3:], mode)
        places = (values[0][:, :3] * stretch)[:, None] + np.zeros((1, 8, 1))
        return turns[:, None], places + np.stack([resample.rotate(turns, corner[None]) for corner in corners], 1)

    return [(["location", path], spread, 0.5)], judge


def turns_of(values, mode):
    """Rotations (n, 4) from the values (n, 3 or 4) that an object or bone has in its rotation mode."""
    if mode == "QUATERNION":
        return values / np.linalg.norm(values, axis=-1, keepdims=True)
    if mode == "AXIS_ANGLE":
        axis = values[:, 1:] / np.maximum(np.linalg.norm(values[:, 1:], axis=1, keepdims=True), 1e-12)
        return np.concatenate([np.cos(values[:, :1] / 2), np.sin(values[:, :1] / 2) * axis], 1)
    turns = np.tile([1.0, 0, 0, 0], (len(values), 1))
    for letter in mode:
        index = "XYZ".index(letter)
        own = np.zeros((len(values), 4))
        own[:, 0], own[:, 1 + index] = np.cos(values[:, index] / 2), np.sin(values[:, index] / 2)
        turns = resample.multiply(own, turns)
    return turns


def _thinned(bag, found, frames, bound):
    """What is to be judged against, (turns, places), the curves of each part, and the fit of each part."""
    parts, judge = found
    curves_of = [[curve for path in paths for curve in _all_of(bag, path)] for paths, _, _ in parts]
    dense = _values(curves_of, frames)
    truth = judge(dense)
    for eager in EAGER:
        fits = [_fit_part(frames, values, part, bound, eager) for values, part in zip(dense, parts)]
        errors = _errors(truth, judge([spline(frames, *fit) for fit in fits]))
        if all(error <= limit for error, limit in zip(errors, bound)):
            break
    return truth, curves_of, fits


def _values(curves_of, frames):
    return [np.stack([curves.evaluate(curve, frames) for curve in each], 1) for each in curves_of]


def _write(curves_of, fits, frames):
    for each, (at, values, slopes) in zip(curves_of, fits):
        for index, curve in enumerate(each):
            still = np.ptp(values[:, index]) == 0 and not slopes[:, index].any()
            chosen = slice(0, 1) if still else slice(None)
            rows = curves.hermite(frames[at[chosen]], values[chosen, index], slopes[chosen, index])
            curves.replace(curve, frames[0], frames[-1], rows)


def _all_of(bag, path):
    found = [curve for curve in bag.fcurves if curve.data_path == path]
    return sorted(found, key=lambda curve: curve.array_index)


def _errors(one, two):
    return np.linalg.norm(one[1] - two[1], axis=-1).max(), motion.angles_deg(one[0], two[0]).max()


def _fit_part(frames, values, part, bound, eager):
    paths, reach, share = part
    moves = "location" in paths[0]
    mode = "EULER" if "euler" in paths[-1] else "AXIS_ANGLE" if "axis" in paths[-1] else "QUATERNION"

    def strays(fitted):
        """How much of what it may a fit strays, in each frame: (n,)."""
        turn = slice(3, None) if moves else slice(None)
        if mode == "QUATERNION":
            angle = np.radians(motion.angles_deg(turns_of(values[:, turn], mode), turns_of(fitted[:, turn], mode)))
        else:
            angle = np.linalg.norm(fitted[:, turn] - values[:, turn], axis=1)
        off = np.maximum(angle * reach / (share * bound[0]), np.degrees(angle) / (share * bound[1]))
        if moves:
            off = np.maximum(off, np.linalg.norm(fitted[:, :3] - values[:, :3], axis=1) / (share * bound[0]))
        return off / eager

    return fit(frames, values, strays)


# The fit: one set of keys for values (n, c) at frames (n,)


def fit(frames, values, strays):
    """Few keys whose spline stays near values (n, c): their indices (k,), values (k, c) and slopes (k, c) a frame.

    strays(fitted (n, c)) -> (n,): how far a fit is off in each frame; up to 1 is near enough.
    """
    flat = _rests(values)
    knots = sorted({0, len(frames) - 1} | flat)
    pinned = {0, len(frames) - 1} | flat
    while True:
        off = strays(spline(frames, *_solve(frames, values, knots, pinned, flat)))
        if off.max() <= 1:
            break
        new = set()
        for begin, end in zip(knots[:-1], knots[1:]):
            if end > begin + 1 and off[begin : end + 1].max() > 1:
                new.add(begin + 1 + int(off[begin + 1 : end].argmax()))
        if not new - set(knots):
            loose = set(knots) - pinned
            if not loose:
                break
            pinned |= loose
        knots = sorted(new | set(knots))
    for knot in [each for each in knots if each not in pinned]:  # some have become needless
        fewer = [each for each in knots if each != knot]
        if strays(spline(frames, *_solve(frames, values, fewer, pinned, flat))).max() <= 1:
            knots = fewer
    return _solve(frames, values, knots, pinned, flat)


def _rests(values):
    """Where stretches of at least three frames without motion begin and end: a set of indices."""
    still = np.concatenate([[False], abs(np.diff(values, axis=0)).max(1) < STILL, [False]])
    begins, ends = np.flatnonzero(~still[:-1] & still[1:]), np.flatnonzero(still[:-1] & ~still[1:])
    return {int(each) for begin, end in zip(begins, ends) if end - begin >= 2 for each in (begin, end)}


def spline(frames, at, values, slopes):
    """The cubic spline with values (k, c) and slopes (k, c) at frames[at], at all frames: (n, c)."""
    basis = _basis(frames, frames[at])
    return basis[:, : len(at)] @ values + basis[:, len(at) :] @ slopes


def _basis(frames, knots):
    """(n, 2 k): what the values and the slopes at knots (k,) weigh at frames (n,). Hermite's polynomials."""
    count = len(knots)
    if count == 1:
        return np.concatenate([np.ones((len(frames), 1)), np.zeros((len(frames), 1))], 1)
    segment = np.clip(np.searchsorted(knots, frames, "right") - 1, 0, count - 2)
    gap = (knots[segment + 1] - knots[segment]).astype(np.float64)
    s = (frames - knots[segment]) / gap
    basis, row = np.zeros((len(frames), 2 * count)), np.arange(len(frames))
    basis[row, segment] = (1 + 2 * s) * (1 - s) ** 2
    basis[row, segment + 1] = s * s * (3 - 2 * s)
    basis[row, count + segment] = gap * s * (1 - s) ** 2
    basis[row, count + segment + 1] = -gap * s * s * (1 - s)
    return basis


def _solve(frames, values, knots, pinned, flat):
    """The least squares spline through values (n, c) with keys at the indices `knots`, exact at those of `pinned`."""
    at, count = np.array(knots), len(knots)
    own = np.gradient(values, axis=0)[at] if len(frames) > 1 else np.zeros_like(values)
    own[[index for index, knot in enumerate(knots) if knot in flat]] = 0
    weight = np.ones(len(frames))
    weight[list(pinned & set(knots))] = PIN
    firm = np.array([PIN if knot in flat else EASE for knot in knots])
    basis = _basis(frames, frames[at]) * weight[:, None]
    system = basis.T @ basis
    system[range(count, 2 * count), range(count, 2 * count)] += firm**2
    right = basis.T @ (values * weight[:, None])
    right[count:] += firm[:, None] ** 2 * own
    found = np.linalg.solve(system, right)
    result, slopes = found[:count], found[count:]
    for index, knot in enumerate(knots):
        if knot in pinned:
            result[index] = values[knot]
        if knot in flat:
            slopes[index] = 0
    return at, result, slopes
