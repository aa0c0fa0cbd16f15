"""The worker: one process that loads the model once and answers requests until its parent is gone.

Lines of JSON on stdin and stdout; arrays travel as .npz files made by `seam.save` in a folder that the client owns.

    in   {"op": "generate", "id": 1, "request": path, "clip": path}
         {"op": "cancel", "id": 1}
         {"op": "shutdown"}
    out  {"event": "ready", "device": "cpu", "version": "0.1.0"}
         {"event": "progress", "id": 1, "fraction": 0.4, "message": "Sampling, step 10 of 25"}
         {"event": "done", "id": 1, "clip": path}
         {"event": "cancelled", "id": 1}
         {"event": "error", "id": 1, "kind": "mesh", "message": "a sentence", "details": {}}

An error whose id is null belongs to no request; where it comes before "ready", the model could not be loaded and the
process ends with EXIT_NOT_LOADED. stdout belongs to the protocol alone; everything else, tracebacks too, goes to
stderr, which the client keeps as a log.
"""

import argparse
import faulthandler
import json
import os
import queue
import sys
import threading
import time
import traceback

from . import __version__, seam

EXIT_NOT_LOADED = 3
GRACE_SECONDS = 5.0  # how long a running request may take to notice that nobody waits for it any more


def choose_device(name="auto"):
    """The torch device for "auto", "cuda", "mps" or "cpu": the fastest there is, or the one named.

    Raises UserError(kind="runtime") where the named device isn't there.
    """
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return next(device for device, there in present.items() if there)
    if name not in present:
        raise seam.UserError(f'The device "{name}" is not known; choose auto, cuda, mps or cpu.', kind="runtime")
    if not present[name]:
        there = ", ".join(device for device in present if present[device])
        raise seam.UserError(
            f'The device "{name}" is not available to this PyTorch ({torch.__version__}); choose auto or one of '
            f"{there}.",
            kind="runtime",
        )
    return name


def serve(stdin, stdout, make_generator, parent_pid=None):
    """Answers requests until stdin ends, a shutdown arrives or the process `parent_pid` is gone. Returns an exit code.

    stdin, stdout       binary streams, read and written line by line; see `claim_stdio`
    make_generator()    returns an object with `device` and `generate(request, progress) -> Clip`
    """
    requests, cancelled, stop, lock = queue.Queue(), set(), threading.Event(), threading.Lock()

    def send(event, **values):
        line = json.dumps({"event": event, **values}).encode() + b"\n"
        with lock:
            try:
                stdout.write(line)
                stdout.flush()
            except (OSError, ValueError):  # nobody reads any more; stdin ends as well, and that ends the process
                stop.set()

    def send_error(error, number=None):
        send("error", id=number, kind=error.kind, message=str(error), details=error.details)

    def end():
        stop.set()
        requests.put(None)

    threading.Thread(target=_read, args=(stdin, requests, cancelled, send_error, end), daemon=True).start()
    if parent_pid is not None:
        threading.Thread(target=_watch_parent, args=(parent_pid, end), daemon=True).start()

    try:
        generator = make_generator()
    except Exception as error:
        send_error(_as_user_error(error, "The model could not be loaded"))
        return EXIT_NOT_LOADED
    send("ready", device=str(generator.device), version=__version__)

    while (message := requests.get()) is not None and not stop.is_set():
        number = message.get("id")

        def progress(fraction, text, number=number):
            if stop.is_set() or number in cancelled:
                raise seam.UserError("Cancelled.", kind="cancelled")
            send("progress", id=number, fraction=round(float(fraction), 4), message=str(text))

        try:
            progress(0.0, "Reading the object")
            request = _load(message["request"])
            clip = generator.generate(request, progress)  # checks the request first
            seam.save(clip, message["clip"])
            send("done", id=number, clip=message["clip"])
        except Exception as error:
            error = _as_user_error(error, "The model failed")
            if error.kind == "cancelled":
                send("cancelled", id=number)
            else:
                send_error(error, number)
        cancelled.discard(number)
    return 0


def _read(stdin, requests, cancelled, send_error, end):
    """The reader thread: puts requests in line and notes cancellations at once, while a request is being answered."""
    for line in stdin:
        message = None
        try:
            message = json.loads(line)
            op = message["op"]
            if op == "shutdown":
                break
            number = message["id"]
            if not isinstance(number, int):
                raise TypeError("id must be a whole number")
            if op == "generate":
                if not all(isinstance(message[key], str) for key in ("request", "clip")):
                    raise TypeError("the paths of the request and the clip must be strings")
                requests.put(message)
            elif op == "cancel":
                cancelled.add(number)
            else:
                raise ValueError(f"unknown op {op!r}")
        except Exception as error:  # whatever a line may hold, the next one is read
            number = message.get("id") if isinstance(message, dict) else None
            send_error(seam.UserError(f"The worker does not understand a message: {error!r}."), number)
    end()
    _end_soon()


def _end_soon():
    """Ends the process although a request may be stuck where it sees no cancellation; a normal end comes first."""
    time.sleep(GRACE_SECONDS)
    os._exit(0)


def _watch_parent(pid, end):
    wait_for_end_of(pid)
    print(f"The parent process {pid} is gone; ending.", file=sys.stderr, flush=True)
    end()
    _end_soon()


def wait_for_end_of(pid, interval=1.0):
    """Returns when the process `pid` has ended, on POSIX within `interval` seconds of it."""
    if os.name == "nt":
        import ctypes

        synchronize, infinite = 0x00100000, 0xFFFFFFFF
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        if handle := kernel.OpenProcess(synchronize, False, pid):
            kernel.WaitForSingleObject(ctypes.c_void_p(handle), infinite)
        return
    is_child = os.getppid() == pid  # then a new parent is certain; a bare pid may be a zombie or used again
    while os.getppid() == pid if is_child else _exists(pid):
        time.sleep(interval)


def _exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _load(path):
    try:
        return seam.load_request(path)
    except FileNotFoundError:
        raise seam.UserError(f"The request file {path} is not there; generate again.") from None
    except Exception as error:  # a damaged file fails anywhere in zipfile, numpy or json
        traceback.print_exc()
        raise seam.UserError(f"The request file {path} can't be read: {error!r}.") from error


def _as_user_error(error, what):
    """An exception as something to tell a user; its traceback goes to the log unless it was meant for the user."""
    if isinstance(error, seam.UserError):
        return error
    traceback.print_exc()
    sys.stderr.flush()
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        text = "There is not enough memory for the model; close other programs or choose another device."
        return seam.UserError(text, kind="runtime")
    if isinstance(error, ImportError):
        text = f"The runtime's Python ({sys.executable}) is incomplete: {error}. Install the runtime again."
        return seam.UserError(text, kind="runtime")
    if isinstance(error, OSError):
        return seam.UserError(f"{what}: {error}.", kind="runtime")
    return seam.UserError(f"{what}: {type(error).__name__}: {error}. The log holds the details.", kind="internal")


def claim_stdio():
    """Takes stdin and stdout for the protocol and returns them as binary streams.

    What any library prints to stdout from now on, from Python or from C, goes to stderr; reading stdin gives nothing.
    """
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return stdin, stdout


def main(argv=None):
    """`python -m model_runtime worker`: started by `jointhoi_blender.worker_client`, not by people."""
    parser = argparse.ArgumentParser(prog="model_runtime worker", description=main.__doc__)
    add_model_arguments(parser)
    parser.add_argument("--parent-pid", type=int, help="end when this process is gone")
    arguments = parser.parse_args(argv)
    stdin, stdout = claim_stdio()
    faulthandler.enable()
    print(f"JointHOI {__version__}, Python {sys.version.split()[0]}, {sys.executable}", file=sys.stderr, flush=True)
    return serve(stdin, stdout, lambda: make_generator(arguments), arguments.parent_pid)


def add_model_arguments(parser):
    """The options that choose the model, the same for the worker and for `generate`."""
    parser.add_argument("--device", default="auto", help="auto (the default), cuda, mps or cpu")
    parser.add_argument("--checkpoint", help="a .safetensors file instead of the one in assets/")
    parser.add_argument("--mano", help="the folder of your licensed MANO_LEFT.pkl and MANO_RIGHT.pkl")


def make_generator(arguments):
    """The Generator that `add_model_arguments` describes; slow, as it imports torch and loads the model."""
    device = choose_device(arguments.device)
    from .generate import Generator

    return Generator(device, checkpoint=arguments.checkpoint, mano=arguments.mano)
