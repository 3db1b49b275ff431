-- What the answers of a destination say of itself: whether it answers at all, and
-- how many requests it still allows. Workers report it, gathered, and only when
-- there is something to say; nothing of an item depends on it.

local RUN_MS = 60000      -- failures further apart than that are no run of them
local SHARE_MS = 30000    -- what a brown-out is judged by: so long and half of
                          -- what was before
local BROWN_MS = 10000    -- how long it lasts when that is not so any more
local SHARE, SHARE_LEAST = 0.2, 20 -- a fifth of twenty or more
local RESET_MS = 300000   -- the longest that a destination's own window is believed

-- A shared pool: others spend too. What it says is left is all there is, until
-- its window ends if it says when.
local function learn_left(key, now, per_minute, share, left, reset)
  local bucket = open_bucket(key, per_minute, share, now)

  if not bucket.on or left >= bucket.tokens then
    return
  end
  bucket.tokens = left
  bucket.others = math.min(bucket.others, left)
  bucket.now = left < 1 and now + math.min(reset, RESET_MS) or now
  bucket.changed = true
  close_bucket(bucket)
end

-- One that was let through was not answered either: twice as long to the next.
-- What else comes in was sent before.
local function stay_open(key, kept, cap, now)
  local wait = math.min(cap, 2 * kept.open)

  if not kept.probed then
    return {'', 0}
  end
  redis.call('HSET', key, 'open', stamp(wait), 'probe', stamp(now + wait))
  redis.call('HDEL', key, 'probed')
  return {'failed', wait}
end

local function count_run(key, kept, bad, limit, probe, now)
  local fresh = not kept.run or now - kept.run_at > RUN_MS
  local run = (fresh and 0 or kept.run) + bad

  if run < limit then
    redis.call('HSET', key, 'run', run, 'run_at', stamp(fresh and now or kept.run_at))
    return {'', 0}
  end
  redis.call('HDEL', key, 'run', 'run_at', 'probed')
  redis.call('HSET', key, 'open', stamp(probe), 'probe', stamp(now + probe))
  return {'opened', probe}
end

-- A brown-out: so large a part of the last requests failed. While
-- all is well nothing is kept.
local function watch_share(key, good, lost, now)
  local kept = redis.call('HMGET', key, 'seen_at', 'seen_good', 'seen_bad')
  local at, news = tonumber(kept[1] or 0), lost > 0

  if not kept[1] and lost == 0 then
    return
  end
  if now - at <= 2 * SHARE_MS then
    good, lost = good + tonumber(kept[2]), lost + tonumber(kept[3])
  else
    at = now
  end
  if news and good + lost >= SHARE_LEAST and lost >= SHARE * (good + lost) then
    redis.call('HSET', key, 'brown', stamp(now + BROWN_MS))
  end
  if now - at > SHARE_MS then
    at, good, lost = now, math.floor(good / 2), math.floor(lost / 2)
  end
  if lost == 0 then
    redis.call('HDEL', key, 'seen_at', 'seen_good', 'seen_bad')
  else
    redis.call('HSET', key, 'seen_at', stamp(at), 'seen_good', good,
               'seen_bad', lost)
  end
end

-- keys: budget bell
-- argv: good bad left reset per_minute share limit probe cap lost
--   good, bad: so many answers, and so many requests without a proper one, the
--   latter since the last good one
--   lost: all bad ones
--   left: requests it still allows (-1: it does not say), for reset ms
--   limit: so many bad ones in a row open the breaker (0: there is none)
-- Reply: opened, failed (a probe), closed, or nothing; ms to the next probe.
local function report(keys, argv)
  local now, kept = now_ms(), redis.call('HMGET', keys[1], 'open', 'probed',
                                         'run', 'run_at')
  local good, bad, left = tonumber(argv[1]), tonumber(argv[2]), tonumber(argv[3])
  local closed = kept[1] and good > 0

  kept = {open = tonumber(kept[1]), probed = kept[2], run = tonumber(kept[3]),
          run_at = tonumber(kept[4])}
  if left >= 0 then
    learn_left(keys[1], now, tonumber(argv[5]), tonumber(argv[6]), left,
               tonumber(argv[4]))
  end
  watch_share(keys[1], good, tonumber(argv[10] or 0), now)
  if good > 0 and (kept.open or kept.run) then
    redis.call('HDEL', keys[1], 'open', 'probe', 'probed', 'run', 'run_at')
    kept = {}
  end
  if closed then -- what failed until now says nothing of what comes
    redis.call('HDEL', keys[1], 'brown', 'seen_at', 'seen_good', 'seen_bad')
    ring(keys[2])
    return {'closed', 0}
  end
  if bad == 0 or tonumber(argv[7]) == 0 then
    return {'', 0}
  end
  if kept.open then
    return stay_open(keys[1], kept, tonumber(argv[9]), now)
  end
  return count_run(keys[1], kept, bad, tonumber(argv[7]), tonumber(argv[8]), now)
end

redis.register_function{function_name = 'ah3_report', callback = report,
                        flags = {'allow-oom'}}
