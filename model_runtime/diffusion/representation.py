"""How a clip becomes the signal y0 = [X ; C] that is denoised, and back.

X, 208 numbers a frame: for the left and then the right hand, 99 numbers each (wrist translation, wrist rotation and 15
finger rotations as 6D); then the object's 10 (translation, rotation as 6D, articulation angle). The wrist is given *in
the object's frame*, so a held object cannot slip by construction of the numbers. C, 512 numbers a frame: the contact of
256 object points with the left and then the right hand.

The canonical frame has its origin at the object's position in the first frame, +Z up, the actor facing +Y, and the
object's rotation in the first frame is the identity: the object's mesh enters as it stands.
"""

import numpy as np
import torch

from ..hands.rotation import matrix_to_sixd, sixd_to_matrix

POINTS = 256
HAND = 99
MOTION = 2 * HAND + 10
CONTACT = 2 * POINTS
SIGNAL = MOTION + CONTACT
GIVEN = 3  # what of a frame can be fixed: the left hand, the right hand, the object
FPS = 30.0  # frames a second of the signal
SEEN = 10  # frames of what was before that a sentence after another sees, in training and in use
LONGEST = 151  # frames: five seconds, both ends counted
# Where a hand that plays no part is, in the object's frame: a constant, so that the model need not guess it.
IDLE = np.array([[-0.25, -0.30, 0.0], [0.25, -0.30, 0.0]], np.float32)
CONTACT_DECAY = 0.01  # metres; contact = exp(-distance / CONTACT_DECAY)


def contact_of_distance(distance):
    """Contact value of a distance in metres: 1 when touching, exp(-d / 1 cm) beyond (Text2HOI's form)."""
    return torch.exp(-distance.clamp_min(0.0) / CONTACT_DECAY)


def pack_motion(object_translation, object_rotation, articulation, hand_translation, hand_rotation):
    """World arrays -> X (..., T, 208).

    object_translation (..., T, 3), object_rotation (..., T, 3, 3), articulation (..., T), hand_translation
    (..., T, 2, 3), hand_rotation (..., T, 2, 16, 3, 3) with joint 0 in the world.
    """
    inverse = object_rotation.transpose(-1, -2).unsqueeze(-3)
    offset = hand_translation - object_translation.unsqueeze(-2)
    local = (inverse @ offset.unsqueeze(-1)).squeeze(-1)
    wrist = inverse @ hand_rotation[..., 0, :, :]
    rotations = torch.cat([wrist.unsqueeze(-3), hand_rotation[..., 1:, :, :]], -3)
    hands = torch.cat([local, matrix_to_sixd(rotations).flatten(-2)], -1).flatten(-2)
    thing = torch.cat([object_translation, matrix_to_sixd(object_rotation), articulation.unsqueeze(-1)], -1)
    return torch.cat([hands, thing], -1)


def unpack_hands(motion):
    """X (..., 208) -> wrist translation (..., 2, 3) and rotations (..., 2, 16, 3, 3), both in the object's frame."""
    hands = motion[..., : 2 * HAND].unflatten(-1, (2, HAND))
    return hands[..., :3], sixd_to_matrix(hands[..., 3:].unflatten(-1, (16, 6)))


def unpack_object(motion):
    """X (..., 208) -> translation (..., 3), rotation (..., 3, 3), articulation (...)."""
    thing = motion[..., 2 * HAND :]
    return thing[..., :3], sixd_to_matrix(thing[..., 3:9]), thing[..., 9]


def to_world(translation, rotation, object_translation, object_rotation):
    """Hands from the object's frame into the world, shapes as `unpack_hands` gives them."""
    turn = object_rotation.unsqueeze(-3)
    world = (turn @ translation.unsqueeze(-1)).squeeze(-1) + object_translation.unsqueeze(-2)
    wrist = turn @ rotation[..., 0, :, :]
    return world, torch.cat([wrist.unsqueeze(-3), rotation[..., 1:, :, :]], -3)


def spread_given(given):
    """given (..., 3) of the left hand, the right hand and the object -> (..., 208), one for each number of X."""
    parts = [given[..., k : k + 1].expand(*given.shape[:-1], n) for k, n in enumerate((HAND, HAND, MOTION - 2 * HAND))]
    return torch.cat(parts, -1)
