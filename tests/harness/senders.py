"""Many senders at once, each keeping at it until its message is taken."""
import http.client
import json
import threading
import time

from .relay import ORIGIN
from .waiting import POLL


class Senders:
    """`count` messages from `threads` senders. Each message has an
    Idempotency-Key of its own and is sent again with it until a 202 comes, as a
    page's script does. accepted: the ids, by number; accepted_at: when, by
    id, in seconds of the wall clock; refusals: what came before.
    timeout: how long one answer is waited for, in seconds. keep: whether a sender
    keeps its connection."""

    def __init__(self, port, count, threads=8, first=0, timeout=20, keep=True):
        self.port = port
        self.timeout = timeout
        self.keep = keep
        self.accepted = {}
        self.accepted_at = {}
        self.refusals = {}
        self.lock = threading.Lock()
        self.numbers = iter(range(first, first + count))
        self.pause = threading.Event()
        self.gap, self.next_at = 0, 0
        self.given_up = threading.Event()
        self.threads = [threading.Thread(target=self._send_all, daemon=True)
                        for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def count(self):
        return len(self.accepted)

    def pace(self, rate):
        """So many new messages a second from now on; None: as fast as they can.
        What an outage has held up is made up for."""
        with self.lock:
            self.next_at = self.next_at or time.monotonic()
            self.gap = 1 / rate if rate else 0

    def enough(self):
        """No new ones; what is in hand is sent to its end."""
        with self.lock:
            self.numbers, self.gap = iter(()), 0

    def finish(self, timeout=120):
        for thread in self.threads:
            thread.join(timeout)
        alive = any(thread.is_alive() for thread in self.threads)
        self.given_up.set()
        assert not alive, f"only {self.count()} were taken; refusals: {self.refusals}"

    def _send_all(self):
        connection = None
        while True:
            number, wait = self._take()
            if number is None:
                return
            self.pause.wait(wait)
            while number not in self.accepted and not self.given_up.is_set():
                connection = self._try(connection, number)

    def _take(self):
        """The next number, and how long it has time."""
        with self.lock:
            wait = self.next_at - time.monotonic() if self.gap else 0
            self.next_at += self.gap
            return next(self.numbers, None), max(wait, 0)

    def _try(self, connection, number):
        """One attempt; the connection to go on with, or None."""
        connection = connection or http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=self.timeout)
        body = json.dumps({"message": f"message {number}", "email": f"n{number}@example.org"})
        try:
            connection.request("POST", "/f/contact", body, {
                "Content-Type": "application/json", "Origin": ORIGIN,
                "Idempotency-Key": f"message-{number}"})
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return self._refused(type(error).__name__)
        if answer.status == 202:
            self.accepted[number] = json.loads(text)["id"]
            self.accepted_at[self.accepted[number]] = time.time()
            if self.keep:
                return connection
        else:
            self._refused(answer.status)
        connection.close()
        return None

    def _refused(self, why):
        with self.lock:
            self.refusals[why] = self.refusals.get(why, 0) + 1
        self.pause.wait(POLL)
