"""Running it: what dies is started again, signals do what an operator expects."""
import json
import os
import pathlib
import signal

import pytest

from harness.history import assert_exactly_once
from harness.processes import command_line, environment, free_port, run
from harness.waiting import wait_until


def roles(process):
    """{role: [process ids]} of what `up` runs now."""
    found = {}
    for pid in process.children():
        words = command_line(pid)
        name = next((role for role in ("redis-server", "serve", "work", "sandbox")
                     if any(role in word for word in words[:2])), None)
        found.setdefault(name, []).append(pid)
    return found


@pytest.fixture
def up(make_relay):
    """`up` with a Redis of its own and two processes of each role."""
    relay = make_relay(redis=None, processes={"serve": 2, "work": 2})
    relay.up = relay.start("up")
    relay.wait_ready()
    wait_until(lambda: {role: len(pids) for role, pids in roles(relay.up).items()}
               == {"redis-server": 1, "serve": 2, "work": 2}, what="all processes")
    for line in ("listening", "working"):
        wait_until(lambda: relay.up.count_logged(f" info {line} ") == 2, what=f"both {line}")
    return relay


def test_up_runs_everything_and_ends_everything(up, sandbox):
    accepted = up.accept()
    up.wait_state(accepted)
    assert_exactly_once([accepted["id"]], sandbox.chats())
    pids = [pid for each in roles(up.up).values() for pid in each]
    assert up.up.stop() == 0
    assert not [pid for pid in pids if command_line(pid)], "a child outlived up"


def test_what_was_accepted_outlives_a_restart_of_everything(make_relay, sandbox):
    relay = make_relay(redis=None)
    base = relay.settings["destinations"]["support"]["base_url"]
    relay.settings["destinations"]["support"]["base_url"] = "http://127.0.0.1:9"
    relay.write(relay.settings)
    up = relay.start("up")
    relay.wait_ready()
    accepted = [relay.accept(f"number {n}", email=f"n{n}@example.org") for n in range(20)]
    assert up.stop() == 0
    relay.settings["destinations"]["support"]["base_url"] = base
    relay.write(relay.settings)
    relay.start("up", name="up-2")
    relay.wait_ready()
    for each in accepted:
        relay.wait_state(each)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


@pytest.mark.parametrize("role", ["redis-server", "serve", "work"])
def test_a_child_that_dies_is_started_again(up, role):
    before = roles(up.up)
    os.kill(before[role][0], signal.SIGKILL)
    wait_until(lambda: len(roles(up.up).get(role, [])) == len(before[role])
               and before[role][0] not in roles(up.up)[role], what=f"another {role}")
    up.wait_ready()
    up.wait_state(up.accept())
    child = role.removesuffix("-server")
    assert up.up.logged(rf"ended .*child={child} .*signal=9")


def remembers(pid, text):
    """Whether that is in its memory, where its variables are, too."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            start, end = (int(each, 16) for each in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and "/" not in line:
                memory.seek(start)
                if text in memory.read(end - start):
                    return True
    return False


def test_redis_is_told_nothing_of_the_settings(make_relay):
    relay = make_relay(redis=None)
    process = relay.start("up", env=environment(AFTERHOURS_LOG_LEVEL="debug"))
    relay.wait_ready()
    [redis] = roles(process)["redis-server"]
    assert remembers(redis, b"PATH="), "what it was told can be found"
    assert not remembers(redis, b"AFTERHOURS_")


def test_hup_brings_new_settings_into_force(up):
    assert up.post(form="second").status_code == 404
    up.settings["forms"]["second"] = dict(up.settings["forms"]["contact"])
    up.write(up.settings)
    up.up.signal(signal.SIGHUP)
    wait_until(lambda: all(up.post(form="second", message=f"m{n}").status_code == 202
                           for n in range(8)), what="the second form, from every process")


def test_hup_with_a_bad_file_keeps_the_old_settings_and_says_why(up):
    good = up.path.read_text()
    up.path.write_text(good.replace("destinations:", "destinatoins:"))
    up.up.signal(signal.SIGHUP)
    line = wait_until(lambda: up.up.logged(r"^.*destinatoins.*$"), what="the reason").group()
    assert "destinations" in line and "afterhours.yaml" in line
    up.wait_state(up.accept("still here"))
    assert up.up.running()


def test_a_child_that_meets_a_bad_file_while_it_starts_stops_no_other(make_relay, nursery, sandbox):
    """It was slow to begin; the file was changed for the worse meanwhile."""
    relay = make_relay(processes={"serve": 1, "work": 2})
    serve = relay.start("serve")
    work = relay.start("work", env=environment(
        AH_FAILPOINTS="daemon.settings/child=stop", AH_FAILPOINTS_SEEN=nursery.folder))
    seen = nursery.folder / "daemon.settings-child"
    wait_until(lambda: seen.read_text().endswith("\n"), what="one child to be stopped")
    wait_until(lambda: work.logged(r" info working "), what="the other one")
    relay.wait_ready()
    relay.write({**relay.settings, "nonsense": 1})
    work.signal(signal.SIGHUP)
    wait_until(lambda: work.logged("reload_failed"), what="the supervisor to have seen it")
    os.kill(int(seen.read_text()), signal.SIGCONT)
    wait_until(lambda: work.logged("start_failed"), what="the slow child to have met it")
    relay.wait_state(relay.accept())
    relay.write(relay.settings)
    wait_until(lambda: work.count_logged(r" info working ") == 2, what="both of them")
    assert serve.running()


def test_term_lets_work_finish_what_it_has_begun(relay, sandbox):
    sandbox.fault("create", "slow", ms=1000)
    accepted = relay.accept()
    wait_until(lambda: sandbox.stats()["requests"]["create"] >= 1, what="the POST")
    assert relay.work.stop() == 0
    assert relay.work.logged(rf"sub={accepted['id']} .*outcome=done")
    assert len(sandbox.chats()) == 1


def test_term_lets_serve_answer_what_it_has_taken(relay):
    accepted = relay.accept()
    relay.work.stop()
    answer = relay.http.get(accepted["status_url"], timeout=10)
    assert answer.status_code == 200
    assert relay.serve.stop() == 0


def test_tstp_takes_no_new_work_but_finishes_the_old(relay, sandbox):
    sandbox.fault("create", "slow", ms=1000)
    first = relay.accept("first")
    wait_until(lambda: sandbox.stats()["requests"]["create"] >= 1, what="the POST")
    relay.work.signal(signal.SIGTSTP)
    wait_until(lambda: relay.work.logged(rf"sub={first['id']} .*outcome=done"))
    second = relay.accept("second")
    other = relay.start("work", name="other")
    relay.wait_state(second)
    assert other.logged(rf"sub={second['id']} .*outcome=done")
    assert not relay.work.logged(rf"sub={second['id']}")
    assert relay.work.stop() == 0


def test_the_log_can_be_json_lines(make_relay):
    relay = make_relay(log={"format": "json"})
    relay.start_all()
    accepted = relay.accept("nothing of this in a log", name="Nobody")
    relay.wait_state(accepted)
    for process in relay.nursery.processes:
        if process.name in ("serve", "work"):
            lines = [json.loads(line) for line in process.log().splitlines()]
            assert lines and all("event" in line for line in lines)


def test_no_log_tells_what_a_visitor_wrote(relay, nursery, sandbox):
    sandbox.fault("create", "lose_after")
    relay.wait_state(relay.accept("canary-message", name="canary-name",
                                  email="canary@example.org", phone="canary-phone"))
    relay.post("canary-message", email="canary at nowhere")
    assert "canary" not in nursery.logs(10**7)


def test_term_does_not_wait_for_a_redis_that_is_gone(relay, redis, sandbox):
    sandbox.fault("create", "slow", ms=1500)
    accepted = relay.accept()
    wait_until(lambda: sandbox.stats()["requests"]["create"] >= 1, what="the POST")
    redis.kill()
    assert relay.work.stop() == 0
    assert relay.work.logged("stopping_now")
    redis.start()
    relay.start("work", name="next")
    relay.wait_state(accepted)
    assert_exactly_once([accepted["id"]], sandbox.chats())


def test_a_second_up_on_the_same_folder_says_that_it_waits(make_relay):
    relay = make_relay(redis=None)
    relay.start("up")
    relay.wait_ready()
    relay.settings["listen"] = f"127.0.0.1:{free_port()}"
    relay.write(relay.settings)
    second = relay.start("up", name="second")
    wait_until(lambda: second.logged("waiting .*another 'afterhours up'"), what="the reason")
    assert second.stop() != 0


def test_stopping_is_no_error_in_the_log(make_relay):
    relay = make_relay(redis=None)
    up = relay.start("up", "--sandbox", "--sandbox-listen", f"127.0.0.1:{free_port()}")
    relay.wait_ready()
    assert up.stop() == 0
    assert not up.logged(r"error ended")


def test_commands_elsewhere_say_that_data_dir_must_be_the_same(nursery):
    done = run("status", folder=nursery.folder)
    assert done.returncode == 69
    assert "another data_dir, set the same here" in done.stderr
