"""What answers say of the destination, each guard of it missing or wrong. See
mutants.py."""
RESERVE, OPERATOR, REPORT = (
    "queue_3_reserve.lua", "queue_6_operator.lua", "queue_9_report.lua")

WEATHER = {
    # -- the breaker
    "breaker: until its probe": (
        RESERVE, "if breaker and breaker.probe > now then", "if false then"),
    "breaker: one at a time": (
        RESERVE, "most = (breaker or gate) and", "most = gate and"),
    "breaker: one question at a time": (
        RESERVE, "(stage == 'reconcile' and ASKED_AT_ONCE or 1) or n", "1 or n"),
    "breaker: the next probe": (RESERVE, "if breaker and job.taken > 0 then", "if false then"),
    "breaker: only what was taken is a probe": (
        RESERVE, "if breaker and job.taken > 0 then", "if breaker then"),
    "breaker: callbacks go on": (
        RESERVE, "local kept = stage ~= 'callback' and redis", "local kept = redis"),
    "breaker: a good answer closes it": (
        REPORT, "if good > 0 and (kept.open or kept.run) then", "if false then"),
    "breaker: a good answer ends a run": (
        REPORT, "if good > 0 and (kept.open or kept.run) then", "if good > 0 and kept.open then"),
    "breaker: rings when it closes": (REPORT, "    ring(keys[2])\n", ""),
    "breaker: says that it closed": (
        REPORT, "local closed = kept[1] and good > 0", "local closed = false"),
    "breaker: twice as long": (REPORT, "math.min(cap, 2 * kept.open)", "math.min(cap, kept.open)"),
    "breaker: so long at most": (REPORT, "math.min(cap, 2 * kept.open)", "2 * kept.open"),
    "breaker: only a probe that failed": (REPORT, "if not kept.probed then", "if false then"),
    "breaker: each probe fails once": (
        REPORT, "  redis.call('HDEL', key, 'probed')\n  return {'failed'", "  return {'failed'"),
    "breaker: in a row": (REPORT, "(fresh and 0 or kept.run) + bad", "bad"),
    "breaker: within a minute": (
        REPORT, "not kept.run or now - kept.run_at > RUN_MS", "not kept.run"),
    "breaker: a minute from the first": (
        REPORT, "stamp(fresh and now or kept.run_at)", "stamp(now)"),
    "breaker: not before so many": (REPORT, "if run < limit then", "if false then"),
    "breaker: opens": (REPORT, "if run < limit then", "if true then"),
    "breaker: its run is over then": (
        REPORT, "  redis.call('HDEL', key, 'run', 'run_at', 'probed')\n", ""),
    "breaker: may be off": (
        REPORT, "if bad == 0 or tonumber(argv[7]) == 0 then", "if bad == 0 then"),
    "resume: closes the breaker": (
        OPERATOR, "  redis.call('HDEL', keys[1], 'open', 'probe', 'probed', 'run', 'run_at')\n",
        ""),

    # -- what is left
    "left: when it says so": (REPORT, "  if left >= 0 then", "  if true then"),
    "left: never adds": (
        REPORT, "if not bucket.on or left >= bucket.tokens then", "if not bucket.on then"),
    "left: the others too": (REPORT, "  bucket.others = math.min(bucket.others, left)\n", ""),
    "left: until its window ends": (
        REPORT, "left < 1 and now + math.min(reset, RESET_MS) or now", "now"),
    "left: waits only when none is": (
        REPORT, "left < 1 and now + math.min(reset, RESET_MS) or now",
        "now + math.min(reset, RESET_MS)"),
    "left: no longer than is believed": (REPORT, "math.min(reset, RESET_MS)", "reset"),

    # -- creates before looks before tickets
    "looks: out of the smaller bucket": (
        RESERVE, "  take(job.bucket, stage, cost)\n", "  take(job.bucket, job.stage, cost)\n"),
    "looks: no more than their part": (
        RESERVE, "if stage ~= 'resolve' or not bucket.on or bucket.others >= 1 then",
        "if true then"),
    "looks: creates are none": (
        RESERVE, "if stage ~= 'resolve' or not bucket.on or", "if not bucket.on or"),
    "looks: one after the other": (
        RESERVE, "math.max(bucket.now, bucket.looks or 0)\n", "bucket.now\n"),
    "looks: a turn is not past": (
        RESERVE, "math.max(bucket.now, bucket.looks or 0)\n", "(bucket.looks or bucket.now)\n"),
    "looks: a turn is not far": (
        RESERVE, "math.min(turn, bucket.now + TURN_MS)", "turn"),
    "looks: turns are kept": (RESERVE, "  if bucket.queued then\n", "  if false then\n"),
    "looks: before tickets": (
        RESERVE, "return first and (first <= now or tonumber(kept[1] or 0) > now)",
        "return first and first <= now"),
    "looks: before tickets in their time": (
        RESERVE, "return first and (first <= now or tonumber(kept[1] or 0) > now)",
        "return first"),
    "gather: in a brown-out": (
        RESERVE, "  if tonumber(kept[2] or 0) > now then\n    return true\n  end\n", ""),
    "gather: while it lasts": (
        RESERVE, "  if tonumber(kept[2] or 0) > now then\n    return true\n",
        "  if kept[2] then\n    return true\n"),
    "gather: only tickets": (RESERVE, "if argv[1] ~= 'reconcile' then", "if false then"),
    "gather: for the budget's sake": (
        RESERVE, "first = tonumber(argv[3]) > 0 and first_score", "first = first_score"),

    # -- what makes a brown-out
    "brown-out: all bad ones count": (
        REPORT, "good, tonumber(argv[10] or 0), now)", "good, bad, now)"),
    "brown-out: what was seen lately counts": (
        REPORT, "if now - at <= 2 * SHARE_MS then", "if false then"),
    "brown-out: what is long ago does not": (
        REPORT, "if now - at <= 2 * SHARE_MS then", "if kept[1] then"),
    "brown-out: of twenty or more": (
        REPORT, "news and good + lost >= SHARE_LEAST and lost", "news and lost"),
    "brown-out: a fifth": (
        REPORT, " and lost >= SHARE * (good + lost) then", " then"),
    "brown-out: only what failed now makes it longer": (REPORT, "if news and good", "if good"),
    "brown-out: lasts": (REPORT, "stamp(now + BROWN_MS)", "stamp(now)"),
    "brown-out: what is older counts half": (
        REPORT, "if now - at > SHARE_MS then", "if false then"),
    "brown-out: forgotten when none fails": (
        REPORT, "  if lost == 0 then\n    redis.call('HDEL'",
        "  if false then\n    redis.call('HDEL'"),
    "brown-out: is seen": (
        REPORT, "    redis.call('HSET', key, 'seen_at', stamp(at), 'seen_good', good,\n"
        "               'seen_bad', lost)\n", ""),
    "brown-out: over when the breaker closes": (
        REPORT, "    redis.call('HDEL', keys[1], 'brown', 'seen_at', 'seen_good', 'seen_bad')\n"
        "    ring", "    ring"),
    "resume: ends a brown-out": (OPERATOR, "  redis.call('HDEL', keys[1], 'brown')\n", ""),

    # -- what it means
    "purse: only in a brown-out": (
        RESERVE, "if not kept or tonumber(kept[1] or 0) <= now then", "if not kept then"),
    "purse: in each of them": (
        RESERVE, "if not kept or tonumber(kept[1] or 0) <= now then", "if true then"),
    "purse: of deliveries": (
        RESERVE, "local kept = stage == 'deliver' and redis.call('HMGET', budget, 'brown'",
        "local kept = redis.call('HMGET', budget, 'brown'"),
    "purse: a probe needs none": (
        RESERVE, "not breaker and not gate and open_purse(keys[3], stage, now)",
        "open_purse(keys[3], stage, now)"),
    "purse: a look is no first try": (RESERVE, "if stage ~= 'resolve' and ton", "if ton"),
    "purse: nor is a second try": (RESERVE, " and tonumber(item.att or 0) == 0 then", " then"),
    "purse: first tries need none": (
        RESERVE, "  if stage ~= 'resolve' and tonumber(item.att or 0) == 0 then",
        "  if false then"),
    "purse: earned by first tries": (
        RESERVE, "math.min(CREDIT_MOST, purse.credit + CREDIT)", "purse.credit"),
    "purse: so much at most": (
        RESERVE, "math.min(CREDIT_MOST, purse.credit + CREDIT)", "purse.credit + CREDIT"),
    "purse: spent": (RESERVE, "    purse.credit = purse.credit - cost\n", ""),
    "purse: no more than it has": (RESERVE, "if purse.credit >= cost then", "if true then"),
    "purse: a look needs two": (RESERVE, "if purse.credit >= cost then",
                                "if purse.credit >= 1 then"),
    "purse: is kept": (
        RESERVE, "    redis.call('HSET', keys[3], 'credit', "
        "string.format('%.2f', job.purse.credit))\n", ""),
    "purse: who finds none is not taken": (
        RESERVE, "if job.purse and not pay(job, key, id, item, stage, cost) then",
        "if job.purse and not pay(job, key, id, item, stage, cost) and false then"),
    "purse: who finds none costs nothing": (
        RESERVE, "  if job.purse and not pay(job, key, id, item, stage, cost) then\n"
        "    return nil, 0\n  end\n  take(job.bucket, stage, cost)\n",
        "  take(job.bucket, stage, cost)\n"
        "  if job.purse and not pay(job, key, id, item, stage, cost) then\n"
        "    return nil, 0\n  end\n"),
    "purse: pays only for what the budget gives": (
        RESERVE, "  if not may_look(job, key, id, stage, cost) then\n    return nil, 0\n  end\n"
        "  if job.purse and not pay(job, key, id, item, stage, cost) then\n",
        "  local paid = not job.purse or pay(job, key, id, item, stage, cost)\n"
        "  if not may_look(job, key, id, stage, cost) then\n    return nil, 0\n  end\n"
        "  if not paid then\n"),
    "purse: who finds none waits": (RESERVE, "  move_into(job.moves, job.due, due, id)\n", ""),
    "purse: and says so": (RESERVE, "  redis.call('HSET', key, 'due', due)\n", ""),
    "purse: not all at once": (RESERVE, " + purse.later % 20 * 250)", ")"),
    "purse: each a little later": (RESERVE, "  purse.later = purse.later + 1\n", ""),
}
