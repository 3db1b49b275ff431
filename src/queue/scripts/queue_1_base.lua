-- What the moves share. The files of this folder are one Redis Functions
-- library, put together in the order of their names by library.c, which also
-- puts two lines before them: the library's name, and CODE, the digest of the
-- text. Every key a function touches is passed to it in keys; the time is
-- always Redis's own, so all leases run by one clock. ../README.md has the
-- protocol.

local LOG_LINES = 50          -- attempts kept of one item
local ASKED_AT_ONCE = 50      -- chats that one question for tickets names
local GATHER_MS = 30000       -- the longest that one of them waits for others
local CREDIT = 0.08           -- of a request, for each first try in a brown-out
local CREDIT_MOST = 10
local AGAIN_MS = 5000         -- what finds none left asks again after that
local TURN_MS = 600000        -- the furthest that the turn of a look may be
local FACTS_MS = 86400000     -- an item whose payload went at once stays known
local UNTOLD_MS = 600000      -- with news to tell, it is swept so much later
local OWN_TIME_MS = 60000     -- a message that says it is of a time further
                              -- from when it came has a place by that time too
local LATE_MS = 1000          -- accepted so long after it was received, a message
                              -- counts as changed then: see held_changes.c
local GONE_MS = 120000        -- a news that was told stays known to a late
                              -- repetition of its settling

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A time as text, once: Redis is slow at writing numbers.
local function stamp(ms)
  return string.format('%d', ms)
end

-- What goes into sorted sets, out of one, and into tallies, gathered from many
-- items: one command for each set is much cheaper than one for each item.
local function new_moves()
  return {into = {}, out = {}, tallies = {}}
end

local function move_into(moves, set, score, id)
  local list = moves.into[set] or {}

  moves.into[set] = list
  list[#list + 1], list[#list + 2] = score, id
end

local function count_one(moves, name)
  moves.tallies[name] = (moves.tallies[name] or 0) + 1
end

-- from: the set that those of moves.out leave.
local function make_moves(moves, from, meta)
  if #moves.out > 0 then
    redis.call('ZREM', from, unpack(moves.out))
  end
  for set, list in pairs(moves.into) do
    redis.call('ZADD', set, unpack(list))
  end
  for name, n in pairs(moves.tallies) do
    redis.call('HINCRBY', meta, name, n)
  end
end

-- A reply of HGETALL as a table; what is missing is false. The table is made
-- with room for all: one that grows by and by costs more than all the rest.
local function table_of(flat)
  local record = {
    kind = false, form = false, ref = false, received = false, keep = false,
    acc = false, key = false, mail = false, of = false, event = false,
    nstate = false, nat = false, st = false, stage = false, since = false,
    due = false, updated = false, seq = false, tok = false, ltok = false,
    intent = false, att = false, counted = false, cid = false, tid = false,
    cb = false, cbn = false, err = false,
  }

  for i = 1, #flat, 2 do
    record[flat[i]] = flat[i + 1]
  end
  return record
end

local function read(key)
  return table_of(redis.call('HGETALL', key))
end

-- What a holder says of itself later: enough to know it again.
local function short(token)
  return string.sub(token, 1, 16)
end

-- The queue an item waits in: deliver and resolve share one.
local function line_of(stage)
  if stage == 'resolve' then
    return 'deliver'
  end
  return stage
end

-- An item without a word on it is a message.
local function is_news(item)
  return item.kind == 'news'
end

-- Wakes one worker. The bell holds at most one ring.
local function ring(bell)
  if redis.call('LLEN', bell) == 0 then
    redis.call('LPUSH', bell, '1')
  end
end

-- Tells whoever watches this message. item_key is "{name}item:<id>".
local function tell(item_key, id)
  local tag = string.match(item_key, '^(%b{})')
  redis.call('PUBLISH', tag .. 'ch:' .. id, '1')
end

local function write_log(key, now, text)
  if redis.call('RPUSH', key, now .. ' ' .. text) > LOG_LINES then
    redis.call('LTRIM', key, -LOG_LINES, -1)
  end
end

-- The news of a change, made in the step that makes the change. It is an item
-- of its own, due now, and carries what it must of the message.
local function make_news(moves, key, due, number, id, item, event, now)
  local news = {
    'kind', 'news', 'of', id, 'form', item.form or '', 'event', event,
    'nstate', string.match(event, '([^.]*)$'), 'nat', now, 'seq', number,
    'received', now, 'acc', now, 'st', 'due', 'stage', 'callback', 'due', now,
  }
  for _, name in ipairs({'cid', 'tid', 'ref'}) do
    if item[name] then
      news[#news + 1] = name
      news[#news + 1] = item[name]
    end
  end
  redis.call('HSET', key, unpack(news))
  move_into(moves, due, now, id .. '.' .. number)
end

-- What became of a news is told by its message too, if it is the newest one.
local function mark_message(key, news, state)
  if redis.call('HGET', key, 'cbn') == news.seq then
    redis.call('HSET', key, 'cb', state)
    tell(key, news.of)
  end
end
