"""The rest of what Redis must hold: what the janitor and people ask for, and
what a process asks of a server it meets."""
import math

from .ledger import FIELDS, UNTOLD_MS, message_of, number
from .ledger_reserve import ReserveLedger
from .wire import PLACES


class WholeLedger(ReserveLedger):
    # -- the janitor

    def past(self, place, most):
        over = sorted((score, item_id) for item_id, score in self.places[place].items()
                      if score <= self.now)
        return [item_id for _, item_id in over[:most]]

    def reap(self, item_id, limit, event, change):
        item, news = self.items.get(item_id, {}), "." in item_id
        ends = self.places["run"].get(item_id)
        if ends is None or ends > self.now:
            return 0
        if not news and number(item, "seq") + 1 != change:
            return 0
        self.end_lease(item)
        del item["ltok"]
        item["crash"] = number(item, "crash") + 1
        self.touched[item_id] = True
        if item["crash"] > limit:
            self.poison(item_id, item, event)
        else:
            stage = item["stage"]
            if "intent" in item and stage == "deliver":
                stage = "resolve"
            self.lay(item_id, item, stage)
            item["seq"] = number(item, "seq") + (not news)
        if not news:
            self.log(item_id)
        self.bell = True
        return 1

    def poison(self, item_id, item, event):
        item["err"] = "lost"
        self.lay(item_id, item, "buried")
        if "." in item_id:
            self.show_news(self.items[message_of(item_id)], item, "failed")
            return
        self.announce(item_id, item, event)
        self.tally("failed")

    # -- people

    def replay(self, item_id, generation, by):
        item = self.items.get(item_id, {})
        if item.get("rpl") == by and item["gen"] == generation + 1:
            return 1
        if item.get("st") != "dead" or number(item, "gen") != generation:
            return 0
        line, news = "deliver", "." in item_id
        if news:
            line = "callback"
        elif "cid" in item:
            line = "reconcile"
        for name in ("att", "crash", "looks", "looked", "err", "ltok"):
            item.pop(name, None)
        item.update(st="due", since=self.now, due=self.now, updated=self.now,
                    gen=generation + 1, rpl=by,
                    stage="resolve" if line == "deliver" and "intent" in item else line)
        self.place(item_id, "due:" + line, self.now)
        self.touched[item_id] = True
        if news:
            self.show_news(self.items[message_of(item_id)], item, "pending")
        else:
            item["seq"] = number(item, "seq") + 1
        self.bell = True
        return 1

    def release(self, item_id):
        item = self.items.get(item_id, {})
        if item.get("st") != "held":
            return 0
        item.update(st="due", due=self.now, since=self.now, updated=self.now,
                    seq=number(item, "seq") + 1)
        self.place(item_id, "due:deliver", self.now)
        self.touched[item_id] = True
        self.bell = True
        return 1

    def may_erase(self, mode, item_id, item):
        if mode == "discard":
            return item["st"] == "held"
        return mode == "forget" or (
            item["st"] == "done" and self.places["done"].get(item_id, self.now + 1) <= self.now)

    def erase(self, mode, item_id, sequence, name, mail):
        item = self.items.get(item_id)
        if not item or not self.may_erase(mode, item_id, item):
            return 0
        if (number(item, "seq"), item.get("key", ""), item.get("mail", "")) != \
                (int(sequence), name, mail):
            return "again"
        self.touched[item_id] = True
        news = [f"{item_id}.{i}" for i in range(1, int(sequence) + 1)]
        if mode == "sweep" and any(self.items.get(each, {}).get("st") in ("due", "run")
                                   for each in news):
            self.bodies.pop(item_id, None)
            self.places["done"][item_id] = self.now + UNTOLD_MS
            return 0
        if mode != "sweep" and name and self.keys.get(name, ("",))[0] == item_id:
            del self.keys[name]
        if mail:
            self.mails[mail].pop(item_id, None)
        for members in (self.all, self.at, self.upd, self.bodies, self.logs):
            members.pop(item_id, None)
        for each in (item_id, *news):
            self.place(each, None, 0)
            if self.items.pop(each, None):
                self.touched[each] = True
        return 1

    def mark(self, item_id, unread):
        item = self.items.get(item_id, {})
        if not item or "kind" in item:
            return 0
        if (item.get("read") == 1) == (not unread):
            return 1
        item.update(read=int(not unread), up=self.now)
        self.upd[item_id] = self.now
        self.touched[item_id] = True
        return 1

    # -- a server that is met

    def meet(self, run_id, sure, lease):
        known, was_sure = self.meta.get("run_id"), self.meta.get("sure") == 1
        if known == run_id:
            self.meta["sure"] = int(was_sure and sure)
            return "known"
        said = "new"
        if known and not (sure and was_sure):
            self.meta.update(grace_until=self.now + lease, suspect_before=self.now)
            said = "grace"
        self.meta.update(run_id=run_id, sure=int(sure))
        return said

    def counts(self, per_minute, share):
        bucket = self.bucket(per_minute, share)
        till = number(self.budget, "hold_until")
        reason = self.budget.get("hold_reason")
        if till and till <= self.now:
            reason = None
        lines = ("deliver", "reconcile", "callback")
        order = (*PLACES[:5], "done", "held")
        return [self.now, *(len(self.places[place]) for place in order),
                *(max(0, self.now - (self.first(line) or self.now)) for line in lines),
                reason or "none", till if reason else 0,
                max(0, math.floor(bucket["tokens"])) if bucket else -1,
                *(self.tallies.get(name, 0) for name in
                  ("accepted", "delivered", "linked", "unlinked", "failed")),
                max(0, number(self.meta, "grace_until") - self.now), number(self.budget, "probe"),
                self.brown_until(), self.asking(), self.budget.get("trouble", ""),
                number(self.budget, "since"), number(self.budget, "again"), self.all_gone()]

    # -- forms whose callbacks are stopped

    def stop_callbacks(self, form, name):
        at, _, known = self.meta.get("gone:" + form, "").partition(" ")
        if known == name:
            return 0
        self.meta["gone:" + form] = f"{self.now} {name}"
        return 1

    def start_callbacks(self, form):
        return int(self.meta.pop("gone:" + form, None) is not None)

    def all_gone(self):
        return [word for name, value in self.meta.items() if name.startswith("gone:")
                for word in (name[len("gone:"):], value)]

    def brown_until(self):
        till = number(self.budget, "brown")
        return till if till > self.now else 0

    # -- what is compared with Redis

    def row(self, item_id):
        """As rows() of steps.lua shows it."""
        item = self.items.get(item_id, {})
        words = [str(item.get(name, "")) for name in FIELDS]
        words += [f"{place}={score}" for place, score in self.where(item_id)]
        words.append(f"body={int(item_id in self.bodies)}")
        words.append(f"log={self.logs.get(item_id, 0)}")
        return "|".join(words)

    def state(self):
        """Every key there must be, as state() of store.py shows it."""
        zsets = {**self.places, "all": self.all, "at": self.at, "upd": self.upd,
                 **{"mail:" + name: members for name, members in self.mails.items()}}
        found = {name: shown(members) for name, members in zsets.items() if members}
        found.update(("item:" + name, shown(item)) for name, item in self.items.items())
        found.update(("body:" + name, "{}") for name in self.bodies)
        found.update(("log:" + name, count) for name, count in self.logs.items())
        found.update(("key:" + name, " ".join(first)) for name, first in self.keys.items())
        found.update(("gone:" + name, f"{at} {of}" if of else str(at))
                     for name, (at, of) in self.gones.items())
        found.update(("as:" + name, first) for name, first in self.others.items())
        found["meta"] = shown({**self.meta, **self.tallies})
        if self.ends:
            found["ends"] = shown(self.ends)
        if self.budget:
            found["budget"] = shown(self.budget)
        if self.bell:
            found["bell"] = 1
        return found


def shown(values):
    return {name: str(value) for name, value in values.items()}
