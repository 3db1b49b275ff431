"""New settings and new processes while messages come in: no request fails,
nothing is lost, nothing doubled."""
import signal

import pytest

from harness.crew import Crew
from harness.history import assert_exactly_once
from harness.senders import Senders
from harness.waiting import wait_until


def all_delivered_once(senders, sandbox):
    senders.finish()
    assert senders.refusals == {}
    ids = list(senders.accepted.values())
    wait_until(lambda: len(sandbox.chats()) >= len(ids), 90, "every message to have its chat")
    assert_exactly_once(ids, sandbox.chats())


@pytest.mark.timeout(300)
def test_a_thousand_reloads_under_load_fail_no_request(make_relay, sandbox):
    relay = make_relay(processes={"serve": 2, "work": 2})
    serve, work = relay.start_all()
    senders = Senders(relay.port, 4000)
    for number in range(1000):
        wait_until(lambda n=number: senders.count() >= 3 * n, 60, "the next few")
        if number % 100 == 0:  # now and then the file is another one, or wrong
            relay.write({**relay.settings, "limits": {"message": 5000 + number}}
                        if number % 200 else {**relay.settings, "nonsense": 1})
        serve.signal(signal.SIGHUP)
        work.signal(signal.SIGHUP)
    all_delivered_once(senders, sandbox)
    assert serve.running() and work.running()
    assert serve.logged("reloaded") and serve.logged("reload_failed")


@pytest.mark.timeout(300)
def test_a_rolling_restart_under_load_fails_no_request(make_relay, sandbox):
    relay = make_relay()
    crews = [Crew(relay, "serve", 2), Crew(relay, "work", 2)]
    relay.wait_ready()
    senders = Senders(relay.port, 6000)
    for number in range(10):
        wait_until(lambda n=number: senders.count() >= 500 * (n + 1), 90, "the next 500")
        for crew in crews:
            crew.replace_one()
    all_delivered_once(senders, sandbox)
    for crew in crews:
        crew.close()
