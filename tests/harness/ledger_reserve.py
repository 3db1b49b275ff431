"""What Redis must hold after something was taken: the budget, the holds, the
breaker, and in a brown-out the purse of those that were tried before."""
import math

from .ledger import Ledger, number
from .ledger_gate import STALE_MS

ASKED_AT_ONCE, GATHER_MS = 50, 30000
CREDIT, PURSE, AGAIN_MS, TURN_MS = 0.08, 10, 5000, 600000


class ReserveLedger(Ledger):
    def bucket(self, per_minute, share):
        if not per_minute:
            return None
        size = max(1, per_minute // 5)
        rate = max(1, per_minute - size) / 60000
        part = max(0.05, 1 - share)
        past = max(0, self.now - int(self.budget.get("at", 0)))
        return {
            "size": size, "rate": rate, "others_rate": rate * part,
            "tokens": min(size, float(self.budget.get("tokens", size)) + past * rate),
            "others": min(max(1, size * part),
                          float(self.budget.get("others", size)) + past * (rate * part))}

    def wait_for(self, bucket, stage, cost):
        if not bucket or stage == "callback":
            return 0
        need, wait = min(cost, bucket["size"]), 0
        if stage != "deliver":
            wait = max(0, (1 - bucket["others"]) / bucket["others_rate"])
        elif self.others_wait() and bucket["others"] >= 1:
            need += 1
            if need > bucket["size"]:
                return 1000
        return math.ceil(max(wait, (need - bucket["tokens"]) / bucket["rate"]))

    def others_wait(self):
        return self.first("reconcile") is not None and self.first("reconcile") <= self.now

    def others_first(self, per_minute):
        """In a brown-out; when creates wait for the budget, or looks for their turn."""
        if number(self.budget, "brown") > self.now:
            return True
        first = self.first("deliver") if per_minute else None
        return first is not None and \
            (first <= self.now or self.budget.get("looks", 0) > self.now)

    def first(self, line):
        return min(self.places["due:" + line].values(), default=None)

    def closed(self, line, access):
        grace, held = number(self.meta, "grace_until"), self.held(line)
        if grace > self.now:
            return grace
        if held is not None:
            return held
        if self.breaker(line) and self.budget["probe"] > self.now:
            return self.budget["probe"]
        if self.gated(line) and self.budget.get("till", 0) > self.now:
            return self.budget["till"]
        if self.stale(line, access):
            return self.now + STALE_MS
        return None

    def held(self, line):
        """Until when (0: until resumed); None: it is not."""
        reason, till = self.budget.get("hold_reason"), number(self.budget, "hold_until")
        counts = reason == "operator" or (reason and line != "callback")
        return till if counts and not 0 < till <= self.now else None

    def breaker(self, line):
        return line != "callback" and "open" in self.budget

    def peek(self, line, most, per_minute, share, access):
        till, first = self.closed(line, access), self.first(line)
        if till is not None:
            return [self.now, till]
        if first is None or first > self.now:
            return [self.now, first or 0]
        due = sorted((score, item_id) for item_id, score in self.places["due:" + line].items()
                     if score <= self.now)
        if line == "reconcile" and self.others_first(per_minute):
            if len(due) < ASKED_AT_ONCE and self.now - first < GATHER_MS:
                return [self.now, first + GATHER_MS]
            most = min(most, ASKED_AT_ONCE)
        wait = self.wait_for(self.bucket(per_minute, share), line, 1)
        if wait > 0:
            return [self.now, self.now + wait]
        return [self.now, self.now, *(item_id for _, item_id in due[:most])]

    def reserve(self, line, limits, lease, tokens, access):
        """tokens: by id; access: with which token for the destination. Returns now, when
        to ask again, and rows of id, token, stage and whether there is a body."""
        till = self.closed(line, access)
        if till is not None:
            return [self.now, till]
        bucket, taken, wait = self.bucket(*limits), [], 0
        self.open_purse(line)
        most = len(tokens)
        if self.breaker(line) or self.gated(line):
            most = ASKED_AT_ONCE if line == "reconcile" else 1
        for item_id, token in tokens.items():
            if len(taken) == most:
                break
            score = self.places["due:" + line].get(item_id)
            if score is None or score > self.now:
                continue
            item = self.items[item_id]
            wait = self.take(bucket, line, len(taken), item)
            if wait is None:
                self.touched[item_id] = True
                self.places["due:deliver"][item_id], wait = item["due"], 0
                continue
            if wait > 0:
                break
            item.update(st="run", tok=token)
            taken.append([item_id, token, item["stage"],
                          line == "deliver" and item_id in self.bodies])
            self.touched[item_id] = True
        for item_id, *_ in taken:
            self.place(item_id, "run", self.now + lease)
        if bucket and taken and line != "callback":
            self.budget.update(tokens="%.4f" % bucket["tokens"],
                               others="%.4f" % bucket["others"], at=self.now)
        if self.breaker(line) and taken:
            self.budget.update(probe=self.now + self.budget["open"], probed=1)
        if self.gated(line) and taken:
            self.let_ask(taken, lease)
        if self.purse is not None:
            self.budget["credit"] = f"{self.purse:.2f}"
        again = self.first(line) or 0
        return [self.now, self.now + wait if wait > 0 else again, *taken]

    def take(self, bucket, line, before, item):
        """One more of a reservation; or how long it has to wait; or None: there is
        nothing left for it, and it is due later."""
        suspect = number(self.meta, "suspect_before")
        doubt = (line == "deliver" and "intent" not in item and number(item, "acc") < suspect
                 and number(item, "sus") < suspect)
        stage, cost = line, 1
        if line == "deliver" and (doubt or "intent" in item):
            stage, cost = "resolve", 2
        if line == "reconcile" and before % ASKED_AT_ONCE:
            cost = 0
        wait = self.wait_for(bucket, line, cost) if cost else 0
        if wait > 0:
            return wait
        if bucket and stage == "resolve" and bucket["others"] < 1:
            item["due"] = self.turn_of_look(cost / bucket["others_rate"])
            return None
        if not self.pay(cost, stage == "deliver" and not number(item, "att")):
            item["due"] = self.now + AGAIN_MS + self.later % 20 * 250
            self.later += 1
            return None
        if bucket and line != "callback":
            bucket["tokens"] -= cost
            bucket["others"] -= cost if stage != "deliver" else 0
        if doubt:
            item["intent"] = item["sus"] = suspect
        item["stage"] = stage
        return 0

    def turn_of_look(self, ms):
        """Behind the looks that were put off before it, but not for ever."""
        behind = max(self.now, self.budget.get("looks", 0)) + math.ceil(ms)
        self.budget["looks"] = min(behind, self.now + TURN_MS)
        return self.budget["looks"]

    # -- in a brown-out

    def open_purse(self, line):
        """What first tries have earned for the others; None when all is well, or
        the breaker is open."""
        brown = line == "deliver" and number(self.budget, "brown") > self.now
        self.purse, self.later = None, 0
        if brown and not self.breaker(line) and not self.gated(line):
            self.purse = float(self.budget.get("credit", 0))

    def pay(self, cost, first):
        if self.purse is None:
            return True
        if first:
            self.purse = min(PURSE, self.purse + CREDIT)
        elif self.purse >= cost:
            self.purse -= cost
        else:
            return False
        return True
