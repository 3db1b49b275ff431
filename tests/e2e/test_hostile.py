"""What somebody who means harm sends: nothing of it leaves the rules, reaches a
page, a header or a log as it came, or stops the relay for others."""
import json
import pathlib
import re
import socket

import pytest
import requests

from harness.processes import BINARY
from harness.relay import ORIGIN
from harness.waiting import wait_until

GOOD = {"message": "Good evening", "email": "ada@example.org"}
WILD = {"forms": {"contact": {"origins": [ORIGIN, "https://*.example.org"],
                              "unknown_fields": "keep"}}}
MARKUP = "<img src=x onerror=alert(1)>\"'&"


@pytest.fixture
def relay(make_relay):
    """No worker: what is stored stays as it is."""
    relay = make_relay(**WILD)
    relay.serve = relay.start("serve")
    relay.wait_ready()
    return relay


def form_post(relay, **fields):
    """As a browser without scripts; it does not follow where it is sent."""
    return requests.post(f"{relay.url}/f/contact", data=fields, timeout=10,
                         headers={"Origin": ORIGIN}, allow_redirects=False)


def ask(relay, request, timeout=10):
    """Bytes in, and all that comes back until the connection ends."""
    with socket.create_connection(("127.0.0.1", relay.port), timeout=timeout) as raw:
        raw.sendall(request)
        answer = b""
        while chunk := raw.recv(65536):
            answer += chunk
    return answer


def resident(pid):
    """KiB, of a process and what it has started."""
    pids = [pid, *map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    return sum(int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{each}/status").read_text())[1])
               for each in pids)


@pytest.mark.parametrize("name", ["_next", "_error"])
def test_a_form_sends_nobody_to_a_foreign_place(relay, name):
    for target in [
            "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
            "\t//evil.example", "/\r\n/evil.example", "javascript:alert(1)", "data:text/html,x",
            "https:evil.example", "https:/evil.example", "https:///evil.example",
            "https://www.example.com@evil.example/", "https://evil@www.example.com/",
            "https://www.example.com.evil.example/", "https://www.example.com:444/",
            "https://www.example.com./", "http://www.example.com/",
            "https://evil.example#.example.org", "https://evil.example?.example.org/",
            "https://evil.example%2f.example.org/", "https://evil.example%00.example.org/",
            "https://evil.example\\.example.org/", "https://www\u3002example\u3002com/"]:
        answer = form_post(relay, message=f"to {target}", email="a@b.example", **{name: target})
        assert answer.status_code == 422, (target, answer.status_code, answer.headers)
        assert "Location" not in answer.headers


def test_only_listed_origins_may_post(relay):
    host = f"127.0.0.1:{relay.port}"
    refused = ["null", "NULL", "", "*", "https://", "file://", "http://www.example.com",
               f"{ORIGIN}:443", f"{ORIGIN}.", f"{ORIGIN}/", f"{ORIGIN}, https://evil.example",
               "https://example.org", "https://.example.org", "https://a.example.org.",
               "https://a.example.org:8443", "https://evil@a.example.org",
               "https://evil.example#.example.org", "https://evil.example/.example.org",
               "https://evil.example,.example.org", f"http://{host}1", "http://127.0.0.1"]
    for origin in refused:
        answer = requests.post(f"{relay.url}/f/contact", json=GOOD, timeout=10,
                               headers={"Origin": origin})
        assert answer.status_code == 403, origin
        assert "Access-Control-Allow-Origin" not in answer.headers
    for origin in [ORIGIN, "https://a.example.org", "https://a.b.example.org", relay.url]:
        answer = requests.post(f"{relay.url}/f/contact", json=GOOD, timeout=10,
                               headers={"Origin": origin})
        assert answer.status_code == 202, origin
        assert answer.headers["Access-Control-Allow-Origin"] == origin


def test_every_miss_of_a_submission_is_the_same_to_the_last_header(relay):
    accepted = relay.accept()
    name, token = accepted["id"], accepted["status_url"].split("token=")[1]
    for path in ["/v1/submissions/", "/s/"]:
        seen = set()
        for guess in [f"{name}?token={token[:-1]}", f"{name}?token={token}A", name,
                      f"{name}?token=", f"{name}?token=%00", f"{name}?TOKEN={token}",
                      f"{name}?token=x&token={token}", f"{name.lower()}?token={token}",
                      f"{name}x?token={token}", f"{name[:-1]}?token={token}",
                      f"support-01JABCDEF0123456789ABCDEFG?token={token}",
                      f"{name}?token={'A' * 5000}"]:
            answer = ask(relay, f"GET {path}{guess} HTTP/1.1\r\nHost: a\r\n"
                                "Connection: close\r\n\r\n".encode())
            seen.add(re.sub(rb"Date: [^\r]*", b"", answer))
        assert len(seen) == 1, seen
        only = seen.pop()
        assert only.startswith(b"HTTP/1.1 404 ") and b"Cache-Control: no-store" in only


def test_markup_reaches_no_page_as_markup(relay):
    accepted = relay.accept(message=MARKUP, name=MARKUP, **{MARKUP: MARKUP})
    pages = [requests.get(accepted["page_url"], timeout=10),
             form_post(relay, message=MARKUP, email=MARKUP, **{MARKUP: "x"}),
             requests.get(f"{relay.url}/s/{MARKUP}?token={MARKUP}", timeout=10),
             requests.get(f"{relay.url}/problems/{MARKUP}", timeout=10),
             requests.get(f"{relay.url}/problems/not-found", timeout=10),
             requests.get(f"{relay.url}/", headers={"Accept-Language": MARKUP}, timeout=10)]
    for page in pages:
        assert page.headers["Content-Type"].startswith("text/html"), page.url
        assert "<img" not in page.text
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"
    problem = relay.post(message="", **{MARKUP: {}})
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert problem.headers["X-Content-Type-Options"] == "nosniff"


def test_no_header_of_ours_can_be_written_by_a_stranger(relay):
    for line in [b"Origin: https://a\xc2\x85.example.org", b"Origin: https://a\x00.example.org",
                 b"Origin: https://a.example.org\rSet-Cookie: a=b",
                 b"Idempotency-Key: \"a\xff\"", b"Idempotency-Key: " + b"k" * 256]:
        answer = ask(relay, b"POST /f/contact HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                            b"Content-Type: application/json\r\nContent-Length: 39\r\n" + line +
                     b'\r\n\r\n{"message":"a","email":"a@b.example"}  ')
        assert answer.split(b" ")[1] in (b"400", b"403"), (line, answer[:200])
        assert b"Set-Cookie" not in answer.split(b"\r\n\r\n")[0]


def test_a_sender_cannot_choose_his_address_or_bring_bytes_that_are_no_text(make_relay, sandbox):
    relay = make_relay(**WILD)
    relay.start_all()
    accepted = relay.accept(headers={"X-Forwarded-For": "203.0.113.66",
                                     "Referer": b"https://www.example.com/\xff",
                                     "User-Agent": b"agent\xff\xc2\x9b"})
    relay.wait_state(accepted)
    chats = sandbox.http.get(f"{sandbox.url}/api/v2/chat/chats", timeout=10,
                             headers={"Authorization": f"Bearer {sandbox.TOKEN}"})
    assert "203.0.113.66" not in chats.text
    session = chats.json()["chats"][0]["session"]
    assert session["ip"] == "127.0.0.1" and session["user_agent"] == "agent"


def test_nothing_of_a_person_and_no_secret_is_logged(make_relay, nursery):
    relay = make_relay(**WILD, destinations={"support": {"token": "canary-token"}})
    relay.settings["forms"]["contact"]["key"] = "canary-key-0123456789"
    relay.write(relay.settings)
    _, work = relay.start_all()
    accepted = relay.accept(message="canary-message", email="canary@example.org",
                            name="canary-name", page="https://www.example.com/canary-page",
                            headers={"Authorization": "Bearer canary-key-0123456789",
                                     "User-Agent": "canary-agent", "Referer": "https://canary.example/",
                                     "Idempotency-Key": "canary-idempotency"})
    relay.post(message="", email="canary@", headers={"Origin": "https://canary.example"})
    for path in ["/canary-path", "/f/canary-form", "/s/canary?token=canary"]:
        relay.http.get(relay.url + path, timeout=10)
    ask(relay, b"GET /canary\x00 HTTP/1.1\r\n\r\n")
    wait_until(lambda: work.logged("status=401"), what="the 401 in the log")
    logs = nursery.logs(most=1_000_000)
    assert accepted["id"] in logs
    assert "canary" not in logs
    assert accepted["status_url"].split("token=")[1] not in logs


def test_behind_a_proxy_one_visitor_keeps_nobody_else_out(make_relay):
    """All connections are the proxy's: what waits is counted by who has sent it."""
    relay = make_relay(limits={"connections_per_address": 20},
                       trusted_proxies=["127.0.0.0/8"])
    relay.start("serve")
    relay.wait_ready()
    path = relay.accept()["status_url"].removeprefix(relay.url)

    def stream(visitor):
        opened = socket.create_connection(("127.0.0.1", relay.port), timeout=10)
        opened.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {visitor}\r\n"
                       "Accept: text/event-stream\r\n\r\n".encode())
        return opened

    def told(opened):
        return opened.recv(65536, socket.MSG_PEEK)

    streams = [stream("198.51.100.7") for _ in range(40)]
    wait_until(lambda: all(b'"state":"queued"' in told(each) for each in streams),
               what="each to be told the state")
    wait_until(lambda: sum(told(each).endswith(b"\r\n0\r\n\r\n") for each in streams) == 20,
               what="half of them to be ended")
    assert relay.accept("hello", headers={"X-Forwarded-For": "203.0.113.9"})
    other = stream("203.0.113.9")
    wait_until(lambda: b'"state":"queued"' in told(other), what="the state")
    for each in streams:
        each.close()
    wait_until(lambda: not told(other).endswith(b"\r\n0\r\n\r\n"), what="it to stay open")
    again = stream("198.51.100.7")
    wait_until(lambda: b'"state":"queued"' in told(again), what="the state")
    assert not told(again).endswith(b"\r\n0\r\n\r\n"), "there is room again"
    for each in (other, again):
        each.close()


def test_one_address_takes_its_share_of_connections_and_no_more(make_relay):
    relay = make_relay(limits={"connections_per_address": 20})
    relay.start("serve")
    relay.wait_ready()
    relay.http.close()
    accepted = relay.accept()
    path = accepted["status_url"].removeprefix(relay.url)
    stream = f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n".encode()
    streams = [socket.create_connection(("127.0.0.1", relay.port), timeout=10)
               for _ in range(40)]
    words = []
    for each in streams:
        try:
            each.sendall(stream)
            words.append(each.recv(12))
        except ConnectionError:
            words.append(b"HTTP/1.1 503")  # it was told so, and did not listen
    assert words.count(b"HTTP/1.1 200") <= 20
    assert words.count(b"HTTP/1.1 503") >= 20
    # Everybody else is still let in.
    with socket.create_connection(("127.0.0.1", relay.port), timeout=10,
                                  source_address=("127.0.0.77", 0)) as other:
        other.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        assert other.recv(12) == b"HTTP/1.1 200"
    for each in streams:
        each.close()


def events(answer):
    """The ids and states of a stream that has ended."""
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    return [(re.search(r"^id: (\d+)$", part, re.M)[1],
             json.loads(re.search(r"^data: (.*)$", part, re.M)[1])["state"])
            for part in answer.text.split("\n\n") if part.startswith("event: state")]


def test_an_event_stream_ends_in_time_and_goes_on_where_it_was(make_relay):
    relay = make_relay(limits={"stream_timeout": "400ms"})
    relay.start("serve")
    relay.wait_ready()
    accepted = relay.accept()
    asked = {"Accept": "text/event-stream"}
    first = events(relay.http.get(accepted["status_url"], headers=asked, timeout=10))
    assert [state for _, state in first] == ["queued"]
    asked["Last-Event-ID"] = first[0][0]
    again = relay.http.get(accepted["status_url"], headers=asked, timeout=10)
    assert events(again) == [], "what was seen is not told again"
    relay.start("work")
    relay.wait_state(accepted)
    last = events(relay.http.get(accepted["status_url"], headers=asked, timeout=10))
    # Twice, when its callback was made between the two.
    assert {state for _, state in last} == {"linked"}


def test_strangers_never_hold_the_descriptors_that_redis_needs(make_relay, redis, nursery):
    relay = make_relay(limits={"connections_per_address": 0})
    serve = nursery.start("serve", ["bash", "-c", 'ulimit -n 300; exec "$@"', "-", BINARY,
                            "serve", "--config", relay.path])
    relay.wait_ready()
    relay.accept()  # and keeps its connection
    held = []
    for number in range(400):
        stranger = socket.socket()
        stranger.settimeout(10)
        stranger.bind((f"127.0.0.{2 + number % 5}", 0))
        stranger.connect(("127.0.0.1", relay.port))
        stranger.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        held.append(stranger)
    assert held[0].recv(12) == b"HTTP/1.1 200"
    redis.stop()
    wait_until(lambda: serve.logged(r"queue_not_ready .*redis\.sock"),
               what="the relay to have tried in vain, and the door to have opened again")
    redis.start()
    wait_until(lambda: relay.post("Still there?").status_code == 202, 10,
               "a message to be taken while strangers hold connections")
    for stranger in held:
        stranger.close()


BOMBS = {
    "lists": b"[" * 60000,
    "objects": b'{"a":' * 10000,
    "members": b"{" + b",".join(b'"a%d":1' % i for i in range(5000)) + b"}",
    "real": b'{"message":1e999}',
    "integer": b'{"message":' + b"1" * 60000 + b"}",
    "escapes": b'{"message":"' + b"\\" * 60000,
    "overlong": b'{"message":"\xc0\xaf"}',
    "surrogate": b'{"message":"\xed\xa0\x80"}',
    "nul": b'{"message":"a"}\x00',
    "mark": b'\xef\xbb\xbf{"message":"a"}',
}


def test_a_bomb_is_refused_with_advice_and_little_memory(relay):
    before = resident(relay.serve.pid)
    for name, body in BOMBS.items():
        for _ in range(10):
            answer = requests.post(f"{relay.url}/f/contact", data=body, timeout=10,
                                   headers={"Origin": ORIGIN, "Content-Type": "application/json"})
        assert answer.status_code == 400, name
        detail = answer.json()["detail"]
        assert "Send" in detail or "send" in detail, (name, detail)
    assert resident(relay.serve.pid) - before < 64 * 1024
