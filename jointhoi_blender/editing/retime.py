"""A take moved in time, made slower or faster, or moved in space: hands, object, its part and the heatmap as one.

Sparse keys are moved with their handles, so that each curve has the same values at the moments that correspond. Keys on
every frame stay on whole frames: the object is resampled on its own, the hands in its frame, so that what is held does
not slip.
"""

from mathutils import Matrix
import numpy as np

from .. import seam
from ..scene.request import rigid_part
from ..takes import attach, keys, object_keys, resample
from ..takes.take import find_all
from . import controls, curves, motion, sparse


def retime(take, start=None, speed=1.0):
    """Moves a take to begin at the frame `start` and makes it `speed` times as fast. Raises UserError.

    What the object did before is cut where the take begins, as when it was made; keys after the take move with its end.
    """
    motion.check(take)
    controls.check_none(take)
    _check_own(take)
    first, last = take.frame_range
    start = first if start is None else int(start)
    if not 0.05 <= speed <= 20:
        raise seam.UserError("A take can be made at most 20 times as fast or as slow; choose a speed from 0.05 to 20.")
    count = max(int(np.ceil((last - first) / speed - 1e-6)), 1) + 1
    frames = (start, start + count - 1)
    _check_free(take, frames)
    owners, old = take.hands | sparse.movers(take), np.arange(first, last + 1)
    if take.carrier and take.object:  # what it carries holds still, and shows the heatmap
        owners["carried"] = take.object
    astray = [each for each in owners.values() if each.parent and object_keys.moves(each)]  # by a parent that stays
    dense = bool(astray) or speed != 1 and not sparse.is_sparse(take)
    if dense:
        times = np.minimum(np.arange(count) * speed, last - first)
        seen = _held(take, old)
        worlds = {thing: motion.sample(old, motion.world_matrix(thing)) for thing in astray}
    for name, owner in owners.items():
        record = take.record.get("part") if name == "part" else take.record if name not in seam.SIDES else None
        bag = keys.channels(owner.animation_data)
        for curve in bag.fcurves:
            _move(curve, (first, last), frames, speed, _earlier(record, owner, curve))
        if dense and name not in seam.SIDES:
            _resample(bag, (first, last), frames, times)
    for name, action in take.record.items():
        if name.startswith(sparse.DENSE):
            for curve in keys.channels_of(action).fcurves:
                _move(curve, (first, last), frames, speed)
    for record in attach.of_take(take.record):
        record["frames"] = list(frames)
    if dense:
        for thing, matrices in worlds.items():
            new = np.arange(start, start + count)
            object_keys.key_object(thing, keys.channels(thing.animation_data), new, _between(matrices, times))
        _hold(take, seen, times)
        if astray:
            sparse.forget(take)


def place(take, offset=(0.0, 0.0, 0.0), turn=0.0):
    """Moves a whole take by offset (3,), Blender units, after turning it by `turn` radians about the vertical.

    It turns where the object stands at first. Sparse keys stay sparse unless the object turns. Raises UserError.
    """
    motion.check(take)
    controls.check_none(take)
    _check_own(take)
    _check_followed(take)
    frames = np.arange(take.frame_range[0], take.frame_range[1] + 1)
    moved = _free(take)
    pivot = motion.sample(frames[:1], motion.world_matrix(take.object or next(iter(take.hands.values()))))[0, :3, 3]
    step = np.array(Matrix.Translation(pivot) @ Matrix.Rotation(turn, 4, "Z") @ Matrix.Translation(-pivot), np.float64)
    step[:3, 3] += offset
    parents = {thing: object_keys.parent_matrices(thing, frames) for thing in moved}
    worlds = {thing: motion.sample(frames, motion.world_matrix(thing)) for thing in moved}
    for hand in take.hands.values():
        _place_hand(hand, step, frames)
    for thing, parent in parents.items():
        own = resample.inverses(parent) @ step @ parent
        bag = keys.channels(thing.animation_data)
        if turn == 0 and np.ptp(own, axis=0).max() < 1e-9:
            for curve in [each for each in bag.fcurves if each.data_path == "location"]:
                _add(curve, frames, own[0, curve.array_index, 3])
            continue
        after = {(each.data_path, each.array_index): curves.table(each) for each in bag.fcurves}
        object_keys.key_object(thing, bag, frames, step @ worlds[thing], parent)
        for curve in bag.fcurves:
            rows = after.get((curve.data_path, curve.array_index))
            if rows is not None and (late := rows[rows[:, 0] > frames[-1] + 0.5]).size:
                curves.set_table(curve, np.concatenate([curves.table(curve), late]))
        sparse.forget(take)
    if "middle" in take.record:
        take.record["middle"] = (step @ np.append(list(take.record["middle"]), 1))[:3].tolist()


def _check_own(take):
    if attach.follows(take.record):
        raise seam.UserError(
            f"The hands of “{take.name}” follow what “{take.object.name}” does by itself; change that, then Regenerate."
        )


def _check_followed(take):
    for other in find_all():
        if other.record.get("after") == take.record["number"]:
            raise seam.UserError(f"“{other.name}” goes on from where “{take.name}” ends; delete that one first.")


def _check_free(take, frames):
    """Raises UserError where a take can't be at `frames`."""
    _check_followed(take)
    rivals = attach.rivals(take.object, frames, take.record["number"]) if take.object else []
    if rivals:
        begins = rivals[0]["frames"][0]
        raise seam.UserError(f"Another take of “{take.object.name}” begins at frame {begins}; hide it first.")


def _free(take):
    """What moves the take's object and its part, without what moves along with the other."""
    found = sparse.movers(take)
    thing, part = take.object, found.get("part")
    if part and "object" in found and part in getattr(thing, "children_recursive", ()):
        del found["part"]
    return list(found.values())


# Time


def _earlier(record, owner, curve):
    """The keys that a curve of the take's object had before the take, from the object's own action; else None."""
    base = record.get("base") if record else None
    action = base.get("action") if base else None
    if not action or "after" in record or owner != record.get("object"):
        return None
    before, slot = owner.animation_data.action, keys.slot_of(owner.animation_data)
    try:
        keys.assign(owner.animation_data, action, base.get("slot", ""))
        found = keys.channels(owner.animation_data).fcurves.find(curve.data_path, index=curve.array_index)
        if found and not len(found.modifiers) and found.extrapolation == "CONSTANT":
            return curves.table(found)
    finally:
        keys.assign(owner.animation_data, before, slot)
    return None


def _move(curve, old, new, speed, earlier=None):
    """Moves the keys of a curve from the frames `old` (first, last) to `new`; earlier (k, 9): keys from before."""
    rows = curves.table(curve)
    if "influence" in curve.data_path:  # of the constraint that carries the object: it sets in where the take does
        rows[:, [0, 2, 4]] += new[0] - old[0]
        curves.set_table(curve, rows)
        return
    inside = curves.within(rows, *old)
    own, after = rows[inside], rows[~inside & (rows[:, 0] > old[1])]
    own[:, [0, 2, 4]] = new[0] + (own[:, [0, 2, 4]] - old[0]) / speed
    after[:, [0, 2, 4]] += new[1] - old[1]
    if earlier is not None and len(own):
        curves.set_table(curve, earlier)
        object_keys.truncate(curve, new[0])
        before = curves.table(curve)
    else:
        before = rows[~inside & (rows[:, 0] < min(old[0], new[0] - 0.5))]
    curves.set_table(curve, np.concatenate([before, own, after]))


def _resample(bag, old, new, times):
    """Puts keys that lie between frames onto whole ones; times (n,): where these are, counted in the old frames."""
    whole = np.arange(new[0], new[1] + 1)
    groups = {}
    for curve in bag.fcurves:
        rows = curves.table(curve)
        own = rows[(rows[:, 0] > new[0] - 0.01) & (rows[:, 0] < new[1] + 0.01)]
        if len(own) == old[1] - old[0] + 1:
            groups.setdefault(curve.data_path, []).append((curve, rows, own))
    for path, found in groups.items():
        values = np.stack([own[:, 1] for _, _, own in found], 1)
        if "modifiers" in path:
            values = values[np.round(times).astype(int)]
        elif path == "rotation_quaternion":
            values = resample.slerp(values, times)
        else:
            values = resample.smooth(values, times)
        for (curve, rows, own), column in zip(found, values.T):
            keyed = curves.linear(whole, column)
            keyed[:, 6] = own[0, 6]
            before, after = rows[rows[:, 0] < own[0, 0] - 0.01], rows[rows[:, 0] > own[-1, 0] + 0.01]
            curves.set_table(curve, np.concatenate([before, keyed, after]))


def _between(matrices, times):
    """Matrices (T, 4, 4), whose scale and shear are the first one's, at times (n,): (n, 4, 4)."""
    turns, rest = zip(*[rigid_part(matrix) for matrix in matrices])
    found = np.tile(np.eye(4), (len(times), 1, 1))
    found[:, :3, :3] = resample.matrices(resample.slerp(resample.quaternions(np.stack(turns)), times)) @ rest[0]
    found[:, :3, 3] = resample.smooth(matrices[:, :3, 3], times)
    return found


def _held(take, frames):
    """The hands' motion, in the object's frame where there is one: {hand: (wrist (n, 3), rotation (n, 16, 4))}."""
    found = {hand: motion.read_hand(hand, frames) for hand in take.hands.values()}
    shifts, turns = _frame(take, frames)
    return {
        hand: (
            resample.rotate(resample.conjugate(turns), wrist - shifts),
            np.concatenate([resample.multiply(resample.conjugate(turns), rotation[:, 0])[:, None], rotation[:, 1:]], 1),
        )
        for hand, (wrist, rotation) in found.items()
    }


def _hold(take, seen, times):
    """Keys the hands on the take's frames, from `_held` at times (n,), in old frames."""
    frames = np.arange(take.frame_range[0], take.frame_range[1] + 1)
    shifts, turns = _frame(take, frames)
    for hand, (wrist, rotation) in seen.items():
        wrist, rotation = resample.smooth(wrist, times), resample.slerp(resample.continuous(rotation), times)
        rotation[:, 0] = resample.multiply(turns, rotation[:, 0])
        bag = keys.channels(hand.animation_data)
        for curve in bag.fcurves:
            rows = curves.table(curve)
            curves.set_table(curve, rows[(rows[:, 0] < frames[0] - 0.01) | (rows[:, 0] > frames[-1] + 0.01)])
        motion.write_hand(hand, frames, resample.rotate(turns, wrist) + shifts, resample.continuous(rotation))


def _frame(take, frames):
    """Where the take's object is, as a rigid frame: shifts (n, 3), turns (n, 4)."""
    if not take.object:
        return np.zeros((len(frames), 3)), np.tile([1.0, 0, 0, 0], (len(frames), 1))
    matrices = motion.sample(frames, motion.world_matrix(take.object))
    turns = np.stack([rigid_part(matrix)[0] for matrix in matrices])
    return matrices[:, :3, 3], resample.continuous(resample.quaternions(turns))


# Space


def _place_hand(hand, step, frames):
    """Moves a hand by step (4, 4): its wrist's keys where they lie on the same frames, else a key on every frame."""
    world = np.array(hand.matrix_world, np.float64)
    own = np.linalg.inv(world) @ step @ world
    name = motion.hand_bones(hand)[0]
    rest = motion.rest_matrices(hand, [name])[0]
    into = np.linalg.inv(rest) @ own @ rest
    turn = resample.quaternions(into[:3, :3])
    left = np.stack([resample.multiply(turn, unit) for unit in np.eye(4)], 1)
    bag = keys.channels(hand.animation_data)
    ways = {"location": (into[:3, :3], into[:3, 3]), "rotation_quaternion": (left, np.zeros(4))}
    for path, (linear, shift) in ways.items():
        found = [bag.fcurves.find(f'pose.bones["{name}"].{path}', index=index) for index in range(len(shift))]
        tables = [curves.table(curve) for curve in found]
        if not all(len(rows) == len(tables[0]) and np.allclose(rows[:, :6:2], tables[0][:, :6:2]) for rows in tables):
            span = int(min(rows[0, 0] for rows in tables)), int(max(rows[-1, 0] for rows in tables))
            values = np.stack([curves.evaluate(curve, np.arange(span[0], span[1] + 1)) for curve in found], 1)
            tables = [curves.linear(np.arange(span[0], span[1] + 1), column) for column in values.T]
        together = np.stack(tables)  # (channels, keys, 9)
        for value in (1, 3, 5):
            together[:, :, value] = linear @ together[:, :, value] + shift[:, None]
        for curve, rows in zip(found, together):
            curves.set_table(curve, rows)


def _add(curve, frames, amount):
    """Adds to the values of a curve's keys from the take's first frame on."""
    rows = curves.table(curve)
    late = rows[:, 0] > frames[0] - 0.5
    rows[np.ix_(late, [1, 3, 5])] += amount
    curves.set_table(curve, rows)
