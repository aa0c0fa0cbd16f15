"""The methods that can be trained on the same clips: a network and its losses, by name.

jointhoi is what ships; paper follows the paper's figure; no_contact is jointhoi without contact as a modality. The
peers are in model_runtime/peers.
"""

from functools import partial

from .losses import losses
from .network import JointHOI

OURS = ("jointhoi", "paper", "no_contact")


def method(name):
    """(network class, losses): network(**settings) has normalise, restore, mean, std and settings, and
    losses(network, skeleton, batch, generator, precision) gives the parts of its loss by name for a batch of
    train.Clips.

    Raises ValueError for a name that is none of them.
    """
    if name == "jointhoi":
        return JointHOI, losses
    if name == "no_contact":
        return JointHOI, partial(losses, contact=False)
    if name == "paper":
        from . import paper

        return paper.PaperJointHOI, paper.losses
    from ..peers import PEERS

    if name not in PEERS:
        raise ValueError(f"There is no method {name!r}; there are {', '.join([*OURS, *PEERS])}.")
    return PEERS[name]
