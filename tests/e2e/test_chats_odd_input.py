"""Whatever stands in a parameter or a body of the Chats API: the answer is one that
the document describes, never a failure of ours, and what was taken is shown again
as it was sent."""
import json

import pytest

from harness.chats import TARGETS, draft, make_relay, make_sandbox
from harness.openapi import Document

PARAMETERS = {
    "/chats": ("ids", "cursor"), "/chats/search": ("q", "page"),
    "/incremental/chats": ("start_time", "start_id", "fields", "limit"),
}
GOOD = {"/chats/search": {"q": "good"}, "/incremental/chats": {"start_time": "0"}}
ODD = ("", " ", "0", "-1", "+1", "1 ", "007", "1.5", "1e3", "0x10", "9" * 18, "9" * 19, "9" * 400,
       "true", "null", "[]", "{}", "\"", "'", "\\", "\0", "a\0b", "\r\nX-Odd: 1", "\u202e", "\uffff",
       "🍎", "１２", "é" * 300, "a,b", ",", ",,,", "a" * 5000, "*", "[* TO *]", "NOT a", "a OR b",
       "a AND", "(a)", "timestamp:[* TO *]", "timestamp:{* TO *}", "timestamp:[2014-10-10 TO 2014-10-09]",
       "timestamp:9999-12-31", "timestamp:0000-01-01", "timestamp:1969-12-31T23:59:59Z",
       "type:offline_msg type:chat", "visitor_name:\"\"", "\"" * 50, "a:" * 50, "../..", "%2e%2e",
       "${jndi:x}", "<script>", "-" * 100, "a " * 2000, "ß" * 2048)

# Texts that a JSON body may have in them.
TEXTS = ("\u2028\u2029", "\ufeff", "🍎" * 50, "a\r\nb", "</script>", "\\u0041",
         "\x1b[31m", "é", "é", " " * 100, "\"\\/\b\f\n\r\t", "\uffff", "x" * 60_000)
BODIES = (
    b'{"message": "a\\u0000b"}', b"", b" ", b"null", b"true", b"5", b'"text"', b"[]", b"[[[[", b"{", b"}", b"{}{}", b"{} x",
    b"[" * 100_000, b'{"a":' * 100_000, b'{"message": NaN}', b'{"timestamp": 1e400}',
    b'{"timestamp": 99999999999999999999999999}', b'{"message": "\\ud800"}', b'{"message": "\xff"}',
    b'\xef\xbb\xbf{}', b'{"unread": tru', b'{"\\u0000": 1}', b'{"": 1}', b"{'a': 1}", b'{"a": 1,}',
    b'{"visitor": {"name": {"name": {}}}}', b"\0" * 1000, json.dumps({"k%d" % n: n for n in range(5000)}).encode(),
    json.dumps({"message": "x" * 400_000}).encode(), "{\"a\": 1}".encode("utf-16"),
)


@pytest.fixture(scope="module")
def targets(module_nursery):
    document = Document()
    return {"sandbox": make_sandbox(module_nursery, document, "--examples"),
            "relay": make_relay(module_nursery, document)}


@pytest.fixture(params=TARGETS)
def target(request, targets):
    return targets[request.param]


@pytest.mark.parametrize("path, name", [(path, name) for path, names in PARAMETERS.items()
                                        for name in names])
def test_odd_parameters_are_understood_or_refused(target, path, name):
    for value in ODD:
        answer = target.ask("GET", path, params={**GOOD.get(path, {}), name: value})
        assert answer.status_code in (200, 400, 414), (value, answer.text)
        if answer.status_code == 400:
            assert name in answer.json()["description"], (value, answer.text)


def test_odd_ids_in_the_path_are_of_no_chat(target):
    for value in ODD:
        # Empty, it is another path; so are "." and ".." once a client has read them.
        if value in ("", "../.."):
            continue
        for method, more in (("GET", {}), ("PUT", {"json": {"unread": True}}), ("DELETE", {})):
            answer = target.ask(method, "/chats/" + quoted(value), **more)
            assert answer.status_code in (400, 404, 414), (method, value, answer.text)


def quoted(value):
    return "".join(f"%{byte:02X}" for byte in value.encode())


@pytest.mark.parametrize("member", ["message", "visitor.name", "visitor.email", "visitor.notes",
                                    "session.id", "session.user_agent"])
def test_odd_texts_come_back_as_they_were_sent(target, member):
    for number, text in enumerate(TEXTS):
        body = draft(message=f"{number} of {member}")
        whole, _, part = member.partition(".")
        if part:
            body[whole][part] = text
        else:
            body[whole] = text
        answer = target.ask("POST", "/chats", json=body)
        assert answer.status_code in (201, 422), (text[:20], answer.text[:300])
        if answer.status_code == 422:
            assert whole in "".join(answer.json()["details"]), answer.text
            continue
        chat = target.show(answer.json()["id"])
        assert (chat[whole][part] if part else chat[whole]) == text


@pytest.mark.parametrize("method, path", [("POST", "/chats"), ("PUT", "/chats/none")])
def test_odd_bodies_are_refused(target, method, path):
    for body in BODIES:
        answer = target.ask(method, path, data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 404, 413, 422), (body[:60], answer.status_code, answer.text[:300])
    assert target.ask("GET", "/chats").status_code == 200
