-- Looking, in one step.

-- keys: n items, then their bodies (or none)
-- argv: n
-- Reply: of each item its fields and its body.
local function find(keys, argv)
  local n, reply = tonumber(argv[1]), {}

  for i = 1, n do
    reply[i] = {redis.call('HGETALL', keys[i]),
                keys[n + i] and redis.call('GET', keys[n + i])}
  end
  return reply
end

local SHOWN = {'st', 'kind', 'received', 'at', 'up', 'tid', 'read', 'sid'}

-- keys: n items, then their bodies
-- argv: n, room, lean
-- Reply: of the first ones, as many as have room for their bodies (bytes; one
-- in any case), the body and what is shown beside it. lean: that only of those
-- whose body is gone.
local function held(keys, argv)
  local n, room, lean = tonumber(argv[1]), tonumber(argv[2]), argv[3] == '1'
  local reply = {}

  for i = 1, n do
    local body = redis.call('GET', keys[n + i])
    local facts = not (lean and body)
        and redis.call('HMGET', keys[i], unpack(SHOWN))

    reply[i] = {body, facts}
    room = room - (body and #body or 0)
    if room <= 0 then
      break
    end
  end
  return reply
end

-- What this library is: library.c compares it with its own.
local function version()
  return CODE
end

redis.register_function{function_name = 'ah3_find', callback = find,
                        flags = {'no-writes', 'allow-oom'}}
redis.register_function{function_name = 'ah3_held', callback = held,
                        flags = {'no-writes', 'allow-oom'}}
redis.register_function{function_name = 'ah3_version', callback = version,
                        flags = {'no-writes', 'allow-oom'}}
