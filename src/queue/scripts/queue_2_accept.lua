-- accept: a submission becomes an item, all of it or nothing of it. Those that
-- came together are accepted together, which costs much less than one by one.

local KEYS_SHARED, KEYS_EACH = 5, 4
local ARGS_SHARED, ARGS_EACH = 2, 9

-- What an earlier one with the same idempotency key means for this one.
local function known_by_key(key, id, fingerprint)
  local first = redis.call('GET', key)
  local first_id, print

  if not first then
    return nil
  end
  first_id, print = string.match(first, '^(%S+) (.*)$')
  if first_id == id then
    return {'new', id} -- ours, and the answer to it was lost
  end
  return {print == fingerprint and 'known' or 'conflict', first_id}
end

local function add(list, score, id)
  list[#list + 1] = score
  list[#list + 1] = id
end

-- One of them. k, a: where its keys and arguments begin, less one. What is to
-- be added to the sets is gathered in batch.
local function accept_one(keys, k, argv, a, batch)
  local id, held, key = argv[a + 1], argv[a + 2] == '1', argv[a + 3]
  local received, now = argv[a + 8], batch.now
  local known = key ~= '' and known_by_key(keys[k + 3], id, argv[a + 4])

  if known then
    return known
  end
  if redis.call('EXISTS', keys[k + 1]) == 1 then
    return {'new', id}
  end
  if not held and batch.room <= 0 then
    return {'full', id}
  end

  redis.call('HSET', keys[k + 1], 'st', held and 'held' or 'due',
             'stage', 'deliver', 'acc', now, 'received', received,
             unpack(argv, a + ARGS_EACH + 1, a + ARGS_EACH + argv[a + 9]))
  redis.call('SET', keys[k + 2], argv[a + 7])
  if key ~= '' then
    redis.call('SET', keys[k + 3], id .. ' ' .. argv[a + 4], 'PX', argv[a + 5])
  end
  if argv[a + 6] ~= '' then
    redis.call('ZADD', keys[k + 4], now, id)
  end
  add(batch.all, received, id)
  add(held and batch.held or batch.due, now, id)
  batch.room = batch.room - (held and 0 or 1)
  return {'new', id}
end

local function add_all(set, list)
  if #list > 0 then
    redis.call('ZADD', set, unpack(list))
  end
end

-- keys: all due:deliver held meta bell, then of each: item body key mail
-- argv: depth n, then of each: id held key fingerprint ttl mail body received
--       how many words of facts, the facts (name value ...)
-- (key and mail are among the facts too, so that erasing finds them)
-- Reply: of each, what became of it and the id that counts.
-- Not allowed when memory is full: that is how a sender hears of it.
local function accept(keys, argv)
  local depth, n, a, reply = tonumber(argv[1]), tonumber(argv[2]), ARGS_SHARED, {}
  local batch = {now = now_ms(), all = {}, due = {}, held = {},
                 room = math.huge}

  if depth > 0 then
    batch.room = depth - redis.call('ZCARD', keys[2])
  end
  for i = 1, n do
    local k = KEYS_SHARED + (i - 1) * KEYS_EACH
    reply[i] = accept_one(keys, k, argv, a, batch)
    a = a + ARGS_EACH + argv[a + 9]
  end
  if #batch.all > 0 then
    add_all(keys[1], batch.all)
    add_all(keys[2], batch.due)
    add_all(keys[3], batch.held)
    redis.call('HINCRBY', keys[4], 'accepted', #batch.all / 2)
  end
  if #batch.due > 0 then
    ring(keys[5])
  end
  return reply
end

redis.register_function('ah1_accept', accept)
