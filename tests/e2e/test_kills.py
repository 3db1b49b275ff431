"""Processes killed with -9 in the middle of their work: what was accepted is
delivered exactly once all the same."""
import signal
import socket
import threading

import pytest

from harness.history import assert_exactly_once
from harness.senders import Senders
from harness.waiting import wait_until


def rest(relay, sandbox, ids, timeout=60):
    """Waits until every id has a chat, then looks again at all of them."""
    wait_until(lambda: len({chat["session_id"] for chat in sandbox.chats()}) >= len(set(ids)),
               timeout, f"{len(set(ids))} chats")
    wait_until(lambda: nothing_waits(relay), timeout, "an empty queue")
    assert_exactly_once(ids, sandbox.chats())


def nothing_waits(relay):
    run = relay.run("status", "--json")
    assert run.returncode == 0, run.stderr
    return '"running": 0' in run.stdout


@pytest.fixture
def serving(make_relay):
    """A relay without a worker."""
    relay = make_relay()
    relay.serve = relay.start("serve")
    relay.wait_ready()
    return relay


def test_a_worker_killed_before_its_post_arrived(serving, sandbox):
    relay = serving
    with socket.create_server(("127.0.0.1", 0)) as silent:
        relay.settings["destinations"]["support"]["base_url"] = \
            f"http://127.0.0.1:{silent.getsockname()[1]}"
        relay.write(relay.settings)
        work = relay.start("work")
        accepted = relay.accept()
        silent.settimeout(20)
        silent.accept()
        work.kill()
    relay.settings["destinations"]["support"]["base_url"] = sandbox.url
    relay.write(relay.settings)
    relay.start("work", name="work-2")
    relay.wait_state(accepted)
    assert_exactly_once([accepted["id"]], sandbox.chats())


def test_a_worker_killed_while_its_post_is_unanswered(serving, sandbox):
    sandbox.fault("create", "slow", ms=1000)
    work = serving.start("work")
    accepted = serving.accept()
    wait_until(lambda: sandbox.stats()["requests"]["create"] >= 1, what="the POST")
    work.kill()
    serving.start("work", name="work-2")
    serving.wait_state(accepted)
    assert_exactly_once([accepted["id"]], sandbox.chats())


def test_a_worker_killed_when_its_post_has_been_answered(serving, sandbox):
    work = serving.start("work")
    accepted = serving.accept()
    wait_until(sandbox.chats, what="the chat")
    work.kill()
    serving.start("work", name="work-2")
    serving.wait_state(accepted)
    assert_exactly_once([accepted["id"]], sandbox.chats())


def test_workers_killed_at_every_moment_of_a_burst(serving, sandbox):
    """Each round's worker lives a little longer than the one before it."""
    ids = []
    pause = threading.Event()
    for number in range(12):
        work = serving.start("work", name=f"work-{number}")
        ids += [serving.accept(f"{number}.{each}", email=f"r{number}.{each}@example.org")["id"]
                for each in range(8)]
        wait_until(lambda w=work: w.logged("ready|listening|started"), what="the worker to start")
        pause.wait(0.015 * number)
        work.kill()
    serving.start("work", name="work-last")
    rest(serving, sandbox, ids)


def test_a_worker_that_slept_past_its_lease_sends_nothing(serving, sandbox):
    sandbox.fault("create", "slow", 20, ms=1000)
    sleeper = serving.start("work", name="sleeper")
    accepted = [serving.accept(f"number {n}", email=f"n{n}@example.org") for n in range(20)]
    wait_until(lambda: sandbox.stats()["requests"]["create"] >= 1, what="the first POST")
    sleeper.signal(signal.SIGSTOP)
    serving.start("work", name="other")
    for each in accepted:
        serving.wait_state(each, timeout=60)
    before = sandbox.stats()["requests"]["create"]
    sleeper.signal(signal.SIGCONT)
    assert sleeper.stop() == 0
    assert sandbox.stats()["requests"]["create"] == before
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


@pytest.mark.timeout(300)
def test_redis_killed_while_5000_come_in_loses_and_doubles_nothing(relay, redis, sandbox):
    senders = Senders(relay.port, 5000)
    for moment in (800, 2500, 4000):
        wait_until(lambda m=moment: senders.count() >= m, 60, f"{moment} accepted")
        redis.kill()
        wait_until(lambda: relay.http.get(f"{relay.url}/readyz", timeout=5).status_code == 503,
                   what="/readyz to say 503")
        assert relay.http.get(f"{relay.url}/livez", timeout=5).status_code == 200
        if moment == 2500:
            wait_until(lambda: senders.refusals.get(503), what="a 503 for a sender")
        redis.start()
        relay.wait_ready()
    senders.finish()
    assert set(senders.refusals) == {503}, senders.refusals
    rest(relay, sandbox, list(senders.accepted.values()), 180)


def test_serve_killed_under_load_keeps_what_it_promised(make_relay, sandbox):
    relay = make_relay()
    relay.start("work")
    serve = relay.start("serve")
    relay.wait_ready()
    senders = Senders(relay.port, 400)
    for number in range(3):
        wait_until(lambda n=number: senders.count() >= 100 * (n + 1), 60, "some accepted")
        serve.kill()
        serve = relay.start("serve", name=f"serve-{number}")
    senders.finish()
    rest(relay, sandbox, list(senders.accepted.values()))
