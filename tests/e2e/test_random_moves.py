"""The queue's functions under 200 000 operations in random order, on a real Redis:
senders, workers that die, sleep, come late and repeat themselves, posts that land
without an answer, operators, a janitor; a destination that is browned out, or
refuses a token, and workers of which one refreshes it for all; a Redis that is
killed, loses its last writes, runs out of memory. Time is stepped, so that hours
pass. Whatever happens, the queue's invariants hold, and when the faults stop,
everything comes to rest.

To see a failure again: AFTERHOURS_TEST_SEED=<the seed it printed>. Everything but
the very instant at which a kill hits is the same then."""
import os
import random
import time

import pytest

from harness.driver import Driver
from harness.store import Store

OPERATIONS = int(os.environ.get("AFTERHOURS_TEST_OPERATIONS", 200000))
RESTART_EVERY = 4000


def a_seed():
    return int(os.environ.get("AFTERHOURS_TEST_SEED", random.SystemRandom().getrandbits(32)))


@pytest.mark.timeout(900)
def test_no_order_of_moves_breaks_an_invariant(nursery):
    seed = a_seed()
    print(f"AFTERHOURS_TEST_SEED={seed}")
    began = time.monotonic()
    driver = Driver(Store(nursery, fsync="always"), seed)
    driver.run(OPERATIONS, RESTART_EVERY)
    driver.come_to_rest()
    seconds = time.monotonic() - began
    print(f"{driver.count} operations in {seconds:.0f} s, {driver.count / seconds:.0f} a second; "
          f"{driver.made} messages, {driver.zendesk.made} chats; restarts: {driver.restarts}")
    assert driver.count >= OPERATIONS
    assert all(driver.restarts.values()) or OPERATIONS < 40000
