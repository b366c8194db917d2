-- Counting instructions: how many differ between engines, that they come does not.
local count = 0
debug.sethook(function(event, line) count = count + 1 assert(event == "count" and line == nil) end, "", 100)
for i = 1, 10000 do local x = i * 2 end
debug.sethook()
print(count > 50, count < 2000)
local before = count
for i = 1, 10000 do local x = i * 2 end
print(count == before)
