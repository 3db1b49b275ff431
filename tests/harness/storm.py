"""Senders at work while processes are killed at random: what the chaos test and
script/chaos have in common."""
import collections
import dataclasses
import random
import re
import statistics
import threading
import time

from .blows import KILLED, Blows
from .crew import Crew
from .history import delays, judge
from .relay import Relay, merge
from .senders import Senders
from .waiting import POLL, wait_until

SETTINGS = {
    "redis": {"timeout": "1s"},
    "limits": {"depth": 0},
    "destinations": {"support": {
        "request_timeout": "900ms", "lease": "2s", "search_patience": "1s",
        "look_interval": "200ms", "ticket_first": "100ms"}},
}
REST_S = 180   # the longest that all may need to come to rest
AGAIN_S = 30   # the longest that Redis may need to be back at work before it is killed again


@dataclasses.dataclass
class Plan:
    kills: int            # of serve, work and Redis, so many each
    submissions: int
    seed: int
    pause_s: float = 0.8  # between two blows, on the average
    threads: int = 8
    others: int = 0       # of each other blow there is
    faults: float = 0.0   # the share of answers that go wrong, in each of three ways
    late_s: float = 120   # a chat made so long after it was promised is late
    erase_after: str = "30d"
    journal: bool = False


class Storm:
    """Runs a plan on a nursery's relay; the verdict is that of judge()."""

    def __init__(self, nursery, redis, sandbox, receiver, plan, say=lambda line: None):
        self.sandbox, self.receiver = sandbox, receiver
        self.plan, self.say = plan, say
        self.random = random.Random(plan.seed)
        self.relay = Relay(nursery, redis, sandbox, receiver, merge(SETTINGS, {
            "journal": {"enabled": plan.journal},
            "forms": {"contact": {"erase_after": plan.erase_after}}}))
        # Two that serve do not know each other's keys while they write to journals.
        self.crews = {"serve": Crew(self.relay, "serve", 1 if plan.journal else 2),
                      "work": Crew(self.relay, "work", 2)}
        self.relay.wait_ready()
        self.blows = Blows(self.crews, redis, sandbox, receiver, self.random)
        self.killed = dict.fromkeys(KILLED, 0)
        self.dealt = collections.Counter()
        self.replayed = 0
        self.accepted_before = 0  # the last death of Redis
        self.over = threading.Event()
        self.began = time.monotonic()

    def stop(self):
        """No more blows and no new messages; what there is, is judged."""
        self.over.set()

    def run(self):
        plan = self.plan
        self.sandbox.manner(error_rate=plan.faults, lose_request_rate=plan.faults,
                            lose_answer_rate=plan.faults)
        self.senders = Senders(self.relay.port, plan.submissions, plan.threads, timeout=5)
        self.deal(self.draw())
        self.blows.calm()
        self.senders.pace(None)
        if self.over.is_set():
            self.senders.enough()
        self.senders.finish(REST_S)
        self.tell()
        self.rest()
        for crew in self.crews.values():
            crew.close()
        chats = self.sandbox.chats()
        self.waits = sorted(delays(self.senders.accepted_at, chats).values())
        return judge(self.senders.accepted_at, chats, list(self.receiver.seen), plan.late_s)

    def draw(self):
        """All blows, each after a pause: [(seconds, name)]."""
        names = [*KILLED * self.plan.kills, *list(self.blows.others) * self.plan.others]
        self.random.shuffle(names)
        return [(self.random.uniform(0, 2 * self.plan.pause_s), name) for name in names]

    def deal(self, blows):
        """Senders are paced so that their messages last as long as the blows do,
        which take some time themselves."""
        left = sum(pause for pause, _ in blows)
        planned = left or 1
        began = time.monotonic()
        for number, (pause, name) in enumerate(blows):
            spent = (time.monotonic() - began) / (planned - left) if left < planned else 1
            to_come = self.plan.submissions - self.senders.count()
            self.senders.pace(max(to_come, 1) / max(left * spent, pause, 0.1))
            if self.over.wait(pause):
                return
            left -= pause
            if name in ("redis", "all killed at once"):
                self.see_it_work()
            self.strike(name)
            if number % 10 == 9:
                self.tell()
            if number % 100 == 99:
                self.replay()

    def see_it_work(self):
        """A Redis that is still reading its files is no target: since it died last
        the senders must have had half of what is theirs between two deaths."""
        end = time.monotonic() + AGAIN_S
        share = self.plan.submissions // (2 * (self.plan.kills + self.plan.others))
        enough = min(self.accepted_before + share, self.plan.submissions)
        while self.senders.count() < enough and time.monotonic() < end:
            if self.over.wait(POLL):
                return
        self.accepted_before = self.senders.count()

    def strike(self, name):
        if name in self.killed:
            self.blows.kill(name)
            self.killed[name] += 1
        else:
            self.blows.others[name]()
            self.dealt[name] += 1

    def rest(self):
        """What does not come to rest in time is in the verdict: lost, or untold."""
        try:
            wait_until(self.at_rest, REST_S, "all to be at rest", poll=0.5)
        except AssertionError as error:
            self.say(str(error))

    def at_rest(self):
        """Everything has its chat and everybody knows; what crashes took along
        too often is sent again, as an operator would."""
        self.replay()
        told = {each["data"]["id"] for each in list(self.receiver.seen)
                if each["type"] == "submission.linked"}
        return self.senders.accepted_at.keys() <= told

    def replay(self):
        """What is set aside is erased after its keeping time, too; an operator would
        not wait for that."""
        said = self.relay.run("replay", "--yes", "--state", "failed").stdout
        self.replayed += sum(map(int, re.findall(r"^(\d+) replayed", said, re.M)))

    def tell(self):
        told = len({each["data"]["id"] for each in list(self.receiver.seen)
                    if each["type"] == "submission.linked"})
        self.say(f"{time.monotonic() - self.began:6.0f} s  accepted {self.senders.count()}  "
                 f"told {told}  killed "
                 + "  ".join(f"{role} {count}" for role, count in self.killed.items())
                 + f"  other blows {self.dealt.total()}")

    def measured(self):
        """What was done and seen, in lines for a person."""
        waits = self.waits or [0]
        refusals = sorted(self.senders.refusals.items(), key=lambda each: -each[1])
        return [
            f"accepted    {self.senders.count()} of {self.plan.submissions}",
            "killed -9   " + ", ".join(f"{role} {count}" for role, count in self.killed.items()),
            "besides     " + (", ".join(f"{name} {count}" for name, count in
                                        sorted(self.dealt.items())) or "nothing"),
            "refused     " + (", ".join(f"{why} {count}" for why, count in refusals)
                              or "nothing") + " (and sent again)",
            f"replayed    {self.replayed} that were set aside",
            f"until a chat was made: median {statistics.median(waits):.2f} s, "
            f"p99 {waits[len(waits) * 99 // 100]:.1f} s, longest {waits[-1]:.1f} s",
        ]
