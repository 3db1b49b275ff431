"""The table of failures, rows 9, 11, 13 to 15 and 31: what Zendesk, and the
way to it, may do."""
import datetime
import email.utils
import gzip
import re
import signal
import socket
import ssl
import threading

import pytest

from harness.answers import Answers, answer
from harness.certificates import NAME, Authority, server
from harness.faults import BRISK, all_linked, at_rest, promised, several, status
from harness.history import assert_exactly_once
from harness.relay import merge
from harness.waiting import wait_until


@pytest.fixture
def made():
    """Servers to be closed with the test."""
    servers = []
    yield servers
    for each in servers:
        each.close()


def many_destinations(relay, urls, **more):
    """One destination and one form for each name, all brisk."""
    contact = {**relay.settings["forms"]["contact"]}
    support = merge(relay.settings["destinations"]["support"], BRISK["destinations"]["support"])
    relay.settings["destinations"] = {
        name: merge(support, {"base_url": url, **more}) for name, url in urls.items()}
    relay.settings["forms"] = {name: {**contact, "destination": name} for name in urls}
    relay.write(relay.settings)


def test_row_09_an_ambiguous_post(make_relay, sandbox):
    relay = make_relay(**BRISK)
    relay.start_all()
    for do in ("lose_after", "lose_before", "hang", "truncate", "html", "endless"):
        sandbox.fault("create", do)
    for code in (500, 502, 503, 408):
        sandbox.fault("create", "status_after", status=code)
    accepted = several(relay, 12)
    all_linked(relay, accepted)
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())
    assert relay.nursery.processes[-1].count_logged("outcome=unknown next=resolve") >= 9


def in_hours(hours, form=None):
    """The time in so many hours as it is said when somebody asks."""
    def say():
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
        return email.utils.format_datetime(at, usegmt=True) if form is None else at.strftime(form)
    return say


LEAST, HOUR, DAY, UNSAID = 1, 3600, 86400, 30
# What Retry-After says, and the seconds that it means; None: nothing was said.
ASKED = [
    (None, UNSAID), ("0", LEAST), ("1", 1), ("2", 2), ("30", 30), ("59", 59), ("60", 60),
    ("0120", 120), ("3600", HOUR), ("86400", DAY), ("86401", DAY),
    ("99999999999999999999", DAY), ("soon", UNSAID), ("-5", UNSAID), ("1.5", UNSAID),
    (in_hours(2), 2 * HOUR),
    (in_hours(2, "%A, %d-%b-%y %H:%M:%S GMT"), 2 * HOUR),
    (in_hours(2, "%a %b %e %H:%M:%S %Y"), 2 * HOUR),
    (in_hours(-2), LEAST),
]


def test_row_11_429_waits_as_long_as_it_is_asked_to(make_relay, made):
    """One destination for each value, all on one server."""
    def said(asked):
        value = ASKED[int(re.match(r"/d(\d+)/", asked.path)[1])][0]
        value = value() if callable(value) else value
        more = {} if value is None else {"Retry_After": value}
        return answer(429, b'{"error":"too many"}', **more)
    zendesk = Answers(said)
    made.append(zendesk)
    relay = make_relay()
    many_destinations(relay, {f"d{n}": f"{zendesk.url}/d{n}" for n in range(len(ASKED))})
    _, work = relay.start_all()
    ids = [relay.accept(form=f"d{n}", message=f"number {n}")["id"] for n in range(len(ASKED))]
    for number, (value, seconds) in enumerate(ASKED):
        line = wait_until(lambda n=number: work.logged(
            rf"sub={ids[n]} .* next=deliver in_ms=(\d+) status=429 .* attempts=0 hold=rate_limit"),
            what=f"the verdict on {value}")
        waits = int(line[1]) / 1000
        assert seconds - 2 * callable(value) <= waits <= seconds * 1.1 + 1.2, value
        if seconds > 10:
            assert status(relay, f"d{number}")["hold"]["reason"] == "rate_limit"
    assert len(ASKED) == 19
    assert not work.logged("outcome=(unknown|refused|spent)")


def test_row_13_other_4xx_are_set_aside_and_replayed(relay, sandbox):
    codes = (400, 402, 404, 405, 406, 410, 413, 414, 415, 418, 422, 451)
    for code in codes:
        sandbox.fault("create", "status", status=code)
        refused = relay.accept(f"code {code}", email=f"n{code}@example.org", name="A Secret Name")
        relay.wait_state(refused, "failed")
        shown = relay.run("show", refused["id"]).stdout
        assert str(code) in shown and "A Secret Name" not in shown
    replay = relay.run("replay", "--state", "failed", "--yes")
    assert replay.returncode == 0, replay.stderr
    wait_until(lambda: len(sandbox.chats()) == len(codes), what="a chat of each")
    at_rest(relay)
    assert len(codes) == sandbox.stats()["requests"]["create"] / 2


def resident_kb(process):
    text = open(f"/proc/{process.pid}/status", encoding="ascii").read()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1])


def endless(head, piece, pause):
    yield head
    while True:
        yield piece
        threading.Event().wait(pause)


BOMB = gzip.compress(bytes(64 << 20))
HEAD = b"HTTP/1.1 201 Thus\r\nContent-Type: application/json\r\n"
SPOILT = {
    "trickled head": lambda: endless(b"HTTP/1.1 201 T", b"h", 0.05),
    "endless head": lambda: endless(HEAD, b"X-More: " + b"m" * 8000 + b"\r\n", 0),
    "endless 1xx": lambda: endless(b"", b"HTTP/1.1 102 Wait\r\n\r\n", 0.001),
    "trickled body": lambda: endless(HEAD + b"Content-Length: 9999\r\n\r\n", b" ", 0.05),
    "endless body": lambda: endless(HEAD + b"\r\n", b" " * 65536, 0),
    "endless chunks": lambda: endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
                                      b"1000\r\n" + b" " * 4096 + b"\r\n", 0),
    "gzip bomb": lambda: HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" %
    len(BOMB) + BOMB,
}


def test_row_14_slow_endless_and_swollen_answers(make_relay, sandbox, made):
    """Each create arrives, and its answer is spoilt in another way."""
    left = iter(SPOILT.values())

    def said(asked):
        spoil = next(left, None) if asked.method == "POST" else None
        if not spoil:
            return "pass"
        zendesk.pass_on(asked)
        return spoil()
    zendesk = Answers(said, sandbox.port)
    made.append(zendesk)
    relay = make_relay(**merge(BRISK, {"destinations": {"support": {"base_url": zendesk.url}}}))
    _, work = relay.start_all()
    before = resident_kb(work)
    accepted = several(relay, len(SPOILT) + 1)
    most = [before]

    def linked():
        most.append(resident_kb(work))
        return all(relay.look(each)["state"] == "linked" for each in accepted)
    wait_until(linked, 30, "all to be linked")
    assert next(left, None) is None and max(most) < before + 60000
    assert {each.headers.get("accept-encoding") for each in zendesk.asked} == {None}
    assert_exactly_once([each["id"] for each in accepted], sandbox.chats())


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_row_15_nothing_is_sent_to_whom_cannot_be_trusted(make_relay, nursery, redis, made):
    """A server for each fault of TLS, and an address without one."""
    trusted, stranger = Authority(nursery.folder), Authority(nursery.folder, "stranger")
    good = trusted.issue("good")
    contexts = {
        "expired": server(trusted.issue("expired", days=-1)),
        "host": server(trusted.issue("host", host="other.example")),
        "unknown": server(stranger.issue("unknown")),
        "self": server((stranger.certificate, stranger.key)),
        "sha1": server(trusted.issue("sha1", digest="sha1")),
        "tls10": server(good, ssl.TLSVersion.TLSv1),
        "tls11": server(good, ssl.TLSVersion.TLSv1_1),
    }
    servers = {name: Answers(lambda asked: answer(201, b'{"id":"1"}'), tls=context)
               for name, context in contexts.items()}
    made += servers.values()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    urls = {name: f"https://{NAME}:{each.port}" for name, each in servers.items()}
    urls |= {"dns": "https://no-such-host.invalid", "refused": f"http://127.0.0.1:{closed}"}
    relay = make_relay()
    many_destinations(relay, urls, ca=str(trusted.certificate))
    _, work = relay.start_all()
    ids = {name: relay.accept(form=name, message=name)["id"] for name in urls}
    for name, each in ids.items():
        wait_until(lambda i=each: work.count_logged(
            f"sub={i} stage=deliver outcome=busy next=deliver") >= 2, what=f"two tries of {name}")
        wait_until(lambda n=name, i=each: redis.client.hmget(
            "{%s}item:%s" % (n, i), "st", "intent") == [b"due", None],
            what=f"{name} to wait without an intent")
    assert not work.logged("outcome=(unknown|refused|done)")
    assert not any(each.asked for each in servers.values()), "not a byte of a request"


def test_row_15_a_new_authority_is_trusted_after_a_reload(make_relay, nursery, sandbox, made):
    old, new = Authority(nursery.folder, "old"), Authority(nursery.folder, "new")
    zendesk = Answers(lambda asked: "pass", sandbox.port, tls=server(new.issue("renewed")))
    made.append(zendesk)
    relay = make_relay(destinations={"support": {
        "base_url": f"https://{NAME}:{zendesk.port}", "ca": str(old.certificate)}})
    _, work = relay.start_all()
    accepted = relay.accept()
    wait_until(lambda: work.logged(f"sub={accepted['id']} .*outcome=busy"), what="a refusal")
    relay.settings["destinations"]["support"]["ca"] = str(new.certificate)
    relay.write(relay.settings)
    work.signal(signal.SIGHUP)
    relay.wait_state(accepted)
    assert_exactly_once([accepted["id"]], sandbox.chats())


def test_row_31_a_backlog_is_bounded_and_the_oldest_goes_first(make_relay, redis, sandbox):
    relay = make_relay(limits={"depth": 60}, destinations={"support": {"budget_per_minute": 100}})
    _, work = relay.start_all()
    assert relay.run("pause", "support").returncode == 0
    answers = [relay.post(f"number {n}", email=f"n{n}@example.org") for n in range(65)]
    assert [each.status_code for each in answers] == [202] * 60 + [503] * 5
    assert int(answers[-1].headers["Retry-After"]) >= 1
    told = status(relay)
    assert told["waiting"]["deliver"] == 60 and told["oldest_seconds"]["deliver"] > 0
    assert told["hold"]["reason"] == "operator"
    assert relay.run("resume", "support").returncode == 0
    wait_until(lambda: len(sandbox.chats()) >= 15, what="the first ones")
    wanted = promised(redis)
    early = {each["session_id"] for each in sandbox.chats()}
    assert len(early) <= 25, "the budget holds for a backlog, too"
    assert early <= set(wanted[:25]), "the oldest"
    relay.settings["destinations"]["support"]["budget_per_minute"] = 0
    relay.write(relay.settings)
    work.signal(signal.SIGHUP)
    all_linked(relay, [each.json() for each in answers[:60]])
    assert_exactly_once(wanted, sandbox.chats())
