-- One boxed operand makes the operation 64 bits wide; the count of a shift does not decide.
local function show(...)
  local n = select("#", ...)
  for i = 1, n do io.write(tostring((select(i, ...))), i < n and " " or "\n") end
end
local a, u = 0x123456789LL, 0xF0F0F0F0F0ULL
show(a & 0xFF, a | 1, a ~ -1, ~a, 255 & a)
show(u & -1, u | 1, ~u, u ~ u, -1 & u)
show(a & u, a | u, u ~ a)
show(a << 4, a >> 4, -a ~>> 8, -a >> 60, u << 40, u >> 36, 1LL << 63, 1LL << 64, 1LL << 65)
show(1 << 4LL, 256 >> 2ULL, -1 ~>> 1LL)
show(1LL << 2.5, 1LL | 2^40, 1ULL | -1, 1LL & 1.5)
show(5LL & 3 == 1LL, 1LL | 2 == 3)
local x = 1LL
x <<= 40 x |= 1 x ~= 3
show(x)
show(pcall(function() return 1LL & "1" end))
show(pcall(function() return {} & 1LL end))
