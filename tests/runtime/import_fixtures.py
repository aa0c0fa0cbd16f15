"""What the tests of the importers share: MANO files with invented numbers, and smplx as the second opinion."""

import os
import pickle

import numpy as np
import scipy.sparse
import smplx
from smplx.utils import Struct
import torch
from scipy.spatial.transform import Rotation

from model_runtime.diffusion.representation import to_world, unpack_hands, unpack_object
from model_runtime.hands.layer import FOLDER

SIDES = ("LEFT", "RIGHT")
MIRROR = np.array([-1.0, 1, 1])


def mano_data(side):
    """Plain arrays in MANO's layout as it is released: a wrist off the origin, correctives, a bent mean pose, PCA
    directions, and in the left hand shape directions whose x has the right hand's sign."""
    rng = np.random.default_rng(4)
    stored = np.load(os.path.join(FOLDER, f"OPEN_{SIDES[side]}.npz"), allow_pickle=False)
    data = {name: stored[name] for name in stored.files}
    data = {name: value.astype(float) if value.dtype.kind == "f" else value for name, value in data.items()}
    count, flip = len(data["v_template"]), np.ones(3) if side else MIRROR
    assert data["v_template"][:, 0].mean() * (-1 if side else 1) > 0  # a right hand points along -x
    # As released: x of the left hand's shape directions has the right hand's sign.
    data["shapedirs"] = data["shapedirs"] * flip[:, None] + rng.normal(0, 1e-3, (3, 10))
    data["v_template"] = data["v_template"] + np.array([0.09, 0.006, 0.004]) * flip
    data["posedirs"] = rng.normal(0, 1e-4, (count, 3, 135)) * flip[:, None]
    data["hands_mean"] = rng.normal(0.1, 0.1, 45)
    data["hands_components"] = np.linalg.qr(rng.normal(size=(45, 45)))[0]
    data["f"] = data["f"].astype(np.uint32)
    return {name: data[name] for name in ("v_template", "f", "weights", "J_regressor", "shapedirs", "posedirs",
                                          "kintree_table", "hands_mean", "hands_components")}  # fmt: skip


def write_mano(folder):
    """MANO_LEFT.pkl and MANO_RIGHT.pkl -> (folder as text, [left, right] arrays)."""
    os.makedirs(folder, exist_ok=True)
    both = [mano_data(side) for side in (0, 1)]
    for side in (0, 1):
        content = both[side] | {"J_regressor": scipy.sparse.csc_matrix(both[side]["J_regressor"])}
        with open(os.path.join(folder, f"MANO_{SIDES[side]}.pkl"), "wb") as file:
            pickle.dump(content, file, 2)
    return str(folder), both


def smplx_hand(data, side, template=None, **settings):
    """smplx.MANO of the arrays, as the data sets' owners use it: model(global_orient=, hand_pose=, betas=, transl=)."""
    fields = Struct(**dict(data, bs_type="lrotmin", bs_style="lbs"))
    more = {} if template is None else {"v_template": template}
    return smplx.MANO(FOLDER, is_rhand=bool(side), data_struct=fields, **settings, **more)


def second_opinion(model, **params):
    """What smplx makes of parameters (T, ...) -> vertices (T, V, 3), wrist joint (T, 3), float64."""
    params = {name: torch.as_tensor(np.asarray(value), dtype=torch.float32) for name, value in params.items()}
    if "betas" not in params:
        params["betas"] = torch.zeros(len(params["transl"]), 10)
    with torch.no_grad():
        output = model(**params)
    return output.vertices.double().numpy(), output.joints[:, 0].double().numpy()


def box(extent):
    """A box with its middle at the origin -> vertices (V, 3), faces (F, 3)."""
    import trimesh

    mesh = trimesh.creation.box(extents=extent).subdivide().subdivide()
    return np.array(mesh.vertices), np.array(mesh.faces)


def back_to_the_recording(clip, wrists):
    """A clip's object, taken back to the recording's world by the rigid motion that fits its wrists best.

    wrists (T, 2, 3) of the recording. Returns rotation (T, 3, 3) and translation (T, 3) of the clip's object there, and
    the rotation (3, 3) from the clip's world into the recording's; asserts that one motion fits all frames to 0.1 mm.
    """
    motion = torch.from_numpy(clip["motion"])
    place, turn, _ = unpack_object(motion)
    assert place[0].abs().max() < 1e-6 and (turn[0] - torch.eye(3)).abs().max() < 1e-5
    seen = to_world(*unpack_hands(motion), place, turn)[0].double().numpy()[:, clip["active"]].reshape(-1, 3)
    known = wrists[:, clip["active"]].reshape(-1, 3)
    back = Rotation.align_vectors(known - known.mean(0), seen - seen.mean(0))[0].as_matrix()
    np.testing.assert_allclose((seen - seen.mean(0)) @ back.T + known.mean(0), known, atol=1e-4)
    moved = (place.double().numpy() - seen.mean(0)) @ back.T + known.mean(0)
    return back @ turn.double().numpy(), moved, back


class StandInEncoder:
    """Vectors of the right shape for sentences, without loading a model."""

    def encode(self, texts):
        return torch.stack([torch.full((384,), float(len(text))) for text in texts])
