"""What the tests of the spill journal have in common."""
import hashlib
import json

from .waiting import wait_until


def folder(relay):
    return relay.nursery.folder / "data" / "journal"


def files(relay):
    return sorted(folder(relay).glob("journal-*.log"))


def drained(relay):
    wait_until(lambda: not files(relay), 30, "the journal to be empty")


def verbose(relay):
    return relay.http.get(f"{relay.url}/readyz?verbose", timeout=5).text


def away(relay, redis):
    """Redis is gone, and serve knows it."""
    wait_until(lambda: "queue: ok" in verbose(relay), what="serve to have met Redis")
    redis.kill()
    wait_until(lambda: "queue: ok" not in verbose(relay), what="serve to miss Redis")


def leave_behind(relay, redis, count):
    """Messages in one file that no process holds: their ids, and it."""
    serve = relay.start("serve", "--child")
    relay.wait_ready()
    away(relay, redis)
    ids = [relay.accept(f"number {n}")["id"] for n in range(count)]
    assert serve.stop() == 0
    [path] = files(relay)
    return ids, path


def record(message):
    """A line as src/journal/record.h has it."""
    text = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
    return b"J1 %08x %s %s\n" % (len(text), hashlib.sha256(text).hexdigest()[:32].encode(), text)


def records(path):
    return [json.loads(line.split(b" ", 3)[3]) for line in path.read_bytes().splitlines()]


def lay(relay, messages, name="journal-000000000000-0000000000000000.log"):
    """A file as a process would leave it behind that died."""
    path = folder(relay) / name
    path.touch(0o600)
    path.write_bytes(b"".join(record(each) for each in messages))
    return path
