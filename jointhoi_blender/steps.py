"""Long work in short steps, so that Blender's window stays alive: a generator that yields after each step and returns
what it made. Closing it before takes back what it did so far.

It yields True where the scene must stay as it is until the next step, so that no input may come between.
"""

import time


def result(steps):
    """Does all steps at once and returns what they made; for scripts."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def work(steps, seconds):
    """Does steps for so long. Returns (True, what they made), or, where more are left, (False, what the last yielded).

    No step begins that would end too late, should it take as long as the longest before it.
    """
    begun = now = time.perf_counter()
    longest = 0.0
    while True:
        try:
            told = next(steps)
        except StopIteration as end:
            return True, end.value
        before, now = now, time.perf_counter()
        longest = max(longest, now - before)
        if now + longest > begun + seconds:
            return False, told
