local ffi = require "ffi"
ffi.cdef [[ struct m { int x; }; ]] local log = {} local m = ffi.metatype("struct m", { __index = function(s, k) log[#log + 1] = tostring(k) return k end, __newindex = function(s, k, v) log[#log + 1] = tostring(k) .. "=" .. tostring(v) end }) local v = m(1)
print(v.x, v.foo, v[3], v[true]) v.bar = 5 v.x = 9 v[2] = "z" print(v.x, table.concat(log, " ")) print(m.static)
