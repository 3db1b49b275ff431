"""The commands of operators, on a relay that runs."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from harness.history import assert_exactly_once
from harness.processes import BINARY, environment, free_port, run
from harness.waiting import wait_until


def read_json(relay, *arguments, code=0):
    done = relay.run(*arguments, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def fail_some(relay, sandbox, count, status="422"):
    """That many submissions, set aside for being refused."""
    sandbox.fault("create", status, count)
    accepted = [relay.accept(f"number {n}", email=f"n{n}@example.org") for n in range(count)]
    for each in accepted:
        relay.wait_state(each, "failed")
    return [each["id"] for each in accepted]


def on_a_terminal(relay, *arguments, columns=70, **env):
    """What the command writes to a terminal of that width."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    usual = environment(TERM="xterm-256color")
    del usual["NO_COLOR"]
    with subprocess.Popen([str(BINARY), *arguments, "--config", str(relay.path)],
                          stdout=follower, stderr=follower, env={**usual, **env}) as child:
        os.close(follower)
        seen = b""
        while True:
            try:
                more = os.read(leader, 4096)
            except OSError:
                break
            if not more:
                break
            seen += more
    os.close(leader)
    return seen.decode(), child.returncode


def test_status_counts_what_is_where(relay, sandbox):
    fail_some(relay, sandbox, 2)
    relay.wait_state(relay.accept("this one goes"))
    found = read_json(relay, "status")["destinations"][0]
    assert found["destination"] == "support"
    assert (found["failed"], found["running"]) == (2, 0)
    assert (found["accepted_total"], found["failed_total"], found["linked_total"]) == (3, 2, 1)
    text = relay.run("status").stdout
    assert "support" in text and "FAILED" in text


def test_show_tells_the_whole_life_with_its_reasons(relay, sandbox):
    sandbox.fault("create", "lose_after")
    accepted = relay.accept()
    relay.wait_state(accepted)
    shown = relay.run("show", accepted["id"]).stdout
    lines = [line for line in shown.splitlines() if "next=" in line and "callback" not in line]
    assert [line.split()[3:5] for line in lines] == [
        ["deliver", "unknown"], ["resolve", "done"], ["reconcile", "done"]], shown
    assert "next=resolve: " in lines[0], "and why"
    assert "Good evening" not in shown, "what was written is nobody's business here"

    story = read_json(relay, "show", accepted["id"])
    assert story["state"] == "linked" and story["zendesk_ticket_id"] > 0
    assert str(story["zendesk_ticket_id"]) in story["agent_url"]
    stages = [entry["text"].split()[0] for entry in story["timeline"]]
    assert [stage for stage in stages if stage != "callback"] == [
        "deliver", "resolve", "reconcile"]


def test_show_says_why_one_waits(relay, sandbox):
    assert relay.run("pause", "support").returncode == 0
    accepted = relay.accept()
    waiting = read_json(relay, "show", accepted["id"])["next"]
    assert "held" in waiting and "resume" in waiting
    assert relay.run("resume", "support").returncode == 0
    relay.wait_state(accepted)


def test_a_pause_is_seen_and_ends(relay, sandbox):
    assert "paused" in relay.run("pause", "support").stdout
    status = relay.run("status").stdout
    assert "support is held" in status and "resume" in status
    assert read_json(relay, "status")["destinations"][0]["hold"]["reason"] == "operator"
    accepted = relay.accept()
    assert sandbox.chats() == []
    relay.run("resume", "support")
    relay.wait_state(accepted)
    assert read_json(relay, "status")["destinations"][0]["hold"] is None
    assert relay.run("pause", "nowhere").returncode == 1


def test_list_filters(relay, sandbox):
    failed = fail_some(relay, sandbox, 2)
    linked = relay.accept("needle in the hay", email="needle@example.org")["id"]
    wait_until(lambda: len(read_json(relay, "list", "--state", "linked")) == 1)

    def ids(*filters):
        return {each["id"] for each in read_json(relay, "list", *filters)}

    assert ids() == {*failed, linked}
    assert ids("--state", "failed") == set(failed)
    assert ids("--reason", "refuses") == set(failed)
    assert ids("--search", "NEEDLE") == {linked}
    assert ids("--form", "contact", "--since", "1h") == {*failed, linked}
    assert ids("--until", "1h") == set()
    assert len(ids("--limit", "1")) == 1
    assert linked in relay.run("list", "--state", "linked").stdout
    assert "Nothing fits" in relay.run("list", "--state", "quarantined").stdout


@pytest.mark.parametrize("arguments, words", [
    (["list", "--state", "linkd"], "did you mean 'linked'"),
    (["list", "--since", "yesterday"], "3d"),
    (["list", "--limit", "0"], "--limit"),
    (["list", "extra"], "too many"),
    (["replay"], "--state failed"),
    (["replay", "--state", "linked"], "failed"),
    (["replay", "--rate", "fast", "--since", "1h"], "30/min"),
    (["replay", "--rate", "0", "--since", "1h"], "1 to 60000"),
    (["replay", "--state", "failed", "--json"], "--dry-run"),
    (["replay", "--state", "failed", "--wait", "--detach"], "not both"),
    (["replay", "--limit", "3", "some-id"], "--limit goes with filters"),
    (["replay", "--email", "nobody"], "exactly one @"),
    (["replays", "puase"], "did you mean 'pause'"),
    (["replays", "rate"], "30/min"),
    (["replays", "rate", "0"], "or none"),
    (["replays", "stop", "replay-1", "replay-2"], "one word too many"),
    (["show"], "id"),
    (["submit", "message=x"], "--form"),
    (["submit", "--form", "contact"], "FIELD=VALUE"),
    (["submit", "--form", "contact", "--file", "x", "message=y"], "not both"),
    (["pause"], "destination"),
    (["erase"], "--email"),
    (["erase", "--email", "nobody"], "exactly one @"),
    (["erase", "--email", "a@b.example", "some-id"], "not both"),
    (["status", "--watsh"], "--watsh"),
    (["check", "--wait", "long"], "'long' is not a value"),
    (["check", "--wait"], "'--wait' needs a value"),
    (["version", "--json=3"], "has no value"),
    (["list", "--jsno"], "no option '--jsno'"),
    (["up", "--processes", "0"], "'0' is not a value"),
    (["up", "--sandbx"], "no option '--sandbx'"),
    (["sandbox", "--seed"], "'--seed' needs a value"),
])
def test_used_wrongly_is_2_and_says_how(nursery, arguments, words):
    done = run(*arguments, folder=nursery.folder)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert words in done.stderr and "afterhours help" in done.stderr


@pytest.mark.parametrize("arguments, words", [
    (["list", "--form", "contakt"], "did you mean 'contact'"),
    (["list", "--destination", "suport"], "did you mean 'support'"),
    (["list", "--since", "1h", "--until", "2h"], "lies before"),
    (["replay", "support-01JABCDEF0123456789ABCDEFG"], "no such submission"),
    (["replay", "sales-01JABCDEF0123456789ABCDEFG"], "no destination 'sales'"),
    (["replay", "nonsense"], "is no id"),
    (["replay", "--form", "contakt"], "did you mean 'contact'"),
    (["replays", "watch"], "there is none to watch"),
    (["replays", "stop", "replay-01JABCDEF0123456789ABCDEFG"], "there is no replay"),
    (["show", "support-01JABCDEF0123456789ABCDEFG"], "no submission"),
    (["erase", "support-01JABCDEF0123456789ABCDEFG"], "no such submission"),
    (["release", "support-01JABCDEF0123456789ABCDEFG"], "not in quarantine"),
    (["submit", "--form", "contct", "message=x"], "did you mean 'contact'"),
    (["submit", "--form", "contact", "email=a@example.org"], "message"),
    (["submit", "--form", "contact", "message"], "FIELD=VALUE"),
    (["submit", "--form", "contact", "--file", "none.ndjson"], "none.ndjson"),
])
def test_what_cannot_be_done_is_told_and_changes_nothing(relay, arguments, words):
    done = relay.run(*arguments)
    assert done.returncode in (1, 2), (done.returncode, done.stderr)
    assert words in done.stdout + done.stderr
    assert read_json(relay, "status")["destinations"][0]["accepted_total"] == 0


def test_replay_shows_before_it_acts_and_never_doubles(relay, sandbox):
    ids = fail_some(relay, sandbox, 3)
    preview = relay.run("replay", "--state", "failed", "--dry-run")
    assert preview.returncode == 0 and "3 to replay" in preview.stdout
    assert "refuses" in preview.stdout
    unasked = relay.run("replay", "--state", "failed")
    assert unasked.returncode == 2 and "--yes" in unasked.stderr
    assert len(read_json(relay, "list", "--state", "failed")) == 3

    done = relay.run("replay", "--state", "failed", "--yes", "--rate", "6000/min")
    assert done.returncode == 0 and "3 replayed" in done.stdout
    wait_until(lambda: len(read_json(relay, "list", "--state", "linked")) == 3)
    assert_exactly_once(ids, sandbox.chats())
    again = relay.run("replay", ids[0])
    assert again.returncode == 1 and "not set aside; it is linked" in again.stderr
    assert "add --state failed" in again.stderr


def test_a_file_of_many_is_handed_in_line_by_line(relay, sandbox, nursery):
    lines = [json.dumps({"message": f"line {n}", "email": f"l{n}@example.org"})
             for n in range(200)]
    lines.insert(100, json.dumps({"email": "no-message@example.org"}))
    lines.insert(150, "{broken")
    path = nursery.folder / "many.ndjson"
    path.write_text("\n".join(lines) + "\n\n")
    done = relay.run("submit", "--form", "contact", "--file", path)
    assert done.returncode == 1
    ids = [line.split()[0] for line in done.stdout.splitlines()]
    assert len(set(ids)) == 200
    assert "line 101: " in done.stderr and "line 151: " in done.stderr
    assert "200 accepted, 2 refused" in done.stderr
    wait_until(lambda: len(sandbox.chats()) == 200, 60, "200 chats")
    assert_exactly_once(ids, sandbox.chats())


def test_erased_means_gone(relay, sandbox):
    accepted = relay.accept("a secret of mine", email="gone@example.org")
    relay.wait_state(accepted)
    assert relay.run("erase", accepted["id"]).returncode == 0
    assert relay.run("show", accepted["id"]).returncode == 1
    assert relay.http.get(accepted["status_url"], timeout=10).status_code == 404
    assert relay.run("erase", accepted["id"]).returncode == 1


def test_what_the_honeypot_caught_is_released_or_discarded(relay, sandbox):
    spam = [relay.accept(f"buy {n}", email=f"s{n}@example.org", _gotcha="x") for n in range(2)]
    assert len(read_json(relay, "list", "--state", "quarantined")) == 2
    assert relay.run("release", spam[0]["id"]).returncode == 0
    relay.wait_state(spam[0])
    assert relay.run("discard", spam[1]["id"]).returncode == 0
    assert relay.run("show", spam[1]["id"]).returncode == 1
    assert_exactly_once([spam[0]["id"]], sandbox.chats())


def test_check_finds_nothing_wrong_here(relay):
    done = relay.run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "accepts the token" in done.stdout and "appendfsync always" in done.stdout
    levels = {each["level"] for each in read_json(relay, "check")}
    assert levels == {"good"}


@pytest.mark.parametrize("settings, words", [
    ({"maxmemory-policy": "allkeys-lru"}, "noeviction"),
    ({"appendfsync": "everysec"}, "everysec"),
    ({"appendonly": "no"}, "appendonly yes"),
])
def test_check_says_what_is_wrong_with_redis(relay, redis, settings, words):
    for name, value in settings.items():
        redis.client.config_set(name, value)
    done = relay.run("check")
    assert words in done.stdout, done.stdout
    assert done.returncode == (1 if "maxmemory-policy" in settings else 0)


def test_check_says_what_it_may_not_see_of_redis(relay, redis):
    redis.client.execute_command("ACL", "SETUSER", "default", "-config|get")
    done = relay.run("check")
    assert done.returncode == 0, done.stdout
    assert "cannot be seen" in done.stdout and "+config|get" in done.stdout


def test_check_tells_of_a_password_that_redis_wants(relay, redis):
    redis.client.config_set("requirepass", "a-password")
    done = relay.run("check")
    assert done.returncode == 69
    assert "NOAUTH" in done.stdout and "account and password" in done.stdout
    assert "says more" not in done.stdout


def test_check_can_wait_for_what_is_away(make_relay, redis, nursery):
    relay = make_relay(redis={"timeout": "300ms"})
    redis.stop()
    assert relay.run("check").returncode == 69
    waiting = nursery.afterhours("check", "check", "--config", relay.path, "--wait", "60s")
    redis.start()
    assert waiting.wait(60) == 0, waiting.log()


def test_check_says_that_an_address_is_not_zendesk(make_relay, sandbox):
    wrong = make_relay(destinations={"support": {"base_url": f"{sandbox.url}/elsewhere"}})
    done = wrong.run("check")
    assert done.returncode == 1
    assert "404" in done.stdout and "base_url" in done.stdout


def test_healthcheck_is_0_when_ready_and_1_else(relay, redis):
    assert relay.run("healthcheck").returncode == 0
    assert run("healthcheck", f"{relay.url}/readyz").returncode == 0
    nobody = run("healthcheck", f"http://127.0.0.1:{free_port()}/readyz")
    assert nobody.returncode == 1 and "127.0.0.1" in nobody.stderr
    redis.stop()
    wait_until(lambda: not relay.ready())
    assert relay.run("healthcheck").returncode == 1


def test_redis_is_named_without_its_password(make_relay):
    port = free_port()
    relay = make_relay(redis={"url": f"redis://me:hunter%402@127.0.0.1:{port}/0",
                              "timeout": "200ms"})
    for command in ("status", "check"):
        done = relay.run(command)
        assert done.returncode == 69
        assert f"127.0.0.1:{port}" in done.stdout + done.stderr
        assert "hunter" not in done.stdout + done.stderr


def test_redis_away_is_69_for_every_command_that_needs_it(make_relay, redis):
    relay = make_relay(redis={"timeout": "200ms"})
    redis.stop()
    for command in (["status"], ["list"], ["show", "support-01JABCDEF0123456789ABCDEFG"],
                    ["submit", "--form", "contact", "message=x"], ["resume", "support"]):
        done = relay.run(*command)
        assert done.returncode == 69, (command, done.returncode, done.stderr)
        assert "redis.sock" in done.stderr


def test_version_names_the_libraries():
    found = json.loads(run("version", "--json").stdout)
    assert set(found["libraries"]) == {"libevent", "libcurl", "hiredis", "openssl",
                                       "jansson", "smartcols"}
    assert found["afterhours"] in run("version").stdout


def test_colours_only_on_a_terminal_and_not_if_unwanted(relay, sandbox):
    fail_some(relay, sandbox, 1)
    coloured, code = on_a_terminal(relay, "list")
    assert code == 0 and "\033[31m" in coloured
    plain, _ = on_a_terminal(relay, "list", columns=90, NO_COLOR="1")
    assert "\033[" not in plain
    assert "\033[" not in relay.run("list").stdout
    assert max(len(line) for line in plain.splitlines()) <= 90
    assert "\033[32m" in on_a_terminal(relay, "check")[0]


def test_a_progress_bar_only_on_a_terminal(relay, nursery):
    path = nursery.folder / "some.ndjson"
    path.write_text("".join(json.dumps({"message": f"m{n}", "email": f"m{n}@example.org"}) + "\n"
                            for n in range(60)))
    seen, code = on_a_terminal(relay, "submit", "--form", "contact", "--file", str(path))
    assert code == 0 and "[####" in seen and "60 accepted" in seen
    assert "####" not in relay.run("submit", "--form", "contact", "--file", path).stderr


def test_commands_beside_up_know_its_redis_and_its_sandbox(make_relay):
    relay = make_relay(redis=None, destinations={"support": None},
                       forms={"contact": {"destination": "default"}})
    up = relay.start("up", "--sandbox", "--sandbox-listen", f"127.0.0.1:{free_port()}")
    relay.wait_ready()
    done = relay.run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(the sandbox, not Zendesk)" in done.stdout
    assert up.logged("Deliveries to default go to the sandbox")
    accepted = relay.accept()
    wait_until(lambda: read_json(relay, "show", accepted["id"])["agent_url"], what="a ticket")
    up.kill()
    done = relay.run("check")
    assert done.returncode in (1, 69), "its Redis may still be stopping"
    assert "default: it has no address" in done.stdout, "the note of an `up` that is gone"


def test_up_says_that_a_destination_does_not_use_the_sandbox(make_relay, sandbox):
    relay = make_relay(redis=None)
    up = relay.start("up", "--sandbox", "--sandbox-listen", f"127.0.0.1:{free_port()}")
    wait_until(lambda: up.logged("Press Ctrl-C"), what="up to be ready")
    assert up.logged(f"Deliveries to support go to {sandbox.url}, NOT to the sandbox")


def test_status_paints_the_number_that_is_bad(relay, sandbox):
    fail_some(relay, sandbox, 3)
    shown, _ = on_a_terminal(relay, "status", columns=160)
    painted = re.findall(r"\033\[31m\s*(\d+)", shown)
    assert painted == ["3"], shown
