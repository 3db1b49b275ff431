"""What Redis must hold of a destination whose credentials are refused: a hold that
grows, then a gate at which one request asks for all, until it is let in."""

HELD_MOST_MS = 600000
STALE_MS = 1000


class GateLedger:
    def gated(self, line):
        """A 403 is about its own line, a 401 about all that speak to the destination."""
        return "denied" in self.budget and self.budget.get("of", line) == line and \
            line != "callback"

    def let_ask(self, taken, lease):
        """The first of what was taken asks; the others wait for its answer, or for
        the end of its lease."""
        self.budget.update(asking=taken[0][1], till=self.now + lease)

    def stop_asking(self):
        self.budget.pop("asking", None)
        self.budget.pop("till", None)

    def asking(self):
        """1: one asks before the others; 2: of those that ask for tickets."""
        return int("denied" in self.budget) + (self.budget.get("of") == "reconcile")

    def close(self, reason, ms):
        """For that long; where tickets may not be asked for, only their line."""
        if ms and reason == "forbidden" and self.budget.get("of") == "reconcile":
            self.budget["till"] = max(self.budget.get("till", 0), self.now + ms)
        elif ms:
            self.lay_hold(reason, self.now + ms)

    def deny(self, line, v, asked):
        """Whoever was to ask makes it longer; who was sent before does not, and does
        not count at all with another token."""
        budget, ms = self.budget, v["hold_ms"]
        first = "denied" not in budget
        if not asked and budget.get("with", v["with"]) != v["with"] and \
                (not first or budget.get("bad") == v["with"]):
            return "ok"
        if not first and not asked:
            if budget.get("of", line) != line:
                del budget["of"]
            self.close(v["hold"], ms)
            return "ok"
        own = v["hold"] == "forbidden" and (first or budget.get("of") == line)
        if ms:
            ms = max(ms, min(HELD_MOST_MS, 2 * budget.get("denied", 0)))
        self.stop_asking()
        budget.pop("of", None)
        budget.update({"denied": ms, "with": v["with"], "bad": v["with"], **({"of": line} if own else {})})
        self.close(v["hold"], ms)
        return "held" if ms else "again"

    def judge(self, line, v):
        asked = self.budget.get("asking") == v["token"]
        if v["heard"] == "denied":
            return self.deny(line, v, asked)
        if v["hold_ms"]:
            self.lay_hold(v["hold"], self.now + v["hold_ms"])
        if not asked:
            return "ok"
        self.stop_asking()
        if v["heard"] != "passed":
            return "again"
        gone = ["denied", "of"]
        if self.budget.get("bad") == self.budget["with"]:
            gone += ["with", "bad"]
        for name in gone:
            self.budget.pop(name, None)
        return "open"

    def try_again(self):
        if "denied" in self.budget:
            self.budget["denied"] = 0
            self.budget.pop("till", None)
        self.budget.pop("bad", None)

    def stale(self, line, token):
        """It was refused, and others have another one."""
        return line != "callback" and self.budget.get("bad") == token != self.budget["with"]

    def renew(self, token):
        if self.budget.get("with", token) == token:
            return 0
        if "denied" not in self.budget:
            self.budget["with"] = token
            return 0
        self.use_token(token)
        self.bell = True
        return 1

    def use_token(self, token):
        """Another one than was refused: the hold for that is over, and one asks."""
        if self.budget.get("hold_reason") in ("credentials", "forbidden"):
            del self.budget["hold_reason"], self.budget["hold_until"]
        if "denied" in self.budget or "bad" in self.budget:
            self.budget["with"] = token
        if "denied" in self.budget:
            self.budget["denied"] = 0
            self.stop_asking()
