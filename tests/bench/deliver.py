"""Delivered a second from a full queue to a local nginx that takes everything;
against a BullMQ worker with undici, 50 in flight."""
import http.client
import pathlib
import subprocess
import time

from harness.processes import BINARY, free_port
from harness.waiting import wait_until
from setting import Round, Table, cpu_seconds, listening, resident_mb, wrk

PEER_COUNT = 20_000
NGINX = """
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    default_type application/json;
    location = /taken {{ stub_status; }}
    location / {{ return 201 '{{"id":"2104.1.$request_id"}}'; }}
  }}
}}
"""


class Target:
    """nginx, and how many requests it has answered."""

    def __init__(self, round_):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        path = round_.folder / "nginx.conf"
        path.write_text(NGINX.format(folder=round_.folder, port=self.port))
        round_.nursery.start("nginx", ["nginx", "-c", path, "-g", "daemon off;"])
        wait_until(lambda: listening(self.port), what="nginx")
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        self.asked = 0
        self.begin = self.taken()

    def taken(self):
        """Requests answered, our own looks not counted."""
        self.connection.request("GET", "/taken")
        text = self.connection.getresponse().read().decode()
        self.asked += 1
        return int(text.split()[9]) - self.asked


def drain(target, worker, count):
    """From the worker's first delivery until the queue is empty."""
    wait_until(lambda: target.taken() > 0, what="the first delivery")
    begin, first, cpu = time.monotonic(), target.taken(), cpu_seconds(worker.pid)
    wait_until(lambda: target.taken() >= count, 180, f"{count} deliveries")
    seconds = time.monotonic() - begin
    return {
        "rate": (count - first) / seconds,
        "worker us": (cpu_seconds(worker.pid) - cpu) / (count - first) * 1e6,
        "worker MB": resident_mb(worker.pid),
    }


def afterhours(fsync):
    with Round(fsync) as round_:
        target = Target(round_)
        path, port = round_.settings(target=target.url)
        serve = round_.nursery.start("serve", [BINARY, "serve", "--config", path])
        wait_until(lambda: subprocess.run(
            [BINARY, "healthcheck", f"http://127.0.0.1:{port}/readyz"],
            capture_output=True, check=False).returncode == 0, what="serve")
        count = wrk(port, 2)["accepted"]
        serve.stop()
        worker = round_.nursery.start("work", [BINARY, "work", "--config", path])
        wait_until(lambda: target.taken() > 0, what="the first delivery")
        children = worker.children()
        if children:
            worker.pid = children[0]
        return drain(target, worker, count)


def bullmq(fsync):
    with Round(fsync) as round_:
        target = Target(round_)
        round_.node("deliver.js", "fill", round_.redis_port, PEER_COUNT).wait(120)
        worker = round_.node("deliver.js", "work", round_.redis_port,
                             f"{target.url}/api/v2/chat/chats")
        return drain(target, worker, PEER_COUNT)


def run(rounds):
    table = Table("deliver: delivered a second to a local nginx", {
        "afterhours work, everysec": lambda: afterhours("everysec"),
        "afterhours work, always": lambda: afterhours("always"),
        "BullMQ + undici, everysec": lambda: bullmq("everysec"),
    })
    table.run(rounds)
    table.print()
    table.ratio("afterhours work, everysec", "BullMQ + undici, everysec", 2.5)
    table.ratio("afterhours work, always", "BullMQ + undici, everysec", 1.5)
