-- Calls with string and table arguments, method calls, chains.
local show
function show(...)
  print(select("#", ...), type((...)))
  return show
end
local function id(x) return x end
print(id"string", id'other', id[[long]], #id{1, 2})
local o = {n = 1}
function o:add(d) self.n = self.n + (d or 1) return self end
function o.new(n) return setmetatable({n = n}, {__index = o}) end
print(o:add():add(5).n, o.new(3):add(2):add().n)
print(show{} == show, show"" == show)
show(1)(2, nil)"three"{4}
print(("x"):rep(2):upper():lower():len())
local t = {f = {g = function(self, ...) return select("#", ...) end}}
print(t.f:g(), t.f:g(1, 2), t["f"]:g"x", (t.f).g(t, nil, nil, nil))
local function outer() return show end
outer()(1, 2)
