"""The table of failures, row 30: out of memory and out of threads. Sanitizers need
terabytes of address space, so these are of a plain build, made here when there is none.
AFTERHOURS_TEST_DEATHS=100 lets so many of each role die of it."""
import fcntl
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess

import pytest

from harness.faults import BRISK, all_linked, at_rest, several
from harness.history import assert_nothing, differences, judge
from harness.processes import ROOT, command_line
from harness.relay import ORIGIN, merge
from harness.senders import Senders
from harness.waiting import wait_until

DEATHS = int(os.environ.get("AFTERHOURS_TEST_DEATHS", "3"))  # of each role
MESSAGES = 800 * DEATHS
pytestmark = pytest.mark.timeout(900)  # the build, on a machine with much to do


@pytest.fixture(scope="module")
def plain():
    """The binary without sanitizers. One of pytest's workers makes it, others wait."""
    made = ROOT / "build/dev/afterhours"
    with open(ROOT / "build/dev.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for words in (["--preset", "dev"],
                      ["--build", "--preset", "dev", "--target", "afterhours"]):
            done = subprocess.run(["cmake", *words], cwd=ROOT, capture_output=True, text=True,
                                  timeout=500, check=False)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return made


def address_space(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmSize:\s+(\d+) kB", text, re.M)[1]) * 1024


def child(up, role):
    """The process id of up's child of that role, once there is one."""
    def there():
        return next((pid for pid in up.children() if command_line(pid)[1:2] == [role]), None)
    return wait_until(there, 30, f"a {role}")


def squeeze(up, role):
    """No memory for it beyond what it has now."""
    pid = child(up, role)
    most = address_space(pid)
    resource.prlimit(pid, resource.RLIMIT_AS, (most, most))
    return pid


def half_sent(relay):
    """A post whose body stays where it is: serve keeps what has come of it."""
    link = socket.create_connection(("127.0.0.1", relay.port), timeout=10)
    link.sendall(f"POST /f/contact HTTP/1.1\r\nHost: 127.0.0.1:{relay.port}\r\nOrigin: {ORIGIN}\r\n"
                 "Content-Type: application/json\r\nContent-Length: 65000\r\n\r\n".encode())
    return link


def press(relay, sandbox, up, role):
    """It wants more than it may have, and dies of it."""
    links = [half_sent(relay) for _ in range(120)] if role == "serve" else []
    sandbox.fault("create", "slow", 200, ms=200)  # so more is under way at a time
    pid = squeeze(up, role)
    for link in links:
        try:
            link.sendall(b"x" * 60000)
        except OSError:
            break  # it is gone
    wait_until(lambda: pid not in up.children(), 30, f"{role} to end")
    for link in links:
        link.close()
    child(up, role)
    relay.wait_ready()


def told(receiver):
    return {each["data"]["id"] for each in list(receiver.seen)
            if each["type"] == "submission.linked"}


def test_row_30_out_of_memory_it_ends_with_one_line_and_is_started_again(
        make_relay, sandbox, receiver, plain):
    """By and by less than it needs, of serve and of work, while messages come in."""
    relay = make_relay(**merge(BRISK, {"limits": {"depth": 0}}))
    up = relay.start("up", binary=plain)
    relay.wait_ready()
    senders = Senders(relay.port, MESSAGES, threads=16, keep=False)
    for number in range(DEATHS):
        wait_until(lambda n=number: senders.count() >= MESSAGES * n // (DEATHS + 1), 60,
                   "the next part of the messages")
        for role in ("serve", "work"):
            press(relay, sandbox, up, role)
    senders.finish()
    wait_until(lambda: senders.accepted_at.keys() <= told(receiver), 90, "all to be told")
    assert_nothing(judge(senders.accepted_at, sandbox.chats(), list(receiver.seen)))
    ends = re.findall(r"ended .*child=(serve|work) .*?(exit|signal)=(\d+)", up.log())
    assert sorted(ends) == sorted([("serve", "exit", "71"), ("work", "exit", "71")] * DEATHS), ends
    assert up.count_logged(r"afterhours: out of memory; leases return what was in hand\n") \
        == 2 * DEATHS


def test_row_30_without_threads_nothing_is_sent_and_nothing_is_lost(
        make_relay, nursery, sandbox, plain):
    """Names are looked up in threads. None can be made while each would have a stack
    larger than there is room for."""
    relay = make_relay(**merge(BRISK, {"destinations": {"support": {
        "base_url": "http://zendesk.invalid"}}}))
    relay.start("serve", "--child", binary=plain)
    work = nursery.start("work", ["prlimit", f"--stack={1 << 45}", plain, "work", "--child",
                                  "--config", relay.path])
    relay.wait_ready()
    accepted = several(relay, 5)
    for each in accepted:
        wait_until(lambda i=each["id"]: work.count_logged(
            f"sub={i} stage=deliver outcome=busy next=deliver .*thread failed to start") >= 2,
            what="two tries")
    assert not work.logged("outcome=(unknown|refused|done)") and sandbox.chats() == []
    relay.settings["destinations"]["support"]["base_url"] = sandbox.url
    relay.write(relay.settings)
    work.signal(signal.SIGHUP)
    all_linked(relay, accepted)
    at_rest(relay)
    assert_nothing(differences([each["id"] for each in accepted], sandbox.chats()))
