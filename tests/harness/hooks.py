"""A receiver of callbacks in a process of its own, for very many: verifies each and
writes down the ids of those that were linked."""
import asyncio
import json
import multiprocessing
import pathlib

from .receiver import verify

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
NO = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


class Connection(asyncio.Protocol):
    """Requests on it come one after another."""

    def __init__(self, secret, out):
        self.secret, self.out, self.data, self.link = secret, out, b"", None

    def connection_made(self, transport):
        self.link = transport

    def data_received(self, data):
        self.data += data
        while True:
            head, end, rest = self.data.partition(b"\r\n\r\n")
            if not end:
                return
            lines = head.decode("latin-1").split("\r\n")[1:]
            headers = {name.lower(): value.strip() for name, _, value in
                       (line.partition(":") for line in lines)}
            length = int(headers["content-length"])
            if len(rest) < length:
                return
            self.data = rest[length:]
            self.take(headers, rest[:length])

    def take(self, headers, body):
        reason = verify(self.secret, headers, body)
        news = json.loads(body)
        if reason:
            self.out.write(f"! {reason}\n")
        elif news["type"] == "submission.linked":
            self.out.write(f"{news['data']['id']} {news['data']['chat_id']} "
                           f"{news['data']['zendesk_ticket_id']}\n")
        self.link.write(NO if reason else OK)


async def serve(port, secret, path):
    with path.open("w", buffering=1) as out:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(secret, out), "127.0.0.1", 0)
        with port.get_lock():
            port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()


class Hooks:
    """Listens from birth until it is closed."""

    def __init__(self, folder, secret):
        self.path = pathlib.Path(folder) / "hooks"
        self.secret = secret
        port = multiprocessing.Value("i", 0)
        self.process = multiprocessing.Process(
            target=lambda: asyncio.run(serve(port, secret, self.path)), daemon=True)
        self.process.start()
        self.port = port

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port.value}/hooks/tickets"

    def told(self):
        """[(submission, chat, ticket)] so far, and what could not be trusted."""
        lines = self.path.read_text().splitlines()
        return ([tuple(line.split()) for line in lines if not line.startswith("!")],
                [line[2:] for line in lines if line.startswith("!")])

    def count(self):
        return sum(chunk.count(b"\n") for chunk in [self.path.read_bytes()])

    def close(self):
        self.process.terminate()
        self.process.join()
