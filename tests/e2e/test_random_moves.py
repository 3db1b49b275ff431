"""The queue's functions under tens of thousands of moves in random order:
workers that die, sleep, come late and repeat themselves, posts that land without
an answer, a Redis that loses its last writes. Whatever happens, the queue's
invariants hold, and when the faults stop, everything comes to rest, once.

To see a failure again: AFTERHOURS_TEST_SEED=<the seed it printed>. The order of
moves is the same then; leases still run by the clock."""
import os
import random
import time

import pytest

from harness.moves import DUE, PLACES, Moves, key, message_of
from harness.servers import Redis

MOVES = 30000
SECONDS = 12  # at most; a busy machine makes fewer moves
BATCH = 400
KEPT = 86400000
MARGIN = 0.9  # of a lease, by which its holder stops


class Message:
    """What is true of one message, whatever Redis says."""

    def __init__(self, idempotency="", keep=KEPT):
        self.idempotency = idempotency
        self.keep = keep
        self.chats = 0  # that were made: the promise is one at most
        self.cid = None  # as Redis was told
        self.news = set()  # to be told still; full ids
        self.payload_over = False


class Hold:
    """A lease in a worker's hands. live: nobody has taken it away yet."""

    def __init__(self, taken, asked, lease):
        self.item, self.token, self.found, _ = taken
        self.lease, self.ends = lease, asked + lease * MARGIN / 1000
        self.stage = self.found["stage"]
        self.live, self.intended, self.posted = True, False, None

    def in_time(self):
        return time.monotonic() < self.ends


class Driver:
    def __init__(self, moves, seed):
        self.moves, self.random = moves, random.Random(seed)
        self.messages, self.holds, self.spent = {}, [], []
        self.keys, self.erased, self.made, self.count = {}, set(), 0, 0
        self.server = 0
        self.moves.meet("server-0", False, 1)

    def chance(self, part):
        return self.random.random() < part

    def step(self):
        kinds = (self.accept, self.reserve, self.work, self.use_stale, self.reap,
                 self.operate, self.mark, self.restart)
        # Old messages are looked for after a restart, which hides other faults:
        # so there are times without one.
        lossy = self.count // (5 * BATCH) % 2
        weights = (10, 20, 60, 5, 5, 8, 3, 0.6 * lossy)
        self.random.choices(kinds, weights)[0]()
        self.count += 1

    # -- accept

    def accept(self):
        if len(self.messages) > 100:
            self.erase("forget", self.random.choice(sorted(self.messages)))
        item, name = f"support-{self.made:026d}", ""
        self.made += 1
        if self.chance(0.4):
            name = f"k{self.random.randrange(60)}"
        keep = self.random.choice((0, 1, KEPT))
        first = self.keys.get(name)
        print_ = self.random.choice(("p", "q")) if name else "p"
        said = self.moves.accept(item, held=self.chance(0.1), idempotency=name,
                                 print_=print_, keep=keep, mail=self.random.choice(("", "m")),
                                 age=self.random.choice((0, 0, 1000000)))
        if first:
            assert said == ("known" if print_ == first[1] else "conflict", first[0])
            return
        assert said == ("new", item)
        self.messages[item] = Message(name, keep)
        if name:
            self.keys[name] = item, print_
        if self.chance(0.2):  # the answer was lost: again, with the same id
            before = self.moves.item(item)
            assert self.moves.accept(item, idempotency=name, print_=print_) == ("new", item)
            assert self.moves.item(item) == before

    # -- the work

    def reserve(self):
        stage = self.random.choice(("deliver", "deliver", "reconcile", "callback"))
        lease = self.random.choice((20, 100, 1000))
        asked = time.monotonic()
        for taken in self.moves.reserve(stage, self.random.randint(1, 6), lease):
            hold = Hold(taken, asked, lease)
            assert not any(other.item == hold.item and other.live for other in self.holds)
            assert hold.found["st"] == "run" and hold.found["tok"] == hold.token
            hold.live = self.moves.reap(hold.item, "") == 0
            assert hold.live or not hold.in_time()
            self.holds.append(hold)

    def work(self):
        if not self.holds:
            return
        hold = self.random.choice(self.holds)
        if self.chance(0.04):  # dies: nobody settles it
            self.drop(hold)
        elif self.chance(0.05) and not hold.intended:
            said = self.moves.give_back(hold.item, hold.token, line(hold.stage))
            self.expect(hold, said)
            hold.live = False
            self.drop(hold)
        elif self.chance(0.1):
            self.expect(hold, self.moves.beat(hold.item, hold.token, hold.lease))
        elif hold.stage == "deliver":
            self.deliver(hold)
        else:
            getattr(self, hold.stage)(hold)

    def deliver(self, hold):
        truth = self.messages.get(hold.item)
        if not hold.intended:
            said = self.moves.intend(hold.item, hold.token, hold.lease)
            self.expect(hold, said)
            hold.intended = said == "ok"
            if not hold.intended:
                self.drop(hold)
        elif not hold.posted:
            if not hold.in_time():
                self.drop(hold)  # it slept too long to send
                return
            hold.posted = self.random.choice(
                ("done", "done", "unknown, landed", "unknown", "refused", "busy", "not sent"))
            if truth and hold.posted in ("done", "unknown, landed"):
                truth.chats += 1
                assert truth.chats == 1, f"{hold.item} was sent twice"
        else:
            self.settle(hold, {
                "done": {"next": "reconcile", "chat": "c-" + hold.item,
                         "event": "submission.delivered"},
                "unknown, landed": {"next": "resolve", "error": "lost"},
                "unknown": {"next": "resolve", "error": "lost"},
                "refused": {"next": "buried", "clear": True, "event": "submission.failed"},
                "busy": {"next": "deliver", "clear": True, "count": False,
                         "hold_ms": self.random.choice((0, 0, 5))},
                "not sent": {"next": "deliver", "clear": True,
                             "delay": self.random.choice((0, 5))},
            }[hold.posted])

    def resolve(self, hold):
        truth = self.messages.get(hold.item)
        if self.chance(0.3):
            self.settle(hold, {"next": self.random.choice(("resolve", "resolve", "buried")),
                               "looked": True, "event": ""})
        elif not hold.in_time():
            self.drop(hold)
        elif truth and truth.chats:
            self.settle(hold, {"next": "reconcile", "looked": True, "chat": "c-" + hold.item,
                               "event": "submission.delivered"})
        else:
            self.settle(hold, {"next": "deliver", "looked": True, "clear": True})

    def reconcile(self, hold):
        self.settle(hold, self.random.choice((
            {"next": "reconcile", "delay": 5, "chat": "c-wrong"},
            {"next": "finished", "ticket": 7, "event": "submission.linked"},
            {"next": "finished", "event": "submission.unlinked"})))

    def callback(self, hold):
        self.settle(hold, {"next": self.random.choice(("callback", "finished", "buried"))})

    def settle(self, hold, verdict):
        news = "." in hold.item
        truth = self.messages.get(message_of(hold.item))
        sequence = int(hold.found.get("seq", 0)) + 1
        verdict = {**verdict, "number": sequence}
        before = self.moves.item(hold.item)
        said = self.moves.settle(hold.item, hold.token, verdict)
        self.expect(hold, said)
        if hold.live and self.chance(0.2):  # the answer was lost: again
            after = self.moves.item(hold.item)
            assert self.moves.settle(hold.item, hold.token, verdict) == "ok"
            assert self.moves.item(hold.item) == after
        if hold.live and news and verdict["next"] in ("finished",):
            truth.news.discard(hold.item)
        if hold.live and not news:
            self.learn(truth, hold.item, verdict, before)
        hold.live = False
        self.drop(hold)

    def learn(self, truth, item, verdict, before):
        if verdict.get("event"):
            truth.news.add(f"{item}.{verdict['number']}")
        if verdict.get("chat") and not truth.cid:
            truth.cid = verdict["chat"]
        if truth.cid and truth.keep == 0:
            truth.payload_over = True
        assert "cid" not in before or before["cid"] == truth.cid

    def expect(self, hold, said):
        """Its holder is heard as long as it holds; nobody else is."""
        assert said == ("ok" if hold.live else "lost"), (hold.item, said, hold.live)

    def drop(self, hold):
        self.holds.remove(hold)
        if hold.live:
            self.spent.append(hold)

    # -- what must not do anything

    def use_stale(self):
        late = [hold for hold in self.spent if not hold.live]
        if not late:
            return
        hold = self.random.choice(late)
        before = self.state(hold.item)
        verdict = {"next": "buried", "number": int(hold.found.get("seq", 0)) + 1,
                   "clear": True, "event": "submission.failed", "chat": "c-wrong"}
        said = self.random.choice((
            lambda: self.moves.intend(hold.item, hold.token, 30),
            lambda: self.moves.beat(hold.item, hold.token, 30),
            lambda: self.moves.give_back(hold.item, hold.token, line(hold.stage)),
            lambda: self.moves.settle(hold.item, hold.token, verdict)))()
        assert said == "lost"
        assert self.state(hold.item) == before

    def state(self, item):
        places = [self.moves.redis.zscore(key(place), item) for place in PLACES]
        return self.moves.item(item), places

    # -- the janitor and the operators

    def reap(self):
        event = self.random.choice(("", "submission.failed"))
        for item in self.moves.past("run"):
            number = int(self.moves.item(item).get("seq", 0)) + 1
            if self.moves.reap(item, event) != 1:
                continue
            for hold in self.holds + self.spent:
                if hold.item == item:
                    hold.live = False
            if event and "." not in item and self.moves.item(item)["st"] == "dead":
                self.messages[item].news.add(f"{item}.{number}")
        for item in self.moves.past("done"):
            untold = self.untold(item)
            if self.moves.erase("sweep", item) == 1:
                assert not untold, f"{item} was swept before its news was told"
                self.gone(item)
            else:
                self.messages[item].payload_over = True
        del self.spent[:-200]

    def untold(self, item):
        return [news for news in self.messages[item].news
                if self.moves.item(news).get("st") in ("due", "run")]

    def gone(self, item):
        del self.messages[item]
        self.erased.add(item)
        for hold in self.holds + self.spent:
            if message_of(hold.item) == item:
                hold.live = False

    def operate(self):
        dead = self.moves.redis.zrange(key("dead"), 0, -1)
        held = self.moves.redis.zrange(key("held"), 0, -1)
        if dead and (not held or self.chance(0.7)):
            item = self.random.choice(dead).decode()
            generation = int(self.moves.item(item).get("gen", 0))
            assert self.moves.replay(item, generation + 1) == 0
            assert self.moves.replay(item, generation) == 1
            assert self.moves.replay(item, generation) == 0
        elif held:
            item = self.random.choice(held).decode()
            if self.chance(0.5):
                assert self.moves.release(item) == 1
            else:
                self.erase("discard", item)

    def mark(self):
        """Read or unread: nothing else of a message changes, wherever it is."""
        news = self.random.choice(sorted(self.messages) or [""]) + ".1"
        assert self.moves.mark(news, False) == 0
        if not self.messages:
            return
        item, unread = self.random.choice(sorted(self.messages)), self.chance(0.5)
        before, places = self.state(item)
        assert self.moves.mark(item, unread) == 1
        after, places_after = self.state(item)
        assert after.get("read", "0") == str(int(not unread)) and places_after == places
        for name in ("read", "up"):
            before.pop(name, None)
            after.pop(name, None)
        assert after == before

    def erase(self, mode, item):
        assert self.moves.erase(mode, item) == 1
        self.keys.pop(self.messages[item].idempotency, None)
        self.gone(item)

    # -- a server that lost its last writes

    def restart(self):
        """Intents that were just stored are lost; then the new server is met."""
        for hold in self.holds:
            if hold.live and hold.intended and self.chance(0.7):
                self.moves.redis.hdel(key("item:", hold.item), "intent", "counted")
        self.server += 1
        assert self.moves.meet(f"server-{self.server}", False, 30) == "grace"
        assert self.moves.reserve("deliver", 5, 30) == []

    # -- invariants

    def check(self):
        redis = self.moves.redis
        places = {place: [each.decode() for each in redis.zrange(key(place), 0, -1)]
                  for place in PLACES}
        prefix = len(key("item:"))
        items = self.moves.items()
        self.check_places(places, items)
        suspect = int(redis.hget(key("meta"), "suspect_before") or 0)
        for item, truth in self.messages.items():
            assert item in items, f"{item} was lost"
            self.check_message(item, items[item], truth, suspect)
        bodies = {each.decode()[prefix:] for each in redis.scan_iter(key("body:*"), count=1000)}
        assert bodies == {item for item, truth in self.messages.items()
                          if not truth.payload_over}
        told = {item for item, found in items.items() if found["st"] == "done" and "." in item}
        assert {item for item in items if "." in item} - told == \
            set().union(*(truth.news for truth in self.messages.values()))
        everything = {each.decode() for each in redis.zrange(key("all"), 0, -1)}
        assert everything == set(self.messages)
        changed = {each.decode() for each in redis.zrange(key("upd"), 0, -1)}
        assert changed == {item for item in self.messages if "up" in items[item]}
        aged = {each.decode() for each in redis.zrange(key("at"), 0, -1)}
        assert aged == {item for item in self.messages if "at" in items[item]}
        assert all("up" in items[item] for item in self.messages if "tid" in items[item])

    def check_places(self, places, items):
        where = {}
        for place, members in places.items():
            for item in members:
                assert item not in where, f"{item} is in {where[item]} and in {place}"
                assert item in items, f"{item} is in {place}, with nothing behind it"
                where[item] = place
        for item, found in items.items():
            assert message_of(item) not in self.erased, f"{item} was left behind"
            if found["st"] == "done" and "." in item:
                assert item not in where
                continue
            assert where.get(item, "nowhere").split(":")[0] == found["st"], (item, found)
            assert ("tok" in found) == (found["st"] == "run"), (item, found)

    def check_message(self, item, found, truth, suspect):
        suspected = max(int(found.get("acc", 0)), int(found.get("sus", 0))) < suspect
        assert found.get("cid") == truth.cid, (item, found)
        if truth.chats and not truth.cid:
            assert "intent" in found or suspected, f"{item}: a post is forgotten: {found}"
        if found["st"] == "done":
            assert truth.cid, f"{item} is finished without a chat"
        if found["st"] == "due" and truth.cid:
            assert found["stage"] == "reconcile", (item, found)

    # -- the end of all faults

    def come_to_rest(self):
        for hold in list(self.holds):
            self.drop(hold)
        end = time.monotonic() + 30
        while self.waiting() and time.monotonic() < end:
            self.reap()
            for stage in ("deliver", "reconcile", "callback"):
                asked = time.monotonic()
                for taken in self.moves.reserve(stage, 50, 5000):
                    self.finish(Hold(taken, asked, 5000))
        assert not self.waiting()
        self.check()

    def finish(self, hold):
        self.holds.append(hold)
        truth = self.messages[message_of(hold.item)]
        if hold.stage == "deliver":
            self.deliver(hold)
            truth.chats += 1
            assert truth.chats == 1, f"{hold.item} was sent twice"
            hold.posted = "done"
            self.deliver(hold)
        elif hold.stage == "resolve" and truth.chats:
            self.settle(hold, {"next": "reconcile", "chat": "c-" + hold.item, "event": ""})
        elif hold.stage == "resolve":
            self.settle(hold, {"next": "deliver", "looked": True, "clear": True})
        else:
            self.settle(hold, {"next": "finished"})

    def waiting(self):
        return sum(self.moves.redis.zcard(key(place)) for place in (*DUE, "run"))


def line(stage):
    return "deliver" if stage == "resolve" else stage


@pytest.mark.timeout(120)
def test_no_order_of_moves_breaks_an_invariant(nursery):
    seed = int(os.environ.get("AFTERHOURS_TEST_SEED", random.SystemRandom().getrandbits(32)))
    driver = Driver(Moves(Redis(nursery, fsync="no").client), seed)
    print(f"AFTERHOURS_TEST_SEED={seed}")
    end = time.monotonic() + SECONDS
    while driver.count < MOVES and time.monotonic() < end:
        for _ in range(BATCH):
            driver.step()
        driver.check()
    driver.come_to_rest()
    print(f"{driver.count} moves, {driver.made} messages, {driver.server} lossy restarts")
    assert driver.count > 2000
