"""New settings and new processes while messages come in: no request fails,
nothing is lost, nothing doubled."""
import base64
import signal

import pytest

from harness.crew import Crew
from harness.history import assert_exactly_once
from harness.receiver import SECRET
from harness.relay import merge
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
    for role, process in (("serve", serve), ("work", work)):
        # A signal that comes while another one waits is none of its own, and the
        # busier the machine, the more of them do.
        assert process.count_logged(rf" reloaded process={role} ") >= 100
        assert process.count_logged(r" reload_failed process=supervisor .*nonsense") >= 20


class Rotation:
    """`up` with two processes of each role, and the secrets that sign its callbacks."""

    OLD, NEW = SECRET, "whsec_" + base64.b64encode(b"another one of thirty-two bytes!").decode()

    def __init__(self, make_relay):
        self.relay = make_relay(processes={"serve": 2, "work": 2})
        self.good = self.relay.settings
        self.up = self.relay.start("up")
        self.relay.wait_ready()
        wait_until(lambda: self.up.count_logged(" info working ") == 2, what="both workers")

    def reloaded(self):
        return [self.up.count_logged(rf" reloaded process={role} ") for role in ("serve", "work")]

    def sign_with(self, *secrets):
        """In force in every process when it is over."""
        callback = {**self.good["forms"]["contact"]["callback"], "secrets": list(secrets)}
        self.relay.write(merge(self.good, {"forms": {"contact": {
            "callback": {**callback, "secret": None}}}}))
        before = self.reloaded()
        self.up.signal(signal.SIGHUP)
        wait_until(lambda: all(now >= was + 2 for now, was in zip(self.reloaded(), before)), 60,
                   "all processes to have the new settings")

    def spoil(self, number):
        """What is there is half a file, or no settings, and HUP comes."""
        text = self.relay.path.read_text()
        self.relay.path.write_text((text[:len(text) // 2] + "\n  :", "nonsense: [")[number % 2])
        failed = self.up.count_logged(" reload_failed ")
        self.up.signal(signal.SIGHUP)
        wait_until(lambda: self.up.count_logged(" reload_failed ") > failed, what="the refusal")
        self.relay.path.write_text(text)


@pytest.mark.timeout(300)
def test_up_reloads_under_load_while_a_secret_is_replaced_by_another(
        make_relay, sandbox, receiver):
    """Both sign while the receiver goes over to the new one, so it refuses nothing; and
    files that are broken at the moment of a HUP change nothing."""
    rotation = Rotation(make_relay)
    senders = Senders(rotation.relay.port, 1500)

    def some_more(count):
        seen = len(receiver.seen)
        wait_until(lambda: len(receiver.seen) >= seen + count, 90, "more news")
    some_more(100)
    rotation.sign_with(rotation.NEW, rotation.OLD)
    for number in range(6):
        rotation.spoil(number)
        some_more(30)
    receiver.secret = rotation.NEW
    some_more(100)
    rotation.sign_with(rotation.NEW)
    some_more(100)
    all_delivered_once(senders, sandbox)
    wait_until(lambda: senders.accepted_at.keys() <= {
        each["data"]["id"] for each in list(receiver.seen)
        if each["type"] == "submission.linked"}, 60, "all to be told")
    assert not receiver.wrong, receiver.wrong[0]
    assert rotation.up.running() and rotation.up.count_logged(" ended ") == 0


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
