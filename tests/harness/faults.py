"""What the tests of failures have in common."""
import concurrent.futures
import json

import redis as redis_client
import requests

from .relay import ORIGIN
from .waiting import wait_until

ALL = "{support}all"

# The shortest lease that leaves a request time to be answered.
BRISK = {"destinations": {"support": {
    "lease": "1s", "request_timeout": "400ms", "search_patience": "800ms",
    "look_interval": "200ms"}}}


def failing(nursery, point, action="kill", seen="seen"):
    """The environment of a process that fails there once."""
    folder = nursery.folder / seen
    folder.mkdir(exist_ok=True)
    return {"AH_FAILPOINTS": f"{point}={action}", "AH_FAILPOINTS_SEEN": folder}


def promised(redis):
    """The ids of all there are in the store."""
    try:
        return [each.decode() for each in redis.client.zrange(ALL, 0, -1)]
    except redis_client.exceptions.RedisError as error:
        raise AssertionError(error) from error


def at_once(relay, count, **headers):
    """The same message, posted that often at the same time: the answers."""
    def post(_):
        return requests.post(f"{relay.url}/f/contact", timeout=20, headers={
            "Origin": ORIGIN, **{name.replace("_", "-"): value for name, value in headers.items()}},
            json={"message": "twice", "email": "c@example.org"})
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return list(pool.map(post, range(count)))


def status(relay, name="support"):
    """What `status` says of a destination."""
    done = relay.run("status", "--json")
    assert done.returncode == 0, done.stderr
    return next(each for each in json.loads(done.stdout)["destinations"]
                if each["destination"] == name)


def all_linked(relay, accepted, timeout=30):
    for each in accepted:
        relay.wait_state(each, timeout=timeout)


def several(relay, count, first=0):
    return [relay.accept(f"number {n}", email=f"n{n}@example.org")
            for n in range(first, first + count)]


def at_rest(relay):
    def nothing_runs():
        return '"running": 0' in relay.run("status", "--json").stdout
    wait_until(nothing_runs, 30, "the queue to be at rest")
