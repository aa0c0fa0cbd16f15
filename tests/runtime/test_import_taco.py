"""TACO's files, written here in the owners' layout with invented numbers, come out where the owners' code puts them."""

import os
import pickle
import shutil

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import torch

from model_runtime.importing import files, taco, tensors
from model_runtime.seam import UserError
from runtime.import_fixtures import second_opinion, smplx_hand
from runtime.import_released import Call, mano_folder, skin, surface, write_box  # noqa: F401

FRAMES = 30
SIDES = ("left", "right")


def write_recording(root, both, triplet="(pour in some, cup, bowl)", name="20231105_019", seed=0):
    """One recording, its tool in the right hand and its target in the left. Returns the truth in the world."""
    rng = np.random.default_rng(seed)
    hands, objects = (os.path.join(root, kind, triplet, name) for kind in ("Hand_Poses", "Object_Poses"))
    os.makedirs(hands), os.makedirs(objects)
    skins, wrists = [], []
    for side in (0, 1):
        betas = rng.normal(0, 1.5, 10)
        pose = rng.normal(0, 0.6, 48) + np.cumsum(rng.normal(0, 5e-3, (FRAMES, 48)), 0)
        place = np.array([0.4 * side, 0.2, 0.1]) + np.cumsum(rng.normal(0, 1e-3, (FRAMES, 3)), 0)
        rows = {f"{frame + 1:05d}": {"hand_pose": torch.tensor(pose[frame], dtype=torch.float32).requires_grad_(),
                                     "hand_trans": torch.tensor(place[frame], dtype=torch.float32)}
                for frame in reversed(range(FRAMES))}  # fmt: skip
        with open(os.path.join(hands, f"{SIDES[side]}_hand.pkl"), "wb") as file:
            pickle.dump(rows, file)
        with open(os.path.join(hands, f"{SIDES[side]}_hand_shape.pkl"), "wb") as file:
            pickle.dump({"hand_shape": torch.nn.Parameter(torch.tensor(betas, dtype=torch.float32)[None])}, file, 2)
        # The owners: the hand about its own wrist joint (center_idx=0), plus hand_trans.
        model = smplx_hand(both[side], side, flat_hand_mean=True, use_pca=False)
        vertices, wrist = second_opinion(model, transl=np.zeros((FRAMES, 3)), global_orient=pose[:, :3],
                                         hand_pose=pose[:, 3:], betas=np.tile(betas, (FRAMES, 1)))  # fmt: skip
        skins.append(vertices - wrist[:, None] + place[:, None])
        wrists.append(place)
    poses = {}
    for role, number, side in (("tool", "017", 1), ("target", "103", 0)):
        pose = np.tile(np.eye(4), (FRAMES, 1, 1))
        pose[:, :3, :3] = Rotation.from_rotvec(np.linspace(0, 1, FRAMES)[:, None] * [0.3, -0.7, 0.2]).as_matrix()
        pose[:, :3, 3] = skins[side].mean(1)
        np.save(os.path.join(objects, f"{role}_{number}.npy"), pose.astype(np.float32))
        poses[role] = pose
    return skins, wrists, poses


@pytest.fixture
def copy(tmp_path, mano):
    """(root, MANO's folder, MANO's arrays, {role: the mesh's vertices in centimetres})."""
    root = str(tmp_path)
    meshes = {role: write_box(os.path.join(root, "Object_Models", f"{number}_cm.obj"), extent)
              for role, number, extent in (("tool", "017", (5, 8, 11)), ("target", "103", (14, 12, 7)))}  # fmt: skip
    os.makedirs(os.path.join(root, "data_lists"))
    with open(os.path.join(root, "data_lists", taco.SPLIT_LIST), "w") as file:
        file.write("20231105_019,train\n20231019_072,test_1\n20231102_070,test_3\n")
    return root, *mano, meshes


def test_hands_and_objects_are_where_the_owners_code_puts_them(copy):
    """Centimetres, hand_trans as the wrist, the flat hand, the left hand's released shape, frames in order of keys."""
    root, folder, both, meshes = copy
    skins, wrists, poses = write_recording(root, both)
    found = {s.name.rpartition("/")[2]: s for s in taco.sequences(root, folder)}
    assert set(found) == {"tool", "target"}
    fields = files.mano_fields(folder)
    for role, sequence in found.items():
        for side in (0, 1):
            np.testing.assert_allclose(sequence.hand_translation[:, side], wrists[side], atol=1e-6)
            np.testing.assert_allclose(skin(sequence, fields, side), skins[side], atol=2e-5)
        pose = poses[role]
        truth = 0.01 * meshes[role] @ pose[:, :3, :3].transpose(0, 2, 1) + pose[:, None, :3, 3]
        np.testing.assert_allclose(surface(sequence), truth, atol=1e-5)
        assert sequence.fps == 30 and sequence.split == "train" and sequence.up.tolist() == [0, 0, 1]
    tool, target = found["tool"], found["target"]
    assert (tool.object_name, tool.hands, tool.active.tolist(), tool.action) == ("cup", "right", [False, True], "pour")
    assert (target.object_name, target.hands, target.active.tolist()) == ("bowl", "left", [True, False])
    assert target.action == "hold" and target.captions[0] == "Hold bowl with left hand."
    assert tool.captions[0] == "Pour some from the cup into the bowl."
    assert tool.name == "(pour in some, cup, bowl)/20231105_019/tool"


def test_captions_follow_the_triplet():
    assert taco.sentences("tool", "stir", "spoon", "bowl")[:2] == ["Stir in the bowl with the spoon.",
                                                                   "Use the spoon to stir in the bowl."]  # fmt: skip
    assert taco.sentences("tool", "dust", "roller", "pan")[3] == "Use the roller in the right hand to dust the pan."
    assert taco.sentences("tool", "empty", "cup", "bowl")[2] == "Use the right hand to empty the cup into the bowl."
    for action in (*taco.CLAUSES, "hit"):
        for role in ("tool", "target"):
            lines = taco.sentences(role, action, "spoon", "bowl")
            assert len(set(lines)) == 4 and all("bowl" in line.lower() and line.endswith(".") for line in lines)


def test_the_split_is_the_owners_list(copy):
    root, folder, both, _ = copy
    names = ("20231105_019", "20231019_072", "20231102_070")
    for name in names:
        write_recording(root, both, name=name)

    def asked(*arguments):
        return {s.name.split("/")[1]: s.split for s in taco.sequences(root, folder, *arguments)}

    assert asked() == {names[0]: "train", names[1]: "test", names[2]: "test"}
    assert set(asked("train")) == {names[0]} and set(asked("test")) == set(names[1:]) and not asked("val")
    assert set(asked("test_3")) == {names[2]}
    skip = {f"(pour in some, cup, bowl)/{names[0]}/tool"}
    assert [s.name.rpartition("/")[2] for s in taco.sequences(root, folder, "train", None, skip)] == ["target"]
    write_recording(root, both, name="20991231_001")
    with pytest.warns(UserWarning, match="split does not name it"):
        assert set(asked()) == set(names)
    with pytest.raises(UserError, match="who was recorded"):
        list(taco.sequences(root, folder, subjects=["s1"]))


def test_a_mesh_in_other_units_is_refused(copy):
    root, folder, both, _ = copy
    write_recording(root, both)
    write_box(os.path.join(root, "Object_Models", "017_cm.obj"), (0.05, 0.08, 0.11))  # metres already
    with pytest.raises(UserError, match="units"):
        list(taco.sequences(root, folder))


def test_tensors_of_every_kind_are_read_as_torch_reads_them(tmp_path):
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    kinds = {"turned": base.T, "part": base[1:3, ::2], "wide": base.double(), "one": torch.tensor(3),
             "whole": base.long(), "small": base.half(), "learned": torch.nn.Parameter(base),
             "array": np.arange(3.0)}  # fmt: skip
    for protocol in (2, 4, 5):
        text = pickle.dumps(kinds, protocol)
        path = tmp_path / "a.pkl"
        for on_gpu in (False, True):  # torch before 1.12 named torch.cuda.FloatStorage for what was on a GPU
            path.write_bytes(text)
            read = tensors.read_pickle(str(path))
            if on_gpu:
                blob = read["part"].args[0].args
                data = tensors.mano._bytes(blob[0]).replace(b"ctorch\nFloatStorage", b"ctorch.cuda\nFloatStorage")
                read["part"].args[0].args = (data,)
            for name, value in kinds.items():
                expected = value if name == "array" else value.detach().numpy()
                np.testing.assert_array_equal(tensors.array(read[name]), expected, err_msg=name)


def test_hostile_pickles_are_refused_and_do_nothing(copy):
    root, folder, both, _ = copy
    write_recording(root, both)
    canary = os.path.join(root, "ran")
    path = os.path.join(root, "Hand_Poses", "(pour in some, cup, bowl)", "20231105_019", "right_hand.pkl")
    loads = torch.storage._load_from_bytes
    tensor = torch._utils._rebuild_tensor_v2
    numbers = torch.zeros(3).__reduce_ex__(2)[1][0]  # the storage
    inner = pickle.dumps(Call(os.system, f"touch {canary}"))
    rows = {f"{frame:05d}": {"hand_pose": torch.zeros(48), "hand_trans": torch.zeros(3)} for frame in range(FRAMES)}
    first = rows["00000"]
    for bad in (
        Call(os.system, f"touch {canary}"),
        rows | {"00000": first | {"hand_trans": Call(eval, f"open({canary!r}, 'w')")}},
        rows | {"00000": first | {"hand_trans": Call(tensor, Call(loads, inner * 5), 0, (3,), (1,), False, {})}},
        rows | {"00000": first | {"hand_trans": Call(tensor, numbers, 0, (3,), (10**9,), False, {})}},
        rows | {"00000": first | {"hand_trans": Call(tensor, numbers, -8, (3,), (1,), False, {})}},
        rows | {"00000": first | {"hand_trans": torch.full((3,), torch.nan)}},
        rows | {"00000": first | {"hand_trans": torch.zeros(2)}},
        rows | {"00000": {"hand_pose": torch.zeros(48)}},
        {"00000": first},
        [1, 2],
    ):
        with open(path, "wb") as file:
            pickle.dump(bad, file)
        with pytest.raises(UserError, match="right_hand.pkl"):
            list(taco.sequences(root, folder))
        assert not os.path.exists(canary)
    for text in (b"", b"\x80\x04\x95", b"]r\xff\xff\xff\x7f.", b"Pos.system\n."):
        with open(path, "wb") as file:
            file.write(text)
        with pytest.raises(UserError, match="right_hand.pkl"):
            list(taco.sequences(root, folder))


def test_what_is_missing_gets_a_sentence(copy):
    root, folder, both, _ = copy
    write_recording(root, both)
    assert taco.missing(root) == []
    poses = os.path.join(root, "Object_Poses", "(pour in some, cup, bowl)", "20231105_019", "tool_017.npy")
    np.save(poses, np.array([{"a": Call(os.system, "false")}], dtype=object))
    with pytest.raises(UserError, match="tool_017.npy"):
        list(taco.sequences(root, folder))
    os.remove(poses)
    with pytest.raises(UserError, match="no tool_"):
        list(taco.sequences(root, folder))
    shutil.rmtree(os.path.join(root, "Object_Models"))
    os.remove(os.path.join(root, "data_lists", taco.SPLIT_LIST))
    lines = taco.missing(root)
    assert len(lines) == 2 and "Object_Models" in lines[0] and "TACO-Instructions" in lines[1]
    with pytest.raises(UserError, match="Object_Models"):
        list(taco.sequences(root, folder))
