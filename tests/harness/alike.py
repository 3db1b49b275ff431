"""Ledgers that are wrong in the same way as a mutant of the functions: no answer and
no item differs then from what must be, and only the promises themselves can
notice. Each is shown to."""
from .ledger import put_or_drop
from .ledger_late import LateLedger
from .mutants import ACCEPT, ACCESS_FILE, BASE, JANITOR, OPERATOR, RESERVE, SETTLE


class GivenAwayTooSoon(LateLedger):
    def reap(self, item_id, limit, event, change):
        running = self.places["run"]
        ends = running.get(item_id)
        if ends is not None:
            running[item_id] = self.now
        said = super().reap(item_id, limit, event, change)
        if item_id in running:
            running[item_id] = ends
        return said


class IntentForgotten(LateLedger):
    def learn(self, item, v):
        return super().learn(item, {**v, "clear": True})


class OtherChat(LateLedger):
    def learn(self, item, v):
        found = item.get("fnd")
        if v["chat"]:
            item.pop("cid", None)
        shows = super().learn(item, v)
        put_or_drop(item, "fnd", item.get("fnd", found))
        return shows


class KeyOfAll(LateLedger):
    def known(self, item_id, name, print_, ttl):
        if name in self.keys and self.keys[name][0] != item_id:
            return None
        return super().known(item_id, name, print_, ttl)


class NoNews(LateLedger):
    def announce(self, item_id, item, event):
        super().announce(item_id, item, event)
        news = f"{item_id}.{item['seq']}"
        if event:
            self.place(news, None, 0)
            del self.items[news]


class PayloadKept(LateLedger):
    def erase(self, mode, item_id, sequence, name, mail):
        had = item_id in self.bodies
        said = super().erase(mode, item_id, sequence, name, mail)
        if had and item_id in self.items:
            self.bodies[item_id] = True
        return said


class TwoRefresh(LateLedger):
    def access_take(self, name, lock, *asks):
        chain, till = self.chains.get(name, {}), None
        if chain.get("locked", lock) != lock:
            till, chain["until"] = chain["until"], 0
        said = super().access_take(name, lock, *asks)
        if till is not None and said[0] != "yours":
            chain["until"] = till
        return said


class PurseWithoutEnd(LateLedger):
    def pay(self, cost, first):
        if self.purse is None or first:
            return super().pay(cost, first)
        self.purse -= cost
        return True


# The ledger; the file and text of the functions, and what is there instead; what is
# noticed then.
ALIKE = (
    (GivenAwayTooSoon, JANITOR, "if not ends or ends > now then", "if not ends then", "I3:"),
    (IntentForgotten, SETTLE, "if v.clear_intent or item.cid then", "if true then",
     "I5:|sent twice"),
    (OtherChat, SETTLE, "if v.chat ~= '' and not item.cid then", "if v.chat ~= '' then", "I6:"),
    (KeyOfAll, ACCEPT, "  if first_id == id then", "  if true then", "I8:"),
    (NoNews, BASE, "  redis.call('HSET', key, unpack(news))\n"
     "  move_into(moves, due, now, id .. '.' .. number)\n", "", "I9:"),
    (PayloadKept, OPERATOR, "    redis.call('DEL', keys[2])\n", "", "I10:"),
    (TwoRefresh, ACCESS_FILE, "access.locked ~= argv[1] and access['until'] or 0)", "0)",
     "two refresh at once"),
    (PurseWithoutEnd, RESERVE, "if purse.credit >= cost then", "if true then",
     "were no first tries"),
)
