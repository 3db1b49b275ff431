"""The tests' own instruments, against what is published or planted."""
import mmap
import os
import socket
import threading

import pytest

from harness.gauges import read_gauge
from harness.history import assert_exactly_once, assert_nothing, differences, judge
from harness.ordeal import Damage
from harness.proxy import TO_CLIENT, TO_SERVER, Fault, Proxy, Story
from harness.receiver import sign, verify
from harness.waiting import wait_until

# The example of the Standard Webhooks specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
BODY = b'{"test": 2432232314}'
NOW = 1614265330


def test_the_receiver_trusts_the_published_vector():
    assert verify(SECRET, HEADERS, BODY, NOW) is None
    assert sign(SECRET, HEADERS["webhook-id"], NOW, BODY) == HEADERS["webhook-signature"]


@pytest.mark.parametrize("change", [
    {"webhook-id": "msg_other"},
    {"webhook-timestamp": str(NOW + 1)},
    {"webhook-signature": "v1,AAAA"},
    {"webhook-signature": ""},
])
def test_the_receiver_trusts_nothing_else(change):
    assert verify(SECRET, {**HEADERS, **change}, BODY, NOW)


def test_the_receiver_refuses_an_old_message():
    assert verify(SECRET, HEADERS, BODY, NOW + 301) == "its time is too far off"


def test_the_checker_sees_what_is_lost_doubled_and_unexpected():
    chats = [{"session_id": each} for each in ("a", "b", "b", "x")]
    assert differences(["a", "b", "c"], chats) == {
        "lost": ["c"], "doubled": ["b"], "unexpected": ["x"]}
    with pytest.raises(AssertionError):
        assert_exactly_once(["a", "b", "c"], chats)
    assert_exactly_once(["a"], chats[:1])


def planted(**changes):
    """A history of two messages in which all is well, but for the changes."""
    news = [{"type": "submission.linked",
             "data": {"id": each, "chat_id": f"chat-{each}", "zendesk_ticket_id": number}}
            for number, each in enumerate(("a", "b"))]
    chats = [{"session_id": each, "id": f"chat-{each}", "ticket_id": number, "created_at": "1970-01-01T00:01:45.000Z"}
             for number, each in enumerate(("a", "b"))]
    history = {"accepted": {"a": 100.0, "b": 101.0}, "chats": chats, "news": news, "late_s": 10}
    for key, change in changes.items():
        history[key] = change(history[key])
    return judge(**history)


@pytest.mark.parametrize("key, fault, change", [
    ("chats", "lost", lambda chats: chats[:1]),
    ("chats", "doubled", lambda chats: [*chats, chats[0]]),
    ("accepted", "unexpected", lambda accepted: {"a": accepted["a"]}),
    ("chats", "late", lambda chats: [chats[0], {**chats[1], "created_at": "1970-01-01T00:01:51.001Z"}]),
    ("news", "untold", lambda news: news[:1]),
    ("news", "untold", lambda news: [news[0], {**news[1], "type": "submission.failed"}]),
    ("chats", "mistold", lambda chats: [chats[0], {**chats[1], "ticket_id": 7}]),
    ("news", "mistold", lambda news: [*news, {**news[0], "data": {**news[1]["data"], "id": "a"}}]),
])
def test_the_checker_sees_every_planted_fault(key, fault, change):
    assert_nothing(planted())
    found = planted(**{key: change})
    assert found.pop(fault), found
    assert_nothing(found)


MORE = 8 << 20  # bytes


def test_the_gauges_see_a_descriptor_a_thread_and_memory_more():
    before, over = read_gauge(os.getpid()), threading.Event()
    more = mmap.mmap(-1, MORE)  # nothing that was used before, and freed
    more.write(b"x" * MORE)
    thread = threading.Thread(target=over.wait)
    with open("/dev/null", "rb"):
        thread.start()
        after = read_gauge(os.getpid())
    over.set()
    thread.join()
    more.close()
    assert after.descriptors == before.descriptors + 1
    assert after.threads == before.threads + 1
    assert after.rss_kb > before.rss_kb + MORE // 2048
    assert after.private_kb > before.private_kb + MORE // 2048


def test_waiting_tells_what_it_saw_last():
    with pytest.raises(AssertionError, match="the moon.*three"):
        wait_until(lambda: int("three"), 0.05, "the moon")


class Echo:
    """Says again whatever it hears; heard: all of it."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.heard = b""
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                link, _ = self.server.accept()
            except OSError:
                return
            with link:
                self.talk(link)

    def talk(self, link):
        try:
            while data := link.recv(4096):
                self.heard += data
                link.sendall(data)
        except OSError:
            pass  # the proxy has reset it

    def close(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()


@pytest.fixture
def echo():
    echo = Echo()
    yield echo
    echo.close()


def through(proxy, data):
    """What comes back until the end, and how it ended."""
    back = b""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as link:
        link.sendall(data)
        try:
            while len(back) < len(data):
                piece = link.recv(4096)
                if not piece:
                    return back, "end"
                back += piece
        except ConnectionResetError:
            return back, "reset"
        except TimeoutError:
            return back, "silence"
    return back, "whole"


@pytest.mark.parametrize("fault, back, heard", [
    (None, (b"0123456789", "whole"), b"0123456789"),
    (Fault("cut", 4, TO_SERVER), (b"0123", "end"), b"0123"),
    (Fault("cut", 4, TO_CLIENT), (b"0123", "end"), b"0123456789"),
    (Fault("cut", 10, TO_SERVER), (b"0123456789", "whole"), b"0123456789"),
    (Fault("cut", 0, TO_CLIENT), (b"", "end"), b"0123456789"),
    (Fault("reset", 0, TO_CLIENT), (b"", "reset"), b"0123456789"),
    (Fault("corrupt", 4, TO_SERVER), (b"0123\xcb56789", "whole"), b"0123\xcb56789"),
    (Fault("corrupt", 4, TO_CLIENT), (b"0123\xcb56789", "whole"), b"0123456789"),
    (Fault("delay", 4, TO_CLIENT, 0.05), (b"0123456789", "whole"), b"0123456789"),
    (Fault("corrupt", 4, TO_CLIENT, change="bit", salt=9), (b"0123656789", "whole"), b"0123456789"),
    (Fault("corrupt", 4, TO_CLIENT, change="nul"), (b"0123\x0056789", "whole"), b"0123456789"),
    (Fault("corrupt", 4, TO_CLIENT, change="line"), (b"0123\r56789", "whole"), b"0123456789"),
    (Fault("corrupt", 4, TO_SERVER, change="digit", salt=7),
     (b"0123756789", "whole"), b"0123756789"),
    (Fault("corrupt", 4, TO_SERVER, change="digit", salt=4),
     (b"0123556789", "whole"), b"0123556789"),
    (Fault("corrupt", 4, TO_CLIENT, change="no text"), (b"0123\xff56789", "whole"), b"0123456789"),
    (Fault("trickle", 4, TO_CLIENT, 0.01), (b"0123456789", "whole"), b"0123456789"),
    (Fault("trickle", 4, TO_SERVER, 0.01, 2), (b"0123456789", "whole"), b"0123456789"),
    (Fault("hang", 4, TO_CLIENT), (b"0123", "silence"), b"0123456789"),
], ids=str)
def test_the_proxy_goes_wrong_at_exactly_that_byte(echo, fault, back, heard):
    proxy = Proxy(echo.port)
    try:
        proxy.arm(fault)
        came, how = through(proxy, b"0123456789")
        if fault and fault.do == "cut" and fault.way == TO_SERVER:
            # What was heard may still come back before the cut, or not.
            assert back[0].startswith(came) and how in ("end", "whole")
        else:
            assert (came, how) == back
        wait_until(lambda: echo.heard == heard)
        assert proxy.played == (fault is not None)
    finally:
        proxy.close()


def story_of(change, way, request, answer):
    """One request and its answer, and what was made of the one that went that way."""
    story = Story(Fault("corrupt", way=way))
    for each, said in ((TO_SERVER, request), (TO_CLIENT, answer)):
        message = b"\r\n".join((b"POST / HTTP/1.1", b"Content-Length: %d" % len(said), b"", said))
        story.came[each] += message + b"the next one"
        story.went[each] += (change(message) if each == way else message) + b"the next one"
    return story


def swapped(old, new):
    return lambda message: message.replace(old, new)


CREATED = b'{"session":{"id":"s1"}}', b'{"id":"c1","session":{"id":"s1"}}'


@pytest.mark.parametrize("change, way, owners, ids", [
    (swapped(b"s1", b"s2"), TO_SERVER, {"c1": "s1"}, set()),
    (swapped(b"c1", b"c2"), TO_CLIENT, {}, {"s1"}),
    (swapped(b'"c1"', b'\xffc1"'), TO_CLIENT, {}, {"s1"}),
    (swapped(b"s1", b"s2"), TO_CLIENT, {}, set()),
], ids=["the request", "the chat's id", "no JSON", "elsewhere"])
def test_what_damage_nobody_could_notice_is_known(change, way, owners, ids):
    damage = Damage([story_of(change, way, *CREATED)])
    assert (damage.owners, damage.ids, damage.tickets) == (owners, ids, set())


def test_another_ticket_number_in_an_answer_is_known():
    docs = b'{"docs":{"c1":{"session":{"id":"s1"},"zendesk_ticket_id":83},' \
           b'"c2":{"session":{"id":"s2"},"zendesk_ticket_id":84}}}'
    story = story_of(swapped(b"83", b"93"), TO_CLIENT, b"", docs)
    story.came[TO_SERVER][:4] = b"GET "
    assert Damage([story]).tickets == {"s1"}
