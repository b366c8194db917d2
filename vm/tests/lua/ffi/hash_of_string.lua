local ffi = require "ffi"
local function fnv(s) local h = 0xcbf29ce484222325ULL for i = 1, #s do h = bit.bxor(h, s:byte(i)) * 0x100000001b3ULL end return h end print(fnv "", fnv "a", fnv "hello world") print(bit.tohex(fnv "hello"))
