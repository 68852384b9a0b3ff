-- What the scripts share. KEYS[1] is the root of all names; its hash tag puts them into one slot of a cluster, so that
-- names made from it may be used. MAY, TAU, EVENTS_KEPT and SPLIT_INTO stand above, written by jobs/scripts.py.

local ROOT = KEYS[1]
local OPEN, READY, EVENTS, LOAD = ROOT .. ':open', ROOT .. ':ready', ROOT .. ':events', ROOT .. ':load'
local WORKERS, TOKENS, EXPIRY, TRASH = ROOT .. ':workers', ROOT .. ':tokens', ROOT .. ':expiry', ROOT .. ':trash'
local HOOKS, VIRTUAL, SOURCES = ROOT .. ':hooks', ROOT .. ':virtual', ROOT .. ':sources'

local call = redis.call

local clock = call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)
local ALIVE_MS = 5000

local function key_of(id) return ROOT .. ':op:' .. id end
local function number(key, field) return tonumber(call('HGET', key, field) or 0) or 0 end
local function client_load(key) return 'client:' .. call('HGET', key, 'client') end

local function alive_workers() return math.max(1, call('ZCOUNT', WORKERS, NOW - ALIVE_MS, '+inf')) end

-- An item is "start:count:round"; a part of the results "start:count:round:failed".
local function item_parts(item)
  local start, count, round = string.match(item, '^(%d+):(%d+):(%d+)')
  return tonumber(start), tonumber(count), tonumber(round)
end

local function part_failed(part) return tonumber(string.match(part, ':(%d+)$')) end

-- Births a second, as a sum that halves in ten seconds.
local function beat(key, births)
  local pulse, at = tonumber(call('HGET', key, 'pulse') or 0) or 0, tonumber(call('HGET', key, 'pulse_at') or NOW) or NOW
  pulse = pulse * math.exp(math.min(0, at - NOW) / TAU) + births
  call('HSET', key, 'pulse', string.format('%.6f', pulse), 'pulse_at', NOW)
end

local function owe(key, births)
  births = births + 0  -- Redis 7 refuses minus nought
  call('HINCRBY', key, 'owed', births)
  call('HINCRBY', LOAD, 'all', births)
  if call('HINCRBY', LOAD, client_load(key), births) == 0 then call('HDEL', LOAD, client_load(key)) end
end

-- Each change has a version and an event with all that can change.
local CHANGING = {'state', 'done', 'failed', 'readable', 'version', 'started', 'since', 'finished', 'pulse', 'pulse_at', 'problem'}

local function emit(id)
  local key = key_of(id)
  call('HINCRBY', key, 'version', 1)
  local values = call('HMGET', key, unpack(CHANGING))
  local event = {'XADD', EVENTS, 'MAXLEN', '~', EVENTS_KEPT, '*', 'id', id}
  for place, name in ipairs(CHANGING) do
    event[#event + 1] = name
    event[#event + 1] = values[place] or ''
  end
  call('HSET', key, 'event', call(unpack(event)))
end

local function may(key, state)
  local from = call('HGET', key, 'state')
  return from and MAY[from] and MAY[from][state] or false
end

local function ready(id)
  call('ZADD', READY, 'NX', call('GET', VIRTUAL) or 0, id)
end

-- A chunk that was to be run again keeps its old lines: its failed births count as before.
local function keep(key, item)
  local start, _, round = item_parts(item)
  if round > 0 then
    local part = call('ZRANGEBYSCORE', key .. ':parts', start, start)[1]
    local failed = part and part_failed(part) or 0
    call('HINCRBY', key, 'done', failed)
    call('HINCRBY', key, 'failed', failed)
    owe(key, -failed)
  end
end

local function drop_work(key)
  for _, item in ipairs(call('LRANGE', key .. ':again', 0, -1)) do keep(key, item) end
  for _, item in ipairs(call('ZRANGE', key .. ':lease', 0, -1)) do keep(key, item) end
  call('DEL', key .. ':again', key .. ':lease', key .. ':tries')
end

-- The client may use its idempotency key for another payload.
local function forget_key(key)
  local once = call('HGET', key, 'idempotency')
  if once ~= '' then call('DEL', once) end
end

-- The end: once, and nothing is under way after it.
local function settle(id, state, problem)
  local key = key_of(id)
  if not may(key, state) then return false end
  drop_work(key)
  owe(key, -number(key, 'owed'))
  if call('HGET', key, 'state') == 'RECEIVING' then forget_key(key) end
  call('HSET', key, 'state', state, 'finished', NOW, 'problem', problem or '')
  call('ZREM', OPEN, id)
  call('ZREM', READY, id)
  call('SREM', ROOT .. ':' .. client_load(key) .. ':open', id)
  if call('HGET', key, 'webhook') ~= '' then call('ZADD', HOOKS, NOW, id) end
  emit(id)
  return true
end

-- A finished operation is settled, one that is stopping stops when nothing is under way.
local function settle_if_over(id)
  local key = key_of(id)
  local state = call('HGET', key, 'state')
  if call('ZCARD', key .. ':lease') > 0 then return false end
  if state == 'CANCELLING' then return settle(id, 'CANCELLED') end
  if state == 'RUNNING' and number(key, 'done') == number(key, 'total') then return settle(id, 'COMPLETED') end
  return false
end
