-- What may be taken, and taking it. Two steps, because every key must be known
-- beforehand: peek names the candidates, reserve takes those still due.

-- The budget of requests is a bucket. It holds a fifth of what a minute allows
-- and is filled with the rest over the minute, so that no minute, wherever it
-- begins, sees more than the budget. What is not for creates is also measured
-- by a smaller bucket of its own ("others"), which leaves creates their share.
local function open_bucket(key, per_minute, share, now)
  local bucket = {key = key, now = now, on = per_minute > 0}
  local kept, past, part

  if not bucket.on then
    return bucket
  end
  kept = redis.call('HMGET', key, 'tokens', 'others', 'at', 'looks')
  past = math.max(0, now - (tonumber(kept[3]) or 0))
  part = math.max(0.05, 1 - share)
  bucket.size = math.max(1, math.floor(per_minute / 5))
  bucket.rate = math.max(1, per_minute - bucket.size) / 60000
  bucket.others_rate = bucket.rate * part
  bucket.tokens = math.min(bucket.size,
      (tonumber(kept[1]) or bucket.size) + past * bucket.rate)
  bucket.others = math.min(math.max(1, bucket.size * part),
      (tonumber(kept[2]) or bucket.size) + past * bucket.others_rate)
  bucket.looks = tonumber(kept[4])
  return bucket
end

-- How long until cost may be taken; 0: now. While something waits for others
-- and they may have it, creates leave one token: a long line of creates must
-- not starve the look for tickets.
local function wait_for(bucket, stage, cost, others_wait)
  local need, wait = cost, 0

  if not bucket.on or stage == 'callback' then
    return 0
  end
  need = math.min(cost, bucket.size)
  if stage ~= 'deliver' then
    wait = math.max(0, (1 - bucket.others) / bucket.others_rate)
  elseif others_wait and bucket.others >= 1 then
    need = need + 1
    if need > bucket.size then
      return 1000 -- there is room for one token only, and it is theirs
    end
  end
  return math.ceil(math.max(wait, (need - bucket.tokens) / bucket.rate))
end

local function take(bucket, stage, cost)
  if not bucket.on or stage == 'callback' then
    return
  end
  bucket.tokens = bucket.tokens - cost
  if stage ~= 'deliver' then
    bucket.others = bucket.others - cost
  end
  bucket.changed = true
end

local function close_bucket(bucket)
  if bucket.changed then
    redis.call('HSET', bucket.key,
        'tokens', string.format('%.4f', bucket.tokens),
        'others', string.format('%.4f', bucket.others), 'at', bucket.now)
  end
  if bucket.queued then
    redis.call('HSET', bucket.key, 'looks', stamp(bucket.looks))
  end
end

-- The breaker: a destination that does not answer is given one request at a
-- time, until one of them is answered. `open` is how long from one to the next,
-- `probe` when that is. queue_9_report.lua opens and closes it.
local function read_breaker(budget, stage)
  local kept = stage ~= 'callback' and redis.call('HMGET', budget, 'open', 'probe')

  if not kept or not kept[1] then
    return nil
  end
  return {open = tonumber(kept[1]), probe = tonumber(kept[2])}
end

-- When to ask again if nothing may be taken for now, by whoever has the token
-- of that name; nil when it may.
local function closed_until(keys, stage, now, with)
  local grace = tonumber(redis.call('HGET', keys.meta, 'grace_until') or 0)
  local breaker, gate, till

  if grace > now then
    return grace
  end
  till = held_until(keys.budget, stage, now)
  breaker = not till and read_breaker(keys.budget, stage)
  if breaker and breaker.probe > now then
    till = breaker.probe
  end
  gate = not till and read_gate(keys.budget, stage, now)
  if gate and gate > now then
    till = gate
  end
  if not till and is_stale(keys.budget, stage, with) then
    till = now + STALE_MS
  end
  return till, breaker, gate
end

local function first_score(zset)
  local first = redis.call('ZRANGE', zset, 0, 0, 'WITHSCORES')
  return tonumber(first[2])
end

local function others_wait(zset, stage, now)
  local first

  if stage ~= 'deliver' then
    return false
  end
  first = first_score(zset)
  return first ~= nil and first <= now
end

-- Whether a question for tickets keeps something from others: from creates or
-- looks that wait for the budget; in a brown-out, from first tries.
local function keeps_from(keys, argv, now)
  local kept, first

  if argv[1] ~= 'reconcile' then
    return false
  end
  kept = redis.call('HMGET', keys[2], 'looks', 'brown')
  if tonumber(kept[2] or 0) > now then
    return true
  end
  first = tonumber(argv[3]) > 0 and first_score(keys[5])
  return first and (first <= now or tonumber(kept[1] or 0) > now)
end

-- Then it waits for company: one request asks for fifty, and each that asks for
-- fewer is another one less.
-- Reply: how many may be asked for; 0, and until when they wait.
local function gather(keys, argv, oldest, now)
  local n, fiftieth = tonumber(argv[2]), nil

  if not keeps_from(keys, argv, now) then
    return n
  end
  fiftieth = redis.call('ZRANGE', keys[1], '-inf', now, 'BYSCORE', 'LIMIT',
                        ASKED_AT_ONCE - 1, 1)
  if not fiftieth[1] and now - oldest < GATHER_MS then
    return 0, oldest + GATHER_MS
  end
  return math.min(n, ASKED_AT_ONCE)
end

-- keys: due budget meta due:reconcile due:deliver
-- argv: stage n per_minute share with
-- Reply: now, when to ask again (0: nothing is known), ids.
local function peek(keys, argv)
  local stage, now = argv[1], now_ms()
  local names = {budget = keys[2], meta = keys[3]}
  local till = closed_until(names, stage, now, argv[5])
  local reply, first, bucket, wait, n

  if till then
    return {now, till}
  end
  first = first_score(keys[1])
  if not first or first > now then
    return {now, math.ceil(first or 0)}
  end
  n, wait = gather(keys, argv, first, now)
  if n == 0 then
    return {now, math.ceil(wait)}
  end
  bucket = open_bucket(keys[2], tonumber(argv[3]), tonumber(argv[4]), now)
  wait = wait_for(bucket, stage, 1, others_wait(keys[4], stage, now))
  if wait > 0 then
    return {now, now + wait}
  end
  reply = redis.call('ZRANGE', keys[1], '-inf', now, 'BYSCORE',
                     'LIMIT', 0, n)
  table.insert(reply, 1, now)
  table.insert(reply, 2, now)
  return reply
end

-- An item from before a restart that may have lost an intent is treated as if
-- it had one, once per restart.
local function suspected(item, job)
  return job.stage == 'deliver' and not item.intent
      and tonumber(item.acc or 0) < job.suspect
      and tonumber(item.sus or 0) < job.suspect
end

local function put_off(job, key, id, due)
  redis.call('HSET', key, 'due', due)
  move_into(job.moves, job.due, due, id)
  return false
end

-- Looks are not for creates, but wait in one line with them. One that finds
-- nothing left of the smaller bucket gets a turn of its own, behind those that
-- got one before; so a long line of looks leaves creates their share.
local function may_look(job, key, id, stage, cost)
  local bucket, turn = job.bucket, nil

  if stage ~= 'resolve' or not bucket.on or bucket.others >= 1 then
    return true
  end
  turn = math.max(bucket.now, bucket.looks or 0)
      + math.ceil(cost / bucket.others_rate)
  bucket.looks = math.min(turn, bucket.now + TURN_MS)
  bucket.queued = true
  return put_off(job, key, id, stamp(bucket.looks))
end

-- In a brown-out, when a good part of all requests fails, what was tried before
-- must not keep out what was not: each first try earns a part of a request for
-- the others, so that nine of ten requests, questions for tickets among them, are
-- first tries. queue_9_report.lua says until when it lasts. nil: it is none.
local function open_purse(budget, stage, now)
  local kept = stage == 'deliver' and redis.call('HMGET', budget, 'brown', 'credit')

  if not kept or tonumber(kept[1] or 0) <= now then
    return nil
  end
  return {credit = tonumber(kept[2] or 0), later = 0, now = now}
end

-- False: there is nothing left for another try of this one; it waits a little,
-- spread out, and nothing of it is counted.
local function pay(job, key, id, item, stage, cost)
  local purse, due = job.purse, nil

  if stage ~= 'resolve' and tonumber(item.att or 0) == 0 then
    purse.credit = math.min(CREDIT_MOST, purse.credit + CREDIT)
    return true
  end
  if purse.credit >= cost then
    purse.credit = purse.credit - cost
    return true
  end
  due = stamp(purse.now + AGAIN_MS + purse.later % 20 * 250)
  purse.later = purse.later + 1
  return put_off(job, key, id, due)
end

-- What a receiver of that form's callbacks said when it wanted no more of them:
-- since when, and the name of its URL. Whoever sends them knows whether it is
-- still the same.
local function gone_of(meta, form)
  return redis.call('HGET', meta, 'gone:' .. (form or '')) or ''
end

-- Leases one item: its fields, or nil when nothing is behind the id, or how
-- long the budget makes it wait.
local function take_item(job, key, id, token)
  local flat = redis.call('HGETALL', key)
  local item = table_of(flat)
  local doubt, stage, cost, wait, set = suspected(item, job), job.stage, 1, 0, nil

  if stage == 'deliver' and (doubt or item.intent) then
    stage, cost = 'resolve', 2
  end
  if not item.st then
    job.moves.out[#job.moves.out + 1] = id
    return nil, 0
  end
  if job.stage == 'reconcile' and job.taken % ASKED_AT_ONCE > 0 then
    cost = 0 -- the request for the one before asks for this one too
  end
  if cost > 0 then
    wait = wait_for(job.bucket, job.stage, cost, job.others)
  end
  if wait > 0 then
    return nil, wait
  end
  if not may_look(job, key, id, stage, cost) then
    return nil, 0
  end
  if job.purse and not pay(job, key, id, item, stage, cost) then
    return nil, 0
  end
  take(job.bucket, stage, cost)
  job.taken = job.taken + 1
  set = {'st', 'run', 'tok', token, 'stage', stage}
  if job.stage == 'callback' then
    flat[#flat + 1], flat[#flat + 2] = 'gone', gone_of(job.meta, item.form)
  end
  if doubt then
    for _, name in ipairs({'intent', 'sus'}) do
      set[#set + 1], set[#set + 2] = name, stamp(job.suspect)
    end
  elseif tonumber(item.intent or 0) > job.now then
    -- the clock was put back: the patience with it begins now
    set[#set + 1], set[#set + 2] = 'intent', stamp(job.now)
  end
  job.moves.out[#job.moves.out + 1] = id
  move_into(job.moves, job.run, job.till, id)
  redis.call('HSET', key, unpack(set))
  for i = 1, #set do
    flat[#flat + 1] = set[i] -- the later word counts
  end
  return flat, 0
end

-- The bodies of what was taken, each into its row.
local function add_bodies(reply, bodies)
  local found = #bodies > 0 and redis.call('MGET', unpack(bodies))

  for i = 1, #bodies do
    reply[i + 2][4] = found[i]
  end
end

-- keys: due run budget meta due:reconcile, then items, then bodies (deliver)
-- argv: stage n per_minute share lease, then ids, then tokens, then with
-- Reply: now, when to ask again, and of each item taken: id, token, its fields,
-- its body.
local function reserve(keys, argv)
  local stage, n, now = argv[1], tonumber(argv[2]), now_ms()
  local names = {budget = keys[3], meta = keys[4]}
  local till, breaker, gate = closed_until(names, stage, now, argv[6 + 2 * n])
  local wait, reply = 0, {now, 0}
  local job = {stage = stage, due = keys[1], run = keys[2], taken = 0, now = now,
               till = stamp(now + tonumber(argv[5])), moves = new_moves()}
  local scores, bodies, most

  if till then
    return {now, till}
  end
  job.suspect = tonumber(redis.call('HGET', keys[4], 'suspect_before') or 0)
  job.meta = keys[4]
  job.bucket = open_bucket(keys[3], tonumber(argv[3]), tonumber(argv[4]), now)
  job.others = others_wait(keys[5], stage, now)
  job.purse = not breaker and not gate and open_purse(keys[3], stage, now)
  most = (breaker or gate) and (stage == 'reconcile' and ASKED_AT_ONCE or 1) or n
  scores, bodies = redis.call('ZMSCORE', job.due, unpack(argv, 6, 5 + n)), {}

  for i = 1, n do
    if job.taken == most then
      break
    end
    local key, id, token = keys[5 + i], argv[5 + i], argv[5 + n + i]
    local score = tonumber(scores[i] or nil)
    local flat

    if score and score <= now then
      flat, wait = take_item(job, key, id, token)
    end
    if wait > 0 then
      break
    end
    if flat then
      reply[#reply + 1] = {id, token, flat}
      bodies[#bodies + 1] = keys[5 + n + i]
    end
  end
  if breaker and job.taken > 0 then
    redis.call('HSET', keys[3], 'probe', stamp(now + breaker.open), 'probed', '1')
  end
  if gate and job.taken > 0 then
    redis.call('HSET', keys[3], 'asking', reply[3][2], 'till', job.till)
  end
  make_moves(job.moves, job.due)
  add_bodies(reply, bodies)
  close_bucket(job.bucket)
  if job.purse then
    redis.call('HSET', keys[3], 'credit', string.format('%.2f', job.purse.credit))
  end
  reply[2] = wait > 0 and now + wait or math.ceil(first_score(job.due) or 0)
  return reply
end

redis.register_function{function_name = 'ah3_peek', callback = peek,
                        flags = {'no-writes', 'allow-oom'}}
redis.register_function{function_name = 'ah3_reserve', callback = reserve,
                        flags = {'allow-oom'}}
