"""A destination that answers as a test wants it: by itself, or by passing on to
the one behind and spoiling what comes back; on its own or behind TLS."""
import contextlib
import http.client
import json
import socket
import threading

LIST = b'{"results":[],"count":0,"next_url":null}'


class Asked:
    """One request: method, path, headers (lower case), body, and the number of
    the connection it came on."""

    def __init__(self, head, body, connection):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, self.version = lines[0].split(" ")
        self.headers = {name.lower(): value.strip() for name, _, value in
                        (line.partition(":") for line in lines[1:] if line)}
        self.body = body
        self.connection = connection

    def session(self):
        """The id that a create carries."""
        return json.loads(self.body)["session"]["id"]


def answer(status, body=b"{}", **headers):
    """An answer's bytes; a header's name is given with _ for -."""
    lines = [f"HTTP/1.1 {status} Thus", f"Content-Length: {len(body)}",
             "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Answers:
    """Listens from birth. answer(asked): bytes, or pieces of bytes to be sent one
    after the other, or None to close the connection. behind: the port asked when
    it says "pass". asked: every request there was."""

    def __init__(self, make_answer, behind=None, tls=None):
        self.make_answer = make_answer
        self.behind = behind
        self.tls = tls
        self.asked = []
        self.connections = 0
        self.open = set()
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        while not self.over.is_set():
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.talk, args=(link, self.connections),
                             daemon=True).start()

    def talk(self, link, number):
        self.open.add(link)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(self.open.discard, link)
            link = stack.enter_context(
                self.tls.wrap_socket(link, server_side=True) if self.tls else link)
            reader = stack.enter_context(link.makefile("rb"))
            while (asked := read_request(reader, number)) and not self.over.is_set():
                self.asked.append(asked)
                if not self.send(link, asked):
                    return

    def send(self, link, asked):
        said = self.make_answer(asked)
        if said == "pass":
            said = self.pass_on(asked)
        if said is None:
            return False
        for piece in [said] if isinstance(said, bytes) else said:
            if self.over.is_set():
                return False
            link.sendall(piece)
        return True

    def pass_on(self, asked):
        behind = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=20)
        behind.request(asked.method, asked.path, asked.body, {
            name: value for name, value in asked.headers.items() if name != "host"})
        said = behind.getresponse()
        body = said.read()
        behind.close()
        return answer(said.status, body)

    def posts(self):
        return [each for each in self.asked if each.method == "POST"]

    def close(self):
        self.over.set()
        self.listener.close()
        for link in list(self.open):
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)


def read_request(reader, connection):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = reader.readline(65536)
        if not line:
            return None
        head += line
    asked = Asked(head[:-4], b"", connection)
    asked.body = reader.read(int(asked.headers.get("content-length", 0)))
    return asked
