"""The redis-server of the random driver: killed, started again, made to lose its
last writes, and read as a whole."""
import os
import tempfile

from .servers import Redis
from .waiting import wait_until
from .wire import PLACES, TAG, Wire, command

ZSETS = (*PLACES, "all", "at", "upd", "ends")
READ = {"item": ("HGETALL",), "body": ("GET",), "gone": ("GET",), "as": ("GET",),
        "log": ("LLEN",), "key": ("GET",),
        "mail": ("ZRANGE", 0, -1, "WITHSCORES"), "zset": ("ZRANGE", 0, -1, "WITHSCORES"),
        "hash": ("HGETALL",), "access": ("HGETALL",), "bell": ("LLEN",),
        "@replay": ("HGETALL",),
        "@todo": ("LRANGE", 0, -1), "@replays": ("ZRANGE", 0, -1, "WITHSCORES"),
        "@known": ("ZRANGE", 0, -1, "WITHSCORES")}
MEMORY = "/dev/shm"
ALL = "{@}"  # of what belongs to no destination


def short(name):
    return name.replace(TAG, "").replace(ALL, "@")


class Store:
    def __init__(self, nursery, fsync):
        self.put_in_memory(nursery.folder / "redis")
        self.redis = Redis(nursery, fsync)
        self.folder = nursery.folder / "redis" / "appendonlydir"
        self.connect()

    def put_in_memory(self, folder):
        """A kill loses nothing that a file in memory would lose, and no machine is
        switched off here: so nobody has to wait for a disk."""
        if os.access(MEMORY, os.W_OK):
            self.memory = tempfile.TemporaryDirectory(prefix="ah-", dir=MEMORY)
            folder.symlink_to(self.memory.name)

    def connect(self):
        self.wire = Wire(self.redis.socket)
        self.wire.ask("CONFIG", "SET", "auto-aof-rewrite-percentage", 0)

    def clear(self, files=None):
        """Nothing in it but the functions: as shipped, or these files' text."""
        self.wire.close()
        if not self.redis.process.running():
            self.redis.start()
        self.connect()
        self.wire.ask("CONFIG", "SET", "maxmemory", 0)
        self.wire.ask("FLUSHALL")
        self.wire.load(files)

    def rewrite(self):
        """Makes its files short."""
        self.wire.ask("BGREWRITEAOF")
        wait_until(self.rests, what="the rewriting of the append only file")

    def rests(self):
        said = self.wire.ask("INFO", "persistence")
        return "aof_rewrite_in_progress:0" in said and "aof_rewrite_scheduled:0" in said

    def full(self, is_full):
        self.wire.ask("CONFIG", "SET", "maxmemory", int(is_full))

    # -- restarts

    def mark(self):
        """Where its last file ends now."""
        path = max(self.folder.glob("*.incr.aof"), key=lambda each: int(each.name.split(".")[2]))
        return path, path.stat().st_size

    def kill(self):
        self.redis.kill()

    def start(self, lose_since=None):
        """After a kill; without what was written since that mark."""
        if lose_since:
            path, size = lose_since
            with path.open("rb+") as file:
                file.truncate(size)
        self.wire.close()
        self.redis.start()
        self.connect()

    # -- reading all of it

    def state(self):
        """Every key but the clock's, without its tag."""
        keys = [name for name in self.wire.ask("KEYS", "*") if name != TAG + "clock"]
        names = [short(name) for name in keys]
        kinds = [self.kind(name) for name in names]
        self.wire.send([command(READ[kind][0], name, *READ[kind][1:])
                        for name, kind in zip(keys, kinds)])
        found = {}
        for name, kind in zip(names, kinds):
            value = self.wire.reply()
            if isinstance(value, list) and kind != "@todo":
                value = dict(zip(value[::2], value[1::2]))
            found[name] = value
        if "ends" in found:
            found["ends"] = {short(name): end for name, end in found["ends"].items()}
        return found

    @staticmethod
    def kind(name):
        if name in ZSETS:
            return "zset"
        return "hash" if name in ("meta", "budget") else name.partition(":")[0]
