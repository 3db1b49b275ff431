"""Processes that a test starts. Each writes a log of its own, is ended with the
test, and must not have met a sanitizer's report on the way."""
import os
import pathlib
import re
import signal
import socket
import subprocess

from .waiting import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("AFTERHOURS_TEST_BINARY",
                                     ROOT / "build" / "asan" / "afterhours"))
SANITIZER = re.compile(r"ERROR: (Address|Leak)Sanitizer|runtime error:|AddressSanitizer:DEADLYSIGNAL")


def free_port():
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**more):
    """Without what the caller's shell has set for Afterhours."""
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("AFTERHOURS_")}
    env.update(ASAN_OPTIONS="detect_leaks=1:abort_on_error=0",
               UBSAN_OPTIONS="print_stacktrace=1", NO_COLOR="1")
    env.update({key: str(value) for key, value in more.items()})
    return env


class Process:
    """One running program in a session of its own."""

    def __init__(self, name, arguments, folder, env=None):
        self.name = name
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.began_at = self.log_path.stat().st_size if self.log_path.exists() else 0
        with self.log_path.open("ab") as log:
            self.child = subprocess.Popen(
                [str(each) for each in arguments], stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, cwd=folder,
                env=env or environment(), start_new_session=True)
        self.pid = self.child.pid

    def log(self):
        """What it has written since it was started."""
        with self.log_path.open("rb") as log:
            log.seek(self.began_at)
            return log.read().decode(errors="replace")

    def logged(self, pattern):
        """The first match in its log, or None."""
        return re.search(pattern, self.log(), re.M)

    def count_logged(self, pattern):
        return len(re.findall(pattern, self.log()))

    def running(self):
        return self.child.poll() is None

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, timeout=30):
        """Its exit code; negative: the signal that ended it."""
        try:
            return self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end in {timeout} s\n{self.log()[-4000:]}") from None

    def stop(self, timeout=30):
        """Asks it to end, as an operator would; its exit code."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self):
        """As if the power were gone: it and whatever it started."""
        pids = [self.pid, *self.children()] if self.running() else []
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.child.wait()

    def children(self):
        """Process ids of what it has started, alive."""
        path = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(each) for each in path.read_text().split()]

    def sanitizer_report(self):
        match = SANITIZER.search(self.log())
        return self.log()[match.start():][:6000] if match else None


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    except FileNotFoundError:
        return []


def run(*arguments, env=None, folder=None, timeout=60):
    """A command of the binary, run to its end."""
    return subprocess.run([str(BINARY), *map(str, arguments)], env=env or environment(),
                          cwd=folder, capture_output=True, text=True,
                          timeout=timeout, check=False)


class Nursery:
    """Everything one test has started, in its own short folder (the path of a
    unix socket may have 107 bytes)."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes = []
        self.sessions = []  # clients' connections, ended before the servers

    def start(self, name, arguments, env=None):
        process = Process(name, arguments, self.folder, env)
        self.processes.append(process)
        return process

    def afterhours(self, name, *arguments, env=None, binary=None):
        return self.start(name, [binary or BINARY, *arguments], env)

    def close(self):
        """Ends all, newest first; the sanitizers' reports there were."""
        reports = []
        for session in self.sessions:
            session.close()
        for process in reversed(self.processes):
            if process.running():
                process.signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                wait_until(lambda p=process: not p.running(), 15)
            except AssertionError:
                reports.append(f"{process.name} did not end within 15 s of SIGTERM")
            process.kill()
        for name, first in {each.name: each for each in reversed(self.processes)}.items():
            report = first.sanitizer_report()  # its log is that of all of its name
            if report:
                reports.append(f"{name}:\n{report}")
        return reports

    def logs(self, most=6000):
        seen = {process.log_path for process in self.processes}
        return "\n".join(f"---- {path.name} (its end)\n{path.read_text(errors='replace')[-most:]}"
                         for path in sorted(seen))
