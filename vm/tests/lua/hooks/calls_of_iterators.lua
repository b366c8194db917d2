-- The calls of iterators; `next` in a loop is none.
local log = {}
local function it(s, i) if i < s then return i + 1 end end
local function count(event) local i = debug.getinfo(2, "S") log[#log + 1] = event .. " " .. i.what .. i.linedefined end
local function run(f) log = {} debug.sethook(count, "cr") f() debug.sethook() print(#log, table.concat(log, ", ")) end
run(function() for k, v in pairs({1, 2, 3}) do end end)
run(function() for k, v in ipairs({1, 2, 3}) do end end)
run(function() for k, v in next, {1} do end end)
run(function() for k in it, 2, 0 do end end)
run(function() for w in ("a b"):gmatch("%a") do end end)
run(function() for x in coroutine.wrap(function() coroutine.yield(1) end) do end end)
