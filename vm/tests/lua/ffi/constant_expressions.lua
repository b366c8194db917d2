local ffi = require "ffi"
ffi.cdef [[
enum { E1 = 1 + 2 * 3, E2 = (1 + 2) * 3, E3 = 7 / 2, E4 = -7 / 2, E5 = 7 % 3, E6 = 1 << 4 | 3, E7 = 0xff & ~0xf, E8 = 5 ^ 1,
  E9 = 3 > 2, E10 = 3 < 2, E11 = 1 ? 10 : 20, E12 = 0 ? 10 : 20, E13 = !5, E14 = 1 && 0, E15 = 1 || 0, E16 = sizeof(int), E17 = sizeof(int[3]),
  E18 = sizeof("hello"), E19 = 'a', E20 = '\n', E21 = '\x41', E22 = 010, E23 = 0x10, E24 = 1 == 1, E25 = 1 != 1, E26 = 2 >= 2, E27 = 2 <= 1,
  E28 = (int)5, E29 = -(-3), E30 = +4, E31 = 100 >> 2, E32 = -8 >> 1, E33 = 2, E34 = E33 * E2, E35 = '\101', E36 = (1, 2, 3),
  E37 = __alignof__(double), E38 = sizeof(struct { char c; int i; }), E39 = 0b101, E40 = -1 < 1u, E41 = 1 + 2 == 3 && 4 > 3 };
]]
for i = 1, 41 do io.write(ffi.C["E" .. i], " ") end print()
