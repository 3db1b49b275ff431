"""The guards of what comes late, out of journals: see mutants.py."""

LATE_FILE = "queue_2_bring.lua"

LATE = {
    "bring: what stands for another one is known": (LATE_FILE, "if first then", "if false then"),
    "bring: nothing older than what is remembered": (
        LATE_FILE, "if batch.ms - received > BRING_MOST_MS then", "if false then"),
    "bring: what was erased stays away": (
        LATE_FILE, "if redis.call('EXISTS', keys[k + 5]) == 1 then", "if false then"),
    "bring: whatever its front's clock said": (
        LATE_FILE, "if redis.call('EXISTS', keys[k + 5]) == 1 then",
        "if is_gone(keys[k + 5], received, '') then"),
    "bring: so does its twin": (LATE_FILE, "is_gone(keys[k + 6], received, print) or ", ""),
    "bring: so does all of that person": (
        LATE_FILE, " or is_gone(keys[k + 7], received, '') then", " then"),
    "bring: what came later is another one": (
        LATE_FILE, "tonumber(received) <= tonumber(at) and ", ""),
    "bring: the same key with another text is another one": (
        LATE_FILE, "(of == '' or of == print)", "true"),
    "bring: what may be forgotten is looked for": (
        LATE_FILE, "    redis.call('HSET', keys[k + 1], 'intent', batch.now)\n", ""),
    "bring: what is there is there": (
        LATE_FILE, "if redis.call('EXISTS', keys[k + 1]) == 1 then", "if false then"),
    "bring: not what is known": (LATE_FILE, "if said[1] == 'new' and argv", "if argv"),
    "bring: not what was never here": (LATE_FILE, " and argv[a + 1] == '1'\n", "\n"),
    "bring: not what is remembered for sure": (
        LATE_FILE, "late < 0 or late > known / 2 or", "true or"),
    "bring: what was finished and swept": (LATE_FILE, "late < 0 or late > known / 2 or", ""),
    "bring: what a server may have lost": (
        LATE_FILE, "tonumber(redis.call('HGET', meta, 'suspect_before') or 0)", "0"),
    "bring: kept without its payload it is known for a day": (
        LATE_FILE, "if known == 0 or known > FACTS_MS then", "if known > FACTS_MS then"),
    "bring: a day at most is believed": (
        LATE_FILE, "if known == 0 or known > FACTS_MS then", "if known == 0 then"),
    "bring: known for half its time": (LATE_FILE, "late > known / 2", "late > known * 9"),
    "bring: what came with its key is erased too": (LATE_FILE, "of == print and first or id", "id"),
    "bring: only the same words": (LATE_FILE, "of == print and first or id", "first or id"),
    "bring: what comes yet with its key is erased too": (
        LATE_FILE,
        "  redis.call('SET', keys[k + 6], since .. ' ' .. print, 'PX', GONE_KEPT_MS)\n", ""),
    "bring: not what came after the erasure": (
        LATE_FILE, "since .. ' ' .. print", "stamp(now_ms()) .. ' ' .. print"),
    "also: erased meanwhile": (LATE_FILE, "return redis.call('EXISTS', keys[2])", "return 0"),
    "also: for its time": (
        LATE_FILE, "redis.call('SET', keys[1], argv[1], 'PX', argv[2])",
        "redis.call('SET', keys[1], argv[1])"),
    "gone: what it stands for": (LATE_FILE, "keys[2] and redis.call('GET', keys[2]) or ''", "''"),
    "gone: the key's too": (LATE_FILE, "if first == argv[1] then", "if false then"),
    "gone: only its own key's": (LATE_FILE, "if first == argv[1] then", "if first then"),
    "gone: for long": (LATE_FILE, "redis.call('SET', keys[1], now, 'PX', GONE_KEPT_MS)",
                       "redis.call('SET', keys[1], now, 'PX', 60000)"),
}

LATE_BY_ODDITY = {
    "bring: nothing older than what is remembered", "bring: whatever its front's clock said",
    "bring: so does its twin",
    "bring: what was finished and swept", "bring: a day at most is believed",
    "bring: kept without its payload it is known for a day", "bring: known for half its time",
    "gone: the key's too", "gone: only its own key's", "gone: for long",
    "accept: nor does one that was erased", "key: a refused one takes none away",
    "key: its own first id is no repetition by another",
}
