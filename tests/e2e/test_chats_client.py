"""`afterhours chats`: every verb against the sandbox; pages, limits, lost answers,
and searches for more than a search can find."""
import json
import os
import pty
import subprocess
import time

import pytest

from harness.chats_client import TOKEN, as_json, chats, instant, seed
from harness.chats_server import ChatsServer
from harness.processes import BINARY, environment, free_port
from harness.servers import Sandbox
from harness.waiting import wait_until


@pytest.fixture
def sandbox(nursery):
    return Sandbox(nursery, "--search-lag", "0", "--ticket-delay", "0")


@pytest.fixture
def ask(sandbox):
    """A verb against the sandbox."""
    return lambda *words, **more: chats(sandbox.url, *words, **more)


@pytest.fixture
def serve():
    """A server of its own for a test."""
    servers = []

    def begin(answers):
        servers.append(ChatsServer(answers))
        return servers[-1]
    yield begin
    for server in servers:
        server.close()


def create(ask, count, **more):
    """Their ids, oldest first."""
    return [ask("create", "--message", f"Message {n}", "--email", f"v{n}@example.org",
                *(word for name, value in more.items() for word in (f"--{name}", value))
                ).stdout.strip() for n in range(count)]


# What each verb does.

def test_what_is_created_is_listed_found_and_shown(ask):
    ids = create(ask, 3, name="Ada O'Brien")
    assert len(set(ids)) == 3
    listed = as_json(ask("list", "--json"))
    assert [each["id"] for each in listed] == ids[::-1]
    found = as_json(ask("search", "visitor_email:v1@example.org", "--json"))
    assert [each["id"] for each in found] == [ids[1]]
    full = as_json(ask("search", "type:offline_msg", "--full", "--json"))
    assert full == listed
    shown = as_json(ask("show", ids[1], "--json"))
    assert shown["message"] == "Message 1" and shown["visitor"]["name"] == "Ada O'Brien"
    assert "Message 1" in ask("show", ids[1]).stdout


def test_a_table_names_each_chat_on_a_line(ask):
    ids = create(ask, 2)
    lines = ask("list").stdout.splitlines()
    assert lines[0].split() == ["ID", "TYPE", "TIME", "VISITOR", "TICKET", "TEXT"]
    assert [line.split()[0] for line in lines[1:]] == ids[::-1]
    assert "v1@example.org" in lines[1] and lines[1].endswith("Message 1")
    lines = ask("search", "message", "--limit", "1").stdout.splitlines()
    assert lines[1].startswith(ids[1]) and "The newest 1" in lines[2]
    assert ask("search", "nothing-like-that").stdout == "Nothing fits.\n"
    assert ask("search", "nothing-like-that", "--json").stdout == "[]\n"


def test_a_file_is_posted_as_it_is(ask, nursery):
    body = {"visitor": {"name": "Grace", "email": "grace@example.org"}, "message": "From a file",
            "type": "offline_msg", "timestamp": 1412832515,
            "session": {"id": "s1", "start_date": "2014-10-09T05:28:31Z",
                        "end_date": "2014-10-09T05:46:47Z"}}
    path = nursery.folder / "chat.json"
    path.write_text(json.dumps(body))
    chat = as_json(ask("create", "--file", path, "--json"))
    assert chat["message"] == "From a file" and chat["session"]["id"] == "s1"
    path.write_text("[1]")
    assert "not one JSON object" in ask("create", "--file", path, code=1).stderr


def test_more_than_fifty_ids_are_several_requests(ask, sandbox):
    ids = seed(sandbox, 101)
    before = sandbox.stats()["requests"]["ids"]
    found = ask("ids", *ids, "nobody", "--json", code=1)
    assert [each["id"] for each in as_json(found)] == ids
    assert sandbox.stats()["requests"]["ids"] - before == 3
    assert "nobody: there is no such chat" in found.stderr


def test_pages_are_followed_to_the_end_or_to_the_limit(ask, sandbox):
    ids = seed(sandbox, 130)
    assert len(as_json(ask("list", "--json"))) == 50
    assert len(as_json(ask("list", "--limit", "90", "--json"))) == 90
    assert [each["id"] for each in as_json(ask("list", "--all", "--json"))] == ids[::-1]
    assert [each["id"] for each in as_json(ask("search", "type:offline_msg", "--all", "--json"))] \
        == ids[::-1]


def test_a_chat_that_is_not_there(ask):
    assert "there is no such chat" in ask("show", "nobody", code=1).stderr
    assert "there is no such chat" in ask("update", "nobody", "unread=true", code=1).stderr
    assert "not found" in ask("delete", "nobody", "--yes", code=1).stderr


def test_an_update_takes_each_value_as_its_type(ask, nursery):
    sandbox = Sandbox(nursery, "--examples")
    chats(sandbox.url, "update", "123", "unread=true", "tags=billing,urgent", "rating=null",
          "comment=Thank you", "visitor.name=Ada")
    chat = as_json(chats(sandbox.url, "show", "123", "--json"))
    assert (chat["unread"], chat["tags"], chat["rating"], chat["comment"], chat["visitor"]["name"]) \
        == (True, ["billing", "urgent"], None, "Thank you", "Ada")
    updated = as_json(chats(sandbox.url, "update", "123", "tags=", "unread=false", "--json"))
    assert updated["tags"] == [] and updated["unread"] is False
    refused = chats(sandbox.url, "update", "122", "rating=good", code=1)
    assert "rating" in refused.stderr and "offline_msg" in refused.stderr


def test_a_support_chat_is_shown_with_what_was_said(nursery):
    sandbox = Sandbox(nursery, "--examples")
    shown = chats(sandbox.url, "show", "1234").stdout
    assert "John: The chat window is open by default" in shown
    assert "visitor.name            John" in shown


def test_what_is_deleted_is_gone(ask, sandbox):
    ids = seed(sandbox, 105)
    sandbox.fault("delete_ids", 429, retry_after=1)
    deleted = ask("delete", *ids[:101], "nobody", "--yes", "--json", code=1)
    assert as_json(deleted) == {"deleted": ids[:101], "missing": ["nobody"]}
    assert sandbox.stats()["requests"]["delete_ids"] == 3
    assert [each["id"] for each in sandbox.chats()] == ids[101:]
    assert ask("delete", ids[101], "--yes").stdout == "1 deleted.\n"
    assert [each["id"] for each in sandbox.chats()] == ids[102:]


def test_a_person_is_shown_what_goes_and_asked(sandbox):
    seed(sandbox, 2)

    def answer(word):
        master, slave = pty.openpty()
        child = subprocess.Popen([BINARY, "chats", "delete", "c000", "--url", sandbox.url],
                                 stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env=environment(AFTERHOURS_CHATS_TOKEN=TOKEN), text=True)
        os.close(slave)
        os.write(master, word)
        out, _ = child.communicate(timeout=20)
        os.close(master)
        assert "Message 0" in out and "Delete this chat" in out
        return child.returncode
    assert answer(b"n\n") == 1 and len(sandbox.chats()) == 2
    assert answer(b"y\n") == 0 and len(sandbox.chats()) == 1


@pytest.mark.parametrize("manner", [
    {"docs": "array", "absent": "null", "no_page": "missing", "urls": "elsewhere"},
    {"id": "number", "no_page": "empty", "unread": "number", "ticket": "missing", "created": 200},
    {"no_page": "text", "webpath": "arrays", "arrays": "null", "members": "unknown"},
    {"no_page": "null", "timestamp": "now", "dates": "impossible", "docs": "array"},
])
def test_every_manner_of_answering_is_understood(nursery, manner):
    sandbox = Sandbox(nursery, "--search-lag", "0", "--chats", "90", "--examples")
    sandbox.manner(**manner)
    made = chats(sandbox.url, "create", "--message", "Hello", "--email", "me@example.org").stdout.strip()
    ids = [each["id"] for each in sandbox.chats()]
    assert made in ids and len(ids) == 94
    listed = as_json(chats(sandbox.url, "list", "--all", "--json"))
    assert {str(each["id"]) for each in listed} == set(ids) and len(listed) == 94
    found = as_json(chats(sandbox.url, "search", "timestamp:[* TO *]", "--all", "--full", "--json"))
    assert {str(each["id"]) for each in found} == set(ids) and len(found) == 94
    some = as_json(chats(sandbox.url, "ids", made, "nobody", ids[0], "--json", code=1))
    assert [str(each["id"]) for each in some] == [made, ids[0]]
    assert as_json(chats(sandbox.url, "show", made, "--json"))["message"] == "Hello"
    assert len(chats(sandbox.url, "list", "--all").stdout.splitlines()) == 95
    sandbox.wait_second()
    lines = chats(sandbox.url, "export", "--since", "2000-01-01").stdout.splitlines()
    assert {str(json.loads(line)["id"]) for line in lines} == set(ids) and len(lines) == 94
    chats(sandbox.url, "update", made, "unread=false")
    chats(sandbox.url, "delete", *ids, "--yes")
    assert sandbox.chats() == []


def test_a_search_that_cannot_be_read_is_explained(ask):
    assert "AND only" in ask("search", "tea OR coffee", code=1).stderr


# The change feed.

def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_export_has_every_change_once_and_goes_on(sandbox, nursery):
    seed(sandbox, 2100)
    path = nursery.folder / "all.ndjson"
    done = chats(sandbox.url, "export", "--since", "2000-01-01", "--out", path)
    chats_there = lines_of(path)
    assert "2100 chats" in done.stderr and done.stdout == ""
    assert {each["id"] for each in chats_there} == {each["id"] for each in sandbox.chats()}
    times = [each["update_timestamp"] for each in chats_there]
    assert len(chats_there) == 2100 and times == sorted(times)
    changed = chats_there[0]["id"]
    chats(sandbox.url, "update", changed, "unread=false")
    sandbox.wait_second()
    chats(sandbox.url, "export", "--out", path, "--resume")
    assert lines_of(path)[:2100] == chats_there
    assert [each["id"] for each in lines_of(path)[2100:]] == [changed]
    assert "already" in chats(sandbox.url, "export", "--since", "1h", "--out", path, code=2).stderr


def test_an_export_that_was_ended_is_resumed_without_a_gap(sandbox, nursery):
    seed(sandbox, 2100)
    path = nursery.folder / "all.ndjson"
    sandbox.fault("incremental", "status", count=4, match="start_id")
    assert "out of order" in chats(sandbox.url, "export", "--since", "2000-01-01", "--out", path,
                                   code=69).stderr
    assert len(lines_of(path)) == 1000
    with path.open("a") as half:
        half.write('{"id": "half a li')
    chats(sandbox.url, "export", "--out", path, "--resume")
    there = [each["id"] for each in lines_of(path)]
    assert len(there) == len(set(there)) == 2100
    path.write_text("")
    assert "shorter" in chats(sandbox.url, "export", "--out", path, "--resume", code=1).stderr
    (nursery.folder / "all.ndjson.position").unlink()
    assert "nothing to resume" in chats(sandbox.url, "export", "--out", path, "--resume",
                                        code=1).stderr


def test_an_export_ends_where_it_is_told(ask, sandbox):
    seed(sandbox, 20)
    began = 1412830800
    some = ask("export", "--since", instant(began + 5), "--until", instant(began + 10),
               "--fields", "id")
    assert [json.loads(line) for line in some.stdout.splitlines()] == \
        [{"id": f"c{n:03}"} for n in range(5, 10)]
    assert f"--since {instant(began + 10)}\n" in some.stderr
    rest = ask("export", "--since", instant(began + 10), "--start-id", "c010", "--fields", "id")
    assert [json.loads(line)["id"] for line in rest.stdout.splitlines()] == \
        [f"c{n:03}" for n in range(11, 20)]


def test_a_feed_that_repeats_its_edges_or_turns_in_a_circle(serve):
    def answers(_, query, __):
        first = int(query["start_time"])
        some = [{"id": str(n), "update_timestamp": instant(n)} for n in range(first, first + 1000)]
        some = some[:1000 if first < 900 else 5]
        return 200, {}, {"chats": some, "count": len(some),
                         "end_time": int(some[-1]["id"]), "next_page": "http://x/?start_time=0"}
    server = serve(answers)
    done = chats(server.url, "export", "--since", "1970-01-01")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [str(n) for n in range(1004)]
    page = {"chats": [{"id": str(n)} for n in range(1000)], "count": 1000, "end_time": 0}
    circle = serve(lambda *_: (200, {}, page))
    assert "circle" in chats(circle.url, "export", "--since", "1970-01-01", code=1).stderr


# A create leaves once.

@pytest.mark.parametrize("do, created", [("lose_after", 1), ("lose_before", 0),
                                         ("status_after", 1)])
def test_a_lost_answer_is_told_and_nothing_is_sent_again(ask, sandbox, do, created):
    sandbox.fault("create", do)
    lost = ask("create", "--message", "It's urgent", "--email", "o'b@example.org", code=75)
    assert "may or may not have been created" in lost.stderr
    assert sandbox.stats()["requests"]["create"] == 1 and len(sandbox.chats()) == created
    command = lost.stderr.split("with  ")[1].split("  before")[0]
    found = subprocess.run(["bash", "-c", f"{command.replace('afterhours', str(BINARY), 1)} --json"],
                           env=environment(AFTERHOURS_CHATS_TOKEN=TOKEN), capture_output=True,
                           text=True, timeout=30, check=False)
    assert found.returncode == 0, found.stderr
    assert len(json.loads(found.stdout)) == created


@pytest.mark.parametrize("do", ["truncate", "html"])
def test_an_answer_that_says_created_but_not_which(ask, sandbox, do):
    sandbox.fault("create", do, **({"status": 201} if do == "html" else {}))
    odd = ask("create", "--message", "Hello", "--email", "a@example.org", code=1)
    assert "it was created" in odd.stderr and "do not create it again" in odd.stderr
    assert "visitor_email:a@example.org" in odd.stderr
    assert sandbox.stats()["requests"]["create"] == len(sandbox.chats()) == 1


def test_a_create_that_was_refused_for_its_rate_is_sent_when_there_is_room(ask, sandbox):
    sandbox.fault("create", 429, retry_after=1)
    ask("create", "--message", "Hello")
    assert len(sandbox.chats()) == 1


def test_a_server_that_is_away_got_nothing(nursery):
    away = chats(f"http://127.0.0.1:{free_port()}", "create", "--message", "Hello", code=69)
    assert "nothing was created" in away.stderr


def test_what_the_server_finds_wrong_is_named(ask, nursery):
    path = nursery.folder / "chat.json"
    path.write_text('{"message": "Hello"}')
    wrong = ask("create", "--file", path, code=1).stderr
    assert "session" in wrong and "visitor" in wrong and "nothing was created" in wrong


# Waiting.

def test_retry_after_is_waited_for(ask, sandbox):
    create(ask, 1)
    sandbox.fault("list", 429, retry_after=2)
    began = time.monotonic()
    assert len(as_json(ask("list", "--json"))) == 1
    assert time.monotonic() - began >= 2


def test_what_may_pass_is_asked_again(ask, sandbox):
    ids = create(ask, 1)
    for do in ("status", "lose_before", "truncate"):
        sandbox.fault("show", do)
        assert as_json(ask("show", ids[0], "--json"))["id"] == ids[0]
    sandbox.fault("list", "status", count=20)
    assert "out of order (500)" in ask("list", code=69).stderr


def test_a_slow_server_is_waited_for(ask, sandbox):
    create(ask, 1)
    sandbox.fault("list", "slow", delay_ms=1500)
    assert len(as_json(ask("list", "--json"))) == 1


def test_too_long_a_wait_is_left_to_the_caller(serve):
    server = serve(lambda *_: (429, {"Retry-After": "7200"}, "Too many requests\n"))
    late = chats(server.url, "list", code=75)
    assert "too many requests (429); try again in 2 h" in late.stderr
    assert len(server.asked) == 1


def test_near_the_limit_it_slows_down_before_it_is_told(serve):
    left = [4]

    def answers(_, query, __):
        left[0] -= 1
        page = int(query.get("page", "1"))
        return (200, {"ratelimit-limit": "100", "ratelimit-remaining": str(left[0]),
                      "ratelimit-reset": "2"},
                {"count": 160, "results": [{"id": f"{page}-{n}"} for n in range(40)],
                 "next_url": f"/x?page={page + 1}" if page < 4 else None})
    server = serve(answers)
    began = time.monotonic()
    assert len(as_json(chats(server.url, "search", "x", "--all", "--json"))) == 160
    assert time.monotonic() - began >= 2 / 4 + 2 / 3 + 2 / 2


def test_the_rate_asked_for_is_kept(ask, sandbox):
    seed(sandbox, 200)
    began = time.monotonic()
    ask("list", "--all", "--json", rate="30")
    assert time.monotonic() - began >= 2.5


def test_the_line_that_says_how_far_it_is_stays_on_the_terminal(serve):
    def answers(_, query, __):
        if len(server.asked) == 1:
            return 429, {"Retry-After": "1"}, "Too many requests\n"
        return 200, {}, {"chats": [{"id": "1"}], "count": 1}
    server = serve(answers)
    master, slave = pty.openpty()
    child = subprocess.Popen([BINARY, "chats", "list", "--json", "--url", server.url],
                             stdout=subprocess.PIPE, stderr=slave, stdin=subprocess.DEVNULL,
                             env=environment(TERM="xterm"))
    os.close(slave)
    out, _ = child.communicate(timeout=20)
    shown = os.read(master, 65536).decode()
    os.close(master)
    assert child.returncode == 0 and json.loads(out) == [{"id": "1"}]
    assert "as the server asked (429)" in shown and "\033[32m" not in shown
    assert shown.endswith("\r\033[K"), "the line is taken away at the end"


# More than a search can find.

def test_a_search_of_more_than_250_pages_is_cut_by_time(ask, sandbox):
    ids = seed(sandbox, 10_123, a_second=3)
    found = as_json(ask("search", "type:offline_msg", "--all", "--json", timeout=150))
    assert len(found) == 10_123, "each once"
    assert {each["id"] for each in found} == set(ids)
    times = [each["timestamp"] for each in found]
    assert times == sorted(times, reverse=True)
    assert sandbox.stats()["requests"]["search"] < 300
    few = as_json(ask("search", "type:offline_msg", "--limit", "60", "--json"))
    assert [each["timestamp"] for each in few] == times[:60]


def test_a_count_that_ends_at_what_a_search_can_find_is_not_believed(serve):
    def answers(_, query, __):
        cut = "AND timestamp" in query["q"]
        page = int(query.get("page", "1"))
        return 200, {}, {"count": 2 if cut else 10_000, "next_url": "/x?page=2" if page < 2 else None,
                         "results": [{"id": f"{query['q'][-30:]} {page}".replace(" ", "")}]}
    server = serve(answers)
    assert len(as_json(chats(server.url, "search", "x", "--all", "--json"))) == 4


def test_a_second_with_more_than_a_search_can_find_is_an_error(serve):
    server = serve(lambda *_: (200, {}, {"count": 10_001, "results": [{"id": 1}], "next_url": None}))
    wrong = chats(server.url, "search", "x", "--all", code=1)
    assert "within one second" in wrong.stderr and len(server.asked) < 50


def test_a_server_that_does_not_count_is_told_of(serve):
    server = serve(lambda _, query, __: (200, {}, {
        "results": [{"id": f"{query.get('page', 1)}"}],
        "next_url": f"/x?page={int(query.get('page', 1)) + 1}"}))
    assert "more than 250 pages" in chats(server.url, "search", "x", "--all", code=1).stderr
    assert len(server.asked) == 250


# A relay speaks the same.

def test_a_relay_is_asked_as_zendesk_is(make_relay):
    key = "a-key-of-the-shop-0123456789"
    relay = make_relay(api={"keys": {"shop": {"key": key, "form": "contact"}}})
    relay.start("serve")
    relay.wait_ready()

    def ask(*words, **more):
        return chats(relay.url, *words, token=key, **more)
    first = ask("create", "--message", "To the relay", "--email", "ada@example.org").stdout.strip()
    second = ask("create", "--message", "Once more", "--email", "bob@example.org").stdout.strip()
    assert relay.run("list", "--json").stdout.count(first) >= 1
    assert [each["id"] for each in as_json(ask("list", "--json"))] == [second, first]
    found = as_json(ask("search", "visitor_email:ada@example.org", "--full", "--json"))
    assert [each["message"] for each in found] == ["To the relay"]
    ask("update", first, "unread=false")
    assert as_json(ask("show", first, "--json"))["unread"] is False
    exported = wait_until(lambda: ask("export", "--since", "1h").stdout.splitlines()[1:] and
                          ask("export", "--since", "1h").stdout.splitlines())
    assert {json.loads(line)["id"] for line in exported} == {first, second}
    assert "1 deleted" in ask("delete", first, "--yes").stdout
    assert "no such chat" in ask("show", first, code=1).stderr
    assert "does not accept the token" in chats(relay.url, "list", code=1).stderr
    without = chats(relay.url, "list", token="", code=1).stderr
    assert "none was sent: give --token-file FILE, or set AFTERHOURS_CHATS_TOKEN" in without
