"""`afterhours chats` as a person or a script runs it."""
import json
import time

from .processes import environment, run
from .servers import Sandbox

TOKEN = Sandbox.TOKEN


def chats(url, *words, token=TOKEN, rate="0", timeout=60, code=0, env=None):
    where = ["--url", url] if url else []
    done = run("chats", *words, *where, "--rate", rate, timeout=timeout,
               env=environment(AFTERHOURS_CHATS_TOKEN=token, **(env or {})))
    assert done.returncode == code, (done.returncode, done.stdout[-2000:], done.stderr)
    assert "\033" not in done.stdout + done.stderr and "\r" not in done.stderr
    return done


def seed(sandbox, count, a_second=1):
    """So many offline messages each second; their ids, oldest first."""
    ids = [f"c{n:03}" for n in range(count)]
    for first in range(0, count, 1000):
        times = [instant(1412830800 + n // a_second) for n in range(first, min(first + 1000, count))]
        sandbox.keep([{"id": ids[n], "type": "offline_msg", "message": f"Message {n}",
                       "timestamp": at, "update_timestamp": at,
                       "visitor": {"email": f"v{n}@example.org"}}
                      for n, at in enumerate(times, first)])
    return ids


def instant(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def as_json(done):
    return json.loads(done.stdout)
