-- References are shared, cycles are fine.
local a = {}
local b = {a = a, list = {a, a}}
a.x = 5
print(b.a.x, b.list[1].x, b.list[1] == b.list[2], b.a == a)
a.self = a
print(a.self.self.self.x)
local function depth(t, n) return t.next and depth(t.next, n + 1) or n end
local chain = {}
for _ = 1, 100 do chain = {next = chain} end
print(depth(chain, 0))
local m = {}
for i = 1, 3 do m[i] = {} for j = 1, 3 do m[i][j] = i * j end end
print(m[2][3], m[3][3], #m, #m[1])
local copy = {} for k, v in pairs(b) do copy[k] = v end
print(copy.a == b.a, copy ~= b)
