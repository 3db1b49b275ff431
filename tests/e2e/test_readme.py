"""What the README says, done as it says it. Only addresses and places of files
are put to the test's own."""
import json
import re
import subprocess
import types

import pytest

from harness.processes import ROOT, environment, free_port, run
from harness.receiver import SECRET, sign
from harness.relay import Relay
from harness.waiting import wait_until

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.M | re.S)


def blocks(language, containing=""):
    found = [text for kind, text in BLOCKS if kind == language and containing in text]
    assert found, f"the README has no {language} with {containing!r} any more"
    return found


@pytest.fixture
def up(nursery):
    """What script/server starts, on ports of its own."""
    port = free_port()
    env = environment(AFTERHOURS_LISTEN=f"127.0.0.1:{port}", AFTERHOURS_DATA_DIR="data")
    process = nursery.afterhours("up", "up", "--sandbox", "--demo", "--sandbox-listen",
                                 f"127.0.0.1:{free_port()}", env=env)
    wait_until(lambda: process.logged("Afterhours is running"), what="up to be ready")
    return types.SimpleNamespace(port=port, env=env, folder=nursery.folder)


def in_a_shell(up, text):
    done = subprocess.run(["bash", "-eu", "-c", text.replace("127.0.0.1:8080", f"127.0.0.1:{up.port}")],
                          cwd=up.folder, env=up.env, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_curl_line_gets_its_promise_and_a_ticket(up):
    first, second = (json.loads(in_a_shell(up, text)) for text in blocks("sh", "/f/contact"))
    shown = json.loads(re.sub(r"\.\.\.", "", blocks("json", "durability")[0]))
    assert set(first) == set(shown), "the answer has the members that are shown"
    assert (first["state"], first["durability"]) == (shown["state"], shown["durability"])
    assert second["state"] == "linked" and second["zendesk_ticket_id"] > 0
    assert "And on Tuesday?" in in_a_shell(up, f"curl -s '{second['ticket_url']}'")
    assert wait_until(lambda: '"linked"' in in_a_shell(up, f"curl -s '{first['status_url']}'"))
    assert "<html" in in_a_shell(up, f"curl -s '{first['page_url']}'")


def test_the_commands_beside_it_find_all_well(up):
    for line in blocks("sh", "afterhours status")[0].splitlines():
        words = line.removeprefix("build/release/afterhours ").split()
        done = run(*words, env=up.env, folder=up.folder)
        assert done.returncode == 0, (words, done.stdout, done.stderr)


def test_every_command_named_is_there():
    helped = run("help").stdout
    named = set(re.findall(r"`afterhours ([a-z]+)", README))
    assert {"up", "check", "replay", "healthcheck"} <= named
    for name in named:
        assert re.search(rf"^  {name} ", helped, re.M), name
    for code in re.search(r"Exit codes: (.*?)\.\n", README, re.S).group(1).split(", "):
        assert code.split()[0] in helped


def test_the_smallest_settings_are_good(nursery):
    text = blocks("yaml", "public_url")[0]
    for name, secret in (("zendesk_token", "a-token"), ("hook", SECRET)):
        (nursery.folder / name).write_text(secret + "\n")
        text = text.replace(f"/run/secrets/{name}", str(nursery.folder / name))
    (nursery.folder / "a.yaml").write_text(text)
    done = run("config", "print", "--config", nursery.folder / "a.yaml")
    assert done.returncode == 0, done.stdout
    assert "WRONG" not in done.stdout


def test_the_form_has_fields_the_relay_takes(make_relay):
    relay = make_relay()
    relay.start("serve")
    relay.wait_ready()
    names = re.findall(r'name="(\w+)"', blocks("html")[0])
    filled = {"message": "Good evening", "email": "ada@example.org", "name": "Ada"}
    answer = relay.http.post(f"{relay.url}/f/contact",
                             data={name: filled.get(name, "") for name in names},
                             headers={"Origin": relay.url}, allow_redirects=False, timeout=10)
    assert answer.status_code == 303 and "/s/" in answer.headers["Location"], answer.text


def test_the_verification_takes_ours_and_nothing_else(nursery, redis, sandbox, receiver):
    snippet = {}
    exec(blocks("python")[0], snippet)  # pylint: disable=exec-used
    verdicts = []
    take = receiver.take

    def judged(request):
        body = request.rfile.peek(int(request.headers["content-length"]))
        verdicts.append(snippet["verify"](SECRET, request.headers, bytes(body)))
        take(request)

    receiver.take = judged
    relay = Relay(nursery, redis, sandbox, receiver)
    relay.start_all()
    accepted = relay.accept()
    news = wait_until(lambda: receiver.news(accepted["id"], "submission.linked"))[0]
    assert verdicts and all(verdicts)
    shown = json.loads(blocks("json", "submission.linked")[0])
    assert set(shown) <= set(news) and set(shown["data"]) <= set(news["data"])

    headers = {"webhook-id": "a.1", "webhook-timestamp": "1000000000"}
    headers["webhook-signature"] = sign(SECRET, "a.1", "1000000000", b"{}")
    assert not snippet["verify"](SECRET, headers, b"{}"), "too old"


def test_programs_and_operators_get_what_they_are_told(make_relay):
    relay = make_relay(api={"keys": {"shop": {"key": "sixteen-or-more-characters", "form": "contact"}}},
                       admin={"listen": f"127.0.0.1:{free_port()}", "token": "an-operators-token"})
    relay.start_all()

    def ask(text, token):
        text = text.replace("https://relay.example", relay.url).replace(
            "http://127.0.0.1:8081", f"http://{relay.settings['admin']['listen']}")
        done = subprocess.run(["bash", "-euc", text.replace("curl ", "curl -sS --fail-with-body ")],
                              env=environment(KEY=token, TOKEN=token), capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == 0, (text, done.stdout, done.stderr)
        return done.stdout

    key = "sixteen-or-more-characters"
    shown = json.loads(ask(blocks("sh", "/api/v2/chat/chats")[0], key))
    assert "submissions" in json.loads(ask(blocks("sh", "/v1/admin/")[0], "an-operators-token"))
    calls = re.findall(r"^\| (`(?:GET|PUT|DELETE) /(?:chats|incremental).*?) \|", README, re.M)
    assert len(calls) == 5
    for call in calls:
        method, body = call[1:].split()[0], re.search(r"with `(.*)`", call)
        for path in re.findall(r"(/(?:chats|incremental)[^`]*)`", call):
            path = path.replace("ID", shown["id"]).replace("A,B", shown["id"])
            data = f"-H 'Content-Type: application/json' -d '{body[1]}'" if body else ""
            ask(f"curl -X {method} {data} -H \"Authorization: Bearer $KEY\" "
                f"'https://relay.example/api/v2/chat{path}'", key)
