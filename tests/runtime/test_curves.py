"""Curves of a training run: what is drawn is what its tables hold."""

import csv

import matplotlib.figure
import numpy as np
from PIL import Image
import pytest

from model_runtime import __main__ as commands
from model_runtime.diffusion import curves

LOG = [{"step": 50 * k, "seconds": 7 * k, "clips": 400, "hands": 2.0 / k, "joints": 0.5 / k} for k in range(1, 5)]
EVALUATION = [{"step": 100, "id_mean_mm": 4.0, "phy": 0.0}, {"step": 200, "id_mean_mm": 2.5, "phy": 0.75}]


def write(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def run(tmp_path):
    write(tmp_path / "log.csv", LOG)
    write(tmp_path / "evaluation.csv", EVALUATION)
    return tmp_path


def test_a_curve_for_each_figure_of_both_tables(run):
    steps = [50, 100, 150, 200]
    assert curves.panels(run) == [
        ("hands", steps, [2.0, 1.0, 2 / 3, 0.5]), ("joints", steps, [0.5, 0.25, 0.5 / 3, 0.125]),
        ("id_mean_mm", [100, 200], [4.0, 2.5]), ("phy", [100, 200], [0.0, 0.75]),
    ]  # fmt: skip


def test_the_picture_shows_them(run, monkeypatch, capsys):
    drawn, kept = [], matplotlib.figure.Figure.savefig

    def savefig(self, path, **settings):
        drawn.extend((axes.get_title(), axes.get_yscale(), *axes.lines[0].get_data()) for axes in self.axes)
        kept(self, path, **settings)

    monkeypatch.setattr(matplotlib.figure.Figure, "savefig", savefig)
    assert not commands.main(["curves", str(run)])
    assert capsys.readouterr().out.strip() == str(run / "curves.png")
    assert [(title, scale) for title, scale, *_ in drawn] == [
        ("hands", "log"), ("joints", "log"), ("id_mean_mm", "log"), ("phy", "linear")]  # fmt: skip
    for (_, _, x, y), (_, steps, values) in zip(drawn, curves.panels(run)):
        np.testing.assert_array_equal(x, steps)
        np.testing.assert_array_equal(y, values)
    picture = np.asarray(Image.open(run / "curves.png").convert("RGB"))
    assert picture.shape[0] > 300 and picture.shape[1] > 900 and picture.std() > 5


def test_a_run_without_evaluations_and_one_with_gaps(run):
    (run / "evaluation.csv").write_text("step,fid,phy\n100,,0.5\n200,3.5,0.25\n")
    name, steps, values = curves.panels(run)[2]
    assert (name, steps) == ("fid", [100, 200]) and np.isnan(values[0]) and values[1] == 3.5
    curves.main([str(run)])
    (run / "evaluation.csv").unlink()
    (run / "curves.png").unlink()
    curves.main([str(run)])
    assert [name for name, *_ in curves.panels(run)] == ["hands", "joints"] and (run / "curves.png").exists()


def test_a_folder_without_a_run_is_a_sentence(tmp_path, capsys):
    (tmp_path / "log.csv").write_text("")
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert commands.main(["curves", str(folder)]) == 1
        assert "no log.csv with steps in it" in capsys.readouterr().err
