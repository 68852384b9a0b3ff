-- Forget an operation at once. ARGV: id, milliseconds after which no worker can still write for it.
-- Answers where its births are kept, its own id where another operation has the same ones, '' where there is no record.
-- What it stored is removed by who asks, now and once more after that time: until then its id stays in the trash.
local id, last_write_ms = ARGV[1], tonumber(ARGV[2])
local key = key_of(id)
if call('EXISTS', key) == 0 then return '' end
settle(id, 'CANCELLED')
local source, expires = call('HGET', key, 'source'), number(key, 'expires')
forget_key(key)
call('ZREM', ROOT .. ':' .. client_load(key) .. ':all', id)
call('ZREM', EXPIRY, id)
call('ZREM', HOOKS, id)
call('DEL', key, key .. ':parts', key .. ':again', key .. ':lease', key .. ':tries')
if expires > NOW then call('SET', ROOT .. ':gone:' .. id, '', 'PXAT', expires) end
call('ZADD', TRASH, NOW + last_write_ms, id)
if call('HINCRBY', SOURCES, source, -1) > 0 then return id end
call('HDEL', SOURCES, source)
if source ~= id then call('ZADD', TRASH, NOW, source) end
return source
