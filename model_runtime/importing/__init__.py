"""Doors to the licensed data sets: their original files into the same clips as the procedural data."""
