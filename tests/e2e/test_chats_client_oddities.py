"""`afterhours chats` used wrongly, set wrongly, and against servers whose answers
are as odd as any that have been seen."""
import subprocess

import pytest
import yaml

from harness.chats_client import TOKEN, as_json, chats, seed
from harness.chats_server import ChatsServer
from harness.processes import BINARY, environment, run
from harness.servers import Sandbox

PATH = "/api/v2/chat/chats"


@pytest.fixture
def sandbox(nursery):
    return Sandbox(nursery, "--search-lag", "0", "--ticket-delay", "0")


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


# Where to, and with which token.

def test_the_settings_name_destination_and_token(sandbox, nursery):
    path = nursery.folder / "a.yaml"
    path.write_text(yaml.safe_dump({"destinations": {
        "first": {"base_url": sandbox.url, "token": "wrong"},
        "second": {"base_url": sandbox.url, "token": TOKEN}},
        "forms": {"contact": {"destination": "second", "public": True}}}))
    here = ("--config", path)
    refused = chats(None, "list", *here, code=1)
    assert "does not accept the token (401)" in refused.stderr
    assert as_json(chats(None, "list", *here, "--destination", "second", "--json")) == []
    assert "'third'" in chats(None, "list", *here, "--destination", "third", code=2).stderr


def test_a_destination_without_an_address_is_a_matter_of_configuration(nursery):
    done = run("chats", "list", folder=nursery.folder,
               env=environment(AFTERHOURS_DATA_DIR=nursery.folder / "data"))
    assert done.returncode == 78 and "no address" in done.stderr


def test_a_token_that_ends_is_read_again_from_its_file(serve, nursery):
    path = nursery.folder / "token"
    path.write_text("old\n")

    def answers(_, query, __):
        if "Bearer new" not in server.tokens:
            path.write_text("new\n")
            return 401, {}, {"error": "invalid_token"}
        return 200, {}, {"chats": [], "count": 0}
    server = serve(answers)
    assert as_json(chats(server.url, "list", "--token-file", path, "--json")) == []
    assert server.tokens == {"Bearer old", "Bearer new"}


def test_a_token_file_that_is_missing(sandbox):
    assert "/nowhere" in chats(sandbox.url, "list", "--token-file", "/nowhere", code=78).stderr


@pytest.mark.parametrize("words, said", [
    (["frobnicate"], "there is no"), (["serach", "x"], "did you mean 'search'"), ([], "say what"),
    (["list", "x"], "one argument too many"), (["list", "--limit", "0"], "--limit"),
    (["list", "--full"], "there is no option"), (["ids"], "give the ids"),
    (["ids", "a,b"], "no id of a chat"), (["show", ".."], "no id of a chat"),
    (["show", "1", "2"], "one chat"), (["search"], "one query"), (["search", ""], "one query"),
    (["search", "a", "b"], "one query"), (["create"], "--message"),
    (["create", "--message", "x", "--file", "y"], "not both"),
    (["create", "--message", "x", "--department", "abc"], "--department"),
    (["create", "--message", "x", "--timestamp", "then"], "--timestamp"),
    (["update", "1"], "KEY=VALUE"), (["update", "1", "unread"], "not KEY=VALUE"),
    (["update", "1", "unread=maybe"], "true or false"), (["update", "1", "unred=true"], "'unread'"),
    (["update", "1", "message=x"], "cannot be changed"), (["update", "1", "rating=fine"], "rating"),
    (["update", "1", "unread=true", "unread=false"], "twice"),
    (["delete"], "give the ids"), (["delete", "1"], "--yes"),
    (["export"], "--since"), (["export", "--since", "then"], "--since"),
    (["export", "--since", "2h", "--json"], "--json"), (["export", "--resume"], "--out"),
    (["list", "--rate", "fast"], "--rate"), (["list", "--url", "ftp://x"], "--url"),
    (["list", "--url", "http://me:secret@x"], "--url"),
    (["list", "--url", "http://x", "--destination", "y"], "not both"),
])
def test_used_wrongly(words, said):
    done = run("chats", *words, env=environment())
    assert done.returncode == 2 and said in done.stderr, (done.returncode, done.stderr)


def test_every_verb_helps():
    overview = run("help", "chats").stdout
    for verb in ("list", "ids", "search", "show", "create", "update", "delete", "export",
                 "properties"):
        assert f"  {verb} " in overview
        for words in (("chats", verb, "--help"), ("help", "chats", verb)):
            done = run(*words)
            assert done.returncode == 0 and f"afterhours chats {verb}" in done.stdout


# Odd servers.

@pytest.mark.parametrize("nothing", [None, "null", "", "missing"])
def test_four_spellings_of_no_next_page(serve, nothing):
    answer = {"chats": [{"id": 1}], "count": 1, "next_url": nothing}
    if nothing == "missing":
        del answer["next_url"]
    server = serve(lambda *_: (200, {}, answer))
    assert as_json(chats(server.url, "list", "--all", "--json")) == [{"id": 1}]
    assert len(server.asked) == 1


def test_an_address_in_an_answer_is_never_followed(serve):
    other = serve(lambda *_: (200, {}, {"chats": [], "count": 0}))

    def answers(_, query, __):
        here = query.get("cursor", "a b")
        return 200, {}, {"chats": [{"id": here}], "count": 2,
                         "next_url": f"{other.url}{PATH}?cursor=c%2Fd" if here == "a b" else None}
    server = serve(answers)
    listed = as_json(chats(server.url, "list", "--all", "--json"))
    assert [each["id"] for each in listed] == ["a b", "c/d"]
    assert server.asked == [f"GET {PATH}", f"GET {PATH}?cursor=c%2Fd"]
    assert other.asked == []


@pytest.mark.parametrize("page, said", [
    ({"chats": [{"id": 1}], "next_url": "/x?cursor=same"}, "circle"),
    ({"chats": [{"id": 1}], "next_url": "/x?offset=1"}, "does not say"),
    ({"chats": [], "next_url": None}, ""),
    ({"results": []}, "not understood"), ("<html>Welcome</html>", "not understood"),
])
def test_pages_that_lead_nowhere_end(serve, page, said):
    server = serve(lambda *_: (200, {}, page))
    done = chats(server.url, "list", "--all", code=1 if said else 0)
    assert said in done.stderr and len(server.asked) <= 3


def test_a_search_whose_pages_lead_back_ends(serve):
    server = serve(lambda *_: (200, {}, {"count": 80, "results": [{"id": 1}], "next_url": "/?page=2"}))
    assert "circle" in chats(server.url, "search", "x", "--all", code=1).stderr
    assert len(server.asked) == 2


def test_pages_without_end_end(serve):
    server = serve(lambda *_: (200, {}, {"chats": [{"id": 1}],
                                         "next_url": f"/x?cursor={len(server.asked)}"}))
    assert "always a next one" in chats(server.url, "list", "--all", code=1).stderr


@pytest.mark.parametrize("status, headers, body, code, said", [
    (401, {}, "{}", 1, "token"), (403, {}, {"error": "x", "description": "needs read"}, 1, "needs read"),
    (404, {}, "nothing", 1, "no Chats API"), (302, {"Location": "http://127.0.0.1:1/"}, "", 1, "elsewhere"),
    (418, {}, {"message": "tea\u001b[31m\npot"}, 1, "tea [31m pot"), (200, {}, "", 1, "not understood"),
])
def test_each_refusal_says_what_to_do(serve, status, headers, body, code, said):
    server = serve(lambda *_: (status, headers, body))
    assert said in chats(server.url, "list", code=code).stderr
    assert len(server.asked) == 1


def test_an_answer_without_end_ends(serve):
    server = serve(lambda *_: (200, {}, " " * 70_000_000))
    assert "too long" in chats(server.url, "list", code=1).stderr


def test_what_visitors_wrote_does_not_command_the_terminal(serve):
    server = serve(lambda *_: (200, {}, {"chats": [
        {"id": "1", "message": "a\u001b]0;x\u0007\u009b31m\nb", "visitor": {"name": "\u001b[2J"}}],
        "count": 1}))
    shown = chats(server.url, "list").stdout
    assert "a ]0;x 31m b" in shown and "\u009b" not in shown


def test_standard_output_that_ends_ends_the_walk(sandbox):
    seed(sandbox, 2000)
    done = subprocess.run(["bash", "-c", f"{BINARY} chats list --all --json --rate 0 --url "
                           f"{sandbox.url} | head -1"], capture_output=True, text=True, timeout=30,
                          env=environment(AFTERHOURS_CHATS_TOKEN=TOKEN), check=False)
    assert done.stdout == "[\n"
    assert sandbox.stats()["requests"]["list"] < 50, "it did not go on to the end"
