local ffi = require "ffi"
local buf = ffi.new("uint8_t[16]") local p = ffi.cast("uint16_t *", buf) p[0] = 0x1234 p[1] = 0xabcd print(buf[0], buf[1], buf[2], buf[3]) local q = ffi.cast("uint32_t *", buf + 4) q[0] = 0xdeadbeef print(buf[4], buf[7], q[0]) ffi.cast("double *", buf + 8)[0] = 1.0 print(buf[15], buf[14]) local s = 0 for i = 0, 15 do s = s + buf[i] end print(s)
