"""A destination that does not answer, and one that others use, too: few requests
reach it, nothing is tried in vain, and all of it goes on by itself."""
import json
import time

import requests

from harness.answers import LIST, Answers, answer
from harness.history import assert_exactly_once
from harness.waiting import wait_until

BREAKER = {"failures": 5, "probe": "200ms", "cap": "2s"}


def support(**settings):
    return {"destinations": {"support": settings}}


def status_of(relay):
    return json.loads(relay.run("status", "--json").stdout)["destinations"][0]


def all_delivered(relay, sandbox, taken):
    for each in taken:
        relay.wait_state(each, timeout=60)
    assert_exactly_once([each["id"] for each in taken], sandbox.chats())


def test_a_destination_out_of_order_is_probed_and_not_stormed(make_relay, sandbox):
    relay = make_relay(**support(breaker=BREAKER))
    relay.start("serve")
    relay.wait_ready()
    taken = [relay.accept(f"wait {number}") for number in range(100)]
    sandbox.fault("any", 503, 100000, match="/api/")
    workers = [relay.start("work", name=f"work{number}") for number in range(2)]
    wait_until(lambda: any(each.logged(r"\bbreaker_opened\b") for each in workers))
    assert "is cut off" in relay.run("status").stdout
    assert status_of(relay)["probe_at"]

    before = sum(sandbox.stats()["requests"].values())
    wait_until(lambda: sum(each.count_logged(r"\bbreaker_probe_failed\b") for each in workers) >= 3,
               what="three probes")
    assert sum(sandbox.stats()["requests"].values()) - before <= 100 + 8  # what was in flight

    requests.delete(f"{sandbox.url}/_sandbox/faults", timeout=10).raise_for_status()
    all_delivered(relay, sandbox, taken)
    assert sum(each.count_logged(r"\bbreaker_closed\b") for each in workers) == 1
    assert not status_of(relay)["probe_at"]
    assert "is cut off" not in relay.run("status").stdout


def test_status_and_check_tell_of_a_brown_out_and_of_a_pause(make_relay, redis):
    relay = make_relay()
    relay.start_all()
    redis.client.hset("{support}budget", "brown", int(time.time() + 3600) * 1000)
    assert status_of(relay)["brown_out_until"]
    assert "support is in a brown-out" in relay.run("status").stdout
    assert "support is in a brown-out" in relay.run("check").stdout
    assert relay.run("pause", "support").returncode == 0
    word = f"afterhours resume --config {relay.path} support"
    assert f"to let it go on: {word}\n" in relay.run("status").stdout
    assert "support is held: paused by an operator" in relay.run("check").stdout
    assert relay.run("resume", "support").returncode == 0
    told = status_of(relay)
    assert not told["hold"] and not told["brown_out_until"]


def test_a_worker_that_starts_finds_the_breaker_open(make_relay, sandbox):
    relay = make_relay(**support(breaker={**BREAKER, "probe": "1h", "cap": "1h"}))
    _, first = relay.start_all()
    sandbox.fault("any", 503, 100000, match="/api/")
    taken = [relay.accept(f"wait {number}") for number in range(10)]
    wait_until(lambda: first.logged(r"\bbreaker_opened\b"))
    assert first.stop() == 0
    taken += [relay.accept(f"late {number}") for number in range(10)]
    before = sum(sandbox.stats()["requests"].values())
    second = relay.start("work", name="second")
    wait_until(lambda: second.logged(r"\bworking\b"))
    requests.delete(f"{sandbox.url}/_sandbox/faults", timeout=10).raise_for_status()
    assert status_of(relay)["waiting"]["deliver"] >= 10
    assert sum(sandbox.stats()["requests"].values()) == before
    assert relay.run("resume", "support").returncode == 0
    all_delivered(relay, sandbox, taken)


def test_what_another_tool_has_spent_is_not_spent_again(make_relay, sandbox):
    """150 of 200 requests a minute are gone when the relay begins."""
    relay = make_relay(**support(budget_per_minute=200, ticket_first="1h"))
    sandbox.manner(rate_limit=200)
    for _ in range(150):
        requests.get(f"{sandbox.url}/api/v2/chat/chats", timeout=10,
                     headers={"Authorization": f"Bearer {sandbox.TOKEN}"})
    relay.start_all()
    for number in range(60):
        relay.accept(f"message {number}")
    wait_until(lambda: len(sandbox.chats()) == 50, 60, "what is left to be spent")
    wait_until(lambda: status_of(relay)["budget_left"] == 0)
    assert "429" not in sandbox.stats()["answers"]["create"]
    assert status_of(relay)["hold"] is None


def test_a_window_that_is_empty_is_waited_for_until_it_ends(make_relay):
    """As ratelimit-remaining and ratelimit-reset say; without them the next request
    would come half a second later."""
    came = []

    def created(asked):
        if asked.method != "POST":
            return answer(200, LIST)
        came.append(time.monotonic())
        body = json.dumps({**json.loads(asked.body), "id": f"2104.1.{len(came)}"})
        return answer(201, body.encode(), ratelimit_remaining="0", ratelimit_reset="4")
    zendesk = Answers(created)
    try:
        relay = make_relay(**support(base_url=zendesk.url, budget_per_minute=200,
                                     ticket_first="1h"))
        relay.start_all()
        relay.accept("the last of this window")
        wait_until(lambda: came and status_of(relay)["budget_left"] == 0)
        relay.accept("the first of the next one")
        wait_until(lambda: len(came) == 2)
    finally:
        zendesk.close()
    assert came[1] - came[0] >= 4


def test_a_brown_out_lets_new_messages_through_and_the_rest_when_it_is_over(make_relay, sandbox):
    relay = make_relay(**support(budget_per_minute=6000))
    relay.start_all()
    sandbox.manner(error_rate=0.5)
    taken = [relay.accept(f"message {number}") for number in range(150)]
    wait_until(lambda: relay_tried(sandbox) >= 100, 60, "the new ones to be tried")
    sandbox.manner(error_rate=0)
    all_delivered(relay, sandbox, taken)


def relay_tried(sandbox):
    """Creates that were answered, well or badly."""
    return sum(sandbox.stats()["answers"]["create"].values())
