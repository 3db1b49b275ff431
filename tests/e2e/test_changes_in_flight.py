"""What is in flight while its worker is told something else."""
import signal

from harness.history import assert_exactly_once
from harness.waiting import wait_until


def slow_post(relay, sandbox, ms=1000):
    """A message whose POST is under way."""
    sandbox.fault("create", "slow", ms=ms)
    before = sandbox.stats()["requests"]["create"]
    accepted = relay.accept()
    wait_until(lambda: sandbox.stats()["requests"]["create"] > before, what="the POST")
    return accepted


def reload(relay, settings):
    relay.write(settings)
    relay.work.signal(signal.SIGHUP)
    wait_until(lambda: relay.work.logged("reloaded"), what="the new settings")


def without_support(settings):
    """Another destination and a form of its own, in place of both."""
    form = {**settings["forms"]["contact"], "destination": "sales"}
    return {**settings, "forms": {"other": form},
            "destinations": {"sales": settings["destinations"]["support"]}}


def test_a_destination_that_goes_finishes_what_it_has_in_flight(relay, sandbox):
    accepted = slow_post(relay, sandbox)
    reload(relay, without_support(relay.settings))
    wait_until(lambda: relay.work.logged(rf"settled .*{accepted['id']} .*next=reconcile"),
               what="the verdict")
    assert_exactly_once([accepted["id"]], sandbox.chats())


def test_a_destination_that_goes_and_comes_back_loses_and_doubles_nothing(relay, sandbox):
    accepted = [slow_post(relay, sandbox)]
    reload(relay, without_support(relay.settings))
    accepted += [relay.accept(f"meanwhile {n}") for n in range(5)]
    relay.write(relay.settings)
    relay.work.signal(signal.SIGHUP)
    for each in accepted:
        relay.wait_state(each)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


def test_a_shorter_lease_does_not_send_what_is_in_flight_again(relay, sandbox):
    accepted = slow_post(relay, sandbox, ms=1300)
    shorter = {**relay.settings["destinations"]["support"],
               "lease": "400ms", "request_timeout": "150ms"}
    reload(relay, {**relay.settings, "destinations": {"support": shorter}})
    relay.wait_state(accepted)
    assert_exactly_once([accepted["id"]], sandbox.chats())
    assert not relay.work.logged("lease_lost|lease_expired")


def test_a_second_term_leaves_a_post_to_be_looked_for(relay, sandbox):
    accepted = slow_post(relay, sandbox)
    relay.work.signal(signal.SIGTERM)
    wait_until(lambda: relay.work.logged("draining"), what="the drain")
    relay.work.signal(signal.SIGTERM)
    wait_until(lambda: not relay.work.running(), what="its end")
    relay.start("work", name="work-2")
    relay.wait_state(accepted)
    assert_exactly_once([accepted["id"]], sandbox.chats())
