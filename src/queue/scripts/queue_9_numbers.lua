-- Which versions of these functions there are, by the number in their names.
-- Processes of several work side by side while one is followed by another. The
-- key is one for all destinations; what its fields mean never changes, as every
-- version to come reads it, and every one that was.

local SEEN_MS = 3600000     -- between two notes that somebody is here
local UNUSED_MS = 604800000 -- a library that nobody was seen with for so long goes

local function raise(key, name, old, number)
  if number > (tonumber(old) or 0) then
    redis.call('HSET', key, name, number)
  end
end

-- keys: numbers
-- argv: number needs
-- A process of this number is here, and what it leaves can be read by processes
-- of the number `needs` and later ones.
local function arrive(keys, argv)
  local now, seen = now_ms(), 'seen:' .. argv[1]
  local kept = redis.call('HMGET', keys[1], 'newest', 'needs', seen)

  raise(keys[1], 'newest', kept[1], tonumber(argv[1]))
  raise(keys[1], 'needs', kept[2], tonumber(argv[2]))
  if now - (tonumber(kept[3]) or 0) >= SEEN_MS then
    redis.call('HSET', keys[1], seen, stamp(now))
  end
  return 'ok'
end

-- keys: numbers
-- argv: number
-- Whether that older library may go now: 1, to one of those who ask. A version
-- that says nothing of itself counts as seen when it is first asked for; if it
-- is still at work its process loads its library again, and is asked for in
-- another week.
local function retire(keys, argv)
  local now, seen = now_ms(), 'seen:' .. argv[1]
  local at = tonumber(redis.call('HGET', keys[1], seen) or nil)

  if at and now - at < UNUSED_MS then
    return 0
  end
  redis.call('HSET', keys[1], seen, stamp(now))
  return at and 1 or 0
end

redis.register_function{function_name = 'ah3_arrive', callback = arrive,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'ah3_retire', callback = retire,
                        flags = {'allow-oom'}}
