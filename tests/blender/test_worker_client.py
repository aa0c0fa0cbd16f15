"""The client with a real worker process behind it, whose generator needs no model (fake_worker.py)."""

import os
from pathlib import Path
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from jointhoi_blender import seam, worker_client

HERE = Path(__file__).resolve().parent
FAKE_WORKER = str(HERE.parent / "fake_worker.py")
TETRAHEDRON = np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]], np.float32)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)


def a_request(prompt="Lift the mug.", **changes):
    return seam.Request(prompt=prompt, vertices=TETRAHEDRON, faces=FACES, **changes)


@pytest.fixture(autouse=True)
def client(monkeypatch, tmp_path):
    """The client with a fake worker in place of `-m model_runtime worker`, all else as it is."""

    def command(python, settings):
        mode = settings.checkpoint
        return [python, FAKE_WORKER, mode, str(os.getpid())]

    monkeypatch.setattr(worker_client, "_command", command)
    monkeypatch.setattr(worker_client, "_settings", worker_client.Settings(python=sys.executable))
    monkeypatch.setattr(worker_client.tempfile, "tempdir", str(tmp_path))
    yield worker_client
    worker_client.shutdown()


def test_run_gives_the_clip_and_reports_progress_on_this_thread():
    import threading

    seen = []
    clip = worker_client.run(a_request(seed=3), progress=lambda *p: seen.append((*p, threading.current_thread())))
    assert clip.seed == 3 and clip.frames == 31
    assert [s[0] for s in seen] == sorted(s[0] for s in seen) and seen[-1][1] == "Sampling, step 3 of 4"
    assert {s[2] for s in seen} == {threading.main_thread()}


def test_one_process_answers_many_requests_in_order_without_waiting():
    jobs = [worker_client.submit(a_request(seed=seed)) for seed in range(3)]
    assert not any(job.finished for job in jobs)
    with pytest.raises(RuntimeError):
        jobs[0].result()
    while not all(job.finished for job in jobs):
        for job in jobs:
            job.poll()
        time.sleep(0.01)
    assert [job.result().seed for job in jobs] == [0, 1, 2]
    pid = worker_client._worker.process.pid
    worker_client.run(a_request())
    assert worker_client._worker.process.pid == pid


def test_errors_of_the_worker_keep_their_kind_and_details():
    with pytest.raises(seam.UserError, match="2 m wide") as caught:
        worker_client.run(a_request("Size matters."))
    assert (caught.value.kind, caught.value.details) == ("size", {"extent": 2.0, "scale": 0.1})


def test_cancelling_ends_the_request_and_not_the_worker():
    started = []
    with pytest.raises(seam.UserError) as caught:
        worker_client.run(a_request("Wait here."), lambda *_: started.append(1), cancelled=lambda: bool(started))
    assert caught.value.kind == "cancelled"
    pid = worker_client._worker.process.pid
    assert worker_client.run(a_request()).frames == 31
    assert worker_client._worker.process.pid == pid


def test_a_worker_that_dies_half_way_is_a_sentence_with_the_log_and_the_next_request_starts_another(tmp_path):
    with pytest.raises(seam.UserError, match="ended with code 42: about to die") as caught:
        worker_client.run(a_request("Die young."))
    assert caught.value.kind == "runtime"
    log = str(caught.value).split("The log is ")[1].rstrip(".")
    assert "about to die" in Path(log).read_text()
    assert worker_client.run(a_request()).frames == 31


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("number, words", [(signal.SIGKILL, "memory ran out"), (signal.SIGTERM, "from outside")])
def test_a_worker_ended_by_a_signal_is_explained_to_every_job_that_waits(number, words):
    jobs = [worker_client.submit(a_request("Wait here.")), worker_client.submit(a_request())]
    while not jobs[0].poll():
        time.sleep(0.01)
    os.kill(worker_client._worker.process.pid, number)
    while not all(job.finished for job in jobs):
        [job.poll() for job in jobs]
    for job in jobs:
        with pytest.raises(seam.UserError, match=words):
            job.result()


@pytest.mark.parametrize("mode, words", [("no-checkpoint", "checkpoint is not there"), ("no-torch", "incomplete")])
def test_a_model_that_cannot_be_loaded_fails_the_job_with_the_reason(mode, words):
    worker_client.configure(checkpoint=mode)
    for _ in range(2):
        with pytest.raises(seam.UserError, match=words):
            worker_client.run(a_request())


def test_a_worker_that_was_warmed_up_answers_the_first_request():
    worker_client.warm_up()
    worker_client.warm_up()
    process = worker_client._worker.process
    assert worker_client.run(a_request(seed=3)).seed == 3
    assert worker_client._worker.process is process
    process.kill()
    process.wait()
    while not worker_client._worker.ended:
        time.sleep(0.01)
    worker_client.warm_up()  # what does not run is not tried again and again; a request does, and says why not
    assert worker_client._worker.process is process
    worker_client.run(a_request())
    worker_client.shutdown()
    worker_client.configure(python="/no/python")
    with pytest.raises(seam.UserError, match="is not a program"):
        worker_client.warm_up()


def test_new_settings_replace_the_worker(tmp_path):
    worker_client.run(a_request())
    first = worker_client._worker.process
    worker_client.configure(log_folder=str(tmp_path / "logs"))
    worker_client.run(a_request("Print it."))
    assert first.poll() == 0
    assert "hello from C" in (tmp_path / "logs/worker.log").read_text()


def test_shutdown_ends_the_process_and_leaves_no_files(tmp_path):
    worker_client.run(a_request())
    worker_client.submit(a_request("Wait here."))
    process = worker_client._worker.process
    assert list(tmp_path.iterdir())
    worker_client.shutdown()
    assert process.poll() == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("begun", ["working", "idle"])
@pytest.mark.parametrize("killed", [True, False])
def test_the_worker_ends_with_the_client(begun, killed, tmp_path):
    begin = {
        "idle": "worker_client.warm_up()\n",
        "working": "job = worker_client.submit(a_request('Wait here.'))\nwhile not job.poll(): time.sleep(0.01)\n",
    }
    script = (
        "import sys, time\n"
        "from jointhoi_blender import seam, worker_client\n"
        "from test_worker_client import a_request, FAKE_WORKER\n"
        "import os\n"
        "worker_client._command = lambda python, settings: [python, FAKE_WORKER, '', str(os.getpid())]\n"
        "worker_client.configure(python=sys.executable)\n"
        f"{begin[begun]}"
        "print(worker_client._worker.process.pid, flush=True)\n"
        "sys.stdin.readline()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent.parent)])}
    client = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    pid = int(client.stdout.readline())
    assert alive(pid)
    client.kill() if killed else client.stdin.close()
    client.wait()
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_is_written_into_the_package_by_the_worker(tmp_path):
    environment = worker_client._environment()
    assert environment["PYTHONDONTWRITEBYTECODE"] and environment["PYTHONNOUSERSITE"]
    out = subprocess.run(
        [sys.executable, "-c", "import model_runtime, sys; print(model_runtime.__file__, sys.path[0])"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert str(worker_client.ROOT) in out


def test_the_runtime_is_found_in_the_documented_order(monkeypatch, tmp_path):
    def make(folder):
        path = worker_client.python_in(folder)
        path.parent.mkdir(parents=True)
        path.write_text("")
        path.chmod(0o755)
        return str(path)

    monkeypatch.setattr(worker_client, "ROOT", tmp_path / "checkout")
    monkeypatch.delenv(worker_client.PYTHON_VARIABLE, raising=False)
    settings = worker_client.Settings(runtime_folder=str(tmp_path / "user/runtime"))
    with pytest.raises(seam.UserError, match="install.py") as caught:
        worker_client.find_python(settings)
    assert caught.value.kind == "runtime" and str(tmp_path / "user/runtime") in str(caught.value)

    user = make(tmp_path / "user/runtime")
    with pytest.raises(seam.UserError, match="was not found"):  # half an installation
        worker_client.find_python(settings)
    (tmp_path / "user/runtime/jointhoi.json").touch()
    assert worker_client.find_python(settings) == user
    checkout = make(tmp_path / "checkout/.venv/runtime")
    (tmp_path / "checkout/.venv/runtime/.ready").touch()
    assert worker_client.find_python(settings) == checkout
    variable = make(tmp_path / "variable")
    monkeypatch.setenv(worker_client.PYTHON_VARIABLE, variable)
    assert worker_client.find_python(settings) == variable
    preferred = make(tmp_path / "preferred")
    assert worker_client.find_python(worker_client.Settings(python=preferred)) == preferred
    assert worker_client.find_python(worker_client.Settings(python=str(tmp_path / "preferred"))) == preferred
    with pytest.raises(seam.UserError, match="preferences, /no/python, is not a program"):
        worker_client.find_python(worker_client.Settings(python="/no/python"))


def test_a_python_that_cannot_run_the_model_is_explained(monkeypatch, tmp_path):
    monkeypatch.setattr(worker_client, "_command", lambda python, settings: [python, "-c", "import no_such_module"])
    with pytest.raises(seam.UserError, match="incomplete .*no_such_module.*Install the runtime again"):
        worker_client.run(a_request())
    not_a_program = tmp_path / "python"
    not_a_program.write_text("\x00\x01")
    not_a_program.chmod(0o755)
    worker_client.configure(python=str(not_a_program))
    monkeypatch.setattr(worker_client, "_command", lambda python, settings: [python])
    with pytest.raises(seam.UserError, match="can't be started"):
        worker_client.run(a_request())
    assert [path.name for path in tmp_path.glob("jointhoi-*") if path.is_dir()] == []
