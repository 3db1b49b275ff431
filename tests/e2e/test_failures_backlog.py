"""The table of failures, row 31: a destination that is away for six hours. First all of
the backlog by the functions as they are shipped, with stepped time
(AFTERHOURS_TEST_BACKLOG=100000 has what a busy site would have); then a few messages
and the whole program, whose Redis believes that it is six hours later."""
import os
import random
import signal

import pytest
from test_budget_day import BUDGET, DAY, RESERVE, Day, fields
from test_failures_operation import FAKETIME, WallClock

from harness.faults import all_linked, several, status
from harness.history import assert_exactly_once
from harness.processes import free_port
from harness.waiting import wait_until
from harness.wire import call, key

BACKLOG = int(os.environ.get("AFTERHOURS_TEST_BACKLOG", "3000"))
HOURS = 6 * 3600000
STEP = 30000
BREAKER = (20, 5000, 300000)
LATE = 10  # more than the depth allows


class Outage(Day):
    """Nothing answers, then everything does."""

    def __init__(self, nursery):
        super().__init__(nursery)
        self.dice, self.away, self.tried, self.order = random.Random(6), True, set(), []
        self.full = 0

    def bring(self, count):
        """Messages that come in now, by the depth that the settings allow."""
        keys, words = list(self.accept_keys()), [BACKLOG, 0]
        for number in range(self.made, self.made + count):
            item = f"support-{number:026d}"
            keys += [key("item:", item), key("body:", item), key("key:", ""), key("mail:", ""),
                     key("gone:", item)]
            words += [item, 0, "", "", 0, "", "{}", self.now, self.now, 4,
                      "keep", 0, "form", "contact"]
        said = [word for word, _ in self.ask("ah3_accept", keys, *words)]
        self.made += said.count("new")
        self.full += said.count("full")

    @staticmethod
    def accept_keys():
        return [key(name) for name in ("all", "due:deliver", "held", "meta", "bell", "at", "upd")]

    def report(self, good, bad):
        self.ask("ah3_report", [key("budget"), key("bell")], good, bad, -1, 0, BUDGET, RESERVE,
                 *BREAKER, bad)

    def deliver(self):
        if self.away:
            return self.fail()
        rows = self.reserve("deliver")
        self.intend(rows)
        self.spend("create", len(rows))
        self.order += [row[0] for row in rows]
        self.settle(rows, "reconcile", 5000, 1, 1, 0, "c-1", 0)
        if rows:
            self.report(len(rows), 0)
        return len(rows)

    def fail(self):
        """Refused connections: nothing was sent, so each is due again, later."""
        rows = self.reserve("deliver")
        self.intend(rows)
        for row in rows:
            tries = int(fields(row[2]).get("att", 0))
            most = min(3600000, 2000 * 2 ** tries)
            self.settle([row], "deliver", int(self.dice.uniform(0, most)), 1, 1, 0, "", 0)
            self.tried.add(row[0])
        if rows:
            self.report(0, len(rows))
        return len(rows)


@pytest.mark.timeout(1800)
def test_row_31_after_six_hours_a_backlog_is_worked_off_in_order_and_within_the_budget(nursery):
    outage = Outage(nursery)
    steps = HOURS // STEP
    for number in range(steps):
        outage.bring(BACKLOG * (number + 1) // steps - BACKLOG * number // steps)
        outage.step(STEP)
        outage.deliver()
    outage.bring(LATE)
    assert (outage.made, outage.full) == (BACKLOG, LATE), "the depth limit"
    assert len(outage.tried) < 200, "the breaker kept the others from being tried"
    outage.away, back = False, outage.now
    while outage.linked < BACKLOG:
        outage.step(outage.dice.choice((200, 1000, 3000)))
        assert outage.now < back + DAY, (outage.linked, outage.requests)
        while outage.deliver() + outage.reconcile():
            pass
    print(f"{BACKLOG} in {(outage.now - back) / 3600000:.1f} h, {dict(outage.requests)}; "
          f"{outage.most_in_a_minute()} in the busiest minute; tried before: {len(outage.tried)}")
    assert outage.most_in_a_minute() <= BUDGET
    assert outage.requests["create"] == BACKLOG
    untried = [item for item in outage.order if item not in outage.tried]
    assert untried == sorted(untried), "the oldest first"


def reload(relay, work):
    relay.write(relay.settings)
    work.signal(signal.SIGHUP)


def test_row_31_six_hours_without_the_destination(make_relay, nursery, redis, sandbox):
    """What came in is taken up to the depth; log, check and status say how old it is;
    and when the destination is back, it goes out by the budget, the oldest first."""
    clock = WallClock(nursery, "redis")
    redis.stop()
    redis.under = ("env", f"LD_PRELOAD={FAKETIME}:libc.so.6", f"FAKETIME_TIMESTAMP_FILE={clock.path}",
                   "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1")
    redis.start()
    relay = make_relay(limits={"depth": 60}, destinations={"support": {
        "base_url": f"http://127.0.0.1:{free_port()}", "budget_per_minute": 100,
        "backlog_alarm": "0s"}})
    _, work = relay.start_all()
    accepted = several(relay, 50)
    answers = [relay.post(f"late {number}") for number in range(30)]
    assert {each.status_code for each in answers} == {202, 503}
    assert all(int(each.headers["Retry-After"]) >= 1 for each in answers if not each.ok)
    accepted += [each.json() for each in answers if each.ok]
    assert relay.run("pause", "support").returncode == 0
    clock.step("+6h")
    assert 6 * 3600 <= status(relay)["oldest_seconds"]["deliver"] < 6 * 3600 + 300
    assert not work.logged("backlog_old") and "the oldest for" not in relay.run("check").stdout
    relay.settings["destinations"]["support"].update(base_url=sandbox.url, backlog_alarm="2s")
    reload(relay, work)
    wait_until(lambda: work.logged(
        rf"backlog_old .*destination=support oldest=\"?6 h\"? waiting={len(accepted)} "),
        what="the alarm")
    assert f"{len(accepted)} wait for support, the oldest for 6 h" in relay.run("check").stdout

    assert relay.run("resume", "support").returncode == 0
    wait_until(lambda: len(sandbox.chats()) >= 15, what="the first ones")
    assert len(sandbox.chats()) <= 25, "the budget holds for a backlog, too"
    relay.settings["destinations"]["support"]["budget_per_minute"] = 0
    reload(relay, work)
    all_linked(relay, accepted)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())
    wait_until(lambda: work.logged("backlog_over .*destination=support"), what="its end")
