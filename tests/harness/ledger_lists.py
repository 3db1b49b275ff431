"""What Redis must hold of replays of many: lists that processes work off."""
from .ledger_access import AccessLedger
from .ledger_moves import shown

WAITS_MS, KEPT_MS = 30 * 86400000, 7 * 86400000
BEGUN_MS, LIST_MS = 3600000, 86400000


class ListsLedger(AccessLedger):
    # -- replays of many

    def replay_add(self, list_id, before, entries):
        todo = self.todo.get(list_id, [])
        if len(todo) == before:
            self.todo[list_id] = todo + entries
            self.ends["@todo:" + list_id] = self.now + BEGUN_MS
            return "ok"
        return "ok" if len(todo) == before + len(entries) else "lost"

    def replay_start(self, list_id, by, rate, total):
        if list_id in self.lists:
            return "ok"
        if len(self.todo.get(list_id, ())) != total:
            return "lost"
        self.lists[list_id] = {
            "state": "running", "by": by, "rate": rate, "total": total, "at": 0,
            "replayed": 0, "started": self.now, "updated": self.now, "next": self.now}
        self.ends["@replay:" + list_id] = self.ends["@todo:" + list_id] = self.now + WAITS_MS
        self.running[list_id] = self.known_lists[list_id] = self.now
        for old, since in list(self.known_lists.items()):
            if since <= self.now - WAITS_MS - KEPT_MS:
                del self.known_lists[old]
        return "ok"

    def end_replay(self, list_id, it, state):
        it.update(state=state, ended=self.now, updated=self.now)
        runner = it.pop("runner", None)
        it.pop("till", None)
        self.ends["@replay:" + list_id] = self.now + KEPT_MS
        self.ends["@todo:" + list_id] = self.now + LIST_MS
        self.running.pop(list_id, None)
        return runner

    def replay_take(self, list_id, runner, lease, most):
        it = self.lists.get(list_id, {})
        if it.get("state") != "running":
            self.running.pop(list_id, None)
            return ["over"]
        if it.get("runner", runner) != runner and it["till"] > self.now:
            return ["busy"]
        it.update(runner=runner, till=self.now + lease)
        self.ends["@replay:" + list_id] = self.ends["@todo:" + list_id] = self.now + WAITS_MS
        waits, after = it["next"] - self.now, self.now
        if it["rate"]:
            most = max(1, min(most, it["rate"] // 60))
            after = self.now - (-most * 60000 // it["rate"])
        at = it["at"]
        items = self.todo.get(list_id, [])[at:at + most]
        if not items:
            self.end_replay(list_id, it, "finished")
            return ["ended", it["by"], str(at), str(it["replayed"])]
        if it["rate"] and waits > 0:
            return ["wait", waits]
        it["next"] = after
        return ["work", at, *items]

    def replay_note(self, list_id, runner, at, done, replayed):
        it = self.lists.get(list_id, {})
        if it.get("at") != at or it.get("runner", it.get("last")) != runner:
            return "lost"
        it.update(at=at + done, updated=self.now, replayed=it["replayed"] + replayed)
        return "ok"

    def replay_stop(self, list_id):
        it = self.lists.get(list_id, {})
        if it.get("state") not in ("running", "paused"):
            return 0
        it["last"] = self.end_replay(list_id, it, "stopped") or ""
        return 1

    def replay_pause(self, list_id):
        it = self.lists.get(list_id, {})
        if it.get("state") != "running":
            return 0
        it.update(state="paused", updated=self.now)
        self.running.pop(list_id)
        return 1

    def replay_resume(self, list_id):
        it = self.lists.get(list_id, {})
        if it.get("state") != "paused":
            return 0
        it.update(state="running", updated=self.now)
        self.running[list_id] = self.now
        return 1

    def replay_rate(self, list_id, rate):
        it = self.lists.get(list_id, {})
        if it.get("state") not in ("running", "paused"):
            return 0
        soon = self.now - (-60000 // rate) if rate else self.now
        it.update(rate=rate, updated=self.now, next=min(it["next"], soon))
        return 1

    def fate(self, item_id):
        item, news = self.items.get(item_id), "." in item_id
        if item is None:
            return "t" if news else "g"
        if item["st"] == "dead":
            letter = "f"
        elif item["st"] == "done":
            letter = "t" if news else "l" if "tid" in item else "u"
        else:
            letter = "c" if "cid" in item and not news else "w"
        return letter.upper() if "fnd" in item and not news else letter

    def replay_fates(self, ids):
        return "".join(map(self.fate, ids))

    def state(self):
        found = super().state()
        found.update(("@replay:" + name, shown(it)) for name, it in self.lists.items())
        found.update(("@todo:" + name, items) for name, items in self.todo.items())
        if self.running:
            found["@replays"] = shown(self.running)
        if self.known_lists:
            found["@known"] = shown(self.known_lists)
        return found
