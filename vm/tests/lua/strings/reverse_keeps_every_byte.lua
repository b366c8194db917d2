-- string.reverse reverses bytes, not characters.
for _, s in ipairs{"", "a", "ab", "abc", "abcd", "racecar", "a\0b\1", "héllo"} do
  local r = s:reverse()
  print(#r, r:gsub("[^%w]", function(c) return ("<%d>"):format(c:byte()) end))
  print(r:reverse() == s)
end
print(string.reverse(123), string.reverse(-1.5), string.reverse(1e300))
print(pcall(string.reverse)) print(pcall(string.reverse, nil)) print(pcall(string.reverse, {})) print(pcall(string.reverse, print == 1))
local function palindrome(s) s = s:lower():gsub("%W", "") return s == s:reverse() end
print(palindrome("A man, a plan, a canal: Panama!"), palindrome("not one"), palindrome(""))
local long = {} for i = 1, 300 do long[i] = i % 10 end
long = table.concat(long) print(#long, long:reverse():sub(1, 15), long:reverse():reverse() == long)
