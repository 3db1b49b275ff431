"""What the long tests that are run by hand have in common: the first Ctrl-C ends
them early and lets them judge, and their last words."""
import shutil
import signal
import time


def judge_at_ctrl_c(test, words):
    """The second one ends it for good."""
    def end(*_):
        print(words, flush=True)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        test.stop()
    signal.signal(signal.SIGINT, end)


def last_words(bad, began, folder):
    """Says how it went since `began` (monotonic), and removes what was right; the
    exit code."""
    print(f"{'FAILED' if bad else 'passed'} in {time.monotonic() - began:.0f} s"
          + (f"; logs in {folder}" if bad else ""))
    if not bad:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if bad else 0
