-- Resuming and yielding.
local log
local function count(event) local i = debug.getinfo(2, "S") log[#log + 1] = event:sub(1, 1) .. i.what .. i.linedefined end
local function run(f) log = {} debug.sethook(count, "cr") f() debug.sethook() print(#log, table.concat(log, " ")) end
local function body(x) x = coroutine.yield(x) return x end
run(function() local co = coroutine.create(body) coroutine.resume(co, 1) coroutine.resume(co, 2) coroutine.resume(co, 3) end)
run(function() local w = coroutine.wrap(body) w(1) w(2) end)
run(function() local co = coroutine.create(error) coroutine.resume(co, 1) end)
