"""Workers that share access tokens, of which one refreshes for all; and the server
that takes each refresh token once."""
from .moves import Moves
from .pretend import promise

WORKERS, LEASE_MS = 3, 8000
LIVES = (0, 4000, 20000, 40001)


class Issuer:
    """Of one chain: whoever shows the current refresh token gets the next two."""

    def __init__(self, first):
        self.refresh, self.made = first, 0

    def revoke(self):
        self.refresh = "none"

    def spend(self, refresh):
        if refresh != self.refresh:
            return None
        self.made += 1
        self.refresh = f"refresh-{self.made}"
        return f"token-{self.made}", self.refresh


class Clerk:
    """What one worker knows of the tokens."""

    def __init__(self, number):
        self.by, self.number, self.doubted = "client", number, 0
        self.job = None  # lock, number it follows, refresh token, when its lease ends


class AccessParts:
    def begin_chain(self):
        """Somebody has written another refresh token into the settings."""
        self.chain_number += 1
        self.chain = f"chain-{self.chain_number}"
        self.issuer = Issuer("settings")
        self.clerks = [Clerk(number) for number in range(WORKERS)]
        self.late_jobs, self.leased_to = [], ("", 0)

    def share_tokens(self, moves):
        for clerk in self.clerks:
            if not self.chance(0.5):
                continue
            if clerk.job:
                self.refresh(moves, clerk)
            else:
                self.ask_token(moves, clerk, f"{self.random.getrandbits(64):016x}")
        for late in self.late_jobs[-2:]:
            if self.chance(0.2):  # it wakes up, or its answer was lost
                self.come_late(moves, late)
        if self.chance(0.01):
            self.issuer.revoke()
        if self.chance(0.1 if "refused" in self.ledger.chains.get(self.chain, ()) else 0.005):
            self.begin_chain()
        elif self.chance(0.02):
            self.random.choice(self.clerks).by = self.random.choice(("client", "another"))

    def ask_token(self, moves, clerk, lock):
        asks = lock, clerk.doubted, LEASE_MS, clerk.by
        asked = self.now()
        heard = self.of_chain(lambda reply: self.heard_token(clerk, asks, asked, reply))
        moves.access_take(self.chain, asks, heard)
        if self.chance(0.1):  # the answer was lost: again
            moves.access_take(self.chain, asks, heard)

    def of_chain(self, hear):
        """What is heard of a chain counts while it is the one."""
        chain = self.chain
        return lambda reply: hear(reply) if chain == self.chain else None

    def heard_token(self, clerk, asks, asked, reply):
        (lock, doubted, *_), (kind, number, token, left, ask, refresh, *_) = asks, reply
        stored, ends = self.stored.get((self.chain, number), (None, 0))
        promise(0 < ask <= 30000, "asks again in", ask)
        promise(kind != "token" or token, "a token without a text")
        if token:
            promise(number > doubted, "token", number, "was refused, and is given again")
            promise(token == stored, token, "was never put down")
            promise(left == (ends - asked if ends else 0), token, "is good for", left)
            if self.chance(0.15):
                clerk.doubted = number  # a request with it was answered 401
        if kind == "yours":
            self.turn_of(lock, asked)
            clerk.job = lock, number, refresh or "settings", asked + LEASE_MS

    def refresh(self, moves, clerk):
        """One step of it: the request, and what came of it."""
        job, clerk.job = clerk.job, None
        lock, number, refresh, ends = job
        if self.now() >= ends and self.chance(0.5):
            self.ask_token(moves, clerk, lock)  # it has slept, and does not know
            return
        if self.chance(0.1) or self.now() >= ends:
            self.late_jobs.append((job, None))  # it dies, or sleeps
            return
        if self.chance(0.15):
            self.failed(moves, job, "unsent", 500, clerk)
            return
        got = self.issuer.spend(refresh) if self.chance(0.85) else None
        if got and self.chance(0.1):
            self.late_jobs.append((job, got))  # it sleeps with the new ones in its hands
        elif not got:
            self.failed(moves, job, "refused", self.random.choice((0, 0, 3000)), clerk)
        elif self.chance(0.1):
            self.failed(moves, job, "unknown", 1500, clerk)  # the answer is lost
        else:
            self.put_down(moves, number, got, self.random.choice(LIVES))
            self.late_jobs.append((job, got))

    def failed(self, moves, job, what, ms, clerk):
        moves.access_fail(self.chain, (job[0], job[1], what, ms, "no such grant", clerk.by),
                          self.ended(job[0]))
        self.late_jobs.append((job, None))

    def ended(self, lock):
        def heard(reply):
            if reply == 1 and self.leased_to[0] == lock:
                self.leased_to = ("", 0)
        return self.of_chain(heard)

    def put_down(self, moves, number, got, life):
        name, ends = (self.chain, number + 1), self.now() + life if life else 0

        def stored(reply):
            if reply == 1 and name not in self.stored:
                self.stored[name] = got[0], ends
                self.leased_to = ("", 0)
        heard = self.of_chain(stored)
        moves.access_store(self.chain, (number, *got, life), heard)
        if self.chance(0.2):  # the answer was lost: again
            moves.access_store(self.chain, (number, *got, life), heard)

    def come_late(self, moves, late):
        """Whoever slept, or whose answer was lost; or what nobody ever does."""
        (lock, number, _, _), got = late
        there = self.ledger.chains.get(self.chain, {})
        kind = self.random.randrange(4)
        if kind == 0:
            moves.access_take(self.chain, (lock, 0, LEASE_MS, "client"), self.again(lock))
        elif kind == 1 and "token" in there:
            at, token = self.random.choice(
                ((there["number"] - 1, "token-wrong"), (number + 1000, there["token"])))
            self.put_down(moves, at, (token, "refresh-wrong"), 0)
        elif got:
            self.put_down(moves, number, got, 0)
        else:
            moves.access_fail(self.chain, (lock, number, "refused", 0, "late", "client"),
                              self.ended(lock))

    def again(self, lock):
        """It may be its turn once more; but it does nothing with it."""
        asked = self.now()

        def heard(reply):
            if reply[0] == "yours":
                self.turn_of(lock, asked)
        return self.of_chain(heard)

    def turn_of(self, lock, asked):
        holder, till = self.leased_to
        promise(holder in ("", lock) or till <= asked, "two refresh at once")
        if holder != lock or till <= asked:
            till = asked + LEASE_MS
        self.leased_to = lock, till

    def know_tokens(self):
        """After a restart: what is there, and who refreshes."""
        chain = self.ledger.chains.get(self.chain, {})
        self.leased_to = chain.get("locked", ""), chain.get("until", 0)
        self.stored = {(name, each["number"]): (each["token"], each["till"])
                       for name, each in self.ledger.chains.items() if "token" in each}

    def tokens_come_to_rest(self):
        """Nothing goes wrong any more, and a person has resumed what was held for a
        refusal: whoever asks gets a token, unless the answer to a refresh was lost."""
        good = self.issuer.refresh == \
            self.ledger.chains.get(self.chain, {}).get("refresh", "settings")
        told = []
        for turn in range(5):
            moves = Moves(self.ledger)
            if good:
                moves.resume()
            self.pass_time(moves, 61000)
            if told and told[-1][0] == "yours":
                self.refresh_calmly(moves, f"last-{turn - 1}", told[-1])
            moves.access_take(self.chain, (f"last-{turn}", 0, 200000, "client"), told.append)
            self.exchange(moves)
        said = [each[0] for each in told]
        promise(said[-1] == "token" or not good, "no token comes:", said)
        promise(said[-1] == "token" or
                (said[-1] == "refused" and self.ledger.held("deliver") is not None),
                "nobody hears of a lost token:", said)

    def refresh_calmly(self, moves, lock, reply):
        number, got = reply[1], self.issuer.spend(reply[5] or "settings")
        if got:
            moves.access_store(self.chain, (number, *got, 0))
        else:
            moves.access_fail(self.chain, (lock, number, "refused", 0, "no such grant", "client"))
