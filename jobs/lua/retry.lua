-- Run the failed births of a completed operation again. ARGV: id. Answers how many, or -1 where it is not completed.
local id = ARGV[1]
local key = key_of(id)
if not may(key, 'QUEUED') or call('HGET', key, 'state') ~= 'COMPLETED' then return -1 end
local births = 0
for _, part in ipairs(call('ZRANGE', key .. ':parts', 0, -1)) do
  local failed = part_failed(part)
  if failed > 0 then
    local start, count, round = item_parts(part)
    call('RPUSH', key .. ':again', start .. ':' .. count .. ':' .. round + 1)
    births = births + failed
  end
end
if births == 0 then return 0 end
call('HINCRBY', key, 'done', -births)
call('HINCRBY', key, 'failed', -births)
call('HSET', key, 'state', 'QUEUED', 'finished', '', 'problem', '')
owe(key, births)
call('ZADD', OPEN, NOW, id)
call('SADD', ROOT .. ':' .. client_load(key) .. ':open', id)
ready(id)
emit(id)
return births
