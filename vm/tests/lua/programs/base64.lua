-- Base64 both ways, by arithmetic on bytes.
local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local value = {} for i = 1, 64 do value[digits:byte(i)] = i - 1 end
local function encode(s)
  local out = {}
  for i = 1, #s, 3 do
    local a, b, c = s:byte(i, i + 2)
    local n = a * 65536 + (b or 0) * 256 + (c or 0)
    for k = 3, 0, -1 do local d = math.floor(n / 64 ^ k) % 64 + 1 out[#out + 1] = (k == 1 and not b or k == 0 and not c) and "=" or digits:sub(d, d) end
  end
  return table.concat(out)
end
local function decode(s)
  return (s:gsub("[^%w+/]", ""):gsub("..?.?.?", function(q)
    local n = 0 for i = 1, 4 do n = n * 64 + (value[q:byte(i)] or 0) end
    return string.char(math.floor(n / 65536), math.floor(n / 256) % 256, n % 256):sub(1, #q - 1)
  end))
end
for _, s in ipairs{"", "f", "fo", "foo", "foob", "fooba", "foobar", "\0\255\128", "Lua scripts"} do local e = encode(s) print(e, decode(e) == s) end
