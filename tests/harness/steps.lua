#!lua name=afterhours_steps
-- The test's own functions beside the queue's: stepping the clock, and showing
-- items in one line each, to be compared with what they must be.
local T = '{support}'
local PLACES = {'due:deliver', 'due:reconcile', 'due:callback', 'run', 'dead',
                'done', 'held'}

-- argv: ms. Sets the clock, and ends what is over by then.
local function step(_, argv)
  local over = redis.call('ZRANGE', T .. 'ends', '-inf', argv[1], 'BYSCORE')

  redis.call('SET', T .. 'clock', argv[1])
  for _, key in ipairs(over) do
    redis.call('DEL', key)
    redis.call('ZREM', T .. 'ends', key)
  end
  return #over
end

-- The named fields, the places it is in with their scores, whether it has a
-- body, and how many lines of log.
local function row(id, fields)
  local key = T .. 'item:' .. id
  local found = redis.call('HMGET', key, unpack(fields))

  for i = 1, #fields do
    found[i] = found[i] or ''
  end
  for _, place in ipairs(PLACES) do
    local score = redis.call('ZSCORE', T .. place, id)
    if score then
      found[#found + 1] = place .. '=' .. score
    end
  end
  found[#found + 1] = 'body=' .. redis.call('EXISTS', T .. 'body:' .. id)
  found[#found + 1] = 'log=' .. redis.call('LLEN', T .. 'log:' .. id)
  return table.concat(found, '|')
end

-- argv: how many fields, the fields, ids
local function rows(_, argv)
  local n, fields, reply = tonumber(argv[1]), {}, {}

  for i = 1, n do
    fields[i] = argv[1 + i]
  end
  for i = n + 2, #argv do
    reply[#reply + 1] = row(argv[i], fields)
  end
  return reply
end

redis.register_function{function_name = 'ah_step', callback = step,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah_rows', callback = rows,
                        flags = {'no-writes', 'allow-oom'}}
