local ffi = require "ffi"
ffi.cdef [[ typedef struct { double x, y; } vec; ]] local vec
vec = ffi.metatype("vec", { __add = function(a, b) return vec(a.x + b.x, a.y + b.y) end, __sub = function(a, b) return vec(a.x - b.x, a.y - b.y) end, __mul = function(a, b) if type(a) == "number" then a, b = b, a end return vec(a.x * b, a.y * b) end,
  __div = function(a, b) return vec(a.x / b, a.y / b) end, __mod = function(a, b) return "mod" end, __pow = function() return "pow" end, __unm = function(a) return vec(-a.x, -a.y) end, __len = function() return 2 end, __concat = function(a, b) return "cat" end,
  __eq = function(a, b) return ffi.istype("vec", b) and a.x == b.x and a.y == b.y end, __lt = function(a, b) return a.x < b.x end, __le = function(a, b) return a.x <= b.x end, __call = function(s, ...) return s.x, ... end, __tostring = function(s) return "vec(" .. s.x .. "," .. s.y .. ")" end })
local a, b = vec(1, 2), vec(3, 4) print(a + b, a - b, a * 2, 2 * a, b / 2, -a, #a, a .. b, a .. "x", 1 .. a, a % b, a ^ 2) print(a == b, a == vec(1, 2), a ~= b, a < b, a <= b, a > b, a >= b, a == 5, a == nil) print(a(7, 8)) local p = ffi.cast("vec *", a) print(p + b, #p, p(9), tostring(p))
