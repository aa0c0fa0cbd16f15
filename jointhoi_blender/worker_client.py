"""The client of the model's worker process: starts it, sends requests, hears progress, restarts it after a crash.

    clip = worker_client.run(request, progress=lambda fraction, message: ...)     waits; for scripts
    job = worker_client.submit(request)                                           returns at once; for the window
    for event in job.poll(): ...      then, once job.finished:      clip = job.result()

Standard library, numpy and the seam. Never bpy: a thread reads the worker's lines and only puts them in queues.
"""

import atexit
from dataclasses import dataclass
import itertools
import json
import os
from pathlib import Path
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from . import seam

ROOT = Path(__file__).resolve().parent.parent  # holds model_runtime: the extension's folder, or the checkout
PYTHON_VARIABLE = "JOINTHOI_RUNTIME_PYTHON"
READY = ("jointhoi.json", ".ready")  # what a complete installation leaves behind, install.py's or the Makefile's
SHUTDOWN_SECONDS = 3.0
MAX_LOG_BYTES = 1 << 20


@dataclass(frozen=True)
class Settings:
    """How to start the worker; empty strings mean the default.

    python          the runtime's Python; by default see `find_python`
    device          "auto", "cuda", "mps" or "cpu"
    checkpoint      a .safetensors file instead of the bundled one
    mano            a folder with the user's licensed MANO_LEFT.pkl and MANO_RIGHT.pkl
    log_folder      where worker.log is kept; by default a temporary file
    runtime_folder  where a runtime environment is looked for last (the extension's user folder)
    """

    python: str = ""
    device: str = "auto"
    checkpoint: str = ""
    mano: str = ""
    log_folder: str = ""
    runtime_folder: str = ""


def configure(**settings):
    """Sets `Settings` fields by name. A worker with other settings is replaced at the next request."""
    global _settings
    _settings = Settings(**{**vars(_settings), **settings})


def settings():
    """The `Settings` in use."""
    return _settings


def runtime_folder(settings=None):
    """Where a runtime is installed to: the user folder's, in a checkout .venv/runtime."""
    return (settings or _settings).runtime_folder or str(ROOT / ".venv" / "runtime")


def find_python(settings=None):
    """The path of the runtime's Python: the preference, then $JOINTHOI_RUNTIME_PYTHON, the checkout's
    .venv/runtime, and the extension's user folder. Raises UserError(kind="runtime") where there is none.
    """
    settings = settings or _settings
    for value, origin in (
        (settings.python, "set in JointHOI's preferences"),
        (os.environ.get(PYTHON_VARIABLE, ""), f"named by ${PYTHON_VARIABLE}"),
    ):
        if value:
            path = os.path.abspath(os.path.expanduser(value))
            path = python_in(path) if os.path.isdir(path) else path
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return str(path)
            message = f"The runtime's Python {origin}, {value}, is not a program on this machine."
            raise seam.UserError(message, "runtime")
    folders = [ROOT / ".venv" / "runtime"] + ([Path(settings.runtime_folder)] if settings.runtime_folder else [])
    for folder in folders:
        if (path := python_in(folder)).is_file() and any((folder / mark).is_file() for mark in READY):
            return str(path)
    raise seam.UserError(
        "JointHOI's runtime, a Python environment of its own with PyTorch, was not found. Press Set Up in the sidebar "
        f"or type in a terminal: {install_command(settings)}",
        kind="runtime",
    )


def python_in(environment):
    """Where the Python of a virtual environment is."""
    return Path(environment) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install_command(settings=None):
    """What to type in a terminal to install the runtime where `find_python` finds it, by the Python that runs here."""
    return f'"{sys.executable}" "{ROOT / "model_runtime" / "install.py"}" "{runtime_folder(settings)}"'


class Job:
    """One request that the worker is answering. All methods return at once."""

    def __init__(self, number, worker):
        self.number = number
        self.finished = False
        self.fraction = 0.0
        self.message = "Starting the model"
        self._worker = worker
        self._messages = queue.SimpleQueue()
        self._clip = None
        self._error = None

    def poll(self):
        """The progress since the last call, a list of `seam.Progress`. Sets `finished`, `fraction` and `message`."""
        news = []
        while not self.finished and not self._messages.empty():
            message = self._messages.get()
            if message["event"] == "progress":
                self.fraction, self.message = message["fraction"], message["message"]
                news.append(seam.Progress(self.fraction, self.message))
            else:
                self.finished = True
                self._close(message)
        return news

    def cancel(self):
        """Asks the worker to stop; the job finishes as cancelled shortly after, or as done where it just was."""
        if not self.finished:
            self._worker.send({"op": "cancel", "id": self.number})

    def result(self):
        """The Clip of a finished job. Raises the UserError that ended it; kind "cancelled" after a cancellation."""
        if not self.finished:
            raise RuntimeError("the job has not finished; call poll() until job.finished")
        if self._error:
            raise self._error
        return self._clip

    def _close(self, message):
        try:
            if message["event"] == "done":
                self._clip = seam.load_clip(self._worker.clip_path(self.number))
            elif message["event"] == "cancelled":
                self._error = seam.UserError("Cancelled.", kind="cancelled")
            else:
                self._error = seam.UserError(message["message"], message["kind"], message.get("details"))
        except Exception as error:  # a full disk, a cleaned temporary folder
            self._error = seam.UserError(f"The generated clip can't be read: {error}.", kind="internal")
        self._worker.clean_up(self.number)


def submit(request):
    """Sends a Request to the worker, which is started if need be, and returns a Job at once.

    Raises UserError(kind="runtime") where the runtime is missing or can't be started.
    """
    global _worker
    if _worker and (_worker.ended or _worker.settings != _settings and not _worker.busy):
        _worker.close()
        _worker = None
    if not _worker:
        _worker = _Worker(_settings)
    return _worker.submit(request)


def warm_up():
    """Starts the worker unless there is one, so that the next request need not wait for the model to load; returns at
    once.

    Raises UserError(kind="runtime") where the runtime is missing or can't be started.
    """
    global _worker
    if not _worker:
        _worker = _Worker(_settings)


def run(request, progress=None, cancelled=None):
    """Generates a Clip and waits for it.

    progress(fraction, message)   called on this thread as the work proceeds
    cancelled()                   asked about ten times a second; True cancels
    Raises UserError, with kind "cancelled" after a cancellation. Ctrl-C cancels the request and passes on.
    """
    job = submit(request)
    asked = False
    if progress:
        progress(job.fraction, job.message)
    try:
        while not job.finished:
            for event in job.poll():
                if progress:
                    progress(event.fraction, event.message)
            if not asked and cancelled and cancelled():
                asked = True
                job.cancel()
            if not job.finished:
                time.sleep(0.02)
    except BaseException:
        job.cancel()
        raise
    return job.result()


def shutdown():
    """Ends the worker, if there is one, and removes its temporary files. The next request starts another."""
    global _worker
    if _worker:
        _worker.close()
        _worker = None


class _Worker:
    """The process, its temporary folder, its log and the thread that reads its lines."""

    def __init__(self, settings):
        self.settings = settings
        self.python = find_python(settings)
        self.ended = False
        self.jobs = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._closing = False
        self._ready = False
        self.log_path, log = _open_log(settings.log_folder)
        self.folder = Path(tempfile.mkdtemp(prefix="jointhoi-"))
        self._log_start = log.tell()
        try:
            self.process = subprocess.Popen(
                _command(self.python, settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.folder,
                env=_environment(),
                **_detached(),
            )
        except OSError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            message = f"The runtime's Python, {self.python}, can't be started: {error}."
            raise seam.UserError(message, "runtime") from error
        finally:
            log.close()
        self._reader = threading.Thread(target=self._read, name="jointhoi worker", daemon=True)
        self._reader.start()

    @property
    def busy(self):
        return bool(self.jobs)

    def submit(self, request):
        job = Job(next(self._numbers), self)
        path = self.folder / f"request{job.number}.npz"
        seam.save(request, path)
        with self._lock:
            self.jobs[job.number] = job
        sent = self.send({"op": "generate", "id": job.number, "request": str(path), "clip": self.clip_path(job.number)})
        if not sent and self.ended:  # the reader may have failed the other jobs before this one joined them
            self._fail_all()
        return job

    def send(self, message):
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
            return True
        except (OSError, ValueError):  # it has ended; the reader tells the jobs why
            return False

    def clip_path(self, number):
        return str(self.folder / f"clip{number}.npz")

    def clean_up(self, number):
        for name in (f"request{number}.npz", f"clip{number}.npz"):
            (self.folder / name).unlink(missing_ok=True)

    def close(self):
        self._closing = True
        self.send({"op": "shutdown"})
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(SHUTDOWN_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)
        if not self.settings.log_folder and self.process.returncode == 0:
            Path(self.log_path).unlink(missing_ok=True)

    def _read(self):
        """The reader thread: gives each line to its job; when the lines end, tells every job left why."""
        failure = None
        for line in self.process.stdout:
            try:
                message = json.loads(line)
                event, number = message["event"], message.get("id")
            except (ValueError, TypeError, KeyError):
                continue
            if event == "ready":
                self._ready = True
            elif number is None:
                failure = message
            else:
                with self._lock:
                    job = self.jobs.get(number) if event == "progress" else self.jobs.pop(number, None)
                if job:
                    job._messages.put(message)
        code = self.process.wait()
        self._last = failure if failure and not self._ready else {"kind": "runtime", "message": self._why(code)}
        self.ended = True
        self._fail_all()

    def _fail_all(self):
        with self._lock:
            jobs = list(self.jobs.values())
            self.jobs.clear()
        for job in jobs:
            job._messages.put({"event": "cancelled"} if self._closing else {"event": "error", **self._last})

    def _why(self, code):
        try:
            with open(self.log_path, "rb") as log:
                log.seek(self._log_start)
                lines = log.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        except OSError:
            lines = []
        return explain_exit(code, self.python, lines[-1] if lines else "", self.log_path)


def explain_exit(code, python, last_line, log_path):
    """A sentence for a worker that ended by itself with exit code `code` (negative: by that signal)."""
    code = code - (1 << 32) if code >= 1 << 31 else code  # Windows reports NTSTATUS values unsigned
    where = f"The log is {log_path}."
    if "ModuleNotFoundError" in last_line or "ImportError" in last_line:
        return f"The runtime's Python, {python}, is incomplete ({last_line}). Install the runtime again. {where}"
    if code in (-9, 137):
        return f"The model was ended by the system, most likely because memory ran out; close other programs. {where}"
    if code in (-15, 143, -2, 130):
        return f"The model's process was ended from outside; generate again to start it anew. {where}"
    if code in (-11, -6, -4, -7, 139, 134, -1073741819, -1073741676, -1073740791):
        return f"The model's process crashed (code {code}); generate again, or choose the CPU as device. {where}"
    if code in (-1073741515, -1073741502):
        return f"The runtime's Python, {python}, lacks a system library; install the runtime again. {where}"
    if code == 0:
        return f"The model's process ended before it was done; generate again to start it anew. {where}"
    said = f": {last_line}" if last_line else ""
    return f"The model's process ended with code {code}{said}. {where}"


def _command(python, settings):
    command = [python, "-m", "model_runtime", "worker", "--parent-pid", str(os.getpid()), "--device", settings.device]
    if settings.checkpoint:
        command += ["--checkpoint", settings.checkpoint]
    if settings.mano:
        command += ["--mano", settings.mano]
    return command


def _environment():
    """The worker's environment: finds model_runtime, nothing of Blender's Python, writes no bytecode, stays offline."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    }


def _detached():
    """Ctrl-C in Blender's terminal must not reach the worker, and Windows must not open a console for it."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _open_log(folder):
    """Opens the log for appending, starting over where it has grown long. Returns its path and the file."""
    if folder:
        try:
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, "worker.log")
            file = open(path, "ab")
            if file.tell() > MAX_LOG_BYTES:
                file.truncate(0)
                file.seek(0)
            return path, file
        except OSError as error:
            raise seam.UserError(f"The worker's log can't be written in {folder}: {error}.", "runtime") from error
    handle, path = tempfile.mkstemp(prefix="jointhoi-worker-", suffix=".log")
    return path, os.fdopen(handle, "ab")


_settings = Settings()
_worker = None
atexit.register(shutdown)
