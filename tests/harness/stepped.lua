-- What lets a test step the time of the queue's functions. wire.py puts this
-- between the first lines of the library and the shipped text, of which nothing
-- is changed: the name redis then means the table below, where
--   TIME is what the key CLOCK says, in ms;
--   PEXPIRE, and SET with PX NX GET, write their end into the sorted set ENDS,
--   which ah_step (steps.lua) works off when the clock passes it.
-- Everything else goes to Redis as it is.
local CLOCK, ENDS = '{support}clock', '{support}ends'

-- The real one is another table while functions run than while they are loaded.
local function server(...)
  return redis.call(...)
end

local function clock_ms()
  return tonumber(server('GET', CLOCK))
end

local stepped = {}

function stepped.TIME()
  local ms = clock_ms()
  return {math.floor(ms / 1000), ms % 1000 * 1000}
end

function stepped.PEXPIRE(key, ms)
  return server('ZADD', ENDS, clock_ms() + ms, key)
end

function stepped.SET(key, value, px, ttl, ...)
  if not px then
    return server('SET', key, value)
  end
  local old = server('SET', key, value, ...)
  if not old or not ... then
    server('ZADD', ENDS, clock_ms() + ttl, key)
  end
  return old
end

local redis = {register_function = redis.register_function}

function redis.call(name, ...)
  local step = stepped[name]
  if step then
    return step(...)
  end
  return server(name, ...)
end
