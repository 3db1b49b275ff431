-- What the holder of a lease may do: say "I am about to post", renew, settle,
-- give back. Whoever does not hold the token of a running item is told 'lost'
-- and changes nothing.

local function holds(item, token)
  return item.st == 'run' and item.tok == token
end

-- keys: item run
-- argv: id token lease
-- The intent is on record before the post leaves. An item that has a chat
-- already is never posted again, whoever asks.
local function intend(keys, argv)
  local names = {'st', 'tok', 'att', 'cid', 'counted'}
  local values = redis.call('HMGET', keys[1], unpack(names))
  local item, now = {}, now_ms()

  for i, name in ipairs(names) do
    item[name] = values[i]
  end
  if not holds(item, argv[2]) or item.cid then
    return 'lost'
  end
  redis.call('HSET', keys[1], 'intent', now, 'counted', '1',
             'att', tonumber(item.att or 0) + (item.counted and 0 or 1))
  redis.call('HDEL', keys[1], 'looks', 'looked')
  redis.call('ZADD', keys[2], now + tonumber(argv[3]), argv[1])
  tell(keys[1], argv[1])
  return 'ok'
end

-- keys: item run
-- argv: id token lease
local function beat(keys, argv)
  local held = redis.call('HMGET', keys[1], 'st', 'tok')

  if not holds({st = held[1], tok = held[2]}, argv[2]) then
    return 'lost'
  end
  redis.call('ZADD', keys[2], now_ms() + tonumber(argv[3]), argv[1])
  return 'ok'
end

-- What is to be written, gathered first: one HSET, one HDEL. item shows each
-- change at once; of two words on one field the later counts.
local function new_change(item)
  return {item = item, set = {}, del = {}}
end

local function put(change, name, value)
  change.item[name] = value
  change.set[name] = value
  change.del[name] = nil
end

local function drop(change, name)
  if change.item[name] then
    change.item[name] = nil
    change.set[name] = nil
    change.del[name] = true
  end
end

local function write_change(key, change)
  local set, del = {}, {}

  for name, value in pairs(change.set) do
    set[#set + 1], set[#set + 2] = name, value
  end
  for name in pairs(change.del) do
    del[#del + 1] = name
  end
  if #del > 0 then
    redis.call('HDEL', key, unpack(del))
  end
  redis.call('HSET', key, unpack(set))
end

-- Ends a lease: the token goes, and is remembered well enough to answer a
-- repetition of the same settling.
local function end_lease(change, run, id, now)
  local item = change.item

  redis.call('ZREM', run, id)
  put(change, 'ltok', short(item.tok))
  drop(change, 'tok')
  drop(change, 'counted')
  put(change, 'updated', now)
end

-- What was learnt. A chat id, once known, never changes (I6), and with it an
-- intent has served; otherwise only proof clears an intent (I5).
local function learn(change, v)
  local item = change.item

  if v.chat ~= '' and not item.cid then
    put(change, 'cid', v.chat)
  end
  if v.ticket ~= '0' then
    put(change, 'tid', v.ticket)
  end
  if v.looked then
    put(change, 'looks', tonumber(item.looks or 0) + 1)
    put(change, 'looked', v.now)
  end
  if v.clear_intent or item.cid then
    drop(change, 'intent')
    drop(change, 'looks')
    drop(change, 'looked')
  end
  if v.error ~= '' then
    put(change, 'err', v.error)
  else
    drop(change, 'err')
  end
  drop(change, 'crash')
end

-- Attempts count the tries of a line: they start again when an item comes to
-- another one. An intend has counted already; a verdict may take that back.
local function count(change, counted, v)
  local old = tonumber(change.item.att or 0)
  local new = old

  if v.count and not counted then
    new = old + 1
  elseif counted and not v.count then
    new = math.max(0, old - 1)
  end
  if v.next == 'reconcile' and change.item.stage ~= 'reconcile' then
    new = 0
  end
  if new == 0 then
    drop(change, 'att')
  elseif new ~= old then
    put(change, 'att', new)
  end
end

local function enter(change, stage, now)
  if change.item.stage ~= stage then
    put(change, 'stage', stage)
    put(change, 'since', now)
  end
end

-- keys of the places, as settle and reap are given them
local function places(keys, first)
  return {run = keys[first], deliver = keys[first + 1],
          reconcile = keys[first + 2], callback = keys[first + 3],
          dead = keys[first + 4], done = keys[first + 5]}
end

-- To its next place. A finished message is kept for its time and then swept;
-- a finished news has nothing to tell any more and goes by itself.
local function lay(change, id, stage, at, where)
  local item, now = change.item, at.now

  enter(change, stage, now)
  if stage == 'buried' then
    put(change, 'st', 'dead')
    redis.call('ZADD', where.dead, now, id)
  elseif stage == 'finished' then
    put(change, 'st', 'done')
    if not is_news(item) then
      local keep = tonumber(item.keep or 0)
      redis.call('ZADD', where.done, now + (keep > 0 and keep or FACTS_MS), id)
    end
  else
    put(change, 'st', 'due')
    put(change, 'due', at.due)
    redis.call('ZADD', where[line_of(stage)], at.due, id)
  end
end

-- The destination's tallies, for the moves that count.
local function tally(meta, item, before, after)
  if is_news(item) then
    return
  end
  if line_of(before) == 'deliver' and after == 'reconcile' then
    redis.call('HINCRBY', meta, 'delivered', 1)
  elseif after == 'finished' then
    redis.call('HINCRBY', meta, item.tid and 'linked' or 'unlinked', 1)
  elseif after == 'buried' then
    redis.call('HINCRBY', meta, 'failed', 1)
  end
end

-- A hold never shortens another, and never replaces a person's.
local function hold_destination(budget, reason, till, now)
  local hold = redis.call('HMGET', budget, 'hold_reason', 'hold_until')
  local old = tonumber(hold[2]) or 0
  local over = not hold[1] or (old ~= 0 and old <= now)

  if not over and (hold[1] == 'operator' or old == 0 or old > till) then
    return
  end
  redis.call('HSET', budget, 'hold_reason', reason, 'hold_until', till)
end

-- Numbers the change, makes its news, and says so in the message.
local function announce(change, key, due, id, v)
  local number = tonumber(change.item.seq or 0) + 1

  put(change, 'seq', number)
  if v.event == '' then
    return
  end
  put(change, 'cb', 'pending')
  put(change, 'cbn', number)
  make_news(key, due, number, id, change.item, v.event, v.now)
end

local function read_verdict(argv, now)
  return {
    now = now, next = argv[3], delay = tonumber(argv[4]),
    count = argv[5] == '1', clear_intent = argv[6] == '1',
    looked = argv[7] == '1', chat = argv[8], ticket = argv[9],
    error = argv[10], hold = argv[11], hold_ms = tonumber(argv[12]),
    event = argv[13], text = argv[15],
  }
end

-- An item with a chat is past deliver for good.
local function next_of(item, v)
  local chat = item.cid or v.chat ~= ''

  if chat and line_of(v.next) == 'deliver' then
    return 'reconcile'
  end
  return v.next
end

-- What a news did concerns its message: the log, and what is told of it.
local function end_news(keys, item, v)
  if redis.call('EXISTS', keys[13]) == 0 then
    return
  end
  write_log(keys[3], v.now, v.text)
  if v.next == 'finished' then
    mark_message(keys[13], item, 'sent')
  elseif v.next == 'buried' then
    mark_message(keys[13], item, 'failed')
  end
end

-- keys: item body log run due:deliver due:reconcile due:callback dead done
--       budget meta bell other
--   other: of a message, its next news; of a news, its message
-- argv: id token next delay count clear_intent looked chat ticket error
--       hold hold_ms event number text
-- number: of the news that key 13 is; the item must have come that far.
local function settle(keys, argv)
  local id, token, now = argv[1], argv[2], now_ms()
  local item, v = read(keys[1]), read_verdict(argv, now)
  local where, change, before, counted = places(keys, 4), nil, item.stage, nil

  if not holds(item, token) then
    return item.ltok == short(token) and 'ok' or 'lost'
  end
  if not is_news(item) and tonumber(item.seq or 0) + 1 ~= tonumber(argv[14]) then
    return 'lost'
  end
  v.next = next_of(item, v)
  if v.next == 'finished' and not is_news(item)
      and not item.cid and v.chat == '' then
    return redis.error_reply('ERR a message without a chat cannot be finished')
  end

  change, counted = new_change(item), item.counted
  end_lease(change, where.run, id, now)
  learn(change, v)
  count(change, counted, v)
  lay(change, id, v.next, {now = now, due = now + v.delay}, where)
  if is_news(item) then
    end_news(keys, item, v)
    write_change(keys[1], change)
    if v.next == 'finished' then
      redis.call('PEXPIRE', keys[1], GONE_MS)
    end
    return 'ok'
  end

  announce(change, keys[13], where.callback, id, v)
  write_change(keys[1], change)
  write_log(keys[3], now, v.text)
  tally(keys[11], item, before, v.next)
  if v.hold_ms > 0 then
    hold_destination(keys[10], v.hold, now + v.hold_ms, now)
  end
  if item.keep == '0' and item.cid then
    redis.call('DEL', keys[2])
  end
  if (item.st == 'due' and v.delay == 0) or v.event ~= '' then
    ring(keys[12])
  end
  tell(keys[1], id)
  return 'ok'
end

-- keys: item run due bell
-- argv: id token
-- A drain: back untouched, due now. An intent stays, for safety's sake.
local function give_back(keys, argv)
  local item, now = read(keys[1]), now_ms()
  local change

  if not holds(item, argv[2]) then
    return item.ltok == short(argv[2]) and 'ok' or 'lost'
  end
  change = new_change(item)
  end_lease(change, keys[2], argv[1], now)
  put(change, 'st', 'due')
  put(change, 'due', now)
  write_change(keys[1], change)
  redis.call('ZADD', keys[3], now, argv[1])
  ring(keys[4])
  return 'ok'
end

redis.register_function{function_name = 'ah1_intend', callback = intend,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah1_beat', callback = beat,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah1_settle', callback = settle,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah1_give_back', callback = give_back,
                        flags = {'allow-oom'}}
