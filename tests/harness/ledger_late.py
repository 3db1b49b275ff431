"""What Redis must hold of messages that come late from a journal, and of what was
erased while one may have had it."""
from .ledger import FACTS_MS, number
from .ledger_lists import ListsLedger
from .pretend import promise

DAY_MS = 86400000
GONE_KEPT_MS, BRING_MOST_MS = 90 * DAY_MS, 80 * DAY_MS


class LateLedger(ListsLedger):
    def bring(self, depth, batch):
        """As accept; of each also: doubt, whether it may have been here before."""
        return [self.bring_one(new, depth) for new in batch]

    def bring_one(self, new, depth):
        item_id = new["id"]
        if item_id in self.items:
            return ["new", item_id]
        if item_id in self.others:
            return ["known", self.others[item_id]]
        if item_id in self.gones:
            return self.erased_one(new)
        if self.now - new["received"] > BRING_MOST_MS:
            return ["old", item_id]
        if self.is_gone(new["key"], new) or self.is_gone(new["mail"], new):
            return ["erased", item_id]
        promise(item_id not in self.erased, item_id, "was erased, and is back")
        [said] = self.accept(depth, [new])
        if said[0] == "new" and new["doubt"] and self.may_be_forgotten(new):
            self.items[item_id]["intent"] = self.now
        return said

    def erased_one(self, new):
        """What goes with it: what comes yet with its key, and what came with it."""
        since, (first, of) = self.gones[new["id"]][0], self.keys.get(new["key"], ("", None))
        if new["key"]:
            self.note_gone(new["key"], new["print"], since)
        return ["erased", first if of == new["print"] else new["id"], str(since)]

    def is_gone(self, name, new):
        at, of = self.gones.get(name, (-1, ""))
        return new["received"] <= at and of in ("", new["print"])

    def may_be_forgotten(self, new):
        late, known = self.now - new["received"], min(new["keep"] or FACTS_MS, FACTS_MS)
        return not 0 <= late <= known / 2 or \
            new["received"] < number(self.meta, "suspect_before")

    def also(self, item_id, other, ttl):
        self.others[other] = item_id
        self.ends["as:" + other] = self.now + ttl
        return int(other in self.gones)

    def gone(self, item_id, name):
        self.note_gone(item_id, "")
        self.erased.add(item_id)
        first = self.keys.get(name) if name else None
        if first and first[0] == item_id:
            self.note_gone(name, first[1])
        return self.others.get(item_id, "")

    def person_gone(self, mail, waiting):
        """waiting: what a journal has and the queue has not."""
        self.note_gone(mail, "")
        self.erased |= {new["id"] for new in waiting if new["mail"] == mail}
        return ""

    def note_gone(self, name, of, since=None):
        self.gones[name] = since or self.now, of
        self.ends["gone:" + name] = self.now + GONE_KEPT_MS
