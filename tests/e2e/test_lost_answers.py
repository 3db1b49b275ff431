"""The answer to Create never comes, or comes wrong: one chat all the same."""
import concurrent.futures

import pytest

from harness.history import assert_exactly_once
from harness.waiting import wait_until


def delivered_once(relay, sandbox, accepted, timeout=60):
    found = relay.wait_state(accepted, timeout=timeout)
    assert_exactly_once([accepted["id"]], sandbox.chats())
    return found


def test_an_answer_lost_after_creating_is_looked_for_not_sent_again(relay, sandbox):
    sandbox.fault("create", "lose_after")
    accepted = relay.accept()
    delivered_once(relay, sandbox, accepted)
    assert relay.work.logged(rf"sub={accepted['id']} .*outcome=unknown .*next=resolve")


def test_a_connection_cut_before_creating_is_sent_again_once_it_is_sure(relay, sandbox):
    sandbox.fault("create", "lose_before")
    delivered_once(relay, sandbox, relay.accept())


def test_several_lost_answers_in_a_row_make_one_chat_each(relay, sandbox):
    sandbox.fault("create", "lose_after", 10)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(lambda n: relay.accept(f"number {n}"), range(20)))
    for each in accepted:
        relay.wait_state(each, timeout=60)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


def test_an_answer_that_comes_after_the_time_limit_makes_one_chat(relay, sandbox):
    sandbox.fault("create", "slow", ms=3000)
    delivered_once(relay, sandbox, relay.accept())


@pytest.mark.parametrize("status", [500, 502, 408, 409])
@pytest.mark.parametrize("when", ["status", "status_after"])
def test_a_failure_before_or_after_creating_makes_one_chat(relay, sandbox, when, status):
    sandbox.fault("create", when, status=status)
    delivered_once(relay, sandbox, relay.accept())


@pytest.mark.parametrize("how", ["hang", "truncate", "html", "endless"])
def test_an_answer_that_cannot_be_read_makes_one_chat(relay, sandbox, how):
    sandbox.fault("create", how)
    delivered_once(relay, sandbox, relay.accept())


def test_a_lost_answer_to_the_search_is_asked_again(relay, sandbox):
    sandbox.fault("create", "lose_after")
    sandbox.fault("search", "500", 2)
    delivered_once(relay, sandbox, relay.accept())


def test_429_holds_the_destination_as_long_as_it_asks(relay, sandbox):
    sandbox.fault("create", "429", retry_after=2)
    first = relay.accept("first")
    wait_until(lambda: sandbox.stats()["faults"] or relay.work.logged("status=429"),
               what="the 429")
    second = relay.accept("second")
    for each in (first, second):
        relay.wait_state(each)
    assert_exactly_once([first["id"], second["id"]], sandbox.chats())


def test_401_holds_the_destination_and_loses_nothing(relay, sandbox):
    sandbox.fault("create", "401", 2)
    accepted = relay.accept()
    wait_until(lambda: relay.work.logged("status=401"), what="the 401 in the log")
    resume = relay.run("resume", "support")
    assert resume.returncode == 0, resume.stderr
    resumed = relay.run("resume", "support")
    assert resumed.returncode == 0, resumed.stderr
    delivered_once(relay, sandbox, accepted)


@pytest.mark.parametrize("status", ["400", "422"])
def test_a_refused_message_is_buried_told_and_can_be_replayed(relay, sandbox, receiver, status):
    sandbox.fault("create", status)
    accepted = relay.accept()
    relay.wait_state(accepted, "failed")
    wait_until(lambda: receiver.news(accepted["id"], "submission.failed"))
    replay = relay.run("replay", accepted["id"], "--yes")
    assert replay.returncode == 0, replay.stderr
    delivered_once(relay, sandbox, accepted)
    wait_until(lambda: receiver.news(accepted["id"], "submission.linked"))


def test_news_nobody_takes_is_tried_again(relay, receiver):
    receiver.answer = 503
    accepted = relay.accept()
    wait_until(lambda: len(receiver.news(accepted["id"], "submission.linked")) >= 2)
    receiver.answer = 200
    wait_until(lambda: relay.look(accepted)["callback"] == "sent")
    news = receiver.news(accepted["id"], "submission.linked")
    assert len({each["id"] for each in news}) == 1, "a repeated news keeps its webhook-id"
