"""The command: `python -m model_runtime import grab --root DIR --mano DIR --out DIR [--split train] [--limit N]`.

Shards appear in OUT as {data set}-{split}-{number}.safetensors, each whole or absent, with the names of the recordings
that are in it; a second run goes on with those that are in none. What comes of licensed data stays under its licence.
"""

import argparse
import glob
import importlib
import os
import time

from ..condition.text import TextEncoder
from ..data import shards
from ..seam import UserError
from . import convert, files

DATA_SETS = ("grab", "arctic", "h2o", "oakink2", "taco")
SPLITS = ("train", "val", "test")
PER_SHARD = 256  # clips, about


def done(out, name):
    """The names of the recordings that are in OUT's shards of a data set already, and how many shards there are."""
    names, paths = set(), glob.glob(os.path.join(glob.escape(out), f"{name}-*.safetensors"))
    for path in paths:
        names.update(shards.read(path, ["first"])[1].get("sequences", ()))
    return names, len(paths)


def fresh_path(out, name, split):
    """The path of the next shard of a split."""
    number = 0
    while os.path.exists(path := os.path.join(out, f"{name}-{split}-{number:04d}.safetensors")):
        number += 1
    return path


def check_folders(module, root, mano):
    """Raises UserError with every sentence about what is missing."""
    if not os.path.isdir(root):
        raise UserError(f"There is no folder '{root}'. Give the folder with your copy of the data set with --root.")
    lines = files.missing_mano(mano) + module.missing(root)
    if lines:
        raise UserError("\n".join(lines))


def clips_of(sequence, fields, tell):
    """A sequence's clips; none, and a line that says why, where its object can't be used."""
    try:
        return convert.convert(sequence, fields)
    except UserError as error:
        tell(f"{sequence.name} is left out: {error}")
        return []


def keep(out, name, split, made, names, credit, encoder, tell):
    """Writes [(clip, thing)] of the recordings `names` as the next shard of a split; nothing where there are none."""
    if made:
        path = fresh_path(out, name, split)
        convert.write_clips(path, made, encoder, {"split": split, "sequences": names, "credit": credit})
        tell(f"{path}: {len(made)} clips of {len(names)} recordings")


def bring_in(name, root, mano, out, splits=SPLITS, limit=None, subjects=None, tell=print, encoder=None):
    """Imports a data set -> how many clips were written. Raises UserError for what the user can mend."""
    module = importlib.import_module(f".{name}", __package__)
    check_folders(module, root, mano)
    os.makedirs(out, exist_ok=True)
    skip, count = done(out, name)
    tell(module.CREDIT)
    if skip:
        tell(f"{len(skip)} recordings are in {count} shards of '{out}' already.")
    fields, encoder = files.mano_fields(mano), encoder or TextEncoder("cpu")
    total, read, begun = 0, 0, time.time()
    for split in splits:
        made, names = [], []
        try:
            for sequence in module.sequences(root, mano, split, subjects, skip):
                found = clips_of(sequence, fields, tell)
                made, names, read, total = made + found, names + [sequence.name], read + 1, total + len(found)
                tell(f"{sequence.name}: {len(found)} clips ({read} read, {total} clips, {time.time() - begun:.0f} s)")
                if len(made) >= PER_SHARD:
                    keep(out, name, split, made, names, module.CREDIT, encoder, tell)
                    made, names = [], []
                if read == limit:
                    return total
        finally:  # also where a file can't be read or the user stops it
            keep(out, name, split, made, names, module.CREDIT, encoder, tell)
    return total


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime import", description=__doc__.splitlines()[0])
    parser.add_argument("data_set", choices=DATA_SETS)
    parser.add_argument("--root", required=True, help="the folder that holds your copy of the data set")
    parser.add_argument("--mano", required=True, help="the folder with your MANO_LEFT.pkl and MANO_RIGHT.pkl")
    parser.add_argument("--out", required=True, help="the folder for the shards")
    parser.add_argument("--split", choices=SPLITS, help="only this one; else all")
    parser.add_argument("--subjects", nargs="+", help="only these people, such as s1 s2")
    parser.add_argument("--limit", type=int, help="read at most so many new recordings")
    options = parser.parse_args(arguments)
    splits = (options.split,) if options.split else SPLITS
    total = bring_in(options.data_set, options.root, options.mano, options.out, splits, options.limit, options.subjects,
                     lambda line: print(line, flush=True))  # fmt: skip
    print(f"{total} new clips are in '{options.out}'.", flush=True)
    return 0
