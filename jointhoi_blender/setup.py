"""Setting up the runtime from inside Blender: one process that installs, or tries out, a Python environment.

    setup = Setup.install(folder)             or Setup.install(folder, wheels=...), or Setup.check(python)
    setup.poll(), until setup.finished        then setup.error is a sentence, or ""

Standard library only, never bpy: a thread reads the process's lines and only puts them in a queue.
"""

import os
from pathlib import Path
import queue
import re
import signal
import subprocess
import sys
import threading

from . import seam, worker_client

INSTALL = worker_client.ROOT / "model_runtime" / "install.py"
PROGRESS = re.compile(r"\s*(\d+) % (.*)")
# What is downloaded, what it takes on disk and what while it is unpacked, in gigabytes; how many packages. Measured on
# Linux, where PyTorch brings NVIDIA's libraries.
DOWNLOAD_GB, DISK_GB, MEANWHILE_GB, PACKAGES = (2.8, 5.3, 8.3, 60) if sys.platform == "linux" else (0.5, 1.6, 2.1, 40)


def what_it_does():
    """What pressing the button means, in a sentence."""
    return (
        f"The model runs in a Python environment of its own, apart from Blender's. Setting it up downloads PyTorch and "
        f"what it needs, some {PACKAGES} packages: about {DOWNLOAD_GB:g} GB, {DISK_GB:g} GB on disk and "
        f"{MEANWHILE_GB:g} GB meanwhile."
    )


class Setup:
    """A process that installs or checks. All methods return at once."""

    def __init__(self, command, log_path, python="", message="Starting"):
        self.python = python  # what to use once it has succeeded; "" for what find_python finds
        self.log_path = log_path
        self.finished, self.cancelled, self.error = False, False, ""
        self.fraction, self.message = 0.0, message
        self._lines = queue.SimpleQueue()
        self._last = ""
        if os.path.dirname(log_path):
            os.makedirs(os.path.dirname(log_path), exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
            **worker_client._detached(),
        )
        threading.Thread(target=self._read, name="jointhoi setup", daemon=True).start()

    @classmethod
    def install(cls, folder, log_path, wheels=""):
        """Installs into `folder`, from the network or from a folder of wheels."""
        more = ["--wheels", wheels] if wheels else []
        return cls([sys.executable, "-I", str(INSTALL), str(folder), *more], log_path)

    @classmethod
    def check(cls, python, log_path):
        """Tries out a Python, or the environment folder that has one. Raises UserError where there is none."""
        path = worker_client.python_in(python) if os.path.isdir(python) else Path(python)
        if not (path.is_file() and os.access(path, os.X_OK)):
            message = f"There is no Python in {python}; choose an environment's folder or its Python."
            raise seam.UserError(message, "runtime")
        return cls([str(path), "-I", str(INSTALL), "--check"], log_path, str(path), "Trying it out")

    def poll(self):
        """Takes in what was said since the last call. True where there was something."""
        news = False
        while not self.finished and not self._lines.empty():
            line, news = self._lines.get(), True
            if line is None:
                self._end()
            elif found := PROGRESS.match(line):
                self.fraction, self.message = int(found[1]) / 100, found[2]
            elif line.startswith(("Collecting ", "Downloading ", "Installing ")):
                self.message = line[:60]
            if line and line.strip():
                self._last = line.strip()
        return news

    def cancel(self):
        """Ends the process and those that it started. What has arrived stays, for the next try."""
        self.cancelled = True
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self._process.pid)], capture_output=True)
        else:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def _read(self):
        with open(self.log_path, "w", encoding="utf-8") as log:
            for line in self._process.stdout:
                line = line.decode("utf-8", "replace").rstrip()
                log.write(line + "\n")
                log.flush()
                self._lines.put(line)
        self._process.wait()
        self._lines.put(None)

    def _end(self):
        self.finished = True
        if self._process.returncode and not self.cancelled:
            self.error = self._last or f"The setup ended with code {self._process.returncode}."
