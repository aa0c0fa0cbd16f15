"""The prompts that were used, newest first, kept in the extension's user folder; and sentences to begin with."""

import json
import os

from . import preferences

LONGEST = 20
EXAMPLES = (
    "Drink from the mug with the right hand.",
    "Lift the box with both hands.",
    "Pick up the bowl with both hands and put it down.",
    "Pour from the bottle with the right hand.",
    "Shake the bottle with the left hand.",
    "Inspect the object with the right hand.",
    "Pass the object with the right hand.",
    "Hand the object from the right hand to the left.",
)

_prompts = None


def prompts():
    """The prompts used, newest first."""
    global _prompts
    if _prompts is None:
        _prompts = _read()
    return _prompts


def add(prompt):
    """Puts a prompt in front."""
    global _prompts
    _prompts = [prompt, *(each for each in prompts() if each != prompt)][:LONGEST]
    path = _path()
    if path:
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                json.dump(_prompts, file, ensure_ascii=False, indent=1)
        except OSError:  # a history that can't be kept must not cost a take
            pass


def _read():
    try:
        with open(_path(), encoding="utf-8") as file:
            return [each for each in json.load(file) if isinstance(each, str)][:LONGEST]
    except (OSError, ValueError, TypeError):
        return []


def _path():
    folder = preferences.user_folder("")
    return os.path.join(folder, "prompts.json") if folder else ""
