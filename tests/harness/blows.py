"""What a storm does to the relay and to its neighbours, by name. Each is over soon,
and whatever was stopped or closed comes back by itself."""
import os
import signal
import threading

KILLED = ("serve", "work", "redis")  # by kill -9, the thing that a storm counts
DEAF_S = 2.0  # the callbacks' receiver; its connections are cut, new ones refused
HUNG_S = 1.5  # Redis and the destination: longer than they are waited for


class Blows:
    """crews: by role; redis, sandbox, receiver: the neighbours. chance: a Random."""

    def __init__(self, crews, redis, sandbox, receiver, chance):
        self.crews, self.redis, self.sandbox, self.receiver = crews, redis, sandbox, receiver
        self.chance = chance
        self.timers = []
        self.lock = threading.Lock()
        self.others = {
            "all killed at once": self.kill_all,
            "serve stopped": lambda: self.signal_one("serve", signal.SIGSTOP),
            "work stopped": lambda: self.signal_one("work", signal.SIGSTOP),
            "serve ended": lambda: self.signal_one("serve", signal.SIGTERM),
            "work ended": lambda: self.signal_one("work", signal.SIGTERM),
            "settings read again": self.reload,
            "redis hung": lambda: self.hang(self.redis.process),
            "destination hung": lambda: self.hang(self.sandbox.process),
            "destination busy (429)": self.make_busy,
            "receiver killed": self.deafen,
        }

    def kill(self, role):
        if role == "redis":
            self.redis.kill()
            self.redis.start(wait=False)
        else:
            self.crews[role].kill_one(self.chance)

    def kill_all(self):
        for crew in self.crews.values():
            crew.signal(crew.running(), signal.SIGKILL)
        self.kill("redis")

    def signal_one(self, role, number):
        """Who is stopped goes on when its crew sees to it, after its lease."""
        crew = self.crews[role]
        crew.signal(crew.running(), number, self.chance)

    def reload(self):
        for crew in self.crews.values():
            crew.signal(crew.running(), signal.SIGHUP)

    def later(self, seconds, act):
        timer = threading.Timer(seconds, act)
        timer.start()
        self.timers.append(timer)

    def hang(self, process):
        """It may be killed and replaced meanwhile."""
        def go_on():
            if process.running():
                process.signal(signal.SIGCONT)
        os.kill(process.pid, signal.SIGSTOP)
        self.later(HUNG_S, go_on)

    def make_busy(self):
        self.sandbox.fault("create", 429, count=3, retry_after=1)

    def deafen(self):
        def hear():
            with self.lock:
                self.receiver.listen()
                self.deaf = False
        with self.lock:
            if not self.deaf:
                self.deaf = True
                self.receiver.close()
                self.later(DEAF_S, hear)

    deaf = False

    def calm(self):
        """Until nothing is stopped, closed or wrong any more."""
        for timer in self.timers:
            timer.join()
        self.sandbox.manner(error_rate=0, lose_request_rate=0, lose_answer_rate=0)
