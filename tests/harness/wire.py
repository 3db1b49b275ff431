"""The queue's functions, called fast: commands as bytes, many sent at once over a
unix socket, replies read one after the other. No C of the relay is between."""
import pathlib
import socket

from .processes import ROOT

HERE = pathlib.Path(__file__).parent
NAME = "support"
TAG = "{%s}" % NAME
SCRIPTS = sorted((ROOT / "src/queue/scripts").glob("*.lua"))
DUE = ("due:deliver", "due:reconcile", "due:callback")
PLACES = (*DUE, "run", "dead", "done", "held")


def key(*parts):
    return TAG + "".join(parts)


def texts():
    """The shipped text, by file."""
    return {path.name: path.read_text() for path in SCRIPTS}


def library(files=None):
    """The library as it is shipped, or these files of it, with steppable time."""
    files = files or texts()
    return "".join(["#!lua name=afterhours_3\n", "local CODE = 'stepped'\n",
                    (HERE / "stepped.lua").read_text(),
                    *(files[name] for name in sorted(files))])


class Error(str):
    """An error that Redis answered with."""


def command(*words):
    parts = ["*%d\r\n" % len(words)]
    for word in words:
        if not isinstance(word, str):
            word = str(word)
        parts.append("$%d\r\n%s\r\n" % (len(word), word))
    return "".join(parts)


def call(function, keys, *arguments):
    return command("FCALL", function, len(keys), *keys, *arguments)


class Wire:
    """One connection."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(path))
        self.input = self.socket.makefile("rb", 1 << 18)

    def close(self):
        self.input.close()
        self.socket.close()

    def send(self, commands):
        self.socket.sendall("".join(commands).encode())

    def ask(self, *words):
        self.send([command(*words)])
        reply = self.reply()
        assert not isinstance(reply, Error), (words, reply)
        return reply

    def load(self, files=None):
        self.ask("FUNCTION", "LOAD", "REPLACE", (HERE / "steps.lua").read_text())
        self.ask("FUNCTION", "LOAD", "REPLACE", library(files))

    def reply(self):
        line = self.input.readline()
        if not line:
            raise ConnectionError("the server is gone")
        kind, rest = line[0], line[1:-2]
        if kind == 36:  # $
            size = int(rest)
            if size < 0:
                return None
            data = self.input.read(size + 2)
            if len(data) < size + 2:
                raise ConnectionError("the server is gone")
            return data[:-2].decode()
        if kind == 42:  # *
            return [self.reply() for _ in range(int(rest))]
        if kind == 58:  # :
            return int(rest)
        return Error(rest.decode()) if kind == 45 else rest.decode()
