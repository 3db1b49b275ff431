"""Programs that are not ours and know nothing of us, unchanged: the samples of
Zendesk's reference; httpie; and a client that npm's openapi-client-axios makes of
our OpenAPI document. Each against the sandbox and the relay."""
import json
import os
import pathlib
import subprocess

import pytest

from harness.chats import KEYS, TARGETS, make_relay, make_sandbox
from harness.front import Front
from harness.openapi import Document
from harness.processes import ROOT
from harness.waiting import wait_until

SAMPLES = pathlib.Path(__file__).parent / "samples"
NPM = ROOT / "build" / "npm" / "node_modules"
RUN = {".curl": ["bash", "-e"], ".py": ["/usr/bin/python3"], ".rb": ["ruby"], ".js": ["node"]}
TOKEN = KEYS["administrator"][0]


@pytest.fixture(scope="module")
def document():
    return Document()


@pytest.fixture(scope="module")
def sandbox_target(module_nursery, document):
    return make_sandbox(module_nursery, document)


@pytest.fixture(scope="module")
def relay_target(module_nursery, document):
    return make_relay(module_nursery, document)


@pytest.fixture(params=TARGETS)
def target(request, relay_target):
    """Both run: the document comes from the relay."""
    return request.getfixturevalue(f"{request.param}_target")


@pytest.fixture
def front(target, tmp_path):
    front = Front(target.url, tmp_path)
    yield front
    front.close()


def run(arguments, folder, **env):
    """What it printed; it must have ended well."""
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=60,
                          check=False, env={**os.environ, "NODE_PATH": str(NPM), **env})
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    return done.stdout


def run_sample(name, front, folder, chat_id):
    text = (SAMPLES / name).read_text()
    for ours, theirs in (("{subdomain}.zendesk.com", front.host), ("{token}", TOKEN),
                         ("subdomain.zendesk.com", front.host), ("{chat_id}", chat_id)):
        text = text.replace(ours, theirs)
    script = folder / name
    script.write_text(text)
    return run([*RUN[script.suffix], script], folder, **front.environment())


def names(call):
    return sorted(path.name for path in SAMPLES.glob(f"{call}.*") if path.suffix in RUN)


@pytest.mark.parametrize("name", names("list"))
def test_the_samples_of_list_run(target, front, tmp_path, name):
    front.token = TOKEN
    target.create(message="for the samples")
    printed = run_sample(name, front, tmp_path, "1")
    _, status, body = front.answers[-1]
    assert status == 200
    assert json.loads(body).keys() >= ({"chats"} if name == "list.curl" else {"docs"})
    assert name.endswith(".rb") or json.loads(printed) == json.loads(body)


@pytest.mark.parametrize("name", names("search"))
def test_the_samples_of_search_run(front, tmp_path, name):
    front.token = TOKEN
    printed = run_sample(name, front, tmp_path, "1")
    path, status, body = front.answers[-1]
    assert status == 200, path
    assert json.loads(body)["results"] == []
    assert name.endswith(".rb") or json.loads(printed) == json.loads(body)


@pytest.mark.parametrize("name", names("show"))
def test_the_samples_of_show_run(target, front, tmp_path, name):
    """But for curl's they ask for chat 1, which nobody has."""
    front.token = TOKEN
    chat = target.create(message="for the samples")
    run_sample(name, front, tmp_path, chat["id"])
    _, status, body = front.answers[-1]
    if name == "show.curl":
        assert (status, json.loads(body)["message"]) == (200, "for the samples")
    else:
        assert (status, json.loads(body)["error"]) == (404, "RecordNotFound")


def test_a_sample_that_sends_no_token_is_told_so(front, tmp_path):
    printed = run_sample("list.py", front, tmp_path, "1")
    assert front.answers[-1][1] == 401
    assert "Bearer" in json.loads(printed)["description"]


def test_httpie_makes_every_call(target, tmp_path):
    def http(*arguments):
        printed = run(["http", "--ignore-stdin", "--check-status", "--print=b",
                       "--auth-type=bearer", f"--auth={TOKEN}", *arguments], tmp_path,
                      HTTPIE_CONFIG_DIR=str(tmp_path))
        return json.loads(printed) if printed.strip() else None

    chats = f"{target.url}/api/v2/chat/chats"
    chat = http("POST", chats, "type=offline_msg", "message=Grüße, 東京 🍎", "timestamp:=1412832515",
                "visitor[name]=Radia", "visitor[email]=radia@example.org",
                "session[id]=141009.655464.6", "session[start_date]=2014-10-09T05:28:31Z")
    assert chat["message"] == "Grüße, 東京 🍎" and chat["timestamp"] == "2014-10-09T05:28:35Z"
    one = f"{chats}/{chat['id']}"
    assert http("GET", one)["visitor"]["name"] == "Radia"
    assert set(http("GET", chats, f"ids=={chat['id']},none")["docs"]) == {chat["id"]}
    found = http("GET", f"{chats}/search", "q==visitor_email:radia@example.org AND 東京")
    assert [row["id"] for row in found["results"]] == [chat["id"]]
    assert http("PUT", one, "unread:=false")["unread"] is False
    changes = f"{target.url}/api/v2/chat/incremental/chats"
    wait_until(lambda: chat["id"] in [each["id"] for each in http(
        "GET", changes, "start_time==0")["chats"]], what="the change to be exported")
    assert http("DELETE", one) is None


def test_a_client_made_of_the_document_makes_every_call(target, relay_target, tmp_path):
    seen = json.loads(run(["node", ROOT / "tests" / "npm" / "openapi_client.js",
                           f"{relay_target.url}/openapi.yaml", target.url, TOKEN], tmp_path))
    assert {name: each["status"] for name, each in seen.items()} == {
        "create": 201, "show": 200, "list": 200, "ids": 200, "search": 200, "update": 200,
        "export": 200, "delete": 204, "delete ids": 204, "shown no more": 404}
    chat_id = seen["create"]["data"]["id"]
    assert seen["show"]["data"]["visitor"]["name"] == "Linus"
    assert [row["id"] for row in seen["search"]["data"]["results"]] == [chat_id]
    assert set(seen["ids"]["data"]["docs"]) == {chat_id}
    assert {"id": chat_id, "unread": False} in seen["export"]["data"]["chats"]
