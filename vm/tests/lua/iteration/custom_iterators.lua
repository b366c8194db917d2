-- Stateless, stateful and table-held iterators.
local function chars(s) local i = 0 return function() i = i + 1 if i <= #s then return i, s:sub(i, i) end end end
for i, c in chars("abc") do io.write(i, c, " ") end print()
local function list_next(list, node) if node then return node.next else return list end end
local list = nil for i = 3, 1, -1 do list = {v = i, next = list} end
local function nodes(l) return function(_, n) if n then return n.next end return l end, nil, nil end
for n in nodes(list) do io.write(n.v, " ") end print()
local function sorted(t) local ks = {} for k in pairs(t) do ks[#ks + 1] = k end table.sort(ks) local i = 0 return function() i = i + 1 if ks[i] then return ks[i], t[ks[i]] end end end
for k, v in sorted{b = 2, a = 1, c = 3} do io.write(k, v, " ") end print()
local function zip(a, b) local i = 0 return function() i = i + 1 if a[i] and b[i] then return a[i], b[i] end end end
for x, y in zip({1, 2, 3}, {"a", "b"}) do io.write(x, y, " ") end print()
local function count(n, step) return function(s, v) v = v + s if v <= n then return v end end, step or 1, 0 end
for i in count(10, 3) do io.write(i, " ") end print()
local obj = setmetatable({n = 0}, {__call = function(self, _, prev) self.n = self.n + 1 if self.n <= 3 then return self.n, prev end end})
for i, prev in obj do io.write(i, ":", tostring(prev), " ") end print()
