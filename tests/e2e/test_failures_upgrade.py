"""The table of failures, row 27: two versions at work on the same keys. The old one
is played by harness/old_release.py, with its own library, beside the new binary;
script/upgrade-drill has the old binary itself."""
import pytest

from harness.faults import BRISK
from harness.history import assert_nothing, judge
from harness.old_release import SAMPLES, OldRelease, released
from harness.processes import ROOT
from harness.relay import merge
from harness.senders import Senders
from harness.waiting import wait_until
from harness.wire import library

PART = 80  # messages of each phase


@pytest.fixture(params=released())
def old(request, redis, sandbox):
    player = OldRelease(redis, sandbox, request.param)
    yield player
    player.close()


def told(receiver):
    return {each["data"]["id"] for each in list(receiver.seen)
            if each["type"] == "submission.linked"}


def test_row_27_old_and_new_at_once_and_back(make_relay, redis, sandbox, receiver, old):
    """N alone, both, N+1 alone, N again, N+1 in the end; a worker dies now and then,
    and answers are lost."""
    relay = make_relay(**merge(BRISK, {"limits": {"depth": 0}}))
    old.accept(PART)
    old.start()
    wait_until(lambda: old.settled["reconcile"] > PART / 3, what="the old one at work")

    serve, work = relay.start_all()
    senders = Senders(relay.port, PART)
    old.accept(PART, first=PART)
    sandbox.fault("create", "lose_after", 5)
    senders.finish()
    old.stop()
    by_old = old.settled["reconcile"]

    wait_until(lambda: len(sandbox.chats()) >= 2 * PART, what="the new one at work")
    assert [work.stop(), serve.stop()] == [0, 0]
    old.start()
    old.accept(PART, first=2 * PART)
    sandbox.fault("create", "lose_after", 3)
    wait_until(lambda: old.settled["reconcile"] >= by_old + PART / 2,
               what="the old one at work again")
    old.stop()

    relay.start_all()
    accepted = {**old.accepted_at, **senders.accepted_at}
    wait_until(lambda: accepted.keys() <= told(receiver), 60, "all to be told")
    assert not senders.refusals, "no request failed"
    assert old.victims, "some of its workers died"
    assert_nothing(judge(accepted, sandbox.chats(), list(receiver.seen)))
    assert {redis.client.zcard("{support}" + name) for name in
            ("run", "dead", "held", "due:deliver", "due:reconcile")} == {0}


def test_row_27_a_released_library_stays_as_it_is():
    """Who changes the functions of a number that was released gives them the next."""
    number = int(library().partition("name=afterhours_")[2].split()[0])
    assert released() and number >= released()[-1], "a number is not given twice"
    sample = SAMPLES / f"afterhours_{number}.txt"
    if sample.exists():
        shipped = "".join(path.read_text() for path in sorted(
            (ROOT / "src/queue/scripts").glob("*.lua")))
        assert sample.read_text().split("\n", 2)[2] == shipped
