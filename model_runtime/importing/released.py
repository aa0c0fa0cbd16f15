"""What H2O, OakInk2 and TACO share: hands in MANO's *released* shape, and checks that a recording can be true.

Their owners pose hands with manopth or manotorch, which take MANO_LEFT.pkl as it was released: x of its shape
directions has the right hand's sign. The left hands were fitted in that shape, so it is part of what was recorded. A
Sequence's hand is its template + the *mended* shape directions . betas, so what the mending changes is put into the
left template. Zero pose is the flat hand in all three (flat_hand_mean=True in the owners' code).
"""

import numpy as np
from scipy.spatial.transform import Rotation

from .files import Refused, checked, read_mesh

FARTHEST = 0.35  # metres from a wrist to what its hand handles: a long hand, and half of that again
LONGEST = (0.005, 3.0)  # metres; a mesh that is smaller or larger is in other units
MOVED, TURNED = 0.01, np.radians(5.0)  # an object that stays within these is not handled


def templates(fields, betas):
    """files.mano_fields, betas (2, 10) -> (2, V, 3): the templates with which the hands have their released shape."""
    directions = fields[0]["shapedirs"][..., :10]
    released = directions * np.array([-1.0, 1.0, 1.0])[:, None]
    return np.stack([fields[0]["v_template"] + (released - directions) @ betas[0], fields[1]["v_template"]])


def axis_angles(pose):
    """(T, 48), the wrist first -> (T, 16, 3, 3)."""
    return Rotation.from_rotvec(np.reshape(pose, (-1, 3))).as_matrix().reshape(-1, 16, 3, 3)


def metric_object(path, metres=1.0):
    """A mesh file in units of `metres` -> vertices (V, 3) in metres, faces (F, 3). Raises UserError for other units."""
    vertices, faces = read_mesh(path)

    def scaled():
        longest = np.ptp(vertices, axis=0).max() * metres
        if not LONGEST[0] <= longest <= LONGEST[1]:
            raise Refused(f"it would be {longest:.3g} m long, so it is not in the units of the owners' own")
        return vertices * metres, faces

    return checked(path, scaled)


def moves(pose):
    """Whether an object at (T, 4, 4) leaves its first place by 1 cm or 5 degrees."""
    turn = np.einsum("ij,tij->t", pose[0, :3, :3], pose[:, :3, :3])  # the trace is 1 + 2 cos(angle)
    far = np.linalg.norm(pose[:, :3, 3] - pose[0, :3, 3], axis=1)
    return bool(((far > MOVED) | (turn < 1 + 2 * np.cos(TURNED))).any())


def doubt(sequence):
    """A sentence that tells why a Sequence can't be what was recorded, or None.

    A wrist comes near the box of the object that it handles, unless frames, units or the wrist were mistaken.
    """
    offset = sequence.hand_translation - sequence.object_translation[:, None]
    wrist = np.einsum("tji,thj->thi", sequence.object_rotation, offset)[:, sequence.active]
    box = sequence.vertices.min(0), sequence.vertices.max(0)
    away = np.linalg.norm(wrist - wrist.clip(*box), axis=-1).min()
    if away <= FARTHEST:
        return None
    return (f"“{sequence.name}” is left out: no wrist comes nearer than {away:.2f} m to the {sequence.object_name}, "
            "so the files don't belong together, or are not laid out as the owners' code reads them.")  # fmt: skip
