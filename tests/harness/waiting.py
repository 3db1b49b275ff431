"""Waiting for a condition, never for a time."""
import threading
import time

POLL = 0.02


def wait_until(condition, timeout=20, what="", poll=POLL):
    """Asks until the answer is true; gives it back. A failed look (an assertion,
    a connection refused) counts as "not yet", and is told when time is up."""
    end = time.monotonic() + timeout
    pause = threading.Event()
    while True:
        try:
            last = condition()
            if last:
                return last
        except (AssertionError, OSError, LookupError, ValueError) as error:
            last = error
        if time.monotonic() > end:
            what = what or getattr(condition, "__name__", "the condition")
            raise AssertionError(f"waited {timeout} s for {what}; at last: {last!r}")
        pause.wait(poll)
