"""The spill journal behind every way in: forms, the Chats API and the command line
take messages while Redis is away, and whoever asks for one is never told that it is
unknown."""
import fcntl
import json

import pytest

from harness.chats import draft, relay_keys
from harness.history import assert_exactly_once
from harness.journal import away, drained, files, folder
from harness.waiting import wait_until

KEY = {"Authorization": "Bearer an-administrators-key"}
SUBMIT = ("submit", "--form", "contact")


@pytest.fixture
def relay(make_relay):
    return make_relay(journal={"enabled": True}, redis={"timeout": "1s"},
                      api={"keys": relay_keys()}, forms={"contact": {"dedupe_window": "10m"}})


def create(relay, message="Good evening", **headers):
    return relay.http.post(f"{relay.url}/api/v2/chat/chats", json=draft(message, at=1700000000),
                           headers={**KEY, **headers}, timeout=20)


def show(relay, chat):
    return relay.http.get(f"{relay.url}/api/v2/chat/chats/{chat['id']}", headers=KEY, timeout=20)


def test_a_chat_created_while_redis_is_away_is_promised_once_and_found(relay, redis, sandbox):
    relay.start_all()
    away(relay, redis)
    key = {"Idempotency-Key": "a-programs-own-key"}
    first, again = create(relay, **key), create(relay, **key)
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true" and again.json() == first.json()
    assert first.json()["session"]["id"] == draft()["session"]["id"]
    assert create(relay, "other words", **key).status_code == 422
    twice = [create(relay, "a double click").json()["id"] for _ in range(2)]
    assert twice[0] == twice[1], "the form's dedupe_window holds too"
    unread = show(relay, first.json())
    assert unread.status_code == 503 and int(unread.headers["Retry-After"]) >= 1
    redis.start()
    drained(relay)
    assert wait_until(lambda: show(relay, first.json()).json()["message"]) == "Good evening"
    assert create(relay, **key).json()["id"] == first.json()["id"]
    wait_until(lambda: len(sandbox.chats()) >= 2, what="both to be delivered")
    assert_exactly_once([first.json()["id"], twice[0]], sandbox.chats())


def test_what_waits_in_a_file_of_somebody_else_is_not_unknown(relay, redis, sandbox):
    """The test stands for another process that has the file."""
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    away(relay, redis)
    chat, form = create(relay).json(), relay.accept("hello")
    assert serve.stop() == 0
    [path] = files(relay)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        redis.start()
        relay.start_all()
        assert show(relay, chat).status_code == 503
        answer = relay.http.get(form["status_url"], timeout=20)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    drained(relay)
    relay.wait_state(form)
    assert show(relay, chat).status_code == 200
    gone = {"id": chat["id"][:-1] + ("0" if chat["id"][-1] != "0" else "1")}
    assert show(relay, gone).status_code == 404
    assert_exactly_once([chat["id"], form["id"]], sandbox.chats())


def test_submit_leaves_with_serve_what_redis_cannot_take(relay, redis, sandbox):
    relay.start_all()
    away(relay, redis)
    one = relay.run(*SUBMIT, "message=one", "email=a@example.org")
    assert one.returncode == 0, one.stderr
    assert "1 of the accepted wait on this machine's disk" in one.stderr
    path = relay.nursery.folder / "many.ndjson"
    path.write_text("".join(
        json.dumps({"message": f"number {n}", "email": "b@example.org"}) + "\n"
        for n in [*range(100), 7]))
    many = relay.run(*SUBMIT, "--file", path, "--json")
    assert many.returncode == 0, many.stderr
    lines = [json.loads(line) for line in many.stdout.splitlines()]
    assert {line["durability"] for line in lines} == {"journal"} and len(lines) == 101
    told = {line["line"]: line["id"] for line in lines}
    assert told[101] == told[8], "a repetition is the same one"
    ids = [one.stdout.split()[0], *dict.fromkeys(line["id"] for line in lines)]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files(relay))
    redis.start()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) >= len(ids), 60, "all to be delivered")
    assert_exactly_once(ids, sandbox.chats())
    there = json.loads(relay.run(*SUBMIT, "--json", "message=x", "email=c@example.org").stdout)
    assert there["durability"] == "disk"


def test_submit_promises_nothing_that_no_serve_would_find(relay, redis):
    """The folder is made by serve, with its user: without it nobody reads what is left."""
    redis.kill()
    refused = relay.run(*SUBMIT, "message=one", "email=a@example.org")
    assert refused.returncode == 69 and not folder(relay).exists()
    for words in ("Redis is away", "the journal cannot take it either", "journal.enabled makes it"):
        assert words in refused.stderr, refused.stderr
    relay.write({**relay.settings, "journal": {"enabled": False}})
    refused = relay.run(*SUBMIT, "message=one", "email=a@example.org")
    assert refused.returncode == 69 and "journal" not in refused.stderr
