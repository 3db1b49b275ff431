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

-- One whose id was erased. A twin of it, the same message with another id, goes
-- with it: one that comes yet (gone of the key), and one that is known by the key,
-- unless that was made later (since: when the id was erased).
local function erased_one(keys, k, id, key, print)
  local since = redis.call('GET', keys[k + 5])
  local first, of

  if key == '' then
    return {'erased', id, since}
  end
  redis.call('SET', keys[k + 6], since .. ' ' .. print, 'PX', GONE_KEPT_MS)
  first, of = string.match(redis.call('GET', keys[k + 3]) or '', '^(%S+) (.*)$')
  return {'erased', of == print and first or id, since}
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
    return erased_one(keys, k, id, argv[a + 4], print)
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

-- keys: as accept's, but of each also: gone of its key, of its email, and as
--       (another id it is known as)
-- argv: as accept's, but of each first: whether it may have been here already;
--       of its facts, keep is the first
-- What may have been, and be forgotten, is looked for before it is sent. Reply: as
-- accept's; of what was erased by its id also when.
local function bring(keys, argv)
  return accept_all(keys, argv, BRING_EACH, 1, bring_one)
end

-- keys: as of an id that was promised, gone of it
-- argv: the id it stands for, for how long (ms)
-- 1: it was erased meanwhile, so that what it stands for is to be erased too.
-- Whichever of also and gone comes second sees the other.
local function also(keys, argv)
  redis.call('SET', keys[1], argv[1], 'PX', argv[2])
  return redis.call('EXISTS', keys[2])
end

-- keys: gone of an email; or of an id, and its as; with a key also: key, gone of it
-- argv: id
-- Reply: the id that it stands for, or ''.
local function be_gone(keys, argv)
  local now = stamp(now_ms())
  local first, print

  redis.call('SET', keys[1], now, 'PX', GONE_KEPT_MS)
  if keys[3] then
    first, print = string.match(redis.call('GET', keys[3]) or '', '^(%S+) (.*)$')
    if first == argv[1] then
      redis.call('SET', keys[4], now .. ' ' .. print, 'PX', GONE_KEPT_MS)
    end
  end
  return keys[2] and redis.call('GET', keys[2]) or ''
end

redis.register_function('ah3_bring', bring)
redis.register_function('ah3_also', also)
redis.register_function{function_name = 'ah3_gone', callback = be_gone,
                        flags = {'allow-oom'}}
