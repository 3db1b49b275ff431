"""States that no move of the queue makes, or hardly ever, put there by hand: keys
that somebody deleted or wrote over. What is left must not be disturbed by them."""
from .moves import REAP, SETTLE, TALLY, item_key
from .oddities_clock import CLOCK_ODDITIES
from .oddities_gate import GATES
from .oddities_late import LATE
from .oddities_seldom import SELDOM_ODDITIES
from .planted import ID, NOW, OTHER, TOKEN, ask
from .pretend import promise
from .wire import call, command, key


def plant(store, files):
    store.clear(files)
    ask(store, call("ah_step", [], NOW))


def an_id_without_an_item_is_taken_out_of_the_line(store):
    keys = [key("due:deliver"), key("run"), key("budget"), key("meta"), key("due:reconcile"),
            item_key(ID), key("body:", ID)]
    reply = ask(store, command("ZADD", key("due:deliver"), NOW, ID),
                call("ah3_reserve", keys, "deliver", 1, 0, "0.2", 60000, ID, TOKEN),
                command("EXISTS", key("due:deliver"), key("run"), item_key(ID)))
    promise(reply[1] == [NOW, 0] and reply[2] == 0, reply)


def an_id_without_an_item_is_taken_out_of_the_running(store):
    keys = [item_key(ID), *REAP, key("log:", ID), item_key(ID + ".1")]
    reply = ask(store, command("ZADD", key("run"), NOW, ID),
                call("ah3_reap", keys, ID, 3, "", 1, "lost", "a line"),
                command("EXISTS", key("run"), item_key(ID), key("due:deliver")))
    promise(reply[1:] == [0, 0], reply)


def news_of(store, crashes):
    ask(store, command("HSET", item_key(ID + ".1"), "kind", "news", "of", ID, "seq", 1, "st",
                       "run", "stage", "callback", "tok", TOKEN, "crash", crashes),
        command("ZADD", key("run"), NOW, ID + ".1"))


def a_told_news_does_not_bring_back_its_message(store):
    news_of(store, 0)
    keys = [*SETTLE, item_key(ID + ".1"), key("body:", ID + ".1"), key("log:", ID), item_key(ID)]
    reply = ask(store, call("ah3_settle", keys, ID + ".1", TOKEN, "finished", 0, 1, 0, 0, "", 0,
                            "", "rate_limit", 0, "", 1, "a line", "", ""),
                command("EXISTS", item_key(ID), key("log:", ID)))
    promise(reply == [["ok"], 0], reply)


def nor_does_one_that_is_set_aside(store):
    news_of(store, 3)
    keys = [item_key(ID + ".1"), *REAP, key("log:", ID), item_key(ID)]
    reply = ask(store, call("ah3_reap", keys, ID + ".1", 3, "", 1, "lost", "a line"),
                command("EXISTS", item_key(ID)), command("HGET", item_key(ID + ".1"), "st"))
    promise(reply == [1, 0, "dead"], reply)


def one_that_cannot_be_read_keeps_no_other_from_its_word(store):
    reply = ask(store, command("SET", item_key(ID), "not a hash"),
                command("HSET", item_key(OTHER), "st", "run", "tok", TOKEN),
                call("ah3_intend", [key("run"), item_key(ID), item_key(OTHER)],
                     ID, TOKEN, 1000, OTHER, TOKEN, 1000))
    promise(isinstance(reply[2], list) and reply[2][1] == "ok" and "WRONGTYPE" in reply[2][0],
            reply)


def each_look_that_found_nothing_is_counted(store):
    for looks in range(3):
        ask(store, command("HSET", item_key(ID), "st", "run", "stage", "resolve", "tok", TOKEN,
                           "seq", looks, "intent", NOW))
        keys = [*SETTLE, item_key(ID), key("body:", ID), key("log:", ID),
                item_key(f"{ID}.{looks + 1}")]
        reply = ask(store, call("ah3_settle", keys, ID, TOKEN, "resolve", 0, 1, 0, 1, "", 0, "",
                                "rate_limit", 0, "", looks + 1, "a line"),
                    command("HGET", item_key(ID), "looks"))
        promise(reply == [["ok"], str(looks + 1)], reply)


def no_more_than_fifty_lines_of_a_log_are_kept(store):
    for number in range(60):
        ask(store, command("HSET", item_key(ID), "st", "run", "stage", "deliver", "tok", TOKEN,
                           "seq", number))
        keys = [*SETTLE, item_key(ID), key("body:", ID), key("log:", ID),
                item_key(f"{ID}.{number + 1}")]
        reply = ask(store, call("ah3_settle", keys, ID, TOKEN, "deliver", 0, 1, 0, 0, "", 0, "",
                                "rate_limit", 0, "", number + 1, f"line {number}", "", ""),
                    command("LRANGE", key("log:", ID), 0, -1))
        promise(reply[0] == ["ok"], reply)
    promise(len(reply[1]) == 50 and reply[1][-1].endswith(" line 59"), reply)


def tickets_are_asked_for_while_creates_are_not_due(store):
    keys = [key("due:reconcile"), key("budget"), key("meta"), key("due:reconcile"),
            key("due:deliver")]
    reply = ask(store, command("ZADD", key("due:reconcile"), NOW, ID),
                command("ZADD", key("due:deliver"), NOW + 1, OTHER),
                call("ah3_peek", keys, "reconcile", 10, 60, "0.2"))
    promise(reply[2] == [NOW, NOW, ID], reply)


def a_budget_in_debt_is_told_as_none_left(store):
    reply = ask(store, command("HSET", key("budget"), "tokens", "-0.5", "others", 0, "at", NOW),
                call("ah3_tally", TALLY, 6, "0.2"))
    promise(reply[1][13] == 0, reply)


def a_replay_of_long_ago_is_no_longer_known(store):
    keys = ["{@}replay:r1", "{@}replays", "{@}known", "{@}todo:r1"]
    reply = ask(store, command("ZADD", "{@}known", NOW - 38 * 86400000, "r0"),
                call("ah3_replay_start", keys, "r1", "ada", 0, 0),
                command("ZRANGE", "{@}known", 0, -1))
    promise(reply[1:] == ["ok", ["r1"]], reply)


def nobody_looks_for_a_replay_that_is_paused(store):
    keys = ["{@}replay:r1", "{@}replays"]
    reply = ask(store, call("ah3_replay_start", [*keys, "{@}known", "{@}todo:r1"], "r1", "ada", 0, 0),
                call("ah3_replay_pause", keys, "r1"), command("ZRANGE", "{@}replays", 0, -1),
                call("ah3_replay_resume", keys, "r1"), command("ZRANGE", "{@}replays", 0, -1))
    promise(reply == ["ok", 1, [], 1, ["r1"]], reply)


NUMBERS, WEEK = "{@}numbers", 7 * 86400000


def numbers(store, number, needs):
    return ask(store, call("ah3_arrive", [NUMBERS], number, needs),
               command("HMGET", NUMBERS, "newest", "needs", f"seen:{number}"))


def the_highest_number_counts_whoever_comes_after(store):
    promise(numbers(store, 5, 4) == ["ok", ["5", "4", str(NOW)]], "the first")
    promise(numbers(store, 3, 2) == ["ok", ["5", "4", str(NOW)]], "an earlier one")
    promise(numbers(store, 6, 6) == ["ok", ["6", "6", str(NOW)]], "a later one")
    ask(store, call("ah_step", [], NOW + 3599999))
    promise(numbers(store, 6, 6)[1][2] == str(NOW), "it was noted an hour ago")
    ask(store, call("ah_step", [], NOW + 3600000))
    promise(numbers(store, 6, 6)[1][2] == str(NOW + 3600000), "it is noted again")


def a_library_goes_when_nobody_was_seen_with_it_for_a_week(store):
    def retired(number, at):
        return ask(store, call("ah_step", [], at), call("ah3_retire", [NUMBERS], number))[1]
    numbers(store, 2, 1)
    promise([retired(2, NOW + WEEK - 1), retired(2, NOW + WEEK)] == [0, 1], "after a week")
    promise(retired(2, NOW + WEEK) == 0, "one of them is told, and once")
    promise([retired(1, NOW), retired(1, NOW + WEEK)] == [0, 1], "one that never says it is here")


def no_more_than_ten_requests_are_saved_in_a_brown_out(store):
    keys = [key("due:deliver"), key("run"), key("budget"), key("meta"), key("due:reconcile"),
            item_key(ID), item_key(OTHER), key("body:", ID), key("body:", OTHER)]
    reply = ask(store, command("HSET", key("budget"), "brown", NOW + 1000, "credit", "9.95"),
                command("HSET", item_key(ID), "st", "due"),
                command("HSET", item_key(OTHER), "st", "due"),
                command("ZADD", key("due:deliver"), NOW, ID, NOW, OTHER),
                call("ah3_reserve", keys, "deliver", 2, 0, "0.2", 60000, ID, OTHER, TOKEN, TOKEN),
                command("HGET", key("budget"), "credit"))
    promise(len(reply[4]) == 4 and reply[5] == "10.00", reply)


def what_is_due_again_at_once_wakes_somebody(store):
    keys = [*SETTLE, item_key(ID), key("body:", ID), key("log:", ID), item_key(ID + ".1")]
    for delay in (500, 0):
        reply = ask(store, command("HSET", item_key(ID), "st", "run", "stage", "deliver", "tok",
                                   TOKEN, "seq", 0),
                    call("ah3_settle", keys, ID, TOKEN, "deliver", delay, 1, 1, 0, "", 0, "", "",
                         0, "", 1, "a line", "", ""),
                    command("LLEN", key("bell")))
        promise(reply[1:] == [["ok"], int(delay == 0)], delay, reply)


def a_token_that_comes_late_ends_a_refusal(store):
    chain = key("access:", "chain")
    reply = ask(store, command("HSET", chain, "refused", "no such grant", "by", "client"),
                call("ah3_access_store", [chain, key("budget"), key("bell")], 0, "t", "r", 0),
                command("HGET", chain, "refused"))
    promise(reply[1:] == [1, None], reply)


def a_breaker_that_closes_wakes_somebody(store):
    reply = ask(store, command("HSET", key("budget"), "open", 800, "probe", NOW),
                call("ah3_report", [key("budget"), key("bell")], 1, 0, -1, 0, 0, "0.2", 3, 800,
                     1000, 0), command("LLEN", key("bell")))
    promise(reply[1:] == [["closed", 0], 1], reply)


def what_is_given_back_for_later_wakes_nobody(store):
    keys = [item_key(ID), key("run"), key("due:deliver"), key("bell")]
    reply = ask(store, command("HSET", item_key(ID), "st", "run", "tok", TOKEN),
                call("ah3_give_back", keys, ID, TOKEN, 500),
                command("ZSCORE", key("due:deliver"), ID), command("LLEN", key("bell")))
    promise(reply[1:] == ["ok", str(NOW + 500), 0], reply)


def a_process_may_come_when_memory_is_full(store):
    full = command("CONFIG", "SET", "maxmemory", 1), command("CONFIG", "SET", "maxmemory", 0)
    reply = ask(store, full[0], call("ah3_arrive", [NUMBERS], 3, 3),
                call("ah3_retire", [NUMBERS], 2), full[1])
    promise(reply[1:3] == ["ok", 0], reply)


RESERVE = [key(name) for name in ("due:deliver", "run", "budget", "meta", "due:reconcile")]


def look_put_off(store, *budget):
    """With nothing left for looks: when it is due then, and the budget."""
    keys = [*RESERVE, item_key(ID), key("body:", ID)]
    reply = ask(store, command("HSET", key("budget"), "tokens", 10, "others", 0, "at", NOW,
                               *budget),
                command("HSET", item_key(ID), "st", "due", "intent", NOW),
                command("ZADD", key("due:deliver"), NOW, ID),
                call("ah3_reserve", keys, "deliver", 1, 60, "0.5", 60000, ID, TOKEN),
                command("HGET", item_key(ID), "due"),
                command("HMGET", key("budget"), "looks", "credit"))
    promise(len(reply[3]) == 2, reply)
    return int(reply[4]) - NOW, reply[5]


def a_turn_of_a_look_is_neither_past_nor_far(store):
    promise(look_put_off(store, "looks", NOW - 90000)[0] == 5000, "two requests of 24 a minute")
    promise(look_put_off(store, "looks", NOW + 1000)[0] == 6000, "behind the one before")
    promise(look_put_off(store, "looks", NOW + 599000)[0] == 600000, "ten minutes at most")


def a_look_that_waits_for_its_turn_pays_nothing(store):
    due, kept = look_put_off(store, "brown", NOW + 1000, "credit", "5.0")
    promise((due, kept) == (5000, [str(NOW + 5000), "5.00"]), due, kept)


def what_finds_nothing_left_in_a_brown_out_costs_nothing(store):
    keys = [*RESERVE, item_key(ID), key("body:", ID)]
    reply = ask(store, command("HSET", key("budget"), "tokens", 10, "others", 5, "at", NOW,
                               "brown", NOW + 1000),
                command("HSET", item_key(ID), "st", "due", "att", 1),
                command("ZADD", key("due:deliver"), NOW, ID),
                call("ah3_reserve", keys, "deliver", 1, 60, "0.5", 60000, ID, TOKEN),
                command("HGET", key("budget"), "tokens"))
    promise(reply[3:] == [[NOW, NOW + 5000], "10"], reply)


def tickets_wait_for_company_while_looks_wait_for_their_turn(store):
    keys = [key("due:reconcile"), key("budget"), key("meta"), key("due:reconcile"),
            key("due:deliver")]
    reply = ask(store, command("ZADD", key("due:reconcile"), NOW, ID),
                command("ZADD", key("due:deliver"), NOW + 1, OTHER),
                command("HSET", key("budget"), "looks", NOW + 1),
                call("ah3_peek", keys, "reconcile", 10, 60, "0.2"))
    promise(reply[3] == [NOW, NOW + 30000], reply)


def taken_of(store, **more):
    """The reply to who takes of a replay that runs, with these fields."""
    facts = {"state": "running", "by": "ada", "rate": 60, "total": 1, "at": 0, "replayed": 0,
             "next": NOW, **more}
    return ask(store, command("HSET", "{@}replay:r1", *(each for pair in facts.items()
                                                        for each in pair)),
               command("RPUSH", "{@}todo:r1", "x 0"),
               call("ah3_replay_take", ["{@}replay:r1", "{@}todo:r1", "{@}replays"],
                    "r1", "me", 5000, 10))[2]


def a_replay_is_taken_over_though_the_clock_was_put_back(store):
    early = taken_of(store, runner="another", till=NOW + 9000)
    store.wire.ask("DEL", "{@}todo:r1")
    late = taken_of(store, runner="another", till=NOW + 86400000)
    promise(early == ["busy"] and late == ["work", 0, "x 0"], early, late)


def a_replay_goes_on_though_the_clock_was_put_back(store):
    early = taken_of(store, next=NOW + 60000)
    store.wire.ask("DEL", "{@}todo:r1")
    late = taken_of(store, next=NOW + 86400000)
    promise(early == ["wait", 60000] and late == ["work", 0, "x 0"], early, late)


def what_was_found_is_told_apart_from_what_was_sent(store):
    facts = ("st", "done", "cid", "a-chat", "tid", 7)
    reply = ask(store, command("HSET", item_key(ID), *facts, "fnd", 1),
                command("HSET", item_key(OTHER), *facts),
                call("ah3_replay_fates", [item_key(ID), item_key(OTHER)]))
    promise(reply[2] == "Ll", reply)


ODDITIES = (*SELDOM_ODDITIES, *CLOCK_ODDITIES,
            a_turn_of_a_look_is_neither_past_nor_far, a_look_that_waits_for_its_turn_pays_nothing,
            what_finds_nothing_left_in_a_brown_out_costs_nothing,
            a_token_that_comes_late_ends_a_refusal,
            what_is_due_again_at_once_wakes_somebody, a_breaker_that_closes_wakes_somebody,
            tickets_wait_for_company_while_looks_wait_for_their_turn,
            the_highest_number_counts_whoever_comes_after,
            a_library_goes_when_nobody_was_seen_with_it_for_a_week,
            a_process_may_come_when_memory_is_full, what_is_given_back_for_later_wakes_nobody,
            no_more_than_ten_requests_are_saved_in_a_brown_out,
            a_budget_in_debt_is_told_as_none_left,
            tickets_are_asked_for_while_creates_are_not_due,
            an_id_without_an_item_is_taken_out_of_the_line,
            an_id_without_an_item_is_taken_out_of_the_running,
            a_told_news_does_not_bring_back_its_message, nor_does_one_that_is_set_aside,
            one_that_cannot_be_read_keeps_no_other_from_its_word,
            each_look_that_found_nothing_is_counted, no_more_than_fifty_lines_of_a_log_are_kept,
            a_replay_of_long_ago_is_no_longer_known, nobody_looks_for_a_replay_that_is_paused,
            what_was_found_is_told_apart_from_what_was_sent,
            a_replay_is_taken_over_though_the_clock_was_put_back,
            a_replay_goes_on_though_the_clock_was_put_back, *LATE)


def try_all(store, files=None):
    for oddity in (*GATES, *ODDITIES):
        plant(store, files)
        oddity(store)
