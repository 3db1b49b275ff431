"""Each move of the queue as the bytes of its call, with the keys it must name,
and as what the ledger says of it."""
from .wire import DUE, PLACES, call, command, key

ACCEPT = [key(name) for name in ("all", "due:deliver", "held", "meta", "bell", "at", "upd")]
SETTLE = [key(name) for name in ("run", *DUE, "dead", "done", "budget", "meta", "bell", "upd")]
ERASE = [key(name) for name in ("done", "all", "run", *DUE, "dead", "held", "at", "upd")]
TALLY = [key(name) for name in (*PLACES[:5], "done", "held", "budget", "meta")]
DUE_KEYS = [key(name) for name in DUE]
REAP = [key(name) for name in ("run", *DUE, "dead", "meta", "bell")]


def message_of(item_id):
    return item_id.partition(".")[0]


def item_key(item_id):
    return key("item:", item_id)


class Moves:
    """Calls to be sent, the reply each must have, who wants to hear it, and how
    many items each is about (of a reservation: how many it takes). The ledger is
    changed as they are added."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.calls, self.replies, self.hear, self.count = [], [], [], 0
        self.after_each = None

    def add(self, sent, reply, hear=None, count=1):
        self.calls.append(sent)
        self.replies.append(reply)
        self.hear.append(hear)
        self.count += count
        if self.after_each:
            self.after_each()

    def step(self, now):
        self.add(call("ah_step", [], now), self.ledger.step(now), count=0)

    @staticmethod
    def words_of(new):
        """The keys of one that is accepted, and its words."""
        facts = ["keep", new["keep"], "form", "contact"]
        facts += ["key", new["key"]] if new["key"] else []
        facts += ["mail", new["mail"]] if new["mail"] else []
        keys = [item_key(new["id"]), key("body:", new["id"]), key("key:", new["key"]),
                key("mail:", new["mail"]), key("gone:", new["id"])]
        return keys, [new["id"], int(new["held"]), new["key"], new["print"], new["ttl"],
                      new["mail"], "{}", new["received"], new["at"], len(facts), *facts]

    def accept(self, batch, depth=0, hear=None, cells=0):
        keys, words = list(ACCEPT), [depth, cells]
        for new in batch:
            some, said = self.words_of(new)
            keys += some
            words += said
        self.add(call("ah3_accept", keys, *words), self.ledger.accept(depth, batch, cells),
                 hear,
                 len(batch))

    def bring(self, batch, depth, hear=None):
        keys, words = list(ACCEPT), [depth, 1]
        for new in batch:
            some, said = self.words_of(new)
            keys += some + [key("gone:", new["key"]), key("gone:", new["mail"]),
                            key("as:", new["id"])]
            words += [int(new["doubt"]), *said]
        self.add(call("ah3_bring", keys, *words), self.ledger.bring(depth, batch), hear,
                 len(batch))

    def also(self, item_id, other, ttl):
        self.add(call("ah3_also", [key("as:", other), key("gone:", other)], item_id, ttl),
                 self.ledger.also(item_id, other, ttl))

    def gone(self, item_id, name):
        keys = [key("gone:", item_id), key("as:", item_id)]
        keys += [key("key:", name), key("gone:", name)] if name else []
        self.add(call("ah3_gone", keys, item_id), self.ledger.gone(item_id, name))

    def person_gone(self, mail, waiting):
        self.add(call("ah3_gone", [key("gone:", mail)], ""),
                 self.ledger.person_gone(mail, waiting))

    def accept_refused(self, batch):
        """When memory is full: none of it, and the sender hears of it."""
        new = batch[0]
        keys = [*ACCEPT, item_key(new["id"]), key("body:", new["id"]),
                key("key:", new["key"]), key("mail:", ""), key("gone:", new["id"])]
        self.add(call("ah3_accept", keys, 0, 0, new["id"], 0, new["key"], "p", 1000, "", "{}",
                      new["received"], new["at"], 2, "keep", 0), "OOM")

    def peek(self, line, most, limits, access, hear):
        keys = [key("due:", line), key("budget"), key("meta"), key("due:reconcile"),
                key("due:deliver")]
        self.add(call("ah3_peek", keys, line, most, *limits, access),
                 self.ledger.peek(line, most, *limits, access), hear)

    def reserve(self, line, tokens, limits, lease, access, hear):
        ids = list(tokens)
        keys = [key("due:", line), key("run"), key("budget"), key("meta"),
                key("due:reconcile"), *map(item_key, ids)]
        keys += [key("body:", each) for each in ids] if line == "deliver" else []
        rows = self.ledger.reserve(line, limits, lease, tokens, access)
        self.add(call("ah3_reserve", keys, line, len(ids), *limits, lease, *ids,
                      *tokens.values(), access), ("rows", rows), hear, max(1, len(rows) - 2))

    def intend(self, batch, hear=None):
        words = [word for each in batch for word in each]
        self.add(call("ah3_intend", [key("run"), *(item_key(each[0]) for each in batch)],
                      *words), self.ledger.intend(batch), hear, len(batch))

    def beat(self, item_id, token, lease):
        self.add(call("ah3_beat", [item_key(item_id), key("run")], item_id, token, lease),
                 self.ledger.beat(item_id, token, lease))

    def give_back(self, item_id, token, line, delay):
        keys = [item_key(item_id), key("run"), key("due:", line), key("bell")]
        self.add(call("ah3_give_back", keys, item_id, token, *([delay] if delay else [])),
                 self.ledger.give_back(item_id, token, line, delay))

    def settle(self, batch):
        keys, words = list(SETTLE), []
        for v in batch:
            item_id, message = v["id"], message_of(v["id"])
            other = message if "." in item_id else f"{item_id}.{v['number']}"
            keys += [item_key(item_id), key("body:", item_id), key("log:", message),
                     item_key(other)]
            words += [item_id, v["token"], v["next"], v["delay"], int(v["count"]),
                      int(v["clear"]), int(v["looked"]), v["chat"], v["ticket"], v["error"],
                      v["hold"], v["hold_ms"], v["event"], v["number"], "a line",
                      v["heard"], v["with"]]
        self.add(call("ah3_settle", keys, *words), self.ledger.settle(batch), None, len(batch))

    def past(self, place):
        self.add(call("ah3_past", [key(place)], 50), self.ledger.past(place, 50))

    def reap(self, item_id, limit, event, number):
        message = message_of(item_id)
        other = message if "." in item_id else f"{item_id}.{number}"
        keys = [item_key(item_id), *REAP, key("log:", message), item_key(other)]
        self.add(call("ah3_reap", keys, item_id, limit, event, number, "lost", "a line"),
                 self.ledger.reap(item_id, limit, event, number))

    def replay(self, item_id, generation, by="r0"):
        keys = [item_key(item_id), key("dead"), *DUE_KEYS, key("bell"),
                item_key(message_of(item_id))]
        reply = self.ledger.replay(item_id, generation, by)
        self.add(call("ah3_replay", keys, item_id, generation, by), reply)
        return reply

    def release(self, item_id):
        keys = [item_key(item_id), key("held"), key("due:deliver"), key("bell")]
        self.add(call("ah3_release", keys, item_id), self.ledger.release(item_id))

    def erase(self, mode, item_id, sequence, name, mail):
        keys = [item_key(item_id), key("body:", item_id), key("log:", item_id),
                key("key:", name), key("mail:", mail), *ERASE]
        keys += [item_key(f"{item_id}.{i}") for i in range(1, sequence + 1)]
        reply = self.ledger.erase(mode, item_id, sequence, name, mail)
        self.add(call("ah3_erase", keys, mode, item_id, sequence, name, mail), reply)
        return reply

    def mark(self, item_id, unread):
        self.add(call("ah3_mark", [item_key(item_id), key("upd")], item_id, int(unread)),
                 self.ledger.mark(item_id, unread))

    def hold(self, reason, ms):
        self.add(call("ah3_hold", [key("budget")], reason, ms), self.ledger.hold(reason, ms))

    def resume(self):
        self.add(call("ah3_resume", [key("budget"), key("bell")]), self.ledger.resume())

    def renew(self, token):
        self.add(call("ah3_renew", [key("budget"), key("bell")], token), self.ledger.renew(token))

    def stop_callbacks(self, form, name):
        self.add(call("ah3_stop_callbacks", [key("meta")], form, name),
                 self.ledger.stop_callbacks(form, name))

    def start_callbacks(self, form):
        self.add(call("ah3_start_callbacks", [key("meta")], form),
                 self.ledger.start_callbacks(form))

    def meet(self, run_id, sure, lease):
        self.add(call("ah3_meet", [key("meta")], run_id, int(sure), lease),
                 self.ledger.meet(run_id, sure, lease))

    def report(self, seen, left, reset, limits, breaker):
        good, bad, lost = seen
        self.add(call("ah3_report", [key("budget"), key("bell")], good, bad, left, reset, *limits,
                      *breaker, lost), self.ledger.report(seen, left, reset, limits, breaker))

    def access_take(self, name, asks, hear):
        """asks: lock, number of a token that is doubted, lease, by which client."""
        self.add(call("ah3_access_take", [key("access:", name), key("budget")], *asks),
                 self.ledger.access_take(name, *asks), hear)

    def access_store(self, name, fresh, hear=None):
        """fresh: the number it follows, token, refresh token, lifetime."""
        keys = [key("access:", name), key("budget"), key("bell")]
        self.add(call("ah3_access_store", keys, *fresh),
                 self.ledger.access_store(name, *fresh), hear)

    def access_fail(self, name, said, hear=None):
        """said: lock, number, what, ms, why, by."""
        self.add(call("ah3_access_fail", [key("access:", name), key("budget")], *said),
                 self.ledger.access_fail(name, *said), hear)

    def tally(self, limits):
        self.add(call("ah3_tally", TALLY, *limits), self.ledger.counts(*limits))

    def replay_add(self, list_id, before, entries):
        self.add(call("ah3_replay_add", ["{@}todo:" + list_id], before, *entries),
                 self.ledger.replay_add(list_id, before, entries))

    def replay_start(self, list_id, by, rate, total):
        keys = ["{@}replay:" + list_id, "{@}replays", "{@}known", "{@}todo:" + list_id]
        self.add(call("ah3_replay_start", keys, list_id, by, rate, total),
                 self.ledger.replay_start(list_id, by, rate, total))

    def replay_take(self, list_id, runner, lease, most, hear):
        keys = ["{@}replay:" + list_id, "{@}todo:" + list_id, "{@}replays"]
        self.add(call("ah3_replay_take", keys, list_id, runner, lease, most),
                 self.ledger.replay_take(list_id, runner, lease, most), hear)

    def replay_note(self, list_id, runner, at, done, replayed):
        self.add(call("ah3_replay_note", ["{@}replay:" + list_id], runner, at, done, replayed),
                 self.ledger.replay_note(list_id, runner, at, done, replayed))

    def replay_stop(self, list_id):
        keys = ["{@}replay:" + list_id, "{@}todo:" + list_id, "{@}replays"]
        self.add(call("ah3_replay_stop", keys, list_id), self.ledger.replay_stop(list_id))

    def replay_pause(self, list_id):
        self.add(call("ah3_replay_pause", ["{@}replay:" + list_id, "{@}replays"], list_id),
                 self.ledger.replay_pause(list_id))

    def replay_resume(self, list_id):
        self.add(call("ah3_replay_resume", ["{@}replay:" + list_id, "{@}replays"], list_id),
                 self.ledger.replay_resume(list_id))

    def replay_rate(self, list_id, rate):
        self.add(call("ah3_replay_rate", ["{@}replay:" + list_id], rate),
                 self.ledger.replay_rate(list_id, rate))

    def replay_fates(self, ids):
        self.add(call("ah3_replay_fates", [item_key(each) for each in ids]),
                 self.ledger.replay_fates(ids))

    def take_bell(self):
        rung, self.ledger.bell = self.ledger.bell, False
        self.add(command("LPOP", key("bell")), "1" if rung else None, count=0)
