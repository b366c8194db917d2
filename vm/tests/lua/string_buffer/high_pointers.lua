-- Light userdata of more than 47 bits, which LuaJIT can hold and the other engine cannot.
local buffer = require("string.buffer")
print(pcall(function() return type(buffer.decode("\5\0\0\0\0\0\x80\0\0")) end))
