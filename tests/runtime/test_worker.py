"""The worker process through its pipes, with a generator that needs no model: what a client and a user rely on."""

import json
import os
from pathlib import Path
import queue
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from model_runtime import seam, worker

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TETRAHEDRON = np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]], np.float32)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)

BOX = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)], np.float32)
BOX_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
     [1, 5, 7], [1, 7, 3]], np.int32
)  # fmt: skip


def a_request(prompt="Lift the mug.", **changes):
    return seam.Request(prompt=prompt, vertices=TETRAHEDRON, faces=FACES, **changes)


class Process:
    """A worker under test: `say` a message, `hear` the next event."""

    def __init__(self, folder, mode="", parent="", command=None):
        fake = [sys.executable, ROOT / "tests" / "fake_worker.py", mode, *([str(parent)] if parent else [])]
        self.folder, self.events = folder, queue.Queue()
        self.process = subprocess.Popen(
            command or fake,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"},
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.events.put(line)
        self.events.put(None)

    def say(self, line):
        data = line if isinstance(line, bytes) else json.dumps(line).encode()
        self.process.stdin.write(data + b"\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.events.get(timeout=120)
        return None if line is None else json.loads(line)

    def hear_end_of(self, number):
        """The event that ends request `number`, after its progress events."""
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            event = self.hear()
            if event["id"] == number and event["event"] != "progress":
                return event
        raise AssertionError(f"request {number} does not end")

    def generate(self, number, request):
        path = self.folder / f"request{number}.npz"
        if not isinstance(request, bytes):
            seam.save(request, path)
        else:
            path.write_bytes(request)
        clip = str(self.folder / f"clip{number}.npz")
        self.say({"op": "generate", "id": number, "request": str(path), "clip": clip})
        return clip


@pytest.fixture
def start(tmp_path):
    started = []

    def start(*arguments, **keywords):
        process = Process(tmp_path, *arguments, **keywords)
        started.append(process)
        return process

    yield start
    for process in started:
        process.process.kill()
        process.process.wait()


@pytest.fixture
def ready(start):
    process = start()
    assert process.hear() == {"event": "ready", "device": "cpu", "version": "0.1.0"}
    return process


def test_a_request_gives_progress_and_then_the_clip(ready):
    clip_path = ready.generate(1, a_request(translation=np.array([1, 2, 3], np.float32), seed=7))
    fractions = []
    while (event := ready.hear())["event"] == "progress":
        assert event["id"] == 1
        fractions.append(event["fraction"])
    assert event == {"event": "done", "id": 1, "clip": clip_path}
    assert fractions == sorted(fractions) and len(fractions) > 2
    clip = seam.load_clip(clip_path)
    np.testing.assert_allclose(clip.object_translation[-1], [1, 2, 3.1], atol=1e-6)
    assert (clip.prompt, clip.seed, clip.metrics) == ("Lift the mug.", 7, {"penetration_mm": 1.5})


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[1, 2]",
        b"{}",
        b'{"op": "fly"}',
        b'{"op": "generate", "id": 3}',
        b'{"op": "cancel", "id": [1]}',
        b'{"op": "generate", "id": 3, "request": 5, "clip": null}',
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
def test_a_message_that_makes_no_sense_is_answered_and_survived(ready, line):
    ready.say(line)
    event = ready.hear()
    assert event["event"] == "error" and "does not understand" in event["message"]
    ready.generate(9, a_request())
    assert ready.hear_end_of(9)["event"] == "done"


def test_bad_requests_are_answered_by_a_sentence_and_the_next_one_works(ready, tmp_path):
    whole = tmp_path / "whole.npz"
    seam.save(a_request(), whole)
    content = whole.read_bytes()
    bad = {
        "not a zip": (b"rubbish", "can't be read"),
        "empty file": (b"", "can't be read"),
        "cut off": (content[: len(content) // 2], "can't be read"),
        "no prompt": (a_request("  "), "prompt is empty"),
        "wrong hands": (a_request(hands="three"), "Hands must be one of"),
        "wrong fit": (a_request(fit="stretch"), "Fit must be one of"),
        "too long": (a_request(seconds=1e9), "seconds"),
        "length is not a number": (a_request(seconds=float("nan")), "seconds"),
        "negative seed": (a_request(seed=-1), "seed"),
        "flat vertices": (seam.Request("Lift.", TETRAHEDRON[:, :2], FACES), "vertices"),
        "whole-number vertices": (seam.Request("Lift.", np.ones((4, 3), int), FACES), "vertices"),
        "not finite": (a_request(translation=np.array([0, np.nan, 0], np.float32)), "not finite"),
        "quads": (seam.Request("Lift.", TETRAHEDRON, np.array([[0, 1, 2, 3]], np.int32)), "faces"),
        "float faces": (seam.Request("Lift.", TETRAHEDRON, FACES.astype(float)), "faces"),
        "mirrored": (a_request(rotation=np.diag([1, 1, -1]).astype(np.float32)), "rotation"),
        "wrong shape": (a_request(hand_shape=np.zeros((1, 10), np.float32)), "hand_shape"),
        "half a hinge": (a_request(hinge=np.eye(8, dtype=np.float32)[3]), "needs both a hinge and the faces"),
        "a bad hinge": (a_request(hinge=np.zeros(8, np.float32), turning=np.arange(4) < 2), "axis of length 1"),
        "a list": (seam.Request("Lift.", TETRAHEDRON.tolist(), FACES), "vertices"),
    }
    for number, (what, (request, words)) in enumerate(bad.items(), 1):
        ready.generate(number, request)
        event = ready.hear_end_of(number)
        assert event["event"] == "error" and words in event["message"], (what, event)
    ready.say({"op": "generate", "id": 98, "request": str(tmp_path / "nowhere.npz"), "clip": str(tmp_path / "x")})
    assert "is not there" in ready.hear_end_of(98)["message"]
    ready.say({"op": "generate", "id": 99, "request": str(whole), "clip": str(tmp_path / "no/such/folder/clip.npz")})
    assert ready.hear_end_of(99)["event"] == "error"
    ready.generate(100, a_request())
    assert ready.hear_end_of(100)["event"] == "done"


def test_a_request_file_cannot_run_code(ready, tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "pwned"),))

    path = tmp_path / "request5.npz"
    with open(path, "wb") as file:
        np.savez(file, plain=np.array([Evil()], object), vertices=TETRAHEDRON)
    ready.generate(5, path.read_bytes())
    assert "can't be read" in ready.hear_end_of(5)["message"]
    assert not (tmp_path / "pwned").exists()


def test_an_unexpected_exception_is_a_sentence_and_a_traceback_in_the_log(ready):
    ready.generate(1, a_request("Fail now."))
    event = ready.hear_end_of(1)
    assert event["kind"] == "internal" and "one over nothing" in event["message"]
    ready.generate(2, a_request("Size matters."))
    event = ready.hear_end_of(2)
    assert (event["kind"], event["details"]) == ("size", {"extent": 2.0, "scale": 0.1})
    ready.say({"op": "shutdown"})
    assert ready.process.wait(20) == 0
    assert b"Traceback" in (log := ready.process.stderr.read()) and b"ZeroDivisionError" in log
    assert b"It is 2 m wide" not in log


def test_a_running_and_a_waiting_request_can_be_cancelled(ready, tmp_path):
    running, waiting = ready.generate(1, a_request("Wait here.")), ready.generate(2, a_request())
    while ready.hear()["event"] != "progress":
        pass
    ready.say({"op": "cancel", "id": 2})
    ready.say({"op": "cancel", "id": 1})
    assert ready.hear_end_of(1)["event"] == "cancelled"
    assert ready.hear_end_of(2)["event"] == "cancelled"
    assert not Path(running).exists() and not Path(waiting).exists()
    ready.generate(3, a_request())
    assert ready.hear_end_of(3)["event"] == "done"


def test_stdout_is_for_the_protocol_alone(ready):
    ready.generate(1, a_request("Print a lot."))
    assert ready.hear_end_of(1)["event"] == "done"  # hear() would have failed on a line that is not JSON
    ready.say({"op": "shutdown"})
    log = ready.process.stderr.read()
    assert b"hello from a library" in log and b"hello from C" in log


@pytest.mark.parametrize("prompt", [None, "Wait here.", "Hang there."])
def test_it_ends_when_stdin_ends(ready, prompt):
    if prompt:
        ready.generate(1, a_request(prompt))
        ready.hear()
    ready.process.stdin.close()
    assert ready.process.wait(worker.GRACE_SECONDS + 10) == 0


def test_it_ends_when_the_parent_process_is_gone_though_stdin_stays_open(start):
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process = start("", parent=parent.pid)
    assert process.hear()["event"] == "ready"
    process.generate(1, a_request("Wait here."))
    assert process.hear()["event"] == "progress"
    parent.kill()
    parent.wait()
    assert process.process.wait(20) == 0
    assert b"is gone" in process.process.stderr.read()


@pytest.mark.parametrize("mode, words", [("no-checkpoint", "checkpoint is not there"), ("no-torch", "incomplete")])
def test_a_model_that_cannot_be_loaded_is_a_sentence(start, mode, words):
    process = start(mode)
    event = process.hear()
    assert (event["event"], event["id"], event["kind"]) == ("error", None, "runtime") and words in event["message"]
    assert process.process.wait(20) == worker.EXIT_NOT_LOADED


def test_the_device_is_chosen_among_those_there():
    import torch

    best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert worker.choose_device("auto") == best
    assert worker.choose_device("cpu") == "cpu"
    for missing in {"cuda", "mps"} - {best}:
        with pytest.raises(seam.UserError, match=f'"{missing}" is not available'):
            worker.choose_device(missing)
    with pytest.raises(seam.UserError, match="not known"):
        worker.choose_device("abacus")


def test_the_real_command_says_what_is_wrong_with_its_options(start):
    """`python -m model_runtime worker` itself, with a device that no machine has."""
    process = start(command=[sys.executable, "-m", "model_runtime", "worker", "--device", "abacus"])
    event = process.hear()
    assert event["event"] == "error" and "abacus" in event["message"]
    assert process.process.wait(20) == worker.EXIT_NOT_LOADED


def test_the_real_command_loads_a_model_answers_a_request_and_cancels_another(start, tmp_path):
    """`python -m model_runtime worker` with a network that has learnt nothing; every part of the road is real."""
    import torch

    from model_runtime.diffusion import checkpoint
    from model_runtime.diffusion.network import JointHOI

    torch.manual_seed(0)
    checkpoint.save(JointHOI(width=64, depth=1, heads=2), tmp_path / "untrained.safetensors", {"steps": 0})
    command = [sys.executable, "-m", "model_runtime", "worker", "--device", "cpu"]
    process = start(command=[*command, "--checkpoint", str(tmp_path / "untrained.safetensors")])
    assert process.hear()["event"] == "ready"
    hinge = np.array([0, 0.04, 0.04, -1, 0, 0, 0, 1.5], np.float32)
    box = seam.Request("Open the box with the left hand.", BOX * np.float32(0.08), BOX_FACES, seconds=1.5, hinge=hinge,
                       turning=np.isin(np.arange(12), (6, 7, 10, 11)))  # fmt: skip
    paths = [process.generate(number, box) for number in (1, 2)]
    assert (event := process.hear_end_of(1))["event"] == "done", event
    while "ampling" not in (event := process.hear()).get("message", ""):
        assert event["event"] == "progress", event
    process.say({"op": "cancel", "id": 2})
    assert process.hear_end_of(2)["event"] == "cancelled"
    assert not Path(paths[1]).exists()
    clip = seam.load_clip(paths[0])
    assert list(clip.hand_active) == [True, False]
    for name, value in vars(clip).items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            assert value.dtype == np.float32 and np.isfinite(value).all(), name
