"""Journals in the random driver: files with messages that were promised before Redis
could take them, of processes that die when some of theirs were taken."""
from .ledger_late import GONE_KEPT_MS

FILES = 40


class LateParts:
    def bring(self, moves):
        """New ones, and some again of which nobody knows how far they came."""
        batch = []
        if not self.is_full and self.chance(0.3):
            batch = [{**self.new(), "doubt": False} for _ in range(self.random.choice((1, 1, 3)))]
            if self.late and self.chance(0.4):  # the same key, to two processes
                batch[0].update((name, self.late[-1][name]) for name in ("key", "print", "mail"))
        again = self.random.sample(self.late, min(3, len(self.late))) if self.chance(0.3) else []
        self.late += batch
        if len(self.late) > FILES and self.chance(0.5):
            del self.late[self.random.randrange(len(self.late))]
        batch += [{**new, "doubt": True} for new in again]
        if batch and not self.is_full:
            moves.bring(batch, self.random.choice((0, 0, 0, 200)), self.heard_brought)

    def heard_brought(self, reply):
        for said, item_id, *_ in reply:
            if said == "new" and item_id in self.ledger.items:
                self.accepted[item_id] = True

    def stand_for(self, moves):
        """The second id of a message that came by two ways."""
        some = [] if self.is_full else self.late
        for new in self.random.sample(some, min(3, len(some))):
            first = self.ledger.keys.get(new["key"], ("",))
            if first[0] not in ("", new["id"]) and first[1] == new["print"] \
                    and new["id"] not in self.ledger.items and self.chance(0.3):
                moves.also(first[0], new["id"], self.random.choice((5000, 3600000, GONE_KEPT_MS)))

    def erase_unseen(self, moves):
        """By an id that only a journal has, or by a person's address."""
        unseen = [new for new in self.late if new["id"] not in self.ledger.items]
        if unseen and self.chance(0.5 if self.is_full else 0.05):
            moves.gone(self.random.choice(unseen)["id"], "")
        if unseen and self.chance(0.02):
            moves.person_gone("m", unseen)
