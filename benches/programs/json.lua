-- n: 120
-- A JSON encoder and decoder in Lua, over documents with nested objects, arrays, numbers and escaped strings.
local byte, char, find, format, sub, gsub = string.byte, string.char, string.find, string.format, string.sub, string.gsub
local concat, sort = table.concat, table.sort

local escapes = {['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r"}
local unescapes = {['"'] = '"', ["\\"] = "\\", ["/"] = "/", n = "\n", t = "\t", r = "\r", b = "\b", f = "\f"}

local encode_into

local function encode_string(text)
  return '"' .. gsub(text, '[%c"\\]', function(c) return escapes[c] or format("\\u%04x", byte(c)) end) .. '"'
end

local function encode_table(value, out)
  if value[1] ~= nil or next(value) == nil then
    out[#out + 1] = "["
    for i = 1, #value do
      if i > 1 then out[#out + 1] = "," end
      encode_into(value[i], out)
    end
    out[#out + 1] = "]"
    return
  end
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  sort(keys)
  out[#out + 1] = "{"
  for i, key in ipairs(keys) do
    if i > 1 then out[#out + 1] = "," end
    out[#out + 1] = encode_string(key)
    out[#out + 1] = ":"
    encode_into(value[key], out)
  end
  out[#out + 1] = "}"
end

function encode_into(value, out)
  local kind = type(value)
  if kind == "table" then
    encode_table(value, out)
  elseif kind == "string" then
    out[#out + 1] = encode_string(value)
  elseif kind == "number" then
    out[#out + 1] = format("%.14g", value)
  else
    out[#out + 1] = tostring(value)
  end
end

local function encode(value)
  local out = {}
  encode_into(value, out)
  return concat(out)
end

local decode_value

local function skip(text, at) return find(text, "[^ \n\r\t]", at) or #text + 1 end

local function decode_string(text, at)
  local parts, count = {}, 0
  local from = at + 1
  while true do
    local stop = find(text, '["\\]', from)
    if not stop then error("unfinished string at " .. at) end
    count = count + 1
    parts[count] = sub(text, from, stop - 1)
    if byte(text, stop) == 34 then
      return count == 1 and parts[1] or concat(parts), stop + 1
    end
    local escape = sub(text, stop + 1, stop + 1)
    count = count + 1
    if escape == "u" then
      parts[count] = char(tonumber(sub(text, stop + 2, stop + 5), 16) % 256)
      from = stop + 6
    else
      parts[count] = unescapes[escape] or error("bad escape at " .. stop)
      from = stop + 2
    end
  end
end

local function decode_array(text, at)
  local array, count = {}, 0
  at = skip(text, at + 1)
  if byte(text, at) == 93 then return array, at + 1 end
  while true do
    count = count + 1
    array[count], at = decode_value(text, at)
    at = skip(text, at)
    local c = byte(text, at)
    if c == 93 then return array, at + 1 end
    if c ~= 44 then error("expected ',' or ']' at " .. at) end
    at = skip(text, at + 1)
  end
end

local function decode_object(text, at)
  local object = {}
  at = skip(text, at + 1)
  if byte(text, at) == 125 then return object, at + 1 end
  while true do
    local key
    key, at = decode_string(text, at)
    at = skip(text, at)
    if byte(text, at) ~= 58 then error("expected ':' at " .. at) end
    object[key], at = decode_value(text, skip(text, at + 1))
    at = skip(text, at)
    local c = byte(text, at)
    if c == 125 then return object, at + 1 end
    if c ~= 44 then error("expected ',' or '}' at " .. at) end
    at = skip(text, at + 1)
  end
end

local words = {["true"] = true, ["false"] = false}

function decode_value(text, at)
  local c = byte(text, at)
  if c == 123 then return decode_object(text, at) end
  if c == 91 then return decode_array(text, at) end
  if c == 34 then return decode_string(text, at) end
  local from, to = find(text, "^-?%d+%.?%d*[eE]?[-+]?%d*", at)
  if from then return tonumber(sub(text, from, to)), to + 1 end
  from, to = find(text, "^%a+", at)
  if not from then error("unexpected character at " .. at) end
  return words[sub(text, from, to)], to + 1
end

local function document(size)
  local entities = {}
  for i = 1, size do
    entities[i] = {
      id = i, name = "entity " .. i, tags = {"enemy", "level-" .. i % 7, 'say "hi"\n'},
      position = {x = i * 1.5, y = -i / 4, z = i % 13}, alive = i % 3 ~= 0,
      history = {{at = i, event = "spawn"}, {at = i + 10, event = "hit", damage = i % 17 + 0.25}},
    }
  end
  return {version = 3, title = "save\tgame", entities = entities}
end

return function(n)
  local value, text = document(60)
  for _ = 1, n do
    text = encode(value)
    value = decode_value(text, 1)
  end
  local sum = 0
  for _, entity in ipairs(value.entities) do sum = sum + entity.position.x + entity.history[2].damage end
  return #text .. " " .. sum
end
