-- Replays of many: a list of what was buried, worked off by any process. Who
-- works on one has it under a lease, and repeats what the one before may have
-- done already: the generation of each item keeps that from doing harm.

local REPLAY_WAITS_MS = 30 * 86400000
local REPLAY_KEPT_MS = 7 * 86400000 -- so long it can be asked what became of it

-- keys: todo
-- argv: how many there were before, then "id generation" of each
-- May be repeated: the number before says whether it was heard.
local function replay_add(keys, argv)
  local before, n = tonumber(argv[1]), redis.call('LLEN', keys[1])

  if n == before then
    redis.call('RPUSH', keys[1], unpack(argv, 2))
    redis.call('PEXPIRE', keys[1], REPLAY_WAITS_MS)
  elseif n ~= before + #argv - 1 then
    return 'lost'
  end
  return 'ok'
end

-- keys: replay replays
-- argv: id by rate total
local function replay_start(keys, argv)
  local now = stamp(now_ms())

  if redis.call('EXISTS', keys[1]) == 0 then
    redis.call('HSET', keys[1], 'state', 'running', 'by', argv[2],
               'rate', argv[3], 'total', argv[4], 'at', 0, 'replayed', 0,
               'started', now, 'updated', now, 'next', now)
    redis.call('PEXPIRE', keys[1], REPLAY_WAITS_MS)
    redis.call('ZADD', keys[2], now, argv[1])
  end
  return 'ok'
end

local function end_replay(keys, id, state, now)
  redis.call('HSET', keys[1], 'state', state, 'ended', now, 'updated', now)
  redis.call('HDEL', keys[1], 'runner', 'till')
  redis.call('PEXPIRE', keys[1], REPLAY_KEPT_MS)
  redis.call('DEL', keys[2])
  redis.call('ZREM', keys[3], id)
end

-- How many may go now, none faster than so many a minute, and when the next.
local function replay_share(rate, next_at, now, most)
  if rate <= 0 then
    return most, now
  end
  if now < next_at then
    return 0, next_at
  end
  most = math.max(1, math.min(most, math.floor(rate / 60)))
  return most, now + math.ceil(most * 60000 / rate)
end

-- keys: replay todo replays
-- argv: id runner lease most
-- Reply: 'over'; 'busy', somebody else has it; 'wait' and for how long; 'work',
-- where it stands, and items; or 'ended' by this call: by, done, replayed.
local function replay_take(keys, argv)
  local now, id = now_ms(), argv[1]
  local it = redis.call('HMGET', keys[1], 'state', 'runner', 'till', 'at',
                        'rate', 'next', 'by', 'replayed')
  local at, n, next_at, items = tonumber(it[4] or 0)

  if it[1] ~= 'running' then
    redis.call('ZREM', keys[3], id)
    return {'over'}
  end
  if it[2] and it[2] ~= argv[2] and tonumber(it[3]) > now then
    return {'busy'}
  end
  redis.call('HSET', keys[1], 'runner', argv[2], 'till',
             stamp(now + tonumber(argv[3])))
  n, next_at = replay_share(tonumber(it[5]), tonumber(it[6]), now,
                            tonumber(argv[4]))
  items = redis.call('LRANGE', keys[2], at, at + math.max(n, 1) - 1)
  if #items == 0 then
    end_replay(keys, id, 'finished', stamp(now))
    return {'ended', it[7], it[4], it[8]}
  end
  if n == 0 then
    return {'wait', next_at - now}
  end
  redis.call('HSET', keys[1], 'next', stamp(next_at))
  table.insert(items, 1, 'work')
  table.insert(items, 2, at)
  return items
end

-- keys: replay
-- argv: runner at n replayed
-- What became of the items taken there. Counted once, stopped or not.
local function replay_note(keys, argv)
  local it = redis.call('HMGET', keys[1], 'state', 'runner', 'at', 'last')

  if it[3] ~= argv[2] or (it[2] or it[4]) ~= argv[1] then
    return 'lost'
  end
  redis.call('HSET', keys[1], 'at', tonumber(argv[2]) + tonumber(argv[3]),
             'updated', stamp(now_ms()))
  redis.call('HINCRBY', keys[1], 'replayed', argv[4])
  return 'ok'
end

-- keys: replay todo replays
-- argv: id
local function replay_stop(keys, argv)
  local it = redis.call('HMGET', keys[1], 'state', 'runner')

  if it[1] ~= 'running' then
    return 0
  end
  end_replay(keys, argv[1], 'stopped', stamp(now_ms()))
  redis.call('HSET', keys[1], 'last', it[2] or '')
  return 1
end

redis.register_function{function_name = 'ah3_replay_add',
                        callback = replay_add, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_replay_start',
                        callback = replay_start, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_replay_take',
                        callback = replay_take, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_replay_note',
                        callback = replay_note, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_replay_stop',
                        callback = replay_stop, flags = {'allow-oom'}}
