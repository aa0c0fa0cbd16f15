"""How long the window stood still while the other files' tests made, measured and edited takes in it. Runs last."""

import json

from gui import window
from gui.window import state

BLOCKED_MS = 50  # of the extension's own doing; drawing, in software here, takes Blender longer


def test_the_window_answered_at_once_and_was_never_blocked():
    now = state()
    own = {label: ms for label, ms in now["busy_ms"].items() if not label.startswith("...")}  # the parts of these
    longest = {"own code": max(own.values()), **{f"beat, {label}": ms for label, (*_, ms) in now["gaps_ms"].items()}}
    speed = {"longest_ms": longest, **{name: now[name] for name in ("answers", "gaps_ms", "busy_ms")}}
    (window.PICTURES / "speed.json").write_text(json.dumps(speed, indent=1))
    print(speed)
    assert longest["own code"] < BLOCKED_MS, speed
    assert all(answer.get("bar_ms") is not None for answer in now["answers"]), speed
