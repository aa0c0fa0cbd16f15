"""H2O's files, written here in the owners' layout with invented numbers, come out where the owners' code puts them."""

import os
import shutil

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from model_runtime.importing import files, h2o
from model_runtime.seam import UserError
from runtime.import_fixtures import second_opinion, smplx_hand
from runtime.import_released import mano_folder, skin, surface, write_box  # noqa: F401

FRAMES = 75
UP = np.array([0.2, -0.8, 0.5]) / np.linalg.norm([0.2, -0.8, 0.5])  # nobody says that it is an axis


def camera(place, target):
    """Camera to world (4, 4) of one that is not rolled: x right, y down, z towards the target."""
    ahead = (target - place) / np.linalg.norm(target - place)
    right = np.cross(ahead, UP) / np.linalg.norm(np.cross(ahead, UP))
    pose = np.eye(4)
    pose[:3] = np.stack([right, np.cross(ahead, right), ahead, place], 1)
    return pose


def write(folder, name, rows):
    os.makedirs(os.path.join(folder, name))
    for frame, row in enumerate(rows):
        with open(os.path.join(folder, name, f"{frame:06d}.txt"), "w") as file:
            file.write(" ".join(f"{x:.9g}" for x in np.ravel(row)) + " \n")


def write_take(root, both, place="subject1/h1/0", labels=None, kind=6, near=1, cameras=True, seed=0):
    """One take whose object is in the hand `near` (0, 1, or 2 for both). Returns the truth in the world, from smplx."""
    rng = np.random.default_rng(seed)
    numbers, wrists, skins = np.zeros((FRAMES, 2, 62)), [], []
    across = np.cross(UP, [1.0, 0, 0]) / np.linalg.norm(np.cross(UP, [1.0, 0, 0]))
    away = 0.3 * UP - 0.6 * across  # from the object to the head
    world = np.stack([camera(away + 0.002 * t * across, np.zeros(3)) for t in range(FRAMES)])
    for side in (0, 1):
        betas = rng.normal(0, 1.5, 10)
        numbers[:, side] = np.concatenate([
            np.ones((FRAMES, 1)), np.array([0.4 * side, 0.05, 0.5]) + np.cumsum(rng.normal(0, 1e-3, (FRAMES, 3)), 0),
            rng.normal(0, 0.6, 48) + np.cumsum(rng.normal(0, 5e-3, (FRAMES, 48)), 0), np.tile(betas, (FRAMES, 1)),
        ], 1)  # fmt: skip
        model = smplx_hand(both[side], side, flat_hand_mean=True, use_pca=False)
        n = numbers[:, side]
        vertices, wrist = second_opinion(model, transl=n[:, 1:4], global_orient=n[:, 4:7], hand_pose=n[:, 7:52],
                                         betas=n[:, 52:])  # fmt: skip
        skins.append(vertices)
        wrists.append(wrist)
    thing = np.tile(np.eye(4), (FRAMES, 1, 1))
    thing[:, :3, :3] = Rotation.from_rotvec(np.linspace(0, 1, FRAMES)[:, None] * [0.3, -0.7, 0.2]).as_matrix()
    thing[:, :3, 3] = skins[min(near, 1)].mean(1)
    if near == 2:  # the left hand comes to where the right one is
        numbers[:, 0, 1:4] += skins[1].mean(1) - skins[0].mean(1)
        wrists[0] = wrists[0] + skins[1].mean(1) - skins[0].mean(1)
        skins[0] = skins[0] + (skins[1].mean(1) - skins[0].mean(1))[:, None]
    folder = os.path.join(root, place, "cam4")
    write(folder, "hand_pose_mano", numbers)
    write(folder, "obj_pose_rt", np.concatenate([np.full((FRAMES, 1), kind), thing.reshape(-1, 16)], 1))
    write(folder, "cam_pose", world)
    write(folder, "action_label", np.full(FRAMES, 6) if labels is None else labels)
    for index, turn in enumerate(np.arange(4) * 1.4 if cameras else ()):
        side = np.cos(turn) * across + np.sin(turn) * np.cross(UP, across)
        write(os.path.join(root, place, f"cam{index}"), "cam_pose", [camera(side + (0.5 + 0.2 * index) * UP, side * 0)])
    in_world = [np.einsum("tij,tvj->tvi", world[:, :3, :3], v) + world[:, None, :3, 3] for v in skins]
    joints = [np.einsum("tij,tj->ti", world[:, :3, :3], w) + world[:, :3, 3] for w in wrists]
    return in_world, joints, world @ thing


@pytest.fixture(scope="module")
def copy(tmp_path_factory, mano):
    """(root, MANO's folder, MANO's arrays, the meshes' vertices) of a copy without takes."""
    root = str(tmp_path_factory.mktemp("h2o"))
    for name in h2o.MESHES:
        vertices = write_box(os.path.join(root, "object", name, f"{name}.obj"))
    return root, *mano, vertices


@pytest.fixture
def fresh(copy):
    """The same, and what a test writes into it is gone after."""
    yield copy
    for number in "134":
        shutil.rmtree(os.path.join(copy[0], f"subject{number}"), ignore_errors=True)


def test_hands_and_object_are_where_the_owners_player_puts_them(fresh):
    """Camera and world, the wrist of a hand with a shape, the flat hand, the left hand's released shape directions."""
    root, folder, both, vertices = fresh
    skins, wrists, pose = write_take(root, both)
    (found,) = h2o.sequences(root, folder)
    fields = files.mano_fields(folder)
    for side in (0, 1):
        np.testing.assert_allclose(found.hand_translation[:, side], wrists[side], atol=1e-5)
        np.testing.assert_allclose(skin(found, fields, side), skins[side], atol=2e-5)
    truth = vertices @ pose[:, :3, :3].transpose(0, 2, 1) + pose[:, None, :3, 3]
    np.testing.assert_allclose(surface(found), truth, atol=1e-5)
    assert (found.name, found.split, found.fps, found.object_name) == ("subject1/h1/0/0", "train", 30.0, "cocoa")
    assert (found.action, found.hands, found.active.tolist()) == ("grab", "right", [False, True])
    assert found.captions[0] == "Grab cocoa with right hand." and np.ptp(found.vertices, 0).max() < 0.2


@pytest.mark.parametrize("near, hands", [(0, "left"), (2, "both")])
def test_the_hands_that_act_are_those_at_the_object(fresh, near, hands):
    root, folder, both, _ = fresh
    write_take(root, both, near=near)
    (found,) = h2o.sequences(root, folder)
    assert found.hands == hands


@pytest.mark.parametrize("fixed, degrees", [(True, 0.5), (False, 16.0)])
def test_up_comes_from_the_cameras(fresh, fixed, degrees):
    """The head's camera alone looks down by 27 degrees here, and up is known less well."""
    root, folder, both, _ = fresh
    write_take(root, both, cameras=fixed)
    (found,) = h2o.sequences(root, folder)
    assert np.degrees(np.arccos(found.up @ UP)) < degrees and abs(np.linalg.norm(found.up) - 1) < 1e-9


def test_stretches_of_one_label_and_the_split_by_scene(fresh):
    root, folder, both, _ = fresh
    labels = np.array([0] * 5 + [14] * 25 + [25] * 24 + [0] * 3 + [1] * 18)  # place cocoa, take out cocoa, too short
    write_take(root, both, labels=labels)
    for place in ("subject3/k1/0", "subject3/k2/0", "subject3/o1/2", "subject4/h1/0"):
        write_take(root, both, place, cameras=False)
    found = list(h2o.sequences(root, folder))
    assert {s.name: s.split for s in found} == {
        "subject1/h1/0/0": "train", "subject1/h1/0/1": "train", "subject3/k1/0/0": "train", "subject3/k2/0/0": "val",
        "subject3/o1/2/0": "val", "subject4/h1/0/0": "test"}  # fmt: skip
    assert [(s.action, len(s.articulation)) for s in found[:2]] == [("place", 25), ("take out", 24)]
    # A stretch starts at the frame of its label.
    whole = np.loadtxt(os.path.join(root, "subject1/h1/0/cam4/obj_pose_rt/000030.txt"))[1:].reshape(4, 4)
    world = np.loadtxt(os.path.join(root, "subject1/h1/0/cam4/cam_pose/000030.txt")).reshape(4, 4)
    np.testing.assert_allclose(found[1].object_translation[0], (world @ whole)[:3, 3])
    assert [s.name for s in h2o.sequences(root, folder, "val", ["subject3"], ["subject3/k2/0/0"])] == [
        "subject3/o1/2/0"
    ]


def test_the_labels_are_the_owners_numbers():
    """The table of the owners' README, in its own order."""
    things = "book espresso lotion spray milk cocoa chips cappuccino".split()
    table = [f"grab {thing}" for thing in things] + [f"place {thing}" for thing in things]
    for verb, some in (
        ("open", "lotion milk chips"),
        ("close", "lotion milk chips"),
        ("pour", "milk"),
        ("take out", "espresso cocoa chips cappuccino"),
        ("put in", "espresso cocoa cappuccino"),
        ("apply", "lotion spray"),
        ("read", "book espresso"),
        ("spray", "spray"),
        ("squeeze", "lotion"),
    ):
        table += [f"{verb} {thing}" for thing in some.split()]
    assert list(h2o.LABELS) == table and table[23 - 1] == "pour milk" and table[36 - 1] == "squeeze lotion"


def test_one_camera_is_taken_to_look_down_by_45_degrees():
    down = np.radians(30)
    pose = np.array([[1.0, 0, 0], [0, -np.sin(down), np.cos(down)], [0, -np.cos(down), -np.sin(down)]])  # z is up
    for turn in Rotation.random(8, rng=3).as_matrix():
        found = h2o.upward((turn @ pose)[None])
        np.testing.assert_allclose(found @ turn @ [0, 0, 1], np.cos(np.radians(45) - down), atol=1e-6)


def test_a_hand_that_is_not_annotated_takes_no_part(fresh):
    root, folder, both, _ = fresh
    write_take(root, both, near=2)
    for frame in range(FRAMES):
        path = os.path.join(root, f"subject1/h1/0/cam4/hand_pose_mano/{frame:06d}.txt")
        row = np.loadtxt(path)
        row[:62] = 0 if frame < 30 else row[:62]
        row[62] = frame not in (10, 11)  # two frames of the right hand are missing as well, and hold rubbish
        row[63:66] = row[63:66] if row[62] else 7.0
        np.savetxt(path, row[None])
    (found,) = h2o.sequences(root, folder)
    assert found.active.tolist() == [False, True] and found.hands == "right"
    assert np.abs(np.diff(found.hand_translation[:, 1], axis=0)).max() < 0.02  # no frame is elsewhere


def test_hands_far_from_the_object_are_doubted(fresh):
    root, folder, both, _ = fresh
    write_take(root, both)
    for frame in range(FRAMES):
        path = os.path.join(root, f"subject1/h1/0/cam4/obj_pose_rt/{frame:06d}.txt")
        row = np.loadtxt(path)
        row[[4, 8, 12]] *= 1000  # as if in millimetres
        np.savetxt(path, row[None])
    with pytest.warns(UserWarning, match="left out: no wrist"):
        assert not list(h2o.sequences(root, folder))


def test_what_is_missing_or_damaged_gets_a_sentence(fresh, tmp_path):
    root, folder, both, _ = fresh
    assert len(h2o.missing(str(tmp_path))) == 2 and all(line.endswith(".") for line in h2o.missing(str(tmp_path)))
    with pytest.raises(UserError, match="h2odataset.ethz.ch"):
        list(h2o.sequences(str(tmp_path), folder))
    write_take(root, both)
    assert h2o.missing(root) == []
    path = os.path.join(root, "subject1/h1/0/cam4/hand_pose_mano/000007.txt")
    for text, words in (("1 2 3", "3 numbers"), ("one", "can't be read"), (" ".join(["nan"] * 124), "finite")):
        with open(path, "w") as file:
            file.write(text)
        with pytest.raises(UserError, match=words):
            list(h2o.sequences(root, folder))
    shutil.rmtree(os.path.join(root, "subject1/h1/0/cam4/action_label"))
    with pytest.raises(UserError, match="action_label"):
        list(h2o.sequences(root, folder))
