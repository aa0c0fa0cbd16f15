"""OakInk2's files, written here in the owners' layout with invented numbers, come out where the owners put them."""

import json
import os
import pickle
import shutil

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch

from model_runtime.importing import files, oakink2
from model_runtime.seam import UserError
from runtime.import_fixtures import second_opinion, smplx_hand
from runtime.import_released import Call, mano_folder, skin, surface, write_box  # noqa: F401

FRAMES = 220  # of the motion capture, 120 a second
SCENE, SEQUENCE = "scene_01__A001", "seq__5ad66440a8b11dd306f3__2023-04-27-19-41-45"
TOKEN = f"{SCENE}++{SEQUENCE}"
CUP, LID, BOARD = "O02@0015@00001", "C12001", "O02@0201@00003"
STRETCHES = {
    "((20, 120), (10, 130))": ("uncap", [LID], [CUP], "the person takes the lid off the cup"),
    "(None, (130, 215))": ("pour", [], [CUP, BOARD], "pour from the cup."),
    "(None, (0, 30))": ("hold", [], [CUP], "too short"),
    "((0, 100), None)": ("?(unk)", [BOARD], [], "unknown"),
}


def tensor(values):
    return torch.tensor(np.asarray(values)[None], dtype=torch.float32)


def write_recording(root, both, token=TOKEN, stretches=STRETCHES, top=-1.0, seed=0):
    """One annotation: the cup follows the right hand, the lid the left, the board lies still. Returns the truth."""
    rng = np.random.default_rng(seed)
    skins, places, rows = [], [], {frame: {} for frame in range(FRAMES)}
    for side, letter in enumerate(("lh", "rh")):
        betas = rng.normal(0, 1.5, 10)
        pose = rng.normal(0, 0.6, 48) + np.cumsum(rng.normal(0, 5e-3, (FRAMES, 48)), 0)
        place = np.array([0.3 * side, 0.9, 0.2]) + np.linspace(0, 0.15, FRAMES)[:, None] * [0, 1, 0]
        turns = Rotation.from_rotvec(pose.reshape(-1, 3)).as_quat().reshape(FRAMES, 16, 4)[..., [3, 0, 1, 2]]
        for frame, row in rows.items():
            row[f"{letter}__pose_coeffs"] = tensor(turns[frame])
            row[f"{letter}__tsl"], row[f"{letter}__betas"] = tensor(place[frame]), tensor(betas)
        # The owners: the hand about its own wrist joint (center_idx=0), plus tsl.
        model = smplx_hand(both[side], side, flat_hand_mean=True, use_pca=False)
        vertices, wrist = second_opinion(model, transl=np.zeros((FRAMES, 3)), global_orient=pose[:, :3],
                                         hand_pose=pose[:, 3:], betas=np.tile(betas, (FRAMES, 1)))  # fmt: skip
        skins.append(vertices - wrist[:, None] + place[:, None])
        places.append(place)
    things = {}
    for thing, side in ((CUP, 1), (LID, 0), (BOARD, None)):
        pose = np.tile(np.eye(4), (FRAMES, 1, 1))
        pose[:, :3, :3] = Rotation.from_rotvec([0.3, -0.7, 0.2]).as_matrix()
        pose[:, :3, 3] = [0.3, 1.0, 0.2] if side is None else skins[side].mean(1)
        things[thing] = pose
    look = np.eye(4)
    look[:3, :3] = np.array([[1.0, 0, 0], [0, 0, 1], [0, top, 0]])  # world to camera: its z is the world's -y
    stored = {"raw_mano": rows, "obj_list": list(things), "mocap_frame_id_list": list(rows),
              "cam_extr": {"allocentric_top": {0: look}}, "raw_smplx": {0: {"body_pose": torch.zeros(1, 21, 4)}},
              "obj_transf": {thing: dict(enumerate(pose)) for thing, pose in things.items()}}  # fmt: skip
    for folder in ("anno_preview", "program/program_info", "program/desc_info"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    with open(os.path.join(root, "anno_preview", f"{token}.pkl"), "wb") as file:
        pickle.dump(stored, file)
    program = {key: {"primitive": act, "obj_list": left + right, "obj_list_lh": left, "obj_list_rh": right or None,
                     "interaction_mode": "rh_main"} for key, (act, left, right, _) in stretches.items()}  # fmt: skip
    words = {key.replace(" ", ""): {"seg_desc": line} for key, (*_, line) in stretches.items()}
    for name, content in (("program_info", program), ("desc_info", words)):
        with open(os.path.join(root, "program", name, f"{token}.json"), "w") as file:
            json.dump(content, file)
    return skins, places, things


@pytest.fixture
def copy(tmp_path, mano):
    """(root, MANO's folder, MANO's arrays, {object: the mesh's vertices})."""
    root = str(tmp_path)
    meshes = {thing: write_box(os.path.join(root, folder, "align_ds", thing, f"model.{kind}"), extent)
              for folder, thing, kind, extent in (("object_repair", CUP, "obj", (0.05, 0.08, 0.11)),
                                                  ("object_raw", LID, "ply", (0.06, 0.06, 0.02)),
                                                  ("object_raw", BOARD, "obj", (0.3, 0.2, 0.02)))}  # fmt: skip
    write_box(os.path.join(root, "object_raw", "align_ds", CUP, "scan.obj"), (0.2, 0.2, 0.2))  # the other is used
    with open(os.path.join(root, "object_raw", "obj_desc.json"), "w") as file:
        json.dump({thing: {"obj_id": thing, "obj_name": name} for thing, name in
                   ((CUP, "cup"), (LID, "lid"), (BOARD, "cutting board"))}, file)  # fmt: skip
    os.makedirs(os.path.join(root, "split"))
    lines = {"train": f"{SCENE}/{SEQUENCE}", "val": "scene_02__A002/seq__b", "test": "scene_03__A003/seq__c"}
    for split, line in lines.items():
        with open(os.path.join(root, "split", f"{split}.txt"), "w") as file:
            file.write(line + "\n")
    return root, *mano, meshes


def test_hands_and_objects_are_where_the_owners_code_puts_them(copy):
    """Quaternions with the real part first, tsl as the wrist, the left hand's released shape, 120 frames a second."""
    root, folder, both, meshes = copy
    skins, places, things = write_recording(root, both)
    found = {s.name.rpartition("++")[2][len(SEQUENCE) + 1 :]: s for s in oakink2.sequences(root, folder)}
    assert set(found) == {f"0/{LID}", f"0/{CUP}", f"1/{CUP}"}  # not the board: it lies still while the cup is used
    fields = files.mano_fields(folder)
    for name, sequence in found.items():
        thing, rows = name[2:], slice(10, 130) if name[0] == "0" else slice(130, 215)
        for side in (0, 1):
            np.testing.assert_allclose(sequence.hand_translation[:, side], places[side][rows], atol=1e-6)
            np.testing.assert_allclose(skin(sequence, fields, side), skins[side][rows], atol=2e-5)
        pose = things[thing][rows]
        truth = meshes[thing] @ pose[:, :3, :3].transpose(0, 2, 1) + pose[:, None, :3, 3]
        np.testing.assert_allclose(surface(sequence), truth, atol=1e-5)
        assert sequence.fps == 120 and sequence.split == "train" and sequence.up.tolist() == [0, 1, 0]
    lid, cup, pouring = found[f"0/{LID}"], found[f"0/{CUP}"], found[f"1/{CUP}"]
    assert (lid.hands, lid.active.tolist(), lid.object_name) == ("left", [True, False], "lid")
    assert (cup.hands, cup.active.tolist(), cup.object_name, cup.action) == ("right", [False, True], "cup", "uncap")
    assert pouring.captions == ["Pour from the cup.", "Pour from the cup with the right hand.",
                                "Pour the cup with the right hand."]  # fmt: skip
    assert lid.captions[0] == "The person takes the lid off the cup."


def test_the_objects_of_a_stretch_are_those_that_move():
    still = np.tile(np.eye(4), (90, 1, 1))
    lifted, turned, trembling = still.copy(), still.copy(), still.copy()
    lifted[40:, 1, 3], trembling[:, 0, 3] = 0.012, np.linspace(0, 0.008, 90)
    turned[60, :3, :3] = Rotation.from_rotvec([0, 0, np.radians(6)]).as_matrix()
    entry = {"obj_list_lh": ["a", "b"], "obj_list_rh": ["a", "c", "gone"]}
    both = ((0, 90), (0, 90))

    def asked(spans, **poses):
        return {thing: hands.tolist() for thing, hands in oakink2.handled(entry, spans, poses).items()}

    assert asked(both, a=lifted, b=turned, c=trembling) == {"a": [True, True], "b": [True, False]}
    assert asked(both, a=still, b=still, c=trembling) == {"a": [True, True], "b": [True, False], "c": [False, True]}
    assert asked((None, (0, 90)), a=lifted, b=turned, c=turned) == {"a": [False, True], "c": [False, True]}


def test_the_split_is_the_owners_lists(copy):
    root, folder, both, _ = copy
    stretches = {"(None, (0, 90))": ("pour", [], [CUP], "pour")}
    tokens = {"train": TOKEN, "val": "scene_02__A002++seq__b", "test": "scene_03__A003++seq__c"}
    for token in tokens.values():
        write_recording(root, both, token, stretches)
    for split, token in tokens.items():
        assert [(s.name, s.split) for s in oakink2.sequences(root, folder, split)] == [(f"{token}/0/{CUP}", split)]
    assert [s.split for s in oakink2.sequences(root, folder, None, ["A002", "A003"])] == ["val", "test"]
    assert not list(oakink2.sequences(root, folder, "val", None, {f"{tokens['val']}/0/{CUP}"}))
    write_recording(root, both, "scene_09__A009++seq__x", stretches)
    with pytest.warns(UserWarning, match="split does not name it"):
        assert len(list(oakink2.sequences(root, folder))) == 3


def test_a_world_that_is_not_y_up_is_refused(copy):
    root, folder, both, _ = copy
    write_recording(root, both, top=1.0)
    with pytest.raises(UserError, match="looks up"):
        list(oakink2.sequences(root, folder))


def test_hostile_pickles_are_refused_and_do_nothing(copy):
    root, folder, both, _ = copy
    write_recording(root, both)
    canary, path = os.path.join(root, "ran"), os.path.join(root, "anno_preview", f"{TOKEN}.pkl")
    with open(path, "rb") as file:
        honest = pickle.load(file)
    frame = honest["raw_mano"][50]
    touch = Call(os.system, f"touch {canary}")
    for bad in (
        touch,
        honest | {"bonus": touch},
        {},
        {"raw_mano": {}, "obj_transf": {CUP: 3}},
        honest | {"raw_mano": honest["raw_mano"] | {50: frame | {"rh__tsl": torch.zeros(1, 4)}}},
        honest | {"raw_mano": honest["raw_mano"] | {50: frame | {"rh__pose_coeffs": torch.zeros(1, 16, 4)}}},
        honest | {"raw_mano": honest["raw_mano"] | {50: frame | {"rh__tsl": np.array([touch], object)}}},
    ):
        with open(path, "wb") as file:
            pickle.dump(bad, file)
        with pytest.raises(UserError, match="anno_preview"):
            list(oakink2.sequences(root, folder))
        assert not os.path.exists(canary)


def test_what_is_missing_or_odd_gets_a_sentence(copy, tmp_path_factory):
    root, folder, both, _ = copy
    assert len(oakink2.missing(str(tmp_path_factory.mktemp("empty")))) == 5
    write_recording(root, both)
    assert oakink2.missing(root) == []
    program = os.path.join(root, "program", "program_info", f"{TOKEN}.json")
    for key in ("__import__('os').getcwd()", "((1, 2),)", "not a pair"):
        with open(program, "w") as file:
            json.dump({key: {}}, file)
        with pytest.raises(UserError, match="program_info"):
            list(oakink2.sequences(root, folder))
    write_recording(root, both)
    shutil.rmtree(os.path.join(root, "object_repair"))
    shutil.rmtree(os.path.join(root, "object_raw", "align_ds", CUP))
    with pytest.raises(UserError, match=f"no mesh of '{CUP}'"):
        list(oakink2.sequences(root, folder))
    os.remove(os.path.join(root, "split", "val.txt"))
    assert len(oakink2.missing(root)) == 1 and "OakInk2-TaMF" in oakink2.missing(root)[0]
