local ffi = require "ffi"
ffi.cdef [[ struct m { int x; }; ]] local m = ffi.metatype("struct m", { __index = { double = function(s) return s.x * 2 end, k = 5 } }) local v = m(4) print(v:double(), v.k, v.x, m.k) print(pcall(function() return v.nope end)) print(pcall(function() v.nope = 1 end)) print(v.double(v)) local p = ffi.cast("struct m *", v) print(p:double(), p.x)
print(pcall(function() v:nope() end)) print(pcall(function() return v[0] end)) print(pcall(function() return v[{}] end)) print(pcall(function() return v[1LL] end))
