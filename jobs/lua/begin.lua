-- All births are there: the operation waits for a worker. ARGV: id. Answers whether it waits, or went on already.
local id = ARGV[1]
local key = key_of(id)
local state = call('HGET', key, 'state')
if state == 'QUEUED' or state == 'RUNNING' or state == 'COMPLETED' then return 1 end
if not may(key, 'QUEUED') then return 0 end
call('HSET', key, 'state', 'QUEUED')
ready(id)
emit(id)
return 1
