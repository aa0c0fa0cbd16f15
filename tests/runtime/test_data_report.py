"""The report on the data: figures counted by hand, pictures against the geometry of a projection."""

import json

import numpy as np
from PIL import Image
import pytest

from model_runtime.data import report, shards
from model_runtime.evaluation import pictures

RNG = np.random.default_rng(0)


def clip(frames, action, hands, row):
    motion = np.zeros((frames, 208), np.float32)
    motion[:, [3, 7]] = motion[:, [102, 106]] = motion[:, [201, 205]] = 1  # identity rotations
    for joint in range(16):
        for hand in (0, 99):
            motion[:, hand + 3 + 6 * joint] = motion[:, hand + 7 + 6 * joint] = 1
    motion[:, 0], motion[:, 99] = -0.2, 0.2
    return {"motion": motion, "contact": np.zeros((frames, 2, 256)), "hold": np.zeros((frames, 2)), "text": np.zeros((2, 384)),
            "active": [hands != "right", hands != "left"], "betas": np.zeros((2, 10)), "object": row,
            "captions": [f"{action} it", "again"], "action": action, "hands": hands}  # fmt: skip


def box(half):
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half
    faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
    return corners.astype(np.float32), np.array(faces)


@pytest.fixture
def folder(tmp_path):
    """Two shards: four clips of a mug and a box, with what their making counted."""
    def thing(name):
        vertices, faces = box(0.05)
        return {"points": np.zeros((256, 3)), "normals": np.zeros((256, 3)), "moving": np.zeros(256), "hinge": np.zeros(8),
                "vertices": vertices, "faces": faces, "turning": np.zeros(len(faces), bool), "name": name, "number": 0, "seed": 0}

    def store(path, clips, things, tally, depths):
        measures = [{"depth_mm": depth, "slip_mm": 0.0} for depth in depths]
        plain = {"split": "train", "tally": tally, "measures": measures, "grips": ["wrap"] * len(clips)}
        shards.write(str(path), *shards.pack(clips, things, plain))

    store(tmp_path / "a.safetensors", [clip(31, "lift", "left", 0), clip(61, "drink", "right", 0), clip(31, "lift", "both", 1)],
          [thing("mug"), thing("box")], {"mug/lift": {"kept": 1, "depth_mm": 3}, "mug/drink": {"kept": 1, "out of reach": 1},
                                         "box/lift": {"kept": 1}, "mug/grasps": {"kept": 3, "does not hold": 1}}, [0.1, 0.5, 1.9])  # fmt: skip
    store(tmp_path / "b.safetensors", [clip(31, "lift", "right", 0)], [thing("mug")],
          {"mug/lift": {"kept": 1, "depth_mm": 1}, "mug/grasps": {"kept": 1}}, [0.3])  # fmt: skip
    return tmp_path


def test_the_figures_are_those_counted_by_hand(folder, tmp_path):
    report.main(["--data", str(folder), "--out", str(tmp_path / "out"), "--results", str(tmp_path / "there" / "data.json")])
    found = json.loads((tmp_path / "out" / "report.json").read_text())
    assert found == json.loads((tmp_path / "there" / "data.json").read_text())
    assert (found["clips"], found["objects"], found["seconds_of_motion"]) == (4, 3, 5)
    assert found["families"] == {"mug": 3, "box": 1} and found["actions"] == {"lift": 3, "drink": 1}
    assert found["hands"] == {"right": 2, "left": 1, "both": 1} and found["grips"] == {"wrap": 4}
    assert found["captions"] == {"all": 8, "distinct": 3}
    assert found["acceptance"]["by_family"] == {"box": {"kept": 1, "tried": 1, "share": 1.0}, "mug": {"kept": 3, "tried": 8, "share": 0.375}}
    assert found["acceptance"]["by_action"]["lift"] == {"kept": 3, "tried": 7, "share": 0.429}
    assert found["rejections"] == {"depth_mm": 4, "out of reach": 1}
    depth = found["measures"]["depth_mm"]
    assert (depth["min"], depth["median"], depth["max"], depth["limit"]) == (0.1, 0.4, 1.9, [None, 2.0])
    assert depth["p95"] == pytest.approx(np.percentile([0.1, 0.5, 1.9, 0.3], 95), abs=1e-3)
    assert {name: found["hold"][name] for name in ("asked", "held", "share", "resimulated")} == {
        "asked": 5, "held": 4, "share": 0.8, "resimulated": 0}  # nothing is in the air  # fmt: skip
    page = np.asarray(Image.open(tmp_path / "out" / "gallery-1.png").convert("RGB"))
    assert page.shape[0] == 4 * (2 * 250 + 16) and page.shape[1] == 6 * 250


def test_a_triangle_covers_the_pixels_that_its_projection_does():
    """At 2 m and a field of view of 90 degrees a pixel of 200 is 2 cm wide."""
    triangle = np.array([[[-1.0, 2, -1], [1, 2, -1], [-1, 2, 1]]])
    image = pictures.render(triangle, [(200, 0, 0)], (200, 200), np.zeros(3), np.array([0, 1.0, 0]), fov_deg=90)
    covered = image[..., 1] < 50
    assert covered.sum() == pytest.approx(0.5 * 100 * 100, rel=0.03)
    rows, columns = np.nonzero(covered)
    assert columns.min() == 50 and rows.max() == 149  # left and down in the picture
    assert covered[149].sum() > 95 and covered[52].sum() < 5


def test_the_nearer_hides_the_farther_whichever_comes_first():
    def square(distance, half):
        a, b, c, d = ([x * half, distance, z * half] for x, z in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
        return [[a, b, c], [a, c, d]]

    near, far = square(1.0, 0.2), square(2.0, 1.0)
    for corners, colours in ((near + far, [(255, 0, 0)] * 2 + [(0, 0, 255)] * 2), (far + near, [(0, 0, 255)] * 2 + [(255, 0, 0)] * 2)):
        image = pictures.render(np.array(corners), colours, (100, 100), np.zeros(3), np.array([0, 1.0, 0]), fov_deg=90)
        assert image[50, 50, 0] > 80 and image[50, 50, 2] == 0  # red before blue
        assert image[50, 30, 2] > 80 and image[50, 30, 0] == 0  # blue beside it
        assert (image[5, 5] == pictures.BACKGROUND).all()
        inside = image[26:75, 26:75].reshape(-1, 3)
        assert not (inside == pictures.BACKGROUND).all(1).any()  # no pinholes along the diagonals


def test_what_is_behind_the_eye_is_left_out():
    behind = np.array([[[-1.0, -2, -1], [1, -2, -1], [0, -2, 1]]])
    image = pictures.render(behind, [(0, 0, 0)], (50, 50), np.zeros(3), np.array([0, 1.0, 0]))
    assert (image == pictures.BACKGROUND).all()


def test_a_turned_lid_is_drawn_turned():
    vertices, faces = box(0.05)
    lid = np.concatenate([vertices, vertices + [0, 0, 0.2]])
    both, turning = np.concatenate([faces, faces + 8]), np.repeat([False, True], 12)
    hinge = np.array([0.05, 0, 0.15, 0, 1.0, 0, 0, 2.0])
    turned = pictures.turned(lid, both, turning, hinge, np.pi / 2)
    np.testing.assert_array_equal(turned[:8], vertices)
    offset = lid[8:] - [0.05, 0, 0.15]  # a quarter turn about +Y: x -> -z, z -> x
    np.testing.assert_allclose(turned[8:] - [0.05, 0, 0.15], offset[:, [2, 1, 0]] * [1, 1, -1], atol=1e-6)
    assert pictures.turned(lid, both, turning, np.zeros(8), 1.0) is lid
