"""The table of failures as a whole: each row has a test, or a reason why not."""
import pathlib
import re

# What goes wrong, by the numbers that the tests' names carry.
ROWS = {
    1: "serve dies before the store is asked", 2: "serve dies before its 202",
    3: "Redis drops an accept in flight", 4: "Redis hangs", 5: "a double click",
    6: "the same key with another body", 7: "a worker dies", 8: "a worker sleeps",
    9: "an ambiguous post", 10: "libcurl's own resend", 11: "429", 12: "401 and 403",
    13: "other 4xx", 14: "slow, endless and swollen answers", 15: "DNS, refused, TLS",
    16: "Redis restarts, always", 17: "Redis restarts, everysec", 18: "memory full",
    19: "a Redis that will not do", 20: "disk full", 21: "failover", 22: "clock steps",
    23: "poison", 24: "a callback's target is down", 25: "a callback told twice",
    26: "reload", 27: "upgrade in flight", 28: "replays at once", 29: "no ticket ever",
    30: "out of descriptors or memory", 31: "backlog", 32: "erasure in flight",
}

# Rows without a test, each with what it waits for.
MISSING = {}

# Rows with a test that does not show all of what is hoped for.
PARTLY = {}


def rows_with_tests():
    found = set()
    for path in pathlib.Path(__file__).parent.glob("test_failures_*.py"):
        found |= {int(row) for row in re.findall(r"^def test_row_(\d\d)_", path.read_text(), re.M)}
    return found


def test_every_row_has_a_test_or_a_reason():
    assert list(ROWS) == list(range(1, 33))
    assert rows_with_tests() | set(MISSING) == set(ROWS)


def test_what_is_shown_in_part_has_a_test():
    assert set(PARTLY) <= rows_with_tests()


def test_no_row_with_a_test_is_called_missing():
    assert not rows_with_tests() & set(MISSING)
