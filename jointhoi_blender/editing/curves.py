"""The keys of an f-curve as one plain table, so that a stretch of it is replaced while the rest stays as it is.

A table is (k, 9) float64, a key a row: frame, value, left handle (2), right handle (2), interpolation, types of both
handles.
"""

import numpy as np

from ..takes import keys

CONSTANT, LINEAR, BEZIER = 0, 1, 2
ALIGNED, AUTO = 3, 4
FIELDS = (("co", 2), ("handle_left", 2), ("handle_right", 2), ("interpolation", 1), ("handle_left_type", 1),
          ("handle_right_type", 1))  # fmt: skip


def table(curve):
    """The keys of an f-curve: (k, 9)."""
    columns = []
    for name, width in FIELDS:
        values = np.empty(len(curve.keyframe_points) * width, np.float32 if width == 2 else np.intc)
        curve.keyframe_points.foreach_get(name, values)
        columns.append(values.reshape(-1, width))
    return np.concatenate(columns, 1).astype(np.float64)


def set_table(curve, rows):
    """Makes rows (k, 9), in the order of their frames, the only keys of an f-curve."""
    points = curve.keyframe_points
    points.clear()
    points.add(len(rows))
    column = 0
    for name, width in FIELDS:
        values = np.ascontiguousarray(rows[:, column : column + width], np.float32 if width == 2 else np.intc)
        points.foreach_set(name, values.ravel())
        column += width
    curve.update()


def linear(frames, values):
    """Rows of linear keys at frames (n,) with values (n,)."""
    rows = np.zeros((len(frames), 9))
    rows[:, 0], rows[:, 1] = frames, values
    rows[:, 2:4] = rows[:, 4:6] = rows[:, :2]
    rows[:, 6], rows[:, 7:] = LINEAR, AUTO
    return rows


def hermite(frames, values, slopes):
    """Rows of Bezier keys at frames (k,) with values (k,) and slopes (k,) a frame: cubic polynomials in time between.

    Handles a third of the way to the neighbour make the curve's own time run evenly.
    """
    frames = np.asarray(frames, np.float64)
    before = after = np.ones(1)
    if len(frames) > 1:
        gaps = np.diff(frames) / 3
        before, after = np.concatenate([gaps[:1], gaps]), np.concatenate([gaps, gaps[-1:]])
    rows = np.zeros((len(frames), 9))
    rows[:, 0], rows[:, 1] = frames, values
    rows[:, 2], rows[:, 3] = frames - before, values - slopes * before
    rows[:, 4], rows[:, 5] = frames + after, values + slopes * after
    rows[:, 6], rows[:, 7:] = BEZIER, ALIGNED
    return rows


def within(rows, first, last):
    """Which rows lie from frame `first` to frame `last`: (k,) bool."""
    return (rows[:, 0] > first - 0.5) & (rows[:, 0] < last + 0.5)


def replace(curve, first, last, rows):
    """Puts rows (k, 9) in the place of all keys from frame `first` to `last`; the others stay."""
    old = table(curve)
    inside = within(old, first, last)
    before, after = old[~inside & (old[:, 0] < first)], old[~inside & (old[:, 0] > last)]
    set_table(curve, np.concatenate([before, rows, after]))


def ensure(bag, path, index, group):
    """The f-curve of a property in the channels `bag`, a new one where there is none."""
    curve = bag.fcurves.find(path, index=index)
    if curve is None:
        curve = bag.fcurves.new(path, index=index)
        curve.group = keys.new_group(bag, group)
    return curve


def key_all(bag, path, frames, values, group):
    """Linear keys on every one of frames (n,) with values (n, k), in the place of what was keyed from first to last."""
    for index, column in enumerate(np.asarray(values).T):
        replace(ensure(bag, path, index, group), frames[0], frames[-1], linear(frames, column))


def evaluate(curve, frames):
    """The values (n,) of an f-curve at frames (n,)."""
    return np.array([curve.evaluate(frame) for frame in frames])


def copy_keys(source, target, first, last):
    """Gives the channels `target` the keys that `source` has from frame `first` to `last`, curve by curve."""
    for curve in source.fcurves:
        rows = table(curve)
        rows = rows[within(rows, first, last)]
        if len(rows):
            group = curve.group.name if curve.group else "Object Transforms"
            replace(ensure(target, curve.data_path, curve.array_index, group), first, last, rows)
