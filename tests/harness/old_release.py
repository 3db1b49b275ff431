"""A process of a released version, as far as Redis and Zendesk can tell one: it
accepts, delivers, looks, asks for tickets and reaps by the functions of that
version and no others. The text of its library is kept in e2e/samples/queue, and
the calls below are spelled as that version spells them: both stay as they are
when the functions change."""
import json
import random
import threading
import time

import redis
import requests

from .processes import ROOT
from .waiting import POLL
from .wire import key

SAMPLES = ROOT / "tests/e2e/samples/queue"
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LEASE, LOOK_MS, TICKET_MS = 1000, 1200, 200
OWN_S = 0.5  # a post begins no later than that after its reservation
LINES = ("deliver", "reconcile")
LIMITS = (0, "0.200")  # no budget
PLACES = [key(name) for name in ("run", "due:deliver", "due:reconcile", "due:callback", "dead")]
# What becomes of a worker with an item: it goes on, or it dies after a step. Once
# for each item at most: what loses four workers in a row is set aside.
FATES = ("lives",) * 15 + ("reserved", "intended", "posted")


def released():
    """The numbers of the versions of which there is a sample."""
    return sorted(int(path.stem.rpartition("_")[2]) for path in SAMPLES.glob("afterhours_*.txt"))


def new_id():
    now, letters = int(time.time() * 1000), []
    for _ in range(10):
        letters.append(DIGITS[now & 31])
        now >>= 5
    return ("support-" + "".join(reversed(letters))
            + "".join(random.choice(DIGITS) for _ in range(16)))


class OldRelease:
    """Works in a thread of its own from start() to stop(). Now and then the worker
    it plays dies, and what it had is left to whoever reaps it. broken: answers that
    no function may give; they are the test's business."""

    def __init__(self, store, sandbox, number, seed=0):
        self.client = redis.Redis(unix_socket_path=str(store.socket), decode_responses=True)
        self.sandbox, self.number = sandbox, number
        self.http = requests.Session()
        self.random = random.Random(seed)
        self.accepted_at, self.broken = {}, []
        self.settled = dict.fromkeys(("reconcile", "finished", "resolve"), 0)
        self.victims = set()
        self.over, self.thread = threading.Event(), None
        self.load()
        self.call("meet", [key("meta")], self.client.info()["run_id"], 1, LEASE)

    def load(self):
        text = (SAMPLES / f"afterhours_{self.number}.txt").read_text()
        self.client.execute_command("FUNCTION", "LOAD", "REPLACE", text)

    def call(self, name, keys, *words):
        return self.client.fcall(f"ah{self.number}_{name}", len(keys), *keys, *words)

    # -- as serve

    def accept(self, count, first=0):
        keys = [key(name) for name in ("all", "due:deliver", "held", "meta", "bell", "at", "upd")]
        words, ids = [0], [new_id() for _ in range(count)]
        now = int(time.time() * 1000)
        for number, each in enumerate(ids, first):
            body = {"type": "offline_msg", "message": f"message {number}", "timestamp": now // 1000,
                    "visitor": {"email": f"n{number}@example.org", "name": "", "phone": ""},
                    "session": {"id": each, "start_date": "2026-01-02T03:04:05Z"}}
            facts = ["keep", 3600000, "form", "contact"]
            keys += [key("item:", each), key("body:", each), key("key:", ""), key("mail:", "")]
            words += [each, 0, "", "p", 1, "", json.dumps(body), now, now, len(facts), *facts]
        said = self.call("accept", keys, *words)
        assert said == [["new", each] for each in ids], said
        self.accepted_at.update(dict.fromkeys(ids, time.time()))

    # -- as work

    def start(self):
        self.over.clear()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def stop(self):
        self.over.set()
        self.thread.join(30)
        assert not self.broken, self.broken[:3]

    def close(self):
        self.http.close()
        self.client.close()

    def run(self):
        while not self.over.wait(POLL):
            try:
                self.reap()
                for line in LINES:
                    self.turn(line)
            except (redis.RedisError, requests.RequestException, AssertionError,
                    LookupError, ValueError) as error:
                self.broken.append(repr(error))

    def turn(self, line):
        found = self.call("peek", [key("due:", line), key("budget"), key("meta"),
                                   key("due:reconcile"), key("due:deliver")], line, 4, *LIMITS)
        if len(found) == 2:
            return
        ids = found[2:]
        tokens = [f"{self.random.getrandbits(128):032x}" for _ in ids]
        keys = [key("due:", line), key("run"), key("budget"), key("meta"), key("due:reconcile"),
                *(key("item:", each) for each in ids)]
        keys += [key("body:", each) for each in ids] if line == "deliver" else []
        began = time.monotonic()
        rows = self.call("reserve", keys, line, len(ids), *LIMITS, LEASE, *ids, *tokens)[2:]
        for item, token, flat, *body in rows:
            fields = dict(zip(flat[::2], flat[1::2]))
            if time.monotonic() - began > OWN_S:
                self.give_back(item, token, line)
            elif self.dies(item, "reserved"):
                continue
            elif line == "reconcile":
                self.ask_for_ticket(item, token, fields)
            else:
                self.deliver(item, token, fields, body[0])

    def dies(self, item, at):
        if item in self.victims or self.random.choice(FATES) != at:
            return False
        self.victims.add(item)
        return True

    def give_back(self, item, token, line):
        said = self.call("give_back", [key("item:", item), key("run"), key("due:", line),
                                       key("bell")], item, token)
        assert said in ("ok", "lost"), said

    def chat_of(self, item):
        return next((each for each in self.sandbox.chats() if each["session_id"] == item), None)

    def deliver(self, item, token, fields, body):
        chat = None
        if fields["stage"] == "resolve" or "intent" in fields:
            chat = self.chat_of(item)
            if not chat and time.time() * 1000 - int(fields["intent"]) < LOOK_MS:
                self.settle(item, token, fields, "resolve", delay=LOOK_MS, looked=1)
                return
        if not chat:
            said = self.call("intend", [key("run"), key("item:", item)], item, token, LEASE)
            assert said in (["ok"], ["lost"]), said
            if said == ["lost"] or self.dies(item, "intended"):
                return
            chat = self.post(body)
        if chat and not self.dies(item, "posted"):
            self.settle(item, token, fields, "reconcile", delay=TICKET_MS, clear=1,
                        chat=chat["id"])

    def post(self, body):
        """None: the answer was lost."""
        try:
            answer = self.http.post(
                f"{self.sandbox.url}/api/v2/chat/chats", data=body.encode(), timeout=0.4, headers={
                    "Authorization": f"Bearer {self.sandbox.TOKEN}",
                    "Content-Type": "application/json"})
            return answer.json() if answer.status_code < 300 else None
        except requests.RequestException:
            return None

    def ask_for_ticket(self, item, token, fields):
        ticket = self.chat_of(item)["ticket_id"]
        if ticket:
            self.settle(item, token, fields, "finished", ticket=ticket, event="submission.linked")
        else:
            self.settle(item, token, fields, "reconcile", delay=TICKET_MS)

    def settle(self, item, token, fields, to, **more):
        """more: what a verdict says besides where next."""
        number = int(fields.get("seq", 0)) + 1
        keys = [*PLACES, key("done"), key("budget"), key("meta"), key("bell"), key("upd"),
                key("item:", item), key("body:", item), key("log:", item),
                key("item:", f"{item}.{number}")]
        said = self.call("settle", keys, item, token, to, more.get("delay", 0), 1,
                         more.get("clear", 0), more.get("looked", 0), more.get("chat", ""),
                         more.get("ticket", 0), "", "none", 0, more.get("event", ""), number,
                         f"played version {self.number}")
        assert said in (["ok"], ["lost"]), said
        self.settled[to] += said == ["ok"]

    # -- as the janitor

    def reap(self):
        for item in self.call("past", [key("run")], 50):
            number = int(self.client.hget(key("item:", item), "seq") or 0) + 1
            message = item.partition(".")[0]
            other = message if "." in item else f"{item}.{number}"
            self.call("reap", [key("item:", item), *PLACES, key("meta"), key("bell"),
                               key("log:", message), key("item:", other)],
                      item, 9, "", number, "lost", "lease ran out")
