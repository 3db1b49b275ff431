"""config/openapi.yaml against the operators' API of a running relay: each answer
that the document promises is asked for once, and each answer that comes is as it
is described."""
import hashlib
import re

import pytest

from harness.openapi import Checked, Document
from harness.processes import free_port
from harness.relay import Relay
from harness.servers import Redis, Sandbox
from harness.waiting import wait_until

DOCUMENT = Document()
OURS = "/v1/admin/"
PROMISED = {each for each in DOCUMENT.promised() if each[1].startswith(OURS)}
TOKENS = {"reader": "a-token-that-may-only-read", "worker": "a-token-that-may-operate"}
NOBODY = "support-00000000000000000000000000"
RATE = f"{OURS}replays/{NOBODY}/rate"


class Desk:
    """A relay, and questions of operators to it."""

    def __init__(self, nursery):
        tokens = {name: {"hash": hashlib.sha256(token.encode()).hexdigest()}
                  for name, token in TOKENS.items()}
        tokens["worker"]["roles"] = ["operate"]
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.redis = Redis(nursery)
        self.sandbox = Sandbox(nursery, "--ticket-delay", "0", "--search-lag", "0")
        self.relay = Relay(nursery, self.redis, self.sandbox, settings={
            "admin": {"listen": f"127.0.0.1:{port}", "tokens": tokens}})
        self.relay.start_all()
        self.http = Checked(DOCUMENT)

    def ask(self, method, path, who="worker", **more):
        headers = dict(more.pop("headers", {}))
        if who:
            headers["Authorization"] = f"Bearer {TOKENS.get(who, who)}"
        return self.http.request(method, self.url + path, headers=headers, timeout=20, **more)

    def fail(self, count):
        self.sandbox.fault("create", "422", count)
        accepted = [self.relay.accept(f"{n} of {count}", email=f"{n}@example.org")
                    for n in range(count)]
        for each in accepted:
            self.relay.wait_state(each, "failed")
        return [each["id"] for each in accepted]

    def quarantine(self, message):
        return self.relay.accept(message, email="s@example.org", _gotcha="x")["id"]


def visit_well(desk):
    """What goes well."""
    failed = desk.fail(3)
    desk.relay.wait_state(desk.relay.accept("This one goes"))
    for query in ("", "?limit=1", "?state=failed&since=1h&form=contact&destination=support",
                  "?reason=refuses&q=of&until=2100-01-01"):
        page = desk.ask("GET", f"{OURS}submissions{query}", "reader").json()
    desk.ask("GET", f"{OURS}submissions?limit=1&cursor={page['submissions'][0]['id'][-26:]}")
    for row in desk.ask("GET", f"{OURS}submissions").json()["submissions"]:
        desk.ask("GET", f"{OURS}submissions/{row['id']}", "reader")
    desk.ask("POST", f"{OURS}replays", json={"filter": {"state": "failed"}, "dry_run": True})
    desk.ask("POST", f"{OURS}replays", json={
        "ids": failed, "filter": {"email": "1@example.org"}, "dry_run": True})
    replay = desk.ask("POST", f"{OURS}replays", json={"ids": failed, "rate": 60}).json()
    desk.ask("GET", f"{OURS}replays/{replay['id']}", "reader")
    desk.ask("GET", f"{OURS}replays", "reader")
    for what in ("pause", "resume"):
        desk.ask("POST", f"{OURS}replays/{replay['id']}/{what}")
    desk.ask("POST", f"{OURS}replays/{replay['id']}/rate", json={"rate": 90})
    desk.ask("DELETE", f"{OURS}replays/{replay['id']}")
    desk.ask("POST", f"{OURS}replays", json={"ids": [failed[0], NOBODY]})
    for what in ("release", "discard"):
        desk.ask("POST", f"{OURS}submissions/{desk.quarantine(what)}/{what}")
    desk.ask("DELETE", f"{OURS}submissions/{failed[2]}")
    desk.ask("POST", f"{OURS}erasures", json={"email": "1@example.org"})
    for what in ("pause", "resume"):
        desk.ask("POST", f"{OURS}destinations/support/{what}")
    desk.ask("GET", f"{OURS}stats", "reader")
    for path in ("/livez", "/readyz", "/healthz?verbose"):
        desk.ask("GET", path, None)


def every_operation():
    """(method, path) of each, about nothing that is there."""
    for template in sorted({each[1] for each in PROMISED}):
        path = re.sub(r"\{[^}]*\}", "nobody" if "destinations" in template else NOBODY, template)
        for method in sorted(DOCUMENT.methods(template)):
            yield method, path


def visit_badly(desk):
    """Strangers, those who may not, and what is not there."""
    for method, path in every_operation():
        for who in (None, "a-token-that-nobody-knows", "reader", "worker"):
            desk.ask(method, path, who, **({"json": {}} if method == "POST" else {}))
        assert desk.ask("PATCH", path).status_code == 405
    desk.ask("POST", RATE, json={"rate": 30})
    for path in (f"{OURS}replays", RATE, f"{OURS}erasures"):
        desk.ask("POST", path, data="<a/>", headers={"Content-Type": "application/xml"})
        for body in ("{", "x" * 300_000):
            desk.ask("POST", path, data=body, headers={"Content-Type": "application/json"})
    desk.ask("GET", f"{OURS}submissions?state=lost")


def visit_without_redis(desk):
    desk.redis.kill()
    wait_until(lambda: desk.ask("GET", "/readyz", None).status_code == 503)
    bodies = {f"{OURS}replays": {"ids": [NOBODY]}, RATE: {"rate": None},
              f"{OURS}erasures": {"email": "a@b.example"}}
    for method, path in every_operation():
        more = {"json": bodies[path]} if method == "POST" and path in bodies else {}
        desk.ask(method, path.replace("nobody", "support"), **more)


@pytest.fixture(scope="module")
def seen(module_nursery):
    """(method, path, status) of all that was answered."""
    desk = Desk(module_nursery)
    visit_well(desk)
    visit_badly(desk)
    visit_without_redis(desk)
    return DOCUMENT.seen


@pytest.mark.parametrize("promise", sorted(PROMISED), ids=lambda each: "{} {} {}".format(*each))
def test_an_answer_comes_as_it_is_described(seen, promise):
    assert promise in seen
