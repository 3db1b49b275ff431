"""Two servers that speak the Chats API: the sandbox and the relay, as a client
sees them, with the same chats in both."""
import http.client
import io
import time
import urllib.parse

import requests

from .openapi import Checked
from .relay import Relay
from .servers import Redis, Sandbox
from .waiting import wait_until

PATH = "/api/v2/chat"
TARGETS = ("sandbox", "relay")
SANDBOX_OPTIONS = ("--ticket-delay", "0", "--search-lag", "0")

# Who may what: the same on both, under the name that tests use. A key of the
# relay has at least 16 characters.
KEYS = {
    "owner": ("an-owners-own-key", "owner", ["read", "write"]),
    "administrator": ("an-administrators-key", "administrator", ["chat"]),
    "agent": ("an-agents-own-key", "agent", ["read", "write"]),
    "reader": ("a-key-that-may-only-read", "administrator", ["read"]),
    "writer": ("a-key-that-may-only-write", "administrator", ["write"]),
}


def relay_keys():
    return {name: {"key": key, "form": "contact", "role": role, "scopes": scopes}
            for name, (key, role, scopes) in KEYS.items()}


def sandbox_tokens():
    for key, role, scopes in KEYS.values():
        yield from ("--token", f"{key}:{role}:{','.join(scopes)}")


def draft(message="Good evening", name="Ada", email="ada@example.org", at=None, **more):
    """The body of Create Chat."""
    at = int(time.time()) if at is None else at
    day = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    return {
        "visitor": {"id": "1.12345", "name": name, "email": email, "phone": "", "notes": ""},
        "message": message, "type": "offline_msg", "timestamp": at,
        "session": {"id": "141009.655464.1KhqS0Nw", "start_date": day, "end_date": day,
                    "ip": "67.23.229.96", "user_agent": "Mozilla/5.0 (X11; Linux)",
                    "browser": "Safari", "platform": "Mac OS", "city": "Orlando",
                    "region": "Florida", "country_code": "US", "country_name": "United States"},
        **more}


class Target:
    """One of the two. names: the ids of chats a test has made, by a name."""

    def __init__(self, kind, url, document):
        self.kind = kind
        self.url = url
        self.http = Checked(document)
        self.names = {}

    def ask(self, method, path, key="administrator", headers=None, **more):
        """path is below /api/v2/chat, or a whole URL. key None: no token."""
        headers = dict(headers or {})
        if key:
            headers["Authorization"] = f"Bearer {KEYS[key][0] if key in KEYS else key}"
        url = path if path.startswith("http") else self.url + PATH + path
        return self.http.request(method, url, headers=headers, timeout=20, **more)

    def ask_raw(self, method, path, key="administrator"):
        """With a path that a better client would not send as it is."""
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=20)
        connection.request(method, PATH + path, headers={"Authorization": f"Bearer {KEYS[key][0]}"})
        came = connection.getresponse()
        answer = requests.Response()
        answer.status_code, answer.raw = came.status, io.BytesIO(came.read())
        answer.headers.update(came.getheaders())
        connection.close()
        return answer

    def create(self, called=None, **members):
        """A new offline message, and it must be taken: its JSON."""
        answer = self.ask("POST", "/chats", json=draft(**members))
        assert answer.status_code == 201, answer.text
        if called:
            self.names[called] = answer.json()["id"]
        return answer.json()

    def show(self, chat_id):
        answer = self.ask("GET", f"/chats/{urllib.parse.quote(chat_id, safe='')}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def search(self, query, **more):
        return self.ask("GET", "/chats/search", params={"q": query, **more})

    def wait_exported(self, url):
        """That page of the export once everything that was done so far is told of:
        what is new may be left for later, so one more chat is made and waited for."""
        last = self.create(message="the last one so far")["id"]
        wait_until(lambda: last in self.ask("GET", "/incremental/chats", params={
            "start_time": 0}).text, what="the newest chat to be exported")
        return self.ask("GET", url).json()

    def wait_found(self, query, count):
        """Until a search finds so many."""
        wait_until(lambda: self.search(query).json()["count"] == count,
                   what=f"{count} chats for {query!r}")


def make_sandbox(nursery, document, *options):
    sandbox = Sandbox(nursery, *SANDBOX_OPTIONS, *sandbox_tokens(), *options)
    target = Target("sandbox", sandbox.url, document)
    target.server = sandbox
    return target


def make_relay(nursery, document, sandbox=None, redis=None, **settings):
    """serve alone; with a sandbox also a worker that delivers to it."""
    redis = redis or Redis(nursery)
    relay = Relay(nursery, redis, sandbox, settings={
        "api": {"keys": relay_keys(), "rate_limit": 0}, **settings})
    if sandbox:
        relay.start_all()
    else:
        relay.write({**relay.settings, "destinations": {"support": {
            "base_url": "http://127.0.0.1:9", "token": "a-token-for-nobody"}}})
        relay.serve = relay.start("serve")
        relay.wait_ready()
    target = Target("relay", relay.url, document)
    target.server, target.redis = relay, redis
    return target
