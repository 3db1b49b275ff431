"""Workers that report what answers say of the destination, and that in a brown-out
what was tried before does not keep out what was not."""
from .pretend import promise

# Good, bad since the last good one, bad in all; and those that make a brown-out.
SEEN = ((0, 1, 1), (0, 1, 1), (0, 2, 2), (0, 2, 2), (1, 0, 0), (2, 2, 3), (0, 0, 0))
BROWN = ((30, 0, 0), (3, 0, 9), (12, 0, 9), (16, 0, 4), (21, 0, 5), (2, 0, 1))
PERIOD, GOOD_ROUNDS = 30, 20  # of so many rounds; then there is much of that


class WeatherParts:
    def report(self, moves):
        bad = self.rounds % PERIOD > GOOD_ROUNDS
        for _ in range(self.random.choice((0, 0, 0, 1, 1, 2))):
            seen = BROWN if bad and self.chance(0.7) else SEEN
            moves.report(self.random.choice(seen), self.random.choice((-1, -1, -1, 0, 5, 100)),
                         self.random.choice((0, 2000, 400000)), self.limits,
                         (self.random.choice((0, 3, 3, 3)), 800, 1000))

    def brown(self, line):
        """Whether that line is in a brown-out now."""
        return line == "deliver" and int(self.ledger.budget.get("brown", 0)) > self.now() \
            and "open" not in self.ledger.budget and not self.ledger.gated(line)

    def pay(self, hold):
        """For 25 first tries in a brown-out two requests for what is none."""
        if hold.stage == "deliver" and "att" not in hold.found:
            self.first_tries += 1
        else:
            self.other_tries += 1 if hold.stage == "deliver" else 2
        promise(self.other_tries <= self.saved + self.first_tries * 2 / 25 + 0.01,
                "in a brown-out", self.other_tries, "requests were no first tries, and",
                self.first_tries, "were")

    def save(self):
        """What was earned before a restart: it may have been forgotten, or not."""
        self.first_tries = self.other_tries = 0
        self.saved = float(self.ledger.budget.get("credit", 0))
        promise(self.saved <= 10, "so much was saved:", self.saved)
