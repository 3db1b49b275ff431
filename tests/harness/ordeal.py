"""A relay whose link to its destination goes wrong, by a sweep: what is to be
believed of it afterwards."""
import json
import re
import time

from .history import judge
from .proxy import TO_CLIENT, TO_SERVER
from .senders import Senders
from .waiting import wait_until

BUDGET, DEAD = "{support}budget", "{support}dead"
LOOK_S = 1  # between two looks of the operator


def find_request(data):
    """What a piece of data asks for that begins a request."""
    if data.startswith(b"POST "):
        return "create", 0
    if not data.startswith(b"GET "):
        return None
    return ("search" if b"/search?" in data[:64] else "ids"), 0


def length_of(story, way):
    """Of the first message that way; what follows on the same link is another."""
    head, end, _ = bytes(story.came[way]).partition(b"\r\n\r\n")
    said = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
    return len(head) + len(end) + (int(said[1]) if said else 0)


def bodies_of(story, way):
    """The JSON that left one side, and what came of it on the other; {} if it is none."""
    length = length_of(story, way)
    return [read(story.came[way][:length]), read(story.went[way][:length])]


def read(message):
    try:
        found = json.loads(bytes(message).partition(b"\r\n\r\n")[2])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def session_of(chat):
    session = chat.get("session")
    return session.get("id") if isinstance(session, dict) else None


def tickets_in(answer):
    """{session: ticket} of an answer to ids=."""
    docs = answer.get("docs")
    chats = docs.values() if isinstance(docs, dict) else docs or []
    return {str(session_of(chat)): chat.get("zendesk_ticket_id")
            for chat in chats if isinstance(chat, dict)}


class Damage:
    """What no receiver can notice, of messages that were corrupted into other
    ones that are as good. For these no promise is kept, and for no others."""

    def __init__(self, stories):
        self.owners = {}     # chats made of a damaged request: whose it was
        self.ids = set()     # were told another chat id
        self.tickets = set() # were told another ticket
        for story in stories:
            request = find_request(story.came[TO_SERVER])
            if request and story.fault.do == "corrupt":
                getattr(self, f"of_{request[0]}")(story)

    def of_create(self, story):
        sent, _ = bodies_of(story, TO_SERVER)
        made, told = bodies_of(story, TO_CLIENT)
        if story.fault.way == TO_SERVER and "id" in made:
            self.owners[made["id"]] = session_of(sent)
        if told.get("id") != made.get("id"):
            self.ids.add(session_of(sent))

    def of_search(self, story):
        """It is looked for again."""

    def of_ids(self, story):
        true, told = map(tickets_in, bodies_of(story, TO_CLIENT))
        for session, ticket in told.items():
            if session in true and true[session] != ticket:
                self.tickets.add(session)


class Ordeal:
    """Messages for as long as a sweep has faults, and an operator who resumes what
    is held and sends again what was refused. may_send: whether it is time for
    more of them."""

    def __init__(self, relay, redis, sandbox, receiver, sweep, may_send=lambda ordeal: True):
        self.relay, self.redis, self.sandbox, self.receiver = relay, redis, sandbox, receiver
        self.sweep, self.may_send = sweep, may_send
        self.accepted = {}
        self.ended = set()
        self.read = self.looked_at = 0

    def hear(self):
        """What was told since it was last asked."""
        fresh = self.receiver.seen[self.read:]
        self.read += len(fresh)
        for each in fresh:
            if each["type"] in ("submission.linked", "submission.unlinked"):
                self.ended.add(each["data"]["id"])

    def waiting(self):
        """How many have not come to rest."""
        self.hear()
        return len(self.accepted.keys() - self.ended)

    def send(self, count):
        senders = Senders(self.relay.port, count, first=len(self.accepted), keep=False)
        senders.finish()
        self.accepted.update(senders.accepted_at)

    def operate(self):
        """False: it is too early for that."""
        if time.monotonic() - self.looked_at < LOOK_S:
            return False
        if self.redis.client.hget(BUDGET, "hold_reason"):
            self.relay.run("resume", "support")
        if self.redis.client.zcard(DEAD):
            self.relay.run("replay", "--yes", "--state", "failed")
        self.looked_at = time.monotonic()
        return True

    def at_rest(self):
        """Whoever can be told is told: not of a chat whose id nobody knows."""
        if not self.waiting():
            return True
        if not self.operate():
            return False
        return self.accepted.keys() - self.ended <= Damage(self.sweep.stories()).ids

    def ready_for_more(self):
        self.operate()
        return self.may_send(self)

    def judged(self, batch=100):
        """Once all has come to rest: the verdict, without what nobody could know."""
        while not self.sweep.over():
            self.send(batch)
            wait_until(self.ready_for_more, 120, "time for more")
        wait_until(self.at_rest, 120, "every message to have come to rest")
        damage = Damage(self.sweep.stories())
        chats = [{**chat, "session_id": damage.owners.get(chat["id"], chat["session_id"])}
                 for chat in self.sandbox.chats()]
        found = judge(self.accepted, chats, list(self.receiver.seen))
        found["untold"] = [each for each in found["untold"] if each not in damage.ids]
        found["mistold"] = [each for each in found["mistold"] if each not in damage.tickets]
        return found
