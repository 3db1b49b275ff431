"""The operators' API of a relay that runs: with several processes on one port,
over deaths of processes, and what the log says of it."""
import hashlib
import os
import signal
import socket
import threading

import pytest
import requests

from harness.history import assert_exactly_once
from harness.processes import free_port, run
from harness.waiting import wait_until

TOKEN = "a-token-that-may-do-everything"
READER = "a-token-that-may-only-read"


class Operator:
    """Asks the API, each time on a connection of its own: any process answers."""

    def __init__(self, port, token=TOKEN):
        self.url = f"http://127.0.0.1:{port}"
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method, path, status=200, **more):
        answer = requests.request(method, f"{self.url}{path}", headers=self.headers,
                                  timeout=20, **more)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def list(self, **filters):
        return self.ask("GET", "/v1/admin/submissions", params=filters)["submissions"]

    def replay(self, status=202, **order):
        return self.ask("POST", "/v1/admin/replays", status, json=order)

    def watch(self, replay):
        return self.ask("GET", f"/v1/admin/replays/{replay['id']}")

    def wait_end(self, replay):
        def ended():
            found = self.watch(replay)
            assert found["state"] != "running", found
            return found
        return wait_until(ended, 30, "the replay to end")


def admin_settings():
    return {"listen": f"127.0.0.1:{free_port()}", "token": TOKEN,
            "tokens": {"reader": {"hash": hashlib.sha256(READER.encode()).hexdigest()}}}


def operator_of(relay, token=TOKEN):
    return Operator(relay.settings["admin"]["listen"].rpartition(":")[2], token)


@pytest.fixture
def up(make_relay):
    """`up` with a Redis of its own and three processes that serve."""
    relay = make_relay(redis=None, admin=admin_settings(),
                       processes={"serve": 3, "work": 1})
    relay.up = relay.start("up")
    relay.wait_ready()
    wait_until(lambda: relay.up.count_logged(r" info listening ") == 3, what="all to listen")
    return relay


@pytest.fixture
def served(make_relay):
    relay = make_relay(admin=admin_settings())
    relay.serve, relay.work = relay.start_all()
    return relay


def fail_some(relay, sandbox, count):
    """That many submissions, set aside for being refused."""
    sandbox.fault("create", "422", count)
    accepted = [relay.accept(f"number {n}", email=f"n{n}@example.org") for n in range(count)]
    for each in accepted:
        relay.wait_state(each, "failed")
    return [each["id"] for each in accepted]


def test_a_life_is_told_from_the_list_to_the_last_attempt(up, sandbox):
    sandbox.fault("create", "lose_after")
    accepted = up.accept("Good evening", email="ada@example.org")
    up.wait_state(accepted)
    operator = operator_of(up, READER)
    (row,) = operator.list(state="linked", q="good evening")
    assert row["id"] == accepted["id"]
    told = operator.ask("GET", f"/v1/admin/submissions/{accepted['id']}")
    assert told["message"]["visitor"]["email"] == "ada@example.org"
    steps = [(each["stage"], each["outcome"]) for each in told["timeline"]
             if each["stage"] != "callback"]
    assert steps == [("deliver", "unknown"), ("resolve", "done"), ("reconcile", "done")]
    assert told["timeline"][0]["took_ms"] >= 0 and told["timeline"][0]["reason"]
    assert told["zendesk_ticket_id"] > 0
    (stats,) = operator.ask("GET", "/v1/admin/stats")["destinations"]
    assert (stats["accepted_total"], stats["linked_total"]) == (1, 1)


def test_operators_who_replay_the_same_things_replay_them_once(up, sandbox):
    failed = fail_some(up, sandbox, 30)
    operator = operator_of(up)
    preview = operator.replay(200, filter={"state": "failed"}, dry_run=True)
    assert preview["total"] == 30 and len(preview["reasons"]) == 1
    replays, gate = [], threading.Barrier(3)

    def replay(order):
        gate.wait()
        replays.append(operator.replay(**order))

    orders = [{"filter": {"state": "failed"}}, {"ids": failed}, {"filter": {"since": "1h"}}]
    threads = [threading.Thread(target=replay, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = [operator.wait_end(each) for each in replays]
    assert sum(each["replayed"] for each in ended) == 30, ended
    wait_until(lambda: len(operator.list(state="linked", limit=200)) == 30, 60, "all to be linked")
    assert_exactly_once(failed, sandbox.chats())
    assert {each["generation"] for each in operator.list(limit=200)} == {1}
    assert up.up.count_logged(r"admin_change .*by=admin action=replay ") == 3


def test_a_replay_outlives_the_process_that_began_it(up, sandbox):
    failed = fail_some(up, sandbox, 6)
    operator = operator_of(up)
    replay = operator.replay(ids=failed, rate=60)
    wait_until(lambda: operator.watch(replay)["done"] >= 1, what="it to begin")
    serving = [int(each) for each in {
        line.split("pid=")[1].split()[0] for line in up.up.log().splitlines()
        if " info listening " in line}]
    for pid in serving[:2]:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: operator.watch(replay)["state"] == "finished", 40, "the others to go on")
    wait_until(lambda: len(operator.list(state="linked")) == 6, 60, "all to be linked")
    assert_exactly_once(failed, sandbox.chats())


def test_a_replay_is_held_to_its_rate_and_stopped(served, sandbox):
    failed = fail_some(served, sandbox, 4)
    operator = operator_of(served)
    replay = operator.replay(filter={"state": "failed"}, rate=1)
    wait_until(lambda: operator.watch(replay)["done"] == 1, what="the first one")
    stopped = operator.ask("DELETE", f"/v1/admin/replays/{replay['id']}")
    assert (stopped["state"], stopped["done"], stopped["total"]) == ("stopped", 1, 4)
    assert len(operator.list(state="failed")) == 3
    assert len(failed) == 4
    assert served.serve.logged(r"admin_change .*by=admin action=stop_replay ")


def test_a_pause_holds_what_comes_until_it_is_resumed(served, sandbox):
    operator = operator_of(served)
    paused = operator.ask("POST", "/v1/admin/destinations/support/pause")
    assert paused["hold"]["reason"] == "operator"
    accepted = served.accept()
    told = operator.ask("GET", f"/v1/admin/submissions/{accepted['id']}")
    assert "paused by an operator" in told["next"]
    assert sandbox.chats() == []
    assert operator.ask("POST", "/v1/admin/destinations/support/resume")["hold"] is None
    served.wait_state(accepted)
    assert served.serve.logged(r"admin_change .*by=admin action=pause target=support")
    operator.ask("POST", "/v1/admin/destinations/nowhere/pause", 404)


def test_a_person_is_erased_by_api_and_by_command(served):
    operator = operator_of(served)
    for n in range(3):
        served.wait_state(served.accept(f"a secret of mine {n}", email="gone@example.org"))
    other = served.accept("I stay", email="other@example.org")
    erased = operator.ask("POST", "/v1/admin/erasures", json={"email": "Gone@EXAMPLE.org"})
    assert erased == {"erased": 3}
    assert [each["id"] for each in operator.list()] == [other["id"]]
    done = served.run("erase", "--email", "other@example.org")
    assert done.returncode == 0 and done.stdout.startswith("1 of that person"), done.stdout
    assert operator.list() == []
    assert "gone@example.org" not in served.serve.log().lower()


def test_a_role_that_reads_changes_nothing(served):
    reader = operator_of(served, READER)
    accepted = served.accept()
    reader.ask("DELETE", f"/v1/admin/submissions/{accepted['id']}", 403)
    reader.ask("POST", "/v1/admin/destinations/support/pause", 403)
    reader.replay(403, ids=[accepted["id"]])
    assert len(reader.list()) == 1
    operator_of(served, "a-token-that-nobody-knows").ask("GET", "/v1/admin/stats", 401)


def test_the_two_listeners_do_not_answer_for_each_other(served):
    operator = operator_of(served)
    assert requests.get(f"{operator.url}/readyz", timeout=10).status_code == 200
    assert requests.get(f"{operator.url}/f/contact", timeout=10).status_code == 404
    answer = served.http.get(f"{served.url}/v1/admin/stats", headers=operator.headers, timeout=10)
    assert answer.status_code == 404
    answer = requests.get(f"{operator.url}/v1/admin/stats", timeout=10, headers={
        **operator.headers, "Origin": "https://evil.example"})
    assert not [each for each in answer.headers if each.lower().startswith("access-control")]


def test_a_new_token_in_its_file_lets_in_without_a_restart(make_relay):
    relay = make_relay()
    path = relay.nursery.folder / "token"
    path.write_text(f"{TOKEN}\n")
    relay.settings["admin"] = {"listen": f"127.0.0.1:{free_port()}", "token_file": str(path)}
    relay.write(relay.settings)
    relay.start_all()
    operator_of(relay).ask("GET", "/v1/admin/stats")
    path.write_text("another-token-that-is-new\n")
    fresh = operator_of(relay, "another-token-that-is-new")
    wait_until(lambda: fresh.ask("GET", "/v1/admin/stats"), what="the new token to be known")
    operator_of(relay).ask("GET", "/v1/admin/stats", 401)


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_port_that_is_taken_is_told_by_its_setting(make_relay, command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        relay = make_relay(admin={**admin_settings(),
                                  "listen": f"127.0.0.1:{taken.getsockname()[1]}"})
        done = run(command, "--config", relay.path, folder=relay.nursery.folder)
    assert done.returncode == 1 or done.returncode >= 64, done.returncode
    assert "admin.listen" in done.stderr and "in use" in done.stderr.lower(), done.stderr


def test_without_a_token_there_is_no_listener(make_relay):
    relay = make_relay()
    relay.serve, _ = relay.start_all()
    assert not relay.serve.logged("admin_port")
