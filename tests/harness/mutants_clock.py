"""A clock that is put back: each guard of it missing or wrong. See mutants.py."""
CLOCK_FILE, RESERVE = "queue_9_clock.lua", "queue_3_reserve.lua"

# All of them are caught by oddities_clock.py.
CLOCK = {
    "clock: a little is waited for": (
        CLOCK_FILE, "  if back <= STEP_MS then\n    return 0\n  end\n  if tonumber(kept[2]",
        "  if tonumber(kept[2]"),
    "clock: noted now and then": (
        CLOCK_FILE, "if back <= STEP_MS and back > -NOTED_MS then", "if back <= STEP_MS then"),
    "clock: not noted while it is behind": (
        CLOCK_FILE, "if back <= STEP_MS and back > -NOTED_MS then", "if false then"),
    "clock: told once": (
        CLOCK_FILE, "redis.call('HSET', keys[1], 'clock', stamp(now))",
        "redis.call('HSET', keys[1], 'clock', stamp(math.max(now, tonumber(kept[1] or 0))))"),
    "clock: what is due stays": (
        CLOCK_FILE, "local from, found, moved = '(' .. stamp(now), nil, nil",
        "local from, found, moved = '-inf', nil, nil"),
    "clock: what is due now stays": (
        CLOCK_FILE, "local from, found, moved = '(' .. stamp(now), nil, nil",
        "local from, found, moved = stamp(now), nil, nil"),
    "clock: by as much": (
        CLOCK_FILE, "stamp(tonumber(found[i + 1]) - back), found[i]", "stamp(now), found[i]"),
    "clock: all of a line": (CLOCK_FILE, "until #found < 2 * AT_ONCE", "until true"),
    "clock: equals beside the last of a handful": (
        CLOCK_FILE, "from = found[#found]", "from = '(' .. found[#found]"),
    "clock: every line": (CLOCK_FILE, "for i = 4, 6 do", "for i = 4, 5 do"),
    "clock: all leases": (CLOCK_FILE, "until #found < AT_ONCE", "until true"),
    "clock: a whole lease": (
        CLOCK_FILE, "local till, found, moved = stamp(now + lease), nil, nil",
        "local till, found, moved = stamp(now), nil, nil"),
    "clock: grace": (
        CLOCK_FILE, "if tonumber(kept[2] or 0) > now + lease then", "if false then"),
    "clock: no longer grace": (
        CLOCK_FILE, "if tonumber(kept[2] or 0) > now + lease then", "if true then"),
    "clock: who asks before the others": (CLOCK_FILE, "'looks', 'till'}", "'looks'}"),
    "clock: holds": (CLOCK_FILE, "    if at > now then\n", "    if false then\n"),
    "clock: holds without an end": (CLOCK_FILE, "    if at > now then\n", "    if true then\n"),
    "clock: no hold of yesterday": (
        CLOCK_FILE, "stamp(math.max(now, at - back))", "stamp(at - back)"),
    "clock: patience": (
        RESERVE, "elseif tonumber(item.intent or 0) > job.now then", "elseif false then"),
    "clock: patience goes on": (
        RESERVE, "elseif tonumber(item.intent or 0) > job.now then", "elseif item.intent then"),
}
