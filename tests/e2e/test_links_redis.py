"""The links of serve and of work to Redis, wrong at the bytes of each move, both
ways: nothing lost, nothing doubled, everybody told.

Each move has a plan of faults, each at another byte; several processes play it
together. Usually each run plays some of it, others each time; to see a failure
again: AFTERHOURS_TEST_SEED=<the seed it printed>. All of it, by hand:
AFTERHOURS_TEST_LINKS=all, or some kinds of faults, AFTERHOURS_TEST_LINKS=cut,reset.

Corruption: what is no protocol of Redis any more is noticed, the connection given
up and the command asked again. A changed byte inside a value is another value,
which nobody can notice on a plain link (TLS ends such a connection), so only
what frames the values is corrupted here, into bytes that frame nothing."""
import re
import time

import pytest

from harness.faults import failing
from harness.history import assert_nothing
from harness.ordeal import Ordeal
from harness.processes import environment
from harness.proxy import TO_CLIENT, TO_SERVER, WAYS, Fault
from harness.relay import Relay
from harness.sweep import COMPLETE, Sweep, plan, seeded
from harness.waiting import wait_until

PROCESSES = 24 if COMPLETE else 6  # of the role whose links go wrong
EVERY = 3 if COMPLETE else 1  # were each move broken for long, none would end
LEASE_S = 2
SETTINGS = {
    "redis": {"timeout": "700ms"},
    "destinations": {"support": {
        "request_timeout": "500ms", "lease": f"{LEASE_S}s", "search_patience": "1s",
        "look_interval": "200ms", "ticket_first": "100ms"}},
    "forms": {"contact": {"callback": {"events": ["linked", "failed"]}}},
}
FAULTS = [Fault("cut"), Fault("reset"), Fault("hang"), Fault("delay", seconds=0.1),
          Fault("trickle", seconds=0.001, most=30), Fault("trickle", seconds=0.25, most=4)]

# What is said of each move, and how long that is at most, for one item. Several may
# come in one piece: it belongs to the first of these.
MOVES = {
    "intend": (rb"_intend\r", {TO_SERVER: 320, TO_CLIENT: 70}),
    "accept": (rb"_accept\r", {TO_SERVER: 1150, TO_CLIENT: 70}),
    "settle": (rb"_settle\r.*\r\n(deliver|reconcile) ", {TO_SERVER: 900, TO_CLIENT: 70}),
    "reap": (rb"_reap\r", {TO_SERVER: 560, TO_CLIENT: 70}),
    "news": (rb"_(reserve|settle)\r.*\r\ncallback[\r ]", {TO_SERVER: 850, TO_CLIENT: 850}),
    "reserve": (rb"_reserve\r.*\r\ndeliver\r", {TO_SERVER: 480, TO_CLIENT: 850}),
    "peek": (rb"_peek\r.*\r\ndeliver\r", {TO_SERVER: 280, TO_CLIENT: 70}),
}
OF_WORK = [move for move in MOVES if move != "accept"]
PATTERNS = {move: re.compile(pattern, re.S) for move, (pattern, _) in MOVES.items()}

# "*2\r\n$5\r\nFCALL\r\n", and "*1\r\n" or "$9\r\n" of the answers.
FRAME = {TO_SERVER: [*range(3), *range(5, 8)], TO_CLIENT: range(2)}


def find_move(data):
    """The first of the table that is in it, and where its command begins."""
    for move, pattern in PATTERNS.items():
        found = pattern.search(data)
        if found:
            return move, data.rfind(b"*", 0, found.start())
    return None


class Doomed:
    """One work process after the other that dies as soon as it has work, as long
    as there are faults for reaping: leases run out."""

    def __init__(self, relay, sweep):
        self.relay, self.sweep = relay, sweep
        self.lives = 0
        self.process = None
        self.began_at = 0

    def go_on(self):
        if "reap" not in self.sweep.plans or time.monotonic() - self.began_at < LEASE_S or \
                (self.process and self.process.running()):
            return
        self.lives += 1
        self.began_at = time.monotonic()
        self.process = self.relay.start("work", name="doomed", env=environment(
            **failing(self.relay.nursery, "flight.start", seen=f"doomed-{self.lives}")))


def frames_broken():
    return [Fault("corrupt", at, way, change="no text")
            for way in WAYS for at in FRAME[way]]


@pytest.fixture
def ordeal(nursery, redis, sandbox, receiver):
    """Processes of one role behind a sweep of their links to Redis."""
    made = []

    def make(role, plans):
        sweep = Sweep(redis.socket, find_move, EVERY, proxies=PROCESSES)
        made.append(sweep)
        relay = Relay(nursery, redis, sandbox, receiver, SETTINGS)
        other = relay.start("work" if role == "serve" else "serve")
        broken = []
        for number, proxy in enumerate(sweep.proxies):
            relay.write({**relay.settings, "redis": {
                **relay.settings["redis"], "url": f"redis://127.0.0.1:{proxy.port}"}})
            process = relay.start(role, "--child", name=f"{role}-{number}")
            wait_until(lambda p=process: p.logged(r"\bqueue_ready\b"), what=process.name)
            broken.append(process)
        relay.wait_ready()
        relay.write(relay.settings)
        sweep.begin(**plans)
        doomed = Doomed(relay, sweep)

        def few_on_their_way(ordeal):  # so that most moves are of one item
            doomed.go_on()
            return ordeal.waiting() < PROCESSES
        assert_nothing(
            Ordeal(relay, redis, sandbox, receiver, sweep, few_on_their_way).judged(PROCESSES))
        assert all(process.running() for process in (other, *broken))
    yield make
    for sweep in made:
        sweep.close()


def planned(moves, most):
    chance = seeded()
    plans = {move: plan(chance, FAULTS, MOVES[move][1], most) for move in moves}
    for faults in plans.values():
        faults += frames_broken()
    return plans


@pytest.mark.timeout(7200 if COMPLETE else 180)
def test_redis_wrong_at_a_byte_of_an_accept(ordeal):
    ordeal("serve", planned(["accept"], 24))


@pytest.mark.timeout(7200 if COMPLETE else 180)
@pytest.mark.parametrize("moves", [[move] for move in OF_WORK] if COMPLETE else [OF_WORK],
                         ids=" ".join)
def test_redis_wrong_at_a_byte_of_a_move_of_work(ordeal, moves):
    ordeal("work", planned(moves, 12))
