"""Replays of many: by several operators at once (row 28 of the table of failures),
paused, changed, watched; and what is told before one begins. By hand, with as many
as an outage leaves behind: AFTERHOURS_TEST_REPLAYED=10000."""
import concurrent.futures
import fcntl
import hashlib
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import pytest
import requests

from harness.faults import promised
from harness.history import assert_exactly_once
from harness.processes import BINARY, environment, free_port
from harness.relay import merge
from harness.waiting import wait_until

REPLAYED = int(os.environ.get("AFTERHOURS_TEST_REPLAYED", 600))
TOKEN = "a-token-that-may-operate"
# Who looks in vain leaves it to a person; any number may fail in a row.
DOUBTFUL = {"destinations": {"support": {"on_doubt": "hold", "breaker": {"failures": 0}}}}
HOUR_MS = 3600000


def dead(redis):
    return redis.client.zcard("{support}dead")


def hand_in(relay, count, email="p{}@example.org", words="message"):
    path = relay.nursery.folder / f"{words}.ndjson"
    path.write_text("".join(json.dumps({"message": f"{words} {n}", "email": email.format(n)}) + "\n"
                            for n in range(count)))
    done = relay.run("submit", "--form", "contact", "--file", path, timeout=300)
    assert done.returncode == 0, done.stderr


def refuse(relay, redis, sandbox, count, **more):
    """That many more are refused, and so set aside."""
    before = dead(redis)
    sandbox.fault("create", "422", count)
    hand_in(relay, count, **more)
    wait_until(lambda: dead(redis) == before + count, 120, "all to be set aside")


def doubt(relay, redis, sandbox, count):
    """That many arrive, but neither their answers, nor a search, say so."""
    before = dead(redis)
    sandbox.manner(search_lag_ms=HOUR_MS, lose_answer_rate=1)
    hand_in(relay, count, words="doubt")
    wait_until(lambda: dead(redis) == before + count, 120, "all to be looked for in vain")
    sandbox.manner(search_lag_ms=50, lose_answer_rate=0)


def begin(relay, *arguments):
    """A command that goes on while the test does something else."""
    return subprocess.Popen([str(BINARY), *map(str, arguments), "--config", str(relay.path)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=environment())


def read(relay, *arguments):
    done = relay.run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def newest(relay):
    return read(relay, "replays")[0]


def wait_done(relay, count):
    """So many, by all replays there are."""
    return wait_until(lambda: sum(each["done"] for each in read(relay, "replays")) >= count,
                      30, f"{count} to be done")


@pytest.fixture
def relay(make_relay):
    admin = {"listen": f"127.0.0.1:{free_port()}",
             "tokens": {"ada": {"hash": hashlib.sha256(TOKEN.encode()).hexdigest(),
                                "roles": ["operate"]}}}
    made = make_relay(**merge(DOUBTFUL, {"admin": admin}))
    made.serve, made.work = made.start_all()
    made.admin = f"http://{admin['listen']}/v1/admin"
    return made


def ask(relay, method, path, status=200, **more):
    answer = requests.request(method, relay.admin + path, timeout=20,
                              headers={"Authorization": f"Bearer {TOKEN}"}, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


def at_rest(relay, redis, total):
    """All linked; what failed again on the way (its answer and a look were lost on a
    slow machine) is replayed once more, as an operator would."""
    def rests():
        if dead(redis):
            relay.run("replay", "--yes", "--state", "failed")
        return redis.client.zcard("{support}done") == total
    wait_until(rests, 120, "all to be linked")


@pytest.mark.timeout(900)
def test_row_28_three_operators_replay_the_same(relay, redis, sandbox):
    """Two by command, one by the API, with filters that overlap, while answers are
    lost; a worker and one of the commands die on the way."""
    doubtful = REPLAYED // 10
    doubt(relay, redis, sandbox, doubtful)
    refuse(relay, redis, sandbox, REPLAYED - doubtful)
    ids = promised(redis)
    assert len(ids) == REPLAYED == dead(redis) and len(sandbox.chats()) == doubtful
    sandbox.manner(lose_answer_rate=0.1)
    began = time.monotonic()
    # Each gets one a minute until all three have their lists; then all at once.
    commands = [begin(relay, "replay", "--yes", "--rate", "1/min", *filters) for filters in (
        ("--state", "failed"), ("--since", "1h", "--form", "contact", "--reason", "Zendesk"))]
    third = ask(relay, "POST", "/replays", 202, json={
        "filter": {"destination": "support", "since": "1h"}, "rate": 1})
    running = wait_until(lambda: len(found := read(relay, "replays")) == 3 and found, 120,
                         "all three to run")
    for each, part in zip(running, (2, 1, 2)):
        ask(relay, "POST", f"/replays/{each['id']}/rate",
            json={"rate": min(24 * REPLAYED, 60000) // part})
    wait_done(relay, REPLAYED // 10)
    relay.work.kill()
    commands[0].kill()
    relay.start("work", name="another-worker")
    wait_until(lambda: all(each["state"] == "finished" for each in read(relay, "replays")), 300,
               "all three to end")
    assert commands[1].wait(60) == 0, commands[1].stderr.read()
    commands[0].communicate()
    commands[1].communicate()
    ended = read(relay, "replays")
    assert third["id"] in {each["id"] for each in ended}
    assert sum(each["replayed"] for each in ended) == REPLAYED, ended
    at_rest(relay, redis, REPLAYED)
    again = sum(each["replayed"] for each in read(relay, "replays")) - REPLAYED
    chats, looks = sandbox.chats(), fields(redis, ids, "fnd").count(b"1")
    print(f"{REPLAYED} replayed by three in {time.monotonic() - began:.0f} s: "
          f"{[each['replayed'] for each in ended]}; replayed again {again}, chats {len(chats)}, "
          f"of them found by a look {looks}")
    assert_exactly_once(ids, chats)
    assert looks >= doubtful
    generations = list(map(int, fields(redis, ids, "gen")))
    assert min(generations) == 1 and sum(generations) == REPLAYED + again


def fields(redis, ids, name):
    """That field of each."""
    pipe = redis.client.pipeline(transaction=False)
    for each in ids:
        pipe.hget("{support}item:" + each, name)
    return pipe.execute()


def fail(relay, sandbox, count, **fields):
    sandbox.fault("create", "422", count)
    accepted = [relay.accept(f"number {n}", **fields) for n in range(count)]
    for each in accepted:
        relay.wait_state(each, "failed")
    return [each["id"] for each in accepted]


def test_a_pause_outlives_the_command_and_the_processes(relay, redis, sandbox):
    ids = fail(relay, sandbox, 6)
    command = begin(relay, "replay", *ids, "--rate", "1/min")
    wait_until(lambda: read(relay, "replays")[0]["done"] == 1, what="the first one")
    command.kill()
    command.communicate()
    assert "1 of 6 done" in relay.run("replays", "pause").stdout
    relay.serve.kill()
    relay.work.kill()
    relay.start("serve", name="another-front")
    relay.start("work", name="another-worker")
    relay.wait_ready()
    (found,) = read(relay, "replays")
    assert (found["state"], found["done"], found["rate"]) == ("paused", 1, 1)
    again = relay.run("replays", "pause", found["id"])
    assert again.returncode == 1 and "it is paused" in again.stderr
    assert relay.run("replays", "rate", "6000/min").returncode == 0
    assert ask(relay, "POST", f"/replays/{found['id']}/resume")["state"] == "running"
    watched = relay.run("replays", "watch", found["id"])
    assert watched.returncode == 0 and "6 linked" in watched.stdout, watched
    told = ask(relay, "GET", f"/replays/{found['id']}")
    assert (told["state"], told["replayed"], told["became"]["linked"]) == ("finished", 6, 6)
    assert "finished" in relay.run("replays").stdout
    assert_exactly_once(ids, sandbox.chats())


def test_one_that_is_stopped_leaves_the_rest_as_it_was(relay, redis, sandbox):
    fail(relay, sandbox, 3)
    detached = relay.run("replay", "--state", "failed", "--yes", "--detach", "--rate", "1")
    (found,) = wait_until(lambda: [each for each in read(relay, "replays") if each["done"]],
                          what="the first one")
    assert detached.stdout.strip() == found["id"]
    ask(relay, "POST", f"/replays/{found['id']}/pause")
    assert relay.run("replays", "stop").returncode == 0
    assert ask(relay, "POST", f"/replays/{found['id']}/resume")["state"] == "stopped"
    shown = relay.run("replays", found["id"]).stdout
    assert "stopped" in shown and "1 of 3" in shown
    watched = relay.run("replays", "watch", found["id"])
    assert watched.returncode == 1 and "stopped after 1 of 3" in watched.stderr
    assert dead(redis) == 2
    assert relay.serve.logged(r"admin_change .*by=ada action=pause_replay .*done=1 rate=1")


def terminal(relay, *arguments, columns=80, until=None, heard=None, **env):
    """What a command writes to a terminal, which sends Ctrl-C once `until` is there;
    and its exit code. heard: a list that gets it as it comes."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    usual = environment(TERM="xterm-256color")
    del usual["NO_COLOR"]
    child = subprocess.Popen([str(BINARY), *arguments, "--config", str(relay.path)],
                             stdin=follower, stdout=follower, stderr=follower,
                             env={**usual, **env}, start_new_session=True,
                             preexec_fn=lambda: fcntl.ioctl(follower, termios.TIOCSCTTY, 0))
    os.close(follower)
    seen, deadline = "", time.monotonic() + 60
    while time.monotonic() < deadline and select.select([leader], [], [], 30)[0]:
        try:
            seen += os.read(leader, 4096).decode()
        except OSError:
            break
        if heard is not None:
            heard.append(seen)
        if until and until in seen:
            os.write(leader, b"\x03")
            until = None
    os.close(leader)
    return seen, child.wait(20)


def test_the_bar_fits_the_terminal_and_tells_what_became_of_each(relay, sandbox):
    ids = fail(relay, sandbox, 4)
    sandbox.fault("create", "422", 1)
    seen, code = terminal(relay, "replay", "--state", "failed", "--yes", columns=48)
    assert code == 1, seen
    frames = re.findall(r"\r\x1b\[K(\x1b\[32m\[[#-]+\]\x1b\[0m [^\r]*)", seen)
    plain = [re.sub(r"\x1b\[\d*m", "", each) for each in frames]
    assert plain and all(len(each) < 48 for each in plain), plain
    assert "4 of 4" in plain[-1] and "1 failed again" in plain[-1]
    assert "3 linked" in seen and "1 failed again: " in seen and "some have failed" in seen
    seen, code = terminal(relay, "replay", "--state", "failed", "--yes", NO_COLOR="1")
    assert code == 0 and "1 of 1" in seen and "[32m" not in seen
    assert_exactly_once(ids, sandbox.chats())


def test_away_from_a_terminal_there_is_no_bar(relay, sandbox):
    fail(relay, sandbox, 2)
    done = relay.run("replay", "--state", "failed", "--yes", "--wait")
    assert done.returncode == 0 and "2 linked" in done.stdout
    assert not re.search(r"[\x1b\r]", done.stdout + done.stderr)


def test_who_leaves_the_bar_is_told_that_it_goes_on(relay, redis, sandbox):
    ids = fail(relay, sandbox, 3)
    seen, code = terminal(relay, "replay", *ids, "--rate", "1/min", until="1 linked")
    assert code == 130 and "goes on without this command: 1 of 3" in seen, seen
    (found,) = read(relay, "replays")
    for verb in ("watch", "pause", "stop"):
        assert f"afterhours replays {verb} {found['id']} --config {relay.path}" in seen
    assert relay.run("replays", "rate", "none").returncode == 0
    wait_until(lambda: redis.client.zcard("{support}done") == 3, 30, "the others to be linked")
    assert_exactly_once(ids, sandbox.chats())


def test_the_bar_waits_for_a_redis_that_is_away(relay, redis, sandbox):
    ids, heard = fail(relay, sandbox, 2), [""]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        shown = pool.submit(terminal, relay, "replay", *ids, "--rate", "1/min", heard=heard)
        wait_until(lambda: "1 linked" in heard[-1], 30, "the first one")
        redis.kill()
        wait_until(lambda: "Redis is away, 1 of 2" in heard[-1], 30, "the bar to say so")
        redis.start()
        wait_until(lambda: relay.run("replays", "rate", "none").returncode == 0, 30,
                   "another rate to be taken")
        seen, code = shown.result(60)
    assert code == 0 and "2 linked" in seen, seen
    assert_exactly_once(ids, sandbox.chats())


def test_a_dry_run_counts_each_as_what_it_is(make_relay, redis, sandbox):
    """Of two forms, with two reasons, of three ages; some may have arrived."""
    relay = make_relay(**merge(DOUBTFUL, {
        "destinations": {"support": {"budget_per_minute": 600}},
        "forms": {"sales": {"destination": "support", "public": True}}}))
    relay.start_all()
    refuse(relay, redis, sandbox, 5)
    doubt(relay, redis, sandbox, 2)
    sandbox.fault("create", "422", 3)
    for n in range(3):
        assert relay.run("submit", "--form", "sales", f"message=sale {n}",
                         "email=Eve@example.org").returncode == 0
    wait_until(lambda: dead(redis) == 10, 60, "all to be set aside")
    ids = promised(redis)
    for each, hours in zip(ids, (2, 2, 50)):
        redis.client.hset("{support}item:" + each, "received",
                          int(time.time() * 1000) - hours * HOUR_MS)

    def preview(*filters):
        return read(relay, "replay", "--dry-run", *filters)
    found = preview("--state", "failed")
    assert found["total"] == 10
    assert sorted(each["count"] for each in found["reasons"]) == [2, 8]
    assert found["forms"] == [{"form": "sales", "count": 3}, {"form": "contact", "count": 7}]
    assert {each["age"]: each["count"] for each in found["ages"]} == {
        "less than an hour": 7, "less than a day": 2, "less than 3 days": 1}
    assert found["steps"] == {"post": 8, "look": 2, "ticket": 0, "tell": 0}
    # 8 x 1.02 and 2 x 5.02 requests at 600 a minute, after two seconds of patience
    assert found["expected_seconds"] == 2 + 2
    assert preview("--state", "failed", "--rate", "5")["expected_seconds"] == 120
    for count, filters in (
            (3, ("--form", "sales")), (3, ("--email", "eve@EXAMPLE.org")),
            (1, ("--search", "sale 2")), (2, ("--reason", found_reason(found, 2))),
            (7, ("--since", "1h")), (0, ("--email", "nobody@example.org")),
            (2, (*ids[:5], "--form", "contact", "--since", "1h")), (4, ids[:4])):
        assert preview(*filters)["total"] == count, filters
    written = relay.run("replay", "--state", "failed", "--dry-run").stdout
    assert "10 to replay; about 4 s at support's budget of 600 requests a minute" in written
    assert "2 looked for first" in written
    assert dead(redis) == 10 and read(relay, "replays") == []


def found_reason(found, count):
    return next(each["reason"] for each in found["reasons"] if each["count"] == count)


def test_what_is_wrong_with_an_id_is_told_and_nothing_is_done(relay, redis, sandbox):
    failed, linked = fail(relay, sandbox, 2), relay.accept("this one goes")
    relay.wait_state(linked)
    for wrong, words in (
            (linked["id"], "it is linked, and there is nothing to replay"),
            ("support-01JABCDEF0123456789ABCDEFG", "there is no such submission"),
            ("sales-01JABCDEF0123456789ABCDEFG", "there is no destination 'sales'")):
        done = relay.run("replay", *failed, wrong)
        assert done.returncode == 1 and f"{wrong}: " in done.stderr and words in done.stderr
        assert "nothing was replayed" in done.stderr
    none = relay.run("replay", *failed, "--email", "nobody@example.org")
    assert none.returncode == 1 and "none of these ids fits" in none.stderr
    order = {"ids": [*failed, linked["id"]], "filter": {"q": "number 1"}, "dry_run": True}
    told = ask(relay, "POST", "/replays", json=order)
    assert told["total"] == 1
    assert told["left_out"] == [{"id": failed[0], "why": "not_fitting"},
                                {"id": linked["id"], "why": "not_failed"}]
    assert dead(redis) == 2 and read(relay, "replays") == []
    done = relay.run("replay", *failed, *failed, linked["id"], "--state", "failed", "--wait")
    assert done.returncode == 0 and "2 replayed" in done.stdout and "2 linked" in done.stdout
    assert_exactly_once([*failed, linked["id"]], sandbox.chats())
