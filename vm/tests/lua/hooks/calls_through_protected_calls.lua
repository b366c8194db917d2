-- pcall and xpcall, with errors.
local log
local function count(event) local i = debug.getinfo(2, "S") log[#log + 1] = event:sub(1, 1) .. i.what .. i.linedefined end
local function run(f) log = {} debug.sethook(count, "cr") f() debug.sethook() print(#log, table.concat(log, " ")) end
local function good() return 1 end
local function bad() error("x") end
local function handler(m) return m end
run(function() pcall(good) end)
run(function() pcall(bad) end)
run(function() pcall(error) end)
run(function() xpcall(good, handler) end)
run(function() xpcall(bad, handler) end)
run(function() pcall(pcall, bad) end)
