"""The table of failures, rows 22, 26, 27 and 32: what those who run it do, and
what clocks do."""
import signal
import threading

import pytest

from harness.faults import BRISK, all_linked, at_rest, promised, several
from harness.history import assert_exactly_once
from harness.processes import environment
from harness.relay import merge
from harness.senders import Senders
from harness.waiting import wait_until

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


class WallClock:
    """A wall clock that a test moves; the clock since boot goes on as it was, as
    when a machine's time is set."""

    def __init__(self, nursery, name):
        self.path = nursery.folder / f"{name}.time"
        self.step("+0")

    def step(self, offset):
        self.path.write_text(f"{offset}\n")

    def environment(self):
        return environment(
            LD_PRELOAD=FAKETIME, FAKETIME_TIMESTAMP_FILE=self.path, FAKETIME_NO_CACHE=1,
            FAKETIME_DONT_FAKE_MONOTONIC=1,
            ASAN_OPTIONS="detect_leaks=0:verify_asan_link_order=0")


@pytest.mark.parametrize("offset", ["+1d", "-1d"])
@pytest.mark.parametrize("part", ["serve", "work"])
def test_row_22_a_clock_steps_by_a_day(make_relay, nursery, sandbox, part, offset):
    """Before, while and after something is in flight."""
    relay = make_relay(**merge(BRISK, {"destinations": {"support": {"lease": "4s"}}}))
    clock = WallClock(nursery, part)
    processes = {role: relay.start(role, env=clock.environment() if role == part else None)
                 for role in ("serve", "work")}
    relay.wait_ready()
    sandbox.fault("create", "slow", 2, ms=300)
    sandbox.fault("create", "lose_after", 2)
    accepted = several(relay, 5)
    clock.step(offset)
    accepted += several(relay, 5, first=5)
    all_linked(relay, accepted)
    clock.step("+0")
    accepted += several(relay, 3, first=10)
    all_linked(relay, accepted)
    assert not processes["work"].logged("lease_lost|spent|outcome=refused")
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


def redis_by(clock, redis):
    """Redis goes by that clock."""
    redis.stop()
    # Its own malloc asks for the time before a clock is there to be moved.
    redis.under = ("env", f"LD_PRELOAD={FAKETIME}:libc.so.6",
                   f"FAKETIME_TIMESTAMP_FILE={clock.path}", "FAKETIME_NO_CACHE=1",
                   "FAKETIME_DONT_FAKE_MONOTONIC=1")
    redis.start()


@pytest.mark.parametrize("offset", ["+1d", "-1d"])
def test_row_22_the_clock_of_redis_steps_by_a_day(make_relay, nursery, redis, sandbox, offset):
    """The clock that leases go by. Forward, all seem to be over; back, times are left
    behind that come much later. Nothing is sent twice."""
    clock = WallClock(nursery, "redis")
    redis_by(clock, redis)
    relay = make_relay(**BRISK)
    relay.start_all()
    sandbox.fault("create", "slow", 3, ms=300)
    accepted = several(relay, 6)
    wait_until(lambda: sandbox.stats()["requests"]["create"] >= 3, what="posts under way")
    clock.step(offset)
    after = several(relay, 3, first=6)
    accepted += after
    wait_until(lambda: {each["id"] for each in after} <=
               {chat["session_id"] for chat in sandbox.chats()}, what="what came after the step")
    if offset == "-1d":
        clock.step("+0")
    all_linked(relay, accepted)
    at_rest(relay)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


def test_row_22_a_clock_of_redis_that_ran_ahead_is_put_right(make_relay, nursery, redis, sandbox):
    """A lost worker's leases, next tries, the patience of looks, the budget: none of
    them waits for tomorrow."""
    clock = WallClock(nursery, "redis")
    clock.step("+1d")
    redis_by(clock, redis)
    relay = make_relay(**merge(BRISK, {"destinations": {"support": {"lease": "4s"}}}))
    relay.start("serve")
    worker = relay.start("work")
    relay.wait_ready()
    wait_until(lambda: redis.client.hget("{support}meta", "clock"), what="the time noted")
    sandbox.fault("create", "lose_after", 2)
    sandbox.fault("create", "slow", 2, ms=500)
    accepted = several(relay, 6)
    wait_until(lambda: sandbox.stats()["requests"]["create"] >= 4, what="posts under way")
    worker.kill()
    held = redis.client.zcard("{support}run") + redis.client.zcard("{support}due:deliver")
    assert held, "something was left behind"
    clock.step("+0")
    worker = relay.start("work", name="work-2")
    all_linked(relay, accepted)
    at_rest(relay)
    assert worker.logged(r"clock_went_back .*destination=support ms=86\d{6} ")
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


def test_row_26_reloads_under_load(make_relay, nursery, sandbox):
    """Good files, bad files, another secret: each may be in force at any moment."""
    relay = make_relay(destinations={"support": {"token": None, "token_file": str(
        nursery.folder / "token")}})
    (nursery.folder / "token").write_text(sandbox.TOKEN)
    processes = relay.start_all()
    good = relay.path.read_text()
    senders = Senders(relay.port, 300)
    for number in range(60):
        relay.path.write_text((good, good.replace("lease:", "leese:"),
                               good.replace("lease: 4s", "lease: 5s"))[number % 3])
        for process in processes:
            process.signal(signal.SIGHUP)
        threading.Event().wait(0.01)
    relay.path.write_text(good)
    senders.finish()
    assert not senders.refusals, "no request failed"
    for process in processes:
        process.signal(signal.SIGHUP)
        assert process.logged("reload_failed .*leese") and process.logged("reloaded")
    ids = list(senders.accepted.values())
    wait_until(lambda: len(sandbox.chats()) >= len(ids), what="all to have a chat")
    at_rest(relay)
    assert_exactly_once(ids, sandbox.chats())


def test_row_27_a_rolling_restart_fails_no_request(make_relay, redis, sandbox):
    """As an upgrade does it: the new one is there before the old one goes. What a
    later version has put into the store is left as it is."""
    relay = make_relay(**BRISK)
    serve, work = relay.start("serve", "--child"), relay.start("work", "--child")
    relay.wait_ready()
    redis.client.function_load(
        "#!lua name=afterhours_99\n"
        "redis.register_function('ah99_version', function() return 'later' end)")
    senders = Senders(relay.port, 600, keep=False)
    for number in range(3):
        wait_until(lambda n=number: senders.count() >= 150 * (n + 1), what="some accepted")
        fresh = [relay.start(role, "--child", name=f"{role}-{number}")
                 for role in ("serve", "work")]
        wait_until(lambda f=fresh[0]: f.logged("queue_ready"), what="the new one")
        for old in (serve, work):
            old.signal(signal.SIGTERM)
        assert [serve.wait(), work.wait()] == [0, 0]
        serve, work = fresh
    senders.finish()
    assert not senders.refusals, "no request failed"
    ids = list(senders.accepted.values())
    wait_until(lambda: len(sandbox.chats()) >= len(ids), what="all to have a chat")
    at_rest(relay)
    assert_exactly_once(ids, sandbox.chats())
    assert redis.client.fcall("ah99_version", 0) == b"later"


def test_row_27_what_a_later_version_knows_of_a_message_stays(make_relay, redis, sandbox):
    relay = make_relay(**BRISK)
    relay.start("serve")
    relay.wait_ready()
    accepted = relay.accept()
    item = "{support}item:" + accepted["id"]
    redis.client.hset(item, "later", "a field of version N+1")
    relay.start("work")
    relay.wait_state(accepted)
    assert redis.client.hget(item, "later") == b"a field of version N+1"
    assert_exactly_once([accepted["id"]], sandbox.chats())


def test_row_32_erased_while_in_flight(make_relay, redis, sandbox, receiver):
    relay = make_relay(destinations={"support": {"request_timeout": "20s", "lease": "45s"}})
    relay.work = relay.start_all()[1]
    sandbox.fault("create", "slow", ms=2000)
    erased = relay.accept("forget me", email="gone@example.org")
    wait_until(lambda: sandbox.stats()["requests"]["create"] >= 1, what="the POST")
    sandbox.process.signal(signal.SIGSTOP)  # however long the erasing takes
    other = relay.accept("keep me")
    done = relay.run("erase", "--email", "gone@example.org")
    assert done.returncode == 0 and "what Zendesk has of them stays" in done.stdout
    assert promised(redis) == [other["id"]]
    sandbox.process.signal(signal.SIGCONT)
    wait_until(lambda: relay.work.logged(rf"lease_lost .*sub={erased['id']}"),
               what="the worker to drop it")
    relay.wait_state(other)
    at_rest(relay)
    left = [name for name in redis.client.keys("*") if erased["id"].encode() in name]
    assert left == [b"{support}gone:" + erased["id"].encode()], "only that it was erased"
    assert relay.http.get(erased["status_url"], timeout=10).status_code == 404
    assert len(sandbox.chats()) == 2 and not receiver.news(erased["id"])
