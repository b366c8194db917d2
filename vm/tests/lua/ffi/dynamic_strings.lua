local ffi = require "ffi"
local buf = ffi.new("char[?]", 64) local n = 0 for w in ("the quick brown fox"):gmatch "%a+" do ffi.copy(buf + n, w, #w) n = n + #w buf[n] = 44 n = n + 1 end print(ffi.string(buf, n - 1)) for i = 0, n - 2 do if buf[i] >= 97 and buf[i] <= 122 then buf[i] = buf[i] - 32 end end print(ffi.string(buf, n - 1))
