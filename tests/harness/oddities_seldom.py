"""What the random driver meets too seldom to be relied on, put there by hand. See
oddities.py, which tries them, too."""
from .moves import SETTLE, item_key
from .planted import ID, NOW, OTHER, TOKEN, ask
from .pretend import promise
from .wire import call, command, key

LIST = ["{@}replay:r1", "{@}todo:r1", "{@}replays"]


def begun(store):
    """A replay of one, in the hands of a runner."""
    reply = ask(store, call("ah3_replay_add", ["{@}todo:r1"], 0, "nobody 0"),
                call("ah3_replay_start", [LIST[0], LIST[2], "{@}known", LIST[1]], "r1", "ada", 0,
                     1),
                call("ah3_replay_take", LIST, "r1", "runner", 1000, 3))
    promise(reply == ["ok", "ok", ["work", 0, "nobody 0"]], reply)


def what_a_runner_had_in_hand_counts_though_it_was_stopped(store):
    begun(store)
    reply = ask(store, call("ah3_replay_stop", LIST, "r1"),
                call("ah3_replay_note", LIST[:1], "runner", 0, 1, 1))
    promise(reply == [1, "ok"], reply)


def a_replay_that_is_paused_can_be_stopped(store):
    begun(store)
    reply = ask(store, call("ah3_replay_pause", [LIST[0], LIST[2]], "r1"),
                call("ah3_replay_stop", LIST, "r1"))
    promise(reply == [1, 1], reply)


def settled(store, stage, goes, heard, *facts, hold="forbidden", hold_ms=0, said="ok"):
    """The stage of one that runs, after it was settled."""
    keys = [*SETTLE, item_key(ID), key("body:", ID), key("log:", ID), item_key(ID + ".1")]
    reply = ask(store, command("HSET", item_key(ID), "st", "run", "stage", stage, "tok", TOKEN,
                               *facts),
                call("ah3_settle", keys, ID, TOKEN, goes, 0, 0, 0, 0, "", 0, "", hold, hold_ms,
                     "", 1, "a line", heard, "w"),
                command("HGET", item_key(ID), "stage"))
    promise(reply[1] == [said], reply)
    return reply[2]


def what_has_a_chat_is_never_delivered_again(store):
    stage = settled(store, "reconcile", "deliver", "", "cid", "c-1")
    promise(stage == "reconcile", stage)


def two_lines_that_are_refused_make_it_about_all(store):
    ask(store, command("HSET", key("budget"), "denied", 30000, "of", "reconcile", "with", "w",
                       "bad", "w"))
    settled(store, "deliver", "deliver", "denied", hold_ms=5000)
    kept = ask(store, command("HMGET", key("budget"), "denied", "of", "hold_reason", "till"))
    promise(kept == [["30000", None, "forbidden", None]], kept)


def where_only_tickets_are_refused_nothing_else_is_held(store):
    def refused(stage, hold, hold_ms, **before):
        for name, value in before.items():
            ask(store, command("HSET", key("budget"), name, value))
        settled(store, stage, stage, "denied", "cid", "c-1", hold=hold, hold_ms=hold_ms,
                said="ok" if before else "held")
        kept = ask(store, command("HMGET", key("budget"), "of", "till", "hold_reason"))
        ask(store, command("DEL", key("budget"), item_key(ID)))
        return kept[0]
    gate = {"denied": 30000, "of": "reconcile", "with": "w", "bad": "w"}
    promise(refused("reconcile", "forbidden", 5000) == ["reconcile", str(NOW + 5000), None], "403")
    promise(refused("deliver", "forbidden", 5000) == ["deliver", None, "forbidden"], "a delivery")
    promise(refused("reconcile", "credentials", 5000, **gate)[1:] == [None, "credentials"], "401")
    promise(refused("reconcile", "forbidden", 5000, till=NOW + 9000, **gate)
            == ["reconcile", str(NOW + 9000), None], "who asks has its lease")


def nobody_passes_a_look_that_waits_for_the_budget(store):
    keys = [key("due:deliver"), key("run"), key("budget"), key("meta"), key("due:reconcile"),
            item_key(ID), item_key(OTHER), key("body:", ID), key("body:", OTHER)]
    reply = ask(store, command("HSET", key("budget"), "tokens", 1, "others", 5, "at", NOW),
                command("HSET", item_key(ID), "st", "due", "intent", NOW),
                command("HSET", item_key(OTHER), "st", "due"),
                command("ZADD", key("due:deliver"), NOW, ID, NOW, OTHER),
                call("ah3_reserve", keys, "deliver", 2, 60, "0.5", 60000, ID, OTHER, TOKEN, TOKEN))
    promise(reply[4] == [NOW, NOW + 1250], reply)


def tickets_wait_for_company_while_a_brown_out_lasts(store):
    keys = [key("due:reconcile"), key("budget"), key("meta"), key("due:reconcile"),
            key("due:deliver")]
    peek = call("ah3_peek", keys, "reconcile", 10, 0, "0.2")
    reply = ask(store, command("ZADD", key("due:reconcile"), NOW, ID),
                command("HSET", key("budget"), "brown", NOW + 1), peek,
                command("HSET", key("budget"), "brown", NOW), peek)
    promise(reply[2] == [NOW, NOW + 30000] and reply[4] == [NOW, NOW, ID], reply)


def a_probe_may_ask_for_many_tickets(store):
    keys = [key("due:reconcile"), key("run"), key("budget"), key("meta"), key("due:reconcile"),
            item_key(ID), item_key(OTHER)]
    reply = ask(store, command("HSET", key("budget"), "open", 800, "probe", NOW),
                command("HSET", item_key(ID), "st", "due"),
                command("HSET", item_key(OTHER), "st", "due"),
                command("ZADD", key("due:reconcile"), NOW, ID, NOW, OTHER),
                call("ah3_reserve", keys, "reconcile", 2, 0, "0.2", 60000, ID, OTHER, TOKEN,
                     TOKEN))
    promise(len(reply[4]) == 4, reply)


def a_token_that_may_be_used_outlives_a_refusal(store):
    chain = key("access:", "chain")
    reply = ask(store, command("HSET", chain, "number", 1, "token", "t", "born", NOW - 1000,
                               "till", NOW + 60000, "renew", NOW - 1, "refused", "no such grant",
                               "by", "client"),
                call("ah3_access_take", [chain, key("budget")], "lock", 0, 1000, "client"))
    promise(reply[1][0] == "token" and reply[1][2] == "t", reply)


SELDOM_ODDITIES = (
    what_a_runner_had_in_hand_counts_though_it_was_stopped, a_replay_that_is_paused_can_be_stopped,
    what_has_a_chat_is_never_delivered_again, two_lines_that_are_refused_make_it_about_all,
    where_only_tickets_are_refused_nothing_else_is_held,
    nobody_passes_a_look_that_waits_for_the_budget,
    tickets_wait_for_company_while_a_brown_out_lasts, a_probe_may_ask_for_many_tickets,
    a_token_that_may_be_used_outlives_a_refusal)
SELDOM = {
    "list: noted by the last one when stopped", "list: stopped while paused",
    "chat: past deliver for good", "gate: of two lines is of all", "budget: waits",
    "gate: of both lines is of all", "gate: no tickets, and deliveries go on",
    "gate: no deliveries, and nothing goes on", "gate: a 401 for a ticket is about all",
    "gate: who asks for a ticket keeps its lease",
    "gather: in a brown-out", "gather: while it lasts", "breaker: one question at a time",
    "looks: no more than their part", "looks: turns are kept", "looks: one after the other",
    "refusal: a token that may be used goes on",
}
