-- The raw functions and their argument errors.
local t = setmetatable({}, {__index = function() return "meta" end, __newindex = function() error("no") end, __eq = function() return true end})
print(rawget(t, "x"), rawset(t, "x", 1) == t, rawget(t, "x"), rawequal(t, t), rawequal(t, {}), rawequal(1, 1.0), rawequal("a", "a"), rawequal(0/0, 0/0))
print(pcall(rawget)) print(pcall(rawget, {})) print(pcall(rawget, 1, 2)) print(rawget({}, nil)) print(rawget({1}, 1, 2))
print(pcall(rawset)) print(pcall(rawset, {})) print(pcall(rawset, {}, 1)) print(pcall(rawset, {}, nil, 1)) print(pcall(rawset, {}, 0/0, 1)) print(pcall(rawset, "x", 1, 1)) print(pcall(rawset, {}, nil, nil))
print(pcall(rawequal)) print(pcall(rawequal, 1)) print(rawequal(nil, nil)) print(rawequal(1, 1, 2))
print(rawset({}, 1, 2, 3)[1], rawget({[2^53] = "big"}, 2^53), rawget({[-0] = "zero"}, 0))
print(rawlen, pcall(next, {}, "missing"), pcall(next, {}, {}), next({}), next({10}), next({10, 20}, 1), next({10}, 0))
