local ffi = require "ffi"
local t = {} t[1LL] = "a" t[1LL] = "b" t[1] = "c" print(t[1LL], t[1]) local k = 5LL t[k] = "k" print(t[k], t[5LL], t[5]) local n = 0 for _ in pairs(t) do n = n + 1 end print(n) local a = ffi.new("int[2]") t[a] = 7 print(t[a], t[ffi.cast("int *", a)])
