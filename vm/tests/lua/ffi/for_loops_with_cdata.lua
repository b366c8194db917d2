local ffi = require "ffi"
print(pcall(function() for i = 1LL, 3 do end end)) print(pcall(function() for i = 1, 3LL do end end)) local n = 0 local i = 1LL while i <= 5 do n = n + tonumber(i) i = i + 1 end print(n)
