"""How good a clip is: measures of contact, penetration and slip, and the evaluation of a checkpoint."""
