"""A destination's secret file is missing, or cannot be read: just then one must look."""
import json

import pytest

from harness.waiting import wait_until


@pytest.fixture
def token(nursery, sandbox):
    path = nursery.folder / "token"
    path.write_text(sandbox.TOKEN + "\n")
    return path


@pytest.fixture
def blind(make_relay, token):
    """A relay that runs, with one message set aside, whose token file is away."""
    relay = make_relay(destinations={"support": {"token": None, "token_file": str(token)}})
    relay.start_all()
    assert relay.run("pause", "support").returncode == 0
    relay.message = relay.accept(email="grace@example.org")["id"]
    token.unlink()
    return relay


@pytest.mark.parametrize("command", [
    ["status"], ["list"], ["show", "ID"], ["pause", "support"], ["erase", "ID"],
    ["erase", "--email", "grace@example.org"], ["replay", "--state", "failed", "--dry-run"],
    ["healthcheck"],
], ids=lambda words: " ".join(words[:2]))
def test_a_command_that_needs_no_token_goes_on_and_names_the_file(blind, token, command):
    done = blind.run(*[blind.message if word == "ID" else word for word in command])
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if str(token) in line]
    assert len(lines) == 1 and "No such file" in lines[0], done.stderr


def test_check_says_that_it_is_wrong_and_goes_on(blind, token):
    done = blind.run("check", "--json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert [each["area"] for each in found if str(token) in each["text"]] == ["settings"]
    assert any(each["area"] == "redis" and each["level"] == "good" for each in found), found
    assert not any("does not accept the token" in each["text"] for each in found), "none was tried"


def test_an_empty_file_and_a_lost_refresh_token_are_no_blindfold(blind, token, sandbox):
    token.write_text("")
    assert blind.run("status").returncode == 0
    blind.settings["destinations"]["support"].update(
        token_file=None, oauth={"client_id": "us", "client_secret_file": str(token),
                                "refresh_token_file": str(token)})
    blind.settings["destinations"]["support"].pop("token_file")
    blind.write(blind.settings)
    done = blind.run("list")
    assert done.returncode == 0 and blind.message in done.stdout, done.stderr
    assert "is empty" in done.stderr
    assert blind.run("check").returncode == 1


@pytest.mark.parametrize("command", [["serve"], ["work"], ["up"], ["config", "print"]],
                         ids=lambda words: words[0])
def test_who_needs_it_is_as_strict_as_ever(blind, token, command):
    done = blind.run(*command)
    assert done.returncode == 78 and str(token) in done.stderr, done.stderr


def test_wrong_settings_stop_a_command_as_ever(blind):
    blind.path.write_text(blind.path.read_text() + "nonsense: 1\n")
    for command in ("status", "list", "check"):
        done = blind.run(command)
        assert done.returncode == 78 and "nonsense" in done.stderr


def test_a_chat_command_says_which_file_it_lacks(blind, token):
    done = blind.run("chats", "list")
    assert done.returncode == 78 and str(token) in done.stderr, done.stderr


def test_what_waited_goes_on_when_the_file_is_back(blind, token, sandbox):
    token.write_text(sandbox.TOKEN)
    assert blind.run("resume", "support").returncode == 0
    wait_until(lambda: '"linked"' in blind.run("show", blind.message, "--json").stdout,
               what="its delivery")
