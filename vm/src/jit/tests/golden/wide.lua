-- 64-bit integers are carried as they are, but for one that somebody has seen as an object: `state`, which a table gets. Fields are read and stored.
local ffi, bit = require "ffi", require "bit"
local counter = ffi.new("struct { uint64_t total; }")
local state, list = 1ULL, {}
for i = 1, 40 do
   state = bit.bxor(state * 1103515245, bit.rshift(state, 33)) + i
   counter.total = counter.total + state % 100
   list[i] = state
end
print(state, counter.total)
