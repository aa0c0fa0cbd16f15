"""Can a request be answered? Its fields' types, shapes and ranges; `objects.mesh` judges the mesh itself."""

import numpy as np

from . import seam


def check_request(request):
    """Raises UserError with a sentence where a Request's fields have the wrong type, shape or range."""
    name, fail = request.object_name, seam.UserError
    for row in request.then:
        if not isinstance(row, (list, tuple)) or len(row) != 2:
            raise fail(f"What comes then must be pairs of a sentence and its seconds, not {row!r}.")
    for sentence, seconds in [(request.prompt, request.seconds), *request.then]:
        if not isinstance(sentence, str) or not sentence.strip():
            raise fail(
                "The prompt is empty; write what the hands should do, such as “Lift the mug with the right hand.”"
            )
        if not any(letter.isalpha() for letter in sentence):
            raise fail(
                f"The prompt “{sentence.strip()[:40]}” has no words; write what the hands should do, such as “Lift the mug "
                "with the right hand.”"
            )
        if not _number(seconds) or not seam.MIN_SECONDS <= seconds <= seam.MAX_SECONDS:
            raise fail(f"A sentence lasts {seam.MIN_SECONDS} to {seam.MAX_SECONDS} seconds, not {seconds!r}.")
    if request.hands not in seam.HANDS:
        raise fail(f"Hands must be one of {', '.join(seam.HANDS)}, not {request.hands!r}.")
    if request.fit not in seam.FITS:
        raise fail(f"Fit must be one of {', '.join(seam.FITS)}, not {request.fit!r}.")
    if request.quality not in seam.QUALITIES:
        raise fail(f"Quality must be one of {', '.join(seam.QUALITIES)}, not {request.quality!r}.")
    if isinstance(request.seed, bool) or not isinstance(request.seed, int) or not 0 <= request.seed < 2**63:
        raise fail(f"The seed must be a whole number from 0 on, not {request.seed!r}.")
    if not _number(request.heading):
        raise fail(f"The heading must be an angle in radians, not {request.heading!r}.")
    for field, shape in {"translation": (3,), "rotation": (3, 3), "hand_shape": (2, 10)}.items():
        array = getattr(request, field)
        if not _is_array(array, "f", shape):
            raise fail(f"The {field} of “{name}” must be an array of floats with the shape {shape}.")
        if not np.isfinite(array).all():
            raise fail(f"The {field} of “{name}” has values that are not finite numbers; check the object's transform.")
    if np.abs(request.rotation.T @ request.rotation - np.eye(3)).max() > 1e-3 or np.linalg.det(request.rotation) < 0:
        raise fail(f"The rotation of “{name}” is not a rotation matrix.")
    if not _is_array(request.vertices, "f", (None, 3)):
        raise fail(f"The vertices of “{name}” must be an array of floats with the shape (V, 3).", kind="mesh")
    if not _is_array(request.faces, "iu", (None, 3)):
        raise fail(f"The faces of “{name}” must be an array of whole numbers with the shape (F, 3).", kind="mesh")
    if (request.turning is None) != (request.hinge is None):
        raise fail(f"“{name}” needs both a hinge and the faces that turn about it, or neither.")
    if request.hinge is not None:
        if not _is_array(request.hinge, "f", (8,)) or not np.isfinite(request.hinge).all():
            raise fail(f"The hinge of “{name}” must be eight finite numbers: a point, an axis, and two angles.")
        if abs(np.linalg.norm(request.hinge[3:6]) - 1) > 1e-3 or request.hinge[6] >= request.hinge[7]:
            raise fail(f"The hinge of “{name}” needs an axis of length 1, and a lowest angle below the highest.")
        if (
            not _is_array(request.turning, "b", (len(request.faces),))
            or request.turning.all()
            or not request.turning.any()
        ):
            raise fail(f"Some faces of “{name}”, and not all of them, must turn about its hinge.", kind="mesh")
    if request.touch is not None:
        if not _is_array(request.touch, "f", (2, len(request.vertices))) or not np.isfinite(request.touch).all():
            shape = (2, len(request.vertices))
            raise fail(f"What is painted on “{name}” must be an array of floats with the shape {shape}.")
    if request.given is not None:
        _check_given(request)


def _check_given(request):
    frames, given, name, fail = request.frames, request.given, request.object_name, seam.UserError
    if not _is_array(given, "b", (frames, 3)):
        raise fail(f"What is given of “{name}” must be an array of bools with the shape ({frames}, 3).")
    if (given[:, :2].any(1) & ~given[:, 2]).any():
        raise fail(f"A hand is fixed in a frame in which “{name}” is not; fix the object there too.")
    shapes = {"object_translation": (3,), "object_rotation": (3, 3), "object_articulation": (), "hand_translation": (2, 3),
              "hand_rotation": (2, 16, 3, 3)}  # fmt: skip
    for field, shape in shapes.items():
        array = getattr(request, field)
        if not _is_array(array, "f", (frames, *shape)):
            raise fail(f"The {field} of “{name}” must be an array of floats with the shape {(frames, *shape)}.")
        rows = given[:, :2].any(1) if field.startswith("hand") else given[:, 2]
        if not np.isfinite(array[rows]).all():
            raise fail(f"The {field} given for “{name}” has values that are not finite numbers; check its keys.")


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and bool(np.isfinite(value))


def _is_array(value, kinds, shape):
    if not isinstance(value, np.ndarray) or value.dtype.kind not in kinds or value.ndim != len(shape):
        return False
    return all(want in (None, have) for have, want in zip(value.shape, shape))
