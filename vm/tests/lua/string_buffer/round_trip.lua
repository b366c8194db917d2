-- What is decoded is what was encoded.
local buffer = require("string.buffer")
local function same(a, b)
  if type(a) ~= type(b) then return false end
  if type(a) ~= "table" then return a == b or a ~= a and b ~= b end
  for k, v in pairs(a) do if type(k) ~= "table" and not same(v, b[k]) then return false end end
  for k in pairs(b) do if type(k) ~= "table" and a[k] == nil then return false end end
  return true
end
local values = {nil, false, true, 0, 1, -1.5, 1e308, 5e-324, 1/0, -1/0, "", "text", ("x"):rep(10000), {}, {1, 2, 3}, {a = 1, b = {c = {d = "e"}}},
  {nil, nil, 3}, {[0] = 0, 1, 2}, {[-1] = "minus", [1.5] = "half", [true] = "yes", [2^53] = "big"}, {1, nil, nil, nil, 5, x = "y"}}
for i = 1, 20 do print(i, same(values[i], buffer.decode(buffer.encode(values[i])))) end
print(1 / buffer.decode(buffer.encode(-0.0)), buffer.decode(buffer.encode(0/0)))
local many = {}
for i = 1, 500 do many["key" .. i] = i many[i] = "value" .. i end
print(same(many, buffer.decode(buffer.encode(many))))
print(buffer.decode(buffer.encode(5LL)), buffer.decode(buffer.encode(0xffffffffffffffffULL)), buffer.decode(buffer.encode(-9223372036854775807LL - 1)))
print(type(buffer.decode(buffer.encode(5LL))))
print(select("#", buffer.decode(buffer.encode(nil))))
