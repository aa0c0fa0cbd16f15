"""A user's own MANO files: pickles in the released layout load as data, match smplx, and hostile ones do nothing.

The files here are written by the test with invented numbers (the open hand's, made different on purpose).
"""

import io
import os
import pickle
import struct
import sys
import types

import numpy as np
import pytest
import scipy.sparse
import smplx
from smplx.utils import Struct
import torch

from model_runtime.hands import mano
from model_runtime.hands.layer import FOLDER, load_hand
from model_runtime.hands.rotation import axis_angle_to_matrix
from model_runtime.seam import UserError

SIDES = ("LEFT", "RIGHT")


class PythonTwoPickler(pickle._Pickler):
    """Writes what Python 2's pickle wrote, protocol 2: bytes as plain strings, numpy under its old names."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value):
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes


@pytest.fixture
def chumpy():
    """A module of that name with the two classes that MANO's files hold, while the test writes them."""
    module, ch, reordering = (types.ModuleType(name) for name in ("chumpy", "chumpy.ch", "chumpy.reordering"))
    ch.Ch = type("Ch", (object,), {"__module__": "chumpy.ch"})
    reordering.Select = type("Select", (ch.Ch,), {"__module__": "chumpy.reordering"})
    module.ch, module.reordering = ch, reordering
    saved = {name: sys.modules.get(name) for name in ("chumpy", "chumpy.ch", "chumpy.reordering")}
    sys.modules.update({"chumpy": module, "chumpy.ch": ch, "chumpy.reordering": reordering})
    yield module
    for name, value in saved.items():
        sys.modules.pop(name, None) if value is None else sys.modules.update({name: value})


def hand_data(side, seed=0):
    """Plain arrays in MANO's layout, with correctives, 20 shape directions and a wrist that is not at the origin."""
    rng = np.random.default_rng(seed)
    data = dict(np.load(os.path.join(FOLDER, f"OPEN_{SIDES[side]}.npz"), allow_pickle=False))
    data = {name: value.astype(float) if value.dtype == np.float32 else value for name, value in data.items()}
    count = len(data["v_template"])
    flip = np.array([1.0 if side else -1.0, 1, 1])
    data["posedirs"] = rng.normal(0, 3e-4, (count, 3, 135)) * flip[:, None]
    moving = data["shapedirs"] + rng.normal(0, 2e-3, (3, 10)) * flip[:, None]  # MANO's shapes move the wrist as well
    data["shapedirs"] = np.concatenate([moving, rng.normal(0, 1e-3, (count, 3, 10)) * flip[:, None]], 2)
    data["f"] = data["f"].astype(np.uint32)
    data["bs_type"], data["bs_style"] = "lrotmin", "lbs"
    data.pop("shape_names")
    return data


def write(folder, side, data, chumpy, protocol=2, python2=True, name=None):
    """One MANO-layout pickle: shapedirs a chumpy Select of a Ch, J_regressor a scipy csc_matrix."""
    content = dict(data)
    whole, directions = chumpy.ch.Ch(), chumpy.reordering.Select()
    whole.__dict__.update(x=data["shapedirs"], _dirty_vars=set(), _itr=None, _depends_on_deps={})
    count = len(data["v_template"])
    indices = np.arange(data["shapedirs"].size).reshape(data["shapedirs"].shape)[:, :, :10].ravel()
    directions.__dict__.update(a=whole, idxs=indices, preferred_shape=(count, 3, 10), _dirty_vars={"a"})
    content["shapedirs"] = directions
    content["J_regressor"] = scipy.sparse.csc_matrix(data["J_regressor"])
    stream = io.BytesIO()
    (PythonTwoPickler if python2 else pickle._Pickler)(stream, protocol).dump(content)
    text = stream.getvalue()
    if python2:
        text = text.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
        text = text.replace(b"scipy.sparse._csc", b"scipy.sparse.csc")
        assert b"cnumpy.core.multiarray\n_reconstruct" in text and b"cscipy.sparse.csc\ncsc_matrix" in text
        assert b"cchumpy.reordering\nSelect" in text
    path = os.path.join(folder, name or f"MANO_{SIDES[side]}.pkl")
    with open(path, "wb") as file:
        file.write(text)
    return path


def forget_chumpy():
    for name in ("chumpy", "chumpy.ch", "chumpy.reordering"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("protocol, python2", [(2, True), (0, False), (2, False), (4, False), (5, False)])
def test_a_pickle_of_manos_layout_loads_without_chumpy(tmp_path, chumpy, protocol, python2):
    data = [hand_data(side, seed=side) for side in (0, 1)]
    for side in (0, 1):
        write(tmp_path, side, data[side], chumpy, protocol, python2)
    forget_chumpy()
    with pytest.raises(ModuleNotFoundError, match="chumpy"), open(tmp_path / "MANO_RIGHT.pkl", "rb") as file:
        pickle.load(file, encoding="latin1")  # what smplx itself does, and why users are stuck
    for side in (0, 1):
        read = mano.read_mano(tmp_path / f"MANO_{SIDES[side]}.pkl")
        for name in ("v_template", "f", "weights", "J_regressor", "posedirs", "kintree_table"):
            np.testing.assert_array_equal(read[name], data[side][name], err_msg=name)
        np.testing.assert_array_equal(read["shapedirs"], data[side]["shapedirs"][:, :, :10])
    assert "chumpy" not in sys.modules


def test_loaded_hands_match_smplx(tmp_path, chumpy):
    """Same numbers, correctives included: vertices and joints to 1e-5 m for random poses, shapes and places."""
    data = [hand_data(side, seed=3) for side in (0, 1)]
    for side in (0, 1):
        write(tmp_path, side, data[side], chumpy)
    forget_chumpy()
    generator = torch.Generator().manual_seed(0)
    angles, shape = torch.randn(5, 16, 3, generator=generator) * 0.5, torch.randn(5, 10, generator=generator)
    for side in (0, 1):
        hand = load_hand(side, str(tmp_path))
        plain = dict(data[side], shapedirs=data[side]["shapedirs"][:, :, :10])
        settings = dict(data_struct=Struct(**plain), use_pca=False, flat_hand_mean=True)
        model = smplx.MANO(str(tmp_path), is_rhand=bool(side), **settings)
        output = model(betas=shape, global_orient=angles[:, 0], hand_pose=angles[:, 1:].flatten(1), transl=shape[:, :3])
        vertices, joints = hand(axis_angle_to_matrix(angles), output.joints[:, 0], shape)
        torch.testing.assert_close(vertices, output.vertices, atol=1e-5, rtol=0)
        torch.testing.assert_close(joints, output.joints, atol=1e-5, rtol=0)
        some = hand(axis_angle_to_matrix(angles), output.joints[:, 0], shape, hand.sample(40))[0]
        torch.testing.assert_close(some, vertices[:, hand.sample(40)], atol=1e-6, rtol=0)
        assert hand.rest(shape)[1][:, 0].abs().max() < 1e-6  # the wrist is the origin
        correctives = model.posedirs.abs().max()
        assert correctives > 1e-3  # the case is not an empty one


@pytest.mark.parametrize("released", (True, False))
def test_left_shape_directions_come_out_right_either_way(tmp_path, chumpy, released):
    data = [hand_data(side, seed=1) for side in (0, 1)]
    true_left = data[0]["shapedirs"].copy()
    if released:  # as in the file people download: x has the right hand's sign
        data[0]["shapedirs"] = true_left * np.array([-1.0, 1, 1])[:, None]
    for side in (0, 1):
        write(tmp_path, side, data[side], chumpy)
    left, right = mano.load_mano(str(tmp_path))
    shape = torch.tensor([1.5, -1, 2, 0.5, -2, 1, 1, 0, -1, 2])
    mirrored = right.rest(shape)[0] * torch.tensor([-1.0, 1, 1])
    torch.testing.assert_close(left.rest(shape)[0], mirrored, atol=1e-6, rtol=0)
    raw = mano.read_mano(tmp_path / "MANO_LEFT.pkl")
    mended = mano.with_true_left(raw, mano.read_mano(tmp_path / "MANO_RIGHT.pkl"))
    np.testing.assert_allclose(mended["shapedirs"], true_left[:, :, :10])


def test_folder_of_the_download_is_found_and_a_missing_one_explained(tmp_path, chumpy):
    os.mkdir(tmp_path / "models")
    for side in (0, 1):
        write(tmp_path / "models", side, hand_data(side), chumpy)
    assert [hand.side for hand in mano.load_mano(str(tmp_path))] == [0, 1]
    os.remove(tmp_path / "models" / "MANO_LEFT.pkl")
    with pytest.raises(UserError, match="no MANO_LEFT.pkl"):
        load_hand(1, str(tmp_path))


# Hostile files


class Call:
    """Pickles as a call of `function` with `arguments`."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def refused(path, text, match="can't be used"):
    """Asserts that the file is refused with a sentence and leaves no trace."""
    with open(path, "wb") as file:
        file.write(text)
    with pytest.raises(UserError, match=match) as caught:
        mano.read_mano(path)
    assert str(caught.value).endswith(".") and caught.value.kind == "runtime"


def calls(canary):
    """Pickle programs that would leave `canary` behind, or read or change something, if anything in them ran."""
    touch = f"touch {canary}"
    code = f"open({str(canary)!r}, 'w')"
    quoted = str(canary).encode()
    yield "os.system", pickle.dumps(Call(os.system, touch))
    yield "os.system, old protocol", pickle.dumps(Call(os.system, touch), 0)
    yield "eval", pickle.dumps({"v_template": Call(eval, code)})
    yield "exec", pickle.dumps({"v_template": Call(exec, code)}, 2)
    yield "open", b"cbuiltins\nopen\n(V" + quoted + b"\nVw\ntR."
    yield "open, Python 2", b"c__builtin__\nopen\n(V" + quoted + b"\nVw\ntR."
    yield "io.open", b"c_io\nopen\n(V" + quoted + b"\nVw\ntR."
    yield "INST", b"(V" + touch.encode() + b"\nios\nsystem\n."
    yield "OBJ", b"(cos\nsystem\nV" + touch.encode() + b"\no."
    yield "getattr", b"c__builtin__\ngetattr\n(cnumpy\nndarray\nVtofile\ntR."
    yield "dotted", b"\x80\x04\x8c\x05numpy\x8c\x0dndarray.dumps\x93."
    yield "dotted, old protocol", b"cnumpy\nndarray.tofile\n."
    yield "module in a module", b"\x80\x04\x8c\x05numpy\x8c\x0eos.system.calls\x93."
    yield "numpy.load", b"cnumpy\nload\n(V" + quoted + b"\ntR."
    yield "numpy.fromfile", b"cnumpy\nfromfile\n(V/etc/hostname\ntR."
    yield "numpy.savetxt", b"cnumpy\nsavetxt\n(V" + quoted + b"\n(lI1\natR."
    yield "numpy.memmap", b"cnumpy\nmemmap\n(V" + quoted + b"\nVu1\nVw+\nI0\nI8\ntR."
    yield "runstring", b"cnumpy.testing._private.utils\nrunstring\n(V" + code.encode() + b"\n(dtR."
    yield "scipy", b"cscipy.io\nsavemat\n(V" + quoted + b"\n(dtR."
    yield "inert chumpy", b"cchumpy.ch\nos.system\n(V" + touch.encode() + b"\ntR."
    yield "import", b"c__builtin__\n__import__\n(Vos\ntR."
    yield "persistent id", b"Pos.system\n."
    yield "extension", b"\x80\x02\x82\x01."
    yield "state on a class", b"cnumpy\nndarray\n(dVname\nVcsc\nsb."
    yield "state on a class, slots", b"cnumpy\nndarray\n(N(dVname\nVcsc\nstb."
    yield "state of __class__", b"cchumpy.ch\nCh\n(tR(dV__class__\ncnumpy\nndarray\nsb."
    yield "reconstructor", b"ccopy_reg\n_reconstructor\n(cos\nsystem\nc__builtin__\nobject\nNtR."
    yield "object array", pickle.dumps({"v_template": np.array([Call(os.system, touch)], dtype=object)})


def test_the_hostile_call_would_work_if_it_were_let(tmp_path):
    """The check below means something only because plain unpickling does run the call."""
    canary = tmp_path / "ran"
    programs = dict(calls(canary))
    for name in ("os.system", "eval", "open, Python 2", "INST", "OBJ", "numpy.savetxt", "object array"):
        pickle.loads(programs[name])
        assert canary.exists(), name
        canary.unlink()


def test_hostile_files_are_refused_and_do_nothing(tmp_path, chumpy):
    canary = tmp_path / "ran"
    for name, text in calls(canary):
        refused(tmp_path / "MANO_RIGHT.pkl", text)
        assert not canary.exists(), name
    # The same hidden beside a complete and honest hand.
    for function, argument in ((os.system, f"touch {canary}"), (eval, f"open({str(canary)!r}, 'w')")):
        path = write(tmp_path, 1, hand_data(1) | {"bonus": Call(function, argument)}, chumpy, 4, False)
        with pytest.raises(UserError, match=function.__name__):
            mano.read_mano(path)
        assert not canary.exists()
    # None of it has changed how an honest file is read.
    read = mano.read_mano(write(tmp_path, 1, hand_data(1), chumpy))
    np.testing.assert_array_equal(read["v_template"], hand_data(1)["v_template"])


# The rest of a table, after v_template, all None.
OTHER_FIELDS = b"Vf\nNsVweights\nNsVJ_regressor\nNsVshapedirs\nNsVposedirs\nNsVkintree_table\nNs."


def array_program(dtype=b"V<f8", shape=b"(I2\nI3\nt", data=b"V\n"):
    """A table whose v_template is an array with the given dtype code, shape and data, as numpy would write it."""
    return (
        b"(dVv_template\ncnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntVb\ntR(I1\n" + shape
        + b"cnumpy\ndtype\n(" + dtype + b"\nI0\nI1\ntRI00\n" + data + b"tbs."
    )  # fmt: skip


def only_array(text):
    return mano._array(mano._unpickle(text)["v_template"])


def test_arrays_are_bounded_by_their_bytes(tmp_path):
    good = array_program(shape=b"(I1\nt", data=b"Vabcdefgh\n")
    assert only_array(good).shape == (1,)
    for text in (
        array_program(shape=b"(I1000000000\nI1000000000\nt"),  # an exabyte out of nothing
        array_program(shape=b"(I-1\nt", data=b"Vabcdefgh\n"),
        array_program(shape=b"(I1\nI1\nI1\nI1\nI1\nI1\nI1\nI1\nI1\nt", data=b"Vabcdefgh\n"),
        array_program(dtype=b"VO8", shape=b"(I1\nt", data=b"(lNa"),
        array_program(dtype=b"V|O", shape=b"(I1\nt", data=b"Vabcdefgh\n"),
        array_program(dtype=b"VV8", shape=b"(I1\nt", data=b"Vabcdefgh\n"),
        array_program(dtype=b"VM8", shape=b"(I1\nt", data=b"Vabcdefgh\n"),
        array_program(data=b"I5\n"),
    ):
        with pytest.raises(mano.NotMano):
            only_array(text)
    objects = array_program(dtype=b"VO8", shape=b"(I1\nt", data=b"(lNa")
    refused(tmp_path / "a.pkl", objects[:-1] + OTHER_FIELDS, "numbers")


def test_absurd_and_broken_files_get_a_sentence(tmp_path, chumpy):
    path = tmp_path / "MANO_RIGHT.pkl"
    honest = open(write(tmp_path, 1, hand_data(1), chumpy), "rb").read()
    for cut in (0, 1, 100, len(honest) // 2, len(honest) - 1):
        refused(path, honest[:cut])
    refused(path, b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b"abc.")  # a string longer than the world
    refused(path, b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b"abc.")
    refused(path, b"\x80\x02]r\xff\xff\xff\x7f.", "complicated")  # a memo of 2 ** 31 entries
    refused(path, b"]" * 200_000 + b".", "complicated")
    refused(path, b"not a pickle at all")
    refused(path, b"\x80\x02]q\x00.", "table")
    refused(path, b"}.", "v_template")
    # A Select that selects itself.
    loop = b"cchumpy.reordering\nSelect\n(tRp0\n(dVa\ng0\nsVidxs\ng0\nsb"
    refused(path, b"(dVv_template\n" + loop + b"s" + OTHER_FIELDS, "nested")
    with pytest.raises(UserError):
        mano.read_mano(tmp_path / "absent.pkl")


def wrong(name, value):
    def change(data):
        data[name] = value(data[name])

    return change


@pytest.mark.parametrize(
    "change, words",
    [
        (wrong("weights", lambda w: w[:, :15]), "weights"),
        (wrong("f", lambda f: f + 10**6), "triangles"),
        (wrong("v_template", lambda v: v * np.nan), "finite"),
        (wrong("posedirs", lambda p: p[:5]), "posedirs"),
        (wrong("kintree_table", lambda k: k[:, ::-1].copy()), "order"),
        (wrong("J_regressor", lambda j: j[:, :-3]), "J_regressor"),
    ],
)
def test_inconsistent_hands_get_a_sentence(tmp_path, chumpy, change, words):
    data = hand_data(1)
    change(data)
    with pytest.raises(UserError, match=words):
        mano.read_mano(write(tmp_path, 1, data, chumpy))


def test_sparse_matrices_are_rebuilt_by_hand():
    rng = np.random.default_rng(0)
    for kind in (scipy.sparse.csc_matrix, scipy.sparse.csr_matrix):
        dense = rng.normal(size=(7, 11)) * (rng.random((7, 11)) < 0.3)
        stored = mano._unpickle(pickle.dumps(kind(dense), 2))
        np.testing.assert_array_equal(mano._array(stored), dense)
    broken = kind(dense)
    wrongs = {"indices": broken.indices + 100, "indptr": broken.indptr[::-1].copy(), "_shape": (10**9, 10**9)}
    for name, value in wrongs.items():
        bad = kind(dense)
        setattr(bad, name, value)
        with pytest.raises((mano.NotMano, IndexError)):
            mano._array(mano._unpickle(pickle.dumps(bad, 2)))
