-- Names that are keys of several kinds.
local function e(f, ...) print(select(2, pcall(f, ...))) end
local t = {}
e(function() return t.long_name_of_a_field_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on.x end) e(function() return t["with space"].x end) e(function() return t["1"].x end) e(function() return t[1].x end) e(function() return t[-1].x end) e(function() return t[300].x end) e(function() return t[1.5].x end) e(function() return t[true].x end) e(function() return t[""].x end)
e(function() t["with space"]() end) e(function() t[1]() end) e(function() t[300]() end) e(function() t[""]() end) e(function() return t["a" .. "b"].x end) e(function() _G.nothing.x = 1 end) e(function() _G.nothing() end) e(function() _G["no thing"]() end)
e(function() return t[t].x end) e(function() return t[print].x end) e(function() return t.end_ + 1 end) e(function() return t["end"] + 1 end) e(function() return t["\n"].x end) e(function() return t["\195\164"].x end)
