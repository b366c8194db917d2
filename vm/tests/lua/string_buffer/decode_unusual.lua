-- Bytes no encoder writes, and what they mean all the same.
local buffer = require("string.buffer")
local function hex(s) return (s:gsub(".", function(c) return ("%02x "):format(c:byte()) end)) end
local function show(s)
  local v = buffer.decode(s)
  if type(v) == "table" then
    local keys = {}
    for k, x in pairs(v) do keys[#keys + 1] = tostring(k) .. "=" .. tostring(x) end
    table.sort(keys)
    print("{" .. table.concat(keys, ",") .. "}")
  else
    print(type(v), type(v) == "userdata" and "" or v)
  end
end
show("\x06\x01\x00\x00\x00") show("\x06\xff\xff\xff\xff") show("\x06\x00\x00\x00\x80")
show("\x0a\x00") show("\x0c\x00") show("\x0c\x01") show("\x09\x00") show("\x0b\x00\x00") show("\x0d\x01\x01\x21a\x21b")
show("\x0a\x03\x00\x00\x00") show("\x0a\x03\x02\x00\x02") show("\x0c\x04\x00\x02\x00")
show("\x09\x02\x21a\x00\x21a\x02") show("\x09\x01\x21a\x00")
show("\x0b\x02\x01\x02\x02\x07\0\0\0\0\0\0\x00\x40\x02")
show("\xe0\x00" .. ("x"):rep(0xe0 - 0x20)) show("\xff\x21\0\0\0y") show("\xff\x02\0\0\0") show("\xff\x08\0\0\0") show("\x0a\xff\x01\0\0\0\x02")
show("\x07\1\0\0\0\0\0\xf8\xff") show("\x07\xff\xff\xff\xff\xff\xff\xff\xff") show("\x07\0\0\0\0\0\0\xf0\x7f")
show("\x03") show("\x04\1\0\0\0") show("\x04\0\0\0\0") show("\x05\0\0\0\0\1\0\0\0")
for _, s in ipairs{"\x03", "\x04\1\0\0\0", "\x04\0\0\0\0", "\x04\xff\xff\xff\xff", "\x05\0\0\0\0\1\0\0\0", "\x05\1\0\0\0\0\0\0\0"} do
  print(hex(buffer.encode(buffer.decode(s))))
end
print(buffer.decode("\x03") == buffer.decode("\x04\0\0\0\0"))
