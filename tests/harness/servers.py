"""The two neighbours of the relay: Redis, and the pretend Zendesk."""
import os
import signal
import time

import redis
import requests

from .processes import free_port
from .waiting import wait_until


CUT = "truncated file is not the last file"


class Redis:
    """A redis-server that has on disk what it has answered for."""

    def __init__(self, nursery, fsync="always", name="redis", options=(), under=()):
        """options: more of redis-server's; under: a program that starts it."""
        self.nursery = nursery
        self.name = name
        self.socket = nursery.folder / f"{name}.sock"
        self.fsync = fsync
        self.options = options
        self.under = under
        self.url = f"unix://{self.socket}"
        self.client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=10)
        self.start()

    def start(self, wait=True):
        """Again, as a supervisor would, when it died while its file was written anew,
        and finds that what it had before is cut off: then it mends that and ends."""
        self.launch()
        if wait:
            wait_until(self.answers_or_ends, what="redis-server to answer")
            if not self.process.running() and self.process.logged(CUT):
                self.launch()
                wait_until(self.answers, what="redis-server to answer")

    def launch(self):
        folder = self.nursery.folder / self.name
        folder.mkdir(exist_ok=True)
        self.process = self.nursery.start(self.name, [
            *self.under, "redis-server", "--port", "0", "--unixsocket", self.socket,
            "--dir", folder, "--save", "", "--appendonly", "yes",
            "--appendfsync", self.fsync, *self.options])

    def answers_or_ends(self):
        return self.answers() or not self.process.running()

    def answers(self):
        try:
            return self.client.ping()
        except redis.exceptions.RedisError:
            return False

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.stop()


class Sandbox:
    """The pretend Zendesk Chat, and what it has seen."""

    TOKEN = "a-token-for-the-sandbox"

    def __init__(self, nursery, *options):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = nursery.afterhours(
            "sandbox", "sandbox", "--listen", f"127.0.0.1:{self.port}",
            "--token", self.TOKEN, *options)
        self.http = requests.Session()
        nursery.sessions.append(self.http)
        wait_until(self.stats, what="the sandbox to answer")

    def stats(self):
        answer = self.http.get(f"{self.url}/_sandbox/stats", timeout=10)
        answer.raise_for_status()
        return answer.json()

    def chats(self):
        """Every chat there is: id and the session_id we gave."""
        answer = self.http.get(f"{self.url}/_sandbox/chats", timeout=60)
        answer.raise_for_status()
        found = answer.json()
        return found["chats"] if isinstance(found, dict) else found

    def wait_second(self):
        """Until the change feed tells of all that was done: it leaves the second
        that runs for later."""
        second = int(time.time())
        wait_until(lambda: int(time.time()) > second, what="the next second")

    def fault(self, on, do, count=1, **more):
        """The next `count` requests of that kind go wrong that way."""
        answer = self.http.post(f"{self.url}/_sandbox/faults", timeout=10,
                                json={"on": on, "do": do, "count": count, **more})
        assert answer.ok, answer.text

    def keep(self, chats):
        """Any chats, as if they had been there before."""
        answer = self.http.post(f"{self.url}/_sandbox/chats", timeout=30, json=chats)
        assert answer.ok, answer.text

    def manner(self, **values):
        """How it answers from now on what the reference leaves open."""
        answer = self.http.put(f"{self.url}/_sandbox/manner", timeout=10, json=values)
        assert answer.ok, answer.text
