"""Access tokens that are got with refresh tokens, each good once: one worker
refreshes for all, none is spent twice, none is used before its successor is
stored, and what cannot go on waits for a person with nothing lost."""
import json
import time

import pytest
import requests

from harness.crew import Crew
from harness.history import assert_exactly_once
from harness.relay import Relay
from harness.senders import Senders
from harness.servers import Sandbox
from harness.waiting import wait_until

CLIENT = {"client_id": "the-relay", "client_secret": "a-client-secret"}
FIRST = "the-first-refresh-token"
FRESH = r"\btoken_renewed\b"
REFUSED = r"\btoken_refused\b"


@pytest.fixture
def zendesk(nursery):
    return Sandbox(nursery, "--ticket-delay", "300", "--search-lag", "100",
                   "--refresh-token", FIRST,
                   "--client", f"{CLIENT['client_id']}:{CLIENT['client_secret']}")


@pytest.fixture
def office(nursery, redis, zendesk, receiver):
    """A relay that refreshes; nothing is started."""
    return Office(nursery, redis, zendesk, receiver)


class Office(Relay):
    def __init__(self, nursery, redis, zendesk, receiver):
        super().__init__(nursery, redis, zendesk, receiver, {"destinations": {"support": {
            "token": None, "request_timeout": "1s", "oauth": {**CLIENT, "refresh_token": FIRST}}}})
        self.zendesk = zendesk

    def set_oauth(self, **values):
        self.settings["destinations"]["support"]["oauth"].update(values)
        self.write(self.settings)

    def asked(self):
        """How often each status was the answer to a refresh."""
        return self.zendesk.stats()["answers"]["token"]

    def refreshed(self):
        return self.asked().get("200", 0)

    def tokens(self):
        answer = requests.get(f"{self.zendesk.url}/_sandbox/tokens", timeout=10)
        return [token.get("token") or token["refresh_token"] for token in answer.json()["tokens"]]

    def issue(self, refresh):
        """What an operator gets from Zendesk by signing in again."""
        requests.post(f"{self.zendesk.url}/_sandbox/tokens", timeout=10,
                      json={"refresh_token": refresh}).raise_for_status()

    def revoke(self):
        requests.delete(f"{self.zendesk.url}/_sandbox/tokens", timeout=10).raise_for_status()

    def status(self):
        return self.run("status").stdout

    def all_delivered(self, ids):
        wait_until(lambda: {chat["session_id"] for chat in self.zendesk.chats()} >= set(ids), 60,
                   "all to be delivered")
        assert_exactly_once(ids, self.zendesk.chats())

    def linked(self, number):
        """Hands in so many, and waits until they have their tickets."""
        taken = [self.accept(f"message {each}") for each in range(number)]
        for each in taken:
            self.wait_state(each)
        assert_exactly_once([each["id"] for each in taken], self.zendesk.chats())


def test_many_workers_share_tokens_of_two_seconds(office, zendesk, nursery):
    zendesk.manner(token_lifetime_ms=2000)
    began = time.monotonic()
    office.start("serve")
    crew = Crew(office, "work", 3)
    office.wait_ready()
    ids, seen = [], set()
    for wave in range(4):
        senders = Senders(office.port, 50, first=50 * wave)
        senders.finish()
        ids += senders.accepted.values()
        seen.update(office.tokens())
        wait_until(lambda least=wave + 1: office.refreshed() >= least, what="the next token")
    office.all_delivered(ids)
    asked, took = office.asked(), time.monotonic() - began
    seen.update(office.tokens())
    crew.close()
    assert set(asked) == {"200"}
    assert asked["200"] <= took / 1.6 + 1
    assert len(seen) > 4
    logs = nursery.logs()
    for secret in [FIRST, CLIENT["client_secret"], *seen - {Sandbox.TOKEN}]:
        assert secret not in logs


def test_a_revoked_token_is_replaced_at_once_and_nothing_is_held(office):
    office.start_all()
    office.linked(3)
    office.revoke()
    office.linked(20)
    assert office.refreshed() == 2
    assert "hold" not in office.status()


def test_when_new_tokens_are_refused_too_the_destination_is_held(office, zendesk, redis):
    _, work = office.start_all()
    office.linked(1)
    zendesk.fault("any", 401, 1000, match="/api/")
    taken = [office.accept(f"wait {number}") for number in range(20)]
    wait_until(lambda: work.logged(REFUSED), what="the alarm")
    wait_until(lambda: "held" in office.status(), what="the hold")
    assert office.refreshed() <= 3
    assert not any(redis.client.hget(f"{{support}}item:{each['id']}", "att") for each in taken)
    requests.delete(f"{zendesk.url}/_sandbox/faults", timeout=10).raise_for_status()
    assert office.run("resume", "support").returncode == 0
    for each in taken:
        office.wait_state(each)


def test_a_refresh_whose_answer_is_lost_ends_in_an_alarm_and_a_hold(office, zendesk):
    zendesk.fault("token", "lose_after")
    _, work = office.start_all()
    taken = [office.accept(f"wait {number}") for number in range(10)]
    wait_until(lambda: work.logged(REFUSED), what="the alarm")
    assert "the answer to an earlier refresh was lost" in work.log()
    wait_until(lambda: "held" in office.status(), what="the hold")
    assert office.asked() == {"400": 1}

    office.issue("the-second-refresh-token")
    office.set_oauth(refresh_token="the-second-refresh-token")
    work.signal(1)
    for each in taken:
        office.wait_state(each)
    assert office.asked() == {"200": 1, "400": 1}
    assert work.count_logged(REFUSED) <= 2
    office.all_delivered([each["id"] for each in taken])


def test_a_wrong_client_secret_is_told_by_check_and_mended_by_a_reload(office):
    office.set_oauth(client_secret="not-the-secret")
    _, work = office.start_all()
    accepted = office.accept()
    wait_until(lambda: work.logged(REFUSED), what="the alarm")
    check = office.run("check")
    assert check.returncode == 1
    assert "client_id or client_secret is refused (401 invalid_client)" in check.stdout
    assert FIRST not in check.stdout + check.stderr
    office.set_oauth(client_secret=CLIENT["client_secret"])
    work.signal(1)
    office.wait_state(accepted)
    assert "accepts the token" in office.run("check").stdout


def test_check_gets_the_first_token_and_the_worker_uses_it(office):
    assert "accepts the token" in office.run("check").stdout
    office.start_all()
    office.linked(2)
    assert office.refreshed() == 1


def test_a_chats_command_uses_the_token_that_the_workers_share(office, redis):
    office.start_all()
    office.linked(2)
    found = office.run("chats", "list")
    assert found.returncode == 0, found.stderr
    assert office.refreshed() == 1
    redis.kill()
    found = office.run("chats", "list")
    assert found.returncode == 69 and "is in Redis, or give --token-file" in found.stderr


def test_a_chats_command_replaces_a_revoked_token(office):
    office.start_all()
    office.linked(1)
    office.revoke()
    found = office.run("chats", "list")
    assert found.returncode == 0, found.stderr
    assert office.refreshed() == 2
    office.linked(2)
    assert office.refreshed() == 2, "its token is everybody's"


def test_check_tells_of_a_token_endpoint_out_of_order(office, zendesk):
    zendesk.fault("token", 500, 1000)
    _, work = office.start_all()
    office.accept()
    wait_until(lambda: work.logged(r"\btoken_late\b"), what="the warning")
    check = office.run("check")
    assert check.returncode == 69
    assert "support gets no new access token, for " in check.stdout and "500" in check.stdout


@pytest.mark.parametrize("fault", [500, "hang", 429])
def test_a_token_endpoint_out_of_order_is_asked_again_later(office, zendesk, fault):
    if fault == "hang":  # and it was spent: nobody will ever know the answer
        zendesk.fault("token", "slow", ms=1500)
    else:
        zendesk.fault("token", fault, 2)
    _, work = office.start_all()
    accepted = office.accept()
    wait_until(lambda: work.logged(r"\btoken_late\b"), what="the warning")
    told = wait_until(lambda: json.loads(office.run("status", "--json").stdout)["destinations"][0]
                      ["token_trouble"], what="status to tell of it") if fault != "hang" else None
    if fault == "hang":
        wait_until(lambda: work.logged(REFUSED), what="the alarm")
        return
    office.wait_state(accepted)
    assert str(fault) in told["reason"] and told["since"] and told["again_at"]
    assert office.refreshed() == 1
    assert not work.logged(REFUSED)
    assert "gets no new" not in office.status()


def start_workers(office, rule):
    """One that the rule strikes, and one that goes on."""
    seen = office.nursery.folder / "seen"
    seen.mkdir()
    office.start("serve")
    return Crew(office, "work", 2, 8, AH_FAILPOINTS=rule, AH_FAILPOINTS_SEEN=seen), seen


@pytest.mark.parametrize("action", ["kill", "stop"])
@pytest.mark.parametrize("point", ["access.spend", "access.stored"])
def test_a_worker_that_falls_beside_a_refresh_costs_nothing(office, point, action):
    crew, seen = start_workers(office, f"{point}={action}")
    office.wait_ready()
    office.linked(5)
    assert list(seen.iterdir())
    crew.close()
    assert office.asked() == {"200": 1}


def test_a_worker_that_is_killed_between_spending_and_storing_raises_the_alarm(office):
    crew, seen = start_workers(office, "access.spent=kill")
    office.wait_ready()
    taken = [office.accept(f"wait {number}") for number in range(5)]
    wait_until(lambda: "held" in office.status(), what="the hold")
    assert list(seen.iterdir())
    assert office.asked() == {"200": 1, "400": 1}
    office.issue("the-second-refresh-token")
    office.set_oauth(refresh_token="the-second-refresh-token")
    for member in crew.members:
        member.signal(1)
    for each in taken:
        office.wait_state(each)
    crew.close()
    asked = office.asked()
    assert asked.pop("200") == 2
    # Who has not read the new settings yet tries the old one again when the hold ends.
    assert asked in ({"400": 1}, {"400": 2})


def test_a_worker_that_sleeps_between_spending_and_storing_mends_it_on_waking(office):
    crew, seen = start_workers(office, "access.spent=stop")
    office.wait_ready()
    accepted = office.accept()
    office.wait_state(accepted, timeout=60)
    assert list(seen.iterdir())
    crew.close()
    assert office.asked()["200"] == 1
    assert "held" not in office.status()
