"""Redis is there and its memory is full: visitors, probes, the log and the commands
all tell the same, and it is over when there is room again."""
import pytest
import requests

from harness.journal import away, drained, verbose
from harness.relay import ORIGIN
from harness.waiting import wait_until

FULL = "Redis's memory is full"
OPERATORS = ("Redis", "OOM", "maxmemory", "memory")


def fill(redis):
    redis.client.config_set("maxmemory", "1")


def clear(redis):
    redis.client.config_set("maxmemory", "0")


def by_browser(relay):
    return requests.post(f"{relay.url}/f/contact", timeout=20, headers={"Origin": ORIGIN},
                         data={"message": "hello", "email": "ada@example.org"})


def test_a_full_redis_is_told_of_by_what_it_is(make_relay, redis):
    relay = make_relay()
    serve = relay.start("serve")
    relay.wait_ready()
    fill(redis)
    answers = [relay.post(f"number {n}") for n in range(5)]
    assert {each.status_code for each in answers} == {503}
    for each in answers:
        assert each.json()["type"].endswith("/store-full") and each.headers["Retry-After"]
        assert not [word for word in OPERATORS if word in each.text], each.text
    page = by_browser(relay)
    assert page.status_code == 503 and not [word for word in OPERATORS if word in page.text]
    wait_until(lambda: serve.logged(r'redis_full .*"raise maxmemory.*used_mb=\d+ .*most_mb=1\b'))
    assert not relay.ready()
    assert f"[-] queue: {FULL}" in verbose(relay) and "readyz: failed" in verbose(relay)
    checked = relay.run("check")
    assert checked.returncode == 1 and "its memory is full" in checked.stdout
    assert "raise maxmemory" in checked.stdout and "wrong" in checked.stdout
    assert FULL in relay.run("status").stdout

    clear(redis)
    relay.wait_ready()
    assert "[+] queue: ok" in verbose(relay)
    relay.accept("room again")
    assert (serve.count_logged("redis_full"), serve.count_logged("redis_has_room")) == (1, 1)
    assert FULL not in relay.run("status").stdout and relay.run("check").returncode == 0

    fill(redis)
    assert relay.post("no").status_code == 503
    wait_until(lambda: serve.count_logged("redis_full") == 2, what="it to be told again")


def test_who_starts_beside_a_full_redis_says_so_before_anybody_posts(make_relay, redis):
    relay = make_relay()
    before = relay.start("serve")
    relay.wait_ready()
    assert before.stop() == 0
    fill(redis)
    serve = relay.start("serve", name="after")
    wait_until(lambda: serve.logged("redis_full"), what="the log to tell")
    assert f"[-] queue: {FULL}" in verbose(relay) and not relay.ready()


def test_a_full_redis_that_has_never_met_this_version_is_told_of_as_full(make_relay, redis):
    fill(redis)
    relay = make_relay()
    serve = relay.start("serve")
    wait_until(lambda: serve.logged(f"queue_not_ready .*{FULL}"), what="the log to tell")
    assert not relay.ready() and FULL in verbose(relay)
    clear(redis)
    relay.wait_ready()


@pytest.mark.parametrize("cause", ["full", "away"])
def test_the_journal_says_why_it_takes_messages(make_relay, redis, cause):
    relay = make_relay(journal={"enabled": True})
    serve = relay.start("serve")
    wait_until(lambda: "[+] queue: ok" in verbose(relay), what="serve to have met Redis")
    if cause == "full":
        fill(redis)
    else:
        away(relay, redis)
    assert relay.accept()["durability"] == "journal"
    if cause == "full":
        assert serve.logged(f"journal_taking .*{FULL}")
        wait_until(lambda: f"[-] queue: {FULL}" in verbose(relay), what="verbose to tell")
        told = relay.run("status")
        assert "journal: 1 waiting" in told.stdout and FULL in told.stdout
        assert relay.run("check").returncode == 1
        clear(redis)
    else:
        assert serve.logged("journal_taking .*reason=.*(refused|lost|connect)")
        assert FULL not in verbose(relay)
        redis.start()
    assert relay.ready() and "[+] journal: takes messages" in verbose(relay)
    drained(relay)
