"""From a recorded sequence to clips: rates, cuts, the canonical frame, what hands do; and files that are only data."""

from dataclasses import replace
import io
import os
import pickle
from types import SimpleNamespace

import igl
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch
import trimesh

from model_runtime.diffusion.representation import IDLE, unpack_hands, unpack_object
from model_runtime.importing import convert, files, wording
from model_runtime.importing.sequence import Sequence
from model_runtime.seam import UserError
from runtime.import_fixtures import back_to_the_recording, box, mano_data, write_mano


@pytest.fixture(scope="module")
def fields(tmp_path_factory):
    return files.mano_fields(write_mano(tmp_path_factory.mktemp("mano"))[0])


def turning(frames, fps, axis, rate):
    """Rotations (T, 3, 3) about an axis at `rate` radians a second."""
    return Rotation.from_rotvec(np.arange(frames)[:, None] / fps * rate * np.asarray(axis, float)).as_matrix()


def sequence_of(frames=60, fps=30.0, up=(0, 1, 0), hands="right", from_object=(0.3, 0.02, 0.0), seed=0, far=0):
    """A box whose palm-side neighbour is a flat right hand at `from_object` from it; `far` frames at both ends away."""
    rng = np.random.default_rng(seed)
    vertices, faces = box((0.06, 0.1, 0.14))
    vertices = vertices + [0.3, 0.1, -0.2]  # the object's own origin is far from its middle
    turn = turning(frames, fps, [0.6, 0, 0.8], 0.5) @ Rotation.from_rotvec(rng.normal(0, 1, 3)).as_matrix()
    time = np.arange(frames)[:, None] / fps
    middle = np.array([1.0, 2.0, 3.0]) + time * [0.1, 0.2, 0.0] + time**2 * [0.0, 0.1, -0.2] + time**3 * [0.05, 0, 0]
    wrists = np.tile(middle[:, None], (1, 2, 1)) + np.asarray(from_object, float)
    wrists[:far] += 1.0
    wrists[frames - far :] += 1.0
    rotation = np.tile(np.eye(3), (frames, 2, 16, 1, 1))
    rotation[:] = Rotation.from_rotvec(rng.normal(0, 0.1, (16, 3))).as_matrix()
    active = np.array([hands != "right", hands != "left"])
    return Sequence(
        name="one", split="train", fps=fps, object_name="box", vertices=vertices, faces=faces,
        object_translation=middle - turn @ np.array([0.3, 0.1, -0.2]), object_rotation=turn,
        articulation=np.zeros(frames),
        hand_translation=wrists, hand_rotation=rotation, betas=np.zeros((2, 10)), active=active, up=np.array(up, float),
        action="lift", hands=hands, captions=["Lift box.", "Lifting box."],
    )  # fmt: skip


# Time


def test_frames_of_120_a_second_are_every_fourth():
    sequence = sequence_of(121, 120.0)
    fewer = convert.resampled(sequence)
    assert fewer.fps == 30 and len(fewer.articulation) == 31
    np.testing.assert_array_equal(fewer.hand_translation, sequence.hand_translation[::4])
    np.testing.assert_array_equal(fewer.object_rotation, sequence.object_rotation[::4])


@pytest.mark.parametrize("fps", [25.0, 50.0, 24.0])
def test_other_rates_are_interpolated(fps):
    """A steady turn and a steady move stay what they are, at the new times."""
    sequence = sequence_of(int(fps) * 2 + 1, fps)
    frames = len(sequence.articulation)
    steady = np.zeros((frames, 2, 16, 3, 3)) + turning(frames, fps, [0, 0, 1], 3.0)[:, None, None]
    mine = convert.resampled(replace(sequence, hand_rotation=steady, articulation=np.arange(len(steady)) / fps))
    assert len(mine.articulation) == 61
    np.testing.assert_allclose(mine.articulation, np.arange(61) / 30, atol=1e-9)
    np.testing.assert_allclose(mine.hand_rotation[:, 1, 7], turning(61, 30, [0, 0, 1], 3.0), atol=1e-6)
    np.testing.assert_allclose(mine.hand_translation[:, 0], sequence_of(61).hand_translation[:, 0], atol=4e-4)


def test_clips_are_cut_around_the_contact():
    touching = np.zeros(700, bool)
    assert convert.windows(touching) == []
    touching[[100, 180]] = True
    assert convert.windows(touching) == [(85, 196)]
    touching[600] = True
    cut = convert.windows(touching)
    assert (cut[0][0], cut[-1][1]) == (85, 616) and all(a[1] == b[0] for a, b in zip(cut, cut[1:]))
    lengths = [last - first for first, last in cut]
    assert max(lengths) <= 150 and max(lengths) - min(lengths) <= 1
    assert convert.windows(np.arange(18) == 9) == [] and convert.windows(np.arange(20) == 0) == []
    assert convert.windows(np.arange(20) == 9) == [(0, 20)]


# The canonical frame


def clip_of(sequence, fields):
    ((clip, thing),) = convert.convert(sequence, fields)
    return clip, thing


@pytest.mark.parametrize("up, from_object", [((0, 1, 0), (0.12, 0.02, 0.0)), ((0, 0, 1), (0.1, 0.05, 0.03)),
                                             ((1, 0, 0), (0.1, 0.03, 0.04))])  # fmt: skip
def test_the_canonical_frame(fields, up, from_object):
    """Up is +Z, the hands come from -Y, the object's middle is the origin and it stands in frame 0 as its mesh does."""
    sequence = sequence_of(up=up, from_object=from_object)
    clip, thing = clip_of(sequence, fields)
    turn, place, back = back_to_the_recording(clip, sequence.hand_translation)
    assert np.linalg.det(back) == pytest.approx(1)
    np.testing.assert_allclose(back[:, 2], up, atol=1e-4)
    wrist, rotation = unpack_hands(torch.from_numpy(clip["motion"]))
    np.testing.assert_allclose(turn @ rotation[:, 1, 0].numpy(), sequence.hand_rotation[:, 1, 0], atol=1e-3)
    np.testing.assert_allclose(rotation[:, 1, 1:], sequence.hand_rotation[:, 1, 1:], atol=1e-5)
    moved, turned, _ = unpack_object(torch.from_numpy(clip["motion"]))
    reach = (turned @ wrist[:, 1, :, None])[..., 0].mean(0)  # from the object's middle to the wrist
    assert reach[1] < -0.04 and abs(reach[0]) < 1e-4
    assert np.abs(thing["vertices"].min(0) + thing["vertices"].max(0)).max() < 1e-6
    # The mesh, posed by the clip and taken back, is the recording's box: same surface, by exact distance.
    for frame in (0, 30, 59):
        world = thing["vertices"] @ turn[frame].T + place[frame]
        true = sequence.vertices @ sequence.object_rotation[frame].T + sequence.object_translation[frame]
        assert igl.point_mesh_squared_distance(world, true, sequence.faces)[0].max() ** 0.5 < 2e-4
        assert igl.point_mesh_squared_distance(true, world, thing["faces"].astype(np.int64))[0].max() ** 0.5 < 2e-4
    # The contact points are the mesh's own, at the places that the basis names in this frame.
    lower, upper = thing["vertices"].min(0), thing["vertices"].max(0)
    assert (thing["points"] >= lower - 1e-6).all() and (thing["points"] <= upper + 1e-6).all()


def test_hands_above_or_on_all_sides_take_the_forearms_side():
    axes = convert.canonical_axes([0, 0, 2.0], np.array([0, 0, 0.3]), np.array([-1.0, 0, 0.5]))
    np.testing.assert_allclose(axes @ [-1, 0, 0], [0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    upright = convert.canonical_axes([0, 0, 1], np.zeros(3), np.zeros(3))
    np.testing.assert_allclose(upright @ [0, 0, 1], [0, 0, 1], atol=1e-12)
    assert np.linalg.det(upright) == pytest.approx(1)


def test_a_hand_that_plays_no_part_is_idle(fields):
    clip, _ = clip_of(sequence_of(from_object=(0.12, 0.02, 0.0)), fields)
    wrist, rotation = unpack_hands(torch.from_numpy(clip["motion"]))
    np.testing.assert_allclose(wrist[:, 0], np.tile(IDLE[0], (len(wrist), 1)), atol=1e-5)
    np.testing.assert_allclose(rotation[:, 0], np.tile(np.eye(3), (len(wrist), 16, 1, 1)), atol=1e-5)
    assert not clip["contact"][:, 0].any() and not clip["hold"][:, 0].any() and clip["active"].tolist() == [False, True]
    assert clip["captions"] == ["Lift box.", "Lifting box."] * 2


def test_away_from_the_object_nothing_is_kept(fields):
    assert convert.convert(sequence_of(from_object=(2.0, 0, 0)), fields) == []
    clip, _ = clip_of(sequence_of(120, from_object=(0.12, 0.02, 0.0), far=40), fields)
    assert len(clip["motion"]) == 15 + 40 + 15


def test_the_stored_betas_are_the_hand_nearest_to_the_template(fields):
    """A template that is itself a MANO shape, wherever its origin is, gives back that shape."""
    betas = np.random.default_rng(0).normal(0, 1, (2, 10))
    template = np.stack([files.shaped(fields[side], betas[side]) + [0.1, -0.2, 0.3] for side in (0, 1)])
    sequence = replace(sequence_of(), template=template)
    for side in (0, 1):
        found = files.shaped(fields[side], convert.nearest_betas(fields[side], sequence, side))
        own = found + template[side].mean(0) - found.mean(0)
        np.testing.assert_allclose(own, template[side], atol=1e-5)
        assert np.abs(template[side] - template[side].mean(0) - fields[side]["v_template"]).max() > 0.01
        np.testing.assert_array_equal(convert.nearest_betas(fields[side], sequence_of(), side), np.zeros(10))


# What a hand does


def doing(points, angle=0.0):
    """The code for a hand with one vertex at each of the points: palm, four fingers, thumb; a lidded box at the origin.

    The base fills z < 0, the lid 0 < z < 1 cm, and the lid turns about the x axis through the origin."""
    base, lid = trimesh.creation.box(extents=(0.2, 0.2, 0.1)), trimesh.creation.box(extents=(0.2, 0.2, 0.01))
    base.apply_translation([0, 0.1, -0.05])
    lid.apply_translation([0, 0.1, 0.005])
    parts = [(np.array(m.vertices), np.array(m.faces, np.int64)) for m in (base, lid)]
    joints = np.eye(16)[[0, 1, 4, 7, 10, 13]]
    hand = SimpleNamespace(weights=torch.as_tensor(joints))
    sequence = SimpleNamespace(hinge=(np.zeros(3), np.array([1.0, 0, 0]), 0.0, 2.0), articulation=np.array([angle]))
    return convert.what_it_does(np.array([points], float), hand, sequence, parts)[0]


def test_holding_touching_and_on_which_part():
    away = [0, 0.5, 0.5]
    on_base, on_lid = [0.103, 0.1, -0.05], [0, 0.1, 0.013]
    assert doing([away] * 6) == 0
    assert doing([away] * 5 + [on_base]) == 3  # a thumb alone touches
    assert doing([away, on_base, on_base, away, away, away]) == 3  # so do fingers without it
    assert doing([away, on_base, away, away, away, on_base]) == 1
    assert doing([away, on_lid, away, away, away, on_lid]) == 2
    assert doing([away, on_lid, away, away, away, away]) == 4
    assert doing([on_base, on_base, on_lid, away, away, on_base]) == 1
    opened = [0, -0.013, 0.1]  # where the lid's top is after a quarter turn
    assert doing([away, opened, away, away, away, opened], np.pi / 2) == 2
    assert doing([away, on_lid, away, away, away, on_lid], np.pi / 2) == 0
    assert doing([[0.1051, 0.1, -0.05]] + [away] * 5) == 0  # 5.1 mm off


def test_large_meshes_are_simplified_within_a_millimetre():
    ball = trimesh.creation.icosphere(subdivisions=5, radius=0.08)
    sequence = replace(sequence_of(), vertices=np.array(ball.vertices), faces=np.array(ball.faces))
    ((vertices, faces),) = convert.pieces(sequence)
    assert len(ball.faces) > 20_000 and len(faces) <= convert.FACES
    assert np.abs(np.linalg.norm(vertices, axis=1) - 0.08).max() < 0.001


def test_the_parts_of_a_hinged_mesh_stay_apart():
    a, b = box((0.1, 0.1, 0.02)), box((0.1, 0.1, 0.04))
    vertices = np.concatenate([a[0] + [0, 0, 0.03], b[0]])
    faces = np.concatenate([a[1], b[1] + len(a[0])])
    moving = np.arange(len(faces)) < len(a[1])
    hinged = replace(sequence_of(), vertices=vertices, faces=faces, moving=moving,
                     hinge=(np.zeros(3), np.array([1.0, 0, 0]), 0.0, 1.0))  # fmt: skip
    base, lid = convert.pieces(hinged)
    assert np.ptp(base[0][:, 2]) == pytest.approx(0.04) and np.ptp(lid[0][:, 2]) == pytest.approx(0.02)
    with pytest.raises(UserError, match="turns"):
        convert.pieces(replace(hinged, moving=np.ones(len(faces), bool), object_name="all of it"))


# Words


@pytest.mark.parametrize("verb, ing, third, passive", [
    ("hand over", "handing over", "hands over", "is handed over"), ("fly", "flying", "flies", "is flown"),
    ("chop", "chopping", "chops", "is chopped"), ("open", "opening", "opens", "is opened"),
    ("see", "seeing", "sees", "is seen"), ("brush", "brushing", "brushes", "is brushed"),
    ("squeeze", "squeezing", "squeezes", "is squeezed"), ("cut", "cutting", "cuts", "is cut"),
    ("play", "playing", "plays", "is played"), ("screw", "screwing", "screws", "is screwed"),
    ("pass", "passing", "passes", "is passed"), ("take picture", "taking picture", "takes picture", "is taken picture"),
])  # fmt: skip
def test_verbs(verb, ing, third, passive):
    assert (wording.present(verb), wording.third(verb), wording.passive(verb)) == (ing, third, passive)


# Files


def test_tables_come_out_as_they_went_in(tmp_path):
    table = {"params": {"transl": np.arange(6.0).reshape(2, 3), "big": np.asfortranarray(np.arange(12).reshape(3, 4))},
             "name": "s1/mug", "count": np.int64(3), "rate": np.float32(0.5), "word": np.str_("mug"), "flag": True,
             "parts": ["a", 1, None, np.array([1, 2], np.int8)], "labels": np.array(["LKNE", "RKNE"]),
             "nothing": np.zeros((0, 3))}  # fmt: skip
    np.save(tmp_path / "a.npy", table, allow_pickle=True)
    with open(tmp_path / "a.pkl", "wb") as file:
        pickle.dump(table, file, 3)
    mixed = np.array([{"a": 1}, "b"], dtype=object)
    np.savez(tmp_path / "a.npz", table=table, plain=np.arange(3), word="mug", mixed=mixed)
    for read in (files.read_npy(tmp_path / "a.npy"), files.read_pickle(tmp_path / "a.pkl"),
                 files.read_npz(tmp_path / "a.npz", ["table"])["table"]):  # fmt: skip
        for name in ("transl", "big"):
            np.testing.assert_array_equal(read["params"][name], table["params"][name])
        for name in ("name", "count", "rate", "word", "flag"):
            assert read[name] == table[name], name
        assert read["parts"][:3] == ["a", 1, None] and read["parts"][3].tolist() == [1, 2]
        assert read["labels"].tolist() == ["LKNE", "RKNE"] and read["nothing"].shape == (0, 3)
    rest = files.read_npz(tmp_path / "a.npz", ["plain", "word", "mixed"])
    assert rest["plain"].tolist() == [0, 1, 2] and rest["word"] == "mug" and rest["mixed"] == [{"a": 1}, "b"]


def test_files_with_programmes_in_them_do_nothing(tmp_path):
    canary = tmp_path / "ran"

    class Call:
        def __init__(self, *call):
            self.call = call

        def __reduce__(self):
            return self.call[0], self.call[1:]

    path = str(tmp_path / "a.npy")
    for call in (Call(os.system, f"touch {canary}"), Call(eval, f"open({str(canary)!r}, 'w')"),
                 Call(open, str(canary), "w"), Call(np.fromfile, "/etc/hostname"),
                 Call(np.memmap, str(canary), "u1", "w+", 0, 8)):  # fmt: skip
        for content in (call, {"a": call}, {"a": [np.array([call], dtype=object)]}):
            np.save(path, np.array(content, dtype=object), allow_pickle=True)
            with pytest.raises(UserError, match="can't be read"):
                files.read_npy(path)
            with open(path, "wb") as file:
                pickle.dump(content, file)
            with pytest.raises(UserError, match="can't be read"):
                files.read_pickle(path)
            assert not canary.exists()
    np.save(path, np.array(Call(os.system, f"touch {canary}"), dtype=object), allow_pickle=True)
    np.load(path, allow_pickle=True)  # the check means something: plain loading does run it
    assert canary.exists()


def test_broken_files_get_a_sentence(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((1000, 3)))
    whole = path.read_bytes()
    wide = io.BytesIO()
    np.lib.format.write_array_header_1_0(wide, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**9)})
    for text in (whole[:50], whole[:5000], b"", b"no array", wide.getvalue(), b"\x93NUMPY\x01\x00\xff\xff{"):
        path.write_bytes(text)
        with pytest.raises(UserError, match="a.npy.*can't be read"):
            files.read_npy(path)
    with pytest.raises(UserError, match="can't be opened"):
        files.read_npz(str(tmp_path / "absent.npz"), ["a"])
    (tmp_path / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 7\n")
    with pytest.raises(UserError, match="vertices that do not exist"):
        files.read_mesh(str(tmp_path / "a.obj"))
    (tmp_path / "a.ply").write_bytes(b"ply\nformat nothing\n")
    with pytest.raises(UserError, match="a.ply"):
        files.read_mesh(str(tmp_path / "a.ply"))


def test_a_mesh_keeps_the_files_order(tmp_path):
    """parts.json and personal templates go by vertex number, loose and doubled vertices included."""
    (tmp_path / "a.obj").write_text("# a square\nmtllib a.mtl\nv 5 5 5\nv 0 0 0\nv 0 0 0\nv 1 0 0\nv 1 1 0\n"
                                    "v 0 1 0\nvt 0 0\nvn 0 0 1\nf 2/1/1 4//1 5 6/1\nf -1 -2 -3\n")  # fmt: skip
    vertices, faces = files.read_mesh(str(tmp_path / "a.obj"))
    assert vertices[:3].tolist() == [[5, 5, 5], [0, 0, 0], [0, 0, 0]] and len(vertices) == 6
    assert faces.tolist() == [[1, 3, 4], [1, 4, 5], [5, 4, 3]]
    data = mano_data(1)
    trimesh.Trimesh(data["v_template"], data["f"].astype(int), process=False).export(tmp_path / "hand.ply")
    vertices, faces = files.read_mesh(str(tmp_path / "hand.ply"))
    np.testing.assert_allclose(vertices, data["v_template"], atol=1e-6)
    np.testing.assert_array_equal(faces, data["f"])
