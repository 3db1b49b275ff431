"""Settings as an operator meets them: refused with a reason, shown, and secrets
that are read again when their file is replaced."""
import json
import os

import pytest

from harness.processes import environment, free_port, run
from harness.waiting import wait_until


def replace(path, text):
    """As a secret's new version comes: another file under the same name."""
    fresh = path.with_name("fresh")
    fresh.write_text(text)
    os.replace(fresh, path)


@pytest.mark.parametrize("command", ["serve", "work", "up", "check", "status"])
def test_a_bad_file_is_refused_with_line_and_nearest_name(make_relay, command):
    relay = make_relay()
    relay.path.write_text("listen: 127.0.0.1:0\nredis:\n  urll: redis://x\n")
    done = relay.run(command)
    assert done.returncode == 78
    assert 'afterhours.yaml: line 3: redis.urll: unknown; did you mean' in done.stderr
    assert "url" in done.stderr


@pytest.mark.parametrize("command", ["serve", "work", "up"])
def test_without_an_address_to_deliver_to_nothing_starts(nursery, redis, command):
    done = run(command, folder=nursery.folder, env=environment(
        AFTERHOURS_REDIS_URL=redis.url, AFTERHOURS_LISTEN=f"127.0.0.1:{free_port()}"))
    assert done.returncode == 78
    assert "AFTERHOURS_ZENDESK_SUBDOMAIN" in done.stderr and "--sandbox" in done.stderr

BARE = {"named": "destinations: { support: {} }\n"
                 "forms: { contact: { origins: ['https://www.example.com'] } }\n",
        "forms only": "forms: { contact: { origins: ['https://www.example.com'] } }\n"}


@pytest.mark.parametrize("bare", BARE)
def test_up_with_a_sandbox_takes_a_file_that_names_no_address(nursery, bare):
    (nursery.folder / "a.yaml").write_text(
        BARE[bare] + f"listen: 127.0.0.1:{free_port()}\ndata_dir: data\n")
    env = environment(AFTERHOURS_CONFIG="a.yaml")
    up = nursery.afterhours("up", "up", "--sandbox", "--sandbox-listen",
                            f"127.0.0.1:{free_port()}", env=env)
    wait_until(lambda: up.logged("Press Ctrl-C"), what="up to be ready")
    assert up.logged("Deliveries to (support|default) go to the sandbox at")
    done = run("submit", "--form", "contact", "message=Hello", "email=ada@example.org",
               folder=nursery.folder, env=env)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: " linked " in run("list", folder=nursery.folder, env=env).stdout,
               what="its ticket")
    assert run("check", folder=nursery.folder, env=env).returncode == 0


def test_a_named_destination_without_an_address_is_told_by_all_who_need_it(nursery, redis):
    (nursery.folder / "a.yaml").write_text(BARE["named"])
    env = environment(AFTERHOURS_CONFIG="a.yaml", AFTERHOURS_REDIS_URL=redis.url,
                      AFTERHOURS_LISTEN=f"127.0.0.1:{free_port()}")
    says = "a.yaml: line 1: destinations.support: has neither subdomain nor base_url"
    for command in (["serve"], ["work"], ["up"], ["config", "print"]):
        done = run(*command, folder=nursery.folder, env=env)
        assert done.returncode == 78 and says in done.stderr, (command, done.stderr)
    done = run("check", folder=nursery.folder, env=env)
    assert done.returncode == 1 and "support: it has no address" in done.stdout, done.stdout
    assert "subdomain" in done.stdout


def test_an_unknown_variable_is_refused(make_relay, nursery):
    relay = make_relay()
    done = run("check", "--config", relay.path, folder=nursery.folder,
               env=environment(AFTERHOURS_LOG_LEVLE="debug"))
    assert done.returncode == 78
    assert "AFTERHOURS_LOG_LEVLE: unknown; did you mean AFTERHOURS_LOG_LEVEL?" in done.stderr


def test_config_print_shows_values_origins_and_no_secret(make_relay, nursery, sandbox):
    relay = make_relay()
    done = run("config", "print", "--config", relay.path, folder=nursery.folder,
               env=environment(AFTERHOURS_LOG_LEVEL="warn"))
    assert done.returncode == 0, done.stderr
    assert sandbox.TOKEN not in done.stdout
    assert "# environment AFTERHOURS_LOG_LEVEL" in done.stdout
    assert "# from file line 1" in done.stdout and "# default" in done.stdout


def test_config_print_shows_wrong_settings_too(make_relay):
    relay = make_relay()
    relay.path.write_text("listen: nowhere\nlog: {level: warn}\n")
    done = relay.run("config", "print", "--json")
    assert done.returncode == 78 and "line 1: listen" in done.stderr
    shown = json.loads(done.stdout)
    assert len(shown["faults"]) == 1
    assert shown["settings"]["log.level"] == {
        "value": "warn", "origin": "file", "line": 2, "environment": "AFTERHOURS_LOG_LEVEL"}


def test_what_is_printed_can_be_loaded(make_relay, nursery):
    relay = make_relay()
    relay.settings["redis"]["password"] = "unused"
    relay.write(relay.settings)
    first = relay.run("config", "print")
    relay.path.write_text(first.stdout.replace('"***"', '"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"')
                          .replace('["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]', "[]"))
    second = relay.run("config", "print")
    assert second.returncode == 0, second.stderr
    assert ([line.split("#")[0].rstrip() for line in second.stdout.splitlines()[1:]]
            == [line.split("#")[0].rstrip() for line in first.stdout.splitlines()[1:]])


def test_a_token_is_read_again_when_its_file_is_replaced(make_relay, nursery, sandbox):
    token = nursery.folder / "token"
    token.write_text("not-the-token\n")
    relay = make_relay(destinations={"support": {"token": None, "token_file": str(token)}})
    relay.start_all()
    work = next(each for each in nursery.processes if each.name == "work")
    replace(token, sandbox.TOKEN + "\n")
    wait_until(lambda: work.logged(r"\breloaded\b"), what="work to read it again")
    relay.wait_state(relay.accept())


def test_a_spoilt_token_file_leaves_the_old_token_in_force(make_relay, nursery, sandbox):
    token = nursery.folder / "token"
    token.write_text(sandbox.TOKEN + "\n")
    relay = make_relay(destinations={"support": {"token": None, "token_file": str(token)}})
    _, work = relay.start_all()
    replace(token, "\n")
    wait_until(lambda: work.logged(r"reload_failed .*token: is empty"), what="the reason")
    relay.wait_state(relay.accept())
