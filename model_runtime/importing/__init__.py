"""Doors to the licensed data sets: their original files into the same clips as the procedural data.

    python -m model_runtime import grab --root DIR --mano DIR --out DIR [--split train] [--limit N]

Every loader module offers

    CREDIT                                   one line: whom to cite, and under which licence the data came
    missing(root) -> list of sentences       what an import needs and is not there; empty where it can start
    sequences(root, mano, split=None, subjects=None, skip=()) -> iterator of sequence.Sequence, read one at a time
                                             root, mano: folders; skip: names that need not be read

`sequence.py` is what a loader gives, `convert.py` makes clips of it, `files.py` reads files without running anything in
them, `wording.py` words captions, `command_line.py` is the command.
"""
