-- What people ask for: replay, release, erase, mark, hold, resume; and what a
-- process asks of a server it meets.

-- keys: item dead due:deliver due:reconcile due:callback bell message
-- argv: id generation replay
-- Due again, tried afresh. The intent stays: a post may have left, so resolve
-- looks before anything is posted. Asked once more by the same replay, whose
-- answer was lost or whose runner died, the reply is the same, and nothing is
-- done.
local function replay(keys, argv)
  local id, now = argv[1], now_ms()
  local item = read(keys[1])
  local change, line

  if item.rpl == argv[3] and tonumber(item.gen) == tonumber(argv[2]) + 1 then
    return 1
  end
  if item.st ~= 'dead' or tonumber(item.gen or 0) ~= tonumber(argv[2]) then
    return 0
  end
  change = new_change(item)
  line = 'deliver'
  if is_news(item) then
    line = 'callback'
  elseif item.cid then
    line = 'reconcile'
  end
  for _, name in ipairs({'att', 'crash', 'looks', 'looked', 'err', 'ltok'}) do
    drop(change, name)
  end
  put(change, 'st', 'due')
  put(change, 'stage', line == 'deliver' and item.intent and 'resolve' or line)
  put(change, 'since', now)
  put(change, 'due', now)
  put(change, 'updated', now)
  put(change, 'gen', tonumber(argv[2]) + 1)
  put(change, 'rpl', argv[3])
  redis.call('ZREM', keys[2], id)
  redis.call('ZADD', ({deliver = keys[3], reconcile = keys[4],
                       callback = keys[5]})[line], now, id)
  if is_news(item) then
    mark_message(keys[7], item, 'pending')
  else
    put(change, 'seq', tonumber(item.seq or 0) + 1)
    tell(keys[1], id)
  end
  write_change(keys[1], change)
  ring(keys[6])
  return 1
end

-- keys: item held due:deliver bell
-- argv: id
local function release(keys, argv)
  local id, now = argv[1], now_ms()
  local item = redis.call('HMGET', keys[1], 'st', 'seq')

  if item[1] ~= 'held' then
    return 0
  end
  redis.call('ZREM', keys[2], id)
  redis.call('ZADD', keys[3], now, id)
  redis.call('HSET', keys[1], 'st', 'due', 'due', now, 'since', now,
             'updated', now, 'seq', tonumber(item[2] or 0) + 1)
  ring(keys[4])
  tell(keys[1], id)
  return 1
end

local may_erase = {
  forget = function() return true end,
  discard = function(item) return item.st == 'held' end,
  sweep = function(item, id, done)
    local till = item.st == 'done' and redis.call('ZSCORE', done, id)
    return till and tonumber(till) <= now_ms()
  end,
}

-- Whether one of these news is still to be told.
local function untold(keys, first)
  for i = first, #keys do
    local st = redis.call('HGET', keys[i], 'st')
    if st == 'due' or st == 'run' then
      return true
    end
  end
  return false
end

-- keys: item body log key mail done all run due:deliver due:reconcile
--       due:callback dead held at upd, then its news 1..
-- argv: mode id seq key mail
-- Everything of an item, its news included, at once. The keys were named after
-- what was read beforehand: when that has changed, 'again'.
-- A sweep takes the payload in any case, but the rest waits for news that is
-- still to be told; and it leaves the idempotency key, whose own time may not
-- be over: a sender who repeats himself must not be sent twice.
local function erase(keys, argv)
  local id, gone = argv[2], {keys[1], keys[2], keys[3]}
  local item = read(keys[1])

  if not item.st or not may_erase[argv[1]](item, id, keys[6]) then
    return 0
  end
  if (item.seq or '0') ~= argv[3] or (item.key or '') ~= argv[4]
      or (item.mail or '') ~= argv[5] then
    return 'again'
  end
  if argv[1] == 'sweep' and untold(keys, 16) then
    redis.call('DEL', keys[2])
    redis.call('ZADD', keys[6], now_ms() + UNTOLD_MS, id)
    return 0
  end
  if argv[1] ~= 'sweep' and item.key
      and string.find(redis.call('GET', keys[4]) or '', id, 1, true) then
    gone[#gone + 1] = keys[4]
  end
  if item.mail then
    redis.call('ZREM', keys[5], id)
  end
  for i = 6, 15 do
    redis.call('ZREM', keys[i], id)
  end
  for i = 16, #keys do
    local news = id .. '.' .. (i - 15)
    gone[#gone + 1] = keys[i]
    redis.call('ZREM', keys[8], news)
    redis.call('ZREM', keys[11], news)
    redis.call('ZREM', keys[12], news)
  end
  redis.call('DEL', unpack(gone))
  tell(keys[1], id)
  return 1
end

-- keys: item upd
-- argv: id unread
-- Whether a person has read a message is no part of its way: it may be marked
-- wherever it is, and nothing but the mark and its time is touched.
local function mark(keys, argv)
  local item, now = redis.call('HMGET', keys[1], 'st', 'kind', 'read'), nil
  local was_read, is_read = item[3] == '1', argv[2] == '0'

  if not item[1] or item[2] == 'news' then
    return 0
  end
  if was_read == is_read then
    return 1
  end
  now = stamp(now_ms())
  redis.call('HSET', keys[1], 'read', is_read and '1' or '0', 'up', now)
  redis.call('ZADD', keys[2], now, argv[1])
  return 1
end

-- keys: budget
-- argv: reason, for how long (ms; 0: until resumed)
-- A person's word replaces any hold; other reasons only add to it.
local function hold(keys, argv)
  local now, ms = now_ms(), tonumber(argv[2])
  local till = ms > 0 and now + ms or 0

  if argv[1] == 'operator' then
    redis.call('HSET', keys[1], 'hold_reason', argv[1], 'hold_until', till)
  else
    hold_destination(keys[1], argv[1], till, now)
  end
  return 'ok'
end

-- keys: budget bell
local function resume(keys)
  redis.call('HDEL', keys[1], 'hold_reason', 'hold_until')
  redis.call('HDEL', keys[1], 'open', 'probe', 'probed', 'run', 'run_at')
  redis.call('HDEL', keys[1], 'brown')
  try_again(keys[1])
  ring(keys[2])
  return 'ok'
end

-- keys: meta
-- argv: run_id sure lease
-- A server that is not the one of last time may have lost its last second:
-- nothing is leased until every older lease has run out, and what was not
-- posted yet by then is looked for first. sure: all it answers is on disk, and
-- nobody else can take its place. It counts only if the server of last time was
-- sure as long as it was known: what that one lost, this one cannot know.
local function meet(keys, argv)
  local known = redis.call('HMGET', keys[1], 'run_id', 'sure')
  local now, result = now_ms(), 'new'

  if known[1] == argv[1] then
    if argv[2] == '0' and known[2] == '1' then
      redis.call('HSET', keys[1], 'sure', '0')
    end
    return 'known'
  end
  if known[1] and not (argv[2] == '1' and known[2] == '1') then
    redis.call('HSET', keys[1], 'grace_until', now + tonumber(argv[3]),
               'suspect_before', now)
    result = 'grace'
  end
  redis.call('HSET', keys[1], 'run_id', argv[1], 'sure', argv[2])
  return result
end

-- keys: meta
-- argv: form, name of the URL its callbacks go to
-- Its receiver wants no more of them. 1: that is new.
local function stop_callbacks(keys, argv)
  local field, known = 'gone:' .. argv[1], nil

  known = string.match(redis.call('HGET', keys[1], field) or '', '(%S*)$')
  if known == argv[2] then
    return 0
  end
  redis.call('HSET', keys[1], field, stamp(now_ms()) .. ' ' .. argv[2])
  return 1
end

-- keys: meta
-- argv: form
-- They are sent again. 0: they were not stopped.
local function start_callbacks(keys, argv)
  return redis.call('HDEL', keys[1], 'gone:' .. argv[1])
end

-- Of each form whose callbacks are stopped: its name, and since when and where.
local function all_gone(meta)
  local flat, list = redis.call('HGETALL', meta), {}

  for i = 1, #flat, 2 do
    local form = string.match(flat[i], '^gone:(.*)$')
    if form then
      list[#list + 1], list[#list + 2] = form, flat[i + 1]
    end
  end
  return list
end

-- Until when there is a brown-out (0: none); whether one asks before the others
-- since our credentials were refused (2: only of those that ask for tickets); why
-- there is no new token, since when, and when that is tried again.
local function weather_of(budget, now)
  local kept = redis.call('HMGET', budget, 'brown', 'denied', 'trouble', 'since',
                          'again', 'of')
  local brown = tonumber(kept[1] or 0)
  local asking = kept[2] and (kept[6] == 'reconcile' and 2 or 1) or 0

  return {brown > now and brown or 0, asking, kept[3] or '',
          tonumber(kept[4] or 0), tonumber(kept[5] or 0)}
end

-- keys: due:deliver due:reconcile due:callback run dead done held budget meta
-- argv: per_minute share
local function count_all(keys, argv)
  local now = now_ms()
  local hold = redis.call('HMGET', keys[8], 'hold_reason', 'hold_until')
  local bucket = open_bucket(keys[8], tonumber(argv[1]), tonumber(argv[2]), now)
  local reply = {now}

  for i = 1, 7 do
    reply[#reply + 1] = redis.call('ZCARD', keys[i])
  end
  for i = 1, 3 do
    reply[#reply + 1] = math.max(0, now - (first_score(keys[i]) or now))
  end
  if tonumber(hold[2] or 0) ~= 0 and tonumber(hold[2]) <= now then
    hold[1] = false
  end
  reply[#reply + 1] = hold[1] or 'none'
  reply[#reply + 1] = tonumber(hold[1] and hold[2] or 0)
  reply[#reply + 1] = bucket.on and math.max(0, math.floor(bucket.tokens))
    or -1
  for _, name in ipairs({'accepted', 'delivered', 'linked', 'unlinked',
                         'failed'}) do
    reply[#reply + 1] = tonumber(redis.call('HGET', keys[9], name) or 0)
  end
  reply[#reply + 1] =
    math.max(0, (tonumber(redis.call('HGET', keys[9], 'grace_until')) or 0) - now)
  reply[#reply + 1] = tonumber(redis.call('HGET', keys[8], 'probe') or 0)
  for _, at in ipairs(weather_of(keys[8], now)) do
    reply[#reply + 1] = at
  end
  reply[#reply + 1] = all_gone(keys[9])
  return reply
end

redis.register_function{function_name = 'ah3_replay', callback = replay,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_release', callback = release,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_erase', callback = erase,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_mark', callback = mark,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_hold', callback = hold,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_resume', callback = resume,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_meet', callback = meet,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_stop_callbacks',
                        callback = stop_callbacks, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_start_callbacks',
                        callback = start_callbacks, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_tally', callback = count_all,
                        flags = {'no-writes', 'allow-oom'}}
