"""Calls of the sandbox a second, 64 connections: it must never be what a test
waits for. The goal counts its processor time, which says what a core of its own
could do, whoever else is busy on this machine."""
import random
import re
import subprocess
import tempfile

import requests

from harness.processes import BINARY, ROOT, Nursery
from harness.waiting import wait_until
from setting import MADE, Table, cpu_seconds, resident_mb

SECONDS = 3
GOAL = 20_000  # a second
CHATS = "/api/v2/chat/chats"
SCRIPT = ROOT / "tests/bench/chats.lua"


def wrk(url, what):
    done = subprocess.run(
        ["wrk", "-t1", "-c64", f"-d{SECONDS}s", "-s", SCRIPT, url, "--", what],
        capture_output=True, text=True, check=True, timeout=SECONDS + 30)
    line = re.search(r"^RESULT (.*)$", done.stdout, re.M).group(1)
    result = {key: int(value) for key, value in (each.split("=") for each in line.split())}
    assert not result["refused"] and not result["broken"], done.stdout
    return result


def load(server, url, what):
    before = cpu_seconds(server.pid)
    result = wrk(url, what)
    used = (cpu_seconds(server.pid) - before) / result["answered"]
    return {"rate": result["answered"] / (result["us"] / 1e6), "p50 us": result["p50"],
            "p99 us": result["p99"], "server us": used * 1e6, "a core's": 1 / used,
            "server MB": resident_mb(server.pid)}


def paths(url):
    """For each call, what is asked of chats that are there."""
    found = requests.get(f"{url}/_sandbox/chats", timeout=60).json()["chats"]
    ids = [each["id"] for each in found]
    pick = random.Random(1)
    return {
        "show": [f"{CHATS}/{pick.choice(ids)}" for _ in range(2000)],
        "ids, one": [f"{CHATS}?ids={pick.choice(ids)}" for _ in range(2000)],
        "search by email": [
            f"{CHATS}/search?q=type:offline_msg%20AND%20visitor_email:"
            f"a{pick.randrange(1, len(ids))}@example.org" for _ in range(2000)],
        "list": [CHATS],
        "export of ten": ["/api/v2/chat/incremental/chats?start_time=0&limit=10"],
    }


def measure(name):
    MADE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="s-", dir=MADE) as folder:
        nursery = Nursery(folder)
        server = nursery.start("sandbox", [
            BINARY, "sandbox", "--listen", "127.0.0.1:0", "--token", "a-token",
            "--search-lag", "0"])
        url = wait_until(lambda: server.logged(r"url=(\S+)"), what="the sandbox").group(1)
        result = load(server, url, "create")
        if name != "create":
            asked = server.log_path.with_name("paths")
            asked.write_text("\n".join(paths(url)[name]) + "\n")
            result = load(server, url, str(asked))
        nursery.close()
        return result


CALLS = ("create", "show", "ids, one", "search by email", "list", "export of ten")


def run(rounds):
    table = Table("sandbox: calls a second, 64 connections",
                  {name: lambda name=name: measure(name) for name in CALLS})
    table.run(rounds)
    table.print()
    for name in CALLS:
        core = table.median(name, "a core's")
        print(f"{name}: a core of its own does {core:,.0f} a second "
              f"(goal {GOAL:,}: {'met' if core >= GOAL else 'MISSED'})")
