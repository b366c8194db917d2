-- Errors of unary operators.
local function e(f, ...) print(select(2, pcall(f, ...))) end
local up
local t = {}
e(function() return -up end) e(function() return -glob end) e(function() return -t.f end) e(function() return -t end) e(function() local a return -a end) e(function() return -"x" end) e(function() return -{} end) e(function() return -nil end) e(function() return -print end) e(function() return -(-t) end)
e(function() return #up end) e(function() return #glob end) e(function() return #t.f end) e(function() local a return #a end) e(function() return #5 end) e(function() return #nil end) e(function() return #print end) e(function() return #true end) e(function() return #t.f.g end) e(function() return #(1 + 1) end) e(function(...) return #... end)
