-- Variables named in errors of concatenation.
local function e(f, ...) print(select(2, pcall(f, ...))) end
local up
local t = {}
e(function() local a return a .. "x" end) e(function() local a return "x" .. a end) e(function() local a, b = 1 return a .. b .. "x" end)
e(function() return up .. "x" end) e(function() return "x" .. up end) e(function() return glob .. "x" end) e(function() return "x" .. glob .. "y" end)
e(function() return t.f .. "x" end) e(function() return "x" .. t.f end) e(function() return "a" .. "b" .. t end) e(function() return t .. "a" .. "b" end)
e(function() return 1 .. {} end) e(function() return {} .. 1 end) e(function() return true .. "x" end) e(function() return "a" .. print end)
e(function(a) return a .. a end) e(function(...) return ... .. "x" end) e(function(...) local a = ... return "x" .. a end, {})
e(function() local s = "x" s = s .. t.f.g end) e(function() return ("x"):rep(2) .. nil end) e(function() return t:m() .. "x" end)
e(function() local a, b, c = 1, {}, 2 return a .. b .. c end) e(function() local a, b, c = 1, 2, {} return a .. b .. c end) e(function() local a, b, c = {}, 1, 2 return a .. b .. c end)
