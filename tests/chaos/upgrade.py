"""script/upgrade-drill: from an older binary to the one named by
AFTERHOURS_TEST_BINARY and back, again and again, under load."""
import argparse
import pathlib
import random
import re
import secrets
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from harness.by_hand import last_words
from harness.crew import Crew
from harness.history import judge
from harness.processes import BINARY, Nursery
from harness.receiver import Receiver
from harness.relay import Relay
from harness.senders import Senders
from harness.servers import Redis, Sandbox
from harness.storm import REST_S, SETTINGS
from harness.waiting import wait_until

SIZE = 2  # processes of each role
LOST = 20  # answers, while one version follows the other


def options():
    parser = argparse.ArgumentParser(prog="script/upgrade-drill", description=(
        "Replaces serve and work, one process after the other, by another version and "
        "back while messages come in; kills workers and loses answers; then says what "
        "was lost, doubled, unexpected, untold or mistold, and which requests failed."))
    parser.add_argument("--older", type=pathlib.Path, required=True, help="its binary")
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--rolls", type=int, default=5, help="to the other version, so often")
    parser.add_argument("--kills", type=int, default=4, help="of workers, for each roll")
    parser.add_argument("--threads", type=int, default=8, help="senders at a time")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31),
                        help="who is killed, and when")
    return parser.parse_args()


class Drill:
    def __init__(self, nursery, receiver, asked):
        self.asked, self.random = asked, random.Random(asked.seed)
        self.redis = Redis(nursery)
        self.sandbox = Sandbox(nursery, "--ticket-delay", "300", "--search-lag", "100")
        self.receiver = receiver
        self.relay = Relay(nursery, self.redis, self.sandbox, receiver, SETTINGS)
        self.work = Crew(self.relay, "work", SIZE, binary=asked.older)
        self.serve = Crew(self.relay, "serve", SIZE, binary=asked.older)
        self.relay.wait_ready()
        self.began = time.monotonic()
        self.pause = threading.Event()
        self.killed = 0

    def run(self):
        senders = Senders(self.relay.port, self.asked.jobs, self.asked.threads)
        for number in range(self.asked.rolls):
            after = self.asked.jobs * (number + 1) // (self.asked.rolls + 1)
            wait_until(lambda n=after: senders.count() >= n, 600, "the next part of the jobs")
            self.roll(None if number % 2 == 0 else self.asked.older)
            self.tell(senders, "this one" if number % 2 == 0 else "the older one")
        senders.finish(600)
        wait_until(lambda: self.at_rest(senders.accepted_at), REST_S, "all to be at rest")
        self.tell(senders, "at rest")
        for crew in (self.work, self.serve):
            crew.close()
        self.tell_shares()
        found = judge(senders.accepted_at, self.sandbox.chats(), list(self.receiver.seen))
        return {**found, "failed requests": [str(why) for why, count in senders.refusals.items()
                                             for _ in range(count)]}

    def roll(self, binary):
        """Both versions run meanwhile, and workers of either die."""
        self.sandbox.fault("create", "lose_after", LOST)
        victims = self.asked.kills
        self.work.binary = self.serve.binary = binary
        for _ in range(SIZE):
            for crew in (self.work, self.serve):
                crew.replace_one()
            for name in self.libraries():  # too early: both are at work
                self.redis.client.execute_command("FUNCTION", "DELETE", name)
            while victims > 0 and self.random.random() < 0.7:
                self.pause.wait(self.random.uniform(0, 0.5))
                self.work.kill_one(self.random)
                self.killed += 1
                victims -= 1

    def at_rest(self, accepted):
        """What crashes took along too often is sent again, as an operator would."""
        self.relay.run("replay", "--yes", "--state", "failed")
        told = {each["data"]["id"] for each in list(self.receiver.seen)
                if each["type"] == "submission.linked"}
        return accepted.keys() <= told

    def tell_shares(self):
        """Both must have had their part, or nothing was shown."""
        older = {str(pid) for pid, binary in self.work.hired if binary}
        posted = re.findall(r" pid=(\d+) .*stage=deliver outcome=done",
                            self.work.members[0].log_path.read_text())
        by_older = sum(pid in older for pid in posted)
        print(f"posted by the older one {by_older}, by this one {len(posted) - by_older}")
        assert 0 < by_older < len(posted), "one of the two had nothing to do"

    def libraries(self):
        return sorted(each[1].decode() for each in self.redis.client.execute_command(
            "FUNCTION", "LIST"))

    def tell(self, senders, what):
        print(f"{time.monotonic() - self.began:6.0f} s  accepted {senders.count()}  workers killed "
              f"{self.killed}  libraries {' '.join(self.libraries())}  now: {what}", flush=True)


def main():
    asked = options()
    print(f"from {asked.older}\nto   {BINARY}\nscript/upgrade-drill --jobs {asked.jobs} --rolls "
          f"{asked.rolls} --kills {asked.kills} --threads {asked.threads} --seed {asked.seed}",
          flush=True)
    folder = tempfile.mkdtemp(prefix="ah-")
    nursery, receiver = Nursery(folder), Receiver()
    began = time.monotonic()
    try:
        found = Drill(nursery, receiver, asked).run()
    finally:
        reports = nursery.close()
        receiver.close()
    for name, ids in found.items():
        print(f"{name:16} {len(ids)} {' '.join(ids[:5])}")
    for report in reports:
        print(report)
    bad = any(found.values()) or reports
    return last_words(bad, began, folder)


if __name__ == "__main__":
    sys.exit(main())
