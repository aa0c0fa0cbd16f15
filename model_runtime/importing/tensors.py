"""Reads pickles with torch tensors in them, as OakInk2's and TACO's, as data: nothing in a file is ever run.

Such an annotation is large (a hundred thousand tensors), so nothing is opened before it is asked for: `read_pickle`
gives tables and lists with closed records in them, `array` opens one record.
"""

import io
import os
import pickle

import numpy as np

from ..hands import mano
from .files import Refused, checked

LARGEST = 2 * 2**30  # bytes of a file
_STORAGES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8",
             "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1"}  # fmt: skip
_TENSORS = (("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_parameter"),
            ("torch.storage", "_load_from_bytes"), ("collections", "OrderedDict"))  # fmt: skip
_RECORDS = {name: type(name, (mano._Record,), {"__slots__": (), "name": name})
            for name in (*(name for _, name in _TENSORS), *_STORAGES)}  # fmt: skip


class _Unpickler(pickle._Unpickler):
    """Every name stands for an inert record. It is the unpickler in Python: no index bursts its memo."""

    def find_class(self, module, name):
        if (module, name) in _TENSORS:
            return _RECORDS[name]
        if (module, name) in mano._ADMITTED:
            return mano._RECORDS[mano._ADMITTED[module, name]]
        raise Refused(f"it names {module}.{name}, which has no place in an annotation")


class _StorageUnpickler(_Unpickler):
    """For the pickles within a storage: they name the type of the numbers, in a "persistent id"."""

    def find_class(self, module, name):
        if module in ("torch", "torch.cuda") and name in _STORAGES:
            return _RECORDS[name]
        return super().find_class(module, name)

    def persistent_load(self, pid):
        return pid


def read_pickle(path):
    """A pickle file -> dicts, lists, numbers, text, and records for `array`. Raises UserError for anything else."""

    def read():
        if os.path.getsize(path) > LARGEST:
            raise Refused("it is far larger than an annotation")
        with open(path, "rb") as file:
            return _Unpickler(file, encoding="latin1").load()

    return checked(path, read)


def _name(value):
    return value.name if isinstance(value, mano._Record) else None


def _storage(value):
    """The numbers behind a tensor, in torch's format from before zip files: five pickles, a count, the bytes."""
    if _name(value) != "_load_from_bytes":
        raise Refused("it holds a tensor without numbers")
    data = mano._bytes(value.args[0])
    stream = io.BytesIO(data)
    _, _, _, (word, kind, _, _, count, *_), _ = [_StorageUnpickler(stream).load() for _ in range(5)]
    if word != "storage" or not isinstance(kind, type) or kind.name not in _STORAGES:
        raise Refused("it holds a tensor of something other than numbers")
    start, dtype = stream.tell() + 8, np.dtype(_STORAGES[kind.name])
    return np.frombuffer(data[start : start + count * dtype.itemsize], dtype)


def array(value):
    """A record of an array or of a tensor -> numpy array. Raises Refused, or what a damaged one makes numpy raise."""
    if _name(value) == "_rebuild_parameter":
        return array(value.args[0])
    if _name(value) != "_rebuild_tensor_v2":
        return mano._array(value)
    data, offset, size, stride = _storage(value.args[0]), *value.args[1:4]
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if min(offset, last, *size, *stride) < 0 or last >= len(data) or np.prod(size) > len(data):
        raise Refused("it holds a tensor that is larger than its numbers")
    return np.lib.stride_tricks.as_strided(data[offset:], size, [step * data.itemsize for step in stride]).copy()


def numbers(value, size, what):
    """`size` finite numbers of a record, flat, float64. Raises Refused with the name `what` where there are not."""
    found = array(value)
    if found.size != size or found.dtype.kind not in "iuf" or not np.isfinite(found).all():
        raise Refused(f"its {what} is not {size} finite numbers")
    return found.reshape(size).astype(np.float64)


def table(value, what):
    """A dict with keys of text or whole numbers (numpy's are opened). Raises Refused where it is none."""
    if not isinstance(value, dict):
        raise Refused(f"its {what} is not a table")
    return {int(array(key)) if isinstance(key, mano._Record) else key: entry for key, entry in value.items()}
