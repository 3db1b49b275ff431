-- wrk: a form post of about 1 KB, no two alike, told apart by the answers.
-- Its last line of output is what bench.py reads.
local number = 0
local filler = string.rep("all+work+and+no+play+", 40)
local headers = {
  ["Content-Type"] = "application/x-www-form-urlencoded",
  ["Accept"] = "application/json",
  ["Origin"] = "https://www.example.com",
}

function setup(thread)
  thread:set("run", tostring(os.time()))
  threads = { thread }
end

function init()
  accepted = 0
end

function request()
  number = number + 1
  local body = "message=" .. run .. "." .. number .. "+" .. filler ..
    "&name=Ada+Lovelace&email=a" .. number .. "%40example.org"
  return wrk.format("POST", "/f/contact", headers, body)
end

function response(status)
  if status == 202 then
    accepted = accepted + 1
  end
end

function done(summary, latency)
  local taken = 0
  for _, thread in ipairs(threads) do
    taken = taken + thread:get("accepted")
  end
  local errors = summary.errors
  io.write(string.format("RESULT accepted=%d us=%d p50=%d p99=%d refused=%d broken=%d\n",
    taken, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
