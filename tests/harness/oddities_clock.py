"""The clock of Redis is put back: what was planned by it comes as much sooner, and
no sooner. See oddities.py."""
from .moves import item_key
from .pretend import promise
from .wire import call, command, key

NOW, DAY, LEASE = 1700000000000, 86400000, 60000
ID, OTHER, TOKEN = "support-" + "1" * 26, "support-" + "2" * 26, "a" * 32
LINES = ("due:deliver", "due:reconcile", "due:callback")
WATCHED = [key("meta"), key("budget"), key("run"), *map(key, LINES)]


def ask(store, *sent):
    store.wire.send(sent)
    return [store.wire.reply() for _ in sent]


def clock(store, at):
    return ask(store, call("ah_step", [], at), call("ah3_clock", WATCHED, LEASE))[1]


def put_back(store, by=DAY):
    """It was noted, and is put back."""
    clock(store, NOW + by)
    return clock(store, NOW)


def noted(store):
    return int(ask(store, command("HGET", key("meta"), "clock"))[0] or 0)


def a_clock_is_noted_now_and_then(store):
    promise(clock(store, NOW) == 0 and noted(store) == NOW, "at first")
    promise(clock(store, NOW + 9999) == 0 and noted(store) == NOW, "ten seconds are not over")
    promise(clock(store, NOW + 10000) == 0 and noted(store) == NOW + 10000, "they are")


def a_clock_that_goes_back_a_little_is_waited_for(store):
    ask(store, command("ZADD", key("due:deliver"), NOW + 60000, ID))
    promise(put_back(store, 60000) == 0 and noted(store) == NOW + 60000, "a minute is little")
    promise(ask(store, command("ZSCORE", key("due:deliver"), ID)) == [str(NOW + 60000)], "as it was")
    promise(clock(store, NOW - 1) == 60001, "one more is not")


def what_was_planned_comes_so_much_sooner(store):
    ask(store, *(command("ZADD", key(line), NOW - 5, "a", NOW, "b", NOW + 1, "c", NOW + DAY, "d",
                         NOW + DAY + 7000, "e") for line in LINES))
    promise(put_back(store) == DAY and noted(store) == NOW, "it went back by a day")
    for line in ask(store, *(command("ZRANGE", key(line), 0, -1, "WITHSCORES") for line in LINES)):
        promise(dict(zip(line[::2], map(int, line[1::2]))) == {
            "a": NOW - 5, "b": NOW, "c": NOW + 1 - DAY, "d": NOW, "e": NOW + 7000}, line)
    promise(clock(store, NOW) == 0, "it is told once")


def however_many_there_are(store):
    words = [word for n in range(2500) for word in (NOW + 1000 + n // 1200, f"{n:04}")]
    ask(store, command("ZADD", key("due:deliver"), *words),
        command("ZADD", key("run"), *words[:2000], *(2 * DAY + w if n % 2 == 0 else w
                                                     for n, w in enumerate(words[2000:]))))
    promise(put_back(store) == DAY, "a day")
    reply = ask(store, command("ZCOUNT", key("due:deliver"), NOW + 1000 - DAY, NOW + 1002 - DAY),
                command("ZCOUNT", key("run"), NOW + LEASE, NOW + LEASE), command("ZCARD", key("run")))
    promise(reply == [2500, 1500, 2500], reply)


def nobody_holds_anything_for_longer_than_a_lease(store):
    ask(store, command("ZADD", key("run"), NOW - 1, "a", NOW + 500, "b", NOW + LEASE + 1, "c",
                       NOW + DAY, "d"), command("HSET", key("meta"), "grace_until", NOW + DAY))
    put_back(store)
    reply = ask(store, command("ZRANGE", key("run"), 0, -1, "WITHSCORES"),
                command("HGET", key("meta"), "grace_until"))
    promise(dict(zip(reply[0][::2], map(int, reply[0][1::2]))) == {
        "a": NOW - 1, "b": NOW + 500, "c": NOW + LEASE, "d": NOW + LEASE}, reply)
    promise(reply[1] == str(NOW + LEASE), reply)


def a_grace_that_is_short_stays(store):
    ask(store, command("HSET", key("meta"), "grace_until", NOW + 500))
    put_back(store)
    promise(ask(store, command("HGET", key("meta"), "grace_until")) == [str(NOW + 500)], "grace")


def holds_end_so_much_sooner(store):
    names = ("hold_until", "probe", "brown", "at", "run_at", "seen_at", "looks", "till")
    ask(store, command("HSET", key("budget"), *(word for n, name in enumerate(names)
                                                for word in (name, NOW + DAY - 2000 + n * 1000))))
    put_back(store)
    reply = ask(store, command("HMGET", key("budget"), *names))[0]
    promise(list(map(int, reply)) == [NOW, NOW, NOW, NOW + 1000, NOW + 2000, NOW + 3000,
                                       NOW + 4000, NOW + 5000], reply)


def a_hold_without_an_end_has_none(store):
    ask(store, command("HSET", key("budget"), "hold_until", 0, "at", NOW - 3))
    put_back(store)
    promise(ask(store, command("HMGET", key("budget"), "hold_until", "at"))
            == [["0", str(NOW - 3)]], "as it was")


def patience_begins_again_with_an_intent_of_tomorrow(store):
    keys = [key("due:deliver"), key("run"), key("budget"), key("meta"), key("due:reconcile"),
            item_key(ID), item_key(OTHER), key("body:", ID), key("body:", OTHER)]
    reply = ask(store, command("HSET", item_key(ID), "st", "due", "intent", NOW + DAY),
                command("HSET", item_key(OTHER), "st", "due", "intent", NOW - 1),
                command("ZADD", key("due:deliver"), NOW, ID, NOW, OTHER),
                call("ah3_reserve", keys, "deliver", 2, 0, "0.2", 60000, ID, OTHER, TOKEN, TOKEN),
                command("HGET", item_key(ID), "intent"), command("HGET", item_key(OTHER), "intent"))
    promise(len(reply[3]) == 4 and reply[4:] == [str(NOW), str(NOW - 1)], reply)


def a_clock_may_be_watched_when_memory_is_full(store):
    full = command("CONFIG", "SET", "maxmemory", 1), command("CONFIG", "SET", "maxmemory", 0)
    reply = ask(store, full[0], call("ah3_clock", WATCHED, LEASE), full[1])
    promise(reply[1] == 0, reply)


CLOCK_ODDITIES = (
    a_clock_is_noted_now_and_then, a_clock_that_goes_back_a_little_is_waited_for,
    what_was_planned_comes_so_much_sooner, however_many_there_are,
    nobody_holds_anything_for_longer_than_a_lease, a_grace_that_is_short_stays,
    holds_end_so_much_sooner, a_hold_without_an_end_has_none,
    patience_begins_again_with_an_intent_of_tomorrow, a_clock_may_be_watched_when_memory_is_full)
