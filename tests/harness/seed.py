"""Many chats at once: posts that leave one behind the other on one connection,
without waiting for each answer."""
import json
import socket
import time

from .servers import Sandbox


def request_of(number, at):
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    body = json.dumps({
        "type": "offline_msg", "message": f"Seeded message {number}", "timestamp": at,
        "visitor": {"name": f"Visitor {number}", "email": f"seed{number}@example.org"},
        "session": {"id": f"seed-{number}", "start_date": when, "end_date": when}}).encode()
    return (b"POST /api/v2/chat/chats HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer " + Sandbox.TOKEN.encode() +
            b"\r\nContent-Length: %d\r\n\r\n" % len(body)) + body


def read_answer(stream):
    status = stream.readline()
    length = 0
    while (line := stream.readline().strip()):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = stream.read(length)
    assert b" 201 " in status, (status, body)
    return json.loads(body)["id"]


def seed(sandbox, count, at=None, batch=50):
    """Their ids, oldest first. at: what the timestamp of number n is."""
    at = at or (lambda n: 1412830800 + n)
    ids = []
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=30) as raw:
        stream = raw.makefile("rb")
        for first in range(0, count, batch):
            numbers = range(first, min(first + batch, count))
            raw.sendall(b"".join(request_of(n, at(n)) for n in numbers))
            ids += [read_answer(stream) for _ in numbers]
    return ids
