-- Fields may be assigned and removed while a table is traversed.
local t = {}
for i = 1, 50 do t[i] = i t["k" .. i] = i end
local count, sum = 0, 0
for k, v in pairs(t) do count = count + 1 sum = sum + v t[k] = nil end
print(count, sum, next(t))
for i = 1, 50 do t[i] = i end
count = 0
for k in pairs(t) do t[k] = "changed" count = count + 1 end
print(count, t[1], t[50])
print(pcall(next, {}, 1)) print(pcall(next, {a = 1}, "b")) print(pcall(next)) print(pcall(next, 1)) print(pcall(next, nil))
print(next({}, nil)) print(rawequal(next, pairs({}))) print(pcall(pairs)) print(pcall(pairs, nil)) print(pcall(ipairs)) print(pcall(ipairs, 1))
local f, s, k = pairs({}) print(f == next, type(s), k)
f, s, k = ipairs({1, 2}) print(type(f), type(s), k, f(s, 0), f(s, 1), f(s, 2), f(s, -5))
print(pcall(f, s)) print(pcall(f, 1, 2)) print(f({1, 2, 3}, "1"), f({1, 2, 3}, 1.9))
