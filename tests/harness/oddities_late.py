"""Messages that come from a journal after hours and weeks: the bounds of what is
remembered, to the millisecond."""
from .ledger_late import BRING_MOST_MS, DAY_MS, GONE_KEPT_MS
from .moves import Moves, item_key
from .planted import NOW, ask
from .pretend import promise
from .wire import call, command, key

ID, TWIN = "support-" + "3" * 26, "support-" + "4" * 26
FRESH = {"id": ID, "held": False, "key": "", "print": "p", "ttl": 3600000, "mail": "",
         "received": NOW, "at": NOW, "keep": 0, "doubt": True}


class Nothing:
    """A ledger that expects nothing: what comes is looked at here."""

    def bring(self, *_):
        return None

    def accept(self, *_):
        return None


def brought(store, late=0, **facts):
    """What becomes of one, so late; and its intent."""
    moves = Moves(Nothing())
    moves.bring([{**FRESH, **facts}], 0)
    item_id = facts.get("id", ID)
    reply = ask(store, call("ah_step", [], NOW + late), moves.calls[0],
                command("HGET", item_key(item_id), "intent"), command("DEL", item_key(item_id)))
    return reply[1][0][:2], reply[2]


def what_is_too_old_is_not_taken(store):
    promise(brought(store, BRING_MOST_MS + 1)[0] == ["old", ID], "too old")
    promise(brought(store, BRING_MOST_MS)[0] == ["new", ID], "not too old")


def what_may_be_forgotten_is_looked_for(store):
    for keep, known in ((0, DAY_MS), (60000, 60000), (30 * DAY_MS, DAY_MS)):
        for late, doubtful in ((0, False), (known // 2, False), (known // 2 + 1, True)):
            intent = brought(store, late, keep=keep)[1]
            promise(intent == (str(NOW + late) if doubtful else None), keep, late, intent)
    promise(brought(store, -1, keep=DAY_MS)[1], "one of the future is doubtful")


def gone(store, *keys):
    ask(store, call("ah3_gone", keys, ID))


def a_twin_of_what_was_erased_is_not_taken(store):
    ask(store, command("SET", key("key:", "k"), ID + " p"))
    gone(store, key("gone:", ID), key("as:", ID), key("key:", "k"), key("gone:", "k"))
    ask(store, command("DEL", key("key:", "k")))
    twin = {"id": TWIN, "key": "k"}
    promise(brought(store, 0, **twin)[0] == ["erased", TWIN], "the twin")
    promise(brought(store, 0, **{**twin, "print": "q"})[0] == ["new", TWIN], "other words")


def another_ones_key_is_left_alone(store):
    ask(store, command("SET", key("key:", "k"), TWIN + " p"))
    gone(store, key("gone:", ID), key("as:", ID), key("key:", "k"), key("gone:", "k"))
    promise(ask(store, command("EXISTS", key("gone:", "k"))) == [0], "not its own key")


def what_was_erased_is_known_longer_than_a_journal_is_believed(store):
    promise(GONE_KEPT_MS > BRING_MOST_MS, GONE_KEPT_MS)
    gone(store, key("gone:", ID), key("as:", ID))
    promise(brought(store, BRING_MOST_MS)[0] == ["erased", ID], "still known")
    promise(brought(store, 0, received=NOW + 60000)[0] == ["erased", ID], "a clock ahead")


def accepted(store, depth, *after):
    """What is said of one with a key, and of these."""
    moves = Moves(Nothing())
    moves.accept([{**FRESH, "key": "k"}], depth)
    said, *others = ask(store, moves.calls[0], *after)
    return [said[0], *others]


def what_was_erased_is_not_accepted_again(store):
    """Its sender heard nothing, and repeats it."""
    gone(store, key("gone:", ID), key("as:", ID))
    said = accepted(store, 0, command("EXISTS", item_key(ID), key("key:", "k")))
    promise(said == [["new", ID], 0], said)


def a_refusal_takes_no_key_away(store):
    """Of one that was swept, and comes again when there is no room."""
    ask(store, command("SET", key("key:", "k"), ID + " p"),
        command("ZADD", key("due:deliver"), NOW, TWIN))
    said = accepted(store, 1, command("GET", key("key:", "k")))
    promise(said == [["full", ID], ID + " p"], said)


LATE = (what_is_too_old_is_not_taken, what_may_be_forgotten_is_looked_for,
        a_twin_of_what_was_erased_is_not_taken, another_ones_key_is_left_alone,
        what_was_erased_is_known_longer_than_a_journal_is_believed,
        what_was_erased_is_not_accepted_again, a_refusal_takes_no_key_away)
