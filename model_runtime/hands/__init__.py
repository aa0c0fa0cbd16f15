"""Hands: a differentiable hand of MANO's layout, its natural poses, and how hands are built and loaded."""
