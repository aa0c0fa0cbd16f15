"""The report on the data: figures counted by hand, pictures against the geometry of a projection."""

import json

import numpy as np
from PIL import Image
import pytest

from model_runtime.data import report, shards
from model_runtime.evaluation import pictures
from model_runtime.seam import UserError


def clip(frames, action, hands, row):
    motion = np.zeros((frames, 208), np.float32)
    motion[:, [3, 7]] = motion[:, [102, 106]] = motion[:, [201, 205]] = 1  # identity rotations
    for joint in range(16):
        for hand in (0, 99):
            motion[:, hand + 3 + 6 * joint] = motion[:, hand + 7 + 6 * joint] = 1
    motion[:, 0], motion[:, 99] = -0.2, 0.2
    return {
        "motion": motion,
        "contact": np.zeros((frames, 2, 256)),
        "hold": np.zeros((frames, 2)),
        "text": np.zeros((2, 384)),
        "active": [hands != "right", hands != "left"],
        "betas": np.zeros((2, 10)),
        "object": row,
        "captions": [f"{action} it", "again"],
        "action": action,
        "hands": hands,
    }


def box(half):
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half
    faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
             [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]  # fmt: skip
    return corners.astype(np.float32), np.array(faces)


def thing(name, half=0.05):
    vertices, faces = box(half)
    return {"points": np.zeros((256, 3)), "normals": np.zeros((256, 3)), "moving": np.zeros(256), "hinge": np.zeros(8),
            "vertices": vertices, "faces": faces, "turning": np.zeros(len(faces), bool), "name": name, "number": 0,
            "seed": 0}  # fmt: skip


def store(path, clips, things, tally, depths):
    measures = [{"depth_mm": depth, "slip_mm": 0.0} for depth in depths]
    plain = {"split": "train", "tally": tally, "measures": measures, "grips": ["wrap"] * len(clips)}
    shards.write(str(path), *shards.pack(clips, things, plain))


@pytest.fixture
def folder(tmp_path):
    """Two shards: four clips of a mug and a box, with what their making counted."""
    store(
        tmp_path / "a.safetensors",
        [clip(31, "lift", "left", 0), clip(61, "drink", "right", 0), clip(31, "lift", "both", 1)],
        [thing("mug"), thing("box")],
        {
            "mug/lift": {"kept": 1, "depth_mm": 3},
            "mug/drink": {"kept": 1, "out of reach": 1},
            "box/lift": {"kept": 1},
            "mug/grasps": {"kept": 3, "does not hold": 1},
        },
        [0.1, 0.5, 1.9],
    )
    store(
        tmp_path / "b.safetensors",
        [clip(31, "lift", "right", 0)],
        [thing("mug")],
        {"mug/lift": {"kept": 1, "depth_mm": 1}, "mug/grasps": {"kept": 1}},
        [0.3],
    )
    return tmp_path


def test_the_figures_are_those_counted_by_hand(folder, tmp_path):
    report.main(
        ["--data", str(folder), "--out", str(tmp_path / "out"), "--results", str(tmp_path / "there" / "data.json")]
    )
    found = json.loads((tmp_path / "out" / "report.json").read_text())
    assert found == json.loads((tmp_path / "there" / "data.json").read_text())
    assert (found["clips"], found["objects"], found["seconds_of_motion"]) == (4, 3, 5)
    assert found["families"] == {"mug": 3, "box": 1} and found["actions"] == {"lift": 3, "drink": 1}
    assert found["hands"] == {"right": 2, "left": 1, "both": 1} and found["grips"] == {"wrap": 4}
    assert found["captions"] == {"all": 8, "distinct": 3, "share": 0.375}
    assert {name: found["seconds"][name] for name in ("min", "median", "max")} == {"min": 1, "median": 1, "max": 2}
    mug = {"kept": 3, "tried": 8, "share": 0.375, "reasons": {"depth_mm": 4, "out of reach": 1}}
    assert found["acceptance"]["by_family"] == {"box": {"kept": 1, "tried": 1, "share": 1.0, "reasons": {}}, "mug": mug}
    assert found["acceptance"]["by_action"]["lift"] == {
        "kept": 3,
        "tried": 7,
        "share": 0.429,
        "reasons": {"depth_mm": 4},
    }
    assert found["rejections"] == {"depth_mm": 4, "out of reach": 1}
    depth = found["measures"]["depth_mm"]
    assert (depth["min"], depth["median"], depth["max"], depth["limit"]) == (0.1, 0.4, 1.9, [None, 2.0])
    assert depth["p95"] == pytest.approx(np.percentile([0.1, 0.5, 1.9, 0.3], 95), abs=1e-3)
    assert found["hold"] == {"asked": 5, "held": 4, "share": 0.8, "resimulated": 0, "resimulated_held": 0,
                             "resimulated_share": None}  # nothing is in the air  # fmt: skip
    assert found["clips_per_second"] is None and found["seconds_per_clip"] is None  # nothing was made
    page = np.asarray(Image.open(tmp_path / "out" / "gallery-1.png").convert("RGB"))
    assert page.shape[0] == 4 * (2 * 216 + 20) and page.shape[1] == 6 * 264


def test_what_was_tried_in_vain_counts_too(folder):
    store(folder / "c.safetensors", [], [thing("pen")], {"pen/lift": {"no clear way": 9}}, [])
    found = report.numbers([(path, *shards.read(path, report.TITLES)) for path in sorted(folder.glob("*.safetensors"))])
    assert (found["clips"], found["objects"]) == (4, 4)
    assert found["acceptance"]["by_family"]["pen"] == {
        "kept": 0,
        "tried": 9,
        "share": 0.0,
        "reasons": {"no clear way": 9},
    }


def test_a_folder_without_clips_is_a_sentence(tmp_path):
    with pytest.raises(UserError, match="no clips"):
        report.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")])


def test_every_clip_can_be_drawn_and_none_twice(folder):
    paths = sorted(folder.glob("*.safetensors"))
    stored = [(path, *shards.read(path, report.TITLES)) for path in paths]
    titles = [clip["title"] for clip in report.drawn(stored, 3, 10)]
    assert sorted(titles) == [
        "box · lift · 1.0 s · lift it",
        "mug · drink · 2.0 s · drink it",
        "mug · lift · 1.0 s · lift it",
        "mug · lift · 1.0 s · lift it",
    ]
    assert [clip["title"] for clip in report.drawn(stored, 3, 2)] == titles[:2]  # the same however many are asked for


@pytest.mark.parametrize("palm_up", (True, False))
def test_a_box_on_an_open_palm_is_held_and_one_below_it_falls(palm_up, hands, tmp_path):
    """One 6 cm cube, touched by the palm of a level hand 30 cm above the table: from below or from above."""
    half, sign = 0.03, 1.0 if palm_up else -1.0
    level = np.array([[1.0, 0, 0], [0, 0, sign], [0, -sign, 0]])  # the palm's -y goes to +z or to -z
    skin = hands[1].template.numpy() @ level.T
    middle = skin[:, :2].mean(0)  # of the hand
    under = (np.abs(skin[:, :2] - middle) < half).all(1)
    surface = sign * (sign * skin[under, 2]).max()
    made = clip(31, "lift", "right", 0)
    made["motion"][:, 99:102] = -np.array([*middle, surface + sign * half])  # the wrist, seen from the cube
    made["motion"][:, 102:108] = level[:, :2].T.ravel()
    made["motion"][10:, 200] = 0.3  # metres: the object's height
    made["hold"][:, 1] = 1
    path = str(tmp_path / "one.safetensors")
    shards.write(path, *shards.pack([made], [thing("cube", half)], {"split": "train"}))
    found = report.resimulated([(path, *shards.read(path, report.TITLES))], hands, 0)
    assert found == {"resimulated": 1, "resimulated_held": int(palm_up), "resimulated_share": float(palm_up)}


def cells(strip):
    """The pictures of a strip: (12, 216, 264, 3) numbers."""
    return np.asarray(strip, float).reshape(2, 216, 6, 264, 3).swapaxes(1, 2).reshape(12, 216, 264, 3)


@pytest.mark.parametrize("active", ((False, False), (True, False), (True, True)))
def test_a_strip_shows_the_object_and_the_active_hands_in_every_picture(active, hands):
    vertices, faces = box(0.05)
    motion = clip(31, "lift", "both", 0)["motion"]
    motion[:, 200] = np.linspace(0, 0.2, 31)
    still = (vertices, faces, np.zeros(12, bool), np.zeros(8))
    for picture in cells(pictures.strip(motion, np.array(active), np.zeros((2, 10), np.float32), still, hands)):
        red, _, blue = np.moveaxis(picture, -1, 0)
        assert (blue > red + 15).sum() > 300  # the object
        assert ((red > blue + 25).sum() > 300) == any(active)  # skin
    turning = (vertices, faces, np.ones(12, bool), np.zeros(8))
    for picture in cells(pictures.strip(motion, np.zeros(2, bool), np.zeros((2, 10), np.float32), turning, hands)):
        assert (picture[..., 0] > picture[..., 2] + 25).sum() > 300  # a part that turns has another colour


def test_all_that_is_to_be_seen_is_in_the_picture():
    rng = np.random.default_rng(0)
    for side in pictures.SIDES:
        points = rng.uniform((-0.1, -0.4, 0), (0.5, 0.1, 0.3), (200, 3))
        eye, target, fov = pictures.framing(points, side, (264, 216))
        away = target - eye
        across = np.cross(away, (0, 0, 1))
        x, y, z = (
            np.array(
                [
                    across / np.linalg.norm(across),
                    np.cross(across, away) / np.linalg.norm(np.cross(across, away)),
                    away / np.linalg.norm(away),
                ]
            )
            @ (points - eye).T
        )
        reach = np.tan(np.radians(fov / 2))
        assert 0.85 < max((np.abs(x / z) / (reach * 264 / 216)).max(), (np.abs(y / z) / reach).max()) < 1


def test_pixels_are_those_whose_centres_are_inside_edges_too():
    """Of a triangle with ten centres on each edge: 1 + 2 + ... + 10."""
    x, y, near = (
        np.array([[0.5, 9.5, 0.5], [9.5, 0.5, 9.5]]),
        np.array([[0.5, 0.5, 9.5], [0.5, 9.5, 9.5]]),
        np.ones((2, 3)),
    )
    pixel, nearness, owner = pictures.covered(x, y, near, 12, 12)
    assert (owner == 0).sum() == 55 and np.allclose(nearness, 1)
    assert sorted(set(pixel)) == [
        12 * row + column for row in range(10) for column in range(10)
    ]  # together the square, whole
    assert len(pictures.covered(x[:0], y[:0], near[:0], 12, 12)[0]) == 0
    assert len(pictures.covered(x + 20, y, near, 12, 12)[0]) == 0  # beside the picture


def test_a_round_thing_has_no_pinholes():
    """A sphere of radius 0.5 at 2 m, seen with 60 degrees: all within its outline's circle, nothing outside."""
    ball = pictures.ellipsoid(np.array([0, 2.0, 0]), np.full(3, 0.5), 40, 80)
    image = pictures.render(ball, np.full((len(ball), 3), 90), (301, 301), np.zeros(3), np.array([0, 1.0, 0]), 60)
    radius = 150.5 * np.tan(np.arcsin(0.25)) / np.tan(np.radians(30))
    row, column = np.mgrid[:301, :301] - 150
    seen, far = (image < 200).all(-1), np.hypot(row, column)
    assert seen[far < radius - 1.5].all() and not seen[far > radius + 1].any()


def test_each_pixel_shows_what_is_nearest_there():
    """Two squares that cross along a vertical line in the middle."""

    def square(left, right):
        a, b, c, d = [-1, left, -1], [1, right, -1], [1, right, 1], [-1, left, 1]
        return [[a, b, c], [a, c, d]]

    corners = np.array(square(1.5, 2.5) + square(2.5, 1.5), float)
    image = pictures.render(
        corners, [(255, 0, 0)] * 2 + [(0, 0, 255)] * 2, (100, 100), np.zeros(3), np.array([0, 1.0, 0]), 30
    )
    assert (image[:, :49, 2] == 0).all() and (image[:, 51:, 0] == 0).all()


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
    for corners, colours in (
        (near + far, [(255, 0, 0)] * 2 + [(0, 0, 255)] * 2),
        (far + near, [(0, 0, 255)] * 2 + [(255, 0, 0)] * 2),
    ):
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
