"""What Redis must hold of access tokens that one worker refreshes for all: a chain
of them for each refresh token that somebody wrote into the settings."""
from .ledger import number
from .ledger_moves import shown
from .ledger_weather import WeatherLedger

DOUBT_MS, LOOK_MS, POLL_MS, CHAIN_MS = 60000, 30000, 250, 366 * 86400000


def forget(chain, *names):
    for name in names:
        chain.pop(name, None)


class AccessLedger(WeatherLedger):
    def told(self, chain, kind, ask, usable=False, why=""):
        """The answer to whoever asks for a token; asked again within half a minute."""
        left = 0
        if kind != "refused" and chain.get("till"):
            left = max(1, chain["till"] - self.now)
        return [kind, number(chain, "number"), chain["token"] if usable else "", left,
                max(1, min(ask, LOOK_MS)), chain.get("refresh", "") if kind == "yours" else "",
                number(chain, "tries"), why]

    def usable(self, chain, doubted):
        return "token" in chain and chain["number"] > doubted and \
            not 0 < chain["till"] <= self.now

    def access_take(self, name, lock, doubted, lease, by):
        chain = self.chains.get(name, {})
        usable, renew = self.usable(chain, doubted), number(chain, "renew")
        if usable and not 0 < renew <= self.now:
            return self.told(chain, "token", renew - self.now if renew else LOOK_MS, True)
        lasting = self.lasting(chain, doubted)
        if lasting:
            return self.told(chain, "refused", lasting, why="a new token is refused, too")
        if "refused" in chain and usable:
            return self.told(chain, "token", LOOK_MS, True)
        if "refused" in chain and self.refusal_counts(chain, by):
            return self.told(chain, "refused", LOOK_MS, why=chain["refused"])
        busy = number(chain, "wait")
        if chain.get("locked") != lock:
            busy = max(busy, number(chain, "until"))
        if busy > self.now:
            return self.told(chain, "token" if usable else "wait",
                             min(busy - self.now, POLL_MS), usable)
        self.chains[name] = chain
        forget(chain, *(("refused", "laid") if "refused" in chain else ()))
        if chain.get("locked") != lock or chain["until"] <= self.now:
            refused = "token" in chain and doubted >= chain["number"]
            chain.update(locked=lock, until=self.now + lease, tries=number(chain, "tries") + 1,
                         cause="doubt" if refused else "age")
        return self.told(chain, "yours", LOOK_MS, usable)

    def lay_once(self, chain, till):
        """The hold of a refusal. One that is gone since was ended by its time, or
        by a person: then it may be tried again."""
        if "laid" in chain:
            return self.held("deliver") is not None
        self.lay_hold("credentials", till)
        chain["laid"] = 1
        return True

    def refusal_counts(self, chain, by):
        ms = chain["hold_ms"]
        return chain["by"] == by and self.lay_once(chain, self.now + ms if ms else 0)

    def lasting(self, chain, doubted):
        """A token that is refused like the one it came to replace: for how long
        that is believed."""
        if chain.get("cause") != "doubt" or chain.get("number") != doubted:
            return 0
        left = chain["born"] + DOUBT_MS - self.now if "token" in chain else 0
        return left if left > 0 and self.lay_once(chain, self.now + left) else 0

    def access_store(self, name, follows, token, refresh, life):
        chain = self.chains.get(name, {})
        if number(chain, "number") != follows:
            return int(number(chain, "number") == follows + 1 and chain["token"] == token)
        self.chains[name] = chain
        chain.update(number=follows + 1, token=token, refresh=refresh, born=self.now,
                     till=self.now + life if life else 0,
                     renew=self.now + life * 4 // 5 if life else 0)
        forget(chain, "locked", "until", "tries", "refused", "laid", "wait")
        self.ends["access:" + name] = self.now + CHAIN_MS
        forget(self.budget, "trouble", "since", "again")
        self.use_token(f"#{follows + 1}")
        self.bell = True
        return 1

    def access_fail(self, name, lock, at, what, ms, why, by):
        chain = self.chains.get(name, {})
        if chain.get("locked") != lock or number(chain, "number") != at:
            return 0
        forget(chain, "locked", "until", "laid")
        self.budget.update(trouble=why, since=self.budget.get("since", self.now),
                           again=self.now + ms if ms else 0)
        if what == "refused":
            chain.update(refused=why, hold_ms=ms, by=by)
            return 1
        chain["wait"] = self.now + ms
        if what == "unsent":
            chain["tries"] = max(0, number(chain, "tries") - 1)
        return 1

    def state(self):
        found = super().state()
        found.update(("access:" + name, shown(chain)) for name, chain in self.chains.items())
        return found
