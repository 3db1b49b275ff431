"""What closes a destination whose token is refused, and opens it again, each guard of
it missing or wrong. See mutants.py."""
GATE, RESERVE, SETTLE, OPERATOR = (
    "queue_3_gate.lua", "queue_3_reserve.lua", "queue_4_settle.lua", "queue_6_operator.lua")

GATES = {
    # -- the gate after 401 and 403
    "gate: one asks first": (RESERVE, "most = (breaker or gate) and", "most = breaker and"),
    "gate: no other while one asks": (RESERVE, "if gate and gate > now then", "if false then"),
    "gate: for a lease at most": (
        GATE, "return math.max(now, tonumber(kept[3]) or 0)",
        "return kept[3] and math.huge or now"),
    "gate: which one asks": (
        RESERVE, "'asking', reply[3][2], 'till', job.till", "'till', job.till"),
    "gate: a 403 is about its own line": (
        GATE, "or (kept[2] and kept[2] ~= line) then", "then"),
    "gate: of two lines is of all": (
        GATE, "if gate.of and gate.of ~= line then", "if false then"),
    "gate: a 401 is about all": (
        GATE, "if v.hold == 'forbidden' and (not", "if (not"),
    "gate: callbacks go on": (
        GATE, "line ~= 'callback'\n      and redis.call('HMGET', budget, 'denied'",
        "redis.call('HMGET', budget, 'denied'"),
    "gate: longer each time": (GATE, "2 * (gate.denied or 0)", "(gate.denied or 0)"),
    "gate: not longer without an end": (GATE, "math.min(HELD_MOST_MS, ms > 0", "(ms > 0"),
    "gate: what was sent before makes nothing longer": (
        GATE, "if gate.denied and not probe then", "if false then"),
    "gate: another token was refused long ago": (
        GATE, "known and not probe and v.with ~= gate.with", "false"),
    "gate: late, and open again": (
        GATE, "gate.denied or gate.bad == v.with", "gate.denied"),
    "gate: who has the token of before waits": (
        RESERVE, "if not till and is_stale(keys.budget, stage, with) then", "if false then"),
    "gate: only while others have another": (
        GATE, "return kept and kept[1] == with and kept[2] ~= with",
        "return kept and kept[1] == with"),
    "gate: callbacks need no token": (
        GATE, "local kept = with and line ~= 'callback'\n      and", "local kept = with and"),
    "gate: forgets what has served": (GATE, "if gate.bad == gate.with then", "if false then"),
    "gate: remembers whom to keep waiting": (
        GATE, "if gate.bad == gate.with then", "if true then"),
    "gate: a person lets all ask": (GATE, "  redis.call('HDEL', budget, 'bad')\n", ""),
    "gate: the token of before may come back": (
        GATE, "    redis.call('HSET', keys[1], 'with', argv[1])\n", ""),
    "gate: held for what was refused": (
        GATE, "  close(budget, of, v, ms)\n", ""),
    "gate: held again for what was sent before": (
        GATE, "    close(budget, gate.of, v, ms)\n", ""),
    "gate: no tickets, and deliveries go on": (
        GATE, "if of == 'reconcile' and v.hold == 'forbidden' then", "if false then"),
    "gate: no deliveries, and nothing goes on": (
        GATE, "if of == 'reconcile' and v.hold == 'forbidden' then",
        "if of and v.hold == 'forbidden' then"),
    "gate: a 401 for a ticket is about all": (
        GATE, "if of == 'reconcile' and v.hold == 'forbidden' then", "if of == 'reconcile' then"),
    "gate: who asks for a ticket keeps its lease": (
        GATE, "stamp(math.max(till, v.now + ms))", "stamp(v.now + ms)"),
    "gate: to look is to read": (
        SETTLE, "if stage == 'resolve' and v.heard == 'denied' and v.hold == 'forbidden' then",
        "if false then"),
    "gate: what is heard of another look is of its line": (
        SETTLE, "if stage == 'resolve' and v.heard == 'denied' and v.hold == 'forbidden' then",
        "if stage == 'resolve' then"),
    "gate: a look without credentials is about all": (
        SETTLE, "v.heard == 'denied' and v.hold == 'forbidden' then", "v.heard == 'denied' then"),
    "gate: of both lines is of all": (GATE, "      gate.of = nil\n", ""),
    "gate: only the one that asks opens it": (
        GATE, "  if not probe then\n    return 'ok'\n  end\n", ""),
    "gate: only an answer opens it": (GATE, "if v.heard ~= 'passed' then", "if false then"),
    "gate: opens": (GATE, "  redis.call('HDEL', budget, 'denied', 'of')\n", ""),
    "gate: the next one asks at once": (
        GATE, "  stop_asking(budget)\n  if v.heard", "  if v.heard"),
    "gate: seen by who was sent before it": (
        SETTLE, "redis.call('HGET', keys[7], 'denied')", "false"),
    "gate: a person lets one ask": (OPERATOR, "  try_again(keys[1])\n", ""),
    "gate: another token lets one ask": (
        GATE, "  use_token(keys[1], argv[1])\n", ""),
    "gate: another token ends the hold": (
        GATE, "if kept[1] == 'credentials' or kept[1] == 'forbidden' then", "if false then"),
    "gate: another token ends no other hold": (
        GATE, "if kept[1] == 'credentials' or kept[1] == 'forbidden' then", "if kept[1] then"),
    "gate: the same token lets nobody ask": (
        GATE, "if not kept[2] or kept[2] == argv[1] then", "if not kept[2] then"),
    "gate: a token where none was refused": (
        GATE, "if not kept[2] or kept[2] == argv[1] then", "if kept[2] == argv[1] then"),
    "gate: when open, another token is no news": (
        GATE, "  if not kept[1] then --", "  if false then --"),
    "tally: a brown-out that is over": (OPERATOR, "brown > now and brown or 0", "brown"),
    "gate: with another token all begins anew": (
        GATE, "    redis.call('HSET', budget, 'denied', 0)\n    stop_asking(budget)\n", ""),

    # -- callbacks that are not wanted
    "gone: noted": (
        OPERATOR, "  redis.call('HSET', keys[1], field, stamp(now_ms()) .. ' ' .. argv[2])\n", ""),
    "gone: once": (OPERATOR, "if known == argv[2] then", "if false then"),
    "gone: another URL is another": (OPERATOR, "if known == argv[2] then", "if known ~= '' then"),
    "gone: told with each news": (RESERVE, "if job.stage == 'callback' then", "if false then"),
    "gone: of its own form": (RESERVE, "'gone:' .. (form or '')", "'gone:other'"),
}

GATES_BY_ODDITY = {
    "gate: longer each time", "gate: not longer without an end", "gate: forgets what has served",
    "gate: the next one asks at once", "gate: another token ends the hold",
    "gate: late, and open again", "purse: nor is a second try", "purse: spent",
    "purse: who finds none costs nothing", "gone: told with each news", "gone: of its own form",
    "store: ends a refusal", "gate: callbacks need no token",
    "gate: who has the token of before waits", "gate: only while others have another"}
