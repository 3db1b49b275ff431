"""A TCP proxy that goes wrong at an exact byte, for between any two parts."""
import asyncio
import contextlib
import dataclasses
import socket
import struct
import threading

TO_SERVER, TO_CLIENT = "to_server", "to_client"
WAYS = (TO_SERVER, TO_CLIENT)
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: leave with a RST


@dataclasses.dataclass
class Fault:
    """Once `at` bytes have gone that way, it is done: cut (both ends see an end),
    reset (both see a reset), hang (nothing goes that way any more), delay (once,
    for `seconds`), trickle (from there on byte by byte, `seconds` apart), corrupt
    (the next byte is another one)."""
    do: str
    at: int = 0
    way: str = TO_SERVER
    seconds: float = 0.1

    def __post_init__(self):
        assert self.do in ("cut", "reset", "hang", "delay", "trickle", "corrupt"), self.do
        assert self.way in WAYS, self.way


async def let_pass(seconds):
    """The delay that a fault is made of; nobody waits for it in vain."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy, client, server):
        self.proxy = proxy
        self.ends = {TO_SERVER: (client[0], server[1]), TO_CLIENT: (server[0], client[1])}
        self.writers = (client[1], server[1])
        self.fault = None
        self.passed = {way: 0 for way in WAYS}

    def end(self, reset=False):
        for writer in self.writers:
            if reset:
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()
            else:
                writer.close()

    def due(self, way, data):
        """The fault to play that way, if there is one now."""
        fresh = None
        if not self.fault and way == TO_SERVER:
            fresh = self.proxy.choose(data)
        if not self.fault and not fresh and self.proxy.armed and self.proxy.armed.way == way:
            fresh, self.proxy.armed = self.proxy.armed, None
        if fresh:
            self.fault = dataclasses.replace(fresh, at=fresh.at + self.passed[fresh.way])
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
        before = fault.at - self.passed[way] if fault else len(data)
        if before >= len(data) and not (fault and before == len(data) and fault.do in ("cut", "reset")):
            self.passed[way] += len(data)
            writer.write(data)
            await writer.drain()
            return True
        before = max(before, 0)
        writer.write(data[:before])
        await writer.drain()
        self.passed[way] += before
        return await self.play(fault, way, writer, data[before:])

    async def play(self, fault, way, writer, rest):
        self.proxy.played += 1
        if fault.do in ("cut", "reset"):
            self.end(fault.do == "reset")
            return False
        if fault.do == "hang":
            await asyncio.Event().wait()
        if fault.do == "trickle":
            for number in range(len(rest)):
                writer.write(rest[number:number + 1])
                await writer.drain()
                await let_pass(fault.seconds)
            self.passed[way] += len(rest)
            fault.at = self.passed[way]
            return True
        if fault.do == "delay":
            await let_pass(fault.seconds)
        else:
            rest = bytes([rest[0] ^ 0xFF]) + rest[1:]
        self.fault = None
        self.passed[way] += len(rest)
        writer.write(rest)
        await writer.drain()
        return True


class Proxy:
    """Listens on a port of its own and carries everything to `upstream`, a port
    of 127.0.0.1 or the path of a unix socket.

    choose: given bytes that a client has just sent, the fault to come, or None.
    rewrite: given bytes of the server, what the client gets of them, as many.
    arm(): one fault, for whichever connection next carries bytes that way. The
    `at` of both counts from then on."""

    def __init__(self, upstream, choose=lambda data: None, rewrite=lambda data: data):
        self.upstream = upstream
        self.choose = choose
        self.rewrite = rewrite
        self.armed = None
        self.played = 0
        self.accepting = True
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
            tasks = asyncio.all_tasks(self.loop) - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self.call(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(20)
        self.loop.close()
