"""The faults of Redis in the random driver: killed at rest or amid its work, come
back without its last writes, out of memory; and what follows from each."""
import pickle

from .moves import Moves
from .pretend import promise

LEASE_MAX = 60000
KINDS = ("lossy", "cut", "full", "sure", "unsure", "cut", "lossy", "cut")


class Restarts:
    def restart(self):
        kind = KINDS[sum(self.restarts.values()) % len(KINDS)]
        self.restarts[kind] += 1
        getattr(self, "restart_" + kind)()
        self.spending = []
        self.know()

    def met(self, sure):
        self.servers += 1
        moves = Moves(self.ledger)
        moves.meet(f"server-{self.servers}", sure, LEASE_MAX)
        moves.meet(f"server-{self.servers}", sure, LEASE_MAX)
        self.exchange(moves)
        self.compare_all()

    def restart_sure(self):
        """Killed at rest: whatever was answered is there."""
        self.store.kill()
        self.store.start()
        self.compare_all()
        self.store.rewrite()
        self.met(sure=True)

    def restart_unsure(self):
        """Likewise, but it may have answered for more than it wrote."""
        self.store.kill()
        self.store.start()
        self.compare_all()
        self.met(sure=False)

    def restart_cut(self):
        """Killed amid its work: what was answered is there, and of the rest a
        beginning. Nobody knows which, so each asks again or gives up."""
        moves, before = Moves(self.ledger), []
        moves.after_each = lambda: before.append(pickle.dumps(self.ledger))
        first = pickle.dumps(self.ledger)
        holds = list(self.holds)
        self.fill(moves)
        answered = self.send_and_kill(moves)
        self.store.start()
        found = self.store.state()
        for stored in ([first, *before][answered:]):
            self.ledger = pickle.loads(stored)
            if self.ledger.state() == found:
                break
        self.compare_all_but_lost(found, moves)
        self.spent += [hold for hold in holds if hold not in self.spent]
        self.holds, self.peeked, self.last, self.handfuls = [], {}, [], []
        self.ledger.touched.clear()
        self.met(sure=True)

    def send_and_kill(self, moves):
        wire, answered = self.store.wire, 0
        wire.send(moves.calls)
        until = self.random.randint(0, len(moves.calls))
        try:
            while True:
                if answered == until:
                    self.store.kill()
                self.answer(moves, answered, wire.reply())
                answered += 1
        except (ConnectionError, IndexError):
            return answered

    def compare_all_but_lost(self, found, moves):
        """An accept or erasing nobody heard of may have come to pass or not."""
        self.accepted = {item_id: True for item_id in self.accepted
                         if item_id in self.ledger.items or item_id not in self.doubted(moves)}
        self.compare_all(found)
        for item_id in self.ledger.all:
            self.accepted[item_id] = True
        self.leased.clear()
        for item_id, till in self.ledger.places["run"].items():
            self.leased[item_id] = till

    @staticmethod
    def doubted(moves):
        """Ids in a call that may not have been heard."""
        return {word for sent in moves.calls if "ah3_erase" in sent
                for word in sent.split("\r\n")}

    def restart_lossy(self):
        """One that does not write at once loses what it wrote last."""
        moves = Moves(self.ledger)
        moves.meet(f"server-{self.servers}", False, LEASE_MAX)
        self.exchange(moves)
        self.store.rewrite()
        for _ in range(self.random.randint(0, 2)):
            self.round()
        mark, stored = self.store.mark(), pickle.dumps(self.ledger)
        for _ in range(self.random.randint(1, 3)):
            self.round()
        later = self.now()
        self.store.kill()
        self.store.start(lose_since=mark)
        self.ledger = pickle.loads(stored)
        self.compare_keys()
        self.accepted = dict.fromkeys(self.ledger.all, True)
        self.peeked, self.last, self.handfuls = {}, [], []
        self.ledger.touched.clear()
        for hold in self.holds:
            hold.excused = True
        moves = Moves(self.ledger)
        moves.step(later + 1)
        self.exchange(moves)
        self.met(sure=self.chance(0.5))

    def compare_keys(self):
        found, expected = self.store.state(), self.ledger.state()
        promise(found == expected, "what was kept is not as it must be:",
                [name for name in {*found, *expected} if found.get(name) != expected.get(name)])

    def restart_full(self):
        """Out of memory: nothing is accepted, and all else goes on."""
        self.store.full(True)
        self.is_full = True
        moves = Moves(self.ledger)
        moves.meet(f"server-{self.servers}", True, LEASE_MAX)
        moves.hold("rate_limit", 500)
        moves.resume()
        moves.replay_add("none", 5, ["nothing 0"])
        moves.replay_stop("none")
        self.exchange(moves)
        for _ in range(6):
            self.round()
        self.is_full = False
        self.store.full(False)
