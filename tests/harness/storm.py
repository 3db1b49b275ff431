"""Senders at work while processes are killed at random: what the chaos test and
script/chaos have in common."""
import dataclasses
import random
import threading
import time

from .crew import Crew
from .history import judge
from .relay import Relay
from .senders import Senders
from .waiting import wait_until

SETTINGS = {
    "redis": {"timeout": "1s"},
    "limits": {"depth": 0},
    "destinations": {"support": {
        "request_timeout": "900ms", "lease": "2s", "search_patience": "1s",
        "look_interval": "200ms", "ticket_first": "100ms"}},
}
ROLES = ("serve", "work", "redis")
REST_S = 180  # the longest that all may need to come to rest


@dataclasses.dataclass
class Plan:
    kills: int            # of serve, work and Redis, so many each
    submissions: int
    seed: int
    pause_s: float = 0.8  # between two kills, on the average
    threads: int = 8


class Storm:
    """Runs a plan on a nursery's relay; the verdict is that of judge()."""

    def __init__(self, nursery, redis, sandbox, receiver, plan, say=lambda line: None):
        self.redis, self.sandbox, self.receiver = redis, sandbox, receiver
        self.plan, self.say = plan, say
        self.random = random.Random(plan.seed)
        self.relay = Relay(nursery, redis, sandbox, receiver, SETTINGS)
        self.crews = {"serve": Crew(self.relay, "serve", 2), "work": Crew(self.relay, "work", 2)}
        self.relay.wait_ready()
        self.killed = dict.fromkeys(ROLES, 0)
        self.calm = threading.Event()
        self.began = time.monotonic()

    def run(self):
        senders = Senders(self.relay.port, self.plan.submissions, self.plan.threads, timeout=5)
        victims = list(ROLES) * self.plan.kills
        self.random.shuffle(victims)
        for number, role in enumerate(victims):
            self.calm.wait(self.random.uniform(0, 2 * self.plan.pause_s))
            self.kill(role)
            if number % 10 == 9:
                self.tell(senders)
        senders.finish(REST_S)
        accepted = senders.accepted_at
        self.tell(senders)
        wait_until(lambda: self.at_rest(accepted), REST_S, "all to be at rest")
        for crew in self.crews.values():
            crew.close()
        return judge(accepted, self.sandbox.chats(), list(self.receiver.seen))

    def kill(self, role):
        self.killed[role] += 1
        if role == "redis":
            self.redis.kill()
            self.redis.start(wait=False)
        else:
            self.crews[role].kill_one(self.random)

    def at_rest(self, accepted):
        """Everything has its chat and everybody knows; what crashes took along
        too often is sent again, as an operator would."""
        self.relay.run("replay", "--yes", "--state", "failed")
        told = {each["data"]["id"] for each in list(self.receiver.seen)
                if each["type"] == "submission.linked"}
        return accepted.keys() <= told

    def tell(self, senders):
        self.say(f"{time.monotonic() - self.began:6.0f} s  accepted {senders.count()}  killed "
                 + "  ".join(f"{role} {count}" for role, count in self.killed.items()))
