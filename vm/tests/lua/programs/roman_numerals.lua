-- Roman numerals both ways, with checks of what is well formed.
local parts = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}}
local function to(n) local s = "" for _, p in ipairs(parts) do while n >= p[1] do s = s .. p[2] n = n - p[1] end end return s end
local one = {I = 1, V = 5, X = 10, L = 50, C = 100, D = 500, M = 1000}
local function from(s) local n, prev = 0, 0 for c in s:reverse():gmatch(".") do local v = one[c] if not v then return nil, "bad digit " .. c end if v < prev then n = n - v else n = n + v prev = v end end if to(n) ~= s then return nil, "not canonical: " .. s end return n end
for _, n in ipairs{1, 4, 9, 14, 40, 90, 99, 400, 444, 900, 1666, 1994, 2024, 3999} do local s = to(n) print(n, s, from(s)) end print(from("IIII")) print(from("IC")) print(from("ABC")) print(from("")) local ok = 0 for n = 1, 200 do if from(to(n)) == n then ok = ok + 1 end end print(ok)
