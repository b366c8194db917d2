-- next walks every pair once and refuses unknown keys.
print(next({}), next({10}), next({a = 1}))
local t = {1, 2, 3, x = "y"}
local n, k, v = 0, nil, nil
repeat k, v = next(t, k) if k ~= nil then n = n + 1 end until k == nil
print(n, next(t, "x") == nil or "more")
print(next({10, 20, 30}, 1), next({10, 20, 30}, 3))
print(pcall(next))
print(pcall(next, 5))
print(pcall(next, {}, "nokey"))
print(pcall(next, {1, 2}, 10))
print(pcall(next, {}, 1))
print(next({}, nil))
print(rawequal(next, pairs({})))
