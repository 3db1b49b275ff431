"""The link to Zendesk, wrong at every byte: nothing lost, nothing doubled, and
nobody told of another's chat.

Cuts and resets of a Create come at every byte, the other faults at some of them,
others each time; to see a failure again: AFTERHOURS_TEST_SEED=<the seed it
printed>. By hand, every fault at every byte: AFTERHOURS_TEST_LINKS=all, or some
kinds of them, AFTERHOURS_TEST_LINKS=trickle,corrupt.

Corruption: over TLS a changed byte ends the connection. Over plain HTTP it may
make another message that is as good, which nobody can notice: a request for
another chat, an answer with another chat id or ticket number. Damage (harness)
reads them by themselves and says which; for all others the promise is kept:
    a chat made of a damaged request is that message's one chat;
    a request that was damaged so that the destination refused it is failed, and
    told so; an operator sends it again;
    an answer with another chat id is a message without a ticket (unlinked);
    an answer with another ticket number is believed."""
import re

import pytest

from harness.history import assert_nothing
from harness.ordeal import Ordeal, find_request, length_of
from harness.proxy import TO_CLIENT, TO_SERVER, Fault, Proxy
from harness.relay import Relay
from harness.sweep import Sweep, corruptions, plan, seeded
from harness.waiting import wait_until

# The time-out lies between a short delay and a long one; what a long one holds up
# arrives within search_patience.
SETTINGS = {
    "destinations": {"support": {
        "request_timeout": "1500ms", "lease": "5s", "search_patience": "8s",
        "look_interval": "300ms", "ticket_first": "100ms",
        "breaker": {"failures": 0}}},
    "forms": {"contact": {"callback": {"events": ["linked", "unlinked", "failed"]}}},
}
BREAKS = [Fault("cut"), Fault("reset")]
SLOW = [Fault("delay", seconds=0.1), Fault("trickle", seconds=0.001, most=30)]
TOO_SLOW = [Fault("hang"), Fault("delay", seconds=2), Fault("trickle", seconds=0.4, most=5)]

# How long the messages are, at most.
CREATE = {TO_SERVER: 560, TO_CLIENT: 760}
SEARCH = {TO_SERVER: 420, TO_CLIENT: 480}
IDS = {TO_SERVER: 300, TO_CLIENT: 800}  # of one chat; reconcile asks for fifty


def all_posted(ordeal):
    """As far as can be seen: on a link where a fault is still to come, it cannot."""
    sweep = ordeal.sweep
    return sweep.seen["create"] + len(sweep.stories()) >= len(ordeal.accepted)


def few_on_their_way(ordeal):
    """Of too many, creates go first, and nothing would be looked for."""
    return ordeal.waiting() < 300


@pytest.fixture
def ordeal(nursery, redis, sandbox, receiver):
    """A relay behind a sweep of its link to Zendesk."""
    made = []

    def make(plans, every=1, rewrite=lambda data: data, may_send=all_posted):
        sweep = Sweep(sandbox.port, find_request, every, rewrite)
        made.append(sweep)
        relay = Relay(nursery, redis, sandbox, receiver, {
            **SETTINGS, "destinations": {"support": {
                **SETTINGS["destinations"]["support"], "base_url": sweep.proxies[0].url}}})
        serve, work = relay.start_all()
        sweep.begin(**plans)
        assert_nothing(Ordeal(relay, redis, sandbox, receiver, sweep, may_send).judged())
        assert serve.running() and work.running()
        return sweep
    yield make
    for sweep in made:
        sweep.close()


def longest(sweep, way):
    return max((length_of(story, way) for story in sweep.stories()), default=0)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", [TO_SERVER, TO_CLIENT])
def test_zendesk_broken_at_every_byte_of_a_create(ordeal, way):
    faults = plan(seeded(), BREAKS, {way: CREATE[way]})
    sweep = ordeal({"create": faults})
    assert longest(sweep, way) <= CREATE[way], "the sweep ends behind the last byte"


@pytest.mark.timeout(4000)
def test_zendesk_slow_or_damaged_in_a_create(ordeal):
    faults = plan(seeded(), SLOW + TOO_SLOW + corruptions(), CREATE, 300)
    ordeal({"create": faults}, 4, may_send=few_on_their_way)


def unreadable(data):
    """Of an answer to Create: so that each is looked for."""
    return data.replace(b'\r\n\r\n{"id"', b'\r\n\r\n{"ix"')


@pytest.mark.timeout(4000)
def test_zendesk_broken_slow_or_damaged_in_a_look(ordeal):
    chance = seeded()
    kinds = BREAKS + SLOW + TOO_SLOW + corruptions()
    plans = {"search": plan(chance, kinds, SEARCH, 150), "ids": plan(chance, kinds, IDS, 150)}
    ordeal(plans, 2, unreadable, few_on_their_way)


class Rewritten:
    """A relay that gets the sandbox's answers to Create with these words replaced."""

    def __init__(self, nursery, redis, sandbox, receiver):
        self.old = self.new = b""
        self.proxy = Proxy(sandbox.port, rewrite=self.rewrite)
        self.relay = Relay(nursery, redis, sandbox, receiver, {"destinations": {"support": {
            "base_url": self.proxy.url, "ticket_patience": "1s", "retry": {"cap": "200ms"}}}})
        self.relay.start_all()

    def rewrite(self, data):
        return re.sub(self.old, self.new, data, 1) if self.old and b" 201 " in data else data


@pytest.fixture
def rewritten(nursery, redis, sandbox, receiver):
    rewritten = Rewritten(nursery, redis, sandbox, receiver)
    yield rewritten
    rewritten.proxy.close()


def test_a_chat_id_that_became_anothers_is_told_no_ticket(rewritten, receiver, sandbox):
    relay = rewritten.relay
    relay.wait_state(relay.accept("first"))
    rewritten.new = b'"id":"%s"' % sandbox.chats()[0]["id"].encode()
    rewritten.old = rb'"id":"2104[^"]*"'
    second = relay.accept("second")
    relay.wait_state(second, "unlinked")
    wait_until(lambda: receiver.news(second["id"], "submission.unlinked"))
    assert not receiver.news(second["id"], "submission.linked")
    assert len(sandbox.chats()) == 2


@pytest.mark.parametrize("status", [b"401", b"429", b"400", b"301", b"500"])
def test_a_created_chat_under_another_status_is_not_sent_again(rewritten, sandbox, status):
    rewritten.old, rewritten.new = rb"^HTTP/1.1 201", b"HTTP/1.1 " + status
    accepted = rewritten.relay.accept()
    rewritten.relay.wait_state(accepted)
    assert [chat["session_id"] for chat in sandbox.chats()] == [accepted["id"]]


def test_the_answer_to_anothers_create_is_not_taken_for_ones_own(rewritten, receiver, sandbox):
    relay = rewritten.relay
    first = relay.accept("first")
    relay.wait_state(first)
    chat = sandbox.chats()[0]["id"].encode()
    rewritten.old = rb'"id":"2104[^"]*"(.*"session":{"id":)"[^"]*"'
    rewritten.new = rb'"id":"%s"\1"%s"' % (chat, first["id"].encode())
    second = relay.accept("second")
    relay.wait_state(second)
    found = {each["session_id"]: (each["id"], each["ticket_id"]) for each in sandbox.chats()}
    linked = wait_until(lambda: receiver.news(second["id"], "submission.linked"))[0]["data"]
    assert (linked["chat_id"], linked["zendesk_ticket_id"]) == found[second["id"]]
    assert len(found) == 2
