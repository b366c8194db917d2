-- A table assigned in the same statement that indexes it: the old table is used.
local a = {}
local old = a
a.x, a = 1, nil
print(a, old.x)
local t = {1}
local k = 1
t[k], k, t = "first", 2, {}
print(k, #t)
local function swap(u, v) u, v = v, u return u, v end
print(swap(1, 2))
g = {}
local keep = g
g.y, g = 5, "other"
print(keep.y, g)
g = nil
local i, arr = 1, {10, 20, 30}
i, arr[i] = i + 1, arr[i + 1]
print(i, arr[1], arr[2])
