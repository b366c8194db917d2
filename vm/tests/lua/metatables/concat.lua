-- __concat is right associative and sees numbers and strings.
local mt = {__concat = function(a, b)
  local function n(x) return type(x) == "table" and "<" .. x.n .. ">" or tostring(x) end
  return setmetatable({n = n(a) .. n(b)}, getmetatable(type(a) == "table" and a or b))
end}
local A, B = setmetatable({n = "A"}, mt), setmetatable({n = "B"}, mt)
print((A .. B).n, (A .. "s").n, ("s" .. A).n, (1 .. A).n, (A .. 1).n)
print((A .. B .. A).n, ("a" .. "b" .. A .. "c" .. "d").n, (A .. "x" .. "y").n)
print((A .. nil).n, (false .. A).n)
print(pcall(function() return setmetatable({}, {}) .. "x" end))
local s = setmetatable({}, {__concat = function(a, b) return "result" end})
print(s .. "x", "x" .. s, s .. s, "a" .. s .. "b")
print(pcall(function() return {} .. s end), pcall(function() return {} .. {} end))
