"""The peers, small and readable, trained on the same clips and measured by the same evaluator as JointHOI.

mdm (motion only), text2hoi (a static contact map, the motion given it, a refiner), diffh2o (a grasp, then the
interaction under grasp guidance), latenthoi (diffusion of grasps' latents). None is its authors' code or weights:
each is its paper's idea at JointHOI's size, see the top of each file.
"""

from . import diffh2o, latenthoi, mdm, text2hoi

PEERS = {
    "mdm": (mdm.MDM, mdm.losses),
    "text2hoi": (text2hoi.Text2HOI, text2hoi.losses),
    "diffh2o": (diffh2o.DiffH2O, diffh2o.losses),
    "latenthoi": (latenthoi.LatentHOI, latenthoi.losses),
}


def load(name, checkpoint, device="cpu"):
    """A peer's, or "paper"'s or "no_contact"'s, draw(cases, seed) for the evaluator, see evaluation/methods.py.

    checkpoint: the file that `train --method NAME` wrote. Raises UserError where it is missing or another method's.
    """
    from .answers import load

    return load(name, checkpoint, device)
