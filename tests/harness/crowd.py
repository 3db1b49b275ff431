"""Senders of every kind, in processes of their own and over bare sockets: as fast
as one machine's tests can be. What they were promised they write into a file."""
import dataclasses
import json
import multiprocessing
import multiprocessing.connection
import pathlib
import random
import socket
import urllib.parse

from .relay import ORIGIN

LINKS = 16         # connections of each process
REQUESTS = 2000    # on one connection, then it is closed and another is made
WATCHED = 4        # questions that are left open at a time
FILLER = "all work and no play makes a dull message. Größe, 日本語, ☕. " * 20
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclasses.dataclass
class Kind:
    """One way of handing in, or of getting it wrong. part: of a thousand."""
    name: str
    part: int
    status: int = 202  # what it must be answered


KINDS = (
    Kind("form", 380), Kind("json", 230), Kind("told", 200), Kind("keyed", 100),
    Kind("again", 20, 202),  # a keyed one once more: the same id
    Kind("api", 40, 201), Kind("broken json", 5, 400), Kind("wrong field", 10, 422),
    Kind("wrong origin", 5, 403), Kind("wrong type", 5, 415), Kind("no such form", 5, 404),
)
WRONG = frozenset(("broken json", "wrong field", "wrong origin", "wrong type", "no such form"))
API_KEY = "a-key-of-the-shop-for-the-soak"


def head(path, kind, length, *more):
    lines = [f"POST {path} HTTP/1.1", "Host: relay.example", f"Content-Type: {kind}",
             f"Content-Length: {length}", "Accept: application/json", *more]
    return "\r\n".join([*lines, "", ""]).encode()


def request(kind, number, chance):
    """The bytes of one request."""
    message = f"{number} " + FILLER[:chance.choice((20, 100, 300, 800, 1100))]
    fields = {"message": message, "email": f"n{number}@example.org", "name": "Ada"}
    origin, path, content = f"Origin: {ORIGIN}", "/f/contact", JSON
    more = [origin]
    if kind.name in ("told", "keyed", "again"):
        path = "/f/told"
    if kind.name in ("keyed", "again"):
        more.append(f"Idempotency-Key: soak-{number}")
    if kind.name == "api":
        path, more = "/api/v2/chat/chats", [f"Authorization: Bearer {API_KEY}"]
        fields = {"type": "offline_msg", "message": message, "timestamp": 1792666000,
                  "visitor": {"email": fields["email"], "name": "Ada"}, "session": {}}
    if kind.name == "wrong field":
        fields["email"] = "nobody"
    if kind.name == "wrong origin":
        more = ["Origin: https://elsewhere.example"]
    if kind.name == "wrong type":
        content = "text/plain"
    if kind.name == "no such form":
        path = "/f/nowhere"
    if kind.name == "form":
        content, body = FORM, urllib.parse.urlencode(fields).encode()
    else:
        body = json.dumps(fields).encode()
    if kind.name == "broken json":
        body = body[:-2]
    return head(path, content, len(body), *more) + body


class Link:
    """One connection; answers are read whole."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.left = REQUESTS
        self.rest = b""

    def send(self, data):
        self.left -= 1
        self.socket.sendall(data)

    def answer(self):
        """Its status, and its body; whether the connection goes on."""
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self.more()
        top, _, body = data.partition(b"\r\n\r\n")
        lower = top.lower()
        length = int(lower.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        while len(body) < length:
            body += self.more()
        self.rest = body[length:]
        if b"\r\nconnection: close" in lower:
            self.left = 0
        return int(top[9:12]), body[:length]

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the relay has closed the connection")
        return data

    def close(self):
        self.socket.close()


class Sender:
    """One process's share. Writes a line for each promise: its id, and whether its
    form has a callback. A line "!" says what was not as it must be."""

    def __init__(self, port, out, numbers, seed):
        self.port, self.out, self.numbers = port, out, numbers
        self.chance = random.Random(seed)
        self.links = [None] * LINKS
        self.watched = []
        self.keyed = None

    def run(self, crowd):
        while not crowd.over.is_set():
            crowd.may_send.wait()
            wave = [next(self.numbers, None) for _ in range(LINKS)]
            wave = [self.choose(number) for number in wave if number is not None]
            if not wave:
                break
            for place, (_, data) in enumerate(wave):
                self.link(place).send(data)
            for place, (kind, data) in enumerate(wave):
                self.hear(place, kind, data)
            with crowd.count.get_lock():
                crowd.count.value += len(wave)
        for link in [*self.links, *self.watched]:
            if link:
                link.close()
        self.out.close()

    def choose(self, number):
        kind = self.chance.choices(KINDS, [each.part for each in KINDS])[0]
        if kind.name == "again" and self.keyed:
            return kind, self.keyed
        data = request(kind, number, self.chance)
        return kind, data

    def link(self, place):
        link = self.links[place]
        if not link or link.left <= 0:
            if link:
                link.close()
            link = self.links[place] = Link(self.port)
        return link

    def hear(self, place, kind, data):
        status, body = self.links[place].answer()
        if status != kind.status:
            self.out.write(f"! {kind.name}: {status} {body[:200]!r}\n")
        elif kind.name == "api":
            self.out.write(f"{json.loads(body)['id']} api\n")
        elif kind.name not in WRONG:
            self.promised(kind, json.loads(body), data)

    def promised(self, kind, answer, data):
        has_callback = kind.name in ("told", "keyed", "again")
        self.out.write(f"{answer['id']} {'told' if has_callback else 'contact'}\n")
        if kind.name == "keyed":
            self.keyed = data
        chance = self.chance.random()
        if chance < 0.02:
            self.watch(answer["status_url"], chance)

    def watch(self, url, chance):
        """A question for its state: at once, when it changes, or as a stream of
        events; the answer is read later, or never."""
        how = ("Accept: application/json", "Prefer: wait=2",
               "Accept: text/event-stream")[int(chance * 150)]
        path = url.split("/", 3)[3]
        link = Link(self.port)
        link.send(f"GET /{path} HTTP/1.1\r\nHost: relay.example\r\n{how}\r\n\r\n".encode())
        self.watched.append(link)
        if len(self.watched) > WATCHED:
            first = self.watched.pop(0)
            if not first.more().startswith(b"HTTP/1.1 200 "):
                self.out.write("! a question for a state was not answered with 200\n")
            first.close()


class Crowd:
    """`count` requests from `size` processes, in `folder`."""

    def __init__(self, port, count, folder, first=0, size=2, seed=1):
        self.asked = count
        self.count = multiprocessing.Value("Q", 0)
        self.may_send, self.over = multiprocessing.Event(), multiprocessing.Event()
        self.may_send.set()
        self.paths = [pathlib.Path(folder) / f"promised-{first}-{each}" for each in range(size)]
        self.processes = [
            multiprocessing.Process(target=self.send, daemon=True, args=(
                port, path, range(first + each, first + count, size), seed + each))
            for each, path in enumerate(self.paths)]
        for process in self.processes:
            process.start()

    def send(self, port, path, numbers, seed):
        with path.open("w") as out:
            Sender(port, out, iter(numbers), seed).run(self)

    def flow(self, on):
        if on:
            self.may_send.set()
        else:
            self.may_send.clear()

    def stop(self):
        """What is sent already is still waited for."""
        self.over.set()
        self.may_send.set()

    def sending(self):
        return any(process.is_alive() for process in self.processes)

    def wait(self, timeout):
        """Until a sender has ended, or the time is over."""
        alive = [process.sentinel for process in self.processes if process.is_alive()]
        multiprocessing.connection.wait(alive, timeout)

    def promised(self):
        """{id: its kind} and what was not answered as it must be."""
        found, wrong = {}, []
        for process, path in zip(self.processes, self.paths):
            process.join()
            if process.exitcode:
                wrong.append(f"a sender ended with {process.exitcode}")
            for line in path.read_text().splitlines():
                if line.startswith("!"):
                    wrong.append(line[2:])
                else:
                    key, kind = line.split()
                    found[key] = kind
        return found, wrong
