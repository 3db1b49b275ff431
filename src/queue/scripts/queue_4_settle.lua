-- What the holder of a lease may do: say "I am about to post", renew, settle,
-- give back. Whoever does not hold the token of a running item is told 'lost'
-- and changes nothing.

local function holds(item, token)
  return item.st == 'run' and item.tok == token
end

-- One of many is done, whatever an error makes of the others: its word, or the
-- error in words.
local function word_of(move, ...)
  local ok, said = pcall(move, ...)

  if ok then
    return said
  end
  return type(said) == 'table' and said.err or tostring(said)
end

local function intend_one(key, id, token, lease, now, moves)
  local item = redis.call('HMGET', key, 'st', 'tok', 'att', 'cid', 'counted',
                          'looks')

  if not holds({st = item[1], tok = item[2]}, token) or item[4] then
    return 'lost'
  end
  redis.call('HSET', key, 'intent', stamp(now), 'counted', '1',
             'att', tonumber(item[3] or 0) + (item[5] and 0 or 1))
  if item[6] then
    redis.call('HDEL', key, 'looks', 'looked')
  end
  move_into(moves, moves.run, stamp(now + tonumber(lease)), id)
  tell(key, id)
  return 'ok'
end

-- keys: run, then items
-- argv: of each: id token lease
-- The intent is on record before the post leaves. An item that has a chat
-- already is never posted again, whoever asks.
local function intend(keys, argv)
  local now, moves, reply = now_ms(), new_moves(), {}

  moves.run = keys[1]
  for i = 1, #keys - 1 do
    reply[i] = word_of(intend_one, keys[i + 1], argv[3 * i - 2],
                       argv[3 * i - 1], argv[3 * i], now, moves)
  end
  make_moves(moves)
  return reply
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
-- change at once, and what it shows in the end is written.
local function new_change(item)
  return {item = item, names = {}, count = 0}
end

local function put(change, name, value)
  change.item[name] = value
  change.count = change.count + 1
  change.names[change.count] = name
end

local function drop(change, name)
  if change.item[name] then
    put(change, name, false)
  end
end

local function write_change(key, change)
  local set, sets, del = {}, 0, {}

  for i = 1, change.count do
    local name = change.names[i]
    local value = change.item[name]
    if value then
      set[sets + 1], set[sets + 2] = name, value
      sets = sets + 2
    else
      del[#del + 1] = name
    end
  end
  if #del > 0 then
    redis.call('HDEL', key, unpack(del))
  end
  redis.call('HSET', key, unpack(set, 1, sets))
end

-- Ends a lease: the token goes, and is remembered well enough to answer a
-- repetition of the same settling.
local function end_lease(change, moves, id, now)
  local item = change.item

  moves.out[#moves.out + 1] = id
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
    if item.stage == 'resolve' then
      put(change, 'fnd', '1')
    end
  end
  if v.ticket ~= '0' and item.tid ~= v.ticket then
    put(change, 'tid', v.ticket)
    change.shows = true
  end
  if v.looked then
    put(change, 'looks', tonumber(item.looks or 0) + 1)
    put(change, 'looked', v.stamp)
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

-- keys of the places, as settle and reap are given them: run due:deliver
-- due:reconcile due:callback dead done
local function places(keys, first)
  return {run = keys[first], deliver = keys[first + 1],
          reconcile = keys[first + 2], callback = keys[first + 3],
          dead = keys[first + 4], done = keys[first + 5]}
end

-- To its next place. A finished message is kept for its time and then swept;
-- a finished news has nothing to tell any more and goes by itself.
local function lay(change, moves, id, stage, at, where)
  local item = change.item

  enter(change, stage, at.stamp)
  if stage == 'buried' then
    put(change, 'st', 'dead')
    move_into(moves, where.dead, at.stamp, id)
  elseif stage == 'finished' then
    put(change, 'st', 'done')
    if not is_news(item) then
      local keep = tonumber(item.keep or 0)
      move_into(moves, where.done,
                stamp(at.now + (keep > 0 and keep or FACTS_MS)), id)
    end
  else
    local due = stamp(at.now + (at.delay or 0))
    put(change, 'st', 'due')
    put(change, 'due', due)
    move_into(moves, where[line_of(stage)], due, id)
  end
end

-- The destination's tallies, for the moves that count.
local function tally(moves, item, before, after)
  if is_news(item) then
    return
  end
  if line_of(before) == 'deliver' and after == 'reconcile' then
    count_one(moves, 'delivered')
  elseif after == 'finished' then
    count_one(moves, item.tid and 'linked' or 'unlinked')
  elseif after == 'buried' then
    count_one(moves, 'failed')
  end
end

-- Numbers the change, makes its news, and says so in the message.
local function announce(change, moves, key, due, id, v)
  local number = tonumber(change.item.seq or 0) + 1

  put(change, 'seq', number)
  if v.event == '' then
    return
  end
  put(change, 'cb', 'pending')
  put(change, 'cbn', number)
  make_news(moves, key, due, number, id, change.item, v.event, v.stamp)
end

-- a: where the arguments of this one begin, less one.
local function read_verdict(argv, a, now, text_now)
  return {
    now = now, stamp = text_now, token = argv[a + 2], next = argv[a + 3],
    delay = tonumber(argv[a + 4]), count = argv[a + 5] == '1',
    clear_intent = argv[a + 6] == '1', looked = argv[a + 7] == '1',
    chat = argv[a + 8], ticket = argv[a + 9], error = argv[a + 10],
    hold = argv[a + 11], hold_ms = tonumber(argv[a + 12]),
    event = argv[a + 13], number = tonumber(argv[a + 14]), text = argv[a + 15],
    heard = argv[a + 16], with = argv[a + 17],
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
  if redis.call('EXISTS', keys.other) == 0 then
    return
  end
  write_log(keys.log, v.stamp, v.text)
  if v.next == 'finished' then
    mark_message(keys.other, item, 'sent')
  elseif v.next == 'buried' then
    mark_message(keys.other, item, 'failed')
  end
end

local function settle_news(keys, change, v)
  end_news(keys, change.item, v)
  write_change(keys.item, change)
  if v.next == 'finished' then
    redis.call('PEXPIRE', keys.item, GONE_MS)
  end
end

-- What is held for, and what the answer says of our credentials.
local function judge_answer(job, line, v)
  if v.heard == 'denied' then
    job.gated = true
  elseif v.hold_ms > 0 then
    hold_destination(job.budget, v.hold, v.now + v.hold_ms, v.now)
  end
  return job.gated and judge_access(job.budget, line, v) or 'ok'
end

-- Which line an answer is about. To look for a message is to read, as to ask for
-- tickets is: that it is forbidden says nothing of deliveries.
local function line_heard(stage, v)
  if stage == 'resolve' and v.heard == 'denied' and v.hold == 'forbidden' then
    return 'reconcile'
  end
  return line_of(stage)
end

local function settle_message(keys, id, change, v, job)
  local item = change.item

  if change.shows then
    put(change, 'up', v.stamp)
    move_into(job.moves, job.upd, v.stamp, id)
  end
  announce(change, job.moves, keys.other, job.where.callback, id, v)
  write_change(keys.item, change)
  write_log(keys.log, v.stamp, v.text)
  if item.keep == '0' and item.cid then
    redis.call('DEL', keys.body)
  end
  if (item.st == 'due' and v.delay == 0) or v.event ~= '' then
    job.ring = true
  end
  tell(keys.item, id)
end

-- keys: of this one, by name; job: what all of them share.
local function settle_one(keys, id, v, job)
  local item = read(keys.item)
  local change, counted, before = new_change(item), item.counted, item.stage
  local said = 'ok'

  if not holds(item, v.token) then
    return item.ltok == short(v.token) and 'ok' or 'lost'
  end
  if not is_news(item) and tonumber(item.seq or 0) + 1 ~= v.number then
    return 'lost'
  end
  v.next = next_of(item, v)
  if v.next == 'finished' and not is_news(item)
      and not item.cid and v.chat == '' then
    return 'a message without a chat cannot be finished'
  end

  end_lease(change, job.moves, id, v.stamp)
  learn(change, v)
  count(change, counted, v)
  lay(change, job.moves, id, v.next, v, job.where)
  tally(job.moves, item, before, v.next)
  if is_news(item) then
    settle_news(keys, change, v)
  else
    said = judge_answer(job, line_heard(before, v), v)
    job.ring = job.ring or said ~= 'ok'
    settle_message(keys, id, change, v, job)
  end
  return said == 'again' and 'ok' or said
end

-- keys: run due:deliver due:reconcile due:callback dead done budget meta bell
--       upd, then of each: item body log other
--   other: of a message, its next news; of a news, its message
-- argv: of each: id token next delay count clear_intent looked chat ticket error
--       hold hold_ms event number text heard with
-- number: of the news that other is; the item must have come that far.
-- heard, with: see judge_access.
-- Reply: of each 'ok'; 'held' or 'open', which are ok, too; 'lost', or an error.
local function settle(keys, argv)
  local now, reply = now_ms(), {}
  local job = {moves = new_moves(), where = places(keys, 1), budget = keys[7],
               upd = keys[10],
               gated = redis.call('HGET', keys[7], 'denied')}
  local text_now, a = stamp(now), 0

  for k = 10, #keys - 1, 4 do
    local own = {item = keys[k + 1], body = keys[k + 2], log = keys[k + 3],
                 other = keys[k + 4]}
    reply[#reply + 1] = word_of(settle_one, own, argv[a + 1],
                                read_verdict(argv, a, now, text_now), job)
    a = a + 17
  end
  make_moves(job.moves, keys[1], keys[8])
  if job.ring then
    ring(keys[9])
  end
  return reply
end

-- keys: item run due bell
-- argv: id token, in how many ms it is due again (0 if not said)
-- Back untouched: a drain, or there is no room. An intent stays, for safety's
-- sake.
local function give_back(keys, argv)
  local ms, delay = now_ms(), tonumber(argv[3] or 0)
  local item, now, due = read(keys[1]), stamp(ms), stamp(ms + delay)
  local change, moves = nil, new_moves()

  if not holds(item, argv[2]) then
    return item.ltok == short(argv[2]) and 'ok' or 'lost'
  end
  change = new_change(item)
  end_lease(change, moves, argv[1], now)
  put(change, 'st', 'due')
  put(change, 'due', due)
  write_change(keys[1], change)
  move_into(moves, keys[3], due, argv[1])
  make_moves(moves, keys[2])
  if delay == 0 then
    ring(keys[4])
  end
  return 'ok'
end

redis.register_function{function_name = 'ah3_intend', callback = intend,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_beat', callback = beat,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_settle', callback = settle,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_give_back', callback = give_back,
                        flags = {'allow-oom'}}
