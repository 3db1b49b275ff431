-- What closes a destination, and how it opens again. A hold is for a time, or
-- until a person resumes it. When one for credentials (401, 403) is over, there
-- is still a gate: one request asks, whichever worker has it, and what waits
-- goes on only when that one is let in.

local HELD_MOST_MS = 600000 -- the longest from one that asks to the next

local STALE_MS = 1000 -- whoever has a token of before looks again after that

local GATE = {'denied', 'of', 'with', 'asking', 'till', 'bad'}

-- Whether the destination gives nothing, and until when (0: until resumed). A
-- hold is about the destination, so callbacks go on, unless a person said stop.
local function held_until(budget, stage, now)
  local hold = redis.call('HMGET', budget, 'hold_reason', 'hold_until')
  local till = tonumber(hold[2]) or 0

  if not hold[1] or (stage == 'callback' and hold[1] ~= 'operator') then
    return nil
  end
  if till ~= 0 and till <= now then
    return nil
  end
  return till
end

-- A hold never shortens another, and never replaces a person's. till: 0, until
-- resumed, which is longer than any.
local function hold_destination(budget, reason, till, now)
  local hold = redis.call('HMGET', budget, 'hold_reason', 'hold_until')
  local old = tonumber(hold[2]) or 0
  local over = not hold[1] or (old ~= 0 and old <= now)

  if not over and (hold[1] == 'operator' or old == 0
                   or (till ~= 0 and old > till)) then
    return
  end
  redis.call('HSET', budget, 'hold_reason', reason, 'hold_until', till)
end

-- The gate of this line, if it has one, and until when one that asks has it for
-- itself. A 403 is about its own line; a 401 about all.
local function read_gate(budget, line, now)
  local kept = line ~= 'callback'
      and redis.call('HMGET', budget, 'denied', 'of', 'till')

  if not kept or not kept[1] or (kept[2] and kept[2] ~= line) then
    return nil
  end
  return math.max(now, tonumber(kept[3]) or 0)
end

-- Whether with, which was refused, is not what others have by now: until it is,
-- that worker is given nothing.
local function is_stale(budget, line, with)
  local kept = with and line ~= 'callback'
      and redis.call('HMGET', budget, 'bad', 'with')

  return kept and kept[1] == with and kept[2] ~= with
end

local function stop_asking(budget)
  redis.call('HDEL', budget, 'asking', 'till')
end

-- For that long nothing is given; where only questions for tickets are forbidden
-- (of), none of those: what is delivered needs them later.
local function close(budget, of, v, ms)
  if ms <= 0 then
    return
  end
  if of == 'reconcile' and v.hold == 'forbidden' then
    local till = tonumber(redis.call('HGET', budget, 'till') or 0)

    redis.call('HSET', budget, 'till', stamp(math.max(till, v.now + ms)))
  else
    hold_destination(budget, v.hold, v.now + ms, v.now)
  end
end

-- Held for the first time, or by the one that was to ask: longer each time.
-- What else is refused was sent before, and makes nothing longer; if it went
-- with another token than the one of now, it says nothing at all.
local function deny(budget, gate, probe, line, v)
  local ms, known = v.hold_ms, gate.denied or gate.bad == v.with
  local of

  if known and not probe and v.with ~= gate.with then
    return 'ok'
  end
  if gate.denied and not probe then
    if gate.of and gate.of ~= line then
      redis.call('HDEL', budget, 'of')
      gate.of = nil
    end
    close(budget, gate.of, v, ms)
    return 'ok'
  end
  ms = math.max(ms, math.min(HELD_MOST_MS, ms > 0 and 2 * (gate.denied or 0) or 0))
  stop_asking(budget)
  redis.call('HSET', budget, 'denied', ms, 'with', v.with, 'bad', v.with)
  if v.hold == 'forbidden' and (not gate.denied or gate.of == line) then
    of = line
    redis.call('HSET', budget, 'of', of)
  else
    redis.call('HDEL', budget, 'of')
  end
  close(budget, of, v, ms)
  return ms > 0 and 'held' or 'again'
end

-- What the answer to this one says of our credentials: that they are refused
-- ('denied', with which), or not ('passed'), or nothing. Reply: the word that
-- the settling is answered with: held and open are said once.
local function judge_access(budget, line, v)
  local kept, gate = redis.call('HMGET', budget, unpack(GATE)), {}
  local probe

  for i, name in ipairs(GATE) do
    gate[name] = kept[i]
  end
  gate.denied = tonumber(gate.denied or nil)
  probe = gate.asking and gate.asking == v.token
  if v.heard == 'denied' then
    return deny(budget, gate, probe, line, v)
  end
  if not probe then
    return 'ok'
  end
  stop_asking(budget)
  if v.heard ~= 'passed' then
    return 'again'
  end
  redis.call('HDEL', budget, 'denied', 'of')
  if gate.bad == gate.with then
    redis.call('HDEL', budget, 'with', 'bad')
  end
  return 'open'
end

-- A person's word: one may ask at once, beside another one that may be dead; and
-- what was before makes the next hold no longer.
local function try_again(budget)
  if redis.call('HGET', budget, 'denied') then
    redis.call('HSET', budget, 'denied', 0)
    redis.call('HDEL', budget, 'till')
  end
  redis.call('HDEL', budget, 'bad')
end

-- Another token than the one that was refused ends the hold for that.
local function use_token(budget, with)
  local kept = redis.call('HMGET', budget, 'hold_reason', 'denied', 'bad')

  if kept[1] == 'credentials' or kept[1] == 'forbidden' then
    redis.call('HDEL', budget, 'hold_reason', 'hold_until')
  end
  if kept[2] or kept[3] then
    redis.call('HSET', budget, 'with', with)
  end
  if kept[2] then
    redis.call('HSET', budget, 'denied', 0)
    stop_asking(budget)
  end
end

-- keys: budget bell
-- argv: with
-- A worker has this token now. 1: it is another one than was refused.
local function renew(keys, argv)
  local kept = redis.call('HMGET', keys[1], 'denied', 'with')

  if not kept[2] or kept[2] == argv[1] then
    return 0
  end
  if not kept[1] then -- it goes on already; but who has this one may go on, too
    redis.call('HSET', keys[1], 'with', argv[1])
    return 0
  end
  use_token(keys[1], argv[1])
  ring(keys[2])
  return 1
end

redis.register_function{function_name = 'ah3_renew', callback = renew,
                        flags = {'allow-oom'}}
