-- Write a record in state RECEIVING, or say which older one is meant, or why not.
-- ARGV: id, client, idempotency key ('' for none), payload digest, total, expires ms,
--       most open of a client, most births of a client, most open of all, most births of all, then fields and values.
local id, client, given, payload, total, expires = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]
local key = key_of(id)
local idempotency = given ~= '' and ROOT .. ':once:' .. client .. ':' .. given or ''

if call('EXISTS', key) == 1 then return {'CREATED', id} end  -- the answer to the first attempt was lost

if given ~= '' then
  local older, was = unpack(call('HMGET', idempotency, 'id', 'payload'))
  if older and call('EXISTS', key_of(older)) == 1 then
    return {was == payload and 'SAME' or 'CONFLICT', older}
  end
end

local open_of_client = ROOT .. ':client:' .. client .. ':open'

local function wait_ms(births)
  local pulse, at = tonumber(call('HGET', LOAD, 'pulse') or 0), tonumber(call('HGET', LOAD, 'pulse_at') or NOW)
  local per_ms = pulse * math.exp(math.min(0, at - NOW) / TAU) / TAU
  if per_ms <= 0 then return 30000 end
  return math.floor(math.max(1000, math.min(3600000, births / per_ms)))
end

local function owed(field) return tonumber(call('HGET', LOAD, field) or 0) end
local own, all = owed('client:' .. client), owed('all')
local held = {
  {'CLIENT_OPERATIONS', call('SCARD', open_of_client) + 1, tonumber(ARGV[7]), own / (call('SCARD', open_of_client) + 1)},
  {'CLIENT_BIRTHS', own + total, tonumber(ARGV[8]), own + total - tonumber(ARGV[8])},
  {'ALL_OPERATIONS', call('ZCARD', OPEN) + 1, tonumber(ARGV[9]), all / (call('ZCARD', OPEN) + 1)},
  {'ALL_BIRTHS', all + total, tonumber(ARGV[10]), all + total - tonumber(ARGV[10])},
}
for _, limit in ipairs(held) do
  if limit[2] > limit[3] then return {'REFUSED', limit[1], limit[3], wait_ms(limit[4])} end
end

call('HSET', key, 'state', 'RECEIVING', 'total', total, 'done', 0, 'failed', 0, 'readable', 0, 'next', 0, 'version', 0,
  'owed', 0, 'client', client, 'created', NOW, 'expires', expires, 'idempotency', idempotency, unpack(ARGV, 11))
if given ~= '' then
  call('HSET', idempotency, 'id', id, 'payload', payload)
  call('PEXPIREAT', idempotency, expires)
end
call('SADD', open_of_client, id)
call('PEXPIREAT', open_of_client, math.max(tonumber(expires), call('PEXPIRETIME', open_of_client)))
call('ZADD', ROOT .. ':client:' .. client .. ':all', clock[1] * 1000000 + clock[2], id)
call('ZADD', OPEN, NOW, id)
call('HINCRBY', SOURCES, call('HGET', key, 'source'), 1)
call('ZADD', EXPIRY, expires, id)
owe(key, total)
emit(id)
return {'CREATED', id}
