"""Several processes of one role, each replaced as soon as it has died."""
import os
import pathlib
import random
import signal
import threading
import time

from .processes import environment
from .waiting import POLL, wait_until


def state_of(pid):
    """"T" for a stopped process; None when it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return None


class Crew:
    """`size` processes of `role` on the relay's settings, without a supervisor's
    back-off. One that was stopped goes on after `stop_s` seconds. binary: what those
    are who are hired from now on, if not of the version under test."""

    def __init__(self, relay, role, size, stop_s=3.0, binary=None, **env):
        self.relay, self.role, self.stop_s, self.binary = relay, role, stop_s, binary
        self.env = environment(**env)
        self.members = []
        self.hired = []  # process id and binary of each there was
        self.stopped_at = {}
        self.deaths = 0
        self.asked = set()  # processes that were told to end
        self.ended = []
        self.over = threading.Event()
        for _ in range(size):
            self.hire()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def hire(self):
        # One log for all: a file for each of hundreds would be no help.
        self.members.append(self.relay.start(self.role, "--child", env=self.env,
                                             binary=self.binary))
        self.hired.append((self.members[-1].pid, self.binary))

    def watch(self):
        while not self.over.wait(POLL):
            for member in list(self.members):
                if not member.running():
                    self.members.remove(member)
                    self.mourn(member)
                else:
                    self.wake(member)

    def mourn(self, member):
        """Killed or told to end, it is replaced; ended by itself, it is the
        test's business."""
        code = member.wait()
        if code < 0 or (code == 0 and member.pid in self.asked):
            self.deaths += code < 0
            self.hire()
        else:
            self.ended.append(f"{self.role} ended by itself with {code}:\n{member.log()[-2000:]}")

    def wake(self, member):
        if state_of(member.pid) != "T":
            self.stopped_at.pop(member.pid, None)
            return
        since = self.stopped_at.setdefault(member.pid, time.monotonic())
        if time.monotonic() - since > self.stop_s:
            os.kill(member.pid, signal.SIGCONT)

    def running(self):
        return [member for member in list(self.members) if member.running()]

    def kill_one(self, chance=random):
        """SIGKILL for one that runs."""
        self.signal(self.running(), signal.SIGKILL, chance)

    def signal(self, members, number, chance=None):
        """To all of them, or to one by chance; it may have died just now."""
        if chance:
            members = [chance.choice(members)] if members else []
        for member in members:
            if number == signal.SIGTERM:
                self.asked.add(member.pid)
            try:
                os.kill(member.pid, number)
            except ProcessLookupError:
                pass

    def replace_one(self):
        """A new one begins, then the oldest ends as it is asked to."""
        self.hire()
        fresh = self.members[-1]
        wait_until(lambda: fresh.logged(r"\bqueue_ready\b"), what=f"a new {self.role}")
        oldest = self.members.pop(0)
        assert oldest.stop() == 0

    def close(self):
        """Ends them as an operator would, and none may have failed."""
        self.over.set()
        self.thread.join(20)
        for member in self.members:
            if state_of(member.pid) == "T":
                os.kill(member.pid, signal.SIGCONT)
        assert not self.ended, self.ended
        assert [member.stop() for member in self.members] == [0] * len(self.members)
