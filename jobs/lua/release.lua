-- Give a chunk back that was not finished. ARGV: id, item, kind, most faults, problem.
-- kind 'unrun': as if it had never been taken. kind 'died': the attempt counts, and a reconciler takes it up at once.
-- kind 'fault': what it needs cannot be had now; it waits longer each time, and after the last the operation fails.
local id, item, kind, most, problem = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local key = key_of(id)
if not call('ZSCORE', key .. ':lease', item) then return 0 end
if kind == 'died' then
  call('ZADD', key .. ':lease', 'XX', 0, item)
  return 1
end
call('HINCRBY', key .. ':tries', item, -1)
if kind == 'fault' then
  local faults = call('HINCRBY', key .. ':tries', 'fault:' .. item, 1)
  if faults > most and settle(id, 'FAILED', problem) then return 1 end
  call('ZADD', key .. ':lease', 'XX', NOW + math.min(30000, 500 * 2 ^ faults), item)
  return 1
end
call('ZREM', key .. ':lease', item)
if call('HGET', key, 'state') == 'CANCELLING' then
  keep(key, item)
  settle_if_over(id)
else
  call('LPUSH', key .. ':again', item)
  ready(id)
end
return 1
