-- Ordering and equality between numbers of every kind, and errors between kinds.
local v = {-1/0, -1e308, -2^53, -2^31, -1.5, -1, -5e-324, 0, 5e-324, 0.5, 1, 1.5, 2^31, 2^53, 1e308, 1/0} for i = 1, #v do for j = 1, #v do local a, b = v[i], v[j] assert((a < b) == (i < j) and (a <= b) == (i <= j) and (a > b) == (i > j) and (a >= b) == (i >= j) and (a == b) == (i == j) and (a ~= b) == (i ~= j)) end end
local nan = 0/0 for _, x in ipairs{0, 1, 1/0, nan} do print(nan < x, nan <= x, nan > x, nan >= x, nan == x, nan ~= x, x < nan, x <= nan, not (x < nan), not (x >= nan)) end print(0 == -0, 0 < -0, 0 <= -0, 1 == 1.0, 2^53 == 2^53 + 1, "a" ~= 1, nan ~= nan)
local kinds = {nil_ = nil, b = true, n = 1, s = "1", t = {}, f = print} local order = {"nil_", "b", "n", "s", "t", "f"}
for _, x in ipairs(order) do for _, y in ipairs(order) do local a, b = kinds[x], kinds[y] print(x, y, a == b, (select(2, pcall(function() return a < b end))), (select(2, pcall(function() return a >= b end)))) end end
if nan < 1 then print("yes") else print("no") end if not (nan < 1) then print("yes") else print("no") end while nan ~= nan do print("loop") break end
