"""Planted states about the gate of a destination that refuses our token, and about the
purse. See oddities.py, which tries them, too."""
from .moves import SETTLE, item_key
from .planted import ID, NOW, TOKEN, ask
from .pretend import promise
from .wire import call, command, key


def asked(store, before, heard, hold_ms):
    """What is kept of a destination when the one that asks has its answer."""
    keys = [*SETTLE, item_key(ID), key("body:", ID), key("log:", ID), item_key(ID + ".1")]
    return ask(store, command("DEL", key("budget"), item_key(ID)),
               command("HSET", key("budget"), "denied", before, "with", "w", "bad", "w",
                       "asking", TOKEN, "till", NOW + 1000),
               command("HSET", item_key(ID), "st", "run", "stage", "deliver", "tok", TOKEN),
               call("ah3_settle", keys, ID, TOKEN, "deliver", 0, 0, 1, 0, "", 0, "", "credentials",
                    hold_ms, "", 1, "a line", heard, "w"),
               command("HMGET", key("budget"), "denied", "hold_until", "asking", "till"))[-1]


def each_hold_for_a_refused_token_is_twice_as_long_up_to_ten_minutes(store):
    for before, after in ((0, 30000), (30000, 60000), (400000, 600000)):
        reply = asked(store, before, "denied", 30000)
        promise(reply == [str(after), str(NOW + after), None, None], before, reply)


def nothing_is_kept_of_a_token_that_was_refused_and_then_let_in(store):
    asked(store, 30000, "passed", 0)
    reply = ask(store, command("EXISTS", key("budget")))
    promise(reply == [0], reply)


def who_asks_and_hears_nothing_lets_the_next_one_ask(store):
    reply = asked(store, 30000, "", 0)
    promise(reply == ["30000", None, None, None], reply)


def another_token_ends_the_hold_for_the_one_that_was_refused(store):
    reply = ask(store, command("HSET", key("budget"), "denied", 30000, "with", "old",
                               "hold_reason", "credentials", "hold_until", NOW + 1000),
                call("ah3_renew", [key("budget"), key("bell")], "new"),
                command("HMGET", key("budget"), "denied", "with", "hold_reason", "hold_until"))
    promise(reply[1:] == [1, ["0", "new", None, None]], reply)


def a_late_refusal_of_the_token_of_before_says_nothing(store):
    keys = [*SETTLE, item_key(ID), key("body:", ID), key("log:", ID), item_key(ID + ".1")]
    reply = ask(store, command("HSET", key("budget"), "bad", "old", "with", "new"),
                command("HSET", item_key(ID), "st", "run", "stage", "deliver", "tok", TOKEN),
                call("ah3_settle", keys, ID, TOKEN, "deliver", 0, 0, 1, 0, "", 0, "",
                     "credentials", 30000, "", 1, "a line", "denied", "old"),
                command("HMGET", key("budget"), "denied", "hold_reason", "with"))
    promise(reply[2:] == [["ok"], [None, None, "new"]], reply)


def second_try(store, credit, per_minute):
    """What reserving it gives in a brown-out, when it is due, and the purse."""
    keys = [key("due:deliver"), key("run"), key("budget"), key("meta"), key("due:reconcile"),
            item_key(ID), key("body:", ID)]
    return ask(store, command("HSET", key("budget"), "brown", NOW + 1000, "credit", credit),
               command("HSET", item_key(ID), "st", "due", "att", 1),
               command("ZADD", key("due:deliver"), NOW, ID),
               call("ah3_reserve", keys, "deliver", 1, per_minute, "0.2", 60000, ID, TOKEN),
               command("ZSCORE", key("due:deliver"), ID),
               command("HMGET", key("budget"), "tokens", "credit"))[3:]


def a_second_try_waits_in_a_brown_out_in_which_nothing_was_earned(store):
    given, due, (tokens, _) = second_try(store, 0, 60)
    promise(len(given) == 2 and float(due) > NOW and tokens is None, given, due, tokens)


def a_second_try_is_paid_for_in_a_brown_out(store):
    given, due, (_, credit) = second_try(store, 5, 0)
    promise(len(given) == 3 and due is None and credit == "4.00", given, due, credit)


def a_news_is_given_with_the_word_that_its_receiver_wants_no_more(store):
    keys = [key("due:callback"), key("run"), key("budget"), key("meta"), key("due:reconcile"),
            item_key(ID + ".1")]
    reply = ask(store, call("ah3_stop_callbacks", [key("meta")], "contact", "a-name"),
                command("HSET", item_key(ID + ".1"), "kind", "news", "st", "due",
                        "form", "contact"),
                command("ZADD", key("due:callback"), NOW, ID + ".1"),
                call("ah3_reserve", keys, "callback", 1, 0, "0.2", 60000, ID + ".1", TOKEN))
    flat = reply[3][2][2]
    promise(dict(zip(flat[::2], flat[1::2])).get("gone") == f"{NOW} a-name", reply)


def a_refusal_is_over_when_another_token_is_stored(store):
    keys = [key("access:c"), key("budget"), key("bell")]
    reply = ask(store, command("HSET", keys[0], "number", 1, "token", "old", "refused", "no",
                               "by", "client", "hold_ms", 0, "laid", 1),
                call("ah3_access_store", keys, 1, "new", "next", 0),
                command("HMGET", keys[0], "number", "token", "refused", "laid"))
    promise(reply[1:] == [1, ["2", "new", None, None]], reply)


def who_has_the_token_of_before_is_given_callbacks_only(store):
    def seen(line, token, current):
        keys = [key("due:", line), key("budget"), key("meta"), key("due:reconcile"),
                key("due:deliver")]
        return ask(store, command("HSET", key("budget"), "bad", "old", "with", current),
                   command("ZADD", key("due:", line), NOW, ID),
                   call("ah3_peek", keys, line, 1, 0, "0.2", token))[2]
    promise(seen("deliver", "old", "new") == [NOW, NOW + 1000], "it waits")
    promise(seen("deliver", "new", "new") == [NOW, NOW, ID], "who has the new one does not")
    promise(seen("deliver", "old", "old") == [NOW, NOW, ID], "nor when there is no other")
    promise(seen("callback", "old", "new") == [NOW, NOW, ID], "callbacks need no token")


GATES = (who_has_the_token_of_before_is_given_callbacks_only,
         a_refusal_is_over_when_another_token_is_stored,
         a_news_is_given_with_the_word_that_its_receiver_wants_no_more,
         each_hold_for_a_refused_token_is_twice_as_long_up_to_ten_minutes,
         nothing_is_kept_of_a_token_that_was_refused_and_then_let_in,
         who_asks_and_hears_nothing_lets_the_next_one_ask,
         another_token_ends_the_hold_for_the_one_that_was_refused,
         a_late_refusal_of_the_token_of_before_says_nothing,
         a_second_try_is_paid_for_in_a_brown_out,
         a_second_try_waits_in_a_brown_out_in_which_nothing_was_earned)
