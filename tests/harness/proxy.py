"""A TCP proxy that goes wrong at an exact byte, for between any two parts."""
import asyncio
import contextlib
import dataclasses
import socket
import string
import struct
import threading

TO_SERVER, TO_CLIENT = "to_server", "to_client"
WAYS = (TO_SERVER, TO_CLIENT)
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: leave with a RST
ALPHANUMERIC = (string.digits + string.ascii_letters).encode()
NO_TEXT = (0xFF, 0x80, 0xC3)  # none of them is UTF-8 before or behind ASCII

# What becomes of a byte; the salt chooses among several.
CHANGES = {
    "all": lambda byte, salt: byte ^ 0xFF,
    "bit": lambda byte, salt: byte ^ 1 << salt % 8,
    "nul": lambda byte, salt: 0,
    "line": lambda byte, salt: b"\r\n"[salt % 2],
    "letter": lambda byte, salt: ALPHANUMERIC[salt % len(ALPHANUMERIC)],
    "digit": lambda byte, salt: string.digits.encode()[salt % 10],
    "no text": lambda byte, salt: NO_TEXT[salt % len(NO_TEXT)],
}


@dataclasses.dataclass
class Fault:
    """Once `at` bytes have gone that way, it is done: cut (both ends see an end),
    reset (both see a reset), hang (nothing goes that way any more), delay (once,
    for `seconds`), trickle (from there on `most` bytes one by one, `seconds` apart),
    -1: all; corrupt (the next byte is another one, by `change`)."""
    do: str
    at: int = 0
    way: str = TO_SERVER
    seconds: float = 0.1
    most: int = -1
    change: str = "all"
    salt: int = 0

    def __post_init__(self):
        assert self.do in ("cut", "reset", "hang", "delay", "trickle", "corrupt"), self.do
        assert self.way in WAYS, self.way

    def other(self, byte):
        """In its place, if this fault is to corrupt."""
        changed = CHANGES[self.change](byte, self.salt)
        return changed if changed != byte else byte ^ 1


async def let_pass(seconds):
    """The delay that a fault is made of; nobody waits for it in vain."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)


class Story:
    """What was said on a link from the choice of a fault on: as it came from
    either side, and as it went on to the other."""

    def __init__(self, fault):
        self.fault = fault
        self.came = {way: bytearray() for way in WAYS}
        self.went = {way: bytearray() for way in WAYS}


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy, client, server):
        self.proxy = proxy
        self.ends = {TO_SERVER: (client[0], server[1]), TO_CLIENT: (server[0], client[1])}
        self.writers = (client[1], server[1])
        self.fault = None
        self.story = None
        self.passed = {way: 0 for way in WAYS}

    def end(self, reset=False):
        for writer in self.writers:
            if reset:
                with contextlib.suppress(OSError):  # it has ended already
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()
            else:
                writer.close()

    def due(self, way, data):
        """The fault to play that way, if there is one now."""
        fresh = None
        if way == TO_SERVER and self.story and not self.fault and self.story.came[TO_CLIENT]:
            self.story = None  # that one is answered
        if not self.fault and way == TO_SERVER:
            fresh = self.proxy.choose(data)
        if not self.fault and not fresh and self.proxy.armed and self.proxy.armed.way == way:
            fresh, self.proxy.armed = self.proxy.armed, None
        if fresh:
            self.fault = dataclasses.replace(fresh, at=fresh.at + self.passed[fresh.way])
            self.story = Story(fresh)
            self.proxy.stories.append(self.story)
        return self.fault if self.fault and self.fault.way == way else None

    async def pump(self, way):
        reader, writer = self.ends[way]
        try:
            while data := await reader.read(65536):
                if way == TO_CLIENT:
                    data = self.proxy.rewrite(data)
                if not await self.carry(way, writer, data):
                    return
            writer.write_eof()
        except OSError:
            self.end()

    async def carry(self, way, writer, data):
        """False: nothing goes that way any more."""
        fault = self.due(way, data)
        if self.story:
            self.story.came[way] += data
        before = fault.at - self.passed[way] if fault else len(data)
        ends = fault and before == len(data) and fault.do in ("cut", "reset")
        if before >= len(data) and not ends:
            await self.write(way, writer, data)
            return True
        before = max(before, 0)
        await self.write(way, writer, data[:before])
        return await self.play(fault, way, writer, data[before:])

    async def write(self, way, writer, data):
        self.passed[way] += len(data)
        if self.story:
            self.story.went[way] += data
        writer.write(data)
        await writer.drain()

    async def play(self, fault, way, writer, rest):
        self.proxy.played += 1
        if fault.do in ("cut", "reset"):
            self.end(fault.do == "reset")
            return False
        if fault.do == "hang":
            await asyncio.Event().wait()
        if fault.do == "trickle":
            rest = await self.trickle(fault, way, writer, rest)
            fault.at = self.passed[way]
            self.fault = fault if fault.most else None
        elif fault.do == "delay":
            await let_pass(fault.seconds)
            self.fault = None
        else:
            rest = bytes([fault.other(rest[0])]) + rest[1:]
            self.fault = None
        await self.write(way, writer, rest)
        return True

    async def trickle(self, fault, way, writer, rest):
        """What is to go as usual."""
        while rest and fault.most:
            await self.write(way, writer, rest[:1])
            await let_pass(fault.seconds)
            fault.most -= 1
            rest = rest[1:]
        return rest


class Proxy:
    """Listens on a port of its own and carries everything to `upstream`, a port
    of 127.0.0.1 or the path of a unix socket.

    choose: given bytes that a client has just sent, the fault to come, or None.
    rewrite: given bytes of the server, what the client gets of them, as many.
    arm(): one fault, for whichever connection next carries bytes that way. The
    `at` of both counts from then on.
    stories: of each fault that was chosen or armed, what passed with it."""

    def __init__(self, upstream, choose=lambda data: None, rewrite=lambda data: data):
        self.upstream = upstream
        self.choose = choose
        self.rewrite = rewrite
        self.armed = None
        self.played = 0
        self.stories = []
        self.links = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = self.call(asyncio.start_server(self.connected, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    async def connect(self):
        if isinstance(self.upstream, int):
            return await asyncio.open_connection("127.0.0.1", self.upstream)
        return await asyncio.open_unix_connection(str(self.upstream))

    async def connected(self, reader, writer):
        try:
            server = await self.connect()
        except OSError:
            writer.transport.abort()
            return
        link = Link(self, (reader, writer), server)
        self.links.add(link)
        await asyncio.gather(link.pump(TO_SERVER), link.pump(TO_CLIENT))
        self.links.discard(link)
        link.end()

    def arm(self, fault):
        self.armed = fault

    def cut_all(self, reset=False):
        """Ends every connection there is now."""
        async def end():
            for link in list(self.links):
                link.end(reset)
        self.call(end())

    def close(self):
        async def end():
            self.server.close()
            for link in list(self.links):
                link.end(reset=True)
            tasks = asyncio.all_tasks(self.loop) - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self.call(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(20)
        self.loop.close()
