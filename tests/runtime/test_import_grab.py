"""GRAB's files, written here in the owners' layout with invented numbers, come out where the owners' code has them."""

import importlib
import inspect
import os
import pickle

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch
import trimesh

from model_runtime import __main__ as entry
from model_runtime.data import shards
from model_runtime.importing import command_line, convert, files, grab
from model_runtime.seam import UserError
from runtime.import_fixtures import StandInEncoder, back_to_the_recording, box, second_opinion, smplx_hand, write_mano

FRAMES = 241  # two seconds at 120 frames a second


def pose(data, rng, frames):
    """One hand's parameters as GRAB has them: 24 PCA components and the full pose that they make."""
    pca = np.cumsum(rng.normal(0, 0.01, (frames, 24)), 0).astype(np.float32)
    turn = (rng.normal(0, 0.8, 3) + np.cumsum(rng.normal(0, 0.005, (frames, 3)), 0)).astype(np.float32)
    place = (np.array([0.3, -0.2, 0.9]) + np.cumsum(rng.normal(0, 0.001, (frames, 3)), 0)).astype(np.float32)
    full = (pca @ data["hands_components"][:24]).astype(np.float32)
    return {"global_orient": turn, "hand_pose": pca, "transl": place, "fullpose": full}


def write_recording(root, both, who="s1", name="mug_drink_1", thing="mug", intent="drink", frames=FRAMES, labels=(45,),
                    seed=0, drop=()):  # fmt: skip
    """One .npz. The object's middle follows the right palm, so that the right hand touches it. Returns its truth."""
    rng = np.random.default_rng(seed)
    gender = "female"
    templates = [data["v_template"] * 1.05 + rng.normal(0, 2e-4, data["v_template"].shape) for data in both]
    folder = os.path.join(root, "tools", "subject_meshes", gender)
    os.makedirs(folder, exist_ok=True)
    for side, letter in enumerate("lr"):
        path = os.path.join(folder, f"{who}_{letter}hand.ply")
        if os.path.exists(path):
            templates[side] = np.array(trimesh.load(path, process=False).vertices)
        else:
            trimesh.Trimesh(templates[side], both[side]["f"].astype(int), process=False).export(path)
            templates[side] = np.array(trimesh.load(path, process=False).vertices)
    hands = [pose(data, rng, frames) for data in both]
    hands[0]["transl"] = hands[0]["transl"] + np.float32([-0.5, 0, 0])
    truth = []
    for side, (data, params, template) in enumerate(zip(both, hands, templates)):
        model = smplx_hand(data, side, template, num_pca_comps=24, flat_hand_mean=True, use_pca=True)
        truth.append(second_opinion(model, **{n: params[n] for n in ("global_orient", "hand_pose", "transl")}))
    vertices, faces = box((0.05, 0.08, 0.11))
    vertices = vertices + [0.01, 0.02, -0.01]
    meshes = os.path.join(root, "tools", "object_meshes", "contact_meshes")
    os.makedirs(meshes, exist_ok=True)
    trimesh.Trimesh(vertices, faces, process=False).export(os.path.join(meshes, f"{thing}.ply"))
    turn = (rng.normal(0, 0.5, 3) + np.linspace(0, 1, frames)[:, None] * [0.2, 0.5, -0.4]).astype(np.float32)
    place = truth[1][0].mean(1).astype(np.float32)
    if frames > 40:
        place[: frames // 2] += np.linspace(0.5, 0, frames // 2)[:, None].astype(np.float32) * [1, 0, 0]
    contact = np.zeros((frames, len(vertices)), np.int8)
    for label in labels:
        contact[frames // 2 :, label % 7] = label
    entries = {
        "gender": gender, "sbj_id": who, "obj_name": thing, "motion_intent": intent, "framerate": 120.0,
        "n_frames": frames, "n_comps": 24, "body": {"params": {}, "vtemp": ""},
        "lhand": {"params": hands[0], "vtemp": f"tools/subject_meshes/{gender}/{who}_lhand.ply"},
        "rhand": {"params": hands[1], "vtemp": f"tools/subject_meshes/{gender}/{who}_rhand.ply"},
        "object": {"params": {"transl": place, "global_orient": turn}, "object_mesh": ""},
        "table": {"params": {}, "table_mesh": ""}, "contact": {"body": contact, "object": contact},
    }  # fmt: skip
    for side in (0, 1):
        for key in drop:
            hands[side].pop(key)
    os.makedirs(os.path.join(root, "grab", who), exist_ok=True)
    np.savez(os.path.join(root, "grab", who, f"{name}.npz"), **entries)
    matrix = Rotation.from_rotvec(turn).as_matrix()
    posed = np.einsum("vi,tij->tvj", vertices, matrix) + place[:, None]  # as the owners' ObjectModel does: rows
    return {"hands": truth, "object": posed, "vertices": vertices, "templates": templates}


@pytest.fixture(scope="module")
def mano(tmp_path_factory):
    return write_mano(tmp_path_factory.mktemp("mano"))


def loaded(root, mano, **choice):
    return list(grab.sequences(str(root), mano, **choice))


@pytest.mark.parametrize("drop", [(), ("fullpose",)])
def test_hands_are_where_smplx_puts_them(tmp_path, mano, drop):
    """Personal template, PCA about the flat hand, transl off the wrist: the owners' own call, frame by frame."""
    truth = write_recording(tmp_path, mano[1], drop=drop)
    (sequence,) = loaded(tmp_path, mano[0])
    fields = files.mano_fields(mano[0])
    for side in (0, 1):
        hand = files.hand_with_template(fields[side], side, sequence.template[side])
        posed = sequence.hand_rotation, sequence.hand_translation
        rotation, place = (torch.as_tensor(value[:, side]).float() for value in posed)
        vertices, joints = hand(rotation, place, torch.as_tensor(sequence.betas[side]).float())
        expected, wrist = truth["hands"][side]
        np.testing.assert_allclose(sequence.hand_translation[:, side], wrist, atol=1e-5)
        np.testing.assert_allclose(vertices.numpy(), expected, atol=2e-5)
        assert np.abs(sequence.hand_translation[:, side] - wrist).max() < 1e-5 < np.abs(wrist).max()


def test_object_is_posed_by_rows(tmp_path, mano):
    truth = write_recording(tmp_path, mano[1])
    (sequence,) = loaded(tmp_path, mano[0])
    np.testing.assert_allclose(sequence.vertices, truth["vertices"], atol=1e-6)
    posed = np.einsum("tij,vj->tvi", sequence.object_rotation, sequence.vertices) + sequence.object_translation[:, None]
    np.testing.assert_allclose(posed, truth["object"], atol=1e-6)
    # By hand: a quarter turn about +z, stored as (0, 0, pi/2), takes the row (1, 0, 0) to (0, -1, 0).
    row = np.array([1.0, 0, 0]) @ Rotation.from_rotvec([0, 0, np.pi / 2]).as_matrix()
    np.testing.assert_allclose(row, [0, -1, 0], atol=1e-12)


def test_what_a_recording_says(tmp_path, mano):
    write_recording(tmp_path, mano[1])
    write_recording(tmp_path, mano[1], "s9", "cubelarge_offhand_1", "cubelarge", "offhand", labels=(22, 26), frames=40)
    write_recording(tmp_path, mano[1], "s10", "fryingpan_cook_2", "fryingpan", "cook", labels=(21,), frames=40)
    write_recording(tmp_path, mano[1], "s2", "flashlight_on_2", "flashlight", "on", labels=(30, 55), frames=40)
    found = {sequence.name: sequence for sequence in loaded(tmp_path, mano[0])}
    assert list(found) == ["s1/mug_drink_1", "s2/flashlight_on_2", "s9/cubelarge_offhand_1", "s10/fryingpan_cook_2"]
    drink, over = found["s1/mug_drink_1"], found["s9/cubelarge_offhand_1"]
    assert drink.captions == ["Drink mug with right hand.", "Drinking mug with right hand.", "Right hand drinks mug.",
                              "Mug is drunk with right hand."]  # fmt: skip
    assert (drink.hands, drink.active.tolist(), drink.fps, drink.action) == ("right", [False, True], 120.0, "drink")
    assert (over.object_name, over.action, over.hands) == ("cube", "hand over", "both")
    assert over.captions[:2] == ["Hand over cube with both hands.", "Handing over cube with both hands."]
    assert over.captions[2] == "Both hands hand over cube."
    assert found["s10/fryingpan_cook_2"].object_name == "frying pan"
    assert found["s10/fryingpan_cook_2"].hands == "left"
    assert found["s2/flashlight_on_2"].action == "switch on"
    np.testing.assert_array_equal(drink.up, [0, 0, 1])
    # The split by people, and the choices.
    assert {s.name for s in loaded(tmp_path, mano[0], split="test")} == {"s10/fryingpan_cook_2"}
    assert len(loaded(tmp_path, mano[0], split="train")) == 3 and not loaded(tmp_path, mano[0], split="val")
    assert [s.split for s in found.values()] == ["train"] * 3 + ["test"]
    assert [s.name for s in loaded(tmp_path, mano[0], subjects=["s2"])] == ["s2/flashlight_on_2"]
    assert len(loaded(tmp_path, mano[0], skip={"s1/mug_drink_1"})) == 3


def test_a_brush_of_a_hand_is_no_part():
    """A hand that touches for less than a tenth of a second, 12 frames, takes no part; heads and hips never do."""
    labels = np.zeros((100, 30), np.int8)
    labels[:13, 3], labels[:11, 4], labels[:, 5] = 41, 40, 15
    assert grab.hands_that_touch(labels).tolist() == [False, True]
    labels[20:23, 4] = 26
    assert grab.hands_that_touch(labels).tolist() == [True, True]
    # The owners' numbers: left wrist and fingers 21, 26-40, right 22, 41-55, the rest of the body neither.
    sides = [grab.hands_that_touch(np.full((20, 3), label)).tolist() for label in range(56)]
    assert [i for i, side in enumerate(sides) if side == [True, False]] == [21, *range(26, 41)]
    assert [i for i, side in enumerate(sides) if side == [False, True]] == [22, *range(41, 56)]


def test_clips_of_a_recording(tmp_path, mano):
    """From the file to the clip: contact as smplx and the owners' formula have it in the world, 30 frames a second."""
    truth = write_recording(tmp_path, mano[1])
    (sequence,) = loaded(tmp_path, mano[0])
    ((clip, thing),) = convert.convert(sequence, files.mano_fields(mano[0]))
    hand, posed = truth["hands"][1][0][::4], truth["object"][::4]
    # Where an independent look in the world finds the first touch: a box, so distances are closed form.
    middle = posed.mean(1)
    turns = sequence.object_rotation[::4]
    local = np.einsum("tji,tvj->tvi", turns, hand - middle[:, None])
    beyond = np.abs(local) - np.array([0.05, 0.08, 0.11]) / 2
    inside = beyond.max(-1)
    distance = np.where(inside < 0, -inside, np.linalg.norm(np.maximum(beyond, 0), axis=-1))
    touching = np.flatnonzero((distance < 0.005).any(1))
    first = max(0, touching[0] - 15)
    assert 0 < first < 20 and len(clip["motion"]) == len(hand) - first == len(clip["hold"])
    # Taken back to the world: the object's middle, its pose, and the contact map by brute force.
    hand, posed, middle = hand[first:], posed[first:], middle[first:]
    wrists = np.stack([side[1][::4][first:] for side in truth["hands"]], 1)
    turn, place, back = back_to_the_recording(clip, wrists)
    np.testing.assert_allclose(place, middle, atol=2e-4)
    np.testing.assert_allclose(back[:, 2], [0, 0, 1], atol=1e-3)  # up stays up
    points = np.einsum("tij,pj->tpi", turn, thing["points"]) + place[:, None]
    for frame in (0, len(hand) // 2, -1):
        on_box = np.abs((points[frame] - middle[frame]) @ turns[first:][frame]) / (np.array([0.05, 0.08, 0.11]) / 2)
        np.testing.assert_allclose(on_box.max(1), 1, atol=0.01)
        near = np.linalg.norm(points[frame][:, None] - hand[frame][None], axis=-1).min(1)
        np.testing.assert_allclose(clip["contact"][frame, 1] / 255, np.exp(-near / 0.01), atol=0.015)
    assert clip["contact"][-1, 1].max() > 150 and not clip["contact"][:, 0].any()
    assert clip["active"].tolist() == [False, True]


def test_shards_and_going_on(tmp_path, mano, monkeypatch):
    """The command writes whole shards, and a second run reads only what is new."""
    root, out = tmp_path / "GRAB", tmp_path / "out"
    write_recording(root, mano[1])
    write_recording(root, mano[1], "s10", "mug_lift_1", "mug", "lift", seed=1)
    monkeypatch.setattr(command_line, "TextEncoder", lambda device: StandInEncoder())
    lines = []
    read = []
    original = grab.read
    monkeypatch.setattr(grab, "read", lambda path, name, *rest: read.append(name) or original(path, name, *rest))
    total = command_line.bring_in("grab", str(root), mano[0], str(out), limit=1, tell=lines.append)
    assert total == 1 and os.listdir(out) == ["grab-train-0000.safetensors"] and read == ["s1/mug_drink_1"]
    assert any("s1/mug_drink_1: 1 clips" in line for line in lines)
    (out / "grab-train-0001.safetensors.partial").write_bytes(b"half a shard")  # a run that was interrupted
    write_recording(root, mano[1], "s3", "mug_pass_1", "mug", "pass", seed=2)
    assert command_line.bring_in("grab", str(root), mano[0], str(out), tell=lines.append) == 2
    assert read == ["s1/mug_drink_1", "s3/mug_pass_1", "s10/mug_lift_1"]  # the first is not read again
    assert command_line.bring_in("grab", str(root), mano[0], str(out), tell=lines.append) == 0 and len(read) == 3
    arrays, plain = shards.read(str(out / "grab-test-0000.safetensors"))
    assert plain["model"] == "mano" and plain["split"] == "test" and plain["sequences"] == ["s10/mug_lift_1"]
    assert plain["fps"] == 30 and plain["actions"] == ["lift"] and plain["hands"] == ["right"]
    assert arrays["text"].shape == (1, 4, 384) and arrays["motion"].shape[1] == 208
    assert np.abs(arrays["betas"][0, 1]).max() > 0  # the nearest to the person's own hand


def test_a_damaged_recording_costs_nothing_that_was_read(tmp_path, mano):
    root, out, lines = tmp_path / "GRAB", tmp_path / "out", []
    write_recording(root, mano[1])
    write_recording(root, mano[1], "s2", "paper_lift_1", "paper", "lift", seed=1, frames=40)
    sheet = trimesh.Trimesh([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0.0]], [[0, 1, 2]], process=False)
    sheet.export(root / "tools" / "object_meshes" / "contact_meshes" / "paper.ply")
    write_recording(root, mano[1], "s3", "mug_pass_1", "mug", "pass", seed=2, frames=40)
    (root / "grab" / "s3" / "mug_pass_1.npz").write_bytes(b"PK half a download")
    with pytest.raises(UserError, match="mug_pass_1.npz.*can't be read"):
        command_line.bring_in("grab", str(root), mano[0], str(out), tell=lines.append, encoder=StandInEncoder())
    assert any(line.startswith("s2/paper_lift_1 is left out: “paper” is flat") for line in lines)
    _, plain = shards.read(str(out / "grab-train-0000.safetensors"))
    assert plain["sequences"] == ["s1/mug_drink_1", "s2/paper_lift_1"] and len(plain["actions"]) == 1


@pytest.mark.parametrize("name", command_line.DATA_SETS)
def test_every_loader_offers_the_same(tmp_path, name):
    module = importlib.import_module(f"model_runtime.importing.{name}")
    assert "\n" not in module.CREDIT and "20" in module.CREDIT
    said = module.missing(str(tmp_path))
    assert said and all(line.endswith(".") and str(tmp_path) in line for line in said)
    assert list(inspect.signature(module.sequences).parameters) == ["root", "mano", "split", "subjects", "skip"]


def test_the_command_and_what_it_says_is_missing(tmp_path, mano, capsys):
    root = tmp_path / "GRAB"
    arguments = ["import", "grab", "--root", str(root), "--mano", mano[0], "--out", str(tmp_path / "out")]
    assert entry.main(arguments) == 1 and "There is no folder" in capsys.readouterr().err
    os.makedirs(root)
    assert entry.main(arguments) == 1 and "holds GRAB's 'grab' and 'tools'" in capsys.readouterr().err
    write_recording(root, mano[1], frames=40)
    assert grab.missing(str(root)) == []
    for wrong in (root / "grab", tmp_path):  # one level off, either way
        assert grab.missing(str(wrong)) == [] and len(loaded(wrong, mano[0])) == 1
    assert entry.main([*arguments[:5], str(root), *arguments[6:]]) == 1
    said = capsys.readouterr().err
    assert "MANO_LEFT.pkl" in said and "--mano" in said
    os.rename(root / "tools" / "object_meshes", root / "tools" / "elsewhere")
    (said,) = grab.missing(str(root))
    assert "object meshes" in said and "contact_meshes" in said
    assert entry.main(arguments) == 1 and "object meshes" in capsys.readouterr().err
    os.rename(root / "grab" / "s1", root / "grab" / "nobody")
    assert "no recordings" in grab.missing(str(root))[0]


def test_a_recording_with_a_programme_in_it_is_refused(tmp_path, mano):
    write_recording(tmp_path, mano[1], frames=40)
    path = tmp_path / "grab" / "s1" / "mug_drink_1.npz"
    canary = tmp_path / "ran"

    class Call:
        def __reduce__(self):
            return os.system, (f"touch {canary}",)

    honest = dict(np.load(path, allow_pickle=True))
    honest["object"] = np.array({"params": Call()}, dtype=object)
    np.savez(path, **honest)
    with pytest.raises(UserError, match="mug_drink_1.npz.*system"):
        loaded(tmp_path, mano[0])
    assert not canary.exists()
    np.load(path, allow_pickle=True)["object"]  # the file does run it where it is let
    assert canary.exists()
    np.savez(path, **{k: v for k, v in honest.items() if k != "contact"})
    with pytest.raises(UserError, match="it has no contact"):
        loaded(tmp_path, mano[0])
    path.write_bytes(pickle.dumps(honest)[:1000])
    with pytest.raises(UserError, match="damaged"):
        loaded(tmp_path, mano[0])
