"""ARCTIC's files, written here in the owners' layout with invented numbers, come out where their code has them."""

import json
import os

import igl
import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation
import torch

from model_runtime import __main__ as entry
from model_runtime.data import shards
from model_runtime.diffusion.representation import unpack_object
from model_runtime.importing import arctic, command_line, convert, files
from model_runtime.seam import UserError
from runtime.import_fixtures import StandInEncoder, back_to_the_recording, box, second_opinion, smplx_hand, write_mano

FRAMES = 120
TEXT = "1-40 grasp, both hands\n\n41-60 open, right hand\n41-59 lift, left hand\n30-110 operate, left hand\n"


def write_recording(root, both, who="s01", name="box_use_01", text=TEXT, seed=0):
    """A lidded box whose hinge is the object's z axis, hands on its lid and its base. Returns where they are."""
    rng = np.random.default_rng(seed)
    data = os.path.join(root, "arctic_data", "data")
    lid, base = box((0.1, 0.02, 0.12)), box((0.1, 0.06, 0.12))
    vertices = np.concatenate([base[0] + [0.05, -0.04, 0], lid[0] + [0.05, 0.01, 0]]) * 1000  # mm
    faces = np.concatenate([base[1], lid[1] + len(base[0])])
    parts = [1] * len(base[0]) + [0] * len(lid[0])
    meta = os.path.join(data, "meta", "object_vtemplates", name.split("_")[0])
    os.makedirs(meta, exist_ok=True)
    with open(os.path.join(meta, "mesh.obj"), "w") as file:
        file.writelines(f"v {x:.6f} {y:.6f} {z:.6f}\n" for x, y, z in vertices)
        file.writelines("f " + " ".join(f"{corner + 1}//1" for corner in face) + "\n" for face in faces)
    with open(os.path.join(meta, "parts.json"), "w") as file:
        json.dump(parts, file)
    hands, truth = {}, []
    for side, key in enumerate(("left", "right")):
        params = {"rot": rng.normal(0, 0.7, 3) + np.cumsum(rng.normal(0, 0.003, (FRAMES, 3)), 0),
                  "pose": rng.normal(0, 0.2, 45) + np.cumsum(rng.normal(0, 0.003, (FRAMES, 45)), 0),
                  "trans": np.array([[-0.2, 0.3], [0.1, 0.1], [0.9, 0.8]])[:, side] + np.zeros((FRAMES, 3)),
                  "shape": rng.normal(0, 1.5, 10), "fitting_err": np.zeros(FRAMES)}  # fmt: skip
        hands[key] = params
    angle = np.linspace(0.1, 1.2, FRAMES)
    turn = rng.normal(0, 0.5, 3) + np.linspace(0, 1, FRAMES)[:, None] * [0.1, 0.3, -0.2]
    move = np.array([300.0, 100.0, 800.0]) + np.linspace(0, 200, FRAMES)[:, None] * [0, 0, 1]
    # As the owners' ObjectTensors: the top about (0, 0, -1) first, then everything, then the translation in metres.
    hinge = Rotation.from_rotvec(angle[:, None] * [0, 0, -1]).as_matrix()
    opened = np.repeat(vertices[None], FRAMES, 0)
    top = np.array(parts) == 0
    opened[:, top] = np.einsum("tij,vj->tvi", hinge, vertices[top])
    posed = np.einsum("tij,tvj->tvi", Rotation.from_rotvec(turn).as_matrix(), opened) / 1000 + move[:, None] / 1000
    for side, key in enumerate(("left", "right")):  # the left palm on the base, the right one on the lid
        params = hands[key]
        model = smplx_hand(both[side], side, use_pca=False, flat_hand_mean=False)

        def world(params=params, model=model):
            return second_opinion(model, global_orient=params["rot"], hand_pose=params["pose"], transl=params["trans"],
                                  betas=np.tile(params["shape"], (FRAMES, 1)))  # fmt: skip

        params["trans"] = params["trans"] + posed[:, top if side else ~top].mean(1) - world()[0].mean(1)
        truth.append(world())
    raw = os.path.join(data, "raw_seqs", who)
    os.makedirs(raw, exist_ok=True)
    np.save(os.path.join(raw, f"{name}.mano.npy"), hands, allow_pickle=True)
    np.save(os.path.join(raw, f"{name}.object.npy"), np.concatenate([angle[:, None], turn, move], 1))
    if text is not None:
        folder = os.path.join(root, "description", who, name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "description.txt"), "w") as file:
            file.write(text)
    return {"hands": truth, "posed": posed, "top": top, "angle": angle}


@pytest.fixture(scope="module")
def mano(tmp_path_factory):
    return write_mano(tmp_path_factory.mktemp("mano"))


def loaded(root, mano, **choice):
    return list(arctic.sequences(str(root), mano, **choice))


def test_descriptions_are_cut_as_text2hoi_does(tmp_path, mano):
    truth = write_recording(tmp_path, mano[1])
    found = loaded(tmp_path, mano[0])
    assert [s.name.split("/")[-1] for s in found] == ["1-40-both", "41-60-right", "30-110-left"]  # 19 are few
    assert [len(s.articulation) for s in found] == [40, 20, 81]
    np.testing.assert_allclose(found[1].articulation, truth["angle"][40:60])  # frame 41 is row 40, and 60 is in it
    assert [s.hands for s in found] == ["both", "right", "left"]
    assert [s.active.tolist() for s in found] == [[True, True], [False, True], [True, False]]
    assert found[0].captions == ["Grasp box with both hands.", "Grasping box with both hands.", "Both hands grasp box.",
                                 "Box is grasped with both hands."]  # fmt: skip
    assert [s.action for s in found] == ["grab", "open", "use"] and {s.fps for s in found} == {30.0}


def test_hands_are_where_smplx_puts_them(tmp_path, mano):
    """The mean pose, transl off the wrist, and the left hand in the MANO as it was released: the owners' own call."""
    truth = write_recording(tmp_path, mano[1])
    sequence = loaded(tmp_path, mano[0])[0]
    fields = files.mano_fields(mano[0])
    for side in (0, 1):
        hand = files.hand_with_template(fields[side], side, sequence.template[side])
        posed = sequence.hand_rotation, sequence.hand_translation
        rotation, place = (torch.as_tensor(value[:, side]).float() for value in posed)
        vertices, _ = hand(rotation, place, torch.as_tensor(sequence.betas[side]).float())
        expected, wrist = truth["hands"][side]
        np.testing.assert_allclose(sequence.hand_translation[:, side], wrist[:40], atol=1e-5)
        np.testing.assert_allclose(vertices.numpy(), expected[:40], atol=2e-5)


def test_the_top_turns_first_and_is_part_0(tmp_path, mano):
    truth = write_recording(tmp_path, mano[1])
    sequence = loaded(tmp_path, mano[0])[0]
    assert set(np.unique(sequence.faces[sequence.moving])) == set(np.flatnonzero(truth["top"]))
    turn, shift = convert.part_pose(sequence.hinge, sequence.articulation)
    vertices = np.repeat(sequence.vertices[None], 40, 0)
    lid = np.unique(sequence.faces[sequence.moving])
    vertices[:, lid] = np.einsum("tij,vj->tvi", turn, sequence.vertices[lid]) + shift[:, None]
    world = np.einsum("tij,tvj->tvi", sequence.object_rotation, vertices) + sequence.object_translation[:, None]
    np.testing.assert_allclose(world, truth["posed"][:40], atol=1e-6)  # metres
    # By hand: a quarter turn about (0, 0, -1) takes (1, 0, 0) to (0, -1, 0).
    quarter = convert.part_pose(sequence.hinge, np.array([np.pi / 2]))[0][0] @ [1, 0, 0]
    np.testing.assert_allclose(quarter, [0, -1, 0], atol=1e-6)
    assert sequence.hinge[2] == 0 and sequence.hinge[3] == pytest.approx(1.2)


def test_clips_have_a_hinge_whose_points_move(tmp_path, mano):
    """In the world of the recording, by smplx and the owners' formula: the clip's contact points are on the lid and on
    the base at every angle, and their contact is what brute force says."""
    truth = write_recording(tmp_path, mano[1])
    sequence = loaded(tmp_path, mano[0])[0]
    ((clip, thing),) = convert.convert(sequence, files.mano_fields(mano[0]))
    wrists = np.stack([hand[1][:40] for hand in truth["hands"]], 1)
    turn, place, _ = back_to_the_recording(clip, wrists)
    angle = unpack_object(torch.from_numpy(clip["motion"]))[2].numpy()
    points = np.einsum("tij,tpj->tpi", turn, convert.points_at(thing, angle)) + place[:, None]
    assert 0.1 < thing["moving"].mean() < 0.9 and thing["turning"].sum() == sequence.moving.sum()
    for frame in (0, 20, 39):
        for mine, part in ((thing["moving"], sequence.moving), (~thing["moving"], ~sequence.moving)):
            there = points[frame][mine], truth["posed"][frame], sequence.faces[part]
            assert igl.point_mesh_squared_distance(*map(np.ascontiguousarray, there))[0].max() ** 0.5 < 1e-4
        for side in (0, 1):
            near = cKDTree(truth["hands"][side][0][frame]).query(points[frame])[0]
            np.testing.assert_allclose(clip["contact"][frame, side] / 255, np.exp(-near / 0.01), atol=0.015)
    assert clip["contact"][:, 0].max() > 150 and clip["contact"][:, 1].max() > 150
    assert (clip["hold"][:, 1] % 2 == 0).all() and clip["hold"][:, 1].min() >= 2  # the right hand is on the lid
    assert set(np.unique(clip["hold"][:, 0])) <= {0, 1, 3}  # the left one on the base


def test_splits_and_what_is_missing(tmp_path, mano, capsys):
    arguments = ["import", "arctic", "--root", str(tmp_path), "--mano", mano[0], "--out", str(tmp_path / "out")]
    assert entry.main(arguments) == 1 and "raw_seqs" in capsys.readouterr().err
    write_recording(tmp_path, mano[1])
    write_recording(tmp_path, mano[1], "s10", "box_grab_01", "5-60 lift, right hand\n")
    write_recording(tmp_path, mano[1], "s02", "box_grab_02", None)  # no text: left out
    assert [s.split for s in loaded(tmp_path, mano[0])] == ["train"] * 3 + ["test"]
    assert len(loaded(tmp_path, mano[0], split="test")) == 1 and not loaded(tmp_path, mano[0], split="val")
    assert len(loaded(tmp_path, mano[0], subjects=["s10"])) == 1
    assert len(loaded(tmp_path, mano[0], skip={"s01/box_use_01/1-40-both"})) == 3
    for level in (tmp_path, tmp_path / "arctic_data" / "data", tmp_path / "arctic_data" / "data" / "raw_seqs"):
        assert arctic.missing(str(level)) == [] and len(loaded(level, mano[0])) == 4
    os.rename(tmp_path / "description", tmp_path / "texts")
    (said,) = arctic.missing(str(tmp_path))
    assert "'description'" in said and "Text2HOI" in said
    os.rename(tmp_path / "arctic_data" / "data" / "meta", tmp_path / "meta")
    assert any("object meshes" in line for line in arctic.missing(str(tmp_path)))
    assert entry.main(arguments) == 1 and "object meshes" in capsys.readouterr().err


def test_the_import_goes_on_where_it_stopped(tmp_path, mano):
    write_recording(tmp_path, mano[1])
    out, lines = str(tmp_path / "out"), []
    options = {"tell": lines.append, "encoder": StandInEncoder()}
    assert command_line.bring_in("arctic", str(tmp_path), mano[0], out, limit=2, **options) == 2
    assert command_line.bring_in("arctic", str(tmp_path), mano[0], out, **options) == 1
    arrays, plain = shards.read(os.path.join(out, "arctic-train-0000.safetensors"))
    assert plain["sequences"] == ["s01/box_use_01/1-40-both", "s01/box_use_01/41-60-right"]
    assert arrays["first"].tolist() == [0, 40, 60] and arrays["hinge"][0, 7] == pytest.approx(1.2)
    assert not arrays["motion"][40:, 99:].max() == 0 and arrays["active"].tolist() == [[True, True], [False, True]]


def test_hostile_and_broken_recordings_are_refused(tmp_path, mano):
    write_recording(tmp_path, mano[1])
    path = tmp_path / "arctic_data" / "data" / "raw_seqs" / "s01" / "box_use_01.mano.npy"
    canary = tmp_path / "ran"

    class Call:
        def __reduce__(self):
            return os.system, (f"touch {canary}",)

    hands = np.load(path, allow_pickle=True).item()
    np.save(path, {"left": hands["left"], "right": Call()}, allow_pickle=True)
    with pytest.raises(UserError, match="box_use_01.mano.npy.*system"):
        loaded(tmp_path, mano[0])
    assert not canary.exists()
    np.save(path, {"left": hands["left"]}, allow_pickle=True)
    with pytest.raises(UserError, match="it has no right"):
        loaded(tmp_path, mano[0])
    hands["right"]["pose"] = hands["right"]["pose"][:, :30]
    np.save(path, hands, allow_pickle=True)
    with pytest.raises(UserError, match="right pose has the shape"):
        loaded(tmp_path, mano[0])
    (tmp_path / "description" / "s01" / "box_use_01" / "description.txt").write_text("from 3 to 50: grasp")
    with pytest.raises(UserError, match="Line 1"):
        loaded(tmp_path, mano[0])
