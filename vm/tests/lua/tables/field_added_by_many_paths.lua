-- The same keys added in different orders give equal behaviour.
local function make(order) local t = {} for k in order:gmatch(".") do t[k] = k:byte() end return t end
local x, y, z = make("abc"), make("cba"), make("bac")
local function get(t) return t.a, t.b, t.c, t.d end
for _, t in ipairs{x, y, z, x, z, y} do print(get(t)) end
x.b = nil
print(get(x))
x.b = "back" x.d = "new"
print(get(x))
local o = {}
for _, t in ipairs{o, x, y} do t.late = (t.late or 0) + 1 end
print(o.late, x.late, y.late, get(o))
for i = 1, 100 do o["f" .. i] = i end
print(o.f1, o.f50, o.f100, o.f101, o.late)
