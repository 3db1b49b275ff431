-- accept: a submission becomes an item, all of it or nothing of it.

-- keys: item body all due:deliver held meta bell key mail
-- argv: id held depth key fingerprint ttl mail body received fact value ...
-- (key and mail are among the facts too, so that erasing finds them)
-- Not allowed when memory is full: that is how a sender hears of it.
local function accept(keys, argv)
  local id, held, depth = argv[1], argv[2] == '1', tonumber(argv[3])
  local key, fingerprint, received = argv[4], argv[5], argv[9]
  local now, place

  if key ~= '' then
    local first = redis.call('GET', keys[8])
    if first then
      local first_id, print = string.match(first, '^(%S+) (.*)$')
      if first_id == id then
        return {'new', id} -- ours, and the answer to it was lost
      end
      return {print == fingerprint and 'known' or 'conflict', first_id}
    end
  end
  if redis.call('EXISTS', keys[1]) == 1 then
    return {'new', id}
  end
  if not held and depth > 0 and redis.call('ZCARD', keys[4]) >= depth then
    return {'full', id}
  end

  now = now_ms()
  place = held and 'held' or 'due'
  redis.call('HSET', keys[1], 'st', place, 'stage', 'deliver', 'acc', now,
             'received', received, unpack(argv, 10))
  redis.call('SET', keys[2], argv[8])
  redis.call('ZADD', keys[3], received, id)
  redis.call('ZADD', held and keys[5] or keys[4], now, id)
  if key ~= '' then
    redis.call('SET', keys[8], id .. ' ' .. fingerprint, 'PX', argv[6])
  end
  if argv[7] ~= '' then
    redis.call('ZADD', keys[9], now, id)
  end
  redis.call('HINCRBY', keys[6], 'accepted', 1)
  if not held then
    ring(keys[7])
  end
  return {'new', id}
end

redis.register_function('ah1_accept', accept)
