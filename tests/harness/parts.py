"""What each part does in one round of the random driver."""
from .ledger import line_of
from .pretend import FLIGHT_MS, LOOK_MS, promise
from .wire import DUE

KEPT = 86400000
MESSAGES = 150
LINES = ("deliver", "reconcile", "callback")
LEASES = (3000, 20000, 60000)
EVENTS = {"delivered": "submission.delivered", "failed": "submission.failed"}
CRASHES = (1, 3)
SLEEPS = (*[0] * 20, 12, 40)  # rounds, between "about to post" and the post


class Hold:
    """A lease in a worker's hands, and what it knows."""

    def __init__(self, row, asked, lease, with_token):
        self.id, self.token, found = row[:3]
        self.found = dict(zip(found[::2], found[1::2]))
        self.lease, self.ends = lease, asked + lease * 9 // 10
        self.stage = self.found["stage"]
        self.number = int(self.found.get("seq", 0)) + 1
        self.intended, self.posted, self.with_token = False, None, with_token
        self.sleeps = 0  # for so many rounds yet
        self.excused = False  # its intent was lost by a server that lost its last writes


class Parts:
    # -- senders

    def accept(self, moves):
        if self.is_full:
            moves.accept_refused([self.new()])
            return
        crowd = len(self.ledger.all) > MESSAGES * 3 // 4
        most = 1 if crowd and self.chance(0.8) else self.random.choice((0, 1, 2, 3, 8))
        batch = [self.new() for _ in range(most)]
        again = [new for new in self.last if self.chance(0.2) and
                 (new["id"] in self.accepted or new["id"] in self.ledger.gones)]
        batch += again
        self.last = batch[-8:]
        if not batch:
            return
        depth = 0
        if self.chance(0.25):
            depth = max(1, len(self.ledger.places["due:deliver"]) + self.random.randint(0, 3))
        cells = 0
        if self.chance(0.25):
            cells = max(1, len(self.ledger.places["held"]) + self.random.randint(0, 2))
        moves.accept(batch, depth, hear=self.accepter(batch), cells=cells)
        if self.chance(0.1):  # the answer was lost: all of it again
            moves.accept(batch, 0, hear=self.accepter(batch))

    def accepter(self, batch):
        asked = self.now()
        again = {new["id"] for new in batch
                 if new["id"] in self.ledger.items or new["id"] in self.ledger.gones}

        def heard(reply):
            for new, (said, item_id) in zip(batch, reply):
                if said == "new" and item_id in self.ledger.items:
                    self.accepted[item_id] = True
                if new["id"] in again:
                    promise((said, item_id) == ("new", new["id"]), "its own id, not", said, item_id)
                elif new["key"]:
                    self.see_key(new, said, item_id, asked)
        return heard

    def see_key(self, new, said, item_id, asked):
        """A key belongs to the first id for its time, or until that is erased."""
        owner, till = self.owners.get(new["key"], ("", 0))
        owned = till > asked and owner not in self.erased
        promise(not owned or said == "full" or item_id == owner,
                "I8:", new["key"], "is of", owner, "and of", item_id)
        if said == "new" and not owned:
            self.owners[new["key"]] = item_id, asked + new["ttl"]

    def know_keys(self):
        self.owners = {name: (first, self.ledger.ends["key:" + name])
                       for name, (first, _) in self.ledger.keys.items()}

    def new(self):
        self.made += 1
        received = self.now() - self.random.choice((0, 0, 0, 900, 5000))
        name = f"k{self.random.randrange(300)}" if self.chance(0.4) else ""
        return {
            "id": f"support-{self.made:026d}", "held": self.chance(0.1), "key": name,
            "print": self.random.choice("pq"), "ttl": self.random.choice((5000, 600000, 3600000)),
            "mail": self.random.choice(("", "m", "n")), "received": received,
            "at": received - self.random.choice((0, 0, 50000, 1000000)),
            "keep": self.random.choice((0, 1, 60000, KEPT))}

    # -- workers

    def reserve(self, moves):
        """What was peeked a round ago, with what is wrong among it; and another peek."""
        for line, ids in self.peeked.items():
            ids = list(ids)
            if self.chance(0.3):
                ids += [hold.id for hold in self.random.sample(self.holds, min(2, len(self.holds)))]
                ids += list(self.ledger.places[self.random.choice(DUE)])[-2:]
            self.ask_for(moves, line, ids, self.random.choice(LEASES))
        self.peeked = {}
        for line in LINES:
            if self.chance(0.9):
                moves.peek(line, self.random.choice((1, 10, 60)), self.limits, self.access(),
                           self.peeker(line))

    def peeker(self, line):
        def heard(reply):
            self.peeked[line] = reply[2:]
        return heard

    def access(self):
        """The token of whoever asks: not all have the new one yet."""
        return self.token if self.chance(0.9) else f"token-{self.random.randrange(4)}"

    def ask_for(self, moves, line, ids, lease):
        asked, brown, access = self.now(), self.brown(line), self.access()
        tokens = {item_id: f"{self.random.getrandbits(128):032x}" for item_id in ids}

        def heard(reply):
            for row in reply[2:]:
                self.taken(row, line, (asked, lease, brown, access))
        if tokens:
            moves.reserve(line, tokens, self.limits, lease, access, heard)

    def taken(self, row, line, terms):
        asked, lease, brown, access = terms
        hold = Hold(row, asked, lease, access)
        promise(self.leased.get(hold.id, 0) <= asked, "I3:", hold.id,
                "was given away under its lease")
        self.leased[hold.id] = asked + lease
        self.spend(line, hold.stage, asked)
        if brown:
            self.pay(hold)
        self.holds.append(hold)

    def spend(self, line, stage, now):
        """No minute sees more than the budget (of looks and questions, more than
        their share); 50 questions for tickets are one."""
        if not self.limits[0] or line == "callback":
            return
        cost = {"deliver": 1, "resolve": 2, "reconcile": 1 / 50}[stage]
        self.spending = [each for each in self.spending if each[0] > now - 60000]
        self.spending.append((now, cost, stage))
        spent = sum(each[1] for each in self.spending)
        others = sum(each[1] for each in self.spending if each[2] != "deliver")
        promise(spent <= self.limits[0] + 2, "the budget is overdrawn:", spent)
        promise(others <= self.limits[0] * (1 - self.limits[1]) + 3,
                "deliveries have lost their share:", others)

    def work(self, moves):
        intends, verdicts, kept = [], [], []
        for hold in self.holds:
            if hold.sleeps or not self.chance(0.6):
                hold.sleeps = max(0, hold.sleeps - 1)
                kept.append(hold)
            elif self.chance(0.04):
                self.spent.append(hold)  # it dies: nobody settles this
            elif self.chance(0.05) and not hold.posted:
                moves.give_back(hold.id, hold.token, line_of(hold.stage),
                                self.random.choice((0, 0, 700)))
                self.let_go(hold)
            elif self.chance(0.08):
                moves.beat(hold.id, hold.token, hold.lease)
                self.renewed(hold)
                kept.append(hold)
            elif hold.stage != "deliver" and self.chance(0.05):
                intends.append(hold)  # what has a chat is never intended again
                kept.append(hold)
            elif hold.stage == "deliver" and not self.ready(hold, intends, kept):
                continue
            else:
                verdicts.append(self.verdict(hold))
        self.holds = kept
        if intends:
            moves.intend([(hold.id, hold.token, hold.lease) for hold in intends],
                         self.intender(intends))
        if verdicts:
            moves.settle(verdicts)
            if self.chance(0.1):  # the answer was lost: all of it again
                moves.settle(verdicts)

    def ready(self, hold, intends, kept):
        """One step towards a post; whether there is something to settle."""
        if hold.posted:
            return True
        if not hold.intended and self.intending:
            intends.append(hold)
            kept.append(hold)
        elif self.chance(0.05):
            intends.append(hold)  # the answer was lost: again
            kept.append(hold)
        elif self.now() >= hold.ends and self.fence:
            self.spent.append(hold)  # it slept too long to send
        else:
            self.post(hold)
            kept.append(hold)
        return False

    def intender(self, holds):
        asked = self.now()

        def heard(reply):
            for hold, said in zip(holds, reply):
                hold.intended = said == "ok"
                if hold.intended:
                    hold.sleeps = self.random.choice(SLEEPS)
                    self.leased[hold.id] = asked + hold.lease
                elif hold in self.holds:
                    self.holds.remove(hold)
                    self.spent.append(hold)
        return heard

    def renewed(self, hold):
        if self.ledger.holds(hold.id, hold.token):
            self.leased[hold.id] = self.now() + hold.lease

    def post(self, hold):
        if self.ledger.holds(hold.id, hold.token) and not hold.excused and self.intending:
            promise("intent" in self.ledger.items[hold.id], "I4:", hold.id, "is sent unsaid")
        hold.posted = self.random.choice(
            ("done", "done", "done", "late", "late", "lost", "refused", "busy", "not sent"))
        if hold.posted in ("done", "late"):
            flight = self.random.choice((10, FLIGHT_MS, FLIGHT_MS)) if hold.posted == "late" else 0
            self.zendesk.post(hold.id, self.now(), flight)

    def let_go(self, hold):
        self.leased.pop(hold.id, None)
        self.spent.append(hold)

    # -- verdicts

    def verdict(self, hold, calm=False):
        """How its holder settles it. calm: nothing goes wrong, nobody is odd."""
        said = {"id": hold.id, "token": hold.token, "delay": 0, "count": True, "clear": False,
                "looked": False, "chat": "", "ticket": 0, "error": "", "hold": "rate_limit",
                "hold_ms": 0, "event": "", "number": hold.number, "heard": "passed",
                "with": hold.with_token}
        if "." in hold.id:
            said["next"] = "finished" if calm else self.random.choice(
                ("callback", "finished", "finished", "buried"))
        elif not calm and self.chance(0.04):
            self.say_wrong(hold, said)
        else:
            said.update(getattr(self, "after_" + hold.stage)(hold, calm))
            if not calm:
                self.say_access(said)
        if self.ledger.holds(hold.id, hold.token):
            self.leased.pop(hold.id, None)
        self.spent.append(hold)
        return said

    def say_access(self, said):
        """What the answer says of the destination, and of the token it went with."""
        if self.chance(0.08):
            said.update(heard="", hold_ms=self.random.choice((500, 20000)))
        elif self.rounds % 40 >= 20 and \
                self.chance(0.06 if said["with"] == self.token else 0.9):
            said.update(heard="denied", hold=self.random.choice(("credentials", "forbidden")),
                        hold_ms=self.random.choice((0, 500, 5000, 500000)))
        elif self.chance(0.1):
            said["heard"] = ""

    def say_wrong(self, hold, said):
        """What must change nothing, or not all it says."""
        kind = self.random.choice(("finished", "number", "back"))
        if kind == "finished" and "cid" not in hold.found:
            said["next"] = "finished"
        elif kind == "back" and "cid" in hold.found:
            said.update(next="deliver", chat="c-wrong")
        else:
            said.update(next="buried", number=hold.number + 1)

    def after_deliver(self, hold, _):
        landed = {"next": "reconcile", "chat": "c-" + hold.id, "event": EVENTS["delivered"]}
        unknown = {"next": "resolve", "error": "lost", "delay": self.random.choice((0, 0, 500))}
        return {
            "done": landed, "late": unknown, "lost": unknown,
            "refused": {"next": "buried", "clear": True, "error": "refused",
                        "event": EVENTS["failed"]},
            "busy": {"next": "deliver", "clear": True, "count": False,
                     "hold_ms": self.random.choice((0, 0, 0, 500, 20000))},
            "not sent": {"next": "deliver", "clear": True, "delay": self.random.choice((0, 500))},
        }[hold.posted]

    def after_resolve(self, hold, calm):
        """Found; or looked for twice, and long enough, and not there."""
        now, found = self.now(), hold.found
        if self.zendesk.shows(hold.id, now) and (calm or self.chance(0.8)):
            return {"next": "reconcile", "looked": True, "chat": "c-" + hold.id,
                    "event": EVENTS["delivered"]}
        waited = int(found.get("looks", 0)) > 0 and now - int(found["looked"]) >= LOOK_MS and \
            now - int(found.get("intent", 0)) >= LOOK_MS
        if (waited or not self.patience) and not self.zendesk.shows(hold.id, now):
            return {"next": "deliver", "looked": True, "clear": True, "count": False}
        if not calm and self.chance(0.1):
            return {"next": "buried", "looked": True, "error": "gave up",
                    "event": EVENTS["failed"]}
        return {"next": "resolve", "looked": True, "error": "not found yet",
                "delay": LOOK_MS if calm else self.random.choice((LOOK_MS, 500))}

    def after_reconcile(self, _, calm):
        ticket = {"next": "finished", "ticket": 7, "event": "submission.linked"}
        if calm:
            return ticket
        return self.random.choice((
            {"next": "reconcile", "delay": 500, "chat": "c-wrong"},
            {"next": "reconcile", "ticket": 5, "event": "submission.linked"},
            ticket, ticket, {"next": "finished", "event": "submission.unlinked"},
            {"next": "buried", "error": "gone", "event": EVENTS["failed"]}))

    # -- late workers

    def use_stale(self, moves):
        """Whoever has settled, or let go, or slept, tries again."""
        del self.spent[:-150]
        for hold in self.random.sample(self.spent, min(3, len(self.spent))):
            if self.ledger.holds(hold.id, hold.token):
                continue  # died, and its lease is on: nobody does anything with it
            verdict = {"id": hold.id, "token": hold.token, "next": "buried", "delay": 0,
                       "count": True, "clear": True, "looked": True, "chat": "c-wrong",
                       "ticket": 9, "error": "late", "hold": "rate_limit", "hold_ms": 0,
                       "event": EVENTS["failed"], "number": self.number(hold.id),
                       "heard": "denied", "with": self.token}
            kind = self.random.randrange(4)
            if kind == 0:
                moves.intend([(hold.id, hold.token, hold.lease)])
            elif kind == 1:
                moves.beat(hold.id, hold.token, hold.lease)
            elif kind == 2:
                moves.give_back(hold.id, hold.token, line_of(hold.stage),
                                self.random.choice((0, 0, 700)))
            else:
                moves.settle([verdict])

    # -- the janitor

    def reap(self, moves):
        if not self.chance(0.7):
            return
        moves.past("run")
        over = self.ledger.past("run", 50)
        others = list(self.ledger.places["run"])[:2]
        for item_id in over + others:
            event = "" if "." in item_id else self.random.choice(("", EVENTS["failed"]))
            wrong = self.chance(0.05)
            moves.reap(item_id, self.random.choice(CRASHES), event, self.number(item_id) + wrong)

    def sweep(self, moves):
        if not self.chance(0.5):
            return
        moves.past("done")
        over = self.ledger.past("done", 50)
        for item_id in over + list(self.ledger.places["done"])[:1]:
            self.erase(moves, "sweep", item_id)

    def erase(self, moves, mode, item_id):
        item = self.ledger.items.get(item_id, {})
        untold = [name for name, each in self.ledger.items.items()
                  if name.startswith(item_id + ".") and each["st"] in ("due", "run")]
        sequence = int(item.get("seq", 0)) + self.chance(0.05)
        name, mail = item.get("key", ""), item.get("mail", "")
        if self.chance(0.05):
            name, mail = self.random.choice((("k-other", mail), (name, "other")))
        if item and (mode == "forget" or mode == "discard" and item["st"] == "held"):
            moves.gone(item_id, item.get("key", ""))
        over = mode == "sweep" and \
            self.ledger.places["done"].get(item_id, self.now() + 1) <= self.now()
        said = moves.erase(mode, item_id, sequence, name, mail)
        promise(said == "again" or not over or item_id not in self.ledger.bodies,
                "I10:", item_id, "has its payload after its time")
        if said == 1:
            if mode != "sweep":
                self.erased.add(item_id)
            promise(mode != "sweep" or not untold, item_id, "was swept before its news was told")
            self.accepted.pop(item_id, None)

    # -- people

    def operate(self, moves):
        places = self.ledger.places
        for item_id in list(places["dead"]):
            generation = self.generation(item_id)
            if self.chance(0.15):
                moves.replay(item_id, generation + 1)
                moves.replay(item_id, generation)
                moves.replay(item_id, generation)
        for item_id in list(places["held"]):
            if self.chance(0.2):
                moves.release(item_id)
            elif self.chance(0.05):
                self.erase(moves, "discard", item_id)
        some = self.random.sample(list(self.accepted), min(2, len(self.accepted)))
        for item_id in some:
            if self.chance(0.1):
                moves.release(item_id)
                self.erase(moves, "discard", item_id)
                moves.replay(item_id, self.generation(item_id))
        for item_id in list(self.ledger.all)[:max(0, len(self.ledger.all) - MESSAGES)]:
            if item_id in self.ledger.items:
                self.erase(moves, "forget", item_id)

    def generation(self, item_id):
        return int(self.ledger.items.get(item_id, {}).get("gen", 0))

    def mark(self, moves):
        if self.chance(0.1):
            moves.mark(f"support-{self.made + 1:026d}", False)  # nobody knows it
        for item_id in self.random.sample(list(self.ledger.items), min(2, len(self.ledger.items))):
            if self.chance(0.5):
                moves.mark(item_id, self.chance(0.5))

    def hold(self, moves):
        """A person stops the destination for a while, or lets it go on."""
        if self.ledger.budget.get("hold_reason") == "operator":
            if self.chance(0.3):
                moves.resume()
        elif self.chance(0.1):
            moves.hold(self.random.choice(("operator", "credentials")),
                       self.random.choice((0, 5000, 5000, 15000)))
            if self.chance(0.4):
                moves.hold("rate_limit", self.random.choice((500, 20000)))
        elif self.ledger.budget.get("hold_reason") and self.chance(0.2):
            moves.resume()
        if self.chance(0.3):
            moves.tally(self.limits)
        if self.chance(0.03):
            self.token = f"token-{self.random.randrange(4)}"
        if self.chance(0.1):
            moves.renew(self.token)
        if self.chance(0.1):
            moves.stop_callbacks("contact", self.random.choice(("one", "other")))
        elif self.chance(0.05):
            moves.start_callbacks("contact")
