local ffi = require "ffi"
local t = { 5LL, 6ULL, 1i } print(#t, t[1], t[2], t[3]) print(pcall(table.concat, t)) print(pcall(function() return "x" .. 5LL end)) print(pcall(function() return 5LL .. 6LL end)) table.sort(t, function(a, b) return tostring(a) < tostring(b) end) print(t[1], t[2], t[3]) local u = { 3LL, 1LL, 2LL } table.sort(u) print(u[1], u[2], u[3])
