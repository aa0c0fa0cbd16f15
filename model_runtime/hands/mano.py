"""Reads a user's own MANO_LEFT.pkl and MANO_RIGHT.pkl as data: without chumpy, and without running any code in them.

A pickle is a program: it names functions and calls them. Here every name that it may use stands for an inert record
that only remembers what it was called with; any other name is refused. The code below then takes the arrays out of
those records, and checks every size against the bytes that are really there.
"""

import io
import os
import pickle
import pickletools

import numpy as np

from ..seam import JOINT_PARENTS, SIDES, UserError
from .layer import Hand

LARGEST_FILE = 64 * 2**20  # bytes; the released files have 4 MB
MOST_STEPS = 100_000  # a released file takes some hundred
MOST_VERTICES = 50_000


class NotMano(Exception):
    """Why a file can't be used, as the middle of a sentence."""


class _Record:
    """What a pickled object was made with: `args` of its call, `state` set later. It does nothing."""

    __slots__ = ("args", "state")
    name = ""

    def __new__(cls, *args):
        record = object.__new__(cls)
        record.args, record.state = args, None
        return record

    def __init__(self, *args):
        pass

    def __setstate__(self, state):
        self.state = state


_NUMPY = ("numpy.core", "numpy._core")
_ADMITTED = {
    **{(f"{m}.multiarray", n): n for m in _NUMPY for n in ("_reconstruct", "scalar")},
    **{(f"{m}.numeric", "_frombuffer"): "_frombuffer" for m in _NUMPY},
    **{("numpy", n): n for n in ("ndarray", "dtype")},
    **{(f"scipy.sparse.{p}{m}", f"{m}_{k}"): m for p in ("", "_") for m in ("csc", "csr") for k in ("matrix", "array")},
    **{(m, "_reconstructor"): "_reconstructor" for m in ("copy_reg", "copyreg")},
    **{(m, n): n for m in ("__builtin__", "builtins") for n in ("object", "set", "frozenset")},
    ("_codecs", "encode"): "encode",
}  # fmt: skip
_RECORDS = {name: type(name, (_Record,), {"__slots__": (), "name": name}) for name in set(_ADMITTED.values())}
_CHUMPY = {
    name: type(name, (_Record,), {"__slots__": (), "name": name})
    for name in ("chumpy.ch.Ch", "chumpy.reordering.Select", "chumpy")
}


class _DataUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if module == "chumpy" or module.startswith("chumpy."):
            return _CHUMPY.get(f"{module}.{name}", _CHUMPY["chumpy"])
        if (module, name) not in _ADMITTED:
            raise NotMano(f"it names {module}.{name}, which has no place in a MANO file")
        return _RECORDS[_ADMITTED[module, name]]


def _unpickle(data):
    """Bytes -> plain containers of numbers, strings and records."""
    for step, (opcode, argument, _) in enumerate(pickletools.genops(data)):  # reads lengths, runs nothing
        if step > MOST_STEPS or ("PUT" in opcode.name and argument is not None and argument > MOST_STEPS):
            raise NotMano("it is far more complicated than a MANO file")
        if opcode.name in ("PERSID", "BINPERSID", "EXT1", "EXT2", "EXT4", "NEXT_BUFFER"):
            raise NotMano(f"it uses {opcode.name}, which a MANO file has no use for")
    return _DataUnpickler(io.BytesIO(data), encoding="latin1").load()


def _kind(value):
    """The name of what a record stands for; copyreg's detour for old-style classes is followed. None for others."""
    if not isinstance(value, _Record):
        return None
    if value.name == "_reconstructor" and value.args and isinstance(value.args[0], type):
        return getattr(value.args[0], "name", None)
    return value.name


def _bytes(value):
    if _kind(value) == "encode":  # how Python 3 writes bytes into an old protocol
        text, encoding = value.args
        if encoding not in ("latin1", "latin-1"):
            raise NotMano("it holds bytes in an encoding that numpy never writes")
        return text.encode("latin1")
    if not isinstance(value, (str, bytes, bytearray)):
        raise NotMano("it holds an array of something other than numbers")
    return value.encode("latin1") if isinstance(value, str) else bytes(value)


def _dtype(value):
    """A plain number type; objects, structures and strings are refused."""
    code = str(value.args[0])
    order = value.state[1] if value.state else "="
    order, code = (code[0], code[1:]) if code[0] in "<>=|" else (order, code)
    if code not in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"):
        raise NotMano(f"it holds an array of type '{code}' where there should be numbers")
    return np.dtype((order if order in "<>" else "=") + code)


def _sizes(shape):
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if len(shape) > 4 or not all(isinstance(n, int) and 0 <= n <= LARGEST_FILE for n in shape):
        raise NotMano("it holds an array of an impossible shape")
    return shape


def _from_bytes(dtype, data, shape, fortran):
    try:  # a view of the bytes: nothing is allocated, and a shape that does not fit them is an error
        return np.frombuffer(data, dtype).reshape(_sizes(shape), order="F" if fortran else "C")
    except ValueError:
        raise NotMano("it holds an array whose shape does not match its data") from None


def _sparse(state, by_column):
    """scipy's compressed columns or rows -> a dense array."""
    rows, columns = _sizes(state["_shape"] if "_shape" in state else state["shape"])
    if rows * columns > 16 * MOST_VERTICES:
        raise NotMano("it holds a sparse matrix far larger than a hand needs")
    data, indices, starts = (_array(state[name]) for name in ("data", "indices", "indptr"))
    dense = np.zeros((columns, rows) if by_column else (rows, columns))
    if len(starts) != len(dense) + 1 or starts[0] != 0 or starts[-1] != len(data) or (np.diff(starts) < 0).any():
        raise NotMano("it holds a sparse matrix that contradicts itself")
    np.add.at(dense, (np.repeat(np.arange(len(dense)), np.diff(starts)), indices), data)
    return dense.T if by_column else dense


def _array(value, depth=0):
    """The numbers a record stands for, as a numpy array."""
    kind = _kind(value)
    if depth > 4:
        raise NotMano("its arrays are nested too deeply")
    if kind == "_reconstruct":
        _, shape, dtype, fortran, data = value.state
        return _from_bytes(_dtype(dtype), _bytes(data), shape, fortran)
    if kind == "_frombuffer":
        data, dtype, shape, order = value.args
        return _from_bytes(_dtype(dtype), _bytes(data), shape, order == "F")
    if kind == "scalar":
        return _from_bytes(_dtype(value.args[0]), _bytes(value.args[1]), (), False)
    if kind in ("csc", "csr"):
        return _sparse(value.state, kind == "csc")
    if kind == "chumpy.ch.Ch":
        return _array(value.state["x"], depth + 1)
    if kind == "chumpy.reordering.Select":  # chumpy's own: a.ravel()[idxs].reshape(preferred_shape)
        picked = _array(value.state["a"], depth + 1).ravel()[_array(value.state["idxs"], depth + 1)]
        return picked.reshape(_sizes(value.state.get("preferred_shape", picked.shape)))
    if isinstance(value, (int, float, list)):
        array = np.array(value)
        if array.dtype.kind in "iuf":
            return array
    raise NotMano("it holds something other than numbers where there should be an array")


def _fields(content):
    """The arrays a hand needs, checked against each other."""
    if not isinstance(content, dict):
        raise NotMano("it is not a table of arrays")
    names = ("v_template", "f", "weights", "J_regressor", "shapedirs", "posedirs", "kintree_table")
    missing = [name for name in names if name not in content]
    if missing:
        raise NotMano(f"it has no {', '.join(missing)}")
    fields = {name: _array(content[name]) for name in names}
    count, corners = len(fields["v_template"]), fields["f"]
    if not 4 <= count <= MOST_VERTICES:
        raise NotMano(f"it has {count} vertices")
    shapes = {"v_template": (count, 3), "weights": (count, 16), "J_regressor": (16, count), "posedirs": (count, 3, 135),
              "kintree_table": (2, 16), "shapedirs": (count, 3, fields["shapedirs"].shape[-1])}  # fmt: skip
    for name, shape in shapes.items():
        if fields[name].shape != shape:
            raise NotMano(f"its {name} has the shape {fields[name].shape} instead of {shape}")
        if not np.isfinite(fields[name]).all():
            raise NotMano(f"its {name} has values that are not finite numbers")
    if fields["shapedirs"].shape[-1] < 10:
        raise NotMano("it has fewer than ten shape directions")
    if corners.ndim != 2 or corners.shape[1] != 3 or not len(corners) or corners.min() < 0 or corners.max() >= count:
        raise NotMano("its triangles name vertices that do not exist")
    if tuple(fields["kintree_table"][0, 1:].astype(np.int64)) != JOINT_PARENTS[1:]:
        raise NotMano("its joints are not in MANO's order")
    return fields


def read_mano(path):
    """The arrays of one MANO pickle by name: v_template, f, weights, J_regressor (dense), shapedirs, posedirs, ...

    Raises seam.UserError for a file that is not one, or that holds anything but arrays.
    """
    try:
        if os.path.getsize(path) > LARGEST_FILE:
            raise NotMano("it is far larger than a MANO file")
        with open(path, "rb") as file:
            return _fields(_unpickle(file.read()))
    except NotMano as error:
        reason = str(error)
    except OSError as error:
        reason = f"it can't be read ({error.strerror})"
    except Exception:  # a broken or hostile file can make the unpickler raise anything
        reason = "it is damaged, or not a MANO file"
    advice = "Choose the file from MANO's own download."
    raise UserError(f"'{path}' can't be used as a MANO hand: {reason}. {advice}", "runtime")


def with_true_left(left, right):
    """The left hand's shape directions with the sign error of the released file mended, where it is there.

    A left hand mirrors the right one, so the x of its shape directions is the negative of the right's. In the released
    MANO_LEFT.pkl it equals the right's instead.
    """
    mine, other = left["shapedirs"][..., 0, :10], right["shapedirs"][..., 0, :10]
    if mine.shape != other.shape or np.abs(mine - other).sum() >= np.abs(mine + other).sum():
        return left
    return left | {"shapedirs": left["shapedirs"] * np.array([-1.0, 1.0, 1.0])[:, None]}


def load_mano(folder):
    """The left and the right `Hand` from a folder with MANO_LEFT.pkl and MANO_RIGHT.pkl (or its `models` or `mano`).

    Raises seam.UserError where a file is missing or is not MANO's.
    """
    for place in (folder, os.path.join(folder, "models"), os.path.join(folder, "mano")):
        paths = [os.path.join(place, f"MANO_{side}.pkl") for side in SIDES]
        if all(os.path.isfile(path) for path in paths):
            left, right = map(read_mano, paths)
            return Hand(with_true_left(left, right), 0), Hand(right, 1)
    raise UserError(
        f"There is no MANO_LEFT.pkl and MANO_RIGHT.pkl in '{folder}'. Choose the folder that you unpacked MANO's "
        "download to, or clear the setting to use the bundled hand.",
        "runtime",
    )
