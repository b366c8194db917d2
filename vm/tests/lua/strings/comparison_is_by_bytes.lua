-- Ordering of strings: bytes as unsigned, prefixes first, embedded zeros count.
local list = {"", "\0", "\0\0", "\0a", "\1", " ", "0", "10", "2", "9", "A", "B", "Z", "_", "a", "a\0", "a\0b", "a\1", "aa", "ab", "b", "z", "\127", "\128", "é", "\255"}
for i = 1, #list do
  for j = 1, #list do
    local a, b = list[i], list[j]
    local lt, le, gt, ge, eq = a < b, a <= b, a > b, a >= b, a == b
    assert(lt == (i < j) and le == (i <= j) and gt == (i > j) and ge == (i >= j) and eq == (i == j), i .. " " .. j)
  end
end
print("ordered", #list)
local copy = {} for i = 1, #list do copy[i] = list[(i * 7) % #list + 1] end
table.sort(copy)
for i = 1, #list do assert(copy[i] == list[i]) end
print("sorted")
print("10" < "9", 10 < 9, "a" < "B", "abc" < "abd", "Z" < "a", "" < "a", "a" == "a\0", "a" < "a\0")
local function try(f) print(pcall(f)) end
try(function() return "1" < 2 end) try(function() return 1 < "2" end) try(function() return "a" <= {} end) try(function() return {} >= "a" end)
try(function() return "a" > nil end) try(function() return true < "a" end) try(function() local s, n = "a", 1 return s < n end)
print("1" == 1, 1 == "1", "1" ~= 1, "0x10" == 16, "nil" == nil)
