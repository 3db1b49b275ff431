"""The table of failures, row 27: two versions at work on the same keys. The old one
is played by harness/old_release.py, with its own library, beside the new binary;
script/upgrade-drill has the old binary itself."""
import time

import pytest

from harness.faults import BRISK, all_linked, several
from harness.history import assert_exactly_once, assert_nothing, judge
from harness.old_release import SAMPLES, OldRelease, released
from harness.processes import ROOT
from harness.relay import merge
from harness.senders import Senders
from harness.waiting import wait_until
from harness.wire import library

PART = 80  # messages of each phase
NUMBERS = "{@}numbers"
A_WEEK_S = 7 * 86400


def number_shipped():
    return int(library().partition("name=afterhours_")[2].split()[0])


def loaded(redis):
    """The names of the libraries in Redis."""
    return {each[1].decode() for each in redis.client.execute_command("FUNCTION", "LIST")}


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
    wait_until(lambda: not any(redis.client.zcard("{support}" + name) for name in (
        "run", "dead", "held", "due:deliver", "due:reconcile", "due:callback")),
        what="nothing to be left")


def test_row_27_a_released_library_stays_as_it_is():
    """Who changes the functions of a number that was released gives them the next."""
    number = number_shipped()
    assert released() and number >= released()[-1], "a number is not given twice"
    sample = SAMPLES / f"afterhours_{number}.txt"
    if sample.exists():
        shipped = "".join(path.read_text() for path in sorted(
            (ROOT / "src/queue/scripts").glob("*.lua")))
        assert sample.read_text().split("\n", 2)[2] == shipped


def test_row_27_a_library_that_nobody_uses_any_more_is_removed(make_relay, redis, old):
    """And not before: whoever was seen, or was never asked for, has a week."""
    name, seen = f"afterhours_{old.number}", f"seen:{old.number}"
    relay = make_relay(**BRISK)
    first = relay.start("serve")
    relay.wait_ready()
    wait_until(lambda: redis.client.hexists(NUMBERS, seen), what="it to be looked for")
    assert name in loaded(redis)
    first.stop()
    redis.client.hset(NUMBERS, seen, int((time.time() - A_WEEK_S - 60) * 1000))
    second = relay.start("serve", name="serve-2")
    wait_until(lambda: second.logged(f"library_removed .*name={name}"), what="its removal")
    assert loaded(redis) == {f"afterhours_{number_shipped()}"}
    assert redis.client.hget(NUMBERS, "newest") == b"%d" % number_shipped()


def test_row_27_removing_a_library_harms_no_process_that_uses_it(make_relay, redis, sandbox):
    relay = make_relay(**BRISK)
    relay.start_all()
    senders = Senders(relay.port, 150)
    for part in range(1, 6):
        wait_until(lambda n=part: senders.count() >= 25 * n, what="some accepted")
        # Those may all have been on their way when it was removed the last time.
        wait_until(lambda: loaded(redis), what="the library to be there again")
        redis.client.execute_command("FUNCTION", "DELETE", f"afterhours_{number_shipped()}")
    senders.finish()
    assert not senders.refusals, "no request failed"
    wait_until(lambda: len(sandbox.chats()) >= 150, 40, "all to have a chat")
    assert_exactly_once(senders.accepted_at, sandbox.chats())


def test_row_27_what_a_far_later_version_left_is_refused(make_relay, redis):
    number = number_shipped()
    redis.client.hset(NUMBERS, mapping={"newest": number + 6, "needs": number + 5})
    relay = make_relay(redis={"timeout": "300ms"})
    serve = relay.start("serve")
    wait_until(lambda: serve.logged("queue_not_ready .*a later version of afterhours"),
               what="the refusal")
    assert relay.post().status_code == 503 and not loaded(redis)
    checked = relay.run("check").stdout
    assert f"needs number {number + 5} or later; this one is number {number}" in checked
    redis.client.hset(NUMBERS, "needs", number)  # one that this version can follow
    relay.wait_ready()
    assert redis.client.hget(NUMBERS, "newest") == b"%d" % (number + 6)


def test_row_27_two_builds_of_one_number_take_turns_and_say_so(make_relay, redis, sandbox):
    """As somebody does who works on the functions: the other text does the same."""
    relay = make_relay(**BRISK)
    _, work = relay.start_all()
    shipped = redis.client.execute_command("FUNCTION", "LIST", "WITHCODE")[0]
    text = shipped[shipped.index(b"library_code") + 1]
    other = text.replace(b"local CODE = '", b"local CODE = 'another ", 1)
    accepted = []
    for turn in range(4):
        redis.client.execute_command("FUNCTION", "LOAD", "REPLACE", other)
        accepted += several(relay, 5, first=5 * turn)
        relay.start("work", name=f"work-{turn}")
        wait_until(lambda: redis.client.fcall("ah%d_version" % number_shipped(), 0)
                   == text.split(b"'")[1], what="the text of the last who came")
        accepted += several(relay, 5, first=100 + 5 * turn)
    all_linked(relay, accepted)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())
    assert work.running()
    assert any(process.logged("library_replaced .*another build of this version")
               for process in relay.nursery.processes)
