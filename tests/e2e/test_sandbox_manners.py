"""The sandbox answers in every manner that is open, and the relay copes with
each; what it is told by options and over HTTP it does, over a restart too."""
import pytest
import requests

from harness.history import assert_exactly_once
from harness.processes import run
from harness.servers import Sandbox
from harness.waiting import wait_until

CHATS = "/api/v2/chat/chats"
CHANGES = "/api/v2/chat/incremental/chats"
MESSAGE = {
    "visitor": {"name": "Joe", "email": "joe@example.com"},
    "message": "Hi there!", "type": "offline_msg",
    "session": {"id": "s-1", "start_date": "2014-10-09T05:28:31Z",
                "end_date": "2014-10-09T05:28:31Z"},
    "timestamp": 1412832511,
}


class Client:
    """Calls a sandbox with one token."""

    def __init__(self, sandbox, token=Sandbox.TOKEN):
        self.sandbox = sandbox
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method, path, **more):
        return requests.request(method, self.sandbox.url + path, timeout=10,
                                headers=self.headers, **more)

    def get(self, path, **params):
        answer = self.ask("GET", path, params=params)
        answer.raise_for_status()
        return answer.json()


def set_manner(sandbox, **manner):
    answer = sandbox.http.put(f"{sandbox.url}/_sandbox/manner", json=manner, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def manner_of(sandbox):
    return sandbox.http.get(f"{sandbox.url}/_sandbox/manner", timeout=10).json()


# Whatever is set by these is met by the relay's create, search and ids.
MANNERS = [
    {"created": 200}, {"timestamp": "now"}, {"id": "number"}, {"docs": "array"},
    {"absent": "null"}, {"absent": "null", "docs": "array"},
    {"no_page": "null"}, {"no_page": "text"}, {"no_page": "empty"},
    {"no_page": "missing"}, {"ticket": "missing"}, {"unread": "number"},
    {"webpath": "arrays"}, {"arrays": "null"}, {"dates": "impossible"},
    {"members": "unknown"}, {"urls": "elsewhere"}, {"department": "dropped"},
    {"tickets": "large"}, {"busy": "html"},
    {"created": 200, "timestamp": "now", "id": "number", "docs": "array",
     "absent": "null", "no_page": "missing", "ticket": "missing",
     "unread": "number", "webpath": "arrays", "arrays": "null",
     "dates": "impossible", "members": "unknown", "urls": "elsewhere",
     "department": "dropped", "tickets": "large", "busy": "html"},
]


# Those that whoever looks for a lost chat meets.
SEARCHED = {"timestamp", "id", "docs", "no_page", "urls"}


def test_the_relay_copes_with_every_manner(relay, sandbox):
    accepted = []
    for number, manner in enumerate(MANNERS):
        usual = sandbox.http.delete(f"{sandbox.url}/_sandbox/manner", timeout=10).json()
        assert set_manner(sandbox, **manner) == {**usual, **manner}
        began = len(accepted)
        accepted.append(relay.accept(f"in manner {number}"))
        if "busy" in manner:
            sandbox.fault("create", 429, match=f"refused {number}", retry_after=1)
            accepted.append(relay.accept(f"refused {number}"))
        if SEARCHED & manner.keys():
            sandbox.fault("create", "lose_after", match=f"lost {number}")
            accepted.append(relay.accept(f"lost {number}"))
        for each in accepted[began:]:
            found = relay.wait_state(each)
            tickets = {chat["session_id"]: chat["ticket_id"] for chat in sandbox.chats()}
            assert found["zendesk_ticket_id"] == tickets[each["id"]]
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


def test_every_manner_is_an_option_too(nursery):
    given = {"created": 200, "timestamp": "now", "id": "number", "docs": "array",
             "absent": "null", "no_page": "empty", "ticket": "missing",
             "unread": "number", "webpath": "arrays", "arrays": "null",
             "dates": "impossible", "members": "unknown", "urls": "elsewhere",
             "department": "dropped", "tickets": "large", "busy": "html",
             "latency_ms": 1, "ticket_delay_ms": 2, "search_lag_ms": 3,
             "token_lifetime_ms": 60000, "rate_limit": 1000, "no_ticket": 0.5,
             "error_rate": 0.125, "lose_request_rate": 0.25, "lose_answer_rate": 1}
    options = [text for name, value in given.items() for text in
               ("--" + name.removesuffix("_ms").replace("_", "-"), str(value))]
    assert manner_of(Sandbox(nursery, *options)) == given


@pytest.mark.parametrize("option, value, told", [
    ("--docs", "tree", "'tree' is not map or array"),
    ("--created", "204", "'204' is not 200 or 201"),
    ("--no-ticket", "2", "a share from 0 to 1"),
    ("--search-lag", "soon", "'soon' is not whole milliseconds"),
    ("--token", "t:king", "--token: 'king' is no role"),
    ("--token", "t:agent:rule", "--token: scopes are of read, write and chat"),
    ("--token", "", "--token: a token must not be empty"),
    ("--client", "me", "--client: ID:SECRET"),
    ("--chats", "many", "'many' is not a whole number"),
    ("--seed", "x", "'x' is not a whole number"),
    ("--state", "/nonexistent/x", "/nonexistent/x: No such file"),
])
def test_an_option_that_cannot_be_is_told_with_what_could(nursery, option, value, told):
    found = run("sandbox", "--listen", "127.0.0.1:0", option, value,
                folder=nursery.folder)
    assert found.returncode == (1 if option == "--state" else 2), found
    assert told in found.stderr


def test_lost_requests_create_nothing(nursery):
    sandbox = Sandbox(nursery, "--lose-request-rate", "1")
    with pytest.raises(requests.exceptions.ConnectionError):
        Client(sandbox).ask("POST", CHATS, json=MESSAGE)
    assert sandbox.stats()["chats"] == 0
    set_manner(sandbox, lose_request_rate=0, lose_answer_rate=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        Client(sandbox).ask("POST", CHATS, json=MESSAGE)
    assert sandbox.stats()["chats"] == 1


@pytest.mark.parametrize("on, method, path", [
    ("update", "PUT", CHATS + "/123"), ("show", "GET", CHATS + "/123"),
    ("delete", "DELETE", CHATS + "/123"), ("list", "GET", CHATS),
    ("delete_ids", "DELETE", CHATS + "?ids=123"), ("ids", "GET", CHATS + "?ids=123"),
    ("incremental", "GET", CHANGES + "?start_time=0"),
    ("search", "GET", CHATS + "/search?q=hello"),
    ("token", "POST", "/oauth2/chat/token")])
def test_each_call_has_faults_of_its_own(nursery, on, method, path):
    sandbox = Sandbox(nursery, "--examples")
    client = Client(sandbox)
    body = {"json": {"unread": True}} if method == "PUT" else {}
    for other in ("create", "update", "delete", "incremental", "token"):
        if other != on:
            sandbox.fault(other, 418, count=9)
    sandbox.fault(on, 503, retry_after=7)
    sandbox.fault(on, "html")
    sandbox.fault(on, "lose_before")
    refused = client.ask(method, path, **body)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "7")
    odd = client.ask(method, path, **body)
    assert odd.status_code == 204 or "<html>" in odd.text
    with pytest.raises(requests.exceptions.ConnectionError):
        client.ask(method, path, **body)
    assert sandbox.stats()["unanswered"][on] == 1
    assert sandbox.stats()["requests"][on] == 3


def test_what_was_done_to_chats_survives_a_restart(nursery):
    options = ("--state", nursery.folder / "chats.jsonl", "--examples", "--chats", "5")
    first = Sandbox(nursery, *options)
    client = Client(first)
    made = client.ask("POST", CHATS, json=MESSAGE).json()["id"]
    assert client.ask("PUT", f"{CHATS}/{made}", json={"unread": False}).ok
    assert client.ask("PUT", CHATS + "/1234", json={"rating": "bad", "tags": ["x"]}).ok
    assert client.ask("DELETE", CHATS + "/123").status_code == 204
    before = client.get(CHATS)["chats"]
    first.process.stop()

    second = Sandbox(nursery, *options)
    client = Client(second)
    assert client.get(CHATS)["chats"] == before
    assert client.get(f"{CHATS}/{made}")["unread"] is False
    assert client.get(CHATS + "/1234")["tags"] == ["x"]
    assert client.ask("GET", CHATS + "/123").status_code == 404
    second.wait_second()
    changed = client.get(CHANGES, start_time=0)["chats"]
    assert [each["id"] for each in changed[-2:]] == [made, "1234"]


def test_a_seed_repeats_chats_tickets_errors_and_tokens(nursery):
    def play(seed):
        sandbox = Sandbox(nursery, "--seed", seed, "--chats", "30", "--no-ticket", "0.5",
                          "--ticket-delay", "0", "--error-rate", "0.3",
                          "--refresh-token", "r")
        begun = sandbox.chats()
        client = Client(sandbox)
        answers = [client.ask("POST", CHATS, json=MESSAGE) for _ in range(30)]
        token = requests.post(f"{sandbox.url}/oauth2/chat/token", timeout=10, data={
            "grant_type": "refresh_token", "refresh_token": "r"}).json()
        sandbox.process.stop()
        return (begun, [(each.status_code, each.json().get("zendesk_ticket_id"))
                        for each in answers], token)

    first = play(11)
    assert play(11) == first
    assert play(12) != first


def test_a_new_token_is_asked_for_when_the_old_one_has_ended(nursery):
    sandbox = Sandbox(nursery, "--client", "me:se:cret", "--refresh-token", "r 1&",
                      "--token-lifetime", "300")
    client = Client(sandbox)
    wait_until(lambda: client.ask("GET", CHATS).status_code == 401,
               what="the token to end")

    def refresh(token, **more):
        return requests.post(f"{sandbox.url}/oauth2/chat/token", timeout=10, data={
            "grant_type": "refresh_token", "refresh_token": token,
            "client_id": "me", "client_secret": "se:cret", **more})

    set_manner(sandbox, token_lifetime_ms=3600000)
    found = refresh("r 1&", scope="read write").json()
    assert set(found) == {"access_token", "token_type", "refresh_token", "expires_in",
                          "scope"}
    assert (found["expires_in"], found["scope"]) == (3600, "read write")
    assert Client(sandbox, found["access_token"]).get(CHATS)["count"] == 0
    assert refresh("r 1&").json()["error"] == "invalid_grant"
    assert refresh(found["refresh_token"], client_secret="no").status_code == 401
    assert refresh(found["refresh_token"], grant_type="password").status_code == 400
    assert refresh(found["refresh_token"]).status_code == 200
    wrong = requests.get(f"{sandbox.url}/oauth2/chat/token", timeout=10)
    assert wrong.status_code == 404


def test_the_rate_limit_can_be_tightened_while_it_runs(nursery):
    sandbox = Sandbox(nursery)
    client = Client(sandbox)
    set_manner(sandbox, rate_limit=2)
    told = [client.ask("GET", CHATS) for _ in range(3)]
    assert [each.status_code for each in told] == [200, 200, 429]
    assert [each.headers["ratelimit-remaining"] for each in told] == ["1", "0", "0"]
    assert told[2].headers["Content-Type"].startswith("text/plain")
    assert 0 < int(told[2].headers["Retry-After"]) <= 60
    assert 0 < int(told[2].headers["ratelimit-reset"]) <= 60


def test_made_chats_are_exported_page_by_page(nursery):
    client = Client(Sandbox(nursery, "--chats", "2500", "--seed", "1"))
    start, start_id, seen = 0, "", []
    while True:
        page = client.get(CHANGES, start_time=start, start_id=start_id, limit=1000)
        seen += [each["id"] for each in page["chats"]]
        start, start_id = page["end_time"], page["end_id"]
        if page["count"] < 1000:
            break
    assert len(seen) == len(set(seen)) == 2500
