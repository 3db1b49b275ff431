"""Sweeps over the links between the parts: each fault of a plan, once."""
import collections
import os
import random
import threading
from dataclasses import replace

from .proxy import CHANGES, TO_SERVER, WAYS, Fault, Proxy

# A plan is too long for every day: each run plays others of it, by chance. Whole
# plans by hand: "all", or those kinds of faults alone ("cut,reset").
WHOLE = os.environ.get("AFTERHOURS_TEST_LINKS", "")
COMPLETE = bool(WHOLE)


def seeded():
    """Chance; its seed is printed, and can be given."""
    seed = int(os.environ.get("AFTERHOURS_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"AFTERHOURS_TEST_SEED={seed}")
    return random.Random(seed)


def corruptions():
    return [Fault("corrupt", change=change) for change in CHANGES]


def plan(chance, kinds, spans, most=None):
    """Each of these kinds of faults at every byte, {way: how many}, in any order;
    at most so many of them, unless all are wanted."""
    faults = [replace(kind, way=way, at=at, salt=chance.randrange(1 << 16))
              for kind in kinds for way in WAYS for at in range(spans.get(way, 0))]
    chance.shuffle(faults)
    if COMPLETE:
        return [fault for fault in faults if WHOLE == "all" or fault.do in WHOLE.split(",")]
    return faults[:most]


class Sweep:
    """Proxies that play plans together. find: the kind of a piece of data that a
    client has sent, and where in it that begins; or None. A piece of a kind gets
    the next fault of that kind's plan, every so manyth of them."""

    def __init__(self, upstream, find, every=1, rewrite=lambda data: data, proxies=1):
        self.find, self.every = find, every
        self.seen = collections.Counter()
        self.plans = {}
        self.lock = threading.Lock()
        self.proxies = [Proxy(upstream, self.choose, rewrite) for _ in range(proxies)]

    def begin(self, **plans):
        with self.lock:
            self.plans = {kind: iter(faults) for kind, faults in plans.items()}

    def choose(self, data):
        found = self.find(data)
        if not found:
            return None
        kind, begins = found
        with self.lock:
            self.seen[kind] += 1
            if kind not in self.plans or self.seen[kind] % self.every:
                return None
            fault = next(self.plans[kind], None)
            if fault is None:
                del self.plans[kind]
                return None
            return replace(fault, at=fault.at + begins) if fault.way == TO_SERVER else fault

    def stories(self):
        return [story for proxy in self.proxies for story in proxy.stories]

    def close(self):
        for proxy in self.proxies:
            proxy.close()

    def over(self):
        """Every fault has had its turn."""
        return not self.plans
