"""What strangers and tired operators get wrong: a clear answer that says what to
do, and nothing changed."""
import socket

import pytest
import requests

from harness.processes import free_port, run
from harness.relay import ORIGIN, Relay
from harness.waiting import wait_until

JSON = {"Content-Type": "application/json", "Origin": ORIGIN}
GOOD = {"message": "Good evening", "email": "ada@example.org"}


@pytest.fixture
def relay(make_relay):
    """No worker: what is stored stays to be counted."""
    relay = make_relay()
    relay.serve = relay.start("serve")
    relay.wait_ready()
    return relay


def assert_problem(answer, status, *words):
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/") or "/problems/" in problem["type"]
    assert problem["title"] and problem["detail"]
    for word in words:
        assert word in answer.text, (word, answer.text)
    return problem


def stored(redis):
    return [key for key in redis.client.scan_iter("*item:*")]


def field_errors(problem):
    return {error["field"] for error in problem["errors"]}


@pytest.mark.parametrize("body", [
    b"", b"{", b"null", b"[]", b'"message"', b"{\"message\": }", b'{"message":"a"} x',
    b'{"message":"a","message":"b","email":"a@b.example"}', b'{"message":"\xff"}',
    b'{"message":"a\\u0000b","email":"a@b.example"}', b"[" * 5000, b"{\"a\":" * 5000,
])
def test_wrong_json_is_refused(relay, redis, body):
    answer = requests.post(f"{relay.url}/f/contact", data=body, headers=JSON, timeout=10)
    assert answer.status_code in (400, 422), (answer.status_code, answer.text)
    assert_problem(answer, answer.status_code)
    assert not stored(redis)


@pytest.mark.parametrize("fields, named", [
    ({"email": "ada@example.org"}, "message"),
    ({"message": "", "email": "ada@example.org"}, "message"),
    ({"message": "hello"}, "email"),
    ({**GOOD, "email": "not an address"}, "email"),
    ({**GOOD, "email": "a@b\r\nBcc: x@example.org"}, "email"),
    ({**GOOD, "name": "x" * 100_000}, "name"),
    ({**GOOD, "name": 7}, "name"),
    ({**GOOD, "name": {"first": "Ada"}}, "name"),
    ({**GOOD, "favourite": "blue"}, "favourite"),
    ({**GOOD, "department": "none of ours"}, "department"),
])
def test_a_wrong_field_is_named(relay, redis, fields, named):
    size = len(str(fields))
    answer = requests.post(f"{relay.url}/f/contact", json=fields, headers=JSON, timeout=10)
    if size > 64 * 1024:
        assert_problem(answer, 413)
    else:
        assert named in field_errors(assert_problem(answer, 422))
    assert not stored(redis)


def test_every_wrong_field_is_named_at_once(relay):
    answer = requests.post(f"{relay.url}/f/contact", headers=JSON, timeout=10,
                           json={"email": "no", "favourite": "blue"})
    assert field_errors(assert_problem(answer, 422)) == {"message", "email", "favourite"}


def test_a_browser_that_gets_it_wrong_sees_a_page(relay):
    answer = requests.post(f"{relay.url}/f/contact", timeout=10, data={"message": ""},
                           headers={"Origin": ORIGIN, "Accept": "text/html"})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "message" in answer.text


def test_too_large_is_refused_before_it_is_read(relay, redis):
    with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as raw:
        raw.sendall(b"POST /f/contact HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    b"Content-Length: 1000000000\r\n\r\n{")
        answer = raw.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert not stored(redis)


def test_a_wrong_type_is_refused_and_the_right_ones_named(relay, redis):
    answer = requests.post(f"{relay.url}/f/contact", data="<a/>", timeout=10,
                           headers={"Content-Type": "application/xml", "Origin": ORIGIN})
    assert_problem(answer, 415, "application/json")
    assert not stored(redis)


def test_an_unknown_form_is_not_found(relay):
    assert_problem(relay.post(form="nothing"), 404, "unknown-form")


def test_an_unknown_path_and_a_wrong_method(relay):
    assert_problem(requests.get(f"{relay.url}/nowhere", timeout=10), 404)
    answer = requests.delete(f"{relay.url}/f/contact", timeout=10)
    assert_problem(answer, 405)
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("origin, words", [
    ("https://shop.example", "add that origin to forms.contact.origins"),
    ("null", "Referrer-Policy"),
])
def test_a_page_that_may_not_post_tells_its_owner_why(relay, origin, words):
    answer = relay.http.post(f"{relay.url}/f/contact", data=GOOD, headers={"Origin": origin})
    assert answer.status_code == 403 and "text/html" in answer.headers["Content-Type"]
    assert "tell the website" in answer.text and words in answer.text


def test_a_foreign_origin_is_refused(relay, redis):
    answer = requests.post(f"{relay.url}/f/contact", json=GOOD, timeout=10,
                           headers={"Origin": "https://evil.example"})
    assert_problem(answer, 403)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert not stored(redis)


def test_a_program_without_the_forms_key_is_refused(make_relay, redis):
    relay = make_relay(forms={"contact": {"public": False, "key": "k" * 40}})
    relay.start("serve")
    relay.wait_ready()
    url = f"{relay.url}/f/contact"
    assert_problem(requests.post(url, json=GOOD, timeout=10), 401)
    assert_problem(requests.post(url, json=GOOD, timeout=10,
                                 headers={"Authorization": "Bearer wrong"}), 401)
    assert not stored(redis)
    right = requests.post(url, json=GOOD, timeout=10,
                          headers={"Authorization": f"Bearer {'k' * 40}"})
    assert right.status_code == 202


def test_a_wrong_status_token_and_an_unknown_id_are_the_same_404(relay):
    accepted = relay.accept()
    status = f"{relay.url}/v1/submissions/"
    wrong = requests.get(f"{status}{accepted['id']}?token={'0' * 43}", timeout=10)
    other = requests.get(f"{status}support-01JABCDEF0123456789ABCDEFG?token={'0' * 43}", timeout=10)
    none = requests.get(f"{status}{accepted['id']}", timeout=10)
    assert {each.status_code for each in (wrong, other, none)} == {404}
    assert wrong.text == other.text == none.text


def test_a_wrong_zendesk_token_is_found_by_check(make_relay):
    relay = make_relay(destinations={"support": {"token": "wrong"}})
    check = relay.run("check")
    assert check.returncode == 1, check.stdout + check.stderr
    assert "support" in check.stdout + check.stderr and "401" in check.stdout + check.stderr


def test_a_wrong_zendesk_token_holds_the_destination_and_keeps_the_message(make_relay, sandbox):
    relay = make_relay(destinations={"support": {"token": "wrong"}})
    _, work = relay.start_all()
    accepted = relay.accept()
    wait_until(lambda: work.logged("status=401"), what="the 401 in the log")
    assert relay.look(accepted)["state"] in ("queued", "delivering")
    assert sandbox.chats() == []
    assert "token" in relay.run("status").stdout


@pytest.mark.parametrize("wrong, words", [
    ("destinatoins: {}\n", ["line 1", "destinatoins", "destinations"]),
    ("listen: 127.0.0.1:8080\nlimits:\n  mesage: 5\n", ["line 3", "mesage", "message"]),
    ("limits:\n  message: many\n", ["line 2", "many"]),
    ("destinations: {support: {subdomain: acme, token: x, lease: 20 parsecs}}\n",
     ["line 1", "20 parsecs"]),
    ("forms: {contact: {destination: nowhere}}\n", ["nowhere"]),
    ("listen: [\n", ["line"]),
])
@pytest.mark.parametrize("command", ["check", "serve", "work", "up"])
def test_a_bad_settings_file_is_78_and_says_where(nursery, command, wrong, words):
    path = nursery.folder / "afterhours.yaml"
    path.write_text(wrong)
    done = run(command, "--config", path, folder=nursery.folder)
    assert done.returncode == 78, (done.returncode, done.stderr)
    for word in ["afterhours.yaml", *words]:
        assert word in done.stderr


def test_a_missing_settings_file_is_78(nursery):
    done = run("serve", "--config", nursery.folder / "none.yaml")
    assert done.returncode == 78
    assert "none.yaml" in done.stderr


def test_an_unknown_command_or_option_is_2_and_help_is_0():
    for arguments in (["delivr"], ["serve", "--processed", "3"], []):
        done = run(*arguments)
        assert done.returncode == 2, (arguments, done.returncode)
        assert "help" in done.stderr or "usage" in (done.stderr + done.stdout).lower()
    assert "deliver" not in run("delivr").stdout
    assert run("help").returncode == 0
    assert run("version").returncode == 0


def test_a_port_in_use_by_another_program_is_told(make_relay):
    relay = make_relay()
    with socket.create_server(("127.0.0.1", relay.port)):
        done = relay.run("serve")
    assert done.returncode == 69
    assert f"127.0.0.1:{relay.port}" in done.stderr
    assert "in use" in done.stderr


@pytest.mark.parametrize("taken", [True, False])
def test_a_sandbox_that_cannot_listen_is_told_before_anything_starts(make_relay, taken):
    relay = make_relay()
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = f"127.0.0.1:{other.getsockname()[1]}" if taken else "nowhere at all"
        done = relay.run("up", "--sandbox", "--sandbox-listen", place)
    assert done.returncode == (69 if taken else 78)
    assert "--sandbox-listen" in done.stderr and place in done.stderr
    assert ("in use" in done.stderr) == taken
    assert "started" not in done.stdout + done.stderr


def test_redis_away_at_start_is_503_until_it_comes(nursery, redis, sandbox):
    redis.stop()
    relay = Relay(nursery, redis, sandbox)
    serve = relay.start("serve")
    relay.start("work")
    wait_until(lambda: relay.http.get(f"{relay.url}/livez", timeout=5).ok)
    ready = relay.http.get(f"{relay.url}/readyz", timeout=5)
    assert ready.status_code == 503
    refused = relay.post()
    assert_problem(refused, 503)
    assert int(refused.headers["Retry-After"]) >= 1
    wait_until(lambda: serve.logged(r"queue_not_ready .*why=.*redis\.sock"),
               what="a line in the log that says so")
    redis.start()
    relay.wait_ready()
    relay.wait_state(relay.accept())


def test_redis_away_is_69_for_check_and_says_which(nursery):
    relay = Relay(nursery, settings={
        "redis": {"url": f"redis://127.0.0.1:{free_port()}/0", "timeout": "1s"},
        "destinations": {"support": {"subdomain": "acme", "token": "x"}}})
    done = relay.run("check")
    assert done.returncode == 69, (done.returncode, done.stdout, done.stderr)
    assert relay.settings["redis"]["url"].split("/")[2] in done.stdout + done.stderr


@pytest.mark.parametrize("head", [
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\n\n",
    b"POST /f/contact HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    b"POST /f/contact HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
])
def test_doubtful_framing_is_refused_and_the_connection_closed(relay, head):
    with socket.create_connection(("127.0.0.1", relay.port), timeout=15) as raw:
        raw.sendall(head)
        answer = b""
        while chunk := raw.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]
    assert relay.ready()
