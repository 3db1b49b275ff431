"""Operators who replay many at once, and the processes that work it off."""

RUNNERS = ("runner-0", "runner-1", "runner-2")
LEASE_MS = 1000
MOST = 3


class ListParts:
    def replay_many(self, moves):
        if len(self.ledger.running) < 3 and self.chance(0.3):
            self.begin_list(moves)
        late, self.handfuls = self.handfuls, []
        for handful in late:
            if self.chance(0.5):
                self.work_off(moves, *handful)
            elif self.chance(0.7):
                self.handfuls.append(handful)  # slow; or else it dies
        for list_id in list(self.ledger.running):
            runner = self.random.choice(RUNNERS)
            if self.chance(0.5):
                moves.replay_take(list_id, runner, LEASE_MS, MOST, self.taker(list_id, runner))
            if self.chance(0.1):  # the answer to its start was lost
                it = self.ledger.lists[list_id]
                moves.replay_start(list_id, it["by"], it["rate"], it["total"])
            if self.chance(0.04):
                moves.replay_stop(list_id)
                moves.replay_stop(list_id)
        for list_id in list(self.ledger.lists)[-3:]:
            if self.chance(0.2):  # perhaps it is over
                moves.replay_take(list_id, self.random.choice(RUNNERS), LEASE_MS, MOST, None)
            self.change_mind(moves, list_id)
        some = self.random.sample(list(self.ledger.items), min(3, len(self.ledger.items)))
        if self.chance(0.3):
            moves.replay_fates([*some, "support-nobody", "support-nobody.1"])

    def change_mind(self, moves, list_id):
        """Pause, go on, another rate, stop: twice each, and whatever its state is."""
        if self.chance(0.1):
            moves.replay_pause(list_id)
            moves.replay_pause(list_id)
        if self.chance(0.1):
            moves.replay_rate(list_id, self.random.choice((0, 60, 600, 6000)))
        if self.chance(0.15):
            moves.replay_resume(list_id)
            moves.replay_resume(list_id)
        if self.chance(0.02):
            moves.replay_stop(list_id)

    def begin_list(self, moves):
        dead = list(self.ledger.places["dead"])[:12]
        if len(dead) < 3:
            return
        self.made_lists += 1
        list_id = f"r{self.made_lists}"
        entries = [f"{each} {int(self.ledger.items[each].get('gen', 0))}" for each in dead]
        for at in range(0, len(entries), 4):
            moves.replay_add(list_id, at, entries[at:at + 4])
            if self.chance(0.3):  # the answer was lost: again
                moves.replay_add(list_id, at, entries[at:at + 4])
            if self.chance(0.3):  # by somebody who does not know how far it is
                moves.replay_add(list_id, 100, entries[:1])
        rate = self.random.choice((0, 0, 600, 60))
        if self.chance(0.2):  # a part of the list was lost
            moves.replay_start(list_id, "somebody", rate, len(entries) + 1)
        moves.replay_start(list_id, "somebody", rate, len(entries))
        if self.chance(0.3):
            moves.replay_start(list_id, "somebody", rate, len(entries))

    def taker(self, list_id, runner):
        def heard(reply):
            if reply[0] == "work":
                self.handfuls.append((list_id, runner, reply[1], reply[2:]))
                if self.chance(0.1):  # it will come late with the same once more
                    self.handfuls.append((list_id, runner, reply[1], reply[2:]))
        return heard

    def work_off(self, moves, list_id, runner, at, items):
        replayed = 0
        for each in items:
            item_id, generation = each.split()
            replayed += moves.replay(item_id, int(generation), list_id)
        moves.replay_note(list_id, runner, at, len(items), replayed)
        if self.chance(0.2):
            moves.replay_take(list_id, self.random.choice(RUNNERS), LEASE_MS, MOST, None)
