-- Mutations of good encodings: a value or an error, the same as in LuaJIT.
local buffer = require("string.buffer")
local function hex(s) return (s:gsub(".", function(c) return ("%02x "):format(c:byte()) end)) end
local _ = 1LL
local state = 7
local function random(n) state = (state * 16807) % 2147483647 return state % n end
local seeds = {buffer.encode({1, 2, {a = {}}}), buffer.encode({x = {"text", true}}), buffer.encode({nil, 2, {3}}), buffer.encode(("s"):rep(230)), buffer.encode({7LL, {8ULL}}), "\x0f\x00", "\x0e\x00\x08"}
local function describe(v)
  if type(v) == "table" then
    local n = 0
    for _ in pairs(v) do n = n + 1 end
    return "table of " .. n
  elseif type(v) == "userdata" then return "userdata"
  elseif type(v) == "string" then return "string of " .. #v end
  return tostring(v)
end
for i = 1, 400 do
  local s = seeds[1 + random(#seeds)]
  for _ = 1, 1 + random(3) do
    local at = 1 + random(#s)
    local byte = random(3) == 0 and random(256) or random(0x30)
    local how = random(3)
    -- A large count would make LuaJIT allocate it.
    if byte == 0xff then byte = 0xfe end
    -- Light userdata of more than 47 bits.
    if byte == 0x05 then byte = 0x04 end
    if how == 0 then s = s:sub(1, at - 1) .. string.char(byte) .. s:sub(at + 1)
    elseif how == 1 then s = s:sub(1, at - 1) .. s:sub(at + 1)
    else s = s:sub(1, at) .. string.char(byte) .. s:sub(at + 1) end
    if s == "" then s = "\0" end
  end
  local ok, v = pcall(buffer.decode, s)
  print(hex(s:sub(1, 40)), ok, describe(v))
end
