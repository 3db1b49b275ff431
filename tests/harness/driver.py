"""Senders, workers, late workers, operators and a janitor, all at once and in
random order, against the queue's functions in a real Redis. After each round of
moves every reply and every touched item must be as the ledger says, and the
promises of the queue must hold; now and then all of Redis is compared."""
import random

from .ledger import FIELDS
from .ledger_late import LateLedger
from .ledger_moves import shown
from .moves import Moves, message_of
from .parts import LEASES, Parts
from .parts_access import AccessParts
from .parts_late import LateParts
from .parts_lists import ListParts
from .parts_weather import WeatherParts
from .pretend import Broken, Zendesk, promise
from .restarts import KINDS, Restarts
from .wire import Error, call, command, key

# Requests a minute and the part kept for deliveries, for so many rounds.
NO_BUDGET = (0, 0.2)
BUDGETS = ((NO_BUDGET, 20), ((6, 0.2), 25), (NO_BUDGET, 40), ((60, 0.2), 20), (NO_BUDGET, 50),
           ((300, 0.5), 20))
BUDGET = command("HGETALL", key("budget"))
START = 1700000000000
STEPS = ((0, 6), (1, 3), (20, 3), (300, 8), (1000, 6), (2500, 5), (15000, 1), (61000, 0.5),
         (130000, 0.2), (700000, 0.6), (90000000, 0.1))


class Driver(Parts, LateParts, WeatherParts, AccessParts, ListParts, Restarts):
    # What the workers keep to; a test takes each away to see it missed.
    fence, patience, intending = True, True, True

    def __init__(self, store, seed, files=None, ledger=LateLedger):
        self.store, self.random = store, random.Random(seed)
        self.ledger, self.zendesk = ledger(START), Zendesk()
        self.holds, self.spent, self.last = [], [], []
        self.accepted, self.erased, self.peeked, self.leased = {}, set(), {}, {}
        self.spending, self.limits = [], NO_BUDGET
        self.handfuls, self.made_lists = [], 0
        self.token = "token-0"  # of those who ask now
        self.late = []  # what journals have, or may have still
        self.made = self.count = self.rounds = self.rounds_left = self.budgets = 0
        self.restarts = dict.fromkeys(KINDS, 0)
        self.servers, self.sure, self.is_full = 0, True, False
        self.chain_number = 0
        self.begin_chain()
        self.know()
        store.clear(files)
        moves = Moves(self.ledger)
        moves.step(START)
        moves.meet("server-0", True, max(LEASES))
        self.exchange(moves)

    def chance(self, part):
        return self.random.random() < part

    def now(self):
        return self.ledger.now

    def know(self):
        """What the parts go by; after a restart it may be another."""
        self.know_keys()
        self.know_tokens()
        self.save()

    # -- rounds

    def run(self, count, restart_every):
        """So many operations; restarts about that often."""
        next_restart, next_check = restart_every, 0
        target = self.count + count
        while self.count < target:
            self.round()
            if self.count >= next_check:
                self.compare_all()
                next_check = self.count + 1500
            if self.count >= next_restart:
                self.restart()
                next_restart = self.count + restart_every
        self.compare_all()

    def round(self):
        moves = Moves(self.ledger)
        self.fill(moves)
        self.exchange(moves)
        self.rounds += 1
        self.rounds_left -= 1
        if self.rounds_left <= 0:
            self.limits, self.rounds_left = BUDGETS[self.budgets % len(BUDGETS)]
            self.budgets += 1
            self.spending = []

    def fill(self, moves):
        self.pass_time(moves)
        for part in (self.accept, self.bring, self.stand_for, self.erase_unseen,
                     self.reserve, self.work, self.use_stale, self.reap,
                     self.sweep, self.operate, self.replay_many, self.report,
                     self.share_tokens, self.mark, self.hold):
            part(moves)
        moves.take_bell()

    def pass_time(self, moves, step=None):
        if step is None:
            step = self.random.choices([each[0] for each in STEPS],
                                       [each[1] for each in STEPS])[0]
        moves.step(self.now() + step)
        self.zendesk.step(self.now())

    def exchange(self, moves):
        """Sends all, compares all replies, then all touched items."""
        ids = list(self.ledger.touched)
        self.ledger.touched.clear()
        wire = self.store.wire
        wire.send([*moves.calls, call("ah_rows", [], len(FIELDS), *FIELDS, *ids), BUDGET,
                   command("HGETALL", key("access:", self.chain))])
        for index in range(len(moves.calls)):
            self.answer(moves, index, wire.reply())
        rows = wire.reply()
        promise(not isinstance(rows, Error), rows)
        for item_id, row in zip(ids, rows):
            expected = self.ledger.row(item_id)
            promise(row == expected, item_id, "is\n", row, "\nbut must be\n", expected)
            self.check(item_id)
        self.compare("budget", wire.reply(), self.ledger.budget)
        self.compare(self.chain, wire.reply(), self.ledger.chains.get(self.chain, {}))
        self.count += moves.count

    @staticmethod
    def compare(name, found, expected):
        found, expected = dict(zip(found[::2], found[1::2])), shown(expected)
        promise(found == expected, name, "is\n", found, "\nbut must be\n", expected)

    def answer(self, moves, index, got):
        expected, hear = moves.replies[index], moves.hear[index]
        seen = got
        if expected == "OOM":
            seen = str(got)[:3]
        elif isinstance(expected, tuple):
            expected = expected[1]
            seen = self.short_rows(got)
        promise(seen == expected, "the answer to\n",
                moves.calls[index].replace("\r\n", " "), "\nis", seen, "\nbut must be", expected)
        if hear:
            hear(got)

    @staticmethod
    def short_rows(got):
        if not isinstance(got, list):
            return got
        rows = [[row[0], row[1], dict(zip(row[2][::2], row[2][1::2])).get("stage"),
                 len(row) > 3 and row[3] is not None] for row in got[2:]]
        return [*got[:2], *rows]

    # -- promises

    def check(self, item_id):
        """The invariants, of an item that Redis and the ledger agree on."""
        item, where = self.ledger.items.get(item_id), self.ledger.where(item_id)
        if item is None:
            promise(not where, "I1:", item_id, "is nothing, in", where)
            promise(item_id not in self.accepted, item_id, "was lost")
            return
        places = [place.partition(":")[0] for place, _ in where]
        told = "." in item_id and item["st"] == "done"
        promise(places == ([] if told else [item["st"]]), "I1:", item_id, places, item)
        promise(("tok" in item) == (item["st"] == "run"), "I2:", item_id, item)
        if "." in item_id:
            promise(message_of(item_id) in self.ledger.items, "I9:", item_id, "is alone")
            return
        promise(item.get("cid", "c-" + item_id) == "c-" + item_id, "I6:", item)
        promise(item["st"] != "done" or "cid" in item, "I7:", item)
        promise(item.get("cb") not in ("pending", "failed") or
                f"{item_id}.{item['cbn']}" in self.ledger.items, "I9:", item, "has no news")
        if self.zendesk.may_hold(item_id) and "cid" not in item:
            suspect = self.ledger.meta.get("suspect_before", 0)
            suspected = max(item["acc"], item.get("sus", 0)) < suspect
            promise("intent" in item or suspected, "I5: a post is forgotten", item)
        promise("cid" not in item or item["keep"] or item_id not in self.ledger.bodies,
                "I10:", item_id, "keeps its payload")

    def compare_all(self, found=None):
        found, expected = found or self.store.state(), self.ledger.state()
        if found != expected:
            names = sorted(name for name in {*found, *expected}
                           if found.get(name) != expected.get(name))
            raise Broken(f"{len(names)} keys are not as they must be; {names[0]} is\n"
                         f"{found.get(names[0])}\nbut must be\n{expected.get(names[0])}")
        for item_id in self.ledger.items:
            self.check(item_id)
        for item_id in self.accepted:
            promise(item_id in self.ledger.items, item_id, "was lost")

    # -- the end of all faults

    def come_to_rest(self):
        """Whoever holds something dies. Then everything is worked off, what was
        set aside too, and each message has its one chat."""
        self.holds.clear()
        self.limits = NO_BUDGET
        for _ in range(60):
            moves = Moves(self.ledger)
            moves.resume()
            self.pass_time(moves, 61000)
            self.settle_calmly(moves)
            for item_id in list(self.ledger.places["run"]):
                moves.reap(item_id, 99, "", self.number(item_id))
            for item_id in list(self.ledger.places["dead"]):
                moves.replay(item_id, int(self.ledger.items[item_id].get("gen", 0)))
            for item_id in list(self.ledger.places["held"]):
                moves.release(item_id)
            for line in ("deliver", "reconcile", "callback"):
                due = list(self.ledger.places["due:" + line])[:80]
                self.ask_for(moves, line, due, 60000)
            self.exchange(moves)
            if not any(self.ledger.places[place] for place in self.ledger.places
                       if place != "done"):
                break
        self.compare_all()
        for item_id in self.accepted:
            item = self.ledger.items[item_id]
            promise(item["st"] == "done", item_id, "does not come to rest:", item)
            promise(item_id in self.zendesk.landed, item_id, "was never sent")
        self.tokens_come_to_rest()

    def settle_calmly(self, moves):
        """Nothing goes wrong any more; a first post is noted and sent."""
        holds, self.holds = self.holds, []
        intended = [hold for hold in holds if hold.stage == "deliver"]
        if intended:
            moves.intend([(hold.id, hold.token, hold.lease) for hold in intended])
        for hold in intended:
            self.zendesk.post(hold.id, self.now(), 0)
            hold.posted = "done"
        verdicts = [self.verdict(hold, calm=True) for hold in holds]
        if verdicts:
            moves.settle(verdicts)

    def number(self, item_id):
        return int(self.ledger.items.get(item_id, {}).get("seq", 0)) + 1
