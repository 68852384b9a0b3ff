-- What nobody else notices. ARGV: most tries of a chunk, most milliseconds of an operation, most milliseconds in which
-- births are received, problems for either. Answers what expired, what is trash by now, and how many chunks were recovered.
local most_tries, operation_ms, receiving_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local too_long, interrupted = ARGV[4], ARGV[5]
local recovered = 0

-- What killed its worker too often is cut into pieces with one try each, so that the innocent births among them get lines.
-- A single birth is handed out once more: the worker sees the number of tries, and writes why there is no chart.
local function split(key, item)
  local start, count, round = item_parts(item)
  local size = math.ceil(count / SPLIT_INTO)
  for first = start, start + count - 1, size do
    local piece = first .. ':' .. math.min(size, start + count - first) .. ':' .. round
    call('RPUSH', key .. ':again', piece)
    call('HSET', key .. ':tries', piece, most_tries - 1)
  end
end

local function recover(key, item, stopping)
  local _, count, round = item_parts(item)
  local tries = number(key .. ':tries', item)
  recovered = recovered + 1
  call('ZREM', key .. ':lease', item)
  if stopping or (tries >= most_tries and round > 0) then
    keep(key, item)
  elseif tries >= most_tries and count > 1 then
    split(key, item)
  else
    call('RPUSH', key .. ':again', item)
    return
  end
  call('HDEL', key .. ':tries', item)
end

local function look_after(id)
  local key = key_of(id)
  local state = call('HGET', key, 'state')
  if not state then
    call('ZREM', OPEN, id)
    return
  end
  if state == 'RECEIVING' then
    if number(key, 'created') + receiving_ms < NOW then settle(id, 'FAILED', interrupted) end
    return
  end
  if state == 'RUNNING' and number(key, 'since') + operation_ms < NOW then
    settle(id, 'FAILED', too_long)
    return
  end
  for _, item in ipairs(call('ZRANGEBYSCORE', key .. ':lease', '-inf', NOW)) do recover(key, item, state == 'CANCELLING') end
  if state ~= 'CANCELLING' and (call('LLEN', key .. ':again') > 0 or number(key, 'next') < number(key, 'total')) then
    ready(id)
  end
  settle_if_over(id)
end

for _, id in ipairs(call('ZRANGE', OPEN, 0, -1)) do look_after(id) end
return {
  call('ZRANGEBYSCORE', EXPIRY, '-inf', NOW, 'LIMIT', 0, 100),
  call('ZRANGEBYSCORE', TRASH, '-inf', NOW, 'LIMIT', 0, 100),
  recovered,
}
