"""The table of failures, rows 1 to 6 and 30: between a sender and the store."""
import concurrent.futures
import signal
import socket
import time

import pytest
import requests

from harness.faults import all_linked, at_once, failing, promised, several
from harness.history import assert_exactly_once
from harness.processes import BINARY, environment
from harness.proxy import TO_CLIENT, Fault, Proxy
from harness.relay import Relay
from harness.waiting import wait_until

KEY = {"Idempotency-Key": "a-key-of-the-sender"}


def serving_through(nursery, redis, sandbox, choose):
    """A relay whose serve reaches Redis by a proxy, and the proxy."""
    proxy = Proxy(redis.socket, choose)
    relay = Relay(nursery, redis, sandbox, settings={
        "redis": {"url": f"redis://127.0.0.1:{proxy.port}", "timeout": "1s"}})
    relay.start("serve")
    relay.wait_ready()
    relay.write({**relay.settings, "redis": {"url": redis.url, "timeout": "1s"}})
    relay.start("work")
    return relay, proxy


def dies_at(relay, nursery, point):
    """A sender whose serve dies at that point, and who sends again."""
    serve = relay.start("serve", "--child", env=environment(**failing(nursery, point)))
    relay.wait_ready()
    with pytest.raises(requests.ConnectionError):
        relay.post(headers=KEY)
    assert serve.wait() == -signal.SIGKILL
    relay.start("serve", name="serve-2")
    relay.wait_ready()


def test_row_01_serve_dies_before_the_store_is_asked(make_relay, nursery, redis, sandbox):
    relay = make_relay()
    dies_at(relay, nursery, "intake.accept")
    assert promised(redis) == []
    again = relay.post(headers=KEY)
    assert again.status_code == 202 and "Idempotency-Replayed" not in again.headers
    relay.start("work")
    relay.wait_state(again.json())
    assert_exactly_once([again.json()["id"]], sandbox.chats())
    assert len(promised(redis)) == 1


def test_row_02_serve_dies_between_the_store_and_its_202(make_relay, nursery, redis, sandbox):
    relay = make_relay()
    dies_at(relay, nursery, "intake.accepted")
    first = promised(redis)
    assert len(first) == 1
    again = [relay.post(headers=KEY).json() for _ in range(2)]
    assert [each["id"] for each in again] == first * 2
    assert again[0]["status_url"] == again[1]["status_url"]
    relay.start("work")
    relay.wait_state(again[0])
    assert_exactly_once(first, sandbox.chats())
    assert promised(redis) == first


def test_row_03_redis_connection_drops_with_an_accept_in_flight(nursery, redis, sandbox):
    faults = [Fault("cut", 0, TO_CLIENT)]
    broken = [False]

    def choose(data):
        if b"ah3_accept" not in data:
            return None
        return Fault("cut", 0, TO_CLIENT) if broken[0] else faults and faults.pop()
    relay, proxy = serving_through(nursery, redis, sandbox, choose)
    first = relay.accept("the second call says: known")
    assert proxy.played == 1 and promised(redis) == [first["id"]]

    broken[0] = True
    answer = relay.post("never answered", headers=KEY)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    assert len(promised(redis)) == 2, "it is stored, and was not promised"
    broken[0] = False
    relay.wait_ready()
    second = relay.post("never answered", headers=KEY).json()
    all_linked(relay, [first, second])
    assert_exactly_once([first["id"], second["id"]], sandbox.chats())
    proxy.close()


def test_row_04_redis_hangs_without_closing(make_relay, redis, sandbox):
    relay = make_relay(redis={"timeout": "500ms"})
    relay.start_all()
    before = several(relay, 3)
    redis.process.signal(signal.SIGSTOP)
    began = time.monotonic()
    answer = relay.post("during", headers=KEY)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    assert time.monotonic() - began < 5
    wait_until(lambda: not relay.ready(), what="/readyz to say 503")
    assert relay.http.get(f"{relay.url}/livez", timeout=5).status_code == 200
    redis.process.signal(signal.SIGCONT)
    relay.wait_ready()
    during = relay.post("during", headers=KEY)
    assert during.status_code == 202
    accepted = [*before, during.json()]
    all_linked(relay, accepted)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "of-the-page"}],
                         ids=["without a key", "with a key"])
def test_row_05_a_double_click_makes_one_submission(relay, redis, sandbox, headers):
    answers = at_once(relay, 50, **headers)
    assert {answer.status_code for answer in answers} == {202}
    ids = {answer.json()["id"] for answer in answers}
    assert len(ids) == 1 and promised(redis) == list(ids)
    relay.wait_state(answers[0].json())
    assert_exactly_once(ids, sandbox.chats())


def test_row_06_the_same_key_with_another_body_is_refused(relay, redis, sandbox):
    first = relay.post("one", headers=KEY, name="Ada")
    for message, more in [("two", {}), ("one", {"email": "eve@example.org", "name": "Ada"}),
                          ("one", {"name": "Eve"}), ("one", {"name": "Ada", "phone": "1"})]:
        other = relay.post(message, headers=KEY, **more)
        assert other.status_code == 422, (message, more)
        assert other.json()["type"].endswith("idempotency-conflict")
    again = relay.post("one", headers=KEY, name="Ada")
    assert again.json()["id"] == first.json()["id"]
    relay.wait_state(first.json())
    assert_exactly_once(promised(redis), sandbox.chats())
    assert len(promised(redis)) == 1


def connect(relay):
    link = socket.create_connection(("127.0.0.1", relay.port), timeout=10)
    link.settimeout(10)
    return link


def test_row_30_out_of_descriptors_accept_pauses_and_resumes(make_relay, nursery, redis, sandbox):
    relay = make_relay()
    serve = nursery.start("serve", ["prlimit", "--nofile=64", BINARY, "serve", "--child",
                                    "--config", relay.path])
    relay.wait_ready()
    relay.start("work")
    links = [connect(relay) for _ in range(200)]
    for link in links[:8]:
        link.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert all(link.recv(12) == b"HTTP/1.1 200" for link in links[:8])
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(relay.post, f"number {n}", headers={"Connection": "close"})
                   for n in range(20)]
        for link in links:
            link.close()
        answers = [each.result(20) for each in waiting]
    accepted = [each.json() for each in answers if each.status_code == 202]
    assert {each.status_code for each in answers} <= {202, 503}
    accepted += several(relay, 3, first=100)
    all_linked(relay, accepted)
    assert serve.running() and redis.answers()
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())
