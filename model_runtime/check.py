"""Is a request one that can be answered? Its fields' types, shapes and ranges; what the mesh is worth comes later."""

import numpy as np

from . import seam


def check_request(request):
    """Raises UserError with a sentence where a Request's fields have the wrong type, shape or range."""
    name = request.object_name if isinstance(request.object_name, str) else "object"
    fail = seam.UserError
    if not isinstance(request.prompt, str) or not request.prompt.strip():
        raise fail("The prompt is empty; write what the hands should do, such as \"Lift the mug with the right hand.\"")
    if request.hands not in seam.HANDS:
        raise fail(f"Hands must be one of {', '.join(seam.HANDS)}, not {request.hands!r}.")
    if request.fit not in seam.FITS:
        raise fail(f"Fit must be one of {', '.join(seam.FITS)}, not {request.fit!r}.")
    if not _number(request.seconds) or not seam.MIN_SECONDS <= request.seconds <= seam.MAX_SECONDS:
        raise fail(f"The length must be {seam.MIN_SECONDS} to {seam.MAX_SECONDS} seconds, not {request.seconds!r}.")
    if isinstance(request.seed, bool) or not isinstance(request.seed, int) or not 0 <= request.seed < 2**63:
        raise fail(f"The seed must be a whole number from 0 on, not {request.seed!r}.")
    if not _number(request.heading):
        raise fail(f"The heading must be an angle in radians, not {request.heading!r}.")
    shapes = {"vertices": (None, 3), "translation": (3,), "rotation": (3, 3), "hand_shape": (2, 10)}
    for field, shape in shapes.items():
        array, kind = getattr(request, field), "mesh" if field == "vertices" else "request"
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or not _fits(array, shape):
            raise fail(f'The {field} of "{name}" must be an array of floats with the shape {shape}.', kind=kind)
        if not np.isfinite(array).all():
            raise fail(f'The {field} of "{name}" hold values that are not finite; clean up the object.', kind=kind)
    faces = request.faces
    if not isinstance(faces, np.ndarray) or faces.dtype.kind not in "iu" or not _fits(faces, (None, 3)):
        raise fail(f'The faces of "{name}" must be an array of whole numbers with the shape (F, 3).', kind="mesh")
    if not len(request.vertices) or not len(faces):
        raise fail(f'"{name}" has no faces to hold; choose an object with a surface.', kind="mesh")
    if faces.min() < 0 or faces.max() >= len(request.vertices):
        raise fail(f'Faces of "{name}" name vertices that do not exist; clean up the mesh.', kind="mesh")
    if np.abs(request.rotation.T @ request.rotation - np.eye(3)).max() > 1e-3 or np.linalg.det(request.rotation) < 0:
        raise fail(f'The rotation of "{name}" is not a rotation matrix.')


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and bool(np.isfinite(value))


def _fits(array, shape):
    return array.ndim == len(shape) and all(want in (None, have) for have, want in zip(array.shape, shape))
