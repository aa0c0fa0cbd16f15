"""`python -m model_runtime ...` as a technical director types it."""

import numpy as np
import pytest

from model_runtime import __main__ as commands
from model_runtime import command_line

TRIANGLE = "v 0 0 0\nv 100 0 0\nv 0 20 3\nf 1 2 3\n"


def test_a_mesh_file_becomes_metres_with_z_up(tmp_path):
    path = tmp_path / "wedge.obj"
    path.write_text(TRIANGLE)
    vertices, faces = command_line.load_mesh(path, up="y", unit=0.01)
    np.testing.assert_allclose(vertices, [[0, 0, 0], [1, 0, 0], [0, -0.03, 0.2]], atol=1e-7)
    assert vertices.dtype == np.float32 and faces.dtype == np.int32 and faces.tolist() == [[0, 1, 2]]
    np.testing.assert_allclose(command_line.load_mesh(path)[0], [[0, 0, 0], [100, 0, 0], [0, 20, 3]])


@pytest.mark.parametrize(
    "name, content",
    [
        ("missing.obj", None),
        ("empty.obj", ""),
        ("points.obj", "v 0 0 0\n"),
        ("odd.xyzzy", "?"),
        ("broken.stl", "solid"),
        ("broken.glb", "glTF"),
    ],
)
def test_a_mesh_file_that_is_none_is_a_sentence(tmp_path, capsys, name, content):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    assert commands.main(["generate", str(path), "Lift it."]) == 1
    error = capsys.readouterr().err
    assert name in error and "Traceback" not in error


def test_an_empty_prompt_is_a_sentence(tmp_path, capsys):
    path = tmp_path / "wedge.obj"
    path.write_text(TRIANGLE)
    assert commands.main(["generate", str(path), "  "]) == 1
    assert "prompt is empty" in capsys.readouterr().err


def test_a_checkpoint_that_is_not_there_is_a_sentence(tmp_path, capsys):
    path = tmp_path / "wedge.obj"
    path.write_text(TRIANGLE)
    assert commands.main(["generate", str(path), "Lift it.", "--checkpoint", "/no/such.safetensors"]) == 1
    assert "/no/such.safetensors" in capsys.readouterr().err


@pytest.mark.parametrize("command", sorted(commands.COMMANDS))
def test_every_command_exists_and_tells_its_options(command, capsys):
    with pytest.raises(SystemExit) as ended:
        commands.main([command, "--help"])
    assert ended.value.code == 0 and "usage" in capsys.readouterr().out
