-- Anything but nil and NaN is a key; 1 and 1.0 are the same.
local f, co, t2, ud = function() end, coroutine.create(function() end), {}, newproxy()
local t = {[1] = "int", [1.5] = "float", ["1"] = "string", [true] = "true", [false] = "false", [f] = "function", [co] = "thread", [t2] = "table", [ud] = "userdata"}
print(t[1], t[1.0], t[1.5], t["1"], t[true], t[false], t[f], t[co], t[t2], t[ud])
print(t[2], t["2"], t[nil], t[{}], t[function() end])
t[2^53] = "big" t[-1] = "neg" t[0] = "zero" t[1e300] = "huge" t[math.huge] = "inf"
print(t[2^53], t[-1], t[-0], t[1e300], t[1/0], t[-1/0])
print(pcall(function() t[nil] = 1 end))
print(pcall(function() t[0/0] = 1 end))
print(pcall(rawset, t, nil, 1))
print(pcall(rawset, t, 0/0, 1))
print(t[nil], rawget(t, nil), t[0/0])
t[nil or "x"] = 1 print(t.x)
