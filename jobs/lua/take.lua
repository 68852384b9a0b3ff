-- Lease the next chunk to a worker, of the operation that was served least.
-- ARGV: token that woke it, lease ms, least births of a chunk, milliseconds that a chunk shall take.
-- Answers id, item and how often the chunk was begun, this time included; nothing where there is no work.
local token, lease_ms, least, chunk_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
call('ZREM', TOKENS, token)

-- Near its end an operation is cut smaller, so that all workers end together.
local function cut(key)
  local first, total, size = number(key, 'next'), number(key, 'total'), number(key, 'size')
  if first >= total then return nil end
  local fair_share = math.ceil((total - first) / (2 * alive_workers()))
  local count = math.min(total - first, size, math.max(least, fair_share))
  call('HSET', key, 'next', first + count)
  return first .. ':' .. count .. ':0'
end

local function lease(id, key, item)
  local _, count = item_parts(item)
  if call('HGET', key, 'state') == 'QUEUED' then
    call('HSET', key, 'state', 'RUNNING', 'since', NOW, 'pulse', 0, 'pulse_at', NOW)
    call('HSETNX', key, 'started', NOW)
    emit(id)
  end
  call('ZADD', key .. ':lease', NOW + lease_ms, item)
  local served = tonumber(call('ZSCORE', READY, id))
  call('SET', VIRTUAL, string.format('%.3f', served))
  call('ZINCRBY', READY, math.max(1, chunk_ms * count / number(key, 'size')), id)
  if call('LLEN', key .. ':again') == 0 and number(key, 'next') >= number(key, 'total') then call('ZREM', READY, id) end
  return {id, item, call('HINCRBY', key .. ':tries', item, 1)}
end

for _, id in ipairs(call('ZRANGE', READY, 0, 63)) do
  local key = key_of(id)
  local state = call('HGET', key, 'state')
  if state == 'QUEUED' or state == 'RUNNING' then
    local item = call('LPOP', key .. ':again') or cut(key)
    if item then return lease(id, key, item) end
  end
  call('ZREM', READY, id)
end
return false
