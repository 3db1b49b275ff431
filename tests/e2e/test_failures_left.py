"""A destination is renamed, or taken out of the settings, while messages of it are there."""
import json
import re
import signal

from harness.openapi import Checked, Document
from harness.processes import free_port
from harness.relay import DESTINATION
from harness.waiting import wait_until

NAMES = "{@}destinations"


def rename(relay, name="help"):
    """support is called otherwise from now on."""
    destinations = relay.settings["destinations"]
    destinations[name] = destinations.pop("support")
    for form in relay.settings["forms"].values():
        form["destination"] = name
    relay.write(relay.settings)


def leave_one(relay):
    """One waits for support; then support is gone from the settings."""
    assert relay.run("pause", "support").returncode == 0
    accepted = relay.accept(email="grace@example.org")
    rename(relay)
    return accepted["id"]


def reload(relay):
    for each in (relay.serve, relay.work):
        each.signal(signal.SIGHUP)


def test_a_reload_says_what_waits_for_a_destination_that_was_left(relay):
    leave_one(relay)
    reload(relay)
    wait_until(lambda: relay.work.logged(
        r"destination_left .*destination=support waiting=1 set_aside=0 kept=0 advice="),
        what="the warning")


def test_a_start_says_what_is_left_and_only_of_what_is_left(relay):
    leave_one(relay)
    relay.work.stop()
    work = relay.start("work", name="later")
    wait_until(lambda: work.logged(r"destination_left .*destination=support waiting=1"),
               what="the warning")
    assert not work.logged(r"destination_left .*destination=help")


def test_every_command_reaches_what_was_left(relay):
    message = leave_one(relay)
    assert message in relay.run("list").stdout
    assert message in relay.run("list", "--destination", "support").stdout
    status = relay.run("status").stdout
    assert re.search(r"support is not in the settings: 1 waits?\b", status), status
    left = json.loads(relay.run("status", "--json").stdout)["destinations_left"]
    assert left == [{"destination": "support", "waiting": 1, "set_aside": 0, "kept": 0}]
    shown = relay.run("show", message).stdout
    assert "not in the settings" in shown and "afterhours resume" not in shown, shown
    assert "afterhours erase" in shown and "put the name back" in shown
    check = relay.run("check")
    assert check.returncode == 1 and "support is not in the settings" in check.stdout


def test_a_person_is_erased_from_a_destination_that_was_left(relay):
    message = leave_one(relay)
    done = relay.run("erase", "--email", "Grace@example.org")
    assert done.returncode == 0 and done.stdout.startswith("1 of that person"), done.stdout
    assert relay.run("show", message).returncode != 0
    assert json.loads(relay.run("status", "--json").stdout)["destinations_left"] == []
    assert relay.run("check").returncode == 0


def test_one_is_erased_by_its_id_from_a_destination_that_was_left(relay):
    message = leave_one(relay)
    assert relay.run("erase", message).returncode == 0
    assert message not in relay.run("list").stdout


def test_what_is_only_kept_is_no_fault_and_goes_in_its_time(relay, redis):
    accepted = relay.accept()
    relay.wait_state(accepted)
    rename(relay)
    check = relay.run("check")
    assert check.returncode == 0, check.stdout
    assert "support is not in the settings" in check.stdout, "but it is noted"
    redis.client.zadd("{support}done", {accepted["id"]: 1})  # its time is over
    reload(relay)
    wait_until(lambda: not redis.client.exists(f"{{support}}item:{accepted['id']}"),
               what="its sweep")


def test_a_name_goes_when_nothing_is_left_of_it(relay, redis):
    message = leave_one(relay)
    redis.client.zadd(NAMES, {"support": 1, "help": 1})  # as if met long ago
    reload(relay)
    wait_until(lambda: relay.work.logged("destination_left"), what="the warning")
    assert redis.client.zscore(NAMES, "support"), "something is left of it"
    assert relay.run("erase", message).returncode == 0
    reload(relay)
    wait_until(lambda: redis.client.zscore(NAMES, "support") is None, what="its end")
    assert redis.client.zscore(NAMES, "help") > 1, "this one is met"


def test_a_name_put_back_goes_on(relay):
    message = leave_one(relay)
    relay.settings["destinations"]["support"] = {
        **DESTINATION, **{name: relay.settings["destinations"]["help"][name]
                          for name in ("base_url", "token")}}
    relay.write(relay.settings)
    reload(relay)
    assert relay.run("resume", "support").returncode == 0
    wait_until(lambda: '"linked"' in relay.run("show", message, "--json").stdout,
               what="its delivery")
    assert relay.run("check").returncode == 0


def test_work_starts_in_full_memory_all_the_same(relay, redis):
    """The name cannot be put down then, and nothing can be accepted either."""
    redis.client.config_set("maxmemory", 1)
    redis.client.delete(NAMES)
    work = relay.start("work", name="later")
    wait_until(lambda: work.logged("queue_ready"), what="the queue")
    assert redis.client.zscore(NAMES, "support") is None
    redis.client.config_set("maxmemory", 0)
    relay.run("status")
    assert redis.client.zscore(NAMES, "support")


def test_the_operators_api_tells_of_it_as_its_document_says(make_relay):
    port, token = free_port(), "a-token-that-may-only-read"
    relay = make_relay(admin={"listen": f"127.0.0.1:{port}", "token": token})
    relay.serve, relay.work = relay.start_all()
    api = Checked(Document())

    def left():
        return api.request("GET", f"http://127.0.0.1:{port}/v1/admin/stats", timeout=20,
                           headers={"Authorization": f"Bearer {token}"}
                           ).json()["destinations_left"]

    assert left() == []
    leave_one(relay)
    reload(relay)
    wait_until(left, what="the reload")
    assert left() == [{"destination": "support", "waiting": 1, "set_aside": 0, "kept": 0}]


def test_what_was_set_aside_for_it_is_a_fault_and_told_truly(relay, sandbox):
    sandbox.fault("create", "422", 1)
    message = relay.accept()
    relay.wait_state(message, "failed")
    rename(relay)
    check = relay.run("check")
    assert check.returncode == 1 and re.search(r"waiting \d+, set aside 1, kept 0", check.stdout)
    shown = relay.run("show", message["id"]).stdout
    assert "put the name back, then it can be tried again" in shown, shown
    assert "afterhours replay" not in shown.splitlines()[-1]
