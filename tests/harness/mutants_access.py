"""The moves of the access tokens, each guard missing or wrong. See mutants.py. Left out
are those behind another: a token for "lasting", which its cause says; the number
in "fail", and that no fewer than no tries are left, which its lock says."""
ACCESS_FILE = "queue_9_access.lua"


def row(old, new):
    return ACCESS_FILE, old, new


ACCESS = {
    # -- who gets what
    "access: a doubted token is not given": row(
        "access.token and access.number > doubted\n", "access.token\n"),
    "access: nor one that is over": row(
        "      and (access.till == 0 or access.till > now)\n", "\n"),
    "access: one without an end is": row(
        "(access.till == 0 or access.till > now)", "(access.till > now)"),
    "access: renewed before its end": row(
        "if usable and (access.renew == 0 or access.renew > now) then", "if usable then"),
    "access: not renewed early": row(
        "if usable and (access.renew == 0 or access.renew > now) then", "if false then"),
    "access: one without an end is not renewed": row(
        "(access.renew == 0 or access.renew > now)", "(access.renew > now)"),
    "access: only what may be used is told": row("usable and access.token or ''",
                                                 "access.token or ''"),
    "access: how long it is good": row("math.max(1, access.till - now) or 0", "0 or 0"),
    "access: asked again at its renewal": row("math.min(ask, LOOK_MS)", "LOOK_MS"),
    "access: asked again before long": row("math.min(ask, LOOK_MS)", "ask"),

    # -- one at a time
    "access: one refreshes for all": row(
        "access.locked ~= argv[1] and access['until'] or 0)", "0)"),
    "access: its own lock keeps nobody out": row(
        "access.locked ~= argv[1] and access['until'] or 0)", "access['until'])"),
    "access: waits after a failure": row("local busy = math.max(access.wait,\n",
                                         "local busy = math.max(0,\n"),
    "access: who waits has the old one": row(
        "told(usable and 'token' or 'wait', access, usable,", "told('wait', access, false,"),
    "access: looks again soon": row("math.min(busy, POLL_MS), now)", "busy, now)"),
    "access: a repetition is no second try": row(
        "local again = access.locked == argv[1] and access['until'] > now",
        "local again = false"),
    "access: a lease that is over is none": row(
        "local again = access.locked == argv[1] and access['until'] > now",
        "local again = access.locked == argv[1]"),
    "access: locked": row("redis.call('HSET', key, 'locked', argv[1],\n",
                          "redis.call('HSET', key, 'locked', '',\n"),
    "access: for a while": row("stamp(now + tonumber(argv[3])), 'tries'", "stamp(now), 'tries'"),
    "access: tries are counted": row("    access.tries = access.tries + 1\n", ""),
    "access: the newest refresh token": row("reply[6] = access.refresh or ''", "reply[6] = ''"),
    "access: renewed for its age": row(
        "tonumber(argv[2]) >= access.number and access.token\n"
        "                        and 'doubt' or 'age'", "'doubt'"),
    "access: renewed for doubt": row(
        "tonumber(argv[2]) >= access.number and access.token\n"
        "                        and 'doubt' or 'age'", "'age'"),
    "access: the first one is no doubt": row(
        "tonumber(argv[2]) >= access.number and access.token\n",
        "tonumber(argv[2]) >= access.number\n"),

    # -- refusals
    "refusal: counts": row(
        "if access.refused and still_refused(keys, access, argv[4], now) then", "if false then"),
    "refusal: a token that may be used goes on": row(
        "  if access.refused and usable then\n", "  if false then\n"),
    "refusal: of this client": row("if access.by ~= by then", "if false then"),
    "refusal: holds the destination": row(
        "    hold_destination(keys[2], 'credentials',\n"
        "                     access.hold_ms > 0 and now + access.hold_ms or 0, now)\n", ""),
    "refusal: for as long as it is said": row(
        "access.hold_ms > 0 and now + access.hold_ms or 0", "0"),
    "refusal: without an end": row(
        "access.hold_ms > 0 and now + access.hold_ms or 0", "now + access.hold_ms"),
    "refusal: holds it once": row("if not access.laid then\n    hold_destination(keys[2], "
                                  "'credentials',\n", "if true then\n    hold_destination(keys[2],"
                                  " 'credentials',\n"),
    "refusal: until it is over": row(
        "return held_until(keys[2], 'deliver', now) ~= nil", "return true"),
    "refusal: over when it is tried again": row(
        "    redis.call('HDEL', keys[1], 'refused', 'laid')\n", ""),
    "refusal: a new hold for a new one": row(
        "redis.call('HDEL', keys[1], 'locked', 'until', 'laid')",
        "redis.call('HDEL', keys[1], 'locked', 'until')"),

    # -- a new token that is refused like the one before
    "lasting: counts": row("  if lasting then\n", "  if false then\n"),
    "lasting: the newest one": row(" or access.number ~= doubted or", " or"),
    "lasting: that came of a refusal": row(" or access.cause ~= 'doubt'\n", "\n"),
    "lasting: for a minute": row("\n      or ms <= 0 then", " then"),
    "lasting: holds the destination": row(
        "    hold_destination(keys[2], 'credentials', now + ms, now)\n", ""),
    "lasting: until it is over": row(
        "return held_until(keys[2], 'deliver', now) and ms", "return ms"),
    "lasting: holds it once": row(
        "  if not access.laid then\n    hold_destination(keys[2], 'credentials', now + ms, now)",
        "  if true then\n    hold_destination(keys[2], 'credentials', now + ms, now)"),

    # -- store
    "store: in place of that number": row(
        "  if tonumber(kept[1] or 0) ~= number then\n", "  if false then\n"),
    "store: a repetition is known": row(
        "tonumber(kept[1] or 0) == number + 1 and kept[2] == argv[2] and 1 or 0", "0"),
    "store: only a repetition": row(
        "tonumber(kept[1] or 0) == number + 1 and kept[2] == argv[2] and 1 or 0", "1"),
    "store: of the same token": row("number + 1 and kept[2] == argv[2] and", "number + 1 and"),
    "store: of the same number": row(
        "tonumber(kept[1] or 0) == number + 1 and kept[2]", "kept[2]"),
    "store: the next number": row("'number', number + 1, 'token'", "'number', number, 'token'"),
    "store: its refresh token": row("             'refresh', argv[3], 'born'",
                                    "             'born'"),
    "store: an end only if it has one": row("stamp(life > 0 and now + life or 0),\n",
                                            "stamp(now + life),\n"),
    "store: renewed only if it has one": row(
        "stamp(life > 0 and now + life * 4 / 5 or 0)", "stamp(now + life * 4 / 5)"),
    "store: renewed before its end": row("life * 4 / 5", "life"),
    "store: who refreshed has done so": row(
        "redis.call('HDEL', keys[1], 'locked', 'until', 'tries',",
        "redis.call('HDEL', keys[1], 'tries',"),
    "store: tries start again": row("'locked', 'until', 'tries', 'refused', 'laid',\n",
                                    "'locked', 'until', 'refused', 'laid',\n"),
    "store: ends a refusal": row("'tries', 'refused', 'laid',\n", "'tries', 'laid',\n"),
    "store: ends what was laid": row("'tries', 'refused', 'laid',\n", "'tries', 'refused',\n"),
    "store: ends the wait": row("'laid',\n             'wait')", "'laid')"),
    "store: forgotten in the end": row(
        "  redis.call('PEXPIRE', keys[1], stamp(CHAIN_MS))\n", ""),
    "store: ends its hold": row("  use_token(keys[2], '#' .. number + 1)\n", ""),
    "store: rings": row("  ring(keys[3])\n", ""),

    # -- fail
    "fail: who refreshes": row("if access.locked ~= argv[1] or access", "if access"),
    "fail: lets others": row("redis.call('HDEL', keys[1], 'locked', 'until', 'laid')",
                             "redis.call('HDEL', keys[1], 'laid')"),
    "fail: a refusal is noted": row(
        "    redis.call('HSET', keys[1], 'refused', argv[5], 'hold_ms', argv[4],\n"
        "               'by', argv[6])\n", ""),
    "fail: waits": row(
        "  redis.call('HSET', keys[1], 'wait', stamp(now + ms))\n", ""),
    "fail: told": row("  note_trouble(keys[2], argv[5], ms > 0 and now + ms or 0, now)\n", ""),
    "fail: since the first": row("redis.call('HGET', budget, 'since') or stamp(now)", "stamp(now)"),
    "store: ends the trouble": row("  redis.call('HDEL', keys[2], 'trouble', 'since', 'again')\n",
                                   ""),
    "fail: what was not sent is no try": row("  if argv[3] == 'unsent' then", "  if false then"),
    "fail: what may have been sent is one": row("  if argv[3] == 'unsent' then", "  if true then"),
}
