-- The janitor's rounds: leases that ran out, items kept long enough.

-- keys: zset
-- argv: n
-- What of a set is past its time, by Redis's clock.
local function past(keys, argv)
  return redis.call('ZRANGE', keys[1], '-inf', now_ms(), 'BYSCORE',
                    'LIMIT', 0, argv[1])
end

-- Work that keeps losing its worker is set aside. What may have been posted
-- stays noted, so that a replay looks first.
local function poison(keys, change, moves, id, v, where)
  local item = change.item

  put(change, 'err', v.error)
  lay(change, moves, id, 'buried', v, where)
  if is_news(item) then
    if redis.call('EXISTS', keys[10]) == 1 then
      mark_message(keys[10], item, 'failed')
    end
    return
  end
  announce(change, moves, keys[10], where.callback, id, v)
  tally(moves, item, item.stage, 'buried')
end

-- keys: item run due:deliver due:reconcile due:callback dead meta bell log
--       other
-- argv: id limit event number error text
-- A lease that ran out: back to due, one crash more; over the limit: dead.
local function reap(keys, argv)
  local id, now = argv[1], now_ms()
  local ends = tonumber(redis.call('ZSCORE', keys[2], id) or nil)
  local item, crashes, change, where, v
  local moves = new_moves()

  if not ends or ends > now then
    return 0
  end
  item = read(keys[1])
  if item.st ~= 'run' then
    redis.call('ZREM', keys[2], id) -- nothing is behind this id
    return 0
  end
  if not is_news(item) and tonumber(item.seq or 0) + 1 ~= tonumber(argv[4]) then
    return 0
  end

  change, crashes = new_change(item), tonumber(item.crash or 0) + 1
  where = places(keys, 2)
  where.dead, where.done = keys[6], nil
  v = {now = now, stamp = stamp(now), event = argv[3], error = argv[5]}
  end_lease(change, moves, id, v.stamp)
  drop(change, 'ltok') -- whoever let it run out has not settled it
  put(change, 'crash', crashes)
  if crashes > tonumber(argv[2]) then
    poison(keys, change, moves, id, v, where)
  else
    local stage = item.intent and line_of(item.stage) == 'deliver'
        and 'resolve' or item.stage
    lay(change, moves, id, stage, v, where)
    put(change, 'seq', tonumber(item.seq or 0) + (is_news(item) and 0 or 1))
  end
  write_change(keys[1], change)
  make_moves(moves, keys[2], keys[7])
  if not is_news(item) then
    write_log(keys[9], v.stamp, argv[6])
    tell(keys[1], id)
  end
  ring(keys[8])
  return 1
end

redis.register_function{function_name = 'ah3_past', callback = past,
                        flags = {'no-writes', 'allow-oom'}}
redis.register_function{function_name = 'ah3_reap', callback = reap,
                        flags = {'allow-oom'}}
