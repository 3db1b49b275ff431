"""Accepted submissions a second, each on disk before it is answered for: a 1 KB
form post, 64 connections, one process; against bare XADD on the same Redis, and
against fastify with BullMQ."""
import re
import subprocess

from harness.processes import BINARY, free_port
from harness.waiting import wait_until
from setting import Round, Table, cpu_seconds, listening, resident_mb, wrk

SECONDS = 5
FSYNC = "always"


def load(round_, server, port):
    wrk(port, 1)
    before = cpu_seconds(server.pid), cpu_seconds(round_.redis.pid)
    result = wrk(port, SECONDS)
    after = cpu_seconds(server.pid), cpu_seconds(round_.redis.pid)
    count = result["accepted"]
    return {
        "rate": count / (result["us"] / 1e6),
        "p50 us": result["p50"],
        "p99 us": result["p99"],
        "server us": (after[0] - before[0]) / count * 1e6,
        "redis us": (after[1] - before[1]) / count * 1e6,
        "server MB": resident_mb(server.pid),
    }


def afterhours():
    with Round(FSYNC) as round_:
        path, port = round_.settings()
        server = round_.nursery.start("serve", [BINARY, "serve", "--config", path])
        wait_until(lambda: subprocess.run(
            [BINARY, "healthcheck", f"http://127.0.0.1:{port}/readyz"],
            capture_output=True, check=False).returncode == 0, what="serve")
        workers = server.children()
        if workers:
            server.pid = workers[0]
        return load(round_, server, port)


def bullmq():
    with Round(FSYNC) as round_:
        port = free_port()
        server = round_.node("accept.js", port, round_.redis_port)
        wait_until(lambda: listening(port), what="accept.js")
        return load(round_, server, port)


def xadd():
    with Round(FSYNC) as round_:
        before = cpu_seconds(round_.redis.pid)
        count = 200_000
        done = subprocess.run(
            ["redis-benchmark", "-s", round_.redis_socket, "-c", "64", "-n", str(count),
             "-q", "XADD", "messages", "*", "payload", "x" * 1000],
            capture_output=True, text=True, check=True, timeout=120)
        rate = float(re.findall(r"([\d.]+) requests per second", done.stdout)[-1])
        p50 = float(re.findall(r"p50=([\d.]+) msec", done.stdout)[-1]) * 1000
        return {"rate": rate, "p50 us": p50,
                "redis us": (cpu_seconds(round_.redis.pid) - before) / count * 1e6}


def run(rounds):
    table = Table("intake: accepted a second, fsync always, 64 connections", {
        "afterhours serve": afterhours,
        "redis-benchmark XADD": xadd,
        "fastify + BullMQ": bullmq,
    })
    table.run(rounds)
    table.print()
    table.ratio("afterhours serve", "redis-benchmark XADD", 1.0)
    table.ratio("afterhours serve", "fastify + BullMQ", 3.0)
