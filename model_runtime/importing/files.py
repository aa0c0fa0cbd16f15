"""Reads the files of data sets as data: nothing in a file is ever run.

GRAB's .npz and ARCTIC's .npy hold pickled tables, and a pickle is a program. They go through the unpickler of
hands/mano.py, for which every name stands for an inert record, and only arrays of numbers, text, tables and lists come
out of the records; anything else is refused.
"""

from functools import lru_cache
import io
import os
import zipfile

import numpy as np
import trimesh

from ..hands import mano
from ..hands.layer import Hand
from ..seam import SIDES, UserError

DEEPEST = 8  # tables within tables
LARGEST = 4 * 2**30  # bytes of one array
MOST_VERTICES = 2_000_000


class Refused(Exception):
    """Why a file can't be used, as the middle of a sentence."""


def _reading(path, read):
    """read() with every way in which it can fail told as a sentence."""
    try:
        return read()
    except UserError:  # of another file that was read on the way
        raise
    except (Refused, mano.NotMano) as error:
        reason = str(error).replace("a MANO file", "such a file")
    except OSError as error:
        reason = f"it can't be opened ({error.strerror or error})"
    except Exception:  # a broken or hostile file can make a parser raise anything
        reason = "it is damaged, or not what its name says"
    raise UserError(f"'{path}' can't be read: {reason}. Unpack it again from the data set's own download.", "request")


def _text_array(code, data, shape):
    """numpy's text types, U and S with a length, from their bytes."""
    kind, length = code.lstrip("<>=|")[0], code.lstrip("<>=|")[1:]
    if kind not in "US" or not length.isdigit() or code[0] == ">":
        raise Refused(f"it holds an array of type '{code}'")
    return np.frombuffer(mano._bytes(data), f"<{kind}{length}").reshape(mano._sizes(shape))


def _array(value):
    """A record of an array or of one of its values -> array, list (of an array of objects) or plain value."""
    kind = mano._kind(value)
    if kind == "_reconstruct":
        _, shape, dtype, _, data = value.state
        code = str(dtype.args[0])
        if code.lstrip("<>=|")[:1] == "O":
            items = [_plain(item) for item in data]
            return items[0] if shape == () and len(items) == 1 else items
        if code.lstrip("<>=|")[:1] in "US":
            return _text_array(code, data, shape)
    if kind == "scalar" and str(value.args[0].args[0]).lstrip("<>=|")[:1] in "US":
        return _text_array(str(value.args[0].args[0]), value.args[1], ()).item()
    if kind in ("_reconstruct", "_frombuffer"):
        return mano._array(value)
    if kind == "scalar":
        return mano._array(value).item()
    raise Refused("it holds something other than numbers, text, lists and tables")


def _plain(value, depth=0):
    if depth > DEEPEST:
        raise Refused("its tables are nested too deeply")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is bytes:
        return value.decode("latin1")
    if type(value) in (list, tuple):
        return [_plain(item, depth + 1) for item in value]
    if type(value) is dict:
        if not all(type(key) in (str, int) for key in value):
            raise Refused("it holds a table with odd names")
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    return _array(value)


def unpickle(data):
    """A pickle's bytes -> dicts, lists, numpy arrays of numbers or text, str, int, float, bool and None; nothing runs.

    Raises Refused or mano.NotMano, with the middle of a sentence, for anything else.
    """
    return _plain(mano._unpickle(data))


def _read_npy(file, size):
    version = np.lib.format.read_magic(file)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = header(file)
    rest = file.read()
    if dtype.hasobject:
        return unpickle(rest)
    if dtype.names or len(rest) > size or np.prod(shape, dtype=float) * dtype.itemsize > len(rest):
        raise Refused("it holds an array whose shape does not match its data")
    count = int(np.prod(shape))
    array = np.frombuffer(rest, dtype, count).reshape(shape, order="F" if fortran else "C")
    return array.item() if shape == () else array


def read_pickle(path):
    """A pickle file -> plain data as `unpickle` gives. Raises UserError."""

    def read():
        with open(path, "rb") as file:
            return unpickle(file.read())

    return _reading(path, read)  # fmt: skip


def read_npy(path):
    """An .npy file, pickled or not -> an array, its value where it has no dimensions, or data as `unpickle` gives."""

    def read():
        with open(path, "rb") as file:
            return _read_npy(file, os.path.getsize(path))

    return _reading(path, read)  # fmt: skip


def read_npz(path, names):
    """The entries `names` of an .npz file, pickled or not -> {name: array or plain data}. Raises UserError."""

    def read():
        with zipfile.ZipFile(path) as stored:
            held = {entry.filename: entry.file_size for entry in stored.infolist()}
            absent = [name for name in names if f"{name}.npy" not in held]
            if absent:
                raise Refused(f"it has no {', '.join(absent)}")
            found = {}
            for name in names:
                size = held[f"{name}.npy"]
                if size > LARGEST:
                    raise Refused(f"its {name} is far too large")
                found[name] = _read_npy(io.BytesIO(stored.read(f"{name}.npy")), size)
            return found

    return _reading(path, read)  # fmt: skip


def numbers(value, shape, what):
    """`value` as a float64 array of `shape` (None = any length); Refused with the name `what` where it is not."""
    array = np.asarray(value)
    fits = array.ndim == len(shape) and all(b is None or a == b for a, b in zip(array.shape, shape))
    if array.dtype.kind not in "iufb" or not fits:
        raise Refused(f"its {what} has the shape {array.shape} instead of {shape}")
    if not np.isfinite(array).all():
        raise Refused(f"its {what} has values that are not finite numbers")
    return array.astype(np.float64)


def checked(path, build):
    """build() with the Refused that `numbers` raises, and the KeyErrors of absent entries, told as a UserError."""

    def read():
        try:
            return build()
        except KeyError as error:
            raise Refused(f"it has no {error.args[0]}") from None

    return _reading(path, read)  # fmt: skip


def read_mesh(path):
    """An .obj or .ply file -> vertices (V, 3) float64 and triangles (F, 3) int64, both in the file's order.

    Only v and f lines of an .obj are read, polygons as fans: vertices keep their numbers. Raises UserError.
    """

    def read():
        if path.lower().endswith(".obj"):
            vertices, faces = _read_obj(path)
        else:
            mesh = trimesh.load(path, process=False, maintain_order=True, force="mesh", skip_materials=True)
            vertices, faces = np.array(mesh.vertices), np.array(mesh.faces)
        if not 0 < len(vertices) <= MOST_VERTICES or not np.isfinite(vertices).all():
            raise Refused("it holds no mesh that can be used")
        if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
            raise Refused("its triangles name vertices that do not exist")
        return vertices.astype(np.float64), faces.astype(np.int64).reshape(-1, 3)

    return _reading(path, read)  # fmt: skip


def _read_obj(path):
    vertices, faces = [], []
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            words = line.split()
            if words[:1] == ["v"]:
                vertices.append([float(word) for word in words[1:4]])
            elif words[:1] == ["f"]:
                corner = [int(word.split("/")[0]) for word in words[1:]]
                corner = [c - 1 if c > 0 else len(vertices) + c for c in corner]
                faces += [[corner[0], b, c] for b, c in zip(corner[1:], corner[2:])]
    return np.array(vertices).reshape(-1, 3), np.array(faces, np.int64).reshape(-1, 3)


# MANO


def mano_files(folder):
    """MANO_LEFT.pkl's and MANO_RIGHT.pkl's paths in `folder`, its `models`, `mano` or `mano_v1_2/models`; or None."""
    for place in ("", "models", "mano", os.path.join("mano_v1_2", "models")):
        paths = [os.path.join(folder, place, f"MANO_{side}.pkl") for side in SIDES]
        if all(os.path.isfile(path) for path in paths):
            return paths
    return None


def missing_mano(folder):
    """[] or a sentence that says that MANO's files are not in `folder`."""
    if folder and mano_files(folder):
        return []
    return [f"There is no MANO_LEFT.pkl and MANO_RIGHT.pkl in '{folder}'. Download MANO from mano.is.tue.mpg.de and "
            "give the folder that you unpacked it to with --mano."]  # fmt: skip


def mano_fields(folder):
    """[left, right] arrays of the user's MANO by name, with hands_mean (45,) and hands_components (45, 45) as well.

    The left hand's shape directions have their sign mended (mano.with_true_left). Raises UserError.
    """
    paths = mano_files(folder)
    if paths is None:
        raise UserError(missing_mano(folder)[0], "runtime")
    return _mano_fields(*paths, *(os.stat(path).st_mtime_ns for path in paths))


@lru_cache(maxsize=2)
def _mano_fields(left, right, *times):
    both = []
    for path in (left, right):

        def pose_space(path=path):
            with open(path, "rb") as file:
                content = mano._unpickle(file.read())
            shapes = {"hands_mean": (45,), "hands_components": (45, 45)}
            return {name: numbers(mano._array(content[name]), shape, name) for name, shape in shapes.items()}

        both.append(mano.read_mano(path) | checked(path, pose_space))  # fmt: skip
    return [mano.with_true_left(*both), both[1]]


def hand_with_template(fields, side, template=None):
    """The user's hand, with a person's own template (V, 3) in MANO's frame in the place of MANO's mean -> Hand."""
    if template is None:
        return Hand(fields, side)
    if template.shape != fields["v_template"].shape:
        raise UserError(f"A personal hand has {len(template)} vertices, the MANO that was given "
                        f"{len(fields['v_template'])}.", "request")  # fmt: skip
    return Hand(fields | {"v_template": template}, side)


def shaped(fields, betas, template=None):
    """The rest hand (V, 3) in MANO's own frame: template (or MANO's mean) + shape directions @ betas (10,)."""
    return (fields["v_template"] if template is None else template) + fields["shapedirs"][..., :10] @ betas


def wrist(fields, betas, template=None):
    """Where the wrist joint is at transl = 0 -> (3,): smplx turns about this point, so wrist = transl + this."""
    return fields["J_regressor"][0] @ shaped(fields, betas, template)
