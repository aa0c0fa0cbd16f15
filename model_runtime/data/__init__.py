"""The training data: procedural objects, grasps found on them, actions, captions, and the clips they make."""
