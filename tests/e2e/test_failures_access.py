"""The table of failures, row 12: a destination that does not accept our token."""
import pytest

from harness.crew import Crew
from harness.faults import all_linked, several, status
from harness.history import assert_exactly_once
from harness.waiting import wait_until


def replace(path, text):
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


def hold_is_over(redis):
    redis.client.hset("{support}budget", "hold_until", 1)


@pytest.mark.parametrize("code, reason", [(401, "credentials"), (403, "forbidden")])
def test_row_12_a_token_that_expired(make_relay, nursery, sandbox, code, reason):
    """Everything waits, nothing dies, the operator is told; with a new token and
    a word, or the next probe, it goes on."""
    token = nursery.folder / "token"
    token.write_text("expired" if code == 401 else sandbox.TOKEN)
    if code == 403:
        sandbox.fault("create", "status", 1000, status=403)
    relay = make_relay(destinations={"support": {"token": None, "token_file": str(token)}})
    _, work = relay.start_all()
    first = relay.accept("the first to meet it")
    wait_until(lambda: work.logged(f"warn settled .*status={code} .*attempts=0 hold={reason}"),
               what="the alarm")
    asked = sandbox.stats()["requests"]["create"]
    accepted = [first, *several(relay, 5)]
    told = status(relay)
    assert told["hold"]["reason"] == reason and told["failed"] == 0
    shown = relay.run("status").stdout
    assert "is held" in shown and "token" in shown
    assert "token" in relay.run("check").stdout or code == 403
    assert sandbox.stats()["requests"]["create"] == asked, "held"
    fresh = nursery.folder / "fresh"
    fresh.write_text(sandbox.TOKEN)
    fresh.replace(token)
    if code == 403:
        sandbox.http.delete(f"{sandbox.url}/_sandbox/faults", timeout=5)
    else:
        wait_until(lambda: work.logged(r"\breloaded\b"), what="the new token")
    assert relay.run("resume", "support").returncode == 0
    all_linked(relay, accepted)
    assert not work.logged("next=buried")
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


@pytest.mark.parametrize("refused", [401, 403])
def test_row_12_one_request_asks_when_the_hold_is_over(make_relay, nursery, redis, sandbox,
                                                      refused):
    """Forty wait, and four workers that would all like to send. Each time the hold
    is over one request goes, and only when one is let in do the others follow."""
    token = nursery.folder / "token"
    token.write_text("expired" if refused == 401 else sandbox.TOKEN)
    relay = make_relay(destinations={"support": {"token": None, "token_file": str(token)}})
    if refused == 403:
        sandbox.fault("create", "status", 1000, status=403)
    relay.start("serve")
    relay.wait_ready()
    accepted = [relay.accept("the first")]
    crew = Crew(relay, "work", 4)
    wait_until(lambda: status(relay)["hold"], what="the hold")
    accepted += several(relay, 39)

    def creates():
        return sandbox.stats()["requests"]["create"]

    assert creates() == 1
    for asked in (2, 3, 4):
        hold_is_over(redis)
        wait_until(lambda until=asked: creates() == until and status(relay)["hold"],
                   what="one to ask")
        waits = int(redis.client.hget("{support}budget", "denied"))
        assert waits == 30000 * 2 ** (asked - 1)
    assert not any(redis.client.hget(f"{{support}}item:{each['id']}", "att")
                   for each in accepted)
    if refused == 401:
        replace(token, sandbox.TOKEN)
    else:
        sandbox.http.delete(f"{sandbox.url}/_sandbox/faults", timeout=5)
        hold_is_over(redis)
    all_linked(relay, accepted)
    assert creates() == 4 + len(accepted)
    assert crew.members[0].logged(r"\bdestination_open\b")
    assert not status(relay)["hold"] and status(relay)["failed"] == 0
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())
    crew.close()


def test_row_12_a_token_that_may_not_ask_for_tickets_goes_on_delivering(
        make_relay, redis, sandbox):
    relay = make_relay()
    _, work = relay.start_all()
    for on in ("ids", "search", "show"):
        sandbox.fault(on, "status", 1000, status=403)
    sandbox.fault("create", "lose_after")
    first = relay.accept("whose answer is lost")
    wait_until(lambda: work.logged("settled .*stage=resolve .*status=403"), what="the look for it")
    wait_until(lambda: work.logged("error destination_held .*status=403 .*tickets"), what="the alarm")
    accepted = [first, *several(relay, 20)]
    wait_until(lambda: len(sandbox.chats()) >= 21, what="all to be delivered")
    assert not status(relay)["hold"] and status(relay)["asking"]
    for command in ("status", "check"):
        assert "ask for tickets" in relay.run(command).stdout
    assert redis.client.hget("{support}budget", "of") == b"reconcile"
    sandbox.http.delete(f"{sandbox.url}/_sandbox/faults", timeout=5)
    assert relay.run("resume", "support").returncode == 0
    all_linked(relay, accepted)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


def test_row_12_a_token_file_that_is_missing_empty_or_cut_short(make_relay, nursery, sandbox):
    """The token that was read stays in use, and the log says why; one that is cut
    short is refused, and the whole of it ends that hold by itself."""
    token = nursery.folder / "token"
    token.write_text(sandbox.TOKEN)
    relay = make_relay(destinations={"support": {"token": None, "token_file": str(token)}})
    _, work = relay.start_all()
    token.unlink()
    wait_until(lambda: work.logged("warn secret_missing .*stays in use"), what="a word on it")
    all_linked(relay, [relay.accept("while it is missing")])
    token.write_text("")
    wait_until(lambda: work.logged("error reload_failed .*token: is empty.*stay in force"),
               what="a word on it")
    all_linked(relay, [relay.accept("while it is empty")])
    token.write_text(sandbox.TOKEN[:-1])
    wait_until(lambda: work.logged(r"\breloaded\b"), what="it to be read")
    accepted = several(relay, 5)
    wait_until(lambda: work.logged("error destination_held .*status=401 .*token_file is read again"),
               what="the alarm")
    token.write_text(sandbox.TOKEN)
    all_linked(relay, accepted)
    assert work.logged(r"\btoken_tried\b") and not work.logged("next=buried")
    assert work.count_logged("status=401") <= 2 * len(accepted)
