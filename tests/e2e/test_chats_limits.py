"""More requests a minute than a key may make: the same words on both sides."""
import pytest

from harness.chats import KEYS, TARGETS, draft, make_relay, make_sandbox, relay_keys
from harness.openapi import Document

LIMIT = 3
MAKE = {
    "sandbox": lambda nursery, document: make_sandbox(nursery, document, "--rate-limit", str(LIMIT)),
    "relay": lambda nursery, document: make_relay(nursery, document, api={
        "keys": relay_keys(), "rate_limit": LIMIT}),
}


@pytest.fixture(params=TARGETS)
def target(request, nursery):
    return MAKE[request.param](nursery, Document())


def left(answer):
    assert int(answer.headers["X-Rate-Limit"]) == LIMIT
    assert answer.headers["ratelimit-limit"] == answer.headers["X-Rate-Limit"]
    assert answer.headers["ratelimit-remaining"] == answer.headers["X-Rate-Limit-Remaining"]
    assert 0 <= int(answer.headers["ratelimit-reset"]) <= 60
    return int(answer.headers["X-Rate-Limit-Remaining"])


def test_a_key_that_asks_too_often_is_told_how_long_to_wait(target):
    for remaining in reversed(range(LIMIT)):
        answer = target.ask("GET", "/chats")
        assert (answer.status_code, left(answer)) == (200, remaining)
    for method, path, more in (("GET", "/chats/none", {}), ("POST", "/chats", {"json": draft()})):
        answer = target.ask(method, path, **more)
        assert (answer.status_code, left(answer)) == (429, 0)
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert not answer.text.startswith("{")


def test_what_is_not_let_in_says_nothing_of_limits(target):
    assert target.ask("GET", "/chats", key=None).status_code == 401


def test_each_key_of_the_relay_has_a_limit_of_its_own(nursery):
    """Zendesk's, and so the sandbox's, is one for the account."""
    target = MAKE["relay"](nursery, Document())
    for _ in range(LIMIT + 1):
        last = target.ask("GET", "/chats")
    assert last.status_code == 429
    for key in set(KEYS) - {"administrator"}:
        assert target.ask("POST", "/chats", key=key, json=draft(key)).status_code != 429
