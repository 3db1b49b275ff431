"""What Redis must hold after each move, by src/queue/README.md: written apart
from the functions, so that where the two differ, one of them is wrong.

Each move is a method with the arguments of the function. It returns the reply
that must come and notes the items it has touched."""
import math

from .ledger_gate import GateLedger
from .wire import PLACES

FACTS_MS, UNTOLD_MS, GONE_MS = 86400000, 600000, 120000
OWN_TIME_MS, LATE_MS, LOG_LINES = 60000, 1000, 50
# What the lines of rows() show; all the others are compared now and then.
FIELDS = ("st", "stage", "tok", "ltok", "intent", "looks", "looked", "att", "counted",
          "crash", "gen", "sus", "cid", "tid", "cb", "cbn", "seq", "due", "err", "read",
          "up", "at", "rpl", "fnd")


def message_of(item_id):
    return item_id.partition(".")[0]


def line_of(stage):
    return "deliver" if stage == "resolve" else stage


def number(item, name):
    return int(item.get(name, 0))


def put_or_drop(item, name, value):
    if value:
        item[name] = value
    else:
        item.pop(name, None)


class Ledger(GateLedger):
    def __init__(self, now):
        self.now = now
        self.items, self.bodies, self.logs = {}, {}, {}
        self.places = {place: {} for place in PLACES}
        self.all, self.at, self.upd = {}, {}, {}
        self.keys, self.mails = {}, {}
        self.lists, self.todo = {}, {}  # replays of many
        self.running, self.known_lists = {}, {}
        self.chains = {}  # of access tokens
        self.gones, self.others = {}, {}  # what was erased; ids that stand for others
        self.erased = set()
        self.ends = {}  # of keys, of news that were told, of such lists
        self.meta, self.budget = {}, {}
        self.tallies = {}
        self.bell = False
        self.touched = {}

    # -- what the moves share

    def place(self, item_id, place, score):
        for members in self.places.values():
            members.pop(item_id, None)
        if place:
            self.places[place][item_id] = score

    def where(self, item_id):
        return [(place, members[item_id]) for place, members in self.places.items()
                if item_id in members]

    def log(self, item_id):
        self.logs[item_id] = min(self.logs.get(item_id, 0) + 1, LOG_LINES)

    def tally(self, name):
        self.tallies[name] = self.tallies.get(name, 0) + 1

    def holds(self, item_id, token):
        item = self.items.get(item_id, {})
        return item.get("st") == "run" and item.get("tok") == token

    def step(self, now):
        self.now = now
        over = [name for name, end in self.ends.items() if end <= now]
        for name in over:
            del self.ends[name]
            kind, _, rest = name.partition(":")
            {"key": self.keys, "item": self.items, "gone": self.gones, "as": self.others,
             "@replay": self.lists, "@todo": self.todo, "access": self.chains}[kind].pop(rest, None)
        return len(over)

    # -- accept

    def known(self, item_id, name, print_, ttl):
        first = self.keys.get(name)
        if first is None:
            self.keys[name] = item_id, print_
            self.ends["key:" + name] = self.now + ttl
        elif first[0] != item_id:
            return ["known" if first[1] == print_ else "conflict", first[0]]
        return None

    def accept(self, depth, batch, cells=0):
        """batch: dicts of id held key print ttl mail received at keep."""
        room = depth - len(self.places["due:deliver"]) if depth else math.inf
        cells = cells - len(self.places["held"]) if cells else math.inf
        reply, rang = [], False
        for new in batch:
            item_id, name = new["id"], new["key"]
            if item_id in self.items or item_id in self.gones:
                reply.append(["new", item_id])
                continue
            made = name not in self.keys
            said = self.known(item_id, name, new["print"], new["ttl"]) if name else None
            if said:
                reply.append(said)
                continue
            if (cells if new["held"] else room) <= 0:
                if made:
                    self.keys.pop(name, None)
                reply.append(["full", item_id])
                continue
            reply.append(["new", item_id])
            self.enter(new)
            room -= not new["held"]
            cells -= bool(new["held"])
            rang = rang or not new["held"]
        self.bell = self.bell or rang
        return reply

    def enter(self, new):
        item_id, now, received = new["id"], self.now, new["received"]
        item = self.items[item_id] = {
            "st": "held" if new["held"] else "due", "stage": "deliver", "acc": now,
            "received": received, "keep": new["keep"], "form": "contact"}
        put_or_drop(item, "key", new["key"])
        put_or_drop(item, "mail", new["mail"])
        self.bodies[item_id] = True
        if new["mail"]:
            self.mails.setdefault(new["mail"], {})[item_id] = now
        if abs(new["at"] - received) > OWN_TIME_MS:
            item["at"] = self.at[item_id] = new["at"]
        if not 0 <= now - received <= LATE_MS:
            item["up"] = self.upd[item_id] = now
        self.all[item_id] = received
        self.place(item_id, "held" if new["held"] else "due:deliver", now)
        self.tally("accepted")
        self.touched[item_id] = True

    # -- what a holder does

    def intend(self, batch):
        """batch: (id, token, lease)."""
        reply = []
        for item_id, token, lease in batch:
            item = self.items.get(item_id, {})
            if not self.holds(item_id, token) or "cid" in item:
                reply.append("lost")
                continue
            item["intent"] = self.now
            item["att"] = number(item, "att") + (0 if "counted" in item else 1)
            item["counted"] = 1
            if "looks" in item:
                item.pop("looks")
                item.pop("looked", None)
            self.place(item_id, "run", self.now + lease)
            self.touched[item_id] = True
            reply.append("ok")
        return reply

    def beat(self, item_id, token, lease):
        if not self.holds(item_id, token):
            return "lost"
        self.place(item_id, "run", self.now + lease)
        self.touched[item_id] = True
        return "ok"

    def end_lease(self, item):
        item["ltok"] = item.pop("tok")[:16]
        item.pop("counted", None)
        item["updated"] = self.now

    def again_or_lost(self, item_id, token):
        return "ok" if self.items.get(item_id, {}).get("ltok") == token[:16] else "lost"

    def give_back(self, item_id, token, line, delay):
        item = self.items.get(item_id)
        if not self.holds(item_id, token):
            return self.again_or_lost(item_id, token)
        self.end_lease(item)
        item.update(st="due", due=self.now + delay)
        self.place(item_id, "due:" + line, item["due"])
        self.bell = self.bell or not delay
        self.touched[item_id] = True
        return "ok"

    def settle(self, batch):
        """batch: verdicts, dicts of id token next delay count clear looked chat
        ticket error hold hold_ms event number heard with."""
        return [self.settle_one(verdict) for verdict in batch]

    def settle_one(self, v):
        item_id, news = v["id"], "." in v["id"]
        item = self.items.get(item_id)
        if not self.holds(item_id, v["token"]):
            return self.again_or_lost(item_id, v["token"])
        if not news and number(item, "seq") + 1 != v["number"]:
            return "lost"
        goes = v["next"]
        if ("cid" in item or v["chat"]) and line_of(goes) == "deliver":
            goes = "reconcile"
        if goes == "finished" and not news and not ("cid" in item or v["chat"]):
            return "a message without a chat cannot be finished"
        before, counted = item["stage"], "counted" in item
        self.end_lease(item)
        shows = self.learn(item, v)
        self.count(item, counted, v["count"], goes)
        self.lay(item_id, item, goes, v["delay"])
        if not news:
            self.tally_of(item, before, goes)
        self.touched[item_id] = True
        if news:
            self.news_ended(item_id, item, goes)
            return "ok"
        reads = before == "resolve" and (v["heard"], v["hold"]) == ("denied", "forbidden")
        said = self.judge("reconcile" if reads else line_of(before), v)
        self.bell = self.bell or said != "ok"
        self.message_settled(item_id, item, v, shows)
        return "ok" if said == "again" else said

    def learn(self, item, v):
        shows = bool(v["ticket"]) and number(item, "tid") != v["ticket"]
        if v["chat"] and "cid" not in item:
            item["cid"] = v["chat"]
            put_or_drop(item, "fnd", item["stage"] == "resolve" and 1)
        if v["ticket"]:
            item["tid"] = v["ticket"]
        if v["looked"]:
            item.update(looks=number(item, "looks") + 1, looked=self.now)
        if v["clear"] or "cid" in item:
            for name in ("intent", "looks", "looked"):
                item.pop(name, None)
        put_or_drop(item, "err", v["error"])
        item.pop("crash", None)
        return shows

    def count(self, item, counted, counts, goes):
        attempts = number(item, "att") + (counts and not counted) - (counted and not counts)
        if goes == "reconcile" and item["stage"] != "reconcile":
            attempts = 0
        put_or_drop(item, "att", max(0, attempts))

    def lay(self, item_id, item, goes, delay=0):
        if item["stage"] != goes:
            item.update(stage=goes, since=self.now)
        if goes == "buried":
            item["st"] = "dead"
            self.place(item_id, "dead", self.now)
        elif goes == "finished":
            item["st"] = "done"
            keep = number(item, "keep") or FACTS_MS
            self.place(item_id, "done" if "." not in item_id else None, self.now + keep)
        else:
            item.update(st="due", due=self.now + delay)
            self.place(item_id, "due:" + line_of(goes), item["due"])

    def tally_of(self, item, before, goes):
        if line_of(before) == "deliver" and goes == "reconcile":
            self.tally("delivered")
        elif goes == "finished":
            self.tally("linked" if "tid" in item else "unlinked")
        elif goes == "buried":
            self.tally("failed")

    def news_ended(self, item_id, item, goes):
        message = self.items[message_of(item_id)]
        self.log(message_of(item_id))
        state = {"finished": "sent", "buried": "failed"}.get(goes)
        self.show_news(message, item, state)
        if goes == "finished":
            self.ends["item:" + item_id] = self.now + GONE_MS

    def show_news(self, message, news, state):
        if state and message.get("cbn") == news["seq"]:
            message["cb"] = state
            self.touched[news["of"]] = True

    def message_settled(self, item_id, item, v, shows):
        if shows:
            item["up"] = self.upd[item_id] = self.now
        self.announce(item_id, item, v["event"])
        self.log(item_id)
        if item["keep"] == 0 and "cid" in item:
            self.bodies.pop(item_id, None)
        if (item["st"] == "due" and v["delay"] == 0) or v["event"]:
            self.bell = True

    def announce(self, item_id, item, event):
        change = number(item, "seq") + 1
        item["seq"] = change
        if not event:
            return
        item.update(cb="pending", cbn=change)
        news = self.items[f"{item_id}.{change}"] = {
            "kind": "news", "of": item_id, "form": "contact", "event": event,
            "nstate": event.rpartition(".")[2], "nat": self.now, "seq": change,
            "received": self.now, "acc": self.now, "st": "due", "stage": "callback",
            "due": self.now}
        news.update((name, item[name]) for name in ("cid", "tid") if name in item)
        self.place(f"{item_id}.{change}", "due:callback", self.now)
        self.touched[f"{item_id}.{change}"] = True

    def hold(self, reason, ms):
        """A person's word replaces any hold."""
        till = self.now + ms if ms else 0
        if reason == "operator":
            self.budget.update(hold_reason=reason, hold_until=till)
        else:
            self.lay_hold(reason, till)
        return "ok"

    def lay_hold(self, reason, till):
        """Any other never shortens another, and never replaces a person's."""
        known, old = self.budget.get("hold_reason"), number(self.budget, "hold_until")
        over = not known or (old and old <= self.now)
        if over or not (known == "operator" or old == 0 or old > till > 0):
            self.budget.update(hold_reason=reason, hold_until=till)
