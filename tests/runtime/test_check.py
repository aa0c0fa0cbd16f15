"""Which requests can be answered: every field that can be wrong gets a sentence that says what, with which object."""

import numpy as np
import pytest

from model_runtime import seam
from model_runtime.check import check_request

BOX = np.array([[x, y, z] for x in (0, 0.1) for y in (0, 0.1) for z in (0, 0.1)], np.float32)
FACES = np.array([[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6]], np.int32)
HINGE = np.array([0, 0.1, 0.05, -1, 0, 0, -0.2, 2.0], np.float32)
TURNING = np.arange(8) < 4
HINGED = {"hinge": HINGE, "turning": TURNING}


def a_request(**changes):
    return seam.Request("Lift the mug.", BOX, FACES, **changes)


def hinge(**changes):
    """The hinge with some of its eight numbers changed: n0=... to n7=..."""
    changed = HINGE.copy()
    for name, value in changes.items():
        changed[int(name[1:])] = value
    return {"hinge": changed, "turning": TURNING}


def spoiled(**changes):
    request = a_request(object_name="Mug.001")
    for name, value in changes.items():
        setattr(request, name, value)
    return request


def fixed(hands=False, **changes):
    """Seventy-six frames, 1.5 and 1 second, of which the tenth is fixed."""
    given = np.zeros((76, 3), bool)
    given[10] = hands, hands, True
    arrays = {"given": given, "object_translation": np.zeros((76, 3)), "object_rotation": np.tile(np.eye(3), (76, 1, 1)),
              "object_articulation": np.zeros(76), "hand_translation": np.full((76, 2, 3), np.nan),
              "hand_rotation": np.tile(np.eye(3), (76, 2, 16, 1, 1))}  # fmt: skip
    return {"seconds": 1.5, "then": [["Drink.", 1.0]], **arrays, **changes}


MIRROR = np.diag([1.0, 1.0, -1.0]).astype(np.float32)


@pytest.mark.parametrize("changes, words, kind", [
    ({"prompt": "  "}, "prompt is empty", "request"),
    ({"prompt": None}, "prompt", "request"),
    ({"prompt": "\U0001f642 \u2615!"}, "“\U0001f642 \u2615!” has no words", "request"),
    ({"hands": "three"}, "auto, left, right, both", "request"),
    ({"fit": "squeeze"}, "ask, scale_hands, scale_object", "request"),
    ({"seconds": 60.0}, "1.0 to 5.0 seconds", "request"),
    ({"quality": "best"}, "draft, normal, final", "request"),
    ({"seconds": 0.1}, "1.0 to 5.0 seconds", "request"),
    ({"seconds": 0.99}, "1.0 to 5.0 seconds", "request"),
    ({"seconds": float("nan")}, "1.0 to 5.0 seconds", "request"),
    ({"seconds": "4"}, "1.0 to 5.0 seconds", "request"),
    ({"then": [["Drink.", 7.0]]}, "1.0 to 5.0 seconds", "request"),
    ({"then": [["Drink.", 2.0], [" ", 2.0]]}, "prompt is empty", "request"),
    ({"then": ["Drink."]}, "pairs of a sentence", "request"),
    (fixed(given=np.zeros((60, 3), bool)), "(76, 3)", "request"),
    (fixed(given=np.eye(76, 3, dtype=bool)), "“Mug.001” is not", "request"),
    (fixed(object_rotation=None), "object_rotation of “Mug.001”", "request"),
    (fixed(hands=True), "hand_translation given for “Mug.001” has values that are not finite", "request"),
    ({"seed": -1}, "seed", "request"),
    ({"seed": 1.5}, "seed", "request"),
    ({"seed": 2**63}, "seed", "request"),
    ({"heading": float("inf")}, "heading", "request"),
    ({"translation": np.zeros(2, np.float32)}, "translation of “Mug.001”", "request"),
    ({"translation": np.array([0, np.nan, 0], np.float32)}, "not finite", "request"),
    ({"rotation": np.eye(4, dtype=np.float32)}, "rotation of “Mug.001”", "request"),
    ({"rotation": 2 * np.eye(3, dtype=np.float32)}, "not a rotation", "request"),
    ({"rotation": MIRROR}, "not a rotation", "request"),
    ({"hand_shape": np.zeros(10, np.float32)}, "hand_shape of “Mug.001”", "request"),
    ({"hand_shape": np.full((2, 10), np.inf, np.float32)}, "not finite", "request"),
    ({"vertices": np.zeros((4, 2), np.float32)}, "vertices of “Mug.001”", "mesh"),
    ({"vertices": [[0, 0, 0]]}, "vertices of “Mug.001”", "mesh"),
    ({"faces": np.zeros((2, 4), np.int32)}, "faces of “Mug.001”", "mesh"),
    ({"faces": np.zeros((2, 3), np.float32)}, "faces of “Mug.001”", "mesh"),
    ({"hinge": HINGE}, "“Mug.001” needs both a hinge and the faces that turn", "request"),
    ({"turning": TURNING}, "“Mug.001” needs both a hinge and the faces that turn", "request"),
    ({**HINGED, "hinge": HINGE[:7]}, "hinge of “Mug.001” must be eight finite numbers", "request"),
    ({**HINGED, "hinge": HINGE.astype(int)}, "hinge of “Mug.001” must be eight finite numbers", "request"),
    ({**HINGED, "hinge": HINGE.tolist()}, "hinge of “Mug.001” must be eight finite numbers", "request"),
    (hinge(n1=np.nan), "hinge of “Mug.001” must be eight finite numbers", "request"),
    (hinge(n3=-2.0), "hinge of “Mug.001” needs an axis of length 1", "request"),
    (hinge(n3=0.0), "hinge of “Mug.001” needs an axis of length 1", "request"),
    (hinge(n6=2.0), "a lowest angle below the highest", "request"),
    (hinge(n6=2.5), "a lowest angle below the highest", "request"),
    ({**HINGED, "turning": TURNING[:7]}, "Some faces of “Mug.001”", "mesh"),
    ({**HINGED, "turning": TURNING.astype(int)}, "Some faces of “Mug.001”", "mesh"),
    ({**HINGED, "turning": np.zeros(8, bool)}, "Some faces of “Mug.001”, and not all of them, must turn", "mesh"),
    ({**HINGED, "turning": np.ones(8, bool)}, "Some faces of “Mug.001”, and not all of them, must turn", "mesh"),
])  # fmt: skip
def test_a_request_that_can_not_be_answered_gets_a_sentence(changes, words, kind):
    with pytest.raises(seam.UserError) as caught:
        check_request(spoiled(**changes))
    assert words in str(caught.value) and caught.value.kind == kind
    assert str(caught.value).rstrip("”").endswith(".")


def test_a_good_request_is_fine():
    turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], np.float32)
    check_request(a_request(rotation=turn, heading=-7.0, seed=0, seconds=5))
    for quality in ("draft", "normal", "final"):
        check_request(a_request(seconds=1, quality=quality, **HINGED))
    check_request(a_request(**fixed()))


def test_a_request_knows_how_many_frames_it_asks_for():
    """By hand: 1.5 s and 1 s at thirty frames a second end at frames 45 and 75."""
    request = a_request(**fixed())
    assert request.sentences == [("Lift the mug.", 45), ("Drink.", 75)] and request.frames == 76
    assert a_request(seconds=3.99).frames == 121
    check_request(a_request(**hinge(n6=-3.0)))


def test_a_request_with_a_hinge_crosses_the_seam(tmp_path):
    seam.save(a_request(quality="draft", **HINGED), tmp_path / "request.npz")
    back = seam.load_request(tmp_path / "request.npz")
    assert back.quality == "draft" and back.turning.dtype == bool
    np.testing.assert_array_equal(back.hinge, HINGE)
    np.testing.assert_array_equal(back.turning, TURNING)
    check_request(back)
    seam.save(a_request(), tmp_path / "request.npz")
    assert seam.load_request(tmp_path / "request.npz").hinge is None
