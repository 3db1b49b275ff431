"""What the tests of the spill journal have in common."""
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
