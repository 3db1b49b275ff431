"""The spill journal: while Redis is away messages wait on the machine's disk, and
nothing of what was answered 202 is lost or doubled."""
import json
import re
import signal
import stat
import subprocess

import pytest

from harness.disk import Disk
from harness.history import assert_exactly_once
from harness.journal import away, drained, files, folder, leave_behind, verbose
from harness.processes import BINARY, environment
from harness.senders import Senders
from harness.waiting import wait_until

KEY = {"Idempotency-Key": "a-key-of-the-sender"}
JOURNAL = {"enabled": True}


@pytest.fixture
def relay(make_relay):
    return make_relay(journal=JOURNAL, redis={"timeout": "1s"})


def test_a_thousand_senders_never_hear_of_redis_being_away(relay, redis, sandbox):
    relay.start_all()
    senders = Senders(relay.port, 1000, threads=20)
    wait_until(lambda: senders.count() >= 100, what="some to be taken")
    redis.kill()
    wait_until(lambda: senders.count() >= 600, 60, "messages to be taken without Redis")
    redis.start()
    senders.finish()
    assert senders.refusals == {}
    drained(relay)
    ids = list(senders.accepted.values())
    assert len(set(ids)) == 1000
    wait_until(lambda: len(sandbox.chats()) >= 1000, 90, "all to be delivered")
    assert_exactly_once(ids, sandbox.chats())


def test_a_message_in_the_journal_is_promised_shown_and_known_again(relay, redis, sandbox):
    serve, _ = relay.start_all()
    away(relay, redis)
    first = relay.post("hello", headers=KEY)
    again = relay.post("hello", headers=KEY)
    other = relay.post("not hello", headers=KEY)
    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 422)
    assert first.json()["durability"] == again.json()["durability"] == "journal"
    assert again.json() == first.json() and again.headers["Idempotency-Replayed"] == "true"
    seen = relay.look(first.json())
    assert (seen["id"], seen["state"], seen["form"]) == (first.json()["id"], "queued", "contact")
    assert seen["received_at"] == first.json()["received_at"]
    assert relay.ready() and "[+] journal: takes messages, 1 waiting" in verbose(relay)

    assert stat.S_IMODE(folder(relay).stat().st_mode) == 0o700
    [path] = files(relay)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    redis.start()
    drained(relay)
    linked = relay.wait_state(first.json())
    assert linked["received_at"] == first.json()["received_at"]
    assert relay.post("hello", headers=KEY).json()["id"] == first.json()["id"]
    assert_exactly_once([linked["id"]], sandbox.chats())
    assert serve.logged(r"journal_taking ") and serve.logged(r"journal_drained .*count=1\b")


def test_messages_go_into_the_queue_in_the_order_they_came(relay, redis):
    relay.start("serve")
    relay.wait_ready()
    away(relay, redis)
    ids = [relay.accept(f"number {n}")["id"] for n in range(150)]
    redis.start()
    drained(relay)
    due = redis.client.zrange("{support}due:deliver", 0, -1)
    assert [each.decode() if isinstance(each, bytes) else each for each in due] == ids


def test_a_full_memory_is_away_too(relay, redis, sandbox):
    relay.start_all()
    redis.client.config_set("maxmemory", "1")
    accepted = [relay.accept(f"number {n}") for n in range(5)]
    assert {each["durability"] for each in accepted} == {"journal"}
    redis.client.config_set("maxmemory", "0")
    drained(relay)
    for each in accepted:
        relay.wait_state(each)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


def test_a_full_journal_says_503_and_keeps_what_it_promised(make_relay, redis, sandbox):
    relay = make_relay(journal={"enabled": True, "max_size": "64KiB"})
    serve, _ = relay.start_all()
    away(relay, redis)
    answers = [relay.post(f"{n} " + "x" * 5000) for n in range(20)]
    taken = [each.json()["id"] for each in answers if each.status_code == 202]
    assert {each.status_code for each in answers} == {202, 503} and len(taken) >= 5
    refused = next(each for each in answers if each.status_code == 503)
    assert int(refused.headers["Retry-After"]) >= 1
    assert serve.count_logged("journal_full") == 1
    assert sum(path.stat().st_size for path in files(relay)) <= 64 * 1024
    redis.start()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) >= len(taken), what="all to be delivered")
    assert_exactly_once(taken, sandbox.chats())


def test_serve_killed_while_journalling_loses_and_doubles_nothing(relay, redis, sandbox):
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    relay.start("work")
    away(relay, redis)
    senders = Senders(relay.port, 300, threads=10)
    for lives in range(2):
        wait_until(lambda n=lives: senders.count() >= 100 * (n + 1), 60, "more to be taken")
        serve.signal(signal.SIGKILL)
        serve.wait()
        serve = relay.start("serve", "--child", name=f"serve-{lives}")
    senders.finish()
    assert 503 not in senders.refusals
    redis.start()
    drained(relay)
    ids = list(senders.accepted.values())
    wait_until(lambda: len(sandbox.chats()) >= 300, 90, "all to be delivered")
    assert_exactly_once(ids, sandbox.chats())


def test_serve_killed_while_draining_doubles_nothing(relay, redis, sandbox):
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    relay.start("work")
    away(relay, redis)
    senders = Senders(relay.port, 150)
    senders.finish()
    seen = relay.nursery.folder / "seen"
    seen.mkdir()
    serve.stop()
    rules = "journal.drained=kill"
    serve = relay.start("serve", "--child", name="serve-2", env=environment(
        AH_FAILPOINTS=rules, AH_FAILPOINTS_SEEN=seen))
    wait_until(lambda: serve.logged("journal_adopted.*waiting=150"), what="the file to be adopted")
    redis.start()
    assert serve.wait() == -signal.SIGKILL
    assert files(relay), "not everything was said to be there"
    relay.start("serve", "--child", name="serve-3")
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) >= 150, 60, "all to be delivered")
    assert_exactly_once(senders.accepted.values(), sandbox.chats())


def test_a_living_process_adopts_the_file_of_a_dead_one(relay, redis, sandbox):
    dead, alive = (relay.start("serve", "--child", name=f"serve-{n}") for n in range(2))
    relay.wait_ready()
    relay.start("work")
    away(relay, redis)
    senders = Senders(relay.port, 100, threads=16)
    senders.finish()
    dead.signal(signal.SIGKILL)
    dead.wait()
    wait_until(lambda: alive.logged("journal_adopted"), what="the file to be adopted")
    redis.start()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) >= 100, 60, "all to be delivered")
    assert_exactly_once(senders.accepted.values(), sandbox.chats())


def test_a_torn_record_is_left_out(relay, redis, sandbox):
    ids, path = leave_behind(relay, redis, 5)
    path.write_bytes(path.read_bytes()[:-100])
    redis.start()
    serve, _ = relay.start_all()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) >= 4, what="the others to be delivered")
    assert_exactly_once(ids[:4], sandbox.chats())
    assert serve.logged(r"journal_torn.*offset=\d+")
    assert not list(folder(relay).iterdir())


def test_a_file_that_cannot_be_opened_is_told_of_and_waited_for(relay, redis, sandbox):
    ids, path = leave_behind(relay, redis, 3)
    kept = path.rename(relay.path.parent / "kept")
    path.symlink_to(kept)
    redis.start()
    serve, _ = relay.start_all()
    wait_until(lambda: serve.logged(rf" error journal_not_adopted .*{path.name}"), what="the alarm")
    path.unlink()
    kept.rename(path)
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) >= 3, what="all to be delivered")
    assert_exactly_once(ids, sandbox.chats())
    assert serve.count_logged("journal_not_adopted") == 1


def test_a_corrupt_record_is_set_aside_and_the_rest_is_delivered(relay, redis, sandbox):
    ids, path = leave_behind(relay, redis, 5)
    lines = path.read_bytes().splitlines(keepends=True)
    offset = len(lines[0]) + len(lines[1])
    lines[2] = lines[2].replace(b"number 2", b"number X")
    path.write_bytes(b"".join(lines))
    redis.start()
    serve, _ = relay.start_all()
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) >= 4, what="the others to be delivered")
    assert_exactly_once([*ids[:2], *ids[3:]], sandbox.chats())
    assert serve.logged(rf" error journal_damaged .*{path.name}.* offset={offset}\b")
    [aside] = folder(relay).iterdir()
    assert aside.name == path.name + ".damaged" and aside.read_bytes() == lines[2]
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    checked = relay.run("check")
    assert "damaged" in checked.stdout + checked.stderr


# A limit on files is to a process what a full disk is: write() takes a part.
SMALL = {
    "limit": ["prlimit", "--fsize=20000", "/bin/sh", "-c", 'trap "" XFSZ; shift; exec "$@"'],
    "disk": ["unshare", "--map-root-user", "--mount", "/bin/sh", "-c",
             'mount -t tmpfs -o size=32k none "$1" && shift && exec "$@"'],
}


@pytest.mark.parametrize("small", SMALL)
def test_a_full_disk_is_no_promise(make_relay, redis, sandbox, small):
    relay = make_relay(journal=JOURNAL)
    folder(relay).mkdir(parents=True)
    around = [*SMALL[small], "sh", folder(relay)]
    if subprocess.run([*around, "true"], check=False).returncode:
        pytest.skip("nobody but root may mount here")
    relay.nursery.start("serve", [*around, BINARY, "serve", "--child", "--config", relay.path])
    relay.wait_ready()
    relay.start("work")
    away(relay, redis)
    answers = [relay.post(f"{n} " + "x" * 9000) for n in range(4)]
    assert {each.status_code for each in answers} == {202, 503}
    taken = [each.json()["id"] for each in answers if each.status_code == 202]
    redis.start()
    wait_until(lambda: "0 waiting" in verbose(relay), 30, "the journal to be empty")
    wait_until(lambda: len(sandbox.chats()) >= len(taken), what="all to be delivered")
    assert_exactly_once(taken, sandbox.chats())


def test_a_folder_that_is_read_only_for_a_while_is_no_promise(make_relay, redis, sandbox):
    relay = make_relay(journal=JOURNAL, redis={"timeout": "1s"})
    disk = Disk(relay.nursery, folder(relay), "1m")
    serve = relay.nursery.start("serve", [*disk.inside(), BINARY, "serve", "--child",
                                          "--config", relay.path])
    relay.wait_ready()
    relay.start("work")
    away(relay, redis)
    disk.remount("ro")
    refused = relay.post("no")
    assert refused.status_code == 503 and int(refused.headers["Retry-After"]) >= 1
    assert serve.logged("journal_failed .*Read-only file system") and not relay.ready()
    disk.remount("rw")
    taken = [relay.accept(f"number {n}")["id"] for n in range(3)]
    assert serve.logged("journal_recovered") and relay.ready()
    redis.start()
    wait_until(lambda: len(sandbox.chats()) == 3, what="all to be delivered")
    wait_until(lambda: not disk.run("ls", folder(relay)).stdout, what="the file to go")
    assert_exactly_once(taken, sandbox.chats())


def test_what_waits_is_told_by_status_and_check(relay, redis):
    ids, _ = leave_behind(relay, redis, 3)
    told = relay.run("status")
    assert told.returncode == 69 and "journal: 3 waiting" in told.stdout
    redis.start()
    told = relay.run("status")
    assert told.returncode == 0 and "journal: 3 waiting" in told.stdout
    found = json.loads(relay.run("status", "--json").stdout)
    assert found["journal"]["waiting"] == len(ids) and found["journal"]["oldest"]
    checked = relay.run("check")
    assert re.search(r"journal.*3 waiting", checked.stdout)
    relay.start("serve")
    relay.wait_ready()
    drained(relay)
    assert "journal" not in relay.run("status").stdout
    assert json.loads(relay.run("status", "--json").stdout)["journal"]["waiting"] == 0


def test_turned_off_it_takes_nothing_and_still_drains(relay, redis, sandbox):
    ids, _ = leave_behind(relay, redis, 3)
    relay.write({**relay.settings, "journal": {"enabled": False}})
    serve = relay.start("serve")
    wait_until(lambda: "[-] journal: takes nothing, 3 waiting" in verbose(relay))
    assert relay.post("no").status_code == 503 and not relay.ready()
    relay.write(relay.settings)
    serve.signal(signal.SIGHUP)
    wait_until(relay.ready, what="the journal to be turned on")
    ids.append(relay.accept("yes")["id"])
    redis.start()
    relay.start("work")
    drained(relay)
    wait_until(lambda: len(sandbox.chats()) >= 4, what="all to be delivered")
    assert_exactly_once(ids, sandbox.chats())


def test_a_form_that_demands_the_disk_is_satisfied_by_the_journal(make_relay, redis):
    relay = make_relay(journal=JOURNAL, forms={"contact": {"durability": "disk"}})
    relay.start("serve")
    relay.wait_ready()
    away(relay, redis)
    assert relay.accept("hello")["durability"] == "journal"


def test_a_folder_that_cannot_be_used_is_told_at_start(make_relay, nursery):
    (nursery.folder / "taken").write_text("a file")
    relay = make_relay(journal={"enabled": True, "path": str(nursery.folder / "taken" / "x")})
    serve = relay.start("serve", "--child")
    assert serve.wait() == 69 and serve.logged(r"journal\.path.*taken")
