"""Very many submissions through everything, until nothing is left of them in Redis:
what the processes and Redis hold over time, and whether they give it back."""
import dataclasses
import statistics
import threading
import time

from .crowd import API_KEY, Crowd
from .gauges import folder_kb, read_gauge
from .history import judge
from .processes import environment
from .relay import Relay
from .waiting import POLL, wait_until

LINES = ("due:deliver", "due:callback")
HIGH = 3000     # so many in these lines, and senders wait
JAM = 1_000_000
DAY_MS = 24 * 3600 * 1000
WARM_PART = 5   # a fifth of the samples is for warming up
ROLES = ("serve", "work")
LASTING = {b"{support}meta", b"{support}budget", b"{support}bell", b"{@}numbers",
           b"{@}destinations"}


@dataclasses.dataclass
class Plan:
    submissions: int
    warm: int               # before them: through everything, too
    keep: str = "30s"       # erase_after
    faults: float = 0.0005  # the share of the destination's answers, in each of three ways
    flat_kb: int = 1024     # what a process, and Redis, may have grown by
    sample_s: float = 5
    rest_s: float = 900     # the longest until nothing is left (the sweep comes back to
                            # what had news to tell after ten minutes)
    pooled: int = 8         # so many more descriptors may be of connections kept for later
    in_use: int = 16        # and while it is busy: of connections in use
    senders: int = 2
    seed: int = 1


@dataclasses.dataclass
class Sample:
    at: float
    asked: int
    gauges: dict  # by role
    memory_kb: int
    keys: int
    aof_kb: int


@dataclasses.dataclass
class Line:
    """One thing that is looked at: before, after, and whether that is well."""
    name: str
    before: int
    after: int
    good: bool
    bound: str


def usual(gauges):
    """The level; above it is what was in flight at once at some moment."""
    return int(statistics.median(gauge.rss_kb for gauge in gauges))


class Soak:
    def __init__(self, nursery, redis, sandbox, hooks, plan, say=lambda line: None):
        self.redis, self.sandbox, self.hooks = redis, sandbox, hooks
        self.plan, self.say = plan, say
        self.relay = Relay(nursery, redis, sandbox, None, self.settings())
        # Freed memory of a sanitized binary is kept for a while; not for long.
        env = environment(ASAN_OPTIONS="detect_leaks=1:quarantine_size_mb=1")
        self.processes = {role: self.relay.start(role, "--child", env=env) for role in ROLES}
        self.processes["sandbox"] = sandbox.process
        self.relay.wait_ready()
        self.samples, self.promised, self.wrong = [], {}, []
        self.stopped = threading.Event()
        self.began = time.monotonic()

    def stop(self):
        """No new messages; what there is, is judged."""
        self.stopped.set()

    def settings(self):
        form = {"erase_after": self.plan.keep, "dedupe_window": "10s"}
        return {
            "log": {"level": "warn"},
            "limits": {"depth": 0, "connections_per_address": 0},
            "api": {"rate_limit": 0, "keys": {"shop": {"key": API_KEY, "form": "contact"}}},
            "destinations": {"support": {"ticket_first": "1s"}},
            "forms": {"contact": form, "told": {
                "destination": "support", "public": True, "origins": ["https://www.example.com"],
                "callback": {"url": self.hooks.url, "secret": self.hooks.secret,
                             "allow_networks": ["127.0.0.0/8"]}, **form}},
        }

    def run(self):
        """Lines of what is judged."""
        faults = self.plan.faults
        self.sandbox.manner(error_rate=faults, lose_request_rate=faults, lose_answer_rate=faults)
        folder = self.relay.path.parent
        self.load(Crowd(self.relay.port, self.plan.warm, folder, -self.plan.warm,
                        self.plan.senders, self.plan.seed), high=JAM)
        self.forget()
        before = self.sample()
        self.samples = []
        self.load(Crowd(self.relay.port, self.plan.submissions, folder, 0,
                        self.plan.senders, self.plan.seed + 1000))
        busy = self.samples
        self.say("all is sent; waiting until nothing of it is kept")
        self.forget()
        return self.judge(before, busy)

    def load(self, crowd, high=HIGH):
        """Senders wait while too many are on their way: only the warm-up is a jam, so
        that everything there is of each kind has been in use once."""
        due = 0
        while crowd.sending():
            waiting = sum(self.redis.client.zcard("{support}" + name) for name in LINES)
            if self.stopped.is_set():
                crowd.stop()
            else:
                crowd.flow(waiting < high)
            if time.monotonic() >= due:
                due = time.monotonic() + self.plan.sample_s
                self.note(crowd)
            crowd.wait(POLL)
        promised, wrong = crowd.promised()
        self.promised.update(promised)
        self.wrong += wrong

    def note(self, crowd):
        sample = self.sample(crowd.count.value)
        self.samples.append(sample)
        self.say(f"{sample.at:6.0f} s  asked {sample.asked}  "
                 + "  ".join(f"{role} {gauge.rss_kb} KB {gauge.descriptors} fd"
                             for role, gauge in sample.gauges.items())
                 + f"  redis {sample.memory_kb} KB {sample.keys} keys, AOF {sample.aof_kb} KB")

    def sample(self, asked=0):
        info = self.redis.client.info("memory")
        return Sample(time.monotonic() - self.began, asked, {
            role: read_gauge(process.pid, role != "sandbox")
            for role, process in self.processes.items()},
            info["used_memory"] // 1024, self.redis.client.dbsize(),
            folder_kb(self.redis.nursery.folder / self.redis.name))

    def forget(self):
        """Until Redis has forgotten all, but the idempotency keys of senders, which
        it owes a day: this day is made to be over."""
        client = self.redis.client
        wait_until(lambda: not client.exists("{support}all"), self.plan.rest_s,
                   "all to be delivered, told and erased", poll=0.2)
        kept = list(client.scan_iter("{support}key:*", count=5000))
        for start in range(0, len(kept), 5000):
            asked = client.pipeline(transaction=False)
            for key in kept[start:start + 5000]:
                asked.pttl(key)
                asked.pexpire(key, 1)
            for left in asked.execute()[::2]:
                assert left != -1 and left <= DAY_MS, f"a key that never goes: {left}"
        wait_until(lambda: not self.of_messages(), self.plan.rest_s,
                   "all of messages to be gone", poll=0.2)

    def of_messages(self):
        """Whether there are keys that belong to messages."""
        names = set(self.redis.client.keys())
        found = list(names - LASTING)
        assert not found, (len(found), found[:5])
        return self.redis.client.dbsize() > len(names)  # over, and not yet removed

    def judge(self, before, busy):
        after = self.sample()
        warm = max(1, len(busy) // WARM_PART)
        lines = []
        for role in ROLES:
            early, later = ([sample.gauges[role] for sample in part]
                            for part in (busy[:warm], busy[warm:] or busy))
            late = later[-len(early):]
            rest = before.gauges[role], after.gauges[role]
            lines += [
                self.growth(f"{role}: RSS while busy, KB, usual", usual(early), usual(late)),
                Line(f"{role}: RSS while busy, KB, most", max(g.rss_kb for g in early),
                     max(g.rss_kb for g in later), True, ""),
                self.growth(f"{role}: private memory at rest, KB", *(g.private_kb for g in rest)),
                self.growth(f"{role}: descriptors at rest", *(g.descriptors for g in rest),
                            self.plan.pooled),
                self.growth(f"{role}: descriptors while busy, most",
                            max(g.descriptors for g in early),
                            max(g.descriptors for g in later), self.plan.in_use),
                self.growth(f"{role}: threads at rest", *(g.threads for g in rest), 0),
            ]
        lines += [
            self.growth("redis: used_memory at rest, KB", before.memory_kb, after.memory_kb),
            self.growth("redis: keys at rest, of messages", 0,
                        len(set(self.redis.client.keys()) - LASTING), 0),
            Line("redis: keys while busy, most", before.keys, max(s.keys for s in busy), True, ""),
            Line("redis: AOF, KB, most", before.aof_kb, max(s.aof_kb for s in busy), True, ""),
            Line("sandbox: RSS, KB (it forgets nothing)", before.gauges["sandbox"].rss_kb,
                 after.gauges["sandbox"].rss_kb, True, ""),
        ]
        return lines + self.verdicts()

    def growth(self, name, before, after, most=None):
        most = self.plan.flat_kb if most is None else most
        return Line(name, before, after, after - before <= most,
                    f"at most {most} more" if most else "the same")

    def verdicts(self):
        """What was promised against what has come of it."""
        told, untrusted = self.hooks.told()
        news = [{"type": "submission.linked", "data": {
            "id": key, "chat_id": chat, "zendesk_ticket_id": int(ticket)}}
            for key, chat, ticket in told]
        found = judge(dict.fromkeys(self.promised, 0), self.sandbox.chats(), news)
        asked_to = {key for key, kind in self.promised.items() if kind == "told"}
        found["untold"] = [key for key in found["untold"] if key in asked_to]
        self.wrong += untrusted
        del found["late"]
        return [Line("accepted", 0, len(self.promised), True, ""),
                *(Line(name, 0, len(ids), not ids, "none") for name, ids in found.items()),
                Line("answers other than they must be", 0, len(self.wrong), not self.wrong,
                     "none")]
