-- bring: a message that was promised before Redis could take it, and comes late
-- from a journal. It may have been here already, be forgotten by now, or have
-- been erased meanwhile. gone: that something was erased, for as long as a
-- journal may bring it back.

local GONE_KEPT_MS = 90 * 86400000  -- so long it is known what was erased
local BRING_MOST_MS = 80 * 86400000 -- older ones are not taken: less than that

local BRING_EACH = 8

-- gone, of a key or an email: "when fingerprint" or "when". What was received
-- later is another one. (By whose clock: see ../README.md.)
local function is_gone(gone, received, print)
  local found = redis.call('GET', gone)
  local at, of

  if not found then
    return false
  end
  at, of = string.match(found, '^(%d+) ?(.*)$')
  return tonumber(received) <= tonumber(at) and (of == '' or of == print)
end

-- Whether it may have been here, and be gone by now: it was finished and swept,
-- or a server that took the place of another has lost it. keep: how long what is
-- finished is kept; the settings may have said less before.
local function may_be_forgotten(received, keep, meta, now)
  local late, known = now - received, tonumber(keep)

  if known == 0 or known > FACTS_MS then
    known = FACTS_MS
  end
  return late < 0 or late > known / 2 or
    tonumber(received) < tonumber(redis.call('HGET', meta, 'suspect_before') or 0)
end

-- One of them. k, a: where its keys and arguments begin, less one. What is here is
-- here, however old it is; and an id that was erased is erased, whatever the clock
-- said of the machine that received it: ids are unique.
local function bring_one(keys, k, argv, a, batch)
  local id, print, received = argv[a + 2], argv[a + 5], argv[a + 9]
  local first, said

  if redis.call('EXISTS', keys[k + 1]) == 1 then
    return {'new', id}
  end
  first = redis.call('GET', keys[k + 8])
  if first then
    return {'known', first}
  end
  if redis.call('EXISTS', keys[k + 5]) == 1 then
    return {'erased', id}
  end
  if batch.ms - received > BRING_MOST_MS then
    return {'old', id}
  end
  if is_gone(keys[k + 6], received, print) or is_gone(keys[k + 7], received, '') then
    return {'erased', id}
  end
  said = accept_one(keys, k, argv, a + 1, batch)
  if said[1] == 'new' and argv[a + 1] == '1'
      and may_be_forgotten(received, argv[a + 13], keys[4], batch.ms) then
    -- As if it had been posted just now: the search has its time to catch up.
    redis.call('HSET', keys[k + 1], 'intent', batch.now)
  end
  return said
end

-- keys: as accept's, but of each also: gone of its id, of its key, of its email,
--       and as (another id it is known as)
-- argv: as accept's, but of each first: whether it may have been here already;
--       of its facts, keep is the first
-- What may have been, and be forgotten, is looked for before it is sent.
local function bring(keys, argv)
  return accept_all(keys, argv, BRING_EACH, 1, bring_one)
end

-- keys: gone of an id or an email; of an id with a key also: key, gone of it
-- argv: id
local function be_gone(keys, argv)
  local now = stamp(now_ms())
  local first, print

  redis.call('SET', keys[1], now, 'PX', GONE_KEPT_MS)
  if not keys[2] then
    return 'ok'
  end
  first, print = string.match(redis.call('GET', keys[2]) or '', '^(%S+) (.*)$')
  if first == argv[1] then
    redis.call('SET', keys[3], now .. ' ' .. print, 'PX', GONE_KEPT_MS)
  end
  return 'ok'
end

redis.register_function('ah3_bring', bring)
redis.register_function{function_name = 'ah3_gone', callback = be_gone,
                        flags = {'allow-oom'}}
