-- How many wake-ups are to be sent, as tokens. ARGV: worker ('' for none), wake-ups per worker, milliseconds after which a
-- wake-up is taken for lost, least births of a chunk, '1' where the worker is idle.
local worker, per_worker, lost_ms, least, idle = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
if worker ~= '' then
  call('ZADD', WORKERS, NOW, worker)
  call('ZREMRANGEBYSCORE', WORKERS, '-inf', NOW - 60 * ALIVE_MS)
end
call('ZREMRANGEBYSCORE', TOKENS, '-inf', NOW)

local most = per_worker * alive_workers()
local work = 0
for _, id in ipairs(call('ZRANGE', READY, 0, -1)) do
  local key = key_of(id)
  local left = number(key, 'total') - number(key, 'next')
  work = work + call('LLEN', key .. ':again') + math.ceil(left / math.max(least, number(key, 'size')))
  if work >= most then break end
end

-- Twice as many as chunks: one worker takes two at a time, and the other shall not stand by.
local wanted = math.min(2 * work, most) - call('ZCARD', TOKENS)
if idle == '1' and work > 0 then wanted = math.max(1, wanted) end
local tokens = {}
for place = 1, wanted do
  tokens[place] = tostring(call('INCR', ROOT .. ':sent'))
  call('ZADD', TOKENS, NOW + lost_ms, tokens[place])
end
return tokens
