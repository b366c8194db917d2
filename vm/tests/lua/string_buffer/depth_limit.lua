-- Tables may be nested a hundred deep, which is how cycles are noticed.
local buffer = require("string.buffer")
local function nested(depth) local t = {} for _ = 2, depth do t = {t} end return t end
for _, depth in ipairs{1, 99, 100, 101, 1000} do print(depth, pcall(function() return #buffer.encode(nested(depth)) end)) end
local cycle = {} cycle[1] = cycle
print(pcall(buffer.encode, cycle))
cycle = {} cycle.self = cycle
print(pcall(buffer.encode, cycle))
cycle = {} cycle[cycle] = 1
print(pcall(buffer.encode, cycle))
local b = buffer.new()
print(pcall(b.encode, b, nested(101)))
print(pcall(function() b:reset():encode(nested(100)) return #b end))
local function bytes(depth) return ("\010\002\000"):rep(depth - 1) .. "\008" end
for _, depth in ipairs{1, 99, 100} do
  local ok, t = pcall(buffer.decode, bytes(depth))
  local levels = 0
  while type(t) == "table" do levels, t = levels + 1, t[1] end
  print(depth, ok, levels)
end
print(pcall(buffer.decode, bytes(101)))
print(pcall(buffer.decode, ("\009\001"):rep(200)))
local shared = {"shared"}
local copy = buffer.decode(buffer.encode({shared, shared}))
print(copy[1] ~= copy[2], copy[1][1], copy[2][1])
