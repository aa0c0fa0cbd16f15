"""Curves of a training run that one can look at.

    python -m model_runtime curves OUT      draws OUT/log.csv and OUT/evaluation.csv as OUT/curves.png; needs matplotlib
"""

import argparse
import csv
import os

from ..seam import UserError


def panels(out):
    """What the run's tables hold: [(name, steps, values)]."""
    found = []
    for name in ("log.csv", "evaluation.csv"):
        path = os.path.join(out, name)
        if not os.path.exists(path):
            continue
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        for key in rows[0] if rows else ():
            if key not in ("step", "seconds", "clips"):
                found.append((key, [int(row["step"]) for row in rows], [float(row[key] or "nan") for row in rows]))
    return found


def main(arguments=None):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="model_runtime curves", description=__doc__.splitlines()[0])
    parser.add_argument("out", help="the folder that `train` wrote")
    options = parser.parse_args(arguments)
    from matplotlib.figure import Figure

    found = panels(options.out)
    if not found:
        raise UserError(f"{options.out} has no log.csv with steps in it; is it a folder that `train` wrote?")
    rows = -(-len(found) // 3)
    figure = Figure((12, 2.6 * rows), layout="constrained")
    for index, (name, steps, values) in enumerate(found):
        axes = figure.add_subplot(rows, 3, index + 1, title=name)
        axes.plot(steps, values, marker="." if len(steps) < 30 else None)
        if min(values) > 0:
            axes.set_yscale("log")
    path = os.path.join(options.out, "curves.png")
    figure.savefig(path)
    print(path)
