"""What the tables of the bench share: fresh servers for every round, their
processor time, and the printing of medians and ratios."""
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import tempfile

from harness.processes import ROOT, Nursery, free_port
from harness.waiting import wait_until

MADE = ROOT / "build" / "bench"
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def listening(port):
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


class Round:
    """One measurement: a folder on the disk, a fresh Redis, what it starts."""

    def __init__(self, fsync):
        MADE.mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="r-", dir=MADE))
        self.nursery = Nursery(self.folder)
        self.redis_port = free_port()
        self.redis_socket = os.path.relpath(self.folder / "redis.sock")
        self.redis = self.nursery.start("redis", [
            "redis-server", "--port", self.redis_port, "--bind", "127.0.0.1",
            "--unixsocket", self.folder / "redis.sock", "--dir", self.folder,
            "--save", "", "--appendonly", "yes", "--appendfsync", fsync,
            "--auto-aof-rewrite-percentage", "0"])
        wait_until(lambda: listening(self.redis_port), what="redis-server")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.nursery.processes):
            if process is not self.redis:
                process.stop()  # before Redis: they settle what they have in hand
        reports = self.nursery.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert not reports, reports

    def node(self, script, *arguments):
        return self.nursery.start(script, ["node", MADE / script, *arguments])

    def settings(self, **more):
        """A settings file for the relay, and the port it listens on."""
        port = free_port()
        text = f"""
listen: 127.0.0.1:{port}
data_dir: {self.folder}/data
secret: {'5' * 64}
processes: {{serve: 1, work: 1}}
limits: {{depth: 0}}
redis: {{url: "unix://{self.folder}/redis.sock"}}
destinations:
  support:
    base_url: {more.get('target', 'http://127.0.0.1:9')}
    token: a-token
    budget_per_minute: 0
    ticket_first: 1h
forms:
  contact: {{destination: support, public: true, origins: ["https://www.example.com"]}}
"""
        path = self.folder / "afterhours.yaml"
        path.write_text(text)
        return path, port


def wrk(port, seconds, connections=64):
    """{accepted, us, p50, p99, refused, broken} of a burst of form posts."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s",
         ROOT / "tests/bench/form.lua", f"http://127.0.0.1:{port}/"],
        capture_output=True, text=True, check=True, timeout=seconds + 30)
    line = re.search(r"^RESULT (.*)$", done.stdout, re.M).group(1)
    result = {key: int(value) for key, value in (each.split("=") for each in line.split())}
    assert not result["refused"], f"answers other than 202: {done.stdout}"
    return result


class Table:
    """Rounds of several candidates, interleaved; the median of each column."""

    def __init__(self, title, candidates):
        self.title = title
        self.candidates = candidates
        self.results = {name: [] for name in candidates}

    def run(self, rounds):
        for number in range(rounds):
            for name, measure in self.candidates.items():
                self.results[name].append(measure())
                print(f"  round {number + 1} {name}: {self.results[name][-1]}", flush=True)

    def median(self, name, column="rate"):
        return statistics.median(each[column] for each in self.results[name])

    def print(self):
        columns = list(dict.fromkeys(key for rows in self.results.values()
                                     for row in rows for key in row))
        print(f"\n{self.title}, medians of {len(next(iter(self.results.values())))} rounds")
        print(f"{'':34}" + "".join(f"{column:>13}" for column in columns))
        for name, rows in self.results.items():
            cells = (f"{self.median(name, c):13,.0f}" if c in rows[0] else f"{'':13}"
                     for c in columns)
            print(f"{name:34}" + "".join(cells))

    def ratio(self, name, other, goal, column="rate"):
        value = self.median(name, column) / self.median(other, column)
        met = "met" if value >= goal else "MISSED"
        print(f"{name} / {other}: {value:.2f} (goal at least {goal}: {met})")
