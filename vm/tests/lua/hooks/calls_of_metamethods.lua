-- The calls of metamethods, in Lua and in C.
local log
local function count(event) local i = debug.getinfo(2, "S") log[#log + 1] = event:sub(1, 1) .. i.what .. i.linedefined end
local function run(f) log = {} debug.sethook(count, "cr") f() debug.sethook() print(#log, table.concat(log, " ")) end
local function m() return 1 end
local t = setmetatable({}, {__index = m, __add = m, __unm = m, __len = m, __call = m, __concat = m, __eq = m, __lt = m, __le = m, __newindex = m, __tostring = function() return "t" end})
local u = setmetatable({}, getmetatable(t))
run(function() return t.x, 1 end)
run(function() return t + 1, -t, 1 end)
run(function() return #t, 1 end)
run(function() local x = t() return x end)
run(function() return t .. "a" .. "b", 1 end)
run(function() return t == u, t < u, t <= u, 1 end)
run(function() t.x = 1 end)
run(function() local r = setmetatable({}, {__index = rawlen or math.abs}) return pcall(function() return r.x end), 1 end)
