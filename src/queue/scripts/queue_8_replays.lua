-- Replays of many: a list of what was buried, worked off by any process. Who
-- works on one has it under a lease, and repeats what the one before may have
-- done already: the generation of each item keeps that from doing harm.

local REPLAY_WAITS_MS = 30 * 86400000
local REPLAY_BEGUN_MS = 3600000   -- a list that nobody starts goes after that
local REPLAY_KEPT_MS = 7 * 86400000 -- so long it can be asked what became of it
local REPLAY_LIST_MS = 86400000   -- and so long of each item of it

-- keys: todo
-- argv: how many there were before, then "id generation" of each
-- May be repeated: the number before says whether it was heard.
local function replay_add(keys, argv)
  local before, n = tonumber(argv[1]), redis.call('LLEN', keys[1])

  if n == before then
    redis.call('RPUSH', keys[1], unpack(argv, 2))
    redis.call('PEXPIRE', keys[1], REPLAY_BEGUN_MS)
  elseif n ~= before + #argv - 1 then
    return 'lost'
  end
  return 'ok'
end

local function forget_old(known, now)
  local old = redis.call('ZRANGE', known, '-inf',
                         stamp(now - REPLAY_WAITS_MS - REPLAY_KEPT_MS),
                         'BYSCORE', 'LIMIT', 0, 1000)

  if #old > 0 then
    redis.call('ZREM', known, unpack(old))
  end
end

-- keys: replay replays known todo
-- argv: id by rate total
-- 'lost': the list is not what was put down.
local function replay_start(keys, argv)
  local now = now_ms()

  if redis.call('EXISTS', keys[1]) == 1 then
    return 'ok'
  end
  if redis.call('LLEN', keys[4]) ~= tonumber(argv[4]) then
    return 'lost'
  end
  redis.call('HSET', keys[1], 'state', 'running', 'by', argv[2],
             'rate', argv[3], 'total', argv[4], 'at', 0, 'replayed', 0,
             'started', stamp(now), 'updated', stamp(now), 'next', stamp(now))
  redis.call('PEXPIRE', keys[1], REPLAY_WAITS_MS)
  redis.call('PEXPIRE', keys[4], REPLAY_WAITS_MS)
  redis.call('ZADD', keys[2], stamp(now), argv[1])
  forget_old(keys[3], now)
  redis.call('ZADD', keys[3], stamp(now), argv[1])
  return 'ok'
end

local function end_replay(keys, id, state, now)
  redis.call('HSET', keys[1], 'state', state, 'ended', now, 'updated', now)
  redis.call('HDEL', keys[1], 'runner', 'till')
  redis.call('PEXPIRE', keys[1], REPLAY_KEPT_MS)
  redis.call('PEXPIRE', keys[2], REPLAY_LIST_MS)
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

-- No turn and no lease is longer than a minute: what is further away was planned
-- before the clock was put back, and is over.
local function planned(at, now)
  return at > now + 60000 and now or at
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
  if it[2] and it[2] ~= argv[2] and planned(tonumber(it[3]), now) > now then
    return {'busy'}
  end
  redis.call('HSET', keys[1], 'runner', argv[2], 'till',
             stamp(now + tonumber(argv[3])))
  redis.call('PEXPIRE', keys[1], REPLAY_WAITS_MS)
  redis.call('PEXPIRE', keys[2], REPLAY_WAITS_MS)
  n, next_at = replay_share(tonumber(it[5]), planned(tonumber(it[6]), now), now,
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

  if it[1] ~= 'running' and it[1] ~= 'paused' then
    return 0
  end
  end_replay(keys, argv[1], 'stopped', stamp(now_ms()))
  redis.call('HSET', keys[1], 'last', it[2] or '')
  return 1
end

-- keys: replay replays
-- argv: id
-- Its runner keeps it until its lease is over, and may still note what it has in
-- hand; so when it goes on soon, nothing of that is counted twice.
local function replay_pause(keys, argv)
  if redis.call('HGET', keys[1], 'state') ~= 'running' then
    return 0
  end
  redis.call('HSET', keys[1], 'state', 'paused', 'updated', stamp(now_ms()))
  redis.call('ZREM', keys[2], argv[1])
  return 1
end

-- keys: replay replays
-- argv: id
local function replay_resume(keys, argv)
  local now = stamp(now_ms())

  if redis.call('HGET', keys[1], 'state') ~= 'paused' then
    return 0
  end
  redis.call('HSET', keys[1], 'state', 'running', 'updated', now)
  redis.call('ZADD', keys[2], now, argv[1])
  return 1
end

-- keys: replay
-- argv: rate
-- What waits for its turn at the old rate waits no longer than at the new one.
local function replay_rate(keys, argv)
  local now, rate = now_ms(), tonumber(argv[1])
  local it = redis.call('HMGET', keys[1], 'state', 'next')
  local soon = rate > 0 and now + math.ceil(60000 / rate) or now

  if it[1] ~= 'running' and it[1] ~= 'paused' then
    return 0
  end
  redis.call('HSET', keys[1], 'rate', argv[1], 'updated', stamp(now),
             'next', stamp(math.min(tonumber(it[2]), soon)))
  return 1
end

-- What has become of one that was replayed: a letter. A news that was told goes
-- by itself, so one that is not there was told.
local function fate(key)
  local it = redis.call('HMGET', key, 'st', 'cid', 'tid', 'fnd')
  local news = string.find(key, '.', 1, true)
  local letter = it[2] and 'c' or 'w'

  if not it[1] then
    return news and 't' or 'g'
  elseif it[1] == 'dead' then
    letter = 'f'
  elseif it[1] == 'done' then
    letter = news and 't' or it[3] and 'l' or 'u'
  elseif news then
    letter = 'w'
  end
  return it[4] and not news and string.upper(letter) or letter
end

-- keys: items
-- Reply: of each its letter: waiting, created (its ticket is still looked for),
-- linked, unlinked, failed, told, gone. Upper case: found by a look, so that it
-- was not sent again.
local function replay_fates(keys)
  local letters = {}

  for i = 1, #keys do
    letters[i] = fate(keys[i])
  end
  return table.concat(letters)
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
redis.register_function{function_name = 'ah3_replay_pause',
                        callback = replay_pause, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_replay_resume',
                        callback = replay_resume, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_replay_rate',
                        callback = replay_rate, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_replay_fates',
                        callback = replay_fates,
                        flags = {'no-writes', 'allow-oom'}}
