"""At every failpoint a process is killed, stopped for three leases, or made to
fail: nothing lost, nothing doubled, everybody told."""
import contextlib
import re

import pytest

from harness.crew import Crew
from harness.history import assert_exactly_once
from harness.processes import ROOT
from harness.relay import Relay
from harness.senders import Senders
from harness.waiting import wait_until

LEASE_S = 1.5
WAVES = 40  # far more than it takes
SETTINGS = {
    "redis": {"timeout": "1s"},
    "destinations": {"support": {
        "request_timeout": "700ms", "lease": f"{LEASE_S * 1000:.0f}ms", "search_patience": "1s",
        "look_interval": "200ms", "ticket_first": "100ms"}},
}

# Nothing goes there while Redis takes all: they have a sweep of their own.
JOURNAL = {"serve": ["journal.append", "journal.synced", "journal.drain", "journal.drained"]}
STAGES = ("deliver", "resolve", "reconcile", "callback")
EVERYWHERE = ["daemon.settings", "redis.connect", "redis.up", "redis.write", "redis.answered",
              "meeting.informed", "meeting.loaded", "meeting.met"]
POINTS = {
    "serve": [
        *EVERYWHERE, "http.accepted", "http.request", "http.reply", "http.replied",
        "intake.accept", "intake.accepted", "intake.answered",
        "queue.call/accept", "queue.answered/accept"],
    "work": [
        *EVERYWHERE, "client.open", "client.begin", "janitor.expired",
        *(f"queue.{when}/{move}" for when in ("call", "answered")
          for move in ("peek", "reserve", "intend", "settle", "beat", "past", "reap")),
        *(f"lane.{what}/{stage}" for what in ("ask", "reserved")
          for stage in ("deliver", "reconcile", "callback")),
        *(f"flight.{what}/{stage}" for stage in STAGES
          for what in ("start", "send", "sent", "answered", "settle", "settled")),
        "flight.intend/deliver", "flight.intended/deliver", "flight.beat/deliver"],
}

BESIDE_A_REFRESH = {"access.spend", "access.spent", "access.stored"}  # see test_oauth.py


def test_every_failpoint_of_the_source_is_played():
    found = set()
    for path in (ROOT / "src").rglob("*.c"):
        found |= set(re.findall(r'\b(?:failpoint(?:_pass)?|reached)\([^"();]*"([a-z.]+)"',
                                path.read_text()))
    played = {point.partition("/")[0] for points in [*POINTS.values(), *JOURNAL.values()]
              for point in points}
    assert found == played | BESIDE_A_REFRESH
    assert sum(map(len, POINTS.values())) >= 40


class Sweep:
    """Waves of messages until every failpoint has acted once in each role."""

    def __init__(self, relay, redis, sandbox, action, points=POINTS, sizes=(2, 3)):
        self.relay, self.redis, self.sandbox = relay, redis, sandbox
        self.points = points
        self.ids, self.number = [], 0
        self.crews, self.folders = [], {}
        for role, size in zip(("serve", "work"), sizes, strict=True):
            folder = self.folders[role] = relay.nursery.folder / f"seen-{role}"
            folder.mkdir()
            rules = ",".join(f"{point}={action}" for point in points.get(role, ()))
            self.crews.append(Crew(relay, role, size, 3 * LEASE_S, AH_FAILPOINTS=rules,
                                   AH_FAILPOINTS_SEEN=folder))

    def unseen(self):
        return sorted(f"{role}: {point}" for role, points in self.points.items()
                      for point in points
                      if not (self.folders[role] / point.replace("/", "-")).exists())

    def provoke(self, unseen):
        """What does not come up by itself."""
        if any("meeting.loaded" in point for point in unseen):
            self.redis.client.function_flush()
        if any("/reap" in point for point in unseen):
            self.crews[1].kill_one()
        self.sandbox.fault("create", "lose_after", 5)
        self.sandbox.fault("create", "slow", 5, ms=550)

    def wave(self):
        """With points of the journal to come, Redis' memory is full meanwhile."""
        full = self.points is JOURNAL
        self.redis.client.config_set("maxmemory", "1" if full else "0")
        senders = Senders(self.relay.port, 40, first=self.number, timeout=3)
        self.number += 40
        senders.finish(60)
        self.ids += senders.accepted.values()
        self.redis.client.config_set("maxmemory", "0")

    def run(self):
        for _ in range(WAVES):
            before = self.unseen()
            if not before:
                return
            self.provoke(before)
            self.wave()
            with contextlib.suppress(AssertionError):  # then the next wave
                wait_until(lambda b=before: self.unseen() != b, 3)
        assert not self.unseen()

    def everybody_told(self, receiver):
        """What crashing workers took with them too often is set aside; an
        operator has it sent again."""
        missing = [each for each in self.ids if not receiver.news(each, "submission.linked")]
        if missing:
            self.relay.run("replay", "--yes", "--state", "failed")
        return not missing


def play(sweep, receiver, sandbox):
    sweep.run()
    wait_until(lambda: sweep.everybody_told(receiver), 90, "everybody to be told")
    for crew in sweep.crews:
        crew.close()
    assert_exactly_once(sweep.ids, sandbox.chats())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("action", ["kill", "stop", "error"])
def test_nothing_is_lost_or_doubled_at_any_failpoint(nursery, redis, sandbox, receiver, action):
    relay = Relay(nursery, redis, sandbox, receiver, SETTINGS)
    play(Sweep(relay, redis, sandbox, action), receiver, sandbox)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("action", ["kill", "stop", "error"])
def test_nothing_is_lost_or_doubled_at_any_failpoint_of_the_journal(
        nursery, redis, sandbox, receiver, action):
    relay = Relay(nursery, redis, sandbox, receiver,
                  {**SETTINGS, "journal": {"enabled": True}})
    play(Sweep(relay, redis, sandbox, action, JOURNAL, (1, 1)), receiver, sandbox)
