-- Access tokens of a destination that are got with a refresh token, each of
-- which is good once. One worker refreshes for all: whoever spends a refresh
-- token says so here before, and puts down the next one before any is used.
-- The key belongs to one chain, which begins with the refresh token of the
-- settings: another one there begins another chain, and touches this one not.

local DOUBT_MS = 60000    -- a token so young, and refused like the one before it
local LOOK_MS = 30000     -- between two looks of a worker that need do nothing
local POLL_MS = 250       -- while another one refreshes
local CHAIN_MS = 31622400000 -- a chain that nobody asks for is forgotten in a year

local ACCESS = {'number', 'token', 'till', 'renew', 'refresh', 'locked', 'until',
                'tries', 'refused', 'by', 'hold_ms', 'laid', 'cause', 'born',
                'wait'}

local function read_access(key)
  local values, record = redis.call('HMGET', key, unpack(ACCESS)), {}

  for i, name in ipairs(ACCESS) do
    record[name] = values[i]
  end
  for _, name in ipairs({'number', 'till', 'renew', 'until', 'tries', 'hold_ms',
                         'born', 'wait'}) do
    record[name] = tonumber(record[name] or 0)
  end
  return record
end

-- What is told of a token that may be used; without one, its text is empty.
local function told(kind, access, usable, ask, now)
  local left = access.till > 0 and math.max(1, access.till - now) or 0

  return {kind, access.number, usable and access.token or '', left,
          math.max(1, math.min(ask, LOOK_MS)), '', access.tries, ''}
end

local function told_refused(access)
  return {'refused', access.number, '', 0, LOOK_MS, '', access.tries,
          access.refused or ''}
end

-- A refusal counts for as long as the destination is held for it: then, or
-- when a person has resumed it, or when the client is another one, it may be
-- tried again. True: it counts.
local function still_refused(keys, access, by, now)
  if access.by ~= by then
    return false
  end
  if not access.laid then
    hold_destination(keys[2], 'credentials',
                     access.hold_ms > 0 and now + access.hold_ms or 0, now)
    redis.call('HSET', keys[1], 'laid', '1')
    return true
  end
  return held_until(keys[2], 'deliver', now) ~= nil
end

-- The token that came of a refusal is refused itself: it is not the token. It
-- counts likewise; how long it is held for, or nothing.
local function lasting_ms(keys, access, doubted, now)
  local ms = math.ceil(DOUBT_MS - (now - access.born))

  if not access.token or access.number ~= doubted or access.cause ~= 'doubt'
      or ms <= 0 then
    return nil
  end
  if not access.laid then
    hold_destination(keys[2], 'credentials', now + ms, now)
    redis.call('HSET', keys[1], 'laid', '1')
    return ms
  end
  return held_until(keys[2], 'deliver', now) and ms
end

local function begin_refresh(key, access, argv, now)
  local again = access.locked == argv[1] and access['until'] > now

  if not again then
    access.tries = access.tries + 1
    redis.call('HSET', key, 'locked', argv[1],
               'until', stamp(now + tonumber(argv[3])), 'tries', access.tries,
               'cause', tonumber(argv[2]) >= access.number and access.token
                        and 'doubt' or 'age')
  end
end

-- keys: access budget
-- argv: lock doubted lease by
-- Reply: kind, number, token, ms it is good for (0: no end is known), when to
-- ask again (ms), refresh token ('': that of the settings), tries, why.
--   token    there is one          wait     another one sees to it
--   yours    refresh it            refused  it cannot be refreshed
-- doubted: the number of a token that was refused; it is not given again.
local function access_take(keys, argv)
  local now, access = now_ms(), read_access(keys[1])
  local doubted = tonumber(argv[2])
  local usable = access.token and access.number > doubted
      and (access.till == 0 or access.till > now)
  local busy = math.max(access.wait,
                        access.locked ~= argv[1] and access['until'] or 0) - now
  local lasting, reply

  if usable and (access.renew == 0 or access.renew > now) then
    return told('token', access, true,
                access.renew > 0 and access.renew - now or LOOK_MS, now)
  end
  lasting = lasting_ms(keys, access, doubted, now)
  if lasting then
    reply = told_refused(access)
    reply[5], reply[8] = math.min(lasting, LOOK_MS), 'a new token is refused, too'
    return reply
  end
  if access.refused and usable then
    return told('token', access, true, LOOK_MS, now)
  end
  if access.refused and still_refused(keys, access, argv[4], now) then
    return told_refused(access)
  end
  if busy > 0 then
    return told(usable and 'token' or 'wait', access, usable,
                math.min(busy, POLL_MS), now)
  end
  if access.refused then
    redis.call('HDEL', keys[1], 'refused', 'laid')
  end
  begin_refresh(keys[1], access, argv, now)
  reply = told('yours', access, usable, LOOK_MS, now)
  reply[6] = access.refresh or ''
  return reply
end

-- keys: access budget bell
-- argv: number token refresh lifetime (ms; 0: no end is known)
-- The next token, in place of that number. What it puts an end to: a refusal,
-- and a hold for it. 0: another one was faster.
local function access_store(keys, argv)
  local now, number, life = now_ms(), tonumber(argv[1]), tonumber(argv[4])
  local kept = redis.call('HMGET', keys[1], 'number', 'token')

  if tonumber(kept[1] or 0) ~= number then
    return tonumber(kept[1] or 0) == number + 1 and kept[2] == argv[2] and 1 or 0
  end
  redis.call('HSET', keys[1], 'number', number + 1, 'token', argv[2],
             'refresh', argv[3], 'born', stamp(now),
             'till', stamp(life > 0 and now + life or 0),
             'renew', stamp(life > 0 and now + life * 4 / 5 or 0))
  redis.call('HDEL', keys[1], 'locked', 'until', 'tries', 'refused', 'laid',
             'wait')
  redis.call('PEXPIRE', keys[1], stamp(CHAIN_MS))
  redis.call('HDEL', keys[2], 'trouble', 'since', 'again')
  use_token(keys[2], '#' .. number + 1)
  ring(keys[3])
  return 1
end

-- What is told of a chain that does not go on, until it does.
local function note_trouble(budget, why, again, now)
  local since = redis.call('HGET', budget, 'since') or stamp(now)

  redis.call('HSET', budget, 'trouble', why, 'since', since, 'again', stamp(again))
end

-- keys: access budget
-- argv: lock number what ms why by
-- It came to nothing: 'unsent' (the refresh token was not spent), 'unknown' (it
-- may have been), both to be tried again after ms; or 'refused', for which the
-- destination is held for ms (0: until resumed) once there is no token left.
local function access_fail(keys, argv)
  local access, now, ms = read_access(keys[1]), now_ms(), tonumber(argv[4])

  if access.locked ~= argv[1] or access.number ~= tonumber(argv[2]) then
    return 0
  end
  redis.call('HDEL', keys[1], 'locked', 'until', 'laid')
  note_trouble(keys[2], argv[5], ms > 0 and now + ms or 0, now)
  if argv[3] == 'refused' then
    redis.call('HSET', keys[1], 'refused', argv[5], 'hold_ms', argv[4],
               'by', argv[6])
    return 1
  end
  redis.call('HSET', keys[1], 'wait', stamp(now + ms))
  if argv[3] == 'unsent' then
    redis.call('HSET', keys[1], 'tries', math.max(0, access.tries - 1))
  end
  return 1
end

redis.register_function{function_name = 'ah3_access_take', callback = access_take,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_access_store',
                        callback = access_store, flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_access_fail', callback = access_fail,
                        flags = {'allow-oom'}}
