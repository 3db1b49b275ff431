"""The table of failures, rows 24 and 25: the servers that are told the news."""
import signal
import socket
import time

import pytest

from harness.crew import Crew
from harness.faults import BRISK, failing, status
from harness.receiver import SECRET, Receiver
from harness.waiting import wait_until

LIVE = 9


@pytest.fixture
def dead():
    """A target that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"


@pytest.fixture
def live():
    receivers = [Receiver() for _ in range(LIVE)]
    yield receivers
    for each in receivers:
        each.close()


def use_targets(relay, urls):
    """A form for each target, told of one change only."""
    form = relay.settings["forms"]["contact"]
    relay.settings["forms"] = {
        name: {**form, "callback": {"url": url, "secret": SECRET, "events": ["delivered"],
                                    "allow_networks": ["127.0.0.0/8"]}}
        for name, url in urls.items()}
    relay.write(relay.settings)


def test_row_24_a_dead_target_does_not_slow_the_others(make_relay, dead, live):
    """Four times as many news for the dead one as a worker has callbacks at once,
    each of which takes six seconds."""
    relay = make_relay(destinations={"support": {"lease": "12s"}})
    use_targets(relay, {"dead": dead, **{f"live{n}": each.url for n, each in enumerate(live)}})
    relay.start("serve")
    relay.wait_ready()
    for number in range(512):
        relay.accept(f"number {number}", form="dead")
    relay.start("work")
    wait_until(lambda: status(relay)["waiting"]["callback"] >= 400, what="a queue for the dead one")
    began = time.monotonic()
    told = [(each, relay.accept(f"number {n}", form=f"live{n}")["id"])
            for n, each in enumerate(live) for _ in range(2)]
    wait_until(lambda: all(each.news(sub, "submission.delivered") for each, sub in told), 10,
               "the live ones to be told")
    assert time.monotonic() - began < 5


def test_row_24_a_target_that_is_gone_is_left_alone(relay, receiver):
    """410: no worker sends anything there any more, nor after a restart; what comes is
    set aside; status and check say what to type; then it is sent."""
    receiver.answer = 410
    first = relay.accept("the first to hear it")
    wait_until(lambda: relay.work.logged("warn callbacks_stopped .*410"), what="the alarm")
    relay.wait_state(first)
    heard = len(receiver.seen)
    second = relay.accept("the second")
    relay.wait_state(second)
    wait_until(lambda: relay.look(second)["callback"] == "failed", what="it to be set aside")
    assert not receiver.news(second["id"]) and len(receiver.seen) == heard
    assert "410" in relay.run("show", second["id"]).stdout
    receiver.answer = 200
    relay.work.signal(signal.SIGHUP)
    wait_until(lambda: relay.work.logged("reloaded"), what="the settings")
    assert relay.work.stop() == 0
    relay.start("work", name="work-again")
    third = relay.accept("the third, to a worker that was not there")
    wait_until(lambda: relay.look(third)["callback"] == "failed", what="it to be set aside")
    assert len(receiver.seen) == heard

    assert [each["form"] for each in status(relay)["callbacks_stopped"]] == ["contact"]
    word = f"afterhours resume --config {relay.path} --callbacks contact"
    assert word in relay.run("status").stdout
    check = relay.run("check")
    assert check.returncode == 1 and "form contact: its receiver wants no callbacks" in check.stdout
    assert relay.run("resume", "--callbacks", "contact").returncode == 0
    assert not status(relay)["callbacks_stopped"]
    assert relay.run("replay", "--state", "failed", "--form", "contact", "--yes").returncode == 0
    for each in (first, second, third):
        wait_until(lambda sub=each: receiver.news(sub["id"], "submission.linked"), what="its news")
    assert relay.run("resume", "--callbacks", "nobody").returncode == 1


def test_row_24_another_url_is_told_at_once(relay, receiver):
    """Where 410 was said is not where the form's callbacks go now."""
    receiver.answer = 410
    relay.accept("the first to hear it")
    wait_until(lambda: status(relay)["callbacks_stopped"], what="the stop")
    receiver.answer = 200
    relay.settings["forms"]["contact"]["callback"]["url"] += "?again"
    relay.write(relay.settings)
    relay.work.signal(signal.SIGHUP)
    wait_until(lambda: relay.work.logged("reloaded"), what="the settings")
    second = relay.accept("the second")
    wait_until(lambda: receiver.news(second["id"], "submission.linked"), what="its news")
    assert not status(relay)["callbacks_stopped"]


def test_row_25_a_news_told_twice_has_the_same_id(make_relay, nursery, receiver):
    relay = make_relay(**BRISK)
    relay.start("serve")
    relay.wait_ready()
    crew = Crew(relay, "work", 1, **failing(nursery, "flight.answered/callback"))
    accepted = relay.accept()
    twice = wait_until(lambda: [each for each in receiver.seen
                                if len([e for e in receiver.seen if e["id"] == each["id"]]) > 1],
                       what="a news to be told twice")
    assert crew.deaths == 1
    assert {each["data"]["id"] for each in twice} == {accepted["id"]}
    assert twice[0] == twice[1], "the whole body is the same"
    wait_until(lambda: relay.look(accepted)["callback"] == "sent")
    crew.close()
    assert not receiver.wrong
