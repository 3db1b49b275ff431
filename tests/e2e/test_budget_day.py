"""Very many wait for a destination that takes two hundred requests a minute (with
AFTERHOURS_TEST_WAITING=100000 a day's worth): the functions of the queue as they are
shipped, with stepped time."""
import collections
import os
import random

import pytest

from harness.store import Store
from harness.wire import Error, call, key

START = 1700000000000
MINUTE, DAY = 60000, 86400000
# All of it takes minutes: script/test does with a part of the day.
WAITING = int(os.environ.get("AFTERHOURS_TEST_WAITING", "3000"))
BUDGET, RESERVE = 200, 0.2
STEPS = (200, 1000, 3000)
LEASE, TICKET_MS, MOST = 60000, 5000, 64
ACCEPT = [key(name) for name in ("all", "due:deliver", "held", "meta", "bell", "at", "upd")]
SETTLE = [key(name) for name in ("run", "due:deliver", "due:reconcile", "due:callback", "dead",
                                 "done", "budget", "meta", "bell", "upd")]
LINES = {"deliver": MOST, "reconcile": 4 * 50}


def fields(flat):
    return dict(zip(flat[::2], flat[1::2]))


class Day:
    """One worker's view of it, and every request it sends, by time."""

    def __init__(self, nursery):
        self.wire = Store(nursery, "no").wire
        self.wire.load()
        self.now, self.tokens, self.made = START, 0, 0
        self.requests = collections.Counter()
        self.spent, self.linked, self.asked = [], 0, []
        self.step(0)

    def ask(self, function, keys, *arguments):
        self.wire.send([call(function, keys, *arguments)])
        reply = self.wire.reply()
        assert not isinstance(reply, Error), reply
        return reply

    def step(self, ms):
        self.now += ms
        self.ask("ah_step", [], self.now)

    def accept(self, count, at_once=500):
        for first in range(self.made, self.made + count, at_once):
            keys, words = list(ACCEPT), [0, 0]
            for number in range(first, min(first + at_once, self.made + count)):
                item = f"support-{number:026d}"
                keys += [key("item:", item), key("body:", item), key("key:", ""), key("mail:", ""),
                         key("gone:", item)]
                words += [item, 0, "", "", 0, "", "{}", START, START, 4,
                          "keep", 0, "form", "contact"]
            self.ask("ah3_accept", keys, *words)
        self.made += count

    def spend(self, kind, count):
        self.requests[kind] += count
        self.spent.append((self.now, count))

    def reserve(self, line):
        limits = (BUDGET, RESERVE)
        ids = self.ask("ah3_peek", [key("due:", line), key("budget"), key("meta"),
                                    key("due:reconcile"), key("due:deliver")],
                       line, min(MOST, LINES[line]), *limits)[2:]
        if not ids:
            return []
        keys = [key("due:", line), key("run"), key("budget"), key("meta"), key("due:reconcile"),
                *(key("item:", each) for each in ids)]
        keys += [key("body:", each) for each in ids] if line == "deliver" else []
        self.tokens += len(ids)
        tokens = [f"{self.tokens + place:032d}" for place in range(len(ids))]
        return self.ask("ah3_reserve", keys, line, len(ids), *limits, LEASE, *ids, *tokens)[2:]

    def settle(self, rows, *verdict):
        """verdict: next delay count clear looked chat ticket, as settle is told."""
        if not rows:
            return
        keys, words = list(SETTLE), []
        for item, token, found, *_ in rows:
            number = int(fields(found).get("seq", 0)) + 1
            keys += [key("item:", item), key("body:", item), key("log:", item),
                     key("item:", f"{item}.{number}")]
            words += [item, token, *verdict, "", "none", 0, "", number, "a line", "passed", ""]
        assert set(self.ask("ah3_settle", keys, *words)) == {"ok"}

    def intend(self, rows):
        if rows:
            words = [word for row in rows for word in (*row[:2], LEASE)]
            self.ask("ah3_intend", [key("run"), *(key("item:", row[0]) for row in rows)], *words)

    def deliver(self):
        rows = self.reserve("deliver")
        self.intend(rows)
        self.spend("create", len(rows))
        self.settle(rows, "reconcile", TICKET_MS, 1, 1, 0, "c-1", 0)
        return len(rows)

    def reconcile(self):
        """Each chat has its ticket when it is first asked for."""
        rows = self.reserve("reconcile")
        if rows:
            self.spend("ids", -(-len(rows) // 50))
            self.settle(rows, "finished", 0, 1, 1, 0, "", 7)
            self.linked += len(rows)
        return len(rows)

    def most_in_a_minute(self):
        most, total, first = 0, 0, 0
        for at, count in self.spent:
            total += count
            while self.spent[first][0] <= at - MINUTE:
                total -= self.spent[first][1]
                first += 1
            most = max(most, total)
        return most


@pytest.mark.timeout(1800)
def test_a_long_line_keeps_the_budget_and_costs_little_more_than_its_creates(nursery):
    day, dice = Day(nursery), random.Random(4)
    day.accept(WAITING)
    while day.linked < WAITING:
        day.step(dice.choice(STEPS))
        assert day.now < START + DAY, (day.linked, day.requests)
        while day.deliver() + day.reconcile():
            pass
    took = (day.now - START) / 3600000
    print(f"{WAITING} waiting: {dict(day.requests)} in {took:.1f} hours, "
          f"{day.most_in_a_minute()} in the busiest minute")
    assert day.requests["create"] == WAITING
    assert sum(day.requests.values()) <= 1.05 * WAITING, day.requests
    assert day.most_in_a_minute() <= BUDGET


class BrownOut(Day):
    """Of all that is posted, so large a part is answered 500; none of it lands,
    which two looks a minute apart find out."""

    def __init__(self, nursery, part):
        super().__init__(nursery)
        self.part, self.dice, self.looked = part, random.Random(5), {}

    def deliver(self):
        rows = self.reserve("deliver")
        found = {row[0]: fields(row[2]) for row in rows}
        looks = [row for row in rows if found[row[0]]["stage"] == "resolve"]
        posts = [row for row in rows if found[row[0]]["stage"] == "deliver"]
        again = [row for row in posts if int(found[row[0]].get("att", 0))]
        self.intend(posts)
        bad = [row for row in posts if self.dice.random() < self.part]
        self.settle([row for row in posts if row not in bad],
                    "reconcile", TICKET_MS, 1, 1, 0, "c-1", 0)
        self.settle(bad, "resolve", 2000, 1, 0, 0, "", 0)
        second = [row for row in looks if "looks" in found[row[0]]]
        self.settle(second, "deliver", 1000, 1, 1, 1, "", 0)
        self.settle([row for row in looks if row not in second],
                    "resolve", MINUTE, 1, 0, 1, "", 0)
        self.spend("first", len(posts) - len(again))
        self.spend("again", len(again) + 2 * len(looks))
        if rows:
            self.ask("ah3_report", [key("budget"), key("bell")],
                     len(posts) - len(bad) + 2 * len(looks), 0, -1, 0, BUDGET, RESERVE,
                     20, 5000, 300000, len(bad))
        return len(rows)


def test_in_a_brown_out_nine_of_ten_calls_are_first_tries(nursery):
    day = BrownOut(nursery, 0.6)
    for second in range(660):  # a hundred come in a minute
        if second == 60:  # by now it is known to be one
            before, day.requests = day.made, collections.Counter()
        day.accept(1 + (second % 3 > 0))
        day.step(1000)
        while day.deliver() + day.reconcile():
            pass
    print(f"in a brown-out: {dict(day.requests)}")
    assert day.requests["first"] == day.made - before
    assert day.requests["first"] >= 0.9 * sum(day.requests.values()), day.requests

    day.part = 0
    while day.linked < day.made:  # and when it is over, all of it is delivered
        day.step(5000)
        assert day.now < START + DAY / 24, (day.linked, day.requests)
        while day.deliver() + day.reconcile():
            pass
    assert day.most_in_a_minute() <= BUDGET
