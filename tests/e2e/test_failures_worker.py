"""The table of failures, rows 7, 8, 10, 23 and 29: what becomes of a worker in
the middle of a delivery, and of a message that nobody can deliver."""
import os
import signal

import pytest
import requests

from harness.answers import LIST, Answers, answer
from harness.crew import Crew, state_of
from harness.faults import BRISK, failing, several
from harness.history import assert_exactly_once
from harness.processes import environment
from harness.servers import Sandbox
from harness.waiting import wait_until


@pytest.fixture
def serving(make_relay):
    """A brisk relay without a worker."""
    relay = make_relay(**BRISK)
    relay.start("serve")
    relay.wait_ready()
    return relay


# What the next holder must do: look, when a post may have left.
@pytest.mark.parametrize("point, looks, posts", [
    ("flight.start/deliver", False, 1), ("flight.intend/deliver", False, 1),
    ("flight.intended/deliver", True, 1), ("flight.sent/deliver", True, None),
    ("flight.answered/deliver", True, 1), ("flight.settle/deliver", True, 1)])
def test_row_07_a_worker_dies(serving, nursery, sandbox, point, looks, posts):
    crew = Crew(serving, "work", 1, **failing(nursery, point))
    accepted = serving.accept()
    serving.wait_state(accepted)
    assert crew.deaths == 1
    asked = sandbox.stats()["requests"]
    assert (asked["search"] > 0) == looks
    assert posts is None or asked["create"] == posts
    crew.close()
    assert_exactly_once([accepted["id"]], sandbox.chats())


def test_row_08_a_worker_wakes_after_its_lease(serving, nursery, sandbox):
    sleeper = serving.start("work", "--child", name="sleeper", env=environment(
        **failing(nursery, "flight.send/deliver", "stop")))
    accepted = serving.accept()
    wait_until(lambda: state_of(sleeper.pid) == "T", what="the worker to be stopped")
    serving.start("work", name="other")
    serving.wait_state(accepted)
    assert sandbox.stats()["requests"]["create"] == 1, "the other's"
    os.kill(sleeper.pid, signal.SIGCONT)
    wait_until(lambda: sleeper.logged("lease_lost"), what="its verdict to be refused")
    assert sleeper.stop() == 0
    assert sandbox.stats()["requests"]["create"] == 1, "no late post"
    assert_exactly_once([accepted["id"]], sandbox.chats())


def test_row_10_libcurl_sends_no_post_twice(serving, nursery):
    """Each create on a kept connection is read, and then the connection closed:
    a client that resends by itself would do it now."""
    def said(asked):
        if asked.method == "GET":
            return answer(200, LIST)
        earlier = [each for each in zendesk.posts() if each.connection == asked.connection]
        number = len(zendesk.posts())
        return answer(200, b'{"id":"2611.1.%d"}' % number) if len(earlier) == 1 else None
    zendesk = Answers(said)
    serving.settings["destinations"]["support"].update(
        base_url=zendesk.url, search_patience="60s")
    serving.write(serving.settings)
    work = serving.start("work")
    accepted = several(serving, 10)
    wait_until(lambda: len(zendesk.posts()) >= 10 and
               work.count_logged("stage=deliver .*next=") >= 10, what="ten posts")
    sessions = [each.session() for each in zendesk.posts()]
    assert sorted(sessions) == sorted(each["id"] for each in accepted)
    assert {each.version for each in zendesk.posts()} == {"HTTP/1.1"}
    assert not [each for each in zendesk.posts() if "expect" in each.headers]
    zendesk.close()


def test_row_23_a_poison_message_is_set_aside(serving, redis, sandbox):
    poison = serving.accept("poison")

    def buried():
        return serving.look(poison)["state"] == "failed"
    deaths = 0
    while not buried():
        env = environment(**failing(serving.nursery, "flight.start/deliver",
                                    seen=f"seen-{deaths}"))
        work = serving.start("work", "--child", name=f"work-{deaths}", env=env)
        wait_until(lambda w=work: buried() or not w.running(), 10, "the worker to die of it")
        if not buried():
            assert work.wait() == -signal.SIGKILL
            deaths += 1
        else:
            assert work.stop() == 0
    assert deaths == 4, "three more tries than the first"
    shown = serving.run("show", poison["id"])
    assert "set aside" in shown.stdout and "worker" in shown.stdout, shown.stdout
    serving.start("work", name="healthy")
    good = serving.accept("harmless")
    serving.wait_state(good)
    assert serving.run("replay", "--yes", poison["id"]).returncode == 0
    serving.wait_state(poison)
    assert_exactly_once([poison["id"], good["id"]], sandbox.chats())


def test_row_29_a_ticket_that_never_appears(nursery, make_relay, receiver):
    sandbox = Sandbox(nursery, "--no-ticket", "1")
    relay = make_relay(destinations={"support": {
        "base_url": sandbox.url, "ticket_patience": "700ms"}})
    relay.start_all()
    accepted = relay.accept()
    relay.wait_state(accepted, "unlinked")
    page = requests.get(accepted["page_url"], headers={"Accept": "text/html"}, timeout=10)
    assert 'data-state="unlinked"' in page.text and "will answer by email" in page.text
    assert "no ticket" in relay.run("show", accepted["id"]).stdout
    wait_until(lambda: receiver.news(accepted["id"], "submission.unlinked"))
    assert_exactly_once([accepted["id"]], sandbox.chats())
