-- Numeric strings in every arithmetic operator, in both positions, and what is refused.
local ops = {["+"] = 1, ["-"] = 1, ["*"] = 1, ["/"] = 1, ["%"] = 1, ["^"] = 1} local names = {"+", "-", "*", "/", "%", "^"}
for _, op in ipairs(names) do
  local f = loadstring("local a, b = ... return a " .. op .. " b") local k1 = loadstring("local b = ... return 10 " .. op .. " b") local k2 = loadstring("local a = ... return a " .. op .. " 4")
  for _, pair in ipairs{{"10", 4}, {10, "4"}, {"10", "4"}, {" 0x10 ", "2"}, {"1e1", "-3"}, {"", 1}, {"x", 1}, {1, "x"}, {"10", nil}, {nil, "10"}, {{}, "1"}, {"1", {}}, {true, 1}, {"1 2", 1}} do
    print(op, pair[1] and tostring(pair[1]):gsub("0x%x%x%x%x+", "A") or pair[1], (select(2, pcall(f, pair[1], pair[2]))), (select(2, pcall(k1, pair[2]))), (select(2, pcall(k2, pair[1]))))
  end
end
for _, v in ipairs{"10", "-1", "0x10", " 5 ", "abc", "", true, {}} do print(pcall(function() return -v end)) end print(-"2", - "-2", -"0", -"0x1p4", -("1" .. "2")) print(pcall(function() return -nil end)) print("10" + 5 .. "", "3" * "4" == 12, "5" - -"5")
