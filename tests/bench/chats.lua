-- wrk: calls of the Chats API. With the argument "create", chats of about 1 KB,
-- no two alike; else the paths of that file, one after the other. Its last line
-- of output is what sandbox.py reads.
local number = 0
local filler = string.rep("all work and no play ", 40)
local headers = {
  ["Content-Type"] = "application/json",
  ["Authorization"] = "Bearer a-token",
}
local body = [[{"visitor":{"id":"1.%d","name":"Ada Lovelace",
"email":"a%d@example.org","phone":"","notes":""},"message":"%d %s",
"type":"offline_msg","session":{"id":"s%d","ip":"192.0.2.1",
"start_date":"2026-11-22T10:00:00Z","end_date":"2026-11-22T10:00:00Z",
"user_agent":"Mozilla/5.0"},"timestamp":1790000000}]]

function setup(thread)
  threads = { thread }
end

function init(args)
  answered = 0
  if args[1] ~= "create" then
    paths = {}
    for line in io.lines(args[1]) do
      paths[#paths + 1] = line
    end
  end
end

function request()
  number = number + 1
  if paths then
    return wrk.format("GET", paths[number % #paths + 1], headers)
  end
  return wrk.format("POST", "/api/v2/chat/chats", headers,
    (body:gsub("\n", ""):format(number, number, number, filler, number)))
end

function response(status)
  if status < 300 then
    answered = answered + 1
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT answered=%d us=%d p50=%d p99=%d refused=%d broken=%d\n",
    threads[1]:get("answered"), summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
