-- Stop an operation; chunks under way may end. ARGV: id. Answers its state.
local id = ARGV[1]
local key = key_of(id)
local state = call('HGET', key, 'state')
if not state then return '' end
if call('ZCARD', key .. ':lease') == 0 and settle(id, 'CANCELLED') then return 'CANCELLED' end
if may(key, 'CANCELLING') then
  for _, item in ipairs(call('LRANGE', key .. ':again', 0, -1)) do keep(key, item) end
  call('DEL', key .. ':again')
  call('ZREM', READY, id)
  call('HSET', key, 'state', 'CANCELLING')
  emit(id)
end
return call('HGET', key, 'state')
