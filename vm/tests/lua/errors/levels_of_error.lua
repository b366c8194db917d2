-- Levels and values of error().
local function e(f, ...) print(select(2, pcall(f, ...))) end
local function at(level) error("m", level) end
local function mid(level) at(level) return 1 end
for _, level in ipairs{0, 1, 2, 3, 4, 50} do e(mid, level) end
e(error) e(error, nil) e(error, true) e(error, 5) e(error, "x", "y") e(error, 5, 2) e(function() error(5) end) e(function() error() end) e(function() error("a", -1) end) e(function() error("tail", 2) end) e(function() return error("tail") end) e(function() return error("tail", 2) end)
e(assert, false) e(assert, nil, "msg") e(assert, false, 5) e(assert) e(function() assert(false) end) e(function() assert(nil, "m") end) e(function() assert() end)
e(loadstring("error('x')", "@file.lua")) e(loadstring("error('x')", "=name")) e(loadstring("error('x')", "some source\nmore")) e(loadstring("error('x')", "source " .. ("long "):rep(30))) e(loadstring("local t t.x = 1", "@" .. ("dir/"):rep(30) .. "f.lua"))
