"""The queue's functions as the relay calls them, on a Redis of the test's own:
the shipped text of src/queue/scripts, and no C between."""
import secrets

from .processes import ROOT

NAME = "support"
PLACES = ("due:deliver", "due:reconcile", "due:callback", "run", "dead", "done", "held")
DUE = PLACES[:3]


def library():
    texts = [path.read_text() for path in sorted((ROOT / "src/queue/scripts").glob("*.lua"))]
    text = "#!lua name=afterhours_2\nlocal CODE = 'random'\n" + "".join(texts)
    assert "UNTOLD_MS = 600000" in text
    return text.replace("UNTOLD_MS = 600000", "UNTOLD_MS = 20")


def key(*parts):
    return "{%s}" % NAME + "".join(parts)


def message_of(item):
    return item.split(".")[0]


class Moves:
    """Each move as one method; what Redis said is returned."""

    def __init__(self, client):
        self.redis = client
        self.redis.execute_command("FUNCTION", "LOAD", "REPLACE", library())

    def call(self, function, keys, *arguments):
        said = self.redis.execute_command("FCALL", "ah2_" + function, len(keys),
                                          *keys, *arguments)
        return said.decode() if isinstance(said, bytes) else said

    def item(self, item):
        return texts_of(self.redis.hgetall(key("item:", item)))

    def items(self):
        """Every one there is, a news that was told less than two minutes ago too."""
        names = list(self.redis.scan_iter(key("item:*"), count=1000))
        pipeline = self.redis.pipeline(transaction=False)
        for name in names:
            pipeline.hgetall(name)
        prefix = len(key("item:"))
        return {name.decode()[prefix:]: texts_of(found)
                for name, found in zip(names, pipeline.execute())}

    def now(self):
        seconds, micros = self.redis.time()
        return seconds * 1000 + micros // 1000

    def accept(self, item, held=False, idempotency="", print_="p", keep=86400000, mail="",
               age=0):
        keys = [key(name) for name in ("all", "due:deliver", "held", "meta", "bell", "at", "upd")]
        keys += [key("item:", item), key("body:", item), key("key:", idempotency),
                 key("mail:", mail)]
        facts = ["keep", keep, "form", "contact"]
        facts += ["key", idempotency] if idempotency else []
        facts += ["mail", mail] if mail else []
        (said,) = self.call("accept", keys, 0, item, int(held), idempotency, print_,
                            600000, mail, "{}", self.now(), self.now() - age, len(facts), *facts)
        return said[0].decode(), said[1].decode()

    def reserve(self, stage, count, lease):
        """What was taken: (id, token, fields, body)."""
        places = [key("due:", stage)]
        rest = [key("budget"), key("meta"), key("due:reconcile")]
        ids = self.call("peek", places + rest, stage, count, 0, "0.2")[2:]
        if not ids:
            return []
        ids = [each.decode() for each in ids]
        keys = places + [key("run")] + rest + [key("item:", each) for each in ids]
        keys += [key("body:", each) for each in ids] if stage == "deliver" else []
        tokens = [secrets.token_hex(16) for _ in ids]
        taken = self.call("reserve", keys, stage, len(ids), 0, "0.2", lease, *ids, *tokens)[2:]
        return [(each[0].decode(), each[1].decode(), fields(each[2]),
                 each[3] if len(each) > 3 else None) for each in taken]

    def intend(self, item, token, lease):
        (said,) = self.call("intend", [key("run"), key("item:", item)], item, token, lease)
        return said.decode()

    def beat(self, item, token, lease):
        return self.call("beat", [key("item:", item), key("run")], item, token, lease)

    def give_back(self, item, token, line):
        return self.call("give_back", [key("item:", item), key("run"), key("due:", line),
                                       key("bell")], item, token)

    def settle(self, item, token, verdict):
        news, number = "." in item, verdict["number"]
        other = message_of(item) if news else f"{item}.{number}"
        names = PLACES[3:4] + DUE + ("dead", "done", "budget", "meta", "bell", "upd")
        keys = [key(name) for name in names]
        keys += [key("item:", item), key("body:", item), key("log:", message_of(item)),
                 key("item:", other)]
        (said,) = self.call(
            "settle", keys, item, token, verdict["next"], verdict.get("delay", 0),
            int(verdict.get("count", True)), int(verdict.get("clear", False)),
            int(verdict.get("looked", False)), verdict.get("chat", ""),
            verdict.get("ticket", 0), verdict.get("error", ""), "rate_limit",
            verdict.get("hold_ms", 0), verdict.get("event", ""), number, "a line")
        return said.decode()

    def past(self, place):
        return [each.decode() for each in self.call("past", [key(place)], 50)]

    def reap(self, item, event):
        found = self.item(item)
        number = int(found.get("seq", 0)) + 1
        news = "." in item
        other = message_of(item) if news else f"{item}.{number}"
        names = ("run",) + DUE + ("dead", "meta", "bell")
        keys = [key("item:", item)] + [key(name) for name in names]
        keys += [key("log:", message_of(item)), key("item:", other)]
        return self.call("reap", keys, item, 3, "" if news else event, number, "lost", "a line")

    def replay(self, item, generation):
        keys = [key("item:", item), key("dead")] + [key(name) for name in DUE]
        keys += [key("bell"), key("item:", message_of(item))]
        return self.call("replay", keys, item, generation)

    def release(self, item):
        return self.call("release", [key("item:", item), key("held"), key("due:deliver"),
                                     key("bell")], item)

    def erase(self, mode, item):
        found = self.item(item)
        sequence = found.get("seq", "0")
        names = ("done", "all", "run") + DUE + ("dead", "held", "at", "upd")
        keys = [key("item:", item), key("body:", item), key("log:", item)]
        keys += [key("key:", found.get("key", "")), key("mail:", found.get("mail", ""))]
        keys += [key(name) for name in names]
        keys += [key(f"item:{item}.{i}") for i in range(1, int(sequence) + 1)]
        return self.call("erase", keys, mode, item, sequence, found.get("key", ""),
                         found.get("mail", ""))

    def mark(self, item, unread):
        return self.call("mark", [key("item:", item), key("upd")], item, int(unread))

    def meet(self, run_id, sure, lease):
        return self.call("meet", [key("meta")], run_id, int(sure), lease)


def texts_of(found):
    return {name.decode(): value.decode() for name, value in found.items()}


def fields(flat):
    """HGETALL's reply, with what reserve has put after it."""
    texts = [each.decode() for each in flat]
    return dict(zip(texts[::2], texts[1::2]))
