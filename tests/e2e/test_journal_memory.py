"""What comes late from a journal: a message that was forgotten or erased meanwhile
does not come back, and whoever was given a second id finds the message by it."""
import fcntl
import re

import pytest
import requests

from harness.history import assert_exactly_once
from harness.journal import away, drained, files, folder, lay, leave_behind, records
from harness.relay import ORIGIN
from harness.waiting import wait_until

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
KEY = {"Idempotency-Key": "a-key-of-the-sender"}


@pytest.fixture
def relay(make_relay):
    return make_relay(journal={"enabled": True}, redis={"timeout": "1s"},
                      destinations={"support": {"retry": {"give_up": "100d"}}})


def aged(message, ms):
    return {**message, "received_at": message["received_at"] - ms}


def fresh_connection(relay, **headers):
    """Each may come to another of the processes."""
    return requests.post(f"{relay.url}/f/contact", timeout=20, headers={
        "Origin": ORIGIN, **KEY, **headers}, json={"message": "twice", "email": "a@example.org"})


def two_promises(relay):
    """The same message with the same key, to two processes: two ids."""
    given = {}

    def both():
        answer = fresh_connection(relay)
        assert answer.status_code == 202, answer.text
        given.setdefault(answer.json()["id"], answer.json())
        return len(given) == 2
    wait_until(both, what="two processes to have taken it")
    return list(given.values())


def twins(relay, redis):
    for number in range(2):
        relay.start("serve", "--child", name=f"serve-{number}")
    relay.wait_ready()
    away(relay, redis)
    promises = two_promises(relay)
    redis.start()
    drained(relay)
    [kept] = [each for each in promises if redis.client.exists("{support}item:" + each["id"])]
    [other] = [each for each in promises if each != kept]
    return kept, other


def test_both_ids_of_one_message_lead_to_it(relay, redis, sandbox):
    kept, other = twins(relay, redis)
    waiting = relay.http.get(other["status_url"], timeout=20)
    assert waiting.json()["id"] == kept["id"] and waiting.json()["state"] == "queued"
    relay.start("work")
    told = relay.http.get(other["status_url"], timeout=30, headers={
        "Prefer": "wait=20", "If-None-Match": waiting.headers["ETag"]})
    assert told.json()["state"] != "queued", "its changes are waited for"
    relay.wait_state(kept)
    wait_until(lambda: relay.look(other) == relay.look(kept), what="the same to be told")
    assert relay.http.get(other["page_url"], timeout=20).status_code == 200
    assert kept["id"] in relay.run("show", other["id"]).stdout
    assert_exactly_once([kept["id"]], sandbox.chats())
    assert fresh_connection(relay).json()["id"] == kept["id"]


def test_what_is_erased_by_its_second_id_is_gone(relay, redis):
    kept, other = twins(relay, redis)
    assert relay.run("erase", other["id"]).returncode == 0
    assert not redis.client.exists("{support}item:" + kept["id"])
    for each in (kept, other):
        assert relay.http.get(each["status_url"], timeout=20).status_code == 404


def test_what_is_erased_by_an_id_that_still_waits_is_gone(relay, redis):
    """The twin of a message lies in the file of a process that comes back later."""
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    away(relay, redis)
    first = relay.post("twice", headers=KEY).json()
    assert serve.stop() == 0
    [left] = records(files(relay)[0])
    redis.start()
    serve = relay.start("serve", "--child", name="serve-2")
    relay.wait_ready()
    drained(relay)
    other = left["id"][:-1] + ("0" if left["id"][-1] != "0" else "1")
    assert relay.run("erase", other).returncode == 1, "nobody has it yet"
    assert redis.client.exists("{support}item:" + first["id"])
    lay(relay, [{**left, "id": other}])
    drained(relay)
    assert serve.logged(rf"journal_erased .*sub={other} as={first['id']}")
    assert not redis.client.exists("{support}item:" + first["id"])
    assert relay.http.get(first["status_url"], timeout=20).status_code == 404


def test_what_is_erased_while_it_waits_does_not_come_back(relay, redis, sandbox):
    """Another process has the file: the test."""
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    away(relay, redis)
    by_id, kept = relay.accept("by id"), relay.accept("kept", email="kept@example.org")
    by_email = [relay.accept(f"by email {n}", email="Eve@example.org") for n in range(2)]
    nobody = relay.run("erase", by_id["id"])
    assert nobody.returncode == 69 and "nothing was erased" in nobody.stderr
    person = relay.run("erase", "--email", "eve@example.org")
    assert person.returncode == 69 and "nothing was erased" in person.stderr
    assert serve.stop() == 0
    [path] = files(relay)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        redis.start()
        serve, _ = relay.start_all()
        told = relay.run("erase", by_id["id"])
        assert "should it come from a journal yet, it is not taken" in told.stdout + told.stderr
        assert relay.run("erase", "--email", "eve@example.org").returncode == 0
    drained(relay)
    relay.wait_state(kept)
    assert serve.count_logged("journal_erased") == 3
    for each in (by_id, *by_email):
        assert relay.http.get(each["status_url"], timeout=20).status_code == 404
    again = relay.accept("what is new is taken", email="eve@example.org")
    relay.wait_state(again)
    assert_exactly_once([kept["id"], again["id"]], sandbox.chats())


def test_what_waits_cannot_be_discarded(relay, redis, sandbox):
    """Only what is in quarantine can; a message in a journal is not."""
    ids, _ = leave_behind(relay, redis, 2)
    redis.start()
    told = relay.run("discard", ids[0])
    assert told.returncode == 1 and "not in quarantine" in told.stdout + told.stderr
    relay.start_all()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) == 2, what="both to be delivered")
    assert_exactly_once(ids, sandbox.chats())


def test_what_was_erased_does_not_come_back_from_a_file_that_was_drained(relay, redis, sandbox):
    """Its process died when all was in the queue, before it removed the file."""
    ids, path = leave_behind(relay, redis, 3)
    left = records(path)
    redis.start()
    serve, _ = relay.start_all()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) == 3, what="all to be delivered")
    assert relay.run("erase", ids[1]).returncode == 0
    lay(relay, left)
    drained(relay)
    assert re.search(f"sub={ids[1]}", serve.logged("journal_erased.*").group(0))
    assert not redis.client.exists("{support}item:" + ids[1])
    assert sandbox.stats()["requests"]["create"] == 3


def test_what_was_forgotten_is_looked_for_before_it_is_sent(relay, redis, sandbox):
    """As after keep_after is over: nobody remembers these ids; some have a chat."""
    _, path = leave_behind(relay, redis, 4)
    left = records(path)
    lay(relay, left[:2], path.name)
    redis.start()
    relay.start_all()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) == 2, what="some to be delivered")
    wait_until(lambda: redis.client.zcard("{support}done") == 2, what="them to be done")
    redis.client.flushdb()
    lay(relay, [aged(each, 13 * HOUR_MS) for each in left])
    drained(relay)
    wait_until(lambda: redis.client.zcard("{support}done") == 4, 60, "all to be done")
    assert_exactly_once([each["id"] for each in left], sandbox.chats())
    assert sandbox.stats()["requests"]["create"] == 4


def test_what_is_older_than_any_erasure_is_remembered_is_for_a_person(relay, redis, sandbox):
    _, path = leave_behind(relay, redis, 3)
    left = records(path)
    lay(relay, [left[0], aged(left[1], 81 * DAY_MS), aged(left[2], 79 * DAY_MS)], path.name)
    redis.start()
    serve, _ = relay.start_all()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) == 2, 30, "the others to be delivered")
    assert serve.logged(rf" error journal_too_old .*sub={left[1]['id']}")
    [aside] = folder(relay).iterdir()
    assert aside.name == path.name + ".damaged"
    assert records(aside) == [aged(left[1], 81 * DAY_MS)]
    assert not redis.client.exists("{support}item:" + left[1]["id"])
    assert "for a person" in relay.run("check").stdout
    lay(relay, [aged(left[0], 81 * DAY_MS)])
    drained(relay)
    assert serve.count_logged("journal_too_old") == 1, "what is in the queue is not too old"
    assert list(folder(relay).iterdir()) == [aside]
