"""Every guard of src/queue/scripts, each with a text in which it is missing or
wrong. The text that is replaced must be there exactly once. By whom it is caught:
the random driver, but for those named in BY_ODDITY, which no move of the queue
can reach, or hardly ever (oddities.py). Left out are those behind another that does the same:
in a place to be running (reap), the message of a news (poison)."""
from .mutants_access import ACCESS, ACCESS_FILE
from .mutants_clock import CLOCK, CLOCK_FILE
from .mutants_gate import GATE, GATES, GATES_BY_ODDITY
from .mutants_late import LATE, LATE_BY_ODDITY, LATE_FILE
from .mutants_weather import REPORT, WEATHER
from .oddities_seldom import SELDOM

BASE, ACCEPT, RESERVE, SETTLE = (
    "queue_1_base.lua", "queue_2_accept.lua", "queue_3_reserve.lua", "queue_4_settle.lua")
JANITOR, OPERATOR, REPLAYS = (
    "queue_5_janitor.lua", "queue_6_operator.lua", "queue_8_replays.lua")
NUMBERS = "queue_9_numbers.lua"

# name: (file, exact text, what is there instead)
MUTANTS = {
    # -- base
    "bell: one ring at most": (BASE, "if redis.call('LLEN', bell) == 0 then", "if true then"),
    "news: only the newest shows on its message": (
        BASE, "if redis.call('HGET', key, 'cbn') == news.seq then", "if true then"),
    "news: made with its change": (
        BASE, "move_into(moves, due, now, id .. '.' .. number)", ""),
    "log: fifty lines": (BASE, "> LOG_LINES then", "> 9999 then"),

    # -- accept
    "key: another fingerprint is a conflict": (
        ACCEPT, "print == fingerprint and 'known' or 'conflict'", "'known'"),
    "key: the first id counts": (ACCEPT, "'NX', 'GET')", "'GET')"),
    "key: its own first id is no repetition by another": (
        ACCEPT, "if first_id == id then", "if false then"),
    "key: a known one makes no item": (
        ACCEPT, "  if known then\n    return known\n  end\n", ""),
    "key: a refused one is free again": (ACCEPT, "    if made then\n", "    if false then\n"),
    "key: a refused one takes none away": (ACCEPT, "    if made then\n", "    if true then\n"),
    "accept: a known id changes nothing": (
        ACCEPT, "if redis.call('EXISTS', keys[k + 1], keys[k + 5]) > 0 then",
        "if redis.call('EXISTS', keys[k + 5]) > 0 then"),
    "accept: nor does one that was erased": (
        ACCEPT, "if redis.call('EXISTS', keys[k + 1], keys[k + 5]) > 0 then",
        "if redis.call('EXISTS', keys[k + 1]) > 0 then"),
    "accept: full": (ACCEPT, "if (held and batch.cells or batch.room) <= 0 then", "if false then"),
    "accept: full counts the batch": (
        ACCEPT, "    batch.room = batch.room - 1\n", ""),
    "accept: what is held fills no line": (
        ACCEPT, "    batch.cells = batch.cells - 1\n", "    batch.room = batch.room - 1\n"),
    "accept: quarantine has its room": (
        ACCEPT, "(held and batch.cells or batch.room)", "(held and 1 or batch.room)"),
    "accept: quarantine counts the batch": (
        ACCEPT, "    batch.cells = batch.cells - 1\n", ""),
    "accept: quarantine looks at what is there": (
        ACCEPT, "batch.cells = cells - redis.call('ZCARD', keys[3])", "batch.cells = cells"),
    "bring: quarantine takes what was promised": (
        ACCEPT, "if cells > 0 and before == 0 then", "if cells > 0 then"),
    "accept: full looks at what waits": (
        ACCEPT, "batch.room = depth - redis.call('ZCARD', keys[2])", "batch.room = depth"),
    "accept: quarantine": (
        ACCEPT, "held and keys[3] or keys[2]", "keys[2]"),
    "accept: refused when memory is full": (
        ACCEPT, "redis.register_function('ah3_accept', accept)",
        "redis.register_function{function_name = 'ah3_accept', callback = accept,"
        " flags = {'allow-oom'}}"),
    "accept: its own time": (
        ACCEPT, "if math.abs(at - received) > OWN_TIME_MS then", "if false then"),
    "accept: late is a change": (ACCEPT, "if late < 0 or late > LATE_MS then", "if false then"),
    "accept: the body with the item": (
        ACCEPT, "  redis.call('SET', keys[k + 2], argv[a + 7])\n", ""),
    "accept: found by its email": (ACCEPT, "if argv[a + 6] ~= '' then", "if false then"),
    "accept: rings": (ACCEPT, "if batch.moves.into[keys[2]] then", "if false then"),

    # -- reserve
    "grace": (RESERVE, "if grace > now then", "if false then"),
    "hold: over by itself": (GATE, "if till ~= 0 and till <= now then", "if false then"),
    "hold: callbacks stop for a person": (
        GATE, "(stage == 'callback' and hold[1] ~= 'operator')", "stage == 'callback'"),
    "hold: callbacks go on otherwise": (
        GATE, "if not hold[1] or (stage == 'callback' and hold[1] ~= 'operator') then",
        "if not hold[1] then"),
    "hold, grace: reserve": (
        RESERVE, "  if till then\n    return {now, till}\n  end\n  job.suspect",
        "  job.suspect"),
    "hold, grace: peek": (
        RESERVE, "  if till then\n    return {now, till}\n  end\n  first", "  first"),
    "reserve: only what is due still": (
        RESERVE, "if score and score <= now then", "if true then"),
    "reserve: not before its time": (
        RESERVE, "if score and score <= now then", "if score then"),
    "reserve: nothing behind an id": (
        RESERVE, "    job.moves.out[#job.moves.out + 1] = id\n    return nil, 0\n",
        "    return nil, 0\n"),
    "reserve: leaves its line": (
        RESERVE, "  job.moves.out[#job.moves.out + 1] = id\n  move_into", "  move_into"),
    "reserve: a lease": (
        RESERVE, "till = stamp(now + tonumber(argv[5]))", "till = stamp(now)"),
    "reserve: a token": (RESERVE, "'tok', token, 'stage'", "'tok', 'same', 'stage'"),
    "look: an intent is looked for first": (
        RESERVE, "if stage == 'deliver' and (doubt or item.intent) then",
        "if stage == 'deliver' and doubt then"),
    "suspect: looked for first": (
        RESERVE, "if stage == 'deliver' and (doubt or item.intent) then",
        "if stage == 'deliver' and item.intent then"),
    "suspect: off": (RESERVE, "= suspected(item, job), job.stage", "= false, job.stage"),
    "suspect: not what came since": (
        RESERVE, "      and tonumber(item.acc or 0) < job.suspect\n", ""),
    "suspect: once": (RESERVE, "      and tonumber(item.sus or 0) < job.suspect\n", "\n"),
    "suspect: not what has an intent": (
        RESERVE, "job.stage == 'deliver' and not item.intent", "job.stage == 'deliver'"),
    "suspect: is an intent": (RESERVE, "ipairs({'intent', 'sus'})", "ipairs({'sus'})"),
    "suspect: is noted": (RESERVE, "ipairs({'intent', 'sus'})", "ipairs({'intent'})"),
    "gather: waits for company": (
        RESERVE, "if not fiftieth[1] and now - oldest < GATHER_MS then", "if false then"),
    "gather: half a minute at most": (
        RESERVE, "if not fiftieth[1] and now - oldest < GATHER_MS then",
        "if not fiftieth[1] then"),
    "budget: spent": (RESERVE, "bucket.tokens = bucket.tokens - cost", ""),
    "budget: the others' share": (RESERVE, "bucket.others = bucket.others - cost", ""),
    "budget: written": (RESERVE, "if bucket.changed then", "if false then"),
    "budget: one bucket at most": (
        RESERVE, "bucket.tokens = math.min(bucket.size,", "bucket.tokens = math.max(0,"),
    "budget: waits": (RESERVE, "    if wait > 0 then\n      break\n    end\n", ""),
    "budget: asked": (
        RESERVE, "wait = wait_for(job.bucket, job.stage, cost, job.others)", "wait = 0"),
    "budget: a look costs two": (RESERVE, "'resolve', 2", "'resolve', 1"),
    "budget: fifty tickets are one question": (
        RESERVE, "job.taken % ASKED_AT_ONCE > 0", "true"),
    "budget: deliveries leave one": (RESERVE, "need = need + 1", ""),
    "budget: the only one is theirs": (RESERVE, "if need > bucket.size then", "if false then"),
    "budget: callbacks cost nothing": (
        RESERVE, "if not bucket.on or stage == 'callback' then\n    return\n",
        "if not bucket.on then\n    return\n"),

    # -- settle
    "token": (SETTLE, "item.st == 'run' and item.tok == token", "item.st == 'run'"),
    "token: intend": (
        SETTLE, "if not holds({st = item[1], tok = item[2]}, token) or item[4] then",
        "if item[4] then"),
    "token: beat": (SETTLE, "if not holds({st = held[1], tok = held[2]}, argv[2]) then",
                    "if false then"),
    "token: settle": (SETTLE, "  if not holds(item, v.token) then", "  if not item.st then"),
    "token: give_back": (SETTLE, "  if not holds(item, argv[2]) then",
                         "  if item.st ~= 'run' then"),
    "token: goes with the lease": (SETTLE, "  drop(change, 'tok')\n", ""),
    "intend: not with a chat": (SETTLE, "token) or item[4] then", "token) then"),
    "intend: on record": (SETTLE, "'intent', stamp(now), 'counted'", "'counted'"),
    "intend: counted once": (SETTLE, "(item[5] and 0 or 1)", "1"),
    "intend: looks start again": (SETTLE, "  if item[6] then", "  if false then"),
    "intend: renews": (
        SETTLE, "  move_into(moves, moves.run, stamp(now + tonumber(lease)), id)\n", ""),
    "intend: each for itself": (
        SETTLE, "local ok, said = pcall(move, ...)", "local ok, said = true, move(...)"),
    "beat: renews": (
        SETTLE, "  redis.call('ZADD', keys[2], now_ms() + tonumber(argv[3]), argv[1])\n", ""),
    "settle: a repetition is known": (
        SETTLE, "return item.ltok == short(v.token) and 'ok' or 'lost'", "return 'lost'"),
    "settle: only a repetition": (
        SETTLE, "return item.ltok == short(v.token) and 'ok' or 'lost'", "return 'ok'"),
    "settle: remembers its token": (SETTLE, "  put(change, 'ltok', short(item.tok))\n", ""),
    "settle: the number of its news": (
        SETTLE, "if not is_news(item) and tonumber(item.seq or 0) + 1 ~= v.number then",
        "if false then"),
    "settle: not finished without a chat": (
        SETTLE, "      and not item.cid and v.chat == '' then", "      and false then"),
    "settle: leaves run": (SETTLE, "  moves.out[#moves.out + 1] = id\n", ""),
    "settle: the counted attempt ends": (SETTLE, "  drop(change, 'counted')\n", ""),
    "chat: never changes": (SETTLE, "if v.chat ~= '' and not item.cid then",
                            "if v.chat ~= '' then"),
    "chat: found by a look": (SETTLE, "if item.stage == 'resolve' then\n      put(change, 'fnd'",
                              "if true then\n      put(change, 'fnd'"),
    "chat: past deliver for good": (
        SETTLE, "if chat and line_of(v.next) == 'deliver' then", "if false then"),
    "chat: ends the intent": (SETTLE, "if v.clear_intent or item.cid then",
                              "if v.clear_intent then"),
    "proof: an unanswered post keeps its intent": (
        SETTLE, "if v.clear_intent or item.cid then", "if true then"),
    "proof: clears it": (SETTLE, "if v.clear_intent or item.cid then", "if item.cid then"),
    "looks: counted": (SETTLE, "put(change, 'looks', tonumber(item.looks or 0) + 1)",
                       "put(change, 'looks', 1)"),
    "looks: the time of the last": (SETTLE, "    put(change, 'looked', v.stamp)\n", ""),
    "crashes: forgotten by a settling": (SETTLE, "  drop(change, 'crash')\n", ""),
    "attempts: not twice": (SETTLE, "if v.count and not counted then", "if v.count then"),
    "attempts: taken back": (SETTLE, "elseif counted and not v.count then", "elseif false then"),
    "attempts: of one line": (
        SETTLE, "if v.next == 'reconcile' and change.item.stage ~= 'reconcile' then",
        "if false then"),
    "keeping: its own time": (SETTLE, "keep > 0 and keep or FACTS_MS", "FACTS_MS"),
    "keeping: a payload goes at once": (
        SETTLE, "if item.keep == '0' and item.cid then", "if false then"),
    "keeping: not before the destination has it": (
        SETTLE, "if item.keep == '0' and item.cid then", "if item.keep == '0' then"),
    "keeping: a told news goes": (
        SETTLE, "    redis.call('PEXPIRE', keys.item, GONE_MS)\n", ""),
    "hold: a person's stays": (GATE, "(hold[1] == 'operator' or old == 0\n", "(old == 0\n"),
    "hold: without an end stays": (GATE, "'operator' or old == 0\n", "'operator'\n"),
    "hold: is never shortened": (GATE, "or (till ~= 0 and old > till)) then", ") then"),
    "hold: without an end is the longest": (
        GATE, "or (till ~= 0 and old > till)) then", "or old > till) then"),
    "hold: asked for": (SETTLE, "elseif v.hold_ms > 0 then", "elseif false then"),

    "news: numbered": (SETTLE, "  put(change, 'seq', number)\n", ""),
    "news: pending": (SETTLE, "  put(change, 'cb', 'pending')\n", ""),
    "news: none without an event": (SETTLE, "  if v.event == '' then", "  if false then"),
    "news: not of a message that is gone": (
        SETTLE, "if redis.call('EXISTS', keys.other) == 0 then", "if false then"),
    "shows: a new ticket": (SETTLE, "    change.shows = true\n", ""),
    "bell: rung for what is due": (
        SETTLE, "if (item.st == 'due' and v.delay == 0) or v.event ~= '' then",
        "if v.event ~= '' then"),
    "give_back: a repetition is known": (
        SETTLE, "return item.ltok == short(argv[2]) and 'ok' or 'lost'", "return 'lost'"),
    "give_back: only a repetition": (
        SETTLE, "return item.ltok == short(argv[2]) and 'ok' or 'lost'", "return 'ok'"),
    "give_back: later": (SETTLE, "stamp(ms + delay)", "stamp(ms)"),
    "give_back: later rings nobody": (SETTLE, "  if delay == 0 then", "  if true then"),

    # -- the janitor
    "reap: only when its lease is over": (
        JANITOR, "if not ends or ends > now then", "if not ends then"),
    "reap: nothing behind an id": (JANITOR, "if item.st ~= 'run' then", "if false then"),
    "reap: the number of its news": (
        JANITOR, "if not is_news(item) and tonumber(item.seq or 0) + 1 ~= tonumber(argv[4]) then",
        "if false then"),
    "reap: its holder has not settled": (
        JANITOR, "  drop(change, 'ltok') -- whoever let it run out has not settled it\n", ""),
    "reap: crashes are counted": (JANITOR, "  put(change, 'crash', crashes)\n", ""),
    "reap: poison": (JANITOR, "if crashes > tonumber(argv[2]) then", "if false then"),
    "reap: poison, not too early": (
        JANITOR, "if crashes > tonumber(argv[2]) then", "if crashes >= tonumber(argv[2]) then"),
    "reap: an intent is looked for": (
        JANITOR, "item.intent and line_of(item.stage) == 'deliver'", "false"),
    "past: only what is over": (JANITOR, "'-inf', now_ms(), 'BYSCORE'",
                                "'-inf', '+inf', 'BYSCORE'"),

    # -- people
    "replay: what is buried": (
        OPERATOR, "if item.st ~= 'dead' or tonumber", "if not item.st or tonumber"),
    "replay: of the generation seen": (
        OPERATOR, "or tonumber(item.gen or 0) ~= tonumber(argv[2]) then", "then"),
    "replay: the next generation": (
        OPERATOR, "  put(change, 'gen', tonumber(argv[2]) + 1)\n", ""),
    "replay: a repetition is known": (OPERATOR, "if item.rpl == argv[3] and", "if false and"),
    "replay: a repetition of the same replay": (
        OPERATOR, "if item.rpl == argv[3] and", "if item.rpl and"),
    "replay: a repetition of the same generation": (
        OPERATOR, "and tonumber(item.gen) == tonumber(argv[2]) + 1 then", "then"),
    "replay: keeps the intent": (
        OPERATOR, "ipairs({'att', 'crash',", "ipairs({'intent', 'att', 'crash',"),
    "replay: what has a chat goes on there": (
        OPERATOR, "elseif item.cid then", "elseif false then"),
    "replay: attempts start again": (OPERATOR, "ipairs({'att', 'crash',", "ipairs({'crash',"),
    "replay: looks start again": (OPERATOR, "'looks', 'looked', 'err', 'ltok'", "'err', 'ltok'"),
    "replay: an old settling is none of it": (OPERATOR, "'err', 'ltok'}", "'err'}"),
    "replay: leaves dead": (OPERATOR, "  redis.call('ZREM', keys[2], id)\n  redis.call('ZADD', ({",
                            "  redis.call('ZADD', ({"),
    "release: what is held": (OPERATOR, "if item[1] ~= 'held' then", "if not item[1] then"),
    "discard: what is held": (
        OPERATOR, "discard = function(item) return item.st == 'held' end",
        "discard = function() return true end"),
    "sweep: what is finished": (
        OPERATOR, "local till = item.st == 'done' and redis.call('ZSCORE', done, id)\n"
        "    return till and tonumber(till) <= now_ms()", "return true"),
    "sweep: kept long enough": (
        OPERATOR, "return till and tonumber(till) <= now_ms()", "return till"),
    "sweep: every news was told": (
        OPERATOR, "if argv[1] == 'sweep' and untold(keys, 16) then", "if false then"),
    "sweep: the payload goes in any case": (
        OPERATOR, "    redis.call('DEL', keys[2])\n", ""),
    "sweep: a news in a worker's hands is not told": (
        OPERATOR, "if st == 'due' or st == 'run' then", "if st == 'due' then"),
    "sweep: leaves the key to its time": (
        OPERATOR, "if argv[1] ~= 'sweep' and item.key\n      and", "if item.key\n      and"),
    "erase: the key, when it is its own": (
        OPERATOR, "string.find(redis.call('GET', keys[4]) or '', id, 1, true)", "true"),
    "erase: the key": (
        OPERATOR, "string.find(redis.call('GET', keys[4]) or '', id, 1, true)", "false"),
    "erase: no news behind its back": (OPERATOR, "if (item.seq or '0') ~= argv[3] or", "if"),
    "erase: the right key": (OPERATOR, "or (item.key or '') ~= argv[4]\n", "\n"),
    "erase: the right email": (OPERATOR, "      or (item.mail or '') ~= argv[5] then", " then"),
    "erase: out of the email's": (OPERATOR, "  if item.mail then", "  if false then"),
    "erase: out of every place": (OPERATOR, "for i = 6, 15 do", "for i = 6, 13 do"),
    "erase: its news too": (OPERATOR, "    gone[#gone + 1] = keys[i]\n", ""),
    "erase: its news in a worker's hands": (
        OPERATOR, "    redis.call('ZREM', keys[8], news)\n", ""),
    "erase: its news that waits": (OPERATOR, "    redis.call('ZREM', keys[11], news)\n", ""),
    "erase: its news that is buried": (OPERATOR, "    redis.call('ZREM', keys[12], news)\n", ""),
    "mark: a message": (
        OPERATOR, "if not item[1] or item[2] == 'news' then", "if not item[1] then"),
    "mark: one that is there": (
        OPERATOR, "if not item[1] or item[2] == 'news' then", "if item[2] == 'news' then"),
    "mark: only a change counts": (OPERATOR, "if was_read == is_read then", "if false then"),
    "hold: a person's word replaces any": (
        OPERATOR, "if argv[1] == 'operator' then", "if false then"),
    "resume": (OPERATOR, "  redis.call('HDEL', keys[1], 'hold_reason', 'hold_until')\n", ""),
    "meet: the one of last time": (OPERATOR, "if known[1] == argv[1] then", "if false then"),
    "meet: not sure any more": (
        OPERATOR, "if argv[2] == '0' and known[2] == '1' then", "if false then"),
    "meet: grace": (OPERATOR, "if known[1] and not (argv[2] == '1' and known[2] == '1') then",
                    "if false then"),
    "meet: the first one": (
        OPERATOR, "if known[1] and not (argv[2] == '1' and known[2] == '1') then",
        "if not (argv[2] == '1' and known[2] == '1') then"),
    "meet: sure now": (OPERATOR, "not (argv[2] == '1' and known[2] == '1')",
                       "not (known[2] == '1')"),
    "meet: sure then": (OPERATOR, "not (argv[2] == '1' and known[2] == '1')",
                        "not (argv[2] == '1')"),
    "meet: nothing to wait for when sure": (
        OPERATOR, "not (argv[2] == '1' and known[2] == '1')", "true"),
    "meet: waits": (OPERATOR, "'grace_until', now + tonumber(argv[3]),", "'grace_until', now,"),
    "meet: suspects": (OPERATOR, "'suspect_before', now)", "'suspect_before', 0)"),
    "tally: debt is not freedom": (
        OPERATOR, "math.max(0, math.floor(bucket.tokens))", "math.floor(bucket.tokens)"),

    # -- replays of many
    "list: a part is added once": (REPLAYS, "  if n == before then", "  if true then"),
    "list: no part is missing": (REPLAYS, "elseif n ~= before + #argv - 1 then",
                                 "elseif false then"),
    "list: started once": (REPLAYS, "if redis.call('EXISTS', keys[1]) == 1 then", "if false then"),
    "list: begun whole": (
        REPLAYS, "if redis.call('LLEN', keys[4]) ~= tonumber(argv[4]) then", "if false then"),
    "list: kept as long as it may run": (
        REPLAYS, "  redis.call('PEXPIRE', keys[4], REPLAY_WAITS_MS)\n", ""),
    "list: known no longer than it can be asked for": (
        REPLAYS, "  forget_old(keys[3], now)\n", ""),
    "list: only while it runs": (REPLAYS, "  if it[1] ~= 'running' then\n    redis.call('ZREM'",
                                 "  if false then\n    redis.call('ZREM'"),
    "list: one runner at a time": (
        REPLAYS, "if it[2] and it[2] ~= argv[2] and planned(tonumber(it[3]), now) > now then",
        "if false then"),
    "list: a lost runner is replaced": (
        REPLAYS, "it[2] ~= argv[2] and planned(tonumber(it[3]), now) > now then", "it[2] ~= argv[2] then"),
    "list: a lease from before the clock was put back": (
        REPLAYS, "planned(tonumber(it[3]), now) > now", "tonumber(it[3]) > now"),
    "list: a turn from before the clock was put back": (
        REPLAYS, "planned(tonumber(it[6]), now), now,", "tonumber(it[6]), now,"),
    "list: its rate": (REPLAYS, "if now < next_at then", "if false then"),
    "list: noted once": (REPLAYS, "it[3] ~= argv[2] or (it[2]", "(it[2]"),
    "list: noted by its runner": (
        REPLAYS, "if it[3] ~= argv[2] or (it[2] or it[4]) ~= argv[1] then",
        "if it[3] ~= argv[2] then"),
    "list: noted by the last one when stopped": (
        REPLAYS, "(it[2] or it[4]) ~= argv[1]", "it[2] ~= argv[1]"),
    "list: stopped once": (
        REPLAYS, "  if it[1] ~= 'running' and it[1] ~= 'paused' then\n    return 0\n  end\n  end_",
        "  if false then\n    return 0\n  end\n  end_"),
    "list: stopped while paused": (
        REPLAYS, "  if it[1] ~= 'running' and it[1] ~= 'paused' then\n    return 0\n  end\n  end_",
        "  if it[1] ~= 'running' then\n    return 0\n  end\n  end_"),
    "list: its items go in the end": (
        REPLAYS, "  redis.call('PEXPIRE', keys[2], REPLAY_LIST_MS)\n", ""),
    "list: only what runs is paused": (
        REPLAYS, "if redis.call('HGET', keys[1], 'state') ~= 'running' then", "if false then"),
    "list: nobody looks for what is paused": (
        REPLAYS, "'paused', 'updated', stamp(now_ms()))\n  redis.call('ZREM', keys[2], argv[1])\n",
        "'paused', 'updated', stamp(now_ms()))\n"),
    "list: only what is paused is resumed": (
        REPLAYS, "if redis.call('HGET', keys[1], 'state') ~= 'paused' then", "if false then"),
    "list: what goes on is looked for": (
        REPLAYS, "'updated', now)\n  redis.call('ZADD', keys[2], now, argv[1])\n",
        "'updated', now)\n"),
    "list: no rate of what has ended": (
        REPLAYS, "  if it[1] ~= 'running' and it[1] ~= 'paused' then\n    return 0\n  end\n  redis",
        "  if false then\n    return 0\n  end\n  redis"),
    "list: a higher rate is felt at once": (
        REPLAYS, "stamp(math.min(tonumber(it[2]), soon))", "it[2]"),
    "list: another rate earns nothing": (
        REPLAYS, "stamp(math.min(tonumber(it[2]), soon))", "stamp(soon)"),
    "fate: what was found": (REPLAYS, "it[4] and not news and", "false and"),
    "list: lasts": (
        REPLAYS, "redis.call('PEXPIRE', keys[1], REPLAY_WAITS_MS)\n"
        "  redis.call('PEXPIRE', keys[2]", "redis.call('PEXPIRE', keys[2]"),
    "list: its items last": (
        REPLAYS, "  redis.call('PEXPIRE', keys[2], REPLAY_WAITS_MS)\n", ""),
    "list: forgotten in the end": (
        REPLAYS, "  redis.call('PEXPIRE', keys[1], REPLAY_KEPT_MS)\n", ""),

    # -- versions side by side
    "numbers: the highest counts": (
        NUMBERS, "if number > (tonumber(old) or 0) then", "if true then"),
    "numbers: what is needed": (
        NUMBERS, "  raise(keys[1], 'needs', kept[2], tonumber(argv[2]))\n", ""),
    "numbers: noted again": (
        NUMBERS, "if now - (tonumber(kept[3]) or 0) >= SEEN_MS then", "if not kept[3] then"),
    "numbers: noted once an hour": (
        NUMBERS, "if now - (tonumber(kept[3]) or 0) >= SEEN_MS then", "if true then"),
    "numbers: unused for a week": (
        NUMBERS, "if at and now - at < UNUSED_MS then", "if false then"),
    "numbers: one is told": (
        NUMBERS, "  redis.call('HSET', keys[1], seen, stamp(now))\n  return at",
        "  return at"),
    "numbers: a silent one has its week": (
        NUMBERS, "return at and 1 or 0", "return 1"),
    **WEATHER,
    **GATES,
    **ACCESS,
    **CLOCK,
    **LATE,
}

BY_ODDITY = {
    *SELDOM,
    "numbers: the highest counts", "numbers: what is needed", "numbers: noted again",
    "numbers: noted once an hour", "numbers: unused for a week", "numbers: one is told",
    "numbers: a silent one has its week",
    "looks: counted", "log: fifty lines", "reserve: nothing behind an id",
    "intend: each for itself",
    "looks: before tickets in their time", "news: not of a message that is gone",
    "reap: nothing behind an id", "tally: debt is not freedom",
    *GATES_BY_ODDITY,
    "list: known no longer than it can be asked for", "list: nobody looks for what is paused",
    "fate: what was found", "list: a lease from before the clock was put back",
    "list: a turn from before the clock was put back",
    "looks: a turn is not past", "looks: a turn is not far", "looks: before tickets",
    "purse: pays only for what the budget gives", "purse: who finds none costs nothing",
    "purse: so much at most", "give_back: later rings nobody", "bell: rung for what is due",
    "store: ends a refusal", "breaker: rings when it closes",
    "full memory: arrive", "full memory: retire", "full memory: clock", *CLOCK, *LATE_BY_ODDITY,
}

# Each move of these must work when memory is full. (What only reads does so by
# itself.)
DRAINS = {
    RESERVE: ("reserve",), SETTLE: ("intend", "beat", "settle", "give_back"),
    JANITOR: ("reap",),
    OPERATOR: ("replay", "release", "erase", "mark", "hold", "resume", "meet"),
    REPLAYS: ("replay_add", "replay_start", "replay_take", "replay_note", "replay_pause",
              "replay_resume", "replay_rate", "replay_stop"),
    ACCESS_FILE: ("access_take", "access_store", "access_fail"), REPORT: ("report",),
    LATE_FILE: ("gone",), NUMBERS: ("arrive", "retire"), CLOCK_FILE: ("clock",),
}


def without_room(text, function):
    """The text in which that function does not work when memory is full."""
    at = text.index(f"'ah3_{function}'")
    flag = text.index("'allow-oom'", at)
    assert flag - at < 120
    return text[:flag] + "'allow-stale'" + text[flag + len("'allow-oom'"):]


def mutate(files, name):
    """The library's files with that guard taken away."""
    file, old, new = MUTANTS[name]
    count = files[file].count(old)
    assert count == 1, f"{name}: its text is {count} times in {file}; mend the table"
    return {**files, file: files[file].replace(old, new)}


def all_mutants(files):
    """Name and files of each."""
    for name in MUTANTS:
        yield name, mutate(files, name)
    for file, functions in DRAINS.items():
        for function in functions:
            yield f"full memory: {function}", {
                **files, file: without_room(files[file], function)}
