-- Redis's clock is the only one that leases and due times go by. When it ran
-- ahead and is put right, it leaves times behind that would come only much later:
-- of a next try, of a lost worker's lease, of a hold. They are brought back by as
-- much. Each round of a janitor asks for it.

local STEP_MS = 60000  -- less is waited out
local NOTED_MS = 10000 -- how often the time is noted
local AT_ONCE = 1000

-- What was planned for later than now is planned for as much sooner. It falls
-- behind the time it is found by, so nothing is found twice.
local function bring_line_back(line, back, now)
  local from, found, moved = '(' .. stamp(now), nil, nil

  repeat
    found, moved = redis.call('ZRANGE', line, from, '+inf', 'BYSCORE', 'LIMIT',
                              0, AT_ONCE, 'WITHSCORES'), {}
    for i = 1, #found, 2 do
      moved[i], moved[i + 1] = stamp(tonumber(found[i + 1]) - back), found[i]
    end
    if #found > 0 then
      redis.call('ZADD', line, unpack(moved))
      from = found[#found]
    end
  until #found < 2 * AT_ONCE
end

-- Nobody holds anything for longer than a whole lease from now on.
local function bring_leases_back(run, lease, now)
  local till, found, moved = stamp(now + lease), nil, nil

  repeat
    found, moved = redis.call('ZRANGE', run, '(' .. till, '+inf', 'BYSCORE',
                              'LIMIT', 0, AT_ONCE), {}
    for i = 1, #found do
      moved[2 * i - 1], moved[2 * i] = till, found[i]
    end
    if #found > 0 then
      redis.call('ZADD', run, unpack(moved))
    end
  until #found < AT_ONCE
end

-- Holds, the next probe, the end of a brown-out, who asks before the others, what
-- is counted from when.
local function bring_budget_back(budget, back, now)
  for _, name in ipairs({'hold_until', 'probe', 'brown', 'at', 'run_at',
                         'seen_at', 'looks', 'till'}) do
    local at = tonumber(redis.call('HGET', budget, name) or 0)

    if at > now then
      redis.call('HSET', budget, name, stamp(math.max(now, at - back)))
    end
  end
end

-- keys: meta budget run due:deliver due:reconcile due:callback
-- argv: lease
-- Reply: by how many ms the clock went back; 0: it did not.
local function watch_clock(keys, argv)
  local now, lease = now_ms(), tonumber(argv[1])
  local kept = redis.call('HMGET', keys[1], 'clock', 'grace_until')
  local back = tonumber(kept[1] or 0) - now

  if back <= STEP_MS and back > -NOTED_MS then
    return 0
  end
  redis.call('HSET', keys[1], 'clock', stamp(now))
  if back <= STEP_MS then
    return 0
  end
  if tonumber(kept[2] or 0) > now + lease then
    redis.call('HSET', keys[1], 'grace_until', stamp(now + lease))
  end
  bring_budget_back(keys[2], back, now)
  bring_leases_back(keys[3], lease, now)
  for i = 4, 6 do
    bring_line_back(keys[i], back, now)
  end
  return back
end

redis.register_function{function_name = 'ah3_clock', callback = watch_clock,
                        flags = {'allow-oom'}}
