"""What Redis must hold of what answers have said of the destination: the breaker,
what is left of its requests, and whether so many fail that it is a brown-out."""
from .ledger_moves import WholeLedger

RUN_MS, RESET_MS = 60000, 300000
BREAKER = ("open", "probe", "probed", "run", "run_at")
SEEN = ("seen_at", "seen_good", "seen_bad")
SEEN_MS, BROWN_MS = 30000, 10000


class WeatherLedger(WholeLedger):
    def close_breaker(self):
        for name in BREAKER:
            self.budget.pop(name, None)

    def end_brown_out(self, *more):
        for name in ("brown", *more):
            self.budget.pop(name, None)

    def resume(self):
        for name in ("hold_reason", "hold_until"):
            self.budget.pop(name, None)
        self.close_breaker()
        self.end_brown_out()
        self.try_again()
        self.bell = True
        return "ok"

    def report(self, seen, left, reset, limits, breaker):
        """seen: how many good, bad since the last good one, and bad in all.
        breaker: how many bad ones open it (0: none), from probe to probe, at most."""
        good, bad, lost = seen
        limit, probe, cap = breaker
        was_open = "open" in self.budget
        if left >= 0:
            self.learn_left(left, reset, limits)
        self.watch_share(good, lost)
        if good:
            self.close_breaker()
        if good and was_open:
            self.end_brown_out(*SEEN)
            self.bell = True
            return ["closed", 0]
        if not bad or not limit:
            return ["", 0]
        return self.stay_open(cap) if was_open else self.count_run(bad, limit, probe)

    def learn_left(self, left, reset, limits):
        bucket = self.bucket(*limits)
        if not bucket or left >= bucket["tokens"]:
            return
        later = min(reset, RESET_MS) if left < 1 else 0
        self.budget.update(tokens="%.4f" % left, others="%.4f" % min(left, bucket["others"]),
                           at=self.now + later)

    def watch_share(self, good, lost):
        """A brown-out, when a fifth of twenty and more fails; judged by the last
        half minute, and half of what was before."""
        since, news = self.budget.get("seen_at", self.now), lost > 0
        if self.now - since > 2 * SEEN_MS:
            since = self.now
        else:
            good += self.budget.get("seen_good", 0)
            lost += self.budget.get("seen_bad", 0)
        if news and good + lost >= 20 and 5 * lost >= good + lost:
            self.budget["brown"] = self.now + BROWN_MS
        if self.now - since > SEEN_MS:
            since, good, lost = self.now, good // 2, lost // 2
        self.budget.update(seen_at=since, seen_good=good, seen_bad=lost)
        if not lost:
            for name in SEEN:
                del self.budget[name]

    def stay_open(self, cap):
        if not self.budget.pop("probed", None):
            return ["", 0]
        wait = min(cap, 2 * self.budget["open"])
        self.budget.update(open=wait, probe=self.now + wait)
        return ["failed", wait]

    def count_run(self, bad, limit, probe):
        since = self.budget.get("run_at", self.now)
        if self.now - since > RUN_MS:
            self.close_breaker()
            since = self.now
        run = self.budget.get("run", 0) + bad
        if run < limit:
            self.budget.update(run=run, run_at=since)
            return ["", 0]
        self.close_breaker()
        self.budget.update(open=probe, probe=self.now + probe)
        return ["opened", probe]
