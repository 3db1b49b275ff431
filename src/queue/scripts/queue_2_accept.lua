-- accept: a submission becomes an item, all of it or nothing of it. Those that
-- came together are accepted together, which costs much less than one by one.

local KEYS_SHARED, KEYS_EACH = 7, 5
local ARGS_SHARED, ARGS_EACH = 2, 10

-- Keeps the idempotency key. What an earlier one with the same key means for this
-- one, if there was one; and whether the key was not there.
local function known_by_key(key, id, fingerprint, ttl)
  local first = redis.call('SET', key, id .. ' ' .. fingerprint, 'PX', ttl,
                           'NX', 'GET')
  local first_id, print

  if not first then
    return nil, true
  end
  first_id, print = string.match(first, '^(%S+) (.*)$')
  if first_id == id then
    return nil, false -- ours, and it was swept
  end
  return {print == fingerprint and 'known' or 'conflict', first_id}
end

-- Most messages say to be of the time they were received, and are accepted at
-- once: they are found by that. Others have places of their own too.
local function lay_by_time(keys, item, id, at, received, late, batch)
  if math.abs(at - received) > OWN_TIME_MS then
    redis.call('HSET', item, 'at', at)
    move_into(batch.moves, keys[6], at, id)
  end
  if late < 0 or late > LATE_MS then
    redis.call('HSET', item, 'up', batch.now)
    move_into(batch.moves, keys[7], batch.now, id)
  end
end

-- One of them. k, a: where its keys and arguments begin, less one. It comes again
-- when the answer to it was lost: then it is here, or was erased in between.
local function accept_one(keys, k, argv, a, batch)
  local id, held, key = argv[a + 1], argv[a + 2] == '1', argv[a + 3]
  local received, at, now = argv[a + 8], argv[a + 9], batch.now
  local late = batch.ms - received
  local known, made

  if redis.call('EXISTS', keys[k + 1], keys[k + 5]) > 0 then
    return {'new', id}
  end
  if key ~= '' then
    known, made = known_by_key(keys[k + 3], id, argv[a + 4], argv[a + 5])
  end
  if known then
    return known
  end
  if (held and batch.cells or batch.room) <= 0 then
    if made then
      redis.call('DEL', keys[k + 3])
    end
    return {'full', id}
  end

  redis.call('HSET', keys[k + 1], 'st', held and 'held' or 'due',
             'stage', 'deliver', 'acc', now, 'received', received,
             unpack(argv, a + ARGS_EACH + 1, a + ARGS_EACH + argv[a + 10]))
  redis.call('SET', keys[k + 2], argv[a + 7])
  if argv[a + 6] ~= '' then
    redis.call('ZADD', keys[k + 4], now, id)
  end
  if at ~= received or late < 0 or late > LATE_MS then
    lay_by_time(keys, keys[k + 1], id, at, received, late, batch)
  end
  move_into(batch.moves, keys[1], received, id)
  move_into(batch.moves, held and keys[3] or keys[2], now, id)
  count_one(batch.moves, 'accepted')
  if held then
    batch.cells = batch.cells - 1
  else
    batch.room = batch.room - 1
  end
  return {'new', id}
end

-- All of a call, by one(). each: keys of one; before: its words before accept's.
-- What comes from a journal (before) was promised: quarantine has room for it.
local function accept_all(keys, argv, each, before, one)
  local depth, cells = tonumber(argv[1]), tonumber(argv[2])
  local a, reply = ARGS_SHARED, {}
  local ms = now_ms()
  local batch = {ms = ms, now = stamp(ms), moves = new_moves(),
                 room = math.huge, cells = math.huge}

  if depth > 0 then
    batch.room = depth - redis.call('ZCARD', keys[2])
  end
  if cells > 0 and before == 0 then
    batch.cells = cells - redis.call('ZCARD', keys[3])
  end
  for k = KEYS_SHARED, #keys - 1, each do
    reply[#reply + 1] = one(keys, k, argv, a, batch)
    a = a + before + ARGS_EACH + argv[a + before + 10]
  end
  make_moves(batch.moves, nil, keys[4])
  if batch.moves.into[keys[2]] then
    ring(keys[5])
  end
  return reply
end

-- keys: all due:deliver held meta bell at upd, then of each: item body key mail
--       gone (of its id)
-- argv: depth, room in quarantine (0: no limit), then of each: id held key
--       fingerprint ttl mail body received at
--       how many words of facts, the facts (name value ...)
-- (key and mail are among the facts too, so that erasing finds them)
-- Reply: of each, what became of it and the id that counts.
-- Not allowed when memory is full: that is how a sender hears of it.
local function accept(keys, argv)
  return accept_all(keys, argv, KEYS_EACH, 0, accept_one)
end

redis.register_function('ah3_accept', accept)
