-- The bytes of tables with at most one key, whose order is no question.
local buffer = require("string.buffer")
local function hex(s) return (s:gsub(".", function(c) return ("%02x "):format(c:byte()) end)) end
local function show(t) print(hex(buffer.encode(t))) end
show({}) show({1}) show({1, 2, 3}) show({"a", "b"}) show({{}}) show({{{}}}) show({true, false}) show({a = 1}) show({1, a = 1}) show({[true] = false})
show({[0] = 1}) show({[0] = 1, 2}) show({nil, 2}) show({1, nil, 3}) show({[1.5] = 1}) show({[-1] = 1}) show({1, 2, [2^40] = 3})
show({a = {b = {c = "d"}}}) show({{a = 1}, {a = 2}}) show({[{}] = 1}) show({["\0"] = "\0"})
local t = {} for i = 1, 300 do t[i] = i % 2 == 0 end
local s = buffer.encode(t)
print(#s, hex(s:sub(1, 12)))
t = {1, 2, 3, 4} t[4] = nil show(t) t[3] = nil show(t) t[1] = nil show(t) t[2] = nil show(t)
t = {a = 1, b = 2} t.b = nil show(t) t.a = nil show(t)
show(setmetatable({1}, {__index = function() return 2 end, __len = function() return 9 end}))
