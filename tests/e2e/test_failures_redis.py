"""The table of failures, rows 16 to 21: the store restarts, is full, is the wrong
one, or is another one."""
import contextlib
import resource
import shutil
import signal
import time

import pytest

from harness.disk import Disk
from harness.faults import BRISK, all_linked, at_rest, promised, several
from harness.history import assert_exactly_once, differences
from harness.processes import free_port
from harness.proxy import TO_CLIENT, Fault, Proxy
from harness.relay import Relay, merge
from harness.senders import Senders
from harness.servers import Redis
from harness.waiting import wait_until


# What an operator is told of a server that may have forgotten something.
CHANGED = "redis_changed .*may have lost .*looked for before it is sent"


def on(redis, **more):
    return merge(BRISK, {"redis": {"url": redis.url, "timeout": "1s"}, **more})


def test_row_16_redis_killed_with_everything_on_disk(make_relay, redis, sandbox):
    relay = make_relay(**BRISK)
    relay.start_all()
    senders = Senders(relay.port, 300)
    for least in (60, 120, 180):
        wait_until(lambda n=least: senders.count() >= n, what=f"{least} accepted")
        redis.kill()
        wait_until(lambda: not relay.ready(), what="/readyz to say 503")
        redis.start()
        back = time.monotonic()
        relay.wait_ready()
        assert time.monotonic() - back < 2, "the doors reopen by themselves"
    senders.finish()
    assert set(senders.refusals) <= {503}
    ids = list(senders.accepted.values())
    wait_until(lambda: len(sandbox.chats()) >= len(ids), 30, "all to have a chat")
    at_rest(relay)
    assert_exactly_once(ids, sandbox.chats())


def cut_off(nursery):
    """Redis's file as if it had died while it wrote down the last move: without its
    EXEC and some more."""
    path, = (nursery.folder / "redis" / "appendonlydir").glob("*.incr.aof")
    data = path.read_bytes()
    assert data.endswith(b"EXEC\r\n")
    path.write_bytes(data[:-30])


def test_row_16_half_a_move_in_the_files_of_redis_comes_to_nothing(make_relay, redis, nursery):
    """Redis leaves the beginning of a move in its file when it starts, and carries it
    out, with what came after it, when it starts the next time."""
    relay = make_relay(**BRISK)
    relay.start("serve")
    relay.wait_ready()
    half = relay.accept("cut off", email="half@example.org")["id"]
    redis.kill()
    cut_off(nursery)
    redis.start()
    relay.wait_ready()
    assert "short read" in redis.process.log()
    whole = several(relay, 3)
    redis.kill()
    redis.start()
    relay.wait_ready()
    assert [relay.look(each)["state"] for each in whole] == ["queued"] * 3
    assert not redis.client.keys(f"*{half}*"), "nothing of it, not a part"
    assert redis.client.zcard("{support}all") == 3


@contextlib.contextmanager
def small_files(redis, _):
    """Redis's children die of writing more than a little, as on a full disk."""
    without = resource.prlimit(redis.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(redis.process.pid, resource.RLIMIT_FSIZE, (16384, without[1]))
    yield
    resource.prlimit(redis.process.pid, resource.RLIMIT_FSIZE, without)


@contextlib.contextmanager
def no_new_file(_, folder):
    """Redis can write on, but make no file."""
    files = folder / "appendonlydir"
    files.rename(folder / "away")
    files.write_text("in the way")
    yield
    files.unlink()
    (folder / "away").rename(files)


def torn(relay, redis, nursery):
    """Half of an accepting at the end of the file, behind one that was written anew;
    Redis runs on it, serve does not. The id."""
    serve = relay.start("serve")
    relay.wait_ready()
    redis.client.bgrewriteaof()
    wait_until(lambda: not redis.client.info()["aof_rewrite_in_progress"],
               what="what has been written so far to be in one file")
    half = relay.accept("cut off", email="half@example.org")["id"]
    serve.stop()
    redis.kill()
    cut_off(nursery)
    redis.start()
    return half


def nothing_of(half, relay, redis):
    """And what is accepted from then on stays, when Redis is killed once more."""
    relay.wait_ready()
    whole = several(relay, 3)
    redis.kill()
    redis.start()
    relay.wait_ready()
    assert [relay.look(each)["state"] for each in whole] == ["queued"] * 3
    assert not redis.client.keys(f"*{half}*"), "nothing of it, not a part"


@pytest.mark.parametrize("hinder, refusal", [
    (small_files, "AOF rewrite terminated"), (no_new_file, "append-only dir")])
def test_row_16_a_file_that_cannot_be_written_anew_keeps_the_doors_shut(
        make_relay, redis, nursery, hinder, refusal):
    relay = make_relay(**BRISK)
    half = torn(relay, redis, nursery)
    with hinder(redis, nursery.folder / "redis"):
        serve = relay.start("serve", name="serve-again")
        wait_until(lambda: serve.logged("cannot write its append-only file anew"),
                   what="the reason to be told")
        wait_until(lambda: redis.process.count_logged(refusal) >= 2,
                   what="it to have been tried again")
        assert relay.post().status_code == 503
        assert "make room" in relay.http.get(f"{relay.url}/readyz?verbose").text
    nothing_of(half, relay, redis)


def test_row_16_dying_again_before_the_file_is_new_brings_nothing_back(
        make_relay, redis, nursery):
    relay = make_relay(**BRISK)
    half = torn(relay, redis, nursery)
    with small_files(redis, nursery.folder / "redis"):
        serve = relay.start("serve", name="serve-again")
        wait_until(lambda: serve.logged("cannot write its append-only file anew"),
                   what="the reason to be told")
        redis.kill()
        redis.start()
    assert not redis.client.keys(f"*{half}*")
    nothing_of(half, relay, redis)


def test_row_16_a_server_that_may_not_be_asked_to_write_anew_is_told_of(make_relay, redis):
    relay = make_relay(**BRISK)
    serve = relay.start("serve")
    relay.wait_ready()
    relay.accept()
    redis.kill()
    redis.options = ("--rename-command", "BGREWRITEAOF", "")
    redis.start()
    relay.wait_ready()
    assert serve.logged("redis_not_mended .*bgrewriteaof")
    assert relay.accept()["durability"] == "disk"


def test_row_17_redis_killed_with_a_second_not_on_disk(nursery, sandbox):
    """The worst a crash can do: what was delivered meanwhile is forgotten, with
    its chat, and what came in last is gone."""
    redis = Redis(nursery, fsync="everysec")
    relay = Relay(nursery, redis, sandbox, settings=on(redis))
    serve = relay.start("serve")
    relay.wait_ready()
    assert serve.logged("queue_ready .*durability=memory")
    assert "a crash may lose the last second" in relay.run("check").stdout
    kept = several(relay, 5)
    assert kept[0]["durability"] == "memory"
    redis.client.config_set("appendfsync", "always")
    redis.client.set("on", "disk")
    shutil.copytree(nursery.folder / "redis", nursery.folder / "copy")
    redis.client.config_set("appendfsync", "everysec")
    work = relay.start("work")
    lost = several(relay, 3, first=5)
    all_linked(relay, kept + lost)
    redis.kill()
    shutil.rmtree(nursery.folder / "redis")
    shutil.move(nursery.folder / "copy", nursery.folder / "redis")
    redis.start()
    all_linked(relay, kept)
    assert work.logged(CHANGED) or serve.logged(CHANGED), "grace, and what was not delivered is suspect"
    found = differences([each["id"] for each in kept], sandbox.chats())
    assert not found["lost"] and not found["doubled"]
    assert sandbox.stats()["requests"]["create"] == 8, "looked for, not sent again"


def test_row_17_a_form_may_demand_more(nursery, sandbox):
    redis = Redis(nursery, fsync="everysec")
    relay = Relay(nursery, redis, sandbox, settings=on(
        redis, forms={"contact": {"durability": "disk"}}))
    relay.start("serve")
    relay.wait_ready()
    answer = relay.post()
    assert answer.status_code == 503 and answer.json()["type"].endswith("not-durable")
    assert not promised(redis)
    check = relay.run("check")
    assert check.returncode == 1 and "forms.contact demands durability: disk" in check.stdout
    redis.kill()
    redis.fsync = "always"
    redis.start()
    relay.wait_ready()
    assert relay.accept()["durability"] == "disk" and relay.run("check").returncode != 1


def test_row_18_memory_full_refuses_and_drains(make_relay, redis, sandbox):
    relay = make_relay(**BRISK)
    serve = relay.start("serve")
    relay.wait_ready()
    accepted = several(relay, 20)
    redis.client.config_set("maxmemory", redis.client.info("memory")["used_memory"] // 2)
    full = relay.post("no room", headers={"Idempotency-Key": "k"})
    assert full.status_code in (503, 507) and int(full.headers["Retry-After"]) >= 1, full.text
    relay.start("work")
    all_linked(relay, accepted)
    redis.client.config_set("maxmemory", 0)
    accepted.append(wait_until(lambda: relay.accept("room again"), what="room"))
    all_linked(relay, accepted)
    assert serve.running()
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


def replica_of(nursery):
    """A server that follows another one, of its own port."""
    port = free_port()
    Redis(nursery, name="master", options=("--port", port))
    return Redis(nursery, name="odd", options=("--replicaof", f"127.0.0.1 {port}"))


ODD = {
    "evicting": (lambda nursery: Redis(nursery, name="odd", options=(
        "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")), "noeviction"),
    "replica": (replica_of, "point redis.url at the master"),
    "no such db": (lambda nursery: Redis(nursery, name="odd", options=("--databases", "1")),
                   "DB index is out of range"),
    "password": (lambda nursery: Redis(nursery, name="odd", options=("--requirepass", "sesame")),
                 "Authentication required"),
}


@pytest.mark.parametrize("kind", ODD)
def test_row_19_a_redis_that_will_not_do(nursery, sandbox, monkeypatch, kind):
    monkeypatch.setattr(Redis, "answers", lambda redis: redis.socket.exists())
    make, words = ODD[kind]
    redis = make(nursery)
    url = redis.url + ("?db=5" if kind == "no such db" else "")
    relay = Relay(nursery, redis, sandbox, settings={
        "redis": {"url": url, "timeout": "300ms"}})
    serve, work = relay.start("serve"), relay.start("work")
    for process in (serve, work):
        wait_until(lambda p=process: p.logged(f"queue_not_ready .*{words}"), what="the reason")
    assert not relay.ready() and relay.post().status_code == 503
    check = relay.run("check")
    assert check.returncode != 0 and words in check.stdout, check.stdout


def test_row_19_an_old_redis_is_refused(nursery, redis, sandbox):
    proxy = Proxy(redis.socket, rewrite=lambda data: data.replace(
        b"redis_version:7", b"redis_version:6"))
    relay = Relay(nursery, redis, sandbox, settings={
        "redis": {"url": f"redis://127.0.0.1:{proxy.port}", "timeout": "300ms"}})
    serve = relay.start("serve")
    wait_until(lambda: serve.logged("queue_not_ready .*too old"), what="the reason")
    check = relay.run("check")
    assert check.returncode != 0 and "has no Functions" in check.stdout
    proxy.close()


def test_row_19_a_redis_without_a_file_is_told_of(nursery, sandbox):
    redis = Redis(nursery, name="odd", options=("--appendonly", "no"))
    relay = Relay(nursery, redis, sandbox, settings=on(redis))
    relay.start("serve")
    relay.wait_ready()
    assert relay.accept()["durability"] == "memory"
    assert "a restart loses accepted submissions" in relay.run("check").stdout


def until_refused(relay):
    """What is accepted before the disk is full."""
    accepted = []

    def refused():
        answer = relay.post("x" * 9000 + str(len(accepted)))
        if answer.status_code == 202:
            accepted.append(answer.json())
        return answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    wait_until(refused, what="a refusal")
    return accepted


def test_row_20_disk_full(nursery, sandbox):
    """As little disk as a limit on the size of a file leaves; the signal that
    comes with it is ignored, so that writing fails as on a full disk."""
    redis = Redis(nursery, under=("sh", "-c", "trap '' XFSZ; ulimit -f 300; exec \"$@\"", "sh"))
    relay = Relay(nursery, redis, sandbox, settings=on(redis))
    serve = relay.start("serve")
    relay.wait_ready()
    accepted = until_refused(relay)
    wait_until(lambda: not redis.process.running(), what="Redis to give up")
    wait_until(lambda: not relay.ready(), what="/readyz to say 503")
    redis.under = ()
    redis.start()
    relay.wait_ready()
    relay.start("work")
    all_linked(relay, accepted)
    assert {each["id"] for each in accepted} <= set(promised(redis))
    at_rest(relay)
    assert_exactly_once(promised(redis), sandbox.chats())
    assert serve.running()


def test_row_20_a_real_disk_is_full(nursery, sandbox):
    disk = Disk(nursery, nursery.folder / "redis", "6m")
    filler = disk.folder / "filler"
    redis = Redis(nursery, under=disk.inside())
    relay = Relay(nursery, redis, sandbox, settings=on(redis))
    relay.start_all()
    accepted = several(relay, 5)
    assert disk.run("dd", "if=/dev/zero", f"of={filler}", "bs=64k").returncode, "it is full"
    accepted += until_refused(relay)
    wait_until(lambda: not redis.process.running(), what="Redis to give up")
    assert not relay.ready()
    assert disk.run("rm", filler).returncode == 0
    redis.start()
    relay.wait_ready()
    all_linked(relay, accepted)
    assert {each["id"] for each in accepted} <= set(promised(redis))
    at_rest(relay)
    assert_exactly_once(promised(redis), sandbox.chats())


def test_row_21_failover_to_a_replica_that_is_behind(nursery, sandbox):
    """The replica misses the last writes: of some, that a chat was made; of
    others, everything."""
    port = free_port()
    master = Redis(nursery, options=(
        "--port", port, "--repl-diskless-sync-delay", "0"))
    link = Proxy(port)
    replica = Redis(nursery, name="replica", options=("--replicaof", f"127.0.0.1 {link.port}"))
    door = Proxy(master.socket)
    relay = Relay(nursery, master, sandbox, settings=merge(BRISK, {
        "redis": {"url": f"redis://127.0.0.1:{door.port}", "timeout": "1s"}}))
    serve = relay.start("serve")
    relay.wait_ready()
    known = several(relay, 6)
    wait_until(lambda: replica.client.zcard("{support}all") == 6, what="the replica to follow")
    link.arm(Fault("hang", 0, TO_CLIENT))
    unknown = several(relay, 4, first=6)
    work = relay.start("work")
    all_linked(relay, known + unknown)
    work.stop()
    gone = several(relay, 2, first=10)
    assert replica.client.zcard("{support}all") == 6, "it is behind"
    check = relay.run("check").stdout
    assert "it has 1 replica: " in check and "min-replicas-to-write 1" in check
    master.kill()
    door.upstream = replica.socket
    replica.client.replicaof("no", "one")
    work = relay.start("work", name="work-2")
    all_linked(relay, known)
    assert work.logged(CHANGED) or serve.logged(CHANGED), "whoever is first says so"
    assert sandbox.stats()["requests"]["create"] == 10, "nothing was sent twice"
    fresh = relay.accept("after the failover")
    relay.wait_state(fresh)
    at_rest(relay)
    found = differences([each["id"] for each in known + unknown + gone + [fresh]], sandbox.chats())
    assert sorted(found["lost"]) == sorted(each["id"] for each in gone), "these, and no others"
    assert not found["doubled"]
    for each in gone:
        assert relay.http.get(each["status_url"], timeout=10).status_code == 404, "nor is it denied"
    for each in (link, door):
        each.close()


def test_a_redis_that_hangs_for_three_leases_amid_deliveries(make_relay, redis, sandbox):
    """Whoever holds a lease stops sending before it is over, and asks again when
    Redis goes on."""
    relay = make_relay(**merge(BRISK, {"redis": {"timeout": "500ms"}}))
    serve, work = relay.start_all()
    sandbox.fault("create", "slow", count=60, ms=300)
    senders = Senders(relay.port, 150)
    wait_until(lambda: senders.count() >= 30, what="some to be accepted")
    redis.process.signal(signal.SIGSTOP)
    over = time.monotonic() + 3.5
    wait_until(lambda: not relay.ready() and time.monotonic() > over, what="three leases to pass")
    redis.process.signal(signal.SIGCONT)
    back = time.monotonic()
    relay.wait_ready()
    assert time.monotonic() - back < 5, "the doors reopen by themselves"
    senders.finish()
    ids = list(senders.accepted.values())
    wait_until(lambda: len(sandbox.chats()) >= len(ids), 60, "all to have a chat")
    at_rest(relay)
    assert_exactly_once(ids, sandbox.chats())
    assert serve.running() and work.running()


def test_a_slow_redis_delays_and_loses_nothing(nursery, sandbox):
    """Each command may wait for a third of the time one has."""
    redis = Redis(nursery, options=("--enable-debug-command", "yes"))
    relay = Relay(nursery, redis, sandbox, settings=on(redis))
    relay.start_all()
    senders = Senders(relay.port, 100, threads=8)
    while senders.count() < 100:
        redis.client.execute_command("DEBUG", "SLEEP", "0.3")
    senders.finish()
    assert senders.refusals == {}
    ids = list(senders.accepted.values())
    wait_until(lambda: len(sandbox.chats()) >= len(ids), 60, "all to have a chat")
    at_rest(relay)
    assert_exactly_once(ids, sandbox.chats())
