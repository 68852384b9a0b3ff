-- Count a chunk whose lines are stored; once, whoever says it how often. ARGV: id, item, failed, milliseconds it took,
-- milliseconds that a chunk shall take, least and most births of a chunk. Answers DONE, DUPLICATE, CLOSED or GONE.
local id, item, failed, took = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local key = key_of(id)
if call('EXISTS', key) == 0 then return 'GONE' end
local start, count, round = item_parts(item)
local part = item .. ':' .. failed

-- Who was given up and comes all the same is welcome, as long as nobody else has begun.
local held = call('ZREM', key .. ':lease', item) == 1 or call('LREM', key .. ':again', 1, item) == 1
if not held then
  local there = call('ZRANGEBYSCORE', key .. ':parts', start, start)[1]
  return there and string.find(there, item .. ':', 1, true) == 1 and 'DUPLICATE' or 'CLOSED'
end

local births = count
if round > 0 then births = part_failed(call('ZRANGEBYSCORE', key .. ':parts', start, start)[1]) end
call('ZREMRANGEBYSCORE', key .. ':parts', start, start)
call('ZADD', key .. ':parts', start, part)
call('HDEL', key .. ':tries', item, 'fault:' .. item)
call('HINCRBY', key, 'done', births)
call('HINCRBY', key, 'failed', failed)
owe(key, -births)
beat(key, births)
beat(LOAD, births)

local function read_on()
  local readable = number(key, 'readable')
  repeat
    local following = call('ZRANGEBYSCORE', key .. ':parts', readable, readable)[1]
    if following then
      local _, more = item_parts(following)
      readable = readable + more
    end
  until not following
  call('HSET', key, 'readable', readable)
end

local function adapt()
  local size = number(key, 'size')
  local wanted = math.min(size * 4, count / math.max(1, took) * tonumber(ARGV[5]))
  local smoothed = math.floor((size + wanted) / 2 + 0.5)
  call('HSET', key, 'size', math.max(tonumber(ARGV[6]), math.min(tonumber(ARGV[7]), smoothed)))
end

if round == 0 then
  read_on()
  if count * 2 > number(key, 'size') then adapt() end
end
if not settle_if_over(id) then emit(id) end
return 'DONE'
